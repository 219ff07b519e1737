/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/check.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/tell.h"

/* A call that the routes touch: where the stay plan has it, and where the new plan. */
struct touched {
	int32_t call;
	bool stood;        /* it is on the present route of stay_tech */
	int32_t stay_tech;
	bool stay_served;
	int64_t stay;      /* its start in the stay plan */
	bool served;
	int32_t tech;
	int64_t start;
};

struct checker {
	const struct state *s;
	int64_t now;
	const struct proposed_route *route;
	int32_t routes, budget;
	struct touched *touched;
	int32_t toucheds;
	char *why;
	size_t why_size;
};

static int __attribute__((format(printf, 2, 3)))
refuse(const struct checker *ck, const char *fmt, ...)
{
	va_list ap;

	if (ck->why != NULL) {
		va_start(ap, fmt);
		vsnprintf(ck->why, ck->why_size, fmt, ap);
		va_end(ap);
	}
	return -EPERM;
}

static const char *
tech_name(const struct checker *ck, int32_t tech)
{
	return state_tech(ck->s, tech)->id;
}

static const char *
call_name(const struct checker *ck, int32_t call)
{
	return state_call(ck->s, call)->id;
}

/* --- one route --- */

/* A technician followed along his proposed route. */
struct follow {
	const struct checker *ck;
	const struct proposed_route *route;
	const struct retimed *stay;
	const struct tech *t;
	struct travel_model travel;
	int32_t speed_pct;
	int64_t free; /* from then on he can drive */
	struct place place;
	int32_t taken; /* breaks taken so far */
};

static int
follow_break(struct follow *f, const struct planned_break *pb)
{
	const struct checker *ck = f->ck;
	const struct shift *sh = &f->t->shift[f->stay->shift];
	const struct break_due_at *due;

	if (pb->due < 0 || pb->due >= sh->dues || sh->due[pb->due].status != BREAK_DUE)
		return refuse(ck, "%s: there is no break %d due", f->t->id, pb->due);
	due = &sh->due[pb->due];
	if (f->taken > 0 && f->route->taken[f->taken - 1].due >= pb->due)
		return refuse(ck, "%s: break %d is out of order or taken twice", f->t->id, pb->due);
	if (pb->start < f->free || pb->start < due->from)
		return refuse(ck, "%s: break %d starts before it may", f->t->id, pb->due);
	if (pb->duration_s != due->duration_s)
		return refuse(ck, "%s: break %d has a wrong length", f->t->id, pb->due);
	f->free = pb->start + pb->duration_s;
	f->taken++;
	return 0;
}

/* The breaks at the gap after so many stops. */
static int
follow_gap(struct follow *f, int32_t after)
{
	while (f->taken < f->route->takens && f->route->taken[f->taken].after == after) {
		int rc = follow_break(f, &f->route->taken[f->taken]);

		if (rc < 0)
			return rc;
	}
	return 0;
}

static int
follow_stop(struct follow *f, const struct stop *stop)
{
	const struct checker *ck = f->ck;
	const struct call_state *c = state_call(ck->s, stop->call);
	int32_t drive_s = travel_s(&f->travel, f->place, c->site, f->speed_pct);
	struct work work;

	state_work(ck->s, f->route->tech, stop->call, &work);
	if (!state_may(ck->s, f->route->tech, stop->call))
		return refuse(ck, "%s may not do %s", f->t->id, c->id);
	if (stop->drive_s != drive_s)
		return refuse(ck, "%s: the drive to %s takes %d s, not %d", f->t->id, c->id, drive_s,
		    stop->drive_s);
	if (stop->arrival < f->free + drive_s)
		return refuse(ck, "%s cannot be at %s so early: %" PRId64 " s", f->t->id, c->id,
		    f->free + drive_s - stop->arrival);
	if (c->appointment && stop->arrival < c->appt_from)
		return refuse(ck, "%s starts before its appointment", c->id);
	if (stop->arrival < c->not_before)
		return refuse(ck, "%s starts before the day it was carried over to", c->id);
	if (stop->arrival != state_start_at(c, stop->arrival))
		return refuse(ck, "%s starts when its customer said it may not", c->id);
	if (stop->end - stop->arrival < work.planned_s)
		return refuse(ck, "%s is squeezed: its work takes %d s, not %" PRId64, c->id,
		    work.planned_s, stop->end - stop->arrival);
	if (stop->end - stop->arrival > work.planned_s)
		return refuse(ck, "%s does not last as long as it should", c->id);
	f->free = stop->end;
	f->place = c->site;
	return 0;
}

