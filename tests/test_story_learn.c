/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What jobs really took: a shop that books boilers without saying how long they take learns it over
 * night, plans the next day with it, and is told on site that a tap is a boiler after all.
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

enum { JOBS = 3, MINUTE = 60, GUIDELINE_S = 2700 };

/* A caller who does not know how long it takes. */
static json_t *
need(const char *customer, double lat, const char *due, const char *kind)
{
	json_t *j = story_need(customer, lat, -71.06, due, 0);

	json_object_del(j, "duration_s");
	json_object_set_new(j, "kind", json_string(kind));
	return j;
}

/* A call's planned stop, a copy: technician, arrival, end. Fails the test if it is on no route. */
static json_t *
planned(struct story *s, const char *call)
{
	json_t *plan = story_plan(s), *found = NULL, *route, *stop;
	size_t i, k;

	json_array_foreach(json_object_get(plan, "routes"), i, route) {
		json_array_foreach(json_object_get(route, "stops"), k, stop) {
			if (strcmp(story_text(stop, "call"), call) == 0)
				found = json_copy(stop);
		}
	}
	json_decref(plan);
	if (found == NULL)
		fail_msg("%s is on no route", call);
	return found;
}

static int64_t
planned_s(struct story *s, const char *call)
{
	json_t *stop = planned(s, call);
	int64_t took = story_s(json_object_get(stop, "end")) -
	    story_s(json_object_get(stop, "arrival"));

	json_decref(stop);
	return took;
}

/* The row of a kind, of a technician ("": of all); a new reference, or NULL. */
static json_t *
learned(struct story *s, const char *kind, const char *technician)
{
	json_t *list = harness_ok(s->desk, "learned.list", json_object()), *row, *found = NULL;
	size_t i;

	json_array_foreach(json_object_get(list, "work"), i, row) {
		if (strcmp(story_text(row, "kind"), kind) == 0 &&
		    strcmp(story_text(row, "technician"), technician) == 0)
			found = json_incref(row);
	}
	json_decref(list);
	return found;
}

/* He is there at one time and done at another. */
static void
does(struct story *s, const char *call, const char *there, const char *done)
{
	story_at(s, there);
	story_stop(s, "stop.arrive", "ann", call);
	story_at(s, done);
	story_stop(s, "stop.finish", "ann", call);
}

/* Three boilers, each an hour and a half, though the shop's guideline says 45 minutes. */
static void
first_day(struct story *s)
{
	static const struct {
		const char *customer, *due, *there, *done;
	} job[JOBS] = {
		{ "Abel", "10:00", "08:10", "09:40" },
		{ "Bond", "12:00", "10:00", "11:30" },
		{ "Cole", "16:00", "11:50", "13:20" },
	};
	const char *call[JOBS];
	json_t *row;

	story_technician(s, "ann", 42.35, -71.06, 2);
	for (int i = 0; i < JOBS; i++)
		call[i] = story_booked(s, need(job[i].customer, 42.36 + i * 0.01, job[i].due, "boiler"));
	story_at(s, "08:00");
	story_starts(s, "ann");
	story_at(s, "08:01");
	assert_int_equal(planned_s(s, call[0]), GUIDELINE_S);
	for (int i = 0; i < JOBS; i++)
		does(s, call[i], job[i].there, job[i].done);
	/* The day's plan does not change under the day: what was seen is shown, and not yet in use. */
	row = learned(s, "boiler", "");
	assert_non_null(row);
	assert_int_equal(story_number(row, "cases"), 0);
	assert_int_equal(story_number(row, "new_cases"), JOBS);
	assert_int_equal(story_number(row, "planned_s"), GUIDELINE_S);
	json_decref(row);
	story_at(s, "17:00");
	harness_do(s->desk, "shift.end", json_pack("{s:s}", "technician", "ann"));
}

