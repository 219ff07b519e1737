/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "solver/joint.h"
#include "solver/joint_mend.h"
#include "solver/route.h"

enum { ROUNDS_MAX = 100 }; /* of putting tied calls off */

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

/* Re-times the current route of technician k, and marks what it serves. */
static int
stay_of(struct route_work *w, const struct model *m, int32_t k, struct plan_marks *marks)
{
	const struct technician *t = &m->p->technician[k];
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
		marks->by[seq[r]] = k;
		marks->start_s[seq[r]] = stop[r].start_s;
		marks->end_s[seq[r]] = stop[r].end_s;
	}
	return 0;
}

/* Takes out of the routes what is tied to a call that they do not serve. Whether any was. */
static bool
drop_lonely(const struct ties *t, const struct plan_marks *marks, struct model *m)
{
	bool dropped = false;

	for (int32_t n = 0; n < t->n; n++) {
		const struct tie *tie = &t->tie[n];
		int32_t lonely = marks->by[tie->a] < 0 ? tie->b : tie->a;

		if (!tie_broken(marks, tie) ||
		    (marks->by[tie->a] >= 0 && marks->by[tie->b] >= 0 &&
		    !(tie->with && marks->by[tie->a] == marks->by[tie->b])))
			continue;
		m->call[lonely].open_s = PROBLEM_NEVER; /* it never starts */
		dropped = true;
	}
	return dropped;
}

/* Re-times all routes until tied calls agree. */
static int
stay_of_all(struct route_work *w, struct model *m, const struct ties *t, struct plan_marks *marks)
{
	int rc = 0;

	for (int round = 0; rc == 0 && round < ROUNDS_MAX; round++) {
		for (int32_t i = 0; i < m->p->calls; i++)
			marks->by[i] = -1;
		for (int32_t k = 0; rc == 0 && k < m->p->technicians; k++)
			rc = stay_of(w, m, k, marks);
		if (t->n == 0 || (!drop_lonely(t, marks, m) && !ties_raise(t, marks, m)))
			break;
	}
	return rc;
}

int
problem_stay(struct problem *p)
{
	struct route_work w = { 0 };
	struct plan_marks marks = { 0 };
	struct ties ties = { 0 };
	struct model *m;
	int rc = -ENOMEM;

	for (int32_t i = 0; i < p->calls; i++) {
		p->call[i].stay_served = false;
		p->call[i].stay_s = 0;
	}
	m = model_new(p);
	if (m == NULL || ties_init(&ties, p) < 0 || plan_marks_init(&marks, p) < 0)
		goto out;
	m->as_told = true;
	rc = stay_of_all(&w, m, &ties, &marks);
	for (int32_t i = 0; rc == 0 && i < p->calls; i++) {
		p->call[i].stay_served = marks.by[i] >= 0;
		p->call[i].stay_s = marks.by[i] >= 0 ? marks.start_s[i] : 0;
	}
out:
	plan_marks_done(&marks);
	ties_done(&ties);
	route_work_done(&w);
	model_free(m);
	return rc;
}
