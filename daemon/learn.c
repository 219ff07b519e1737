/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/learn.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/learn_impl.h"
#include "daemon/normal.h"

#define CLIP 2.5         /* deviations: a case farther out pulls no harder */
#define CLIPPED 0.9756   /* of a normal variance is left after it */
#define CASE_SD 0.5      /* what is taken for the deviation before there are cases ... */
#define CASE_PRIOR 4     /* ... and how many of them weigh as much */
#define GIVEN_SD 0.35    /* of the logarithm of a time on site, before anything was learned */
#define TIME_SD 0.5      /* the same where no duration was given */
#define DRIVE_SD 0.15
#define RATIO_MAX 100.0  /* what is farther out is an error of who pressed the button */
/* Deviations by which one promise moves the shift, at most: more for the first ones. */
#define SHIFT_STEP 0.12
#define SHIFT_STEP_FIRST 0.25
#define SHIFT_FIRST 20 /* promises */
#define SHIFT_START 200000 /* millionths: days bring urgent calls that no plan knows of */
#define LEVEL_MIN 0.01
#define LEVEL_MAX 0.998

static int64_t
millionths(double x)
{
	return llround(x * LEARN_MILLION);
}

static double
units(int64_t x)
{
	return (double)x / LEARN_MILLION;
}

/* --- beginning and end --- */

struct learn *
learn_new(void)
{
	struct learn *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->refs = 1;
	l->shift = SHIFT_START;
	l->kinds.max = LEARN_KINDS_MAX;
	l->pairs.max = LEARN_PAIRS_MAX;
	l->drivers.max = LEARN_DRIVERS_MAX;
	return l;
}

const struct learn *
learn_nothing(void)
{
	static const struct learn nothing;

	return &nothing;
}

void
learn_free(struct learn *l)
{
	if (l == NULL || --l->refs > 0)
		return;
	learn_shelf_done(&l->kinds);
	learn_shelf_done(&l->pairs);
	learn_shelf_done(&l->drivers);
	free(l);
}

struct learn *
learn_copy(struct learn *l)
{
	l->refs++;
	return l;
}

/* A copy of its own for who shares it. */
static int
part(struct learn **l)
{
	struct learn *own;
	int rc;

	if ((*l)->refs == 1)
		return 0;
	own = malloc(sizeof(*own));
	if (own == NULL)
		return -ENOMEM;
	*own = **l;
	own->refs = 1;
	own->kinds = own->pairs = own->drivers = (struct learn_shelf){ 0 };
	rc = learn_shelf_copy(&(*l)->kinds, &own->kinds);
	if (rc == 0)
		rc = learn_shelf_copy(&(*l)->pairs, &own->pairs);
	if (rc == 0)
		rc = learn_shelf_copy(&(*l)->drivers, &own->drivers);
	if (rc < 0) {
		learn_free(own);
		return rc;
	}
	learn_free(*l);
	*l = own;
	return 0;
}

int
learn_reserve(struct learn **l, const char *technician, const char *kind)
{
	int rc = part(l);

	if (rc == 0 && learn_shelf_find(&(*l)->kinds, "", kind) == NULL)
		rc = learn_shelf_reserve(&(*l)->kinds);
	if (rc == 0 && learn_shelf_find(&(*l)->pairs, technician, kind) == NULL)
		rc = learn_shelf_reserve(&(*l)->pairs);
	if (rc == 0 && learn_shelf_find(&(*l)->drivers, technician, "") == NULL)
		rc = learn_shelf_reserve(&(*l)->drivers);
	return rc;
}

/* --- counting --- */

static double
within(double x, double most)
{
	return x > most ? most : x < -most ? -most : x;
}

/*
 * One more case: Welford's running mean and variance, of what is left of it after clipping. The first
 * one is clipped around what was expected.
 */
static void
count(struct learned *f, double x, double expected)
{
	double mean = f->cases > 0 ? units(f->mean) : expected, variance = units(f->variance);
	double n = f->cases < LEARN_CASES_MAX ? (double)f->cases : LEARN_CASES_MAX - 1;
	double sd = sqrt((n * variance + CASE_PRIOR * CASE_SD * CASE_SD) / (n + CASE_PRIOR));
	double off = within(x - mean, CLIP * sd);

	mean += off / (n + 1);
	variance += (off * (off - off / (n + 1)) / CLIPPED - variance) / (n + 1);
	f->cases++;
	f->mean = millionths(mean);
	f->variance = millionths(variance);
}

static double
log_ratio(int32_t took_s, int32_t of_s)
{
	double ratio = (double)(took_s > 1 ? took_s : 1) / (of_s > 1 ? of_s : 1);

	ratio = ratio > RATIO_MAX ? RATIO_MAX : ratio < 1 / RATIO_MAX ? 1 / RATIO_MAX : ratio;
	return log(ratio);
}

