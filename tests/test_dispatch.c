/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A real daemon from booking to finish: calls are planned, told, done; people move things; what
 * cannot be is refused. All over the socket, in virtual time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/rpc.h"
#include "tests/daemon_harness.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define DAY "2011-09-21T"

/* Waits until nothing is pending, the clock standing still. */
static void
settle(struct harness *h)
{
	json_t *now = harness_ok(h->admin, "session.ping", NULL);

	harness_do(h->admin, "clock.advance",
	    json_pack("{s:O}", "to", json_object_get(now, "now")));
	json_decref(now);
}

static json_t *
get_call(struct harness *h, const char *call)
{
	return harness_ok(h->admin, "call.get", json_pack("{s:s}", "call", call));
}

/* A member of a call as text, malloc'd; NULL if it has none. */
static char *
call_member(struct harness *h, const char *call, const char *name)
{
	json_t *j = get_call(h, call);
	const char *text = json_string_value(json_object_get(j, name));
	char *copy = text == NULL ? NULL : strdup(text);

	json_decref(j);
	return copy;
}

static void
expect_member(struct harness *h, const char *call, const char *name, const char *want)
{
	char *is = call_member(h, call, name);

	if (is == NULL || want == NULL ? is != want : strcmp(is, want) != 0)
		fail_msg("%s of %s: expected %s, got %s", name, call, want == NULL ? "none" : want,
		    is == NULL ? "none" : is);
	free(is);
}

static void
do_tech(struct harness *h, const char *method, const char *tech)
{
	harness_do(h->admin, method, json_pack("{s:s}", "technician", tech));
}

static void
do_stop(struct harness *h, const char *method, const char *tech, const char *call)
{
	harness_do(h->admin, method, json_pack("{s:s, s:s}", "technician", tech, "call", call));
}

/* Two technicians, an hour's drive apart, and a settled daemon. */
static void
start_with_two(struct harness *h)
{
	harness_start(h);
	harness_technician(h, "t1", 42.35, -71.06);
	harness_technician(h, "t2", 42.45, -71.30);
}

/* The call's whole life, and what is pushed on the way. */
static void
test_booking_to_finish(void **unused)
{
	struct harness h = { 0 };
	struct client *board;
	struct client_note note;
	char *call;
	json_t *j;
	int etas = 0, plans = 0;

	(void)unused;
	start_with_two(&h);
	board = harness_client(&h, NULL);
	harness_do(board, "feed.subscribe", NULL);
	call = harness_book(&h, 42.36, -71.07, "12:00:00");
	settle(&h);
	expect_member(&h, call, "status", "planned");
	expect_member(&h, call, "technician", "t1");
	harness_at(&h, "08:00:00");
	do_tech(&h, "shift.start", "t1");
	do_stop(&h, "stop.depart", "t1", call);
	expect_member(&h, call, "status", "en_route");
	settle(&h);
	j = get_call(&h, call);
	assert_non_null(json_object_get(j, "eta"));
	assert_non_null(json_object_get(j, "promise"));
	assert_true(json_array_size(json_object_get(j, "history")) >= 1);
	json_decref(j);
	harness_at(&h, "08:15:00");
	do_stop(&h, "stop.arrive", "t1", call);
	harness_at(&h, "08:50:00");
	do_stop(&h, "stop.finish", "t1", call);
	expect_member(&h, call, "status", "done");
	expect_member(&h, call, "outcome", "fixed");

	j = harness_ok(h.admin, "day.get", json_pack("{s:s}", "technician", "t1"));
	assert_int_equal(json_array_size(json_object_get(j, "done")), 1);
	assert_int_equal(json_array_size(json_object_get(j, "stops")), 0);
	json_decref(j);
	settle(&h);
	while (client_poll(board, 100) == 1 && client_next_note(board, &note) == 1) {
		etas += strcmp(note.method, "eta.revised") == 0;
		plans += strcmp(note.method, "plan.revised") == 0;
		json_decref(note.params);
	}
	assert_true(etas >= 1);
	assert_true(plans >= 1);
	client_close(board);
	free(call);
	harness_done(&h);
}

