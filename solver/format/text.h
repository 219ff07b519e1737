/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of an input, whether they come from a file, a pipe or memory. A
 * file is mapped, and lets go of what was read already, so that an input of many
 * hundred megabytes costs hardly any memory.
 */
#ifndef EVENKEEL_SOLVER_FORMAT_TEXT_H
#define EVENKEEL_SOLVER_FORMAT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct text {
	const char *at; /* never NULL; not ended by a NUL */
	size_t size;
	bool mapped;
	bool owned; /* `at` is malloc'd */
};

/*
 * Opens a file, or standard input for "-". A pipe with much in it is kept in a
 * file without a name meanwhile. 0, or a negative errno; the caller owns ret (text_done).
 */
int text_open(const char *path, struct text *ret);

/* Borrows bytes, which must outlive it. */
struct text text_of(const char *bytes, size_t size);
void text_done(struct text *t);

/*
 * Says that the reader, who began at `from`, has got to offset `to`: what lies between
 * leaves memory, and comes back from the file if it is looked at again. Returns
 * the offset up to which it has gone, to be the next `from`.
 */
size_t text_passed(const struct text *t, size_t from, size_t to);

/* The line, from 1, that an offset is on. */
size_t text_line(const struct text *t, size_t offset);

#endif
