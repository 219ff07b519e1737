/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/exact.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solver/clock.h"
#include "solver/tree.h"

#define SHARE_PART 0.005 /* of the cost: the reduced cost of a route worth sharing, at most */
#define GAP_LESS 0.7 /* of a gap that held too many routes: then it is worth another try */

enum {
	WORK_PER_PIVOT = 20,
	DEPTH_MAX = 400,
	CUT_DEPTH = 3,
	SHARED_MAX = 3000,
};

bool
exact_can(const struct model *m)
{
	int32_t open = 0;

	for (int32_t i = 0; i < m->p->calls; i++)
		open += m->call[i].fixed_on < 0;
	return open <= PRICE_CALLS_MAX;
}

static int64_t
work_of(const struct exact *x)
{
	return x->labels + x->ms.pivots * WORK_PER_PIVOT + x->nodes;
}

bool
tree_out(struct exact *x)
{
	if (x->until_us != 0 && clock_us() >= x->until_us)
		x->out = true;
	if (x->lim->work != 0 && work_of(x) >= x->lim->work)
		x->out = true;
	return x->out;
}

double
tree_target(const struct exact *x)
{
	return x->best_keeps ? (double)x->best->cents - 1 : INFINITY;
}

bool
tree_beats(const struct exact *x, double bound)
{
	return ceil(bound - 1e-4) > tree_target(x);
}

int
tree_room(struct exact *x)
{
	size_t n = (size_t)master_size(&x->ms) + 1;
	bool *take, *use;

	if (n <= x->flags_max)
		return 0;
	n *= 2;
	take = realloc(x->take, n * sizeof(*take));
	if (take == NULL)
		return -ENOMEM;
	x->take = take;
	use = realloc(x->use, n * sizeof(*use));
	if (use == NULL)
		return -ENOMEM;
	x->use = use;
	x->flags_max = n;
	return 0;
}

/* Re-prices the routes of a draft made of columns: some can be driven for less. */
static int
polish(struct exact *x, struct draft *d)
{
	for (int32_t k = 0; k < x->m->p->technicians; k++) {
		struct draft_route *r = &d->route[k];
		struct route_choice choice[ROUTE_CHOICES_MAX];
		int choices = route_eval(x->w, x->m, k, r->seq, r->n, r->chosen, choice);

		if (choices < 0)
			return choices;
		assert(choices > 0 && choice[0].cents <= r->cents);
		draft_set(d, k, r->seq, r->n, choice[0].cents, choice[0].chosen);
	}
	return 0;
}

int
tree_offer(struct exact *x)
{
	int rc = master_draft(&x->ms, x->take, x->candidate);

	if (rc == 0)
		rc = polish(x, x->candidate);
	if (rc < 0 || !draft_keeps(x->candidate))
		return rc;
	if (x->best_keeps && x->candidate->cents >= x->best->cents)
		return 0;
	rc = draft_copy(x->best, x->candidate);
	x->best_keeps = true;
	return rc;
}

/* The bound was not reached: at least the best of the routes found so far. */
static int
settle(struct exact *x)
{
	bool closed;
	int rc = master_enter(&x->ms);

	if (rc == 0)
		rc = master_solve(&x->ms, x->until_us);
	if (rc < 0)
		return rc == -ETIME || rc == -EDOM ? 0 : rc;
	return tree_glance(x, INFINITY, &closed);
}

/* Deals with a node whose relaxation is solved: by its routes, or with cuts and again, or split. */
static int
settle_node(struct exact *x, struct relaxed *node, int depth, double *ret_bound)
{
	double gap = tree_target(x) - node->value;
	bool closed = false;
	int rc = 0;

	/* Where all routes in the gap were too many, they still are in one as wide. */
	if (gap <= x->gap_tried) {
		rc = tree_close(x, node, &closed);
		if (rc == 0 && closed)
			*ret_bound = INFINITY;
		if (rc < 0 || closed || tree_out(x))
			return rc;
		x->gap_tried = gap * GAP_LESS;
	}
	if (depth <= CUT_DEPTH)
		rc = tree_cut(x);
	if (rc < 0)
		return rc;
	return rc > 0 ? EAGAIN : tree_branch(x, node, depth, ret_bound);
}

