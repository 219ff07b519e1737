/* SPDX-License-Identifier: Apache-2.0 */
/* The client against a scripted daemon: order, pipelines, notifications, and every way to end. */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ctl/client.h"
#include "ctl/net.h"
#include "tests/fake_daemon.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define REPLY(id, json) "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"result\":" json "}\n"

/* No name of a host: a label has at most 63 letters, so that no name server is asked. */
#define LABEL_TOO_LONG "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

enum { WAIT_MS = 5000 };

static int
open_to(const struct fake_daemon *f, struct client **ret, struct client_error *err)
{
	const struct client_options o = { .port = fake_port(f), .token = "ek_admin_0_secret",
		.name = "test 1", .timeout_ms = WAIT_MS, .resume_from = -1 };

	return client_open(&o, ret, err);
}

static struct client *
opened(const struct fake_daemon *f)
{
	struct client *c = NULL;
	struct client_error err = { 0 };

	assert_non_null(f);
	if (open_to(f, &c, &err) < 0)
		fail_msg("%s", err.message);
	return c;
}

static void
closed(struct client *c, struct fake_daemon *f)
{
	char why[512];

	client_close(c);
	if (fake_stop(f, why, sizeof(why)) < 0)
		fail_msg("%s", why);
}

static void
test_call(void **unused)
{
	static const struct fake_step steps[] = {
		{ "session.hello", "\"protocol\":[1,1],\"client\":\"test 1\",\"token\":"
		                   "\"ek_admin_0_secret\"}", FAKE_HELLO, false },
		{ "session.ping", NULL, FAKE_RESULT("{\"seq\":7}"), false },
		{ "call.get", "{\"call\":\"c1\"}", FAKE_ERROR("{\"code\":-32003,\"message\":"
		    "\"No such object\",\"data\":{\"trace\":\"x\"}}"), false },
	};
	struct fake_daemon *f = fake_start(steps, ARRAY_LEN(steps));
	struct client *c = opened(f);
	struct client_error err = { 0 };
	json_t *result = NULL;

	(void)unused;
	assert_int_equal(json_integer_value(json_object_get(client_session(c), "seq")), 40);
	assert_int_equal(client_seq(c), 40);
	assert_int_equal(client_call(c, "session.ping", NULL, WAIT_MS, &result, &err), 0);
	assert_int_equal(json_integer_value(json_object_get(result, "seq")), 7);
	json_decref(result);
	assert_int_equal(client_call(c, "call.get", json_pack("{s:s}", "call", "c1"), WAIT_MS, &result,
	                     &err), -EREMOTEIO);
	assert_int_equal(err.code, -32003);
	assert_string_equal(err.message, "No such object");
	assert_string_equal(json_string_value(json_object_get(err.data, "trace")), "x");
	client_error_done(&err);
	assert_int_equal(client_under_way(c), 0);
	closed(c, f);
}

/* Two calls answered the other way round, with notifications between. */
static void
test_pipeline(void **unused)
{
	static const struct fake_step steps[] = {
		FAKE_HELLO_STEP,
		{ "a", NULL, NULL, false },
		{ "b", NULL, FAKE_NOTE("call.changed", "{\"seq\":41,\"call\":\"c1\"}")
		    REPLY("$id", "\"b\"") FAKE_NOTE("eta.revised", "{\"seq\":42}") REPLY("$prev", "\"a\""),
		    false },
	};
	struct fake_daemon *f = fake_start(steps, ARRAY_LEN(steps));
	struct client *c = opened(f);
	struct client_note n;
	int64_t a = 0, b = 0, before_us = net_now_us();
	json_t *result = NULL;

	(void)unused;
	assert_int_equal(client_send(c, "a", NULL, &a), 0);
	assert_int_equal(client_send(c, "b", NULL, &b), 0);
	assert_int_equal(client_under_way(c), 2);
	assert_int_equal(client_wait(c, a, WAIT_MS, &result, NULL), 0);
	assert_string_equal(json_string_value(result), "a");
	json_decref(result);
	assert_int_equal(client_wait(c, a, WAIT_MS, &result, NULL), -ENOENT);
	assert_int_equal(client_wait(c, b, 0, &result, NULL), 0);
	assert_string_equal(json_string_value(result), "b");
	json_decref(result);
	assert_int_equal(client_next_note(c, &n), 1);
	assert_string_equal(n.method, "call.changed");
	assert_true(n.received_us >= before_us && n.received_us <= net_now_us());
	json_decref(n.params);
	assert_int_equal(client_next_note(c, &n), 1);
	assert_int_equal(json_integer_value(json_object_get(n.params, "seq")), 42);
	json_decref(n.params);
	assert_int_equal(client_next_note(c, &n), 0);
	assert_int_equal(client_seq(c), 42);
	closed(c, f);
}

