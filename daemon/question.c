/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/question.h"

#include <string.h>

void
question_dirty(struct question *q, int32_t tech)
{
	q->any = true;
	if (tech < 0 || q->dirty[tech])
		return;
	q->dirty[tech] = true;
	q->dirties++;
}

static bool
has(const int32_t *list, int32_t n, int32_t one)
{
	for (int32_t i = 0; i < n; i++)
		if (list[i] == one)
			return true;
	return false;
}

void
question_focus(struct question *q, int32_t tech)
{
	question_dirty(q, tech);
	if (tech >= 0 && !has(q->focus, q->focuses, tech))
		q->focus[q->focuses++] = tech;
}

void
question_call(struct question *q, int32_t call)
{
	q->any = true;
	if (call >= 0 && q->calls < QUESTION_CALLS_MAX && !has(q->call, q->calls, call))
		q->call[q->calls++] = call;
}

static int32_t
named(const json_t *body, const char *member, const struct state *s,
    int32_t (*find)(const struct state *, const char *))
{
	const char *id = json_string_value(json_object_get(body, member));

	return id == NULL ? -1 : find(s, id);
}

/* What each type of event asks. */
enum ask {
	ASK_RETIME = 1,    /* his route may run otherwise now; a solve only if that hurts */
	ASK_TECH = 2,      /* a solve about him */
	ASK_CALL = 4,      /* a solve that finds the call a place */
	ASK_EVERYBODY = 8, /* every route may run otherwise */
};

static const struct rule {
	unsigned ask;
	enum tell_why why;
} rules[EV_TYPES] = {
	[EV_GUIDELINES_SET] = { ASK_EVERYBODY, TELL_REPLANNED },
	[EV_TECHNICIAN_ADDED] = { ASK_RETIME, TELL_REPLANNED },
	[EV_TECHNICIAN_AMENDED] = { ASK_TECH, TELL_REPLANNED },
	[EV_TECHNICIAN_ABSENT] = { ASK_TECH, TELL_ABSENCE },
	[EV_SHIFT_STARTED] = { ASK_RETIME, TELL_TIME },
	[EV_SHIFT_ENDED] = { ASK_RETIME, TELL_ABSENCE },
	[EV_CALL_BOOKED] = { ASK_CALL, TELL_MADE_ROOM },
	[EV_CALL_AMENDED] = { ASK_TECH | ASK_CALL, TELL_AMENDED },
	[EV_CALL_CANCELLED] = { ASK_TECH, TELL_REPLANNED },
	[EV_STOP_DEPARTED] = { ASK_RETIME, TELL_TIME },
	[EV_STOP_ARRIVED] = { ASK_RETIME, TELL_TIME },
	[EV_STOP_FINISHED] = { ASK_RETIME, TELL_TIME },
	[EV_STOP_NO_ACCESS] = { ASK_TECH, TELL_TIME },
	[EV_STOP_LATE] = { ASK_RETIME, TELL_TIME },
	[EV_BREAK_STARTED] = { ASK_RETIME, TELL_TIME },
	[EV_BREAK_ENDED] = { ASK_RETIME, TELL_TIME },
	[EV_BREAK_WAIVED] = { ASK_RETIME, TELL_REPLANNED },
	[EV_CALL_ANSWERED] = { ASK_TECH | ASK_CALL, TELL_AMENDED },
	[EV_CALL_SILENT] = { ASK_TECH | ASK_CALL, TELL_AMENDED },
	[EV_CALL_CARRIED_OVER] = { ASK_TECH, TELL_REPLANNED },
	[EV_STOP_KIND_CHANGED] = { ASK_RETIME | ASK_TECH, TELL_TIME },
	[EV_CALL_PINNED] = { ASK_RETIME, TELL_TIME },
	[EV_CALL_UNPINNED] = { ASK_TECH, TELL_REPLANNED },
};

