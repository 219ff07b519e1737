/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/joint_mend.h"

#include <errno.h>
#include <stdlib.h>

#include "solver/draft.h"

enum { ROUNDS_MAX = 100 }; /* of putting off */

int
ties_init(struct ties *t, const struct problem *p)
{
	t->n = 0;
	t->tie = malloc((2 * (size_t)p->calls + 1) * sizeof(*t->tie));
	if (t->tie == NULL)
		return -ENOMEM;
	for (int32_t i = 0; i < p->calls; i++) {
		const struct call *c = &p->call[i];

		/* Two that name each other are one tie. */
		if (c->with >= 0 && !(c->with < i && p->call[c->with].with == i))
			t->tie[t->n++] = (struct tie){ true, c->with, i, 0 };
		if (c->after >= 0)
			t->tie[t->n++] = (struct tie){ false, c->after, i, c->after_gap_s };
	}
	return 0;
}

void
ties_done(struct ties *t)
{
	free(t->tie);
}

int
plan_marks_init(struct plan_marks *m, const struct problem *p)
{
	size_t n = (size_t)p->calls + 1;

	m->calls = p->calls;
	m->by = malloc(n * sizeof(*m->by));
	m->start_s = calloc(n, sizeof(*m->start_s));
	m->end_s = calloc(n, sizeof(*m->end_s));
	return m->by == NULL || m->start_s == NULL || m->end_s == NULL ? -ENOMEM : 0;
}

void
plan_marks_done(struct plan_marks *m)
{
	free(m->by);
	free(m->start_s);
	free(m->end_s);
}

void
plan_marks_set(struct plan_marks *m, const struct plan *plan)
{
	for (int32_t i = 0; i < m->calls; i++)
		m->by[i] = -1;
	for (int32_t k = 0; k < plan->routes; k++)
		for (int32_t s = 0; s < plan->route[k].stops; s++) {
			const struct plan_stop *stop = &plan->route[k].stop[s];

			m->by[stop->call] = k;
			m->start_s[stop->call] = stop->start_s;
			m->end_s[stop->call] = stop->end_s;
		}
}

bool
tie_broken(const struct plan_marks *m, const struct tie *t)
{
	bool a = m->by[t->a] >= 0, b = m->by[t->b] >= 0;

	if (t->with)
		return a != b || (a && (m->by[t->a] == m->by[t->b] ||
		    m->start_s[t->a] != m->start_s[t->b]));
	return b && (!a || m->start_s[t->b] < (int64_t)m->end_s[t->a] + t->gap_s);
}

/* Past its last window it never starts at all. */
static bool
raise_to(struct model *model, int32_t i, int64_t s)
{
	struct model_call *c = &model->call[i];

	if (s <= c->open_s)
		return false;
	c->open_s = s <= c->close_s ? (int32_t)s : PROBLEM_NEVER;
	return true;
}

bool
ties_raise(const struct ties *t, const struct plan_marks *m, struct model *model)
{
	bool raised = false;

	for (int32_t n = 0; n < t->n; n++) {
		const struct tie *tie = &t->tie[n];
		int32_t later = tie->a;

		if (m->by[tie->a] < 0 || m->by[tie->b] < 0 || !tie_broken(m, tie))
			continue;
		if (tie->with) {
			if (m->start_s[tie->b] > m->start_s[tie->a])
				later = tie->b;
			raised |= raise_to(model, tie->a, m->start_s[later]);
			raised |= raise_to(model, tie->b, m->start_s[later]);
		} else {
			raised |= raise_to(model, tie->b, (int64_t)m->end_s[tie->a] + tie->gap_s);
		}
	}
	return raised;
}

struct mender {
	const struct problem *p;
	const struct ties *ties;
	struct model *model;
	struct route_work w;
	struct plan_marks marks;
};

struct mender *
mender_new(const struct problem *p, const struct ties *t)
{
	struct mender *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->p = p;
	m->ties = t;
	m->model = model_new(p);
	if (m->model == NULL || plan_marks_init(&m->marks, p) < 0) {
		mender_free(m);
		return NULL;
	}
	return m;
}

void
mender_free(struct mender *m)
{
	if (m == NULL)
		return;
	model_free(m->model);
	route_work_done(&m->w);
	plan_marks_done(&m->marks);
	free(m);
}

/* Times a route of the draft as it now stands, and marks it. 1: it can be driven. -ENOMEM. */
static int
time_route(struct mender *m, struct draft *d, int32_t k, const int32_t *seq, int32_t n)
{
	struct plan_stop stop[PROBLEM_STOPS_MAX];
	struct plan_route route = { .stop = stop };
	struct route_choice choice[ROUTE_CHOICES_MAX];
	int choices = route_eval(&m->w, m->model, k, seq, n,
	    m->model->counts ? m->p->budget : INT16_MAX, choice);
	int rc;

	if (choices <= 0)
		return choices;
	route_trace(&m->w, m->model, k, &choice[0], seq, n, &route);
	rc = draft_set(d, k, seq, n, choice[0].cents, choice[0].chosen);
	for (int32_t s = 0; s < n; s++) {
		m->marks.by[seq[s]] = k;
		m->marks.start_s[seq[s]] = stop[s].start_s;
		m->marks.end_s[seq[s]] = stop[s].end_s;
	}
	return rc < 0 ? rc : 1;
}

