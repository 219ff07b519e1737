/* SPDX-License-Identifier: Apache-2.0 */
/* Text read line by line, with refusals that name the line. Internal to libsolver. */
#ifndef EVENKEEL_SOLVER_FORMAT_LINES_H
#define EVENKEEL_SOLVER_FORMAT_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "solver/format/text.h"

struct lines {
	char *copy, *next, *end;
	size_t line; /* the number of the last one, from 1 */
	char *why;   /* where refusals go */
	size_t why_size;
};

/* Copies the text, so that lines can be ended by a NUL. -ENOMEM. */
int lines_open(const struct text *t, char *why, size_t why_size, struct lines *ret);
void lines_done(struct lines *l);

/* The next line that is not blank, without its end; NULL after the last. */
char *lines_next(struct lines *l);

/* Writes the refusal, with the line before it; always -EINVAL. */
__attribute__((format(printf, 2, 3))) int lines_refuse(const struct lines *l,
    const char *fmt, ...);

/* A finite number at *at, which it goes past; false, and nothing is changed, if there is none. */
bool lines_number(char **at, double *ret);

/*
 * A number of the line, of what `what` names, times scale, as a whole number of ticks from 0
 * to max; anything else is refused.
 */
int lines_ticks(const struct lines *l, char **at, const char *what, double scale, int32_t max,
    int32_t *ret);

#endif
