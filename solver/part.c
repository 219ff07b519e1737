/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/part.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The part as a problem of its own, which borrows from the whole all but what is listed here. */
struct cut {
	struct problem p;
	int32_t *call_of;  /* the whole's index of each call */
	int32_t *tech_at;  /* the part's index of each technician of the whole, -1: not in it */
	int32_t *call_at;  /* of each call */
	int32_t *indices;  /* holds all current routes and forbidden technicians */
	size_t used;
};

static void
cut_done(struct cut *c)
{
	free(c->p.technician);
	free(c->p.call);
	free(c->call_of);
	free(c->tech_at);
	free(c->call_at);
	free(c->indices);
}

static int
cut_alloc(struct cut *c, const struct part *part)
{
	const struct problem *p = part->p;
	size_t indices = (size_t)p->calls + 1;

	for (int32_t i = 0; i < p->calls; i++)
		indices += (size_t)p->call[i].forbiddens;
	c->p.technician = calloc((size_t)part->techs + 1, sizeof(*c->p.technician));
	c->p.call = calloc((size_t)p->calls + 1, sizeof(*c->p.call));
	c->call_of = calloc((size_t)p->calls + 1, sizeof(*c->call_of));
	c->tech_at = malloc(((size_t)p->technicians + 1) * sizeof(*c->tech_at));
	c->call_at = malloc(((size_t)p->calls + 1) * sizeof(*c->call_at));
	c->indices = calloc(indices, sizeof(*c->indices));
	if (c->p.technician == NULL || c->p.call == NULL || c->call_of == NULL ||
	    c->tech_at == NULL || c->call_at == NULL || c->indices == NULL)
		return -ENOMEM;
	for (int32_t k = 0; k < p->technicians; k++)
		c->tech_at[k] = -1;
	for (int32_t i = 0; i < p->calls; i++)
		c->call_at[i] = -1;
	return 0;
}

static void
cut_call(struct cut *c, const struct problem *p, int32_t i)
{
	if (c->call_at[i] >= 0)
		return;
	c->call_at[i] = c->p.calls;
	c->call_of[c->p.calls] = i;
	c->p.call[c->p.calls++] = p->call[i];
}

/* A technician of the whole by the part's index; -1 nobody, or not in it. */
static int32_t
at(const struct cut *c, int32_t k)
{
	return k < 0 ? -1 : c->tech_at[k];
}

/* Which calls are in it: those on the current routes, those that nobody has. */
static void
cut_calls(struct cut *c, const struct part *part, const struct draft *d)
{
	const struct problem *p = part->p;

	for (int32_t t = 0; t < part->techs; t++) {
		const struct technician *from = &p->technician[part->tech[t]];

		for (int32_t s = 0; s < from->currents; s++)
			cut_call(c, p, from->current[s]);
		for (int32_t s = 0; s < d->route[part->tech[t]].n; s++)
			cut_call(c, p, d->route[part->tech[t]].seq[s]);
	}
	for (int32_t i = 0; i < p->calls; i++)
		if (d->by[i] < 0 && (p->call[i].required < 0 || at(c, p->call[i].required) >= 0))
			cut_call(c, p, i);
}

static void
cut_technicians(struct cut *c, const struct part *part)
{
	for (int32_t t = 0; t < part->techs; t++) {
		struct technician *k = &c->p.technician[t];
		int32_t n = 0;

		*k = part->p->technician[part->tech[t]];
		for (int32_t s = 0; s < k->currents; s++)
			c->indices[c->used + (size_t)n++] = c->call_at[k->current[s]];
		k->current = c->indices + c->used;
		c->used += (size_t)n;
	}
}

static void
cut_links(struct cut *c)
{
	for (int32_t i = 0; i < c->p.calls; i++) {
		struct call *call = &c->p.call[i];
		int32_t n = 0;

		call->required = at(c, call->required);
		call->preferred = at(c, call->preferred);
		call->told.technician = at(c, call->told.technician);
		for (int32_t b = 0; b < call->forbiddens; b++)
			if (at(c, call->forbidden[b]) >= 0)
				c->indices[c->used + (size_t)n++] = at(c, call->forbidden[b]);
		call->forbidden = n > 0 ? c->indices + c->used : NULL;
		call->forbiddens = n;
		c->used += (size_t)n;
	}
}

static int
cut_make(struct cut *c, const struct part *part, const struct draft *d, int32_t budget)
{
	int rc;

	*c = (struct cut){ .p = *part->p };
	c->p.technicians = part->techs;
	c->p.calls = 0;
	c->p.budget = budget;
	c->p.technician = NULL;
	c->p.call = NULL;
	rc = cut_alloc(c, part);
	if (rc < 0)
		return rc;
	for (int32_t t = 0; t < part->techs; t++)
		c->tech_at[part->tech[t]] = t;
	cut_calls(c, part, d);
	cut_technicians(c, part);
	cut_links(c);
	return 0;
}

/* --- the answer --- */

/* One route of the answer put into the draft, by the cheapest way that disturbs no more than it says. */
static int
put_route(struct draft *d, struct route_work *w, int32_t k, const struct cut *c,
    const struct plan_route *r, int32_t room)
{
	struct route_choice choice[ROUTE_CHOICES_MAX];
	int32_t seq[PROBLEM_STOPS_MAX];
	int choices;

	for (int32_t s = 0; s < r->stops; s++)
		seq[s] = c->call_of[r->stop[s].call];
	choices = route_eval(w, d->m, k, seq, r->stops, room, choice);
	if (choices <= 0)
		return choices < 0 ? choices : -EINVAL;
	/* Of the ways, the calmest that costs no more than the answer says. */
	for (int n = choices - 1; n > 0; n--)
		if (choice[n].cents <= r->cost_cents)
			return draft_set(d, k, seq, r->stops, choice[n].cents, choice[n].chosen);
	return draft_set(d, k, seq, r->stops, choice[0].cents, choice[0].chosen);
}

static int
put_answer(struct draft *d, struct route_work *w, const struct part *part, const struct cut *c,
    const struct plan *plan)
{
	int32_t room = d->m->counts ? c->p.budget : INT16_MAX;
	int rc = 0;

	for (int32_t t = 0; t < part->techs; t++)
		draft_set(d, part->tech[t], NULL, 0, 0, 0);
	for (int32_t t = 0; rc == 0 && t < part->techs; t++) {
		rc = put_route(d, w, part->tech[t], c, &plan->route[t], room);
		room -= d->route[part->tech[t]].chosen;
		if (d->m->counts && room < 0)
			rc = -EINVAL;
	}
	return rc;
}

int
part_solve(const struct part *part, struct draft *d, int32_t budget,
    const struct solve_limits *lim, struct route_work *w, struct part_totals *totals)
{
	struct draft *before = draft_new(d->m);
	struct plan *plan = NULL;
	struct cut c = { 0 };
	int rc = before == NULL ? -ENOMEM : draft_copy(before, d);

	if (rc == 0)
		rc = cut_make(&c, part, d, budget);
	if (rc == 0)
		rc = solve(&c.p, lim, &plan);
	if (rc == 0) {
		totals->work += plan->work;
		totals->labels += plan->labels;
		totals->columns += plan->columns;
		totals->pivots += plan->pivots;
		totals->nodes += plan->nodes;
		rc = put_answer(d, w, part, &c, plan);
		if (rc == -EINVAL || (rc == 0 && (d->cents >= before->cents || !draft_keeps(d))))
			rc = draft_copy(d, before);
	}
	plan_free(plan);
	cut_done(&c);
	draft_free(before);
	return rc;
}
