/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON messages over a socket between the daemon and a process of its own: each is 4 bytes of
 * length, most significant first, and so many bytes of text. Nothing here waits. And starting such
 * a process.
 */
#ifndef EVENKEEL_DAEMON_PIPE_H
#define EVENKEEL_DAEMON_PIPE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { PIPE_MESSAGE_MAX = 256 << 10, PIPE_CHILD_FD = 3 };

struct pipe_bytes {
	char *data;
	size_t at, len, room;
};

struct pipe {
	int fd; /* not closed here */
	struct pipe_bytes in, out;
};

void pipe_init(struct pipe *p, int fd);
void pipe_done(struct pipe *p);

/* Queues a message (stolen). -ENOMEM, -E2BIG. */
int pipe_put(struct pipe *p, json_t *message);
/* Sends what the socket takes. 1: all is sent, 0: there is more; -errno: it is broken. */
int pipe_send(struct pipe *p);
/* Reads what is there. 0, or -errno; -EPIPE: the other side ended. */
int pipe_receive(struct pipe *p);
/* Takes out a whole message: 1 and a new reference; 0 none yet; -EBADMSG: no message is like that.
 */
int pipe_take(struct pipe *p, json_t **ret);

/*
 * Starts path with its arguments (argv[0] to NULL) and a socket as PIPE_CHILD_FD. *ret_fd is our
 * end. -errno.
 */
int pipe_spawn(const char *path, char *const argv[], int *ret_fd, pid_t *ret_pid);

#endif
