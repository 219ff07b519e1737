/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "sim/engine_impl.h"

enum { POSITION_EACH_S = 600, RETRY_S = 60 };

enum act { ACT_NOTHING, ACT_BREAK, ACT_DEPART, ACT_HOME, ACT_LEAVE };

/* What a free technician does next, and when. */
struct intent {
	enum act act;
	int64_t at_s;
	int32_t call;
};

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static struct intent
intent_of(const struct engine *e, int32_t k)
{
	const struct desk *d = &e->desk;
	const struct desk_tech *t = &d->tech[k];
	const struct fleet_tech *f = &e->world->fleet->tech[k];
	const struct fleet_break *b = t->breaks < f->dues ? &f->due[t->breaks] : NULL;
	int64_t now_s = later(d->now_s, e->agent[k].not_before_s);
	int32_t drive_s;
	int64_t home_s = later(now_s, f->to_s - world_planned_drive_s(e->world, k, t->at, f->home));

	if (t->phase != TECH_FREE)
		return (struct intent){ .act = ACT_NOTHING };
	if (e->agent[k].leaving)
		return (struct intent){ ACT_LEAVE, now_s, -1 };
	if (t->stops == 0 && b != NULL && later(now_s, b->from_s) + b->duration_s <= home_s)
		return (struct intent){ ACT_BREAK, later(now_s, b->from_s), -1 };
	if (t->stops == 0)
		return (struct intent){ ACT_HOME, home_s, -1 };
	if (b != NULL && t->dues > 0 && t->due[0].start_s < t->stop[0].arrival_s)
		return (struct intent){ ACT_BREAK,
			later(later(now_s, t->due[0].start_s), b->from_s), -1 };
	drive_s = world_planned_drive_s(e->world, k, t->at, d->day->call[t->stop[0].call].site);
	return (struct intent){ ACT_DEPART, later(now_s, t->stop[0].arrival_s - drive_s),
		t->stop[0].call };
}

int
agent_think(struct engine *e, int32_t k)
{
	struct intent i = intent_of(e, k);

	e->agent[k].rethink = false;
	e->agent[k].wake++;
	return i.act == ACT_NOTHING ? 0 : engine_due(e, DUE_WAKE, k, i.at_s, e->agent[k].wake);
}

bool
agent_is_stale(const struct engine *e, const struct due *due)
{
	switch (due->kind) {
	case DUE_WAKE:
		return due->turn != e->agent[due->whom].wake;
	case DUE_BREAK_END:
	case DUE_END:
	case DUE_ARRIVE:
	case DUE_START:
	case DUE_LATE:
	case DUE_POSITION:
		return due->turn != e->agent[due->whom].turn;
	default:
		return false;
	}
}

static struct fact
fact_of(const struct engine *e, enum fact_type type, int32_t k)
{
	return (struct fact){
		.type = type,
		.at_s = e->desk.now_s,
		.tech = k,
		.call = e->desk.tech[k].call,
		.place = e->desk.tech[k].at,
	};
}

static int
set_out(struct engine *e, int32_t k, int32_t call)
{
	struct agent *a = &e->agent[k];
	struct fact f = fact_of(e, FACT_DEPARTED, k);
	struct place from = e->desk.tech[k].at;
	int rc;

	f.call = call;
	rc = engine_report(e, &f);
	if (rc == -EPERM) {
		a->not_before_s = e->desk.now_s + RETRY_S;
		return agent_think(e, k);
	}
	if (rc < 0)
		return rc;
	a->turn++;
	a->from = from;
	a->departed_s = e->desk.now_s;
	a->drive_s = world_drive_s(e->world, k, from, e->desk.day->call[call].site);
	rc = engine_due(e, DUE_ARRIVE, k, e->desk.now_s + a->drive_s, a->turn);
	if (rc == 0 && e->options.positions && a->drive_s > POSITION_EACH_S)
		rc = engine_due(e, DUE_POSITION, k, e->desk.now_s + POSITION_EACH_S, a->turn);
	return rc;
}

