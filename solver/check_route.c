/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/check.h"

#include <errno.h>

enum { HOUR_S = 3600, DAY_S = 86400 };

/* Where a technician is, or is going. */
struct spot {
	struct place at;
	int32_t location;
	bool nowhere; /* the day begins or ends without a way */
};

/* The route as far as it was read. */
struct walk {
	struct reading *r;
	const struct technician *t;
	const struct plan_route *route;
	int32_t k;
	struct spot spot;
	int64_t at_s;      /* free since then */
	int64_t busy_s;    /* driving, working, in a break or at the depot since the day began */
	int64_t driven_s;
	int64_t hard;
	int64_t load[PROBLEM_LOADS_MAX];
	int64_t part[PROBLEM_PARTS_MAX]; /* used before the depot */
	int32_t taken;
	bool depot;        /* visited */
};

static struct spot
spot_of_call(const struct call *c)
{
	return (struct spot){ c->site, c->location, false };
}

static bool
same_spot(const struct problem *p, struct spot a, struct spot b)
{
	if (a.nowhere || b.nowhere)
		return false;
	if (p->matrices > 0)
		return a.location == b.location;
	return a.at.lat_udeg == b.at.lat_udeg && a.at.lon_udeg == b.at.lon_udeg;
}

/* Seconds from one spot to another, without traffic. */
static int64_t
way_s(const struct walk *w, struct spot from, struct spot to)
{
	const struct problem *p = w->r->p;
	const struct travel_matrix *x;
	int64_t at, s;

	if (from.nowhere || to.nowhere)
		return 0;
	if (p->matrices == 0)
		return travel_s(&p->travel, from.at, to.at, w->t->speed_pct);
	x = &p->matrix[w->t->matrix];
	at = (int64_t)from.location * p->locations + to.location;
	s = x->narrow_s ? (int64_t)x->narrow_s[at] : x->wide_s[at];
	s = (s * 100 + w->t->speed_pct - 1) / w->t->speed_pct;
	return s < TRAVEL_S_MAX ? s : TRAVEL_S_MAX;
}

/* In per cent of a second: what gets done of a drive in the second that begins at s. */
static int64_t
pace(const struct problem *p, int64_t s)
{
	int64_t of_day = ((s + p->day_second) % DAY_S + DAY_S) % DAY_S;

	return p->traffic ? p->hour_pct[of_day / HOUR_S] : 100;
}

/* The first second from which the pace is another. */
static int64_t
pace_until(const struct problem *p, int64_t s)
{
	int64_t of_hour = ((s + p->day_second) % HOUR_S + HOUR_S) % HOUR_S;

	return s + HOUR_S - of_hour;
}

/* Drives from at_s on until `left` per cent-seconds are done or until_s; when that is. */
static int64_t
drive(const struct problem *p, int64_t at_s, int64_t until_s, int64_t *left)
{
	while (*left > 0 && at_s < until_s) {
		int64_t next_s = p->traffic ? pace_until(p, at_s) : until_s;
		int64_t need_s = (*left + pace(p, at_s) - 1) / pace(p, at_s);

		if (next_s > until_s)
			next_s = until_s;
		if (next_s > at_s + need_s)
			next_s = at_s + need_s;
		*left -= (next_s - at_s) * pace(p, at_s);
		at_s = next_s;
	}
	return at_s;
}

static bool
in_windows(const struct window *w, int32_t n, int32_t s)
{
	for (int32_t i = 0; i < n; i++)
		if (s >= w[i].open_s && s <= w[i].close_s)
			return true;
	return n == 0;
}

/* The next break of the plan; *left is what it leaves of the drive. */
static int
read_break(struct walk *w, int64_t *left)
{
	const struct plan_break *b = &w->route->taken[w->taken];
	const struct break_due *due = &w->t->due[w->taken];

	if (w->taken >= w->t->dues || b->due != w->taken)
		return check_wrong(w->r, "%s: expected break %d next, got %d", w->t->id, w->taken,
		    b->due);
	if (b->start_s < w->at_s || b->start_s < due->open_s)
		return check_wrong(w->r, "%s: break %d cannot start at %d", w->t->id, w->taken,
		    b->start_s);
	if (!in_windows(due->window, due->windows, b->start_s))
		return check_wrong(w->r, "%s: break %d starts at %d, in none of its windows",
		    w->t->id, w->taken, b->start_s);
	if (b->start_s > due->close_s)
		w->r->cost += check_per_hour(w->r->p->weights.break_late_cents_per_h,
		    (int64_t)b->start_s - due->close_s);
	if (w->r->p->breaks_on_the_way)
		drive(w->r->p, w->at_s, b->start_s, left);
	w->at_s = (int64_t)b->start_s + due->duration_s;
	w->busy_s += due->duration_s;
	w->taken++;
	return 0;
}

