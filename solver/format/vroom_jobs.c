/* SPDX-License-Identifier: Apache-2.0 */
/* The jobs of VROOM's JSON as calls. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "solver/format/vroom.h"

enum {
	WORK_MAX_S = 10000000,
	LOAD_MAX = 1000000000,
	PRIORITY_MAX = 100,
};

static const char *const job_known[] = { "id", "description", "location", "location_index",
	"setup", "service", "setup_per_type", "service_per_type", "delivery", "pickup", "amount",
	"skills", "priority", "time_windows", NULL };
static const char *const job_unsupported[] = { NULL };

static int
read_amounts(const struct json_reader *r, const json_t *j, const char *name, struct problem *p,
    int32_t *ret)
{
	const json_t *amounts = json_object_get(j, name);
	size_t n;
	int rc = json_read_array(r, name, amounts, PROBLEM_LOADS_MAX, &n);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		int64_t x = 0;
		char at[32];

		snprintf(at, sizeof(at), "%s[%zu]", name, i);
		rc = json_read_int(r, at, json_array_get(amounts, i), 0, LOAD_MAX, &x);
		ret[i] = (int32_t)x;
	}
	if (rc == 0 && (int32_t)n > p->loads)
		p->loads = (int32_t)n;
	return rc;
}

/* "amount" is the old name of "delivery", and counts where neither of the new ones is. */
static int
read_loads(const struct json_reader *r, const json_t *j, struct problem *p, struct call *c)
{
	bool old = json_object_get(j, "delivery") == NULL && json_object_get(j, "pickup") == NULL;
	int rc = read_amounts(r, j, old ? "amount" : "delivery", p, c->delivery);

	return rc < 0 ? rc : read_amounts(r, j, "pickup", p, c->pickup);
}

/* The index of a skill, which is new at its first mention. */
static int
skill_of(const struct json_reader *r, struct problem *p, json_t *skills, int64_t skill,
    int16_t *ret)
{
	char name[PROBLEM_ID_MAX + 1];
	const json_t *at;

	snprintf(name, sizeof(name), "%lld", (long long)skill);
	at = json_object_get(skills, name);
	if (at != NULL) {
		*ret = (int16_t)json_integer_value(at);
		return 0;
	}
	if (p->skills == PROBLEM_SKILLS_MAX)
		return json_refuse(r, "skills: expected at most %d skills that jobs need, got more",
		    PROBLEM_SKILLS_MAX);
	*ret = (int16_t)p->skills;
	strcpy(p->skill_name[p->skills], name);
	return json_object_set_new(skills, name, json_integer(p->skills++)) < 0 ? -ENOMEM : 0;
}

static int
read_needs(const struct json_reader *r, const json_t *j, struct problem *p, json_t *skills,
    struct call *c)
{
	size_t n;
	int rc = json_read_array(r, "skills", j, SIZE_MAX, &n);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		int64_t skill = 0;
		struct skill_level need = { .level = 1 };
		bool twice = false;

		rc = json_read_int(r, "skills", json_array_get(j, i), 0, INT64_MAX, &skill);
		if (rc == 0)
			rc = skill_of(r, p, skills, skill, &need.skill);
		for (int32_t s = 0; s < c->needs; s++)
			twice |= c->need[s].skill == need.skill;
		if (rc < 0 || twice)
			continue;
		if (c->needs == PROBLEM_NEEDS_MAX)
			return json_refuse(r, "skills: expected at most %d, got %zu",
			    PROBLEM_NEEDS_MAX, n);
		c->need[c->needs++] = need;
	}
	return rc;
}

