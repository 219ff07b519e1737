/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The planner: what to re-solve, when, within which budget; and what to tell.
 *
 * Every event but plan.revised puts something in question. The planner collects the
 * questions until the loop turns, re-times the routes concerned, and, if a
 * re-timing alone does not settle it, sends a problem over a scope to a
 * solver worker. The answer is checked against the state of then (check.h) and becomes
 * one plan.revised event. Nothing here waits.
 */
#ifndef EVENKEEL_DAEMON_PLANNER_H
#define EVENKEEL_DAEMON_PLANNER_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/shop.h"

struct new_route; /* proposal.h */

struct planner_config {
	const char *solver_path; /* evenkeel-solve */
	int32_t workers;         /* at least 2 */
	int64_t work_limit;      /* work units a solve, 0 none: for replayable tests */
	uint64_t seed;
};

struct planner_figures {
	int32_t workers;
	int64_t restarts, solves, rejected, timeouts, proven, events;
	const char *state; /* ok, degraded, stopped */
};

/* Starts the workers on the shop's loop. -errno with a sentence in why. */
int planner_new(struct shop *shop, const struct planner_config *cfg, struct planner **ret,
    char *why, size_t why_size);
void planner_free(struct planner *p); /* ends the workers; NULL is fine */

/* An event was decided, a revision or any other. Called by shop_append(). */
void planner_event(struct planner *p, struct territory *t, const struct event *ev);
/* A position came in (not an event): may move the ETA of a drive. */
void planner_position(struct planner *p, struct territory *t, int32_t tech);
/* An override may have left calls without a place: they are looked after. */
void planner_unassigned(struct planner *p, struct territory *t);

/*
 * Time has passed: overdue work is re-timed, what comes near is told. On a real clock the planner
 * calls itself each 15 s; a virtual clock calls this at each step it makes.
 */
void planner_tick(struct planner *p);
/* The next moment at which planner_tick() would do something, as far as is known; INT64_MAX none.
 */
int64_t planner_next(const struct planner *p);

/* Nothing is pending: no question, no solve that an event waits for, no background solve. */
bool planner_settled(const struct planner *p);

void planner_figures(const struct planner *p, struct planner_figures *ret);

/* --- questions of people: planner_ask.c --- */

enum { PLANNER_ASK_CALLS_MAX = 8, PLANNER_ASK_BUDGETS_MAX = 8 };

/* What would be best, on a fork of the state, at each of several budgets. Nothing is published. */
struct planner_wish {
	struct state *fork;                         /* taken over, also on failure */
	int64_t now;                                /* of the fork */
	int32_t call[PLANNER_ASK_CALLS_MAX], calls; /* to find places and helpers for */
	int32_t tech[PLANNER_ASK_CALLS_MAX], techs; /* must be in the scope */
	int32_t techs_max; /* technicians of the scope, 0: the guideline's */
	int32_t budget[PLANNER_ASK_BUDGETS_MAX], budgets; /* ascending, -1 last */
	int64_t time_ms; /* for the solver; the answer comes a little later at the latest */
};

/* The best plan found for one budget: the routes that differ from the fork's, re-timed and checked.
 */
struct planner_offer {
	int32_t budget;
	struct new_route *route;
	int32_t routes;
	int64_t cost_cents, stay_cents, bound_cents; /* over the scope */
	bool proven;
	int32_t disturbed; /* by choice, as counted by check_plan() */
};

struct planner_answer {
	struct state *fork;          /* freed after the call-back, unless it is set to NULL there */
	struct planner_offer *offer; /* one per budget, no dearer than the one before; 0 with why */
	int32_t offers;
	int32_t scope_techs, scope_calls;
	const char *why; /* why there is no answer: busy, too late, no solver; or NULL */
	bool nothing;    /* there is nothing to solve: why says so */
};

typedef void planner_answer_fn(void *arg, struct planner_answer *answer);

/*
 * Asks the solver, at once or when a worker is free within time_ms; done runs later, exactly once,
 * never from inside. Events go before it. -EBUSY: too many are waiting; -ENOMEM; then done never
 * runs. With work counted instead of time (tests), it is answered in the order of asking.
 */
int planner_ask(struct planner *p, struct territory *t, const struct planner_wish *wish,
    planner_answer_fn *done, void *arg);

#endif
