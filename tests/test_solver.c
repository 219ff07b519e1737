/* SPDX-License-Identifier: Apache-2.0 */
/* libsolver but for its optimality, which test_solver_brute sees to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>

#include "solver/problem_json.h"
#include "tests/solver_day.h"
#include "tests/solver_random.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#if defined(__SANITIZE_ADDRESS__)
enum { RANDOM_CASES = 60 };
#else
enum { RANDOM_CASES = 400 };
#endif

static const struct {
	const char *name;
	struct place from, to;
	int32_t crow_m, road_m, s; /* at factor 130, 36 km/h, 60 s a leg, 100 % */
} legs[] = {
	{ "nowhere", { 42000000, -71000000 }, { 42000000, -71000000 }, 0, 0, 0 },
	{ "a degree of latitude", { 42000000, -71000000 }, { 43000000, -71000000 }, 111195, 144554,
	    14516 },
	{ "a degree of the equator", { 0, 179500000 }, { 0, -179500000 }, 111195, 144554, 14516 },
	{ "one microdegree", { 42000000, 0 }, { 42000001, 0 }, 0, 0, 60 },
	{ "to the antipodes", { 0, 0 }, { 0, 180000000 }, 20015114, 26019648, 2602025 },
};

static void
test_travel(void **unused)
{
	const struct travel_model m = { 130, 36000, 60 };

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(legs); i++) {
		int32_t crow_m = travel_crow_m(legs[i].from, legs[i].to);
		int32_t road_m = travel_road_m(&m, legs[i].from, legs[i].to);
		int32_t s = travel_s(&m, legs[i].from, legs[i].to, 100);

		if (crow_m != legs[i].crow_m || road_m != legs[i].road_m || s != legs[i].s)
			fail_msg("%s: %d m, %d m, %d s", legs[i].name, crow_m, road_m, s);
		assert_int_equal(crow_m, travel_crow_m(legs[i].to, legs[i].from));
	}
	/* Half the speed, twice the driving, but the same parking. */
	assert_int_equal(travel_s(&m, legs[1].from, legs[1].to, 50), 28971);
}

static const char good[] =
    "{\"travel\":{\"speed_m_per_h\":36000},\"technicians\":["
    "{\"id\":\"t1\",\"start\":{\"lat\":42,\"lon\":-71},\"ready_s\":0,\"shift_end_s\":30000,"
    "\"skills\":{\"gas\":2},\"breaks\":[{\"open_s\":9000,\"duration_s\":1800}],"
    "\"current\":[\"c1\"]}],\"calls\":["
    "{\"id\":\"c1\",\"site\":{\"lat\":42.01,\"lon\":-71},\"duration_s\":3600,"
    "\"unserved_cents\":5000,\"needs\":{\"gas\":1},"
    "\"told\":{\"technician\":\"t1\",\"eta_s\":400,\"promise\":[0,3600]}}]}";

