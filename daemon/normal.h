/* SPDX-License-Identifier: Apache-2.0 */
/* The standard normal distribution. Pure. */
#ifndef EVENKEEL_DAEMON_NORMAL_H
#define EVENKEEL_DAEMON_NORMAL_H

#include <stdint.h>

/* The share below z. */
double normal_below(double z);
/* Its inverse: below which z a share (between 0 and 1, both exclusive) lies; to 1e-9 of z. */
double normal_at(double share);
/* The same for whole percents, 1 .. 99, at once. */
double normal_percentile(int32_t pct);

#endif
