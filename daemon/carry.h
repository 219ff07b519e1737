/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Not today: what cannot be done on this day is carried over on purpose, with a new promise. Pure.
 *
 * A call of today is one that was promised for today or before, or is due by its end, or was carried
 * over before, or has no time at all. It is carried over when it is on no route, or on a shift that
 * begins another day, and nobody on a shift of today could take it for less than leaving it costs:
 * from carry_before_s before the last shift ends; at once when everybody has gone; on a day without
 * shifts so long before midnight. Who was promised a time hears before that time ends, whenever
 * that is. At midnight nothing of today is left without another day, but what a night shift can do.
 */
#ifndef EVENKEEL_DAEMON_CARRY_H
#define EVENKEEL_DAEMON_CARRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/event.h"
#include "daemon/state.h"

enum {
	CARRY_MAX = 20,        /* calls carried over together: more wait for the next turn */
	CARRY_DAYS = 7,        /* so many days ahead a place is looked for */
	CARRY_WARN_S = 900,    /* who was promised a time hears so long before it ends */
	CARRY_LAST_S = 300,    /* so long before midnight nobody is waited for any more */
};

/* From when on what is left of the local day of now is carried over; 0: everybody has gone. */
int64_t carry_from(const struct state *s, int64_t now);

/* What is to be carried over at now, the most urgent and then the oldest first; how many. */
int32_t carry_due(const struct state *s, int64_t now, int32_t ret[CARRY_MAX]);

/* The next moment after now at which carry_due() may find something; INT64_MAX none. */
int64_t carry_next_at(const struct state *s, int64_t now);

/*
 * Whether a call is still one of today, and its place in a technician's plan on a shift that begins
 * another day: it is not told so by the plan, but carried over.
 */
bool carry_waits(const struct state *s, int32_t tech, const struct call_state *c, int64_t now,
    int64_t arrival);

/* Where a call goes. */
struct carried {
	int32_t call;
	int64_t not_before;
	struct span promise; /* 0, 0: none, it is to be agreed */
	bool nobody;         /* nobody has the skills at all */
};

/*
 * Finds each of n calls a day after today, and a window there that holds with the guideline's
 * confidence, all of them together: what comes first in the list is placed first. from: the local
 * midnight of the first day tried. -ENOMEM.
 */
int carry_place(const struct state *s, int64_t now, int64_t from, int32_t days, const int32_t *call,
    int32_t n, struct carried *ret);

/* call.carried_over. reason NULL: none. NULL when out of memory. */
struct event *carry_event(const struct state *s, int64_t now, const struct carried *to,
    const char *by, const char *reason);

/* Whether a call that was carried over so often is put in front of a manager. */
bool carry_needs_manager(const struct state *s, int32_t count);

/*
 * The first shift from the moment `from` on (not one that began before) of anybody who may do the
 * call. False: none is known.
 */
bool carry_next_shift(const struct state *s, int32_t call, int64_t from, struct span *ret);

/* Whether anybody who may do the call works at some time of a span (overtime not counted). */
bool carry_anybody(const struct state *s, int32_t call, struct span when);

#endif
