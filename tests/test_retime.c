/* SPDX-License-Identifier: Apache-2.0 */
/* Where routes lead, seen from a moment: times, breaks, shifts, absences, what does not fit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/object.h"
#include "tests/state_fixture.h"

/*
 * Drives in the shop: c1 lies 0.01 degree from home, c2 0.02 and so on; each leg has 120 s more.
 * One step is 1,112 m, so 1,446 m by road at 30 km/h: 174 s.
 */
enum { HOME_C1 = 120 + 174, STEP = 120 + 174 };

static const char *
route_text(const struct state *s, const struct retimed *r, char *text, size_t size)
{
	size_t n = 0;
	int32_t taken = 0;

	text[0] = '\0';
	for (int32_t i = 0; i <= r->stops; i++) {
		for (; taken < r->takens && r->taken[taken].after == i; taken++)
			n += (size_t)snprintf(text + n, size - n, "break@%lld ",
			    (long long)(r->taken[taken].start - T0));
		if (i < r->stops)
			n += (size_t)snprintf(text + n, size - n, "%s@%lld ",
			    state_call(s, r->stop[i].call)->id,
			    (long long)(r->stop[i].arrival - T0));
	}
	for (int32_t i = 0; i < r->losts; i++)
		n += (size_t)snprintf(text + n, size - n, "lost:%s ", state_call(s, r->lost[i])->id);
	if (n > 0)
		text[n - 1] = '\0';
	return text;
}

/* What happens before a route is re-timed. */
struct happening {
	int64_t at_s;
	enum event_type type;
	const char *body;
};

#define SHIFT_T1 \
	{ 0, EV_SHIFT_STARTED, \
		"{'technician':'t1','version':2,'at':@0,'place':{'lat_udeg':41880000,'lon_udeg':-87630000}" \
		"}" }
#define DEPARTED_C1 \
	{ 300, EV_STOP_DEPARTED, \
		"{'technician':'t1','call':'c1','version':2,'at':@300,'arrival':@600,'end':@4200}" }
#define ARRIVED_C1 \
	{ 600, EV_STOP_ARRIVED, \
		"{'technician':'t1','call':'c1','version':3,'at':@600,'end':@4200}" }

static const struct retime_case {
	const char *name;
	struct happening before[6]; /* NULL body ends */
	int64_t at_s;
	const char *order; /* of t1 */
	const char *route;
	bool works;
	int64_t end_s; /* -1: not looked at */
} cases[] = {
	{ "before the shift", { { 0 } }, -1800, "c1 c2", "c1@294 c2@4188 break@14400", true, 16667 },
	{ "absent to the end of the shift: no overtime after it",
	    { { 0, EV_TECHNICIAN_ABSENT, "{'technician':'t1','version':2,'from':@0,'to':@32400}" } },
	    0, "c1", "lost:c1", false, -1 },
	{ "nothing to do", { { 0 } }, -1800, "", "", true, 0 },
	{ "late, but not for long", { { 0 } }, 1800, "c1", "c1@2094 break@14400", true, -1 },
	{ "did not come; tomorrow's shift", { { 0 } }, 1801, "c1", "c1@86694", true, -1 },
	{ "came late after all",
	    { { 3600, EV_SHIFT_STARTED,
	        "{'technician':'t1','version':2,'at':@3600,'place':{'lat_udeg':41880000,'lon_udeg':"
	        "-87630000}}" } },
	    3600, "c1", "c1@3894 break@14400", true, -1 },
	{ "an appointment is waited for", { { 0 } }, -1800, "c4 c1",
	    "break@14400 c4@25200 c1@29441", true, -1 },
	{ "a break in the last gap within its window", { SHIFT_T1 }, 9000, "c1 c2 c3",
	    "c1@9294 c2@13188 break@16788 c3@18882", true, -1 },
	{ "who may not do it loses it",
	    { { 0, EV_CALL_AMENDED,
	        "{'call':'c2','version':2,'terms':{'needs':[{'skill':'gas','level':1}]}}" } },
	    -1800, "c2 c1", "c1@294 break@14400 lost:c2", true, -1 },
	{ "on the way", { SHIFT_T1, DEPARTED_C1 }, 400, "c2", "c1@600 c2@4494 break@14400", true, -1 },
	{ "on the way for too long", { SHIFT_T1, DEPARTED_C1 }, 1000, "c2",
	    "c1@1300 c2@5194 break@14400", true, -1 },
	{ "at work", { SHIFT_T1, DEPARTED_C1, ARRIVED_C1 }, 700, "c2", "c1@600 c2@4494 break@14400",
	    true, -1 },
	{ "at work for too long", { SHIFT_T1, DEPARTED_C1, ARRIVED_C1 }, 5000, "c2",
	    "c1@600 c2@5594 break@14400", true, -1 },
	{ "more time is asked for",
	    { SHIFT_T1, DEPARTED_C1, ARRIVED_C1,
	        { 700, EV_STOP_LATE, "{'technician':'t1','call':'c1','version':4,'end':@7800}" } },
	    800, "c2", "c1@600 c2@8094 break@14400", true, -1 },
	{ "in a break",
	    { SHIFT_T1,
	        { 60, EV_BREAK_STARTED, "{'technician':'t1','version':3,'at':@60,'due':0,'end':@1860}" } },
	    100, "c1", "c1@2154", true, 2154 + 3600 + HOME_C1 },
	{ "in a break for too long",
	    { SHIFT_T1,
	        { 60, EV_BREAK_STARTED, "{'technician':'t1','version':3,'at':@60,'due':0,'end':@1860}" } },
	    2000, "c1", "c1@2594", true, -1 },
	{ "a break waived",
	    { SHIFT_T1, { 60, EV_BREAK_WAIVED, "{'technician':'t1','version':3,'due':0}" } }, 100, "c1",
	    "c1@394", true, 394 + 3600 + HOME_C1 },
	{ "absent all day",
	    { { 0, EV_TECHNICIAN_ABSENT, "{'technician':'t1','version':2,'from':@0,'to':@36001}" } },
	    0, "c1", "lost:c1", false, -1 },
	{ "absent in the morning",
	    { { 0, EV_TECHNICIAN_ABSENT, "{'technician':'t1','version':2,'from':@0,'to':@7200}" } },
	    0, "c1", "c1@7494 break@14400", true, -1 },
	{ "absent from ten: what ends by then",
	    { { 0, EV_TECHNICIAN_ABSENT, "{'technician':'t1','version':2,'from':@7200,'to':@36001}" } },
	    0, "c1 c2", "c1@294 lost:c2", true, -1 },
	{ "the shift was ended",
	    { SHIFT_T1, { 600, EV_SHIFT_ENDED, "{'technician':'t1','version':3,'at':@600}" } }, 700, "c1",
	    "c1@86694", true, -1 },
	{ "no shift for days", { { 0 } }, 200000, "c1", "lost:c1", false, -1 },
	{ "the end of the shift", { SHIFT_T1 }, 27000, "c1 c2 c3", "break@27000 c1@29094 lost:c2 lost:c3",
	    true, -1 },
};

