/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/booking.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/quote_impl.h"
#include "daemon/revision.h"
#include "daemon/ripple.h"
#include "daemon/window.h"

/* The quote on the state of now. */
struct attempt {
	const struct state *s; /* of now */
	struct state *fork;    /* the same with the call booked as agreed */
	int64_t now;
	int32_t call; /* on the fork */
	int32_t left; /* whose route it leaves, -1 */
	const struct quoted *q;
	struct new_route *route;
	int32_t routes;
	char *why;
	size_t why_size;
};

static bool
is_open(const struct state *s, const char *id)
{
	int32_t call = state_call_find(s, id);

	return call >= 0 && state_call(s, call)->closed == 0;
}

/* --- the quoted orders --- */

/* Whether a technician's stops are those of the list but for what has ended since. */
static bool
is_as_before(const struct state *s, const struct tech *t, const json_t *before)
{
	int32_t at = 0;
	const json_t *one;
	size_t i;

	json_array_foreach(before, i, one) {
		const char *id = json_string_value(one);

		if (!is_open(s, id))
			continue;
		if (at == t->stops || strcmp(state_call(s, t->stop[at].call)->id, id) != 0)
			return false;
		at++;
	}
	return at == t->stops;
}

/*
 * Lays out one technician's new order on the fork. False: somebody finds no place in it any more.
 */
static bool
lay_out(struct attempt *a, int32_t tech, const json_t *after)
{
	const struct tech *t = state_tech(a->fork, tech);
	struct new_route *to = &a->route[a->routes];
	int32_t order[STATE_STOPS_MAX], n = 0;
	bool began = t->call < 0; /* what is under way is laid out, if anything is */
	const json_t *one;
	size_t i;

	json_array_foreach(after, i, one) {
		const char *id = json_string_value(one);
		int32_t call = id[0] == '\0' ? a->call : state_call_find(a->fork, id);

		if (id[0] != '\0' && !is_open(a->s, id))
			continue;
		if (id[0] == '\0' && !began) {
			/* Nothing goes before what is under way by now. */
			return false;
		}
		if (call == t->call) {
			began = true;
			continue;
		}
		if (n < STATE_STOPS_MAX)
			order[n++] = call;
	}
	to->tech = tech;
	retime_order(a->fork, tech, a->now, order, n, &to->timed);
	a->routes++;
	return to->timed.losts == 0;
}

/* The orders as quoted; -ESTALE: a route changed. */
static int
as_quoted(struct attempt *a)
{
	const json_t *one;
	size_t i;

	a->routes = 0;
	json_array_foreach(a->q->rests, i, one) {
		const char *id = json_string_value(json_object_get(one, "technician"));
		int32_t tech = state_tech_find(a->fork, id);

		if (tech < 0 || a->routes == QUOTE_ROUTES_MAX ||
		    !is_as_before(a->fork, state_tech(a->fork, tech), json_object_get(one, "before")) ||
		    !lay_out(a, tech, json_object_get(one, "after"))) {
			snprintf(a->why, a->why_size, "the route of %s changed", id);
			return -ESTALE;
		}
	}
	return 0;
}

/* --- weighing --- */

static int64_t
slack_cents(const struct quoted *q)
{
	int64_t slack = q->cost_cents > 0 ? q->cost_cents / 100 : 0;

	return slack > BOOKING_SLACK_CENTS ? slack : BOOKING_SLACK_CENTS;
}

static int64_t
most_cents(const struct quoted *q)
{
	return q->cost_cents + slack_cents(q);
}

/* A call that is booked may have found another place since: then the plans with it are compared. */
static bool
is_dearer(const struct quoted *q, const struct ripple *rp)
{
	return q->of.call[0] == '\0' ||
	    cost_total(&rp->after) > q->after_cents + slack_cents(q);
}

/* The chance that the window holds by the new routes, in percent. */
static int32_t
chance_of(const struct attempt *a)
{
	struct risk_stop *risk = calloc(STATE_STOPS_MAX + 1, sizeof(*risk));
	int32_t pct = 0;

	for (int32_t r = 0; risk != NULL && r < a->routes; r++) {
		const struct retimed *t = &a->route[r].timed;

		for (int32_t i = t->under_way; i < t->stops; i++) {
			if (t->stop[i].call != a->call)
				continue;
			risk_route(a->fork, a->now, a->route[r].tech, t, risk);
			pct = window_pct(a->fork, &risk[i], a->q->to);
		}
	}
	free(risk);
	return pct;
}

