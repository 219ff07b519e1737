/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rights: every method of the document by every role, as the document says; a technician touches
 * only his own day; tokens end when they are revoked or expire.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/openrpc.h"
#include "proto/rpc.h"
#include "tests/daemon_harness.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static struct harness h;
static struct openrpc *document;
static char *own_call, *foreign_call; /* on the routes of t1 and t2 */

static char *
call_of(const char *technician)
{
	json_t *day = harness_ok(h.admin, "day.get", json_pack("{s:s}", "technician", technician));
	const char *id = json_string_value(
	    json_object_get(json_array_get(json_object_get(day, "stops"), 0), "call"));
	char *copy;

	if (id == NULL)
		fail_msg("%s has no call", technician);
	copy = strdup(id);
	json_decref(day);
	return copy;
}

static int
set_up(void **unused)
{
	(void)unused;
	document = openrpc_new();
	h = (struct harness){ .args = { NULL } };
	harness_start(&h);
	harness_technician(&h, "t1", 42.36, -71.06);
	harness_technician(&h, "t2", 42.60, -71.30);
	free(harness_book(&h, 42.361, -71.061, "10:00:00"));
	free(harness_book(&h, 42.601, -71.301, "10:00:00"));
	harness_at(&h, "08:00:00");
	own_call = call_of("t1");
	foreign_call = call_of("t2");
	return 0;
}

static int
tear_down(void **unused)
{
	(void)unused;
	free(own_call);
	free(foreign_call);
	openrpc_free(document);
	harness_done(&h);
	return 0;
}

/* The code of a call with parameters that fit no method but those that take none; 0 for success. */
static int
code_of_call(struct client *c, const char *method)
{
	struct client_error err = { .code = 0 };
	json_t *result = NULL;
	int rc = client_call(c, method, json_pack("{s:b}", "no such member", 1), HARNESS_WAIT_MS,
	    &result, &err);
	int code = rc == 0 ? 0 : err.code;

	assert_true(rc == 0 || rc == -EREMOTEIO);
	json_decref(result);
	client_error_done(&err);
	return code;
}

/* Parameters are checked after rights: who may call hears of them, who may not does not. */
static void
test_every_method_by_every_role(void **unused)
{
	(void)unused;
	for (int role = 0; role < ROLES; role++) {
		char *token = harness_token(&h, role_name((enum role)role),
		    role == ROLE_TECHNICIAN ? "t1" : NULL);
		struct client *c = harness_client(&h, token);

		for (size_t i = 0; i < openrpc_methods(document); i++) {
			const struct method_spec *spec = openrpc_method_at(document, i);
			bool may = (spec->roles >> role & 1) != 0;
			int code = code_of_call(c, spec->name);

			if (code != (may ? RPC_INVALID_PARAMS : RPC_FORBIDDEN))
				fail_msg("%s by %s: code %d, and the document says that he may%s",
				    spec->name, role_name((enum role)role), code,
				    may ? "" : " not");
		}
		client_close(c);
		free(token);
	}
}

static json_t *
params_for(const struct method_spec *spec, const char *technician, const char *call)
{
	json_t *params = json_object(), *param;
	size_t i;

	json_array_foreach((json_t *)spec->params, i, param)
	{
		const char *name = json_string_value(json_object_get(param, "name"));

		if (strcmp(name, "technician") == 0)
			json_object_set_new(params, name, json_string(technician));
		else if (strcmp(name, "call") == 0)
			json_object_set_new(params, name, json_string(call));
		else if (strcmp(name, "lat") == 0 || strcmp(name, "lon") == 0)
			json_object_set_new(params, name, json_real(42.0));
		else if (strcmp(name, "by_s") == 0)
			json_object_set_new(params, name, json_integer(600));
		else if (strcmp(name, "kind") == 0)
			json_object_set_new(params, name, json_string("roof"));
		else if (strcmp(name, "outcome") == 0)
			json_object_set_new(params, name, json_string("fixed"));
		else if (strcmp(name, "from") == 0)
			json_object_set_new(params, name, json_string("2011-09-21T08:30:00-04:00"));
		else if (strcmp(name, "to") == 0)
			json_object_set_new(params, name, json_string("2011-09-21T14:00:00-04:00"));
	}
	return params;
}

/* Whatever belongs to another is not there, for a technician; and nothing of it changes. */
static void
test_a_technician_touches_only_his_own(void **unused)
{
	char *token = harness_token(&h, "technician", "t1");
	struct client *c = harness_client(&h, token);
	size_t methods = 0;
	json_t *before = harness_ok(h.admin, "status.get", NULL), *after;

	(void)unused;
	for (size_t i = 0; i < openrpc_methods(document); i++) {
		const struct method_spec *spec = openrpc_method_at(document, i);

		if (spec->own == NULL || (spec->roles >> ROLE_TECHNICIAN & 1) == 0)
			continue;
		harness_refused(c, spec->name, params_for(spec, "t2", foreign_call), RPC_NOT_FOUND,
		    NULL);
		methods++;
	}
	assert_true(methods >= 10);
	after = harness_ok(h.admin, "status.get", NULL);
	assert_true(json_equal(json_object_get(before, "territories"),
	    json_object_get(after, "territories")));
	json_decref(before);
	json_decref(after);
	harness_do(c, "day.get", json_pack("{s:s}", "technician", "t1"));
	harness_do(c, "call.get", json_pack("{s:s}", "call", own_call));
	harness_do(c, "shift.start", json_pack("{s:s}", "technician", "t1"));
	/* A call on nobody's route, and one that is none, look the same. */
	harness_refused(c, "call.get", json_pack("{s:s}", "call", "c999"), RPC_NOT_FOUND, NULL);
	client_close(c);
	free(token);
}

