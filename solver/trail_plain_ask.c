/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/trail_plain.h"

/* A call as technician k would do it, and the ways to it and from it, by place. */
struct visit {
	struct trails *ts;
	const struct technician *tech;
	const struct trail *t;
	struct slot *best;
	const int32_t *in_s, *in_cents, *out_s, *out_cents; /* NULL: to be computed */
	int64_t cents;          /* the call's own, and the day's if it is the first */
	int64_t time_was_cents; /* of the route as it is: more cannot be saved */
	int32_t k, i;
	int32_t open_s, close_s, work_s;
};

/* The two legs that take the place of one. */
struct detour {
	int32_t in_s, out_s, drive_s; /* drive_s: of both, without the time at the depot */
	int64_t cents;
};

static void
begin_visit(struct trails *ts, int32_t k, int32_t i, struct slot *best, struct visit *v)
{
	const struct ground *g = ts->g;
	const struct trail *t = &ts->now[k];

	*v = (struct visit){ .ts = ts, .tech = &g->m->p->technician[k], .t = t, .best = best,
		.k = k, .i = i };
	v->cents = trail_call_cents(ts, k, i) + (t->n == 0 ? v->tech->day_cents : 0);
	if (g->form == GROUND_TIMES && t->n > 0)
		v->time_was_cents = t->cents - t->sum_cents;
	v->open_s = g->stop[i].open_s;
	v->close_s = g->stop[i].close_s;
	v->work_s = g->m->call[i].duration_s;
	if (g->table != NULL) {
		const struct leg_table *table = &g->table[g->class_of[k]];
		size_t row = (size_t)i * (size_t)g->m->places;

		v->in_s = table->turned_s + row;
		v->in_cents = table->turned_cents + row;
		v->out_s = table->s + row;
		v->out_cents = table->cents + row;
	}
}

static inline int32_t
in_s(const struct visit *v, int32_t from)
{
	return v->in_s != NULL ? v->in_s[from] : ground_leg_s(v->ts->g, v->k, from, v->i);
}

static inline int32_t
out_s(const struct visit *v, int32_t to)
{
	return v->out_s != NULL ? v->out_s[to] : ground_leg_s(v->ts->g, v->k, v->i, to);
}

static inline int64_t
in_cents(const struct visit *v, int32_t from)
{
	return v->in_cents != NULL ? v->in_cents[from]
	    : ground_leg_cents(v->ts->g, v->k, from, v->i);
}

