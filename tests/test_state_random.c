/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random days: events of every kind, right ones, wrong ones and damaged ones. After each, the rules that
 * always hold must hold; at the end the journal must replay, from the start and
 * from a snapshot in the middle, to the same text. A failure prints its seed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/check.h"
#include "daemon/feed.h"
#include "proto/openrpc.h"
#include "tests/state_fixture.h"

enum { SEEDS = 6, STEPS = 350, IDS = 400 };

/* One random day. */
struct day {
	uint64_t seed, random;
	struct state *s;
	int64_t at_s; /* since T0 */
	json_t *journal;
	char *text;   /* the dump of s */
	struct openrpc *openrpc;
	char *middle; /* a snapshot on the way */
	size_t middle_events;
	int64_t told[IDS]; /* ETA version by the number of a call's id */
	int taken, refused, notices;
	int of_type[EV_TYPES]; /* taken */
};

/* SplitMix64 (Steele, Lea, Flood, Fast splittable pseudorandom number generators, 2014). */
static uint64_t
next64(struct day *d)
{
	uint64_t z = (d->random += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static int32_t
below(struct day *d, int32_t n)
{
	return (int32_t)(next64(d) % (uint64_t)n);
}

static bool
chance(struct day *d, int32_t pct)
{
	return below(d, 100) < pct;
}

/* --- bodies, as the daemon's methods would make them, mostly --- */

static const struct tech *
some_tech(struct day *d)
{
	return state_tech(d->s, below(d, state_techs(d->s)));
}

/* An open call, now and then any. */
static const struct call_state *
some_call(struct day *d)
{
	int32_t n;
	const int32_t *open = state_open(d->s, &n);

	return n > 0 && chance(d, 95) ? state_call(d->s, open[below(d, n)])
				      : state_call(d->s, below(d, state_calls(d->s)));
}

/* The call a technician is at, or has next, or just some. */
static const struct call_state *
his_call(struct day *d, const struct tech *t)
{
	if (t->stops == 0 || chance(d, 5))
		return some_call(d);
	return state_call(d->s, t->stop[chance(d, 80) ? 0 : below(d, t->stops)].call);
}

static json_t *
place_new(struct day *d)
{
	return json_pack("{s:i, s:i}", "lat_udeg", 41800000 + (int)below(d, 200000), "lon_udeg",
	    -87700000 + (int)below(d, 200000));
}

static json_t *
tech_terms(struct day *d)
{
	int64_t from = T0 + (below(d, 4) - 1) * 1800, lunch = from + 4 * 3600;

	return json_pack("{s:s, s:o, s:[{s:s, s:i}], s:i, s:[{s:I, s:I, s:[{s:I, s:I, s:i}]},"
	                 "{s:I, s:I, s:[]}]}",
	    "name", "N", "home", place_new(d), "skills", "skill", chance(d, 50) ? "gas" : "lift",
	    "level", 1 + (int)below(d, 3), "speed_pct", 80 + (int)below(d, 40), "shifts", "from",
	    (json_int_t)from, "to", (json_int_t)from + 9 * 3600, "breaks", "from",
	    (json_int_t)lunch, "to", (json_int_t)lunch + 3600, "duration_s", 1800, "from",
	    (json_int_t)from + 86400, "to", (json_int_t)from + 86400 + 9 * 3600, "breaks");
}

static json_t *
call_terms(struct day *d)
{
	int64_t from = T0 + d->at_s + below(d, 6 * 3600);
	json_t *terms = json_pack("{s:s, s:o, s:[], s:s, s:I, s:i, s:i}", "customer", "C", "site",
	    place_new(d), "needs", "severity",
	    severity_name((enum severity)below(d, SEVERITIES)), "opened",
	    (json_int_t)(T0 + d->at_s), "duration_s", 300 + (int)below(d, 5400), "difficulty",
	    (int)below(d, 10));

	if (chance(d, 30))
		json_array_append_new(json_object_get(terms, "needs"),
		    json_pack("{s:s, s:i}", "skill", "gas", "level", 1));
	if (chance(d, 30))
		json_object_set_new(terms, "appointment",
		    json_pack("{s:I, s:I}", "from", (json_int_t)from, "to", (json_int_t)from + 3600));
	else if (chance(d, 50))
		json_object_set_new(terms, "due", json_integer(from + 3600));
	else
		json_object_set_new(terms, "agreed",
		    json_pack("{s:{s:I, s:I}, s:i}", "window", "from", (json_int_t)from, "to",
		        (json_int_t)from + 3600, "confidence_pct", 90));
	if (chance(d, 30))
		json_object_del(terms, "duration_s");
	if (chance(d, 50))
		json_object_set_new(terms, "kind", json_string("door"));
	if (chance(d, 20))
		json_object_set_new(terms, "origin", json_string("inside"));
	return terms;
}

static json_t *
stop_body(struct day *d, enum event_type type)
{
	const struct tech *t = some_tech(d);
	const struct call_state *c = his_call(d, t);
	int64_t at = T0 + d->at_s - below(d, 60), arrival = at + below(d, 1800);
	json_t *body = json_pack("{s:s, s:s, s:I, s:I, s:I, s:I}", "technician", t->id, "call", c->id,
	    "version", (json_int_t)c->version + 1, "at", (json_int_t)at, "arrival",
	    (json_int_t)arrival, "end", (json_int_t)arrival + c->duration_s);

	if (type == EV_STOP_FINISHED)
		json_object_set_new(body, "outcome", json_string("fixed"));
	if (type == EV_STOP_KIND_CHANGED)
		json_object_set_new(body, "kind", json_string(chance(d, 50) ? "door" : "drive"));
	return body;
}

static json_t *
tech_body(struct day *d, enum event_type type)
{
	const struct tech *t = some_tech(d);
	int64_t at = T0 + d->at_s;
	json_t *body = json_pack("{s:s, s:I}", "technician", t->id, "version",
	    (json_int_t)t->version + 1);

	if (type == EV_TECHNICIAN_AMENDED)
		json_object_set_new(body, "terms",
		    chance(d, 50) ? tech_terms(d) : json_pack("{s:i}", "speed_pct", 100));
	if (type == EV_TECHNICIAN_ABSENT) {
		json_object_set_new(body, "from", json_integer(at + (below(d, 5) - 2) * 900));
		json_object_set_new(body, "to", json_integer(at + 600 + below(d, 7200)));
	}
	json_object_set_new(body, "at", json_integer(at));
	if (type == EV_SHIFT_STARTED)
		json_object_set_new(body, "place", place_new(d));
	if (type == EV_BREAK_STARTED || type == EV_BREAK_WAIVED)
		json_object_set_new(body, "due", json_integer(0));
	if (type == EV_BREAK_STARTED)
		json_object_set_new(body, "end", json_integer(at + 1800));
	return body;
}

static json_t *
call_body(struct day *d, enum event_type type)
{
	const struct call_state *c;
	json_t *body, *terms = NULL;

	if (type == EV_CALL_BOOKED) {
		char id[STATE_ID_SIZE];

		state_next_id(d->s, "c", id);
		return json_pack("{s:s, s:o}", "call", id, "terms", call_terms(d));
	}
	c = some_call(d);
	body = json_pack("{s:s, s:I}", "call", c->id, "version", (json_int_t)c->version + 1);
	if (type == EV_CALL_AMENDED)
		terms = chance(d, 50) ? call_terms(d) : json_pack("{s:i}", "duration_s", 900);
	if (terms != NULL)
		json_object_set_new(body, "terms", terms);
	return body;
}

static json_t *
window_new(struct day *d)
{
	int64_t from = T0 + d->at_s + below(d, 86400);

	return json_pack("{s:I, s:I}", "from", (json_int_t)from, "to", (json_int_t)from + 3600);
}

static json_t *
promise_body(struct day *d, enum event_type type)
{
	static const char *const answers[] = { "accept", "decline", "counter" };
	const struct call_state *c = some_call(d);
	const char *answer = answers[below(d, 3)];
	json_t *body = json_pack("{s:s, s:I, s:s}", "call", c->id, "version",
	    (json_int_t)c->version + 1, "by", "customer");

	if (type == EV_CALL_ANSWERED)
		json_object_set_new(body, "answer", json_string(answer));
	if (type == EV_CALL_ANSWERED && strcmp(answer, "counter") == 0)
		json_object_set_new(body, "window", window_new(d));
	if (type == EV_CALL_SILENT)
		json_object_set_new(body, "released", json_boolean(chance(d, 50)));
	if (type == EV_CALL_CARRIED_OVER) {
		json_object_set_new(body, "count", json_integer(c->carried + 1));
		json_object_set_new(body, "not_before", json_integer(T0 + d->at_s + 3600));
		if (chance(d, 60))
			json_object_set_new(body, "promise", window_new(d));
		if (c->told.promise)
			json_object_set_new(body, "previous_promise",
			    json_pack("{s:I, s:I}", "from", (json_int_t)c->told.promise_from, "to",
			        (json_int_t)c->told.promise_to));
	}
	if (type == EV_PROMISE_AT_RISK) {
		json_object_set_new(body, "risk_pct", json_integer(below(d, 101)));
		json_object_set_new(body, "at_risk", json_boolean(chance(d, 50)));
	}
	return body;
}

static json_t *
goodwill_body(struct day *d, enum event_type type)
{
	const struct call_state *c = some_call(d);
	int32_t n = state_goodwills(d->s);
	const struct goodwill *g = n > 0 ? state_goodwill(d->s, below(d, n)) : NULL;
	char id[STATE_ID_SIZE];

	state_next_id(d->s, "g", id);
	if (type == EV_MESSAGE_WRITTEN)
		return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "message", id, "call", c->id,
		    "kind", "moved", "language", "en", "customer", "C", "text", "Sorry");
	if (type == EV_GOODWILL_PROPOSED)
		return json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:I}", "goodwill", id,
		    "call", c->id, "customer", "C", "contract", contract_name(c->contract), "form",
		    "discount", "cents", (int)below(d, 9000), "cause", "promise_broken", "text", "T",
		    "at", (json_int_t)(T0 + d->at_s));
	return json_pack("{s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:I, s:s}", "goodwill",
	    g != NULL ? g->id : id, "decision", chance(d, 50) ? "grant" : "lapse", "cents",
	    (json_int_t)below(d, 9000), "by", "manager:tk1", "call", g != NULL ? g->call : c->id,
	    "customer", "C", "form", "discount", "cause", "promise_broken", "at",
	    (json_int_t)(g != NULL ? g->at : T0), "text", "T");
}

