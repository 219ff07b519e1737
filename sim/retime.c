/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/retime.h"

#include <string.h>

/* A technician on his way through the order. */
struct going {
	int64_t t_s;
	struct place at;
	int64_t latest_s;   /* home by then */
	int32_t breaks;     /* of his breaks, so many are behind him */
	int32_t breaks_max; /* the rest would come after the day */
	int32_t drive_s, wait_s, dues;
	struct push_break due[FLEET_BREAKS_MAX];
};

int32_t
retime_overtime_max_s(const struct desk *d, int32_t k)
{
	int32_t own_s = d->fleet->tech[k].overtime_max_s;

	return own_s >= 0 ? own_s : d->habits.overtime_max_s;
}

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* When something is over that should have been by until_s. */
static int64_t
not_over(int64_t until_s, int64_t now_s)
{
	return until_s > now_s ? until_s : now_s + DESK_OVERDUE_S;
}

static void
begin(const struct desk *d, int32_t k, int32_t overtime_s, struct going *g)
{
	const struct desk_tech *t = &d->tech[k];

	memset(g, 0, sizeof(*g));
	g->t_s = d->now_s;
	g->at = t->at;
	g->breaks = t->breaks;
	if (t->phase == TECH_OFF && g->t_s < d->fleet->tech[k].from_s)
		g->t_s = d->fleet->tech[k].from_s;
	if (t->phase == TECH_DRIVING)
		g->t_s = not_over(t->arrival_s, d->now_s) + t->until_s - t->arrival_s;
	if (t->phase == TECH_ON_SITE || t->phase == TECH_ON_BREAK)
		g->t_s = not_over(t->until_s, d->now_s);
	g->latest_s = d->fleet->tech[k].to_s + overtime_s;
	g->breaks_max = g->breaks;
	while (g->breaks_max < d->fleet->tech[k].dues &&
	    later(d->fleet->tech[k].due[g->breaks_max].from_s, g->t_s) +
		    d->fleet->tech[k].due[g->breaks_max].duration_s <=
		g->latest_s)
		g->breaks_max++;
}

/* Earliest start by what the customer was told. */
static int64_t
floor_s(const struct desk *d, int32_t call)
{
	const struct desk_call *c = &d->call[call];
	int64_t s = d->day->call[call].appt_from_s;

	if (c->promise && c->promise_from_s > s)
		s = c->promise_from_s;
	if (c->told_tech >= 0 && c->eta_s - d->habits.eta_tolerance_s > s)
		s = c->eta_s - d->habits.eta_tolerance_s;
	return s;
}

static void
take_break(const struct desk *d, int32_t k, struct going *g)
{
	const struct fleet_break *b = &d->fleet->tech[k].due[g->breaks];
	int64_t start_s = g->t_s > b->from_s ? g->t_s : b->from_s;

	g->wait_s += (int32_t)(start_s - g->t_s);
	g->due[g->dues++] = (struct push_break){ start_s, b->duration_s };
	g->t_s = start_s + b->duration_s;
	g->breaks++;
}

/* The end of the stop if the technician goes there at once. */
static int64_t
end_at_once(const struct desk *d, int32_t k, const struct going *g, int32_t call)
{
	int64_t start_s = g->t_s +
	    travel_s(&d->fleet->travel, g->at, d->day->call[call].site,
		d->fleet->tech[k].speed_pct);
	int64_t least_s = floor_s(d, call);

	return (start_s > least_s ? start_s : least_s) + d->day->call[call].duration_s;
}

/* Start of the next break in the pushed plan; 0 it has none. *ret_here: whether that is before the
 * stop at this call. */
static int64_t
planned_break_s(const struct desk *d, int32_t k, const struct going *g, int32_t call,
    bool *ret_here)
{
	const struct desk_tech *t = &d->tech[k];
	int32_t b = g->breaks - t->breaks;

	*ret_here = false;
	if (b >= t->dues)
		return 0;
	for (int32_t n = 0; n < t->stops; n++)
		if (t->stop[n].call == call)
			*ret_here = t->due[b].start_s < t->stop[n].arrival_s;
	return t->due[b].start_s;
}

