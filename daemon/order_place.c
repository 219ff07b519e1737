/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/insertion.h"
#include "daemon/order_impl.h"

enum {
	LOOKS_MAX = 4, /* places whose window is worked out, a call */
};

/* --- the start --- */

struct ranked {
	int64_t cents;
	int32_t tech;
};

/* The technicians for whom the call costs least, by an estimate, the best first. */
static int32_t
rank_techs(const struct order_start *st, int32_t call, int32_t ret[ORDER_TECHS_MAX])
{
	struct visit v = insertion_visit(st->s, call);
	struct ranked best[ORDER_TECHS_MAX];
	int32_t n = 0;

	for (int32_t k = 0; k < state_techs(st->s); k++) {
		struct insertion in;
		int32_t at = n;

		if (!state_may(st->s, k, call) || !insertion_best(&st->f, k, &st->base[k], &v, &in))
			continue;
		while (at > 0 && in.cents < best[at - 1].cents)
			at--;
		if (at == ORDER_TECHS_MAX)
			continue;
		n += n < ORDER_TECHS_MAX;
		memmove(best + at + 1, best + at, (size_t)(n - 1 - at) * sizeof(*best));
		best[at] = (struct ranked){ in.cents, k };
	}
	for (int32_t i = 0; i < n; i++)
		ret[i] = best[i].tech;
	return n;
}

int
order_start(const struct order_ask *ask, struct order_start *ret)
{
	struct order_start st = { .ask = ask };
	int rc = 0;

	for (int32_t i = 0; rc == 0 && i < ask->n; i++) {
		struct state *next;

		rc = quote_fork(i == 0 ? ask->s : st.s, ask->now, &ask->wanted[i].need, true, &next,
		    &st.call[i]);
		if (rc < 0)
			break;
		state_free(st.s);
		st.s = next;
	}
	st.tech = calloc((size_t)ORDER_TECHS_MAX * ORDER_WANTED_MAX, sizeof(*st.tech));
	if (rc == 0) {
		st.f = cost_frame(st.s, ask->now);
		st.base = spot_base(st.s, ask->now);
	}
	if (rc == 0 && (st.base == NULL || st.tech == NULL))
		rc = -ENOMEM;
	for (int32_t i = 0; rc == 0 && i < ask->n; i++)
		st.techs[i] = rank_techs(&st, st.call[i], st.tech + i * ORDER_TECHS_MAX);
	*ret = st;
	if (rc < 0)
		order_start_done(ret);
	return rc;
}

void
order_start_done(struct order_start *st)
{
	state_free(st->s);
	free(st->base);
	free(st->tech);
	for (int32_t d = 0; d < st->laters; d++)
		if (st->later_rc[d] == 0)
			morning_done(&st->later[d]);
	*st = (struct order_start){ 0 };
}

/* --- one call --- */

static int64_t
due_of(const struct quote_need *need)
{
	return need->appointment ? need->to : need->due > 0 ? need->due : INT64_MAX;
}

/* Whether x is the better place, before its window is known. */
static bool
is_better(const struct spot *x, const struct spot *y, int64_t due)
{
	bool x_late = x->start > due, y_late = y->start > due;

	if (x->broken != y->broken)
		return x->broken < y->broken;
	if (x_late != y_late)
		return y_late;
	if (x->disturbed != y->disturbed)
		return x->disturbed < y->disturbed;
	return x->cents < y->cents;
}

/* Whether those placed before keep their windows on a route. */
static bool
keeps(const struct order_start *st, const struct order_try *t, const struct retimed *r)
{
	for (int32_t w = 0; w < st->ask->n; w++) {
		const struct order_place *p = &t->place[w];

		for (int32_t i = 0; p->placed && !p->another_day && i < r->stops; i++)
			if (r->stop[i].call == st->call[w] && r->stop[i].arrival > p->to)
				return false;
	}
	return true;
}

