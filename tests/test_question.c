/* SPDX-License-Identifier: Apache-2.0 */
/* Questions: what several events put in doubt becomes one question, and the oldest counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/question.h"

static const struct {
	const char *name;
	int64_t first_us, second_us, is_us;
} asked[] = {
	{ "neither came from an event", 0, 0, 0 },
	{ "only the first did", 50, 0, 50 },
	{ "only the second did", 0, 70, 70 },
	{ "the first is older", 50, 70, 50 },
	{ "the second is older", 70, 50, 50 },
};

static void
test_oldest_counts(void **unused)
{
	static struct question q, more; /* too large for a small stack */

	(void)unused;
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		question_clear(&q);
		question_clear(&more);
		question_call(&more, 3);
		more.any = true;
		q.asked_us = asked[i].first_us;
		more.asked_us = asked[i].second_us;
		question_merge(&q, &more);
		if (q.asked_us != asked[i].is_us)
			fail_msg("%s: %lld", asked[i].name, (long long)q.asked_us);
	}
}

static void
test_merge(void **unused)
{
	static struct question q, more;

	(void)unused;
	question_clear(&q);
	question_clear(&more);
	question_dirty(&q, 1);
	question_focus(&more, 1);
	question_focus(&more, 2);
	question_call(&more, 7);
	question_call(&more, 7);
	more.any = true;
	question_merge(&q, &more);
	assert_true(q.any);
	assert_true(q.dirty[1] && q.dirty[2]);
	assert_int_equal(q.dirties, 2);
	assert_int_equal(q.focuses, 2);
	assert_int_equal(q.calls, 1);
	assert_int_equal(q.call[0], 7);
	/* Nothing asked, nothing merged. */
	question_clear(&more);
	more.tries = 5;
	question_merge(&q, &more);
	assert_int_equal(q.tries, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_oldest_counts),
		cmocka_unit_test(test_merge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
