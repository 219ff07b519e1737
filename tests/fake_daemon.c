/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fake_daemon.h"

#include <jansson.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { PATIENCE_S = 10, PAUSE_US = 300000, LINE_SIZE = 65536 };

struct fake_daemon {
	const struct fake_step *steps;
	size_t count;
	int listener;
	uint16_t port;
	pthread_t thread;
	char why[512]; /* what went against the script; "" if nothing */
};

/* Sends text with $id and $prev filled in. */
static void
send_lines(int fd, const char *text, long long id, long long prev)
{
	char out[LINE_SIZE * 2];
	size_t len = 0;

	while (*text != '\0' && len + 32 < sizeof(out)) {
		if (strncmp(text, "$id", 3) == 0) {
			len += (size_t)sprintf(out + len, "%lld", id);
			text += 3;
		} else if (strncmp(text, "$prev", 5) == 0) {
			len += (size_t)sprintf(out + len, "%lld", prev);
			text += 5;
		} else {
			out[len++] = *text++;
		}
	}
	for (size_t sent = 0; sent < len;) {
		ssize_t n = send(fd, out + sent, len - sent, MSG_NOSIGNAL);

		if (n <= 0)
			return; /* the client is gone: the next step will say so */
		sent += (size_t)n;
	}
}

/* Holds a request against its step. */
static long long
check_request(struct fake_daemon *f, const struct fake_step *s, const char *line)
{
	json_t *m = json_loads(line, 0, NULL);
	const char *method = json_string_value(json_object_get(m, "method"));
	char *params = json_dumps(json_object_get(m, "params"), JSON_COMPACT | JSON_REAL_PRECISION(12));
	long long id = (long long)json_integer_value(json_object_get(m, "id"));

	if (method == NULL || strcmp(method, s->method) != 0)
		snprintf(f->why, sizeof(f->why), "expected %s, got %.300s", s->method,
		    method != NULL ? method : line);
	else if (s->params != NULL && (params == NULL || strstr(params, s->params) == NULL))
		snprintf(f->why, sizeof(f->why), "%.40s: expected %.100s in %.300s", method, s->params,
		    params != NULL ? params : "no params");
	free(params);
	json_decref(m);
	return id;
}

static FILE *
accept_one(struct fake_daemon *f)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	int fd = accept(f->listener, NULL, NULL);

	if (fd < 0) {
		snprintf(f->why, sizeof(f->why), "nobody connected");
		return NULL;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return fdopen(fd, "r");
}

static void *
play(void *arg)
{
	struct fake_daemon *f = arg;
	char line[LINE_SIZE];
	FILE *in = NULL;
	long long id = 0, prev = 0;

	for (size_t i = 0; i < f->count && f->why[0] == '\0'; i++) {
		const struct fake_step *s = &f->steps[i];

		if (in == NULL && (in = accept_one(f)) == NULL)
			break;
		if (s->method != NULL) {
			if (fgets(line, sizeof(line), in) == NULL) {
				snprintf(f->why, sizeof(f->why), "expected %s, got nothing", s->method);
				break;
			}
			prev = id;
			id = check_request(f, s, line);
		}
		if (s->method == NULL && s->lines == NULL)
			usleep(PAUSE_US);
		if (s->lines != NULL)
			send_lines(fileno(in), s->lines, id, prev);
		if (s->close) {
			fclose(in);
			in = NULL;
		}
	}
	if (in != NULL && f->why[0] == '\0' && fgets(line, sizeof(line), in) != NULL)
		snprintf(f->why, sizeof(f->why), "one request too many: %.300s", line);
	if (in != NULL)
		fclose(in);
	return NULL;
}

struct fake_daemon *
fake_start(const struct fake_step *steps, size_t count)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t size = sizeof(at);
	struct fake_daemon *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->steps = steps;
	f->count = count;
	f->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(f->listener, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (bind(f->listener, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(f->listener, 4) < 0 ||
	    getsockname(f->listener, (struct sockaddr *)&at, &size) < 0)
		goto fail;
	f->port = ntohs(at.sin_port);
	if (pthread_create(&f->thread, NULL, play, f) == 0)
		return f;
fail:
	close(f->listener);
	free(f);
	return NULL;
}

uint16_t
fake_port(const struct fake_daemon *f)
{
	return f->port;
}

int
fake_stop(struct fake_daemon *f, char *why, size_t why_size)
{
	int rc;

	pthread_join(f->thread, NULL);
	close(f->listener);
	snprintf(why, why_size, "%s", f->why);
	rc = f->why[0] != '\0' ? -1 : 0;
	free(f);
	return rc;
}