/* --- plans --- */

/* The calls that a few technicians have ahead, and some of nobody's, dealt out again. */
static json_t *
plan_body(struct day *d)
{
	static const struct fix_plan plan = { .kind = "solve", .why = TELL_REPLANNED };
	int32_t n = 1, tech[3] = { below(d, state_techs(d->s)) };
	int32_t calls[3][STATE_STOPS_MAX], count[3] = { 0 }, open_n;
	const int32_t *open = state_open(d->s, &open_n);
	struct retimed *route = calloc(3, sizeof(*route));
	json_t *body;

	while (n < 3 && chance(d, 60)) {
		tech[n] = below(d, state_techs(d->s));
		if (tech[n] == tech[0] || (n == 2 && tech[2] == tech[1]))
			break;
		n++;
	}
	for (int32_t i = 0; i < open_n; i++) {
		const struct call_state *c = state_call(d->s, open[i]);
		int32_t k = below(d, n);
		bool ours = c->tech < 0;

		for (int32_t j = 0; j < n; j++) {
			if (c->tech == tech[j]) {
				ours = true;
				k = chance(d, 85) ? j : k;
			}
		}
		if (ours && c->status <= CALL_PLANNED && chance(d, c->tech < 0 ? 40 : 97) &&
		    count[k] < 8)
			calls[k][count[k]++] = open[i];
	}
	for (int32_t k = 0; k < n; k++)
		retime_order(d->s, tech[k], T0 + d->at_s, calls[k], count[k], &route[k]);
	body = fix_routes_body(d->s, d->at_s, tech, route, n, &plan);
	free(route);
	return body;
}

