/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Column generation, and from its bound to the integer optimum: by enumerating
 * the routes within the gap (Baldacci, Christofides, Mingozzi, An exact algorithm
 * for the vehicle routing problem based on the set partitioning formulation,
 * 2008), else by branching on who does a call. Internal to libsolver.
 */
#ifndef EVENKEEL_SOLVER_EXACT_H
#define EVENKEEL_SOLVER_EXACT_H

#include <stdbool.h>
#include <stdint.h>

#include "solver/draft.h"
#include "solver/pool.h"

struct exact_limits {
	int64_t deadline_us; /* of CLOCK_MONOTONIC, 0 none */
	int64_t work;        /* labels, pivots and nodes, 0 none */
	int32_t label_cap;   /* labels of one exact pricing run */
	int64_t nodes;       /* of the branching, 0 none */
	/*
	 * Routes of technicians and calls of this problem that other solves found useful (their
	 * costs are not looked at); what this one finds useful is added. NULL none. The
	 * plan may depend on them.
	 */
	struct pool *shared;
};

struct exact_result {
	double bound;   /* no plan costs less; -inf if nothing was proven */
	bool proven;    /* the incumbent is optimal (or, if it breaks rules, there is no plan) */
	int64_t work, labels, columns, pivots, nodes;
};

/* Whether there is any hope: few enough open calls. */
bool exact_can(const struct model *m);

/*
 * Improves the incumbent as far as the limits allow; seeds[] are other drafts
 * with good routes. The incumbent may break the rules (draft_keeps) if nothing
 * better is known. 0, -ENOMEM, or -EIO: GLPK failed, the incumbent is still good.
 */
int exact_improve(struct draft *incumbent, struct draft *const *seeds, int n_seeds,
    struct route_work *w, const struct exact_limits *lim, struct exact_result *ret);

#endif
