/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/graph.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solver/price.h"

enum {
	BUCKETS = 48,      /* enough to be sharp, few enough to be quick */
	BUCKETS_MAX = 400, /* with more, short stops make the backward pass dear */
	LAYERS_MAX = 5,    /* of the backward pass: so many disturbances are told apart */
	ROUNDED_LEGS = 3,  /* cents: what rounding may add to or take off three legs, and more */
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

/* Serving call j at at_s or any later time, at the least, undisturbed or not. */
static void
serve_least(const struct model *m, const struct graph *g, int32_t j, int32_t at_s,
    double *ret_calm, double *ret_chosen)
{
	const struct model_call *c = &m->call[g->call[j]];
	double who = (double)route_who_cents(m, g->k, c, g->roots > 0 ? g->root[0].hard : 0);

	*ret_calm = *ret_chosen = INFINITY;
	for (int32_t f = -1; f < c->floors; f++) {
		double cents;

		if (f >= 0 && c->floor_s[f] <= at_s)
			continue;
		if (f >= 0)
			at_s = c->floor_s[f];
		if (at_s > c->close_s)
			break;
		cents = who + (double)route_when_cents(m, c, at_s);
		if (route_is_chosen(c, g->k, at_s)) {
			if (!c->immovable && cents < *ret_chosen)
				*ret_chosen = cents;
		} else if (cents < *ret_calm) {
			*ret_calm = cents;
		}
	}
	if (!m->counts) {
		*ret_calm = *ret_calm < *ret_chosen ? *ret_calm : *ret_chosen;
		*ret_chosen = INFINITY;
	}
}

static void
set_times(struct graph *g, const struct model *m)
{
	const struct technician *t = &m->p->technician[g->k];
	int32_t limit_s = t->shift_end_s + t->overtime_max_s;

	for (int32_t b = 0; b < g->buckets; b++) {
		int32_t at_s = g->t0_s + b * g->width_s;

		for (int32_t j = 0; j < g->n; j++) {
			const struct model_call *c = &m->call[g->call[j]];
			int32_t start_s = at_s > c->open_s ? at_s : c->open_s;
			int64_t home_s = (int64_t)at_s + g->home_s[j];
			int32_t at = b * g->n + j;

			g->end_cents[at] = INFINITY;
			if (home_s <= limit_s) {
				g->end_cents[at] = (double)model_cents(t->drive_cents_per_h,
				    g->home_s[j]);
				if (home_s > t->shift_end_s)
					g->end_cents[at] += (double)model_cents(
					    t->overtime_cents_per_h, home_s - t->shift_end_s);
			}
			g->after[at] = g->buckets;
			g->calm_cents[at] = g->chosen_cents[at] = INFINITY;
			if (start_s > g->latest_s[j])
				continue;
			serve_least(m, g, j, start_s, &g->calm_cents[at], &g->chosen_cents[at]);
			g->after[at] = (start_s + c->duration_s - g->t0_s) / g->width_s;
		}
	}
	for (int32_t i = 0; i < g->n; i++)
		for (int32_t j = 0; j < g->n; j++)
			g->leg[i * g->n + j] = g->least_s[i * g->n + j] / g->width_s;
}

static int
alloc_times(struct graph *g)
{
	size_t cells = (size_t)g->n * (size_t)g->buckets + 1;
	size_t layered = cells * (g->counts ? LAYERS_MAX : 1);

	g->calm_cents = malloc(cells * sizeof(*g->calm_cents));
	g->chosen_cents = malloc(cells * sizeof(*g->chosen_cents));
	g->end_cents = malloc(cells * sizeof(*g->end_cents));
	g->after = malloc(cells * sizeof(*g->after));
	g->leg = malloc(((size_t)g->n * (size_t)g->n + 1) * sizeof(*g->leg));
	g->best = malloc(layered * sizeof(*g->best));
	g->second = malloc(layered * sizeof(*g->second));
	g->next = malloc(layered * sizeof(*g->next));
	g->leave = malloc(layered * sizeof(*g->leave));
	g->leave_second = malloc(layered * sizeof(*g->leave_second));
	g->leave_next = malloc(layered * sizeof(*g->leave_next));
	if (g->calm_cents == NULL || g->chosen_cents == NULL || g->end_cents == NULL ||
	    g->after == NULL || g->leg == NULL || g->best == NULL || g->second == NULL ||
	    g->next == NULL || g->leave == NULL || g->leave_second == NULL ||
	    g->leave_next == NULL)
		return -ENOMEM;
	return 0;
}

int
graph_init(struct graph *g, const struct model *m, int32_t k, const int32_t *open, int32_t opens)
{
	int rc;

	*g = (struct graph){ .k = k, .counts = m->counts };
	rc = set_roots(g, m);
	if (rc == 0)
		rc = set_nodes(g, m, open, opens);
	if (rc == 0)
		rc = set_legs(g, m);
	if (rc < 0)
		return rc;
	set_buckets(g, m);
	rc = alloc_times(g);
	if (rc == 0)
		set_times(g, m);
	return rc;
}

void
graph_done(struct graph *g)
{
	free(g->call);
	free(g->open);
	free(g->drive_s);
	free(g->least_s);
	free(g->drive_cents);
	free(g->home_s);
	free(g->latest_s);
	free(g->root);
	free(g->calm_cents);
	free(g->chosen_cents);
	free(g->end_cents);
	free(g->after);
	free(g->leg);
	free(g->best);
	free(g->second);
	free(g->next);
	free(g->leave);
	free(g->leave_second);
	free(g->leave_next);
}

/* Reduced cost of serving node j in bucket b, at the least. */
static double
serve_reduced(const struct graph *g, const struct duals *duals, int32_t at, int32_t j)
{
	double cents = g->calm_cents[at];

	if (g->layers > 1 && g->chosen_cents[at] - duals->chosen < cents)
		cents = g->chosen_cents[at] - duals->chosen;
	return cents - duals->call[g->open[j]];
}

/* Short stops: all that may still be gained by anything is granted to each. */
static void
bound_loosely(struct graph *g, const struct duals *duals, const bool *ok)
{
	int32_t cells = g->buckets * g->n;
	double rest = 0;

	for (int32_t j = 0; j < g->n; j++) {
		double least = 0;

		for (int32_t b = 0; ok[j] && b < g->buckets; b++) {
			double v = serve_reduced(g, duals, b * g->n + j, j);

			least = v < least ? v : least;
		}
		rest += least;
	}
	for (int32_t at = 0; at < cells; at++)
		for (int32_t c = 0; c < g->layers; c++) {
			int32_t j = at % g->n;

			g->best[c * cells + at] = g->second[c * cells + at] = ok[j]
			    ? serve_reduced(g, duals, at, j) + rest : INFINITY;
			g->next[c * cells + at] = -1;
		}
}

/* Two ways on in one: the best, and the second best with another next call. */
struct ways {
	double first, second;
	int32_t next;
};

static void
add_way(struct ways *w, double v, int32_t next)
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

/* Arriving in bucket b: served, and then left in a later bucket, known already. */
static void
bound_arrivals(struct graph *g, const struct duals *duals, const bool *ok, int32_t layer,
    int32_t b)
{
	int32_t cells = g->buckets * g->n;
	int32_t down = layer < g->layers - 1 || g->layers < LAYERS_MAX ? layer - 1 : layer;

	for (int32_t j = 0; j < g->n; j++) {
		int32_t at = b * g->n + j;
		int32_t after = g->after[at] * g->n + j;
		struct ways w = { INFINITY, INFINITY, -1 };
		double price = duals->call[g->open[j]];

		if (ok[j] && g->after[at] < g->buckets) {
			int32_t from = layer * cells + after;
			double v = g->calm_cents[at] - price;

			w = (struct ways){ v + g->leave[from], v + g->leave_second[from],
				g->leave_next[from] };
			if (layer > 0 && isfinite(g->chosen_cents[at])) {
				from = down * cells + after;
				v = g->chosen_cents[at] - duals->chosen - price;
				add_way(&w, v + g->leave[from], g->leave_next[from]);
				add_way(&w, v + g->leave_second[from], -2);
			}
		}
		g->best[layer * cells + at] = w.first;
		g->second[layer * cells + at] = w.second;
		g->next[layer * cells + at] = w.next;
	}
}

/* Leaving node i in bucket b: for home, or for the best node and the second best. */
static void
bound_leave(struct graph *g, int32_t layer, int32_t i, int32_t b, const int32_t *useful,
    int32_t n_useful)
{
	int32_t base = layer * g->buckets;
	int32_t at = b * g->n + i;
	double first = g->end_cents[at], second = INFINITY;
	double end = first;
	int32_t next = -1;

	for (int32_t u = 0; u < n_useful; u++) {
		int32_t j = useful[u];
		int32_t arrive = b + g->leg[i * g->n + j];
		double v;

		if (j == i || arrive >= g->buckets)
			continue;
		arrive = (base + arrive) * g->n + j;
		v = (g->next[arrive] == i ? g->second[arrive] : g->best[arrive]) +
		    g->drive_cents[i * g->n + j];
		if (v >= end || v >= second)
			continue;
		if (v < first) {
			second = first;
			first = v;
			next = j;
		} else {
			second = v;
		}
	}
	at += base * g->n;
	g->leave[at] = first;
	g->leave_next[at] = next;
	g->leave_second[at] = second;
}

/*
 * Adds the nodes that pay from this bucket on: where serving and going on costs
 * less than to drive home from there at once. For the others, going home without them is
 * no dearer, by the triangle inequality; the slack allows for its legs rounded.
 */
static int32_t
add_useful(const struct graph *g, int32_t layer, int32_t b, bool *pays, int32_t *useful,
    int32_t n)
{
	const double *best = g->best + (size_t)(layer * g->buckets + b) * (size_t)g->n;
	const double *end = g->end_cents + (size_t)(b + 1) * (size_t)g->n;

	for (int32_t j = 0; j < g->n; j++) {
		/* Home as of the bucket's end: dearer than any time in it. */
		if (pays[j] || isinf(best[j]) ||
		    (b + 1 < g->buckets && best[j] >= end[j] + ROUNDED_LEGS))
			continue;
		pays[j] = true;
		useful[n++] = j;
	}
	return n;
}

void
graph_bound(struct graph *g, const struct duals *duals, const bool *ok, int32_t chosen_max)
{
	int32_t useful[PRICE_CALLS_MAX];

	g->layers = chosen_max + 1 < LAYERS_MAX ? chosen_max + 1 : LAYERS_MAX;
	if (!g->counts)
		g->layers = 1;
	if (g->loose) {
		bound_loosely(g, duals, ok);
		return;
	}
	for (int32_t layer = 0; layer < g->layers; layer++) {
		bool pays[PRICE_CALLS_MAX] = { false };
		int32_t n_useful = 0;

		for (int32_t b = g->buckets - 1; b >= 0; b--) {
			bound_arrivals(g, duals, ok, layer, b);
			n_useful = add_useful(g, layer, b, pays, useful, n_useful);
			for (int32_t i = 0; i < g->n; i++)
				bound_leave(g, layer, i, b, useful, n_useful);
		}
	}
}
