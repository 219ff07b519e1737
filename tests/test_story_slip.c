/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promises that do not hold by themselves: a job that runs long, a broken promise made good, a
 * customer who says no twice, and one who says nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/rpc.h"
#include "tests/story.h"

static json_t *
with_contract(json_t *need, const char *contract)
{
	json_object_set_new(need, "contract", json_string(contract));
	return need;
}

static void
runs_late(struct story *s, const char *technician, const char *call, int minutes)
{
	harness_do(s->desk, "stop.running_late", json_pack("{s:s, s:s, s:i}", "technician",
	    technician, "call", call, "by_s", minutes * 60));
	story_settle(s);
}

/* The row of a call in promise.list; new, NULL if it is not there. */
static json_t *
promise_of(struct story *s, const char *call)
{
	json_t *list = harness_ok(s->desk, "promise.list", NULL), *found = NULL;
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(list, "promises"), i, one) {
		if (strcmp(story_text(one, "call"), call) == 0)
			found = json_incref((json_t *)one);
	}
	json_decref(list);
	return found;
}

/* One technician, a visit at half past eight, and one that is promised for ten. */
static void
open_a_tight_morning(struct story *s, const char **ret_first, const char **ret_second)
{
	story_open(s);
	story_technician(s, "ann", 42.35, -71.06, 2);
	*ret_first = story_booked(s, story_fixed("Baker", 42.36, -71.07, "08:15", "08:45", 60));
	*ret_second = story_booked(s, with_contract(
	    story_fixed("Cook", 42.34, -71.05, "09:45", "10:15", 60), "full_service"));
	story_at(s, "08:00");
	story_starts(s, "ann");
	story_stop(s, "stop.depart", "ann", *ret_first);
	story_at(s, "08:20");
	story_stop(s, "stop.arrive", "ann", *ret_first);
	story_at(s, "08:25");
}

/* The customer hears of it once, in time, with the reason; the desk has seen it coming. */
static void
test_a_job_runs_long(void **unused)
{
	struct story s;
	const char *baker, *cook;
	const json_t *moved;
	json_t *call, *row;

	(void)unused;
	open_a_tight_morning(&s, &baker, &cook);
	runs_late(&s, "ann", baker, 45);
	story_at(&s, "08:40");
	assert_true(story_heard(&s, "promise.at_risk", cook, 0) >= 1);
	row = promise_of(&s, cook);
	assert_true(json_number_value(json_object_get(row, "risk")) >= 0.3);
	json_decref(row);
	assert_int_equal(story_told(&s, cook, "moved"), 0);

	/* Now the plan itself misses it: an apology, before a quarter past ten. */
	runs_late(&s, "ann", baker, 60);
	story_at(&s, "10:14");
	assert_int_equal(story_heard(&s, "promise.moved", cook, 0), 1);
	assert_int_equal(story_told(&s, cook, "moved"), 1);
	moved = story_last(&s, "promise.moved", cook);
	assert_int_equal(story_s(story_member(moved, "previous.to")) -
	    story_s(story_member(moved, "previous.from")), 1800);
	assert_true(story_s(json_object_get(moved, "at")) <
	    story_s(story_member(moved, "previous.to")));
	call = story_call(&s, cook);
	assert_int_equal(story_number(call, "repromised"), 1);
	assert_int_equal(story_s(story_member(call, "promise.to")),
	    story_s(story_member(moved, "promise.to")));
	assert_int_equal(story_s(story_member(call, "first_promise.to")),
	    story_s(story_member(moved, "previous.to")));
	json_decref(call);
	story_close(&s);
}

