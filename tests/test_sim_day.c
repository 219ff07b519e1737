/* SPDX-License-Identifier: Apache-2.0 */
/* Reading days and fleets, and the world that is drawn for them. */
#include <errno.h>
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

#include "sim/world.h"
#include "tests/sim_fixture.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* --- reading --- */

struct read_case {
	const char *name, *text, *date;
	int rc;
	int32_t calls, no_position, bad_rows;
	const char *why; /* must occur in what is said */
};

#define HEAD \
	"id,opened_at,closed_at,lat,lon,category,descriptor,agency,due_at,closure_kind,channel\n"
#define ROW(id, at) \
	id "," at ",,42.3,-71.0,Street Lights,Street Light Outages,Public Works Department,,,\n"

static const struct read_case read_cases[] = {
	{ "one call", HEAD ROW("1", "2011-09-21T08:00:00-04:00"), NULL, 0, 1, 0, 0, NULL },
	{ "line ends of other systems",
	    "id,opened_at,lat,lon\r\n1,2011-09-21T08:00:00-04:00,1,2\r\n", NULL, 0, 1, 0, 0, NULL },
	{ "no line end at the end", "id,opened_at,lat,lon\n1,2011-09-21T08:00:00-04:00,1,2", NULL,
	    0, 1, 0, 0, NULL },
	{ "quotes and commas",
	    "id,opened_at,lat,lon,descriptor\n"
	    "\"a\"\"b\",2011-09-21T08:00:00-04:00,1,2,\"x, \ny\"\n",
	    NULL, 0, 1, 0, 0, NULL },
	{ "no position",
	    HEAD ROW("1", "2011-09-21T08:00:00-04:00") "2,2011-09-21T09:00:00-04:00,,,,,,,,,\n",
	    NULL, 0, 1, 1, 0, NULL },
	{ "on the moon",
	    HEAD ROW("1", "2011-09-21T08:00:00-04:00") "2,2011-09-21T09:00:00-04:00,,95,10,,,,,,\n",
	    NULL, 0, 1, 0, 1, NULL },
	{ "no such hour",
	    HEAD ROW("1", "2011-09-21T08:00:00-04:00") ROW("2", "2011-09-21T29:00:00-04:00"), NULL,
	    0, 1, 0, 1, NULL },
	{ "the busiest day",
	    HEAD ROW("1", "2011-09-20T08:00:00-04:00") ROW("2", "2011-09-21T08:00:00-04:00")
		ROW("3", "2011-09-21T09:00:00-04:00"),
	    NULL, 0, 2, 0, 0, NULL },
	{ "the day asked for",
	    HEAD ROW("1", "2011-09-20T08:00:00-04:00") ROW("2", "2011-09-21T08:00:00-04:00")
		ROW("3", "2011-09-21T09:00:00-04:00"),
	    "2011-09-20", 0, 1, 0, 0, NULL },
	{ "no such day", HEAD ROW("1", "2011-09-20T08:00:00-04:00"), "2011-09-22", -ENOENT, 0, 0, 0,
	    "2011-09-20" },
	{ "no calls", HEAD, NULL, -ENOENT, 0, 0, 0, "no calls" },
	{ "no column lat", "id,opened_at,lon\n", NULL, -EINVAL, 0, 0, 0, "column lat" },
	{ "empty", "", NULL, -EINVAL, 0, 0, 0, "empty" },
	{ "compressed", "\x1f\x8b\x08", NULL, -EINVAL, 0, 0, 0, "gunzip" },
	{ "a quote left open", "id,opened_at,lat,lon\n\"1,2,3,4\n", NULL, -EINVAL, 0, 0, 0,
	    "quote" },
};

static void
test_read(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(read_cases); i++) {
		const struct read_case *c = &read_cases[i];
		struct sim_day d = { 0 };
		char path[64], why[512] = "";
		int rc;

		fixture_file(c->text, path);
		rc = day_load(path, c->date, NULL, &d, why, sizeof(why));
		unlink(path);
		if (rc != c->rc || d.calls != c->calls || d.no_position != c->no_position ||
		    d.bad_rows != c->bad_rows)
			fail_msg("%s: rc %d, %d calls, %d without position, %d bad: %s", c->name,
			    rc, d.calls, d.no_position, d.bad_rows, why);
		if (c->why != NULL && strstr(why, c->why) == NULL)
			fail_msg("%s: it says '%s'", c->name, why);
		day_done(&d);
	}
}