/* Who is gone has his calls done by the other, who is told, and so is the customer. */
static void
test_absence(void **unused)
{
	struct harness h = { 0 };
	char *a, *b;
	json_t *j, *eta;

	(void)unused;
	start_with_two(&h);
	a = harness_book(&h, 42.36, -71.07, "11:00:00");
	b = harness_book(&h, 42.34, -71.05, "11:00:00");
	harness_at(&h, "08:00:00");
	do_tech(&h, "shift.start", "t1");
	do_tech(&h, "shift.start", "t2");
	settle(&h);
	expect_member(&h, a, "technician", "t1");
	j = get_call(&h, a);
	eta = json_incref(json_object_get(j, "eta"));
	assert_non_null(eta);
	json_decref(j);
	j = harness_ok(h.admin, "technician.absent", json_pack("{s:s, s:s}", "technician", "t1",
	    "reason", "fell off a ladder"));
	assert_int_equal(json_array_size(json_object_get(j, "calls")), 2);
	json_decref(j);
	settle(&h);
	expect_member(&h, a, "technician", "t2");
	expect_member(&h, b, "technician", "t2");
	j = get_call(&h, a);
	assert_true(json_integer_value(json_object_get(json_object_get(j, "eta"), "version")) >
	    json_integer_value(json_object_get(eta, "version")));
	json_decref(j);
	json_decref(eta);
	harness_refused(h.admin, "stop.depart", json_pack("{s:s, s:s}", "technician", "t1", "call", a),
	    RPC_WRONG_STATE, NULL);
	free(a);
	free(b);
	harness_done(&h);
}

static void
test_override(void **unused)
{
	struct harness h = { 0 };
	char *a, *b, *token;
	json_t *j;

	(void)unused;
	start_with_two(&h);
	a = harness_book(&h, 42.36, -71.07, "12:00:00");
	b = harness_book(&h, 42.34, -71.05, "12:00:00");
	harness_at(&h, "08:00:00");
	do_tech(&h, "shift.start", "t1");
	do_tech(&h, "shift.start", "t2");
	settle(&h);
	expect_member(&h, a, "technician", "t1");
	j = harness_ok(h.admin, "override.preview", json_pack("{s:s, s:s}", "call", a, "technician",
	    "t2"));
	assert_true(json_integer_value(json_object_get(j, "cost_cents")) > 0);
	assert_int_equal(json_integer_value(json_object_get(j, "cost_after_cents")),
	    json_integer_value(json_object_get(j, "cost_before_cents")) +
	    json_integer_value(json_object_get(j, "cost_cents")) -
	    json_integer_value(json_object_get(j, "paid_cents")));
	token = strdup(json_string_value(json_object_get(j, "token")));
	json_decref(j);
	expect_member(&h, a, "technician", "t1"); /* a preview changes nothing */

	j = harness_ok(h.admin, "override.force", json_pack("{s:s, s:s, s:s, s:s}", "call", a,
	    "technician", "t2", "reason", "the customer asked for him", "token", token));
	json_decref(j);
	settle(&h);
	expect_member(&h, a, "technician", "t2");
	j = get_call(&h, a);
	assert_true(json_is_true(json_object_get(j, "pinned")));
	json_decref(j);
	/* The same token again: the routes are others now. */
	harness_refused(h.admin, "override.force", json_pack("{s:s, s:s, s:s, s:s}", "call", a,
	    "technician", "t1", "reason", "back again", "token", token), RPC_CONFLICT, NULL);
	/* The pin holds against what would be cheaper, until it is taken off. */
	harness_at(&h, "08:06:00");
	expect_member(&h, a, "technician", "t2");
	harness_do(h.admin, "plan.unpin", json_pack("{s:s}", "call", a));
	harness_refused(h.admin, "plan.unpin", json_pack("{s:s}", "call", a), RPC_WRONG_STATE, NULL);
	free(token);
	free(a);
	free(b);
	harness_done(&h);
}

