/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/graph.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>


enum {
	BUCKETS = 24,      /* enough to be sharp, few enough to be quick */
	BUCKETS_MAX = 400, /* with more, short stops make the backward pass dear */
	REACH_MAX = 128,   /* nodes; with more, what is out of reach is not looked for */
	ROOTS_MAX = 64,    /* ways to drive a prefix; the cheapest if there are more */
};

static int32_t
push_root(const struct model *m, int32_t k, struct route_state *root, int32_t n,
    const struct route_state *s)
{
	int32_t kept = 0;

	for (int32_t r = 0; r < n; r++)
		if (route_covers(m, k, &root[r], s))
			return n;
	for (int32_t r = 0; r < n; r++)
		if (!route_covers(m, k, s, &root[r]))
			root[kept++] = root[r];
	if (kept < ROOTS_MAX)
		root[kept++] = *s;
	return kept;
}

/* The states after the fixed prefix, and where it ends. */
static int
set_roots(struct graph *g, const struct model *m)
{
	const struct technician *t = &m->p->technician[g->k];
	struct route_state next[ROOTS_MAX];
	int32_t place = model_start_place(m, g->k);

	g->root = malloc(ROOTS_MAX * sizeof(*g->root));
	if (g->root == NULL)
		return -ENOMEM;
	route_begin(m, g->k, &g->root[0]);
	g->roots = 1;
	g->prefix = t->current;
	g->prefixes = t->fixed;
	for (int32_t f = 0; f < t->fixed; f++) {
		int32_t drive_s = model_drive_s(m, g->k, place, t->current[f]);
		int32_t n = 0;

		for (int32_t r = 0; r < g->roots; r++) {
			struct route_option option[ROUTE_OPTIONS_MAX];
			int options = route_step(m, g->k, &g->root[r], place, drive_s,
			    t->current[f], option);

			for (int o = 0; o < options; o++)
				n = push_root(m, g->k, next, n, &option[o].state);
		}
		memcpy(g->root, next, (size_t)n * sizeof(*next));
		g->roots = n;
		place = t->current[f];
	}
	g->root_place = place;
	return 0;
}

static int
set_nodes(struct graph *g, const struct model *m, const int32_t *open, int32_t opens)
{
	g->call = malloc(((size_t)opens + 1) * sizeof(*g->call));
	g->open = malloc(((size_t)opens + 1) * sizeof(*g->open));
	if (g->call == NULL || g->open == NULL)
		return -ENOMEM;
	for (int32_t o = 0; o < opens; o++) {
		const struct model_call *c = &m->call[open[o]];

		if (!problem_may(m->p, g->k, open[o]))
			continue;
		if (c->immovable && route_is_chosen(c, g->k, c->calm_lo_s))
			continue; /* another was told, and may not lose it */
		g->call[g->n] = open[o];
		g->open[g->n++] = o;
	}
	return 0;
}

/* The price of the drive, by way of the depot if that is cheaper. */
static double
least_cents(const struct model *m, int32_t k, int32_t from, int32_t to)
{
	int64_t rate = m->p->technician[k].drive_cents_per_h;
	int64_t cents = model_cents(rate, model_drive_s(m, k, from, to));
	int64_t via;

	if (m->depot_helps == NULL || !m->depot_helps[k])
		return (double)cents;
	via = model_cents(rate, model_drive_s(m, k, from, model_depot_place(m))) +
	    model_cents(rate, model_drive_s(m, k, model_depot_place(m), to));
	return (double)(via < cents ? via : cents);
}