/* One relaxation of a node. EAGAIN: there are new cuts. */
static int
visit_node(struct exact *x, struct relaxed *node, int depth, double *ret_bound)
{
	double below = *ret_bound;
	bool closed;
	int rc = tree_relax(x, node);

	master_ease(&x->ms, false);
	x->until_us = x->lim->deadline_us;
	if (rc < 0)
		return rc;
	node->bound = fmax(node->bound, below);
	*ret_bound = node->bound;
	if (node->empty || tree_beats(x, node->bound)) {
		*ret_bound = INFINITY;
		return 0;
	}
	if (!node->optimal || x->out)
		return depth == 0 ? settle(x) : 0;
	if (tree_room(x) < 0)
		return -ENOMEM;
	if (master_integral(&x->ms, x->take)) {
		rc = tree_offer(x);
		if (tree_beats(x, node->bound))
			*ret_bound = INFINITY;
		return rc;
	}
	if (depth == 0 && tree_target(x) - node->value <= x->gap_glanced) {
		x->gap_glanced = (tree_target(x) - node->value) * GAP_LESS;
		rc = tree_glance(x, tree_target(x) - node->value + TREE_EPS, &closed);
		if (rc == 0 && tree_beats(x, node->bound))
			*ret_bound = INFINITY;
		if (rc < 0 || tree_beats(x, node->bound) || tree_out(x))
			return rc;
	}
	return settle_node(x, node, depth, ret_bound);
}

int
tree_explore(struct exact *x, int depth, double *ret_bound)
{
	struct relaxed node;
	int rc;

	x->nodes++;
	do {
		x->until_us = x->lim->deadline_us;
		/* At the root, some of the time is kept for the integer program. */
		if (depth == 0 && x->until_us != 0)
			x->until_us -= (x->until_us - clock_us()) / 4;
		if (depth > DEPTH_MAX || (x->lim->nodes != 0 && x->nodes > x->lim->nodes))
			x->out = true;
		if (tree_out(x))
			return 0;
		master_apply(&x->ms);
		rc = visit_node(x, &node, depth, ret_bound);
	} while (rc == EAGAIN);
	return rc;
}

/* Adds all ways to pay for a sequence to the pool. */
static int
add_sequence(struct exact *x, int32_t k, const int32_t *seq, int32_t n)
{
	struct route_choice choice[ROUTE_CHOICES_MAX];
	int choices = route_eval(x->w, x->m, k, seq, n, x->ms.branch.chosen_max[k], choice);
	bool is_new;

	for (int c = 0; c < choices; c++)
		if (pool_add(&x->ms.pool, x->ms.first[k], seq, n, choice[c].cents, choice[c].chosen,
		    &is_new) < 0)
			return -ENOMEM;
	return choices < 0 ? choices : 0;
}

/* The best way to put call i into a route, but at most so dear. */
static int
add_insertion(struct exact *x, int32_t k, const struct draft_route *r, int32_t i)
{
	int32_t seq[PROBLEM_STOPS_MAX];
	int32_t best_pos = -1;
	int64_t best_cents = INT64_MAX;

	for (int32_t pos = x->m->p->technician[k].fixed; pos <= r->n; pos++) {
		struct route_choice choice[ROUTE_CHOICES_MAX];
		int choices;

		for (int32_t s = 0; s < r->n; s++)
			seq[s < pos ? s : s + 1] = r->seq[s];
		seq[pos] = i;
		choices = route_eval(x->w, x->m, k, seq, r->n + 1, x->ms.branch.chosen_max[k],
		    choice);
		if (choices < 0)
			return choices;
		if (choices > 0 && choice[0].cents < best_cents) {
			best_cents = choice[0].cents;
			best_pos = pos;
		}
	}
	if (best_pos < 0)
		return 0;
	for (int32_t s = 0; s < r->n; s++)
		seq[s < best_pos ? s : s + 1] = r->seq[s];
	seq[best_pos] = i;
	return add_sequence(x, k, seq, r->n + 1);
}

/*
 * Columns next to a draft's: each route with one call less or one more. The first
 * prices of the master are sane then, and few rounds of pricing are needed.
 */
static int
add_neighbours(struct exact *x, const struct draft *d)
{
	const struct problem *p = x->m->p;
	int rc = 0;

	for (int32_t k = 0; rc == 0 && k < p->technicians; k++) {
		const struct draft_route *r = &d->route[k];

		if (r->n < p->technician[k].fixed || r->n + 1 > PROBLEM_STOPS_MAX)
			continue;
		if (r->n == 0 && x->ms.first[k] != k)
			continue; /* the first of those alike has had the same */
		for (int32_t pos = p->technician[k].fixed; rc == 0 && pos < r->n; pos++) {
			int32_t seq[PROBLEM_STOPS_MAX];

			for (int32_t s = 0; s < r->n; s++)
				if (s != pos)
					seq[s < pos ? s : s - 1] = r->seq[s];
			if (r->n > 1)
				rc = add_sequence(x, k, seq, r->n - 1);
		}
		for (int32_t o = 0; rc == 0 && o < x->ms.opens; o++)
			if (d->by[x->ms.open[o]] != k && problem_may(p, k, x->ms.open[o]))
				rc = add_insertion(x, k, r, x->ms.open[o]);
	}
	return rc;
}

