/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/focus.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "solver/clock.h"
#include "solver/draft.h"
#include "solver/part.h"

enum {
	TECHS_MIN = 12,      /* fewer are solved as they are */
	BUDGET_MAX = 30,
	OPEN_MAX = 30,       /* calls without a technician */
	SCOPE_FIRST = 8,
	SCOPE_STEP = 4,
	SCOPE_MAX = 20,
	SCOPE_ROUND = 6,     /* of the scopes all over the day */
	LISTS = 3,           /* by price, by detour, by place */
	ROUND_SHARE = 20,    /* one of those gets so small a part of the time, at least ROUND_MS */
	ROUND_MS = 50,
	ROUND_WORK = 100000,
};

struct ranked {
	int64_t cents; /* or seconds */
	int32_t k;
};

struct focus {
	const struct problem *p;
	const struct solve_limits *lim;
	struct model *m;
	struct draft *stay, *best;
	struct route_work w;
	struct part_totals done; /* of all scopes together */
	struct ranked *list[LISTS];
	int32_t listed[LISTS];
	int32_t *scope, scopes;  /* technicians of the scope in the making */
	bool *in;
	bool *changed;           /* technicians whose route is not the stay plan's */
	int64_t start_us, deadline_us;
};

bool
focus_applies(const struct problem *p)
{
	int32_t told = 0, open = p->calls;

	if (p->budget < 0 || p->budget > BUDGET_MAX || p->technicians <= TECHS_MIN)
		return false;
	for (int32_t i = 0; i < p->calls; i++) {
		const struct call *c = &p->call[i];

		if (c->with >= 0 || c->after >= 0)
			return false;
		told += c->told.technician >= 0 || c->told.eta || c->told.promise;
	}
	for (int32_t k = 0; k < p->technicians; k++)
		open -= p->technician[k].currents;
	return open <= OPEN_MAX && told + open >= p->calls * 9 / 10;
}

static bool
is_over(const struct focus *f)
{
	return (f->deadline_us != 0 && clock_us() >= f->deadline_us) ||
	    (f->lim->work > 0 && f->w.steps + f->done.work >= f->lim->work);
}

/* --- who could help --- */

static int
by_cents(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->cents != y->cents)
		return x->cents < y->cents ? -1 : 1;
	return x->k < y->k ? -1 : x->k > y->k;
}

/* What the best place for call i on k's route costs; INT64_MAX if there is none. */
static int
price_insertion(struct focus *f, int32_t k, int32_t i, int64_t *ret)
{
	const struct draft_route *r = &f->stay->route[k];
	struct route_choice choice[ROUTE_CHOICES_MAX];
	int32_t seq[PROBLEM_STOPS_MAX];

	*ret = INT64_MAX;
	if (r->n >= PROBLEM_STOPS_MAX || r->n < f->p->technician[k].fixed)
		return 0;
	for (int32_t pos = f->p->technician[k].fixed; pos <= r->n; pos++) {
		int choices;

		for (int32_t s = 0; s < r->n; s++)
			seq[s < pos ? s : s + 1] = r->seq[s];
		seq[pos] = i;
		choices = route_eval(&f->w, f->m, k, seq, r->n + 1, f->p->budget, choice);
		if (choices < 0)
			return choices;
		if (choices > 0 && choice[0].cents - r->cents < *ret)
			*ret = choice[0].cents - r->cents;
	}
	return 0;
}

/* The least detour over a place, were there time; and how near the route comes to it. */
static void
measure_way(const struct focus *f, int32_t k, int32_t i, int32_t *ret_detour_s, int32_t *ret_near_s)
{
	const struct draft_route *r = &f->stay->route[k];
	int32_t from = model_start_place(f->m, k);

	*ret_detour_s = *ret_near_s = INT32_MAX;
	for (int32_t s = 0; s <= r->n; s++) {
		int32_t to = s < r->n ? r->seq[s] : model_end_place(f->m, k);
		int32_t out_s = model_drive_s(f->m, k, from, i);
		int32_t detour_s = out_s + model_drive_s(f->m, k, i, to) -
		    model_drive_s(f->m, k, from, to);

		if (s >= f->p->technician[k].fixed && detour_s < *ret_detour_s)
			*ret_detour_s = detour_s;
		if (out_s < *ret_near_s)
			*ret_near_s = out_s;
		from = to;
	}
}

/*
 * Ranks everybody for call i: by what it costs him as his route stands, by the detour (he may have
 * to give another call away for it), and by how near he is (he may take what another gives away).
 */
