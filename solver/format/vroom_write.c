/* SPDX-License-Identifier: Apache-2.0 */
/* A plan as VROOM's JSON API tells it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "solver/format/vroom.h"

/* What is summed up over the steps of a route, and over routes. */
struct totals {
	int64_t cost, setup_s, service_s, drive_s, wait_s, priority, distance_m;
	int64_t delivery[PROBLEM_LOADS_MAX], pickup[PROBLEM_LOADS_MAX];
};

struct writing {
	const struct problem *p;
	const struct vroom *v;
	const struct plan *plan;
	struct vroom_time *time; /* of the stops of one route */
	struct totals all;
	int64_t exact; /* cost of the routes so far, in 1/3600 of a unit */
};

/* The route being written: where he is, and what he has with him. */
struct route_writing {
	struct writing *x;
	int32_t k;
	const struct plan_route *route;
	struct vroom_times times;
	struct totals sum;
	json_t *steps;
	struct vroom_spot at;
	int64_t load[PROBLEM_LOADS_MAX];
	int64_t clock_s; /* the end of the last step */
	int64_t leg_from_m; /* distance driven until the stop before */
	int64_t leg_m, leg_s; /* of the leg he is on */
	bool bad;
};

static const json_t *
job_of(const struct vroom *v, int32_t i)
{
	return json_array_get(v->jobs, (size_t)i);
}

static const json_t *
vehicle_of(const struct vroom *v, int32_t k)
{
	return json_array_get(v->vehicles, (size_t)k);
}

/* A copy of a member under a name, if there is one. */
static int
copy_member(json_t *to, const char *name, const json_t *from, const char *name_there)
{
	json_t *member = json_object_get(from, name_there);

	return member == NULL ? 0 : json_object_set(to, name, member);
}

static json_t *
loads_to_json(const int64_t *load, int32_t n)
{
	json_t *j = json_array();
	int bad = 0;

	for (int32_t d = 0; d < n; d++)
		bad |= json_array_append_new(j, json_integer(load[d]));
	if (bad == 0)
		return j;
	json_decref(j);
	return NULL;
}

/* Metres of a leg, 0 where they are not known. */
static int64_t
leg_m(const struct route_writing *w, struct vroom_spot to)
{
	const struct vroom *v = w->x->v;
	const struct vroom_distances *d;
	int64_t m;

	if (!v->tells_distances || w->at.location < 0 || to.location < 0)
		return 0;
	d = &v->distances[v->profile[w->k]];
	m = json_cut_number(&v->text, d->span, d->row_at[w->at.location], to.location);
	return m < 0 ? 0 : m;
}

/* Sets out for somewhere: what is driven is counted step by step from here. */
static void
begin_leg(struct route_writing *w, struct vroom_spot to)
{
	w->leg_from_m = w->sum.distance_m;
	w->leg_m = leg_m(w, to);
	w->leg_s = vroom_drive_s(w->x->p, w->k, w->at, to);
}

/* A step that he reaches by driving on: what all kinds of steps have. */
static json_t *
begin_step(struct route_writing *w, const char *type, const struct vroom_time *time,
    int64_t setup_s, int64_t service_s)
{
	json_t *j = json_object();
	int64_t drive_s = time->arrival_s - w->clock_s;
	int64_t wait_s = time->start_s - time->arrival_s;

	w->sum.drive_s += drive_s;
	w->sum.wait_s += wait_s;
	w->sum.setup_s += setup_s;
	w->sum.service_s += service_s;
	w->clock_s = time->start_s + setup_s + service_s;
	w->bad |= format_put(j, "type", json_string(type)) < 0;
	w->bad |= format_put(j, "arrival", json_integer(time->arrival_s + w->x->v->origin_s)) < 0;
	w->bad |= format_put(j, "duration", json_integer(w->sum.drive_s)) < 0;
	w->bad |= format_put(j, "setup", json_integer(setup_s)) < 0;
	w->bad |= format_put(j, "service", json_integer(service_s)) < 0;
	w->bad |= format_put(j, "waiting_time", json_integer(wait_s)) < 0;
	w->bad |= format_put(j, "violations", json_array()) < 0;
	return j;
}

static void
end_step(struct route_writing *w, json_t *j)
{
	if (w->x->p->loads > 0)
		w->bad |= format_put(j, "load", loads_to_json(w->load, w->x->p->loads)) < 0;
	if (w->x->v->tells_distances)
		w->bad |= format_put(j, "distance", json_integer(w->sum.distance_m)) < 0;
	w->bad |= json_array_append_new(w->steps, j) < 0;
}

