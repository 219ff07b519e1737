/* SPDX-License-Identifier: Apache-2.0 */
/* Questions of people: the best plans for several budgets, on a fork that nobody publishes. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/log.h"
#include "daemon/planner_impl.h"
#include "daemon/proposal.h"
#include "daemon/snapshot.h"
#include "solver/problem_json.h"

enum {
	ASKS_MAX = 32,
	LEFT_MIN_MS = 10, /* with less time left nothing is begun */
	GRACE_MS = 100,   /* past its limit a worker is killed */
	COUNTED_MS = 120000,
};

static const char too_late[] = "The solver is busy with the day's events; ask again in a moment";
static const char nothing[] = "There is nothing to plan in it";
static const char no_answer[] = "The solver gave no answer";
static const char stopping[] = "The daemon stops";

/* One question, waiting or at a worker. */
struct ask {
	struct planner *p;
	struct territory *t;
	struct planner_wish wish;
	planner_answer_fn *done;
	void *arg;
	int64_t asked_us;
	struct scope scope;
	struct problem *problem;
	bool at_worker;
	struct ask *next;
};

struct asks {
	struct ask *first, *last; /* in order of asking */
	int32_t n, at_workers;
	struct net_timer *expiry;
};

static void
ask_free(struct ask *a)
{
	state_free(a->wish.fork);
	scope_done(&a->scope);
	problem_free(a->problem);
	free(a);
}

/* Takes a question off the list, answers it, and ends it. */
static void
finish(struct ask *a, struct planner_answer *answer)
{
	struct asks *asks = a->p->asks;
	struct ask **at = &asks->first, *before = NULL;

	while (*at != a) {
		before = *at;
		at = &before->next;
	}
	*at = a->next;
	if (asks->last == a)
		asks->last = before;
	asks->n--;
	asks->at_workers -= a->at_worker;
	answer->fork = a->wish.fork;
	answer->scope_techs = a->scope.techs;
	answer->scope_calls = a->scope.calls;
	a->wish.fork = NULL;
	a->done(a->arg, answer);
	for (int32_t i = 0; i < answer->offers; i++)
		free(answer->offer[i].route);
	free(answer->offer);
	state_free(answer->fork);
	ask_free(a);
}

static void
give_up(struct ask *a, const char *why)
{
	struct planner_answer answer = { .why = why, .nothing = why == nothing };

	finish(a, &answer);
}

/* --- what it costs --- */

/* The scope as it stands, by the prices of plan.get. */
static int64_t
stay_cost(const struct ask *a)
{
	const struct state *s = a->wish.fork;
	struct cost_frame f = cost_frame(s, a->wish.now);
	struct cost cost = { 0 };

	for (int32_t k = 0; k < a->scope.techs; k++) {
		const struct retimed *r = &a->scope.route[k];

		cost_route(&f, a->scope.tech[k], r, &cost);
		for (int32_t i = 0; i < r->losts; i++)
			cost_unserved(&f, r->lost[i], &cost);
	}
	for (int32_t i = 0; i < a->scope.calls; i++)
		if (state_call(s, a->scope.call[i])->status == CALL_UNASSIGNED)
			cost_unserved(&f, a->scope.call[i], &cost);
	return cost_total(&cost);
}

/* --- the answer --- */

/* The stay plan, or a plan of less budget: what a larger budget does not better stands for it, too.
 */
static int
copy_offer(const struct planner_offer *from, int32_t budget, struct planner_offer *ret)
{
	*ret = *from;
	ret->budget = budget;
	ret->proven = false;
	ret->route = NULL;
	if (from->routes == 0)
		return 0;
	ret->route = malloc((size_t)from->routes * sizeof(*ret->route));
	if (ret->route == NULL)
		return -ENOMEM;
	memcpy(ret->route, from->route, (size_t)from->routes * sizeof(*ret->route));
	return 0;
}

