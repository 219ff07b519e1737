/* SPDX-License-Identifier: Apache-2.0 */
/* The vehicles of VROOM's JSON as technicians, with the matrices they drive by. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "solver/format/vroom.h"

enum {
	UNLIMITED_S = 300000000, /* the end of a day that has none */
	WORK_MAX_S = 10000000,
	LOAD_MAX = 1000000000,
	SECONDS_PER_HOUR = 3600,
};

static const char *const vehicle_known[] = { "id", "profile", "description", "start",
	"start_index", "end", "end_index", "capacity", "costs", "skills", "type", "time_window",
	"breaks", "speed_factor", "max_tasks", "max_travel_time", "steps", NULL };
static const char *const vehicle_unsupported[] = { "max_distance", NULL };
static const char *const cost_known[] = { "fixed", "per_hour", NULL };
static const char *const cost_unsupported[] = { "per_km", "per_task_hour", NULL };
static const char *const break_known[] = { "id", "time_windows", "service", "description", NULL };
static const char *const break_unsupported[] = { "max_load", NULL };

static int
read_costs(struct json_reader *r, struct vroom *v, const json_t *vehicle, int32_t k)
{
	const json_t *j = json_object_get(vehicle, "costs");
	size_t at = strlen(r->at);
	int64_t max = 100000000;
	int rc;

	v->fixed[k] = 0;
	v->per_hour[k] = SECONDS_PER_HOUR;
	if (j == NULL)
		return 0;
	snprintf(r->at + at, sizeof(r->at) - at, "costs.");
	rc = vroom_known(r, v, j, cost_known, cost_unsupported);
	if (rc == 0)
		rc = vroom_whole(r, j, "fixed", max, 0, &v->fixed[k]);
	if (rc == 0)
		rc = vroom_whole(r, j, "per_hour", max, SECONDS_PER_HOUR, &v->per_hour[k]);
	r->at[at] = '\0';
	return rc;
}

/*
 * The cents of a cost unit: one, if a second of driving costs whole units everywhere, so
 * that costs stay small and bounds round up to the next unit; otherwise a hundred.
 */
static int
price_technicians(struct json_reader *r, struct vroom *v, struct problem *p)
{
	v->cents_per_unit = 1;
	for (int32_t k = 0; k < p->technicians; k++)
		if (v->per_hour[k] % SECONDS_PER_HOUR != 0)
			v->cents_per_unit = 100;
	for (int32_t k = 0; k < p->technicians; k++) {
		int64_t max = 100000000 / v->cents_per_unit;

		snprintf(r->at, sizeof(r->at), "vehicles[%d].costs.", k);
		if (v->per_hour[k] > max || v->fixed[k] > max)
			return json_refuse(r, "expected at most %lld, got %lld an hour and %lld "
			    "fixed", (long long)max, (long long)v->per_hour[k],
			    (long long)v->fixed[k]);
		p->technician[k].drive_cents_per_h = (int32_t)v->per_hour[k] * v->cents_per_unit;
		p->technician[k].day_cents = (int32_t)v->fixed[k] * v->cents_per_unit;
	}
	r->at[0] = '\0';
	return 0;
}

static int
read_day(const struct json_reader *r, const struct vroom *v, const json_t *j,
    struct technician *t)
{
	const json_t *given = json_object_get(j, "time_window");
	json_t *list;
	struct window w = { 0, UNLIMITED_S };
	int32_t n;
	int rc = 0;

	if (given != NULL) {
		list = json_pack("[O]", given);
		if (list == NULL)
			return -ENOMEM;
		rc = vroom_windows(r, v, list, &w, &n);
		json_decref(list);
	}
	t->ready_s = w.open_s;
	t->shift_end_s = w.close_s;
	return rc;
}

static int
read_ends(const struct json_reader *r, const json_t *j, const struct problem *p,
    struct technician *t)
{
	int rc = 0;

	t->open_start = json_object_get(j, "start") == NULL &&
	    json_object_get(j, "start_index") == NULL;
	t->open_end = json_object_get(j, "end") == NULL &&
	    json_object_get(j, "end_index") == NULL;
	if (t->open_start && t->open_end)
		return json_refuse(r, "start: expected a start or an end, got neither");
	if (!t->open_start)
		rc = vroom_place(r, j, "start", "start_index", p, &t->start, &t->start_location);
	if (rc == 0 && !t->open_end)
		rc = vroom_place(r, j, "end", "end_index", p, &t->end, &t->end_location);
	return rc;
}

/* Only the skills that some job needs are of interest. */
static int
read_skills(const struct json_reader *r, const json_t *j, const json_t *skills,
    struct technician *t)
{
	size_t n;
	int rc = json_read_array(r, "skills", j, SIZE_MAX, &n);

	if (rc < 0 || n == 0)
		return rc;
	t->skill = malloc(n * sizeof(*t->skill));
	if (t->skill == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		int64_t skill = 0;
		char name[PROBLEM_ID_MAX + 1];
		const json_t *at;
		bool twice = false;

		rc = json_read_int(r, "skills", json_array_get(j, i), 0, INT64_MAX, &skill);
		if (rc < 0)
			return rc;
		snprintf(name, sizeof(name), "%lld", (long long)skill);
		at = json_object_get(skills, name);
		for (int32_t s = 0; at != NULL && s < t->skills; s++)
			twice |= t->skill[s].skill == json_integer_value(at);
		if (at != NULL && !twice)
			t->skill[t->skills++] = (struct skill_level){
				.skill = (int16_t)json_integer_value(at), .level = 1 };
	}
	return 0;
}

