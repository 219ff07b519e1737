/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What follows from an event and must be in the same commit: goodwill offers, messages to
 * customers.
 *
 * shop_append() applies all events of a command, then asks for each in turn what follows from it,
 * and applies and appends that behind; what follows from that is asked for, too. So the sequence
 * that a command's answer names is that of its own last event, and whoever resumes from it hears
 * all that followed, once. Pure: from the event and the state after it alone. Not asked on replay,
 * for then what followed is in the journal.
 */
#ifndef EVENKEEL_DAEMON_FOLLOW_H
#define EVENKEEL_DAEMON_FOLLOW_H

#include <stddef.h>

#include "daemon/event.h"
#include "daemon/state.h"

struct templates; /* texts of messages: template.h */

/* What follows from one event. */
struct follow_list {
	struct event **event; /* both owned; without seq */
	size_t events, room;
	int64_t number; /* ids given out so far for this event, see state_next_id() */
};

/* Appends an event (stolen). -ENOMEM: it is NULL, or there is no room for it. */
int follow_add(struct follow_list *list, struct event *ev);
/* Frees the events that are left in it, and the list's own memory. */
void follow_done(struct follow_list *list);

/*
 * What follows from ev, already applied to s, into an empty list. templates NULL: no messages. 0 or
 * -ENOMEM.
 */
int follow(const struct state *s, const struct event *ev, const struct templates *templates,
    struct follow_list *ret);

/* goodwill.c and message.c: each its share. */
int goodwill_follow(const struct state *s, const struct event *ev, struct follow_list *ret);
int message_follow(const struct state *s, const struct event *ev, const struct templates *templates,
    struct follow_list *ret);

#endif
