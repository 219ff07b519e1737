/* SPDX-License-Identifier: Apache-2.0 */
/* stop.*: a technician at work, from setting out to the end of the work. */
#include "daemon/state_impl.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

/* The lives of a call and of its technician. A pair not listed is 0: the event is refused. */
#define TO(status) ((status) + 1)
static const int call_next[CALL_STATUSES][EV_TYPES] = {
	[CALL_PLANNED][EV_STOP_DEPARTED] = TO(CALL_EN_ROUTE),
	[CALL_PLANNED][EV_STOP_ARRIVED] = TO(CALL_ON_SITE), /* set out unnoticed */
	[CALL_EN_ROUTE][EV_STOP_ARRIVED] = TO(CALL_ON_SITE),
	[CALL_EN_ROUTE][EV_STOP_LATE] = TO(CALL_EN_ROUTE),
	[CALL_ON_SITE][EV_STOP_LATE] = TO(CALL_ON_SITE),
	[CALL_ON_SITE][EV_STOP_KIND_CHANGED] = TO(CALL_ON_SITE),
	[CALL_ON_SITE][EV_STOP_FINISHED] = TO(CALL_DONE),
	[CALL_ON_SITE][EV_STOP_NO_ACCESS] = TO(CALL_NO_ACCESS),
};
static const int tech_next[TECH_STATUSES][EV_TYPES] = {
	[TECH_FREE][EV_STOP_DEPARTED] = TO(TECH_DRIVING),
	[TECH_DRIVING][EV_STOP_DEPARTED] = TO(TECH_DRIVING), /* to another call */
	[TECH_FREE][EV_STOP_ARRIVED] = TO(TECH_ON_SITE),
	[TECH_DRIVING][EV_STOP_ARRIVED] = TO(TECH_ON_SITE),
	[TECH_DRIVING][EV_STOP_LATE] = TO(TECH_DRIVING),
	[TECH_ON_SITE][EV_STOP_LATE] = TO(TECH_ON_SITE),
	[TECH_ON_SITE][EV_STOP_KIND_CHANGED] = TO(TECH_ON_SITE),
	[TECH_ON_SITE][EV_STOP_FINISHED] = TO(TECH_FREE),
	[TECH_ON_SITE][EV_STOP_NO_ACCESS] = TO(TECH_FREE),
};

/* What a stop event says, read and checked. */
struct stop_event {
	int32_t tech, call;
	int64_t at;           /* 0 for stop.late and stop.kind_changed */
	int64_t arrival, end; /* planned; 0 where the event has none */
	const char *outcome;
	enum call_status call_to;
	enum tech_status tech_to;
	struct new_terms terms; /* stop.kind_changed */
};

/* Refuses what the states of the two do not allow. */
static void
states_check(const struct state *s, const struct event *ev, struct body *b,
    struct stop_event *e)
{
	const struct tech *t = s->tech[e->tech];
	const struct call_state *c = &s->call[e->call]->c;
	int call_to = call_next[c->status][ev->type];
	int tech_to = tech_next[t->status][ev->type];

	if (c->tech != e->tech)
		body_fail(b, -EPERM, "%s is not on the route of %s", c->id, t->id);
	else if (call_to == 0)
		body_fail(b, -EPERM, "%s is %s: no %s now", c->id, call_status_name(c->status),
		    event_name(ev->type));
	else if (tech_to == 0)
		body_fail(b, -EPERM, "%s is %s: no %s now", t->id, tech_status_name(t->status),
		    event_name(ev->type));
	else if (ev->type == EV_STOP_DEPARTED && t->absent_from <= e->at && e->at < t->absent_to)
		body_fail(b, -EPERM, "%s is absent", t->id);
	e->call_to = (enum call_status)(call_to - 1);
	e->tech_to = (enum tech_status)(tech_to - 1);
}

