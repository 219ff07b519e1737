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

/* The caller frees *ret (problem_free). -ENOMEM; -E2BIG: more distinct skills than a problem holds.
 */
int snapshot_make(const struct cost_frame *f, const struct scope *sc, int32_t budget,
    struct problem **ret);

/*
 * Holds a call of a problem to what its customer was promised: no plan starts it outside the window, or
 * farther outside than the stay plan does, or leaves it out.
 */
void snapshot_hold(struct call *to);

/*
 * The breaks still to be taken in a re-timed day, as indices of the shift's due[], in order; their
 * number. One that could only come after the day is none. Breaks of a problem's technician are
 * these.
 */
int32_t snapshot_breaks(const struct tech *t, const struct retimed *r,
    int32_t ret[STATE_BREAKS_MAX]);

#endif
