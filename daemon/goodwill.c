/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/goodwill.h"

#include "daemon/build.h"

int32_t
goodwill_cents(const struct guidelines *g, enum contract c)
{
	switch (c) {
	case CONTRACT_TIME_AND_MATERIALS:
		return g->goodwill_time_and_materials_cents;
	case CONTRACT_FULL_SERVICE:
		return g->goodwill_full_service_cents;
	default:
		return 0;
	}
}

int32_t
goodwill_expected(const struct guidelines *g, const struct call_state *c)
{
	if (c->goodwill || c->customer_fault || c->inside)
		return 0;
	return (int32_t)((int64_t)goodwill_cents(g, c->contract) * g->goodwill_expected_pct / 100);
}

struct event *
goodwill_decided(const struct goodwill *g, const struct goodwill_decision *d, int64_t now)
{
	static const char *const words[] = { "customer", "contract", "text" };
	json_t *body = json_pack("{s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:I}", "goodwill", g->id,
	    "decision", d->decision, "cents", (json_int_t)d->cents, "by", d->by, "call", g->call,
	    "form", g->form, "cause", g->cause, "at", (json_int_t)g->at);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		json_t *word = json_object_get(g->words, words[i]);

		if (word != NULL)
			build_set(&body, words[i], json_incref(word));
	}
	if (d->reason != NULL)
		build_set(&body, "reason", json_string(d->reason));
	return event_new(EV_GOODWILL_DECIDED, now, body);
}
