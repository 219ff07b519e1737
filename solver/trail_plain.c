/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/trail.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LONG_AGO_S = INT32_MIN / 2 };

/* A call as technician k would do it, and the ways to it and from it, by place. */
struct visit {
	const struct call *c;
	int32_t open_s, close_s, duration_s;
	const int32_t *in_s, *in_cents, *out_s, *out_cents; /* NULL: to be computed */
};

int
trail_plain_room(struct trails *ts, struct trail *t, int32_t n)
{
	int32_t loads = ts->g->m->p->loads;
	struct gap *gap = realloc(t->gap, ((size_t)n + 1) * sizeof(*gap));
	struct gap_load *load;

	if (gap == NULL)
		return -ENOMEM;
	t->gap = gap;
	if (loads == 0)
		return 0;
	load = realloc(t->load, ((size_t)n + 1) * (size_t)loads * sizeof(*load));
	if (load == NULL)
		return -ENOMEM;
	t->load = load;
	return 0;
}

void
trail_plain_copy(const struct trails *ts, struct trail *to, const struct trail *from)
{
	size_t gaps = (size_t)from->n + 1;
	size_t loads = (size_t)ts->g->m->p->loads;

	memcpy(to->gap, from->gap, gaps * sizeof(*to->gap));
	if (loads > 0)
		memcpy(to->load, from->load, gaps * loads * sizeof(*to->load));
	to->drive_s = from->drive_s;
	to->sum_cents = from->sum_cents;
}

static int64_t
limit_s(const struct technician *t)
{
	int64_t s = (int64_t)t->shift_end_s + t->overtime_max_s;

	return s < INT32_MAX / 2 ? s : INT32_MAX / 2;
}

/* The earliest start from `at` on in a window of the call, PROBLEM_NEVER if there is none. */
static int32_t
start_s(const struct call *c, int32_t at)
{
	if (at <= c->open_s)
		return c->open_s;
	if (at > c->close_s)
		return PROBLEM_NEVER;
	for (int32_t w = 0; w < c->windows; w++)
		if (at <= c->window[w].close_s)
			return at > c->window[w].open_s ? at : c->window[w].open_s;
	return at;
}

/* The latest start up to `by`, LONG_AGO_S if there is none. */
static int32_t
last_start_s(const struct call *c, int64_t by)
{
	if (by < c->open_s)
		return LONG_AGO_S;
	if (by > c->close_s)
		by = c->close_s;
	for (int32_t w = c->windows - 1; w >= 0; w--)
		if (by >= c->window[w].open_s)
			return by < c->window[w].close_s ? (int32_t)by : c->window[w].close_s;
	return (int32_t)by;
}

static int64_t
call_cents(const struct trails *ts, int32_t k, int32_t i)
{
	return route_who_cents(ts->g->m, k, &ts->g->m->call[i], 0);
}

/*
 * What the time of a day costs that ends at max(end_s, begin + rest_s), rest_s of it
 * without waiting, and begins at begin_max_s at the latest.
 */
static int64_t
time_cents(const struct technician *t, int64_t end_s, int64_t rest_s, int64_t begin_max_s)
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

/* From the first stop to the last: when he can leave each, and what it costs. */
static bool
drive_forward(struct trails *ts, int32_t k, struct trail *t)
{
	const struct ground *g = ts->g;
	const struct technician *tech = &g->m->p->technician[k];
	int32_t free_s = tech->ready_s, span_s = 0;
	int64_t begin_max_s = tech->leaves_late ? limit_s(tech) : free_s;
	int32_t from = model_start_place(g->m, k);
	bool can = true;

	t->drive_s = 0;
	t->sum_cents = t->n > 0 ? tech->day_cents : 0;
	for (int32_t r = 0; r <= t->n; r++) {
		struct gap *gap = &t->gap[r];
		int32_t to = r < t->n ? t->seq[r] : model_end_place(g->m, k);
		const struct call *c = &g->m->p->call[to < g->m->p->calls ? to : 0];
		int32_t leg_s, work_s;

		*gap = (struct gap){ .from = from, .to = to, .free_s = free_s,
			.span_s = span_s, .begin_max_s = (int32_t)begin_max_s };
		if (t->n == 0)
			break;
		leg_s = ground_leg_s(g, k, from, to);
		gap->leg_cents = ground_leg_cents(g, k, from, to);
		t->drive_s += leg_s;
		t->sum_cents += gap->leg_cents;
		if (r == t->n)
			break;
		t->sum_cents += call_cents(ts, k, to);
		work_s = ground_duration_s(g, k, to);
		if (begin_max_s > (int64_t)c->close_s - span_s - leg_s)
			begin_max_s = (int64_t)c->close_s - span_s - leg_s;
		free_s = start_s(c, free_s + leg_s);
		if (free_s == PROBLEM_NEVER) {
			can = false;
			free_s = c->close_s;
		}
		free_s += work_s;
		span_s += leg_s + work_s;
		from = to;
	}
	return can;
}

