/* SPDX-License-Identifier: Apache-2.0 */
/* When stops may really start: against days played one by one, and worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/normal.h"
#include "daemon/risk.h"
#include "daemon/risk_scores.h"
#include "daemon/window.h"
#include "tests/state_fixture.h"

enum { STOPS = 8, DAYS = 20000, SERVICE = 3600, DRIVE = 294 };

/* A route re-timed, and its risk; the stops are few. */
struct seen {
	struct retimed r;
	struct risk_stop risk[STOPS];
};

static struct seen *
see(const struct state *s, const char *tech, int64_t at_s)
{
	struct seen *seen = calloc(1, sizeof(*seen));
	int32_t k = state_tech_find(s, tech);

	assert_non_null(seen);
	retime(s, k, T0 + at_s, &seen->r);
	assert_in_range(seen->r.stops, 0, STOPS);
	risk_route(s, T0 + at_s, k, &seen->r, seen->risk);
	for (int32_t i = 0; i < seen->r.stops; i++) {
		const struct risk_stop *x = &seen->risk[i];

		assert_true(x->p10 <= seen->r.stop[i].arrival && seen->r.stop[i].arrival <= x->p90);
		for (int j = 1; j < RISK_SAMPLES; j++)
			assert_true(x->start[j - 1] <= x->start[j]);
	}
	return seen;
}

/* As in the shop, with t1 at work since eight. */
static struct state *
at_work_shop(void)
{
	struct state *s = fix_shop();

	fix_must(s, 0, EV_SHIFT_STARTED,
	    "{'technician':'t1','version':2,'at':@0,'place':{'lat_udeg':41880000,'lon_udeg':-87630000}}");
	return s;
}

static void
assert_near(double is, double want, double off, const char *what)
{
	if (fabs(is - want) > off)
		fail_msg("%s: %g, expected %g +- %g", what, is, want, off);
}

/* --- against simulation --- */

static double
uniform(uint64_t *x)
{
	*x = *x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return ((double)(*x >> 11) + 0.5) / 9007199254740992.0;
}

/* Normal variates two by two (Box and Muller), so that nothing is shared with what is tested. */
static double
normal(uint64_t *x)
{
	return sqrt(-2 * log(uniform(x))) * cos(2 * 3.14159265358979 * uniform(x));
}

