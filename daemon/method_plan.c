/* SPDX-License-Identifier: Apache-2.0 */
/* Requests about the plan: looking, pinning, overriding. */
#include <errno.h>
#include <stdlib.h>

#include "daemon/account.h"
#include "daemon/build.h"
#include "daemon/method_help.h"
#include "daemon/object.h"
#include "daemon/override.h"
#include "daemon/planner.h"
#include "daemon/price.h"
#include "daemon/revision.h"
#include "daemon/ripple.h"

enum { CALM_MS = 60 /* for the solver, beside a preview */ };

/* --- looking --- */

static void
plan_get(struct request *r)
{
	int64_t now = clock_now(&request_shop(r)->clock);
	struct territory *t = request_territory(r);
	json_t *routes, *unassigned;
	const struct state *s;
	struct cost cost;
	const int32_t *open;
	int32_t open_n;

	if (t == NULL)
		return;
	s = t->state;
	cost = ripple_plan_cost(s, now, NULL, 0);
	routes = json_array();
	unassigned = json_array();
	for (int32_t k = 0; k < state_techs(s); k++)
		if (state_tech(s, k)->stops > 0 || state_tech(s, k)->status != TECH_OFF)
			build_add(&routes, object_route(s, k, now));
	open = state_open(s, &open_n);
	for (int32_t i = 0; i < open_n; i++)
		if (state_call(s, open[i])->status == CALL_UNASSIGNED)
			build_add(&unassigned, json_string(state_call(s, open[i])->id));
	request_reply(r, json_pack("{s:s, s:I, s:o, s:o, s:o, s:o, s:i, s:i}", "territory",
	    state_territory(s), "version", (json_int_t)state_plan_version(s), "now",
	    object_when(s, now), "routes", routes, "unassigned", unassigned, "cost",
	    object_cost(&cost), "spent_hour", account_hour(s, now), "spent_day",
	    account_day(s, now)));
}

/* --- pins --- */

static json_t *
pin_body(const struct state *s, const struct call_state *c)
{
	json_t *body = json_pack("{s:s, s:I, s:s}", "call", c->id, "version",
	    (json_int_t)c->version + 1, "status", call_status_name(c->status));

	if (c->tech >= 0)
		build_set(&body, "technician", json_string(state_tech(s, c->tech)->id));
	return body;
}

static void
pin(struct request *r, enum event_type type)
{
	struct found f = { 0 };
	const struct call_state *c;

	if (!help_call(r, &f))
		return;
	c = state_call(f.s, f.call);
	if (!help_version(r, c->version, c->id))
		return;
	if (c->closed > 0 || c->status == CALL_ON_SITE) {
		request_refuse(r, RPC_WRONG_STATE, NULL, "%s is %s: there is nothing left to pin", c->id,
		    call_status_name(c->status));
		return;
	}
	if (c->pinned == (type == EV_CALL_PINNED)) {
		request_refuse(r, RPC_WRONG_STATE, NULL, "%s is %s", c->id,
		    c->pinned ? "pinned already" : "not pinned");
		return;
	}
	request_commit_one(r, f.t, event_new(type, f.now, pin_body(f.s, c)),
	    help_done_call(c, c->status));
}

static void
plan_pin(struct request *r)
{
	pin(r, EV_CALL_PINNED);
}

static void
plan_unpin(struct request *r)
{
	pin(r, EV_CALL_UNPINNED);
}

/* --- overrides --- */

static enum rpc_error
override_error(int rc)
{
	switch (rc) {
	case -EBUSY:
		return RPC_WRONG_STATE;
	case -EPERM:
		return RPC_NOT_QUALIFIED;
	case -ENOSPC:
		return RPC_NO_ROOM;
	case -ENOENT:
		return RPC_NOT_FOUND;
	default:
		return RPC_INTERNAL;
	}
}

/* Reads the move and works it out. False after answering. */
static bool
override_read(struct request *r, struct found *f, struct override_ask *ask,
    struct override_move *move)
{
	struct params *p = request_params(r);
	const char *after = params_str(p, "after", NULL);
	char why[256] = "";
	int rc;

	if (!help_call(r, f) || !help_tech(r, f))
		return false;
	*ask = (struct override_ask){ .call = f->call, .tech = f->tech, .after = -1,
		.first = params_bool(p, "first", false) };
	if (after != NULL) {
		ask->after = state_call_find(f->s, after);
		if (ask->after < 0) {
			request_refuse(r, RPC_NOT_FOUND, NULL, "after: there is no call %s", after);
			return false;
		}
		if (ask->first || ask->after == ask->call) {
			params_refuse(p, "after", "another call, and \"first\" left out", after);
			request_refuse_params(r);
			return false;
		}
	}
	rc = override_make(f->s, f->now, ask, move, why, sizeof(why));
	if (rc < 0)
		request_refuse(r, override_error(rc), NULL, "%s", why);
	return rc == 0;
}

static struct cause
override_cause(struct request *r, const struct found *f)
{
	return (struct cause){
		.event = EV_PLAN_REVISED,
		.seq = state_seq(f->s),
		.call = f->call,
		.tech = f->tech,
		.why = TELL_OVERRIDDEN,
		.text = params_text(request_params(r), "reason", NULL),
	};
}

