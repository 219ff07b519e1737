/* SPDX-License-Identifier: Apache-2.0 */
/* A token bucket: so many calls a second, with a burst. Times are monotonic microseconds. */
#ifndef EVENKEEL_DAEMON_BUCKET_H
#define EVENKEEL_DAEMON_BUCKET_H

#include <stdint.h>

struct bucket {
	int64_t per_s; /* 0: no limit */
	int64_t burst;
	int64_t level_u; /* millionths of a call left */
	int64_t since_us;
};

void bucket_init(struct bucket *b, int64_t per_s, int64_t burst, int64_t now_us);
/* Takes one. 0, or the milliseconds (at least 1) after which there will be one. */
int64_t bucket_take(struct bucket *b, int64_t now_us);

#endif
