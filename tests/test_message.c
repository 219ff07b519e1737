/* SPDX-License-Identifier: Apache-2.0 */
/* Which event gives a customer which message, in what words; and what nobody must read in one. */
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/follow.h"
#include "daemon/message.h"
#include "daemon/tell.h"
#include "daemon/template.h"
#include "proto/openrpc.h"
#include "tests/state_fixture.h"

static struct templates *t;
static struct openrpc *openrpc;

static int
set_up(void **unused)
{
	static const unsigned char key[TEMPLATE_KEY_SIZE] = "a key that tests alone may know";
	const char *source = getenv("EVENKEEL_SRCDIR");
	char folder[4096], why[400] = "";

	(void)unused;
	snprintf(folder, sizeof(folder), "%s/daemon/messages", source == NULL ? "." : source);
	t = templates_new("en", "https://shop.example/visit/", key);
	if (sodium_init() < 0 || templates_read(t, folder, why, sizeof(why)) < 0) {
		print_message("%s\n", why);
		return -1;
	}
	openrpc = openrpc_new();
	return 0;
}

static int
tear_down(void **unused)
{
	(void)unused;
	templates_free(t);
	openrpc_free(openrpc);
	return 0;
}

/* --- writing what follows down, a line a message --- */

static const json_t *
schema_of_message(const struct openrpc *o)
{
	for (size_t i = 0; i < openrpc_notifications(o); i++) {
		const struct notification_spec *n = openrpc_notification_at(o, i);

		if (strcmp(n->name, "message.written") == 0)
			return json_object_get(json_object_get(n->params, "properties"), "message");
	}
	return NULL;
}

/* Each message is as the document says. */
static void
check_document(const struct event *ev)
{
	json_t *shown = message_json(ev, "main", "America/Chicago");
	struct refusal why = { 0 };

	assert_non_null(schema_of_message(openrpc));
	if (openrpc_check_value(openrpc, schema_of_message(openrpc), shown, &why) < 0)
		fail_msg("%s: expected %s, got %s", why.member, why.expected, why.got);
	json_decref(shown);
}

static const char *
word(const struct event *ev, const char *name)
{
	const char *text = json_string_value(json_object_get(ev->body, name));

	return text == NULL ? "-" : text;
}

/* What follows from an event that was applied: "call kind: text" in a line each. */
static void
follow_of(const struct state *s, struct event *ev, char *ret, size_t size)
{
	struct follow_list list = { 0 };
	size_t len = 0;

	ret[0] = '\0';
	assert_int_equal(message_follow(s, ev, t, &list), 0);
	for (size_t i = 0; i < list.events; i++) {
		list.event[i]->seq = ev->seq + 1 + (int64_t)i;
		check_document(list.event[i]);
		len += (size_t)snprintf(ret + len, size - len, "%s%s %s: %s", i > 0 ? "\n" : "",
		    word(list.event[i], "call"), word(list.event[i], "kind"),
		    word(list.event[i], "text"));
	}
	follow_done(&list);
}

/* Applies an event and says what follows. */
static void
say(struct state *s, int64_t at_s, enum event_type type, json_t *body, char *ret, size_t size)
{
	struct event *ev = event_new(type, T0 + at_s, body);
	char why[256] = "";

	ev->seq = state_seq(s) + 1;
	if (state_apply(s, ev, why, sizeof(why)) < 0)
		fail_msg("%s: %s", event_name(type), why);
	follow_of(s, ev, ret, size);
	event_free(ev);
}

static void
expect(const char *what, const char *got, const char *expected)
{
	if (strcmp(got, expected) != 0)
		fail_msg("%s:\nexpected %s\ngot      %s", what, expected, got);
}

#define TERMS(more)                                                                                  \
	"{'call':'c9','terms':{'customer':'Acme','site':{'lat_udeg':41900000,'lon_udeg':-87630000}," \
	"'needs':[],'severity':'routine','opened':@0,'difficulty':0" more "}}"

/* --- events about one call --- */