static int
read_capacity(const struct json_reader *r, const json_t *j, struct problem *p,
    struct technician *t)
{
	size_t n;
	int rc = json_read_array(r, "capacity", j, PROBLEM_LOADS_MAX, &n);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		int64_t x = 0;

		rc = json_read_int(r, "capacity", json_array_get(j, i), 0, INT64_MAX, &x);
		t->capacity[i] = x < LOAD_MAX ? (int32_t)x : LOAD_MAX;
	}
	if (rc == 0 && (int32_t)n > p->loads)
		p->loads = (int32_t)n;
	return rc;
}

static int
read_break(const struct json_reader *r, struct vroom *v, const json_t *j,
    const struct technician *t, struct break_due *ret)
{
	char id[PROBLEM_ID_MAX + 1];
	int64_t service;
	int rc = vroom_known(r, v, j, break_known, break_unsupported);

	if (rc == 0)
		rc = vroom_id(r, j, id);
	if (rc == 0)
		rc = vroom_whole(r, j, "service", WORK_MAX_S, 0, &service);
	if (rc == 0)
		rc = vroom_windows(r, v, json_object_get(j, "time_windows"), ret->window,
		    &ret->windows);
	if (rc < 0)
		return rc;
	ret->duration_s = (int32_t)service;
	ret->open_s = ret->windows > 0 ? ret->window[0].open_s : t->ready_s;
	ret->close_s = ret->windows > 0 ? ret->window[ret->windows - 1].close_s : PROBLEM_NEVER;
	return 0;
}

/* Breaks are taken in the order in which they may begin. */
static void
put_break(struct technician *t, const struct break_due *b, int32_t member, int32_t *member_of)
{
	int32_t at = t->dues;

	while (at > 0 && (t->due[at - 1].open_s > b->open_s ||
	    (t->due[at - 1].open_s == b->open_s && t->due[at - 1].close_s > b->close_s))) {
		t->due[at] = t->due[at - 1];
		member_of[at] = member_of[at - 1];
		at--;
	}
	t->due[at] = *b;
	member_of[at] = member;
	t->dues++;
}

static int
read_breaks(struct json_reader *r, struct vroom *v, const json_t *j, struct technician *t,
    int32_t *member_of)
{
	size_t at = strlen(r->at);
	size_t n;
	int rc = json_read_array(r, "breaks", j, PROBLEM_BREAKS_MAX, &n);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		struct break_due due = { 0 };

		snprintf(r->at + at, sizeof(r->at) - at, "breaks[%zu].", i);
		rc = read_break(r, v, json_array_get(j, i), t, &due);
		if (rc == 0)
			put_break(t, &due, (int32_t)i, member_of);
		r->at[at] = '\0';
	}
	return rc;
}

static int
read_limits(const struct json_reader *r, const json_t *j, struct technician *t)
{
	int64_t tasks = PROBLEM_STOPS_MAX;
	int64_t drive_s = PROBLEM_NEVER;
	int rc = vroom_whole(r, j, "max_tasks", INT64_MAX, PROBLEM_STOPS_MAX, &tasks);

	if (rc == 0)
		rc = vroom_whole(r, j, "max_travel_time", INT64_MAX, PROBLEM_NEVER, &drive_s);
	t->stops_max = tasks < PROBLEM_STOPS_MAX ? (int32_t)tasks : PROBLEM_STOPS_MAX;
	t->drive_max_s = drive_s < UNLIMITED_S ? (int32_t)drive_s : PROBLEM_NEVER;
	return rc;
}

static int
read_vehicle(struct json_reader *r, struct vroom *v, struct problem *p, const json_t *skills,
    const json_t *types, int32_t k)
{
	const json_t *j = json_array_get(v->vehicles, (size_t)k);
	const json_t *kind = json_object_get(types, json_string_value(json_object_get(j, "type")));
	struct technician *t = &p->technician[k];
	int rc = vroom_known(r, v, j, vehicle_known, vehicle_unsupported);

	t->kind = kind != NULL ? (int32_t)json_integer_value(kind) : 0;
	if (rc == 0)
		rc = vroom_id(r, j, t->id);
	if (rc == 0)
		rc = read_ends(r, j, p, t);
	if (rc == 0)
		rc = read_day(r, v, j, t);
	if (rc == 0)
		rc = read_costs(r, v, j, k);
	if (rc == 0)
		rc = read_skills(r, json_object_get(j, "skills"), skills, t);
	if (rc == 0)
		rc = read_capacity(r, json_object_get(j, "capacity"), p, t);
	if (rc == 0)
		rc = read_breaks(r, v, json_object_get(j, "breaks"), t, v->break_at[k]);
	if (rc == 0)
		rc = read_limits(r, j, t);
	return rc;
}

int
vroom_read_vehicles(struct json_reader *r, struct vroom *v, struct problem *p,
    const json_t *skills, const json_t *types)
{
	json_t *ids = json_object();
	int rc = ids == NULL ? -ENOMEM : 0;

	for (int32_t k = 0; rc == 0 && k < p->technicians; k++) {
		snprintf(r->at, sizeof(r->at), "vehicles[%d].", k);
		rc = read_vehicle(r, v, p, skills, types, k);
		if (rc == 0 && json_object_get(ids, p->technician[k].id) != NULL)
			rc = json_refuse(r, "id: expected ids that differ, got %s twice",
			    p->technician[k].id);
		if (rc == 0 &&
		    json_object_set_new(ids, p->technician[k].id, json_true()) < 0)
			rc = -ENOMEM;
	}
	r->at[0] = '\0';
	json_decref(ids);
	return rc == 0 ? price_technicians(r, v, p) : rc;
}
