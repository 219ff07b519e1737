/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small day in which every method of the OpenRPC document is called and every notification comes:
 * the results (by the harness) and the notifications are held against their schemas, and a listener
 * who knows only what was pushed keeps count: versions grow by one, nobody is moved beyond the
 * budget, and what is pushed is what the daemon says when asked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/openrpc.h"
#include "proto/when.h"
#include "tests/daemon_harness.h"
#include "tests/listener.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define DAY "2011-09-21T"

enum { NAMES_MAX = 100, BREAK_S = 1800 };

struct day {
	struct harness h;
	struct client *board, *phone;
	struct openrpc *doc;
	bool called[NAMES_MAX], came[NAMES_MAX];
	struct listener listener;
};

/* --- calling --- */

static json_t *
ask(struct day *d, struct client *c, const char *method, json_t *params)
{
	for (size_t i = 0; i < openrpc_methods(d->doc); i++)
		if (strcmp(openrpc_method_at(d->doc, i)->name, method) == 0)
			d->called[i] = true;
	return harness_ok(c, method, params); /* checks the result */
}

static void
tell(struct day *d, const char *method, json_t *params)
{
	json_decref(ask(d, d->h.admin, method, params));
}

/* A member of a result, malloc'd. */
static char *
ask_for(struct day *d, const char *method, json_t *params, const char *member)
{
	json_t *result = ask(d, d->h.admin, method, params);
	const char *text = json_string_value(json_object_get(result, member));
	char *copy = text != NULL ? strdup(text) : NULL;

	if (copy == NULL)
		fail_msg("%s: no %s", method, member);
	json_decref(result);
	return copy;
}

static void
tell_stop(struct day *d, const char *method, const char *tech, const char *call)
{
	tell(d, method, json_pack("{s:s, s:s}", "technician", tech, "call", call));
}

static void
tell_tech(struct day *d, const char *method, const char *tech)
{
	tell(d, method, json_pack("{s:s}", "technician", tech));
}

/* --- listening --- */

static void
hear_one(struct day *d, const struct client_note *note)
{
	struct refusal why;

	for (size_t i = 0; i < openrpc_notifications(d->doc); i++) {
		const struct notification_spec *spec = openrpc_notification_at(d->doc, i);

		if (strcmp(spec->name, note->method) != 0)
			continue;
		d->came[i] = true;
		if (openrpc_check_value(d->doc, spec->params, note->params, &why) < 0)
			fail_msg("%s: %s: expected %s, got %s", note->method, why.member, why.expected,
			    why.got);
		if (strcmp(note->method, "plan.revised") == 0)
			listener_plan(&d->listener, note->params);
		if (strcmp(note->method, "eta.revised") == 0)
			listener_eta(&d->listener, note->params);
		if (strcmp(note->method, "call.changed") == 0)
			listener_call(&d->listener, note->params);
		return;
	}
	fail_msg("%s is not in the document", note->method);
}

/* All that was pushed until now, then what the daemon says when asked. */
static void
hear(struct day *d)
{
	json_t *now = ask(d, d->h.admin, "session.ping", NULL), *plan;
	struct client_note note;

	tell(d, "clock.advance", json_pack("{s:O}", "to", json_object_get(now, "now")));
	/* Its answer comes after what was pushed before it. */
	json_decref(ask(d, d->board, "session.ping", NULL));
	while (client_next_note(d->board, &note) == 1) {
		hear_one(d, &note);
		json_decref(note.params);
	}
	when_parse(listener_text(now, "now"), &d->listener.heard_until);
	json_decref(now);
	plan = ask(d, d->h.admin, "plan.get", NULL);
	listener_compare(&d->listener, plan);
	json_decref(plan);
}

static void
at(struct day *d, const char *time)
{
	harness_at(&d->h, time);
	hear(d);
}

/* --- the day --- */

static const char *const technicians[] = { "t1", "t2", "t3" };

static char *
book(struct day *d, double lat, double lon, const char *due, const char *severity)
{
	char *call = ask_for(d, "call.book", json_pack("{s:s, s:{s:f, s:f}, s:s, s:s}", "customer",
	    "acme", "site", "lat", lat, "lon", lon, "due", due, "severity", severity), "call");

	hear(d);
	return call;
}

