/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/problem_json.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solver/json_read.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static const struct json_int technician_ints[] = {
	{ "ready_s", offsetof(struct technician, ready_s), 0, true },
	{ "shift_end_s", offsetof(struct technician, shift_end_s), 0, true },
	{ "overtime_max_s", offsetof(struct technician, overtime_max_s), 0, false },
	{ "speed_pct", offsetof(struct technician, speed_pct), 100, false },
	{ "drive_cents_per_h", offsetof(struct technician, drive_cents_per_h), 0, false },
	{ "wait_cents_per_h", offsetof(struct technician, wait_cents_per_h), 0, false },
	{ "overtime_cents_per_h", offsetof(struct technician, overtime_cents_per_h), 0, false },
	{ "hard_before", offsetof(struct technician, hard_before), 0, false },
	{ "fixed", offsetof(struct technician, fixed), 0, false },
};
static const char *const technician_others[] = { "id", "start", "end", "skills", "breaks",
	"current", NULL };

static const struct json_int break_ints[] = {
	{ "open_s", offsetof(struct break_due, open_s), 0, true },
	{ "close_s", offsetof(struct break_due, close_s), PROBLEM_NEVER, false },
	{ "duration_s", offsetof(struct break_due, duration_s), 0, true },
};

static const struct json_int call_ints[] = {
	{ "duration_s", offsetof(struct call, duration_s), 0, true },
	{ "open_s", offsetof(struct call, open_s), 0, false },
	{ "close_s", offsetof(struct call, close_s), PROBLEM_NEVER, false },
	{ "due_s", offsetof(struct call, due_s), PROBLEM_NEVER, false },
	{ "opened_s", offsetof(struct call, opened_s), 0, false },
	{ "difficulty", offsetof(struct call, difficulty), 0, false },
	{ "late_cents_per_h", offsetof(struct call, late_cents_per_h), 0, false },
	{ "response_cents_per_h", offsetof(struct call, response_cents_per_h), 0, false },
	{ "break_promise_cents", offsetof(struct call, break_promise_cents), 0, false },
	{ "prefer_cents", offsetof(struct call, prefer_cents), 0, false },
	{ "reassign_cents", offsetof(struct call, reassign_cents), 0, false },
	{ "repromise_cents", offsetof(struct call, repromise_cents), 0, false },
	{ "eta_moved_cents", offsetof(struct call, eta_moved_cents), 0, false },
	{ "drop_cents", offsetof(struct call, drop_cents), 0, false },
	{ "unserved_cents", offsetof(struct call, unserved_cents), 0, true },
};
static const char *const call_others[] = { "id", "site", "needs", "required", "preferred",
	"forbidden", "told", "stay", "immovable", NULL };

static const struct json_int travel_ints[] = {
	{ "road_factor_pct", offsetof(struct travel_model, road_factor_pct), 130, false },
	{ "speed_m_per_h", offsetof(struct travel_model, speed_m_per_h), 40000, false },
	{ "leg_s", offsetof(struct travel_model, leg_s), 0, false },
};

static const struct json_int weight_ints[] = {
	{ "eta_tolerance_s", offsetof(struct weights, eta_tolerance_s), 600, false },
	{ "late_steep_s", offsetof(struct weights, late_steep_s), 3600, false },
	{ "break_late_cents_per_h", offsetof(struct weights, break_late_cents_per_h), 0, false },
	{ "fair_cents", offsetof(struct weights, fair_cents), 0, false },
};

static const struct json_int problem_ints[] = {
	{ "budget", offsetof(struct problem, budget), -1, false },
};
static const char *const problem_others[] = { "origin", "travel", "weights", "technicians",
	"calls", NULL };
static const char *const no_others[] = { NULL };
static const char *const place_others[] = { "lat", "lon", NULL };
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
read_place(const struct json_reader *r, const char *name, const json_t *j, struct place *ret)
{
	int rc;

	if (!json_is_object(j))
		return json_refuse(r, "%s: expected an object with lat and lon, got %s", name,
		    json_kind(j));
	rc = json_known(r, j, NULL, 0, place_others);
	if (rc == 0)
		rc = read_coordinate(r, name, "lat", json_object_get(j, "lat"), &ret->lat_udeg);
	if (rc == 0)
		rc = read_coordinate(r, name, "lon", json_object_get(j, "lon"), &ret->lon_udeg);
	return rc;
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
		rc = json_known(r, jb, break_ints, ARRAY_LEN(break_ints), no_others);
		if (rc == 0)
			rc = json_read_ints(r, jb, break_ints, ARRAY_LEN(break_ints), &t->due[b]);
		r->at[at] = '\0';
	}
	if (rc == 0)
		t->dues = (int32_t)n;
	return rc;
}

