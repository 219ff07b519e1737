/* SPDX-License-Identifier: Apache-2.0 */
/* What is learned of work, drives and windows: how far, how robustly, and from when on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/learn.h"
#include "daemon/normal.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MIDNIGHT INT64_C(1316581200)

static struct guidelines shop; /* as it comes */

static int
set_up(void **unused)
{
	(void)unused;
	guidelines_default(&shop);
	return 0;
}

/* --- a generator of its own, so that a failure repeats --- */

static double
uniform(uint64_t *x)
{
	*x = *x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return ((double)(*x >> 11) + 0.5) / 9007199254740992.0;
}

static double
normal(uint64_t *x)
{
	return normal_at(uniform(x));
}

/* --- helpers --- */

static struct learn *
nothing(void)
{
	struct learn *l = learn_new();

	assert_non_null(l);
	return l;
}

static void
work(struct learn **l, const char *technician, const char *kind, double took_s, int32_t given_s)
{
	assert_int_equal(learn_reserve(l, technician, kind), 0);
	learn_work(*l, technician, kind, (int32_t)(took_s + 0.5), given_s);
}

static void
day(struct learn **l, int64_t n)
{
	assert_int_equal(learn_reserve(l, "", ""), 0);
	learn_day(*l, MIDNIGHT + 86400 * n);
}

/* Typical share of a duration given (given), or seconds. */
static double
typical(const struct learn *l, const char *technician, const char *kind, bool given)
{
	int32_t cases, kind_cases;
	struct learned f =
	    learn_of_work(l, &shop, technician, kind, given ? 3600 : 0, &cases, &kind_cases);

	return exp((double)f.mean / LEARN_MILLION);
}

static double
spread(const struct learn *l, const char *technician, const char *kind)
{
	int32_t cases, kind_cases;
	struct learned f = learn_of_work(l, &shop, technician, kind, 3600, &cases, &kind_cases);

	return sqrt((double)f.variance / LEARN_MILLION);
}

static char *
text(const struct learn *l)
{
	json_t *j = learn_to_json(l);
	char *s = json_dumps(j, JSON_SORT_KEYS | JSON_COMPACT);

	assert_non_null(s);
	json_decref(j);
	return s;
}

static void
assert_near(double is, double want, double off, const char *what)
{
	if (fabs(is - want) > off)
		fail_msg("%s: %g, expected %g +- %g", what, is, want, off);
}

/* --- work --- */

static void
test_nothing_known(void **unused)
{
	struct learn *l = nothing();
	int32_t cases = -1, kind_cases = -1;
	struct learned f = learn_of_work(l, &shop, "t1", "lift", 3600, &cases, &kind_cases);

	(void)unused;
	assert_int_equal(f.cases, 0);
	assert_int_equal(cases, 0);
	assert_int_equal(kind_cases, 0);
	/* What the shop says is the quantile that it plans with. */
	assert_near((double)f.mean / LEARN_MILLION +
	        normal_percentile(shop.plan_quantile_pct) * sqrt((double)f.variance / LEARN_MILLION),
	    0, 1e-5, "log of the planned share");
	learn_free(l);
}

static void
test_in_use_at_midnight(void **unused)
{
	struct learn *l = nothing();
	double before = typical(l, "t1", "lift", true);

	(void)unused;
	for (int i = 0; i < 50; i++)
		work(&l, "t1", "lift", 7200, 3600);
	assert_true(typical(l, "t1", "lift", true) == before);
	assert_int_equal(learn_since(l), 0);
	day(&l, 1);
	assert_int_equal(learn_since(l), MIDNIGHT + 86400);
	assert_near(typical(l, "t1", "lift", true), 2, 0.2, "after fifty cases of twice the time");
	learn_free(l);
}

/* Work that takes a lognormal time around a share of what was given. */
static void
cases(struct learn **l, uint64_t *seed, const char *technician, const char *kind, int n,
    double share, double sd)
{
	for (int i = 0; i < n; i++)
		work(l, technician, kind, 3600 * share * exp(sd * normal(seed)), 3600);
}

