/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/normal.h"

#include <math.h>

#define SQRT_2 1.41421356237309505
#define SQRT_2PI 2.50662827463100050

enum { STEPS = 6 };

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
