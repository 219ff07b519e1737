/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thousand faults of solver workers, mixed by a seed: each costs one worker and one line of the
 * log, the next solve goes well, and in the end no process and no descriptor is left behind.
 *
 * Most faults are done by tests/fake_solver, locked down as a real worker is; the others are done
 * to real workers in the midst of a solve.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/net.h"
#include "daemon/worker.h"
#include "solver/clock.h"
#include "solver/problem_json.h"
#include "solver/rng.h"
#include "solver/solve.h"
#include "tests/solver_day.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

enum {
	SEED = 2026,
	FAKE_FAULTS = 900,
	REAL_FAULTS = 100,
	SOON_MS = 8,       /* the deadline of a job that will hang */
	PATIENCE_MS = 20000,
	HIT_AFTER_US = 8000, /* a real worker is hit within so long of its job's start */
	LONG_MS = 5000,
	STARVED_MS = 60000, /* a second of the processor must come before it, however busy it is */
};

/* AddressSanitizer needs more address space than a worker gets, and files: no sandbox then. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED true
#endif
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

struct fault {
	const char *how;         /* what tests/fake_solver does; NULL: a real worker is hit */
	int signo;               /* by this */
	enum worker_end end;
	int32_t lost;            /* workers that it costs, and lines of the log */
	const char *why;         /* in the log */
};

static const struct fault by_fake[] = {
	{ "dies", 0, WORKER_DIED, 1, "it ended" },
	{ "exits", 0, WORKER_DIED, 1, "it ended" },
	{ "aborts", 0, WORKER_DIED, 1, "it ended" },
	{ "segfaults", 0, WORKER_DIED, 1, "it ended" },
	{ "devours", 0, WORKER_DIED, 1, "it ended" },
	{ "closes", 0, WORKER_DIED, 1, "it ended" },
	{ "half and ends", 0, WORKER_DIED, 1, "it ended" },
	{ "stops", 0, WORKER_TIMEOUT, 1, "by its deadline" },
	{ "hangs", 0, WORKER_TIMEOUT, 1, "by its deadline" },
	{ "spins", 0, WORKER_TIMEOUT, 1, "by its deadline" },
	{ "half a head", 0, WORKER_TIMEOUT, 1, "by its deadline" },
	{ "half", 0, WORKER_TIMEOUT, 1, "by its deadline" },
	{ "floods", 0, WORKER_TIMEOUT, 1, "by its deadline" },
	{ "garbage", 0, WORKER_DIED, 1, "what nobody asked" },
	{ "array", 0, WORKER_DIED, 1, "what nobody asked" },
	{ "nothing", 0, WORKER_DIED, 1, "what nobody asked" },
	{ "wrong id", 0, WORKER_DIED, 1, "what nobody asked" },
	{ "no plan", 0, WORKER_DIED, 1, "what nobody asked" },
	{ "huge", 0, WORKER_DIED, 1, "too long" },
	{ "nonsense", 0, WORKER_ANSWERED, 1, "expected" },
	{ "teleport", 0, WORKER_ANSWERED, 1, "bad plan" },
	{ "refuses", 0, WORKER_REFUSED, 0, NULL },
	{ "phones", 0, WORKER_DIED, 1, "it ended" }, /* the last: nobody stops it when sanitized */
};

static const struct fault by_signal[] = {
	{ NULL, SIGKILL, WORKER_DIED, 1, "it ended" },
	{ NULL, SIGSEGV, WORKER_DIED, 1, "it ended" },
	{ NULL, SIGABRT, WORKER_DIED, 1, "it ended" },
	{ NULL, SIGBUS, WORKER_DIED, 1, "it ended" },
	{ NULL, SIGXCPU, WORKER_DIED, 1, "it ended" },
	{ NULL, SIGSTOP, WORKER_TIMEOUT, 1, "by its deadline" },
};

