/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/compromise.h"

#include <assert.h>
#include <stdbool.h>

#include "sim/edits.h"

#define LEAST_GAIN_S 0.5 /* less is no gain: sums of fractions are not exact */

/* Somewhere in somebody's plan, and what he then costs more. */
struct spot {
	int32_t k, pos;
	double more_s;
};

/* His stops behind and before him. */
static int32_t
stops_of(const struct live_tech *t, int32_t stop[EDITS_STOPS_MAX])
{
	int32_t n = 0;

	for (int32_t i = 0; i < t->dones; i++)
		if (t->done[i].call != LIVE_DEPOT)
			stop[n++] = t->done[i].call;
	for (int32_t i = 0; i < t->plans; i++)
		stop[n++] = t->plan[i];
	return n;
}

int32_t
compromise_edits(const struct compromise *c, int32_t k)
{
	int32_t before[EDITS_STOPS_MAX], after[EDITS_STOPS_MAX];
	int32_t n = stops_of(&c->first[k], before);

	return edits_between(before, n, after, stops_of(&c->v->tech[k], after));
}

static double
route_worth(const struct compromise *c, int32_t k)
{
	return (double)live_cost(c->v, k).drive_s + compromise_edits(c, k) * c->edit_s;
}

double
compromise_worth(const struct compromise *c, double unserved_s)
{
	double sum_s = live_count(c->v, LIVE_OPEN) * unserved_s;

	for (int32_t k = 0; k < c->v->whole->technicians; k++)
		sum_s += route_worth(c, k);
	return sum_s;
}

/* The best place for a call that is in no plan just now in the plan of k. */
static void
look_at(struct compromise *c, int32_t call, int32_t k, struct spot *best)
{
	double before_s = route_worth(c, k);

	for (int32_t pos = 0; pos <= c->v->tech[k].plans; pos++) {
		double more_s;

		if (!live_put(c->v, k, pos, call))
			continue;
		more_s = route_worth(c, k) - before_s;
		live_take(c->v, k, pos);
		if (more_s < best->more_s)
			*best = (struct spot){ k, pos, more_s };
	}
}

static bool
move(struct compromise *c, int32_t k, int32_t pos)
{
	double before_s = route_worth(c, k), saved_s;
	int32_t call = live_take(c->v, k, pos);
	struct spot best = { k, pos, before_s - route_worth(c, k) };
	bool idle_seen = false, put;

	saved_s = best.more_s;
	for (int32_t other = 0; other < c->v->whole->technicians; other++) {
		const struct live_tech *t = &c->v->tech[other];
		bool idle = t->dones + t->plans == 0 && c->first[other].plans == 0;

		if (!(idle && idle_seen)) /* they are all alike */
			look_at(c, call, other, &best);
		idle_seen |= idle;
	}
	if (best.more_s > saved_s - LEAST_GAIN_S)
		best = (struct spot){ k, pos, saved_s };
	put = live_put(c->v, best.k, best.pos, call);
	assert(put); /* it could be there a moment ago */
	return best.k != k || best.pos != pos;
}

void
compromise_improve(struct compromise *c)
{
	bool moved = true;

	while (moved) {
		moved = false;
		for (int32_t k = 0; k < c->v->whole->technicians; k++)
			for (int32_t pos = 0; pos < c->v->tech[k].plans; pos++)
				moved |= move(c, k, pos);
	}
}
