/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/morning.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "proto/when.h"

enum {
	DAY_S = 86400,
	NOON_S = 43200,
	TRIES_MAX = 4, /* technicians tried whose day turns out full when it is re-timed */
};

int64_t
morning_today(const struct state *s, int64_t now)
{
	int64_t midnight;

	/* A zone was checked when the territory was opened; UTC days are the fallback. */
	return when_midnight(now, state_zone(s), &midnight) < 0 ? now - now % DAY_S : midnight;
}

int64_t
morning_after(const struct state *s, int64_t midnight)
{
	/* A local day has 23 to 25 hours: noon of the next one leads to its midnight. */
	return morning_today(s, midnight + DAY_S + NOON_S);
}

bool
morning_works(const struct morning *m, int32_t tech)
{
	const struct retimed *r = &m->route[tech];

	return r->works && state_tech(m->fork, tech)->shift[r->shift].from < m->to;
}

int
morning_open(const struct state *s, int64_t now, int64_t midnight, struct morning *ret)
{
	struct morning m = { .from = midnight, .to = morning_after(s, midnight) };
	int64_t at;
	int rc = state_morning(s, now, midnight, &m.fork, &at);

	if (rc < 0)
		return rc;
	m.route = calloc((size_t)state_techs(s) + 1, sizeof(*m.route));
	if (m.route == NULL) {
		state_free(m.fork);
		return -ENOMEM;
	}
	m.f = cost_frame(m.fork, at);
	for (int32_t k = 0; k < state_techs(m.fork); k++)
		retime_order(m.fork, k, at, NULL, 0, &m.route[k]);
	*ret = m;
	return 0;
}

void
morning_done(struct morning *m)
{
	free(m->route);
	state_free(m->fork);
}

/* --- placing --- */

struct spot {
	int32_t tech, pos;
	int64_t cents;
};

/*
 * Whether an insertion would put off a call that was placed before it and has no promise yet: who came
 * first stays first.
 */
static bool
puts_off(const struct morning *m, const struct retimed *r, const struct insertion *in)
{
	for (int32_t i = in->pos; i < r->stops; i++)
		if (in->push_s[i] > 0 && !state_call(m->fork, r->stop[i].call)->told.promise)
			return true;
	return false;
}

/* The cheapest position on one route that breaks no promise; false when there is none. */
static bool
spot_on(const struct morning *m, int32_t tech, const struct visit *v, int64_t latest,
    struct spot *best)
{
	const struct retimed *r = &m->route[tech];
	struct insertion in;
	bool found = false;

	for (int32_t pos = 0; pos <= r->stops && r->stops < STATE_STOPS_MAX; pos++) {
		if (pos > 0 && r->stop[pos - 1].arrival > latest)
			break;
		if (!insertion_try(&m->f, tech, r, v, pos, &in) || in.broken > 0 ||
		    in.start > latest || puts_off(m, r, &in) ||
		    (best->tech >= 0 && in.cents >= best->cents))
			continue;
		*best = (struct spot){ tech, pos, in.cents };
		found = true;
	}
	return found;
}

/* Makes room on a route and lays it out anew; false, and the route as it was, if it is too full. */
static bool
put(struct morning *m, int32_t call, const struct spot *at)
{
	struct retimed *r = &m->route[at->tech], *was = malloc(sizeof(*was));
	int32_t order[STATE_STOPS_MAX + 1], n = 0;
	bool fits;

	if (was == NULL)
		return false;
	*was = *r;
	for (int32_t i = 0; i <= was->stops; i++) {
		if (i == at->pos)
			order[n++] = call;
		if (i < was->stops)
			order[n++] = was->stop[i].call;
	}
	retime_order(m->fork, at->tech, m->f.now, order, n, r);
	fits = r->losts == 0;
	if (!fits)
		*r = *was;
	free(was);
	return fits;
}

/* Places it to start at `latest` at the latest. */
static int32_t
place_by(struct morning *m, int32_t call, const struct visit *v, int64_t latest)
{
	int32_t full[TRIES_MAX];

	for (int32_t tries = 0; tries < TRIES_MAX; tries++) {
		struct spot best = { .tech = -1 };

		for (int32_t k = 0; k < state_techs(m->fork); k++) {
			bool skip = !morning_works(m, k) || !state_may(m->fork, k, call);

			for (int32_t i = 0; i < tries; i++)
				skip = skip || full[i] == k;
			if (!skip)
				spot_on(m, k, v, latest, &best);
		}
		if (best.tech < 0)
			return -1;
		if (put(m, call, &best))
			return best.tech;
		full[tries] = best.tech;
	}
	return -1;
}

int32_t
morning_place(struct morning *m, int32_t call)
{
	const struct call_state *c = state_call(m->fork, call);
	struct visit v = insertion_visit(m->fork, call);
	int32_t tech = -1;

	v.open = state_start_at(c, m->f.now);
	if (c->told.promise && c->told.promise_from > v.open)
		v.open = c->told.promise_from;
	if (c->told.promise)
		tech = place_by(m, call, &v, c->told.promise_to);
	return tech >= 0 ? tech : place_by(m, call, &v, m->to - 1);
}

struct kept {
	int64_t to;
	int32_t call;
};

static int
earliest_first(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	return x->call < y->call ? -1 : x->call > y->call;
}

int32_t
morning_kept(struct morning *m, int32_t but)
{
	int32_t open_n, n = 0, placed = 0;
	const int32_t *open = state_open(m->fork, &open_n);
	struct kept *list = calloc((size_t)open_n + 1, sizeof(*list));

	if (list == NULL)
		return 0;
	for (int32_t i = 0; i < open_n; i++) {
		const struct call_state *c = state_call(m->fork, open[i]);

		if (open[i] != but && c->status == CALL_UNASSIGNED && c->told.promise &&
		    c->told.promise_from < m->to && c->told.promise_to >= m->from)
			list[n++] = (struct kept){ c->told.promise_to, open[i] };
	}
	qsort(list, (size_t)n, sizeof(*list), earliest_first);
	for (int32_t i = 0; i < n; i++)
		placed += morning_place(m, list[i].call) >= 0;
	free(list);
	return placed;
}
