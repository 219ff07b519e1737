/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What cannot be done, and what is owed for it: a day that ends with calls left, the morning after,
 * a manager's business, and goodwill from the offer to the ledger. Over the socket, in virtual time.
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

enum { NEXT_MORNING_S = 3 * 3600 };

/* A booking with one more member. */
static json_t *
with(json_t *need, const char *member, const char *value)
{
	json_object_set_new(need, member, json_string(value));
	return need;
}

static void
expect_text(struct story *s, const char *call, const char *path, const char *want)
{
	json_t *c = story_call(s, call);

	if (strcmp(story_text(c, path), want) != 0)
		fail_msg("%s of %s: expected \"%s\", got \"%s\"", path, call, want,
		    story_text(c, path));
	json_decref(c);
}

static int64_t
number(struct story *s, const char *call, const char *path)
{
	json_t *c = story_call(s, call);
	int64_t n = story_number(c, path);

	json_decref(c);
	return n;
}

static bool
noticed(const struct story *s, const char *code, const char *words)
{
	const json_t *note;
	size_t i;

	json_array_foreach(s->heard, i, note) {
		if (strcmp(story_text(note, "method"), "notice") == 0 &&
		    strcmp(story_text(note, "params.code"), code) == 0 &&
		    strstr(story_text(note, "params.text"), words) != NULL)
			return true;
	}
	return false;
}

/* Whether a window is early on a later day: "+1". */
static void
expect_first_thing(const json_t *window, const char *day)
{
	char early[24];
	json_t *from;
	int64_t start;

	snprintf(early, sizeof(early), "%s 07:30", day);
	from = story_time(early);
	start = story_s(story_member(window, "from"));
	if (start < story_s(from) || start > story_s(from) + NEXT_MORNING_S)
		fail_msg("expected early on %s, got %s", day, story_text(window, "from"));
	assert_true(story_s(story_member(window, "to")) > start);
	json_decref(from);
}

/* The one call of the desk's ledger; new reference. */
static json_t *
offer_of(struct story *s, const char *call)
{
	json_t *ledger = harness_ok(s->desk, "goodwill.list", NULL), *found = NULL;
	const json_t *g;
	size_t i;

	json_array_foreach(json_object_get(ledger, "goodwill"), i, g) {
		if (strcmp(story_text(g, "call"), call) == 0)
			found = json_incref((json_t *)g);
	}
	json_decref(ledger);
	return found;
}

/* At midnight no open call of the day that ends is without another day. */
static void
expect_nothing_left(struct story *s, const char *midnight)
{
	json_t *list, *end = story_time(midnight);
	const json_t *c;
	size_t i;

	story_at(s, midnight);
	list = harness_ok(s->desk, "call.list", json_pack("{s:[s,s]}", "status", "unassigned",
	    "planned"));
	json_array_foreach(json_object_get(list, "calls"), i, c) {
		const json_t *due = json_object_get(c, "due");
		const json_t *promise = story_member(c, "promise.from");
		const json_t *later = json_object_get(c, "not_before");

		if (later != NULL && story_s(later) >= story_s(end))
			continue;
		if ((due != NULL && story_s(due) < story_s(end)) ||
		    (promise != NULL && story_s(promise) < story_s(end)))
			fail_msg("%s is left of the day", story_text(c, "call"));
	}
	json_decref(list);
	json_decref(end);
}

/* --- a day that ends with calls left --- */

struct day {
	struct story s;
	const char *big, *promised, *due, *tomorrow;
};

/*
 * Ann is with the big job from morning to evening. One customer was promised 15:00 to 16:00, one needs
 * it by 16:30, and one by tomorrow noon.
 */
