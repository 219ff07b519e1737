/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ_MAX = 65536, BACKLOG = 512, ACCEPT_AGAIN_MS = 100 };

struct listener {
	struct net *net;
	struct evconnlistener *ev;
	net_accept_fn *fn;
	void *arg;
	struct net_timer *again; /* accepts again after descriptors ran out */
};

struct net {
	struct event_base *base;
	bool stopped;
	net_fn *turn;
	void *turn_arg;
	struct event *signal[NET_SIGNALS_MAX];
	struct net_handler {
		net_fn *fn;
		void *arg;
	} handler[NET_SIGNALS_MAX];
	size_t signals;
	struct listener *listener; /* one is enough until TLS has its own port */
	struct net_stream *streams;
};

struct net_timer {
	struct event *ev;
	net_fn *fn;
	void *arg;
};

struct net_watch {
	struct net *net;
	struct event *ev;
	int fd;
	net_watch_fn *fn;
	void *arg;
};

struct net_stream {
	struct net *net;
	struct bufferevent *bev;
	struct net_stream_calls calls;
	void *arg;
	struct net_timer *flush; /* set while closing */
	struct net_stream *next, **link;
};

/* --- the loop --- */

struct net *
net_new(void)
{
	struct net *n = calloc(1, sizeof(*n));

	if (n == NULL)
		return NULL;
	n->base = event_base_new();
	if (n->base == NULL) {
		free(n);
		return NULL;
	}
	return n;
}

static void
stream_free(struct net_stream *s)
{
	*s->link = s->next;
	if (s->next != NULL)
		s->next->link = s->link;
	net_timer_free(s->flush);
	bufferevent_free(s->bev);
	free(s);
}

void
net_free(struct net *n)
{
	if (n == NULL)
		return;
	while (n->streams != NULL)
		stream_free(n->streams);
	if (n->listener != NULL) {
		evconnlistener_free(n->listener->ev);
		net_timer_free(n->listener->again);
		free(n->listener);
	}
	for (size_t i = 0; i < n->signals; i++)
		event_free(n->signal[i]);
	event_base_free(n->base);
	free(n);
}

int
net_run(struct net *n)
{
	while (!n->stopped) {
		if (event_base_loop(n->base, EVLOOP_ONCE) < 0)
			return -EIO;
		if (n->turn != NULL)
			n->turn(n->turn_arg);
	}
	return 0;
}

void
net_stop(struct net *n)
{
	n->stopped = true;
	event_base_loopbreak(n->base);
}

void
net_on_turn(struct net *n, net_fn *fn, void *arg)
{
	n->turn = fn;
	n->turn_arg = arg;
}

/* --- timers, watched descriptors, signals --- */

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct net_timer *t = arg;

	(void)fd;
	(void)what;
	t->fn(t->arg);
}

struct net_timer *
net_timer_new(struct net *n, net_fn *fn, void *arg)
{
	struct net_timer *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->fn = fn;
	t->arg = arg;
	t->ev = evtimer_new(n->base, on_timer, t);
	if (t->ev == NULL) {
		free(t);
		return NULL;
	}
	return t;
}

void
net_timer_set(struct net_timer *t, int64_t ms)
{
	struct timeval tv = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	evtimer_add(t->ev, &tv);
}

void
net_timer_stop(struct net_timer *t)
{
	evtimer_del(t->ev);
}

void
net_timer_free(struct net_timer *t)
{
	if (t == NULL)
		return;
	event_free(t->ev);
	free(t);
}

static void
on_watch(evutil_socket_t fd, short what, void *arg)
{
	struct net_watch *w = arg;

	(void)fd;
	w->fn(w->arg, (what & EV_READ) != 0, (what & EV_WRITE) != 0);
}

struct net_watch *
net_watch_new(struct net *n, int fd, net_watch_fn *fn, void *arg)
{
	struct net_watch *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->net = n;
	w->fd = fd;
	w->fn = fn;
	w->arg = arg;
	w->ev = event_new(n->base, fd, EV_READ | EV_PERSIST, on_watch, w);
	if (w->ev == NULL || event_add(w->ev, NULL) < 0) {
		net_watch_free(w);
		return NULL;
	}
	return w;
}

