/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The injected clock: real (the machine's, guarded against jumps), or virtual (moved only by
 * clock_set, for simulation and tests). Seconds since the epoch, UTC.
 */
#ifndef EVENKEEL_DAEMON_CLOCK_H
#define EVENKEEL_DAEMON_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct clock {
	bool is_virtual;
	int64_t now_s;     /* virtual: the time; real: the last reading, never goes back */
};

void clock_init(struct clock *c, bool is_virtual, int64_t start_s);
/* Now. The real clock never goes back: after a jump backwards it stands still until time catches
 * up. */
int64_t clock_now(struct clock *c);
/* Moves a virtual clock forward. -EINVAL: backwards; -EPERM: a real clock. */
int clock_set(struct clock *c, int64_t to_s);
/* Microseconds of a monotonic wall clock, for measuring only. */
int64_t clock_mono_us(void);

#endif
