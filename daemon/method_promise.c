/* SPDX-License-Identifier: Apache-2.0 */
/* Requests about promises and the answers to them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/answer.h"
#include "daemon/build.h"
#include "daemon/carry.h"
#include "daemon/learn.h"
#include "daemon/method_help.h"
#include "daemon/object.h"
#include "daemon/promises.h"
#include "daemon/quote_run.h"
#include "daemon/tracking.h"
#include "proto/when.h"

enum {
	AHEAD_S = 5 * 366 * 86400, /* nothing is agreed farther ahead: a slip of the pen */
	LIST_DEFAULT = 200,
	TEXT_SIZE = 300,
	SPAN_SIZE = 64,
};

/* --- looking --- */

static void
promise_list(struct request *r)
{
	struct params *p = request_params(r);
	struct promises_filter filter = {
		.at_risk = params_bool(p, "at_risk", false),
		.needs_manager = params_bool(p, "needs_manager", false),
		.limit = (int32_t)params_int(p, "limit", LIST_DEFAULT),
	};
	struct territory *t = request_territory(r); /* NULL: answered, and r is gone */
	const struct learn *learn;
	int64_t quoted, held = 0;
	json_t *j;

	if (t == NULL)
		return;
	learn = state_learned(t->state);
	quoted = learn == NULL ? 0 : learn_promises(learn, &held);
	quoted += promises_overdue(t->state, clock_now(&request_shop(r)->clock));
	j = json_pack("{s:o, s:I, s:I}", "promises",
	    promises_list(t->state, clock_now(&request_shop(r)->clock), &filter), "quoted",
	    (json_int_t)quoted, "held", (json_int_t)held);
	if (quoted > 0)
		build_set(&j, "kept_share", json_real((double)held / (double)quoted));
	request_reply(r, j);
}

/* --- answering --- */

enum said { SAID_ACCEPT, SAID_DECLINE, SAID_COUNTER };

/* An answer as it was given. */
struct given {
	struct found f;
	const struct call_state *c;
	enum said said;
	struct span window; /* of a counter */
	const char *reason; /* NULL none */
	char by[HELP_BY_SIZE];
};

/* Local time of day, with the date if it is another day's. */
static void
clock_text(const struct state *s, int64_t now, int64_t at, char *ret, size_t size)
{
	char today[WHEN_SIZE] = "", when[WHEN_SIZE] = "";

	when_format(now, state_zone(s), today);
	when_format(at, state_zone(s), when);
	if (strncmp(today, when, 10) == 0)
		snprintf(ret, size, "%.5s", when + 11);
	else
		snprintf(ret, size, "%.10s %.5s", when, when + 11);
}

static void
span_text(const struct found *f, struct span w, char ret[SPAN_SIZE])
{
	char from[24], to[24];

	clock_text(f->s, f->now, w.from, from, sizeof(from));
	clock_text(f->s, f->now, w.to, to, sizeof(to));
	snprintf(ret, SPAN_SIZE, "%s to %s", from, to);
}

/* The call by its id, or by the customer's own token. False after answering. */
static bool
read_call(struct request *r, struct given *g)
{
	struct params *p = request_params(r);
	const char *token = params_str(p, "tracking", NULL);
	struct territory *t;
	int32_t call;

	if ((token != NULL) == params_has(p, "call")) {
		params_refuse(p, "call", "call or tracking, one of them",
		    token != NULL ? "both" : "none");
		request_refuse_params(r);
		return false;
	}
	if (token == NULL) {
		help_by(r, g->by);
		return help_call(r, &g->f);
	}
	if (!tracking_find(request_shop(r), token, &t, &call)) {
		request_refuse(r, RPC_NOT_FOUND, NULL,
		    "tracking: it is the token of no call here, or of one long gone");
		return false;
	}
	snprintf(g->by, sizeof(g->by), "customer");
	g->f = (struct found){ .t = t,
		.s = t->state,
		.now = clock_now(&request_shop(r)->clock),
		.call = call,
		.tech = -1 };
	return true;
}

