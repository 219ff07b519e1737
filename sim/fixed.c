/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policy "fixed": each call goes, when it comes, to the place in somebody's route where it
 * costs least, and stays there. Routes are re-timed, never re-ordered. Calls that fit nowhere wait
 * until a technician's route has changed; those of a technician who is gone are placed anew.
 */
#include <errno.h>
#include <stdlib.h>

#include "sim/local.h"

enum { TRY_MAX = 40 }; /* waiting calls tried on one technician's changed route */

struct fixed {
	struct local local;
	int32_t *fresh; /* calls to place at the next settle */
	int32_t fresh_n, fresh_max;
	bool *changed; /* technicians whose route a fact touched */
	struct retimed trial;
};

struct spot {
	int32_t tech, pos;
	int64_t cents;
};

/* What a route costs: the terms of the daemon's model that an order can change. */
static int64_t
route_cents(const struct desk *d, int32_t k, const struct retimed *r)
{
	int64_t cents = price_s(PRICE_DRIVE_PER_H, r->drive_s) +
	    price_s(PRICE_WAIT_PER_H, r->wait_s) +
	    price_s(PRICE_OVERTIME_PER_H, r->end_s - d->fleet->tech[k].to_s);

	for (int32_t n = 0; n < r->stops; n++) {
		const struct sim_call *call = &d->day->call[r->stop[n].call];
		const struct desk_call *c = &d->call[r->stop[n].call];
		const struct prices *p = desk_prices(call->severity);
		int64_t start_s = r->stop[n].arrival_s;

		cents += price_s(p->response_cents_per_h, start_s - call->known_s);
		cents += price_late(p->late_cents_per_h,
		    start_s - (call->appt_to_s != 0 ? call->appt_to_s : call->due_s));
		if (c->promise && start_s > c->promise_to_s)
			cents += PRICE_BROKEN_PROMISE;
	}
	return cents;
}

/* The cheapest place for a call in the route of k, if it beats *best. */
static void
try_on(struct fixed *x, int32_t call, int32_t k, struct spot *best)
{
	const struct desk *d = x->local.policy.desk;
	const struct desk_tech *t = &d->tech[k];
	int32_t order[PUSH_STOPS_MAX], overtime_s = retime_overtime_max_s(d, k);
	int64_t before_cents;

	if (t->phase == TECH_GONE || t->absent || t->stops >= PUSH_STOPS_MAX - 1 ||
	    !fleet_may(&d->fleet->tech[k], &d->day->call[call]))
		return;
	retime_route(d, k, &x->trial);
	before_cents = x->trial.stops > 0 ? route_cents(d, k, &x->trial) : 0;
	for (int32_t pos = 0; pos <= t->stops; pos++) {
		int64_t cents;

		for (int32_t n = 0; n <= t->stops; n++)
			order[n] = n == pos ? call : t->stop[n < pos ? n : n - 1].call;
		retime_order(d, k, order, t->stops + 1, overtime_s, &x->trial);
		if (x->trial.losts > 0)
			continue;
		cents = route_cents(d, k, &x->trial) - before_cents;
		if (cents < best->cents)
			*best = (struct spot){ k, pos, cents };
	}
}

static void
put(struct fixed *x, int32_t call, const struct spot *s)
{
	const struct desk_tech *t = &x->local.policy.desk->tech[s->tech];
	int32_t order[PUSH_STOPS_MAX];

	for (int32_t n = 0; n <= t->stops; n++)
		order[n] = n == s->pos ? call : t->stop[n < s->pos ? n : n - 1].call;
	local_push(&x->local, s->tech, order, t->stops + 1);
}

static void
place(struct fixed *x, int32_t call)
{
	const struct desk *d = x->local.policy.desk;
	struct spot best = { -1, 0, desk_prices(d->day->call[call].severity)->unserved_cents };

	if (d->call[call].phase != CALL_OPEN || d->call[call].tech >= 0)
		return;
	for (int32_t k = 0; k < d->fleet->techs; k++)
		try_on(x, call, k, &best);
	if (best.tech >= 0)
		put(x, call, &best);
}

