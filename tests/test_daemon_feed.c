/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The feed of the real daemon: who hears what, resuming by sequence, slow clients; and the rates,
 * which hold on the real clock only.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/rpc.h"
#include "tests/daemon_harness.h"

static struct harness h;

static int
set_up(void **unused)
{
	(void)unused;
	h = (struct harness){ .args = { NULL } };
	harness_start(&h);
	harness_technician(&h, "t1", 42.36, -71.06);
	harness_technician(&h, "t2", 42.60, -71.30);
	return 0;
}

static int
set_up_real(void **unused)
{
	(void)unused;
	h = (struct harness){ .real_clock = true,
		.args = { "--set", "phone_rate=2", "--set", "phone_burst=4", "--set",
		    "position_rate=1", "--set", "position_burst=6", "--set", "console_out_kib=16",
		    "--set", "console_rate=0", NULL } };
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

/* What a client was notified of until now, but for notices, which no event stands behind. */
static json_t *
heard(struct client *c)
{
	json_t *all = json_array();
	struct client_note note;

	harness_do(c, "session.ping", NULL); /* what was published before is before its answer */
	while (client_next_note(c, &note) == 1) {
		if (strcmp(note.method, "notice") != 0)
			json_array_append_new(all, json_pack("{s:s, s:O}", "method",
			    note.method, "params", note.params));
		json_decref(note.params);
	}
	return all;
}

static int64_t
seq_of(const json_t *note)
{
	return json_integer_value(json_object_get(json_object_get(note, "params"), "seq"));
}

static size_t
count_of(const json_t *all, const char *method)
{
	const json_t *note;
	size_t i, n = 0;

	json_array_foreach((json_t *)all, i, note)
	    n += strcmp(json_string_value(json_object_get(note, "method")), method) == 0;
	return n;
}

static struct client *
subscribed(const char *token, int64_t resume_from, const char *topic, json_t **ret_result)
{
	struct client *c = harness_client(&h, token);
	json_t *params = json_object();

	if (resume_from >= 0)
		json_object_set_new(params, "resume_from", json_integer(resume_from));
	if (topic != NULL)
		json_object_set_new(params, "topics", json_pack("[s]", topic));
	*ret_result = harness_ok(c, "feed.subscribe", params);
	return c;
}

/* A morning that everybody hears of: two calls, planned and told. */
static void
make_a_morning(void)
{
	free(harness_book(&h, 42.361, -71.061, "10:00:00"));
	free(harness_book(&h, 42.601, -71.301, "10:00:00"));
	harness_at(&h, "08:00:00");
	harness_do(h.admin, "shift.start", json_pack("{s:s}", "technician", "t1"));
	harness_at(&h, "08:10:00");
}

static void
test_who_hears_what(void **unused)
{
	char *phone_token = harness_token(&h, "technician", "t1");
	char *viewer_token = harness_token(&h, "viewer", NULL);
	json_t *result, *console_heard, *phone_heard, *etas, *note;
	struct client *console = subscribed(viewer_token, -1, NULL, &result);
	struct client *phone, *board;
	size_t i;

	(void)unused;
	json_decref(result);
	phone = subscribed(phone_token, -1, NULL, &result);
	json_decref(result);
	board = subscribed(viewer_token, -1, "eta.revised", &result);
	json_decref(result);
	make_a_morning();
	console_heard = heard(console);
	phone_heard = heard(phone);
	etas = heard(board);
	assert_true(count_of(console_heard, "plan.revised") > 0);
	assert_true(count_of(console_heard, "eta.revised") >= 2);
	assert_true(count_of(console_heard, "call.changed") >= 2);
	assert_int_equal(count_of(phone_heard, "plan.revised"), 0);
	assert_true(count_of(phone_heard, "eta.revised") > 0);
	json_array_foreach(phone_heard, i, note)
	{
		const char *whose = json_string_value(
		    json_object_get(json_object_get(note, "params"), "technician"));

		if (whose == NULL || strcmp(whose, "t1") != 0)
			fail_msg("t1 heard of %s", whose);
	}
	assert_int_equal(count_of(etas, "eta.revised"), json_array_size(etas));
	assert_int_equal(json_array_size(etas), count_of(console_heard, "eta.revised"));
	for (i = 1; i < json_array_size(console_heard); i++)
		assert_true(seq_of(json_array_get(console_heard, i)) >=
		    seq_of(json_array_get(console_heard, i - 1)));
	harness_do(console, "feed.unsubscribe", NULL);
	harness_at(&h, "08:11:00");
	free(harness_book(&h, 42.362, -71.062, "11:00:00"));
	json_decref(console_heard);
	console_heard = heard(console);
	assert_int_equal(json_array_size(console_heard), 0);
	json_decref(console_heard);
	json_decref(phone_heard);
	json_decref(etas);
	client_close(console);
	client_close(phone);
	client_close(board);
	free(phone_token);
	free(viewer_token);
}

/* Whoever was away hears exactly what he missed, also after the daemon was killed meanwhile. */
static void
test_resume(void **unused)
{
	json_t *result, *all, *again;
	struct client *c = subscribed(NULL, -1, NULL, &result);
	int64_t from = json_integer_value(json_object_get(result, "seq")), middle;
	size_t missed = 0;

	(void)unused;
	json_decref(result);
	make_a_morning();
	all = heard(c);
	client_close(c);
	assert_true(json_array_size(all) > 6);
	for (int killed = 0; killed < 2; killed++) {
		c = subscribed(NULL, from, NULL, &result);
		assert_string_equal(json_string_value(json_object_get(result, "resumed")),
		    "replayed");
		json_decref(result);
		again = heard(c);
		assert_true(json_array_size(again) >= json_array_size(all));
		while (json_array_size(again) > json_array_size(all)) /* planned since the start */
			json_array_remove(again, json_array_size(again) - 1);
		assert_true(json_equal(all, again));
		json_decref(again);
		client_close(c);
		harness_kill(&h);
		harness_again(&h);
	}
	middle = seq_of(json_array_get(all, 3));
	for (size_t i = 0; i < json_array_size(all); i++)
		missed += seq_of(json_array_get(all, i)) > middle;
	c = subscribed(NULL, middle, NULL, &result);
	json_decref(result);
	again = heard(c);
	assert_true(json_array_size(again) >= missed && missed > 0);
	assert_true(json_equal(json_array_get(again, 0),
	    json_array_get(all, json_array_size(all) - missed)));
	json_decref(again);
	client_close(c);
	json_decref(all);
}

static void
test_resume_too_far(void **unused)
{
	struct client_options o = { .port = h.port, .name = "t", .resume_from = 1000000 };
	char path[HARNESS_PATH_SIZE], *token = NULL;
	struct client *c;
	json_t *result;

	(void)unused;
	c = subscribed(NULL, 1000000, NULL, &result); /* of another store, or of one put back */
	assert_string_equal(json_string_value(json_object_get(result, "resumed")),
	    "snapshot_required");
	json_decref(result);
	client_close(c);
	harness_path(&h, "admin.token", path);
	assert_int_equal(client_read_token(path, &token), 0);
	o.token = token;
	assert_int_equal(client_open(&o, &c, NULL), 0); /* the same by session.hello */
	assert_string_equal(json_string_value(json_object_get(client_session(c), "resumed")),
	    "snapshot_required");
	client_close(c);
	free(token);
}

/* --- on the real clock --- */

static void
add_technician(const char *id)
{
	harness_do(h.admin, "technician.add",
	    json_pack("{s:s, s:s, s:{s:f, s:f}}", "technician", id, "name", id, "home", "lat",
		42.36, "lon", -71.06));
}

static void
test_rates(void **unused)
{
	char *token;
	struct client *c;
	struct client_error err;
	int passed = 0, code = 0;

	(void)unused;
	add_technician("t1");
	token = harness_token(&h, "technician", "t1");
	c = harness_client(&h, token);
	for (; code == 0 && passed < 100; passed += code == 0) {
		json_t *result = NULL;

		err.code = 0;
		client_call(c, "session.ping", NULL, HARNESS_WAIT_MS, &result, &err);
		code = err.code;
		json_decref(result);
	}
	assert_int_equal(code, RPC_RATE_LIMITED);
	assert_true(passed >= 4 && passed < 8);
	assert_true(json_integer_value(json_object_get(err.data, "retry_after_ms")) > 0);
	client_error_done(&err);
	/* Positions have a rate of their own. */
	harness_do(c, "position.report",
	    json_pack("{s:s, s:f, s:f}", "technician", "t1", "lat", 42.36, "lon", -71.06));
	client_close(c);
	free(token);
}

/* A console that does not read: told so and cut, and nobody else waits for it. */
static void
test_slow_consumer(void **unused)
{
	char token[200], line[600], path[HARNESS_PATH_SIZE], *text = NULL, *last = NULL;
	int fd = harness_raw(&h), small = 2048;

	(void)unused;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	harness_path(&h, "admin.token", path);
	assert_int_equal(client_read_token(path, &text), 0);
	snprintf(token, sizeof(token), "%s", text);
	free(text);
	snprintf(line, sizeof(line),
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session.hello\","
	    "\"params\":{\"protocol\":[1,1],\"client\":\"t\",\"token\":\"%s\"}}\n"
	    "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"feed.subscribe\"}\n",
	    token);
	harness_raw_send(fd, line, strlen(line));
	free(harness_raw_line(fd, 5000));
	free(harness_raw_line(fd, 5000));
	for (int i = 0; i < 15; i++) {
		/* A hundred technicians at once; each is heard of. */
		for (int k = 0; k < 100; k++) {
			char id[32], cmd_id[CLIENT_CMD_ID_SIZE];
			int64_t request;

			snprintf(id, sizeof(id), "s%d-%d", i, k);
			client_cmd_id(h.admin, cmd_id);
			assert_int_equal(
			    client_send(h.admin, "technician.add",
				json_pack("{s:s, s:s, s:s, s:{s:f, s:f}}", "cmd_id", cmd_id,
				    "technician", id, "name",
				    "somebody with a rather long name, so that there is something to send",
				    "home", "lat", 42.36, "lon", -71.06),
				&request),
			    0);
		}
		while (client_under_way(h.admin) > 0) {
			struct client_reply reply;

			assert_true(client_poll(h.admin, HARNESS_WAIT_MS) > 0);
			while (client_next_reply(h.admin, &reply) == 1) {
				json_decref(reply.result);
				client_error_done(&reply.error);
			}
		}
	}
	/* It finds what fitted the buffers, in order, and then why it ends. */
	while ((text = harness_raw_line(fd, 3000)) != NULL) {
		free(last);
		last = text;
	}
	assert_non_null(last);
	assert_non_null(strstr(last, "-32008"));
	assert_non_null(strstr(last, "reconnect and resume"));
	free(last);
	close(fd);
	harness_do(h.admin, "session.ping", NULL);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
#define REAL(f) cmocka_unit_test_setup_teardown(f, set_up_real, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(test_who_hears_what),
		CASE(test_resume),
		CASE(test_resume_too_far),
		REAL(test_rates),
		REAL(test_slow_consumer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
