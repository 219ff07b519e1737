/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_scope [EVENTS]: what it costs to look at a few technicians only.
 *
 * Each event is an urgent call into a generated moment of a day: technicians on their way with some
 * calls ahead, all of them told, no other call open, and nothing left that would pay. It is solved
 * by the daemon's own scopes of several sizes, and over all technicians. For each size one line of
 * JSON: how often the plan is as cheap as over all, what is lost otherwise, and the time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/check.h"
#include "daemon/cost.h"
#include "daemon/proposal.h"
#include "daemon/revision.h"
#include "daemon/scope.h"
#include "daemon/snapshot.h"
#include "solver/clock.h"
#include "solver/rng.h"
#include "solver/solve.h"
#include "tests/state_fixture.h"

enum {
	EVENTS = 20,
	EVENTS_MAX = 1000,
	BUDGET = 3,
	LIMIT_MS = 1000,
	MORNING_WORK_PER_CALL = 20000,
	EVENT_AT_S = 600,
	EQUAL_CENTS = 1, /* cheaper by less is as cheap */
	CALM_TURNS_MAX = 8,
	CALM_BUDGET = 10,
};

static const struct kind {
	const char *name;
	int32_t techs, calls_per_tech;
} kinds[] = {
	{ "20 technicians, 2 calls each", 20, 2 },
	{ "20 technicians, 3 calls each", 20, 3 },
};

static const int32_t sizes[] = { 4, 6, 8, 10, 15, 20 }; /* the last: all */

enum { STEP_FIRST = 8, STEPS = 3, SIZES = ARRAY_LEN(sizes) }; /* of the planner: 8, then 16, then 32 */

struct sample {
	int64_t gain_cents; /* against letting things stand */
	int64_t us;
	bool proven;
	bool served; /* every call */
};

static void
add_technicians(struct rng *r, struct state *s, int32_t n)
{
	for (int32_t k = 0; k < n; k++)
		fix_must(s, -3600, EV_TECHNICIAN_ADDED,
		    "{'technician':'t%d','terms':{'name':'t%d','home':{'lat_udeg':%d,'lon_udeg':%d},"
		    "'skills':[%s%s],'speed_pct':%d,'shifts':[{'from':@0,'to':@%d,'breaks':[{'from':@7200,"
		    "'to':@10800,'duration_s':1800}]}]}}",
		    (int)k, (int)k, 41700000 + (int)rng_below(r, 360000),
		    -87900000 + (int)rng_below(r, 480000), "{'skill':'hvac','level':1}",
		    rng_below(r, 2) ? ",{'skill':'gas','level':1}" : "", 90 + (int)rng_below(r, 20),
		    18000 + 1800 * (int)rng_below(r, 8));
}

static void
add_call(struct rng *r, struct state *s, int32_t n, int32_t at_s, const char *severity)
{
	char when[120];
	int32_t from = 1800 + rng_below(r, 14400);

	if (rng_below(r, 3) == 0)
		snprintf(when, sizeof(when), "'appointment':{'from':@%d,'to':@%d}", (int)(at_s + from),
		    (int)(at_s + from + 7200));
	else
		snprintf(when, sizeof(when), "'due':@%d", (int)(at_s + 7200 + rng_below(r, 21600)));
	fix_must(s, at_s, EV_CALL_BOOKED,
	    "{'call':'c%d','terms':{'customer':'x','site':{'lat_udeg':%d,'lon_udeg':%d},'needs':[%s],"
	    "'severity':'%s','opened':@%d,%s,'duration_s':%d,'difficulty':%d}}",
	    (int)n, 41700000 + (int)rng_below(r, 360000), -87900000 + (int)rng_below(r, 480000),
	    rng_below(r, 3) == 0 ? "{'skill':'gas','level':1}" : "{'skill':'hvac','level':1}",
	    severity, (int)at_s, when, 1800 + 300 * (int)rng_below(r, 7), (int)rng_below(r, 5));
}

