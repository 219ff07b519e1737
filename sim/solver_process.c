/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/solver_process.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "solver/problem_json.h"
#include "solver/worker.h"

enum { CHILD_FD = 3, TRIES = 2, HUNG_S = 600 };

struct solver_process {
	char path[PATH_MAX];
	pid_t pid; /* 0: not running */
	int fd;
	int64_t id; /* of the last request */
};

/* --- the process --- */

int
solver_process_new(const char *bindir, struct solver_process **ret)
{
	struct solver_process *s = calloc(1, sizeof(*s));
	char self[PATH_MAX] = ".";
	ssize_t len;

	if (s == NULL)
		return -ENOMEM;
	if (bindir == NULL) {
		len = readlink("/proc/self/exe", self, sizeof(self) - 1);
		if (len > 0) {
			self[len] = '\0';
			*strrchr(self, '/') = '\0';
		}
		bindir = self;
	}
	s->fd = -1;
	if (snprintf(s->path, sizeof(s->path), "%s/evenkeel-solve", bindir) >=
		(int)sizeof(s->path) ||
	    access(s->path, X_OK) < 0) {
		free(s);
		return -ENOENT;
	}
	*ret = s;
	return 0;
}

static void
end(struct solver_process *s)
{
	if (s->pid == 0)
		return;
	close(s->fd); /* it ends by itself then, but need not be waited for */
	kill(s->pid, SIGKILL);
	while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
		;
	s->pid = 0;
	s->fd = -1;
}

void
solver_process_free(struct solver_process *s)
{
	if (s == NULL)
		return;
	end(s);
	free(s);
}

/* In the child: becomes the worker. */
static void
become(const char *path, int fd)
{
	char number[16];

	setpgid(0, 0); /* a Ctrl-C is for us */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (fd == CHILD_FD ? fcntl(fd, F_SETFD, 0) < 0 : dup2(fd, CHILD_FD) < 0)
		_exit(127);
	snprintf(number, sizeof(number), "%d", CHILD_FD);
	execl(path, path, "--worker", number, (char *)NULL);
	_exit(127);
}

static int
start(struct solver_process *s)
{
	struct timeval hung = { .tv_sec = HUNG_S }; /* no answer by then is none */
	int fd[2];
	pid_t pid;

	if (s->pid != 0)
		return 0;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) < 0)
		return -errno;
	fflush(NULL);
	setsockopt(fd[0], SOL_SOCKET, SO_RCVTIMEO, &hung, sizeof(hung));
	pid = fork();
	if (pid == 0)
		become(s->path, fd[1]);
	close(fd[1]);
	if (pid < 0) {
		close(fd[0]);
		return -EAGAIN;
	}
	s->pid = pid;
	s->fd = fd[0];
	return 0;
}

/* --- a message and its answer --- */

static int
write_exact(int fd, const void *from, size_t n)
{
	for (size_t done = 0; done < n;) {
		ssize_t r = write(fd, (const char *)from + done, n - done);

		if (r <= 0 && errno != EINTR)
			return -EIO;
		done += r > 0 ? (size_t)r : 0;
	}
	return 0;
}

static int
read_exact(int fd, void *to, size_t n)
{
	for (size_t done = 0; done < n;) {
		ssize_t r = read(fd, (char *)to + done, n - done);

		if (r == 0 || (r < 0 && errno != EINTR))
			return -EIO;
		done += r > 0 ? (size_t)r : 0;
	}
	return 0;
}

/* The answer, a new reference. -EIO: the process is of no more use. */
static int
exchange(struct solver_process *s, const char *text, size_t size, json_t **ret)
{
	uint32_t length = htonl((uint32_t)size);
	char *answer;
	int rc = write_exact(s->fd, &length, sizeof(length));

	if (rc == 0)
		rc = write_exact(s->fd, text, size);
	if (rc == 0)
		rc = read_exact(s->fd, &length, sizeof(length));
	if (rc < 0)
		return rc;
	length = ntohl(length);
	if (length == 0 || length > WORKER_MESSAGE_MAX)
		return -EIO;
	answer = malloc(length);
	if (answer == NULL)
		return -ENOMEM;
	rc = read_exact(s->fd, answer, length);
	if (rc == 0 && (*ret = json_loadb(answer, length, 0, NULL)) == NULL)
		rc = -EIO;
	free(answer);
	return rc;
}

static json_t *
request_of(struct solver_process *s, const struct problem *p, const struct solve_limits *lim)
{
	return json_pack("{s:I,s:{s:I,s:I,s:I,s:b,s:b},s:o}", "id", (json_int_t)++s->id, "limits",
	    "time_ms", (json_int_t)lim->time_ms, "work", (json_int_t)lim->work, "seed",
	    (json_int_t)lim->seed, "prove", (int)lim->prove, "search", (int)lim->search, "problem",
	    problem_to_json(p));
}

static int
read_answer(const struct solver_process *s, const json_t *answer, const struct problem *p,
    struct plan **ret, char *why, size_t why_size)
{
	const json_t *plan = json_object_get(answer, "plan");
	const char *error = json_string_value(json_object_get(answer, "error"));

	if (json_integer_value(json_object_get(answer, "id")) != s->id) {
		snprintf(why, why_size, "the solver answers another question");
		return -EINVAL;
	}
	if (plan == NULL) {
		snprintf(why, why_size, "the solver says: %s", error != NULL ? error : "nothing");
		return -ETIME;
	}
	return plan_from_json(plan, p, ret, why, why_size);
}

int
solver_process_solve(struct solver_process *s, const struct problem *p,
    const struct solve_limits *lim, struct plan **ret, char *why, size_t why_size)
{
	json_t *request = request_of(s, p, lim), *answer = NULL;
	char *text = request != NULL ? json_dumps(request, JSON_COMPACT) : NULL;
	int rc = text != NULL ? -EIO : -ENOMEM;

	snprintf(why, why_size, "out of memory");
	if (text != NULL && strlen(text) > WORKER_MESSAGE_MAX)
		rc = -E2BIG;
	for (int i = 0; rc == -EIO && i < TRIES; i++) {
		snprintf(why, why_size, "%s --worker ended without an answer", s->path);
		rc = start(s);
		if (rc == 0)
			rc = exchange(s, text, strlen(text), &answer);
		if (rc < 0)
			end(s);
	}
	if (rc == 0)
		rc = read_answer(s, answer, p, ret, why, why_size);
	json_decref(answer);
	json_decref(request);
	free(text);
	return rc;
}
