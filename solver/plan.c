/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/plan.h"

#include <stdlib.h>

struct plan *
plan_new(const struct problem *p)
{
	struct plan *plan = calloc(1, sizeof(*plan));

	if (plan == NULL)
		return NULL;
	plan->route = calloc((size_t)p->technicians + 1, sizeof(*plan->route));
	plan->served = calloc((size_t)p->calls + 1, sizeof(*plan->served));
	if (plan->route == NULL || plan->served == NULL) {
		plan_free(plan);
		return NULL;
	}
	plan->routes = p->technicians;
	plan->calls = p->calls;
	for (int32_t k = 0; k < p->technicians; k++) {
		plan->route[k].end_s = plan->route[k].leave_s = p->technician[k].ready_s;
		plan->route[k].depot_after = -1;
	}
	return plan;
}

void
plan_free(struct plan *plan)
{
	if (plan == NULL)
		return;
	for (int32_t k = 0; plan->route != NULL && k < plan->routes; k++)
		free(plan->route[k].stop);
	free(plan->route);
	free(plan->served);
	free(plan);
}
