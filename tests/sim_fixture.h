/* SPDX-License-Identifier: Apache-2.0 */
/* Small days and fleets for the simulator's tests. */
#ifndef EVENKEEL_TESTS_SIM_FIXTURE_H
#define EVENKEEL_TESTS_SIM_FIXTURE_H

#include <stddef.h>
#include <stdint.h>

#include "sim/day.h"
#include "sim/fleet.h"

/* 2011-09-21 00:00 in New York. */
#define FIXTURE_MIDNIGHT_S INT64_C(1316577600)

/* n calls of skill "lights" a kilometre apart going north, known at 07:00, due at noon, 30 minutes
 * each. */
void fixture_day(struct sim_day *d, int32_t n);
/* n technicians at the first call's site, 08:00 to 16:00, one break at noon. */
void fixture_fleet(struct fleet *f, const struct sim_day *d, int32_t n);

/* Writes text to a temporary file; its path in path. */
void fixture_file(const char *text, char path[64]);

#endif
