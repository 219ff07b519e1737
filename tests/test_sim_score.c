/* SPDX-License-Identifier: Apache-2.0 */
/* The score and the judge on traces made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sim/judge.h"
#include "sim/score.h"
#include "tests/sim_fixture.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
/* A time of the fixture's day. */
#define AT(h, m) (FIXTURE_MIDNIGHT_S + (h)*3600 + (m)*60)

struct stage {
	struct sim_day day;
	struct fleet fleet;
	struct desk desk;
	struct score score;
	struct judge *judge;
};

static void
stage_up(struct stage *s, int32_t calls, int32_t techs)
{
	fixture_day(&s->day, calls);
	fixture_fleet(&s->fleet, &s->day, techs);
	assert_int_equal(desk_init(&s->desk, &s->day, &s->fleet), 0);
	assert_int_equal(score_init(&s->score, &s->day, &s->fleet), 0);
	s->judge = judge_new(&s->desk);
	assert_non_null(s->judge);
}

static void
stage_down(struct stage *s)
{
	judge_free(s->judge);
	score_done(&s->score);
	desk_done(&s->desk);
	fleet_done(&s->fleet);
	day_done(&s->day);
}

static void
happens(struct stage *s, enum fact_type type, int64_t at_s, int32_t tech, int32_t call,
    int32_t drive_s)
{
	struct fact f = { .type = type,
		.at_s = at_s,
		.tech = tech,
		.call = call,
		.drive_s = drive_s,
		.place = s->fleet.tech[0].home };

	score_fact(&s->score, &s->desk, &f);
	desk_fact(&s->desk, &f);
}

static void
tells(struct stage *s, int64_t at_s, int32_t call, int32_t tech, int64_t arrival_s, int64_t from_s,
    int64_t to_s)
{
	struct telling t = { .at_s = at_s,
		.call = call,
		.tech = tech,
		.arrival_s = arrival_s,
		.promise_from_s = from_s,
		.promise_to_s = to_s };

	score_telling(&s->score, &s->desk, &t);
	desk_telling(&s->desk, &t);
}

static struct figures
figures_of(struct stage *s)
{
	struct figures f;

	score_figures(&s->score, &s->desk, &f);
	return f;
}

/* --- promises --- */

struct promise_case {
	const char *name;
	int64_t told[3][3]; /* up to three tellings: ETA, window; 0 ends */
	int64_t start_s;    /* 0: never visited */
	int32_t made, first, last, repromised, eta_moved, moves;
};

static const struct promise_case promise_cases[] = {
	{ "nothing told, nothing kept", { { 0 } }, AT(9, 0), 0, 0, 0, 0, 0, 0 },
	{ "kept", { { AT(9, 0), AT(8, 30), AT(10, 0) } }, AT(9, 20), 1, 1, 1, 0, 0, 0 },
	{ "the window's ends are within it", { { AT(9, 0), AT(8, 30), AT(10, 0) } }, AT(10, 0), 1,
	    1, 1, 0, 0, 0 },
	{ "too late", { { AT(9, 0), AT(8, 30), AT(10, 0) } }, AT(10, 1), 1, 0, 0, 0, 0, 0 },
	{ "too early", { { AT(9, 0), AT(8, 30), AT(10, 0) } }, AT(8, 29), 1, 0, 0, 0, 0, 0 },
	{ "never visited", { { AT(9, 0), AT(8, 30), AT(10, 0) } }, 0, 1, 0, 0, 0, 0, 0 },
	{ "a moved ETA in the same window",
	    { { AT(9, 0), AT(8, 30), AT(10, 0) }, { AT(9, 30), AT(8, 30), AT(10, 0) } }, AT(9, 30),
	    1, 1, 1, 0, 1, 1 },
	{ "ten minutes are no move",
	    { { AT(9, 0), AT(8, 30), AT(10, 0) }, { AT(9, 10), AT(8, 30), AT(10, 0) } }, AT(9, 30),
	    1, 1, 1, 0, 0, 0 },
	{ "promised anew and kept as last told",
	    { { AT(9, 0), AT(8, 30), AT(10, 0) }, { AT(11, 0), AT(10, 30), AT(12, 0) } }, AT(11, 0),
	    1, 0, 1, 1, 1, 1 },
	{ "twice promised anew",
	    { { AT(9, 0), AT(8, 30), AT(10, 0) }, { AT(11, 0), AT(10, 30), AT(12, 0) },
		{ AT(13, 0), AT(12, 30), AT(14, 0) } },
	    AT(11, 0), 1, 0, 0, 2, 2, 2 },
};

