/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/score.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOUR_S = 3600, TICK_S = 60 };

int
score_init(struct score *s, const struct sim_day *d, const struct fleet *f)
{
	memset(s, 0, sizeof(*s));
	s->day = d;
	s->fleet = f;
	s->call = calloc((size_t)d->calls, sizeof(*s->call));
	s->tech = calloc((size_t)f->techs, sizeof(*s->tech));
	if (s->call == NULL || s->tech == NULL) {
		score_done(s);
		return -ENOMEM;
	}
	return 0;
}

void
score_done(struct score *s)
{
	free(s->call);
	free(s->tech);
	free(s->push_ms.ms);
	free(s->solve_ms.ms);
	memset(s, 0, sizeof(*s));
}

static void
add_time(struct score *s, struct score_times *t, double ms)
{
	if (t->n == t->max) {
		size_t max = t->max * 2 + 1024;
		double *more = realloc(t->ms, max * sizeof(*more));

		if (more == NULL) {
			s->out_of_memory = true;
			return;
		}
		t->ms = more;
		t->max = max;
	}
	t->ms[t->n++] = ms;
}

void
score_pushed(struct score *s, double ms)
{
	add_time(s, &s->push_ms, ms);
}

/* --- what happened --- */

static void
booked(struct score *s, int32_t call)
{
	const struct sim_call *c = &s->day->call[call];

	if (c->appt_from_s != 0)
		s->call[call].first = s->call[call].last = (struct score_window){ c->appt_from_s,
			c->appt_to_s };
}

static void
break_started(struct score *s, const struct desk *d, const struct fact *f)
{
	struct score_tech *t = &s->tech[f->tech];
	const struct fleet_break *b = &s->fleet->tech[f->tech].due[d->tech[f->tech].breaks];

	t->breaks++;
	t->since_s = f->at_s;
	if (f->at_s > b->to_s)
		t->breaks_late_s += f->at_s - b->to_s;
}

static void
shift_ended(struct score *s, const struct fact *f)
{
	struct score_tech *t = &s->tech[f->tech];
	int64_t home_s = f->at_s + f->drive_s;

	t->drive_s += f->drive_s;
	t->home_s = f->drive_s;
	if (home_s > s->fleet->tech[f->tech].to_s)
		t->overtime_s += home_s - s->fleet->tech[f->tech].to_s;
}

/* Work or a break is over: between the first drive and the last stop what is neither is waiting. */
static void
busy_until(struct score_tech *t, int64_t at_s, bool work)
{
	if (t->first_s != 0)
		t->busy_s += at_s - t->since_s;
	if (work)
		t->last_s = at_s;
}

void
score_fact(struct score *s, const struct desk *d, const struct fact *f)
{
	struct score_tech *t = &s->tech[f->tech >= 0 ? f->tech : 0];

	switch (f->type) {
	case FACT_BOOKED:
		booked(s, f->call);
		break;
	case FACT_CANCELLED:
		if (f->tech >= 0)
			t->drive_s += f->drive_s;
		break;
	case FACT_SHIFT_STARTED:
		t->worked = true;
		break;
	case FACT_SHIFT_ENDED:
		shift_ended(s, f);
		break;
	case FACT_DEPARTED:
		if (t->first_s == 0)
			t->first_s = f->at_s;
		break;
	case FACT_ARRIVED:
		t->drive_s += f->drive_s;
		t->since_s = f->at_s;
		s->call[f->call].start_s = f->at_s;
		break;
	case FACT_NO_ACCESS:
		s->call[f->call].no_access = true;
		busy_until(t, f->at_s, true);
		break;
	case FACT_FINISHED:
		busy_until(t, f->at_s, true);
		break;
	case FACT_ANSWERED:
		if (!f->accepts) { /* it never became a promise */
			s->call[f->call].first = s->call[f->call].last = (struct score_window){ 0, 0 };
			s->declined++;
		}
		break;
	case FACT_BREAK_STARTED:
		break_started(s, d, f);
		break;
	case FACT_BREAK_ENDED:
		busy_until(t, f->at_s, false);
		break;
	default:
		break;
	}
}

/* --- what was pushed --- */

