/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/quote_run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/build.h"
#include "daemon/log.h"
#include "daemon/object.h"
#include "daemon/planner.h"
#include "daemon/price.h"

/* A request on its way to its quote. */
struct run {
	struct request *r;
	struct territory *t;
	struct quote_need need; /* its terms are owned */
	bool refuses;
	struct quote_refusal refusal;
	int64_t seq; /* of the state that the solver was asked about */
};

struct quotes *
quote_run_quotes(struct shop *shop)
{
	if (shop->quotes == NULL)
		shop->quotes = quotes_new(shop->boot);
	return shop->quotes;
}

/* --- the answer --- */

static json_t *
options_of(const struct quote_result *q)
{
	json_t *list = json_array();

	for (int32_t i = 0; i < q->options; i++)
		build_add(&list, json_incref(q->option[i].shown));
	return list;
}

/* The members of call.quote's result. */
static json_t *
result_of(const struct state *s, int64_t now, const struct quote_of *of,
    const struct quote_result *q, const struct planner_answer *answer)
{
	json_t *result = json_pack("{s:s, s:o, s:O, s:o, s:I, s:I, s:o}", "territory",
	    state_territory(s), "options", options_of(q), "wish", q->wish, "expires",
	    object_when(s, now + state_guidelines(s)->quote_s), "plan_version",
	    (json_int_t)state_plan_version(s), "guidelines_version",
	    (json_int_t)state_guidelines_version(s), "now", object_when(s, now));

	if (of->call[0] != '\0')
		build_set(&result, "call", json_string(of->call));
	if (answer != NULL && answer->offers > 0)
		build_set(&result, "calm", price_calm(answer, now, false));
	if (q->text[0] != '\0')
		build_set(&result, "text", json_string(q->text));
	return result;
}

static void
give(struct run *run, json_t *result)
{
	if (!run->refuses || result == NULL) {
		request_reply(run->r, result);
		return;
	}
	if (run->refusal.reason[0] != '\0')
		build_set(&result, "reason", json_string(run->refusal.reason));
	request_refuse(run->r, run->refusal.code, result, "%s", run->refusal.message);
}

static void
run_free(struct run *run)
{
	json_decref((json_t *)run->need.terms);
	free(run);
}

/* A call that is asked about may have been set out for meanwhile. False after answering. */
static bool
is_there(const struct run *run)
{
	const char *id = run->need.of.call;
	int32_t call = id[0] == '\0' ? -1 : state_call_find(run->t->state, id);

	if (id[0] == '\0' || (call >= 0 && quote_may(state_call(run->t->state, call))))
		return true;
	request_refuse(run->r, RPC_WRONG_STATE, NULL, "call: %s is %s: no other time can be agreed",
	    id, call < 0 ? "gone" : call_status_name(state_call(run->t->state, call)->status));
	return false;
}

/* Works the quote out on the state of now, and answers. */
static void
finish(struct run *run, const struct planner_answer *answer)
{
	struct shop *shop = request_shop(run->r);
	const struct state *s = run->t->state;
	struct quotes *quotes = quote_run_quotes(shop);
	struct quote_ask ask = { .s = s,
		.now = clock_now(&shop->clock),
		.need = run->need,
		.templates = shop->templates };
	struct quote_result q = { 0 };
	json_t *result = NULL;
	int rc = -ENOMEM;

	/* What has changed meanwhile may have changed what the solver saw. */
	if (answer != NULL && (answer->why != NULL || state_seq(s) != run->seq))
		answer = NULL;
	if (answer != NULL) {
		ask.offer = answer->offer;
		ask.offers = answer->offers;
	}
	if (!is_there(run)) {
		run_free(run);
		return;
	}
	if (quotes != NULL)
		rc = quote_make(&ask, &q);
	if (rc == 0)
		rc = quotes_keep(quotes, s, ask.now, &run->need, &q);
	if (rc == 0)
		result = result_of(s, ask.now, &run->need.of, &q, answer);
	else
		log_say(LEVEL_ERROR, "territory %s: no quote could be made (%d)",
		    state_territory(s), rc);
	quote_done(&q);
	give(run, result);
	run_free(run);
}

json_t *
quote_run_options(struct shop *shop, const struct state *before, const struct state *s,
    const struct quote_need *need)
{
	struct quotes *quotes = quote_run_quotes(shop);
	struct quote_ask ask = { .s = s,
		.before = before,
		.now = clock_now(&shop->clock),
		.need = *need,
		.templates = shop->templates };
	struct quote_result q = { 0 };
	json_t *list = NULL;
	int rc = quotes == NULL ? -ENOMEM : quote_make(&ask, &q);

	if (rc == 0 && quotes_keep(quotes, s, ask.now, need, &q) == 0)
		list = options_of(&q);
	quote_done(&q);
	return list;
}

static void
answered(void *arg, struct planner_answer *answer)
{
	finish(arg, answer);
}

/* --- the question --- */

/* Asks the solver. False: it is not to be asked, and no answer will come. */
static bool
ask_solver(struct run *run)
{
	struct shop *shop = request_shop(run->r);
	const char *preferred = json_string_value(json_object_get(run->need.terms, "preferred"));
	bool wished = run->need.due > 0 || run->need.appointment;
	struct planner_wish wish = { .now = clock_now(&shop->clock),
		.calls = 1,
		.time_ms = QUOTE_RUN_MS };
	int32_t tech = preferred == NULL ? -1 : state_tech_find(run->t->state, preferred);

	if (shop->planner == NULL ||
	    quote_fork(run->t->state, wish.now, &run->need, wished, &wish.fork, &wish.call[0]) < 0)
		return false;
	if (tech >= 0)
		wish.tech[wish.techs++] = tech;
	price_budgets(&wish);
	return planner_ask(shop->planner, run->t, &wish, answered, run) == 0;
}

void
quote_run(struct request *r, struct territory *t, const struct quote_need *need,
    const struct quote_refusal *refusal)
{
	struct run *run = calloc(1, sizeof(*run));

	if (run == NULL) {
		request_refuse(r, RPC_INTERNAL, NULL, "Out of memory");
		return;
	}
	*run = (struct run){ .r = r,
		.t = t,
		.need = *need,
		.refuses = refusal != NULL,
		.seq = state_seq(t->state) };
	run->need.terms = json_incref((json_t *)need->terms);
	if (refusal != NULL)
		run->refusal = *refusal;
	if (!ask_solver(run))
		finish(run, NULL);
}

void
wanted_refuse(struct request *r, struct territory *t, const struct wanted *w,
    enum wanted_times times, const struct quote_of *of, const char *why)
{
	struct quote_refusal refusal = {
		.code = times == WANTED_UNDATED ? RPC_NO_DEADLINE : RPC_BAD_TIME,
	};
	struct quote_need need = wanted_need(w, times);

	if (times == WANTED_ODD) {
		request_refuse(r, RPC_BAD_TIME, NULL, "%s", why);
		return;
	}
	if (of != NULL)
		need.of = *of;
	snprintf(refusal.message, sizeof(refusal.message),
	    "%.200s Agree one of data.options with the "
	    "customer and book it by its quote, or name a time",
	    why);
	quote_run(r, t, &need, &refusal);
}
