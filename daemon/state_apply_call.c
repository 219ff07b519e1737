/* SPDX-License-Identifier: Apache-2.0 */
/* call.*: what customers want, and what became of it. */
#include "daemon/state_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* When each may be. A pair not listed is refused. */
static const bool may[CALL_STATUSES][EV_TYPES] = {
	[CALL_UNASSIGNED][EV_CALL_AMENDED] = true,
	[CALL_PLANNED][EV_CALL_AMENDED] = true,
	[CALL_UNASSIGNED][EV_CALL_CANCELLED] = true,
	[CALL_PLANNED][EV_CALL_CANCELLED] = true,
	[CALL_EN_ROUTE][EV_CALL_CANCELLED] = true,
	[CALL_UNASSIGNED][EV_CALL_PINNED] = true,
	[CALL_PLANNED][EV_CALL_PINNED] = true,
	[CALL_EN_ROUTE][EV_CALL_PINNED] = true,
	[CALL_UNASSIGNED][EV_CALL_UNPINNED] = true,
	[CALL_PLANNED][EV_CALL_UNPINNED] = true,
	[CALL_EN_ROUTE][EV_CALL_UNPINNED] = true,
};

static void
id_read(const struct state *s, struct body *b, char ret[STATE_ID_SIZE])
{
	body_copy(b, "call", ret, STATE_ID_SIZE);
	if (!body_failed(b) && state_call_find(s, ret) >= 0)
		body_fail(b, -EPERM, "There is a call %s already", ret);
	if (!body_failed(b) && s->open.n >= STATE_CALLS_OPEN_MAX)
		body_fail(b, -EPERM, "The territory is full: %d open calls", STATE_CALLS_OPEN_MAX);
}

/* What was agreed with a quote is promised, else the appointment. */
static void
promise_first(const struct state *s, struct call_state *c, const struct span *agreed)
{
	if (c->agreed_pct > 0)
		state_promise_window(c, agreed->from, agreed->to);
	else if (c->appointment)
		state_promise_window(c, c->appt_from, c->appt_to);
	if (c->agreed_pct > 0)
		c->agreed_shift = learn_shift(s->learn);
}

static int
booked(struct state *s, struct body *b)
{
	struct body terms = body_sub(b, "terms");
	struct call_slot *slot = calloc(1, sizeof(*slot));
	struct span agreed;

	if (slot != NULL)
		slot->refs = 1;
	if (slot == NULL || (slot->history = json_array()) == NULL ||
	    state_reserve_call(s) < 0) {
		call_slot_free(slot);
		return body_fail(b, -ENOMEM, "Out of memory");
	}
	id_read(s, b, slot->c.id);
	terms_read_call(&terms, &s->guidelines, &slot->c);
	terms_read_agreed(&terms, &agreed, &slot->c.agreed_pct);
	if (body_failed(b)) {
		call_slot_free(slot);
		return b->error->rc;
	}
	slot->c.version = 1;
	slot->c.terms = json_incref((json_t *)terms.obj);
	slot->c.status = CALL_UNASSIGNED;
	slot->c.tech = -1;
	slot->c.told.technician = -1;
	promise_first(s, &slot->c, &agreed);
	state_add_call(s, slot, true);
	s->counter++;
	return 0;
}

/*
 * A new appointment is agreed with the customer: it is the promise now, also as first told, and the
 * ETA told for the old one no longer binds anybody. With it, or with a new deadline, what a quote had
 * promised is no measure of quotes any more.
 */
static int
amended(struct state *s, struct call_slot *slot, struct body *b)
{
	static const char *const quoted[] = { "agreed", NULL };
	struct body change = body_sub(b, "terms");
	const char *by = body_str_or(b, "by", 1024, "-");
	struct new_terms terms;
	json_t *was, *merged;
	bool anew;

	if (body_failed(b))
		return b->error->rc;
	anew = body_has(&change, "appointment") || body_has(&change, "due");
	was = anew ? terms_without(slot->c.terms, quoted) : json_incref(slot->c.terms);
	merged = was == NULL ? NULL : terms_merge(was, change.obj);
	json_decref(was);
	if (new_terms_read(s, b, merged, &terms) < 0)
		return b->error->rc;
	new_terms_put(slot, &terms);
	if (body_has(&change, "appointment")) {
		state_void_promise(&slot->c);
		state_promise_window(&slot->c, slot->c.appt_from, slot->c.appt_to);
	}
	if (anew)
		state_day_agreed(&slot->c);
	if (strcmp(by, "customer") == 0)
		slot->c.customer_fault = true;
	return 0;
}

static int
cancelled(struct state *s, int32_t i, int64_t at)
{
	struct call_state *c = &s->call[i]->c;

	if (at > c->told.first_to)
		state_learn_missed(s, c);
	if (c->status == CALL_EN_ROUTE)
		state_turn_back(s, s->tech[c->tech], at);
	state_close(s, i, CALL_CANCELLED, "cancelled", at);
	return 0;
}

/* Refuses a "technician" or "status", if they came along, that are not so. */
static void
claims_read(const struct state *s, const struct event *ev, struct body *b,
    const struct call_state *c)
{
	enum call_status after = ev->type == EV_CALL_CANCELLED ? CALL_CANCELLED : c->status;
	const char *is = call_status_name(after);
	const char *said = body_str_or(b, "status", 32, is);

	if (!body_failed(b) && strcmp(said, is) != 0)
		body_fail(b, -EBADMSG, "status: expected %s, got %s", is, said);
	if (body_has(b, "technician") && state_read_tech(s, b, "technician") != c->tech)
		body_fail(b, -EBADMSG, "technician: the call is not on his route");
}

static int
step(struct state *s, const struct event *ev, struct body *b, int32_t i)
{
	struct call_state *c = &s->call[i]->c;

	switch (ev->type) {
	case EV_CALL_AMENDED:
		return amended(s, s->call[i], b);
	case EV_CALL_CANCELLED:
		return cancelled(s, i, ev->at_s);
	default:
		c->pinned = ev->type == EV_CALL_PINNED;
		return 0;
	}
}

int
state_apply_call(struct state *s, const struct event *ev, struct body *b)
{
	int32_t i;
	struct call_state *c;

	if (ev->type == EV_CALL_BOOKED)
		return booked(s, b);
	if (ev->type == EV_CALL_AMENDED && body_has(b, "anew"))
		return state_apply_promise(s, ev, b);
	i = state_read_call(s, b, "call");
	if (body_failed(b))
		return b->error->rc;
	c = &s->call[i]->c;
	state_read_version(b, c->version);
	claims_read(s, ev, b, c);
	if (!body_failed(b) && !may[c->status][ev->type])
		body_fail(b, -EPERM, "%s is %s: no %s now", c->id, call_status_name(c->status),
		    event_name(ev->type));
	if (!body_failed(b) && ev->type == EV_CALL_CANCELLED && learn_reserve(&s->learn, "", "") < 0)
		body_fail(b, -ENOMEM, "Out of memory");
	if (body_failed(b) || step(s, ev, b, i) < 0)
		return b->error->rc;
	c->version++;
	return 0;
}
