/* SPDX-License-Identifier: Apache-2.0 */
/* Problems to the workers; planner_take.c takes the plans back. */
#include <errno.h>
#include <stdlib.h>

#include "daemon/account.h"
#include "daemon/planner_impl.h"
#include "daemon/snapshot.h"
#include "solver/problem_json.h"

enum {
	GRACE_MS = 100,      /* past its limit a worker is killed */
	COUNTED_MS = 120000, /* the same when work is counted instead of time */
	START_CALL_MS = 20,  /* a start gets so long a call, at most background_ms */
	START_WORK = 4,      /* and so many times the work of an event */
	FOCUS_MAX = 16,      /* technicians of one solve's question; the rest waits */
	BACKGROUND_TECHS = 8,
};

void
solve_free(struct solve *solve)
{
	if (solve == NULL)
		return;
	scope_done(&solve->scope);
	problem_free(solve->problem);
	free(solve);
}

bool
solve_concerns(const struct desk *d, int32_t tech)
{
	/* Background work holds nobody up: what it says is only taken if nothing else happens. */
	for (int32_t i = 0; i < d->under_ways; i++)
		if (d->under_way[i]->kind != SOLVE_BACKGROUND &&
		    scope_tech(&d->under_way[i]->scope, tech) >= 0)
			return true;
	return false;
}

/* Whether a call on no route is wanted by somebody inside. */
static bool
is_inside(const struct state *s, int32_t call)
{
	const struct call_state *c = state_call(s, call);

	return c->inside && c->status == CALL_UNASSIGNED;
}

/*
 * Who pays for what a question disturbs. A request from inside has its own small budget, however
 * urgent it is said to be.
 */
static enum account
account_of(const struct state *s, const struct question *q)
{
	for (int32_t i = 0; i < q->calls; i++)
		if (is_inside(s, q->call[i]))
			return ACCOUNT_INSIDE;
	switch (q->class) {
	case QUESTION_EMERGENCY:
		return ACCOUNT_EMERGENCY;
	case QUESTION_ABSENCE:
		return ACCOUNT_ABSENCE;
	default:
		return ACCOUNT_EVENT;
	}
}

/*
 * What is left of an event's limit: it counts from the event, so that one that waited for the solve
 * before it is not answered two limits late. A third of it is there in any case.
 */
static int64_t
event_ms(const struct question *q, int64_t limit_ms)
{
	int64_t waited_ms = q->asked_us > 0 ? (clock_mono_us() - q->asked_us) / 1000 : 0;
	int64_t left_ms = limit_ms - waited_ms;

	return left_ms > limit_ms / 3 ? left_ms : limit_ms / 3;
}

static json_t *
limits_of(const struct desk *d, const struct solve *solve, int64_t *ret_deadline_ms)
{
	const struct planner_config *cfg = &d->p->cfg;
	const struct guidelines *g = state_guidelines(d->t->state);
	int64_t ms = g->solve_ms, work = cfg->work_limit;
	bool event = solve->kind == SOLVE_EVENT;

	if (event)
		ms = event_ms(&solve->q, ms);
	else {
		ms = g->background_ms > g->solve_ms ? g->background_ms : g->solve_ms;
		work *= START_WORK;
	}
	if (solve->kind == SOLVE_START && (int64_t)START_CALL_MS * solve->scope.calls < ms)
		ms = (int64_t)START_CALL_MS * solve->scope.calls;
	*ret_deadline_ms = work > 0 ? COUNTED_MS : ms + GRACE_MS;
	return json_pack("{s:I, s:I, s:I, s:b, s:b}", "time_ms", (json_int_t)(work > 0 ? 0 : ms),
	    "work", (json_int_t)work, "seed",
	    (json_int_t)((cfg->seed + (uint64_t)state_seq(d->t->state)) & INT32_MAX), "prove",
	    (int)event, "search", (int)!event);
}

/* A request from inside breaks no promise to somebody outside. */
static void
hold_promises(const struct state *s, const struct solve *solve)
{
	for (int32_t i = 0; i < solve->scope.calls; i++)
		if (!state_call(s, solve->scope.call[i])->inside)
			snapshot_hold(&solve->problem->call[i]);
}

/*
 * What was agreed by a quote is not broken for who comes later, nor given up for him: only an
 * emergency does that, or a person.
 */
static void
hold_agreed(const struct state *s, const struct solve *solve)
{
	bool newcomer = false;

	for (int32_t i = 0; i < solve->q.calls; i++)
		newcomer |= state_call(s, solve->q.call[i])->status == CALL_UNASSIGNED;
	for (int32_t i = 0; newcomer && i < solve->scope.calls; i++)
		if (state_call(s, solve->scope.call[i])->agreed_pct > 0)
			snapshot_hold(&solve->problem->call[i]);
}

