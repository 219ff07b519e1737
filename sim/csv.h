/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comma-separated values by RFC 4180: quotes, doubled quotes, line ends inside
 * quotes. The first record names the columns.
 */
#ifndef EVENKEEL_SIM_CSV_H
#define EVENKEEL_SIM_CSV_H

#include <stddef.h>

enum { CSV_COLUMNS_MAX = 128, CSV_FILE_MAX = 256 << 20 };

struct csv; /* opaque */

/*
 * Reads a whole file. 0; -EINVAL: empty, gzipped, not text, a quote left open; -EFBIG:
 * over CSV_FILE_MAX bytes; or why it could not be read. why gets a sentence.
 */
int csv_open(const char *path, struct csv **ret, char *why, size_t why_size);
void csv_close(struct csv *c); /* NULL is fine */

/* Column of that name, or -1. */
int csv_column(const struct csv *c, const char *name);

/* Goes to the next record: 1, or 0 at the end. Empty lines are passed over. */
int csv_next(struct csv *c);
/* A field of the present record, "" if the column is -1 or the record is short; valid until
 * csv_close(). */
const char *csv_field(const struct csv *c, int column);

#endif
