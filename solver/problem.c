/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/problem.h"

#include <stdlib.h>

static bool
has_skill(const struct technician *t, struct skill_level need)
{
	for (int32_t s = 0; s < t->skills; s++)
		if (t->skill[s].skill == need.skill && t->skill[s].level >= need.level)
			return true;
	return false;
}

bool
problem_may(const struct problem *p, int32_t technician, int32_t call)
{
	const struct technician *t = &p->technician[technician];
	const struct call *c = &p->call[call];

	if (c->required >= 0 && c->required != technician)
		return false;
	for (int32_t f = 0; f < c->forbiddens; f++)
		if (c->forbidden[f] == technician)
			return false;
	for (int32_t n = 0; n < c->needs; n++)
		if (!has_skill(t, c->need[n]))
			return false;
	return p->has_depot || (c->tools & ~t->tools) == 0;
}

struct problem *
problem_new(int32_t technicians, int32_t calls, int32_t skills)
{
	struct problem *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->technician = calloc((size_t)technicians + 1, sizeof(*p->technician));
	p->call = calloc((size_t)calls + 1, sizeof(*p->call));
	p->skill_name = calloc((size_t)skills + 1, sizeof(*p->skill_name));
	if (p->technician == NULL || p->call == NULL || p->skill_name == NULL) {
		problem_free(p);
		return NULL;
	}
	p->technicians = technicians;
	p->calls = calls;
	p->skills = skills;
	for (int32_t i = 0; i < calls; i++) {
		p->call[i].required = -1;
		p->call[i].preferred = -1;
		p->call[i].told.technician = -1;
		p->call[i].close_s = PROBLEM_NEVER;
		p->call[i].due_s = PROBLEM_NEVER;
		p->call[i].with = -1;
		p->call[i].after = -1;
	}
	for (int32_t k = 0; k < technicians; k++) {
		p->technician[k].stops_max = PROBLEM_STOPS_MAX;
		p->technician[k].drive_max_s = PROBLEM_NEVER;
	}
	for (int h = 0; h < 24; h++)
		p->hour_pct[h] = 100;
	return p;
}

void
problem_free(struct problem *p)
{
	if (p == NULL)
		return;
	for (int32_t k = 0; p->technician != NULL && k < p->technicians; k++) {
		free(p->technician[k].skill);
		free(p->technician[k].current);
	}
	for (int32_t i = 0; p->call != NULL && i < p->calls; i++) {
		free(p->call[i].forbidden);
		free(p->call[i].duration_by_kind);
		free(p->call[i].setup_by_kind);
	}
	for (int32_t x = 0; x < p->matrices; x++) {
		free(p->matrix[x].narrow_s);
		free(p->matrix[x].wide_s);
	}
	free(p->matrix);
	free(p->technician);
	free(p->call);
	free(p->skill_name);
	free(p);
}
