/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same commands, the same plans (A10): a day is played twice against daemons that count work instead
 * of time, and each answer and the state at the end must be the same. The journal of the
 * day is held to the other rules on the way: nobody is moved beyond the budget, no ETA goes back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/daemon_harness.h"

enum { TECHS = 5, CALLS = 16, SLOTS = 26, TEXT_SIZE = 1 << 20 };

struct played {
	struct harness h;
	struct client *board;
	json_t *seen; /* the plan after each step */
	char *state;
	int plans, etas, resolved; /* pushed; resolved: revisions by a solve */
	json_t *versions;          /* ETA version by call */
};

/* Waits until nothing is pending, the clock standing still. */
static void
settle(struct played *p)
{
	json_t *now = harness_ok(p->h.admin, "session.ping", NULL);

	harness_do(p->h.admin, "clock.advance",
	    json_pack("{s:O}", "to", json_object_get(now, "now")));
	json_decref(now);
}

/* --- what is pushed --- */

static void
on_plan(struct played *p, const json_t *plan)
{
	const json_t *d = json_object_get(plan, "disturbance");
	size_t chosen = json_array_size(json_object_get(d, "chosen"));

	p->plans++;
	p->resolved += json_integer_value(json_object_get(plan, "work")) > 0;
	if ((json_int_t)chosen > json_integer_value(json_object_get(plan, "budget")))
		fail_msg("a plan moves %zu calls beyond its budget", chosen);
}

static void
on_eta(struct played *p, const json_t *eta)
{
	const char *call = json_string_value(json_object_get(eta, "call"));
	json_int_t version = json_integer_value(json_object_get(eta, "version"));
	json_int_t last = json_integer_value(json_object_get(p->versions, call));

	p->etas++;
	if (version != last + 1)
		fail_msg("%s: ETA version %lld after %lld", call, (long long)version, (long long)last);
	json_object_set_new(p->versions, call, json_integer(version));
}

static void
listen(struct played *p)
{
	struct client_note note;

	while (client_poll(p->board, 0) == 1) {
		while (client_next_note(p->board, &note) == 1) {
			if (strcmp(note.method, "plan.revised") == 0)
				on_plan(p, note.params);
			if (strcmp(note.method, "eta.revised") == 0)
				on_eta(p, note.params);
			json_decref(note.params);
		}
	}
}

/* --- the day --- */

/* Notes the plan as it is now, without what the wall clock knows. */
static void
note_plan(struct played *p)
{
	settle(p);
	json_array_append_new(p->seen, harness_ok(p->h.admin, "plan.get", json_object()));
	listen(p);
}

static void
book(struct played *p, int i)
{
	char due[32];

	snprintf(due, sizeof(due), "%02d:00:00", 11 + i % 6);
	free(harness_book(&p->h, 42.30 + 0.013 * (i * 7 % 11), -71.20 + 0.017 * (i * 5 % 13), due));
	note_plan(p);
}

static void
do_stop(struct played *p, const char *method, const char *tech, const char *call)
{
	harness_do(p->h.admin, method, json_pack("{s:s, s:s}", "technician", tech, "call", call));
}

/* A technician does the next thing: sets out, arrives, or is done. */
static void
work(struct played *p, int k)
{
	char tech[16];
	json_t *day, *stop;
	const char *call, *status;

	snprintf(tech, sizeof(tech), "t%d", k);
	day = harness_ok(p->h.admin, "day.get", json_pack("{s:s}", "technician", tech));
	stop = json_array_get(json_object_get(day, "stops"), 0);
	call = json_string_value(json_object_get(stop, "call"));
	status = json_string_value(json_object_get(stop, "status"));
	if (stop != NULL && strcmp(status, "on_site") == 0)
		do_stop(p, "stop.finish", tech, call);
	else if (stop != NULL && strcmp(status, "en_route") == 0)
		do_stop(p, "stop.arrive", tech, call);
	else if (stop != NULL)
		do_stop(p, "stop.depart", tech, call);
	json_decref(day);
	note_plan(p);
}

/* Half the calls are there in the morning, the others come; at ten somebody falls ill. */
static void
play_day(struct played *p)
{
	int booked = CALLS / 2;

	for (int k = 0; k < TECHS; k++) {
		char tech[16];

		snprintf(tech, sizeof(tech), "t%d", k);
		harness_technician(&p->h, tech, 42.33 + 0.02 * k, -71.15 + 0.03 * (k % 3));
	}
	for (int i = 0; i < booked; i++)
		book(p, i);
	harness_at(&p->h, "08:00:00");
	for (int k = 0; k < TECHS; k++) {
		char tech[16];

		snprintf(tech, sizeof(tech), "t%d", k);
		harness_do(p->h.admin, "shift.start", json_pack("{s:s}", "technician", tech));
	}
	for (int slot = 0; slot < SLOTS; slot++) {
		char time[32];

		snprintf(time, sizeof(time), "%02d:%02d:00", 8 + (slot + 1) / 4, (slot + 1) % 4 * 15);
		harness_at(&p->h, time);
		if (slot == 8)
			harness_do(p->h.admin, "technician.absent", json_pack("{s:s}", "technician", "t1"));
		if (booked < CALLS && slot % 2 == 1)
			book(p, booked++);
		for (int k = 0; k < TECHS; k++) {
			if ((slot < 8 || k != 1) && (slot + k) % 3 != 0)
				work(p, k);
		}
	}
	note_plan(p);
}

static void
dump_state(struct played *p)
{
	char url[HARNESS_PATH_SIZE + 32];
	const char *args[] = { "evenkeeld", "--dump-state", "--clock", "virtual", "--store", url, NULL };

	p->state = malloc(TEXT_SIZE);
	assert_non_null(p->state);
	snprintf(url, sizeof(url), "sqlite://%s/evenkeel.db", p->h.dir);
	assert_int_equal(harness_run(&p->h, args, p->state, TEXT_SIZE), 0);
}

static void
play(struct played *p)
{
	*p = (struct played){ .seen = json_array(), .versions = json_object() };
	p->h.args[0] = "--set";
	p->h.args[1] = "work_limit=20000";
	harness_start(&p->h);
	p->board = harness_client(&p->h, NULL);
	harness_do(p->board, "feed.subscribe", json_object());
	play_day(p);
	client_close(p->board);
	harness_stop(&p->h);
	dump_state(p);
	harness_done(&p->h);
}

static void
played_done(struct played *p)
{
	json_decref(p->seen);
	json_decref(p->versions);
	free(p->state);
}

static void
test_same_commands_same_plans(void **unused)
{
	struct played a, b;
	const json_t *plan;
	size_t i;

	(void)unused;
	play(&a);
	play(&b);
	assert_int_equal(json_array_size(a.seen), json_array_size(b.seen));
	json_array_foreach(a.seen, i, plan) {
		if (!json_equal(plan, json_array_get(b.seen, i)))
			fail_msg("step %zu: the plans differ:\n%s\n%s", i, json_dumps(plan, 0),
			    json_dumps(json_array_get(b.seen, i), 0));
	}
	assert_string_equal(a.state, b.state);
	assert_int_equal(a.plans, b.plans);
	/* A day on which nothing was planned or told would show nothing. */
	assert_true(a.resolved >= CALLS / 2);
	assert_true(a.etas >= CALLS);
	played_done(&a);
	played_done(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_commands_same_plans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
