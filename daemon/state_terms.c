/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/state_impl.h"

#include <errno.h>
#include <string.h>

enum {
	LAT_MAX = 90000000,
	LON_MAX = 180000000,
	LEVEL_MAX = 1000,
	DAY_S = 86400,
	POINTS_MAX = 100,
	SHIFT_LONGEST_S = 2 * DAY_S,
};

static struct place
place_read(struct body *b)
{
	struct place at;

	at.lat_udeg = (int32_t)body_int(b, "lat_udeg", -LAT_MAX, LAT_MAX);
	at.lon_udeg = (int32_t)body_int(b, "lon_udeg", -LON_MAX, LON_MAX);
	return at;
}

struct place
terms_read_place(struct body *b, const char *name)
{
	struct body sub = body_sub(b, name);

	return place_read(&sub);
}

static int32_t
skills_read(struct body *b, const char *name, struct skill *ret, size_t max)
{
	const json_t *array;
	size_t n = body_array(b, name, max, &array);

	for (size_t i = 0; i < n; i++) {
		struct body item = body_item(b, name, array, i);

		body_copy(&item, "skill", ret[i].name, sizeof(ret[i].name));
		ret[i].hash = table_hash(ret[i].name);
		ret[i].level = (int32_t)body_int(&item, "level", 1, LEVEL_MAX);
	}
	return (int32_t)n;
}

static void
breaks_read(struct body *b, struct shift *ret)
{
	const json_t *array;
	size_t n = body_array(b, "breaks", STATE_BREAKS_MAX, &array);

	for (size_t i = 0; i < n; i++) {
		struct body item = body_item(b, "breaks", array, i);
		struct break_due_at *due = &ret->due[i];

		due->from = body_time(&item, "from");
		due->to = body_int(&item, "to", due->from, BODY_TIME_MAX);
		due->duration_s = (int32_t)body_int(&item, "duration_s", 0, DAY_S);
		if (i > 0 && due->from < due[-1].from)
			body_fail(&item, -EBADMSG, "%sfrom: breaks are in order of time", item.at);
	}
	ret->dues = (int32_t)n;
}

static int32_t
shifts_read(struct body *b, struct shift *ret)
{
	const json_t *array;
	size_t n = body_array(b, "shifts", STATE_SHIFTS_MAX, &array);

	for (size_t i = 0; i < n; i++) {
		struct body item = body_item(b, "shifts", array, i);

		ret[i].from = body_time(&item, "from");
		ret[i].to = body_int(&item, "to", ret[i].from + 1, ret[i].from + SHIFT_LONGEST_S);
		breaks_read(&item, &ret[i]);
		if (i > 0 && ret[i].from < ret[i - 1].to)
			body_fail(&item, -EBADMSG,
			    "%sfrom: shifts are in order and do not overlap", item.at);
	}
	return (int32_t)n;
}

void
terms_read_tech(struct body *terms, struct tech *ret)
{
	body_str(terms, "name", 1024);
	ret->home = terms_read_place(terms, "home");
	ret->own_end = body_has(terms, "end");
	ret->end = ret->own_end ? terms_read_place(terms, "end") : ret->home;
	ret->skills = skills_read(terms, "skills", ret->skill, STATE_SKILLS_MAX);
	ret->shifts = shifts_read(terms, ret->shift);
	ret->speed_pct = (int32_t)body_int(terms, "speed_pct", 1, 1000);
	ret->overtime_max_s = (int32_t)body_int_or(terms, "overtime_max_s", 0, DAY_S, -1);
}

static void
appointment_read(struct body *terms, struct call_state *ret)
{
	struct body window;

	ret->appointment = body_has(terms, "appointment");
	if (!ret->appointment)
		return;
	window = body_sub(terms, "appointment");
	ret->appt_from = body_time(&window, "from");
	ret->appt_to = body_int(&window, "to", ret->appt_from + 1, BODY_TIME_MAX);
}