static int
rank(struct focus *f, int32_t i)
{
	for (int l = 0; l < LISTS; l++)
		f->listed[l] = 0;
	for (int32_t k = 0; k < f->p->technicians; k++) {
		int32_t detour_s, near_s;
		int64_t cents = INT64_MAX;
		int rc = 0;

		measure_way(f, k, i, &detour_s, &near_s);
		f->list[2][f->listed[2]++] = (struct ranked){ near_s, k };
		if (!problem_may(f->p, k, i))
			continue;
		f->list[1][f->listed[1]++] = (struct ranked){ detour_s, k };
		rc = price_insertion(f, k, i, &cents);
		if (rc < 0)
			return rc;
		if (cents < INT64_MAX)
			f->list[0][f->listed[0]++] = (struct ranked){ cents, k };
	}
	for (int l = 0; l < LISTS; l++)
		qsort(f->list[l], (size_t)f->listed[l], sizeof(*f->list[l]), by_cents);
	return 0;
}

static void
add(struct focus *f, int32_t k)
{
	if (f->in[k] || f->changed[k])
		return;
	f->in[k] = true;
	f->scope[f->scopes++] = k;
}

/* Takes from the lists by turns, until the scope has so many. */
static void
take(struct focus *f, int32_t until)
{
	int32_t at[LISTS] = { 0 };
	bool more = true;

	while (more && f->scopes < until) {
		more = false;
		for (int l = 0; l < LISTS && f->scopes < until; l++) {
			int32_t before = f->scopes;

			while (at[l] < f->listed[l] && f->scopes == before)
				add(f, f->list[l][at[l]++].k);
			more |= f->scopes > before;
		}
	}
}

static void
clear_scope(struct focus *f)
{
	memset(f->in, 0, (size_t)f->p->technicians * sizeof(*f->in));
	f->scopes = 0;
}

/* The scope of all calls without a technician, with an equal share for each. */
static int
scope_of_open(struct focus *f, int32_t techs)
{
	int32_t opens = 0, rank_n = 0;
	int rc = 0;

	clear_scope(f);
	for (int32_t i = 0; i < f->p->calls; i++)
		opens += f->stay->by[i] < 0;
	for (int32_t i = 0; rc == 0 && i < f->p->calls; i++) {
		if (f->stay->by[i] >= 0)
			continue;
		rc = rank(f, i);
		rank_n++;
		if (rc == 0)
			take(f, techs * rank_n / opens);
	}
	return rc;
}

/* --- one scope --- */

/* The limits of one scope's solve; false if nothing is left. */
static bool
limits_of(const struct focus *f, int64_t share, int64_t ms_min, int64_t work_max,
    struct solve_limits *ret)
{
	int64_t left_us = f->deadline_us - clock_us();

	*ret = *f->lim;
	ret->search = false;
	if (f->deadline_us != 0) {
		ret->time_ms = left_us / share / 1000;
		if (ret->time_ms < ms_min)
			ret->time_ms = ms_min;
		if (ret->time_ms * 1000 > left_us)
			ret->time_ms = left_us / 1000;
		if (ret->time_ms <= 0)
			return false;
	}
	if (f->lim->work > 0) {
		ret->work = f->lim->work - f->w.steps - f->done.work;
		if (ret->work > work_max)
			ret->work = work_max;
		if (ret->work <= 0)
			return false;
	} else if (f->deadline_us == 0) {
		ret->work = work_max;
	}
	return true;
}

/* Solves the scope in the making, with what others leave of the budget. *ret_better tells. */
static int
solve_scope(struct focus *f, const struct solve_limits *lim, bool *ret_better)
{
	struct part part = { .p = f->p, .tech = f->scope, .techs = f->scopes };
	int32_t others = f->best->chosen;
	int64_t cents = f->best->cents;
	int rc;

	for (int32_t t = 0; t < f->scopes; t++)
		others -= f->best->route[f->scope[t]].chosen;
	*ret_better = false;
	if (f->scopes == 0 || others > f->p->budget)
		return 0;
	rc = part_solve(&part, f->best, f->p->budget - others, lim, &f->w, &f->done);
	*ret_better = rc == 0 && f->best->cents < cents;
	return rc == -ETIME || rc == -EINVAL ? 0 : rc;
}

