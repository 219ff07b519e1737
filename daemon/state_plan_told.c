/* SPDX-License-Identifier: Apache-2.0 */
/* plan.revised: what people are told by it, and what no longer holds. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/state_plan.h"

/* --- as moves --- */

/* What led to the revision. */
static void
cause_put(const struct state *s, const struct body *b, struct move *m)
{
	const json_t *cause = json_object_get(b->obj, "cause"); /* read and checked before */
	const json_t *call = json_object_get(cause, "call");
	const json_t *tech = json_object_get(cause, "technician");
	int32_t i;

	if (event_from_name(json_string_value(json_object_get(cause, "event")), &m->cause) < 0)
		m->cause = EV_TYPES;
	m->cause_seq = json_integer_value(json_object_get(cause, "seq"));
	if (call != NULL)
		strcpy(m->cause_call, json_string_value(call));
	if (tech != NULL)
		strcpy(m->cause_tech, json_string_value(tech));
	i = call != NULL ? state_call_find(s, m->cause_call) : -1;
	m->cause_inside = i >= 0 && s->call[i]->c.inside;
}

/* The move that a telling or a withdrawal is; b is the item. */
static struct move_held *
move_read(const struct state *s, const struct revision *r, const struct event *ev,
    const struct body *top, struct body *b, const struct told_new *told, const char *code)
{
	const struct call_slot *slot = s->call[told->call];
	const struct told_state *was = &slot->c.told, *is = &told->told;
	struct move_held *held = state_move_new(s, ev, told->call, code);
	struct move *m;

	if (held == NULL)
		return NULL;
	m = &held->m;
	m->tech = is->technician;
	m->former = was->technician != is->technician ? was->technician : -1;
	m->arrival = is->arrival;
	m->previous = was->any ? was->arrival : 0;
	m->promise = (struct span){ is->promise_from, is->promise_to };
	m->repromised = is->repromised > was->repromised;
	if (m->repromised)
		m->previous_promise = (struct span){ was->promise_from, was->promise_to };
	m->first = is->any && was->first_at == 0;
	m->chosen = slot->chosen == s->mark;
	m->account = m->chosen ? r->account : ACCOUNT_NONE;
	m->cents = body_int_or(b, "cents", 0, INT64_MAX, 0);
	cause_put(s, top, m);
	return held;
}

/* --- telling --- */

static void
told_check(const struct state *s, const struct revision *r, struct body *b,
    const struct told_new *told)
{
	struct call_slot *slot = s->call[told->call];
	const struct call_state *c = &slot->c;
	int64_t arrival = slot->on_route == s->mark ? slot->new_arrival : c->arrival;

	if (slot->told == s->mark)
		body_fail(b, -EBADMSG, "%scall: %s is told twice", b->at, c->id);
	else if (c->closed != 0 || c->status == CALL_ON_SITE)
		body_fail(b, -EBADMSG, "%scall: %s is %s", b->at, c->id,
		    call_status_name(c->status));
	else if (plan_tech_after(s, r, told->call) != told->told.technician)
		body_fail(b, -EBADMSG, "%stechnician: %s is not on that route", b->at, c->id);
	else if (told->told.version != c->told.version + 1)
		body_fail(b, -EBADMSG, "%sversion: ETA versions grow by one", b->at);
	else if (told->told.arrival != arrival)
		body_fail(b, -EBADMSG, "%sarrival: it is not the planned one", b->at);
	slot->told = s->mark;
}

/* What goes on from what was told before; a window that replaces another is a re-promise for ever. */
static void
told_since(const struct told_state *was, int64_t at, struct body *b, struct told_state *told)
{
	bool moved = was->promise &&
	    (was->promise_from != told->promise_from || was->promise_to != told->promise_to);
	bool before = was->first_to != 0;
	struct body previous;

	told->first_from = before ? was->first_from : told->promise_from;
	told->first_to = before ? was->first_to : told->promise_to;
	told->at = at;
	told->first_at = was->first_at != 0 ? was->first_at : at;
	told->repromised = was->repromised + moved;
	told->repromised_at = moved ? at : was->repromised_at;
	if (!body_has(b, "previous_promise"))
		return;
	previous = body_sub(b, "previous_promise");
	if (body_time(&previous, "from") != was->promise_from ||
	    body_time(&previous, "to") != was->promise_to || !moved)
		body_fail(b, -EBADMSG, "%sprevious_promise: another window was promised", b->at);
}

static void
told_read_one(struct state *s, const struct revision *r, const struct event *ev,
    const struct body *top, struct body *b, struct told_new *ret)
{
	struct told_state *told = &ret->told;
	struct body promise = body_sub(b, "promise");
	const char *technician = body_str(b, "technician", STATE_ID_SIZE);
	const char *code = body_str(b, "code", 32);

	ret->call = state_read_call(s, b, "call");
	told->any = true;
	told->technician = state_read_tech(s, b, "technician");
	told->version = body_int(b, "version", 1, INT64_MAX);
	told->arrival = body_time(b, "arrival");
	told->p10 = body_int(b, "p10", 0, told->arrival);
	told->p90 = body_int(b, "p90", told->arrival, BODY_TIME_MAX);
	told->promise = true;
	told->promise_from = body_time(&promise, "from");
	told->promise_to = body_int(&promise, "to", told->promise_from, BODY_TIME_MAX);
	body_bool(b, "first");
	body_int_or(b, "previous", 0, BODY_TIME_MAX, 0);
	if (body_has(b, "former"))
		state_read_tech(s, b, "former");
	body_str(b, "reason", 1024);
	if (body_failed(b))
		return;
	told_check(s, r, b, ret);
	told_since(&s->call[ret->call]->c.told, ev->at_s, b, told);
	ret->history = state_history_with(s->call[ret->call],
	    json_pack("{s:I, s:I, s:s, s:I, s:s}", "at", (json_int_t)ev->at_s, "seq",
	        (json_int_t)ev->seq, "technician", technician, "arrival",
	        (json_int_t)told->arrival, "cause", code));
	ret->move = move_read(s, r, ev, top, b, ret, code);
	if (ret->history == NULL || ret->move == NULL)
		body_fail(b, -ENOMEM, "Out of memory");
}

