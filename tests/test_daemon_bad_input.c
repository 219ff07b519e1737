/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bad input to the real daemon in the middle of a day: each is refused with its code and a message
 * that names the member, and nothing that anybody can read has changed by it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/rpc.h"
#include "tests/daemon_harness.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define DAY "2011-09-21T"
#define SITE "'site':{'lat':42.36,'lon':-71.07}"
#define BOOK "'customer':'acme'," SITE
#define HOME "'name':'Cy','home':{'lat':42.35,'lon':-71.06}"
#define AT(time) "'" DAY time "-04:00'"

/* The day: c_done is done by t1, c_open is planned; t1 is on shift, t2 is not; it is 08:50. */
static const struct bad_case {
	const char *name, *method, *params; /* ' for "; OPEN and DONE are the calls' ids */
	int code;
	const char *says; /* a part of the message: the member, or who it is about */
} cases[] = {
	/* Times. */
	{ "a deadline without offset", "call.book", "{" BOOK ",'due':'" DAY "12:00:00'}",
	    RPC_INVALID_PARAMS, "due: expected a time" },
	{ "a deadline of this very second", "call.book", "{" BOOK ",'due':" AT("08:50:00") "}",
	    RPC_BAD_TIME, "due" },
	{ "a window that is past", "call.book",
	    "{" BOOK ",'appointment':{'from':" AT("08:00:00") ",'to':" AT("08:50:00") "}}", RPC_BAD_TIME,
	    "appointment.to" },
	{ "a window of no length", "call.book",
	    "{" BOOK ",'appointment':{'from':" AT("10:00:00") ",'to':" AT("10:00:00") "}}",
	    RPC_INVALID_PARAMS, "appointment.to" },
	{ "a deadline before its window", "call.book",
	    "{" BOOK ",'due':" AT("09:00:00") ",'appointment':{'from':" AT("10:00:00") ",'to':"
	    AT("11:00:00") "}}",
	    RPC_BAD_TIME, "due" },
	{ "a window that is past, by amending", "call.amend",
	    "{'call':'OPEN','appointment':{'from':" AT("08:00:00") ",'to':" AT("08:20:00") "}}",
	    RPC_BAD_TIME, "appointment.to" },
	{ "a shift that began in the future", "shift.start",
	    "{'technician':'t2','at':" AT("08:50:01") "}", RPC_BAD_TIME, "at: " },
	{ "a shift that began too long ago", "shift.start",
	    "{'technician':'t2','at':" AT("08:39:59") "}", RPC_BAD_TIME, "10 minutes" },
	{ "an arrival before the last event", "stop.arrive",
	    "{'technician':'t1','call':'OPEN','at':" AT("08:41:00") "}", RPC_BAD_TIME,
	    "before the last event of t1" },
	{ "an absence that ends before it begins", "technician.absent",
	    "{'technician':'t1','from':" AT("11:00:00") ",'to':" AT("10:00:00") "}",
	    RPC_INVALID_PARAMS, "to: " },
	{ "the clock goes back", "clock.advance", "{'to':" AT("08:49:59") "}", RPC_BAD_TIME,
	    DAY "08:50:00-04:00" },
	/* Places. */
	{ "a site north of the pole", "call.book",
	    "{'customer':'a','site':{'lat':90.1,'lon':0},'due':" AT("12:00:00") "}",
	    RPC_INVALID_PARAMS, "site.lat" },
	{ "a site at no longitude", "call.book",
	    "{'customer':'a','site':{'lat':42.3},'due':" AT("12:00:00") "}", RPC_INVALID_PARAMS,
	    "site.lon" },
	{ "a site off the coast of Africa", "call.amend", "{'call':'OPEN','site':{'lat':0,'lon':0}}",
	    RPC_OUT_OF_AREA, "site" },
	{ "promises of a territory that is not known", "promise.list", "{'territory':'elsewhere'}",
	    RPC_NOT_FOUND, "elsewhere" },
	{ "an order of a territory that is not known", "order.preview",
	    "{'territory':'elsewhere','wanted':[{'customer':'a',"
	    "'site':{'lat':42.36,'lon':-71.07},'due':" AT("12:00:00") "},"
	    "{'customer':'b','site':{'lat':42.36,'lon':-71.07},'due':" AT("12:00:00") "}]}",
	    RPC_NOT_FOUND, "elsewhere" },
	{ "a position on the moon", "position.report", "{'technician':'t1','lat':0.67,'lon':23.47}",
	    RPC_OUT_OF_AREA, "lat, lon" },
	{ "a shift that starts on the moon", "shift.start",
	    "{'technician':'t2','position':{'lat':0.67,'lon':23.47}}", RPC_OUT_OF_AREA, "position" },
	{ "a position of latitude text", "position.report", "{'technician':'t1','lat':'42','lon':-71}",
	    RPC_INVALID_PARAMS, "lat" },
	/* Sizes and forms. */
	{ "a customer of blanks", "call.book",
	    "{'customer':' \\t ','site':{'lat':42.36,'lon':-71.07},'due':" AT("12:00:00") "}",
	    RPC_INVALID_PARAMS, "customer: expected a name" },
	{ "a customer made blank", "call.amend", "{'call':'OPEN','customer':'  '}", RPC_INVALID_PARAMS,
	    "customer: expected a name" },
	{ "a technician without a name", "technician.amend", "{'technician':'t1','name':' '}",
	    RPC_INVALID_PARAMS, "name: expected a name" },
	{ "a customer too long", "call.book", NULL, RPC_INVALID_PARAMS, "customer" },
	{ "a duration of a fraction", "call.book",
	    "{" BOOK ",'due':" AT("12:00:00") ",'duration_s':600.5}", RPC_INVALID_PARAMS, "duration_s" },
	{ "a duration beyond 64 bits", "call.book",
	    "{" BOOK ",'due':" AT("12:00:00") ",'duration_s':1e30}", RPC_INVALID_PARAMS, "duration_s" },
	{ "a skill with a blank", "call.book",
	    "{" BOOK ",'due':" AT("12:00:00") ",'needs':[{'skill':'a b'}]}", RPC_INVALID_PARAMS,
	    "needs[0].skill" },
	{ "nine skills", "call.book",
	    "{" BOOK ",'due':" AT("12:00:00") ",'needs':[{'skill':'a'},{'skill':'b'},{'skill':'c'},"
	    "{'skill':'d'},{'skill':'e'},{'skill':'f'},{'skill':'g'},{'skill':'h'},{'skill':'i'}]}",
	    RPC_INVALID_PARAMS, "needs" },
	{ "null for a deadline", "call.book", "{" BOOK ",'due':null}", RPC_INVALID_PARAMS, "due" },
	{ "a member that is none", "call.book", "{" BOOK ",'due':" AT("12:00:00") ",'notes':'x'}",
	    RPC_INVALID_PARAMS, "did you mean note" },
	{ "a path for an id", "call.get", "{'call':'../c1'}", RPC_INVALID_PARAMS, "call" },
	{ "a cmd_id that is no UUID", "call.cancel", "{'call':'OPEN','cmd_id':'7'}",
	    RPC_INVALID_PARAMS, "cmd_id" },
	{ "a limit of none", "call.list", "{'limit':0}", RPC_INVALID_PARAMS, "limit" },
	{ "a status that is none", "call.list", "{'status':['open']}", RPC_INVALID_PARAMS, "status[0]" },
	{ "a shift of a week", "technician.add",
	    "{" HOME ",'shifts':[{'from':" AT("08:00:00") ",'to':'2011-09-28T08:00:00-04:00'}]}",
	    RPC_INVALID_PARAMS, "shifts[0].to" },
	{ "a shift that ends before it begins", "technician.add",
	    "{" HOME ",'shifts':[{'from':" AT("17:00:00") ",'to':" AT("08:00:00") "}]}",
	    RPC_INVALID_PARAMS, "shifts[0].to" },
	{ "breaks out of order", "technician.add",
	    "{" HOME ",'shifts':[{'from':" AT("08:00:00") ",'to':" AT("17:00:00") ",'breaks':["
	    "{'from':" AT("12:00:00") ",'to':" AT("13:00:00") ",'duration_s':600},"
	    "{'from':" AT("10:00:00") ",'to':" AT("11:00:00") ",'duration_s':600}]}]}",
	    RPC_INVALID_PARAMS, "shifts[0].breaks[1].from" },
	{ "no currency", "guidelines.set", "{'guidelines':{'currency':'usd'}}", RPC_INVALID_PARAMS,
	    "guidelines.currency" },
	{ "no currency of three bytes", "guidelines.set", "{'guidelines':{'currency':'\u20ac'}}",
	    RPC_INVALID_PARAMS, "guidelines.currency" },
	{ "a guideline too large", "guidelines.set", "{'guidelines':{'budget_event':101}}",
	    RPC_INVALID_PARAMS, "guidelines.budget_event" },
	{ "a guideline misspelt", "guidelines.set", "{'guidelines':{'budget_evnt':1}}",
	    RPC_INVALID_PARAMS, "did you mean budget_event" },
	{ "no guidelines", "guidelines.set", "{'guidelines':{}}", RPC_INVALID_PARAMS, "guidelines" },
	{ "no reason to force", "override.force",
	    "{'call':'OPEN','technician':'t1','reason':'no'}", RPC_INVALID_PARAMS, "reason" },
	/* Unknown, finished, or not his. */
	{ "a preferred technician nobody knows", "call.book",
	    "{" BOOK ",'due':" AT("12:00:00") ",'preferred':'t9'}", RPC_NOT_FOUND, "preferred" },
	{ "a forbidden technician nobody knows", "call.amend", "{'call':'OPEN','forbidden':['t9']}",
	    RPC_NOT_FOUND, "forbidden" },
	{ "preferred and forbidden", "call.book",
	    "{" BOOK ",'due':" AT("12:00:00") ",'preferred':'t1','forbidden':['t2','t1']}",
	    RPC_INVALID_PARAMS, "other than the preferred" },
	{ "required and forbidden", "call.amend", "{'call':'OPEN','required':'t1','forbidden':['t1']}",
	    RPC_INVALID_PARAMS, "other than the required" },
	{ "a position of nobody", "position.report", "{'technician':'t9','lat':42,'lon':-71}",
	    RPC_NOT_FOUND, "t9" },
	{ "news of nobody", "feed.subscribe", "{'technicians':['t1','t9']}", RPC_NOT_FOUND,
	    "technicians[1]" },
	{ "a token that is none", "token.revoke", "{'id':'nobody'}", RPC_NOT_FOUND, "nobody" },
	{ "a finished call amended", "call.amend", "{'call':'DONE','note':'x'}", RPC_WRONG_STATE,
	    "done" },
	{ "a finished call cancelled", "call.cancel", "{'call':'DONE'}", RPC_WRONG_STATE, "done" },
	{ "a finished call set out for", "stop.depart", "{'technician':'t1','call':'DONE'}",
	    RPC_WRONG_STATE, "done" },
	{ "a finished call pinned", "plan.pin", "{'call':'DONE'}", RPC_WRONG_STATE, "done" },
	{ "another's call", "stop.depart", "{'technician':'t2','call':'OPEN'}", RPC_WRONG_STATE,
	    "planned for t1" },
	{ "finished before arriving", "stop.finish", "{'technician':'t1','call':'OPEN'}",
	    RPC_WRONG_STATE, "stop.arrive comes first" },
	{ "late before departing", "stop.running_late",
	    "{'technician':'t1','call':'OPEN','by_s':600}", RPC_WRONG_STATE, "OPEN" },
	{ "a break that does not run", "break.end", "{'technician':'t1'}", RPC_WRONG_STATE, "t1" },
	{ "a break of one who is off", "break.start", "{'technician':'t2'}", RPC_WRONG_STATE, "t2" },
	{ "the shift under way taken away", "technician.amend", "{'technician':'t1','shifts':[]}",
	    RPC_WRONG_STATE, "t1" },
	{ "behind itself", "override.preview", "{'call':'OPEN','technician':'t1','after':'OPEN'}",
	    RPC_INVALID_PARAMS, "after" },
	{ "behind what is done", "override.preview",
	    "{'call':'OPEN','technician':'t1','after':'DONE'}", RPC_NOT_FOUND, "after" },
	{ "a version of old guidelines", "guidelines.set",
	    "{'guidelines':{'budget_event':3},'if_version':7}", RPC_CONFLICT, "version" },
};