/* The event itself: its scope, wider as long as that pays and there is time. */
static int
solve_open(struct focus *f)
{
	struct solve_limits lim;
	int rc = 0;

	for (int32_t techs = SCOPE_FIRST; rc == 0 && techs <= SCOPE_MAX && !is_over(f);
	    techs += SCOPE_STEP) {
		bool better;

		rc = scope_of_open(f, techs);
		if (rc < 0 || f->scopes == 0 || !limits_of(f, 1, 1, INT64_MAX, &lim))
			break;
		rc = solve_scope(f, &lim, &better);
		if (techs > SCOPE_FIRST && !better)
			break;
	}
	return rc;
}

static void
mark_changed(struct focus *f)
{
	for (int32_t k = 0; k < f->p->technicians; k++) {
		const struct draft_route *a = &f->stay->route[k], *b = &f->best->route[k];

		f->changed[k] = a->n != b->n || (a->n > 0 &&
		    memcmp(a->seq, b->seq, (size_t)a->n * sizeof(*a->seq)) != 0);
	}
}

/* Scopes all over the day, around each technician in turn: what is left of the budget may pay there. */
static int
solve_round(struct focus *f)
{
	int rc = 0;

	for (int32_t k = 0; rc == 0 && k < f->p->technicians && !is_over(f) &&
	    f->best->chosen < f->p->budget; k++) {
		const struct draft_route *r = &f->stay->route[k];
		struct solve_limits lim;
		bool better = false;

		mark_changed(f);
		if (f->changed[k] || r->n == 0 ||
		    !limits_of(f, ROUND_SHARE, ROUND_MS, ROUND_WORK, &lim))
			continue;
		clear_scope(f);
		add(f, k);
		rc = rank(f, r->seq[r->n / 2]);
		f->listed[0] = f->listed[1] = 0; /* by place alone */
		if (rc == 0) {
			take(f, SCOPE_ROUND);
			rc = solve_scope(f, &lim, &better);
		}
	}
	return rc;
}

/* --- the whole --- */

static int
begin(struct focus *f)
{
	size_t n = (size_t)f->p->technicians + 1;
	int rc;

	f->m = model_new(f->p);
	if (f->m == NULL)
		return -ENOMEM;
	f->stay = draft_new(f->m);
	f->best = draft_new(f->m);
	f->scope = calloc(n, sizeof(*f->scope));
	f->in = calloc(n, sizeof(*f->in));
	f->changed = calloc(n, sizeof(*f->changed));
	for (int l = 0; l < LISTS; l++)
		f->list[l] = calloc(n, sizeof(*f->list[l]));
	if (f->stay == NULL || f->best == NULL || f->scope == NULL || f->in == NULL ||
	    f->changed == NULL || f->list[0] == NULL || f->list[1] == NULL || f->list[2] == NULL)
		return -ENOMEM;
	rc = draft_stay(f->stay, &f->w);
	if (rc == 0)
		rc = draft_copy(f->best, f->stay);
	/* Whatever becomes of the time, there is a plan that serves what can be put in. */
	return rc == 0 ? draft_insert(f->best, &f->w) : rc;
}

static void
end(struct focus *f)
{
	for (int l = 0; l < LISTS; l++)
		free(f->list[l]);
	free(f->scope);
	free(f->in);
	free(f->changed);
	draft_free(f->stay);
	draft_free(f->best);
	model_free(f->m);
	route_work_done(&f->w);
}

static int
finish(struct focus *f, struct plan **ret)
{
	struct plan *plan;
	int rc;

	if (!draft_keeps(f->best))
		return -ETIME;
	rc = draft_plan(f->best, &f->w, &plan);
	if (rc < 0)
		return rc;
	plan->stay_cents = f->stay->cents;
	plan->labels = f->done.labels;
	plan->columns = f->done.columns;
	plan->pivots = f->done.pivots;
	plan->nodes = f->done.nodes;
	plan->work = f->w.steps + f->done.work;
	plan->solve_us = clock_us() - f->start_us;
	*ret = plan;
	return 0;
}

int
focus_solve(const struct problem *p, const struct solve_limits *lim, struct plan **ret)
{
	struct focus f = { .p = p, .lim = lim, .start_us = clock_us() };
	int rc;

	if (lim->time_ms > 0)
		f.deadline_us = f.start_us + lim->time_ms * 1000;
	rc = begin(&f);
	if (rc == 0)
		rc = solve_open(&f);
	if (rc == 0)
		rc = solve_round(&f);
	if (rc == 0)
		rc = finish(&f, ret);
	end(&f);
	return rc;
}
