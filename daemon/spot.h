/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a call could go: every place in every route, timed and priced exactly, others keeping their
 * order and their technicians. Pure.
 *
 * The places are tried on a base: a route per technician, as the state has them (retime()) or as
 * they grew while other calls were put in before. Nobody is dropped for it, and what is under way
 * or frozen stays first.
 */
#ifndef EVENKEEL_DAEMON_SPOT_H
#define EVENKEEL_DAEMON_SPOT_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/cost.h"
#include "daemon/retime.h"
#include "daemon/state.h"

struct spot {
	int32_t tech, pos; /* before stop number pos of his base; base.stops: last */
	int64_t start, end;
	int64_t
	    cents; /* what his route costs more, all terms; not what leaving the call out costs */
	int32_t disturbed; /* calls disturbed by choice, as check.h counts them */
	int32_t broken;    /* of these, promises that held before and would not */
};

/* The routes as they stand, one per technician; malloc'd, NULL when out of memory. */
struct retimed *spot_base(const struct state *s, int64_t now);

/*
 * Writes the places of a call, in order of technician and position, at most max; their number.
 * only: a technician, -1 all.
 */
int32_t spot_all(const struct cost_frame *f, const struct retimed *base, int32_t call, int32_t only,
    struct spot *ret, int32_t max);
/* Most places that spot_all() can find. */
int32_t spot_max(const struct state *s, const struct retimed *base);

/* The order of calls ahead of a technician's base with the call at pos; their number. */
int32_t spot_order(const struct retimed *base, int32_t call, int32_t pos,
    int32_t ret[STATE_STOPS_MAX]);
/* His route with the call there. */
void spot_route(const struct cost_frame *f, const struct retimed *base, int32_t call,
    const struct spot *spot, struct retimed *ret);

#endif
