/* SPDX-License-Identifier: Apache-2.0 */
/* Dynamic instances: releases, edits, what is set out to and what is still open, and whole days. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "sim/compromise.h"
#include "sim/dynamic.h"
#include "sim/edits.h"
#include "sim/live.h"
#include "sim/release.h"
#include "solver/rng.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* --- a line of places, ten seconds apart: the depot at 0, place i at 10 * i --- */

enum { APART_S = 10, DAY_END_S = 1000 };

static struct problem *
line_problem(int32_t techs, int32_t calls)
{
	struct problem *p = problem_new(techs, calls, 1);

	assert_non_null(p);
	p->budget = -1;
	p->travel = (struct travel_model){ 100, 30000, 0 };
	p->weights = (struct weights){ 600, 1800, 0, 0 };
	snprintf(p->skill_name[0], sizeof(p->skill_name[0]), "all");
	p->matrices = 1;
	p->locations = calls + 1;
	p->matrix = calloc(1, sizeof(*p->matrix));
	assert_non_null(p->matrix);
	p->matrix[0].wide_s =
	    calloc((size_t)p->locations * (size_t)p->locations, sizeof(int32_t));
	assert_non_null(p->matrix[0].wide_s);
	for (int32_t i = 0; i < p->locations; i++)
		for (int32_t j = 0; j < p->locations; j++)
			p->matrix[0].wide_s[i * p->locations + j] = APART_S * abs(i - j);
	for (int32_t k = 0; k < techs; k++) {
		struct technician *t = &p->technician[k];

		snprintf(t->id, sizeof(t->id), "%d", (int)k + 1);
		t->shift_end_s = DAY_END_S;
		t->speed_pct = 100;
		t->drive_cents_per_h = t->wait_cents_per_h = 3600;
		t->leaves_late = true;
	}
	for (int32_t i = 0; i < calls; i++) {
		struct call *c = &p->call[i];

		snprintf(c->id, sizeof(c->id), "%d", (int)i + 1);
		c->location = i + 1;
		c->duration_s = 5;
		c->close_s = DAY_END_S;
		c->unserved_cents = 1000000;
	}
	return p;
}

/* --- releases --- */

static const struct {
	const char *name, *text, *why; /* why NULL: it is read */
} tables[] = {
	{ "a table", "# two\n\nDyn Stat\n1 1\nID RD\n1\t-1\n2  3.5\n\n", NULL },
	{ "ends of line of another system", "ID RD\r\n1 -1\r\n2 3.5\r\n", NULL },
	{ "no table", "1 -1\n2 3\n", "ID RD" },
	{ "nothing", "", "ID RD" },
	{ "no time", "ID RD\n1\n", "line 2" },
	{ "a word", "ID RD\n1 -1\n2 soon\n", "line 3" },
	{ "something more", "ID RD\n1 -1 7\n", "got '1 -1 7'" },
	{ "no such request", "ID RD\n9 -1\n", "got '9 -1'" },
	{ "too late for any clock", "ID RD\n1 1e12\n", "line 2" },
};

static void
test_tables(void **unused)
{
	struct problem *p = line_problem(1, 2);

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
		int32_t *release_s = NULL;
		char why[256] = "";
		int rc = release_read(tables[i].text, p, 10, &release_s, why, sizeof(why));

		if (rc != (tables[i].why == NULL ? 0 : -EINVAL) ||
		    (tables[i].why != NULL && strstr(why, tables[i].why) == NULL))
			fail_msg("%s: rc %d, %s", tables[i].name, rc, why);
		if (rc == 0) {
			assert_int_equal(release_s[0], RELEASE_AT_START);
			assert_int_equal(release_s[1], 35);
		}
		free(release_s);
	}
	problem_free(p);
}

/* --- edits --- */

static const struct {
	const char *a, *b;
	int32_t edits;
} pairs[] = {
	{ "", "", 0 },
	{ "abc", "abc", 0 },
	{ "", "abc", 3 },
	{ "abc", "", 3 },
	{ "abc", "abxc", 1 },
	{ "abc", "ac", 1 },
	{ "abc", "axc", 1 },
	{ "abc", "bca", 2 },
	{ "kitten", "sitting", 3 },
	{ "abcdef", "fedcba", 6 },
};

static int32_t
letters(const char *s, int32_t to[16])
{
	int32_t n = 0;

	for (; *s != '\0'; s++)
		to[n++] = *s;
	return n;
}

