/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Promises kept in sight: a risk that comes and goes, a window that slips again, what customers
 * answer, and a technician who never comes. On a wild day nobody is told two things that
 * contradict.
 */
#include <inttypes.h>
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

static void
runs_late(struct story *s, const char *technician, const char *call, int minutes)
{
	harness_do(s->desk, "stop.running_late",
	    json_pack("{s:s, s:s, s:i}", "technician", technician, "call", call, "by_s",
		minutes * 60));
	story_settle(s);
}

/* The row of a call in promise.list; new, NULL if it is not there. */
static json_t *
promise_of(struct story *s, const char *call, const char *filter)
{
	json_t *list = harness_ok(s->desk, "promise.list",
	    filter == NULL ? NULL : json_pack("{s:b}", filter, 1));
	json_t *found = NULL, *one;
	size_t i;

	json_array_foreach(json_object_get(list, "promises"), i, one)
	{
		if (strcmp(story_text(one, "call"), call) == 0)
			found = json_incref(one);
	}
	json_decref(list);
	return found;
}

static json_t *
window_of(const char *from, const char *to)
{
	return json_pack("{s:o, s:o}", "from", story_time(from), "to", story_time(to));
}

static json_t *
answer(struct story *s, const char *call, const char *what, json_t *window)
{
	json_t *params = json_pack("{s:s, s:s, s:o*}", "call", call, "answer", what, "window",
	    window);
	json_t *result = harness_ok(s->desk, "call.answer_eta", params);

	story_settle(s);
	return result;
}

/* Ann begins at eight with Baker, an hour's work; Cook is promised 09:45 to 10:15. */
static void
open_morning(struct story *s, const char **ret_baker, const char **ret_cook)
{
	story_open(s);
	story_technician(s, "ann", 42.35, -71.06, 2);
	*ret_baker = story_booked(s, story_fixed("Baker", 42.36, -71.07, "08:15", "08:45", 60));
	*ret_cook = story_booked(s, story_fixed("Cook", 42.34, -71.05, "09:45", "10:15", 60));
	story_at(s, "08:00");
	story_starts(s, "ann");
	story_stop(s, "stop.depart", "ann", *ret_baker);
	story_at(s, "08:20");
	story_stop(s, "stop.arrive", "ann", *ret_baker);
}

/* A quoted window that is past while nobody has come counts as missed at once, not only when he comes. */
static void
test_what_is_overdue_is_not_kept(void **unused)
{
	static const struct {
		const char *at;
		int quoted;
	} looks[] = { { "08:10", 0 }, { "15:00", 1 } };
	struct story s;
	json_t *quote;

	(void)unused;
	story_open(&s);
	story_technician(&s, "ann", 42.35, -71.06, 2);
	story_at(&s, "08:00");
	story_starts(&s, "ann");
	quote = harness_ok(s.desk, "call.quote",
	    story_need("Baker", 42.36, -71.07, "12:00", 60));
	story_booked_as_quoted(&s, s.desk, story_member(quote, "options.0"));
	json_decref(quote);
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
		json_t *list;

		story_at(&s, looks[i].at);
		list = harness_ok(s.desk, "promise.list", NULL);
		assert_int_equal(story_number(list, "quoted"), looks[i].quoted);
		assert_int_equal(story_number(list, "held"), 0);
		json_decref(list);
	}
	story_close(&s);
}

