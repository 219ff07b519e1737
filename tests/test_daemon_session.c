/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions of the real daemon: login and every refusal of it, lines, batches, limits, resuming. */
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

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

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
set_up_impatient(void **unused)
{
	(void)unused;
	h = (struct harness){ .args = { "--set", "silence_s=1", "--set", "hello_s=1", NULL } };
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

/* A whole file as text, without its line end. */
static void
admin_token(char ret[200])
{
	char path[HARNESS_PATH_SIZE], *token;

	harness_path(&h, "admin.token", path);
	assert_int_equal(client_read_token(path, &token), 0);
	snprintf(ret, 200, "%s", token);
	free(token);
}

static json_t *
raw_answer(int fd)
{
	char *line = harness_raw_line(fd, 5000);
	json_t *answer = line == NULL ? NULL : json_loads(line, JSON_DECODE_ANY, NULL);

	if (answer == NULL)
		fail_msg("no answer, or not JSON: %s", line == NULL ? "(none)" : line);
	free(line);
	return answer;
}

static int
code_of(const json_t *answer)
{
	return (int)json_integer_value(json_object_get(json_object_get(answer, "error"), "code"));
}

static void
say(int fd, const char *line)
{
	harness_raw_send(fd, line, strlen(line));
	harness_raw_send(fd, "\n", 1);
}

static int
raw_login(void)
{
	char token[200], line[400];
	int fd = harness_raw(&h);
	json_t *answer;

	admin_token(token);
	snprintf(line, sizeof(line),
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session.hello\","
	    "\"params\":{\"protocol\":[1,1],\"client\":\"t\",\"token\":\"%s\"}}",
	    token);
	say(fd, line);
	answer = raw_answer(fd);
	assert_int_equal(code_of(answer), 0);
	json_decref(answer);
	return fd;
}

static bool
is_closed(int fd)
{
	char *line = harness_raw_line(fd, 5000), byte;
	bool closed = line == NULL && recv(fd, &byte, 1, MSG_DONTWAIT) == 0;

	free(line);
	return closed;
}

/* --- one line, one answer --- */

static const struct line_case {
	const char *name, *line;
	bool logged_in;
	int code;
	const char *says; /* a part of the message */
} line_cases[] = {
	{ "not JSON", "hello?", false, RPC_PARSE, "" },
	{ "half of it", "{\"jsonrpc\":\"2.0\",", false, RPC_PARSE, "" },
	{ "not an object", "7", false, RPC_INVALID_REQUEST, "" },
	{ "no version", "{\"id\":1,\"method\":\"session.ping\"}", true, RPC_INVALID_REQUEST, "" },
	{ "no method", "{\"jsonrpc\":\"2.0\",\"id\":1}", true, RPC_INVALID_REQUEST, "" },
	{ "empty batch", "[]", true, RPC_INVALID_REQUEST, "" },
	{ "unknown method", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"call.bok\"}", true,
	    RPC_METHOD_NOT_FOUND, "call.bok" },
	{ "before login", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"status.get\"}", false,
	    RPC_UNAUTHORISED, "session.hello" },
	{ "a bad token",
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session.hello\",\"params\":"
	    "{\"protocol\":[1,1],\"client\":\"t\",\"token\":\"ek_admin_0000000000000000\"}}",
	    false, RPC_UNAUTHORISED, "unknown, revoked or expired" },
	{ "a later protocol",
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session.hello\",\"params\":"
	    "{\"protocol\":[2,3],\"client\":\"t\",\"token\":\"ek_admin_0\"}}",
	    false, RPC_PROTOCOL, "speaks 1" },
	{ "hello without a client",
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session.hello\","
	    "\"params\":{\"protocol\":[1,1],\"token\":\"ek_admin_0\"}}",
	    false, RPC_INVALID_PARAMS, "client: expected" },
	{ "hello twice",
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session.hello\",\"params\":"
	    "{\"protocol\":[1,1],\"client\":\"t\",\"token\":\"ek_admin_0\"}}",
	    true, RPC_INVALID_REQUEST, "said hello already" },
	{ "an unknown member",
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session.ping\",\"params\":"
	    "{\"loud\":true}}",
	    true, RPC_INVALID_PARAMS, "loud" },
	{ "params by position",
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session.ping\",\"params\":"
	    "[1]}",
	    true, RPC_INVALID_PARAMS, "" },
	{ "a number where a name belongs",
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"call.get\","
	    "\"params\":{\"call\":41}}",
	    true, RPC_INVALID_PARAMS, "call: expected" },
	{ "no id", "{\"jsonrpc\":\"2.0\",\"method\":\"status.get\"}", true, RPC_INVALID_REQUEST,
	    "needs an id" },
	{ "a topic that is none",
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"feed.subscribe\","
	    "\"params\":{\"topics\":[\"weather\"]}}",
	    true, RPC_INVALID_PARAMS, "topics: expected" },
	{ "a territory that is none",
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"guidelines.get\","
	    "\"params\":{\"territory\":\"moon\"}}",
	    true, RPC_NOT_FOUND, "moon" },
	{ "the clock goes back",
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"clock.advance\","
	    "\"params\":{\"to\":\"2001-01-01T00:00:00Z\"}}",
	    true, RPC_BAD_TIME, "never goes back" },
	{ "a day that is none",
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"clock.advance\","
	    "\"params\":{\"to\":\"2012-02-31T00:00:00Z\"}}",
	    true, RPC_INVALID_PARAMS, "to: expected" },
	{ "not UTF-8", "\"\xff\"", true, RPC_PARSE, "UTF-8" },
};

static void
test_lines(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(line_cases); i++) {
		const struct line_case *k = &line_cases[i];
		int fd = k->logged_in ? raw_login() : harness_raw(&h);
		json_t *answer, *error;
		const char *message;

		say(fd, k->line);
		answer = raw_answer(fd);
		error = json_object_get(answer, "error");
		message = json_string_value(json_object_get(error, "message"));
		if (code_of(answer) != k->code || message == NULL ||
		    strstr(message, k->says) == NULL)
			fail_msg("%s: code %d, %s", k->name, code_of(answer), message);
		if (json_string_value(json_object_get(json_object_get(error, "data"), "trace")) ==
		    NULL)
			fail_msg("%s: no trace id", k->name);
		json_decref(answer);
		close(fd);
	}
}

