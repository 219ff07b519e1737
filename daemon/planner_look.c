/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at routes: whether re-timing them is enough, and when to look again. */
#include <stdlib.h>

#include "daemon/insertion.h"
#include "daemon/planner_impl.h"
#include "daemon/tell.h"

enum {
	LOOK_UNASSIGNED_MAX = 60, /* unassigned calls tried against a technician who has time */
	LATE_START_S = 1800,      /* who does not start his shift is planned for so long */
};

/*
 * Whether a stop, seen from its re-timed route, has become worse than what is known of it: newly,
 * or so that people are to be told now, which is the last moment to mend it.
 */
static bool
hurts(const struct state *s, int64_t now, int32_t tech, const struct stop *is, int64_t was)
{
	const struct call_state *c = state_call(s, is->call);
	int32_t tolerance_s = state_guidelines(s)->eta_tolerance_s;
	int64_t due = cost_due(c), anyway;

	if (is->arrival > due && is->arrival - was > tolerance_s)
		return true;
	if (c->told.any && is->arrival - c->told.arrival > tolerance_s) {
		if (was - c->told.arrival <= tolerance_s)
			return true;
	} else if (!c->told.promise || is->arrival <= c->told.promise_to) {
		return false;
	}
	if (c->told.promise && is->arrival > c->told.promise_to && was <= c->told.promise_to)
		return true;
	return tell_from(s, NULL, tech, is, &anyway) <= now;
}

/* Adds what hurts on one route. */
static bool
look_at_route(const struct state *s, int64_t now, struct question *q, int32_t tech,
    const struct retimed *r)
{
	const struct tech *t = state_tech(s, tech);
	bool any = false;

	for (int32_t i = 0; i < r->losts; i++) {
		question_call(q, r->lost[i]);
		any = true;
	}
	for (int32_t i = r->under_way; i < r->stops; i++) {
		/* Re-timing keeps the order; after a loss the places no longer match. */
		int64_t was = r->losts == 0 && i < t->stops
		    ? t->stop[i].arrival
		    : state_call(s, r->stop[i].call)->arrival;

		if (hurts(s, now, tech, &r->stop[i], was)) {
			question_call(q, r->stop[i].call);
			any = true;
		}
	}
	return any;
}

/* Whether a technician could take an unassigned call for less than leaving it costs. */
static bool
look_for_work(const struct cost_frame *f, struct question *q, int32_t tech, const struct retimed *r)
{
	int32_t open_n, tried = 0;
	const int32_t *open = state_open(f->s, &open_n);

	for (int32_t i = 0; i < open_n && tried < LOOK_UNASSIGNED_MAX; i++) {
		struct insertion best;
		struct cost_prices p;
		struct visit v;

		if (state_call(f->s, open[i])->status != CALL_UNASSIGNED ||
		    !state_may(f->s, tech, open[i]))
			continue;
		tried++;
		v = insertion_visit(f->s, open[i]);
		cost_prices(f, open[i], &p);
		if (insertion_best(f, tech, r, &v, &best) && best.cents < p.unserved_cents) {
			question_call(q, open[i]);
			return true;
		}
	}
	return false;
}

int32_t
look_unassigned(const struct state *s)
{
	int32_t open_n, n = 0;
	const int32_t *open = state_open(s, &open_n);

	for (int32_t i = 0; i < open_n; i++)
		n += state_call(s, open[i])->status == CALL_UNASSIGNED;
	return n;
}

static bool
is_placeable(const struct cost_frame *f, int32_t call, const struct retimed *route)
{
	struct visit v = insertion_visit(f->s, call);
	struct insertion best;
	struct cost_prices p;

	cost_prices(f, call, &p);
	for (int32_t k = 0; k < state_techs(f->s); k++)
		if (route[k].works && state_may(f->s, k, call) &&
		    insertion_best(f, k, &route[k], &v, &best) && best.cents < p.unserved_cents)
			return true;
	return false;
}

int32_t
look_placeable(const struct desk *d, int32_t max)
{
	const struct state *s = d->t->state;
	struct cost_frame f = cost_frame(s, planner_now(d->p));
	struct retimed *route = malloc(((size_t)state_techs(s) + 1) * sizeof(*route));
	int32_t open_n, tried = 0, n = 0;
	const int32_t *open = state_open(s, &open_n);

	if (route == NULL)
		return 0;
	for (int32_t k = 0; k < state_techs(s); k++)
		retime(s, k, f.now, &route[k]);
	/* The newest first: the old ones were tried before. */
	for (int32_t i = open_n - 1; i >= 0 && n < max && tried < LOOK_UNASSIGNED_MAX; i--) {
		if (state_call(s, open[i])->status != CALL_UNASSIGNED)
			continue;
		tried++;
		n += is_placeable(&f, open[i], route);
	}
	free(route);
	return n;
}

