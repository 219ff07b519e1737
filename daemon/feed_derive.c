/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What subscribers must hear of an event. Events were checked when they were
 * applied, so a member that is missing here is a lack of memory.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/feed.h"
#include "daemon/message.h"
#include "proto/when.h"

/* One event being derived. */
struct derive {
	const struct event *ev;
	const char *territory, *zone;
	notice_fn *fn;
	void *arg;
};

/* How an event shows in call.changed and technician.changed; NULL: not at all, or see the body. */
static const struct shown {
	const char *change, *call_status, *tech_status;
} shown[EV_TYPES] = {
	[EV_TECHNICIAN_ADDED] = { "added", NULL, "off" },
	[EV_TECHNICIAN_AMENDED] = { "amended", NULL, "off" },
	[EV_TECHNICIAN_ABSENT] = { "absent", NULL, "absent" },
	[EV_SHIFT_STARTED] = { "shift_started", NULL, "free" },
	[EV_SHIFT_ENDED] = { "shift_ended", NULL, "off" },
	[EV_CALL_BOOKED] = { "booked", "unassigned", NULL },
	[EV_CALL_AMENDED] = { "amended", NULL, NULL },
	[EV_CALL_CANCELLED] = { "cancelled", "cancelled", NULL },
	[EV_STOP_DEPARTED] = { "departed", "en_route", "driving" },
	[EV_STOP_ARRIVED] = { "arrived", "on_site", "on_site" },
	[EV_STOP_FINISHED] = { "finished", "done", "free" },
	[EV_STOP_NO_ACCESS] = { "no_access", "no_access", "free" },
	[EV_STOP_LATE] = { "late", "on_site", "on_site" },
	[EV_BREAK_STARTED] = { "break_started", NULL, "on_break" },
	[EV_BREAK_ENDED] = { "break_ended", NULL, "free" },
	[EV_BREAK_WAIVED] = { "break_waived", NULL, "free" },
	[EV_CALL_ANSWERED] = { "answered", NULL, NULL },
	[EV_CALL_SILENT] = { "silent", NULL, NULL },
	[EV_CALL_CARRIED_OVER] = { "carried_over", NULL, NULL },
	[EV_STOP_KIND_CHANGED] = { "kind_changed", "on_site", "on_site" },
	[EV_CALL_PINNED] = { "pinned", NULL, NULL },
	[EV_CALL_UNPINNED] = { "unpinned", NULL, NULL },
};

static const char *
text_of(const json_t *obj, const char *name)
{
	return json_string_value(json_object_get(obj, name));
}

static json_int_t
int_of(const json_t *obj, const char *name)
{
	return json_integer_value(json_object_get(obj, name));
}

/* A time as it goes out; NULL when out of memory. */
static json_t *
when(const struct derive *d, json_int_t s)
{
	char text[WHEN_SIZE];

	if (when_format(s, d->zone, text) < 0 && when_format(s, "UTC", text) < 0)
		return NULL;
	return json_string(text);
}

/* Sets a member if there is a value to set; value is stolen. */
static int
put(json_t *obj, const char *name, json_t *value)
{
	return json_object_set_new(obj, name, value) < 0 ? -ENOMEM : 0;
}

/* Sends a notification; params is stolen, NULL: out of memory. */
static int
say(const struct derive *d, const char *method, const char *technician, const char *former,
    json_t *params)
{
	struct notice n = { .seq = d->ev->seq, .method = method, .params = params };
	int rc;

	if (params == NULL)
		return -ENOMEM;
	snprintf(n.technician, sizeof(n.technician), "%s", technician == NULL ? "" : technician);
	snprintf(n.former, sizeof(n.former), "%s", former == NULL ? "" : former);
	rc = d->fn(d->arg, &n);
	json_decref(params);
	return rc;
}

/* When it happened: shifts, stops and breaks say so themselves. */
static json_int_t
at_of(const struct derive *d)
{
	switch (d->ev->type) {
	case EV_SHIFT_STARTED:
	case EV_SHIFT_ENDED:
	case EV_STOP_DEPARTED:
	case EV_STOP_ARRIVED:
	case EV_STOP_FINISHED:
	case EV_STOP_NO_ACCESS:
	case EV_BREAK_STARTED:
	case EV_BREAK_ENDED:
		return int_of(d->ev->body, "at");
	default:
		return d->ev->at_s;
	}
}

/* --- calls and technicians --- */

