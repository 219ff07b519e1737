/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/regroup.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solver/clock.h"
#include "solver/lp.h"

enum {
	COLUMNS_PER_ROUND = 150, /* that enter the program between two simplex runs */
	ROUNDS_MAX = 60,
	COLUMNS_MIP = 1500,      /* of the integer program */
	COLUMNS_CLIQUES = 1300,  /* up to so many, clique cuts pay */
	WORK_PER_PIVOT = 200,
	WORK_PER_NODE = 20000,
};

struct grouping {
	struct chain *c;
	struct pool *pool;
	const struct regroup_limits *lim;
	struct lp *lp;
	int32_t *row_of;     /* per call, -1: not in it */
	int32_t *twin_row;   /* per technician: of his twins' row, -1: not in it */
	int32_t *twins;      /* per technician: how many like him are in it */
	int32_t *call_of;    /* per row */
	int32_t calls, rows;
	int *column;         /* per route of the pool: in the program, -1 */
	int32_t *route_of;   /* per column of the program: of the pool, -1: leaves a call out */
	int32_t columns;
	double *dual;        /* per row */
	struct price_of { double cents; int32_t route; } *price; /* scratch, by route */
	int64_t cents;       /* of what is to be beaten */
	int64_t skip_max;    /* leaving a call out counts for no more in the program */
	int64_t pivots, nodes;
};

