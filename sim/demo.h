/* SPDX-License-Identifier: Apache-2.0 */
/* The demonstration: a day through the real daemon, told on the terminal as it happens. */
#ifndef EVENKEEL_SIM_DEMO_H
#define EVENKEEL_SIM_DEMO_H

#include "sim/replay.h"

/* Plays the day, prints its result and what to ask of the store that stays. 0, also when it was
 * stopped; -errno after saying why. */
int demo_run(struct replay *r, volatile int *stop);

#endif