struct rule_case {
	const char *name, *row; /* under the widest head */
	const char *skill;
	enum severity severity;
	int32_t known_min, due_min,
	    appt_min; /* minutes of the day, -1 none; office opens at 05:45 */
	int32_t withdrawn_min;
};

#define WIDE                                                                             \
	"id,opened_at,closed_at,lat,lon,category,descriptor,agency,due_at,closure_kind," \
	"first_seen_at,customers_first,response_type\n"

static const struct rule_case rule_cases[] = {
	{ "a deadline of the file stays",
	    "1,2011-09-21T08:00:00-04:00,,1,2,Signs & Signals,Traffic Signal Repair,"
	    "T,2011-09-22T08:00:00-04:00,,,,",
	    "signals", SEV_URGENT, 480, 1920, -1, -1 },
	{ "at night nobody knows yet",
	    "1,2011-09-21T01:00:00-04:00,,1,2,Trees,Tree Emergencies,Parks,,,,,", "trees",
	    SEV_URGENT, 345, 345 + 1440, -1, -1 },
	{ "a deadline that has passed",
	    "1,2011-09-21T08:00:00-04:00,,1,2,Trees,Tree Emergencies,Parks,"
	    "2011-09-21T08:10:00-04:00,,,,",
	    "trees", SEV_URGENT, 480, 510, -1, -1 },
	{ "known when first seen",
	    "1,2011-09-21T08:00:00-04:00,,1,2,Wire down,,BC Hydro,,,"
	    "2011-09-21T08:20:00-04:00,10,",
	    "lines", SEV_EMERGENCY, 500, 620, -1, -1 },
	{ "many without power",
	    "1,2011-09-21T08:00:00-04:00,,1,2,Under investigation,,BC Hydro,,,"
	    "2011-09-21T08:20:00-04:00,700,",
	    "trouble", SEV_EMERGENCY, 500, 620, -1, -1 },
	{ "planned work is an appointment",
	    "1,2011-09-21T09:00:00-04:00,,1,2,Planned work being done,,BC Hydro,,,"
	    "2011-09-21T09:20:00-04:00,5,",
	    "lines", SEV_ROUTINE, 345, -1, 540, -1 },
	{ "planned work before the first shift",
	    "1,2011-09-21T05:00:00-04:00,,1,2,Planned work being done,,"
	    "BC Hydro,,,,5,",
	    "lines", SEV_ROUTINE, 345, -1, 375, -1 },
	{ "lights and siren",
	    "1,2011-09-21T08:00:00-04:00,,1,2,SERVICE CALL,511 - Lock-out,"
	    "South Metro Fire Rescue,,,,,Emergent",
	    "engine", SEV_EMERGENCY, 480, 540, -1, -1 },
	{ "a duplicate is withdrawn",
	    "1,2011-09-21T08:00:00-04:00,2011-09-21T11:00:00-04:00,1,2,Graffiti,"
	    "Graffiti Removal,P,,Duplicate,,,",
	    "cleaning", SEV_ROUTINE, 480, 480 + 72 * 60, -1, 660 },
	{ "a duplicate of another day is not",
	    "1,2011-09-21T08:00:00-04:00,2011-09-23T11:00:00-04:00,1,2,"
	    "Graffiti,Graffiti Removal,P,,Duplicate,,,",
	    "cleaning", SEV_ROUTINE, 480, 480 + 72 * 60, -1, -1 },
	{ "anything else", "1,2011-09-21T08:00:00-04:00,,1,2,Plumbing,Leak,Acme,,,,,", "general",
	    SEV_ROUTINE, 480, 480 + 1440, -1, -1 },
};

static int32_t
minute(const struct sim_day *d, int64_t s)
{
	return s == 0 ? -1 : (int32_t)((s - d->midnight_s) / 60);
}

