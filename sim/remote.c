/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/remote.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctl/client.h"
#include "proto/when.h"
#include "sim/remote_parse.h"
#include "sim/replay.h"
#include "sim/spawn.h"

enum {
	CALL_TIMEOUT_MS = 20000,
	SETTLE_TIMEOUT_MS = 120000,
	DAY_S = 86400,
	WAITING_MAX = 512, /* facts whose first push is still looked out for */
};

/* A fact on its way to its first push. */
struct waiting {
	int64_t seq, sent_us;
};

struct remote {
	struct policy policy;
	const struct replay *replay;
	struct daemon daemon;
	struct client *client;
	struct names names;
	char (*call_id)[FLEET_ID_SIZE]; /* by call; "" not booked */
	struct quoted *quoted;          /* by call */
	int32_t quote_pct;              /* confidence that quotes are asked to have */
	struct parsed *parsed;
	int64_t tick_seq; /* of the last plan that time alone led to: it answers no fact */
	struct waiting waiting[WAITING_MAX];
	int32_t waitings;
};

static int64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* --- asking the daemon --- */

/* The reason as the daemon gave it, for a person. */
static void
explain(struct remote *r, const char *method, const struct client_error *err)
{
	char words[200];

	if (client_why(r->client)[0] == '\0') {
		snprintf(r->policy.why, sizeof(r->policy.why), "%.40s: %.256s", method,
		    err->message);
		return;
	}
	spawn_last_words(&r->daemon, words, sizeof(words));
	snprintf(r->policy.why, sizeof(r->policy.why),
	    "%.40s: %.100s; the daemon's last words: %.190s", method, client_why(r->client), words);
}

/* 0; -EPERM: refused; or the connection is gone. params are stolen. */
static int
ask(struct remote *r, const char *method, json_t *params, int timeout_ms, json_t **ret)
{
	struct client_error err = { 0 };
	json_t *result = NULL;
	int rc = client_call(r->client, method, params, timeout_ms, &result, &err);

	if (rc < 0)
		explain(r, method, &err);
	client_error_done(&err);
	if (rc == 0 && ret != NULL)
		*ret = result;
	else
		json_decref(result);
	return rc == -EREMOTEIO ? -EPERM : rc;
}

static json_t *
when_json(const struct remote *r, int64_t s)
{
	char text[WHEN_SIZE];

	return when_format(s, r->replay->day.zone, text) == 0 ? json_string(text) : json_null();
}

static json_t *
place_json(struct place at)
{
	return json_pack("{s:f,s:f}", "lat", at.lat_udeg / 1e6, "lon", at.lon_udeg / 1e6);
}

/* Adds a fresh command id. */
static json_t *
command(struct remote *r, json_t *params)
{
	char id[CLIENT_CMD_ID_SIZE];

	client_cmd_id(r->client, id);
	json_object_set_new(params, "cmd_id", json_string(id));
	return params;
}

/* --- what the daemon pushes --- */

/* The first push that a fact caused: how long did it take? */
static void
match(struct remote *r, int64_t cause_seq, int64_t received_us)
{
	for (int32_t i = 0; i < r->waitings; i++)
		if (r->waiting[i].seq == cause_seq) {
			r->policy.sink.pushed(r->policy.sink.arg,
			    (double)(received_us - r->waiting[i].sent_us) / 1000);
			r->waiting[i] = r->waiting[--r->waitings];
			return;
		}
}

static void
look_out(struct remote *r, int64_t seq, int64_t sent_us)
{
	if (r->waitings == WAITING_MAX)
		memmove(&r->waiting[0], &r->waiting[1],
		    (size_t)--r->waitings * sizeof(r->waiting[0]));
	r->waiting[r->waitings++] = (struct waiting){ seq, sent_us };
}

