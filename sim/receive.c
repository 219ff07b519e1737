/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/receive.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <inttypes.h>
#include <jansson.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/sign.h"

enum {
	BODY_MAX = 64 << 10,
	HEADERS_MAX = 8 << 10,
	TIMEOUT_S = 20,
	LOOK_MS = 200,     /* whether it was stopped */
	TOLERANCE_S = 300, /* between the sender's clock and ours */
	SEEN = 1024,       /* ids remembered, the newest */
	ID_SIZE = 160,
};

struct receiver {
	const struct options *o;
	volatile int *stop;
	struct event_base *base;
	struct evhttp *http;
	struct event *look;
	bool checks; /* there is a secret */
	struct sign_secret secret;
	int32_t failed, taken;
	char seen[SEEN][ID_SIZE];
	size_t next;
};

/* Whether this message came before: the same id is the same message. */
static bool
is_again(struct receiver *r, const char *id)
{
	for (size_t i = 0; i < SEEN; i++) {
		if (strcmp(r->seen[i], id) == 0)
			return true;
	}
	snprintf(r->seen[r->next], ID_SIZE, "%s", id);
	r->next = (r->next + 1) % SEEN;
	return false;
}

static const char *
text_of(const json_t *obj, const char *name)
{
	const char *text = json_string_value(json_object_get(obj, name));

	return text == NULL ? "" : text;
}

/* A message in a line; what could move the terminal's cursor does not get there. */
static void
print_message(const json_t *data, bool again)
{
	char line[4096];

	snprintf(line, sizeof(line), "%.16s  %-12s %s  %s%s: %s", text_of(data, "at"),
	    text_of(data, "kind"), text_of(data, "call"), text_of(data, "customer"),
	    again ? " (again)" : "", text_of(data, "text"));
	for (char *at = line; *at != '\0'; at++) {
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = ' ';
	}
	puts(line);
	fflush(stdout);
}

/* Why a post is not taken; NULL: it may be. */
static const char *
wrong_with(const struct receiver *r, struct evhttp_request *req, const char *body, size_t len)
{
	struct evkeyvalq *in = evhttp_request_get_input_headers(req);
	const char *id = evhttp_find_header(in, "webhook-id");
	const char *stamp = evhttp_find_header(in, "webhook-timestamp");
	const char *signature = evhttp_find_header(in, "webhook-signature");
	int64_t stamp_s = stamp == NULL ? 0 : strtoll(stamp, NULL, 10);
	int64_t off_s = (int64_t)time(NULL) - stamp_s;

	if (id == NULL || stamp == NULL || signature == NULL || strlen(id) >= ID_SIZE)
		return "it lacks webhook-id, webhook-timestamp or webhook-signature";
	if (off_s > TOLERANCE_S || off_s < -TOLERANCE_S)
		return "its timestamp is too far from this clock";
	if (r->checks && !sign_verify(&r->secret, id, stamp_s, body, len, signature))
		return "its signature is wrong: is this the webhook's present secret?";
	return NULL;
}

static void
refuse(struct evhttp_request *req, int status, const char *why)
{
	fprintf(stderr, "refused with %d: %s\n", status, why);
	evhttp_send_reply(req, status, NULL, NULL);
}

static void
take(struct receiver *r, struct evhttp_request *req, const json_t *message)
{
	const char *id = evhttp_find_header(evhttp_request_get_input_headers(req), "webhook-id");
	bool again = is_again(r, id);

	print_message(json_object_get(message, "data"), again);
	evhttp_send_reply(req, 204, NULL, NULL);
	r->taken += !again;
	if (r->o->count > 0 && r->taken >= r->o->count) {
		struct timeval soon = { .tv_usec = 100000 }; /* for the reply to leave */

		event_base_loopexit(r->base, &soon);
	}
}

static void
on_request(struct evhttp_request *req, void *arg)
{
	struct receiver *r = arg;
	struct evbuffer *in = evhttp_request_get_input_buffer(req);
	size_t len = evbuffer_get_length(in);
	const char *body = (const char *)evbuffer_pullup(in, -1), *why;
	json_t *message = NULL;

	if (evhttp_request_get_command(req) != EVHTTP_REQ_POST || body == NULL) {
		refuse(req, 405, "it is no post with a body");
		return;
	}
	why = wrong_with(r, req, body, len);
	if (why == NULL)
		message = json_loadb(body, len, 0, NULL);
	if (why == NULL && message == NULL)
		why = "its body is not JSON";
	if (why != NULL) {
		refuse(req, 400, why);
	} else if (r->failed < r->o->fail) {
		r->failed++;
		refuse(req, 503, "--fail: this try fails");
	} else {
		take(r, req, message);
	}
	json_decref(message);
}

static void
on_look(evutil_socket_t fd, short what, void *arg)
{
	struct receiver *r = arg;

	(void)fd;
	(void)what;
	if (*r->stop)
		event_base_loopbreak(r->base);
}

static int
listen_on(struct receiver *r)
{
	struct timeval each = { .tv_usec = LOOK_MS * 1000 };
	struct evhttp_bound_socket *bound;
	struct sockaddr_storage ss;
	ev_socklen_t len = sizeof(ss);

	r->base = event_base_new();
	r->http = r->base == NULL ? NULL : evhttp_new(r->base);
	r->look = r->base == NULL ? NULL : event_new(r->base, -1, EV_PERSIST, on_look, r);
	if (r->http == NULL || r->look == NULL || event_add(r->look, &each) < 0)
		return -ENOMEM;
	evhttp_set_max_body_size(r->http, BODY_MAX);
	evhttp_set_max_headers_size(r->http, HEADERS_MAX);
	evhttp_set_timeout(r->http, TIMEOUT_S);
	evhttp_set_gencb(r->http, on_request, r);
	bound = evhttp_bind_socket_with_handle(r->http, "127.0.0.1", (uint16_t)r->o->port);
	if (bound == NULL ||
	    getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&ss, &len) < 0)
		return -EADDRINUSE;
	printf("listening on http://127.0.0.1:%u/%s\n",
	    ntohs(((struct sockaddr_in *)(void *)&ss)->sin_port),
	    r->checks ? "" : ", without a secret: signatures are not checked");
	fflush(stdout);
	return 0;
}

int
receive_run(const struct options *o, volatile int *stop)
{
	struct receiver *r = calloc(1, sizeof(*r));
	int rc = -ENOMEM;

	if (r == NULL)
		return -ENOMEM;
	r->o = o;
	r->stop = stop;
	r->checks = o->secret != NULL;
	if (r->checks && sign_secret_read(o->secret, &r->secret) < 0) {
		fprintf(stderr,
		    "evenkeel-sim: --secret: expected whsec_... as webhook.put said it\n");
		free(r);
		return -EINVAL;
	}
	rc = listen_on(r);
	if (rc < 0)
		fprintf(stderr, "evenkeel-sim: cannot listen on port %d of 127.0.0.1: %s\n",
		    (int)o->port, strerror(-rc));
	else if (event_base_dispatch(r->base) < 0)
		rc = -EIO;
	if (r->look != NULL)
		event_free(r->look);
	if (r->http != NULL)
		evhttp_free(r->http);
	if (r->base != NULL)
		event_base_free(r->base);
	free(r);
	return rc;
}
