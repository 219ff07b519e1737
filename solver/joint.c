/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/joint.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "solver/clock.h"
#include "solver/joint_mend.h"

enum {
	NODES = 3000,         /* of the branching, unless a proof is asked for */
	DEPTH_MAX = 200,
	SLICE = 3,            /* a node gets so much less of the time left, or of the work */
	DIVES = 3,            /* from the first plan, as long as they pay */
	STOP_MS = 2,          /* with less time left no node is begun */
	FAR_S = 400000000,    /* where a call is put that is not to be served */
	UNSERVED_MAX = 2000000000,
};

enum must {
	MAY,
	MUST,
	MUST_NOT,
};

/* What a node allows of a call: starts, and whether it is served. */
struct span {
	int32_t lo_s, hi_s;
	enum must must;
};

struct joint {
	const struct problem *p;
	const struct solve_limits *lim;
	struct ties ties;
	struct mender *mender;
	struct plan *best;   /* NULL: none yet */
	struct plan_marks marks;
	int64_t start_us;
	int64_t work, labels, columns, pivots, nodes;
	int64_t stay_cents;
};

/* How a node's plan breaks a tie, and where its two sides part. */
struct split {
	enum {
		SPLIT_NONE,    /* it breaks none */
		SPLIT_SERVED,  /* one is served and the other not */
		SPLIT_TIME,    /* their starts disagree */
		SPLIT_STUCK,   /* no window parts it */
	} how;
	const struct tie *tie;
	int32_t at_s;
};

bool
joint_applies(const struct problem *p)
{
	for (int32_t i = 0; i < p->calls; i++)
		if (p->call[i].with >= 0 || p->call[i].after >= 0)
			return true;
	return false;
}

/* The work at a call takes at least so long. */
static int32_t
least_work_s(const struct problem *p, int32_t i)
{
	const struct call *c = &p->call[i];
	int32_t least_s = c->duration_by_kind ? c->duration_by_kind[0] : c->duration_s;

	for (int32_t k = 1; c->duration_by_kind != NULL && k < p->kinds; k++)
		if (c->duration_by_kind[k] < least_s)
			least_s = c->duration_by_kind[k];
	return least_s;
}

static int32_t
later(int64_t a, int64_t b)
{
	int64_t s = a > b ? a : b;

	return s < PROBLEM_NEVER ? (int32_t)s : PROBLEM_NEVER;
}

/* What one end of a tie allows bears on the other; false if that leaves nothing. */
static bool
propagate(const struct joint *j, struct span *span)
{
	for (int32_t n = 0; n < j->ties.n; n++) {
		const struct tie *t = &j->ties.tie[n];
		struct span *a = &span[t->a], *b = &span[t->b];

		if (t->with) {
			a->lo_s = b->lo_s = later(a->lo_s, b->lo_s);
			a->hi_s = b->hi_s = a->hi_s < b->hi_s ? a->hi_s : b->hi_s;
			if (a->must != b->must && a->must != MAY && b->must != MAY)
				return false;
			a->must = b->must = a->must != MAY ? a->must : b->must;
		} else {
			b->lo_s = later(b->lo_s, (int64_t)a->lo_s + least_work_s(j->p, t->a) +
			    t->gap_s);
			if (a->must == MUST_NOT && b->must == MUST)
				return false;
			if (a->must == MUST_NOT)
				b->must = MUST_NOT;
			if (b->must == MUST)
				a->must = MUST;
		}
	}
	return true;
}

/* Cuts a call's windows to a span. false: nothing is left. */
static bool
cut_windows(struct call *c, const struct span *s)
{
	int32_t kept = 0;

	for (int32_t w = 0; w < c->windows; w++) {
		struct window cut = { later(c->window[w].open_s, s->lo_s),
			c->window[w].close_s < s->hi_s ? c->window[w].close_s : s->hi_s };

		if (cut.open_s <= cut.close_s)
			c->window[kept++] = cut;
	}
	if (c->windows > 0 && kept == 0)
		return false;
	c->open_s = kept > 0 ? c->window[0].open_s : s->lo_s;
	c->close_s = kept > 0 ? c->window[kept - 1].close_s : s->hi_s;
	c->windows = kept;
	return c->open_s <= c->close_s;
}

