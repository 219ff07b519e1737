/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shop: everything one daemon holds, and the one door through which state changes.
 *
 * shop_append() gives events their sequence, applies them, queues them at the
 * store with the kept reply, and, once they are committed, hands them to the feed and calls
 * back. So a handler sees the state of all that was decided, and nobody outside
 * hears of what is not on disk yet.
 */
#ifndef EVENKEEL_DAEMON_SHOP_H
#define EVENKEEL_DAEMON_SHOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/clock.h"
#include "daemon/event.h"
#include "daemon/state.h"
#include "daemon/store.h"
#include "proto/openrpc.h"

struct feed;
struct net;
struct planner;
struct positions; /* last known positions, in memory only: daemon/positions.h */
struct tokens;
struct quotes;   /* that may still be booked, in memory only: daemon/quotes.h */
struct sessions; /* who is logged in: daemon/session.h */
struct advance;  /* moves a virtual clock: daemon/advance.h */
struct templates; /* texts of messages: daemon/template.h */
struct webhooks; /* what is sent to webhooks: daemon/webhook.h */

enum { SHOP_TERRITORIES_MAX = 64 };

struct territory {
	struct shop *shop;
	struct state *state;
	int64_t snapshot_seq; /* newest snapshot in the store */
};

struct shop {
	struct clock clock;
	struct net *net;
	struct openrpc *openrpc;
	struct store *store;
	struct feed *feed;
	struct planner *planner;
	struct tokens *tokens;
	struct positions *positions;
	struct quotes *quotes; /* made when they are first asked for */
	struct sessions *sessions;
	struct advance *advance;
	struct templates *templates; /* NULL: no messages are written */
	struct webhooks *webhooks;
	struct territory *territory[SHOP_TERRITORIES_MAX];
	size_t territories;
	char boot[40];
	int64_t started_us; /* clock_mono_us() at the start */
	int64_t snapshot_events;
	const char *store_url; /* without secrets */
};

/* A shop with nothing in it but clock and boot; the caller sets what it uses. */
void shop_init(struct shop *shop);
void shop_done(struct shop *shop); /* frees the territories */

/* By id; NULL id: the only one. NULL: no such territory, or several and none named. */
struct territory *shop_territory(struct shop *shop, const char *id);

/* What a command leaves behind beside its events. */
struct command {
	const char *cmd_id; /* NULL: not a client's command */
	const char *digest;
	json_t *result;     /* borrowed; "seq" is set by shop_append if there are events */
};

typedef void shop_done_fn(void *arg);

/*
 * Decides events (stolen, also on failure): all or none; what follows from them (follow.h) comes behind
 * them in the same commit, and the result names the last of the events themselves. done (may be NULL)
 * runs after the commit.
 * -EBUSY: the store's queue is full; -EPERM, -ENOENT, -EBADMSG: state_apply refused the first,
 * nothing was changed, why says it; -ENOMEM. The planner hears of each event but messages.
 * The caller has checked what it decides, so that state_apply refuses none after the first: if it
 * does, the process ends, and the next start goes on from the journal.
 */
int shop_append(struct shop *shop, struct territory *t, struct event **event, size_t events,
    const struct command *cmd, shop_done_fn *done, void *arg, char *why, size_t why_size);

/*
 * Loads every territory from the store; makes `territory` with zone if the store has none. why says
 * what to do. Notifications of the newest events go into the feed, if there is one.
 */
int shop_recover(struct shop *shop, const char *territory, const char *zone, char *why,
    size_t why_size);
/* Queues a snapshot of each territory whose journal has grown by `events` since the last. */
void shop_snapshot(struct shop *shop, int64_t events);

#endif