static inline int64_t
out_cents(const struct visit *v, int32_t to)
{
	return v->out_cents != NULL ? v->out_cents[to]
	    : ground_leg_cents(v->ts->g, v->k, v->i, to);
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

/* What the time costs with the visit in this gap, over what it costs now. */
static int64_t
more_time_cents(const struct visit *v, const struct gap *gap, const struct reach *done,
    const struct detour *d, int32_t more_s)
{
	int64_t span_s = (int64_t)done->span_s + d->out_s;
	int64_t begin_max_s = done->begin_max_s;
	/* Less work may mean more waiting behind it: the day is taken to end no sooner. */
	int32_t later_s = more_s > 0 ? more_s : 0;
	int64_t end_s = (int64_t)done->free_s + d->out_s + later_s + gap->rest_s;

	if (begin_max_s > gap->late_s - span_s)
		begin_max_s = gap->late_s - span_s;
	if (end_s < (int64_t)gap->end_s + later_s)
		end_s = (int64_t)gap->end_s + later_s;
	return trail_time_cents(v->tech, end_s, span_s + more_s + gap->rest_s, begin_max_s) -
	    v->time_was_cents;
}

/*
 * How much longer the work takes at the stop behind, with its setup or without, as the
 * new stop before it is elsewhere or not.
 */
static int32_t
more_setup_s(const struct visit *v, const struct gap *gap)
{
	const struct ground *g = v->ts->g;

	if (!g->m->varied || gap->to >= g->m->p->calls)
		return 0;
	return model_work_s(g->m, v->k, v->i, gap->to) - gap->work_s;
}

/*
 * Puts the visit between a reach and the rest of the day behind `gap`, if that is possible and
 * cheaper than the best so far. `from`: the place of the stop, or the depot, before.
 */
static inline void
try_gap(const struct visit *v, const struct gap *gap, const struct reach *reach, int32_t from,
    const struct detour *d, int32_t pos)
{
	const struct ground *g = v->ts->g;
	int64_t delta = v->cents + d->cents;
	int32_t work_s = g->m->varied ? model_work_s(g->m, v->k, from, v->i) : v->work_s;
	struct reach done = *reach;
	int32_t more_s;

	if (!trail_reach(g, &done, d->in_s, v->i, work_s))
		return;
	more_s = more_setup_s(v, gap);
	if ((int64_t)done.free_s + d->out_s + (more_s > 0 ? more_s : 0) > gap->late_s)
		return;
	if (g->pickups && !fits(v->ts, v->k, pos, pos, v->i))
		return;
	if (g->stints && v->t->drive_s + d->drive_s > v->tech->drive_max_s)
		return;
	if (g->form == GROUND_TIMES)
		delta += more_time_cents(v, gap, &done, d, more_s);
	if (delta < v->best->delta)
		*v->best = (struct slot){ delta, v->k, pos };
}

static void
ask_gaps(const struct visit *v, int32_t first, int32_t last)
{
	for (int32_t pos = first; pos <= last; pos++) {
		const struct gap *gap = &v->t->gap[pos];
		struct detour d;

		if (gap->reach.free_s > v->close_s)
			break;
		if (gap->late_s < v->open_s + v->work_s || trail_blinks(v->ts))
			continue;
		d.cents = in_cents(v, gap->from) + out_cents(v, gap->to) - gap->leg_cents;
		if (v->cents + d.cents - v->time_was_cents >= v->best->delta)
			continue;
		d.in_s = in_s(v, gap->from);
		d.out_s = out_s(v, gap->to);
		d.drive_s = d.in_s + d.out_s - gap->leg_s;
		try_gap(v, gap, &gap->reach, gap->from, &d, pos);
	}
}

/* The two places in the gap where the depot is: before it, and behind. */
static void
ask_depot_gap(const struct visit *v, bool before)
{
	const struct ground *g = v->ts->g;
	int32_t pos = v->t->depot, place = model_depot_place(g->m), depot_s = g->m->p->depot_s;
	const struct gap *gap = &v->t->gap[pos];
	int32_t to_depot_s = ground_leg_s(g, v->k, gap->from, place);
	int32_t on_s = ground_leg_s(g, v->k, place, gap->to);
	struct detour d;

	if (before) {
		d.in_s = in_s(v, gap->from);
		d.drive_s = d.in_s + out_s(v, place) - to_depot_s;
		d.out_s = out_s(v, place) + depot_s + on_s;
		d.cents = in_cents(v, gap->from) + out_cents(v, place) +
		    ground_leg_cents(g, v->k, place, gap->to) - gap->leg_cents;
		try_gap(v, gap, &gap->reach, gap->from, &d, pos);
	}
	d.in_s = to_depot_s + depot_s + in_s(v, place);
	d.out_s = out_s(v, gap->to);
	d.drive_s = in_s(v, place) + d.out_s - on_s;
	d.cents = ground_leg_cents(g, v->k, gap->from, place) + in_cents(v, place) +
	    out_cents(v, gap->to) - gap->leg_cents;
	try_gap(v, gap, &gap->reach, place, &d, pos);
}

/* The call needs a visit to the depot: in any gap, and the call in that or a later one. */
static void
ask_with_depot(const struct visit *v)
{
	const struct ground *g = v->ts->g;
	int32_t place = model_depot_place(g->m), depot_s = g->m->p->depot_s;

	for (int32_t q = v->tech->fixed; q <= v->t->n; q++) {
		const struct gap *gap = &v->t->gap[q];
		struct reach at = gap->reach;
		int32_t from = place, before_s = ground_leg_s(g, v->k, gap->from, place) + depot_s;
		int64_t more_cents = ground_leg_cents(g, v->k, gap->from, place);
		int32_t more_s = before_s - depot_s;

		for (int32_t pos = q; pos <= v->t->n; pos++) {
			const struct gap *next = &v->t->gap[pos];
			int32_t leg_s = ground_leg_s(g, v->k, from, next->to);
			struct detour d;

			d.cents = more_cents + in_cents(v, from) + out_cents(v, next->to) -
			    next->leg_cents;
			d.in_s = before_s + in_s(v, from);
			d.out_s = out_s(v, next->to);
			d.drive_s = more_s + d.in_s - before_s + d.out_s - next->leg_s;
			if (v->cents + d.cents - v->time_was_cents < v->best->delta &&
			    !trail_blinks(v->ts))
				try_gap(v, next, &at, from, &d, pos);
			if (pos == v->t->n || !trail_reach(g, &at, before_s + leg_s, next->to,
			    model_work_s(g->m, v->k, from, next->to)) ||
			    at.free_s > v->close_s)
				break;
			if (pos == q) {
				more_cents += ground_leg_cents(g, v->k, place, next->to) -
				    next->leg_cents;
				more_s += leg_s - next->leg_s;
			}
			before_s = 0;
			from = next->to;
		}
	}
}

void
trail_plain_ask(struct trails *ts, int32_t k, int32_t i, struct slot *best)
{
	const struct trail *t = &ts->now[k];
	const struct call *c = &ts->g->m->p->call[i];
	struct visit v;
	bool has;

	if (!fits(ts, k, 0, t->n, i))
		return;
	ts->steps++;
	begin_visit(ts, k, i, best, &v);
	if (!ts->g->parts) {
		ask_gaps(&v, v.tech->fixed, t->n);
		return;
	}
	has = trail_has(v.tech, t->parts, c);
	if (t->depot < 0) {
		if (has)
			ask_gaps(&v, v.tech->fixed, t->n);
		else if (ts->g->m->p->has_depot)
			ask_with_depot(&v);
		return;
	}
	if (has)
		ask_gaps(&v, v.tech->fixed, t->depot - 1);
	if (t->depot >= v.tech->fixed)
		ask_depot_gap(&v, has);
	ask_gaps(&v, t->depot + 1 > v.tech->fixed ? t->depot + 1 : v.tech->fixed, t->n);
}