static int
say_call(const struct derive *d, const char *call, json_int_t version, const char *status,
    const char *change, const char *technician, const char *former)
{
	json_t *params = json_pack("{s:I, s:s, s:s, s:I, s:s, s:s, s:s*, s:o}", "seq",
	    (json_int_t)d->ev->seq, "territory", d->territory, "call", call, "version", version,
	    "status", status, "change", change, "technician", technician, "at",
	    when(d, at_of(d)));

	return say(d, "call.changed", technician, former, params);
}

static int
say_tech(const struct derive *d, const char *technician, json_int_t version,
    const char *status, const char *call)
{
	json_t *params = json_pack("{s:I, s:s, s:s, s:I, s:s, s:s, s:s*, s:o}", "seq",
	    (json_int_t)d->ev->seq, "territory", d->territory, "technician", technician,
	    "version", version, "status", status, "change", shown[d->ev->type].change, "call",
	    call, "at", when(d, at_of(d)));

	return say(d, "technician.changed", technician, NULL, params);
}

static int
derive_call(const struct derive *d)
{
	const json_t *body = d->ev->body;
	const struct shown *how = &shown[d->ev->type];
	const char *technician = text_of(body, "technician"), *status = text_of(body, "status");
	json_int_t version = d->ev->type == EV_CALL_BOOKED ? 1 : int_of(body, "version");

	if (how->call_status != NULL)
		status = how->call_status;
	else if (status == NULL)
		status = technician != NULL ? "planned" : "unassigned";
	return say_call(d, text_of(body, "call"), version, status, how->change, technician, NULL);
}

static int
derive_stop(const struct derive *d)
{
	const json_t *body = d->ev->body;
	const struct shown *how = &shown[d->ev->type];
	const char *technician = text_of(body, "technician"), *call = text_of(body, "call");
	const char *call_status = how->call_status, *tech_status = how->tech_status;
	bool over = d->ev->type == EV_STOP_FINISHED || d->ev->type == EV_STOP_NO_ACCESS;
	int rc;

	if (d->ev->type == EV_STOP_LATE && text_of(body, "status") != NULL) {
		call_status = text_of(body, "status");
		tech_status = strcmp(call_status, "en_route") == 0 ? "driving" : "on_site";
	}
	rc = say_call(d, call, int_of(body, "version"), call_status, how->change, technician, NULL);
	if (rc != 0 || json_object_get(body, "technician_version") == NULL)
		return rc;
	return say_tech(d, technician, int_of(body, "technician_version"), tech_status,
	    over ? NULL : call);
}

static int
derive_tech(const struct derive *d)
{
	const json_t *body = d->ev->body;
	const char *technician = text_of(body, "technician"), *status = text_of(body, "status");
	const char *freed = text_of(body, "call");
	json_int_t version = d->ev->type == EV_TECHNICIAN_ADDED ? 1 : int_of(body, "version");
	int rc;

	if (status == NULL)
		status = shown[d->ev->type].tech_status;
	rc = say_tech(d, technician, version, status, NULL);
	if (rc != 0 || freed == NULL || json_object_get(body, "call_version") == NULL)
		return rc;
	return say_call(d, freed, int_of(body, "call_version"), "planned", "set_free", technician,
	    NULL);
}

static int
derive_guidelines(const struct derive *d)
{
	char text[80];

	snprintf(text, sizeof(text), "The guidelines are now version %lld",
	    (long long)int_of(d->ev->body, "version"));
	return say(d, "notice", NULL, NULL,
	    json_pack("{s:I, s:s, s:s, s:s, s:s}", "seq", (json_int_t)d->ev->seq, "territory",
	        d->territory, "level", "info", "code", "guidelines_changed", "text", text));
}

/* --- promises --- */

static json_t *
window_out(const struct derive *d, const json_t *window)
{
	return json_pack("{s:o, s:o}", "from", when(d, int_of(window, "from")), "to",
	    when(d, int_of(window, "to")));
}

/* Sets a window, if there is one. */
static int
put_window(const struct derive *d, json_t *params, const char *name, const json_t *window)
{
	return window == NULL ? 0 : put(params, name, window_out(d, window));
}

/* What of a promise moved: previous is the window that no longer holds. */
static int
say_moved(const struct derive *d, const json_t *about, const json_t *promise,
    const json_t *previous, const char *code, const char *reason, bool chosen)
{
	const char *technician = text_of(about, "technician"), *former = text_of(about, "former");
	json_t *params = json_pack("{s:I, s:s, s:s, s:s*}", "seq", (json_int_t)d->ev->seq,
	    "territory", d->territory, "call", text_of(about, "call"), "technician",
	    promise == NULL ? NULL : technician);

	if (params == NULL)
		return -ENOMEM;
	if (put_window(d, params, "promise", promise) < 0 ||
	    put_window(d, params, "previous", previous) < 0 ||
	    put(params, "reason_code", json_string(code)) < 0 ||
	    put(params, "reason", json_string(reason)) < 0 ||
	    put(params, "chosen", json_boolean(chosen)) < 0 ||
	    put(params, "at", when(d, d->ev->at_s)) < 0) {
		json_decref(params);
		return -ENOMEM;
	}
	return say(d, "promise.moved", technician, former, params);
}

