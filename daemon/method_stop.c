/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of a technician at work: stops, breaks, and his day. */
#include <inttypes.h>
#include <string.h>

#include "daemon/build.h"
#include "daemon/method_help.h"
#include "daemon/object.h"

enum { DONE_MAX = 200, NOTE_LATE_S = 60 };

/* --- stops --- */

static bool
is_absent(const struct tech *t, int64_t at)
{
	return t->absent_from <= at && at < t->absent_to;
}

/* Whether he may take up a call: on shift, not in a break, not at work elsewhere. */
static bool
may_take_up(struct request *r, const struct found *f, int64_t at)
{
	const struct tech *t = state_tech(f->s, f->tech);

	if (t->status == TECH_OFF)
		request_refuse(r, RPC_WRONG_STATE, NULL, "%s is off; shift.start comes first", t->id);
	else if (t->status == TECH_ON_BREAK)
		request_refuse(r, RPC_WRONG_STATE, NULL, "%s is on a break; break.end comes first", t->id);
	else if (t->status == TECH_ON_SITE && t->call == f->call)
		request_refuse(r, RPC_WRONG_STATE, NULL, "%s is at %s already", t->id,
		    state_call(f->s, t->call)->id);
	else if (t->status == TECH_ON_SITE)
		request_refuse(r, RPC_WRONG_STATE, NULL, "%s is at work at %s; stop.finish it first", t->id,
		    state_call(f->s, t->call)->id);
	else if (is_absent(t, at))
		request_refuse(r, RPC_WRONG_STATE, NULL, "%s is absent; shift.start says that he is back",
		    t->id);
	else
		return true;
	return false;
}

/* How long he is planned to work on it. */
static int32_t
work_s(const struct found *f)
{
	struct work work;

	state_work(f->s, f->tech, f->call, &work);
	return work.planned_s;
}

/* The members that every stop event has. */
static json_t *
stop_body(const struct found *f, int64_t version, int64_t at)
{
	const struct tech *t = state_tech(f->s, f->tech);
	json_t *body = json_pack("{s:s, s:s, s:I, s:I}", "technician", t->id, "call",
	    state_call(f->s, f->call)->id, "version", (json_int_t)version, "technician_version",
	    (json_int_t)t->version);

	if (at > 0)
		build_set(&body, "at", json_integer(at));
	return body;
}

static void
put_note(struct request *r, json_t **body)
{
	const char *note = params_str(request_params(r), "note", NULL);

	if (note != NULL)
		build_set(body, "note", json_string(note));
}

static void
commit_stop(struct request *r, const struct found *f, enum event_type type, json_t *body,
    enum call_status status)
{
	put_note(r, &body);
	request_commit_one(r, f->t, event_new(type, f->now, body),
	    help_done_call(state_call(f->s, f->call), status));
}

static void
stop_depart(struct request *r)
{
	struct found f = { 0 };
	const struct call_state *c;
	const struct tech *t;
	struct travel_model travel;
	int64_t at, arrival;
	json_t *body;

	if (!help_stop(r, &f) || !help_at(r, &f, &at) || !may_take_up(r, &f, at))
		return;
	t = state_tech(f.s, f.tech);
	c = state_call(f.s, f.call);
	if (t->call == f.call) {
		request_refuse(r, RPC_WRONG_STATE, NULL, "%s is on the way to %s already", t->id, c->id);
		return;
	}
	travel = state_travel(f.s);
	arrival = at + travel_s(&travel, t->at, c->site, state_speed_pct(f.s, f.tech));
	/* The work does not start before the window that the customer was promised. */
	if (c->told.promise && arrival < c->told.promise_from)
		arrival = c->told.promise_from;
	body = stop_body(&f, c->version + 1, at);
	build_set(&body, "arrival", json_integer(arrival));
	build_set(&body, "end", json_integer(arrival + work_s(&f)));
	commit_stop(r, &f, EV_STOP_DEPARTED, body, CALL_EN_ROUTE);
}

/* Without a departure before it, the technician set out unnoticed: the event says where he is. */
static void
stop_arrive(struct request *r)
{
	struct found f = { 0 };
	const struct call_state *c;
	int64_t at;
	json_t *body;

	if (!help_stop(r, &f) || !help_at(r, &f, &at) || !may_take_up(r, &f, at))
		return;
	c = state_call(f.s, f.call);
	body = stop_body(&f, c->version + 1, at);
	build_set(&body, "end", json_integer(at + work_s(&f)));
	commit_stop(r, &f, EV_STOP_ARRIVED, body, CALL_ON_SITE);
}

