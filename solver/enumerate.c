/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the relaxation to the integer optimum: every route that could be part of something
 * better is brought in, and the integer program over these routes is exact (Baldacci,
 * Christofides, Mingozzi, An exact algorithm for the vehicle routing problem based on
 * the set partitioning formulation, 2008).
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "solver/tree.h"

enum {
	ENUM_LABELS = 150000,      /* of an enumeration, per technician */
	ENUM_COLUMNS = 2500,       /* all technicians together: GLPK is lost with more */
	MIP_COLUMNS_CLIQUES = 1300,
	MIP_COLUMNS_QUICK = 1500,  /* of the first, unproven integer program */
	MIP_NODES_QUICK = 60,
	MIP_NODES = 200,           /* cuts or branching get further than more of them */
	MIP_NODE_COLUMNS = 100,    /* a node of so many columns counts as one pivot */
};

static int
flag_used(struct exact *x, double gap)
{
	int n = master_size(&x->ms);
	int used = 0;

	for (int c = 0; c < n; c++) {
		bool spare = c >= x->ms.spare && c < x->ms.spare + x->ms.spares;

		x->use[c] = !spare && lp_reduced(x->ms.lp, c) <= gap;
		used += x->use[c];
	}
	return used;
}

/* The integer program over the columns in the gap. *ret_proven: over those, optimal. */
static int
integer(struct exact *x, double gap, int64_t nodes, int columns_max, bool *ret_proven)
{
	struct lp_mip_limits lim = {
		.deadline_us = x->lim->deadline_us,
		.nodes = nodes,
		.below = x->best_keeps ? (double)x->best->cents : INFINITY,
	};
	int64_t before = x->nodes;
	bool found;
	int used, rc;

	*ret_proven = false;
	if (tree_room(x) < 0)
		return -ENOMEM;
	used = flag_used(x, gap);
	if (used > columns_max)
		return 0;
	lim.cliques = used <= MIP_COLUMNS_CLIQUES;
	rc = lp_mip(x->ms.lp, &lim, x->use, x->take, &found, &x->nodes);
	if (x->nodes == before)
		x->nodes++;
	/* GLPK does not say; a determinate guess. */
	x->ms.pivots += used / 4 + (x->nodes - before) * (1 + used / MIP_NODE_COLUMNS);
	*ret_proven = rc == 0 || rc == -EDOM;
	if (found && tree_offer(x) < 0)
		return -ENOMEM;
	return rc == -EIO || rc == -ENOMEM ? rc : 0;
}

struct set_key {
	uint64_t set; /* a hash of the calls, whatever their order */
	int64_t cents;
	int32_t k, chosen, column;
};

static uint64_t
set_hash(const int32_t *seq, int32_t n)
{
	uint64_t sum = 0;

	for (int32_t s = 0; s < n; s++) {
		uint64_t h = (uint64_t)(uint32_t)seq[s] + 0x9e3779b97f4a7c15u;

		h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
		h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
		sum += h ^ (h >> 31);
	}
	return sum;
}

static int
by_set(const void *a, const void *b)
{
	const struct set_key *x = a, *y = b;

	if (x->k != y->k)
		return x->k < y->k ? -1 : 1;
	if (x->set != y->set)
		return x->set < y->set ? -1 : 1;
	if (x->cents != y->cents)
		return x->cents < y->cents ? -1 : 1;
	if (x->chosen != y->chosen)
		return x->chosen < y->chosen ? -1 : 1;
	return x->column < y->column ? -1 : x->column > y->column;
}

/* Keeps, of the pool's columns from `first` on, only the Pareto-best for each set of calls. */
static int
thin(struct exact *x, int32_t first)
{
	struct pool *pool = &x->ms.pool;
	struct pool kept = { 0 };
	size_t n = (size_t)(pool->columns - first);
	struct set_key *key = malloc((n + 1) * sizeof(*key));
	int32_t calmest = 0;
	int rc = 0;

	if (key == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		int32_t c = first + (int32_t)i;
		const struct column *col = &pool->column[c];

		key[i] = (struct set_key){ set_hash(pool_seq(pool, c), col->n), col->cents,
			col->k, col->chosen, c };
	}
	qsort(key, n, sizeof(*key), by_set);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		const struct column *col = &pool->column[key[i].column];
		bool same = i > 0 && key[i - 1].k == key[i].k && key[i - 1].set == key[i].set;
		bool is_new;

		if (same && key[i].chosen >= calmest)
			continue;
		calmest = key[i].chosen;
		if (pool_add(&kept, col->k, pool_seq(pool, key[i].column), col->n, col->cents,
		    col->chosen, &is_new) < 0)
			rc = -ENOMEM;
	}
	pool_cut(pool, first);
	for (int32_t c = 0; rc == 0 && c < kept.columns; c++) {
		bool is_new;

		if (pool_add(pool, kept.column[c].k, pool_seq(&kept, c), kept.column[c].n,
		    kept.column[c].cents, kept.column[c].chosen, &is_new) < 0)
			rc = -ENOMEM;
	}
	pool_done(&kept);
	free(key);
	return rc;
}

/*
 * Brings in every route that could be part of something better. *ret_all is
 * false if they are too many; then none is brought in.
 */
static int
enumerate(struct exact *x, double gap, bool *ret_all)
{
	int32_t first = x->ms.pool.columns;
	int rc = 0;

	*ret_all = false;
	for (int32_t k = 0; k < x->m->p->technicians; k++) {
		struct price_limits lim = tree_pricing(x, k, PRICE_ALL);
		struct price_result r;

		if (x->ms.count[k] == 0)
			continue; /* another stands for him */
		lim.labels_max = ENUM_LABELS < x->lim->label_cap * 8 ? ENUM_LABELS
		    : x->lim->label_cap * 8;
		lim.columns_max = ENUM_COLUMNS * 4;
		lim.below = gap + TREE_EPS;
		rc = price_run(x->price, k, &x->ms.duals, &lim, &x->ms.pool, &r);
		if (rc < 0)
			return rc;
		x->labels += r.labels + 1;
		if (!r.complete || tree_out(x)) {
			pool_cut(&x->ms.pool, first);
			return 0;
		}
	}
	rc = thin(x, first);
	if (rc < 0)
		return rc;
	if (x->ms.pool.columns - first > ENUM_COLUMNS) {
		pool_cut(&x->ms.pool, first);
		return 0;
	}
	*ret_all = true;
	return 0;
}

/* Closes a node by all its routes within the gap, if they are few enough. */
int
tree_close(struct exact *x, const struct relaxed *node, bool *ret_closed)
{
	double gap = tree_target(x) - node->value;
	bool all;
	int rc;

	*ret_closed = false;
	if (!isfinite(gap))
		return 0;
	rc = enumerate(x, gap, &all);
	if (rc < 0 || !all)
		return rc;
	rc = master_enter(&x->ms);
	if (rc == 0)
		rc = master_solve(&x->ms, x->until_us);
	if (rc == -ETIME)
		x->out = true;
	if (rc < 0)
		return rc == -ETIME ? 0 : rc;
	return integer(x, gap + 2 * TREE_EPS, MIP_NODES, ENUM_COLUMNS * 2, ret_closed);
}


int
tree_glance(struct exact *x, double gap, bool *ret_closed)
{
	return integer(x, gap, MIP_NODES_QUICK, MIP_COLUMNS_QUICK, ret_closed);
}
