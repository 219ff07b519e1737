/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/problem_json.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solver/json_read.h"
#include "solver/members.h"
#include "solver/problem_json_parts.h"

static const char *const place_others[] = { "lat", "lon", "location", NULL };
static const char *const told_others[] = { "technician", "eta_s", "promise", NULL };

/* What is being decoded: names to indices, as objects, so that lookups are fast. */
struct decode {
	struct json_reader r;
	struct problem *p;
	json_t *technician_index;
	json_t *call_index;
	json_t *skill_index;
	bool *stay_given;
};

static int
read_coordinate(const struct json_reader *r, const char *place, const char *name,
    const json_t *j, int32_t *ret)
{
	double degrees;

	if (!json_is_number(j))
		return json_refuse(r, "%s.%s: expected degrees, got %s", place, name,
		    json_kind(j));
	degrees = json_number_value(j);
	if (!(fabs(degrees) <= 180))
		return json_refuse(r, "%s.%s: expected degrees up to 180, got %g", place, name,
		    degrees);
	*ret = (int32_t)lround(degrees * 1e6);
	return 0;
}

static int
read_row(const struct json_reader *r, const char *place, const json_t *j, int32_t rows,
    int64_t *ret)
{
	char name[64];

	snprintf(name, sizeof(name), "%s.location", place);
	return json_read_int(r, name, j, 0, rows - 1, ret);
}

/* Latitude and longitude; or, where there are matrices, the row of them. */
static int
read_spot(const struct decode *d, const char *name, const json_t *j, struct place *ret,
    int32_t *ret_location)
{
	const struct json_reader *r = &d->r;
	const json_t *lat = json_object_get(j, "lat"), *lon = json_object_get(j, "lon");
	int64_t row = 0;
	int rc = 0;

	if (d->p->matrices > 0) {
		rc = read_row(r, name, json_object_get(j, "location"), d->p->locations, &row);
		*ret_location = (int32_t)row;
		if (rc < 0 || (lat == NULL && lon == NULL))
			return rc;
	} else if (json_object_get(j, "location") != NULL) {
		return json_refuse(r, "%s.location: expected none without matrices, got %s", name,
		    json_kind(json_object_get(j, "location")));
	}
	rc = read_coordinate(r, name, "lat", lat, &ret->lat_udeg);
	if (rc == 0)
		rc = read_coordinate(r, name, "lon", lon, &ret->lon_udeg);
	return rc;
}

static int
read_place(const struct decode *d, const char *name, const json_t *j, struct place *ret,
    int32_t *ret_location)
{
	int rc;

	if (!json_is_object(j))
		return json_refuse(&d->r, "%s: expected an object with lat and lon, got %s", name,
		    json_kind(j));
	rc = json_known(&d->r, j, NULL, 0, place_others);
	return rc == 0 ? read_spot(d, name, j, ret, ret_location) : rc;
}

/* Copies the id and notes its index; the same id twice is refused. */
static int
read_id(const struct json_reader *r, const json_t *j, json_t *index, int32_t at, char *ret)
{
	const char *id = json_string_value(j);

	if (id == NULL)
		return json_refuse(r, "id: expected a string, got %s", json_kind(j));
	if (id[0] == '\0' || json_string_length(j) > PROBLEM_ID_MAX ||
	    strlen(id) != json_string_length(j))
		return json_refuse(r, "id: expected 1 to %d bytes of text, got %zu",
		    PROBLEM_ID_MAX, json_string_length(j));
	if (json_object_get(index, id) != NULL)
		return json_refuse(r, "id: expected ids that differ, got %s twice", id);
	if (json_object_set_new(index, id, json_integer(at)) < 0)
		return -ENOMEM;
	strcpy(ret, id);
	return 0;
}

/* -1 for nothing or null. */
static int
read_ref(const struct json_reader *r, const char *name, const json_t *j, const json_t *index,
    int32_t *ret)
{
	const json_t *at;

	if (j == NULL || json_is_null(j)) {
		*ret = -1;
		return 0;
	}
	if (!json_is_string(j))
		return json_refuse(r, "%s: expected an id, got %s", name, json_kind(j));
	at = json_object_get(index, json_string_value(j));
	if (at == NULL)
		return json_refuse(r, "%s: expected an id of this problem, got %.64s", name,
		    json_string_value(j));
	*ret = (int32_t)json_integer_value(at);
	return 0;
}