static void
first_plan(struct score *s, const struct desk *d, int32_t call, int64_t arrival_s)
{
	struct score_window *w = &s->call[call].first_plan;
	const struct sim_call *c = &s->day->call[call];

	if (w->to_s != 0)
		return;
	if (c->appt_from_s != 0)
		*w = (struct score_window){ c->appt_from_s, c->appt_to_s };
	else
		*w = (struct score_window){ arrival_s - d->habits.promise_before_s,
			arrival_s + d->habits.promise_after_s };
}

static void
count_dropped(struct score *s, const struct desk *d, const struct revision *r)
{
	for (int32_t i = 0; i < r->unassigneds; i++) {
		int32_t call = r->unassigned[i];
		bool told = d->call[call].told_tech >= 0 && d->call[call].phase == CALL_OPEN;

		if (!told || s->call[call].withdrawn)
			continue;
		s->dropped++;
		s->call[call].moves++;
		s->call[call].withdrawn = true;
	}
}

void
score_revision(struct score *s, const struct desk *d, const struct revision *r,
    const struct verdict *v)
{
	s->plans++;
	if (r->solved) {
		s->resolves++;
		s->proven += r->proven;
		add_time(s, &s->solve_ms, r->solve_ms);
	}
	for (int32_t i = 0; i < r->routes; i++)
		for (int32_t n = 0; n < r->route[i].stops; n++)
			first_plan(s, d, r->route[i].stop[n].call, r->route[i].stop[n].arrival_s);
	count_dropped(s, d, r);
	s->chosen += v->chosens;
	s->unexplained += v->unexplained;
	if (v->allowed >= 0)
		s->budgeted++;
	if (v->over && s->over++ == 0)
		snprintf(s->worst, sizeof(s->worst),
		    "plan %lld (%s): %d disturbed by choice, %d allowed:%s", (long long)r->version,
		    r->cause, (int)v->chosens, (int)v->allowed, v->detail);
	if (v->unexplained > 0 && s->odd[0] == '\0')
		snprintf(s->odd, sizeof(s->odd), "plan %lld (%s):%s", (long long)r->version,
		    r->cause, v->detail);
}

/* Promised another time again within the hour, with the grace of a tick. */
static void
count_repromise(struct score *s, struct score_call *c, int64_t at_s, int64_t seq)
{
	if (seq != 0 && seq == c->repromised_seq)
		return; /* said twice over the wire: as an ETA, and as a promise */
	s->too_soon += c->repromised_s != 0 && at_s < c->repromised_s + HOUR_S - TICK_S;
	c->repromised_s = at_s;
	c->repromised_seq = seq;
}

void
score_said(struct score *s, const struct saying *said)
{
	s->messages += said->kind == SAID_MESSAGE;
	s->at_risk += said->kind == SAID_AT_RISK;
	if (said->kind == SAID_CARRIED)
		s->call[said->call].carried = true;
	if (said->kind == SAID_MOVED)
		count_repromise(s, &s->call[said->call], said->at_s, said->seq);
	if (said->kind == SAID_GOODWILL && strcmp(said->what, "open") == 0) {
		s->goodwills++;
		s->goodwill_cents += said->cents;
	}
}

void
score_telling(struct score *s, const struct desk *d, const struct telling *t)
{
	struct score_call *c = &s->call[t->call];
	const struct desk_call *before = &d->call[t->call];
	int64_t off_s = t->arrival_s - before->eta_s;
	bool reassigned = before->told_tech >= 0 && before->told_tech != t->tech;
	bool eta_moved = before->told_tech >= 0 &&
	    (off_s > d->habits.eta_tolerance_s || off_s < -d->habits.eta_tolerance_s);
	bool repromised = before->promise &&
	    (before->promise_from_s != t->promise_from_s ||
		before->promise_to_s != t->promise_to_s);

	if (c->told++ == 0)
		c->told_s = t->at_s;
	c->last = (struct score_window){ t->promise_from_s, t->promise_to_s };
	if (c->first.to_s == 0)
		c->first = c->last;
	s->reassigned += reassigned;
	s->eta_moved += eta_moved;
	s->repromised += repromised;
	if (repromised)
		count_repromise(s, c, t->at_s, t->seq);
	c->moves += reassigned || eta_moved || repromised;
	c->withdrawn = false;
}