static void
test_shrunk(void **unused)
{
	struct learn *l = nothing();
	uint64_t seed = 1;

	(void)unused;
	cases(&l, &seed, "t1", "lift", 200, 1.0, 0.3);
	cases(&l, &seed, "t2", "lift", 2, 2.0, 0.05);
	cases(&l, &seed, "t3", "lift", 200, 2.0, 0.3);
	cases(&l, &seed, "t1", "door", 300, 0.5, 0.3);
	day(&l, 1);
	/* Two cases of eight more: a technician is near the kind, and well below his own cases. */
	assert_true(typical(l, "t2", "lift", true) < 1.65);
	assert_near(typical(l, "t2", "lift", true), typical(l, NULL, "lift", true), 0.25, "two cases");
	assert_near(typical(l, "t1", "lift", true), 1.0, 0.08, "many cases, quick");
	assert_near(typical(l, "t3", "lift", true), 2.0, 0.15, "many cases, slow");
	assert_near(typical(l, "t9", "lift", true), typical(l, NULL, "lift", true), 1e-9, "a new one");
	assert_near(typical(l, NULL, "door", true), 0.5, 0.04, "another kind");
	/* A new kind is like all, and nobody knows it well. */
	assert_true(typical(l, NULL, "roof", true) > 0.5 && typical(l, NULL, "roof", true) < 1.3);
	assert_true(spread(l, NULL, "roof") > 0.5);
	learn_free(l);
}

static void
test_spread(void **unused)
{
	static const double sds[] = { 0.1, 0.2, 0.35, 0.6 };

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(sds); i++) {
		struct learn *l = nothing();
		uint64_t seed = 7 + i;

		cases(&l, &seed, "t1", "lift", 2000, 1.3, sds[i]);
		day(&l, 1);
		assert_near(spread(l, "t1", "lift"), sds[i], 0.1 * sds[i] + 0.01, "spread");
		assert_near(typical(l, "t1", "lift", true), 1.3, 0.1, "typical");
		learn_free(l);
	}
}

/* Times are learned of the kind, whatever durations callers give; shares of what they gave beside it. */
static void
test_given_or_not(void **unused)
{
	struct learn *l = nothing();

	(void)unused;
	for (int i = 0; i < 60; i++) {
		work(&l, "t1", "boiler", 5400, i % 2 == 0 ? 3600 : 0);
		work(&l, "t1", "tap", 1200, 0);
	}
	day(&l, 1);
	assert_near(typical(l, "t1", "boiler", false), 5400, 400, "boiler, not given");
	assert_near(typical(l, "t1", "boiler", true), 1.5, 0.1, "boiler, a share of what was given");
	assert_near(typical(l, "t1", "tap", false), 1200, 150, "tap, not given");
	learn_free(l);
}

/* One absurd case among twenty. */
static void
test_absurd(void **unused)
{
	struct learn *clean = nothing(), *l = nothing();
	uint64_t a = 3, b = 3;
	double off;

	(void)unused;
	cases(&clean, &a, "t1", "lift", 20, 1, 0.3);
	cases(&l, &b, "t1", "lift", 10, 1, 0.3);
	work(&l, "t1", "lift", 12 * 3600, 3600);
	cases(&l, &b, "t1", "lift", 10, 1, 0.3);
	day(&clean, 1);
	day(&l, 1);
	off = log(typical(l, "t1", "lift", true) / typical(clean, "t1", "lift", true));
	assert_true(off > 0);
	/* By itself it would move the mean by log(12) / 21: 12 %. */
	if (off > 0.05)
		fail_msg("moved by %.1f %%", 100 * off);
	learn_free(clean);
	learn_free(l);
}

/* The world changes: what is long past fades. */
static void
test_fades(void **unused)
{
	struct learn *l = nothing();
	uint64_t seed = 5;

	(void)unused;
	cases(&l, &seed, "t1", "lift", 5000, 1, 0.3);
	cases(&l, &seed, "t1", "lift", 2 * LEARN_CASES_MAX, 1.5, 0.3);
	day(&l, 1);
	assert_near(typical(l, "t1", "lift", true), 1.5, 0.12, "after a change");
	learn_free(l);
}

static void
test_drives(void **unused)
{
	struct learn *l = nothing();
	uint64_t seed = 11;
	int32_t cases_n;
	struct learned f;

	(void)unused;
	for (int i = 0; i < 300; i++) {
		assert_int_equal(learn_reserve(&l, i % 2 == 0 ? "t1" : "t2", ""), 0);
		learn_drive(l, i % 2 == 0 ? "t1" : "t2",
		    (int32_t)(1000 * (i % 2 == 0 ? 1.2 : 0.9) * exp(0.12 * normal(&seed))), 1000);
	}
	day(&l, 1);
	f = learn_of_drive(l, &shop, "t1", &cases_n);
	assert_int_equal(cases_n, 150);
	assert_near(exp((double)f.mean / LEARN_MILLION), 1.2, 0.05, "t1");
	assert_near(sqrt((double)f.variance / LEARN_MILLION), 0.12, 0.03, "spread of t1");
	f = learn_of_drive(l, &shop, "t3", &cases_n);
	assert_int_equal(cases_n, 0);
	assert_near(exp((double)f.mean / LEARN_MILLION), 1.04, 0.05, "a new one");
	assert_true(sqrt((double)f.variance / LEARN_MILLION) > 0.15);
	learn_free(l);
}

