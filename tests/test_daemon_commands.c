/* SPDX-License-Identifier: Apache-2.0 */
/* Commands of the real daemon are done once and for good: repeats, restarts, stores, replay. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/rpc.h"
#include "tests/daemon_harness.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define CMD "01920000-0000-7000-8000-0000000000"

enum { OUT_SIZE = 200000 };

static struct harness h;

static int
set_up(void **unused)
{
	(void)unused;
	h = (struct harness){ .args = { NULL } };
	harness_start(&h);
	return 0;
}

static int
tear_down(void **unused)
{
	(void)unused;
	harness_done(&h);
	return 0;
}

static json_t *
booking(const char *cmd_id, const char *reference)
{
	return json_pack("{s:s, s:s, s:s, s:{s:f, s:f}, s:s}", "cmd_id", cmd_id, "customer", "acme",
	    "reference", reference, "site", "lat", 42.36, "lon", -71.06, "due",
	    "2011-09-21T15:00:00-04:00");
}

static size_t
calls(void)
{
	json_t *list = harness_ok(h.admin, "call.list", json_pack("{s:i}", "limit", 1000));
	size_t n = json_array_size(json_object_get(list, "calls"));

	json_decref(list);
	return n;
}

static void
same(json_t *a, json_t *b)
{
	assert_true(json_equal(a, b));
	json_decref(a);
	json_decref(b);
}

/* --- repeats --- */

static void
test_repeat_is_done_once(void **unused)
{
	json_t *first = harness_ok(h.admin, "call.book", booking(CMD "01", "r1"));
	json_t *list;

	(void)unused;
	same(json_incref(first), harness_ok(h.admin, "call.book", booking(CMD "01", "r1")));
	assert_int_equal(calls(), 1);
	harness_stop(&h);
	harness_again(&h);
	same(json_incref(first), harness_ok(h.admin, "call.book", booking(CMD "01", "r1")));
	assert_int_equal(calls(), 1);
	harness_kill(&h);
	harness_again(&h);
	same(first, harness_ok(h.admin, "call.book", booking(CMD "01", "r1")));
	list = harness_ok(h.admin, "call.list", NULL);
	assert_int_equal(json_array_size(json_object_get(list, "calls")), 1);
	json_decref(list);
}

/* Sent twice in one write, the second is met while the first still waits for the disk. */
static void
test_repeat_while_it_is_being_stored(void **unused)
{
	json_t *reply[2] = { NULL, NULL };
	int64_t id[2];

	(void)unused;
	for (int i = 0; i < 2; i++)
		assert_int_equal(client_send(h.admin, "call.book", booking(CMD "02", "r2"), &id[i]),
		    0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(client_wait(h.admin, id[i], HARNESS_WAIT_MS, &reply[i], NULL), 0);
	same(reply[0], reply[1]);
	assert_int_equal(calls(), 1);
}

static void
test_cmd_id_of_another_command(void **unused)
{
	char *token = harness_token(&h, "dispatcher", NULL);
	struct client *other = harness_client(&h, token);

	(void)unused;
	harness_do(h.admin, "call.book", booking(CMD "03", "r3"));
	harness_refused(h.admin, "call.book", booking(CMD "03", "r4"), RPC_COMMAND_REUSED, NULL);
	harness_refused(h.admin, "guidelines.set",
	    json_pack("{s:s, s:{s:i}}", "cmd_id", CMD "03", "guidelines", "budget_event", 1),
	    RPC_COMMAND_REUSED, NULL);
	/* Nor does it tell another role what was answered. */
	harness_refused(other, "call.book", booking(CMD "03", "r3"), RPC_COMMAND_REUSED, NULL);
	assert_int_equal(calls(), 1);
	client_close(other);
	free(token);
}

/* A refused command leaves nothing behind: the same cmd_id may be mended and sent again. */
static void
test_refused_command_is_not_kept(void **unused)
{
	json_t *late = booking(CMD "04", "r5");

	(void)unused;
	json_object_set_new(late, "due", json_string("2011-09-20T15:00:00-04:00"));
	harness_refused(h.admin, "call.book", late, RPC_BAD_TIME, NULL);
	harness_do(h.admin, "call.book", booking(CMD "04", "r5"));
	assert_int_equal(calls(), 1);
}

/* A console sends what was left empty as "": it is as good as absent, in terms and in reasons. */
static void
test_empty_text_is_none(void **unused)
{
	static const char *const empty[] = { "kind", "asker", "contact", "note", "reference" };
	json_t *params = booking(CMD "05", "r6"), *need, *booked, *got;

	(void)unused;
	for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++)
		json_object_set_new(params, empty[i], json_string(""));
	need = json_deep_copy(params);
	json_object_del(need, "cmd_id");
	harness_do(h.admin, "call.quote", need);
	booked = harness_ok(h.admin, "call.book", params);
	got = harness_ok(h.admin, "call.get",
	    json_pack("{s:O}", "call", json_object_get(booked, "call")));
	assert_null(json_object_get(got, "contact"));
	assert_null(json_object_get(got, "asker"));
	json_decref(got);
	harness_do(h.admin, "call.cancel",
	    json_pack("{s:O, s:s}", "call", json_object_get(booked, "call"), "reason", ""));
	json_decref(booked);
}

