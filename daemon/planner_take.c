/* SPDX-License-Identifier: Apache-2.0 */
/* Plans from the workers become revisions, or are asked for once more. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/account.h"
#include "daemon/feed.h"
#include "daemon/log.h"
#include "daemon/planner_impl.h"
#include "daemon/proposal.h"
#include "solver/problem_json.h"

enum {
	WIDENED_MAX = 2, /* an event's scope is doubled so many times at most */
	BACKGROUND_GAIN_CENTS = 100,
	DEARER_CENTS = 100,
};

static void
forget(struct desk *d, struct solve *solve)
{
	int32_t kept = 0;

	for (int32_t i = 0; i < d->under_ways; i++)
		if (d->under_way[i] != solve)
			d->under_way[kept++] = d->under_way[i];
	assert(kept == d->under_ways - 1);
	d->under_ways = kept;
}

/*
 * The daemon's own price of the changed routes: a plan that costs more than letting things stand is
 * wrong, whatever the solver says of it. Rounding may differ by some cents a call.
 */
static int
check_price(const struct state *s, int64_t now, const struct new_route *route, int32_t n, char *why,
    size_t why_size)
{
	int64_t before, after;

	revision_price(s, now, route, n, &before, &after);
	if (after <= before + before / 100 + DEARER_CENTS)
		return 0;
	snprintf(why, why_size, "it costs %lld cents, and %lld if nothing is changed",
	    (long long)after, (long long)before);
	return -EPERM;
}

/* The plan's changed routes, then the others of the scope and the question that only slipped. */
static int
gather(struct solve *solve, const struct plan *plan, struct new_route *route, int32_t *ret_n,
    char *why, size_t why_size)
{
	struct desk *d = solve->desk;
	const struct state *s = d->t->state;
	int64_t now = planner_now(d->p);
	int32_t changed, n;
	int rc = proposal_make(s, now, &solve->scope, plan, route, &changed, why, why_size);

	if (rc == 0 && changed > 0)
		rc = check_price(s, now, route, changed, why, why_size);
	if (rc < 0)
		return rc;
	n = changed;
	for (int32_t k = 0; k < solve->scope.techs; k++) {
		bool is_in = false;

		for (int32_t i = 0; i < changed && !is_in; i++)
			is_in = route[i].tech == solve->scope.tech[k];
		if (is_in)
			continue;
		route[n].tech = solve->scope.tech[k];
		retime(s, route[n].tech, now, &route[n].timed);
		n += revision_differs(s, now, &route[n], PLANNER_SLIP_S);
	}
	/* Calls of who does not work any more go to others: his route is emptied with it. */
	for (int32_t k = 0; k < state_techs(s); k++) {
		if (!solve->q.dirty[k] || scope_tech(&solve->scope, k) >= 0 || solve_concerns(d, k))
			continue;
		route[n].tech = k;
		retime(s, k, now, &route[n].timed);
		n += revision_differs(s, now, &route[n], PLANNER_SLIP_S);
	}
	*ret_n = n;
	return 0;
}

/* Whether a background plan gains enough to tell anybody, and nothing happened meanwhile. */
static bool
worth_it(const struct desk *d, const struct plan *plan)
{
	int64_t gain = plan->stay_cents - plan->cost_cents;

	if (d->under_ways > 0 || d->waiting.any)
		return false;
	return gain >= BACKGROUND_GAIN_CENTS || (gain > 0 && gain * 100 >= plan->stay_cents);
}

static int
take_plan(struct solve *solve, const struct plan *plan, char *why, size_t why_size)
{
	struct desk *d = solve->desk;
	struct cause better = { .tick = true,
		.seq = state_seq(d->t->state),
		.call = -1,
		.tech = -1,
		.why = TELL_REPLANNED };
	struct publish pub = {
		.kind = solve->kind == SOLVE_BACKGROUND ? "background" : "solve",
		.cause = solve->kind == SOLVE_BACKGROUND ? &better : &solve->q.cause,
		.budget = solve->budget,
		.account = solve->account,
		.priced = true,
		.before = plan->stay_cents,
		.after = plan->cost_cents,
		.bound = plan->bound_cents,
		.proven = plan->proven,
		.scope_techs = solve->scope.techs,
		.scope_calls = solve->scope.calls,
		.solve_us = plan->solve_us,
		.work = plan->work,
	};
	size_t room = (size_t)solve->scope.techs + (size_t)solve->q.dirties + 1;
	struct new_route *route = malloc(
	    room * sizeof(*route)); /* each is filled when it is used */
	int32_t n = 0, allowed;
	int rc;

	if (route == NULL)
		return -ENOMEM;
	rc = gather(solve, plan, route, &n, why, why_size);
	if (rc == 0 && solve->kind != SOLVE_BACKGROUND) {
		/* Another solve may have spent of the allowance meanwhile. */
		allowed = account_budget(d->t->state, planner_now(d->p), solve->account);
		pub.budget = allowed < solve->budget ? allowed : solve->budget;
	}
	if (rc == 0 && n > 0)
		rc = publish_routes(d, &pub, route, n, why, why_size);
	free(route);
	return rc;
}

