/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/desk.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

const struct prices *
desk_prices(enum severity s)
{
	static const struct prices prices[SEVERITIES] = {
		[SEV_ROUTINE] = { 2000, 60, 20000 },
		[SEV_URGENT] = { 6000, 1200, 40000 },
		[SEV_EMERGENCY] = { 12000, 6000, 80000 },
		[SEV_TRAPPED] = { 30000, 20000, 200000 },
	};

	return &prices[s];
}

int64_t
price_s(int64_t cents_per_h, int64_t s)
{
	return s <= 0 ? 0 : (cents_per_h * s + 1800) / 3600;
}

int64_t
price_late(int64_t cents_per_h, int64_t late_s)
{
	if (late_s <= 0)
		return 0;
	return price_s(cents_per_h, late_s + (late_s > LATE_STEEP_S ? late_s - LATE_STEEP_S : 0));
}

void
desk_habit(struct desk *d, const char *name, int32_t value)
{
	const struct {
		const char *name;
		int32_t *habit;
	} habits[] = {
		{ "budget_event", &d->habits.budget_event },
		{ "budget_emergency", &d->habits.budget_emergency },
		{ "budget_absence", &d->habits.budget_absence },
		{ "eta_tolerance_s", &d->habits.eta_tolerance_s },
		{ "tell_ahead_s", &d->habits.tell_ahead_s },
		{ "promise_before_s", &d->habits.promise_before_s },
		{ "promise_after_s", &d->habits.promise_after_s },
		{ "overtime_max_s", &d->habits.overtime_max_s },
	};

	for (size_t i = 0; i < sizeof(habits) / sizeof(habits[0]); i++)
		if (strcmp(habits[i].name, name) == 0)
			*habits[i].habit = value;
}

int
desk_init(struct desk *d, const struct sim_day *day, const struct fleet *fleet)
{
	memset(d, 0, sizeof(*d));
	d->day = day;
	d->fleet = fleet;
	d->habits = (struct habits){
		.budget_event = 2,
		.budget_emergency = 4,
		.budget_absence = 6,
		.eta_tolerance_s = 600,
		.tell_ahead_s = 3600,
		.promise_before_s = 1800,
		.promise_after_s = 3600,
		.overtime_max_s = 3600,
	};
	d->tech = calloc((size_t)fleet->techs, sizeof(*d->tech));
	d->call = calloc((size_t)day->calls, sizeof(*d->call));
	if (d->tech == NULL || d->call == NULL) {
		desk_done(d);
		return -ENOMEM;
	}
	for (int32_t k = 0; k < fleet->techs; k++) {
		d->tech[k].call = -1;
		d->tech[k].at = fleet->tech[k].home;
	}
	for (int32_t i = 0; i < day->calls; i++)
		d->call[i].tech = d->call[i].told_tech = -1;
	return 0;
}

void
desk_done(struct desk *d)
{
	free(d->tech);
	free(d->call);
	d->tech = NULL;
	d->call = NULL;
}

/* Takes a call out of the route it is on. */
static void
unroute(struct desk *d, int32_t call)
{
	int32_t k = d->call[call].tech;

	if (k < 0)
		return;
	for (int32_t n = 0; n < d->tech[k].stops; n++)
		if (d->tech[k].stop[n].call == call) {
			memmove(&d->tech[k].stop[n], &d->tech[k].stop[n + 1],
			    (size_t)(d->tech[k].stops - n - 1) * sizeof(d->tech[k].stop[0]));
			d->tech[k].stops--;
			break;
		}
	d->call[call].tech = -1;
}

static void
clear_route(struct desk *d, int32_t k)
{
	for (int32_t n = 0; n < d->tech[k].stops; n++)
		if (d->call[d->tech[k].stop[n].call].tech == k)
			d->call[d->tech[k].stop[n].call].tech = -1;
	d->tech[k].stops = d->tech[k].dues = 0;
}

/* A technician sets out, or begins work: what is under way is off his list of stops. */
static void
take_up(struct desk *d, const struct fact *f)
{
	const struct sim_call *c = &d->day->call[f->call];
	struct desk_tech *t = &d->tech[f->tech];
	int64_t start_s = f->at_s;

	unroute(d, f->call);
	d->call[f->call].tech = f->tech;
	if (f->type == FACT_DEPARTED) {
		start_s += travel_s(&d->fleet->travel, t->at, c->site,
		    d->fleet->tech[f->tech].speed_pct);
		if (start_s < c->appt_from_s)
			start_s = c->appt_from_s;
		if (d->call[f->call].promise && start_s < d->call[f->call].promise_from_s)
			start_s = d->call[f->call].promise_from_s; /* he waits at the door */
	}
	t->call = f->call;
	t->arrival_s = start_s;
	t->until_s = start_s + c->duration_s;
	t->at = c->site;
	t->phase = f->type == FACT_DEPARTED ? TECH_DRIVING : TECH_ON_SITE;
	d->call[f->call].phase = f->type == FACT_DEPARTED ? CALL_EN_ROUTE : CALL_ON_SITE;
}

static void
let_go(struct desk *d, const struct fact *f, enum call_phase phase)
{
	d->call[f->call].phase = phase;
	d->tech[f->tech].phase = TECH_FREE;
	d->tech[f->tech].call = -1;
}

static void
cancel(struct desk *d, const struct fact *f)
{
	if (f->tech >= 0) { /* it was being driven to */
		let_go(d, f, CALL_CANCELLED);
		d->tech[f->tech].at = f->place;
	} else {
		unroute(d, f->call);
		d->call[f->call].phase = CALL_CANCELLED;
	}
}

