/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/daemon_harness.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/openrpc.h"

enum { LOG_TAIL = 2000 };

static struct openrpc *document;

/* --- files --- */

void
harness_path(const struct harness *h, const char *name, char ret[HARNESS_PATH_SIZE])
{
	if (snprintf(ret, HARNESS_PATH_SIZE, "%s/%s", h->dir, name) >= HARNESS_PATH_SIZE)
		fail_msg("the scratch directory's name is too long");
}

static char *
read_all(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = calloc(1, 1 << 20);

	if (text != NULL && f != NULL)
		text[fread(text, 1, (1 << 20) - 1, f)] = '\0';
	if (f != NULL)
		fclose(f);
	return text;
}

char *
harness_log(const struct harness *h)
{
	char path[HARNESS_PATH_SIZE];

	harness_path(h, "log", path);
	return read_all(path);
}

/* Fails the test, with the end of the log. */
static void fail_with_log(const struct harness *h, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
fail_with_log(const struct harness *h, const char *fmt, ...)
{
	char message[400], *log = harness_log(h);
	size_t len = log == NULL ? 0 : strlen(log);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	fail_msg("%s; the daemon's log ends:\n%s", message,
	    log == NULL ? "" : log + (len > LOG_TAIL ? len - LOG_TAIL : 0));
}

static void
make_dir(struct harness *h)
{
	const char *base = getenv("TMPDIR");

	snprintf(h->dir, sizeof(h->dir), "%s/evenkeel-test-XXXXXX", base == NULL ? "/tmp" : base);
	if (mkdtemp(h->dir) == NULL)
		fail_msg("mkdtemp %s: %s", h->dir, strerror(errno));
}

/* --- processes --- */

static void
sleep_ms(long ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&ts, NULL);
}

static void
program_path(const char *name, char ret[HARNESS_PATH_SIZE])
{
	const char *build = getenv("EVENKEEL_BUILDDIR");

	snprintf(ret, HARNESS_PATH_SIZE, "%s/%s", build == NULL ? "." : build, name);
}

/* The child's side of fork(): its output into a file, then the daemon. */
static void
become_daemon(const struct harness *h, const char *const args[], const char *log)
{
	char program[HARNESS_PATH_SIZE];
	int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	program_path("evenkeeld", program);
	if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0)
		_exit(126);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) /* a failed test leaves no daemon behind */
		_exit(126);
	if (h->before_exec != NULL)
		h->before_exec();
	execv(program, (char *const *)(uintptr_t)args);
	fprintf(stderr, "%s: %s\n", program, strerror(errno));
	_exit(127);
}

static pid_t
spawn(const struct harness *h, const char *const args[], const char *log)
{
	pid_t pid = fork();

	if (pid < 0)
		fail_msg("fork: %s", strerror(errno));
	if (pid == 0)
		become_daemon(h, args, log);
	return pid;
}

static int
status_of(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* Waits a while for a process to end. */
static bool
ended(pid_t pid, int wait_ms, int *ret_status)
{
	for (int waited_ms = 0;; waited_ms += 5) {
		pid_t got = waitpid(pid, ret_status, WNOHANG);

		if (got == pid)
			return true;
		if (got < 0 || waited_ms >= wait_ms)
			return false;
		sleep_ms(5);
	}
}

int
harness_wait(struct harness *h)
{
	int status = 0;

	client_close(h->admin);
	h->admin = NULL;
	if (!ended(h->pid, HARNESS_WAIT_MS, &status))
		fail_with_log(h, "the daemon does not end");
	h->pid = 0;
	return status_of(status);
}

int
harness_run(const struct harness *h, const char *const args[], char *out, size_t out_size)
{
	char log[HARNESS_PATH_SIZE], *text;
	int status = 0;
	pid_t pid;

	harness_path(h, "run.log", log);
	(void)unlink(log);
	pid = spawn(h, args, log);
	if (!ended(pid, HARNESS_WAIT_MS, &status)) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		fail_msg("evenkeeld %s ... does not end", args[1] == NULL ? "" : args[1]);
	}
	text = read_all(log);
	snprintf(out, out_size, "%s", text == NULL ? "" : text);
	free(text);
	return status_of(status);
}

