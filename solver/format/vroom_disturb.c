/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a plan disturbs, counted on the times that VROOM's JSON tells.
 *
 * The arrival counts there, and our problem knows only the start of the work. A stop that is
 * put in where he would have waited moves the next arrival and not its start: such
 * a move is seen here only, and held by freezing the route up to it.
 */
#include <stdlib.h>
#include <string.h>

#include "solver/format/vroom.h"

struct counting {
	const struct problem *p;
	const struct vroom *v;
	struct vroom_time *time; /* of each call */
	int32_t *start_s;        /* of each call in the plan itself */
	int32_t *by;             /* who serves each call, -1 nobody */
};

/* How one job differs from what people were told. */
struct changes {
	bool reassigned, repromised, eta_moved, dropped;
};

static void
counting_done(struct counting *x)
{
	free(x->time);
	free(x->start_s);
	free(x->by);
}

/* When and by whom each call is served; false if a route cannot be timed or out of memory. */
static bool
counting_begin(const struct format_case *c, const struct plan *plan, struct counting *x)
{
	size_t n = (size_t)c->problem->calls + 1;
	struct vroom_time time[PROBLEM_STOPS_MAX];

	*x = (struct counting){ .p = c->problem, .v = c->own };
	x->time = calloc(n, sizeof(*x->time));
	x->start_s = calloc(n, sizeof(*x->start_s));
	x->by = malloc(n * sizeof(*x->by));
	if (x->time == NULL || x->start_s == NULL || x->by == NULL)
		return false;
	memset(x->by, -1, n * sizeof(*x->by));
	for (int32_t k = 0; k < plan->routes; k++) {
		const struct plan_route *route = &plan->route[k];
		struct vroom_times times = { .stop = time };

		if (vroom_time_route(x->p, x->v->told, k, route, &times) < 0)
			return false;
		for (int32_t s = 0; s < route->stops; s++) {
			int32_t i = route->stop[s].call;

			x->by[i] = k;
			x->time[i] = time[s];
			x->start_s[i] = route->stop[s].start_s;
		}
	}
	return true;
}

static struct changes
changes_of(const struct counting *x, int32_t i)
{
	const struct vroom_told *old = &x->v->told[i];
	const struct vroom_time *now = &x->time[i];
	struct changes c = { 0 };
	int64_t moved_s = (int64_t)now->arrival_s - old->arrival_s;

	if (!old->told)
		return c;
	if (x->by[i] < 0) {
		c.dropped = true;
		return c;
	}
	c.reassigned = x->by[i] != old->technician;
	c.eta_moved = x->p->call[i].told.eta && llabs(moved_s) > x->p->weights.eta_tolerance_s;
	c.repromised = old->promised && (now->start_s < old->promised_from_s ||
	    now->start_s > old->promised_to_s);
	return c;
}

static bool
is_disturbed(struct changes c)
{
	return c.reassigned || c.repromised || c.eta_moved || c.dropped;
}

int32_t
vroom_disturbed(const struct format_case *c, const struct plan *plan)
{
	struct counting x;
	int32_t n = 0;

	if (((const struct vroom *)c->own)->told == NULL)
		return 0;
	if (counting_begin(c, plan, &x))
		for (int32_t i = 0; i < x.p->calls; i++)
			n += is_disturbed(changes_of(&x, i));
	counting_done(&x);
	return n;
}

/* The problem sees nothing wrong with the start of a call whose arrival has moved. */
static bool
is_unseen(const struct counting *x, int32_t i)
{
	const struct call *c = &x->p->call[i];
	struct changes ch = changes_of(x, i);
	int32_t tolerance_s = x->p->weights.eta_tolerance_s;
	int32_t first_s = c->told.eta_s - tolerance_s, last_s = c->told.eta_s;

	if (!ch.eta_moved || ch.reassigned || !c->stay_served)
		return false;
	first_s = c->stay_s < first_s ? c->stay_s : first_s;
	last_s = (c->stay_s > last_s ? c->stay_s : last_s) + tolerance_s;
	return x->start_s[i] >= first_s && x->start_s[i] <= last_s;
}

/* Freezes the current route up to a stop; false if it is, or cannot be driven so. */
static bool
freeze(const struct problem *p, struct technician *t, int32_t call)
{
	for (int32_t s = 0; s < t->currents; s++) {
		if (!p->call[t->current[s]].stay_served)
			return false;
		if (t->current[s] != call)
			continue;
		if (t->fixed > s)
			return false;
		t->fixed = s + 1;
		return true;
	}
	return false;
}

/* Freezes all current routes up to their last call. */
static int32_t
hold_all(struct problem *p)
{
	int32_t held = 0;

	for (int32_t k = 0; k < p->technicians; k++) {
		struct technician *t = &p->technician[k];

		for (int32_t s = t->currents; s > t->fixed; s--)
			if (freeze(p, t, t->current[s - 1])) {
				held++;
				break;
			}
	}
	return held;
}

int32_t
vroom_hold(struct format_case *c, const struct plan *plan)
{
	struct counting x;
	int32_t held = 0;

	if (plan == NULL)
		return hold_all(c->problem);
	if (counting_begin(c, plan, &x))
		for (int32_t i = 0; i < x.p->calls; i++)
			if (is_unseen(&x, i))
				held += freeze(x.p, &c->problem->technician[x.by[i]], i);
	counting_done(&x);
	return held;
}

static int
order_ids(const void *a, const void *b)
{
	const json_int_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Counts each kind and lists the ids of all in order. */
static int
put_counts(const struct counting *x, json_int_t *id, json_t *j)
{
	json_t *calls = json_array();
	int32_t reassigned = 0, repromised = 0, eta_moved = 0, dropped = 0, n = 0;
	int bad = 0;

	for (int32_t i = 0; i < x->p->calls; i++) {
		struct changes c = changes_of(x, i);

		reassigned += c.reassigned;
		repromised += c.repromised;
		eta_moved += c.eta_moved;
		dropped += c.dropped;
		if (is_disturbed(c))
			id[n++] = json_integer_value(json_object_get(
			    json_array_get(x->v->jobs, (size_t)i), "id"));
	}
	if (n > 0)
		qsort(id, (size_t)n, sizeof(*id), order_ids);
	for (int32_t i = 0; i < n; i++)
		bad |= json_array_append_new(calls, json_integer(id[i]));
	bad |= format_put(j, "reassigned", json_integer(reassigned));
	bad |= format_put(j, "repromised", json_integer(repromised));
	bad |= format_put(j, "eta_moved", json_integer(eta_moved));
	bad |= format_put(j, "dropped", json_integer(dropped));
	bad |= format_put(j, "calls", calls);
	return bad;
}

json_t *
vroom_disturbance_to_json(const struct format_case *c, const struct plan *plan)
{
	json_int_t *id = malloc(((size_t)c->problem->calls + 1) * sizeof(*id));
	json_t *j = json_object();
	struct counting x;
	bool good = counting_begin(c, plan, &x) && id != NULL && put_counts(&x, id, j) == 0;

	counting_done(&x);
	free(id);
	if (good)
		return j;
	json_decref(j);
	return NULL;
}
