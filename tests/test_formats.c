/* SPDX-License-Identifier: Apache-2.0 */
/* Problems and plans in other people's formats: what is read, refused and written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>

#include "solver/format.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

enum { WORK = 200000 };

/* Two technicians, four jobs; everything of the format is there once. */
static const char good_vroom[] =
    "{\"vehicles\":[\n"
    "{\"id\":1,\"start_index\":0,\"end_index\":0,\"capacity\":[9],\"skills\":[1,7],\n"
    " \"time_window\":[0,9000],\"breaks\":[{\"id\":5,\"service\":300,\"description\":\"lunch\",\n"
    " \"time_windows\":[[600,1500]]}],\"max_tasks\":4,\"max_travel_time\":5000},\n"
    "{\"id\":2,\"start_index\":3,\"profile\":\"car\",\"type\":\"van\",\"capacity\":[5],\n"
    " \"costs\":{\"fixed\":50,\"per_hour\":7200},\"description\":\"spare\"}],\n"
    "\"jobs\":[\n"
    "{\"id\":11,\"location_index\":1,\"service\":200,\"setup\":60,\"skills\":[1],\"delivery\":[2],\n"
    " \"time_windows\":[[150,1000]]},\n"
    "{\"id\":12,\"location_index\":1,\"service\":100,\"setup\":60,\"pickup\":[1],\"description\":\"x\"},\n"
    "{\"id\":13,\"location_index\":2,\"service\":100,\"priority\":5,\n"
    " \"service_per_type\":{\"van\":50}},\n"
    "{\"id\":15,\"location_index\":3,\"skills\":[9],\"priority\":9}],\n"
    "\"matrices\":{\"car\":{\"durations\":[[0,100,200,300],[100,0,120,250],[200,120,0,150],\n"
    "[300,250,150,0]],\"distances\":[[0,1,2,3],[1,0,4,5],[2,4,0,6],[3,5,6,0]]}}}\n";

static const char good_solomon[] =
    "TINY\n\nVEHICLE\nNUMBER CAPACITY\n  2   10\n\nCUSTOMER\nCUST NO. XCOORD. YCOORD. DEMAND\n\n"
    "0 0 0 0 0 1000 0\n1 3 4 5 10 20 9\n2 1 1 5 0 900 5\n3 6 8 5 0 900 5\r\n";

static const char good_trsp[] =
    "Tiny\n\nINFO\nCREW COUNT SKILLS TOOLS SPARE PARTS\n2 1 1 1\n\nDEPOT TECHNICIANS AND REQUESTS\n"
    "ID X Y TWS TWE Serv SKILLS TOOLS SPARE PARTS\n"
    "0 0 10 0 100 0 [] [] []\n1 0 0 0 100 0 [0] [] [1]\n2 30 0 0 100 0 [] [0] [0]\n"
    "3 0 5 20 40 10 [0] [] [1]\n4 0 15 0 60 5 [] [0] [1]\n5 30 4 0 90 1 [] [0] [0]\n";

/* The good text with its first `from` replaced; the caller's to free. */
static char *
with(const char *good, const char *from, const char *to)
{
	const char *at = strstr(good, from);
	size_t before, size = strlen(good) + strlen(to) + 1;
	char *text = malloc(size);

	assert_non_null(text);
	if (at == NULL)
		fail_msg("no %s in the good text", from);
	before = (size_t)(at - good);
	snprintf(text, size, "%.*s%s%s", (int)before, good, to, at + strlen(from));
	return text;
}

static struct format_case *
read_good(const struct format *f, const char *text, const char *before)
{
	struct text t = text_of(text, strlen(text));
	struct text b = text_of(before ? before : "", before ? strlen(before) : 0);
	struct format_case *c = NULL;
	char why[512] = "";

	if (format_read(f, &t, before ? &b : NULL, &c, why, sizeof(why)) != 0)
		fail_msg("%s: %s", f->name, why);
	return c;
}

/* The answer for a text within a budget. Checks the plan as well. */
static json_t *
answer(const struct format *f, const char *text, const char *before, int32_t budget)
{
	const struct solve_limits lim = { .work = WORK, .search = true, .prove = true };
	struct format_case *c = read_good(f, text, before);
	struct plan *plan = NULL;
	char why[256] = "";
	json_t *j;

	assert_int_equal(format_solve(c, &lim, budget, &plan), 0);
	if (plan_check(c->problem, plan, NULL, NULL, why, sizeof(why)) != 0)
		fail_msg("%s: %s", f->name, why);
	j = format_write(c, plan);
	assert_non_null(j);
	plan_free(plan);
	format_case_free(c);
	return j;
}