/* Whoever works takes every break that is still due and begins early enough to end within the day. */
static int
check_breaks_taken(const struct follow *f, int64_t latest)
{
	const struct shift *sh = &f->t->shift[f->stay->shift];
	int32_t taken = 0;

	for (int32_t i = 0; i < sh->dues; i++) {
		const struct break_due_at *due = &sh->due[i];
		int64_t from = due->from > f->stay->ready ? due->from : f->stay->ready;

		if (due->status != BREAK_DUE || from + due->duration_s > latest)
			continue;
		while (taken < f->route->takens && f->route->taken[taken].due < i)
			taken++;
		if (taken == f->route->takens || f->route->taken[taken].due != i)
			return refuse(f->ck, "%s: break %d is left out", f->t->id, i);
	}
	return 0;
}

static int
check_end(const struct follow *f)
{
	int64_t latest = f->stay->shift_end + f->stay->overtime_max_s;
	int64_t home = f->free + travel_s(&f->travel, f->place, f->t->end, f->speed_pct);

	if (f->taken != f->route->takens)
		return refuse(f->ck, "%s: a break at no gap of the route", f->t->id);
	if (home != f->route->end)
		return refuse(f->ck, "%s is back %" PRId64 " s later than said", f->t->id,
		    home - f->route->end);
	if (home > latest)
		return refuse(f->ck, "%s is back %" PRId64 " s after the latest end of the shift",
		    f->t->id, home - latest);
	return check_breaks_taken(f, latest);
}

/* Told stops that are near keep their technician and their order, as far as they lead the route. */
static int
check_frozen(const struct follow *f)
{
	const struct checker *ck = f->ck;
	int64_t horizon = ck->now + state_guidelines(ck->s)->freeze_s;

	for (int32_t i = f->stay->under_way; i < f->stay->stops; i++) {
		const struct stop *stop = &f->stay->stop[i];
		int32_t at = i - f->stay->under_way;

		if (!state_call(ck->s, stop->call)->told.any || stop->arrival > horizon)
			return 0;
		if (at >= f->route->stops || f->route->stop[at].call != stop->call)
			return refuse(ck, "%s is too near to be moved", call_name(ck, stop->call));
	}
	return 0;
}

static int
check_route(const struct checker *ck, const struct proposed_route *route,
    const struct retimed *stay)
{
	struct follow f = { .ck = ck, .route = route, .stay = stay };
	int rc = 0;

	f.t = state_tech(ck->s, route->tech);
	if (ck->budget >= 0 && check_frozen(&f) < 0)
		return -EPERM;
	if (route->stops == 0)
		return 0;
	if (!stay->works)
		return refuse(ck, "%s does not work", f.t->id);
	f.travel = state_travel(ck->s);
	f.speed_pct = state_speed_pct(ck->s, route->tech);
	f.free = stay->ready;
	f.place = stay->ready_place;
	for (int32_t i = 0; i < route->stops && rc == 0; i++) {
		rc = follow_gap(&f, i);
		if (rc == 0)
			rc = follow_stop(&f, &route->stop[i]);
	}
	if (rc == 0)
		rc = follow_gap(&f, route->stops);
	return rc < 0 ? rc : check_end(&f);
}

/* --- the routes together --- */

static int
check_shape(const struct checker *ck, const struct proposed_route *route)
{
	if (route->tech < 0 || route->tech >= state_techs(ck->s))
		return refuse(ck, "A route of nobody");
	if (route->stops < 0 || route->stops > STATE_STOPS_MAX - 1 || route->takens < 0 ||
	    route->takens > STATE_BREAKS_MAX)
		return refuse(ck, "%s: a route that is too long", tech_name(ck, route->tech));
	for (int32_t i = 0; i < route->stops; i++) {
		int32_t call = route->stop[i].call;

		if (call < 0 || call >= state_calls(ck->s) || call_name(ck, call)[0] == '\0')
			return refuse(ck, "%s: a stop at no call", tech_name(ck, route->tech));
		if (state_call(ck->s, call)->status > CALL_PLANNED)
			return refuse(ck, "%s is %s", call_name(ck, call),
			    call_status_name(state_call(ck->s, call)->status));
	}
	return 0;
}

static struct touched *
touch(struct checker *ck, int32_t call)
{
	struct touched *to = &ck->touched[ck->toucheds++];

	*to = (struct touched){ .call = call, .stay_tech = -1, .tech = -1 };
	return to;
}

/* A stop that is driven to is nobody's to move, but its told ETA may be past. */
static void
touch_en_route(struct checker *ck, int32_t tech, const struct stop *stop)
{
	struct touched *to = touch(ck, stop->call);

	to->stood = to->stay_served = to->served = true;
	to->stay_tech = to->tech = tech;
	to->stay = to->start = stop->arrival;
}

