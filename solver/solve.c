/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/solve.h"

#include <assert.h>
#include <errno.h>
#include <math.h>

#include "solver/clock.h"
#include "solver/draft.h"
#include "solver/exact.h"
#include "solver/focus.h"
#include "solver/joint.h"
#include "solver/rng.h"
#include "solver/search.h"
#include "solver/share.h"

enum {
	LABEL_CAP = 30000,
	LABEL_CAP_PROVE = 1000000,
	NODES = 300, /* of the branching, unless a proof is asked for */
	SEARCH_ROUNDS_PER_CALL = 100, /* where there is no other limit */
	EVENT_CALLS = 150, /* up to so many, calls are moved one by one before the proof */
	/* Up to so many calls, a search leaves time for a bound, and up to fewer for a proof. */
	BOUND_CALLS = 120,
	PROOF_CALLS = 60,
	BOUND_STOPS = 15, /* of the mean route: over longer ones exact pricing gets nowhere */
};

/* One solve under way. */
struct solving {
	const struct problem *p;
	const struct solve_limits *lim;
	struct model *m;
	struct draft *stay, *best;
	struct route_work w;
	struct pool *shared; /* routes, NULL none */
	struct exact_result exact;
	int64_t search_work;
	int64_t start_us, deadline_us;
};

/* When a quarter of the time is over, 0 if there is no limit. */
static int64_t
quarter_us(const struct solving *s)
{
	return s->deadline_us == 0 ? 0 : s->start_us + (s->deadline_us - s->start_us) / 4;
}

static int
start(struct solving *s)
{
	int rc;

	s->m = model_new(s->p);
	if (s->m == NULL)
		return -ENOMEM;
	s->stay = draft_new(s->m);
	s->best = draft_new(s->m);
	if (s->stay == NULL || s->best == NULL)
		return -ENOMEM;
	rc = draft_stay(s->stay, &s->w);
	if (rc == 0)
		rc = draft_copy(s->best, s->stay);
	/* A search puts in what is missing by itself, and faster. */
	if (rc == 0 && !(s->lim->search && draft_keeps(s->best)))
		rc = draft_insert(s->best, &s->w);
	if (rc == 0 && !s->lim->search && draft_keeps(s->best) && s->p->calls <= EVENT_CALLS) {
		rc = draft_eject(s->best, &s->w, quarter_us(s));
		if (rc == 0)
			rc = draft_relocate(s->best, &s->w, quarter_us(s));
	}
	return rc;
}

/* How much of the limits is used up when a search ends and the proof begins, and the proof ends. */
struct shares {
	int search_pct, proof_pct;
};

/* A proof that does not get on by then is left, and the search goes on with the rest. */
static struct shares
shares_of(const struct solving *s)
{
	if (!exact_can(s->m))
		return (struct shares){ 100, 100 };
	if (s->lim->prove)
		return (struct shares){ 20, 100 };
	if (s->p->calls <= PROOF_CALLS)
		return (struct shares){ 20, 70 };
	if (s->p->calls <= BOUND_CALLS)
		return (struct shares){ 60, 85 };
	return (struct shares){ 100, 100 };
}

static int64_t
work_used(const struct solving *s)
{
	return s->w.steps + s->search_work + s->exact.work;
}

/* The limits up to a share of them. */
static int64_t
deadline_at(const struct solving *s, int pct)
{
	return s->deadline_us == 0 ? 0
	    : s->start_us + (s->deadline_us - s->start_us) * pct / 100;
}

/* What is left of the work up to a share of it; 0 if there is no limit. */
static int64_t
work_until(const struct solving *s, int pct)
{
	int64_t left = s->lim->work * pct / 100 - work_used(s);

	return s->lim->work == 0 ? 0 : left > 0 ? left : 1;
}

static int
search(struct solving *s, int until_pct, bool again)
{
	struct rng rng = { s->lim->seed + again };
	struct search_limits lim = {
		.deadline_us = deadline_at(s, until_pct),
		.work = work_until(s, until_pct),
		.threads = s->lim->threads,
		.warm = again,
	};

	/* What may well be proven is not searched for long before. */
	if ((lim.deadline_us == 0 && lim.work == 0) || (s->p->calls <= PROOF_CALLS && !again))
		lim.rounds = (int64_t)SEARCH_ROUNDS_PER_CALL * s->p->calls;
	return search_improve(s->best, &s->w, &rng, &lim, &s->search_work);
}

