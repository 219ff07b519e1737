/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The price of calm: one problem for several budgets. What a route costs and disturbs
 * does not depend on the budget, so each solve goes on from the routes of those before it,
 * and only its prices and its proof are its own.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "solver/clock.h"
#include "solver/share.h"

/* A copy to keep: the plan of a smaller budget keeps a larger one too. NULL: out of memory. */
static struct plan *
copy_plan(const struct plan *from)
{
	struct plan *to = malloc(sizeof(*to));

	if (to == NULL)
		return NULL;
	*to = *from;
	to->served = malloc(((size_t)from->calls + 1) * sizeof(*to->served));
	to->route = calloc((size_t)from->routes + 1, sizeof(*to->route));
	if (to->served == NULL || to->route == NULL)
		goto fail;
	memcpy(to->served, from->served, (size_t)from->calls * sizeof(*to->served));
	for (int32_t k = 0; k < from->routes; k++) {
		size_t size = ((size_t)from->route[k].stops + 1) * sizeof(struct plan_stop);

		to->route[k] = from->route[k];
		to->route[k].stop = malloc(size);
		if (to->route[k].stop == NULL)
			goto fail;
		memcpy(to->route[k].stop, from->route[k].stop, size - sizeof(struct plan_stop));
	}
	return to;
fail:
	plan_free(to);
	return NULL;
}

/* The limits of one of the solves that are still to come. */
static struct solve_limits
part_of(const struct solve_limits *lim, int64_t start_us, int64_t work, int32_t left)
{
	struct solve_limits part = *lim;

	if (lim->time_ms > 0) {
		int64_t spent_ms = (clock_us() - start_us) / 1000;

		part.time_ms = (lim->time_ms - spent_ms) / left;
		if (part.time_ms < 1)
			part.time_ms = 1;
	}
	if (lim->work > 0) {
		part.work = (lim->work - work) / left;
		if (part.work < 1)
			part.work = 1;
	}
	return part;
}

/*
 * No plan may cost more than that of a smaller budget, and no bound of a larger
 * budget is more than one of a smaller one: what one solve has shown goes for the others.
 */
static int
put_in_order(struct plan **plan, int32_t plans)
{
	for (int32_t b = 1; b < plans; b++) {
		struct plan *better;

		if (plan[b]->cost_cents <= plan[b - 1]->cost_cents)
			continue;
		better = copy_plan(plan[b - 1]);
		if (better == NULL)
			return -ENOMEM;
		better->bound_cents = plan[b]->bound_cents;
		better->proven = false;
		plan_free(plan[b]);
		plan[b] = better;
	}
	for (int32_t b = plans - 1; b > 0; b--)
		if (plan[b - 1]->bound_cents < plan[b]->bound_cents)
			plan[b - 1]->bound_cents = plan[b]->bound_cents;
	for (int32_t b = 0; b < plans; b++)
		plan[b]->proven = plan[b]->proven || plan[b]->bound_cents >= plan[b]->cost_cents;
	return 0;
}

int
calm_sharing(const struct problem *p, const struct solve_limits *lim, const int32_t *budget,
    int32_t budgets, struct pool *shared, struct plan **ret_plan)
{
	struct problem one = *p; /* the arrays are p's */
	int64_t start_us = clock_us(), work = 0;
	int32_t done = 0;
	int rc = 0;

	for (; rc == 0 && done < budgets; done++) {
		struct solve_limits part = part_of(lim, start_us, work, budgets - done);

		one.budget = budget[done];
		rc = solve_checked(&one, &part, shared, &ret_plan[done]);
		if (rc < 0)
			break;
		work += ret_plan[done]->work;
	}
	if (rc == 0)
		rc = put_in_order(ret_plan, budgets);
	for (int32_t b = 0; rc < 0 && b < done; b++)
		plan_free(ret_plan[b]);
	return rc;
}

int
solve_calm(const struct problem *p, const struct solve_limits *lim, const int32_t *budget,
    int32_t budgets, struct plan **ret_plan)
{
	struct pool shared = { 0 };
	int rc = problem_check(p, NULL, 0);

	if (rc == 0)
		rc = calm_sharing(p, lim, budget, budgets, &shared, ret_plan);
	pool_done(&shared);
	return rc;
}