/* A member by a path of names and indices: "routes.0.steps.3.arrival". */
static const json_t *
at(const json_t *j, const char *path)
{
	char name[64];

	while (j != NULL && *path != '\0') {
		size_t n = strcspn(path, ".");

		snprintf(name, sizeof(name), "%.*s", (int)n, path);
		j = json_is_array(j) ? json_array_get(j, strtoul(name, NULL, 10))
		    : json_object_get(j, name);
		path += n + (path[n] == '.');
	}
	return j;
}

static void
expect(const json_t *j, const char *path, json_int_t want)
{
	const json_t *got = at(j, path);
	char *text = json_dumps(j, JSON_INDENT(1));

	if (!json_is_integer(got) || json_integer_value(got) != want)
		fail_msg("%s: expected %lld in %s", path, (long long)want, text);
	free(text);
}

static const struct {
	const char *name;
	const struct format *format;
	const char *good, *from, *to;
	const char *why; /* the refusal must say this; NULL: it is fine */
} inputs[] = {
	{ "as it is", &format_vroom, good_vroom, "", "", NULL },
	{ "no JSON", &format_vroom, good_vroom, "\"jobs\":[", "\"jobs\":[[", "line 14, column" },
	{ "after a matrix", &format_vroom, good_vroom, "}}}\n", "}}x\n", "line 15, column" },
	{ "no vehicles", &format_vroom, "{\"jobs\":[]}", "", "", "vehicles: expected one at least" },
	{ "not an object", &format_vroom, "[1]", "", "", "expected an object, got an array" },
	{ "shipments", &format_vroom, good_vroom, "{\"vehicles\"",
	    "{\"shipments\":[{}],\"vehicles\"", "shipments: expected nothing, got an array" },
	{ "no shipments", &format_vroom, good_vroom, "{\"vehicles\"",
	    "{\"shipments\":[],\"vehicles\"", NULL },
	{ "a matrix of costs", &format_vroom, good_vroom, "{\"durations\"",
	    "{\"costs\":[[0]],\"durations\"", "matrices.car.costs: expected nothing" },
	{ "max_distance", &format_vroom, good_vroom, "\"max_tasks\"",
	    "\"max_distance\":5,\"max_tasks\"", "vehicles[0].max_distance: expected nothing" },
	{ "per_km", &format_vroom, good_vroom, "\"fixed\"", "\"per_km\":5,\"fixed\"",
	    "vehicles[1].costs.per_km: expected nothing" },
	{ "per_km of 0", &format_vroom, good_vroom, "\"fixed\"", "\"per_km\":0,\"fixed\"", NULL },
	{ "per_task_hour", &format_vroom, good_vroom, "\"fixed\"", "\"per_task_hour\":5,\"fixed\"",
	    "vehicles[1].costs.per_task_hour: expected nothing" },
	{ "max_load", &format_vroom, good_vroom, "{\"id\":5", "{\"max_load\":[4],\"id\":5",
	    "vehicles[0].breaks[0].max_load: expected nothing" },
	{ "an id twice", &format_vroom, good_vroom, "\"id\":12", "\"id\":11",
	    "jobs[1].id: expected ids that differ, got 11 twice" },
	{ "an id in words", &format_vroom, good_vroom, "\"id\":12", "\"id\":\"12\"",
	    "jobs[1].id: expected a whole number, got a string" },
	{ "no id", &format_vroom, good_vroom, "\"id\":2,", "",
	    "vehicles[1].id: expected a whole number, got nothing" },
	{ "a place outside the matrix", &format_vroom, good_vroom, "\"location_index\":2",
	    "\"location_index\":4", "jobs[2].location_index: expected 0 to 3, got 4" },
	{ "no place", &format_vroom, good_vroom, "\"start_index\":3,", "",
	    "vehicles[1].start: expected a start or an end, got neither" },
	{ "a window backwards", &format_vroom, good_vroom, "[150,1000]", "[150,100]",
	    "jobs[0].time_windows[0]: expected an end at 150 or later, got 100" },
	{ "a window of one", &format_vroom, good_vroom, "[150,1000]", "[150]",
	    "jobs[0].time_windows[0]: expected [start, end]" },
	{ "half a second", &format_vroom, good_vroom, "\"service\":200", "\"service\":200.5",
	    "jobs[0].service: expected a whole number, got a fraction" },
	{ "too high a priority", &format_vroom, good_vroom, "\"priority\":5", "\"priority\":101",
	    "jobs[2].priority: expected 0 to 100, got 101" },
	{ "too many dimensions", &format_vroom, good_vroom, "\"delivery\":[2]",
	    "\"delivery\":[2,2,2,2,2]", "jobs[0].delivery: expected at most 4 members, got 5" },
	{ "too slow", &format_vroom, good_vroom, "\"max_tasks\"", "\"speed_factor\":0,\"max_tasks\"",
	    "vehicles[0].speed_factor: expected 0.01 to 5, got 0" },
	{ "no such profile", &format_vroom, good_vroom, "\"profile\":\"car\"",
	    "\"profile\":\"bike\"", "vehicles[1].profile: expected one that has durations" },
	{ "a long row", &format_vroom, good_vroom, "[200,120,0,150]", "[200,120,0,150,1]",
	    "matrices.car.durations[2][4]: expected a whole number" },
	{ "a short row", &format_vroom, good_vroom, "[200,120,0,150]", "[200,120,0]",
	    "matrices.car.durations[2]: expected 4 numbers as in the first row, got 3" },
	{ "a row too few", &format_vroom, good_vroom, ",\n[300,250,150,0]", "",
	    "matrices.car.durations: expected as many rows as columns" },
	{ "a row too many", &format_vroom, good_vroom, "[300,250,150,0]",
	    "[300,250,150,0],[1,2,3,4]", "matrices.car.durations: expected as many rows" },
	{ "a negative leg", &format_vroom, good_vroom, "[100,0,120,250]", "[100,0,-120,250]",
	    "line 14: matrices.car.durations[1][2]: expected a whole number" },
	{ "a leg of half a second", &format_vroom, good_vroom, "[100,0,120,250]",
	    "[100,0,120.5,250]", "matrices.car.durations[1][2]: expected a whole number" },
	{ "a leg of years", &format_vroom, good_vroom, "[100,0,120,250]",
	    "[100,0,100000001,250]", "matrices.car.durations[1][2]: expected a whole number" },
	{ "a long leg, and blanks", &format_vroom, good_vroom, "[100,0,120,250]",
	    "[ 100 ,0,\n70000 , 250 ]", NULL },
	{ "a matrix that is none", &format_vroom, good_vroom, "\"durations\":[[", "\"durations\":[5,[",
	    "matrices.car.durations[0][0]" },
	{ "other distances", &format_vroom, good_vroom, "[3,5,6,0]]", "[3,5,6,0],[1]]",
	    "matrices.car.distances: expected 4 rows" },
	{ "steps of shipments", &format_vroom, good_vroom, "\"max_tasks\"",
	    "\"steps\":[{\"type\":\"pickup\",\"id\":11}],\"max_tasks\"",
	    "vehicles[0].steps[0].type: expected start, job, break or end, got pickup" },
	{ "steps with times", &format_vroom, good_vroom, "\"max_tasks\"",
	    "\"steps\":[{\"type\":\"start\"},{\"type\":\"job\",\"id\":11,\"arrival\":100}],"
	    "\"max_tasks\"", NULL },
	{ "a place without a matrix", &format_vroom,
	    "{\"vehicles\":[{\"id\":1,\"start\":[-71,42]}],\"jobs\":[{\"id\":1}]}", "", "",
	    "jobs[0].location: expected [longitude, latitude], got nothing" },

	{ "as it is", &format_solomon, good_solomon, "", "", NULL },
	{ "no customers", &format_solomon, "X\n1 10\n", "", "", "line 2: expected customers" },
	{ "nothing", &format_solomon, "", "", "", "expected the number of vehicles" },
	{ "customers out of order", &format_solomon, good_solomon, "2 1 1 5", "4 1 1 5",
	    "line 12: customer number: expected 2, got 4" },
	{ "half a place", &format_solomon, good_solomon, "1 3 4 5", "1 3.5 4 5",
	    "line 11: x: expected a multiple of 1, got 3.5" },
	{ "a tenth of time", &format_solomon, good_solomon, "10 20 9", "10 20.1 9", NULL },
	{ "a hundredth of time", &format_solomon, good_solomon, "10 20 9", "10 20.01 9",
	    "line 11: due date: expected a multiple of 0.1" },
	{ "due before ready", &format_solomon, good_solomon, "10 20 9", "10 9 9",
	    "line 11: due date: expected 10 or later, got 9" },
	{ "a word", &format_solomon, good_solomon, "10 20 9", "10 x 9",
	    "line 11: due date: expected a number, got" },
	{ "a short line", &format_solomon, good_solomon, "10 20 9", "10 20",
	    "line 11: service time: expected a number, got the end of the line" },
	{ "a long line", &format_solomon, good_solomon, "10 20 9", "10 20 9 1",
	    "line 11: expected the end of the line, got 1" },

	{ "as it is", &format_trsp, good_trsp, "", "", NULL },
	{ "no crew", &format_trsp, good_trsp, "2 1 1 1", "0 1 1 1", "expected CREW COUNT" },
	{ "nothing", &format_trsp, "", "", "", "expected CREW COUNT" },
	{ "nodes out of order", &format_trsp, good_trsp, "3 0 5", "4 0 5",
	    "line 12: ID: expected 3, got 4" },
	{ "no list", &format_trsp, good_trsp, "[0] [] [1]\n2", "0 [] [1]\n2",
	    "line 10: SKILLS: expected a list in brackets" },
	{ "half a skill", &format_trsp, good_trsp, "[0] [] [1]\n2", "[0.5] [] [1]\n2",
	    "line 10: SKILLS: expected a multiple of 1, got 0.5" },
	{ "an open list", &format_trsp, good_trsp, "[0] [] [1]\n2", "[0 [] [1]\n2",
	    "line 10: SKILLS: expected a comma or a bracket" },
	{ "a table too short", &format_trsp, good_trsp, "5 30 4 0 90 1 [] [0] [0]\n",
	    "5 30 4 0 90 1 [] [0] [0]\nTRAVEL TIMES\n0;0;1;2;3;4;5\n1;0;1;2\n",
	    "line 17: expected 6 numbers, got 3" },
	{ "more technicians than rows", &format_trsp, good_trsp, "\n2 1 1 1", "\n9 1 1 1",
	    "expected a depot and 9 technicians, got 6 rows" },
};

