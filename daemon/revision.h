/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A revision: new routes and what is told with them, as the body of one plan.revised event. Pure.
 */
#ifndef EVENKEEL_DAEMON_REVISION_H
#define EVENKEEL_DAEMON_REVISION_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "daemon/check.h"
#include "daemon/event.h"
#include "daemon/proposal.h"
#include "daemon/tell.h"

/* Why it is made; indices -1 none. */
struct cause {
	enum event_type event;
	bool tick;      /* time passed: no event */
	int64_t seq;
	int32_t call, tech;
	enum tell_why why;
	const char *text; /* a person's reason, or NULL */
};

struct revision {
	const char *kind; /* as in event.h */
	struct cause cause;
	const struct new_route *route;
	int32_t routes;
	const struct disturbed *disturbed;
	int32_t budget;
	enum account account; /* that pays for what is chosen */
	int64_t cost_before, cost_after; /* of what was in question, cents */
	bool bounded;
	int64_t bound;
	bool proven;
	int32_t scope_techs, scope_calls;
	int64_t solve_us, work;
};

/* Whether a new route says anything that the state does not say: order, or times by
 * tolerance_s or more, or something to tell. */
bool revision_differs(const struct state *s, int64_t now, const struct new_route *r,
    int64_t tolerance_s);

/*
 * What the routes' technicians and the calls concerned cost as they stand (re-timed) and with the
 * new routes, cents.
 */
void revision_price(const struct state *s, int64_t now, const struct new_route *route, int32_t n,
    int64_t *ret_before, int64_t *ret_after);

/* The event, to be appended. -ENOMEM. */
int revision_event(const struct state *s, int64_t now, const struct revision *v,
    struct event **ret);

#endif
