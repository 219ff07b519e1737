/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "solver/json_read.h"
#include "solver/plan.h"
#include "solver/problem_json.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* The whole numbers of a plan, in the order they are written. */
static const struct {
	const char *name;
	size_t offset;
} plan_ints[] = {
	{ "cost_cents", offsetof(struct plan, cost_cents) },
	{ "stay_cents", offsetof(struct plan, stay_cents) },
	{ "bound_cents", offsetof(struct plan, bound_cents) },
	{ "work", offsetof(struct plan, work) },
	{ "labels", offsetof(struct plan, labels) },
	{ "columns", offsetof(struct plan, columns) },
	{ "pivots", offsetof(struct plan, pivots) },
	{ "nodes", offsetof(struct plan, nodes) },
	{ "solve_us", offsetof(struct plan, solve_us) },
};
static const struct json_int disturbance_ints[] = {
	{ "reassigned", offsetof(struct disturbance, reassigned), 0, true },
	{ "repromised", offsetof(struct disturbance, repromised), 0, true },
	{ "eta_moved", offsetof(struct disturbance, eta_moved), 0, true },
	{ "dropped", offsetof(struct disturbance, dropped), 0, true },
	{ "chosen", offsetof(struct disturbance, chosen), 0, true },
	{ "forced", offsetof(struct disturbance, forced), 0, true },
};
static const struct json_int stop_ints[] = {
	{ "start_s", offsetof(struct plan_stop, start_s), 0, true },
	{ "end_s", offsetof(struct plan_stop, end_s), 0, true },
};
static const struct json_int break_ints[] = {
	{ "due", offsetof(struct plan_break, due), 0, true },
	{ "after", offsetof(struct plan_break, after), 0, true },
	{ "start_s", offsetof(struct plan_break, start_s), 0, true },
};

static int
put(json_t *j, const char *name, json_t *v)
{
	return json_object_set_new_nocheck(j, name, v);
}

static json_t *
route_to_json(const struct problem *p, const struct plan_route *r, int32_t k)
{
	json_t *j = json_object();
	json_t *stops = json_array();
	json_t *breaks = json_array();
	int bad = put(j, "technician", json_string(p->technician[k].id));

	for (int32_t s = 0; s < r->stops; s++) {
		json_t *stop = json_object();

		bad |= put(stop, "call", json_string(p->call[r->stop[s].call].id));
		bad |= json_write_ints(stop, stop_ints, ARRAY_LEN(stop_ints), &r->stop[s]);
		bad |= json_array_append_new(stops, stop);
	}
	for (int32_t b = 0; b < r->takens; b++) {
		json_t *taken = json_object();

		bad |= json_write_ints(taken, break_ints, ARRAY_LEN(break_ints), &r->taken[b]);
		bad |= json_array_append_new(breaks, taken);
	}
	bad |= put(j, "stops", stops);
	bad |= put(j, "breaks", breaks);
	if (r->depot_after >= 0)
		bad |= put(j, "depot", json_pack("{s:i,s:i}", "after", (int)r->depot_after, "at_s",
		    (int)r->depot_s));
	if (p->technician[k].leaves_late)
		bad |= put(j, "leave_s", json_integer(r->leave_s));
	bad |= put(j, "end_s", json_integer(r->end_s));
	bad |= put(j, "cost_cents", json_integer(r->cost_cents));
	if (bad == 0)
		return j;
	json_decref(j);
	return NULL;
}

