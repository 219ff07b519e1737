/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/quote_impl.h"

#include <stdlib.h>

#include "daemon/window.h"

/* Before it no window begins: now; another day has no such moment. */
static int64_t
soonest(const struct field *fd)
{
	return fd->another_day ? 0 : fd->now;
}

/* Promises a window that ends when it was wished, and says how likely that is. */
static void
end_at(const struct risk_stop *r, int64_t to, struct candidate *c)
{
	const struct field *fd = c->field;
	int32_t wide_s = state_guidelines(fd->s)->quote_window_min_s;

	c->to = to;
	c->pct = window_pct(fd->s, r, to);
	if (c->from > to - wide_s)
		c->from = to - wide_s;
	if (c->from < soonest(fd))
		c->from = soonest(fd);
}

/* The wish is met by a start within it that is as likely as a window must be. */
static void
look_wish(const struct quote_need *need, const struct risk_stop *r, struct candidate *c)
{
	const struct field *fd = c->field;
	int32_t pct = state_guidelines(fd->s)->quote_confidence_pct;
	int64_t by = need->appointment ? need->to : need->due;
	bool early = need->appointment && c->spot.start < need->from;

	if (by == 0)
		return;
	c->chance_pct = early ? 0 : window_pct(fd->s, r, by);
	c->meets = !early && c->spot.start <= by && c->chance_pct >= pct;
	if (!c->meets)
		return;
	if (need->appointment) {
		end_at(r, need->to, c);
		c->from = need->from > soonest(fd) ? need->from : soonest(fd);
	} else if (c->to > need->due) {
		/* It was only as wide as it was for being rounded. */
		end_at(r, need->due, c);
	}
}

/* The customer has said no to that. */
static bool
is_declined(const struct call_state *c, struct span w)
{
	for (int32_t i = 0; i < c->declineds; i++)
		if (c->declined[i].from < w.to && w.from < c->declined[i].to)
			return true;
	return false;
}

static void
look_stop(const struct quote_need *need, const struct risk_stop *r, struct candidate *c)
{
	const struct field *fd = c->field;
	struct span w;

	window_for(fd->s, soonest(fd), r, c->spot.start,
	    state_guidelines(fd->s)->quote_confidence_pct, &w, &c->pct);
	c->from = w.from;
	c->to = w.to;
	look_wish(need, r, c);
	c->bad = c->pct == 0 ||
	    is_declined(state_call(fd->s, fd->call), (struct span){ c->from, c->to });
}

void
candidate_look(const struct quote_need *need, struct candidate *c)
{
	const struct field *fd = c->field;
	struct new_route *route = calloc(QUOTE_ROUTES_MAX, sizeof(*route));
	struct risk_stop *risk = NULL;
	int32_t n = route == NULL ? 0 : candidate_routes(c, route, QUOTE_ROUTES_MAX);

	c->looked = true;
	c->bad = true;
	for (int32_t r = 0; r < n; r++) {
		const struct retimed *timed = &route[r].timed;

		if (route[r].tech != c->spot.tech)
			continue;
		risk = calloc((size_t)timed->stops + 1, sizeof(*risk));
		if (risk == NULL)
			break;
		risk_route(fd->s, fd->now, c->spot.tech, timed, risk);
		for (int32_t i = timed->under_way; i < timed->stops; i++)
			if (timed->stop[i].call == fd->call)
				look_stop(need, &risk[i], c);
	}
	free(risk);
	free(route);
}

/* --- the solver's plans --- */

bool
candidate_spot(const struct field *fd, const struct planner_offer *offer, struct spot *ret)
{
	struct cost left = { 0 };

	*ret = (struct spot){ .tech = -1, .disturbed = offer->disturbed };
	/* What leaving others out costs counts; what leaving this one out costs does not. */
	cost_unserved(&fd->f, fd->call, &left);
	ret->cents = offer->cost_cents - offer->stay_cents + cost_total(&left);
	for (int32_t r = 0; r < offer->routes; r++) {
		const struct retimed *t = &offer->route[r].timed;

		for (int32_t i = t->under_way; i < t->stops; i++) {
			if (t->stop[i].call != fd->call)
				continue;
			ret->tech = offer->route[r].tech;
			ret->pos = i;
			ret->start = t->stop[i].arrival;
			ret->end = t->stop[i].end;
		}
	}
	return ret->tech >= 0;
}

/* Where the solver's plan begins a call; 0: it is left out. */
static int64_t
offer_start(const struct planner_offer *offer, int32_t call)
{
	for (int32_t r = 0; r < offer->routes; r++) {
		const struct retimed *t = &offer->route[r].timed;

		for (int32_t i = 0; i < t->stops; i++)
			if (t->stop[i].call == call)
				return t->stop[i].arrival;
	}
	return 0;
}

int32_t
candidate_broken(const struct field *fd, const struct planner_offer *offer)
{
	int32_t n = 0;

	for (int32_t r = 0; r < offer->routes; r++) {
		const struct retimed *was = &fd->base[offer->route[r].tech];

		for (int32_t i = was->under_way; i < was->stops; i++) {
			const struct told_state *t = &state_call(fd->s, was->stop[i].call)->told;
			int64_t start = offer_start(offer, was->stop[i].call);

			n += t->promise && was->stop[i].arrival <= t->promise_to &&
			    (start == 0 || start > t->promise_to);
		}
	}
	return n;
}
