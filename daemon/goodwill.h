/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Goodwill: what is owed to a customer whom we let down, by contract, within the guidelines. Pure.
 *
 * goodwill_offer.c says when it is offered (goodwill_follow() of follow.h); goodwill.list and
 * goodwill.decide are in method_after.c.
 */
#ifndef EVENKEEL_DAEMON_GOODWILL_H
#define EVENKEEL_DAEMON_GOODWILL_H

#include <stdint.h>

#include "daemon/event.h"
#include "daemon/guidelines.h"
#include "daemon/state.h"

/* The amount by contract, cents: what an offer proposes. 0 without a contract that has one. */
int32_t goodwill_cents(const struct guidelines *g, enum contract c);

/*
 * What breaking the call's promise is expected to cost in goodwill, cents: what the plan charges.
 * 0 where the fault is the customer's, the customer is inside, or an offer was made already.
 */
int32_t goodwill_expected(const struct guidelines *g, const struct call_state *c);

struct goodwill_decision {
	const char *decision; /* "grant", "refuse", "lapse" */
	const char *by;
	const char *reason;   /* NULL none */
	int64_t cents;
};

/* goodwill.decided, with all that the feed says of the offer. NULL when out of memory. */
struct event *goodwill_decided(const struct goodwill *g, const struct goodwill_decision *d,
    int64_t now);

#endif
