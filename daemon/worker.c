/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/worker.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/log.h"
#include "daemon/pipe.h"
#include "solver/worker.h"

enum {
	HEADER = 4,
	CHUNK = 64 * 1024,
	FIRST_MS = 400,        /* a new process may take so long to come up */
	BACKOFF_MS = 100,      /* before a worker that died without an answer is replaced */
	BACKOFF_MAX_MS = 5000,
	LOWER_PRIORITY = 10,   /* nice value of the last worker */
	REAP_MS = 2,
	REAPS_MAX = 64,        /* ended processes not yet waited for */
};

struct bytes {
	char *data;
	size_t len, done, room;
};

/* A process that was told to end, and what the log says of it when it has. */
struct ending {
	pid_t pid;
	char why[256];
};

struct worker {
	struct worker_pool *pool;
	pid_t pid; /* 0: not running */
	int fd;
	struct net_watch *watch;
	struct net_timer *deadline; /* of the job; or of the next start */
	bool fresh;                 /* has not answered yet since it was started */
	int32_t failures;           /* starts in a row without an answer */
	bool busy;
	int64_t id;
	struct bytes out, in;
	worker_done_fn *done;
	void *arg;
};

struct worker_pool {
	struct net *net;
	char path[4096];
	net_fn *idle;
	void *arg;
	struct net_timer *reaper, *teller;
	struct ending reap[REAPS_MAX];
	int32_t reaps;
	int64_t next_id;
	struct worker_figures figures;
	int32_t asked;   /* workers wanted */
	int32_t workers; /* started so far, and tended */
	struct worker worker[];
};

static int start(struct worker *w);

static void
bytes_done(struct bytes *b)
{
	free(b->data);
	*b = (struct bytes){ 0 };
}

static int
bytes_reserve(struct bytes *b, size_t more)
{
	size_t room = b->len + more;
	char *data;

	if (room <= b->room)
		return 0;
	if (room < 2 * b->room)
		room = 2 * b->room;
	data = realloc(b->data, room);
	if (data == NULL)
		return -ENOMEM;
	b->data = data;
	b->room = room;
	return 0;
}

/* The one line about a worker that was lost. */
static void
say_ended(const struct ending *e, int status)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
		log_say(LEVEL_WARNING, "solver worker %d: %s (signal %d, %s); replaced", (int)e->pid,
		    e->why, WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (WIFEXITED(status))
		log_say(LEVEL_WARNING, "solver worker %d: %s (status %d); replaced", (int)e->pid,
		    e->why, WEXITSTATUS(status));
	else
		log_say(LEVEL_WARNING, "solver worker %d: %s; killed and replaced", (int)e->pid, e->why);
}

/* Waits for ended children without blocking; those that linger are asked again. */
static void
reap(void *arg)
{
	struct worker_pool *p = arg;
	int32_t left = 0;

	for (int32_t i = 0; i < p->reaps; i++) {
		int status = 0;
		pid_t rc = waitpid(p->reap[i].pid, &status, WNOHANG);

		if (rc == 0)
			p->reap[left++] = p->reap[i];
		else if (rc > 0)
			say_ended(&p->reap[i], status);
	}
	p->reaps = left;
	if (left > 0)
		net_timer_set(p->reaper, REAP_MS);
}

static void
end_process(struct worker *w, const char *why)
{
	struct worker_pool *p = w->pool;
	struct ending e = { .pid = w->pid };
	int status;

	snprintf(e.why, sizeof(e.why), "%s", why);
	net_watch_free(w->watch);
	w->watch = NULL;
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
	if (w->pid > 0) {
		kill(w->pid, SIGKILL);
		p->figures.alive--;
		if (p->reaps < REAPS_MAX)
			p->reap[p->reaps++] = e;
		else if (waitpid(w->pid, &status, 0) == w->pid) /* killed: it ends at once */
			say_ended(&e, status);
		net_timer_set(p->reaper, 1);
	}
	w->pid = 0;
	bytes_done(&w->in);
	bytes_done(&w->out);
}

static void
restart(struct worker *w)
{
	int64_t ms = 0;

	/* One that never answered would be started in a tight circle. */
	if (w->fresh) {
		w->failures++;
		ms = BACKOFF_MS << (w->failures < 7 ? w->failures - 1 : 6);
		ms = ms > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : ms;
	}
	net_timer_set(w->deadline, ms);
}

/* Ends the job with what came of it; a worker whose word cannot be trusted ends with it. */
static void
finish(struct worker *w, enum worker_end end, const json_t *plan, const char *why)
{
	char bad[200] = "";
	bool sound;

	assert(w->busy);
	net_timer_stop(w->deadline);
	sound = w->done(w->arg, end, plan, why, bad, sizeof(bad));
	w->busy = false; /* only now: it gets no other job while this one is looked at */
	w->done = NULL;
	if (w->pid > 0) { /* it answered */
		w->fresh = false;
		w->failures = 0;
		if (!sound) {
			w->pool->figures.restarts++;
			end_process(w, bad);
		}
	}
	if (w->pid == 0)
		restart(w);
	net_timer_set(w->pool->teller, 0);
}