/* The text of a token never comes back, not even in a refusal, nor does it get into the log. */
static void
test_no_secret_is_echoed(void **unused)
{
	static const char line[] =
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session.hello\","
	    "\"params\":{\"protocol\":[1,1],\"client\":\"t\",\"token\":\"s3cret\"}}";
	int fd = harness_raw(&h);
	char *answer, *log, token[200];

	(void)unused;
	say(fd, line);
	answer = harness_raw_line(fd, 5000);
	assert_non_null(answer);
	assert_non_null(strstr(answer, "token: expected"));
	assert_null(strstr(answer, "s3cret"));
	free(answer);
	close(fd);
	log = harness_log(&h);
	admin_token(token);
	assert_null(strstr(log, "s3cret"));
	assert_null(strstr(log, token));
	free(log);
}

/* --- batches --- */

static void
test_batch_is_answered_in_order(void **unused)
{
	static const char line[] =
	    "[{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"session.ping\"},"
	    "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"guidelines.set\",\"params\":{\"cmd_id\":"
	    "\"01920000-0000-7000-8000-00000000000a\",\"guidelines\":{\"budget_event\":3}}},"
	    "7,{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"guidelines.get\"}]";
	int fd = raw_login();
	json_t *answer;

	(void)unused;
	say(fd, line);
	answer = raw_answer(fd);
	assert_int_equal(json_array_size(answer), 4);
	assert_string_equal(json_string_value(json_object_get(json_array_get(answer, 0), "id")),
	    "a");
	assert_int_equal(json_integer_value(json_object_get(json_array_get(answer, 1), "id")), 2);
	assert_non_null(json_object_get(json_array_get(answer, 1), "result"));
	assert_int_equal(code_of(json_array_get(answer, 2)), RPC_INVALID_REQUEST);
	assert_int_equal(json_integer_value(
			     json_object_get(json_object_get(json_object_get(json_array_get(answer,
										 3),
								 "result"),
						 "guidelines"),
				 "budget_event")),
	    3);
	json_decref(answer);
	close(fd);
}

