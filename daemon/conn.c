/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/conn.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/log.h"
#include "daemon/outbox.h"
#include "daemon/request.h"
#include "daemon/session.h"
#include "proto/frame.h"
#include "proto/rpc.h"

enum { TICK_MS = 1000, DRAIN_MS = 50, WHY_SIZE = 200 };

/* One line and what it is answered with: a reply, or a batch's replies in order. */
struct exchange {
	struct conn *conn;
	struct exchange *next, **link;
	size_t open; /* requests not yet answered, and one while they are being started */
	bool batch;
	json_t **reply; /* by place in the batch; NULL: none (yet) */
	size_t count;
	struct slot {
		struct exchange *exchange;
		size_t at;
	} * slot;
};

struct conn {
	struct conns *all;
	struct conn *next, **link;
	struct net_stream *stream; /* NULL: the client went away */
	struct frame_reader *reader;
	struct session session;
	struct outbox *held; /* notifications, while more than the soft limit is queued */
	struct exchange *exchanges;
	size_t under_way;
	size_t out_soft, out_hard;
	int lines_before_login;
	bool paused;   /* not read from */
	bool in_lines; /* its lines are being worked off: no second time below itself */
	bool doomed;   /* closed at the end of this turn */
	bool flush;    /* what is queued may still go out */
	char why[WHY_SIZE];
	int64_t opened_us, heard_us, sent_us,
	    behind_us; /* behind_us: since when over soft, 0 not */
};

struct conns {
	struct shop *shop;
	const struct config *cfg;
	struct conn *first;
	size_t count, strangers; /* strangers: before login */
	struct net_timer *tick, *drain, *reap;
	bool draining, ending;
};

static void work_off(struct conn *c);

/* --- ending --- */

/* Marks for the end; freed by the loop, so that whoever is on the stack may go on. */
static void
doom(struct conn *c, bool flush, const char *why)
{
	if (c->doomed)
		return;
	c->doomed = true;
	c->flush = flush;
	snprintf(c->why, sizeof(c->why), "%s", why);
	net_timer_set(c->all->reap, 0);
}

/* Says why, past all limits, then ends. */
static void
cut(void *arg, enum rpc_error code, const char *why)
{
	struct conn *c = arg;
	json_t *error;
	char *line;
	size_t len;

	if (c->doomed || c->stream == NULL)
		return;
	error = request_error(c->all->shop, NULL, code, NULL, why);
	line = error == NULL ? NULL : rpc_line(error, &len);
	json_decref(error);
	if (line != NULL)
		(void)net_stream_write(c->stream, line, len); /* without memory it goes unsaid */
	free(line);
	doom(c, true, why);
}

static void
exchange_free(struct exchange *x)
{
	*x->link = x->next;
	if (x->next != NULL)
		x->next->link = x->link;
	for (size_t i = 0; i < x->count; i++)
		json_decref(x->reply[i]);
	free(x->reply);
	free(x->slot);
	free(x);
}

static void
conn_free(struct conn *c)
{
	bool was_in = c->session.in;

	session_done(&c->session); /* from here nothing calls back */
	while (c->exchanges != NULL)
		exchange_free(c->exchanges);
	if (c->stream != NULL)
		net_stream_close(c->stream, c->flush);
	log_say(LEVEL_DEBUG, "client gone peer=%s: %s", c->session.peer, c->why);
	*c->link = c->next;
	if (c->next != NULL)
		c->next->link = c->link;
	c->all->count--;
	if (!was_in)
		c->all->strangers--;
	frame_reader_free(c->reader);
	outbox_free(c->held);
	free(c);
}

static void
reap(void *arg)
{
	struct conns *all = arg;

	for (struct conn *c = all->first, *next; c != NULL; c = next) {
		next = c->next;
		if (c->doomed)
			conn_free(c);
	}
}

/* --- out --- */

static bool
is_behind(const struct conn *c)
{
	return net_stream_queued(c->stream) > c->out_soft;
}

/* Stops reading from a client that does not read, or has much under way. */
static void
set_pause(struct conn *c)
{
	bool pause = c->doomed || c->all->ending || c->under_way >= CONN_UNDER_WAY_MAX ||
	    is_behind(c);

	if (pause != c->paused) {
		c->paused = pause;
		net_stream_pause(c->stream, pause);
	}
	if (pause && !c->all->draining) {
		c->all->draining = true;
		net_timer_set(c->all->drain, DRAIN_MS);
	}
}

