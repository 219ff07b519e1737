/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A question: what events have put in doubt in one territory and no solve has answered yet.
 *
 * Questions of one turn of the loop are gathered into one. Everything here is bounded by the number
 * of technicians; calls beyond the bound are found again among the unassigned.
 */
#ifndef EVENKEEL_DAEMON_QUESTION_H
#define EVENKEEL_DAEMON_QUESTION_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/revision.h"
#include "daemon/state.h"

enum { QUESTION_CALLS_MAX = 64 };

/* Which of the guidelines' budgets it may spend; the larger wins. */
enum question_class { QUESTION_EVENT, QUESTION_EMERGENCY, QUESTION_ABSENCE };

struct question {
	bool any;
	struct cause cause;          /* of the first event, or of the first of the largest class */
	enum question_class class;
	bool solve;                  /* a solver has to look at it */
	bool background;             /* something may have become better: worth a look when idle */
	int64_t asked_us;            /* monotonic time of its oldest event, 0 none: for limits only */
	int32_t tries;               /* solves that gave no usable answer so far */
	int32_t widened;             /* solves whose scope was too small so far */
	/* Whose route is to be re-timed. */
	bool dirty[STATE_TECHNICIANS_MAX];
	int32_t dirties;
	/* Whom the solve is about; calls it has to find a place for. */
	int32_t focus[STATE_TECHNICIANS_MAX];
	int32_t focuses;
	int32_t call[QUESTION_CALLS_MAX];
	int32_t calls;
};

void question_dirty(struct question *q, int32_t tech); /* -1 is fine */
void question_focus(struct question *q, int32_t tech); /* dirty as well; -1 is fine */
void question_call(struct question *q, int32_t call);  /* -1 is fine */

/* Adds what an event, already applied, puts in doubt. */
void question_event(struct question *q, const struct state *s, const struct event *ev);

/* Adds all of more to q. */
void question_merge(struct question *q, const struct question *more);
void question_clear(struct question *q);

#endif