json_t *
plan_to_json(const struct problem *p, const struct plan *plan)
{
	json_t *j = json_object();
	json_t *disturbance = json_object();
	json_t *routes = json_array();
	json_t *unserved = json_array();
	int bad = 0;

	for (size_t i = 0; i < ARRAY_LEN(plan_ints); i++) {
		int64_t v;

		memcpy(&v, (const char *)plan + plan_ints[i].offset, sizeof(v));
		bad |= put(j, plan_ints[i].name, json_integer(v));
	}
	bad |= put(j, "proven", json_boolean(plan->proven));
	bad |= json_write_ints(disturbance, disturbance_ints, ARRAY_LEN(disturbance_ints),
	    &plan->disturbance);
	bad |= put(j, "disturbance", disturbance);
	for (int32_t k = 0; k < plan->routes; k++)
		bad |= json_array_append_new(routes, route_to_json(p, &plan->route[k], k));
	bad |= put(j, "routes", routes);
	for (int32_t i = 0; i < plan->calls; i++)
		if (!plan->served[i])
			bad |= json_array_append_new(unserved, json_string(p->call[i].id));
	bad |= put(j, "unserved", unserved);
	if (bad == 0)
		return j;
	json_decref(j);
	return NULL;
}

/* The call with this id that no route before had, or a refusal. */
static int
read_stop_call(const struct json_reader *r, const json_t *j, const json_t *index,
    struct plan *plan, int32_t *ret)
{
	const json_t *at;

	if (!json_is_string(j))
		return json_refuse(r, "call: expected an id, got %s", json_kind(j));
	at = json_object_get(index, json_string_value(j));
	if (at == NULL)
		return json_refuse(r, "call: expected an id of the problem, got %.64s",
		    json_string_value(j));
	*ret = (int32_t)json_integer_value(at);
	if (plan->served[*ret])
		return json_refuse(r, "call: expected each call once, got %.64s twice",
		    json_string_value(j));
	plan->served[*ret] = true;
	return 0;
}

static int
read_stops(struct json_reader *r, const json_t *j, const json_t *index, struct plan *plan,
    struct plan_route *route)
{
	size_t at = strlen(r->at);
	size_t n;
	int rc = json_read_array(r, "stops", j, PROBLEM_STOPS_MAX, &n);

	if (rc < 0)
		return rc;
	route->stop = calloc(n + 1, sizeof(*route->stop));
	if (route->stop == NULL)
		return -ENOMEM;
	route->stops = (int32_t)n;
	for (size_t s = 0; rc == 0 && s < n; s++) {
		const json_t *stop = json_array_get(j, s);

		snprintf(r->at + at, sizeof(r->at) - at, "stops[%zu].", s);
		rc = read_stop_call(r, json_object_get(stop, "call"), index, plan,
		    &route->stop[s].call);
		if (rc == 0)
			rc = json_read_ints(r, stop, stop_ints, ARRAY_LEN(stop_ints),
			    &route->stop[s]);
	}
	r->at[at] = '\0';
	return rc;
}

static int
read_breaks(struct json_reader *r, const json_t *j, const struct technician *t,
    struct plan_route *route)
{
	size_t n;
	int rc = json_read_array(r, "breaks", j, (size_t)t->dues, &n);

	for (size_t b = 0; rc == 0 && b < n; b++) {
		rc = json_read_ints(r, json_array_get(j, b), break_ints, ARRAY_LEN(break_ints),
		    &route->taken[b]);
		if (rc == 0 && (route->taken[b].due < 0 || route->taken[b].due >= t->dues))
			rc = json_refuse(r, "breaks[%zu].due: expected 0 to %d, got %d", b,
			    t->dues - 1, route->taken[b].due);
		if (rc == 0 && (route->taken[b].after < 0 || route->taken[b].after > route->stops))
			rc = json_refuse(r, "breaks[%zu].after: expected 0 to %d, got %d", b,
			    route->stops, route->taken[b].after);
	}
	if (rc == 0)
		route->takens = (int32_t)n;
	return rc;
}