static int
read_refs(const struct json_reader *r, const char *name, const json_t *j, size_t max,
    const json_t *index, int32_t **ret, int32_t *ret_n)
{
	size_t n;
	int rc = json_read_array(r, name, j, max, &n);

	if (rc < 0 || n == 0)
		return rc;
	*ret = malloc(n * sizeof(**ret));
	if (*ret == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		rc = read_ref(r, name, json_array_get(j, i), index, &(*ret)[i]);
		if (rc < 0)
			return rc;
		if ((*ret)[i] < 0)
			return json_refuse(r, "%s[%zu]: expected an id, got null", name, i);
	}
	*ret_n = (int32_t)n;
	return 0;
}

/* The index of a skill by its name, which is new at its first mention. */
static int
skill_of(struct decode *d, const char *member, const char *name, int16_t *ret)
{
	json_t *at = json_object_get(d->skill_index, name);
	int32_t n = d->p->skills;
	void *grown;

	if (at != NULL) {
		*ret = (int16_t)json_integer_value(at);
		return 0;
	}
	if (name[0] == '\0' || strlen(name) > PROBLEM_ID_MAX)
		return json_refuse(&d->r, "%s: expected names of 1 to %d bytes, got %zu", member,
		    PROBLEM_ID_MAX, strlen(name));
	if (n == PROBLEM_SKILLS_MAX)
		return json_refuse(&d->r, "%s: expected at most %d distinct skills, got more",
		    member, PROBLEM_SKILLS_MAX);
	grown = realloc(d->p->skill_name, ((size_t)n + 1) * sizeof(*d->p->skill_name));
	if (grown == NULL)
		return -ENOMEM;
	d->p->skill_name = grown;
	strcpy(d->p->skill_name[n], name);
	if (json_object_set_new(d->skill_index, name, json_integer(n)) < 0)
		return -ENOMEM;
	d->p->skills++;
	*ret = (int16_t)n;
	return 0;
}

static int
read_skills(struct decode *d, const char *member, const json_t *j, int32_t max,
    struct skill_level *out, int32_t *ret_n)
{
	const char *name;
	json_t *v;
	int32_t n = 0;

	*ret_n = 0;
	if (j == NULL || json_is_null(j))
		return 0;
	if (!json_is_object(j))
		return json_refuse(&d->r, "%s: expected an object of skills and levels, got %s",
		    member, json_kind(j));
	if (json_object_size(j) > (size_t)max)
		return json_refuse(&d->r, "%s: expected at most %d skills, got %zu", member, max,
		    json_object_size(j));
	json_object_foreach((json_t *)j, name, v) {
		int64_t level;
		int rc = skill_of(d, member, name, &out[n].skill);

		if (rc == 0)
			rc = json_read_int(&d->r, member, v, 1, 1000, &level);
		if (rc < 0)
			return rc;
		out[n++].level = (int16_t)level;
	}
	*ret_n = n;
	return 0;
}

static int
read_breaks(struct json_reader *r, const json_t *j, struct technician *t)
{
	size_t at = strlen(r->at);
	size_t n;
	int rc = json_read_array(r, "breaks", j, PROBLEM_BREAKS_MAX, &n);

	for (size_t b = 0; rc == 0 && b < n; b++) {
		const json_t *jb = json_array_get(j, b);

		snprintf(r->at + at, sizeof(r->at) - at, "breaks[%zu].", b);
		rc = members_read(r, jb, &members_break, &t->due[b]);
		if (rc == 0)
			rc = parts_read_windows(r, json_object_get(jb, "windows"), t->due[b].window,
			    &t->due[b].windows);
		r->at[at] = '\0';
	}
	if (rc == 0)
		t->dues = (int32_t)n;
	return rc;
}

static int
read_technician_skills(struct decode *d, const json_t *skills, struct technician *t)
{
	if (json_object_size(skills) > 0) {
		t->skill = malloc(json_object_size(skills) * sizeof(*t->skill));
		if (t->skill == NULL)
			return -ENOMEM;
	}
	return read_skills(d, "skills", skills, PROBLEM_SKILLS_MAX, t->skill, &t->skills);
}

