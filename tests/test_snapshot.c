/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the state to a problem, through the real solver, and back to a plan.revised event: what the
 * solver promises holds by the daemon's own rules and prices. Random shops from seeds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/check.h"
#include "daemon/cost.h"
#include "daemon/insertion.h"
#include "daemon/proposal.h"
#include "daemon/revision.h"
#include "daemon/scope.h"
#include "daemon/snapshot.h"
#include "solver/solve.h"
#include "tests/state_fixture.h"

enum { SHOPS = 40, TECHS = 4, CALLS = 12, ROUNDS = 4, WORK = 20000, BUDGET = 2, CENTS_OFF = 40 };

static uint64_t seed;

static int32_t
draw(int32_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int32_t)((seed >> 33) % (uint64_t)n);
}

static void
add_technicians(struct state *s)
{
	for (int i = 0; i < TECHS; i++)
		fix_must(s, -3600, EV_TECHNICIAN_ADDED,
		    "{'technician':'t%d','terms':{'name':'t%d','home':{'lat_udeg':%d,'lon_udeg':%d},"
		    "'skills':[%s],'speed_pct':%d,'shifts':[{'from':@%d,'to':@%d,'breaks':[{'from':@%d,"
		    "'to':@%d,'duration_s':900},{'from':@14400,'to':@18000,'duration_s':1800}]}]}}",
		    i, i, 41800000 + draw(200000), -87700000 + draw(200000),
		    draw(2) ? "{'skill':'hvac','level':2}" : "", 90 + draw(20), draw(2) * 3600,
		    28800 + draw(3) * 1800, 5400 + draw(1800), 9000 + draw(1800));
}

static void
add_call(struct state *s, int n, int32_t at_s, const char *severity)
{
	char when[120];
	int32_t from = 7200 + draw(18000);

	if (draw(3) == 0)
		snprintf(when, sizeof(when), "'appointment':{'from':@%d,'to':@%d}", at_s + from,
		    at_s + from + 3600);
	else
		snprintf(when, sizeof(when), "'due':@%d", at_s + 7200 + draw(28800));
	fix_must(s, at_s, EV_CALL_BOOKED,
	    "{'call':'c%d','terms':{'customer':'x','site':{'lat_udeg':%d,'lon_udeg':%d},'needs':[%s],"
	    "'severity':'%s','opened':@%d,%s,'duration_s':%d,'difficulty':%d%s}}",
	    n, 41800000 + draw(200000), -87700000 + draw(200000),
	    draw(4) == 0 ? "{'skill':'hvac','level':1}" : "", severity, at_s, when,
	    1200 + draw(3600), draw(5), draw(5) == 0 ? ",'preferred':'t1'" : "");
}

static int64_t
daemons_price(const struct cost_frame *f, const struct scope *sc, const struct new_route *route,
    int32_t n)
{
	struct cost cost = { 0 };

	for (int32_t k = 0; k < sc->techs; k++) {
		const struct retimed *r = &sc->route[k];

		for (int32_t i = 0; i < n; i++)
			if (route[i].tech == sc->tech[k])
				r = &route[i].timed;
		cost_route(f, sc->tech[k], r, &cost);
	}
	return cost_total(&cost);
}

static int64_t
unserved_price(const struct cost_frame *f, const struct scope *sc, const struct plan *plan)
{
	struct cost cost = { 0 };

	for (int32_t i = 0; i < sc->calls; i++)
		if (!plan->served[i])
			cost_unserved(f, sc->call[i], &cost);
	return cost_total(&cost);
}

/* Publishes the plan as the planner would. */
static void
publish(struct state *s, int64_t now, const struct new_route *route, int32_t n,
    const struct disturbed *disturbed)
{
	struct revision v = {
		.kind = "solve",
		.cause = { .event = EV_CALL_BOOKED, .seq = state_seq(s), .call = -1, .tech = -1,
		    .why = TELL_REPLANNED },
		.route = route,
		.routes = n,
		.disturbed = disturbed,
		.budget = BUDGET,
	};
	struct event *ev;
	char why[256] = "";

	assert_int_equal(revision_event(s, now, &v, &ev), 0);
	ev->seq = state_seq(s) + 1;
	if (state_apply(s, ev, why, sizeof(why)) < 0)
		fail_msg("the revision is refused: %s", why);
	event_free(ev);
}

