/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Branching: on who does a call, on how much a technician's route disturbs, and, where
 * technicians are alike, on which call comes after which (Desrochers, Desrosiers,
 * Solomon, A new optimization algorithm for the vehicle routing problem with time
 * windows, 1992). Depth first: the side that the solution leans to comes first.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "solver/tree.h"

enum split_on {
	SPLIT_CALL,   /* technician k does the call, or he does not */
	SPLIT_CHOSEN, /* k disturbs so many by choice at most, or more */
	SPLIT_ARC,    /* `to` is next after `open` on some route, or it is not */
};

/* What the node's solution splits. */
struct split {
	enum split_on on;
	int32_t k, open, to, chosen;
	double share; /* of the first side */
};

static bool
split_by_call(struct exact *x, struct split *ret)
{
	size_t cells = (size_t)x->m->p->technicians * (size_t)x->ms.opens;
	double best = 1e-5;
	bool found = false;

	memset(x->share, 0, cells * sizeof(*x->share));
	for (int32_t c = 0; c < x->ms.columns; c++) {
		double v = lp_primal(x->ms.lp, x->ms.column[c]);
		const struct column *col = &x->ms.pool.column[c];
		const int32_t *seq = pool_seq(&x->ms.pool, c);

		if (v < 1e-7)
			continue;
		for (int32_t s = 0; s < col->n; s++)
			if (x->ms.open_of[seq[s]] >= 0)
				x->share[col->k * x->ms.opens + x->ms.open_of[seq[s]]] += v;
	}
	for (size_t at = 0; at < cells; at++) {
		double off = fmin(x->share[at], 1 - x->share[at]);

		if (off <= best)
			continue;
		best = off;
		found = true;
		*ret = (struct split){
			.on = SPLIT_CALL,
			.k = (int32_t)(at / (size_t)x->ms.opens),
			.open = (int32_t)(at % (size_t)x->ms.opens),
			.share = x->share[at],
		};
	}
	return found;
}

static bool
split_by_chosen(struct exact *x, struct split *ret)
{
	for (int32_t k = 0; k < x->m->p->technicians; k++) {
		int32_t least = INT32_MAX, most = -1;

		for (int32_t c = 0; c < x->ms.columns; c++) {
			const struct column *col = &x->ms.pool.column[c];

			if (col->k != k || lp_primal(x->ms.lp, x->ms.column[c]) < 1e-6)
				continue;
			least = col->chosen < least ? col->chosen : least;
			most = col->chosen > most ? col->chosen : most;
		}
		if (least < most && x->ms.count[k] == 1) {
			*ret = (struct split){ .on = SPLIT_CHOSEN, .k = k, .chosen = least };
			return true;
		}
	}
	return false;
}

/* Only of technicians who are alike do the routes cross, once everything else is whole. */
static bool
split_by_arc(struct exact *x, struct split *ret)
{
	const struct master *ms = &x->ms;
	size_t cells = (size_t)ms->opens * (size_t)ms->opens;
	double best = 1e-5;
	bool found = false;

	memset(x->share, 0, cells * sizeof(*x->share));
	for (int32_t c = 0; c < ms->columns; c++) {
		double v = lp_primal(ms->lp, ms->column[c]);
		const int32_t *seq = pool_seq(&ms->pool, c);

		if (v < 1e-7)
			continue;
		for (int32_t s = 1; s < ms->pool.column[c].n; s++) {
			int32_t from = ms->open_of[seq[s - 1]], to = ms->open_of[seq[s]];

			if (from >= 0 && to >= 0)
				x->share[from * ms->opens + to] += v;
		}
	}
	for (size_t at = 0; at < cells; at++) {
		double off = fmin(x->share[at], 1 - x->share[at]);

		if (off <= best)
			continue;
		best = off;
		found = true;
		*ret = (struct split){
			.on = SPLIT_ARC,
			.open = (int32_t)(at / (size_t)ms->opens),
			.to = (int32_t)(at % (size_t)ms->opens),
			.share = x->share[at],
		};
	}
	return found;
}

/* Whether a column serves a call that a taken one serves. */
static bool
clashes(const struct exact *x, int32_t c)
{
	const struct master *ms = &x->ms;

	for (int32_t t = 0; t < ms->columns; t++) {
		const int32_t *a = pool_seq(&ms->pool, c), *b = pool_seq(&ms->pool, t);

		if (!x->take[ms->column[t]])
			continue;
		if (ms->pool.column[t].k == ms->pool.column[c].k && ms->count[ms->pool.column[c].k] == 1)
			return true;
		for (int32_t s = 0; s < ms->pool.column[c].n; s++)
			for (int32_t u = 0; u < ms->pool.column[t].n; u++)
				if (a[s] == b[u])
					return true;
	}
	return false;
}