/* The call leaves its route, if it does: who was to come hears that, too. */
static int
derive_left(const struct derive *d)
{
	const json_t *body = d->ev->body;
	const char *technician = text_of(body, "technician"), *status = text_of(body, "status");
	bool leaves = d->ev->type == EV_CALL_SILENT ?
	    json_is_true(json_object_get(body, "released")) :
	    d->ev->type == EV_CALL_AMENDED ? true :
	    strcmp(text_of(body, "answer"), "accept") != 0;

	if (status == NULL)
		status = technician != NULL && !leaves ? "planned" : "unassigned";
	return say_call(d, text_of(body, "call"), int_of(body, "version"), status,
	    shown[d->ev->type].change, leaves ? NULL : technician, leaves ? technician : NULL);
}

static int
derive_carried(const struct derive *d)
{
	const json_t *body = d->ev->body, *previous = json_object_get(body, "previous_promise");
	const char *reason = text_of(body, "reason"), *technician = text_of(body, "technician");
	json_t *about;
	int rc = say_call(d, text_of(body, "call"), int_of(body, "version"), "unassigned",
	    "carried_over", NULL, technician);

	if (rc != 0 || previous == NULL)
		return rc;
	about = json_pack("{s:s, s:s*}", "call", text_of(body, "call"), "former", technician);
	if (about == NULL)
		return -ENOMEM;
	rc = say_moved(d, about, json_object_get(body, "promise"), previous, "carried_over",
	    reason != NULL ? reason : "It could not be done today", false);
	json_decref(about);
	return rc;
}

static int
derive_risk(const struct derive *d)
{
	const json_t *body = d->ev->body;
	const json_t *arrival = json_object_get(body, "arrival"), *p90 = json_object_get(body, "p90");
	json_t *params = json_pack("{s:I, s:s, s:s, s:s*, s:f, s:O, s:o}", "seq",
	    (json_int_t)d->ev->seq, "territory", d->territory, "call", text_of(body, "call"),
	    "technician", text_of(body, "technician"), "risk",
	    (double)int_of(body, "risk_pct") / 100, "at_risk", json_object_get(body, "at_risk"),
	    "at", when(d, d->ev->at_s));

	if (params == NULL)
		return -ENOMEM;
	if ((arrival != NULL &&
	        put(params, "arrival", when(d, json_integer_value(arrival))) < 0) ||
	    (p90 != NULL && put(params, "p90", when(d, json_integer_value(p90))) < 0) ||
	    put_window(d, params, "promise", json_object_get(body, "promise")) < 0) {
		json_decref(params);
		return -ENOMEM;
	}
	return say(d, "promise.at_risk", text_of(body, "technician"), NULL, params);
}

/* --- goodwill and messages --- */

static int
derive_goodwill(const struct derive *d)
{
	const json_t *body = d->ev->body;
	const char *decision = text_of(body, "decision");
	const char *status = decision == NULL ? "open" :
	    strcmp(decision, "grant") == 0    ? "granted" :
	    strcmp(decision, "refuse") == 0   ? "refused" :
	                                        "lapsed";
	json_t *offer = json_pack("{s:s, s:s, s:s, s:s*, s:s, s:I, s:s, s:s*, s:o, s:s}", "goodwill",
	    text_of(body, "goodwill"), "call", text_of(body, "call"), "customer",
	    text_of(body, "customer"), "contract", text_of(body, "contract"), "form",
	    text_of(body, "form"), "cents", int_of(body, "cents"), "cause", text_of(body, "cause"),
	    "text", text_of(body, "text"), "at", when(d, int_of(body, "at")), "status", status);

	if (offer == NULL)
		return -ENOMEM;
	if (decision != NULL &&
	    (put(offer, "decided_at", when(d, d->ev->at_s)) < 0 ||
	        put(offer, "by", json_string(text_of(body, "by"))) < 0 ||
	        (text_of(body, "reason") != NULL &&
	            put(offer, "reason", json_string(text_of(body, "reason"))) < 0))) {
		json_decref(offer);
		return -ENOMEM;
	}
	return say(d, "goodwill.proposed", NULL, NULL,
	    json_pack("{s:I, s:s, s:o, s:o}", "seq", (json_int_t)d->ev->seq, "territory",
	        d->territory, "goodwill", offer, "at", when(d, d->ev->at_s)));
}

