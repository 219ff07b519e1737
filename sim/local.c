/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/local.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t
wall_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void
local_fact(struct local *l, const struct fact *f)
{
	if (f->type == FACT_POSITION)
		return;
	l->cause = *f;
	l->since_us = wall_us();
}

/* Whether call a comes before call b: more urgent, then sooner due, then longer known. */
static bool
comes_before(const struct desk *d, int32_t a, int32_t b)
{
	const struct sim_call *x = &d->day->call[a], *y = &d->day->call[b];
	int64_t x_due = x->appt_from_s != 0 ? x->appt_from_s : x->due_s;
	int64_t y_due = y->appt_from_s != 0 ? y->appt_from_s : y->due_s;

	if (x->severity != y->severity)
		return x->severity > y->severity;
	if (x_due != y_due)
		return x_due < y_due;
	return a < b; /* the day is in order of known_s */
}

int32_t
local_waiting(const struct desk *d, int32_t *calls, int32_t max)
{
	int32_t n = 0;

	for (int32_t i = 0; i < d->day->calls; i++) {
		int32_t at = n;

		if (d->call[i].phase != CALL_OPEN || d->call[i].tech >= 0)
			continue;
		if (n == max && !comes_before(d, i, calls[n - 1]))
			continue;
		if (n < max)
			n++;
		else
			at--;
		for (; at > 0 && comes_before(d, i, calls[at - 1]); at--)
			calls[at] = calls[at - 1];
		calls[at] = i;
	}
	return n;
}

/* Whether what was told of a call is no longer so, or is to be told for the first time. */
static bool
to_tell(const struct desk *d, int32_t k, const struct push_stop *s)
{
	const struct desk_call *c = &d->call[s->call];
	int64_t off_s = s->arrival_s - c->eta_s;

	if (c->told_tech < 0)
		return s->arrival_s - d->now_s <= d->habits.tell_ahead_s;
	return c->told_tech != k || off_s > d->habits.eta_tolerance_s ||
	    off_s < -d->habits.eta_tolerance_s || s->arrival_s < c->promise_from_s ||
	    s->arrival_s > c->promise_to_s;
}

static void
tell(struct local *l, int32_t k, const struct push_stop *s)
{
	const struct desk *d = l->policy.desk;
	const struct desk_call *c = &d->call[s->call];
	struct telling t = {
		.at_s = d->now_s,
		.call = s->call,
		.tech = k,
		.arrival_s = s->arrival_s,
		.promise_from_s = c->promise_from_s,
		.promise_to_s = c->promise_to_s,
	};

	if (!c->promise || s->arrival_s < c->promise_from_s || s->arrival_s > c->promise_to_s) {
		t.promise_from_s = s->arrival_s - d->habits.promise_before_s;
		t.promise_to_s = s->arrival_s + d->habits.promise_after_s;
	}
	snprintf(t.reason, sizeof(t.reason), "%s", c->told_tech < 0 ? "planned" : "re-timed");
	l->policy.sink.told(l->policy.sink.arg, &t);
}

static struct push_route
route_of(int32_t k, struct retimed *r)
{
	struct push_route route = { .tech = k,
		.stop = r->stop,
		.stops = r->stops,
		.dues = r->dues,
		.end_s = r->end_s };

	memcpy(route.due, r->due, sizeof(route.due));
	return route;
}

/* One plan of so many routes, and what has to be told of it. */
static void
push_routes(struct local *l, struct push_route *route, int32_t routes, const int32_t *unassigned,
    int32_t unassigneds)
{
	struct revision r = {
		.at_s = l->policy.desk->now_s,
		.version = ++l->version,
		.cause_call = l->cause.call,
		.cause_tech = l->cause.tech,
		.route = route,
		.routes = routes,
		.unassigned = unassigned,
		.unassigneds = unassigneds,
		.budget = -1,
	};

	l->policy.sink.revised(l->policy.sink.arg, &r);
	if (l->since_us != 0)
		l->policy.sink.pushed(l->policy.sink.arg,
		    (double)(wall_us() - l->since_us) / 1000);
	l->since_us = 0;
	for (int32_t i = 0; i < routes; i++)
		for (int32_t n = 0; n < route[i].stops; n++)
			if (to_tell(l->policy.desk, route[i].tech, &route[i].stop[n]))
				tell(l, route[i].tech, &route[i].stop[n]);
}

/* Pushes what l->retimed holds as the route of k. */
static void
push(struct local *l, int32_t k)
{
	struct push_route route = route_of(k, &l->retimed);

	push_routes(l, &route, 1, l->retimed.lost, l->retimed.losts);
}