/* Where his day begins and ends. */
static int
read_ends(struct decode *d, const json_t *j, struct technician *t)
{
	const json_t *start = json_object_get(j, "start"), *end = json_object_get(j, "end");
	int rc = 0;

	t->open_start = start != NULL && json_is_null(start);
	if (!t->open_start)
		rc = read_place(d, "start", start, &t->start, &t->start_location);
	t->open_end = end == NULL || json_is_null(end);
	if (rc == 0 && !t->open_end)
		rc = read_place(d, "end", end, &t->end, &t->end_location);
	return rc;
}

static int
read_technician(struct decode *d, const json_t *j, int32_t k)
{
	struct technician *t = &d->p->technician[k];
	int rc = members_read(&d->r, j, &members_technician, t);

	if (rc == 0)
		rc = read_id(&d->r, json_object_get(j, "id"), d->technician_index, k, t->id);
	if (rc == 0)
		rc = read_ends(d, j, t);
	if (rc == 0)
		rc = read_technician_skills(d, json_object_get(j, "skills"), t);
	if (rc == 0)
		rc = read_breaks(&d->r, json_object_get(j, "breaks"), t);
	if (rc == 0)
		rc = parts_read_technician(&d->r, d->p, j, t);
	return rc;
}

static int
read_told(struct decode *d, const json_t *j, struct told *told)
{
	const json_t *eta, *promise;
	int64_t v[2];
	int rc;

	if (j == NULL || json_is_null(j))
		return 0;
	if (!json_is_object(j))
		return json_refuse(&d->r, "told: expected an object, got %s", json_kind(j));
	rc = json_known(&d->r, j, NULL, 0, told_others);
	if (rc == 0)
		rc = read_ref(&d->r, "told.technician", json_object_get(j, "technician"),
		    d->technician_index, &told->technician);
	eta = json_object_get(j, "eta_s");
	if (rc == 0 && eta != NULL && !json_is_null(eta)) {
		rc = json_read_int(&d->r, "told.eta_s", eta, INT32_MIN, INT32_MAX, v);
		if (rc < 0)
			return rc;
		told->eta = true;
		told->eta_s = (int32_t)v[0];
	}
	promise = json_object_get(j, "promise");
	if (rc < 0 || promise == NULL || json_is_null(promise))
		return rc;
	if (!json_is_array(promise) || json_array_size(promise) != 2)
		return json_refuse(&d->r, "told.promise: expected two times, got %s",
		    json_kind(promise));
	for (size_t i = 0; rc == 0 && i < 2; i++)
		rc = json_read_int(&d->r, "told.promise", json_array_get(promise, i), INT32_MIN,
		    INT32_MAX, &v[i]);
	if (rc < 0)
		return rc;
	told->promise = true;
	told->promise_from_s = (int32_t)v[0];
	told->promise_to_s = (int32_t)v[1];
	return 0;
}

static int
read_stay(struct decode *d, const json_t *j, int32_t i)
{
	struct call *c = &d->p->call[i];
	int64_t v;
	int rc;

	d->stay_given[i] = j != NULL;
	if (j == NULL || json_is_null(j))
		return 0;
	rc = json_read_int(&d->r, "stay", j, INT32_MIN, INT32_MAX, &v);
	if (rc < 0)
		return rc;
	c->stay_served = true;
	c->stay_s = (int32_t)v;
	return 0;
}

static int
read_call(struct decode *d, const json_t *j, int32_t i)
{
	struct call *c = &d->p->call[i];
	int rc = members_read(&d->r, j, &members_call, c);

	if (rc == 0)
		rc = read_id(&d->r, json_object_get(j, "id"), d->call_index, i, c->id);
	if (rc == 0)
		rc = read_place(d, "site", json_object_get(j, "site"), &c->site, &c->location);
	if (rc == 0)
		rc = read_skills(d, "needs", json_object_get(j, "needs"), PROBLEM_NEEDS_MAX,
		    c->need, &c->needs);
	if (rc == 0)
		rc = read_ref(&d->r, "required", json_object_get(j, "required"),
		    d->technician_index, &c->required);
	if (rc == 0)
		rc = read_ref(&d->r, "preferred", json_object_get(j, "preferred"),
		    d->technician_index, &c->preferred);
	if (rc == 0)
		rc = read_refs(&d->r, "forbidden", json_object_get(j, "forbidden"),
		    (size_t)d->p->technicians, d->technician_index, &c->forbidden,
		    &c->forbiddens);
	if (rc == 0)
		rc = read_told(d, json_object_get(j, "told"), &c->told);
	if (rc == 0)
		rc = read_stay(d, json_object_get(j, "stay"), i);
	if (rc == 0)
		rc = parts_read_flag(&d->r, "immovable", json_object_get(j, "immovable"),
		    &c->immovable);
	if (rc == 0)
		rc = parts_read_call(&d->r, d->p, j, c);
	return rc;
}

