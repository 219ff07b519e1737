/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/agenda.h"
#include "sim/engine_impl.h"
#include "sim/judge.h"

enum { TICK_S = 60, SLEEP_AT_MOST_S = 1, GIVE_UP_S = 8 * 3600 };

struct engine *
engine_new(const struct world *w, const struct engine_options *o, struct score *score)
{
	struct engine *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return NULL;
	e->world = w;
	e->options = *o;
	e->score = score;
	e->agent = calloc((size_t)w->fleet->techs, sizeof(*e->agent));
	e->answers = calloc((size_t)w->day->calls, sizeof(*e->answers));
	if (e->agent == NULL || e->answers == NULL || desk_init(&e->desk, w->day, w->fleet) < 0 ||
	    (e->judge = judge_new(&e->desk)) == NULL) {
		engine_free(e);
		return NULL;
	}
	return e;
}

void
engine_free(struct engine *e)
{
	if (e == NULL)
		return;
	agenda_done(&e->agenda);
	judge_free(e->judge);
	desk_done(&e->desk);
	free(e->agent);
	free(e->answers);
	free(e);
}

struct desk *
engine_desk(struct engine *e)
{
	return &e->desk;
}

int32_t
engine_refusals(const struct engine *e, const char **ret_first)
{
	*ret_first = e->first_refusal;
	return e->refusals;
}

/* --- what the policy pushes --- */

static void
on_revised(void *arg, const struct revision *r)
{
	struct engine *e = arg;
	int64_t now_s = e->desk.now_s;
	struct verdict v;

	/* The policy may have stepped through moments on its way to now. */
	if (r->at_s != 0 && r->at_s < now_s)
		e->desk.now_s = r->at_s;
	judge_revision(e->judge, r, &v);
	score_revision(e->score, &e->desk, r, &v);
	if (e->options.watch != NULL && e->options.watch->revised != NULL)
		e->options.watch->revised(e->options.watch->arg, &e->desk, r, &v);
	desk_revision(&e->desk, r);
	e->desk.now_s = now_s;
	for (int32_t i = 0; i < r->routes; i++)
		e->agent[r->route[i].tech].rethink = true;
}

/* A customer who is told a time for the first time, or after he said no, may answer. */
static void
ask_customer(struct engine *e, int32_t call)
{
	bool accepts = false;
	uint32_t n;

	if (!e->options.customers_answer || !e->policy->ops->hears_answers ||
	    e->desk.call[call].told_tech >= 0)
		return;
	n = ++e->answers[call];
	if (world_answer_s(e->world, call, (int32_t)n, &accepts) > 0 &&
	    engine_due(e, DUE_ANSWER, call,
		e->desk.now_s + world_answer_s(e->world, call, (int32_t)n, &accepts), n) < 0)
		e->score->out_of_memory = true;
}

static void
on_told(void *arg, const struct telling *t)
{
	struct engine *e = arg;

	ask_customer(e, t->call);
	score_telling(e->score, &e->desk, t);
	if (e->options.watch != NULL && e->options.watch->told != NULL)
		e->options.watch->told(e->options.watch->arg, &e->desk, t);
	desk_telling(&e->desk, t);
}

static void
on_said(void *arg, const struct saying *s)
{
	struct engine *e = arg;

	score_said(e->score, s);
	if (e->options.watch != NULL && e->options.watch->said != NULL)
		e->options.watch->said(e->options.watch->arg, &e->desk, s);
}

static void
on_pushed(void *arg, double ms)
{
	struct engine *e = arg;

	if (e->desk.now_s >= e->options.measure_from_s)
		score_pushed(e->score, ms);
}

/* --- what happens --- */

int
engine_report(struct engine *e, const struct fact *f)
{
	int rc = e->policy->ops->fact(e->policy, f);

	if (rc == -EPERM) {
		if (e->refusals++ == 0)
			snprintf(e->first_refusal, sizeof(e->first_refusal), "%s", e->policy->why);
		return rc;
	}
	if (rc < 0)
		return rc;
	score_fact(e->score, &e->desk, f);
	desk_fact(&e->desk, f);
	if (e->options.watch != NULL && e->options.watch->fact != NULL)
		e->options.watch->fact(e->options.watch->arg, &e->desk, f);
	if (f->tech >= 0)
		e->agent[f->tech].rethink = true;
	if (f->type != FACT_POSITION)
		e->unsettled = true;
	return 0;
}

int
engine_due(struct engine *e, enum due_kind kind, int32_t whom, int64_t at_s, uint32_t turn)
{
	return agenda_add(&e->agenda, (struct due){ at_s, kind, whom, turn });
}

static int
book(struct engine *e, int32_t call)
{
	struct fact f = { .type = FACT_BOOKED, .at_s = e->desk.now_s, .call = call, .tech = -1 };
	int rc = engine_report(e, &f);

	return rc == -EPERM ? 0 : rc; /* counted; the call is then unknown to the desk for ever */
}

static int
cancel(struct engine *e, int32_t call)
{
	struct fact f = { .type = FACT_CANCELLED, .at_s = e->desk.now_s, .call = call, .tech = -1 };
	int rc = 0;

	if (e->desk.call[call].phase == CALL_EN_ROUTE)
		return agent_turned_back(e, e->desk.call[call].tech);
	if (e->desk.call[call].phase == CALL_OPEN)
		rc = engine_report(e, &f);
	return rc == -EPERM ? 0 : rc;
}

/* Unless the technician has set out, or the time was withdrawn meanwhile. */
static int
answer(struct engine *e, const struct due *due)
{
	struct fact f = { .type = FACT_ANSWERED, .at_s = e->desk.now_s, .call = due->whom, .tech = -1 };
	const struct desk_call *c = &e->desk.call[due->whom];
	int rc;

	if (c->phase != CALL_OPEN || c->told_tech < 0 || due->turn != e->answers[due->whom])
		return 0;
	(void)world_answer_s(e->world, due->whom, (int32_t)due->turn, &f.accepts);
	rc = engine_report(e, &f);
	return rc == -EPERM ? 0 : rc;
}

