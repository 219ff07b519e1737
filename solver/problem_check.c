/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/problem.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "solver/refuse.h"
#include "solver/use.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

enum {
	TIME_ABS_MAX = 400000000, /* seconds from the origin: over twelve years */
	DURATION_MAX = 10000000,
	PRICE_MAX = 100000000, /* cents: a million an hour or at once */
	UNSERVED_MAX = 2000000000, /* more than any detour, so that all else comes second */
	SKILL_LEVEL_MAX = 1000,
	AMOUNT_MAX = 1000000000, /* of a load, or of spare parts */
	HOUR_PCT_MIN = 10,
};

/* A 32-bit member with a range; the name is its path in JSON. */
struct range {
	const char *name;
	size_t offset;
	int32_t min, max;
	bool never; /* PROBLEM_NEVER is fine too */
};

static const struct range technician_ranges[] = {
	{ "ready_s", offsetof(struct technician, ready_s), -TIME_ABS_MAX, TIME_ABS_MAX, false },
	{ "shift_end_s", offsetof(struct technician, shift_end_s), -TIME_ABS_MAX, TIME_ABS_MAX,
	    false },
	{ "overtime_max_s", offsetof(struct technician, overtime_max_s), 0, TIME_ABS_MAX, false },
	{ "speed_pct", offsetof(struct technician, speed_pct), 10, 1000, false },
	{ "drive_cents_per_h", offsetof(struct technician, drive_cents_per_h), 0, PRICE_MAX,
	    false },
	{ "wait_cents_per_h", offsetof(struct technician, wait_cents_per_h), 0, PRICE_MAX, false },
	{ "overtime_cents_per_h", offsetof(struct technician, overtime_cents_per_h), 0, PRICE_MAX,
	    false },
	{ "hard_before", offsetof(struct technician, hard_before), 0, 10000, false },
	{ "day_cents", offsetof(struct technician, day_cents), 0, PRICE_MAX, false },
	{ "stops_max", offsetof(struct technician, stops_max), 0, PROBLEM_STOPS_MAX, false },
	{ "drive_max_s", offsetof(struct technician, drive_max_s), 0, TIME_ABS_MAX, true },
};

static const struct range call_ranges[] = {
	{ "duration_s", offsetof(struct call, duration_s), 0, DURATION_MAX, false },
	{ "open_s", offsetof(struct call, open_s), -TIME_ABS_MAX, TIME_ABS_MAX, false },
	{ "close_s", offsetof(struct call, close_s), -TIME_ABS_MAX, TIME_ABS_MAX, true },
	{ "due_s", offsetof(struct call, due_s), -TIME_ABS_MAX, TIME_ABS_MAX, true },
	{ "opened_s", offsetof(struct call, opened_s), -TIME_ABS_MAX, TIME_ABS_MAX, false },
	{ "difficulty", offsetof(struct call, difficulty), 0, 10000, false },
	{ "late_cents_per_h", offsetof(struct call, late_cents_per_h), 0, PRICE_MAX, false },
	{ "response_cents_per_h", offsetof(struct call, response_cents_per_h), 0, PRICE_MAX,
	    false },
	{ "break_promise_cents", offsetof(struct call, break_promise_cents), 0, PRICE_MAX, false },
	{ "prefer_cents", offsetof(struct call, prefer_cents), 0, PRICE_MAX, false },
	{ "reassign_cents", offsetof(struct call, reassign_cents), 0, PRICE_MAX, false },
	{ "repromise_cents", offsetof(struct call, repromise_cents), 0, PRICE_MAX, false },
	{ "eta_moved_cents", offsetof(struct call, eta_moved_cents), 0, PRICE_MAX, false },
	{ "drop_cents", offsetof(struct call, drop_cents), 0, PRICE_MAX, false },
	{ "unserved_cents", offsetof(struct call, unserved_cents), 0, UNSERVED_MAX, false },
	{ "told.eta_s", offsetof(struct call, told.eta_s), -TIME_ABS_MAX, TIME_ABS_MAX, false },
	{ "told.promise[0]", offsetof(struct call, told.promise_from_s), -TIME_ABS_MAX,
	    TIME_ABS_MAX, false },
	{ "told.promise[1]", offsetof(struct call, told.promise_to_s), -TIME_ABS_MAX,
	    TIME_ABS_MAX, true },
	{ "stay", offsetof(struct call, stay_s), -TIME_ABS_MAX, TIME_ABS_MAX, false },
	{ "setup_s", offsetof(struct call, setup_s), 0, DURATION_MAX, false },
	{ "after_gap_s", offsetof(struct call, after_gap_s), 0, TIME_ABS_MAX, false },
};