static void
forbidden_read(struct body *terms, struct call_state *ret)
{
	const json_t *array;
	size_t n = body_array_or(terms, "forbidden", STATE_FORBIDDEN_MAX, &array);

	for (size_t i = 0; i < n; i++)
		strcpy(ret->forbidden[i],
		    body_item_str(terms, "forbidden", array, i, STATE_ID_SIZE));
	ret->forbiddens = (int32_t)n;
}

/* Who wants it, and what was agreed. */
static void
asker_read(struct body *terms, struct call_state *ret)
{
	static const char *const origins[] = { "outside", "inside" };

	if (body_has(terms, "origin"))
		ret->inside = body_name(terms, "origin", origins, 2) == 1;
	if (body_has(terms, "contract"))
		ret->contract =
		    (enum contract)body_name(terms, "contract", state_contracts, CONTRACTS);
	body_str_or(terms, "asker", 1024, "-");
	body_str_or(terms, "language", 64, "-");
	body_str_or(terms, "contact", 1024, "-");
	strcpy(ret->kind, body_str_or(terms, "kind", sizeof(ret->kind), ""));
}

void
terms_read_agreed(struct body *terms, struct span *ret_window, int32_t *ret_pct)
{
	struct body agreed, window;

	*ret_window = (struct span){ 0 };
	*ret_pct = 0;
	if (!body_has(terms, "agreed"))
		return;
	agreed = body_sub(terms, "agreed");
	window = body_sub(&agreed, "window");
	ret_window->from = body_time(&window, "from");
	ret_window->to = body_int(&window, "to", ret_window->from, BODY_TIME_MAX);
	*ret_pct = (int32_t)body_int(&agreed, "confidence_pct", 1, 100);
	body_str_or(&agreed, "technician", STATE_ID_SIZE, "-");
	body_int_or(&agreed, "cost_cents", INT64_MIN, INT64_MAX, 0);
	body_str_or(&agreed, "by", 1024, "-");
}

void
terms_read_call(struct body *terms, const struct guidelines *g, struct call_state *ret)
{
	struct span agreed;
	enum severity severity = SEV_ROUTINE;

	body_str(terms, "customer", 1024);
	ret->site = terms_read_place(terms, "site");
	ret->needs = skills_read(terms, "needs", ret->need, STATE_NEEDS_MAX);
	if (severity_from_name(body_str(terms, "severity", 32), &severity) < 0)
		body_fail(terms, -EBADMSG, "%sseverity: there is no such severity", terms->at);
	ret->severity = severity;
	ret->opened = body_time(terms, "opened");
	ret->due = body_int_or(terms, "due", 1, BODY_TIME_MAX, 0);
	appointment_read(terms, ret);
	ret->duration_given = body_has(terms, "duration_s");
	ret->duration_s =
	    (int32_t)body_int_or(terms, "duration_s", 1, DAY_S, g->duration_routine_s);
	asker_read(terms, ret);
	terms_read_agreed(terms, &agreed, &ret->agreed_pct);
	if (ret->due == 0)
		ret->due = agreed.to;
	ret->difficulty = (int32_t)body_int(terms, "difficulty", 0, POINTS_MAX);
	strcpy(ret->preferred, body_str_or(terms, "preferred", STATE_ID_SIZE, ""));
	strcpy(ret->required, body_str_or(terms, "required", STATE_ID_SIZE, ""));
	forbidden_read(terms, ret);
}

json_t *
terms_merge(const json_t *was, const json_t *change)
{
	json_t *merged = json_object();

	/* json_copy() would leave out what it has no memory for, and not say so. */
	if (json_object_update(merged, (json_t *)was) < 0 ||
	    (change != NULL && json_object_update(merged, (json_t *)change) < 0)) {
		json_decref(merged);
		return NULL;
	}
	return merged;
}

json_t *
terms_without(const json_t *was, const char *const *members)
{
	json_t *left = terms_merge(was, NULL);

	for (; left != NULL && *members != NULL; members++)
		json_object_del(left, *members);
	return left;
}
