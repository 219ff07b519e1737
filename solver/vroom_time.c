/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When things happen on a route as VROOM tells it: he drives on at once after a stop, and
 * waits where he arrives. Our plans let him wait before he drives; so the order of a
 * route is kept and its times are made anew.
 *
 * Three passes, as VROOM makes them: earliest times forward, which say when the day
 * ends; latest times backward from there, which say how late he may leave; and earliest times
 * forward from that. Where people were told of a stop, the second pass also says how long
 * to wait at the stop before it, so that he does not come early.
 */
#include <errno.h>

#include "solver/vroom.h"

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
	const struct plan_route *route;
	struct leg leg[PROBLEM_STOPS_MAX + 1]; /* the last one: to the end of the day */
};

static void
find_legs(struct timing *x, int32_t k)
{
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
		for (; taken < x->route->takens && x->route->taken[taken].after == s; taken++)
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

/* Whether people were told that this technician comes to this stop. */
static const struct vroom_told *
told_of(const struct timing *x, const struct vroom_told *told, int32_t k, int32_t s)
{
	const struct vroom_told *t = told == NULL ? NULL : &told[x->route->stop[s].call];

	return t != NULL && t->told && t->technician == k ? t : NULL;
}

/*
 * Latest times for an end of the day at end_s. The latest time to leave, with the first
 * stop reached at `first_s` at the latest; and for each stop how long to wait with its start
 * so that the next one is not reached before people were told, -1 not at all.
 */
static int64_t
pass_backward(const struct timing *x, const struct vroom_told *told, int32_t k, int64_t end_s,
    int64_t first_s, int64_t *ret_wait_s)
{
	int64_t t_s = end_s; /* the latest arrival at what comes next */

	for (int32_t s = x->route->stops; s > 0; s--) {
		const struct call *c = &x->p->call[x->route->stop[s - 1].call];
		const struct vroom_told *next = s < x->route->stops ? told_of(x, told, k, s) : NULL;
		const struct window *w;
		struct window own;
		int32_t n = call_windows(c, &own, &w);
		int64_t busy_s = x->leg[s - 1].busy_s;

		ret_wait_s[s - 1] = -1;
		if (next != NULL && next->arrival_s < t_s)
			ret_wait_s[s - 1] = last_start(w, n,
			    leg_backward(x, s, next->arrival_s) - busy_s);
		else if (next != NULL)
			ret_wait_s[s - 1] = last_start(w, n, leg_backward(x, s, t_s) - busy_s);
		t_s = leg_backward(x, s, t_s);
		t_s = t_s < 0 ? -1 : last_start(w, n, t_s - busy_s);
		if (t_s < 0)
			return -1;
	}
	return leg_backward(x, 0, first_s < t_s ? first_s : t_s);
}

int
vroom_time_route(const struct problem *p, const struct vroom_told *told, int32_t k,
    const struct plan_route *route, struct vroom_times *ret)
{
	struct timing x = { .p = p, .t = &p->technician[k], .route = route };
	int64_t wait_s[PROBLEM_STOPS_MAX + 1];
	int64_t first_s = INT32_MAX, end_s, leave_s;
	bool any = false;
	int rc;

	for (int32_t s = 0; s < route->stops; s++) {
		any |= told_of(&x, told, k, s) != NULL;
		wait_s[s] = -1;
	}
	find_legs(&x, k);
	rc = pass_forward(&x, x.t->ready_s, wait_s, ret);
	if (rc < 0 || route->stops == 0)
		return rc;
	end_s = ret->end_s;
	if (any) {
		/* He may be told to wait, so the day may end later; but he starts work at once. */
		end_s = x.t->shift_end_s;
		pass_backward(&x, told, k, end_s, first_s, wait_s);
		first_s = ret->stop[0].start_s > wait_s[0] ? ret->stop[0].start_s : wait_s[0];
		if (told_of(&x, told, k, 0) != NULL)
			first_s = told[route->stop[0].call].arrival_s;
		if (first_s < ret->stop[0].arrival_s)
			first_s = ret->stop[0].arrival_s;
	}
	leave_s = pass_backward(&x, told, k, end_s, first_s, wait_s);
	if (leave_s < x.t->ready_s)
		leave_s = x.t->ready_s;
	return pass_forward(&x, leave_s, wait_s, ret);
}
