/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Notifications that wait for a slow client, oldest first.
 *
 * A state notification takes the place of an older one of the same object, at the end, so
 * that order by sequence stays and memory is bounded by what there is to say.
 */
#ifndef EVENKEEL_DAEMON_OUTBOX_H
#define EVENKEEL_DAEMON_OUTBOX_H

#include <stddef.h>

struct outbox; /* opaque */

/* NULL when out of memory. */
struct outbox *outbox_new(void);
void outbox_free(struct outbox *o); /* NULL is fine */

/* Copies a line. merge: what it is the latest state of, or NULL. -ENOMEM. */
int outbox_put(struct outbox *o, const char *merge, const char *text, size_t len);
size_t outbox_bytes(const struct outbox *o);
/* The oldest line, borrowed until outbox_drop(); NULL when it is empty. */
const char *outbox_first(const struct outbox *o, size_t *ret_len);
void outbox_drop(struct outbox *o); /* the oldest */

#endif