/* One question, asked and answered. */
static void
round_trip(struct state *s, int64_t now, uint64_t shop)
{
	struct cost_frame f = cost_frame(s, now);
	int32_t everybody[TECHS] = { 0, 1, 2, 3 };
	struct scope_ask ask = { .tech = everybody, .techs = TECHS, .techs_max = TECHS,
		.unassigned_max = SCOPE_UNASSIGNED_MAX };
	struct solve_limits limits = { .work = WORK, .seed = 1, .prove = true };
	struct disturbed disturbed = { 0 };
	struct proposed_route view[TECHS];
	struct new_route route[TECHS];
	struct problem *p = NULL;
	struct plan *plan = NULL;
	struct scope sc;
	char why[256] = "";
	int32_t n = 0;
	int64_t price;

	assert_int_equal(scope_make(&f, &ask, &sc), 0);
	assert_int_equal(snapshot_make(&f, &sc, BUDGET, &p), 0);
	if (problem_check(p, why, sizeof(why)) < 0)
		fail_msg("shop %d: not a problem: %s", (int)shop, why);
	assert_int_equal(solve(p, &limits, &plan), 0);
	if (proposal_make(s, now, &sc, plan, route, &n, why, sizeof(why)) < 0)
		fail_msg("shop %d: no proposal: %s", (int)shop, why);
	for (int32_t i = 0; i < n; i++)
		view[i] = proposal_view(&route[i]);
	if (n > 0 && check_plan(s, now, view, n, BUDGET, &disturbed, why, sizeof(why)) < 0)
		fail_msg("shop %d: the check refuses: %s", (int)shop, why);
	assert_int_equal(disturbed.chosens, plan->disturbance.chosen);
	price = daemons_price(&f, &sc, route, n) + unserved_price(&f, &sc, plan);
	if (llabs(price - plan->cost_cents) > CENTS_OFF)
		fail_msg("shop %d: the solver says %lld cents, the daemon %lld", (int)shop,
		    (long long)plan->cost_cents, (long long)price);
	if (n > 0)
		publish(s, now, route, n, &disturbed);
	disturbed_done(&disturbed);
	plan_free(plan);
	problem_free(p);
	scope_done(&sc);
	fix_sound(s, "after a revision");
}

static void
test_round_trips(void **unused)
{
	(void)unused;
	for (uint64_t shop = 1; shop <= SHOPS; shop++) {
		struct state *s = fix_open();
		int32_t at_s = -1800;

		seed = shop;
		add_technicians(s);
		for (int i = 0; i < CALLS; i++)
			add_call(s, i, -1800, draw(4) == 0 ? "urgent" : "routine");
		round_trip(s, T0 + at_s, shop);
		/* As time goes on calls are told, and urgent ones want room beside them. */
		for (int n = 1; n < ROUNDS; n++) {
			at_s += 300 + draw(600);
			add_call(s, CALLS + n, at_s, "emergency");
			round_trip(s, T0 + at_s, shop);
		}
		state_free(s);
	}
}

/* What an insertion is said to do is what re-timing the new order gives, where no break is near. */
static void
test_insertion(void **unused)
{
	struct state *s = fix_shop();
	int64_t now = T0 - 1800;
	int32_t t1 = state_tech_find(s, "t1"), c2 = state_call_find(s, "c2");
	int32_t order[2], c1 = state_call_find(s, "c1");
	struct cost_frame f;
	struct visit v;
	struct retimed stay, is;
	struct insertion in;

	(void)unused;
	fix_plan(s, -1800, "t1: c1");
	f = cost_frame(s, now);
	v = insertion_visit(s, c2);
	retime(s, t1, now, &stay);
	for (int32_t pos = 0; pos <= 1; pos++) {
		assert_true(insertion_try(&f, t1, &stay, &v, pos, &in));
		order[pos] = c2;
		order[1 - pos] = c1;
		retime_order(s, t1, now, order, 2, &is);
		assert_int_equal(is.stop[pos].arrival, in.start);
		if (pos == 0)
			assert_int_equal(is.stop[1].arrival - stay.stop[0].arrival, in.push_s[0]);
		assert_true(in.cents > 0);
	}
	assert_true(insertion_best(&f, t1, &stay, &v, &in));
	/* t3 has no skill, whatever it costs. */
	retime(s, state_tech_find(s, "t3"), now, &stay);
	assert_false(insertion_best(&f, state_tech_find(s, "t3"), &stay, &v, &in));
	state_free(s);
}

/*
 * The price of leaving a call out: doubled when due today, growing with age, never without end; and
 * on top what waiting has cost already (the response price since it was opened, an hour before T0;
 * 2000 an hour since its appointment ended, 8 hours after T0, doubled after half an hour).
 */
static void
test_prices(void **unused)
{
	struct state *s = fix_shop();
	int32_t c4 = state_call_find(s, "c4");
	const struct guidelines *g = state_guidelines(s);
	struct cost_prices p;
	struct cost_frame f = cost_frame(s, T0);
	int32_t waits = g->response_cents_per_h[SEV_ROUTINE];

	(void)unused;
	cost_prices(&f, c4, &p); /* its appointment is today */
	assert_int_equal(p.unserved_cents, 2 * g->unserved_cents[SEV_ROUTINE] + waits);
	f = cost_frame(s, T0 + 2 * 86400);
	cost_prices(&f, c4, &p);
	assert_int_equal(p.unserved_cents, 2 * g->unserved_cents[SEV_ROUTINE] * 150 / 100 + 49 * waits +
	    (40 + 40) * 2000 - 1000);
	f = cost_frame(s, T0 + 365 * 86400);
	cost_prices(&f, c4, &p);
	assert_int_equal(p.unserved_cents, 8 * g->unserved_cents[SEV_ROUTINE] + 8761 * waits +
	    (8752 + 8752) * 2000 - 1000);
	state_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_insertion),
		cmocka_unit_test(test_prices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
