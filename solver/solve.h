/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Solving a problem: the best plan found, its proven bound, its disturbance.
 *
 * Method: set partitioning over routes, by column generation with GLPK
 * (Desaulniers, Desrosiers, Solomon (eds.), Column Generation, 2005), started
 * from the stay plan, from insertion, and, for large starts, from ruin and recreate
 * (Christiaens and Vanden Berghe, Slack induction by string removals, 2020).
 * The same problem, seed and work limit give the same plan, bit for bit.
 */
#ifndef EVENKEEL_SOLVER_SOLVE_H
#define EVENKEEL_SOLVER_SOLVE_H

#include <stdbool.h>
#include <stdint.h>

#include "solver/problem.h"

struct solve_limits {
	int64_t time_ms;  /* wall time, 0 none: breaks determinism when it is hit */
	int64_t work;     /* work units (labels, moves, pivots), 0 none */
	uint64_t seed;
	int32_t label_cap; /* labels per exact pricing of one technician, 0 default */
	bool prove;       /* go on to the proof when the plan is good already */
	bool search;      /* ruin and recreate: for a start from scratch or in the background */
	int32_t threads;  /* of the search, 0 or 1: one. The plan depends on how many, not on their pace */
};

struct plan_stop {
	int32_t call;
	int32_t start_s; /* arrival at the customer's = start of work */
	int32_t end_s;
};

struct plan_break {
	int32_t due;     /* index in the technician's due[] */
	int32_t after;   /* taken after this many stops of the route (0: before the first) */
	int32_t start_s;
};

struct plan_route {
	struct plan_stop *stop;
	int32_t stops;
	struct plan_break taken[PROBLEM_BREAKS_MAX];
	int32_t takens;
	int32_t depot_after; /* the depot is visited after this many stops, -1: not at all */
	int32_t depot_s;     /* when he is there */
	int32_t leave_s;     /* when the day begins: ready, or as late as it may be if he leaves late */
	int32_t end_s;      /* back at the end place */
	int64_t cost_cents; /* of this route, with its calls' terms */
};

struct disturbance {
	int32_t reassigned, repromised, eta_moved,
	    dropped; /* calls of each kind, forced or chosen */
	int32_t chosen;                                     /* distinct calls disturbed by choice */
	int32_t forced; /* distinct calls the stay plan disturbs */
};

struct plan {
	struct plan_route *route; /* one per technician, in the problem's order */
	int32_t routes;
	bool *served;             /* one per call */
	int32_t calls;
	int64_t cost_cents;
	int64_t stay_cents;       /* cost of the stay plan */
	int64_t bound_cents; /* proven lower bound of cost_cents over this problem and budget */
	bool proven;              /* bound rounded up reaches cost */
	struct disturbance disturbance;
	int64_t work;             /* work units used */
	int64_t labels, columns, pivots, nodes;
	int64_t solve_us;         /* wall time */
};

/*
 * Solves. Always ends with a plan if the stay plan or the empty plan keeps the
 * rules. The caller owns *ret (plan_free). -EINVAL: problem_check refuses it;
 * -ENOMEM; -ETIME: no plan that keeps the rules was found in the limits.
 */
int solve(const struct problem *p, const struct solve_limits *lim, struct plan **ret);
void plan_free(struct plan *plan); /* NULL is fine */

/*
 * The price of calm: the best plan for each of several budgets, ascending (-1, unbounded,
 * last), from one run whose routes serve them all. The problem's own budget
 * is not looked at. ret_plan holds `budgets` plans, the caller's to free; no plan costs
 * more than the one before it. Errors as solve; then no plan is returned.
 */
int solve_calm(const struct problem *p, const struct solve_limits *lim, const int32_t *budget,
    int32_t budgets, struct plan **ret_plan);

/*
 * Recomputes cost and disturbance of a plan from its times and checks every rule of
 * problem.h. Shares no code with the search. 0, or -EINVAL with a sentence in why.
 * ret_cost and ret_dist may be NULL.
 */
int plan_check(const struct problem *p, const struct plan *plan, int64_t *ret_cost,
    struct disturbance *ret_dist, char *why, size_t why_size);

#endif
