/* SPDX-License-Identifier: Apache-2.0 */
/* The worker over its socket: answers, refuses, or ends; it never hangs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "solver/sandbox.h"
#include "solver/worker.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

enum { PATIENCE_S = 20 };

struct worker {
	pid_t pid;
	int fd;
};

static void
start(struct worker *w)
{
	const char *dir = getenv("EVENKEEL_BUILDDIR");
	struct timeval patience = { PATIENCE_S, 0 };
	char path[4096], number[16];
	int pair[2];

	snprintf(path, sizeof(path), "%s/evenkeel-solve", dir ? dir : ".");
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	w->pid = fork();
	assert_true(w->pid >= 0);
	if (w->pid == 0) {
		close(pair[0]);
		snprintf(number, sizeof(number), "%d", pair[1]);
		execl(path, "evenkeel-solve", "--worker", number, (char *)NULL);
		_exit(127);
	}
	close(pair[1]);
	w->fd = pair[0];
	setsockopt(w->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(w->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
}

/* Closes the socket; the exit status, or -1 - signal. Fails if it does not end. */
static int
stop(struct worker *w)
{
	int status;

	close(w->fd);
	for (int tenth = 0; tenth < PATIENCE_S * 10; tenth++) {
		if (waitpid(w->pid, &status, WNOHANG) == w->pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : -1 - WTERMSIG(status);
		usleep(100000);
	}
	kill(w->pid, SIGKILL);
	waitpid(w->pid, &status, 0);
	fail_msg("the worker hangs");
	return 0;
}

static void
send_bytes(struct worker *w, uint32_t length, const char *text, size_t size)
{
	uint32_t head = htonl(length);

	assert_int_equal(send(w->fd, &head, sizeof(head), MSG_NOSIGNAL), (ssize_t)sizeof(head));
	assert_int_equal(send(w->fd, text, size, MSG_NOSIGNAL), (ssize_t)size);
}

/* The next message, or NULL if the worker has closed. */
static json_t *
receive(struct worker *w)
{
	uint32_t head;
	char *text;
	size_t got = 0;
	json_t *j;

	if (recv(w->fd, &head, sizeof(head), MSG_WAITALL) != (ssize_t)sizeof(head))
		return NULL;
	head = ntohl(head);
	assert_in_range(head, 2, WORKER_MESSAGE_MAX);
	text = malloc(head);
	assert_non_null(text);
	while (got < head) {
		ssize_t n = recv(w->fd, text + got, head - got, 0);

		assert_true(n > 0);
		got += (size_t)n;
	}
	j = json_loadb(text, head, 0, NULL);
	free(text);
	assert_non_null(j);
	return j;
}

#define PROBLEM "{\"technicians\":[{\"id\":\"t\",\"start\":{\"lat\":1,\"lon\":1},\"ready_s\":0," \
	"\"shift_end_s\":30000}],\"calls\":[{\"id\":\"c\",\"site\":{\"lat\":1.01,\"lon\":1}," \
	"\"duration_s\":600,\"unserved_cents\":9999}]}"

static const struct {
	const char *name, *text;
	const char *error; /* NULL: a plan is due */
} requests[] = {
	{ "a good one", "{\"id\":7,\"limits\":{\"time_ms\":1000},\"problem\":" PROBLEM "}", NULL },
	{ "without limits", "{\"id\":7,\"problem\":" PROBLEM "}", NULL },
	{ "no JSON", "\1\2\3\4", "column" },
	{ "an array", "[1,2]", "expected an object" },
	{ "deeply nested", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "column" },
	{ "no problem", "{\"id\":7}", "got nothing" },
	{ "an unknown limit", "{\"id\":7,\"limits\":{\"tyme\":1},\"problem\":" PROBLEM "}",
	    "limits.tyme" },
	{ "a negative time", "{\"id\":7,\"limits\":{\"time_ms\":-1},\"problem\":" PROBLEM "}",
	    "limits.time_ms: expected 0 to" },
	{ "no budget", "{\"id\":7,\"limits\":{\"budgets\":[]},\"problem\":" PROBLEM "}", "at least one" },
	{ "budgets out of order", "{\"id\":7,\"limits\":{\"budgets\":[2,1]},\"problem\":" PROBLEM "}",
	    "limits.budgets: expected ascending" },
	{ "any number before some", "{\"id\":7,\"limits\":{\"budgets\":[-1,1]},\"problem\":" PROBLEM
	    "}", "-1 only as the last" },
	{ "too many budgets", "{\"id\":7,\"limits\":{\"budgets\":[0,1,2,3,4,5,6,7,8]},\"problem\":"
	    PROBLEM "}", "limits.budgets" },
	{ "a broken problem", "{\"id\":7,\"problem\":{\"technicians\":[3]}}", "technicians[0]" },
};

/* One worker for all: it must go on serving after each refusal. */
static void
test_requests(void **unused)
{
	struct worker w;

	(void)unused;
	start(&w);
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		const char *text = requests[i].text;
		const char *error;
		json_t *reply;

		send_bytes(&w, (uint32_t)strlen(text), text, strlen(text));
		reply = receive(&w);
		if (reply == NULL)
			fail_msg("%s: no answer", requests[i].name);
		error = json_string_value(json_object_get(reply, "error"));
		if (requests[i].error == NULL
		    ? json_object_get(json_object_get(reply, "plan"), "routes") == NULL
		    : error == NULL || strstr(error, requests[i].error) == NULL)
			fail_msg("%s: %s", requests[i].name, error ? error : "no error");
		json_decref(reply);
	}
	assert_int_equal(stop(&w), 0);
}