static int
read_technician(struct decode *d, const json_t *j, int32_t k)
{
	struct technician *t = &d->p->technician[k];
	const json_t *skills = json_object_get(j, "skills");
	const json_t *end = json_object_get(j, "end");
	int rc = json_known(&d->r, j, technician_ints, ARRAY_LEN(technician_ints),
	    technician_others);

	if (rc == 0)
		rc = read_id(&d->r, json_object_get(j, "id"), d->technician_index, k, t->id);
	if (rc == 0)
		rc = json_read_ints(&d->r, j, technician_ints, ARRAY_LEN(technician_ints), t);
	if (rc == 0)
		rc = read_place(&d->r, "start", json_object_get(j, "start"), &t->start);
	t->open_end = end == NULL || json_is_null(end);
	if (rc == 0 && !t->open_end)
		rc = read_place(&d->r, "end", end, &t->end);
	if (rc == 0 && json_object_size(skills) > 0) {
		t->skill = malloc(json_object_size(skills) * sizeof(*t->skill));
		if (t->skill == NULL)
			return -ENOMEM;
	}
	if (rc == 0)
		rc = read_skills(d, "skills", skills, PROBLEM_SKILLS_MAX, t->skill, &t->skills);
	if (rc == 0)
		rc = read_breaks(&d->r, json_object_get(j, "breaks"), t);
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
	const json_t *immovable = json_object_get(j, "immovable");
	int rc = json_known(&d->r, j, call_ints, ARRAY_LEN(call_ints), call_others);

	if (rc == 0)
		rc = read_id(&d->r, json_object_get(j, "id"), d->call_index, i, c->id);
	if (rc == 0)
		rc = json_read_ints(&d->r, j, call_ints, ARRAY_LEN(call_ints), c);
	if (rc == 0)
		rc = read_place(&d->r, "site", json_object_get(j, "site"), &c->site);
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
	if (rc == 0 && immovable != NULL && !json_is_boolean(immovable))
		rc = json_refuse(&d->r, "immovable: expected true or false, got %s",
		    json_kind(immovable));
	c->immovable = json_is_true(immovable);
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
	return rc;
}