/* One drive, priced, which the breaks of the plan after so many stops precede or part. */
static int
read_drive(struct walk *w, struct spot to, int32_t stops)
{
	int64_t s = way_s(w, w->spot, to);
	int64_t left = s * 100;

	while (w->taken < w->route->takens && w->route->taken[w->taken].after == stops) {
		int rc = read_break(w, &left);

		if (rc < 0)
			return rc;
	}
	w->at_s = drive(w->r->p, w->at_s, INT64_MAX, &left);
	w->r->cost += check_per_hour(w->t->drive_cents_per_h, s);
	w->busy_s += s;
	w->driven_s += s;
	return 0;
}

/* Whether the technician lacks anything for all calls together. */
static bool
lacks(const struct problem *p, const struct technician *t)
{
	int64_t part[PROBLEM_PARTS_MAX] = { 0 };

	for (int32_t i = 0; i < p->calls; i++) {
		if ((p->call[i].tools & ~t->tools) != 0)
			return true;
		for (int32_t a = 0; a < p->parts; a++)
			part[a] += p->call[i].part[a];
	}
	for (int32_t a = 0; a < p->parts; a++)
		if (part[a] > t->part[a])
			return true;
	return false;
}

static int
read_depot(struct walk *w, int32_t stops)
{
	const struct problem *p = w->r->p;
	const struct spot depot = { p->depot, p->depot_location, false };
	int rc;

	if (!p->has_depot)
		return check_wrong(w->r, "%s: visits a depot, but there is none", w->t->id);
	if (!lacks(p, w->t))
		return check_wrong(w->r, "%s: visits the depot and lacks nothing", w->t->id);
	rc = read_drive(w, depot, stops);
	if (rc < 0)
		return rc;
	if (w->route->depot_s < w->at_s)
		return check_wrong(w->r, "%s: at the depot at %d, can be there at %lld", w->t->id,
		    w->route->depot_s, (long long)w->at_s);
	w->at_s = (int64_t)w->route->depot_s + p->depot_s;
	w->busy_s += p->depot_s;
	w->spot = depot;
	w->depot = true;
	return 0;
}

/* What call c takes from the van, and puts on it. */
static int
read_van(struct walk *w, const struct call *c)
{
	const struct problem *p = w->r->p;

	if ((c->tools & ~w->t->tools) != 0 && !w->depot)
		return check_wrong(w->r, "%s: %s lacks a tool for it", c->id, w->t->id);
	for (int32_t a = 0; a < p->parts && !w->depot; a++) {
		w->part[a] += c->part[a];
		if (w->part[a] > w->t->part[a])
			return check_wrong(w->r, "%s: %s has %d of part %d, not %lld", c->id,
			    w->t->id, w->t->part[a], a, (long long)w->part[a]);
	}
	for (int32_t d = 0; d < p->loads; d++) {
		w->load[d] += (int64_t)c->pickup[d] - c->delivery[d];
		if (w->load[d] > w->t->capacity[d])
			return check_wrong(w->r, "%s: %lld of load %d on the van of %s, at most %d",
			    c->id, (long long)w->load[d], d, w->t->id, w->t->capacity[d]);
	}
	return 0;
}

static int
read_stop(struct walk *w, const struct plan_stop *s)
{
	struct reading *r = w->r;
	const struct call *c = &r->p->call[s->call];
	int32_t kind = w->t->kind;
	int32_t work_s = c->duration_by_kind ? c->duration_by_kind[kind] : c->duration_s;

	if (r->by[s->call] >= 0)
		return check_wrong(r, "%s: served twice", c->id);
	if (!problem_may(r->p, w->k, s->call))
		return check_wrong(r, "%s: %s may not do it", c->id, w->t->id);
	if (s->start_s < w->at_s)
		return check_wrong(r, "%s: starts at %d, %s can be there at %lld", c->id,
		    s->start_s, w->t->id, (long long)w->at_s);
	if (s->start_s < c->open_s || s->start_s > c->close_s)
		return check_wrong(r, "%s: starts at %d, outside %d to %d", c->id, s->start_s,
		    c->open_s, c->close_s);
	if (!in_windows(c->window, c->windows, s->start_s))
		return check_wrong(r, "%s: starts at %d, in none of its windows", c->id,
		    s->start_s);
	if (s == w->route->stop ? !same_spot(r->p, (struct spot){ w->t->start,
	    w->t->start_location, w->t->open_start }, spot_of_call(c)) :
	    !same_spot(r->p, spot_of_call(&r->p->call[s[-1].call]), spot_of_call(c)))
		work_s += c->setup_by_kind ? c->setup_by_kind[kind] : c->setup_s;
	if ((int64_t)s->end_s != (int64_t)s->start_s + work_s)
		return check_wrong(r, "%s: ends at %d, not its duration after its start", c->id,
		    s->end_s);
	r->by[s->call] = w->k;
	r->start_s[s->call] = s->start_s;
	r->end_s[s->call] = s->end_s;
	w->at_s = s->end_s;
	w->busy_s += work_s;
	w->hard += c->difficulty;
	w->spot = spot_of_call(c);
	return read_van(w, c);
}