/*
 * The node's own problem: without ties, calls and windows as the spans say. Who must be served
 * is dearer to leave out than the best plan; *ret_price is that. false: nothing is left.
 */
static bool
restrict_calls(const struct joint *j, const struct span *span, struct call *call,
    int64_t *ret_price)
{
	int64_t price = j->best != NULL ? j->best->cost_cents + 1 : UNSERVED_MAX;

	if (price > UNSERVED_MAX)
		price = UNSERVED_MAX;
	*ret_price = price;
	for (int32_t i = 0; i < j->p->calls; i++) {
		struct call *c = &call[i];
		struct span far = { FAR_S, FAR_S, MUST_NOT };

		*c = j->p->call[i];
		c->with = c->after = -1;
		c->after_gap_s = 0;
		if (span[i].must == MUST && c->unserved_cents < price)
			c->unserved_cents = (int32_t)price;
		if (span[i].must != MUST_NOT && cut_windows(c, &span[i]))
			continue;
		if (span[i].must == MUST)
			return false;
		c->windows = 0;
		(void)cut_windows(c, &far);
	}
	return true;
}

static int64_t
left_ms(const struct joint *j)
{
	return j->lim->time_ms - (clock_us() - j->start_us) / 1000;
}

static bool
out_of_limits(const struct joint *j, int depth)
{
	if (depth > DEPTH_MAX || (!j->lim->prove && j->nodes >= NODES))
		return true;
	if (j->lim->work > 0 && j->work >= j->lim->work)
		return true;
	return j->lim->time_ms > 0 && left_ms(j) <= STOP_MS;
}

/* The best plan of a node; the errors of solve_untied(). */
static int
solve_node(struct joint *j, struct call *call, struct plan **ret)
{
	struct problem p = *j->p;
	struct solve_limits lim = *j->lim;
	int rc;

	p.call = call;
	if (lim.time_ms > 0)
		lim.time_ms = left_ms(j) / SLICE + STOP_MS;
	if (lim.work > 0)
		lim.work = (lim.work - j->work) / SLICE + 1;
	rc = solve_untied(&p, &lim, ret);
	j->nodes++;
	if (rc < 0) {
		j->work++;
		return rc;
	}
	j->work += (*ret)->work + 1;
	j->labels += (*ret)->labels;
	j->columns += (*ret)->columns;
	j->pivots += (*ret)->pivots;
	if (j->nodes == 1)
		j->stay_cents = (*ret)->stay_cents;
	return 0;
}

/* Keeps a plan, if it is the best so far; it is the joint's then, or freed. */
static void
offer(struct joint *j, struct plan *plan)
{
	if (plan_check(j->p, plan, &plan->cost_cents, &plan->disturbance, NULL, 0) < 0 ||
	    (j->best != NULL && plan->cost_cents >= j->best->cost_cents)) {
		plan_free(plan);
		return;
	}
	plan_free(j->best);
	j->best = plan;
}

/* The first tie that the marked plan breaks. */
static struct split
find_split(const struct joint *j, const struct span *span)
{
	const struct plan_marks *m = &j->marks;

	for (int32_t n = 0; n < j->ties.n; n++) {
		const struct tie *t = &j->ties.tie[n];
		bool a = m->by[t->a] >= 0, b = m->by[t->b] >= 0;
		int64_t least_s;

		if (!tie_broken(m, t))
			continue;
		if (!a || !b)
			return (struct split){ SPLIT_SERVED, t, 0 };
		if (t->with) {
			int32_t at_s = later(m->start_s[t->a], m->start_s[t->b]);

			return (struct split){ m->start_s[t->a] == m->start_s[t->b] ? SPLIT_STUCK
			    : SPLIT_TIME, t, at_s };
		}
		least_s = (int64_t)later(span[t->a].lo_s, m->start_s[t->a]) +
		    least_work_s(j->p, t->a) + t->gap_s;
		return (struct split){ m->start_s[t->b] < least_s ? SPLIT_TIME : SPLIT_STUCK, t,
			m->start_s[t->a] };
	}
	return (struct split){ SPLIT_NONE, NULL, 0 };
}

