/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/remote_parse.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/when.h"

struct parsed {
	struct push_route *route;
	size_t routes_max;
	struct push_stop *stop;
	size_t stops_max;
	int32_t *number; /* chosen, forced, unassigned, one behind the other */
	size_t numbers_max;
	struct push_stay *stay;
	size_t stays_max;
};

struct parsed *
parsed_new(void)
{
	return calloc(1, sizeof(struct parsed));
}

void
parsed_free(struct parsed *p)
{
	if (p == NULL)
		return;
	free(p->route);
	free(p->stop);
	free(p->number);
	free(p->stay);
	free(p);
}

/* The array with room for n things of a size, NULL when out of memory (it is then as it was). */
static void *
grown(void *array, size_t *max, size_t n, size_t size)
{
	void *more;

	if (array != NULL && n <= *max)
		return array;
	more = realloc(array, (n + 64) * size);
	if (more != NULL)
		*max = n + 64;
	return more;
}

static int
index_of(const json_t *ids, const json_t *id)
{
	const json_t *i = json_is_string(id) ? json_object_get(ids, json_string_value(id)) : NULL;

	return i == NULL ? -1 : (int)json_integer_value(i);
}

static int64_t
when_of(const json_t *o, const char *name)
{
	const char *text = json_string_value(json_object_get(o, name));
	int64_t s;

	return text != NULL && when_parse(text, &s) == 0 ? s : 0;
}

static int
parse_stops(const struct names *n, const json_t *stops, struct push_stop *to, int32_t *ret_n)
{
	size_t i;
	json_t *o;

	json_array_foreach(stops, i, o)
	{
		to[i] = (struct push_stop){ index_of(n->call, json_object_get(o, "call")),
			when_of(o, "arrival"), when_of(o, "end") };
		if (to[i].call < 0 || to[i].arrival_s == 0)
			return -EBADMSG;
	}
	*ret_n = (int32_t)json_array_size(stops);
	return 0;
}

/* Breaks that are still to come. */
static void
parse_breaks(const json_t *breaks, struct push_route *r)
{
	size_t i;
	json_t *o;

	r->dues = 0;
	json_array_foreach(breaks, i, o)
	{
		const char *status = json_string_value(json_object_get(o, "status"));

		if ((status != NULL && strcmp(status, "due") != 0) || r->dues == FLEET_BREAKS_MAX)
			continue;
		r->due[r->dues++] = (struct push_break){ when_of(o, "start"),
			(int32_t)json_integer_value(json_object_get(o, "duration_s")) };
	}
}

static int
parse_routes(struct parsed *p, const struct names *n, const json_t *routes)
{
	size_t i, stops = 0, at = 0;
	json_t *o;
	void *more;

	json_array_foreach(routes, i, o)
	{
		size_t size = json_array_size(json_object_get(o, "stops"));

		if (size > PUSH_STOPS_MAX)
			return -EBADMSG;
		stops += size;
	}
	more = grown(p->route, &p->routes_max, json_array_size(routes), sizeof(*p->route));
	if (more == NULL)
		return -ENOMEM;
	p->route = more;
	more = grown(p->stop, &p->stops_max, stops, sizeof(*p->stop));
	if (more == NULL)
		return -ENOMEM;
	p->stop = more;
	json_array_foreach(routes, i, o)
	{
		struct push_route *r = &p->route[i];

		r->tech = index_of(n->tech, json_object_get(o, "technician"));
		r->stop = &p->stop[at];
		r->end_s = when_of(o, "end");
		if (r->tech < 0 ||
		    parse_stops(n, json_object_get(o, "stops"), r->stop, &r->stops) < 0)
			return -EBADMSG;
		parse_breaks(json_object_get(o, "breaks"), r);
		at += (size_t)r->stops;
	}
	return 0;
}

