/* SPDX-License-Identifier: Apache-2.0 */
/* The price of calm on the wire: what the next disturbance buys. */
#ifndef EVENKEEL_DAEMON_PRICE_H
#define EVENKEEL_DAEMON_PRICE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/planner.h"
#include "daemon/state.h"

enum { PRICE_TEXT_SIZE = 301 };

/* The budgets asked for unless others are named: 0, 1, 2, 3, 5, -1. */
void price_budgets(struct planner_wish *wish);

/*
 * The schema Calm. Costs are those of the whole plan of the answer's fork at now, as plan.get
 * counts them: outside the scope it stands still. A new reference; NULL when out of memory.
 * from_stay: the first saves against the plan as it stands; else nothing, as where a call that is
 * asked about has no place in it yet.
 */
json_t *price_calm(const struct planner_answer *a, int64_t now, bool from_stay);

/* In a sentence: what the next call moved would save, and when nothing more is to be gained. */
void price_text(const struct planner_answer *a, char ret[PRICE_TEXT_SIZE]);

/* What was spent of the allowances: plan.price's accounts. */
json_t *price_accounts(const struct state *s, int64_t now);

#endif
