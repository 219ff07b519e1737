/* SPDX-License-Identifier: Apache-2.0 */
/* What was learned as canonical JSON, and back. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/body.h"
#include "daemon/build.h"
#include "daemon/learn_impl.h"

/*
 * An entry is written [technician, kind, last, and for time and then given: cases, mean, variance as
 * counted by now, and the same as in use].
 */
enum { FIGURE_NUMBERS = 6, ENTRY_ITEMS = 3 + 2 * FIGURE_NUMBERS };

#define VARIANCE_MAX INT64_C(100000000000)
#define MEAN_MAX INT64_C(100000000)

static void
put_figure(json_t **row, const struct learn_figure *f)
{
	const struct learned *of[] = { &f->now, &f->used };

	for (int i = 0; i < 2; i++) {
		build_add(row, json_integer(of[i]->cases));
		build_add(row, json_integer(of[i]->mean));
		build_add(row, json_integer(of[i]->variance));
	}
}

static json_t *
entry_row(const struct learn_entry *e)
{
	json_t *row = json_pack("[s, s, I]", e->technician, e->kind, (json_int_t)e->last);

	put_figure(&row, &e->time);
	put_figure(&row, &e->given);
	return row;
}

static json_t *
shelf_rows(const struct learn_shelf *sh)
{
	const struct learn_entry **list = NULL;
	json_t *rows = json_array();

	if (learn_shelf_sorted(sh, &list) < 0) {
		json_decref(rows);
		return NULL;
	}
	for (int32_t i = 0; i < sh->n; i++)
		build_add(&rows, entry_row(list[i]));
	free(list);
	return rows;
}

json_t *
learn_to_json(const struct learn *l)
{
	return json_pack("{s:o, s:I, s:o, s:I, s:o, s:o, s:I, s:o, s:I, s:I}", "all",
	    entry_row(&l->all), "cases", (json_int_t)l->cases, "drivers", shelf_rows(&l->drivers),
	    "held", (json_int_t)l->held, "kinds", shelf_rows(&l->kinds), "pairs",
	    shelf_rows(&l->pairs), "quoted", (json_int_t)l->quoted, "road", entry_row(&l->road),
	    "shift", (json_int_t)l->shift, "since", (json_int_t)l->since);
}

/* --- and back --- */

static void
read_figure(struct body *b, const json_t *row, size_t at, struct learn_figure *ret)
{
	struct learned *of[] = { &ret->now, &ret->used };

	for (size_t i = 0; i < 2; i++, at += 3) {
		of[i]->cases = body_item_int(b, "learned", row, at, 0, INT64_MAX);
		of[i]->mean = body_item_int(b, "learned", row, at + 1, -MEAN_MAX, MEAN_MAX);
		of[i]->variance = body_item_int(b, "learned", row, at + 2, 0, VARIANCE_MAX);
	}
}

/* A text may be empty here. */
static const char *
read_text(struct body *b, const json_t *row, size_t at, size_t size)
{
	const char *s = json_string_value(json_array_get(row, at));

	if (s != NULL && strlen(s) < size)
		return s;
	body_fail(b, -EBADMSG, "learned: expected a text");
	return "";
}

static void
read_entry(struct body *b, const json_t *row, struct learn_entry *ret)
{
	if (json_array_size(row) != ENTRY_ITEMS) {
		body_fail(b, -EBADMSG, "learned: expected rows of %d", ENTRY_ITEMS);
		return;
	}
	ret->last = body_item_int(b, "learned", row, 2, 0, INT64_MAX);
	read_figure(b, row, 3, &ret->time);
	read_figure(b, row, 3 + FIGURE_NUMBERS, &ret->given);
}

static void
read_shelf(struct body *b, const char *name, struct learn_shelf *sh)
{
	const json_t *rows;
	size_t n = body_array(b, name, (size_t)sh->max, &rows);

	for (size_t i = 0; i < n && !body_failed(b); i++) {
		const json_t *row = json_array_get(rows, i);
		const char *technician = read_text(b, row, 0, STATE_ID_SIZE);
		const char *kind = read_text(b, row, 1, STATE_KIND_SIZE);

		if (body_failed(b))
			return;
		if (learn_shelf_find(sh, technician, kind) != NULL)
			body_fail(b, -EBADMSG, "%s: one is there twice", name);
		else if (learn_shelf_reserve(sh) < 0)
			body_fail(b, -ENOMEM, "Out of memory");
		else
			read_entry(b, row, learn_shelf_put(sh, technician, kind));
	}
}

int
learn_from_json(const json_t *j, struct learn **ret)
{
	struct body_error error = { 0 };
	struct learn *l = learn_new();
	struct body b;

	if (l == NULL)
		return -ENOMEM;
	body_init(&b, j, &error);
	read_entry(&b, json_object_get(j, "all"), &l->all);
	read_entry(&b, json_object_get(j, "road"), &l->road);
	read_shelf(&b, "kinds", &l->kinds);
	read_shelf(&b, "pairs", &l->pairs);
	read_shelf(&b, "drivers", &l->drivers);
	l->cases = body_int(&b, "cases", 0, INT64_MAX);
	l->quoted = body_int(&b, "quoted", 0, INT64_MAX);
	l->held = body_int(&b, "held", 0, l->quoted);
	l->shift = body_int(&b, "shift", LEARN_SHIFT_MIN, LEARN_SHIFT_MAX);
	l->since = body_int(&b, "since", 0, BODY_TIME_MAX);
	if (body_failed(&b)) {
		learn_free(l);
		return error.rc;
	}
	*ret = l;
	return 0;
}