/* What the planner would say when only time has passed. */
static json_t *
retime_body(struct day *d)
{
	static const struct fix_plan plan = { .kind = "retime", .why = TELL_TIME };
	struct retimed *route = calloc(1, sizeof(*route));
	int32_t tech = below(d, state_techs(d->s));
	json_t *body;

	retime(d->s, tech, T0 + d->at_s, route);
	body = fix_routes_body(d->s, d->at_s, &tech, route, 1, &plan);
	free(route);
	return body;
}

static const struct {
	enum event_type type;
	int32_t weight;
} weights[] = {
	{ EV_CALL_BOOKED, 12 }, { EV_PLAN_REVISED, 30 }, { EV_STOP_DEPARTED, 14 },
	{ EV_STOP_ARRIVED, 14 }, { EV_STOP_FINISHED, 14 }, { EV_STOP_NO_ACCESS, 2 },
	{ EV_STOP_LATE, 3 }, { EV_SHIFT_STARTED, 6 }, { EV_SHIFT_ENDED, 1 },
	{ EV_BREAK_STARTED, 3 }, { EV_BREAK_ENDED, 6 }, { EV_BREAK_WAIVED, 1 },
	{ EV_CALL_AMENDED, 4 }, { EV_CALL_CANCELLED, 2 }, { EV_CALL_PINNED, 2 },
	{ EV_CALL_UNPINNED, 2 }, { EV_TECHNICIAN_AMENDED, 2 }, { EV_TECHNICIAN_ABSENT, 2 },
	{ EV_TECHNICIAN_ADDED, 1 }, { EV_GUIDELINES_SET, 1 }, { EV_TERRITORY_OPENED, 1 },
	{ EV_CALL_ANSWERED, 6 }, { EV_CALL_SILENT, 2 }, { EV_CALL_CARRIED_OVER, 3 },
	{ EV_STOP_KIND_CHANGED, 3 }, { EV_PROMISE_AT_RISK, 2 }, { EV_GOODWILL_PROPOSED, 3 },
	{ EV_GOODWILL_DECIDED, 3 }, { EV_MESSAGE_WRITTEN, 2 },
};