static void
stop_finish(struct request *r)
{
	struct found f = { 0 };
	int64_t at;
	json_t *body;

	if (!help_stop(r, &f) || !help_at(r, &f, &at) || !help_at_work(r, &f))
		return;
	body = stop_body(&f, state_call(f.s, f.call)->version + 1, at);
	build_set(&body, "outcome",
	    json_string(params_str(request_params(r), "outcome", "fixed")));
	commit_stop(r, &f, EV_STOP_FINISHED, body, CALL_DONE);
}

/* Who finds a closed door has arrived: the arrival is noted with it if it was not before. */
static void
stop_no_access(struct request *r)
{
	struct found f = { 0 };
	struct event *ev[2];
	const struct call_state *c;
	const struct tech *t;
	int64_t at, version;
	json_t *body, *result;
	size_t n = 0;

	if (!help_stop(r, &f) || !help_at(r, &f, &at))
		return;
	t = state_tech(f.s, f.tech);
	c = state_call(f.s, f.call);
	version = c->version;
	if (t->status != TECH_ON_SITE || t->call != f.call) {
		if (!may_take_up(r, &f, at))
			return;
		body = stop_body(&f, ++version, at);
		build_set(&body, "end", json_integer(at + work_s(&f)));
		ev[n++] = event_new(EV_STOP_ARRIVED, f.now, body);
	}
	body = stop_body(&f, ++version, at);
	put_note(r, &body);
	ev[n++] = event_new(EV_STOP_NO_ACCESS, f.now, body);
	result = json_pack("{s:s, s:I, s:s}", "call", c->id, "version", (json_int_t)version,
	    "status", call_status_name(CALL_NO_ACCESS));
	if (ev[0] == NULL || ev[n - 1] == NULL) {
		for (size_t i = 0; i < n; i++)
			event_free(ev[i]);
		json_decref(result);
		request_refuse(r, RPC_INTERNAL, NULL, "Out of memory");
		return;
	}
	request_commit(r, f.t, ev, n, result);
}

static void
stop_running_late(struct request *r)
{
	struct found f = { 0 };
	const struct tech *t;
	const struct call_state *c;
	int64_t by_s = params_int(request_params(r), "by_s", 0), end;
	json_t *body;

	if (!help_stop(r, &f))
		return;
	t = state_tech(f.s, f.tech);
	c = state_call(f.s, f.call);
	if (t->call != f.call) {
		request_refuse(r, RPC_WRONG_STATE, NULL, "%s is not at %s or on the way to it (it is %s); "
		    "only what is under way can run late", t->id, c->id, call_status_name(c->status));
		return;
	}
	end = t->until + by_s;
	/* What is past already ends a little from now at the earliest. */
	if (end < f.now + NOTE_LATE_S)
		end = f.now + NOTE_LATE_S;
	body = stop_body(&f, c->version + 1, 0);
	build_set(&body, "end", json_integer(end));
	build_set(&body, "status", json_string(call_status_name(c->status)));
	commit_stop(r, &f, EV_STOP_LATE, body, c->status);
}

/* --- breaks --- */

/* The next break that is due in the shift being worked, -1 none. */
static int32_t
next_due(const struct tech *t)
{
	for (int32_t i = 0; t->shift_now >= 0 && i < t->shift[t->shift_now].dues; i++)
		if (t->shift[t->shift_now].due[i].status == BREAK_DUE)
			return i;
	return -1;
}

static json_t *
tech_body(const struct tech *t)
{
	return json_pack("{s:s, s:I}", "technician", t->id, "version", (json_int_t)t->version + 1);
}

/* A due break of somebody at work; -1 after answering that there is none. */
static int32_t
find_due(struct request *r, const struct tech *t)
{
	int32_t due = next_due(t);

	if (t->status == TECH_OFF)
		request_refuse(r, RPC_WRONG_STATE, NULL, "%s is off; shift.start comes first", t->id);
	else if (due < 0)
		request_refuse(r, RPC_WRONG_STATE, NULL, "%s has no break due in this shift", t->id);
	else
		return due;
	return -1;
}

static void
break_start(struct request *r)
{
	struct found f = { 0 };
	const struct tech *t;
	int64_t at;
	int32_t due;
	json_t *body;

	if (!help_tech(r, &f) || !help_at(r, &f, &at))
		return;
	t = state_tech(f.s, f.tech);
	due = find_due(r, t);
	if (due < 0)
		return;
	if (t->status != TECH_FREE) {
		request_refuse(r, RPC_WRONG_STATE, NULL, "%s is %s; a break starts between two calls",
		    t->id, tech_status_name(t->status));
		return;
	}
	body = tech_body(t);
	build_set(&body, "at", json_integer(at));
	build_set(&body, "due", json_integer(due));
	build_set(&body, "end",
	    json_integer(at + t->shift[t->shift_now].due[due].duration_s));
	request_commit_one(r, f.t, event_new(EV_BREAK_STARTED, f.now, body),
	    help_done_tech(t, tech_status_name(TECH_ON_BREAK)));
}

