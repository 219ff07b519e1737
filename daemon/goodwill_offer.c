/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When goodwill is offered: a promise broke for reasons of ours, or a deadline cannot be met. One
 * offer a call; none without a contract that has one, for somebody inside, or where the fault is the
 * customer's. A dispatcher or manager decides; what the customer himself made pointless lapses.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "daemon/build.h"
#include "daemon/follow.h"
#include "daemon/goodwill.h"
#include "proto/when.h"

enum {
	TEXT_SIZE = 300,
	WHY_SIZE = 200,
	TIME_SIZE = 24, /* "09:30" or "09:30 on 2011-09-22" */
	WINDOW_SIZE = 2 * TIME_SIZE + 4,
};

/* --- words --- */

/* A time as people say it: with the date only if it is of another day than `seen`. */
static void
say_time(const struct state *s, int64_t at, int64_t seen, char ret[TIME_SIZE])
{
	char text[WHEN_SIZE], day[WHEN_SIZE];

	if (when_format(at, state_zone(s), text) < 0 || when_format(seen, state_zone(s), day) < 0)
		snprintf(ret, TIME_SIZE, "%" PRId64, at);
	else if (strncmp(text, day, 10) == 0)
		snprintf(ret, TIME_SIZE, "%.5s", text + 11);
	else
		snprintf(ret, TIME_SIZE, "%.5s on %.10s", text + 11, text);
}

/* "09:00 to 10:30", with the date if the window is of another day than `seen`. */
static void
say_window(const struct state *s, struct span w, int64_t seen, char ret[WINDOW_SIZE])
{
	char from[TIME_SIZE], to[TIME_SIZE];

	say_time(s, w.from, w.to, from);
	say_time(s, w.to, seen, to);
	snprintf(ret, WINDOW_SIZE, "%s to %s", from, to);
}

static void
say_offer(const struct state *s, const struct call_state *c, int32_t cents, const char *why,
    char ret[TEXT_SIZE])
{
	const char *currency = state_guidelines(s)->currency;

	if (c->contract == CONTRACT_FULL_SERVICE)
		snprintf(ret, TEXT_SIZE, "%s: %d.%02d %s off the next invoice", why, cents / 100,
		    cents % 100, currency);
	else
		snprintf(ret, TEXT_SIZE, "%s: free labour worth %d.%02d %s", why, cents / 100,
		    cents % 100, currency);
}

/* --- offering --- */

/* An id of the ledger; several may be given out for one event. */
static void
next_id(const struct state *s, struct follow_list *list, char ret[STATE_ID_SIZE])
{
	char first[STATE_ID_SIZE];
	int64_t n = 0;

	state_next_id(s, "g", first);
	sscanf(first, "g%" SCNd64, &n);
	do {
		snprintf(ret, STATE_ID_SIZE, "g%" PRId64, n + list->number++);
	} while (state_call_find(s, ret) >= 0 || state_tech_find(s, ret) >= 0 ||
	    state_goodwill_find(s, ret) >= 0);
}

static int
offer(const struct state *s, const struct event *ev, const struct call_state *c, const char *cause,
    const char *why, struct follow_list *list)
{
	int32_t cents = goodwill_cents(state_guidelines(s), c->contract);
	const char *customer = json_string_value(json_object_get(c->terms, "customer"));
	char id[STATE_ID_SIZE], text[TEXT_SIZE];

	if (c->goodwill || c->customer_fault || c->inside || cents == 0)
		return 0;
	next_id(s, list, id);
	say_offer(s, c, cents, why, text);
	return follow_add(list, event_new(EV_GOODWILL_PROPOSED, ev->at_s,
	    json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:I}", "goodwill", id, "call", c->id,
	        "customer", customer != NULL ? customer : "", "contract", contract_name(c->contract),
	        "form", c->contract == CONTRACT_FULL_SERVICE ? "discount" : "free_labour", "cents",
	        (int)cents, "cause", cause, "text", text, "at", (json_int_t)ev->at_s)));
}

static bool
span_read(const json_t *body, const char *member, struct span *ret)
{
	const json_t *w = json_object_get(body, member);

	if (w == NULL)
		return false;
	ret->from = json_integer_value(json_object_get(w, "from"));
	ret->to = json_integer_value(json_object_get(w, "to"));
	return true;
}

static const struct call_state *
call_of(const struct state *s, const json_t *body)
{
	const char *id = json_string_value(json_object_get(body, "call"));
	int32_t call = id == NULL ? -1 : state_call_find(s, id);

	return call < 0 ? NULL : state_call(s, call);
}

