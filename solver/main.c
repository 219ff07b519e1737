/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evenkeel-solve: one problem from a file or standard input, its plan on
 * standard output; or, with --worker, a solver process of the daemon.
 */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "solver/problem_json.h"
#include "solver/worker.h"

enum {
	EXIT_NO_PLAN = 1,
	EXIT_USAGE = 2,
	EXIT_INPUT = 3,
};

enum {
	OPT_FORMAT = 256,
	OPT_TIME,
	OPT_WORK,
	OPT_SEED,
	OPT_BUDGET,
	OPT_PROVE,
	OPT_SEARCH,
	OPT_WORKER,
	OPT_HELP,
	OPT_VERSION,
};

static const struct option options[] = {
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "time", required_argument, NULL, OPT_TIME },
	{ "work", required_argument, NULL, OPT_WORK },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "budget", required_argument, NULL, OPT_BUDGET },
	{ "prove", no_argument, NULL, OPT_PROVE },
	{ "search", no_argument, NULL, OPT_SEARCH },
	{ "worker", required_argument, NULL, OPT_WORKER },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 },
};

static const char usage[] =
    "usage: evenkeel-solve [--format evenkeel] [--time SECONDS] [--work UNITS]\n"
    "           [--seed N] [--budget K] [--prove] [--search] [FILE]\n"
    "       evenkeel-solve --worker FD\n"
    "Reads a problem (doc/solver-format.md) from FILE or standard input and prints\n"
    "the plan as JSON. Exit status: 0 solved, 1 no plan, 2 usage, 3 bad input.\n";

struct args {
	struct solve_limits limits;
	bool budget_given;
	int32_t budget;
	int worker_fd; /* -1: none */
	const char *path;
};

static int
usage_error(const char *what, const char *value)
{
	fprintf(stderr, "evenkeel-solve: %s%s%s\n%s", what, value ? ": " : "",
	    value ? value : "", usage);
	return -EINVAL;
}

static int
read_whole(const char *name, const char *text, int64_t min, int64_t max, int64_t *ret)
{
	char *end;
	long long v;

	errno = 0;
	v = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || v < min || v > max) {
		fprintf(stderr, "evenkeel-solve: %s: expected %lld to %lld, got %s\n%s", name,
		    (long long)min, (long long)max, text, usage);
		return -EINVAL;
	}
	*ret = v;
	return 0;
}

static int
read_seconds(const char *text, int64_t *ret_ms)
{
	char *end;
	double v = strtod(text, &end);

	if (end == text || *end != '\0' || !(v > 0 && v <= 1e6))
		return usage_error("--time: expected seconds above 0, got", text);
	*ret_ms = (int64_t)ceil(v * 1000);
	return 0;
}

static int
read_option(int opt, char **argv, struct args *a)
{
	int64_t v = 0;
	int rc = 0;

	switch (opt) {
	case OPT_FORMAT:
		if (strcmp(optarg, "evenkeel") != 0)
			return usage_error("--format: expected evenkeel, got", optarg);
		return 0;
	case OPT_TIME:
		return read_seconds(optarg, &a->limits.time_ms);
	case OPT_WORK:
		return read_whole("--work", optarg, 1, INT64_MAX, &a->limits.work);
	case OPT_SEED:
		rc = read_whole("--seed", optarg, 0, INT64_MAX, &v);
		a->limits.seed = (uint64_t)v;
		return rc;
	case OPT_BUDGET:
		rc = read_whole("--budget", optarg, -1, PROBLEM_CALLS_MAX, &v);
		a->budget = (int32_t)v;
		a->budget_given = true;
		return rc;
	case OPT_PROVE:
		a->limits.prove = true;
		return 0;
	case OPT_SEARCH:
		a->limits.search = true;
		return 0;
	case OPT_WORKER:
		rc = read_whole("--worker", optarg, 0, 65535, &v);
		a->worker_fd = (int)v;
		return rc;
	case OPT_HELP:
		fputs(usage, stdout);
		exit(0);
	case OPT_VERSION:
		puts("evenkeel-solve " PACKAGE_VERSION);
		exit(0);
	default:
		return usage_error("no such option, or its value is missing", argv[optind - 1]);
	}
}

static int
read_args(int argc, char **argv, struct args *a)
{
	int opt;

	opterr = 0; /* one sentence is enough */
	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (read_option(opt, argv, a) < 0)
			return -EINVAL;
	if (argc - optind > 1)
		return usage_error("one FILE at most, got also", argv[optind + 1]);
	a->path = optind < argc ? argv[optind] : "-";
	return 0;
}

/* The whole of a stream, at most WORKER_MESSAGE_MAX bytes. */
static int
read_all(FILE *f, char **ret, size_t *ret_size)
{
	char *text = NULL;
	size_t size = 0, room = 0;

	for (;;) {
		if (size == room) {
			char *grown;

			room = room ? 2 * room : 65536;
			grown = room <= WORKER_MESSAGE_MAX ? realloc(text, room) : NULL;
			if (grown == NULL) {
				free(text);
				return room <= WORKER_MESSAGE_MAX ? -ENOMEM : -EFBIG;
			}
			text = grown;
		}
		size += fread(text + size, 1, room - size, f);
		if (size < room)
			break;
	}
	if (ferror(f)) {
		free(text);
		return -EIO;
	}
	*ret = text;
	*ret_size = size;
	return 0;
}

static int
read_problem(const struct args *a, struct problem **ret)
{
	bool from_stdin = strcmp(a->path, "-") == 0;
	const char *name = from_stdin ? "standard input" : a->path;
	FILE *f = from_stdin ? stdin : fopen(a->path, "r");
	char why[512];
	char *text = NULL;
	size_t size;
	int rc;

	if (f == NULL) {
		fprintf(stderr, "evenkeel-solve: %s: %s\n", name, strerror(errno));
		return -EINVAL;
	}
	rc = read_all(f, &text, &size);
	if (!from_stdin)
		fclose(f);
	if (rc < 0) {
		fprintf(stderr, "evenkeel-solve: %s: %s\n", name, strerror(-rc));
		return rc;
	}
	snprintf(why, sizeof(why), "out of memory");
	rc = problem_parse(text, size, ret, why, sizeof(why));
	if (rc < 0)
		fprintf(stderr, "evenkeel-solve: %s: %s\n", name, why);
	free(text);
	return rc;
}

static int
solve_one(const struct args *a)
{
	struct problem *p;
	struct plan *plan;
	json_t *j;
	int rc = read_problem(a, &p);

	if (rc < 0)
		return EXIT_INPUT;
	if (a->budget_given)
		p->budget = a->budget;
	rc = solve(p, &a->limits, &plan);
	if (rc < 0) {
		fprintf(stderr, "evenkeel-solve: no plan that keeps the rules was found: %s\n",
		    strerror(-rc));
		problem_free(p);
		return EXIT_NO_PLAN;
	}
	j = plan_to_json(p, plan);
	rc = j != NULL && json_dumpf(j, stdout, JSON_INDENT(1)) == 0 && putchar('\n') != EOF &&
	    fflush(stdout) == 0 ? 0 : EXIT_NO_PLAN;
	if (rc != 0)
		fprintf(stderr, "evenkeel-solve: the plan could not be written\n");
	json_decref(j);
	plan_free(plan);
	problem_free(p);
	return rc;
}

int
main(int argc, char **argv)
{
	struct args a = { .worker_fd = -1 };

	if (read_args(argc, argv, &a) < 0)
		return EXIT_USAGE;
	if (a.worker_fd >= 0)
		return worker_serve(a.worker_fd);
	return solve_one(&a);
}
