/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One technician's part of a problem for pricing: the calls he may do, the legs
 * between them, and what any completion costs at least. Internal to libsolver.
 *
 * Nodes 0 to n - 1 are calls; node n is where the route leaves its fixed
 * prefix. Time is cut into buckets of width_s from t0_s on, so that a bound for
 * a bucket's start holds for all of it: nothing gets cheaper with time but by
 * waiting for a floor, which the bound allows for nothing.
 */
#ifndef EVENKEEL_SOLVER_GRAPH_H
#define EVENKEEL_SOLVER_GRAPH_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "solver/route.h"

#define GRAPH_NEVER INT32_MAX

enum {
	GRAPH_LANES = 4,
	GRAPH_CRITICAL_MAX = 2,
	GRAPH_SCALED_NEVER = 1 << 29, /* dearer than all that can be had */
};

/* Four numbers of the backward pass, one a lane. */
typedef int32_t graph_quad __attribute__((vector_size(16)));

/* Ways on, per lane: the cheapest, the cheapest with another next call, and that call. */
struct graph_ways {
	graph_quad first, second, next; /* next: -1 none */
};

struct graph {
	int32_t k;
	int32_t n;
	int32_t *call;        /* n: index in the model */
	int32_t *open;        /* n: index in the master */
	int32_t *drive_s;     /* (n + 1) * n */
	int32_t *least_s;     /* (n + 1) * n: model_least_s() */
	int32_t *reach_s;     /* n * n: by any detour; NULL: least_s, or where matrices are, unknown */
	double *drive_cents;  /* (n + 1) * n: at least */
	int32_t *home_s;      /* n + 1 */
	int32_t *latest_s;    /* n: an arrival after it cannot be served */
	const int32_t *prefix;
	int32_t prefixes;
	struct route_state *root; /* the ways to drive the prefix */
	int32_t roots;
	int32_t root_place;   /* where the prefix ends */
	int32_t t0_s, width_s, buckets;
	int32_t taken_max;    /* breaks of the technician */
	int32_t most_stops;   /* on no way through the buckets are there more */
	bool counts;          /* the budget is bounded */
	bool waits;           /* waiting is sure to cost, but for what breaks may fill */
	int32_t breaks_s;     /* all of them together */
	bool loose;           /* stops too short for the backward pass */
	bool metric;          /* the way home by another call is no cheaper than the direct one */
	/* Per bucket and node, bucket by bucket, as long as the problem lives; or GRAPH_NEVER. */
	int32_t *calm_cents;   /* serving from then on, undisturbed, at the least */
	int32_t *chosen_cents; /* the same, disturbed by choice */
	int32_t *calm_after;   /* bucket when it is served then, at the earliest */
	int32_t *chosen_after; /* buckets: it cannot be */
	int32_t *end_cents;    /* ending the day from then on */
	int32_t *leg;          /* n * n: buckets a leg takes at least */
	int32_t *least_cents;  /* n: serving it, at any time */
	/*
	 * As of the last graph_bound. Layer c of a lane: c more calls may be disturbed by
	 * choice (as many as one likes in the last, if endless). Set s: the critical calls of these
	 * bits were not visited yet. The lane is s * layers + c. Numbers are cents * scale,
	 * rounded down.
	 */
	int64_t bound_of;     /* version of the prices, 0 none */
	int32_t layers, criticals;
	bool endless;
	int32_t critical[GRAPH_CRITICAL_MAX];
	double scale;
	struct graph_ways *from;   /* per bucket and node: from the arrival at it on */
	struct graph_ways *arrive; /* the same, in this bucket or the next */
	struct graph_ways *leave;  /* from its end on, in this bucket or the next */
	int32_t *price;       /* n: scaled, rounded up */
	int32_t *leg_price;   /* n * n: scaled cents of a leg */
	int32_t chosen_price;
	const uint8_t *arcs;  /* of the branches, NULL none; see graph_arc */
	int32_t opens;
};

struct duals;

/* 0 or -ENOMEM; graph_done either way. */
int graph_init(struct graph *g, const struct model *m, int32_t k, const int32_t *open,
    int32_t opens);
void graph_done(struct graph *g);

/* The model's number for where a node is. */
static inline int32_t
graph_place(const struct graph *g, int32_t node)
{
	return node < g->n ? g->call[node] : g->root_place;
}

/*
 * Whether branching has closed the arc from node i to node j. Row and column `opens` of the table
 * stand for before the first open call (i == n) and after the last (j < 0).
 */
static inline bool
graph_closed(const struct graph *g, int32_t i, int32_t j)
{
	int32_t from = i < g->n ? g->open[i] : g->opens;
	int32_t to = j >= 0 ? g->open[j] : g->opens;

	return g->arcs != NULL && g->arcs[from * (g->opens + 1) + to] != 0;
}

/*
 * The backward pass for these prices; ok[n] says which nodes may be visited, and
 * g->arcs which arcs may not be driven.
 */
void graph_bound(struct graph *g, const struct duals *duals, const bool *ok, int32_t chosen_max);

/* The lane for so many disturbances by choice left (>= 0) when these nodes were visited. */
static inline int32_t
graph_lane(const struct graph *g, int32_t chosen_left, const uint64_t *seen)
{
	int32_t layer = chosen_left < g->layers ? chosen_left : g->layers - 1;
	int32_t set = 0;

	for (int32_t c = 0; c < g->criticals; c++) {
		int32_t j = g->critical[c];

		if ((seen[j / 64] >> (j % 64) & 1) == 0)
			set |= 1 << c;
	}
	return set * g->layers + layer;
}

/* Reduced cost, at least, of arriving at node j at at_s from node i and going on. */
static inline double
graph_from(const struct graph *g, int32_t i, int32_t j, int32_t at_s, int32_t lane)
{
	int32_t at = (at_s - g->t0_s) / g->width_s * g->n + j;
	const struct graph_ways *w = &g->from[at];
	int32_t v = w->next[lane] == i ? w->second[lane] : w->first[lane];

	return v >= GRAPH_SCALED_NEVER / 2 ? INFINITY : v / g->scale;
}

#endif
