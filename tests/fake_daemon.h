/* SPDX-License-Identifier: Apache-2.0 */
/* A daemon that follows a script on a port of its own, to try clients against. */
#ifndef EVENKEEL_TESTS_FAKE_DAEMON_H
#define EVENKEEL_TESTS_FAKE_DAEMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One request that is expected, and what is sent for it. Neither: a pause without reading. */
struct fake_step {
	const char *method;  /* that must come; NULL: none, only send */
	const char *params;  /* text that its params must contain, compact; NULL: any */
	const char *lines; /* sent: $id is the request's id, $prev the one before; NULL: nothing */
	bool close;          /* then close the connection; the next step waits for another */
};

struct fake_daemon; /* opaque */

#define FAKE_NOW "2026-03-12T09:00:00+01:00"
/* The answer to session.hello; the clock says FAKE_NOW. */
#define FAKE_HELLO \
	"{\"jsonrpc\":\"2.0\",\"id\":$id,\"result\":{\"protocol\":1,\"server\":\"fake 1\"," \
	"\"boot\":\"b1\",\"role\":\"admin\",\"limits\":{\"line_bytes\":65536,\"batch\":100}," \
	"\"heartbeat_s\":60,\"seq\":40,\"now\":\"" FAKE_NOW "\"," \
	"\"zone\":\"Europe/Berlin\"}}\n"
#define FAKE_HELLO_STEP { "session.hello", NULL, FAKE_HELLO, false }
#define FAKE_RESULT(json) "{\"jsonrpc\":\"2.0\",\"id\":$id,\"result\":" json "}\n"
#define FAKE_ERROR(json) "{\"jsonrpc\":\"2.0\",\"id\":$id,\"error\":" json "}\n"
#define FAKE_NOTE(name, json) "{\"jsonrpc\":\"2.0\",\"method\":\"" name "\",\"params\":" json "}\n"

/* Listens on 127.0.0.1. Borrows the steps until fake_stop(). NULL when that fails. */
struct fake_daemon *fake_start(const struct fake_step *steps, size_t count);
uint16_t fake_port(const struct fake_daemon *f);

/* Waits for the end of the script; 0 if all went by it, else -1 and a sentence in why. */
int fake_stop(struct fake_daemon *f, char *why, size_t why_size);

#endif
