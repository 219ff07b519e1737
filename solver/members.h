/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The members of the own format, thing by thing: those that are plain numbers, read and
 * written by table, and the names of the others. Internal to libsolver.
 */
#ifndef EVENKEEL_SOLVER_MEMBERS_H
#define EVENKEEL_SOLVER_MEMBERS_H

#include "solver/json_read.h"

struct members {
	const struct json_int *ints;
	size_t n;
	const char *const *others; /* NULL-terminated */
};

extern const struct members members_technician, members_break, members_call, members_travel,
    members_weight, members_depot, members_problem;

/* That j is an object of known members only; then reads the numbers into thing. */
int members_read(const struct json_reader *r, const json_t *j, const struct members *of,
    void *thing);

/* Writes those numbers that are not what they are if left out. -ENOMEM. */
int members_write(json_t *j, const struct members *of, const void *thing);

#endif