static void
test_batch_too_long(void **unused)
{
	char *line = malloc(101 * 60 + 3), *at = line;
	int fd = raw_login();
	json_t *answer;

	(void)unused;
	*at++ = '[';
	for (int i = 0; i < 101; i++)
		at += sprintf(at, "%s{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"session.ping\"}",
		    i > 0 ? "," : "", i);
	strcpy(at, "]");
	say(fd, line);
	free(line);
	answer = raw_answer(fd);
	assert_int_equal(code_of(answer), RPC_TOO_LARGE);
	json_decref(answer);
	assert_true(is_closed(fd));
	close(fd);
}

/* --- lengths, before and after login --- */

static const struct length_case {
	const char *name;
	bool logged_in;
	size_t len; /* of the line, without its end */
	bool too_large;
} length_cases[] = {
	{ "the longest line before login", false, 4096, false },
	{ "one byte more", false, 4097, true },
	{ "much more", false, 300000, true },
	{ "the longest line after login", true, 65536, false },
	{ "one byte more after login", true, 65537, true },
};

static void
test_line_lengths(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(length_cases); i++) {
		const struct length_case *k = &length_cases[i];
		int fd = k->logged_in ? raw_login() : harness_raw(&h);
		char *line = malloc(k->len + 2);
		json_t *answer;

		memset(line, ' ', k->len);
		line[k->len] = '\n';
		line[k->len + 1] = '\0';
		memcpy(line, "{}", 2);
		harness_raw_send(fd, line, k->len + 1);
		free(line);
		answer = raw_answer(fd);
		if (code_of(answer) != (k->too_large ? RPC_TOO_LARGE : RPC_INVALID_REQUEST))
			fail_msg("%s: code %d", k->name, code_of(answer));
		json_decref(answer);
		if (k->too_large && !is_closed(fd))
			fail_msg("%s: not closed", k->name);
		close(fd);
	}
}

/* --- time --- */

static void
test_hello_in_time(void **unused)
{
	int fd = harness_raw(&h);
	json_t *answer = raw_answer(fd); /* after hello_s, without a word from us */

	(void)unused;
	assert_int_equal(code_of(answer), RPC_UNAUTHORISED);
	json_decref(answer);
	assert_true(is_closed(fd));
	close(fd);
}

static void
test_too_many_lines_before_hello(void **unused)
{
	int fd = harness_raw(&h);
	json_t *answer;

	(void)unused;
	for (int i = 0; i < 6; i++)
		say(fd, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session.ping\"}");
	for (int i = 0; i < 5; i++) {
		answer = raw_answer(fd);
		assert_int_equal(code_of(answer), RPC_UNAUTHORISED);
		assert_true(json_is_integer(json_object_get(answer, "id")));
		json_decref(answer);
	}
	answer = raw_answer(fd);
	assert_true(json_is_null(json_object_get(answer, "id")));
	json_decref(answer);
	assert_true(is_closed(fd));
	close(fd);
}

static void
test_silence(void **unused)
{
	int fd = raw_login();
	char *line = harness_raw_line(fd, 5000);
	json_t *answer;

	(void)unused;
	assert_string_equal(line, ""); /* the daemon's own heartbeat after silence_s */
	free(line);
	for (;;) {
		line = harness_raw_line(fd, 8000);
		assert_non_null(line);
		if (line[0] != '\0')
			break;
		free(line);
	}
	answer = json_loads(line, 0, NULL);
	free(line);
	assert_int_equal(code_of(answer), RPC_UNAUTHORISED);
	json_decref(answer);
	assert_true(is_closed(fd));
	close(fd);
}

/* --- many --- */

