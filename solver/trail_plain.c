/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "solver/trail_plain.h"

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
	to->depot = from->depot;
	memcpy(to->parts, from->parts, sizeof(to->parts));
}

/* Measures the leg of a gap between the places it knows, by way of the depot or not. */
static void
measure(struct trails *ts, int32_t k, struct trail *t, struct gap *gap, bool depot)
{
	const struct ground *g = ts->g;
	int32_t place = model_depot_place(g->m);
	int32_t last = gap->from;
	int32_t drive_s;

	if (depot) {
		int32_t in_s = ground_leg_s(g, k, gap->from, place);
		int32_t on_s = ground_leg_s(g, k, place, gap->to);

		drive_s = in_s + on_s;
		gap->leg_s = drive_s + g->m->p->depot_s;
		gap->leg_cents = ground_leg_cents(g, k, gap->from, place) +
		    ground_leg_cents(g, k, place, gap->to);
		last = place;
	} else {
		drive_s = gap->leg_s = ground_leg_s(g, k, gap->from, gap->to);
		gap->leg_cents = ground_leg_cents(g, k, gap->from, gap->to);
	}
	gap->work_s = gap->to < g->m->p->calls ? model_work_s(g->m, k, last, gap->to) : 0;
	t->drive_s += drive_s;
	t->sum_cents += gap->leg_cents;
}

/* From the stop before gap `first` to the last: when he can leave each. False: too late. */
static bool
drive_forward(struct trails *ts, struct trail *t, int32_t first)
{
	const struct ground *g = ts->g;
	struct gap *gap = &t->gap[first];
	struct reach at = gap->reach;
	bool can = true;

	for (int32_t r = first; r < t->n; r++, gap++) {
		can = trail_reach(g, &at, gap->leg_s, gap->to, gap->work_s) && can;
		gap[1].reach = at;
	}
	return can && at.free_s + gap->leg_s <= gap->late_s;
}

/* From the stop behind gap `last` back to the first: when he must reach each. */
static void
drive_backward(struct trails *ts, struct trail *t, int32_t last)
{
	const struct ground *g = ts->g;
	struct gap *gap = &t->gap[last];
	int64_t end_s = gap->end_s, rest_s = gap->rest_s, late_s = gap->late_s;

	for (; gap > t->gap; gap--) {
		int32_t i = gap->from;
		int64_t more_s = gap->leg_s + gap[-1].work_s;

		rest_s += more_s;
		if (end_s < g->stop[i].open_s + rest_s)
			end_s = g->stop[i].open_s + rest_s;
		late_s = trail_last_start_s(g, i, late_s - more_s);
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
		t->cents += trail_time_cents(tech, first->end_s,
		    (int64_t)first->rest_s + first->leg_s,
		    (int64_t)first->late_s - first->leg_s);
	if (!can || t->drive_s > tech->drive_max_s || t->n > tech->stops_max)
		t->cents = TRAIL_NO_CENTS;
}

/* The whole route, with the depot visited in this gap, or not at all (-1). */
static void
drive_by(struct trails *ts, int32_t k, int32_t depot)
{
	const struct ground *g = ts->g;
	const struct technician *tech = &g->m->p->technician[k];
	struct trail *t = &ts->now[k];
	int32_t from = model_start_place(g->m, k), limit = (int32_t)trail_limit_s(tech);

	t->depot = depot;
	t->drive_s = 0;
	t->sum_cents = t->n > 0 ? tech->day_cents : 0;
	for (int32_t r = 0; r <= t->n; r++) {
		int32_t to = r < t->n ? t->seq[r] : model_end_place(g->m, k);

		t->gap[r] = (struct gap){ .from = from, .to = to };
		if (t->n > 0)
			measure(ts, k, t, &t->gap[r], r == depot);
		if (r < t->n)
			t->sum_cents += trail_call_cents(ts, k, to);
		from = to;
	}
	t->gap[0].reach = (struct reach){ tech->ready_s, 0,
		tech->leaves_late ? limit : tech->ready_s };
	t->gap[t->n].late_s = limit;
	t->gap[t->n].end_s = LONG_AGO_S;
	drive_backward(ts, t, t->n);
	price(ts, k, t, t->n == 0 || drive_forward(ts, t, 0));
}

/*
 * How many stops can be served before he has been to the depot, all if he need not go
 * there. t->parts are what they use up.
 */
static int32_t
without_depot(struct trails *ts, int32_t k, struct trail *t)
{
	const struct problem *p = ts->g->m->p;
	const struct technician *tech = &p->technician[k];

	memset(t->parts, 0, sizeof(t->parts));
	for (int32_t r = 0; r < t->n; r++) {
		const struct call *c = &p->call[t->seq[r]];

		if (!trail_has(tech, t->parts, c))
			return r;
		for (int32_t a = 0; a < p->parts; a++)
			t->parts[a] += c->part[a];
	}
	return t->n;
}

/* What the stops before the depot use up. */
static void
count_parts(struct trails *ts, struct trail *t)
{
	const struct problem *p = ts->g->m->p;

	memset(t->parts, 0, sizeof(t->parts));
	for (int32_t r = 0; r < t->depot; r++)
		for (int32_t a = 0; a < p->parts; a++)
			t->parts[a] += p->call[t->seq[r]].part[a];
}

void
trail_plain_drive(struct trails *ts, int32_t k)
{
	struct trail *t = &ts->now[k];
	int64_t best_cents = INT64_MAX;
	int32_t last, best = 0;

	if (!ts->g->parts) {
		drive_by(ts, k, -1);
		return;
	}
	last = without_depot(ts, k, t);
	if (last == t->n) {
		drive_by(ts, k, -1);
		return;
	}
	if (!ts->g->m->p->has_depot) {
		drive_by(ts, k, -1);
		t->cents = TRAIL_NO_CENTS;
		return;
	}
	for (int32_t depot = 0; depot <= last; depot++) {
		drive_by(ts, k, depot);
		if (t->cents < best_cents) {
			best_cents = t->cents;
			best = depot;
		}
	}
	if (t->depot != best)
		drive_by(ts, k, best);
	count_parts(ts, t);
}

void
trail_plain_put(struct trails *ts, int32_t k, int32_t pos)
{
	struct trail *t = &ts->now[k];
	struct gap *gap = &t->gap[pos];
	int32_t i = t->seq[pos];

	if (ts->g->parts) {
		trail_plain_drive(ts, k);
		return;
	}
	t->drive_s -= gap->leg_s;
	t->sum_cents += trail_call_cents(ts, k, i) - gap->leg_cents;
	memmove(gap + 1, gap, (size_t)(t->n - pos) * sizeof(*gap));
	gap[0].to = gap[1].from = i;
	measure(ts, k, t, &gap[0], false);
	measure(ts, k, t, &gap[1], false);
	/* The work at the stop behind may be more or less now, with its setup. */
	drive_backward(ts, t, ts->g->m->varied && pos + 1 < t->n ? pos + 2 : pos + 1);
	price(ts, k, t, drive_forward(ts, t, pos));
}
