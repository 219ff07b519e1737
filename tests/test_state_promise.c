/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What becomes of a promise in the state: answers, silence, other days, goodwill; what leaves a trace;
 * and forks, which know nothing of each other.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "daemon/learn.h"
#include "tests/state_fixture.h"

/* t1: c1 c2, t2: c3, told; c4 with its appointment 15:00 to 16:00 waits for a place. */
static struct state *
told_shop(void)
{
	struct state *s = fix_shop();

	fix_plan(s, -1800, "t1: c1 c2; t2: c3");
	return s;
}

#define OFFER \
	"'goodwill':'g1','call':'c1','customer':'u1','contract':'none','form':'discount'," \
	"'cause':'promise_broken','at':@0,'text':'T'"

static const struct promise_case {
	const char *name;
	int64_t at_s;
	enum event_type type;
	const char *body;
	int rc;
	const char *why; /* a part of the sentence */
} cases[] = {
	{ "accepted", 0, EV_CALL_ANSWERED,
	    "{'call':'c1','version':2,'answer':'accept','by':'customer','technician':'t1',"
	    "'status':'planned'}",
	    0, "" },
	{ "accepted, but not where it stands", 0, EV_CALL_ANSWERED,
	    "{'call':'c1','version':2,'answer':'accept','by':'customer','status':'unassigned'}",
	    -EBADMSG, "status" },
	{ "declined", 0, EV_CALL_ANSWERED,
	    "{'call':'c1','version':2,'answer':'decline','by':'customer','technician':'t1',"
	    "'status':'unassigned'}",
	    0, "" },
	{ "declined by nobody", 0, EV_CALL_ANSWERED,
	    "{'call':'c1','version':2,'answer':'decline'}", -EBADMSG, "by" },
	{ "an answer of no kind", 0, EV_CALL_ANSWERED,
	    "{'call':'c1','version':2,'answer':'perhaps','by':'customer'}", -EBADMSG, "perhaps" },
	{ "countered with no window", 0, EV_CALL_ANSWERED,
	    "{'call':'c1','version':2,'answer':'counter','by':'customer'}", -EBADMSG, "window" },
	{ "countered the wrong way round", 0, EV_CALL_ANSWERED,
	    "{'call':'c1','version':2,'answer':'counter','by':'customer','window':{'from':@10,'to':@5}}",
	    -EBADMSG, "window.to" },
	{ "countered", 0, EV_CALL_ANSWERED,
	    "{'call':'c1','version':2,'answer':'counter','by':'dispatcher:tk1',"
	    "'window':{'from':@20000,'to':@23600}}",
	    0, "" },
	{ "silent", 0, EV_CALL_SILENT, "{'call':'c1','version':2,'released':false}", 0, "" },
	{ "silent and released", 0, EV_CALL_SILENT,
	    "{'call':'c1','version':2,'released':true,'technician':'t1','status':'unassigned'}", 0,
	    "" },
	{ "carried over", 0, EV_CALL_CARRIED_OVER,
	    "{'call':'c1','version':2,'count':1,'not_before':@86400,'by':'daemon',"
	    "'promise':{'from':@86400,'to':@90000}}",
	    0, "" },
	{ "carried over twice at once", 0, EV_CALL_CARRIED_OVER,
	    "{'call':'c1','version':2,'count':2,'not_before':@86400,'by':'daemon'}", -EBADMSG,
	    "count" },
	{ "carried over from a foreign route", 0, EV_CALL_CARRIED_OVER,
	    "{'call':'c1','version':2,'count':1,'not_before':@86400,'by':'daemon','technician':'t2'}",
	    -EBADMSG, "not on his route" },
	{ "at risk", 0, EV_PROMISE_AT_RISK,
	    "{'call':'c1','technician':'t1','risk_pct':45,'at_risk':true,'arrival':@0,'p90':@900}", 0,
	    "" },
	{ "at more than certain risk", 0, EV_PROMISE_AT_RISK,
	    "{'call':'c1','risk_pct':101,'at_risk':true}", -EBADMSG, "risk_pct" },
	{ "goodwill", 0, EV_GOODWILL_PROPOSED, "{" OFFER ",'cents':5000}", 0, "" },
	{ "goodwill for no call", 0, EV_GOODWILL_PROPOSED,
	    "{'goodwill':'g1','call':'c77','customer':'u1','form':'discount','cause':'promise_broken',"
	    "'at':@0,'text':'T','cents':5000}",
	    -ENOENT, "c77" },
	{ "a decision on no offer", 0, EV_GOODWILL_DECIDED,
	    "{" OFFER ",'cents':1,'decision':'grant','by':'manager:tk1'}", -ENOENT, "g1" },
	{ "a message", 0, EV_MESSAGE_WRITTEN,
	    "{'message':'m1','call':'c1','kind':'moved','language':'en','customer':'u1','text':'Sorry'}",
	    0, "" },
	{ "a message of no kind", 0, EV_MESSAGE_WRITTEN,
	    "{'message':'m1','call':'c1','kind':'gossip','language':'en','customer':'u','text':'x'}",
	    -EBADMSG, "gossip" },
	{ "another kind before he is there", 0, EV_STOP_KIND_CHANGED,
	    "{'technician':'t1','call':'c1','version':2,'kind':'door','end':@9000}", -EPERM,
	    "planned" },
};