static void
test_edits(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		int32_t a[16], b[16];
		int32_t a_n = letters(pairs[i].a, a), b_n = letters(pairs[i].b, b);
		int32_t there = edits_between(a, a_n, b, b_n);

		if (there != pairs[i].edits || edits_between(b, b_n, a, a_n) != there)
			fail_msg("%s to %s: %d", pairs[i].a, pairs[i].b, (int)there);
	}
}

/* --- a day, step by step --- */

/* A plan of the last live_problem: technician 0 visits these calls of it. */
static struct plan
plan_of(const struct live *v, const struct problem *now, const int32_t *calls, int32_t n,
    struct plan_stop *stop, struct plan_route *route, bool *served)
{
	memset(route, 0, (size_t)now->technicians * sizeof(*route));
	memset(served, 0, (size_t)now->calls * sizeof(*served));
	for (int32_t k = 0; k < now->technicians; k++)
		route[k].depot_after = -1;
	for (int32_t i = 0; i < n; i++)
		for (int32_t c = 0; c < now->calls; c++)
			if (v->call_of[c] == calls[i]) {
				stop[i] = (struct plan_stop){ .call = c };
				served[c] = true;
			}
	route[0].stop = stop;
	route[0].stops = n;
	return (struct plan){ .route = route, .routes = now->technicians, .served = served,
		.calls = now->calls };
}

static int
adopt(struct live *v, const int32_t *calls, int32_t n)
{
	struct live_prices prices = { 1000, 2000, 0 };
	struct plan_stop stop[8];
	struct plan_route route[4];
	struct problem *now;
	bool served[8];
	struct plan plan;
	char why[256];
	int rc;

	assert_int_equal(live_problem(v, &prices, &now), 0);
	if (problem_check(now, why, sizeof(why)) < 0)
		fail_msg("%s", why);
	plan = plan_of(v, now, calls, n, stop, route, served);
	rc = live_adopt(v, &plan);
	live_problem_free(now);
	return rc;
}

static void
test_step_by_step(void **unused)
{
	struct problem *p = line_problem(1, 3);
	int32_t release_s[] = { RELEASE_AT_START, RELEASE_AT_START, 105 };
	struct live *v;

	(void)unused;
	p->call[0].open_s = p->call[0].close_s = 100; /* ten seconds from home */
	p->call[1].open_s = p->call[1].close_s = 300;
	assert_int_equal(live_new(p, release_s, 0, &v), 0);
	assert_int_equal(live_count(v, LIVE_OPEN), 2);
	assert_int_equal(live_next_s(v), 105);
	assert_int_equal(adopt(v, (int32_t[]){ 1, 0 }, 2), -EINVAL); /* too late for call 0 */
	assert_int_equal(live_count(v, LIVE_PLANNED), 0);
	assert_int_equal(adopt(v, (int32_t[]){ 0, 1 }, 2), 0);
	assert_int_equal(live_count(v, LIVE_PLANNED), 2);

	/* He leaves at 90, so that at 90 he has not left yet. */
	live_go_on(v, 90);
	assert_int_equal(v->tech[0].dones, 0);
	live_go_on(v, 105);
	assert_int_equal(v->tech[0].dones, 1);
	assert_int_equal(v->tech[0].done[0].leave_s, 90);
	assert_int_equal(v->tech[0].free_s, 105);
	assert_int_equal(v->phase[2], LIVE_OPEN);
	assert_int_equal(live_next_s(v), PROBLEM_NEVER);

	assert_int_equal(adopt(v, (int32_t[]){ 2 }, 1), -EINVAL); /* call 1 was accepted */
	assert_int_equal(adopt(v, (int32_t[]){ 2, 1 }, 2), 0);
	live_go_on(v, PROBLEM_NEVER);
	assert_int_equal(live_count(v, LIVE_DONE), 3);
	assert_int_equal(v->tech[0].done[1].call, 2);
	assert_int_equal(v->tech[0].done[1].leave_s, 105);
	/* Leaves at 90, is back at 305 + 20: the drive is 10, 20, 10 and 20. */
	assert_int_equal(live_cost(v, 0).work_s, 325 - 90);
	assert_int_equal(live_cost(v, 0).drive_s, 60);
	live_free(v);
	problem_free(p);
}

static const struct {
	int32_t hold_pct, leave_s;
} holds[] = { { 0, 190 }, { 50, 340 }, { 100, 490 } };

