/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/spot.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/insertion.h"

struct retimed *
spot_base(const struct state *s, int64_t now)
{
	struct retimed *base = calloc((size_t)state_techs(s) + 1, sizeof(*base));

	for (int32_t k = 0; base != NULL && k < state_techs(s); k++)
		retime(s, k, now, &base[k]);
	return base;
}

int32_t
spot_max(const struct state *s, const struct retimed *base)
{
	int32_t n = 0;

	for (int32_t k = 0; k < state_techs(s); k++)
		n += base[k].stops + 1;
	return n;
}

int32_t
spot_order(const struct retimed *base, int32_t call, int32_t pos, int32_t ret[STATE_STOPS_MAX])
{
	int32_t n = 0;

	for (int32_t i = base->under_way; i < base->stops; i++) {
		if (i == pos)
			ret[n++] = call;
		ret[n++] = base->stop[i].call;
	}
	if (pos >= base->stops)
		ret[n++] = call;
	/* What is lost stays last: it is lost all the same. */
	for (int32_t i = 0; i < base->losts && n < STATE_STOPS_MAX; i++)
		ret[n++] = base->lost[i];
	return n;
}

void
spot_route(const struct cost_frame *f, const struct retimed *base, int32_t call,
    const struct spot *spot, struct retimed *ret)
{
	int32_t order[STATE_STOPS_MAX];
	int32_t n = spot_order(&base[spot->tech], call, spot->pos, order);

	retime_order(f->s, spot->tech, f->now, order, n, ret);
}

static int64_t
sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Counts what the new start of a call of the same technician disturbs; stay is its start before. */
static void
count(const struct cost_frame *f, const struct call_state *c, int64_t stay, int64_t start,
    struct spot *to)
{
	const struct told_state *t = &c->told;
	int32_t tolerance_s = state_guidelines(f->s)->eta_tolerance_s;
	bool moved = t->any &&
	    (start < sooner(t->arrival - tolerance_s, stay) ||
		start > later(t->arrival, stay) + tolerance_s);
	bool left = t->promise &&
	    (start < sooner(t->promise_from, stay) || start > later(t->promise_to, stay));

	to->disturbed += moved || left;
	to->broken += t->promise && stay <= t->promise_to && start > t->promise_to;
}

static int64_t
route_cents(const struct cost_frame *f, int32_t tech, const struct retimed *r)
{
	struct cost cost = { 0 };

	cost_route(f, tech, r, &cost);
	return cost_total(&cost);
}

/* Times the route with the call there. False when the call, or another, does not fit any more. */
static bool
try_at(const struct cost_frame *f, const struct retimed *base, int32_t call, int64_t before,
    struct spot *to)
{
	const struct retimed *was = &base[to->tech];
	struct retimed r;

	spot_route(f, base, call, to, &r);
	if (r.losts != was->losts || r.stops != was->stops + 1 || r.stop[to->pos].call != call)
		return false;
	to->start = r.stop[to->pos].arrival;
	to->end = r.stop[to->pos].end;
	for (int32_t i = r.under_way; i < r.stops; i++) {
		int32_t old = i < to->pos ? i : i - 1;

		if (i == to->pos)
			continue;
		count(f, state_call(f->s, r.stop[i].call), was->stop[old].arrival,
		    r.stop[i].arrival, to);
	}
	to->cents = route_cents(f, to->tech, &r) - before;
	return true;
}

int32_t
spot_all(const struct cost_frame *f, const struct retimed *base, int32_t call, int32_t only,
    struct spot *ret, int32_t max)
{
	int32_t n = 0;

	for (int32_t k = 0; k < state_techs(f->s); k++) {
		const struct retimed *r = &base[k];
		int64_t before;

		if ((only >= 0 && k != only) || !r->works || r->stops >= STATE_STOPS_MAX - 1 ||
		    !state_may(f->s, k, call))
			continue;
		before = route_cents(f, k, r);
		for (int32_t pos = insertion_frozen(f->s, f->now, r); pos <= r->stops; pos++) {
			if (n == max)
				return n;
			ret[n] = (struct spot){ .tech = k, .pos = pos };
			n += try_at(f, base, call, before, &ret[n]);
		}
	}
	return n;
}