static int
set_legs(struct graph *g, const struct model *m)
{
	const struct technician *t = &m->p->technician[g->k];
	size_t n = (size_t)g->n;
	int32_t limit_s = t->shift_end_s + t->overtime_max_s;

	g->drive_s = malloc(((n + 1) * n + 1) * sizeof(*g->drive_s));
	g->least_s = malloc(((n + 1) * n + 1) * sizeof(*g->least_s));
	g->drive_cents = malloc(((n + 1) * n + 1) * sizeof(*g->drive_cents));
	g->home_s = malloc((n + 1) * sizeof(*g->home_s));
	g->latest_s = malloc((n + 1) * sizeof(*g->latest_s));
	if (g->drive_s == NULL || g->least_s == NULL || g->drive_cents == NULL || g->home_s == NULL ||
	    g->latest_s == NULL)
		return -ENOMEM;
	for (int32_t i = 0; i <= g->n; i++) {
		int32_t from = graph_place(g, i);

		for (int32_t j = 0; j < g->n; j++) {
			int32_t s = model_drive_s(m, g->k, from, g->call[j]);

			g->drive_s[i * g->n + j] = s;
			g->least_s[i * g->n + j] = model_least_s(m, g->k, from, g->call[j]);
			g->drive_cents[i * g->n + j] = least_cents(m, g->k, from, g->call[j]);
		}
		g->home_s[i] = model_drive_s(m, g->k, from, model_end_place(m, g->k));
	}
	for (int32_t j = 0; j < g->n; j++) {
		const struct model_call *c = &m->call[g->call[j]];
		int32_t back_s = limit_s - c->duration_s - g->home_s[j];

		g->latest_s[j] = back_s < c->close_s ? back_s : c->close_s;
	}
	return 0;
}

/*
 * Whether a wait is sure to cost: where nothing but breaks takes time that the legs and
 * durations here do not know of.
 */
static void
set_waits(struct graph *g, const struct model *m)
{
	const struct technician *t = &m->p->technician[g->k];

	g->waits = !t->leaves_late && !m->p->has_depot;
	for (int32_t j = 0; j < g->n; j++) {
		const struct call *c = &m->p->call[g->call[j]];

		if (c->setup_s > 0 || c->setup_by_kind != NULL || c->duration_by_kind != NULL)
			g->waits = false;
	}
	for (int32_t d = 0; d < t->dues; d++)
		g->breaks_s += t->due[d].duration_s;
}

/*
 * Seconds from node to node at the least, whatever is visited between, by Floyd's and
 * Warshall's algorithm. Where legs are by the travel model, only rounding makes a
 * detour seem shorter.
 */
static int
set_reach(struct graph *g, const struct model *m)
{
	int32_t n = g->n;

	if (m->p->matrices == 0 || n > REACH_MAX)
		return 0;
	g->reach_s = malloc(((size_t)n * (size_t)n + 1) * sizeof(*g->reach_s));
	if (g->reach_s == NULL)
		return -ENOMEM;
	memcpy(g->reach_s, g->least_s, (size_t)n * (size_t)n * sizeof(*g->reach_s));
	for (int32_t by = 0; by < n; by++)
		for (int32_t i = 0; i < n; i++) {
			int32_t so_far_s = g->reach_s[i * n + by] + m->call[g->call[by]].duration_s;
			int32_t *to_s = g->reach_s + (size_t)i * (size_t)n;

			for (int32_t j = 0; j < n; j++)
				if (so_far_s + g->reach_s[by * n + j] < to_s[j])
					to_s[j] = so_far_s + g->reach_s[by * n + j];
		}
	return 0;
}

/* By a matrix the way home may be shorter by way of other calls: all the later a start may be. */
static void
set_latest(struct graph *g, const struct model *m)
{
	const struct technician *t = &m->p->technician[g->k];

	for (int32_t j = 0; m->p->matrices > 0 && j < g->n; j++) {
		const struct model_call *c = &m->call[g->call[j]];
		int64_t home_s = g->home_s[j];
		int64_t back_s;

		for (int32_t i = 0; i < g->n; i++) {
			int64_t by_s = g->home_s[i];

			if (g->reach_s != NULL)
				by_s += (int64_t)g->reach_s[j * g->n + i] +
				    m->call[g->call[i]].duration_s;
			if (i != j && by_s < home_s)
				home_s = by_s;
		}
		back_s = (int64_t)t->shift_end_s + t->overtime_max_s - c->duration_s - home_s;
		g->latest_s[j] = back_s < c->close_s ? (int32_t)back_s : c->close_s;
	}
}