/* A call booked as quoted has its place by now: what was quoted is what happens. */
static const struct rule rule_quoted = { ASK_RETIME, TELL_MADE_ROOM };

static bool
is_answer(const struct event *ev)
{
	return ev->type == EV_CALL_ANSWERED || ev->type == EV_CALL_SILENT;
}

/* Agreed anew and placed in the same commit. */
static bool
is_placed_anew(const struct state *s, const struct event *ev, int32_t call)
{
	return ev->type == EV_CALL_AMENDED && call >= 0 && state_call(s, call)->tech >= 0 &&
	    json_is_true(json_object_get(ev->body, "anew"));
}

static enum question_class
class_of(const struct state *s, const struct event *ev, int32_t call)
{
	if (ev->type == EV_TECHNICIAN_ABSENT || ev->type == EV_SHIFT_ENDED)
		return QUESTION_ABSENCE;
	if ((ev->type == EV_CALL_BOOKED || ev->type == EV_CALL_AMENDED) && call >= 0 &&
	    state_call(s, call)->severity >= SEV_EMERGENCY)
		return QUESTION_EMERGENCY;
	return QUESTION_EVENT;
}

static void
take_cause(struct question *q, const struct cause *cause, enum question_class class)
{
	/* An event explains more than a tick, a larger class more than a smaller. */
	if (q->any && class <= q->class && !(q->cause.tick && !cause->tick))
		return;
	q->cause = *cause;
	q->class = class > q->class ? class : q->class;
}

void
question_event(struct question *q, const struct state *s, const struct event *ev)
{
	const struct rule *rule = &rules[ev->type];
	int32_t call = named(ev->body, "call", s, state_call_find);
	int32_t tech = named(ev->body, "technician", s, state_tech_find);
	struct cause cause = {
		.event = ev->type,
		.seq = ev->seq,
		.call = call,
		.tech = tech,
		.why = rule->why,
	};

	if (call >= 0 && tech < 0)
		tech = state_call(s, call)->tech;
	if (ev->type == EV_CALL_BOOKED ? tech >= 0 : is_placed_anew(s, ev, call))
		rule = &rule_quoted;
	if (rule->ask == 0 || (is_answer(ev) && state_call(s, call)->status != CALL_UNASSIGNED))
		return; /* an answer that leaves everything as it is asks nothing */
	take_cause(q, &cause, class_of(s, ev, call));
	q->any = true;
	q->background = q->background || rule != &rule_quoted;
	for (int32_t k = 0; rule->ask & ASK_EVERYBODY && k < state_techs(s); k++)
		question_dirty(q, k);
	if (rule->ask & ASK_RETIME)
		question_dirty(q, tech);
	if (rule->ask & ASK_TECH)
		question_focus(q, tech);
	if (rule->ask & ASK_CALL)
		question_call(q, call);
	q->solve = q->solve || (rule->ask & (ASK_TECH | ASK_CALL)) != 0;
}

void
question_merge(struct question *q, const struct question *more)
{
	if (!more->any)
		return;
	take_cause(q, &more->cause, more->class);
	q->any = true;
	q->solve = q->solve || more->solve;
	q->background = q->background || more->background;
	q->tries = more->tries > q->tries ? more->tries : q->tries;
	q->widened = more->widened > q->widened ? more->widened : q->widened;
	if (q->asked_us == 0 || (more->asked_us != 0 && more->asked_us < q->asked_us))
		q->asked_us = more->asked_us;
	for (int32_t k = 0; k < STATE_TECHNICIANS_MAX; k++)
		if (more->dirty[k])
			question_dirty(q, k);
	for (int32_t i = 0; i < more->focuses; i++)
		question_focus(q, more->focus[i]);
	for (int32_t i = 0; i < more->calls; i++)
		question_call(q, more->call[i]);
}

void
question_clear(struct question *q)
{
	memset(q, 0, sizeof(*q));
}
