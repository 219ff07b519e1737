/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/draft.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "solver/clock.h"
#include "solver/plan.h"

static void
count_skip(struct draft *d, int32_t i, int sign)
{
	const struct model_call *c = &d->m->call[i];

	d->cents += sign * c->skip_cents;
	if (c->skip_chosen && d->m->counts)
		d->chosen += sign;
	if (c->skip_chosen && c->immovable)
		d->broken += sign;
}

struct draft *
draft_new(const struct model *m)
{
	struct draft *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->m = m;
	d->route = calloc((size_t)m->p->technicians + 1, sizeof(*d->route));
	d->by = malloc(((size_t)m->p->calls + 1) * sizeof(*d->by));
	if (d->route == NULL || d->by == NULL) {
		draft_free(d);
		return NULL;
	}
	for (int32_t i = 0; i < m->p->calls; i++) {
		d->by[i] = -1;
		count_skip(d, i, 1);
	}
	return d;
}

void
draft_free(struct draft *d)
{
	if (d == NULL)
		return;
	for (int32_t k = 0; d->route != NULL && k < d->m->p->technicians; k++)
		free(d->route[k].seq);
	free(d->route);
	free(d->by);
	free(d);
}

int
draft_set(struct draft *d, int32_t k, const int32_t *seq, int32_t n, int64_t cents,
    int32_t chosen)
{
	struct draft_route *r = &d->route[k];

	if (n > r->n_max) {
		int32_t more = n + 8;
		int32_t *grown = realloc(r->seq, (size_t)more * sizeof(*grown));

		if (grown == NULL)
			return -ENOMEM;
		r->seq = grown;
		r->n_max = more;
	}
	for (int32_t s = 0; s < r->n; s++) {
		d->by[r->seq[s]] = -1;
		count_skip(d, r->seq[s], 1);
	}
	if (n > 0)
		memmove(r->seq, seq, (size_t)n * sizeof(*seq));
	for (int32_t s = 0; s < n; s++) {
		assert(d->by[r->seq[s]] < 0);
		d->by[r->seq[s]] = k;
		count_skip(d, r->seq[s], -1);
	}
	d->cents += cents - r->cents;
	d->chosen += chosen - r->chosen;
	r->n = n;
	r->cents = cents;
	r->chosen = chosen;
	return 0;
}

int
draft_copy(struct draft *to, const struct draft *from)
{
	int32_t technicians = from->m->p->technicians;
	int rc = 0;

	assert(to->m == from->m);
	/* First all are cleared, or a call would be on two routes for a moment. */
	for (int32_t k = 0; k < technicians; k++)
		draft_set(to, k, NULL, 0, 0, 0);
	for (int32_t k = 0; rc == 0 && k < technicians; k++)
		rc = draft_set(to, k, from->route[k].seq, from->route[k].n, from->route[k].cents,
		    from->route[k].chosen);
	return rc;
}

bool
draft_keeps(const struct draft *d)
{
	const struct problem *p = d->m->p;

	if (d->broken > 0 || (d->m->counts && d->chosen > p->budget))
		return false;
	for (int32_t k = 0; k < p->technicians; k++) {
		if (d->route[k].n < p->technician[k].fixed)
			return false;
		for (int32_t f = 0; f < p->technician[k].fixed; f++)
			if (d->route[k].seq[f] != p->technician[k].current[f])
				return false;
	}
	return true;
}

/* Cuts a sequence down to the calls with which it can be driven, from the first on. */
static int
cut_to_drive(struct route_work *w, const struct model *m, int32_t k, int32_t *seq, int32_t *n)
{
	struct route_choice choice[ROUTE_CHOICES_MAX];
	int32_t kept = 0;

	for (int32_t r = 0; r < *n; r++) {
		int choices;

		seq[kept] = seq[r];
		choices = route_eval(w, m, k, seq, kept + 1, INT16_MAX, choice);
		if (choices < 0)
			return choices;
		kept += choices > 0;
	}
	*n = kept;
	return 0;
}