/* One pool of one worker, to which a fault and a good job are given in turn. */
struct drill {
	struct net *net;
	struct net_timer *tick;
	struct worker_pool *pool;
	struct rng rng;
	const struct problem *problem, *long_problem; /* the second keeps a worker busy */
	const struct fault *kinds;
	size_t kinds_n;
	int faults, done;
	const struct fault *fault; /* under way; NULL: a good job is, or nothing */
	bool asked;
	int64_t hit_at_us, since_us;
	struct worker_figures before;
	off_t log_from; /* where the log ended before the fault */
	char failure[256];
};

/* --- what can be seen from outside --- */

static int log_fd = -1, stderr_fd = -1;

static void
catch_log(void)
{
	stderr_fd = dup(STDERR_FILENO);
	log_fd = memfd_create("log", MFD_CLOEXEC);
	assert_true(stderr_fd >= 0 && log_fd >= 0);
	assert_true(dup2(log_fd, STDERR_FILENO) >= 0);
	assert_true(fcntl(log_fd, F_SETFL, O_APPEND) >= 0);
}

static void
release_log(void)
{
	assert_true(dup2(stderr_fd, STDERR_FILENO) >= 0);
	close(stderr_fd);
	close(log_fd);
}

/* Lines about workers in the log from a place on; the newest goes to ret_last, of `size` bytes. */
static int
log_lines(off_t from, char *ret_last, size_t size)
{
	off_t length = lseek(log_fd, 0, SEEK_END) - from;
	char *text = calloc(1, (size_t)length + 1), *line, *next;
	int n = 0;

	assert_non_null(text);
	assert_int_equal(pread(log_fd, text, (size_t)length, from), length);
	for (line = text; line != NULL && *line != '\0'; line = next) {
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		if (strstr(line, "solver worker ") == NULL)
			continue;
		n++;
		snprintf(ret_last, size, "%s", line);
	}
	free(text);
	return n;
}

/* The children of this process; the last of them. */
static int
children(pid_t *ret)
{
	char path[64], line[4096] = "";
	int n = 0, offset = 0, used;
	FILE *f;
	long pid;

	snprintf(path, sizeof(path), "/proc/self/task/%ld/children", (long)getpid());
	f = fopen(path, "r");
	assert_non_null(f);
	if (fgets(line, sizeof(line), f) == NULL)
		line[0] = '\0';
	fclose(f);
	for (; sscanf(line + offset, "%ld%n", &pid, &used) == 1; n++) {
		offset += used;
		*ret = (pid_t)pid;
	}
	return n;
}

static int
open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

/* --- the drill --- */

static void
stop(struct drill *d, const char *what)
{
	struct worker_figures now;
	char last[256] = "";
	int lines = log_lines(d->log_from, last, sizeof(last));

	worker_figures(d->pool, &now);
	snprintf(d->failure, sizeof(d->failure), "fault %d (%s %d): %s; lost %d, lines %d, last: %s",
	    d->done, d->fault && d->fault->how ? d->fault->how : "good, or signal",
	    d->fault ? d->fault->signo : 0, what, (int)(now.restarts - d->before.restarts),
	    lines, last);
	net_stop(d->net);
}

/* Whether a plan keeps the rules, as the daemon asks. */
static bool
is_sound(const struct problem *p, const json_t *j, char *bad, size_t bad_size)
{
	struct plan *plan = NULL;
	char why[200];
	int rc = plan_from_json(j, p, &plan, bad, bad_size);

	if (rc == 0) {
		rc = plan_check(p, plan, NULL, NULL, why, sizeof(why));
		if (rc < 0)
			snprintf(bad, bad_size, "bad plan: %s", why);
	}
	plan_free(plan);
	return rc == 0;
}

static bool
answered(void *arg, enum worker_end end, const json_t *plan, const char *why, char *bad,
    size_t bad_size)
{
	struct drill *d = arg;
	bool sound = end != WORKER_ANSWERED || is_sound(d->problem, plan, bad, bad_size);

	(void)why;
	d->asked = false;
	d->hit_at_us = 0; /* it may be over before it was hit */
	if (d->fault == NULL && (end != WORKER_ANSWERED || !sound))
		stop(d, "a good job went wrong");
	else if (d->fault != NULL && (end != d->fault->end || (end == WORKER_ANSWERED && sound)))
		stop(d, "an end that was not expected");
	return sound;
}

