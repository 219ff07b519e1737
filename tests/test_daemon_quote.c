/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quotes over the wire: what an asker is offered, in which order, and what becomes of a quote while
 * the day goes on. Every number is held against plan.get before and after.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/rpc.h"
#include "tests/story.h"

enum { PATIENCE = 50 }; /* quotes, on a machine with much else to do */

static json_t *
labelled(json_t *need, const char *label)
{
	json_object_set_new(need, "label", json_string(label));
	return need;
}

static json_t *
wanted_three(void)
{
	json_t *list = json_array();

	json_array_append_new(list,
	    labelled(story_need("Evans", 42.355, -71.065, "12:00", 180), "the lift"));
	json_array_append_new(list,
	    labelled(story_need("Evans", 42.355, -71.065, "11:30", 120), "the door"));
	json_array_append_new(list,
	    labelled(story_need("Evans", 42.355, -71.065, "16:00", 240), "the pump"));
	return list;
}

/* Ann alone, with one visit in the morning. */
static void
open_ann(struct story *s)
{
	story_open(s);
	story_technician(s, "ann", 42.35, -71.06, 2);
	story_booked(s, story_need("Baker", 42.36, -71.07, "11:00", 60));
	story_at(s, "08:00");
	story_starts(s, "ann");
	story_at(s, "08:01");
}

/* "The lift first!" "Then the door is too late, and the pump comes tomorrow." */
static void
test_a_this_morning_means_b_this_afternoon(void **unused)
{
	struct story s;
	json_t *preview;
	const json_t *orders, *asker;

	(void)unused;
	open_ann(&s);
	preview = harness_ok(s.desk, "order.preview", json_pack("{s:o}", "wanted", wanted_three()));
	orders = json_object_get(preview, "orders");
	assert_in_range(json_array_size(orders), 2, 3);
	asker = json_array_get(orders, 0);
	assert_string_equal(story_text(asker, "by"), "asker");
	assert_string_equal(story_text(asker, "text"),
	    "the lift this morning means the door this "
	    "afternoon (too late for it) and the pump tomorrow (too late for it)");
	assert_true(json_is_true(story_member(asker, "options.0.meets")));
	assert_false(json_is_true(story_member(asker, "options.1.meets")));
	assert_string_equal(story_text(asker, "options.2.day"), "another_day");
	assert_int_equal(story_number(asker, "cost_before_cents"), story_cost(&s));

	/* By their deadlines the door and, by the cheapest order, the pump are in time. */
	assert_string_equal(story_text(orders, "1.by"), "deadline");
	assert_int_equal(story_number(orders, "1.order.0"), 1);
	assert_true(json_is_true(story_member(orders, "1.options.1.meets")));
	assert_string_equal(story_text(orders, "2.by"), "cheapest");
	assert_true(story_number(orders, "2.cost_cents") <= story_number(asker, "cost_cents"));
	json_decref(preview);
	story_close(&s);
}

/* The first of an order takes what a quote would give it: booked, the plan costs what was said. */
static void
test_an_order_says_what_booking_does(void **unused)
{
	struct story s;
	json_t *preview, *quote, *wanted = json_array();
	int64_t after;

	(void)unused;
	open_ann(&s);
	for (int i = 0; i < 2; i++)
		json_array_append_new(wanted,
		    story_need("Evans", 42.355, -71.065, i == 0 ? "14:00" : "16:30", 45));
	preview = harness_ok(s.desk, "order.preview", json_pack("{s:O}", "wanted", wanted));
	after = story_number(preview, "orders.0.cost_after_cents");
	for (int i = 0; i < 2; i++) {
		json_t *params = json_deep_copy(json_array_get(wanted, (size_t)i));

		quote = harness_ok(s.desk, "call.quote", params);
		assert_int_equal(story_s(story_member(quote, "options.0.arrival")),
		    story_s(
			json_object_get(json_array_get(story_member(preview, "orders.0.options"),
					    (size_t)i),
			    "arrival")));
		story_booked_as_quoted(&s, s.desk, story_member(quote, "options.0"));
		json_decref(quote);
	}
	assert_int_equal(story_cost(&s), after);
	json_decref(wanted);
	json_decref(preview);
	story_close(&s);
}

static const json_t *
of_kind(const json_t *quote, const char *kind)
{
	const json_t *o, *one;
	size_t i, k;

	json_array_foreach(json_object_get(quote, "options"), i, o)
	    json_array_foreach(json_object_get(o, "kinds"), k,
		one) if (strcmp(json_string_value(one), kind) == 0) return o;
	fail_msg("no option is best at %s", kind);
	return NULL;
}

/*
 * Ben could come at once, from far away; Ann passes by at noon. Who needs it by four is offered
 * noon first, and the quick turnaround only beside it, with its price.
 */
static void
test_by_four_is_not_at_once(void **unused)
{
	struct story s;
	json_t *quote, *before;
	const json_t *least, *soonest;
	const char *call;

	(void)unused;
	open_ann(&s);
	story_technician(&s, "ben", 42.50, -71.40, 2);
	story_starts(&s, "ben");
	story_booked(&s, story_fixed("Cook", 42.36, -71.05, "10:30", "11:00", 60));
	story_settle(&s);
	quote = harness_ok(s.desk, "call.quote", story_need("Evans", 42.362, -71.052, "16:00", 30));
	least = of_kind(quote, "least_disturbance");
	soonest = of_kind(quote, "soonest");
	assert_ptr_equal(least, story_member(quote, "options.0"));
	assert_true(json_is_true(json_object_get(least, "meets")));
	assert_int_equal(json_array_size(json_object_get(least, "breaks")), 0);
	assert_true(story_s(story_member(soonest, "window.to")) <=
	    story_s(story_member(least, "window.to")));
	assert_true(story_number(least, "cost_cents") <= story_number(soonest, "cost_cents"));

	/* The dearer of the two, booked: the plan is dearer by just that. */
	before = story_plan(&s);
	call = story_booked_as_quoted(&s, s.desk, soonest);
	story_expect_after(&s, soonest, call, before);
	json_decref(before);
	json_decref(quote);
	story_close(&s);
}