/* The process ended, is late, or says what it must not. */
static void
lost(struct worker *w, enum worker_end end, const char *why)
{
	w->pool->figures.restarts++;
	w->pool->figures.timeouts += end == WORKER_TIMEOUT;
	end_process(w, why);
	if (w->busy)
		finish(w, end, NULL, why);
	else
		restart(w);
}

static void
broke(struct worker *w, const char *why)
{
	lost(w, WORKER_DIED, why);
}

/* Whoever ends before he has read all that he was sent resets the connection. */
static const char *
gone(int error)
{
	return error == ECONNRESET || error == EPIPE ? "it ended" : strerror(error);
}

/* The job's time is up, or it is time to start again. */
static void
deadline(void *arg)
{
	struct worker *w = arg;
	int rc;

	if (w->busy) {
		lost(w, WORKER_TIMEOUT, "it gave no answer by its deadline");
		return;
	}
	rc = start(w);
	if (rc < 0) {
		log_say(LEVEL_ERROR, "cannot start %s: %s", w->pool->path, strerror(-rc));
		restart(w);
		return;
	}
	net_timer_set(w->pool->teller, 0);
}

static void
take_message(struct worker *w, const char *text, size_t len)
{
	json_t *j = json_loadb(text, len, 0, NULL);
	const json_t *plan = json_object_get(j, "plan");
	const char *error = json_string_value(json_object_get(j, "error"));

	if (plan == NULL)
		plan = json_object_get(j, "plans");
	if (json_integer_value(json_object_get(j, "id")) != w->id ||
	    (plan == NULL && error == NULL))
		broke(w, "it answered what nobody asked");
	else if (plan != NULL)
		finish(w, WORKER_ANSWERED, plan, "");
	else
		finish(w, WORKER_REFUSED, NULL, error);
	json_decref(j);
}

/* A whole message in the buffer is taken out and handed on; false while bytes are missing. */
static bool
next_message(struct worker *w)
{
	struct bytes in;
	uint32_t n;

	if (w->in.len < HEADER)
		return false;
	memcpy(&n, w->in.data, HEADER);
	n = ntohl(n);
	if (n > WORKER_MESSAGE_MAX) {
		broke(w, "its answer is too long");
		return false;
	}
	if (w->in.len < HEADER + (size_t)n)
		return false;
	if (w->in.len > HEADER + (size_t)n) {
		broke(w, "it said more than its answer");
		return false;
	}
	in = w->in;
	w->in = (struct bytes){ 0 };
	take_message(w, in.data + HEADER, n);
	bytes_done(&in);
	return true;
}

static void
receive(struct worker *w)
{
	ssize_t n;

	if (bytes_reserve(&w->in, CHUNK) < 0) {
		broke(w, "out of memory for its answer");
		return;
	}
	n = recv(w->fd, w->in.data + w->in.len, CHUNK, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		broke(w, n == 0 ? "it ended" : gone(errno));
		return;
	}
	if (!w->busy) {
		broke(w, "it answered what nobody asked");
		return;
	}
	w->in.len += (size_t)n;
	next_message(w);
}

static void
transmit(struct worker *w)
{
	struct bytes *out = &w->out;

	while (out->done < out->len) {
		ssize_t n = send(w->fd, out->data + out->done, out->len - out->done,
		    MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0) {
			broke(w, gone(errno));
			return;
		}
		out->done += (size_t)n;
	}
	net_watch_write(w->watch, out->done < out->len);
	if (out->done == out->len)
		bytes_done(out);
}

static void
ready(void *arg, bool readable, bool writable)
{
	struct worker *w = arg;
	pid_t pid = w->pid;

	if (writable)
		transmit(w);
	if (readable && w->pid == pid && pid > 0) /* it may have been ended just now */
		receive(w);
}

static int
start(struct worker *w)
{
	char number[16], option[] = "--worker";
	char *argv[] = { w->pool->path, option, number, NULL };
	int rc;

	snprintf(number, sizeof(number), "%d", PIPE_CHILD_FD);
	rc = pipe_spawn(w->pool->path, argv, &w->fd, &w->pid);
	if (rc < 0) {
		w->pid = 0;
		return rc;
	}
	/* Only a hint to the scheduler: whether it is taken does not matter. */
	if (w == &w->pool->worker[w->pool->asked - 1] && w->pool->asked > 1)
		(void)setpriority(PRIO_PROCESS, (id_t)w->pid, LOWER_PRIORITY);
	w->fresh = true;
	w->pool->figures.alive++;
	w->watch = net_watch_new(w->pool->net, w->fd, ready, w);
	if (w->watch == NULL) {
		end_process(w, "out of memory to watch it");
		return -ENOMEM;
	}
	return 0;
}

