/* SPDX-License-Identifier: Apache-2.0 */
/* Not today: when the day is over, what it leaves, and where that goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/carry.h"
#include "daemon/morning.h"
#include "tests/state_fixture.h"

enum {
	MIDNIGHT = 57600,         /* of the next day, from T0 (08:00) on */
	TOMORROW = 86400,         /* its shifts: 08:00 to 17:00 */
	TOMORROW_END = TOMORROW + 32400,
	CLOSING = 32400 - 3600,   /* an hour before today's shifts end */
	BY = 57599,               /* due by the end of today */
};

/* A call at the place of t1's home, of an hour unless more terms say otherwise. */
static void
book(struct state *s, const char *id, const char *more)
{
	fix_must(s, -3600, EV_CALL_BOOKED, "{'call':'%s','terms':{'customer':'Acme','site':"
	    "{'lat_udeg':41880000,'lon_udeg':-87630000},'severity':'%s','opened':@-3600,"
	    "'difficulty':0%s%s%s}}", id, strstr(more, "'urgent'") != NULL ? "urgent" : "routine",
	    strstr(more, "duration_s") != NULL ? "" : ",'duration_s':3600",
	    strstr(more, "needs") != NULL ? "" : ",'needs':[]", more);
}

/* Three technicians who work today and tomorrow, and no calls. */
static struct state *
shop(void)
{
	struct state *s = fix_shop();

	for (int i = 1; i <= 4; i++)
		fix_must(s, -3600, EV_CALL_CANCELLED, "{'call':'c%d','version':2,'status':'cancelled'}",
		    i);
	return s;
}

static void
all(struct state *s, int64_t at_s, enum event_type type, const char *more)
{
	for (int k = 1; k <= 3; k++) {
		char id[8];

		snprintf(id, sizeof(id), "t%d", k);
		fix_must(s, at_s, type, "{'technician':'%s','version':%d%s}", id,
		    (int)fix_tech(s, id)->version + 1, more);
	}
}

static void
all_start(struct state *s)
{
	all(s, 0, EV_SHIFT_STARTED, ",'at':@0,'place':{'lat_udeg':41880000,'lon_udeg':-87630000}");
}

/* --- the end of the day --- */

static void
expect_from(const struct state *s, int64_t at_s, int64_t want, const char *what)
{
	int64_t is = carry_from(s, T0 + at_s);

	if (is != want)
		fail_msg("%s: expected T0 %+lld, got T0 %+lld", what, (long long)(want - T0),
		    (long long)(is - T0));
}

static void
test_end_of_day(void **unused)
{
	struct state *s = shop();

	(void)unused;
	expect_from(s, -3600, T0 + CLOSING, "before the shifts");
	all_start(s);
	expect_from(s, 600, T0 + CLOSING, "all at work");
	fix_must(s, 3600, EV_TECHNICIAN_ABSENT, "{'technician':'t1','version':%d,'from':@3600,"
	    "'to':@90000,'status':'absent'}", (int)fix_tech(s, "t1")->version + 1);
	expect_from(s, 3600, T0 + CLOSING, "one is absent");
	for (int k = 2; k <= 3; k++)
		fix_must(s, 7200, EV_SHIFT_ENDED, "{'technician':'t%d','version':3,'at':@7200}", k);
	expect_from(s, 7200, 0, "everybody has gone, or is absent for the day");
	expect_from(s, MIDNIGHT + 60, T0 + TOMORROW + CLOSING, "the next day");
	expect_from(s, MIDNIGHT + 86400, T0 + MIDNIGHT + 2 * 86400 - 3600, "a day without shifts");
	state_free(s);
}

/* An absence that begins later today ends the day then; one that ends today does not. */
static void
test_absence_later(void **unused)
{
	struct state *s = shop();

	(void)unused;
	all(s, -3000, EV_TECHNICIAN_ABSENT, ",'from':@14400,'to':@90000,'status':'off'");
	expect_from(s, 0, T0 + 14400 - 3600, "all leave at noon");
	all(s, -2000, EV_TECHNICIAN_ABSENT, ",'from':@-2000,'to':@14400,'status':'absent'");
	expect_from(s, 0, T0 + CLOSING, "all come at noon");
	state_free(s);
}

/* --- what the day leaves --- */

/* "lift" is what nobody can do, so that nobody could take the call today. */
#define LIFT ",'needs':[{'skill':'lift','level':1}]"

