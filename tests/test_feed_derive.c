/* SPDX-License-Identifier: Apache-2.0 */
/* What subscribers hear of each kind of event, and that it is as the OpenRPC document says. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/feed.h"
#include "proto/openrpc.h"
#include "tests/state_fixture.h"

struct heard {
	struct openrpc *openrpc;
	char text[2048]; /* a line each: method, what changed, status, whom it concerns */
	json_t *all;     /* the params, in order */
	int stop_after;  /* give up with -EIO after so many; 0: never */
};

static const char *
word(const json_t *params, const char *name)
{
	const char *s = json_string_value(json_object_get(params, name));

	return s == NULL ? "-" : s;
}

static void
check_document(const struct heard *h, const struct notice *n)
{
	for (size_t i = 0; i < openrpc_notifications(h->openrpc); i++) {
		const struct notification_spec *spec = openrpc_notification_at(h->openrpc, i);
		struct refusal why = { 0 };

		if (strcmp(spec->name, n->method) != 0)
			continue;
		if (openrpc_check_value(h->openrpc, spec->params, n->params, &why) < 0)
			fail_msg("%s: %s: expected %s, got %s", n->method, why.member, why.expected,
			    why.got);
		return;
	}
	fail_msg("the document has no %s", n->method);
}

static int
on_notice(void *arg, const struct notice *n)
{
	struct heard *h = arg;
	size_t len = strlen(h->text);

	check_document(h, n);
	assert_int_equal(n->seq, 7);
	assert_int_equal(json_integer_value(json_object_get(n->params, "seq")), 7);
	assert_string_equal(word(n->params, "territory"), "main");
	snprintf(h->text + len, sizeof(h->text) - len, "%s%s %s %s [%s%s%s]", len > 0 ? "; " : "",
	    n->method, word(n->params, "change"), word(n->params, "status"), n->technician,
	    n->former[0] != '\0' ? " not " : "", n->former);
	json_array_append(h->all, n->params);
	return h->stop_after > 0 && (int)json_array_size(h->all) >= h->stop_after ? -EIO : 0;
}

static int
derive(struct heard *h, enum event_type type, const char *body)
{
	struct event *ev = event_new(type, T0 + 60, fix_body(body));
	int rc;

	ev->seq = 7;
	rc = feed_derive(ev, "main", "America/Chicago", on_notice, h);
	event_free(ev);
	return rc;
}

#define CALL_OF_T1 "{'technician':'t1','call':'c1','version':3,'at':@30"

#define OFFER \
	"'goodwill':'g1','call':'c1','customer':'u1','contract':'full_service','form':'discount'," \
	"'cents':900,'cause':'promise_broken','at':@0,'text':'T'"