static void
touch_stay(struct checker *ck, int32_t tech, const struct retimed *stay)
{
	for (int32_t i = 0; i < stay->under_way; i++)
		if (state_call(ck->s, stay->stop[i].call)->status == CALL_EN_ROUTE)
			touch_en_route(ck, tech, &stay->stop[i]);
	for (int32_t i = stay->under_way; i < stay->stops; i++) {
		struct touched *to = touch(ck, stay->stop[i].call);

		to->stood = to->stay_served = true;
		to->stay_tech = tech;
		to->stay = stay->stop[i].arrival;
	}
	for (int32_t i = 0; i < stay->losts; i++) {
		struct touched *to = touch(ck, stay->lost[i]);

		to->stood = true;
		to->stay_tech = tech;
	}
}

static void
touch_new(struct checker *ck, const struct proposed_route *route)
{
	for (int32_t i = 0; i < route->stops; i++) {
		struct touched *to = touch(ck, route->stop[i].call);

		to->served = true;
		to->tech = route->tech;
		to->start = route->stop[i].arrival;
	}
}

static int
by_call(const void *a, const void *b)
{
	const struct touched *x = a, *y = b;

	if (x->call != y->call)
		return x->call < y->call ? -1 : 1;
	return (int)y->stood - (int)x->stood;
}

/* Joins the two sides of each call; refuses a call that is served twice or taken from who stands still. */
static int
join(struct checker *ck)
{
	int32_t n = 0;

	qsort(ck->touched, (size_t)ck->toucheds, sizeof(ck->touched[0]), by_call);
	for (int32_t i = 0; i < ck->toucheds; i++) {
		struct touched *to = &ck->touched[i];
		struct touched *last = n > 0 ? &ck->touched[n - 1] : NULL;

		if (last != NULL && last->call == to->call && last->served)
			return refuse(ck, "%s is served twice", call_name(ck, to->call));
		if (last != NULL && last->call == to->call) {
			last->served = true;
			last->tech = to->tech;
			last->start = to->start;
			continue;
		}
		if (!to->stood && state_call(ck->s, to->call)->status != CALL_UNASSIGNED)
			return refuse(ck, "%s is on a route that stands", call_name(ck, to->call));
		ck->touched[n++] = *to;
	}
	ck->toucheds = n;
	return 0;
}

static int
touched_new(struct checker *ck)
{
	size_t n = 1;

	for (int32_t i = 0; i < ck->routes; i++)
		n += (size_t)ck->route[i].stops +
		    (size_t)state_tech(ck->s, ck->route[i].tech)->stops;
	ck->touched = calloc(n, sizeof(*ck->touched));
	return ck->touched == NULL ? -ENOMEM : 0;
}

static int
check_distinct(const struct checker *ck)
{
	bool *seen = calloc((size_t)state_techs(ck->s) + 1, sizeof(*seen));
	int rc = seen == NULL ? -ENOMEM : 0;

	for (int32_t i = 0; i < ck->routes && rc == 0; i++) {
		rc = check_shape(ck, &ck->route[i]);
		if (rc < 0)
			break;
		if (seen[ck->route[i].tech])
			rc = refuse(ck, "%s has two routes", tech_name(ck, ck->route[i].tech));
		seen[ck->route[i].tech] = true;
	}
	free(seen);
	return rc;
}

static int
check_routes(struct checker *ck)
{
	struct retimed *stay = malloc(sizeof(*stay)); /* filled by retime() */
	int rc = stay == NULL ? -ENOMEM : check_distinct(ck);

	if (rc == 0)
		rc = touched_new(ck);
	for (int32_t i = 0; i < ck->routes && rc == 0; i++) {
		const struct proposed_route *route = &ck->route[i];

		retime(ck->s, route->tech, ck->now, stay);
		rc = check_route(ck, route, stay);
		touch_stay(ck, route->tech, stay);
		touch_new(ck, route);
	}
	free(stay);
	return rc < 0 ? rc : join(ck);
}

/* --- disturbance --- */

enum kinds {
	KIND_REASSIGNED = 1,
	KIND_REPROMISED = 2,
	KIND_ETA_MOVED = 4,
	KIND_DROPPED = 8,
};

/* How the call's new place differs from what was told. */
static unsigned
kinds_of(const struct checker *ck, const struct touched *to)
{
	const struct told_state *told = &state_call(ck->s, to->call)->told;
	int32_t tolerance_s = state_guidelines(ck->s)->eta_tolerance_s;
	unsigned kinds = 0;

	if (!to->served)
		return told->any || told->promise ? KIND_DROPPED : 0;
	if (told->any && told->technician >= 0 && told->technician != to->tech)
		kinds |= KIND_REASSIGNED;
	if (told->promise && (to->start < told->promise_from || to->start > told->promise_to))
		kinds |= KIND_REPROMISED;
	if (told->any &&
	    (to->start > told->arrival + tolerance_s || to->start < told->arrival - tolerance_s))
		kinds |= KIND_ETA_MOVED;
	return kinds;
}