/* Whether a route begins with all that is fixed of the technician's. */
static bool
keeps_fixed(const struct technician *t, const int32_t *seq, int32_t n)
{
	return n >= t->fixed && n > 0 &&
	    (t->fixed == 0 || memcmp(seq, t->current, (size_t)t->fixed * sizeof(*seq)) == 0);
}

/* Prices the routes that other solves have left, and puts them into the pool. */
static int
add_shared(struct exact *x, const struct pool *shared)
{
	int rc = 0;

	for (int32_t c = 0; rc == 0 && c < shared->columns; c++) {
		const struct column *col = &shared->column[c];
		const int32_t *seq = pool_seq(shared, c);

		if (keeps_fixed(&x->m->p->technician[col->k], seq, col->n))
			rc = add_sequence(x, col->k, seq, col->n);
	}
	return rc;
}

/* Leaves the routes that are nearly worth their while in the last prices to other solves. */
static int
share(struct exact *x, struct pool *shared)
{
	double near = fmax(SHARE_PART * (double)x->best->cents, 1);
	bool is_new;

	for (int32_t c = 0; c < x->ms.columns && shared->columns < SHARED_MAX; c++) {
		const struct column *col = &x->ms.pool.column[c];

		if (lp_reduced(x->ms.lp, x->ms.column[c]) <= near && pool_add(shared, col->k,
		    pool_seq(&x->ms.pool, c), col->n, 0, 0, &is_new) < 0)
			return -ENOMEM;
	}
	for (int32_t k = 0; k < x->m->p->technicians; k++) {
		const struct draft_route *r = &x->best->route[k];

		if (r->n > 0 && pool_add(shared, k, r->seq, r->n, 0, 0, &is_new) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int
begin(struct exact *x, struct draft *const *seeds, int n_seeds)
{
	double spare_cents = (double)x->best->cents + 1;
	int rc;

	if (!x->best_keeps)
		spare_cents = 10 * spare_cents + 1e6;
	rc = master_init(&x->ms, x->m, spare_cents);
	if (rc == 0)
		rc = master_seed(&x->ms, x->best);
	for (int s = 0; rc == 0 && s < n_seeds; s++)
		rc = master_seed(&x->ms, seeds[s]);
	if (rc == 0)
		rc = add_neighbours(x, x->best);
	if (rc == 0 && x->lim->shared != NULL)
		rc = add_shared(x, x->lim->shared);
	if (rc < 0)
		return rc;
	x->candidate = draft_new(x->m);
	x->price = price_new(x->m, x->ms.open, x->ms.opens);
	x->share = malloc(((size_t)fmax(x->m->p->technicians, x->ms.opens) *
	    (size_t)x->ms.opens + 1) * sizeof(*x->share));
	x->by = malloc(((size_t)x->m->p->calls + 1) * sizeof(*x->by));
	if (x->candidate == NULL || x->price == NULL || x->share == NULL || x->by == NULL)
		return -ENOMEM;
	return 0;
}

int
exact_improve(struct draft *incumbent, struct draft *const *seeds, int n_seeds,
    struct route_work *w, const struct exact_limits *lim, struct exact_result *ret)
{
	struct exact x = {
		.m = incumbent->m,
		.lim = lim,
		.best = incumbent,
		.best_keeps = draft_keeps(incumbent),
		.w = w,
		.gap_tried = INFINITY,
		.gap_glanced = INFINITY,
	};
	double bound = -INFINITY;
	int rc = begin(&x, seeds, n_seeds);

	if (rc == 0)
		rc = tree_explore(&x, 0, &bound);
	if (rc == 0 && x.best_keeps && bound > (double)incumbent->cents)
		bound = (double)incumbent->cents;
	*ret = (struct exact_result){
		.bound = rc == 0 ? bound : -INFINITY,
		.proven = rc == 0 && (x.best_keeps ? tree_beats(&x, bound) : bound == INFINITY),
		.work = work_of(&x),
		.labels = x.labels,
		.columns = x.ms.pool.columns,
		.pivots = x.ms.pivots,
		.nodes = x.nodes,
	};
	if (rc == 0 && lim->shared != NULL)
		rc = share(&x, lim->shared);
	price_free(x.price);
	draft_free(x.candidate);
	free(x.take);
	free(x.use);
	free(x.share);
	free(x.by);
	master_done(&x.ms);
	return rc;
}
