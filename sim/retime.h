/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where an order of calls leads, seen from now: the simulator's own re-timing, from what is known
 * at the desk. It shares no code with the daemon or the solver but the travel times.
 *
 * Each stop starts when the technician can be there, but not before its
 * appointment or promised window opens, nor before its told ETA less the tolerance. A break that
 * the plan has in a gap stays there; else it is taken at the last gap that still starts it in time,
 * or at the first after it. Breaks that would only come after the day are none.
 */
#ifndef EVENKEEL_SIM_RETIME_H
#define EVENKEEL_SIM_RETIME_H

#include <stdint.h>

#include "sim/desk.h"

struct retimed {
	int64_t ready_s; /* after what is under way */
	struct push_stop stop[PUSH_STOPS_MAX];
	int32_t stops;
	struct push_break due[FLEET_BREAKS_MAX];
	int32_t dues;
	int32_t lost[PUSH_STOPS_MAX]; /* calls that do not fit before the latest end */
	int32_t losts;
	int64_t end_s; /* back home */
	int32_t drive_s, wait_s;
};

/* Re-times any order of at most PUSH_STOPS_MAX open calls for technician k. overtime_s: how far
 * past the shift's end the day may go. */
void retime_order(const struct desk *d, int32_t k, const int32_t *calls, int32_t n,
    int32_t overtime_s, struct retimed *ret);

/* Re-times the route that k has: the stay plan. */
void retime_route(const struct desk *d, int32_t k, struct retimed *ret);

/* His overtime limit: his own, or the guideline's. */
int32_t retime_overtime_max_s(const struct desk *d, int32_t k);

#endif
