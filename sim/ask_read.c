/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/ask.h"

/* An answer being read. */
struct reading {
	const struct desk *d;
	struct ask_plan plan;
	bool *placed;  /* calls */
	bool *has_one; /* technicians with a route */
	char *why;
	size_t why_size;
};

__attribute__((format(printf, 2, 3))) static int
refuse(const struct reading *r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(r->why, r->why_size, format, args);
	va_end(args);
	return -EINVAL;
}

/* A member that is an index + 1 of something there are n of. */
static int
read_index(const struct reading *r, const json_t *o, const char *member, int32_t n, size_t route,
    int32_t *ret)
{
	const json_t *id = json_object_get(o, member);
	json_int_t v = json_integer_value(id);

	if (!json_is_integer(id) || v < 1 || v > n)
		return refuse(r, "routes[%zu]: %s: expected 1 to %d, got %s%lld", route, member,
		    (int)n, json_is_integer(id) ? "" : "no whole number, ", (long long)v);
	*ret = (int32_t)v - 1;
	return 0;
}

static int
read_job(struct reading *r, const json_t *step, size_t route, int32_t k)
{
	const struct desk *d = r->d;
	int32_t call;

	if (read_index(r, step, "id", d->day->calls, route, &call) < 0)
		return -EINVAL;
	if (d->call[call].phase != CALL_OPEN)
		return refuse(r, "routes[%zu]: job %d is not in the problem", route, (int)call + 1);
	if (r->placed[call])
		return refuse(r, "routes[%zu]: job %d is served twice", route, (int)call + 1);
	if (!fleet_may(&d->fleet->tech[k], &d->day->call[call]))
		return refuse(r, "routes[%zu]: vehicle %d lacks the skill for job %d", route,
		    (int)k + 1, (int)call + 1);
	if (r->plan.stops[k] == PUSH_STOPS_MAX)
		return refuse(r, "routes[%zu]: more than %d stops", route, PUSH_STOPS_MAX);
	r->placed[call] = true;
	r->plan.call[k * PUSH_STOPS_MAX + r->plan.stops[k]++] = call;
	return 0;
}

static int
read_route(struct reading *r, const json_t *route, size_t at)
{
	const json_t *steps = json_object_get(route, "steps"), *step;
	size_t i;
	int32_t k;

	if (read_index(r, route, "vehicle", r->d->fleet->techs, at, &k) < 0)
		return -EINVAL;
	if (r->has_one[k])
		return refuse(r, "routes[%zu]: vehicle %d has two routes", at, (int)k + 1);
	r->has_one[k] = true;
	if (!json_is_array(steps))
		return refuse(r, "routes[%zu].steps: expected a list", at);
	if (json_array_size(steps) > 0 &&
	    (r->d->tech[k].phase == TECH_GONE || r->d->tech[k].absent))
		return refuse(r, "routes[%zu]: vehicle %d is not in the problem", at, (int)k + 1);
	json_array_foreach(steps, i, step) {
		const char *type = json_string_value(json_object_get(step, "type"));

		if (type == NULL)
			return refuse(r, "routes[%zu].steps[%zu].type is missing", at, i);
		if (strcmp(type, "job") == 0 && read_job(r, step, at, k) < 0)
			return -EINVAL;
	}
	return 0;
}

static int
read_all(struct reading *r, const json_t *doc)
{
	const json_t *routes = json_object_get(doc, "routes"), *route;
	const json_t *code = json_object_get(doc, "code"), *error = json_object_get(doc, "error");
	size_t i;

	if (json_is_integer(code) && json_integer_value(code) != 0)
		return refuse(r, "it says that it failed: code %lld%s%.200s",
		    (long long)json_integer_value(code), json_is_string(error) ? ", " : "",
		    json_is_string(error) ? json_string_value(error) : "");
	if (!json_is_array(routes))
		return refuse(r, "routes: expected a list");
	json_array_foreach(routes, i, route)
		if (read_route(r, route, i) < 0)
			return -EINVAL;
	return 0;
}

int
ask_read(const struct desk *d, const char *text, size_t size, struct ask_plan *ret, char *why,
    size_t why_size)
{
	size_t techs = (size_t)d->fleet->techs;
	struct reading r = { .d = d, .why = why, .why_size = why_size };
	json_error_t error;
	json_t *doc = json_loadb(text, size, 0, &error);
	int rc = -ENOMEM;

	r.plan.call = calloc(techs * PUSH_STOPS_MAX, sizeof(*r.plan.call));
	r.plan.stops = calloc(techs, sizeof(*r.plan.stops));
	r.placed = calloc((size_t)d->day->calls + 1, sizeof(*r.placed));
	r.has_one = calloc(techs, sizeof(*r.has_one));
	snprintf(why, why_size, "out of memory");
	if (doc == NULL)
		rc = refuse(&r, "it is no JSON: line %d: %.200s", error.line, error.text);
	else if (r.plan.call != NULL && r.plan.stops != NULL && r.placed != NULL &&
	    r.has_one != NULL)
		rc = read_all(&r, doc);
	json_decref(doc);
	free(r.placed);
	free(r.has_one);
	if (rc < 0)
		ask_plan_done(&r.plan);
	else
		*ret = r.plan;
	return rc;
}

void
ask_plan_done(struct ask_plan *p)
{
	free(p->call);
	free(p->stops);
	p->call = p->stops = NULL;
}