/* Whether the promises that would break are among those that were shown. */
static bool
breaks_as_shown(const struct attempt *a, const struct ripple *rp)
{
	for (int32_t i = 0; i < rp->brokens; i++) {
		const char *id = state_call(a->fork, rp->broken[i].call)->id;
		bool shown = false;
		const json_t *one;
		size_t k;

		json_array_foreach(a->q->breaks, k, one) {
			const char *call = json_string_value(json_object_get(one, "call"));

			shown = shown || (call != NULL && strcmp(call, id) == 0);
		}
		if (!shown)
			return false;
	}
	return true;
}

/* Prices the routes and holds them against the quote. -ESTALE. */
static int
weigh(const struct attempt *a, struct ripple *ret)
{
	struct ripple_ask ask = { .before = a->s,
		.s = a->fork,
		.now = a->now,
		.route = a->route,
		.routes = a->routes,
		.call = a->call,
		.budget = QUOTE_BUDGET,
		.kind = "booked",
		.cause = { .event = a->q->of.call[0] == '\0' ? EV_CALL_BOOKED : EV_CALL_AMENDED,
		    .seq = state_seq(a->fork),
		    .call = a->call,
		    .tech = -1,
		    .why = TELL_MADE_ROOM } };
	char why[200] = "";
	int rc = ripple_make(&ask, ret, why, sizeof(why));

	if (rc == 0) {
		int64_t cents = cost_total(&ret->after) - cost_total(&ret->before);

		if (ret->arrival < a->q->from || ret->arrival > a->q->to)
			snprintf(why, sizeof(why), "the quoted window is no longer met");
		else if (!breaks_as_shown(a, ret))
			snprintf(why, sizeof(why), "it would break another promise now");
		else if (state_call(a->fork, a->call)->inside && ret->broken_outside > 0 &&
		    !a->q->needs_manager)
			snprintf(why, sizeof(why), "it would break an outside promise now");
		else if (chance_of(a) < a->q->pct - BOOKING_SLACK_PCT)
			snprintf(why, sizeof(why), "its window is less sure by now");
		else if (cents > most_cents(a->q) && is_dearer(a->q, ret))
			snprintf(why, sizeof(why), "it would cost %" PRId64 " cents more now",
			    cents - a->q->cost_cents);
	}
	if (rc == -ENOMEM || (rc == 0 && why[0] == '\0'))
		return rc;
	snprintf(a->why, a->why_size, "%s", why);
	return -ESTALE;
}

/* --- the same technician, another place --- */

/* The route that the call leaves, as it goes on without it. */
static void
add_left(struct attempt *a, const struct field *fd)
{
	if (a->left < 0 || a->left == a->route[0].tech || fd->base[a->left].losts > 0)
		return;
	a->route[1].tech = a->left;
	a->route[1].timed = fd->base[a->left];
	a->routes = 2;
}

/* Tries the call everywhere in his route, and takes the cheapest that is as good as the quote. */
static int
elsewhere(struct attempt *a, struct ripple *ret)
{
	int32_t tech = state_tech_find(a->fork, a->q->technician);
	struct field fd = { .s = a->fork,
		.now = a->now,
		.f = cost_frame(a->fork, a->now),
		.base = spot_base(a->fork, a->now),
		.call = a->call };
	struct spot spot[STATE_STOPS_MAX];
	int32_t n, best = -1;
	int rc = -ESTALE;

	if (fd.base == NULL)
		return -ENOMEM;
	n = tech < 0 ? 0 : spot_all(&fd.f, fd.base, a->call, tech, spot, STATE_STOPS_MAX);
	for (int32_t i = 0; i < n; i++)
		if (spot[i].start >= a->q->from && spot[i].start <= a->q->to &&
		    spot[i].broken <= a->q->brokens &&
		    (best < 0 || spot[i].cents < spot[best].cents))
			best = i;
	if (best >= 0) {
		a->route[0].tech = tech;
		spot_route(&fd.f, fd.base, a->call, &spot[best], &a->route[0].timed);
		a->routes = 1;
		add_left(a, &fd);
		rc = weigh(a, ret);
	}
	free(fd.base);
	return rc;
}

/* --- the decision --- */

static int
revise(const struct attempt *a, const struct ripple *rp, struct event **ret)
{
	struct revision v = {
		.kind = "booked",
		.cause = { .event = a->q->of.call[0] == '\0' ? EV_CALL_BOOKED : EV_CALL_AMENDED,
		    .seq = state_seq(a->fork),
		    .call = a->call,
		    .tech = -1,
		    .why = TELL_MADE_ROOM },
		.route = a->route,
		.routes = a->routes,
		.disturbed = &rp->disturbed,
		.budget = rp->disturbed.chosens,
		.account = rp->disturbed.chosens > 0 ? ACCOUNT_PERSON : ACCOUNT_NONE,
		.scope_techs = a->routes,
		.scope_calls = 1,
	};

	revision_price(a->fork, a->now, a->route, a->routes, &v.cost_before, &v.cost_after);
	return revision_event(a->fork, a->now, &v, ret);
}