/* Waits until it says on which port it listens. */
static void
await_port(struct harness *h, const char *path)
{
	int status;

	for (int waited_ms = 0; waited_ms < HARNESS_WAIT_MS; waited_ms += 5) {
		FILE *f = fopen(path, "re");
		unsigned port;
		bool got = f != NULL && fscanf(f, "%u", &port) == 1;

		if (f != NULL)
			fclose(f);
		if (got) {
			h->port = (uint16_t)port;
			return;
		}
		if (waitpid(h->pid, &status, WNOHANG) == h->pid) {
			h->pid = 0;
			fail_with_log(h, "the daemon ended with %d while starting",
			    status_of(status));
		}
		sleep_ms(5);
	}
	fail_with_log(h, "the daemon does not listen");
}

static void
launch(struct harness *h)
{
	char store[HARNESS_PATH_SIZE], port_file[HARNESS_PATH_SIZE], log[HARNESS_PATH_SIZE];
	const char *args[HARNESS_ARGS_MAX + 16] = { "evenkeeld", "--port", "0", "--store", store,
		"--port-file", port_file, "--set", "zone=" HARNESS_ZONE };
	size_t n = 9;

	snprintf(store, sizeof(store), "sqlite://%.200s/evenkeel.db", h->dir);
	harness_path(h, "port", port_file);
	harness_path(h, "log", log);
	(void)unlink(port_file);
	if (!h->real_clock) {
		args[n++] = "--clock";
		args[n++] = "virtual";
	}
	for (size_t i = 0; h->args[i] != NULL; i++)
		args[n++] = h->args[i];
	args[n] = NULL;
	h->pid = spawn(h, args, log);
	await_port(h, port_file);
	h->admin = harness_client(h, NULL);
}

void
harness_start(struct harness *h)
{
	size_t n = 0;

	signal(SIGPIPE, SIG_IGN);
	if (document == NULL)
		document = openrpc_new();
	make_dir(h);
	while (h->args[n] != NULL)
		n++;
	if (!h->real_clock) {
		h->args[n] = "--clock-start";
		h->args[n + 1] = HARNESS_START;
	}
	launch(h);
	h->args[n] = NULL; /* a later start goes on where the journal ends */
}

void
harness_again(struct harness *h)
{
	launch(h);
}

void
harness_stop(struct harness *h)
{
	int status;

	kill(h->pid, SIGTERM);
	status = harness_wait(h);
	if (status != 0)
		fail_with_log(h, "the daemon ended with %d", status);
}

void
harness_kill(struct harness *h)
{
	kill(h->pid, SIGKILL);
	(void)harness_wait(h);
}

void
harness_done(struct harness *h)
{
	static const char *const files[] = { "evenkeel.db", "evenkeel.db-wal", "evenkeel.db-shm",
		"evenkeel.db-lock", "admin.token", "port", "log", "run.log", "evenkeel.conf" };
	char path[HARNESS_PATH_SIZE];

	if (h->pid != 0)
		harness_stop(h);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		harness_path(h, files[i], path);
		(void)unlink(path);
	}
	if (rmdir(h->dir) < 0)
		fail_msg("%s: %s", h->dir, strerror(errno));
}

/* --- clients --- */

struct client *
harness_client(struct harness *h, const char *token)
{
	struct client_options o = { .port = h->port,
		.token = token,
		.name = "test 1",
		.timeout_ms = HARNESS_WAIT_MS,
		.resume_from = -1 };
	struct client_error err = { .code = 0 };
	struct client *c = NULL;
	char path[HARNESS_PATH_SIZE], *admin = NULL;

	harness_path(h, "admin.token", path);
	if (token == NULL && client_read_token(path, &admin) < 0)
		fail_with_log(h, "no admin.token");
	if (token == NULL)
		o.token = admin;
	if (client_open(&o, &c, &err) < 0)
		fail_with_log(h, "cannot log in: %s", err.message);
	free(admin);
	return c;
}

char *
harness_token(struct harness *h, const char *role, const char *technician)
{
	json_t *params = json_pack("{s:s, s:s}", "role", role, "name", "test"), *result;
	char *token;

	if (technician != NULL)
		json_object_set_new(params, "technician", json_string(technician));
	result = harness_ok(h->admin, "token.issue", params);
	token = strdup(json_string_value(json_object_get(result, "token")));
	json_decref(result);
	return token;
}