/* From the end of the day to its beginning: when he must be where. */
static void
drive_backward(struct trails *ts, int32_t k, struct trail *t)
{
	const struct ground *g = ts->g;
	int64_t late_s = limit_s(&g->m->p->technician[k]);
	int64_t end_s = LONG_AGO_S, rest_s = 0;

	for (int32_t r = t->n;; r--) {
		struct gap *gap = &t->gap[r];
		const struct call *c;
		int32_t leg_s, work_s;

		gap->late_s = (int32_t)late_s;
		gap->end_s = (int32_t)end_s;
		gap->rest_s = (int32_t)rest_s;
		if (r == 0)
			break;
		c = &g->m->p->call[gap->from];
		leg_s = ground_leg_s(g, k, gap->from, gap->to);
		work_s = ground_duration_s(g, k, gap->from);
		rest_s += leg_s + work_s;
		if (end_s < c->open_s + rest_s)
			end_s = c->open_s + rest_s;
		late_s = last_start_s(c, late_s - leg_s - work_s);
	}
}

/* The most on the van up to each gap, and from there on. */
static bool
weigh(struct trails *ts, int32_t k, struct trail *t, int32_t l)
{
	const struct problem *p = ts->g->m->p;
	int32_t loads = p->loads;
	int32_t on_van = 0, most;

	for (int32_t r = 0; r < t->n; r++)
		on_van += p->call[t->seq[r]].delivery[l];
	most = on_van;
	for (int32_t r = 0; r <= t->n; r++) {
		most = on_van > most ? on_van : most;
		t->load[r * loads + l] = (struct gap_load){ most, on_van };
		if (r < t->n)
			on_van += p->call[t->seq[r]].pickup[l] - p->call[t->seq[r]].delivery[l];
	}
	for (int32_t r = t->n - 1; r >= 0; r--)
		if (t->load[r * loads + l].behind < t->load[(r + 1) * loads + l].behind)
			t->load[r * loads + l].behind = t->load[(r + 1) * loads + l].behind;
	return most <= p->technician[k].capacity[l];
}

void
trail_plain_drive(struct trails *ts, int32_t k)
{
	const struct technician *tech = &ts->g->m->p->technician[k];
	struct trail *t = &ts->now[k];
	bool can = drive_forward(ts, k, t);
	const struct gap *last = &t->gap[t->n], *first = &t->gap[0];

	drive_backward(ts, k, t);
	for (int32_t l = 0; l < ts->g->m->p->loads; l++)
		can = weigh(ts, k, t, l) && can;
	ts->steps++;
	if (t->n == 0) {
		t->cents = 0;
		return;
	}
	can = can && last->free_s + ground_leg_s(ts->g, k, last->from, last->to) <= last->late_s &&
	    t->drive_s <= tech->drive_max_s && t->n <= tech->stops_max;
	t->cents = t->sum_cents;
	if (ts->g->form == GROUND_TIMES) {
		int64_t leg_s = ground_leg_s(ts->g, k, first->from, first->to);

		t->cents += time_cents(tech, first->end_s, first->rest_s + leg_s,
		    first->late_s - leg_s);
	}
	if (!can)
		t->cents = TRAIL_NO_CENTS;
}

static struct visit
visit_of(const struct trails *ts, int32_t k, int32_t i)
{
	const struct ground *g = ts->g;
	struct visit v = { .c = &g->m->p->call[i] };

	v.open_s = v.c->open_s;
	v.close_s = v.c->close_s;
	v.duration_s = ground_duration_s(g, k, i);
	if (g->table != NULL) {
		const struct leg_table *table = &g->table[g->class_of[k]];
		size_t row = (size_t)i * (size_t)g->m->places;

		v.in_s = table->turned_s + row;
		v.in_cents = table->turned_cents + row;
		v.out_s = table->s + row;
		v.out_cents = table->cents + row;
	}
	return v;
}