/* A refusal changes nothing; what is taken is sound, and a fork takes it alike. */
static void
test_cases(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct promise_case *c = &cases[i];
		struct state *s = told_shop(), *fork = state_fork(s);
		char *before = state_dump(s), *after, *forked;
		int rc = fix_apply(s, c->at_s, c->type, c->body);

		if (rc != c->rc || strstr(fix_why, c->why) == NULL)
			fail_msg("%s: rc %d, \"%s\"", c->name, rc, fix_why);
		after = state_dump(s);
		if ((rc == 0) == (strcmp(before, after) == 0))
			fail_msg("%s: rc %d, but the state %s", c->name, rc,
			    rc == 0 ? "is as before" : "changed");
		fix_sound(s, c->name);
		fix_apply(fork, c->at_s, c->type, c->body);
		forked = state_dump(fork);
		if (strcmp(after, forked) != 0)
			fail_msg("%s: on a fork it does something else", c->name);
		free(before);
		free(after);
		free(forked);
		state_free(fork);
		state_free(s);
	}
}

/* --- answers --- */

/* The customer declines the first window, then the second: both are out of the question. */
static void
test_two_declines(void **unused)
{
	struct state *s = told_shop();
	const struct call_state *c = fix_call(s, "c1");
	struct span first = { c->told.promise_from, c->told.promise_to }, second;

	(void)unused;
	assert_int_equal(c->told.first_at, T0 - 1800);
	fix_must(s, 0, EV_CALL_ANSWERED,
	    "{'call':'c1','version':2,'answer':'decline','by':'customer'}");
	assert_int_equal(c->status, CALL_UNASSIGNED);
	assert_int_equal(fix_tech(s, "t1")->stops, 1);
	assert_int_equal(c->answer, ANSWER_DECLINED);
	assert_false(c->told.any || c->told.promise);
	assert_int_equal(c->told.version, 1);
	assert_true(c->customer_fault);
	assert_int_equal(c->declines, 1);
	assert_int_equal(c->declined[0].from, first.from);
	assert_int_equal(state_start_at(c, first.from), first.to);

	/* A new ETA is a first one again, to be answered; what was promised first is remembered. */
	fix_plan(s, 100, "t1: c2 c1");
	assert_int_equal(c->told.first_at, T0 + 100);
	assert_int_equal(c->answer, ANSWER_NONE);
	assert_int_equal(c->told.first_from, first.from);
	assert_int_equal(c->told.repromised, 0); /* it was the customer who wanted another */
	second = (struct span){ c->told.promise_from, c->told.promise_to };
	fix_must(s, 200, EV_CALL_ANSWERED,
	    "{'call':'c1','version':3,'answer':'decline','by':'customer'}");
	assert_int_equal(c->declines, 2);
	assert_int_equal(c->declined[1].to, second.to);
	assert_int_equal(json_array_size(state_call_history(s, state_call_find(s, "c1"))), 4);
	fix_sound(s, "two declines");
	state_free(s);
}

