/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/members.h"

#include "solver/problem.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static const char *const none[] = { NULL };

static const struct json_int technician_ints[] = {
	{ "ready_s", offsetof(struct technician, ready_s), 0, true },
	{ "shift_end_s", offsetof(struct technician, shift_end_s), 0, true },
	{ "overtime_max_s", offsetof(struct technician, overtime_max_s), 0, false },
	{ "speed_pct", offsetof(struct technician, speed_pct), 100, false },
	{ "drive_cents_per_h", offsetof(struct technician, drive_cents_per_h), 0, false },
	{ "wait_cents_per_h", offsetof(struct technician, wait_cents_per_h), 0, false },
	{ "overtime_cents_per_h", offsetof(struct technician, overtime_cents_per_h), 0, false },
	{ "hard_before", offsetof(struct technician, hard_before), 0, false },
	{ "day_cents", offsetof(struct technician, day_cents), 0, false },
	{ "stops_max", offsetof(struct technician, stops_max), PROBLEM_STOPS_MAX, false },
	{ "drive_max_s", offsetof(struct technician, drive_max_s), PROBLEM_NEVER, false },
	{ "matrix", offsetof(struct technician, matrix), 0, false },
	{ "kind", offsetof(struct technician, kind), 0, false },
	{ "fixed", offsetof(struct technician, fixed), 0, false },
};
static const char *const technician_others[] = { "id", "start", "end", "skills", "breaks",
	"current", "leaves_late", "capacity", "parts", "tools", NULL };

static const char *const break_others[] = { "windows", NULL };
static const struct json_int break_ints[] = {
	{ "open_s", offsetof(struct break_due, open_s), 0, true },
	{ "close_s", offsetof(struct break_due, close_s), PROBLEM_NEVER, false },
	{ "duration_s", offsetof(struct break_due, duration_s), 0, true },
};

static const struct json_int call_ints[] = {
	{ "duration_s", offsetof(struct call, duration_s), 0, true },
	{ "open_s", offsetof(struct call, open_s), 0, false },
	{ "close_s", offsetof(struct call, close_s), PROBLEM_NEVER, false },
	{ "due_s", offsetof(struct call, due_s), PROBLEM_NEVER, false },
	{ "opened_s", offsetof(struct call, opened_s), 0, false },
	{ "difficulty", offsetof(struct call, difficulty), 0, false },
	{ "late_cents_per_h", offsetof(struct call, late_cents_per_h), 0, false },
	{ "response_cents_per_h", offsetof(struct call, response_cents_per_h), 0, false },
	{ "break_promise_cents", offsetof(struct call, break_promise_cents), 0, false },
	{ "prefer_cents", offsetof(struct call, prefer_cents), 0, false },
	{ "reassign_cents", offsetof(struct call, reassign_cents), 0, false },
	{ "repromise_cents", offsetof(struct call, repromise_cents), 0, false },
	{ "eta_moved_cents", offsetof(struct call, eta_moved_cents), 0, false },
	{ "drop_cents", offsetof(struct call, drop_cents), 0, false },
	{ "setup_s", offsetof(struct call, setup_s), 0, false },
	{ "after_gap_s", offsetof(struct call, after_gap_s), 0, false },
	{ "unserved_cents", offsetof(struct call, unserved_cents), 0, true },
};
static const char *const call_others[] = { "id", "site", "needs", "required", "preferred",
	"forbidden", "told", "stay", "immovable", "windows", "duration_by_kind", "setup_by_kind",
	"pickup", "delivery", "parts", "tools", "with", "after", NULL };

static const struct json_int travel_ints[] = {
	{ "road_factor_pct", offsetof(struct travel_model, road_factor_pct), 130, false },
	{ "speed_m_per_h", offsetof(struct travel_model, speed_m_per_h), 40000, false },
	{ "leg_s", offsetof(struct travel_model, leg_s), 0, false },
};

static const struct json_int weight_ints[] = {
	{ "eta_tolerance_s", offsetof(struct weights, eta_tolerance_s), 600, false },
	{ "late_steep_s", offsetof(struct weights, late_steep_s), 3600, false },
	{ "break_late_cents_per_h", offsetof(struct weights, break_late_cents_per_h), 0, false },
	{ "fair_cents", offsetof(struct weights, fair_cents), 0, false },
};

static const struct json_int depot_ints[] = {
	{ "duration_s", offsetof(struct problem, depot_s), 0, false },
};
static const char *const depot_others[] = { "lat", "lon", "location", NULL };

static const struct json_int problem_ints[] = {
	{ "budget", offsetof(struct problem, budget), -1, false },
	{ "loads", offsetof(struct problem, loads), 0, false },
	{ "parts", offsetof(struct problem, parts), 0, false },
	{ "kinds", offsetof(struct problem, kinds), 0, false },
};
static const char *const problem_others[] = { "origin", "travel", "weights", "technicians",
	"calls", "matrices", "traffic", "depot", "breaks_on_the_way", NULL };

const struct members members_technician = {
	technician_ints, ARRAY_LEN(technician_ints), technician_others
};
const struct members members_break = {
	break_ints, ARRAY_LEN(break_ints), break_others
};
const struct members members_call = {
	call_ints, ARRAY_LEN(call_ints), call_others
};
const struct members members_travel = {
	travel_ints, ARRAY_LEN(travel_ints), none
};
const struct members members_weight = {
	weight_ints, ARRAY_LEN(weight_ints), none
};
const struct members members_depot = {
	depot_ints, ARRAY_LEN(depot_ints), depot_others
};
const struct members members_problem = {
	problem_ints, ARRAY_LEN(problem_ints), problem_others
};

int
members_read(const struct json_reader *r, const json_t *j, const struct members *of, void *thing)
{
	int rc = json_known(r, j, of->ints, of->n, of->others);

	return rc == 0 ? json_read_ints(r, j, of->ints, of->n, thing) : rc;
}

int
members_write(json_t *j, const struct members *of, const void *thing)
{
	return json_write_ints(j, of->ints, of->n, thing);
}
