/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The solver against brute force (brute.h) on small random problems, for every budget:
 * the same cost, the same impossibilities, and bounds that hold.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>

#include "solver/solve.h"
#include "tests/brute.h"
#include "tests/solver_random.h"

#if defined(__SANITIZE_ADDRESS__)
enum { CASES = 300 };
#else
enum { CASES = 2000 };
#endif

static int proven, unproven, impossible;
static unsigned parts_now;

#define fail_case(fmt, ...) \
	fail_msg("parts %x, seed %llu, K %d: " fmt, parts_now, (unsigned long long)seed, budget, \
	    __VA_ARGS__)

static void
compare(struct problem *mine, int32_t budget, uint64_t seed, bool prove)
{
	struct solve_limits lim = { .seed = seed, .prove = prove };
	int64_t best = brute_cheapest(budget);
	struct disturbance d;
	struct plan *plan;
	char why[256];
	int64_t cost;
	int rc;

	mine->budget = budget;
	rc = solve(mine, &lim, &plan);
	if (best == BRUTE_NONE) {
		if (rc != -ETIME)
			fail_case("rc %d where there is no plan", rc);
		impossible++;
		return;
	}
	if (rc != 0)
		fail_case("rc %d, but %lld is possible", rc, (long long)best);
	if (plan_check(mine, plan, &cost, &d, why, sizeof(why)) < 0)
		fail_case("%s", why);
	if (cost != plan->cost_cents || memcmp(&d, &plan->disturbance, sizeof(d)) != 0)
		fail_case("cost %lld said to be %lld", (long long)cost,
		    (long long)plan->cost_cents);
	if (budget >= 0 && d.chosen > budget)
		fail_case("%d chosen", d.chosen);
	if (plan->bound_cents > best || cost < best || (plan->proven && cost != best))
		fail_case("cost %lld, bound %lld, proven %d; the best is %lld", (long long)cost,
		    (long long)plan->bound_cents, plan->proven, (long long)best);
	if (plan->proven)
		proven++;
	else
		unproven++;
	plan_free(plan);
}

/* SOLVER_CASES makes it longer, SOLVER_SEED does one case alone. */
static uint64_t
cases(void)
{
	return getenv("SOLVER_CASES") ? strtoull(getenv("SOLVER_CASES"), NULL, 10) : CASES;
}

static void
one_case(uint64_t seed, unsigned parts, int32_t calls_max)
{
	struct rng r = { seed };
	int32_t calls = parts == 0 && rng_below(&r, 40) == 0 ? rng_range(&r, 7, BRUTE_CALLS_MAX)
	    : rng_range(&r, 0, calls_max);
	struct problem *p = solver_random_with(&r, rng_range(&r, 1, BRUTE_TECHNICIANS_MAX), calls,
	    parts);

	parts_now = parts;
	brute_begin(p, calls <= 3, false);
	for (int32_t budget = -1; budget <= 3; budget++)
		compare(p, budget, seed, seed % 4 == 0);
	problem_free(p);
}

static void
run_cases(unsigned parts, int32_t calls_max, uint64_t n)
{
	const char *only = getenv("SOLVER_SEED");

	proven = unproven = impossible = 0;
	for (uint64_t seed = 1; seed <= n && only == NULL; seed++)
		one_case(seed, parts, calls_max);
	if (only != NULL)
		one_case(strtoull(only, NULL, 10), parts, calls_max);
	print_message("parts %x: %d proven, %d not, %d have no plan\n", parts, proven, unproven,
	    impossible);
	assert_true(unproven * 100 <= proven + 100);
}

static void
test_brute_force(void **unused)
{
	(void)unused;
	run_cases(0, 6, cases());
}

/* Each part alone, then all sorts together. */
static void
test_parts(void **unused)
{
	struct rng r = { 7 };
	const char *only = getenv("SOLVER_PARTS");

	(void)unused;
	if (only != NULL) {
		run_cases((unsigned)strtoul(only, NULL, 16), 4, cases() / 8);
		return;
	}
	for (int part = 0; part < PARTS; part++)
		run_cases(1u << part, 4, cases() / 8);
	for (int set = 0; set < 20; set++)
		run_cases((unsigned)rng_next(&r) & ((1u << PARTS) - 1), 4, cases() / 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_brute_force),
		cmocka_unit_test(test_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
