/* SPDX-License-Identifier: Apache-2.0 */
/* The routes a worker keeps: what survives from one problem to the next, and what it changes. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "solver/keep.h"
#include "tests/solver_day.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

enum { CALLS_MAX = 6, EVENTS = 8, TIME_MS = 20000 };

/* A problem of one letter per technician and per call. */
static struct problem *
problem_of(const char *technicians, const char *calls)
{
	struct problem *p = problem_new((int32_t)strlen(technicians), (int32_t)strlen(calls), 1);

	assert_non_null(p);
	for (int32_t k = 0; k < p->technicians; k++) {
		snprintf(p->technician[k].id, sizeof(p->technician[k].id), "%c", technicians[k]);
		p->technician[k].current = calloc(CALLS_MAX, sizeof(int32_t));
		assert_non_null(p->technician[k].current);
	}
	for (int32_t i = 0; i < p->calls; i++)
		snprintf(p->call[i].id, sizeof(p->call[i].id), "%c", calls[i]);
	return p;
}

static int32_t
call_of(const struct problem *p, char id)
{
	for (int32_t i = 0; i < p->calls; i++)
		if (p->call[i].id[0] == id)
			return i;
	fail_msg("no call %c", id);
	return -1;
}

/* Routes as words: the technician's letter, then his calls'. */
static void
add_route(const struct problem *p, struct pool *pool, const char *route)
{
	int32_t seq[CALLS_MAX], n = 0, k = 0;
	bool is_new;

	while (p->technician[k].id[0] != route[0])
		k++;
	for (const char *c = route + 1; *c != '\0'; c++)
		seq[n++] = call_of(p, *c);
	assert_true(pool_add(pool, k, seq, n, 0, 0, &is_new) >= 0);
}

static void
write_routes(const struct problem *p, const struct pool *pool, char *text)
{
	for (int32_t c = 0; c < pool->columns; c++) {
		if (c > 0)
			*text++ = ' ';
		*text++ = p->technician[pool->column[c].k].id[0];
		for (int32_t s = 0; s < pool->column[c].n; s++)
			*text++ = p->call[pool_seq(pool, c)[s]].id[0];
	}
	*text = '\0';
}

struct change {
	const char *name;
	const char *technicians, *calls; /* of the second problem; the first has ABC, abcdef */
	const char *fixed;               /* a technician and his first calls, or NULL */
	const char *forbidden;           /* a call and a technician, or NULL */
	const char *lent;                /* the newest first */
};

/* Kept are, in this order: Aabc, Bde, Cfa. */
static const struct change changes[] = {
	{ "nothing", "ABC", "abcdef", NULL, NULL, "Cfa Bde Aabc" },
	{ "other order", "CAB", "fedcba", NULL, NULL, "Cfa Bde Aabc" },
	{ "new calls and people", "XABYC", "xaybczdef", NULL, NULL, "Cfa Bde Aabc" },
	{ "first calls done", "ABC", "bcdef", NULL, NULL, "Cf Bde Abc" },
	{ "a whole route done", "ABC", "bcef", NULL, NULL, "Cf Be Abc" },
	{ "all calls of one done", "ABC", "abc", NULL, NULL, "Ca Aabc" },
	{ "a technician gone", "AC", "abcdef", NULL, NULL, "Cfa Aabc" },
	{ "nobody left", "X", "abcdef", NULL, NULL, "" },
	{ "fixed as it was", "ABC", "abcdef", "Bd", NULL, "Cfa Bde Aabc" },
	{ "fixed otherwise", "ABC", "abcdef", "Be", NULL, "Cfa Aabc" },
	{ "fixed beyond it", "ABC", "abcdef", "Bdef", NULL, "Aabc" },
	{ "fixed of another", "ABC", "abcdef", "Ba", NULL, "" },
	{ "forbidden now", "ABC", "abcdef", NULL, "eB", "Cfa Aabc" },
};

static void
fix(struct problem *p, const char *fixed)
{
	struct technician *t = p->technician;

	while (t->id[0] != fixed[0])
		t++;
	while (*++fixed != '\0')
		t->current[t->currents++] = call_of(p, *fixed);
	t->fixed = t->currents;
}

static void
forbid(struct problem *p, const char *forbidden)
{
	struct call *c = &p->call[call_of(p, forbidden[0])];
	int32_t k = 0;

	while (p->technician[k].id[0] != forbidden[1])
		k++;
	c->forbidden = malloc(sizeof(*c->forbidden));
	assert_non_null(c->forbidden);
	c->forbidden[0] = k;
	c->forbiddens = 1;
}

