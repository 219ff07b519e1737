/* SPDX-License-Identifier: Apache-2.0 */
/* The time that limits are measured in. Internal to libsolver. */
#ifndef EVENKEEL_SOLVER_CLOCK_H
#define EVENKEEL_SOLVER_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Microseconds of the monotonic clock. */
static inline int64_t
clock_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

#endif
