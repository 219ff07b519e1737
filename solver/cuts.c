/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding subset-row cuts (Jepsen, Petersen, Spoorendonk, Pisinger, Subset-row
 * inequalities applied to the vehicle-routing problem with time windows, 2008): of the
 * routes that serve two or three of three calls, a plan drives one at most; a
 * fractional solution may drive one and a half.
 */
#include <errno.h>
#include <stdlib.h>

#include "solver/tree.h"

#define LEAST_BREACH 0.05 /* of a cut worth adding */

enum {
	CUTS_PER_ROUND = 12,
	CUTS_PER_CALL = 3, /* in one round: of many like cuts a few will do */
};

struct found_cut {
	double breach;
	int32_t open[3];
};

/* How much of the solution serves both of two calls, by pair; and how much all of three. */
struct shares {
	int32_t opens;
	double *pair;    /* opens * opens */
	int32_t *column; /* pool columns in use */
	int32_t columns;
};

static int
set_shares(const struct master *ms, struct shares *sh)
{
	sh->opens = ms->opens;
	sh->pair = calloc((size_t)ms->opens * (size_t)ms->opens + 1, sizeof(*sh->pair));
	sh->column = malloc(((size_t)ms->columns + 1) * sizeof(*sh->column));
	if (sh->pair == NULL || sh->column == NULL)
		return -ENOMEM;
	for (int32_t c = 0; c < ms->columns; c++) {
		double v = lp_primal(ms->lp, ms->column[c]);
		const int32_t *seq = pool_seq(&ms->pool, c);

		if (v < 1e-6)
			continue;
		sh->column[sh->columns++] = c;
		for (int32_t s = 0; s < ms->pool.column[c].n; s++)
			for (int32_t t = 0; t < s; t++) {
				int32_t a = ms->open_of[seq[s]], b = ms->open_of[seq[t]];

				if (a < 0 || b < 0)
					continue;
				sh->pair[a * sh->opens + b] += v;
				sh->pair[b * sh->opens + a] += v;
			}
	}
	return 0;
}

/* How much of the solution serves two of these calls or all. */
static double
served_twice(const struct master *ms, const struct shares *sh, const int32_t open[3])
{
	double sum = 0;

	for (int32_t u = 0; u < sh->columns; u++) {
		int32_t c = sh->column[u];
		const int32_t *seq = pool_seq(&ms->pool, c);
		int met = 0;

		for (int32_t s = 0; s < ms->pool.column[c].n; s++) {
			int32_t o = ms->open_of[seq[s]];

			met += o >= 0 && (o == open[0] || o == open[1] || o == open[2]);
		}
		if (met >= 2)
			sum += lp_primal(ms->lp, ms->column[c]);
	}
	return sum;
}

static int
by_breach(const void *a, const void *b)
{
	const struct found_cut *x = a, *y = b;

	if (x->breach != y->breach)
		return x->breach > y->breach ? -1 : 1;
	for (int i = 0; i < 3; i++)
		if (x->open[i] != y->open[i])
			return x->open[i] < y->open[i] ? -1 : 1;
	return 0;
}

/* All violated cuts, most violated first; their number or -ENOMEM. The array is the caller's. */
static int
find_cuts(const struct master *ms, const struct shares *sh, struct found_cut **ret)
{
	struct found_cut *found = NULL;
	int n = 0, n_max = 0;

	for (int32_t a = 0; a < sh->opens; a++)
		for (int32_t b = a + 1; b < sh->opens; b++)
			for (int32_t c = b + 1; c < sh->opens; c++) {
				double most = sh->pair[a * sh->opens + b] +
				    sh->pair[a * sh->opens + c] + sh->pair[b * sh->opens + c];
				struct found_cut f = { 0, { a, b, c } };

				if (most < 1 + LEAST_BREACH)
					continue;
				f.breach = served_twice(ms, sh, f.open) - 1;
				if (f.breach < LEAST_BREACH)
					continue;
				if (n == n_max) {
					struct found_cut *grown;

					n_max = n_max ? 2 * n_max : 64;
					grown = realloc(found, (size_t)n_max * sizeof(*grown));
					if (grown == NULL) {
						free(found);
						return -ENOMEM;
					}
					found = grown;
				}
				found[n++] = f;
			}
	if (n > 0)
		qsort(found, (size_t)n, sizeof(*found), by_breach);
	*ret = found;
	return n;
}

/* Adds the most violated ones, but of each call only a few. */
static int
add_cuts(struct master *ms, const struct found_cut *found, int n, int32_t *uses)
{
	int added = 0;

	for (int f = 0; f < n && added < CUTS_PER_ROUND; f++) {
		const int32_t *open = found[f].open;
		int rc;

		if (ms->duals.cuts.n == PRICE_CUTS_MAX)
			break;
		if (uses[open[0]] >= CUTS_PER_CALL || uses[open[1]] >= CUTS_PER_CALL ||
		    uses[open[2]] >= CUTS_PER_CALL)
			continue;
		rc = master_cut(ms, open);
		if (rc < 0)
			return rc;
		for (int i = 0; i < 3; i++)
			uses[open[i]]++;
		added++;
	}
	return added;
}

int
tree_cut(struct exact *x)
{
	struct shares sh = { 0 };
	struct found_cut *found = NULL;
	int32_t *uses = calloc((size_t)x->ms.opens + 1, sizeof(*uses));
	int rc = uses == NULL ? -ENOMEM : set_shares(&x->ms, &sh);

	if (rc == 0)
		rc = find_cuts(&x->ms, &sh, &found);
	if (rc > 0)
		rc = add_cuts(&x->ms, found, rc, uses);
	free(found);
	free(uses);
	free(sh.pair);
	free(sh.column);
	return rc;
}