static void
test_secret_is_said_once(void **unused)
{
	struct client_error err;
	json_t *params = json_pack("{s:s, s:s, s:s}", "cmd_id", CMD "05", "role", "viewer", "name",
	    "v");
	json_t *result = harness_ok(h.admin, "token.issue", json_incref(params));
	const char *id = json_string_value(json_object_get(result, "id"));

	(void)unused;
	harness_refused(h.admin, "token.issue", params, RPC_COMMAND_REUSED, &err);
	assert_string_equal(json_string_value(json_object_get(err.data, "id")), id);
	client_error_done(&err);
	client_close(harness_client(&h, json_string_value(json_object_get(result, "token"))));
	json_decref(result);
}

/* --- stopping and starting --- */

/* Every command that was answered before the end is there after it. */
static void
test_stop_under_load(void **unused)
{
	enum { N = 300 };
	size_t acknowledged = 0;
	int64_t id;

	(void)unused;
	for (int i = 0; i < N; i++) {
		char cmd_id[CLIENT_CMD_ID_SIZE], reference[16];

		client_cmd_id(h.admin, cmd_id);
		snprintf(reference, sizeof(reference), "n%d", i);
		assert_int_equal(client_send(h.admin, "call.book", booking(cmd_id, reference), &id),
		    0);
	}
	assert_true(client_poll(h.admin, HARNESS_WAIT_MS) >= 0);
	kill(h.pid, SIGTERM);
	for (;;) {
		struct client_reply reply;
		int rc = client_poll(h.admin, 5000);

		while (client_next_reply(h.admin, &reply) == 1) {
			acknowledged += reply.result != NULL;
			json_decref(reply.result);
			client_error_done(&reply.error);
		}
		if (rc <= 0)
			break;
	}
	assert_int_equal(harness_wait(&h), 0);
	assert_true(acknowledged > 0);
	harness_again(&h);
	assert_true(calls() >= acknowledged);
}

/* Runs evenkeeld with an option on this harness's store; its status. */
static int
run(const char *option, char *out)
{
	char url[HARNESS_PATH_SIZE + 32];
	const char *args[] = { "evenkeeld", option, "--clock", "virtual", "--store", url, NULL };

	snprintf(url, sizeof(url), "sqlite://%s/evenkeel.db", h.dir);
	return harness_run(&h, args, out, OUT_SIZE);
}

/* A day's worth of everything, then: journal alone, snapshot and journal, and memory agree. */
static void
test_replay_is_equal(void **unused)
{
	char *out = malloc(OUT_SIZE), *call[6];

	(void)unused;
	harness_technician(&h, "t1", 42.36, -71.06);
	harness_technician(&h, "t2", 42.40, -71.10);
	for (size_t i = 0; i < ARRAY_LEN(call); i++)
		call[i] = harness_book(&h, 42.30 + 0.02 * (double)i, -71.05, "16:00:00");
	harness_at(&h, "08:00:00");
	harness_do(h.admin, "shift.start", json_pack("{s:s}", "technician", "t1"));
	harness_do(h.admin, "call.cancel", json_pack("{s:s}", "call", call[5]));
	harness_at(&h, "09:10:00");
	harness_stop(&h); /* leaves a snapshot */
	assert_int_equal(run("--verify", out), 0);
	assert_non_null(strstr(out, "equal"));
	for (size_t i = 0; i < ARRAY_LEN(call); i++)
		free(call[i]);
	free(out);
}

static void
test_kill_and_replay(void **unused)
{
	char *journal = malloc(OUT_SIZE), *snapshot = malloc(OUT_SIZE);

	(void)unused;
	harness_technician(&h, "t1", 42.36, -71.06);
	for (int i = 0; i < 5; i++)
		free(harness_book(&h, 42.30 + 0.02 * i, -71.05, "16:00:00"));
	harness_at(&h, "08:30:00");
	harness_kill(&h); /* no snapshot: all from the journal */
	assert_int_equal(run("--dump-state", journal), 0);
	harness_again(&h);
	harness_stop(&h); /* a snapshot of what was replayed */
	assert_int_equal(run("--verify", snapshot), 0);
	assert_non_null(strstr(snapshot, "equal"));
	assert_int_equal(run("--dump-state", snapshot), 0);
	assert_string_equal(journal, snapshot);
	free(journal);
	free(snapshot);
}