/* A token ends after a minute. */
static void
test_override_token_ends(void **unused)
{
	struct harness h = { 0 };
	char *a, *token;
	json_t *j;

	(void)unused;
	start_with_two(&h);
	a = harness_book(&h, 42.36, -71.07, "16:00:00");
	settle(&h);
	j = harness_ok(h.admin, "override.preview", json_pack("{s:s, s:s}", "call", a, "technician",
	    "t2"));
	token = strdup(json_string_value(json_object_get(j, "token")));
	json_decref(j);
	harness_at(&h, "07:01:01");
	harness_refused(h.admin, "override.force", json_pack("{s:s, s:s, s:s, s:s}", "call", a,
	    "technician", "t2", "reason", "too late", "token", token), RPC_CONFLICT, NULL);
	expect_member(&h, a, "technician", "t1");
	free(token);
	free(a);
	harness_done(&h);
}

static void
test_breaks(void **unused)
{
	struct harness h = { 0 };
	struct client *phone;
	char *token;
	json_t *j;

	(void)unused;
	harness_start(&h);
	harness_do(h.admin, "technician.add", json_pack(
	    "{s:s, s:s, s:{s:f, s:f}, s:[{s:s, s:s, s:[{s:s, s:s, s:i}, {s:s, s:s, s:i}]}]}",
	    "technician", "t1", "name", "Ada", "home", "lat", 42.35, "lon", -71.06, "shifts", "from",
	    DAY "08:00:00-04:00", "to", DAY "17:00:00-04:00", "breaks", "from",
	    DAY "10:00:00-04:00", "to", DAY "10:30:00-04:00", "duration_s", 900, "from",
	    DAY "12:00:00-04:00", "to", DAY "13:00:00-04:00", "duration_s", 1800));
	harness_refused(h.admin, "break.start", json_pack("{s:s}", "technician", "t1"),
	    RPC_WRONG_STATE, NULL);
	harness_at(&h, "08:00:00");
	do_tech(&h, "shift.start", "t1");
	harness_at(&h, "10:05:00");
	do_tech(&h, "break.start", "t1");
	harness_refused(h.admin, "break.start", json_pack("{s:s}", "technician", "t1"),
	    RPC_WRONG_STATE, NULL);
	harness_refused(h.admin, "shift.end", json_pack("{s:s}", "technician", "t1"),
	    RPC_WRONG_STATE, NULL);
	harness_at(&h, "10:20:00");
	do_tech(&h, "break.end", "t1");
	harness_refused(h.admin, "break.end", json_pack("{s:s}", "technician", "t1"),
	    RPC_WRONG_STATE, NULL);
	/* Only he himself gives a break up, and only one that is due. */
	harness_refused(h.admin, "break.waive", json_pack("{s:s}", "technician", "t1"), RPC_FORBIDDEN,
	    NULL);
	token = harness_token(&h, "technician", "t1");
	phone = harness_client(&h, token);
	harness_do(phone, "break.waive", json_pack("{s:s}", "technician", "t1"));
	harness_refused(phone, "break.waive", json_pack("{s:s}", "technician", "t1"),
	    RPC_WRONG_STATE, NULL);
	j = harness_ok(phone, "day.get", json_pack("{s:s}", "technician", "t1"));
	assert_int_equal(json_array_size(json_object_get(j, "breaks")), 2);
	json_decref(j);
	client_close(phone);
	free(token);
	harness_done(&h);
}

/* No deadline: refused, with real options. */
static void
test_no_deadline(void **unused)
{
	static const char *const due[] = { NULL, "asap", "ASAP" };
	struct harness h = { 0 };

	(void)unused;
	start_with_two(&h);
	for (size_t i = 0; i < ARRAY_LEN(due); i++) {
		struct client_error err = { 0 };
		json_t *params = json_pack("{s:s, s:{s:f, s:f}}", "customer", "acme", "site", "lat",
		    42.36, "lon", -71.07);
		const json_t *options, *first;

		if (due[i] != NULL)
			json_object_set_new(params, "due", json_string(due[i]));
		harness_refused(h.admin, "call.book", params, RPC_NO_DEADLINE, &err);
		options = json_object_get(err.data, "options");
		assert_true(json_array_size(options) >= 1);
		first = json_array_get(options, 0);
		assert_string_equal(json_string_value(json_object_get(first, "technician")), "t1");
		assert_true(json_integer_value(json_object_get(first, "cost_cents")) > 0);
		assert_non_null(json_object_get(json_object_get(first, "window"), "from"));
		client_error_done(&err);
	}
	harness_done(&h);
}

