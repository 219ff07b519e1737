/* SPDX-License-Identifier: Apache-2.0 */
/* Whole small days with the policies in process: what must hold whatever they decide. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "sim/engine.h"
#include "tests/sim_fixture.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static const char *const policies[] = { "nearest", "fixed" };

/* Follows a day and holds it to the rules. */
struct witness {
	const char *policy;
	int32_t under_way[64]; /* by technician: the call he drives to or works at, -1 none */
	int64_t last_s;
	int32_t facts;
	uint64_t digest; /* of all facts, in order */
};

static void
see(void *arg, const struct desk *d, const struct fact *f)
{
	struct witness *w = arg;

	if (f->at_s < w->last_s)
		fail_msg("%s: time went back", w->policy);
	w->last_s = f->at_s;
	w->facts++;
	w->digest = w->digest * 1099511628211u ^
	    (uint64_t)(f->type + 31 * f->tech + 1009 * f->call + f->at_s);
	if (f->type == FACT_DEPARTED) {
		if (w->under_way[f->tech] >= 0)
			fail_msg("%s: technician %d has two calls at once", w->policy, f->tech);
		if (!fleet_may(&d->fleet->tech[f->tech], &d->day->call[f->call]))
			fail_msg("%s: technician %d cannot do call %d", w->policy, f->tech,
			    f->call);
		w->under_way[f->tech] = f->call;
	} else if (f->type == FACT_FINISHED || f->type == FACT_NO_ACCESS ||
	    (f->type == FACT_CANCELLED && f->tech >= 0)) {
		w->under_way[f->tech] = -1;
	} else if (f->type == FACT_BREAK_STARTED && w->under_way[f->tech] >= 0) {
		fail_msg("%s: technician %d takes a break on the job", w->policy, f->tech);
	}
}

static struct figures
play(const char *policy, int32_t calls, int32_t techs, uint64_t seed, struct witness *w)
{
	struct watch watch = { .fact = see, .arg = w };
	struct engine_options o = { .watch = &watch };
	struct sim_day d;
	struct fleet f;
	struct world world;
	struct score s;
	struct figures figures;
	struct engine *e;
	struct policy *p;
	char why[512] = "";
	const char *refusal;

	*w = (struct witness){ .policy = policy };
	for (size_t k = 0; k < ARRAY_LEN(w->under_way); k++)
		w->under_way[k] = -1;
	fixture_day(&d, calls);
	for (int32_t i = 0; i < calls; i++) /* they come during the morning */
		d.call[i].known_s += (int64_t)i * 240;
	d.call[1].appt_from_s = FIXTURE_MIDNIGHT_S + 13 * 3600;
	d.call[1].appt_to_s = FIXTURE_MIDNIGHT_S + 14 * 3600;
	d.call[1].due_s = 0;
	fixture_fleet(&f, &d, techs);
	world_init(&world, &d, &f, seed);
	assert_int_equal(score_init(&s, &d, &f), 0);
	e = engine_new(&world, &o, &s);
	p = policy_local(policy);
	assert_non_null(e);
	assert_non_null(p);
	if (engine_run(e, p, why, sizeof(why)) < 0)
		fail_msg("%s: %s", policy, why);
	assert_int_equal(engine_refusals(e, &refusal), 0);
	score_figures(&s, engine_desk(e), &figures);
	/* Every call is somewhere. */
	assert_int_equal(figures.calls,
	    figures.served + figures.cancelled + figures.left_open + figures.unserved);
	p->ops->close(p);
	engine_free(e);
	score_done(&s);
	fleet_done(&f);
	day_done(&d);
	return figures;
}

static void
test_easy_day(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(policies); i++) {
		struct witness w;
		struct figures f = play(policies[i], 12, 4, 11, &w);

		if (f.served + f.cancelled != 12 || f.breaks_missed != 0)
			fail_msg("%s: %d of 12 visited, %d breaks missed", policies[i], f.served,
			    f.breaks_missed);
	}
}

static void
test_same_day_twice(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(policies); i++)
		for (uint64_t seed = 1; seed <= 5; seed++) {
			struct witness one, two;
			struct figures a = play(policies[i], 40, 5, seed, &one);
			struct figures b = play(policies[i], 40, 5, seed, &two);

			if (one.digest != two.digest || a.cost_cents != b.cost_cents)
				fail_msg("%s, seed %d: two runs differ", policies[i], (int)seed);
		}
}

/* Too much work: it shows as calls left, not as a day without an end. */
static void
test_too_much_work(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(policies); i++) {
		struct witness w;
		struct figures f = play(policies[i], 80, 2, 3, &w);

		if (f.served < 10 || f.served > 40 || f.overtime_s > 2 * 2 * 3600)
			fail_msg("%s: %d visited, overtime %d s", policies[i], f.served,
			    (int)f.overtime_s);
	}
}

/* nearest tells when it sends somebody, so it never has to take anything back. */
static void
test_nearest_keeps_its_word(void **unused)
{
	struct witness w;
	struct figures f = play("nearest", 40, 5, 2, &w);

	(void)unused;
	assert_int_equal(f.reassigned, 0);
	assert_true(f.kept_first >= f.made - 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_easy_day),
		cmocka_unit_test(test_same_day_twice),
		cmocka_unit_test(test_too_much_work),
		cmocka_unit_test(test_nearest_keeps_its_word),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