static const struct range break_ranges[] = {
	{ "open_s", offsetof(struct break_due, open_s), -TIME_ABS_MAX, TIME_ABS_MAX, false },
	{ "close_s", offsetof(struct break_due, close_s), -TIME_ABS_MAX, TIME_ABS_MAX, true },
	{ "duration_s", offsetof(struct break_due, duration_s), 0, DURATION_MAX, false },
};

static const struct range problem_ranges[] = {
	{ "budget", offsetof(struct problem, budget), -1, PROBLEM_CALLS_MAX, false },
	{ "travel.road_factor_pct", offsetof(struct problem, travel.road_factor_pct), 100, 500,
	    false },
	{ "travel.speed_m_per_h", offsetof(struct problem, travel.speed_m_per_h), 1000, 1000000,
	    false },
	{ "travel.leg_s", offsetof(struct problem, travel.leg_s), 0, 86400, false },
	{ "weights.eta_tolerance_s", offsetof(struct problem, weights.eta_tolerance_s), 0,
	    DURATION_MAX, false },
	{ "weights.late_steep_s", offsetof(struct problem, weights.late_steep_s), 0, TIME_ABS_MAX,
	    false },
	{ "weights.break_late_cents_per_h",
	    offsetof(struct problem, weights.break_late_cents_per_h), 0, PRICE_MAX, false },
	{ "weights.fair_cents", offsetof(struct problem, weights.fair_cents), 0, 1000000, false },
	{ "technicians", offsetof(struct problem, technicians), 0, PROBLEM_TECHNICIANS_MAX,
	    false },
	{ "calls", offsetof(struct problem, calls), 0, PROBLEM_CALLS_MAX, false },
	{ "skills", offsetof(struct problem, skills), 0, PROBLEM_SKILLS_MAX, false },
	{ "loads", offsetof(struct problem, loads), 0, PROBLEM_LOADS_MAX, false },
	{ "parts", offsetof(struct problem, parts), 0, PROBLEM_PARTS_MAX, false },
	{ "kinds", offsetof(struct problem, kinds), 0, PROBLEM_KINDS_MAX, false },
	{ "matrices", offsetof(struct problem, matrices), 0, PROBLEM_MATRICES_MAX, false },
	{ "locations", offsetof(struct problem, locations), 0, PROBLEM_LOCATIONS_MAX, false },
	{ "traffic.day_second", offsetof(struct problem, day_second), 0, 86399, false },
	{ "depot.duration_s", offsetof(struct problem, depot_s), 0, DURATION_MAX, false },
};

/* Where the refusal goes, and the thing it is about: "calls[3]." or "". */
struct checker {
	char *why;
	size_t why_size;
	char at[64];
};

__attribute__((format(printf, 2, 3))) static int
refuse(const struct checker *c, const char *fmt, ...)
{
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = refuse_at(c->why, c->why_size, c->at, fmt, ap);
	va_end(ap);
	return rc;
}

static int
check_ranges(const struct checker *c, const struct range *r, size_t n, const void *thing)
{
	for (size_t i = 0; i < n; i++) {
		int32_t v;

		memcpy(&v, (const char *)thing + r[i].offset, sizeof(v));
		if (r[i].never && v == PROBLEM_NEVER)
			continue;
		if (v < r[i].min || v > r[i].max)
			return refuse(c, "%s: expected %d to %d, got %d", r[i].name, r[i].min,
			    r[i].max, v);
	}
	return 0;
}

