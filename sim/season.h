/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A season: many days, one after another, against one daemon. Callers are quoted and book an
 * option; what the daemon learns on the first days shows in how its promises hold on the others.
 */
#ifndef EVENKEEL_SIM_SEASON_H
#define EVENKEEL_SIM_SEASON_H

#include "sim/options.h"

/* Plays the season of the options, prints and writes its figures. -EINVAL: bad input. */
int season_run(const struct options *o, volatile int *stop);

#endif