/* What is refused, with which error; the state stays as it is. */
static const struct refusal_case {
	const char *name, *method, *params;
	int code;
} refusals[] = {
	{ "a deadline in the past", "call.book",
	    "{'customer':'a','site':{'lat':42.36,'lon':-71.07},'due':'" DAY "06:00:00-04:00'}",
	    RPC_BAD_TIME },
	{ "an appointment in the past", "call.book",
	    "{'customer':'a','site':{'lat':42.36,'lon':-71.07},'appointment':"
	    "{'from':'" DAY "05:00:00-04:00','to':'" DAY "06:00:00-04:00'}}", RPC_BAD_TIME },
	{ "an appointment that ends before it starts", "call.book",
	    "{'customer':'a','site':{'lat':42.36,'lon':-71.07},'appointment':"
	    "{'from':'" DAY "10:00:00-04:00','to':'" DAY "09:00:00-04:00'}}", RPC_INVALID_PARAMS },
	{ "a deadline in six years", "call.book",
	    "{'customer':'a','site':{'lat':42.36,'lon':-71.07},'due':'2017-09-21T06:00:00-04:00'}",
	    RPC_BAD_TIME },
	{ "a day that does not exist", "call.book",
	    "{'customer':'a','site':{'lat':42.36,'lon':-71.07},'due':'2011-02-30T06:00:00-04:00'}",
	    RPC_INVALID_PARAMS },
	{ "a site on another continent", "call.book",
	    "{'customer':'a','site':{'lat':48.85,'lon':2.35},'due':'" DAY "12:00:00-04:00'}",
	    RPC_OUT_OF_AREA },
	{ "a site on the moon", "call.book",
	    "{'customer':'a','site':{'lat':384400,'lon':0},'due':'" DAY "12:00:00-04:00'}",
	    RPC_INVALID_PARAMS },
	{ "a technician nobody knows is required", "call.book",
	    "{'customer':'a','site':{'lat':42.36,'lon':-71.07},'due':'" DAY "12:00:00-04:00',"
	    "'required':'nobody'}", RPC_NOT_FOUND },
	{ "required and forbidden at once", "call.book",
	    "{'customer':'a','site':{'lat':42.36,'lon':-71.07},'due':'" DAY "12:00:00-04:00',"
	    "'required':'t1','forbidden':['t1']}", RPC_INVALID_PARAMS },
	{ "an unknown territory", "call.book",
	    "{'customer':'a','site':{'lat':42.36,'lon':-71.07},'due':'" DAY "12:00:00-04:00',"
	    "'territory':'atlantis'}", RPC_NOT_FOUND },
	{ "calls of an unknown territory", "call.list", "{'territory':'atlantis'}", RPC_NOT_FOUND },
	{ "the plan of one", "plan.get", "{'territory':'atlantis'}", RPC_NOT_FOUND },
	{ "the technicians of one", "technician.list", "{'territory':'atlantis'}", RPC_NOT_FOUND },
	{ "a technician for one", "technician.add",
	    "{'territory':'atlantis','name':'x','home':{'lat':42.36,'lon':-71.07}}", RPC_NOT_FOUND },
	{ "the guidelines of one", "guidelines.get", "{'territory':'atlantis'}", RPC_NOT_FOUND },
	{ "guidelines for one", "guidelines.set",
	    "{'territory':'atlantis','guidelines':{'budget_event':1}}", RPC_NOT_FOUND },
	{ "amend an unknown call", "call.amend", "{'call':'c999','note':'x'}", RPC_NOT_FOUND },
	{ "amend nothing", "call.amend", "{'call':'CALL'}", RPC_INVALID_PARAMS },
	{ "amend an old version", "call.amend", "{'call':'CALL','note':'x','if_version':77}",
	    RPC_CONFLICT },
	{ "amend to asap", "call.amend", "{'call':'CALL','due':'asap'}", RPC_INVALID_PARAMS },
	{ "amend to the past", "call.amend", "{'call':'CALL','due':'" DAY "06:00:00-04:00'}",
	    RPC_BAD_TIME },
	{ "cancel an unknown call", "call.cancel", "{'call':'c999'}", RPC_NOT_FOUND },
	{ "cancel a finished call", "call.cancel", "{'call':'DONE'}", RPC_WRONG_STATE },
	{ "amend a finished call", "call.amend", "{'call':'DONE','note':'x'}", RPC_WRONG_STATE },
	{ "depart for a finished call", "stop.depart", "{'technician':'t1','call':'DONE'}",
	    RPC_WRONG_STATE },
	{ "depart for somebody else's call", "stop.depart", "{'technician':'t2','call':'CALL'}",
	    RPC_WRONG_STATE },
	{ "depart in the future", "stop.depart",
	    "{'technician':'t1','call':'CALL','at':'" DAY "16:00:00-04:00'}", RPC_BAD_TIME },
	{ "depart before his last event", "stop.depart",
	    "{'technician':'t1','call':'CALL','at':'" DAY "08:31:00-04:00'}", RPC_BAD_TIME },
	{ "finish without arriving", "stop.finish", "{'technician':'t1','call':'CALL'}",
	    RPC_WRONG_STATE },
	{ "late without departing", "stop.running_late",
	    "{'technician':'t1','call':'CALL','by_s':600}", RPC_WRONG_STATE },
	{ "a technician nobody knows", "shift.start", "{'technician':'nobody'}", RPC_NOT_FOUND },
	{ "on shift already", "shift.start", "{'technician':'t1'}", RPC_WRONG_STATE },
	{ "off already", "shift.end", "{'technician':'t2'}", RPC_WRONG_STATE },
	{ "an id that is taken", "technician.add",
	    "{'technician':'t1','name':'x','home':{'lat':42,'lon':-71}}", RPC_EXISTS },
	{ "shifts that overlap", "technician.add",
	    "{'name':'x','home':{'lat':42,'lon':-71},'shifts':["
	    "{'from':'" DAY "08:00:00-04:00','to':'" DAY "12:00:00-04:00'},"
	    "{'from':'" DAY "11:00:00-04:00','to':'" DAY "17:00:00-04:00'}]}", RPC_INVALID_PARAMS },
	{ "a break outside its shift", "technician.add",
	    "{'name':'x','home':{'lat':42,'lon':-71},'shifts':[{'from':'" DAY "08:00:00-04:00',"
	    "'to':'" DAY "12:00:00-04:00','breaks':[{'from':'" DAY "13:00:00-04:00','to':'" DAY
	    "14:00:00-04:00','duration_s':600}]}]}", RPC_INVALID_PARAMS },
	{ "amend nothing of a technician", "technician.amend", "{'technician':'t1'}",
	    RPC_INVALID_PARAMS },
	{ "amend an old version of a technician", "technician.amend",
	    "{'technician':'t1','name':'x','if_version':99}", RPC_CONFLICT },
	{ "an absence that is over", "technician.absent",
	    "{'technician':'t2','from':'" DAY "05:00:00-04:00','to':'" DAY "06:00:00-04:00'}",
	    RPC_BAD_TIME },
	{ "an absence of no length", "technician.absent",
	    "{'technician':'t2','from':'" DAY "15:00:00-04:00','to':'" DAY "15:00:00-04:00'}",
	    RPC_INVALID_PARAMS },
	{ "a position of the future", "position.report",
	    "{'technician':'t1','lat':42,'lon':-71,'at':'" DAY "18:00:00-04:00'}", RPC_BAD_TIME },
	{ "a position of last week", "position.report",
	    "{'technician':'t1','lat':42,'lon':-71,'at':'2011-09-14T08:00:00-04:00'}", RPC_BAD_TIME },
	{ "pin a finished call", "plan.pin", "{'call':'DONE'}", RPC_WRONG_STATE },
	{ "unpin what is not pinned", "plan.unpin", "{'call':'CALL'}", RPC_WRONG_STATE },
	{ "move a finished call", "override.preview", "{'call':'DONE','technician':'t1'}",
	    RPC_WRONG_STATE },
	{ "move to who may not do it", "override.preview", "{'call':'HARD','technician':'t1'}",
	    RPC_NOT_QUALIFIED },
	{ "move after a call that is not his", "override.preview",
	    "{'call':'CALL','technician':'t1','after':'DONE'}", RPC_NOT_FOUND },
	{ "move first and after", "override.preview",
	    "{'call':'CALL','technician':'t1','after':'HARD','first':true}", RPC_INVALID_PARAMS },
	{ "no reason to force", "override.force", "{'call':'CALL','technician':'t1'}",
	    RPC_INVALID_PARAMS },
	{ "an unknown call", "call.get", "{'call':'c999'}", RPC_NOT_FOUND },
	{ "list of an unknown technician", "call.list", "{'technician':'nobody'}", RPC_NOT_FOUND },
};