/* What was said, and in a counter about which window. False after answering. */
static bool
read_said(struct request *r, struct given *g)
{
	static const char *const names[] = { "accept", "decline", "counter" };
	struct params *p = request_params(r);
	const char *said = params_str(p, "answer", "");
	bool window = params_window(p, "window", &g->window.from, &g->window.to);

	while (g->said < SAID_COUNTER && strcmp(said, names[g->said]) != 0)
		g->said++;
	g->reason = params_text(p, "reason", NULL);
	if (window != (g->said == SAID_COUNTER) && !p->failed)
		params_refuse(p, "window",
		    window ? "nothing, unless the answer is a counter"
			   : "the window that the customer asks for",
		    window ? "a window" : "none");
	if (!p->failed)
		return true;
	request_refuse_params(r);
	return false;
}

/* Who would come, for somebody to phone him. */
static const char *
name_of(const struct given *g)
{
	const char *name = json_string_value(
	    json_object_get(state_tech(g->f.s, g->c->tech)->terms, "name"));

	return name == NULL ? state_tech(g->f.s, g->c->tech)->id : name;
}

/* Whether there is something to answer, and it can still be changed. False after answering. */
static bool
check_state(struct request *r, const struct given *g)
{
	const struct call_state *c = g->c;
	bool standing = c->told.any || (c->carried > 0 && c->told.promise);

	if (c->closed > 0 || c->status == CALL_ON_SITE)
		request_refuse(r, RPC_WRONG_STATE, NULL,
		    "%s is %s: there is nothing left to answer", c->id,
		    call_status_name(c->status));
	else if (!standing && (g->said != SAID_COUNTER || c->told.version == 0))
		request_refuse(r, RPC_WRONG_STATE, NULL, "%s: %s; %s", c->id,
		    c->told.version == 0
			? "no ETA was told yet"
			: "what was told does not hold any more, and nothing new is told",
		    "call.amend changes a booking");
	else if (c->status == CALL_EN_ROUTE && g->said != SAID_ACCEPT)
		request_refuse(r, RPC_WRONG_STATE, NULL, "%s: %s is on the way; phone him", c->id,
		    name_of(g));
	else if (c->answer == ANSWER_ACCEPTED && g->said == SAID_ACCEPT)
		request_refuse(r, RPC_WRONG_STATE, NULL, "%s was accepted already", c->id);
	else
		return true;
	return false;
}

static bool
check_eta(struct request *r, const struct given *g)
{
	int64_t now = g->c->told.version;
	int64_t answered = params_int(request_params(r), "eta_version", now);

	if (answered == now)
		return true;
	request_refuse(r, RPC_CONFLICT, json_pack("{s:I}", "current", (json_int_t)now),
	    "eta_version: the ETA told last is version %lld; ask about that one", (long long)now);
	return false;
}

/* A window that can be agreed at all. False after answering. */
static bool
check_window(struct request *r, const struct given *g)
{
	const struct found *f = &g->f;
	struct span w = g->window;
	struct work work;
	char now[WHEN_SIZE] = "";

	if (g->said != SAID_COUNTER)
		return true;
	state_work(f->s, -1, f->call, &work);
	when_format(f->now, state_zone(f->s), now);
	w.from = w.from < f->now ? f->now : w.from;
	if (w.to <= f->now)
		request_refuse(r, RPC_BAD_TIME, NULL,
		    "window: it is past, it is %s here; agree a later one", now);
	else if (w.to > f->now + AHEAD_S)
		request_refuse(r, RPC_BAD_TIME, NULL,
		    "window: more than five years ahead; agree it nearer to "
		    "its time");
	else if (!carry_anybody(f->s, f->call, w))
		request_refuse(r, RPC_BAD_TIME, NULL,
		    "window: nobody who may do %s works then; agree another "
		    "one, or add a shift",
		    g->c->id);
	else
		return true;
	return false;
}

