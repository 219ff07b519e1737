/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/brute.h"

#include <stdlib.h>
#include <string.h>

enum {
	STARTS_MAX = 12 + PROBLEM_WINDOWS_MAX,
	CLOCK_FROM = -4000, /* seconds for which traffic is tabled */
	CLOCK_TO = 130000,
};

/* Cheapest way to do exactly the calls of a set with so many disturbed by choice. */
static int64_t route_cents[BRUTE_TECHNICIANS_MAX][1 << BRUTE_CALLS_MAX][BRUTE_CALLS_MAX + 1];
static int64_t plan_cents[1 << BRUTE_CALLS_MAX][BRUTE_CALLS_MAX + 1];

static const struct problem *p;
static int32_t stay_on[BRUTE_CALLS_MAX];
static bool many_starts;
static int32_t leave_later_s; /* than ready, of every technician who leaves late */
static bool leaves_by_rule;

/* Hundredths of a second of a drive that are done from CLOCK_FROM until each second. */
static int64_t done[CLOCK_TO - CLOCK_FROM + 1];

static int64_t
hourly(int64_t cents, int64_t s)
{
	return (cents * s + 1800) / 3600;
}

static bool
told(const struct call *c)
{
	return c->told.technician >= 0 || c->told.eta || c->told.promise;
}

static void
table_traffic(void)
{
	static bool plain;

	if (plain && !p->traffic)
		return;
	plain = !p->traffic;
	for (int32_t s = CLOCK_FROM; s < CLOCK_TO; s++) {
		int32_t hour = ((s + p->day_second + 10 * 86400) / 3600) % 24;

		done[s - CLOCK_FROM + 1] = done[s - CLOCK_FROM] +
		    (p->traffic ? p->hour_pct[hour] : 100);
	}
}