/* A window of the customer's own becomes the appointment; a deadline before it makes way. */
static void
test_counter(void **unused)
{
	struct state *s = told_shop();
	const struct call_state *c = fix_call(s, "c1");
	int64_t first_from = c->told.first_from;

	(void)unused;
	fix_must(s, 0, EV_CALL_ANSWERED,
	    "{'call':'c1','version':2,'answer':'counter','by':'customer',"
	    "'window':{'from':@90000,'to':@93600}}");
	assert_true(c->appointment && c->told.promise && !c->told.any);
	assert_int_equal(c->appt_from, T0 + 90000);
	assert_int_equal(c->told.promise_to, T0 + 93600);
	assert_int_equal(c->told.first_from, first_from);
	assert_int_equal(c->due, T0 + 93600);
	assert_int_equal(c->declineds, 0);
	assert_int_equal(c->answer, ANSWER_COUNTERED);
	fix_sound(s, "counter");
	state_free(s);
}

/* Who does not answer loses the place, if the guidelines say so; an appointment was agreed before. */
static void
test_silence(void **unused)
{
	struct state *s = fix_shop();
	const struct call_state *c = fix_call(s, "c4");

	(void)unused;
	fix_must(s, -7200, EV_GUIDELINES_SET,
	    "{'version':2,'guidelines':{'tell_ahead_s':86400}}");
	fix_plan(s, -1800, "t1: c1 c4");
	assert_true(c->told.any);
	fix_must(s, 0, EV_CALL_SILENT, "{'call':'c4','version':2,'released':true}");
	assert_int_equal(c->status, CALL_UNASSIGNED);
	assert_int_equal(c->answer, ANSWER_SILENT);
	assert_true(c->told.promise && !c->told.any);
	assert_int_equal(c->told.promise_from, T0 + 25200);
	fix_must(s, 0, EV_CALL_SILENT, "{'call':'c1','version':2,'released':true}");
	assert_false(fix_call(s, "c1")->told.promise);
	assert_int_equal(fix_call(s, "c1")->declineds, 0);
	assert_false(fix_call(s, "c1")->customer_fault);
	state_free(s);
}

/* Who is being driven to cannot be let go by an answer. */
static void
test_too_late_to_decline(void **unused)
{
	struct state *s = told_shop();

	(void)unused;
	fix_must(s, 0, EV_SHIFT_STARTED,
	    "{'technician':'t1','version':2,'at':@0,'place':{'lat_udeg':41880000,'lon_udeg':-87630000}}");
	fix_must(s, 300, EV_STOP_DEPARTED,
	    "{'technician':'t1','call':'c1','version':2,'at':@300,'arrival':@600,'end':@4200}");
	assert_int_equal(fix_apply(s, 400, EV_CALL_ANSWERED,
	                     "{'call':'c1','version':3,'answer':'decline','by':'customer'}"),
	    -EPERM);
	assert_int_equal(fix_apply(s, 400, EV_CALL_ANSWERED,
	                     "{'call':'c1','version':3,'answer':'accept','by':'customer'}"),
	    0);
	assert_int_equal(fix_call(s, "c1")->answer, ANSWER_ACCEPTED);
	state_free(s);
}

/* --- not today --- */

/* What is carried over has lost its ETA, and its new promise counts as a re-promise for ever. */
static void
test_carried_over(void **unused)
{
	struct state *s = told_shop();
	const struct call_state *c = fix_call(s, "c1");
	int64_t first_to = c->told.first_to;
	const struct move *m;

	(void)unused;
	fix_must(s, 30000, EV_CALL_CARRIED_OVER,
	    "{'call':'c1','version':2,'count':1,'not_before':@86400,'by':'daemon','technician':'t1',"
	    "'status':'unassigned','promise':{'from':@86400,'to':@90000}}");
	assert_int_equal(c->status, CALL_UNASSIGNED);
	assert_int_equal(c->carried, 1);
	assert_int_equal(state_start_at(c, T0), T0 + 86400);
	assert_false(c->told.any);
	assert_int_equal(c->told.promise_from, T0 + 86400);
	assert_int_equal(c->told.first_to, first_to);
	assert_int_equal(c->told.repromised, 1);
	assert_int_equal(c->told.repromised_at, T0 + 30000);
	m = state_move(s, state_moves(s) - 1);
	assert_string_equal(m->code, "carried_over");
	assert_int_equal(m->former, 0);
	assert_true(m->repromised);
	assert_int_equal(m->previous_promise.to, first_to);
	assert_int_equal(m->promise.to, T0 + 90000);
	/* Without a new promise, for one to be agreed; the appointment goes. */
	fix_must(s, 30000, EV_CALL_CARRIED_OVER,
	    "{'call':'c4','version':2,'count':1,'not_before':@86400,'by':'manager:tk1'}");
	assert_false(fix_call(s, "c4")->appointment);
	assert_false(fix_call(s, "c4")->told.promise);
	fix_sound(s, "carried over");
	state_free(s);
}

