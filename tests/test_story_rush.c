/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three phone calls that begin with "as soon as possible": one that is refused and then agreed, one
 * whose quote ends while the caller thinks, and one from inside the house.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/rpc.h"
#include "tests/story.h"

enum { CONFIDENCE_PCT = 90 };

/* Two technicians an hour apart; the near one has three visits that their customers know of. */
static void
open_a_morning(struct story *s)
{
	story_open(s);
	story_technician(s, "ann", 42.35, -71.06, 2);
	story_technician(s, "ben", 42.45, -71.30, 2);
	story_booked(s, story_need("Baker", 42.36, -71.07, "11:00", 45));
	story_booked(s, story_need("Cook", 42.34, -71.05, "12:00", 45));
	story_booked(s, story_need("Diaz", 42.37, -71.04, "15:00", 60));
	story_at(s, "08:00");
	story_starts(s, "ann");
	story_starts(s, "ben");
	story_at(s, "08:05");
}

static size_t
calls_known(struct story *s)
{
	json_t *list = harness_ok(s->desk, "call.list", NULL);
	size_t n = json_array_size(json_object_get(list, "calls"));

	json_decref(list);
	return n;
}

/* Each option is whole, differs from the others in what it is best at, and its numbers are right. */
static void
expect_options(struct story *s, const json_t *options)
{
	const json_t *o, *kind;
	char seen[256] = " ";
	size_t i, k;

	assert_in_range(json_array_size(options), 1, 5);
	json_array_foreach(options, i, o) {
		assert_true(strlen(story_text(o, "quote")) > 0);
		assert_true(100 * json_number_value(json_object_get(o, "confidence")) >=
		    CONFIDENCE_PCT);
		assert_true(story_s(story_member(o, "arrival")) >=
		    story_s(story_member(o, "window.from")));
		assert_true(story_s(story_member(o, "arrival")) <= story_s(story_member(o, "window.to")));
		story_expect_before(s, o);
		json_array_foreach(json_object_get(o, "kinds"), k, kind) {
			char word[40];

			snprintf(word, sizeof(word), " %s ", json_string_value(kind));
			assert_null(strstr(seen, word));
			strcat(seen, word + 1);
		}
	}
}

/* The option to agree on: the first that is for today. */
static const json_t *
todays(const json_t *options)
{
	const json_t *o;
	size_t i;

	json_array_foreach(options, i, o) {
		if (strcmp(story_text(o, "kinds.0"), "another_day") != 0)
			return o;
	}
	fail_msg("no option for today");
	return NULL;
}

static void
test_a_rush_is_refused_and_then_agreed(void **unused)
{
	static const char *const rushes[] = { "asap", "ASAP", "", NULL };
	struct story s;
	json_t *before, *after, *need, *quote;
	const json_t *option;
	const char *call;

	(void)unused;
	open_a_morning(&s);
	before = story_plan(&s);

	/* "As soon as possible!" "By when do you need it? This is what I can do." */
	for (size_t i = 0; i < sizeof(rushes) / sizeof(rushes[0]); i++) {
		struct client_error refusal = { 0 };

		need = story_need("Evans", 42.355, -71.065, NULL, 30);
		if (rushes[i] != NULL)
			json_object_set_new(need, "due", json_string(rushes[i]));
		harness_refused(s.desk, "call.book", need, RPC_NO_DEADLINE, &refusal);
		expect_options(&s, json_object_get(refusal.data, "options"));
		client_error_done(&refusal);
	}

	/* Nothing has happened: nobody was booked, moved or told. */
	after = story_plan(&s);
	assert_int_equal(calls_known(&s), 3);
	assert_int_equal(story_number(after, "version"), story_number(before, "version"));
	json_decref(after);

	/* "By four o'clock then." */
	need = story_need("Evans", 42.355, -71.065, "16:00", 30);
	quote = harness_ok(s.desk, "call.quote", need);
	expect_options(&s, json_object_get(quote, "options"));
	assert_true(json_number_value(story_member(quote, "wish.confidence")) > 0.5);
	option = todays(json_object_get(quote, "options"));
	assert_true(story_s(story_member(option, "window.to")) <=
	    story_s(story_member(quote, "wish.due")));

	/* "Agreed." What was quoted is what happens, to the cent and the minute. */
	call = story_booked_as_quoted(&s, s.desk, option);
	story_expect_after(&s, option, call, before);
	story_settle(&s);
	story_expect_after(&s, option, call, before);
	assert_int_equal(story_told(&s, call, "booked"), 1);
	assert_int_equal(story_s(story_member(story_last(&s, "message.written", call),
	    "message.window.to")), story_s(story_member(option, "window.to")));

	json_decref(quote);
	json_decref(before);
	story_close(&s);
}

