/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The storage door's part for messages to customers: webhooks, and what became of each message at
 * each.
 *
 * A message.written event makes a delivery for every webhook that wants its kind, in the event's own
 * transaction; not for one that a person switched off, but for one that we did (why): its deliveries
 * wait until it is on again. Of the deliveries of one call to one webhook only the oldest that still
 * waits is ever due: the others are held back until it was taken or given up, so that what a
 * customer reads comes in order. Deliveries that ended are kept STORE_KEEP_DELIVERIES_S.
 */
#ifndef EVENKEEL_DAEMON_STORE_MESSAGE_H
#define EVENKEEL_DAEMON_STORE_MESSAGE_H

#include "daemon/store.h"

enum {
	STORE_WEBHOOKS_MAX = 16,
	STORE_SECRET_BYTES = 32,
	STORE_KEEP_DELIVERIES_S = 30 * 86400,
};

/* Due at no time: held back behind an older one of its call. */
#define STORE_HELD_BACK INT64_MAX

struct store_webhook {
	char id[65], url[501];
	char kinds[512]; /* " booked moved ": with a blank around each; "" all */
	unsigned char secret[STORE_SECRET_BYTES], old_secret[STORE_SECRET_BYTES];
	int64_t old_until; /* the old secret signs too until then, 0: there is none */
	bool disabled;
	char why[201]; /* why it was disabled by us, "" */
};

enum store_delivery_status { DELIVERY_WAITING, DELIVERY_DELIVERED, DELIVERY_DEAD };

struct store_delivery {
	char webhook[65], territory[65];
	int64_t seq; /* of the message */
	enum store_delivery_status status;
	int32_t tries;
	int64_t next_s;  /* waiting: next try, or STORE_HELD_BACK; else when it ended */
	char error[201]; /* of the last try, "" */
};

/* What store_write.outward does, with the members that it looks at. */
struct store_outward {
	enum store_outward_what {
		OUTWARD_PUT,    /* webhook: insert or replace */
		OUTWARD_REMOVE, /* webhook.id, and all its deliveries */
		OUTWARD_RESULT, /* delivery: what came of a try */
		/*
		 * Begins deliveries anew at delivery.next_s: of the message delivery.seq (0: of all
		 * that were not taken) to delivery.webhook ("": all that are on).
		 */
		OUTWARD_REPLAY,
	} what;
	struct store_webhook webhook;
	struct store_delivery delivery;
};

/* Reading, on the loop's thread: what is on disk. Non-zero from a callback stops and is returned.
 */
typedef int store_webhook_fn(void *arg, const struct store_webhook *w);
int store_webhooks(struct store *st, store_webhook_fn *each, void *arg);

/* Deliveries of a webhook (NULL: of all) by status. -EIO. */
int store_webhook_count(struct store *st, const char *webhook, enum store_delivery_status status,
    int64_t *ret);

/* Due deliveries of a webhook, the longest due first; ev is the message. -EIO, -ENOMEM. */
typedef int store_due_fn(void *arg, const struct store_delivery *d, const struct event *ev);
int store_due(struct store *st, const char *webhook, int64_t now_s, store_due_fn *each, void *arg);
/* When the next delivery of a webhook is due after after_s, INT64_MAX: none. -EIO. */
int store_next_due(struct store *st, const char *webhook, int64_t after_s, int64_t *ret_s);

/* Messages of a territory, newest first. */
struct store_message_query {
	const char *territory, *call; /* call NULL: of all */
	int64_t before;               /* only with a lower seq */
	bool undelivered;             /* only what some webhook has not taken */
};
int store_messages(struct store *st, const struct store_message_query *q, store_event_fn *each,
    void *arg);
/* The deliveries of a message, in order of webhook. */
typedef int store_delivery_fn(void *arg, const struct store_delivery *d);
int store_deliveries(struct store *st, const char *territory, int64_t seq, store_delivery_fn *each,
    void *arg);
/* The sequence of a message by its id, 0: there is none. -EIO. */
int store_message_seq(struct store *st, const char *territory, const char *id, int64_t *ret_seq);
/* How many deliveries an OUTWARD_REPLAY would begin anew. -EIO. */
int store_replay_count(struct store *st, const struct store_delivery *what, int64_t *ret);

#endif