/* When a drive of so many hundredths of a second that begins at s ends. */
static int64_t
drive_end(int64_t s, int64_t left)
{
	int64_t low = s, high = CLOCK_TO;

	if (!p->traffic)
		return s + left / 100;
	if (s >= CLOCK_TO || done[CLOCK_TO - CLOCK_FROM] - done[s - CLOCK_FROM] < left)
		return 2 * CLOCK_TO;
	while (low < high) {
		int64_t mid = low + (high - low) / 2;

		if (done[mid - CLOCK_FROM] - done[s - CLOCK_FROM] >= left)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

struct spot {
	struct place at;
	int32_t location;
	bool none;
};

static int64_t
way(const struct technician *t, struct spot a, struct spot b)
{
	const struct travel_matrix *x;
	int64_t s;

	if (a.none || b.none)
		return 0;
	if (p->matrices == 0)
		return travel_s(&p->travel, a.at, b.at, t->speed_pct);
	x = &p->matrix[t->matrix];
	s = x->narrow_s ? x->narrow_s[a.location * p->locations + b.location]
	    : x->wide_s[a.location * p->locations + b.location];
	return (s * 100 + t->speed_pct - 1) / t->speed_pct;
}

static bool
same(struct spot a, struct spot b)
{
	if (a.none || b.none)
		return false;
	return p->matrices ? a.location == b.location
	    : a.at.lat_udeg == b.at.lat_udeg && a.at.lon_udeg == b.at.lon_udeg;
}

static struct spot
site(int32_t i)
{
	return (struct spot){ p->call[i].site, p->call[i].location, false };
}

/* What the outside feels of call i done by k at s; -1 in *ret_chosen: not allowed. */
static int64_t
customer_cents(int32_t k, int32_t i, int64_t s, int *ret_chosen)
{
	const struct call *c = &p->call[i];
	int32_t tol = p->weights.eta_tolerance_s;
	int64_t cents = 0;
	bool moved = false;

	if (s > c->due_s) {
		int64_t late = s - c->due_s;
		int64_t steep = late > p->weights.late_steep_s ? late - p->weights.late_steep_s : 0;

		cents += hourly(c->late_cents_per_h, late + steep);
	}
	if (s > c->opened_s)
		cents += hourly(c->response_cents_per_h, s - c->opened_s);
	if (c->preferred != -1 && c->preferred != k)
		cents += c->prefer_cents;
	if (c->told.technician != -1 && c->told.technician != k) {
		cents += c->reassign_cents;
		moved = stay_on[i] != k;
	}
	if (c->told.eta) {
		int32_t latest = c->told.eta_s > c->stay_s ? c->told.eta_s : c->stay_s;
		int32_t first = c->told.eta_s - tol < c->stay_s ? c->told.eta_s - tol : c->stay_s;

		if (llabs(s - c->told.eta_s) > tol)
			cents += c->eta_moved_cents;
		moved = moved || s < first || s > latest + tol;
	}
	if (c->told.promise) {
		int32_t from = c->told.promise_from_s, to = c->told.promise_to_s;

		if (s < from || s > to)
			cents += c->repromise_cents;
		if (s > to)
			cents += c->break_promise_cents;
		moved = moved || s < (from < c->stay_s ? from : c->stay_s) ||
		    s > (to > c->stay_s ? to : c->stay_s);
	}
	*ret_chosen = moved && c->stay_served ? (c->immovable ? -1 : 1) : 0;
	return cents;
}

/* The first moment from s on in a window, or one that never comes. */
static int64_t
allowed(const struct window *w, int32_t n, int64_t s)
{
	for (int32_t i = 0; i < n; i++)
		if (s <= w[i].close_s)
			return s < w[i].open_s ? w[i].open_s : s;
	return n == 0 ? s : PROBLEM_NEVER;
}

/* From when on a start disturbs nobody by coming too soon. */
static int64_t
calm_from(const struct call *c)
{
	int64_t eta = (int64_t)c->told.eta_s - p->weights.eta_tolerance_s;
	int64_t from = INT32_MIN;

	if (c->stay_served && c->told.eta)
		from = eta < c->stay_s ? eta : c->stay_s;
	if (c->stay_served && c->told.promise && from < c->stay_s && from < c->told.promise_from_s)
		from = c->told.promise_from_s < c->stay_s ? c->told.promise_from_s : c->stay_s;
	return from;
}

/* Every start that could matter: at once, and all edges of windows after that. */
static int
starts_of(const struct technician *t, int32_t i, int64_t at_s, int64_t *out)
{
	const struct call *c = &p->call[i];
	int32_t tol = p->weights.eta_tolerance_s;
	const int64_t edge[] = { c->told.eta ? c->told.eta_s - tol : INT32_MIN,
		c->told.promise ? c->told.promise_from_s : INT32_MIN,
		calm_from(c), c->told.eta ? c->told.eta_s : INT32_MIN,
		c->stay_served ? c->stay_s + 1 : INT32_MIN, at_s + 1, at_s + 777 };
	int edges = many_starts && !t->leaves_late ? 7 : 3;
	int n = 0;

	out[n++] = allowed(c->window, c->windows, at_s > c->open_s ? at_s : c->open_s);
	for (int e = 0; e < edges; e++)
		if (edge[e] > out[0])
			out[n++] = allowed(c->window, c->windows, edge[e]);
	for (int32_t w = 0; w < c->windows; w++)
		if (c->window[w].open_s > out[0])
			out[n++] = c->window[w].open_s;
	return n;
}

/* How a stop of a route comes about. */
struct stop {
	int32_t call, breaks; /* taken by its start */
	bool depot;           /* visited on the way to it */
	int64_t least_s;      /* starts no sooner */
};

struct day {
	int32_t k, mask, stops, taken;
	struct stop stop[BRUTE_CALLS_MAX];
	struct spot spot;
	int64_t t_s, cents, busy_s, driven_s, late_s, hard; /* late_s: of breaks */
	int64_t part[PROBLEM_PARTS_MAX];
	int chosen;
	bool depot;
};

static int64_t
limit_of(const struct technician *t)
{
	return (int64_t)t->shift_end_s + t->overtime_max_s;
}

/* Takes a break before the rest of a drive or, if it may be, on it. */
static bool
take_break(const struct technician *t, struct day *d, int64_t *left)
{
	const struct break_due *b = &t->due[d->taken++];
	int64_t s = allowed(b->window, b->windows, d->t_s > b->open_s ? d->t_s : b->open_s);

	if (s + b->duration_s > limit_of(t))
		return false;
	if (s > b->close_s && p->weights.break_late_cents_per_h > 0) {
		d->cents += hourly(p->weights.break_late_cents_per_h, s - b->close_s);
		d->late_s += s - b->close_s;
	}
	if (p->breaks_on_the_way) {
		*left -= done[s - CLOCK_FROM] - done[d->t_s - CLOCK_FROM];
		if (*left < 0)
			*left = 0;
	}
	d->t_s = s + b->duration_s;
	d->busy_s += b->duration_s;
	return true;
}

/* Drives to a spot; breaks until `taken` come before it or part it. */
static bool
drive(const struct technician *t, struct day *d, struct spot to, int32_t taken)
{
	int64_t s = way(t, d->spot, to);
	int64_t left = s * 100;

	while (d->taken < taken)
		if (!take_break(t, d, &left))
			return false;
	d->t_s = drive_end(d->t_s, left);
	d->cents += hourly(t->drive_cents_per_h, s);
	d->busy_s += s;
	d->driven_s += s;
	d->spot = to;
	return d->t_s <= limit_of(t);
}

/* To a stop, up to its arrival. */
static bool
approach(const struct technician *t, struct day *d, const struct stop *s)
{
	const struct spot depot = { p->depot, p->depot_location, false };

	if (s->depot) {
		if (!drive(t, d, depot, s->breaks))
			return false;
		d->t_s += p->depot_s;
		d->busy_s += p->depot_s;
		d->depot = true;
	}
	return drive(t, d, site(s->call), s->breaks);
}

static int64_t
work_of(const struct technician *t, const struct day *d, int32_t i)
{
	const struct call *c = &p->call[i];
	int64_t s = c->duration_by_kind ? c->duration_by_kind[t->kind] : c->duration_s;
	const struct spot start = { t->start, t->start_location, t->open_start };

	if (!same(d->stops ? site(d->stop[d->stops - 1].call) : start, site(i)))
		s += c->setup_by_kind ? c->setup_by_kind[t->kind] : c->setup_s;
	return s;
}

/* Whether nothing of a call's price changes from one start to a later one. */
static bool
costs_as_much(int32_t k, int32_t i, int64_t from_s, int64_t to_s)
{
	const struct call *c = &p->call[i];
	int32_t tol = p->weights.eta_tolerance_s;
	const int64_t edge[] = { to_s, (int64_t)c->told.eta_s - tol, (int64_t)c->told.eta_s + tol + 1,
		c->told.promise_from_s, (int64_t)c->told.promise_to_s + 1, c->stay_s,
		(int64_t)c->stay_s + 1, (int64_t)c->stay_s + tol + 1 };
	int chosen, as_chosen;
	int64_t cents = customer_cents(k, i, from_s, &chosen);

	if (from_s != to_s && ((c->late_cents_per_h > 0 && to_s > c->due_s) ||
	    (c->response_cents_per_h > 0 && to_s > c->opened_s)))
		return false;
	for (size_t e = 0; e < sizeof(edge) / sizeof(edge[0]); e++)
		if (edge[e] >= from_s && edge[e] <= to_s &&
		    (customer_cents(k, i, edge[e], &as_chosen) != cents || as_chosen != chosen))
			return false;
	for (int32_t w = 0; w < c->windows; w++)
		if (from_s <= c->window[w].close_s && to_s > c->window[w].close_s)
			return false;
	return to_s <= c->close_s;
}

/*
 * Drives a day again from so much later on: whether it ends its last stop at the same time,
 * and no start or break could cost more, if only a fraction of a cent.
 */
static bool
may_leave_later(const struct day *of, int64_t later_s)
{
	const struct technician *t = &p->technician[of->k];
	struct day a = { .k = of->k, .t_s = t->ready_s, .spot = { t->start, t->start_location,
		t->open_start } };
	struct day b = a;

	b.t_s += later_s;
	for (int32_t s = 0; s < of->stops; s++) {
		const struct stop *stop = &of->stop[s];

		if (!approach(t, &a, stop) || !approach(t, &b, stop))
			return false;
		a.t_s = a.t_s > stop->least_s ? a.t_s : stop->least_s;
		b.t_s = b.t_s > stop->least_s ? b.t_s : stop->least_s;
		if (!costs_as_much(of->k, stop->call, a.t_s, b.t_s))
			return false;
		a.stop[a.stops] = b.stop[b.stops] = *stop;
		a.t_s += work_of(t, &a, stop->call);
		b.t_s += work_of(t, &b, stop->call);
		a.stops++;
		b.stops++;
	}
	return a.t_s == b.t_s && a.late_s == b.late_s;
}

/* By how much the day can begin later. */
static int64_t
later_of(const struct day *d)
{
	int64_t low = 0, high = limit_of(&p->technician[d->k]) - p->technician[d->k].ready_s;

	while (low < high) {
		int64_t mid = high - (high - low) / 2;

		if (may_leave_later(d, mid))
			low = mid;
		else
			high = mid - 1;
	}
	return low;
}

/* Whether the van is never too full. */
static bool
fits(const struct technician *t, const struct day *d)
{
	for (int32_t l = 0; l < p->loads; l++) {
		int64_t load = 0;

		for (int32_t s = 0; s < d->stops; s++)
			load += p->call[d->stop[s].call].delivery[l];
		if (load > t->capacity[l])
			return false;
		for (int32_t s = 0; s < d->stops; s++) {
			load += p->call[d->stop[s].call].pickup[l];
			load -= p->call[d->stop[s].call].delivery[l];
			if (load > t->capacity[l])
				return false;
		}
	}
	return true;
}

static void
go_home(struct day d)
{
	const struct technician *t = &p->technician[d.k];
	const struct spot home = { t->end, t->end_location, t->open_end };
	int64_t idle_s = d.t_s - t->ready_s - d.busy_s;
	int64_t before = t->hard_before;
	int64_t *best = &route_cents[d.k][d.mask][d.chosen];

	if (t->leaves_late)
		idle_s -= leaves_by_rule ? later_of(&d) : leave_later_s;
	if (!fits(t, &d) || d.stops > t->stops_max || !drive(t, &d, home, t->dues) ||
	    d.driven_s > t->drive_max_s)
		return;
	d.cents += hourly(t->wait_cents_per_h, idle_s) + t->day_cents;
	if (d.t_s > t->shift_end_s)
		d.cents += hourly(t->overtime_cents_per_h, d.t_s - t->shift_end_s);
	d.cents += p->weights.fair_cents * ((before + d.hard) * (before + d.hard) - before * before);
	if (d.cents < *best)
		*best = d.cents;
}

static void go_on(struct day d);

/* Serves a call on its arrival, at every start. */
static void
serve(const struct day *d, struct stop stop)
{
	const struct technician *t = &p->technician[d->k];
	const struct call *c = &p->call[stop.call];
	int64_t start[STARTS_MAX];
	int starts = starts_of(t, stop.call, d->t_s, start);

	for (int s = 0; s < starts; s++) {
		int64_t work_s = work_of(t, d, stop.call);
		struct day next = *d;
		int chosen;

		if (start[s] > c->close_s || start[s] + work_s > limit_of(t))
			continue;
		next.cents += customer_cents(d->k, stop.call, start[s], &chosen);
		if (chosen < 0)
			continue;
		stop.least_s = start[s];
		next.chosen += chosen;
		next.t_s = start[s] + work_s;
		next.busy_s += work_s;
		next.hard += c->difficulty;
		next.mask |= 1 << stop.call;
		next.stop[next.stops++] = stop;
		go_on(next);
	}
}

static void
visit(const struct day *d, int32_t i, bool depot)
{
	const struct technician *t = &p->technician[d->k];
	const struct call *c = &p->call[i];

	for (int32_t breaks = d->taken; breaks <= t->dues; breaks++) {
		const struct stop stop = { .call = i, .breaks = breaks, .depot = depot };
		struct day next = *d;
		bool has = true;

		if (!approach(t, &next, &stop))
			continue;
		has = next.depot || (c->tools & ~t->tools) == 0;
		for (int32_t a = 0; a < p->parts && !next.depot; a++) {
			next.part[a] += c->part[a];
			has = has && next.part[a] <= t->part[a];
		}
		if (has)
			serve(&next, stop);
	}
}

static bool
lacks_anything(const struct technician *t)
{
	int64_t part[PROBLEM_PARTS_MAX] = { 0 };

	for (int32_t i = 0; i < p->calls; i++) {
		if (p->call[i].tools & ~t->tools)
			return true;
		for (int32_t a = 0; a < p->parts; a++)
			if ((part[a] += p->call[i].part[a]) > t->part[a])
				return true;
	}
	return false;
}

static void
go_on(struct day d)
{
	const struct technician *t = &p->technician[d.k];

	if (d.stops >= t->fixed && d.stops > 0)
		go_home(d);
	for (int32_t i = 0; i < p->calls; i++) {
		if (d.mask >> i & 1 || !problem_may(p, d.k, i) ||
		    (d.stops < t->fixed && i != t->current[d.stops]))
			continue;
		visit(&d, i, false);
		if (p->has_depot && !d.depot && lacks_anything(t))
			visit(&d, i, true);
	}
}

/* Whether a set holds two calls that take two technicians. */
static bool
takes_two(int set)
{
	for (int32_t i = 0; i < p->calls; i++)
		if (set >> i & 1 && p->call[i].with >= 0 && set >> p->call[i].with & 1)
			return true;
	return false;
}

/* Whether the calls of a set may be served without the others. */
static bool
complete(int set)
{
	for (int32_t i = 0; i < p->calls; i++) {
		const struct call *c = &p->call[i];

		if (c->with >= 0 && (set >> i & 1) != (set >> c->with & 1))
			return false;
		if (c->after >= 0 && set >> i & 1 && !(set >> c->after & 1))
			return false;
	}
	return true;
}

static void
price_routes(int32_t k)
{
	const struct technician *t = &p->technician[k];
	int64_t day_s = limit_of(t) - t->ready_s;

	for (int m = 0; m < 1 << p->calls; m++)
		for (int c = 0; c <= BRUTE_CALLS_MAX; c++)
			route_cents[k][m][c] = BRUTE_NONE;
	if (t->fixed == 0)
		route_cents[k][0][0] = 0;
	leave_later_s = 0;
	do {
		go_on((struct day){ .k = k, .t_s = (int64_t)t->ready_s + leave_later_s,
		    .spot = { t->start, t->start_location, t->open_start } });
	} while (t->leaves_late && !leaves_by_rule && ++leave_later_s <= day_s);
	for (int m = 0; m < 1 << p->calls; m++)
		for (int c = 0; takes_two(m) && c <= BRUTE_CALLS_MAX; c++)
			route_cents[k][m][c] = BRUTE_NONE;
}

static void
add_technician(int32_t k)
{
	for (int m = (1 << p->calls) - 1; m >= 0; m--) {
		int64_t best[BRUTE_CALLS_MAX + 1];

		for (int c = 0; c <= BRUTE_CALLS_MAX; c++)
			best[c] = BRUTE_NONE;
		/* Each part of m that this technician may have done. */
		for (int part = m;; part = (part - 1) & m) {
			const int64_t *route = route_cents[k][part];

			for (int a = 0; a <= BRUTE_CALLS_MAX; a++)
				for (int b = 0; route[a] != BRUTE_NONE && a + b <= BRUTE_CALLS_MAX; b++) {
					int64_t rest = plan_cents[m & ~part][b];

					if (rest != BRUTE_NONE && rest + route[a] < best[a + b])
						best[a + b] = rest + route[a];
				}
			if (part == 0)
				break;
		}
		memcpy(plan_cents[m], best, sizeof(best));
	}
}

void
brute_begin(const struct problem *problem, bool many, bool every_leave)
{
	p = problem;
	many_starts = many;
	leaves_by_rule = !every_leave;
	table_traffic();
	for (int32_t i = 0; i < p->calls; i++)
		stay_on[i] = -1;
	for (int32_t k = 0; k < p->technicians; k++)
		for (int32_t s = 0; s < p->technician[k].currents; s++)
			stay_on[p->technician[k].current[s]] = k;
	for (int32_t k = 0; k < p->technicians; k++)
		price_routes(k);
	for (int m = 0; m < 1 << p->calls; m++)
		for (int c = 0; c <= BRUTE_CALLS_MAX; c++)
			plan_cents[m][c] = m == 0 && c == 0 ? 0 : BRUTE_NONE;
	for (int32_t k = 0; k < p->technicians; k++)
		add_technician(k);
}

int64_t
brute_cheapest(int32_t budget)
{
	int64_t best = BRUTE_NONE;

	for (int m = 0; m < 1 << p->calls; m++) {
		int64_t cents = 0;
		int chosen = 0;
		bool may = complete(m);

		for (int32_t i = 0; i < p->calls; i++) {
			const struct call *c = &p->call[i];

			if (m >> i & 1)
				continue;
			cents += c->unserved_cents + (told(c) ? c->drop_cents : 0);
			chosen += told(c) && c->stay_served;
			may = may && !(told(c) && c->stay_served && c->immovable);
		}
		for (int c = 0; may && c <= BRUTE_CALLS_MAX; c++)
			if (plan_cents[m][c] != BRUTE_NONE && (budget < 0 || c + chosen <= budget) &&
			    plan_cents[m][c] + cents < best)
				best = plan_cents[m][c] + cents;
	}
	return best;
}