static enum event_type
some_type(struct day *d)
{
	int32_t sum = 0, pick;
	size_t i = 0;

	for (size_t k = 0; k < ARRAY_LEN(weights); k++)
		sum += weights[k].weight;
	pick = below(d, sum);
	while (pick >= weights[i].weight)
		pick -= weights[i++].weight;
	return weights[i].type;
}

static json_t *
body_of(struct day *d, enum event_type type)
{
	char id[STATE_ID_SIZE];

	switch (type) {
	case EV_TERRITORY_OPENED:
		return json_pack("{s:s, s:s}", "territory", "again", "zone", "UTC");
	case EV_GUIDELINES_SET:
		return json_pack("{s:I, s:{s:i}}", "version",
		    (json_int_t)state_guidelines_version(d->s) + 1, "guidelines", "tell_ahead_s",
		    (int)below(d, 9000));
	case EV_TECHNICIAN_ADDED:
		state_next_id(d->s, "t", id);
		return json_pack("{s:s, s:o}", "technician", id, "terms", tech_terms(d));
	case EV_PLAN_REVISED:
		return chance(d, 70) ? plan_body(d) : retime_body(d);
	case EV_STOP_DEPARTED:
	case EV_STOP_ARRIVED:
	case EV_STOP_FINISHED:
	case EV_STOP_NO_ACCESS:
	case EV_STOP_LATE:
	case EV_STOP_KIND_CHANGED:
		return stop_body(d, type);
	case EV_CALL_ANSWERED:
	case EV_CALL_SILENT:
	case EV_CALL_CARRIED_OVER:
	case EV_PROMISE_AT_RISK:
		return promise_body(d, type);
	case EV_GOODWILL_PROPOSED:
	case EV_GOODWILL_DECIDED:
	case EV_MESSAGE_WRITTEN:
		return goodwill_body(d, type);
	case EV_CALL_BOOKED:
	case EV_CALL_AMENDED:
	case EV_CALL_CANCELLED:
	case EV_CALL_PINNED:
	case EV_CALL_UNPINNED:
		return call_body(d, type);
	default:
		return tech_body(d, type);
	}
}

