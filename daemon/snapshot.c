/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/snapshot.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/tell.h"

enum {
	AWAY_S_MAX = 399999999,          /* problem.h takes no time farther from its origin */
	NEVER_DROPPED_CENTS = 100000000, /* the largest price of a problem */
};

/* The distinct skills that the scope's calls need. */
struct names {
	char name[PROBLEM_SKILLS_MAX][STATE_ID_SIZE];
	int32_t n;
};

static int32_t
name_find(const struct names *names, const char *name)
{
	for (int32_t i = 0; i < names->n; i++)
		if (strcmp(names->name[i], name) == 0)
			return i;
	return -1;
}

static int
collect_names(const struct state *s, const struct scope *sc, struct names *names)
{
	for (int32_t i = 0; i < sc->calls; i++) {
		const struct call_state *c = state_call(s, sc->call[i]);

		for (int32_t n = 0; n < c->needs; n++) {
			if (name_find(names, c->need[n].name) >= 0)
				continue;
			if (names->n == PROBLEM_SKILLS_MAX)
				return -E2BIG;
			snprintf(names->name[names->n++], STATE_ID_SIZE, "%s", c->need[n].name);
		}
	}
	return 0;
}

static int32_t
away(const struct cost_frame *f, int64_t at)
{
	int64_t d = at - f->now;

	return (int32_t)(d > AWAY_S_MAX ? AWAY_S_MAX : d < -AWAY_S_MAX ? -AWAY_S_MAX : d);
}

int32_t
snapshot_breaks(const struct tech *t, const struct retimed *r, int32_t ret[STATE_BREAKS_MAX])
{
	const struct shift *shift = &t->shift[r->shift];
	int32_t n = 0;

	for (int32_t i = 0; i < shift->dues; i++) {
		const struct break_due_at *due = &shift->due[i];
		int64_t from = due->from > r->ready ? due->from : r->ready;

		if (due->status == BREAK_DUE &&
		    from + due->duration_s <= r->shift_end + r->overtime_max_s)
			ret[n++] = i;
	}
	return n;
}

static void
put_breaks(const struct cost_frame *f, const struct tech *t, const struct retimed *r,
    struct technician *to)
{
	int32_t list[STATE_BREAKS_MAX];

	to->dues = snapshot_breaks(t, r, list);
	for (int32_t b = 0; b < to->dues; b++) {
		const struct break_due_at *due = &t->shift[r->shift].due[list[b]];

		to->due[b] = (struct break_due){
			.open_s = away(f, due->from),
			.close_s = away(f, due->to),
			.duration_s = due->duration_s,
		};
	}
}

static int
put_current(const struct scope *sc, int32_t k, struct technician *to)
{
	const struct retimed *r = &sc->route[k];

	to->current = calloc((size_t)r->stops + 1, sizeof(*to->current));
	if (to->current == NULL)
		return -ENOMEM;
	for (int32_t i = r->under_way; i < r->stops; i++)
		to->current[to->currents++] = scope_call(sc, r->stop[i].call);
	to->fixed = sc->frozen[k] - r->under_way;
	return 0;
}

static int
put_technician(const struct cost_frame *f, const struct scope *sc, const struct names *names,
    int32_t k, struct technician *to)
{
	const struct guidelines *g = state_guidelines(f->s);
	const struct tech *t = state_tech(f->s, sc->tech[k]);
	const struct retimed *r = &sc->route[k];

	snprintf(to->id, sizeof(to->id), "%s", t->id);
	to->start = r->ready_place;
	to->end = t->own_end ? t->end : t->home;
	to->ready_s = away(f, r->ready);
	to->shift_end_s = away(f, r->shift_end);
	to->overtime_max_s = r->overtime_max_s;
	to->speed_pct = state_speed_pct(f->s, sc->tech[k]);
	to->drive_cents_per_h = g->drive_cents_per_h;
	to->wait_cents_per_h = g->wait_cents_per_h;
	to->overtime_cents_per_h = g->overtime_cents_per_h;
	to->hard_before = t->hard_points;
	to->skill = calloc((size_t)t->skills + 1, sizeof(*to->skill));
	if (to->skill == NULL)
		return -ENOMEM;
	for (int32_t i = 0; i < t->skills; i++) {
		int32_t skill = name_find(names, t->skill[i].name);

		if (skill >= 0)
			to->skill[to->skills++] = (struct skill_level){
				.skill = (int16_t)skill,
				.level = (int16_t)t->skill[i].level,
			};
	}
	put_breaks(f, t, r, to);
	return put_current(sc, k, to);
}

static void
put_told(const struct cost_frame *f, const struct scope *sc, const struct call_state *c,
    struct told *to)
{
	const struct told_state *t = &c->told;

	if (t->any) {
		to->technician = t->technician < 0 ? -1 : scope_tech(sc, t->technician);
		to->eta = true;
		to->eta_s = away(f, t->arrival);
	}
	if (t->promise) {
		to->promise = true;
		to->promise_from_s = away(f, t->promise_from);
		to->promise_to_s = away(f, t->promise_to);
	}
}

