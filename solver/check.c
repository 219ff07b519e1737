/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "solver/solve.h"

/* What is known while a plan is read through. */
struct reading {
	const struct problem *p;
	const struct plan *plan;
	char *why;
	size_t why_size;
	int32_t *by;       /* who serves each call, -1 nobody */
	int32_t *start_s;
	int32_t *stay_by;  /* on whose current route it is */
	int64_t cost;
	struct disturbance d;
};

__attribute__((format(printf, 2, 3))) static int
wrong(const struct reading *r, const char *fmt, ...)
{
	va_list ap;

	if (r->why_size > 0) {
		va_start(ap, fmt);
		vsnprintf(r->why, r->why_size, fmt, ap);
		va_end(ap);
	}
	return -EINVAL;
}

static int64_t
per_hour(int64_t cents, int64_t s)
{
	return (cents * s + 1800) / 3600;
}

/* The breaks after so many stops, in order; the moment the last one ends. */
static int
read_gap_breaks(struct reading *r, const struct technician *t, const struct plan_route *route,
    int32_t after, int32_t *next, int64_t *at_s, int64_t *busy_s)
{
	for (; *next < route->takens && route->taken[*next].after == after; ++*next) {
		const struct plan_break *b = &route->taken[*next];
		const struct break_due *due = &t->due[*next];

		if (b->due != *next)
			return wrong(r, "%s: expected break %d next, got %d", t->id, *next, b->due);
		if (b->start_s < *at_s || b->start_s < due->open_s)
			return wrong(r, "%s: break %d cannot start at %d", t->id, *next, b->start_s);
		if (b->start_s > due->close_s)
			r->cost += per_hour(r->p->weights.break_late_cents_per_h,
			    (int64_t)b->start_s - due->close_s);
		*at_s = (int64_t)b->start_s + due->duration_s;
		*busy_s += due->duration_s;
	}
	return 0;
}

static int
read_stop(struct reading *r, int32_t k, const struct plan_stop *s, int64_t earliest_s)
{
	const struct technician *t = &r->p->technician[k];
	const struct call *c;

	if (s->call < 0 || s->call >= r->p->calls)
		return wrong(r, "%s: no call has index %d", t->id, s->call);
	c = &r->p->call[s->call];
	if (r->by[s->call] >= 0)
		return wrong(r, "%s: served twice", c->id);
	if (!problem_may(r->p, k, s->call))
		return wrong(r, "%s: %s may not do it", c->id, t->id);
	if (s->start_s < earliest_s)
		return wrong(r, "%s: starts at %d, %s can be there at %lld", c->id, s->start_s,
		    t->id, (long long)earliest_s);
	if (s->start_s < c->open_s || s->start_s > c->close_s)
		return wrong(r, "%s: starts at %d, outside %d to %d", c->id, s->start_s,
		    c->open_s, c->close_s);
	if (s->end_s != s->start_s + c->duration_s)
		return wrong(r, "%s: ends at %d, not its duration after its start", c->id,
		    s->end_s);
	r->by[s->call] = k;
	r->start_s[s->call] = s->start_s;
	return 0;
}

static int
read_end(struct reading *r, int32_t k, const struct plan_route *route, int64_t at_s,
    struct place at)
{
	const struct technician *t = &r->p->technician[k];
	int64_t drive_s = t->open_end ? 0 : travel_s(&r->p->travel, at, t->end, t->speed_pct);
	int64_t over_s;

	if (route->takens != t->dues)
		return wrong(r, "%s: %d breaks taken of %d", t->id, route->takens, t->dues);
	r->cost += per_hour(t->drive_cents_per_h, drive_s);
	if (route->end_s != at_s + drive_s)
		return wrong(r, "%s: ends the day at %d, not at %lld", t->id, route->end_s,
		    (long long)(at_s + drive_s));
	over_s = (int64_t)route->end_s - t->shift_end_s;
	if (over_s > t->overtime_max_s)
		return wrong(r, "%s: ends the day at %d, %lld s past the shift", t->id,
		    route->end_s, (long long)over_s);
	if (over_s > 0)
		r->cost += per_hour(t->overtime_cents_per_h, over_s);
	return 0;
}

