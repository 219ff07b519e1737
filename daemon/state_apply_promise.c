/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a promise: the customer's answer or silence, another day, a risk. */
#include <errno.h>
#include <string.h>

#include "daemon/state_impl.h"

/* What an event does to its call, read and checked. */
struct change {
	struct call_slot *slot;
	int32_t call;
	bool leaves;     /* its route; and what it was told is void */
	enum answer answer;
	struct span window;   /* promised anew, 0 and 0 none */
	bool agrees, broken;  /* a window anew; and we did not keep the one before */
	struct new_terms terms;
	bool new_terms;
	json_t *history;
	struct move_held *move; /* only if somebody has to be told otherwise */
};

static void
change_done(struct change *ch)
{
	json_decref(ch->history);
	move_free(ch->move);
	if (ch->new_terms)
		new_terms_done(&ch->terms);
}

/* --- reading --- */

/* Refuses a "technician" or "status", if they came along, that are not so. */
static void
claims_read(const struct state *s, struct body *b, const struct change *ch)
{
	const struct call_state *c = &ch->slot->c;
	const char *is = call_status_name(ch->leaves ? CALL_UNASSIGNED : c->status);
	const char *said = body_str_or(b, "status", 32, is);

	if (!body_failed(b) && strcmp(said, is) != 0)
		body_fail(b, -EBADMSG, "status: expected %s, got %s", is, said);
	if (body_has(b, "technician") && state_read_tech(s, b, "technician") != c->tech)
		body_fail(b, -EBADMSG, "technician: the call is not on his route");
}

/* Open and not begun; and not being driven to, if it is to leave its route. */
static void
status_check(struct body *b, const struct event *ev, const struct change *ch)
{
	enum call_status is = ch->slot->c.status;
	enum call_status most = ch->leaves ? CALL_PLANNED : CALL_EN_ROUTE;

	if (!body_failed(b) && is > most)
		body_fail(b, -EPERM, "%s is %s: no %s now", ch->slot->c.id, call_status_name(is),
		    event_name(ev->type));
}

static struct span
window_read(struct body *b, const char *name)
{
	struct span w = { 0 };
	struct body sub;

	if (!body_has(b, name))
		return w;
	sub = body_sub(b, name);
	w.from = body_time(&sub, "from");
	w.to = body_int(&sub, "to", w.from + 1, BODY_TIME_MAX);
	return w;
}

/* Sets a member (stolen) of terms, if there are any: *terms is NULL when out of memory. */
static void
terms_set(json_t **terms, const char *name, json_t *value)
{
	if (*terms != NULL && json_object_set_new(*terms, name, value) == 0)
		return;
	if (*terms == NULL)
		json_decref(value);
	json_decref(*terms);
	*terms = NULL;
}

/* The call's terms with another appointment (0 and 0: none), and without some members. */
static void
appointment_read(const struct state *s, struct body *b, struct change *ch,
    const char *const *without)
{
	json_t *terms;
	int64_t due;

	if (body_failed(b))
		return;
	terms = terms_without(ch->slot->c.terms, without);
	due = json_integer_value(json_object_get(terms, "due"));
	if (ch->window.to != 0)
		terms_set(&terms, "appointment",
		    json_pack("{s:I, s:I}", "from", (json_int_t)ch->window.from, "to",
		        (json_int_t)ch->window.to));
	/* Who asks for a later time has moved the deadline. */
	if (ch->answer == ANSWER_COUNTERED && due != 0 && due < ch->window.to)
		terms_set(&terms, "due", json_integer(ch->window.to));
	ch->new_terms = new_terms_read(s, b, terms, &ch->terms) == 0;
}

/* What the call's history says, and a move if what people know no longer holds. */
static void
notes_make(struct state *s, const struct event *ev, struct body *b, struct change *ch,
    const char *code, const char *by)
{
	const struct call_state *c = &ch->slot->c;
	const char *technician = c->told.any ? s->tech[c->told.technician]->id : NULL;
	struct move *m;

	if (body_failed(b))
		return;
	ch->history = state_history_with(ch->slot,
	    json_pack("{s:I, s:I, s:s*, s:s, s:s*}", "at", (json_int_t)ev->at_s, "seq",
	        (json_int_t)ev->seq, "technician", technician, "cause", code, "by", by));
	if (ch->leaves && (c->told.any || c->told.promise))
		ch->move = state_move_new(s, ev, ch->call, code);
	if (ch->history == NULL || state_reserve_moves(s, 1) < 0 ||
	    (ch->leaves && (c->told.any || c->told.promise) && ch->move == NULL)) {
		body_fail(b, -ENOMEM, "Out of memory");
		return;
	}
	if (ch->move == NULL)
		return;
	m = &ch->move->m;
	strcpy(m->cause_call, c->id);
	m->cause_inside = c->inside;
	m->former = c->told.any ? c->told.technician : -1;
	m->previous = c->told.any ? c->told.arrival : 0;
	m->promise = ch->window;
	if (c->told.promise)
		m->previous_promise = (struct span){ c->told.promise_from, c->told.promise_to };
	m->repromised = (ev->type == EV_CALL_CARRIED_OVER && c->told.promise) || ch->broken;
}

