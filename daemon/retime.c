/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/retime.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>

#include "daemon/learn.h"
#include "daemon/normal.h"

enum {
	OVERDUE_S = 300,          /* what is overdue is taken to last so much longer */
	OVERDUE_STEPS = 40,
	SHIFT_AHEAD_S = 86400,    /* a shift is planned for a day ahead */
	SHIFT_UNSTARTED_S = 1800, /* and so long after its start, if nobody said it started */
};

enum { GAP_END = -1, GAP_NONE = -2 };

/* A technician on his way along a route that is being laid out. */
struct walk {
	const struct state *s;
	const struct tech *t;
	const struct shift *shift;
	struct travel_model travel;
	int32_t tech, speed_pct;
	int64_t time; /* free from then on */
	struct place place;
	int32_t due[STATE_BREAKS_MAX]; /* breaks to take, in order */
	int32_t dues, dues_done;
	/* By index in the shift: before which call the plan has the break, or one of the GAP_ values. */
	int32_t gap[STATE_BREAKS_MAX];
	int64_t planned[STATE_BREAKS_MAX]; /* its planned start */
	struct retimed *r;
};

/* One more stop, with the breaks taken before it. */
struct step {
	int64_t break_start[STATE_BREAKS_MAX];
	int32_t breaks;
	int64_t arrival, end;
	int32_t drive_s;
};

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t
overdue(int64_t until, int64_t now)
{
	return until > now ? until : now + OVERDUE_S;
}

/*
 * The end of work that is overdue. Of a kind that is known, by steps: half of those that last beyond
 * one step are over by the next, which is five minutes later at least. They are steps so that an ETA
 * is not pushed on with every look.
 */
static int64_t
overdue_work(const struct state *s, int32_t tech, const struct call_state *c, int64_t until,
    int64_t now)
{
	double lasts = 1 - state_guidelines(s)->plan_quantile_pct / 100.0;
	int64_t step = 0;
	struct work work;

	if (until > now)
		return until;
	state_work(s, tech, state_tech(s, tech)->call, &work);
	for (int i = 0; i < OVERDUE_STEPS && work.kind_cases >= LEARN_FEW; i++) {
		int64_t end = c->arrival + (int64_t)exp(work.log_mean - work.log_sd * normal_at(lasts));

		step = i == 0 ? end : later(end, step + OVERDUE_S);
		if (step > now)
			return step;
		lasts /= 2;
	}
	return overdue(until, now);
}

/* --- when and where he is ready --- */

static int32_t
shift_planned(const struct tech *t, int64_t now)
{
	if (t->shift_now >= 0)
		return t->shift_now;
	for (int32_t i = 0; i < t->shifts; i++) {
		const struct shift *sh = &t->shift[i];
		int64_t from = sh->from;

		if (t->absent_from <= from && from < t->absent_to)
			from = t->absent_to;
		if (!sh->ended && sh->to > now && now <= from + SHIFT_UNSTARTED_S)
			return sh->from - now <= SHIFT_AHEAD_S ? i : -1;
	}
	return -1;
}

/* What is under way becomes the first stop. */
static void
under_way(const struct state *s, int32_t tech, int64_t now, struct retimed *r)
{
	const struct tech *t = state_tech(s, tech);
	const struct call_state *c = state_call(s, t->call);
	struct stop stop = t->stop[0];

	assert(stop.call == t->call);
	if (t->status == TECH_DRIVING) {
		stop.arrival = overdue(c->arrival, now);
		stop.end = stop.arrival + later(c->end - c->arrival, 0);
	} else {
		stop.end = overdue_work(s, tech, c, t->until, now);
	}
	r->stop[0] = stop;
	r->stops = r->under_way = 1;
	r->ready = stop.end;
	r->ready_place = c->site;
}

/* Back at the end place by then. */
static int64_t
latest_end(const struct retimed *r)
{
	return r->shift_end + r->overtime_max_s;
}

