/* SPDX-License-Identifier: Apache-2.0 */
/* Small random problems that use every member of struct problem. */
#ifndef EVENKEEL_TESTS_SOLVER_RANDOM_H
#define EVENKEEL_TESTS_SOLVER_RANDOM_H

#include "solver/problem.h"
#include "solver/rng.h"

/* A problem that passes problem_check, its stay plan filled in. Aborts without memory. */
struct problem *solver_random(struct rng *r, int32_t technicians, int32_t calls);

/* Parts of the model that not every shop needs, each a bit. */
enum {
	PART_WINDOWS = 1,
	PART_SETUP = 2,
	PART_LOADS = 4,
	PART_DEPOT = 8,
	PART_LIMITS = 16, /* of stops and driving; open starts, prices of a day */
	PART_LEAVES_LATE = 32,
	PART_BREAK_WINDOWS = 64,
	PART_ON_THE_WAY = 128,
	PART_TRAFFIC = 256,
	PART_MATRIX = 512,
	PARTS = 10,
};

/* The same with these parts. */
struct problem *solver_random_with(struct rng *r, int32_t technicians, int32_t calls,
    unsigned parts);

/*
 * A problem of some forty seconds, with hard windows only and nothing told: so small that every
 * second can be tried.
 */
struct problem *solver_tiny(struct rng *r, int32_t technicians, int32_t calls);

/* Puts parts into a problem that has no current routes yet. */
void solver_add_parts(struct rng *r, struct problem *p, unsigned parts);

#endif
