/* SPDX-License-Identifier: Apache-2.0 */
/* Solves that leave each other the routes they found. Internal to libsolver. */
#ifndef EVENKEEL_SOLVER_SHARE_H
#define EVENKEEL_SOLVER_SHARE_H

#include "solver/pool.h"
#include "solver/solve.h"

/*
 * solve_untied() that starts from shared routes as well, and adds to them what may be of use
 * to the next solve with the same technicians and calls. Costs in the pool are not
 * looked at, so anything else about the problem may have changed. NULL: none. The plan may
 * depend on what is shared; its proof and its bound do not.
 */
int solve_sharing(const struct problem *p, const struct solve_limits *lim, struct pool *shared,
    struct plan **ret);

/* solve() of a problem that passes problem_check; shared routes are used where no calls are tied. */
int solve_checked(const struct problem *p, const struct solve_limits *lim, struct pool *shared,
    struct plan **ret);

/* solve_calm() of a problem that passes problem_check, from shared routes, and adding to them. */
int calm_sharing(const struct problem *p, const struct solve_limits *lim, const int32_t *budget,
    int32_t budgets, struct pool *shared, struct plan **ret_plan);

#endif