static void
times_read(const struct event *ev, struct body *b, const struct tech *t, struct stop_event *e)
{
	bool happened = ev->type != EV_STOP_LATE && ev->type != EV_STOP_KIND_CHANGED;

	if (happened)
		e->at = state_read_at(b, ev, t);
	if (ev->type == EV_STOP_DEPARTED)
		e->arrival = body_int(b, "arrival", e->at, BODY_TIME_MAX);
	if (ev->type == EV_STOP_DEPARTED || ev->type == EV_STOP_ARRIVED)
		e->end = body_int(b, "end", e->arrival > e->at ? e->arrival : e->at, BODY_TIME_MAX);
	if (!happened)
		e->end = body_int(b, "end", t->since, BODY_TIME_MAX);
	if (ev->type == EV_STOP_FINISHED)
		e->outcome = body_str(b, "outcome", sizeof(((struct call_state *)0)->outcome));
	if (ev->type == EV_STOP_NO_ACCESS)
		e->outcome = "no_access";
}

/* Refuses a "status" of stop.late, if it came along, that is not so. */
static void
status_read(const struct event *ev, struct body *b, const struct call_state *c)
{
	const char *is = call_status_name(c->status);
	const char *said = ev->type == EV_STOP_LATE ? body_str_or(b, "status", 32, is) : is;

	if (!body_failed(b) && strcmp(said, is) != 0)
		body_fail(b, -EBADMSG, "status: expected %s, got %s", is, said);
}

/* The work turned out to be of another kind: a duration that was given was for the first one. */
static void
kind_read(const struct state *s, struct body *b, struct stop_event *e)
{
	static const char *const gone[] = { "duration_s", NULL };
	const char *kind = body_str(b, "kind", STATE_KIND_SIZE);
	json_t *terms;

	if (body_failed(b))
		return;
	terms = terms_without(s->call[e->call]->c.terms, gone);
	if (terms != NULL && json_object_set_new(terms, "kind", json_string(kind)) < 0) {
		json_decref(terms);
		terms = NULL;
	}
	new_terms_read(s, b, terms, &e->terms);
}

static int
stop_read(const struct state *s, const struct event *ev, struct body *b,
    struct stop_event *e)
{
	const struct tech *t;

	e->tech = state_read_tech(s, b, "technician");
	e->call = state_read_call(s, b, "call");
	if (body_failed(b))
		return b->error->rc;
	t = s->tech[e->tech];
	state_read_version(b, s->call[e->call]->c.version);
	if (body_int_or(b, "technician_version", 1, INT64_MAX, t->version) != t->version)
		body_fail(b, -EBADMSG, "technician_version: %s has another", t->id);
	times_read(ev, b, t, e);
	status_read(ev, b, &s->call[e->call]->c);
	if (!body_failed(b))
		states_check(s, ev, b, e);
	if (!body_failed(b) && ev->type == EV_STOP_KIND_CHANGED)
		kind_read(s, b, e);
	return b->error->rc;
}

/* The call becomes the first of its technician's route: what is under way is first. */
static void
bring_forward(struct tech *t, int32_t call)
{
	struct stop first;
	int32_t i = 0;

	while (t->stop[i].call != call)
		i++;
	first = t->stop[i];
	memmove(&t->stop[1], &t->stop[0], (size_t)i * sizeof(first));
	t->stop[0] = first;
}

static void
set_times(struct tech *t, struct call_state *c, int64_t arrival, int64_t end)
{
	assert(t->stop[0].call == t->call);
	t->stop[0].arrival = c->arrival = arrival;
	t->stop[0].end = c->end = end;
	t->until = end;
}

/* departed and arrived: what he drove to before, if something else, is planned again. */
static void
take_up(struct state *s, const struct stop_event *e)
{
	struct tech *t = s->tech[e->tech];

	if (t->call >= 0 && t->call != e->call)
		state_turn_back(s, t, e->at);
	t->call = e->call;
	bring_forward(t, e->call);
	for (int32_t i = 0; i < t->takens; i++) {
		if (t->taken[i].after == 0)
			t->taken[i].after = 1; /* he is on his way: no break before it any more */
	}
}

static void
late(struct tech *t, struct call_state *c, int64_t end)
{
	int64_t arrival = c->arrival, work_s = c->end - c->arrival;

	/* On the way, it is the arrival that slips: the work is as long as it was. */
	if (c->status == CALL_EN_ROUTE && end - work_s > t->since)
		arrival = end - work_s;
	set_times(t, c, arrival, end);
}

