/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 65536, WORDS_MAX = 4096, NAP_MS = 2 };

/* The command under way. A descriptor is -1 when it is closed. */
struct child {
	pid_t pid;
	int in, out, err;
	const char *text;
	size_t left;    /* of the text, still to be written */
	char *answer;
	size_t size, room;
	char words[WORDS_MAX]; /* the last it wrote to its standard error */
	size_t words_n;
	int64_t deadline_ms;
};

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
shut(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* In the child: becomes the command. */
static void
become(const char *command, int in, int out, int err)
{
	/* A Ctrl-C is for us; whoever is late is killed with all that it started. */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_DFL);
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		_exit(127);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

static int
start(const char *command, struct child *c)
{
	int pipes[3][2] = { { -1, -1 }, { -1, -1 }, { -1, -1 } };
	int rc = 0;

	for (int i = 0; rc == 0 && i < 3; i++)
		if (pipe2(pipes[i], O_CLOEXEC) < 0)
			rc = -errno;
	if (rc == 0) {
		fflush(NULL);
		c->pid = fork();
		if (c->pid == 0)
			become(command, pipes[0][0], pipes[1][1], pipes[2][1]);
		if (c->pid < 0)
			rc = -errno;
		else
			setpgid(c->pid, c->pid); /* whoever is first */
	}
	shut(&pipes[0][0]);
	shut(&pipes[1][1]);
	shut(&pipes[2][1]);
	c->in = pipes[0][1];
	c->out = pipes[1][0];
	c->err = pipes[2][0];
	if (rc == 0 && fcntl(c->in, F_SETFL, O_NONBLOCK) < 0)
		rc = -errno;
	return rc;
}

/* Writes what the pipe takes. Whoever does not want all of it is left alone. */
static void
feed(struct child *c)
{
	ssize_t n = write(c->in, c->text, c->left);

	if (n > 0) {
		c->text += n;
		c->left -= (size_t)n;
	}
	if (c->left == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		shut(&c->in);
}

static int
hear(struct child *c)
{
	ssize_t n;

	if (c->room - c->size < CHUNK + 1) {
		size_t room = c->room * 2 + 2 * CHUNK;
		char *more = realloc(c->answer, room);

		if (more == NULL)
			return -ENOMEM;
		c->answer = more;
		c->room = room;
	}
	n = read(c->out, c->answer + c->size, CHUNK);
	if (n < 0 && errno == EINTR)
		return 0;
	if (n <= 0)
		shut(&c->out);
	else
		c->size += (size_t)n;
	c->answer[c->size] = '\0';
	return c->size > CHILD_ANSWER_MAX ? -EFBIG : 0;
}

/* Keeps the end of what it complains of. */
static void
hear_words(struct child *c)
{
	char chunk[WORDS_MAX / 2];
	ssize_t n = read(c->err, chunk, sizeof(chunk));
	size_t keep = WORDS_MAX - 1 - sizeof(chunk);

	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0) {
		shut(&c->err);
		return;
	}
	if (c->words_n > keep) {
		memmove(c->words, c->words + c->words_n - keep, keep);
		c->words_n = keep;
	}
	memcpy(c->words + c->words_n, chunk, (size_t)n);
	c->words_n += (size_t)n;
	c->words[c->words_n] = '\0';
}

/* Until it has closed its output, or its time is over. */
static int
talk(struct child *c)
{
	int rc = 0;

	while (rc == 0 && (c->out >= 0 || c->err >= 0)) {
		struct pollfd fds[3] = { { c->in, POLLOUT, 0 }, { c->out, POLLIN, 0 },
			{ c->err, POLLIN, 0 } };
		int64_t left_ms = c->deadline_ms - now_ms();

		if (left_ms <= 0)
			return -ETIMEDOUT;
		if (poll(fds, 3, left_ms < 1000 ? (int)left_ms : 1000) < 0 && errno != EINTR)
			return -errno;
		if (c->in >= 0 && fds[0].revents != 0)
			feed(c);
		if (c->out >= 0 && fds[1].revents != 0)
			rc = hear(c);
		if (c->err >= 0 && fds[2].revents != 0)
			hear_words(c);
	}
	return rc;
}

/* Waits for its end; kills it if it does not end in time or must. */
static int
reap(struct child *c, bool must_end, int *ret_status)
{
	struct timespec nap = { 0, NAP_MS * 1000000L };
	bool late = false;
	pid_t got;

	while ((got = waitpid(c->pid, ret_status, must_end ? 0 : WNOHANG)) == 0 ||
	    (got < 0 && errno == EINTR)) {
		if (got == 0 && now_ms() >= c->deadline_ms) {
			late = must_end = true;
			kill(-c->pid, SIGKILL);
		} else if (got == 0) {
			nanosleep(&nap, NULL);
		}
	}
	kill(-c->pid, SIGKILL); /* what it may have left running */
	return late ? -ETIMEDOUT : got < 0 ? -errno : 0;
}

/* The last line that says something. */
static const char *
last_words(struct child *c)
{
	char *line;

	while (c->words_n > 0 && strchr("\r\n\t ", c->words[c->words_n - 1]) != NULL)
		c->words[--c->words_n] = '\0';
	line = strrchr(c->words, '\n');
	return line != NULL ? line + 1 : c->words;
}

static void
explain(struct child *c, int rc, int status, int64_t limit_ms, char *why, size_t why_size)
{
	const char *words = last_words(c);
	const char *colon = *words != '\0' ? ": " : "";

	if (rc == -ETIMEDOUT)
		snprintf(why, why_size, "it had no answer within %g s%s%.300s",
		    (double)limit_ms / 1000, colon, words);
	else if (rc == -EFBIG)
		snprintf(why, why_size, "its answer is longer than %d bytes", CHILD_ANSWER_MAX);
	else if (rc < 0)
		snprintf(why, why_size, "%s", strerror(-rc));
	else if (WIFSIGNALED(status))
		snprintf(why, why_size, "it was ended by signal %d%s%.300s", WTERMSIG(status),
		    colon, words);
	else
		snprintf(why, why_size, "it ended with status %d%s%.300s", WEXITSTATUS(status),
		    colon, words);
}

int
child_run(const char *command, const char *text, size_t size, int64_t limit_ms, char **ret,
    size_t *ret_size, char *why, size_t why_size)
{
	struct child c = { .text = text, .left = size, .deadline_ms = now_ms() + limit_ms };
	int status = 0, rc = start(command, &c), ended;

	if (rc == 0)
		rc = talk(&c);
	if (c.pid > 0) {
		if (rc < 0)
			kill(-c.pid, SIGKILL);
		ended = reap(&c, rc < 0, &status);
		rc = rc < 0 ? rc : ended;
	}
	shut(&c.in);
	shut(&c.out);
	shut(&c.err);
	if (rc < 0 || status != 0) {
		explain(&c, rc, status, limit_ms, why, why_size);
		free(c.answer);
		return rc < 0 ? rc : -EIO;
	}
	*ret = c.answer;
	*ret_size = c.size;
	return 0;
}
