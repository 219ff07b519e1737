/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "solver/check.h"

int
check_wrong(const struct reading *r, const char *fmt, ...)
{
	va_list ap;

	if (r->why_size > 0) {
		va_start(ap, fmt);
		vsnprintf(r->why, r->why_size, fmt, ap);
		va_end(ap);
	}
	return -EINVAL;
}

int64_t
check_per_hour(int64_t cents, int64_t s)
{
	return (cents * s + 1800) / 3600;
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

		r->cost += check_per_hour(c->late_cents_per_h, late_s + (steep_s > 0 ? steep_s : 0));
	}
	if (start_s > c->opened_s)
		r->cost += check_per_hour(c->response_cents_per_h, (int64_t)start_s - c->opened_s);
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
		return check_wrong(r, "%s: on a route or not, and said otherwise", c->id);
	if (r->by[i] >= 0) {
		disturbed = read_served(r, c, i, &chosen);
	} else {
		r->cost += c->unserved_cents + (told ? c->drop_cents : 0);
		r->d.dropped += told;
		disturbed = told;
		chosen = told && c->stay_served;
	}
	if (chosen && c->immovable)
		return check_wrong(r, "%s: immovable, and disturbed by choice", c->id);
	r->d.chosen += chosen;
	r->d.forced += disturbed && !chosen;
	return 0;
}

/* Whether call i keeps step with the calls it is tied to. */
static int
read_links(const struct reading *r, int32_t i)
{
	const struct call *c = &r->p->call[i];

	if (c->with >= 0 && (r->by[i] >= 0) != (r->by[c->with] >= 0))
		return check_wrong(r, "%s: served without %s, or the other way round", c->id,
		    r->p->call[c->with].id);
	if (r->by[i] < 0)
		return 0;
	if (c->with >= 0 && r->by[i] == r->by[c->with])
		return check_wrong(r, "%s: by the same technician as %s", c->id,
		    r->p->call[c->with].id);
	if (c->with >= 0 && r->start_s[i] != r->start_s[c->with])
		return check_wrong(r, "%s: starts at %d, %s at %d", c->id, r->start_s[i],
		    r->p->call[c->with].id, r->start_s[c->with]);
	if (c->after >= 0 && r->by[c->after] < 0)
		return check_wrong(r, "%s: served, and %s before it is not", c->id,
		    r->p->call[c->after].id);
	if (c->after >= 0 && r->start_s[i] < (int64_t)r->end_s[c->after] + c->after_gap_s)
		return check_wrong(r, "%s: starts at %d, less than %d s after %s ended", c->id,
		    r->start_s[i], c->after_gap_s, r->p->call[c->after].id);
	return 0;
}

static int
read_plan(struct reading *r)
{
	int rc = 0;

	if (r->plan->routes != r->p->technicians || r->plan->calls != r->p->calls)
		return check_wrong(r, "%d routes and %d calls for %d technicians and %d calls",
		    r->plan->routes, r->plan->calls, r->p->technicians, r->p->calls);
	for (int32_t i = 0; i < r->p->calls; i++)
		r->by[i] = r->stay_by[i] = -1;
	for (int32_t k = 0; k < r->p->technicians; k++)
		for (int32_t s = 0; s < r->p->technician[k].currents; s++)
			r->stay_by[r->p->technician[k].current[s]] = k;
	for (int32_t k = 0; rc == 0 && k < r->p->technicians; k++)
		rc = check_route(r, k);
	for (int32_t i = 0; rc == 0 && i < r->p->calls; i++)
		rc = read_call(r, i);
	for (int32_t i = 0; rc == 0 && i < r->p->calls; i++)
		rc = read_links(r, i);
	if (rc == 0 && r->p->budget >= 0 && r->d.chosen > r->p->budget)
		rc = check_wrong(r, "%d calls disturbed by choice, the budget is %d", r->d.chosen,
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
	r.end_s = calloc(n, sizeof(*r.end_s));
	r.stay_by = malloc(n * sizeof(*r.stay_by));
	if (r.by != NULL && r.start_s != NULL && r.end_s != NULL && r.stay_by != NULL)
		rc = read_plan(&r);
	if (rc == 0 && ret_cost != NULL)
		*ret_cost = r.cost;
	if (rc == 0 && ret_dist != NULL)
		*ret_dist = r.d;
	free(r.by);
	free(r.start_s);
	free(r.end_s);
	free(r.stay_by);
	return rc;
}