static void
test_rules(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(rule_cases); i++) {
		const struct rule_case *c = &rule_cases[i];
		char text[1024], path[64], why[512] = "";
		struct sim_day d = { 0 };
		const struct sim_call *call;

		snprintf(text, sizeof(text), WIDE "%s\n", c->row);
		if (strstr(c->row, "2011-09-21T08:20") == NULL &&
		    strstr(c->row, "BC Hydro") == NULL)
			snprintf(text, sizeof(text),
			    "id,opened_at,closed_at,lat,lon,category,descriptor,agency,"
			    "due_at,closure_kind,x,customers_first,response_type\n%s\n",
			    c->row);
		fixture_file(text, path);
		if (day_load(path, NULL, "America/New_York", &d, why, sizeof(why)) < 0)
			fail_msg("%s: %s", c->name, why);
		unlink(path);
		day_open_office(&d, d.midnight_s + 345 * 60, d.midnight_s + 360 * 60);
		call = &d.call[0];
		if (strcmp(call->skill, c->skill) != 0 || call->severity != c->severity ||
		    minute(&d, call->known_s) != c->known_min ||
		    minute(&d, call->due_s) != c->due_min ||
		    minute(&d, call->appt_from_s) != c->appt_min ||
		    minute(&d, call->withdrawn_s) != c->withdrawn_min)
			fail_msg("%s: %s %s known %d due %d appointment %d withdrawn %d", c->name,
			    call->skill, severity_name(call->severity), minute(&d, call->known_s),
			    minute(&d, call->due_s), minute(&d, call->appt_from_s),
			    minute(&d, call->withdrawn_s));
		day_done(&d);
	}
}

/* --- fleets --- */

static void
test_fleet_fits(void **unused)
{
	static const char *const days[] = { "boston-2011-09-21.csv", "boston-2011-08-28.csv" };
	const char *src = getenv("EVENKEEL_SRCDIR");

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(days); i++)
		for (uint64_t seed = 1; seed <= 3; seed++) {
			char path[4096], why[512] = "";
			struct sim_day d;
			struct fleet f;

			snprintf(path, sizeof(path), "%s/sim/days/%s", src != NULL ? src : ".",
			    days[i]);
			if (day_load(path, NULL, NULL, &d, why, sizeof(why)) < 0)
				fail_msg("%s", why);
			assert_int_equal(fleet_make(&d, 0, seed, &f), 0);
			if (f.load < 0.85 || f.load > 1.05)
				fail_msg("%s, seed %d: the work is %.2f of the fleet's time",
				    days[i], (int)seed, f.load);
			for (int32_t c = 0; c < d.calls; c++) {
				int32_t may = 0;

				for (int32_t k = 0; k < f.techs; k++)
					may += fleet_may(&f.tech[k], &d.call[c]);
				if (may < 2)
					fail_msg("%s: only %d may do a call of %s level %d",
					    days[i], may, d.call[c].skill, d.call[c].level);
			}
			fleet_done(&f);
			day_done(&d);
		}
}

static void
test_fleet_file(void **unused)
{
	struct sim_day d;
	struct fleet made, read;
	char path[64], why[512] = "";
	FILE *out;

	(void)unused;
	fixture_day(&d, 10);
	assert_int_equal(fleet_make(&d, 4, 7, &made), 0);
	fixture_file("", path);
	out = fopen(path, "w");
	assert_non_null(out);
	assert_int_equal(fleet_write(&made, d.zone, out), 0);
	fclose(out);
	if (fleet_read(path, &d, &read, why, sizeof(why)) < 0)
		fail_msg("%s", why);
	unlink(path);
	assert_int_equal(read.techs, made.techs);
	for (int32_t k = 0; k < made.techs; k++) {
		assert_string_equal(read.tech[k].id, made.tech[k].id);
		assert_memory_equal(&read.tech[k].home, &made.tech[k].home, sizeof(struct place));
		assert_int_equal(read.tech[k].skills, made.tech[k].skills);
		assert_true(read.tech[k].from_s == made.tech[k].from_s);
		assert_int_equal(read.tech[k].dues, made.tech[k].dues);
		assert_int_equal(read.tech[k].speed_pct, made.tech[k].speed_pct);
	}
	fleet_done(&made);
	fleet_done(&read);
	day_done(&d);
}

