/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When things happen on a route as VROOM tells it: he drives on at once after a stop, and
 * waits where he arrives. Our plans let him wait before he drives; so the order of a
 * route is kept and its times are made anew.
 *
 * Three passes, as VROOM makes them: earliest times forward, which say when the day
 * ends; latest times backward from there, which say how late he may leave; and earliest times
 * forward from that. Where people were told of a stop, the second pass also says how long
 * to wait at the stop before it, so that he does not come early; and where that does not
 * help, breaks are tried before other stops.
 */
#include <errno.h>
#include <stdlib.h>

#include "solver/format/vroom.h"

struct vroom_spot
vroom_start_spot(const struct problem *p, int32_t k)
{
	const struct technician *t = &p->technician[k];

	return (struct vroom_spot){ t->start, t->open_start ? -1 : t->start_location };
}

struct vroom_spot
vroom_end_spot(const struct problem *p, int32_t k)
{
	const struct technician *t = &p->technician[k];

	return (struct vroom_spot){ t->end, t->open_end ? -1 : t->end_location };
}

struct vroom_spot
vroom_call_spot(const struct problem *p, int32_t i)
{
	return (struct vroom_spot){ p->call[i].site, p->call[i].location };
}

bool
vroom_same_spot(const struct problem *p, struct vroom_spot a, struct vroom_spot b)
{
	if (a.location < 0 || b.location < 0)
		return false;
	if (p->matrices > 0)
		return a.location == b.location;
	return a.place.lat_udeg == b.place.lat_udeg && a.place.lon_udeg == b.place.lon_udeg;
}

int32_t
vroom_drive_s(const struct problem *p, int32_t k, struct vroom_spot from, struct vroom_spot to)
{
	const struct technician *t = &p->technician[k];
	const struct travel_matrix *m;
	size_t at;

	if (from.location < 0 || to.location < 0)
		return 0;
	if (p->matrices == 0)
		return travel_s(&p->travel, from.place, to.place, t->speed_pct);
	m = &p->matrix[t->matrix];
	at = (size_t)from.location * (size_t)p->locations + (size_t)to.location;
	return m->narrow_s != NULL ? m->narrow_s[at] : m->wide_s[at];
}

int32_t
vroom_setup_s(const struct problem *p, int32_t k, int32_t i, struct vroom_spot from)
{
	const struct call *c = &p->call[i];

	if (vroom_same_spot(p, from, vroom_call_spot(p, i)))
		return 0;
	return c->setup_by_kind != NULL ? c->setup_by_kind[p->technician[k].kind] : c->setup_s;
}

int32_t
vroom_work_s(const struct problem *p, int32_t k, int32_t i)
{
	const struct call *c = &p->call[i];

	return c->duration_by_kind != NULL ? c->duration_by_kind[p->technician[k].kind]
	    : c->duration_s;
}

/* One leg of a route: from the end of one stop, over some breaks, to the next. */
struct leg {
	int32_t drive_s;
	int32_t busy_s;       /* setup and work of the stop at its end */
	int32_t first, breaks; /* those of the technician that are taken on it */
};

struct timing {
	const struct problem *p;
	const struct technician *t;
	const struct vroom_told *told; /* of each call, or NULL */
	int32_t k;
	const struct plan_route *route;
	int32_t after[PROBLEM_BREAKS_MAX]; /* each break is taken after so many stops */
	struct leg leg[PROBLEM_STOPS_MAX + 1]; /* the last one: to the end of the day */
};

static void
find_legs(struct timing *x)
{
	int32_t k = x->k;
	struct vroom_spot from = vroom_start_spot(x->p, k);
	int32_t taken = 0;

	for (int32_t s = 0; s <= x->route->stops; s++) {
		struct leg *leg = &x->leg[s];
		bool last = s == x->route->stops;
		int32_t i = last ? -1 : x->route->stop[s].call;
		struct vroom_spot to = last ? vroom_end_spot(x->p, k) : vroom_call_spot(x->p, i);

		*leg = (struct leg){ .drive_s = vroom_drive_s(x->p, k, from, to), .first = taken };
		if (!last)
			leg->busy_s = vroom_setup_s(x->p, k, i, from) + vroom_work_s(x->p, k, i);
		for (; taken < x->route->takens && x->after[taken] == s; taken++)
			leg->breaks++;
		from = to;
	}
}

/* The first start that is allowed from t_s on, or -1. */
static int64_t
next_start(const struct window *w, int32_t n, int64_t t_s)
{
	for (int32_t i = 0; i < n; i++)
		if (t_s <= w[i].close_s)
			return t_s > w[i].open_s ? t_s : w[i].open_s;
	return -1;
}

/* The last start that is allowed until t_s, or -1. */
static int64_t
last_start(const struct window *w, int32_t n, int64_t t_s)
{
	for (int32_t i = n - 1; i >= 0; i--)
		if (t_s >= w[i].open_s)
			return t_s < w[i].close_s ? t_s : w[i].close_s;
	return -1;
}

