/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One event gives a call at most one message. What it says comes from that call alone, so that no
 * customer reads of another; reasons are codes, put into words by the customer's language.
 */
#include "daemon/message.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "daemon/build.h"
#include "daemon/follow.h"
#include "daemon/template.h"
#include "daemon/tracking.h"
#include "proto/when.h"

enum {
	TIME_SIZE = 20,
	LINK_SIZE = 512,
	AMOUNT_SIZE = 40,
	HOPE_S = 900, /* as CARRY_WARN_S: then the visit is carried over at the latest */
};

/* One message in the making. Texts are borrowed; times are 0 where there is none. */
struct draft {
	const struct state *s;
	const struct event *ev;
	const struct templates *t;
	struct follow_list *out;
	const struct call_state *c;
	const char *kind, *code, *technician;
	enum text text;
	int64_t arrival;
	struct span window, previous;
	const char *amount;
};

static const char *
text_of(const json_t *obj, const char *name)
{
	return json_string_value(json_object_get(obj, name));
}

static int64_t
int_of(const json_t *obj, const char *name)
{
	return json_integer_value(json_object_get(obj, name));
}

static struct span
span_of(const json_t *obj, const char *name)
{
	const json_t *window = json_object_get(obj, name);

	return (struct span){ int_of(window, "from"), int_of(window, "to") };
}

/* --- values of a text --- */

/*
 * A local time to the minute, like 14:30; with its date if it is not on the day of near_s, as in
 * 2026-03-13 14:30.
 */
static void
time_text(const char *zone, int64_t at, int64_t near_s, char ret[TIME_SIZE])
{
	char text[WHEN_SIZE], near_text[WHEN_SIZE];

	if (when_format(at, zone, text) < 0 && when_format(at, "UTC", text) < 0)
		text[0] = '\0';
	if (when_format(near_s, zone, near_text) < 0 && when_format(near_s, "UTC", near_text) < 0)
		near_text[0] = '\0';
	if (strlen(text) < 16)
		snprintf(ret, TIME_SIZE, "?");
	else if (strncmp(text, near_text, 10) == 0)
		snprintf(ret, TIME_SIZE, "%.5s", text + 11);
	else
		snprintf(ret, TIME_SIZE, "%.10s %.5s", text, text + 11);
}

/* The window as said: no later than it begins, no earlier than it ends. */
static void
window_text(const struct draft *d, struct span w, char from[TIME_SIZE], char to[TIME_SIZE])
{
	const char *zone = state_zone(d->s);

	time_text(zone, w.from, d->ev->at_s, from);
	time_text(zone, w.to + 59, strlen(from) > 5 ? w.from : d->ev->at_s, to);
}

static void
link_text(const struct draft *d, const char *tracking, char ret[LINK_SIZE])
{
	snprintf(ret, LINK_SIZE, "%s%s", templates_link(d->t), tracking);
}

static void
fill(const struct draft *d, const char *language, const char *reason, const char *tracking,
    char ret[TEMPLATE_FILLED_SIZE])
{
	char arrival[TIME_SIZE], from[TIME_SIZE], to[TIME_SIZE], old_from[TIME_SIZE],
	    old_to[TIME_SIZE], link[LINK_SIZE];
	const char *reference = text_of(d->c->terms, "reference");
	const char *value[SLOTS] = {
		[SLOT_CUSTOMER] = text_of(d->c->terms, "customer"),
		[SLOT_REFERENCE] = reference != NULL ? reference : d->c->id,
		[SLOT_LINK] = link,
		[SLOT_TECHNICIAN] = d->technician,
		[SLOT_ARRIVAL] = arrival,
		[SLOT_FROM] = from,
		[SLOT_TO] = to,
		[SLOT_REASON] = reason,
		[SLOT_OLD_FROM] = old_from,
		[SLOT_OLD_TO] = old_to,
		[SLOT_AMOUNT] = d->amount,
	};

	time_text(state_zone(d->s), d->arrival + 30, d->ev->at_s, arrival);
	window_text(d, d->window, from, to);
	window_text(d, d->previous, old_from, old_to);
	link_text(d, tracking, link);
	templates_fill(d->t, language, d->text, value, ret);
}

