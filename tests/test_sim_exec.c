/* SPDX-License-Identifier: Apache-2.0 */
/* The policies exec:COMMAND: good solvers, and all the ways in which one can fail. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>
#include <sodium.h>

#include "sim/child.h"
#include "sim/engine.h"
#include "sim/exec.h"
#include "sim/ask.h"
#include "tests/sim_fixture.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* --- the command --- */

static const struct command_case {
	const char *name, *command, *answer; /* NULL: it fails */
	int rc;
	const char *why; /* must occur in it */
} commands[] = {
	{ "an answer", "cat", "a problem", 0, "" },
	{ "it need not read", "echo yes", "yes\n", 0, "" },
	{ "no answer at all", "cat >/dev/null", "", 0, "" },
	{ "a status", "cat >/dev/null; echo why not >&2; exit 3", NULL, -EIO, "status 3: why not" },
	{ "a signal", "kill -11 $$", NULL, -EIO, "signal 11" },
	{ "no such program", "/nonexistent/solver", NULL, -EIO, "status 127" },
	{ "too slow", "sleep 60", NULL, -ETIMEDOUT, "within 0.3 s" },
	{ "what it started is ended, too", "sleep 60 & sleep 60", NULL, -ETIMEDOUT, "within 0.3 s" },
	{ "silent but still there", "exec >&- 2>&-; sleep 60", NULL, -ETIMEDOUT, "within 0.3 s" },
};

static void
test_commands(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		const struct command_case *c = &commands[i];
		char why[512] = "", *answer = NULL;
		size_t size = 0;
		int rc = child_run(c->command, "a problem", 9, c->rc == -ETIMEDOUT ? 300 : 10000,
		    &answer, &size, why, sizeof(why));

		if (rc != c->rc || strstr(why, c->why) == NULL)
			fail_msg("%s: rc %d, %s", c->name, rc, why);
		if (rc == 0 && (size != strlen(c->answer) || memcmp(answer, c->answer, size) != 0))
			fail_msg("%s: got '%.*s'", c->name, (int)size, answer);
		free(answer);
	}
}

/* More than any pipe holds, both ways at once. */
static void
test_long_texts(void **unused)
{
	size_t size = 3 << 20, got = 0;
	char *text = malloc(size), *answer = NULL, why[512] = "";

	(void)unused;
	assert_non_null(text);
	memset(text, 'x', size);
	assert_int_equal(child_run("cat", text, size, 10000, &answer, &got, why, sizeof(why)), 0);
	assert_int_equal(got, size);
	assert_memory_equal(answer, text, size);
	free(text);
	free(answer);
}

/* --- the problem and its answer --- */

/* A desk with four open calls, the second an appointment, and two technicians at work. */
struct office {
	struct sim_day d;
	struct fleet f;
	struct desk desk;
};

static void
open_office(struct office *o)
{
	fixture_day(&o->d, 4);
	o->d.call[1].appt_from_s = FIXTURE_MIDNIGHT_S + 13 * 3600;
	o->d.call[1].appt_to_s = FIXTURE_MIDNIGHT_S + 14 * 3600;
	fixture_fleet(&o->f, &o->d, 2);
	o->f.tech[1].speed_pct = 108;
	assert_int_equal(desk_init(&o->desk, &o->d, &o->f), 0);
	for (int32_t i = 0; i < 4; i++)
		desk_fact(&o->desk,
		    &(struct fact){ .type = FACT_BOOKED,
			.at_s = FIXTURE_MIDNIGHT_S + 8 * 3600,
			.tech = -1,
			.call = i });
	for (int32_t k = 0; k < 2; k++)
		desk_fact(&o->desk,
		    &(struct fact){ .type = FACT_SHIFT_STARTED,
			.at_s = FIXTURE_MIDNIGHT_S + 8 * 3600,
			.tech = k,
			.call = -1,
			.place = o->f.tech[k].home });
}

static void
close_office(struct office *o)
{
	desk_done(&o->desk);
	fleet_done(&o->f);
	day_done(&o->d);
}

static json_int_t
number_at(const json_t *list, size_t i)
{
	return json_integer_value(json_array_get(list, i));
}

static json_t *
problem_of(const struct office *o, bool steps)
{
	char *text = NULL;
	size_t size = 0;
	int32_t jobs = 0;
	json_t *p;

	assert_int_equal(ask_write(&o->desk, steps, &text, &size, &jobs), 0);
	p = json_loadb(text, size, 0, NULL);
	assert_non_null(p);
	assert_int_equal(jobs, (int)json_array_size(json_object_get(p, "jobs")));
	free(text);
	return p;
}

