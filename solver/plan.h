/* SPDX-License-Identifier: Apache-2.0 */
/* Making plans: what solve() and the decoder share. Internal to libsolver. */
#ifndef EVENKEEL_SOLVER_PLAN_H
#define EVENKEEL_SOLVER_PLAN_H

#include "solver/solve.h"

/* A plan of empty routes and nothing served; NULL when out of memory. */
struct plan *plan_new(const struct problem *p);

#endif