static int
check_offer(const struct ask *a, struct planner_offer *o, char *why, size_t why_size)
{
	struct proposed_route *view = calloc((size_t)o->routes + 1, sizeof(*view));
	struct disturbed d = { 0 };
	int rc;

	if (view == NULL)
		return -ENOMEM;
	for (int32_t r = 0; r < o->routes; r++)
		view[r] = proposal_view(&o->route[r]);
	rc = check_plan(a->wish.fork, a->wish.now, view, o->routes, o->budget, &d, why, why_size);
	free(view);
	if (rc < 0)
		return rc;
	o->disturbed = d.chosens;
	disturbed_done(&d);
	return 0;
}

/* A plan in the fork's terms, checked and priced by the daemon itself. */
static int
make_offer(const struct ask *a, const struct plan *plan, int64_t stay, struct planner_offer *ret,
    char *why, size_t why_size)
{
	int64_t before = 0, after = 0;
	int rc;

	ret->route = malloc(((size_t)a->scope.techs + 1) * sizeof(*ret->route));
	if (ret->route == NULL)
		return -ENOMEM;
	rc = proposal_make(a->wish.fork, a->wish.now, &a->scope, plan, ret->route, &ret->routes,
	    why, why_size);
	if (rc == 0)
		rc = check_offer(a, ret, why, why_size);
	if (rc < 0) {
		free(ret->route);
		ret->route = NULL;
		return rc;
	}
	if (ret->routes > 0)
		revision_price(a->wish.fork, a->wish.now, ret->route, ret->routes, &before, &after);
	ret->stay_cents = stay;
	ret->cost_cents = stay + after - before;
	/* Its bound is of its own sums, which may round a cent a call otherwise. */
	ret->bound_cents = plan->bound_cents + (stay - plan->stay_cents);
	ret->proven = plan->proven;
	if (ret->proven || ret->bound_cents > ret->cost_cents)
		ret->bound_cents = ret->cost_cents;
	return 0;
}

/* The offer for one budget, never dearer than the one before it. */
static int
take_offer(const struct ask *a, const json_t *j, int64_t stay, const struct planner_offer *before,
    struct planner_offer *ret, char *bad, size_t bad_size)
{
	struct planner_offer one = { .budget = ret->budget };
	struct plan *plan = NULL;
	char why[256] = "";
	int rc;

	a->problem->budget = one.budget;
	rc = plan_from_json(json_object_get(j, "plan"), a->problem, &plan, why, sizeof(why));
	if (rc == 0)
		rc = make_offer(a, plan, stay, &one, why, sizeof(why));
	if (rc < 0 && rc != -ENOMEM)
		snprintf(bad, bad_size, "territory %s: its plan for a question was refused: %s",
		    state_territory(a->wish.fork), why);
	plan_free(plan);
	if (rc == -ENOMEM)
		return rc;
	if (rc == 0 && one.cost_cents <= before->cost_cents) {
		*ret = one;
		return 0;
	}
	free(one.route);
	rc = copy_offer(before, ret->budget, ret);
	if (rc == 0 && one.route != NULL && one.proven) {
		ret->proven = true; /* but for a cent of rounding it is the same plan */
		ret->bound_cents = ret->cost_cents;
	}
	return rc;
}

static int
take_plans(const struct ask *a, const json_t *plans, struct planner_answer *ret, char *bad,
    size_t bad_size)
{
	int64_t stay = stay_cost(a);
	struct planner_offer as_is = { .cost_cents = stay, .stay_cents = stay, .bound_cents = 0 };
	int rc = 0;

	ret->offer = calloc((size_t)a->wish.budgets, sizeof(*ret->offer));
	if (ret->offer == NULL)
		return -ENOMEM;
	for (int32_t b = 0; rc == 0 && b < a->wish.budgets; b++) {
		ret->offer[b].budget = a->wish.budget[b];
		rc = take_offer(a, json_array_get(plans, (size_t)b), stay,
		    b > 0 ? &ret->offer[b - 1] : &as_is, &ret->offer[b], bad, bad_size);
		ret->offers = b + 1;
	}
	return rc;
}