/* Damages one member, somewhere: taken away, of another type, or another value. */
static void
damage(struct day *d, json_t *j)
{
	size_t n = json_is_array(j) ? json_array_size(j) : json_object_size(j);
	json_t *values[] = { json_null(), json_integer(-1), json_integer(INT64_MAX), json_string(""),
		json_string("c1"), json_array(), json_object(), json_real(0.5) };
	json_t *value = json_incref(values[below(d, ARRAY_LEN(values))]);
	void *it = json_object_iter(j);
	size_t pick = n > 0 ? (size_t)below(d, (int32_t)n) : 0;
	json_t *child;

	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		json_decref(values[i]);
	for (size_t i = 0; json_is_object(j) && i < pick; i++)
		it = json_object_iter_next(j, it);
	child = json_is_array(j) ? json_array_get(j, pick) : json_object_iter_value(it);
	if (n > 0 && (json_is_array(child) || json_is_object(child)) && chance(d, 75)) {
		damage(d, child);
		json_decref(value);
	} else if (json_is_array(j)) {
		if (n == 0)
			json_array_append_new(j, value);
		else
			json_array_set_new(j, pick, value);
	} else if (n > 0 && chance(d, 70)) {
		json_object_set_new(j, json_object_iter_key(it), value);
	} else {
		json_decref(value);
		if (n > 0)
			json_object_del(j, json_object_iter_key(it));
	}
}

/* --- what must hold --- */

/* A6: an ETA version stays, or grows by one, and only by a revision. */
static void
check_versions(struct day *d, enum event_type type)
{
	for (int32_t i = 0; i < state_calls(d->s); i++) {
		const struct call_state *c = state_call(d->s, i);
		int64_t *was = &d->told[atoi(c->id + 1) % IDS];
		int64_t grown = c->told.version - *was;

		if (grown < 0 || grown > (type == EV_PLAN_REVISED))
			fail_msg("seed %llu: ETA version of %s went from %lld to %lld by %s",
			    (unsigned long long)d->seed, c->id, (long long)*was,
			    (long long)c->told.version, event_name(type));
		*was = c->told.version;
	}
}

/* What subscribers hear fits the document, and tells no ETA older than the last. */
static int
on_notice(void *arg, const struct notice *n)
{
	struct day *d = arg;
	const json_t *schema = NULL;
	struct refusal why = { 0 };

	for (size_t i = 0; i < openrpc_notifications(d->openrpc); i++) {
		const struct notification_spec *spec = openrpc_notification_at(d->openrpc, i);

		if (strcmp(spec->name, n->method) == 0)
			schema = spec->params;
	}
	if (schema == NULL)
		fail_msg("seed %llu: there is no %s", (unsigned long long)d->seed, n->method);
	if (openrpc_check_value(d->openrpc, schema, n->params, &why) < 0)
		fail_msg("seed %llu: %s: %s: expected %s, got %s", (unsigned long long)d->seed,
		    n->method, why.member, why.expected, why.got);
	if (strcmp(n->method, "eta.revised") == 0) {
		const char *call = json_string_value(json_object_get(n->params, "call"));
		int64_t version = json_integer_value(json_object_get(n->params, "version"));

		assert_int_equal(version, state_call(d->s, state_call_find(d->s, call))->told.version);
	}
	d->notices++;
	return 0;
}