/* --- the event --- */

static void
set_text(json_t **obj, const char *name, const char *value)
{
	if (value != NULL && value[0] != '\0')
		build_set(obj, name, json_string(value));
}

static void
set_span(json_t **obj, const char *name, struct span w)
{
	if (w.to > 0)
		build_set(obj, name,
		    json_pack("{s:I, s:I}", "from", (json_int_t)w.from, "to", (json_int_t)w.to));
}

/* Writes the draft as an event behind what follows already. */
static int
write_message(const struct draft *d)
{
	const json_t *terms = d->c->terms;
	const char *language = templates_language(d->t, text_of(terms, "language"));
	const char *reason = d->code == NULL ? NULL : templates_reason(d->t, language, d->code);
	char id[MESSAGE_ID_SIZE], tracking[TRACKING_SIZE], text[TEMPLATE_FILLED_SIZE];
	json_t *body;

	snprintf(id, sizeof(id), "m%" PRId64 ".%zu", d->ev->seq, d->out->events + 1);
	tracking_make(templates_key(d->t), state_territory(d->s), d->c->id, tracking);
	fill(d, language, reason, tracking, text);
	body = json_pack("{s:s, s:s, s:s, s:s, s:O, s:s}", "message", id, "call", d->c->id, "kind",
	    d->kind, "language", language, "customer", json_object_get(terms, "customer"), "text",
	    text);
	set_text(&body, "contact", text_of(terms, "contact"));
	set_text(&body, "reference", text_of(terms, "reference"));
	set_text(&body, "code", d->code);
	set_text(&body, "reason", reason);
	set_text(&body, "technician", d->technician);
	if (d->arrival > 0)
		build_set(&body, "arrival", json_integer((json_int_t)d->arrival));
	set_span(&body, "window", d->window);
	set_span(&body, "previous", d->previous);
	set_text(&body, "tracking", tracking);
	return follow_add(d->out,
	    body == NULL ? NULL : event_new(EV_MESSAGE_WRITTEN, d->ev->at_s, body));
}

/* --- which event gives which --- */

/* A technician as customers know him: by name. */
static const char *
name_of(const struct state *s, const char *id)
{
	int32_t i = id == NULL ? -1 : state_tech_find(s, id);
	const char *name = i < 0 ? NULL : text_of(state_tech(s, i)->terms, "name");

	return name != NULL ? name : id;
}

/* The call that a member names; false: there is none any more. */
static bool
about(struct draft *d, const char *call)
{
	int32_t i = call == NULL ? -1 : state_call_find(d->s, call);

	if (i < 0)
		return false;
	d->c = state_call(d->s, i);
	return true;
}

/* What a window was agreed for: by a quote, or as an appointment. */
static int
follow_booked(struct draft *d, const json_t *terms)
{
	const json_t *agreed = json_object_get(terms, "agreed");

	d->kind = "booked";
	d->text = TEXT_BOOKED;
	d->window = span_of(agreed, "window");
	if (d->window.to == 0)
		d->window = span_of(terms, "appointment");
	return d->window.to == 0 ? 0 : write_message(d);
}

static bool
is_code(const struct draft *d, const char *code)
{
	return strcmp(d->code, code) == 0;
}

/* Whether the customer himself asked for what is told now. */
static bool
customers_own(const struct draft *d)
{
	return is_code(d, "asked") || is_code(d, "amended");
}

