/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/clock.h"

#include <errno.h>
#include <time.h>

void
clock_init(struct clock *c, bool is_virtual, int64_t start_s)
{
	c->is_virtual = is_virtual;
	c->now_s = start_s;
}

int64_t
clock_now(struct clock *c)
{
	struct timespec ts;

	if (!c->is_virtual) {
		clock_gettime(CLOCK_REALTIME, &ts);
		if (ts.tv_sec > c->now_s)
			c->now_s = ts.tv_sec;
	}
	return c->now_s;
}

int
clock_set(struct clock *c, int64_t to_s)
{
	if (!c->is_virtual)
		return -EPERM;
	if (to_s < c->now_s)
		return -EINVAL;
	c->now_s = to_s;
	return 0;
}

int64_t
clock_mono_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}