/* The desk hears of a risk, once, and that it is over, once. */
static void
test_a_risk_comes_and_goes(void **unused)
{
	struct story s;
	const char *baker, *cook;
	const json_t *risk;
	json_t *row;

	(void)unused;
	open_morning(&s, &baker, &cook);
	assert_int_equal(story_heard(&s, "promise.at_risk", cook, 0), 0);
	story_at(&s, "08:30");
	runs_late(&s, "ann", baker, 30);
	story_at(&s, "08:45");
	assert_int_equal(story_heard(&s, "promise.at_risk", cook, 0), 1);
	risk = story_last(&s, "promise.at_risk", cook);
	assert_true(json_is_true(json_object_get(risk, "at_risk")));
	assert_true(json_number_value(json_object_get(risk, "risk")) >= 0.3);
	assert_string_equal(story_text(risk, "technician"), "ann");
	row = promise_of(&s, cook, "at_risk");
	assert_non_null(row);
	assert_true(json_is_false(json_object_get(row, "late")));
	json_decref(row);

	story_at(&s, "09:10");
	story_stop(&s, "stop.finish", "ann", baker);
	story_at(&s, "09:16");
	risk = story_last(&s, "promise.at_risk", cook);
	assert_true(json_is_false(json_object_get(risk, "at_risk")));
	assert_true(json_number_value(json_object_get(risk, "risk")) < 0.2);
	assert_int_equal(story_heard(&s, "promise.at_risk", cook, 0), 2);
	assert_null(promise_of(&s, cook, "at_risk"));
	assert_int_equal(story_heard(&s, "promise.moved", cook, 0), 0);
	story_close(&s);
}

/* Told once; a second slip within the hour is not told, after the hour it is. */
static void
test_it_slips_again(void **unused)
{
	struct story s;
	const char *baker, *cook;
	const json_t *moved;
	int64_t until;

	(void)unused;
	open_morning(&s, &baker, &cook);
	story_at(&s, "09:00");
	runs_late(&s, "ann", baker, 90);
	assert_int_equal(story_told(&s, cook, "moved"), 0); /* the plan may still mend it */
	story_at(&s, "09:16");
	moved = story_last(&s, "promise.moved", cook);
	assert_non_null(moved);
	assert_string_equal(story_text(moved, "reason_code"), "job_long");
	until = story_s(story_member(moved, "promise.to"));
	assert_true(until >= story_s(json_object_get(moved, "at")) + 3600);
	assert_int_equal(story_told(&s, cook, "moved"), 1);

	story_at(&s, "09:20");
	runs_late(&s, "ann", baker, 300);
	story_at(&s, "10:14");
	assert_int_equal(story_heard(&s, "promise.moved", cook, 0), 1);
	assert_int_equal(story_told(&s, cook, "moved"), 1);
	harness_do(s.h.admin, "clock.advance", json_pack("{s:o}", "to", story_time("16:00")));
	story_settle(&s);
	assert_true(story_heard(&s, "promise.moved", cook, 0) >= 2);
	moved = story_last(&s, "promise.moved", cook);
	assert_true(
	    story_s(json_object_get(moved, "at")) < story_s(story_member(moved, "previous.to")));
	story_close(&s); /* one an hour, each before its window ends */
}

/* She never sets out: her customer is not told a new time every quarter of an hour. */
static void
test_nobody_sets_out(void **unused)
{
	struct story s;
	const char *cook;
	size_t told;

	(void)unused;
	story_open(&s);
	story_technician(&s, "ann", 42.35, -71.06, 1);
	cook = story_booked(&s, story_need("Cook", 42.34, -71.05, "16:00", 45));
	story_at(&s, "08:00");
	story_starts(&s, "ann");
	story_at(&s, "08:02");
	told = story_heard(&s, "eta.revised", cook, 0);
	assert_int_equal(told, 1);
	story_at(&s, "12:00");
	told = story_heard(&s, "eta.revised", cook, 0);
	assert_true(told >= 3);
	assert_true(told <= 1 + 4 + 1); /* the first, and one an hour */
	assert_true(story_heard(&s, "promise.moved", cook, 0) >= 1);
	story_close(&s);
}

