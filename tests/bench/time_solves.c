/* SPDX-License-Identifier: Apache-2.0 */
/*
 * time_solves BUDGET LIMIT_MS PROBLEM OUT [PROBLEM OUT...]: solves problems in VROOM's JSON one after
 * the other in this process, as a service would that has read them, and writes each plan to its OUT.
 * For each one line of JSON: milliseconds of the solve, cost, bound and work counts.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "solver/clock.h"
#include "solver/format.h"
#include "solver/format/text.h"

static _Noreturn void
fail(const char *path, const char *why)
{
	fprintf(stderr, "time_solves: %s: %s\n", path, why);
	exit(1);
}

static void
solve_one(const char *path, const char *out, int32_t budget, int64_t limit_ms)
{
	const struct solve_limits lim = { .time_ms = limit_ms, .seed = 1 };
	struct format_case *c;
	struct text t;
	struct plan *plan;
	char why[512] = "cannot be read";
	int64_t from_us;
	json_t *j;

	if (text_open(path, &t) < 0 || format_read(format_find("vroom"), &t, NULL, &c, why,
	        sizeof(why)) < 0)
		fail(path, why);
	format_set_budget(c, budget);
	from_us = clock_us();
	if (format_solve(c, &lim, budget, &plan) < 0)
		fail(path, "no plan");
	printf("{\"ms\":%.3f,\"cents\":%lld,\"bound\":%lld,\"proven\":%s,\"chosen\":%d,\"labels\":%lld,"
	    "\"columns\":%lld,\"pivots\":%lld}\n", (double)(clock_us() - from_us) / 1e3,
	    (long long)plan->cost_cents, (long long)plan->bound_cents,
	    plan->proven ? "true" : "false", (int)plan->disturbance.chosen,
	    (long long)plan->labels, (long long)plan->columns, (long long)plan->pivots);
	j = format_write(c, plan);
	if (j == NULL || json_dump_file(j, out, JSON_COMPACT) < 0)
		fail(out, "cannot be written");
	json_decref(j);
	plan_free(plan);
	format_case_free(c);
	text_done(&t);
}

int
main(int argc, char **argv)
{
	if (argc < 5 || argc % 2 == 0) {
		fputs("usage: time_solves BUDGET LIMIT_MS PROBLEM OUT [PROBLEM OUT...]\n", stderr);
		return 2;
	}
	for (int i = 3; i < argc; i += 2)
		solve_one(argv[i], argv[i + 1], atoi(argv[1]), atoll(argv[2]));
	return 0;
}
