/* SPDX-License-Identifier: Apache-2.0 */
/* When people are told: from the plan and from what they were told last. */
#include "daemon/tell.h"

enum {
	PAUSE_PARTS = 4,
	LATEST_S = 900, /* before its end, a window that is missed is replaced anyway */
	LAST_S = 60 /* before its end, one that he on the way may still meet is */
};

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

bool
tell_misses(const struct call_state *c, int64_t start)
{
	return c->told.promise && (start < c->told.promise_from || start > c->told.promise_to);
}

/* Until when its customer hears of no other window; 0: he may. */
static int64_t
waits_until(const struct state *s, const struct call_state *c)
{
	if (c->told.repromised_at == 0)
		return 0;
	return c->told.repromised_at + state_guidelines(s)->repromise_wait_s;
}

bool
tell_waits(const struct state *s, int32_t call, int64_t now)
{
	return waits_until(s, state_call(s, call)) > now;
}

bool
tell_left_out(const struct state *s, int32_t call)
{
	const struct call_state *c = state_call(s, call);

	if (c->told.promise || c->told.any)
		return false;
	return c->answer == ANSWER_SILENT ||
	    (c->answer == ANSWER_DECLINED && c->declines >= state_guidelines(s)->declines_max);
}

bool
tell_may_be_lost(const struct state *s, int32_t tech, const struct stop *stop, int64_t p90)
{
	const struct tech *t = state_tech(s, tech);
	int64_t most = t->overtime_max_s < 0 ? state_guidelines(s)->overtime_max_s
					     : t->overtime_max_s;

	for (int32_t i = 0; i < t->shifts; i++) {
		const struct shift *sh = &t->shift[i];

		if (t->shift_now >= 0 ? i == t->shift_now : !sh->ended && sh->to > stop->arrival)
			return p90 + (stop->end - stop->arrival) > sh->to + most;
	}
	return false;
}

/*
 * Whether its customer waits to hear of it: he was told that nobody comes for now, or declined. Who
 * was told of another day since knows when.
 */
static bool
is_expected(const struct call_state *c)
{
	return !c->told.any && c->told.version > 0 && c->not_before <= c->told.at;
}

static bool
is_chosen(const struct tell *t, int32_t call)
{
	for (int32_t i = 0; i < t->chosens; i++) {
		if (t->chosen[i] == call)
			return true;
	}
	return false;
}

/* Whether somebody, or the plan, decided on this call: then it is said at once. */
static bool
is_decided(const struct tell *t, int32_t call)
{
	if (t == NULL)
		return false;
	return is_chosen(t, call) ||
	    ((t->why == TELL_OVERRIDDEN || t->why == TELL_AMENDED) && t->call == call);
}

/*
 * When a moved ETA is told again. Of a technician who is idle it is told no more than once in the
 * whole time, and not when the promise is about to be missed: that is told then.
 */
static int64_t
moved_from(const struct state *s, int32_t tech, const struct stop *stop)
{
	const struct guidelines *g = state_guidelines(s);
	const struct call_state *c = state_call(s, stop->call);
	const struct tech *t = state_tech(s, tech);

	if (c->status == CALL_EN_ROUTE && c->told.at < t->since)
		return 0;
	if (t->status != TECH_FREE && t->status != TECH_OFF)
		return c->told.at + g->repromise_wait_s / PAUSE_PARTS;
	if (c->told.promise_to - stop->arrival < g->eta_tolerance_s)
		return INT64_MAX;
	return c->told.at + g->repromise_wait_s;
}

/* Told, and it stays within its promise. */
static int64_t
again_from(const struct state *s, const struct tell *t, int32_t tech, const struct stop *stop)
{
	const struct call_state *c = state_call(s, stop->call);
	int64_t moved = stop->arrival - c->told.arrival;
	int32_t tolerance_s = state_guidelines(s)->eta_tolerance_s;

	if (c->told.technician != tech)
		return 0;
	if (moved <= tolerance_s && -moved <= tolerance_s)
		return INT64_MAX;
	return is_decided(t, stop->call) ? 0 : moved_from(s, tech, stop);
}

/*
 * Whether its technician, who was said to be on the way, is expected only a little too late. That
 * figure moves with the clock once a drive is overdue: he may well be there in time, and an apology
 * for what is then kept contradicts itself.
 */
static bool
may_still_come(const struct state *s, int32_t tech, const struct stop *stop)
{
	const struct call_state *c = state_call(s, stop->call);
	int64_t late = stop->arrival - c->told.promise_to;

	return c->status == CALL_EN_ROUTE && c->told.any && c->told.technician == tech &&
	    c->told.at >= state_tech(s, tech)->since && late > 0 &&
	    late <= state_guidelines(s)->eta_tolerance_s;
}

/* The plan misses its promise. */
static int64_t
missed_from(const struct state *s, const struct tell *t, int32_t tech, const struct stop *stop)
{
	const struct call_state *c = state_call(s, stop->call);
	int64_t from = sooner(stop->arrival, c->told.promise_to) -
	    state_guidelines(s)->tell_ahead_s;

	if (c->status == CALL_EN_ROUTE || is_expected(c) || is_decided(t, stop->call) ||
	    (c->told.any && c->told.technician != tech))
		from = 0;
	if (may_still_come(s, tech, stop) && !is_decided(t, stop->call))
		from = c->told.promise_to - LAST_S;
	return later(from, waits_until(s, c));
}

int64_t
tell_from(const struct state *s, const struct tell *t, int32_t tech, const struct stop *stop,
    int64_t *ret_anyway)
{
	const struct call_state *c = state_call(s, stop->call);
	bool misses = tell_misses(c, stop->arrival);
	bool on_the_way = c->status == CALL_EN_ROUTE;
	int64_t from = stop->arrival - state_guidelines(s)->tell_ahead_s;

	*ret_anyway = INT64_MAX;
	if (c->status == CALL_ON_SITE || (tell_left_out(s, stop->call) && !on_the_way))
		return INT64_MAX;
	if (misses)
		from = missed_from(s, t, tech, stop);
	else if (c->told.any)
		from = again_from(s, t, tech, stop);
	else if (on_the_way || is_expected(c))
		from = 0;
	if (c->told.any || on_the_way || is_expected(c))
		*ret_anyway = from;
	else if (misses)
		*ret_anyway = later(from, c->told.promise_to - LATEST_S);
	return from;
}

int64_t
tell_next(const struct state *s, int64_t now, int32_t tech)
{
	const struct tech *t = state_tech(s, tech);
	int64_t next = INT64_MAX;

	for (int32_t i = 0; i < t->stops; i++) {
		int64_t anyway, from = tell_from(s, NULL, tech, &t->stop[i], &anyway);

		if (from > now)
			next = sooner(next, from);
		if (anyway > now)
			next = sooner(next, anyway);
	}
	return next;
}
