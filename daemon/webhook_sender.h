/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process that posts, seen from the daemon: evenkeel-webhook, started when there is something
 * to post, and again when it dies, after a while that grows. Nothing here waits.
 */
#ifndef EVENKEEL_DAEMON_WEBHOOK_SENDER_H
#define EVENKEEL_DAEMON_WEBHOOK_SENDER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "daemon/net.h"

struct sender; /* opaque */

struct sender_calls {
	/* What came of a job; status 0: there was no reply, error says why. */
	void (*answer)(void *arg, int64_t id, int32_t status, int64_t retry_after_s,
	    const char *error);
	/* The process died: its jobs get no answer any more. */
	void (*lost)(void *arg);
	/* It is there again, after it was not. */
	void (*ready)(void *arg);
};

/* path and inner (networks, see guard.h) are borrowed. NULL when out of memory. */
struct sender *sender_new(struct net *net, const char *path, const char *inner,
    const struct sender_calls *calls, void *arg);
void sender_free(struct sender *s); /* ends the process; NULL is fine */

/*
 * Gives it a job (stolen), and starts it if need be. -EBUSY: it cannot take one now, ready()
 * follows; -ENOMEM; -E2BIG.
 */
int sender_post(struct sender *s, json_t *job);

int64_t sender_restarts(const struct sender *s);

#endif