static const struct due_case {
	const char *name, *terms;
	int64_t at_s;
	bool due;
} due_cases[] = {
	{ "due today, before the end", ",'due':@57599" LIFT, CLOSING - 1, false },
	{ "due today, near the end", ",'due':@57599" LIFT, CLOSING, true },
	{ "due long ago", ",'due':@600" LIFT, CLOSING, true },
	{ "somebody could still come", ",'due':@57599", CLOSING, false },
	{ "nobody could any more", ",'due':@57599,'duration_s':28800", CLOSING, true },
	{ "due tomorrow", ",'due':@86400" LIFT, CLOSING, false },
	{ "an appointment tomorrow", ",'appointment':{'from':@86400,'to':@90000}" LIFT, CLOSING,
	    false },
	{ "an appointment today", ",'appointment':{'from':@3600,'to':@7200}" LIFT, CLOSING, true },
	{ "an appointment that is about to end", ",'appointment':{'from':@3600,'to':@7200}" LIFT,
	    7200 - 900, true },
	{ "an appointment that does not end yet", ",'appointment':{'from':@3600,'to':@7200}" LIFT,
	    7200 - 901, false },
	{ "the last minutes before midnight", ",'due':@57599", MIDNIGHT - 300, true },
};

static void
test_due(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(due_cases); i++) {
		struct state *s = shop();
		int32_t call[CARRY_MAX], n;

		all_start(s);
		book(s, "x", due_cases[i].terms);
		n = carry_due(s, T0 + due_cases[i].at_s, call);
		if (n != (due_cases[i].due ? 1 : 0))
			fail_msg("%s: %d calls", due_cases[i].name, (int)n);
		if (n == 1)
			assert_string_equal(state_call(s, call[0])->id, "x");
		state_free(s);
	}
}

/* The time at which something may be due is never passed over. */
static void
test_next(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(due_cases); i++) {
		struct state *s = shop();
		int32_t call[CARRY_MAX];
		int64_t at = T0, next;

		all_start(s);
		book(s, "x", due_cases[i].terms);
		while ((next = carry_next_at(s, at)) <= T0 + due_cases[i].at_s) {
			assert_true(next > at);
			at = next;
		}
		if (due_cases[i].due && at != T0 + due_cases[i].at_s &&
		    carry_due(s, at, call) == 0)
			fail_msg("%s: not found at T0 %+lld", due_cases[i].name,
			    (long long)(at - T0));
		state_free(s);
	}
}

/* When everybody has gone home early, what is still on the routes is left. */
static void
test_all_gone(void **unused)
{
	struct state *s = shop();
	int32_t call[CARRY_MAX];

	(void)unused;
	book(s, "today", ",'due':@57599,'duration_s':10800");
	book(s, "later", ",'due':@172800");
	all_start(s);
	fix_plan(s, 0, "t1: today later");
	assert_int_equal(carry_due(s, T0 + 3600, call), 0);
	all(s, 3600, EV_SHIFT_ENDED, ",'at':@3600");
	assert_int_equal(carry_due(s, T0 + 3600, call), 1);
	assert_string_equal(state_call(s, call[0])->id, "today");
	state_free(s);
}

/* Who went home early has his route tomorrow: what was for today on it is carried over, too. */
static void
test_route_left_behind(void **unused)
{
	struct state *s = shop();
	int32_t call[CARRY_MAX];

	(void)unused;
	book(s, "long", ",'due':@172800,'duration_s':10800");
	book(s, "today", ",'due':@57599,'duration_s':18000");
	fix_must(s, 0, EV_SHIFT_STARTED, "{'technician':'t1','version':2,'at':@0,'place':"
	    "{'lat_udeg':41880000,'lon_udeg':-87630000}}"); /* the others are late */
	fix_plan(s, 0, "t1: long today");
	fix_must(s, 14000, EV_SHIFT_ENDED, "{'technician':'t1','version':3,'at':@14000}");
	fix_plan(s, 14000, "t1: long today");
	assert_true(fix_call(s, "today")->arrival >= T0 + TOMORROW);
	/* Told for this morning, planned for tomorrow: at once; only due today: as the day ends. */
	assert_int_equal(carry_due(s, T0 + 14000, call), 1);
	assert_string_equal(state_call(s, call[0])->id, "long");
	assert_int_equal(carry_due(s, T0 + CLOSING, call), 2);
	assert_true(carry_waits(s, 0, fix_call(s, "today"), T0 + 14000, T0 + TOMORROW));
	assert_false(carry_waits(s, 0, fix_call(s, "today"), T0 + 14000, T0 + MIDNIGHT - 1));
	state_free(s);
}