static void
test_the_quote_ends_while_the_caller_thinks(void **unused)
{
	struct story s;
	struct client_error gone = { 0 };
	json_t *quote, *before;
	const json_t *option;
	const char *call;

	(void)unused;
	open_a_morning(&s);
	quote = harness_ok(s.desk, "call.quote", story_need("Evans", 42.355, -71.065, "16:00", 30));
	option = todays(json_object_get(quote, "options"));

	/* He calls back after ten minutes; the quote was good for five. */
	story_at(&s, "08:16");
	assert_true(story_s(json_object_get(quote, "expires")) < story_s(story_member(
	    story_last(&s, "plan.revised", NULL), "at")) + 600);
	harness_refused(s.desk, "call.book", json_pack("{s:s}", "quote", story_text(option, "quote")),
	    RPC_QUOTE_GONE, &gone);
	assert_int_equal(calls_known(&s), 3);
	assert_true(strlen(story_text(gone.data, "reason")) > 0);
	expect_options(&s, json_object_get(gone.data, "options"));

	/* He takes the new one, and cannot take it twice. */
	option = todays(json_object_get(gone.data, "options"));
	before = story_plan(&s);
	call = story_booked_as_quoted(&s, s.desk, option);
	story_expect_after(&s, option, call, before);
	harness_refused(s.desk, "call.book", json_pack("{s:s}", "quote", story_text(option, "quote")),
	    RPC_QUOTE_GONE, NULL);
	assert_int_equal(calls_known(&s), 4);

	json_decref(before);
	json_decref(quote);
	client_error_done(&gone);
	story_close(&s);
}

/* Two callers are quoted the same hour. The second to say yes is quoted anew or still fits. */
static void
test_two_callers_want_the_same_hour(void **unused)
{
	struct story s;
	json_t *first, *second, *result = NULL;
	const json_t *option;
	struct client_error gone = { 0 };
	char id[CLIENT_CMD_ID_SIZE];

	(void)unused;
	open_a_morning(&s);
	first = harness_ok(s.desk, "call.quote", story_need("Evans", 42.355, -71.065, "10:00", 60));
	second = harness_ok(s.manager, "call.quote", story_need("Frank", 42.356, -71.066, "10:00", 60));
	story_booked_as_quoted(&s, s.desk, todays(json_object_get(first, "options")));
	option = todays(json_object_get(second, "options"));
	client_cmd_id(s.manager, id);
	if (client_call(s.manager, "call.book", json_pack("{s:s, s:s}", "quote",
	        story_text(option, "quote"), "cmd_id", id), HARNESS_WAIT_MS, &result, &gone) == 0) {
		json_t *call = story_call(&s, story_text(result, "call"));

		assert_int_equal(story_s(story_member(call, "promise.to")),
		    story_s(story_member(option, "window.to")));
		assert_true(story_s(json_object_get(call, "arrival")) <=
		    story_s(story_member(option, "window.to")));
		json_decref(call);
	} else {
		assert_int_equal(gone.code, RPC_QUOTE_GONE);
		assert_non_null(json_object_get(gone.data, "options"));
		assert_int_equal(calls_known(&s), 4);
	}
	json_decref(result);
	client_error_done(&gone);
	json_decref(first);
	json_decref(second);
	story_close(&s);
}

/* An option that breaks somebody's promise; NULL if there is none. */
static const json_t *
breaking(const json_t *options)
{
	const json_t *o;
	size_t i;

	json_array_foreach(options, i, o) {
		if (json_array_size(json_object_get(o, "breaks")) > 0)
			return o;
	}
	return NULL;
}

