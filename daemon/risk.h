/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The spread of what is planned: when each stop of a route may really start, and the chance that a
 * promise is missed.
 *
 * A small sample, the same for the same route: RISK_SAMPLES days are played along it, with times on
 * site and drives drawn as lognormals around what was learned (state_work(), state_speed_pct()), each
 * draw at its own quantile of a stratified sample (Latin hypercube: McKay, Beckman and Conover, 1979).
 * In each day a stop starts when the technician is there, but not before the call may start, nor before
 * a promised window opens, nor, once told, before its ETA less the tolerance; breaks are taken where
 * the plan has them. What is under way has lasted so long already, and ends accordingly later; where
 * the technician has said how long it still takes, around that.
 * Pure, and the same on every machine that rounds alike.
 */
#ifndef EVENKEEL_DAEMON_RISK_H
#define EVENKEEL_DAEMON_RISK_H

#include <stdint.h>

#include "daemon/retime.h"
#include "daemon/state.h"

enum { RISK_SAMPLES = 256 };

struct risk_stop {
	int64_t p10, p90;  /* p10 <= planned arrival <= p90 */
	int64_t start[RISK_SAMPLES]; /* sorted */
};

/* ret[r->stops], what is under way first: 2 KB each, too many for a stack. */
void risk_route(const struct state *s, int64_t now, int32_t tech, const struct retimed *r,
    struct risk_stop *ret);
/* The route as it stands in the state, as far as risk_route() looks at it. */
void risk_standing(const struct state *s, int64_t now, int32_t tech, struct retimed *ret);

/* Share of the sample that starts by t (inclusive), 0 .. 1. */
double risk_by(const struct risk_stop *r, int64_t t);
/* The earliest t by which a share of at least level starts; level 0 .. 1. */
int64_t risk_quantile(const struct risk_stop *r, double level);
/*
 * Chance in percent (0 .. 100, rounded) that a call's promise is missed: started after its window. 0
 * without one.
 */
int32_t risk_missed_pct(const struct risk_stop *r, const struct call_state *c);

#endif