static int
derive_message(const struct derive *d)
{
	return say(d, "message.written", NULL, NULL,
	    json_pack("{s:I, s:s, s:o}", "seq", (json_int_t)d->ev->seq, "territory", d->territory,
	        "message", message_json(d->ev, d->territory, d->zone)));
}

/* --- the plan --- */

static int
say_eta(const struct derive *d, const json_t *told)
{
	const json_t *previous = json_object_get(told, "previous");
	const json_t *cause = json_object_get(d->ev->body, "cause");
	json_t *first = json_object_get(told, "first");
	json_t *params = json_pack("{s:I, s:s, s:s, s:s, s:I, s:o, s:o, s:o, s:o, s:O}", "seq",
	    (json_int_t)d->ev->seq, "territory", d->territory, "call", text_of(told, "call"),
	    "technician", text_of(told, "technician"), "version", int_of(told, "version"),
	    "arrival", when(d, int_of(told, "arrival")), "p10", when(d, int_of(told, "p10")),
	    "p90", when(d, int_of(told, "p90")), "promise",
	    window_out(d, json_object_get(told, "promise")), "first", first);

	if (params == NULL)
		return -ENOMEM;
	if ((previous != NULL &&
	        put(params, "previous", when(d, json_integer_value(previous))) < 0) ||
	    put(params, "reason_code", json_string(text_of(told, "code"))) < 0 ||
	    put(params, "reason", json_string(text_of(told, "reason"))) < 0 ||
	    put(params, "cause_seq", json_integer(int_of(cause, "seq"))) < 0) {
		json_decref(params);
		return -ENOMEM;
	}
	return say(d, "eta.revised", text_of(told, "technician"), text_of(told, "former"), params);
}

static bool
is_chosen(const struct derive *d, const char *call)
{
	const json_t *list =
	    json_object_get(json_object_get(d->ev->body, "disturbance"), "chosen");
	const json_t *id;
	size_t i;

	json_array_foreach(list, i, id) {
		if (strcmp(json_string_value(id), call) == 0)
			return true;
	}
	return false;
}

/* The ETA, and that a promised window was replaced, if it was. */
static int
say_told(const struct derive *d, const json_t *told)
{
	const json_t *previous = json_object_get(told, "previous_promise");
	int rc = say_eta(d, told);

	if (rc != 0 || previous == NULL)
		return rc;
	return say_moved(d, told, json_object_get(told, "promise"), previous,
	    text_of(told, "code"), text_of(told, "reason"), is_chosen(d, text_of(told, "call")));
}

/* An array of what one() makes of each item; NULL when out of memory. */
static json_t *
each(const struct derive *d, const json_t *array,
    json_t *(*one)(const struct derive *d, const json_t *item))
{
	json_t *out = json_array();
	const json_t *item;
	size_t i;

	json_array_foreach(array, i, item) {
		if (json_array_append_new(out, one(d, item)) < 0) {
			json_decref(out);
			return NULL;
		}
	}
	return out;
}

static json_t *
stop_out(const struct derive *d, const json_t *stop)
{
	return json_pack("{s:s, s:o, s:o}", "call", text_of(stop, "call"), "arrival",
	    when(d, int_of(stop, "arrival")), "end", when(d, int_of(stop, "end")));
}

static json_t *
break_out(const struct derive *d, const json_t *pb)
{
	return json_pack("{s:o, s:I, s:s}", "start", when(d, int_of(pb, "start")), "duration_s",
	    int_of(pb, "duration_s"), "status", "due");
}

static json_t *
route_out(const struct derive *d, const json_t *route)
{
	return json_pack("{s:s, s:o, s:o, s:o}", "technician", text_of(route, "technician"), "stops",
	    each(d, json_object_get(route, "stops"), stop_out), "breaks",
	    each(d, json_object_get(route, "breaks"), break_out), "end",
	    when(d, int_of(route, "end")));
}

static json_t *
stay_out(const struct derive *d, const json_t *stay)
{
	const json_t *arrival = json_object_get(stay, "arrival");

	if (arrival == NULL)
		return json_pack("{s:s}", "call", text_of(stay, "call"));
	return json_pack("{s:s, s:o}", "call", text_of(stay, "call"), "arrival",
	    when(d, json_integer_value(arrival)));
}

/* The budget; a forced override has none, so it is what it took. */
static json_int_t
budget_out(const json_t *body)
{
	json_int_t budget = int_of(body, "budget");
	const json_t *d = json_object_get(body, "disturbance");

	return budget >= 0 ? budget : (json_int_t)json_array_size(json_object_get(d, "chosen"));
}