/* Replies come out in the order in which they arrived, also when one was taken from the middle. */
static void
test_next_reply(void **unused)
{
	static const struct fake_step steps[] = {
		FAKE_HELLO_STEP,
		{ "a", NULL, NULL, false },
		{ "b", NULL, REPLY("$id", "1") REPLY("$prev", "2"), false },
		{ "c", NULL, FAKE_ERROR("{\"code\":-32006,\"message\":\"Later\"}"), false },
		{ "d", NULL, FAKE_RESULT("4"), false },
	};
	struct fake_daemon *f = fake_start(steps, ARRAY_LEN(steps));
	struct client *c = opened(f);
	struct client_reply r;
	int64_t id[4] = { 0 };
	json_t *result;

	(void)unused;
	for (int i = 0; i < 4; i++)
		assert_int_equal(client_send(c, (const char *[]){ "a", "b", "c", "d" }[i], NULL, &id[i]), 0);
	while (client_under_way(c) > 0)
		assert_int_equal(client_poll(c, WAIT_MS), 1);
	assert_int_equal(client_wait(c, id[0], 0, &result, NULL), 0);
	json_decref(result);
	assert_int_equal(client_next_reply(c, &r), 1);
	assert_int_equal(r.id, id[1]);
	assert_int_equal(json_integer_value(r.result), 1);
	json_decref(r.result);
	assert_int_equal(client_next_reply(c, &r), 1);
	assert_int_equal(r.id, id[2]);
	assert_int_equal(r.error.code, -32006);
	assert_null(r.result);
	client_error_done(&r.error);
	assert_int_equal(client_next_reply(c, &r), 1);
	assert_int_equal(r.id, id[3]);
	json_decref(r.result);
	assert_int_equal(client_next_reply(c, &r), 0);
	assert_int_equal(client_poll(c, 0), 0);
	closed(c, f);
}

/* More than the socket's buffers and our own hold, to a daemon that reads nothing at first. */
static void
test_many(void **unused)
{
	enum { MANY = 4000, NOTE = 6000 };
	struct fake_step *steps = calloc(MANY + 2, sizeof(*steps));
	struct fake_daemon *f;
	struct client *c;
	char *note = calloc(1, NOTE + 1);
	int64_t id = 0;
	json_t *result;

	(void)unused;
	memset(note, 'x', NOTE);
	steps[0] = (struct fake_step)FAKE_HELLO_STEP;
	for (int i = 2; i <= MANY + 1; i++) /* step 1 is a pause */
		steps[i] = (struct fake_step){ "a", NULL, FAKE_RESULT("true"), false };
	f = fake_start(steps, MANY + 2);
	c = opened(f);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(client_send(c, "a", json_pack("{s:s}", "note", note), &id), 0);
	for (int i = 1; i <= MANY; i++) {
		assert_int_equal(client_wait(c, id - MANY + i, WAIT_MS, &result, NULL), 0);
		json_decref(result);
	}
	closed(c, f);
	free(steps);
	free(note);
}

static void
test_too_many_under_way(void **unused)
{
	struct fake_step *steps = calloc(CLIENT_REPLIES_MAX + 1, sizeof(*steps));
	struct fake_daemon *f;
	struct client *c;
	int64_t id = 0;

	(void)unused;
	steps[0] = (struct fake_step)FAKE_HELLO_STEP;
	for (int i = 1; i <= CLIENT_REPLIES_MAX; i++)
		steps[i] = (struct fake_step){ "a", NULL, NULL, false };
	f = fake_start(steps, CLIENT_REPLIES_MAX + 1);
	c = opened(f);
	for (int i = 0; i < CLIENT_REPLIES_MAX; i++)
		assert_int_equal(client_send(c, "a", NULL, &id), 0);
	assert_int_equal(client_send(c, "a", NULL, &id), -ENOBUFS);
	while (client_wants_write(c))
		client_poll(c, 1);
	closed(c, f);
	free(steps);
}

