/* SPDX-License-Identifier: Apache-2.0 */
/* Planned times as learned: one day at work, and what the next day's routes make of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/insertion.h"
#include "daemon/learn.h"
#include "daemon/proposal.h"
#include "daemon/snapshot.h"
#include "solver/solve.h"
#include "tests/state_fixture.h"

enum {
	DAY = 86400,
	JOBS = 12,        /* of each technician */
	LONG_S = 1900,    /* how long t1 takes for the work, */
	SHORT_S = 700,    /* and t2 */
	DRIVE_PLANNED_S = 294,
	GUIDELINE_S = 2700,
};

static void
book(struct state *s, int64_t at_s, const char *id, const char *kind, int32_t given_s)
{
	char given[40] = "";

	if (given_s > 0)
		snprintf(given, sizeof(given), "'duration_s':%d,", given_s);
	fix_must(s, at_s, EV_CALL_BOOKED,
	    "{'call':'%s','terms':{'customer':'u','site':{'lat_udeg':41890000,'lon_udeg':-87630000},"
	    "'needs':[],'severity':'routine','opened':@0,'due':@180000,%s'kind':'%s','difficulty':1}}",
	    id, given, kind);
}

/* A technician drives there, works and is done. Gives when. */
static int64_t
job(struct state *s, int64_t at_s, const char *tech, const char *call, int32_t drive_s,
    int32_t work_s)
{
	char order[40];
	int64_t there_s = at_s + drive_s;

	snprintf(order, sizeof(order), "%s: %s", tech, call);
	fix_plan(s, at_s, order);
	fix_must(s, at_s, EV_STOP_DEPARTED,
	    "{'technician':'%s','call':'%s','version':%lld,'at':@%lld,'arrival':@%lld,'end':@%lld}", tech,
	    call, (long long)fix_call(s, call)->version + 1, (long long)at_s, (long long)there_s,
	    (long long)there_s + 2700);
	fix_must(s, there_s, EV_STOP_ARRIVED,
	    "{'technician':'%s','call':'%s','version':%lld,'at':@%lld,'end':@%lld}", tech, call,
	    (long long)fix_call(s, call)->version + 1, (long long)there_s, (long long)there_s + 2700);
	fix_must(s, there_s + work_s, EV_STOP_FINISHED,
	    "{'technician':'%s','call':'%s','version':%lld,'at':@%lld,'outcome':'fixed'}", tech, call,
	    (long long)fix_call(s, call)->version + 1, (long long)there_s + work_s);
	return there_s + work_s;
}

/* Each to and fro between two sites: the first drive is from home, and no other has a way to go. */
static void
day_of(struct state *s, const char *tech, int32_t work_s, double slower)
{
	int64_t at_s = 0;
	char call[16];

	fix_must(s, 0, EV_SHIFT_STARTED,
	    "{'technician':'%s','version':2,'at':@0,'place':{'lat_udeg':41880000,'lon_udeg':-87630000}}",
	    tech);
	for (int i = 0; i < JOBS; i++) {
		snprintf(call, sizeof(call), "%sj%d", tech, i);
		book(s, at_s, call, "lift", 0);
		at_s = job(s, at_s, tech, call, i == 0 ? (int32_t)(DRIVE_PLANNED_S * slower) : 1,
		    work_s + i);
	}
	fix_must(s, at_s + 60, EV_SHIFT_ENDED, "{'technician':'%s','version':%lld,'at':@%lld}", tech,
	    (long long)fix_tech(s, tech)->version + 1, (long long)at_s + 60);
}

/* The shop on the second morning. a1 and a2 are like yesterday's work, b1 is of a kind of its own. */
static struct state *
second_day(bool learns)
{
	struct state *s = fix_shop();

	fix_must(s, -3000, EV_GUIDELINES_SET, "{'version':2,'guidelines':{'learn':%d,'tell_ahead_s':0}}",
	    learns);
	day_of(s, "t1", LONG_S, 1.5);
	day_of(s, "t2", SHORT_S, 1.5);
	book(s, DAY - 3600, "a1", "lift", 0);
	book(s, DAY - 3600, "a2", "lift", 0);
	book(s, DAY - 3600, "b1", "roof", 0);
	book(s, DAY - 3600, "g1", "roof", 3000);
	return s;
}

static int32_t
planned(const struct state *s, const char *tech, const char *call)
{
	struct work work;

	state_work(s, tech == NULL ? -1 : state_tech_find(s, tech), state_call_find(s, call), &work);
	return work.planned_s;
}

