/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/revision.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/build.h"
#include "daemon/cost.h"
#include "daemon/object.h"

bool
revision_differs(const struct state *s, int64_t now, const struct new_route *r,
    int64_t tolerance_s)
{
	const struct tech *t = state_tech(s, r->tech);
	const struct retimed *n = &r->timed;

	if (n->stops != t->stops || n->takens != t->takens)
		return true;
	for (int32_t i = 0; i < n->stops; i++) {
		if (n->stop[i].call != t->stop[i].call ||
		    llabs(n->stop[i].arrival - t->stop[i].arrival) >= tolerance_s ||
		    llabs(n->stop[i].end - t->stop[i].end) >= tolerance_s)
			return true;
	}
	for (int32_t b = 0; b < n->takens; b++)
		if (n->taken[b].due != t->taken[b].due || n->taken[b].after != t->taken[b].after)
			return true;
	return tell_due(s, now, r->tech, n);
}

static const char *
call_id(const struct state *s, int32_t call)
{
	return state_call(s, call)->id;
}

/* Where the stay plan, seen from now, puts a call; 0 nowhere. */
static int64_t
stay_arrival(const struct state *s, int64_t now, int32_t call)
{
	int32_t tech = state_call(s, call)->tech;
	struct retimed r;

	if (tech < 0)
		return 0;
	retime(s, tech, now, &r);
	for (int32_t i = 0; i < r.stops; i++)
		if (r.stop[i].call == call)
			return r.stop[i].arrival;
	return 0;
}

static json_t *
stay(const struct state *s, int64_t now, const struct disturbed *d)
{
	json_t *list = json_array();

	for (int32_t i = 0; i < d->forceds; i++) {
		int64_t arrival = stay_arrival(s, now, d->forced[i]);
		json_t *one = json_pack("{s:s}", "call", call_id(s, d->forced[i]));

		if (arrival > 0)
			build_set(&one, "arrival", json_integer(arrival));
		build_add(&list, one);
	}
	return list;
}

static json_t *
route(const struct state *s, const struct new_route *r)
{
	json_t *stops = json_array(), *breaks = json_array();

	for (int32_t i = 0; i < r->timed.stops; i++) {
		const struct stop *stop = &r->timed.stop[i];

		build_add(&stops, json_pack("{s:s, s:I, s:I, s:i}",
		    "call", call_id(s, stop->call), "arrival", (json_int_t)stop->arrival,
		    "end", (json_int_t)stop->end, "drive_s", stop->drive_s));
	}
	for (int32_t b = 0; b < r->timed.takens; b++) {
		const struct planned_break *taken = &r->timed.taken[b];

		build_add(&breaks, json_pack("{s:i, s:i, s:I, s:i}",
		    "due", taken->due, "after", taken->after, "start", (json_int_t)taken->start,
		    "duration_s", taken->duration_s));
	}
	return json_pack("{s:s, s:o, s:o, s:I, s:i}", "technician", state_tech(s, r->tech)->id,
	    "stops", stops, "breaks", breaks, "end", (json_int_t)r->timed.end,
	    "overtime_s", r->timed.overtime_s);
}

/* NULL: none of the routes has it. */
static const struct stop *
stop_on(const struct new_route *route, int32_t n, int32_t call, int32_t *ret_tech)
{
	for (int32_t r = 0; r < n; r++) {
		for (int32_t i = 0; i < route[r].timed.stops; i++) {
			if (route[r].timed.stop[i].call == call) {
				*ret_tech = route[r].tech;
				return &route[r].timed.stop[i];
			}
		}
	}
	return NULL;
}

static bool
on_route(const struct new_route *route, int32_t n, int32_t call)
{
	int32_t tech;

	return stop_on(route, n, call, &tech) != NULL;
}

/* Whether nobody of the routes compared had it: then it costs as unserved before. */
static bool
is_gained(const struct state *s, const struct new_route *route, int32_t n, int32_t call)
{
	const struct call_state *c = state_call(s, call);

	for (int32_t r = 0; r < n && c->status != CALL_UNASSIGNED; r++)
		if (route[r].tech == c->tech)
			return false;
	return true;
}