static int32_t
call_windows(const struct call *c, struct window *own, const struct window **ret)
{
	*own = (struct window){ c->open_s, c->close_s };
	*ret = c->windows > 0 ? c->window : own;
	return c->windows > 0 ? c->windows : 1;
}

static int32_t
break_windows(const struct break_due *b, struct window *own, const struct window **ret)
{
	*own = (struct window){ b->open_s, b->close_s };
	*ret = b->windows > 0 ? b->window : own;
	return b->windows > 0 ? b->windows : 1;
}

/*
 * Leaves at t_s and drives as far as it goes before each break, so that he waits as
 * little as can be. The arrival, or -1 if a break misses its windows.
 */
static int64_t
leg_forward(const struct timing *x, int32_t s, int64_t t_s, struct vroom_time *taken)
{
	const struct leg *leg = &x->leg[s];
	int64_t left_s = leg->drive_s;

	for (int32_t b = leg->first; b < leg->first + leg->breaks; b++) {
		const struct break_due *due = &x->t->due[x->route->taken[b].due];
		const struct window *w;
		struct window own;
		int32_t n = break_windows(due, &own, &w);
		int64_t start_s = next_start(w, n, t_s);
		int64_t driven_s;

		if (start_s < 0)
			return -1;
		driven_s = start_s - t_s < left_s ? start_s - t_s : left_s;
		left_s -= driven_s;
		taken[b] = (struct vroom_time){ (int32_t)(t_s + driven_s), (int32_t)start_s };
		t_s = start_s + due->duration_s;
	}
	return t_s + left_s;
}

/* The latest time to leave so as to arrive at t_s or before, or -1. */
static int64_t
leg_backward(const struct timing *x, int32_t s, int64_t t_s)
{
	const struct leg *leg = &x->leg[s];
	int64_t left_s = leg->drive_s;

	for (int32_t b = leg->first + leg->breaks - 1; b >= leg->first; b--) {
		const struct break_due *due = &x->t->due[x->route->taken[b].due];
		const struct window *w;
		struct window own;
		int32_t n = break_windows(due, &own, &w);
		int64_t start_s = last_start(w, n, t_s - due->duration_s);
		int64_t room_s = t_s - due->duration_s - start_s;

		if (start_s < 0)
			return -1;
		left_s -= room_s < left_s ? room_s : left_s;
		t_s = start_s;
	}
	return t_s - left_s;
}

/* Everything as soon as it may be, but stop s not before wait_s[s]. */
static int
pass_forward(const struct timing *x, int64_t leave_s, const int64_t *wait_s,
    struct vroom_times *ret)
{
	int64_t t_s = leave_s;

	ret->leave_s = (int32_t)leave_s;
	for (int32_t s = 0; s <= x->route->stops; s++) {
		const struct window *w;
		struct window own;
		int64_t arrival_s = leg_forward(x, s, t_s, ret->taken);
		int32_t n;

		if (arrival_s < 0 || arrival_s > INT32_MAX)
			return -EINVAL;
		if (s == x->route->stops) {
			ret->end_s = (int32_t)arrival_s;
			break;
		}
		n = call_windows(&x->p->call[x->route->stop[s].call], &own, &w);
		t_s = next_start(w, n, arrival_s > wait_s[s] ? arrival_s : wait_s[s]);
		if (t_s < 0 || t_s > INT32_MAX)
			return -EINVAL;
		ret->stop[s] = (struct vroom_time){ (int32_t)arrival_s, (int32_t)t_s };
		t_s += x->leg[s].busy_s;
	}
	return 0;
}

/* What people were told of a stop, if they were told that this technician comes. */
static const struct vroom_told *
told_of(const struct timing *x, int32_t s)
{
	const struct vroom_told *t = x->told == NULL ? NULL : &x->told[x->route->stop[s].call];

	return t != NULL && t->told && t->technician == x->k &&
	    x->p->call[x->route->stop[s].call].told.eta ? t : NULL;
}

/* The latest arrival that is not another one than people were told, or that the plan has. */
static int64_t
latest_told(const struct timing *x, int32_t s)
{
	const struct vroom_told *told = told_of(x, s);
	int64_t latest_s = told == NULL ? INT32_MAX
	    : (int64_t)told->arrival_s + x->p->weights.eta_tolerance_s;

	return latest_s > x->route->stop[s].start_s ? latest_s : x->route->stop[s].start_s;
}

/*
 * Latest times for an end of the day at end_s. The latest time to leave, with the first
 * stop reached at `first_s` at the latest; and for each stop how long to wait with its start
 * so that the next one is not reached before people were told, -1 not at all.
 */