static void
test_timeout(void **unused)
{
	static const struct fake_step steps[] = {
		FAKE_HELLO_STEP,
		{ "slow", NULL, NULL, false },
		{ "session.ping", NULL, REPLY("$prev", "1") REPLY("$id", "2"), false },
	};
	struct fake_daemon *f = fake_start(steps, ARRAY_LEN(steps));
	struct client *c = opened(f);
	struct client_error err = { 0 };
	json_t *result = NULL;
	int64_t slow = 0, ping = 0;

	(void)unused;
	assert_int_equal(client_send(c, "slow", NULL, &slow), 0);
	assert_int_equal(client_wait(c, slow, 20, &result, &err), -ETIMEDOUT);
	assert_string_equal(err.message, "The daemon did not answer within 20 ms");
	assert_null(result);
	assert_int_equal(client_send(c, "session.ping", NULL, &ping), 0);
	assert_int_equal(client_wait(c, slow, WAIT_MS, &result, NULL), 0); /* asked again */
	json_decref(result);
	assert_int_equal(client_wait(c, ping, WAIT_MS, &result, NULL), 0);
	json_decref(result);
	closed(c, f);
}

/* Ways to lose the daemon, and the words that remain. */
static const struct lost_case {
	const char *name;
	const char *lines;
	int code;
	const char *message;
} lost_cases[] = {
	{ "closed", "", 0, "The daemon closed the connection" },
	{ "closed with a reason", "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32008,"
	  "\"message\":\"Read faster\"}}\n", -32008, "Read faster" },
	{ "not JSON", "hello\n", 0, "The daemon sent a line that is not a JSON object" },
	{ "a list", "[1]\n", 0, "The daemon sent a line that is not a JSON object" },
	{ "not UTF-8", "\xff\n", 0, "The daemon sent a line that cannot be read" },
};

static void
test_lost(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(lost_cases); i++) {
		const struct lost_case *l = &lost_cases[i];
		const struct fake_step steps[] = { FAKE_HELLO_STEP, { "a", NULL, l->lines, true } };
		struct fake_daemon *f = fake_start(steps, ARRAY_LEN(steps));
		struct client *c = opened(f);
		struct client_error err = { 0 };
		json_t *result = NULL;
		int64_t id;
		int rc = client_call(c, "a", NULL, WAIT_MS, &result, &err);

		if (rc != -ECONNRESET || err.code != l->code || strcmp(err.message, l->message) != 0)
			fail_msg("%s: rc %d, code %d, %s", l->name, rc, err.code, err.message);
		assert_string_equal(client_why(c), l->message);
		assert_int_equal(client_send(c, "b", NULL, &id), -ECONNRESET);
		assert_int_equal(client_poll(c, 0), -ECONNRESET);
		client_error_done(&err);
		closed(c, f);
	}
}

/* What arrived before the end can still be taken. */
static void
test_reply_before_the_end(void **unused)
{
	static const struct fake_step steps[] = {
		FAKE_HELLO_STEP,
		{ "a", NULL, FAKE_RESULT("1") FAKE_NOTE("notice", "{\"seq\":41}"), true },
	};
	struct fake_daemon *f = fake_start(steps, ARRAY_LEN(steps));
	struct client *c = opened(f);
	struct client_note n;
	json_t *result = NULL;
	int64_t a = 0;

	(void)unused;
	assert_int_equal(client_send(c, "a", NULL, &a), 0);
	while (client_why(c)[0] == '\0')
		client_poll(c, 1);
	assert_int_equal(client_poll(c, 0), 1);
	assert_int_equal(client_wait(c, a, 0, &result, NULL), 0);
	json_decref(result);
	assert_int_equal(client_next_note(c, &n), 1);
	json_decref(n.params);
	assert_int_equal(client_poll(c, 0), -ECONNRESET);
	closed(c, f);
}

/* Answers to nobody, answers twice, and notifications without an object change nothing. */
static void
test_strays(void **unused)
{
	static const struct fake_step steps[] = {
		FAKE_HELLO_STEP,
		{ "a", NULL, REPLY("99", "1") REPLY("-1", "1") REPLY("\"x\"", "1")
		    FAKE_NOTE("notice", "[]") "{\"jsonrpc\":\"2.0\",\"method\":\"notice\"}\n"
		    "{}\n" REPLY("$id", "5") REPLY("$id", "6"), false },
	};
	struct fake_daemon *f = fake_start(steps, ARRAY_LEN(steps));
	struct client *c = opened(f);
	struct client_note n;
	struct client_reply r;
	json_t *result = NULL;

	(void)unused;
	assert_int_equal(client_call(c, "a", NULL, WAIT_MS, &result, NULL), 0);
	assert_int_equal(json_integer_value(result), 5);
	json_decref(result);
	assert_int_equal(client_poll(c, 20), 0);
	assert_int_equal(client_next_note(c, &n), 0);
	assert_int_equal(client_next_reply(c, &r), 0);
	closed(c, f);
}

