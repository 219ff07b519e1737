/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request from its line to its answer: every check that is not its handler's own, the kept
 * reply of a repeated command, and the wait for the commit.
 *
 * An answer that may rest on what is not on disk yet waits until it is, whether it is a
 * success, a refusal or only a look: nobody outside hears of what a crash could undo.
 */
#ifndef EVENKEEL_DAEMON_REQUEST_H
#define EVENKEEL_DAEMON_REQUEST_H

#include "daemon/method.h"
#include "daemon/session.h"
#include "daemon/store.h"

/* Gets the answer, once; reply is stolen, NULL for a notification. */
typedef void request_answer_fn(void *arg, json_t *reply);

/* Runs one request of a session. answer may come before this returns, or much later. */
void request_run(struct session *s, const struct rpc_request *rpc, request_answer_fn *answer,
    void *arg);
/* The session ends: its requests go on, and are answered to nobody. */
void requests_abandon(struct session *s);

/* For the handlers that need more than method.h offers. */
struct session *request_session(struct request *r); /* NULL when its client went away */
const struct openrpc *request_openrpc(const struct request *r);
/*
 * Answers with result after something that is no event is written; kept is the reply for repeats. Both
 * are stolen. The command's own part of the write is filled in here.
 */
void request_commit_write(struct request *r, const struct store_write *what, json_t *result,
    json_t *kept);
/* The same for a token. */
void request_commit_token(struct request *r, const struct store_token *token, json_t *result,
    json_t *kept);
/* A kept reply that says: the answer held a secret, and only the id of its object is kept. */
json_t *request_secret_reply(const char *id);

/* An error reply with a trace id in its data, for lines that never became a request. */
json_t *request_error(struct shop *shop, const json_t *id, enum rpc_error code, json_t *data,
    const char *message);

#endif
