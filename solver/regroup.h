/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The best plan that can be put together from routes met during a search: a set-covering
 * program over them, by GLPK (Rochat, Taillard, Probabilistic diversification and
 * intensification in local search for vehicle routing, 1995). Internal to libsolver.
 *
 * Only the routes whose price by the program's duals is low enter it, so thousands of them
 * cost little. A call that is on two of the routes chosen is taken off the one where
 * that saves more.
 */
#ifndef EVENKEEL_SOLVER_REGROUP_H
#define EVENKEEL_SOLVER_REGROUP_H

#include "solver/chain.h"
#include "solver/pool.h"

struct regroup_limits {
	int64_t deadline_us; /* of CLOCK_MONOTONIC, 0 none */
	int64_t nodes;       /* of branch and cut */
};

/* Adds the routes of the chain's plan to a pool; twins' are the first twin's. -ENOMEM. */
int regroup_collect(const struct chain *c, struct pool *pool);

/*
 * Looks for a better plan than the chain's from the routes of the pool, and makes it the
 * chain's. Only the technicians given may change their routes, which they may
 * exchange among themselves. Adds its work. 0, -ENOMEM, or -EIO: GLPK failed, and
 * the chain is as it was.
 */
int regroup(struct chain *c, struct pool *pool, const int32_t *technician, int32_t technicians,
    const struct regroup_limits *lim, int64_t *work);

#endif