static int
take_note(struct remote *r, const struct client_note *n)
{
	struct revision rev;
	struct telling t = { 0 };
	struct saying said;
	int rc = 0;

	if (strcmp(n->method, "plan.revised") == 0) {
		rc = parse_revision(r->parsed, &r->names, n->params, &rev);
		if (rc == 0) {
			if (strcmp(rev.cause, "tick") == 0)
				r->tick_seq = rev.seq;
			else
				match(r, rev.cause_seq, n->received_us);
			r->policy.sink.revised(r->policy.sink.arg, &rev);
		}
	} else if (strcmp(n->method, "eta.revised") == 0) {
		rc = parse_telling(&r->names, n->params, &t);
		t.at_s = r->policy.desk->now_s;
		if (rc == 0) {
			if (t.seq != r->tick_seq)
				match(r, t.cause_seq, n->received_us);
			r->policy.sink.told(r->policy.sink.arg, &t);
		}
	} else {
		rc = parse_saying(&r->names, n->method, n->params, &said);
		if (rc > 0)
			r->policy.sink.said(r->policy.sink.arg, &said);
		rc = rc < 0 ? rc : 0;
	}
	if (rc < 0) {
		char *text = json_dumps(n->params, JSON_COMPACT);

		snprintf(r->policy.why, sizeof(r->policy.why), "%s cannot be read: %.400s",
		    n->method, text != NULL ? text : "");
		free(text);
	}
	return rc;
}

static int
take_notes(struct remote *r)
{
	struct client_note n;
	int rc = 0;

	while (rc == 0 && client_next_note(r->client, &n) > 0) {
		rc = take_note(r, &n);
		json_decref(n.params);
	}
	if (rc == 0 && client_notes_dropped(r->client) > 0) {
		snprintf(r->policy.why, sizeof(r->policy.why), "notifications were lost");
		rc = -EOVERFLOW;
	}
	return rc;
}

static int
remote_advance(struct policy *p, int64_t to_s)
{
	struct remote *r = (struct remote *)p;
	int rc = ask(r, "clock.advance", json_pack("{s:o}", "to", when_json(r, to_s)),
	    SETTLE_TIMEOUT_MS, NULL);

	if (rc == -EPERM)
		rc = -EPROTO;
	return rc == 0 ? take_notes(r) : rc;
}

static int
remote_settle(struct policy *p)
{
	return remote_advance(p, p->desk->now_s);
}

/* --- facts as commands --- */

static json_t *
book_params(struct remote *r, int32_t call)
{
	const struct sim_call *c = &r->replay->day.call[call];
	json_t *o = json_pack("{s:s,s:o,s:[{s:s,s:i}],s:s,s:s,s:i,s:i,s:s}", "customer",
	    c->customer, "site", place_json(c->site), "needs", "skill", c->skill, "level", c->level,
	    "kind", c->kind, "severity", severity_name(c->severity), "duration_s", c->duration_s,
	    "difficulty", c->difficulty, "reference", c->id);

	if (c->appt_from_s != 0)
		json_object_set_new(o, "appointment",
		    json_pack("{s:o,s:o}", "from", when_json(r, c->appt_from_s), "to",
			when_json(r, c->appt_to_s)));
	else
		json_object_set_new(o, "due", when_json(r, c->due_s));
	if (r->replay->options.contracts)
		json_object_set_new(o, "contract", json_string(world_contract(&r->replay->world, call)));
	return o;
}

static bool
is_kind(const json_t *option, const char *kind)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(option, "kinds"), i, one) {
		if (strcmp(json_string_value(one), kind) == 0)
			return true;
	}
	return false;
}

/*
 * What is agreed on: the first option for today that meets the need and breaks nobody's promise, else
 * the first for today that breaks none. Where each option for today breaks one, an emergency gets the
 * first of them, and anybody else another day. NULL: none.
 */
static const json_t *
choose(const json_t *options, bool emergency)
{
	const json_t *option, *calm = NULL, *meets = NULL, *first = NULL, *later = NULL;
	size_t i;

	json_array_foreach(options, i, option) {
		bool met = json_is_true(json_object_get(option, "meets"));

		if (json_is_true(json_object_get(option, "needs_manager")))
			continue;
		if (is_kind(option, "another_day")) {
			later = later == NULL ? option : later;
			continue;
		}
		first = first == NULL ? option : first;
		meets = meets == NULL && met ? option : meets;
		if (json_array_size(json_object_get(option, "breaks")) > 0)
			continue;
		if (met)
			return option;
		calm = calm == NULL ? option : calm;
	}
	if (calm != NULL)
		return calm;
	return emergency ? (meets != NULL ? meets : first) : later;
}

static int64_t
time_of(const json_t *o, const char *name)
{
	const char *text = json_string_value(json_object_get(o, name));
	int64_t s = 0;

	return text != NULL && when_parse(text, &s) == 0 ? s : 0;
}

