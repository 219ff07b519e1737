/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A scope: the technicians and calls that one solve is about; all else stands still.
 *
 * Technicians: those the question concerns, then by turns those who could take the calls in question
 * for the least price, those with the skills but no room, who would have to give something away for it,
 * and those near enough to take what is given away. Calls: all that are planned for them and not under way,
 * and the open unassigned ones that one of them could do, the most urgent first.
 */
#ifndef EVENKEEL_DAEMON_SCOPE_H
#define EVENKEEL_DAEMON_SCOPE_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/cost.h"
#include "daemon/retime.h"
#include "daemon/state.h"

enum {
	SCOPE_UNASSIGNED_MAX = 40, /* unassigned calls in an event's scope */
	SCOPE_RANKED_MAX = 12,     /* calls for which helpers are looked for */
	SCOPE_STARTS_MAX = 400,    /* unassigned calls in a start's scope */
};

struct scope {
	int32_t *tech; /* sorted */
	int32_t techs;
	int32_t *call; /* sorted: planned and unassigned */
	int32_t calls;
	struct retimed *route; /* one per technician: the stay plan */
	int32_t *frozen;       /* stops of each that stand still, under way included */
	bool more;    /* unassigned calls were left out */
	int64_t now;  /* of the frame it was made in */
};

/* What a scope is asked for. */
struct scope_ask {
	const int32_t *tech; /* must be in it, as far as they work */
	int32_t techs;
	const int32_t *call; /* calls to find helpers for; they are in it if anybody may do them */
	int32_t calls;
	int32_t techs_max;
	int32_t unassigned_max;
	bool outside_only; /* no unassigned call that somebody inside wants, unless it is asked for */
};

/* The caller ends it with scope_done(), also when it is empty. -ENOMEM. */
int scope_make(const struct cost_frame *f, const struct scope_ask *ask, struct scope *ret);
void scope_done(struct scope *sc);

/* Position of a technician or call in the scope, -1 none. */
int32_t scope_tech(const struct scope *sc, int32_t tech);
int32_t scope_call(const struct scope *sc, int32_t call);

#endif
