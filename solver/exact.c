/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/exact.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solver/clock.h"
#include "solver/master.h"

#define EPS 1e-5 /* cents: the least reduced cost that counts as none */

enum {
	COLUMNS_PER_RUN = 10,
	COLUMNS_PER_ROUND = 20,
	FAIR_LABELS = 3000,        /* of a pricing run that proves nothing */
	ENUM_LABELS = 150000,      /* of an enumeration, per technician */
	ENUM_COLUMNS = 6000,       /* all technicians together */
	MIP_COLUMNS_CLIQUES = 1300,
	MIP_COLUMNS_QUICK = 1500,  /* of the first, unproven integer program */
	MIP_NODES_QUICK = 60,
	MIP_NODES = 5000,
	WORK_PER_PIVOT = 20,
	DEPTH_MAX = 400,
};

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
	double *share;           /* technicians * opens: how much of a call each one does */
	int64_t until_us;        /* the deadline of what is under way, 0 none */
	int32_t turn;            /* the technician to be priced next */
	int64_t labels, nodes;
	bool out;                /* a limit was met */
};

/* What column generation found at a node. */
struct relaxed {
	double value;  /* of the program */
	double bound;  /* no solution of the node costs less */
	bool optimal;  /* value is the bound, but for rounding */
	bool empty;    /* the node has no solution */
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

static bool
out_of_limits(struct exact *x)
{
	if (x->until_us != 0 && clock_us() >= x->until_us)
		x->out = true;
	if (x->lim->work != 0 && work_of(x) >= x->lim->work)
		x->out = true;
	return x->out;
}

/* Costs are whole: what is better than the incumbent costs at most this. */
static double
target(const struct exact *x)
{
	return x->best_keeps ? (double)x->best->cents - 1 : INFINITY;
}

static bool
beats(const struct exact *x, double bound)
{
	return ceil(bound - 1e-4) > target(x);
}

static int
room_for_flags(struct exact *x)
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

/* Takes x->take as the new incumbent if it is better. */
static int
offer(struct exact *x)
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

static struct price_limits
pricing_limits(const struct exact *x, int32_t k, enum price_effort effort)
{
	return (struct price_limits){
		.deadline_us = x->until_us,
		.labels_max = effort >= PRICE_EXACT ? x->lim->label_cap : FAIR_LABELS,
		.columns_max = COLUMNS_PER_RUN,
		.below = -EPS,
		.effort = effort,
		.banned = x->ms.branch.banned,
		.chosen_max = x->ms.branch.chosen_max[k],
		.chosen_min = x->ms.branch.chosen_min[k],
	};
}

/*
 * One round over the technicians, from whose turn it is, until enough columns are
 * found to make new prices worth while. *ret_slack is the sum of the least reduced
 * costs at most: program value plus slack is a bound (Lasdon's).
 */
static int
price_round(struct exact *x, enum price_effort effort,
    int32_t *ret_columns, double *ret_slack)
{
	*ret_columns = 0;
	*ret_slack = 0;
	for (int32_t n = 0; n < x->m->p->technicians; n++) {
		int32_t k = x->turn;
		struct price_limits lim = pricing_limits(x, k, effort);
		struct price_result r;
		int rc = price_run(x->price, k, &x->ms.duals, &lim, &x->ms.pool, &r);

		if (rc < 0)
			return rc;
		x->turn = (k + 1) % x->m->p->technicians;
		x->labels += r.labels + 1;
		*ret_columns += r.columns;
		if (r.bound < 0)
			*ret_slack += r.bound;
		if (out_of_limits(x) || *ret_columns >= COLUMNS_PER_ROUND) {
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

/*
 * Column generation at a node. It begins with an eased program, whose prices lie
 * better: the plain one is degenerate, since mostly the incumbent solves it already,
 * and its prices swing from one extreme to another. Any prices give a bound.
 */
static int
relax(struct exact *x, struct relaxed *ret)
{
	enum price_effort effort = PRICE_QUICK;
	bool fresh = false; /* the prices are of the program as it is */

	*ret = (struct relaxed){ .bound = -INFINITY };
	master_ease(&x->ms, true);
	for (;;) {
		int32_t columns;
		double slack;
		bool done = false;
		int rc = fresh ? 0 : solve_program(x, ret, &done);

		if (rc < 0 || done)
			return rc;
		rc = price_round(x, effort, &columns, &slack);
		if (rc < 0)
			return rc;
		ret->bound = fmax(ret->bound, ret->value + slack);
		if (x->out || beats(x, ret->bound))
			return 0;
		fresh = columns == 0;
		ret->optimal = fresh && slack > -EPS * (x->m->p->technicians + 1);
		if (ret->optimal && x->ms.eased) {
			master_ease(&x->ms, false);
			fresh = false;
		}
		if (!fresh)
			effort = PRICE_QUICK;
		else if (ret->optimal || effort == PRICE_EXACT)
			break;
		else
			effort++;
	}
	/* With an incumbent, what needs spares is pruned by its value in time. */
	ret->empty = ret->optimal && !x->best_keeps && master_short(&x->ms);
	return 0;
}

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
	if (room_for_flags(x) < 0)
		return -ENOMEM;
	used = flag_used(x, gap);
	if (used > columns_max)
		return 0;
	lim.cliques = used <= MIP_COLUMNS_CLIQUES;
	rc = lp_mip(x->ms.lp, &lim, x->use, x->take, &found, &x->nodes);
	if (x->nodes == before)
		x->nodes++;
	x->ms.pivots += used / 4; /* GLPK does not say; a determinate guess */
	*ret_proven = rc == 0 || rc == -EDOM;
	if (found && offer(x) < 0)
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
		struct price_limits lim = pricing_limits(x, k, PRICE_ALL);
		struct price_result r;

		lim.labels_max = ENUM_LABELS < x->lim->label_cap * 8 ? ENUM_LABELS
		    : x->lim->label_cap * 8;
		lim.columns_max = ENUM_COLUMNS * 4;
		lim.below = gap + EPS;
		rc = price_run(x->price, k, &x->ms.duals, &lim, &x->ms.pool, &r);
		if (rc < 0)
			return rc;
		x->labels += r.labels + 1;
		if (!r.complete || out_of_limits(x)) {
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
static int
close_by_routes(struct exact *x, const struct relaxed *node, bool *ret_closed)
{
	double gap = target(x) - node->value;
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
	return integer(x, gap + 2 * EPS, MIP_NODES, ENUM_COLUMNS * 2, ret_closed);
}

/* What the node's solution splits: a call's technician, or a technician's disturbance. */
struct split {
	int32_t k;
	int32_t open;   /* -1: on chosen */
	int32_t chosen; /* at most this, or more */
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

		/* Of equals, the call whose skipping would be dearest decides most. */
		if (off <= best)
			continue;
		best = off;
		found = true;
		*ret = (struct split){ (int32_t)(at / (size_t)x->ms.opens),
			(int32_t)(at % (size_t)x->ms.opens), 0 };
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
		if (least < most) {
			*ret = (struct split){ k, -1, least };
			return true;
		}
	}
	return false;
}

/*
 * The call's columns are all of one technician, and they differ in nothing that
 * counts: any one of them will do.
 */
static void
take_any(struct exact *x)
{
	int n = master_size(&x->ms);
	int32_t last = -1;

	for (int c = 0; c < n; c++)
		x->take[c] = lp_primal(x->ms.lp, c) >= 0.5;
	for (int32_t c = 0; c < x->ms.columns; c++)
		x->take[x->ms.column[c]] = false;
	for (int32_t k = 0; k < x->m->p->technicians; k++) {
		last = -1;
		for (int32_t c = 0; c < x->ms.columns; c++)
			if (x->ms.pool.column[c].k == k &&
			    lp_primal(x->ms.lp, x->ms.column[c]) > 1e-6 && (last < 0 ||
			    x->ms.pool.column[c].cents < x->ms.pool.column[last].cents))
				last = c;
		if (last >= 0)
			x->take[x->ms.column[last]] = true;
	}
}

static int explore(struct exact *x, int depth, double *ret_bound);

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
	rc = explore(x, depth + 1, ret_bound);
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
	rc = explore(x, depth + 1, ret_bound);
	b->chosen_max[s->k] = most;
	b->chosen_min[s->k] = least;
	return rc;
}

static int
branch(struct exact *x, const struct relaxed *node, int depth, double *ret_bound)
{
	double bound[2] = { node->bound, node->bound };
	struct split s;
	bool by_call = split_by_call(x, &s);
	bool first = true;
	int rc = 0;

	if (!by_call && !split_by_chosen(x, &s)) {
		if (room_for_flags(x) < 0)
			return -ENOMEM;
		take_any(x);
		*ret_bound = node->bound;
		return offer(x);
	}
	if (by_call)
		first = x->share[s.k * x->ms.opens + s.open] >= 0.5;
	for (int side = 0; rc == 0 && side < 2; side++) {
		bool which = side == 0 ? first : !first;

		if (by_call)
			rc = explore_call(x, &s, which, depth, &bound[side]);
		else
			rc = explore_chosen(x, &s, which, depth, &bound[side]);
	}
	*ret_bound = fmin(bound[0], bound[1]);
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
	return integer(x, INFINITY, MIP_NODES_QUICK, MIP_COLUMNS_QUICK, &closed);
}

/*
 * Solves the node that the branches say. *ret_bound: no solution of it costs less, or
 * +inf if none of it is better than the incumbent.
 */
static int
explore(struct exact *x, int depth, double *ret_bound)
{
	struct relaxed node;
	double below = *ret_bound;
	bool closed = false;
	int rc;

	x->nodes++;
	x->until_us = x->lim->deadline_us;
	/* At the root, some of the time is kept for the integer program. */
	if (depth == 0 && x->until_us != 0)
		x->until_us -= (x->until_us - clock_us()) / 4;
	if (depth > DEPTH_MAX || (x->lim->nodes != 0 && x->nodes > x->lim->nodes))
		x->out = true;
	if (out_of_limits(x))
		return 0;
	master_apply(&x->ms);
	rc = relax(x, &node);
	master_ease(&x->ms, false);
	x->until_us = x->lim->deadline_us;
	if (rc < 0)
		return rc;
	if (below > node.bound)
		node.bound = below;
	*ret_bound = node.bound;
	if (node.empty || beats(x, node.bound)) {
		*ret_bound = INFINITY;
		return 0;
	}
	if (!node.optimal || x->out)
		return depth == 0 ? settle(x) : 0;
	if (room_for_flags(x) < 0)
		return -ENOMEM;
	if (master_integral(&x->ms, x->take)) {
		rc = offer(x);
		if (beats(x, node.bound))
			*ret_bound = INFINITY;
		return rc;
	}
	if (depth == 0) {
		rc = integer(x, isfinite(target(x)) ? target(x) - node.value + EPS : INFINITY,
		    MIP_NODES_QUICK, MIP_COLUMNS_QUICK, &closed);
		if (rc == 0 && beats(x, node.bound))
			*ret_bound = INFINITY;
		if (rc < 0 || beats(x, node.bound) || out_of_limits(x))
			return rc;
	}
	rc = close_by_routes(x, &node, &closed);
	if (rc < 0)
		return rc;
	if (closed) {
		*ret_bound = INFINITY;
		return 0;
	}
	if (out_of_limits(x))
		return 0;
	return branch(x, &node, depth, ret_bound);
}

/* Adds all ways to pay for a sequence to the pool. */
static int
add_sequence(struct exact *x, int32_t k, const int32_t *seq, int32_t n)
{
	struct route_choice choice[ROUTE_CHOICES_MAX];
	int choices = route_eval(x->w, x->m, k, seq, n, x->ms.branch.chosen_max[k], choice);
	bool is_new;

	for (int c = 0; c < choices; c++)
		if (pool_add(&x->ms.pool, k, seq, n, choice[c].cents, choice[c].chosen,
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
	if (rc < 0)
		return rc;
	x->candidate = draft_new(x->m);
	x->price = price_new(x->m, x->ms.open, x->ms.opens);
	x->share = malloc(((size_t)x->m->p->technicians * (size_t)x->ms.opens + 1) *
	    sizeof(*x->share));
	if (x->candidate == NULL || x->price == NULL || x->share == NULL)
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
	};
	double bound = -INFINITY;
	int rc = begin(&x, seeds, n_seeds);

	if (rc == 0)
		rc = explore(&x, 0, &bound);
	if (rc == 0 && x.best_keeps && bound > (double)incumbent->cents)
		bound = (double)incumbent->cents;
	*ret = (struct exact_result){
		.bound = rc == 0 ? bound : -INFINITY,
		.proven = rc == 0 && (x.best_keeps ? beats(&x, bound) : bound == INFINITY),
		.work = work_of(&x),
		.labels = x.labels,
		.columns = x.ms.pool.columns,
		.pivots = x.ms.pivots,
		.nodes = x.nodes,
	};
	price_free(x.price);
	draft_free(x.candidate);
	free(x.take);
	free(x.use);
	free(x.share);
	master_done(&x.ms);
	return rc;
}