static void
open_a_full_day(struct day *d)
{
	struct story *s = &d->s;

	story_open(s);
	story_technician(s, "ann", 42.35, -71.06, 3);
	d->big = story_booked(s, story_fixed("Mill", 42.352, -71.06, "08:00", "09:00", 480));
	story_at(s, "08:00");
	story_starts(s, "ann");
	story_stop(s, "stop.depart", "ann", d->big);
	story_at(s, "08:05");
	story_stop(s, "stop.arrive", "ann", d->big);
	d->promised = story_booked(s, with(story_fixed("Baker", 42.36, -71.07, "15:00", "16:00", 120),
	    "contract", "full_service"));
	d->due = story_booked(s, with(story_need("Cook", 42.34, -71.05, "16:30", 120), "contract",
	    "time_and_materials"));
	d->tomorrow = story_booked(s, story_need("Diaz", 42.34, -71.05, "+1 12:00", 120));
	story_settle(s);
}

static void
work_until_evening(struct day *d)
{
	struct story *s = &d->s;

	story_at(s, "16:10");
	story_stop(s, "stop.finish", "ann", d->big);
	story_at(s, "17:00");
	harness_do(s->desk, "shift.end", json_pack("{s:s}", "technician", "ann"));
	story_at(s, "18:00");
}

/* Who forgets to clock off has a next day all the same: nothing of it is carried over. */
static void
test_forgotten_clock_off(void **unused)
{
	struct story s;
	const char *call;
	json_t *c;

	(void)unused;
	story_open(&s);
	story_technician(&s, "ann", 42.35, -71.06, 3);
	story_at(&s, "08:00");
	story_starts(&s, "ann");
	call = story_booked(&s, story_fixed("Early", 42.36, -71.07, "+1 09:00", "+1 09:30", 30));
	story_at(&s, "22:00");
	c = story_call(&s, call);
	assert_string_equal(story_text(c, "status"), "planned");
	json_decref(c);
	story_at(&s, "+1 08:00");
	story_starts(&s, "ann");
	story_at(&s, "+1 08:10");
	assert_int_equal(number(&s, call, "carried_over"), 0);
	assert_int_equal(story_heard(&s, "promise.moved", call, 0), 0);
	story_close(&s);
}

/* Each call that is left has a new promise, one message with an apology, and an age. */
static void
test_left_at_the_end(void **unused)
{
	struct day d;
	struct story *s = &d.s;
	json_t *c, *plan;
	const json_t *moved;

	(void)unused;
	open_a_full_day(&d);
	story_at(s, "15:44");
	assert_int_equal(number(s, d.promised, "carried_over"), 0);
	story_at(s, "15:46"); /* before the old window ends */
	assert_int_equal(number(s, d.promised, "carried_over"), 1);
	assert_int_equal(number(s, d.due, "carried_over"), 0);
	moved = story_last(s, "promise.moved", d.promised);
	assert_non_null(moved);
	assert_string_equal(story_text(moved, "previous.from"), STORY_DAY "15:00:00-04:00");
	expect_first_thing(story_member(moved, "promise"), "+1");
	work_until_evening(&d);

	assert_int_equal(number(s, d.due, "carried_over"), 1);
	assert_int_equal(number(s, d.tomorrow, "carried_over"), 0);
	assert_int_equal(story_told(s, d.promised, "carried_over"), 1);
	assert_int_equal(story_told(s, d.due, "carried_over"), 1);
	assert_int_equal(story_told(s, d.tomorrow, "carried_over"), 0);
	c = story_call(s, d.due);
	expect_first_thing(story_member(c, "promise"), "+1");
	json_decref(c);

	/* The evening's plan has them tomorrow, within what was promised. */
	plan = story_plan(s);
	assert_int_equal(json_array_size(json_object_get(plan, "unassigned")), 0);
	json_decref(plan);
	expect_nothing_left(s, "+1 00:00");
	story_at(s, "+1 08:00");
	story_starts(s, "ann");
	story_settle(s);
	plan = story_plan(s);
	assert_int_equal(json_array_size(story_member(plan, "routes.0.stops")), 3);
	assert_string_not_equal(story_text(plan, "routes.0.stops.0.call"), d.tomorrow);
	for (int i = 0; i < 2; i++) {
		const char *call = i == 0 ? d.promised : d.due;

		c = story_call(s, call);
		assert_true(story_s(story_member(c, "arrival")) >=
		    story_s(story_member(c, "promise.from")));
		assert_true(story_s(story_member(c, "arrival")) <=
		    story_s(story_member(c, "promise.to")));
		json_decref(c);
	}
	json_decref(plan);
	story_close(s);
}

