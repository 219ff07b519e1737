/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/solver_random.h"

enum { DAY_S = 40 };

static bool
chance(struct rng *r, int percent)
{
	return rng_below(r, 100) < percent;
}

static void
make_technician(struct rng *r, struct technician *t, int32_t k, int32_t calls)
{
	snprintf(t->id, sizeof(t->id), "t%d", k);
	t->ready_s = rng_below(r, 8);
	t->shift_end_s = t->ready_s + rng_range(r, 15, DAY_S - 8);
	t->overtime_max_s = rng_below(r, 5);
	t->speed_pct = 100;
	t->start_location = t->end_location = calls + k;
	t->open_end = chance(r, 30);
	t->drive_cents_per_h = 3600 * rng_below(r, 5);
	t->wait_cents_per_h = 3600 * rng_below(r, 4);
	t->overtime_cents_per_h = 3600 * rng_below(r, 5);
	t->current = calloc((size_t)calls + 1, sizeof(*t->current));
}

static void
make_call(struct rng *r, struct call *c, int32_t i)
{
	snprintf(c->id, sizeof(c->id), "c%d", i);
	c->location = i;
	c->duration_s = rng_range(r, 1, 6);
	if (chance(r, 50)) {
		c->open_s = rng_below(r, 20);
		c->close_s = c->open_s + rng_below(r, 20);
	}
	c->unserved_cents = 100 * rng_range(r, 0, 4);
}

struct problem *
solver_tiny(struct rng *r, int32_t technicians, int32_t calls)
{
	struct problem *p = problem_new(technicians, calls, 0);
	size_t n = (size_t)(technicians + calls);

	p->budget = -1;
	p->travel = (struct travel_model){ 130, 36000, 0 };
	p->matrix = calloc(1, sizeof(*p->matrix));
	p->matrices = 1;
	p->locations = technicians + calls;
	p->matrix[0].narrow_s = calloc(n * n, sizeof(*p->matrix[0].narrow_s));
	for (size_t at = 0; at < n * n; at++)
		p->matrix[0].narrow_s[at] = (uint16_t)(at % (n + 1) == 0 ? 0 : rng_range(r, 1, 8));
	for (int32_t k = 0; k < technicians; k++)
		make_technician(r, &p->technician[k], k, calls);
	for (int32_t i = 0; i < calls; i++)
		make_call(r, &p->call[i], i);
	return p;
}
