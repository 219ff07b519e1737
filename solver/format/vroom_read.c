/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VROOM's JSON API as a problem. What VROOM knows and we do not is refused by name;
 * what nobody knows is told in the answer.
 *
 * VROOM serves the highest sum of priorities, then the most jobs, then at least cost. So
 * a job left out is priced at many times the longest detour, and a point of priority
 * at many times that.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "solver/format/vroom.h"

enum {
	TIMESTAMP_MIN_S = 100000000, /* times from here on are dates, not seconds of a day */
	MARGIN_S = 30 * 86400,       /* before the first of these dates */
	ROAD_FACTOR_PCT = 130,       /* the travel model, where there is no matrix */
	SPEED_M_PER_H = 40000,
	ETA_TOLERANCE_S = 600,
	LATE_STEEP_S = 3600,
	DETOURS = 10,                /* a job is worth so many of the longest detours */
	JOBS_PER_POINT_MAX = 20,     /* a point of priority is worth so many jobs */
	UNSERVED_MAX = 2000000000,
	TIME_MS = 5000,
};

static const char *const top_known[] = { "jobs", "vehicles", "matrices", "matrix", NULL };
static const char *const top_unsupported[] = { "shipments", NULL };

/* The earliest start of the windows that is later than 0, or INT64_MAX. */
static int64_t
first_start(const json_t *windows, int64_t first)
{
	for (size_t i = 0; i < json_array_size(windows); i++) {
		const json_t *start = json_array_get(json_array_get(windows, i), 0);
		int64_t s = json_integer_value(start); /* 0 if it is none: refused later */

		if (s > 0 && s < first)
			first = s;
	}
	return first;
}

/* Times of a day count from 0; dates count from some days before the first of them. */
static int64_t
find_origin(const struct vroom *v)
{
	int64_t first = INT64_MAX;

	for (size_t i = 0; i < json_array_size(v->jobs); i++)
		first = first_start(json_object_get(json_array_get(v->jobs, i), "time_windows"),
		    first);
	for (size_t k = 0; k < json_array_size(v->vehicles); k++) {
		const json_t *j = json_array_get(v->vehicles, k);
		const json_t *breaks = json_object_get(j, "breaks");
		int64_t s = json_integer_value(json_array_get(json_object_get(j, "time_window"),
		    0));

		first = s > 0 && s < first ? s : first;
		for (size_t b = 0; b < json_array_size(breaks); b++)
			first = first_start(json_object_get(json_array_get(breaks, b),
			    "time_windows"), first);
	}
	return first != INT64_MAX && first > TIMESTAMP_MIN_S ? first - MARGIN_S : 0;
}

/* The JSON without its matrices; lines of a refusal are those of the whole. */
static int
load(const struct json_reader *r, struct vroom *v)
{
	json_error_t error;
	int rc = json_cut(&v->text, &v->cut);

	if (rc < 0)
		return rc;
	v->doc = json_loadb(v->cut.rest, v->cut.rest_size, JSON_REJECT_DUPLICATES, &error);
	if (v->doc == NULL)
		return json_refuse(r, "line %zu, column %d: %s",
		    json_cut_line(&v->text, &v->cut, error.position > 0 ? (size_t)error.position : 0),
		    error.column, error.text);
	free(v->cut.rest);
	v->cut.rest = NULL;
	return vroom_known(r, v, v->doc, top_known, top_unsupported);
}

/* Kinds of technicians: 0 for those without a type, and one for each type. */
static int
read_types(const struct json_reader *r, const struct vroom *v, struct problem *p, json_t *types)
{
	for (size_t k = 0; k < json_array_size(v->vehicles); k++) {
		const json_t *j = json_object_get(json_array_get(v->vehicles, k), "type");
		size_t next = json_object_size(types) + 1;

		if (j != NULL && !json_is_string(j))
			return json_refuse(r, "vehicles[%zu].type: expected a string, got %s", k,
			    json_kind(j));
		if (j == NULL || json_object_get(types, json_string_value(j)) != NULL)
			continue;
		if (next == PROBLEM_KINDS_MAX)
			return json_refuse(r, "vehicles[%zu].type: expected at most %d types, got "
			    "more", k, PROBLEM_KINDS_MAX - 1);
		if (json_object_set_new(types, json_string_value(j),
		    json_integer((json_int_t)next)) < 0)
			return -ENOMEM;
	}
	p->kinds = (int32_t)json_object_size(types) + 1;
	return 0;
}

