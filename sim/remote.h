/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policy "evenkeel": the real daemon, over its real socket. Facts are commands, time is
 * clock.advance, and the plans are the plan.revised and eta.revised that are pushed; nothing is
 * ever looked up.
 */
#ifndef EVENKEEL_SIM_REMOTE_H
#define EVENKEEL_SIM_REMOTE_H

#include <jansson.h>
#include <stddef.h>

#include "sim/policy.h"

struct replay;

/*
 * Starts evenkeeld on a fresh store with a virtual clock, connects, sets the travel speed, adds the
 * fleet, subscribes. Sets desk->habits to the daemon's guidelines. -errno with a sentence in why.
 */
int remote_open(const struct replay *r, struct desk *desk, struct policy **ret, char *why,
    size_t why_size);

/*
 * The same daemon for another day: its technicians are amended to the day's fleet, those it has too
 * many get no shift. What is left of the day before must have been cancelled. As remote_open().
 */
int remote_next_day(struct policy *p, const struct replay *r, struct desk *desk, char *why,
    size_t why_size);

/* What the callers of the day were quoted and booked, by call; pct 0: booked without a quote. */
struct quoted {
	int64_t from_s, to_s;
	int32_t pct, asked_pct; /* asked_pct: the guideline's */
	char kind[24];          /* the first of the option's kinds */
};
const struct quoted *remote_quoted(const struct policy *p);
/* What the daemon has learned so far: the result of learned.list, or NULL. New reference. */
json_t *remote_learned(struct policy *p);

#endif
