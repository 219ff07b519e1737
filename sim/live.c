/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/live.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/release.h"

static int32_t
later(int32_t a, int32_t b)
{
	return a > b ? a : b;
}

static int32_t
sooner(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

static int32_t
leg_s(const struct live *v, int32_t k, int32_t from, int32_t to)
{
	const struct travel_matrix *m = &v->whole->matrix[v->whole->technician[k].matrix];
	size_t at = (size_t)from * (size_t)v->whole->locations + (size_t)to;

	return m->narrow_s != NULL ? m->narrow_s[at] : m->wide_s[at];
}

static int32_t
place_of(const struct live *v, int32_t call)
{
	return call == LIVE_DEPOT ? v->whole->depot_location : v->whole->call[call].location;
}

static int32_t
work_s(const struct live *v, int32_t call)
{
	return call == LIVE_DEPOT ? v->whole->depot_s : v->whole->call[call].duration_s;
}

static int32_t
open_s(const struct live *v, int32_t call)
{
	return call == LIVE_DEPOT ? INT32_MIN : v->whole->call[call].open_s;
}

static int32_t
close_s(const struct live *v, int32_t call)
{
	return call == LIVE_DEPOT ? PROBLEM_NEVER : v->whole->call[call].close_s;
}

static int32_t
latest_home_s(const struct live *v, int32_t k)
{
	const struct technician *t = &v->whole->technician[k];

	return t->shift_end_s + t->overtime_max_s;
}

/* The rest of his plan with the depot as a stop of its own. Returns how many. */
static int32_t
rest_of(const struct live *v, int32_t k, int32_t stop[LIVE_STOPS_MAX])
{
	const struct live_tech *t = &v->tech[k];
	int32_t n = 0;

	for (int32_t i = 0; i < t->plans; i++) {
		if (t->depot_before == i)
			stop[n++] = LIVE_DEPOT;
		stop[n++] = t->plan[i];
	}
	return n;
}

/* --- times --- */

/*
 * The latest start of each stop that lets all after it be in time; false: from where he is
 * that cannot be.
 */
static bool
latest_starts(const struct live *v, int32_t k, const int32_t *stop, int32_t n, int32_t *latest_s)
{
	const struct live_tech *t = &v->tech[k];
	int32_t then_s = latest_home_s(v, k), then = v->whole->technician[k].end_location;
	int32_t at = t->location, now_s = later(t->free_s, v->now_s);

	for (int32_t i = n - 1; i >= 0; i--) {
		int32_t drive_s = leg_s(v, k, place_of(v, stop[i]), then);

		if (i == n - 1 && v->whole->technician[k].open_end)
			drive_s = 0;
		then_s = sooner(close_s(v, stop[i]), then_s - drive_s - work_s(v, stop[i]));
		latest_s[i] = then_s;
		then = place_of(v, stop[i]);
	}
	for (int32_t i = 0; i < n; i++) {
		now_s = later(now_s + leg_s(v, k, at, place_of(v, stop[i])), open_s(v, stop[i]));
		if (now_s > latest_s[i])
			return false;
		now_s += work_s(v, stop[i]);
		at = place_of(v, stop[i]);
	}
	return true;
}

/* When he sets out to the first stop of his plan: PROBLEM_NEVER if there is none. */
static int32_t
leave_s(const struct live *v, int32_t k)
{
	const struct live_tech *t = &v->tech[k];
	int32_t stop[LIVE_STOPS_MAX], latest_s[LIVE_STOPS_MAX];
	int32_t n = rest_of(v, k, stop), drive_s, least_s, most_s, first_open_s;

	if (n == 0)
		return PROBLEM_NEVER;
	if (!latest_starts(v, k, stop, n, latest_s))
		assert(!"a plan that held holds no more");
	drive_s = leg_s(v, k, t->location, place_of(v, stop[0]));
	/* On the way by the depot the work that follows says when it is early enough. */
	first_open_s = open_s(v, stop[0]);
	if (stop[0] == LIVE_DEPOT)
		first_open_s = open_s(v, stop[1]) - v->whole->depot_s -
		    leg_s(v, k, v->whole->depot_location, place_of(v, stop[1]));
	least_s = later(later(t->free_s, v->now_s), first_open_s - drive_s);
	most_s = latest_s[0] - drive_s;
	return least_s + (int32_t)((int64_t)later(most_s - least_s, 0) * v->hold_pct / 100);
}

/* --- what happens --- */

static void
set_out(struct live *v, int32_t k, int32_t at_s)
{
	struct live_tech *t = &v->tech[k];
	bool depot = t->depot_before == 0;
	int32_t call = depot ? LIVE_DEPOT : t->plan[0];
	int32_t start_s = later(at_s + leg_s(v, k, t->location, place_of(v, call)), open_s(v, call));

	t->done[t->dones++] = (struct live_stop){ call, at_s };
	t->location = place_of(v, call);
	t->free_s = start_s + work_s(v, call);
	if (depot) {
		t->depot = true;
		t->depot_before = -1;
		return;
	}
	v->phase[call] = LIVE_DONE;
	memmove(&t->plan[0], &t->plan[1], (size_t)--t->plans * sizeof(t->plan[0]));
	if (t->depot_before > 0)
		t->depot_before--;
}

void
live_go_on(struct live *v, int32_t at_s)
{
	for (int32_t k = 0; k < v->whole->technicians; k++) {
		int32_t s;

		while ((s = leave_s(v, k)) < at_s)
			set_out(v, k, s);
	}
	v->now_s = at_s;
	for (int32_t i = 0; i < v->whole->calls; i++)
		if (v->phase[i] == LIVE_HIDDEN && v->release_s[i] <= at_s)
			v->phase[i] = LIVE_OPEN;
}

int32_t
live_next_s(const struct live *v)
{
	int32_t next_s = PROBLEM_NEVER;

	for (int32_t i = 0; i < v->whole->calls; i++)
		if (v->phase[i] == LIVE_HIDDEN)
			next_s = sooner(next_s, v->release_s[i]);
	return next_s;
}

int32_t
live_count(const struct live *v, enum live_phase phase)
{
	int32_t n = 0;

	for (int32_t i = 0; i < v->whole->calls; i++)
		n += v->phase[i] == phase;
	return n;
}

/* --- the beginning and the end --- */

static bool
is_known_kind(const struct problem *p)
{
	if (p->matrices == 0 || p->traffic)
		return false;
	for (int32_t i = 0; i < p->calls; i++)
		if (p->call[i].windows > 0 || p->call[i].with >= 0 || p->call[i].after >= 0 ||
		    p->call[i].setup_s != 0 || p->call[i].duration_by_kind != NULL ||
		    p->call[i].forbiddens > 0)
			return false;
	for (int32_t k = 0; k < p->technicians; k++)
		if (p->technician[k].dues > 0 || p->technician[k].open_start)
			return false;
	return true;
}

int
live_new(const struct problem *whole, const int32_t *release_s, int32_t hold_pct,
    struct live **ret)
{
	size_t calls = (size_t)whole->calls;
	struct live *v;

	if (!is_known_kind(whole))
		return -ENOTSUP;
	v = calloc(1, sizeof(*v));
	if (v == NULL)
		return -ENOMEM;
	v->whole = whole;
	v->release_s = release_s;
	v->hold_pct = hold_pct;
	v->now_s = INT32_MIN;
	v->phase = calloc(calls + 1, sizeof(*v->phase));
	v->told = calloc(calls + 1, sizeof(*v->told));
	v->call_of = calloc(calls + 1, sizeof(*v->call_of));
	v->tech = calloc((size_t)whole->technicians + 1, sizeof(*v->tech));
	if (v->phase == NULL || v->told == NULL || v->call_of == NULL || v->tech == NULL) {
		live_free(v);
		return -ENOMEM;
	}
	for (int32_t i = 0; i < whole->calls; i++) {
		v->told[i] = -1;
		v->phase[i] = release_s[i] == RELEASE_AT_START ? LIVE_OPEN : LIVE_HIDDEN;
	}
	for (int32_t k = 0; k < whole->technicians; k++) {
		v->tech[k].location = whole->technician[k].start_location;
		v->tech[k].free_s = whole->technician[k].ready_s;
		v->tech[k].depot_before = -1;
	}
	*ret = v;
	return 0;
}

void
live_free(struct live *v)
{
	if (v == NULL)
		return;
	free(v->phase);
	free(v->told);
	free(v->call_of);
	free(v->tech);
	free(v);
}

/* --- plans --- */

/* A technician's part of a plan, in the instance's numbers. */
static void
take_route(const struct live *v, const struct plan_route *r, struct live_tech *t)
{
	t->plans = r->stops;
	for (int32_t n = 0; n < r->stops; n++)
		t->plan[n] = v->call_of[r->stop[n].call];
	t->depot_before = r->stops > 0 ? r->depot_after : -1;
}

/* Whether what was accepted is still served. */
static bool
keeps_word(const struct live *v, const struct plan *plan)
{
	for (int32_t i = 0; i < plan->calls; i++)
		if (v->phase[v->call_of[i]] == LIVE_PLANNED && !plan->served[i])
			return false;
	return true;
}

static bool
keeps_time(const struct live *v)
{
	int32_t stop[LIVE_STOPS_MAX], latest_s[LIVE_STOPS_MAX];

	for (int32_t k = 0; k < v->whole->technicians; k++)
		if (!latest_starts(v, k, stop, rest_of(v, k, stop), latest_s))
			return false;
	return true;
}

int
live_adopt(struct live *v, const struct plan *plan)
{
	size_t size = (size_t)v->whole->technicians * sizeof(*v->tech);
	struct live_tech *before = malloc(size + 1);

	assert(plan->routes == v->whole->technicians);
	if (before == NULL)
		return -ENOMEM;
	memcpy(before, v->tech, size);
	for (int32_t k = 0; k < plan->routes; k++)
		take_route(v, &plan->route[k], &v->tech[k]);
	if (!keeps_word(v, plan) || !keeps_time(v)) {
		memcpy(v->tech, before, size);
		free(before);
		return -EINVAL;
	}
	free(before);
	for (int32_t i = 0; i < plan->calls; i++)
		if (plan->served[i])
			v->phase[v->call_of[i]] = LIVE_PLANNED;
	return 0;
}

struct live_saved {
	enum live_phase *phase;
	struct live_tech *tech;
};

struct live_saved *
live_save(const struct live *v)
{
	size_t calls = (size_t)v->whole->calls, techs = (size_t)v->whole->technicians;
	struct live_saved *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->phase = malloc((calls + 1) * sizeof(*s->phase));
	s->tech = malloc((techs + 1) * sizeof(*s->tech));
	if (s->phase == NULL || s->tech == NULL) {
		live_saved_free(s);
		return NULL;
	}
	memcpy(s->phase, v->phase, calls * sizeof(*s->phase));
	memcpy(s->tech, v->tech, techs * sizeof(*s->tech));
	return s;
}

void
live_restore(struct live *v, const struct live_saved *s)
{
	memcpy(v->phase, s->phase, (size_t)v->whole->calls * sizeof(*s->phase));
	memcpy(v->tech, s->tech, (size_t)v->whole->technicians * sizeof(*s->tech));
}

void
live_saved_free(struct live_saved *s)
{
	if (s == NULL)
		return;
	free(s->phase);
	free(s->tech);
	free(s);
}

/* --- insertion --- */

/* Whether the loads of his stops, done and planned, and of one more call fit on his van. */
static bool
has_room(const struct live *v, int32_t k, int32_t call)
{
	const struct live_tech *t = &v->tech[k];

	if (t->dones + t->plans >= PROBLEM_STOPS_MAX - 1)
		return false;
	for (int32_t d = 0; d < v->whole->loads; d++) {
		int32_t sum = v->whole->call[call].delivery[d] + v->whole->call[call].pickup[d];

		for (int32_t i = 0; i < t->dones + t->plans; i++) {
			int32_t at = i < t->dones ? t->done[i].call : t->plan[i - t->dones];

			sum += v->whole->call[at].delivery[d] + v->whole->call[at].pickup[d];
		}
		if (sum > v->whole->technician[k].capacity[d])
			return false;
	}
	return true;
}

/* Driving that a call at that place of his plan adds; INT32_MAX if it cannot be there in time. */
static int32_t
added_s(const struct live *v, int32_t k, int32_t call, int32_t pos)
{
	const struct live_tech *t = &v->tech[k];
	const struct technician *who = &v->whole->technician[k];
	int32_t stop[LIVE_STOPS_MAX], latest_s[LIVE_STOPS_MAX];
	int32_t before = pos > 0 ? place_of(v, t->plan[pos - 1]) : t->location;
	int32_t after = pos < t->plans ? place_of(v, t->plan[pos]) : who->end_location;
	int32_t here = place_of(v, call);

	for (int32_t i = 0; i <= t->plans; i++)
		stop[i] = i == pos ? call : t->plan[i < pos ? i : i - 1];
	if (!latest_starts(v, k, stop, t->plans + 1, latest_s))
		return INT32_MAX;
	if (pos == t->plans && who->open_end)
		return leg_s(v, k, before, here);
	return leg_s(v, k, before, here) + leg_s(v, k, here, after) -
	    (t->dones + t->plans > 0 ? leg_s(v, k, before, after) : 0);
}

static void
put_at(struct live_tech *t, int32_t pos, int32_t call)
{
	memmove(&t->plan[pos + 1], &t->plan[pos], (size_t)(t->plans++ - pos) * sizeof(t->plan[0]));
	t->plan[pos] = call;
}

static void
insert(struct live *v, int32_t call)
{
	int32_t best_s = INT32_MAX, best_k = -1, best_pos = 0;

	for (int32_t k = 0; k < v->whole->technicians; k++) {
		if (!problem_may(v->whole, k, call) || !has_room(v, k, call))
			continue;
		for (int32_t pos = 0; pos <= v->tech[k].plans; pos++) {
			int32_t s = added_s(v, k, call, pos);

			if (s < best_s) {
				best_s = s;
				best_k = k;
				best_pos = pos;
			}
		}
	}
	if (best_k >= 0) {
		put_at(&v->tech[best_k], best_pos, call);
		v->phase[call] = LIVE_PLANNED;
	}
}

int32_t
live_take(struct live *v, int32_t k, int32_t pos)
{
	struct live_tech *t = &v->tech[k];
	int32_t call = t->plan[pos];

	assert(!v->whole->has_depot && pos < t->plans);
	memmove(&t->plan[pos], &t->plan[pos + 1],
	    (size_t)(--t->plans - pos) * sizeof(t->plan[0]));
	return call;
}

bool
live_put(struct live *v, int32_t k, int32_t pos, int32_t call)
{
	int32_t stop[LIVE_STOPS_MAX], latest_s[LIVE_STOPS_MAX];

	assert(!v->whole->has_depot && pos <= v->tech[k].plans);
	if (!problem_may(v->whole, k, call) || !has_room(v, k, call))
		return false;
	put_at(&v->tech[k], pos, call);
	if (latest_starts(v, k, stop, rest_of(v, k, stop), latest_s))
		return true;
	live_take(v, k, pos);
	return false;
}

void
live_insert(struct live *v)
{
	assert(!v->whole->has_depot);
	for (int32_t i = 0; i < v->whole->calls; i++)
		if (v->phase[i] == LIVE_OPEN)
			insert(v, i);
}

/* --- costs --- */

struct live_cost
live_cost(const struct live *v, int32_t k)
{
	const struct technician *t = &v->whole->technician[k];
	int32_t stop[2 * LIVE_STOPS_MAX], n = 0;
	int32_t at = t->start_location, now_s = t->ready_s, leave = INT32_MAX;
	struct live_cost c = { 0 };

	for (int32_t i = 0; i < v->tech[k].dones; i++)
		stop[n++] = v->tech[k].done[i].call;
	n += rest_of(v, k, &stop[n]);
	if (n == 0)
		return c;
	for (int32_t i = 0; i < n; i++) {
		int32_t drive_s = leg_s(v, k, at, place_of(v, stop[i]));

		c.drive_s += drive_s;
		now_s = later(now_s + drive_s, open_s(v, stop[i])) + work_s(v, stop[i]);
		at = place_of(v, stop[i]);
	}
	if (!t->open_end) {
		c.drive_s += leg_s(v, k, at, t->end_location);
		now_s += leg_s(v, k, at, t->end_location);
	}
	/* Backwards: how late can each place be left with that same return. */
	leave = now_s - (t->open_end ? 0 : leg_s(v, k, at, t->end_location));
	for (int32_t i = n - 1; i >= 0; i--) {
		int32_t start_s = sooner(close_s(v, stop[i]), leave - work_s(v, stop[i]));

		at = i > 0 ? place_of(v, stop[i - 1]) : t->start_location;
		leave = start_s - leg_s(v, k, at, place_of(v, stop[i]));
	}
	c.work_s = now_s - leave;
	return c;
}