/* call.answered; reason may be NULL. */
static struct event *
answered(const struct given *g, enum said said, const char *reason)
{
	static const char *const names[] = { "accept", "decline", "counter" };
	const struct call_state *c = g->c;
	json_t *body = json_pack("{s:s, s:I, s:s, s:s, s:s}", "call", c->id, "version",
	    (json_int_t)c->version + 1, "answer", names[said], "by", g->by, "status",
	    call_status_name(said == SAID_ACCEPT ? c->status : CALL_UNASSIGNED));

	if (said == SAID_COUNTER)
		build_set(&body, "window",
		    json_pack("{s:I, s:I}", "from", (json_int_t)g->window.from, "to",
			(json_int_t)g->window.to));
	if (reason != NULL)
		build_set(&body, "reason", json_string(reason));
	if (c->tech >= 0)
		build_set(&body, "technician", json_string(state_tech(g->f.s, c->tech)->id));
	return event_new(EV_CALL_ANSWERED, g->f.now, body);
}

static json_t *
result(const struct given *g, enum answer answer, const struct span *promise, const char *text)
{
	json_t *j = json_pack("{s:s, s:I, s:s, s:b, s:s}", "call", g->c->id, "version",
	    (json_int_t)g->c->version + 1, "answer", answer_name(answer), "agreed",
	    (int)(promise != NULL), "text", text);

	if (promise != NULL)
		build_set(&j, "promise", object_window(g->f.s, promise->from, promise->to));
	return j;
}

static void
accept(struct request *r, const struct given *g)
{
	const struct told_state *t = &g->c->told;
	struct span promise = { t->promise_from, t->promise_to };
	char span[SPAN_SIZE], text[TEXT_SIZE];

	span_text(&g->f, promise, span);
	snprintf(text, sizeof(text), "Agreed: %s", span);
	request_commit_one(r, g->f.t, answered(g, SAID_ACCEPT, g->reason),
	    result(g, ANSWER_ACCEPTED, &promise, text));
}

/* said: what the refused window was called, or NULL. */
/* The state once it is declined; NULL when it cannot be made. */
static struct state *
fork_declined(const struct given *g, const char *reason)
{
	struct event *ev = answered(g, SAID_DECLINE, reason);
	struct state *fork = ev == NULL ? NULL : state_fork(g->f.s);

	if (fork != NULL) {
		ev->seq = state_seq(fork) + 1;
		if (state_apply(fork, ev, NULL, 0) < 0) {
			state_free(fork);
			fork = NULL;
		}
	}
	event_free(ev);
	return fork;
}

/*
 * What could be agreed instead, near what was asked for or by the deadline, each to be booked by its
 * quote; NULL: the answer goes without.
 */
static json_t *
options_instead(struct request *r, const struct given *g, const char *reason)
{
	struct state *then = fork_declined(g, reason);
	const struct call_state *c = then == NULL ? NULL : state_call(then, g->f.call);
	bool counter = g->said == SAID_COUNTER;
	struct quote_need need = { .of = { .by_customer = true } };
	json_t *options = NULL;

	if (c != NULL) {
		snprintf(need.of.call, sizeof(need.of.call), "%s", c->id);
		need.appointment = counter;
		need.from = g->window.from;
		need.to = g->window.to;
		need.due = !counter && c->due > g->f.now ? c->due : 0;
		need.terms = quote_wish(c, need.due, g->window);
		if (need.terms != NULL)
			options = quote_run_options(request_shop(r), g->f.s, then, &need);
		json_decref((json_t *)need.terms);
	}
	state_free(then);
	return options;
}

static void
decline(struct request *r, const struct given *g, const char *reason, const char *said)
{
	const struct state *s = g->f.s;
	int32_t declines = g->c->declines + 1, max = state_guidelines(s)->declines_max;
	bool by_phone = declines >= max;
	json_t *options = options_instead(r, g, reason), *j;
	char text[TEXT_SIZE], notice[TEXT_SIZE + STATE_ID_SIZE];

	snprintf(text, sizeof(text), "%s%s%s", said, said[0] == '\0' ? "" : ". ",
	    by_phone ? "Nothing more is promised by itself: agree one of the options on the phone"
		     : "It is planned anew, and the customer is told when there is a new time");
	snprintf(notice, sizeof(notice),
	    "%s was declined %d times: agree a time on the phone; evenkeelctl quote --call %s "
	    "shows what can be booked",
	    g->c->id, (int)declines, g->c->id);
	if (by_phone)
		help_notice(r, s, "warning", "declined_often", notice);
	j = result(g, ANSWER_DECLINED, NULL, text);
	if (options != NULL)
		build_set(&j, "options", options);
	request_commit_one(r, g->f.t, answered(g, SAID_DECLINE, reason), j);
}