int
regroup_collect(const struct chain *c, struct pool *pool)
{
	for (int32_t k = 0; k < c->g->m->p->technicians; k++) {
		const struct trail *t = &c->trails.now[k];
		bool is_new;

		if (t->n > 0 && pool_add(pool, c->g->twin_of[k], t->seq, t->n, t->cents,
		    t->chosen_max, &is_new) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int
alloc(struct grouping *x)
{
	const struct problem *p = x->c->g->m->p;
	size_t calls = (size_t)p->calls + 1, technicians = (size_t)p->technicians + 1;
	size_t routes = (size_t)x->pool->columns + 1;

	x->lp = lp_new();
	x->row_of = malloc(calls * sizeof(*x->row_of));
	x->call_of = malloc(calls * sizeof(*x->call_of));
	x->twin_row = malloc(technicians * sizeof(*x->twin_row));
	x->twins = calloc(technicians, sizeof(*x->twins));
	x->column = malloc(routes * sizeof(*x->column));
	x->route_of = malloc((routes + calls) * sizeof(*x->route_of));
	x->dual = malloc((calls + technicians) * sizeof(*x->dual));
	x->price = malloc(routes * sizeof(*x->price));
	if (x->lp == NULL || x->row_of == NULL || x->call_of == NULL || x->twin_row == NULL ||
	    x->twins == NULL || x->column == NULL || x->route_of == NULL || x->dual == NULL ||
	    x->price == NULL)
		return -ENOMEM;
	for (int32_t i = 0; i < p->calls; i++)
		x->row_of[i] = -1;
	for (int32_t k = 0; k < p->technicians; k++)
		x->twin_row[k] = -1;
	for (size_t r = 0; r < routes; r++)
		x->column[r] = -1;
	return 0;
}

static void
done(struct grouping *x)
{
	lp_free(x->lp);
	free(x->row_of);
	free(x->call_of);
	free(x->twin_row);
	free(x->twins);
	free(x->column);
	free(x->route_of);
	free(x->dual);
	free(x->price);
}

static int
add_call(struct grouping *x, int32_t i)
{
	if (x->row_of[i] >= 0)
		return 0;
	x->row_of[i] = x->calls;
	x->call_of[x->calls++] = i;
	return lp_add_row(x->lp, LP_AT_MOST, -1); /* at least once: all signs are turned */
}

/* A row for each call of these technicians and each absent one, and one for twins. */
static int
add_rows(struct grouping *x, const int32_t *technician, int32_t technicians)
{
	const struct chain *c = x->c;
	int64_t dearest = 1;
	int rc = 0;

	for (int32_t t = 0; t < technicians; t++) {
		const struct trail *now = &c->trails.now[technician[t]];

		x->cents += now->cents;
		dearest = now->cents > dearest ? now->cents : dearest;
		x->twins[c->g->twin_of[technician[t]]]++;
		for (int32_t r = 0; rc >= 0 && r < now->n; r++)
			rc = add_call(x, now->seq[r]);
	}
	x->skip_max = 4 * dearest;
	for (int32_t a = 0; rc >= 0 && a < c->absents; a++) {
		int64_t skip = c->g->m->call[c->absent[a]].skip_cents;

		rc = add_call(x, c->absent[a]);
		x->cents += skip < x->skip_max ? skip : x->skip_max;
	}
	x->rows = x->calls;
	for (int32_t k = 0; rc >= 0 && k < c->g->m->p->technicians; k++) {
		if (x->twins[k] == 0)
			continue;
		x->twin_row[k] = x->rows++;
		rc = lp_add_row(x->lp, LP_AT_MOST, x->twins[k]);
	}
	return rc < 0 ? rc : 0;
}

static int
add_skips(struct grouping *x)
{
	for (int32_t r = 0; r < x->calls; r++) {
		int32_t i = x->call_of[r];
		int64_t skip = x->c->g->m->call[i].skip_cents;
		double value = -1;
		int row = r;

		if (!x->c->g->movable[i] || (skip >= x->skip_max && x->c->by[i] >= 0))
			continue;
		if (lp_add_column(x->lp, (double)(skip < x->skip_max ? skip : x->skip_max), -1,
		    1, &row, &value) < 0)
			return -EIO;
		x->route_of[x->columns++] = -1;
	}
	return 0;
}

static int
enter(struct grouping *x, int32_t route)
{
	const struct column *col = &x->pool->column[route];
	const int32_t *seq = pool_seq(x->pool, route);
	int row[PROBLEM_STOPS_MAX + 1];
	double value[PROBLEM_STOPS_MAX + 1];

	for (int32_t s = 0; s < col->n; s++) {
		row[s] = x->row_of[seq[s]];
		value[s] = -1;
	}
	row[col->n] = x->twin_row[col->k];
	value[col->n] = 1;
	x->column[route] = lp_add_column(x->lp, (double)col->cents, -1, col->n + 1, row, value);
	if (x->column[route] < 0)
		return x->column[route];
	assert(x->column[route] == x->columns);
	x->route_of[x->columns++] = route;
	return 0;
}

/* Whether the route belongs to what is to be regrouped, all of it. */
static bool
belongs(const struct grouping *x, int32_t route)
{
	const struct column *col = &x->pool->column[route];
	const int32_t *seq = pool_seq(x->pool, route);

	if (x->twin_row[col->k] < 0 || col->cents >= TRAIL_NO_CENTS)
		return false;
	for (int32_t s = 0; s < col->n; s++)
		if (x->row_of[seq[s]] < 0)
			return false;
	return true;
}

static int
by_price(const void *a, const void *b)
{
	const struct price_of *x = a, *y = b;

	if (x->cents != y->cents)
		return x->cents < y->cents ? -1 : 1;
	return x->route < y->route ? -1 : x->route > y->route;
}

/* The routes outside of the program that cost at most `below` by its duals, cheapest first. */
static int32_t
price_routes(struct grouping *x, double below)
{
	int32_t n = 0;

	for (int32_t r = 0; r < x->rows; r++)
		x->dual[r] = lp_dual(x->lp, r);
	for (int32_t route = 0; route < x->pool->columns; route++) {
		const struct column *col = &x->pool->column[route];
		const int32_t *seq = pool_seq(x->pool, route);
		double cents = (double)col->cents;

		if (x->column[route] != -1 || x->twin_row[col->k] < 0)
			continue;
		cents -= x->dual[x->twin_row[col->k]];
		for (int32_t s = 0; s < col->n && x->row_of[seq[s]] >= 0; s++)
			cents += x->dual[x->row_of[seq[s]]];
		if (cents < below && belongs(x, route))
			x->price[n++] = (struct price_of){ cents, route };
	}
	qsort(x->price, (size_t)n, sizeof(*x->price), by_price);
	return n;
}

static bool
is_late(const struct grouping *x)
{
	return x->lim->deadline_us != 0 && clock_us() >= x->lim->deadline_us;
}

/* Solves the relaxation over the whole pool. -ETIME, -EDOM: no. */
static int
relax(struct grouping *x)
{
	for (int round = 0; round < ROUNDS_MAX; round++) {
		int64_t left_ms = 0;
		int32_t n;
		int rc;

		if (x->lim->deadline_us != 0)
			left_ms = (x->lim->deadline_us - clock_us()) / 1000;
		if (is_late(x) || left_ms < 0)
			return -ETIME;
		rc = lp_solve(x->lp, (int)left_ms, &x->pivots);
		if (rc < 0)
			return rc;
		n = price_routes(x, -0.01);
		for (int32_t c = 0; c < n && c < COLUMNS_PER_ROUND; c++)
			if (enter(x, x->price[c].route) < 0)
				return -EIO;
		if (n == 0)
			return 0;
	}
	return -ETIME;
}

/* The integer program over all routes within the gap. -EDOM: there is nothing better. */
static int
choose(struct grouping *x, bool *take, bool *use)
{
	double gap = (double)x->cents - lp_value(x->lp);
	struct lp_mip_limits lim = {
		.deadline_us = x->lim->deadline_us,
		.nodes = x->lim->nodes,
		.below = (double)x->cents,
	};
	int32_t used = 0;
	bool found;
	int rc;

	for (int32_t c = 0; c < x->columns; c++) {
		use[c] = lp_reduced(x->lp, c) < gap;
		used += use[c];
	}
	lim.cliques = used <= COLUMNS_CLIQUES;
	rc = lp_mip(x->lp, &lim, use, take, &found, &x->nodes);
	return found ? 0 : rc < 0 ? rc : -EDOM;
}

static int
enter_gap(struct grouping *x)
{
	double gap = (double)x->cents - lp_value(x->lp);
	int32_t n;
	int rc = 0;

	if (gap < 1)
		return -EDOM;
	n = price_routes(x, gap);
	for (int32_t c = 0; c < n && c < COLUMNS_MIP && rc == 0; c++)
		rc = enter(x, x->price[c].route);
	/* The new columns are worth nothing now: the basis stays as it is. */
	return rc < 0 ? rc : lp_solve(x->lp, 0, &x->pivots);
}

/* What the route would cost without its stop `at`, by leaving it out. */
static int64_t
saving(struct chain *c, int32_t k, const int32_t *seq, int32_t n, int32_t at)
{
	int32_t left[PROBLEM_STOPS_MAX];
	int64_t with, without;

	memcpy(left, seq, (size_t)at * sizeof(*left));
	memcpy(left + at, seq + at + 1, (size_t)(n - at - 1) * sizeof(*left));
	if (trail_set(&c->trails, k, seq, n) < 0)
		return INT64_MIN;
	with = c->trails.now[k].cents;
	if (trail_set(&c->trails, k, left, n - 1) < 0)
		return INT64_MIN;
	without = c->trails.now[k].cents;
	return without >= TRAIL_NO_CENTS ? -TRAIL_NO_CENTS : with - without;
}

struct taken {
	int32_t seq[PROBLEM_STOPS_MAX];
	int32_t n;
};

static int32_t
find(const struct taken *t, int32_t i)
{
	for (int32_t r = 0; r < t->n; r++)
		if (t->seq[r] == i)
			return r;
	return -1;
}

/* Leaves each call on one route only: where taking it off saves least. */
static void
drop_doubles(struct grouping *x, const int32_t *technician, struct taken *taken,
    int32_t technicians)
{
	for (int32_t r = 0; r < x->calls; r++) {
		int32_t i = x->call_of[r], held = -1;
		int64_t held_saving = 0;

		for (int32_t t = 0; t < technicians; t++) {
			int32_t at = find(&taken[t], i);
			int32_t loser = t;
			int64_t s;

			if (at < 0)
				continue;
			s = saving(x->c, technician[t], taken[t].seq, taken[t].n, at);
			if (held < 0 || s < held_saving) {
				loser = held;
				held = t;
				held_saving = s;
			}
			if (loser < 0)
				continue;
			at = find(&taken[loser], i);
			memmove(taken[loser].seq + at, taken[loser].seq + at + 1,
			    (size_t)(taken[loser].n - at - 1) * sizeof(*taken->seq));
			taken[loser].n--;
		}
	}
}

/* Gives the routes taken to technicians: twins in turn. */
static int
hand_out(struct grouping *x, const bool *take, const int32_t *technician, int32_t technicians)
{
	struct taken *taken = calloc((size_t)technicians + 1, sizeof(*taken));
	int rc = 0;

	if (taken == NULL)
		return -ENOMEM;
	for (int32_t c = 0; c < x->columns; c++) {
		const struct column *col;
		int32_t t = 0;

		if (!take[c] || x->route_of[c] < 0)
			continue;
		col = &x->pool->column[x->route_of[c]];
		while (t < technicians && (taken[t].n > 0 ||
		    x->c->g->twin_of[technician[t]] != col->k))
			t++;
		assert(t < technicians);
		taken[t].n = col->n;
		memcpy(taken[t].seq, pool_seq(x->pool, x->route_of[c]),
		    (size_t)col->n * sizeof(*taken[t].seq));
	}
	drop_doubles(x, technician, taken, technicians);
	for (int32_t t = 0; rc == 0 && t < technicians; t++)
		rc = trail_set(&x->c->trails, technician[t], taken[t].seq, taken[t].n);
	free(taken);
	return rc;
}

/* A better plan is in the program: makes it the chain's. */
static int
take_over(struct grouping *x, const bool *take, const int32_t *technician, int32_t technicians)
{
	int rc;

	chain_begin(x->c);
	rc = hand_out(x, take, technician, technicians);
	chain_recount(x->c);
	if (rc == 0 && x->c->cents < x->c->old_cents)
		chain_keep(x->c);
	else
		chain_back(x->c);
	return rc;
}

int
regroup(struct chain *c, struct pool *pool, const int32_t *technician, int32_t technicians,
    const struct regroup_limits *lim, int64_t *work)
{
	struct grouping x = { .c = c, .pool = pool, .lim = lim };
	bool *take = NULL, *use = NULL;
	int rc = regroup_collect(c, pool);

	if (rc == 0)
		rc = alloc(&x);
	if (rc == 0)
		rc = add_rows(&x, technician, technicians);
	if (rc == 0)
		rc = add_skips(&x);
	for (int32_t route = 0; rc == 0 && route < pool->columns; route++) {
		const struct column *col = &pool->column[route];
		int32_t k = col->n > 0 ? c->by[pool_seq(pool, route)[0]] : -1;

		if (k >= 0 && c->g->twin_of[k] == col->k && c->trails.now[k].n == col->n &&
		    memcmp(c->trails.now[k].seq, pool_seq(pool, route),
		    (size_t)col->n * sizeof(int32_t)) == 0 && belongs(&x, route))
			rc = enter(&x, route);
	}
	if (rc == 0)
		rc = relax(&x);
	if (rc == 0)
		rc = enter_gap(&x);
	if (rc == 0) {
		take = calloc((size_t)x.columns + 1, sizeof(*take));
		use = calloc((size_t)x.columns + 1, sizeof(*use));
		rc = take == NULL || use == NULL ? -ENOMEM : choose(&x, take, use);
	}
	if (rc == 0)
		rc = take_over(&x, take, technician, technicians);
	*work += x.pivots * WORK_PER_PIVOT + x.nodes * WORK_PER_NODE;
	free(take);
	free(use);
	done(&x);
	return rc == -ETIME || rc == -EDOM ? 0 : rc;
}
