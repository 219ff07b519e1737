/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The backward pass of graph.h: what may still come after an arrival, at the least.
 *
 * Dynamic programming over buckets of time, latest first. A leg or a stop that ends
 * within a bucket counts as ended at its start, so no way on is missed and each is
 * granted a little time. Ways of the form i, j, i are left out (two-cycle elimination:
 * Desrochers, Desrosiers, Solomon, A new optimization algorithm for the vehicle routing
 * problem with time windows, 1992). Four lanes are computed at once: they tell apart how
 * many calls may still be disturbed by choice and, as far as four lanes go, which of the
 * dearest calls were visited (Righini and Salani, New dynamic programming algorithms
 * for the resource constrained elementary shortest path problem, 2008).
 */
#include <math.h>
#include <string.h>

#include "solver/graph.h"
#include "solver/price.h"

enum {
	SCALE_MAX = 64,          /* of the fixed-point numbers */
	SCALED_SUM_MAX = 1 << 28, /* what the terms of one way add up to at most */
	ROUNDED_LEGS = 3,        /* cents: what rounding makes of three legs, and more */
};

/* Cents as the pass counts them, and not too many: too little does no harm to a bound. */
static int32_t
scaled(const struct graph *g, int32_t cents)
{
	double v = floor(cents * g->scale);
	double most = SCALED_SUM_MAX / (double)g->most_stops;

	return (int32_t)(v < most ? v : most);
}

/*
 * The scale at which no way overflows; prices (rounded up) and legs (rounded down) in
 * it.
 */
static void
set_scale(struct graph *g, const struct duals *duals)
{
	double most = 1;

	for (int32_t j = 0; j < g->n; j++)
		most = fmax(most, fabs(duals->call[g->open[j]]) + fabs(duals->chosen));
	g->scale = SCALE_MAX;
	while (most * g->scale * g->most_stops > SCALED_SUM_MAX)
		g->scale /= 2;
	for (int32_t j = 0; j < g->n; j++)
		g->price[j] = (int32_t)ceil(duals->call[g->open[j]] * g->scale);
	g->chosen_price = (int32_t)ceil(duals->chosen * g->scale);
	for (int32_t at = 0; at < g->n * g->n; at++)
		g->leg_price[at] = graph_closed(g, at / g->n, at % g->n) ? GRAPH_SCALED_NEVER
		    : scaled(g, (int32_t)g->drive_cents[at]);
}

/* The layers, and the calls that pay most for what lanes are left: no way visits these twice. */
static void
set_lanes(struct graph *g, const struct duals *duals, const bool *ok, int32_t chosen_max)
{
	double worth[GRAPH_CRITICAL_MAX] = { 0 };
	int32_t room = 0;

	g->endless = g->counts && chosen_max >= GRAPH_LANES;
	g->layers = !g->counts ? 1 : g->endless ? GRAPH_LANES : chosen_max + 1;
	while (g->layers << (room + 1) <= GRAPH_LANES)
		room++;
	g->criticals = 0;
	for (int32_t j = 0; room > 0 && j < g->n; j++) {
		double v = duals->call[g->open[j]] - g->least_cents[j];
		int32_t c = g->criticals < room ? g->criticals : room - 1;

		if (!ok[j] || v <= worth[c])
			continue;
		g->criticals = c + 1;
		for (; c > 0 && worth[c - 1] < v; c--) {
			worth[c] = worth[c - 1];
			g->critical[c] = g->critical[c - 1];
		}
		worth[c] = v;
		g->critical[c] = j;
	}
}

static graph_quad
four(int32_t v)
{
	return (graph_quad){ v, v, v, v };
}

static graph_quad
pick(graph_quad mask, graph_quad yes, graph_quad no)
{
	return (mask & yes) | (~mask & no);
}

static void
set_cell(struct graph *g, int32_t at, int32_t v)
{
	g->from[at] = (struct graph_ways){ four(v), four(v), four(-1) };
}

/*
 * The better of what two cells say, lane by lane: what takes from one bucket to within
 * another ends in that or the one after.
 */
