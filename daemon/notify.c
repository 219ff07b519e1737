/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The protocol of sd_notify(3), which is stable and small: one datagram of NAME=VALUE
 * lines to the socket that $NOTIFY_SOCKET names. Written out, so that the daemon does
 * not load libsystemd and what that loads.
 */
#include "daemon/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A name that begins with @ is abstract: its first byte is NUL. */
static int
address_of(const char *name, struct sockaddr_un *ret, socklen_t *ret_len)
{
	size_t len = strlen(name);

	if ((name[0] != '/' && name[0] != '@') || len < 2 || len >= sizeof(ret->sun_path))
		return -EINVAL;
	memset(ret, 0, sizeof(*ret));
	ret->sun_family = AF_UNIX;
	memcpy(ret->sun_path, name, len);
	if (name[0] == '@')
		ret->sun_path[0] = '\0';
	*ret_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	return 0;
}

/* What cannot be sent is dropped: systemd then does what its unit says about silence. */
static void
tell(const char *text)
{
	const char *name = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to;
	socklen_t len;
	int fd;

	if (name == NULL || address_of(name, &to, &len) < 0)
		return;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	(void)sendto(fd, text, strlen(text), MSG_NOSIGNAL, (struct sockaddr *)&to, len);
	close(fd);
}

void
notify_ready(const char *status)
{
	char text[256];

	snprintf(text, sizeof(text), "READY=1\nSTATUS=%.200s", status);
	tell(text);
}

void
notify_stopping(void)
{
	tell("STOPPING=1");
}

void
notify_watchdog(void)
{
	tell("WATCHDOG=1");
}

int64_t
notify_watchdog_ms(void)
{
	const char *limit = getenv("WATCHDOG_USEC");
	const char *whose = getenv("WATCHDOG_PID");
	int64_t us = limit != NULL ? strtoll(limit, NULL, 10) : 0;

	if (whose != NULL && strtoll(whose, NULL, 10) != (long long)getpid())
		return 0; /* meant for the process that started us */
	if (us <= 0)
		return 0;
	return us < 2000 ? 1 : us / 2000;
}