static const struct {
	const char *name;
	const char *from, *to; /* what is replaced in the good problem */
	const char *why;       /* the refusal must say this; NULL: it is fine */
} inputs[] = {
	{ "as it is", "", "", NULL },
	{ "an end", "\"ready_s\"", "\"end\":{\"lat\":42,\"lon\":-71.1},\"ready_s\"", NULL },
	{ "no JSON", "{\"travel\"", "{travel", "line 1, column 7" },
	{ "not an object", "\"travel\":{\"speed_m_per_h\":36000}", "\"travel\":3",
	    "travel.expected an object, got a whole number" },
	{ "a name twice", "\"ready_s\":0", "\"ready_s\":0,\"ready_s\":1", "duplicate" },
	{ "an unknown member", "\"ready_s\"", "\"redy_s\"", "technicians[0].redy_s" },
	{ "a missing member", "\"unserved_cents\":5000,", "",
	    "calls[0].unserved_cents: expected a whole number, got nothing" },
	{ "text for a number", "3600,", "\"3600\",",
	    "calls[0].duration_s: expected a whole number, got a string" },
	{ "a fraction of a second", "3600,", "3600.5,", "got a fraction" },
	{ "a number of 64 bits", "3600,", "99999999999,", "calls[0].duration_s: expected" },
	{ "a negative duration", "3600,", "-1,", "calls[0].duration_s: expected 0 to" },
	{ "off the earth", "42.01", "91", "calls[0].site.lat: expected -90 to 90 degrees" },
	{ "no place", "{\"lat\":42,\"lon\":-71}", "3", "technicians[0].start" },
	{ "a start at the first stop", "{\"lat\":42,\"lon\":-71}", "null", NULL },
	{ "windows", "3600,", "3600,\"windows\":[[0,100],[200,300]],", NULL },
	{ "windows that overlap", "3600,", "3600,\"windows\":[[0,100],[100,300]],",
	    "calls[0].windows[1]: expected to open after 100, got 100" },
	{ "half a window", "3600,", "3600,\"windows\":[[0]],", "calls[0].windows[0]: expected two" },
	{ "a load of no dimension", "3600,", "3600,\"pickup\":[1],", "calls[0].pickup: expected at most 0" },
	{ "too many dimensions", "{\"travel\"", "{\"loads\":5,\"travel\"", "loads: expected 0 to 4, got 5" },
	{ "a tool of no number", "3600,", "3600,\"tools\":[64],", "calls[0].tools: expected 0 to 63" },
	{ "a row of no matrix", "\"lat\":42.01", "\"location\":1,\"lat\":42.01",
	    "calls[0].site.location: expected none without matrices" },
	{ "no row of the matrix", "{\"travel\"", "{\"matrices\":[[[0]]],\"travel\"",
	    "technicians[0].start.location: expected a whole number, got nothing" },
	{ "a matrix that is not square", "{\"travel\"", "{\"matrices\":[[[0,1]]],\"travel\"",
	    "matrices[0][0]: expected a row of 1, got an array of 2" },
	{ "traffic of a day of one hour", "{\"travel\"", "{\"traffic\":{\"hour_pct\":[50]},\"travel\"",
	    "traffic.hour_pct: expected an array of 24, got an array of 1" },
	{ "with itself", "3600,", "3600,\"with\":\"c1\",", "calls[0].with: expected another call" },
	{ "after nobody", "3600,", "3600,\"after\":\"c2\",", "calls[0].after: expected an id" },
	{ "leaving late", "\"ready_s\"", "\"leaves_late\":true,\"ready_s\"", NULL },
	{ "leaving late in traffic", "\"travel\":{\"speed_m_per_h\":36000},\"technicians\":[{",
	    "\"traffic\":{\"hour_pct\":[50,50,50,50,50,50,50,50,50,50,50,50,50,50,50,50,50,50,50,50,50,"
	    "50,50,50]},\"technicians\":[{\"leaves_late\":true,",
	    "technicians[0].leaves_late: expected false where there is traffic" },
	{ "an unknown technician", "\"technician\":\"t1\"", "\"technician\":\"t2\"",
	    "calls[0].told.technician: expected an id of this problem, got t2" },
	{ "an unknown call", "[\"c1\"]", "[\"c2\"]", "technicians[0].current" },
	{ "a call twice on a route", "[\"c1\"]", "[\"c1\",\"c1\"]", "got it twice" },
	{ "a skill he lacks", "{\"gas\":1}", "{\"gas\":3}", "technicians[0].current[0]" },
	{ "a promise that ends first", "[0,3600]", "[3600,0]", "calls[0].told.promise" },
	{ "half a promise", "[0,3600]", "[0]", "calls[0].told.promise: expected two times" },
	{ "too many breaks", "{\"open_s\":9000,\"duration_s\":1800}", "1,2,3,4,5",
	    "technicians[0].breaks: expected at most 4" },
	{ "standing still", "36000", "0", "travel.speed_m_per_h: expected 1000 to" },
	{ "more fixed than there is", "\"ready_s\"", "\"fixed\":2,\"ready_s\"",
	    "technicians[0].fixed: expected 0 to 1" },
	{ "stays without a route", "\"current\":[\"c1\"]", "\"current\":[]", NULL },
	{ "a stay for no route", "\"current\":[\"c1\"]}],\"calls\":[{",
	    "\"current\":[]}],\"calls\":[{\"stay\":5,", "calls[0].stay: expected none" },
};

