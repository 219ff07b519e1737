/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A snapshot: a scope of the state as a problem for the solver. Pure.
 *
 * Times of the problem count from `now`. Technicians and calls of the problem are those of
 * the scope, in its order.
 */
#ifndef EVENKEEL_DAEMON_SNAPSHOT_H
#define EVENKEEL_DAEMON_SNAPSHOT_H

#include <stdint.h>

#include "daemon/cost.h"
#include "daemon/scope.h"
#include "solver/problem.h"

/* The caller frees *ret (problem_free). -ENOMEM; -E2BIG: more distinct skills than a problem holds. */
int snapshot_make(const struct cost_frame *f, const struct scope *sc, int32_t budget,
    struct problem **ret);

#endif