/* A solve ended without a plan that could be used: asked once more, then done without. */
static void
ask_again(struct solve *solve, bool later)
{
	struct desk *d = solve->desk;

	if (solve->kind == SOLVE_BACKGROUND)
		return;
	solve->q.tries += !later;
	solve->q.any = true;
	solve->q.solve = true;
	for (int32_t k = 0; k < solve->scope.techs; k++)
		question_dirty(&solve->q, solve->scope.tech[k]);
	question_merge(&d->waiting, &solve->q);
	planner_arm(d->p, later ? 50 : 0);
}

/*
 * The second step of an answer: a call that found no place is looked at again with twice as many
 * technicians, of whom one may give something away for it that these could not.
 */
static void
widen(struct solve *solve, const struct plan *plan)
{
	struct desk *d = solve->desk;
	struct question q = { .any = true,
		.cause = solve->q.cause,
		.class = solve->q.class,
		.solve = true,
		.widened = solve->q.widened + 1 };

	if (solve->kind != SOLVE_EVENT || solve->q.widened >= WIDENED_MAX ||
	    solve->scope.techs >= state_techs(d->t->state))
		return;
	for (int32_t i = 0; i < solve->q.calls; i++) {
		int32_t c = scope_call(&solve->scope, solve->q.call[i]);

		if (c >= 0 && !plan->served[c])
			question_call(&q, solve->q.call[i]);
	}
	if (q.calls > 0)
		question_merge(&d->waiting, &q);
}

static void
say_state(struct planner *p, struct desk *d, bool degraded, const char *why)
{
	json_t *params;
	struct notice n = { .seq = state_seq(d->t->state), .method = "notice" };

	if (p->degraded == degraded)
		return;
	p->degraded = degraded;
	log_say(degraded ? LEVEL_ERROR : LEVEL_INFO, "planning is %s: %s",
	    degraded ? "degraded" : "back to normal", why);
	params = json_pack("{s:I, s:s, s:s, s:s, s:s}", "seq", (json_int_t)n.seq, "territory",
	    state_territory(d->t->state), "level", degraded ? "warning" : "info", "code",
	    degraded ? "solver_degraded" : "solver_ok", "text",
	    degraded ? "No solver answers: the plan stands, new calls are placed where they cost "
		       "least, and nobody is moved."
		     : "The solver answers again.");
	if (params == NULL)
		return;
	n.params = params;
	feed_pass(p->shop->feed, &n);
	json_decref(params);
}

static void
count(struct planner *p, const struct solve *solve, const struct plan *plan)
{
	p->figures.solves++;
	if (solve->kind != SOLVE_EVENT)
		return;
	p->figures.events++;
	p->figures.proven += plan->proven;
}

/* False, with a sentence in bad, if the plan broke a rule. */
static bool
take_sound(struct solve *solve, const json_t *answer, char *bad, size_t bad_size)
{
	struct desk *d = solve->desk;
	struct planner *p = d->p;
	const char *territory = state_territory(d->t->state);
	struct plan *plan = NULL;
	char why[256] = "";
	int rc = plan_from_json(answer, solve->problem, &plan, why, sizeof(why));

	if (rc == 0) {
		count(p, solve, plan);
		say_state(p, d, false, "a solver answered");
		if (solve->kind != SOLVE_BACKGROUND || worth_it(d, plan))
			rc = take_plan(solve, plan, why, sizeof(why));
		if (rc == 0)
			widen(solve, plan);
	}
	if (rc == -EBUSY || rc == -ENOMEM) {
		ask_again(solve, true);
	} else if (rc < 0) {
		p->figures.rejected += rc != -ESTALE;
		if (rc == -ESTALE)
			log_say(LEVEL_INFO, "territory %s: a plan came too late: %s", territory,
			    why);
		else
			snprintf(bad, bad_size, "territory %s: its plan was refused: %s", territory,
			    why);
		ask_again(solve, false);
	}
	plan_free(plan);
	return rc >= 0 || rc == -EBUSY || rc == -ENOMEM || rc == -ESTALE;
}

bool
take_answer(void *arg, enum worker_end end, const json_t *answer, const char *why, char *bad,
    size_t bad_size)
{
	struct solve *solve = arg;
	struct desk *d = solve->desk;
	bool sound = true;

	forget(d, solve);
	if (end == WORKER_ANSWERED) {
		sound = take_sound(solve, answer, bad, bad_size);
	} else {
		/* Of a worker that was lost, the pool has its line. */
		if (end == WORKER_REFUSED)
			log_say(LEVEL_WARNING, "territory %s: no plan: %s",
			    state_territory(d->t->state), why);
		d->p->figures.timeouts += end == WORKER_TIMEOUT;
		if (solve->kind != SOLVE_BACKGROUND && (end != WORKER_DIED || solve->q.tries > 0))
			say_state(d->p, d, true, why);
		/* Waiting for a second hung worker would make the event wait twice. */
		if (end != WORKER_DIED)
			solve->q.tries++;
		ask_again(solve, false);
	}
	solve_free(solve);
	planner_arm(d->p, 0);
	return sound;
}