/* What was broken is owed: offered by contract, granted within the day's limit, told, and filed. */
static void
test_a_broken_promise_made_good(void **unused)
{
	struct story s;
	const char *baker, *cook;
	const json_t *offer;
	json_t *list, *done;
	char id[80];

	(void)unused;
	open_a_tight_morning(&s, &baker, &cook);
	runs_late(&s, "ann", baker, 90);
	story_at(&s, "10:14");
	offer = story_member(story_last(&s, "goodwill.proposed", cook), "goodwill");
	assert_non_null(offer);
	assert_string_equal(story_text(offer, "form"), "discount");
	assert_string_equal(story_text(offer, "cause"), "promise_broken");
	assert_string_equal(story_text(offer, "status"), "open");
	assert_int_equal(story_number(offer, "cents"), 5000);
	assert_int_equal(story_heard(&s, "goodwill.proposed", baker, 0), 0);
	strcpy(id, story_text(offer, "goodwill"));

	/* More than is left today is refused, and says how much that is. */
	harness_do(s.h.admin, "guidelines.set",
	    json_pack("{s:{s:i}}", "guidelines", "goodwill_day_cents", 4000));
	harness_refused(s.desk, "goodwill.decide",
	    json_pack("{s:s, s:s}", "goodwill", id, "decision", "grant"), RPC_WRONG_STATE, NULL);
	harness_refused(s.desk, "goodwill.decide", json_pack("{s:s, s:s, s:i}", "goodwill", id,
	    "decision", "grant", "cents", 6000), RPC_FORBIDDEN, NULL);
	assert_int_equal(story_told(&s, cook, "goodwill"), 0);

	done = harness_ok(s.desk, "goodwill.decide", json_pack("{s:s, s:s, s:i, s:s}", "goodwill", id,
	    "decision", "grant", "cents", 3000, "reason", "he was kind about it"));
	assert_string_equal(story_text(done, "status"), "granted");
	assert_int_equal(story_number(done, "cents"), 3000);
	assert_int_equal(story_number(done, "left_today_cents"), 1000);
	json_decref(done);
	story_settle(&s);
	assert_int_equal(story_told(&s, cook, "goodwill"), 1);
	harness_refused(s.desk, "goodwill.decide",
	    json_pack("{s:s, s:s}", "goodwill", id, "decision", "refuse"), RPC_WRONG_STATE, NULL);

	list = harness_ok(s.desk, "goodwill.list", NULL);
	assert_int_equal(json_array_size(json_object_get(list, "goodwill")), 1);
	assert_int_equal(story_number(list, "goodwill.0.cents"), 3000);
	assert_string_equal(story_text(list, "goodwill.0.status"), "granted");
	assert_string_equal(story_text(list, "goodwill.0.customer"), "Cook");
	assert_int_equal(story_number(list, "granted_today_cents"), 3000);
	assert_int_equal(story_number(list, "limit_today_cents"), 4000);
	json_decref(list);
	story_close(&s);
}

static json_t *
answers(struct story *s, const char *call, const char *answer)
{
	json_t *result = harness_ok(s->desk, "call.answer_eta", json_pack("{s:s, s:s}", "call", call,
	    "answer", answer));

	story_settle(s);
	return result;
}

static void
expect_outside(struct story *s, const char *call, const char *from, const char *to)
{
	json_t *is = story_call(s, call), *a = story_time(from), *b = story_time(to);

	if (json_object_get(is, "arrival") != NULL) {
		int64_t at = story_s(json_object_get(is, "arrival"));

		if (at >= story_s(a) && at < story_s(b))
			fail_msg("%s is planned at %s, a time that was declined", call,
			    story_text(is, "arrival"));
	}
	json_decref(is);
	json_decref(a);
	json_decref(b);
}