/* The night shift goes on after midnight: what it does then, or could, is not another day's. */
static void
test_night_shift(void **unused)
{
	struct state *s = shop();
	int32_t call[CARRY_MAX];

	(void)unused;
	for (int k = 1; k <= 3; k++)
		fix_must(s, -3000, EV_TECHNICIAN_AMENDED, "{'technician':'t%d','version':2,'terms':"
		    "{'shifts':[{'from':@50400,'to':@79200,'breaks':[]},{'from':@136800,'to':@165600,"
		    "'breaks':[]}]},'status':'off'}", k);
	expect_from(s, 600, T0 + MIDNIGHT - 3600, "a night ahead");
	fix_must(s, 50400, EV_SHIFT_STARTED, "{'technician':'t1','version':3,'at':@50400,'place':"
	    "{'lat_udeg':41880000,'lon_udeg':-87630000}}");
	book(s, "a", ",'appointment':{'from':@54000,'to':@58000}");
	book(s, "b", ",'due':@57599,'duration_s':7200");
	assert_int_equal(carry_due(s, T0 + MIDNIGHT - 100, call), 0); /* t1 could come */
	fix_plan(s, 54000, "t1: b a");
	assert_true(fix_call(s, "a")->arrival > T0 + MIDNIGHT);
	assert_int_equal(carry_due(s, T0 + MIDNIGHT - 100, call), 0);
	assert_false(carry_waits(s, 0, fix_call(s, "a"), T0 + 54000, T0 + MIDNIGHT + 600));
	assert_true(carry_waits(s, 1, fix_call(s, "b"), T0 + 54000, T0 + 140000));
	book(s, "lift", ",'due':@57599" LIFT);
	assert_int_equal(carry_due(s, T0 + MIDNIGHT - 100, call), 1);
	state_free(s);
}

/* --- where it goes --- */

static void
apply_all(struct state *s, int64_t at_s, const struct carried *to, int32_t n)
{
	for (int32_t i = 0; i < n; i++) {
		struct event *ev = carry_event(s, T0 + at_s, &to[i], "daemon", NULL);
		char why[256] = "";

		assert_non_null(ev);
		ev->seq = state_seq(s) + 1;
		if (state_apply(s, ev, why, sizeof(why)) < 0)
			fail_msg("%s", why);
		event_free(ev);
	}
	fix_sound(s, "after carrying over");
}

static int32_t
place_due(struct state *s, int64_t at_s, struct carried ret[CARRY_MAX])
{
	int64_t now = T0 + at_s, next = morning_after(s, morning_today(s, now));
	int32_t call[CARRY_MAX], n = carry_due(s, now, call);

	assert_int_equal(next, T0 + MIDNIGHT);
	assert_int_equal(carry_place(s, now, next, CARRY_DAYS, call, n, ret), 0);
	return n;
}

/* The urgent one first thing in the morning, and every window can be met by somebody. */
static void
test_next_morning(void **unused)
{
	struct state *s = shop();
	struct carried to[CARRY_MAX];
	int32_t call[CARRY_MAX];

	(void)unused;
	for (int i = 0; i < 4; i++)
		book(s, (const char *const[]){ "a", "b", "c", "d" }[i], i == 2 ?
		    ",'due':@57599,'duration_s':28800,'asker':'urgent'" :
		    ",'due':@57599,'duration_s':14400");
	assert_int_equal(place_due(s, 31000, to), 4);
	assert_string_equal(state_call(s, to[0].call)->id, "c");
	for (int32_t i = 0; i < 4; i++) {
		assert_int_equal(to[i].not_before, T0 + MIDNIGHT);
		assert_true(to[i].promise.from >= T0 + TOMORROW);
		assert_true(to[i].promise.to <= T0 + TOMORROW_END);
		assert_true(to[i].promise.to - to[i].promise.from >= 1800);
		assert_false(to[i].nobody);
	}
	assert_true(to[0].promise.from < T0 + TOMORROW + 1800);
	apply_all(s, 31000, to, 4);
	assert_int_equal(fix_call(s, "c")->carried, 1);
	assert_int_equal(fix_call(s, "c")->not_before, T0 + MIDNIGHT);
	assert_true(fix_call(s, "c")->told.promise);
	assert_int_equal(fix_call(s, "c")->told.promise_from, to[0].promise.from);
	/* Nothing of today is left, the day's last minute included. */
	assert_int_equal(carry_due(s, T0 + MIDNIGHT - 60, call), 0);
	assert_true(carry_next_at(s, T0 + 31000) >= T0 + MIDNIGHT);
	state_free(s);
}

/* Who is carried over later finds what was promised before, and stays out of its way. */
static void
test_promises_hold_together(void **unused)
{
	struct state *s = shop();
	struct carried first[CARRY_MAX], second[CARRY_MAX];

	(void)unused;
	for (int k = 1; k <= 2; k++)
		fix_must(s, -3000, EV_TECHNICIAN_ABSENT, "{'technician':'t%d','version':2,"
		    "'from':@-3000,'to':@2000000,'status':'absent'}", k);
	book(s, "a", ",'due':@57599,'duration_s':18000");
	assert_int_equal(place_due(s, 31000, first), 1);
	apply_all(s, 31000, first, 1);
	book(s, "b", ",'due':@57599,'duration_s':7200");
	assert_int_equal(place_due(s, 31100, second), 1);
	assert_true(first[0].promise.from < T0 + TOMORROW + 1800);
	/* One technician: the second comes when the first is done, or before it can begin. */
	assert_true(second[0].promise.from >= first[0].promise.from + 18000 ||
	    second[0].promise.to + 7200 <= first[0].promise.to);
	state_free(s);
}

