/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls live in a table of slots: the one with id N in slot N modulo the table's size.
 * Those whose replies have arrived are linked in the order of arrival.
 */
#include "ctl/client.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ctl/cmd_id.h"
#include "ctl/net.h"
#include "proto/frame.h"
#include "proto/rpc.h"

static_assert((int)CLIENT_CMD_ID_SIZE == (int)CMD_ID_SIZE, "one size of a UUID");

enum {
	TIMEOUT_MS = 10000,
	PING_AFTER_US = 45 * 1000000, /* the daemon's patience is 60 s */
	READ_SIZE = 64 * 1024,
	READS_MAX = 64, /* in one go, so that a busy daemon does not keep us here */
	PROTOCOL = 1,
	NONE = -1, /* no slot */
};

enum slot_state { SLOT_FREE, SLOT_SENT, SLOT_PING, SLOT_ARRIVED };

struct slot {
	enum slot_state state;
	int before, after; /* arrived slots around this one */
	struct client_reply reply;
};

struct client {
	int fd;
	struct frame_reader *frames;
	bool gone;
	struct client_error last; /* an error without an id, the reason given before the end */
	json_t *session;
	struct cmd_ids cmd_ids;
	int64_t seq;

	char *out;
	size_t out_start, out_end, out_size;
	int64_t sent_us;

	int64_t next_id;
	size_t under_way;
	struct slot *slots;
	int first_arrived, last_arrived;

	struct client_note *notes; /* a ring */
	size_t notes_size, notes_first, notes_count;
	uint64_t notes_dropped;
};

/* --- errors --- */

void
client_error_done(struct client_error *e)
{
	json_decref(e->data);
	memset(e, 0, sizeof(*e));
}

static void __attribute__((format(printf, 2, 3)))
error_say(struct client_error *e, const char *format, ...)
{
	va_list args;

	if (e == NULL)
		return;
	memset(e, 0, sizeof(*e));
	va_start(args, format);
	vsnprintf(e->message, sizeof(e->message), format, args);
	va_end(args);
}

static void
error_read(struct client_error *e, const json_t *error)
{
	const char *message = json_string_value(json_object_get(error, "message"));

	e->code = (int)json_integer_value(json_object_get(error, "code"));
	if (e->code == 0)
		e->code = RPC_INTERNAL; /* 0 would say that it was not refused */
	snprintf(e->message, sizeof(e->message), "%s", message != NULL ? message : "");
	e->data = json_incref(json_object_get(error, "data"));
}

/* Ends the connection; the first reason stays, a word from the daemon above all. */
static int __attribute__((format(printf, 2, 3)))
client_lose(struct client *c, const char *format, ...)
{
	va_list args;

	c->gone = true;
	if (c->last.message[0] == '\0') {
		va_start(args, format);
		vsnprintf(c->last.message, sizeof(c->last.message), format, args);
		va_end(args);
	}
	return -ECONNRESET;
}

static int
client_lost(const struct client *c, struct client_error *err)
{
	if (err != NULL) {
		*err = c->last;
		json_incref(err->data);
	}
	return -ECONNRESET;
}

/* --- what arrives --- */

static struct slot *
slot_of(struct client *c, int64_t id)
{
	struct slot *s = &c->slots[id % CLIENT_REPLIES_MAX];

	return id > 0 && s->state != SLOT_FREE && s->reply.id == id ? s : NULL;
}

static void
slot_arrived(struct client *c, struct slot *s)
{
	int i = (int)(s - c->slots);

	s->state = SLOT_ARRIVED;
	s->before = c->last_arrived;
	s->after = NONE;
	if (c->last_arrived != NONE)
		c->slots[c->last_arrived].after = i;
	else
		c->first_arrived = i;
	c->last_arrived = i;
}

