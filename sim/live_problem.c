/* SPDX-License-Identifier: Apache-2.0 */
/* The problem of the moment, cut out of the whole instance. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/live.h"

enum { PARTS_ENOUGH = 1000000 }; /* of whoever was at the depot */

static void
copy_call(const struct live *v, int32_t i, const struct live_prices *prices, struct call *to)
{
	bool planned = v->phase[i] == LIVE_PLANNED;

	*to = v->whole->call[i];
	to->unserved_cents = planned ? prices->planned_cents : prices->open_cents;
	to->drop_cents = 0;
	to->told = (struct told){ .technician = v->told[i] };
	to->reassign_cents = v->told[i] >= 0 ? prices->told_cents : 0;
	to->stay_served = false;
	to->forbidden = NULL; /* it has none: live_new */
	to->duration_by_kind = to->setup_by_kind = NULL;
}

/* What is left on the van: goods and parts for the stops behind him are gone. */
static void
use_up(const struct live *v, int32_t k, struct technician *to)
{
	const struct live_tech *t = &v->tech[k];

	for (int32_t n = 0; n < t->dones; n++) {
		const struct call *c;

		if (t->done[n].call == LIVE_DEPOT)
			continue;
		c = &v->whole->call[t->done[n].call];
		for (int32_t d = 0; d < v->whole->loads; d++)
			to->capacity[d] -= c->delivery[d] + c->pickup[d];
		for (int32_t d = 0; d < v->whole->parts; d++)
			to->part[d] -= c->part[d];
		to->stops_max--;
	}
	if (!t->depot)
		return;
	to->tools = ~UINT64_C(0);
	for (int32_t d = 0; d < v->whole->parts; d++)
		to->part[d] = PARTS_ENOUGH;
}

static int
copy_technician(const struct live *v, int32_t k, const int32_t *number, struct technician *to)
{
	const struct technician *from = &v->whole->technician[k];
	const struct live_tech *t = &v->tech[k];

	*to = *from;
	to->current = NULL;
	to->skill = calloc((size_t)from->skills + 1, sizeof(*to->skill));
	if (to->skill == NULL)
		return -ENOMEM;
	if (from->skills > 0)
		memcpy(to->skill, from->skill, (size_t)from->skills * sizeof(*to->skill));
	to->current = calloc((size_t)t->plans + 1, sizeof(*to->current));
	if (to->current == NULL)
		return -ENOMEM;
	for (int32_t n = 0; n < t->plans; n++)
		to->current[n] = number[t->plan[n]];
	to->currents = t->plans;
	to->fixed = 0;
	to->start_location = t->location;
	to->ready_s = t->free_s > v->now_s ? t->free_s : v->now_s;
	/* Once he is out, time that he waits is time that he works. */
	to->leaves_late = from->leaves_late && t->dones == 0;
	if (t->dones > 0)
		to->day_cents = 0;
	use_up(v, k, to);
	return 0;
}

/* Matrices are those of the instance: only the array of pointers is new. */
static int
borrow_matrices(const struct problem *whole, struct problem *p)
{
	p->matrix = calloc((size_t)whole->matrices, sizeof(*p->matrix));
	if (p->matrix == NULL)
		return -ENOMEM;
	memcpy(p->matrix, whole->matrix, (size_t)whole->matrices * sizeof(*p->matrix));
	p->matrices = whole->matrices;
	p->locations = whole->locations;
	return 0;
}

static void
copy_frame(const struct problem *whole, struct problem *p)
{
	p->origin = whole->origin;
	p->budget = -1;
	p->travel = whole->travel;
	p->has_depot = whole->has_depot;
	p->depot = whole->depot;
	p->depot_location = whole->depot_location;
	p->depot_s = whole->depot_s;
	p->loads = whole->loads;
	p->parts = whole->parts;
	p->kinds = whole->kinds;
	p->weights = whole->weights;
	if (whole->skills > 0)
		memcpy(p->skill_name, whole->skill_name,
		    (size_t)whole->skills * sizeof(*p->skill_name));
}

int
live_problem(struct live *v, const struct live_prices *prices, struct problem **ret)
{
	const struct problem *whole = v->whole;
	int32_t calls = live_count(v, LIVE_OPEN) + live_count(v, LIVE_PLANNED), n = 0;
	struct problem *p = problem_new(whole->technicians, calls, whole->skills);
	int32_t *number = calloc((size_t)whole->calls + 1, sizeof(*number));
	int rc = p != NULL && number != NULL ? borrow_matrices(whole, p) : -ENOMEM;

	if (rc == 0)
		copy_frame(whole, p);
	for (int32_t i = 0; rc == 0 && i < whole->calls; i++)
		if (v->phase[i] == LIVE_OPEN || v->phase[i] == LIVE_PLANNED) {
			v->call_of[n] = i;
			number[i] = n;
			copy_call(v, i, prices, &p->call[n++]);
		}
	for (int32_t k = 0; rc == 0 && k < whole->technicians; k++)
		rc = copy_technician(v, k, number, &p->technician[k]);
	if (rc == 0)
		rc = problem_stay(p); /* the solver begins with it */
	free(number);
	if (rc < 0)
		live_problem_free(p);
	else
		*ret = p;
	return rc;
}

void
live_problem_free(struct problem *p)
{
	if (p == NULL)
		return;
	for (int32_t m = 0; m < p->matrices; m++)
		p->matrix[m] = (struct travel_matrix){ 0 };
	problem_free(p);
}