/* Adds the cmd_id that a changing method wants. */
static json_t *
complete(struct client *c, const char *method, json_t *params)
{
	const struct method_spec *spec = openrpc_method(document, method);
	char id[CLIENT_CMD_ID_SIZE];

	if (spec == NULL || !spec->writes || json_object_get(params, "cmd_id") != NULL)
		return params;
	if (params == NULL)
		params = json_object();
	client_cmd_id(c, id);
	json_object_set_new(params, "cmd_id", json_string(id));
	return params;
}

static void
check_result(const char *method, const json_t *result)
{
	const struct method_spec *spec = openrpc_method(document, method);
	struct refusal ref;

	if (spec != NULL && openrpc_check_value(document, spec->result, result, &ref) < 0) {
		char *text = json_dumps(result, JSON_COMPACT);

		fail_msg("%s: its result is not as the document says: %s: expected %s, got %s\n%s",
		    method, ref.member, ref.expected, ref.got, text);
	}
}

json_t *
harness_ok(struct client *c, const char *method, json_t *params)
{
	struct client_error err = { .code = 0 };
	json_t *result = NULL;
	int rc = client_call(c, method, complete(c, method, params), HARNESS_WAIT_MS, &result,
	    &err);

	if (rc < 0) {
		char *data = json_dumps(err.data, JSON_COMPACT);

		fail_msg("%s was refused: %d %s %s", method, err.code, err.message, data);
	}
	check_result(method, result);
	return result;
}

void
harness_do(struct client *c, const char *method, json_t *params)
{
	json_decref(harness_ok(c, method, params));
}

void
harness_refused(struct client *c, const char *method, json_t *params, int code,
    struct client_error *ret)
{
	struct client_error err = { .code = 0 };
	json_t *result = NULL;
	int rc = client_call(c, method, complete(c, method, params), HARNESS_WAIT_MS, &result,
	    &err);

	if (rc != -EREMOTEIO || err.code != code) {
		char *text = json_dumps(result, JSON_COMPACT);

		fail_msg("%s: expected error %d, got %d (rc %d): %s %s", method, code, err.code, rc,
		    err.message, text);
	}
	if (ret != NULL)
		*ret = err;
	else
		client_error_done(&err);
}

/* --- what a dispatcher's day is made of --- */

static json_t *
day_time(const char *time)
{
	char text[64];

	snprintf(text, sizeof(text), "%.10sT%s%s", HARNESS_START, time, &HARNESS_START[19]);
	return json_string(text);
}

void
harness_at(struct harness *h, const char *time)
{
	harness_do(h->admin, "clock.advance", json_pack("{s:o}", "to", day_time(time)));
}

void
harness_technician(struct harness *h, const char *id, double lat, double lon)
{
	harness_do(h->admin, "technician.add",
	    json_pack("{s:s, s:s, s:{s:f, s:f}, s:[{s:o, s:o}]}", "technician", id, "name", id,
		"home", "lat", lat, "lon", lon, "shifts", "from", day_time("08:00:00"), "to",
		day_time("17:00:00")));
}

char *
harness_book(struct harness *h, double lat, double lon, const char *due)
{
	json_t *result = harness_ok(h->admin, "call.book",
	    json_pack("{s:s, s:{s:f, s:f}, s:o}", "customer", "acme", "site", "lat", lat, "lon",
		lon, "due", day_time(due)));
	char *id = strdup(json_string_value(json_object_get(result, "call")));

	json_decref(result);
	return id;
}

/* --- raw connections --- */

int
harness_raw(struct harness *h)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(h->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)(void *)&to, sizeof(to)) < 0)
		fail_with_log(h, "connect: %s", strerror(errno));
	return fd;
}

void
harness_raw_send(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

		if (n <= 0)
			return; /* the daemon may have had enough already */
		bytes += n;
		len -= (size_t)n;
	}
}

char *
harness_raw_line(int fd, int wait_ms)
{
	size_t len = 0, room = 1 << 20;
	char *line = malloc(room);

	while (line != NULL && len < room - 1) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		if (poll(&p, 1, wait_ms) <= 0 || recv(fd, line + len, 1, 0) != 1)
			break;
		if (line[len] == '\n') {
			line[len] = '\0';
			return line;
		}
		len++;
	}
	free(line);
	return NULL;
}
