/* SPDX-License-Identifier: Apache-2.0 */
/* Lines to requests with every refusal of JSON-RPC, and answers back to lines. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/openrpc.h"
#include "proto/rpc.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define REQ "\"jsonrpc\":\"2.0\""

static const struct parse_case {
	const char *name;
	const char *line;
	int code;
	size_t count;
	bool batch;
} parse_cases[] = {
	{ "request", "{" REQ ",\"id\":1,\"method\":\"x\"}", 0, 1, false },
	{ "batch of two", "[{},{}]", 0, 2, true },
	{ "batch of one", "[1]", 0, 1, true },
	{ "a lone number is left to request_at", "42", 0, 1, false },
	{ "empty batch", "[]", RPC_INVALID_REQUEST, 0, false },
	{ "not JSON", "{", RPC_PARSE, 0, false },
	{ "rubbish behind", "{} x", RPC_PARSE, 0, false },
	{ "two objects", "{}{}", RPC_PARSE, 0, false },
	{ "the same key twice", "{\"a\":1,\"a\":2}", RPC_PARSE, 0, false },
	{ "an escaped NUL", "{\"a\":\"\\u0000\"}", RPC_PARSE, 0, false },
	{ "half a surrogate", "{\"a\":\"\\ud800\"}", RPC_PARSE, 0, false },
	{ "a number beyond doubles", "{\"a\":1e999}", RPC_PARSE, 0, false },
	{ "an integer beyond 64 bits", "{\"a\":9223372036854775808}", RPC_PARSE, 0, false },
	{ "NaN", "{\"a\":NaN}", RPC_PARSE, 0, false },
	{ "a comment", "{} // no", RPC_PARSE, 0, false },
};

static void
test_parse(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(parse_cases); i++) {
		const struct parse_case *c = &parse_cases[i];
		struct rpc_message m;
		char why[200] = "";
		int code = rpc_parse(c->line, strlen(c->line), &m, why, sizeof(why));

		if (code != c->code)
			fail_msg("%s: %d, %s", c->name, code, why);
		if (code != 0) {
			if (why[0] == '\0')
				fail_msg("%s: refused without a word", c->name);
			continue;
		}
		if (m.count != c->count || m.batch != c->batch)
			fail_msg("%s: %zu requests", c->name, m.count);
		rpc_message_done(&m);
	}
}

/* Builds a text of head, n times one, and tail. */
static char *
repeated(const char *head, const char *one, size_t n, const char *tail)
{
	size_t len = strlen(head) + n * strlen(one) + strlen(tail) + 1;
	char *text = calloc(1, len);
	char *at = text;

	assert_non_null(text);
	at = stpcpy(at, head);
	for (size_t i = 0; i < n; i++)
		at = stpcpy(at, one);
	strcpy(at, tail);
	return text;
}

static int
parse_code(char *line)
{
	struct rpc_message m;
	char why[200];
	int code = rpc_parse(line, strlen(line), &m, why, sizeof(why));

	if (code == 0)
		rpc_message_done(&m);
	free(line);
	return code;
}

/* n levels of lists in the params of one request. */
static char *
nested(size_t n)
{
	char *head = repeated("{\"params\":", "[", n, "");
	char *line = repeated(head, "]", n, "}");

	free(head);
	return line;
}

/* An object with n members. */
static char *
crowded(size_t n)
{
	char *line = calloc(n + 1, 16);
	char *at = line;

	assert_non_null(line);
	at = stpcpy(at, "{");
	for (size_t i = 0; i < n; i++)
		at += sprintf(at, "%s\"m%zu\":0", i > 0 ? "," : "", i);
	strcpy(at, "}");
	return line;
}

static void
test_limits(void **unused)
{
	(void)unused;
	assert_int_equal(parse_code(repeated("[{}", ",{}", RPC_BATCH_MAX - 1, "]")), 0);
	assert_int_equal(parse_code(repeated("[{}", ",{}", RPC_BATCH_MAX, "]")), RPC_TOO_LARGE);
	assert_int_equal(parse_code(nested(RPC_DEPTH_MAX - 1)), 0);
	assert_int_equal(parse_code(nested(RPC_DEPTH_MAX)), RPC_TOO_LARGE);
	assert_int_equal(parse_code(nested(100000)), RPC_PARSE); /* the parser's own limit */
	assert_int_equal(parse_code(crowded(RPC_MEMBERS_MAX)), 0);
	assert_int_equal(parse_code(crowded(RPC_MEMBERS_MAX + 1)), RPC_TOO_LARGE);
	assert_int_equal(parse_code(repeated("{\"a\":[0", ",0", RPC_MEMBERS_MAX - 1, "]}")), 0);
	assert_int_equal(parse_code(repeated("{\"a\":[0", ",0", RPC_MEMBERS_MAX, "]}")),
	    RPC_TOO_LARGE);
	assert_int_equal(parse_code(repeated("[{\"a\":[0", ",0", RPC_MEMBERS_MAX, "]}]")),
	    RPC_TOO_LARGE);
}

