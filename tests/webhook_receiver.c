/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/webhook_receiver.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <jansson.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { WAIT_MS = 20000, LOOK_US = 20000 };

static void
copy_header(struct evhttp_request *req, const char *name, char *ret, size_t size)
{
	const char *value = evhttp_find_header(evhttp_request_get_input_headers(req), name);

	snprintf(ret, size, "%s", value == NULL ? "" : value);
}

static struct received *
read_post(struct evhttp_request *req)
{
	struct received *p = calloc(1, sizeof(*p));
	struct evbuffer *in = evhttp_request_get_input_buffer(req);
	size_t len = evbuffer_get_length(in);
	json_t *body, *data;

	copy_header(req, "webhook-id", p->id, sizeof(p->id));
	copy_header(req, "webhook-timestamp", p->stamp, sizeof(p->stamp));
	copy_header(req, "webhook-signature", p->signature, sizeof(p->signature));
	copy_header(req, "content-type", p->content_type, sizeof(p->content_type));
	p->body = calloc(1, len + 1);
	evbuffer_remove(in, p->body, len);
	body = json_loads(p->body, 0, NULL);
	data = json_object_get(body, "data");
	if (data != NULL) {
		snprintf(p->call, sizeof(p->call), "%s",
		    json_string_value(json_object_get(data, "call")));
		snprintf(p->kind, sizeof(p->kind), "%s",
		    json_string_value(json_object_get(data, "kind")));
	}
	json_decref(body);
	return p;
}

static void
on_post(struct evhttp_request *req, void *arg)
{
	struct receiver *r = arg;
	struct received *p = read_post(req);
	char text[16];

	pthread_mutex_lock(&r->lock);
	p->status = r->judge != NULL ? r->judge(r->arg, p) : r->status;
	if (r->retry_after_s > 0 && p->status >= 300) {
		snprintf(text, sizeof(text), "%d", r->retry_after_s);
		evhttp_add_header(evhttp_request_get_output_headers(req), "Retry-After", text);
	}
	if (p->status >= 300 && p->status < 400)
		evhttp_add_header(evhttp_request_get_output_headers(req), "Location", "/elsewhere");
	if (r->posts < RECEIVER_POSTS_MAX)
		r->post[r->posts++] = p;
	pthread_mutex_unlock(&r->lock);
	evhttp_send_reply(req, p->status, NULL, NULL);
}

static void
on_look(evutil_socket_t fd, short what, void *arg)
{
	struct event_base **base = arg;
	struct receiver *r = (struct receiver *)(void *)base[1];

	(void)fd;
	(void)what;
	if (r->stop)
		event_base_loopbreak(base[0]);
}

/* The thread makes its own loop, and says the port when it listens. */
static void *
serve(void *arg)
{
	struct receiver *r = arg;
	struct event_base *base = event_base_new();
	struct evhttp *http = evhttp_new(base);
	void *both[2] = { base, r };
	struct event *look = event_new(base, -1, EV_PERSIST, on_look, both);
	struct timeval each = { .tv_usec = LOOK_US };
	struct evhttp_bound_socket *bound;
	struct sockaddr_in in;
	ev_socklen_t len = sizeof(in);

	evhttp_set_gencb(http, on_post, r);
	bound = evhttp_bind_socket_with_handle(http, "127.0.0.1", 0);
	if (getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&in, &len) == 0) {
		pthread_mutex_lock(&r->lock);
		r->port = ntohs(in.sin_port);
		pthread_mutex_unlock(&r->lock);
	}
	event_add(look, &each);
	event_base_dispatch(base);
	event_free(look);
	evhttp_free(http);
	event_base_free(base);
	return NULL;
}

static void
sleep_ms(long ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&ts, NULL);
}

void
receiver_start(struct receiver *r)
{
	uint16_t port = 0;

	pthread_mutex_init(&r->lock, NULL);
	r->posts = 0;
	r->port = 0;
	r->stop = false;
	r->status = 204;
	if (pthread_create(&r->thread, NULL, serve, r) != 0)
		fail_msg("no thread for the receiver");
	for (int waited_ms = 0; port == 0 && waited_ms < WAIT_MS; waited_ms += 5) {
		sleep_ms(5);
		pthread_mutex_lock(&r->lock);
		port = r->port;
		pthread_mutex_unlock(&r->lock);
	}
	if (port == 0)
		fail_msg("the receiver does not listen");
}

void
receiver_stop(struct receiver *r)
{
	r->stop = true;
	pthread_join(r->thread, NULL);
	pthread_mutex_destroy(&r->lock);
	for (int i = 0; i < r->posts; i++) {
		free(r->post[i]->body);
		free(r->post[i]);
	}
	r->posts = 0;
}

void
receiver_answer(struct receiver *r, int status, int retry_after_s)
{
	pthread_mutex_lock(&r->lock);
	r->status = status;
	r->retry_after_s = retry_after_s;
	pthread_mutex_unlock(&r->lock);
}

int
receiver_count(struct receiver *r)
{
	int n;

	pthread_mutex_lock(&r->lock);
	n = r->posts;
	pthread_mutex_unlock(&r->lock);
	return n;
}

void
receiver_await(struct receiver *r, int n)
{
	for (int waited_ms = 0; receiver_count(r) < n; waited_ms += 5) {
		if (waited_ms >= WAIT_MS)
			fail_msg("expected %d posts, got %d", n, receiver_count(r));
		sleep_ms(5);
	}
}

const struct received *
receiver_at(struct receiver *r, int i)
{
	const struct received *p;

	receiver_await(r, i + 1);
	pthread_mutex_lock(&r->lock);
	p = r->post[i];
	pthread_mutex_unlock(&r->lock);
	return p;
}
