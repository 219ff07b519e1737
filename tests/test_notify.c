/* SPDX-License-Identifier: Apache-2.0 */
/* What systemd hears, on a socket of our own in its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/notify.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static void
say_ready(void)
{
	notify_ready("serving");
}

static const struct {
	const char *name;
	void (*say)(void);
	const char *heard;
} cases[] = {
	{ "ready, with a status", say_ready, "READY=1\nSTATUS=serving" },
	{ "alive", notify_watchdog, "WATCHDOG=1" },
	{ "stopping", notify_stopping, "STOPPING=1" },
};

/* Listens where NOTIFY_SOCKET says; the kernel frees an abstract name by itself. */
static int
listen_at(const char *name)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	memcpy(at.sun_path, name, strlen(name));
	if (name[0] == '@')
		at.sun_path[0] = '\0';
	assert_int_equal(bind(fd, (struct sockaddr *)&at,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))), 0);
	setenv("NOTIFY_SOCKET", name, 1);
	return fd;
}

static void
hear_all(int fd, const char *where)
{
	char heard[512];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		ssize_t len;

		cases[i].say();
		len = recv(fd, heard, sizeof(heard) - 1, 0);
		heard[len > 0 ? len : 0] = '\0';
		if (strcmp(heard, cases[i].heard) != 0)
			fail_msg("%s, %s: heard \"%s\"", where, cases[i].name, heard);
	}
	close(fd);
}

static void
test_abstract_socket(void **unused)
{
	char name[64];

	(void)unused;
	snprintf(name, sizeof(name), "@evenkeel-test-%ld", (long)getpid());
	hear_all(listen_at(name), "abstract");
}

static void
test_socket_in_the_file_system(void **unused)
{
	char folder[] = "/tmp/evenkeel-notify-XXXXXX", name[80];

	(void)unused;
	assert_non_null(mkdtemp(folder));
	snprintf(name, sizeof(name), "%s/notify", folder);
	hear_all(listen_at(name), "path");
	unlink(name);
	rmdir(folder);
}

static void
test_nobody_listens(void **unused)
{
	static const char *const names[] = { "/nowhere/at/all", "relative", "@", "" };

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		setenv("NOTIFY_SOCKET", names[i], 1);
		notify_ready("serving"); /* must come back */
	}
	unsetenv("NOTIFY_SOCKET");
	notify_stopping();
}

static void
test_watchdog_interval(void **unused)
{
	static const struct {
		const char *name, *limit_us;
		int pid; /* 0: not set, 1: ours, 2: another's */
		int64_t ms;
	} intervals[] = {
		{ "half of the limit", "10000000", 1, 5000 },
		{ "without a process", "10000000", 0, 5000 },
		{ "another process's", "10000000", 2, 0 },
		{ "none", NULL, 0, 0 },
		{ "nonsense", "soon", 0, 0 },
		{ "a very short one still counts", "1000", 0, 1 },
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(intervals); i++) {
		char pid[32];

		unsetenv("WATCHDOG_USEC");
		unsetenv("WATCHDOG_PID");
		if (intervals[i].limit_us != NULL)
			setenv("WATCHDOG_USEC", intervals[i].limit_us, 1);
		snprintf(pid, sizeof(pid), "%ld", (long)getpid() + intervals[i].pid - 1);
		if (intervals[i].pid > 0)
			setenv("WATCHDOG_PID", pid, 1);
		if (notify_watchdog_ms() != intervals[i].ms)
			fail_msg("%s: %lld ms", intervals[i].name, (long long)notify_watchdog_ms());
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_abstract_socket),
		cmocka_unit_test(test_socket_in_the_file_system),
		cmocka_unit_test(test_nobody_listens),
		cmocka_unit_test(test_watchdog_interval),
	};

	return cmocka_run_group_tests_name("notify", tests, NULL, NULL);
}