/* Another window within the hour of the last is counted; the same one said twice is not. */
static void
test_repromises(void **unused)
{
	static const struct {
		const char *name;
		int64_t first_s, second_s;
		int64_t first_seq, second_seq;
		int64_t too_soon;
	} repromises[] = {
		{ "half an hour later", AT(9, 0), AT(9, 30), 10, 20, 1 },
		{ "an hour later", AT(9, 0), AT(10, 0), 10, 20, 0 },
		{ "an hour later, less a tick", AT(9, 0), AT(9, 59), 10, 20, 0 },
		{ "the same one, as an ETA and as a promise", AT(9, 0), AT(9, 0), 10, 10, 0 },
		{ "two without a sequence", AT(9, 0), AT(9, 10), 0, 0, 1 },
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(repromises); i++) {
		struct saying a = { .kind = SAID_MOVED, .at_s = repromises[i].first_s,
			.seq = repromises[i].first_seq };
		struct saying b = { .kind = SAID_MOVED, .at_s = repromises[i].second_s,
			.seq = repromises[i].second_seq };
		struct stage s;

		stage_up(&s, 1, 1);
		happens(&s, FACT_BOOKED, AT(7, 45), -1, 0, 0);
		score_said(&s.score, &a);
		score_said(&s.score, &b);
		if (figures_of(&s).too_soon != repromises[i].too_soon)
			fail_msg("%s: %lld", repromises[i].name, (long long)figures_of(&s).too_soon);
		stage_down(&s);
	}
}

/* A call counts once, however often it is carried over, and also if it was visited after all. */
static void
test_carried_over(void **unused)
{
	struct saying carried = { .kind = SAID_CARRIED, .at_s = AT(9, 0), .call = 1 };
	struct figures f;
	struct stage s;

	(void)unused;
	stage_up(&s, 2, 1);
	for (int32_t i = 0; i < 2; i++)
		happens(&s, FACT_BOOKED, AT(7, 45), -1, i, 0);
	score_said(&s.score, &carried);
	score_said(&s.score, &carried);
	f = figures_of(&s);
	assert_int_equal(f.carried_over, 1);
	assert_int_equal(f.calls, f.served + f.cancelled + f.left_open + f.unserved);
	stage_down(&s);
}

/* A time that does not suit never was a promise. */
static void
test_declined(void **unused)
{
	struct fact no = { .type = FACT_ANSWERED, .at_s = AT(8, 10), .tech = -1, .call = 0 };
	struct saying offer = { .kind = SAID_GOODWILL, .what = "open", .cents = 5000 };
	struct saying granted = { .kind = SAID_GOODWILL, .what = "granted", .cents = 5000 };
	struct saying message = { .kind = SAID_MESSAGE };
	struct figures f;
	struct stage s;

	(void)unused;
	stage_up(&s, 1, 1);
	happens(&s, FACT_BOOKED, AT(7, 45), -1, 0, 0);
	tells(&s, AT(8, 0), 0, 0, AT(9, 0), AT(8, 30), AT(10, 0));
	score_said(&s.score, &message);
	score_fact(&s.score, &s.desk, &no);
	desk_fact(&s.desk, &no);
	assert_int_equal(s.desk.call[0].told_tech, -1);
	assert_int_equal(figures_of(&s).made, 0);
	tells(&s, AT(8, 20), 0, 0, AT(11, 0), AT(10, 30), AT(12, 0));
	score_said(&s.score, &offer);
	score_said(&s.score, &granted);
	f = figures_of(&s);
	assert_int_equal(f.made, 1);
	assert_int_equal(f.repromised, 0);
	assert_int_equal(f.declined, 1);
	assert_int_equal(f.messages, 1);
	assert_int_equal(f.goodwills, 1);
	assert_int_equal(f.goodwill_cents, 5000);
	stage_down(&s);
}

static void
test_promises(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(promise_cases); i++) {
		const struct promise_case *c = &promise_cases[i];
		struct stage s;
		struct figures f;

		stage_up(&s, 1, 1);
		happens(&s, FACT_BOOKED, AT(7, 45), -1, 0, 0);
		happens(&s, FACT_SHIFT_STARTED, AT(8, 0), 0, -1, 0);
		for (int t = 0; t < 3 && c->told[t][0] != 0; t++)
			tells(&s, AT(8, 0), 0, 0, c->told[t][0], c->told[t][1], c->told[t][2]);
		if (c->start_s != 0) {
			happens(&s, FACT_DEPARTED, c->start_s - 600, 0, 0, 0);
			happens(&s, FACT_ARRIVED, c->start_s, 0, 0, 600);
			happens(&s, FACT_FINISHED, c->start_s + 1800, 0, 0, 0);
		}
		happens(&s, FACT_SHIFT_ENDED, AT(16, 0), 0, -1, 0);
		f = figures_of(&s);
		if (f.made != c->made || f.kept_first != c->first || f.kept_last != c->last ||
		    f.repromised != c->repromised || f.eta_moved != c->eta_moved ||
		    f.max_moves != c->moves)
			fail_msg("%s: made %d, kept %d first %d last, %d anew, %d moved, %d moves",
			    c->name, f.made, f.kept_first, f.kept_last, (int)f.repromised,
			    (int)f.eta_moved, f.max_moves);
		stage_down(&s);
	}
}

