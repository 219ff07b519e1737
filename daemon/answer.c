/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/answer.h"

#include <errno.h>
#include <stdlib.h>

#include "daemon/account.h"
#include "daemon/check.h"
#include "daemon/morning.h"
#include "daemon/revision.h"
#include "daemon/risk.h"
#include "daemon/spot.h"
#include "daemon/window.h"

enum { SPOTS_LOOKED_AT = 40 }; /* the best of them */

/* The search for a place, on a fork that knows the answer. */
struct search {
	struct state *fork;
	int64_t now;
	int32_t call, budget;
	struct cost_frame f;
	struct retimed *base;
	struct spot *spot;
	int32_t spots;
	struct new_route route; /* the best so far */
	struct answer_try *ret;
};

static int
by_cents(const void *a, const void *b)
{
	const struct spot *x = a, *y = b;

	if (x->cents != y->cents)
		return x->cents < y->cents ? -1 : 1;
	return x->tech != y->tech ? x->tech - y->tech : x->pos - y->pos;
}

static void
search_done(struct search *h)
{
	free(h->base);
	free(h->spot);
	state_free(h->fork);
}

static int
fork_with(const struct state *s, const struct event *answered, struct state **ret, char *why,
    size_t why_size)
{
	struct event copy = *answered;
	struct state *fork = state_fork(s);
	int rc;

	if (fork == NULL)
		return -ENOMEM;
	copy.seq = state_seq(fork) + 1;
	rc = state_apply(fork, &copy, why, why_size);
	if (rc < 0)
		state_free(fork);
	else
		*ret = fork;
	return rc;
}

/* Places that start within a span and disturb few enough. */
static int
find_spots(struct search *h, struct span within)
{
	int32_t max, kept = 0;

	h->f = cost_frame(h->fork, h->now);
	h->base = spot_base(h->fork, h->now);
	max = h->base == NULL ? 0 : spot_max(h->fork, h->base);
	h->spot = calloc((size_t)max + 1, sizeof(*h->spot));
	if (h->base == NULL || h->spot == NULL)
		return -ENOMEM;
	h->spots = spot_all(&h->f, h->base, h->call, -1, h->spot, max);
	for (int32_t i = 0; i < h->spots; i++) {
		const struct spot *at = &h->spot[i];

		if (at->start >= within.from && at->start < within.to &&
		    at->disturbed <= h->budget && at->broken == 0)
			h->spot[kept++] = *at;
	}
	h->spots = kept;
	return 0;
}

/* The best ones first, and no more of them than are looked at. */
static void
rank_spots(struct search *h)
{
	qsort(h->spot, (size_t)h->spots, sizeof(*h->spot), by_cents);
	h->spots = h->spots < SPOTS_LOOKED_AT ? h->spots : SPOTS_LOOKED_AT;
}

/* The route with the call at one place, and its spread: malloc'd. */
static int
time_spot(const struct search *h, const struct spot *at, struct new_route **ret,
    struct risk_stop **ret_risk)
{
	struct new_route *one = malloc(sizeof(*one));
	struct risk_stop *risk;

	if (one == NULL)
		return -ENOMEM;
	one->tech = at->tech;
	spot_route(&h->f, h->base, h->call, at, &one->timed);
	risk = malloc(((size_t)one->timed.stops + 1) * sizeof(*risk));
	if (risk == NULL) {
		free(one);
		return -ENOMEM;
	}
	risk_route(h->fork, h->now, at->tech, &one->timed, risk);
	*ret = one;
	*ret_risk = risk;
	return 0;
}

/* Looks at one place: whether it is the best so far. */
static int
look(struct search *h, const struct spot *at)
{
	struct new_route *one;
	struct risk_stop *risk;
	int32_t pct;
	int rc = time_spot(h, at, &one, &risk);

	if (rc < 0)
		return rc;
	pct = window_pct(h->fork, &risk[at->pos], state_call(h->fork, h->call)->appt_to);
	if (pct > h->ret->pct) {
		h->ret->pct = pct;
		h->ret->tech = at->tech;
		h->ret->arrival = at->start;
		h->route = *one;
	}
	free(risk);
	free(one);
	return 0;
}

/* The revision that puts it there; refused by the check, it is not met. */
static int
revise(struct search *h, char *why, size_t why_size)
{
	struct proposed_route view = proposal_view(&h->route);
	struct disturbed disturbed = { 0 };
	struct revision v = {
		.kind = "booked",
		.cause = { .event = EV_CALL_ANSWERED,
		    .seq = state_seq(h->fork),
		    .call = h->call,
		    .tech = h->route.tech,
		    .why = TELL_AMENDED },
		.route = &h->route,
		.routes = 1,
		.disturbed = &disturbed,
		.budget = h->budget,
		.account = ACCOUNT_EVENT,
		.scope_techs = 1,
		.scope_calls = 1,
	};
	int rc = check_plan(h->fork, h->now, &view, 1, h->budget, &disturbed, why, why_size);

	if (rc == -EPERM)
		return 0;
	if (rc == 0) {
		revision_price(h->fork, h->now, &h->route, 1, &v.cost_before, &v.cost_after);
		rc = revision_event(h->fork, h->now, &v, &h->ret->plan);
	}
	h->ret->met = rc == 0;
	disturbed_done(&disturbed);
	return rc;
}

