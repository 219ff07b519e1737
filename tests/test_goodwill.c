/* SPDX-License-Identifier: Apache-2.0 */
/* What is owed to whom: offers by event and contract, and what lapses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/follow.h"
#include "daemon/goodwill.h"
#include "tests/state_fixture.h"

/*
 * The shop of the fixture, and: tm (time and materials), fs (full service), none (no contract), in
 * (time and materials, but wanted inside), all due at 16:00, and appt (full service, 09:00 to 10:00).
 */
static struct state *
shop(void)
{
	static const struct {
		const char *call, *more;
	} calls[] = {
		{ "tm", "'due':@28800,'contract':'time_and_materials'" },
		{ "fs", "'due':@28800,'contract':'full_service'" },
		{ "none", "'due':@28800" },
		{ "in", "'due':@28800,'contract':'time_and_materials','origin':'inside'" },
		{ "appt", "'appointment':{'from':@3600,'to':@7200},'contract':'full_service'" },
	};
	struct state *s = fix_shop();

	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		fix_must(s, -3600, EV_CALL_BOOKED, "{'call':'%s','terms':{'customer':'Acme',"
		    "'site':{'lat_udeg':41890000,'lon_udeg':-87630000},'needs':[],'severity':'routine',"
		    "'opened':@-3600,'duration_s':3600,'difficulty':0,%s}}", calls[i].call,
		    calls[i].more);
	return s;
}

static const struct offer_case {
	const char *name;
	enum event_type type;
	const char *body;
	const char *offers; /* "form cents cause: text", a line each */
} cases[] = {
	{ "another window than promised", EV_PLAN_REVISED,
	    "{'told':[{'call':'tm','arrival':@10800,'promise':{'from':@9000,'to':@14400},"
	    "'previous_promise':{'from':@3600,'to':@9000}}]}",
	    "free_labour 9000 promise_broken: Promised 09:00 to 10:30, now 10:30 to 12:00: free labour "
	    "worth 90.00 USD\n" },
	{ "the same under full service", EV_PLAN_REVISED,
	    "{'told':[{'call':'fs','arrival':@10800,'promise':{'from':@9000,'to':@14400},"
	    "'previous_promise':{'from':@3600,'to':@9000}}]}",
	    "discount 5000 promise_broken: Promised 09:00 to 10:30, now 10:30 to 12:00: 50.00 USD off "
	    "the next invoice\n" },
	{ "without a contract", EV_PLAN_REVISED,
	    "{'told':[{'call':'none','arrival':@10800,'promise':{'from':@9000,'to':@14400},"
	    "'previous_promise':{'from':@3600,'to':@9000}}]}", "" },
	{ "for somebody inside", EV_PLAN_REVISED,
	    "{'told':[{'call':'in','arrival':@10800,'promise':{'from':@9000,'to':@14400},"
	    "'previous_promise':{'from':@3600,'to':@9000}}]}", "" },
	{ "a first telling keeps every promise", EV_PLAN_REVISED,
	    "{'told':[{'call':'tm','arrival':@10800,'promise':{'from':@9000,'to':@14400},"
	    "'first':true}]}", "" },
	{ "told too late for the deadline", EV_PLAN_REVISED,
	    "{'told':[{'call':'fs','arrival':@30600,'promise':{'from':@28800,'to':@34200},"
	    "'first':true}]}",
	    "discount 5000 deadline_not_met: Needed by 16:00, planned for 16:30: 50.00 USD off the "
	    "next invoice\n" },
	{ "two in one revision have ids of their own", EV_PLAN_REVISED,
	    "{'told':[{'call':'tm','arrival':@30600},{'call':'fs','arrival':@30600}]}",
	    "free_labour 9000 deadline_not_met: Needed by 16:00, planned for 16:30: free labour worth "
	    "90.00 USD\n"
	    "discount 5000 deadline_not_met: Needed by 16:00, planned for 16:30: 50.00 USD off the "
	    "next invoice\n" },
	{ "came in time", EV_STOP_ARRIVED, "{'technician':'t1','call':'appt','at':@7200}", "" },
	{ "came after the window", EV_STOP_ARRIVED, "{'technician':'t1','call':'appt','at':@7260}",
	    "discount 5000 promise_broken: Promised 09:00 to 10:00, the work began at 10:01: 50.00 USD "
	    "off the next invoice\n" },
	{ "came to whom nothing was promised", EV_STOP_ARRIVED,
	    "{'technician':'t1','call':'tm','at':@7260}", "" },
	{ "carried over", EV_CALL_CARRIED_OVER,
	    "{'call':'appt','not_before':@57600,'promise':{'from':@86400,'to':@90000},"
	    "'previous_promise':{'from':@3600,'to':@7200}}",
	    "discount 5000 carried_over: Promised 09:00 to 10:00, carried over to 08:00 to 09:00 on "
	    "2011-09-22: 50.00 USD off the next invoice\n" },
	{ "carried over, to be agreed", EV_CALL_CARRIED_OVER,
	    "{'call':'appt','not_before':@57600,'previous_promise':{'from':@3600,'to':@7200}}",
	    "discount 5000 carried_over: Promised 09:00 to 10:00, carried over to a time to be agreed: "
	    "50.00 USD off the next invoice\n" },
	{ "no promise, but anything else", EV_CALL_BOOKED, "{'call':'tm'}", "" },
};

