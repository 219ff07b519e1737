/* SPDX-License-Identifier: Apache-2.0 */
/* When no solver answers: new calls go where they cost least, nobody else is moved. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/insertion.h"
#include "daemon/planner_impl.h"

/* The technician and position where a call costs least; -1 none. */
static int32_t
cheapest(const struct state *s, int64_t now, int32_t call, struct insertion *ret)
{
	struct cost_frame f = cost_frame(s, now);
	struct visit v = insertion_visit(s, call);
	struct cost_prices p;
	int32_t best = -1;

	cost_prices(&f, call, &p);
	for (int32_t k = 0; k < state_techs(s); k++) {
		struct retimed r;
		struct insertion one;

		if (!state_may(s, k, call))
			continue;
		retime(s, k, now, &r);
		/* Nobody is disturbed for it: no promise of another is broken. */
		if (!insertion_best(&f, k, &r, &v, &one) || one.broken > 0 ||
		    one.cents >= p.unserved_cents || (best >= 0 && one.cents >= ret->cents))
			continue;
		*ret = one;
		best = k;
	}
	return best;
}

static int
place(struct desk *d, const struct question *q, int32_t call)
{
	const struct state *s = d->t->state;
	int64_t now = planner_now(d->p);
	struct publish pub = { .kind = "solve", .cause = &q->cause };
	struct new_route *route;
	struct insertion in;
	int32_t order[STATE_STOPS_MAX + 1], n = 0;
	int32_t tech = cheapest(s, now, call, &in);
	char why[256];
	int rc;

	if (tech < 0)
		return 0;
	route = malloc(sizeof(*route)); /* filled by retime() */
	if (route == NULL)
		return -ENOMEM;
	route->tech = tech;
	retime(s, tech, now, &route->timed);
	for (int32_t i = route->timed.under_way; i <= route->timed.stops; i++) {
		if (i == in.pos)
			order[n++] = call;
		if (i < route->timed.stops)
			order[n++] = route->timed.stop[i].call;
	}
	retime_order(s, tech, now, order, n, &route->timed);
	rc = route->timed.losts > 0 ? 0 : publish_routes(d, &pub, route, 1, why, sizeof(why));
	free(route);
	return rc == -EPERM ? 0 : rc; /* it stays unassigned */
}

int
fallback(struct desk *d, struct question *q)
{
	const struct state *s = d->t->state;
	int rc;

	q->solve = false; /* nobody is held back for it */
	rc = publish_retimed(d, q);

	while (rc == 0 && q->calls > 0) {
		int32_t call = q->call[q->calls - 1];

		if (state_call(s, call)->status == CALL_UNASSIGNED)
			rc = place(d, q, call);
		if (rc == 0)
			q->calls--;
	}
	return rc;
}
