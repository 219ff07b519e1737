/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request that is answered with a quote: at once, or as soon as the solver has said what it would
 * do, at most QUOTE_RUN_MS later. Without a solver the quote rests on places in the routes alone.
 */
#ifndef EVENKEEL_DAEMON_QUOTE_RUN_H
#define EVENKEEL_DAEMON_QUOTE_RUN_H

#include "daemon/method.h"
#include "daemon/quote.h"
#include "daemon/quotes.h"
#include "daemon/wanted.h"

enum { QUOTE_RUN_MS = 45, QUOTE_RUN_TEXT_SIZE = 300 };

/* What is refused, when the options come with a refusal. */
struct quote_refusal {
	enum rpc_error code;
	char message[QUOTE_RUN_TEXT_SIZE];
	char reason[QUOTE_RUN_TEXT_SIZE]; /* data.reason, "" none */
};

/*
 * Answers r with the options for a need in t: as call.quote's result, or, with a refusal, as its
 * data.options. need's terms are borrowed for the call only.
 */
void quote_run(struct request *r, struct territory *t, const struct quote_need *need,
    const struct quote_refusal *refusal);

/*
 * The options for a need on a state s that is about to be, at once and without the solver; before:
 * the one whose plan they are compared with. An array, each option kept to be booked; NULL: they could
 * not be worked out.
 */
json_t *quote_run_options(struct shop *shop, const struct state *before, const struct state *s,
    const struct quote_need *need);

/*
 * Refuses what has no good time, with options where that helps: a deadline that is none or past.
 * of: the call that it is about, NULL a new one. why: wanted_times()'s
 * sentence.
 */
void wanted_refuse(struct request *r, struct territory *t, const struct wanted *w,
    enum wanted_times times, const struct quote_of *of, const char *why);

/* The open quotes of a shop, made when they are first asked for; NULL when out of memory. */
struct quotes *quote_run_quotes(struct shop *shop);

#endif
