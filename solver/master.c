/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/master.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solver/clock.h"

#define EASE 0.01 /* a technician's share of a route beyond one, in the eased program */

enum { ROWS_PER_COLUMN = PROBLEM_STOPS_MAX + 2 + PRICE_CUTS_MAX };

static int
budget_row(const struct master *ms)
{
	return ms->opens + ms->m->p->technicians;
}

static int
alloc(struct master *ms, const struct model *m)
{
	size_t technicians = (size_t)m->p->technicians + 1;
	size_t calls = (size_t)m->p->calls + 1;

	ms->m = m;
	ms->open = malloc(calls * sizeof(*ms->open));
	ms->open_of = malloc(calls * sizeof(*ms->open_of));
	ms->skip = malloc(calls * sizeof(*ms->skip));
	ms->duals.call = calloc(calls, sizeof(*ms->duals.call));
	ms->duals.technician = calloc(technicians, sizeof(*ms->duals.technician));
	ms->branch.banned = calloc(technicians * calls, sizeof(*ms->branch.banned));
	ms->branch.must = calloc(calls, sizeof(*ms->branch.must));
	ms->branch.chosen_max = malloc(technicians * sizeof(*ms->branch.chosen_max));
	ms->branch.chosen_min = calloc(technicians, sizeof(*ms->branch.chosen_min));
	ms->branch.arc = calloc((calls + 1) * (calls + 1), sizeof(*ms->branch.arc));
	ms->duals.cuts.of = calloc(calls, sizeof(*ms->duals.cuts.of));
	ms->count = calloc(technicians, sizeof(*ms->count));
	ms->mate = malloc(technicians * sizeof(*ms->mate));
	ms->first = malloc(technicians * sizeof(*ms->first));
	ms->lp = lp_new();
	if (ms->open == NULL || ms->open_of == NULL || ms->skip == NULL ||
	    ms->duals.call == NULL || ms->duals.technician == NULL ||
	    ms->branch.banned == NULL || ms->branch.must == NULL ||
	    ms->branch.chosen_max == NULL || ms->branch.chosen_min == NULL ||
	    ms->branch.arc == NULL || ms->duals.cuts.of == NULL || ms->count == NULL ||
	    ms->mate == NULL || ms->first == NULL || ms->lp == NULL)
		return -ENOMEM;
	return 0;
}

static bool
same_place(struct place a, struct place b)
{
	return a.lat_udeg == b.lat_udeg && a.lon_udeg == b.lon_udeg;
}

/* Whether two technicians' days are worth the same, whoever of them drives a route. */
static bool
alike(const struct technician *a, const struct technician *b)
{
	return same_place(a->start, b->start) && same_place(a->end, b->end) &&
	    a->open_start == b->open_start && a->open_end == b->open_end &&
	    a->start_location == b->start_location && a->end_location == b->end_location &&
	    a->matrix == b->matrix && a->ready_s == b->ready_s &&
	    a->shift_end_s == b->shift_end_s && a->overtime_max_s == b->overtime_max_s &&
	    a->speed_pct == b->speed_pct && a->drive_cents_per_h == b->drive_cents_per_h &&
	    a->wait_cents_per_h == b->wait_cents_per_h &&
	    a->overtime_cents_per_h == b->overtime_cents_per_h &&
	    a->day_cents == b->day_cents && a->leaves_late == b->leaves_late &&
	    a->stops_max == b->stops_max && a->drive_max_s == b->drive_max_s &&
	    memcmp(a->capacity, b->capacity, sizeof(a->capacity)) == 0 &&
	    memcmp(a->part, b->part, sizeof(a->part)) == 0 && a->tools == b->tools &&
	    a->kind == b->kind && a->hard_before == b->hard_before &&
	    a->skills == b->skills && a->dues == 0 && b->dues == 0 &&
	    (a->skills == 0 || memcmp(a->skill, b->skill,
	    (size_t)a->skills * sizeof(*a->skill)) == 0);
}

/* Marks in named[] who is more than a number: he has a route, or some call means him. */
static void
set_named(const struct problem *p, bool *named)
{
	for (int32_t k = 0; k < p->technicians; k++)
		named[k] = p->technician[k].currents > 0;
	for (int32_t i = 0; i < p->calls; i++) {
		const struct call *c = &p->call[i];

		if (c->told.technician >= 0)
			named[c->told.technician] = true;
		if (c->required >= 0)
			named[c->required] = true;
		if (c->preferred >= 0)
			named[c->preferred] = true;
		for (int32_t f = 0; f < c->forbiddens; f++)
			named[c->forbidden[f]] = true;
	}
}