static void
test_fleet_refused(void **unused)
{
	static const struct {
		const char *name, *text, *why;
	} cases[] = {
		{ "no JSON", "what?\n", "line 1" },
		{ "no home", "{\"name\":\"A\",\"shifts\":[]}\n", "home" },
		{ "home on the moon", "{\"name\":\"A\",\"home\":{\"lat\":200,\"lon\":0}}\n",
		    "home" },
		{ "no shift", "{\"name\":\"A\",\"home\":{\"lat\":2,\"lon\":0}}\n", "shifts" },
		{ "another day",
		    "{\"name\":\"A\",\"home\":{\"lat\":2,\"lon\":0},\"shifts\":[{\"from\":"
		    "\"2012-01-01T08:00:00Z\",\"to\":\"2012-01-01T16:00:00Z\"}]}\n",
		    "2011-09-21" },
		{ "nobody", "\n\n", "no technicians" },
	};
	struct sim_day d;

	(void)unused;
	fixture_day(&d, 1);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct fleet f;
		char path[64], why[512] = "";
		int rc;

		fixture_file(cases[i].text, path);
		rc = fleet_read(path, &d, &f, why, sizeof(why));
		unlink(path);
		if (rc != -EINVAL || strstr(why, cases[i].why) == NULL)
			fail_msg("%s: rc %d, it says '%s'", cases[i].name, rc, why);
	}
	day_done(&d);
}

/* --- the world --- */

/* The same draws in whatever order they are asked for, and other ones for another seed. */
static void
test_world_order(void **unused)
{
	enum { CALLS = 50, TECHS = 5 };
	struct sim_day d;
	struct fleet f;
	struct world one, two, other;
	int32_t work[CALLS], drive[CALLS][TECHS], differs = 0;

	(void)unused;
	fixture_day(&d, CALLS);
	fixture_fleet(&f, &d, TECHS);
	world_init(&one, &d, &f, 42);
	world_init(&two, &d, &f, 42);
	world_init(&other, &d, &f, 43);
	for (int32_t i = 0; i < CALLS; i++) {
		work[i] = world_work_s(&one, 0, i);
		for (int32_t k = 0; k < TECHS; k++)
			drive[i][k] = world_drive_s(&one, k, d.call[0].site, d.call[i].site);
	}
	for (int32_t i = CALLS - 1; i >= 0; i--) {
		for (int32_t k = TECHS - 1; k >= 0; k--)
			assert_int_equal(drive[i][k],
			    world_drive_s(&two, k, d.call[0].site, d.call[i].site));
		assert_int_equal(work[i], world_work_s(&two, 0, i));
		assert_true(world_cancel_s(&one, i) == world_cancel_s(&two, i));
		differs += work[i] != world_work_s(&other, 0, i);
	}
	assert_true(differs > CALLS / 2);
	fleet_done(&f);
	day_done(&d);
}

/* Over many calls the spread is what it is said to be. */
static void
test_world_spread(void **unused)
{
	enum { CALLS = 4000 };
	struct sim_day d;
	struct fleet f;
	struct world w;
	double sum = 0, squares = 0;
	int32_t n = 0, closed = 0, cancelled = 0;

	(void)unused;
	fixture_day(&d, CALLS);
	for (int32_t i = 0; i < CALLS; i++)
		d.call[i].site = d.call[0].site;
	fixture_fleet(&f, &d, 2);
	world_init(&w, &d, &f, 5);
	for (int32_t i = 0; i < CALLS; i++) {
		double part = world_work_s(&w, 0, i) / 1800.0;

		cancelled += world_cancel_s(&w, i) != 0;
		if (world_no_access(&w, i)) {
			closed++;
			continue;
		}
		n++;
		sum += part;
		squares += part * part;
	}
	assert_true(sum / n > 0.98 && sum / n < 1.02);
	assert_true(squares / n - sum / n * (sum / n) > 0.30 * 0.30);
	assert_true(squares / n - sum / n * (sum / n) < 0.40 * 0.40);
	assert_in_range(closed, CALLS * 2 / 100, CALLS * 4 / 100);
	assert_in_range(cancelled, CALLS * 1 / 100, CALLS * 3 / 100);
	fleet_done(&f);
	day_done(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_fleet_fits),
		cmocka_unit_test(test_fleet_file),
		cmocka_unit_test(test_fleet_refused),
		cmocka_unit_test(test_world_order),
		cmocka_unit_test(test_world_spread),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