/* Asks for a quote and gives the parameters that book it; NULL: the caller books without one. */
static json_t *
quote_params(struct remote *r, int32_t call)
{
	struct quoted *q = &r->quoted[call];
	json_t *result = NULL, *params = NULL;
	const json_t *option, *window;

	*q = (struct quoted){ 0 };
	if (ask(r, "call.quote", book_params(r, call), CALL_TIMEOUT_MS, &result) < 0)
		return NULL;
	option = choose(json_object_get(result, "options"),
	    r->replay->day.call[call].severity >= SEV_EMERGENCY);
	if (option != NULL) {
		window = json_object_get(option, "window");
		q->from_s = time_of(window, "from");
		q->to_s = time_of(window, "to");
		q->pct = (int32_t)(100 * json_number_value(json_object_get(option, "confidence")) + 0.5);
		q->asked_pct = r->quote_pct;
		snprintf(q->kind, sizeof(q->kind), "%s",
		    json_string_value(json_array_get(json_object_get(option, "kinds"), 0)));
		params = json_pack("{s:O}", "quote", json_object_get(option, "quote"));
	}
	json_decref(result);
	return params;
}

static int
book(struct remote *r, int32_t call)
{
	int64_t sent_us = now_us();
	json_t *result = NULL, *quoted = r->replay->options.quotes ? quote_params(r, call) : NULL;
	const char *id;
	int rc = -EPERM;

	if (quoted != NULL)
		rc = ask(r, "call.book", command(r, quoted), CALL_TIMEOUT_MS, &result);
	/* No quote, or one that no longer holds: by the deadline alone. */
	if (rc == -EPERM) {
		r->quoted[call].pct = 0;
		rc = ask(r, "call.book", command(r, book_params(r, call)), CALL_TIMEOUT_MS, &result);
	}
	if (rc < 0)
		return rc;
	id = json_string_value(json_object_get(result, "call"));
	if (id != NULL) {
		snprintf(r->call_id[call], sizeof(r->call_id[call]), "%s", id);
		json_object_set_new(r->names.call, id, json_integer(call));
	}
	look_out(r, json_integer_value(json_object_get(result, "seq")), sent_us);
	json_decref(result);
	return id == NULL ? -EPROTO : 0;
}

static const char *
method_of(enum fact_type type)
{
	static const char *const methods[FACT_TYPES] = {
		[FACT_CANCELLED] = "call.cancel",
		[FACT_SHIFT_STARTED] = "shift.start",
		[FACT_SHIFT_ENDED] = "shift.end",
		[FACT_ABSENT] = "technician.absent",
		[FACT_DEPARTED] = "stop.depart",
		[FACT_ARRIVED] = "stop.arrive",
		[FACT_FINISHED] = "stop.finish",
		[FACT_NO_ACCESS] = "stop.no_access",
		[FACT_LATE] = "stop.running_late",
		[FACT_BREAK_STARTED] = "break.start",
		[FACT_BREAK_ENDED] = "break.end",
		[FACT_ANSWERED] = "call.answer_eta",
	};

	return methods[type];
}

static json_t *
fact_params(struct remote *r, const struct fact *f)
{
	json_t *o = json_object();

	if (f->tech >= 0 && f->type != FACT_CANCELLED)
		json_object_set_new(o, "technician",
		    json_string(r->replay->fleet.tech[f->tech].id));
	switch (f->type) {
	case FACT_CANCELLED:
	case FACT_DEPARTED:
	case FACT_ARRIVED:
	case FACT_FINISHED:
	case FACT_NO_ACCESS:
	case FACT_LATE:
	case FACT_ANSWERED:
		json_object_set_new(o, "call", json_string(r->call_id[f->call]));
		break;
	case FACT_SHIFT_STARTED:
		json_object_set_new(o, "position", place_json(f->place));
		break;
	case FACT_ABSENT:
		json_object_set_new(o, "from", when_json(r, f->at_s));
		json_object_set_new(o, "to", when_json(r, f->until_s));
		json_object_set_new(o, "reason", json_string("ill"));
		break;
	default:
		break;
	}
	if (f->type == FACT_LATE)
		json_object_set_new(o, "by_s", json_integer(f->late_s));
	if (f->type == FACT_ANSWERED)
		json_object_set_new(o, "answer", json_string(f->accepts ? "accept" : "decline"));
	return command(r, o);
}