/* One entry of what a revision tells: another window than promised, or too late for the deadline. */
static int
told(const struct state *s, const struct event *ev, const json_t *entry, struct follow_list *list)
{
	const struct call_state *c = call_of(s, entry);
	int64_t arrival = json_integer_value(json_object_get(entry, "arrival"));
	char was[WINDOW_SIZE], now[WINDOW_SIZE], why[WHY_SIZE];
	struct span old, new;

	if (c == NULL)
		return 0;
	if (span_read(entry, "previous_promise", &old) && span_read(entry, "promise", &new)) {
		say_window(s, old, ev->at_s, was);
		say_window(s, new, ev->at_s, now);
		snprintf(why, sizeof(why), "Promised %s, now %s", was, now);
		return offer(s, ev, c, "promise_broken", why, list);
	}
	/* Who was quoted a time after his deadline, and took it, has agreed to it. */
	if (c->due == 0 || arrival <= c->due || c->agreed_pct > 0)
		return 0;
	say_time(s, c->due, ev->at_s, was);
	say_time(s, arrival, ev->at_s, now);
	snprintf(why, sizeof(why), "Needed by %s, planned for %s", was, now);
	return offer(s, ev, c, "deadline_not_met", why, list);
}

static int
revised(const struct state *s, const struct event *ev, struct follow_list *list)
{
	const json_t *entry;
	size_t i;
	int rc = 0;

	json_array_foreach(json_object_get(ev->body, "told"), i, entry) {
		if (rc == 0)
			rc = told(s, ev, entry, list);
	}
	return rc;
}

static int
arrived(const struct state *s, const struct event *ev, struct follow_list *list)
{
	const struct call_state *c = call_of(s, ev->body);
	int64_t at = json_integer_value(json_object_get(ev->body, "at"));
	char was[WINDOW_SIZE], now[TIME_SIZE], why[WHY_SIZE];

	if (c == NULL || !c->told.promise || at <= c->told.promise_to)
		return 0;
	say_window(s, (struct span){ c->told.promise_from, c->told.promise_to }, at, was);
	say_time(s, at, at, now);
	snprintf(why, sizeof(why), "Promised %s, the work began at %s", was, now);
	return offer(s, ev, c, "promise_broken", why, list);
}

static int
carried_over(const struct state *s, const struct event *ev, struct follow_list *list)
{
	const struct call_state *c = call_of(s, ev->body);
	char was[WINDOW_SIZE], now[WINDOW_SIZE] = "a time to be agreed", why[WHY_SIZE];
	struct span old, new;

	if (c == NULL)
		return 0;
	if (span_read(ev->body, "promise", &new))
		say_window(s, new, ev->at_s, now);
	if (span_read(ev->body, "previous_promise", &old)) {
		say_window(s, old, ev->at_s, was);
		snprintf(why, sizeof(why), "Promised %s, carried over to %s", was, now);
		return offer(s, ev, c, "carried_over", why, list);
	}
	if (c->due == 0 || c->due >= c->not_before)
		return 0;
	say_time(s, c->due, ev->at_s, was);
	snprintf(why, sizeof(why), "Needed by %s, carried over to %s", was, now);
	return offer(s, ev, c, "deadline_not_met", why, list);
}

/* --- lapsing --- */

/* The newest offer of a call that nobody decided yet. */
static const struct goodwill *
open_offer(const struct state *s, const struct call_state *c)
{
	for (int32_t i = state_goodwills(s) - 1; i >= 0; i--) {
		const struct goodwill *g = state_goodwill(s, i);

		if (g->status == GOODWILL_OPEN && strcmp(g->call, c->id) == 0)
			return g;
	}
	return NULL;
}

static int
lapse(const struct state *s, const struct event *ev, const char *reason, struct follow_list *list)
{
	const struct call_state *c = call_of(s, ev->body);
	const struct goodwill *g = c == NULL || !c->goodwill ? NULL : open_offer(s, c);
	struct goodwill_decision d = { .decision = "lapse", .by = "daemon", .reason = reason };

	if (g == NULL)
		return 0;
	d.cents = g->cents;
	return follow_add(list, goodwill_decided(g, &d, ev->at_s));
}

/* Nobody was there although we came in time: then nothing is owed. */
static int
no_access(const struct state *s, const struct event *ev, struct follow_list *list)
{
	const struct call_state *c = call_of(s, ev->body);

	if (c == NULL || !c->told.promise || c->arrival > c->told.promise_to)
		return 0;
	return lapse(s, ev, "Nobody was there at the promised time", list);
}

int
goodwill_follow(const struct state *s, const struct event *ev, struct follow_list *ret)
{
	switch (ev->type) {
	case EV_PLAN_REVISED:
		return revised(s, ev, ret);
	case EV_STOP_ARRIVED:
		return arrived(s, ev, ret);
	case EV_CALL_CARRIED_OVER:
		return carried_over(s, ev, ret);
	case EV_CALL_CANCELLED:
		return lapse(s, ev, "The call was cancelled", ret);
	case EV_STOP_NO_ACCESS:
		return no_access(s, ev, ret);
	default:
		return 0;
	}
}
