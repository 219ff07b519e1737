/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/ripple.h"

#include <errno.h>
#include <stdlib.h>

#include "daemon/build.h"
#include "daemon/goodwill.h"
#include "daemon/insertion.h"
#include "daemon/object.h"
#include "daemon/ripple_tell.h"

enum {
	DELAY_S = 60, /* smaller ones are not worth a word */
	LIST_MAX = 200,
};

/* --- the plan's cost --- */

static const struct new_route *
route_of(const struct new_route *route, int32_t n, int32_t tech)
{
	for (int32_t r = 0; r < n; r++)
		if (route[r].tech == tech)
			return &route[r];
	return NULL;
}

static const struct stop *
stop_of(const struct new_route *route, int32_t n, int32_t call, int32_t *ret_tech)
{
	for (int32_t r = 0; r < n; r++)
		for (int32_t i = 0; i < route[r].timed.stops; i++)
			if (route[r].timed.stop[i].call == call) {
				if (ret_tech != NULL)
					*ret_tech = route[r].tech;
				return &route[r].timed.stop[i];
			}
	return NULL;
}

/* Adds a technician's route, re-timed or new; *end becomes the latest end of anybody's day. */
static void
add_route(const struct cost_frame *f, int32_t tech, const struct new_route *new, struct cost *add,
    int64_t *end)
{
	struct retimed stay;
	int64_t latest;

	retime(f->s, tech, f->now, &stay);
	latest = insertion_latest_end(f->s, tech, &stay);
	*end = latest > *end ? latest : *end;
	if (new != NULL) {
		cost_route(f, tech, &new->timed, add);
		return;
	}
	cost_route(f, tech, &stay, add);
	for (int32_t i = 0; i < stay.losts; i++)
		cost_unserved(f, stay.lost[i], add);
}

struct cost
ripple_plan_cost(const struct state *s, int64_t now, const struct new_route *route,
    int32_t routes)
{
	struct cost_frame f = cost_frame(s, now);
	struct cost cost = { 0 };
	int64_t end = 0;
	int32_t open_n;
	const int32_t *open = state_open(s, &open_n);

	for (int32_t k = 0; k < state_techs(s); k++)
		add_route(&f, k, route_of(route, routes, k), &cost, &end);
	for (int32_t i = 0; i < open_n; i++) {
		const struct call_state *c = state_call(s, open[i]);
		bool left = c->status == CALL_UNASSIGNED ||
		    (c->status == CALL_PLANNED && route_of(route, routes, c->tech) != NULL);

		if (left && stop_of(route, routes, open[i], NULL) == NULL &&
		    !(c->status == CALL_UNASSIGNED && cost_waits(&f, open[i], end)))
			cost_unserved(&f, open[i], &cost);
	}
	return cost;
}

/* --- the others --- */

static int
worst_first(const void *a, const void *b)
{
	const struct delay *x = a, *y = b;

	if (x->by != y->by)
		return x->by > y->by ? -1 : 1;
	return x->call < y->call ? -1 : x->call > y->call;
}

/* seen: the stop as plan.get shows it, which may be a little behind the times. */
static void
note_delay(const struct ripple_ask *ask, const struct stop *seen, int32_t tech,
    struct ripple *ret)
{
	struct delay d = { .by = INT64_MAX, .from = seen->arrival, .call = seen->call, .tech = tech };
	const struct stop *new = stop_of(ask->route, ask->routes, seen->call, &d.tech);

	if (new != NULL) {
		d.to = new->arrival;
		d.by = d.to - d.from;
	}
	if (llabs(d.by) >= DELAY_S)
		ret->delay[ret->delays++] = d;
}

static void
note_broken(const struct ripple_ask *ask, const struct stop *stay, struct ripple *ret)
{
	const struct call_state *c = state_call(ask->s, stay->call);
	const struct told_state *t = &c->told;
	const struct stop *new = stop_of(ask->route, ask->routes, stay->call, NULL);
	struct broken b = { .call = stay->call, .to = new == NULL ? 0 : new->arrival };

	if (!t->promise || stay->arrival > t->promise_to ||
	    (new != NULL && new->arrival >= t->promise_from && new->arrival <= t->promise_to))
		return;
	if (!c->customer_fault && !c->inside && !c->goodwill)
		b.goodwill_cents = goodwill_cents(state_guidelines(ask->s), c->contract);
	ret->broken[ret->brokens++] = b;
	ret->broken_outside += !c->inside;
	ret->goodwill_cents += b.goodwill_cents;
}

/* Who is delayed, whose promise breaks: each call of the routes replaced, as it stood. */
static int
note_others(const struct ripple_ask *ask, struct ripple *ret)
{
	size_t n = 1;

	for (int32_t r = 0; r < ask->routes; r++)
		n += (size_t)state_tech(ask->s, ask->route[r].tech)->stops;
	ret->delay = calloc(n, sizeof(*ret->delay));
	ret->broken = calloc(n, sizeof(*ret->broken));
	if (ret->delay == NULL || ret->broken == NULL)
		return -ENOMEM;
	for (int32_t r = 0; r < ask->routes; r++) {
		struct retimed stay, seen;

		retime(ask->s, ask->route[r].tech, ask->now, &stay);
		for (int32_t i = stay.under_way; i < stay.stops; i++)
			if (stay.stop[i].call != ask->call)
				note_broken(ask, &stay.stop[i], ret);
		object_seen(ask->s, ask->route[r].tech, ask->now, &seen);
		for (int32_t i = 0; i < seen.stops; i++)
			if (seen.stop[i].call != ask->call)
				note_delay(ask, &seen.stop[i], ask->route[r].tech, ret);
	}
	qsort(ret->delay, (size_t)ret->delays, sizeof(*ret->delay), worst_first);
	return 0;
}