/* The case's parameters: ' for ", and the ids of calls put in. */
static json_t *
case_params(const char *text, const char *call, const char *done, const char *hard)
{
	static const char *const names[] = { "CALL", "DONE", "HARD" };
	const char *ids[] = { call, done, hard };
	char buf[1024];
	size_t n = 0;

	while (*text != '\0' && n < sizeof(buf) - 64) {
		size_t k;

		for (k = 0; k < ARRAY_LEN(names); k++)
			if (strncmp(text, names[k], 4) == 0)
				break;
		if (k < ARRAY_LEN(names)) {
			n += (size_t)snprintf(buf + n, sizeof(buf) - n, "%s", ids[k]);
			text += 4;
			continue;
		}
		buf[n++] = *text == '\'' ? '"' : *text;
		text++;
	}
	buf[n] = '\0';
	return json_loads(buf, 0, NULL);
}

static int64_t
journal_seq(struct harness *h)
{
	json_t *j = harness_ok(h->admin, "session.ping", NULL);
	int64_t seq = json_integer_value(json_object_get(j, "seq"));

	json_decref(j);
	return seq;
}

static void
test_refusals(void **unused)
{
	struct harness h = { 0 };
	char *call, *done, *hard;
	int64_t seq;
	json_t *j;

	(void)unused;
	start_with_two(&h);
	done = harness_book(&h, 42.351, -71.061, "12:00:00");
	harness_at(&h, "08:00:00");
	do_tech(&h, "shift.start", "t1");
	settle(&h);
	do_stop(&h, "stop.arrive", "t1", done); /* a departure is implied */
	harness_at(&h, "08:35:00");
	do_stop(&h, "stop.finish", "t1", done);
	harness_refused(h.admin, "stop.arrive", json_pack("{s:s, s:s}", "technician", "t1", "call",
	    done), RPC_WRONG_STATE, NULL);
	call = harness_book(&h, 42.36, -71.07, "16:00:00");
	/* Nobody can do it: taken all the same. */
	j = harness_ok(h.admin, "call.book", json_pack("{s:s, s:{s:f, s:f}, s:s, s:[{s:s}]}",
	    "customer", "acme", "site", "lat", 42.36, "lon", -71.07, "due", DAY "16:00:00-04:00",
	    "needs", "skill", "alchemy"));
	hard = strdup(json_string_value(json_object_get(j, "call")));
	json_decref(j);
	settle(&h);
	expect_member(&h, hard, "status", "unassigned");
	expect_member(&h, call, "technician", "t1");
	seq = journal_seq(&h);
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		struct client_error err = { 0 };
		json_t *params = case_params(refusals[i].params, call, done, hard);

		if (params == NULL)
			fail_msg("%s: the case's parameters are no JSON", refusals[i].name);
		print_message("    %s\n", refusals[i].name);
		harness_refused(h.admin, refusals[i].method, params, refusals[i].code, &err);
		if (strlen(err.message) < 15)
			fail_msg("%s: \"%s\" helps nobody", refusals[i].name, err.message);
		client_error_done(&err);
	}
	settle(&h);
	assert_int_equal(journal_seq(&h), seq);
	free(call);
	free(done);
	free(hard);
	harness_done(&h);
}