static int
by_time(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Starts of every stop of a route of t1 in so many days, each list sorted. Nothing is under way. */
static void
simulate(const struct state *s, const struct retimed *r, double (*start)[DAYS])
{
	int32_t tech = state_tech_find(s, "t1");
	const struct shift *shift = &state_tech(s, tech)->shift[0];
	uint64_t seed = 42;

	for (int day = 0; day < DAYS; day++) {
		double t = (double)r->ready;

		for (int32_t i = 0; i < r->stops; i++) {
			const struct call_state *c = state_call(s, r->stop[i].call);
			struct work work;

			state_work(s, tech, r->stop[i].call, &work);
			for (int32_t b = 0; b < r->takens; b++)
				if (r->taken[b].after == i)
					t = fmax(t, (double)shift->due[0].from) + r->taken[b].duration_s;
			t += r->stop[i].drive_s * exp(state_drive_log_sd(s, tech) * normal(&seed));
			if (c->appointment)
				t = fmax(t, (double)c->appt_from);
			if (c->told.promise)
				t = fmax(t, (double)c->told.promise_from);
			start[i][day] = t;
			t += exp(work.log_mean + work.log_sd * normal(&seed));
		}
	}
	for (int32_t i = 0; i < r->stops; i++)
		qsort(start[i], DAYS, sizeof(double), by_time);
}

static const char *const orders[] = { "t1: c1 c2 c3", "t1: c2 c1 c4", "t1: c4 c3 c2 c1" };

/* Each quantile is within 6 % of the spread of the days that were played, and half a minute. */
static void
test_simulated(void **unused)
{
	static const double levels[] = { 0.1, 0.25, 0.5, 0.75, 0.9, 0.95 };
	double (*start)[DAYS] = malloc(STOPS * sizeof(*start));

	(void)unused;
	assert_non_null(start);
	for (size_t o = 0; o < ARRAY_LEN(orders); o++) {
		struct state *s = fix_shop();
		struct seen *seen;

		/* Planned and not told: nothing holds the starts back but terms. */
		fix_must(s, -3600, EV_GUIDELINES_SET, "{'version':2,'guidelines':{'tell_ahead_s':0}}");
		fix_plan(s, -3600, orders[o]);
		seen = see(s, "t1", -1800);
		simulate(s, &seen->r, start);
		for (int32_t i = 0; i < seen->r.stops; i++) {
			double spread = start[i][DAYS * 9 / 10] - start[i][DAYS / 10];

			for (size_t l = 0; l < ARRAY_LEN(levels); l++) {
				double want = start[i][(int)(levels[l] * DAYS)];
				double is = (double)risk_quantile(&seen->risk[i], levels[l]);

				if (fabs(is - want) > 0.06 * spread + 30)
					fail_msg("%s, stop %d at %.0f %%: %.0f s off, spread %.0f s", orders[o],
					    (int)i, 100 * levels[l], is - want, spread);
			}
		}
		free(seen);
		state_free(s);
	}
	free(start);
}

/* --- by hand --- */

/* The quantile of one drive and one job after it, as lognormals: an hour planned with 55 %. */
static void
test_first_stops(void **unused)
{
	struct state *s = at_work_shop();
	struct work work;
	struct seen *seen;
	double drive_sd;

	(void)unused;
	fix_must(s, 0, EV_GUIDELINES_SET, "{'version':2,'guidelines':{'tell_ahead_s':0}}");
	fix_plan(s, 0, "t1: c1");
	seen = see(s, "t1", 0);
	drive_sd = state_drive_log_sd(s, 0);
	state_work(s, 0, state_call_find(s, "c1"), &work);
	assert_int_equal(work.planned_s, SERVICE);
	assert_near(work.log_mean + normal_percentile(55) * work.log_sd, log(SERVICE), 1e-6, "planned");
	assert_int_equal(seen->r.stop[0].drive_s, DRIVE);
	for (int pct = 5; pct <= 95; pct += 5)
		assert_near((double)risk_quantile(&seen->risk[0], pct / 100.0) - T0,
		    DRIVE * exp(drive_sd * normal_percentile(pct)), 2, "first start");
	assert_near(risk_by(&seen->risk[0], T0 + DRIVE), 0.5, 0.01, "half of them by the plan");
	free(seen);
	state_free(s);
}

/* An appointment hours later: whatever happens before is made up for by waiting. */
static void
test_waiting_swallows(void **unused)
{
	struct state *s = at_work_shop();
	const int64_t appointment = T0 + 25200;
	struct seen *seen;
	struct span window;
	int32_t pct;

	(void)unused;
	fix_plan(s, 0, "t1: c1 c4");
	seen = see(s, "t1", 0);
	assert_int_equal(seen->r.stop[1].arrival, appointment);
	assert_int_equal(seen->risk[1].start[0], appointment);
	assert_int_equal(seen->risk[1].p10, appointment);
	assert_int_equal(seen->risk[1].p90, appointment);
	assert_int_equal(risk_missed_pct(&seen->risk[1], fix_call(s, "c4")), 0);
	window_for(s, T0, &seen->risk[1], appointment, 90, &window, &pct);
	assert_int_equal(window.from, appointment);
	assert_int_equal(window.to, appointment + 1800); /* as narrow as one is quoted */
	assert_int_equal(pct, 99);
	free(seen);
	state_free(s);
}

/* Told: not before the ETA less the tolerance, nor before the promised window. */
static void
test_told_holds_back(void **unused)
{
	struct state *s = at_work_shop();
	const struct call_state *c;
	struct seen *seen;
	int64_t from;

	(void)unused;
	fix_plan(s, 0, "t1: c1 c2");
	c = fix_call(s, "c2");
	assert_true(c->told.any && c->told.promise);
	seen = see(s, "t1", 0);
	from = c->told.arrival - 600 > c->told.promise_from ? c->told.arrival - 600 :
	                                                      c->told.promise_from;
	assert_int_equal(seen->risk[1].start[0], from);
	assert_true(seen->risk[1].start[RISK_SAMPLES / 2] > from);
	assert_near(risk_missed_pct(&seen->risk[1], c),
	    100 * (1 - risk_by(&seen->risk[1], c->told.promise_to)), 0.51, "missed");
	free(seen);
	state_free(s);
}

/* Nobody starts in a window that was declined. */
static void
test_declined(void **unused)
{
	struct state *s = at_work_shop();
	const struct call_state *c;
	struct seen *seen;
	int64_t from, to;

	(void)unused;
	fix_plan(s, 0, "t1: c1 c2");
	c = fix_call(s, "c2");
	from = c->told.promise_from;
	to = c->told.promise_to;
	fix_must(s, 60, EV_CALL_ANSWERED,
	    "{'call':'c2','version':%lld,'answer':'decline','by':'customer','technician':'t1',"
	    "'status':'unassigned'}",
	    (long long)c->version + 1);
	fix_plan(s, 60, "t1: c1 c2");
	seen = see(s, "t1", 60);
	assert_int_equal(seen->r.stop[1].arrival, to);
	for (int i = 0; i < RISK_SAMPLES; i++)
		if (seen->risk[1].start[i] >= from && seen->risk[1].start[i] < to)
			fail_msg("starts in a declined window");
	free(seen);
	state_free(s);
}

/* A break comes before the stop: it is over before anybody starts. */
static void
test_break(void **unused)
{
	struct state *s = at_work_shop();
	struct seen *seen;

	(void)unused;
	fix_must(s, 0, EV_GUIDELINES_SET, "{'version':2,'guidelines':{'tell_ahead_s':0}}");
	fix_plan(s, 0, "t1: c1 c2 c3 c4");
	seen = see(s, "t1", 0);
	assert_int_equal(seen->r.takens, 1);
	assert_int_equal(seen->r.taken[0].after, 3);
	/* c4 has its appointment at 15:00; the break does not make it later, c3 has the spread of two jobs. */
	assert_int_equal(seen->risk[3].start[0], T0 + 25200);
	assert_true(seen->risk[2].p90 - seen->risk[2].p10 > 1.3 * (seen->risk[1].p90 - seen->risk[1].p10));
	free(seen);
	state_free(s);
}

static void
test_under_way(void **unused)
{
	struct state *s = at_work_shop();
	struct seen *seen;
	int64_t before;

	(void)unused;
	fix_plan(s, 0, "t1: c1 c2");
	fix_must(s, 10, EV_STOP_DEPARTED,
	    "{'technician':'t1','call':'c1','version':%lld,'at':@10,'arrival':@304,'end':@3904}",
	    (long long)fix_call(s, "c1")->version + 1);
	/* On the way, and late by a minute: he is there after now. */
	seen = see(s, "t1", 364);
	assert_true(seen->risk[0].start[0] > T0 + 364);
	assert_true(seen->risk[0].start[RISK_SAMPLES / 2] < T0 + 364 + 60);
	free(seen);
	fix_must(s, 400, EV_STOP_ARRIVED, "{'technician':'t1','call':'c1','version':%lld,'at':@400,"
	    "'end':@4000}", (long long)fix_call(s, "c1")->version + 1);
	seen = see(s, "t1", 400);
	assert_int_equal(seen->risk[0].p10, T0 + 400);
	assert_int_equal(seen->risk[0].p90, T0 + 400);
	before = risk_quantile(&seen->risk[1], 0.9);
	free(seen);
	/* An hour and a half later he is still there: the next is later than ever, and after now. */
	seen = see(s, "t1", 400 + 5400);
	assert_true(seen->risk[1].start[0] > T0 + 5800);
	assert_true(risk_quantile(&seen->risk[1], 0.9) > before);
	free(seen);
	/* He says 20 minutes more: that is what it is drawn around. */
	fix_must(s, 5800, EV_STOP_LATE, "{'technician':'t1','call':'c1','version':%lld,'end':@7000}",
	    (long long)fix_call(s, "c1")->version + 1);
	seen = see(s, "t1", 5800);
	assert_near((double)(risk_quantile(&seen->risk[1], 0.5) - T0), 7000 + DRIVE, 90, "as he said");
	assert_true(risk_quantile(&seen->risk[1], 0.9) < T0 + 7000 + DRIVE + 1200);
	free(seen);
	state_free(s);
}

/* The same route has the same sample, whoever else there is. */
static void
test_same(void **unused)
{
	struct state *s = at_work_shop();
	struct seen *one, *other;

	(void)unused;
	fix_plan(s, 0, "t1: c1 c2");
	one = see(s, "t1", 0);
	fix_plan(s, 0, "t2: c3");
	other = see(s, "t1", 0);
	assert_memory_equal(one->risk, other->risk, sizeof(one->risk));
	free(one);
	free(other);
	state_free(s);
}

static void
test_quantiles(void **unused)
{
	struct risk_stop r;

	(void)unused;
	for (int i = 0; i < RISK_SAMPLES; i++)
		r.start[i] = 1000 + 10 * i;
	assert_true(risk_by(&r, 999) == 0);
	assert_true(risk_by(&r, 1000) == 1.0 / RISK_SAMPLES);
	assert_true(risk_by(&r, 1000 + 10 * 127) == 0.5);
	assert_true(risk_by(&r, 1000 + 10 * 128 - 1) == 0.5);
	assert_true(risk_by(&r, 100000) == 1);
	assert_int_equal(risk_quantile(&r, 0), 1000);
	assert_int_equal(risk_quantile(&r, 0.5), 1000 + 10 * 127);
	assert_int_equal(risk_quantile(&r, 1), 1000 + 10 * 255);
	for (int i = 0; i <= 100; i++)
		assert_true(risk_by(&r, risk_quantile(&r, i / 100.0)) >= i / 100.0);
}

/* --- windows --- */

static void
test_windows(void **unused)
{
	struct state *s = at_work_shop();
	struct risk_stop r;
	const int64_t first = T0 + 600;

	(void)unused;
	for (int i = 0; i < RISK_SAMPLES; i++)
		r.start[i] = first + 20 * i; /* over 85 minutes */
	for (int32_t pct = 50; pct <= 99; pct++) {
		int64_t arrival = risk_quantile(&r, 0.5);
		struct span w;
		int32_t has;

		window_for(s, T0, &r, arrival, pct, &w, &has);
		assert_true(w.from % WINDOW_STEP_S == 0 && w.to % WINDOW_STEP_S == 0);
		assert_true(w.from <= arrival);
		assert_true(arrival - w.from < WINDOW_STEP_S || w.to - w.from < 1800 + WINDOW_STEP_S);
		assert_true(w.to - w.from >= 1800);
		assert_true(has >= pct && has <= WINDOW_PCT_MAX);
		assert_int_equal(has, window_pct(s, &r, w.to));
		/* No narrower one on the clock's marks would do. */
		if (w.to - w.from > 1800)
			assert_true(window_pct(s, &r, w.to - WINDOW_STEP_S) < pct);
	}
	assert_int_equal(window_pct(s, &r, first - 1), 0);
	state_free(s);
}

static void
test_scores(void **unused)
{
	(void)unused;
	for (int i = 0; i < RISK_SAMPLES / 2; i++)
		assert_near(risk_scores[i], normal_at((128 + i + 0.5) / 256), 1e-7, "score");
	for (int32_t pct = 1; pct <= 99; pct++)
		assert_near(normal_percentile(pct), normal_at(pct / 100.0), 1e-7, "percentile");
	for (double z = -7; z <= 7; z += 0.25)
		if (z <= 5) /* beyond it the share is too near 1 to tell */
			assert_near(normal_at(normal_below(z)), z, 1e-6, "there and back");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_simulated),
		cmocka_unit_test(test_first_stops),
		cmocka_unit_test(test_waiting_swallows),
		cmocka_unit_test(test_told_holds_back),
		cmocka_unit_test(test_declined),
		cmocka_unit_test(test_break),
		cmocka_unit_test(test_under_way),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_quantiles),
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_scores),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
