/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ctl/client.h"
#include "proto/when.h"

enum { START_TRIES = 2000, STOP_TRIES = 1000, NAP_MS = 10, NAME_MAX_BYTES = 64 };

static void
nap(void)
{
	struct timespec t = { 0, NAP_MS * 1000000L };

	nanosleep(&t, NULL);
}

static void
path_of(const struct daemon *d, const char *name, char to[SPAWN_PATH_MAX + NAME_MAX_BYTES])
{
	snprintf(to, SPAWN_PATH_MAX + NAME_MAX_BYTES, "%s/%s", d->state, name);
}

static int
find_bindir(const char *given, struct daemon *d)
{
	ssize_t len;
	char *slash;

	if (given != NULL) {
		if (realpath(given, d->bindir) == NULL)
			return -errno;
		return 0;
	}
	len = readlink("/proc/self/exe", d->bindir, sizeof(d->bindir) - 1);
	if (len < 0)
		return -errno;
	d->bindir[len] = '\0';
	slash = strrchr(d->bindir, '/');
	if (slash != NULL)
		*slash = '\0';
	return 0;
}

static int
make_state(const char *given, struct daemon *d)
{
	static const char *const ours[] = { "evenkeel.db", "evenkeel.db-lock", "evenkeel.db-wal",
		"evenkeel.db-shm", "admin.token", "port", "evenkeeld.log" };
	char path[SPAWN_PATH_MAX + NAME_MAX_BYTES];
	const char *tmp = getenv("TMPDIR");

	if (given == NULL) {
		snprintf(d->state, sizeof(d->state), "%s/evenkeel-sim.XXXXXX",
		    tmp != NULL ? tmp : "/tmp");
		d->temporary = true;
		return mkdtemp(d->state) == NULL ? -errno : 0;
	}
	if (mkdir(given, 0700) < 0 && errno != EEXIST)
		return -errno;
	if (realpath(given, d->state) == NULL)
		return -errno;
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		path_of(d, ours[i], path);
		if (unlink(path) < 0 && errno != ENOENT)
			return -errno;
	}
	return 0;
}

static int
write_config(const struct daemon *d, const struct spawn_options *o)
{
	char path[SPAWN_PATH_MAX + NAME_MAX_BYTES];
	FILE *f;

	path_of(d, "evenkeel.conf", path);
	f = fopen(path, "w");
	if (f == NULL)
		return -errno;
	fprintf(f, "store = sqlite://%s/evenkeel.db\n", d->state);
	fprintf(f, "zone = %s\n", o->zone);
	fprintf(f, "admin_token_file = %s/admin.token\n", d->state);
	fprintf(f, "log_format = text\n");
	return fclose(f) == 0 ? 0 : -EIO;
}

