/* SPDX-License-Identifier: Apache-2.0 */
/* Typed reading: values, defaults, and one sticky refusal. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/params.h"

static const char text[] =
    "{\"s\":\"x\",\"i\":7,\"b\":true,\"lat\":42.3600825,\"lon\":-71.06,"
    "\"far\":1e9,\"at\":\"1970-01-01T01:00:00+00:30\",\"never\":\"asap\","
    "\"w\":{\"from\":\"1970-01-01T00:00:00Z\","
    "\"to\":\"1970-01-01T01:00:00Z\"},"
    "\"empty\":{\"from\":\"1970-01-01T01:00:00Z\","
    "\"to\":\"1970-01-01T01:00:00Z\"},"
    "\"half\":{\"from\":\"1970-01-01T01:00:00Z\"},\"list\":[1]}";

static json_t *object;

static int
set_up(void **unused)
{
	(void)unused;
	object = json_loads(text, 0, NULL);
	return object != NULL ? 0 : -1;
}

static int
tear_down(void **unused)
{
	(void)unused;
	json_decref(object);
	return 0;
}

static void
test_values(void **unused)
{
	struct params p;
	int64_t from = 0, to = 0;

	(void)unused;
	params_init(&p, object);
	assert_true(params_has(&p, "s"));
	assert_false(params_has(&p, "none"));
	assert_string_equal(params_str(&p, "s", "d"), "x");
	assert_int_equal(params_int(&p, "i", 1), 7);
	assert_true(params_bool(&p, "b", false));
	assert_int_equal(params_udeg(&p, "lat", 0), 42360083);
	assert_int_equal(params_udeg(&p, "lon", 0), -71060000);
	assert_int_equal(params_when(&p, "at", 0), 1800);
	assert_true(params_window(&p, "w", &from, &to));
	assert_int_equal(from, 0);
	assert_int_equal(to, 3600);
	assert_int_equal(json_array_size(params_get(&p, "list")), 1);
	assert_false(p.failed);
}

static void
test_defaults(void **unused)
{
	const json_t *objects[] = { NULL, object };

	(void)unused;
	for (size_t i = 0; i < 2; i++) {
		struct params p;
		int64_t from = 1, to = 2;

		params_init(&p, objects[i]);
		assert_string_equal(params_str(&p, "none", "d"), "d");
		assert_null(params_str(&p, "none", NULL));
		assert_int_equal(params_int(&p, "none", 5), 5);
		assert_true(params_bool(&p, "none", true));
		assert_int_equal(params_udeg(&p, "none", 9), 9);
		assert_int_equal(params_when(&p, "none", -1), -1);
		assert_false(params_window(&p, "none", &from, &to));
		assert_int_equal(from, 1);
		assert_int_equal(to, 2);
		assert_null(params_get(&p, "none"));
		assert_null(params_get(&p, "s"));
		assert_false(p.failed);
	}
}

static const struct refused_case {
	const char *name;
	const char *member;
	const char *expected;
	const char *got;
} refused_cases[] = {
	{ "never", "never", "a time like 2026-03-12T09:00:00+01:00", "\"asap\"" },
	{ "i", "i", "a time like 2026-03-12T09:00:00+01:00", "7" },
	{ "empty", "empty.to", "a time after empty.from, 1970-01-01T01:00:00Z",
	    "1970-01-01T01:00:00Z" },
	{ "half", "half.to", "a time like 2026-03-12T09:00:00+01:00", "nothing" },
	{ "far", "far", "degrees from -180 to 180", "1000000000.0" },
};

static void
test_refusals(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(refused_cases) / sizeof(refused_cases[0]); i++) {
		const struct refused_case *c = &refused_cases[i];
		int64_t from = 1, to = 2;
		struct params p;

		params_init(&p, object);
		if (strcmp(c->name, "far") == 0)
			params_udeg(&p, c->name, 0);
		else if (strcmp(c->name, "empty") == 0 || strcmp(c->name, "half") == 0)
			assert_false(params_window(&p, c->name, &from, &to));
		else
			assert_int_equal(params_when(&p, c->name, 9), 9);
		if (!p.failed || strcmp(p.refusal.member, c->member) != 0 ||
		    strcmp(p.refusal.expected, c->expected) != 0 ||
		    strcmp(p.refusal.got, c->got) != 0)
			fail_msg("%s: %s: %s, not %s", c->name, p.refusal.member, p.refusal.expected,
			    p.refusal.got);
		assert_int_equal(from, 1);
	}
}

/* After the first refusal every read gives its default, and no second one replaces it. */
static void
test_sticky(void **unused)
{
	struct params p;

	(void)unused;
	params_init(&p, object);
	p.path = "shift.";
	params_when(&p, "never", 0);
	assert_string_equal(p.refusal.member, "shift.never");
	assert_int_equal(params_int(&p, "i", 1), 1);
	assert_string_equal(params_str(&p, "s", "d"), "d");
	assert_int_equal(params_when(&p, "at", 3), 3);
	params_refuse(&p, "other", "something else", NULL);
	assert_string_equal(p.refusal.member, "shift.never");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_sticky),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