/* Open from 200 to 500, ten seconds from home. */
static void
test_holds(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(holds); i++) {
		struct problem *p = line_problem(1, 1);
		int32_t release_s[] = { RELEASE_AT_START };
		struct live *v;

		p->call[0].open_s = 200;
		p->call[0].close_s = 500;
		assert_int_equal(live_new(p, release_s, holds[i].hold_pct, &v), 0);
		assert_int_equal(adopt(v, (int32_t[]){ 0 }, 1), 0);
		live_go_on(v, PROBLEM_NEVER);
		assert_int_equal(v->tech[0].done[0].leave_s, holds[i].leave_s);
		live_free(v);
		problem_free(p);
	}
}

/* What is on the van, and who was at the depot, goes into the problem of the moment. */
static void
test_van(void **unused)
{
	struct live_prices prices = { 1000, 2000, 0 };
	struct problem *p = line_problem(1, 3), *now;
	int32_t release_s[] = { RELEASE_AT_START, RELEASE_AT_START, 500 };
	struct plan_stop stop[2];
	struct plan_route route[1];
	bool served[3];
	struct plan plan;
	struct live *v;

	(void)unused;
	p->has_depot = true;
	p->parts = p->loads = 1;
	p->technician[0].part[0] = 1;
	p->technician[0].capacity[0] = 10;
	for (int32_t i = 0; i < 3; i++) {
		p->call[i].part[0] = 1;
		p->call[i].delivery[0] = 3;
	}
	assert_int_equal(live_new(p, release_s, 0, &v), 0);
	assert_int_equal(live_problem(v, &prices, &now), 0);
	plan = plan_of(v, now, (int32_t[]){ 0, 1 }, 2, stop, route, served);
	route[0].depot_after = 1;
	assert_int_equal(live_adopt(v, &plan), 0);
	live_problem_free(now);
	live_go_on(v, 11); /* he is at call 0 until 15 */
	assert_int_equal(live_problem(v, &prices, &now), 0);
	assert_int_equal(now->technician[0].part[0], 0);
	assert_int_equal(now->technician[0].capacity[0], 7);
	assert_int_equal(now->technician[0].ready_s, 15);
	assert_false(now->technician[0].leaves_late);
	live_problem_free(now);
	live_go_on(v, 500);
	assert_int_equal(v->tech[0].dones, 3); /* with the depot */
	assert_int_equal(v->tech[0].done[1].call, LIVE_DEPOT);
	assert_int_equal(live_problem(v, &prices, &now), 0);
	assert_true(now->technician[0].part[0] > 1000);
	assert_int_equal(now->technician[0].capacity[0], 4);
	live_problem_free(now);
	live_free(v);
	problem_free(p);
}

/* --- compromises --- */

static const struct {
	double edit_s, drive_s;
	int32_t edits;
} compromises[] = {
	{ 0, 60, -1 },  /* one vehicle does all, never mind which */
	{ 15, 60, 2 },  /* forty saved are worth two edits of fifteen */
	{ 25, 100, 0 }, /* but not of twenty-five */
	{ 1000, 100, 0 },
};

/* At first one vehicle goes to 1 and 3, another to 2 in between. */
static void
test_compromises(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(compromises); i++) {
		struct problem *p = line_problem(2, 3);
		int32_t release_s[] = { RELEASE_AT_START, RELEASE_AT_START, RELEASE_AT_START };
		struct live_tech first[2];
		struct compromise c = { .first = first, .edit_s = compromises[i].edit_s };
		struct live_saved *saved;
		struct live *v;

		assert_int_equal(live_new(p, release_s, 0, &v), 0);
		assert_true(live_put(v, 0, 0, 0));
		assert_true(live_put(v, 0, 1, 2));
		assert_true(live_put(v, 1, 0, 1));
		for (int32_t n = 0; n < 3; n++)
			v->phase[n] = LIVE_PLANNED;
		memcpy(first, v->tech, sizeof(first));
		saved = live_save(v);
		assert_non_null(saved);
		c.v = v;
		assert_true(compromise_worth(&c, 0) == 100);
		compromise_improve(&c);
		assert_true(compromise_worth(&c, 0) ==
		    compromises[i].drive_s + compromises[i].edits * compromises[i].edit_s);
		if (compromises[i].edits >= 0)
			assert_int_equal(compromise_edits(&c, 0) + compromise_edits(&c, 1),
			    compromises[i].edits);
		live_restore(v, saved);
		assert_true(compromise_worth(&c, 0) == 100);
		live_saved_free(saved);
		live_free(v);
		problem_free(p);
	}
}