/* " Possible would be ...": what could be agreed instead, if anything. */
static void
say_instead(const struct given *g, char *text, size_t size)
{
	struct event *ev = answered(g, SAID_DECLINE, NULL);
	char why[256] = "", span[SPAN_SIZE];
	struct span w = { 0 };

	text[0] = '\0';
	if (ev == NULL ||
	    answer_instead(g->f.s, g->f.now, g->f.call, ev, g->window, &w, why, sizeof(why)) < 0 ||
	    w.to == 0) {
		event_free(ev);
		return; /* it is only a hint */
	}
	event_free(ev);
	span_text(&g->f, w, span);
	snprintf(text, size, ". Possible would be %s", span);
}

/* It cannot be kept: so it is not promised, and what was told before is void. */
static void
counter_failed(struct request *r, const struct given *g, int32_t pct)
{
	char span[SPAN_SIZE], instead[SPAN_SIZE + 24], reason[TEXT_SIZE], said[TEXT_SIZE / 2 + 50];

	span_text(&g->f, g->window, span);
	snprintf(reason, sizeof(reason), "asked for %s%s%.100s", span,
	    g->reason == NULL ? "" : ": ", g->reason == NULL ? "" : g->reason);
	say_instead(g, instead, sizeof(instead));
	if (pct > 0)
		snprintf(said, sizeof(said),
		    "%s would hold with %d %% only, so it is not promised%s", span, (int)pct,
		    instead);
	else
		snprintf(said, sizeof(said), "Nobody has room for it from %s%s", span, instead);
	decline(r, g, reason, said);
}

static void
counter(struct request *r, const struct given *g)
{
	struct event *ev[2] = { answered(g, SAID_COUNTER, g->reason), NULL };
	struct answer_try try;
	char why[256] = "", span[SPAN_SIZE], text[TEXT_SIZE];
	int rc = ev[0] == NULL
	    ? -ENOMEM
	    : answer_try(g->f.s, g->f.now, g->f.call, ev[0], &try, why, sizeof(why));

	if (rc == 0 && try.met) {
		span_text(&g->f, g->window, span);
		snprintf(text, sizeof(text), "Agreed: %s, with %d %%; %s comes", span, (int)try.pct,
		    state_tech(g->f.s, try.tech)->id);
		ev[1] = try.plan;
		request_commit(r, g->f.t, ev, ev[1] == NULL ? 1 : 2,
		    result(g, ANSWER_COUNTERED, &g->window, text));
		return;
	}
	event_free(ev[0]);
	if (rc == 0)
		counter_failed(r, g, try.pct);
	else if (rc == -ENOMEM)
		request_refuse(r, RPC_INTERNAL, NULL, "Out of memory");
	else
		request_refuse(r, RPC_WRONG_STATE, NULL, "%s", why);
}

static void
call_answer_eta(struct request *r)
{
	struct given g = { 0 };

	if (!read_call(r, &g) || !read_said(r, &g))
		return;
	g.c = state_call(g.f.s, g.f.call);
	if (!check_state(r, &g) || !check_eta(r, &g) || !check_window(r, &g))
		return;
	switch (g.said) {
	case SAID_ACCEPT:
		accept(r, &g);
		break;
	case SAID_DECLINE:
		decline(r, &g, g.reason, "");
		break;
	case SAID_COUNTER:
		counter(r, &g);
		break;
	}
}

const struct method methods_promise[] = {
	{ "promise.list", promise_list },
	{ "call.answer_eta", call_answer_eta },
	{ NULL, NULL },
};
