/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan of the TRSP: the nodes of each route, and the working time without any
 * rounding.
 */
#include <math.h>

#include "solver/format/trsp.h"

double
trsp_travel(const struct trsp *x, int32_t a, int32_t b)
{
	if (x->travel != NULL)
		return x->travel[(size_t)a * (size_t)x->nodes + (size_t)b];
	return hypot(x->node[a].x - x->node[b].x, x->node[a].y - x->node[b].y);
}

/* The nodes of a route: its stops' and the depot's. Returns how many. */
static int32_t
nodes_of(const struct trsp *x, const struct problem *p, const struct plan_route *route,
    int32_t *ret)
{
	int32_t n = 0;

	for (int32_t s = 0; s < route->stops; s++) {
		if (p->has_depot && route->depot_after == s)
			ret[n++] = 0;
		ret[n++] = x->crew + 1 + route->stop[s].call;
	}
	return n;
}

/*
 * The least time from leaving home to the return there: earliest times forward say when
 * he is back, latest times backward from that when he must leave.
 */
static double
working_time(const struct trsp *x, int32_t home, const int32_t *node, int32_t n)
{
	double t = x->node[home].open_s / TRSP_TICKS;
	double back;
	int32_t at = home;

	for (int32_t s = 0; s < n; s++) {
		double open = x->node[node[s]].open_s / TRSP_TICKS;

		t += trsp_travel(x, at, node[s]);
		t = (t > open ? t : open) + x->node[node[s]].service_s / TRSP_TICKS;
		at = node[s];
	}
	back = t + trsp_travel(x, at, home);
	t = back;
	at = home;
	for (int32_t s = n - 1; s >= 0; s--) {
		double close = x->node[node[s]].close_s / TRSP_TICKS;

		t -= trsp_travel(x, node[s], at) + x->node[node[s]].service_s / TRSP_TICKS;
		t = t < close ? t : close;
		at = node[s];
	}
	return back - (t - trsp_travel(x, home, at));
}

static json_t *
stops_to_json(const int32_t *node, int32_t n)
{
	json_t *j = json_array();
	int bad = 0;

	for (int32_t s = 0; s < n; s++)
		bad |= json_array_append_new(j, json_integer(node[s]));
	if (bad == 0)
		return j;
	json_decref(j);
	return NULL;
}

/* Like format_claims, in the file's units: the work is part of the working time. */
static json_t *
claims_to_json(const struct format_case *c, const struct plan *plan, double working)
{
	const struct problem *p = c->problem;
	int64_t work_s = 0;
	json_t *j = json_object();
	double bound = (double)plan->bound_cents;
	int bad;

	for (int32_t i = 0; i < p->calls; i++) {
		if (plan->served[i])
			work_s += p->call[i].duration_s;
		else
			bound -= p->call[i].unserved_cents;
	}
	/* Each leg was rounded up by less than a tick. */
	bound = (bound + (double)work_s - p->calls - 2.0 * p->technicians) / TRSP_TICKS;
	bound = bound < 0 ? 0 : bound < working ? bound : working;
	bad = format_put(j, "cost", json_real(working));
	bad |= format_put(j, "bound", json_real(bound));
	bad |= format_put(j, "gap", json_real(working > 0 ? (working - bound) / working : 0));
	bad |= format_put(j, "proven", json_boolean(plan->proven));
	bad |= format_put(j, "work", json_integer(plan->work));
	bad |= format_put(j, "seed", json_integer((json_int_t)c->seed));
	if (bad == 0)
		return j;
	json_decref(j);
	return NULL;
}

json_t *
trsp_write(const struct format_case *c, const struct plan *plan)
{
	const struct trsp *x = c->own;
	json_t *j = json_object(), *routes = json_array(), *unserved = json_array();
	int32_t node[PROBLEM_STOPS_MAX + 1];
	double working = 0;
	int bad = 0;

	for (int32_t k = 0; k < plan->routes; k++) {
		int32_t n = nodes_of(x, c->problem, &plan->route[k], node);

		if (n == 0)
			continue;
		working += working_time(x, k + 1, node, n);
		bad |= json_array_append_new(routes, json_pack("{s:i,s:o}", "technician", k + 1,
		    "stops", stops_to_json(node, n)));
	}
	for (int32_t i = 0; i < plan->calls; i++)
		if (!plan->served[i])
			bad |= json_array_append_new(unserved, json_integer(x->crew + 1 + i));
	bad |= format_put(j, "routes", routes);
	bad |= format_put(j, "unserved", unserved);
	bad |= format_put(j, "working_time", json_real(working));
	bad |= format_put(j, "evenkeel", claims_to_json(c, plan, working));
	if (bad == 0)
		return j;
	json_decref(j);
	return NULL;
}
