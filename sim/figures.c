/* SPDX-License-Identifier: Apache-2.0 */
/* From the score of a day to its figures, in numbers, JSON and words. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/score.h"

static const char *const rules[] = {
	"Promise: the first ETA told of a call promises a window from 30 minutes before it to 60 minutes"
	" after it; an appointment is a promise from its booking on. Policies tell an hour ahead or when"
	" a technician sets out, whichever is first. kept_first: the visit began within the first window;"
	" kept_last: within the one last told. Calls that the customer cancelled before the visit do not"
	" count; a promised call without a visit is a broken promise.",
	"first_plan: the same with the window set by the first plan that held the call, told or not.",
	"due: calls with a deadline on the simulated day, and those begun by then.",
	"repromised, reassigned, eta_moved (over 10 minutes), dropped: counted from what was told; one"
	" telling can be several of them, and one move of its call.",
	"repromised_within_the_hour: a call promised another window less than an hour after the last time,"
	" counted from what was pushed with a minute's grace. messages: to customers, one each time; at_risk:"
	" promises seen at risk; both only of policies that say so. declined: a customer said that a time"
	" does not suit (with --customers-answer), and it never became a promise.",
	"over_budget: plans that disturb by choice more calls than the event's budget, counted from the"
	" pushed routes by the simulator's own re-timing of the routes before, with a minute's grace;"
	" forced_unexplained: calls that the policy called forced and this count did not.",
	"served: the work was begun, also if nobody opened (no_access). left_open: open at the end and not"
	" due by then; unserved: open at the end and due before. calls = served + cancelled + left_open"
	" + unserved. carried_over: calls that the policy said it carries over to another day, each once,"
	" whatever became of them.",
	"notice_s: from the first telling of a time to the visit.",
	"urgent_response_s: from when a call of severity urgent or worse was known to the start of the"
	" visit, over those visited.",
	"cost_cents: driving 3600 an hour, waiting between a technician's first departure and last stop"
	" 600, overtime 6000 (home after the shift's end); lateness past deadline or appointment 2000 /"
	" 6000 / 12000 an hour by severity routine / urgent / emergency, double beyond 30 minutes;"
	" response 60 / 1200 / 6000 an hour; a promise broken as last told 6000; reassigned 400,"
	" repromised 1500, eta_moved 300, dropped 6000 each; a late break 20000 an hour, a missed one"
	" 10000; a call not visited 20000 / 40000 / 80000.",
	"breaks_missed: breaks of technicians who worked their shift that were never taken;"
	" breaks_late: started after their window.",
	"event_to_push_ms: wall clock from handing an event over (for evenkeel: before writing it to the"
	" socket) to reading the first plan.revised or eta.revised caused by it (one"
	" caused by a tick of the clock, such as a background improvement, answers no event).",
	"Chance is drawn by name from the seed: work lognormal around the plan with 35 % deviation, drives"
	" 12 %; 3 % nobody at home (10 minutes lost); 2 % cancel within 8 hours; with 50 % one technician"
	" is absent; work that takes over 10 minutes longer is reported at its planned end.",
};

enum { BREAK_MISSED_CENTS = 10000 };

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Nearest-rank percentile; -1 of nothing. Sorts. */
static double
percentile(double *v, size_t n, double pct)
{
	size_t rank;

	if (n == 0)
		return -1;
	qsort(v, n, sizeof(*v), by_size);
	rank = (size_t)ceil(pct / 100 * (double)n);
	return v[rank == 0 ? 0 : rank - 1];
}

static bool
within(const struct score_window *w, int64_t s)
{
	return s != 0 && s >= w->from_s && s <= w->to_s;
}

static int64_t
deadline_s(const struct sim_call *c)
{
	return c->appt_to_s != 0 ? c->appt_to_s : c->due_s;
}

static void
count_call(const struct score *s, const struct desk *d, int32_t i, struct figures *f)
{
	const struct score_call *c = &s->call[i];
	const struct sim_call *call = &s->day->call[i];
	int64_t end_s = d->now_s;

	f->calls++;
	f->max_moves = c->moves > f->max_moves ? c->moves : f->max_moves;
	if (d->call[i].phase == CALL_CANCELLED) {
		f->cancelled++;
		return;
	}
	if (c->start_s != 0)
		f->served++;
	else if (deadline_s(call) > end_s)
		f->left_open++;
	else
		f->unserved++;
	f->no_access += c->no_access;
	f->carried_over += c->carried;
	f->urgent_unserved += c->start_s == 0 && call->severity != SEV_ROUTINE;
	if (c->first.to_s != 0) {
		f->made++;
		f->kept_first += within(&c->first, c->start_s);
		f->kept_last += within(&c->last, c->start_s);
	}
	if (c->first_plan.to_s != 0) {
		f->plan_made++;
		f->plan_kept += within(&c->first_plan, c->start_s);
	}
	if (deadline_s(call) <= end_s) {
		f->due_calls++;
		f->due_met += c->start_s != 0 && c->start_s <= deadline_s(call);
	}
}

