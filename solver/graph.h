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

#include <stdbool.h>
#include <stdint.h>

#include "solver/route.h"

struct graph {
	int32_t k;
	int32_t n;
	int32_t *call;        /* n: index in the model */
	int32_t *open;        /* n: index in the master */
	int32_t *drive_s;     /* (n + 1) * n */
	int32_t *least_s;     /* (n + 1) * n: model_least_s() */
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
	bool counts;          /* the budget is bounded */
	bool loose;           /* stops too short for the backward pass */
	/* Per bucket and node, bucket by bucket, as long as the problem lives. */
	double *calm_cents;   /* serving from then on, undisturbed; +inf impossible */
	double *chosen_cents; /* the same, disturbed by choice */
	double *end_cents;    /* ending the day from then on */
	int32_t *after;       /* bucket when it is served; buckets: too late */
	int32_t *leg;         /* n * n: buckets a leg takes at least */
	/*
	 * Per layer, bucket and node, as of the last graph_bound. In layer c so many
	 * more calls may be disturbed by choice; the top layer does not run out.
	 */
	int32_t layers;
	int64_t bound_of;     /* version of the prices, 0 none */
	double *best;         /* reduced cost at least from the arrival at it on */
	double *second;       /* the same if the call after it may not be next */
	int32_t *next;        /* that call, -1 none */
	double *leave;        /* scratch of the backward pass */
	double *leave_second;
	int32_t *leave_next;
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

/* The backward pass for these prices; ok[n] says which nodes may be visited. */
void graph_bound(struct graph *g, const struct duals *duals, const bool *ok, int32_t chosen_max);

/*
 * Reduced cost, at least, of arriving at node j at at_s from node i and going
 * on, with so many disturbances by choice left (>= 0).
 */
static inline double
graph_from(const struct graph *g, int32_t i, int32_t j, int32_t at_s, int32_t chosen_left)
{
	int32_t b = (at_s - g->t0_s) / g->width_s;
	int32_t layer = chosen_left < g->layers ? chosen_left : g->layers - 1;
	int32_t at = (layer * g->buckets + b) * g->n + j;

	return g->next[at] == i ? g->second[at] : g->best[at];
}

#endif
