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

/* --- another time for a call that is booked --- */

static json_t *
counter(struct story *s, const char *call, const char *from, const char *to)
{
	return harness_ok(s->desk, "call.answer_eta",
	    json_pack("{s:s, s:s, s:{s:o, s:o}}", "call", call, "answer", "counter", "window",
		"from", story_time(from), "to", story_time(to)));
}

static json_t *
quote_again(struct story *s, const char *call, const char *due)
{
	json_t *wish = json_pack("{s:s}", "call", call);

	if (due != NULL)
		json_object_set_new(wish, "due", story_time(due));
	return harness_ok(s->desk, "call.quote", wish);
}

/* The option's window is the promise, by the technician who was said; the call keeps its id. */
static void
expect_agreed(struct story *s, const char *call, const json_t *option)
{
	json_t *c = story_call(s, call);

	assert_string_equal(story_text(c, "promise.from"), story_text(option, "window.from"));
	assert_string_equal(story_text(c, "promise.to"), story_text(option, "window.to"));
	json_decref(c);
}

/* Works has Ann from noon to three, and Cook has been told a time in the morning. */
static void
open_cook(struct story *s, const char **ret_works, const char **ret_cook)
{
	story_open(s);
	story_technician(s, "ann", 42.35, -71.06, 3);
	*ret_works =
	    story_booked(s, story_fixed("Works", 42.36, -71.05, "12:00", "12:15", 180));
	*ret_cook = story_booked(s, story_need("Cook", 42.34, -71.05, "16:00", 45));
	story_at(s, "08:00");
	story_starts(s, "ann");
	story_at(s, "08:01");
}

/* "At one?" "No, but one of these." "Then that one." It is agreed, and said once. */
static void
test_a_counter_gets_options(void **unused)
{
	struct story s;
	const char *works, *cook, *booked;
	const json_t *option;
	json_t *result, *call;
	size_t told;

	(void)unused;
	open_cook(&s, &works, &cook);
	result = counter(&s, cook, "13:00", "14:00");
	assert_true(json_is_false(json_object_get(result, "agreed")));
	assert_true(json_array_size(json_object_get(result, "options")) > 0);
	option = story_member(result, "options.0");
	assert_true(json_is_false(json_object_get(option, "meets")));
	assert_int_equal(json_array_size(json_object_get(option, "breaks")), 0);
	told = story_told(&s, cook, "booked");
	assert_int_equal(told, 0);
	booked = story_booked_as_quoted(&s, s.desk, option);
	assert_string_equal(booked, cook);
	expect_agreed(&s, cook, option);
	assert_int_equal(story_told(&s, cook, "booked"), 1);
	call = story_call(&s, cook);
	assert_string_equal(story_text(call, "status"), "planned");
	assert_string_equal(story_text(call, "answer"), "accepted");
	assert_true(story_s(json_object_get(call, "arrival")) >=
	    story_s(story_member(call, "promise.from")));
	assert_true(
	    story_s(json_object_get(call, "arrival")) <= story_s(story_member(call, "promise.to")));
	json_decref(call);
	call = story_call(&s, works);
	assert_string_equal(story_text(call, "promise.to"), "2011-09-21T12:15:00-04:00");
	json_decref(call);
	assert_int_equal(story_heard(&s, "promise.moved", cook, 0), 0);
	json_decref(result);
	story_close(&s);
}

/* Twice declined: nothing more is promised by itself, and the desk reads what to do. */
static void
test_twice_declined_then_quoted(void **unused)
{
	struct story s;
	char how[120];
	const char *works, *cook;
	const json_t *option;
	json_t *result, *quote, *before;

	(void)unused;
	open_cook(&s, &works, &cook);
	for (int i = 0; i < 2; i++) {
		result = counter(&s, cook, "13:00", "14:00");
		assert_string_equal(story_text(result, "answer"), "declined");
		json_decref(result);
		story_at(&s, i == 0 ? "08:03" : "08:05");
	}
	assert_string_equal(story_text(story_last(&s, "notice", NULL), "code"), "declined_often");
	snprintf(how, sizeof(how), "evenkeelctl quote --call %s shows", cook);
	assert_non_null(strstr(story_text(story_last(&s, "notice", NULL), "text"), how));
	quote = quote_again(&s, cook, "16:30");
	assert_string_equal(story_text(quote, "call"), cook);
	option = story_member(quote, "options.0");
	story_expect_before(&s, option);
	before = story_plan(&s);
	assert_string_equal(story_booked_as_quoted(&s, s.desk, option), cook);
	story_expect_after(&s, option, cook, before);
	assert_int_equal(story_told(&s, cook, "booked"), 1);
	json_decref(before);
	json_decref(quote);
	story_close(&s);
}

