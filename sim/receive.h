/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stub receiver of webhooks on loopback: checks each signature, prints each message in a line,
 * and fails the first tries if it is told to. For looking on, not for a shop's traffic.
 */
#ifndef EVENKEEL_SIM_RECEIVE_H
#define EVENKEEL_SIM_RECEIVE_H

#include "sim/options.h"

/* Serves until it is stopped, or has taken as many as were asked for. -errno after saying why. */
int receive_run(const struct options *o, volatile int *stop);

#endif