/* The price of calm stands beside the options as soon as the solver answers in time. */
static void
test_price_of_calm_beside_it(void **unused)
{
	struct story s;
	size_t budgets = 0;

	(void)unused;
	open_ann(&s);
	for (int tries = 0; tries < PATIENCE && budgets == 0; tries++) {
		json_t *need = story_need("Evans", 42.362, -71.052, "16:00", 30);
		json_t *quote = harness_ok(s.desk, "call.quote", need);
		const json_t *calm = json_object_get(quote, "calm");

		budgets = json_array_size(calm);
		for (size_t i = 1; i < budgets; i++)
			assert_true(story_number(json_array_get(calm, i), "cost_cents") <=
			    story_number(json_array_get(calm, i - 1), "cost_cents"));
		json_decref(quote);
	}
	assert_true(budgets > 1);
	story_close(&s);
}

/* Two want the only hour that is left before ten: the second is told why, and what is left. */
static void
test_overtaken(void **unused)
{
	struct story s;
	struct client_error gone = { 0 };
	json_t *first, *second;

	(void)unused;
	open_ann(&s);
	first = harness_ok(s.desk, "call.quote", story_need("Evans", 42.355, -71.065, "13:00", 90));
	second = harness_ok(s.manager, "call.quote",
	    story_need("Frank", 42.356, -71.066, "13:00", 90));
	story_booked_as_quoted(&s, s.desk, story_member(first, "options.0"));
	harness_refused(s.manager, "call.book",
	    json_pack("{s:s}", "quote", story_text(second, "options.0.quote")), RPC_QUOTE_GONE,
	    &gone);
	assert_string_equal(story_text(gone.data, "reason"), "the route of ann changed");
	assert_true(json_array_size(json_object_get(gone.data, "options")) > 0);
	story_booked_as_quoted(&s, s.manager, story_member(gone.data, "options.0"));
	client_error_done(&gone);
	json_decref(first);
	json_decref(second);
	story_close(&s);
}

/* What a booking by quote does not take, and what a booking without one needs. */
static void
test_refused(void **unused)
{
	struct story s;
	struct client_error past = { 0 };
	json_t *quote, *need;
	const char *id;

	(void)unused;
	open_ann(&s);
	quote = harness_ok(s.desk, "call.quote", story_need("Evans", 42.355, -71.065, "16:00", 30));
	id = story_text(quote, "options.0.quote");
	harness_refused(s.desk, "call.book",
	    json_pack("{s:s, s:s}", "quote", id, "customer", "Frank"), RPC_INVALID_PARAMS, NULL);
	harness_refused(s.desk, "call.book", json_pack("{s:s}", "quote", "q0000-1"), RPC_NOT_FOUND,
	    NULL);
	harness_refused(s.desk, "call.book", json_pack("{s:s}", "customer", "Frank"),
	    RPC_INVALID_PARAMS, NULL);
	harness_refused(s.desk, "order.preview",
	    json_pack("{s:[o, o]}", "wanted", story_need("Evans", 42.355, -71.065, "16:00", 30),
		story_need("Evans", 42.355, -71.065, NULL, 30)),
	    RPC_NO_DEADLINE, NULL);

	/* A deadline that is past is refused, with what can still be had. */
	need = story_need("Evans", 42.355, -71.065, "07:30", 30);
	harness_refused(s.desk, "call.book", need, RPC_BAD_TIME, &past);
	story_booked_as_quoted(&s, s.desk, story_member(past.data, "options.0"));
	client_error_done(&past);

	/* New guidelines are new prices. */
	harness_do(s.manager, "guidelines.set",
	    json_pack("{s:{s:i}}", "guidelines", "drive_cents_per_h", 5000));
	harness_refused(s.desk, "call.book", json_pack("{s:s}", "quote", id), RPC_QUOTE_GONE, NULL);
	json_decref(quote);
	story_close(&s);
}

/* The asker hangs up, or the daemon is told to end, before the answer is there. */
static void
test_nobody_waits_for_the_answer(void **unused)
{
	struct story s;
	int64_t id;

	(void)unused;
	open_ann(&s);
	for (int i = 0; i < 5; i++)
		assert_int_equal(client_send(s.desk, "call.quote",
				     story_need("Evans", 42.355, -71.065, "16:00", 30), &id),
		    0);
	client_close(s.desk);
	s.desk = NULL;
	for (int i = 0; i < 5; i++)
		assert_int_equal(client_send(s.manager, "call.quote",
				     story_need("Evans", 42.355, -71.065, "16:00", 30), &id),
		    0);
	harness_stop(&s.h);
	client_close(s.manager);
	client_close(s.board);
	json_decref(s.heard);
	json_decref(s.ids);
	harness_done(&s.h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_this_morning_means_b_this_afternoon),
		cmocka_unit_test(test_an_order_says_what_booking_does),
		cmocka_unit_test(test_by_four_is_not_at_once),
		cmocka_unit_test(test_price_of_calm_beside_it),
		cmocka_unit_test(test_overtaken),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_nobody_waits_for_the_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
