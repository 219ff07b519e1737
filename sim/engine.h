/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a day: the world happens, technicians do what the plan they were last pushed says, the
 * policy hears of it, and everything is scored.
 *
 * How technicians behave, the same for every policy: they set out when the plan needs it (planned
 * arrival less the planned drive) and not before; who is early waits at the door until the promised
 * window opens; breaks are taken as planned, or when their window opens if there is nothing to do;
 * a technician with nothing left goes home so as to be there when the shift ends; work that was
 * begun is finished.
 */
#ifndef EVENKEEL_SIM_ENGINE_H
#define EVENKEEL_SIM_ENGINE_H

#include <stddef.h>
#include <stdint.h>

#include "sim/policy.h"
#include "sim/score.h"
#include "sim/watch.h"
#include "sim/world.h"

struct engine_options {
	double speed;              /* simulated seconds a second; 0: as fast as it goes */
	const struct watch *watch; /* NULL: nobody */
	volatile int *stop;        /* set to end the day early; NULL: never */
	int64_t measure_from_s;    /* pushes are timed from then on */
	bool customers_answer;     /* to a first ETA, if the policy hears it */
	bool positions;            /* technicians on the road report where they are */
};

struct engine; /* opaque */

/* The desk, for the policy to plan from. NULL when out of memory. Borrows all but the policy, which
 * may be set later. */
struct engine *engine_new(const struct world *w, const struct engine_options *o,
    struct score *score);
void engine_free(struct engine *e); /* NULL is fine; does not close the policy */
struct desk *engine_desk(struct engine *e);

/* The whole day. 0; -ECANCELED: stopped; or what made the policy fail, with a sentence in why. */
int engine_run(struct engine *e, struct policy *p, char *why, size_t why_size);

/* Facts that the policy refused, and the first of its reasons. */
int32_t engine_refusals(const struct engine *e, const char **ret_first);

#endif
