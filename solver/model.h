/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A problem made ready for the search: what was told turned into windows of
 * start times, distances looked up once. Internal to libsolver.
 *
 * Units as in problem.h. Places are numbered: call i is i, the start of
 * technician k is calls + k, his end calls + technicians + k, and the depot comes last.
 */
#ifndef EVENKEEL_SOLVER_MODEL_H
#define EVENKEEL_SOLVER_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "solver/problem.h"
#include "solver/use.h"

enum { MODEL_FLOORS_MAX = 3 };

/*
 * One call's terms. A window is [lo, hi], both inclusive, and all of time where
 * nothing was told. A start below a lo costs more than one at it, so it may pay
 * to wait for it: these are the floors, ascending. With a later start every
 * other term stays or grows.
 */
struct model_call {
	int32_t duration_s;                 /* at least, whoever does it: model_work_s() */
	int32_t open_s, close_s;
	const struct window *window;        /* borrowed; ascending */
	int32_t windows;                    /* 0: just open_s to close_s */
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
	/*
	 * Legs, by the first of these that is there: seconds of all places, if all drive at one
	 * speed; the row of each place in the matrices, -1 where a day may begin or end without
	 * a way; metres of all places. Nothing: too many places, computed each time.
	 */
	int32_t *leg_s;          /* places * places */
	int32_t *row;            /* places */
	int32_t *road_m;         /* places * places */
	struct use use[USE_MAX];
	int32_t used_n;          /* how many of them, and of route_state.used, are in use */
	int32_t *use_max;        /* technicians * used_n */
	int32_t *use_of;         /* calls * used_n: what each call uses up */
	bool *depot_helps;       /* technicians: whether a visit could be of any use; NULL: none's */
	bool counts;             /* the budget is bounded, so disturbance by choice is counted */
	bool as_told; /* each start at once or at told_floor_s, nothing else: problem_stay */
	bool fair;               /* difficulty carried costs */
	bool varied;             /* work depends on who does it, or on where he comes from */
};

/* Borrows p, which must have passed problem_check. NULL when out of memory. */
struct model *model_new(const struct problem *p);
void model_free(struct model *m); /* NULL is fine */

/* model_drive_s() where there is no table of seconds. */
int32_t model_leg_s(const struct model *m, int32_t k, int32_t from, int32_t to);

/* Seconds of technician k on the road between two places, without traffic. */
static inline int32_t
model_drive_s(const struct model *m, int32_t k, int32_t from, int32_t to)
{
	if (m->leg_s != NULL)
		return m->leg_s[(size_t)from * (size_t)m->places + (size_t)to];
	return model_leg_s(m, k, from, to);
}

/*
 * The least time from leaving one place until he is at another, a visit to the depot in between
 * allowed: with matrices that may be shorter. In traffic it takes longer, never less.
 */
int32_t model_least_s(const struct model *m, int32_t k, int32_t from, int32_t to);

/* model_work_s() where work varies. */
int32_t model_varied_work_s(const struct model *m, int32_t k, int32_t place, int32_t i);

/* Seconds that technician k works at call i, if he comes from that place. */
static inline int32_t
model_work_s(const struct model *m, int32_t k, int32_t place, int32_t i)
{
	return m->varied ? model_varied_work_s(m, k, place, i) : m->call[i].duration_s;
}

/*
 * Traffic. A drive is counted in parts: hundredths of a second at full speed in
 * traffic, else whole seconds. model_parts of s seconds; when a drive of so many parts that
 * begins at t_s ends, at the next whole second; the parts done between two times.
 */
static inline int64_t
model_parts(const struct model *m, int32_t s)
{
	return m->p->traffic ? (int64_t)s * 100 : s;
}
int64_t model_traffic_end_s(const struct model *m, int64_t t_s, int64_t parts);
int64_t model_traffic_parts(const struct model *m, int64_t from_s, int64_t to_s);

static inline int64_t
model_drive_end_s(const struct model *m, int64_t t_s, int64_t parts)
{
	return m->p->traffic ? model_traffic_end_s(m, t_s, parts) : t_s + parts;
}

/* The first start at or after s that the call's windows allow; PROBLEM_NEVER if there is none. */
int32_t model_window_s(const struct model_call *c, int64_t s);

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

static inline int32_t
model_depot_place(const struct model *m)
{
	return m->p->calls + 2 * m->p->technicians;
}

/* A price an hour for so many seconds, rounded as problem.h says. */
static inline int64_t
model_cents(int64_t cents_per_h, int64_t s)
{
	return (cents_per_h * s + 1800) / 3600;
}

#endif
