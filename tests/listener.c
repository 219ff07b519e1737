/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/listener.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/when.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

enum { TOLERANCE_S = 600 };

const char *
listener_text(const json_t *j, const char *member)
{
	const char *text = json_string_value(json_object_get(j, member));

	return text == NULL ? "" : text;
}

static int64_t
time_of(const json_t *j, const char *member)
{
	int64_t t = 0;

	if (when_parse(listener_text(j, member), &t) < 0)
		fail_msg("%s: no time in %s", listener_text(j, member), member);
	return t;
}

static struct heard *
heard_of(struct listener *l, const char *call)
{
	for (int i = 0; i < l->heards; i++)
		if (strcmp(l->heard[i].call, call) == 0)
			return &l->heard[i];
	assert_true(l->heards < LISTENER_CALLS_MAX);
	snprintf(l->heard[l->heards].call, LISTENER_ID_SIZE, "%s", call);
	return &l->heard[l->heards++];
}

static bool
lists(const json_t *disturbance, const char *kind, const char *call)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(disturbance, kind), i, one)
		if (strcmp(json_string_value(one), call) == 0)
			return true;
	return false;
}

/* One stop of a revision against what was told of it before. */
static void
compare_stop(struct listener *l, const json_t *params, const char *tech, const json_t *stop)
{
	const json_t *disturbance = json_object_get(params, "disturbance");
	const struct heard *before = heard_of(l, listener_text(stop, "call"));
	int64_t moved = time_of(stop, "arrival") - before->arrival;

	if (!before->stands)
		return;
	if (strcmp(before->technician, tech) != 0 && !lists(disturbance, "reassigned", before->call))
		fail_msg("%s went from %s to %s, which is not listed", before->call,
		    before->technician, tech);
	if (llabs(moved) > TOLERANCE_S && !lists(disturbance, "eta_moved", before->call))
		fail_msg("%s moved by %lld s, which is not listed", before->call, (long long)moved);
}

/* Each call disturbed is chosen or forced, not both; the chosen keep the budget. */
static void
count_disturbance(const json_t *params)
{
	static const char *const kinds[] = { "reassigned", "repromised", "eta_moved", "dropped" };
	const json_t *disturbance = json_object_get(params, "disturbance"), *one;
	int64_t budget = json_integer_value(json_object_get(params, "budget"));
	size_t i, chosen = json_array_size(json_object_get(disturbance, "chosen"));

	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		json_array_foreach(json_object_get(disturbance, kinds[k]), i, one) {
			const char *call = json_string_value(one);

			if (lists(disturbance, "chosen", call) == lists(disturbance, "forced", call))
				fail_msg("%s is %s: by choice or not?", call, kinds[k]);
		}
	}
	if ((int64_t)chosen > budget)
		fail_msg("%zu calls disturbed by choice, %lld allowed", chosen, (long long)budget);
}

void
listener_plan(struct listener *l, const json_t *params)
{
	const json_t *route, *stop;
	size_t i, n;

	assert_int_equal(json_integer_value(json_object_get(params, "plan_version")),
	    ++l->plan_version);
	count_disturbance(params);
	json_array_foreach(json_object_get(params, "routes"), i, route)
		json_array_foreach(json_object_get(route, "stops"), n, stop)
			compare_stop(l, params, listener_text(route, "technician"), stop);
}

void
listener_eta(struct listener *l, const json_t *params)
{
	struct heard *h = heard_of(l, listener_text(params, "call"));
	const json_t *promise = json_object_get(params, "promise");

	assert_int_equal(json_integer_value(json_object_get(params, "version")), h->version + 1);
	assert_int_equal(json_is_true(json_object_get(params, "first")), h->version == 0);
	assert_true(time_of(params, "p10") <= time_of(params, "arrival"));
	assert_true(time_of(params, "arrival") <= time_of(params, "p90"));
	assert_true(time_of(promise, "from") <= time_of(params, "arrival"));
	assert_true(time_of(params, "arrival") <= time_of(promise, "to"));
	if (h->version == 0 && time_of(promise, "from") < l->heard_until)
		fail_msg("%s: promised for a time that was past", h->call);
	h->version++;
	h->arrival = time_of(params, "arrival");
	h->promise_to = time_of(promise, "to");
	h->stands = true;
	snprintf(h->technician, LISTENER_ID_SIZE, "%s", listener_text(params, "technician"));
}

void
listener_call(struct listener *l, const json_t *params)
{
	static const char *const ends[] = { "withdrawn", "amended", "cancelled", "arrived" };

	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (strcmp(listener_text(params, "change"), ends[i]) == 0)
			heard_of(l, listener_text(params, "call"))->stands = false;
}

static bool
is_under_way(const json_t *route)
{
	const char *status = listener_text(json_array_get(json_object_get(route, "stops"), 0), "status");

	return strcmp(status, "en_route") == 0 || strcmp(status, "on_site") == 0;
}

/*
 * What is told stands in the plan as it was told, within the tolerance; or it would be late, and
 * is told so when the promise is about to end; or nobody has set out: that time passes is no news.
 */
void
listener_compare(struct listener *l, const json_t *plan)
{
	const json_t *route, *stop;
	size_t i, n;

	assert_int_equal(json_integer_value(json_object_get(plan, "version")), l->plan_version);
	json_array_foreach(json_object_get(plan, "routes"), i, route) {
		json_array_foreach(json_object_get(route, "stops"), n, stop) {
			const struct heard *h = heard_of(l, listener_text(stop, "call"));

			if (strcmp(listener_text(stop, "status"), "on_site") == 0)
				continue;
			if (json_is_true(json_object_get(stop, "told")) != h->stands)
				fail_msg("%s: told in the plan, and not heard, or the other way round",
				    h->call);
			if (h->stands && (strcmp(h->technician, listener_text(route, "technician")) != 0 ||
			                     (is_under_way(route) &&
			                      time_of(stop, "arrival") <= h->promise_to &&
			                      llabs(time_of(stop, "arrival") - h->arrival) >
			                          TOLERANCE_S)))
				fail_msg("%s: planned otherwise than told", h->call);
		}
	}
}