/* In the child: becomes the daemon, or says why not in its log. */
static void
become(const struct daemon *d, const struct spawn_options *o)
{
	char program[SPAWN_PATH_MAX + NAME_MAX_BYTES], config[SPAWN_PATH_MAX + NAME_MAX_BYTES];
	char port[SPAWN_PATH_MAX + NAME_MAX_BYTES], log[SPAWN_PATH_MAX + NAME_MAX_BYTES];
	char start[WHEN_SIZE];
	int fd, null;

	snprintf(program, sizeof(program), "%s/evenkeeld", d->bindir);
	path_of(d, "evenkeel.conf", config);
	path_of(d, "port", port);
	path_of(d, "evenkeeld.log", log);
	fd = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	null = open("/dev/null", O_RDONLY);
	if (fd < 0 || null < 0 || dup2(null, 0) < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
		_exit(127);
	/* A Ctrl-C in the terminal is for us: we end the daemon in order. If we die, so does it. */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	when_format(o->clock_start_s, "UTC", start);
	if (o->real_clock)
		execl(program, program, "--config", config, "--port", "0", "--port-file", port,
		    (char *)NULL);
	else
		execl(program, program, "--config", config, "--clock", "virtual", "--clock-start",
		    start, "--port", "0", "--port-file", port, (char *)NULL);
	fprintf(stderr, "%s cannot be run: %s\n", program, strerror(errno));
	_exit(127);
}

void
spawn_last_words(const struct daemon *d, char *to, size_t size)
{
	char path[SPAWN_PATH_MAX + NAME_MAX_BYTES], line[1024];
	FILE *f;

	if (size > 0)
		to[0] = '\0';
	path_of(d, "evenkeeld.log", path);
	f = fopen(path, "r");
	if (f == NULL)
		return;
	while (fgets(line, sizeof(line), f) != NULL)
		if (strspn(line, " \n") != strlen(line))
			snprintf(to, size, "%.*s", (int)strcspn(line, "\n"), line);
	fclose(f);
}

/* Whether it still runs. */
static bool
is_alive(struct daemon *d)
{
	return d->pid != 0 && waitpid(d->pid, NULL, WNOHANG) == 0;
}

static bool
read_port(const struct daemon *d, uint16_t *ret)
{
	char path[SPAWN_PATH_MAX + NAME_MAX_BYTES];
	unsigned port = 0;
	int c, got;
	FILE *f;

	path_of(d, "port", path);
	f = fopen(path, "r");
	if (f == NULL)
		return false;
	got = fscanf(f, "%5u", &port);
	c = fgetc(f);
	fclose(f);
	*ret = (uint16_t)port;
	return got == 1 && c == '\n' && port > 0 && port < 65536; /* whole, with its line end */
}

static int
wait_until_up(struct daemon *d, char *why, size_t why_size)
{
	char path[SPAWN_PATH_MAX + NAME_MAX_BYTES], words[600];

	path_of(d, "admin.token", path);
	for (int i = 0; i < START_TRIES; i++) {
		if (read_port(d, &d->port) && client_read_token(path, &d->token) == 0)
			return 0;
		if (!is_alive(d)) {
			d->pid = 0;
			spawn_last_words(d, words, sizeof(words));
			snprintf(why, why_size, "evenkeeld did not start: %s", words);
			return -ECHILD;
		}
		nap();
	}
	snprintf(why, why_size, "evenkeeld did not listen within %d s: see %.200s/evenkeeld.log",
	    START_TRIES * NAP_MS / 1000, d->state);
	return -ETIMEDOUT;
}

int
spawn_daemon(const struct spawn_options *o, struct daemon *ret, char *why, size_t why_size)
{
	struct daemon d = { 0 };
	int rc = find_bindir(o->bindir, &d);

	if (rc < 0) {
		snprintf(why, why_size, "%s: %s", o->bindir != NULL ? o->bindir : "/proc/self/exe",
		    strerror(-rc));
		return rc;
	}
	rc = make_state(o->state, &d);
	if (rc == 0)
		rc = write_config(&d, o);
	if (rc < 0) {
		snprintf(why, why_size, "%s cannot be used: %s",
		    o->state != NULL ? o->state : d.state, strerror(-rc));
		return rc;
	}
	fflush(NULL);
	d.pid = fork();
	if (d.pid == 0)
		become(&d, o);
	if (d.pid < 0) {
		rc = -errno;
		d.pid = 0;
		snprintf(why, why_size, "cannot start a process: %s", strerror(-rc));
	} else {
		rc = wait_until_up(&d, why, why_size);
	}
	*ret = d;
	if (rc < 0)
		spawn_stop(ret);
	return rc;
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

int
spawn_stop(struct daemon *d)
{
	int status = 0, tries = 0;
	bool ended = d->pid == 0, killed = false;

	if (d->pid != 0)
		kill(d->pid, SIGTERM);
	while (!ended) {
		pid_t rc = waitpid(d->pid, &status, WNOHANG);

		if (rc == d->pid || (rc < 0 && errno != EINTR)) {
			ended = true;
		} else if (tries++ == STOP_TRIES) {
			kill(d->pid, SIGKILL);
			killed = true;
		} else {
			nap();
		}
	}
	d->pid = 0;
	if (d->temporary)
		nftw(d->state, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(d->token);
	d->token = NULL;
	return !killed && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