/* A second day without anybody: a manager is asked to look. */
static void
test_carried_twice(void **unused)
{
	struct day d;
	struct story *s = &d.s;
	json_t *list, *c;

	(void)unused;
	open_a_full_day(&d);
	work_until_evening(&d);
	assert_false(noticed(s, "carried_twice", d.due));
	list = harness_ok(s->desk, "promise.list", json_pack("{s:b}", "needs_manager", 1));
	assert_int_equal(json_array_size(json_object_get(list, "promises")), 0);
	json_decref(list);

	story_at(s, "+1 07:30");
	json_decref(harness_ok(s->desk, "technician.absent", json_pack("{s:s, s:o}", "technician",
	    "ann", "to", story_time("+1 20:00"))));
	story_at(s, "+1 18:00");
	assert_int_equal(number(s, d.due, "carried_over"), 2);
	assert_int_equal(number(s, d.promised, "carried_over"), 2);
	assert_int_equal(number(s, d.tomorrow, "carried_over"), 1);
	assert_true(noticed(s, "carried_twice", d.due));
	assert_int_equal(story_told(s, d.due, "carried_over"), 2);
	list = harness_ok(s->desk, "promise.list", json_pack("{s:b}", "needs_manager", 1));
	assert_int_equal(json_array_size(json_object_get(list, "promises")), 2);
	json_decref(list);
	c = story_call(s, d.due);
	expect_first_thing(story_member(c, "promise"), "+2");
	json_decref(c);
	story_close(s);
}

/*
 * Ann goes home at noon and Ben is busy: her customer, told for the afternoon, is carried over, and not
 * silently moved to her next shift.
 */
static void
test_one_goes_home_early(void **unused)
{
	struct story s;
	const char *big, *call;
	json_t *c;

	(void)unused;
	story_open(&s);
	story_technician(&s, "ben", 42.45, -71.30, 2);
	big = story_booked(&s, story_fixed("Mill", 42.45, -71.30, "08:00", "09:00", 540));
	story_at(&s, "08:00");
	story_starts(&s, "ben");
	story_stop(&s, "stop.depart", "ben", big);
	story_at(&s, "08:05");
	story_stop(&s, "stop.arrive", "ben", big);
	story_technician(&s, "ann", 42.35, -71.06, 2);
	story_starts(&s, "ann");
	call = story_booked(&s, story_fixed("Baker", 42.36, -71.07, "13:00", "14:00", 60));
	story_at(&s, "12:00");
	expect_text(&s, call, "technician", "ann");
	harness_do(s.desk, "shift.end", json_pack("{s:s}", "technician", "ann"));
	story_at(&s, "13:50"); /* before the window ends */
	assert_int_equal(number(&s, call, "carried_over"), 1);
	assert_int_equal(story_told(&s, call, "carried_over"), 1);
	assert_int_equal(story_told(&s, call, "moved"), 0);
	c = story_call(&s, call);
	expect_first_thing(json_object_get(c, "promise"), "+1");
	json_decref(c);
	story_close(&s);
}