static int64_t
call_cents(const struct score *s, const struct desk *d, int32_t i)
{
	const struct score_call *c = &s->call[i];
	const struct sim_call *call = &s->day->call[i];
	const struct prices *p = desk_prices(call->severity);
	int64_t cents = 0;

	if (d->call[i].phase == CALL_CANCELLED)
		return 0;
	if (c->first.to_s != 0 && !within(&c->last, c->start_s))
		cents += PRICE_BROKEN_PROMISE;
	if (c->start_s == 0)
		return cents + p->unserved_cents;
	return cents + price_late(p->late_cents_per_h, c->start_s - deadline_s(call)) +
	    price_s(p->response_cents_per_h, c->start_s - call->known_s);
}

static void
count_tech(const struct score *s, int32_t k, struct figures *f)
{
	const struct score_tech *t = &s->tech[k];
	int64_t wait_s = t->last_s - t->first_s - t->busy_s - (t->drive_s - t->home_s);

	f->driving_s += t->drive_s;
	f->overtime_s += t->overtime_s;
	f->breaks_late += t->breaks_late_s > 0;
	f->cost_cents += price_s(PRICE_DRIVE_PER_H, t->drive_s) +
	    price_s(PRICE_OVERTIME_PER_H, t->overtime_s) +
	    price_s(PRICE_BREAK_LATE_PER_H, t->breaks_late_s) + price_s(PRICE_WAIT_PER_H, wait_s);
}

static void
count_breaks(const struct score *s, const struct desk *d, struct figures *f)
{
	/* Whoever fell ill during the day is owed no more breaks. */
	for (int32_t k = 0; k < s->fleet->techs; k++)
		if (s->tech[k].worked && !d->tech[k].absent)
			f->breaks_missed += s->fleet->tech[k].dues - s->tech[k].breaks;
	f->cost_cents += (int64_t)f->breaks_missed * BREAK_MISSED_CENTS;
}

static void
measure_notice(const struct score *s, struct figures *f)
{
	double *v = calloc((size_t)s->day->calls, sizeof(*v));
	size_t n = 0;

	for (int32_t i = 0; v != NULL && i < s->day->calls; i++)
		if (s->call[i].told_s != 0 && s->call[i].start_s != 0)
			v[n++] = (double)(s->call[i].start_s - s->call[i].told_s);
	f->notice_p50_s = percentile(v, n, 50);
	free(v);
}

static void
measure_response(const struct score *s, struct figures *f)
{
	double *v = calloc((size_t)s->day->calls, sizeof(*v));
	size_t n = 0;

	for (int32_t i = 0; v != NULL && i < s->day->calls; i++)
		if (s->day->call[i].severity != SEV_ROUTINE && s->call[i].start_s != 0)
			v[n++] = (double)(s->call[i].start_s - s->day->call[i].known_s);
	f->urgent_p50_s = percentile(v, n, 50);
	f->urgent_p90_s = percentile(v, n, 90);
	free(v);
}

void
score_figures(const struct score *s, const struct desk *d, struct figures *ret)
{
	struct figures f = { 0 };

	for (int32_t i = 0; i < s->day->calls; i++) {
		count_call(s, d, i, &f);
		f.cost_cents += call_cents(s, d, i);
	}
	for (int32_t k = 0; k < s->fleet->techs; k++)
		count_tech(s, k, &f);
	count_breaks(s, d, &f);
	f.cost_cents += s->reassigned * PRICE_REASSIGNED + s->repromised * PRICE_REPROMISED +
	    s->eta_moved * PRICE_ETA_MOVED + s->dropped * PRICE_DROPPED;
	f.repromised = s->repromised;
	f.reassigned = s->reassigned;
	f.eta_moved = s->eta_moved;
	f.dropped = s->dropped;
	f.resolves = s->resolves;
	f.plans = s->plans;
	f.messages = s->messages;
	f.at_risk = s->at_risk;
	f.too_soon = s->too_soon;
	f.goodwills = s->goodwills;
	f.goodwill_cents = s->goodwill_cents;
	f.declined = s->declined;
	f.over = s->over;
	f.unexplained = s->unexplained;
	f.chosen = s->chosen;
	f.proven_share = s->resolves > 0 ? (double)s->proven / (double)s->resolves : -1;
	measure_response(s, &f);
	measure_notice(s, &f);
	f.pushes = (int32_t)s->push_ms.n;
	f.push_p50_ms = percentile(s->push_ms.ms, s->push_ms.n, 50);
	f.push_p99_ms = percentile(s->push_ms.ms, s->push_ms.n, 99);
	f.solve_p50_ms = percentile(s->solve_ms.ms, s->solve_ms.n, 50);
	f.solve_p99_ms = percentile(s->solve_ms.ms, s->solve_ms.n, 99);
	*ret = f;
}