static void
tell_idle(void *arg)
{
	struct worker_pool *p = arg;

	if (worker_idle(p) > 0)
		p->idle(p->arg);
}

int
worker_pool_new(struct net *net, const char *path, int32_t workers, net_fn *idle, void *arg,
    struct worker_pool **ret, char *why, size_t why_size)
{
	struct worker_pool *p;
	int rc = -ENOMEM;

	assert(workers > 0 && workers <= WORKERS_MAX);
	p = calloc(1, sizeof(*p) + (size_t)workers * sizeof(p->worker[0]));
	if (p == NULL)
		goto fail;
	p->asked = workers;
	p->net = net;
	p->idle = idle;
	p->arg = arg;
	snprintf(p->path, sizeof(p->path), "%s", path);
	p->reaper = net_timer_new(net, reap, p);
	p->teller = net_timer_new(net, tell_idle, p);
	if (p->reaper == NULL || p->teller == NULL)
		goto fail;
	rc = 0;
	for (; rc == 0 && p->workers < workers; p->workers++) {
		struct worker *w = &p->worker[p->workers];

		w->pool = p;
		w->fd = -1;
		w->deadline = net_timer_new(net, deadline, w);
		rc = w->deadline == NULL ? -ENOMEM : start(w);
	}
	if (rc == 0) {
		*ret = p;
		return 0;
	}
fail:
	snprintf(why, why_size, "cannot start the solver %s: %s", path, strerror(-rc));
	worker_pool_free(p);
	return rc;
}

void
worker_pool_free(struct worker_pool *p)
{
	if (p == NULL)
		return;
	for (int32_t i = 0; i < p->workers; i++) {
		struct worker *w = &p->worker[i];
		pid_t pid = w->pid;

		w->busy = false;
		net_watch_free(w->watch);
		if (w->fd >= 0)
			close(w->fd);
		if (pid > 0) {
			kill(pid, SIGKILL);
			waitpid(pid, NULL, 0);
		}
		bytes_done(&w->in);
		bytes_done(&w->out);
		net_timer_free(w->deadline);
	}
	for (int32_t i = 0; i < p->reaps; i++)
		waitpid(p->reap[i].pid, NULL, 0); /* killed: ends at once */
	net_timer_free(p->reaper);
	net_timer_free(p->teller);
	free(p);
}

int32_t
worker_idle(const struct worker_pool *p)
{
	int32_t n = 0;

	for (int32_t i = 0; i < p->workers; i++)
		n += p->worker[i].pid > 0 && !p->worker[i].busy;
	return n;
}

static struct worker *
pick_idle(struct worker_pool *p, bool can_wait)
{
	for (int32_t n = 0; n < p->workers; n++) {
		struct worker *w = &p->worker[can_wait ? p->workers - 1 - n : n];

		if (w->pid > 0 && !w->busy)
			return w;
	}
	return NULL;
}

static int
put_job(struct bytes *out, int64_t id, json_t *limits, json_t *problem)
{
	json_t *job = json_pack("{s:I, s:o, s:o}", "id", (json_int_t)id, "limits", limits,
	    "problem", problem);
	char *text = job == NULL ? NULL : json_dumps(job, JSON_COMPACT);
	size_t len = text == NULL ? 0 : strlen(text);
	uint32_t n = htonl((uint32_t)len);
	int rc = 0;

	if (text == NULL || bytes_reserve(out, HEADER + len) < 0)
		rc = -ENOMEM;
	else if (len > WORKER_MESSAGE_MAX)
		rc = -E2BIG;
	if (rc == 0) {
		memcpy(out->data, &n, HEADER);
		memcpy(out->data + HEADER, text, len);
		out->len = HEADER + len;
	}
	free(text);
	json_decref(job);
	return rc;
}

int
worker_solve(struct worker_pool *p, json_t *limits, json_t *problem, int64_t deadline_ms,
    bool can_wait, worker_done_fn *done, void *arg)
{
	struct worker *w = pick_idle(p, can_wait);
	int rc;

	if (w == NULL) {
		json_decref(limits);
		json_decref(problem);
		return -EBUSY;
	}
	bytes_done(&w->out);
	rc = put_job(&w->out, ++p->next_id, limits, problem);
	if (rc < 0) {
		bytes_done(&w->out);
		return rc;
	}
	w->id = p->next_id;
	w->busy = true;
	w->done = done;
	w->arg = arg;
	net_timer_set(w->deadline, deadline_ms + (w->fresh ? FIRST_MS : 0));
	net_watch_write(w->watch, true); /* sent when the loop turns: done() is never called from here */
	return 0;
}

void
worker_figures(const struct worker_pool *p, struct worker_figures *ret)
{
	*ret = p->figures;
}