/* Shifts that are only entered in the morning: what was left is planned as soon as they are. */
static void
test_shifts_of_the_morning(void **unused)
{
	struct story s;
	const char *call;
	json_t *c, *shifts;

	(void)unused;
	story_open(&s);
	story_technician(&s, "ann", 42.35, -71.06, 1);
	call = story_booked(&s, story_fixed("Baker", 42.36, -71.07, "15:00", "16:00", 60));
	story_at(&s, "09:00"); /* nobody came to work */
	story_at(&s, "16:30");
	assert_int_equal(number(&s, call, "carried_over"), 1);
	c = story_call(&s, call);
	assert_null(json_object_get(c, "promise")); /* nobody knows who works: it is to be agreed */
	json_decref(c);
	story_at(&s, "+1 07:40");
	shifts = json_pack("[{s:o, s:o}]", "from", story_time("+1 08:00"), "to",
	    story_time("+1 17:00"));
	harness_do(s.h.admin, "technician.amend", json_pack("{s:s, s:o}", "technician", "ann",
	    "shifts", shifts));
	story_at(&s, "+1 07:45");
	expect_text(&s, call, "status", "planned");
	c = story_call(&s, call);
	expect_first_thing(json_object_get(c, "promise"), "+1");
	json_decref(c);
	story_close(&s);
}

/* --- by a dispatcher --- */

static void
refused(struct story *s, json_t *params, int code, const char *words)
{
	struct client_error err = { 0 };

	harness_refused(s->desk, "call.carry_over", params, code, &err);
	if (strstr(err.message, words) == NULL)
		fail_msg("expected a sentence with \"%s\", got: %s", words, err.message);
	client_error_done(&err);
}

static void
test_by_a_dispatcher(void **unused)
{
	struct story s;
	const char *call, *lift;
	json_t *done;

	(void)unused;
	story_open(&s);
	story_technician(&s, "ann", 42.35, -71.06, 3);
	call = story_booked(&s, story_fixed("Baker", 42.36, -71.07, "10:00", "11:00", 60));
	story_at(&s, "08:00");
	story_starts(&s, "ann");
	story_settle(&s);

	refused(&s, json_pack("{s:s, s:s}", "call", call, "day", "2011-09-21"), RPC_BAD_TIME,
	    "call.amend");
	refused(&s, json_pack("{s:s, s:s}", "call", call, "day", "2011-09-26"), RPC_BAD_TIME,
	    "2011-09-22");
	refused(&s, json_pack("{s:s, s:s}", "call", call, "day", "2011-13-26"),
	    RPC_INVALID_PARAMS, "2011-09-22");
	refused(&s, json_pack("{s:s, s:{s:o, s:o}}", "call", call, "window", "from",
	    story_time("07:00"), "to", story_time("07:30")), RPC_BAD_TIME, "past");
	refused(&s, json_pack("{s:s, s:{s:o, s:o}}", "call", call, "window", "from",
	    story_time("+1 20:00"), "to", story_time("+1 21:00")), RPC_BAD_TIME, "2011-09-22");
	refused(&s, json_pack("{s:s, s:{s:o, s:o}, s:b}", "call", call, "window", "from",
	    story_time("+1 10:00"), "to", story_time("+1 11:00"), "negotiate", 1),
	    RPC_INVALID_PARAMS, "window");
	assert_int_equal(number(&s, call, "carried_over"), 0);

	done = harness_ok(s.desk, "call.carry_over", json_pack("{s:s, s:{s:o, s:o}, s:s}", "call", call,
	    "window", "from", story_time("+1 14:00"), "to", story_time("+1 15:00"), "reason",
	    "the part comes tomorrow"));
	assert_int_equal(story_number(done, "carried_over"), 1);
	assert_string_equal(story_text(done, "promise.from"), "2011-09-22T14:00:00-04:00");
	assert_true(json_is_false(json_object_get(done, "needs_manager")));
	json_decref(done);
	story_settle(&s);
	expect_text(&s, call, "promise.to", "2011-09-22T15:00:00-04:00");
	expect_text(&s, call, "first_promise.to", "2011-09-21T11:00:00-04:00");
	expect_text(&s, call, "status", "unassigned");
	assert_int_equal(story_told(&s, call, "carried_over"), 1);

	/* Once more, for a day: the daemon finds the time. */
	story_at(&s, "10:00");
	done = harness_ok(s.desk, "call.carry_over", json_pack("{s:s, s:s}", "call", call, "day",
	    "2011-09-23"));
	assert_int_equal(story_number(done, "carried_over"), 2);
	assert_true(json_is_true(json_object_get(done, "needs_manager")));
	expect_first_thing(json_object_get(done, "promise"), "+2");
	json_decref(done);
	story_at(&s, "12:00");
	done = harness_ok(s.desk, "call.carry_over", json_pack("{s:s, s:b}", "call", call,
	    "negotiate", 1));
	assert_null(json_object_get(done, "promise"));
	json_decref(done);

	lift = story_booked(&s, story_need("Otis", 42.36, -71.07, "16:00", 60));
	story_settle(&s);
	story_stop(&s, "stop.depart", "ann", lift);
	refused(&s, json_pack("{s:s}", "call", lift), RPC_WRONG_STATE, "en_route");
	story_close(&s);
}