/* All that a preview says but the price of calm; NULL after answering. */
static json_t *
preview(struct request *r, const struct found *f, const struct override_move *m)
{
	const struct shop *shop = request_shop(r);
	int64_t expires = f->now + OVERRIDE_TOKEN_S;
	struct ripple_ask ask = {
		.s = f->s,
		.now = f->now,
		.route = m->route,
		.routes = m->routes,
		.call = f->call,
		.budget = -1,
		.kind = "override",
		.cause = override_cause(r, f),
		.templates = shop->templates,
	};
	char token[OVERRIDE_TOKEN_SIZE], why[256] = "Out of memory";
	struct ripple ripple;
	json_t *result = NULL;
	int rc = ripple_make(&ask, &ripple, why, sizeof(why));

	if (rc == 0) {
		override_token(f->s, m, shop->boot, expires, token);
		result = json_pack("{s:s, s:s, s:o, s:I, s:s, s:o}", "call",
		    state_call(f->s, f->call)->id, "technician", state_tech(f->s, f->tech)->id,
		    "arrival", object_when(f->s, m->arrival), "plan_version",
		    (json_int_t)state_plan_version(f->s), "token", token, "expires",
		    object_when(f->s, expires));
		ripple_put(&ask, &ripple, &result);
	}
	ripple_done(&ripple);
	if (result == NULL)
		request_refuse(r, rc == -EPERM ? RPC_NO_ROOM : RPC_INTERNAL, NULL, "%s", why);
	return result;
}

/* A preview that waits for the price of calm. */
struct previewing {
	struct request *r;
	json_t *result;
	int64_t now;
};

static void
previewed(void *arg, struct planner_answer *a)
{
	struct previewing *p = arg;

	if (a->offers > 0)
		build_set(&p->result, "calm", price_calm(a, p->now, true));
	request_reply(p->r, p->result);
	free(p);
}

/* Asks for the price of calm around the move; without an answer the preview goes out without it. */
static void
ask_calm(struct request *r, const struct found *f, const struct override_move *m, json_t *result)
{
	struct previewing *p = malloc(sizeof(*p));
	struct planner_wish wish = { .now = f->now, .call[0] = f->call, .calls = 1,
		.time_ms = CALM_MS };

	price_budgets(&wish);
	for (int32_t i = 0; i < m->routes; i++)
		wish.tech[wish.techs++] = m->route[i].tech;
	wish.fork = p == NULL ? NULL : state_fork(f->s);
	if (wish.fork != NULL) {
		*p = (struct previewing){ .r = r, .result = result, .now = f->now };
		if (planner_ask(request_shop(r)->planner, f->t, &wish, previewed, p) == 0)
			return;
	}
	free(p);
	request_reply(r, result);
}

static void
override_preview(struct request *r)
{
	struct found f = { 0 };
	struct override_ask ask;
	struct override_move m;
	json_t *result;

	if (!override_read(r, &f, &ask, &m))
		return;
	result = preview(r, &f, &m);
	if (result != NULL)
		ask_calm(r, &f, &m, result);
	override_done(&m);
}

static bool
token_check(struct request *r, const struct found *f, const struct override_move *m)
{
	const char *token = params_str(request_params(r), "token", NULL);
	int rc = token == NULL ? 0 : override_token_check(f->s, m, request_shop(r)->boot, token,
	    f->now);

	if (rc == 0)
		return true;
	request_refuse(r, RPC_CONFLICT, json_pack("{s:I}", "current",
	    (json_int_t)state_plan_version(f->s)), "token: %s; preview the move again",
	    rc == -ETIME ? "it ended" : "the routes changed since, or it is for another move");
	return false;
}

/*
 * The move and a pin on the call in one commit: what a person decided openly is not undone by the
 * optimiser at the next event. plan.unpin hands it back.
 */
static void
override_force(struct request *r)
{
	struct found f = { 0 };
	struct override_ask ask;
	struct override_move m;
	const struct call_state *c;
	struct event *ev[2] = { NULL, NULL };
	json_t *body, *result;
	size_t n = 1;

	if (!override_read(r, &f, &ask, &m))
		return;
	if (!token_check(r, &f, &m)) {
		override_done(&m);
		return;
	}
	c = state_call(f.s, f.call);
	struct revision v = {
		.kind = "override",
		.cause = override_cause(r, &f),
		.route = m.route,
		.routes = m.routes,
		.disturbed = &m.disturbed,
		.budget = m.disturbed.chosens,
		.account = ACCOUNT_PERSON,
		.cost_before = m.before,
		.cost_after = m.after,
		.scope_techs = m.routes,
		.scope_calls = 1,
	};
	if (revision_event(f.s, f.now, &v, &ev[0]) == 0 && !c->pinned) {
		body = json_pack("{s:s, s:I, s:s, s:s}", "call", c->id, "version",
		    (json_int_t)c->version + 1, "status", call_status_name(CALL_PLANNED),
		    "technician", state_tech(f.s, f.tech)->id);
		ev[n++] = event_new(EV_CALL_PINNED, f.now, body);
	}
	result = json_pack("{s:s, s:s, s:I, s:I}", "call", c->id, "technician",
	    state_tech(f.s, f.tech)->id, "plan_version", (json_int_t)state_plan_version(f.s) + 1,
	    "cost_cents", (json_int_t)(m.after - m.before));
	override_done(&m);
	if (ev[0] == NULL || ev[n - 1] == NULL) {
		event_free(ev[0]);
		json_decref(result);
		request_refuse(r, RPC_INTERNAL, NULL, "Out of memory");
		return;
	}
	request_commit(r, f.t, ev, n, result);
	planner_unassigned(request_shop(r)->planner, f.t);
}

const struct method methods_plan[] = {
	{ "plan.get", plan_get },
	{ "plan.pin", plan_pin },
	{ "plan.unpin", plan_unpin },
	{ "override.preview", override_preview },
	{ "override.force", override_force },
	{ NULL, NULL },
};