static char *
replaced(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	char *out = malloc(strlen(text) + strlen(to) + 1);

	assert_non_null(at);
	assert_non_null(out);
	memcpy(out, text, (size_t)(at - text));
	strcpy(out + (at - text), to);
	strcat(out, at + strlen(from));
	return out;
}

static void
test_problem_input(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(inputs); i++) {
		char *text = replaced(good, inputs[i].from, inputs[i].to);
		struct problem *p = NULL;
		char why[256] = "";
		int rc = problem_parse(text, strlen(text), &p, why, sizeof(why));

		if (inputs[i].why == NULL ? rc != 0
		    : rc != -EINVAL || strstr(why, inputs[i].why) == NULL)
			fail_msg("%s: rc %d, %s", inputs[i].name, rc, why);
		problem_free(p);
		free(text);
	}
}

static void
test_stay(void **unused)
{
	struct problem *p;
	char why[256];

	(void)unused;
	/* 1112 m as the crow flies, 1446 m on the road at 10 m/s: 145 s; told at 400 s. */
	assert_int_equal(problem_parse(good, strlen(good), &p, why, sizeof(why)), 0);
	assert_true(p->call[0].stay_served);
	assert_int_equal(p->call[0].stay_s, 145);
	p->call[0].told.eta_s = 5000;
	assert_int_equal(problem_stay(p), 0);
	assert_int_equal(p->call[0].stay_s, 4400); /* waits for ETA less tolerance */
	p->technician[0].shift_end_s = 4000;
	assert_int_equal(problem_stay(p), 0);
	assert_false(p->call[0].stay_served);
	problem_free(p);
}

static char *
text_of(json_t *j)
{
	char *text = json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS);

	assert_non_null(text);
	json_decref(j);
	return text;
}

static struct plan *
solved(const struct problem *p, const struct solve_limits *lim)
{
	struct plan *plan = NULL;
	int rc = solve(p, lim, &plan);

	if (rc == -ETIME)
		return NULL;
	assert_int_equal(rc, 0);
	plan->solve_us = 0; /* the only thing that may differ from run to run */
	return plan;
}

/* JSON and back is the same problem and the same plan; twice solved, the same plan. */
static void
test_round_trips(void **unused)
{
	(void)unused;
	for (uint64_t seed = 1; seed <= RANDOM_CASES; seed++) {
		struct rng r = { seed };
		unsigned parts = seed % 3 == 0 ? 0
		    : (unsigned)rng_below(&r, 1 << PARTS);
		struct problem *p = solver_random_with(&r, 3, rng_range(&r, 0, 10), parts);
		struct solve_limits lim = { .work = 3000, .seed = seed, .search = seed % 2 == 0 };
		struct problem *q;
		struct plan *a, *b, *c;
		json_t *j = problem_to_json(p);
		char why[256];

		if (problem_from_json(j, &q, why, sizeof(why)) < 0)
			fail_msg("seed %llu: %s", (unsigned long long)seed, why);
		json_decref(j);
		char *first = text_of(problem_to_json(p)), *second = text_of(problem_to_json(q));
		assert_string_equal(first, second);
		free(first);
		free(second);
		a = solved(p, &lim);
		b = solved(q, &lim);
		assert_true((a == NULL) == (b == NULL));
		if (a != NULL) {
			j = plan_to_json(p, a);
			if (plan_from_json(j, p, &c, why, sizeof(why)) < 0)
				fail_msg("seed %llu: %s", (unsigned long long)seed, why);
			json_decref(j);
			first = text_of(plan_to_json(p, a));
			second = text_of(plan_to_json(q, b));
			assert_string_equal(first, second);
			free(second);
			second = text_of(plan_to_json(p, c));
			assert_string_equal(first, second);
			free(first);
			free(second);
			plan_free(c);
		}
		plan_free(a);
		plan_free(b);
		problem_free(p);
		problem_free(q);
	}
}

