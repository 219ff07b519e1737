/* SPDX-License-Identifier: Apache-2.0 */
/* How quoted promises are counted; and two short days, one after another, against one real daemon. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "sim/season.h"
#include "sim/season_score.h"
#include "tests/sim_fixture.h"

enum { ROWS = 24, TEXT_SIZE = 65536 };

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* --- counting --- */

/* Wilson's intervals, worked out by hand. */
static const struct sum_case {
	const char *name;
	int made, held;
	double held_pct, low_pct, high_pct;
} sums[] = {
	{ "none", 0, 0, 0, 0, 0 },
	{ "one of one", 1, 1, 100, 20.65, 100 },
	{ "none of ten", 10, 0, 0, 0, 27.75 },
	{ "nine of ten", 10, 9, 90, 59.58, 98.21 },
	{ "ninety of a hundred", 100, 90, 90, 82.56, 94.48 },
	{ "nine hundred of a thousand", 1000, 900, 90, 87.98, 91.71 },
};

static void
test_sums(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(sums); i++) {
		const struct sum_case *c = &sums[i];
		struct held h = { 0 };
		struct held_sum s;

		for (int n = 0; n < c->made; n++)
			held_add(&h, 90, n < c->held);
		s = held_sum(&h, 1, SEASON_PCT_MAX);
		if (s.made != c->made || s.held != c->held || fabs(s.held_pct - c->held_pct) > 0.01 ||
		    fabs(s.low_pct - c->low_pct) > 0.01 || fabs(s.high_pct - c->high_pct) > 0.01)
			fail_msg("%s: %.2f %%, %.2f to %.2f", c->name, s.held_pct, s.low_pct,
			    s.high_pct);
	}
}

/* By the confidence that was stated; what was stated is weighed by how many were told so. */
static void
test_ranges(void **unused)
{
	struct held h = { 0 }, more = { 0 };
	struct held_sum s;

	(void)unused;
	held_add(&h, 90, true);
	held_add(&h, 90, false);
	held_add(&more, 96, true);
	held_add(&more, 99, true);
	held_join(&h, &more);
	s = held_sum(&h, 1, 94);
	assert_int_equal(s.made, 2);
	assert_int_equal(s.held, 1);
	assert_true(fabs(s.stated_pct - 90) < 1e-9);
	s = held_sum(&h, 95, SEASON_PCT_MAX);
	assert_int_equal(s.held, 2);
	assert_true(fabs(s.stated_pct - 97.5) < 1e-9);
	s = held_sum(&h, 1, SEASON_PCT_MAX);
	assert_int_equal(s.made, 4);
	assert_int_equal(s.held, 3);
}

/* --- two days --- */

/* The first rows of a day that is in the tree. */
static void
cut_day(const char *name, char path[64])
{
	static char text[TEXT_SIZE];
	const char *src = getenv("EVENKEEL_SRCDIR");
	char from[4096], line[1024];
	FILE *in;

	snprintf(from, sizeof(from), "%s/sim/days/%s", src != NULL ? src : ".", name);
	in = fopen(from, "r");
	if (in == NULL)
		fail_msg("%s cannot be read", from);
	text[0] = '\0';
	for (int i = 0; i <= ROWS && fgets(line, sizeof(line), in) != NULL; i++)
		strncat(text, line, sizeof(text) - strlen(text) - 1);
	fclose(in);
	fixture_file(text, path);
}

static int
count(const json_t *sum, const char *name)
{
	const json_t *v = json_object_get(sum, name);

	assert_true(json_is_integer(v));
	return (int)json_integer_value(v);
}

/* The sums of the result are those of its days: of the one that was not to learn from. */
static void
check_result(const json_t *result)
{
	const json_t *days = json_object_get(result, "by_day");
	const json_t *first = json_array_get(days, 0), *second = json_array_get(days, 1);
	const json_t *all = json_object_get(result, "all");

	assert_int_equal(count(result, "days"), 2);
	assert_int_equal(json_array_size(days), 2);
	assert_true(json_is_false(json_object_get(first, "scored")));
	assert_true(json_is_true(json_object_get(second, "scored")));
	assert_int_equal(count(first, "calls"), ROWS);
	assert_true(count(json_object_get(first, "quoted"), "made") > ROWS / 2);
	assert_int_equal(count(all, "made"), count(json_object_get(second, "quoted"), "made"));
	assert_int_equal(count(all, "held"), count(json_object_get(second, "quoted"), "held"));
	assert_true(count(all, "made") > ROWS / 2);
	assert_true(count(all, "held") > 0 && count(all, "held") <= count(all, "made"));
	assert_int_equal(count(all, "made"),
	    count(json_object_get(result, "below_95"), "made") +
		count(json_object_get(result, "from_95"), "made"));
	assert_true(count(second, "served") > ROWS / 2);
	/* What the daemon counts as held, to learn from, is what its customers saw. */
	assert_int_equal(count(first, "learned_held"), count(json_object_get(first, "quoted"), "held"));
	assert_int_equal(count(second, "learned_held"),
	    count(json_object_get(first, "quoted"), "held") +
	        count(json_object_get(second, "quoted"), "held"));
}

static void
test_two_days(void **unused)
{
	char first[64], second[64], out[64];
	struct options o = { .seed = 3,
		.guideline = { { "background_ms", 0 } },
		.guidelines = 1,
		.technicians = 5,
		.days = 1,
		.train = 1,
		.file = { second },
		.files = 1,
		.quiet = true,
		.bindir = getenv("EVENKEEL_BUILDDIR") };
	volatile int stop = 0;
	json_t *result;

	(void)unused;
	cut_day("boston-2011-08-28.csv", first);
	cut_day("boston-2011-09-21.csv", second);
	fixture_file("", out);
	o.day = first;
	o.json = out;
	assert_int_equal(season_run(&o, &stop), 0);
	result = json_load_file(out, 0, NULL);
	assert_non_null(result);
	check_result(result);
	json_decref(result);
	unlink(first);
	unlink(second);
	unlink(out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sums),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_two_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