/* The figures of a revision, up to the disturbance. */
static json_t *
figures_out(const struct derive *d)
{
	const json_t *body = d->ev->body;

	return json_pack("{s:I, s:s, s:I, s:o, s:O, s:I, s:I, s:O*, s:O, s:O, s:I, s:O*}", "seq",
	    (json_int_t)d->ev->seq, "territory", d->territory, "plan_version",
	    int_of(body, "plan_version"), "at", when(d, d->ev->at_s), "cause",
	    json_object_get(body, "cause"), "cost_before_cents",
	    int_of(body, "cost_before_cents"), "cost_after_cents",
	    int_of(body, "cost_after_cents"), "bound_cents", json_object_get(body, "bound_cents"),
	    "gap", json_object_get(body, "gap"), "proven", json_object_get(body, "proven"),
	    "budget", budget_out(body), "account", json_object_get(body, "account"));
}

static int
say_plan(const struct derive *d)
{
	const json_t *body = d->ev->body;
	json_t *params = figures_out(d);

	if (params == NULL)
		return -ENOMEM;
	if (put(params, "disturbance", json_incref(json_object_get(body, "disturbance"))) < 0 ||
	    put(params, "stay", each(d, json_object_get(body, "stay"), stay_out)) < 0 ||
	    put(params, "scope", json_incref(json_object_get(body, "scope"))) < 0 ||
	    put(params, "solve_ms", json_real((double)int_of(body, "solve_us") / 1000)) < 0 ||
	    put(params, "work", json_integer(int_of(body, "work"))) < 0 ||
	    put(params, "routes", each(d, json_object_get(body, "routes"), route_out)) < 0 ||
	    put(params, "unassigned", json_incref(json_object_get(body, "unassigned"))) < 0) {
		json_decref(params);
		return -ENOMEM;
	}
	return say(d, "plan.revised", NULL, NULL, params);
}

static int
derive_plan(const struct derive *d)
{
	const json_t *item;
	size_t i;
	int rc = say_plan(d);

	json_array_foreach(json_object_get(d->ev->body, "told"), i, item) {
		if (rc != 0)
			return rc;
		rc = say_told(d, item);
	}
	json_array_foreach(json_object_get(d->ev->body, "withdrawn"), i, item) {
		if (rc != 0)
			return rc;
		rc = say_call(d, text_of(item, "call"), int_of(item, "version"), "unassigned",
		    "withdrawn", NULL, text_of(item, "technician"));
	}
	return rc;
}

int
feed_derive(const struct event *ev, const char *territory, const char *zone, notice_fn *fn,
    void *arg)
{
	struct derive d = { .ev = ev, .territory = territory, .zone = zone, .fn = fn, .arg = arg };

	switch (ev->type) {
	case EV_TERRITORY_OPENED:
		return 0;
	case EV_GUIDELINES_SET:
		return derive_guidelines(&d);
	case EV_TECHNICIAN_ADDED:
	case EV_TECHNICIAN_AMENDED:
	case EV_TECHNICIAN_ABSENT:
	case EV_SHIFT_STARTED:
	case EV_SHIFT_ENDED:
	case EV_BREAK_STARTED:
	case EV_BREAK_ENDED:
	case EV_BREAK_WAIVED:
		return derive_tech(&d);
	case EV_CALL_AMENDED:
		return json_is_true(json_object_get(ev->body, "anew")) ? derive_left(&d)
		                                                       : derive_call(&d);
	case EV_CALL_BOOKED:
	case EV_CALL_CANCELLED:
	case EV_CALL_PINNED:
	case EV_CALL_UNPINNED:
		return derive_call(&d);
	case EV_STOP_DEPARTED:
	case EV_STOP_ARRIVED:
	case EV_STOP_FINISHED:
	case EV_STOP_NO_ACCESS:
	case EV_STOP_LATE:
	case EV_STOP_KIND_CHANGED:
		return derive_stop(&d);
	case EV_PLAN_REVISED:
		return derive_plan(&d);
	case EV_CALL_ANSWERED:
	case EV_CALL_SILENT:
		return derive_left(&d);
	case EV_CALL_CARRIED_OVER:
		return derive_carried(&d);
	case EV_PROMISE_AT_RISK:
		return derive_risk(&d);
	case EV_GOODWILL_PROPOSED:
	case EV_GOODWILL_DECIDED:
		return derive_goodwill(&d);
	case EV_MESSAGE_WRITTEN:
		return derive_message(&d);
	case EV_TYPES:
		break;
	}
	return -EINVAL;
}