static int
try_today(struct search *h, char *why, size_t why_size)
{
	const struct call_state *c = state_call(h->fork, h->call);
	int32_t wanted = state_guidelines(h->fork)->quote_confidence_pct;
	int rc = find_spots(h, (struct span){ c->appt_from, c->appt_to });

	if (rc == 0)
		rank_spots(h);
	for (int32_t i = 0; rc == 0 && i < h->spots && h->ret->pct < wanted; i++)
		rc = look(h, &h->spot[i]);
	if (rc == 0 && h->ret->pct >= wanted)
		rc = revise(h, why, why_size);
	return rc;
}

/* What a later day has for it, if stop i of technician k's route there is it. */
static int
look_later(struct search *h, const struct morning *m, int32_t k, int32_t i)
{
	const struct retimed *r = &m->route[k];
	int64_t to = state_call(h->fork, h->call)->appt_to;
	struct risk_stop *risk = malloc(((size_t)r->stops + 1) * sizeof(*risk));

	if (risk == NULL)
		return -ENOMEM;
	risk_route(m->fork, m->f.now, k, r, risk);
	h->ret->tech = k;
	h->ret->arrival = r->stop[i].arrival;
	h->ret->pct = h->ret->arrival < to ? window_pct(m->fork, &risk[i], to) : 0;
	h->ret->met = h->ret->pct >= state_guidelines(h->fork)->quote_confidence_pct;
	free(risk);
	return 0;
}

/* A later day: whether there is room for it beside what is promised there. */
static int
try_later(struct search *h, int64_t midnight)
{
	struct morning m;
	int rc = morning_open(h->fork, h->now, midnight, &m);

	if (rc < 0)
		return rc == -ENOENT ? 0 : rc;
	/* It is itself among what is promised there. */
	morning_kept(&m, -1);
	for (int32_t k = 0; rc == 0 && k < state_techs(m.fork); k++)
		for (int32_t i = 0; rc == 0 && i < m.route[k].stops; i++)
			if (m.route[k].stop[i].call == h->call)
				rc = look_later(h, &m, k, i);
	morning_done(&m);
	return rc;
}

int
answer_try(const struct state *s, int64_t now, int32_t call, const struct event *answered,
    struct answer_try *ret, char *why, size_t why_size)
{
	struct search h = { .now = now, .call = call, .ret = ret };
	int64_t midnight;
	int rc;

	*ret = (struct answer_try){ .tech = -1 };
	rc = fork_with(s, answered, &h.fork, why, why_size);
	if (rc < 0)
		return rc;
	h.budget = account_budget(h.fork, now, ACCOUNT_EVENT);
	midnight = morning_today(h.fork, state_call(h.fork, call)->appt_from);
	if (midnight > morning_today(h.fork, now))
		rc = try_later(&h, midnight);
	else
		rc = try_today(&h, why, why_size);
	search_done(&h);
	return rc;
}

/* --- instead --- */

static bool
is_declined(const struct call_state *c, struct span w)
{
	for (int32_t i = 0; i < c->declineds; i++)
		if (c->declined[i].from < w.to && w.from < c->declined[i].to)
			return true;
	return false;
}

/* 1: the place has a window that holds; 0 it has not; -ENOMEM. */
static int
window_at(const struct search *h, const struct spot *at, struct span *ret)
{
	int32_t wanted = state_guidelines(h->fork)->quote_confidence_pct, pct;
	struct new_route *one;
	struct risk_stop *risk;
	struct span w;
	int rc = time_spot(h, at, &one, &risk);

	if (rc < 0)
		return rc;
	window_for(h->fork, h->now, &risk[at->pos], at->start, wanted, &w, &pct);
	free(risk);
	free(one);
	if (pct < wanted || at->start < w.from || is_declined(state_call(h->fork, h->call), w))
		return 0;
	*ret = w;
	return 1;
}

int
answer_instead(const struct state *s, int64_t now, int32_t call, const struct event *declined,
    struct span asked, struct span *ret, char *why, size_t why_size)
{
	struct search h = { .now = now, .call = call };
	struct span today = { now, morning_after(s, morning_today(s, now)) };
	int rc = fork_with(s, declined, &h.fork, why, why_size);

	*ret = (struct span){ 0 };
	if (rc < 0)
		return rc;
	h.budget = account_budget(h.fork, now, ACCOUNT_EVENT);
	rc = find_spots(&h, today);
	for (int32_t i = 0; rc == 0 && i < h.spots; i++)
		h.spot[i].cents = llabs(h.spot[i].start - asked.from);
	if (rc == 0)
		rank_spots(&h);
	for (int32_t i = 0; rc == 0 && i < h.spots; i++)
		rc = window_at(&h, &h.spot[i], ret);
	search_done(&h);
	return rc < 0 ? rc : 0;
}