/* The visit to the depot, and when the day begins; both may be missing. */
static int
read_day(struct json_reader *r, const json_t *j, struct plan_route *route)
{
	const json_t *depot = json_object_get(j, "depot"), *leave = json_object_get(j, "leave_s");
	int64_t after = -1, at_s = 0, leave_s = route->leave_s;
	int rc = 0;

	if (depot != NULL)
		rc = json_read_int(r, "depot.after", json_object_get(depot, "after"), 0,
		    route->stops, &after);
	if (rc == 0 && depot != NULL)
		rc = json_read_int(r, "depot.at_s", json_object_get(depot, "at_s"), INT32_MIN,
		    INT32_MAX, &at_s);
	if (rc == 0 && leave != NULL)
		rc = json_read_int(r, "leave_s", leave, INT32_MIN, INT32_MAX, &leave_s);
	route->depot_after = (int32_t)after;
	route->depot_s = (int32_t)at_s;
	route->leave_s = (int32_t)leave_s;
	return rc;
}

static int
read_route(struct json_reader *r, const json_t *j, const struct problem *p, const json_t *index,
    struct plan *plan, int32_t k)
{
	struct plan_route *route = &plan->route[k];
	const char *id = json_string_value(json_object_get(j, "technician"));
	int64_t v;
	int rc;

	if (id == NULL || strcmp(id, p->technician[k].id) != 0)
		return json_refuse(r, "technician: expected %s, got %.64s", p->technician[k].id,
		    id ? id : json_kind(json_object_get(j, "technician")));
	rc = read_stops(r, json_object_get(j, "stops"), index, plan, route);
	if (rc == 0)
		rc = read_breaks(r, json_object_get(j, "breaks"), &p->technician[k], route);
	if (rc == 0)
		rc = read_day(r, j, route);
	if (rc == 0)
		rc = json_read_int(r, "end_s", json_object_get(j, "end_s"), INT32_MIN, INT32_MAX,
		    &v);
	if (rc < 0)
		return rc;
	route->end_s = (int32_t)v;
	return json_read_int(r, "cost_cents", json_object_get(j, "cost_cents"), INT64_MIN,
	    INT64_MAX, &route->cost_cents);
}

static int
read_plan(struct json_reader *r, const json_t *j, const struct problem *p, const json_t *index,
    struct plan *plan)
{
	const json_t *routes = json_object_get(j, "routes");
	const json_t *disturbance = json_object_get(j, "disturbance");
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(plan_ints); i++) {
		int64_t v = 0;

		rc = json_read_int(r, plan_ints[i].name, json_object_get(j, plan_ints[i].name),
		    INT64_MIN, INT64_MAX, &v);
		memcpy((char *)plan + plan_ints[i].offset, &v, sizeof(v));
	}
	if (rc < 0)
		return rc;
	plan->proven = json_is_true(json_object_get(j, "proven"));
	if (!json_is_object(disturbance))
		return json_refuse(r, "disturbance: expected an object, got %s",
		    json_kind(disturbance));
	rc = json_read_ints(r, disturbance, disturbance_ints, ARRAY_LEN(disturbance_ints),
	    &plan->disturbance);
	if (rc == 0 && json_array_size(routes) != (size_t)p->technicians)
		rc = json_refuse(r, "routes: expected %d, got %zu", p->technicians,
		    json_array_size(routes));
	for (int32_t k = 0; rc == 0 && k < p->technicians; k++) {
		snprintf(r->at, sizeof(r->at), "routes[%d].", k);
		rc = read_route(r, json_array_get(routes, (size_t)k), p, index, plan, k);
	}
	r->at[0] = '\0';
	return rc;
}

int
plan_from_json(const json_t *j, const struct problem *p, struct plan **ret, char *why,
    size_t why_size)
{
	struct json_reader r = { .why = why, .why_size = why_size };
	struct plan *plan = plan_new(p);
	json_t *index = json_object();
	int rc = -ENOMEM;

	if (plan == NULL || index == NULL)
		goto out;
	for (int32_t i = 0; i < p->calls; i++)
		if (json_object_set_new(index, p->call[i].id, json_integer(i)) < 0)
			goto out;
	rc = read_plan(&r, j, p, index, plan);
	if (rc == 0) {
		*ret = plan;
		plan = NULL; /* handed over */
	}
out:
	plan_free(plan);
	json_decref(index);
	return rc;
}