/* An absence ends the day at its start, or puts off what is next to its end. */
static void
mind_absence(const struct tech *t, struct retimed *r)
{
	if (t->absent_from <= r->ready && r->ready < t->absent_to) {
		r->ready = t->absent_to;
		/* Nobody comes back for overtime alone. */
		if (r->ready >= r->shift_end)
			r->overtime_max_s = 0;
	} else if (t->absent_from > r->ready && t->absent_from < r->shift_end) {
		r->shift_end = t->absent_from;
		r->overtime_max_s = 0;
	} else if (t->absent_from > r->ready && t->absent_from < latest_end(r)) {
		r->overtime_max_s = (int32_t)(t->absent_from - r->shift_end);
	}
}

static void
ready_for(const struct state *s, int32_t tech, int64_t now, struct retimed *r)
{
	const struct tech *t = state_tech(s, tech);

	r->stops = r->losts = r->takens = r->under_way = 0;
	r->ready = now;
	r->ready_place = t->status == TECH_OFF ? t->home : t->at;
	r->shift = shift_planned(t, now);
	r->shift_end = r->overtime_max_s = 0;
	r->works = false;
	if (t->call >= 0)
		under_way(s, tech, now, r);
	else if (t->status == TECH_ON_BREAK)
		r->ready = overdue(t->until, now);
	if (r->shift >= 0) {
		const struct shift *sh = &t->shift[r->shift];

		r->ready = later(r->ready, t->status == TECH_OFF ? sh->from : 0);
		r->shift_end = sh->to;
		r->overtime_max_s = t->overtime_max_s;
		if (t->overtime_max_s < 0)
			r->overtime_max_s = state_guidelines(s)->overtime_max_s;
		mind_absence(t, r);
		r->works = r->ready < latest_end(r);
	}
	r->end = r->ready;
	r->overtime_s = 0;
}

/* --- one stop after the other --- */

static void
walk_init(struct walk *w, const struct state *s, int32_t tech, struct retimed *r)
{
	const struct tech *t = state_tech(s, tech);

	*w = (struct walk){ .s = s,
		.t = t,
		.shift = &t->shift[r->shift],
		.travel = state_travel(s),
		.tech = tech,
		.speed_pct = state_speed_pct(s, tech),
		.time = r->ready,
		.place = r->ready_place,
		.r = r };
	for (int32_t i = 0; i < w->shift->dues; i++) {
		const struct break_due_at *due = &w->shift->due[i];

		w->gap[i] = GAP_NONE;
		/* A break that only comes after the day is none. */
		if (due->status == BREAK_DUE &&
		    later(due->from, r->ready) + due->duration_s <= latest_end(r))
			w->due[w->dues++] = i;
	}
}

static const struct break_due_at *
walk_due(const struct walk *w, int32_t i)
{
	return &w->shift->due[w->due[i]];
}

static int32_t
walk_drive(const struct walk *w, struct place from, struct place to)
{
	return travel_s(&w->travel, from, to, w->speed_pct);
}

int64_t
retime_start(const struct state *s, const struct call_state *c, int64_t t)
{
	if (c->told.any)
		t = later(t, c->told.arrival - state_guidelines(s)->eta_tolerance_s);
	if (c->told.promise)
		t = later(t, c->told.promise_from);
	return state_start_at(c, t);
}

/*
 * Whether to take a break at a gap, before a call that would end at `end` without it and be put off by
 * put_off seconds with it. At the gap where the plan has it, yes. Else if the next gap is too late for it and
 * the plan does not want it late, unless waiting for its window here costs more than being late there.
 */
static bool
break_now(const struct walk *w, int32_t i, int32_t call, int64_t end, int64_t put_off)
{
	const struct break_due_at *due = &w->shift->due[i];

	if (w->gap[i] == call)
		return true;
	if (end <= due->to || (w->gap[i] != GAP_NONE && w->planned[i] > due->to))
		return false;
	return put_off - due->duration_s <= end - due->to;
}

/* Lays out the next stop; changes nothing. */
static void
walk_try(const struct walk *w, int32_t call, struct step *ret)
{
	const struct call_state *c = state_call(w->s, call);
	int64_t t = w->time;
	int32_t drive_s = walk_drive(w, w->place, c->site);
	struct work work;

	state_work(w->s, w->tech, call, &work);
	ret->drive_s = drive_s;
	ret->breaks = 0;
	for (;;) {
		int32_t i = w->dues_done + ret->breaks;
		int64_t start, over, with;

		ret->arrival = retime_start(w->s, c, t + drive_s);
		ret->end = ret->arrival + work.planned_s;
		if (i == w->dues)
			return;
		start = later(t, walk_due(w, i)->from);
		over = start + walk_due(w, i)->duration_s;
		with = retime_start(w->s, c, over + drive_s);
		if (!break_now(w, w->due[i], call, ret->end, with - ret->arrival))
			return;
		ret->break_start[ret->breaks++] = start;
		t = over;
	}
}

