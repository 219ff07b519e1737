/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cheapest plan of a small problem by brute force: every assignment, order, place of each
 * break and of the visit to the depot, and every start worth a thought. It shares no code with
 * the solver but travel times and problem_may().
 */
#ifndef EVENKEEL_TESTS_BRUTE_H
#define EVENKEEL_TESTS_BRUTE_H

#include "solver/problem.h"

enum { BRUTE_CALLS_MAX = 8, BRUTE_TECHNICIANS_MAX = 3 };
#define BRUTE_NONE INT64_MAX

/*
 * Prices all routes of the problem, which is borrowed until the next call. Of ties between
 * calls it looks at who serves them, not at when: that is for the caller to fix. many_starts:
 * more starts are tried than could matter. every_leave: who leaves late tries each second to
 * leave at, instead of the rule of problem.h; for problems of few seconds.
 */
void brute_begin(const struct problem *p, bool many_starts, bool every_leave);

/* The cheapest plan within a budget (-1: any), BRUTE_NONE if there is none. */
int64_t brute_cheapest(int32_t budget);

#endif