/*
 * Two told calls in each other's place: t1 stands where t2's call is, and the other way round. Swapping
 * them saves most of the driving, and disturbs both.
 */
#define TECH(name, lat, call) "{\"id\":\"" name "\",\"start\":{\"lat\":" lat ",\"lon\":1},\"ready_s\":0," \
	"\"shift_end_s\":30000,\"drive_cents_per_h\":3000,\"current\":[\"" call "\"]}"
#define CALL(name, lat, tech) "{\"id\":\"" name "\",\"site\":{\"lat\":" lat ",\"lon\":1}," \
	"\"duration_s\":600,\"unserved_cents\":99999,\"told\":{\"technician\":\"" tech "\"}}"
#define CROSSED "{\"technicians\":[" TECH("t1", "1.0", "b") "," TECH("t2", "1.2", "a") "],\"calls\":[" \
	CALL("a", "1.01", "t2") "," CALL("b", "1.21", "t1") "]}"

/* One request, a plan for each budget: none dearer than the one before, each within its own. */
static void
test_budgets(void **unused)
{
	static const char text[] = "{\"id\":9,\"limits\":{\"work\":100000,\"budgets\":[0,1,2,-1]},"
	                           "\"problem\":" CROSSED "}";
	static const json_int_t budget[] = { 0, 1, 2, -1 };
	json_int_t cost[ARRAY_LEN(budget)];
	struct worker w;
	json_t *reply, *plans;

	(void)unused;
	start(&w);
	send_bytes(&w, (uint32_t)strlen(text), text, strlen(text));
	reply = receive(&w);
	assert_non_null(reply);
	assert_null(json_object_get(reply, "plan"));
	plans = json_object_get(reply, "plans");
	assert_int_equal(json_array_size(plans), ARRAY_LEN(budget));
	for (size_t i = 0; i < ARRAY_LEN(budget); i++) {
		const json_t *one = json_array_get(plans, i), *plan = json_object_get(one, "plan");
		json_int_t chosen = json_integer_value(
		    json_object_get(json_object_get(plan, "disturbance"), "chosen"));

		cost[i] = json_integer_value(json_object_get(plan, "cost_cents"));
		assert_int_equal(json_integer_value(json_object_get(one, "budget")), budget[i]);
		assert_true(budget[i] < 0 || chosen <= budget[i]);
		assert_true(json_is_true(json_object_get(plan, "proven")));
	}
	/* Nobody is moved for nothing: with none it is the stay plan. */
	assert_int_equal(cost[0], json_integer_value(json_object_get(
	    json_object_get(json_array_get(plans, 0), "plan"), "stay_cents")));
	assert_true(cost[1] < cost[0]);
	assert_true(cost[2] < cost[1]);
	assert_int_equal(cost[3], cost[2]);
	json_decref(reply);
	assert_int_equal(stop(&w), 0);
}

static const struct {
	const char *name;
	uint32_t length;
	const char *text;
} garbage[] = {
	{ "an oversized length", WORKER_MESSAGE_MAX + 1u, "{}" },
	{ "the largest length", UINT32_MAX, "GET / HTTP/1.1\r\n" },
	{ "an empty message", 0, "" },
	{ "half a message", 1000, "{\"id\":1" },
};

static void
test_garbage(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(garbage); i++) {
		struct worker w;
		json_t *reply;

		start(&w);
		send_bytes(&w, garbage[i].length, garbage[i].text, strlen(garbage[i].text));
		shutdown(w.fd, SHUT_WR);
		reply = receive(&w);
		if (reply != NULL)
			fail_msg("%s: answered", garbage[i].name);
		if (stop(&w) != 1)
			fail_msg("%s: did not end with status 1", garbage[i].name);
	}
}

#if !defined(__SANITIZE_ADDRESS__)
/* Deeds of a worker that has been taken over: each returns whether it could be done. */

static bool
open_a_file(void)
{
	return open("/etc/passwd", O_RDONLY) >= 0;
}

static bool
make_a_file(void)
{
	return creat("/tmp/evenkeel-must-not-be", 0600) >= 0;
}