static const struct request_case {
	const char *name;
	const char *line;
	int code;
	const char *id; /* as JSON; NULL: none */
	const char *method;
} request_cases[] = {
	{ "full", "{" REQ ",\"id\":7,\"method\":\"a.b\",\"params\":{}}", 0, "7", "a.b" },
	{ "id of text", "{" REQ ",\"id\":\"x\",\"method\":\"a\"}", 0, "\"x\"", "a" },
	{ "notification", "{" REQ ",\"method\":\"a\"}", 0, NULL, "a" },
	{ "list of params is left to the check", "{" REQ ",\"id\":1,\"method\":\"a\",\"params\":[]}", 0,
	    "1", "a" },
	{ "no version", "{\"id\":1,\"method\":\"a\"}", RPC_INVALID_REQUEST, "1", NULL },
	{ "version 1.0", "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"a\"}", RPC_INVALID_REQUEST, "1",
	    NULL },
	{ "version as a number", "{\"jsonrpc\":2.0,\"id\":1,\"method\":\"a\"}", RPC_INVALID_REQUEST,
	    "1", NULL },
	{ "no method", "{" REQ ",\"id\":1}", RPC_INVALID_REQUEST, "1", NULL },
	{ "empty method", "{" REQ ",\"id\":1,\"method\":\"\"}", RPC_INVALID_REQUEST, "1", NULL },
	{ "method as a number", "{" REQ ",\"id\":1,\"method\":1}", RPC_INVALID_REQUEST, "1", NULL },
	{ "params as text", "{" REQ ",\"id\":1,\"method\":\"a\",\"params\":\"x\"}", RPC_INVALID_REQUEST,
	    "1", NULL },
	{ "params null", "{" REQ ",\"id\":1,\"method\":\"a\",\"params\":null}", RPC_INVALID_REQUEST,
	    "1", NULL },
	{ "id null", "{" REQ ",\"id\":null,\"method\":\"a\"}", RPC_INVALID_REQUEST, NULL, NULL },
	{ "id with a fraction", "{" REQ ",\"id\":1.5,\"method\":\"a\"}", RPC_INVALID_REQUEST, NULL,
	    NULL },
	{ "id a list", "{" REQ ",\"id\":[],\"method\":\"a\"}", RPC_INVALID_REQUEST, NULL, NULL },
	{ "unknown member", "{" REQ ",\"id\":1,\"method\":\"a\",\"param\":{}}", RPC_INVALID_REQUEST,
	    "1", NULL },
	{ "a reply", "{" REQ ",\"id\":1,\"result\":{}}", RPC_INVALID_REQUEST, "1", NULL },
	{ "a number", "42", RPC_INVALID_REQUEST, NULL, NULL },
	{ "text", "\"x\"", RPC_INVALID_REQUEST, NULL, NULL },
	{ "one in a batch", "[{" REQ ",\"id\":7,\"method\":\"a\"}]", 0, "7", "a" },
	{ "a number in a batch", "[42]", RPC_INVALID_REQUEST, NULL, NULL },
};

/* Whether what came out is what the case says. */
static void
check_request(const struct request_case *c, const struct rpc_request *r)
{
	char *id = r->id != NULL ? json_dumps(r->id, JSON_ENCODE_ANY) : NULL;

	if ((id == NULL) != (c->id == NULL) || (id != NULL && strcmp(id, c->id) != 0))
		fail_msg("%s: id %s", c->name, id != NULL ? id : "none");
	if ((r->method == NULL) != (c->method == NULL) ||
	    (r->method != NULL && strcmp(r->method, c->method) != 0))
		fail_msg("%s: method %s", c->name, r->method != NULL ? r->method : "none");
	free(id);
}

static void
test_request(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(request_cases); i++) {
		const struct request_case *c = &request_cases[i];
		struct rpc_message m;
		struct rpc_request r;
		char why[200] = "";
		int code = rpc_parse(c->line, strlen(c->line), &m, why, sizeof(why));

		assert_int_equal(code, 0);
		code = rpc_request_at(&m, 0, &r, why, sizeof(why));
		if (code != c->code || (code != 0 && why[0] == '\0'))
			fail_msg("%s: %d, %s", c->name, code, why);
		check_request(c, &r);
		rpc_message_done(&m);
	}
}

static void
test_long_id(void **unused)
{
	char *line = repeated("{" REQ ",\"method\":\"a\",\"id\":\"", "x", 129, "\"}");
	struct rpc_message m;
	struct rpc_request r;
	char why[200];

	(void)unused;
	assert_int_equal(rpc_parse(line, strlen(line), &m, why, sizeof(why)), 0);
	assert_int_equal(rpc_request_at(&m, 0, &r, why, sizeof(why)), RPC_INVALID_REQUEST);
	assert_null(r.id);
	rpc_message_done(&m);
	free(line);
}

