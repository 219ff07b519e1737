/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people were told, from a plan of VROOM's JSON API: the vehicles' steps, or an
 * answer from before. A step's arrival is its ETA. Steps without one are timed like a
 * plan of ours that has just these routes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "solver/model.h"
#include "solver/route.h"
#include "solver/format/vroom.h"

enum { UNTIMED_S = INT32_MIN };

/* What is being read: ids to indices, and how much of each current route there is. */
struct telling {
	struct json_reader *r;
	struct vroom *v;
	struct problem *p;
	json_t *job_index;
	json_t *vehicle_index;
	bool *routed; /* calls that are on a current route */
};

static int
put_current(struct telling *x, int32_t k, int32_t i)
{
	struct technician *t = &x->p->technician[k];
	int32_t *grown;

	/* What he may not do any more, or is too much for a day, is not on his route. */
	if (x->routed[i] || t->currents == PROBLEM_STOPS_MAX || !problem_may(x->p, k, i))
		return 0;
	grown = realloc(t->current, ((size_t)t->currents + 1) * sizeof(*grown));
	if (grown == NULL)
		return -ENOMEM;
	t->current = grown;
	t->current[t->currents++] = i;
	x->routed[i] = true;
	return 0;
}

static int
read_seconds(const struct telling *x, const json_t *step, const char *name, int64_t otherwise,
    int64_t *ret)
{
	const json_t *j = json_object_get(step, name);

	if (j == NULL) {
		*ret = otherwise;
		return 0;
	}
	if (json_is_real(j)) { /* some solvers tell fractions of a second */
		double s = json_real_value(j);

		if (!(s >= 0 && s <= 1e15))
			return json_refuse(x->r, "%s: expected seconds, got %g", name, s);
		*ret = (int64_t)(s + 0.5);
		return 0;
	}
	return json_read_int(x->r, name, j, 0, INT64_MAX / 4, ret);
}

/* A time of the file in the problem's seconds; far away is as good as any other far. */
static int32_t
since_origin(const struct vroom *v, int64_t s)
{
	s -= v->origin_s;
	return s < -300000000 ? -300000000 : s > 300000000 ? 300000000 : (int32_t)s;
}

static int
read_promise(const struct telling *x, const json_t *step, struct vroom_told *told)
{
	const json_t *j = json_object_get(step, "promised");
	int64_t from = 0, to = 0;
	int rc;

	if (j == NULL || json_is_null(j))
		return 0;
	if (!json_is_array(j) || json_array_size(j) != 2)
		return json_refuse(x->r, "promised: expected [from, to], got %s", json_kind(j));
	rc = json_read_int(x->r, "promised[0]", json_array_get(j, 0), 0, INT64_MAX / 4, &from);
	if (rc == 0)
		rc = json_read_int(x->r, "promised[1]", json_array_get(j, 1), from, INT64_MAX / 4,
		    &to);
	if (rc < 0)
		return rc;
	told->promised = true;
	told->promised_from_s = since_origin(x->v, from);
	told->promised_to_s = since_origin(x->v, to);
	return 0;
}

/* One step of technician k, -1 if his vehicle is gone. */
static int
read_step(struct telling *x, const json_t *step, int32_t k, bool must_arrive)
{
	const char *type = json_string_value(json_object_get(step, "type"));
	struct vroom_told told = { .told = true, .technician = k, .arrival_s = UNTIMED_S };
	char id[PROBLEM_ID_MAX + 1];
	const json_t *at;
	int64_t arrival, wait;
	int rc;

	if (type == NULL)
		return json_refuse(x->r, "type: expected a string, got %s",
		    json_kind(json_object_get(step, "type")));
	if (strcmp(type, "job") != 0) {
		if (strcmp(type, "start") == 0 || strcmp(type, "end") == 0 ||
		    strcmp(type, "break") == 0)
			return 0;
		return json_refuse(x->r, "type: expected start, job, break or end, got %.32s: "
		    "shipments are not supported", type);
	}
	rc = vroom_id(x->r, step, id);
	if (rc == 0)
		rc = read_seconds(x, step, "arrival", -1, &arrival);
	if (rc == 0)
		rc = read_seconds(x, step, "waiting_time", 0, &wait);
	if (rc == 0 && must_arrive && arrival < 0)
		rc = json_refuse(x->r, "arrival: expected seconds, got nothing");
	if (rc == 0)
		rc = read_promise(x, step, &told);
	at = rc == 0 ? json_object_get(x->job_index, id) : NULL;
	if (at == NULL) /* refused, or done or cancelled since */
		return rc;
	if (arrival >= 0) {
		told.arrival_s = since_origin(x->v, arrival);
		told.start_s = since_origin(x->v, arrival + wait);
	}
	x->v->told[json_integer_value(at)] = told;
	return k >= 0 ? put_current(x, k, (int32_t)json_integer_value(at)) : 0;
}

