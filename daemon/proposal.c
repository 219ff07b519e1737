/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/proposal.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/snapshot.h"

enum {
	PUSH_MAX_S = 60, /* more cannot have passed since the snapshot */
	SAME_S = 60,     /* a stop that is moved by less is not moved */
};

/* Whether the plan leaves a route as it stands: order, times, and where breaks are taken. */
static bool
stands(const struct scope *sc, const struct retimed *was, const struct plan_route *route)
{
	if (route->stops != was->stops - was->under_way)
		return false;
	for (int32_t i = 0; i < route->stops; i++) {
		const struct stop *stop = &was->stop[was->under_way + i];

		if (sc->call[route->stop[i].call] != stop->call ||
		    llabs(sc->now + route->stop[i].start_s - stop->arrival) >= SAME_S)
			return false;
	}
	if (route->stops == 0)
		return true;
	if (route->takens != was->takens)
		return false;
	for (int32_t b = 0; b < route->takens; b++)
		if (was->under_way + route->taken[b].after != was->taken[b].after)
			return false;
	return true;
}

/* Whether a technician's day stands as it stood in the snapshot. */
static bool
same_day(const struct retimed *was, const struct retimed *is)
{
	if (is->works != was->works || is->shift != was->shift || is->stops != was->stops ||
	    is->under_way != was->under_way)
		return false;
	for (int32_t i = 0; i < is->stops; i++)
		if (is->stop[i].call != was->stop[i].call)
			return false;
	return true;
}

/* Times a route on: stop by stop, never before the plan's own times. */
struct timing {
	const struct tech *t;
	struct travel_model travel;
	struct place at;
	int64_t free;
	int32_t due[STATE_BREAKS_MAX]; /* of the shift, by the problem's number */
	int32_t dues;
};

static bool
take_breaks(struct timing *w, const struct plan_route *route, int32_t after, int64_t origin,
    struct retimed *r)
{
	for (int32_t b = 0; b < route->takens; b++) {
		const struct shift *shift = &w->t->shift[r->shift];
		int32_t nth = route->taken[b].due;
		int32_t due = nth >= 0 && nth < w->dues ? w->due[nth] : -1;
		int64_t start = origin + route->taken[b].start_s;

		if (route->taken[b].after != after)
			continue;
		if (due < 0 || r->takens == STATE_BREAKS_MAX)
			return false;
		start = start > w->free ? start : w->free;
		r->taken[r->takens++] = (struct planned_break){
			.due = due,
			.after = r->under_way + after,
			.start = start,
			.duration_s = shift->due[due].duration_s,
		};
		w->free = start + shift->due[due].duration_s;
	}
	return true;
}

static bool
time_on(const struct state *s, const struct scope *sc, const struct plan_route *route,
    int64_t origin, int32_t tech, struct retimed *r)
{
	const struct tech *t = state_tech(s, tech);
	struct timing w = { .t = t, .travel = state_travel(s), .at = r->ready_place,
		.free = r->ready };
	int32_t speed_pct = state_speed_pct(s, tech);

	w.dues = snapshot_breaks(t, r, w.due);
	r->stops = r->under_way;
	r->losts = 0;
	r->takens = 0;
	for (int32_t i = 0; i < route->stops; i++) {
		const struct plan_stop *stop = &route->stop[i];
		const struct call_state *c = state_call(s, sc->call[stop->call]);
		int64_t arrival = origin + stop->start_s;
		struct work work;
		int32_t drive;

		if (!take_breaks(&w, route, i, origin, r) || r->stops == STATE_STOPS_MAX)
			return false;
		drive = travel_s(&w.travel, w.at, c->site, speed_pct);
		if (w.free + drive - arrival > PUSH_MAX_S)
			return false;
		arrival = arrival > w.free + drive ? arrival : w.free + drive;
		arrival = state_start_at(c, arrival);
		state_work(s, tech, sc->call[stop->call], &work);
		w.free = arrival + work.planned_s;
		w.at = c->site;
		r->stop[r->stops++] = (struct stop){
			.call = sc->call[stop->call],
			.arrival = arrival,
			.end = w.free,
			.drive_s = drive,
		};
	}
	if (!take_breaks(&w, route, route->stops, origin, r))
		return false;
	r->end = w.free;
	if (route->stops > 0)
		r->end += travel_s(&w.travel, w.at, t->own_end ? t->end : t->home, speed_pct);
	r->overtime_s = (int32_t)(r->end > r->shift_end ? r->end - r->shift_end : 0);
	return true;
}

static bool
works(const struct state *s, int64_t now, int32_t tech)
{
	struct retimed r;

	retime(s, tech, now, &r);
	return r.works;
}

/* Every call of the plan's route can still be planned. */
static const char *
gone(const struct state *s, int64_t now, const struct scope *sc, const struct plan_route *route)
{
	for (int32_t i = 0; i < route->stops; i++) {
		const struct call_state *c = state_call(s, sc->call[route->stop[i].call]);

		if (c->status != CALL_PLANNED && c->status != CALL_UNASSIGNED)
			return c->id;
		if (c->status == CALL_PLANNED && scope_tech(sc, c->tech) < 0 && works(s, now, c->tech))
			return c->id;
	}
	return NULL;
}

int
proposal_make(const struct state *s, int64_t now, const struct scope *sc,
    const struct plan *plan, struct new_route *ret, int32_t *ret_n, char *why, size_t why_size)
{
	int32_t n = 0;

	for (int32_t k = 0; k < sc->techs; k++) {
		const struct retimed *was = &sc->route[k];
		const struct plan_route *route = &plan->route[k];
		struct new_route *to = &ret[n];
		const char *call;

		if (stands(sc, was, route))
			continue;
		to->tech = sc->tech[k];
		retime(s, to->tech, now, &to->timed);
		call = gone(s, now, sc, route);
		if (!same_day(was, &to->timed) || call != NULL) {
			snprintf(why, why_size, "%s changed meanwhile",
			    call != NULL ? call : state_tech(s, to->tech)->id);
			return -ESTALE;
		}
		if (!time_on(s, sc, route, sc->now, to->tech, &to->timed)) {
			snprintf(why, why_size, "the times of %s make no sense",
			    state_tech(s, to->tech)->id);
			return -EPERM;
		}
		n++;
	}
	*ret_n = n;
	return 0;
}

struct proposed_route
proposal_view(const struct new_route *r)
{
	const struct retimed *t = &r->timed;
	struct proposed_route view = {
		.tech = r->tech,
		.stop = (struct stop *)t->stop + t->under_way,
		.stops = t->stops - t->under_way,
		.takens = t->takens,
		.end = t->end,
	};

	memcpy(view.taken, t->taken, sizeof(view.taken));
	for (int32_t b = 0; b < view.takens; b++)
		view.taken[b].after -= t->under_way;
	return view;
}