/*
 * Finds who are alike. Not where disturbance is counted: there one branches on what a
 * technician's one route disturbs.
 */
static int
set_alike(struct master *ms)
{
	const struct problem *p = ms->m->p;
	bool *named = calloc((size_t)p->technicians + 1, sizeof(*named));

	if (named == NULL)
		return -ENOMEM;
	set_named(p, named);
	for (int32_t k = 0; k < p->technicians; k++) {
		int32_t f = 0, last;

		while (f < k && (ms->count[f] == 0 || named[f] || named[k] || ms->m->counts ||
		    !alike(&p->technician[f], &p->technician[k])))
			f++;
		ms->first[k] = f;
		ms->count[f]++;
		ms->mate[k] = -1;
		for (last = f; ms->mate[last] >= 0; last = ms->mate[last])
			;
		if (last != k)
			ms->mate[last] = k;
	}
	free(named);
	return 0;
}

static int
add_rows(struct master *ms)
{
	const struct problem *p = ms->m->p;
	int rc = 0;

	for (int32_t o = 0; rc >= 0 && o < ms->opens; o++)
		rc = lp_add_row(ms->lp, LP_EQUAL, 1);
	for (int32_t k = 0; rc >= 0 && k < p->technicians; k++)
		rc = lp_add_row(ms->lp, p->technician[k].fixed > 0 ? LP_EQUAL : LP_AT_MOST,
		    ms->count[k]);
	if (rc >= 0 && ms->m->counts)
		rc = lp_add_row(ms->lp, LP_AT_MOST, p->budget);
	return rc < 0 ? rc : 0;
}

static bool
may_skip(const struct model_call *c)
{
	return !(c->skip_chosen && c->immovable);
}

static int
add_skips(struct master *ms)
{
	for (int32_t o = 0; o < ms->opens; o++) {
		const struct model_call *c = &ms->m->call[ms->open[o]];
		int row[2] = { o, budget_row(ms) };
		double value[2] = { 1, 1 };

		ms->skip[o] = -1;
		if (!may_skip(c))
			continue;
		ms->skip[o] = lp_add_column(ms->lp, (double)c->skip_cents, -1,
		    c->skip_chosen && ms->m->counts ? 2 : 1, row, value);
		if (ms->skip[o] < 0)
			return ms->skip[o];
	}
	return 0;
}

static int
add_spares(struct master *ms, double cost)
{
	const struct problem *p = ms->m->p;

	for (int32_t r = 0; r < ms->opens + p->technicians + ms->m->counts; r++) {
		double value = r == budget_row(ms) ? -1 : 1;
		int c = lp_add_column(ms->lp, cost, -1, 1, &r, &value);

		if (c < 0)
			return c;
		if (ms->spares++ == 0)
			ms->spare = c;
	}
	return 0;
}

int
master_init(struct master *ms, const struct model *m, double spare_cents)
{
	int rc;

	*ms = (struct master){ 0 };
	rc = alloc(ms, m);
	if (rc < 0)
		return rc;
	for (int32_t i = 0; i < m->p->calls; i++) {
		ms->open_of[i] = -1;
		if (m->call[i].fixed_on >= 0)
			continue;
		ms->open_of[i] = ms->opens;
		ms->open[ms->opens++] = i;
	}
	for (int32_t k = 0; k < m->p->technicians; k++)
		ms->branch.chosen_max[k] = m->counts ? m->p->budget : INT16_MAX;
	rc = set_alike(ms);
	if (rc == 0)
		rc = add_rows(ms);
	if (rc == 0)
		rc = add_skips(ms);
	if (rc == 0)
		rc = add_spares(ms, spare_cents);
	return rc;
}

void
master_done(struct master *ms)
{
	free(ms->open);
	free(ms->open_of);
	free(ms->skip);
	free(ms->column);
	free(ms->duals.call);
	free(ms->duals.technician);
	free(ms->branch.banned);
	free(ms->branch.must);
	free(ms->branch.chosen_max);
	free(ms->branch.chosen_min);
	free(ms->branch.arc);
	free(ms->duals.cuts.of);
	free(ms->count);
	free(ms->mate);
	free(ms->first);
	pool_done(&ms->pool);
	lp_free(ms->lp);
}

int
master_seed(struct master *ms, const struct draft *d)
{
	for (int32_t k = 0; k < ms->m->p->technicians; k++) {
		const struct draft_route *r = &d->route[k];
		bool is_new;

		if (r->n > 0 && pool_add(&ms->pool, ms->first[k], r->seq, r->n, r->cents, r->chosen,
		    &is_new) < 0)
			return -ENOMEM;
	}
	return 0;
}