static bool
answered(void *arg, enum worker_end end, const json_t *plans, const char *why, char *bad,
    size_t bad_size)
{
	struct ask *a = arg;
	struct planner *p = a->p;
	struct planner_answer answer = { .why = NULL };

	if (end == WORKER_REFUSED)
		log_say(LEVEL_WARNING, "territory %s: a question had no answer: %s",
		    state_territory(a->wish.fork), why);
	if (end != WORKER_ANSWERED)
		answer.why = no_answer;
	else if (take_plans(a, plans, &answer, bad, bad_size) < 0)
		answer.why = "Out of memory";
	else if (bad[0] != '\0')
		answer.why = no_answer; /* none of its plans is worth a word */
	if (answer.why != NULL) {
		for (int32_t b = 0; b < answer.offers; b++)
			free(answer.offer[b].route);
		free(answer.offer);
		answer.offer = NULL;
		answer.offers = 0;
	}
	finish(a, &answer);
	planner_arm(p, 0);
	return bad[0] == '\0';
}

/* --- the question --- */

static int64_t
left_ms(const struct ask *a)
{
	if (a->p->cfg.work_limit > 0)
		return COUNTED_MS;
	return a->wish.time_ms - (clock_mono_us() - a->asked_us) / 1000;
}

static json_t *
limits_of(const struct ask *a, int64_t ms)
{
	const struct planner_config *cfg = &a->p->cfg;
	json_t *budgets = json_array();
	bool counted = cfg->work_limit > 0;

	for (int32_t b = 0; b < a->wish.budgets; b++)
		if (json_array_append_new(budgets, json_integer(a->wish.budget[b])) < 0) {
			json_decref(budgets);
			return NULL;
		}
	return json_pack("{s:I, s:I, s:I, s:b, s:b, s:o}", "time_ms",
	    (json_int_t)(counted ? 0 : ms), "work", (json_int_t)(cfg->work_limit * a->wish.budgets),
	    "seed", (json_int_t)((cfg->seed + (uint64_t)state_seq(a->wish.fork)) & INT32_MAX),
	    "prove", 1, "search", 0, "budgets", budgets);
}

/* Gives it to a worker: 0, -ENOENT if there is nothing to solve, -EBUSY, -ENOMEM, -E2BIG. */
static int
hand_over(struct ask *a, int64_t ms)
{
	const struct state *s = a->wish.fork;
	const struct guidelines *g = state_guidelines(s);
	struct cost_frame f = cost_frame(s, a->wish.now);
	struct scope_ask ask = {
		.tech = a->wish.tech,
		.techs = a->wish.techs,
		.call = a->wish.call,
		.calls = a->wish.calls,
		.techs_max = a->wish.techs_max > 0 ? a->wish.techs_max : g->scope_technicians,
		.unassigned_max = SCOPE_UNASSIGNED_MAX,
	};
	json_t *limits;
	int rc = scope_make(&f, &ask, &a->scope);

	if (rc == 0 && (a->scope.techs == 0 || a->scope.calls == 0))
		return -ENOENT;
	if (rc == 0)
		rc = snapshot_make(&f, &a->scope, -1, &a->problem);
	if (rc < 0)
		return rc;
	ms = left_ms(a) < ms ? left_ms(a) : ms; /* making the scope took some of it */
	limits = limits_of(a, ms > 1 ? ms : 1);
	if (limits == NULL)
		return -ENOMEM;
	rc = worker_solve(a->p->pool, limits, problem_to_json(a->problem), ms + GRACE_MS, true,
	    answered, a);
	if (rc == 0) {
		a->at_worker = true;
		a->p->asks->at_workers++;
	}
	return rc;
}

/*
 * Events go first: one worker is always left to them, and with work counted one question follows
 * the other.
 */