/* A new request goes where it is least out of the way, and to nobody whose van is full. */
static void
test_insertion(void **unused)
{
	struct problem *p = line_problem(2, 4);
	int32_t release_s[] = { RELEASE_AT_START, 5, RELEASE_AT_START, 5 };
	struct live *v;

	(void)unused;
	p->loads = 1;
	for (int32_t k = 0; k < 2; k++)
		p->technician[k].capacity[0] = 3;
	for (int32_t i = 0; i < 4; i++)
		p->call[i].delivery[0] = 1;
	p->call[3].delivery[0] = 4;
	assert_int_equal(live_new(p, release_s, 0, &v), 0);
	for (int32_t i = 0; i < 4; i++)
		p->call[i].open_s = 100;
	assert_true(live_put(v, 0, 0, 0));
	assert_true(live_put(v, 0, 1, 2));
	assert_false(live_put(v, 1, 0, 3)); /* fits on no van */
	v->phase[0] = v->phase[2] = LIVE_PLANNED;
	live_go_on(v, 5);
	live_insert(v);
	assert_int_equal(v->tech[0].plans, 3);
	assert_int_equal(v->tech[0].plan[1], 1);
	assert_int_equal(v->phase[1], LIVE_PLANNED);
	assert_int_equal(v->phase[3], LIVE_OPEN);
	live_free(v);
	problem_free(p);
}

/* --- whole days --- */

static struct dynamic_options play_options = {
	.work = 3000,
	.seed = 1,
	.start = 2,
	.edit_price = 1,
};

/* Nobody sets out to a request before its release; everybody is in time; who is accepted is served. */
static void
check_routes(const struct problem *p, const int32_t *release_s, const struct dynamic_result *r,
    int32_t ticks, const char *name)
{
	const json_t *routes = json_object_get(r->routes, "routes"), *route, *stop;
	int32_t served = 0;
	size_t i, j;

	json_array_foreach(routes, i, route) {
		int32_t at = 0, free_s = 0;

		json_array_foreach(json_object_get(route, "stops"), j, stop) {
			int32_t id = (int32_t)json_integer_value(json_object_get(stop, "id"));
			const struct call *c = &p->call[id - 1];
			int32_t leave_s = (int32_t)(json_real_value(json_object_get(stop,
						     "depart_before")) * ticks + 0.5);
			int32_t start_s = leave_s + APART_S * abs(id - at);

			start_s = start_s < c->open_s ? c->open_s : start_s;
			if (leave_s < free_s || leave_s < release_s[id - 1] || start_s > c->close_s)
				fail_msg("%s: request %d: left at %d, begun at %d", name, (int)id,
				    (int)leave_s, (int)start_s);
			at = id;
			free_s = start_s + c->duration_s;
			served++;
		}
		if (free_s + APART_S * at > DAY_END_S)
			fail_msg("%s: back too late", name);
	}
	assert_int_equal(served + r->rejected, p->calls);
	assert_int_equal(json_array_size(json_object_get(r->routes, "unserved")), r->rejected);
}

/*
 * One technician; call 5 is far out, and open when it is released until just after that. If he
 * waited at home he could not be there: it has to be turned away. Call 1 can wait for him.
 */
static void
test_known_answer(void **unused)
{
	struct problem *p = line_problem(1, 5);
	int32_t release_s[] = { RELEASE_AT_START, 200, 200, 300, 400 };
	struct dynamic_result r;
	char why[256] = "";

	(void)unused;
	p->call[0].open_s = 100;
	p->call[0].close_s = 110;
	p->call[4].close_s = 430; /* released at 400, thirty seconds from call 2 */
	p->call[3].open_s = p->call[3].close_s = 800;
	assert_int_equal(dynamic_play(dynamic_find("trsp"), p, release_s, &play_options, NULL, &r,
			     why, sizeof(why)),
	    0);
	check_routes(p, release_s, &r, 10000, "known answer");
	assert_int_equal(r.requests, 5);
	assert_int_equal(r.dynamic, 4);
	/* He is at call 2 or 3 after 200, so call 5 is twenty or thirty seconds away. */
	assert_int_equal(r.rejected, 0);
	json_decref(r.routes);

	p->call[4].close_s = 410;
	assert_int_equal(dynamic_play(dynamic_find("trsp"), p, release_s, &play_options, NULL, &r,
			     why, sizeof(why)),
	    0);
	assert_int_equal(r.rejected, 1);
	json_decref(r.routes);
	problem_free(p);
}

/* A day that some seed makes. */
static struct problem *
random_day(struct rng *rng, int32_t techs, int32_t calls, int32_t *release_s)
{
	struct problem *p = line_problem(techs, calls);

	for (int32_t i = 0; i < calls; i++) {
		struct call *c = &p->call[i];

		c->open_s = rng_range(rng, 0, 600);
		c->close_s = c->open_s + rng_range(rng, 0, 200);
		c->duration_s = rng_range(rng, 1, 60);
		release_s[i] = rng_below(rng, 2) == 0 ? RELEASE_AT_START : rng_range(rng, 1, c->close_s);
	}
	return p;
}

