/* SPDX-License-Identifier: Apache-2.0 */
/* A state from its canonical JSON. state_dump.c wrote it: the two change together. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/state_impl.h"

static int32_t
int32_read(struct body *b, const char *name, int32_t min)
{
	return (int32_t)body_int(b, name, min, INT32_MAX);
}

/* The index of an id that may be "": -1. Calls are read after the technicians. */
static int32_t
tech_read(const struct state *s, struct body *b, const char *name)
{
	const json_t *id = body_failed(b) ? NULL : json_object_get(b->obj, name);

	return json_is_string(id) && json_string_length(id) == 0 ? -1 : state_read_tech(s, b, name);
}

static int32_t
call_read(const struct state *s, struct body *b, const char *name)
{
	const json_t *id = body_failed(b) ? NULL : json_object_get(b->obj, name);

	return json_is_string(id) && json_string_length(id) == 0 ? -1 : state_read_call(s, b, name);
}

/* --- technicians, as far as they need no calls --- */

static void
shifts_read(struct body *b, struct tech *t)
{
	const json_t *array, *breaks;
	size_t n = body_array(b, "shifts", STATE_SHIFTS_MAX, &array);

	if (!body_failed(b) && n != (size_t)t->shifts)
		body_fail(b, -EBADMSG, "%sshifts: not as many as in the terms", b->at);
	for (size_t i = 0; i < n && !body_failed(b); i++) {
		struct body item = body_item(b, "shifts", array, i);
		struct shift *sh = &t->shift[i];
		size_t dues = body_array(&item, "breaks", (size_t)sh->dues, &breaks);

		sh->ended = body_bool(&item, "ended");
		for (size_t d = 0; d < dues; d++)
			sh->due[d].status = (enum break_status)body_item_int(&item, "breaks", breaks,
			    d, BREAK_DUE, BREAK_WAIVED);
	}
}

static void
tech_fill(struct body *b, struct tech *t)
{
	struct body terms = body_sub(b, "terms");

	body_copy(b, "id", t->id, sizeof(t->id));
	t->version = body_int(b, "version", 1, INT64_MAX);
	terms_read_tech(&terms, t);
	shifts_read(b, t);
	t->status = (enum tech_status)body_name(b, "status", state_tech_statuses, TECH_STATUSES);
	t->shift_now = (int32_t)body_int(b, "shift_now", -1, t->shifts - 1);
	t->break_now = (int32_t)body_int(b, "break_now", -1,
	    t->shift_now < 0 ? -1 : t->shift[t->shift_now].dues - 1);
	t->call = -1;
	t->since = body_time(b, "since");
	t->until = body_time(b, "until");
	t->at = terms_read_place(b, "at");
	t->hard_points = int32_read(b, "hard_points", 0);
	t->absent_from = body_time(b, "absent_from");
	t->absent_to = body_time(b, "absent_to");
	t->route_end = body_time(b, "route_end");
	t->overtime_s = int32_read(b, "overtime_s", 0);
	t->terms = json_incref((json_t *)terms.obj);
}

static void
tech_load(struct state *s, struct body *b)
{
	struct tech *t = calloc(1, sizeof(*t));

	if (t == NULL || state_reserve_tech(s) < 0) {
		body_fail(b, -ENOMEM, "Out of memory");
		free(t);
		return;
	}
	tech_fill(b, t);
	if (!body_failed(b) && state_tech_find(s, t->id) >= 0)
		body_fail(b, -EBADMSG, "%sid: twice", b->at);
	if (!body_failed(b)) {
		state_add_tech(s, t);
		return;
	}
	json_decref(t->terms);
	free(t);
}

/* --- calls --- */

static void
told_load(const struct state *s, struct body *b, struct told_state *told)
{
	told->any = body_bool(b, "any");
	told->technician = tech_read(s, b, "technician");
	told->arrival = body_time(b, "arrival");
	told->p10 = body_time(b, "p10");
	told->p90 = body_time(b, "p90");
	told->version = body_int(b, "version", 0, INT64_MAX);
	told->promise = body_bool(b, "promise");
	told->promise_from = body_time(b, "from");
	told->promise_to = body_time(b, "to");
	told->first_from = body_time(b, "first_from");
	told->first_to = body_time(b, "first_to");
	told->at = body_int_or(b, "at", 0, BODY_TIME_MAX, 0);
	told->first_at = body_int_or(b, "first_at", 0, BODY_TIME_MAX, 0);
	told->repromised = (int32_t)body_int_or(b, "repromised", 0, INT32_MAX, 0);
	told->repromised_at = body_int_or(b, "repromised_at", 0, BODY_TIME_MAX, 0);
}

