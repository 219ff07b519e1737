/* SPDX-License-Identifier: Apache-2.0 */
/* Requests about the price of calm, and why people were moved. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/build.h"
#include "daemon/cost.h"
#include "daemon/history.h"
#include "daemon/method_help.h"
#include "daemon/object.h"
#include "daemon/planner.h"
#include "daemon/price.h"
#include "daemon/ripple.h"

enum {
	PRICE_MS = 400,   /* for the solver */
	WHOLE_TECHS = 10, /* a territory up to this is priced as a whole */
	WHOLE_CALLS = 60,
};

/* --- what it is asked about --- */

static void
add_call(const struct state *s, struct planner_wish *w, int32_t call)
{
	int32_t tech = state_call(s, call)->tech;

	if (w->calls == PLANNER_ASK_CALLS_MAX)
		return;
	w->call[w->calls++] = call;
	for (int32_t i = 0; i < w->techs; i++)
		if (w->tech[i] == tech)
			return;
	if (tech >= 0)
		w->tech[w->techs++] = tech;
}

/* What hurts: calls without a place, and promises that will or may be missed. */
static void
add_what_hurts(const struct state *s, struct planner_wish *w)
{
	int32_t open_n;
	const int32_t *open = state_open(s, &open_n);

	for (int32_t i = 0; i < open_n && w->calls < PLANNER_ASK_CALLS_MAX; i++) {
		const struct call_state *c = state_call(s, open[i]);

		if (c->status == CALL_UNASSIGNED ||
		    (c->status == CALL_PLANNED && (c->at_risk || c->arrival > cost_due(c))))
			add_call(s, w, open[i]);
	}
}

/* Nothing hurts: the technician whose day costs most, and his neighbours. */
static void
add_dearest(const struct state *s, int64_t now, struct planner_wish *w)
{
	struct cost_frame f = cost_frame(s, now);
	int64_t most = -1;
	int32_t tech = -1;

	for (int32_t k = 0; k < state_techs(s); k++) {
		struct cost cost = { 0 };
		struct retimed r;

		retime(s, k, now, &r);
		cost_route(&f, k, &r, &cost);
		if (r.works && cost_total(&cost) > most) {
			most = cost_total(&cost);
			tech = k;
		}
	}
	if (tech >= 0)
		w->tech[w->techs++] = tech;
}

/* Everybody, if they are few enough for a solve that ends with a proof. */
static bool
add_everybody(const struct state *s, int64_t now, struct planner_wish *w)
{
	int32_t open_n, working = 0;

	state_open(s, &open_n);
	if (open_n > WHOLE_CALLS || state_techs(s) > 4 * WHOLE_TECHS)
		return false;
	for (int32_t k = 0; k < state_techs(s); k++) {
		struct retimed r;

		retime(s, k, now, &r);
		if (!r.works)
			continue;
		if (working++ < PLANNER_ASK_CALLS_MAX)
			w->tech[w->techs++] = k;
	}
	w->techs_max = working;
	if (working <= WHOLE_TECHS)
		return true;
	w->techs = w->techs_max = 0;
	return false;
}

/* False after answering. */
static bool
read_budgets(struct request *r, struct planner_wish *w)
{
	struct params *p = request_params(r);
	const json_t *budgets = params_get(p, "budgets");

	price_budgets(w);
	if (budgets == NULL)
		return true;
	w->budgets = (int32_t)json_array_size(budgets);
	for (int32_t b = 0; b < w->budgets; b++) {
		w->budget[b] = (int32_t)json_integer_value(json_array_get(budgets, (size_t)b));
		if (b > 0 &&
		    (w->budget[b - 1] < 0 ||
			(w->budget[b] >= 0 && w->budget[b] <= w->budget[b - 1]))) {
			params_refuse(p, "budgets", "ascending budgets, -1 only as the last",
			    "another order");
			request_refuse_params(r);
			return false;
		}
	}
	return true;
}

/* The territory and who is asked about. False after answering. */
static bool
read_wish(struct request *r, struct found *f, struct planner_wish *w)
{
	struct params *p = request_params(r);

	*w = (struct planner_wish){ .time_ms = PRICE_MS };
	if (params_has(p, "call") && !help_call(r, f))
		return false;
	if (params_has(p, "technician") && !help_tech(r, f))
		return false;
	if (f->t == NULL) {
		f->t = request_territory(r);
		if (f->t == NULL)
			return false;
		f->s = f->t->state;
		f->now = clock_now(&request_shop(r)->clock);
		f->call = f->tech = -1;
	}
	if (!read_budgets(r, w))
		return false;
	if (f->call >= 0)
		add_call(f->s, w, f->call);
	if (f->tech >= 0 && (w->techs == 0 || w->tech[0] != f->tech))
		w->tech[w->techs++] = f->tech;
	if (f->call < 0 && f->tech < 0 && !add_everybody(f->s, f->now, w)) {
		add_what_hurts(f->s, w);
		if (w->techs == 0 && w->calls == 0)
			add_dearest(f->s, f->now, w);
	}
	w->now = f->now;
	return true;
}

