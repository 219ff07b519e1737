/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Telling: what of a route people hear, when, and why. Shared by every kind of plan.revised.
 *
 * A planned call is told (technician, ETA with its 10 % and 90 % points, promised window) when its
 * arrival comes within tell_ahead_s of now or its technician sets out for it, not
 * before: until then it moves freely. It is told again when its technician changes, its arrival
 * moves by more than eta_tolerance_s from the last told, or its promised window is left; only then
 * it gets a new window. The first telling makes the promise (arrival - promise_before_s, or now if
 * that is past, .. arrival + promise_after_s) unless there is one, as for an appointment. Versions
 * grow by one.
 */
#ifndef EVENKEEL_DAEMON_TELL_H
#define EVENKEEL_DAEMON_TELL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

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
	int32_t call;          /* of the cause, -1 none */
	int32_t technician;    /* of the cause, -1 none */
	const int32_t *chosen; /* calls disturbed by choice, sorted (disturbed.chosen), or NULL */
	int32_t chosens;
};

/*
 * Appends to told (an array) the entries that plan.revised must carry for one technician's
 * new whole route, what is under way first. -ENOMEM.
 */
int tell_route(const struct tell *t, int32_t tech, const struct stop *stop, int32_t stops,
    json_t *told);

/*
 * Appends to withdrawn (an array) the entry of a call that the revision leaves on no route, if
 * it was told. -ENOMEM.
 */
int tell_withdraw(const struct tell *t, int32_t call, json_t *withdrawn);

/* Whether tell_route() would say anything of this route as of now. */
bool tell_due(const struct state *s, int64_t now, int32_t tech, const struct stop *stop,
    int32_t stops);

/*
 * The next moment after now at which something of technician i's route, as it stands in
 * the state, comes near enough to be told; INT64_MAX none.
 */
int64_t tell_next(const struct state *s, int64_t now, int32_t tech);

#endif