/* Durations by type of vehicle, where any is given: NULL otherwise. */
static int
read_per_type(const struct json_reader *r, const json_t *j, const char *name, int32_t otherwise,
    const json_t *types, int32_t **ret)
{
	const json_t *given = json_object_get(j, name);
	size_t kinds = json_object_size(types) + 1; /* kind 0: no type, or one without a word */
	const char *type;
	json_t *member;
	int32_t *by_kind;

	if (given == NULL)
		return 0;
	if (!json_is_object(given))
		return json_refuse(r, "%s: expected an object, got %s", name, json_kind(given));
	by_kind = malloc(kinds * sizeof(*by_kind));
	if (by_kind == NULL)
		return -ENOMEM;
	for (size_t k = 0; k < kinds; k++)
		by_kind[k] = otherwise;
	*ret = by_kind; /* the problem's from here on */
	json_object_foreach((json_t *)given, type, member) {
		const json_t *kind = json_object_get(types, type);
		int64_t s = 0;
		char at[128];
		int rc;

		snprintf(at, sizeof(at), "%s.%.64s", name, type);
		rc = json_read_int(r, at, member, 0, WORK_MAX_S, &s);
		if (rc < 0)
			return rc;
		if (kind != NULL)
			by_kind[json_integer_value(kind)] = (int32_t)s;
	}
	return 0;
}

static int
read_work(const struct json_reader *r, const json_t *j, const json_t *types, struct call *c)
{
	int64_t setup = 0, service = 0;
	int rc = vroom_whole(r, j, "setup", WORK_MAX_S, 0, &setup);

	if (rc == 0)
		rc = vroom_whole(r, j, "service", WORK_MAX_S, 0, &service);
	if (rc < 0)
		return rc;
	c->setup_s = (int32_t)setup;
	c->duration_s = (int32_t)service;
	rc = read_per_type(r, j, "setup_per_type", c->setup_s, types, &c->setup_by_kind);
	if (rc < 0)
		return rc;
	return read_per_type(r, j, "service_per_type", c->duration_s, types,
	    &c->duration_by_kind);
}

static int
read_call_windows(const struct json_reader *r, const struct vroom *v, const json_t *j,
    struct call *c)
{
	int32_t n = 0;
	int rc = vroom_windows(r, v, json_object_get(j, "time_windows"), c->window, &n);

	if (rc < 0 || n == 0)
		return rc;
	c->open_s = c->window[0].open_s;
	c->close_s = c->window[n - 1].close_s;
	c->windows = n > 1 ? n : 0;
	return 0;
}

static int
read_job(struct json_reader *r, struct vroom *v, struct problem *p, json_t *skills,
    const json_t *types, int32_t i)
{
	const json_t *j = json_array_get(v->jobs, (size_t)i);
	struct call *c = &p->call[i];
	int64_t priority;
	int rc = vroom_known(r, v, j, job_known, job_unsupported);

	if (rc == 0)
		rc = vroom_id(r, j, c->id);
	if (rc == 0)
		rc = vroom_place(r, j, "location", "location_index", p, &c->site, &c->location);
	if (rc == 0)
		rc = read_work(r, j, types, c);
	if (rc == 0)
		rc = read_loads(r, j, p, c);
	if (rc == 0)
		rc = read_needs(r, json_object_get(j, "skills"), p, skills, c);
	if (rc == 0)
		rc = vroom_whole(r, j, "priority", PRIORITY_MAX, 0, &priority);
	if (rc == 0)
		rc = read_call_windows(r, v, j, c);
	return rc;
}

int
vroom_read_jobs(struct json_reader *r, struct vroom *v, struct problem *p, json_t *skills,
    json_t *types)
{
	json_t *ids = json_object();
	int rc = ids == NULL ? -ENOMEM : 0;

	for (int32_t i = 0; rc == 0 && i < p->calls; i++) {
		snprintf(r->at, sizeof(r->at), "jobs[%d].", i);
		rc = read_job(r, v, p, skills, types, i);
		if (rc == 0 && json_object_get(ids, p->call[i].id) != NULL)
			rc = json_refuse(r, "id: expected ids that differ, got %s twice",
			    p->call[i].id);
		if (rc == 0 && json_object_set_new(ids, p->call[i].id, json_true()) < 0)
			rc = -ENOMEM;
	}
	r->at[0] = '\0';
	json_decref(ids);
	return rc;
}