/* Re-timed routes pass the check by themselves, and disturb nobody by choice. */
static void
check_stay(struct day *d)
{
	struct retimed *r = calloc(1, sizeof(*r));
	struct disturbed disturbed;
	char why[256] = "";

	for (int32_t k = 0; k < state_techs(d->s); k++) {
		struct proposed_route route = { .tech = k };

		retime(d->s, k, T0 + d->at_s, r);
		route.stop = r->stop + r->under_way;
		route.stops = r->stops - r->under_way;
		route.end = r->end;
		memcpy(route.taken, r->taken, sizeof(route.taken));
		route.takens = r->takens;
		for (int32_t i = 0; i < route.takens; i++)
			route.taken[i].after -= r->under_way;
		if (check_plan(d->s, T0 + d->at_s, &route, 1, 0, &disturbed, why, sizeof(why)) < 0)
			fail_msg("seed %llu: the stay plan of %s: %s", (unsigned long long)d->seed,
			    state_tech(d->s, k)->id, why);
		assert_int_equal(disturbed.chosens, 0);
		disturbed_done(&disturbed);
	}
	free(r);
}

static void
take(struct day *d, enum event_type type, struct event *ev)
{
	char where[64], why[256] = "";

	d->taken++;
	d->of_type[type]++;
	json_array_append_new(d->journal, event_to_json(ev));
	check_versions(d, type);
	if (feed_derive(ev, "main", "America/Chicago", on_notice, d) != 0)
		fail_msg("seed %llu: nobody hears of %s", (unsigned long long)d->seed,
		    event_name(type));
	check_stay(d);
	if (state_sound(d->s, why, sizeof(why)) < 0)
		fail_msg("seed %llu: after %s: %s", (unsigned long long)d->seed, event_name(type), why);
	if (d->taken % 50 != 0)
		return;
	snprintf(where, sizeof(where), "seed %llu, event %d", (unsigned long long)d->seed, d->taken);
	fix_sound(d->s, where);
	if (d->middle == NULL && d->taken >= 100) {
		d->middle = state_dump(d->s);
		d->middle_events = json_array_size(d->journal);
	}
}

/* The event on a fork: the same comes of it as of the original, which knows nothing of it. */
static char *
try_on_fork(const struct day *d, const struct event *ev, int *ret_rc)
{
	struct state *fork = state_fork(d->s);
	char why[256] = "", *before = state_dump(fork), *after;

	if (strcmp(before, d->text) != 0)
		fail_msg("seed %llu: a fork is not like its original", (unsigned long long)d->seed);
	*ret_rc = state_apply(fork, ev, why, sizeof(why));
	after = state_dump(fork);
	state_free(fork);
	free(before);
	before = state_dump(d->s);
	if (strcmp(before, d->text) != 0)
		fail_msg("seed %llu: %s on a fork changed the original", (unsigned long long)d->seed,
		    event_name(ev->type));
	free(before);
	return after;
}

static void
step(struct day *d)
{
	enum event_type type = some_type(d);
	bool damaged = chance(d, 12);
	json_t *body = body_of(d, type);
	struct event *ev;
	char *after, *forked, why[256] = "";
	int rc, rc_fork;

	assert_non_null(body);
	if (damaged) {
		json_t *copy = json_deep_copy(body); /* terms may be shared with the state */

		json_decref(body);
		body = copy;
		damage(d, body);
	}
	ev = event_new(type, T0 + d->at_s, body);
	ev->seq = state_seq(d->s) + 1;
	forked = try_on_fork(d, ev, &rc_fork);
	rc = state_apply(d->s, ev, why, sizeof(why));
	after = state_dump(d->s);
	if (rc_fork != rc || strcmp(forked, after) != 0)
		fail_msg("seed %llu: %s does not do to a fork what it does to the state",
		    (unsigned long long)d->seed, event_name(type));
	free(forked);
	if (rc < 0) {
		d->refused++;
		if (strcmp(d->text, after) != 0)
			fail_msg("seed %llu: a refused %s changed the state",
			    (unsigned long long)d->seed, event_name(type));
		if (why[0] == '\0')
			fail_msg("seed %llu: %s refused without a word",
			    (unsigned long long)d->seed, event_name(type));
		if (!damaged && type == EV_PLAN_REVISED)
			fail_msg("seed %llu: a good plan was refused: %s",
			    (unsigned long long)d->seed, why);
	} else {
		take(d, type, ev);
	}
	free(d->text);
	d->text = after;
	event_free(ev);
}

