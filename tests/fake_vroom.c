/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A solver that speaks VROOM's JSON, for tests of exec: policies. Its first argument is how it
 * behaves: good (every job to the vehicle with the fewest that has its skills), unread (no routes,
 * without reading its input), slow, crash, rubbish, error, stranger, twice, unskilled.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { VEHICLES_MAX = 1000 };

static bool
lists(const json_t *skills, const json_t *skill)
{
	for (size_t i = 0; i < json_array_size(skills); i++)
		if (json_equal(json_array_get(skills, i), skill))
			return true;
	return false;
}

static bool
may(const json_t *vehicle, const json_t *job)
{
	const json_t *needs = json_object_get(job, "skills");

	for (size_t i = 0; i < json_array_size(needs); i++)
		if (!lists(json_object_get(vehicle, "skills"), json_array_get(needs, i)))
			return false;
	return true;
}

static void
add(json_t *route, json_int_t job)
{
	json_array_append_new(json_object_get(route, "steps"),
	    json_pack("{s:s,s:I}", "type", "job", "id", job));
}

/* The vehicle with the shortest route that may (or, if able is false, may not) do the job. */
static json_t *
pick(const json_t *vehicles, json_t *const *route, const json_t *job, bool able)
{
	json_t *best = NULL;

	for (size_t v = 0; v < json_array_size(vehicles); v++)
		if (may(json_array_get(vehicles, v), job) == able &&
		    (best == NULL ||
			json_array_size(json_object_get(route[v], "steps")) <
			    json_array_size(json_object_get(best, "steps"))))
			best = route[v];
	return best;
}

static json_t *
solve(const json_t *problem, const char *mode)
{
	const json_t *vehicles = json_object_get(problem, "vehicles"), *job;
	json_t *route[VEHICLES_MAX], *routes = json_array();
	size_t i;

	for (size_t v = 0; v < json_array_size(vehicles) && v < VEHICLES_MAX; v++) {
		route[v] = json_pack("{s:O,s:[]}", "vehicle",
		    json_object_get(json_array_get(vehicles, v), "id"), "steps");
		json_array_append_new(routes, route[v]);
	}
	json_array_foreach(json_object_get(problem, "jobs"), i, job) {
		json_int_t id = json_integer_value(json_object_get(job, "id"));
		json_t *to = pick(vehicles, route, job, strcmp(mode, "unskilled") != 0);

		if (to == NULL)
			continue;
		add(to, strcmp(mode, "stranger") == 0 ? 999999 : id);
		if (strcmp(mode, "twice") == 0)
			add(to, id);
	}
	return json_pack("{s:i,s:o}", "code", 0, "routes", routes);
}

int
main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "good";
	json_t *problem, *answer;

	if (strcmp(mode, "unread") == 0)
		return puts("{\"code\":0,\"routes\":[]}") == EOF;
	problem = json_loadf(stdin, 0, NULL);
	if (problem == NULL) {
		fputs("the problem is no JSON\n", stderr);
		return 2;
	}
	if (strcmp(mode, "slow") == 0)
		sleep(60);
	if (strcmp(mode, "crash") == 0) {
		fputs("first line\nout of luck\n", stderr);
		abort();
	}
	answer = solve(problem, mode);
	if (strcmp(mode, "rubbish") == 0)
		puts("{\"routes\": [");
	else if (strcmp(mode, "error") == 0)
		puts("{\"code\":2,\"error\":\"not today\"}");
	else
		json_dumpf(answer, stdout, JSON_COMPACT);
	json_decref(answer);
	json_decref(problem);
	return 0;
}
