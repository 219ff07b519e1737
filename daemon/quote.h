/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options for a call that came without a deadline: what the next free capacity could promise, what
 * it would cost and whom it would delay. The start of a conversation; nothing is changed or held.
 */
#ifndef EVENKEEL_DAEMON_QUOTE_H
#define EVENKEEL_DAEMON_QUOTE_H

#include <jansson.h>
#include <stdint.h>

#include "daemon/insertion.h"
#include "daemon/state.h"

enum { QUOTE_OPTIONS_MAX = 3 };

/*
 * At most QUOTE_OPTIONS_MAX options, the cheapest first, each of another technician or at least
 * half an hour from the others: {window, technician, arrival, confidence, cost_cents, overtime_s,
 * delays, breaks}. required and forbidden as in a call's terms; forbidden may be NULL. The
 * confidence is that of starting within the window, by the spread of eta.h. A new reference; NULL
 * when out of memory.
 */
json_t *quote_options(const struct state *s, int64_t now, const struct visit *v,
    const char *required, const json_t *forbidden);

#endif
