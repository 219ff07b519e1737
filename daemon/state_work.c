/* SPDX-License-Identifier: Apache-2.0 */
/* How long things are planned to take, and when they may start. */
#include <math.h>

#include "daemon/normal.h"
#include "daemon/state_impl.h"

#define TAIL_MIN 1e-12
#define STRAIN_PRIOR 8 /* promises as they should be, beside those that are open */

enum { PLANNED_MIN_S = 60, PLANNED_MAX_S = 86400, SPEED_MAX_PCT = 1000 };

int64_t
state_start_at(const struct call_state *c, int64_t t)
{
	if (c->appointment && t < c->appt_from)
		t = c->appt_from;
	if (t < c->not_before)
		t = c->not_before;
	if (c->agreed_pct > 0 && c->told.promise && t < c->told.promise_from)
		t = c->told.promise_from;
	/* Leaving one window may lead into another: as often as there are windows. */
	for (int32_t k = 0; k < c->declineds; k++) {
		for (int32_t i = 0; i < c->declineds; i++) {
			if (c->declined[i].from <= t && t < c->declined[i].to)
				t = c->declined[i].to;
		}
	}
	return t;
}

static double
millionths(int64_t x)
{
	return (double)x / LEARN_MILLION;
}

static int32_t
within(double x, int32_t min, int32_t max)
{
	return x < min ? min : x > max ? max : (int32_t)(x + 0.5);
}

/* What is in use; with learning off, as if nothing were known. */
static const struct learn *
in_use(const struct state *s)
{
	return s->guidelines.learn != 0 ? s->learn : learn_nothing();
}

void
state_work_of(const struct state *s, int32_t tech, const char *kind, int32_t duration_s,
    struct work *ret)
{
	const struct guidelines *g = state_guidelines(s);
	const char *technician = tech < 0 ? NULL : state_tech(s, tech)->id;
	struct learned l;

	*ret = (struct work){ 0 };
	l = learn_of_work(in_use(s), g, technician, kind, duration_s, &ret->cases, &ret->kind_cases);
	ret->log_mean = millionths(l.mean) + (duration_s > 0 ? log(duration_s) : 0);
	ret->log_sd = sqrt(millionths(l.variance));
	ret->planned_s = duration_s > 0 ? duration_s : g->duration_routine_s;
	if (l.cases > 0)
		ret->planned_s = within(
		    exp(ret->log_mean + normal_percentile(g->plan_quantile_pct) * ret->log_sd),
		    PLANNED_MIN_S, PLANNED_MAX_S);
}

void
state_work(const struct state *s, int32_t tech, int32_t call, struct work *ret)
{
	const struct call_state *c = state_call(s, call);

	state_work_of(s, tech, c->kind, c->duration_given ? c->duration_s : 0, ret);
}

int32_t
state_work_left(const struct state *s, const struct work *w, int64_t elapsed_s)
{
	double lasts = 1 - s->guidelines.plan_quantile_pct / 100.0;

	if (elapsed_s > 0)
		lasts *= normal_below((w->log_mean - log((double)elapsed_s)) / w->log_sd);
	return within(exp(w->log_mean - w->log_sd * normal_at(lasts > TAIL_MIN ? lasts : TAIL_MIN)) -
	        (double)elapsed_s, PLANNED_MIN_S, PLANNED_MAX_S);
}

int32_t
state_speed_pct(const struct state *s, int32_t tech)
{
	const struct tech *t = state_tech(s, tech);
	struct learned l;
	int32_t cases;

	l = learn_of_drive(in_use(s), &s->guidelines, t->id, &cases);
	if (l.cases == 0)
		return t->speed_pct;
	return within(t->speed_pct / exp(millionths(l.mean)), 1, SPEED_MAX_PCT);
}

double
state_drive_log_sd(const struct state *s, int32_t tech)
{
	struct learned l;
	int32_t cases;

	l = learn_of_drive(in_use(s), &s->guidelines, state_tech(s, tech)->id, &cases);
	return sqrt(millionths(l.variance));
}

double
state_window_level(const struct state *s, int32_t pct)
{
	return learn_level(in_use(s), pct / 100.0);
}

/*
 * What is open by now tells more of today than the days before: of the promises that were quoted and
 * wait, those that the plan itself puts at risk count with that risk, the others with the one that
 * was stated, and STRAIN_PRIOR with one as it should be. The shift that would have made up for the
 * difference is what is missing on top of what was learned.
 */
static double
strain(const struct state *s)
{
	int32_t n, made = 0;
	const int32_t *open = state_open(s, &n);
	double stated = 0, missed = 0, should = 1 - s->guidelines.quote_confidence_pct / 100.0;

	for (int32_t i = 0; i < n; i++) {
		const struct call_state *c = state_call(s, open[i]);
		double at_least;

		if (c->agreed_pct == 0 || !c->told.promise || c->carried > 0 ||
		    c->status == CALL_UNASSIGNED || c->status == CALL_ON_SITE ||
		    state_is_settled(&c->told))
			continue;
		at_least = 1 - c->agreed_pct / 100.0;
		made++;
		stated += at_least;
		missed += c->at_risk && c->risk_pct > 100 * at_least ? c->risk_pct / 100.0
								     : at_least;
	}
	if (made == 0 || missed <= stated)
		return 0;
	stated = (stated + STRAIN_PRIOR * should) / (made + STRAIN_PRIOR);
	missed = (missed + STRAIN_PRIOR * should) / (made + STRAIN_PRIOR);
	return normal_at(missed) - normal_at(stated);
}

double
state_window_shift(const struct state *s)
{
	return millionths(learn_shift(in_use(s))) + (s->guidelines.learn != 0 ? strain(s) : 0);
}

const struct learn *
state_learned(const struct state *s)
{
	return s->learn;
}
