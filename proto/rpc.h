/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON-RPC 2.0: requests, notifications, batches, replies and errors.
 *
 * Codes are those of the OpenRPC document (components/errors); enum rpc_error
 * names them all, and a test holds the two against each other.
 */
#ifndef EVENKEEL_PROTO_RPC_H
#define EVENKEEL_PROTO_RPC_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum { RPC_BATCH_MAX = 100, RPC_DEPTH_MAX = 16, RPC_MEMBERS_MAX = 1000 };

enum rpc_error {
	RPC_PARSE = -32700,
	RPC_INVALID_REQUEST = -32600,
	RPC_METHOD_NOT_FOUND = -32601,
	RPC_INVALID_PARAMS = -32602,
	RPC_INTERNAL = -32603,
	RPC_UNAUTHORISED = -32001,
	RPC_FORBIDDEN = -32002,
	RPC_NOT_FOUND = -32003,
	RPC_PROTOCOL = -32004,
	RPC_RATE_LIMITED = -32005,
	RPC_OVERLOADED = -32006,
	RPC_READ_ONLY = -32007,
	RPC_SLOW_CONSUMER = -32008,
	RPC_TOO_LARGE = -32009,
	RPC_CONFLICT = -32010,
	RPC_WRONG_STATE = -32011,
	RPC_BAD_TIME = -32012,
	RPC_OUT_OF_AREA = -32013,
	RPC_EXISTS = -32014,
	RPC_NOT_QUALIFIED = -32015,
	RPC_NO_ROOM = -32016,
	RPC_COMMAND_REUSED = -32017,
	RPC_NO_DEADLINE = -32020,
	RPC_QUOTE_GONE = -32021,
	RPC_NEEDS_MANAGER = -32022,
};

/* One request of a line. */
struct rpc_request {
	json_t *id;         /* borrowed from the message; NULL for a notification */
	const char *method; /* borrowed */
	json_t *params;     /* borrowed; NULL if left out */
};

/* A parsed line: one request, or a batch of them. */
struct rpc_message {
	json_t *root; /* owned */
	bool batch;
	size_t count; /* requests in it, 1 unless a batch */
};

/*
 * Parses a line. 0, or the rpc_error to answer with id null, with a sentence in
 * why; on 0 the caller ends it with rpc_message_done().
 */
int rpc_parse(const char *line, size_t len, struct rpc_message *ret, char *why, size_t why_size);
void rpc_message_done(struct rpc_message *m);

/*
 * Request number i. 0, or RPC_INVALID_REQUEST with a sentence in why; ret->id is set
 * even then, if there was a valid one (else NULL and the answer's id is null).
 */
int rpc_request_at(const struct rpc_message *m, size_t i, struct rpc_request *ret, char *why,
    size_t why_size);

/* New references, NULL when out of memory. id is borrowed (NULL: null); result and
 * data are stolen. */
json_t *rpc_reply(const json_t *id, json_t *result);
json_t *rpc_error_reply(const json_t *id, int code, const char *message, json_t *data);
json_t *rpc_notification(const char *method, json_t *params);
json_t *rpc_call(json_int_t id, const char *method, json_t *params);

/* One line with its LF; malloc'd, caller frees. NULL when out of memory. */
char *rpc_line(const json_t *message, size_t *ret_len);

#endif