static void
test_a_rush_from_inside_needs_a_manager(void **unused)
{
	struct story s;
	json_t *need, *quote, *moves, *call;
	const json_t *option;
	const char *inside, *broken;

	(void)unused;
	story_open(&s);
	story_technician(&s, "ann", 42.35, -71.06, 1);
	story_booked(&s, story_fixed("Baker", 42.36, -71.07, "08:30", "09:00", 60));
	story_booked(&s, story_fixed("Cook", 42.34, -71.05, "09:50", "10:20", 60));
	story_booked(&s, story_fixed("Diaz", 42.36, -71.05, "11:10", "11:40", 60));
	story_at(&s, "08:00");
	story_starts(&s, "ann");
	story_at(&s, "08:01");

	/* Sales has promised a friend of the house a visit this morning. */
	need = story_need("Our own lobby", 42.35, -71.06, "10:30", 60);
	json_object_set_new(need, "origin", json_string("inside"));
	json_object_set_new(need, "asker", json_string("Mr Weber of sales"));
	quote = harness_ok(s.desk, "call.quote", need);
	option = breaking(json_object_get(quote, "options"));
	if (option == NULL)
		fail_msg("no option shows whose promise it would break");
	story_expect_before(&s, option);
	assert_true(json_is_true(json_object_get(option, "needs_manager")));
	assert_string_equal(story_text(option, "breaks.0.origin"), "outside");

	/* The dispatcher alone may not; nothing happens. */
	harness_refused(s.desk, "call.book", json_pack("{s:s}", "quote", story_text(option, "quote")),
	    RPC_NEEDS_MANAGER, NULL);
	assert_int_equal(calls_known(&s), 3);

	/* The manager may, and history says for whom. */
	inside = story_booked_as_quoted(&s, s.manager, option);
	story_at(&s, "09:00");
	call = story_call(&s, inside);
	assert_string_equal(story_text(call, "origin"), "inside");
	assert_string_equal(story_text(call, "asker"), "Mr Weber of sales");
	json_decref(call);
	broken = story_text(option, "breaks.0.call");
	moves = harness_ok(s.desk, "history.list", json_pack("{s:s}", "call", broken));
	assert_true(json_array_size(json_object_get(moves, "moves")) >= 1);
	assert_true(json_is_true(story_member(moves, "moves.0.chosen")));
	assert_string_equal(story_text(moves, "moves.0.cause.origin"), "inside");
	assert_string_equal(story_text(moves, "moves.0.cause.asker"), "Mr Weber of sales");
	json_decref(moves);
	json_decref(quote);
	story_close(&s);
}

/* Without a manager, an inside call with a deadline takes what is left: nobody is moved. */
static void
test_an_inside_call_moves_nobody(void **unused)
{
	struct story s;
	json_t *need, *before, *after;
	const json_t *note;
	const char *inside;
	size_t i;

	(void)unused;
	open_a_morning(&s);
	before = story_plan(&s);
	need = story_need("Our own lobby", 42.35, -71.06, "09:00", 60);
	json_object_set_new(need, "origin", json_string("inside"));
	inside = story_booked(&s, need);
	story_at(&s, "08:10");
	json_array_foreach(s.heard, i, note) {
		if (strcmp(story_text(note, "method"), "plan.revised") == 0 &&
		    strcmp(story_text(note, "params.cause.call"), inside) == 0)
			assert_int_equal(json_array_size(
			    story_member(note, "params.disturbance.chosen")), 0);
	}
	after = story_plan(&s);
	assert_true(story_number(after, "version") > story_number(before, "version"));
	json_decref(before);
	json_decref(after);
	story_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_rush_is_refused_and_then_agreed),
		cmocka_unit_test(test_the_quote_ends_while_the_caller_thinks),
		cmocka_unit_test(test_two_callers_want_the_same_hour),
		cmocka_unit_test(test_a_rush_from_inside_needs_a_manager),
		cmocka_unit_test(test_an_inside_call_moves_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