/* Publishes a plan as the planner would. */
static void
publish(struct state *s, int64_t now, const struct scope *sc, const struct plan *plan, int32_t budget)
{
	struct new_route *route = calloc((size_t)sc->techs + 1, sizeof(*route));
	struct proposed_route *view = calloc((size_t)sc->techs + 1, sizeof(*view));
	struct disturbed disturbed = { 0 };
	struct revision v = { .kind = "solve", .cause = { .tick = true, .seq = state_seq(s), .call = -1,
		.tech = -1, .why = TELL_REPLANNED }, .disturbed = &disturbed, .budget = budget };
	struct event *ev;
	char why[256];
	int32_t n;

	assert_true(route != NULL && view != NULL);
	if (proposal_make(s, now, sc, plan, route, &n, why, sizeof(why)) < 0)
		fail_msg("%s", why);
	for (int32_t i = 0; i < n; i++)
		view[i] = proposal_view(&route[i]);
	if (n > 0 && check_plan(s, now, view, n, budget, &disturbed, why, sizeof(why)) < 0)
		fail_msg("%s", why);
	v.route = route;
	v.routes = n;
	if (n > 0) {
		assert_int_equal(revision_event(s, now, &v, &ev), 0);
		ev->seq = state_seq(s) + 1;
		if (state_apply(s, ev, why, sizeof(why)) < 0)
			fail_msg("%s", why);
		event_free(ev);
	}
	disturbed_done(&disturbed);
	free(route);
	free(view);
}

/* Solves over a scope; the plan is published if `publishes` is set. */
static struct sample
solve_over(struct state *s, int64_t now, const struct scope_ask *ask, const struct solve_limits *lim,
    int32_t budget, bool publishes)
{
	struct cost_frame f = cost_frame(s, now);
	struct problem *p;
	struct plan *plan;
	struct scope sc;
	struct sample ret;
	int64_t from_us = clock_us();

	assert_int_equal(scope_make(&f, ask, &sc), 0);
	assert_int_equal(snapshot_make(&f, &sc, budget, &p), 0);
	assert_int_equal(solve(p, lim, &plan), 0);
	ret = (struct sample){ plan->stay_cents - plan->cost_cents, clock_us() - from_us,
		plan->proven, true };
	for (int32_t i = 0; i < plan->calls; i++)
		ret.served &= plan->served[i];
	if (publishes)
		publish(s, now, &sc, plan, budget);
	plan_free(plan);
	problem_free(p);
	scope_done(&sc);
	return ret;
}

/* A moment of a day: everybody has a route, and all customers were told. */
static struct state *
make_moment(struct rng *r, const struct kind *kind)
{
	struct state *s = fix_open();
	int32_t calls = kind->techs * kind->calls_per_tech;
	int32_t all[64];
	struct scope_ask ask = { .tech = all, .techs = kind->techs, .techs_max = kind->techs,
		.unassigned_max = SCOPE_STARTS_MAX };
	struct solve_limits lim = { .work = (int64_t)MORNING_WORK_PER_CALL * calls, .seed = 1,
		.search = true };
	const struct solve_limits calm = { .time_ms = LIMIT_MS };

	fix_must(s, -7200, EV_GUIDELINES_SET,
	    "{'version':1,'guidelines':{'tell_ahead_s':86400}}");
	add_technicians(r, s, kind->techs);
	for (int32_t i = 0; i < calls; i++)
		add_call(r, s, i, -3600, rng_below(r, 4) == 0 ? "urgent" : "routine");
	for (int32_t k = 0; k < kind->techs; k++)
		all[k] = k;
	solve_over(s, T0 - 1800, &ask, &lim, -1, true);
	/* Until nothing pays any more: what is gained elsewhere is not what an event's scope is for. */
	for (int turn = 0; turn < CALM_TURNS_MAX; turn++)
		if (solve_over(s, T0 + EVENT_AT_S, &ask, &calm, CALM_BUDGET, true).gain_cents <=
		    EQUAL_CENTS)
			break;
	return s;
}