static const struct derive_case {
	const char *name;
	enum event_type type;
	const char *body, *heard;
} cases[] = {
	{ "a territory", EV_TERRITORY_OPENED, "{'territory':'main','zone':'UTC'}", "" },
	{ "guidelines", EV_GUIDELINES_SET, "{'version':2,'guidelines':{}}", "notice - - []" },
	{ "a technician", EV_TECHNICIAN_ADDED, "{'technician':'t1','terms':{}}",
	    "technician.changed added off [t1]" },
	{ "amended at work", EV_TECHNICIAN_AMENDED,
	    "{'technician':'t1','version':2,'status':'on_site','terms':{}}",
	    "technician.changed amended on_site [t1]" },
	{ "absent", EV_TECHNICIAN_ABSENT, "{'technician':'t1','version':2,'from':@0,'to':@9}",
	    "technician.changed absent absent [t1]" },
	{ "absent on the way", EV_TECHNICIAN_ABSENT,
	    "{'technician':'t1','version':2,'from':@0,'to':@9,'call':'c1','call_version':3}",
	    "technician.changed absent absent [t1]; call.changed set_free planned [t1]" },
	{ "a shift", EV_SHIFT_STARTED, "{'technician':'t1','version':2,'at':@0}",
	    "technician.changed shift_started free [t1]" },
	{ "its end", EV_SHIFT_ENDED, "{'technician':'t1','version':2,'at':@0}",
	    "technician.changed shift_ended off [t1]" },
	{ "a break", EV_BREAK_STARTED, "{'technician':'t1','version':2,'at':@0,'due':0,'end':@9}",
	    "technician.changed break_started on_break [t1]" },
	{ "the end of a break", EV_BREAK_ENDED, "{'technician':'t1','version':2,'at':@0}",
	    "technician.changed break_ended free [t1]" },
	{ "no break", EV_BREAK_WAIVED, "{'technician':'t1','version':2,'due':0,'status':'driving'}",
	    "technician.changed break_waived driving [t1]" },
	{ "a call", EV_CALL_BOOKED, "{'call':'c1','terms':{}}", "call.changed booked unassigned []" },
	{ "amended, nobody's", EV_CALL_AMENDED, "{'call':'c1','version':2,'terms':{}}",
	    "call.changed amended unassigned []" },
	{ "amended on a route", EV_CALL_AMENDED,
	    "{'call':'c1','version':2,'technician':'t1','terms':{}}",
	    "call.changed amended planned [t1]" },
	{ "cancelled", EV_CALL_CANCELLED, "{'call':'c1','version':2,'technician':'t1'}",
	    "call.changed cancelled cancelled [t1]" },
	{ "pinned on the way", EV_CALL_PINNED,
	    "{'call':'c1','version':2,'technician':'t1','status':'en_route'}",
	    "call.changed pinned en_route [t1]" },
	{ "unpinned", EV_CALL_UNPINNED, "{'call':'c1','version':2}",
	    "call.changed unpinned unassigned []" },
	{ "set out", EV_STOP_DEPARTED, CALL_OF_T1 ",'arrival':@90,'end':@99}",
	    "call.changed departed en_route [t1]" },
	{ "set out, with his version", EV_STOP_DEPARTED,
	    CALL_OF_T1 ",'arrival':@90,'end':@99,'technician_version':4}",
	    "call.changed departed en_route [t1]; technician.changed departed driving [t1]" },
	{ "arrived", EV_STOP_ARRIVED, CALL_OF_T1 ",'end':@99,'technician_version':4}",
	    "call.changed arrived on_site [t1]; technician.changed arrived on_site [t1]" },
	{ "finished", EV_STOP_FINISHED, CALL_OF_T1 ",'outcome':'fixed','technician_version':4}",
	    "call.changed finished done [t1]; technician.changed finished free [t1]" },
	{ "no access", EV_STOP_NO_ACCESS, CALL_OF_T1 ",'technician_version':4}",
	    "call.changed no_access no_access [t1]; technician.changed no_access free [t1]" },
	{ "late at work", EV_STOP_LATE, CALL_OF_T1 ",'end':@99}", "call.changed late on_site [t1]" },
	{ "late on the way", EV_STOP_LATE,
	    CALL_OF_T1 ",'end':@99,'status':'en_route','technician_version':4}",
	    "call.changed late en_route [t1]; technician.changed late driving [t1]" },
	{ "another kind", EV_STOP_KIND_CHANGED, CALL_OF_T1 ",'kind':'door','end':@99}",
	    "call.changed kind_changed on_site [t1]" },
	{ "accepted", EV_CALL_ANSWERED,
	    "{'call':'c1','version':2,'answer':'accept','by':'customer','technician':'t1'}",
	    "call.changed answered planned [t1]" },
	{ "declined: who was to come hears it", EV_CALL_ANSWERED,
	    "{'call':'c1','version':2,'answer':'decline','by':'customer','technician':'t1'}",
	    "call.changed answered unassigned [ not t1]" },
	{ "silent", EV_CALL_SILENT, "{'call':'c1','version':2,'released':false,'technician':'t1'}",
	    "call.changed silent planned [t1]" },
	{ "silent and released", EV_CALL_SILENT,
	    "{'call':'c1','version':2,'released':true,'technician':'t1'}",
	    "call.changed silent unassigned [ not t1]" },
	{ "carried over, nothing promised", EV_CALL_CARRIED_OVER,
	    "{'call':'c1','version':2,'count':1,'not_before':@86400,'by':'daemon'}",
	    "call.changed carried_over unassigned []" },
	{ "carried over, promised", EV_CALL_CARRIED_OVER,
	    "{'call':'c1','version':2,'count':1,'not_before':@86400,'by':'daemon','technician':'t1',"
	    "'promise':{'from':@86400,'to':@90000},'previous_promise':{'from':@0,'to':@9}}",
	    "call.changed carried_over unassigned [ not t1]; promise.moved - - [ not t1]" },
	{ "carried over, nothing in its place", EV_CALL_CARRIED_OVER,
	    "{'call':'c1','version':2,'count':1,'not_before':@86400,'by':'daemon',"
	    "'previous_promise':{'from':@0,'to':@9}}",
	    "call.changed carried_over unassigned []; promise.moved - - []" },
	{ "at risk", EV_PROMISE_AT_RISK,
	    "{'call':'c1','technician':'t1','risk_pct':45,'at_risk':true,'arrival':@5,'p90':@9,"
	    "'promise':{'from':@0,'to':@9}}",
	    "promise.at_risk - - [t1]" },
	{ "no longer at risk", EV_PROMISE_AT_RISK, "{'call':'c1','risk_pct':5,'at_risk':false}",
	    "promise.at_risk - - []" },
	{ "goodwill", EV_GOODWILL_PROPOSED, "{" OFFER "}", "goodwill.proposed - - []" },
	{ "goodwill granted", EV_GOODWILL_DECIDED,
	    "{" OFFER ",'decision':'grant','by':'manager:tk1','reason':'fair'}",
	    "goodwill.proposed - - []" },
	{ "a message", EV_MESSAGE_WRITTEN,
	    "{'message':'m1','call':'c1','kind':'moved','language':'en','customer':'u','text':'Sorry',"
	    "'window':{'from':@0,'to':@9},'previous':{'from':@0,'to':@9},'arrival':@5}",
	    "message.written - - []" },
};