/* Calls tied to others, once all ids are known. */
static int
read_links(struct decode *d, const json_t *calls)
{
	int rc = 0;

	for (int32_t i = 0; rc == 0 && i < d->p->calls; i++) {
		const json_t *j = json_array_get(calls, (size_t)i);

		snprintf(d->r.at, sizeof(d->r.at), "calls[%d].", i);
		rc = read_ref(&d->r, "with", json_object_get(j, "with"), d->call_index,
		    &d->p->call[i].with);
		if (rc == 0)
			rc = read_ref(&d->r, "after", json_object_get(j, "after"), d->call_index,
			    &d->p->call[i].after);
	}
	d->r.at[0] = '\0';
	return rc;
}

static int
read_all(struct decode *d, const json_t *technicians, const json_t *calls)
{
	int rc = 0;

	for (int32_t k = 0; rc == 0 && k < d->p->technicians; k++) {
		snprintf(d->r.at, sizeof(d->r.at), "technicians[%d].", k);
		rc = read_technician(d, json_array_get(technicians, (size_t)k), k);
	}
	for (int32_t i = 0; rc == 0 && i < d->p->calls; i++) {
		snprintf(d->r.at, sizeof(d->r.at), "calls[%d].", i);
		rc = read_call(d, json_array_get(calls, (size_t)i), i);
	}
	for (int32_t k = 0; rc == 0 && k < d->p->technicians; k++) {
		struct technician *t = &d->p->technician[k];

		snprintf(d->r.at, sizeof(d->r.at), "technicians[%d].", k);
		rc = read_refs(&d->r, "current",
		    json_object_get(json_array_get(technicians, (size_t)k), "current"),
		    PROBLEM_STOPS_MAX, d->call_index, &t->current, &t->currents);
	}
	d->r.at[0] = '\0';
	return rc == 0 ? read_links(d, calls) : rc;
}

static int
read_object(struct decode *d, const json_t *j, const char *name, const struct members *of,
    void *thing)
{
	const json_t *member = json_object_get(j, name);
	json_t *none = NULL;
	int rc;

	if (member == NULL)
		member = none = json_object();
	snprintf(d->r.at, sizeof(d->r.at), "%s.", name);
	rc = members_read(&d->r, member, of, thing);
	d->r.at[0] = '\0';
	json_decref(none);
	return rc;
}

static int
read_depot(struct decode *d, const json_t *j)
{
	int rc;

	if (j == NULL || json_is_null(j))
		return 0;
	d->p->has_depot = true;
	snprintf(d->r.at, sizeof(d->r.at), "depot.");
	rc = members_read(&d->r, j, &members_depot, d->p);
	d->r.at[0] = '\0';
	if (rc == 0)
		rc = read_spot(d, "depot", j, &d->p->depot, &d->p->depot_location);
	return rc;
}

/* Lets problem_stay fill in what the input left open, and only that. */
static int
complete_stay(struct decode *d)
{
	struct problem *p = d->p;
	struct call *given;
	bool open = false;
	int rc;

	for (int32_t k = 0; k < p->technicians; k++)
		for (int32_t r = 0; r < p->technician[k].currents; r++)
			open |= !d->stay_given[p->technician[k].current[r]];
	if (!open)
		return 0;
	given = malloc(((size_t)p->calls + 1) * sizeof(*given));
	if (given == NULL)
		return -ENOMEM;
	memcpy(given, p->call, (size_t)p->calls * sizeof(*given));
	rc = problem_stay(p);
	for (int32_t i = 0; i < p->calls; i++) {
		if (!d->stay_given[i])
			continue;
		p->call[i].stay_served = given[i].stay_served;
		p->call[i].stay_s = given[i].stay_s;
	}
	free(given);
	return rc;
}

