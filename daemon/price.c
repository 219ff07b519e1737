/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/price.h"

#include <inttypes.h>
#include <stdio.h>

#include "daemon/account.h"
#include "daemon/build.h"
#include "daemon/ripple.h"

void
price_budgets(struct planner_wish *wish)
{
	static const int32_t budget[] = { 0, 1, 2, 3, 5, -1 };

	wish->budgets = sizeof(budget) / sizeof(budget[0]);
	for (int32_t b = 0; b < wish->budgets; b++)
		wish->budget[b] = budget[b];
}

json_t *
price_calm(const struct planner_answer *a, int64_t now, bool from_stay)
{
	struct cost plan = ripple_plan_cost(a->fork, now, NULL, 0);
	int64_t rest = a->offers > 0 ? cost_total(&plan) - a->offer[0].stay_cents : 0;
	json_t *calm = json_array();

	for (int32_t i = 0; i < a->offers; i++) {
		const struct planner_offer *o = &a->offer[i];
		int64_t before = i > 0 ? a->offer[i - 1].cost_cents :
		    from_stay ? o->stay_cents : o->cost_cents;
		json_t *one = json_pack("{s:i, s:I, s:I, s:i, s:b}", "budget", o->budget,
		    "cost_cents", (json_int_t)(rest + o->cost_cents), "saves_cents",
		    (json_int_t)(before - o->cost_cents), "disturbed", o->disturbed, "proven",
		    o->proven);

		if (o->bound_cents > 0)
			build_set(&one, "bound_cents", json_integer(rest + o->bound_cents));
		build_add(&calm, one);
	}
	return calm;
}

/* "45.10 USD". */
static void
money(const struct state *s, int64_t cents, char ret[40])
{
	snprintf(ret, 40, "%" PRId64 ".%02d %s", cents / 100, (int)(cents % 100),
	    state_guidelines(s)->currency);
}

static void
first_step(const struct planner_answer *a, int32_t step, char *ret, size_t size)
{
	const struct planner_offer *o = &a->offer[step];
	int64_t before = step > 0 ? a->offer[step - 1].cost_cents : o->stay_cents;
	char saves[40];

	money(a->fork, before - o->cost_cents, saves);
	if (o->budget == 0)
		snprintf(ret, size, "%s would be saved without disturbing anybody", saves);
	else if (o->disturbed == 1)
		snprintf(ret, size, "The next call moved would save %s", saves);
	else
		snprintf(ret, size, "The next %d calls moved would save %s together", o->disturbed,
		    saves);
}

void
price_text(const struct planner_answer *a, char ret[PRICE_TEXT_SIZE])
{
	char step[120];
	int32_t first = -1, last = -1;

	for (int32_t i = 0; i < a->offers; i++) {
		int64_t before = i > 0 ? a->offer[i - 1].cost_cents : a->offer[i].stay_cents;

		if (before == a->offer[i].cost_cents)
			continue;
		/* What moving people buys is the news, if it buys anything. */
		if (first < 0 || a->offer[first].budget == 0)
			first = i;
		last = i;
	}
	if (a->offers == 0) {
		snprintf(ret, PRICE_TEXT_SIZE, "%s", a->why != NULL ? a->why : "");
		return;
	}
	if (first < 0) {
		snprintf(ret, PRICE_TEXT_SIZE, "Nothing is to be gained by moving anybody");
		return;
	}
	first_step(a, first, step, sizeof(step));
	if (a->offer[first].budget == 0)
		snprintf(ret, PRICE_TEXT_SIZE, "%s; moving people would gain nothing more", step);
	else
		snprintf(ret, PRICE_TEXT_SIZE, "%s; after %d nothing more is to be gained", step,
		    a->offer[last].disturbed);
}

json_t *
price_accounts(const struct state *s, int64_t now)
{
	const struct guidelines *g = state_guidelines(s);

	return json_pack("[{s:s, s:i, s:i}, {s:s, s:i, s:i}, {s:s, s:i, s:i}]", "account", "hour",
	    "spent", account_hour(s, now), "allowance", g->allowance_hour, "account", "day",
	    "spent", account_day(s, now), "allowance", g->allowance_day, "account", "emergency",
	    "spent", account_emergency(s, now), "allowance", g->allowance_emergency);
}