static int64_t
longest_leg_s(const struct problem *p)
{
	size_t n = (size_t)p->locations * (size_t)p->locations;
	struct place low = p->call[0].site, high = low;
	int64_t longest = 0;

	for (int32_t m = 0; m < p->matrices; m++)
		for (size_t i = 0; i < n; i++) {
			int32_t s = p->matrix[m].narrow_s != NULL ? p->matrix[m].narrow_s[i]
			    : p->matrix[m].wide_s[i];

			longest = s > longest ? s : longest;
		}
	if (p->matrices > 0)
		return longest;
	for (int32_t i = 0; i < p->calls; i++) {
		struct place at = p->call[i].site;

		low.lat_udeg = at.lat_udeg < low.lat_udeg ? at.lat_udeg : low.lat_udeg;
		low.lon_udeg = at.lon_udeg < low.lon_udeg ? at.lon_udeg : low.lon_udeg;
		high.lat_udeg = at.lat_udeg > high.lat_udeg ? at.lat_udeg : high.lat_udeg;
		high.lon_udeg = at.lon_udeg > high.lon_udeg ? at.lon_udeg : high.lon_udeg;
	}
	longest = travel_s(&p->travel, low, high, 100);
	for (int32_t k = 0; k < p->technicians; k++) {
		const struct technician *t = &p->technician[k];
		struct place at = t->open_start ? t->end : t->start;
		int32_t s = travel_s(&p->travel, at, low, t->speed_pct);

		longest = s > longest ? s : longest;
	}
	return longest;
}

static void
price_jobs(const struct vroom *v, struct problem *p)
{
	int64_t dearest = 0, fixed = 0, priority_max = 0;
	int64_t job, point;

	if (p->calls == 0)
		return;
	for (int32_t k = 0; k < p->technicians; k++) {
		const struct technician *t = &p->technician[k];

		dearest = t->drive_cents_per_h > dearest ? t->drive_cents_per_h : dearest;
		fixed = t->day_cents > fixed ? t->day_cents : fixed;
	}
	for (int32_t i = 0; i < p->calls; i++) {
		int64_t x = json_integer_value(json_object_get(json_array_get(v->jobs, (size_t)i),
		    "priority"));

		priority_max = x > priority_max ? x : priority_max;
	}
	job = DETOURS * (fixed + 2 * (dearest * longest_leg_s(p) / 3600) + 1);
	if (job > UNSERVED_MAX / (1 + priority_max))
		job = UNSERVED_MAX / (1 + priority_max);
	point = priority_max > 0 ? (UNSERVED_MAX - job) / priority_max : 0;
	if (point > JOBS_PER_POINT_MAX * job)
		point = JOBS_PER_POINT_MAX * job;
	for (int32_t i = 0; i < p->calls; i++)
		p->call[i].unserved_cents = (int32_t)(job + point * json_integer_value(
		    json_object_get(json_array_get(v->jobs, (size_t)i), "priority")));
}

/* Everything of the problem but what people were told. */
static int
read_parts(struct json_reader *r, struct vroom *v, struct problem *p)
{
	json_t *skills = json_object(), *types = json_object();
	int rc = skills == NULL || types == NULL ? -ENOMEM : 0;

	p->skills = 0; /* their names have room for all there may be */
	if (rc == 0)
		rc = read_types(r, v, p, types);
	if (rc == 0)
		rc = vroom_read_jobs(r, v, p, skills, types);
	if (rc == 0)
		rc = vroom_read_vehicles(r, v, p, skills, types);
	if (rc == 0)
		price_jobs(v, p);
	json_decref(skills);
	json_decref(types);
	return rc;
}

static struct problem *
new_problem(struct vroom *v, size_t vehicles, size_t jobs)
{
	struct problem *p = problem_new((int32_t)vehicles, (int32_t)jobs, PROBLEM_SKILLS_MAX);

	v->per_hour = calloc(vehicles, sizeof(*v->per_hour));
	v->fixed = calloc(vehicles, sizeof(*v->fixed));
	v->profile = calloc(vehicles, sizeof(*v->profile));
	v->break_at = calloc(vehicles, sizeof(*v->break_at));
	if (p == NULL || v->per_hour == NULL || v->fixed == NULL || v->profile == NULL ||
	    v->break_at == NULL) {
		problem_free(p);
		return NULL;
	}
	p->origin = v->origin_s;
	p->budget = -1;
	p->travel.road_factor_pct = ROAD_FACTOR_PCT;
	p->travel.speed_m_per_h = SPEED_M_PER_H;
	p->weights.eta_tolerance_s = ETA_TOLERANCE_S;
	p->weights.late_steep_s = LATE_STEEP_S;
	p->breaks_on_the_way = true;
	return p;
}

