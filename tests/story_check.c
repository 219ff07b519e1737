/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold in any story, re-computed from what the daemon says elsewhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/story.h"

enum { HOUR_S = 3600, MINUTE_S = 60 };

/* --- an option and the plan --- */

static void
expect_cents(const char *what, int64_t is, int64_t want)
{
	if (is != want)
		fail_msg("%s: %lld cents, not %lld", what, (long long)is, (long long)want);
}

void
story_expect_before(struct story *s, const json_t *option)
{
	const char *key;
	json_t *v;
	int64_t sum = 0;

	json_object_foreach(json_object_get(option, "cost"), key, v) {
		if (strcmp(key, "total_cents") != 0)
			sum += json_integer_value(v);
	}
	expect_cents("the parts of the cost", sum, story_number(option, "cost.total_cents"));
	expect_cents("the cost's total", story_number(option, "cost.total_cents"),
	    story_number(option, "cost_cents"));
	expect_cents("before and after",
	    story_number(option, "cost_after_cents") - story_number(option, "cost_before_cents") +
		story_number(option, "paid_cents"),
	    story_number(option, "cost_cents"));
	if (strcmp(story_text(option, "kinds.0"), "another_day") != 0) /* that day's plan */
		expect_cents("before, and plan.get", story_number(option, "cost_before_cents"),
		    story_cost(s));
}

/* A call's stop in a plan, or NULL. */
static const json_t *
stop_of(const json_t *plan, const char *call, const char **ret_technician)
{
	const json_t *route, *stop;
	size_t i, k;

	json_array_foreach(json_object_get(plan, "routes"), i, route) {
		json_array_foreach(json_object_get(route, "stops"), k, stop) {
			if (strcmp(story_text(stop, "call"), call) != 0)
				continue;
			*ret_technician = story_text(route, "technician");
			return stop;
		}
	}
	return NULL;
}

static const json_t *
delay_of(const json_t *option, const char *call)
{
	const json_t *d;
	size_t i;

	json_array_foreach(json_object_get(option, "delays"), i, d) {
		if (strcmp(story_text(d, "call"), call) == 0)
			return d;
	}
	return NULL;
}

static int64_t
minutes_apart(const json_t *a, const json_t *b)
{
	return llabs(story_s(a) - story_s(b)) / MINUTE_S;
}

/* One call of the plan before against the plan after and the option's delays. */
static void
expect_delay(const json_t *option, const json_t *before, const json_t *after, const char *call)
{
	const char *was_by = "", *is_by = "";
	const json_t *was = stop_of(before, call, &was_by), *is = stop_of(after, call, &is_by);
	const json_t *delay = delay_of(option, call);
	bool moved = is == NULL || minutes_apart(json_object_get(was, "arrival"),
	    json_object_get(is, "arrival")) > 0;

	if (moved != (delay != NULL))
		fail_msg("%s %s, and the option %s it", call, moved ? "moved" : "did not move",
		    delay != NULL ? "named" : "did not name");
	if (delay == NULL)
		return;
	assert_int_equal(story_s(json_object_get(delay, "from")),
	    story_s(json_object_get(was, "arrival")));
	if (is == NULL) {
		assert_null(json_object_get(delay, "to"));
		return;
	}
	assert_int_equal(story_s(json_object_get(delay, "to")),
	    story_s(json_object_get(is, "arrival")));
	assert_string_equal(story_text(delay, "technician"), is_by);
}

static void
expect_call(struct story *s, const json_t *option, const char *call)
{
	json_t *is = story_call(s, call);

	assert_string_equal(story_text(is, "technician"), story_text(option, "technician"));
	assert_int_equal(story_s(story_member(is, "promise.from")),
	    story_s(story_member(option, "window.from")));
	assert_int_equal(story_s(story_member(is, "promise.to")),
	    story_s(story_member(option, "window.to")));
	assert_int_equal(story_s(json_object_get(is, "arrival")),
	    story_s(json_object_get(option, "arrival")));
	assert_true(json_number_value(json_object_get(is, "confidence")) > 0);
	json_decref(is);
}