void
net_watch_write(struct net_watch *w, bool want_write)
{
	short what = (short)(EV_READ | EV_PERSIST | (want_write ? EV_WRITE : 0));

	event_del(w->ev);
	event_assign(w->ev, w->net->base, w->fd, what, on_watch, w);
	event_add(w->ev, NULL);
}

void
net_watch_free(struct net_watch *w)
{
	if (w == NULL)
		return;
	if (w->ev != NULL)
		event_free(w->ev);
	free(w);
}

static void
on_signal(evutil_socket_t fd, short what, void *arg)
{
	struct net_handler *h = arg;

	(void)fd;
	(void)what;
	h->fn(h->arg);
}

int
net_signal(struct net *n, int signo, net_fn *fn, void *arg)
{
	struct event *ev;

	if (n->signals == NET_SIGNALS_MAX)
		return -ENOSPC;
	n->handler[n->signals] = (struct net_handler){ fn, arg };
	ev = evsignal_new(n->base, signo, on_signal, &n->handler[n->signals]);
	if (ev == NULL)
		return -ENOMEM;
	if (evsignal_add(ev, NULL) < 0) {
		event_free(ev);
		return -ENOMEM;
	}
	n->signal[n->signals++] = ev;
	return 0;
}

/* --- streams --- */

/* A peer that vanished is found after 30 s, and small replies leave at once. */
static void
tune(evutil_socket_t fd)
{
	int one = 1;
	unsigned timeout_ms = NET_USER_TIMEOUT_MS;

	/* Best effort: a stream works without either, only less well. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, sizeof(timeout_ms));
}

static void
on_accept(struct evconnlistener *ev, evutil_socket_t fd, struct sockaddr *sa, int len, void *arg)
{
	struct listener *l = arg;
	struct net_stream *s = calloc(1, sizeof(*s));
	char host[NI_MAXHOST] = "?";

	(void)ev;
	if (s != NULL)
		s->bev = bufferevent_socket_new(l->net->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (s == NULL || s->bev == NULL) {
		free(s);
		evutil_closesocket(fd);
		return;
	}
	tune(fd);
	getnameinfo(sa, (socklen_t)len, host, sizeof(host), NULL, 0, NI_NUMERICHOST);
	bufferevent_set_max_single_read(s->bev, READ_MAX);
	s->net = l->net;
	s->next = l->net->streams;
	s->link = &l->net->streams;
	if (s->next != NULL)
		s->next->link = &s->next;
	l->net->streams = s;
	l->fn(l->arg, s, host);
}

static void
accept_again(void *arg)
{
	struct listener *l = arg;

	evconnlistener_enable(l->ev);
}

/* Out of descriptors or memory: the kernel keeps the clients waiting for a moment. */
static void
on_accept_error(struct evconnlistener *ev, void *arg)
{
	struct listener *l = arg;

	evconnlistener_disable(ev);
	net_timer_set(l->again, ACCEPT_AGAIN_MS);
}

static uint16_t
port_of(struct evconnlistener *ev)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	if (getsockname(evconnlistener_get_fd(ev), (struct sockaddr *)&ss, &len) < 0)
		return 0;
	if (ss.ss_family == AF_INET6)
		return ntohs(((struct sockaddr_in6 *)(void *)&ss)->sin6_port);
	return ntohs(((struct sockaddr_in *)(void *)&ss)->sin_port);
}

/* Turns a host that is a numeric address into one to bind to. */
static int
resolve(const char *host, uint16_t port, struct addrinfo **ret)
{
	struct addrinfo hints = { .ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM };
	char service[8];

	snprintf(service, sizeof(service), "%u", port);
	return getaddrinfo(host, service, &hints, ret) == 0 ? 0 : -EINVAL;
}