static int
read_stops(struct walk *w)
{
	int rc = 0;

	for (int32_t s = 0; rc == 0 && s < w->route->stops; s++) {
		const struct plan_stop *stop = &w->route->stop[s];

		if (stop->call < 0 || stop->call >= w->r->p->calls)
			return check_wrong(w->r, "%s: no call has index %d", w->t->id, stop->call);
		if (w->route->depot_after == s)
			rc = read_depot(w, s);
		if (rc == 0)
			rc = read_drive(w, spot_of_call(&w->r->p->call[stop->call]), s);
		if (rc == 0)
			rc = read_stop(w, stop);
	}
	return rc;
}

static int
read_end(struct walk *w)
{
	const struct technician *t = w->t;
	int64_t over_s;
	int rc;

	rc = read_drive(w, (struct spot){ t->end, t->end_location, t->open_end },
	    w->route->stops);
	if (rc < 0)
		return rc;
	if (w->route->takens != t->dues || w->taken != t->dues)
		return check_wrong(w->r, "%s: %d breaks taken of %d", t->id, w->taken, t->dues);
	if (w->route->end_s != w->at_s)
		return check_wrong(w->r, "%s: ends the day at %d, not at %lld", t->id,
		    w->route->end_s, (long long)w->at_s);
	if (w->driven_s > t->drive_max_s)
		return check_wrong(w->r, "%s: drives %lld s, at most %d", t->id,
		    (long long)w->driven_s, t->drive_max_s);
	over_s = (int64_t)w->route->end_s - t->shift_end_s;
	if (over_s > t->overtime_max_s)
		return check_wrong(w->r, "%s: ends the day at %d, %lld s past the shift", t->id,
		    w->route->end_s, (long long)over_s);
	if (over_s > 0)
		w->r->cost += check_per_hour(t->overtime_cents_per_h, over_s);
	return 0;
}

/* What is on the van when the day begins; and the day's own rules. */
static int
read_begin(struct walk *w)
{
	const struct technician *t = w->t;
	const struct plan_route *route = w->route;
	const struct problem *p = w->r->p;

	for (int32_t f = 0; f < t->fixed; f++)
		if (f >= route->stops || route->stop[f].call != t->current[f])
			return check_wrong(w->r, "%s: stop %d is fixed and changed", t->id, f);
	if (route->stops == 0)
		return 0;
	if (route->stops > t->stops_max)
		return check_wrong(w->r, "%s: %d stops, at most %d", t->id, route->stops,
		    t->stops_max);
	if (route->leave_s != t->ready_s && (route->leave_s < t->ready_s || !t->leaves_late))
		return check_wrong(w->r, "%s: the day begins at %d, not at %d", t->id,
		    route->leave_s, t->ready_s);
	if (route->depot_after < -1 || route->depot_after >= route->stops)
		return check_wrong(w->r, "%s: visits the depot after %d stops of %d", t->id,
		    route->depot_after, route->stops);
	for (int32_t d = 0; d < p->loads; d++) {
		for (int32_t s = 0; s < route->stops; s++)
			if (route->stop[s].call >= 0 && route->stop[s].call < p->calls)
				w->load[d] += p->call[route->stop[s].call].delivery[d];
		if (w->load[d] > t->capacity[d])
			return check_wrong(w->r, "%s: leaves with %lld of load %d, at most %d",
			    t->id, (long long)w->load[d], d, t->capacity[d]);
	}
	return 0;
}

int
check_route(struct reading *r, int32_t k)
{
	const struct technician *t = &r->p->technician[k];
	struct walk w = {
		.r = r,
		.t = t,
		.route = &r->plan->route[k],
		.k = k,
		.spot = { t->start, t->start_location, t->open_start },
		.at_s = r->plan->route[k].leave_s,
		.hard = t->hard_before,
	};
	int rc = read_begin(&w);

	if (rc < 0 || w.route->stops == 0)
		return rc;
	rc = read_stops(&w);
	if (rc < 0)
		return rc;
	r->cost += t->day_cents;
	r->cost += check_per_hour(t->wait_cents_per_h, w.at_s - w.route->leave_s - w.busy_s);
	r->cost += r->p->weights.fair_cents *
	    (w.hard * w.hard - (int64_t)t->hard_before * t->hard_before);
	return read_end(&w);
}
