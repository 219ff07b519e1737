/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/judge.h"

#include <stdlib.h>
#include <string.h>

#include "sim/retime.h"

/* Where a call is before and after the revision, as far as it concerns it. */
struct place_in_plan {
	bool touched;
	bool stays; /* the routes as they stand would serve it */
	int64_t stay_s;
	int32_t tech; /* after; -1 on no route */
	int64_t start_s;
};

struct judge {
	const struct desk *desk;
	struct place_in_plan *call;
	bool *redone; /* technicians whose route was re-timed for this revision */
	struct retimed retimed;
};

struct judge *
judge_new(const struct desk *d)
{
	struct judge *j = calloc(1, sizeof(*j));

	if (j == NULL)
		return NULL;
	j->desk = d;
	j->call = calloc((size_t)d->day->calls, sizeof(*j->call));
	j->redone = calloc((size_t)d->fleet->techs, sizeof(*j->redone));
	if (j->call == NULL || j->redone == NULL) {
		judge_free(j);
		return NULL;
	}
	return j;
}

void
judge_free(struct judge *j)
{
	if (j == NULL)
		return;
	free(j->call);
	free(j->redone);
	free(j);
}

/* Where the calls of technician k's old route would come if nothing were changed. */
static void
stay(struct judge *j, int32_t k)
{
	if (j->redone[k])
		return;
	j->redone[k] = true;
	retime_route(j->desk, k, &j->retimed);
	for (int32_t n = 0; n < j->retimed.stops; n++) {
		struct place_in_plan *p = &j->call[j->retimed.stop[n].call];

		p->touched = p->stays = true;
		p->stay_s = j->retimed.stop[n].arrival_s;
	}
	for (int32_t n = 0; n < j->retimed.losts; n++)
		j->call[j->retimed.lost[n]].touched = true;
}

static void
look_at(struct judge *j, const struct revision *r)
{
	int32_t old;

	memset(j->call, 0, (size_t)j->desk->day->calls * sizeof(*j->call));
	memset(j->redone, 0, (size_t)j->desk->fleet->techs * sizeof(*j->redone));
	for (int32_t i = 0; i < j->desk->day->calls; i++)
		j->call[i].tech = -1;
	for (int32_t i = 0; i < r->routes; i++)
		stay(j, r->route[i].tech);
	for (int32_t i = 0; i < r->unassigneds; i++)
		if ((old = j->desk->call[r->unassigned[i]].tech) >= 0)
			stay(j, old);
	for (int32_t i = 0; i < r->routes; i++)
		for (int32_t n = 0; n < r->route[i].stops; n++) {
			struct place_in_plan *p = &j->call[r->route[i].stop[n].call];

			if ((old = j->desk->call[r->route[i].stop[n].call].tech) >= 0)
				stay(j, old);
			p->touched = true;
			p->tech = r->route[i].tech;
			p->start_s = r->route[i].stop[n].arrival_s;
		}
}

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t
most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static bool
outside(int64_t start_s, int64_t from_s, int64_t to_s)
{
	return start_s < from_s - JUDGE_GRACE_S || start_s > to_s + JUDGE_GRACE_S;
}

static bool
is_chosen(const struct judge *j, int32_t call)
{
	const struct place_in_plan *p = &j->call[call];
	const struct desk_call *c = &j->desk->call[call];
	int32_t tol_s = j->desk->habits.eta_tolerance_s;

	if (c->phase != CALL_OPEN || !p->touched || !p->stays || (c->told_tech < 0 && !c->promise))
		return false;
	if (p->tech < 0)
		return true; /* dropped */
	if (c->told_tech >= 0 && p->tech != c->told_tech && p->tech != c->tech)
		return true; /* somebody else comes than the one who was told */
	if (c->told_tech >= 0 &&
	    outside(p->start_s, least(c->eta_s - tol_s, p->stay_s),
		most(c->eta_s, p->stay_s) + tol_s))
		return true;
	return c->promise &&
	    outside(p->start_s, least(c->promise_from_s, p->stay_s),
		most(c->promise_to_s, p->stay_s));
}

/* What the guidelines allow for an event of this kind. */
static int32_t
allowance(const struct judge *j, const struct revision *r)
{
	const struct habits *h = &j->desk->habits;
	int32_t k = h->budget_event;

	if (strcmp(r->cause, "technician.absent") == 0)
		k = h->budget_absence;
	else if (strncmp(r->cause, "call.", 5) == 0 && r->cause_call >= 0 &&
	    j->desk->day->call[r->cause_call].severity >= SEV_EMERGENCY)
		k = h->budget_emergency;
	if (r->budget < 0)
		return -1;
	return r->budget < k ? r->budget : k;
}

static bool
listed(const int32_t *list, int32_t n, int32_t call)
{
	for (int32_t i = 0; i < n; i++)
		if (list[i] == call)
			return true;
	return false;
}

/* How a chosen call stood: times in minutes from the revision. */
static void
describe(const struct judge *j, int32_t call, int64_t at_s, struct verdict *v)
{
	const struct desk_call *c = &j->desk->call[call];
	const struct place_in_plan *p = &j->call[call];
	size_t at = strlen(v->detail);
	const char *name = j->desk->call_name != NULL ? j->desk->call_name[call]
						      : j->desk->day->call[call].id;

	if (at + 100 > sizeof(v->detail))
		return;
	snprintf(v->detail + at, sizeof(v->detail) - at,
	    " %s[told %s %+.1f, promised %+.1f %+.1f, stay %s %+.1f, now %s %+.1f]", name,
	    c->told_tech >= 0 ? j->desk->fleet->tech[c->told_tech].id : "-",
	    c->told_tech >= 0 ? (double)(c->eta_s - at_s) / 60 : 0,
	    (double)(c->promise_from_s - at_s) / 60, (double)(c->promise_to_s - at_s) / 60,
	    c->tech >= 0 ? j->desk->fleet->tech[c->tech].id : "-", (double)(p->stay_s - at_s) / 60,
	    p->tech >= 0 ? j->desk->fleet->tech[p->tech].id : "-",
	    p->tech >= 0 ? (double)(p->start_s - at_s) / 60 : 0);
}

void
judge_revision(struct judge *j, const struct revision *r, struct verdict *ret)
{
	look_at(j, r);
	memset(ret, 0, sizeof(*ret));
	ret->allowed = allowance(j, r);
	for (int32_t i = 0; i < j->desk->day->calls; i++) {
		if (!is_chosen(j, i))
			continue;
		if (ret->chosens < JUDGE_CALLS_MAX)
			ret->chosen[ret->chosens++] = i;
		ret->unexplained += listed(r->forced, r->forceds, i);
		describe(j, i, r->at_s, ret);
	}
	ret->over = ret->allowed >= 0 && ret->chosens > ret->allowed;
}