/* With one technician, the one who has waited longest comes first, however short the others are. */
static void
test_oldest_first(void **unused)
{
	static const char *const ids[] = { "a", "b", "c" };
	struct state *s = shop();
	struct carried to[CARRY_MAX];

	(void)unused;
	for (int k = 1; k <= 2; k++)
		fix_must(s, -3000, EV_TECHNICIAN_ABSENT, "{'technician':'t%d','version':2,"
		    "'from':@-3000,'to':@2000000,'status':'absent'}", k);
	for (int i = 0; i < 3; i++)
		book(s, ids[i], i == 0 ? ",'due':@57599,'duration_s':10800" :
		    ",'due':@57599,'duration_s':7200");
	assert_int_equal(place_due(s, 31000, to), 3);
	for (int i = 0; i < 3; i++) {
		assert_string_equal(state_call(s, to[i].call)->id, ids[i]);
		if (i > 0)
			assert_true(to[i].promise.from > to[i - 1].promise.from);
	}
	state_free(s);
}

/* A day that is full, and a skill that nobody has. */
static void
test_no_room(void **unused)
{
	struct state *s = shop();
	struct carried to[CARRY_MAX];
	int32_t late = 0;

	(void)unused;
	for (int k = 1; k <= 3; k++)
		fix_must(s, -3000, EV_TECHNICIAN_AMENDED, "{'technician':'t%d','version':2,'terms':"
		    "{'shifts':[{'from':@0,'to':@32400,'breaks':[]},{'from':@86400,'to':@118800,"
		    "'breaks':[]},{'from':@259200,'to':@291600,'breaks':[]}]},'status':'off'}", k);
	for (int i = 0; i < 5; i++)
		book(s, (const char *const[]){ "a", "b", "c", "d", "lift" }[i], i == 4 ?
		    ",'due':@57599" LIFT : ",'due':@57599,'duration_s':28800");
	assert_int_equal(place_due(s, 31000, to), 5);
	for (int32_t i = 0; i < 5; i++) {
		if (strcmp(state_call(s, to[i].call)->id, "lift") == 0) {
			assert_true(to[i].nobody);
			assert_int_equal(to[i].promise.to, 0);
			assert_int_equal(to[i].not_before, T0 + MIDNIGHT);
			continue;
		}
		assert_true(to[i].promise.to > 0);
		late += to[i].promise.from >= T0 + 259200;
	}
	assert_int_equal(late, 1); /* three fit the next day, one the day after the day off */
	apply_all(s, 31000, to, 5);
	state_free(s);
}

/* Nobody has a shift after today yet: the call waits for one, and the time is to be agreed. */
static void
test_no_shift_known(void **unused)
{
	struct state *s = shop();
	struct carried to[CARRY_MAX];

	(void)unused;
	for (int k = 1; k <= 3; k++)
		fix_must(s, -3000, EV_TECHNICIAN_AMENDED, "{'technician':'t%d','version':2,'terms':"
		    "{'shifts':[{'from':@0,'to':@32400,'breaks':[]}]},'status':'off'}", k);
	book(s, "x", ",'appointment':{'from':@25200,'to':@28800},'duration_s':28800");
	assert_int_equal(place_due(s, 31000, to), 1);
	assert_false(to[0].nobody);
	assert_int_equal(to[0].promise.to, 0);
	assert_int_equal(to[0].not_before, T0 + MIDNIGHT);
	apply_all(s, 31000, to, 1);
	assert_false(fix_call(s, "x")->told.promise);
	assert_false(carry_needs_manager(s, fix_call(s, "x")->carried));
	/* A day later it is left again, and is a manager's business. */
	assert_int_equal(carry_due(s, T0 + MIDNIGHT + 86400 - 3600, (int32_t[CARRY_MAX]){ 0 }), 1);
	assert_true(carry_needs_manager(s, fix_call(s, "x")->carried + 1));
	state_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_end_of_day),
		cmocka_unit_test(test_absence_later),
		cmocka_unit_test(test_due),
		cmocka_unit_test(test_next),
		cmocka_unit_test(test_all_gone),
		cmocka_unit_test(test_route_left_behind),
		cmocka_unit_test(test_night_shift),
		cmocka_unit_test(test_next_morning),
		cmocka_unit_test(test_promises_hold_together),
		cmocka_unit_test(test_oldest_first),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_no_shift_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
