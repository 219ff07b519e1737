/* SPDX-License-Identifier: Apache-2.0 */
/* Requests about quotes and orders. */
#include "daemon/method_help.h"
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

static void
unready(struct request *r)
{
	request_refuse(r, RPC_INTERNAL, NULL, "This method is not served yet");
}

const struct method methods_quote[] = {
	{ "call.quote", call_quote },
	{ "order.preview", unready },
	{ NULL, NULL },
};