/* --- starts that are refused --- */

static void
meddle(const char *sql)
{
	char path[HARNESS_PATH_SIZE];
	sqlite3 *db;

	harness_path(&h, "evenkeel.db", path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static const struct start_case {
	const char *name;
	const char *sql;     /* done to the store before, or NULL */
	const char *args[6]; /* beside store and port */
	int status;
	const char *says;
} start_cases[] = {
	{ "a store of the other clock", NULL, { NULL }, 1, "start with --clock virtual" },
	{ "a start before the journal's end", NULL,
	    { "--clock", "virtual", "--clock-start", "2011-09-20T00:00:00Z", NULL }, 1,
	    "--clock-start is before the journal's newest event" },
	{ "no solver", NULL, { "--clock", "virtual", "--set", "solver=/nonexistent/solve", NULL },
	    1, "/nonexistent/solve" },
	{ "a token file that cannot be", NULL,
	    { "--clock", "virtual", "--set", "admin_token_file=/nonexistent/token", NULL }, 1,
	    "admin_token_file /nonexistent/token" },
	{ "a host that is not here", NULL, { "--clock", "virtual", "--host", "127.0.0.x", NULL }, 1,
	    "cannot listen on 127.0.0.x" },
	{ "off loopback", NULL, { "--clock", "virtual", "--host", "0.0.0.0", NULL }, 2,
	    "only 127.0.0.1 and ::1" },
	{ "a gap in the journal", "DELETE FROM event WHERE seq = 2; DELETE FROM snapshot",
	    { "--clock", "virtual", NULL }, 1, "event 2 is missing from the journal" },
	{ "an event of nonsense",
	    "UPDATE event SET seq = 2 WHERE seq = 3; DELETE FROM snapshot;"
	    "UPDATE event SET body = '{\"x\":1}' WHERE seq = 2",
	    { "--clock", "virtual", NULL }, 1, "does not follow from the journal before it" },
	{ "a newer store", "PRAGMA user_version = 7", { "--clock", "virtual", NULL }, 1,
	    "has schema 7, this evenkeeld knows up to" },
};

static void
test_refused_starts(void **unused)
{
	char *out = malloc(OUT_SIZE), url[HARNESS_PATH_SIZE + 32];

	(void)unused;
	free(harness_book(&h, 42.30, -71.05, "16:00:00"));
	free(harness_book(&h, 42.31, -71.05, "16:00:00"));
	harness_stop(&h);
	snprintf(url, sizeof(url), "sqlite://%s/evenkeel.db", h.dir);
	for (size_t i = 0; i < ARRAY_LEN(start_cases); i++) {
		const struct start_case *k = &start_cases[i];
		const char *args[16] = { "evenkeeld", "--port", "0", "--store", url };
		int status;

		if (k->sql != NULL)
			meddle(k->sql);
		for (size_t n = 0; k->args[n] != NULL; n++)
			args[5 + n] = k->args[n];
		status = harness_run(&h, args, out, OUT_SIZE);
		if (status != k->status || strstr(out, k->says) == NULL)
			fail_msg("%s: status %d, %s", k->name, status, out);
	}
	free(out);
}

static void
test_second_daemon(void **unused)
{
	char out[2000], url[HARNESS_PATH_SIZE + 32];
	const char *args[] = { "evenkeeld", "--port", "0", "--clock", "virtual", "--store", url,
		NULL };

	(void)unused;
	snprintf(url, sizeof(url), "sqlite://%s/evenkeel.db", h.dir);
	assert_int_equal(harness_run(&h, args, out, sizeof(out)), 1);
	assert_non_null(strstr(out, "in use by another evenkeeld"));
	harness_do(h.admin, "session.ping", NULL); /* and the first does not mind */
}

static void
test_admin_token_file(void **unused)
{
	char path[HARNESS_PATH_SIZE], *old = NULL, *fresh = NULL;
	struct client_options o = { .name = "t", .resume_from = -1 };
	struct client_error err = { .code = 0 };
	struct client *c;
	struct stat st;

	(void)unused;
	harness_path(&h, "admin.token", path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(client_read_token(path, &old), 0);
	harness_stop(&h);
	harness_again(&h);
	assert_int_equal(client_read_token(path, &fresh), 0);
	assert_string_equal(old, fresh); /* a start makes no new one */
	free(fresh);
	harness_stop(&h);
	assert_int_equal(unlink(path), 0);
	harness_again(&h); /* logs in with the new one */
	o.port = h.port;
	o.token = old;
	assert_int_equal(client_open(&o, &c, &err), -EREMOTEIO);
	assert_int_equal(err.code, RPC_UNAUTHORISED); /* the lost one is no good any more */
	client_error_done(&err);
	free(old);
}

/* --- the machine's clock --- */

static void
test_clock_behind_the_journal(void **unused)
{
	char out[2000], url[HARNESS_PATH_SIZE + 32];
	const char *args[] = { "evenkeeld", "--port", "0", "--store", url, NULL };
	json_t *status;

	(void)unused;
	harness_done(&h);
	h = (struct harness){ .real_clock = true, .args = { NULL } };
	harness_start(&h);
	harness_do(h.admin, "guidelines.set",
	    json_pack("{s:{s:i}}", "guidelines", "budget_event", 1));
	harness_stop(&h);
	meddle("UPDATE event SET at = at + 86400; DELETE FROM snapshot");
	snprintf(url, sizeof(url), "sqlite://%s/evenkeel.db", h.dir);
	assert_int_equal(harness_run(&h, args, out, sizeof(out)), 1);
	assert_non_null(strstr(out, "behind the journal's newest event"));
	assert_non_null(strstr(out, "--allow-clock-behind"));
	h.args[0] = "--allow-clock-behind";
	harness_again(&h);
	status = harness_ok(h.admin, "status.get", NULL);
	assert_string_equal(json_string_value(json_object_get(status, "clock")), "real");
	json_decref(status);
	harness_refused(h.admin, "clock.advance", json_pack("{s:s}", "to", "2099-01-01T00:00:00Z"),
	    RPC_WRONG_STATE, NULL);
	h.args[0] = NULL;
}

/* --- systemd --- */

static struct sockaddr_un notify_at = { .sun_family = AF_UNIX };

static void
as_under_systemd(void)
{
	char path[sizeof(notify_at.sun_path) + 1];

	snprintf(path, sizeof(path), "@%s", notify_at.sun_path + 1);
	setenv("NOTIFY_SOCKET", path, 1);
	setenv("WATCHDOG_USEC", "200000", 1);
}

static void
await_word(int fd, const char *word)
{
	char got[100];
	ssize_t n;

	do {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		if (poll(&p, 1, HARNESS_WAIT_MS) != 1)
			fail_msg("%s was not said", word);
		n = recv(fd, got, sizeof(got) - 1, 0);
		got[n > 0 ? n : 0] = '\0';
	} while (strncmp(got, word, strlen(word)) != 0);
}

static void
test_tells_systemd(void **unused)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t len;

	(void)unused;
	harness_stop(&h);
	snprintf(notify_at.sun_path + 1, sizeof(notify_at.sun_path) - 1, "evenkeel-test-%d",
	    (int)getpid());
	len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
	    strlen(notify_at.sun_path + 1));
	assert_int_equal(bind(fd, (struct sockaddr *)(void *)&notify_at, len), 0);
	h.before_exec = as_under_systemd;
	harness_again(&h);
	await_word(fd, "READY=1");
	await_word(fd, "WATCHDOG=1");
	await_word(fd, "WATCHDOG=1");
	harness_stop(&h);
	await_word(fd, "STOPPING=1");
	close(fd);
}

/* --- a full disk --- */

static void
small_files(void)
{
	struct rlimit limit = { 300000, 300000 };

	signal(SIGXFSZ, SIG_IGN); /* so that the write fails instead */
	setrlimit(RLIMIT_FSIZE, &limit);
}

static void
test_full_disk_ends_it(void **unused)
{
	size_t acknowledged = 0;
	int rc = 0;

	(void)unused;
	harness_stop(&h);
	h.before_exec = small_files;
	harness_again(&h);
	for (int i = 0; rc == 0 && i < 3000; i++) {
		char cmd_id[CLIENT_CMD_ID_SIZE], reference[16];
		json_t *result = NULL;

		client_cmd_id(h.admin, cmd_id);
		snprintf(reference, sizeof(reference), "f%d", i);
		rc = client_call(h.admin, "call.book", booking(cmd_id, reference), HARNESS_WAIT_MS,
		    &result, NULL);
		acknowledged += rc == 0;
		json_decref(result);
	}
	assert_int_equal(rc, -ECONNRESET);
	assert_int_equal(harness_wait(&h), 75);
	h.before_exec = NULL;
	harness_again(&h);
	assert_true(acknowledged > 10);
	assert_true(calls() >= acknowledged);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(test_repeat_is_done_once),
		CASE(test_repeat_while_it_is_being_stored),
		CASE(test_cmd_id_of_another_command),
		CASE(test_refused_command_is_not_kept),
		CASE(test_empty_text_is_none),
		CASE(test_secret_is_said_once),
		CASE(test_stop_under_load),
		CASE(test_replay_is_equal),
		CASE(test_kill_and_replay),
		CASE(test_refused_starts),
		CASE(test_second_daemon),
		CASE(test_admin_token_file),
		CASE(test_clock_behind_the_journal),
		CASE(test_tells_systemd),
		CASE(test_full_disk_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
