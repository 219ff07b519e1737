/* SPDX-License-Identifier: Apache-2.0 */
/* evenkeel-sim dynamic: published dynamic instances, one by one or a folder of them. */
#ifndef EVENKEEL_SIM_DYNAMIC_RUN_H
#define EVENKEEL_SIM_DYNAMIC_RUN_H

#include "sim/options.h"

/*
 * Plays what the options name, prints the table and writes the results. 0; -EINVAL: bad input;
 * -ECANCELED or another -errno: it failed on the way. A sentence was written to standard error.
 */
int dynamic_run(const struct options *o, volatile int *stop);

#endif