/* Applies the journal after the first n events; gives the dump. */
static char *
replay(const struct day *d, struct state *s, size_t from)
{
	char *dump;

	for (size_t i = from; i < json_array_size(d->journal); i++) {
		struct event *ev = NULL;
		char why[256] = "";

		assert_int_equal(event_from_json(json_array_get(d->journal, i), &ev), 0);
		if (state_apply(s, ev, why, sizeof(why)) < 0)
			fail_msg("seed %llu: event %zu does not replay: %s",
			    (unsigned long long)d->seed, i + 1, why);
		event_free(ev);
	}
	dump = state_dump(s);
	state_free(s);
	return dump;
}

static void
check_replay(const struct day *d)
{
	char *is = state_dump(d->s), *anew = replay(d, state_new(), 0), *on;
	struct state *loaded = NULL;
	char why[256];

	if (strcmp(is, anew) != 0)
		fail_msg("seed %llu: the journal replays to another state",
		    (unsigned long long)d->seed);
	assert_non_null(d->middle);
	assert_int_equal(state_load(d->middle, &loaded, why, sizeof(why)), 0);
	on = replay(d, loaded, d->middle_events);
	if (strcmp(is, on) != 0)
		fail_msg("seed %llu: from the snapshot it replays to another state",
		    (unsigned long long)d->seed);
	free(is);
	free(anew);
	free(on);
}

static void
open_day(struct day *d)
{
	struct event *ev = event_new(EV_TERRITORY_OPENED, T0 - 3600,
	    fix_body("{'territory':'main','zone':'America/Chicago'}"));
	char why[256];

	d->s = state_new();
	d->journal = json_array();
	ev->seq = 1;
	assert_int_equal(state_apply(d->s, ev, why, sizeof(why)), 0);
	json_array_append_new(d->journal, event_to_json(ev));
	event_free(ev);
	for (int i = 0; i < 9; i++) {
		enum event_type type = i < 4 ? EV_TECHNICIAN_ADDED : EV_CALL_BOOKED;

		ev = event_new(type, T0 - 3600, body_of(d, type));
		ev->seq = state_seq(d->s) + 1;
		assert_int_equal(state_apply(d->s, ev, why, sizeof(why)), 0);
		json_array_append_new(d->journal, event_to_json(ev));
		event_free(ev);
	}
	d->text = state_dump(d->s);
}

static void
test_random_days(void **unused)
{
	int of_type[EV_TYPES] = { 0 };
	struct openrpc *openrpc = openrpc_new();

	(void)unused;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct day d = { .seed = seed, .random = seed, .at_s = -3600, .openrpc = openrpc };

		open_day(&d);
		for (int i = 0; i < STEPS; i++) {
			d.at_s += below(&d, 240);
			step(&d);
		}
		check_replay(&d);
		for (int t = 0; t < EV_TYPES; t++)
			of_type[t] += d.of_type[t];
		json_decref(d.journal);
		free(d.middle);
		free(d.text);
		state_free(d.s);
	}
	openrpc_free(openrpc);
	/* A test that never saw an event taken would show nothing about it. */
	for (int t = 0; t < EV_TYPES; t++) {
		if (t != EV_TERRITORY_OPENED && of_type[t] == 0)
			fail_msg("no %s was ever taken", event_name((enum event_type)t));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