/* --- what leaves a trace --- */

static void
test_moves(void **unused)
{
	static const struct fix_plan plan = { .kind = "solve",
		.why = TELL_MADE_ROOM,
		.chosen = { "c1" } };
	struct state *s = told_shop();
	json_t *body;
	const struct move *m;

	(void)unused;
	assert_int_equal(state_moves(s), 3); /* each was told for the first time */
	m = state_move(s, 0);
	assert_string_equal(m->call_id, "c1");
	assert_true(m->first && !m->chosen && !m->repromised);
	assert_int_equal(m->account, ACCOUNT_NONE);
	assert_int_equal(m->cause, EV_CALL_BOOKED);
	assert_int_equal(m->previous, 0);
	body = fix_plan_body(s, 0, "t1: c2; t2: c3 c1", &plan);
	json_object_set_new(body, "account", json_string("emergency"));
	json_object_set_new(json_object_get(body, "cause"), "call", json_string("c3"));
	for (size_t i = 0; i < json_array_size(json_object_get(body, "told")); i++)
		json_object_set_new(json_array_get(json_object_get(body, "told"), i), "cents",
		    json_integer(2500));
	assert_int_equal(fix_apply_json(s, 0, EV_PLAN_REVISED, body), 0);
	for (int32_t i = 3; i < state_moves(s); i++) {
		m = state_move(s, i);
		if (strcmp(m->call_id, "c1") == 0)
			break;
	}
	assert_string_equal(m->call_id, "c1");
	assert_int_equal(m->call, state_call_find(s, "c1"));
	assert_true(m->chosen && !m->first);
	assert_int_equal(m->account, ACCOUNT_EMERGENCY);
	assert_int_equal(m->tech, 1);
	assert_int_equal(m->former, 0);
	assert_string_equal(m->cause_call, "c3");
	assert_int_equal(m->cents, 2500);
	assert_int_equal(state_spent_by(s, ACCOUNT_EMERGENCY, T0), 1);
	assert_int_equal(state_spent_by(s, ACCOUNT_EVENT, T0), 0);
	assert_int_equal(state_spent(s, T0), 1);
	fix_sound(s, "moves");
	state_free(s);
}

static void
test_goodwill(void **unused)
{
	struct state *s = told_shop(), *fork;

	(void)unused;
	fix_must(s, 0, EV_CALL_CANCELLED, "{'call':'c1','version':2}");
	free(state_dump(s)); /* the closed call's text is kept from now on */
	fork = state_fork(s);
	fix_must(s, 0, EV_GOODWILL_PROPOSED, "{" OFFER ",'cents':5000}");
	assert_true(fix_call(s, "c1")->goodwill);
	assert_false(fix_call(fork, "c1")->goodwill);
	assert_int_equal(state_goodwills(fork), 0);
	fix_sound(s, "proposed");
	fix_sound(fork, "the fork knows nothing of it");
	state_free(fork);
	assert_int_equal(state_goodwill_granted(s, T0), 0);
	fix_must(s, 10, EV_GOODWILL_DECIDED,
	    "{" OFFER ",'cents':4000,'decision':'grant','by':'manager:tk1','reason':'fair'}");
	assert_int_equal(state_goodwill_granted(s, T0 + 10), 4000);
	assert_int_equal(state_goodwill_granted(s, T0 + 11), 0);
	assert_int_equal(state_goodwill(s, 0)->status, GOODWILL_GRANTED);
	assert_int_equal(fix_apply(s, 20, EV_GOODWILL_DECIDED,
	                     "{" OFFER ",'cents':1,'decision':'refuse','by':'manager:tk1'}"),
	    -EPERM);
	fix_sound(s, "granted");
	state_free(s);
}

