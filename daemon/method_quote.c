/* SPDX-License-Identifier: Apache-2.0 */
/* Requests about quotes and orders. */
#include <stdio.h>

#include "daemon/method_help.h"
#include "daemon/object.h"
#include "daemon/order.h"
#include "daemon/quote_run.h"
#include "daemon/wanted.h"

static void
call_quote(struct request *r)
{
	int64_t now = clock_now(&request_shop(r)->clock);
	struct territory *t = request_territory(r); /* NULL: answered, and r is gone */
	char why[QUOTE_RUN_TEXT_SIZE];
	enum wanted_times times;
	struct quote_need need;
	struct wanted w;

	if (t == NULL || !wanted_of(r, &w))
		return;
	wanted_fill(&w, now);
	times = wanted_times(t->state, now, &w, why, sizeof(why));
	if (w.terms == NULL) {
		request_refuse(r, RPC_INTERNAL, NULL, "Out of memory");
	} else if (!wanted_check(r, t->state, NULL, &w)) {
		/* answered */
	} else if (times == WANTED_DATED) {
		need = wanted_need(&w, times);
		quote_run(r, t, &need, NULL);
	} else {
		wanted_refuse(r, t, &w, times, why);
	}
	json_decref(w.terms);
}

/* --- orders --- */

/* One of "wanted"; what a schema cannot say is refused at its path. False after answering. */
static bool
order_read(struct request *r, const struct state *s, size_t i, const json_t *one, struct wanted *w)
{
	struct params *p = request_params(r), sub;
	char path[40];

	snprintf(path, sizeof(path), "wanted[%zu].", i);
	params_init(&sub, one);
	sub.path = path;
	if (!wanted_read(&sub, w)) {
		if (!p->failed && sub.failed) {
			p->failed = true;
			p->refusal = sub.refusal;
		}
		if (p->failed)
			request_refuse_params(r);
		else
			request_refuse(r, RPC_INTERNAL, NULL, "Out of memory");
		return false;
	}
	return wanted_check(r, s, NULL, w);
}

/* Reads and judges one wanted call. False after answering. */
static bool
order_take(struct request *r, const struct territory *t, int64_t now, size_t i, const json_t *one,
    struct wanted *w, struct order_wanted *ret)
{
	const char *label = json_string_value(json_object_get(one, "label"));
	char why[200] = "";
	enum wanted_times times;

	if (!order_read(r, t->state, i, one, w))
		return false;
	wanted_fill(w, now);
	times = wanted_times(t->state, now, w, why, sizeof(why));
	if (times != WANTED_DATED) {
		request_refuse(r, times == WANTED_UNDATED ? RPC_NO_DEADLINE : RPC_BAD_TIME, NULL,
		    "wanted[%zu].%s", i, why);
		return false;
	}
	ret->need = wanted_need(w, times);
	snprintf(ret->label, sizeof(ret->label), "%s",
	    label != NULL ? label : json_string_value(json_object_get(one, "customer")));
	return true;
}

static void
order_answer(struct request *r, const struct order_ask *ask)
{
	const struct state *s = ask->s;
	json_t *orders = order_make(ask);

	if (orders == NULL) {
		request_reply(r, NULL);
		return;
	}
	request_reply(r,
	    json_pack("{s:s, s:o, s:I, s:o}", "territory", state_territory(s), "orders", orders,
		"plan_version", (json_int_t)state_plan_version(s), "now",
		object_when(s, ask->now)));
}

static void
order_preview(struct request *r)
{
	struct territory *t = request_territory(r); /* NULL: answered, and r is gone */
	struct order_ask ask = { .now = clock_now(&request_shop(r)->clock) };
	struct wanted w[ORDER_WANTED_MAX] = { { .terms = NULL } };
	const json_t *list, *one;
	bool good = true;
	size_t i;

	if (t == NULL)
		return;
	ask.s = t->state;
	list = params_get(request_params(r), "wanted");
	json_array_foreach(list, i, one) {
		good = order_take(r, t, ask.now, i, one, &w[i], &ask.wanted[i]);
		if (!good)
			break;
		ask.n++;
	}
	if (good)
		order_answer(r, &ask);
	for (i = 0; i < ORDER_WANTED_MAX; i++)
		json_decref(w[i].terms);
}

const struct method methods_quote[] = {
	{ "call.quote", call_quote },
	{ "order.preview", order_preview },
	{ NULL, NULL },
};
