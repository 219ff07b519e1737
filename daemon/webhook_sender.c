/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/webhook_sender.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/log.h"
#include "daemon/pipe.h"

enum {
	BACKOFF_MS = 200,
	BACKOFF_MAX_MS = 60000,
	REAP_MS = 5,
	PATIENCE_MS = 60000, /* with jobs under way and no word of any of them */
};

struct sender {
	struct net *net;
	const char *path, *inner;
	struct sender_calls calls;
	void *arg;
	pid_t pid;   /* 0: not running */
	pid_t ended; /* killed, and not waited for yet, 0 none */
	struct pipe pipe;
	struct net_watch *watch;
	struct net_timer *tend; /* waits for its end, then starts it again */
	struct net_timer *patience;
	bool resting;     /* tend will start it, if it is wanted */
	bool wanted;      /* something was asked for while it was not there */
	int32_t failures; /* starts in a row without an answer */
	int64_t under_way, restarts;
};

/* --- its end --- */

/* The more often it failed in a row, the longer it is left alone. */
static void
rest(struct sender *s)
{
	int64_t ms = (int64_t)BACKOFF_MS << (s->failures < 10 ? s->failures : 10);

	s->failures++;
	s->resting = true;
	net_timer_set(s->tend, ms > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : ms);
}

static void
end(struct sender *s, const char *why)
{
	if (s->pid == 0)
		return;
	log_say(LEVEL_WARNING, "webhook sender %d: %s; it is started again", (int)s->pid, why);
	net_watch_free(s->watch);
	s->watch = NULL;
	close(s->pipe.fd);
	pipe_done(&s->pipe);
	kill(s->pid, SIGKILL);
	s->ended = s->pid;
	s->pid = 0;
	s->under_way = 0;
	s->restarts++;
	net_timer_stop(s->patience);
	rest(s);
	s->calls.lost(s->arg);
}

static void
on_patience(void *arg)
{
	end(arg, "it gave no answer for a minute");
}

/* --- what it says --- */

/* False: it was ended. */
static bool
take_answers(struct sender *s)
{
	json_t *m;
	int rc;

	while ((rc = pipe_take(&s->pipe, &m)) > 0) {
		const char *error = json_string_value(json_object_get(m, "error"));

		s->failures = 0;
		s->under_way--;
		if (s->under_way > 0)
			net_timer_set(s->patience, PATIENCE_MS);
		else
			net_timer_stop(s->patience);
		s->calls.answer(s->arg, json_integer_value(json_object_get(m, "id")),
		    (int32_t)json_integer_value(json_object_get(m, "status")),
		    json_integer_value(json_object_get(m, "retry_after_s")),
		    error == NULL ? "" : error);
		json_decref(m);
	}
	if (rc < 0)
		end(s, "what it said makes no sense");
	return rc == 0;
}

static void
transmit(struct sender *s)
{
	int rc = pipe_send(&s->pipe);

	if (rc < 0)
		end(s, "it ended");
	else
		net_watch_write(s->watch, rc == 0);
}

static void
on_ready(void *arg, bool readable, bool writable)
{
	struct sender *s = arg;
	int rc;

	if (readable) {
		rc = pipe_receive(&s->pipe);
		if (!take_answers(s))
			return;
		if (rc < 0) {
			end(s, rc == -EPIPE || rc == -ECONNRESET ? "it ended" : strerror(-rc));
			return;
		}
	}
	if (writable)
		transmit(s);
}

/* --- its start --- */

static int
start(struct sender *s)
{
	char number[16];
	char worker[] = "--worker", inner[] = "--inner";
	char *argv[] = { (char *)s->path, worker, number, inner, (char *)s->inner, NULL };
	int fd, rc;

	snprintf(number, sizeof(number), "%d", PIPE_CHILD_FD);
	rc = pipe_spawn(s->path, argv, &fd, &s->pid);
	if (rc < 0) {
		s->pid = 0;
		return rc;
	}
	pipe_init(&s->pipe, fd);
	s->watch = net_watch_new(s->net, fd, on_ready, s);
	if (s->watch == NULL) {
		end(s, "out of memory to watch it");
		return -ENOMEM;
	}
	return 0;
}

static void
try_start(struct sender *s)
{
	int rc = start(s);

	if (rc == 0 || s->resting)
		return;
	log_say(LEVEL_ERROR, "cannot start %s: %s: webhooks wait", s->path, strerror(-rc));
	rest(s);
}

/* The time after an end is over: it is buried, and started if somebody waits for it. */
static void
on_tend(void *arg)
{
	struct sender *s = arg;

	if (s->ended != 0 && waitpid(s->ended, NULL, WNOHANG) == 0) {
		net_timer_set(s->tend, REAP_MS);
		return;
	}
	s->ended = 0;
	s->resting = false;
	if (!s->wanted)
		return;
	try_start(s);
	if (s->pid == 0)
		return;
	s->wanted = false;
	s->calls.ready(s->arg);
}

struct sender *
sender_new(struct net *net, const char *path, const char *inner, const struct sender_calls *calls,
    void *arg)
{
	struct sender *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->net = net;
	s->path = path;
	s->inner = inner;
	s->calls = *calls;
	s->arg = arg;
	s->tend = net_timer_new(net, on_tend, s);
	s->patience = net_timer_new(net, on_patience, s);
	if (s->tend == NULL || s->patience == NULL) {
		sender_free(s);
		return NULL;
	}
	return s;
}

void
sender_free(struct sender *s)
{
	if (s == NULL)
		return;
	net_watch_free(s->watch);
	if (s->pid != 0) {
		kill(s->pid, SIGKILL);
		close(s->pipe.fd);
		pipe_done(&s->pipe);
		waitpid(s->pid, NULL, 0); /* killed: it ends at once */
	}
	if (s->ended != 0)
		waitpid(s->ended, NULL, 0);
	net_timer_free(s->tend);
	net_timer_free(s->patience);
	free(s);
}

int
sender_post(struct sender *s, json_t *job)
{
	int rc;

	if (s->pid == 0 && !s->resting)
		try_start(s);
	if (s->pid == 0) {
		s->wanted = true;
		json_decref(job);
		return -EBUSY;
	}
	rc = pipe_put(&s->pipe, job);
	if (rc < 0)
		return rc;
	if (s->under_way++ == 0)
		net_timer_set(s->patience, PATIENCE_MS);
	net_watch_write(s->watch, true);
	return 0;
}

int64_t
sender_restarts(const struct sender *s)
{
	return s->restarts;
}