static bool
arcs_allowed(const struct master *ms, const int32_t *seq, int32_t n)
{
	int32_t width = ms->opens + 1, from = ms->opens;

	for (int32_t s = 0; s < n; s++) {
		int32_t o = ms->open_of[seq[s]];

		if (o < 0)
			continue;
		if (ms->branch.arc[from * width + o])
			return false;
		from = o;
	}
	return !ms->branch.arc[from * width + ms->opens];
}

static bool
is_allowed(const struct master *ms, int32_t c)
{
	const struct column *col = &ms->pool.column[c];
	const int32_t *seq = pool_seq(&ms->pool, c);
	const uint8_t *banned = ms->branch.banned + (size_t)col->k * (size_t)ms->opens;

	if (col->chosen > ms->branch.chosen_max[col->k] ||
	    col->chosen < ms->branch.chosen_min[col->k])
		return false;
	for (int32_t s = 0; s < col->n; s++)
		if (ms->open_of[seq[s]] >= 0 && banned[ms->open_of[seq[s]]])
			return false;
	return ms->branch.arcs == 0 || arcs_allowed(ms, seq, col->n);
}

/* The rows of the cuts that a column is in: it serves two of their calls, or all. */
static int
cut_rows(const struct master *ms, const struct column *col, const int32_t *seq, int *row,
    double *value)
{
	uint64_t once[PRICE_CUT_WORDS] = { 0 }, twice[PRICE_CUT_WORDS] = { 0 };
	int n = 0;

	for (int32_t s = 0; s < col->n; s++) {
		int32_t o = ms->open_of[seq[s]];

		for (int w = 0; o >= 0 && w < PRICE_CUT_WORDS; w++) {
			twice[w] |= once[w] & ms->duals.cuts.of[o][w];
			once[w] |= ms->duals.cuts.of[o][w];
		}
	}
	for (int32_t c = 0; c < ms->duals.cuts.n; c++) {
		if ((twice[c / 64] >> (c % 64) & 1) == 0)
			continue;
		row[n] = ms->cut[c].row;
		value[n++] = 1;
	}
	return n;
}

static int
enter_column(struct master *ms, int32_t c)
{
	const struct column *col = &ms->pool.column[c];
	const int32_t *seq = pool_seq(&ms->pool, c);
	int row[ROWS_PER_COLUMN];
	double value[ROWS_PER_COLUMN];
	int n = 0;

	for (int32_t s = 0; s < col->n; s++) {
		if (ms->open_of[seq[s]] < 0)
			continue;
		row[n] = ms->open_of[seq[s]];
		value[n++] = 1;
	}
	row[n] = ms->opens + col->k;
	value[n++] = 1;
	if (ms->m->counts && col->chosen > 0) {
		row[n] = budget_row(ms);
		value[n++] = col->chosen;
	}
	n += cut_rows(ms, col, seq, row + n, value + n);
	return lp_add_column(ms->lp, (double)col->cents, is_allowed(ms, c) ? -1 : 0, n, row,
	    value);
}

int
master_enter(struct master *ms)
{
	if (ms->pool.columns > ms->columns_max) {
		int32_t more = 2 * ms->pool.columns + 256;
		int *grown = realloc(ms->column, (size_t)more * sizeof(*grown));

		if (grown == NULL)
			return -ENOMEM;
		ms->column = grown;
		ms->columns_max = more;
	}
	for (; ms->columns < ms->pool.columns; ms->columns++) {
		int c = enter_column(ms, ms->columns);

		if (c < 0)
			return c;
		ms->column[ms->columns] = c;
	}
	return 0;
}

static void
apply_technicians(struct master *ms)
{
	for (int32_t k = 0; k < ms->m->p->technicians; k++) {
		bool drives = ms->m->p->technician[k].fixed > 0 || ms->branch.chosen_min[k] > 0;

		lp_set_sense(ms->lp, ms->opens + k, drives ? LP_EQUAL : LP_AT_MOST,
		    ms->count[k] * (ms->eased ? 1 + EASE : 1));
	}
}

void
master_ease(struct master *ms, bool eased)
{
	ms->eased = eased;
	apply_technicians(ms);
}

void
master_apply(struct master *ms)
{
	for (int32_t c = 0; c < ms->columns; c++)
		lp_set_upper(ms->lp, ms->column[c], is_allowed(ms, c) ? -1 : 0);
	for (int32_t o = 0; o < ms->opens; o++)
		if (ms->skip[o] >= 0)
			lp_set_upper(ms->lp, ms->skip[o], ms->branch.must[o] ? 0 : -1);
	apply_technicians(ms);
}