/* A visit that is planned and told for today: without a time, it goes to the next day with room. */
static void
test_planned_to_the_next_day(void **unused)
{
	struct story s;
	const char *call;
	json_t *done;

	(void)unused;
	story_open(&s);
	story_technician(&s, "ann", 42.35, -71.06, 3);
	call = story_booked(&s, story_fixed("Baker", 42.36, -71.07, "10:00", "11:00", 60));
	story_at(&s, "08:00");
	story_starts(&s, "ann");
	story_settle(&s);
	expect_text(&s, call, "status", "planned");
	done = harness_ok(s.desk, "call.carry_over", json_pack("{s:s}", "call", call));
	expect_first_thing(json_object_get(done, "promise"), "+1");
	json_decref(done);
	story_at(&s, "09:00");
	expect_text(&s, call, "status", "unassigned");
	story_at(&s, "17:00");
	harness_do(s.desk, "shift.end", json_pack("{s:s}", "technician", "ann"));
	story_at(&s, "17:30");
	expect_text(&s, call, "status", "planned");
	assert_int_equal(story_told(&s, call, "carried_over"), 1);
	assert_int_equal(story_heard(&s, "promise.moved", call, 0), 1);
	story_close(&s);
}

/* Somebody is found after all: a time today is agreed again, and kept. */
static void
test_today_after_all(void **unused)
{
	struct story s;
	const char *call;

	(void)unused;
	story_open(&s);
	story_technician(&s, "ann", 42.35, -71.06, 3);
	call = story_booked(&s, story_fixed("Baker", 42.36, -71.07, "10:00", "11:00", 60));
	harness_do(s.desk, "call.carry_over", json_pack("{s:s}", "call", call));
	story_at(&s, "08:00");
	story_starts(&s, "ann");
	expect_text(&s, call, "status", "unassigned");
	harness_do(s.desk, "call.amend", json_pack("{s:s, s:{s:o, s:o}}", "call", call, "appointment",
	    "from", story_time("14:00"), "to", story_time("15:00")));
	story_settle(&s);
	expect_text(&s, call, "status", "planned");
	expect_text(&s, call, "arrival", STORY_DAY "14:00:00-04:00");
	story_close(&s);
}

/* --- goodwill --- */

static void
decide_refused(struct client *who, const char *offer, int64_t cents, int code, const char *words)
{
	struct client_error err = { 0 };

	harness_refused(who, "goodwill.decide", json_pack("{s:s, s:s, s:I}", "goodwill", offer,
	    "decision", "grant", "cents", (json_int_t)cents), code, &err);
	if (strstr(err.message, words) == NULL)
		fail_msg("expected a sentence with \"%s\", got: %s", words, err.message);
	client_error_done(&err);
}