/* When he is back if the day ends at a place, with the breaks from number `done` on taken before. */
static int64_t
walk_home(const struct walk *w, int64_t t, struct place place, int32_t done)
{
	for (; done < w->dues; done++)
		t = later(t, walk_due(w, done)->from) + walk_due(w, done)->duration_s;
	return t + walk_drive(w, place, w->t->end);
}

static void
walk_break(struct walk *w, int64_t start)
{
	const struct break_due_at *due = walk_due(w, w->dues_done);
	struct retimed *r = w->r;

	r->taken[r->takens++] = (struct planned_break){ .due = w->due[w->dues_done],
		.after = r->stops,
		.start = start,
		.duration_s = due->duration_s };
	w->time = start + due->duration_s;
	w->dues_done++;
}

/* Adds a call to the route, or to those lost: he may not do it, or not within the day. */
static void
walk_stop(struct walk *w, int32_t call)
{
	const struct call_state *c = state_call(w->s, call);
	struct retimed *r = w->r;
	struct step step;

	walk_try(w, call, &step);
	if (!state_may(w->s, w->tech, call) || r->stops == STATE_STOPS_MAX ||
	    walk_home(w, step.end, c->site, w->dues_done + step.breaks) > latest_end(r)) {
		r->lost[r->losts++] = call;
		return;
	}
	for (int32_t i = 0; i < step.breaks; i++)
		walk_break(w, step.break_start[i]);
	r->stop[r->stops++] = (struct stop){ .call = call,
		.arrival = step.arrival,
		.end = step.end,
		.drive_s = step.drive_s };
	w->time = step.end;
	w->place = c->site;
}

static void
walk_end(struct walk *w)
{
	struct retimed *r = w->r;

	if (r->stops == 0)
		return;
	while (w->dues_done < w->dues)
		walk_break(w, later(w->time, walk_due(w, w->dues_done)->from));
	r->end = walk_home(w, w->time, w->place, w->dues);
	r->overtime_s = r->end > r->shift_end ? (int32_t)(r->end - r->shift_end) : 0;
}

/* Where the standing plan has the breaks still to come. */
static void
walk_gaps(struct walk *w)
{
	const struct tech *t = w->t;

	for (int32_t i = 0; i < t->takens; i++) {
		const struct planned_break *pb = &t->taken[i];

		if (pb->due >= w->shift->dues)
			continue;
		w->gap[pb->due] = pb->after < t->stops ? t->stop[pb->after].call : GAP_END;
		w->planned[pb->due] = pb->start;
	}
}

static void
lay_out(const struct state *s, int32_t tech, int64_t now, const int32_t *calls, int32_t n,
    bool as_planned, struct retimed *ret)
{
	struct walk w;

	assert(n >= 0 && n <= STATE_STOPS_MAX);
	ready_for(s, tech, now, ret);
	if (!ret->works) {
		for (int32_t i = 0; i < n; i++)
			ret->lost[ret->losts++] = calls[i];
		return;
	}
	walk_init(&w, s, tech, ret);
	if (as_planned)
		walk_gaps(&w);
	for (int32_t i = 0; i < n; i++)
		walk_stop(&w, calls[i]);
	walk_end(&w);
}

void
retime_order(const struct state *s, int32_t tech, int64_t now, const int32_t *calls, int32_t n,
    struct retimed *ret)
{
	lay_out(s, tech, now, calls, n, false, ret);
}

void
retime(const struct state *s, int32_t tech, int64_t now, struct retimed *ret)
{
	const struct tech *t = state_tech(s, tech);
	int32_t calls[STATE_STOPS_MAX];
	int32_t n = 0;

	for (int32_t i = 0; i < t->stops; i++) {
		if (t->stop[i].call != t->call)
			calls[n++] = t->stop[i].call;
	}
	lay_out(s, tech, now, calls, n, true, ret);
}