static void
choose_told(struct draft *d, const json_t *told)
{
	bool first = json_is_true(json_object_get(told, "first"));
	bool open = d->c->answer != ANSWER_ACCEPTED && !d->c->appointment;

	d->kind = "moved";
	if (d->previous.to > 0 && !customers_own(d)) {
		d->text = TEXT_MOVED_SORRY;
	} else if (first) {
		d->kind = "planned";
		d->text = open && d->c->agreed_pct == 0 ? TEXT_PLANNED : TEXT_PLANNED_AGREED;
	} else if (open && d->c->declines > 0 && customers_own(d)) {
		d->kind = "planned";
		d->text = TEXT_PROPOSED;
	} else if (json_object_get(told, "previous") == NULL || d->previous.to > 0) {
		d->text = TEXT_RETURNED;
	} else {
		d->text = TEXT_MOVED;
	}
}

/*
 * That somebody is on the way has just been said, and when he arrives: an ETA that his departure
 * itself makes known, or a first one, is not said again.
 */
static bool
said_on_the_way(const struct draft *d, const json_t *told)
{
	const json_t *cause = json_object_get(d->ev->body, "cause");
	const char *event = text_of(cause, "event"), *call = text_of(cause, "call");

	if (d->c->status != CALL_EN_ROUTE || d->previous.to > 0)
		return false;
	return json_is_true(json_object_get(told, "first")) ||
	    (event != NULL && call != NULL && strcmp(event, "stop.departed") == 0 &&
		strcmp(call, d->c->id) == 0);
}

/* What was agreed anew has just been said, with its window. */
static bool
said_as_agreed(const struct draft *d)
{
	const json_t *cause = json_object_get(d->ev->body, "cause");
	const char *event = text_of(cause, "event"), *call = text_of(cause, "call");
	const char *kind = text_of(d->ev->body, "kind");

	return kind != NULL && event != NULL && call != NULL && strcmp(kind, "booked") == 0 &&
	    strcmp(event, "call.amended") == 0 && strcmp(call, d->c->id) == 0;
}

static int
follow_told(struct draft *d, const json_t *told)
{
	if (!about(d, text_of(told, "call")))
		return 0;
	d->code = text_of(told, "code");
	d->technician = name_of(d->s, text_of(told, "technician"));
	d->arrival = int_of(told, "arrival");
	d->window = span_of(told, "promise");
	d->previous = span_of(told, "previous_promise");
	if (d->code == NULL || said_on_the_way(d, told) || said_as_agreed(d))
		return 0;
	choose_told(d, told);
	return write_message(d);
}

/*
 * Whether a customer whose visit lost its place should hear so now. While the promised window has
 * some time to go, another place may yet be found in it; if none is, what becomes of the promise
 * is told before the window ends. To be told that nobody comes, and a minute later that somebody
 * does, is worse than either.
 */
static bool
is_hopeless(const struct draft *d)
{
	return !d->c->told.promise || d->c->told.promise_to <= d->ev->at_s + HOPE_S;
}

static int
follow_revised(const struct draft *blank)
{
	const json_t *item;
	size_t i;
	int rc = 0;

	json_array_foreach(json_object_get(blank->ev->body, "told"), i, item)
	{
		struct draft d = *blank;

		rc = rc == 0 ? follow_told(&d, item) : rc;
	}
	json_array_foreach(json_object_get(blank->ev->body, "withdrawn"), i, item)
	{
		struct draft d = *blank;

		d.kind = "withdrawn";
		d.text = TEXT_WITHDRAWN;
		if (rc == 0 && about(&d, text_of(item, "call")) && is_hopeless(&d))
			rc = write_message(&d);
	}
	return rc;
}

static int
follow_departed(struct draft *d)
{
	d->kind = "on_the_way";
	d->text = TEXT_ON_THE_WAY;
	d->arrival = int_of(d->ev->body, "arrival");
	if (d->c->told.promise)
		d->window = (struct span){ d->c->told.promise_from, d->c->told.promise_to };
	return write_message(d);
}

