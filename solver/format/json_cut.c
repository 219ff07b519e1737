/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/format/json_cut.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A walk through the text. */
struct walk {
	const struct text *t;
	struct json_cut *cut;
	size_t at;
	size_t copied; /* the text up to here is in the rest, or taken out */
	size_t passed; /* the text up to here has left memory */
	size_t room;   /* of the rest */
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static void
skip_blanks(struct walk *w)
{
	while (w->at < w->t->size && is_blank(w->t->at[w->at]))
		w->at++;
}

/* The next byte that is not blank is c: goes past it. */
static bool
take(struct walk *w, char c)
{
	skip_blanks(w);
	if (w->at == w->t->size || w->t->at[w->at] != c)
		return false;
	w->at++;
	return true;
}

/* Goes past a string, whose first quote is next. */
static bool
skip_string(struct walk *w)
{
	if (!take(w, '"'))
		return false;
	for (; w->at < w->t->size; w->at++) {
		if (w->t->at[w->at] == '\\')
			w->at++;
		else if (w->t->at[w->at] == '"')
			break;
	}
	if (w->at >= w->t->size)
		return false;
	w->at++;
	return true;
}

/*
 * Goes past any value, by its brackets and strings only. The long way through a matrix is in
 * the inner loop, which steps over digits, commas and blanks.
 */
static bool
skip_value(struct walk *w)
{
	const char *text = w->t->at;
	size_t size = w->t->size;
	size_t depth = 0;

	skip_blanks(w);
	for (;;) {
		size_t at = w->at;
		char c;

		while (at < size && text[at] < '[' && text[at] != '"' && (depth > 0 || text[at] != ','))
			at++;
		w->at = at;
		if (at == size)
			return false;
		c = text[at];
		if (c == '"') {
			if (!skip_string(w))
				return false;
			continue;
		}
		if (depth == 0 && (c == ',' || c == ']' || c == '}'))
			return true;
		depth += c == '[' || c == '{';
		depth -= c == ']' || c == '}';
		w->at++;
		w->passed = text_passed(w->t, w->passed, w->at);
	}
}

/* Copies the text up to an offset to the rest. */
static int
copy_to(struct walk *w, size_t to)
{
	struct json_cut *c = w->cut;
	size_t n = to - w->copied;

	if (c->rest_size + n + 32 > w->room) {
		size_t room = 2 * w->room + n + 32;
		char *grown = realloc(c->rest, room);

		if (grown == NULL)
			return -ENOMEM;
		c->rest = grown;
		w->room = room;
	}
	memcpy(c->rest + c->rest_size, w->t->at + w->copied, n);
	c->rest_size += n;
	w->copied = to;
	return 0;
}

/* Takes out the value that is next: 1, or 0 if it does not end; -ENOMEM. */
static int
cut_value(struct walk *w)
{
	struct json_cut *c = w->cut;
	struct json_span *s = &c->span[c->spans];
	int rc;

	skip_blanks(w);
	s->at = w->at;
	if (c->spans == JSON_CUTS_MAX || !skip_value(w))
		return 0;
	s->size = w->at - s->at;
	rc = copy_to(w, s->at);
	if (rc < 0)
		return rc;
	s->rest_at = c->rest_size;
	c->rest_size += (size_t)sprintf(c->rest + c->rest_size, "%d", c->spans);
	c->spans++;
	w->copied = w->at;
	return 1;
}

typedef int member_fn(struct walk *w, const char *name, size_t size);

/* Goes through the members of an object: 1, 0 if it is none or is broken, or -ENOMEM. */
static int
each_member(struct walk *w, member_fn *member)
{
	if (!take(w, '{'))
		return skip_value(w);
	if (take(w, '}'))
		return 1;
	do {
		size_t from, size;
		int rc;

		skip_blanks(w);
		from = w->at + 1;
		if (!skip_string(w))
			return 0;
		size = w->at - 1 - from;
		if (!take(w, ':'))
			return 0;
		rc = member(w, w->t->at + from, size);
		if (rc <= 0)
			return rc;
	} while (take(w, ','));
	return take(w, '}');
}

static bool
is(const char *name, size_t size, const char *what)
{
	return size == strlen(what) && memcmp(name, what, size) == 0;
}

static int
profile_member(struct walk *w, const char *name, size_t size)
{
	if (is(name, size, "durations") || is(name, size, "distances") || is(name, size, "costs"))
		return cut_value(w);
	return skip_value(w);
}

static int
matrices_member(struct walk *w, const char *name, size_t size)
{
	(void)name;
	(void)size;
	return each_member(w, profile_member);
}

static int
top_member(struct walk *w, const char *name, size_t size)
{
	if (is(name, size, "matrices"))
		return each_member(w, matrices_member);
	if (is(name, size, "matrix"))
		return cut_value(w);
	return skip_value(w);
}

int
json_cut(const struct text *t, struct json_cut *ret)
{
	struct walk w = { .t = t, .cut = ret };
	int rc;

	*ret = (struct json_cut){ 0 };
	rc = each_member(&w, top_member);
	if (rc >= 0)
		rc = copy_to(&w, t->size); /* what follows, or what could not be read */
	if (rc < 0)
		json_cut_done(ret);
	return rc;
}

void
json_cut_done(struct json_cut *c)
{
	free(c->rest);
	c->rest = NULL;
	c->spans = 0;
}

size_t
json_cut_line(const struct text *t, const struct json_cut *c, size_t rest_at)
{
	struct text rest = text_of(c->rest, c->rest_size);
	size_t line = text_line(&rest, rest_at);

	for (int32_t s = 0; s < c->spans && c->span[s].rest_at < rest_at; s++) {
		struct text span = text_of(t->at + c->span[s].at, c->span[s].size);

		line += text_line(&span, span.size) - 1;
	}
	return line;
}

/* Where the numbers of a matrix go: narrow as long as they allow it. */
struct numbers {
	struct travel_matrix m;
	size_t n; /* rows and columns, 0 until the first row is read */
	size_t room, used;
};

static int
widen(struct numbers *x)
{
	x->m.wide_s = malloc(x->room * sizeof(*x->m.wide_s));
	if (x->m.wide_s == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < x->used; i++)
		x->m.wide_s[i] = x->m.narrow_s[i];
	free(x->m.narrow_s);
	x->m.narrow_s = NULL;
	return 0;
}

/* The first row grows; with its end the size of all is known. */
static int
make_room(struct numbers *x, size_t room)
{
	size_t each = x->m.wide_s != NULL ? sizeof(int32_t) : sizeof(uint16_t);
	void *grown = realloc(x->m.wide_s != NULL ? (void *)x->m.wide_s : x->m.narrow_s,
	    room * each);

	if (grown == NULL)
		return -ENOMEM;
	if (x->m.wide_s != NULL)
		x->m.wide_s = grown;
	else
		x->m.narrow_s = grown;
	x->room = room;
	return 0;
}

/* Room for another row's numbers, or for the first row to grow. */
static int
grow(struct numbers *x)
{
	return x->used < x->room ? 0 : make_room(x, 2 * x->room + 64);
}

static int
put_number(struct numbers *x, uint32_t v)
{
	int rc = grow(x);

	if (rc == 0 && v > UINT16_MAX && x->m.wide_s == NULL)
		rc = widen(x);
	if (rc < 0)
		return rc;
	if (x->m.wide_s != NULL)
		x->m.wide_s[x->used++] = (int32_t)v;
	else
		x->m.narrow_s[x->used++] = (uint16_t)v;
	return 0;
}

/*
 * The bulk of a matrix: small numbers with commas and nothing else between them. Takes as many
 * as it can, each with its comma, and returns how many.
 */
static size_t
put_plain_numbers(struct walk *w, struct numbers *x, size_t max)
{
	const char *at = w->t->at + w->at, *end = w->t->at + w->t->size;
	size_t n = 0;

	if (x->m.narrow_s == NULL || end - at < 8)
		return 0;
	for (; n < max && x->used < x->room && at < end - 8; n++) {
		uint32_t v = 0;
		int digits = 0;

		for (; (unsigned char)(at[digits] - '0') <= 9 && digits < 6; digits++)
			v = 10 * v + (uint32_t)(at[digits] - '0');
		if (digits == 0 || at[digits] != ',' || v > UINT16_MAX)
			break;
		x->m.narrow_s[x->used++] = (uint16_t)v;
		at += digits + 1;
		at += *at == ' ';
	}
	w->at = (size_t)(at - w->t->at);
	return n;
}

/* The refusal of what stands at w, within a matrix. */
static int
no_number(const struct walk *w, const char *name, size_t row, size_t column, char *why,
    size_t why_size)
{
	int some = (int)(w->t->size - w->at < 12 ? w->t->size - w->at : 12);

	snprintf(why, why_size, "line %zu: %s[%zu][%zu]: expected a whole number from 0 to %d, "
	    "got %.*s", text_line(w->t, w->at), name, row, column, TRAVEL_S_MAX, some,
	    some > 0 ? w->t->at + w->at : "the end");
	return -EINVAL;
}

/* A number; false if there is none, or it is no matrix's number. */
static bool
read_number(struct walk *w, uint32_t *ret)
{
	size_t from;
	uint32_t v = 0;

	skip_blanks(w);
	from = w->at;
	for (; w->at < w->t->size; w->at++) {
		unsigned digit = (unsigned)(unsigned char)w->t->at[w->at] - '0';

		if (digit > 9 || v > TRAVEL_S_MAX)
			break;
		v = 10 * v + digit;
	}
	*ret = v;
	if (w->at == from || w->at - from > 10 || v > TRAVEL_S_MAX ||
	    (w->at < w->t->size && strchr(".eE", w->t->at[w->at]) != NULL)) {
		w->at = from;
		return false;
	}
	return true;
}

static int
read_row(struct walk *w, struct numbers *x, size_t row, const char *name, char *why,
    size_t why_size)
{
	size_t column = 0;

	if (!take(w, '['))
		return no_number(w, name, row, 0, why, why_size);
	do {
		uint32_t v;
		int rc;

		skip_blanks(w);
		if (x->n > 0 && column < x->n)
			column += put_plain_numbers(w, x, x->n - column - 1);
		if (!read_number(w, &v) || (x->n > 0 && column == x->n))
			return no_number(w, name, row, column, why, why_size);
		rc = put_number(x, v);
		if (rc < 0)
			return rc;
		column++;
	} while (take(w, ','));
	if (!take(w, ']'))
		return no_number(w, name, row, column, why, why_size);
	if (x->n == 0)
		x->n = column;
	if (column == x->n)
		return 0;
	snprintf(why, why_size, "line %zu: %s[%zu]: expected %zu numbers as in the first row, "
	    "got %zu", text_line(w->t, w->at), name, row, x->n, column);
	return -EINVAL;
}

static int
read_rows(struct walk *w, struct numbers *x, const struct json_span *s, const char *name,
    char *why, size_t why_size)
{
	size_t row = 0;
	int rc;

	if (!take(w, '['))
		return no_number(w, name, 0, 0, why, why_size);
	do {
		if (row > 0 && row == x->n)
			break;
		rc = read_row(w, x, row, name, why, why_size);
		if (rc < 0)
			return rc;
		row++;
		if (row == 1) {
			/* A number takes two bytes of text at least: no room is made for lies. */
			if (x->n > PROBLEM_LOCATIONS_MAX || x->n * x->n > s->size / 2)
				break;
			rc = make_room(x, x->n * x->n);
			if (rc < 0)
				return rc;
		}
		w->passed = text_passed(w->t, w->passed, w->at);
	} while (take(w, ','));
	if (row == x->n && take(w, ']'))
		return 0;
	snprintf(why, why_size, "%s: expected as many rows as columns, %d at most, got %zu "
	    "columns and another number of rows", name, PROBLEM_LOCATIONS_MAX, x->n);
	return -EINVAL;
}

int
json_cut_matrix(const struct text *t, const struct json_span *s, const char *name,
    struct travel_matrix *ret, int32_t *ret_n, char *why, size_t why_size)
{
	struct text part = *t;
	struct walk w = { .t = &part, .at = s->at, .passed = s->at };
	struct numbers x = { 0 };
	int rc;