static int
check_place(const struct checker *c, const char *name, struct place at)
{
	if (at.lat_udeg < -90000000 || at.lat_udeg > 90000000)
		return refuse(c, "%s.lat: expected -90 to 90 degrees, got %.6f", name,
		    at.lat_udeg / 1e6);
	if (at.lon_udeg < -180000000 || at.lon_udeg > 180000000)
		return refuse(c, "%s.lon: expected -180 to 180 degrees, got %.6f", name,
		    at.lon_udeg / 1e6);
	return 0;
}

/* A place, or where there are matrices a row of them. */
static int
check_spot(const struct checker *c, const struct problem *p, const char *name, struct place at,
    int32_t location)
{
	if (p->matrices == 0)
		return check_place(c, name, at);
	if (location < 0 || location >= p->locations)
		return refuse(c, "%s.location: expected 0 to %d (the rows of the matrices), got %d",
		    name, p->locations - 1, location);
	return 0;
}

/* Windows in order, the first from open_s on; the last until close_s, if that is not NULL. */
static int
check_windows(const struct checker *c, const struct window *w, int32_t n, int32_t open_s,
    const int32_t *close_s)
{
	if (n < 0 || n > PROBLEM_WINDOWS_MAX)
		return refuse(c, "windows: expected at most %d, got %d", PROBLEM_WINDOWS_MAX, n);
	for (int32_t i = 0; i < n; i++) {
		if (w[i].close_s < w[i].open_s)
			return refuse(c, "windows[%d]: expected the end at %d or later, got %d", i,
			    w[i].open_s, w[i].close_s);
		if (i > 0 && w[i].open_s <= w[i - 1].close_s)
			return refuse(c, "windows[%d]: expected to open after %d, got %d", i,
			    w[i - 1].close_s, w[i].open_s);
		if (w[i].open_s < -TIME_ABS_MAX ||
		    (w[i].close_s > TIME_ABS_MAX && w[i].close_s != PROBLEM_NEVER))
			return refuse(c, "windows[%d]: expected times from %d to %d", i,
			    -TIME_ABS_MAX, TIME_ABS_MAX);
	}
	if (n > 0 && w[0].open_s != open_s)
		return refuse(c, "windows[0]: expected to open at open_s (%d), got %d", open_s,
		    w[0].open_s);
	if (n > 0 && close_s != NULL && w[n - 1].close_s != *close_s)
		return refuse(c, "windows[%d]: expected to close at close_s (%d), got %d", n - 1,
		    *close_s, w[n - 1].close_s);
	return 0;
}

static int
check_amounts(const struct checker *c, const char *name, const int32_t *amount, int32_t n)
{
	for (int32_t i = 0; i < n; i++)
		if (amount[i] < 0 || amount[i] > AMOUNT_MAX)
			return refuse(c, "%s[%d]: expected 0 to %d, got %d", name, i, AMOUNT_MAX,
			    amount[i]);
	return 0;
}

static int
check_skills(const struct checker *c, const struct problem *p, const char *name,
    const struct skill_level *s, int32_t n)
{
	for (int32_t i = 0; i < n; i++) {
		if (s[i].skill < 0 || s[i].skill >= p->skills)
			return refuse(c, "%s[%d]: expected a skill from 0 to %d, got %d", name, i,
			    p->skills - 1, s[i].skill);
		if (s[i].level < 1 || s[i].level > SKILL_LEVEL_MAX)
			return refuse(c, "%s[%d]: expected a level from 1 to %d, got %d", name, i,
			    SKILL_LEVEL_MAX, s[i].level);
	}
	return 0;
}

