/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The spread of an ETA: its 10 % and 90 % points, in closed form.
 *
 * Durations and drives are taken as independent and normal around the plan, with a standard
 * deviation of 25 % of each duration and 15 % of each drive; variances add up along
 * the route. Where the plan waits (for a window, a promise), the slack swallows that much of
 * being late, and nothing is early.
 */
#ifndef EVENKEEL_DAEMON_ETA_H
#define EVENKEEL_DAEMON_ETA_H

#include <stdint.h>

#include "daemon/state.h"

#define ETA_DURATION_SD 0.25 /* of a duration */
#define ETA_DRIVE_SD 0.15    /* of a drive */
#define ETA_QUANTILE 1.2816  /* standard deviations from the mean to the 10 % and 90 % points */

struct eta_spread {
	int64_t p10, p90; /* p10 <= arrival <= p90 */
};

/*
 * Spreads of a technician's whole route, what is under way first, seen from now: ret[stops].
 */
void eta_spread(const struct state *s, int64_t now, int32_t tech, const struct stop *stop,
    int32_t stops, struct eta_spread *ret);

#endif
