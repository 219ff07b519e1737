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

#include "solver/format.h"
#include "solver/worker.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

enum {
	EXIT_NO_PLAN = 1,
	EXIT_USAGE = 2,
	EXIT_INPUT = 3,
};

enum {
	THREADS_MAX = 64,
};

enum {
	OPT_FORMAT = 256,
	OPT_BEFORE,
	OPT_TIME,
	OPT_WORK,
	OPT_SEED,
	OPT_BUDGET,
	OPT_PROVE,
	OPT_SEARCH,
	OPT_THREADS,
	OPT_CALM,
	OPT_WORKER,
	OPT_HELP,
	OPT_VERSION,
};

static const struct option options[] = {
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "before", required_argument, NULL, OPT_BEFORE },
	{ "time", required_argument, NULL, OPT_TIME },
	{ "work", required_argument, NULL, OPT_WORK },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "budget", required_argument, NULL, OPT_BUDGET },
	{ "prove", no_argument, NULL, OPT_PROVE },
	{ "search", no_argument, NULL, OPT_SEARCH },
	{ "threads", required_argument, NULL, OPT_THREADS },
	{ "calm", no_argument, NULL, OPT_CALM },
	{ "worker", required_argument, NULL, OPT_WORKER },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 },
};

static const char usage[] =
    "usage: evenkeel-solve [--format evenkeel|vroom|solomon|trsp] [--before PLAN]\n"
    "           [--time SECONDS] [--work UNITS] [--seed N] [--budget K] [--prove]\n"
    "           [--search] [--threads N] [--calm] [FILE]\n"
    "       evenkeel-solve --worker FD\n"
    "Reads a problem from FILE or standard input and prints the plan as JSON.\n"
    "Exit status: 0 solved, 1 no plan, 2 usage, 3 bad input.\n";

/* What the price of calm is shown for; the last is any number. */
static const int32_t calm_budgets[] = { 0, 1, 2, 3, 5, -1 };

struct args {
	const struct format *format;
	struct solve_limits limits;
	bool budget_given;
	int32_t budget;
	bool calm;
	int worker_fd; /* -1: none */
	const char *path;
	const char *before; /* NULL: none */
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
read_format(const char *name, const struct format **ret)
{
	*ret = format_find(name);
	return *ret != NULL ? 0 : usage_error("--format: expected evenkeel, vroom, solomon or "
	    "trsp, got", name);
}

/* Options with a number. */
static int
read_number(int opt, struct args *a)
{
	int64_t v = 0;
	int rc;

	switch (opt) {
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
	case OPT_THREADS:
		rc = read_whole("--threads", optarg, 1, THREADS_MAX, &v);
		a->limits.threads = (int32_t)v;
		return rc;
	default:
		rc = read_whole("--worker", optarg, 0, 65535, &v);
		a->worker_fd = (int)v;
		return rc;
	}
}

static int
read_option(int opt, char **argv, struct args *a)
{
	switch (opt) {
	case OPT_FORMAT:
		return read_format(optarg, &a->format);
	case OPT_BEFORE:
		a->before = optarg;
		return 0;
	case OPT_TIME:
		return read_seconds(optarg, &a->limits.time_ms);
	case OPT_PROVE:
		a->limits.prove = true;
		return 0;
	case OPT_SEARCH:
		a->limits.search = true;
		return 0;
	case OPT_CALM:
		a->calm = true;
		return 0;
	case OPT_HELP:
		fputs(usage, stdout);
		exit(0);
	case OPT_VERSION:
		puts("evenkeel-solve " PACKAGE_VERSION);
		exit(0);
	case '?':
		return usage_error("no such option, or its value is missing", argv[optind - 1]);
	default:
		return read_number(opt, a);
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
	a->limits.search |= a->format->search;
	if (a->limits.time_ms == 0 && a->limits.work == 0)
		a->limits.time_ms = a->format->time_ms;
	return 0;
}

static int
complain(const char *path, const char *why)
{
	fprintf(stderr, "evenkeel-solve: %s: %s\n",
	    strcmp(path, "-") == 0 ? "standard input" : path, why);
	return -EINVAL;
}

static int
open_text(const char *path, struct text *ret)
{
	int rc = text_open(path, ret);

	return rc < 0 ? complain(path, strerror(-rc)) : 0;
}

static int
print(json_t *j)
{
	int rc = j != NULL && json_dumpf(j, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(12)) == 0 &&
	    putchar('\n') != EOF && fflush(stdout) == 0 ? 0 : EXIT_NO_PLAN;

	if (rc != 0)
		fprintf(stderr, "evenkeel-solve: the plan could not be written\n");
	json_decref(j);
	return rc;
}

static int
no_plan(int rc)
{
	fprintf(stderr, "evenkeel-solve: no plan that keeps the rules was found: %s\n",
	    strerror(-rc));
	return EXIT_NO_PLAN;
}

static int
solve_one(struct format_case *c, const struct args *a)
{
	int32_t budget = a->budget_given ? a->budget : c->problem->budget;
	struct plan *plan;
	int rc = format_solve(c, &a->limits, budget, &plan);

	if (rc < 0)
		return no_plan(rc);
	rc = print(format_write(c, plan));
	plan_free(plan);
	return rc;
}

/* A list of answers, each with its budget. */
static int
solve_all_budgets(struct format_case *c, const struct args *a)
{
	struct plan *plan[ARRAY_LEN(calm_budgets)];
	json_t *list = json_array();
	int bad = 0;
	int rc = format_calm(c, &a->limits, calm_budgets, ARRAY_LEN(calm_budgets), plan);

	if (rc < 0) {
		json_decref(list);
		return no_plan(rc);
	}
	for (size_t b = 0; b < ARRAY_LEN(calm_budgets); b++) {
		json_t *j = format_write(c, plan[b]);

		bad |= format_put(j, "budget", json_integer(calm_budgets[b]));
		bad |= json_array_append_new(list, j);
		plan_free(plan[b]);
	}
	if (bad == 0)
		return print(list);
	json_decref(list);
	return print(NULL);
}

static int
run(const struct args *a)
{
	struct text text = text_of("", 0), before = text_of("", 0);
	struct format_case *c = NULL;
	char why[512] = "";
	int rc = EXIT_INPUT;

	if (open_text(a->path, &text) < 0 || (a->before && open_text(a->before, &before) < 0))
		goto out;
	if (format_read(a->format, &text, a->before ? &before : NULL, &c, why, sizeof(why)) < 0)
		complain(a->path, why);
	else
		rc = a->calm ? solve_all_budgets(c, a) : solve_one(c, a);
out:
	format_case_free(c);
	text_done(&text);
	text_done(&before);
	return rc;
}

int
main(int argc, char **argv)
{
	struct args a = { .worker_fd = -1, .format = &format_evenkeel };

	if (read_args(argc, argv, &a) < 0)
		return EXIT_USAGE;
	if (a.worker_fd >= 0)
		return worker_serve(a.worker_fd);
	return run(&a);
}