/* --- as agreed, and as learned --- */

/* A quote's window is promised from the start, and whether it held is learned; so are drive and work. */
static void
test_learning(void **unused)
{
	struct state *s = fix_shop();
	const struct call_state *c;
	int64_t held = -1;
	struct work work;

	(void)unused;
	fix_must(s, -1800, EV_CALL_BOOKED,
	    "{'call':'q1','terms':{'customer':'u','site':{'lat_udeg':41890000,'lon_udeg':-87630000},"
	    "'needs':[],'kind':'door','severity':'routine','opened':@-1800,'difficulty':0,"
	    "'contract':'full_service','agreed':{'window':{'from':@0,'to':@3600},'confidence_pct':90,"
	    "'technician':'t1','cost_cents':1200,'by':'dispatcher:tk1'}}}");
	c = fix_call(s, "q1");
	assert_int_equal(c->agreed_pct, 90);
	assert_int_equal(c->due, T0 + 3600);
	assert_true(c->told.promise);
	assert_int_equal(c->told.first_to, T0 + 3600);
	assert_int_equal(c->contract, CONTRACT_FULL_SERVICE);
	assert_false(c->duration_given);
	assert_string_equal(c->kind, "door");
	assert_int_equal(learn_promises(state_learned(s), &held), 0);
	fix_plan(s, -900, "t1: q1");
	fix_must(s, 0, EV_SHIFT_STARTED,
	    "{'technician':'t1','version':2,'at':@0,'place':{'lat_udeg':41880000,'lon_udeg':-87630000}}");
	fix_must(s, 100, EV_STOP_DEPARTED,
	    "{'technician':'t1','call':'q1','version':2,'at':@100,'arrival':@400,'end':@3100}");
	fix_must(s, 900, EV_STOP_ARRIVED,
	    "{'technician':'t1','call':'q1','version':3,'at':@900,'end':@3600}");
	assert_int_equal(learn_promises(state_learned(s), &held), 1);
	assert_int_equal(held, 1);
	fix_must(s, 1000, EV_STOP_KIND_CHANGED,
	    "{'technician':'t1','call':'q1','version':4,'kind':'drive','end':@5000,"
	    "'technician_version':2}");
	assert_string_equal(c->kind, "drive");
	assert_int_equal(c->end, T0 + 5000);
	assert_int_equal(fix_tech(s, "t1")->until, T0 + 5000);
	fix_must(s, 4900, EV_STOP_FINISHED,
	    "{'technician':'t1','call':'q1','version':5,'at':@4900,'outcome':'fixed'}");
	fix_sound(s, "learned");
	state_work_of(s, 0, "drive", 0, &work);
	assert_int_equal(work.kind_cases, 0); /* not before the next morning */
	fix_must(s, 86400, EV_CALL_PINNED, "{'call':'c1','version':2}");
	state_work_of(s, 0, "drive", 0, &work);
	assert_int_equal(work.kind_cases, 1);
	assert_int_equal(work.cases, 1);
	state_work_of(s, 0, "door", 0, &work);
	assert_int_equal(work.kind_cases, 0);
	fix_sound(s, "learned overnight");
	state_free(s);
}

/* A duration that was given is forgotten with the kind of work it was given for. */
static void
test_kind_changed(void **unused)
{
	struct state *s = told_shop();
	const struct call_state *c = fix_call(s, "c1");

	(void)unused;
	fix_must(s, 0, EV_SHIFT_STARTED,
	    "{'technician':'t1','version':2,'at':@0,'place':{'lat_udeg':41880000,'lon_udeg':-87630000}}");
	fix_must(s, 600, EV_STOP_ARRIVED,
	    "{'technician':'t1','call':'c1','version':2,'at':@600,'end':@4200}");
	assert_true(c->duration_given);
	fix_must(s, 700, EV_STOP_KIND_CHANGED,
	    "{'technician':'t1','call':'c1','version':3,'kind':'drive','end':@5000}");
	assert_false(c->duration_given);
	assert_int_equal(c->duration_s, state_guidelines(s)->duration_routine_s);
	assert_string_equal(c->kind, "drive");
	fix_sound(s, "another kind");
	state_free(s);
}