/* A day of one technician, added up by hand. */
static void
test_adding_up(void **unused)
{
	struct stage s;
	struct figures f;

	(void)unused;
	stage_up(&s, 4, 1);
	s.day.call[2].due_s = AT(9, 0); /* passed by the end, nobody comes: unserved */
	s.day.call[3].due_s = s.day.midnight_s + 2 * 86400; /* urgent; visited */
	s.day.call[1].due_s = s.day.midnight_s + 2 * 86400; /* nobody comes: open */
	for (int32_t i = 0; i < 4; i++)
		happens(&s, FACT_BOOKED, s.day.call[i].known_s, -1, i, 0);
	happens(&s, FACT_SHIFT_STARTED, AT(8, 0), 0, -1, 0);
	happens(&s, FACT_DEPARTED, AT(8, 0), 0, 0, 0);
	happens(&s, FACT_ARRIVED, AT(8, 10), 0, 0, 600);
	happens(&s, FACT_FINISHED, AT(8, 40), 0, 0, 0);
	happens(&s, FACT_DEPARTED, AT(9, 0), 0, 3, 0); /* 20 minutes idle before */
	happens(&s, FACT_ARRIVED, AT(9, 15), 0, 3, 900);
	happens(&s, FACT_NO_ACCESS, AT(9, 25), 0, 3, 0);
	happens(&s, FACT_SHIFT_ENDED, AT(15, 50), 0, -1, 1200); /* home ten minutes late */
	f = figures_of(&s);
	assert_int_equal(f.calls, 4);
	assert_int_equal(f.served, 2);
	assert_int_equal(f.no_access, 1);
	assert_int_equal(f.left_open, 1);
	assert_int_equal(f.carried_over, 0);
	assert_int_equal(f.unserved, 1);
	assert_int_equal(f.driving_s, 600 + 900 + 1200);
	assert_int_equal(f.overtime_s, 600);
	assert_int_equal(f.breaks_missed, 1);
	assert_true(f.urgent_p50_s == AT(9, 15) - s.day.call[3].known_s);
	/* driving 2700 s, 20 minutes idle, overtime; response of both; two left out; the missed
	 * break */
	assert_int_equal(f.cost_cents,
	    2700 + 200 + 1000 + (25 * 60 * 60 + 1800) / 3600 + (90 * 60 * 1200 + 1800) / 3600 +
		20000 + 20000 + 10000);
	stage_down(&s);
}

/* --- the judge --- */

/* Two technicians; call 0 and 1 on the first's route, told for 09:00 and 10:00. */
struct judge_case {
	const char *name;
	int32_t tech[2]; /* who serves calls 0 and 1 in the new plan, -1 nobody */
	int64_t start_s[2];
	int64_t late_until_s; /* the first is on another job until then; 0: free at 08:30 */
	bool absent;          /* the first is gone */
	int32_t budget, chosens;
	bool over;
};

static const struct judge_case judge_cases[] = {
	{ "nothing changes", { 0, 0 }, { AT(9, 0), AT(10, 0) }, 0, false, 0, 0, false },
	{ "within the tolerance", { 0, 0 }, { AT(9, 10), AT(10, 10) }, 0, false, 0, 0, false },
	{ "one is moved", { 0, 0 }, { AT(9, 20), AT(10, 0) }, 0, false, 1, 1, false },
	{ "one is moved, none allowed", { 0, 0 }, { AT(9, 20), AT(10, 0) }, 0, false, 0, 1, true },
	{ "both are moved, the budget is one", { 0, 0 }, { AT(10, 10), AT(9, 0) }, 0, false, 1, 2,
	    true },
	{ "the guidelines allow no more than two", { 1, -1 }, { AT(9, 0), 0 }, 0, false, 9, 2,
	    false },
	{ "reassigned at the same time", { 0, 1 }, { AT(9, 0), AT(10, 0) }, 0, false, 2, 1, false },
	{ "dropped", { 0, -1 }, { AT(9, 0), 0 }, 0, false, 2, 1, false },
	{ "a slip of the job before forces both", { 0, 0 }, { AT(11, 0), AT(11, 38) }, AT(10, 57),
	    false, 0, 0, false },
	{ "later than the slip explains", { 0, 0 }, { AT(11, 30), AT(12, 10) }, AT(10, 57), false,
	    0, 2, true },
	{ "who is gone cannot serve", { 1, 1 }, { AT(12, 0), AT(13, 0) }, 0, true, 0, 0, false },
	{ "without a budget nothing is over it", { 1, 1 }, { AT(12, 0), AT(13, 0) }, 0, false, -1,
	    2, false },
};

