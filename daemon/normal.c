/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/normal.h"

#include <assert.h>
#include <math.h>

#define SQRT_2 1.41421356237309505
#define SQRT_2PI 2.50662827463100050

enum { STEPS = 6 };

/* Percentiles 50 to 99; those below are their mirror image. */
static const double percentiles[50] = {
	0.00000000, 0.02506891, 0.05015358, 0.07526986, 0.10043372, 0.12566135, 0.15096922, 0.17637416,
	0.20189348, 0.22754498, 0.25334710, 0.27931903, 0.30548079, 0.33185335, 0.35845879, 0.38532047,
	0.41246313, 0.43991317, 0.46769880, 0.49585035, 0.52440051, 0.55338472, 0.58284151, 0.61281299,
	0.64334541, 0.67448975, 0.70630256, 0.73884685, 0.77219321, 0.80642125, 0.84162123, 0.87789630,
	0.91536509, 0.95416525, 0.99445788, 1.03643339, 1.08031934, 1.12639113, 1.17498679, 1.22652812,
	1.28155157, 1.34075503, 1.40507156, 1.47579103, 1.55477359, 1.64485363, 1.75068607, 1.88079361,
	2.05374891, 2.32634787,
};

double
normal_below(double z)
{
	return 0.5 * erfc(-z / SQRT_2);
}

/*
 * By Halley's steps on the smaller tail, where nothing cancels out, from a first guess by the logistic
 * distribution. The third step is exact to the last digits but for the farthest tails.
 */
double
normal_at(double share)
{
	double tail = share < 0.5 ? share : 1 - share;
	double z = 0.61 * log(tail / (1 - tail)); /* of the lower tail: not above 0 */

	if (z < -4)
		z = -sqrt(-2 * log(tail)); /* what the tail tends to */
	for (int i = 0; i < STEPS; i++) {
		double off = (normal_below(z) - tail) * SQRT_2PI * exp(z * z / 2);
		double step = off / (1 + z * off / 2);

		z -= step;
		if (fabs(step) < 1e-10)
			break;
	}
	return share < 0.5 ? z : -z;
}

double
normal_percentile(int32_t pct)
{
	assert(pct >= 1 && pct <= 99);
	return pct >= 50 ? percentiles[pct - 50] : -percentiles[50 - pct];
}