static int
read_route(struct reading *r, int32_t k)
{
	const struct technician *t = &r->p->technician[k];
	const struct plan_route *route = &r->plan->route[k];
	struct place at = t->start;
	int64_t at_s = t->ready_s;
	int64_t busy_s = 0;   /* driving, working, in a break, until the last stop's end */
	int64_t hard = t->hard_before;
	int32_t taken = 0;
	int rc = 0;

	for (int32_t f = 0; f < t->fixed; f++)
		if (f >= route->stops || route->stop[f].call != t->current[f])
			return wrong(r, "%s: stop %d is fixed and changed", t->id, f);
	if (route->stops == 0)
		return 0;
	for (int32_t s = 0; s < route->stops; s++) {
		const struct plan_stop *stop = &route->stop[s];
		int64_t drive_s;

		rc = read_gap_breaks(r, t, route, s, &taken, &at_s, &busy_s);
		if (rc < 0)
			return rc;
		if (stop->call < 0 || stop->call >= r->p->calls)
			return wrong(r, "%s: no call has index %d", t->id, stop->call);
		drive_s = travel_s(&r->p->travel, at, r->p->call[stop->call].site, t->speed_pct);
		rc = read_stop(r, k, stop, at_s + drive_s);
		if (rc < 0)
			return rc;
		r->cost += per_hour(t->drive_cents_per_h, drive_s);
		busy_s += drive_s + r->p->call[stop->call].duration_s;
		hard += r->p->call[stop->call].difficulty;
		at = r->p->call[stop->call].site;
		at_s = stop->end_s;
	}
	r->cost += per_hour(t->wait_cents_per_h, at_s - t->ready_s - busy_s);
	r->cost += r->p->weights.fair_cents *
	    (hard * hard - (int64_t)t->hard_before * t->hard_before);
	rc = read_gap_breaks(r, t, route, route->stops, &taken, &at_s, &busy_s);
	if (rc < 0)
		return rc;
	return read_end(r, k, route, at_s, at);
}

static bool
outside(int64_t at_s, int64_t from_s, int64_t to_s)
{
	return at_s < from_s || at_s > to_s;
}

/* What serving call i as planned costs beyond its route; true if it disturbs anybody. */
static bool
read_served(struct reading *r, const struct call *c, int32_t i, bool *ret_chosen)
{
	int32_t start_s = r->start_s[i];
	int32_t tol_s = r->p->weights.eta_tolerance_s;
	int32_t by = r->by[i];
	bool reassigned = c->told.technician >= 0 && c->told.technician != by;
	bool repromised = c->told.promise &&
	    outside(start_s, c->told.promise_from_s, c->told.promise_to_s);
	bool eta_moved = c->told.eta &&
	    outside(start_s, (int64_t)c->told.eta_s - tol_s, (int64_t)c->told.eta_s + tol_s);

	if (start_s > c->due_s) {
		int64_t late_s = (int64_t)start_s - c->due_s;
		int64_t steep_s = late_s - r->p->weights.late_steep_s;

		r->cost += per_hour(c->late_cents_per_h, late_s + (steep_s > 0 ? steep_s : 0));
	}
	if (start_s > c->opened_s)
		r->cost += per_hour(c->response_cents_per_h, (int64_t)start_s - c->opened_s);
	if (c->told.promise && start_s > c->told.promise_to_s)
		r->cost += c->break_promise_cents;
	if (c->preferred >= 0 && c->preferred != by)
		r->cost += c->prefer_cents;
	r->cost += (reassigned ? c->reassign_cents : 0) + (repromised ? c->repromise_cents : 0) +
	    (eta_moved ? c->eta_moved_cents : 0);
	r->d.reassigned += reassigned;
	r->d.repromised += repromised;
	r->d.eta_moved += eta_moved;
	if (c->stay_served) {
		int64_t eta_lo = (int64_t)c->told.eta_s - tol_s;
		int64_t eta_hi = c->told.eta_s > c->stay_s ? c->told.eta_s : c->stay_s;
		int64_t from = c->told.promise_from_s < c->stay_s ? c->told.promise_from_s
		    : c->stay_s;
		int64_t to = c->told.promise_to_s > c->stay_s ? c->told.promise_to_s : c->stay_s;

		*ret_chosen = (reassigned && by != r->stay_by[i]) ||
		    (c->told.eta && outside(start_s, eta_lo < c->stay_s ? eta_lo : c->stay_s,
		    eta_hi + tol_s)) ||
		    (c->told.promise && outside(start_s, from, to));
	}
	return reassigned || repromised || eta_moved;
}