/* Where a vehicle's day begins or ends: as told, or at its first or last job. */
static void
put_end_place(struct route_writing *w, json_t *j, bool start)
{
	const struct technician *t = &w->x->p->technician[w->k];
	int32_t stop = start ? 0 : w->route->stops - 1;
	bool open = start ? t->open_start : t->open_end;
	const json_t *from = open ? job_of(w->x->v, w->route->stop[stop].call)
	    : vehicle_of(w->x->v, w->k);
	const char *name = open ? "location" : start ? "start" : "end";
	const char *index = open ? "location_index" : start ? "start_index" : "end_index";

	w->bad |= copy_member(j, "location", from, name) < 0;
	w->bad |= copy_member(j, "location_index", from, index) < 0;
}

static void
write_start(struct route_writing *w)
{
	const struct vroom_time leave = { w->times.leave_s, w->times.leave_s };
	json_t *j;

	w->clock_s = leave.arrival_s;
	for (int32_t s = 0; s < w->route->stops; s++)
		for (int32_t d = 0; d < w->x->p->loads; d++)
			w->load[d] += w->x->p->call[w->route->stop[s].call].delivery[d];
	j = begin_step(w, "start", &leave, 0, 0);
	put_end_place(w, j, true);
	end_step(w, j);
}

static void
write_break(struct route_writing *w, int32_t b)
{
	const struct technician *t = &w->x->p->technician[w->k];
	int32_t due = w->route->taken[b].due;
	const json_t *from = json_array_get(json_object_get(vehicle_of(w->x->v, w->k), "breaks"),
	    (size_t)w->x->v->break_at[w->k][due]);
	int64_t before_s = w->sum.drive_s;
	json_t *j = begin_step(w, "break", &w->times.taken[b], 0, t->due[due].duration_s);

	/* Part of the leg in proportion to its time. */
	if (w->leg_s > 0)
		w->sum.distance_m += (w->leg_m * (w->sum.drive_s - before_s) + w->leg_s / 2) /
		    w->leg_s;
	w->bad |= copy_member(j, "id", from, "id") < 0;
	w->bad |= copy_member(j, "description", from, "description") < 0;
	end_step(w, j);
}

static void
write_stop(struct route_writing *w, int32_t s)
{
	struct writing *x = w->x;
	int32_t i = w->route->stop[s].call;
	const struct call *c = &x->p->call[i];
	const json_t *from = job_of(x->v, i);
	int32_t setup_s = vroom_setup_s(x->p, w->k, i, w->at);
	json_t *j = begin_step(w, "job", &w->times.stop[s], setup_s, vroom_work_s(x->p, w->k, i));

	w->sum.distance_m = w->leg_from_m + w->leg_m;
	w->sum.priority += json_integer_value(json_object_get(from, "priority"));
	for (int32_t d = 0; d < x->p->loads; d++) {
		w->load[d] += c->pickup[d] - c->delivery[d];
		w->sum.pickup[d] += c->pickup[d];
		w->sum.delivery[d] += c->delivery[d];
	}
	w->bad |= copy_member(j, "id", from, "id") < 0;
	w->bad |= copy_member(j, "job", from, "id") < 0;
	w->bad |= copy_member(j, "description", from, "description") < 0;
	w->bad |= copy_member(j, "location", from, "location") < 0;
	w->bad |= copy_member(j, "location_index", from, "location_index") < 0;
	end_step(w, j);
	w->at = vroom_call_spot(x->p, i);
}

static void
write_end(struct route_writing *w)
{
	const struct vroom_time back = { w->times.end_s, w->times.end_s };
	json_t *j = begin_step(w, "end", &back, 0, 0);

	w->sum.distance_m = w->leg_from_m + w->leg_m;
	put_end_place(w, j, false);
	end_step(w, j);
}

/* What a route and the summary tell alike. */
static int
put_totals(const struct writing *x, const struct totals *t, json_t *j)
{
	int bad = format_put(j, "cost", json_integer(t->cost));

	bad |= format_put(j, "setup", json_integer(t->setup_s));
	bad |= format_put(j, "service", json_integer(t->service_s));
	bad |= format_put(j, "duration", json_integer(t->drive_s));
	bad |= format_put(j, "waiting_time", json_integer(t->wait_s));
	bad |= format_put(j, "priority", json_integer(t->priority));
	bad |= format_put(j, "violations", json_array());
	if (x->v->tells_distances)
		bad |= format_put(j, "distance", json_integer(t->distance_m));
	if (x->p->loads > 0) {
		bad |= format_put(j, "delivery", loads_to_json(t->delivery, x->p->loads));
		bad |= format_put(j, "amount", loads_to_json(t->delivery, x->p->loads));
		bad |= format_put(j, "pickup", loads_to_json(t->pickup, x->p->loads));
	}
	return bad;
}

static void
add_totals(struct totals *to, const struct totals *t)
{
	to->cost += t->cost;
	to->setup_s += t->setup_s;
	to->service_s += t->service_s;
	to->drive_s += t->drive_s;
	to->wait_s += t->wait_s;
	to->priority += t->priority;
	to->distance_m += t->distance_m;
	for (int d = 0; d < PROBLEM_LOADS_MAX; d++) {
		to->delivery[d] += t->delivery[d];
		to->pickup[d] += t->pickup[d];
	}
}

