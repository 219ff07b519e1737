/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event in a large running day: most customers were told their times, the budget lets only a few be
 * disturbed, and a few calls have no technician yet. Then the plan can change in a few places only, and
 * each is a small problem that the exact method solves: a scope of technicians who could help, all
 * others standing still. Internal to libsolver.
 */
#ifndef EVENKEEL_SOLVER_FOCUS_H
#define EVENKEEL_SOLVER_FOCUS_H

#include <stdbool.h>

#include "solver/solve.h"

/* Whether a problem is of this kind. */
bool focus_applies(const struct problem *p);

/*
 * Solves it, as solve() does: first the scope of the calls without a technician, wider as long as that
 * pays, then, with what is left of time and budget, scopes all over the day in turn. The bound
 * of the plan says nothing: what was proven holds for scopes only.
 */
int focus_solve(const struct problem *p, const struct solve_limits *lim, struct plan **ret);

#endif