/* Frees the message and holds its line against the text. */
static void
check_line(json_t *m, const char *expected)
{
	size_t len = 0;
	char *line = rpc_line(m, &len);

	assert_non_null(line);
	assert_string_equal(line, expected);
	assert_int_equal(len, strlen(expected));
	free(line);
	json_decref(m);
}

static void
test_answers(void **unused)
{
	json_t *id = json_string("q\n");

	(void)unused;
	check_line(rpc_reply(id, json_pack("{s:i}", "seq", 3)),
	    "{\"jsonrpc\":\"2.0\",\"id\":\"q\\n\",\"result\":{\"seq\":3}}\n");
	check_line(rpc_error_reply(NULL, RPC_PARSE, "No", NULL),
	    "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,\"message\":\"No\"}}\n");
	check_line(rpc_error_reply(id, RPC_CONFLICT, "No", json_pack("{s:i}", "current", 4)),
	    "{\"jsonrpc\":\"2.0\",\"id\":\"q\\n\",\"error\":{\"code\":-32010,\"message\":\"No\","
	    "\"data\":{\"current\":4}}}\n");
	check_line(rpc_error_reply(NULL, RPC_PARSE, "\xff", NULL),
	    "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,\"message\":\"\"}}\n");
	check_line(rpc_notification("eta.revised", json_pack("{s:f}", "lat", 41.881832)),
	    "{\"jsonrpc\":\"2.0\",\"method\":\"eta.revised\",\"params\":{\"lat\":41.881832}}\n");
	check_line(rpc_notification("x", NULL), "{\"jsonrpc\":\"2.0\",\"method\":\"x\"}\n");
	check_line(rpc_call(9, "session.ping", json_object()),
	    "{\"jsonrpc\":\"2.0\",\"method\":\"session.ping\",\"params\":{},\"id\":9}\n");
	json_decref(id);
}

/* Allocations that succeed before the rest fail. */
static size_t allocations_left;

static void *
scarce_malloc(size_t size)
{
	return allocations_left > 0 ? allocations_left--, malloc(size) : NULL;
}

/* One of the answers, whole or NULL: what they take is freed either way. */
static json_t *
scarce_answer(int which, const json_t *id, json_t *body)
{
	switch (which) {
	case 0:
		return rpc_reply(id, body);
	case 1:
		return rpc_error_reply(id, RPC_INTERNAL, "No", body);
	case 2:
		return rpc_notification("notice", body);
	default:
		return rpc_call(7, "call.get", body);
	}
}

/* However little memory there is, an answer is whole or none (a leak shows under the sanitizers). */
static void
test_out_of_memory(void **unused)
{
	static const char *const whole[] = { "result", "error", "params", "params" };
	json_t *id = json_string("q");

	(void)unused;
	json_set_alloc_funcs(scarce_malloc, free);
	for (int which = 0; which < 4; which++) {
		size_t n = 0;
		bool made = false;

		for (; n < 100 && !made; n++) {
			json_t *body, *m;

			allocations_left = SIZE_MAX;
			body = json_pack("{s:i}", "seq", 1);
			allocations_left = n;
			m = scarce_answer(which, id, body);
			allocations_left = SIZE_MAX;
			made = m != NULL;
			if (made && json_object_get(m, whole[which]) == NULL)
				fail_msg("answer %d is not whole after %zu allocations", which, n);
			json_decref(m);
		}
		assert_true(made && n > 3);
	}
	json_set_alloc_funcs(malloc, free);
	json_decref(id);
}

/* enum rpc_error and the document name the same codes. */
static void
test_codes(void **unused)
{
	static const int codes[] = { RPC_PARSE, RPC_INVALID_REQUEST, RPC_METHOD_NOT_FOUND,
		RPC_INVALID_PARAMS, RPC_INTERNAL, RPC_UNAUTHORISED, RPC_FORBIDDEN, RPC_NOT_FOUND,
		RPC_PROTOCOL, RPC_RATE_LIMITED, RPC_OVERLOADED, RPC_READ_ONLY, RPC_SLOW_CONSUMER,
		RPC_TOO_LARGE, RPC_CONFLICT, RPC_WRONG_STATE, RPC_BAD_TIME, RPC_OUT_OF_AREA,
		RPC_EXISTS, RPC_NOT_QUALIFIED, RPC_NO_ROOM, RPC_COMMAND_REUSED, RPC_NO_DEADLINE,
		RPC_QUOTE_GONE, RPC_NEEDS_MANAGER };
	struct openrpc *o = openrpc_new();
	const json_t *components = json_object_get(openrpc_document(o), "components");

	(void)unused;
	assert_int_equal(json_object_size(json_object_get(components, "errors")), ARRAY_LEN(codes));
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		if (openrpc_error_message(o, codes[i])[0] == '\0')
			fail_msg("%d is not in the document", codes[i]);
	}
	assert_string_equal(openrpc_error_message(o, -1), "");
	openrpc_free(o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_long_id),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