static bool
remove_a_file(void)
{
	return unlink("/tmp/evenkeel-must-not-be") == 0 || errno == ENOENT;
}

static bool
list_a_folder(void)
{
	return open("/", O_RDONLY | O_DIRECTORY) >= 0;
}

static bool
make_a_pipe(void)
{
	int ends[2];

	return pipe(ends) == 0;
}

static bool
open_a_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

static bool
open_a_local_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
}

static bool
be_a_server(void)
{
	return listen(0, 1) == 0;
}

static bool
start_a_process(void)
{
	return fork() >= 0;
}

static bool
start_a_program(void)
{
	char name[] = "true";
	char *argv[] = { name, NULL }, *none[] = { NULL };

	return execve("/bin/true", argv, none) == 0;
}

static bool
hit_the_daemon(void)
{
	return kill(getppid(), 0) == 0;
}

static bool
debug_the_daemon(void)
{
	return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == 0;
}

static bool
lift_a_limit(void)
{
	struct rlimit r = { RLIM_INFINITY, RLIM_INFINITY };

	return setrlimit(RLIMIT_AS, &r) == 0;
}

static bool
become_another(void)
{
	return setuid(1) == 0;
}

static bool
move_to_another_root(void)
{
	return chroot("/tmp") == 0;
}

static bool
take_much_memory(void)
{
	void *volatile p = malloc((size_t)3 << 30);
	bool done = p != NULL;

	free(p);
	return done;
}

static bool
work_for_ever(void)
{
	struct timespec from, now;

	clock_gettime(CLOCK_MONOTONIC, &from);
	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while (now.tv_sec < from.tv_sec + PATIENCE_S);
	return true;
}

static const struct {
	const char *name;
	bool (*deed)(void);
	int signo; /* that ends it; 0: it is just refused */
} forbidden[] = {
	{ "open a file", open_a_file, 0 },
	{ "make a file", make_a_file, SIGSYS },
	{ "remove a file", remove_a_file, SIGSYS },
	{ "list a folder", list_a_folder, 0 },
	{ "make a pipe", make_a_pipe, SIGSYS },
	{ "open a socket", open_a_socket, SIGSYS },
	{ "open a local socket", open_a_local_socket, SIGSYS },
	{ "be a server", be_a_server, SIGSYS },
	{ "start a process", start_a_process, SIGSYS },
	{ "start a program", start_a_program, SIGSYS },
	{ "hit the daemon", hit_the_daemon, SIGSYS },
	{ "debug the daemon", debug_the_daemon, SIGSYS },
	{ "lift a limit", lift_a_limit, SIGSYS },
	{ "become another", become_another, SIGSYS },
	{ "move to another root", move_to_another_root, SIGSYS },
	{ "take much memory", take_much_memory, 0 },
	{ "work for ever", work_for_ever, SIGXCPU },
};

/* In a child, locked down as a worker is, with a second of CPU time at most. */
static void
try_it(bool (*deed)(void))
{
	struct rlimit second = { 1, 2 };

	if (setrlimit(RLIMIT_CPU, &second) < 0 || sandbox_enter() < 0)
		_exit(2);
	_exit(deed());
}

static void
test_sandbox(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(forbidden); i++) {
		int status;
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0)
			try_it(forbidden[i].deed);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (forbidden[i].signo == 0 ? !WIFEXITED(status) || WEXITSTATUS(status) != 0
		                            : !WIFSIGNALED(status) ||
		            WTERMSIG(status) != forbidden[i].signo)
			fail_msg("%s: status %x", forbidden[i].name, (unsigned)status);
	}
}
#endif

/* The process that starts a worker: dies of kill -9 once the worker is locked down. */
static void
be_killed_with_a_worker(int told)
{
	pid_t worker = fork();

	if (worker == 0) {
		alarm(PATIENCE_S); /* should the test fail */
		if (sandbox_enter() == 0 && write(told, "x", 1) == 1)
			for (volatile unsigned spin = 0;; spin++)
				; /* a solve that knows no end */
		_exit(1);
	}
	for (;;)
		pause();
}

/* A worker in the midst of a solve does not outlive its daemon: its end of the pipe closes. */
static void
test_ends_with_its_daemon(void **unused)
{
	struct pollfd closed;
	int ends[2];
	char locked;
	pid_t pid;

	(void)unused;
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		be_killed_with_a_worker(ends[1]);
	close(ends[1]);
	assert_int_equal(read(ends[0], &locked, 1), 1);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	closed = (struct pollfd){ .fd = ends[0], .events = POLLIN };
	assert_int_equal(poll(&closed, 1, 5000), 1);
	assert_int_equal(read(ends[0], &locked, 1), 0);
	close(ends[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_budgets),
		cmocka_unit_test(test_garbage),
#if !defined(__SANITIZE_ADDRESS__)
		cmocka_unit_test(test_sandbox),
#endif
		cmocka_unit_test(test_ends_with_its_daemon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
