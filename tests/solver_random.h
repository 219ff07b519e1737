/* SPDX-License-Identifier: Apache-2.0 */
/* Small random problems that use every member of struct problem. */
#ifndef EVENKEEL_TESTS_SOLVER_RANDOM_H
#define EVENKEEL_TESTS_SOLVER_RANDOM_H

#include "solver/problem.h"
#include "solver/rng.h"

/* A problem that passes problem_check, its stay plan filled in. Aborts without memory. */
struct problem *solver_random(struct rng *r, int32_t technicians, int32_t calls);

#endif
