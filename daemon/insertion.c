/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/insertion.h"

#include <string.h>

struct visit
insertion_visit(const struct state *s, int32_t call)
{
	const struct call_state *c = state_call(s, call);
	struct visit v = {
		.call = call,
		.site = c->site,
		.needs = c->needs,
		.severity = c->severity,
		.opened = c->opened,
		.open = retime_start(s, c, 0),
		.due = cost_due(c),
		.duration_s = c->duration_given ? c->duration_s : 0,
	};

	memcpy(v.need, c->need, sizeof(v.need));
	memcpy(v.kind, c->kind, sizeof(v.kind));
	return v;
}

static bool
has_skill(const struct tech *t, const struct skill *need)
{
	for (int32_t i = 0; i < t->skills; i++)
		if (t->skill[i].level >= need->level && strcmp(t->skill[i].name, need->name) == 0)
			return true;
	return false;
}

bool
insertion_skilled(const struct tech *t, const struct visit *v)
{
	for (int32_t i = 0; i < v->needs; i++)
		if (!has_skill(t, &v->need[i]))
			return false;
	return true;
}

int64_t
insertion_latest_end(const struct state *s, int32_t tech, const struct retimed *r)
{
	(void)s;
	(void)tech;
	return r->works ? r->shift_end + r->overtime_max_s : 0;
}

int32_t
insertion_frozen(const struct state *s, int64_t now, const struct retimed *r)
{
	int64_t horizon = now + state_guidelines(s)->freeze_s;
	int32_t n = r->under_way;

	while (n < r->stops && state_call(s, r->stop[n].call)->told.any &&
	    r->stop[n].arrival <= horizon)
		n++;
	return n;
}

/* Break seconds in the gap before stop number i; those in *ret_start begin then at the earliest. */
static int32_t
gap_breaks(const struct retimed *r, int32_t i, int64_t *ret_start)
{
	int32_t total = 0;

	*ret_start = INT64_MAX;
	for (int32_t b = 0; b < r->takens; b++) {
		if (r->taken[b].after != i)
			continue;
		if (total == 0)
			*ret_start = r->taken[b].start;
		total += r->taken[b].duration_s;
	}
	return total;
}

/* What it costs that an old stop starts later. */
static int64_t
push_cents(const struct cost_frame *f, int32_t call, int64_t arrival, int32_t push,
    int32_t *broken)
{
	const struct guidelines *g = state_guidelines(f->s);
	const struct call_state *c = state_call(f->s, call);
	const struct told_state *t = &c->told;
	int64_t due = cost_due(c), after = arrival + push, cents;
	int64_t late = after > due ? after - (arrival > due ? arrival : due) : 0;
	struct cost_prices p;

	cost_prices(f, call, &p);
	cents = cost_hourly(p.response_cents_per_h, push) + cost_hourly(p.late_cents_per_h, late);
	if (t->promise && arrival <= t->promise_to && after > t->promise_to) {
		cents += (int64_t)p.break_promise_cents + p.repromise_cents;
		++*broken;
	}
	if (t->any && after - t->arrival > g->eta_tolerance_s)
		cents += p.eta_moved_cents;
	return cents;
}

/* Pushes the stops from pos on, the first of which can start at `ready` at the earliest. */
static void
push_on(const struct cost_frame *f, const struct retimed *r, int32_t pos, int64_t ready,
    struct insertion *ret)
{
	int64_t push = ready > r->stop[pos].arrival ? ready - r->stop[pos].arrival : 0;
	int64_t unused;

	for (int32_t i = pos; i < r->stops && push > 0; i++) {
		int64_t next = i + 1 < r->stops ? r->stop[i + 1].arrival : 0;

		ret->push_s[i] = (int32_t)push;
		ret->cents += push_cents(f, r->stop[i].call, r->stop[i].arrival, (int32_t)push,
		    &ret->broken);
		if (i + 1 < r->stops) {
			int64_t wait = next - r->stop[i].end - r->stop[i + 1].drive_s -
			    gap_breaks(r, i + 1, &unused);

			push -= wait > 0 ? wait : 0;
		}
	}
	ret->route_end = r->end + (push > 0 ? push : 0);
}