static void
test_sessions_of_a_token(void **unused)
{
	char *token;
	struct client *c[4];
	struct client_options o = { .port = h.port, .name = "t", .resume_from = -1 };
	struct client_error err = { .code = 0 };
	struct client *more;

	(void)unused;
	harness_technician(&h, "t1", 42.36, -71.06);
	token = harness_token(&h, "technician", "t1");
	for (int i = 0; i < 4; i++)
		c[i] = harness_client(&h, token);
	o.token = token;
	assert_int_equal(client_open(&o, &more, &err), -EREMOTEIO);
	assert_int_equal(err.code, RPC_RATE_LIMITED);
	client_error_done(&err);
	client_close(c[0]);
	harness_do(h.admin, "session.ping", NULL); /* the daemon has seen him go */
	client_close(harness_client(&h, token));
	for (int i = 1; i < 4; i++)
		client_close(c[i]);
	free(token);
}

static void
test_bad_logins_are_slowed(void **unused)
{
	struct client_options o = { .port = h.port,
		.name = "t",
		.resume_from = -1,
		.token = "ek_admin_0123" };
	int codes[14] = { 0 };

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		struct client_error err = { .code = 0 };
		struct client *c;

		assert_int_equal(client_open(&o, &c, &err), -EREMOTEIO);
		codes[i] = err.code;
		if (err.code == RPC_RATE_LIMITED)
			assert_true(
			    json_integer_value(json_object_get(err.data, "retry_after_ms")) > 0);
		client_error_done(&err);
	}
	assert_int_equal(codes[ARRAY_LEN(codes) - 1], RPC_RATE_LIMITED);
	client_close(harness_client(&h, NULL)); /* who has a good token is not kept out */
}

/* Many requests in one write: all are answered, in order, though some wait for the disk. */
static void
test_pipeline(void **unused)
{
	enum { N = 2000 };
	int64_t id;

	(void)unused;
	for (int i = 0; i < N; i++) {
		json_t *params = i % 3 != 0 ? NULL
					    : json_pack("{s:s, s:{s:i}}", "cmd_id", "",
						  "guidelines", "budget_event", i % 20);
		char cmd_id[CLIENT_CMD_ID_SIZE];

		client_cmd_id(h.admin, cmd_id);
		if (params != NULL)
			json_object_set_new(params, "cmd_id", json_string(cmd_id));
		assert_int_equal(client_send(h.admin,
				     i % 3 == 0       ? "guidelines.set"
					 : i % 3 == 1 ? "guidelines.get"
						      : "session.ping",
				     params, &id),
		    0);
	}
	for (int i = 0, last = 0; i < N;) {
		struct client_reply reply;

		assert_true(client_poll(h.admin, HARNESS_WAIT_MS) >= 0);
		for (; client_next_reply(h.admin, &reply) == 1; i++) {
			int64_t set = json_integer_value(
			    json_object_get(json_object_get(reply.result, "guidelines"),
				"budget_event"));

			if (reply.error.code != 0)
				fail_msg("request %d: %d %s", i, reply.error.code,
				    reply.error.message);
			if (i % 3 == 0)
				last = i % 20;
			if (i % 3 == 1 && set != last)
				fail_msg("request %d reads %d, not %d", i, (int)set, last);
			json_decref(reply.result);
			client_error_done(&reply.error);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_no_secret_is_echoed),
		cmocka_unit_test(test_batch_is_answered_in_order),
		cmocka_unit_test(test_batch_too_long),
		cmocka_unit_test(test_line_lengths),
		cmocka_unit_test(test_too_many_lines_before_hello),
		cmocka_unit_test(test_sessions_of_a_token),
		cmocka_unit_test(test_pipeline),
		cmocka_unit_test(test_bad_logins_are_slowed),
	};

	const struct CMUnitTest impatient[] = {
		cmocka_unit_test(test_hello_in_time),
		cmocka_unit_test(test_silence),
	};
	int failed = cmocka_run_group_tests(tests, set_up, tear_down);

	return failed + cmocka_run_group_tests(impatient, set_up_impatient, tear_down);
}
