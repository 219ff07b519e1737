/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions: who is on the other end, what he may send how fast, and what he subscribed to.
 *
 * A session knows no socket: whoever carries it (conn.c) gives it three callbacks.
 */
#ifndef EVENKEEL_DAEMON_SESSION_H
#define EVENKEEL_DAEMON_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/bucket.h"
#include "daemon/config.h"
#include "daemon/feed.h"
#include "daemon/method.h"
#include "daemon/shop.h"

struct request;
struct sessions; /* opaque: all that are logged in */

struct session_calls {
	void (*logged_in)(void *arg); /* limits of the role hold from now */
	feed_send_fn *notify;
	void (*cut)(void *arg, enum rpc_error code, const char *why); /* says why, then closes */
};

struct session {
	struct shop *shop;
	const struct session_calls *calls;
	void *arg;
	char peer[64];
	bool in;
	struct principal who;
	const struct config_class *class; /* limits of the role; NULL before login */
	struct bucket calls_left, positions_left;
	int64_t silence_s; /* heartbeat, for the hello */
	struct feed_subscriber *subscription; /* NULL: none */
	struct request *requests; /* under way */
	struct session *next, **link; /* among those logged in */
};

/* Borrows the configuration. NULL when out of memory. */
struct sessions *sessions_new(const struct config *cfg);
void sessions_free(struct sessions *s); /* NULL is fine */
size_t sessions_count(const struct sessions *s);
/* Cuts every session of a token, e.g. one that was revoked. */
void sessions_cut(struct sessions *s, const char *token_id, const char *why);

void session_init(struct session *s, struct shop *shop, const char *peer,
    const struct session_calls *calls, void *arg);
/* Ends subscription and requests under way: what they still do is answered to nobody. */
void session_done(struct session *s);

/*
 * Logs in with a token's text. 0; -EACCES: no such token; -EBUSY: too many sessions of this token;
 * -EAGAIN: too many bad logins from this address, *ret_retry_ms; -EALREADY: it is logged in.
 */
int session_login(struct session *s, const char *token, int64_t *ret_retry_ms);

/* Takes one call of the rate; position: a position.report. 0, or milliseconds to wait. */
int64_t session_take(struct session *s, bool position);

/* Subscribes, in place of an earlier subscription; errors as feed_subscribe(). */
int session_subscribe(struct session *s, const json_t *topics, const json_t *technicians,
    int64_t resume_from, bool *ret_replayed);
void session_unsubscribe(struct session *s);

#endif