void
learn_work(struct learn *l, const char *technician, const char *kind, int32_t took_s,
    int32_t given_s)
{
	struct learn_entry *e[3];
	double time = log(took_s > 1 ? took_s : 1), given = log_ratio(took_s, given_s);

	assert(l->refs == 1);
	e[0] = &l->all;
	e[1] = learn_shelf_put(&l->kinds, "", kind);
	e[2] = learn_shelf_put(&l->pairs, technician, kind);
	l->cases++;
	/* From the narrowest to the widest group, which says what is expected in it. */
	for (int i = 2; i >= 0; i--) {
		const struct learn_entry *wider = i > 0 && e[i - 1]->time.now.cases > 0 ? e[i - 1] : e[0];
		bool first = wider->time.now.cases == 0;

		e[i]->last = l->cases;
		count(&e[i]->time.now, time, first ? time : units(wider->time.now.mean));
		if (given_s > 0)
			count(&e[i]->given.now, given, units(wider->given.now.mean));
	}
}

void
learn_drive(struct learn *l, const char *technician, int32_t took_s, int32_t model_s)
{
	struct learn_entry *e[2];

	assert(l->refs == 1);
	e[0] = &l->road;
	e[1] = learn_shelf_put(&l->drivers, technician, "");
	l->cases++;
	for (int i = 0; i < 2; i++) {
		e[i]->last = l->cases;
		count(&e[i]->time.now, log_ratio(took_s, model_s), 0);
	}
}

/*
 * The chance that this promise would have with today's shift, had it been stated with it, against
 * what came of it: a step along the gradient, and none on average once the two agree.
 */
void
learn_promise(struct learn *l, int32_t pct, int64_t shift, bool held)
{
	double step = SHIFT_STEP + SHIFT_STEP_FIRST / (1 + (double)l->quoted / SHIFT_FIRST);
	double chance = pct < 1 ? 0.01 : pct > 99 ? 0.99 : pct / 100.0;
	int64_t to;

	assert(l->refs == 1);
	chance = normal_below(normal_at(chance) + units(shift - l->shift));
	to = l->shift + millionths(step * (chance - (held ? 1 : 0)));
	l->shift = to > LEARN_SHIFT_MAX ? LEARN_SHIFT_MAX : to < LEARN_SHIFT_MIN ? LEARN_SHIFT_MIN :
	                                                                           to;
	l->quoted++;
	l->held += held ? 1 : 0;
}

static void
shelf_day(struct learn_shelf *sh)
{
	for (int32_t i = 0; i < sh->n; i++) {
		sh->entry[i]->time.used = sh->entry[i]->time.now;
		sh->entry[i]->given.used = sh->entry[i]->given.now;
	}
}

void
learn_day(struct learn *l, int64_t midnight)
{
	assert(l->refs == 1);
	shelf_day(&l->kinds);
	shelf_day(&l->pairs);
	shelf_day(&l->drivers);
	l->all.time.used = l->all.time.now;
	l->all.given.used = l->all.given.now;
	l->road.time.used = l->road.time.now;
	l->since = midnight;
}

/* --- what is in use --- */

/* Mean and variance on the way from the widest group to the narrowest. */
struct belief {
	double mean, variance, weight; /* weight: cases behind the mean, with the prior's */
};

static void
narrow(struct belief *b, const struct learned *f, double prior)
{
	double n, share;

	if (f == NULL || f->cases == 0)
		return;
	n = f->cases < LEARN_CASES_MAX ? (double)f->cases : LEARN_CASES_MAX;
	share = n / (n + prior);
	b->mean += share * (units(f->mean) - b->mean);
	b->variance += share * (units(f->variance) - b->variance);
	b->weight = n + prior;
}

/* The next case varies around a mean that is itself not known for sure. */
static struct learned
settle(const struct belief *b, int64_t cases)
{
	return (struct learned){
		.cases = cases,
		.mean = millionths(b->mean),
		.variance = millionths(b->variance * (1 + 1 / b->weight)),
	};
}

static int32_t
number(const struct learned *f)
{
	return f == NULL ? 0 : f->cases < INT32_MAX ? (int32_t)f->cases : INT32_MAX;
}

/* The shop's own figure is taken for the quantile that it plans with. */
static struct belief
shop_says(const struct guidelines *g, double log_of, double sd)
{
	return (struct belief){
		.mean = log_of - normal_percentile(g->plan_quantile_pct) * sd,
		.variance = sd * sd,
		.weight = INFINITY,
	};
}

