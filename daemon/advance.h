/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Moving a virtual clock: from moment to moment at which something happens, each only after
 * the one before has settled: planned, stored and published.
 */
#ifndef EVENKEEL_DAEMON_ADVANCE_H
#define EVENKEEL_DAEMON_ADVANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/shop.h"

typedef void advance_done_fn(void *arg);

struct advance; /* opaque */

struct advance *advance_new(struct shop *shop); /* NULL when out of memory */
/* Calls done of what is under way, at the moment reached. NULL is fine. */
void advance_free(struct advance *a);

/*
 * Moves the clock to to_s, then calls done, when all has settled there. -EPERM: a real clock;
 * -EINVAL: backwards; -EBUSY: it is already being moved.
 */
int advance_start(struct advance *a, int64_t to_s, advance_done_fn *done, void *arg);
/* Goes on if it can. Called at the end of each turn of the loop. */
void advance_turn(struct advance *a);

#endif