void
local_push(struct local *l, int32_t k, const int32_t *calls, int32_t n)
{
	retime_order(l->policy.desk, k, calls, n, retime_overtime_max_s(l->policy.desk, k),
	    &l->retimed);
	push(l, k);
}

/* Whether the route of k, re-timed, is worth a push. */
static bool
moved(const struct local *l, int32_t k, const struct retimed *r)
{
	const struct desk_tech *t = &l->policy.desk->tech[k];

	if (t->stops != r->stops || t->dues != r->dues)
		return true;
	for (int32_t n = 0; n < t->stops; n++) {
		int64_t by_s = t->stop[n].arrival_s - r->stop[n].arrival_s;

		if (t->stop[n].call != r->stop[n].call || by_s >= LOCAL_SWEEP_S ||
		    by_s <= -LOCAL_SWEEP_S || to_tell(l->policy.desk, k, &r->stop[n]))
			return true;
	}
	return false;
}

void
local_refresh(struct local *l, int32_t k)
{
	if (l->policy.desk->tech[k].stops == 0)
		return;
	retime_route(l->policy.desk, k, &l->retimed);
	if (moved(l, k, &l->retimed))
		push(l, k);
}

void
local_sweep(struct local *l)
{
	const struct desk *d = l->policy.desk;

	if (d->now_s < l->swept_s + LOCAL_SWEEP_S)
		return;
	l->swept_s = d->now_s;
	for (int32_t k = 0; k < d->fleet->techs; k++)
		local_refresh(l, k);
}

/* A plan for everybody while it is put together. */
struct drafting {
	struct retimed *retimed; /* of each route in it */
	struct push_route *route;
	int32_t routes;
	int32_t *unassigned;
	int32_t unassigneds;
};

/* Calls that were on some route and are on none now. */
static int
find_unassigned(const struct desk *d, struct drafting *draft)
{
	bool *placed = calloc((size_t)d->day->calls + 1, sizeof(*placed));

	if (placed == NULL)
		return -ENOMEM;
	for (int32_t i = 0; i < draft->routes; i++)
		for (int32_t n = 0; n < draft->route[i].stops; n++)
			placed[draft->route[i].stop[n].call] = true;
	for (int32_t i = 0; i < draft->routes; i++) {
		const struct desk_tech *t = &d->tech[draft->route[i].tech];

		for (int32_t n = 0; n < t->stops; n++)
			if (!placed[t->stop[n].call])
				draft->unassigned[draft->unassigneds++] = t->stop[n].call;
	}
	free(placed);
	return 0;
}

static void
draft_routes(const struct local *l, const int32_t *call, int32_t width, const int32_t *stops,
    struct drafting *draft)
{
	const struct desk *d = l->policy.desk;

	for (int32_t k = 0; k < d->fleet->techs; k++) {
		struct retimed *r = &draft->retimed[draft->routes];

		if (stops[k] == 0 && d->tech[k].stops == 0)
			continue;
		retime_order(d, k, &call[(size_t)k * (size_t)width], stops[k],
		    retime_overtime_max_s(d, k), r);
		if (moved(l, k, r))
			draft->route[draft->routes++] = route_of(k, r);
	}
}

static int
push_orders(struct local *l, const int32_t *call, int32_t width, const int32_t *stops)
{
	const struct desk *d = l->policy.desk;
	size_t techs = (size_t)d->fleet->techs;
	struct drafting draft = {
		.retimed = calloc(techs + 1, sizeof(*draft.retimed)),
		.route = calloc(techs + 1, sizeof(*draft.route)),
		.unassigned = calloc((size_t)d->day->calls + 1, sizeof(*draft.unassigned)),
	};
	int rc = -ENOMEM;

	if (draft.retimed != NULL && draft.route != NULL && draft.unassigned != NULL) {
		draft_routes(l, call, width, stops, &draft);
		rc = find_unassigned(d, &draft);
	}
	if (rc == 0 && draft.routes > 0)
		push_routes(l, draft.route, draft.routes, draft.unassigned, draft.unassigneds);
	free(draft.retimed);
	free(draft.route);
	free(draft.unassigned);
	return rc;
}

int
local_push_plan(struct local *l, const int32_t *call, int32_t width, const int32_t *stops)
{
	if (call != NULL)
		return push_orders(l, call, width, stops);
	for (int32_t k = 0; k < l->policy.desk->fleet->techs; k++)
		local_refresh(l, k);
	return 0;
}

struct policy *
policy_local(const char *name)
{
	if (strcmp(name, "nearest") == 0)
		return nearest_new();
	return strcmp(name, "fixed") == 0 ? fixed_new() : NULL;
}