/* Whether it is never dearer to go home than to go somewhere else and then home. */
static void
set_metric(struct graph *g, const struct model *m)
{
	int64_t rate = m->p->technician[g->k].drive_cents_per_h;

	g->metric = true;
	for (int32_t i = 0; i < g->n; i++)
		for (int32_t j = 0; j < g->n; j++) {
			int32_t at = i * g->n + j;
			int64_t more = model_cents(rate, g->home_s[i]) -
			    model_cents(rate, g->home_s[j]) - (int64_t)g->drive_cents[at];

			if (i != j && (more > 2 || g->home_s[i] > g->least_s[at] + g->home_s[j] + 2))
				g->metric = false;
		}
}

static void
set_buckets(struct graph *g, const struct model *m)
{
	const struct technician *t = &m->p->technician[g->k];
	int64_t span_s = (int64_t)t->shift_end_s + t->overtime_max_s - t->ready_s;
	int32_t short_s = INT32_MAX;

	for (int32_t j = 0; j < g->n; j++)
		if (m->call[g->call[j]].duration_s < short_s)
			short_s = m->call[g->call[j]].duration_s;
	if (span_s < 1)
		span_s = 1;
	g->t0_s = t->ready_s;
	g->taken_max = t->dues;
	g->width_s = (int32_t)(span_s / BUCKETS) + 1;
	if (g->width_s > short_s) {
		if (short_s > span_s / BUCKETS_MAX)
			g->width_s = short_s;
		else
			g->loose = true;
	}
	g->buckets = (int32_t)(span_s / g->width_s) + 1;
}

/* One way to serve a call: at the least, and at the earliest. */
struct visit {
	int32_t cents, start_s;
};

/* A cost as the tables hold it: for a bound, too little does no harm. */
static int32_t
below_never(int64_t cents)
{
	return cents < GRAPH_NEVER - 1 ? (int32_t)cents : GRAPH_NEVER - 1;
}

/* Cents of waiting so long, rounded down so that all waits of a route may be added up. */
static int64_t
waited_cents(const struct model *m, const struct graph *g, int64_t s)
{
	s -= g->breaks_s;
	return g->waits && s > 0 ? s * m->p->technician[g->k].wait_cents_per_h / 3600 : 0;
}

/*
 * Serving call j from at_s on, undisturbed or not, having come there by till_s at the
 * latest. A way of the backward pass is ahead of the one it stands for by as much as the
 * breaks take, so of a wait only what is longer counts.
 */
static void
serve_least(const struct model *m, const struct graph *g, int32_t j, int32_t at_s,
    int32_t till_s, struct visit *ret_calm, struct visit *ret_chosen)
{
	const struct model_call *c = &m->call[g->call[j]];
	int64_t who = route_who_cents(m, g->k, c, g->roots > 0 ? g->root[0].hard : 0);

	*ret_calm = *ret_chosen = (struct visit){ GRAPH_NEVER, GRAPH_NEVER };
	for (int32_t f = -1; f < c->floors; f++) {
		struct visit *v = ret_calm;
		int32_t cents;

		if (f >= 0 && c->floor_s[f] <= at_s)
			continue;
		if (f >= 0)
			at_s = c->floor_s[f];
		if (at_s > g->latest_s[j])
			break;
		if (route_is_chosen(c, g->k, at_s)) {
			if (c->immovable)
				continue;
			v = m->counts ? ret_chosen : ret_calm;
		}
		cents = below_never(who + route_when_cents(m, c, at_s) +
		    waited_cents(m, g, (int64_t)at_s - till_s));
		v->cents = cents < v->cents ? cents : v->cents;
		v->start_s = at_s < v->start_s ? at_s : v->start_s;
	}
}

static int32_t
end_least(const struct technician *t, int32_t at_s, int32_t home_s)
{
	int64_t end_s = (int64_t)at_s + home_s;
	int64_t cents = model_cents(t->drive_cents_per_h, home_s);

	if (end_s > (int64_t)t->shift_end_s + t->overtime_max_s)
		return GRAPH_NEVER;
	if (end_s > t->shift_end_s)
		cents += model_cents(t->overtime_cents_per_h, end_s - t->shift_end_s);
	return below_never(cents);
}

static int32_t
bucket_after(const struct graph *g, const struct visit *v, int32_t duration_s)
{
	int64_t b = ((int64_t)v->start_s + duration_s - g->t0_s) / g->width_s;

	return b < g->buckets ? (int32_t)b : g->buckets;
}

