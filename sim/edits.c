/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/edits.h"

#include <assert.h>

static int32_t
least(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

int32_t
edits_between(const int32_t *a, int32_t a_n, const int32_t *b, int32_t b_n)
{
	int32_t row[EDITS_STOPS_MAX]; /* from so much of a to the first j of b */

	assert(a_n < EDITS_STOPS_MAX && b_n < EDITS_STOPS_MAX);
	for (int32_t j = 0; j <= b_n; j++)
		row[j] = j;
	for (int32_t i = 1; i <= a_n; i++) {
		int32_t corner = row[0];

		row[0] = i;
		for (int32_t j = 1; j <= b_n; j++) {
			int32_t replaced = corner + (a[i - 1] != b[j - 1]);

			corner = row[j];
			row[j] = least(replaced, least(row[j], row[j - 1]) + 1);
		}
	}
	return row[b_n];
}
