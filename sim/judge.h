/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts what a pushed plan disturbs by choice, from the outside: from what was told before,
 * the routes that stood before, and the simulator's own re-timing of them. What a policy says
 * of itself is only compared with it.
 *
 * The rules are those of model.md, "Disturbance": a told call is disturbed by choice if the
 * routes as they stood would have served it, and the new plan drops it, gives it to somebody else,
 * or moves its arrival outside both what was told (with the tolerance) and what re-timing alone
 * would give.
 */
#ifndef EVENKEEL_SIM_JUDGE_H
#define EVENKEEL_SIM_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/desk.h"
#include "sim/push.h"

enum { JUDGE_GRACE_S = 60, JUDGE_CALLS_MAX = 512 };

struct verdict {
	int32_t chosen[JUDGE_CALLS_MAX]; /* disturbed by choice, by our count */
	int32_t chosens;
	int32_t allowed;     /* the least of what the policy and the guidelines say; -1 no bound */
	bool over;           /* more than allowed */
	int32_t unexplained; /* the policy says forced, we find no reason for it */
	char detail[400]; /* of the chosen: how each stood before and after, for finding faults */
};

struct judge; /* scratch space, reused */

struct judge *judge_new(const struct desk *d); /* borrows d; NULL when out of memory */
void judge_free(struct judge *j);

/* d must still be as it was before the revision. */
void judge_revision(struct judge *j, const struct revision *r, struct verdict *ret);

#endif