static void
heard_init(struct heard *h)
{
	*h = (struct heard){ .openrpc = openrpc_new(), .all = json_array() };
}

static void
heard_done(struct heard *h)
{
	openrpc_free(h->openrpc);
	json_decref(h->all);
}

static void
test_cases(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct heard h;

		heard_init(&h);
		assert_int_equal(derive(&h, cases[i].type, cases[i].body), 0);
		if (strcmp(h.text, cases[i].heard) != 0)
			fail_msg("%s: heard %s", cases[i].name, h.text);
		heard_done(&h);
	}
}

#define PLAN \
	"{'kind':'solve','plan_version':4,'cause':{'event':'call.booked','seq':6,'call':'c2'}," \
	"'cost_before_cents':900,'cost_after_cents':800,'bound_cents':800,'gap':0.0,'proven':true," \
	"'budget':2,'scope':{'technicians':2,'calls':5},'solve_us':12500,'work':77,'disturbance':{" \
	"'reassigned':['c1'],'repromised':[],'eta_moved':[],'dropped':['c3'],'chosen':['c1']," \
	"'forced':['c3']},'stay':[{'call':'c3'},{'call':'c1','arrival':@600}],'routes':[{" \
	"'technician':'t2','stops':[{'call':'c1','arrival':@700,'end':@800,'drive_s':9}],'breaks':[{" \
	"'due':0,'after':1,'start':@900,'duration_s':60}],'end':@1000,'overtime_s':0}],'unassigned':[" \
	"'c3'],'told':[{'call':'c1','technician':'t2','version':2,'arrival':@700,'p10':@600,'p90':@800," \
	"'promise':{'from':@0,'to':@900},'first':false,'previous':@650,'former':'t1','code':" \
	"'made_room','reason':'A more urgent job had to be fitted in'}],'withdrawn':[{'call':'c3'," \
	"'technician':'t1','version':5}]}"

static void
test_plan(void **unused)
{
	struct heard h;
	const json_t *plan, *eta, *gone;

	(void)unused;
	heard_init(&h);
	assert_int_equal(derive(&h, EV_PLAN_REVISED, PLAN), 0);
	assert_string_equal(h.text, "plan.revised - - []; eta.revised - - [t2 not t1]; "
	                            "call.changed withdrawn unassigned [ not t1]");
	plan = json_array_get(h.all, 0);
	eta = json_array_get(h.all, 1);
	gone = json_array_get(h.all, 2);
	assert_string_equal(word(plan, "at"), "2011-09-21T08:01:00-05:00");
	assert_true(json_real_value(json_object_get(plan, "solve_ms")) > 12.4);
	assert_int_equal(json_array_size(json_object_get(plan, "stay")), 2);
	assert_string_equal(word(json_array_get(json_object_get(plan, "stay"), 1), "arrival"),
	    "2011-09-21T08:10:00-05:00");
	assert_string_equal(word(eta, "arrival"), "2011-09-21T08:11:40-05:00");
	assert_string_equal(word(eta, "previous"), "2011-09-21T08:10:50-05:00");
	assert_string_equal(word(eta, "reason_code"), "made_room");
	assert_string_equal(word(json_object_get(eta, "promise"), "to"), "2011-09-21T08:15:00-05:00");
	assert_int_equal(json_integer_value(json_object_get(eta, "cause_seq")), 6);
	assert_int_equal(json_integer_value(json_object_get(gone, "version")), 5);
	heard_done(&h);
}

