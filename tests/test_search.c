/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The search's own arithmetic against the exact step: what an insertion costs, what a
 * route costs, going back, and that the same limits give the same plan.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "solver/chain.h"
#include "solver/solve.h"
#include "tests/solver_random.h"

#if defined(__SANITIZE_ADDRESS__)
enum { CASES = 100 };
#else
enum { CASES = 1000 };
#endif

/* Model parts that a plain trail knows, and how it must treat the problem. */
static const struct form_case {
	const char *name;
	unsigned parts;
	bool waits; /* waiting and overtime are priced */
	enum ground_form form;
} form_cases[] = {
	{ "drives only", 0, false, GROUND_DRIVES },
	{ "windows", PART_WINDOWS, false, GROUND_DRIVES },
	{ "loads", PART_LOADS, false, GROUND_DRIVES },
	{ "setups", PART_SETUP, false, GROUND_DRIVES },
	{ "limits", PART_LIMITS, false, GROUND_DRIVES },
	{ "matrix", PART_MATRIX, false, GROUND_DRIVES },
	{ "depot", PART_DEPOT, false, GROUND_DRIVES },
	{ "waiting", 0, true, GROUND_TIMES },
	{ "waiting, loads, setups", PART_LOADS | PART_SETUP, true, GROUND_TIMES },
	{ "leaving late", PART_LEAVES_LATE, true, GROUND_TIMES },
	{ "leaving late, depot", PART_LEAVES_LATE | PART_DEPOT, true, GROUND_TIMES },
	{ "leaving late, limits, matrix", PART_LEAVES_LATE | PART_LIMITS | PART_MATRIX, true,
	  GROUND_TIMES },
};

/* Leaves nothing that needs the full states. */
static void
make_plain(struct problem *p, bool waits)
{
	p->budget = -1;
	p->weights.fair_cents = 0;
	for (int32_t i = 0; i < p->calls; i++) {
		struct call *c = &p->call[i];

		c->late_cents_per_h = c->response_cents_per_h = 0;
		c->told = (struct told){ .technician = -1 };
		c->stay_served = c->immovable = false;
	}
	for (int32_t k = 0; k < p->technicians; k++) {
		struct technician *t = &p->technician[k];

		t->dues = 0;
		t->currents = t->fixed = 0;
		if (!waits)
			t->wait_cents_per_h = t->overtime_cents_per_h = 0;
		else
			t->wait_cents_per_h = 1700 + 100 * k;
	}
}

/* The exact cost of a sequence with call i at pos (pos < 0: without), or TRAIL_NO_CENTS. */
static int64_t
exact_cents(const struct model *m, int32_t k, const struct trail *t, int32_t i, int32_t pos)
{
	struct route_work w = { 0 };
	struct route_choice choice[ROUTE_CHOICES_MAX];
	int32_t seq[PROBLEM_STOPS_MAX];
	int32_t n = 0;
	int choices;

	for (int32_t r = 0; r <= t->n; r++) {
		if (r == pos)
			seq[n++] = i;
		if (r < t->n)
			seq[n++] = t->seq[r];
	}
	choices = route_eval(&w, m, k, seq, n, INT16_MAX, choice);
	route_work_done(&w);
	assert_true(choices >= 0);
	return choices == 0 ? TRAIL_NO_CENTS : choice[0].cents;
}

/*
 * What trail_ask finds for call i. Exactly the best place, but where setups or the depot
 * make an insertion shift what is around it: then no better than the best.
 */
static void
compare_ask(struct trails *ts, int32_t k, int32_t i, const char *name, bool exactly)
{
	const struct model *m = ts->g->m;
	const struct trail *t = &ts->now[k];
	struct slot best = { TRAIL_NO_CENTS, -1, 0 };
	int64_t least = TRAIL_NO_CENTS;

	ts->blink = INT32_MAX; /* none is passed over */
	trail_ask(ts, k, i, &best);
	for (int32_t pos = 0; pos <= t->n; pos++) {
		int64_t cents = exact_cents(m, k, t, i, pos);

		if (cents < TRAIL_NO_CENTS && cents - t->cents < least)
			least = cents - t->cents;
		if (pos == best.pos && best.k >= 0 && (cents >= TRAIL_NO_CENTS ||
		    cents - t->cents > best.delta ||
		    (exactly && cents - t->cents != best.delta)))
			fail_msg("%s: call %d at %d costs %lld more, not %lld", name, i, pos,
			    (long long)(cents - t->cents), (long long)best.delta);
	}
	if (exactly && best.delta != least)
		fail_msg("%s: the best place for call %d costs %lld, not %lld", name, i,
		    (long long)least, (long long)best.delta);
}

/* By way of the depot a leg may be cheaper by a rounding, though nothing is fetched there. */
static void
compare_price(const struct trails *ts, int32_t k, const struct form_case *f)
{
	const struct trail *t = &ts->now[k];
	int64_t exact = exact_cents(ts->g->m, k, t, -1, -1);

	if (t->cents < exact || (t->cents > exact && !(f->parts & PART_DEPOT)))
		fail_msg("%s: a route of %d costs %lld, not %lld", f->name, t->n,
		    (long long)exact, (long long)t->cents);
}

