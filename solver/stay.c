/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "solver/route.h"

/* Adds call i at the end of the route unless it then could not be driven. */
static int
try_append(struct route_work *w, const struct model *m, int32_t k, int32_t *seq, int32_t *n,
    int32_t i)
{
	struct route_choice choice[ROUTE_CHOICES_MAX];
	int choices;

	seq[*n] = i;
	choices = route_eval(w, m, k, seq, *n + 1, INT32_MAX, choice);
	if (choices > 0)
		++*n;
	return choices;
}

static int
stay_of(struct route_work *w, const struct model *m, struct problem *p, int32_t k)
{
	const struct technician *t = &p->technician[k];
	struct plan_stop stop[PROBLEM_STOPS_MAX];
	struct plan_route route = { .stop = stop };
	struct route_choice choice[ROUTE_CHOICES_MAX];
	int32_t seq[PROBLEM_STOPS_MAX];
	int32_t n = t->currents;
	int choices;

	for (int32_t r = 0; r < n; r++)
		seq[r] = t->current[r];
	choices = route_eval(w, m, k, seq, n, INT32_MAX, choice);
	if (choices == 0) {
		n = 0;
		for (int32_t r = 0; choices >= 0 && r < t->currents; r++)
			choices = try_append(w, m, k, seq, &n, t->current[r]);
		if (choices >= 0)
			choices = route_eval(w, m, k, seq, n, INT32_MAX, choice);
	}
	if (choices < 0)
		return choices;
	route_trace(w, m, k, &choice[0], seq, n, &route);
	for (int32_t r = 0; r < n; r++) {
		p->call[seq[r]].stay_served = true;
		p->call[seq[r]].stay_s = stop[r].start_s;
	}
	return 0;
}

int
problem_stay(struct problem *p)
{
	struct route_work w = { 0 };
	struct model *m;
	int rc = 0;

	for (int32_t i = 0; i < p->calls; i++) {
		p->call[i].stay_served = false;
		p->call[i].stay_s = 0;
	}
	m = model_new(p);
	if (m == NULL)
		return -ENOMEM;
	m->as_told = true;
	for (int32_t k = 0; rc == 0 && k < p->technicians; k++)
		rc = stay_of(&w, m, p, k);
	route_work_done(&w);
	model_free(m);
	return rc;
}