static int
read_object(struct decode *d, const json_t *j, const char *name, const struct json_int *ints,
    size_t n, void *thing)
{
	const json_t *member = json_object_get(j, name);
	json_t *none = NULL;
	int rc;

	if (member == NULL)
		member = none = json_object();
	snprintf(d->r.at, sizeof(d->r.at), "%s.", name);
	rc = json_known(&d->r, member, ints, n, no_others);
	if (rc == 0)
		rc = json_read_ints(&d->r, member, ints, n, thing);
	d->r.at[0] = '\0';
	json_decref(none);
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

static int
read_problem(struct decode *d, const json_t *j)
{
	const json_t *technicians = json_object_get(j, "technicians");
	const json_t *calls = json_object_get(j, "calls");
	const json_t *origin = json_object_get(j, "origin");
	size_t n_technicians, n_calls;
	int rc;

	rc = json_known(&d->r, j, problem_ints, ARRAY_LEN(problem_ints), problem_others);
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
	rc = json_read_ints(&d->r, j, problem_ints, ARRAY_LEN(problem_ints), d->p);
	if (rc == 0 && origin != NULL)
		rc = json_read_int(&d->r, "origin", origin, INT64_MIN, INT64_MAX, &d->p->origin);
	if (rc == 0)
		rc = read_object(d, j, "travel", travel_ints, ARRAY_LEN(travel_ints),
		    &d->p->travel);
	if (rc == 0)
		rc = read_object(d, j, "weights", weight_ints, ARRAY_LEN(weight_ints),
		    &d->p->weights);
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

static int
put(json_t *j, const char *name, json_t *v)
{
	return json_object_set_new_nocheck(j, name, v);
}

static json_t *
place_to_json(struct place at)
{
	return json_pack("{s:f,s:f}", "lat", at.lat_udeg / 1e6, "lon", at.lon_udeg / 1e6);
}

static json_t *
skills_to_json(const struct problem *p, const struct skill_level *s, int32_t n)
{
	json_t *j = json_object();

	for (int32_t i = 0; i < n; i++)
		put(j, p->skill_name[s[i].skill], json_integer(s[i].level));
	return j;
}

static json_t *
technician_to_json(const struct problem *p, const struct technician *t)
{
	json_t *j = json_object();
	json_t *list;
	int bad = put(j, "id", json_string(t->id));

	bad |= put(j, "start", place_to_json(t->start));
	if (!t->open_end)
		bad |= put(j, "end", place_to_json(t->end));
	bad |= json_write_ints(j, technician_ints, ARRAY_LEN(technician_ints), t);
	if (t->skills > 0)
		bad |= put(j, "skills", skills_to_json(p, t->skill, t->skills));
	list = json_array();
	for (int32_t b = 0; b < t->dues; b++) {
		json_t *due = json_object();

		bad |= json_write_ints(due, break_ints, ARRAY_LEN(break_ints), &t->due[b]);
		bad |= json_array_append_new(list, due);
	}
	bad |= put(j, "breaks", list);
	list = json_array();
	for (int32_t r = 0; r < t->currents; r++)
		bad |= json_array_append_new(list, json_string(p->call[t->current[r]].id));
	bad |= put(j, "current", list);
	if (bad == 0)
		return j;
	json_decref(j);
	return NULL;
}

static json_t *
told_to_json(const struct problem *p, const struct told *told)
{
	json_t *j = json_object();
	int bad = 0;

	if (told->technician >= 0)
		bad |= put(j, "technician", json_string(p->technician[told->technician].id));
	if (told->eta)
		bad |= put(j, "eta_s", json_integer(told->eta_s));
	if (told->promise)
		bad |= put(j, "promise",
		    json_pack("[i,i]", told->promise_from_s, told->promise_to_s));
	if (bad == 0)
		return j;
	json_decref(j);
	return NULL;
}

static json_t *
call_to_json(const struct problem *p, const struct call *c, bool on_route)
{
	json_t *j = json_object();
	int bad = put(j, "id", json_string(c->id));

	bad |= put(j, "site", place_to_json(c->site));
	bad |= json_write_ints(j, call_ints, ARRAY_LEN(call_ints), c);
	if (c->needs > 0)
		bad |= put(j, "needs", skills_to_json(p, c->need, c->needs));
	if (c->required >= 0)
		bad |= put(j, "required", json_string(p->technician[c->required].id));
	if (c->preferred >= 0)
		bad |= put(j, "preferred", json_string(p->technician[c->preferred].id));
	if (c->forbiddens > 0) {
		json_t *list = json_array();

		for (int32_t f = 0; f < c->forbiddens; f++)
			if (c->forbidden[f] >= 0)
				bad |= json_array_append_new(list,
				    json_string(p->technician[c->forbidden[f]].id));
		bad |= put(j, "forbidden", list);
	}
	if (c->told.technician >= 0 || c->told.eta || c->told.promise)
		bad |= put(j, "told", told_to_json(p, &c->told));
	if (c->stay_served)
		bad |= put(j, "stay", json_integer(c->stay_s));
	else if (on_route)
		bad |= put(j, "stay", json_null());
	if (c->immovable)
		bad |= put(j, "immovable", json_true());
	if (bad == 0)
		return j;
	json_decref(j);
	return NULL;
}

static int
put_lists(json_t *j, const struct problem *p, bool *on_route)
{
	json_t *technicians = json_array();
	json_t *calls = json_array();
	int bad = 0;

	for (int32_t k = 0; k < p->technicians; k++) {
		bad |= json_array_append_new(technicians,
		    technician_to_json(p, &p->technician[k]));
		for (int32_t r = 0; r < p->technician[k].currents; r++)
			on_route[p->technician[k].current[r]] = true;
	}
	for (int32_t i = 0; i < p->calls; i++)
		bad |= json_array_append_new(calls, call_to_json(p, &p->call[i], on_route[i]));
	bad |= put(j, "technicians", technicians);
	bad |= put(j, "calls", calls);
	return bad;
}

json_t *
problem_to_json(const struct problem *p)
{
	bool *on_route = calloc((size_t)p->calls + 1, sizeof(*on_route));
	json_t *j = json_object();
	json_t *travel = json_object();
	json_t *weights = json_object();
	int bad = on_route == NULL;

	bad |= json_write_ints(travel, travel_ints, ARRAY_LEN(travel_ints), &p->travel);
	bad |= json_write_ints(weights, weight_ints, ARRAY_LEN(weight_ints), &p->weights);
	bad |= put(j, "travel", travel);
	bad |= put(j, "weights", weights);
	bad |= put(j, "origin", json_integer(p->origin));
	bad |= json_write_ints(j, problem_ints, ARRAY_LEN(problem_ints), p);
	if (bad == 0)
		bad = put_lists(j, p, on_route);
	free(on_route);
	if (bad == 0)
		return j;
	json_decref(j);
	return NULL;
}