static int
check_breaks(struct checker *c, const struct technician *t)
{
	size_t at = strlen(c->at);
	int rc;

	if (t->dues < 0 || t->dues > PROBLEM_BREAKS_MAX)
		return refuse(c, "breaks: expected at most %d, got %d", PROBLEM_BREAKS_MAX,
		    t->dues);
	for (int32_t b = 0; b < t->dues; b++) {
		snprintf(c->at + at, sizeof(c->at) - at, "breaks[%d].", b);
		rc = check_ranges(c, break_ranges, ARRAY_LEN(break_ranges), &t->due[b]);
		if (rc == 0)
			rc = check_windows(c, t->due[b].window, t->due[b].windows,
			    t->due[b].open_s, NULL);
		if (rc < 0)
			return rc;
		if (t->due[b].close_s < t->due[b].open_s)
			return refuse(c, "close_s: expected open_s (%d) or later, got %d",
			    t->due[b].open_s, t->due[b].close_s);
		if (b > 0 && t->due[b].open_s < t->due[b - 1].open_s)
			return refuse(c, "open_s: expected breaks in order of time, got %d after %d",
			    t->due[b].open_s, t->due[b - 1].open_s);
	}
	c->at[at] = '\0';
	return 0;
}

/* What cannot be timed exactly together is refused. */
static int
check_together(const struct checker *c, const struct problem *p, const struct technician *t)
{
	if (t->leaves_late && p->traffic)
		return refuse(c, "leaves_late: expected false where there is traffic, got true");
	if (t->leaves_late && p->breaks_on_the_way && t->dues > 0)
		return refuse(c, "leaves_late: expected false where breaks may part a drive, got "
		    "true");
	for (int32_t b = 0; b < t->dues; b++) {
		if (t->due[b].windows <= 1)
			continue;
		if (t->leaves_late)
			return refuse(c, "breaks[%d].windows: expected one for a technician who "
			    "leaves late, got %d", b, t->due[b].windows);
		if (p->traffic && p->breaks_on_the_way)
			return refuse(c, "breaks[%d].windows: expected one where a break may part a "
			    "drive in traffic, got %d", b, t->due[b].windows);
	}
	return 0;
}

/* The current route of technician k; on[i] is set for each call met. */
static int
check_current(const struct checker *c, const struct problem *p, int32_t k, bool *on)
{
	const struct technician *t = &p->technician[k];

	if (t->currents < 0 || t->currents > PROBLEM_STOPS_MAX)
		return refuse(c, "current: expected at most %d calls, got %d",
		    PROBLEM_STOPS_MAX, t->currents);
	if (t->fixed < 0 || t->fixed > t->currents)
		return refuse(c, "fixed: expected 0 to %d (the calls of current), got %d",
		    t->currents, t->fixed);
	for (int32_t r = 0; r < t->currents; r++) {
		int32_t i = t->current[r];

		if (i < 0 || i >= p->calls)
			return refuse(c, "current[%d]: expected a call from 0 to %d, got %d", r,
			    p->calls - 1, i);
		if (on[i])
			return refuse(c, "current[%d]: expected call %s once, got it twice", r,
			    p->call[i].id);
		if (!problem_may(p, k, i))
			return refuse(c, "current[%d]: expected a call that %s may do (skills, "
			    "tools, required, forbidden), got %s", r, t->id, p->call[i].id);
		on[i] = true;
	}
	return 0;
}

static int
check_technician(struct checker *c, const struct problem *p, int32_t k, bool *on)
{
	const struct technician *t = &p->technician[k];
	int rc = check_ranges(c, technician_ranges, ARRAY_LEN(technician_ranges), t);

	if (rc == 0 && !t->open_start)
		rc = check_spot(c, p, "start", t->start, t->start_location);
	if (rc == 0 && !t->open_end)
		rc = check_spot(c, p, "end", t->end, t->end_location);
	if (rc == 0 && p->matrices > 0 && (t->matrix < 0 || t->matrix >= p->matrices))
		rc = refuse(c, "matrix: expected 0 to %d, got %d", p->matrices - 1, t->matrix);
	if (rc == 0 && p->kinds > 0 && (t->kind < 0 || t->kind >= p->kinds))
		rc = refuse(c, "kind: expected 0 to %d, got %d", p->kinds - 1, t->kind);
	if (rc == 0)
		rc = check_amounts(c, "capacity", t->capacity, p->loads);
	if (rc == 0)
		rc = check_amounts(c, "parts", t->part, p->parts);
	if (rc == 0 && (t->skills < 0 || t->skills > PROBLEM_SKILLS_MAX))
		rc = refuse(c, "skills: expected at most %d, got %d", PROBLEM_SKILLS_MAX,
		    t->skills);
	if (rc == 0)
		rc = check_skills(c, p, "skills", t->skill, t->skills);
	if (rc == 0)
		rc = check_breaks(c, t);
	if (rc == 0)
		rc = check_together(c, p, t);
	if (rc == 0)
		rc = check_current(c, p, k, on);
	return rc;
}