static int64_t
pass_backward(const struct timing *x, int64_t end_s, int64_t first_s, int64_t *ret_wait_s)
{
	int64_t t_s = end_s; /* the latest arrival at what comes next */

	for (int32_t s = x->route->stops; s > 0; s--) {
		const struct vroom_told *next = s < x->route->stops ? told_of(x, s) : NULL;
		const struct window *w;
		struct window own;
		int32_t n = call_windows(&x->p->call[x->route->stop[s - 1].call], &own, &w);
		int64_t busy_s = x->leg[s - 1].busy_s;
		int64_t told_s = next != NULL && next->arrival_s < t_s ? next->arrival_s : t_s;

		ret_wait_s[s - 1] = next == NULL ? -1
		    : last_start(w, n, leg_backward(x, s, told_s) - busy_s);
		t_s = leg_backward(x, s, t_s);
		t_s = t_s < 0 ? -1 : last_start(w, n, t_s - busy_s);
		if (t_s < 0)
			return -1;
		if (t_s > latest_told(x, s - 1))
			t_s = latest_told(x, s - 1);
	}
	return leg_backward(x, 0, first_s < t_s ? first_s : t_s);
}

/* Times a route where nobody was told of it: the day ends as early as it can. */
static int
time_untold(const struct timing *x, struct vroom_times *ret)
{
	int64_t wait_s[PROBLEM_STOPS_MAX + 1];
	int64_t leave_s;
	int rc;

	for (int32_t s = 0; s < x->route->stops; s++)
		wait_s[s] = -1;
	rc = pass_forward(x, x->t->ready_s, wait_s, ret);
	if (rc < 0 || x->route->stops == 0)
		return rc;
	leave_s = pass_backward(x, ret->end_s, INT32_MAX, wait_s);
	return pass_forward(x, leave_s > x->t->ready_s ? leave_s : x->t->ready_s, wait_s, ret);
}

/* Times a route that people were told of: he may wait, and so the day may end later. */
static int
time_told(const struct timing *x, struct vroom_times *ret)
{
	int64_t wait_s[PROBLEM_STOPS_MAX + 1];
	const struct vroom_told *told = told_of(x, 0);
	int64_t end_s = x->t->shift_end_s;
	int64_t first_s, leave_s;
	int rc = time_untold(x, ret);

	if (rc < 0)
		return rc;
	pass_backward(x, end_s, INT32_MAX, wait_s);
	/* A first stop that nobody was told of begins as soon as he is there. */
	first_s = ret->stop[0].start_s > wait_s[0] ? ret->stop[0].start_s : wait_s[0];
	if (told != NULL)
		first_s = told->arrival_s;
	leave_s = pass_backward(x, end_s, first_s, wait_s);
	return pass_forward(x, leave_s > x->t->ready_s ? leave_s : x->t->ready_s, wait_s, ret);
}

/* Stops reached at another time than people were told. */
static int32_t
count_moved(const struct timing *x, const struct vroom_times *times)
{
	int32_t moved = 0;

	for (int32_t s = 0; s < x->route->stops; s++) {
		const struct vroom_told *told = told_of(x, s);
		int64_t by_s = told == NULL ? 0
		    : (int64_t)times->stop[s].arrival_s - told->arrival_s;

		moved += llabs(by_s) > x->p->weights.eta_tolerance_s;
	}
	return moved;
}

/* Takes each break where the fewest stops are then moved; ret holds the best times. */
static int
place_breaks(struct timing *x, int32_t moved, struct vroom_times *ret)
{
	struct vroom_time stop[PROBLEM_STOPS_MAX];
	struct vroom_times tried = { .stop = stop };
	int32_t n = x->route->takens;

	for (int32_t b = 0; b < n && moved > 0; b++) {
		int32_t best = x->after[b];
		int32_t first = b > 0 ? x->after[b - 1] : 0;
		int32_t last = b < n - 1 ? x->after[b + 1] : x->route->stops;

		for (x->after[b] = first; x->after[b] <= last; x->after[b]++) {
			int32_t now;

			find_legs(x);
			if (time_told(x, &tried) < 0)
				continue;
			now = count_moved(x, &tried);
			if (now < moved) {
				moved = now;
				best = x->after[b];
			}
		}
		x->after[b] = best;
	}
	find_legs(x);
	return time_told(x, ret);
}

int
vroom_time_route(const struct problem *p, const struct vroom_told *told, int32_t k,
    const struct plan_route *route, struct vroom_times *ret)
{
	struct timing x = { .p = p, .t = &p->technician[k], .told = told, .k = k, .route = route };
	bool any = false;
	int rc;

	for (int32_t s = 0; s < route->stops; s++)
		any |= told_of(&x, s) != NULL;
	for (int32_t b = 0; b < route->takens; b++)
		x.after[b] = route->taken[b].after;
	find_legs(&x);
	rc = any ? time_told(&x, ret) : time_untold(&x, ret);
	if (rc == 0 && any && route->takens > 0 && count_moved(&x, ret) > 0)
		rc = place_breaks(&x, count_moved(&x, ret), ret);
	for (int32_t b = 0; b < route->takens; b++)
		ret->after[b] = x.after[b];
	return rc;
}