/* A measure that may be missing. */
static json_t *
measured(double v)
{
	return v < 0 ? json_null() : json_real(round(v * 1000) / 1000);
}

json_t *
score_to_json(const struct figures *f, const char *policy, const struct sim_day *d, uint64_t seed,
    const struct fleet *fleet)
{
	json_t *o = json_pack("{s:s,s:s,s:I,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i}", "policy", policy, "day",
	    d->name, "seed", (json_int_t)seed, "technicians", fleet->techs, "calls", f->calls,
	    "served", f->served, "no_access", f->no_access, "cancelled", f->cancelled,
	    "carried_over", f->carried_over, "left_open", f->left_open, "unserved", f->unserved);

	json_object_set_new(o, "promises",
	    json_pack("{s:i,s:i,s:i,s:{s:i,s:i},s:{s:i,s:i}}", "made", f->made, "kept_first",
		f->kept_first, "kept_last", f->kept_last, "first_plan", "made", f->plan_made,
		"kept", f->plan_kept, "due", "calls", f->due_calls, "met", f->due_met));
	json_object_set_new(o, "disturbance",
	    json_pack("{s:I,s:I,s:I,s:I,s:i,s:I,s:I,s:I,s:I}", "repromised",
		(json_int_t)f->repromised, "reassigned", (json_int_t)f->reassigned, "eta_moved",
		(json_int_t)f->eta_moved, "dropped", (json_int_t)f->dropped, "max_moves_of_a_call",
		f->max_moves, "resolves", (json_int_t)f->resolves, "over_budget",
		(json_int_t)f->over, "forced_unexplained", (json_int_t)f->unexplained, "chosen",
		(json_int_t)f->chosen));
	json_object_set_new(o, "customers",
	    json_pack("{s:I,s:I,s:I,s:I,s:I,s:I}", "messages", (json_int_t)f->messages, "at_risk",
		(json_int_t)f->at_risk, "repromised_within_the_hour", (json_int_t)f->too_soon,
		"declined", (json_int_t)f->declined, "goodwill_offers", (json_int_t)f->goodwills,
		"goodwill_cents", (json_int_t)f->goodwill_cents));
	json_object_set_new(o, "over_budget_revisions", json_integer(f->over));
	json_object_set_new(o, "urgent_response_s",
	    json_pack("{s:o,s:o,s:i}", "p50", measured(f->urgent_p50_s), "p90",
		measured(f->urgent_p90_s), "unserved", f->urgent_unserved));
	json_object_set_new(o, "notice_s", json_pack("{s:o}", "p50", measured(f->notice_p50_s)));
	json_object_set_new(o, "driving_s", json_integer(f->driving_s));
	json_object_set_new(o, "driving_s_per_call",
	    f->served > 0 ? json_integer(f->driving_s / f->served) : json_null());
	json_object_set_new(o, "overtime_s", json_integer(f->overtime_s));
	json_object_set_new(o, "breaks_missed", json_integer(f->breaks_missed));
	json_object_set_new(o, "breaks_late", json_integer(f->breaks_late));
	json_object_set_new(o, "cost_cents", json_integer(f->cost_cents));
	json_object_set_new(o, "plans_sent", json_integer(f->plans));
	json_object_set_new(o, "event_to_push_ms",
	    json_pack("{s:o,s:o}", "p50", measured(f->push_p50_ms), "p99",
		measured(f->push_p99_ms)));
	json_object_set_new(o, "solve_ms",
	    json_pack("{s:o,s:o}", "p50", measured(f->solve_p50_ms), "p99",
		measured(f->solve_p99_ms)));
	json_object_set_new(o, "proven_share", measured(f->proven_share));
	json_object_set_new(o, "left_out",
	    json_pack("{s:i,s:i,s:i}", "no_position", d->no_position, "unreadable", d->bad_rows,
		"other_days", d->other_days));
	return o;
}

json_t *
score_rules(void)
{
	json_t *a = json_array();

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		json_array_append_new(a, json_string(rules[i]));
	return a;
}
