/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the members of the own format that not every shop needs: windows, loads, parts,
 * tools, matrices, traffic. Internal to libsolver. All return 0, -ENOMEM or a
 * refusal as json_refuse writes it; a member that is missing leaves things as they are.
 */
#ifndef EVENKEEL_SOLVER_PROBLEM_JSON_PARTS_H
#define EVENKEEL_SOLVER_PROBLEM_JSON_PARTS_H

#include "solver/json_read.h"
#include "solver/problem.h"

int parts_read_flag(const struct json_reader *r, const char *name, const json_t *j, bool *ret);

/* [[from, to], ...], PROBLEM_WINDOWS_MAX at most. */
int parts_read_windows(const struct json_reader *r, const json_t *j, struct window *out,
    int32_t *ret_n);

int parts_read_technician(const struct json_reader *r, const struct problem *p, const json_t *j,
    struct technician *t);

/* Windows that are given set open_s and close_s where these are not. */
int parts_read_call(const struct json_reader *r, const struct problem *p, const json_t *j,
    struct call *c);

/* Matrices and traffic of the problem j, and whether breaks part a drive. */
int parts_read_roads(const struct json_reader *r, struct problem *p, const json_t *j);

#endif
