/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast events are re-solved, and how often to the proof, over generated days:
 * a table on standard output. One thread, wall time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "solver/keep.h"
#include "tests/solver_day.h"

enum { EVENTS = 40, DAYS = 5 };

static const struct row {
	const char *name;
	int32_t technicians, calls, scope, budget;
	bool absence;
} rows[] = {
	{ "urgent call", 20, 100, 8, 3, false },
	{ "urgent call", 20, 100, 10, 2, false },
	{ "urgent call", 20, 100, 10, 3, false },
	{ "urgent call, tight", 20, 140, 8, 3, false },
	{ "urgent call, tight", 20, 140, 10, 3, false },
	{ "urgent call", 100, 600, 10, 2, false },
	{ "urgent call", 100, 600, 10, 3, false },
	{ "technician lost", 20, 100, 8, 5, true },
	{ "technician lost, tight", 20, 140, 8, 5, true },
};

static int
by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* What this process has had of the processor: on a busy machine, more telling than the clock. */
static int64_t
cpu_now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static struct plan *
plan_morning(const struct problem *p, uint64_t seed)
{
	struct solve_limits lim = { .work = 10000 * (int64_t)p->calls, .seed = seed,
		.search = true };
	struct plan *plan;
	int rc = solve(p, &lim, &plan);

	if (rc < 0) {
		fprintf(stderr, "bench_solver: no plan for the morning: %d\n", rc);
		exit(1);
	}
	return plan;
}

static void
run(const struct row *row, int64_t time_ms)
{
	int64_t us[EVENTS * DAYS], cpu_us[EVENTS * DAYS], calls = 0, chosen = 0, cents = 0;
	int proven = 0, n = 0, unserved = 0;
	bool keeps = getenv("BENCH_KEEP") != NULL; /* as a worker does, from event to event */
	int days = getenv("BENCH_DAYS") ? atoi(getenv("BENCH_DAYS")) : DAYS;

	for (int day = 0; day < days && day < DAYS; day++) {
		struct rng r = { 1000 + (uint64_t)day };
		struct problem *morning = day_morning(&r, row->technicians, row->calls);
		struct plan *plan = plan_morning(morning, 1);
		struct keep *keep = keep_new();

		for (int e = 0; e < EVENTS; e++) {
			struct problem *p = row->absence
			    ? day_absence(&r, morning, plan, row->scope, row->budget)
			    : day_urgent(&r, morning, plan, row->scope, row->budget);
			struct solve_limits lim = { .time_ms = time_ms };
			struct plan *answer;
			int64_t before_us = cpu_now_us();

			if (keep == NULL || (keeps ? keep_solve(keep, p, &lim, &answer)
			    : solve(p, &lim, &answer)) < 0) {
				fprintf(stderr, "bench_solver: no plan\n");
				exit(1);
			}
			us[n] = answer->solve_us;
			cpu_us[n++] = cpu_now_us() - before_us;
			if (getenv("BENCH_VERBOSE"))
				printf("%d.%d: %d calls, %.1f ms, cost %lld, bound %lld, labels "
				    "%lld, columns %lld, pivots %lld, nodes %lld\n", day, e, p->calls,
				    answer->solve_us / 1e3, (long long)answer->cost_cents,
				    (long long)answer->bound_cents, (long long)answer->labels,
				    (long long)answer->columns, (long long)answer->pivots,
				    (long long)answer->nodes);
			proven += answer->proven;
			calls += p->calls;
			chosen += answer->disturbance.chosen;
			cents += answer->cost_cents;
			for (int32_t i = 0; i < p->calls; i++)
				unserved += !answer->served[i];
			plan_free(answer);
			problem_free(p);
		}
		keep_free(keep);
		plan_free(plan);
		problem_free(morning);
	}
	qsort(us, (size_t)n, sizeof(*us), by_value);
	qsort(cpu_us, (size_t)n, sizeof(*cpu_us), by_value);
	printf("| %-22s | %3d / %3d | %2d | %d | %5.1f | %6.1f | %6.1f | %6.1f | %6.1f | %6.1f | "
	    "%3d of %3d | "
	    "%.2f | %.2f | %6.0f |\n", row->name, row->technicians, row->calls, row->scope, row->budget,
	    (double)calls / n, us[n / 2] / 1e3, us[n * 99 / 100] / 1e3, us[n - 1] / 1e3,
	    cpu_us[n / 2] / 1e3, cpu_us[n * 99 / 100] / 1e3, proven, n,
	    (double)chosen / n, (double)unserved / n, (double)cents / n);
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	int only = argc > 1 ? atoi(argv[1]) : -1;
	int64_t time_ms = argc > 2 ? atoll(argv[2]) : 500;

	puts("| event                  | fleet     |  m | K | calls | p50 ms | p99 ms | max ms | "
	    "CPU p50 | p99 | proven     | chosen | unserved | cents |");
	puts("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (only < 0 || (size_t)only == i)
			run(&rows[i], time_ms);
	return 0;
}