void
revision_price(const struct state *s, int64_t now, const struct new_route *route, int32_t n,
    int64_t *ret_before, int64_t *ret_after)
{
	struct cost_frame f = cost_frame(s, now);
	struct cost before = { 0 }, after = { 0 };
	struct retimed stay;

	for (int32_t r = 0; r < n; r++) {
		const struct tech *t = state_tech(s, route[r].tech);
		const struct retimed *new = &route[r].timed;

		retime(s, route[r].tech, now, &stay);
		cost_route(&f, route[r].tech, &stay, &before);
		cost_route(&f, route[r].tech, new, &after);
		for (int32_t i = 0; i < stay.losts; i++)
			cost_unserved(&f, stay.lost[i], &before);
		for (int32_t i = 0; i < t->stops; i++)
			if (!on_route(route, n, t->stop[i].call))
				cost_unserved(&f, t->stop[i].call, &after);
		for (int32_t i = new->under_way; i < new->stops; i++)
			if (is_gained(s, route, n, new->stop[i].call))
				cost_unserved(&f, new->stop[i].call, &before);
	}
	*ret_before = cost_total(&before);
	*ret_after = cost_total(&after);
}

/* Calls that were on the routes replaced and are on none now; those told before are withdrawn. */
static int
put_left(const struct state *s, const struct revision *v, const struct tell *tell,
    json_t **left, json_t *withdrawn)
{
	int rc = 0;

	for (int32_t r = 0; r < v->routes; r++) {
		const struct tech *t = state_tech(s, v->route[r].tech);

		for (int32_t i = 0; rc == 0 && i < t->stops; i++) {
			if (on_route(v->route, v->routes, t->stop[i].call))
				continue;
			build_add(left, json_string(call_id(s, t->stop[i].call)));
			rc = tell_withdraw(tell, t->stop[i].call, withdrawn);
		}
	}
	return rc;
}

static bool
names(const json_t *entries, const char *call)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(entries, i, entry) {
		if (strcmp(json_string_value(json_object_get(entry, "call")), call) == 0)
			return true;
	}
	return false;
}

/* Calls disturbed by choice that hear nothing of it now: they are accounted for like the others. */
static int
put_untold(const struct state *s, const struct revision *v, const struct tell *tell,
    const json_t *told, const json_t *withdrawn, json_t *untold)
{
	int rc = 0;

	for (int32_t i = 0; rc == 0 && i < v->disturbed->chosens; i++) {
		int32_t call = v->disturbed->chosen[i], tech = -1;
		const struct stop *stop;

		if (names(told, call_id(s, call)) || names(withdrawn, call_id(s, call)))
			continue;
		stop = stop_on(v->route, v->routes, call, &tech);
		rc = tell_untold(tell, call, tech, stop, untold);
	}
	return rc;
}

static json_t *
cause(const struct state *s, const struct cause *c)
{
	json_t *j = json_pack("{s:s, s:I}", "event", c->tick ? "tick" : event_name(c->event),
	    "seq", (json_int_t)c->seq);

	if (c->call >= 0 && call_id(s, c->call)[0] != '\0')
		build_set(&j, "call", json_string(call_id(s, c->call)));
	if (c->tech >= 0)
		build_set(&j, "technician", json_string(state_tech(s, c->tech)->id));
	if (c->text != NULL)
		build_set(&j, "text", json_string(c->text));
	return j;
}

static double
gap(const struct revision *v)
{
	if (v->proven || !v->bounded || v->cost_after <= v->bound)
		return 0;
	return (double)(v->cost_after - v->bound) / (double)(v->cost_after > 0 ? v->cost_after : 1);
}

