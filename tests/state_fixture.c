/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/state_fixture.h"

#include <ctype.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

char fix_why[256];

json_t *
fix_body(const char *text)
{
	char out[8192];
	size_t n = 0;
	json_error_t error;
	json_t *j;

	for (; *text != '\0'; text++) {
		assert_true(n + 32 < sizeof(out));
		if (*text == '@') {
			char *end;
			long rel = strtol(text + 1, &end, 10);

			n += (size_t)snprintf(out + n, 32, "%" PRId64, T0 + rel);
			text = end - 1;
		} else {
			out[n++] = *text == '\'' ? '"' : *text;
		}
	}
	out[n] = '\0';
	j = json_loads(out, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (j == NULL)
		fail_msg("not JSON: %s in %s", error.text, out);
	return j;
}

int
fix_apply_json(struct state *s, int64_t at_s, enum event_type type, json_t *body)
{
	struct event *ev = event_new(type, T0 + at_s, body);
	int rc;

	assert_non_null(ev);
	ev->seq = state_seq(s) + 1;
	fix_why[0] = '\0';
	rc = state_apply(s, ev, fix_why, sizeof(fix_why));
	event_free(ev);
	return rc;
}

int
fix_apply(struct state *s, int64_t at_s, enum event_type type, const char *body)
{
	return fix_apply_json(s, at_s, type, fix_body(body));
}

void
fix_must(struct state *s, int64_t at_s, enum event_type type, const char *fmt, ...)
{
	char text[4096];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (fix_apply(s, at_s, type, text) < 0)
		fail_msg("%s %s: %s", event_name(type), text, fix_why);
}

struct state *
fix_open(void)
{
	struct state *s = state_new();

	assert_non_null(s);
	fix_must(s, -7200, EV_TERRITORY_OPENED, "{'territory':'main','zone':'America/Chicago'}");
	return s;
}

struct state *
fix_shop(void)
{
	struct state *s = fix_open();

	fix_must(s, -7200, EV_GUIDELINES_SET, "{'version':1,'guidelines':{'tell_ahead_s':7200}}");
	for (int k = 1; k <= 3; k++)
		fix_must(s, -3600, EV_TECHNICIAN_ADDED,
		    "{'technician':'t%d','terms':{'name':'T%d','home':{'lat_udeg':41880000,"
		    "'lon_udeg':-87630000},'skills':[%s],'speed_pct':100,'shifts':["
		    "{'from':@0,'to':@32400,'breaks':[{'from':@14400,'to':@18000,'duration_s':1800}]},"
		    "{'from':@86400,'to':@118800,'breaks':[]}]}}",
		    k, k, k < 3 ? "{'skill':'hvac','level':2}" : "");
	for (int i = 1; i <= 4; i++)
		fix_must(s, -3600, EV_CALL_BOOKED,
		    "{'call':'c%d','terms':{'customer':'u%d','site':{'lat_udeg':%d,'lon_udeg':-87630000},"
		    "'needs':[%s],'severity':'routine','opened':@-3600,'due':@36000,'duration_s':3600,"
		    "'difficulty':%d%s}}",
		    i, i, 41880000 + i * 10000, i == 2 ? "{'skill':'hvac','level':1}" : "", i,
		    i == 4 ? ",'appointment':{'from':@25200,'to':@28800}" : "");
	return s;
}

/* --- plans --- */

static json_t *
ids_new(const struct state *s, const int32_t *call, int32_t n)
{
	json_t *ids = json_array();

	for (int32_t i = 0; i < n; i++)
		json_array_append_new(ids, json_string(state_call(s, call[i])->id));
	return ids;
}

static json_t *
route_new(const struct state *s, int32_t tech, const struct retimed *r)
{
	json_t *stops = json_array(), *breaks = json_array();

	for (int32_t i = 0; i < r->stops; i++)
		json_array_append_new(stops,
		    json_pack("{s:s, s:I, s:I, s:i}", "call", state_call(s, r->stop[i].call)->id,
		        "arrival", (json_int_t)r->stop[i].arrival, "end",
		        (json_int_t)r->stop[i].end, "drive_s", (int)r->stop[i].drive_s));
	for (int32_t i = 0; i < r->takens; i++)
		json_array_append_new(breaks,
		    json_pack("{s:i, s:i, s:I, s:i}", "due", (int)r->taken[i].due, "after",
		        (int)r->taken[i].after, "start", (json_int_t)r->taken[i].start,
		        "duration_s", (int)r->taken[i].duration_s));
	return json_pack("{s:s, s:o, s:o, s:I, s:i}", "technician", state_tech(s, tech)->id, "stops",
	    stops, "breaks", breaks, "end", (json_int_t)r->end, "overtime_s", (int)r->overtime_s);
}

static bool
planned_by(const struct retimed *route, int32_t n, int32_t call)
{
	for (int32_t k = 0; k < n; k++) {
		for (int32_t i = 0; i < route[k].stops; i++) {
			if (route[k].stop[i].call == call)
				return true;
		}
	}
	return false;
}

/* Calls of the technicians' present routes that are on none of the new ones. */
static int32_t
dropped_by(const struct state *s, const int32_t *tech, const struct retimed *route, int32_t n,
    int32_t *ret)
{
	int32_t dropped = 0;

	for (int32_t k = 0; k < n; k++) {
		const struct tech *t = state_tech(s, tech[k]);

		for (int32_t i = 0; i < t->stops; i++) {
			if (!planned_by(route, n, t->stop[i].call))
				ret[dropped++] = t->stop[i].call;
		}
	}
	return dropped;
}

json_t *
fix_routes_body(const struct state *s, int64_t at_s, const int32_t *tech,
    const struct retimed *route, int32_t n, const struct fix_plan *plan)
{
	struct tell t = { .s = s, .now = T0 + at_s, .why = plan->why, .event = EV_TYPES, .call = -1,
		.technician = -1 };
	json_t *routes = json_array(), *told = json_array(), *withdrawn = json_array();
	json_t *chosen = json_array();
	int32_t dropped[1024];
	int32_t dropped_n = dropped_by(s, tech, route, n, dropped);

	for (int i = 0; plan->chosen[i] != NULL; i++)
		json_array_append_new(chosen, json_string(plan->chosen[i]));
	for (int32_t k = 0; k < n; k++) {
		json_array_append_new(routes, route_new(s, tech[k], &route[k]));
		assert_int_equal(tell_route(&t, tech[k], &route[k], told), 0);
	}
	for (int32_t i = 0; i < dropped_n; i++)
		assert_int_equal(tell_withdraw(&t, dropped[i], withdrawn), 0);
	return json_pack("{s:s, s:I, s:{s:s, s:I}, s:i, s:i, s:f, s:b, s:i, s:{s:i, s:i}, s:i, s:i,"
	                 " s:{s:[], s:[], s:[], s:[], s:o, s:[]}, s:[], s:o, s:o, s:o, s:o}",
	    "kind", plan->kind, "plan_version", (json_int_t)state_plan_version(s) + 1, "cause",
	    "event", "call.booked", "seq", (json_int_t)state_seq(s), "cost_before_cents", 2000,
	    "cost_after_cents", 1000, "gap", 0.0, "proven", 1, "budget", 2, "scope", "technicians",
	    (int)n, "calls", 0, "solve_us", 1500, "work", 10, "disturbance", "reassigned",
	    "repromised", "eta_moved", "dropped", "chosen", chosen, "forced", "stay", "routes",
	    routes, "unassigned", ids_new(s, dropped, dropped_n), "told", told, "withdrawn",
	    withdrawn);
}

/* One "t1: c1 c2" of an order; returns where the next begins. */
static const char *
order_read(const struct state *s, int64_t now, const char *order, int32_t *ret_tech,
    struct retimed *ret)
{
	int32_t calls[STATE_STOPS_MAX], n = 0;
	char id[STATE_ID_SIZE];
	int len;

	assert_int_equal(sscanf(order, " %64[^: ]:%n", id, &len), 1);
	*ret_tech = state_tech_find(s, id);
	assert_true(*ret_tech >= 0);
	order += len;
	while (sscanf(order, " %64[a-z0-9]%n", id, &len) == 1) {
		calls[n] = state_call_find(s, id);
		assert_true(calls[n] >= 0);
		n++;
		order += len;
	}
	retime_order(s, *ret_tech, now, calls, n, ret);
	return *order == ';' ? order + 1 : order;
}

json_t *
fix_plan_body(const struct state *s, int64_t at_s, const char *order,
    const struct fix_plan *plan)
{
	struct retimed *route = calloc(8, sizeof(*route));
	int32_t tech[8], n = 0;
	json_t *body;

	assert_non_null(route);
	while (*order != '\0') {
		assert_true(n < 8);
		order = order_read(s, T0 + at_s, order, &tech[n], &route[n]);
		n++;
	}
	body = fix_routes_body(s, at_s, tech, route, n, plan);
	free(route);
	assert_non_null(body);
	return body;
}

void
fix_plan(struct state *s, int64_t at_s, const char *order)
{
	const struct fix_plan plan = { .kind = "solve", .why = TELL_REPLANNED };

	if (fix_apply_json(s, at_s, EV_PLAN_REVISED, fix_plan_body(s, at_s, order, &plan)) < 0)
		fail_msg("plan %s: %s", order, fix_why);
}

/* --- looking --- */

const struct call_state *
fix_call(const struct state *s, const char *id)
{
	int32_t i = state_call_find(s, id);

	assert_true(i >= 0);
	return state_call(s, i);
}

const struct tech *
fix_tech(const struct state *s, const char *id)
{
	int32_t i = state_tech_find(s, id);

	assert_true(i >= 0);
	return state_tech(s, i);
}

void
fix_sound(const struct state *s, const char *where)
{
	char why[256] = "";
	char *text = state_dump(s), *again;
	struct state *loaded = NULL;
	json_t *j;

	assert_non_null(text);
	if (state_sound(s, why, sizeof(why)) < 0)
		fail_msg("%s: not sound: %s", where, why);
	if (state_load(text, &loaded, why, sizeof(why)) < 0)
		fail_msg("%s: the dump does not load: %s", where, why);
	again = state_dump(loaded);
	assert_non_null(again);
	if (strcmp(text, again) != 0)
		fail_msg("%s: dump(load(dump)) differs:\n%s\n%s", where, text, again);
	free(again);
	j = json_loads(text, 0, NULL);
	again = json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(j);
	if (strcmp(text, again) != 0)
		fail_msg("%s: the dump is not canonical:\n%s\n%s", where, text, again);
	free(text);
	free(again);
	state_free(loaded);
}