static json_t *
find_token(const char *id)
{
	json_t *list = harness_ok(h.admin, "token.list", NULL), *t, *found = NULL;
	size_t i;

	json_array_foreach(json_object_get(list, "tokens"), i, t)
	{
		if (strcmp(json_string_value(json_object_get(t, "id")), id) == 0)
			found = json_incref(t);
	}
	json_decref(list);
	return found;
}

static void
test_revoked(void **unused)
{
	json_t *issued = harness_ok(h.admin, "token.issue",
	    json_pack("{s:s, s:s}", "role", "viewer", "name", "wall board"));
	const char *id = json_string_value(json_object_get(issued, "id"));
	const char *text = json_string_value(json_object_get(issued, "token"));
	struct client_options o = { .port = h.port, .token = text, .name = "t", .resume_from = -1 };
	struct client *c = harness_client(&h, text), *more;
	struct client_error err = { .code = 0 };
	json_t *token;

	(void)unused;
	token = find_token(id);
	assert_false(json_is_true(json_object_get(token, "revoked")));
	assert_string_equal(json_string_value(json_object_get(token, "name")), "wall board");
	assert_null(json_object_get(token, "token"));
	json_decref(token);
	harness_do(h.admin, "token.revoke", json_pack("{s:s}", "id", id));
	/* The session that was open is cut, and no other is let in; not after a restart either. */
	while (client_poll(c, HARNESS_WAIT_MS) >= 0)
		continue;
	client_close(c);
	assert_int_equal(client_open(&o, &more, &err), -EREMOTEIO);
	assert_int_equal(err.code, RPC_UNAUTHORISED);
	client_error_done(&err);
	harness_kill(&h);
	harness_again(&h);
	o.port = h.port;
	assert_int_equal(client_open(&o, &more, &err), -EREMOTEIO);
	client_error_done(&err);
	token = find_token(id);
	assert_true(json_is_true(json_object_get(token, "revoked")));
	json_decref(token);
	harness_refused(h.admin, "token.revoke", json_pack("{s:s}", "id", "nobody"), RPC_NOT_FOUND,
	    NULL);
	json_decref(issued);
}

static const struct issue_case {
	const char *name;
	const char *role, *technician, *expires;
	int code;
	const char *says;
} issue_cases[] = {
	{ "a technician's token without technician", "technician", NULL, NULL, RPC_INVALID_PARAMS,
	    "technician" },
	{ "a viewer's with one", "viewer", "t1", NULL, RPC_INVALID_PARAMS, "technician" },
	{ "of an unknown technician", "technician", "t9", NULL, RPC_NOT_FOUND, "t9" },
	{ "expired already", "viewer", NULL, "2011-09-21T07:00:00-04:00", RPC_BAD_TIME, "past" },
	{ "for no role", "god", NULL, NULL, RPC_INVALID_PARAMS, "role" },
};

static void
test_refused_issues(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(issue_cases); i++) {
		const struct issue_case *k = &issue_cases[i];
		struct client_error err;
		json_t *params = json_pack("{s:s, s:s}", "role", k->role, "name", "x");

		if (k->technician != NULL)
			json_object_set_new(params, "technician", json_string(k->technician));
		if (k->expires != NULL)
			json_object_set_new(params, "expires", json_string(k->expires));
		harness_refused(h.admin, "token.issue", params, k->code, &err);
		if (strstr(err.message, k->says) == NULL)
			fail_msg("%s: %s", k->name, err.message);
		client_error_done(&err);
	}
}

static void
test_expired(void **unused)
{
	json_t *issued = harness_ok(h.admin, "token.issue",
	    json_pack("{s:s, s:s, s:s}", "role", "viewer", "name", "today only", "expires",
		"2011-09-21T08:30:00-04:00"));
	struct client_options o = { .port = h.port,
		.name = "t",
		.resume_from = -1,
		.token = json_string_value(json_object_get(issued, "token")) };
	struct client_error err = { .code = 0 };
	struct client *c;

	(void)unused;
	client_close(harness_client(&h, o.token));
	harness_at(&h, "08:30:00");
	assert_int_equal(client_open(&o, &c, &err), -EREMOTEIO);
	assert_int_equal(err.code, RPC_UNAUTHORISED);
	client_error_done(&err);
	json_decref(issued);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_method_by_every_role),
		cmocka_unit_test(test_a_technician_touches_only_his_own),
		cmocka_unit_test(test_revoked),
		cmocka_unit_test(test_refused_issues),
		cmocka_unit_test(test_expired),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