struct learned
learn_of_work(const struct learn *l, const struct guidelines *g, const char *technician,
    const char *kind, int32_t given_s, int32_t *ret_cases, int32_t *ret_kind_cases)
{
	bool given = given_s > 0;
	const struct learned *all = given ? &l->all.given.used : &l->all.time.used;
	const struct learn_entry *k = NULL, *p = NULL;
	const struct learned *of_kind, *of_pair;
	struct belief b;

	k = learn_shelf_find(&l->kinds, "", kind);
	if (technician != NULL)
		p = learn_shelf_find(&l->pairs, technician, kind);
	of_kind = k == NULL ? NULL : given ? &k->given.used : &k->time.used;
	of_pair = p == NULL ? NULL : given ? &p->given.used : &p->time.used;
	b = given ? shop_says(g, 0, GIVEN_SD) : shop_says(g, log(g->duration_routine_s), TIME_SD);
	narrow(&b, all, g->learn_prior_cases);
	narrow(&b, of_kind, g->learn_prior_cases);
	narrow(&b, of_pair, g->learn_prior_cases);
	*ret_kind_cases = number(of_kind);
	*ret_cases = number(of_pair);
	return settle(&b, all->cases);
}

struct learned
learn_of_drive(const struct learn *l, const struct guidelines *g, const char *technician,
    int32_t *ret_cases)
{
	const struct learn_entry *d = NULL;
	struct belief b = { 0, DRIVE_SD * DRIVE_SD, INFINITY };

	if (technician != NULL)
		d = learn_shelf_find(&l->drivers, technician, "");
	narrow(&b, &l->road.time.used, g->learn_prior_cases);
	narrow(&b, d == NULL ? NULL : &d->time.used, g->learn_prior_cases);
	*ret_cases = number(d == NULL ? NULL : &d->time.used);
	return settle(&b, l->road.time.used.cases);
}

int64_t
learn_shift(const struct learn *l)
{
	return l->shift;
}

static double
share(double x)
{
	return x < LEVEL_MIN ? LEVEL_MIN : x > LEVEL_MAX ? LEVEL_MAX : x;
}

double
learn_level(const struct learn *l, double chance)
{
	return share(normal_below(normal_at(share(chance)) + units(l->shift)));
}

int64_t
learn_promises(const struct learn *l, int64_t *ret_held)
{
	*ret_held = l->held;
	return l->quoted;
}

int64_t
learn_since(const struct learn *l)
{
	return l->since;
}

/* --- rows --- */

static struct learn_row
row_of(const struct learn_entry *e, const char *technician)
{
	return (struct learn_row){
		.technician = technician,
		.kind = e->kind,
		.time = e->time.used,
		.given = e->given.used,
		.newer = e->time.now.cases - e->time.used.cases,
	};
}

/* Those of a list, that of all of its kind (whole) before the first of the kind. */
static size_t
rows_put(const struct learn_entry *const *list, int32_t n, const struct learn_shelf *whole,
    struct learn_row *ret)
{
	size_t rows = 0;

	for (int32_t i = 0; i < n; i++) {
		const struct learn_entry *k = whole == NULL ? NULL :
		                                              learn_shelf_find(whole, "", list[i]->kind);

		if (k != NULL && (rows == 0 || strcmp(ret[rows - 1].kind, k->kind) != 0))
			ret[rows++] = row_of(k, NULL);
		ret[rows++] = row_of(list[i], list[i]->technician);
	}
	return rows;
}

int
learn_work_rows(const struct learn *l, struct learn_row **ret, size_t *ret_n)
{
	struct learn_row *rows = malloc(((size_t)l->pairs.n * 2 + 1) * sizeof(*rows));
	const struct learn_entry **list = NULL;
	int rc = rows == NULL ? -ENOMEM : learn_shelf_sorted(&l->pairs, &list);

	if (rc == 0) {
		*ret_n = rows_put(list, l->pairs.n, &l->kinds, rows);
		*ret = rows;
		rows = NULL;
	}
	free(rows);
	free(list);
	return rc;
}

int
learn_drive_rows(const struct learn *l, struct learn_row **ret, size_t *ret_n)
{
	struct learn_row *rows = malloc(((size_t)l->drivers.n + 1) * sizeof(*rows));
	const struct learn_entry **list = NULL;
	size_t all = l->road.time.now.cases > 0 ? 1 : 0;
	int rc = rows == NULL ? -ENOMEM : learn_shelf_sorted(&l->drivers, &list);

	if (rc == 0) {
		rows[0] = row_of(&l->road, NULL);
		*ret_n = all + rows_put(list, l->drivers.n, NULL, rows + all);
		*ret = rows;
		rows = NULL;
	}
	free(rows);
	free(list);
	return rc;
}
