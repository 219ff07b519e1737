/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Solving a case of some format within a budget as that format counts it. Apart from
 * format.c, so that who only reads and writes need not link the solver.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "solver/clock.h"
#include "solver/format.h"
#include "solver/plan.h"

enum { TRIES_MAX = 8 }; /* solves of one problem until the format's count keeps the budget */

/* What is left of a budget for what is disturbed by choice. */
static int32_t
chosen_budget(const struct format_case *c, int32_t budget)
{
	if (budget < 0)
		return budget;
	return budget > c->forced ? budget - c->forced : 0;
}

void
format_set_budget(struct format_case *c, int32_t budget)
{
	c->problem->budget = chosen_budget(c, budget);
}

/*
 * The limits of one of several solves: half of the time that is left, since another one may
 * have to follow. All of it where the format counts nothing of its own.
 */
static struct solve_limits
limits_of(const struct solve_limits *lim, int64_t begin_us, bool last)
{
	struct solve_limits part = *lim;
	int64_t left_ms = lim->time_ms - (clock_us() - begin_us) / 1000;

	if (lim->time_ms > 0)
		part.time_ms = last ? left_ms : left_ms / 2;
	if (lim->time_ms > 0 && part.time_ms < 1)
		part.time_ms = 1;
	return part;
}

/*
 * Solves until the format's own count keeps the budget; *ret is the last plan, owned. The
 * last try holds everything people were told, so that nothing is left to be counted.
 */
static int
solve_within(struct format_case *c, const struct solve_limits *lim, int32_t budget,
    struct plan **ret)
{
	int64_t begin_us = clock_us();
	int32_t allowed = budget;

	for (int tries = 1;; tries++) {
		struct solve_limits part = limits_of(lim, begin_us, tries == TRIES_MAX);
		int32_t over;
		int rc;

		format_set_budget(c, allowed);
		plan_free(*ret);
		*ret = NULL;
		rc = solve(c->problem, &part, ret);
		if (rc < 0)
			return rc;
		over = c->format->disturbed(c, *ret) - budget;
		if (over <= 0 || tries == TRIES_MAX)
			return 0;
		if (c->format->hold(c, tries == TRIES_MAX - 1 ? NULL : *ret) > 0)
			continue;
		if (c->problem->budget == 0)
			return 0;
		allowed = c->forced + (c->problem->budget > over ? c->problem->budget - over : 0);
	}
}

int
format_solve(struct format_case *c, const struct solve_limits *lim, int32_t budget,
    struct plan **ret)
{
	struct problem *p = c->problem;
	int32_t *fixed = malloc(((size_t)p->technicians + 1) * sizeof(*fixed));
	struct plan *plan = NULL;
	int rc;

	if (fixed == NULL)
		return -ENOMEM;
	for (int32_t k = 0; k < p->technicians; k++)
		fixed[k] = p->technician[k].fixed;
	c->seed = lim->seed;
	format_set_budget(c, budget);
	rc = budget >= 0 && c->format->disturbed != NULL ? solve_within(c, lim, budget, &plan)
	    : solve(p, lim, &plan);
	for (int32_t k = 0; k < p->technicians; k++)
		p->technician[k].fixed = fixed[k];
	free(fixed);
	if (rc < 0) {
		plan_free(plan);
		return rc;
	}
	*ret = plan;
	return 0;
}

/* Solves again, alone, for each budget that the format's own count says is not kept. */
static int
calm_again(struct format_case *c, const struct solve_limits *lim, const int32_t *budget,
    int32_t budgets, struct plan **plan)
{
	for (int32_t b = 0; b < budgets; b++) {
		struct plan *kept = NULL;
		int rc;

		if (budget[b] < 0 || c->format->disturbed == NULL ||
		    c->format->disturbed(c, plan[b]) <= budget[b])
			continue;
		rc = format_solve(c, lim, budget[b], &kept);
		if (rc < 0)
			return rc;
		plan_free(plan[b]);
		plan[b] = kept;
	}
	return 0;
}

/* A copy of a plan with another one's bound, for a budget that allows it too. */
static struct plan *
copy_plan(const struct problem *p, const struct plan *from, const struct plan *bounded)
{
	struct plan *plan = plan_new(p);

	if (plan == NULL)
		return NULL;
	memcpy(plan->served, from->served, (size_t)plan->calls * sizeof(*plan->served));
	for (int32_t k = 0; k < plan->routes; k++) {
		size_t n = (size_t)from->route[k].stops;

		plan->route[k] = from->route[k];
		plan->route[k].stop = malloc((n + 1) * sizeof(*plan->route[k].stop));
		if (plan->route[k].stop == NULL) {
			plan_free(plan);
			return NULL;
		}
		memcpy(plan->route[k].stop, from->route[k].stop, n * sizeof(*from->route[k].stop));
	}
	plan->cost_cents = from->cost_cents;
	plan->stay_cents = from->stay_cents;
	plan->disturbance = from->disturbance;
	plan->work = bounded->work;
	plan->bound_cents = bounded->bound_cents < from->cost_cents ? bounded->bound_cents
	    : from->cost_cents;
	plan->proven = plan->bound_cents == plan->cost_cents;
	return plan;
}

/* What a smaller budget allows a larger one does too: no plan costs more than the one before. */
static int
keep_descending(const struct problem *p, int32_t budgets, struct plan **plan)
{
	for (int32_t b = 1; b < budgets; b++) {
		struct plan *better;

		if (plan[b]->cost_cents <= plan[b - 1]->cost_cents)
			continue;
		better = copy_plan(p, plan[b - 1], plan[b]);
		if (better == NULL)
			return -ENOMEM;
		plan_free(plan[b]);
		plan[b] = better;
	}
	return 0;
}

int
format_calm(struct format_case *c, const struct solve_limits *lim, const int32_t *budget,
    int32_t budgets, struct plan **ret_plan)
{
	int32_t *chosen = calloc((size_t)budgets + 1, sizeof(*chosen));
	int rc;

	if (chosen == NULL)
		return -ENOMEM;
	for (int32_t b = 0; b < budgets; b++)
		chosen[b] = chosen_budget(c, budget[b]);
	c->seed = lim->seed;
	rc = solve_calm(c->problem, lim, chosen, budgets, ret_plan);
	free(chosen);
	if (rc < 0)
		return rc;
	rc = calm_again(c, lim, budget, budgets, ret_plan);
	if (rc == 0)
		rc = keep_descending(c->problem, budgets, ret_plan);
	for (int32_t b = 0; rc < 0 && b < budgets; b++)
		plan_free(ret_plan[b]);
	return rc;
}