/* What became of the promise; old snapshots do not have it. */
static void
dealings_load(struct body *b, struct call_state *c)
{
	struct body p;
	const json_t *array;
	size_t n;

	if (!body_has(b, "promise"))
		return;
	p = body_sub(b, "promise");
	c->agreed_shift = body_int(&p, "agreed_shift", INT64_MIN, INT64_MAX);
	c->answer = (enum answer)body_name(&p, "answer", state_answers, ANSWERS);
	c->at_risk = body_bool(&p, "at_risk");
	c->carried = int32_read(&p, "carried", 0);
	c->customer_fault = body_bool(&p, "customer_fault");
	c->declines = int32_read(&p, "declines", 0);
	c->goodwill = body_bool(&p, "goodwill");
	c->not_before = body_time(&p, "not_before");
	c->risk_pct = (int32_t)body_int(&p, "risk_pct", 0, 100);
	n = body_array(&p, "declined", STATE_DECLINED_MAX, &array);
	for (size_t i = 0; i < n; i++) {
		const json_t *span = json_array_get(array, i);

		c->declined[i].from = body_item_int(&p, "declined", span, 0, 0, BODY_TIME_MAX);
		c->declined[i].to = body_item_int(&p, "declined", span, 1, 0, BODY_TIME_MAX);
	}
	c->declineds = (int32_t)n;
}

static void
call_fill(const struct state *s, struct body *b, struct call_slot *slot)
{
	struct body terms = body_sub(b, "terms"), told = body_sub(b, "told");
	struct call_state *c = &slot->c;
	const json_t *outcome = body_failed(b) ? NULL : json_object_get(b->obj, "outcome");
	const json_t *history;

	body_copy(b, "id", c->id, sizeof(c->id));
	c->version = body_int(b, "version", 1, INT64_MAX);
	terms_read_call(&terms, &s->guidelines, c);
	c->status = (enum call_status)body_name(b, "status", state_call_statuses, CALL_STATUSES);
	c->tech = tech_read(s, b, "technician");
	c->arrival = body_time(b, "arrival");
	c->end = body_time(b, "end");
	if (!c->duration_given)
		c->duration_s = (int32_t)body_int(b, "measure_s", 1, 86400);
	told_load(s, &told, &c->told);
	dealings_load(b, c);
	c->pinned = body_bool(b, "pinned");
	c->moves_today = int32_read(b, "moves_today", 0);
	c->moves_day = body_int(b, "moves_day", -86400, BODY_TIME_MAX);
	if (!json_is_string(outcome) || json_string_length(outcome) > 0)
		body_copy(b, "outcome", c->outcome, sizeof(c->outcome));
	c->closed = body_time(b, "closed");
	body_array(b, "history", STATE_HISTORY_MAX, &history);
	slot->history = json_incref((json_t *)history);
	c->terms = json_incref((json_t *)terms.obj);
}

static void
call_load(struct state *s, struct body *b, bool open)
{
	struct call_slot *slot = calloc(1, sizeof(*slot));

	if (slot == NULL || state_reserve_call(s) < 0) {
		body_fail(b, -ENOMEM, "Out of memory");
		free(slot);
		return;
	}
	slot->refs = 1;
	call_fill(s, b, slot);
	if (!body_failed(b) && state_call_find(s, slot->c.id) >= 0)
		body_fail(b, -EBADMSG, "%sid: twice", b->at);
	if (body_failed(b))
		call_slot_free(slot);
	else
		state_add_call(s, slot, open);
}

/* --- routes --- */

/* A stop is written [call, arrival, end, drive_s]. */
static void
stop_read(const struct state *s, struct body *b, const json_t *item, struct stop *ret)
{
	const char *id = body_item_str(b, "stops", item, 0, STATE_ID_SIZE);

	ret->call = body_failed(b) ? -1 : state_call_find(s, id);
	ret->arrival = body_item_int(b, "stops", item, 1, 0, BODY_TIME_MAX);
	ret->end = body_item_int(b, "stops", item, 2, 0, BODY_TIME_MAX);
	ret->drive_s = (int32_t)body_item_int(b, "stops", item, 3, 0, TRAVEL_S_MAX);
	if (!body_failed(b) && ret->call < 0)
		body_fail(b, -EBADMSG, "%sstops: there is no call %s", b->at, id);
}

/* A planned break is written [due, after, start, duration_s]. */
static void
taken_read(struct body *b, const json_t *item, struct planned_break *ret)
{
	ret->due = (int32_t)body_item_int(b, "taken", item, 0, 0, STATE_BREAKS_MAX - 1);
	ret->after = (int32_t)body_item_int(b, "taken", item, 1, 0, STATE_STOPS_MAX);
	ret->start = body_item_int(b, "taken", item, 2, 0, BODY_TIME_MAX);
	ret->duration_s = (int32_t)body_item_int(b, "taken", item, 3, 0, 86400);
}