static bool
may_start(const struct planner *p)
{
	struct worker_figures w;
	int32_t most;

	worker_figures(p->pool, &w);
	most = p->cfg.work_limit > 0 || w.alive < 3 ? 1 : w.alive - 1;
	return worker_idle(p->pool) > 0 && p->asks->at_workers < most;
}

static bool
event_waits(const struct planner *p)
{
	for (size_t i = 0; i < p->desks; i++)
		if ((p->desk[i]->waiting.any && p->desk[i]->waiting.solve) ||
		    p->desk[i]->start != NULL)
			return true;
	return false;
}

static struct ask *
first_waiting(const struct asks *asks)
{
	struct ask *a = asks->first;

	while (a != NULL && a->at_worker)
		a = a->next;
	return a;
}

/* When the first that waits has waited too long. */
static void
set_expiry(struct planner *p)
{
	struct ask *a = first_waiting(p->asks);
	int64_t ms;

	if (a == NULL || p->cfg.work_limit > 0)
		return;
	ms = left_ms(a) - LEFT_MIN_MS;
	net_timer_set(p->asks->expiry, ms > 0 ? ms + 1 : 1);
}

void
asks_turn(struct planner *p)
{
	struct ask *a, *next;
	struct worker_figures w;

	if (p->asks == NULL)
		return;
	worker_figures(p->pool, &w);
	for (a = p->asks->first; a != NULL; a = next) {
		int64_t ms = left_ms(a);
		int rc;

		next = a->next;
		if (a->at_worker)
			continue;
		if (ms < LEFT_MIN_MS || w.alive == 0) {
			give_up(a, w.alive == 0 ? no_answer : too_late);
			/* Answering takes a while: what came meanwhile has its turn before the next. */
			if (p->cfg.work_limit == 0)
				break;
			continue;
		}
		if (!may_start(p) || (event_waits(p) && worker_idle(p->pool) < 2))
			break;
		rc = hand_over(a, ms);
		if (rc < 0)
			give_up(a, rc == -ENOENT ? nothing : rc == -EBUSY ? too_late : no_answer);
	}
	set_expiry(p);
}

static void
expire(void *arg)
{
	asks_turn(arg);
}

static int
asks_open(struct planner *p)
{
	struct asks *asks;

	if (p->asks != NULL)
		return 0;
	asks = calloc(1, sizeof(*asks));
	if (asks == NULL)
		return -ENOMEM;
	asks->expiry = net_timer_new(p->shop->net, expire, p);
	if (asks->expiry == NULL) {
		free(asks);
		return -ENOMEM;
	}
	p->asks = asks;
	return 0;
}

int
planner_ask(struct planner *p, struct territory *t, const struct planner_wish *wish,
    planner_answer_fn *done, void *arg)
{
	struct ask *a = NULL;
	int rc = asks_open(p);

	assert(wish->budgets > 0 && wish->budgets <= PLANNER_ASK_BUDGETS_MAX);
	if (rc == 0 && p->asks->n >= ASKS_MAX)
		rc = -EBUSY;
	if (rc == 0 && (a = calloc(1, sizeof(*a))) == NULL)
		rc = -ENOMEM;
	if (rc < 0) {
		state_free(wish->fork);
		return rc;
	}
	a->p = p;
	a->t = t;
	a->wish = *wish;
	a->done = done;
	a->arg = arg;
	a->asked_us = clock_mono_us();
	if (p->asks->last != NULL)
		p->asks->last->next = a;
	else
		p->asks->first = a;
	p->asks->last = a;
	p->asks->n++;
	planner_arm(p, 0);
	return 0;
}

void
asks_free(struct planner *p)
{
	if (p->asks == NULL)
		return;
	while (p->asks->first != NULL)
		give_up(p->asks->first, stopping);
	net_timer_free(p->asks->expiry);
	free(p->asks);
	p->asks = NULL;
}