static int32_t
drive_of(const struct state *s, int32_t tech, const struct retimed *r)
{
	const struct tech *t = state_tech(s, tech);
	struct travel_model travel = state_travel(s);
	int32_t sum = 0;

	for (int32_t i = r->under_way; i < r->stops; i++)
		sum += r->stop[i].drive_s;
	if (r->stops > r->under_way)
		sum += travel_s(&travel, state_call(s, r->stop[r->stops - 1].call)->site,
		    t->own_end ? t->end : t->home, state_speed_pct(s, tech));
	return sum;
}

static void
note_work(const struct ripple_ask *ask, struct ripple *ret)
{
	const struct stop *own = ask->call < 0 ? NULL :
	    stop_of(ask->route, ask->routes, ask->call, &ret->tech);

	ret->arrival = own == NULL ? 0 : own->arrival;
	for (int32_t r = 0; r < ask->routes; r++) {
		const struct new_route *new = &ask->route[r];
		struct retimed stay;

		retime(ask->s, new->tech, ask->now, &stay);
		ret->overtime_s += new->timed.overtime_s - stay.overtime_s;
		ret->travel_s += drive_of(ask->s, new->tech, &new->timed) -
		    drive_of(ask->s, new->tech, &stay);
	}
}

/* --- together --- */

static int
check(const struct ripple_ask *ask, struct ripple *ret, char *why, size_t why_size)
{
	struct proposed_route *view = calloc((size_t)ask->routes + 1, sizeof(*view));
	int rc;

	if (view == NULL)
		return -ENOMEM;
	for (int32_t r = 0; r < ask->routes; r++)
		view[r] = proposal_view(&ask->route[r]);
	rc = check_plan(ask->s, ask->now, view, ask->routes, ask->budget, &ret->disturbed, why,
	    why_size);
	free(view);
	return rc;
}

int
ripple_make(const struct ripple_ask *ask, struct ripple *ret, char *why, size_t why_size)
{
	int rc;

	*ret = (struct ripple){ .tech = -1 };
	rc = check(ask, ret, why, why_size);
	if (rc == 0)
		rc = note_others(ask, ret);
	if (rc < 0)
		return rc;
	note_work(ask, ret);
	ret->before = ripple_plan_cost(ask->before != NULL ? ask->before : ask->s, ask->now, NULL, 0);
	ret->after = ripple_plan_cost(ask->s, ask->now, ask->route, ask->routes);
	return ripple_tell(ask, ret, why, why_size);
}

void
ripple_done(struct ripple *r)
{
	free(r->delay);
	free(r->broken);
	disturbed_done(&r->disturbed);
	json_decref(r->tells);
	*r = (struct ripple){ 0 };
}

/* --- on the wire --- */

/* What the change does to a promise: one that is missed by now is not broken by it. */
static const char *
becomes_of(const struct told_state *t, const struct delay *d)
{
	if (!t->promise)
		return "none";
	if (d->to >= t->promise_from && d->to <= t->promise_to)
		return "holds";
	return d->from > t->promise_to ? "missed" : "breaks";
}

json_t *
ripple_delays(const struct state *s, const struct ripple *r)
{
	json_t *delays = json_array();

	for (int32_t i = 0; i < r->delays && i < LIST_MAX; i++) {
		const struct delay *d = &r->delay[i];
		json_t *one = json_pack("{s:s, s:o, s:s}", "call", state_call(s, d->call)->id, "from",
		    object_when(s, d->from), "promise", becomes_of(&state_call(s, d->call)->told, d));

		if (d->to > 0) {
			build_set(&one, "to", object_when(s, d->to));
			build_set(&one, "technician", json_string(state_tech(s, d->tech)->id));
		}
		build_add(&delays, one);
	}
	return delays;
}

json_t *
ripple_breaks(const struct state *s, const struct ripple *r)
{
	json_t *breaks = json_array();

	for (int32_t i = 0; i < r->brokens && i < LIST_MAX; i++) {
		const struct broken *b = &r->broken[i];
		const struct call_state *c = state_call(s, b->call);
		json_t *customer = json_object_get(c->terms, "customer");
		json_t *one = json_pack("{s:s, s:s, s:o, s:i}", "call", c->id, "origin",
		    c->inside ? "inside" : "outside", "promise",
		    object_window(s, c->told.promise_from, c->told.promise_to), "goodwill_cents",
		    b->goodwill_cents);

		if (customer != NULL)
			build_set(&one, "customer", json_incref(customer));
		if (b->to > 0)
			build_set(&one, "to", object_when(s, b->to));
		build_add(&breaks, one);
	}
	return breaks;
}

void
ripple_put(const struct ripple_ask *ask, const struct ripple *r, json_t **obj)
{
	struct cost split = cost_less(&r->after, &r->before);
	int64_t before = cost_total(&r->before), then = cost_total(&r->then);

	build_set(obj, "cost_cents", json_integer(cost_total(&split)));
	build_set(obj, "cost", object_cost(&split));
	build_set(obj, "cost_before_cents", json_integer(before));
	build_set(obj, "cost_after_cents", json_integer(then));
	build_set(obj, "paid_cents", json_integer(cost_total(&r->after) - then));
	build_set(obj, "overtime_s", json_integer(r->overtime_s));
	build_set(obj, "travel_s", json_integer(r->travel_s));
	build_set(obj, "delays", ripple_delays(ask->s, r));
	build_set(obj, "breaks", ripple_breaks(ask->s, r));
	build_set(obj, "goodwill_cents", json_integer(r->goodwill_cents));
	build_set(obj, "disturbance", object_disturbance(ask->s, &r->disturbed));
	build_set(obj, "tells", json_incref(r->tells));
}