static void
route_load(struct state *s, struct body *b, struct tech *t)
{
	const json_t *array;
	size_t n = body_array(b, "stops", STATE_STOPS_MAX, &array);

	for (size_t i = 0; i < n; i++)
		stop_read(s, b, json_array_get(array, i), &t->stop[i]);
	t->stops = (int32_t)n;
	n = body_array(b, "taken", STATE_BREAKS_MAX, &array);
	for (size_t i = 0; i < n; i++)
		taken_read(b, json_array_get(array, i), &t->taken[i]);
	t->takens = (int32_t)n;
	t->call = call_read(s, b, "call");
}

/* --- the whole --- */

static void
spends_load(struct state *s, struct body *b)
{
	const json_t *array;
	size_t n = body_array(b, "spent", STATE_SPENDS_MAX, &array);

	for (size_t i = 0; i < n && !body_failed(b); i++) {
		const json_t *item = json_array_get(array, i);

		s->spend[i].at = body_item_int(b, "spent", item, 0, 0, BODY_TIME_MAX);
		s->spend[i].calls = (int32_t)body_item_int(b, "spent", item, 1, 1, INT32_MAX);
		if (json_array_size(item) > 2) /* old snapshots have no accounts */
			s->spend[i].account = (enum account)body_item_int(b, "spent", item, 2, 0,
			    ACCOUNTS - 1);
	}
	s->spends = (int32_t)n;
}

static void
learned_load(struct state *s, struct body *b)
{
	struct learn *l = NULL;
	int rc;

	if (!body_has(b, "learned"))
		return;
	rc = learn_from_json(json_object_get(b->obj, "learned"), &l);
	if (rc < 0) {
		body_fail(b, rc, "learned: it does not fit together");
		return;
	}
	learn_free(s->learn);
	s->learn = l;
}

static void
calls_load(struct state *s, struct body *b, const char *name, size_t max, bool open)
{
	const json_t *array;
	size_t n = body_array(b, name, max, &array);

	for (size_t i = 0; i < n && !body_failed(b); i++) {
		struct body item = body_item(b, name, array, i);

		call_load(s, &item, open);
	}
}

static void
state_fill(struct state *s, struct body *b)
{
	struct body figures = body_sub(b, "guidelines");
	const json_t *array;
	size_t n;

	body_copy(b, "territory", s->territory, sizeof(s->territory));
	body_copy(b, "zone", s->zone, sizeof(s->zone));
	s->seq = body_int(b, "seq", 1, INT64_MAX);
	s->plan_version = body_int(b, "plan_version", 0, INT64_MAX);
	s->guidelines_version = body_int(b, "guidelines_version", 0, INT64_MAX);
	s->counter = body_int(b, "counter", 0, INT64_MAX);
	if (!body_failed(b) && guidelines_set(&s->guidelines, figures.obj) < 0)
		body_fail(b, -EBADMSG, "guidelines: a name or a range is wrong");
	n = body_array(b, "technicians", STATE_TECHNICIANS_MAX, &array);
	for (size_t i = 0; i < n && !body_failed(b); i++) {
		struct body item = body_item(b, "technicians", array, i);

		tech_load(s, &item);
	}
	calls_load(s, b, "open", STATE_CALLS_OPEN_MAX, true);
	calls_load(s, b, "closed", STATE_CALLS_CLOSED_MAX, false);
	for (size_t i = 0; i < n && !body_failed(b); i++) {
		struct body item = body_item(b, "technicians", array, i);

		route_load(s, &item, s->tech[i]);
	}
	spends_load(s, b);
	state_load_moves(s, b);
	state_load_goodwill(s, b);
	learned_load(s, b);
}

int
state_load(const char *text, struct state **ret, char *why, size_t why_size)
{
	struct body_error error = { .why = why, .why_size = why_size };
	struct state *s = state_new();
	json_error_t syntax;
	json_t *j = json_loads(text, JSON_REJECT_DUPLICATES, &syntax);
	struct body b = { .error = &error };

	if (s == NULL)
		body_fail(&b, -ENOMEM, "Out of memory");
	else if (j == NULL)
		body_fail(&b, -EBADMSG, "Not JSON: %s", syntax.text);
	else
		body_init(&b, j, &error);
	if (error.rc == 0)
		state_fill(s, &b);
	json_decref(j);
	if (error.rc == -ENOENT)
		error.rc = -EBADMSG; /* an id inside the text */
	if (error.rc == 0)
		error.rc = state_sound(s, why, why_size);
	if (error.rc < 0) {
		state_free(s);
		return error.rc;
	}
	*ret = s;
	return 0;
}