static void
test_changes(void **unused)
{
	struct problem *before = problem_of("ABC", "abcdef");
	struct keep *keep = keep_new();
	struct pool found = { 0 };

	(void)unused;
	assert_non_null(keep);
	add_route(before, &found, "Ba");
	add_route(before, &found, "Aabc");
	add_route(before, &found, "Bde");
	add_route(before, &found, "Cfa");
	keep_take(keep, before, &found, 1); /* the first was lent */
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		const struct change *c = &changes[i];
		struct problem *p = problem_of(c->technicians, c->calls);
		struct pool lent = { 0 };
		char text[64];

		if (c->fixed != NULL)
			fix(p, c->fixed);
		if (c->forbidden != NULL)
			forbid(p, c->forbidden);
		assert_int_equal(keep_lend(keep, p, &lent), 0);
		write_routes(p, &lent, text);
		if (strcmp(text, c->lent) != 0)
			fail_msg("%s: '%s', not '%s'", c->name, text, c->lent);
		pool_done(&lent);
		problem_free(p);
	}
	pool_done(&found);
	keep_free(keep);
	problem_free(before);
}

/* A route of its own by number: which of twelve calls are on it. */
static void
keep_numbered(struct keep *keep, const struct problem *p, int32_t number)
{
	struct pool one = { 0 };
	int32_t seq[12], n = 0;
	bool is_new;

	for (int32_t i = 0; i < 12; i++)
		if ((number + 1) >> i & 1)
			seq[n++] = i;
	assert_true(pool_add(&one, 0, seq, n, 0, 0, &is_new) >= 0);
	keep_take(keep, p, &one, 0);
	pool_done(&one);
}

static bool
is_numbered(const struct pool *pool, int32_t column, int32_t number)
{
	int32_t sum = 0;

	for (int32_t s = 0; s < pool->column[column].n; s++)
		sum += 1 << pool_seq(pool, column)[s];
	return sum == number + 1;
}

/* The store and a loan are bounded; of more, the newest are there. */
static void
test_bounds(void **unused)
{
	enum { ROUTES = KEEP_ROUTES + KEEP_ROUTES / 2 };
	struct problem *p = problem_of("AB", "abcdefghijklmnopqrstuvwxyz");
	struct problem *small;
	struct keep *keep = keep_new();
	struct pool lent = { 0 }, tall = { 0 };
	int32_t seq[KEEP_STOPS + 1];
	bool is_new;

	(void)unused;
	assert_non_null(keep);
	for (int32_t r = 0; r < ROUTES; r++)
		keep_numbered(keep, p, r);
	for (int32_t s = 0; s <= KEEP_STOPS; s++)
		seq[s] = s;
	assert_true(pool_add(&tall, 0, seq, KEEP_STOPS + 1, 0, 0, &is_new) >= 0);
	keep_take(keep, p, &tall, 0); /* too long to be kept */
	assert_int_equal(keep_lend(keep, p, &lent), 0);
	assert_int_equal(lent.columns, KEEP_LENT);
	for (int32_t c = 0; c < lent.columns; c++)
		assert_true(is_numbered(&lent, c, ROUTES - 1 - c));
	pool_done(&lent);
	/* What others kept since has pushed a route of B's out, though nothing else of his is there. */
	pool_done(&tall);
	assert_true(pool_add(&tall, 1, seq, 1, 0, 0, &is_new) >= 0);
	keep_take(keep, p, &tall, 0);
	small = problem_of("B", "a");
	for (int32_t r = 0; r < KEEP_ROUTES; r++) {
		assert_int_equal(keep_lend(keep, small, &lent), 0);
		assert_int_equal(lent.columns, 1);
		pool_done(&lent);
		keep_numbered(keep, p, r);
	}
	assert_int_equal(keep_lend(keep, small, &lent), 0);
	assert_int_equal(lent.columns, 0);
	pool_done(&lent);
	pool_done(&tall);
	keep_free(keep);
	problem_free(small);
	problem_free(p);
}

static struct plan *
plan_day(const struct problem *morning)
{
	struct solve_limits lim = { .work = 200000, .seed = 1, .search = true };
	struct plan *plan;

	assert_int_equal(solve(morning, &lim, &plan), 0);
	return plan;
}

static int32_t
lent_now(const struct keep *keep, const struct problem *p)
{
	struct pool lent = { 0 };
	int32_t n;

	assert_int_equal(keep_lend(keep, p, &lent), 0);
	n = lent.columns;
	pool_done(&lent);
	return n;
}

