/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Webhooks: each message goes to each that wants it, at least once, in order per call, signed.
 *
 * What is to be sent stands in the store (store_message.h) since the commit of what it tells of;
 * here it is looked up when it is due, signed, handed to the sender's process (webhook_sender.h),
 * and what came of it is written down. Only then it is settled: after a crash it is sent again,
 * with the same id. The secrets do not leave this process.
 *
 * Due times follow the daemon's clock, a virtual one too; the timestamp that is signed is the
 * machine's, since receivers hold it against theirs.
 */
#ifndef EVENKEEL_DAEMON_WEBHOOK_H
#define EVENKEEL_DAEMON_WEBHOOK_H

#include <stddef.h>
#include <stdint.h>

#include "daemon/store_message.h"

enum {
	WEBHOOK_TRIES_MAX = 10,
	WEBHOOK_AT_ONCE = 4,      /* posts to one webhook */
	WEBHOOK_ROTATE_S = 86400, /* the old secret signs so long beside the new one */
	WEBHOOK_SLOW_S = 10,      /* after 429, 502 and 504 that do not say */
	WEBHOOK_RETRY_AFTER_MAX_S = 86400,
	WEBHOOK_BODY_MAX = 20000, /* bytes; what would be longer is sent without its text */
};

struct shop;
struct webhooks; /* opaque */

/*
 * Reads the webhooks from the store. sender_path and inner (networks that may be posted to although
 * they are inner) are borrowed. -EIO, -ENOMEM.
 */
int webhooks_new(struct shop *shop, const char *sender_path, const char *inner,
    struct webhooks **ret);
void webhooks_free(struct webhooks *w); /* NULL is fine */

/* Something may be due: after a commit with messages, and after any change below. */
void webhooks_kick(struct webhooks *w);
/* The same, once what is queued at the store now is on disk. */
void webhooks_kick_later(struct webhooks *w);
/* A turn of the loop is over: a virtual clock may have moved. */
void webhooks_turn(struct webhooks *w);

/* The webhooks, in order of id. */
size_t webhooks_count(const struct webhooks *w);
const struct store_webhook *webhooks_at(const struct webhooks *w, size_t i);
const struct store_webhook *webhooks_find(const struct webhooks *w, const char *id); /* or NULL */
/* Inserts or replaces; the caller writes it to the store. -ENOSPC: STORE_WEBHOOKS_MAX are there. */
int webhooks_put(struct webhooks *w, const struct store_webhook *hook);
void webhooks_remove(struct webhooks *w, const char *id);

/*
 * Whether a url may be that of a webhook, as far as can be seen without asking for its name.
 * -EINVAL with what was expected in why.
 */
int webhooks_check_url(const struct webhooks *w, const char *url, char *why, size_t why_size);

struct webhook_figures {
	int64_t waiting, dead, restarts;
};
/* -EIO. */
int webhooks_figures(const struct webhooks *w, struct webhook_figures *ret);

#endif
