/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/pipe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEADER = 4, CHUNK = 16 << 10 };

extern char **environ;

void
pipe_init(struct pipe *p, int fd)
{
	memset(p, 0, sizeof(*p));
	p->fd = fd;
}

void
pipe_done(struct pipe *p)
{
	free(p->in.data);
	free(p->out.data);
	pipe_init(p, -1);
}

/* Room for more bytes at the end; what was taken at the front goes first. */
static int
reserve(struct pipe_bytes *b, size_t more)
{
	size_t room;
	char *data;

	if (b->at > 0) {
		memmove(b->data, b->data + b->at, b->len - b->at);
		b->len -= b->at;
		b->at = 0;
	}
	if (b->len + more <= b->room)
		return 0;
	room = b->len + more > 2 * b->room ? b->len + more : 2 * b->room;
	data = realloc(b->data, room);
	if (data == NULL)
		return -ENOMEM;
	b->data = data;
	b->room = room;
	return 0;
}

int
pipe_put(struct pipe *p, json_t *message)
{
	char *text = message == NULL ? NULL : json_dumps(message, JSON_COMPACT);
	size_t len = text == NULL ? 0 : strlen(text);
	uint32_t n = htonl((uint32_t)len);
	int rc = 0;

	json_decref(message);
	if (text == NULL)
		return -ENOMEM;
	if (len > PIPE_MESSAGE_MAX)
		rc = -E2BIG;
	else
		rc = reserve(&p->out, HEADER + len);
	if (rc == 0) {
		memcpy(p->out.data + p->out.len, &n, HEADER);
		memcpy(p->out.data + p->out.len + HEADER, text, len);
		p->out.len += HEADER + len;
	}
	free(text);
	return rc;
}

int
pipe_send(struct pipe *p)
{
	struct pipe_bytes *out = &p->out;

	while (out->at < out->len) {
		ssize_t n = send(p->fd, out->data + out->at, out->len - out->at,
		    MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n < 0)
			return -errno;
		out->at += (size_t)n;
	}
	out->at = out->len = 0;
	return 1;
}

int
pipe_receive(struct pipe *p)
{
	ssize_t n;

	if (reserve(&p->in, CHUNK) < 0)
		return -ENOMEM;
	n = recv(p->fd, p->in.data + p->in.len, CHUNK, MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (n == 0)
		return -EPIPE;
	p->in.len += (size_t)n;
	return 0;
}

int
pipe_take(struct pipe *p, json_t **ret)
{
	struct pipe_bytes *in = &p->in;
	json_t *message;
	uint32_t n;

	if (in->len - in->at < HEADER)
		return 0;
	memcpy(&n, in->data + in->at, HEADER);
	n = ntohl(n);
	if (n > PIPE_MESSAGE_MAX)
		return -EBADMSG;
	if (in->len - in->at - HEADER < n)
		return 0;
	message = json_loadb(in->data + in->at + HEADER, n, 0, NULL);
	if (message == NULL)
		return -EBADMSG;
	in->at += HEADER + n;
	*ret = message;
	return 1;
}

/* --- starting a process --- */

/* Signals that the daemon blocks are as usual in the child. */
static int
spawn(const char *path, char *const argv[], int fd, pid_t *ret)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none;
	int rc = posix_spawn_file_actions_init(&actions);

	if (rc != 0)
		return -rc;
	rc = posix_spawnattr_init(&attr);
	if (rc == 0) {
		sigemptyset(&none);
		posix_spawnattr_setsigmask(&attr, &none);
		posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
		rc = posix_spawn_file_actions_adddup2(&actions, fd, PIPE_CHILD_FD);
		if (rc == 0)
			rc = posix_spawn(ret, path, &actions, &attr, argv, environ);
		posix_spawnattr_destroy(&attr);
	}
	posix_spawn_file_actions_destroy(&actions);
	return -rc;
}

int
pipe_spawn(const char *path, char *const argv[], int *ret_fd, pid_t *ret_pid)
{
	int fd[2], other, rc;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) < 0)
		return -errno;
	/* Duplicated onto itself, a descriptor would still be closed by the exec. */
	other = fcntl(fd[1], F_DUPFD_CLOEXEC, PIPE_CHILD_FD + 1);
	rc = other < 0 ? -errno : spawn(path, argv, other, ret_pid);
	close(fd[1]);
	if (other >= 0)
		close(other);
	if (rc < 0)
		close(fd[0]);
	else
		*ret_fd = fd[0];
	return rc;
}
