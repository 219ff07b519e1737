/* SPDX-License-Identifier: Apache-2.0 */
/* Tables fitted to the width of a terminal. */
#ifndef EVENKEEL_CTL_TABLE_H
#define EVENKEEL_CTL_TABLE_H

#include <stddef.h>

#include "ctl/ctl.h"
#include "ctl/text.h"

enum { TABLE_COLUMNS_MAX = 16 };

struct column {
	const char *title;
	bool right; /* aligned: numbers */
	bool gives; /* is cut first where the terminal is too narrow */
};

struct table; /* opaque */

/* Borrows columns, at most TABLE_COLUMNS_MAX. NULL when out of memory. */
struct table *table_new(const struct column *columns, size_t count);
void table_free(struct table *t); /* NULL is fine */

/* The next cell, row by row; the text is copied. Out of memory shows when printing. */
void table_add(struct table *t, enum colour colour, const char *text);

/* Titles and rows, or one line that says there are none. -ENOMEM if a cell was lost. */
int table_print(const struct table *t, const struct ctl *ctl, const char *if_empty);

#endif
