/* SPDX-License-Identifier: Apache-2.0 */
/* Requests about the plan: looking, pinning, overriding. */
#include <errno.h>
#include <stdlib.h>

#include "daemon/build.h"
#include "daemon/method_help.h"
#include "daemon/object.h"
#include "daemon/override.h"
#include "daemon/planner.h"
#include "daemon/revision.h"

enum {
	HOUR_S = 3600,
	DELAY_S = 60, /* smaller ones are not worth a word */
	DELAYS_MAX = 200,
};

/* --- looking --- */

static struct cost
plan_cost(const struct state *s, int64_t now)
{
	struct cost_frame f = cost_frame(s, now);
	struct cost cost = { 0 };
	int32_t open_n;
	const int32_t *open = state_open(s, &open_n);

	for (int32_t k = 0; k < state_techs(s); k++) {
		struct retimed r;

		retime(s, k, now, &r);
		cost_route(&f, k, &r, &cost);
		for (int32_t i = 0; i < r.losts; i++)
			cost_unserved(&f, r.lost[i], &cost);
	}
	for (int32_t i = 0; i < open_n; i++)
		if (state_call(s, open[i])->status == CALL_UNASSIGNED)
			cost_unserved(&f, open[i], &cost);
	return cost;
}

static void
plan_get(struct request *r)
{
	int64_t now = clock_now(&request_shop(r)->clock);
	struct territory *t = request_territory(r);
	json_t *routes, *unassigned;
	const struct state *s;
	struct cost_frame f;
	struct cost cost;
	const int32_t *open;
	int32_t open_n;

	if (t == NULL)
		return;
	s = t->state;
	f = cost_frame(s, now);
	cost = plan_cost(s, now);
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
	    object_cost(&cost), "spent_hour", (int)state_spent(s, now - HOUR_S), "spent_day",
	    (int)state_spent(s, f.day_from)));
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

struct delay {
	int64_t by, from, to; /* to: 0 dropped */
	int32_t call, tech;
};

static int
worst_first(const void *a, const void *b)
{
	const struct delay *x = a, *y = b;

	if (x->by != y->by)
		return x->by > y->by ? -1 : 1;
	return x->call < y->call ? -1 : x->call > y->call;
}

/* How much each other call of the routes is moved; dropped ones come first. */
static int32_t
delays_of(const struct state *s, int64_t now, int32_t moved, const struct override_move *m,
    struct delay ret[2 * STATE_STOPS_MAX])
{
	int32_t n = 0;

	for (int32_t r = 0; r < m->routes; r++) {
		const struct retimed *new = &m->route[r].timed;
		struct retimed stay;

		retime(s, m->route[r].tech, now, &stay);
		for (int32_t i = stay.under_way; i < stay.stops; i++) {
			struct delay *d = &ret[n];

			*d = (struct delay){ .by = INT64_MAX, .from = stay.stop[i].arrival,
				.call = stay.stop[i].call, .tech = m->route[r].tech };
			for (int32_t j = 0; j < new->stops; j++)
				if (new->stop[j].call == d->call)
					d->to = new->stop[j].arrival;
			if (d->to > 0)
				d->by = d->to - d->from;
			n += d->call != moved && llabs(d->by) >= DELAY_S;
		}
	}
	qsort(ret, (size_t)n, sizeof(*ret), worst_first);
	return n;
}

static json_t *
delays_json(const struct state *s, int64_t now, int32_t moved, const struct override_move *m)
{
	struct delay list[2 * STATE_STOPS_MAX];
	int32_t n = delays_of(s, now, moved, m, list);
	json_t *delays = json_array();

	for (int32_t i = 0; i < n && i < DELAYS_MAX; i++) {
		const struct told_state *t = &state_call(s, list[i].call)->told;
		bool holds = list[i].to > 0 && list[i].to >= t->promise_from &&
		    list[i].to <= t->promise_to;
		json_t *d = json_pack("{s:s, s:o, s:s}", "call", state_call(s, list[i].call)->id, "from",
		    object_when(s, list[i].from), "promise",
		    !t->promise ? "none" : holds ? "holds" : "breaks");

		if (list[i].to > 0) {
			build_set(&d, "to", object_when(s, list[i].to));
			build_set(&d, "technician",
			    json_string(state_tech(s, list[i].tech)->id));
		}
		build_add(&delays, d);
	}
	return delays;
}

static void
override_preview(struct request *r)
{
	struct found f = { 0 };
	struct override_ask ask;
	struct override_move m;
	struct cost cost;
	int64_t total, expires;
	char token[OVERRIDE_TOKEN_SIZE];

	if (!override_read(r, &f, &ask, &m))
		return;
	cost = plan_cost(f.s, f.now);
	total = cost_total(&cost);
	expires = f.now + OVERRIDE_TOKEN_S;
	override_token(f.s, &m, request_shop(r)->boot, expires, token);
	request_reply(r, json_pack("{s:s, s:s, s:o, s:I, s:I, s:I, s:o, s:o, s:i, s:i, s:I, s:s, s:o}",
	    "call", state_call(f.s, f.call)->id, "technician", state_tech(f.s, f.tech)->id,
	    "arrival", object_when(f.s, m.arrival), "cost_before_cents", (json_int_t)total,
	    "cost_after_cents", (json_int_t)(total + m.after - m.before), "cost_cents",
	    (json_int_t)(m.after - m.before), "delays", delays_json(f.s, f.now, f.call, &m),
	    "disturbance", object_disturbance(f.s, &m.disturbed), "overtime_s", (int)m.overtime_s,
	    "travel_s", (int)m.travel_s, "plan_version", (json_int_t)state_plan_version(f.s),
	    "token", token, "expires", object_when(f.s, expires)));
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
		.cause = { .event = EV_PLAN_REVISED, .seq = state_seq(f.s), .call = f.call,
		    .tech = f.tech, .why = TELL_OVERRIDDEN,
		    .text = params_str(request_params(r), "reason", "") },
		.route = m.route,
		.routes = m.routes,
		.disturbed = &m.disturbed,
		.budget = m.disturbed.chosens,
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