static void
send_line(struct conn *c, const char *line, size_t len)
{
	if (c->doomed || c->stream == NULL)
		return;
	if (net_stream_queued(c->stream) + len > c->out_hard + c->out_soft) {
		cut(c, RPC_SLOW_CONSUMER, "Answers were not read: reconnect, and read them");
		return;
	}
	if (net_stream_write(c->stream, line, len) < 0)
		doom(c, false, "out of memory");
	c->sent_us = clock_mono_us();
	if (is_behind(c))
		set_pause(c);
}

static void
send_json(struct conn *c, json_t *message)
{
	size_t len;
	char *line = message == NULL ? NULL : rpc_line(message, &len);

	json_decref(message);
	if (line == NULL)
		doom(c, false, "out of memory");
	else
		send_line(c, line, len);
	free(line);
}

/* A notification: straight out, or, for a client that is behind, into its outbox. */
static void
notify(void *arg, const struct feed_line *l)
{
	struct conn *c = arg;

	if (c->doomed || c->stream == NULL)
		return;
	if (outbox_bytes(c->held) == 0 && !is_behind(c)) {
		send_line(c, l->text, l->len);
		return;
	}
	if (outbox_put(c->held, l->merge, l->text, l->len) < 0) {
		doom(c, false, "out of memory");
		return;
	}
	if (c->behind_us == 0)
		c->behind_us = clock_mono_us();
	if (outbox_bytes(c->held) + net_stream_queued(c->stream) > c->out_hard)
		cut(c, RPC_SLOW_CONSUMER, "Notifications were not read: reconnect and resume");
	set_pause(c);
}

/* Sends what was held, as far as the client reads again. */
static void
drain_one(struct conn *c)
{
	const char *line;
	size_t len;

	while (!is_behind(c) && (line = outbox_first(c->held, &len)) != NULL) {
		if (net_stream_write(c->stream, line, len) < 0) {
			doom(c, false, "out of memory");
			return;
		}
		c->sent_us = clock_mono_us();
		outbox_drop(c->held);
	}
	if (outbox_bytes(c->held) == 0 && !is_behind(c))
		c->behind_us = 0;
}

static void
drain(void *arg)
{
	struct conns *all = arg;
	bool again = false;

	all->draining = false;
	for (struct conn *c = all->first; c != NULL; c = c->next) {
		if (c->doomed || c->stream == NULL)
			continue;
		if (outbox_bytes(c->held) > 0 || c->behind_us != 0)
			drain_one(c);
		if (c->paused && !c->doomed) {
			set_pause(c);
			if (!c->paused)
				work_off(c);
		}
		again = again || outbox_bytes(c->held) > 0 || (c->paused && !c->doomed);
	}
	if (again && !all->ending) {
		all->draining = true;
		net_timer_set(all->drain, DRAIN_MS);
	}
}

/* --- lines in, exchanges out --- */

static json_t *
take_batch(struct exchange *x)
{
	json_t *all = json_array();

	for (size_t i = 0; i < x->count; i++) {
		if (x->reply[i] != NULL && json_array_append_new(all, x->reply[i]) < 0) {
			json_decref(all);
			all = NULL;
		}
		x->reply[i] = NULL;
	}
	return all;
}

/* Sends what an exchange came to, once all of it is answered. */
static void
close_exchange(struct exchange *x)
{
	struct conn *c = x->conn;
	json_t *message = NULL;

	if (--x->open > 0)
		return;
	if (x->batch) {
		message = take_batch(x);
		if (json_array_size(message) == 0) { /* notifications only: no answer at all */
			json_decref(message);
			message = NULL;
		}
	} else {
		message = x->reply[0];
		x->reply[0] = NULL;
	}
	exchange_free(x);
	c->under_way--;
	if (message != NULL)
		send_json(c, message);
	if (c->paused && c->under_way == CONN_UNDER_WAY_MAX / 2) {
		c->all->draining = true;
		net_timer_set(c->all->drain, 0); /* room again: go on at once */
	}
}

static void
answered(void *arg, json_t *reply)
{
	struct slot *slot = arg;
	struct exchange *x = slot->exchange;

	x->reply[slot->at] = reply;
	close_exchange(x);
}