/* Two offers of a day that ended with calls left, and a limit that does not hold both. */
static void
test_goodwill_within_the_limit(void **unused)
{
	struct day d;
	struct story *s = &d.s;
	json_t *baker, *cook, *done, *ledger;
	const char *g1, *g2;

	(void)unused;
	open_a_full_day(&d);
	harness_do(s->manager, "guidelines.set",
	    json_pack("{s:{s:i}}", "guidelines", "goodwill_day_cents", 10000));
	work_until_evening(&d);
	baker = offer_of(s, d.promised);
	cook = offer_of(s, d.due);
	assert_non_null(baker);
	assert_non_null(cook);
	assert_null(offer_of(s, d.big));
	assert_null(offer_of(s, d.tomorrow));
	assert_string_equal(story_text(baker, "form"), "discount");
	assert_string_equal(story_text(baker, "cause"), "carried_over");
	assert_string_equal(story_text(cook, "form"), "free_labour");
	assert_string_equal(story_text(cook, "cause"), "deadline_not_met");
	assert_int_equal(story_number(cook, "cents"), 9000);
	assert_int_equal(story_heard(s, "goodwill.proposed", d.promised, 0), 1);
	g1 = story_text(cook, "goodwill");
	g2 = story_text(baker, "goodwill");

	decide_refused(s->desk, g1, 9001, RPC_FORBIDDEN, "manager");
	done = harness_ok(s->desk, "goodwill.decide", json_pack("{s:s, s:s, s:s}", "goodwill", g1,
	    "decision", "grant", "reason", "a good customer"));
	assert_string_equal(story_text(done, "status"), "granted");
	assert_int_equal(story_number(done, "left_today_cents"), 1000);
	json_decref(done);
	decide_refused(s->desk, g1, 100, RPC_WRONG_STATE, "already");
	decide_refused(s->desk, g2, 1001, RPC_WRONG_STATE, "goodwill_day_cents");
	decide_refused(s->manager, g2, 5001, RPC_WRONG_STATE, "goodwill_day_cents");
	story_settle(s);
	assert_int_equal(story_told(s, d.due, "goodwill"), 1);
	assert_int_equal(story_told(s, d.promised, "goodwill"), 0);

	/* A manager raises the limit, and gives more than was proposed. */
	harness_do(s->manager, "guidelines.set",
	    json_pack("{s:{s:i}}", "guidelines", "goodwill_day_cents", 20000));
	done = harness_ok(s->manager, "goodwill.decide", json_pack("{s:s, s:s, s:i}", "goodwill", g2,
	    "decision", "grant", "cents", 6000));
	assert_int_equal(story_number(done, "cents"), 6000);
	assert_int_equal(story_number(done, "left_today_cents"), 5000);
	json_decref(done);

	ledger = harness_ok(s->desk, "goodwill.list", json_pack("{s:s}", "status", "granted"));
	assert_int_equal(json_array_size(json_object_get(ledger, "goodwill")), 2);
	assert_int_equal(story_number(ledger, "granted_cents"), 15000);
	assert_int_equal(story_number(ledger, "granted_today_cents"), 15000);
	assert_int_equal(story_number(ledger, "limit_today_cents"), 20000);
	assert_int_equal(story_number(ledger, "open_cents"), 0);
	json_decref(ledger);
	/* A new day, a new limit. */
	story_at(s, "+1 00:01");
	ledger = harness_ok(s->desk, "goodwill.list", json_pack("{s:o}", "from",
	    story_time("+1 00:00")));
	assert_int_equal(json_array_size(json_object_get(ledger, "goodwill")), 0);
	assert_int_equal(story_number(ledger, "granted_today_cents"), 0);
	json_decref(ledger);
	json_decref(baker);
	json_decref(cook);
	story_close(s);
}

/* Who said no to the time he was told is owed nothing when no other can be found that day. */
static void
test_no_goodwill_after_a_decline(void **unused)
{
	struct story s;
	const char *call;
	json_t *done;

	(void)unused;
	story_open(&s);
	story_technician(&s, "ann", 42.35, -71.06, 2);
	call = story_booked(&s, with(story_need("Baker", 42.36, -71.07, "14:00", 60), "contract",
	    "full_service"));
	story_at(&s, "08:00");
	story_starts(&s, "ann");
	story_settle(&s);
	done = harness_ok(s.desk, "call.answer_eta", json_pack("{s:s, s:s}", "call", call, "answer",
	    "decline"));
	json_decref(done);
	story_at(&s, "08:30");
	done = harness_ok(s.desk, "technician.absent", json_pack("{s:s, s:o}", "technician", "ann",
	    "to", story_time("20:00")));
	json_decref(done);
	story_at(&s, "18:00");
	assert_int_equal(number(&s, call, "carried_over"), 1);
	assert_null(offer_of(&s, call));
	assert_int_equal(story_heard(&s, "goodwill.proposed", NULL, 0), 0);
	story_close(&s);
}