static void
give(struct drill *d)
{
	const struct fault *fault = d->fault;
	bool real = fault != NULL && fault->how == NULL;
	bool hang = fault != NULL && fault->end == WORKER_TIMEOUT;
	json_t *limits = json_pack("{s:i}", real ? "time_ms" : "work", real ? LONG_MS : 1000);
	int64_t deadline_ms = hang ? SOON_MS + (real ? HIT_AFTER_US / 1000 : 0) : PATIENCE_MS;

	if (fault != NULL && !real)
		json_object_set_new(limits, "fault", json_string(fault->how));
	if (real)
		json_object_set_new(limits, "search", json_true());
	if (worker_solve(d->pool, limits, problem_to_json(real ? d->long_problem : d->problem),
	        deadline_ms, false, answered, d) < 0) {
		stop(d, "no job could be given");
		return;
	}
	d->asked = true;
	d->since_us = clock_us();
	d->hit_at_us = real ? d->since_us + rng_below(&d->rng, HIT_AFTER_US) : 0;
}

/* After a fault: exactly one worker and one line. True when both are in. */
static bool
is_settled(struct drill *d)
{
	struct worker_figures now;
	char last[256] = "";
	int lines, lost;

	worker_figures(d->pool, &now);
	lines = log_lines(d->log_from, last, sizeof(last));
	lost = (int)(now.restarts - d->before.restarts);
	if (lost < d->fault->lost || lines < d->fault->lost)
		return false;
	if (lost != d->fault->lost || lines != d->fault->lost)
		stop(d, "it cost more than it may");
	else if (d->fault->why != NULL && strstr(last, d->fault->why) == NULL)
		stop(d, "the log says something else");
	return true;
}

/* Runs each millisecond: waits, hits, looks, and gives the next job. */
static void
tick(void *arg)
{
	struct drill *d = arg;
	pid_t pid = 0;

	net_timer_set(d->tick, 1);
	if (clock_us() - d->since_us > (int64_t)PATIENCE_MS * 1000) {
		stop(d, "nothing happens");
		return;
	}
	if (d->hit_at_us > 0 && clock_us() >= d->hit_at_us) {
		d->hit_at_us = 0;
		if (children(&pid) != 1)
			stop(d, "more processes than one");
		else
			kill(pid, d->fault->signo);
	}
	if (d->asked || (d->fault != NULL && !is_settled(d)) || worker_idle(d->pool) == 0)
		return;
	if (d->fault != NULL) {
		d->fault = NULL;
		d->done++;
	} else {
		if (d->done == d->faults) {
			net_stop(d->net);
			return;
		}
		d->fault = &d->kinds[rng_below(&d->rng, (int32_t)d->kinds_n)];
		worker_figures(d->pool, &d->before);
		d->log_from = lseek(log_fd, 0, SEEK_END);
	}
	give(d);
}

static void
nobody_waits(void *unused)
{
	(void)unused;
}

static void
drill(struct drill *d, const char *program)
{
	const char *build = getenv("EVENKEEL_BUILDDIR");
	int files = open_files();
	char path[4096], why[256], failure[256];
	pid_t pid;

	snprintf(path, sizeof(path), "%s/%s", build ? build : ".", program);
	d->rng = (struct rng){ SEED };
	d->net = net_new();
	assert_non_null(d->net);
	d->tick = net_timer_new(d->net, tick, d);
	assert_non_null(d->tick);
	if (worker_pool_new(d->net, path, 1, nobody_waits, NULL, &d->pool, why, sizeof(why)) < 0)
		fail_msg("%s", why);
	catch_log();
	d->since_us = clock_us();
	give(d); /* a good one: the worker is up */
	net_timer_set(d->tick, 1);
	net_run(d->net);
	snprintf(failure, sizeof(failure), "%s", d->failure);
	worker_pool_free(d->pool);
	net_timer_free(d->tick);
	net_free(d->net);
	release_log();
	if (failure[0] != '\0')
		fail_msg("%s", failure);
	assert_int_equal(d->done, d->faults);
	assert_int_equal(children(&pid), 0);
	assert_int_equal(open_files(), files);
}