/* Who may not do it: the forbidden of the scope, or all of it if the only one who may is elsewhere. */
static int
put_forbidden(const struct cost_frame *f, const struct scope *sc, const struct call_state *c,
    struct call *to)
{
	int32_t only = c->required[0] != '\0' ? state_tech_find(f->s, c->required) : -1;
	bool none = c->required[0] != '\0' && (only < 0 || scope_tech(sc, only) < 0);

	to->required = only < 0 ? -1 : scope_tech(sc, only);
	to->forbidden = calloc((size_t)(none ? sc->techs : c->forbiddens) + 1,
	    sizeof(*to->forbidden));
	if (to->forbidden == NULL)
		return -ENOMEM;
	for (int32_t k = 0; none && k < sc->techs; k++)
		to->forbidden[to->forbiddens++] = k;
	for (int32_t i = 0; !none && i < c->forbiddens; i++) {
		int32_t tech = state_tech_find(f->s, c->forbidden[i]);
		int32_t k = tech < 0 ? -1 : scope_tech(sc, tech);

		if (k >= 0)
			to->forbidden[to->forbiddens++] = k;
	}
	return 0;
}

/* The beginning of the first declined window after t, INT64_MAX none. */
static int64_t
next_declined(const struct call_state *c, int64_t t)
{
	int64_t next = INT64_MAX;

	for (int32_t i = 0; i < c->declineds; i++)
		if (c->declined[i].from > t && c->declined[i].from < next)
			next = c->declined[i].from;
	return next;
}

static void
put_prices(const struct cost_frame *f, int32_t call, struct call *to)
{
	struct cost_prices p;

	cost_prices(f, call, &p);
	to->late_cents_per_h = p.late_cents_per_h;
	to->response_cents_per_h = p.response_cents_per_h;
	to->break_promise_cents = p.break_promise_cents;
	to->prefer_cents = p.prefer_cents;
	to->reassign_cents = p.reassign_cents;
	to->repromise_cents = p.repromise_cents;
	to->eta_moved_cents = p.eta_moved_cents;
	to->drop_cents = p.drop_cents;
	to->unserved_cents = p.unserved_cents;
}

/* When it may start: from the earliest moment on, but not in the windows that its customer declined. */
static void
put_windows(const struct cost_frame *f, const struct call_state *c, struct call *to)
{
	int64_t open = state_start_at(c, 0), shut;

	to->open_s = open > 0 ? away(f, open) : -AWAY_S_MAX;
	while ((shut = next_declined(c, open)) != INT64_MAX && to->windows < PROBLEM_WINDOWS_MAX - 1) {
		to->window[to->windows++] = (struct window){
			.open_s = open > 0 ? away(f, open) : -AWAY_S_MAX,
			.close_s = away(f, shut - 1),
		};
		open = state_start_at(c, shut);
	}
	if (to->windows > 0)
		to->window[to->windows++] = (struct window){ away(f, open), PROBLEM_NEVER };
}

static int
put_call(const struct cost_frame *f, const struct scope *sc, const struct names *names,
    int32_t call, struct call *to)
{
	const struct guidelines *g = state_guidelines(f->s);
	const struct call_state *c = state_call(f->s, call);
	int32_t preferred = c->preferred[0] != '\0' ? state_tech_find(f->s, c->preferred) : -1;
	int64_t due = cost_due(c);

	snprintf(to->id, sizeof(to->id), "%s", c->id);
	to->site = c->site;
	put_windows(f, c, to);
	to->due_s = due == INT64_MAX ? PROBLEM_NEVER : away(f, due);
	to->opened_s = away(f, c->opened);
	to->difficulty = c->difficulty;
	for (int32_t n = 0; n < c->needs; n++)
		to->need[to->needs++] = (struct skill_level){
			.skill = (int16_t)name_find(names, c->need[n].name),
			.level = (int16_t)c->need[n].level,
		};
	to->preferred = preferred < 0 ? -1 : scope_tech(sc, preferred);
	to->immovable = c->pinned || cost_moves(f, call) >= g->moves_max;
	put_told(f, sc, c, &to->told);
	put_prices(f, call, to);
	return put_forbidden(f, sc, c, to);
}

/* --- how long it takes --- */

/* Planned times of the scope's calls: of anybody, and of one technician. */
struct times {
	int32_t *of_any, *of_one;
};

static int32_t
planned_s(const struct cost_frame *f, int32_t tech, int32_t call)
{
	struct work work;

	state_work(f->s, tech, call, &work);
	return work.planned_s;
}

/* The times of one of them; whether they differ from anybody's. */
static bool
times_of(const struct cost_frame *f, const struct scope *sc, int32_t k, struct times *t)
{
	bool differ = false;

	for (int32_t i = 0; i < sc->calls; i++) {
		t->of_one[i] = planned_s(f, sc->tech[k], sc->call[i]);
		differ |= t->of_one[i] != t->of_any[i];
	}
	return differ;
}