/* --- bounds, sharing, text --- */

static void
test_bounds(void **unused)
{
	struct learn *l = nothing();
	struct learn_row *rows;
	char kind[32];
	size_t n;

	(void)unused;
	for (int i = 0; i < LEARN_KINDS_MAX + 10; i++) {
		snprintf(kind, sizeof(kind), "k%d", i);
		work(&l, "t1", kind, 7200, 3600);
		work(&l, "t1", "k0", 7200, 3600); /* in use all the time: not forgotten */
	}
	day(&l, 1);
	assert_near(typical(l, NULL, "k1", true), typical(l, NULL, "never seen", true), 1e-9, "k1");
	assert_true(typical(l, NULL, "k1009", true) > typical(l, NULL, "never seen", true));
	assert_true(typical(l, NULL, "k0", true) > typical(l, NULL, "k1009", true));
	assert_int_equal(learn_work_rows(l, &rows, &n), 0);
	/* The pair of a kind that was forgotten has no row of its kind above it. */
	assert_int_equal(n, LEARN_KINDS_MAX + LEARN_KINDS_MAX + 10);
	free(rows);
	learn_free(l);
}

static void
test_pairs_bound(void **unused)
{
	struct learn *l = nothing();
	struct learn_row *rows;
	char technician[32];
	size_t n;

	(void)unused;
	for (int i = 0; i < LEARN_PAIRS_MAX + 3; i++) {
		snprintf(technician, sizeof(technician), "t%d", i);
		work(&l, technician, "lift", 3600, 0);
	}
	day(&l, 1);
	assert_int_equal(learn_work_rows(l, &rows, &n), 0);
	assert_int_equal(n, LEARN_PAIRS_MAX + 1);
	free(rows);
	learn_free(l);
}

/* A copy stays as it was when the other goes on, and the other way round. */
static void
test_copy(void **unused)
{
	struct learn *l = nothing(), *copy;
	char *before, *after;

	(void)unused;
	work(&l, "t1", "lift", 5000, 3600);
	copy = learn_copy(l);
	before = text(copy);
	work(&l, "t2", "lift", 9000, 3600);
	day(&l, 1);
	after = text(copy);
	assert_string_equal(before, after);
	free(after);
	work(&copy, "t2", "lift", 9000, 3600);
	day(&copy, 1);
	free(before);
	before = text(l);
	after = text(copy);
	assert_string_equal(before, after);
	free(before);
	free(after);
	learn_free(copy);
	learn_free(l);
}

static void
test_text(void **unused)
{
	struct learn *l = nothing(), *back = NULL;
	uint64_t seed = 9;
	char *was, *is;
	json_t *j;

	(void)unused;
	cases(&l, &seed, "t2", "lift", 5, 1, 0.3);
	cases(&l, &seed, "t1", "", 5, 1, 0.3);
	day(&l, 1);
	cases(&l, &seed, "t1", "door", 5, 1, 0.3);
	learn_drive(l, "t1", 900, 800);
	learn_promise(l, 90, 1000, false);
	was = text(l);
	j = learn_to_json(l);
	assert_int_equal(learn_from_json(j, &back), 0);
	is = text(back);
	assert_string_equal(is, was);
	/* The two go on alike. */
	cases(&l, &(uint64_t){ 4 }, "t3", "door", 3, 1, 0.3);
	cases(&back, &(uint64_t){ 4 }, "t3", "door", 3, 1, 0.3);
	free(was);
	free(is);
	was = text(l);
	is = text(back);
	assert_string_equal(is, was);
	json_decref(j);
	free(was);
	free(is);
	learn_free(back);
	learn_free(l);
}

