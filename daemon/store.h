/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The storage door: journal, snapshots, kept replies, tokens. One interface, so that a
 * second back end can stand behind it; the core never sees SQL.
 *
 * Writes are queued and committed in groups by a writer thread; a write's callback runs on
 * the loop's thread, in the order of the writes, after its commit is on disk. A failed commit ends
 * the process (exit 75), without a second try: what was not acknowledged may be lost, what was
 * cannot.
 */
#ifndef EVENKEEL_DAEMON_STORE_H
#define EVENKEEL_DAEMON_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/event.h"

enum {
	STORE_QUEUE_MAX = 20000,             /* writes waiting for their commit */
	STORE_QUEUE_BYTES_MAX = 256 << 20,
	STORE_KEEP_REPLIES_S = 7 * 86400,
	STORE_SNAPSHOTS_KEPT = 2, /* of a territory */
	STORE_KEY_SIZE = 32,
	STORE_EXIT_FAILED = 75,   /* EX_TEMPFAIL: start again */
};

struct store; /* opaque */
struct store_outward; /* about webhooks: daemon/store_message.h */

struct store_token {
	char id[40];
	char role[16];
	char technician[65]; /* "" unless the role is technician */
	char name[128];
	unsigned char hash[32];
	int64_t issued, expires, revoked; /* 0: never */
};

/* One atomic write, copied when it is queued. With nothing in it, done just runs in its turn. */
struct store_write {
	const char *territory;             /* NULL when there are no events */
	struct event *const *event;        /* with seq and at_s set, consecutive */
	size_t events;
	const char *cmd_id;                /* NULL: no kept reply */
	const char *cmd_digest; /* of method and params: a reuse for another command shows */
	const char *reply;                 /* the reply's result as JSON text */
	int64_t at_s;
	const struct store_token *token;   /* put (insert or replace), or NULL */
	const char *snapshot;              /* canonical state after the last event, or NULL */
	int64_t snapshot_seq;
	const struct store_outward *outward; /* about webhooks and deliveries, or NULL */
};

typedef void store_done_fn(void *arg); /* on the loop's thread, after the commit */

/*
 * Opens sqlite:///path (made if missing). virtual_clock: the store must have been made for a
 * virtual clock, and a store made for one is refused without. -EINVAL with a sentence in why that
 * says what to do: damaged (quick_check), newer schema, in use, wrong clock, bad URL.
 */
int store_open(const char *url, bool virtual_clock, struct store **ret, char *why, size_t why_size);
/* Commits what is queued, then closes. Callbacks that wait are not run. NULL is fine. */
void store_close(struct store *st);

/*
 * What a failed commit calls, on the writer's thread, with a sentence; it must not return. Without
 * it the process just ends.
 */
typedef void store_fatal_fn(const char *why);
void store_on_failure(struct store *st, store_fatal_fn *fn);

/* Queues a write; done runs later. -EBUSY: the queue is full (answer "overloaded"); -ENOMEM. */
int store_append(struct store *st, const struct store_write *w, store_done_fn *done, void *arg);
/* Becomes readable when callbacks wait; store_dispatch() runs them. */
int store_fd(const struct store *st);
void store_dispatch(struct store *st);
bool store_idle(const struct store *st); /* nothing queued, nothing to dispatch */
bool store_has_room(const struct store *st); /* store_append() would not say -EBUSY */
/* Microseconds for which the commit under way has been going on; 0: none. For the watchdog. */
int64_t store_busy_us(struct store *st);
/* The store's own secret: what token hashes are keyed with. */
void store_key(const struct store *st, unsigned char ret[STORE_KEY_SIZE]);

/*
 * Territories in the store, their newest snapshot with a seq below `below` (malloc'd; NULL: none),
 * and events after a seq. For the start; what is still queued is not seen. -EIO: damaged.
 */
typedef int store_territory_fn(void *arg, const char *territory);
int store_territories(struct store *st, store_territory_fn *each, void *arg);
int store_snapshot(struct store *st, const char *territory, int64_t below, char **ret_text,
    int64_t *ret_seq);
typedef int store_event_fn(void *arg, const struct event *ev); /* non-zero stops and is returned */
int store_read(struct store *st, const char *territory, int64_t after, store_event_fn *each,
    void *arg);

/* Time of the newest event of any territory, 0: none. -EIO. */
int store_newest(struct store *st, int64_t *ret_at_s);

/*
 * The kept reply of a command, also of one still in the queue: 1 and a malloc'd text, 0 none,
 * -EEXIST: used for another command, -EIO, -ENOMEM.
 */
int store_reply(struct store *st, const char *cmd_id, const char *cmd_digest, char **ret_reply);

typedef int store_token_fn(void *arg, const struct store_token *t);
int store_tokens(struct store *st, store_token_fn *each, void *arg);

struct store_figures {
	int32_t schema;
	int64_t commits, events, fsync_us_p50, fsync_us_p99;
};
void store_figures(struct store *st, struct store_figures *ret);

#endif
