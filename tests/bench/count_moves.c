/* SPDX-License-Identifier: Apache-2.0 */
/*
 * count_moves PROBLEM BEFORE AFTER: what a new plan does to those who were told, and what it costs.
 *
 * All three are VROOM's JSON: the problem with its matrix, the plan people were told, the new plan.
 * A job that was in the plan before is disturbed when another vehicle does it, it arrives over ten
 * minutes earlier or later, or it is left out. The cost is recomputed from the matrix: seconds
 * of travel. Skills, windows and travel times are checked on the way: a plan that breaks one is an
 * error, whoever made it. One line of JSON.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { TOLERANCE_S = 600, IDS_MAX = 100000 };

struct visit {
	int vehicle; /* 0: nobody */
	int arrival_s;
};

struct counts {
	int reassigned, moved, dropped, disturbed;
};

static void
fail(const char *what, json_int_t id)
{
	fprintf(stderr, "count_moves: %s %lld\n", what, (long long)id);
	exit(1);
}

static json_t *
load(const char *path)
{
	json_error_t error;
	json_t *j = json_load_file(path, 0, &error);

	if (j == NULL) {
		fprintf(stderr, "count_moves: %s: line %d: %s\n", path, error.line, error.text);
		exit(1);
	}
	return j;
}

static json_int_t
number(const json_t *j, const char *name)
{
	return json_integer_value(json_object_get(j, name));
}

static json_int_t
start_of(const json_t *step)
{
	return number(step, "arrival") + number(step, "waiting_time");
}

/* The steps of a plan that are jobs, by id. */
static struct visit *
visits_of(const json_t *plan)
{
	struct visit *v = calloc(IDS_MAX, sizeof(*v));
	const json_t *route, *step;
	size_t r, s;

	if (v == NULL)
		abort();
	json_array_foreach(json_object_get(plan, "routes"), r, route)
		json_array_foreach(json_object_get(route, "steps"), s, step) {
			json_int_t id = number(step, "id");
			const char *type = json_string_value(json_object_get(step, "type"));

			if (type == NULL || strcmp(type, "job") != 0)
				continue;
			if (id <= 0 || id >= IDS_MAX || v[id].vehicle != 0)
				fail("served twice, or no such job:", id);
			v[id] = (struct visit){ (int)number(route, "vehicle"),
				(int)number(step, "arrival") };
		}
	return v;
}

static const json_t *
find(const json_t *list, json_int_t id)
{
	const json_t *j;
	size_t n;

	json_array_foreach(list, n, j)
		if (number(j, "id") == id)
			return j;
	fail("no such vehicle or job:", id);
	return NULL;
}

static json_int_t
leg(const json_t *durations, json_int_t from, json_int_t to)
{
	return json_integer_value(json_array_get(json_array_get(durations, (size_t)from), (size_t)to));
}

static json_int_t
at(const json_t *pair, size_t n)
{
	return json_integer_value(json_array_get(pair, n));
}

static void
check_skills(const json_t *vehicle, const json_t *job)
{
	const json_t *need, *has;
	size_t n, h;

	json_array_foreach(json_object_get(job, "skills"), n, need) {
		bool found = false;

		json_array_foreach(json_object_get(vehicle, "skills"), h, has)
			found |= json_integer_value(has) == json_integer_value(need);
		if (!found)
			fail("a skill is missing for job", number(job, "id"));
	}
}

static void
check_window(const json_t *job, json_int_t start_s)
{
	const json_t *window = json_array_get(json_object_get(job, "time_windows"), 0);

	if (window != NULL && (start_s < at(window, 0) || start_s > at(window, 1)))
		fail("outside its window: job", number(job, "id"));
}

/* Seconds of travel of one route. */
static json_int_t
travel_of(const json_t *problem, const json_t *route)
{
	const json_t *durations = json_object_get(json_object_get(json_object_get(problem, "matrices"),
	    "car"), "durations");
	const json_t *v = find(json_object_get(problem, "vehicles"), number(route, "vehicle"));
	const json_t *shift = json_object_get(v, "time_window"), *step;
	json_int_t location = number(v, "start_index"), free_s = at(shift, 0), sum = 0, drive_s;
	size_t s, jobs = 0;

	json_array_foreach(json_object_get(route, "steps"), s, step) {
		const char *type = json_string_value(json_object_get(step, "type"));
		const json_t *job;

		if (type == NULL || strcmp(type, "job") != 0)
			continue;
		job = find(json_object_get(problem, "jobs"), number(step, "id"));
		drive_s = leg(durations, location, number(job, "location_index"));
		if (start_of(step) < free_s + drive_s)
			fail("he cannot be there yet: job", number(job, "id"));
		check_window(job, start_of(step));
		check_skills(v, job);
		free_s = start_of(step) + number(job, "service");
		location = number(job, "location_index");
		sum += drive_s;
		jobs++;
	}
	drive_s = jobs == 0 ? 0 : leg(durations, location, number(v, "end_index"));
	if (free_s + drive_s > at(shift, 1))
		fail("after the shift: vehicle", number(v, "id"));
	return sum + drive_s;
}

static void
count(const struct visit *before, const struct visit *after, struct counts *ret)
{
	for (int id = 1; id < IDS_MAX; id++) {
		const struct visit *b = &before[id], *a = &after[id];
		bool moved = abs(a->arrival_s - b->arrival_s) > TOLERANCE_S;

		if (b->vehicle == 0)
			continue;
		ret->dropped += a->vehicle == 0;
		ret->reassigned += a->vehicle != 0 && a->vehicle != b->vehicle;
		ret->moved += a->vehicle != 0 && moved;
		ret->disturbed += a->vehicle != b->vehicle || moved;
	}
}

int
main(int argc, char **argv)
{
	json_t *problem, *before, *after, *route;
	struct visit *then, *now;
	struct counts n = { 0 };
	json_int_t cost = 0;
	size_t r, job, unserved = 0;
	const json_t *j;

	if (argc != 4) {
		fputs("usage: count_moves PROBLEM BEFORE AFTER\n", stderr);
		return 2;
	}
	problem = load(argv[1]);
	before = load(argv[2]);
	after = load(argv[3]);
	then = visits_of(before);
	now = visits_of(after);
	count(then, now, &n);
	json_array_foreach(json_object_get(after, "routes"), r, route)
		cost += travel_of(problem, route);
	json_array_foreach(json_object_get(problem, "jobs"), job, j)
		unserved += now[number(j, "id")].vehicle == 0;
	printf("{\"disturbed\":%d,\"reassigned\":%d,\"moved\":%d,\"dropped\":%d,\"travel_s\":%lld,"
	    "\"unserved\":%zu}\n", n.disturbed, n.reassigned, n.moved, n.dropped, (long long)cost,
	    unserved);
	return 0;
}