static void
test_inputs(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(inputs); i++) {
		char *text = with(inputs[i].good, inputs[i].from, inputs[i].to);
		struct text t = text_of(text, strlen(text));
		struct format_case *c = NULL;
		char why[512] = "";
		int rc = format_read(inputs[i].format, &t, NULL, &c, why, sizeof(why));

		if (inputs[i].why == NULL ? rc != 0
		    : rc != -EINVAL || strstr(why, inputs[i].why) == NULL)
			fail_msg("%s, %s: %d, %s", inputs[i].format->name, inputs[i].name, rc, why);
		format_case_free(c);
		free(text);
	}
}

static void
test_vroom_answer(void **unused)
{
	json_t *j = answer(&format_vroom, good_vroom, NULL, -1);

	(void)unused;
	expect(j, "code", 0);
	expect(j, "summary.routes", 1);
	expect(j, "summary.unassigned", 1);
	expect(j, "unassigned.0.id", 15);
	expect(j, "routes.0.vehicle", 1);
	/* 0 - 1 - 1 - 2 - 0, the second job at the same place without its setup. */
	expect(j, "summary.cost", 420);
	expect(j, "summary.setup", 60);
	expect(j, "summary.service", 700); /* with the break */
	expect(j, "summary.distance", 7);
	expect(j, "summary.priority", 5);
	expect(j, "summary.delivery.0", 2);
	expect(j, "summary.pickup.0", 1);
	expect(j, "routes.0.steps.0.load.0", 2);
	expect(j, "routes.0.steps.5.load.0", 1);
	expect(j, "routes.0.steps.5.duration", 420);
	expect(j, "evenkeel.cost", 420);
	expect(j, "evenkeel.bound", 420);
	assert_true(json_is_true(at(j, "evenkeel.proven")));
	assert_null(at(j, "evenkeel.disturbance"));
	json_decref(j);
}

