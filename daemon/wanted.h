/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody wants of a call, from a request's parameters: read, and judged against the clock
 * and the territory. Shared by quoting, booking and changing.
 */
#ifndef EVENKEEL_DAEMON_WANTED_H
#define EVENKEEL_DAEMON_WANTED_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "daemon/method.h"
#include "daemon/quote.h"
#include "proto/params.h"

/* Read, not yet judged. */
struct wanted {
	json_t *terms;          /* owned */
	int64_t due;            /* 0 none */
	bool appointment, asap; /* asap: a deadline that is none */
	int64_t from, to;
};

/*
 * Reads it from params, or refuses through them; false also when out of memory. The caller frees
 * terms.
 */
bool wanted_read(struct params *p, struct wanted *w);
/* The same from the request's own, answering it when it returns false: then terms are freed. */
bool wanted_of(struct request *r, struct wanted *w);

/* Members that a booked call always has, and when it was opened. */
void wanted_fill(struct wanted *w, int64_t now);

/* What its times are. */
enum wanted_times { WANTED_DATED, WANTED_UNDATED, WANTED_PAST, WANTED_ODD };
/* why (of why_size): what is wrong with them, and the mend; "" when they are good. */
enum wanted_times wanted_times(const struct state *s, int64_t now, const struct wanted *w,
    char *why, size_t why_size);

/* Site and names against the territory; was: the terms that they change, or NULL. False after
 * answering. */
bool wanted_check(struct request *r, const struct state *s, const json_t *was,
    const struct wanted *w);

/* Who it is for, and where: only what is known already needs neither. False after answering. */
bool wanted_whole(struct request *r, const char *expected);

/* For quote_make(). What is past or no deadline is left out. Borrows the terms. */
struct quote_need wanted_need(const struct wanted *w, enum wanted_times times);

#endif