static int64_t
sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Whether it is disturbed beyond what the stay plan does to it: solver/problem.h has the rule. */
static bool
by_choice(const struct checker *ck, const struct touched *to, unsigned kinds)
{
	const struct told_state *told = &state_call(ck->s, to->call)->told;
	int32_t tolerance_s = state_guidelines(ck->s)->eta_tolerance_s;

	if (!to->stay_served)
		return false;
	if ((kinds & KIND_DROPPED) != 0)
		return true;
	if (!to->served)
		return false; /* nobody was told */
	if ((kinds & KIND_REASSIGNED) != 0 && to->tech != to->stay_tech)
		return true;
	if (told->any &&
	    (to->start < sooner(told->arrival - tolerance_s, to->stay) ||
	        to->start > later(told->arrival, to->stay) + tolerance_s))
		return true;
	return told->promise &&
	    (to->start < sooner(told->promise_from, to->stay) ||
	        to->start > later(told->promise_to, to->stay));
}

/* A pinned call stays with its technician even if nobody was told of it. */
static int
check_immovable(const struct checker *ck, const struct touched *to, bool chosen)
{
	const struct call_state *c = state_call(ck->s, to->call);

	if (ck->budget < 0)
		return 0;
	if (c->pinned && to->stay_served && (!to->served || to->tech != to->stay_tech))
		return refuse(ck, "%s is pinned to %s", c->id, tech_name(ck, to->stay_tech));
	if (!chosen)
		return 0;
	if (c->pinned)
		return refuse(ck, "%s is pinned", c->id);
	if (state_moves_today(ck->s, to->call, ck->now) >= state_guidelines(ck->s)->moves_max)
		return refuse(ck, "%s was moved often enough today", c->id);
	if (tell_waits(ck->s, to->call, ck->now) && (!to->served || tell_misses(c, to->start)))
		return refuse(ck, "%s was promised another time just now", c->id);
	return 0;
}

static int
lists_new(struct disturbed *d, int32_t n)
{
	int32_t **lists[] = { &d->reassigned, &d->repromised, &d->eta_moved, &d->dropped,
		&d->chosen, &d->forced };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		*lists[i] = malloc(((size_t)n + 1) * sizeof(**lists[i]));
		if (*lists[i] == NULL)
			return -ENOMEM;
	}
	return 0;
}

static int
count_one(const struct checker *ck, const struct touched *to, struct disturbed *d)
{
	unsigned kinds = kinds_of(ck, to);
	bool chosen = by_choice(ck, to, kinds);

	if (check_immovable(ck, to, chosen) < 0)
		return -EPERM;
	if ((kinds & KIND_REASSIGNED) != 0)
		d->reassigned[d->reassigneds++] = to->call;
	if ((kinds & KIND_REPROMISED) != 0)
		d->repromised[d->repromiseds++] = to->call;
	if ((kinds & KIND_ETA_MOVED) != 0)
		d->eta_moved[d->eta_moveds++] = to->call;
	if ((kinds & KIND_DROPPED) != 0)
		d->dropped[d->droppeds++] = to->call;
	if (chosen)
		d->chosen[d->chosens++] = to->call;
	else if (kinds != 0)
		d->forced[d->forceds++] = to->call;
	return 0;
}

static int
count(const struct checker *ck, struct disturbed *d)
{
	int rc = lists_new(d, ck->toucheds);

	for (int32_t i = 0; i < ck->toucheds && rc == 0; i++)
		rc = count_one(ck, &ck->touched[i], d);
	if (rc == 0 && ck->budget >= 0 && d->chosens > ck->budget)
		rc = refuse(ck, "%d calls disturbed by choice, %d allowed", d->chosens, ck->budget);
	return rc;
}

void
disturbed_done(struct disturbed *d)
{
	free(d->reassigned);
	free(d->repromised);
	free(d->eta_moved);
	free(d->dropped);
	free(d->chosen);
	free(d->forced);
	*d = (struct disturbed){ 0 };
}

int
check_plan(const struct state *s, int64_t now, const struct proposed_route *route,
    int32_t routes, int32_t budget, struct disturbed *ret, char *why, size_t why_size)
{
	struct checker ck = { .s = s,
		.now = now,
		.route = route,
		.routes = routes,
		.budget = budget,
		.why = why,
		.why_size = why_size };
	struct disturbed d = { 0 };
	int rc = check_routes(&ck);

	if (rc == 0)
		rc = count(&ck, &d);
	if (rc == 0)
		*ret = d;
	else
		disturbed_done(&d);
	free(ck.touched);
	return rc;
}