static struct place
place_now(const struct engine *e, int32_t k)
{
	const struct agent *a = &e->agent[k];

	return world_between(a->from, e->desk.tech[k].at, (int32_t)(e->desk.now_s - a->departed_s),
	    a->drive_s);
}

static int
report_position(struct engine *e, int32_t k)
{
	struct fact f = fact_of(e, FACT_POSITION, k);
	int rc;

	f.place = place_now(e, k);
	rc = engine_report(e, &f);
	if (rc < 0 && rc != -EPERM)
		return rc;
	e->agent[k].rethink = false; /* he is still driving */
	return engine_due(e, DUE_POSITION, k, e->desk.now_s + POSITION_EACH_S, e->agent[k].turn);
}

/* Begins the work, and puts down when it will be over and what he will say until then. */
static int
begin_work(struct engine *e, int32_t k)
{
	struct agent *a = &e->agent[k];
	struct fact f = fact_of(e, FACT_ARRIVED, k);
	int32_t planned_s = e->desk.day->call[f.call].duration_s;
	int32_t true_s = world_work_s(e->world, k, f.call);
	int rc;

	f.drive_s = a->drive_s;
	rc = engine_report(e, &f);
	if (rc == -EPERM)
		return engine_due(e, DUE_START, k, e->desk.now_s + RETRY_S, a->turn);
	if (rc < 0)
		return rc;
	a->turn++;
	a->began_s = e->desk.now_s;
	rc = engine_due(e, DUE_END, k, e->desk.now_s + true_s, a->turn);
	if (rc == 0 && true_s > planned_s + WORLD_LATE_S)
		rc = engine_due(e, DUE_LATE, k, e->desk.now_s + planned_s, a->turn);
	return rc;
}

/* At the door: nobody is let in before the window opens that the customer was told. */
static int
arrive(struct engine *e, int32_t k)
{
	const struct desk_call *c = &e->desk.call[e->desk.tech[k].call];

	if (c->promise && c->promise_from_s > e->desk.now_s)
		return engine_due(e, DUE_START, k, c->promise_from_s, e->agent[k].turn);
	return begin_work(e, k);
}

static int
end_work(struct engine *e, int32_t k)
{
	struct fact f = fact_of(e, FACT_FINISHED, k);
	int rc;

	if (world_no_access(e->world, f.call))
		f.type = FACT_NO_ACCESS;
	rc = engine_report(e, &f);
	if (rc == -EPERM)
		return engine_due(e, DUE_END, k, e->desk.now_s + RETRY_S, e->agent[k].turn);
	e->agent[k].turn++;
	return rc;
}

static int
say_late(struct engine *e, int32_t k)
{
	struct fact f = fact_of(e, FACT_LATE, k);
	int64_t left_s = e->agent[k].began_s + world_work_s(e->world, k, f.call) -
	    e->desk.tech[k].until_s;
	int rc;

	if (left_s <= 0) /* the plan has given him as much already */
		return 0;
	f.late_s = world_guess_s((int32_t)left_s);
	rc = engine_report(e, &f);
	return rc == -EPERM ? 0 : rc;
}

int
agent_turned_back(struct engine *e, int32_t k)
{
	struct agent *a = &e->agent[k];
	struct fact f = fact_of(e, FACT_CANCELLED, k);
	int32_t driven_s = (int32_t)(e->desk.now_s - a->departed_s);
	int rc;

	f.place = place_now(e, k);
	f.drive_s = driven_s < a->drive_s ? driven_s : a->drive_s;
	rc = engine_report(e, &f);
	if (rc < 0)
		return rc == -EPERM ? 0 : rc;
	a->turn++;
	if (!e->options.positions)
		return 0;
	f.type = FACT_POSITION;
	f.call = -1;
	return engine_report(e, &f);
}