/* One vehicle, one job far away, and a break that parts the drive there. */
static void
test_vroom_break_on_the_way(void **unused)
{
	json_t *j = answer(&format_vroom,
	    "{\"vehicles\":[{\"id\":1,\"start_index\":0,\"end_index\":0,\"time_window\":[0,40000],"
	    "\"breaks\":[{\"id\":5,\"service\":1000,\"time_windows\":[[5000,5500]]}]}],"
	    "\"jobs\":[{\"id\":1,\"location_index\":1,\"service\":600}],"
	    "\"matrix\":[[0,12000],[11000,0]]}", NULL, -1);

	(void)unused;
	expect(j, "routes.0.steps.0.arrival", 0);
	expect(j, "routes.0.steps.1.id", 5);
	expect(j, "routes.0.steps.1.arrival", 5000);
	expect(j, "routes.0.steps.1.duration", 5000);
	expect(j, "routes.0.steps.2.arrival", 13000);
	expect(j, "routes.0.steps.3.arrival", 24600);
	expect(j, "summary.waiting_time", 0);
	json_decref(j);
}

/* Dates instead of seconds of a day, and a vehicle whose day has no end. */
static void
test_vroom_dates(void **unused)
{
	json_t *j = answer(&format_vroom,
	    "{\"vehicles\":[{\"id\":1,\"start_index\":0,\"speed_factor\":2}],"
	    "\"jobs\":[{\"id\":1,\"location_index\":1,\"time_windows\":[[1700000000,1700000100],"
	    "[1700009000,1700009100]]},{\"id\":2,\"location_index\":0,\"amount\":[0],"
	    "\"time_windows\":[[1700000200,1700000300]]}],"
	    "\"matrices\":{\"car\":{\"durations\":[[0,101],[199,0]]}}}", NULL, -1);

	(void)unused;
	/* Half of 101 and of 199 seconds, cut off. */
	expect(j, "summary.cost", 50);
	expect(j, "routes.0.steps.1.id", 2);
	expect(j, "routes.0.steps.2.id", 1);
	expect(j, "routes.0.steps.2.waiting_time", 8650);
	expect(j, "routes.0.steps.2.arrival", 1700000350);
	json_decref(j);
}