/* What may be asked of the form, and what not. */
static void
test_answers_that_are_refused(void **unused)
{
	struct story s;
	struct client_error e;
	const char *baker, *cook;

	(void)unused;
	story_open(&s);
	story_technician(&s, "ann", 42.35, -71.06, 1);
	baker = story_booked(&s, story_need("Baker", 42.36, -71.07, "09:30", 45));
	cook = story_booked(&s, story_need("Cook", 42.34, -71.05, "16:00", 45));
	harness_refused(s.desk, "call.answer_eta",
	    json_pack("{s:s, s:s}", "call", baker, "answer", "accept"), RPC_WRONG_STATE, NULL);
	story_at(&s, "08:00");
	story_starts(&s, "ann");
	story_at(&s, "08:01");
	harness_refused(s.desk, "call.answer_eta",
	    json_pack("{s:s, s:s, s:i}", "call", baker, "answer", "accept", "eta_version", 7),
	    RPC_CONFLICT, NULL);
	harness_refused(s.desk, "call.answer_eta", json_pack("{s:s}", "answer", "accept"),
	    RPC_INVALID_PARAMS, NULL);
	harness_refused(s.desk, "call.answer_eta",
	    json_pack("{s:s, s:s}", "call", baker, "answer", "counter"), RPC_INVALID_PARAMS, NULL);
	harness_refused(s.desk, "call.answer_eta",
	    json_pack("{s:s, s:s, s:o}", "call", baker, "answer", "decline", "window",
		window_of("14:00", "15:00")),
	    RPC_INVALID_PARAMS, NULL);
	harness_refused(s.desk, "call.answer_eta",
	    json_pack("{s:s, s:s}", "tracking", "c2-nonsense", "answer", "accept"), RPC_NOT_FOUND,
	    NULL);
	harness_refused(s.desk, "call.answer_eta",
	    json_pack("{s:s, s:s, s:o}", "call", baker, "answer", "counter", "window",
		window_of("07:00", "08:00")),
	    RPC_BAD_TIME, NULL);
	harness_refused(s.desk, "call.answer_eta",
	    json_pack("{s:s, s:s, s:o}", "call", baker, "answer", "counter", "window",
		window_of("20:00", "21:00")),
	    RPC_BAD_TIME, NULL);
	story_stop(&s, "stop.depart", "ann", baker);
	harness_refused(s.desk, "call.answer_eta",
	    json_pack("{s:s, s:s}", "call", baker, "answer", "decline"), RPC_WRONG_STATE, &e);
	assert_non_null(strstr(e.message, "ann is on the way; phone him"));
	client_error_done(&e);
	story_at(&s, "08:15");
	story_stop(&s, "stop.arrive", "ann", baker);
	harness_refused(s.desk, "call.answer_eta",
	    json_pack("{s:s, s:s}", "call", baker, "answer", "accept"), RPC_WRONG_STATE, NULL);
	assert_non_null(cook);
	story_close(&s);
}

/* "Between two and three?" That can be kept, so it is promised; plan and promise agree. */
static void
test_a_counter_is_met(void **unused)
{
	struct story s;
	const char *cook, *diaz;
	json_t *before, *result, *call;
	char *token;

	(void)unused;
	story_open(&s);
	story_technician(&s, "ann", 42.35, -71.06, 2);
	cook = story_booked(&s, story_need("Cook", 42.34, -71.05, "16:00", 45));
	diaz = story_booked(&s, story_need("Diaz", 42.36, -71.05, "16:00", 45));
	story_at(&s, "08:00");
	story_starts(&s, "ann");
	story_at(&s, "08:01");
	before = story_call(&s, cook);
	assert_non_null(json_object_get(before, "eta"));
	token = strdup(story_text(story_last(&s, "message.written", cook), "message.tracking"));
	assert_true(strlen(token) > 8);
	result = harness_ok(s.desk, "call.answer_eta",
	    json_pack("{s:s, s:s, s:o}", "tracking", token, "answer", "counter", "window",
		window_of("14:00", "15:00")));
	assert_true(json_is_true(json_object_get(result, "agreed")));
	assert_string_equal(story_text(result, "answer"), "countered");
	json_decref(result);
	story_settle(&s);
	call = story_call(&s, cook);
	assert_string_equal(story_text(call, "status"), "planned");
	assert_string_equal(story_text(call, "answer"), "countered");
	assert_true(story_s(json_object_get(call, "arrival")) >=
	    story_s(story_member(call, "promise.from")));
	assert_true(
	    story_s(json_object_get(call, "arrival")) <= story_s(story_member(call, "promise.to")));
	assert_int_equal(story_s(story_member(call, "promise.to")) -
		story_s(story_member(call, "promise.from")),
	    3600);
	assert_int_equal(story_number(call, "eta.version"),
	    story_number(before, "eta.version") + 1);
	assert_string_equal(story_text(story_last(&s, "eta.revised", cook), "reason_code"),
	    "asked");
	json_decref(call);
	json_decref(before);
	/* Tomorrow morning is another day, and has room as well. */
	result = answer(&s, diaz, "counter", window_of("+1 09:00", "+1 11:00"));
	assert_true(json_is_true(json_object_get(result, "agreed")));
	json_decref(result);
	call = story_call(&s, diaz);
	assert_string_equal(story_text(call, "promise.to"), "2011-09-22T11:00:00-04:00");
	json_decref(call);
	free(token);
	story_close(&s);
}

