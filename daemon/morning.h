/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A day after today, as far as it is taken by now: on state_morning(), with what is promised for
 * that day placed where it costs least. Nothing is decided by it: it shows what could still be
 * promised there. Pure.
 */
#ifndef EVENKEEL_DAEMON_MORNING_H
#define EVENKEEL_DAEMON_MORNING_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/cost.h"
#include "daemon/insertion.h"
#include "daemon/retime.h"
#include "daemon/state.h"

struct morning {
	struct state *fork;    /* owned */
	int64_t from, to;      /* the local day, half-open */
	struct cost_frame f;   /* of the fork, just before the day's first shift */
	struct retimed *route; /* one a technician; owned */
};

/*
 * The local day that begins at midnight, nothing placed yet. -ENOENT: nobody works; -ENOMEM. The
 * caller ends it with morning_done() if it is 0.
 */
int morning_open(const struct state *s, int64_t now, int64_t midnight, struct morning *ret);
void morning_done(struct morning *m);

/* Whether a technician works on that day. */
bool morning_works(const struct morning *m, int32_t tech);

/*
 * Places a call where it costs least, without breaking a promise or putting off what was placed
 * before it without one; if it has a promise itself, within it if that is possible. The technician;
 * -1: it finds no place.
 */
int32_t morning_place(struct morning *m, int32_t call);

/*
 * Places all that is promised for that day, the earliest window first, except one call (-1: none);
 * how many found a place.
 */
int32_t morning_kept(struct morning *m, int32_t but);

/* The moments at which the local days of now and of the next begin. */
int64_t morning_today(const struct state *s, int64_t now);
int64_t morning_after(const struct state *s, int64_t midnight);

#endif
