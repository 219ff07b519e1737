/* SPDX-License-Identifier: Apache-2.0 */
/* Generated days of field service, for measuring the solver. */
#ifndef EVENKEEL_TESTS_SOLVER_DAY_H
#define EVENKEEL_TESTS_SOLVER_DAY_H

#include "solver/problem.h"
#include "solver/rng.h"
#include "solver/solve.h"

/*
 * A morning: technicians at home, calls that nobody was told about; a city of 40 km,
 * visits of 30 to 60 minutes, five skills, a third of the calls with a window.
 * The caller frees it; aborts without memory.
 */
struct problem *day_morning(struct rng *r, int32_t technicians, int32_t calls);

/*
 * An event at a random moment of a day that goes by this plan: everybody was told
 * his stops, some visits run long, and an urgent call comes in. The problem
 * holds the `scope` technicians nearest to it with what is still ahead of them;
 * the next half hour is fixed.
 */
struct problem *day_urgent(struct rng *r, const struct problem *morning, const struct plan *plan,
    int32_t scope, int32_t budget);

/* The same for a technician who drops out: his calls lie open. */
struct problem *day_absence(struct rng *r, const struct problem *morning,
    const struct plan *plan, int32_t scope, int32_t budget);

#endif