static void
open_shop(struct day *d)
{
	char *token;
	json_t *j;

	d->doc = openrpc_new();
	d->h.args[0] = "--set";
	d->h.args[1] = "webhook_inner=127.0.0.1";
	harness_start(&d->h);
	d->board = harness_client(&d->h, NULL); /* says session.hello */
	json_decref(ask(d, d->board, "feed.subscribe", NULL));
	for (size_t i = 0; i < ARRAY_LEN(technicians); i++)
		tell(d, "technician.add", json_pack(
		    "{s:s, s:s, s:{s:f, s:f}, s:[{s:s, s:s, s:[{s:s, s:s, s:i}]}]}", "technician",
		    technicians[i], "name", technicians[i], "home", "lat", 42.35 + 0.02 * (double)i,
		    "lon", -71.06,
		    "shifts", "from", DAY "08:00:00-04:00", "to", DAY "17:00:00-04:00", "breaks",
		    "from", DAY "11:30:00-04:00", "to", DAY "13:00:00-04:00", "duration_s", BREAK_S));
	tell(d, "technician.amend", json_pack("{s:s, s:s}", "technician", "t1", "name", "Ada"));
	json_decref(ask(d, d->h.admin, "technician.list", NULL));
	j = ask(d, d->h.admin, "token.issue", json_pack("{s:s, s:s, s:s}", "role", "technician",
	    "name", "phone", "technician", "t1"));
	token = strdup(listener_text(j, "token"));
	json_decref(j);
	d->phone = harness_client(&d->h, token);
	json_decref(ask(d, d->h.admin, "token.list", NULL));
	json_decref(ask(d, d->h.admin, "rpc.discover", NULL));
	json_decref(ask(d, d->h.admin, "guidelines.get", NULL));
	tell(d, "guidelines.set", json_pack("{s:{s:i, s:i}}", "guidelines", "promise_after_s", 5400,
	    "repromise_wait_s", 0)); /* what is planned is told at once */
	hear(d);
	free(token);
}

/* Who is planned to do a call, malloc'd. */
static char *
doer(struct day *d, const char *call)
{
	return ask_for(d, "call.get", json_pack("{s:s}", "call", call), "technician");
}

static void
morning(struct day *d, char *call[])
{
	char *tech;

	call[0] = book(d, 42.351, -71.062, DAY "12:00:00-04:00", "routine");
	call[1] = book(d, 42.372, -71.065, DAY "15:00:00-04:00", "routine");
	call[2] = book(d, 42.393, -71.068, DAY "15:00:00-04:00", "routine");
	call[3] = book(d, 42.360, -71.050, DAY "16:00:00-04:00", "routine");
	at(d, "08:00:00");
	for (size_t i = 0; i < ARRAY_LEN(technicians); i++)
		tell_tech(d, "shift.start", technicians[i]);
	hear(d);
	tech = doer(d, call[0]);
	tell_stop(d, "stop.depart", tech, call[0]);
	hear(d);
	tell(d, "position.report", json_pack("{s:s, s:f, s:f}", "technician", tech, "lat", 42.351,
	    "lon", -71.061));
	/* The drive takes far longer than planned, and the customer hears so. */
	at(d, "08:40:00");
	tell_stop(d, "stop.arrive", tech, call[0]);
	hear(d);
	tell(d, "stop.running_late", json_pack("{s:s, s:s, s:i}", "technician", tech, "call", call[0],
	    "by_s", 4000));
	hear(d);
	free(tech);
	call[4] = book(d, 42.362, -71.055, DAY "10:00:00-04:00", "trapped");
}

/* A call that nobody was told of stays with whom it was forced on, whatever happens around it. */
static void
orders(struct day *d, char *call[])
{
	char *token, *tech;

	call[5] = book(d, 42.352, -71.063, DAY "16:30:00-04:00", "routine");
	token = ask_for(d, "override.preview", json_pack("{s:s, s:s}", "call", call[5], "technician",
	    "t3"), "token");
	tell(d, "override.force", json_pack("{s:s, s:s, s:s, s:s}", "call", call[5], "technician",
	    "t3", "reason", "he knows the house", "token", token));
	hear(d);
	tell(d, "plan.pin", json_pack("{s:s}", "call", call[3]));
	tell(d, "call.amend", json_pack("{s:s, s:{s:s, s:s}}", "call", call[3], "appointment", "from",
	    DAY "13:00:00-04:00", "to", DAY "14:00:00-04:00"));
	hear(d);
	at(d, "09:20:00");
	tech = doer(d, call[5]);
	assert_string_equal(tech, "t3");
	free(tech);
	free(token);
}

