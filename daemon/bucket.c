/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/bucket.h"

enum { CALL_U = 1000000 };

void
bucket_init(struct bucket *b, int64_t per_s, int64_t burst, int64_t now_us)
{
	b->per_s = per_s;
	b->burst = burst;
	b->level_u = burst * CALL_U;
	b->since_us = now_us;
}

int64_t
bucket_take(struct bucket *b, int64_t now_us)
{
	int64_t full_u = b->burst * CALL_U, gone_us = now_us - b->since_us;

	if (b->per_s == 0)
		return 0;
	b->since_us = now_us;
	/* After full_u / per_s microseconds it is full; so the product cannot overflow. */
	if (gone_us >= full_u / b->per_s)
		b->level_u = full_u;
	else if (gone_us > 0)
		b->level_u += gone_us * b->per_s;
	if (b->level_u > full_u)
		b->level_u = full_u;
	if (b->level_u >= CALL_U) {
		b->level_u -= CALL_U;
		return 0;
	}
	return (CALL_U - b->level_u) / b->per_s / 1000 + 1;
}