static void
test_booked(void **unused)
{
	static const struct {
		const char *name, *body, *expected;
	} cases[] = {
		{ "a deadline is not yet a time", TERMS(",'due':@20000"), "" },
		{ "an appointment", TERMS(",'appointment':{'from':@7200,'to':@14400}"),
		    "c9 booked: Hello Acme, your visit is booked: we come between 10:00 and 12:00. "
		    "Your reference is c9." },
		{ "on another day, with a reference",
		    TERMS(",'reference':'A-17','appointment':{'from':@86400,'to':@93630}"),
		    "c9 booked: Hello Acme, your visit is booked: we come between 2011-09-22 08:00 and "
		    "10:01. Your reference is A-17." },
		{ "as quoted",
		    TERMS(
			",'due':@20000,'agreed':{'window':{'from':@3600,'to':@7200},"
			"'confidence_pct':90,'technician':'t1','cost_cents':100,'by':'dispatcher:x'}"),
		    "c9 booked: Hello Acme, your visit is booked: we come between 09:00 and 10:00. "
		    "Your reference is c9." },
		{ "in a dialect of a language there is",
		    TERMS(",'language':'de-AT','appointment':{'from':@7200,'to':@14400}"),
		    "c9 booked: Guten Tag Acme, Ihr Termin ist gebucht: Wir kommen zwischen 10:00 und "
		    "12:00. Ihr Zeichen: c9." },
		{ "in a language there is not",
		    TERMS(",'language':'tlh','appointment':{'from':@7200,'to':@14400}"),
		    "c9 booked: Hello Acme, your visit is booked: we come between 10:00 and 12:00. "
		    "Your reference is c9." },
	};
	char got[3000];

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct state *s = fix_shop();

		say(s, 0, EV_CALL_BOOKED, fix_body(cases[i].body), got, sizeof(got));
		expect(cases[i].name, got, cases[i].expected);
		state_free(s);
	}
}

/* A plan with told entries, as a planner publishes it. */
static void
plan(struct state *s, int64_t at_s, const char *order, char *ret, size_t size)
{
	struct fix_plan how = { .kind = "solve", .why = TELL_TIME };

	say(s, at_s, EV_PLAN_REVISED, fix_plan_body(s, at_s, order, &how), ret, size);
}

static const char *
text_between(const char *text, const char *from, char ret[200])
{
	const char *at = strstr(text, from);

	snprintf(ret, 200, "%.*s", at == NULL ? 0 : (int)strcspn(at, "\n"), at == NULL ? "" : at);
	return ret;
}

/* A day of one call: told, on the way, done; told once at each step. */
static void
test_day_of_a_call(void **unused)
{
	struct state *s = fix_shop();
	char got[3000], line[200];

	(void)unused;
	plan(s, -3600, "t1: c1", got, sizeof(got));
	assert_non_null(strstr(got, "c1 planned: "));
	assert_non_null(strstr(text_between(got, "Does", line), "Does that suit you?"));
	assert_null(strchr(got, '\n'));
	fix_must(s, 0, EV_SHIFT_STARTED,
	    "{'technician':'t1','version':2,'at':@0,'place':{'lat_udeg':41880000,"
	    "'lon_udeg':-87630000}}");
	say(s, 0, EV_STOP_DEPARTED,
	    fix_body("{'technician':'t1','call':'c1','version':2,'at':@0,"
		     "'arrival':@240,'end':@3840}"),
	    got, sizeof(got));
	assert_non_null(strstr(got, "c1 on_the_way: "));
	assert_non_null(strstr(got, "arrives about 08:04."));
	say(s, 240, EV_STOP_ARRIVED,
	    fix_body("{'technician':'t1','call':'c1','version':3,'at':@240,"
		     "'end':@3840}"),
	    got, sizeof(got));
	expect("arrived", got, "");
	say(s, 3840, EV_STOP_FINISHED,
	    fix_body("{'technician':'t1','call':'c1','version':4,"
		     "'at':@3840,'outcome':'return_visit'}"),
	    got, sizeof(got));
	assert_non_null(strstr(got, "c1 done: "));
	assert_non_null(strstr(got, "We must come once more"));
	state_free(s);
}

static void
test_cancelled(void **unused)
{
	struct state *s = fix_shop();
	char got[3000];

	(void)unused;
	say(s, 0, EV_CALL_CANCELLED,
	    fix_body("{'call':'c1','version':2,"
		     "'reason':'double booking of Mrs Miller'}"),
	    got, sizeof(got));
	assert_non_null(strstr(got, "c1 cancelled: "));
	assert_null(strstr(got, "Miller")); /* what a dispatcher notes is not for the customer */
	state_free(s);
}