static int
take_break(struct engine *e, int32_t k)
{
	struct fact f = fact_of(e, FACT_BREAK_STARTED, k);
	int32_t nth = e->desk.tech[k].breaks;
	int rc = engine_report(e, &f);

	if (rc == -EPERM) {
		e->agent[k].not_before_s = e->desk.now_s + RETRY_S;
		return agent_think(e, k);
	}
	if (rc < 0)
		return rc;
	e->agent[k].turn++;
	return engine_due(e, DUE_BREAK_END, k,
	    e->desk.now_s + e->world->fleet->tech[k].due[nth].duration_s, e->agent[k].turn);
}

static int
end_break(struct engine *e, int32_t k)
{
	struct fact f = fact_of(e, FACT_BREAK_ENDED, k);
	int rc = engine_report(e, &f);

	if (rc == -EPERM)
		return engine_due(e, DUE_BREAK_END, k, e->desk.now_s + RETRY_S, e->agent[k].turn);
	e->agent[k].turn++;
	return rc;
}

/* Drives home; the day is over for him. */
static int
go_home(struct engine *e, int32_t k)
{
	struct fact f = fact_of(e, FACT_SHIFT_ENDED, k);
	int rc;

	f.drive_s = world_drive_s(e->world, k, f.place, e->world->fleet->tech[k].home);
	rc = engine_report(e, &f);
	e->agent[k].turn++;
	if (rc == -EPERM) {
		e->agent[k].not_before_s = e->desk.now_s + RETRY_S;
		return agent_think(e, k);
	}
	return rc;
}

static int
fall_ill(struct engine *e, int32_t k)
{
	struct fact f = fact_of(e, FACT_ABSENT, k);
	bool at_work = e->desk.tech[k].phase != TECH_OFF;
	int rc;

	f.until_s = e->world->fleet->tech[k].to_s;
	rc = engine_report(e, &f);
	if (rc < 0)
		return rc == -EPERM ? 0 : rc;
	return at_work ? go_home(e, k) : 0;
}

/* He feels ill: leaves at once if he is free, else when he is. */
static int
want_to_leave(struct engine *e, int32_t k)
{
	if (e->desk.tech[k].phase == TECH_OFF)
		return fall_ill(e, k);
	e->agent[k].leaving = true;
	e->agent[k].rethink = true;
	return 0;
}

static int
start_shift(struct engine *e, int32_t k)
{
	struct fact f = fact_of(e, FACT_SHIFT_STARTED, k);
	int rc;

	if (e->desk.tech[k].absent)
		return 0;
	f.place = e->world->fleet->tech[k].home;
	rc = engine_report(e, &f);
	return rc == -EPERM ? 0 : rc;
}

static int
wake(struct engine *e, int32_t k)
{
	struct intent i = intent_of(e, k);

	if (i.act == ACT_NOTHING)
		return 0;
	if (i.at_s > e->desk.now_s)
		return agent_think(e, k);
	switch (i.act) {
	case ACT_BREAK:
		return take_break(e, k);
	case ACT_DEPART:
		return set_out(e, k, i.call);
	case ACT_LEAVE:
		return fall_ill(e, k);
	default:
		return go_home(e, k);
	}
}

int
agent_due(struct engine *e, const struct due *due)
{
	switch (due->kind) {
	case DUE_SHIFT:
		return start_shift(e, due->whom);
	case DUE_LEAVE:
		return want_to_leave(e, due->whom);
	case DUE_WAKE:
		return wake(e, due->whom);
	case DUE_ARRIVE:
		return arrive(e, due->whom);
	case DUE_START:
		return begin_work(e, due->whom);
	case DUE_LATE:
		return say_late(e, due->whom);
	case DUE_END:
		return end_work(e, due->whom);
	case DUE_BREAK_END:
		return end_break(e, due->whom);
	default:
		return report_position(e, due->whom);
	}
}
