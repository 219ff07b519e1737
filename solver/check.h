/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a plan through, rule by rule of problem.h: what the two files of plan_check()
 * share. It has its own timing, so that a mistake of the search cannot excuse itself.
 * Internal to libsolver.
 */
#ifndef EVENKEEL_SOLVER_CHECK_H
#define EVENKEEL_SOLVER_CHECK_H

#include "solver/solve.h"

/* What is known while a plan is read through. */
struct reading {
	const struct problem *p;
	const struct plan *plan;
	char *why;
	size_t why_size;
	int32_t *by;       /* who serves each call, -1 nobody */
	int32_t *start_s;
	int32_t *end_s;
	int32_t *stay_by;  /* on whose current route it is */
	int64_t cost;
	struct disturbance d;
};

/* Writes the sentence that says what is wrong; always -EINVAL. */
__attribute__((format(printf, 2, 3))) int check_wrong(const struct reading *r, const char *fmt,
    ...);

/* A price an hour for so many seconds. */
int64_t check_per_hour(int64_t cents, int64_t s);

/*
 * Reads technician k's route: its times, what it uses up, and all of its cost but what
 * depends on what people were told. Notes who serves each call, and when. -EINVAL.
 */
int check_route(struct reading *r, int32_t k);

#endif