static void
test_learned_over_night(void **unused)
{
	struct story s;
	json_t *all, *own, *list, *needs_given, *get;
	const char *boiler, *tap, *last;
	int64_t planned_boiler, planned_tap, end, later;

	(void)unused;
	story_open(&s);
	first_day(&s);
	story_at(&s, "+1 07:00");

	/* Three cases are few, and say so; they count against what the shop itself says. */
	boiler = story_booked(&s, need("Dunn", 42.36, "+1 10:00", "boiler"));
	all = learned(&s, "boiler", "");
	own = learned(&s, "boiler", "ann");
	assert_non_null(all);
	assert_non_null(own);
	assert_int_equal(story_number(all, "cases"), JOBS);
	assert_true(json_is_true(json_object_get(all, "few")));
	assert_true(story_number(own, "planned_s") > GUIDELINE_S);
	assert_true(story_number(own, "planned_s") < 90 * MINUTE + 60);
	planned_boiler = story_number(own, "planned_s");
	json_decref(all);
	json_decref(own);
	list = harness_ok(s.desk, "learned.list",
	    json_pack("{s:s, s:s}", "kind", "boiler", "technician", "ann"));
	assert_int_equal(json_array_size(json_object_get(list, "work")), 2);
	assert_string_equal(story_text(list, "since"), "2011-09-22T00:00:00-04:00");
	json_decref(list);

	/* The next boiler is planned so; who knows how long it takes is still believed. */
	tap = story_booked(&s, need("Ells", 42.37, "+1 12:00", "tap"));
	needs_given = story_need("Ford", 42.38, -71.06, "+1 16:00", 20);
	last = story_booked(&s, needs_given);
	story_at(&s, "+1 08:00");
	story_starts(&s, "ann");
	story_at(&s, "+1 08:01");
	assert_int_equal(planned_s(&s, boiler), planned_boiler);
	assert_int_equal(planned_s(&s, last), 20 * MINUTE);
	get = story_call(&s, boiler);
	assert_int_equal(story_number(get, "duration_s"), planned_boiler);
	json_decref(get);
	does(&s, boiler, "+1 08:10", "+1 09:40");

	/* At the tap: it is a boiler. The plan is told so, and what comes after it. */
	story_at(&s, "+1 10:00");
	harness_refused(s.desk, "stop.change_kind", json_pack("{s:s, s:s, s:s}", "technician", "ann",
	    "call", tap, "kind", "boiler"), RPC_WRONG_STATE, NULL);
	story_stop(&s, "stop.arrive", "ann", tap);
	planned_tap = planned_s(&s, tap);
	get = planned(&s, last);
	later = story_s(json_object_get(get, "arrival"));
	json_decref(get);
	story_at(&s, "+1 10:05");
	harness_refused(s.desk, "stop.change_kind", json_pack("{s:s, s:s, s:s}", "technician", "ann",
	    "call", tap, "kind", "tap"), RPC_WRONG_STATE, NULL);
	harness_do(s.desk, "stop.change_kind", json_pack("{s:s, s:s, s:s}", "technician", "ann", "call",
	    tap, "kind", "boiler"));
	story_settle(&s);
	/* What is left of a boiler after five minutes: a little more than the rest of what was planned. */
	assert_true(planned_s(&s, tap) >= planned_boiler - 60);
	assert_true(planned_s(&s, tap) <= planned_boiler + 5 * MINUTE);
	assert_true(planned_s(&s, tap) > planned_tap);
	get = planned(&s, last);
	end = story_s(json_object_get(get, "arrival"));
	assert_true(end > later);
	json_decref(get);
	get = story_call(&s, tap);
	assert_string_equal(story_text(get, "kind"), "boiler");
	json_decref(get);

	/* She thinks better of it: 20 minutes more, and it was another thing again. */
	harness_do(s.desk, "stop.change_kind", json_pack("{s:s, s:s, s:s, s:i}", "technician", "ann",
	    "call", tap, "kind", "valve", "left_s", 1200));
	story_settle(&s);
	get = planned(&s, tap);
	assert_int_equal(story_s(json_object_get(get, "end")) - story_s(json_object_get(get, "arrival")),
	    5 * MINUTE + 1200);
	json_decref(get);
	story_at(&s, "+1 10:30");
	story_stop(&s, "stop.finish", "ann", tap);
	does(&s, last, "+1 10:50", "+1 11:10");
	story_at(&s, "+2 07:00");
	story_booked(&s, need("Gray", 42.36, "+2 12:00", "tap")); /* the day's first event */
	list = learned(&s, "boiler", "ann");
	assert_int_equal(story_number(list, "cases"), JOBS + 1); /* the valve is no boiler */
	json_decref(list);
	list = learned(&s, "valve", "ann");
	assert_int_equal(story_number(list, "cases"), 1);
	json_decref(list);
	story_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_learned_over_night),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
