/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop: bytes, timers, signals. Hides libevent; knows nobody and calls back.
 */
#ifndef EVENKEEL_DAEMON_NET_H
#define EVENKEEL_DAEMON_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NET_FLUSH_MS = 3000, NET_USER_TIMEOUT_MS = 30000, NET_SIGNALS_MAX = 8 };

struct net;
struct net_stream;   /* a connected client */
struct net_timer;
struct net_watch;    /* a file descriptor watched for reading (and writing) */

struct net *net_new(void);
void net_free(struct net *n);
int net_run(struct net *n);   /* until net_stop(); 0 or -errno */
void net_stop(struct net *n);

typedef void net_fn(void *arg);

/* Runs fn at the end of each turn of the loop, before it sleeps. One only. */
void net_on_turn(struct net *n, net_fn *fn, void *arg);

/* Runs fn after ms milliseconds, once; net_timer_set() again to re-arm. NULL when out of memory. */
struct net_timer *net_timer_new(struct net *n, net_fn *fn, void *arg);
void net_timer_set(struct net_timer *t, int64_t ms); /* from now; a pending one is moved */
void net_timer_stop(struct net_timer *t);
void net_timer_free(struct net_timer *t); /* NULL is fine */

/* Runs fn each time fd is readable (or, with want_write on, writable). The fd stays the caller's.
 */
typedef void net_watch_fn(void *arg, bool readable, bool writable);
struct net_watch *net_watch_new(struct net *n, int fd, net_watch_fn *fn, void *arg);
void net_watch_write(struct net_watch *w, bool want_write);
void net_watch_free(struct net_watch *w); /* NULL is fine */

/* Runs fn on each signal signo, of at most NET_SIGNALS_MAX. -ENOSPC, -ENOMEM. */
int net_signal(struct net *n, int signo, net_fn *fn, void *arg);

/* Streams: bytes in by callback, bytes out buffered. */
struct net_stream_calls {
	void (*bytes)(void *arg, const void *data, size_t len);
	void (*closed)(void *arg,
	    const char *why); /* the last callback; the stream is gone after it */
};
typedef void net_accept_fn(void *arg, struct net_stream *s, const char *peer);
/* Listens; port 0: the kernel chooses, *ret_port says. -errno with a sentence in why. */
int net_listen(struct net *n, const char *host, uint16_t port, net_accept_fn *fn, void *arg,
    uint16_t *ret_port, char *why, size_t why_size);
void net_stream_open(struct net_stream *s, const struct net_stream_calls *calls, void *arg);
int net_stream_write(struct net_stream *s, const void *data, size_t len); /* -ENOMEM */
size_t net_stream_queued(const struct net_stream *s); /* bytes not yet written */
void net_stream_pause(struct net_stream *s, bool pause); /* stop or go on reading */
/*
 * Ends the stream: no callback comes any more. flush: what is queued still goes out, as long as
 * the peer reads, at most NET_FLUSH_MS.
 */
void net_stream_close(struct net_stream *s, bool flush);

#endif