static struct graph_ways
merge(const struct graph_ways *a, const struct graph_ways *b)
{
	graph_quad less = b->first < a->first;
	graph_quad next = pick(less, b->next, a->next);
	graph_quad same = pick(less, a->next, b->next) == next;
	graph_quad second = pick(less, b->second, a->second);
	graph_quad other = pick(same, pick(less, a->second, b->second),
	    pick(less, a->first, b->first));

	return (struct graph_ways){
		.first = pick(less, b->first, a->first),
		.second = pick(other < second, other, second),
		.next = next,
	};
}

/* Reduced cost of serving node j in bucket b, at the least. */
static double
serve_reduced(const struct graph *g, const struct duals *duals, int32_t at, int32_t j)
{
	double cents = g->calm_cents[at] == GRAPH_NEVER ? INFINITY : g->calm_cents[at];

	if (g->layers > 1 && g->chosen_cents[at] != GRAPH_NEVER)
		cents = fmin(cents, g->chosen_cents[at] - duals->chosen);
	return cents - duals->call[g->open[j]];
}

/* Stops too short for the pass: all that may still be gained by anything is granted to each. */
static void
bound_loosely(struct graph *g, const struct duals *duals, const bool *ok)
{
	double rest = 0;

	for (int32_t j = 0; j < g->n; j++) {
		double least = 0;

		for (int32_t b = 0; ok[j] && b < g->buckets; b++)
			least = fmin(least, serve_reduced(g, duals, b * g->n + j, j));
		rest += least;
	}
	g->scale = SCALE_MAX;
	while (-2 * rest * g->scale > SCALED_SUM_MAX)
		g->scale /= 2;
	for (int32_t at = 0; at < g->buckets * g->n; at++) {
		double v = serve_reduced(g, duals, at, at % g->n) + rest;

		set_cell(g, at, ok[at % g->n] && isfinite(v)
		    ? (int32_t)fmin(floor(v * g->scale), SCALED_SUM_MAX) : GRAPH_SCALED_NEVER);
	}
}

/* Two ways on in one: the best, and the second best with another next call. */
struct ways {
	int32_t first, second, next;
};

static void
add_way(struct ways *w, int32_t v, int32_t next)
{
	if (v < w->first) {
		if (next != w->next)
			w->second = w->first;
		w->first = v;
		w->next = next;
	} else if (next != w->next && v < w->second) {
		w->second = v;
	}
}

/* Adds the ways to leave a cell in this lane after something that costs so much. */
static void
add_leaving(const struct graph *g, struct ways *w, int32_t cell, int32_t lane, int32_t cents)
{
	const struct graph_ways *l = &g->leave[cell];

	if (l->first[lane] < GRAPH_SCALED_NEVER / 2)
		add_way(w, l->first[lane] + cents, l->next[lane]);
	if (l->second[lane] < GRAPH_SCALED_NEVER / 2)
		add_way(w, l->second[lane] + cents, -2);
}

/* Arriving at node j in bucket b: served, and then left in a later bucket, known already. */
static void
bound_arrival(struct graph *g, int32_t b, int32_t j)
{
	int32_t at = b * g->n + j;
	bool calm = g->calm_after[at] < g->buckets, chosen = g->chosen_after[at] < g->buckets;
	int32_t calm_cents = calm ? scaled(g, g->calm_cents[at]) - g->price[j] : 0;
	int32_t chosen_cents = chosen ? scaled(g, g->chosen_cents[at]) - g->price[j] -
	    g->chosen_price : 0;
	int32_t bit = 0;

	for (int32_t c = 0; c < g->criticals; c++)
		if (g->critical[c] == j)
			bit = 1 << c;
	for (int32_t lane = 0; lane < g->layers << g->criticals; lane++) {
		int32_t set = lane / g->layers, layer = lane % g->layers;
		int32_t to = (set & ~bit) * g->layers + layer;
		struct ways w = { GRAPH_SCALED_NEVER, GRAPH_SCALED_NEVER, -1 };

		if ((set & bit) != bit)
			continue;
		if (calm)
			add_leaving(g, &w, g->calm_after[at] * g->n + j, to, calm_cents);
		if (chosen && layer > 0) {
			bool runs_out = layer < g->layers - 1 || !g->endless;

			add_leaving(g, &w, g->chosen_after[at] * g->n + j, to - runs_out,
			    chosen_cents);
		}
		g->from[at].first[lane] = w.first;
		g->from[at].second[lane] = w.second;
		g->from[at].next[lane] = w.next;
	}
}

