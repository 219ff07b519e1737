/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows that hold: drawn from the spread of a start (risk.h) for a chance, and the chance of a
 * window that is given. Pure.
 *
 * The technician does not start before a promised window opens, so that only a start after its end
 * breaks it.
 */
#ifndef EVENKEEL_DAEMON_WINDOW_H
#define EVENKEEL_DAEMON_WINDOW_H

#include <stdint.h>

#include "daemon/risk.h"
#include "daemon/state.h"

enum {
	WINDOW_STEP_S = 300,   /* windows begin and end on such a mark of the clock */
	WINDOW_PCT_MAX = 99,   /* nothing is surer */
};

/*
 * The narrowest window for a planned arrival that holds with pct percent: from the arrival, rounded
 * down, to the start that is not passed with that chance (the sample's quantile, shifted by what
 * was learned: state_window_shift()), rounded up. One narrower than quote_window_min_s begins
 * earlier, but not before now, nor before any start of the sample. *ret_pct: the chance that it
 * then has, see window_pct().
 */
void window_for(const struct state *s, int64_t now, const struct risk_stop *r, int64_t arrival,
    int32_t pct, struct span *ret, int32_t *ret_pct);

/* The chance in percent, rounded down, of a start not after `to` (a wish, or a window). 0 .. 99. */
int32_t window_pct(const struct state *s, const struct risk_stop *r, int64_t to);

#endif
