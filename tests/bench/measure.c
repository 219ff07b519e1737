/* SPDX-License-Identifier: Apache-2.0 */
/*
 * measure FILE COMMAND [ARGUMENT...]: runs a command and writes what it took to FILE, as one line of
 * JSON: its exit status, seconds by the clock and of CPU, the most memory it had, and the
 * instructions it executed (null where the machine does not count them).
 */
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Counts instructions of the children to come; -1 if it cannot be done here. */
static int
open_counter(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_HW_INSTRUCTIONS,
		.inherit = 1,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};

	return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
}

static double
seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static void
report(const char *path, int status, double wall_s, int counter)
{
	struct rusage used;
	uint64_t instructions;
	FILE *f = fopen(path, "w");

	if (f == NULL) {
		perror(path);
		exit(2);
	}
	getrusage(RUSAGE_CHILDREN, &used);
	fprintf(f, "{\"status\":%d,\"wall_s\":%.4f,\"cpu_s\":%.4f,\"rss_mb\":%.1f,\"instructions\":",
	    WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), wall_s,
	    seconds(used.ru_utime) + seconds(used.ru_stime), (double)used.ru_maxrss / 1024);
	if (counter >= 0 && read(counter, &instructions, sizeof(instructions)) ==
	    (ssize_t)sizeof(instructions))
		fprintf(f, "%llu}\n", (unsigned long long)instructions);
	else
		fputs("null}\n", f);
	fclose(f);
}

int
main(int argc, char **argv)
{
	struct timespec from, to;
	int counter, status;
	pid_t pid;

	if (argc < 3) {
		fputs("usage: measure FILE COMMAND [ARGUMENT...]\n", stderr);
		return 2;
	}
	counter = open_counter();
	clock_gettime(CLOCK_MONOTONIC, &from);
	pid = fork();
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid) {
		perror("measure");
		return 2;
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	report(argv[1], status, (double)(to.tv_sec - from.tv_sec) +
	    (double)(to.tv_nsec - from.tv_nsec) / 1e9, counter);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