enum damage {
	EARLY,
	LATE_END,
	SWAPPED,
	TWICE,
	UNSAID,
	NO_BREAK,
	BREAK_EARLY,
	DAMAGES,
};
static const char *const damage_name[] = { "starts before he can be there", "ends another time",
	"two stops swapped", "a call twice", "served and not said", "a break left out",
	"a break before its time" };

/* Breaks a rule; false if the plan has nothing to break. */
static bool
break_rule(struct plan *plan, enum damage how)
{
	struct plan_route *r = plan->route;
	struct plan_stop swap;

	while (r < plan->route + plan->routes && (r->stops < 2 || r->takens == 0))
		r++;
	if (r == plan->route + plan->routes)
		return false;
	switch (how) {
	case EARLY:
		r->stop[0].start_s -= 100000;
		r->stop[0].end_s -= 100000;
		return true;
	case LATE_END:
		r->end_s++;
		return true;
	case SWAPPED:
		swap = r->stop[0];
		r->stop[0] = r->stop[1];
		r->stop[1] = swap;
		return true;
	case TWICE:
		r->stop[1].call = r->stop[0].call;
		return true;
	case UNSAID:
		plan->served[r->stop[0].call] = false;
		return true;
	case NO_BREAK:
		r->takens--;
		return true;
	case BREAK_EARLY:
		r->taken[0].start_s -= 100000;
		return true;
	case DAMAGES:
		break;
	}
	return false;
}

static void
test_check_refuses(void **unused)
{
	struct rng r = { 7 };
	struct problem *p = day_morning(&r, 4, 16);
	struct solve_limits lim = { .work = 20000, .search = true };
	char why[256];

	(void)unused;
	for (int how = 0; how < DAMAGES; how++) {
		struct plan *plan = solved(p, &lim);

		if (plan == NULL)
			abort();
		assert_int_equal(plan_check(p, plan, NULL, NULL, why, sizeof(why)), 0);
		assert_true(break_rule(plan, how));
		if (plan_check(p, plan, NULL, NULL, why, sizeof(why)) != -EINVAL)
			fail_msg("%s: not refused", damage_name[how]);
		plan_free(plan);
	}
	problem_free(p);
}

/* With or without a search: within the budget, no worse than standing still, bound below. */
static void
test_events(void **unused)
{
	struct rng r = { 11 };
	struct problem *morning = day_morning(&r, 10, 45);
	struct solve_limits first = { .work = 300000, .search = true };
	struct plan *plan = solved(morning, &first);
	char why[256];

	(void)unused;
	assert_non_null(plan);
	for (int e = 0; e < 24; e++) {
		int32_t budget = e % 4;
		struct problem *p = e % 3 == 0 ? day_absence(&r, morning, plan, 6, budget)
		    : day_urgent(&r, morning, plan, 6, budget);
		struct solve_limits lim = { .work = 60000, .search = e % 2 == 0 };
		struct plan *answer = solved(p, &lim);

		assert_non_null(answer);
		if (plan_check(p, answer, NULL, NULL, why, sizeof(why)) < 0)
			fail_msg("event %d: %s", e, why);
		assert_true(answer->disturbance.chosen <= budget);
		assert_true(answer->cost_cents <= answer->stay_cents);
		assert_true(answer->bound_cents <= answer->cost_cents);
		plan_free(answer);
		problem_free(p);
	}
	plan_free(plan);
	problem_free(morning);
}

/* A day far too large for a proof still ends near its limit, with most calls planned. */
static void
test_large(void **unused)
{
	struct rng r = { 3 };
	struct problem *p = day_morning(&r, 60, 360);
	struct solve_limits lim = { .work = 400000, .search = true };
	struct plan *plan = solved(p, &lim);
	int32_t served = 0;

	(void)unused;
	assert_non_null(plan);
	for (int32_t i = 0; i < p->calls; i++)
		served += plan->served[i];
	assert_true(served > p->calls * 9 / 10);
	assert_true(plan->work < 3 * lim.work);
	plan_free(plan);
	problem_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_travel),
		cmocka_unit_test(test_problem_input),
		cmocka_unit_test(test_stay),
		cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_check_refuses),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