static void
test_cases(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct retime_case *c = &cases[i];
		struct state *s = fix_shop();
		struct retimed *r = calloc(1, sizeof(*r));
		int32_t calls[8], n = 0;
		char order[64], text[512];

		fix_plan(s, -3600, "t1: c1 c2");
		for (size_t k = 0; k < ARRAY_LEN(c->before) && c->before[k].body != NULL; k++)
			fix_must(s, c->before[k].at_s, c->before[k].type, "%s", c->before[k].body);
		snprintf(order, sizeof(order), "%s", c->order);
		for (char *id = strtok(order, " "); id != NULL; id = strtok(NULL, " "))
			calls[n++] = state_call_find(s, id);
		retime_order(s, 0, T0 + c->at_s, calls, n, r);
		if (strcmp(route_text(s, r, text, sizeof(text)), c->route) != 0 || r->works != c->works)
			fail_msg("%s: %s (works %d)", c->name, text, r->works);
		if (c->end_s >= 0 && r->end != T0 + c->end_s)
			fail_msg("%s: ends at %lld", c->name, (long long)(r->end - T0));
		free(r);
		state_free(s);
	}
}

/* A told stop is not started earlier than its ETA less the tolerance, nor before its window opens. */
static void
test_told_stops_wait(void **unused)
{
	struct state *s = fix_shop();
	struct retimed *r = calloc(1, sizeof(*r));
	int64_t told;

	(void)unused;
	fix_plan(s, -1800, "t1: c2 c1");
	told = fix_call(s, "c1")->told.arrival;
	assert_true(fix_call(s, "c1")->told.any);
	fix_must(s, -1700, EV_CALL_CANCELLED, "{'call':'c2','version':2}");
	retime(s, 0, T0 - 1600, r);
	assert_int_equal(r->stops, 1);
	assert_int_equal(r->stop[0].arrival, told - 600);
	fix_must(s, -1500, EV_GUIDELINES_SET, "{'version':2,'guidelines':{'eta_tolerance_s':7200}}");
	retime(s, 0, T0 - 1400, r);
	assert_int_equal(r->stop[0].arrival, fix_call(s, "c1")->told.promise_from);
	free(r);
	state_free(s);
}

