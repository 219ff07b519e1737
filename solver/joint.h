/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that are tied to each other: two technicians at one site at once (`with`), and one
 * call after another (`after`). Internal to libsolver.
 *
 * The ties are left out of the solve proper, and put back by branching on time windows
 * (Gelinas, Desrochers, Desrosiers, Solomon, A new branching strategy for time constrained
 * routing problems with application to backhauling, 1995): where two starts disagree, a moment
 * between them is taken, and either the calls start before it or from it on. Whether tied calls
 * are served at all is branched on as well. Each side is a problem with tighter windows and
 * no ties; its bound is one for all below it.
 */
#ifndef EVENKEEL_SOLVER_JOINT_H
#define EVENKEEL_SOLVER_JOINT_H

#include "solver/solve.h"

/* Whether any call is tied to another. */
bool joint_applies(const struct problem *p);

/*
 * Solves a problem with ties, which must pass problem_check. As solve(); the bound holds
 * whenever it ends. No proof is given where the work at a call that another one follows varies
 * with who does it or where he comes from, and that decides.
 */
int joint_solve(const struct problem *p, const struct solve_limits *lim, struct plan **ret);

/*
 * solve() of a problem without ties, in solve.c. Errors as solve(), but -ERANGE: it is proven
 * that no plan keeps the rules.
 */
int solve_untied(const struct problem *p, const struct solve_limits *lim, struct plan **ret);

#endif