/* Tightens the spans to one side of a split. false: nothing is left there. */
static bool
take_side(const struct joint *j, const struct split *s, bool second, struct span *span)
{
	struct span *a = &span[s->tie->a], *b = &span[s->tie->b];

	if (s->how == SPLIT_SERVED) {
		struct span *c = !s->tie->with && second ? b : a;

		if (c->must == (second ? MUST : MUST_NOT))
			return false;
		c->must = second ? MUST_NOT : MUST;
	} else if (!second) {
		a->lo_s = later(a->lo_s, s->at_s);
		if (s->tie->with)
			b->lo_s = later(b->lo_s, s->at_s);
	} else {
		if (s->at_s - 1 < a->hi_s)
			a->hi_s = s->at_s - 1;
		if (s->tie->with && s->at_s - 1 < b->hi_s)
			b->hi_s = s->at_s - 1;
	}
	return propagate(j, span);
}

static int explore(struct joint *j, const struct span *span, int depth, int64_t *ret_bound);

static int
branch(struct joint *j, const struct span *span, const struct split *s, int depth,
    int64_t *ret_bound)
{
	size_t size = (size_t)j->p->calls * sizeof(*span);
	struct span *side = malloc(size + 1);
	int64_t least = INT64_MAX;
	int rc = 0;

	if (side == NULL)
		return -ENOMEM;
	for (int second = 0; rc == 0 && second < 2; second++) {
		int64_t bound = *ret_bound;

		memcpy(side, span, size);
		if (!take_side(j, s, second, side))
			continue;
		rc = explore(j, side, depth + 1, &bound);
		least = bound < least ? bound : least;
	}
	free(side);
	*ret_bound = least;
	return rc;
}

static bool
leaves_out_a_must(const struct joint *j, const struct span *span)
{
	for (int32_t i = 0; i < j->p->calls; i++)
		if (span[i].must == MUST && j->marks.by[i] < 0)
			return true;
	return false;
}

/* Keeps what a plan can be mended to; the plan is freed. */
static int
offer_mended(struct joint *j, struct plan *plan)
{
	struct plan *mended = NULL;
	int rc = mender_mend(j->mender, plan, &mended);

	plan_free(plan);
	if (rc == 0 && mended != NULL)
		offer(j, mended);
	return rc;
}

/* Spans that hold the tied calls of the best plan where they are, and let the rest go. */
static void
hold_ties(struct joint *j, struct span *span)
{
	const struct plan_marks *m = &j->marks;

	plan_marks_set(&j->marks, j->best);
	for (int32_t n = 0; n < j->ties.n; n++) {
		const struct tie *t = &j->ties.tie[n];
		struct span *a = &span[t->a], *b = &span[t->b];

		if (m->by[t->a] < 0 || m->by[t->b] < 0)
			continue;
		if (t->with)
			a->hi_s = b->hi_s = m->start_s[t->a];
		else if (m->start_s[t->a] < a->hi_s)
			a->hi_s = m->start_s[t->a];
		b->lo_s = later(b->lo_s, m->start_s[t->b]);
		if (t->with)
			a->lo_s = b->lo_s;
	}
}

/*
 * The rest of the day planned anew around the ties of the best plan: no bound comes of it, but
 * a plan that need not be mended again.
 */
static int
dive(struct joint *j, const struct span *root)
{
	size_t size = (size_t)j->p->calls * sizeof(*root);
	struct span *span = malloc(size + 1);
	struct call *call = malloc(((size_t)j->p->calls + 1) * sizeof(*call));
	struct plan *plan;
	int64_t price;
	int rc = span == NULL || call == NULL ? -ENOMEM : 0;

	for (int round = 0; rc == 0 && round < DIVES && !out_of_limits(j, 0); round++) {
		int64_t before = j->best->cost_cents;

		memcpy(span, root, size);
		hold_ties(j, span);
		if (!restrict_calls(j, span, call, &price))
			break;
		rc = solve_node(j, call, &plan);
		if (rc == 0)
			rc = offer_mended(j, plan);
		else if (rc == -ERANGE || rc == -ETIME)
			rc = 0;
		if (j->best->cost_cents == before)
			break;
	}
	free(span);
	free(call);
	return rc;
}

