/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ripple of new routes: what they cost, term by term, who is delayed, whose promise breaks and
 * what goodwill that may cost, and what everybody would be told. Pure.
 *
 * Costs are those of the whole plan, by the functions that plan.get uses. The price of disturbing
 * people is paid once, when they are told; so there are three: the plan before, the same with the
 * new routes and all their prices, and what plan.get says once the deed is done.
 */
#ifndef EVENKEEL_DAEMON_RIPPLE_H
#define EVENKEEL_DAEMON_RIPPLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/check.h"
#include "daemon/cost.h"
#include "daemon/proposal.h"
#include "daemon/revision.h"
#include "daemon/state.h"

struct templates; /* template.h */

struct ripple_ask {
	const struct state *before; /* whose plan cost is the one before; NULL: s */
	const struct state
	    *s; /* what the routes are for: the state, or a fork that knows the call */
	int64_t now;
	const struct new_route *route; /* whole new routes; nobody else's changes */
	int32_t routes;
	int32_t call;       /* asked about: not counted among the others; -1 none */
	int32_t budget;     /* for check_plan(); -1: a person decides */
	const char *kind;   /* of the revision that would be made: "override", "booked" */
	struct cause cause; /* of the same */
	const struct templates *templates; /* words for customers; NULL: the reasons alone */
};

/* A call that starts at another time than before. */
struct delay {
	int64_t by, from, to; /* to: 0 dropped, and by INT64_MAX */
	int32_t call, tech;
};

/* A promise that held before and would not. */
struct broken {
	int32_t call;
	int64_t to; /* its start then, 0 dropped */
	int32_t goodwill_cents;
};

struct ripple {
	struct cost before, after, then; /* see above */
	struct delay *delay;             /* worst first; owned, as all below */
	int32_t delays;
	struct broken *broken;
	int32_t brokens, broken_outside; /* of these, promises to somebody outside */
	int64_t goodwill_cents;
	struct disturbed disturbed;
	int32_t overtime_s, travel_s; /* added; may be negative */
	int64_t arrival;              /* of the call asked about, 0 none */
	int32_t tech;                 /* who does it, -1 */
	json_t *tells;                /* array of Telling */
};

/*
 * Works it out; ripple_done() ends it, also after a failure. -EPERM with a sentence in why:
 * check_plan() refuses the routes; -ENOMEM.
 */
int ripple_make(const struct ripple_ask *ask, struct ripple *ret, char *why, size_t why_size);
void ripple_done(struct ripple *r);

/*
 * Sets what an Option and an override.preview have in common: cost_cents, cost, cost_before_cents,
 * cost_after_cents, paid_cents, overtime_s, travel_s, delays, breaks, goodwill_cents, disturbance,
 * tells. cost_cents = cost_after_cents - cost_before_cents + paid_cents. *obj is NULL when out of
 * memory.
 */
void ripple_put(const struct ripple_ask *ask, const struct ripple *r, json_t **obj);

/* Delays and breaks alone, for who asks about several calls at once. New references. */
json_t *ripple_delays(const struct state *s, const struct ripple *r);
json_t *ripple_breaks(const struct state *s, const struct ripple *r);

/* The cost of a whole plan with these routes in place of the present ones, as plan.get counts it.
 */
struct cost ripple_plan_cost(const struct state *s, int64_t now, const struct new_route *route,
    int32_t routes);

#endif