int
draft_stay(struct draft *d, struct route_work *w)
{
	const struct problem *p = d->m->p;

	for (int32_t k = 0; k < p->technicians; k++) {
		const struct technician *t = &p->technician[k];
		struct route_choice choice[ROUTE_CHOICES_MAX];
		int32_t seq[PROBLEM_STOPS_MAX];
		int32_t n = 0;
		int choices;
		int rc;

		for (int32_t r = 0; r < t->currents; r++)
			if (r < t->fixed || p->call[t->current[r]].stay_served)
				seq[n++] = t->current[r];
		choices = route_eval(w, d->m, k, seq, n, 0, choice);
		if (choices == 0)
			choices = route_eval(w, d->m, k, seq, n, INT16_MAX, choice);
		if (choices == 0) {
			rc = cut_to_drive(w, d->m, k, seq, &n);
			if (rc < 0)
				return rc;
			choices = route_eval(w, d->m, k, seq, n, INT16_MAX, choice);
		}
		if (choices <= 0) {
			if (choices < 0)
				return choices;
			continue;
		}
		/* The calmest: there is one, unless times given as the stay plan's are not. */
		rc = draft_set(d, k, seq, n, choice[choices - 1].cents,
		    choice[choices - 1].chosen);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* A place for a call, and what the plan then costs more. */
struct slot {
	int64_t delta;
	struct route_choice choice;
	int32_t k, pos;
};

static int
find_slot(struct draft *d, struct route_work *w, int32_t i, int32_t k, struct slot *best)
{
	const struct draft_route *r = &d->route[k];
	struct route_choice choice[ROUTE_CHOICES_MAX];
	int32_t seq[PROBLEM_STOPS_MAX];
	int32_t room = INT16_MAX;

	if (r->n >= PROBLEM_STOPS_MAX || r->n < d->m->p->technician[k].fixed)
		return 0;
	if (d->m->counts)
		room = d->m->p->budget - d->chosen + r->chosen + d->m->call[i].skip_chosen;
	if (room < 0)
		return 0;
	for (int32_t pos = d->m->p->technician[k].fixed; pos <= r->n; pos++) {
		int choices;

		for (int32_t s = 0; s < r->n; s++)
			seq[s < pos ? s : s + 1] = r->seq[s];
		seq[pos] = i;
		choices = route_eval(w, d->m, k, seq, r->n + 1, room, choice);
		if (choices < 0)
			return choices;
		if (choices > 0 && choice[0].cents - r->cents < best->delta)
			*best = (struct slot){ choice[0].cents - r->cents, choice[0], k, pos };
	}
	return 0;
}

static int
insert_call(struct draft *d, struct route_work *w, int32_t i)
{
	struct slot best = { .delta = d->m->call[i].skip_cents, .k = -1 };
	int32_t seq[PROBLEM_STOPS_MAX];
	const struct draft_route *r;

	if (d->m->call[i].skip_chosen && d->m->call[i].immovable)
		best.delta = INT64_MAX;
	for (int32_t k = 0; k < d->m->p->technicians; k++) {
		int rc = 0;

		if (problem_may(d->m->p, k, i))
			rc = find_slot(d, w, i, k, &best);
		if (rc < 0)
			return rc;
	}
	if (best.k < 0)
		return 0;
	r = &d->route[best.k];
	for (int32_t s = 0; s < r->n; s++)
		seq[s < best.pos ? s : s + 1] = r->seq[s];
	seq[best.pos] = i;
	return draft_set(d, best.k, seq, r->n + 1, best.choice.cents, best.choice.chosen);
}

struct dear {
	int64_t cents;
	int32_t call;
};

static int
dearest_first(const void *a, const void *b)
{
	const struct dear *x = a, *y = b;

	if (x->cents != y->cents)
		return x->cents > y->cents ? -1 : 1;
	return x->call < y->call ? -1 : x->call > y->call;
}

int
draft_insert(struct draft *d, struct route_work *w)
{
	struct dear *out = malloc(((size_t)d->m->p->calls + 1) * sizeof(*out));
	size_t n = 0;
	int rc = 0;

	if (out == NULL)
		return -ENOMEM;
	for (int32_t i = 0; i < d->m->p->calls; i++)
		if (d->by[i] < 0 && d->m->call[i].fixed_on < 0)
			out[n++] = (struct dear){ d->m->call[i].skip_cents, i };
	qsort(out, n, sizeof(*out), dearest_first);
	for (size_t j = 0; rc == 0 && j < n; j++)
		rc = insert_call(d, w, out[j].call);
	free(out);
	return rc;
}

/* Gives route k back as it was, but for call i that has come or gone since. */
static int
put_back(struct draft *d, int32_t k, const struct draft_route *old, const int32_t *seq)
{
	return draft_set(d, k, seq, old->n, old->cents, old->chosen);
}

/* Moves call i to where it costs least, if that pays. *ret_moved tells. */
static int
relocate_call(struct draft *d, struct route_work *w, int32_t i, struct draft_route *before,
    bool *ret_moved)
{
	int32_t k = d->by[i], to, n = 0;
	int32_t old[PROBLEM_STOPS_MAX], rest[PROBLEM_STOPS_MAX];
	struct route_choice choice[ROUTE_CHOICES_MAX];
	int64_t cents = d->cents;
	int32_t room = INT16_MAX;
	int rc;

	memcpy(before, d->route, (size_t)d->m->p->technicians * sizeof(*before));
	memcpy(old, d->route[k].seq, (size_t)before[k].n * sizeof(*old));
	for (int32_t s = 0; s < before[k].n; s++)
		if (old[s] != i)
			rest[n++] = old[s];
	if (d->m->counts)
		room = d->m->p->budget - d->chosen + before[k].chosen;
	rc = route_eval(w, d->m, k, rest, n, room, choice);
	if (rc <= 0)
		return rc;
	rc = draft_set(d, k, rest, n, choice[0].cents, choice[0].chosen);
	if (rc == 0)
		rc = insert_call(d, w, i);
	if (rc < 0 || (d->cents < cents && draft_keeps(d))) {
		*ret_moved = true;
		return rc;
	}
	to = d->by[i];
	if (to >= 0 && to != k) {
		n = 0;
		for (int32_t s = 0; s < d->route[to].n; s++)
			if (d->route[to].seq[s] != i)
				rest[n++] = d->route[to].seq[s];
		rc = put_back(d, to, &before[to], rest);
	}
	return rc == 0 ? put_back(d, k, &before[k], old) : rc;
}

int
draft_relocate(struct draft *d, struct route_work *w, int64_t deadline_us)
{
	struct draft_route *before = malloc(((size_t)d->m->p->technicians + 1) *
	    sizeof(*before));
	int32_t still = 0; /* calls in a row that stayed */
	int rc = 0;

	if (before == NULL)
		return -ENOMEM;
	for (int32_t i = 0; rc == 0 && d->m->p->calls > 0 && still < d->m->p->calls;
	    i = (i + 1) % d->m->p->calls) {
		bool moved = false;

		if (deadline_us != 0 && clock_us() > deadline_us)
			break;
		if (d->by[i] >= 0 && d->m->call[i].fixed_on < 0)
			rc = relocate_call(d, w, i, before, &moved);
		else if (d->by[i] < 0)
			rc = insert_call(d, w, i);
		still = moved ? 0 : still + 1;
	}
	free(before);
	return rc;
}

/* Takes call i off route k; the route stays as it is if the rest cannot be driven. */
static int
drop_call(struct draft *d, struct route_work *w, int32_t k, int32_t i)
{
	struct route_choice choice[ROUTE_CHOICES_MAX];
	int32_t seq[PROBLEM_STOPS_MAX];
	int32_t n = 0;
	int rc;

	for (int32_t s = 0; s < d->route[k].n; s++)
		if (d->route[k].seq[s] != i)
			seq[n++] = d->route[k].seq[s];
	rc = route_eval(w, d->m, k, seq, n, d->m->counts ? d->route[k].chosen : INT16_MAX, choice);
	if (rc <= 0)
		return rc;
	return draft_set(d, k, seq, n, choice[0].cents, choice[0].chosen);
}

/* The route without call `out`, with call `in` at pos of what is left. */
static int32_t
replaced(const struct draft_route *r, int32_t out, int32_t in, int32_t pos, int32_t *seq)
{
	int32_t n = 0;

	for (int32_t s = 0; s < r->n; s++) {
		if (r->seq[s] == out)
			continue;
		if (n == pos)
			seq[n++] = in;
		seq[n++] = r->seq[s];
	}
	if (n == pos)
		seq[n++] = in;
	return n;
}

/* In a copy: call i instead of call out on route k, and call out elsewhere. */
static int
try_eject(struct draft *copy, struct route_work *w, int32_t i, int32_t k, int32_t out)
{
	struct draft_route *r = &copy->route[k];
	struct route_choice choice[ROUTE_CHOICES_MAX], best = { .cents = INT64_MAX };
	int32_t seq[PROBLEM_STOPS_MAX];
	int32_t room = INT16_MAX, best_pos = -1, n;
	int rc;

	if (copy->m->counts)
		room = copy->m->p->budget - copy->chosen + r->chosen +
		    copy->m->call[i].skip_chosen;
	for (int32_t pos = copy->m->p->technician[k].fixed; pos < r->n; pos++) {
		n = replaced(r, out, i, pos, seq);
		rc = route_eval(w, copy->m, k, seq, n, room, choice);
		if (rc < 0)
			return rc;
		if (rc > 0 && choice[0].cents < best.cents) {
			best = choice[0];
			best_pos = pos;
		}
	}
	if (best_pos < 0 || copy->by[i] >= 0)
		return 0;
	n = replaced(r, out, i, best_pos, seq);
	rc = draft_set(copy, k, seq, n, best.cents, best.chosen);
	return rc == 0 ? insert_call(copy, w, out) : rc;
}

/* The best of all ways to make room for call i. */
static int
eject_for(struct draft *d, struct route_work *w, int32_t i, struct draft *copy,
    struct draft *best, int64_t deadline_us)
{
	const struct problem *p = d->m->p;
	int rc = draft_copy(best, d);

	for (int32_t k = 0; rc == 0 && k < p->technicians; k++) {
		if (!problem_may(p, k, i) || d->by[i] == k)
			continue;
		for (int32_t s = p->technician[k].fixed; rc == 0 && s < d->route[k].n; s++) {
			int32_t at = d->by[i];

			if (deadline_us != 0 && clock_us() > deadline_us)
				return draft_copy(d, best);
			rc = draft_copy(copy, d);
			if (rc == 0 && at >= 0)
				rc = drop_call(copy, w, at, i);
			if (rc == 0)
				rc = try_eject(copy, w, i, k, d->route[k].seq[s]);
			if (rc == 0 && copy->cents < best->cents && draft_keeps(copy))
				rc = draft_copy(best, copy);
		}
	}
	return rc == 0 ? draft_copy(d, best) : rc;
}

int
draft_eject(struct draft *d, struct route_work *w, int64_t deadline_us)
{
	struct draft *copy = draft_new(d->m);
	struct draft *best = draft_new(d->m);
	int rc = copy == NULL || best == NULL ? -ENOMEM : 0;

	for (int32_t i = 0; rc == 0 && i < d->m->p->calls; i++)
		if (d->m->call[i].fixed_on < 0 &&
		    (d->m->call[i].stay_technician < 0 || d->by[i] < 0))
			rc = eject_for(d, w, i, copy, best, deadline_us);
	draft_free(copy);
	draft_free(best);
	return rc;
}

int
draft_plan(const struct draft *d, struct route_work *w, struct plan **ret)
{
	const struct problem *p = d->m->p;
	struct plan *plan = plan_new(p);
	int rc = -ENOMEM;

	if (plan == NULL)
		return -ENOMEM;
	for (int32_t k = 0; k < p->technicians; k++) {
		const struct draft_route *r = &d->route[k];
		struct route_choice choice[ROUTE_CHOICES_MAX];
		int choices = route_eval(w, d->m, k, r->seq, r->n, r->chosen, choice);

		if (choices < 0)
			goto fail;
		assert(choices > 0 && choice[0].cents == r->cents); /* the cheapest is kept */
		plan->route[k].stop = calloc((size_t)r->n + 1, sizeof(*plan->route[k].stop));
		if (plan->route[k].stop == NULL)
			goto fail;
		route_trace(w, d->m, k, &choice[0], r->seq, r->n, &plan->route[k]);
		for (int32_t s = 0; s < r->n; s++)
			plan->served[r->seq[s]] = true;
	}
	rc = plan_check(p, plan, &plan->cost_cents, &plan->disturbance, NULL, 0);
	if (rc == -ENOMEM)
		goto fail;
	assert(rc == 0 && plan->cost_cents == d->cents);
	*ret = plan;
	return 0;
fail:
	plan_free(plan);
	return -ENOMEM;
}
