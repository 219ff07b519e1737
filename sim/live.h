/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A day of a published dynamic instance as it goes on: what is known, what was set out to, the
 * plan for the rest, and the problem of the moment for the solver.
 *
 * The instance is a problem (solver/problem.h) that holds all its requests, with matrices; its
 * times are in the ticks of its format. Nothing is drawn: drives and work take what the
 * instance says. A technician who has set out to a stop (or to the depot) will be there; all else
 * may be planned anew until he leaves, and nobody sets out to a request that is not released. So a
 * plan that holds stays possible while time goes on, and a request that does not fit into any
 * plan now never will: what was open then is open at most now.
 */
#ifndef EVENKEEL_SIM_LIVE_H
#define EVENKEEL_SIM_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "solver/problem.h"
#include "solver/solve.h"

enum { LIVE_STOPS_MAX = PROBLEM_STOPS_MAX + 1, LIVE_DEPOT = -1 };

enum live_phase {
	LIVE_HIDDEN,  /* not released yet */
	LIVE_OPEN,    /* released, in no plan so far */
	LIVE_PLANNED, /* accepted: will be served */
	LIVE_DONE,    /* set out to, or behind us */
};

/* A stop that was set out to. */
struct live_stop {
	int32_t call;    /* LIVE_DEPOT: the visit to the depot */
	int32_t leave_s; /* when he left the place before */
};

struct live_tech {
	struct live_stop done[LIVE_STOPS_MAX];
	int32_t dones;
	int32_t location; /* where he is, or will be after what is under way */
	int32_t free_s;   /* from then on */
	bool depot;       /* was there, or is on his way */
	int32_t plan[PROBLEM_STOPS_MAX]; /* the rest: calls of the instance */
	int32_t plans;
	int32_t depot_before; /* he goes by the depot on his way to that stop of the plan; -1 no */
};

struct live {
	const struct problem *whole; /* borrowed */
	const int32_t *release_s;    /* of each call; borrowed */
	/*
	 * How long he waits with setting out: at 0 until he would be there when the work can begin, at
	 * 100 until the rest of his plan allows no more.
	 */
	int32_t hold_pct;
	int32_t now_s;
	enum live_phase *phase; /* of each call */
	struct live_tech *tech;
	int32_t *told; /* who is named to the solver as told, of each call; -1 nobody */
	int32_t *call_of; /* calls of the last live_problem: their numbers in the instance */
};

/*
 * The day before it begins: what is known from the start is LIVE_OPEN. The instance must have one
 * matrix at least and no breaks, several windows, links or traffic: -ENOTSUP. -ENOMEM.
 */
int live_new(const struct problem *whole, const int32_t *release_s, int32_t hold_pct,
    struct live **ret);
void live_free(struct live *v); /* NULL is fine */

/* When the next request is released after now; PROBLEM_NEVER: all are. */
int32_t live_next_s(const struct live *v);
/*
 * Time goes on to at_s: whoever was to leave before does, then what is released by then
 * is known. PROBLEM_NEVER: the day is driven to its end.
 */
void live_go_on(struct live *v, int32_t at_s);

/* What leaving out a request costs, in cents of the problem. */
struct live_prices {
	int32_t open_cents, planned_cents;
	int32_t told_cents; /* doing it by another than `told` */
};

/*
 * The problem of the moment: released calls that nobody has set out to, technicians as they will
 * be, with the standing plan as their current routes. The caller frees it with
 * live_problem_free: it borrows the instance's matrices. -ENOMEM.
 */
int live_problem(struct live *v, const struct live_prices *prices, struct problem **ret);
void live_problem_free(struct problem *p); /* NULL is fine */

/*
 * Makes a plan of the last live_problem the standing one: what it serves is LIVE_PLANNED from then
 * on. -EINVAL: it does not keep the times of the instance, or leaves out what was accepted; then
 * nothing has changed.
 */
int live_adopt(struct live *v, const struct plan *plan);

/*
 * Puts each open request, one after the other, where it adds least driving to the standing plan, in
 * time and within skills and capacity; nothing else changes its order. What finds no such place
 * stays open. Depots, tools and parts are not looked at by this and the next two: instances with
 * them must not use these.
 */
void live_insert(struct live *v);

/* Takes a call out of a technician's plan; the caller puts it into some plan again. */
int32_t live_take(struct live *v, int32_t k, int32_t pos);
/* Puts it there, if k may do it, has room, and all stays in time; false: nothing has changed. */
bool live_put(struct live *v, int32_t k, int32_t pos, int32_t call);

/* The standing plan, to go back to before time has gone on. NULL when out of memory. */
struct live_saved;
struct live_saved *live_save(const struct live *v);
void live_restore(struct live *v, const struct live_saved *s);
void live_saved_free(struct live_saved *s); /* NULL is fine */

/* Calls in a phase. */
int32_t live_count(const struct live *v, enum live_phase phase);

/*
 * What a technician's stops and plan cost in the end: the drive, and the time from leaving to being
 * back when he leaves as late as that makes him be back no later, releases aside. 0 for none.
 */
struct live_cost {
	int64_t drive_s, work_s;
};
struct live_cost live_cost(const struct live *v, int32_t k);

#endif