/* --- what a plan tells --- */

/* One told entry put onto a body that a planner might publish, not applied: only its words count.
 */
static void
test_told(void **unused)
{
	static const struct {
		const char *name, *told, *expected;
	} cases[] = {
		{ "within the promise: a new time and why, and no apology",
		    "'first':false,'previous':@4000,'code':'job_long'",
		    "c1 moved: Hello acme, Ann now comes about 09:30. The work before yours takes longer. "
		    "It is still between 09:00 and 10:00, as promised." },
		{ "the promise is replaced: an apology, once, with both windows",
		    "'first':false,'previous':@4000,'code':'urgent_job',"
		    "'previous_promise':{'from':@0,'to':@3600}",
		    "c1 moved: Hello acme, we are sorry: we cannot come between 08:00 and 09:00 as "
		    "promised. A more urgent call had to be fitted in. Ann now comes about 09:30, between "
		    "09:00 and 10:00." },
		{ "the customer asked for it: no apology",
		    "'first':false,'code':'asked','previous_promise':{'from':@0,'to':@3600}",
		    "c1 moved: Hello acme, we have a technician for you: Ann comes about 09:30, between "
		    "09:00 and 10:00." },
		{ "a technician again", "'first':false,'code':'placed_again'",
		    "c1 moved: Hello acme, we have a technician for you: Ann comes about 09:30, between "
		    "09:00 and 10:00." },
		{ "a reason that no file knows", "'first':false,'previous':@4000,'code':'comet'",
		    "c1 moved: Hello acme, Ann now comes about 09:30. The plan for the day has changed. "
		    "It is still between 09:00 and 10:00, as promised." },
	};
	char got[3000], body[1000];

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct state *s = fix_shop();
		struct event *ev;

		fix_must(s, 0, EV_CALL_AMENDED,
		    "{'call':'c1','version':2,'terms':{'customer':'acme'}}");
		fix_must(s, 0, EV_TECHNICIAN_AMENDED,
		    "{'technician':'t1','version':2,'terms':{'name':'Ann'}}");
		snprintf(body, sizeof(body),
		    "{'cause':{'event':'time','seq':0},'told':[{'call':'c1',"
		    "'technician':'t1','version':2,'arrival':@5400,'p10':@5400,'p90':@5400,"
		    "'reason':'x','promise':{'from':@3600,'to':@7200},%s}]}",
		    cases[i].told);
		ev = event_new(EV_PLAN_REVISED, T0, fix_body(body));
		ev->seq = 100;
		follow_of(s, ev, got, sizeof(got));
		expect(cases[i].name, got, cases[i].expected);
		event_free(ev);
		state_free(s);
	}
}

static void
test_withdrawn(void **unused)
{
	struct state *s = fix_shop();
	struct event *ev = event_new(EV_PLAN_REVISED, T0,
	    fix_body("{'told':[],'withdrawn':["
		     "{'call':'c2','technician':'t1','version':1}]}"));
	char got[3000];

	(void)unused;
	ev->seq = 100;
	follow_of(s, ev, got, sizeof(got));
	assert_non_null(strstr(got, "c2 withdrawn: "));
	assert_null(strchr(got, '\n'));
	event_free(ev);
	state_free(s);
}

/* While its window has time to go, a promised visit may yet find another place. */
static void
test_withdrawn_too_early(void **unused)
{
	struct state *s = fix_shop();
	const char *body = "{'told':[],'withdrawn':[{'call':'c2','technician':'t1','version':2}]}";
	struct event *ev = event_new(EV_PLAN_REVISED, T0 + 7200 - 901, fix_body(body));
	char got[3000];

	(void)unused;
	fix_must(s, 0, EV_CALL_AMENDED,
	    "{'call':'c2','version':2,'terms':{'appointment':{'from':@3600,'to':@7200}}}");
	ev->seq = 100;
	follow_of(s, ev, got, sizeof(got));
	assert_string_equal(got, "");
	ev->at_s++;
	follow_of(s, ev, got, sizeof(got));
	assert_non_null(strstr(got, "c2 withdrawn: "));
	event_free(ev);
	state_free(s);
}