static void
told_read(struct state *s, struct revision *r, const struct event *ev, struct body *b)
{
	const json_t *array;
	size_t n = body_array(b, "told", PLAN_LIST_MAX, &array);

	r->told = plan_items_new(b, n, sizeof(*r->told));
	for (size_t i = 0; i < n && !body_failed(b); i++) {
		struct body item = body_item(b, "told", array, i);

		told_read_one(s, r, ev, b, &item, &r->told[i]);
		r->tolds = (int32_t)i + 1;
	}
}

static void
withdrawn_read_one(struct state *s, const struct revision *r, const struct event *ev,
    const struct body *top, struct body *b, struct told_new *ret)
{
	const char *technician = body_str(b, "technician", STATE_ID_SIZE);
	int32_t tech = state_read_tech(s, b, "technician");
	int64_t version = body_int(b, "version", 1, INT64_MAX);
	const struct call_state *c;

	ret->call = state_read_call(s, b, "call");
	if (body_failed(b))
		return;
	c = &s->call[ret->call]->c;
	s->call[ret->call]->told = s->mark;
	if (!c->told.any || c->told.technician != tech || c->version != version ||
	    c->closed != 0 || plan_tech_after(s, r, ret->call) >= 0) {
		body_fail(b, -EBADMSG, "%scall: of %s nothing can be withdrawn", b->at, c->id);
		return;
	}
	/* The promise stays, and the version that the next telling goes on from. */
	ret->told = c->told;
	ret->told.any = false;
	ret->told.technician = -1;
	ret->told.arrival = ret->told.p10 = ret->told.p90 = 0;
	ret->history = state_history_with(s->call[ret->call],
	    json_pack("{s:I, s:I, s:s, s:s}", "at", (json_int_t)ev->at_s, "seq",
	        (json_int_t)ev->seq, "technician", technician, "cause", "withdrawn"));
	ret->move = move_read(s, r, ev, top, b, ret, "withdrawn");
	if (ret->history == NULL || ret->move == NULL)
		body_fail(b, -ENOMEM, "Out of memory");
}

static void
withdrawn_read(struct state *s, struct revision *r, const struct event *ev, struct body *b)
{
	const json_t *array;
	size_t n = body_array_or(b, "withdrawn", PLAN_LIST_MAX, &array);

	r->withdrawn = plan_items_new(b, n, sizeof(*r->withdrawn));
	for (size_t i = 0; i < n && !body_failed(b); i++) {
		struct body item = body_item(b, "withdrawn", array, i);

		withdrawn_read_one(s, r, ev, b, &item, &r->withdrawn[i]);
		r->withdrawns = (int32_t)i + 1;
	}
}

/* --- paid for, and told by nothing of this revision --- */

/* The entry of a call in the list "untold"; false: it has none, as in old journals. */
static bool
untold_find(struct body *b, const char *call, struct body *ret)
{
	const json_t *array;
	size_t n = body_array_or(b, "untold", PLAN_LIST_MAX, &array);

	for (size_t i = 0; i < n && !body_failed(b); i++) {
		*ret = body_item(b, "untold", array, i);
		if (strcmp(body_str(ret, "call", STATE_ID_SIZE), call) == 0)
			return true;
	}
	return false;
}

static void
untold_read_one(const struct state *s, const struct revision *r, const struct event *ev,
    struct body *b, struct told_new *ret)
{
	const struct call_slot *slot = s->call[ret->call];
	struct body none = *b, item;
	const char *code = "";

	none.obj = NULL;
	if (untold_find(b, slot->c.id, &item))
		code = body_str(&item, "code", 32);
	else
		item = none;
	ret->told = slot->c.told;
	ret->told.any = false; /* so that it is no first telling */
	ret->told.technician = plan_tech_after(s, r, ret->call);
	ret->told.arrival = slot->on_route == s->mark ? slot->new_arrival : 0;
	if (!body_failed(b))
		ret->move = move_read(s, r, ev, b, &item, ret, code);
	if (ret->move == NULL)
		body_fail(b, -ENOMEM, "Out of memory");
}

/* Every call disturbed by choice leaves a move, whether it is told now, later or never. */
static void
untold_read(const struct state *s, struct revision *r, const struct event *ev, struct body *b)
{
	r->untold = plan_items_new(b, (size_t)r->chosens, sizeof(*r->untold));
	for (int32_t i = 0; i < r->chosens && !body_failed(b); i++) {
		if (s->call[r->chosen[i]]->told == s->mark)
			continue;
		r->untold[r->untolds].call = r->chosen[i];
		untold_read_one(s, r, ev, b, &r->untold[r->untolds]);
		r->untolds++;
	}
}

void
plan_told_read(struct state *s, struct revision *r, const struct event *ev, struct body *b)
{
	told_read(s, r, ev, b);
	withdrawn_read(s, r, ev, b);
	if (!body_failed(b))
		untold_read(s, r, ev, b);
	if (!body_failed(b) &&
	    (state_reserve_moves(s, r->tolds + r->withdrawns + r->untolds) < 0 ||
	        (r->tolds > 0 && learn_reserve(&s->learn, "", "") < 0)))
		body_fail(b, -ENOMEM, "Out of memory");
}