static void
test_problem(void **unused)
{
	struct office o;
	json_t *p, *job, *vehicle, *matrix, *row;
	int32_t drive_s;

	(void)unused;
	open_office(&o);
	/* The first technician works at call 0 until 08:30: it is not in the problem. */
	desk_fact(&o.desk,
	    &(struct fact){ .type = FACT_ARRIVED,
		.at_s = FIXTURE_MIDNIGHT_S + 8 * 3600,
		.tech = 0,
		.call = 0 });
	o.desk.tech[1].stop[0] = (struct push_stop){ .call = 3 };
	o.desk.tech[1].stops = 1;
	p = problem_of(&o, true);
	assert_int_equal(json_array_size(json_object_get(p, "jobs")), 3);
	assert_int_equal(json_array_size(json_object_get(p, "vehicles")), 2);

	job = json_array_get(json_object_get(p, "jobs"), 0);
	assert_int_equal(json_integer_value(json_object_get(job, "id")), 2);
	assert_int_equal(json_integer_value(json_object_get(job, "service")), 1800);
	row = json_array_get(json_object_get(job, "time_windows"), 0);
	assert_int_equal(number_at(row, 0), 13 * 3600);
	assert_int_equal(number_at(row, 1), 14 * 3600);

	vehicle = json_array_get(json_object_get(p, "vehicles"), 0);
	row = json_object_get(vehicle, "time_window");
	assert_int_equal(number_at(row, 0), 8 * 3600 + 1800);
	assert_int_equal(number_at(row, 1), 17 * 3600); /* the shift and an hour's overtime */
	assert_int_equal(json_array_size(json_object_get(vehicle, "breaks")), 1);
	assert_null(json_object_get(vehicle, "steps"));
	assert_true(json_equal(json_object_get(vehicle, "skills"), json_object_get(job, "skills")));

	vehicle = json_array_get(json_object_get(p, "vehicles"), 1);
	assert_string_equal(json_string_value(json_object_get(vehicle, "profile")), "at110");
	assert_int_equal(json_array_size(json_object_get(vehicle, "steps")), 1);

	/* From call 1 to call 2, a kilometre on, at the speed of a profile. */
	matrix = json_object_get(json_object_get(json_object_get(p, "matrices"), "at110"),
	    "durations");
	assert_int_equal(json_array_size(matrix), 3 + 2 + 2);
	drive_s = travel_s(&o.f.travel, o.d.call[1].site, o.d.call[2].site, 110);
	assert_int_equal(number_at(json_array_get(matrix, 0), 1), drive_s);
	assert_int_equal(number_at(json_array_get(matrix, 0), 0), 0);
	json_decref(p);
	close_office(&o);
}

static const struct answer_case {
	const char *name, *answer, *why; /* why NULL: it is taken */
} answers[] = {
	{ "none served", "{\"code\":0,\"routes\":[]}", NULL },
	{ "two served",
	    "{\"routes\":[{\"vehicle\":2,\"steps\":[{\"type\":\"start\"},{\"type\":\"job\",\"id\":3},"
	    "{\"type\":\"break\",\"id\":1},{\"type\":\"job\",\"id\":1},{\"type\":\"end\"}]}]}",
	    NULL },
	{ "no JSON", "Segmentation fault", "no JSON" },
	{ "nothing", "", "no JSON" },
	{ "an error", "{\"code\":1,\"error\":\"no luck\"}", "code 1, no luck" },
	{ "no routes", "{\"code\":0}", "routes: expected a list" },
	{ "no steps", "{\"routes\":[{\"vehicle\":1}]}", "routes[0].steps" },
	{ "a step of no type", "{\"routes\":[{\"vehicle\":1,\"steps\":[7]}]}", "steps[0].type" },
	{ "an unknown vehicle", "{\"routes\":[{\"vehicle\":3,\"steps\":[]}]}", "expected 1 to 2, got 3" },
	{ "an unknown job",
	    "{\"routes\":[{\"vehicle\":1,\"steps\":[{\"type\":\"job\",\"id\":5}]}]}",
	    "expected 1 to 4, got 5" },
	{ "an id that is a name",
	    "{\"routes\":[{\"vehicle\":1,\"steps\":[{\"type\":\"job\",\"id\":\"x\"}]}]}",
	    "no whole number" },
	{ "a job twice",
	    "{\"routes\":[{\"vehicle\":1,\"steps\":[{\"type\":\"job\",\"id\":2},"
	    "{\"type\":\"job\",\"id\":2}]}]}",
	    "job 2 is served twice" },
	{ "a vehicle twice",
	    "{\"routes\":[{\"vehicle\":1,\"steps\":[]},{\"vehicle\":1,\"steps\":[]}]}",
	    "two routes" },
	{ "a job that is over",
	    "{\"routes\":[{\"vehicle\":1,\"steps\":[{\"type\":\"job\",\"id\":4}]}]}",
	    "job 4 is not in the problem" },
};

static void
test_answers(void **unused)
{
	struct office o;

	(void)unused;
	open_office(&o);
	desk_fact(&o.desk,
	    &(struct fact){ .type = FACT_CANCELLED,
		.at_s = FIXTURE_MIDNIGHT_S + 8 * 3600,
		.tech = -1,
		.call = 3 });
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		const struct answer_case *c = &answers[i];
		struct ask_plan plan = { 0 };
		char why[512] = "";
		int rc = ask_read(&o.desk, c->answer, strlen(c->answer), &plan, why, sizeof(why));

		if (rc != (c->why == NULL ? 0 : -EINVAL) ||
		    (c->why != NULL && strstr(why, c->why) == NULL))
			fail_msg("%s: rc %d, %s", c->name, rc, why);
		if (i == 1) {
			assert_int_equal(plan.stops[0], 0);
			assert_int_equal(plan.stops[1], 2);
			assert_int_equal(plan.call[PUSH_STOPS_MAX], 2);
			assert_int_equal(plan.call[PUSH_STOPS_MAX + 1], 0);
		}
		ask_plan_done(&plan);
	}
	close_office(&o);
}