/* What did not suit the customer is void; another time is found first. */
static void
decline(struct desk *d, const struct fact *f)
{
	if (f->accepts)
		return;
	unroute(d, f->call);
	d->call[f->call].told_tech = -1;
	d->call[f->call].promise = false;
}

static void
book(struct desk *d, int32_t call)
{
	const struct sim_call *c = &d->day->call[call];

	d->call[call].phase = CALL_OPEN;
	if (c->appt_from_s != 0) {
		d->call[call].promise = true;
		d->call[call].promise_from_s = c->appt_from_s;
		d->call[call].promise_to_s = c->appt_to_s;
	}
}

static void
start_break(struct desk *d, const struct fact *f)
{
	struct desk_tech *t = &d->tech[f->tech];

	assert(t->breaks < d->fleet->tech[f->tech].dues);
	t->until_s = f->at_s + d->fleet->tech[f->tech].due[t->breaks].duration_s;
	t->phase = TECH_ON_BREAK;
	t->breaks++;
	if (t->dues > 0)
		memmove(&t->due[0], &t->due[1], (size_t)--t->dues * sizeof(t->due[0]));
}

/* From where he is he may be seen to come later than planned. */
static void
look_at_position(struct desk *d, const struct fact *f)
{
	struct desk_tech *t = &d->tech[f->tech];
	int64_t arrival_s = f->at_s +
	    travel_s(&d->fleet->travel, f->place, t->at, d->fleet->tech[f->tech].speed_pct);

	if (t->phase != TECH_DRIVING || arrival_s <= t->arrival_s + d->habits.eta_tolerance_s)
		return;
	t->until_s += arrival_s - t->arrival_s;
	t->arrival_s = arrival_s;
}

static void
leave(struct desk *d, const struct fact *f, enum tech_phase phase)
{
	/* What was planned for him is on no route now: the policy has to say where it goes. */
	if (phase == TECH_GONE)
		clear_route(d, f->tech);
	d->tech[f->tech].phase = phase;
}

void
desk_fact(struct desk *d, const struct fact *f)
{
	d->now_s = f->at_s;
	switch (f->type) {
	case FACT_BOOKED:
		book(d, f->call);
		break;
	case FACT_CANCELLED:
		cancel(d, f);
		break;
	case FACT_SHIFT_STARTED:
		d->tech[f->tech].at = f->place;
		leave(d, f, TECH_FREE);
		break;
	case FACT_SHIFT_ENDED:
		leave(d, f, TECH_GONE);
		break;
	case FACT_ABSENT:
		d->tech[f->tech].absent = true; /* his route stands until it is revised */
		break;
	case FACT_DEPARTED:
	case FACT_ARRIVED:
		take_up(d, f);
		break;
	case FACT_FINISHED:
		let_go(d, f, CALL_DONE);
		break;
	case FACT_NO_ACCESS:
		let_go(d, f, CALL_NO_ACCESS);
		break;
	case FACT_LATE:
		d->tech[f->tech].until_s += f->late_s;
		break;
	case FACT_BREAK_STARTED:
		start_break(d, f);
		break;
	case FACT_BREAK_ENDED:
		d->tech[f->tech].phase = TECH_FREE;
		break;
	case FACT_ANSWERED:
		decline(d, f);
		break;
	case FACT_POSITION:
		look_at_position(d, f);
		break;
	case FACT_TYPES:
		break;
	}
}

/*
 * The plan may put off what is under way and overdue, but not by more than a little: the simulator
 * knows by itself what was reported of it.
 */
static void
put_off(const struct desk *d, struct desk_tech *t, const struct push_stop *s)
{
	if (t->phase == TECH_DRIVING && s->arrival_s > t->arrival_s &&
	    s->arrival_s <= d->now_s + DESK_OVERDUE_S) {
		t->until_s += s->arrival_s - t->arrival_s;
		t->arrival_s = s->arrival_s;
	}
	if (t->phase == TECH_ON_SITE && s->end_s > t->until_s &&
	    s->end_s <= d->now_s + DESK_OVERDUE_S)
		t->until_s = s->end_s;
}

static void
set_route(struct desk *d, const struct push_route *r)
{
	struct desk_tech *t = &d->tech[r->tech];

	clear_route(d, r->tech);
	for (int32_t n = 0; n < r->stops && t->stops < PUSH_STOPS_MAX; n++) {
		struct desk_call *c = &d->call[r->stop[n].call];

		if (r->stop[n].call == t->call)
			put_off(d, t, &r->stop[n]);
		if (c->phase != CALL_OPEN)
			continue; /* under way, or over since the plan was made */
		unroute(d, r->stop[n].call);
		c->tech = r->tech;
		t->stop[t->stops++] = r->stop[n];
	}
	t->dues = 0;
	for (int32_t i = 0; i < r->dues; i++)
		t->due[t->dues++] = r->due[i];
}

void
desk_revision(struct desk *d, const struct revision *r)
{
	for (int32_t i = 0; i < r->routes; i++)
		set_route(d, &r->route[i]);
	for (int32_t i = 0; i < r->unassigneds; i++)
		if (d->call[r->unassigned[i]].phase == CALL_OPEN)
			unroute(d, r->unassigned[i]);
}

void
desk_telling(struct desk *d, const struct telling *t)
{
	struct desk_call *c = &d->call[t->call];

	c->told_tech = t->tech;
	c->eta_s = t->arrival_s;
	c->promise = true;
	c->promise_from_s = t->promise_from_s;
	c->promise_to_s = t->promise_to_s;
}