/* Time alone: a call is told when it comes near, a technician who does not come is done without. */
static void
test_time_alone(void **unused)
{
	struct harness h = { 0 };
	char *call;
	json_t *j;

	(void)unused;
	start_with_two(&h);
	call = harness_book(&h, 42.36, -71.07, "16:30:00");
	settle(&h);
	j = get_call(&h, call);
	assert_non_null(json_object_get(j, "arrival"));
	json_decref(j);
	harness_at(&h, "07:30:00");
	j = get_call(&h, call);
	assert_non_null(json_object_get(j, "eta")); /* it is the first of the day, near enough */
	json_decref(j);
	expect_member(&h, call, "technician", "t1");
	harness_at(&h, "08:25:00");
	do_tech(&h, "shift.start", "t2");
	harness_at(&h, "08:31:00"); /* t1 has not come */
	expect_member(&h, call, "technician", "t2");
	free(call);
	harness_done(&h);
}

/* However late, a call is done when there is room: what is late already is no reason to leave it. */
static void
test_nobody_waits_for_ever(void **unused)
{
	struct harness h = { 0 };
	char *call;
	json_t *j;

	(void)unused;
	harness_start(&h);
	harness_do(h.admin, "technician.add",
	    json_pack("{s:s, s:s, s:{s:f, s:f}, s:[{s:s, s:s}, {s:s, s:s}]}", "technician", "t1", "name",
	        "Ada", "home", "lat", 42.35, "lon", -71.06, "shifts", "from", DAY "08:00:00-04:00", "to",
	        DAY "17:00:00-04:00", "from", "2011-09-22T08:00:00-04:00", "to",
	        "2011-09-22T17:00:00-04:00"));
	j = harness_ok(h.admin, "call.book",
	    json_pack("{s:s, s:{s:f, s:f}, s:s, s:s}", "customer", "acme", "site", "lat", 42.36, "lon",
	        -71.07, "due", DAY "12:00:00-04:00", "severity", "urgent"));
	call = strdup(json_string_value(json_object_get(j, "call")));
	json_decref(j);
	harness_at(&h, "18:00:00"); /* he did not come; tomorrow is dearer than leaving it out */
	harness_do(h.admin, "clock.advance", json_pack("{s:s}", "to", "2011-09-22T07:30:00-04:00"));
	expect_member(&h, call, "status", "planned");
	free(call);
	harness_done(&h);
}