struct day {
	struct harness h;
	char *open, *done;
};

/* Text with ' for " and the calls' ids put in; malloc'd. */
static char *
filled(const struct day *d, const char *text)
{
	char *out = calloc(1, strlen(text) * 4 + 64);

	for (size_t n = 0; *text != '\0'; n = strlen(out)) {
		const char *id = strncmp(text, "OPEN", 4) == 0 ? d->open :
		    strncmp(text, "DONE", 4) == 0           ? d->done :
		                                              NULL;

		if (id != NULL)
			strcpy(out + n, id); /* ids are shorter than the room of their letters */
		else
			out[n] = *text == '\'' ? '"' : *text;
		text += id != NULL ? 4 : 1;
	}
	return out;
}

static json_t *
params_of(const struct day *d, const struct bad_case *c)
{
	char *text, *long_name = NULL;
	json_t *j;

	if (c->params == NULL) {
		long_name = calloc(1, 122);
		memset(long_name, 'x', 121);
		j = json_pack("{s:s, s:{s:f, s:f}, s:s}", "customer", long_name, "site", "lat",
		    42.36, "lon", -71.07, "due", DAY "12:00:00-04:00");
		free(long_name);
		return j;
	}
	text = filled(d, c->params);
	j = json_loads(text, 0, NULL);
	if (j == NULL)
		fail_msg("%s: the case's parameters are no JSON: %s", c->name, text);
	free(text);
	return j;
}