/* Two vehicles at one place, each with a job; a third job comes. */
static const char day[] =
    "{\"vehicles\":[{\"id\":1,\"start_index\":0,\"end_index\":0,\"time_window\":[0,20000]},"
    "{\"id\":2,\"start_index\":0,\"end_index\":0,\"time_window\":[0,20000]}],\"jobs\":["
    "{\"id\":1,\"location_index\":1,\"service\":600},{\"id\":2,\"location_index\":2,\"service\":600},"
    "{\"id\":3,\"location_index\":3,\"service\":600,\"time_windows\":[[0,1100]]}],"
    "\"matrix\":[[0,1000,1000,1000],[1000,0,1500,100],[1000,1500,0,1500],[1000,100,1500,0]]}";
static const char told[] =
    "{\"code\":0,\"routes\":[{\"vehicle\":1,\"steps\":[{\"type\":\"start\",\"arrival\":0},"
    "{\"type\":\"job\",\"id\":1,\"arrival\":1000,\"waiting_time\":0,\"promised\":[0,1500]},"
    "{\"type\":\"job\",\"id\":7,\"arrival\":3000},{\"type\":\"end\",\"arrival\":2600}]},"
    "{\"vehicle\":2,\"steps\":[{\"type\":\"job\",\"id\":2,\"arrival\":1000}]}]}";

static const struct {
	int32_t budget;
	json_int_t cost, eta_moved, repromised, reassigned;
	size_t calls;
} budgets[] = {
	/* Job 3 must be first on a route: without a disturbance it can be on none. */
	{ 0, 4000, 0, 0, 0, 0 },
	{ 1, 4100, 1, 1, 0, 1 },
	{ -1, 3600, 2, 1, 1, 2 }, /* one vehicle does them all */
};

static void
test_vroom_budget(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(budgets); i++) {
		json_t *j = answer(&format_vroom, day, told, budgets[i].budget);

		expect(j, "summary.cost", budgets[i].cost);
		expect(j, "summary.unassigned", budgets[i].budget == 0);
		expect(j, "evenkeel.disturbance.eta_moved", budgets[i].eta_moved);
		expect(j, "evenkeel.disturbance.repromised", budgets[i].repromised);
		expect(j, "evenkeel.disturbance.reassigned", budgets[i].reassigned);
		assert_int_equal(json_array_size(at(j, "evenkeel.disturbance.calls")),
		    budgets[i].calls);
		json_decref(j);
	}
}