/* What cannot be kept is not promised: neither the window asked for nor the one he did not want. */
static void
test_a_counter_is_not_met(void **unused)
{
	struct story s;
	const char *cook, *long_one, *possible;
	char from[8] = "", to[8] = "";
	json_t *result, *call;

	(void)unused;
	story_open(&s);
	story_technician(&s, "ann", 42.35, -71.06, 1);
	long_one = story_booked(&s, story_fixed("Works", 42.36, -71.05, "12:00", "12:15", 180));
	cook = story_booked(&s, story_need("Cook", 42.34, -71.05, "16:00", 45));
	story_at(&s, "08:00");
	story_starts(&s, "ann");
	story_at(&s, "08:01");
	result = answer(&s, cook, "counter", window_of("13:00", "14:00"));
	assert_true(json_is_false(json_object_get(result, "agreed")));
	assert_null(json_object_get(result, "promise"));
	assert_string_equal(story_text(result, "answer"), "declined");
	assert_non_null(strstr(story_text(result, "text"), "13:00 to 14:00"));
	/* What would be possible is said, and can be agreed. */
	possible = strstr(story_text(result, "text"), "Possible would be ");
	assert_non_null(possible);
	assert_int_equal(sscanf(possible, "Possible would be %5s to %5s", from, to), 2);
	from[5] = to[5] = '\0';
	json_decref(result);
	call = story_call(&s, cook);
	assert_int_equal(story_number(call, "declines"), 1);
	json_decref(call);
	result = answer(&s, cook, "counter", window_of(from, to));
	assert_true(json_is_true(json_object_get(result, "agreed")));
	json_decref(result);
	call = story_call(&s, long_one);
	assert_string_equal(story_text(call, "promise.to"), "2011-09-21T12:15:00-04:00");
	json_decref(call);
	story_close(&s);
}

/* No answer: by one guideline the promise stands and the desk is told, by the other it is released.
 */
static void
test_silence_both_ways(void **unused)
{
	static const struct {
		int releases;
		const char *status;
	} ways[] = { { 0, "planned" }, { 1, "planned" } };

	(void)unused;
	for (size_t i = 0; i < 2; i++) {
		struct story s;
		const char *cook;
		const json_t *note;
		json_t *call;

		story_open(&s);
		harness_do(s.h.admin, "guidelines.set",
		    json_pack("{s:{s:i, s:i, s:i}}", "guidelines", "answer_s", 1800, "tell_ahead_s",
			14400, "silence_releases", ways[i].releases));
		story_technician(&s, "ann", 42.35, -71.06, 1);
		cook = story_booked(&s, story_fixed("Baker", 42.34, -71.05, "08:15", "08:45", 120));
		cook = story_booked(&s, story_need("Cook", 42.34, -71.05, "16:00", 120));
		story_settle(&s);
		call = story_call(&s, cook);
		assert_non_null(json_object_get(call, "eta")); /* told at seven */
		json_decref(call);
		story_at(&s, "07:29");
		call = story_call(&s, cook);
		assert_string_equal(story_text(call, "answer"), "none");
		json_decref(call);
		story_at(&s, "07:31");
		call = story_call(&s, cook);
		assert_string_equal(story_text(call, "answer"), "silent");
		assert_string_equal(story_text(call, "status"), ways[i].status);
		assert_int_equal(json_object_get(call, "promise") != NULL, !ways[i].releases);
		assert_int_equal(json_object_get(call, "eta") != NULL, !ways[i].releases);
		json_decref(call);
		note = story_last(&s, "notice", NULL);
		assert_string_equal(story_text(note, "code"), "call_silent");
		story_at(&s, "07:50");
		assert_int_equal(story_heard(&s, "call.changed", cook, 0), 2); /* booked, silent */
		story_close(&s);
	}
}

