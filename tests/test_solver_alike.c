/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Technicians who are alike count as one with several routes: against brute force, and
 * on larger problems against the same technicians told apart. These also need cuts and
 * branching on arcs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <stdio.h>

#include "solver/rng.h"
#include "solver/solve.h"
#include "tests/brute.h"

enum { SMALL = 40, LARGE = 8 };

/* Calls in clusters, with loads and windows, and vans that take a few of them. */
static struct problem *
vans(struct rng *r, int32_t technicians, int32_t calls)
{
	struct problem *p = problem_new(technicians, calls, 0);
	struct place home = { 42300000, -71100000 };

	if (p == NULL)
		abort();
	p->budget = -1;
	p->travel = (struct travel_model){ 130, 35000, 120 };
	p->weights = (struct weights){ 600, 3600, 0, 0 };
	p->loads = 1;
	for (int32_t k = 0; k < technicians; k++) {
		struct technician *t = &p->technician[k];

		snprintf(t->id, sizeof(t->id), "t%d", k);
		t->start = t->end = home;
		t->shift_end_s = 30000;
		t->speed_pct = 100;
		t->drive_cents_per_h = 6000;
		t->capacity[0] = 10;
	}
	for (int32_t i = 0; i < calls; i++) {
		struct call *c = &p->call[i];
		int32_t at = rng_below(r, 3);

		snprintf(c->id, sizeof(c->id), "c%d", i);
		c->site = (struct place){ home.lat_udeg + at * 60000 + rng_below(r, 40000),
			home.lon_udeg + (at * at - 2) * 50000 + rng_below(r, 40000) };
		c->duration_s = 600 + rng_below(r, 900);
		c->delivery[0] = rng_range(r, 1, 4);
		c->unserved_cents = 20000;
		if (rng_below(r, 2) == 0) {
			c->open_s = rng_below(r, 15000);
			c->close_s = c->open_s + rng_range(r, 3000, 9000);
		}
	}
	return p;
}

static struct plan *
solved(const struct problem *p)
{
	struct solve_limits lim = { .prove = true, .work = 150000 };
	struct plan *plan;
	int64_t cents;
	char why[256];

	assert_int_equal(solve(p, &lim, &plan), 0);
	if (plan_check(p, plan, &cents, NULL, why, sizeof(why)) < 0)
		fail_msg("%s", why);
	assert_int_equal(cents, plan->cost_cents);
	assert_true(plan->bound_cents <= cents);
	return plan;
}

static void
test_brute(void **unused)
{
	(void)unused;
	for (uint64_t seed = 1; seed <= SMALL; seed++) {
		struct rng r = { seed };
		struct problem *p = vans(&r, BRUTE_TECHNICIANS_MAX, rng_range(&r, 3, 6));
		struct plan *plan = solved(p);

		brute_begin(p, false, false);
		if (!plan->proven || plan->cost_cents != brute_cheapest(-1))
			fail_msg("seed %llu: cost %lld, the best is %lld", (unsigned long long)seed,
			    (long long)plan->cost_cents, (long long)brute_cheapest(-1));
		plan_free(plan);
		problem_free(p);
	}
}

/* The price of difficulty is 0, so that what was carried before tells apart and costs nothing. */
static void
test_told_apart(void **unused)
{
	int proven = 0;

	(void)unused;
	for (uint64_t seed = 1; seed <= LARGE; seed++) {
		struct rng r = { seed };
		struct problem *p = vans(&r, 4, rng_range(&r, 9, 12));
		struct plan *alike = solved(p), *apart;

		for (int32_t k = 0; k < p->technicians; k++)
			p->technician[k].hard_before = k;
		apart = solved(p);
		if ((alike->proven && apart->cost_cents < alike->cost_cents) ||
		    (apart->proven && alike->cost_cents < apart->cost_cents))
			fail_msg("seed %llu: %lld alike, %lld apart", (unsigned long long)seed,
			    (long long)alike->cost_cents, (long long)apart->cost_cents);
		proven += alike->proven && apart->proven;
		plan_free(alike);
		plan_free(apart);
		problem_free(p);
	}
	assert_true(proven >= LARGE / 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_brute),
		cmocka_unit_test(test_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
