/* SPDX-License-Identifier: Apache-2.0 */
/* Routes become plan.revised events, each checked against the state of now. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "daemon/check.h"
#include "daemon/log.h"
#include "daemon/planner_impl.h"

static int
check(struct desk *d, const struct new_route *route, int32_t n, int32_t budget,
    struct disturbed *ret, char *why, size_t why_size)
{
	struct proposed_route *view = calloc((size_t)n, sizeof(*view));
	int rc;

	if (view == NULL)
		return -ENOMEM;
	for (int32_t i = 0; i < n; i++)
		view[i] = proposal_view(&route[i]);
	rc = check_plan(d->t->state, planner_now(d->p), view, n, budget, ret, why, why_size);
	free(view);
	return rc;
}

static int
append(struct desk *d, const struct publish *pub, const struct new_route *route, int32_t n,
    const struct disturbed *disturbed)
{
	const struct state *s = d->t->state;
	int64_t now = planner_now(d->p);
	struct revision v = {
		.kind = pub->kind,
		.cause = *pub->cause,
		.route = route,
		.routes = n,
		.disturbed = disturbed,
		.budget = pub->budget,
		.account = pub->account,
		.cost_before = pub->before,
		.cost_after = pub->after,
		.bounded = pub->priced,
		.bound = pub->bound,
		.proven = pub->proven,
		.scope_techs = pub->scope_techs,
		.scope_calls = pub->scope_calls,
		.solve_us = pub->solve_us,
		.work = pub->work,
	};
	char why[256] = "";
	struct event *ev;
	int rc;

	if (!pub->priced) {
		revision_price(s, now, route, n, &v.cost_before, &v.cost_after);
		v.scope_techs = n;
	}
	rc = revision_event(s, now, &v, &ev);
	if (rc == 0)
		rc = shop_append(d->p->shop, d->t, &ev, 1, NULL, NULL, NULL, why, sizeof(why));
	if (rc < 0)
		log_say(rc == -EBUSY ? LEVEL_WARNING : LEVEL_ERROR,
		    "territory %s: a %s revision was not appended (%d): %s",
		    state_territory(s), pub->kind, rc, why);
	return rc;
}

int
publish_routes(struct desk *d, const struct publish *pub, const struct new_route *route,
    int32_t n, char *why, size_t why_size)
{
	struct disturbed disturbed = { 0 };
	int rc;

	assert(n > 0);
	rc = check(d, route, n, pub->budget, &disturbed, why, why_size);
	if (rc < 0)
		return rc;
	rc = append(d, pub, route, n, &disturbed);
	disturbed_done(&disturbed);
	return rc;
}

/* What only reality changed is said whether or not it keeps the rules. */
static int
publish_as_it_is(struct desk *d, const struct cause *cause, const struct new_route *route,
    int32_t n)
{
	struct publish pub = { .kind = "retime", .cause = cause };
	struct disturbed disturbed = { 0 };
	char why[256];
	int rc = check(d, route, n, 0, &disturbed, why, sizeof(why));

	if (rc == -ENOMEM)
		return rc;
	if (rc < 0)
		log_say(LEVEL_WARNING, "territory %s: a route as it stands breaks a rule: %s",
		    state_territory(d->t->state), why);
	rc = append(d, &pub, route, n, &disturbed);
	disturbed_done(&disturbed);
	return rc;
}

/* Re-timed on its own now; not while a solve has his route, or is about to. */
static bool
is_ripe(const struct desk *d, const struct question *q, int32_t tech)
{
	if (!q->dirty[tech] || solve_concerns(d, tech))
		return false;
	for (int32_t i = 0; q->solve && i < q->focuses; i++)
		if (q->focus[i] == tech)
			return false;
	return true;
}

int
publish_retimed(struct desk *d, struct question *q)
{
	const struct state *s = d->t->state;
	int64_t now = planner_now(d->p);
	int64_t slip = q->cause.tick ? PLANNER_TICK_SLIP_S : PLANNER_SLIP_S;
	struct new_route *route;
	int32_t n = 0;
	int rc = 0;

	if (q->dirties == 0)
		return 0;
	route = malloc((size_t)q->dirties * sizeof(*route)); /* each is filled below */
	if (route == NULL)
		return -ENOMEM;
	for (int32_t k = 0; k < state_techs(s); k++) {
		if (!is_ripe(d, q, k))
			continue;
		route[n].tech = k;
		retime(s, k, now, &route[n].timed);
		n += revision_differs(s, now, &route[n], slip);
	}
	if (n > 0)
		rc = publish_as_it_is(d, &q->cause, route, n);
	for (int32_t k = 0; rc == 0 && k < state_techs(s); k++) {
		if (is_ripe(d, q, k)) {
			q->dirty[k] = false;
			q->dirties--;
		}
	}
	free(route);
	return rc;
}