static int
improve(struct solving *s, int until_pct)
{
	struct exact_limits lim = {
		.deadline_us = deadline_at(s, until_pct),
		.label_cap = s->lim->prove ? LABEL_CAP_PROVE : LABEL_CAP,
		.nodes = s->lim->prove ? 0 : NODES,
		.shared = s->shared,
	};
	int rc;

	if (s->lim->label_cap > 0)
		lim.label_cap = s->lim->label_cap;
	if (s->lim->work > 0) {
		lim.work = s->lim->work * until_pct / 100 - work_used(s);
		if (lim.work <= 0)
			return 0;
	}
	if (!exact_can(s->m))
		return 0;
	rc = exact_improve(s->best, &s->stay, 1, &s->w, &lim, &s->exact);
	/* Without GLPK there is still the plan that insertion or the search made. */
	return rc == -EIO ? 0 : rc;
}

/* Whether routes are so short that a bound may come of pricing them. */
static bool
routes_are_short(const struct draft *d)
{
	int32_t stops = 0, routes = 0;

	for (int32_t k = 0; k < d->m->p->technicians; k++) {
		stops += d->route[k].n;
		routes += d->route[k].n > 0;
	}
	return stops <= BOUND_STOPS * routes;
}

/* Search, proof, and what is left for the search again if nothing was proven. */
static int
search_and_prove(struct solving *s)
{
	struct shares share = shares_of(s);
	int rc = search(s, share.search_pct, false);

	if (rc == 0 && share.search_pct < 100 &&
	    (s->lim->prove || s->p->calls <= PROOF_CALLS || routes_are_short(s->best)))
		rc = improve(s, share.proof_pct);
	if (rc == 0 && share.proof_pct < 100 && !s->exact.proven &&
	    (s->deadline_us != 0 || s->lim->work != 0))
		rc = search(s, 100, true);
	return rc;
}

static void
report(const struct solving *s, struct plan *plan)
{
	double bound = s->exact.bound;

	plan->stay_cents = s->stay->cents;
	plan->proven = s->exact.proven;
	if (plan->proven)
		plan->bound_cents = plan->cost_cents;
	else if (bound > 0)
		plan->bound_cents = (int64_t)ceil(bound - 1e-4);
	assert(plan->bound_cents <= plan->cost_cents);
	plan->labels = s->exact.labels;
	plan->columns = s->exact.columns;
	plan->pivots = s->exact.pivots;
	plan->nodes = s->exact.nodes;
	plan->work = work_used(s);
	plan->solve_us = clock_us() - s->start_us;
}

int
solve_sharing(const struct problem *p, const struct solve_limits *lim, struct pool *shared,
    struct plan **ret)
{
	struct solving s = {
		.p = p,
		.lim = lim,
		.shared = shared,
		.exact.bound = -INFINITY,
		.start_us = clock_us(),
	};
	struct plan *plan = NULL;
	int rc;

	if (focus_applies(p))
		return focus_solve(p, lim, ret);
	if (lim->time_ms > 0)
		s.deadline_us = s.start_us + lim->time_ms * 1000;
	rc = start(&s);
	if (rc == 0)
		rc = lim->search ? search_and_prove(&s) : improve(&s, 100);
	if (rc == 0 && !draft_keeps(s.best))
		rc = s.exact.proven ? -ERANGE : -ETIME;
	if (rc == 0)
		rc = draft_plan(s.best, &s.w, &plan);
	if (rc == 0) {
		report(&s, plan);
		*ret = plan;
	}
	draft_free(s.stay);
	draft_free(s.best);
	model_free(s.m);
	route_work_done(&s.w);
	return rc;
}

int
solve_untied(const struct problem *p, const struct solve_limits *lim, struct plan **ret)
{
	return solve_sharing(p, lim, NULL, ret);
}

int
solve_checked(const struct problem *p, const struct solve_limits *lim, struct pool *shared,
    struct plan **ret)
{
	int rc = joint_applies(p) ? joint_solve(p, lim, ret) : solve_sharing(p, lim, shared, ret);

	return rc == -ERANGE ? -ETIME : rc;
}

int
solve(const struct problem *p, const struct solve_limits *lim, struct plan **ret)
{
	int rc = problem_check(p, NULL, 0);

	return rc < 0 ? rc : solve_checked(p, lim, NULL, ret);
}
