/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding routes of negative reduced cost: label setting over elementary paths
 * with resource constraints (Feillet, Dejax, Gendreau, Gueguen, An exact
 * algorithm for the elementary shortest path problem with resource
 * constraints, 2004), pruned by completion bounds from a backward pass over
 * rounded times without two-cycles. Internal to libsolver.
 */
#ifndef EVENKEEL_SOLVER_PRICE_H
#define EVENKEEL_SOLVER_PRICE_H

#include <stdbool.h>
#include <stdint.h>

#include "solver/pool.h"
#include "solver/route.h"

enum {
	PRICE_CALLS_MAX = 256, /* calls that are open to pricing */
};

enum { PRICE_CUTS_MAX = 128, PRICE_CUT_WORDS = PRICE_CUTS_MAX / 64 };

/*
 * Subset-row cuts of three calls each: the routes that serve two of them or all are
 * one at most (Jepsen, Petersen, Spoorendonk, Pisinger, Subset-row inequalities applied
 * to the vehicle-routing problem with time windows, 2008).
 */
struct price_cuts {
	int32_t n;
	double dual[PRICE_CUTS_MAX];          /* <= 0 */
	uint64_t (*of)[PRICE_CUT_WORDS];      /* per open call: the cuts it is in */
};

/* Prices of the master: what a call, a technician and a disturbance are worth. */
struct duals {
	double *call;       /* one per open call */
	double *technician; /* one per technician */
	double chosen;      /* <= 0 */
	struct price_cuts cuts;
	int64_t version;    /* another whenever the prices or the branches are, never 0 */
};

/* How hard to look: each level finds what the one before misses, and costs more. */
enum price_effort {
	PRICE_QUICK,  /* per node, breaks and disturbance, only the cheapest label goes on */
	PRICE_FAIR,   /* labels give way to cheaper earlier ones whatever calls they hold */
	PRICE_EXACT,  /* labels give way only to what can do all they can */
	PRICE_ALL,    /* every route under `below`: only the same set of calls gives way */
};

struct price_limits {
	int64_t deadline_us; /* of CLOCK_MONOTONIC, 0 none */
	int32_t labels_max;
	int32_t columns_max; /* kept per run, the best */
	double below;        /* wanted: reduced cost under this */
	enum price_effort effort;
	bool narrow;    /* only among the calls that look best: proves nothing */
	const int32_t *by; /* per call: whose it is in the best plan known, -1 nobody's; for narrow */
	const uint8_t *banned; /* technicians * opens: pairs closed by branching; NULL none */
	const uint8_t *arcs;   /* (opens + 1)^2: arcs closed by branching, graph.h; NULL none */
	int32_t chosen_max;
	int32_t chosen_min;
};

struct price_result {
	double least;    /* reduced cost of the best route found; +inf if none was */
	double bound;    /* no route of the technician has less */
	bool complete;   /* all was looked at: least is exact, or there is none under `below` */
	int32_t columns; /* added to the pool */
	int64_t labels;
};

struct price;

/* open[opens] are the calls that are in the master. NULL when out of memory. */
struct price *price_new(const struct model *m, const int32_t *open, int32_t opens);
void price_free(struct price *pr); /* NULL is fine */

/* No route of technician k has less reduced cost than this: a look at the bounds alone. */
double price_least(struct price *pr, int32_t k, const struct duals *duals,
    const struct price_limits *lim);

/* Prices technician k, and adds what it finds to the pool. 0 or -ENOMEM. */
int price_run(struct price *pr, int32_t k, const struct duals *duals,
    const struct price_limits *lim, struct pool *pool, struct price_result *ret);

#endif