/*
 * What others may spend is not spent on who is inside: a planned request from inside may come later
 * by such a solve, but nobody is moved for it to come sooner.
 */
static void
hold_inside(const struct state *s, const struct solve *solve)
{
	for (int32_t i = 0; i < solve->scope.calls; i++) {
		struct call *to = &solve->problem->call[i];

		if (state_call(s, solve->scope.call[i])->inside && to->stay_served &&
		    to->open_s < to->stay_s)
			to->open_s = to->stay_s;
	}
}

/* Hands a solve to a worker. On failure the solve is freed. */
static int
hand_over(struct desk *d, struct solve *solve)
{
	struct cost_frame f = cost_frame(d->t->state, planner_now(d->p));
	int64_t deadline_ms;
	json_t *limits;
	int rc = snapshot_make(&f, &solve->scope, solve->budget, &solve->problem);

	if (rc == 0 && solve->account == ACCOUNT_INSIDE)
		hold_promises(d->t->state, solve);
	else if (rc == 0 && solve->budget > 0)
		hold_inside(d->t->state, solve);
	if (rc == 0 && solve->account == ACCOUNT_EVENT)
		hold_agreed(d->t->state, solve);
	if (rc == 0) {
		limits = limits_of(d, solve, &deadline_ms);
		rc = worker_solve(d->p->pool, limits, problem_to_json(solve->problem), deadline_ms,
		    solve->kind == SOLVE_BACKGROUND, take_answer, solve);
	}
	if (rc < 0) {
		solve_free(solve);
		return rc;
	}
	d->under_way[d->under_ways++] = solve;
	return 1;
}

static bool
overlaps(const struct desk *d, const struct scope *sc)
{
	for (int32_t i = 0; i < sc->techs; i++)
		if (solve_concerns(d, sc->tech[i]))
			return true;
	return false;
}

static bool
is_full(const struct desk *d)
{
	/* With work counted, the order of answers must not hang on the machine. */
	int32_t max = d->p->cfg.work_limit > 0 ? 1 : WORKERS_MAX;

	return d->under_ways >= max || worker_idle(d->p->pool) == 0;
}

/* Calls from inside come last, so that what they may spend is not what others may. */
static void
inside_last(const struct state *s, struct question *q)
{
	int32_t inside[QUESTION_CALLS_MAX], insides = 0, n = 0;

	for (int32_t i = 0; i < q->calls; i++) {
		if (is_inside(s, q->call[i]))
			inside[insides++] = q->call[i];
		else
			q->call[n++] = q->call[i];
	}
	for (int32_t i = 0; i < insides; i++)
		q->call[n + i] = inside[i];
}

/*
 * Moves the first of the question's technicians and calls into a solve; the rest stays. Requests
 * from inside are not asked about together with anything else.
 */
static void
split(const struct state *s, struct question *q, struct question *part)
{
	int32_t focuses = q->focuses < FOCUS_MAX ? q->focuses : FOCUS_MAX;
	int32_t calls = q->calls < SCOPE_RANKED_MAX ? q->calls : SCOPE_RANKED_MAX;

	inside_last(s, q);
	for (int32_t i = 1; i < calls; i++)
		if (is_inside(s, q->call[i]) && !is_inside(s, q->call[0]))
			calls = i;
	if (calls > 0 && is_inside(s, q->call[0]))
		focuses = 0;
	*part = *q;
	part->focuses = focuses;
	part->calls = calls;
	/* Only whose routes are solved are re-timed by it. */
	for (int32_t k = 0; k < STATE_TECHNICIANS_MAX; k++)
		part->dirty[k] = false;
	part->dirties = 0;
	for (int32_t i = 0; i < focuses; i++)
		question_dirty(part, q->focus[i]);
}

/* What a started solve took with it is no longer waiting. */
static void
take_out(struct question *q, const struct question *part, const struct scope *sc)
{
	for (int32_t i = 0; i < part->focuses; i++) {
		int32_t k = part->focus[i];

		q->dirties -= q->dirty[k];
		q->dirty[k] = false;
	}
	for (int32_t i = 0; i < sc->techs; i++) {
		q->dirties -= q->dirty[sc->tech[i]];
		q->dirty[sc->tech[i]] = false;
	}
	q->focuses -= part->focuses;
	q->calls -= part->calls;
	for (int32_t i = 0; i < q->focuses; i++)
		q->focus[i] = q->focus[i + part->focuses];
	for (int32_t i = 0; i < q->calls; i++)
		q->call[i] = q->call[i + part->calls];
	q->tries = q->widened = 0;
	q->solve = q->focuses > 0 || q->calls > 0;
}

