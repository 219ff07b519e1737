/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The search tree of exact.h, as its files share it: column generation (relax.c), cuts
 * (cuts.c), closing a node by its routes (enumerate.c), branching (branch.c), and
 * what goes from node to node (exact.c). Internal to these.
 */
#ifndef EVENKEEL_SOLVER_TREE_H
#define EVENKEEL_SOLVER_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "solver/exact.h"
#include "solver/master.h"

#define TREE_EPS 1e-5 /* cents: the least reduced cost that counts as none */

struct exact {
	const struct model *m;
	const struct exact_limits *lim;
	struct draft *best;      /* the incumbent */
	bool best_keeps;
	struct draft *candidate;
	struct route_work *w;
	struct master ms;
	struct price *price;
	bool *take, *use;        /* by column of the program */
	size_t flags_max;
	double *share;           /* scratch of branching */
	int32_t *by;             /* per call: who does it in the incumbent, of those alike the first */
	int64_t until_us;        /* the deadline of what is under way, 0 none */
	int32_t turn;            /* the technician to be priced next */
	int64_t labels, nodes;
	double gap_tried;        /* a wider gap is not enumerated, */
	double gap_glanced;      /* or not looked into by the integer program */
	bool out;                /* a limit was met */
};

/* What column generation found at a node. */
struct relaxed {
	double value;  /* of the program */
	double bound;  /* no solution of the node costs less */
	bool optimal;  /* value is the bound, but for rounding */
	bool empty;    /* the node has no solution */
};

/* Whether a limit is met; sets out. */
bool tree_out(struct exact *x);

/* What is better than the incumbent costs this at most: costs are whole. +inf without one. */
double tree_target(const struct exact *x);

/* Whether this bound says that nothing is better than the incumbent. */
bool tree_beats(const struct exact *x, double bound);

/* Makes take[] and use[] long enough for the program's columns. 0 or -ENOMEM. */
int tree_room(struct exact *x);

/* Takes x->take as the new incumbent if it is better. 0 or -ENOMEM. */
int tree_offer(struct exact *x);

/* relax.c: what every pricing run is told, for this effort. */
struct price_limits tree_pricing(const struct exact *x, int32_t k, enum price_effort effort);

/* relax.c: column generation at the node that the branches say. 0, -ENOMEM, -EIO. */
int tree_relax(struct exact *x, struct relaxed *ret);

/* cuts.c: adds cuts that the program's solution violates; how many, or -ENOMEM, -EIO. */
int tree_cut(struct exact *x);

/*
 * enumerate.c: a look with the integer program over the columns found, without proof
 * unless it says so.
 */
int tree_glance(struct exact *x, double gap, bool *ret_closed);

/* enumerate.c: closes a node by all its routes within the gap, if they are few enough. */
int tree_close(struct exact *x, const struct relaxed *node, bool *ret_closed);

/* branch.c: both sides of a split of the node's solution. */
int tree_branch(struct exact *x, const struct relaxed *node, int depth, double *ret_bound);

/*
 * exact.c: solves the node that the branches say. *ret_bound: no solution of it costs less,
 * or +inf if none of it is better than the incumbent.
 */
int tree_explore(struct exact *x, int depth, double *ret_bound);

#endif
