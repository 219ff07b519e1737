/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A technician's way from one stop to the next: the drive, in traffic or not, and the
 * breaks before it or on it. Internal to libsolver; units as in problem.h.
 */
#ifndef EVENKEEL_SOLVER_LEG_H
#define EVENKEEL_SOLVER_LEG_H

#include "solver/route.h"

struct leg {
	struct route_state s; /* s.t_s: now; the drive's price is not in it */
	int64_t left;         /* still to drive, in model_parts */
	int64_t road_s;       /* on the road so far, parted by breaks */
	int32_t drive_s;      /* the whole drive, without traffic */
};

static inline void
leg_begin(const struct model *m, const struct route_state *from, int32_t drive_s, struct leg *ret)
{
	ret->s = *from;
	ret->left = model_parts(m, drive_s);
	ret->road_s = 0;
	ret->drive_s = drive_s;
}

/* When he is there, if nothing more holds him up. */
static inline int64_t
leg_end_s(const struct model *m, const struct leg *l)
{
	return model_drive_end_s(m, l->s.t_s, l->left);
}

/*
 * Takes the next break as early as it may be: before the drive, or where breaks may part it
 * as soon as it is due, at the end of the drive if that comes first. false: none of its
 * windows is still open.
 */
bool leg_break(const struct model *m, int32_t k, struct leg *l);

/* A wait: the day begins later as far as it can, and the rest is idle. */
void leg_wait(struct route_state *s, int32_t wait_s);

/* From now on the day cannot begin later by more than this. */
void leg_cap_slack(struct route_state *s, int64_t most_s);

#endif
