/* SPDX-License-Identifier: Apache-2.0 */
/* Another time that is agreed for a call: what it does to the promise before. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/state_fixture.h"

/* Call c4 has an appointment from 15:00 to 16:00; another time is agreed, and it counts or not. */
static void
test_agreed_anew(void **unused)
{
	static const struct {
		const char *name;
		int64_t at_s; /* from eight on */
		const char *by;
		int32_t repromised;
		bool fault;
	} cases[] = {
		{ "in time, by the shop", 0, "dispatcher:tk1", 0, false },
		{ "in time, by the customer's wish", 0, "customer", 0, true },
		{ "when it was missed", 29000, "dispatcher:tk1", 1, false },
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct state *s = fix_shop();
		const struct call_state *c = fix_call(s, "c4");
		int64_t first = c->told.first_to;

		assert_int_equal(fix_apply(s, cases[i].at_s, EV_CALL_AMENDED,
				     "{'call':'c4','version':2,'anew':true,'status':'planned',"
				     "'terms':{'agreed':{'window':{'from':@30000,'to':@33600},"
				     "'confidence_pct':90}}}"),
		    -EBADMSG);
		fix_must(s, cases[i].at_s, EV_CALL_AMENDED,
		    "{'call':'c4','version':2,'anew':true,'status':'unassigned','by':'%s',"
		    "'terms':{'agreed':{'window':{'from':@30000,'to':@33600},'confidence_pct':90}}}",
		    cases[i].by);
		if (c->told.repromised != cases[i].repromised || c->customer_fault != cases[i].fault)
			fail_msg("%s: %d re-promised", cases[i].name, (int)c->told.repromised);
		assert_false(c->appointment);
		assert_int_equal(c->agreed_pct, 90);
		assert_int_equal(c->answer, ANSWER_ACCEPTED);
		assert_int_equal(c->told.promise_to, T0 + 33600);
		assert_int_equal(c->told.first_to, cases[i].repromised > 0 ? first : T0 + 33600);
		assert_int_equal(state_start_at(c, T0), T0 + 30000);
		fix_sound(s, cases[i].name);
		state_free(s);
	}
}

/* What it replaces may be a place in a route; nobody is on the way. */
static void
test_leaves_its_route(void **unused)
{
	struct state *s = fix_shop();

	(void)unused;
	fix_plan(s, 0, "t1: c1 c2");
	fix_must(s, 0, EV_SHIFT_STARTED,
	    "{'technician':'t1','version':2,'at':@0,'place':{'lat_udeg':41880000,'lon_udeg':-87630000}}");
	fix_must(s, 60, EV_CALL_AMENDED,
	    "{'call':'c1','version':2,'anew':true,'technician':'t1','terms':{'agreed':"
	    "{'window':{'from':@30000,'to':@33600},'confidence_pct':90}}}");
	assert_int_equal(fix_call(s, "c1")->status, CALL_UNASSIGNED);
	assert_int_equal(fix_tech(s, "t1")->stops, 1);
	assert_false(fix_call(s, "c1")->told.any);
	assert_string_equal(state_move(s, state_moves(s) - 1)->call_id, "c1");
	fix_sound(s, "left");
	fix_must(s, 300, EV_STOP_DEPARTED,
	    "{'technician':'t1','call':'c2','version':2,'at':@300,'arrival':@600,'end':@4200}");
	assert_int_equal(fix_apply(s, 300, EV_CALL_AMENDED,
			     "{'call':'c2','version':3,'anew':true,'terms':{}}"),
	    -EPERM);
	state_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_agreed_anew),
		cmocka_unit_test(test_leaves_its_route),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
