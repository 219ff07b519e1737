/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The feed: what subscribers must hear, derived from committed events alone.
 *
 * The newest notifications are kept in a ring, so that a client that comes
 * back resumes by sequence without loss, or is told to take a snapshot. After a start
 * the ring is filled from the journal's last events.
 */
#ifndef EVENKEEL_DAEMON_FEED_H
#define EVENKEEL_DAEMON_FEED_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "daemon/event.h"
#include "daemon/method.h"

enum { FEED_RING = 20000 };

/* A notification on its way. Times in params are RFC 3339 in the territory's zone. */
struct notice {
	int64_t seq;
	const char *method;     /* name in the OpenRPC document */
	char technician[STATE_ID_SIZE]; /* whom it concerns, "" nobody in particular */
	char former[STATE_ID_SIZE];     /* who loses the call it is about, "" nobody */
	json_t *params;         /* owned */
};

typedef int notice_fn(void *arg, const struct notice *n);

/*
 * Derives the notifications of one event, in order. Pure: no state. territory and zone are the
 * event's territory's. 0, -ENOMEM, or what fn returned.
 */
int feed_derive(const struct event *ev, const char *territory, const char *zone, notice_fn *fn,
    void *arg);

/* Members of a plan.revised notification come in the order of the OpenRPC document. */

struct feed;
struct feed_subscriber; /* a session's subscription */

/* A notification as it is sent. */
struct feed_line {
	int64_t seq;
	const struct notification_spec *spec;
	const char *merge; /* of what it is the latest state; NULL: an event, never merged */
	const char *text;  /* the line, with its end */
	size_t len;
};

/* Gets each line in order. It may not unsubscribe. */
typedef void feed_send_fn(void *arg, const struct feed_line *line);

/* Borrows the document, which must outlive it. NULL when out of memory. */
struct feed *feed_new(const struct openrpc *o);
void feed_free(struct feed *f); /* NULL is fine; subscribers are gone before */

/* A committed event: derives, keeps, sends. -ENOMEM: some were not sent, resuming is cut there. */
int feed_publish(struct feed *f, const char *territory, const char *zone, const struct event *ev);
/* A notification that has no event (technician.position, notice): not kept for resuming. -ENOMEM.
 */
int feed_pass(struct feed *f, const struct notice *n);
/* What was before seq is not in the ring: said once, before the journal's last events are
 * published. */
void feed_starts_after(struct feed *f, int64_t seq);

/*
 * Subscribes. topics: an array of names or NULL for all that the principal's role may hear;
 * technicians: only these and what concerns nobody in particular, or NULL. A technician hears only
 * what concerns his own calls and himself. resume_from < 0: from now; else what came after it is
 * sent at once, unless *ret_replayed is false: the ring no longer reaches back that far, or there
 * are several territories, whose sequences one number cannot name. -EINVAL: no such topic; -ENOMEM.
 */
int feed_subscribe(struct feed *f, const struct principal *who, const json_t *topics,
    const json_t *technicians, int64_t resume_from, feed_send_fn *send, void *arg,
    struct feed_subscriber **ret, bool *ret_replayed);
void feed_unsubscribe(struct feed *f, struct feed_subscriber *s); /* NULL is fine */

#endif