	part.size = s->at + s->size;
	rc = read_rows(&w, &x, s, name, why, why_size);
	if (rc < 0) {
		free(x.m.narrow_s);
		free(x.m.wide_s);
		return rc;
	}
	*ret = x.m;
	*ret_n = (int32_t)x.n;
	return 0;
}

int
json_cut_rows(const struct text *t, const struct json_span *s, int32_t n, size_t **ret_row_at)
{
	struct text part = *t;
	struct walk w = { .t = &part, .at = s->at, .passed = s->at };
	size_t *row_at = malloc(((size_t)n + 1) * sizeof(*row_at));
	int32_t row = 0;

	if (row_at == NULL)
		return -ENOMEM;
	part.size = s->at + s->size;
	if (take(&w, '[')) {
		do {
			skip_blanks(&w);
			row_at[row++] = w.at;
			if (!skip_value(&w))
				break;
			w.passed = text_passed(&part, w.passed, w.at);
		} while (row < n && take(&w, ','));
	}
	if (row != n || !take(&w, ']')) {
		free(row_at);
		return -EINVAL;
	}
	*ret_row_at = row_at;
	return 0;
}

int64_t
json_cut_number(const struct text *t, const struct json_span *s, size_t row_at, int32_t column)
{
	struct text part = *t;
	struct walk w = { .t = &part, .at = row_at };
	uint32_t v = 0;

	part.size = s->at + s->size;
	if (!take(&w, '['))
		return -1;
	for (int32_t c = 0; c <= column; c++)
		if (!read_number(&w, &v) || (c < column && !take(&w, ',')))
			return -1;
	return v;
}