/* A list of calls, written behind what is already in p->number. Ids we do not know are left out. */
static int32_t
parse_calls(struct parsed *p, size_t *at, const struct names *n, const json_t *calls)
{
	size_t i, from = *at;
	json_t *o;

	json_array_foreach(calls, i, o)
	{
		int call = index_of(n->call, o);

		if (call >= 0)
			p->number[(*at)++] = call;
	}
	return (int32_t)(*at - from);
}

static int
parse_lists(struct parsed *p, const struct names *n, const json_t *params, struct revision *r)
{
	const json_t *d = json_object_get(params, "disturbance");
	const json_t *chosen = json_object_get(d, "chosen"), *forced = json_object_get(d, "forced");
	const json_t *unassigned = json_object_get(params, "unassigned");
	size_t at = 0,
	       all = json_array_size(chosen) + json_array_size(forced) +
	    json_array_size(unassigned);
	void *more = grown(p->number, &p->numbers_max, all, sizeof(*p->number));

	if (more == NULL)
		return -ENOMEM;
	p->number = more;
	r->chosens = parse_calls(p, &at, n, chosen);
	r->forceds = parse_calls(p, &at, n, forced);
	r->unassigneds = parse_calls(p, &at, n, unassigned);
	r->chosen = p->number;
	r->forced = p->number + r->chosens;
	r->unassigned = r->forced + r->forceds;
	return 0;
}

static int
parse_stays(struct parsed *p, const struct names *n, const json_t *stays, struct revision *r)
{
	void *more = grown(p->stay, &p->stays_max, json_array_size(stays), sizeof(*p->stay));
	size_t i;
	json_t *o;

	if (more == NULL)
		return -ENOMEM;
	p->stay = more;
	json_array_foreach(stays, i, o)
	{
		int call = index_of(n->call, json_object_get(o, "call"));

		if (call >= 0)
			p->stay[r->stays++] = (struct push_stay){ call, when_of(o, "arrival") };
	}
	r->stay = p->stay;
	return 0;
}

static void
parse_head(const struct names *n, const json_t *params, struct revision *r)
{
	const json_t *cause = json_object_get(params, "cause");
	const json_t *scope = json_object_get(params, "scope");
	const char *event = json_string_value(json_object_get(cause, "event"));

	r->at_s = when_of(params, "at");
	r->seq = json_integer_value(json_object_get(params, "seq"));
	r->version = json_integer_value(json_object_get(params, "plan_version"));
	snprintf(r->cause, sizeof(r->cause), "%s", event != NULL ? event : "");
	r->cause_seq = json_integer_value(json_object_get(cause, "seq"));
	r->cause_call = index_of(n->call, json_object_get(cause, "call"));
	r->cause_tech = index_of(n->tech, json_object_get(cause, "technician"));
	r->budget = (int32_t)json_integer_value(json_object_get(params, "budget"));
	r->solve_ms = json_number_value(json_object_get(params, "solve_ms"));
	r->solved = r->solve_ms > 0;
	r->proven = json_is_true(json_object_get(params, "proven"));
	r->gap = json_number_value(json_object_get(params, "gap"));
	r->cost_before_cents = json_integer_value(json_object_get(params, "cost_before_cents"));
	r->cost_after_cents = json_integer_value(json_object_get(params, "cost_after_cents"));
	r->scope_techs = (int32_t)json_integer_value(json_object_get(scope, "technicians"));
	r->scope_calls = (int32_t)json_integer_value(json_object_get(scope, "calls"));
}

int
parse_revision(struct parsed *p, const struct names *n, const json_t *params, struct revision *ret)
{
	struct revision r = { 0 };
	const json_t *routes = json_object_get(params, "routes");
	int rc;

	parse_head(n, params, &r);
	if (r.at_s == 0 || !json_is_array(routes))
		return -EBADMSG;
	rc = parse_routes(p, n, routes);
	if (rc == 0)
		rc = parse_lists(p, n, params, &r);
	if (rc == 0)
		rc = parse_stays(p, n, json_object_get(params, "stay"), &r);
	if (rc < 0)
		return rc;
	r.route = p->route;
	r.routes = (int32_t)json_array_size(routes);
	*ret = r;
	return 0;
}

