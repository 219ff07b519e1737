/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/cost.h"

#include "daemon/goodwill.h"
#include "proto/when.h"

enum {
	DAY_S = 86400,
	AGE_PCT_A_DAY = 25,
	AGE_PCT_MAX = 400,
	CENTS_MAX = 100000000, /* the largest price of a problem */
};

struct cost_frame
cost_frame(const struct state *s, int64_t now)
{
	struct cost_frame f = { .s = s, .now = now };

	/* A zone was checked when the territory was opened; UTC days are the fallback. */
	if (when_midnight(now, state_zone(s), &f.day_from) < 0)
		f.day_from = now - now % DAY_S;
	/* A local day has 23 to 25 hours: noon of the next day leads to its midnight. */
	if (when_midnight(f.day_from + DAY_S + DAY_S / 2, state_zone(s), &f.day_to) < 0)
		f.day_to = f.day_from + DAY_S;
	return f;
}

int64_t
cost_due(const struct call_state *c)
{
	/* What was promised when it was carried over takes the place of the deadline that passed. */
	bool agreed = c->carried > 0 && c->told.promise;
	int64_t due = c->due > 0 && !agreed ? c->due : INT64_MAX;

	if (c->appointment && c->appt_to < due)
		due = c->appt_to;
	if (c->told.promise && c->told.promise_to < due)
		due = c->told.promise_to;
	return due;
}

static int32_t
at_most(int64_t cents)
{
	return cents > CENTS_MAX ? CENTS_MAX : (int32_t)cents;
}

static int32_t
percent(int32_t cents, int64_t pct)
{
	return at_most((int64_t)cents * pct / 100);
}

int32_t
cost_moves(const struct cost_frame *f, int32_t call)
{
	const struct call_state *c = state_call(f->s, call);

	return c->moves_day == f->day_from ? c->moves_today : 0;
}

/* Lateness costs double beyond late_steep_s. */
static int64_t
late_cents(const struct guidelines *g, int32_t cents_per_h, int64_t late_s)
{
	int64_t steep_s = late_s > g->late_steep_s ? late_s - g->late_steep_s : 0;

	return late_s > 0 ? cost_hourly(cents_per_h, late_s + steep_s) : 0;
}

/*
 * How much dearer moving a call has become by its nearness, percent: from nothing at move_near_s
 * before what was told to move_near_pct at it.
 */
static int64_t
near_pct(const struct cost_frame *f, const struct call_state *c)
{
	const struct guidelines *g = state_guidelines(f->s);
	int64_t at = c->told.any ? c->told.arrival
	    : c->told.promise    ? c->told.promise_from
				 : INT64_MAX;
	int64_t left = at > f->now ? at - f->now : 0;

	if (left >= g->move_near_s)
		return 0;
	return g->move_near_pct * (g->move_near_s - left) / g->move_near_s;
}

/* What a call has cost by waiting until now, whether it is served or not. */
static int64_t
sunk_cents(const struct cost_frame *f, const struct call_state *c)
{
	const struct guidelines *g = state_guidelines(f->s);
	int64_t cents = late_cents(g, g->late_cents_per_h[c->severity], f->now - cost_due(c));

	if (f->now > c->opened)
		cents += cost_hourly(g->response_cents_per_h[c->severity], f->now - c->opened);
	return cents;
}

void
cost_prices(const struct cost_frame *f, int32_t call, struct cost_prices *ret)
{
	const struct guidelines *g = state_guidelines(f->s);
	const struct call_state *c = state_call(f->s, call);
	int32_t moves = cost_moves(f, call);
	int64_t again = 100 + (int64_t)moves * g->move_again_pct + near_pct(f, c);
	int32_t broken = at_most((int64_t)g->break_promise_cents + goodwill_expected(g, c));
	int64_t days = f->now > c->opened ? (f->now - c->opened) / DAY_S : 0;
	int64_t age = 100 + days * AGE_PCT_A_DAY;

	if (age > AGE_PCT_MAX)
		age = AGE_PCT_MAX;
	if (cost_due(c) < f->day_to)
		age *= 2;
	age += age * c->carried * g->carry_age_pct / 100;
	*ret = (struct cost_prices){
		.late_cents_per_h = g->late_cents_per_h[c->severity],
		.response_cents_per_h = g->response_cents_per_h[c->severity],
		.break_promise_cents = broken,
		.prefer_cents = g->prefer_cents,
		.reassign_cents = percent(g->reassign_cents, again),
		.repromise_cents = percent(g->repromise_cents, again),
		.eta_moved_cents = percent(g->eta_moved_cents, again),
		.drop_cents = at_most(
		    (int64_t)percent(g->drop_cents, again) + (c->told.promise ? broken : 0)),
		.unserved_cents = at_most(
		    percent(g->unserved_cents[c->severity], age) + sunk_cents(f, c)),
	};
}

int64_t
cost_hourly(int64_t cents_per_h, int64_t seconds)
{
	return (cents_per_h * seconds + 1800) / 3600;
}