static struct exchange *
exchange_new(struct conn *c, const struct rpc_message *m)
{
	struct exchange *x = calloc(1, sizeof(*x));

	if (x == NULL)
		return NULL;
	x->reply = calloc(m->count, sizeof(*x->reply));
	x->slot = calloc(m->count, sizeof(*x->slot));
	if (x->reply == NULL || x->slot == NULL) {
		free(x->reply);
		free(x->slot);
		free(x);
		return NULL;
	}
	x->conn = c;
	x->batch = m->batch;
	x->count = m->count;
	x->open = m->count + 1;
	x->next = c->exchanges;
	x->link = &c->exchanges;
	if (x->next != NULL)
		x->next->link = &x->next;
	c->exchanges = x;
	c->under_way++;
	return x;
}

static void
run_message(struct conn *c, const struct rpc_message *m)
{
	struct exchange *x = exchange_new(c, m);
	char why[WHY_SIZE];

	if (x == NULL) {
		doom(c, false, "out of memory");
		return;
	}
	for (size_t i = 0; i < m->count; i++) {
		struct rpc_request rpc = { .id = NULL };
		int rc = rpc_request_at(m, i, &rpc, why, sizeof(why));

		x->slot[i] = (struct slot){ x, i };
		if (rc == 0)
			request_run(&c->session, &rpc, answered, &x->slot[i]);
		else
			answered(&x->slot[i],
			    request_error(c->all->shop, rpc.id, (enum rpc_error)rc, NULL, why));
	}
	close_exchange(x);
}

static void
take_line(struct conn *c, const char *line, size_t len)
{
	struct rpc_message m;
	char why[WHY_SIZE];
	int rc;

	if (!c->session.in && ++c->lines_before_login > CONN_LINES_BEFORE_LOGIN) {
		cut(c, RPC_UNAUTHORISED, "Too many lines before session.hello");
		return;
	}
	rc = rpc_parse(line, len, &m, why, sizeof(why));
	if (rc == RPC_TOO_LARGE) {
		cut(c, RPC_TOO_LARGE, why);
	} else if (rc != 0) {
		send_json(c, request_error(c->all->shop, NULL, (enum rpc_error)rc, NULL, why));
	} else {
		run_message(c, &m);
		rpc_message_done(&m);
	}
}

/* Works off the lines that are there, until one makes it wait. */
static void
work_off(struct conn *c)
{
	const char *line;
	size_t len;
	int rc = 0;

	if (c->in_lines)
		return;
	c->in_lines = true;
	while (!c->doomed && !c->paused && (rc = frame_reader_next(c->reader, &line, &len)) != 0) {
		if (rc == 1) {
			take_line(c, line, len);
		} else if (rc == -EILSEQ) {
			send_json(c,
			    request_error(c->all->shop, NULL, RPC_PARSE, NULL,
				"The line is not UTF-8, or has a NUL byte"));
		} else {
			cut(c, RPC_TOO_LARGE,
			    c->session.in
				? "The line is longer than session.hello's limits "
				  "say"
				: "The line is longer than 4096 bytes: say session.hello first");
		}
		if (!c->doomed)
			set_pause(c);
	}
	c->in_lines = false;
}

static void
bytes(void *arg, const void *data, size_t len)
{
	struct conn *c = arg;
	int rc;

	if (c->doomed)
		return;
	c->heard_us = clock_mono_us();
	rc = frame_reader_push(c->reader, data, len);
	if (rc == -ENOMEM) {
		doom(c, false, "out of memory");
		return;
	}
	work_off(c); /* says so if the line is too long */
}

static void
closed(void *arg, const char *why)
{
	struct conn *c = arg;

	c->stream = NULL;
	doom(c, false, why);
}

/* --- logging in --- */

static void
logged_in(void *arg)
{
	struct conn *c = arg;
	bool integration = c->session.who.role == ROLE_INTEGRATION;

	c->all->strangers--;
	c->out_hard = (size_t)c->session.class->out_kib * 1024;
	c->out_soft = c->out_hard / 2;
	frame_reader_set_max(c->reader, integration ? FRAME_LINE_INTEGRATION : FRAME_LINE);
}

static const struct session_calls session_calls = { logged_in, notify, cut };
static const struct net_stream_calls stream_calls = { bytes, closed };

/* --- accepting and watching --- */

