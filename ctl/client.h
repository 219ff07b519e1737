/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client of the daemon's JSON-RPC wire, for evenkeelctl and evenkeel-sim.
 *
 * One TCP connection, one thread. Calls may be made one by one (client_call) or
 * pipelined (client_send, then client_wait or client_next_reply). Notifications
 * that arrive meanwhile wait in a bounded queue, each with the moment its
 * line was read. Times of waiting are milliseconds (_ms), stamps are
 * CLOCK_MONOTONIC microseconds (_us).
 */
#ifndef EVENKEEL_CTL_CLIENT_H
#define EVENKEEL_CTL_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CLIENT_PORT = 7411,         /* where the daemon listens unless told otherwise */
	CLIENT_REPLIES_MAX = 4096,  /* calls under way, and replies not yet taken */
	CLIENT_NOTES_MAX = 65536,   /* notifications not yet taken */
	CLIENT_OUT_MAX = 4 << 20,   /* bytes not yet sent */
	CLIENT_LINE_MAX = 16 << 20, /* longest line from the daemon, bytes */
	CLIENT_CMD_ID_SIZE = 37,    /* a UUID as text, with the NUL */
};

/* What the daemon, or the way to it, said. Held by the caller; end it with client_error_done(). */
struct client_error {
	int code;          /* of the wire, e.g. -32602; 0 when the connection failed */
	char message[256]; /* a sentence */
	json_t *data;      /* of the error, owned; NULL: none */
};

struct client_options {
	const char *host;    /* name or address; NULL: 127.0.0.1 */
	uint16_t port;       /* 0: CLIENT_PORT */
	const char *token;   /* a bearer token, never logged */
	const char *name;    /* of this client and its version, e.g. "evenkeel-sim 0.1.0" */
	int timeout_ms;      /* for connecting and the hello; 0: 10000 */
	int64_t resume_from; /* replay notifications after this sequence; below 0: do not */
};

/* A reply to client_send(); the taker owns result and error. */
struct client_reply {
	int64_t id;
	json_t *result;            /* NULL if it was refused */
	struct client_error error; /* code 0 if it was not */
	int64_t received_us;
};

/* A notification; the taker owns params (json_decref). */
struct client_note {
	char method[48];
	json_t *params;      /* an object, never NULL */
	int64_t received_us; /* when its line was read */
};

struct client; /* opaque */

/*
 * Connects and says session.hello. Borrows o's strings only for the call. 0; -EREMOTEIO:
 * the daemon refused (err->code is set); -ETIMEDOUT; or what connecting gave
 * (-ECONNREFUSED, -EHOSTUNREACH, ...; -ENOENT: no such host). err is always set on
 * failure; it may be NULL.
 */
int client_open(const struct client_options *o, struct client **ret, struct client_error *err);
void client_close(struct client *c); /* NULL is fine */

/* Result of session.hello, borrowed: role, limits, seq, now, resumed. */
const json_t *client_session(const struct client *c);

/*
 * Queues one request and sends what the socket takes; params are stolen (NULL: none).
 * Reads as well while it waits for room, so that pipelines cannot lock up. 0; -ENOBUFS:
 * CLIENT_REPLIES_MAX calls are under way; -ENOMEM; -ECONNRESET: the connection is gone.
 */
int client_send(struct client *c, const char *method, json_t *params, int64_t *ret_id);

/*
 * Waits for the reply to one request. 0 and *ret_result (owned by the caller); -EREMOTEIO:
 * refused, err says why; -ETIMEDOUT: not yet, ask again; -ENOENT: no such call is under
 * way; -ECONNRESET: the connection is gone, err says why. err may be NULL.
 */
int client_wait(struct client *c, int64_t id, int timeout_ms, json_t **ret_result,
    struct client_error *err);

/* client_send() and client_wait() in one. */
int client_call(struct client *c, const char *method, json_t *params, int timeout_ms,
    json_t **ret_result, struct client_error *err);

/*
 * Sends and reads until something can be taken, or the time is up (0: only what is there,
 * below 0: no limit). Says session.ping after 45 s without a word to the daemon. 1: a
 * reply or a notification waits; 0: nothing yet; -ECONNRESET; -EINTR: a signal came.
 */
int client_poll(struct client *c, int timeout_ms);

/* Takes the oldest reply that nobody waited for: 1, or 0 when there is none. */
int client_next_reply(struct client *c, struct client_reply *ret);
/* Takes the oldest notification: 1, or 0 when there is none. */
int client_next_note(struct client *c, struct client_note *ret);
/* Notifications lost because the queue was full (the oldest go first). */
uint64_t client_notes_dropped(const struct client *c);
/* Largest seq seen in a notification or in the hello: where to resume from. */
int64_t client_seq(const struct client *c);
/* Calls sent whose replies have not arrived. */
size_t client_under_way(const struct client *c);

/* To wait on from outside: readable, or writable while client_wants_write();
 * then client_poll(c, 0). */
int client_fd(const struct client *c);
bool client_wants_write(const struct client *c);

/* Why the connection is gone, in words; "" while it stands. */
const char *client_why(const struct client *c);

/*
 * A new command id, a UUID of version 7 (RFC 9562). From the clock and the
 * system's random bytes, unless client_seed() was called: then each seed gives one
 * fixed row of ids, for runs that must repeat.
 */
void client_cmd_id(struct client *c, char ret[CLIENT_CMD_ID_SIZE]);
void client_seed(struct client *c, uint64_t seed);

/* Frees data and clears; fine on a zeroed one. */
void client_error_done(struct client_error *e);

/* The first token (a word, its line end cut) of a file, malloc'd.
 * -ENOENT, -EACCES, -EINVAL (empty), ... */
int client_read_token(const char *path, char **ret);

#endif