static int
read_before(const struct text *before, struct json_reader *r, struct vroom *v,
    struct format_case *c)
{
	json_error_t error;
	json_t *plan = NULL;
	int rc;

	if (before != NULL) {
		plan = json_loadb(before->at, before->size, JSON_REJECT_DUPLICATES, &error);
		if (plan == NULL)
			return json_refuse(r, "the plan from before: line %d, column %d: %s",
			    error.line, error.column, error.text);
	}
	rc = vroom_read_told(r, v, c->problem, plan, &c->forced);
	json_decref(plan);
	return rc;
}

/* An empty problem of the document's size, and v ready to read it. */
static int
size_up(const struct json_reader *r, struct vroom *v, struct problem **ret)
{
	size_t vehicles = 0, jobs = 0;
	int rc;

	v->jobs = json_object_get(v->doc, "jobs");
	v->vehicles = json_object_get(v->doc, "vehicles");
	rc = json_read_array(r, "vehicles", v->vehicles, PROBLEM_TECHNICIANS_MAX, &vehicles);
	if (rc == 0 && vehicles == 0)
		rc = json_refuse(r, "vehicles: expected one at least, got none");
	if (rc == 0)
		rc = json_read_array(r, "jobs", v->jobs, PROBLEM_CALLS_MAX, &jobs);
	if (rc < 0)
		return rc;
	v->origin_s = find_origin(v);
	*ret = new_problem(v, vehicles, jobs);
	return *ret == NULL ? -ENOMEM : 0;
}

int
vroom_read_document(json_t *doc, struct travel_matrix *matrix, int32_t locations,
    struct format_case *c, char *why, size_t why_size)
{
	struct json_reader r = { .why = why, .why_size = why_size };
	struct vroom *v = calloc(1, sizeof(*v));
	int rc;

	if (v == NULL) {
		json_decref(doc);
		return -ENOMEM;
	}
	c->own = v;
	v->doc = doc;
	rc = size_up(&r, v, &c->problem);
	if (rc == 0)
		c->problem->matrix = malloc(sizeof(*matrix));
	if (rc == 0 && c->problem->matrix == NULL)
		rc = -ENOMEM;
	if (rc < 0)
		return rc;
	c->problem->matrix[0] = *matrix;
	*matrix = (struct travel_matrix){ 0 };
	c->problem->matrices = 1;
	c->problem->locations = locations;
	for (int32_t k = 0; k < c->problem->technicians; k++)
		c->problem->technician[k].speed_pct = 100;
	rc = read_parts(&r, v, c->problem);
	return rc == 0 ? problem_check(c->problem, why, why_size) : rc;
}

static int
read_vroom(const struct text *t, const struct text *before, struct format_case *c, char *why,
    size_t why_size)
{
	struct json_reader r = { .why = why, .why_size = why_size };
	struct vroom *v = calloc(1, sizeof(*v));
	int rc;

	if (v == NULL)
		return -ENOMEM;
	c->own = v;
	v->text = *t;
	v->ignored = json_array();
	rc = v->ignored == NULL ? -ENOMEM : load(&r, v);
	if (rc == 0)
		rc = size_up(&r, v, &c->problem);
	if (rc == 0)
		rc = vroom_read_matrices(&r, v, c->problem);
	if (rc == 0)
		rc = read_parts(&r, v, c->problem);
	if (rc == 0)
		rc = problem_check(c->problem, why, why_size);
	if (rc == 0)
		rc = read_before(before, &r, v, c);
	return rc == 0 ? problem_check(c->problem, why, why_size) : rc;
}

void
vroom_done(void *own)
{
	struct vroom *v = own;

	if (v == NULL)
		return;
	json_cut_done(&v->cut);
	json_decref(v->doc);
	json_decref(v->ignored);
	for (int32_t i = 0; i < v->profiles; i++)
		free(v->distances[i].row_at);
	free(v->distances);
	free(v->per_hour);
	free(v->fixed);
	free(v->profile);
	free(v->break_at);
	free(v->told);
	free(v);
}

const struct format format_vroom = {
	.name = "vroom",
	.search = true,
	.time_ms = TIME_MS,
	.read = read_vroom,
	.write = vroom_write,
	.disturbed = vroom_disturbed,
	.hold = vroom_hold,
	.done = vroom_done,
};