static void
test_planned(void **unused)
{
	struct state *s = second_day(true);
	struct work work;

	(void)unused;
	assert_in_range(planned(s, "t1", "a1"), LONG_S * 3 / 4, LONG_S * 5 / 4);
	assert_in_range(planned(s, "t2", "a1"), SHORT_S * 3 / 4, SHORT_S * 2);
	assert_true(planned(s, "t2", "a1") < planned(s, NULL, "a1"));
	assert_true(planned(s, NULL, "a1") < planned(s, "t1", "a1"));
	/* A kind that nobody has done is like all work of the shop, and shrunk to its guideline. */
	assert_in_range(planned(s, NULL, "b1"), SHORT_S, GUIDELINE_S);
	/* Of what callers say nothing was learned yet. */
	assert_int_equal(planned(s, "t1", "g1"), 3000);
	state_work(s, state_tech_find(s, "t1"), state_call_find(s, "a1"), &work);
	assert_int_equal(work.cases, JOBS);
	assert_int_equal(work.kind_cases, 2 * JOBS);
	assert_true(state_speed_pct(s, state_tech_find(s, "t1")) < 100);
	fix_sound(s, "after a day");
	state_free(s);
}

static void
test_not_learning(void **unused)
{
	struct state *s = second_day(false);

	(void)unused;
	assert_int_equal(planned(s, "t1", "a1"), GUIDELINE_S);
	assert_int_equal(planned(s, "t1", "g1"), 3000);
	assert_int_equal(state_speed_pct(s, state_tech_find(s, "t1")), 100);
	state_free(s);
}

/* A route, an insertion into it and a check of it go by the same times. */
static void
test_route(void **unused)
{
	struct state *s = second_day(true);
	int64_t now = T0 + DAY - 1800;
	struct cost_frame f = cost_frame(s, now);
	int32_t t1 = state_tech_find(s, "t1"), a1 = state_call_find(s, "a1");
	int32_t order[2] = { a1, state_call_find(s, "a2") };
	struct travel_model travel = state_travel(s);
	struct retimed r;
	struct visit v;
	struct insertion in;

	(void)unused;
	retime_order(s, t1, now, order, 1, &r);
	assert_int_equal(r.stop[0].end - r.stop[0].arrival, planned(s, "t1", "a1"));
	assert_int_equal(r.stop[0].drive_s, travel_s(&travel, state_tech(s, t1)->home,
	    state_call(s, a1)->site, state_speed_pct(s, t1)));
	assert_true(r.stop[0].drive_s > DRIVE_PLANNED_S);
	v = insertion_visit(s, order[1]);
	assert_true(insertion_try(&f, t1, &r, &v, 1, &in));
	retime_order(s, t1, now, order, 2, &r);
	assert_int_equal(in.start, r.stop[1].arrival);
	assert_int_equal(in.end, r.stop[1].end);
	assert_int_equal(in.route_end, r.end);
	state_free(s);
}

/* The solver is given each technician's own times, and its plan passes the check. */
static void
test_problem(void **unused)
{
	struct state *s = second_day(true);
	int64_t now = T0 + DAY - 1800;
	struct cost_frame f = cost_frame(s, now);
	int32_t everybody[] = { 0, 1, 2 }, n = 0;
	struct scope_ask ask = { .tech = everybody, .techs = 3, .techs_max = 3,
		.unassigned_max = SCOPE_UNASSIGNED_MAX };
	struct solve_limits limits = { .work = 3000, .seed = 1, .prove = true };
	struct new_route *route = calloc(3, sizeof(*route));
	struct proposed_route view[3];
	struct disturbed disturbed = { 0 };
	struct problem *p = NULL;
	struct plan *plan = NULL;
	struct scope sc;
	char why[256] = "";

	(void)unused;
	assert_int_equal(scope_make(&f, &ask, &sc), 0);
	assert_int_equal(snapshot_make(&f, &sc, 0, &p), 0);
	assert_int_equal(problem_check(p, why, sizeof(why)), 0);
	assert_int_equal(p->kinds, 3); /* anybody (t3 has done nothing yet), t1, t2 */
	for (int32_t k = 0; k < sc.techs; k++) {
		const struct technician *t = &p->technician[k];
		const struct call *c = &p->call[scope_call(&sc, state_call_find(s, "a1"))];

		assert_int_equal(c->duration_by_kind[t->kind], planned(s, t->id, "a1"));
		assert_int_equal(t->speed_pct, state_speed_pct(s, sc.tech[k]));
	}
	assert_int_equal(solve(p, &limits, &plan), 0);
	assert_int_equal(proposal_make(s, now, &sc, plan, route, &n, why, sizeof(why)), 0);
	assert_true(n > 0);
	for (int32_t i = 0; i < n; i++)
		view[i] = proposal_view(&route[i]);
	if (check_plan(s, now, view, n, 0, &disturbed, why, sizeof(why)) < 0)
		fail_msg("refused: %s", why);
	disturbed_done(&disturbed);
	plan_free(plan);
	problem_free(p);
	scope_done(&sc);
	free(route);
	state_free(s);
}