static bool
anybody_left(const struct engine *e)
{
	for (int32_t k = 0; k < e->world->fleet->techs; k++)
		if (e->desk.tech[k].phase != TECH_GONE &&
		    !(e->desk.tech[k].phase == TECH_OFF && e->desk.tech[k].absent))
			return true;
	return false;
}

static int
tick(struct engine *e)
{
	if (e->options.watch != NULL && e->options.watch->time != NULL)
		e->options.watch->time(e->options.watch->arg, &e->desk, e->desk.now_s);
	if (e->desk.now_s > e->world->fleet->last_s && !anybody_left(e))
		return 0;
	if (e->desk.now_s > e->world->fleet->last_s + GIVE_UP_S) {
		snprintf(e->policy->why, sizeof(e->policy->why),
		    "technicians are still out %d hours after the last shift: %.300s",
		    GIVE_UP_S / 3600, e->first_refusal);
		return -ETIMEDOUT;
	}
	return engine_due(e, DUE_TICK, 0, e->desk.now_s + TICK_S, 0);
}

static int
happen(struct engine *e, const struct due *due)
{
	switch (due->kind) {
	case DUE_BOOK:
		return book(e, due->whom);
	case DUE_CANCEL:
		return cancel(e, due->whom);
	case DUE_ANSWER:
		return answer(e, due);
	case DUE_TICK:
		return tick(e);
	default:
		return agent_due(e, due);
	}
}

/* --- the day --- */

static int
write_agenda(struct engine *e)
{
	const struct world *w = e->world;
	int64_t begin_s = w->fleet->first_s - DAY_OFFICE_LEAD_S, absent_s;
	int32_t absent;
	int rc = engine_due(e, DUE_TICK, 0, begin_s, 0);

	for (int32_t i = 0; rc == 0 && i < w->day->calls; i++) {
		rc = engine_due(e, DUE_BOOK, i, w->day->call[i].known_s, 0);
		if (rc == 0 && world_cancel_s(w, i) != 0)
			rc = engine_due(e, DUE_CANCEL, i, world_cancel_s(w, i), 0);
	}
	for (int32_t k = 0; rc == 0 && k < w->fleet->techs; k++)
		rc = engine_due(e, DUE_SHIFT, k, w->fleet->tech[k].from_s, 0);
	if (rc == 0 && world_absence(w, &absent, &absent_s))
		rc = engine_due(e, DUE_LEAVE, absent, absent_s, 0);
	e->began_s = begin_s;
	e->desk.now_s = begin_s;
	return rc;
}

/* Sleeps until the wall clock has come as far as the simulated one. */
static void
keep_pace(struct engine *e, int64_t to_s)
{
	struct timespec now;
	double ahead_s;

	if (e->options.speed <= 0)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (e->began_wall.tv_sec == 0)
		e->began_wall = now;
	ahead_s = (double)(to_s - e->began_s) / e->options.speed -
	    ((double)(now.tv_sec - e->began_wall.tv_sec) +
		(double)(now.tv_nsec - e->began_wall.tv_nsec) / 1e9);
	while (ahead_s > 0 && (e->options.stop == NULL || !*e->options.stop)) {
		double nap_s = ahead_s < SLEEP_AT_MOST_S ? ahead_s : SLEEP_AT_MOST_S;
		struct timespec nap = { (time_t)nap_s, (long)((nap_s - (time_t)nap_s) * 1e9) };

		nanosleep(&nap, NULL);
		ahead_s -= nap_s;
	}
}

static int
settle(struct engine *e)
{
	int rc = 0;

	if (e->unsettled) {
		e->unsettled = false;
		rc = e->policy->ops->settle(e->policy);
	}
	for (int32_t k = 0; rc == 0 && k < e->world->fleet->techs; k++)
		if (e->agent[k].rethink)
			rc = agent_think(e, k);
	return rc;
}

/* Bookings of one moment are settled together, everything else one by one. */
static bool
more_to_book(const struct engine *e, const struct due *done)
{
	const struct due *next = agenda_next(&e->agenda);

	return done->kind == DUE_BOOK && next != NULL && next->kind == DUE_BOOK &&
	    next->at_s == done->at_s;
}

static int
turn(struct engine *e)
{
	struct due due = agenda_take(&e->agenda);
	int rc = 0;

	if (agent_is_stale(e, &due))
		return 0;
	if (due.at_s > e->desk.now_s) {
		keep_pace(e, due.at_s);
		e->desk.now_s = due.at_s;
		rc = e->policy->ops->advance(e->policy, due.at_s);
	}
	if (rc == 0 && !agent_is_stale(e, &due))
		rc = happen(e, &due);
	if (rc == 0 && !more_to_book(e, &due))
		rc = settle(e);
	return rc;
}

int
engine_run(struct engine *e, struct policy *p, char *why, size_t why_size)
{
	int rc;

	e->policy = p;
	p->desk = &e->desk;
	p->sink = (struct sink){ on_revised, on_told, on_said, on_pushed, e };
	rc = write_agenda(e);
	while (rc == 0 && agenda_next(&e->agenda) != NULL) {
		if (e->options.stop != NULL && *e->options.stop)
			rc = -ECANCELED;
		else
			rc = turn(e);
	}
	if (rc < 0)
		snprintf(why, why_size, "%s",
		    rc == -ECANCELED        ? "stopped"
			: p->why[0] != '\0' ? p->why
					    : strerror(-rc));
	return rc;
}