/* What nobody took goes with the client; a refusal that nobody asked about too. */
static void
test_closed_early(void **unused)
{
	static const struct fake_step steps[] = {
		FAKE_HELLO_STEP,
		{ "a", NULL, FAKE_RESULT("[1]") FAKE_NOTE("notice", "{\"seq\":41}"), false },
		{ "b", NULL, FAKE_ERROR("{\"code\":0,\"message\":\"No\",\"data\":{}}"), false },
		{ "c", NULL, FAKE_ERROR("{\"message\":\"No\"}"), false },
	};
	struct fake_daemon *f = fake_start(steps, ARRAY_LEN(steps));
	struct client *c = opened(f);
	json_t *result = NULL;
	int64_t id = 0;

	(void)unused;
	assert_int_equal(client_send(c, "a", NULL, &id), 0);
	assert_int_equal(client_send(c, "b", NULL, &id), 0);
	assert_int_equal(client_call(c, "c", NULL, WAIT_MS, &result, NULL), -EREMOTEIO);
	assert_null(result);
	assert_true(client_fd(c) >= 0);
	closed(c, f);
}

static void
test_token_that_is_no_text(void **unused)
{
	static const struct fake_step steps[] = { { NULL, "", "", true } };
	struct fake_daemon *f = fake_start(steps, 1);
	const struct client_options o = { .port = fake_port(f), .token = "\xff", .resume_from = -1 };
	struct client_error err = { 0 };
	struct client *c = NULL;

	(void)unused;
	assert_int_equal(client_open(&o, &c, &err), -EINVAL);
	assert_string_equal(err.message, "The token is not text");
	closed(c, f);
}

static void
test_hello_refused(void **unused)
{
	static const struct fake_step steps[] = {
		{ "session.hello", NULL, FAKE_ERROR("{\"code\":-32001,\"message\":\"No\"}"), true },
	};
	struct fake_daemon *f = fake_start(steps, ARRAY_LEN(steps));
	struct client_error err = { 0 };
	struct client *c = NULL;

	(void)unused;
	assert_int_equal(open_to(f, &c, &err), -EREMOTEIO);
	assert_int_equal(err.code, -32001);
	assert_null(c);
	client_error_done(&err);
	closed(c, f);
}

static void
test_resume(void **unused)
{
	static const struct fake_step steps[] = {
		{ "session.hello", "\"resume_from\":17", FAKE_HELLO, false },
	};
	struct fake_daemon *f = fake_start(steps, ARRAY_LEN(steps));
	const struct client_options o = { .port = fake_port(f), .token = "ek_admin_0_secret",
		.resume_from = 17 };
	struct client *c = NULL;

	(void)unused;
	assert_int_equal(client_open(&o, &c, NULL), 0);
	assert_int_equal(client_seq(c), 17);
	closed(c, f);
}

static void
test_unreachable(void **unused)
{
	/* A port that was free a moment ago, with nobody behind it now. */
	struct fake_daemon *f = fake_start(NULL, 0);
	struct client_options o = { .port = fake_port(f), .token = "x", .timeout_ms = WAIT_MS };
	struct client_error err = { 0 };
	struct client *c = NULL;

	(void)unused;
	closed(NULL, f);
	assert_int_equal(client_open(&o, &c, &err), -ECONNREFUSED);
	assert_int_equal(err.code, 0);
	assert_non_null(strstr(err.message, "Connection refused"));
	o.host = LABEL_TOO_LONG;
	assert_int_equal(client_open(&o, &c, &err), -ENOENT);
	assert_null(c);
}