static void
break_end(struct request *r)
{
	struct found f = { 0 };
	const struct tech *t;
	int64_t at;
	json_t *body;

	if (!help_tech(r, &f) || !help_at(r, &f, &at))
		return;
	t = state_tech(f.s, f.tech);
	if (t->status != TECH_ON_BREAK) {
		request_refuse(r, RPC_WRONG_STATE, NULL, "%s is %s, not on a break", t->id,
		    tech_status_name(t->status));
		return;
	}
	body = tech_body(t);
	build_set(&body, "at", json_integer(at));
	request_commit_one(r, f.t, event_new(EV_BREAK_ENDED, f.now, body),
	    help_done_tech(t, tech_status_name(TECH_FREE)));
}

static void
break_waive(struct request *r)
{
	struct found f = { 0 };
	const struct tech *t;
	const char *status;
	int32_t due;
	json_t *body;

	if (!help_tech(r, &f))
		return;
	t = state_tech(f.s, f.tech);
	due = find_due(r, t);
	if (due < 0)
		return;
	status = object_tech_status(t, f.now);
	body = tech_body(t);
	build_set(&body, "due", json_integer(due));
	build_set(&body, "status", json_string(status));
	request_commit_one(r, f.t, event_new(EV_BREAK_WAIVED, f.now, body),
	    help_done_tech(t, status));
}

/* --- the day --- */

/* Calls that ended on this technician's present day, in order of their end. */
static int32_t
ended_calls(const struct state *s, int32_t tech, int64_t since, int32_t ret[DONE_MAX])
{
	int32_t n = 0;

	for (int32_t i = 0; i < state_calls(s) && n < DONE_MAX; i++) {
		const struct call_state *c = state_call(s, i);
		int32_t at = n;

		if (c->tech != tech || c->closed < since ||
		    (c->status != CALL_DONE && c->status != CALL_NO_ACCESS))
			continue;
		for (; at > 0 && state_call(s, ret[at - 1])->closed > c->closed; at--)
			ret[at] = ret[at - 1];
		ret[at] = i;
		n++;
	}
	return n;
}

static const struct shift *
shift_shown(const struct tech *t, int64_t now)
{
	if (t->shift_now >= 0)
		return &t->shift[t->shift_now];
	for (int32_t i = 0; i < t->shifts; i++)
		if (t->shift[i].to > now && !t->shift[i].ended)
			return &t->shift[i];
	return NULL;
}

static void
day_get(struct request *r)
{
	struct found f = { 0 };
	const struct tech *t;
	const struct shift *shift;
	struct cost_frame frame;
	struct retimed seen;
	int32_t done[DONE_MAX], n;
	json_t *stops = json_array(), *ended = json_array(), *j;

	if (!help_tech(r, &f)) {
		json_decref(stops);
		json_decref(ended);
		return;
	}
	t = state_tech(f.s, f.tech);
	shift = shift_shown(t, f.now);
	frame = cost_frame(f.s, f.now);
	n = ended_calls(f.s, f.tech,
	    t->shift_now >= 0 && t->shift[t->shift_now].from < frame.day_from ?
	    t->shift[t->shift_now].from : frame.day_from, done);
	for (int32_t i = 0; i < n; i++)
		build_add(&ended, object_done_stop(f.s, done[i]));
	object_seen(f.s, f.tech, f.now, &seen);
	for (int32_t i = 0; i < seen.stops; i++)
		build_add(&stops, object_stop(f.s, &seen.stop[i]));
	j = json_pack("{s:s, s:O, s:s, s:o, s:o, s:o, s:I}", "technician", t->id, "name",
	    json_object_get(t->terms, "name"), "status", object_tech_status(t, f.now), "done", ended,
	    "stops", stops, "breaks", object_breaks(f.s, f.tech, &seen), "plan_version",
	    (json_int_t)state_plan_version(f.s));
	if (shift != NULL)
		build_set(&j, "shift", object_shift(f.s, shift));
	if (seen.end > 0)
		build_set(&j, "end", object_when(f.s, seen.end));
	request_reply(r, j);
}

const struct method methods_stop[] = {
	{ "stop.depart", stop_depart },
	{ "stop.arrive", stop_arrive },
	{ "stop.finish", stop_finish },
	{ "stop.no_access", stop_no_access },
	{ "stop.running_late", stop_running_late },
	{ "break.start", break_start },
	{ "break.end", break_end },
	{ "break.waive", break_waive },
	{ "day.get", day_get },
	{ NULL, NULL },
};
