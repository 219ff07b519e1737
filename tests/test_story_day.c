/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two whole days: one that ends with calls left, and a storm in which everything happens within
 * an hour. Whatever happens, story_calm() must hold.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/story.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* --- what does not fit today --- */

enum { LEFT = 9, LEFT_MIN = 90 };

/* Works through the stops of today as they are planned. Returns how many were finished. */
static size_t
works_until(struct story *s, const char *technician, const char *end)
{
	json_t *until = story_time(end);
	int64_t end_s = story_s(until);
	size_t done = 0;

	json_decref(until);
	for (;;) {
		json_t *day = harness_ok(s->desk, "day.get", json_pack("{s:s}", "technician", technician));
		const json_t *stop = story_member(day, "stops.0");
		char call[80];

		if (stop == NULL || story_s(json_object_get(stop, "end")) > end_s) {
			json_decref(day);
			return done;
		}
		snprintf(call, sizeof(call), "%s", story_text(stop, "call"));
		story_stop(s, "stop.depart", technician, call);
		json_decref(day);
		day = harness_ok(s->desk, "day.get", json_pack("{s:s}", "technician", technician));
		harness_do(s->h.admin, "clock.advance",
		    json_pack("{s:O}", "to", story_member(day, "stops.0.arrival")));
		story_stop(s, "stop.arrive", technician, call);
		harness_do(s->h.admin, "clock.advance",
		    json_pack("{s:O}", "to", story_member(day, "stops.0.end")));
		story_stop(s, "stop.finish", technician, call);
		json_decref(day);
		done++;
	}
}

static size_t
with_status(struct story *s, const char *status)
{
	json_t *list = harness_ok(s->desk, "call.list", json_pack("{s:[s]}", "status", status));
	size_t n = json_array_size(json_object_get(list, "calls"));

	json_decref(list);
	return n;
}

/* Nine visits of an hour and a half do not fit into nine hours. */
static void
test_a_day_ends_with_calls_left(void **unused)
{
	struct story s;
	const char *calls[LEFT];
	size_t done, carried = 0;

	(void)unused;
	story_open(&s);
	story_technician(&s, "ann", 42.35, -71.06, 3);
	for (size_t i = 0; i < LEFT; i++)
		calls[i] = story_booked(&s, story_need("Somebody", 42.33 + 0.005 * (double)i, -71.06,
		    "17:00", LEFT_MIN));
	story_at(&s, "08:00");
	story_starts(&s, "ann");
	done = works_until(&s, "ann", "17:00");
	assert_in_range(done, 3, 6);
	story_at(&s, "17:30");
	harness_do(s.desk, "shift.end", json_pack("{s:s}", "technician", "ann"));
	story_at(&s, "18:00");
	assert_int_equal(with_status(&s, "done"), done);

	/* Each that is left has a new promise, an apology and an age; none is lost. */
	for (size_t i = 0; i < LEFT; i++) {
		json_t *call = story_call(&s, calls[i]);

		if (strcmp(story_text(call, "status"), "done") == 0) {
			assert_int_equal(story_number(call, "carried_over"), 0);
			json_decref(call);
			continue;
		}
		carried++;
		assert_int_equal(story_number(call, "carried_over"), 1);
		assert_true(story_told(&s, calls[i], "carried_over") <= 1);
		if (json_object_get(call, "promise") != NULL) {
			json_t *morning = story_time("+1 08:00");

			assert_true(story_s(story_member(call, "promise.from")) >= story_s(morning));
			assert_int_equal(story_told(&s, calls[i], "carried_over"), 1);
			json_decref(morning);
		}
		json_decref(call);
	}
	assert_int_equal(carried + done, LEFT);

	/* The next morning they come first, within what they were promised. */
	story_booked(&s, story_need("Fresh", 42.35, -71.06, "+1 17:00", LEFT_MIN));
	story_at(&s, "+1 08:00");
	story_starts(&s, "ann");
	story_at(&s, "+1 08:01");
	assert_true(with_status(&s, "planned") >= carried);
	done += works_until(&s, "ann", "+1 17:00");
	assert_true(done >= LEFT);
	for (size_t i = 0; i < LEFT; i++) {
		json_t *call = story_call(&s, calls[i]);

		if (strcmp(story_text(call, "status"), "done") != 0)
			fail_msg("%s was carried over and is not done the next day", calls[i]);
		json_decref(call);
	}
	story_close(&s);
}

/* Carried over twice: a manager is to look. */
static void
test_carried_over_twice(void **unused)
{
	struct story s;
	const char *call;
	json_t *result, *list;

	(void)unused;
	story_open(&s);
	story_technician(&s, "ann", 42.35, -71.06, 3);
	call = story_booked(&s, story_fixed("Cook", 42.34, -71.05, "10:00", "11:00", 60));
	story_settle(&s);
	result = harness_ok(s.desk, "call.carry_over", json_pack("{s:s, s:s}", "call", call, "reason",
	    "the part has not come"));
	assert_int_equal(story_number(result, "carried_over"), 1);
	assert_false(json_is_true(json_object_get(result, "needs_manager")));
	assert_non_null(json_object_get(result, "promise"));
	json_decref(result);
	story_settle(&s);
	assert_int_equal(story_heard(&s, "promise.moved", call, 0), 1);
	assert_int_equal(story_told(&s, call, "carried_over"), 1);
	story_at(&s, "+1 07:00");
	result = harness_ok(s.desk, "call.carry_over", json_pack("{s:s, s:b}", "call", call,
	    "negotiate", 1));
	assert_int_equal(story_number(result, "carried_over"), 2);
	assert_true(json_is_true(json_object_get(result, "needs_manager")));
	assert_null(json_object_get(result, "promise"));
	json_decref(result);
	story_settle(&s);
	list = harness_ok(s.manager, "promise.list", json_pack("{s:b}", "needs_manager", 1));
	json_decref(list);
	story_close(&s);
}