/* A driver who reports from far away is late, and the customer hears it before he would have come. */
static void
test_late_by_position(void **unused)
{
	struct harness h = { 0 };
	char *call, *before, *after;

	(void)unused;
	start_with_two(&h);
	call = harness_book(&h, 42.36, -71.07, "12:00:00");
	harness_at(&h, "08:00:00");
	do_tech(&h, "shift.start", "t1");
	settle(&h);
	do_stop(&h, "stop.depart", "t1", call);
	settle(&h);
	before = call_member(&h, call, "arrival");
	harness_at(&h, "08:03:00");
	harness_do(h.admin, "position.report", json_pack("{s:s, s:f, s:f}", "technician", "t1", "lat",
	    42.60, "lon", -71.30));
	settle(&h);
	after = call_member(&h, call, "arrival");
	assert_true(strcmp(after, before) > 0); /* the same day and offset */
	free(before);
	free(after);
	free(call);
	harness_done(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_booking_to_finish),
		cmocka_unit_test(test_absence),
		cmocka_unit_test(test_override),
		cmocka_unit_test(test_override_token_ends),
		cmocka_unit_test(test_breaks),
		cmocka_unit_test(test_no_deadline),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_time_alone),
		cmocka_unit_test(test_nobody_waits_for_ever),
		cmocka_unit_test(test_late_by_position),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