/* A route has changed: perhaps somebody who waits fits into it now. */
static void
fill(struct fixed *x, int32_t k)
{
	const struct desk *d = x->local.policy.desk;
	int32_t waiting[TRY_MAX];
	int32_t n = local_waiting(d, waiting, TRY_MAX);

	for (int32_t i = 0; i < n; i++) {
		struct spot best = { -1, 0,
			desk_prices(d->day->call[waiting[i]].severity)->unserved_cents };

		try_on(x, waiting[i], k, &best);
		if (best.tech >= 0)
			put(x, waiting[i], &best);
	}
}

static int
fixed_settle(struct policy *p)
{
	struct fixed *x = (struct fixed *)p;
	const struct desk *d = p->desk;

	for (int32_t k = 0; k < d->fleet->techs && x->changed != NULL; k++)
		if (x->changed[k])
			local_refresh(&x->local, k);
	for (int32_t i = 0; i < x->fresh_n; i++)
		place(x, x->fresh[i]);
	x->fresh_n = 0;
	for (int32_t k = 0; k < d->fleet->techs && x->changed != NULL; k++)
		if (x->changed[k]) {
			x->changed[k] = false;
			fill(x, k);
		}
	return 0;
}

static int
fixed_advance(struct policy *p, int64_t to_s)
{
	(void)to_s;
	local_sweep(&((struct fixed *)p)->local);
	return 0;
}

static int
add_fresh(struct fixed *x, int32_t call)
{
	if (x->fresh_n == x->fresh_max) {
		int32_t max = x->fresh_max * 2 + 64;
		int32_t *more = realloc(x->fresh, (size_t)max * sizeof(*more));

		if (more == NULL)
			return -ENOMEM;
		x->fresh = more;
		x->fresh_max = max;
	}
	x->fresh[x->fresh_n++] = call;
	return 0;
}

/* Somebody leaves: his calls have to go elsewhere. */
static int
orphan(struct fixed *x, int32_t k)
{
	const struct desk_tech *t = &x->local.policy.desk->tech[k];

	for (int32_t n = 0; n < t->stops; n++)
		if (add_fresh(x, t->stop[n].call) < 0)
			return -ENOMEM;
	return 0;
}

static int
fixed_fact(struct policy *p, const struct fact *f)
{
	struct fixed *x = (struct fixed *)p;
	int rc = 0;

	if (x->changed == NULL)
		x->changed = calloc((size_t)p->desk->fleet->techs, sizeof(*x->changed));
	if (x->changed == NULL)
		return -ENOMEM;
	local_fact(&x->local, f);
	if (f->type == FACT_BOOKED)
		rc = add_fresh(x, f->call);
	else if (f->type == FACT_CANCELLED && p->desk->call[f->call].tech >= 0)
		x->changed[p->desk->call[f->call].tech] = true;
	else if (f->type == FACT_ABSENT || f->type == FACT_SHIFT_ENDED)
		rc = orphan(x, f->tech);
	if (f->tech >= 0 && f->type != FACT_POSITION)
		x->changed[f->tech] = true;
	return rc;
}

static void
fixed_close(struct policy *p)
{
	struct fixed *x = (struct fixed *)p;

	free(x->fresh);
	free(x->changed);
	free(x);
}

struct policy *
fixed_new(void)
{
	static const struct policy_ops ops = {
		.name = "fixed",
		.advance = fixed_advance,
		.fact = fixed_fact,
		.settle = fixed_settle,
		.close = fixed_close,
	};
	struct fixed *x = calloc(1, sizeof(*x));

	if (x == NULL)
		return NULL;
	x->local.policy.ops = &ops;
	return &x->local.policy;
}
