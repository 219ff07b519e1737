/* SPDX-License-Identifier: Apache-2.0 */
/* What the two files of the plain trails share. Internal to trail_plain*.c. */
#ifndef EVENKEEL_SOLVER_TRAIL_PLAIN_H
#define EVENKEEL_SOLVER_TRAIL_PLAIN_H

#include "solver/trail.h"

#define LONG_AGO_S (INT32_MIN / 2)

static inline int64_t
trail_limit_s(const struct technician *t)
{
	int64_t s = (int64_t)t->shift_end_s + t->overtime_max_s;

	return s < INT32_MAX / 2 ? s : INT32_MAX / 2;
}

/* The earliest start from `at` on in a window of call i, PROBLEM_NEVER if there is none. */
static inline int32_t
trail_start_s(const struct ground *g, int32_t i, int32_t at)
{
	const struct ground_stop *s = &g->stop[i];
	const struct window *window;

	if (at <= s->open_s)
		return s->open_s;
	if (at > s->close_s)
		return PROBLEM_NEVER;
	if (s->windows <= 1)
		return at;
	window = g->m->p->call[i].window;
	while (at > window->close_s)
		window++;
	return at > window->open_s ? at : window->open_s;
}

/* The latest start up to `by`, LONG_AGO_S if there is none. */
static inline int32_t
trail_last_start_s(const struct ground *g, int32_t i, int64_t by)
{
	const struct ground_stop *s = &g->stop[i];
	const struct window *window;

	if (by < s->open_s)
		return LONG_AGO_S;
	if (by > s->close_s)
		by = s->close_s;
	if (s->windows <= 1)
		return (int32_t)by;
	window = g->m->p->call[i].window + s->windows - 1;
	while (by < window->open_s)
		window--;
	return by < window->close_s ? (int32_t)by : window->close_s;
}

/*
 * Goes on to call i over a leg and does the work there. False: it is too late, and
 * the call is done as if it were not.
 */
static inline bool
trail_reach(const struct ground *g, struct reach *at, int32_t leg_s, int32_t i, int32_t work_s)
{
	int32_t start_s = trail_start_s(g, i, at->free_s + leg_s);
	bool can = start_s != PROBLEM_NEVER;

	at->span_s += leg_s;
	if (at->begin_max_s > (int64_t)g->stop[i].close_s - at->span_s)
		at->begin_max_s = g->stop[i].close_s - at->span_s;
	at->span_s += work_s;
	at->free_s = (can ? start_s : g->stop[i].close_s) + work_s;
	return can;
}

/* Whether the technician has what the call needs, when so many parts are used up already. */
static inline bool
trail_has(const struct technician *t, const int32_t *parts, const struct call *c)
{
	if ((c->tools & ~t->tools) != 0)
		return false;
	for (int32_t a = 0; a < PROBLEM_PARTS_MAX; a++)
		if (parts[a] + c->part[a] > t->part[a])
			return false;
	return true;
}

static inline int64_t
trail_call_cents(const struct trails *ts, int32_t k, int32_t i)
{
	return ts->g->who ? route_who_cents(ts->g->m, k, &ts->g->m->call[i], 0) : 0;
}

/*
 * What the time of a day costs that ends at max(end_s, begin + rest_s), rest_s of it
 * without waiting, and begins at begin_max_s at the latest.
 */
static inline int64_t
trail_time_cents(const struct technician *t, int64_t end_s, int64_t rest_s, int64_t begin_max_s)
{
	int64_t begin_s = t->ready_s;
	int64_t cents;

	if (end_s < begin_s + rest_s)
		end_s = begin_s + rest_s;
	if (t->leaves_late) {
		begin_s = end_s - rest_s;
		if (begin_s > begin_max_s)
			begin_s = begin_max_s;
	}
	cents = model_cents(t->wait_cents_per_h, end_s - begin_s - rest_s);
	if (end_s > t->shift_end_s)
		cents += model_cents(t->overtime_cents_per_h, end_s - t->shift_end_s);
	return cents;
}

#endif
