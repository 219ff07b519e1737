/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/terms.h"

#include <stdio.h>
#include <string.h>

#include "daemon/build.h"
#include "daemon/state.h"

enum { SHIFT_LONGEST_S = 2 * 86400 };

/* Reads an object inside p at a path like "shifts[1]."; refusals go back with leave(). */
static struct params
enter(struct params *p, const json_t *obj, const char *path)
{
	struct params sub;

	params_init(&sub, obj);
	sub.path = path;
	sub.failed = p->failed;
	return sub;
}

static void
leave(struct params *p, const struct params *sub)
{
	if (p->failed || !sub->failed)
		return;
	p->failed = true;
	p->refusal = sub->refusal;
}

static void
put_place(struct params *p, const char *name, const char *path, json_t **terms)
{
	const json_t *obj = params_get(p, name);
	struct params sub = enter(p, obj, path);
	const char *address;

	if (obj == NULL)
		return;
	build_set(terms, name, json_pack("{s:i, s:i}", "lat_udeg",
	    (int)params_udeg(&sub, "lat", 0), "lon_udeg", (int)params_udeg(&sub, "lon", 0)));
	address = params_str(&sub, "address", NULL);
	if (address != NULL)
		build_set(terms, "address", json_string(address));
	leave(p, &sub);
}

static void
put_skills(struct params *p, const char *name, json_t **terms)
{
	const json_t *array = params_get(p, name), *one;
	json_t *list;
	size_t i;

	if (array == NULL)
		return;
	list = json_array();
	json_array_foreach(array, i, one) {
		const json_t *level = json_object_get(one, "level");

		build_add(&list, json_pack("{s:O, s:I}", "skill",
		    json_object_get(one, "skill"), "level",
		    level == NULL ? (json_int_t)1 : json_integer_value(level)));
	}
	build_set(terms, name, list);
}

/* Texts that can be wiped out by an empty one. */
static bool
may_be_empty(const char *name)
{
	return strcmp(name, "note") == 0 || strcmp(name, "reference") == 0;
}

/* Members that go over as they are; text that is left empty is as good as none, but for notes. */
static void
put_same(struct params *p, json_t **terms, const char *const *name)
{
	for (; *name != NULL; name++) {
		json_t *v = json_object_get(p->obj, *name);

		if (v != NULL && (!json_is_string(v) || json_string_length(v) > 0 || may_be_empty(*name)))
			build_set(terms, *name, json_incref(v));
	}
}

/* A name is for people to read: blanks alone are none. */
static void
name_check(struct params *p, const char *name)
{
	const char *text = params_str(p, name, NULL);

	if (text != NULL && text[strspn(text, " \t\r\n")] == '\0')
		params_refuse(p, name, "a name, not blanks alone", "blanks");
}

static json_t *
breaks_of(struct params *shift, const char *path, int64_t from, int64_t to)
{
	const json_t *array = params_get(shift, "breaks"), *one;
	json_t *list = json_array();
	int64_t last = from;
	size_t i;

	json_array_foreach(array, i, one) {
		char at[96];
		struct params p;
		int64_t open, close;

		snprintf(at, sizeof(at), "%sbreaks[%zu].", path, i);
		p = enter(shift, one, at);
		open = params_when(&p, "from", 0);
		close = params_when(&p, "to", 0);
		if (!p.failed && (open < last || open > to))
			params_refuse(&p, "from", "a time in the shift, not before the break before it",
			    json_string_value(json_object_get(one, "from")));
		if (!p.failed && (close < open || close > to))
			params_refuse(&p, "to", "a latest start from its earliest to the shift's end",
			    json_string_value(json_object_get(one, "to")));
		last = open;
		build_add(&list, json_pack("{s:I, s:I, s:I}", "from", (json_int_t)open,
		    "to", (json_int_t)close, "duration_s",
		    (json_int_t)params_int(&p, "duration_s", 0)));
		leave(shift, &p);
	}
	return list;
}

static void
put_shifts(struct params *p, json_t **terms)
{
	const json_t *array = params_get(p, "shifts"), *one;
	json_t *list;
	int64_t last = INT64_MIN;
	size_t i;

	if (array == NULL)
		return;
	list = json_array();
	json_array_foreach(array, i, one) {
		char at[48];
		struct params shift;
		int64_t from, to;

		snprintf(at, sizeof(at), "shifts[%zu].", i);
		shift = enter(p, one, at);
		from = params_when(&shift, "from", 0);
		to = params_when(&shift, "to", 0);
		if (!shift.failed && from < last)
			params_refuse(&shift, "from", "a time at or after the end of the shift before it",
			    json_string_value(json_object_get(one, "from")));
		if (!shift.failed && (to <= from || to - from > SHIFT_LONGEST_S))
			params_refuse(&shift, "to", "a time after its start, at most 48 hours",
			    json_string_value(json_object_get(one, "to")));
		last = to;
		build_add(&list, json_pack("{s:I, s:I, s:o}", "from", (json_int_t)from,
		    "to", (json_int_t)to, "breaks", breaks_of(&shift, at, from, to)));
		leave(p, &shift);
	}
	build_set(terms, "shifts", list);
}

json_t *
terms_of_tech(struct params *p)
{
	static const char *const same[] = { "name", "speed_pct", "overtime_max_s", NULL };
	json_t *terms = json_object();

	name_check(p, "name");
	put_same(p, &terms, same);
	put_place(p, "home", "home.", &terms);
	put_place(p, "end", "end.", &terms);
	put_skills(p, "skills", &terms);
	put_shifts(p, &terms);
	return terms;
}

json_t *
terms_of_call(struct params *p)
{
	static const char *const same[] = { "customer", "kind", "severity", "duration_s", "difficulty",
		"note", "reference", "preferred", "required", "forbidden", "origin", "asker", "contract",
		"language", "contact", NULL };
	json_t *terms = json_object();

	name_check(p, "customer");
	put_same(p, &terms, same);
	put_place(p, "site", "site.", &terms);
	put_skills(p, "needs", &terms);
	return terms;
}
