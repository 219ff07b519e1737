/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A customer's counter: whether the window he asks for can be promised. Pure.
 *
 * It is tried on a fork where the window is the call's appointment: every place in every route of
 * its day that disturbs no more calls than an event may, breaks nobody's promise, and starts within
 * it with the guideline's confidence; the cheapest is taken. On a later day the window can be
 * promised if there is room for it beside what is promised there already.
 */
#ifndef EVENKEEL_DAEMON_ANSWER_H
#define EVENKEEL_DAEMON_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/event.h"
#include "daemon/state.h"

struct answer_try {
	bool met;
	int32_t pct;  /* chance of the best place, 0 there is none */
	int32_t tech; /* who would come, -1 */
	int64_t arrival;
	struct event
	    *plan; /* to be appended right behind the answer; NULL: on a later day. Owned */
};

/* answered: the call.answered with the counter, not yet applied. -ENOMEM, or what state_apply()
 * says. */
int answer_try(const struct state *s, int64_t now, int32_t call, const struct event *answered,
    struct answer_try *ret, char *why, size_t why_size);

/*
 * A window of today that could be agreed instead, near the one asked for: of those that hold with
 * the guideline's confidence at the cost of no more than an event may disturb, and of nobody's
 * promise, the one that begins nearest to it. declined: the call.answered that ends what was told,
 * not yet applied. 0, and *ret (0, 0: there is none); -ENOMEM, or what state_apply() says.
 */
int answer_instead(const struct state *s, int64_t now, int32_t call, const struct event *declined,
    struct span asked, struct span *ret, char *why, size_t why_size);

#endif