/* --- the customer's answer --- */

static void
answer_read(struct state *s, const struct event *ev, struct body *b, struct change *ch)
{
	static const char *const gone[] = { "appointment", "agreed", NULL };
	static const char *const answers[] = { "accept", "decline", "counter" };
	static const enum answer means[] = { ANSWER_ACCEPTED, ANSWER_DECLINED, ANSWER_COUNTERED };
	const struct call_state *c = &ch->slot->c;
	const char *by = body_str(b, "by", 1024);

	ch->answer = means[body_name(b, "answer", answers, 3)];
	ch->leaves = ch->answer != ANSWER_ACCEPTED;
	body_str_or(b, "reason", 1024, "-");
	claims_read(s, b, ch);
	status_check(b, ev, ch);
	/* After a decline a counter agrees a time where nothing is told any more. */
	if (!body_failed(b) && !c->told.any && !c->told.promise &&
	    (ch->answer != ANSWER_COUNTERED || c->told.version == 0))
		body_fail(b, -EPERM, "Of %s nothing was told or promised", c->id);
	if (ch->answer == ANSWER_COUNTERED) {
		ch->window = window_read(b, "window");
		if (!body_failed(b) && ch->window.to == 0)
			body_fail(b, -EBADMSG, "window: expected an object, got nothing");
	}
	if (ch->leaves)
		appointment_read(s, b, ch, gone);
	notes_make(s, ev, b, ch, answer_name(ch->answer), by);
}

static void
silence_read(struct state *s, const struct event *ev, struct body *b, struct change *ch)
{
	ch->answer = ANSWER_SILENT;
	ch->leaves = body_bool(b, "released");
	claims_read(s, b, ch);
	status_check(b, ev, ch);
	/* An appointment was agreed, silence or not. */
	if (ch->leaves && ch->slot->c.appointment)
		ch->window = (struct span){ ch->slot->c.appt_from, ch->slot->c.appt_to };
	notes_make(s, ev, b, ch, "silent", NULL);
}

/* It does not start in a window that was declined. */
static void
exclude(struct call_state *c, struct span window)
{
	if (c->declineds == STATE_DECLINED_MAX) {
		c->declineds--;
		memmove(c->declined, c->declined + 1,
		    (size_t)c->declineds * sizeof(c->declined[0]));
	}
	c->declined[c->declineds++] = window;
}

static void
answered(struct change *ch)
{
	struct call_state *c = &ch->slot->c;

	c->answer = ch->answer;
	c->declines += ch->answer == ANSWER_DECLINED;
	if (ch->answer == ANSWER_DECLINED || ch->answer == ANSWER_COUNTERED)
		c->customer_fault = true;
	if (ch->answer == ANSWER_DECLINED && c->told.promise)
		exclude(c, (struct span){ c->told.promise_from, c->told.promise_to });
}

/* --- another day --- */

static void
carry_read(struct state *s, const struct event *ev, struct body *b, struct change *ch)
{
	static const char *const gone[] = { "appointment", NULL };
	const struct call_state *c = &ch->slot->c;
	const char *by = body_str(b, "by", 1024);

	ch->leaves = true;
	ch->answer = c->answer;
	ch->window = window_read(b, "promise");
	window_read(b, "previous_promise");
	body_time(b, "not_before");
	body_str_or(b, "reason", 1024, "-");
	if (body_int(b, "count", 1, INT32_MAX) != c->carried + 1)
		body_fail(b, -EBADMSG, "count: it grows by one");
	claims_read(s, b, ch);
	status_check(b, ev, ch);
	if (c->appointment) /* what a quote agreed stays: that promise was missed */
		appointment_read(s, b, ch, gone);
	notes_make(s, ev, b, ch, "carried_over", by);
}

/* --- agreed anew --- */

/* Whether the window that was promised is past, or will be before anybody comes. */
static bool
is_broken(const struct call_state *c, int64_t now)
{
	return c->told.promise &&
	    (now > c->told.promise_to || (c->tech >= 0 && c->arrival > c->told.promise_to));
}

/* Deadline, appointment and what was agreed are those of these terms alone. */
static void
anew_read(struct state *s, const struct event *ev, struct body *b, struct change *ch)
{
	static const char *const gone[] = { "appointment", "due", "agreed", NULL };
	const struct call_state *c = &ch->slot->c;
	struct body terms = body_sub(b, "terms");
	const char *by = body_str_or(b, "by", 1024, "daemon");
	json_t *was, *merged;
	int32_t pct;

	ch->leaves = true;
	body_bool(b, "anew");
	terms_read_agreed(&terms, &ch->window, &pct);
	claims_read(s, b, ch);
	status_check(b, ev, ch);
	if (body_failed(b))
		return;
	ch->agrees = pct > 0;
	ch->answer = pct > 0 ? ANSWER_ACCEPTED : ANSWER_NONE;
	ch->broken = is_broken(c, ev->at_s);
	was = terms_without(c->terms, gone);
	merged = was == NULL ? NULL : terms_merge(was, terms.obj);
	json_decref(was);
	ch->new_terms = new_terms_read(s, b, merged, &ch->terms) == 0;
	if (ch->new_terms && pct == 0 && ch->terms.scratch.appointment)
		ch->window = (struct span){ ch->terms.scratch.appt_from,
			ch->terms.scratch.appt_to };
	notes_make(s, ev, b, ch, "amended", by);
}