static void
write_steps(struct route_writing *w)
{
	int32_t b = 0;

	write_start(w);
	w->at = vroom_start_spot(w->x->p, w->k);
	for (int32_t s = 0; s <= w->route->stops; s++) {
		begin_leg(w, s < w->route->stops
		    ? vroom_call_spot(w->x->p, w->route->stop[s].call)
		    : vroom_end_spot(w->x->p, w->k));
		for (; b < w->route->takens && w->times.after[b] == s; b++)
			write_break(w, b);
		if (s < w->route->stops)
			write_stop(w, s);
	}
	write_end(w);
}

/*
 * The cost of a route in whole units, so that the sum over routes is that of their exact costs,
 * with only its own fraction cut off.
 */
static int64_t
add_cost(struct writing *x, int32_t k, int64_t drive_s)
{
	int64_t before = x->exact / 3600;

	x->exact += x->v->fixed[k] * 3600 + x->v->per_hour[k] * drive_s;
	return x->exact / 3600 - before;
}

static json_t *
write_route(struct writing *x, int32_t k)
{
	struct route_writing w = { .x = x, .k = k, .route = &x->plan->route[k],
		.times = { .stop = x->time }, .steps = json_array() };
	json_t *j = json_object();
	int bad;

	if (vroom_time_route(x->p, x->v->told, k, w.route, &w.times) < 0) {
		json_decref(w.steps);
		json_decref(j);
		return NULL;
	}
	write_steps(&w);
	w.sum.cost = add_cost(x, k, w.sum.drive_s);
	bad = copy_member(j, "vehicle", vehicle_of(x->v, k), "id");
	bad |= copy_member(j, "description", vehicle_of(x->v, k), "description");
	bad |= put_totals(x, &w.sum, j);
	bad |= format_put(j, "steps", w.steps);
	add_totals(&x->all, &w.sum);
	if (bad == 0 && !w.bad)
		return j;
	json_decref(j);
	return NULL;
}

static json_t *
unassigned_to_json(const struct writing *x)
{
	json_t *list = json_array();
	int bad = 0;

	for (int32_t i = 0; i < x->p->calls; i++) {
		const json_t *from = job_of(x->v, i);
		json_t *j;

		if (x->plan->served[i])
			continue;
		j = json_object();
		bad |= copy_member(j, "id", from, "id");
		bad |= format_put(j, "type", json_string("job"));
		bad |= copy_member(j, "description", from, "description");
		bad |= copy_member(j, "location", from, "location");
		bad |= copy_member(j, "location_index", from, "location_index");
		bad |= json_array_append_new(list, j);
	}
	if (bad == 0)
		return list;
	json_decref(list);
	return NULL;
}

static json_t *
claims_to_json(const struct format_case *c, const struct writing *x)
{
	json_t *j = format_claims(c, x->plan, x->all.cost, x->v->cents_per_unit);
	int bad = j == NULL;

	if (bad == 0 && x->v->told != NULL)
		bad |= format_put(j, "disturbance", vroom_disturbance_to_json(c, x->plan));
	if (bad == 0 && json_array_size(x->v->ignored) > 0)
		bad |= json_object_set(j, "ignored", x->v->ignored);
	if (bad == 0)
		return j;
	json_decref(j);
	return NULL;
}

json_t *
vroom_write(const struct format_case *c, const struct plan *plan)
{
	struct writing x = { .p = c->problem, .v = c->own, .plan = plan };
	json_t *j = json_object(), *summary = json_object(), *routes = json_array();
	int64_t unassigned = 0;
	int bad;

	x.time = calloc(PROBLEM_STOPS_MAX + 1, sizeof(*x.time));
	bad = x.time == NULL;

	for (int32_t k = 0; bad == 0 && k < plan->routes; k++)
		if (plan->route[k].stops > 0)
			bad |= json_array_append_new(routes, write_route(&x, k));
	for (int32_t i = 0; i < x.p->calls; i++)
		unassigned += !plan->served[i];
	bad |= put_totals(&x, &x.all, summary);
	bad |= format_put(summary, "routes", json_integer((json_int_t)json_array_size(routes)));
	bad |= format_put(summary, "unassigned", json_integer(unassigned));
	bad |= format_put(j, "code", json_integer(0));
	bad |= format_put(j, "summary", summary);
	bad |= format_put(j, "unassigned", unassigned_to_json(&x));
	bad |= format_put(j, "routes", routes);
	bad |= format_put(j, "evenkeel", claims_to_json(c, &x));
	free(x.time);
	if (bad == 0)
		return j;
	json_decref(j);
	return NULL;
}