static void
test_random_days(void **unused)
{
	(void)unused;
	for (uint64_t seed = 1; seed <= 12; seed++) {
		static const char *const names[] = { "trsp", "dvrptw" };
		const struct dynamic_set *set = dynamic_find(names[seed % 2]);
		struct rng rng = { seed };
		int32_t release_s[12];
		struct problem *p = random_day(&rng, 3, 12, release_s);
		struct dynamic_options o = play_options;
		struct dynamic_result a, b;
		char why[256] = "", name[32];

		o.hold_pct = (int32_t)(seed * 37 % 101);
		snprintf(name, sizeof(name), "seed %d", (int)seed);
		if (dynamic_play(set, p, release_s, &o, NULL, &a, why, sizeof(why)) < 0)
			fail_msg("%s: %s", name, why);
		check_routes(p, release_s, &a, set->ticks, name);
		assert_int_equal(dynamic_play(set, p, release_s, &o, NULL, &b, why, sizeof(why)), 0);
		if (!json_equal(a.routes, b.routes))
			fail_msg("%s: two runs differ", name);
		json_decref(a.routes);
		json_decref(b.routes);
		problem_free(p);
	}
}

/* The dearer an edit, the nearer the routes stay to the first plan. */
static void
test_price_of_edits(void **unused)
{
	int32_t release_s[12], cheap = 0, dear = 0, least = 0;

	(void)unused;
	for (uint64_t seed = 1; seed <= 6; seed++) {
		struct rng rng = { seed };
		struct problem *p = random_day(&rng, 4, 12, release_s);
		struct dynamic_options o = play_options;
		struct dynamic_result r;
		char why[256];

		o.edit_price = 0;
		assert_int_equal(dynamic_play(dynamic_find("dvrptw"), p, release_s, &o, NULL, &r,
				     why, sizeof(why)),
		    0);
		cheap += r.edits;
		json_decref(r.routes);
		o.edit_price = 1000;
		assert_int_equal(dynamic_play(dynamic_find("dvrptw"), p, release_s, &o, NULL, &r,
				     why, sizeof(why)),
		    0);
		dear += r.edits;
		least += r.dynamic - r.rejected; /* each of them is an insertion */
		json_decref(r.routes);
		problem_free(p);
	}
	if (dear > cheap || dear < least - 12)
		fail_msg("edits: %d when cheap, %d when dear, %d at least", (int)cheap, (int)dear,
		    (int)least);
}

static void
test_refusals(void **unused)
{
	struct problem *p = line_problem(1, 2);
	int32_t release_s[] = { RELEASE_AT_START, 5 };
	struct live *v;

	(void)unused;
	p->call[1].after = 0;
	assert_int_equal(live_new(p, release_s, 0, &v), -ENOTSUP);
	problem_free(p);
	assert_null(dynamic_find("trsq"));
}

/* A program that is no solver, and none at all. */
static void
test_no_solver(void **unused)
{
	char folder[] = "/tmp/evenkeel-test.XXXXXX", path[64], why[256] = "";
	struct solve_limits lim = { .work = 1000, .seed = 1 };
	struct problem *p = line_problem(1, 1);
	struct solver_process *s = NULL;
	struct plan *plan = NULL;

	(void)unused;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(solver_process_new(folder, &s), -ENOENT);
	snprintf(path, sizeof(path), "%s/evenkeel-solve", folder);
	assert_int_equal(symlink("/bin/true", path), 0);
	assert_int_equal(solver_process_new(folder, &s), 0);
	assert_int_equal(solver_process_solve(s, p, &lim, &plan, why, sizeof(why)), -EIO);
	assert_non_null(strstr(why, "ended without an answer"));
	solver_process_free(s);
	unlink(path);
	rmdir(folder);
	problem_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_edits),
		cmocka_unit_test(test_step_by_step),
		cmocka_unit_test(test_holds),
		cmocka_unit_test(test_van),
		cmocka_unit_test(test_compromises),
		cmocka_unit_test(test_insertion),
		cmocka_unit_test(test_known_answer),
		cmocka_unit_test(test_random_days),
		cmocka_unit_test(test_price_of_edits),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_no_solver),
	};
	int failed;

	signal(SIGPIPE, SIG_IGN);
	if (sodium_init() < 0 || solver_process_new(".", &play_options.solver) < 0)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	solver_process_free(play_options.solver);
	return failed;
}
