/* SPDX-License-Identifier: Apache-2.0 */
/*
 * make_event TECHNICIANS JOBS SEED PLAN EVENT OUT: an urgent call into a running generated day.
 *
 * PLAN is a solution of the whole day (VROOM's JSON). At a random moment of the day (drawn from the
 * number EVENT) each technician is after what he has set out to; the rest of his route lies ahead and
 * his customers were told their times. The new job may start within two hours from now. Writes
 * OUT.json, the problem of the moment, with the routes that stand as its "steps"; OUT-before.json,
 * the same without the new job; and OUT-plan.json, the rest of the plan with its times as a solution.
 */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/city.h"

enum { FIRST_S = 3600, LAST_S = 18000 };

static void
fail(const char *what, const char *name)
{
	fprintf(stderr, "make_event: %s: %s\n", name, what);
	exit(1);
}

static json_int_t
number(const json_t *j, const char *name)
{
	return json_integer_value(json_object_get(j, name));
}

/* One technician at the moment: where, when free, and the steps of the plan still ahead. */
struct stand {
	int32_t location, ready_s;
	const json_t *steps;
	size_t next; /* step; from there on all jobs are ahead */
};

static int32_t
start_s(const json_t *step)
{
	return (int32_t)(number(step, "arrival") + number(step, "waiting_time"));
}

static bool
is_job(const json_t *step)
{
	const char *type = json_string_value(json_object_get(step, "type"));

	return type != NULL && strcmp(type, "job") == 0;
}

static struct stand
stand_of(const struct city *c, int32_t k, const json_t *steps, int32_t now_s)
{
	struct stand st = { k, now_s, steps, 0 };

	for (; st.next < json_array_size(steps); st.next++) {
		const json_t *step = json_array_get(steps, st.next);
		int32_t i = (int32_t)number(step, "id") - 1, end_s;

		if (!is_job(step))
			continue;
		if (i < 0 || i >= c->jobs)
			fail("a job that the day does not have", "the plan");
		/* He has set out if he must have by now, so as to arrive when he said. */
		if (number(step, "arrival") - city_travel_s(city_spot(c, st.location), c->job[i].site) > now_s)
			break;
		end_s = start_s(step) + c->job[i].service_s;
		st.location = c->techs + i;
		st.ready_s = end_s > now_s ? end_s : now_s;
	}
	return st;
}

/* What a customer was told: when the technician arrives, and when he begins. */
static json_t *
told(const json_t *step)
{
	return json_pack("{s:s, s:I, s:I, s:I}", "type", "job", "id", number(step, "id"), "arrival",
	    number(step, "arrival"), "waiting_time", number(step, "waiting_time"));
}

static json_t *
vehicle_of(const struct city *c, int32_t k, const struct stand *st)
{
	json_t *v = json_pack("{s:i, s:i, s:i, s:[i,i]}", "id", (int)k + 1, "start_index",
	    (int)st->location, "end_index", (int)k, "time_window", (int)st->ready_s, CITY_SHIFT_S);
	json_t *skills = json_array(), *steps = json_array();

	for (int s = 1; s <= CITY_SKILLS; s++)
		if (c->tech[k].skills & 1U << s)
			json_array_append_new(skills, json_integer(s));
	json_array_append_new(steps, json_pack("{s:s}", "type", "start"));
	for (size_t n = st->next; n < json_array_size(st->steps); n++)
		if (is_job(json_array_get(st->steps, n)))
			json_array_append_new(steps, told(json_array_get(st->steps, n)));
	json_array_append_new(steps, json_pack("{s:s}", "type", "end"));
	json_object_set_new(v, "skills", skills);
	json_object_set_new(v, "steps", steps);
	return v;
}

static json_t *
job_of(const struct city *c, int32_t i, int32_t close_s)
{
	const struct job *j = &c->job[i];
	json_t *o = json_pack("{s:i, s:i, s:i, s:[i]}", "id", (int)i + 1, "location_index",
	    (int)(c->techs + i), "service", (int)j->service_s, "skills", (int)j->skill);

	if (j->open_s >= 0)
		json_object_set_new(o, "time_windows",
		    json_pack("[[i,i]]", (int)j->open_s, (int)close_s));
	return o;
}

/* What is ahead of everybody: vehicles and jobs of the problem, routes of the plan. */
static void
collect(const struct city *c, const json_t *plan, int32_t now_s, json_t *vehicles, json_t *jobs,
    json_t *routes)
{
	const json_t *none = json_array();

	for (int32_t k = 0; k < c->techs; k++) {
		const json_t *steps = none, *route;
		struct stand st;
		json_t *ahead = json_array();
		size_t n;

		json_array_foreach(json_object_get(plan, "routes"), n, route)
			if (number(route, "vehicle") == k + 1)
				steps = json_object_get(route, "steps");
		st = stand_of(c, k, steps, now_s);
		json_array_append_new(vehicles, vehicle_of(c, k, &st));
		for (; st.next < json_array_size(steps); st.next++) {
			json_t *step = json_array_get(steps, st.next);
			int32_t i = (int32_t)number(step, "id") - 1;

			if (!is_job(step))
				continue;
			json_array_append_new(ahead, told(step));
			json_array_append_new(jobs, job_of(c, i, c->job[i].open_s + CITY_WINDOW_S));
		}
		json_array_append_new(routes,
		    json_pack("{s:i, s:o}", "vehicle", (int)k + 1, "steps", ahead));
	}
}

static void
write_problem(const struct city *c, const json_t *vehicles, const json_t *jobs, const char *out,
    const char *suffix)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s%s.json", out, suffix);
	f = fopen(path, "w");
	if (f == NULL)
		fail(strerror(errno), path);
	fputs("{\"vehicles\":", f);
	json_dumpf(vehicles, f, JSON_COMPACT);
	fputs(",\"jobs\":", f);
	json_dumpf(jobs, f, JSON_COMPACT);
	fputs(",", f);
	city_print_matrix(c, f);
	fputs("}\n", f);
	if (fclose(f) != 0)
		fail(strerror(errno), path);
}

int
main(int argc, char **argv)
{
	struct city c;
	json_error_t error;
	json_t *plan, *vehicles = json_array(), *jobs = json_array(), *routes = json_array();
	char path[4096];
	int32_t now_s, n;

	if (argc != 7) {
		fputs("usage: make_event TECHNICIANS JOBS SEED PLAN EVENT OUT\n", stderr);
		return 2;
	}
	city_init(&c, atoi(argv[1]), atoi(argv[2]), (uint32_t)strtoul(argv[3], NULL, 10), false);
	plan = json_load_file(argv[4], 0, &error);
	if (plan == NULL)
		fail(error.text, argv[4]);
	twister_seed(&c.random, 1000 + (uint32_t)strtoul(argv[5], NULL, 10));
	now_s = FIRST_S + twister_below(&c.random, LAST_S - FIRST_S);
	collect(&c, plan, now_s, vehicles, jobs, routes);
	/* The new job has its place in the matrix from the start. */
	n = c.jobs++;
	c.job[n] = city_job(&c);
	c.job[n].open_s = now_s;
	write_problem(&c, vehicles, jobs, argv[6], "-before");
	json_array_append_new(jobs, job_of(&c, n, now_s + CITY_WINDOW_S));
	write_problem(&c, vehicles, jobs, argv[6], "");
	snprintf(path, sizeof(path), "%s-plan.json", argv[6]);
	plan = json_pack("{s:i, s:o}", "code", 0, "routes", routes);
	if (json_dump_file(plan, path, JSON_COMPACT) < 0)
		fail("cannot be written", path);
	return 0;
}
