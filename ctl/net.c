/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/net.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

int64_t
net_now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Waits until the socket has connected or failed. */
static int
net_finish(int fd, int64_t until_us)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	int error = 0;
	socklen_t size = sizeof(error);
	int n;

	do {
		int64_t left_us = until_us - net_now_us();

		n = poll(&p, 1, left_us > 0 ? (int)((left_us + 999) / 1000) : 0);
	} while (n < 0 && errno == EINTR);
	if (n == 0)
		return -ETIMEDOUT;
	if (n < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		return -errno;
	return -error;
}

static int
net_try(const struct addrinfo *a, int64_t until_us, int *ret_fd)
{
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, a->ai_protocol);
	int one = 1;
	int rc = 0;

	if (fd < 0)
		return -errno;
	/* A request is one small write that waits for its answer: never hold it back. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(fd, a->ai_addr, a->ai_addrlen) < 0)
		rc = errno == EINPROGRESS ? net_finish(fd, until_us) : -errno;
	if (rc < 0) {
		close(fd);
		return rc;
	}
	*ret_fd = fd;
	return 0;
}

int
net_connect(const char *host, uint16_t port, int timeout_ms, int *ret_fd)
{
	const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	int64_t until_us = net_now_us() + (int64_t)timeout_ms * 1000;
	struct addrinfo *list = NULL;
	char service[8];
	int rc = -ENOENT;

	snprintf(service, sizeof(service), "%u", port);
	if (getaddrinfo(host, service, &hints, &list) != 0)
		return -ENOENT;
	for (const struct addrinfo *a = list; a != NULL; a = a->ai_next) {
		rc = net_try(a, until_us, ret_fd);
		if (rc == 0 || rc == -ETIMEDOUT)
			break;
	}
	freeaddrinfo(list);
	return rc;
}