/* "That does not suit me." "And this?" "Neither." Then somebody calls him. */
static void
test_a_customer_declines_twice(void **unused)
{
	struct story s;
	const char *cook;
	json_t *call, *first, *second, *result;
	size_t told;

	(void)unused;
	story_open(&s);
	story_technician(&s, "ann", 42.35, -71.06, 1);
	cook = story_booked(&s, with_contract(story_need("Cook", 42.34, -71.05, "16:00", 45),
	    "full_service"));
	story_at(&s, "08:00");
	story_starts(&s, "ann");
	story_at(&s, "08:01");
	call = story_call(&s, cook);
	first = json_incref(json_object_get(call, "promise"));
	assert_non_null(first);
	assert_non_null(json_object_get(call, "eta"));
	json_decref(call);
	assert_int_equal(story_told(&s, cook, "planned"), 1);

	/* The first no: the time is free again at once, another is found before anything is said. */
	result = answers(&s, cook, "decline");
	assert_string_equal(story_text(result, "answer"), "declined");
	json_decref(result);
	story_at(&s, "08:05");
	call = story_call(&s, cook);
	assert_string_equal(story_text(call, "status"), "planned");
	assert_int_equal(story_number(call, "declines"), 1);
	second = json_incref(json_object_get(call, "promise"));
	json_decref(call);
	if (second == NULL) { /* planned for later: told when its time comes nearer */
		story_at(&s, "11:00");
		call = story_call(&s, cook);
		second = json_incref(json_object_get(call, "promise"));
		json_decref(call);
	}
	assert_non_null(second);
	assert_false(json_equal(first, second));
	call = story_call(&s, cook);
	assert_true(story_s(json_object_get(call, "arrival")) >= story_s(story_member(first, "to")) ||
	    story_s(json_object_get(call, "arrival")) < story_s(story_member(first, "from")));
	json_decref(call);

	/* The second no: no more is promised before a person has agreed it. */
	told = story_heard(&s, "message.written", cook, 0);
	result = answers(&s, cook, "decline");
	json_decref(result);
	story_at(&s, "12:00");
	call = story_call(&s, cook);
	assert_int_equal(story_number(call, "declines"), 2);
	assert_null(json_object_get(call, "promise"));
	assert_null(json_object_get(call, "eta"));
	json_decref(call);
	assert_int_equal(story_heard(&s, "message.written", cook, 0), told);
	assert_true(story_heard(&s, "notice", NULL, 0) >= 1);
	expect_outside(&s, cook, "08:00", "08:30");

	/* On the phone: "Between two and three?" "Yes." */
	result = harness_ok(s.desk, "call.answer_eta", json_pack("{s:s, s:s, s:{s:o, s:o}}", "call",
	    cook, "answer", "counter", "window", "from", story_time("14:00"), "to",
	    story_time("15:00")));
	assert_true(json_is_true(json_object_get(result, "agreed")));
	assert_int_equal(story_s(story_member(result, "promise.to")),
	    story_s(story_member(result, "promise.from")) + 3600);
	json_decref(result);
	story_at(&s, "13:00");
	call = story_call(&s, cook);
	assert_string_equal(story_text(call, "technician"), "ann");
	json_decref(call);
	/* It was his own choice: nothing is owed. */
	assert_int_equal(story_heard(&s, "goodwill.proposed", cook, 0), 0);
	json_decref(first);
	json_decref(second);
	story_close(&s);
}

/* No answer is not consent: the desk is told once, and the promise stands unanswered. */
static void
test_a_customer_says_nothing(void **unused)
{
	struct story s;
	const char *cook, *diaz;
	json_t *row;

	(void)unused;
	story_open(&s);
	harness_do(s.h.admin, "guidelines.set",
	    json_pack("{s:{s:i}}", "guidelines", "answer_s", 1800));
	story_technician(&s, "ann", 42.35, -71.06, 1);
	cook = story_booked(&s, story_need("Cook", 42.34, -71.05, "10:00", 45));
	diaz = story_booked(&s, story_need("Diaz", 42.36, -71.05, "16:00", 45));
	story_at(&s, "08:00");
	story_starts(&s, "ann");
	story_at(&s, "08:02");
	assert_int_equal(story_told(&s, diaz, "planned"), 1);
	json_decref(answers(&s, cook, "accept"));
	story_stop(&s, "stop.depart", "ann", cook);
	/* Who is on the way is phoned: no form is answered any more. */
	harness_refused(s.desk, "call.answer_eta", json_pack("{s:s, s:s}", "call", cook, "answer",
	    "decline"), RPC_WRONG_STATE, NULL);
	story_at(&s, "08:12");
	story_stop(&s, "stop.arrive", "ann", cook);
	story_at(&s, "08:45");
	row = promise_of(&s, diaz);
	assert_string_equal(story_text(row, "answer"), "silent");
	json_decref(row);
	assert_true(story_heard(&s, "notice", NULL, 0) >= 1);
	row = story_call(&s, cook);
	assert_string_equal(story_text(row, "answer"), "accepted");
	json_decref(row);
	row = story_call(&s, diaz);
	assert_non_null(json_object_get(row, "promise"));
	json_decref(row);
	story_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_job_runs_long),
		cmocka_unit_test(test_a_broken_promise_made_good),
		cmocka_unit_test(test_a_customer_declines_twice),
		cmocka_unit_test(test_a_customer_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