/* Grows a route call by call, comparing each place and each price, and takes it back. */
static void
compare_route(struct trails *ts, int32_t k, struct rng *rng, const struct form_case *f)
{
	const struct model *m = ts->g->m;
	struct trail *t = &ts->now[k];
	bool exactly = (f->parts & (PART_SETUP | PART_DEPOT)) == 0;

	for (int32_t i = 0; i < m->p->calls; i++) {
		struct slot slot = { TRAIL_NO_CENTS, -1, 0 };
		int64_t before = t->cents;
		int32_t n = t->n;

		if (!ground_may(ts->g, k, i))
			continue;
		compare_ask(ts, k, i, f->name, exactly);
		trail_ask(ts, k, i, &slot);
		if (slot.k < 0 || trail_put(ts, k, slot.pos, i) < 0)
			continue;
		compare_price(ts, k, f);
		assert_true(t->cents - before <= slot.delta);
		if (rng_below(rng, 3) == 0) {
			trails_back(ts);
			assert_int_equal(t->cents, before);
			assert_int_equal(t->n, n);
			assert_int_equal(trail_set(ts, k, t->seq, t->n), 0);
			assert_int_equal(t->cents, before);
		}
		trails_keep(ts);
	}
}

static void
test_plain_trails(void **unused)
{
	(void)unused;
	for (size_t c = 0; c < sizeof(form_cases) / sizeof(form_cases[0]); c++) {
		const struct form_case *f = &form_cases[c];

		for (uint64_t seed = 1; seed <= CASES; seed++) {
			struct rng rng = { seed };
			struct problem *p = solver_random_with(&rng, 2, 7, f->parts);
			struct model *m;
			struct ground *g;
			struct trails ts;
			char why[200];

			make_plain(p, f->waits);
			if (problem_check(p, why, sizeof(why)) < 0)
				fail_msg("%s, seed %llu: %s", f->name, (unsigned long long)seed,
				    why);
			m = model_new(p);
			g = ground_new(m);
			assert_non_null(g);
			assert_int_equal(g->form, f->form);
			assert_int_equal(trails_init(&ts, g, &rng), 0);
			trails_keep(&ts);
			for (int32_t k = 0; k < p->technicians; k++)
				compare_route(&ts, k, &rng, f);
			trails_done(&ts);
			ground_free(g);
			model_free(m);
			problem_free(p);
		}
	}
}

static bool
same_plan(const struct plan *a, const struct plan *b)
{
	if (a->cost_cents != b->cost_cents || a->work != b->work)
		return false;
	for (int32_t k = 0; k < a->routes; k++) {
		if (a->route[k].stops != b->route[k].stops)
			return false;
		for (int32_t r = 0; r < a->route[k].stops; r++)
			if (memcmp(&a->route[k].stop[r], &b->route[k].stop[r],
			    sizeof(a->route[k].stop[r])) != 0)
				return false;
	}
	return true;
}

/* The same work and threads, twice: the same plan; and a plan that keeps the rules. */
static void
test_same(void **unused)
{
	static const int32_t threads[] = { 1, 2, 3 };

	(void)unused;
	for (uint64_t seed = 1; seed <= 4; seed++)
		for (size_t n = 0; n < sizeof(threads) / sizeof(threads[0]); n++) {
			struct rng rng = { seed };
			struct problem *p = solver_random_with(&rng, 6, 70,
			    seed % 2 == 0 ? PART_LOADS | PART_WINDOWS : 0);
			struct solve_limits lim = { .work = 200000, .seed = seed,
				.search = true, .threads = threads[n] };
			struct plan *a, *b;
			char why[200];

			/* Random fixed prefixes of so many calls could rarely be driven. */
			for (int32_t k = 0; k < p->technicians; k++)
				p->technician[k].currents = p->technician[k].fixed = 0;
			assert_int_equal(problem_stay(p), 0);
			p->budget = -1;
			if (seed > 2)
				make_plain(p, seed == 3);
			assert_int_equal(solve(p, &lim, &a), 0);
			assert_int_equal(solve(p, &lim, &b), 0);
			if (!same_plan(a, b))
				fail_msg("seed %llu, %d threads: two plans",
				    (unsigned long long)seed, threads[n]);
			if (plan_check(p, a, NULL, NULL, why, sizeof(why)) < 0)
				fail_msg("seed %llu: %s", (unsigned long long)seed, why);
			plan_free(a);
			plan_free(b);
			problem_free(p);
		}
}

/* A round that is taken back leaves no trace. */
static void
test_back(void **unused)
{
	(void)unused;
	for (uint64_t seed = 1; seed <= 50; seed++) {
		struct rng rng = { seed };
		struct problem *p = solver_random_with(&rng, 4, 40,
		    seed % 2 == 0 ? PART_LOADS : 0);
		struct model *m;
		struct ground *g;
		struct chain c;
		struct draft *d;

		if (seed % 3 > 0)
			make_plain(p, seed % 3 == 1);
		m = model_new(p);
		g = ground_new(m);
		d = draft_new(m);
		assert_int_equal(chain_init(&c, g, seed), 0);
		assert_int_equal(chain_load(&c, d), 0);
		for (int round = 0; round < 200; round++) {
			int64_t cents = c.cents;
			int32_t absents = c.absents;

			chain_begin(&c);
			assert_int_equal(chain_ruin(&c), 0);
			assert_int_equal(chain_recreate(&c, round % 2 == 0), 0);
			if (round % 2 == 0) {
				chain_keep(&c);
				cents = c.cents;
				absents = c.absents;
			} else {
				chain_back(&c);
			}
			assert_int_equal(c.cents, cents);
			assert_int_equal(c.absents, absents);
			chain_begin(&c);
			chain_recount(&c);
			assert_int_equal(c.cents, cents);
			assert_int_equal(c.absents, absents);
		}
		chain_done(&c);
		draft_free(d);
		ground_free(g);
		model_free(m);
		problem_free(p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain_trails),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