/* The queue is bounded: the oldest go, and are counted. */
static void
test_notes_bounded(void **unused)
{
	enum { BLOCK = 1024, BLOCKS = CLIENT_NOTES_MAX / BLOCK + 1 };
	static const char note[] = FAKE_NOTE("notice", "{\"seq\":50}");
	char *block = calloc(1, BLOCK * (sizeof(note) - 1) + 1);
	struct fake_step steps[BLOCKS + 2];
	struct fake_daemon *f;
	struct client *c;
	struct client_note n;
	size_t taken = 0;

	(void)unused;
	for (size_t i = 0; i < BLOCK; i++)
		memcpy(block + i * (sizeof(note) - 1), note, sizeof(note) - 1);
	steps[0] = (struct fake_step)FAKE_HELLO_STEP;
	for (int i = 1; i <= BLOCKS; i++)
		steps[i] = (struct fake_step){ NULL, NULL, block, i == BLOCKS };
	f = fake_start(steps, BLOCKS + 1);
	c = opened(f);
	while (client_why(c)[0] == '\0')
		client_poll(c, 1);
	while (client_next_note(c, &n)) {
		json_decref(n.params);
		taken++;
	}
	assert_int_equal(taken, CLIENT_NOTES_MAX);
	assert_int_equal(client_notes_dropped(c), BLOCK);
	closed(c, f);
	free(block);
}

static void
test_cmd_ids(void **unused)
{
	static const struct fake_step steps[] = { FAKE_HELLO_STEP };
	struct fake_daemon *f = fake_start(steps, 1);
	struct client *c = opened(f);
	char a[CLIENT_CMD_ID_SIZE], b[CLIENT_CMD_ID_SIZE], first[CLIENT_CMD_ID_SIZE];

	(void)unused;
	client_cmd_id(c, a);
	client_cmd_id(c, b);
	assert_int_equal(strlen(a), 36);
	assert_int_equal(a[14], '7');
	assert_non_null(strchr("89ab", a[19]));
	assert_string_not_equal(a, b);
	assert_memory_equal(a, b, 8); /* the same minute: version 7 sorts by time */
	client_seed(c, 5);
	client_cmd_id(c, first);
	client_cmd_id(c, b);
	assert_string_not_equal(first, b);
	assert_string_not_equal(first, a);
	client_seed(c, 5);
	client_cmd_id(c, a);
	assert_string_equal(a, first);
	client_seed(c, 6);
	client_cmd_id(c, a);
	assert_string_not_equal(a, first);
	closed(c, f);
}

static const struct token_case {
	const char *name;
	const char *text;
	int rc;
	const char *token;
} token_cases[] = {
	{ "with a line end", "ek_admin_0_s\n", 0, "ek_admin_0_s" },
	{ "without", "ek_admin_0_s", 0, "ek_admin_0_s" },
	{ "with CR", "ek_admin_0_s\r\n", 0, "ek_admin_0_s" },
	{ "only the first line", "one\ntwo\n", 0, "one" },
	{ "empty", "", -EINVAL, NULL },
	{ "a blank line", "\n", -EINVAL, NULL },
	{ "two words", "one two\n", -EINVAL, NULL },
	{ "control characters", "a\033b\n", -EINVAL, NULL },
};

static void
test_token(void **unused)
{
	char path[] = "test_client_token.XXXXXX";
	int fd = mkstemp(path);

	(void)unused;
	assert_true(fd >= 0);
	for (size_t i = 0; i < ARRAY_LEN(token_cases); i++) {
		const struct token_case *t = &token_cases[i];
		char *token = NULL;
		int rc;

		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, t->text, strlen(t->text), 0), strlen(t->text));
		rc = client_read_token(path, &token);
		if (rc != t->rc || (rc == 0 && strcmp(token, t->token) != 0))
			fail_msg("%s: rc %d, %s", t->name, rc, rc == 0 ? token : "");
		free(token);
	}
	close(fd);
	unlink(path);
	assert_int_equal(client_read_token(path, NULL), -ENOENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_call),
		cmocka_unit_test(test_pipeline),
		cmocka_unit_test(test_next_reply),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_too_many_under_way),
		cmocka_unit_test(test_timeout),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_reply_before_the_end),
		cmocka_unit_test(test_strays),
		cmocka_unit_test(test_closed_early),
		cmocka_unit_test(test_token_that_is_no_text),
		cmocka_unit_test(test_hello_refused),
		cmocka_unit_test(test_resume),
		cmocka_unit_test(test_unreachable),
		cmocka_unit_test(test_notes_bounded),
		cmocka_unit_test(test_cmd_ids),
		cmocka_unit_test(test_token),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