static int
read_call(struct reading *r, int32_t i)
{
	const struct call *c = &r->p->call[i];
	bool told = c->told.technician >= 0 || c->told.eta || c->told.promise;
	bool chosen = false;
	bool disturbed;

	if (r->plan->served[i] != (r->by[i] >= 0))
		return wrong(r, "%s: on a route or not, and said otherwise", c->id);
	if (r->by[i] >= 0) {
		disturbed = read_served(r, c, i, &chosen);
	} else {
		r->cost += c->unserved_cents + (told ? c->drop_cents : 0);
		r->d.dropped += told;
		disturbed = told;
		chosen = told && c->stay_served;
	}
	if (chosen && c->immovable)
		return wrong(r, "%s: immovable, and disturbed by choice", c->id);
	r->d.chosen += chosen;
	r->d.forced += disturbed && !chosen;
	return 0;
}

static int
read_plan(struct reading *r)
{
	int rc = 0;

	if (r->plan->routes != r->p->technicians || r->plan->calls != r->p->calls)
		return wrong(r, "%d routes and %d calls for %d technicians and %d calls",
		    r->plan->routes, r->plan->calls, r->p->technicians, r->p->calls);
	for (int32_t i = 0; i < r->p->calls; i++)
		r->by[i] = r->stay_by[i] = -1;
	for (int32_t k = 0; k < r->p->technicians; k++)
		for (int32_t s = 0; s < r->p->technician[k].currents; s++)
			r->stay_by[r->p->technician[k].current[s]] = k;
	for (int32_t k = 0; rc == 0 && k < r->p->technicians; k++)
		rc = read_route(r, k);
	for (int32_t i = 0; rc == 0 && i < r->p->calls; i++)
		rc = read_call(r, i);
	if (rc == 0 && r->p->budget >= 0 && r->d.chosen > r->p->budget)
		rc = wrong(r, "%d calls disturbed by choice, the budget is %d", r->d.chosen,
		    r->p->budget);
	return rc;
}

int
plan_check(const struct problem *p, const struct plan *plan, int64_t *ret_cost,
    struct disturbance *ret_dist, char *why, size_t why_size)
{
	size_t n = (size_t)p->calls + 1;
	struct reading r = { .p = p, .plan = plan, .why = why, .why_size = why_size };
	int rc = -ENOMEM;

	r.by = malloc(n * sizeof(*r.by));
	r.start_s = calloc(n, sizeof(*r.start_s));
	r.stay_by = malloc(n * sizeof(*r.stay_by));
	if (r.by != NULL && r.start_s != NULL && r.stay_by != NULL)
		rc = read_plan(&r);
	if (rc == 0 && ret_cost != NULL)
		*ret_cost = r.cost;
	if (rc == 0 && ret_dist != NULL)
		*ret_dist = r.d;
	free(r.by);
	free(r.start_s);
	free(r.stay_by);
	return rc;
}