/* Whose first ETA is told as he sets out has just read that somebody is on the way. */
static void
test_not_said_twice(void **unused)
{
	struct state *s = fix_shop();
	struct event *ev;
	char got[3000];

	(void)unused;
	fix_plan(s, -3600, "t1: c1");
	fix_must(s, 0, EV_SHIFT_STARTED,
	    "{'technician':'t1','version':2,'at':@0,'place':{'lat_udeg':41880000,"
	    "'lon_udeg':-87630000}}");
	fix_must(s, 0, EV_STOP_DEPARTED,
	    "{'technician':'t1','call':'c1','version':2,'at':@0,"
	    "'arrival':@240,'end':@3840}");
	ev = event_new(EV_PLAN_REVISED, T0,
	    fix_body(
		"{'cause':{'event':'stop.departed','seq':9,"
		"'call':'c1'},'told':[{'call':'c1','technician':'t1','version':2,'arrival':@240,'p10':@240,"
		"'p90':@240,'first':true,'code':'planned','reason':'x','promise':{'from':@0,'to':@3600}}]}"));
	ev->seq = 100;
	follow_of(s, ev, got, sizeof(got));
	expect("first ETA at the departure", got, "");
	event_free(ev);
	state_free(s);
}

static void
test_goodwill(void **unused)
{
	static const struct {
		const char *name, *members, *expected;
	} cases[] = {
		{ "refused: the customer was never offered it",
		    "'decision':'refuse','form':'discount',"
		    "'cents':5000",
		    "" },
		{ "a discount", "'decision':'grant','form':'discount','cents':5005",
		    "c1 goodwill: Hello a, we are sorry that your visit did not go as promised. We take "
		    "50.05 USD off your next invoice. Your reference is c1." },
		{ "labour", "'decision':'grant','form':'free_labour','cents':9000",
		    "c1 goodwill: Hello a, we are sorry that your visit did not go as promised. We do not "
		    "charge labour of 90.00 USD. Your reference is c1." },
	};
	char got[3000], body[400];

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct state *s = fix_shop();
		struct event *ev;

		fix_must(s, 0, EV_CALL_AMENDED,
		    "{'call':'c1','version':2,'terms':{'customer':'a'}}");
		snprintf(body, sizeof(body),
		    "{'goodwill':'g1','call':'c1','cause':'promise_broken',%s}", cases[i].members);
		ev = event_new(EV_GOODWILL_DECIDED, T0, fix_body(body));
		ev->seq = 100;
		follow_of(s, ev, got, sizeof(got));
		expect(cases[i].name, got, cases[i].expected);
		event_free(ev);
		state_free(s);
	}
}

/* --- words --- */

/* Every reason that is ever told has words of its own in every language. */
static void
test_every_reason_has_words(void **unused)
{
	static const char *const languages[] = { "en", "de", "es" };

	(void)unused;
	for (size_t l = 0; l < ARRAY_LEN(languages); l++) {
		const char *other = templates_reason(t, languages[l], "other");

		for (size_t i = 0; tell_code(i) != NULL; i++) {
			const char *words = templates_reason(t, languages[l], tell_code(i));

			if (strcmp(words, other) == 0)
				fail_msg("%s has no words for %s", languages[l], tell_code(i));
		}
	}
}

/* Same event, same message: ids come from the cause, so that nothing depends on chance. */
static void
test_ids(void **unused)
{
	struct state *s = fix_shop();
	struct event *ev = event_new(EV_PLAN_REVISED, T0,
	    fix_body(
		"{'told':[],'withdrawn':["
		"{'call':'c2','technician':'t1','version':1},{'call':'c3','technician':'t1','version':1}]}"));
	struct follow_list list = { 0 };

	(void)unused;
	ev->seq = 100;
	assert_int_equal(message_follow(s, ev, t, &list), 0);
	assert_int_equal(list.events, 2);
	assert_string_equal(word(list.event[0], "message"), "m100.1");
	assert_string_equal(word(list.event[1], "message"), "m100.2");
	assert_int_equal(list.event[0]->at_s, T0);
	follow_done(&list);
	event_free(ev);
	state_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_booked),
		cmocka_unit_test(test_day_of_a_call),
		cmocka_unit_test(test_cancelled),
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_withdrawn),
		cmocka_unit_test(test_withdrawn_too_early),
		cmocka_unit_test(test_not_said_twice),
		cmocka_unit_test(test_goodwill),
		cmocka_unit_test(test_every_reason_has_words),
		cmocka_unit_test(test_ids),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
