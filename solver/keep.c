/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/keep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "solver/joint.h"
#include "solver/share.h"

/*
 * Ids are kept as 64-bit numbers. Should two ever have the same, a route is taken for another
 * one of this problem, which is as good to start from.
 */
struct kept {
	uint64_t technician;
	uint64_t call[KEEP_STOPS];
	int32_t n;
};

/* A ring: the oldest route is overwritten. */
struct keep {
	struct kept route[KEEP_ROUTES];
	int32_t routes, next;
};

/* Where an id is in a problem. */
struct named {
	uint64_t id;
	int32_t index;
};

/* What routes are looked up in while they are lent. */
struct book {
	const struct problem *p;
	struct named *technician, *call; /* in order of id */
	int32_t *fixed_by;               /* per call: on whose fixed prefix it is, -1 none */
	int32_t *seen;                   /* per call: the last route it was on, by number */
};

struct keep *
keep_new(void)
{
	return calloc(1, sizeof(struct keep));
}

void
keep_free(struct keep *keep)
{
	free(keep);
}

/* Fowler, Noll, Vo: FNV-1a. */
static uint64_t
number_of(const char *id)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (; *id != '\0'; id++)
		h = (h ^ (unsigned char)*id) * 0x100000001b3u;
	return h;
}

static int
by_id(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

/* The index of an id, -1 if it is not there. */
static int32_t
find(const struct named *named, int32_t n, uint64_t id)
{
	int32_t from = 0, to = n;

	while (from < to) {
		int32_t middle = from + (to - from) / 2;

		if (named[middle].id < id)
			from = middle + 1;
		else
			to = middle;
	}
	return from < n && named[from].id == id ? named[from].index : -1;
}

static void
book_close(struct book *b)
{
	free(b->technician);
	free(b->call);
	free(b->fixed_by);
	free(b->seen);
}

static int
book_open(struct book *b, const struct problem *p)
{
	size_t techs = (size_t)p->technicians + 1, calls = (size_t)p->calls + 1;

	*b = (struct book){ .p = p };
	b->technician = malloc(techs * sizeof(*b->technician));
	b->call = malloc(calls * sizeof(*b->call));
	b->fixed_by = malloc(calls * sizeof(*b->fixed_by));
	b->seen = malloc(calls * sizeof(*b->seen));
	if (b->technician == NULL || b->call == NULL || b->fixed_by == NULL || b->seen == NULL)
		return -ENOMEM;
	for (int32_t i = 0; i < p->calls; i++) {
		b->call[i] = (struct named){ number_of(p->call[i].id), i };
		b->fixed_by[i] = b->seen[i] = -1;
	}
	for (int32_t k = 0; k < p->technicians; k++) {
		const struct technician *t = &p->technician[k];

		b->technician[k] = (struct named){ number_of(t->id), k };
		for (int32_t s = 0; s < t->fixed; s++)
			b->fixed_by[t->current[s]] = k;
	}
	qsort(b->technician, (size_t)p->technicians, sizeof(*b->technician), by_id);
	qsort(b->call, (size_t)p->calls, sizeof(*b->call), by_id);
	return 0;
}

/* Turns kept route number r of technician k into indices; how many stops, 0 if it does not fit. */
static int32_t
translate(struct book *b, const struct kept *kept, int32_t r, int32_t k, int32_t *seq)
{
	const struct technician *t = &b->p->technician[k];
	int32_t n = 0;

	for (int32_t s = 0; s < kept->n; s++) {
		int32_t i = find(b->call, b->p->calls, kept->call[s]);

		if (i < 0)
			continue;
		if (b->seen[i] == r || !problem_may(b->p, k, i) ||
		    (b->fixed_by[i] >= 0 && b->fixed_by[i] != k))
			return 0;
		b->seen[i] = r;
		seq[n++] = i;
	}
	if (n < t->fixed || n > t->stops_max)
		return 0;
	for (int32_t s = 0; s < t->fixed; s++)
		if (seq[s] != t->current[s])
			return 0;
	return n;
}

int
keep_lend(const struct keep *keep, const struct problem *p, struct pool *pool)
{
	struct book b;
	int32_t lent = 0;
	int rc = book_open(&b, p);

	/* The newest first, so that the bound of a loan leaves out the oldest. */
	for (int32_t age = 1; rc == 0 && age <= keep->routes && lent < KEEP_LENT; age++) {
		int32_t r = (keep->next + KEEP_ROUTES - age) % KEEP_ROUTES, seq[KEEP_STOPS];
		int32_t k = find(b.technician, p->technicians, keep->route[r].technician);
		int32_t n = k < 0 ? 0 : translate(&b, &keep->route[r], r, k, seq);
		bool is_new;

		if (n == 0)
			continue;
		if (pool_add(pool, k, seq, n, 0, 0, &is_new) < 0)
			rc = -ENOMEM;
		else
			lent += is_new;
	}
	book_close(&b);
	return rc;
}

void
keep_take(struct keep *keep, const struct problem *p, const struct pool *pool, int32_t first)
{
	for (int32_t c = first; c < pool->columns; c++) {
		const struct column *col = &pool->column[c];
		struct kept *kept = &keep->route[keep->next];

		if (col->n == 0 || col->n > KEEP_STOPS)
			continue;
		kept->technician = number_of(p->technician[col->k].id);
		kept->n = col->n;
		for (int32_t s = 0; s < col->n; s++)
			kept->call[s] = number_of(p->call[pool_seq(pool, c)[s]].id);
		keep->next = (keep->next + 1) % KEEP_ROUTES;
		if (keep->routes < KEEP_ROUTES)
			keep->routes++;
	}
}

/* Whether this solve may depend on what was asked before: see keep_solve(). */
static bool
may_lend(const struct problem *p, const struct solve_limits *lim)
{
	return lim->time_ms > 0 && lim->work <= 0 && !joint_applies(p);
}

int
keep_calm(struct keep *keep, const struct problem *p, const struct solve_limits *lim,
    const int32_t *budget, int32_t budgets, struct plan **ret_plan)
{
	struct pool pool = { 0 };
	bool lends;
	int32_t lent;
	int rc = problem_check(p, NULL, 0);

	if (rc < 0)
		return rc;
	lends = may_lend(p, lim);
	if (lends && lim->time_ms >= KEEP_LEND_MS)
		rc = keep_lend(keep, p, &pool);
	lent = pool.columns;
	if (rc == 0)
		rc = calm_sharing(p, lim, budget, budgets, &pool, ret_plan);
	if (rc == 0 && lends)
		keep_take(keep, p, &pool, lent);
	pool_done(&pool);
	return rc;
}

int
keep_solve(struct keep *keep, const struct problem *p, const struct solve_limits *lim,
    struct plan **ret)
{
	int rc = problem_check(p, NULL, 0);

	if (rc < 0)
		return rc;
	/* Without a loan there is no pool either: it is solve() alone. */
	if (!may_lend(p, lim))
		return solve_checked(p, lim, NULL, ret);
	return keep_calm(keep, p, lim, &p->budget, 1, ret);
}