static void
put_down(struct state *s, const struct stop_event *e)
{
	struct tech *t = s->tech[e->tech];
	struct call_state *c = &s->call[e->call]->c;

	t->at = c->site;
	t->call = -1;
	t->until = 0;
	t->hard_points += c->difficulty;
	state_close(s, e->call, e->call_to, e->outcome, e->at);
}

/* --- learning --- */

static int
lessons_reserve(struct state *s, const struct stop_event *e, const struct body *b)
{
	const struct call_state *c = &s->call[e->call]->c;

	if (learn_reserve(&s->learn, s->tech[e->tech]->id, c->kind) < 0)
		return body_fail(b, -ENOMEM, "Out of memory");
	return 0;
}

bool
state_is_settled(const struct told_state *t)
{
	return t->promise && t->promise_from >= t->first_to;
}

/* Whether it was quoted what was promised first, and has not been counted as missed. */
static bool
is_lesson(const struct call_state *c)
{
	return c->agreed_pct > 0 && !c->customer_fault && c->told.first_to != 0 && c->carried == 0 &&
	    !state_is_settled(&c->told);
}

void
state_learn_missed(struct state *s, const struct call_state *c)
{
	if (is_lesson(c))
		learn_promise(s->learn, c->agreed_pct, c->agreed_shift, false);
}

/*
 * A drive teaches something if he did not wait at its end: he came when work could begin at once.
 * Before the event is applied: he still drives.
 */
static void
learn_arrival(struct state *s, const struct stop_event *e)
{
	const struct tech *t = s->tech[e->tech];
	const struct call_state *c = &s->call[e->call]->c;
	const struct told_state *told = &c->told;
	struct travel_model model = state_travel(s);
	int32_t model_s = travel_s(&model, t->at, c->site, t->speed_pct);
	bool waited = state_start_at(c, e->at - 1) > e->at - 1 ||
	    (told->promise && e->at <= told->promise_from) ||
	    (told->any && e->at <= told->arrival - s->guidelines.eta_tolerance_s);

	if (t->status == TECH_DRIVING && t->call == e->call && !waited && model_s > 0 &&
	    e->at > t->since)
		learn_drive(s->learn, t->id, (int32_t)(e->at - t->since), model_s);
	if (is_lesson(c))
		learn_promise(s->learn, c->agreed_pct, c->agreed_shift, e->at <= told->first_to);
}

static void
learn_from(struct state *s, const struct event *ev, const struct stop_event *e)
{
	const struct call_state *c = &s->call[e->call]->c;

	if (ev->type == EV_STOP_ARRIVED)
		learn_arrival(s, e);
	if (ev->type == EV_STOP_FINISHED && e->at > c->arrival)
		learn_work(s->learn, s->tech[e->tech]->id, c->kind,
		    (int32_t)(e->at - c->arrival), c->duration_given ? c->duration_s : 0);
}

int
state_apply_stop(struct state *s, const struct event *ev, struct body *b)
{
	struct stop_event e = { 0 };
	struct tech *t;
	struct call_state *c;

	if (stop_read(s, ev, b, &e) < 0 || lessons_reserve(s, &e, b) < 0) {
		new_terms_done(&e.terms);
		return b->error->rc;
	}
	t = s->tech[e.tech];
	c = &s->call[e.call]->c;
	learn_from(s, ev, &e);
	if (ev->type == EV_STOP_DEPARTED) {
		take_up(s, &e);
		set_times(t, c, e.arrival, e.end);
	} else if (ev->type == EV_STOP_ARRIVED) {
		take_up(s, &e);
		set_times(t, c, e.at, e.end);
		t->at = c->site;
	} else if (ev->type == EV_STOP_LATE) {
		late(t, c, e.end);
	} else if (ev->type == EV_STOP_KIND_CHANGED) {
		new_terms_put(s->call[e.call], &e.terms);
		set_times(t, c, c->arrival, e.end);
	} else {
		put_down(s, &e);
	}
	c->status = e.call_to;
	t->status = e.tech_to;
	if (e.at > 0)
		t->since = e.at;
	c->version++;
	return 0;
}