static void
slot_take(struct client *c, struct slot *s, struct client_reply *ret)
{
	assert(s->state == SLOT_ARRIVED);
	if (s->before != NONE)
		c->slots[s->before].after = s->after;
	else
		c->first_arrived = s->after;
	if (s->after != NONE)
		c->slots[s->after].before = s->before;
	else
		c->last_arrived = s->before;
	*ret = s->reply;
	memset(s, 0, sizeof(*s));
}

static void
reply_done(struct client_reply *r)
{
	json_decref(r->result);
	client_error_done(&r->error);
}

/* A reply; one to nobody's call is passed over. */
static void
take_reply(struct client *c, const json_t *m, int64_t now_us)
{
	const json_t *id = json_object_get(m, "id");
	const json_t *error = json_object_get(m, "error");
	struct slot *s;

	if (!json_is_integer(id)) {
		if (error != NULL) {
			client_error_done(&c->last);
			error_read(&c->last, error);
		}
		return;
	}
	s = slot_of(c, json_integer_value(id));
	if (s == NULL || s->state == SLOT_ARRIVED)
		return;
	c->under_way--;
	if (s->state == SLOT_PING) {
		memset(s, 0, sizeof(*s));
		return;
	}
	s->reply.received_us = now_us;
	if (error != NULL)
		error_read(&s->reply.error, error);
	else
		s->reply.result = json_incref(json_object_get(m, "result"));
	slot_arrived(c, s);
}

/* Room for one more; when there is none to be had the oldest goes. */
static void
notes_reserve(struct client *c)
{
	size_t size = c->notes_size > 0 ? c->notes_size * 2 : 64;
	struct client_note *notes;

	if (c->notes_count < c->notes_size)
		return;
	notes = size <= CLIENT_NOTES_MAX ? calloc(size, sizeof(*notes)) : NULL;
	if (notes == NULL) {
		if (c->notes_count > 0) {
			json_decref(c->notes[c->notes_first].params);
			c->notes_first = (c->notes_first + 1) % c->notes_size;
			c->notes_count--;
		}
		c->notes_dropped++;
		return;
	}
	for (size_t i = 0; i < c->notes_count; i++)
		notes[i] = c->notes[(c->notes_first + i) % c->notes_size];
	free(c->notes);
	c->notes = notes;
	c->notes_size = size;
	c->notes_first = 0;
}

static void
take_note(struct client *c, const json_t *m, int64_t now_us)
{
	json_t *params = json_object_get(m, "params");
	int64_t seq = json_integer_value(json_object_get(params, "seq"));
	struct client_note *n;

	if (!json_is_object(params) || json_object_get(m, "id") != NULL)
		return;
	if (seq > c->seq)
		c->seq = seq;
	notes_reserve(c);
	if (c->notes_count == c->notes_size)
		return; /* no memory, and counted */
	n = &c->notes[(c->notes_first + c->notes_count++) % c->notes_size];
	snprintf(n->method, sizeof(n->method), "%s",
	    json_string_value(json_object_get(m, "method")));
	n->params = json_incref(params);
	n->received_us = now_us;
}

static int
take_line(struct client *c, const char *line, size_t len, int64_t now_us)
{
	json_t *m = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);

	if (!json_is_object(m)) {
		json_decref(m);
		return client_lose(c, "The daemon sent a line that is not a JSON object");
	}
	if (json_is_string(json_object_get(m, "method")))
		take_note(c, m, now_us);
	else
		take_reply(c, m, now_us);
	json_decref(m);
	return 0;
}

static int
take_bytes(struct client *c, const char *bytes, size_t len)
{
	int64_t now_us = net_now_us();
	const char *line;
	size_t line_len;
	int rc;

	if (frame_reader_push(c->frames, bytes, len) < 0)
		return client_lose(c, "The daemon sent a line that is too long");
	while ((rc = frame_reader_next(c->frames, &line, &line_len)) > 0) {
		if (take_line(c, line, line_len, now_us) < 0)
			return -ECONNRESET;
	}
	return rc < 0 ? client_lose(c, "The daemon sent a line that cannot be read") : 0;
}

