/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests: the table of handlers, and the words they answer with.
 *
 * Before a handler runs, the request was checked: the method exists, the session said hello, the
 * role may call it, the parameters fit the OpenRPC document, a technician asks about his own day,
 * the rate is kept, and a repeated cmd_id was answered from the store. A handler decodes, asks the
 * state, decides events, and answers. It never waits.
 */
#ifndef EVENKEEL_DAEMON_METHOD_H
#define EVENKEEL_DAEMON_METHOD_H

#include <jansson.h>

#include "daemon/shop.h"
#include "proto/openrpc.h"
#include "proto/params.h"
#include "proto/rpc.h"

/* Who asks. */
struct principal {
	enum role role;
	char technician[STATE_ID_SIZE]; /* "" unless the role is technician */
	char token_id[40];
};

struct request; /* one call in progress: opaque; answered exactly once by one of the functions below
		 */

struct shop *request_shop(const struct request *r);
const struct principal *request_principal(const struct request *r);
struct params *request_params(struct request *r);
/* The territory named by the member "territory", or the only one; NULL after answering "not found".
 */
struct territory *request_territory(struct request *r);

/* Each answers and ends the request. result is stolen. */
void request_reply(struct request *r, json_t *result);
/* data is stolen, may be NULL. fmt makes the message: what is wrong and how to mend it. */
void request_refuse(struct request *r, enum rpc_error code, json_t *data, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Answers INVALID_PARAMS with the sticky refusal of the request's params. */
void request_refuse_params(struct request *r);
/*
 * Decides events (stolen) and answers with result (stolen; "seq" is added) after the commit;
 * on failure answers with the matching error.
 */
void request_commit(struct request *r, struct territory *t, struct event **event, size_t events,
    json_t *result);
/* One event, the usual case. ev may be NULL: out of memory. */
void request_commit_one(struct request *r, struct territory *t, struct event *ev, json_t *result);

typedef void method_fn(struct request *r);

struct method {
	const char *name;
	method_fn *run;
};

/* Tables by subject, each ends with a NULL name; method.c joins them. */
extern const struct method
    methods_session[]; /* method_session.c: session, feed, discover, status, clock */
extern const struct method methods_token[];   /* method_token.c */
extern const struct method methods_shop[];    /* method_shop.c: guidelines */
extern const struct method methods_call[];    /* method_call.c: amending, cancelling, looking */
extern const struct method methods_book[];    /* method_book.c: booking */
extern const struct method
    methods_tech[]; /* method_tech.c: technicians, shifts, positions, absence */
extern const struct method methods_stop[];    /* method_stop.c: stops and breaks, day.get */
extern const struct method methods_plan[];    /* method_plan.c: plan, pins, overrides */
extern const struct method methods_quote[];   /* method_quote.c: quotes, orders */
extern const struct method methods_price[];   /* method_price.c: price of calm, history */
extern const struct method methods_promise[]; /* method_promise.c: promises, answers */
extern const struct method methods_after[];   /* method_after.c: carry-over */
extern const struct method methods_goodwill[]; /* method_goodwill.c: goodwill */
extern const struct method methods_learn[];   /* method_learn.c: what was learned, kinds changed */
extern const struct method methods_message[]; /* method_message.c: messages, webhooks */

/* The handler, or NULL. Every method of the OpenRPC document has one and no other exists (tested).
 */
const struct method *method_find(const char *name);

#endif