static const struct bad_case {
	const char *name, *member, *value;
} bad_cases[] = {
	{ "no list", "kinds", "{}" },
	{ "a short row", "kinds", "[[\"\",\"lift\",1]]" },
	{ "a row without a name", "pairs", "[[1,\"lift\",1,0,0,0,0,0,0,0,0,0,0,0,0]]" },
	{ "a negative variance", "road", "[\"\",\"\",1,1,0,-1,0,0,0,0,0,0,0,0,0]" },
	{ "more held than quoted", "held", "7" },
	{ "a shift beyond all", "shift", "9000000" },
	{ "a kind twice", "kinds",
	    "[[\"\",\"a\",1,0,0,0,0,0,0,0,0,0,0,0,0],[\"\",\"a\",1,0,0,0,0,0,0,0,0,0,0,0,0]]" },
};

static void
test_bad_text(void **unused)
{
	struct learn *l = nothing(), *back;

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(bad_cases); i++) {
		const struct bad_case *c = &bad_cases[i];
		json_t *j = learn_to_json(l);

		json_object_set_new(j, c->member, json_loads(c->value, JSON_DECODE_ANY, NULL));
		back = NULL;
		if (learn_from_json(j, &back) >= 0 || back != NULL)
			fail_msg("%s: taken", c->name);
		json_decref(j);
	}
	learn_free(l);
}

/* --- windows --- */

/*
 * A world where windows drawn at a level hold as often as if they had been drawn off by so many
 * deviations; promises settle `lag` promises later.
 */
static const struct world_case {
	const char *name;
	double off, drift; /* deviations; drift: over the whole time */
	int lag;
} worlds[] = {
	{ "as the model says", 0, 0, 0 },
	{ "windows too narrow", 0.6, 0, 0 },
	{ "windows too wide", -0.6, 0, 0 },
	{ "much too narrow, and settled days later", 0.9, 0, 300 },
	{ "drifting", -0.3, 0.9, 100 },
};

enum { LAG_MAX = 512, PROMISES = 4000, TRAINING = 600 };

/* Share held, percent, after the training. */
static double
play(const struct world_case *w, int32_t pct, uint64_t seed)
{
	struct learn *l = nothing();
	int64_t shift[LAG_MAX];
	bool holds[LAG_MAX];
	int held = 0, counted = 0;

	for (int i = 0; i < PROMISES + w->lag; i++) {
		int at = i % LAG_MAX, old = (i + LAG_MAX - w->lag) % LAG_MAX;

		if (i < PROMISES) {
			double off = w->off + w->drift * i / PROMISES;
			double chance = normal_below(normal_at(learn_level(l, pct / 100.0)) - off);

			shift[at] = learn_shift(l);
			holds[at] = uniform(&seed) < chance;
			held += i >= TRAINING && holds[at];
			counted += i >= TRAINING;
		}
		if (i >= w->lag)
			learn_promise(l, pct, shift[old], holds[old]);
	}
	learn_free(l);
	return 100.0 * held / counted;
}

static void
test_windows_hold(void **unused)
{
	static const int32_t pcts[] = { 80, 90, 95 };

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(worlds); i++) {
		for (size_t k = 0; k < ARRAY_LEN(pcts); k++) {
			double held = play(&worlds[i], pcts[k], 17 + i);

			if (fabs(held - pcts[k]) > 2.5)
				fail_msg("%s: %.1f %% of promises quoted at %d %%", worlds[i].name, held,
				    pcts[k]);
		}
	}
}

/* The level of a chance rises with the promises that were missed, and has an end. */
static void
test_level(void **unused)
{
	struct learn *l = nothing();
	int64_t held;

	(void)unused;
	assert_near(learn_level(learn_nothing(), 0.9), 0.9, 1e-9, "not learning");
	assert_near(learn_level(l, 0.9), normal_below(normal_at(0.9) + 0.2), 1e-9, "to begin with");
	for (int i = 0; i < 30; i++)
		learn_promise(l, 90, learn_shift(l), i % 2 == 0);
	assert_true(learn_level(l, 0.9) > 0.95);
	assert_int_equal(learn_promises(l, &held), 30);
	assert_int_equal(held, 15);
	for (int i = 0; i < 3000; i++)
		learn_promise(l, 90, learn_shift(l), false);
	assert_int_equal(learn_shift(l), LEARN_SHIFT_MAX);
	assert_true(learn_level(l, 0.99) < 1);
	learn_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_known),
		cmocka_unit_test(test_in_use_at_midnight),
		cmocka_unit_test(test_shrunk),
		cmocka_unit_test(test_spread),
		cmocka_unit_test(test_given_or_not),
		cmocka_unit_test(test_absurd),
		cmocka_unit_test(test_fades),
		cmocka_unit_test(test_drives),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_pairs_bound),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_bad_text),
		cmocka_unit_test(test_windows_hold),
		cmocka_unit_test(test_level),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