/* --- a wild day --- */

enum { TECHS = 4, CALLS = 24, STEP_S = 300, STEPS = 108 /* 08:00 to 17:00 */ };

static uint32_t
dice(uint32_t *seed, uint32_t sides)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % sides;
}

/* Goes on with a technician's day at random: sometimes late, sometimes not at all. */
static void
goes_on(struct story *s, const char *id, uint32_t *seed)
{
	json_t *day = harness_ok(s->desk, "day.get", json_pack("{s:s}", "technician", id));
	const char *call = story_text(day, "stops.0.call");
	const char *status = story_text(day, "status");
	json_t *params = json_pack("{s:s, s:s}", "technician", id, "call", call);
	uint32_t luck = dice(seed, 10);
	const char *method = NULL;

	if (strcmp(status, "off") == 0 && luck < 6)
		harness_do(s->desk, "shift.start", json_pack("{s:s}", "technician", id));
	else if (strcmp(status, "free") == 0 && call[0] != '\0' && luck < 5)
		method = "stop.depart";
	else if (strcmp(status, "driving") == 0 && luck < 4)
		method = "stop.arrive";
	else if (strcmp(status, "on_site") == 0 && luck < 1)
		method = "stop.finish";
	else if (strcmp(status, "on_site") == 0 && luck == 9)
		runs_late(s, id, call, 10 + (int)dice(seed, 60));
	if (method != NULL)
		harness_do(s->desk, method, json_incref(params));
	json_decref(params);
	json_decref(day);
}

static void
something_happens(struct story *s, uint32_t *seed, int step)
{
	char due[24];
	json_t *need;

	snprintf(due, sizeof(due), "%02d:30", 9 + step / 12 + (int)dice(seed, 4));
	if (strcmp(due, "17:00") >= 0)
		strcpy(due, "17:00");
	need = story_need("Rush", 42.30 + dice(seed, 100) / 1000.0,
	    -71.10 + dice(seed, 100) / 1000.0, due, 20 + (int)dice(seed, 50));
	if (dice(seed, 3) == 0)
		json_object_set_new(need, "severity", json_string("emergency"));
	story_booked(s, need);
}

/*
 * What story_calm() holds against at the end: one new window an hour and customer, before the old
 * one ends, each with the ETA it is told with; within every budget.
 */
static void
test_a_wild_day(void **unused)
{
	static const char *const techs[TECHS] = { "ann", "bob", "cem", "dee" };
	struct story s;
	size_t moved;

	(void)unused;
	for (uint32_t seed = 1; seed <= 2; seed++) {
		uint32_t luck = seed;

		story_open(&s);
		for (int k = 0; k < TECHS; k++)
			story_technician(&s, techs[k], 42.32 + 0.02 * k, -71.06, 2);
		for (int i = 0; i < CALLS; i++)
			something_happens(&s, &luck, i * 3);
		for (int step = 0; step < STEPS; step++) {
			char at[24];

			snprintf(at, sizeof(at), "%02d:%02d", 8 + step / 12, step % 12 * 5);
			story_at(&s, at);
			for (int k = 0; k < TECHS; k++)
				goes_on(&s, techs[k], &luck);
			if (step < 90 && dice(&luck, 15) == 0)
				something_happens(&s, &luck, step);
			if (step == 40)
				harness_do(s.desk, "technician.absent",
				    json_pack("{s:s}", "technician", "dee"));
		}
		moved = story_heard(&s, "promise.moved", NULL, 0);
		assert_true(moved > 0);
		assert_true(story_heard(&s, "promise.at_risk", NULL, 0) > 0);
		story_close(&s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_risk_comes_and_goes),
		cmocka_unit_test(test_it_slips_again),
		cmocka_unit_test(test_nobody_sets_out),
		cmocka_unit_test(test_answers_that_are_refused),
		cmocka_unit_test(test_a_counter_is_met),
		cmocka_unit_test(test_a_counter_is_not_met),
		cmocka_unit_test(test_silence_both_ways),
		cmocka_unit_test(test_a_wild_day),
		cmocka_unit_test(test_what_is_overdue_is_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
