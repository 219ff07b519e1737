/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/solver_random.h"

#include <stdio.h>
#include <stdlib.h>

static bool
chance(struct rng *r, int percent)
{
	return rng_below(r, 100) < percent;
}

static int32_t
price(struct rng *r, int zero_percent, int32_t max)
{
	return chance(r, zero_percent) ? 0 : rng_range(r, 1, max);
}

static struct place
somewhere(struct rng *r)
{
	return (struct place){ 42300000 + rng_range(r, 0, 120000),
		-71100000 + rng_range(r, 0, 120000) };
}

static void
make_technician(struct rng *r, struct problem *p, struct technician *t, int32_t k, int32_t w)
{
	int32_t open_s = 3600;

	snprintf(t->id, sizeof(t->id), "t%d", k);
	t->start = somewhere(r);
	t->end = chance(r, 50) ? t->start : somewhere(r);
	t->open_end = chance(r, 20);
	t->ready_s = rng_range(r, -1200, 3600);
	t->shift_end_s = t->ready_s + rng_range(r, 3600, 24000);
	t->overtime_max_s = price(r, 30, 7200);
	t->speed_pct = rng_range(r, 70, 130);
	t->wait_cents_per_h = w ? price(r, 20, 4000) : 0;
	t->drive_cents_per_h = chance(r, 30) ? t->wait_cents_per_h : price(r, 10, 6000);
	t->overtime_cents_per_h = price(r, 30, 6000);
	t->hard_before = price(r, 50, 6);
	t->skill = calloc((size_t)p->skills + 1, sizeof(*t->skill));
	for (int16_t s = 0; s < p->skills; s++)
		if (chance(r, 75))
			t->skill[t->skills++] = (struct skill_level){ s,
				(int16_t)rng_range(r, 1, 2) };
	t->dues = chance(r, 50) ? 0 : rng_range(r, 1, 2);
	for (int32_t b = 0; b < t->dues; b++) {
		open_s += rng_range(r, 0, 6000);
		t->due[b].open_s = open_s;
		t->due[b].close_s = open_s + rng_range(r, 0, 3600);
		t->due[b].duration_s = price(r, 10, 1800);
	}
}

static void
make_call(struct rng *r, const struct problem *p, struct call *c, int32_t i)
{
	snprintf(c->id, sizeof(c->id), "c%d", i);
	c->site = i > 0 && chance(r, 10) ? p->call[i - 1].site : somewhere(r);
	c->duration_s = chance(r, 5) ? rng_range(r, 0, 60) : rng_range(r, 600, 4800);
	c->opened_s = rng_range(r, -20000, 0);
	if (chance(r, 25)) {
		c->open_s = rng_range(r, 0, 12000);
		if (chance(r, 60))
			c->close_s = c->open_s + rng_range(r, 0, 7200);
	}
	if (chance(r, 40))
		c->due_s = rng_range(r, 0, 15000);
	c->difficulty = price(r, 40, 5);
	c->needs = 0;
	if (p->skills > 0 && chance(r, 30))
		c->need[c->needs++] = (struct skill_level){ (int16_t)rng_below(r, p->skills),
			(int16_t)rng_range(r, 1, 2) };
	c->required = chance(r, 5) ? rng_below(r, p->technicians) : -1;
	c->preferred = chance(r, 20) ? rng_below(r, p->technicians) : -1;
	if (chance(r, 10)) {
		c->forbidden = calloc(1, sizeof(*c->forbidden));
		c->forbidden[0] = rng_below(r, p->technicians);
		c->forbiddens = 1;
	}
	c->late_cents_per_h = price(r, 20, 4000);
	c->response_cents_per_h = price(r, 40, 1500);
	c->break_promise_cents = price(r, 30, 3000);
	c->prefer_cents = price(r, 30, 500);
	c->reassign_cents = price(r, 30, 1000);
	c->repromise_cents = price(r, 30, 2000);
	c->eta_moved_cents = price(r, 30, 1000);
	c->drop_cents = price(r, 30, 5000);
	c->unserved_cents = price(r, 5, 30000);
}

/* Puts some of the calls on routes as they stand. */
static void
make_current(struct rng *r, struct problem *p)
{
	for (int32_t k = 0; k < p->technicians; k++)
		p->technician[k].current = calloc((size_t)p->calls + 1, sizeof(int32_t));
	for (int32_t i = 0; i < p->calls; i++) {
		int32_t k = rng_below(r, p->technicians);
		struct technician *t = &p->technician[k];

		if (!problem_may(p, k, i) || !chance(r, 70))
			continue;
		t->current[t->currents++] = i;
	}
	for (int32_t k = 0; k < p->technicians; k++)
		if (p->technician[k].currents > 0 && chance(r, 20))
			p->technician[k].fixed = rng_range(r, 1, p->technician[k].currents < 2 ? 1
			    : 2);
}

static void
tell(struct rng *r, struct problem *p, int32_t k, int32_t i)
{
	struct call *c = &p->call[i];
	int32_t at_s = c->stay_s + rng_range(r, -2400, 1800);

	if (chance(r, 70))
		c->told.technician = chance(r, 95) ? k : rng_below(r, p->technicians);
	if (chance(r, 70)) {
		c->told.eta = true;
		c->told.eta_s = at_s;
	}
	if (chance(r, 50)) {
		c->told.promise = true;
		c->told.promise_from_s = at_s - rng_range(r, 0, 3600);
		c->told.promise_to_s = at_s + rng_range(r, 0, 3600);
	}
	c->immovable = chance(r, 15);
}

struct problem *
solver_random(struct rng *r, int32_t technicians, int32_t calls)
{
	return solver_random_with(r, technicians, calls, 0);
}

struct problem *
solver_random_with(struct rng *r, int32_t technicians, int32_t calls, unsigned parts)
{
	struct problem *p = problem_new(technicians, calls, 2);
	bool waits = chance(r, 70);
	char why[256];

	snprintf(p->skill_name[0], sizeof(p->skill_name[0]), "gas");
	snprintf(p->skill_name[1], sizeof(p->skill_name[1]), "lift");
	p->budget = rng_range(r, -1, 3);
	p->travel = (struct travel_model){ 130, rng_range(r, 20000, 50000), price(r, 50, 180) };
	p->weights = (struct weights){ price(r, 20, 900), price(r, 20, 3600), price(r, 30, 3000),
		price(r, 60, 30) };
	for (int32_t k = 0; k < technicians; k++)
		make_technician(r, p, &p->technician[k], k, waits);
	for (int32_t i = 0; i < calls; i++)
		make_call(r, p, &p->call[i], i);
	solver_add_parts(r, p, parts);
	make_current(r, p);
	/* Told at what the routes give, more or less, and then re-timed as told. */
	if (problem_stay(p) < 0)
		abort();
	for (int32_t k = 0; k < technicians; k++)
		for (int32_t s = 0; s < p->technician[k].currents; s++)
			if (chance(r, 80))
				tell(r, p, k, p->technician[k].current[s]);
	if (problem_stay(p) < 0)
		abort();
	if (problem_check(p, why, sizeof(why)) < 0) {
		fprintf(stderr, "%s\n", why);
		abort();
	}
	return p;
}
