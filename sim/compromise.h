/* SPDX-License-Identifier: Apache-2.0 */
/* Distance against edits: what departing from the first plan is worth. */
#ifndef EVENKEEL_SIM_COMPROMISE_H
#define EVENKEEL_SIM_COMPROMISE_H

#include <stdint.h>

#include "sim/live.h"

struct compromise {
	struct live *v;                /* borrowed, as is */
	const struct live_tech *first; /* everybody as he was planned at the start */
	double edit_s;                 /* driving that an edit must save */
};

/* Edits from what technician k was to do at first to what he did and will do. */
int32_t compromise_edits(const struct compromise *c, int32_t k);

/* Driving and edits of all routes, in seconds; each open request counts unserved_s. */
double compromise_worth(const struct compromise *c, double unserved_s);

/*
 * Moves one planned call at a time to where the driving and the edits come to the least, within and
 * between routes, until no such move is left.
 */
void compromise_improve(struct compromise *c);

#endif
