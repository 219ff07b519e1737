/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accounts: who pays for what is disturbed by choice, and what is left to spend. Pure.
 *
 * Events and requests from inside share an hour's and a local day's allowance; what a person
 * decides (a quote, an override) counts there, but nothing bounds it. Emergencies and absences have
 * a day's allowance of their own, and spend nothing of the others'.
 */
#ifndef EVENKEEL_DAEMON_ACCOUNT_H
#define EVENKEEL_DAEMON_ACCOUNT_H

#include <stdint.h>

#include "daemon/state.h"

/* Calls disturbed by choice, as the allowances count them. */
int32_t account_hour(const struct state *s, int64_t now); /* in the last hour */
int32_t account_day(const struct state *s, int64_t now);  /* in the local day of now */
int32_t account_emergency(const struct state *s,
    int64_t now); /* the same of emergencies and absences */

/* What one solve may disturb by choice: its own budget, or what is left of the allowances. At least
 * 0. */
int32_t account_budget(const struct state *s, int64_t now, enum account a);

#endif
