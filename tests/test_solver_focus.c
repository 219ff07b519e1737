/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event in a large running day: the plan keeps the rules and the budget, serves what can be served,
 * is no dearer than putting the call in where it costs least, and is the same again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "solver/draft.h"
#include "solver/focus.h"
#include "tests/solver_day.h"

enum { TECHS = 16, CALLS = 70, EVENTS = 6, WORK = 60000 };

static struct plan *
solved(const struct problem *p, int64_t work, uint64_t seed, bool search)
{
	struct solve_limits lim = { .work = work, .seed = seed, .search = search };
	struct plan *plan;

	assert_int_equal(solve(p, &lim, &plan), 0);
	return plan;
}

static int64_t
cost_of_insertion(const struct problem *p)
{
	struct model *m = model_new(p);
	struct route_work w = { 0 };
	struct draft *d;
	int64_t cents;

	assert_non_null(m);
	d = draft_new(m);
	assert_non_null(d);
	assert_int_equal(draft_stay(d, &w), 0);
	assert_int_equal(draft_insert(d, &w), 0);
	cents = d->cents;
	draft_free(d);
	model_free(m);
	route_work_done(&w);
	return cents;
}

static void
check(const struct problem *p, const struct plan *plan, const char *what)
{
	struct disturbance dist;
	char why[200] = "";
	int64_t cents;

	if (plan_check(p, plan, &cents, &dist, why, sizeof(why)) < 0)
		fail_msg("%s: %s", what, why);
	assert_int_equal(cents, plan->cost_cents);
	assert_true(dist.chosen <= p->budget);
	assert_true(plan->bound_cents <= plan->cost_cents);
	assert_true(plan->cost_cents <= cost_of_insertion(p));
	assert_true(plan->served[p->calls - 1]);
}

static void
expect_same(const struct plan *a, const struct plan *b)
{
	assert_int_equal(a->cost_cents, b->cost_cents);
	assert_int_equal(a->work, b->work);
	for (int32_t k = 0; k < a->routes; k++) {
		assert_int_equal(a->route[k].stops, b->route[k].stops);
		for (int32_t s = 0; s < a->route[k].stops; s++) {
			assert_int_equal(a->route[k].stop[s].call, b->route[k].stop[s].call);
			assert_int_equal(a->route[k].stop[s].start_s, b->route[k].stop[s].start_s);
		}
	}
}

static void
test_events(void **unused)
{
	struct rng r = { 31 };
	struct problem *morning = day_morning(&r, TECHS, CALLS);
	struct plan *plan = solved(morning, 100 * CALLS, 1, true);

	(void)unused;
	assert_false(focus_applies(morning));
	for (int e = 0; e < EVENTS; e++) {
		struct problem *p = day_urgent(&r, morning, plan, TECHS, e % 4);
		struct plan *one, *two;

		assert_true(focus_applies(p));
		one = solved(p, WORK, 1, false);
		check(p, one, "counted");
		two = solved(p, WORK, 1, false);
		expect_same(one, two);
		plan_free(one);
		plan_free(two);
		problem_free(p);
	}
	plan_free(plan);
	problem_free(morning);
}

/* What has too few technicians, or knows no bounds, is solved as it is. */
static void
test_applies(void **unused)
{
	struct rng r = { 32 };
	struct problem *morning = day_morning(&r, TECHS, CALLS);
	struct plan *plan = solved(morning, 100 * CALLS, 1, true);
	struct problem *p = day_urgent(&r, morning, plan, 8, 2);

	(void)unused;
	assert_false(focus_applies(p));
	problem_free(p);
	p = day_urgent(&r, morning, plan, TECHS, -1);
	assert_false(focus_applies(p));
	p->budget = 2;
	assert_true(focus_applies(p));
	p->call[0].after = 1;
	assert_false(focus_applies(p));
	problem_free(p);
	plan_free(plan);
	problem_free(morning);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_applies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