/* What is open and at risk makes new windows wider at once; one that is not makes no difference. */
static void
test_strain(void **unused)
{
	struct state *s = fix_shop();
	double as_learned = state_window_shift(s);
	int64_t held = -1;

	(void)unused;
	fix_must(s, -1800, EV_CALL_BOOKED,
	    "{'call':'q1','terms':{'customer':'u','site':{'lat_udeg':41890000,'lon_udeg':-87630000},"
	    "'needs':[],'severity':'routine','opened':@-1800,'difficulty':0,"
	    "'agreed':{'window':{'from':@0,'to':@3600},'confidence_pct':90}}}");
	assert_true(fabs(state_window_shift(s) - as_learned) < 1e-9);
	fix_plan(s, -900, "t1: q1");
	assert_true(fabs(state_window_shift(s) - as_learned) < 1e-9);
	fix_must(s, 0, EV_PROMISE_AT_RISK,
	    "{'call':'q1','at_risk':true,'risk_pct':60,'technician':'t1','status':'planned'}");
	/* 60 % of one and 10 % of eight others: 15.6 % of nine, where 10 % should be. */
	assert_true(fabs(state_window_shift(s) - (as_learned + 1.28155 - 1.01284)) < 1e-3);
	fix_must(s, 100, EV_CALL_CANCELLED, "{'call':'q1','version':2}");
	assert_true(fabs(state_window_shift(s) - as_learned) < 1e-9);
	assert_int_equal(learn_promises(state_learned(s), &held), 0);
	state_free(s);
}

/* What the customer declined does not show how well quotes hold. */
static void
test_no_lesson(void **unused)
{
	struct state *s = fix_shop();
	int64_t held;

	(void)unused;
	fix_must(s, -1800, EV_CALL_BOOKED,
	    "{'call':'q1','terms':{'customer':'u','site':{'lat_udeg':41890000,'lon_udeg':-87630000},"
	    "'needs':[],'severity':'routine','opened':@-1800,'difficulty':0,"
	    "'agreed':{'window':{'from':@0,'to':@3600},'confidence_pct':90}}}");
	fix_must(s, -1700, EV_CALL_ANSWERED,
	    "{'call':'q1','version':2,'answer':'decline','by':'customer'}");
	assert_int_equal(fix_call(s, "q1")->agreed_pct, 0);
	assert_int_equal(fix_call(s, "q1")->due, 0);
	fix_plan(s, -900, "t1: q1");
	fix_must(s, 0, EV_SHIFT_STARTED,
	    "{'technician':'t1','version':2,'at':@0,'place':{'lat_udeg':41880000,'lon_udeg':-87630000}}");
	fix_must(s, 9000, EV_STOP_ARRIVED,
	    "{'technician':'t1','call':'q1','version':3,'at':@9000,'end':@9900}");
	assert_int_equal(learn_promises(state_learned(s), &held), 0);
	state_free(s);
}

/* --- forks --- */

/* A fork is left alone by its original, and leaves it alone, whichever ends first. */
static void
test_fork(void **unused)
{
	struct state *s = told_shop(), *fork;
	char *was, *is;

	(void)unused;
	fix_must(s, 0, EV_CALL_CANCELLED, "{'call':'c2','version':2}");
	was = state_dump(s);
	fork = state_fork(s);
	fix_must(fork, 0, EV_CALL_CANCELLED, "{'call':'c1','version':2}");
	fix_plan(fork, 100, "t2: c4 c3");
	is = state_dump(s);
	assert_string_equal(was, is);
	free(is);
	state_free(fork);
	fork = state_fork(s);
	fix_must(s, 0, EV_CALL_CANCELLED, "{'call':'c1','version':2}");
	fix_plan(s, 100, "t2: c4 c3");
	state_free(s);
	is = state_dump(fork);
	assert_string_equal(was, is);
	assert_int_equal(state_call_find(fork, "c1"), 0);
	fix_sound(fork, "a fork that outlives its original");
	free(is);
	free(was);
	state_free(fork);
}