static int
read_steps(struct telling *x, const json_t *steps, int32_t k, bool must_arrive)
{
	size_t at = strlen(x->r->at);
	size_t n;
	int rc = json_read_array(x->r, "steps", steps, SIZE_MAX, &n);

	for (size_t s = 0; rc == 0 && s < n; s++) {
		snprintf(x->r->at + at, sizeof(x->r->at) - at, "steps[%zu].", s);
		rc = read_step(x, json_array_get(steps, s), k, must_arrive);
	}
	x->r->at[at] = '\0';
	return rc;
}

static int
read_before(struct telling *x, const json_t *before)
{
	const json_t *routes = json_object_get(before, "routes");
	size_t n;
	int rc = json_read_array(x->r, "the plan from before: routes", routes, SIZE_MAX, &n);

	if (rc == 0 && routes == NULL)
		return json_refuse(x->r, "the plan from before: routes: expected an array, got "
		    "nothing");
	for (size_t i = 0; rc == 0 && i < n; i++) {
		const json_t *route = json_array_get(routes, i);
		const json_t *at;
		int64_t id = 0;
		char name[PROBLEM_ID_MAX + 1];

		snprintf(x->r->at, sizeof(x->r->at), "the plan from before: routes[%zu].", i);
		rc = json_read_int(x->r, "vehicle", json_object_get(route, "vehicle"), 0,
		    INT64_MAX, &id);
		snprintf(name, sizeof(name), "%lld", (long long)id);
		at = json_object_get(x->vehicle_index, name);
		if (rc == 0)
			rc = read_steps(x, json_object_get(route, "steps"),
			    at != NULL ? (int32_t)json_integer_value(at) : -1, true);
	}
	x->r->at[0] = '\0';
	return rc;
}

static int
read_own_steps(struct telling *x)
{
	int rc = 0;

	for (int32_t k = 0; rc == 0 && k < x->p->technicians; k++) {
		const json_t *j = json_array_get(x->v->vehicles, (size_t)k);

		snprintf(x->r->at, sizeof(x->r->at), "vehicles[%d].", k);
		rc = read_steps(x, json_object_get(j, "steps"), k, false);
	}
	x->r->at[0] = '\0';
	return rc;
}

/* The longest beginning-to-end of a current route that can be driven, stop by stop. */
static int
drivable(struct route_work *w, const struct model *m, int32_t k, int32_t *seq, int32_t *ret_n,
    struct route_choice *ret_choice)
{
	const struct technician *t = &m->p->technician[k];
	struct route_choice choice[ROUTE_CHOICES_MAX];
	int32_t n = 0;
	int rc;

	for (int32_t s = 0; s < t->currents; s++) {
		seq[n] = t->current[s];
		rc = route_eval(w, m, k, seq, n + 1, INT32_MAX, choice);
		if (rc < 0)
			return rc;
		n += rc > 0;
	}
	rc = route_eval(w, m, k, seq, n, INT32_MAX, choice);
	*ret_n = n;
	*ret_choice = choice[0];
	return rc;
}

/* Times those stops of a current route that came without a time. */
static int
time_current(struct vroom *v, const struct problem *p, struct route_work *w,
    const struct model *m, int32_t k)
{
	struct plan_stop stop[PROBLEM_STOPS_MAX];
	struct vroom_time time[PROBLEM_STOPS_MAX];
	int32_t seq[PROBLEM_STOPS_MAX];
	struct plan_route route = { .stop = stop };
	struct vroom_times times = { .stop = time };
	struct route_choice choice;
	int32_t n;
	int rc = drivable(w, m, k, seq, &n, &choice);

	if (rc <= 0 || n == 0)
		return rc;
	route_trace(w, m, k, &choice, seq, n, &route);
	if (vroom_time_route(p, NULL, k, &route, &times) < 0)
		return 0;
	for (int32_t s = 0; s < n; s++) {
		struct vroom_told *told = &v->told[seq[s]];

		if (told->arrival_s != UNTIMED_S)
			continue;
		told->arrival_s = time[s].arrival_s;
		told->start_s = time[s].start_s;
	}
	return 0;
}

