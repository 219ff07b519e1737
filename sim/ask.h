/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The problem of the moment in VROOM's published JSON, for any solver that reads it, and what
 * such a solver answers.
 *
 * Job ids are call indices + 1, vehicle ids technician indices + 1; times are seconds since the
 * day's midnight. A vehicle starts where its technician is after what is under way, which is not
 * in the problem. Hard windows are all that this API has: a call's is its appointment, what was
 * promised, or the time until it is due, and none at all once that cannot be met any more.
 */
#ifndef EVENKEEL_SIM_ASK_H
#define EVENKEEL_SIM_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/desk.h"

/* Travel times are told by profiles of one speed each, to so many percent. */
enum { ASK_SPEED_STEP_PCT = 5 };

/* An order of calls for every technician of the fleet; those without a route have none. */
struct ask_plan {
	int32_t *call;  /* techs * PUSH_STOPS_MAX */
	int32_t *stops; /* techs */
};

/*
 * The problem as text, the caller's to free. steps: the routes as they stand are told as the
 * vehicles' steps. *ret_jobs: calls in it. -ENOMEM.
 */
int ask_write(const struct desk *d, bool steps, char **ret, size_t *ret_size,
    int32_t *ret_jobs);

/*
 * Reads an answer to the problem that ask_write made of the same desk. -EINVAL with a sentence
 * in why: it is no JSON, says that it failed, or breaks a rule that an order of calls can break:
 * unknown or repeated calls and technicians, skills, too many stops.
 */
int ask_read(const struct desk *d, const char *text, size_t size, struct ask_plan *ret,
    char *why, size_t why_size);
void ask_plan_done(struct ask_plan *p);

#endif