static struct problem *
small_problem(void)
{
	struct rng r = { SEED };

	return day_morning(&r, 2, 4);
}

static void
test_faults_of_a_fake(void **unused)
{
	struct problem *p = small_problem();
	struct drill d = { .problem = p, .kinds = by_fake, .kinds_n = ARRAY_LEN(by_fake) - SANITIZED,
		.faults = FAKE_FAULTS };

	(void)unused;
	setenv("EVENKEEL_FAKE_SOLVER", "asked", 1);
	drill(&d, "tests/fake_solver");
	problem_free(p);
}

static void
test_real_workers_hit(void **unused)
{
	struct rng r = { SEED };
	struct problem *p = small_problem(), *q = day_morning(&r, 20, 140);
	struct drill d = { .problem = p, .long_problem = q, .kinds = by_signal,
		.kinds_n = ARRAY_LEN(by_signal), .faults = REAL_FAULTS };

	(void)unused;
	drill(&d, "evenkeel-solve");
	problem_free(p);
	problem_free(q);
}

/* --- a real worker with next to no memory, or no time --- */

struct ending {
	struct net *net;
	enum worker_end end;
	char why[200];
};

static bool
one_answered(void *arg, enum worker_end end, const json_t *plan, const char *why, char *bad,
    size_t bad_size)
{
	struct ending *e = arg;

	(void)plan, (void)bad, (void)bad_size;
	e->end = end;
	snprintf(e->why, sizeof(e->why), "%s", why);
	net_stop(e->net);
	return true;
}

/* The end of one job of a worker that a shell has put under a limit. */
static struct ending
solve_under(const char *ulimit, const struct problem *p, int64_t time_ms)
{
	const char *build = getenv("EVENKEEL_BUILDDIR");
	char path[] = "/tmp/evenkeel-starved-XXXXXX", why[256];
	struct ending e = { .net = net_new() };
	struct worker_pool *pool;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_true(dprintf(fd, "#!/bin/sh\nulimit %s\nexec '%s/evenkeel-solve' \"$@\" 2>/dev/null\n",
	    ulimit, build ? build : ".") > 0);
	assert_int_equal(fchmod(fd, 0700), 0);
	close(fd);
	if (worker_pool_new(e.net, path, 1, nobody_waits, NULL, &pool, why, sizeof(why)) < 0)
		fail_msg("%s", why);
	assert_int_equal(worker_solve(pool, json_pack("{s:I, s:b}", "time_ms", (json_int_t)time_ms,
	    "search", 1), problem_to_json(p), time_ms + PATIENCE_MS, false, one_answered, &e), 0);
	net_run(e.net);
	worker_pool_free(pool);
	net_free(e.net);
	unlink(path);
	return e;
}

static const struct {
	const char *name, *ulimit;
	int32_t technicians, calls;
	bool dies; /* else it may also say that it has no memory */
} starved[] = {
	{ "no memory to start", "-v 5000", 2, 4, true },
	{ "no memory for the problem", "-v 16000", 200, 4000, false },
	{ "no memory for the solve", "-v 30000", 100, 2000, false },
	{ "no time", "-t 1", 20, 140, true },
};

static void
test_starved(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(starved) && !SANITIZED; i++) {
		struct rng r = { SEED };
		struct problem *p = day_morning(&r, starved[i].technicians, starved[i].calls);
		struct ending e = solve_under(starved[i].ulimit, p, STARVED_MS);

		if (e.end != WORKER_DIED && (starved[i].dies || e.end != WORKER_REFUSED ||
		        strstr(e.why, "memory") == NULL))
			fail_msg("%s: end %d, %s", starved[i].name, (int)e.end, e.why);
		problem_free(p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_faults_of_a_fake),
		cmocka_unit_test(test_real_workers_hit),
		cmocka_unit_test(test_starved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