/* Who was told nothing, and needs nothing by a time before, need not hear of it. */
static bool
waits_for_us(const struct draft *d)
{
	int64_t not_before = int_of(d->ev->body, "not_before");

	return json_object_get(d->ev->body, "previous_promise") != NULL || d->c->told.version > 0 ||
	    (d->c->due > 0 && d->c->due < not_before);
}

static int
follow_carried(struct draft *d)
{
	if (!waits_for_us(d))
		return 0;
	d->kind = "carried_over";
	d->code = "carried_over";
	d->technician = NULL; /* who was to come does not */
	d->window = span_of(d->ev->body, "promise");
	d->text = d->window.to > 0 ? TEXT_CARRIED_OVER : TEXT_CARRIED_OVER_OPEN;
	return write_message(d);
}

static int
follow_finished(struct draft *d)
{
	const char *outcome = text_of(d->ev->body, "outcome");

	d->kind = "done";
	d->text = outcome != NULL && strcmp(outcome, "return_visit") == 0 ? TEXT_DONE_RETURN
									  : TEXT_DONE;
	return write_message(d);
}

static int
follow_goodwill(struct draft *d)
{
	const json_t *body = d->ev->body;
	const char *decision = text_of(body, "decision"), *form = text_of(body, "form");
	int64_t cents = int_of(body, "cents");
	char amount[AMOUNT_SIZE];

	if (decision == NULL || strcmp(decision, "grant") != 0 || form == NULL || cents <= 0 ||
	    !about(d, text_of(body, "call")))
		return 0;
	snprintf(amount, sizeof(amount), "%" PRId64 ".%02d %s", cents / 100, (int)(cents % 100),
	    state_guidelines(d->s)->currency);
	d->kind = "goodwill";
	d->code = text_of(body, "cause");
	d->amount = amount;
	d->text = strcmp(form, "discount") == 0 ? TEXT_GOODWILL_DISCOUNT
						: TEXT_GOODWILL_FREE_LABOUR;
	return write_message(d);
}

static int
follow_plain(struct draft *d, const char *kind, enum text text)
{
	d->kind = kind;
	d->text = text;
	return write_message(d);
}

/* An event about one call: d->c is that. */
static int
follow_call(struct draft *d)
{
	const json_t *body = d->ev->body;

	switch (d->ev->type) {
	case EV_CALL_BOOKED:
		return follow_booked(d, json_object_get(body, "terms"));
	case EV_CALL_AMENDED: /* a new window is agreed with the customer */
		return json_is_true(json_object_get(body, "anew")) ||
			json_is_object(
			    json_object_get(json_object_get(body, "terms"), "appointment"))
		    ? follow_booked(d, json_object_get(body, "terms"))
		    : 0;
	case EV_CALL_CANCELLED:
		d->technician = NULL;
		return follow_plain(d, "cancelled", TEXT_CANCELLED);
	case EV_CALL_SILENT:
		d->technician = NULL;
		return json_is_true(json_object_get(body, "released"))
		    ? follow_plain(d, "unanswered", TEXT_UNANSWERED)
		    : 0;
	case EV_CALL_CARRIED_OVER:
		return follow_carried(d);
	case EV_STOP_DEPARTED:
		return follow_departed(d);
	case EV_STOP_FINISHED:
		return follow_finished(d);
	case EV_STOP_NO_ACCESS:
		return follow_plain(d, "no_access", TEXT_NO_ACCESS);
	default:
		return 0;
	}
}

int
message_follow(const struct state *s, const struct event *ev, const struct templates *templates,
    struct follow_list *ret)
{
	struct draft d = { .s = s, .ev = ev, .t = templates, .out = ret };

	if (ev->type == EV_PLAN_REVISED)
		return follow_revised(&d);
	if (ev->type == EV_GOODWILL_DECIDED)
		return follow_goodwill(&d);
	if (!about(&d, text_of(ev->body, "call")))
		return 0;
	d.technician = name_of(s, text_of(ev->body, "technician"));
	return follow_call(&d);
}