/* Who cancels is owed nothing any more; a refusal is final, too. */
static void
test_goodwill_lapses(void **unused)
{
	struct day d;
	struct story *s = &d.s;
	json_t *baker, *cook, *done;

	(void)unused;
	open_a_full_day(&d);
	work_until_evening(&d);
	harness_do(s->desk, "call.cancel", json_pack("{s:s, s:s}", "call", d.promised, "reason",
	    "found another firm"));
	story_settle(s);
	baker = offer_of(s, d.promised);
	assert_string_equal(story_text(baker, "status"), "lapsed");
	cook = offer_of(s, d.due);
	done = harness_ok(s->desk, "goodwill.decide", json_pack("{s:s, s:s}", "goodwill",
	    story_text(cook, "goodwill"), "decision", "refuse"));
	assert_string_equal(story_text(done, "status"), "refused");
	json_decref(done);
	decide_refused(s->desk, story_text(cook, "goodwill"), 100, RPC_WRONG_STATE, "refused");
	decide_refused(s->desk, story_text(baker, "goodwill"), 100, RPC_WRONG_STATE, "lapsed");
	decide_refused(s->desk, "g999", 100, RPC_NOT_FOUND, "g999");
	json_decref(baker);
	json_decref(cook);
	story_close(s);
}

/* Which of two equal visits of an hour, that cannot both be in time, is: 0 or 1. */
static int
kept_of_two(int with_contract, int expected_pct)
{
	struct story s;
	const char *call[2];
	int kept = 0, n = 0;

	story_open(&s);
	harness_do(s.manager, "guidelines.set",
	    json_pack("{s:{s:i}}", "guidelines", "goodwill_expected_pct", expected_pct));
	story_technician(&s, "ann", 42.35, -71.06, 2);
	for (int i = 0; i < 2; i++)
		call[i] = story_booked(&s, with(story_fixed("Twin", 42.36, -71.07, "10:00", "10:30",
		    60), "contract", i == with_contract ? "full_service" : "none"));
	story_at(&s, "07:10");
	for (int i = 0; i < 2; i++) {
		json_t *c = story_call(&s, call[i]);

		if (story_s(story_member(c, "arrival")) <=
		    story_s(story_member(c, "appointment.to"))) {
			kept = i;
			n++;
		}
		json_decref(c);
	}
	assert_int_equal(n, 1);
	story_close(&s);
	return kept;
}

/*
 * The one whose broken promise would cost goodwill is kept, whichever was booked first; where goodwill
 * is not reckoned with, the contract makes no difference.
 */
static void
test_expected_goodwill(void **unused)
{
	(void)unused;
	assert_int_equal(kept_of_two(0, 50), 0);
	assert_int_equal(kept_of_two(1, 50), 1);
	assert_int_equal(kept_of_two(0, 0), kept_of_two(1, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_left_at_the_end),
		cmocka_unit_test(test_forgotten_clock_off),
		cmocka_unit_test(test_carried_twice),
		cmocka_unit_test(test_one_goes_home_early),
		cmocka_unit_test(test_shifts_of_the_morning),
		cmocka_unit_test(test_by_a_dispatcher),
		cmocka_unit_test(test_planned_to_the_next_day),
		cmocka_unit_test(test_today_after_all),
		cmocka_unit_test(test_goodwill_within_the_limit),
		cmocka_unit_test(test_goodwill_lapses),
		cmocka_unit_test(test_no_goodwill_after_a_decline),
		cmocka_unit_test(test_expected_goodwill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