void
story_expect_after(struct story *s, const json_t *option, const char *call,
    const json_t *plan_before)
{
	json_t *after = story_plan(s);
	const json_t *route, *stop;
	size_t i, k;

	if (story_number(after, "cost.total_cents") != story_number(option, "cost_after_cents")) {
		char *want = json_dumps(option, JSON_COMPACT);
		char *was = json_dumps(json_object_get(plan_before, "cost"), JSON_COMPACT);
		char *is = json_dumps(json_object_get(after, "cost"), JSON_COMPACT);

		fail_msg("the plan costs %s after, it cost %s before, and the option said %s", is, was,
		    want);
	}
	json_array_foreach(json_object_get(plan_before, "routes"), i, route) {
		json_array_foreach(json_object_get(route, "stops"), k, stop)
			if (strcmp(story_text(stop, "call"), call) != 0)
				expect_delay(option, plan_before, after, story_text(stop, "call"));
	}
	json_decref(after);
	expect_call(s, option, call);
}

/* --- any day --- */

static void
expect_budget(const json_t *p)
{
	const json_t *chosen = story_member(p, "disturbance.chosen");

	if (json_object_get(p, "budget") != NULL && story_number(p, "budget") >= 0 &&
	    (int64_t)json_array_size(chosen) > story_number(p, "budget"))
		fail_msg("plan %lld chose to disturb %zu calls, its budget is %lld",
		    (long long)story_number(p, "plan_version"), json_array_size(chosen),
		    (long long)story_number(p, "budget"));
}

/* A re-promise: before the old window ends, and none within the hour before it. */
static void
expect_one_an_hour(const struct story *s, size_t at)
{
	const json_t *p = story_member(json_array_get(s->heard, at), "params");
	const char *call = story_text(p, "call");
	int64_t now = story_s(json_object_get(p, "at"));

	if (now >= story_s(story_member(p, "previous.to")))
		fail_msg("%s was told at %s that its window until %s is missed", call,
		    story_text(p, "at"), story_text(p, "previous.to"));
	if (strcmp(story_text(p, "reason"), "") == 0)
		fail_msg("%s was not told why", call);
	for (size_t i = 0; i < at; i++) {
		const json_t *note = json_array_get(s->heard, i);
		const json_t *q = json_object_get(note, "params");

		if (strcmp(story_text(note, "method"), "promise.moved") == 0 &&
		    strcmp(story_text(q, "call"), call) == 0 &&
		    story_s(json_object_get(q, "at")) > now - HOUR_S)
			fail_msg("%s was promised another time at %s and again at %s", call,
			    story_text(q, "at"), story_text(p, "at"));
	}
}

/* The same words to the same customer, one after the other, say nothing new. */
static void
expect_news(const struct story *s, size_t at)
{
	const json_t *m = story_member(json_array_get(s->heard, at), "params.message");

	for (size_t i = at; i > 0; i--) {
		const json_t *note = json_array_get(s->heard, i - 1);
		const json_t *before = story_member(note, "params.message");

		if (strcmp(story_text(note, "method"), "message.written") != 0 ||
		    strcmp(story_text(before, "call"), story_text(m, "call")) != 0)
			continue;
		if (strcmp(story_text(before, "text"), story_text(m, "text")) == 0)
			fail_msg("%s was told twice: %s", story_text(m, "call"), story_text(m, "text"));
		return;
	}
}

/* An ETA that is told lies within what is promised with it; a start at its end still keeps it. */
static void
expect_within(const json_t *p)
{
	int64_t arrival = story_s(json_object_get(p, "arrival"));

	if (json_object_get(p, "promise") == NULL)
		return;
	if (arrival < story_s(story_member(p, "promise.from")) ||
	    arrival > story_s(story_member(p, "promise.to")))
		fail_msg("%s is told %s, outside what is promised with it: %s to %s",
		    story_text(p, "call"), story_text(p, "arrival"), story_text(p, "promise.from"),
		    story_text(p, "promise.to"));
}

void
story_calm(const struct story *s)
{
	const json_t *note;
	size_t i;

	json_array_foreach(s->heard, i, note) {
		const char *method = story_text(note, "method");
		const json_t *p = json_object_get(note, "params");

		if (strcmp(method, "plan.revised") == 0)
			expect_budget(p);
		else if (strcmp(method, "promise.moved") == 0)
			expect_one_an_hour(s, i);
		else if (strcmp(method, "message.written") == 0)
			expect_news(s, i);
		else if (strcmp(method, "eta.revised") == 0)
			expect_within(p);
	}
}