/* Whether the van holds what it must at all. */
static bool
fits(const struct trails *ts, int32_t k, const struct call *c)
{
	const struct problem *p = ts->g->m->p;
	const struct trail *t = &ts->now[k];

	for (int32_t l = 0; l < p->loads; l++)
		if (t->load[l].before + c->delivery[l] > p->technician[k].capacity[l] ||
		    t->load[t->n * p->loads + l].behind + c->pickup[l] >
		    p->technician[k].capacity[l])
			return false;
	return true;
}

static bool
fits_at(const struct trails *ts, int32_t k, int32_t pos, const struct call *c)
{
	const struct problem *p = ts->g->m->p;
	const struct gap_load *load = ts->now[k].load + pos * p->loads;

	for (int32_t l = 0; l < p->loads; l++)
		if (load[l].before + c->delivery[l] > p->technician[k].capacity[l] ||
		    load[l].behind + c->pickup[l] > p->technician[k].capacity[l])
			return false;
	return true;
}

/* The rest of what the time costs with the visit in this gap, TRAIL_NO_CENTS if it is too late. */
static int64_t
time_cents_with(const struct technician *tech, const struct gap *gap, const struct visit *v,
    int32_t in_s, int32_t begun_s, int32_t out_s)
{
	int64_t begin_max_s = gap->begin_max_s;
	int64_t span_s = (int64_t)gap->span_s + in_s;
	int64_t end_s;

	if (begin_max_s > v->close_s - span_s)
		begin_max_s = v->close_s - span_s;
	span_s += v->duration_s + out_s;
	if (begin_max_s > gap->late_s - span_s)
		begin_max_s = gap->late_s - span_s;
	end_s = (int64_t)begun_s + v->duration_s + out_s + gap->rest_s;
	if (end_s < gap->end_s)
		end_s = gap->end_s;
	return time_cents(tech, end_s, span_s + gap->rest_s, begin_max_s);
}

void
trail_plain_ask(struct trails *ts, int32_t k, int32_t i, struct slot *best)
{
	const struct ground *g = ts->g;
	const struct technician *tech = &g->m->p->technician[k];
	const struct trail *t = &ts->now[k];
	struct visit v = visit_of(ts, k, i);
	int64_t more_cents = call_cents(ts, k, i) + (t->n == 0 ? tech->day_cents : 0);
	bool timed = g->form == GROUND_TIMES;
	int64_t time_was_cents = timed && t->n > 0 ? t->cents - t->sum_cents : 0;

	if (g->loads && !fits(ts, k, v.c))
		return;
	ts->steps++;
	for (int32_t pos = tech->fixed; pos <= t->n; pos++) {
		const struct gap *gap = &t->gap[pos];
		int64_t delta = more_cents - gap->leg_cents;
		int32_t in_s, out_s, begun_s;

		if (gap->free_s > v.close_s)
			break;
		if (gap->late_s < v.open_s + v.duration_s || trail_blinks(ts))
			continue;
		if (v.in_s != NULL)
			delta += (int64_t)v.in_cents[gap->from] + v.out_cents[gap->to];
		else
			delta += ground_leg_cents(g, k, gap->from, i) +
			    ground_leg_cents(g, k, i, gap->to);
		if (delta - time_was_cents >= best->delta)
			continue;
		in_s = v.in_s != NULL ? v.in_s[gap->from] : ground_leg_s(g, k, gap->from, i);
		out_s = v.out_s != NULL ? v.out_s[gap->to] : ground_leg_s(g, k, i, gap->to);
		begun_s = start_s(v.c, gap->free_s + in_s);
		if (begun_s > v.close_s || (int64_t)begun_s + v.duration_s + out_s > gap->late_s)
			continue;
		if (g->loads && !fits_at(ts, k, pos, v.c))
			continue;
		if (g->stints && t->drive_s + in_s + out_s -
		    (t->n > 0 ? ground_leg_s(g, k, gap->from, gap->to) : 0) > tech->drive_max_s)
			continue;
		if (timed)
			delta += time_cents_with(tech, gap, &v, in_s, begun_s, out_s) -
			    time_was_cents;
		if (delta < best->delta)
			*best = (struct slot){ delta, k, pos };
	}
}