/* A new route, or one that changes once more. */
static void
put_route(struct order_try *t, int32_t tech, const struct retimed *r)
{
	int32_t at = 0;

	while (at < t->routes && t->route[at].tech != tech)
		at++;
	t->route[at].tech = tech;
	t->route[at].timed = *r;
	t->routes += at == t->routes;
}

static void
take(struct order_start *st, struct order_try *t, int32_t w, const struct candidate *c)
{
	struct retimed r;

	spot_route(&st->f, st->base, st->call[w], &c->spot, &r);
	st->base[c->spot.tech] = r;
	put_route(t, c->spot.tech, &r);
	t->cents += c->spot.cents;
	t->place[w] = (struct order_place){ .placed = true,
		.meets = c->meets,
		.tech = c->spot.tech,
		.pct = c->pct,
		.from = c->from,
		.to = c->to,
		.arrival = c->spot.start };
}

/* Every place with the technicians worth a look, the best first; their number. */
static int32_t
gather(const struct order_start *st, int32_t w, struct spot *spot, int32_t max)
{
	int64_t due = due_of(&st->ask->wanted[w].need);
	int32_t n = 0;

	for (int32_t k = 0; k < st->techs[w]; k++)
		n += spot_all(&st->f, st->base, st->call[w], st->tech[w * ORDER_TECHS_MAX + k],
		    spot + n, max - n);
	for (int32_t i = 1; i < n; i++) {
		struct spot one = spot[i];
		int32_t at = i;

		for (; at > 0 && is_better(&one, &spot[at - 1], due); at--)
			spot[at] = spot[at - 1];
		spot[at] = one;
	}
	return n;
}

/*
 * The best place left today. The first one that meets the call's own time, if it breaks no more
 * promises than the first of all. False: there is none.
 */
static bool
place_today(struct order_start *st, struct order_try *t, int32_t w, struct spot *spot, int32_t max)
{
	struct field fd = { .s = st->s,
		.now = st->ask->now,
		.f = st->f,
		.base = st->base,
		.call = st->call[w],
		.wished = true };
	int32_t n = gather(st, w, spot, max), looks = 0;
	struct candidate best = { .bad = true };

	for (int32_t i = 0; i < n && looks < LOOKS_MAX; i++) {
		struct candidate c = { .field = &fd, .spot = spot[i] };
		struct retimed r;

		if (!best.bad &&
		    (c.spot.broken > best.spot.broken || c.spot.start >= best.spot.start))
			continue;
		spot_route(&st->f, st->base, st->call[w], &c.spot, &r);
		if (!keeps(st, t, &r))
			continue;
		candidate_look(&st->ask->wanted[w].need, &c);
		looks++;
		if (!c.bad && (best.bad || c.meets))
			best = c;
		if (best.meets)
			break;
	}
	if (!best.bad)
		take(st, t, w, &best);
	return !best.bad;
}

/* --- another day --- */

/* The best place on that day that breaks no promise, if there is one. */
static void
place_there(const struct order_start *st, struct morning *m, int32_t w, struct order_try *t)
{
	struct field fd = { .s = m->fork,
		.now = m->f.now,
		.f = m->f,
		.base = m->route,
		.call = st->call[w],
		.another_day = true };
	int32_t max = spot_max(m->fork, m->route), n, best = -1;
	struct spot *spot = calloc((size_t)max + 1, sizeof(*spot));
	struct candidate c = { .field = &fd };
	struct cost before = { 0 }, after = { 0 };
	struct retimed r;

	n = spot == NULL ? 0 : spot_all(&m->f, m->route, st->call[w], -1, spot, max);
	for (int32_t i = 0; i < n; i++)
		if (spot[i].broken == 0 && spot[i].start < m->to &&
		    (best < 0 || is_better(&spot[i], &spot[best], INT64_MAX)))
			best = i;
	if (best >= 0) {
		c.spot = spot[best];
		candidate_look(&st->ask->wanted[w].need, &c);
	}
	free(spot);
	if (best < 0 || c.bad)
		return;
	cost_route(&m->f, c.spot.tech, &m->route[c.spot.tech], &before);
	spot_route(&m->f, m->route, st->call[w], &c.spot, &r);
	m->route[c.spot.tech] = r;
	cost_route(&m->f, c.spot.tech, &r, &after);
	t->cents += c.spot.cents;
	/* Once another day is agreed, the time that was wished is no measure of lateness. */
	t->later_cents += c.spot.cents - (after.late - before.late);
	t->place[w] = (struct order_place){ .placed = true,
		.another_day = true,
		.meets = due_of(&st->ask->wanted[w].need) >= c.to &&
		    !st->ask->wanted[w].need.appointment,
		.tech = c.spot.tech,
		.pct = c.pct,
		.from = c.from,
		.to = c.to,
		.arrival = c.spot.start };
}

