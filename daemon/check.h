/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The daemon's own validator: no plan becomes an event unless it passes here, against the
 * state of now. Shares no code with libsolver but the travel times.
 */
#ifndef EVENKEEL_DAEMON_CHECK_H
#define EVENKEEL_DAEMON_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "daemon/retime.h"
#include "daemon/state.h"

/* A proposed route, in the state's indices; what is under way is not in it. */
struct proposed_route {
	int32_t tech;
	struct stop *stop;
	int32_t stops;
	struct planned_break taken[STATE_BREAKS_MAX];
	int32_t takens;
	int64_t end;
};

/* What a proposal disturbs; call indices, each list sorted, owned. */
struct disturbed {
	int32_t *reassigned, *repromised, *eta_moved, *dropped, *chosen, *forced;
	int32_t reassigneds, repromiseds, eta_moveds, droppeds, chosens, forceds;
};

void disturbed_done(struct disturbed *d);

/*
 * Checks routes (of distinct technicians; the others stand still) against the state as of now:
 * skills, required and forbidden, travel, windows, breaks, shift and overtime, what is frozen,
 * pinned or moved too often today, no call twice, no call in two routes; and counts the disturbance
 * against what was told, with the stay plan (retime()) as the measure of what is forced. budget <
 * 0: no bound (a forced override). 0, -EPERM with a sentence in why, -ENOMEM.
 */
int check_plan(const struct state *s, int64_t now, const struct proposed_route *route,
    int32_t routes, int32_t budget, struct disturbed *ret, char *why, size_t why_size);

#endif