static void
pushes(struct stage *s, const int32_t tech[2], const int64_t start_s[2], int32_t budget,
    struct verdict *v)
{
	struct push_stop stop[2][2];
	struct push_route route[2] = { { .tech = 0, .stop = stop[0] },
		{ .tech = 1, .stop = stop[1] } };
	int32_t left[2], lefts = 0;
	int32_t first = tech[0] >= 0 && tech[0] == tech[1] && start_s[1] < start_s[0] ? 1 : 0;
	struct revision r = { .at_s = s->desk.now_s,
		.cause = "call.booked",
		.cause_call = -1,
		.cause_tech = -1,
		.route = route,
		.routes = 2,
		.unassigned = left,
		.budget = budget };

	for (int32_t n = 0; n < 2; n++) {
		int32_t i = n == 0 ? first : 1 - first;

		if (tech[i] < 0)
			left[lefts++] = i;
		else
			stop[tech[i]][route[tech[i]].stops++] = (struct push_stop){ i, start_s[i],
				start_s[i] + 1800 };
	}
	r.unassigneds = lefts;
	judge_revision(s->judge, &r, v);
	desk_revision(&s->desk, &r);
}

static void
test_judge(void **unused)
{
	static const int32_t both[2] = { 0, 0 };
	static const int64_t told_s[2] = { AT(9, 0), AT(10, 0) };

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(judge_cases); i++) {
		const struct judge_case *c = &judge_cases[i];
		struct stage s;
		struct verdict v;

		stage_up(&s, 3, 2);
		for (int32_t n = 0; n < 3; n++)
			happens(&s, FACT_BOOKED, s.day.call[n].known_s, -1, n, 0);
		happens(&s, FACT_SHIFT_STARTED, AT(8, 0), 0, -1, 0);
		if (c->late_until_s != 0) {
			happens(&s, FACT_DEPARTED, AT(8, 0), 0, 2, 0);
			happens(&s, FACT_ARRIVED, AT(8, 5), 0, 2, 300);
		}
		pushes(&s, both, told_s, 0, &v);
		for (int32_t n = 0; n < 2; n++)
			tells(&s, AT(8, 0), n, 0, told_s[n], told_s[n] - 1800, told_s[n] + 3600);
		s.desk.now_s = AT(8, 30);
		if (c->late_until_s != 0)
			s.desk.tech[0].until_s = c->late_until_s;
		if (c->absent)
			happens(&s, FACT_ABSENT, AT(8, 30), 0, -1, 0);
		pushes(&s, c->tech, c->start_s, c->budget, &v);
		if (v.chosens != c->chosens || v.over != c->over)
			fail_msg("%s: %d chosen, %s:%s", c->name, v.chosens,
			    v.over ? "over" : "not over", v.detail);
		stage_down(&s);
	}
}

/* Who says forced of what is chosen is found out. */
static void
test_judge_disbelieves(void **unused)
{
	static const int32_t both[2] = { 0, 0 };
	static const int64_t told_s[2] = { AT(9, 0), AT(10, 0) };
	static const int32_t forced[] = { 1 };
	struct push_stop stop[] = { { 0, AT(9, 0), AT(9, 30) }, { 1, AT(11, 30), AT(12, 0) } };
	struct push_route route = { .tech = 0, .stop = stop, .stops = 2 };
	struct revision r = { .cause = "tick",
		.cause_call = -1,
		.cause_tech = -1,
		.route = &route,
		.routes = 1,
		.budget = 0,
		.forced = forced,
		.forceds = 1 };
	struct stage s;
	struct verdict v;

	(void)unused;
	stage_up(&s, 2, 2);
	happens(&s, FACT_BOOKED, AT(7, 45), -1, 0, 0);
	happens(&s, FACT_BOOKED, AT(7, 45), -1, 1, 0);
	happens(&s, FACT_SHIFT_STARTED, AT(8, 0), 0, -1, 0);
	pushes(&s, both, told_s, 0, &v);
	for (int32_t n = 0; n < 2; n++)
		tells(&s, AT(8, 0), n, 0, told_s[n], told_s[n] - 1800, told_s[n] + 3600);
	r.at_s = s.desk.now_s = AT(8, 30);
	judge_revision(s.judge, &r, &v);
	assert_int_equal(v.chosens, 1);
	assert_int_equal(v.unexplained, 1);
	assert_true(v.over);
	stage_down(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_promises),
		cmocka_unit_test(test_repromises),
		cmocka_unit_test(test_carried_over),
		cmocka_unit_test(test_declined),
		cmocka_unit_test(test_adding_up),
		cmocka_unit_test(test_judge),
		cmocka_unit_test(test_judge_disbelieves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