int
net_listen(struct net *n, const char *host, uint16_t port, net_accept_fn *fn, void *arg,
    uint16_t *ret_port, char *why, size_t why_size)
{
	unsigned flags = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE;
	struct addrinfo *ai = NULL;
	struct listener *l = calloc(1, sizeof(*l));
	int rc = -ENOMEM;

	if (l == NULL || n->listener != NULL)
		goto fail;
	*l = (struct listener){ .net = n, .fn = fn, .arg = arg };
	rc = resolve(host, port, &ai);
	if (rc < 0)
		goto fail;
	errno = 0;
	l->again = net_timer_new(n, accept_again, l);
	l->ev = evconnlistener_new_bind(n->base, on_accept, l, flags, BACKLOG, ai->ai_addr,
	    (int)ai->ai_addrlen);
	rc = errno != 0 ? -errno : -ENOMEM;
	if (l->ev == NULL || l->again == NULL)
		goto fail;
	evconnlistener_set_error_cb(l->ev, on_accept_error);
	freeaddrinfo(ai);
	n->listener = l;
	*ret_port = port_of(l->ev);
	return 0;
fail:
	snprintf(why, why_size, "cannot listen on %s port %u: %s", host, port,
	    rc == -EINVAL ? "not a numeric address" : strerror(-rc));
	if (ai != NULL)
		freeaddrinfo(ai);
	if (l != NULL) {
		net_timer_free(l->again);
		if (l->ev != NULL)
			evconnlistener_free(l->ev);
		free(l);
	}
	return rc;
}

static void
on_read(struct bufferevent *bev, void *arg)
{
	struct net_stream *s = arg;
	struct evbuffer *in = bufferevent_get_input(bev);
	static char bytes[READ_MAX]; /* one loop, one thread; the stream may end in the callback */
	int len = evbuffer_remove(in, bytes, sizeof(bytes));

	if (len > 0)
		s->calls.bytes(s->arg, bytes, (size_t)len);
}

static void
on_end(struct bufferevent *bev, short what, void *arg)
{
	struct net_stream *s = arg;
	int error = EVUTIL_SOCKET_ERROR();
	const char *why = "closed by the client";

	(void)bev;
	if ((what & BEV_EVENT_EOF) == 0)
		why = error != 0 ? strerror(error) : "connection lost";
	s->calls.closed(s->arg, why);
	stream_free(s);
}

void
net_stream_open(struct net_stream *s, const struct net_stream_calls *calls, void *arg)
{
	s->calls = *calls;
	s->arg = arg;
	bufferevent_setcb(s->bev, on_read, NULL, on_end, s);
	bufferevent_enable(s->bev, EV_READ | EV_WRITE);
}

int
net_stream_write(struct net_stream *s, const void *data, size_t len)
{
	return bufferevent_write(s->bev, data, len) < 0 ? -ENOMEM : 0;
}

size_t
net_stream_queued(const struct net_stream *s)
{
	return evbuffer_get_length(bufferevent_get_output(s->bev));
}

void
net_stream_pause(struct net_stream *s, bool pause)
{
	if (pause)
		bufferevent_disable(s->bev, EV_READ);
	else
		bufferevent_enable(s->bev, EV_READ);
}

static void
flushed(struct bufferevent *bev, void *arg)
{
	(void)bev;
	stream_free(arg);
}

static void
flush_ended(struct bufferevent *bev, short what, void *arg)
{
	(void)bev;
	(void)what;
	stream_free(arg);
}

static void
flush_over(void *arg)
{
	stream_free(arg);
}

void
net_stream_close(struct net_stream *s, bool flush)
{
	if (flush && net_stream_queued(s) > 0)
		s->flush = net_timer_new(s->net, flush_over, s);
	if (s->flush == NULL) {
		stream_free(s);
		return;
	}
	net_timer_set(s->flush, NET_FLUSH_MS);
	bufferevent_setcb(s->bev, NULL, flushed, flush_ended, s);
	bufferevent_disable(s->bev, EV_READ);
}
