/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The routes that solves found, kept for the next one: of a worker that is asked about the same
 * territory again and again. Only who does what in which order is kept, by id; what a
 * route costs is found out anew. Internal to libsolver.
 */
#ifndef EVENKEEL_SOLVER_KEEP_H
#define EVENKEEL_SOLVER_KEEP_H

#include "solver/pool.h"
#include "solver/solve.h"

enum {
	KEEP_ROUTES = 2000, /* then the oldest goes */
	KEEP_STOPS = 24,    /* longer routes are not kept */
	KEEP_LENT = 200,    /* to one solve, the newest */
	KEEP_LEND_MS = 50,  /* with less time, more columns to look at only cost */
};

struct keep; /* opaque, of a fixed size */

struct keep *keep_new(void); /* NULL: out of memory */
void keep_free(struct keep *keep); /* NULL is fine */

/*
 * Adds to the pool the kept routes that fit this problem, as indices. Calls that are gone are
 * left out of a route; it fits if the technician is there, may do all that is left, and it
 * begins with what is fixed of his and takes nothing that is fixed of another's. The
 * problem must pass problem_check. -ENOMEM.
 */
int keep_lend(const struct keep *keep, const struct problem *p, struct pool *pool);

/* Keeps the pool's columns of this problem from index `first` on; the last is the newest. */
void keep_take(struct keep *keep, const struct problem *p, const struct pool *pool, int32_t first);

/*
 * solve() from what was kept, if there is time for it, and keeps what it found. Where work is
 * limited, or time is not, and where calls are tied to each other, it is solve() alone: a
 * plan that shall be the same again must not depend on what was asked before.
 */
int keep_solve(struct keep *keep, const struct problem *p, const struct solve_limits *lim,
    struct plan **ret);

/* The same of solve_calm(): for several budgets. */
int keep_calm(struct keep *keep, const struct problem *p, const struct solve_limits *lim,
    const int32_t *budget, int32_t budgets, struct plan **ret_plan);

#endif
