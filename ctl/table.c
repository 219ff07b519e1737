/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/table.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/utf8.h"

enum { GAP = 2, LEAST = 6 /* columns that a cut cell keeps */ };

struct cell {
	char *text;
	enum colour colour;
};

struct table {
	const struct column *columns;
	size_t column_count;
	struct cell *cells;
	size_t count, size;
	bool lost; /* a cell, for want of memory */
};

struct table *
table_new(const struct column *columns, size_t count)
{
	struct table *t = calloc(1, sizeof(*t));

	assert(count > 0 && count <= TABLE_COLUMNS_MAX);
	if (t != NULL) {
		t->columns = columns;
		t->column_count = count;
	}
	return t;
}

void
table_free(struct table *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->count; i++)
		free(t->cells[i].text);
	free(t->cells);
	free(t);
}

void
table_add(struct table *t, enum colour colour, const char *text)
{
	if (t->count == t->size) {
		size_t size = t->size > 0 ? t->size * 2 : 64;
		struct cell *cells = realloc(t->cells, size * sizeof(*cells));

		if (cells == NULL) {
			t->lost = true;
			return;
		}
		t->cells = cells;
		t->size = size;
	}
	t->cells[t->count].colour = colour;
	t->cells[t->count].text = strdup(text);
	if (t->cells[t->count].text == NULL)
		t->lost = true;
	else
		t->count++;
}

/* Columns wanted; 0 where every cell is empty: such a column is left out. */
static void
widths_wanted(const struct table *t, size_t ret[TABLE_COLUMNS_MAX])
{
	for (size_t c = 0; c < t->column_count; c++)
		ret[c] = 0;
	for (size_t i = 0; i < t->count; i++) {
		size_t c = i % t->column_count;
		size_t w = text_width(t->cells[i].text);

		if (w > 0 && ret[c] == 0)
			ret[c] = text_width(t->columns[c].title);
		if (w > ret[c])
			ret[c] = w;
	}
}

/* Takes columns away from the widest that gives, one at a time, until all fit. */
static void
widths_fit(const struct table *t, size_t limit, size_t widths[TABLE_COLUMNS_MAX])
{
	for (;;) {
		size_t total = 0;
		size_t widest = t->column_count;

		for (size_t c = 0; c < t->column_count; c++) {
			total += widths[c] > 0 ? widths[c] + (total > 0 ? GAP : 0) : 0;
			if (t->columns[c].gives && widths[c] > LEAST &&
			    (widest == t->column_count || widths[c] > widths[widest]))
				widest = c;
		}
		if (total <= limit || widest == t->column_count)
			return;
		widths[widest]--;
	}
}

/* The text cut to so many columns, with an ellipsis if some is missing. */
static void
cut_to(const char *text, size_t width, char *ret, size_t size)
{
	size_t len = strlen(text), taken = 0, at = 0;

	snprintf(ret, size, "%s", text);
	if (text_width(text) <= width)
		return;
	while (at < len) {
		char one[8] = "";
		uint32_t code;
		size_t n = utf8_char(text + at, len - at, &code);

		if (n == 0)
			break;
		memcpy(one, text + at, n);
		if (taken + text_width(one) > width - 1 || at + n + 4 > size)
			break;
		taken += text_width(one);
		at += n;
	}
	snprintf(ret + at, size - at, "\xe2\x80\xa6");
}

/* Blanks are owed until something follows, so that no line ends in them. */
static void
print_cell(const struct table *t, const struct ctl *ctl, size_t c, size_t width, const char *text,
    enum colour colour, size_t *owed)
{
	char cut[TEXT_SIZE];
	size_t blanks;

	cut_to(text, width, cut, sizeof(cut));
	blanks = width - text_width(cut);
	if (t->columns[c].right)
		*owed += blanks;
	if (cut[0] != '\0') {
		fprintf(ctl->out, "%*s%s%s%s", (int)*owed, "", colour_on(ctl, colour), cut,
		    colour_off(ctl, colour));
		*owed = 0;
	}
	*owed += GAP + (t->columns[c].right ? 0 : blanks);
}

/* Titles, or the cells of one row. */
static void
print_row(const struct table *t, const struct ctl *ctl, const size_t widths[TABLE_COLUMNS_MAX],
    const struct cell *cells)
{
	size_t owed = 0;

	for (size_t c = 0; c < t->column_count; c++) {
		if (widths[c] > 0)
			print_cell(t, ctl, c, widths[c],
			    cells != NULL ? cells[c].text : t->columns[c].title,
			    cells != NULL ? cells[c].colour : BOLD, &owed);
	}
	fputc('\n', ctl->out);
}

int
table_print(const struct table *t, const struct ctl *ctl, const char *if_empty)
{
	size_t widths[TABLE_COLUMNS_MAX];

	if (t->lost)
		return -ENOMEM;
	if (t->count == 0) {
		fprintf(ctl->out, "%s\n", if_empty);
		return 0;
	}
	widths_wanted(t, widths);
	if (ctl->width > 0)
		widths_fit(t, (size_t)ctl->width, widths);
	print_row(t, ctl, widths, NULL);
	for (size_t i = 0; i + t->column_count <= t->count; i += t->column_count)
		print_row(t, ctl, widths, &t->cells[i]);
	return 0;
}
