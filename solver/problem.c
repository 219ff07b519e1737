/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/problem.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

enum {
	TIME_ABS_MAX = 400000000, /* seconds from the origin: over twelve years */
	DURATION_MAX = 10000000,
	PRICE_MAX = 100000000, /* cents: a million an hour or at once */
	UNSERVED_MAX = 2000000000, /* more than any detour, so that all else comes second */
	SKILL_LEVEL_MAX = 1000,
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
	size_t used;

	if (c->why_size == 0)
		return -EINVAL;
	snprintf(c->why, c->why_size, "%s", c->at);
	used = strlen(c->why);
	va_start(ap, fmt);
	vsnprintf(c->why + used, c->why_size - used, fmt, ap);
	va_end(ap);
	return -EINVAL;
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
			    "required, forbidden), got %s", r, t->id, p->call[i].id);
		on[i] = true;
	}
	return 0;
}

static int
check_technician(struct checker *c, const struct problem *p, int32_t k, bool *on)
{
	const struct technician *t = &p->technician[k];
	int rc = check_ranges(c, technician_ranges, ARRAY_LEN(technician_ranges), t);

	if (rc == 0)
		rc = check_place(c, "start", t->start);
	if (rc == 0 && !t->open_end)
		rc = check_place(c, "end", t->end);
	if (rc == 0 && (t->skills < 0 || t->skills > PROBLEM_SKILLS_MAX))
		rc = refuse(c, "skills: expected at most %d, got %d", PROBLEM_SKILLS_MAX,
		    t->skills);
	if (rc == 0)
		rc = check_skills(c, p, "skills", t->skill, t->skills);
	if (rc == 0)
		rc = check_breaks(c, t);
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
check_call(const struct checker *c, const struct problem *p, const struct call *call, bool on)
{
	int rc = check_ranges(c, call_ranges, ARRAY_LEN(call_ranges), call);

	if (rc == 0)
		rc = check_place(c, "site", call->site);
	if (rc == 0 && call->close_s < call->open_s)
		rc = refuse(c, "close_s: expected open_s (%d) or later, got %d", call->open_s,
		    call->close_s);
	if (rc == 0 && (call->needs < 0 || call->needs > PROBLEM_NEEDS_MAX))
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
	if (rc == 0 && call->told.promise && call->told.promise_to_s < call->told.promise_from_s)
		rc = refuse(c, "told.promise: expected the end at %d or later, got %d",
		    call->told.promise_from_s, call->told.promise_to_s);
	if (rc == 0 && call->stay_served && !on)
		rc = refuse(c, "stay: expected none for a call on no current route, got %d",
		    call->stay_s);
	return rc;
}

int
problem_check(const struct problem *p, char *why, size_t why_size)
{
	struct checker c = { .why = why, .why_size = why_size };
	bool *on;
	int rc = check_ranges(&c, problem_ranges, ARRAY_LEN(problem_ranges), p);

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
		rc = check_call(&c, p, &p->call[i], on[i]);
	}
	free(on);
	return rc;
}

static bool
has_skill(const struct technician *t, struct skill_level need)
{
	for (int32_t s = 0; s < t->skills; s++)
		if (t->skill[s].skill == need.skill && t->skill[s].level >= need.level)
			return true;
	return false;
}

bool
problem_may(const struct problem *p, int32_t technician, int32_t call)
{
	const struct technician *t = &p->technician[technician];
	const struct call *c = &p->call[call];

	if (c->required >= 0 && c->required != technician)
		return false;
	for (int32_t f = 0; f < c->forbiddens; f++)
		if (c->forbidden[f] == technician)
			return false;
	for (int32_t n = 0; n < c->needs; n++)
		if (!has_skill(t, c->need[n]))
			return false;
	return true;
}

struct problem *
problem_new(int32_t technicians, int32_t calls, int32_t skills)
{
	struct problem *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->technician = calloc((size_t)technicians + 1, sizeof(*p->technician));
	p->call = calloc((size_t)calls + 1, sizeof(*p->call));
	p->skill_name = calloc((size_t)skills + 1, sizeof(*p->skill_name));
	if (p->technician == NULL || p->call == NULL || p->skill_name == NULL) {
		problem_free(p);
		return NULL;
	}
	p->technicians = technicians;
	p->calls = calls;
	p->skills = skills;
	for (int32_t i = 0; i < calls; i++) {
		p->call[i].required = -1;
		p->call[i].preferred = -1;
		p->call[i].told.technician = -1;
		p->call[i].close_s = PROBLEM_NEVER;
		p->call[i].due_s = PROBLEM_NEVER;
		p->call[i].with = -1;
		p->call[i].after = -1;
	}
	for (int32_t k = 0; k < technicians; k++) {
		p->technician[k].stops_max = PROBLEM_STOPS_MAX;
		p->technician[k].drive_max_s = PROBLEM_NEVER;
	}
	for (int h = 0; h < 24; h++)
		p->hour_pct[h] = 100;
	return p;
}

void
problem_free(struct problem *p)
{
	if (p == NULL)
		return;
	for (int32_t k = 0; p->technician != NULL && k < p->technicians; k++) {
		free(p->technician[k].skill);
		free(p->technician[k].current);
	}
	for (int32_t i = 0; p->call != NULL && i < p->calls; i++) {
		free(p->call[i].forbidden);
		free(p->call[i].duration_by_kind);
		free(p->call[i].setup_by_kind);
	}
	for (int32_t x = 0; x < p->matrices; x++) {
		free(p->matrix[x].narrow_s);
		free(p->matrix[x].wide_s);
	}
	free(p->matrix);
	free(p->technician);
	free(p->call);
	free(p->skill_name);
	free(p);
}