/* Opens the next day that no order has asked for yet. -ENOMEM. */
static int
later_open(struct order_start *st)
{
	int32_t d = st->laters;
	int64_t midnight = morning_today(st->s, st->ask->now);

	for (int32_t i = 0; i <= d; i++)
		midnight = morning_after(st->s, midnight);
	st->later_rc[d] = morning_open(st->s, st->ask->now, midnight, &st->later[d]);
	if (st->later_rc[d] == -ENOMEM)
		return -ENOMEM;
	if (st->later_rc[d] == 0)
		morning_kept(&st->later[d], -1);
	st->laters++;
	return 0;
}

/* A later day with routes of its own (free() them), on the fork that all orders share. -ENOENT. */
static int
later_copy(struct order_start *st, int32_t day, struct morning *ret)
{
	size_t size = ((size_t)state_techs(st->s) + 1) * sizeof(*ret->route);

	while (st->laters <= day)
		if (later_open(st) < 0)
			return -ENOMEM;
	if (st->later_rc[day] < 0)
		return st->later_rc[day];
	*ret = st->later[day];
	ret->route = malloc(size);
	if (ret->route == NULL)
		return -ENOMEM;
	memcpy(ret->route, st->later[day].route, size);
	return 0;
}

/* Those that found no place today, on the next days, in the same order. */
static int
place_later(struct order_start *st, struct order_try *t)
{
	int32_t left = 0;

	for (int32_t i = 0; i < st->ask->n; i++)
		left += !t->place[i].placed;
	for (int day = 0; left > 0 && day < ORDER_DAYS_MAX; day++) {
		struct morning m;
		int rc = later_copy(st, day, &m);

		if (rc == -ENOENT)
			continue;
		if (rc < 0)
			return rc;
		for (int32_t i = 0; i < st->ask->n; i++) {
			int32_t w = t->order[i];

			if (t->place[w].placed)
				continue;
			place_there(st, &m, w, t);
			left -= t->place[w].placed;
		}
		free(m.route);
	}
	return 0;
}

/* --- the whole order --- */

/* Where they really stand once all are placed, and what leaving one out costs. */
static void
settle(const struct order_start *st, struct order_try *t)
{
	for (int32_t w = 0; w < st->ask->n; w++) {
		struct order_place *p = &t->place[w];
		const struct retimed *r = &st->base[p->tech];
		struct cost left = { 0 };

		for (int32_t i = 0; p->placed && !p->another_day && i < r->stops; i++)
			if (r->stop[i].call == st->call[w])
				p->arrival = r->stop[i].arrival;
		if (p->placed)
			continue;
		cost_unserved(&st->f, st->call[w], &left);
		t->cents += cost_total(&left);
	}
}

int
order_try(struct order_start *st, struct order_try *t)
{
	int32_t max = spot_max(st->s, st->base) + ORDER_WANTED_MAX;
	struct spot *spot = calloc((size_t)max + 1, sizeof(*spot));
	int rc;

	if (spot == NULL)
		return -ENOMEM;
	for (int32_t i = 0; i < st->ask->n; i++)
		place_today(st, t, t->order[i], spot, max);
	rc = place_later(st, t);
	if (rc == 0)
		settle(st, t);
	for (int32_t r = 0; r < t->routes; r++)
		retime(st->s, t->route[r].tech, st->f.now, &st->base[t->route[r].tech]);
	free(spot);
	return rc;
}
