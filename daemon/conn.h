/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clients: their lines in, their answers and notifications out, and every limit of reliability.md
 * on the way. What a limit does is said to the client before it is cut.
 */
#ifndef EVENKEEL_DAEMON_CONN_H
#define EVENKEEL_DAEMON_CONN_H

#include "daemon/config.h"
#include "daemon/net.h"
#include "daemon/shop.h"

enum {
	CONN_UNDER_WAY_MAX =
	    256, /* lines not answered yet: no more are read until there are fewer */
	CONN_LINES_BEFORE_LOGIN = 5,
	CONN_SOFT_S = 10,                  /* behind for so long: cut */
	CONN_OUT_BEFORE_LOGIN = 256 << 10, /* the answer to rpc.discover fits */
};

struct conns; /* opaque */

/* Borrows shop and configuration. NULL when out of memory. */
struct conns *conns_new(struct shop *shop, const struct config *cfg);
void conns_free(struct conns *all); /* closes every client; NULL is fine */

/* A net_accept_fn; arg is the struct conns. */
void conns_accept(void *arg, struct net_stream *stream, const char *peer);
/* No new clients, and no more lines of the old ones: the daemon ends. */
void conns_stop_reading(struct conns *all);

#endif