/* A break stays in the gap where the plan has it, as long as it can. */
static void
test_planned_break_stays(void **unused)
{
	struct state *s = fix_shop();
	struct retimed *r = calloc(1, sizeof(*r));
	const struct fix_plan plan = { .kind = "solve" };
	json_t *body;

	(void)unused;
	/* The break could be after c3; the plan takes it before it. */
	fix_must(s, -3600, EV_TECHNICIAN_AMENDED,
	    "{'technician':'t1','version':2,'terms':{'shifts':[{'from':@0,'to':@32400,'breaks':["
	    "{'from':@3600,'to':@18000,'duration_s':1800}]}]}}");
	body = fix_plan_body(s, -1800, "t1: c1 c2 c3", &plan);
	json_object_set_new(json_array_get(json_object_get(json_array_get(json_object_get(body,
	                                                       "routes"),
	                                       0),
	                        "breaks"),
	                        0),
	    "after", json_integer(1));
	assert_int_equal(fix_apply_json(s, -1800, EV_PLAN_REVISED, body), 0);
	retime(s, 0, T0 - 1700, r);
	assert_int_equal(r->takens, 1);
	assert_int_equal(r->taken[0].after, 1);
	assert_int_equal(r->stop[1].arrival, r->stop[0].end + 1800 + STEP);
	retime_order(s, 0, T0 - 1700, (int32_t[]){ 0, 1, 2 }, 3, r);
	assert_int_equal(r->taken[0].after, 3); /* left to itself it comes last */
	free(r);
	state_free(s);
}

static void
test_limits(void **unused)
{
	struct state *s = fix_shop();
	struct retimed *r = calloc(1, sizeof(*r));

	(void)unused;
	retime(s, 0, T0, r);
	assert_int_equal(r->shift_end, T0 + 32400);
	assert_int_equal(r->overtime_max_s, 3600);
	fix_must(s, 0, EV_TECHNICIAN_AMENDED,
	    "{'technician':'t1','version':2,'terms':{'overtime_max_s':600}}");
	retime(s, 0, T0, r);
	assert_int_equal(r->overtime_max_s, 600);
	fix_must(s, 0, EV_TECHNICIAN_ABSENT, "{'technician':'t1','version':3,'from':@32700,'to':@40000}");
	retime(s, 0, T0, r);
	assert_int_equal(r->shift_end, T0 + 32400);
	assert_int_equal(r->overtime_max_s, 300);
	fix_must(s, 0, EV_TECHNICIAN_ABSENT, "{'technician':'t1','version':4,'from':@3600,'to':@40000}");
	retime(s, 0, T0, r);
	assert_int_equal(r->shift_end, T0 + 3600);
	assert_int_equal(r->overtime_max_s, 0);
	free(r);
	state_free(s);
}

/* What is shown of a route is never past: but nothing else of it changes between revisions. */
static void
test_shown_from_now(void **unused)
{
	struct state *s = fix_shop();
	struct retimed *r = calloc(1, sizeof(*r));
	const struct tech *t = fix_tech(s, "t1");
	int64_t first;

	(void)unused;
	fix_must(s, 0, EV_SHIFT_STARTED,
	    "{'technician':'t1','version':2,'at':@0,'place':{'lat_udeg':41880000,'lon_udeg':-87630000}}");
	fix_plan(s, 0, "t1: c1 c2");
	first = t->stop[0].arrival;
	/* He should have set out: for less than a minute nothing is made of it. */
	object_seen(s, 0, first - HOME_C1 + 59, r);
	assert_int_equal(r->stops, 2);
	assert_memory_equal(r->stop, t->stop, 2 * sizeof(t->stop[0]));
	assert_int_equal(r->end, t->route_end);
	object_seen(s, 0, first - HOME_C1 + 60, r);
	assert_int_equal(r->stop[0].arrival, first + 60);
	object_seen(s, 0, first + 300, r);
	assert_int_equal(r->stops, 2);
	assert_true(r->stop[0].arrival >= first + 300);
	assert_true(r->stop[1].arrival >= r->stop[0].end);
	assert_true(r->stop[1].arrival > t->stop[1].arrival);
	object_seen(s, 0, T0 + 36000, r); /* nothing fits: what becomes of it is not for a view to say */
	assert_int_equal(r->stops, 2);
	assert_memory_equal(r->stop, t->stop, 2 * sizeof(t->stop[0]));
	/* At work too long. */
	fix_must(s, first, EV_STOP_ARRIVED, "{'technician':'t1','call':'c1','version':2,'at':@%lld,"
	    "'end':@%lld}", (long long)(first - T0), (long long)(first - T0 + 1800));
	object_seen(s, 0, first + 2000, r);
	assert_int_equal(r->stop[0].arrival, first);
	assert_int_equal(r->stop[0].end, first + 2000 + 300);
	free(r);
	state_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_told_stops_wait),
		cmocka_unit_test(test_planned_break_stays),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_shown_from_now),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
