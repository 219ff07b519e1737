/* SPDX-License-Identifier: Apache-2.0 */
/* One day, one fleet, and the policies that are tried on them. */
#ifndef EVENKEEL_SIM_REPLAY_H
#define EVENKEEL_SIM_REPLAY_H

#include <jansson.h>
#include <stddef.h>

#include "sim/day.h"
#include "sim/fleet.h"
#include "sim/options.h"
#include "sim/policy.h"
#include "sim/score.h"
#include "sim/watch.h"
#include "sim/world.h"

struct replay {
	struct options options;
	struct sim_day day;
	struct fleet fleet;
	struct world world;
	int64_t measure_from_s; /* event-to-push is measured from then on; 0: always */
};

/* Reads the day, reads or makes the fleet. 0, or -errno (bad input) with a sentence in why. */
int replay_load(const struct options *o, struct replay *ret, char *why, size_t why_size);
void replay_done(struct replay *r);

/* What one policy made of the day. */
struct outcome {
	struct figures figures;
	json_t *result; /* the result file; owned */
	int32_t refusals;
	char first_refusal[512];
	char worst[600]; /* the first plan over its budget, "" none */
	char odd[600];   /* the first that says forced of what the judge finds chosen */
	int32_t asked, failed; /* questions to an exec: policy, and those without a usable answer */
	char first_failure[512];
};

/* Plays the whole day with a policy by name. 0; -ECANCELED; else -errno with a sentence in why. */
int replay_policy(const struct replay *r, const char *policy, const struct watch *watch,
    volatile int *stop, struct outcome *ret, char *why, size_t why_size);

#endif
