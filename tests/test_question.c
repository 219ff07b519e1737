/* SPDX-License-Identifier: Apache-2.0 */
/* Questions: what several events put in doubt becomes one question, and the oldest counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/question.h"
#include "tests/state_fixture.h"

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

/* What each event about a promise asks, tried on t1: c1 c2 and t2: c3. */
static const struct {
	const char *name;
	enum event_type type;
	const char *body;
	bool dirty, focus, call, solve; /* t1; t1; c1 */
} asks[] = {
	{ "an ETA that is fine asks nothing", EV_CALL_ANSWERED,
	    "{'call':'c1','version':2,'answer':'accept','by':'customer','technician':'t1'}", false,
	    false, false, false },
	{ "a declined one, for another time, and for who has time now", EV_CALL_ANSWERED,
	    "{'call':'c1','version':2,'answer':'decline','by':'customer','technician':'t1'}", true,
	    true, true, true },
	{ "silence that changes nothing asks nothing", EV_CALL_SILENT,
	    "{'call':'c1','version':2,'released':false,'technician':'t1'}", false, false, false,
	    false },
	{ "silence that releases, as a decline", EV_CALL_SILENT,
	    "{'call':'c1','version':2,'released':true,'technician':'t1'}", true, true, true, true },
	{ "a call for another day, for who has time now", EV_CALL_CARRIED_OVER,
	    "{'call':'c1','version':2,'count':1,'not_before':@86400,'by':'daemon','technician':'t1'}",
	    true, true, false, true },
	{ "a risk asks nothing", EV_PROMISE_AT_RISK,
	    "{'call':'c1','technician':'t1','risk_pct':40,'at_risk':true}", false, false, false,
	    false },
};

static void
test_asks(void **unused)
{
	static struct question q;

	(void)unused;
	for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++) {
		struct state *s = fix_shop();
		struct event *ev;

		fix_plan(s, -1800, "t1: c1 c2; t2: c3");
		ev = event_new(asks[i].type, T0, fix_body(asks[i].body));
		ev->seq = state_seq(s) + 1;
		assert_int_equal(state_apply(s, ev, NULL, 0), 0);
		question_clear(&q);
		question_event(&q, s, ev);
		if (q.dirty[0] != asks[i].dirty || (q.focuses == 1) != asks[i].focus ||
		    (q.calls == 1) != asks[i].call || q.solve != asks[i].solve ||
		    q.any != asks[i].dirty)
			fail_msg("%s: dirty %d, focus %d, calls %d, solve %d", asks[i].name,
			    q.dirty[0], (int)q.focuses, (int)q.calls, q.solve);
		event_free(ev);
		state_free(s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_oldest_counts),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_asks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