/* A call whose customer declined a window: the solver has what is left as windows. */
static void
test_declined_problem(void **unused)
{
	struct state *s = fix_shop();
	int64_t now = T0 - 1200;
	struct cost_frame f = cost_frame(s, now);
	int32_t everybody[] = { 0, 1, 2 };
	struct scope_ask ask = { .tech = everybody, .techs = 3, .techs_max = 3,
		.unassigned_max = SCOPE_UNASSIGNED_MAX };
	const struct call_state *c;
	const struct call *to;
	struct problem *p = NULL;
	struct scope sc;
	int64_t from, until;
	char why[256] = "";

	(void)unused;
	fix_plan(s, -1800, "t1: c1 c2; t2: c3");
	c = fix_call(s, "c2");
	from = c->told.promise_from;
	until = c->told.promise_to;
	assert_true(from > now);
	fix_must(s, -1700, EV_CALL_ANSWERED,
	    "{'call':'c2','version':2,'answer':'decline','by':'customer','technician':'t1'}");
	assert_int_equal(scope_make(&f, &ask, &sc), 0);
	assert_int_equal(snapshot_make(&f, &sc, 5, &p), 0);
	if (problem_check(p, why, sizeof(why)) < 0)
		fail_msg("not a problem: %s", why);
	to = &p->call[scope_call(&sc, state_call_find(s, "c2"))];
	assert_int_equal(to->windows, 2);
	assert_int_equal(to->window[0].close_s, from - now - 1);
	assert_int_equal(to->window[1].open_s, until - now);
	assert_int_equal(to->window[1].close_s, PROBLEM_NEVER);
	problem_free(p);
	scope_done(&sc);
	state_free(s);
}

/* Overdue work of a kind that is known ends at the next of a few steps, always after now. */
static void
test_overdue(void **unused)
{
	struct state *s = second_day(true);
	int32_t t1 = state_tech_find(s, "t1"), steps = 0;
	int64_t at_s = DAY + 600, end = 0;
	struct retimed r;

	(void)unused;
	fix_must(s, DAY, EV_SHIFT_STARTED,
	    "{'technician':'t1','version':%lld,'at':@86400,'place':{'lat_udeg':41890000,"
	    "'lon_udeg':-87630000}}", (long long)fix_tech(s, "t1")->version + 1);
	fix_plan(s, DAY, "t1: a1 a2");
	fix_must(s, at_s, EV_STOP_ARRIVED,
	    "{'technician':'t1','call':'a1','version':%lld,'at':@%lld,'end':@%lld}",
	    (long long)fix_call(s, "a1")->version + 1, (long long)at_s,
	    (long long)at_s + planned(s, "t1", "a1"));
	for (int64_t s_in = 0; s_in < 3 * LONG_S; s_in += 60) {
		retime(s, t1, T0 + at_s + s_in, &r);
		assert_true(r.stop[0].end > T0 + at_s + s_in);
		assert_true(r.stop[0].end >= end);
		steps += r.stop[0].end > end;
		end = r.stop[0].end;
		if (s_in < planned(s, "t1", "a1"))
			assert_int_equal(end, T0 + at_s + planned(s, "t1", "a1"));
	}
	/* Five minutes more with each look, a minute apart, would have been three score. */
	assert_in_range(steps, 3, 20);
	state_free(s);
}

/* Half of the work that has lasted so long ends by the time that is said for the planned quantile. */
static void
test_left(void **unused)
{
	struct state *s = fix_shop();
	struct work w = { .planned_s = 3600, .log_mean = log(3600), .log_sd = 0.5 };
	int32_t before = 0;

	(void)unused;
	fix_must(s, -3000, EV_GUIDELINES_SET, "{'version':2,'guidelines':{'plan_quantile_pct':50}}");
	assert_in_range(state_work_left(s, &w, 0), 3599, 3601);
	for (int32_t elapsed_s = 600; elapsed_s < 40000; elapsed_s += 600) {
		int32_t left_s = state_work_left(s, &w, elapsed_s);

		assert_true(left_s >= 60);
		assert_true(elapsed_s + left_s > before); /* who has worked longer ends later */
		before = elapsed_s + left_s;
	}
	/* At the median half are left; half of these are over at three quarters: 0.6745 deviations. */
	assert_in_range(state_work_left(s, &w, 3600), 3600 * (exp(0.5 * 0.6745) - 1) - 3,
	    3600 * (exp(0.5 * 0.6745) - 1) + 3);
	state_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_planned),
		cmocka_unit_test(test_not_learning),
		cmocka_unit_test(test_route),
		cmocka_unit_test(test_problem),
		cmocka_unit_test(test_declined_problem),
		cmocka_unit_test(test_overdue),
		cmocka_unit_test(test_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