/* A call that is planned is asked about as if it were not there; the plan before has it. */
static void
test_a_planned_call_is_quoted(void **unused)
{
	struct story s;
	char reason[80];
	const char *works, *cook;
	struct client_error gone = { 0 };
	json_t *first, *quote, *before;
	const json_t *option;

	(void)unused;
	open_cook(&s, &works, &cook);
	first = quote_again(&s, cook, "16:30");
	quote = quote_again(&s, cook, NULL);
	for (size_t i = 0; i < json_array_size(json_object_get(quote, "options")); i++) {
		option = json_array_get(json_object_get(quote, "options"), i);
		if (strcmp(story_text(option, "kinds.0"), "another_day") != 0)
			story_expect_before(&s, option);
	}
	json_decref(quote);
	option = story_member(first, "options.0");
	before = story_plan(&s);
	assert_string_equal(story_booked_as_quoted(&s, s.desk, option), cook);
	story_expect_after(&s, option, cook, before);
	json_decref(before);

	/* The other options were for the call as it was. */
	quote = quote_again(&s, cook, "16:00");
	harness_do(s.desk, "plan.pin",
	    json_pack("{s:s, s:i}", "call", cook, "if_version", 2));
	harness_refused(s.desk, "call.book",
	    json_pack("{s:s}", "quote", story_text(quote, "options.0.quote")), RPC_QUOTE_GONE, &gone);
	snprintf(reason, sizeof(reason), "%s was changed since", cook);
	assert_string_equal(story_text(gone.data, "reason"), reason);
	assert_string_equal(story_text(gone.data, "call"), cook);
	client_error_done(&gone);
	json_decref(quote);
	json_decref(first);

	/* Only the wish may be said beside the call, and nobody may be on the way. */
	harness_refused(s.desk, "call.quote",
	    json_pack("{s:s, s:s}", "call", cook, "customer", "Cook"), RPC_INVALID_PARAMS, NULL);
	harness_refused(s.desk, "call.quote", json_pack("{s:s, s:s}", "call", cook, "due", "asap"),
	    RPC_NO_DEADLINE, NULL);
	harness_refused(s.desk, "call.quote", json_object(), RPC_INVALID_PARAMS, NULL);
	story_stop(&s, "stop.depart", "ann", cook);
	harness_refused(s.desk, "call.quote", json_pack("{s:s}", "call", cook), RPC_WRONG_STATE,
	    NULL);
	story_close(&s);
}

/* "Not today, we call you." The time is agreed on the phone, and nothing else is told. */
static void
test_carried_over_then_quoted(void **unused)
{
	struct story s;
	const char *works, *cook;
	const json_t *option;
	json_t *quote, *call;

	(void)unused;
	open_cook(&s, &works, &cook);
	harness_do(s.desk, "call.carry_over",
	    json_pack("{s:s, s:i, s:b}", "call", cook, "if_version", 1, "negotiate", 1));
	story_at(&s, "08:05");
	quote = quote_again(&s, cook, "+1 12:00");
	option = story_member(quote, "options.0");
	assert_true(json_is_true(json_object_get(option, "meets")));
	assert_string_equal(story_booked_as_quoted(&s, s.desk, option), cook);
	expect_agreed(&s, cook, option);
	call = story_call(&s, cook);
	assert_int_equal(story_number(call, "carried_over"), 1);
	/* What was promised first, and not kept, stays first. */
	assert_string_not_equal(story_text(call, "first_promise.to"),
	    story_text(call, "promise.to"));
	json_decref(call);
	assert_int_equal(story_told(&s, cook, "booked"), 1);
	assert_int_equal(story_told(&s, cook, "carried_over"), 1);
	json_decref(quote);
	story_close(&s);
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
		cmocka_unit_test(test_a_counter_gets_options),
		cmocka_unit_test(test_twice_declined_then_quoted),
		cmocka_unit_test(test_a_planned_call_is_quoted),
		cmocka_unit_test(test_carried_over_then_quoted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