/* A window that replaces another is said for itself, with its reason and whether it was chosen. */
static void
test_moved(void **unused)
{
	json_t *body = fix_body(PLAN);
	json_t *told = json_array_get(json_object_get(body, "told"), 0);
	struct event *ev;
	const json_t *moved;
	struct heard h;

	(void)unused;
	json_object_set_new(told, "previous_promise", fix_body("{'from':@-900,'to':@600}"));
	ev = event_new(EV_PLAN_REVISED, T0 + 60, body);
	ev->seq = 7;
	heard_init(&h);
	assert_int_equal(feed_derive(ev, "main", "America/Chicago", on_notice, &h), 0);
	assert_string_equal(h.text, "plan.revised - - []; eta.revised - - [t2 not t1]; "
	                            "promise.moved - - [t2 not t1]; "
	                            "call.changed withdrawn unassigned [ not t1]");
	moved = json_array_get(h.all, 2);
	assert_string_equal(word(json_object_get(moved, "previous"), "to"),
	    "2011-09-21T08:10:00-05:00");
	assert_string_equal(word(json_object_get(moved, "promise"), "to"),
	    "2011-09-21T08:15:00-05:00");
	assert_string_equal(word(moved, "reason_code"), "made_room");
	assert_true(json_is_true(json_object_get(moved, "chosen")));
	event_free(ev);
	heard_done(&h);
}

/* The whole offer is heard, also when it is decided. */
static void
test_goodwill(void **unused)
{
	const json_t *offer;
	struct heard h;

	(void)unused;
	heard_init(&h);
	assert_int_equal(derive(&h, EV_GOODWILL_DECIDED,
	                     "{" OFFER ",'decision':'refuse','by':'manager:tk1','reason':'no'}"),
	    0);
	offer = json_object_get(json_array_get(h.all, 0), "goodwill");
	assert_string_equal(word(offer, "status"), "refused");
	assert_string_equal(word(offer, "by"), "manager:tk1");
	assert_string_equal(word(offer, "decided_at"), "2011-09-21T08:01:00-05:00");
	assert_string_equal(word(offer, "at"), "2011-09-21T08:00:00-05:00");
	assert_int_equal(json_integer_value(json_object_get(offer, "cents")), 900);
	heard_done(&h);
}

/* Members come in the order of the document, so that people who read the wire find them. */
static void
test_order(void **unused)
{
	struct heard h;
	const char *name;
	json_t *value;

	(void)unused;
	heard_init(&h);
	assert_int_equal(derive(&h, EV_PLAN_REVISED, PLAN), 0);
	for (size_t i = 0; i < openrpc_notifications(h.openrpc); i++) {
		const struct notification_spec *spec = openrpc_notification_at(h.openrpc, i);
		json_t *names = json_object_get(spec->params, "properties");
		void *it = json_object_iter(names);

		if (strcmp(spec->name, "plan.revised") != 0 && strcmp(spec->name, "eta.revised") != 0)
			continue;
		json_object_foreach(json_array_get(h.all, spec->name[0] == 'p' ? 0 : 1), name, value) {
			while (it != NULL && strcmp(json_object_iter_key(it), name) != 0)
				it = json_object_iter_next(names, it);
			if (it == NULL)
				fail_msg("%s: %s is out of order", spec->name, name);
		}
	}
	heard_done(&h);
}

/* What the listener answers ends the deriving. */
static void
test_listener_stops(void **unused)
{
	struct heard h;

	(void)unused;
	heard_init(&h);
	h.stop_after = 2;
	assert_int_equal(derive(&h, EV_PLAN_REVISED, PLAN), -EIO);
	assert_int_equal(json_array_size(h.all), 2);
	heard_done(&h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_plan),
		cmocka_unit_test(test_moved),
		cmocka_unit_test(test_goodwill),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_listener_stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