/* Kind 0 takes as long as anybody; the call's list by kind is made when the first one differs. */
static int
put_kind(const struct scope *sc, const struct times *t, int32_t kind, struct problem *p)
{
	for (int32_t i = 0; i < sc->calls; i++) {
		struct call *c = &p->call[i];

		if (c->duration_by_kind == NULL) {
			c->duration_by_kind = calloc(PROBLEM_KINDS_MAX, sizeof(*c->duration_by_kind));
			if (c->duration_by_kind == NULL)
				return -ENOMEM;
			c->duration_by_kind[0] = t->of_any[i];
		}
		/* Where there are more than a problem tells apart, the last are all as slow as the slowest. */
		if (t->of_one[i] > c->duration_by_kind[kind])
			c->duration_by_kind[kind] = t->of_one[i];
	}
	return 0;
}

static int
put_times(const struct cost_frame *f, const struct scope *sc, struct problem *p)
{
	struct times t = {
		.of_any = calloc((size_t)sc->calls + 1, sizeof(*t.of_any)),
		.of_one = calloc((size_t)sc->calls + 1, sizeof(*t.of_one)),
	};
	int32_t kinds = 1;
	int rc = t.of_any == NULL || t.of_one == NULL ? -ENOMEM : 0;

	for (int32_t i = 0; rc == 0 && i < sc->calls; i++)
		p->call[i].duration_s = t.of_any[i] = planned_s(f, -1, sc->call[i]);
	for (int32_t k = 0; rc == 0 && k < sc->techs; k++) {
		if (!times_of(f, sc, k, &t))
			continue;
		p->technician[k].kind = kinds < PROBLEM_KINDS_MAX ? kinds++ : PROBLEM_KINDS_MAX - 1;
		rc = put_kind(sc, &t, p->technician[k].kind, p);
	}
	p->kinds = kinds > 1 ? kinds : 0;
	free(t.of_any);
	free(t.of_one);
	return rc;
}

/* Where the stay plan puts each call: the daemon's own re-timing is the measure. */
static void
put_stay(const struct cost_frame *f, const struct scope *sc, struct problem *p)
{
	for (int32_t k = 0; k < sc->techs; k++) {
		const struct retimed *r = &sc->route[k];

		for (int32_t i = r->under_way; i < r->stops; i++) {
			struct call *c = &p->call[scope_call(sc, r->stop[i].call)];

			c->stay_served = true;
			c->stay_s = away(f, r->stop[i].arrival);
			/* A pinned call keeps its technician even if nobody was told of it. */
			if (state_call(f->s, r->stop[i].call)->pinned && c->told.technician < 0)
				c->told.technician = k;
		}
	}
}

void
snapshot_hold(struct call *to)
{
	int32_t from = to->told.promise_from_s, until = to->told.promise_to_s;

	if (!to->told.promise || !to->stay_served)
		return;
	if (to->windows > 0) { /* it has starts of its own; then it stays altogether */
		to->immovable = true;
		return;
	}
	from = to->stay_s < from ? to->stay_s : from;
	until = to->stay_s > until ? to->stay_s : until;
	to->open_s = to->open_s > from ? to->open_s : from;
	to->close_s = to->close_s < until ? to->close_s : until;
	to->unserved_cents = NEVER_DROPPED_CENTS;
}

/* Who was told another window just now is not told a third by choice: check_plan() would refuse it. */
static void
hold_waiting(const struct cost_frame *f, const struct scope *sc, struct problem *p)
{
	for (int32_t i = 0; i < sc->calls; i++)
		if (tell_waits(f->s, sc->call[i], f->now))
			snapshot_hold(&p->call[i]);
}

int
snapshot_make(const struct cost_frame *f, const struct scope *sc, int32_t budget,
    struct problem **ret)
{
	const struct guidelines *g = state_guidelines(f->s);
	struct names *names = calloc(1, sizeof(*names));
	struct problem *p = NULL;
	int rc = names == NULL ? -ENOMEM : collect_names(f->s, sc, names);

	if (rc == 0 && (p = problem_new(sc->techs, sc->calls, names->n)) == NULL)
		rc = -ENOMEM;
	if (rc < 0)
		goto out;
	p->origin = f->now;
	p->budget = budget;
	p->travel = state_travel(f->s);
	p->weights = (struct weights){
		.eta_tolerance_s = g->eta_tolerance_s,
		.late_steep_s = g->late_steep_s,
		.break_late_cents_per_h = g->break_late_cents_per_h,
		.fair_cents = g->fair_cents,
	};
	for (int32_t i = 0; i < names->n; i++)
		snprintf(p->skill_name[i], sizeof(p->skill_name[i]), "%s", names->name[i]);
	for (int32_t k = 0; rc == 0 && k < sc->techs; k++)
		rc = put_technician(f, sc, names, k, &p->technician[k]);
	for (int32_t i = 0; rc == 0 && i < sc->calls; i++)
		rc = put_call(f, sc, names, sc->call[i], &p->call[i]);
	if (rc == 0)
		rc = put_times(f, sc, p);
	if (rc == 0) {
		put_stay(f, sc, p);
		hold_waiting(f, sc, p);
		*ret = p;
		p = NULL; /* handed over */
	}
out:
	free(names);
	problem_free(p);
	return rc;
}