/* The terms as agreed, with what came with the booking: opened when it was asked for. */
static json_t *
terms_of(const struct quoted *q, const json_t *more, const char *by)
{
	json_t *terms = json_deep_copy(q->terms), *agreed = json_object_get(terms, "agreed");

	if (terms == NULL || json_object_set_new(agreed, "by", json_string(by)) < 0 ||
	    (more != NULL && json_object_update(terms, (json_t *)more) < 0)) {
		json_decref(terms);
		return NULL;
	}
	return terms;
}

/* Whether the quote may be looked at at all. */
static int
holds(const struct state *s, int64_t now, const struct quoted *q, char *why, size_t why_size)
{
	int32_t of = q->of.call[0] == '\0' ? -1 : state_call_find(s, q->of.call);

	if (q->call[0] != '\0')
		snprintf(why, why_size, "it was booked already, as %s", q->call);
	else if (q->of.call[0] != '\0' &&
	    (of < 0 || !quote_may(state_call(s, of)) || state_call(s, of)->version != q->version))
		snprintf(why, why_size, "%s was changed since", q->of.call);
	else if (now > q->expires)
		snprintf(why, why_size, "it expired");
	else if (state_guidelines_version(s) != q->guidelines_version)
		snprintf(why, why_size, "the guidelines changed");
	else if (q->to <= now)
		snprintf(why, why_size, "its window is past");
	else
		return 0;
	return -ESTALE;
}

static int
plan(struct attempt *a, struct event **ret)
{
	struct ripple rp = { 0 };
	int rc = as_quoted(a);

	if (rc == 0)
		rc = weigh(a, &rp);
	if (rc == -ESTALE) {
		char first[200];

		/* The first reason is the one that is told. */
		snprintf(first, sizeof(first), "%s", a->why);
		ripple_done(&rp);
		rp = (struct ripple){ 0 };
		rc = elsewhere(a, &rp);
		if (rc == -ESTALE)
			snprintf(a->why, a->why_size, "%s", first);
	}
	if (rc == 0)
		rc = revise(a, &rp, ret);
	ripple_done(&rp);
	return rc;
}

/* Nothing is planned for another day yet; but its day may have filled. */
static int
day_holds(const struct attempt *a)
{
	int rc = quote_day_holds(a->fork, a->now, a->call,
	    (struct span){ a->q->from, a->q->to }, a->q->pct - BOOKING_SLACK_PCT);

	if (rc != -ENOENT)
		return rc;
	snprintf(a->why, a->why_size, "its day has filled");
	return -ESTALE;
}

static int32_t
left_by(const struct state *s, const struct quoted *q)
{
	int32_t call = q->of.call[0] == '\0' ? -1 : state_call_find(s, q->of.call);

	return call < 0 ? -1 : state_call(s, call)->tech;
}

int
booking_make(const struct state *s, int64_t now, const struct quoted *q, const json_t *more,
    const char *by, struct booking *ret, char *why, size_t why_size)
{
	struct attempt a = { .s = s, .now = now, .q = q, .why = why, .why_size = why_size };
	struct booking b = { .events = q->another_day ? 1 : 2 };
	json_t *terms = NULL;
	int rc = holds(s, now, q, why, why_size);

	if (rc < 0)
		return rc;
	a.left = left_by(s, q);
	terms = terms_of(q, more, by);
	a.route = calloc(QUOTE_ROUTES_MAX, sizeof(*a.route));
	rc = terms == NULL || a.route == NULL ? -ENOMEM
					      : quote_book(s, now, &q->of, terms, &a.fork, &a.call);
	if (rc == 0) {
		snprintf(b.call, sizeof(b.call), "%s", state_call(a.fork, a.call)->id);
		b.event[0] = quote_event(s, now, b.call, &q->of, terms);
		rc = b.event[0] == NULL ? -ENOMEM
		    : q->another_day          ? day_holds(&a)
					      : plan(&a, &b.event[1]);
	}
	for (int32_t r = 0; rc == 0 && r < a.routes; r++)
		for (int32_t i = 0; i < a.route[r].timed.stops; i++)
			if (a.route[r].timed.stop[i].call == a.call)
				b.arrival = a.route[r].timed.stop[i].arrival;
	state_free(a.fork);
	free(a.route);
	json_decref(terms);
	if (rc < 0)
		booking_done(&b);
	else
		*ret = b;
	return rc;
}

void
booking_done(struct booking *b)
{
	for (size_t i = 0; i < BOOKING_EVENTS_MAX; i++)
		event_free(b->event[i]);
	*b = (struct booking){ 0 };
}
