/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policy "evenkeel": the real daemon, over its real socket. Facts are commands, time is
 * clock.advance, and the plans are the plan.revised and eta.revised that are pushed; nothing is
 * ever looked up.
 */
#ifndef EVENKEEL_SIM_REMOTE_H
#define EVENKEEL_SIM_REMOTE_H

#include <stddef.h>

#include "sim/policy.h"

struct replay;

/*
 * Starts evenkeeld on a fresh store with a virtual clock, connects, sets the travel speed, adds the
 * fleet, subscribes. Sets desk->habits to the daemon's guidelines. -errno with a sentence in why.
 */
int remote_open(const struct replay *r, struct desk *desk, struct policy **ret, char *why,
    size_t why_size);

#endif