/* How many loads, parts and kinds there are: the sizes of what is read after them. */
static int
read_sizes(struct decode *d, const json_t *j)
{
	const struct {
		const char *name;
		int32_t max, *n;
	} size[] = {
		{ "loads", PROBLEM_LOADS_MAX, &d->p->loads },
		{ "parts", PROBLEM_PARTS_MAX, &d->p->parts },
		{ "kinds", PROBLEM_KINDS_MAX, &d->p->kinds },
	};
	int rc = members_read(&d->r, j, &members_problem, d->p);

	for (size_t i = 0; rc == 0 && i < sizeof(size) / sizeof(size[0]); i++)
		if (*size[i].n < 0 || *size[i].n > size[i].max)
			rc = json_refuse(&d->r, "%s: expected 0 to %d, got %d", size[i].name,
			    size[i].max, *size[i].n);
	return rc;
}

/* All but technicians and calls. */
static int
read_general(struct decode *d, const json_t *j)
{
	const json_t *origin = json_object_get(j, "origin");
	int rc = read_sizes(d, j);

	if (rc == 0 && origin != NULL)
		rc = json_read_int(&d->r, "origin", origin, INT64_MIN, INT64_MAX, &d->p->origin);
	if (rc == 0)
		rc = read_object(d, j, "travel", &members_travel, &d->p->travel);
	if (rc == 0)
		rc = read_object(d, j, "weights", &members_weight, &d->p->weights);
	if (rc == 0)
		rc = parts_read_roads(&d->r, d->p, j);
	if (rc == 0)
		rc = read_depot(d, json_object_get(j, "depot"));
	return rc;
}

static int
read_problem(struct decode *d, const json_t *j)
{
	const json_t *technicians = json_object_get(j, "technicians");
	const json_t *calls = json_object_get(j, "calls");
	size_t n_technicians, n_calls;
	int rc;

	rc = json_known(&d->r, j, members_problem.ints, members_problem.n,
	    members_problem.others);
	if (rc == 0)
		rc = json_read_array(&d->r, "technicians", technicians, PROBLEM_TECHNICIANS_MAX,
		    &n_technicians);
	if (rc == 0)
		rc = json_read_array(&d->r, "calls", calls, PROBLEM_CALLS_MAX, &n_calls);
	if (rc < 0)
		return rc;
	d->p = problem_new((int32_t)n_technicians, (int32_t)n_calls, 0);
	d->stay_given = calloc(n_calls + 1, sizeof(*d->stay_given));
	if (d->p == NULL || d->stay_given == NULL)
		return -ENOMEM;
	rc = read_general(d, j);
	if (rc == 0)
		rc = read_all(d, technicians, calls);
	if (rc == 0)
		rc = problem_check(d->p, d->r.why, d->r.why_size);
	if (rc == 0)
		rc = complete_stay(d);
	return rc;
}

int
problem_from_json(const json_t *j, struct problem **ret, char *why, size_t why_size)
{
	struct decode d = {
		.r = { .why = why, .why_size = why_size },
		.technician_index = json_object(),
		.call_index = json_object(),
		.skill_index = json_object(),
	};
	int rc = -ENOMEM;

	if (d.technician_index == NULL || d.call_index == NULL || d.skill_index == NULL)
		goto out;
	rc = read_problem(&d, j);
	if (rc == 0) {
		*ret = d.p;
		d.p = NULL; /* handed over */
	}
out:
	problem_free(d.p);
	free(d.stay_given);
	json_decref(d.technician_index);
	json_decref(d.call_index);
	json_decref(d.skill_index);
	return rc;
}

int
problem_parse(const char *text, size_t size, struct problem **ret, char *why, size_t why_size)
{
	const struct json_reader r = { .why = why, .why_size = why_size };
	json_error_t error;
	json_t *j = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
	int rc;

	if (j == NULL)
		return json_refuse(&r, "line %d, column %d: %s", error.line, error.column,
		    error.text);
	rc = problem_from_json(j, ret, why, why_size);
	json_decref(j);
	return rc;
}

