/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What will happen, in order of time: a binary heap. Things of one moment come in a fixed order
 * (by kind, then by whom), whatever the order in which they were put down.
 */
#ifndef EVENKEEL_SIM_AGENDA_H
#define EVENKEEL_SIM_AGENDA_H

#include <stddef.h>
#include <stdint.h>

enum due_kind {
	DUE_BREAK_END,
	DUE_END, /* of the work */
	DUE_ARRIVE,
	DUE_START,  /* of the work, after waiting at the door */
	DUE_LATE,   /* the planned end of work that takes longer */
	DUE_CANCEL, /* whom: a call */
	DUE_ANSWER, /* whom: a call; turn: which answer of its customer */
	DUE_LEAVE,  /* falls ill */
	DUE_SHIFT,
	DUE_BOOK, /* whom: a call */
	DUE_POSITION,
	DUE_WAKE, /* time to set out, for a break, or home */
	DUE_TICK,
};

struct due {
	int64_t at_s;
	enum due_kind kind;
	int32_t whom;  /* technician or call */
	uint32_t turn; /* stale if the technician has had another turn since */
};

struct agenda {
	struct due *due;
	size_t n, max;
};

void agenda_done(struct agenda *a);
int agenda_add(struct agenda *a, struct due d); /* -ENOMEM */
/* The next one, left in place; NULL when there is none. */
const struct due *agenda_next(const struct agenda *a);
/* Takes it out; there must be one. */
struct due agenda_take(struct agenda *a);

#endif