static void
do_tech(struct day *d, const char *method, const char *tech)
{
	harness_do(d->h.admin, method, json_pack("{s:s}", "technician", tech));
}

static void
do_stop(struct day *d, const char *method, const char *call)
{
	harness_do(d->h.admin, method, json_pack("{s:s, s:s}", "technician", "t1", "call", call));
}

static void
begin(struct day *d)
{
	harness_start(&d->h);
	harness_technician(&d->h, "t1", 42.35, -71.06);
	d->done = harness_book(&d->h, 42.351, -71.061, "12:00:00");
	harness_at(&d->h, "08:00:00");
	do_tech(d, "shift.start", "t1");
	harness_at(&d->h, "08:01:00");
	do_stop(d, "stop.arrive", d->done);
	harness_at(&d->h, "08:42:00");
	do_stop(d, "stop.finish", d->done);
	d->open = harness_book(&d->h, 42.36, -71.07, "16:00:00");
	harness_at(&d->h, "08:50:00");
	/* He lives next door, but is not at work: nothing is given to him. */
	harness_technician(&d->h, "t2", 42.35, -71.06);
	harness_at(&d->h, "08:50:00");
}

static void
end(struct day *d)
{
	free(d->open);
	free(d->done);
	harness_done(&d->h);
}

/* All that a client can read of the shop, as one text. */
static char *
all_of(struct day *d)
{
	static const char *const methods[] = { "plan.get", "call.list", "technician.list",
		"guidelines.get", "token.list", "session.ping" };
	json_t *list = json_array();
	char *text;

	for (size_t i = 0; i < ARRAY_LEN(methods); i++)
		json_array_append_new(list, harness_ok(d->h.admin, methods[i], NULL));
	text = json_dumps(list, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(list);
	return text;
}

static void
test_bad_input(void **unused)
{
	struct day d = { 0 };
	char *before, *after, *says;

	(void)unused;
	begin(&d);
	before = all_of(&d);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct bad_case *c = &cases[i];
		struct client_error err = { 0 };

		print_message("    %s\n", c->name);
		harness_refused(d.h.admin, c->method, params_of(&d, c), c->code, &err);
		says = filled(&d, c->says);
		if (strstr(err.message, says) == NULL)
			fail_msg("%s: \"%s\" does not say \"%s\"", c->name, err.message, says);
		if (c->code == RPC_INVALID_PARAMS &&
		    json_string_length(json_object_get(err.data, "expected")) == 0)
			fail_msg("%s: it does not say what was expected", c->name);
		after = all_of(&d);
		if (strcmp(after, before) != 0)
			fail_msg("%s: it changed something:\n%s\n%s", c->name, before, after);
		free(after);
		free(says);
		client_error_done(&err);
	}
	free(before);
	end(&d);
}

/* The order of what happens at a stop: each step once, and none before the one before it. */
static void
test_out_of_order(void **unused)
{
	static const char *const steps[] = { "stop.depart", "stop.arrive", "stop.finish" };
	struct day d = { 0 };

	(void)unused;
	begin(&d);
	for (size_t done = 0; done <= ARRAY_LEN(steps); done++) {
		for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
			/* An arrival implies the departure. */
			if (i == done || (done == 0 && i == 1))
				continue;
			harness_refused(d.h.admin, steps[i],
			    json_pack("{s:s, s:s}", "technician", "t1", "call", d.open),
			    RPC_WRONG_STATE, NULL);
		}
		if (done < ARRAY_LEN(steps))
			do_stop(&d, steps[done], d.open);
	}
	end(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_input),
		cmocka_unit_test(test_out_of_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