static int
client_read(struct client *c)
{
	char bytes[READ_SIZE];

	for (int i = 0; i < READS_MAX; i++) {
		ssize_t n = recv(c->fd, bytes, sizeof(bytes), 0);

		if (n == 0)
			return client_lose(c, "The daemon closed the connection");
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK ? 0 :
			    client_lose(c, "The connection broke: %s", strerror(errno));
		if (take_bytes(c, bytes, (size_t)n) < 0)
			return -ECONNRESET;
		if ((size_t)n < sizeof(bytes))
			return 0;
	}
	return 0;
}

/* --- what is sent --- */

static int
client_flush(struct client *c)
{
	while (c->out_start < c->out_end) {
		ssize_t n = send(c->fd, c->out + c->out_start, c->out_end - c->out_start,
		    MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return 0;
		if (n < 0) {
			int error = errno;

			client_read(c); /* the daemon may have said why before it closed */
			return client_lose(c, "The connection broke: %s", strerror(error));
		}
		c->out_start += (size_t)n;
		c->sent_us = net_now_us();
	}
	c->out_start = c->out_end = 0;
	return 0;
}

static int
out_append(struct client *c, const char *line, size_t len)
{
	size_t held = c->out_end - c->out_start;
	size_t size = c->out_size > 0 ? c->out_size : 4096;
	char *out;

	if (c->out_end + len > c->out_size && c->out_start > 0) {
		memmove(c->out, c->out + c->out_start, held);
		c->out_start = 0;
		c->out_end = held;
	}
	while (size < c->out_end + len)
		size *= 2;
	if (size > c->out_size) {
		out = realloc(c->out, size);
		if (out == NULL)
			return -ENOMEM;
		c->out = out;
		c->out_size = size;
	}
	memcpy(c->out + c->out_end, line, len);
	c->out_end += len;
	return 0;
}

/* One round: waits at most so long, then sends and reads what can be. */
static int
client_turn(struct client *c, int timeout_ms)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };
	int rc = 0;

	if (c->gone)
		return -ECONNRESET;
	if (client_wants_write(c))
		p.events |= POLLOUT;
	if (poll(&p, 1, timeout_ms) < 0)
		return errno == EINTR ? -EINTR :
		    client_lose(c, "Cannot wait: %s", strerror(errno));
	if ((p.revents & POLLOUT) != 0)
		rc = client_flush(c);
	if (rc == 0 && (p.revents & (POLLIN | POLLHUP | POLLERR)) != 0)
		rc = client_read(c);
	return rc;
}

/* Lets a full buffer drain, and reads meanwhile. */
static int
client_make_room(struct client *c)
{
	int rc = 0;

	while (c->out_end - c->out_start > CLIENT_OUT_MAX && (rc == 0 || rc == -EINTR))
		rc = client_turn(c, TIMEOUT_MS);
	return rc == -EINTR ? 0 : rc;
}

static int
client_send_as(struct client *c, const char *method, json_t *params, enum slot_state state,
    int64_t *ret_id)
{
	struct slot *s = &c->slots[c->next_id % CLIENT_REPLIES_MAX];
	json_t *m;
	char *line;
	size_t len;
	int rc;

	if (c->gone || s->state != SLOT_FREE) {
		json_decref(params);
		return c->gone ? -ECONNRESET : -ENOBUFS;
	}
	m = rpc_call(c->next_id, method, params);
	line = m != NULL ? rpc_line(m, &len) : NULL;
	json_decref(m);
	if (line == NULL)
		return -ENOMEM;
	rc = client_make_room(c);
	if (rc == 0)
		rc = out_append(c, line, len);
	free(line);
	if (rc < 0)
		return rc;
	s->state = state;
	s->reply.id = c->next_id;
	c->under_way++;
	*ret_id = c->next_id++;
	client_flush(c); /* a loss shows when the reply is waited for, after what arrived before it */
	return 0;
}