static int64_t
own_cents(const struct cost_frame *f, const struct visit *v, int64_t start)
{
	const struct guidelines *g = state_guidelines(f->s);
	int64_t late = start > v->due ? start - v->due : 0;
	int64_t steep = late > g->late_steep_s ? late - g->late_steep_s : 0;
	int64_t waited = start > v->opened ? start - v->opened : 0;

	return cost_hourly(g->late_cents_per_h[v->severity], late + steep) +
	    cost_hourly(g->response_cents_per_h[v->severity], waited);
}

static struct place
end_place(const struct tech *t)
{
	return t->own_end ? t->end : t->home;
}

/* What a visit means for one technician. */
struct pace {
	int32_t speed_pct, work_s;
};

static struct pace
pace_of(const struct cost_frame *f, int32_t tech, const struct visit *v)
{
	struct work work;

	state_work_of(f->s, tech, v->kind, v->duration_s, &work);
	return (struct pace){ state_speed_pct(f->s, tech), work.planned_s };
}

static int64_t
start_at(const struct cost_frame *f, const struct visit *v, int64_t t)
{
	if (t < v->open)
		t = v->open;
	return v->call < 0 ? t : state_start_at(state_call(f->s, v->call), t);
}

static bool
try_at(const struct cost_frame *f, int32_t tech, const struct retimed *r, const struct visit *v,
    struct pace pace, int32_t pos, struct insertion *ret)
{
	const struct guidelines *g = state_guidelines(f->s);
	const struct tech *t = state_tech(f->s, tech);
	struct travel_model travel = state_travel(f->s);
	int64_t latest = insertion_latest_end(f->s, tech, r);
	int64_t break_start, from, overtime, before;
	int32_t breaks = gap_breaks(r, pos, &break_start), to, back, old;
	bool first = pos <= r->under_way;
	struct place prev = first ? r->ready_place : state_call(f->s, r->stop[pos - 1].call)->site;
	struct place next = pos < r->stops ? state_call(f->s, r->stop[pos].call)->site :
	                                     end_place(t);

	*ret = (struct insertion){ .pos = pos };
	from = first ? r->ready : r->stop[pos - 1].end;
	to = travel_s(&travel, prev, v->site, pace.speed_pct);
	back = travel_s(&travel, v->site, next, pace.speed_pct);
	old = pos < r->stops ? r->stop[pos].drive_s :
	    r->stops > r->under_way ? travel_s(&travel, prev, next, pace.speed_pct) : 0;
	ret->start = start_at(f, v, from + to);
	/* Before the gap's breaks if it ends by then, else after them. */
	if (breaks > 0 && ret->start + pace.work_s > break_start) {
		from = break_start + breaks;
		ret->start = start_at(f, v, from + to);
		breaks = 0;
	}
	ret->end = ret->start + pace.work_s;
	ret->detour_s = to + back - old;
	if (pos < r->stops)
		push_on(f, r, pos, ret->end + breaks + back, ret);
	else
		ret->route_end = ret->end + breaks + back;
	if (ret->route_end > latest)
		return false;
	before = r->end > r->shift_end ? r->end - r->shift_end : 0;
	overtime = ret->route_end > r->shift_end ? ret->route_end - r->shift_end : 0;
	ret->overtime_s = (int32_t)(overtime > before ? overtime - before : 0);
	ret->cents += cost_hourly(g->drive_cents_per_h, ret->detour_s) + own_cents(f, v, ret->start) +
	    cost_hourly(g->overtime_cents_per_h, ret->overtime_s);
	return true;
}

bool
insertion_try(const struct cost_frame *f, int32_t tech, const struct retimed *r,
    const struct visit *v, int32_t pos, struct insertion *ret)
{
	return try_at(f, tech, r, v, pace_of(f, tech, v), pos, ret);
}

bool
insertion_best(const struct cost_frame *f, int32_t tech, const struct retimed *r,
    const struct visit *v, struct insertion *ret)
{
	struct insertion one;
	struct pace pace;
	bool found = false;

	if (!r->works || !insertion_skilled(state_tech(f->s, tech), v))
		return false;
	pace = pace_of(f, tech, v);
	for (int32_t pos = insertion_frozen(f->s, f->now, r); pos <= r->stops; pos++) {
		if (r->stops >= STATE_STOPS_MAX || !try_at(f, tech, r, v, pace, pos, &one))
			continue;
		if (!found || one.cents < ret->cents)
			*ret = one;
		found = true;
	}
	return found;
}