/* The plans of several budgets: each keeps its own, and none costs more than the one before. */
static void
test_vroom_calm(void **unused)
{
	static const int32_t budget[] = { 0, 1, 2, -1 };
	const struct solve_limits lim = { .work = WORK, .search = true, .prove = true };
	struct format_case *c = read_good(&format_vroom, day, told);
	struct plan *plan[ARRAY_LEN(budget)] = { NULL };

	(void)unused;
	assert_int_equal(format_calm(c, &lim, budget, ARRAY_LEN(budget), plan), 0);
	for (size_t b = 0; b < ARRAY_LEN(budget); b++) {
		if (budget[b] >= 0)
			assert_true(c->format->disturbed(c, plan[b]) <= budget[b]);
		if (b > 0)
			assert_true(plan[b]->cost_cents <= plan[b - 1]->cost_cents);
	}
	assert_int_equal(plan[0]->served[2], false);
	assert_int_equal(plan[3]->cost_cents, 3600);
	for (size_t b = 0; b < ARRAY_LEN(budget); b++)
		plan_free(plan[b]);
	format_case_free(c);
}

/* A vehicle is gone: its job is disturbed whatever is done, and that uses up the budget. */
static void
test_vroom_lost_vehicle(void **unused)
{
	char *text = with(day, "{\"id\":1,\"start_index\":0,\"end_index\":0,\"time_window\":[0,20000]},",
	    "");
	struct format_case *c = read_good(&format_vroom, text, told);
	json_t *j = answer(&format_vroom, text, told, 1);

	(void)unused;
	assert_int_equal(c->forced, 1);
	format_set_budget(c, 1);
	assert_int_equal(c->problem->budget, 0);
	expect(j, "evenkeel.disturbance.calls.0", 1);
	assert_int_equal(json_array_size(at(j, "evenkeel.disturbance.calls")), 1);
	json_decref(j);
	format_case_free(c);
	free(text);
}

/* A new job fits in where a technician would have waited: that moves the next arrival only. */
static void
test_vroom_arrival_held(void **unused)
{
	const char *text =
	    "{\"vehicles\":[{\"id\":1,\"start_index\":0,\"end_index\":0,\"time_window\":[0,30000]},"
	    "{\"id\":2,\"start_index\":0,\"end_index\":0,\"time_window\":[0,30000]}],\"jobs\":["
	    "{\"id\":1,\"location_index\":1,\"service\":600,\"time_windows\":[[1000,1000]]},"
	    "{\"id\":2,\"location_index\":2,\"service\":600,\"time_windows\":[[9000,9500]]},"
	    "{\"id\":3,\"location_index\":1,\"service\":3000}],"
	    "\"matrix\":[[0,1000,1000],[1000,0,300],[1000,300,0]]}";
	const char *before = "{\"routes\":[{\"vehicle\":1,\"steps\":["
	    "{\"type\":\"job\",\"id\":1,\"arrival\":1000},"
	    "{\"type\":\"job\",\"id\":2,\"arrival\":1900,\"waiting_time\":7100}]}]}";
	json_t *calm = answer(&format_vroom, text, before, 0);
	json_t *free_to = answer(&format_vroom, text, before, 1);

	(void)unused;
	assert_int_equal(json_array_size(at(calm, "evenkeel.disturbance.calls")), 0);
	expect(calm, "summary.unassigned", 0);
	expect(free_to, "summary.cost", 2300);
	expect(free_to, "evenkeel.disturbance.eta_moved", 1);
	json_decref(calm);
	json_decref(free_to);
}

/* Steps without arrivals are timed like an answer of ours with these routes. */
static void
test_vroom_steps_untimed(void **unused)
{
	char *text = with(day, "\"time_window\":[0,20000]}",
	    "\"time_window\":[0,20000],\"steps\":[{\"type\":\"job\",\"id\":3},"
	    "{\"type\":\"job\",\"id\":1}]}");
	struct format_case *c = read_good(&format_vroom, text, NULL);

	(void)unused;
	assert_int_equal(c->problem->technician[0].currents, 2);
	assert_true(c->problem->call[2].told.eta);
	assert_int_equal(c->problem->call[2].told.eta_s, 1000);
	assert_int_equal(c->problem->call[0].told.eta_s, 1700);
	assert_false(c->problem->call[1].told.eta);
	format_case_free(c);
	free(text);
}

