/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Column generation at a node (Desaulniers, Desrosiers, Solomon (eds.), Column
 * Generation, 2005), with a bound at every round (Lasdon, Optimization Theory for
 * Large Systems, 1970).
 */
#include <errno.h>
#include <math.h>

#include "solver/tree.h"

enum {
	COLUMNS_PER_RUN = 10,
	COLUMNS_PER_CLASS = 60, /* of a run for several technicians who are alike */
	COLUMNS_PER_ROUND = 20,
	NARROW_FROM = 16,       /* open calls: with fewer, all are looked at from the start */
	FAIR_LABELS = 3000,     /* of a pricing run that proves nothing */
};

struct price_limits
tree_pricing(const struct exact *x, int32_t k, enum price_effort effort)
{
	return (struct price_limits){
		.deadline_us = x->until_us,
		.labels_max = effort >= PRICE_EXACT ? x->lim->label_cap : FAIR_LABELS,
		.columns_max = x->ms.count[k] > 1 ? COLUMNS_PER_CLASS : COLUMNS_PER_RUN,
		.below = -TREE_EPS,
		.effort = effort,
		.by = x->by,
		.banned = x->ms.branch.banned,
		.arcs = x->ms.branch.arcs > 0 ? x->ms.branch.arc : NULL,
		.chosen_max = x->ms.branch.chosen_max[k],
		.chosen_min = x->ms.branch.chosen_min[k],
	};
}

/* How hard pricing looks. */
struct look {
	enum price_effort effort;
	bool narrow;
};

/*
 * The next harder look: quick and fair among few calls, where there are many; then
 * fair among all; then exact.
 */
static void
look_harder(struct look *l)
{
	if (l->narrow && l->effort == PRICE_FAIR)
		l->narrow = false;
	else
		l->effort++;
}

/*
 * One round over the technicians, from whose turn it is, until enough columns are
 * found to make new prices worth while. *ret_slack is the sum of the least reduced
 * costs at most: program value plus slack is a bound (Lasdon's).
 */
static int
price_round(struct exact *x, const struct look *look, int32_t *ret_columns, double *ret_slack)
{
	*ret_columns = 0;
	*ret_slack = 0;
	for (int32_t n = 0; n < x->m->p->technicians; n++) {
		int32_t k = x->turn;
		struct price_limits lim = tree_pricing(x, k, look->effort);
		struct price_result r;
		int rc;

		lim.narrow = look->narrow;
		x->turn = (k + 1) % x->m->p->technicians;
		if (x->ms.count[k] == 0)
			continue; /* another stands for him */
		rc = price_run(x->price, k, &x->ms.duals, &lim, &x->ms.pool, &r);
		if (rc < 0)
			return rc;
		x->labels += r.labels + 1;
		*ret_columns += r.columns;
		if (r.bound < 0)
			*ret_slack += r.bound * x->ms.count[k];
		if (tree_out(x) || *ret_columns >= COLUMNS_PER_ROUND) {
			if (n + 1 < x->m->p->technicians)
				*ret_slack = -INFINITY; /* the rest was not priced */
			return 0;
		}
	}
	return 0;
}

/* Solves the program as it now is, and sets its value. *ret_done: that was the end of it. */
static int
solve_program(struct exact *x, struct relaxed *ret, bool *ret_done)
{
	int rc = master_enter(&x->ms);

	if (rc == 0)
		rc = master_solve(&x->ms, x->until_us);
	if (rc == -ETIME)
		x->out = true;
	if (rc == -EDOM)
		ret->empty = true;
	*ret_done = rc < 0;
	if (rc < 0)
		return rc == -ETIME || rc == -EDOM ? 0 : rc;
	ret->value = master_value(&x->ms);
	return 0;
}

/* When there is no time to price: a bound all the same, by the backward passes alone. */
static double
bound_at_once(struct exact *x)
{
	double bound = master_value(&x->ms);

	for (int32_t k = 0; k < x->m->p->technicians; k++) {
		struct price_limits lim = tree_pricing(x, k, PRICE_QUICK);

		if (x->ms.count[k] > 0)
			bound += x->ms.count[k] *
			    fmin(price_least(x->price, k, &x->ms.duals, &lim), 0);
	}
	return bound;
}

/*
 * Column generation at a node. It begins with an eased program, whose prices lie
 * better: the plain one is degenerate, since mostly the incumbent solves it already,
 * and its prices swing from one extreme to another. Any prices give a bound.
 */
int
tree_relax(struct exact *x, struct relaxed *ret)
{
	const struct look first = { PRICE_QUICK, x->ms.opens >= NARROW_FROM };
	struct look look = first;
	bool fresh = false; /* the prices are of the program as it is */

	*ret = (struct relaxed){ .bound = -INFINITY };
	for (int32_t i = 0; i < x->m->p->calls; i++)
		x->by[i] = x->best->by[i] < 0 ? -1 : x->ms.first[x->best->by[i]];
	master_ease(&x->ms, true);
	for (;;) {
		int32_t columns;
		double slack;
		bool done = false;
		int rc = fresh ? 0 : solve_program(x, ret, &done);

		if (rc < 0 || done)
			return rc;
		rc = price_round(x, &look, &columns, &slack);
		if (rc < 0)
			return rc;
		ret->bound = fmax(ret->bound, ret->value + slack);
		if (x->out && ret->bound == -INFINITY)
			ret->bound = bound_at_once(x);
		if (x->out || tree_beats(x, ret->bound))
			return 0;
		fresh = columns == 0;
		ret->optimal = fresh && slack > -TREE_EPS * (x->m->p->technicians + 1);
		if (ret->optimal && x->ms.eased) {
			master_ease(&x->ms, false);
			fresh = false;
		}
		if (!fresh)
			look = first;
		else if (ret->optimal || look.effort == PRICE_EXACT)
			break;
		else
			look_harder(&look);
	}
	/* With an incumbent, what needs spares is pruned by its value in time. */
	ret->empty = ret->optimal && !x->best_keeps && master_short(&x->ms);
	return 0;
}
