/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The promises that stand, and how likely each is to be missed, as promise.list shows them. Pure.
 */
#ifndef EVENKEEL_DAEMON_PROMISES_H
#define EVENKEEL_DAEMON_PROMISES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "daemon/state.h"

struct promises_filter {
	bool at_risk;       /* only those at risk or late */
	bool needs_manager; /* only calls carried over carry_manager times, promised or not */
	int32_t limit;
};

/*
 * Whether a promise counts as at risk: the plan misses it, or the guideline's chance of missing it
 * is reached, or, once it was said to be at risk, two thirds of that.
 */
bool promises_at_risk(const struct guidelines *g, const struct call_state *c, int32_t risk_pct,
    bool late);

/* Promises that were quoted and whose time is past, and nobody has come: they are missed already. */
int64_t promises_overdue(const struct state *s, int64_t now);

/* The array "promises", riskiest first; new reference, NULL when out of memory. */
json_t *promises_list(const struct state *s, int64_t now, const struct promises_filter *filter);

#endif