/* --- applying --- */

/* What was told is void; a window in its place is promised, as first told only if none was before. */
static void
leave(struct state *s, const struct event *ev, struct change *ch)
{
	struct call_state *c = &ch->slot->c;
	struct told_state was = c->told;

	state_unroute(s, ch->call);
	state_void_promise(c);
	c->at_risk = false;
	c->risk_pct = 0;
	if (ch->window.to == 0)
		return;
	state_promise_window(c, ch->window.from, ch->window.to);
	c->told.at = ev->at_s;
	if (was.first_to == 0)
		return;
	/* What was not promised in vain is as if it had been agreed so at once. */
	if (ev->type == EV_CALL_AMENDED && !ch->broken && c->carried == 0 && was.repromised == 0)
		return;
	c->told.first_from = was.first_from;
	c->told.first_to = was.first_to;
	if ((ev->type == EV_CALL_CARRIED_OVER && was.promise) || ch->broken) {
		c->told.repromised++;
		c->told.repromised_at = ev->at_s;
	}
}

/* Before the new terms are put. */
static void
agreed_anew(const struct state *s, const struct body *b, struct change *ch)
{
	struct call_state *c = &ch->slot->c;
	const char *by = json_string_value(json_object_get(b->obj, "by"));

	c->answer = ch->answer;
	c->not_before = 0;
	if (ch->agrees)
		c->agreed_shift = learn_shift(s->learn);
	if (by != NULL && strcmp(by, "customer") == 0)
		c->customer_fault = true;
}

static void
change_put(struct state *s, const struct event *ev, const struct body *b, struct change *ch)
{
	struct call_slot *slot = ch->slot;
	json_t *was = slot->history;

	if (ev->type == EV_CALL_CARRIED_OVER) {
		slot->c.carried++;
		slot->c.not_before = json_integer_value(json_object_get(b->obj, "not_before"));
	} else if (ev->type == EV_CALL_AMENDED) {
		agreed_anew(s, b, ch);
	} else {
		answered(ch);
	}
	if (ch->new_terms) {
		new_terms_put(slot, &ch->terms);
		ch->new_terms = false;
	}
	if (ch->answer == ANSWER_COUNTERED)
		state_day_agreed(&slot->c);
	if (ch->leaves)
		leave(s, ev, ch);
	slot->history = ch->history;
	ch->history = was;
	if (ch->move != NULL)
		state_add_move(s, ch->move);
	ch->move = NULL;
	slot->c.version++;
}

static int
at_risk(struct body *b, struct call_state *c)
{
	int32_t pct = (int32_t)body_int(b, "risk_pct", 0, 100);
	bool is = body_bool(b, "at_risk");

	body_int_or(b, "arrival", 0, BODY_TIME_MAX, 0);
	body_int_or(b, "p90", 0, BODY_TIME_MAX, 0);
	window_read(b, "promise");
	if (!body_failed(b) && c->closed != 0)
		body_fail(b, -EPERM, "%s is %s", c->id, call_status_name(c->status));
	if (body_failed(b))
		return b->error->rc;
	c->at_risk = is;
	c->risk_pct = pct;
	return 0;
}

int
state_apply_promise(struct state *s, const struct event *ev, struct body *b)
{
	struct change ch = { .call = state_read_call(s, b, "call") };

	if (body_failed(b))
		return b->error->rc;
	ch.slot = s->call[ch.call];
	if (ev->type == EV_PROMISE_AT_RISK) {
		claims_read(s, b, &ch);
		return at_risk(b, &ch.slot->c);
	}
	state_read_version(b, ch.slot->c.version);
	if (learn_reserve(&s->learn, "", "") < 0)
		body_fail(b, -ENOMEM, "Out of memory");
	if (ev->type == EV_CALL_ANSWERED)
		answer_read(s, ev, b, &ch);
	else if (ev->type == EV_CALL_SILENT)
		silence_read(s, ev, b, &ch);
	else if (ev->type == EV_CALL_AMENDED)
		anew_read(s, ev, b, &ch);
	else
		carry_read(s, ev, b, &ch);
	/* Whoever waits for another day was promised this one in vain. */
	if (!body_failed(b) && ev->type == EV_CALL_CARRIED_OVER)
		state_learn_missed(s, &ch.slot->c);
	if (!body_failed(b))
		change_put(s, ev, b, &ch);
	change_done(&ch);
	return b->error->rc;
}
