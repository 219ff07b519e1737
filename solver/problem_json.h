/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Problems and plans as JSON: evenkeel-solve's own format, and the words between
 * the daemon and its solver workers. doc/solver-format.md describes the members.
 */
#ifndef EVENKEEL_SOLVER_PROBLEM_JSON_H
#define EVENKEEL_SOLVER_PROBLEM_JSON_H

#include <jansson.h>
#include <stddef.h>

#include "solver/problem.h"
#include "solver/solve.h"

/* A new reference, or NULL when out of memory. */
json_t *problem_to_json(const struct problem *p);

/*
 * Decodes and checks. -EINVAL with a sentence in why that names the member,
 * what was expected and what came; unknown members are refused. A call
 * without "stay" on a current route gets the stay plan's start by re-timing.
 */
int problem_from_json(const json_t *j, struct problem **ret, char *why, size_t why_size);

/*
 * A problem as text: problem_from_json of it, or -EINVAL with the line and column
 * of what is no JSON. No text longer than size is read.
 */
int problem_parse(const char *text, size_t size, struct problem **ret, char *why,
    size_t why_size);

/* A plan without its problem's rules: routes by technician id, stops by call id. */
json_t *plan_to_json(const struct problem *p, const struct plan *plan);

/* Decodes a worker's answer against the problem it was given; checks indices and ids, not rules. */
int plan_from_json(const json_t *j, const struct problem *p, struct plan **ret, char *why,
    size_t why_size);

#endif