static void
test_vroom_ignored(void **unused)
{
	char *text = with(day, "{\"id\":2,\"location_index\"",
	    "{\"colour\":\"red\",\"id\":2,\"location_index\"");
	json_t *j = answer(&format_vroom, text, NULL, -1);

	(void)unused;
	assert_string_equal(json_string_value(at(j, "evenkeel.ignored.0")), "jobs[].colour");
	json_decref(j);
	free(text);
}

static void
test_solomon(void **unused)
{
	json_t *j = answer(&format_solomon, good_solomon, NULL, -1);

	(void)unused;
	/* One vehicle drives 0-1-3-0, 50 + 50 + 100, the other 0-2-0: 14 + 14. */
	expect(j, "summary.cost", 228);
	expect(j, "summary.routes", 2);
	expect(j, "summary.unassigned", 0);
	assert_true(json_is_true(at(j, "evenkeel.proven")));
	json_decref(j);
}

static void
test_trsp(void **unused)
{
	json_t *j = answer(&format_trsp, good_trsp, NULL, -1);

	(void)unused;
	/* Both 3 and 4 with the depot on the way, 15 + 15 of driving and 15 of work; and 9. */
	assert_int_equal(json_array_size(at(j, "unserved")), 0);
	assert_true(json_number_value(at(j, "working_time")) > 53.999 &&
	    json_number_value(at(j, "working_time")) < 54.001);
	expect(j, "routes.0.technician", 1);
	assert_int_equal(json_array_size(at(j, "routes.0.stops")), 3);
	expect(j, "routes.1.stops.0", 5);
	json_decref(j);
}

/* Travel times of a table instead of the places. */
static void
test_trsp_table(void **unused)
{
	json_t *j = answer(&format_trsp,
	    "Day\nCREW COUNT\n1 0 0 0\n0 0.0 0.0 420.0 1140.0 0.0 [] [] []\n"
	    "1 0 0 420 1140 0 [] [] []\n2 0 0 465 480 45 [] [] []\nDISTANCES\n0;9;9;9;9;\n"
	    "1;9;9;9;9;\n2;9;9;9;9;\n3;9;9;9;9;\nTRAVEL TIMES\n0;0;0;20.1333;0;\n1;0;0;20.1333;0;\n"
	    "2;20.1333;20.1333;0;20.1333;\n3;0;0;20.1333;0;\n", NULL, -1);

	(void)unused;
	assert_true(json_number_value(at(j, "working_time")) > 85.266 &&
	    json_number_value(at(j, "working_time")) < 85.267);
	json_decref(j);
}

/* The same text, seed and work: the same bytes. */
static void
test_same_bytes(void **unused)
{
	static const struct {
		const struct format *format;
		const char *text;
	} texts[] = {
		{ &format_vroom, good_vroom },
		{ &format_solomon, good_solomon },
		{ &format_trsp, good_trsp },
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		json_t *a = answer(texts[i].format, texts[i].text, NULL, -1);
		json_t *b = answer(texts[i].format, texts[i].text, NULL, -1);
		char *x = json_dumps(a, 0), *y = json_dumps(b, 0);

		assert_string_equal(x, y);
		free(x);
		free(y);
		json_decref(a);
		json_decref(b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inputs),
		cmocka_unit_test(test_vroom_answer),
		cmocka_unit_test(test_vroom_break_on_the_way),
		cmocka_unit_test(test_vroom_dates),
		cmocka_unit_test(test_vroom_budget),
		cmocka_unit_test(test_vroom_calm),
		cmocka_unit_test(test_vroom_lost_vehicle),
		cmocka_unit_test(test_vroom_arrival_held),
		cmocka_unit_test(test_vroom_steps_untimed),
		cmocka_unit_test(test_vroom_ignored),
		cmocka_unit_test(test_solomon),
		cmocka_unit_test(test_trsp),
		cmocka_unit_test(test_trsp_table),
		cmocka_unit_test(test_same_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