int
client_send(struct client *c, const char *method, json_t *params, int64_t *ret_id)
{
	return client_send_as(c, method, params, SLOT_SENT, ret_id);
}

/* --- waiting --- */

/* Milliseconds left, rounded up; 0 when the time is up; -1 for ever. */
static int
left_ms(int64_t until_us)
{
	int64_t left_us;

	if (until_us == INT64_MAX)
		return -1;
	left_us = until_us - net_now_us();
	return left_us > 0 ? (int)((left_us + 999) / 1000) : 0;
}

static int64_t
until(int timeout_ms)
{
	return timeout_ms < 0 ? INT64_MAX : net_now_us() + (int64_t)timeout_ms * 1000;
}

int
client_wait(struct client *c, int64_t id, int timeout_ms, json_t **ret_result,
    struct client_error *err)
{
	int64_t until_us = until(timeout_ms);
	struct slot *s = slot_of(c, id);
	struct client_reply r;
	bool last_try = false;

	if (s == NULL) {
		error_say(err, "Call %lld is not under way", (long long)id);
		return -ENOENT;
	}
	while (s->state != SLOT_ARRIVED) {
		int ms = left_ms(until_us);

		if (c->gone)
			return client_lost(c, err);
		if (last_try) {
			error_say(err, "The daemon did not answer within %d ms", timeout_ms);
			return -ETIMEDOUT;
		}
		last_try = ms == 0;
		client_turn(c, ms); /* a loss shows above, after what arrived before it */
	}
	slot_take(c, s, &r);
	if (r.error.code != 0) {
		if (err != NULL)
			*err = r.error;
		else
			client_error_done(&r.error);
		return -EREMOTEIO;
	}
	*ret_result = r.result != NULL ? r.result : json_null();
	return 0;
}

int
client_call(struct client *c, const char *method, json_t *params, int timeout_ms,
    json_t **ret_result, struct client_error *err)
{
	int64_t id;
	int rc = client_send(c, method, params, &id);

	if (rc == -ECONNRESET)
		return client_lost(c, err);
	if (rc < 0) {
		error_say(err, "Cannot send: %s", strerror(-rc));
		return rc;
	}
	return client_wait(c, id, timeout_ms, ret_result, err);
}

/* Tells a daemon that hears nothing else from us that we are alive. */
static int
client_keep_alive(struct client *c, int64_t *ret_next_us)
{
	int64_t id;
	int rc = 0;

	if (net_now_us() - c->sent_us >= PING_AFTER_US) {
		rc = client_send_as(c, "session.ping", NULL, SLOT_PING, &id);
		c->sent_us = net_now_us();
	}
	*ret_next_us = c->sent_us + PING_AFTER_US;
	return rc == -ENOBUFS ? 0 : rc; /* with so many calls under way it has heard from us */
}

int
client_poll(struct client *c, int timeout_ms)
{
	int64_t until_us = until(timeout_ms);
	bool last_try = false;

	for (;;) {
		int64_t ping_us;
		int rc = c->gone ? -ECONNRESET : client_keep_alive(c, &ping_us);
		int ms;

		if (rc < 0 && c->first_arrived == NONE && c->notes_count == 0)
			return rc;
		if (rc < 0)
			return 1;
		ms = left_ms(until_us < ping_us ? until_us : ping_us);
		last_try = left_ms(until_us) == 0;
		if (c->first_arrived != NONE || c->notes_count > 0)
			ms = 0;
		rc = client_turn(c, ms);
		if (c->first_arrived != NONE || c->notes_count > 0)
			return 1;
		if (rc < 0)
			return rc;
		if (last_try)
			return 0;
	}
}

int
client_next_reply(struct client *c, struct client_reply *ret)
{
	if (c->first_arrived == NONE)
		return 0;
	slot_take(c, &c->slots[c->first_arrived], ret);
	return 1;
}

int
client_next_note(struct client *c, struct client_note *ret)
{
	if (c->notes_count == 0)
		return 0;
	*ret = c->notes[c->notes_first];
	c->notes_first = (c->notes_first + 1) % c->notes_size;
	c->notes_count--;
	return 1;
}