static int
check_technician_index(const struct checker *c, const struct problem *p, const char *name,
    int32_t k)
{
	if (k < -1 || k >= p->technicians)
		return refuse(c, "%s: expected a technician from 0 to %d or -1, got %d", name,
		    p->technicians - 1, k);
	return 0;
}

static int
check_skills_and_people(const struct checker *c, const struct problem *p,
    const struct call *call)
{
	int rc = 0;

	if (call->needs < 0 || call->needs > PROBLEM_NEEDS_MAX)
		rc = refuse(c, "needs: expected at most %d, got %d", PROBLEM_NEEDS_MAX,
		    call->needs);
	if (rc == 0)
		rc = check_skills(c, p, "needs", call->need, call->needs);
	if (rc == 0)
		rc = check_technician_index(c, p, "required", call->required);
	if (rc == 0)
		rc = check_technician_index(c, p, "preferred", call->preferred);
	if (rc == 0)
		rc = check_technician_index(c, p, "told.technician", call->told.technician);
	if (rc == 0 && (call->forbiddens < 0 || call->forbiddens > p->technicians))
		rc = refuse(c, "forbidden: expected at most %d, got %d", p->technicians,
		    call->forbiddens);
	for (int32_t f = 0; rc == 0 && f < call->forbiddens; f++)
		rc = check_technician_index(c, p, "forbidden", call->forbidden[f]);
	return rc;
}

static int
check_kinds(const struct checker *c, const struct problem *p, const char *name,
    const int32_t *by_kind)
{
	for (int32_t k = 0; by_kind != NULL && k < p->kinds; k++)
		if (by_kind[k] < 0 || by_kind[k] > DURATION_MAX)
			return refuse(c, "%s[%d]: expected 0 to %d, got %d", name, k, DURATION_MAX,
			    by_kind[k]);
	return 0;
}

/* What the work takes: time, loads, parts. */
static int
check_work(const struct checker *c, const struct problem *p, const struct call *call)
{
	int rc = check_kinds(c, p, "duration_by_kind", call->duration_by_kind);

	if (rc == 0)
		rc = check_kinds(c, p, "setup_by_kind", call->setup_by_kind);
	if (rc == 0)
		rc = check_amounts(c, "pickup", call->pickup, p->loads);
	if (rc == 0)
		rc = check_amounts(c, "delivery", call->delivery, p->loads);
	if (rc == 0)
		rc = check_amounts(c, "parts", call->part, p->parts);
	return rc;
}

static int
check_link(const struct checker *c, const struct problem *p, const char *name, int32_t to,
    int32_t i)
{
	if (to < -1 || to >= p->calls || to == i)
		return refuse(c, "%s: expected another call from 0 to %d or -1, got %d", name,
		    p->calls - 1, to);
	return 0;
}

