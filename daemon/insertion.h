/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What it would cost to put one more stop into a route as it stands: an estimate in constant
 * time a leg, for ranking technicians and for the options of a call without a deadline. Exact but
 * for breaks, which keep their gap. Pure.
 */
#ifndef EVENKEEL_DAEMON_INSERTION_H
#define EVENKEEL_DAEMON_INSERTION_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/cost.h"
#include "daemon/retime.h"
#include "daemon/state.h"

/* A call, booked or only asked about (call -1). */
struct visit {
	int32_t call;
	struct place site;
	struct skill need[STATE_NEEDS_MAX];
	int32_t needs;
	enum severity severity;
	int64_t opened, open, due; /* open: earliest start; due: INT64_MAX none */
	char kind[STATE_KIND_SIZE];
	int32_t duration_s; /* as given, 0 not: how long it takes depends on who does it */
};

struct insertion {
	int32_t pos;       /* becomes stop number pos of the route */
	int64_t start, end;
	int32_t detour_s;  /* driving it adds, may be negative */
	int32_t push_s[STATE_STOPS_MAX]; /* how much later each stop of the old route starts */
	int64_t route_end;
	int32_t overtime_s; /* overtime it adds */
	int32_t broken;    /* promises of others that it would break */
	int64_t cents;     /* all of it, and the visit's own lateness and response */
};

struct visit insertion_visit(const struct state *s, int32_t call);

/* Whether a technician has the skills; state_may() knows required and forbidden as well. */
bool insertion_skilled(const struct tech *t, const struct visit *v);

/* Latest end of technician's day by plan: shift, absence and overtime; 0 when he does not work. */
int64_t insertion_latest_end(const struct state *s, int32_t tech, const struct retimed *r);

/*
 * How many stops of a re-timed route stand first and still: what is under way, and after
 * it the told ones whose arrival is within the freeze horizon.
 */
int32_t insertion_frozen(const struct state *s, int64_t now, const struct retimed *r);

/* Puts v at position pos (frozen .. r->stops). False when it does not fit the day. */
bool insertion_try(const struct cost_frame *f, int32_t tech, const struct retimed *r,
    const struct visit *v, int32_t pos, struct insertion *ret);

/* The cheapest position; false when there is none. */
bool insertion_best(const struct cost_frame *f, int32_t tech, const struct retimed *r,
    const struct visit *v, struct insertion *ret);

#endif
