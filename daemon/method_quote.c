/* SPDX-License-Identifier: Apache-2.0 */
/* Requests about quotes and orders. */
#include <stdio.h>
#include <string.h>

#include "daemon/method_help.h"
#include "daemon/object.h"
#include "daemon/order.h"
#include "daemon/quote_run.h"
#include "daemon/wanted.h"

/* --- another time for a call that is booked --- */

/* All else is known of the call. False after answering. */
static bool
only_wish(struct request *r)
{
	static const char *const may[] = { "territory", "call", "asked_by", "due", "appointment" };
	struct params *p = request_params(r);
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)p->obj, name, value) {
		bool fine = false;

		for (size_t i = 0; i < sizeof(may) / sizeof(may[0]); i++)
			fine = fine || strcmp(name, may[i]) == 0;
		if (fine)
			continue;
		params_refuse(p, name,
		    "nothing beside call: it comes from the call (call.amend changes it)",
		    "a value");
		request_refuse_params(r);
		return false;
	}
	return true;
}

static bool
is_quotable(struct request *r, const struct call_state *c)
{
	if (quote_may(c))
		return true;
	request_refuse(r, RPC_WRONG_STATE, NULL, "call: %s is %s: no other time can be agreed",
	    c->id, call_status_name(c->status));
	return false;
}

/* Without a wish the deadline that the call has by now, if it is ahead; else any time will do. */
static void
quote_again(struct request *r, const struct found *f, struct wanted *w)
{
	const struct call_state *c = state_call(f->s, f->call);
	const char *by = params_str(request_params(r), "asked_by", "shop");
	bool silent = !w->asap && w->due == 0 && !w->appointment;
	struct quote_of of = { .by_customer = strcmp(by, "customer") == 0 };
	char why[QUOTE_RUN_TEXT_SIZE];
	enum wanted_times times;
	struct quote_need need;

	snprintf(of.call, sizeof(of.call), "%s", c->id);
	if (silent && c->agreed_pct == 0 && !c->appointment && c->due > f->now)
		w->due = c->due;
	json_decref(w->terms);
	w->terms = quote_wish(c, w->due,
	    (struct span){ w->appointment ? w->from : 0, w->appointment ? w->to : 0 });
	times = wanted_times(f->s, f->now, w, why, sizeof(why));
	if (w->terms == NULL) {
		request_refuse(r, RPC_INTERNAL, NULL, "Out of memory");
	} else if (times == WANTED_DATED || (silent && times == WANTED_UNDATED)) {
		need = wanted_need(w, times);
		need.of = of;
		quote_run(r, f->t, &need, NULL);
	} else {
		wanted_refuse(r, f->t, w, times, &of, why);
	}
}

static void
quote_booked(struct request *r)
{
	struct found f = { 0 };
	struct wanted w;

	if (!help_call(r, &f) || !only_wish(r) || !is_quotable(r, state_call(f.s, f.call)) ||
	    !wanted_of(r, &w))
		return;
	quote_again(r, &f, &w);
	json_decref(w.terms);
}

/* --- a new call --- */

static void
quote_new(struct request *r)
{
	int64_t now = clock_now(&request_shop(r)->clock);
	struct territory *t = request_territory(r); /* NULL: answered, and r is gone */
	char why[QUOTE_RUN_TEXT_SIZE];
	enum wanted_times times;
	struct quote_need need;
	struct wanted w;

	if (t == NULL || !wanted_whole(r, "a value, unless call names one that is booked") ||
	    !wanted_of(r, &w))
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
		wanted_refuse(r, t, &w, times, NULL, why);
	}
	json_decref(w.terms);
}

static void
call_quote(struct request *r)
{
	if (params_has(request_params(r), "call"))
		quote_booked(r);
	else
		quote_new(r);
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
	struct order_ask ask = { .n = 0 };
	struct wanted w[ORDER_WANTED_MAX] = { { .terms = NULL } };
	const json_t *list, *one;
	bool good = true;
	size_t i;

	if (t == NULL)
		return;
	ask.now = clock_now(&request_shop(r)->clock);
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