static bool
is_any_open(const struct state *s)
{
	int32_t n;
	const int32_t *open = state_open(s, &n);

	for (int32_t i = 0; i < n; i++)
		if (state_call(s, open[i])->status == CALL_UNASSIGNED)
			return true;
	return false;
}

static int
by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void
report(const struct kind *kind, int32_t size, const struct sample *at, const struct sample *all, int n)
{
	static int64_t us[EVENTS_MAX];
	int64_t lost = 0, most = 0;
	int equal = 0, proven = 0;

	for (int e = 0; e < n; e++) {
		int64_t loss = all[e].gain_cents - at[e].gain_cents;

		us[e] = at[e].us;
		proven += at[e].proven;
		equal += loss <= EQUAL_CENTS;
		lost += loss > 0 ? loss : 0;
		most = loss > most ? loss : most;
	}
	qsort(us, (size_t)n, sizeof(*us), by_value);
	/* Size 0: in steps. */
	printf("{\"case\":\"%s\",\"scope\":%d,\"events\":%d,\"equal\":%d,\"loss_cents\":%.1f,"
	    "\"most_cents\":%lld,\"proven\":%d,\"p50_ms\":%.1f,\"p99_ms\":%.1f}\n", kind->name,
	    (int)size, n, equal, (double)lost / n, (long long)most, proven,
	    (double)us[n / 2] / 1e3, (double)us[n * 99 / 100] / 1e3);
	fflush(stdout);
}

/* As the planner does: twice as many technicians while a call finds no place. */
static struct sample
solve_in_steps(struct state *s, const int32_t *call, const struct solve_limits *lim)
{
	struct sample best = { .gain_cents = INT64_MIN };
	int64_t us = 0;

	for (int step = 0; step < STEPS && !best.served; step++) {
		struct scope_ask ask = { .call = call, .calls = 1, .techs_max = STEP_FIRST << step,
			.unassigned_max = SCOPE_UNASSIGNED_MAX };
		struct sample one = solve_over(s, T0 + EVENT_AT_S, &ask, lim, BUDGET, false);

		us += one.us;
		if (one.gain_cents > best.gain_cents)
			best = one;
	}
	best.us = us;
	return best;
}

static void
measure(const struct kind *kind, int events)
{
	static struct sample sample[SIZES + 1][EVENTS_MAX];
	const struct solve_limits lim = { .time_ms = LIMIT_MS, .prove = true };
	int32_t all[64];

	for (int32_t k = 0; k < kind->techs; k++)
		all[k] = k;
	for (int e = 0, seed = 0; e < events; seed++) {
		struct rng r = { 7000 + (uint64_t)seed };
		struct state *s = make_moment(&r, kind);
		char id[16];
		int32_t call;

		if (is_any_open(s)) {
			state_free(s);
			continue;
		}
		add_call(&r, s, kind->techs * kind->calls_per_tech, EVENT_AT_S, "emergency");
		snprintf(id, sizeof(id), "c%d", (int)(kind->techs * kind->calls_per_tech));
		call = state_call_find(s, id);
		for (size_t z = 0; z < SIZES; z++) {
			struct scope_ask ask = { .call = &call, .calls = 1, .techs_max = sizes[z],
				.unassigned_max = SCOPE_UNASSIGNED_MAX };

			if (sizes[z] >= kind->techs) {
				ask.tech = all;
				ask.techs = kind->techs;
			}
			sample[z][e] = solve_over(s, T0 + EVENT_AT_S, &ask, &lim, BUDGET, false);
		}
		sample[SIZES][e] = solve_in_steps(s, &call, &lim);
		state_free(s);
		e++;
	}
	for (size_t z = 0; z < SIZES; z++)
		report(kind, sizes[z], sample[z], sample[SIZES - 1], events);
	report(kind, 0, sample[SIZES], sample[SIZES - 1], events);
}

int
main(int argc, char **argv)
{
	int events = argc > 1 ? atoi(argv[1]) : EVENTS;

	if (events < 1 || events > EVENTS_MAX) {
		fprintf(stderr, "usage: bench_scope [EVENTS]\n");
		return 2;
	}
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
		measure(&kinds[k], events);
	return 0;
}
