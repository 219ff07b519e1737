/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/trail.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LONG_AGO_S = INT32_MIN / 2 };

/* A call as technician k would do it, and the ways to it and from it, by place. */
struct visit {
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

/* The earliest start from `at` on in a window of call i, PROBLEM_NEVER if there is none. */
static inline int32_t
start_s(const struct ground *g, int32_t i, int32_t at)
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
last_start_s(const struct ground *g, int32_t i, int64_t by)
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

static int64_t
call_cents(const struct trails *ts, int32_t k, int32_t i)
{
	return ts->g->who ? route_who_cents(ts->g->m, k, &ts->g->m->call[i], 0) : 0;
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

/* Measures the leg of a gap between the places it knows. */
static void
measure(struct trails *ts, int32_t k, struct trail *t, struct gap *gap)
{
	gap->leg_s = ground_leg_s(ts->g, k, gap->from, gap->to);
	gap->leg_cents = ground_leg_cents(ts->g, k, gap->from, gap->to);
	t->drive_s += gap->leg_s;
	t->sum_cents += gap->leg_cents;
}

/* From the stop before gap `first` to the last: when he can leave each. False: too late. */
static bool
drive_forward(struct trails *ts, int32_t k, struct trail *t, int32_t first)
{
	const struct ground *g = ts->g;
	struct gap *gap = &t->gap[first];
	int32_t free_s = gap->free_s, span_s = gap->span_s;
	int32_t begin_max_s = gap->begin_max_s;
	bool can = true;

	for (int32_t r = first; r < t->n; r++, gap++) {
		int32_t i = gap->to;
		int32_t work_s = ground_duration_s(g, k, i);

		span_s += gap->leg_s;
		if (begin_max_s > (int64_t)g->stop[i].close_s - span_s)
			begin_max_s = g->stop[i].close_s - span_s;
		free_s = start_s(g, i, free_s + gap->leg_s);
		if (free_s == PROBLEM_NEVER) {
			can = false;
			free_s = g->stop[i].close_s;
		}
		free_s += work_s;
		span_s += work_s;
		gap[1].free_s = free_s;
		gap[1].span_s = span_s;
		gap[1].begin_max_s = begin_max_s;
	}
	return can && free_s + gap->leg_s <= gap->late_s;
}

/* From the stop behind gap `last` back to the first: when he must reach each. */
static void
drive_backward(struct trails *ts, int32_t k, struct trail *t, int32_t last)
{
	const struct ground *g = ts->g;
	struct gap *gap = &t->gap[last];
	int64_t end_s = gap->end_s, rest_s = gap->rest_s, late_s = gap->late_s;

	for (; gap > t->gap; gap--) {
		int32_t i = gap->from;
		int64_t more_s = gap->leg_s + ground_duration_s(g, k, i);

		rest_s += more_s;
		if (end_s < g->stop[i].open_s + rest_s)
			end_s = g->stop[i].open_s + rest_s;
		late_s = last_start_s(g, i, late_s - more_s);
		gap[-1].late_s = (int32_t)late_s;
		gap[-1].end_s = (int32_t)end_s;
		gap[-1].rest_s = (int32_t)rest_s;
	}
}

/* The most on the van up to each gap, and from there on. False: too much. */
static bool
weigh(struct trails *ts, int32_t k, struct trail *t, int32_t l)
{
	int32_t loads = ts->g->m->p->loads;
	const struct ground_load *load = ts->g->load + l;
	int32_t on_van = 0, most;

	for (int32_t r = 0; r < t->n; r++)
		on_van += load[t->seq[r] * loads].delivery;
	most = on_van;
	for (int32_t r = 0; r <= t->n; r++) {
		most = on_van > most ? on_van : most;
		t->load[r * loads + l] = (struct gap_load){ most, on_van };
		if (r < t->n)
			on_van += load[t->seq[r] * loads].pickup -
			    load[t->seq[r] * loads].delivery;
	}
	for (int32_t r = t->n - 1; r >= 0; r--)
		if (t->load[r * loads + l].behind < t->load[(r + 1) * loads + l].behind)
			t->load[r * loads + l].behind = t->load[(r + 1) * loads + l].behind;
	return most <= ts->g->m->p->technician[k].capacity[l];
}

/* Without pickups the van is fullest when it leaves. */
static bool
weigh_deliveries(struct trails *ts, int32_t k, struct trail *t, int32_t l)
{
	int32_t loads = ts->g->m->p->loads;
	int32_t sum = 0;

	for (int32_t r = 0; r < t->n; r++)
		sum += ts->g->load[t->seq[r] * loads + l].delivery;
	t->load[l].before = sum;
	t->load[t->n * loads + l].behind = 0;
	return sum <= ts->g->m->p->technician[k].capacity[l];
}

/* Adds up what the route costs; `can`: no window is missed. */
static void
price(struct trails *ts, int32_t k, struct trail *t, bool can)
{
	const struct technician *tech = &ts->g->m->p->technician[k];
	const struct gap *first = &t->gap[0];

	for (int32_t l = 0; l < ts->g->m->p->loads; l++)
		can = (ts->g->pickups ? weigh(ts, k, t, l) : weigh_deliveries(ts, k, t, l)) && can;
	ts->steps++;
	t->cents = t->sum_cents;
	if (ts->g->form == GROUND_TIMES && t->n > 0)
		t->cents += time_cents(tech, first->end_s, (int64_t)first->rest_s + first->leg_s,
		    (int64_t)first->late_s - first->leg_s);
	if (!can || t->drive_s > tech->drive_max_s || t->n > tech->stops_max)
		t->cents = TRAIL_NO_CENTS;
}

void
trail_plain_drive(struct trails *ts, int32_t k)
{
	const struct ground *g = ts->g;
	const struct technician *tech = &g->m->p->technician[k];
	struct trail *t = &ts->now[k];
	int32_t from = model_start_place(g->m, k), limit = (int32_t)limit_s(tech);

	t->drive_s = 0;
	t->sum_cents = t->n > 0 ? tech->day_cents : 0;
	for (int32_t r = 0; r <= t->n; r++) {
		int32_t to = r < t->n ? t->seq[r] : model_end_place(g->m, k);

		t->gap[r] = (struct gap){ .from = from, .to = to };
		if (t->n > 0)
			measure(ts, k, t, &t->gap[r]);
		if (r < t->n)
			t->sum_cents += call_cents(ts, k, to);
		from = to;
	}
	t->gap[0].free_s = tech->ready_s;
	t->gap[0].begin_max_s = tech->leaves_late ? limit : tech->ready_s;
	t->gap[t->n].late_s = limit;
	t->gap[t->n].end_s = LONG_AGO_S;
	drive_backward(ts, k, t, t->n);
	price(ts, k, t, t->n == 0 || drive_forward(ts, k, t, 0));
}

void
trail_plain_put(struct trails *ts, int32_t k, int32_t pos)
{
	struct trail *t = &ts->now[k];
	struct gap *gap = &t->gap[pos];
	int32_t i = t->seq[pos];

	t->drive_s -= gap->leg_s;
	t->sum_cents += call_cents(ts, k, i) - gap->leg_cents;
	memmove(gap + 1, gap, (size_t)(t->n - pos) * sizeof(*gap));
	gap[0].to = gap[1].from = i;
	measure(ts, k, t, &gap[0]);
	measure(ts, k, t, &gap[1]);
	drive_backward(ts, k, t, pos + 1);
	price(ts, k, t, drive_forward(ts, k, t, pos));
}

static struct visit
visit_of(const struct trails *ts, int32_t k, int32_t i)
{
	const struct ground *g = ts->g;
	struct visit v = { 0 };

	v.open_s = g->stop[i].open_s;
	v.close_s = g->stop[i].close_s;
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

/*
 * Whether the van holds what it must with call i behind its first `before` stops, and before
 * all but those. The start and the end of the route, 0 and n, are what any place needs.
 */
static bool
fits(const struct trails *ts, int32_t k, int32_t before, int32_t behind, int32_t i)
{
	int32_t loads = ts->g->m->p->loads;
	const struct gap_load *on_van = ts->now[k].load;
	const struct ground_load *load = ts->g->load + i * loads;

	for (int32_t l = 0; l < loads; l++) {
		int32_t capacity = ts->g->m->p->technician[k].capacity[l];

		if (on_van[before * loads + l].before + load[l].delivery > capacity ||
		    on_van[behind * loads + l].behind + load[l].pickup > capacity)
			return false;
	}
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

	if (!fits(ts, k, 0, t->n, i))
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
		begun_s = start_s(g, i, gap->free_s + in_s);
		if (begun_s > v.close_s || (int64_t)begun_s + v.duration_s + out_s > gap->late_s)
			continue;
		if (g->pickups && !fits(ts, k, pos, pos, i))
			continue;
		if (g->stints && t->drive_s + in_s + out_s -
		    gap->leg_s > tech->drive_max_s)
			continue;
		if (timed)
			delta += time_cents_with(tech, gap, &v, in_s, begun_s, out_s) -
			    time_was_cents;
		if (delta < best->delta)
			*best = (struct slot){ delta, k, pos };
	}
}