static json_t *
body(const struct state *s, int64_t now, const struct revision *v)
{
	json_t *j = json_pack("{s:s, s:I, s:o, s:I, s:I, s:f, s:b, s:i, s:{s:i, s:i}, s:I, s:I}",
	    "kind", v->kind, "plan_version", (json_int_t)state_plan_version(s) + 1,
	    "cause", cause(s, &v->cause), "cost_before_cents", (json_int_t)v->cost_before,
	    "cost_after_cents", (json_int_t)v->cost_after, "gap", gap(v), "proven", v->proven,
	    "budget", v->budget < 0 ? 0 : v->budget, "scope", "technicians", v->scope_techs,
	    "calls", v->scope_calls, "solve_us", (json_int_t)v->solve_us, "work",
	    (json_int_t)v->work);

	if (v->bounded)
		build_set(&j, "bound_cents", json_integer(v->bound));
	if (v->cause.text != NULL)
		build_set(&j, "reason", json_string(v->cause.text));
	build_set(&j, "account",
	    json_string(account_name(v->disturbed->chosens > 0 ? v->account : ACCOUNT_NONE)));
	build_set(&j, "disturbance", object_disturbance(s, v->disturbed));
	build_set(&j, "stay", stay(s, now, v->disturbed));
	return j;
}

/* Sets what each entry of told, withdrawn or untold has cost by disturbing, if anything. */
static int
put_cents(const struct state *s, int64_t now, json_t *told)
{
	struct cost_frame f = cost_frame(s, now);
	json_t *entry;
	size_t i;

	json_array_foreach(told, i, entry) {
		const char *call = json_string_value(json_object_get(entry, "call"));
		const char *tech = json_string_value(json_object_get(entry, "technician"));
		const json_t *arrival = json_object_get(entry, "arrival");
		int64_t cents = cost_disturbing(&f, state_call_find(s, call),
		    arrival == NULL ? -1 : state_tech_find(s, tech), json_integer_value(arrival));

		if (cents > 0 && json_object_set_new(entry, "cents", json_integer(cents)) < 0)
			return -ENOMEM;
	}
	return 0;
}

int
revision_event(const struct state *s, int64_t now, const struct revision *v, struct event **ret)
{
	json_t *j = body(s, now, v);
	json_t *routes = json_array(), *told = json_array();
	json_t *left = json_array(), *withdrawn = json_array(), *untold = json_array();
	struct tell tell = {
		.s = s,
		.now = now,
		.why = v->cause.why,
		.event = v->cause.tick ? EV_TYPES : v->cause.event,
		.call = v->cause.call,
		.technician = v->cause.tech,
		.chosen = v->disturbed->chosen,
		.chosens = v->disturbed->chosens,
	};
	struct event *ev;
	int rc = j == NULL || routes == NULL || told == NULL || left == NULL || withdrawn == NULL ||
	        untold == NULL ? -ENOMEM : 0;

	for (int32_t r = 0; rc == 0 && r < v->routes; r++) {
		build_add(&routes, route(s, &v->route[r]));
		rc = tell_route(&tell, v->route[r].tech, &v->route[r].timed, told);
	}
	if (rc == 0)
		rc = put_left(s, v, &tell, &left, withdrawn);
	if (rc == 0)
		rc = put_untold(s, v, &tell, told, withdrawn, untold);
	if (rc == 0)
		rc = put_cents(s, now, told);
	if (rc == 0)
		rc = put_cents(s, now, withdrawn);
	if (rc == 0)
		rc = put_cents(s, now, untold);
	/* What is set below is stolen even when j is NULL. */
	build_set(&j, "routes", routes);
	build_set(&j, "unassigned", left);
	build_set(&j, "told", told);
	if (json_array_size(withdrawn) > 0)
		build_set(&j, "withdrawn", json_incref(withdrawn));
	json_decref(withdrawn);
	if (json_array_size(untold) > 0)
		build_set(&j, "untold", json_incref(untold));
	json_decref(untold);
	if (rc < 0) {
		json_decref(j);
		return rc;
	}
	ev = event_new(EV_PLAN_REVISED, now, j);
	if (ev == NULL)
		return -ENOMEM;
	*ret = ev;
	return 0;
}