static struct solve *
solve_new(struct desk *d, enum solve_kind kind)
{
	struct solve *solve = calloc(1, sizeof(*solve));

	if (solve != NULL) {
		solve->desk = d;
		solve->kind = kind;
	}
	return solve;
}

int
solve_event(struct desk *d, struct question *q)
{
	const struct guidelines *g = state_guidelines(d->t->state);
	struct cost_frame f = cost_frame(d->t->state, planner_now(d->p));
	struct scope_ask ask = { .unassigned_max = SCOPE_UNASSIGNED_MAX };
	struct question part;
	struct solve *solve;
	int rc;

	if (is_full(d))
		return 0;
	solve = solve_new(d, SOLVE_EVENT);
	if (solve == NULL)
		return -ENOMEM;
	split(d->t->state, q, &solve->q);
	ask.outside_only = account_of(d->t->state, &solve->q) != ACCOUNT_INSIDE;
	ask.tech = solve->q.focus;
	ask.techs = solve->q.focuses;
	ask.call = solve->q.call;
	ask.calls = solve->q.calls;
	ask.techs_max = g->scope_technicians > ask.techs + 2 ? g->scope_technicians : ask.techs + 2;
	ask.techs_max <<= solve->q.widened;
	rc = scope_make(&f, &ask, &solve->scope);
	if (rc == 0 && overlaps(d, &solve->scope)) {
		solve_free(solve);
		return 0;
	}
	part = solve->q;
	if (rc == 0 && (solve->scope.techs == 0 || solve->scope.calls == 0)) {
		take_out(q, &part, &solve->scope);
		/* There is nothing to solve, but there may be something to say. */
		for (int32_t i = 0; i < part.focuses; i++)
			question_dirty(q, part.focus[i]);
		rc = -ENOENT;
	}
	if (rc < 0) {
		solve_free(solve);
		return rc;
	}
	solve->account = account_of(d->t->state, &solve->q);
	solve->budget = account_budget(d->t->state, f.now, solve->account);
	rc = hand_over(d, solve);
	if (rc > 0)
		take_out(q, &part, &solve->scope);
	return rc;
}

/* Chooses what a background solve, whose budget is nothing, looks at. Frees it when that fails. */
static int
scope_of(const struct desk *d, const struct scope_ask *ask, struct solve *solve)
{
	struct cost_frame f = cost_frame(d->t->state, planner_now(d->p));
	int rc = scope_make(&f, ask, &solve->scope);

	if (rc == 0 && (solve->scope.techs == 0 || solve->scope.calls == 0))
		rc = -ENOENT;
	if (rc < 0)
		solve_free(solve);
	return rc;
}

int
solve_chunk(struct desk *d)
{
	int32_t left = d->starts - d->start_at;
	int32_t n = left < PLANNER_START_TECHS ? left : PLANNER_START_TECHS;
	struct scope_ask ask = {
		.tech = d->start + d->start_at,
		.techs = n,
		.techs_max = n,
		.unassigned_max = SCOPE_STARTS_MAX,
	};
	struct solve *solve;
	int rc;

	if (is_full(d) || d->under_ways > 0)
		return 0;
	solve = solve_new(d, SOLVE_START);
	if (solve == NULL)
		return -ENOMEM;
	solve->q.cause = (struct cause){ .tick = true,
		.seq = state_seq(d->t->state),
		.call = -1,
		.tech = -1,
		.why = TELL_REPLANNED };
	rc = scope_of(d, &ask, solve);
	if (rc < 0)
		return rc;
	d->start_at += n;
	return hand_over(d, solve);
}

int
solve_background(struct desk *d)
{
	const struct state *s = d->t->state;
	struct scope_ask ask = { .techs_max = BACKGROUND_TECHS,
		.unassigned_max = SCOPE_UNASSIGNED_MAX };
	struct solve *solve;
	int32_t first = -1;
	int rc;

	if (is_full(d) || d->under_ways > 0 || worker_idle(d->p->pool) < 2)
		return 0;
	for (int32_t i = 0; i < state_techs(s) && first < 0; i++) {
		int32_t k = (d->cursor + i) % state_techs(s);

		if (state_tech(s, k)->stops > 0)
			first = k;
	}
	if (first < 0)
		return -ENOENT;
	d->cursor = first + 1;
	ask.tech = &first;
	ask.techs = 1;
	solve = solve_new(d, SOLVE_BACKGROUND);
	if (solve == NULL)
		return -ENOMEM;
	rc = scope_of(d, &ask, solve);
	return rc < 0 ? rc : hand_over(d, solve);
}