static int
remote_fact(struct policy *p, const struct fact *f)
{
	struct remote *r = (struct remote *)p;
	int64_t sent_us = now_us();
	json_t *result = NULL;
	int rc;

	if (f->type == FACT_BOOKED)
		return book(r, f->call);
	if (f->type == FACT_POSITION)
		return ask(r, "position.report",
		    json_pack("{s:s,s:f,s:f}", "technician", r->replay->fleet.tech[f->tech].id,
			"lat", f->place.lat_udeg / 1e6, "lon", f->place.lon_udeg / 1e6),
		    CALL_TIMEOUT_MS, NULL);
	rc = ask(r, method_of(f->type), fact_params(r, f), CALL_TIMEOUT_MS, &result);
	if (rc < 0)
		return rc;
	look_out(r, json_integer_value(json_object_get(result, "seq")), sent_us);
	json_decref(result);
	return 0;
}

/* --- beginning and end --- */

static json_t *
remote_status(struct policy *p)
{
	json_t *result = NULL;

	if (ask((struct remote *)p, "status.get", NULL, CALL_TIMEOUT_MS, &result) < 0)
		return json_null();
	return result;
}

static void
remote_close(struct policy *p)
{
	struct remote *r = (struct remote *)p;

	if (r->client != NULL)
		client_close(r->client);
	spawn_stop(&r->daemon);
	json_decref(r->names.call);
	json_decref(r->names.tech);
	parsed_free(r->parsed);
	free(r->call_id);
	free(r->quoted);
	free(r);
}

/* The habits that the judge has to know are the guidelines that the daemon says it follows. */
static int
agree_on_guidelines(struct remote *r, struct desk *desk)
{
	const struct travel_model *m = &r->replay->fleet.travel;
	const struct options *o = &r->replay->options;
	const char *name;
	json_t *value;
	json_t *set = json_pack("{s:i,s:i,s:i}", "speed_m_per_h", m->speed_m_per_h,
	    "road_factor_pct", m->road_factor_pct, "leg_s", m->leg_s);
	json_t *result = NULL;
	int rc;

	for (int32_t i = 0; i < o->guidelines; i++)
		json_object_set_new(set, o->guideline[i].name, json_integer(o->guideline[i].value));
	rc = ask(r, "guidelines.set", command(r, json_pack("{s:o}", "guidelines", set)),
	    CALL_TIMEOUT_MS, NULL);
	if (rc == 0)
		rc = ask(r, "guidelines.get", NULL, CALL_TIMEOUT_MS, &result);
	json_object_foreach(json_object_get(result, "guidelines"), name, value)
		desk_habit(desk, name, (int32_t)json_integer_value(value));
	r->quote_pct = (int32_t)json_integer_value(
	    json_object_get(json_object_get(result, "guidelines"), "quote_confidence_pct"));
	json_decref(result);
	return rc;
}

/* The parameters of technician.add; of a shop that goes on tomorrow, with the same shift then. */
static json_t *
tech_params(const struct remote *r, const struct fleet_tech *t)
{
	json_t *o = fleet_tech_to_json(t, r->replay->day.zone), *next;
	struct fleet_tech then = *t;

	if (!r->replay->options.tomorrow)
		return o;
	then.from_s += DAY_S;
	then.to_s += DAY_S;
	for (int32_t i = 0; i < then.dues; i++) {
		then.due[i].from_s += DAY_S;
		then.due[i].to_s += DAY_S;
	}
	next = fleet_tech_to_json(&then, r->replay->day.zone);
	json_array_extend(json_object_get(o, "shifts"), json_object_get(next, "shifts"));
	json_decref(next);
	return o;
}

/* Adds or amends a technician; one who was there before has other places and hours today. */
static int
set_technician(struct remote *r, int32_t k)
{
	const struct fleet_tech *t = &r->replay->fleet.tech[k];
	bool there = json_object_get(r->names.tech, t->id) != NULL;
	json_t *o = tech_params(r, t);

	json_object_set_new(r->names.tech, t->id, json_integer(k));
	return ask(r, there ? "technician.amend" : "technician.add", command(r, o), CALL_TIMEOUT_MS,
	    NULL);
}

/* Those that the day does not need are off. */
static int
set_fleet(struct remote *r)
{
	const char *id;
	json_t *number;
	int rc = 0;

	for (int32_t k = 0; rc == 0 && k < r->replay->fleet.techs; k++)
		rc = set_technician(r, k);
	json_object_foreach(r->names.tech, id, number) {
		if (rc == 0 && json_integer_value(number) >= r->replay->fleet.techs)
			rc = ask(r, "technician.amend",
			    command(r, json_pack("{s:s, s:[]}", "technician", id, "shifts")), CALL_TIMEOUT_MS,
			    NULL);
	}
	return rc;
}