static int
time_untimed(struct vroom *v, const struct problem *p)
{
	struct route_work w = { 0 };
	struct model *m = NULL;
	int rc = 0;

	for (int32_t k = 0; rc >= 0 && k < p->technicians; k++) {
		const struct technician *t = &p->technician[k];
		bool untimed = false;

		for (int32_t s = 0; s < t->currents; s++)
			untimed |= v->told[t->current[s]].arrival_s == UNTIMED_S;
		if (!untimed)
			continue;
		if (m == NULL)
			m = model_new(p);
		rc = m != NULL ? time_current(v, p, &w, m, k) : -ENOMEM;
	}
	model_free(m);
	route_work_done(&w);
	return rc < 0 ? rc : 0;
}

/*
 * Our plans know no arrival but the start of the work. Where people were told of an
 * arrival long before it, the start is what must not move.
 */
static void
tell_call(const struct vroom_told *told, int32_t tolerance_s, struct call *c)
{
	if (!told->told)
		return;
	c->told.technician = told->technician;
	c->told.promise = told->promised;
	c->told.promise_from_s = told->promised_from_s;
	c->told.promise_to_s = told->promised_to_s;
	if (told->arrival_s == UNTIMED_S)
		return;
	c->told.eta = true;
	c->told.eta_s = told->start_s - told->arrival_s <= tolerance_s ? told->arrival_s
	    : told->start_s;
}

/* Calls that any plan disturbs, or that the routes as they stand do. */
static int32_t
count_forced(const struct vroom *v, const struct problem *p)
{
	int32_t forced = 0;

	for (int32_t i = 0; i < p->calls; i++) {
		const struct call *c = &p->call[i];
		int32_t off_s = c->stay_s - c->told.eta_s;

		if (v->told[i].told)
			forced += !c->stay_served || (c->told.eta &&
			    abs(off_s) > p->weights.eta_tolerance_s);
	}
	return forced;
}

static json_t *
index_of(size_t n, const char *first, size_t each)
{
	json_t *index = json_object();

	for (size_t i = 0; index != NULL && i < n; i++)
		if (json_object_set_new(index, first + i * each, json_integer((json_int_t)i)) < 0) {
			json_decref(index);
			return NULL;
		}
	return index;
}

static bool
has_steps(const struct vroom *v)
{
	for (size_t k = 0; k < json_array_size(v->vehicles); k++)
		if (json_object_get(json_array_get(v->vehicles, k), "steps") != NULL)
			return true;
	return false;
}

/* Where the plan from before tells and the steps route, the former says what was told. */
static int
read_plans(struct telling *x, const json_t *before)
{
	struct vroom_told *told = x->v->told;
	size_t n = (size_t)x->p->calls + 1;
	int rc = 0;

	if (has_steps(x->v))
		rc = read_own_steps(x);
	if (rc < 0 || before == NULL)
		return rc;
	memset(told, 0, n * sizeof(*told));
	return read_before(x, before);
}

int
vroom_read_told(struct json_reader *r, struct vroom *v, struct problem *p, const json_t *before,
    int32_t *ret_forced)
{
	struct telling x = { .r = r, .v = v, .p = p };
	int rc = -ENOMEM;

	if (before == NULL && !has_steps(v))
		return 0;
	v->told = calloc((size_t)p->calls + 1, sizeof(*v->told));
	x.routed = calloc((size_t)p->calls + 1, sizeof(*x.routed));
	x.job_index = index_of((size_t)p->calls, p->call[0].id, sizeof(p->call[0]));
	x.vehicle_index = index_of((size_t)p->technicians, p->technician[0].id,
	    sizeof(p->technician[0]));
	if (v->told != NULL && x.routed != NULL && x.job_index != NULL && x.vehicle_index != NULL)
		rc = read_plans(&x, before);
	if (rc == 0)
		rc = time_untimed(v, p);
	for (int32_t i = 0; rc == 0 && i < p->calls; i++)
		tell_call(&v->told[i], p->weights.eta_tolerance_s, &p->call[i]);
	if (rc == 0)
		rc = problem_stay(p);
	if (rc == 0)
		*ret_forced = count_forced(v, p);
	free(x.routed);
	json_decref(x.job_index);
	json_decref(x.vehicle_index);
	return rc;
}