static void
midday(struct day *d, char *call[])
{
	char *tech = doer(d, call[0]);

	tell_stop(d, "stop.finish", tech, call[0]);
	hear(d);
	free(tech);
	tech = doer(d, call[4]);
	tell_stop(d, "stop.depart", tech, call[4]);
	tell_stop(d, "stop.no_access", tech, call[4]);
	hear(d);
	free(tech);
	tell(d, "plan.unpin", json_pack("{s:s}", "call", call[3]));
	tech = doer(d, call[2]);
	tell(d, "technician.absent", json_pack("{s:s, s:s}", "technician", tech, "reason", "ill"));
	hear(d);
	free(tech);
	json_decref(ask(d, d->h.admin, "call.list", json_pack("{s:[s,s]}", "status", "planned",
	    "unassigned")));
	tell(d, "call.cancel", json_pack("{s:s, s:s}", "call", call[1], "reason", "mended itself"));
	hear(d);
}

/* What is asked about promises, and what a customer says. */
static void
promises(struct day *d)
{
	static const char *const lists[] = { "plan.price", "history.list", "promise.list",
		"learned.list" };
	json_t *need = json_pack("{s:s, s:{s:f, s:f}, s:s, s:i}", "customer", "Miller", "site", "lat",
	    42.37, "lon", -71.06, "due", DAY "16:30:00-04:00", "duration_s", 1200);
	json_t *quote = ask(d, d->h.admin, "call.quote", json_incref(need));
	const json_t *option = json_array_get(json_object_get(quote, "options"), 0);
	char *call = ask_for(d, "call.book", json_pack("{s:s}", "quote", listener_text(option, "quote")),
	    "call");

	json_decref(quote);
	hear(d);
	json_decref(ask(d, d->h.admin, "order.preview", json_pack("{s:[O,O]}", "wanted", need,
	    need)));
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		json_decref(ask(d, d->h.admin, lists[i], NULL));
	json_decref(need);
	free(call);
}

/* Some customer who has been told a time says that it suits. */
static void
accept_one(struct day *d)
{
	json_t *list = ask(d, d->h.admin, "call.list", json_pack("{s:[s]}", "status", "planned"));
	const json_t *call, *told = NULL;
	size_t i;

	json_array_foreach(json_object_get(list, "calls"), i, call)
		told = json_object_get(call, "eta") != NULL ? call : told;
	if (told == NULL)
		fail_msg("nobody has been told a time");
	tell(d, "call.answer_eta", json_pack("{s:s, s:s}", "call", listener_text(told, "call"),
	    "answer", "accept"));
	json_decref(list);
}

/* A visit that runs so long that the next promise breaks, and what follows from it. */
static void
goodwill(struct day *d)
{
	json_t *long_one = ask(d, d->h.admin, "call.book", json_pack("{s:s, s:{s:f, s:f}, s:s, s:s}",
	    "customer", "acme", "site", "lat", 42.37, "lon", -71.062, "due", DAY "13:30:00-04:00",
	    "required", "t1"));
	json_t *late = ask(d, d->h.admin, "call.book", json_pack("{s:s, s:{s:f, s:f}, s:{s:s, s:s},"
	    " s:s, s:s}", "customer", "Miller", "site", "lat", 42.37, "lon", -71.064, "appointment",
	    "from", DAY "14:30:00-04:00", "to", DAY "15:00:00-04:00", "required", "t1", "contract",
	    "full_service"));
	const char *first = listener_text(long_one, "call"), *second = listener_text(late, "call");
	json_t *list;

	at(d, "12:50:00");
	accept_one(d);
	tell_stop(d, "stop.depart", "t1", first);
	at(d, "13:05:00");
	tell_stop(d, "stop.arrive", "t1", first);
	tell(d, "stop.change_kind", json_pack("{s:s, s:s, s:s, s:i}", "technician", "t1", "call",
	    first, "kind", "rewiring", "left_s", 10800));
	at(d, "14:59:00");
	list = ask(d, d->h.admin, "goodwill.list", NULL);
	tell(d, "goodwill.decide", json_pack("{s:s, s:s}", "goodwill", listener_text(json_array_get(
	    json_object_get(list, "goodwill"), 0), "goodwill"), "decision", "grant"));
	hear(d);
	tell(d, "call.carry_over", json_pack("{s:s, s:b}", "call", second, "negotiate", 1));
	hear(d);
	json_decref(list);
	json_decref(long_one);
	json_decref(late);
}

