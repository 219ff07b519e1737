/* SPDX-License-Identifier: Apache-2.0 */
/* How fast a daemon with much to do answers: from an event on the socket to the push it causes. */
#ifndef EVENKEEL_SIM_LOAD_H
#define EVENKEEL_SIM_LOAD_H

#include "sim/options.h"

/* Measures and prints; -errno after saying why. */
int load_run(const struct options *o, volatile int *stop);

#endif