static int
check_call(const struct checker *c, const struct problem *p, int32_t i, bool on)
{
	const struct call *call = &p->call[i];
	int rc = check_ranges(c, call_ranges, ARRAY_LEN(call_ranges), call);

	if (rc == 0)
		rc = check_spot(c, p, "site", call->site, call->location);
	if (rc == 0 && call->close_s < call->open_s)
		rc = refuse(c, "close_s: expected open_s (%d) or later, got %d", call->open_s,
		    call->close_s);
	if (rc == 0)
		rc = check_windows(c, call->window, call->windows, call->open_s, &call->close_s);
	if (rc == 0)
		rc = check_skills_and_people(c, p, call);
	if (rc == 0)
		rc = check_work(c, p, call);
	if (rc == 0)
		rc = check_link(c, p, "with", call->with, i);
	if (rc == 0)
		rc = check_link(c, p, "after", call->after, i);
	if (rc == 0 && call->told.promise && call->told.promise_to_s < call->told.promise_from_s)
		rc = refuse(c, "told.promise: expected the end at %d or later, got %d",
		    call->told.promise_from_s, call->told.promise_to_s);
	if (rc == 0 && call->stay_served && !on)
		rc = refuse(c, "stay: expected none for a call on no current route, got %d",
		    call->stay_s);
	return rc;
}

static int
check_matrix(const struct checker *c, const struct problem *p, int32_t x)
{
	const struct travel_matrix *m = &p->matrix[x];
	size_t n = (size_t)p->locations * (size_t)p->locations;

	if ((m->narrow_s == NULL) == (m->wide_s == NULL))
		return refuse(c, "matrices[%d]: expected one array of seconds, got %s", x,
		    m->wide_s == NULL ? "none" : "two");
	for (size_t at = 0; m->wide_s != NULL && at < n; at++)
		if (m->wide_s[at] < 0 || m->wide_s[at] > TRAVEL_S_MAX)
			return refuse(c, "matrices[%d]: expected 0 to %d seconds, got %d in row "
			    "%zu, column %zu", x, TRAVEL_S_MAX, m->wide_s[at],
			    at / (size_t)p->locations, at % (size_t)p->locations);
	return 0;
}

/* What the problem says of roads, traffic and the depot. */
static int
check_roads(const struct checker *c, const struct problem *p)
{
	int rc = 0;

	for (int32_t x = 0; rc == 0 && x < p->matrices; x++)
		rc = check_matrix(c, p, x);
	for (int h = 0; rc == 0 && p->traffic && h < 24; h++)
		if (p->hour_pct[h] < HOUR_PCT_MIN || p->hour_pct[h] > 100)
			rc = refuse(c, "traffic.hour_pct[%d]: expected %d to 100, got %d", h,
			    HOUR_PCT_MIN, p->hour_pct[h]);
	if (rc == 0 && p->has_depot)
		rc = check_spot(c, p, "depot", p->depot, p->depot_location);
	return rc;
}

/* Labels keep so many numbers of what a route uses up, and no more. */
static int
check_uses(const struct checker *c, const struct problem *p)
{
	struct use use[USE_MAX];
	int32_t n = use_list(p, use);

	if (n <= USE_MAX)
		return 0;
	return refuse(c, "loads: expected at most %d limits that matter of loads (one for "
	    "deliveries or pickups, two for both), parts, stops and driving in one problem, "
	    "got %d", USE_MAX, n);
}

int
problem_check(const struct problem *p, char *why, size_t why_size)
{
	struct checker c = { .why = why, .why_size = why_size };
	bool *on;
	int rc = check_ranges(&c, problem_ranges, ARRAY_LEN(problem_ranges), p);

	if (rc == 0)
		rc = check_roads(&c, p);
	if (rc < 0)
		return rc;
	on = calloc((size_t)p->calls + 1, sizeof(*on));
	if (on == NULL)
		return -ENOMEM;
	for (int32_t k = 0; rc == 0 && k < p->technicians; k++) {
		snprintf(c.at, sizeof(c.at), "technicians[%d].", k);
		rc = check_technician(&c, p, k, on);
	}
	for (int32_t i = 0; rc == 0 && i < p->calls; i++) {
		snprintf(c.at, sizeof(c.at), "calls[%d].", i);
		rc = check_call(&c, p, i, on[i]);
	}
	free(on);
	c.at[0] = '\0';
	return rc == 0 ? check_uses(&c, p) : rc;
}