void
look_at(struct desk *d, struct question *q)
{
	const struct state *s = d->t->state;
	struct cost_frame f = cost_frame(s, planner_now(d->p));
	bool work = look_unassigned(s) > 0;

	for (int32_t k = 0; k < state_techs(s); k++) {
		struct retimed r;
		bool any;

		if (!q->dirty[k])
			continue;
		retime(s, k, f.now, &r);
		any = look_at_route(s, f.now, q, k, &r);
		if (!any && work && r.works && !q->cause.tick)
			any = look_for_work(&f, q, k, &r);
		if (any) {
			question_focus(q, k);
			q->solve = true;
		}
	}
}

/* When a technician's first stop ahead has to be set out for; INT64_MAX none. */
static int64_t
departure(const struct tech *t)
{
	int32_t first = t->call >= 0 ? 1 : 0;

	if (first >= t->stops || t->status == TECH_ON_SITE || t->status == TECH_DRIVING)
		return INT64_MAX;
	return t->stop[first].arrival - t->stop[first].drive_s;
}

/* Until when the plan of somebody who is off stands: who does not come slips, then is given up. */
static int64_t
off_until(const struct tech *t, int64_t now)
{
	int64_t go = departure(t);

	for (int32_t i = 0; t->stops > 0 && i < t->shifts; i++) {
		int64_t given_up = t->shift[i].from + LATE_START_S + 1;

		if (t->shift[i].ended || t->stop[0].arrival >= t->shift[i].to)
			continue;
		if (now >= given_up)
			return now;
		return go + PLANNER_TICK_SLIP_S < given_up ? go + PLANNER_TICK_SLIP_S : given_up;
	}
	return INT64_MAX;
}

/*
 * When the first promise ahead is missed if he who should set out, or have arrived, does not: then
 * it is looked at at once, for its customer is to hear before the window ends.
 */
static int64_t
misses_at(const struct state *s, const struct tech *t)
{
	int64_t go = departure(t), first = INT64_MAX;

	for (int32_t i = 0; i < t->stops; i++) {
		const struct told_state *told = &state_call(s, t->stop[i].call)->told;
		int64_t at = t->stop[i].arrival;

		if (!told->promise || at > told->promise_to)
			continue;
		if (t->status == TECH_DRIVING && i == 0)
			at = told->promise_to - PLANNER_TICK_SLIP_S > at
			    ? told->promise_to - PLANNER_TICK_SLIP_S
			    : at;
		else if (go < INT64_MAX)
			at = go + told->promise_to - at;
		else
			continue;
		first = at + 1 < first ? at + 1 : first;
	}
	return first;
}

/* Until when the present plan of a technician needs no look unless something happens. */
static int64_t
stands_until(const struct state *s, const struct tech *t, int64_t now)
{
	int64_t until = INT64_MAX, go = departure(t), missed = misses_at(s, t);

	switch (t->status) {
	case TECH_OFF:
		until = off_until(t, now);
		break;
	case TECH_FREE:
		until = go < INT64_MAX ? go + PLANNER_TICK_SLIP_S : INT64_MAX;
		break;
	case TECH_DRIVING:
		until = t->stop[0].arrival + PLANNER_TICK_SLIP_S;
		break;
	case TECH_ON_SITE:
		until = t->stop[0].end + 1;
		break;
	case TECH_ON_BREAK:
		until = t->until + PLANNER_TICK_SLIP_S;
		break;
	case TECH_STATUSES:
		break;
	}
	until = missed < until ? missed : until;
	if (t->absent_from > now && t->stops > 0 && t->absent_from < until)
		until = t->absent_from;
	return until;
}

void
look_at_time(struct desk *d, struct question *q)
{
	const struct state *s = d->t->state;
	int64_t now = planner_now(d->p);

	for (int32_t k = 0; k < state_techs(s); k++) {
		const struct tech *t = state_tech(s, k);

		if (stands_until(s, t, now) <= now || tell_due(s, now, k, NULL)) {
			if (!q->any)
				q->cause = (struct cause){ .tick = true,
					.seq = state_seq(s),
					.call = -1,
					.tech = k,
					.why = TELL_TIME };
			question_dirty(q, k);
		}
	}
}

int64_t
look_next(const struct desk *d, int64_t now)
{
	const struct state *s = d->t->state;
	int64_t next = INT64_MAX;

	for (int32_t k = 0; k < state_techs(s); k++) {
		const struct tech *t = state_tech(s, k);
		int64_t until = stands_until(s, t, now), tell = tell_next(s, now, k);

		until = tell < until ? tell : until;
		/* What is overdue although it was looked at is looked at again soon. */
		if (until <= now)
			until = now + PLANNER_TICK_SLIP_S;
		next = until < next ? until : next;
	}
	return next;
}