static void
turn_away(struct conns *all, struct net_stream *stream, const char *why)
{
	json_t *error = request_error(all->shop, NULL, RPC_OVERLOADED, NULL, why);
	size_t len;
	char *line = error == NULL ? NULL : rpc_line(error, &len);
	static const struct net_stream_calls nothing = { bytes, closed };

	json_decref(error);
	net_stream_open(stream, &nothing, NULL); /* closed at once: neither is called */
	if (line != NULL)
		(void)net_stream_write(stream, line, len);
	free(line);
	net_stream_close(stream, true);
}

static struct conn *
conn_new(struct conns *all, struct net_stream *stream, const char *peer)
{
	struct conn *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->reader = frame_reader_new(FRAME_LINE_BEFORE_LOGIN);
	c->held = outbox_new();
	if (c->reader == NULL || c->held == NULL) {
		frame_reader_free(c->reader);
		outbox_free(c->held);
		free(c);
		return NULL;
	}
	c->all = all;
	c->stream = stream;
	c->out_soft = c->out_hard = CONN_OUT_BEFORE_LOGIN;
	c->opened_us = c->heard_us = c->sent_us = clock_mono_us();
	session_init(&c->session, all->shop, peer, &session_calls, c);
	c->next = all->first;
	c->link = &all->first;
	if (c->next != NULL)
		c->next->link = &c->next;
	all->first = c;
	all->count++;
	all->strangers++;
	return c;
}

void
conns_accept(void *arg, struct net_stream *stream, const char *peer)
{
	struct conns *all = arg;
	size_t max = (size_t)all->cfg->connections_max;
	struct conn *c;

	if (all->ending || all->count >= max) {
		turn_away(all, stream, "As many clients as may be are connected: try again later");
		return;
	}
	if (all->strangers >= (max + 4) / 5) {
		turn_away(all, stream,
		    "Too many clients are connected that have not said session.hello");
		return;
	}
	c = conn_new(all, stream, peer);
	if (c == NULL)
		net_stream_close(stream, false);
	else
		net_stream_open(stream, &stream_calls, c);
}

/* Once a second: the hello in time, silence, a client that stays behind, our own heartbeat. */
static void
watch_one(struct conn *c, int64_t now_us)
{
	const struct config *cfg = c->all->cfg;
	const int64_t s_us = 1000000;

	if (c->doomed || c->stream == NULL)
		return;
	if (!c->session.in && now_us - c->opened_us >= cfg->hello_s * s_us)
		cut(c, RPC_UNAUTHORISED, "No session.hello in time");
	else if (now_us - c->heard_us >= 3 * cfg->silence_s * s_us && c->under_way == 0)
		cut(c, RPC_UNAUTHORISED,
		    "Nothing was heard for three heartbeats: say session.ping");
	else if (c->behind_us != 0 && now_us - c->behind_us >= CONN_SOFT_S * s_us)
		cut(c, RPC_SLOW_CONSUMER, "Notifications were not read: reconnect and resume");
	else if (now_us - c->sent_us >= cfg->silence_s * s_us)
		send_line(c, "\n", 1); /* an empty line is passed over, and finds out who is gone */
}

static void
tick(void *arg)
{
	struct conns *all = arg;
	int64_t now_us = clock_mono_us();

	for (struct conn *c = all->first; c != NULL; c = c->next)
		watch_one(c, now_us);
	net_timer_set(all->tick, TICK_MS);
}

struct conns *
conns_new(struct shop *shop, const struct config *cfg)
{
	struct conns *all = calloc(1, sizeof(*all));

	if (all == NULL)
		return NULL;
	all->shop = shop;
	all->cfg = cfg;
	all->tick = net_timer_new(shop->net, tick, all);
	all->drain = net_timer_new(shop->net, drain, all);
	all->reap = net_timer_new(shop->net, reap, all);
	if (all->tick == NULL || all->drain == NULL || all->reap == NULL) {
		conns_free(all);
		return NULL;
	}
	net_timer_set(all->tick, TICK_MS);
	return all;
}

void
conns_free(struct conns *all)
{
	if (all == NULL)
		return;
	while (all->first != NULL)
		conn_free(all->first);
	net_timer_free(all->tick);
	net_timer_free(all->drain);
	net_timer_free(all->reap);
	free(all);
}

void
conns_stop_reading(struct conns *all)
{
	all->ending = true;
	for (struct conn *c = all->first; c != NULL; c = c->next) {
		if (!c->doomed && c->stream != NULL)
			set_pause(c);
	}
}
