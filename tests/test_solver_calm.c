/* SPDX-License-Identifier: Apache-2.0 */
/* The price of calm: each plan of one run against a solve of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "solver/solve.h"
#include "tests/solver_day.h"
#include "tests/solver_random.h"

enum { BUDGETS = 6, CASES = 300, EVENTS = 6 };

static const int32_t budget[BUDGETS] = { 0, 1, 2, 3, 5, -1 };

static void
check_plan(const struct problem *p, const struct plan *plan, uint64_t seed)
{
	char why[256];
	int64_t cents;
	struct disturbance d;

	if (plan_check(p, plan, &cents, &d, why, sizeof(why)) < 0)
		fail_msg("seed %llu, K %d: %s", (unsigned long long)seed, p->budget, why);
	assert_int_equal(cents, plan->cost_cents);
	assert_true(plan->bound_cents <= plan->cost_cents);
}

/* Both proven: the same cost. One proven: the other is no cheaper. */
static void
compare(const struct plan *calm, const struct plan *alone, uint64_t seed, int32_t k)
{
	if ((calm->proven && alone->cost_cents < calm->cost_cents) ||
	    (alone->proven && calm->cost_cents < alone->cost_cents))
		fail_msg("seed %llu, K %d: %lld together, %lld alone", (unsigned long long)seed, k,
		    (long long)calm->cost_cents, (long long)alone->cost_cents);
	assert_true(calm->bound_cents <= alone->cost_cents);
}

/* Returns how many of the plans are proven; 0 where there is no plan for some budget. */
static int
one_case(struct problem *p, const struct solve_limits *lim, uint64_t seed)
{
	struct plan *calm[BUDGETS];
	int proven = 0;

	if (solve_calm(p, lim, budget, BUDGETS, calm) < 0)
		return 0;
	for (int b = 0; b < BUDGETS; b++) {
		struct plan *alone;

		p->budget = budget[b];
		check_plan(p, calm[b], seed);
		assert_int_equal(solve(p, lim, &alone), 0);
		compare(calm[b], alone, seed, budget[b]);
		if (b > 0)
			assert_true(calm[b]->cost_cents <= calm[b - 1]->cost_cents);
		proven += calm[b]->proven;
		plan_free(alone);
	}
	for (int b = 0; b < BUDGETS; b++)
		plan_free(calm[b]);
	return proven;
}

static void
test_random(void **unused)
{
	struct solve_limits lim = { 0 };
	int proven = 0;

	(void)unused;
	for (uint64_t seed = 1; seed <= CASES; seed++) {
		struct rng r = { seed };
		struct problem *p = solver_random(&r, rng_range(&r, 1, 3), rng_range(&r, 0, 7));

		proven += one_case(p, &lim, seed);
		problem_free(p);
	}
	assert_true(proven >= CASES * BUDGETS / 2);
}

static void
test_events(void **unused)
{
	struct rng r = { 5 };
	struct problem *morning = day_morning(&r, 10, 40);
	struct solve_limits start = { .work = 200000, .seed = 1, .search = true };
	struct solve_limits lim = { .work = 20000000 };
	struct plan *plan;
	int proven = 0;

	(void)unused;
	assert_int_equal(solve(morning, &start, &plan), 0);
	for (int e = 0; e < EVENTS; e++) {
		struct problem *p = day_urgent(&r, morning, plan, 6, 3);

		proven += one_case(p, &lim, (uint64_t)e);
		problem_free(p);
	}
	assert_true(proven >= EVENTS * BUDGETS * 9 / 10);
	plan_free(plan);
	problem_free(morning);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
