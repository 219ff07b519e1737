/* SPDX-License-Identifier: Apache-2.0 */
/* A whole short day through the real daemon, solver and socket, held to the rules from outside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "sim/replay.h"
#include "tests/sim_fixture.h"

enum { ROWS = 48 };

/* The first rows of the day that is in the tree. */
static void
cut_day(char path[64])
{
	static char text[65536];
	const char *src = getenv("EVENKEEL_SRCDIR");
	char from[4096], line[1024];
	FILE *in;

	snprintf(from, sizeof(from), "%s/sim/days/boston-2011-09-21.csv", src != NULL ? src : ".");
	in = fopen(from, "r");
	if (in == NULL)
		fail_msg("%s cannot be read", from);
	text[0] = '\0';
	for (int i = 0; i <= ROWS && fgets(line, sizeof(line), in) != NULL; i++)
		strncat(text, line, sizeof(text) - strlen(text) - 1);
	fclose(in);
	fixture_file(text, path);
}

/* Told times per call only ever come from a plan that holds the call with that technician. */
struct witness {
	int32_t tellings, revisions, bookings;
};

static void
see_told(void *arg, const struct desk *d, const struct telling *t)
{
	struct witness *w = arg;
	const struct desk_call *c = &d->call[t->call];

	w->tellings++;
	if (c->tech != t->tech)
		fail_msg("call %d: told technician %d, planned with %d", t->call, t->tech, c->tech);
	if (t->promise_to_s <= t->promise_from_s)
		fail_msg("call %d: an empty promise", t->call);
}

static void
see_revised(void *arg, const struct desk *d, const struct revision *r, const struct verdict *v)
{
	(void)d;
	(void)r;
	((struct witness *)arg)->revisions++;
	if (v->over)
		fail_msg("a plan over its budget:%s", v->detail);
	if (v->unexplained > 0)
		fail_msg("called forced, and is not:%s", v->detail);
}

static void
see_fact(void *arg, const struct desk *d, const struct fact *f)
{
	(void)d;
	((struct witness *)arg)->bookings += f->type == FACT_BOOKED;
}

static void
test_short_day(void **unused)
{
	struct options o = { .seed = 3,
		.guideline = { { "background_ms", 0 } },
		.guidelines = 1,
		.technicians = 7,
		.bindir = getenv("EVENKEEL_BUILDDIR") };
	struct witness w = { 0 };
	struct watch watch = { .fact = see_fact,
		.revised = see_revised,
		.told = see_told,
		.arg = &w };
	struct outcome out = { 0 };
	struct replay r;
	char path[64], why[1024] = "";

	(void)unused;
	cut_day(path);
	o.day = path;
	if (replay_load(&o, &r, why, sizeof(why)) < 0)
		fail_msg("%s", why);
	unlink(path);
	if (replay_policy(&r, "evenkeel", &watch, NULL, &out, why, sizeof(why)) < 0)
		fail_msg("%s", why);
	if (out.refusals > 0)
		fail_msg("%d reports were refused, first: %s", out.refusals, out.first_refusal);
	assert_int_equal(w.bookings, r.day.calls);
	assert_int_equal(out.figures.calls, r.day.calls);
	assert_int_equal(out.figures.calls,
	    out.figures.served + out.figures.cancelled + out.figures.left_open +
		out.figures.unserved);
	assert_int_equal(out.figures.over, 0);
	assert_true(out.figures.served > r.day.calls / 2);
	assert_true(out.figures.kept_first * 10 >= out.figures.made * 7);
	assert_true(out.figures.pushes > 0 && out.figures.resolves > 0);
	json_decref(out.result);
	replay_done(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_short_day) };

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