static void
add_told(const struct cost_frame *f, const struct call_state *c, const struct cost_prices *p,
    int32_t tech, int64_t start, struct cost *add)
{
	const struct told_state *t = &c->told;
	int64_t off = start > t->arrival ? start - t->arrival : t->arrival - start;

	if (t->promise && start > t->promise_to)
		add->promise += p->break_promise_cents;
	if (t->promise && (start < t->promise_from || start > t->promise_to))
		add->disturbance += p->repromise_cents;
	if (t->any && t->technician >= 0 && t->technician != tech)
		add->disturbance += p->reassign_cents;
	if (t->any && off > state_guidelines(f->s)->eta_tolerance_s)
		add->disturbance += p->eta_moved_cents;
}

int64_t
cost_disturbing(const struct cost_frame *f, int32_t call, int32_t tech, int64_t start)
{
	const struct call_state *c = state_call(f->s, call);
	struct cost add = { 0 };
	struct cost_prices p;

	cost_prices(f, call, &p);
	if (tech >= 0)
		add_told(f, c, &p, tech, start, &add);
	else if (c->told.any || c->told.promise)
		add.disturbance = p.drop_cents;
	return add.disturbance + add.promise;
}

static void
add_stop(const struct cost_frame *f, int32_t tech, const struct stop *stop, struct cost *add)
{
	const struct guidelines *g = state_guidelines(f->s);
	const struct call_state *c = state_call(f->s, stop->call);
	struct cost_prices p;
	int64_t due = cost_due(c);

	cost_prices(f, stop->call, &p);
	add->drive += cost_hourly(g->drive_cents_per_h, stop->drive_s);
	if (stop->arrival > c->opened)
		add->response += cost_hourly(p.response_cents_per_h, stop->arrival - c->opened);
	add->late += late_cents(g, p.late_cents_per_h, stop->arrival - due);
	if (c->preferred[0] != '\0' && state_tech_find(f->s, c->preferred) != tech)
		add->prefer += p.prefer_cents;
	add_told(f, c, &p, tech, stop->arrival, add);
}

void
cost_route(const struct cost_frame *f, int32_t tech, const struct retimed *r, struct cost *add)
{
	const struct guidelines *g = state_guidelines(f->s);
	const struct tech *t = state_tech(f->s, tech);
	const struct shift *shift = r->shift >= 0 ? &t->shift[r->shift] : NULL;
	struct travel_model travel = state_travel(f->s);
	int64_t idle, before = t->hard_points, hard = before;
	const struct stop *last;

	if (r->stops <= r->under_way)
		return;
	last = &r->stop[r->stops - 1];
	idle = last->end - r->ready;
	for (int32_t i = r->under_way; i < r->stops; i++) {
		add_stop(f, tech, &r->stop[i], add);
		idle -= r->stop[i].drive_s + (r->stop[i].end - r->stop[i].arrival);
		hard += state_call(f->s, r->stop[i].call)->difficulty;
	}
	for (int32_t b = 0; b < r->takens; b++) {
		if (r->taken[b].after < r->stops)
			idle -= r->taken[b].duration_s;
		if (shift != NULL && r->taken[b].start > shift->due[r->taken[b].due].to)
			add->breaks += cost_hourly(g->break_late_cents_per_h,
			    r->taken[b].start - shift->due[r->taken[b].due].to);
	}
	if (idle > 0)
		add->wait += cost_hourly(g->wait_cents_per_h, idle);
	add->drive += cost_hourly(g->drive_cents_per_h,
	    travel_s(&travel, state_call(f->s, last->call)->site, t->own_end ? t->end : t->home,
		state_speed_pct(f->s, tech)));
	add->overtime += cost_hourly(g->overtime_cents_per_h, r->overtime_s);
	add->fair += g->fair_cents * (hard * hard - before * before);
}

void
cost_unserved(const struct cost_frame *f, int32_t call, struct cost *add)
{
	const struct call_state *c = state_call(f->s, call);
	struct cost_prices p;

	cost_prices(f, call, &p);
	add->unserved += p.unserved_cents;
	if (c->told.any || c->told.promise)
		add->disturbance += p.drop_cents;
}

bool
cost_waits(const struct cost_frame *f, int32_t call, int64_t horizon)
{
	const struct call_state *c = state_call(f->s, call);
	int64_t from = state_start_at(c, f->now);

	if (c->told.promise && c->told.promise_from > from)
		from = c->told.promise_from;
	return from >= horizon && from >= f->day_to;
}

struct cost
cost_less(const struct cost *a, const struct cost *b)
{
	return (struct cost){
		.drive = a->drive - b->drive,
		.wait = a->wait - b->wait,
		.overtime = a->overtime - b->overtime,
		.late = a->late - b->late,
		.response = a->response - b->response,
		.promise = a->promise - b->promise,
		.disturbance = a->disturbance - b->disturbance,
		.fair = a->fair - b->fair,
		.prefer = a->prefer - b->prefer,
		.breaks = a->breaks - b->breaks,
		.unserved = a->unserved - b->unserved,
	};
}

int64_t
cost_total(const struct cost *c)
{
	return c->drive + c->wait + c->overtime + c->late + c->response + c->promise +
	    c->disturbance + c->fair + c->prefer + c->breaks + c->unserved;
}
