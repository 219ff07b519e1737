/* SPDX-License-Identifier: Apache-2.0 */
/* The second half of a ripple: the deed done on a fork, and what everybody would hear of it. */
#ifndef EVENKEEL_DAEMON_RIPPLE_TELL_H
#define EVENKEEL_DAEMON_RIPPLE_TELL_H

#include <stddef.h>

#include "daemon/ripple.h"

/* Sets ret->then and ret->tells from the rest. -ENOMEM; -EPERM with a sentence in why. */
int ripple_tell(const struct ripple_ask *ask, struct ripple *ret, char *why, size_t why_size);

/* Appends the messages that an event would make, word for word; it is applied to then. -ENOMEM. */
int ripple_messages(const struct state *then, const struct event *ev,
    const struct templates *templates, json_t **tells);

#endif