/* Leaves call i out of its route. 1: done. -ENOMEM. */
static int
leave_out(struct mender *m, struct draft *d, int32_t i)
{
	int32_t k = d->by[i];
	int32_t seq[PROBLEM_STOPS_MAX];
	int32_t n = 0;

	if (k < 0)
		return 1;
	for (int32_t s = 0; s < d->route[k].n; s++)
		if (d->route[k].seq[s] != i)
			seq[n++] = d->route[k].seq[s];
	m->marks.by[i] = -1;
	return time_route(m, d, k, seq, n);
}

/* Whether times alone cannot mend it: half of it is missing, or both are one man's. */
static bool
past_timing(const struct mender *m, const struct tie *t)
{
	const struct plan_marks *k = &m->marks;

	return tie_broken(k, t) && (k->by[t->a] < 0 || k->by[t->b] < 0 ||
	    (t->with && k->by[t->a] == k->by[t->b]));
}

/* Leaves out what no putting off can mend, until there is nothing such. 1: done. -ENOMEM. */
static int
drop_hopeless(struct mender *m, struct draft *d)
{
	bool again = true;

	while (again) {
		again = false;
		for (int32_t n = 0; n < m->ties->n; n++) {
			const struct tie *t = &m->ties->tie[n];
			int rc = 1;

			if (!past_timing(m, t))
				continue;
			if (t->with)
				rc = leave_out(m, d, t->a);
			if (rc == 1)
				rc = leave_out(m, d, t->b);
			if (rc <= 0)
				return rc;
			again = true;
		}
	}
	return 1;
}

/* A tied call of a route that can no longer be driven, -1 if there is none. */
static int32_t
tied_call(const struct mender *m, const struct draft *d, int32_t k)
{
	for (int32_t n = 0; n < m->ties->n; n++) {
		const struct tie *t = &m->ties->tie[n];

		if (d->by[t->b] == k)
			return t->b;
		if (d->by[t->a] == k)
			return t->a;
	}
	return -1;
}

/* Times all routes again; from one that cannot be driven, tied calls go. 1: done. -ENOMEM. */
static int
time_all(struct mender *m, struct draft *d)
{
	for (int32_t k = 0; k < m->p->technicians; k++) {
		int32_t seq[PROBLEM_STOPS_MAX];
		int32_t n = d->route[k].n;
		int rc;

		for (int32_t s = 0; s < n; s++)
			seq[s] = d->route[k].seq[s];
		rc = n > 0 ? time_route(m, d, k, seq, n) : 1;
		while (rc == 0) {
			int32_t i = tied_call(m, d, k);

			if (i < 0)
				return 0;
			/* The draft's route must lose it, whether the rest can be driven or not. */
			n = 0;
			for (int32_t s = 0; s < d->route[k].n; s++)
				if (d->route[k].seq[s] != i)
					seq[n++] = d->route[k].seq[s];
			m->marks.by[i] = -1;
			rc = draft_set(d, k, seq, n, 0, 0);
			if (rc == 0)
				rc = time_route(m, d, k, seq, n);
		}
		if (rc < 0)
			return rc;
	}
	return 1;
}

/* Puts starts off and leaves calls out until all ties are kept. 1: they are. -ENOMEM. */
static int
mend_draft(struct mender *m, struct draft *d)
{
	for (int round = 0; round < ROUNDS_MAX; round++) {
		int rc = time_all(m, d);

		if (rc == 1)
			rc = drop_hopeless(m, d);
		if (rc <= 0)
			return rc;
		if (!ties_raise(m->ties, &m->marks, m->model)) {
			for (int32_t n = 0; n < m->ties->n; n++)
				if (tie_broken(&m->marks, &m->ties->tie[n]))
					return 0;
			return 1;
		}
	}
	return 0;
}

static int
take_routes(struct mender *m, struct draft *d, const struct plan *plan)
{
	int rc = 0;

	plan_marks_set(&m->marks, plan);
	for (int32_t i = 0; i < m->p->calls; i++)
		m->model->call[i].open_s = m->p->call[i].open_s;
	for (int32_t k = 0; rc == 0 && k < m->p->technicians; k++) {
		int32_t seq[PROBLEM_STOPS_MAX];

		for (int32_t s = 0; s < plan->route[k].stops; s++)
			seq[s] = plan->route[k].stop[s].call;
		rc = draft_set(d, k, seq, plan->route[k].stops, 0, 0);
	}
	return rc;
}

int
mender_mend(struct mender *m, const struct plan *plan, struct plan **ret)
{
	struct draft *d = draft_new(m->model);
	int rc;

	if (d == NULL)
		return -ENOMEM;
	rc = take_routes(m, d, plan);
	if (rc == 0)
		rc = mend_draft(m, d);
	if (rc == 1 && draft_keeps(d))
		rc = draft_plan(d, &m->w, ret);
	draft_free(d);
	return rc < 0 ? rc : 0;
}