int
master_solve(struct master *ms, int64_t deadline_us)
{
	int64_t left_ms = 0;
	int rc;

	if (deadline_us != 0) {
		left_ms = (deadline_us - clock_us()) / 1000;
		if (left_ms <= 0)
			return -ETIME;
		left_ms = left_ms < INT32_MAX ? left_ms : INT32_MAX;
	}
	rc = lp_solve(ms->lp, (int)left_ms, &ms->pivots);
	if (rc < 0)
		return rc;
	ms->duals.version++;
	for (int32_t o = 0; o < ms->opens; o++)
		ms->duals.call[o] = lp_dual(ms->lp, o);
	for (int32_t k = 0; k < ms->m->p->technicians; k++)
		ms->duals.technician[k] = ms->count[k] > 0 ? lp_dual(ms->lp, ms->opens + k) : 0;
	ms->duals.chosen = ms->m->counts ? lp_dual(ms->lp, budget_row(ms)) : 0;
	for (int32_t c = 0; c < ms->duals.cuts.n; c++)
		ms->duals.cuts.dual[c] = fmin(lp_dual(ms->lp, ms->cut[c].row), 0);
	/* A price above zero is a rounding error: more budget never costs. */
	if (ms->duals.chosen > 0)
		ms->duals.chosen = 0;
	return 0;
}

double
master_value(const struct master *ms)
{
	double value = ms->m->counts ? ms->duals.chosen * ms->m->p->budget : 0;

	for (int32_t o = 0; o < ms->opens; o++)
		value += ms->duals.call[o];
	for (int32_t k = 0; k < ms->m->p->technicians; k++)
		value += ms->duals.technician[k] * ms->count[k];
	for (int32_t c = 0; c < ms->duals.cuts.n; c++)
		value += ms->duals.cuts.dual[c];
	return value;
}

bool
master_short(const struct master *ms)
{
	for (int s = 0; s < ms->spares; s++)
		if (lp_primal(ms->lp, ms->spare + s) > 1e-6)
			return true;
	return false;
}

bool
master_integral(const struct master *ms, bool *take)
{
	int n = master_size(ms);

	for (int c = 0; c < n; c++) {
		double x = lp_primal(ms->lp, c);

		if (x > 1e-6 && x < 1 - 1e-6)
			return false;
		take[c] = x >= 0.5;
	}
	return true;
}

/* The technician who drives a taken column: one of those alike who drives none yet. */
static int32_t
free_technician(const struct master *ms, const struct draft *d, int32_t k)
{
	while (d->route[k].n > 0 && ms->mate[k] >= 0)
		k = ms->mate[k];
	return k;
}

int
master_draft(const struct master *ms, const bool *take, struct draft *d)
{
	int rc = 0;

	for (int32_t k = 0; k < ms->m->p->technicians; k++)
		draft_set(d, k, NULL, 0, 0, 0);
	for (int32_t c = 0; rc == 0 && c < ms->columns; c++) {
		const struct column *col = &ms->pool.column[c];

		if (take[ms->column[c]])
			rc = draft_set(d, free_technician(ms, d, col->k), pool_seq(&ms->pool, c),
			    col->n, col->cents, col->chosen);
	}
	return rc;
}

int
master_cut(struct master *ms, const int32_t open[3])
{
	struct price_cuts *cuts = &ms->duals.cuts;
	int *column = malloc(((size_t)ms->columns + 1) * sizeof(*column));
	double *value = malloc(((size_t)ms->columns + 1) * sizeof(*value));
	int n = 0, row = -ENOMEM;

	if (column == NULL || value == NULL)
		goto out;
	for (int32_t c = 0; c < ms->columns; c++) {
		const int32_t *seq = pool_seq(&ms->pool, c);
		int met = 0;

		for (int32_t s = 0; s < ms->pool.column[c].n; s++) {
			int32_t o = ms->open_of[seq[s]];

			met += o >= 0 && (o == open[0] || o == open[1] || o == open[2]);
		}
		if (met >= 2) {
			column[n] = ms->column[c];
			value[n++] = 1;
		}
	}
	row = lp_add_row_of(ms->lp, LP_AT_MOST, 1, n, column, value);
	if (row < 0)
		goto out;
	ms->cut[cuts->n] = (struct cut){ { open[0], open[1], open[2] }, row };
	for (int i = 0; i < 3; i++)
		cuts->of[open[i]][cuts->n / 64] |= (uint64_t)1 << (cuts->n % 64);
	cuts->n++;
out:
	free(column);
	free(value);
	return row < 0 ? row : 0;
}
