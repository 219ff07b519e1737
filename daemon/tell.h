/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Telling: what of a route people hear, when, and why. Shared by every kind of plan.revised. Pure.
 *
 * A planned call is told (technician, ETA with its 10 % and 90 % points, promised window) when its
 * arrival comes within tell_ahead_s of now or its technician sets out for it, not before: until
 * then it moves freely. The first telling makes the promise (arrival - promise_before_s, or now if
 * that is past, .. arrival + promise_after_s) unless there is one, as for an appointment or a
 * quote. Versions grow by one.
 *
 * Told again, within its promise: at once when its technician changes, when a person or the plan
 * chose to move it, or when he sets out; else when its arrival has moved by more than
 * eta_tolerance_s, but not again within a quarter of repromise_wait_s, and not within all of it
 * while its technician is idle: that time passes without him is no news.
 *
 * A promise that the plan misses is replaced once, by one telling that carries the old window and
 * the new: as soon as the end of the old one is within tell_ahead_s; before that the plan may still
 * mend it. The new window begins with the arrival and is wide enough to hold: see window.h. For
 * repromise_wait_s the customer hears of no other, neither another window nor an ETA that leaves
 * it; so it ends ten minutes after that at the earliest, unless that is far from the arrival
 * (promise_after_s).
 *
 * A customer who declined declines_max times, or whose promise was released because no answer came,
 * is told nothing until somebody has agreed a window with him, or a technician sets out.
 */
#ifndef EVENKEEL_DAEMON_TELL_H
#define EVENKEEL_DAEMON_TELL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/event.h"
#include "daemon/retime.h"
#include "daemon/state.h"

/* What led to the revision, as far as the reason told depends on it. */
enum tell_why {
	TELL_TIME,       /* nothing was chosen: time passed, work took longer or shorter */
	TELL_MADE_ROOM,  /* another call wanted room */
	TELL_ABSENCE,    /* a technician is missing: .technician */
	TELL_AMENDED,    /* a call changed: .call */
	TELL_OVERRIDDEN, /* a dispatcher decided */
	TELL_REPLANNED,  /* a better plan was found */
};

struct tell {
	const struct state *s;
	int64_t now;
	enum tell_why why;
	enum event_type event; /* of the cause; EV_TYPES: time passed */
	int32_t call;          /* of the cause, -1 none */
	int32_t technician;    /* of the cause, -1 none */
	const int32_t *chosen; /* calls disturbed by choice, sorted (disturbed.chosen), or NULL */
	int32_t chosens;
};

/*
 * Appends to told (an array) the entries that plan.revised must carry for one technician's new
 * whole route. -ENOMEM.
 */
int tell_route(const struct tell *t, int32_t tech, const struct retimed *r, json_t *told);

/*
 * Appends to withdrawn (an array) the entry of a call that the revision leaves on no route, if
 * it was told. -ENOMEM.
 */
int tell_withdraw(const struct tell *t, int32_t call, json_t *withdrawn);

/*
 * Appends to untold (an array) the entry of a call that was moved by choice and is told nothing. stop:
 * its new place, on the route of tech; NULL none. -ENOMEM.
 */
int tell_untold(const struct tell *t, int32_t call, int32_t tech, const struct stop *stop,
    json_t *untold);

/* Whether tell_route() would say anything of this route as of now; r NULL: as it stands. */
bool tell_due(const struct state *s, int64_t now, int32_t tech, const struct retimed *r);

/*
 * The next moment after now at which something of technician i's route, as it stands in the state,
 * is to be told because time has passed; INT64_MAX none.
 */
int64_t tell_next(const struct state *s, int64_t now, int32_t tech);

/* Whether a start misses the call's promise. False without one. */
bool tell_misses(const struct call_state *c, int64_t start);

/*
 * Whether the call's customer was told a new window less than repromise_wait_s ago: then it may not
 * be moved out of it by choice.
 */
bool tell_waits(const struct state *s, int32_t call, int64_t now);

/* Whether its customer is told nothing until a window is agreed with him. */
bool tell_left_out(const struct state *s, int32_t call);

/* The reasons there are, as codes; NULL after the last. */
const char *tell_code(size_t i);
/* A code in words, NULL: unknown. */
const char *tell_words(const char *code);

/* --- tell_when.c for tell.c --- */

/*
 * From when on a stop has to be told, INT64_MAX: not as things are. t NULL: nobody chose anything.
 * *ret_anyway: from when on even if the day may well end before the call is done.
 */
int64_t tell_from(const struct state *s, const struct tell *t, int32_t tech,
    const struct stop *stop, int64_t *ret_anyway);

/*
 * Whether the day may well end before the call is done, by its 90 % point. What would have to be
 * taken back one time in ten is not told before its technician sets out.
 */
bool tell_may_be_lost(const struct state *s, int32_t tech, const struct stop *stop, int64_t p90);

#endif
