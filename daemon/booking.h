/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Booking what was quoted: the same orders on the state of now, as one decision. Pure.
 *
 * A quote still holds if it has not expired, the guidelines are the same, and the routes it rests
 * on have the calls they had, in their order; or if its technician can still take the call within
 * the quoted window. Either way it breaks no promise that was not shown, its window is no less sure
 * than was said (BOOKING_SLACK_PCT for the minutes that passed), and it costs no more than 1 % or
 * BOOKING_SLACK_CENTS above. One for another day holds if the day still has such a place, beside
 * all that is promised there by now.
 */
#ifndef EVENKEEL_DAEMON_BOOKING_H
#define EVENKEEL_DAEMON_BOOKING_H

#include <stddef.h>
#include <stdint.h>

#include "daemon/event.h"
#include "daemon/quotes.h"
#include "daemon/state.h"

enum { BOOKING_SLACK_CENTS = 100, BOOKING_SLACK_PCT = 2, BOOKING_EVENTS_MAX = 2 };

struct booking {
	struct event
	    *event[BOOKING_EVENTS_MAX]; /* call.booked or call.amended, plan.revised; owned until handed over */
	size_t events;                  /* 1 for another day: nothing is planned for it yet */
	char call[STATE_ID_SIZE];
	int64_t arrival;
};

/*
 * more: members of the terms that come with the booking (note, reference, contact), or NULL. by:
 * who agreed. The caller hands the events over or ends them with booking_done(). -ESTALE with the
 * reason in why: the quote does not hold any more; -ENOMEM.
 */
int booking_make(const struct state *s, int64_t now, const struct quoted *q, const json_t *more,
    const char *by, struct booking *ret, char *why, size_t why_size);
void booking_done(struct booking *b);

#endif