/* --- the storm --- */

static const double sites[][2] = {
	{ 42.36, -71.07 }, { 42.34, -71.05 }, { 42.37, -71.04 }, { 42.33, -71.09 },
	{ 42.38, -71.10 }, { 42.31, -71.06 }, { 42.35, -71.12 }, { 42.39, -71.03 },
	{ 42.32, -71.08 }, { 42.36, -71.02 }, { 42.34, -71.11 }, { 42.37, -71.08 },
};

/* All that is under way with a technician, NULL if nothing is. */
static const char *
on_site(struct story *s, const char *technician)
{
	json_t *list = harness_ok(s->desk, "call.list", json_pack("{s:[s], s:s}", "status", "on_site",
	    "technician", technician));
	const json_t *id = story_member(list, "calls.0.call");

	if (id != NULL)
		json_array_append(s->ids, (json_t *)id);
	json_decref(list);
	return id == NULL ? NULL :
	    json_string_value(json_array_get(s->ids, json_array_size(s->ids) - 1));
}

static void
goes_to_the_first(struct story *s, const char *technician)
{
	json_t *day = harness_ok(s->desk, "day.get", json_pack("{s:s}", "technician", technician));

	if (story_member(day, "stops.0") != NULL) {
		char call[80];

		snprintf(call, sizeof(call), "%s", story_text(day, "stops.0.call"));
		story_stop(s, "stop.depart", technician, call);
		story_stop(s, "stop.arrive", technician, call);
	}
	json_decref(day);
}

/* What each kind of account chose to disturb, from the plans that were pushed. */
static size_t
chosen_for(const struct story *s, bool emergencies)
{
	const json_t *note;
	size_t i, n = 0;

	json_array_foreach(s->heard, i, note) {
		bool is = strcmp(story_text(note, "params.account"), "emergency") == 0 ||
		    strcmp(story_text(note, "params.account"), "absence") == 0;

		if (strcmp(story_text(note, "method"), "plan.revised") == 0 && is == emergencies)
			n += json_array_size(story_member(note, "params.disturbance.chosen"));
	}
	return n;
}

/* Who was told late was seen at risk before, or told before it was late. */
static void
expect_risk_before_late(const struct story *s)
{
	const json_t *note;
	size_t i, at_risk = 0, moved = 0;

	json_array_foreach(s->heard, i, note) {
		at_risk += strcmp(story_text(note, "method"), "promise.at_risk") == 0;
		moved += strcmp(story_text(note, "method"), "promise.moved") == 0;
	}
	assert_true(moved == 0 || at_risk > 0);
}

static void
test_a_storm(void **unused)
{
	static const char *const technicians[] = { "ann", "ben", "cem", "dee" };
	struct story s;
	json_t *guidelines, *price;
	size_t from;
	char at[16];

	(void)unused;
	story_open(&s);
	for (size_t i = 0; i < ARRAY_LEN(technicians); i++)
		story_technician(&s, technicians[i], 42.34 + 0.01 * (double)i, -71.06, 2);
	for (size_t i = 0; i < ARRAY_LEN(sites); i++)
		story_booked(&s, story_need("Somebody", sites[i][0], sites[i][1],
		    i % 2 == 0 ? "12:00" : "15:00", 50));
	story_at(&s, "08:00");
	for (size_t i = 0; i < ARRAY_LEN(technicians); i++) {
		story_starts(&s, technicians[i]);
		goes_to_the_first(&s, technicians[i]);
	}
	story_at(&s, "08:05");
	from = json_array_size(s.heard);

	/* From nine to ten: every five minutes somebody calls, and something goes wrong. */
	for (int k = 0; k < 12; k++) {
		const char *busy = on_site(&s, technicians[k % 3]);
		json_t *need;

		snprintf(at, sizeof(at), "09:%02d", 5 * k);
		story_at(&s, at);
		need = story_need("Storm", sites[k][0] + 0.004, sites[k][1] - 0.006,
		    k % 3 == 0 ? "10:30" : "14:00", 30);
		json_object_set_new(need, "severity",
		    json_string(k % 6 == 0 ? "trapped" : k % 3 == 0 ? "urgent" : "routine"));
		story_booked(&s, need);
		if (busy != NULL && k % 2 == 0)
			harness_do(s.desk, "stop.running_late", json_pack("{s:s, s:s, s:i}", "technician",
			    technicians[k % 3], "call", busy, "by_s", 1200));
		if (k == 6)
			harness_do(s.desk, "technician.absent", json_pack("{s:s, s:s}", "technician",
			    "dee", "reason", "the road is flooded"));
		story_settle(&s);
	}
	story_at(&s, "10:30");

	/* The hour's allowance bounded what was chosen; emergencies had their own. */
	assert_true(story_heard(&s, "plan.revised", NULL, from) > 10);
	guidelines = harness_ok(s.desk, "guidelines.get", NULL);
	assert_true((int64_t)chosen_for(&s, false) <=
	    2 * story_number(guidelines, "guidelines.allowance_hour"));
	assert_true((int64_t)chosen_for(&s, true) <=
	    story_number(guidelines, "guidelines.allowance_emergency"));
	json_decref(guidelines);
	price = harness_ok(s.desk, "plan.price", NULL);
	assert_true(json_array_size(json_object_get(price, "calm")) >= 1);
	json_decref(price);
	expect_risk_before_late(&s);
	story_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_day_ends_with_calls_left),
		cmocka_unit_test(test_carried_over_twice),
		cmocka_unit_test(test_a_storm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
