/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quotes that may still be booked: in memory only. After a restart a quote is unknown, and one asks
 * again. Of more than QUOTES_MAX the oldest goes.
 */
#ifndef EVENKEEL_DAEMON_QUOTES_H
#define EVENKEEL_DAEMON_QUOTES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "daemon/quote.h"
#include "daemon/state.h"

enum { QUOTES_MAX = 2000, QUOTES_ID_SIZE = 32 };

/* One option, as it was offered. */
struct quoted {
	char id[QUOTES_ID_SIZE];
	char territory[STATE_ID_SIZE];
	json_t *wanted; /* terms as they were asked for; owned, as all below */
	json_t *terms;  /* to be booked, see quote.h */
	json_t *rests;
	json_t *breaks; /* as it was shown */
	struct quote_of of; /* the call that it is about, if it is booked already */
	int64_t version;    /* of that call */
	int64_t from, to, cost_cents, after_cents;
	char technician[STATE_ID_SIZE];
	int32_t pct, brokens;
	bool needs_manager, another_day;
	int64_t expires, guidelines_version;
	char call[STATE_ID_SIZE]; /* what it was booked as, "" not yet */
};

struct quotes; /* opaque */

/* boot: of this run of the daemon, so that an id of an earlier one means nothing. */
struct quotes *quotes_new(const char *boot);
void quotes_free(struct quotes *q); /* NULL is fine */

/*
 * Keeps the options of a quote and sets "quote" in what is shown of each. s: the state that they are
 * for. -ENOMEM.
 */
int quotes_keep(struct quotes *q, const struct state *s, int64_t now,
    const struct quote_need *need, struct quote_result *result);

/* By id; NULL: unknown, or forgotten. Borrowed until the next quotes_keep(). */
struct quoted *quotes_find(struct quotes *q, const char *id);

#endif
