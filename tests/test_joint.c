/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Problems of few seconds against brute force, second by second: calls that are tied to each
 * other, and technicians who leave late.
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

enum { SECONDS = 45 }; /* a day has fewer */

static uint64_t
cases(void)
{
	return getenv("SOLVER_CASES") ? strtoull(getenv("SOLVER_CASES"), NULL, 10) : CASES;
}

/* Solves, and compares with the best there is. Whether it was proven. */
static bool
compare(struct problem *p, int64_t best, uint64_t seed)
{
	struct solve_limits lim = { .seed = seed };
	struct plan *plan;
	char why[256];
	int64_t cost;
	bool proven;
	int rc = solve(p, &lim, &plan);

	if (rc != 0)
		fail_msg("seed %llu: rc %d, but %lld is possible", (unsigned long long)seed, rc,
		    (long long)best);
	if (plan_check(p, plan, &cost, NULL, why, sizeof(why)) < 0)
		fail_msg("seed %llu: %s", (unsigned long long)seed, why);
	if (cost != plan->cost_cents || plan->bound_cents > best || cost < best ||
	    (plan->proven && cost != best))
		fail_msg("seed %llu: cost %lld, said %lld, bound %lld, proven %d; the best is %lld",
		    (unsigned long long)seed, (long long)cost, (long long)plan->cost_cents,
		    (long long)plan->bound_cents, plan->proven, (long long)best);
	proven = plan->proven;
	plan_free(plan);
	return proven;
}

/* The best plan with the start of some calls given: tied ones, tried second by second. */
static int64_t
best_from(struct problem *p, int32_t i)
{
	struct call *c;
	int32_t open_s, close_s;
	int64_t best;

	while (i < p->calls && p->call[i].with < 0 && p->call[i].after < 0)
		i++;
	if (i == p->calls) {
		brute_begin(p, false, false);
		return brute_cheapest(p->budget);
	}
	c = &p->call[i];
	open_s = c->open_s;
	close_s = c->close_s;
	/* Not at all; then at each second. */
	c->open_s = c->close_s = 10 * SECONDS;
	best = best_from(p, i + 1);
	for (int32_t s = open_s; s <= close_s && s <= SECONDS; s++) {
		struct call *o = &p->call[c->with >= 0 ? c->with : c->after];
		int32_t o_open_s = o->open_s, o_close_s = o->close_s;
		int64_t v;

		c->open_s = c->close_s = s;
		if (c->with >= 0) {
			o->open_s = o_open_s > s ? o_open_s : s;
			o->close_s = o_close_s < s ? o_close_s : s;
		} else if (o_close_s > s - o->duration_s - c->after_gap_s) {
			o->close_s = s - o->duration_s - c->after_gap_s;
		}
		v = best_from(p, i + 1);
		best = v < best ? v : best;
		o->open_s = o_open_s;
		o->close_s = o_close_s;
	}
	c->open_s = open_s;
	c->close_s = close_s;
	return best;
}

/* Ties a call to one before it, so that best_from() comes to the later one after it. */
static void
tie(struct rng *r, struct problem *p, int32_t i)
{
	int32_t to = rng_below(r, i);

	if (rng_below(r, 2) == 0) {
		p->call[i].with = to;
	} else {
		p->call[i].after = to;
		p->call[i].after_gap_s = rng_below(r, 4);
	}
}

static void
test_ties(void **unused)
{
	const char *only = getenv("SOLVER_SEED");
	uint64_t proven = 0;

	(void)unused;
	for (uint64_t seed = 1; seed <= cases(); seed++) {
		struct rng r = { only ? strtoull(only, NULL, 10) : seed };
		int32_t calls = rng_range(&r, 2, 4);
		struct problem *p = solver_tiny(&r, rng_range(&r, 1, 3), calls);
		int64_t best;

		tie(&r, p, calls - 1);
		if (calls == 3 && rng_below(&r, 2) == 0)
			tie(&r, p, calls - 2);
		best = best_from(p, 0);
		proven += compare(p, best, only ? r.state : seed);
		problem_free(p);
		if (only)
			return;
	}
	print_message("%llu of %llu proven\n", (unsigned long long)proven,
	    (unsigned long long)cases());
	assert_true(proven * 10 >= cases() * 9);
}

/* Tells people something of a problem with ties, as its current routes stand. */
static void
tell(struct rng *r, struct problem *p)
{
	for (int32_t i = 0; i < p->calls; i++) {
		struct technician *t = &p->technician[rng_below(r, p->technicians)];

		if (rng_below(r, 4) > 0)
			t->current[t->currents++] = i;
	}
	assert_int_equal(problem_stay(p), 0);
	p->weights.eta_tolerance_s = rng_below(r, 4);
	for (int32_t k = 0; k < p->technicians; k++)
		for (int32_t s = 0; s < p->technician[k].currents; s++) {
			struct call *c = &p->call[p->technician[k].current[s]];

			c->told.technician = rng_below(r, 3) ? k : -1;
			c->told.eta = rng_below(r, 2);
			c->told.eta_s = c->stay_s + rng_range(r, -3, 3);
			c->told.promise = rng_below(r, 3) == 0;
			c->told.promise_from_s = c->stay_s - rng_below(r, 4);
			c->told.promise_to_s = c->stay_s + rng_below(r, 4);
			c->reassign_cents = 10 * rng_below(r, 4);
			c->repromise_cents = 10 * rng_below(r, 4);
			c->eta_moved_cents = 10 * rng_below(r, 4);
			c->response_cents_per_h = 3600 * rng_below(r, 3);
		}
	assert_int_equal(problem_stay(p), 0);
}

/* The same where people were told something, and only so many may be disturbed. */
static void
test_ties_in_a_budget(void **unused)
{
	const char *only = getenv("SOLVER_SEED");
	uint64_t proven = 0, solved = 0;

	(void)unused;
	for (uint64_t seed = 1; seed <= cases() / 4; seed++) {
		struct rng r = { only ? strtoull(only, NULL, 10) : seed };
		uint64_t name = r.state;
		int32_t calls = rng_range(&r, 2, 4);
		struct problem *p = solver_tiny(&r, rng_range(&r, 2, 3), calls);

		tie(&r, p, calls - 1);
		tell(&r, p);
		for (p->budget = -1; p->budget <= 2; p->budget++) {
			int64_t best = best_from(p, 0);

			if (best == BRUTE_NONE)
				continue;
			proven += compare(p, best, name);
			solved++;
		}
		problem_free(p);
		if (only)
			return;
	}
	print_message("%llu of %llu proven\n", (unsigned long long)proven,
	    (unsigned long long)solved);
	assert_true(proven * 10 >= solved * 9);
}

static void
test_leaving_late(void **unused)
{
	(void)unused;
	for (uint64_t seed = 1; seed <= cases(); seed++) {
		struct rng r = { seed };
		struct problem *p = solver_tiny(&r, rng_range(&r, 1, 2), rng_range(&r, 1, 4));
		int64_t best;

		for (int32_t k = 0; k < p->technicians; k++)
			p->technician[k].leaves_late = true;
		brute_begin(p, false, true);
		best = brute_cheapest(-1);
		assert_true(compare(p, best, seed));
		problem_free(p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ties),
		cmocka_unit_test(test_ties_in_a_budget),
		cmocka_unit_test(test_leaving_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