/* Plans with kept routes keep the rules and, where proven, cost what a solve of its own says. */
static void
test_events(void **unused)
{
	struct rng r = { 7 };
	struct problem *morning = day_morning(&r, 10, 40);
	struct plan *plan = plan_day(morning);
	struct keep *keep = keep_new();
	int32_t lent = 0, proven = 0;

	(void)unused;
	assert_non_null(keep);
	for (int e = 0; e < EVENTS; e++) {
		struct problem *p = e % 4 == 3 ? day_absence(&r, morning, plan, 6, 3)
		    : day_urgent(&r, morning, plan, 6, 3);
		struct solve_limits lim = { .time_ms = TIME_MS };
		struct plan *with, *without;
		char why[200] = "";

		lent += lent_now(keep, p);
		assert_int_equal(keep_solve(keep, p, &lim, &with), 0);
		assert_int_equal(solve(p, &lim, &without), 0);
		if (plan_check(p, with, NULL, NULL, why, sizeof(why)) < 0)
			fail_msg("event %d: %s", e, why);
		assert_true(lent_now(keep, p) > 0);
		assert_true(with->bound_cents <= without->cost_cents);
		assert_true(without->bound_cents <= with->cost_cents);
		if (with->proven && without->proven)
			assert_int_equal(with->cost_cents, without->cost_cents);
		proven += with->proven && without->proven;
		plan_free(with);
		plan_free(without);
		problem_free(p);
	}
	assert_true(lent > 0);
	assert_true(proven > EVENTS / 2);
	keep_free(keep);
	plan_free(plan);
	problem_free(morning);
}

/* Input, seed and work say all: what was kept is neither used nor added to. */
static void
test_work(void **unused)
{
	static const struct solve_limits limits[] = {
		{ .work = 3000 }, { .work = 3000, .time_ms = TIME_MS }, { .work = 0 },
	};
	struct rng r = { 8 };
	struct problem *morning = day_morning(&r, 8, 30);
	struct plan *plan = plan_day(morning);
	struct problem *p = day_urgent(&r, morning, plan, 5, 2);
	struct solve_limits timed = { .time_ms = TIME_MS };
	struct keep *keep = keep_new(), *copy = keep_new();
	struct plan *one, *two;

	(void)unused;
	assert_non_null(keep);
	assert_non_null(copy);
	assert_int_equal(keep_solve(keep, p, &timed, &one), 0);
	plan_free(one);
	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		int32_t before = lent_now(keep, p);

		assert_int_equal(keep_solve(keep, p, &limits[i], &one), 0);
		assert_int_equal(solve(p, &limits[i], &two), 0);
		assert_int_equal(one->work, two->work);
		assert_int_equal(one->cost_cents, two->cost_cents);
		assert_int_equal(one->columns, two->columns);
		assert_int_equal(lent_now(keep, p), before);
		plan_free(one);
		assert_int_equal(keep_solve(copy, p, &limits[i], &one), 0);
		assert_int_equal(lent_now(copy, p), 0);
		plan_free(one);
		plan_free(two);
	}
	keep_free(keep);
	keep_free(copy);
	problem_free(p);
	plan_free(plan);
	problem_free(morning);
}

/* A solve with little time keeps what it found for others. */
static void
test_short(void **unused)
{
	struct rng r = { 9 };
	struct problem *morning = day_morning(&r, 8, 30);
	struct plan *plan = plan_day(morning), *answer;
	struct problem *p = day_urgent(&r, morning, plan, 5, 2);
	struct solve_limits lim = { .time_ms = KEEP_LEND_MS - 1 };
	struct keep *keep = keep_new();

	(void)unused;
	assert_non_null(keep);
	assert_int_equal(keep_solve(keep, p, &lim, &answer), 0);
	assert_true(lent_now(keep, p) > 0);
	plan_free(answer);
	keep_free(keep);
	problem_free(p);
	plan_free(plan);
	problem_free(morning);
}

/* A problem that breaks the rules of problem.h is refused before anything is looked up. */
static void
test_refused(void **unused)
{
	struct problem *p = problem_of("A", "ab");
	struct solve_limits lim = { .time_ms = TIME_MS };
	struct keep *keep = keep_new();
	struct plan *plan = NULL;

	(void)unused;
	assert_non_null(keep);
	p->technician[0].current[0] = 99;
	p->technician[0].currents = p->technician[0].fixed = 1;
	assert_int_equal(keep_solve(keep, p, &lim, &plan), -EINVAL);
	assert_null(plan);
	keep_free(keep);
	problem_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_work),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
