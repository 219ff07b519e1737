/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes the travel matrices out of a problem of the VROOM JSON API, so that what is
 * left is small enough for a JSON library: a matrix of 9,000 places has 81
 * million numbers. Internal to libsolver.
 */
#ifndef EVENKEEL_SOLVER_FORMAT_JSON_CUT_H
#define EVENKEEL_SOLVER_FORMAT_JSON_CUT_H

#include <stddef.h>
#include <stdint.h>

#include "solver/problem.h"
#include "solver/format/text.h"

enum { JSON_CUTS_MAX = 3 * PROBLEM_MATRICES_MAX };

/* A value that was taken out: the bytes [at, at + size) of the text. */
struct json_span {
	size_t at, size;
	size_t rest_at; /* where its number stands in the rest */
};

struct json_cut {
	char *rest; /* the text with the number of its span instead of each value taken out */
	size_t rest_size;
	struct json_span span[JSON_CUTS_MAX];
	int32_t spans;
};

/*
 * Takes out "matrix" and, of each profile of "matrices", "durations", "distances" and
 * "costs". Text that is no JSON is left as it is from there on, for the JSON library to
 * complain about. -ENOMEM.
 */
int json_cut(const struct text *t, struct json_cut *ret);
void json_cut_done(struct json_cut *c);

/* The line of the whole text that an offset of the rest is on. */
size_t json_cut_line(const struct text *t, const struct json_cut *c, size_t rest_at);

/*
 * Reads a span as a square matrix of whole numbers from 0 to TRAVEL_S_MAX: narrow if
 * they allow it. -EINVAL with a sentence in why that begins with name ("matrices.car.
 * durations"); -ENOMEM. The arrays are the caller's.
 */
int json_cut_matrix(const struct text *t, const struct json_span *s, const char *name,
    struct travel_matrix *ret, int32_t *ret_n, char *why, size_t why_size);

/*
 * A matrix that stays in the text, for its few numbers that are ever asked for: row_at[r] is
 * where row r begins. -EINVAL if it has not n rows. The array is the caller's.
 */
int json_cut_rows(const struct text *t, const struct json_span *s, int32_t n, size_t **ret_row_at);

/* A number of the row that begins there; -1 if there is none. */
int64_t json_cut_number(const struct text *t, const struct json_span *s, size_t row_at,
    int32_t column);

#endif