/*
 * A node's plan, which is freed or kept: what becomes of the node. *ret_bound as explore's;
 * price is what a call costs at least that must be served and is not.
 */
static int
go_on_from(struct joint *j, const struct span *span, struct plan *plan, int64_t price, int depth,
    int64_t *ret_bound)
{
	int64_t bound = plan->bound_cents > *ret_bound ? plan->bound_cents : *ret_bound;
	struct split s;
	int rc;

	plan_marks_set(&j->marks, plan);
	if (leaves_out_a_must(j, span)) {
		/* All plans that keep the spans, if there are any, cost more than the best. */
		if (j->best != NULL && price > j->best->cost_cents && bound > j->best->cost_cents)
			*ret_bound = INT64_MAX;
		else if (plan->proven && j->best == NULL && price == UNSERVED_MAX)
			*ret_bound = INT64_MAX;
		plan_free(plan);
		return 0;
	}
	*ret_bound = bound;
	s = find_split(j, span);
	if (s.how == SPLIT_NONE) {
		offer(j, plan);
		return 0;
	}
	rc = offer_mended(j, plan);
	if (rc == 0 && depth == 0 && j->best != NULL)
		rc = dive(j, span);
	if (rc < 0 || s.how == SPLIT_STUCK)
		return rc;
	if (j->best != NULL && bound >= j->best->cost_cents)
		return 0;
	return branch(j, span, &s, depth, ret_bound);
}

/*
 * Solves all that the spans allow. *ret_bound comes in as what is known to be a bound, and
 * goes out as a better one; INT64_MAX where there is no plan.
 */
static int
explore(struct joint *j, const struct span *span, int depth, int64_t *ret_bound)
{
	struct call *call;
	struct plan *plan;
	int64_t price;
	int rc = 0;

	if (out_of_limits(j, depth) ||
	    (j->best != NULL && *ret_bound >= j->best->cost_cents))
		return 0;
	call = malloc(((size_t)j->p->calls + 1) * sizeof(*call));
	if (call == NULL)
		return -ENOMEM;
	if (!restrict_calls(j, span, call, &price))
		*ret_bound = INT64_MAX;
	else
		rc = solve_node(j, call, &plan);
	free(call);
	if (*ret_bound == INT64_MAX)
		return 0;
	if (rc == -ERANGE)
		*ret_bound = INT64_MAX;
	if (rc == -ERANGE || rc == -ETIME)
		return 0;
	return rc < 0 ? rc : go_on_from(j, span, plan, price, depth, ret_bound);
}

static void
report(const struct joint *j, int64_t bound, struct plan *plan)
{
	plan->bound_cents = bound < plan->cost_cents ? bound : plan->cost_cents;
	plan->proven = plan->bound_cents == plan->cost_cents;
	plan->stay_cents = j->stay_cents;
	plan->work = j->work;
	plan->labels = j->labels;
	plan->columns = j->columns;
	plan->pivots = j->pivots;
	plan->nodes = j->nodes;
	plan->solve_us = clock_us() - j->start_us;
}

int
joint_solve(const struct problem *p, const struct solve_limits *lim, struct plan **ret)
{
	struct joint j = { .p = p, .lim = lim, .start_us = clock_us() };
	struct span *span = calloc((size_t)p->calls + 1, sizeof(*span));
	int64_t bound = 0;
	int rc = -ENOMEM;

	if (span == NULL || ties_init(&j.ties, p) < 0 || plan_marks_init(&j.marks, p) < 0)
		goto out;
	j.mender = mender_new(p, &j.ties);
	if (j.mender == NULL)
		goto out;
	for (int32_t i = 0; i < p->calls; i++)
		span[i] = (struct span){ p->call[i].open_s, p->call[i].close_s, MAY };
	rc = propagate(&j, span) ? explore(&j, span, 0, &bound) : 0;
	if (rc == 0 && j.best == NULL)
		rc = bound == INT64_MAX ? -ERANGE : -ETIME;
	if (rc == 0) {
		report(&j, bound, j.best);
		*ret = j.best;
		j.best = NULL; /* handed over */
	}
out:
	plan_free(j.best);
	mender_free(j.mender);
	plan_marks_done(&j.marks);
	ties_done(&j.ties);
	free(span);
	return rc;
}