/* Leaving node i in bucket b: for home, or for the best node and the second best. */
static void
bound_leave(struct graph *g, int32_t i, int32_t b, const int32_t *useful, int32_t n_useful)
{
	int32_t at = b * g->n + i;
	int32_t end = g->end_cents[at] == GRAPH_NEVER || graph_closed(g, i, -1)
	    ? GRAPH_SCALED_NEVER : scaled(g, g->end_cents[at]);
	struct graph_ways w = { four(end), four(end), four(-1) };

	for (int32_t u = 0; u < n_useful; u++) {
		int32_t j = useful[u];
		int32_t arrive = b + g->leg[i * g->n + j];
		const struct graph_ways *to;
		graph_quad v, better;

		if (j == i || arrive >= g->buckets)
			continue;
		to = &g->arrive[arrive * g->n + j];
		v = pick(to->next == four(i), to->second, to->first) +
		    four(g->leg_price[i * g->n + j]);
		better = v < w.first;
		w.second = pick(better, w.first, pick(v < w.second, v, w.second));
		w.next = pick(better, four(j), w.next);
		w.first = pick(better, v, w.first);
	}
	/* The end of a stop, too, is in this bucket or the next. */
	g->leave[at] = b + 1 < g->buckets ? merge(&w, &g->leave[at + g->n]) : w;
}

/*
 * Adds the nodes that pay from this bucket on: where, in some lane, serving and going on
 * costs less than to drive home from there at once. For the others, going home without
 * them is no dearer, by the triangle inequality; the slack allows for its legs rounded.
 */
static int32_t
add_useful(const struct graph *g, int32_t b, bool *is_useful, int32_t *useful, int32_t n)
{
	bool direct = g->metric && g->arcs == NULL && b + 1 < g->buckets;

	for (int32_t j = 0; j < g->n; j++) {
		int32_t home = GRAPH_SCALED_NEVER / 2;
		graph_quad pays;

		if (is_useful[j])
			continue;
		/* Home as of the bucket's end: dearer than any time in it. */
		if (direct && g->end_cents[(b + 1) * g->n + j] < home)
			home = scaled(g, g->end_cents[(b + 1) * g->n + j] + ROUNDED_LEGS);
		pays = g->from[b * g->n + j].first < four(home);
		if ((pays[0] | pays[1] | pays[2] | pays[3]) == 0)
			continue;
		is_useful[j] = true;
		useful[n++] = j;
	}
	return n;
}

void
graph_bound(struct graph *g, const struct duals *duals, const bool *ok, int32_t chosen_max)
{
	int32_t useful[PRICE_CALLS_MAX];
	bool is_useful[PRICE_CALLS_MAX] = { false };
	int32_t n_useful = 0;

	set_lanes(g, duals, ok, chosen_max);
	if (g->loose) {
		bound_loosely(g, duals, ok);
		return;
	}
	set_scale(g, duals);
	for (int32_t b = g->buckets - 1; b >= 0; b--) {
		for (int32_t j = 0; j < g->n; j++) {
			set_cell(g, b * g->n + j, GRAPH_SCALED_NEVER);
			if (ok[j])
				bound_arrival(g, b, j);
			g->arrive[b * g->n + j] = b + 1 < g->buckets
			    ? merge(&g->from[b * g->n + j], &g->from[(b + 1) * g->n + j])
			    : g->from[b * g->n + j];
		}
		n_useful = add_useful(g, b, is_useful, useful, n_useful);
		for (int32_t i = 0; i < g->n; i++)
			if (ok[i])
				bound_leave(g, i, b, useful, n_useful);
	}
}
