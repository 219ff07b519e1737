/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/solve.h"

#include <errno.h>
#include <time.h>

#include "solver/draft.h"

static int64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int
solve(const struct problem *p, const struct solve_limits *lim, struct plan **ret)
{
	struct route_work w = { 0 };
	int64_t start_us = now_us();
	struct model *m;
	struct draft *d = NULL;
	struct plan *plan = NULL;
	int64_t stay_cents;
	int rc = problem_check(p, NULL, 0);

	(void)lim;
	if (rc < 0)
		return rc;
	rc = -ENOMEM;
	m = model_new(p);
	if (m == NULL)
		goto out;
	d = draft_new(m);
	if (d == NULL)
		goto out;
	rc = draft_stay(d, &w);
	stay_cents = d->cents;
	if (rc == 0)
		rc = draft_insert(d, &w);
	if (rc < 0)
		goto out;
	rc = -ETIME;
	if (!draft_keeps(d))
		goto out;
	rc = draft_plan(d, &w, &plan);
	if (rc < 0)
		goto out;
	plan->stay_cents = stay_cents;
	plan->work = w.steps;
	plan->solve_us = now_us() - start_us;
	*ret = plan;
out:
	draft_free(d);
	model_free(m);
	route_work_done(&w);
	return rc;
}
