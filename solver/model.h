/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A problem made ready for the search: what was told turned into windows of
 * start times, distances looked up once. Internal to libsolver.
 *
 * Units as in problem.h. Places are numbered: call i is i, the start of
 * technician k is calls + k, his end calls + technicians + k.
 */
#ifndef EVENKEEL_SOLVER_MODEL_H
#define EVENKEEL_SOLVER_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "solver/problem.h"

enum { MODEL_FLOORS_MAX = 3 };

/*
 * One call's terms. A window is [lo, hi], both inclusive, and all of time where
 * nothing was told. A start below a lo costs more than one at it, so it may pay
 * to wait for it: these are the floors, ascending. With a later start every
 * other term stays or grows.
 */
struct model_call {
	int32_t duration_s, open_s, close_s;
	int32_t due_s, opened_s;
	int32_t late_cents_per_h, response_cents_per_h;
	int32_t eta_lo_s, eta_hi_s;         /* outside: eta_moved_cents */
	int32_t promise_lo_s, promise_hi_s; /* outside: repromise_cents */
	int32_t calm_lo_s, calm_hi_s;       /* outside: disturbed by choice */
	int32_t floor_s[MODEL_FLOORS_MAX];
	int32_t floors;
	int32_t told_floor_s;               /* the later of eta_lo_s and promise_lo_s */
	int32_t eta_moved_cents, repromise_cents, break_promise_cents;
	int32_t difficulty;
	int32_t told_technician, stay_technician; /* -1 none */
	int32_t preferred;
	int32_t prefer_cents, reassign_cents;
	int32_t fixed_on;    /* whose fixed prefix holds it, -1 nobody's */
	int64_t skip_cents;  /* the price of leaving it out */
	bool skip_chosen;    /* leaving it out is a disturbance by choice */
	bool stay_served;
	bool immovable;
};

struct model {
	const struct problem *p; /* borrowed */
	struct model_call *call;
	int32_t places;
	struct place *place;
	struct travel_point *point;
	int32_t *road_m; /* places * places, or NULL: too many, computed each time */
	int32_t used_n;  /* how many of route_state.used are in use */
	bool counts;     /* the budget is bounded, so disturbance by choice is counted */
	bool as_told;    /* each start at once or at told_floor_s, nothing else: problem_stay */
};

/* Borrows p, which must have passed problem_check. NULL when out of memory. */
struct model *model_new(const struct problem *p);
void model_free(struct model *m); /* NULL is fine */

/* Seconds of technician k on the road between two places. */
int32_t model_drive_s(const struct model *m, int32_t k, int32_t from, int32_t to);

static inline int32_t
model_start_place(const struct model *m, int32_t k)
{
	return m->p->calls + k;
}

static inline int32_t
model_end_place(const struct model *m, int32_t k)
{
	return m->p->calls + m->p->technicians + k;
}

/* A price an hour for so many seconds, rounded as problem.h says. */
static inline int64_t
model_cents(int64_t cents_per_h, int64_t s)
{
	return (cents_per_h * s + 1800) / 3600;
}

#endif