/*
 * Whether the next break is to be taken before going to the call: if the plan has it here; or if
 * the next gap is too late for it (and the plan does not mean it to be late), unless waiting for
 * its window here would cost more than being late there.
 */
static bool
break_here(const struct desk *d, int32_t k, const struct going *g, int32_t call)
{
	const struct fleet_break *b = &d->fleet->tech[k].due[g->breaks];
	int64_t next_gap_s = end_at_once(d, k, g, call);
	bool here;
	int64_t planned_s = planned_break_s(d, k, g, call, &here);

	if (here)
		return true;
	if (next_gap_s <= b->to_s || planned_s > b->to_s)
		return false;
	return b->from_s <= g->t_s || b->from_s - g->t_s <= next_gap_s - b->to_s;
}

/* Breaks that are to be taken before going to the call. */
static void
take_breaks_before(const struct desk *d, int32_t k, struct going *g, int32_t call)
{
	while (g->breaks < g->breaks_max && break_here(d, k, g, call))
		take_break(d, k, g);
}

static void
visit(const struct desk *d, int32_t k, struct going *g, int32_t call, struct push_stop *ret)
{
	int32_t drive_s = travel_s(&d->fleet->travel, g->at, d->day->call[call].site,
	    d->fleet->tech[k].speed_pct);
	int64_t start_s = g->t_s + drive_s, least_s = floor_s(d, call);

	if (start_s < least_s)
		start_s = least_s;
	g->wait_s += (int32_t)(start_s - g->t_s - drive_s);
	g->drive_s += drive_s;
	g->t_s = start_s + d->day->call[call].duration_s;
	g->at = d->day->call[call].site;
	*ret = (struct push_stop){ call, start_s, g->t_s };
}

/* The way home, after the breaks that are still due. */
static void
go_home(const struct desk *d, int32_t k, struct going *g)
{
	int32_t drive_s = travel_s(&d->fleet->travel, g->at, d->fleet->tech[k].home,
	    d->fleet->tech[k].speed_pct);

	while (g->breaks < g->breaks_max)
		take_break(d, k, g);
	g->drive_s += drive_s;
	g->t_s += drive_s;
}

void
retime_order(const struct desk *d, int32_t k, const int32_t *calls, int32_t n, int32_t overtime_s,
    struct retimed *ret)
{
	bool works = d->tech[k].phase != TECH_GONE && !d->tech[k].absent;
	struct going g, home;

	begin(d, k, overtime_s, &g);
	ret->ready_s = g.t_s;
	ret->stops = ret->losts = 0;
	for (int32_t i = 0; i < n; i++) {
		struct going next = g;

		take_breaks_before(d, k, &next, calls[i]);
		visit(d, k, &next, calls[i], &ret->stop[ret->stops]);
		home = next;
		go_home(d, k, &home);
		if (!works || home.t_s > g.latest_s) {
			ret->lost[ret->losts++] = calls[i];
			continue;
		}
		g = next;
		ret->stops++;
	}
	home = g;
	go_home(d, k, &home);
	memcpy(ret->due, home.due, sizeof(ret->due));
	ret->dues = home.dues;
	ret->end_s = home.t_s;
	ret->drive_s = home.drive_s;
	ret->wait_s = home.wait_s;
}

void
retime_route(const struct desk *d, int32_t k, struct retimed *ret)
{
	int32_t calls[PUSH_STOPS_MAX];
	int32_t n = 0;

	for (int32_t i = 0; i < d->tech[k].stops; i++)
		calls[n++] = d->tech[k].stop[i].call;
	retime_order(d, k, calls, n, retime_overtime_max_s(d, k), ret);
}
