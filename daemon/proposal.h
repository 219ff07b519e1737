/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A proposal: what of a solver's plan is new, in the state's indices, seen from now. Pure.
 *
 * Routes that the plan left as they stand are not in it: they are re-timed by who asks. The others
 * keep the plan's order, its gaps for breaks, and its waiting; where the world has moved on
 * by a second since the snapshot, times are pushed on.
 */
#ifndef EVENKEEL_DAEMON_PROPOSAL_H
#define EVENKEEL_DAEMON_PROPOSAL_H

#include <stddef.h>
#include <stdint.h>

#include "daemon/check.h"
#include "daemon/retime.h"
#include "daemon/scope.h"
#include "daemon/state.h"
#include "solver/solve.h"

/* A technician's whole new route, what is under way first. */
struct new_route {
	int32_t tech;
	struct retimed timed;
};

/*
 * Writes the changed routes into ret (room for sc->techs) and their number. With a sentence in why:
 * -ESTALE, the state is no longer that of the snapshot where the plan changes it; -EPERM, its times
 * cannot be.
 */
int proposal_make(const struct state *s, int64_t now, const struct scope *sc,
    const struct plan *plan, struct new_route *ret, int32_t *ret_n, char *why, size_t why_size);

/* Views a new route as check_plan() wants it; borrows its stops. */
struct proposed_route proposal_view(const struct new_route *r);

#endif