static void
set_times(struct graph *g, const struct model *m)
{
	const struct technician *t = &m->p->technician[g->k];

	for (int32_t at = 0; at < g->buckets * g->n; at++) {
		int32_t j = at % g->n;
		const struct model_call *c = &m->call[g->call[j]];
		int32_t at_s = g->t0_s + at / g->n * g->width_s;
		struct visit calm, chosen;

		serve_least(m, g, j, at_s > c->open_s ? at_s : c->open_s, at_s + g->width_s,
		    &calm, &chosen);
		g->calm_cents[at] = calm.cents;
		g->chosen_cents[at] = chosen.cents;
		g->calm_after[at] = bucket_after(g, &calm, c->duration_s);
		g->chosen_after[at] = bucket_after(g, &chosen, c->duration_s);
		g->end_cents[at] = end_least(t, at_s, g->home_s[j]);
	}
	for (int32_t at = 0; at < g->n * g->n; at++)
		g->leg[at] = g->least_s[at] / g->width_s;
}

static int32_t
min_of(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

/* What no visit costs less than, and how many of them a way has at most. */
static void
set_least(struct graph *g)
{
	int32_t step = g->buckets;

	for (int32_t j = 0; j < g->n; j++)
		g->least_cents[j] = GRAPH_NEVER;
	for (int32_t at = 0; at < g->buckets * g->n; at++) {
		int32_t *least = &g->least_cents[at % g->n];

		*least = min_of(*least, min_of(g->calm_cents[at], g->chosen_cents[at]));
		step = min_of(step, min_of(g->calm_after[at], g->chosen_after[at]) - at / g->n);
	}
	g->most_stops = g->buckets / (step > 0 ? step : 1) + 2;
}

static int
alloc_times(struct graph *g)
{
	size_t cells = (size_t)g->n * (size_t)g->buckets + 1;
	size_t legs = (size_t)g->n * (size_t)g->n + 1;
	int32_t **table[] = { &g->calm_cents, &g->chosen_cents, &g->calm_after, &g->chosen_after,
		&g->end_cents };
	struct graph_ways **ways[] = { &g->from, &g->arrive, &g->leave };

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if ((*table[i] = malloc(cells * sizeof(int32_t))) == NULL)
			return -ENOMEM;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if ((*ways[i] = malloc(cells * sizeof(struct graph_ways))) == NULL)
			return -ENOMEM;
	g->leg = malloc(legs * sizeof(*g->leg));
	g->leg_price = malloc(legs * sizeof(*g->leg_price));
	g->price = malloc(((size_t)g->n + 1) * sizeof(*g->price));
	g->least_cents = malloc(((size_t)g->n + 1) * sizeof(*g->least_cents));
	if (g->leg == NULL || g->leg_price == NULL || g->price == NULL || g->least_cents == NULL)
		return -ENOMEM;
	return 0;
}

int
graph_init(struct graph *g, const struct model *m, int32_t k, const int32_t *open, int32_t opens)
{
	int rc;

	*g = (struct graph){ .k = k, .opens = opens, .counts = m->counts,
		.metric = m->p->matrices == 0 };
	rc = set_roots(g, m);
	if (rc == 0)
		rc = set_nodes(g, m, open, opens);
	if (rc == 0)
		rc = set_legs(g, m);
	if (rc < 0)
		return rc;
	rc = set_reach(g, m);
	if (rc < 0)
		return rc;
	set_latest(g, m);
	set_metric(g, m);
	set_waits(g, m);
	set_buckets(g, m);
	rc = alloc_times(g);
	if (rc == 0) {
		set_times(g, m);
		set_least(g);
	}
	return rc;
}

void
graph_done(struct graph *g)
{
	free(g->call);
	free(g->open);
	free(g->drive_s);
	free(g->least_s);
	free(g->reach_s);
	free(g->drive_cents);
	free(g->home_s);
	free(g->latest_s);
	free(g->root);
	free(g->calm_cents);
	free(g->chosen_cents);
	free(g->end_cents);
	free(g->calm_after);
	free(g->chosen_after);
	free(g->leg);
	free(g->leg_price);
	free(g->price);
	free(g->least_cents);
	free(g->from);
	free(g->arrive);
	free(g->leave);
}