/* --- opening and closing --- */

static struct client *
client_new(void)
{
	struct client *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->fd = -1;
	c->next_id = 1;
	c->first_arrived = c->last_arrived = NONE;
	c->frames = frame_reader_new(CLIENT_LINE_MAX);
	c->slots = calloc(CLIENT_REPLIES_MAX, sizeof(*c->slots));
	if (c->frames == NULL || c->slots == NULL) {
		client_close(c);
		return NULL;
	}
	return c;
}

void
client_close(struct client *c)
{
	struct client_reply r;
	struct client_note n;

	if (c == NULL)
		return;
	while (c->slots != NULL && client_next_reply(c, &r))
		reply_done(&r);
	while (client_next_note(c, &n))
		json_decref(n.params);
	if (c->fd >= 0)
		close(c->fd);
	frame_reader_free(c->frames);
	client_error_done(&c->last);
	json_decref(c->session);
	free(c->slots);
	free(c->notes);
	free(c->out);
	free(c);
}

static int
client_hello(struct client *c, const struct client_options *o, int timeout_ms,
    struct client_error *err)
{
	json_t *params = json_pack("{s:[ii], s:s, s:s}", "protocol", PROTOCOL, PROTOCOL, "client",
	    o->name != NULL ? o->name : "evenkeel", "token", o->token != NULL ? o->token : "");
	int rc;

	if (params == NULL) {
		error_say(err, "The token is not text");
		return -EINVAL;
	}
	if (o->resume_from >= 0)
		json_object_set_new(params, "resume_from", json_integer(o->resume_from));
	rc = client_call(c, "session.hello", params, timeout_ms, &c->session, err);
	if (rc == 0)
		c->seq = o->resume_from >= 0 ? o->resume_from :
		    json_integer_value(json_object_get(c->session, "seq"));
	return rc;
}

int
client_open(const struct client_options *o, struct client **ret, struct client_error *err)
{
	const char *host = o->host != NULL ? o->host : "127.0.0.1";
	uint16_t port = o->port != 0 ? o->port : CLIENT_PORT;
	int timeout_ms = o->timeout_ms > 0 ? o->timeout_ms : TIMEOUT_MS;
	struct client *c = sodium_init() < 0 ? NULL : client_new();
	int rc;

	if (c == NULL) {
		error_say(err, "Out of memory");
		return -ENOMEM;
	}
	rc = net_connect(host, port, timeout_ms, &c->fd);
	if (rc < 0)
		error_say(err, "Cannot reach %.100s port %u: %s%s", host, port,
		    rc == -ENOENT ? "no such host" : strerror(-rc),
		    rc == -ECONNREFUSED ? ". Is evenkeeld running there? --port names another port" : "");
	else
		rc = client_hello(c, o, timeout_ms, err);
	if (rc < 0) {
		client_close(c);
		return rc;
	}
	*ret = c;
	return 0;
}

/* --- small questions --- */

const json_t *
client_session(const struct client *c)
{
	return c->session;
}

uint64_t
client_notes_dropped(const struct client *c)
{
	return c->notes_dropped;
}

int64_t
client_seq(const struct client *c)
{
	return c->seq;
}

size_t
client_under_way(const struct client *c)
{
	return c->under_way;
}

int
client_fd(const struct client *c)
{
	return c->fd;
}

bool
client_wants_write(const struct client *c)
{
	return c->out_start < c->out_end;
}

const char *
client_why(const struct client *c)
{
	return c->gone ? c->last.message : "";
}

void
client_cmd_id(struct client *c, char ret[CLIENT_CMD_ID_SIZE])
{
	cmd_ids_next(&c->cmd_ids, ret);
}

void
client_seed(struct client *c, uint64_t seed)
{
	c->cmd_ids = (struct cmd_ids){ .seeded = true, .seed = seed };
}