int
parse_telling(const struct names *n, const json_t *params, struct telling *ret)
{
	const json_t *promise = json_object_get(params, "promise");
	const char *reason = json_string_value(json_object_get(params, "reason"));
	struct telling t = {
		.seq = json_integer_value(json_object_get(params, "seq")),
		.cause_seq = json_integer_value(json_object_get(params, "cause_seq")),
		.call = index_of(n->call, json_object_get(params, "call")),
		.tech = index_of(n->tech, json_object_get(params, "technician")),
		.arrival_s = when_of(params, "arrival"),
		.promise_from_s = when_of(promise, "from"),
		.promise_to_s = when_of(promise, "to"),
	};

	if (t.call < 0 || t.tech < 0 || t.arrival_s == 0 || t.promise_to_s == 0)
		return -EBADMSG;
	snprintf(t.reason, sizeof(t.reason), "%s", reason != NULL ? reason : "");
	*ret = t;
	return 0;
}

/* --- what is said beside plans --- */

static void
copy_text(const json_t *o, const char *name, char *to, size_t size)
{
	const char *text = json_string_value(json_object_get(o, name));

	snprintf(to, size, "%s", text != NULL ? text : "");
}

static void
parse_message(const json_t *m, struct saying *s)
{
	s->kind = SAID_MESSAGE;
	s->at_s = when_of(m, "at");
	copy_text(m, "kind", s->what, sizeof(s->what));
	copy_text(m, "text", s->text, sizeof(s->text));
}

static void
parse_risk(const json_t *o, struct saying *s)
{
	s->kind = json_is_true(json_object_get(o, "at_risk")) ? SAID_AT_RISK : SAID_SAFE;
	s->risk = json_number_value(json_object_get(o, "risk"));
}

static void
parse_moved(const json_t *o, struct saying *s)
{
	s->kind = SAID_MOVED;
	copy_text(o, "reason", s->text, sizeof(s->text));
}

static void
parse_goodwill(const json_t *g, struct saying *s)
{
	s->kind = SAID_GOODWILL;
	s->cents = json_integer_value(json_object_get(g, "cents"));
	copy_text(g, "status", s->what, sizeof(s->what));
	copy_text(g, "text", s->text, sizeof(s->text));
}

/* Of all that happens to a call only that is told here. */
static bool
is_untold(const char *method, const json_t *params)
{
	const char *change = json_string_value(json_object_get(params, "change"));

	return strcmp(method, "call.changed") == 0 &&
	    (change == NULL || strcmp(change, "carried_over") != 0);
}

static void
parse_carried(const json_t *o, struct saying *s)
{
	(void)o;
	s->kind = SAID_CARRIED;
}

int
parse_saying(const struct names *n, const char *method, const json_t *params, struct saying *ret)
{
	static const struct {
		const char *method, *object; /* the member that tells of the call; NULL: params do */
		void (*parse)(const json_t *o, struct saying *s);
	} kinds[] = {
		{ "message.written", "message", parse_message },
		{ "promise.at_risk", NULL, parse_risk },
		{ "promise.moved", NULL, parse_moved },
		{ "goodwill.proposed", "goodwill", parse_goodwill },
		{ "call.changed", NULL, parse_carried },
	};
	struct saying s = { .seq = json_integer_value(json_object_get(params, "seq")),
		.at_s = when_of(params, "at") };

	if (is_untold(method, params))
		return 0;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const json_t *o = kinds[i].object == NULL ? params
							  : json_object_get(params, kinds[i].object);

		if (strcmp(method, kinds[i].method) != 0)
			continue;
		kinds[i].parse(o, &s);
		s.call = index_of(n->call, json_object_get(o, "call"));
		if (s.call < 0 || s.at_s == 0)
			return -EBADMSG;
		*ret = s;
		return 1;
	}
	return 0;
}