/* --- plan.price --- */

static json_t *
prices(const struct planner_answer *a, int64_t now)
{
	struct cost plan = ripple_plan_cost(a->fork, now, NULL, 0);
	char text[PRICE_TEXT_SIZE];

	price_text(a, text);
	return json_pack("{s:s, s:I, s:o, s:I, s:o, s:{s:i, s:i}, s:o, s:s}", "territory",
	    state_territory(a->fork), "plan_version", (json_int_t)state_plan_version(a->fork),
	    "now", object_when(a->fork, now), "cost_cents", (json_int_t)cost_total(&plan), "calm",
	    price_calm(a, now, true), "scope", "technicians", a->scope_techs, "calls", a->scope_calls,
	    "accounts", price_accounts(a->fork, now), "text", text);
}

struct pricing {
	struct request *r;
	int64_t now;
};

static void
priced(void *arg, struct planner_answer *a)
{
	struct pricing *pricing = arg;

	if (a->offers == 0 && !a->nothing)
		request_refuse(pricing->r, RPC_OVERLOADED,
		    json_pack("{s:i}", "retry_after_ms", 1000), "%s", a->why);
	else
		request_reply(pricing->r, prices(a, pricing->now));
	free(pricing);
}

static void
plan_price(struct request *r)
{
	struct found f = { .call = -1, .tech = -1 };
	struct pricing *pricing;
	struct planner_wish wish;
	int rc = -ENOMEM;

	if (!read_wish(r, &f, &wish))
		return;
	wish.fork = state_fork(f.s);
	pricing = malloc(sizeof(*pricing));
	if (pricing != NULL && wish.fork != NULL) {
		*pricing = (struct pricing){ .r = r, .now = f.now };
		rc = planner_ask(request_shop(r)->planner, f.t, &wish, priced, pricing);
	} else {
		state_free(wish.fork);
	}
	if (rc == 0)
		return;
	free(pricing);
	if (rc == -EBUSY)
		request_refuse(r, RPC_OVERLOADED, json_pack("{s:i}", "retry_after_ms", 1000),
		    "Too many are asking; ask again in a moment");
	else
		request_refuse(r, RPC_INTERNAL, NULL, "Out of memory");
}

/* --- history.list --- */

static void
history(struct request *r)
{
	struct params *p = request_params(r);
	const struct principal *who = request_principal(r);
	struct found f = { .call = -1 };
	struct territory *t;
	struct history_ask ask;
	json_t *result, *moves;
	int64_t next;

	/* A call that is known says itself where it is. */
	if (params_has(p, "territory") || !params_has(p, "call") ||
	    request_shop(r)->territories < 2)
		t = request_territory(r);
	else
		t = help_call(r, &f) ? f.t : NULL;
	if (t == NULL)
		return;
	ask = (struct history_ask){
		.call = params_str(p, "call", NULL),
		.technician = params_str(p, "technician", NULL),
		.from = params_when(p, "from", 0),
		.to = params_when(p, "to", INT64_MAX),
		.before = params_int(p, "before", INT64_MAX),
		.chosen = params_bool(p, "chosen", false),
		.limit = (int32_t)params_int(p, "limit", 200),
	};
	if (p->failed) {
		request_refuse_params(r);
		return;
	}
	if (who->role == ROLE_TECHNICIAN)
		ask.technician = who->technician;
	moves = history_list(t->state, &ask, &next);
	if (json_array_size(moves) == 0 && ask.call != NULL &&
	    state_call_find(t->state, ask.call) < 0) {
		json_decref(moves);
		request_refuse(r, RPC_NOT_FOUND, NULL,
		    "call: there is no call %s; call.list names those "
		    "there are",
		    ask.call);
		return;
	}
	result = json_pack("{s:o}", "moves", moves);
	if (next > 0)
		build_set(&result, "next", json_integer(next));
	if (state_moves(t->state) == STATE_MOVES_MAX)
		build_set(&result, "since", object_when(t->state, state_move(t->state, 0)->at));
	request_reply(r, result);
}

const struct method methods_price[] = {
	{ "plan.price", plan_price },
	{ "history.list", history },
	{ NULL, NULL },
};