/* --- whole days --- */

/* What a day came to. */
struct result {
	struct figures figures;
	int32_t asked, failed;
	char first[512];
};

static struct result
play(const char *name, int32_t calls, bool steps)
{
	struct exec_options eo = { name + strlen(EXEC_PREFIX), 1, steps };
	struct engine_options o = { 0 };
	struct result r = { 0 };
	struct sim_day d;
	struct fleet f;
	struct world world;
	struct score s;
	struct engine *e;
	struct policy *p = exec_new(name, &eo);
	char why[512] = "";
	json_t *status;

	fixture_day(&d, calls);
	for (int32_t i = 0; i < calls; i++)
		d.call[i].known_s += (int64_t)(i / 4) * 960;
	fixture_fleet(&f, &d, 4);
	world_init(&world, &d, &f, 11);
	assert_int_equal(score_init(&s, &d, &f), 0);
	e = engine_new(&world, &o, &s);
	assert_non_null(e);
	assert_non_null(p);
	if (engine_run(e, p, why, sizeof(why)) < 0)
		fail_msg("%s: %s", name, why);
	score_figures(&s, engine_desk(e), &r.figures);
	status = p->ops->status(p);
	r.asked = (int32_t)json_integer_value(json_object_get(status, "asked"));
	r.failed = (int32_t)json_integer_value(json_object_get(status, "failed"));
	if (r.failed > 0)
		snprintf(r.first, sizeof(r.first), "%s",
		    json_string_value(json_object_get(status, "first_failure")));
	json_decref(status);
	p->ops->close(p);
	engine_free(e);
	score_done(&s);
	fleet_done(&f);
	day_done(&d);
	return r;
}

static void
test_good_day(void **unused)
{
	struct result a = play("exec:./tests/fake_vroom good", 12, false);
	struct result b = play("exec:./tests/fake_vroom good", 12, true);

	(void)unused;
	assert_int_equal(a.failed, 0);
	assert_true(a.asked >= 3);
	assert_int_equal(a.figures.served + a.figures.cancelled, 12);
	assert_int_equal(a.figures.breaks_missed, 0);
	assert_int_equal(a.figures.cost_cents, b.figures.cost_cents); /* it does not look at steps */
}

static const struct {
	const char *command, *why;
} failures[] = {
	{ "exec:exec ./tests/fake_vroom crash", "signal 6: out of luck" },
	{ "exec:./tests/fake_vroom rubbish", "no JSON" },
	{ "exec:./tests/fake_vroom error", "code 2, not today" },
	{ "exec:./tests/fake_vroom stranger", "got 999999" },
	{ "exec:./tests/fake_vroom twice", "served twice" },
	{ "exec:./tests/fake_vroom slow", "no answer within 1 s" },
};

/* Nothing is ever planned, the day goes on all the same, and the result says why. */
static void
test_bad_days(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(failures); i++) {
		struct result r = play(failures[i].command, 2, false);

		if (r.asked < 1 || r.failed != r.asked || r.figures.served != 0 ||
		    strstr(r.first, failures[i].why) == NULL)
			fail_msg("%s: %d of %d failed, %d served, %s", failures[i].command,
			    (int)r.failed, (int)r.asked, (int)r.figures.served, r.first);
	}
}

/* A plan that was good once stands when the solver fails later. */
static void
test_last_plan_stands(void **unused)
{
	char command[300], mark[64];
	struct result r;

	(void)unused;
	fixture_file("", mark);
	snprintf(command, sizeof(command),
	    "exec:test -s %s && exit 9; echo x >%s; exec ./tests/fake_vroom good", mark, mark);
	r = play(command, 4, false);
	remove(mark);
	assert_int_equal(r.failed, r.asked - 1);
	assert_true(r.figures.served + r.figures.cancelled >= 3); /* somebody may fall ill */
}

static void
test_names(void **unused)
{
	static const char *const names[][2] = {
		{ "nearest", "nearest" },
		{ "exec:vroom -x 5", "exec:vroom" },
		{ "exec: /usr/bin/vroom -i a/b", "exec:vroom" },
		{ "exec:evenkeel-solve --format vroom", "exec:evenkeel" },
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char name[EXEC_NAME_MAX + 1];

		exec_short_name(names[i][0], name);
		assert_string_equal(name, names[i][1]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_long_texts),
		cmocka_unit_test(test_problem),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_good_day),
		cmocka_unit_test(test_bad_days),
		cmocka_unit_test(test_last_plan_stands),
		cmocka_unit_test(test_names),
	};

	signal(SIGPIPE, SIG_IGN);
	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