/* What follows, in the words of the table; each id once. */
static void
offers_text(const struct follow_list *list, char *text, size_t size)
{
	size_t n = 0;

	text[0] = '\0';
	for (size_t i = 0; i < list->events; i++) {
		const json_t *b = list->event[i]->body;

		assert_int_equal(list->event[i]->type, EV_GOODWILL_PROPOSED);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(json_string_value(json_object_get(b, "goodwill")),
			    json_string_value(json_object_get(list->event[j]->body, "goodwill")));
		assert_string_equal(json_string_value(json_object_get(b, "customer")), "Acme");
		n += (size_t)snprintf(text + n, size - n, "%s %d %s: %s\n",
		    json_string_value(json_object_get(b, "form")),
		    (int)json_integer_value(json_object_get(b, "cents")),
		    json_string_value(json_object_get(b, "cause")),
		    json_string_value(json_object_get(b, "text")));
	}
}

static void
test_offers(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct state *s = shop();
		struct event *ev = event_new(cases[i].type, T0, fix_body(cases[i].body));
		struct follow_list list = { 0 };
		char text[1000];

		assert_non_null(ev);
		assert_int_equal(goodwill_follow(s, ev, &list), 0);
		offers_text(&list, text, sizeof(text));
		if (strcmp(text, cases[i].offers) != 0)
			fail_msg("%s: expected %s, got %s", cases[i].name, cases[i].offers, text);
		follow_done(&list);
		event_free(ev);
		state_free(s);
	}
}

/* Applies what follows from a body; how much that was. */
static size_t
followed(struct state *s, int64_t at_s, enum event_type type, const char *body)
{
	struct event *ev = event_new(type, T0 + at_s, fix_body(body));
	struct follow_list list = { 0 };
	size_t n;

	assert_non_null(ev);
	assert_int_equal(goodwill_follow(s, ev, &list), 0);
	for (size_t i = 0; i < list.events; i++)
		if (fix_apply_json(s, at_s, list.event[i]->type, json_incref(list.event[i]->body)) < 0)
			fail_msg("%s", fix_why);
	n = list.events;
	follow_done(&list);
	event_free(ev);
	return n;
}

static const char late_body[] = "{'technician':'t1','call':'appt','at':@7260}";

/* A second broken promise of the same call is not paid again; nor reckoned with by the plan. */
static void
test_one_offer_a_call(void **unused)
{
	struct state *s = shop();
	const struct guidelines *g = state_guidelines(s);

	(void)unused;
	assert_int_equal(goodwill_expected(g, fix_call(s, "appt")), 2500);
	assert_int_equal(goodwill_expected(g, fix_call(s, "tm")), 4500);
	assert_int_equal(goodwill_expected(g, fix_call(s, "none")), 0);
	assert_int_equal(goodwill_expected(g, fix_call(s, "in")), 0);
	assert_int_equal(followed(s, 7260, EV_STOP_ARRIVED, late_body), 1);
	assert_int_equal(state_goodwills(s), 1);
	assert_int_equal(followed(s, 7320, EV_STOP_ARRIVED, late_body), 0);
	assert_int_equal(goodwill_expected(g, fix_call(s, "appt")), 0);
	fix_sound(s, "after an offer");
	state_free(s);
}

/* An open offer of a call that was cancelled is gone; one that was granted stays. */
static void
test_lapse(void **unused)
{
	struct state *s = shop();

	(void)unused;
	assert_int_equal(followed(s, 7260, EV_STOP_ARRIVED, late_body), 1);
	assert_int_equal(followed(s, 7300, EV_CALL_CANCELLED, "{'call':'appt'}"), 1);
	assert_int_equal(state_goodwill(s, 0)->status, GOODWILL_LAPSED);
	assert_int_equal(followed(s, 7300, EV_CALL_CANCELLED, "{'call':'appt'}"), 0);
	state_free(s);
}

/* Nobody was there although we came in time. */
static void
test_nobody_there(void **unused)
{
	static const char moved[] =
	    "{'told':[{'call':'appt','arrival':@10800,'promise':{'from':@9000,'to':@14400},"
	    "'previous_promise':{'from':@3600,'to':@7200}}]}";
	struct state *s = shop();

	(void)unused;
	fix_plan(s, -3600, "t1: appt");
	assert_int_equal(followed(s, 0, EV_PLAN_REVISED, moved), 1);
	assert_int_equal(followed(s, 3600, EV_STOP_NO_ACCESS, "{'technician':'t1','call':'appt'}"), 1);
	assert_int_equal(state_goodwill(s, 0)->status, GOODWILL_LAPSED);
	state_free(s);
}

/* Who asked for another time himself has no claim when that is not met. */
static void
test_customers_fault(void **unused)
{
	struct state *s = shop();

	(void)unused;
	fix_plan(s, -3600, "t1: appt");
	fix_must(s, -3500, EV_CALL_ANSWERED, "{'call':'appt','version':%d,'answer':'decline',"
	    "'by':'customer','technician':'t1','status':'unassigned'}",
	    (int)fix_call(s, "appt")->version + 1);
	assert_true(fix_call(s, "appt")->customer_fault);
	assert_int_equal(goodwill_expected(state_guidelines(s), fix_call(s, "appt")), 0);
	assert_int_equal(followed(s, 0, EV_CALL_CARRIED_OVER,
	    "{'call':'appt','not_before':@57600,'previous_promise':{'from':@3600,'to':@7200}}"), 0);
	state_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_offers),
		cmocka_unit_test(test_one_offer_a_call),
		cmocka_unit_test(test_lapse),
		cmocka_unit_test(test_nobody_there),
		cmocka_unit_test(test_customers_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