/* Nobody listens on that port. */
static void
messages(struct day *d)
{
	tell(d, "webhook.put", json_pack("{s:s, s:s}", "webhook", "gateway", "url",
	    "http://127.0.0.1:9/"));
	tell(d, "message.replay", json_pack("{s:s}", "webhook", "gateway"));
	json_decref(ask(d, d->h.admin, "webhook.list", NULL));
	json_decref(ask(d, d->h.admin, "message.list", NULL));
	tell(d, "webhook.remove", json_pack("{s:s}", "webhook", "gateway"));
}

static void
afternoon(struct day *d)
{
	json_t *j = ask(d, d->h.admin, "token.list", NULL);
	char *id = NULL;
	const json_t *one;
	size_t i;

	at(d, "11:30:00");
	json_decref(ask(d, d->phone, "break.waive", json_pack("{s:s}", "technician", "t1")));
	tell_tech(d, "break.start", "t2");
	hear(d);
	at(d, "12:00:00");
	tell_tech(d, "break.end", "t2");
	hear(d);
	json_decref(ask(d, d->phone, "day.get", json_pack("{s:s}", "technician", "t1")));
	at(d, "12:30:00");
	tell_tech(d, "shift.end", "t2");
	hear(d);
	goodwill(d);
	messages(d);
	json_array_foreach(json_object_get(j, "tokens"), i, one)
		if (strcmp(listener_text(one, "role"), "technician") == 0)
			id = strdup(listener_text(one, "id"));
	json_decref(j);
	client_close(d->phone);
	tell(d, "token.revoke", json_pack("{s:s}", "id", id));
	free(id);
	json_decref(ask(d, d->board, "feed.unsubscribe", NULL));
	json_decref(ask(d, d->board, "feed.subscribe", json_pack("{s:[s]}", "topics", "notice")));
}

static void
check_solver(struct day *d)
{
	json_t *status = ask(d, d->h.admin, "status.get", NULL);
	const json_t *solver = json_object_get(status, "solver");

	assert_true(json_integer_value(json_object_get(solver, "events")) > 0);
	assert_int_equal(json_integer_value(json_object_get(solver, "rejected")), 0);
	assert_string_equal(listener_text(solver, "state"), "ok");
	json_decref(status);
}

/* Each of the document's methods and notifications; a hello came with each client. */
static void
check_all(const struct day *d)
{
	for (size_t i = 0; i < openrpc_methods(d->doc); i++) {
		const char *name = openrpc_method_at(d->doc, i)->name;

		if (!d->called[i] && strcmp(name, "session.hello") != 0)
			fail_msg("%s was not called: give it a place in this day", name);
	}
	for (size_t i = 0; i < openrpc_notifications(d->doc); i++) {
		const char *name = openrpc_notification_at(d->doc, i)->name;

		/* tests/test_solver_trouble.c makes notices. */
		if (!d->came[i] && strcmp(name, "notice") != 0)
			fail_msg("%s was never heard: give it a place in this day", name);
	}
}

static void
check_hello(const struct day *d)
{
	struct refusal why;

	if (openrpc_check_value(d->doc, openrpc_method(d->doc, "session.hello")->result,
	        client_session(d->board), &why) < 0)
		fail_msg("session.hello: %s: expected %s, got %s", why.member, why.expected, why.got);
}

static void
test_day(void **unused)
{
	struct day d = { 0 };
	char *call[6] = { NULL };

	(void)unused;
	open_shop(&d);
	check_hello(&d);
	morning(&d, call);
	orders(&d, call);
	midday(&d, call);
	promises(&d);
	afternoon(&d);
	check_solver(&d);
	check_all(&d);
	for (size_t i = 0; i < ARRAY_LEN(call); i++)
		free(call[i]);
	client_close(d.board);
	harness_done(&d.h);
	openrpc_free(d.doc);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_day) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