/* The lists that have an entry for each call of the day. */
static int
set_calls(struct remote *r, const struct replay *replay)
{
	size_t n = (size_t)replay->day.calls + 1;
	char (*call_id)[FLEET_ID_SIZE] = calloc(n, sizeof(*call_id));
	struct quoted *quoted = calloc(n, sizeof(*quoted));

	if (call_id == NULL || quoted == NULL || json_object_clear(r->names.call) < 0) {
		free(call_id);
		free(quoted);
		return -ENOMEM;
	}
	free(r->call_id);
	free(r->quoted);
	r->call_id = call_id;
	r->quoted = quoted;
	r->replay = replay;
	return 0;
}

const struct quoted *
remote_quoted(const struct policy *p)
{
	return ((const struct remote *)p)->quoted;
}

json_t *
remote_learned(struct policy *p)
{
	json_t *result = NULL;

	return ask((struct remote *)p, "learned.list", NULL, CALL_TIMEOUT_MS, &result) < 0 ? NULL :
	                                                                                     result;
}

int
remote_next_day(struct policy *p, const struct replay *replay, struct desk *desk, char *why,
    size_t why_size)
{
	struct remote *r = (struct remote *)p;
	int rc = set_calls(r, replay);

	p->desk = desk;
	desk->now_s = replay->fleet.first_s - DAY_OFFICE_LEAD_S;
	if (rc == 0)
		rc = remote_advance(p, desk->now_s);
	if (rc == 0)
		rc = agree_on_guidelines(r, desk);
	if (rc == 0)
		rc = set_fleet(r);
	desk->call_name = r->call_id;
	if (rc < 0)
		snprintf(why, why_size, "%s", rc == -ENOMEM ? "out of memory" : p->why);
	return rc;
}

static int
connect_to(struct remote *r, char *why, size_t why_size)
{
	const struct options *o = &r->replay->options;
	struct spawn_options so = { .bindir = o->bindir,
		.state = o->state,
		.zone = r->replay->day.zone,
		.clock_start_s = r->replay->fleet.first_s - DAY_OFFICE_LEAD_S };
	struct client_error err = { 0 };
	struct client_options co = { .name = "evenkeel-sim " PACKAGE_VERSION, .resume_from = -1 };
	int rc = spawn_daemon(&so, &r->daemon, why, why_size);

	if (rc < 0)
		return rc;
	co.port = r->daemon.port;
	co.token = r->daemon.token;
	rc = client_open(&co, &r->client, &err);
	if (rc < 0)
		snprintf(why, why_size, "the daemon cannot be talked to: %s", err.message);
	else
		client_seed(r->client, o->seed + 1);
	client_error_done(&err);
	return rc;
}

static int
set_up(struct remote *r, struct desk *desk)
{
	int rc = agree_on_guidelines(r, desk);

	if (rc == 0)
		rc = set_fleet(r);
	if (rc == 0)
		rc = ask(r, "feed.subscribe",
		    json_pack("{s:[s,s,s,s,s,s,s]}", "topics", "plan.revised", "eta.revised",
			"message.written", "promise.at_risk", "promise.moved", "goodwill.proposed",
			"call.changed"),
		    CALL_TIMEOUT_MS, NULL);
	return rc == -EPERM ? -EPROTO : rc;
}

int
remote_open(const struct replay *replay, struct desk *desk, struct policy **ret, char *why,
    size_t why_size)
{
	static const struct policy_ops ops = {
		.name = "evenkeel",
		.hears_answers = true,
		.advance = remote_advance,
		.fact = remote_fact,
		.settle = remote_settle,
		.status = remote_status,
		.close = remote_close,
	};
	struct remote *r = calloc(1, sizeof(*r));
	int rc = -ENOMEM;

	snprintf(why, why_size, "out of memory");
	if (r == NULL)
		return rc;
	r->policy.ops = &ops;
	r->replay = replay;
	r->names.call = json_object();
	r->names.tech = json_object();
	r->parsed = parsed_new();
	if (r->names.call != NULL && r->names.tech != NULL && r->parsed != NULL &&
	    set_calls(r, replay) == 0)
		rc = connect_to(r, why, why_size);
	if (rc == 0) {
		rc = set_up(r, desk);
		desk->call_name = r->call_id;
		if (rc < 0)
			snprintf(why, why_size, "%s", r->policy.why);
	}
	if (rc < 0)
		remote_close(&r->policy);
	else
		*ret = &r->policy;
	return rc;
}
