/* SPDX-License-Identifier: Apache-2.0 */
/*
 * With the solver dead, hung or wrong, the daemon still takes commands, keeps the plan, places new
 * calls where they cost least, and says how it is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/rpc.h"
#include "tests/daemon_harness.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

enum { CALLS = 3, KILLS = 20, RECOVERS_MAX = 40, RECOVER_US = 250000, ANSWERS_MS = 5000 };

static const char *const due[CALLS] = { "11:00:00", "13:00:00", "15:00:00" };

static void
settle(struct harness *h)
{
	json_t *now = harness_ok(h->admin, "session.ping", NULL);

	harness_do(h->admin, "clock.advance",
	    json_pack("{s:O}", "to", json_object_get(now, "now")));
	json_decref(now);
}

static char *
status_of(struct harness *h, const char *call)
{
	json_t *j = harness_ok(h->admin, "call.get", json_pack("{s:s}", "call", call));
	char *status = strdup(json_string_value(json_object_get(j, "status")));

	json_decref(j);
	return status;
}

static void
expect_planned(struct harness *h, const char *call, const char *with)
{
	char *status = status_of(h, call);

	if (strcmp(status, "planned") != 0)
		fail_msg("%s: %s is %s", with, call, status);
	free(status);
}

static json_int_t
solver_figure(struct harness *h, const char *name)
{
	json_t *j = harness_ok(h->admin, "status.get", NULL);
	json_int_t v = json_integer_value(json_object_get(json_object_get(j, "solver"), name));

	json_decref(j);
	return v;
}

static char *
solver_state(struct harness *h)
{
	json_t *j = harness_ok(h->admin, "status.get", NULL);
	char *state =
	    strdup(json_string_value(json_object_get(json_object_get(j, "solver"), "state")));

	json_decref(j);
	return state;
}

static const char *fake;

static void
fake_it(void)
{
	setenv("EVENKEEL_FAKE_SOLVER", fake, 1);
}

static const struct {
	const char *how;
	bool rejected;
} fakes[] = {
	{ "dies", false },
	{ "hangs", false },
	{ "garbage", false },
	{ "huge", false },
	{ "chatty", false },
	{ "refuses", false },
	{ "nonsense", true },
	{ "teleport", true },
};

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/*
 * Questions of people are answered all the same, soon: a preview without the price of calm, a quote from
 * places in the routes; and the price alone says that there is none.
 */
static void
expect_answers(struct harness *h, const char *call, const char *how)
{
	int64_t start = now_ms();
	struct client_error err;
	json_t *price = NULL;
	int rc;

	harness_do(h->admin, "override.preview", json_pack("{s:s, s:s}", "call", call, "technician",
	    "t2"));
	harness_do(h->admin, "call.quote", json_pack("{s:s, s:{s:f, s:f}, s:s}", "customer", "Weber",
	    "site", "lat", 42.36, "lon", -71.05, "due", "2011-09-21T16:00:00-04:00"));
	rc = client_call(h->admin, "plan.price", NULL, HARNESS_WAIT_MS, &price, &err);
	if (rc == 0 || err.code != RPC_OVERLOADED)
		fail_msg("%s: the price of calm: %d %d", how, rc, err.code);
	json_decref(price);
	client_error_done(&err);
	if (now_ms() - start > ANSWERS_MS)
		fail_msg("%s: the answers took %d ms", how, (int)(now_ms() - start));
}

static void
with_fake(const char *how, bool rejected)
{
	struct harness h = { 0 };
	char set[512], *state, *call;

	snprintf(set, sizeof(set), "solver=%s/tests/fake_solver", getenv("EVENKEEL_BUILDDIR"));
	fake = how;
	h.args[0] = "--set";
	h.args[1] = set;
	h.before_exec = fake_it;
	harness_start(&h);
	harness_technician(&h, "t1", 42.35, -71.06);
	harness_technician(&h, "t2", 42.45, -71.30);
	for (int i = 0; i < CALLS; i++) {
		call = harness_book(&h, 42.36 + 0.01 * i, -71.07, due[i]);
		settle(&h);
		expect_planned(&h, call, how);
		if (i == CALLS - 1)
			expect_answers(&h, call, how);
		free(call);
	}
	state = solver_state(&h);
	if (strcmp(state, "ok") == 0 && !rejected)
		fail_msg("%s: the solver is said to be ok", how);
	if (rejected && solver_figure(&h, "rejected") == 0)
		fail_msg("%s: no plan was rejected", how);
	free(state);
	harness_done(&h);
}

static void
test_misbehaviour(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(fakes); i++)
		with_fake(fakes[i].how, fakes[i].rejected);
}

/* Sends a signal to each child of the daemon. */
static int
signal_workers(const struct harness *h, int signo)
{
	char path[64], line[512];
	int n = 0, offset = 0, used;
	FILE *f;
	long pid;

	snprintf(path, sizeof(path), "/proc/%ld/task/%ld/children", (long)h->pid, (long)h->pid);
	f = fopen(path, "r");
	if (f == NULL || fgets(line, sizeof(line), f) == NULL)
		line[0] = '\0';
	if (f != NULL)
		fclose(f);
	while (sscanf(line + offset, "%ld%n", &pid, &used) == 1) {
		kill((pid_t)pid, signo);
		offset += used;
		n++;
	}
	return n;
}

/* Workers are killed or stopped under way: each call is planned all the same, and it gets well. */
static void
workers_hit(int signo)
{
	struct harness h = { 0 };
	char *state, *call[KILLS];

	harness_start(&h);
	for (int i = 0; i < 4; i++) {
		char id[8];

		snprintf(id, sizeof(id), "t%d", i + 1);
		harness_technician(&h, id, 42.30 + 0.05 * i, -71.06);
	}
	for (int i = 0; i < KILLS; i++) {
		call[i] = harness_book(&h, 42.30 + 0.01 * i, -71.07, "16:30:00");
		signal_workers(&h, signo);
		settle(&h);
	}
	for (int i = 0; i < KILLS; i++) {
		expect_planned(&h, call[i], "a worker hit");
		free(call[i]);
	}
	assert_true(solver_figure(&h, "restarts") > 0);
	/* Workers come back after a while of the machine's own time. */
	state = solver_state(&h);
	for (int i = 0; strcmp(state, "ok") != 0 && i < RECOVERS_MAX; i++) {
		usleep(RECOVER_US);
		free(harness_book(&h, 42.33, -71.05, "16:00:00"));
		settle(&h);
		free(state);
		state = solver_state(&h);
	}
	assert_string_equal(state, "ok");
	free(state);
	harness_done(&h);
}

static void
test_killed(void **unused)
{
	(void)unused;
	workers_hit(SIGKILL);
}

static void
test_stopped(void **unused)
{
	(void)unused;
	workers_hit(SIGSTOP);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_misbehaviour),
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