/*
 * Nothing is left to split: columns in use that share a call differ in nothing that
 * counts, and the cheapest of them will do.
 */
static void
take_any(struct exact *x)
{
	int n = master_size(&x->ms);

	for (int c = 0; c < n; c++)
		x->take[c] = lp_primal(x->ms.lp, c) >= 0.5;
	for (int32_t c = 0; c < x->ms.columns; c++)
		x->take[x->ms.column[c]] = false;
	for (;;) {
		int32_t best = -1;

		for (int32_t c = 0; c < x->ms.columns; c++)
			if (lp_primal(x->ms.lp, x->ms.column[c]) > 1e-6 && !clashes(x, c) &&
			    (best < 0 || x->ms.pool.column[c].cents < x->ms.pool.column[best].cents))
				best = c;
		if (best < 0)
			return;
		x->take[x->ms.column[best]] = true;
	}
}

/* One side of a split. The branches are as before when it is done. */
static int
explore_call(struct exact *x, const struct split *s, bool given, int depth, double *ret_bound)
{
	struct branches *b = &x->ms.branch;
	size_t opens = (size_t)x->ms.opens;
	size_t at = (size_t)s->k * opens + (size_t)s->open;
	int rc;

	/* Counters, so that what was closed above stays closed below. */
	if (given) {
		for (int32_t k = 0; k < x->m->p->technicians; k++)
			if (k != s->k)
				b->banned[(size_t)k * opens + (size_t)s->open]++;
		b->must[s->open]++;
	} else {
		b->banned[at]++;
	}
	rc = tree_explore(x, depth + 1, ret_bound);
	if (given) {
		for (int32_t k = 0; k < x->m->p->technicians; k++)
			if (k != s->k)
				b->banned[(size_t)k * opens + (size_t)s->open]--;
		b->must[s->open]--;
	} else {
		b->banned[at]--;
	}
	return rc;
}

static int
explore_chosen(struct exact *x, const struct split *s, bool more, int depth, double *ret_bound)
{
	struct branches *b = &x->ms.branch;
	int32_t most = b->chosen_max[s->k], least = b->chosen_min[s->k];
	int rc;

	if (more)
		b->chosen_min[s->k] = s->chosen + 1;
	else
		b->chosen_max[s->k] = s->chosen;
	rc = tree_explore(x, depth + 1, ret_bound);
	b->chosen_max[s->k] = most;
	b->chosen_min[s->k] = least;
	return rc;
}

/* Opens or closes (by +1 or -1) all arcs but one out of a call, and into the one after it. */
static void
close_others(struct branches *b, int32_t opens, int32_t from, int32_t to, int by)
{
	int32_t width = opens + 1;

	for (int32_t o = 0; o < width; o++) {
		if (o != to)
			b->arc[from * width + o] = (uint8_t)(b->arc[from * width + o] + by);
		if (o != from)
			b->arc[o * width + to] = (uint8_t)(b->arc[o * width + to] + by);
	}
	b->must[from] = (uint8_t)(b->must[from] + by);
	b->must[to] = (uint8_t)(b->must[to] + by);
}

static int
explore_arc(struct exact *x, const struct split *s, bool given, int depth, double *ret_bound)
{
	struct branches *b = &x->ms.branch;
	int32_t at = s->open * (x->ms.opens + 1) + s->to;
	int rc;

	b->arcs++;
	if (given)
		close_others(b, x->ms.opens, s->open, s->to, 1);
	else
		b->arc[at]++;
	rc = tree_explore(x, depth + 1, ret_bound);
	if (given)
		close_others(b, x->ms.opens, s->open, s->to, -1);
	else
		b->arc[at]--;
	b->arcs--;
	return rc;
}

int
tree_branch(struct exact *x, const struct relaxed *node, int depth, double *ret_bound)
{
	double bound[2] = { node->bound, node->bound };
	struct split s = { .share = 1 };
	bool first;
	int rc = 0;

	if (!split_by_call(x, &s) && !split_by_chosen(x, &s) && !split_by_arc(x, &s)) {
		if (tree_room(x) < 0)
			return -ENOMEM;
		take_any(x);
		*ret_bound = node->bound;
		return tree_offer(x);
	}
	first = s.on == SPLIT_CHOSEN ? false : s.share >= 0.5;
	for (int side = 0; rc == 0 && side < 2; side++) {
		bool given = side == 0 ? first : !first;

		if (s.on == SPLIT_CALL)
			rc = explore_call(x, &s, given, depth, &bound[side]);
		else if (s.on == SPLIT_CHOSEN)
			rc = explore_chosen(x, &s, given, depth, &bound[side]);
		else
			rc = explore_arc(x, &s, given, depth, &bound[side]);
	}
	*ret_bound = fmin(bound[0], bound[1]);
	return rc;
}
