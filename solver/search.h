/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ruin and recreate for plans from scratch and in the background: strings of
 * nearby calls are taken out and put back where they cost least, with blinks,
 * under annealing (Christiaens, Vanden Berghe, Slack induction by string removals
 * for vehicle routing problems, 2020). Internal to libsolver.
 */
#ifndef EVENKEEL_SOLVER_SEARCH_H
#define EVENKEEL_SOLVER_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

#include "solver/draft.h"
#include "solver/rng.h"

struct search_limits {
	int64_t deadline_us; /* of CLOCK_MONOTONIC, 0 none */
	int64_t work;        /* route steps, 0 none */
	int64_t rounds;      /* of ruin and recreate, 0 none */
	int32_t threads;     /* 0 or 1: only the caller's */
	bool warm;           /* the draft is good already: stay near it */
};

/*
 * Improves a draft. Keeps fixed prefixes; with a bounded budget it moves only
 * calls that nobody was told about, and disturbs no more than the draft did.
 * Adds its work to *ret_work. 0 or -ENOMEM.
 *
 * With threads, each anneals a plan of its own; at fixed shares of the limits all meet, and
 * go on from the best. Without a deadline the result depends on their number only.
 */
int search_improve(struct draft *d, struct route_work *work, struct rng *rng,
    const struct search_limits *lim, int64_t *ret_work);

#endif