/* Tomorrow: today's calls are done, what may not start before is left, with its promise. */
static void
test_morning(void **unused)
{
	struct state *s = told_shop(), *m = NULL;
	int64_t at, midnight = T0 - 8 * 3600 + 86400;

	(void)unused;
	fix_must(s, 0, EV_CALL_CARRIED_OVER,
	    "{'call':'c3','version':2,'count':1,'not_before':@86400,'by':'daemon',"
	    "'promise':{'from':@86400,'to':@90000}}");
	assert_int_equal(state_morning(s, T0 + 3600, midnight, &m, &at), 0);
	assert_int_equal(at, T0 + 86399);
	assert_int_equal(fix_call(m, "c1")->status, CALL_DONE);
	assert_int_equal(fix_call(m, "c3")->status, CALL_UNASSIGNED);
	assert_true(fix_call(m, "c3")->told.promise);
	assert_int_equal(fix_call(m, "c4")->status, CALL_UNASSIGNED);
	assert_int_equal(fix_tech(m, "t1")->stops, 0);
	assert_true(fix_tech(m, "t1")->shift[0].ended);
	assert_false(fix_tech(m, "t1")->shift[1].ended);
	fix_sound(m, "morning");
	fix_plan(m, 86399, "t1: c3");
	assert_int_equal(fix_call(s, "c1")->status, CALL_PLANNED);
	state_free(m);
	assert_int_equal(state_morning(s, T0, midnight + 86400, &m, &at), -ENOENT);
	state_free(s);
}

/* A city's state: 100 technicians, 600 open calls, and a closed list that is full. */
static struct state *
city(void)
{
	struct state *s = fix_open();

	for (int k = 0; k < 100; k++)
		fix_must(s, -3600, EV_TECHNICIAN_ADDED,
		    "{'technician':'t%d','terms':{'name':'T','home':{'lat_udeg':41880000,"
		    "'lon_udeg':-87630000},'skills':[],'speed_pct':100,'shifts':[{'from':@0,'to':@32400,"
		    "'breaks':[]}]}}",
		    k);
	for (int i = 0; i < STATE_CALLS_CLOSED_MAX + 600; i++) {
		fix_must(s, -3600, EV_CALL_BOOKED,
		    "{'call':'c%d','terms':{'customer':'u','site':{'lat_udeg':%d,'lon_udeg':-87630000},"
		    "'needs':[],'severity':'routine','opened':@-3600,'due':@36000,'duration_s':3600,"
		    "'difficulty':0}}",
		    i, 41880000 + i % 1000 * 100);
		if (i < STATE_CALLS_CLOSED_MAX)
			fix_must(s, -3600, EV_CALL_CANCELLED, "{'call':'c%d','version':2}", i);
	}
	return s;
}

static int64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* What people ask is tried on forks: they must cost no more than a blink of the loop. */
static void
test_fork_is_cheap(void **unused)
{
	struct state *s = city();
	int64_t best = INT64_MAX;

	(void)unused;
	for (int i = 0; i < 30; i++) {
		int64_t begun = now_us();
		struct state *fork = state_fork(s);

		begun = now_us() - begun;
		best = begun < best ? begun : best;
		assert_non_null(fork);
		state_free(fork);
	}
	print_message("a fork of 100 technicians, 600 open and %d closed calls: %lld us at best\n",
	    STATE_CALLS_CLOSED_MAX, (long long)best);
	/* Some milliseconds at most, even with sanitizers on a busy machine. */
	assert_true(best < 50000);
	state_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_two_declines),
		cmocka_unit_test(test_counter),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_too_late_to_decline),
		cmocka_unit_test(test_carried_over),
		cmocka_unit_test(test_moves),
		cmocka_unit_test(test_goodwill),
		cmocka_unit_test(test_learning),
		cmocka_unit_test(test_kind_changed),
		cmocka_unit_test(test_strain),
		cmocka_unit_test(test_no_lesson),
		cmocka_unit_test(test_fork),
		cmocka_unit_test(test_morning),
		cmocka_unit_test(test_fork_is_cheap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
