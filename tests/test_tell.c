/* SPDX-License-Identifier: Apache-2.0 */
/* What is told, when, why, and how sure it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/eta.h"
#include "tests/state_fixture.h"

/* The entries told of t1's route re-timed at a moment. */
static json_t *
told_at(const struct state *s, const struct tell *how, int64_t at_s)
{
	struct tell t = *how;
	struct retimed *r = calloc(1, sizeof(*r));
	json_t *told = json_array();

	t.s = s;
	t.now = T0 + at_s;
	retime(s, 0, t.now, r);
	assert_int_equal(tell_route(&t, 0, r->stop, r->stops, told), 0);
	assert_int_equal(tell_due(s, t.now, 0, r->stop, r->stops), json_array_size(told) > 0);
	free(r);
	return told;
}

static const char *
told_text(const json_t *told, char *text, size_t size)
{
	const json_t *e;
	size_t i, n = 0;

	text[0] = '\0';
	json_array_foreach(told, i, e) {
		n += (size_t)snprintf(text + n, size - n, "%s%s v%lld %s", i > 0 ? ", " : "",
		    json_string_value(json_object_get(e, "call")),
		    (long long)json_integer_value(json_object_get(e, "version")),
		    json_string_value(json_object_get(e, "code")));
	}
	return text;
}

/* Told at the start: c1 (at 08:04:54) and c2 (at 09:09:48), promised 30 minutes before to 60 after. */
static const struct tell_case {
	const char *name;
	int64_t happens_s;
	enum event_type type;
	const char *body; /* NULL: nothing happens */
	int64_t at_s;
	struct tell how;
	const char *told;
} cases[] = {
	{ "nothing new", 0, EV_CALL_BOOKED, NULL, -1700, { .call = -1, .technician = -1 }, "" },
	{ "within the tolerance", 0, EV_CALL_BOOKED, NULL, 600, { .call = -1, .technician = -1 }, "" },
	{ "beyond the tolerance", 0, EV_CALL_BOOKED, NULL, 601, { .call = -1, .technician = -1 },
	    "c1 v2 slipped, c2 v2 slipped" },
	{ "earlier", -1700, EV_CALL_AMENDED,
	    "{'call':'c1','version':2,'terms':{'duration_s':2999}}", -1600,
	    { .call = -1, .technician = -1 }, "" }, /* held back to the ETA less the tolerance */
	{ "the call that was amended", -1700, EV_CALL_AMENDED,
	    "{'call':'c1','version':2,'terms':{'appointment':{'from':@3600,'to':@7200}}}", -1600,
	    { .why = TELL_AMENDED, .call = 0, .technician = -1 }, "c1 v2 amended, c2 v2 slipped" },
	{ "moved by choice for another", 0, EV_CALL_BOOKED, NULL, 601,
	    { .why = TELL_MADE_ROOM, .call = -1, .technician = -1, .chosen = (int32_t[]){ 1 },
	        .chosens = 1 },
	    "c1 v2 slipped, c2 v2 made_room" },
	{ "moved by choice for a better plan", 0, EV_CALL_BOOKED, NULL, 601,
	    { .why = TELL_REPLANNED, .call = -1, .technician = -1, .chosen = (int32_t[]){ 0 },
	        .chosens = 1 },
	    "c1 v2 replanned, c2 v2 slipped" },
	{ "moved by a dispatcher", 0, EV_CALL_BOOKED, NULL, 601,
	    { .why = TELL_OVERRIDDEN, .call = 1, .technician = 0 },
	    "c1 v2 slipped, c2 v2 overridden" },
};

static void
test_cases(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct tell_case *c = &cases[i];
		struct state *s = fix_shop();
		json_t *told;
		char text[256];

		fix_plan(s, -1800, "t1: c1 c2");
		if (c->body != NULL)
			fix_must(s, c->happens_s, c->type, "%s", c->body);
		told = told_at(s, &c->how, c->at_s);
		if (strcmp(told_text(told, text, sizeof(text)), c->told) != 0)
			fail_msg("%s: told %s", c->name, text);
		json_decref(told);
		state_free(s);
	}
}

static void
test_first_telling(void **unused)
{
	struct state *s = fix_shop();
	const struct told_state *c1 = &fix_call(s, "c1")->told, *c4 = &fix_call(s, "c4")->told;

	(void)unused;
	fix_plan(s, -3600, "t1: c1 c2 c4");
	assert_true(c1->any);
	assert_int_equal(c1->version, 1);
	assert_int_equal(c1->technician, 0);
	assert_int_equal(c1->arrival, T0 + 294);
	assert_int_equal(c1->promise_from, c1->arrival - 1800);
	assert_int_equal(c1->promise_to, c1->arrival + 3600);
	assert_int_equal(c1->first_from, c1->promise_from);
	/* c2 comes at 09:09:48, more than two hours from now; c4 at 15:00 is promised, not told. */
	assert_false(fix_call(s, "c2")->told.any);
	assert_false(c4->any);
	assert_true(c4->promise);
	assert_int_equal(c4->promise_from, T0 + 25200);
	assert_int_equal(tell_next(s, T0 - 3600, 0), T0 + 4188 - 7200);
	assert_int_equal(tell_next(s, T0 - 3000, 0), T0 + 25200 - 7200);
	assert_int_equal(tell_next(s, T0 + 30000, 0), INT64_MAX);
	state_free(s);
}

/* The promise stays as it was until the arrival leaves it; then a new one, and the first is kept. */
static void
test_promise_again(void **unused)
{
	struct state *s = fix_shop();
	const struct told_state *c1 = &fix_call(s, "c1")->told;
	int64_t from, to;
	const struct fix_plan slip = { .kind = "retime", .why = TELL_TIME };

	(void)unused;
	fix_plan(s, -1800, "t1: c1 c2");
	from = c1->promise_from;
	to = c1->promise_to;
	assert_int_equal(
	    fix_apply_json(s, 1500, EV_PLAN_REVISED, fix_plan_body(s, 1500, "t1: c1 c2", &slip)), 0);
	assert_int_equal(c1->version, 2);
	assert_int_equal(c1->promise_from, from);
	assert_int_equal(c1->promise_to, to);
	fix_must(s, 1600, EV_SHIFT_STARTED,
	    "{'technician':'t1','version':2,'at':@1600,'place':{'lat_udeg':41880000,'lon_udeg':-87630000}"
	    "}");
	assert_int_equal(
	    fix_apply_json(s, 5000, EV_PLAN_REVISED, fix_plan_body(s, 5000, "t1: c1 c2", &slip)), 0);
	assert_int_equal(c1->version, 3);
	assert_int_equal(c1->arrival, T0 + 5294);
	assert_int_equal(c1->promise_from, T0 + 5000); /* 30 minutes before would be past */
	assert_int_equal(c1->promise_to, c1->arrival + 3600);
	assert_int_equal(c1->first_from, from);
	assert_int_equal(c1->first_to, to);
	state_free(s);
}

static void
test_reassigned_and_withdrawn(void **unused)
{
	struct state *s = fix_shop();
	const struct fix_plan ill = { .kind = "solve", .why = TELL_ABSENCE };
	const json_t *history, *last;
	json_t *body, *told;

	(void)unused;
	fix_plan(s, -1800, "t1: c1 c2");
	body = fix_plan_body(s, -1700, "t1:; t2: c1", &ill);
	told = json_object_get(body, "told");
	assert_int_equal(json_array_size(told), 1);
	assert_string_equal(json_string_value(json_object_get(json_array_get(told, 0), "former")), "t1");
	assert_string_equal(json_string_value(json_object_get(json_array_get(told, 0), "code")),
	    "reassigned"); /* the cause names no technician */
	assert_int_equal(fix_apply_json(s, -1700, EV_PLAN_REVISED, body), 0);
	assert_false(fix_call(s, "c2")->told.any);
	assert_true(fix_call(s, "c2")->told.promise); /* the promise is not forgotten */
	assert_int_equal(fix_call(s, "c2")->told.version, 1);
	history = state_call_history(s, state_call_find(s, "c2"));
	assert_int_equal(json_array_size(history), 2);
	last = json_array_get(history, 1);
	assert_string_equal(json_string_value(json_object_get(last, "cause")), "withdrawn");
	assert_string_equal(json_string_value(json_object_get(last, "technician")), "t1");
	assert_int_equal(json_integer_value(json_object_get(last, "at")), T0 - 1700);
	assert_null(json_object_get(last, "arrival"));
	fix_plan(s, -1600, "t1: c2");
	assert_int_equal(fix_call(s, "c2")->told.version, 2);
	assert_int_equal(json_array_size(state_call_history(s, state_call_find(s, "c2"))), 3);
	state_free(s);
}

static void
test_absence_is_the_reason(void **unused)
{
	struct state *s = fix_shop();
	struct tell t = { .s = s, .now = T0 - 1700, .why = TELL_ABSENCE, .call = -1, .technician = 0 };
	struct retimed *r = calloc(1, sizeof(*r));
	json_t *told = json_array();
	int32_t c1 = 0;

	(void)unused;
	fix_plan(s, -1800, "t1: c1 c2");
	retime_order(s, 1, t.now, &c1, 1, r);
	assert_int_equal(tell_route(&t, 1, r->stop, r->stops, told), 0);
	assert_string_equal(json_string_value(json_object_get(json_array_get(told, 0), "code")),
	    "absence");
	json_decref(told);
	free(r);
	state_free(s);
}

/* What is under way is told however far it is; what is at work no more. */
static void
test_under_way(void **unused)
{
	struct state *s = fix_shop();
	const struct tell time = { .call = -1, .technician = -1 };
	json_t *told;
	char text[128];

	(void)unused;
	fix_must(s, -3600, EV_GUIDELINES_SET, "{'version':2,'guidelines':{'tell_ahead_s':0}}");
	fix_plan(s, -1800, "t1: c1 c2");
	assert_false(fix_call(s, "c1")->told.any);
	fix_must(s, 0, EV_SHIFT_STARTED,
	    "{'technician':'t1','version':2,'at':@0,'place':{'lat_udeg':41880000,'lon_udeg':-87630000}}");
	fix_must(s, 0, EV_STOP_DEPARTED,
	    "{'technician':'t1','call':'c1','version':2,'at':@0,'arrival':@9000,'end':@12600}");
	told = told_at(s, &time, 10);
	assert_string_equal(told_text(told, text, sizeof(text)), "c1 v1 planned");
	json_decref(told);
	fix_must(s, 300, EV_STOP_ARRIVED,
	    "{'technician':'t1','call':'c1','version':3,'at':@300,'end':@3900}");
	told = told_at(s, &time, 310);
	assert_string_equal(told_text(told, text, sizeof(text)), "");
	json_decref(told);
	state_free(s);
}

/* Who was not held up by a job is not said to be. */
static void
test_slipped_in_words(void **unused)
{
	static const struct {
		const char *name;
		int64_t at_s;
		bool comes, sets_out, arrives;
		const char *words[2]; /* of c1 and c2, NULL: not told anew */
	} k[] = {
		{ "he does not come", 900, false, false, false,
		    { "Your technician is running behind", "Your technician is running behind" } },
		{ "he does not set out", 900, true, false, false,
		    { "Your technician is running behind", "Your technician is running behind" } },
		{ "the drive", 900, true, true, false,
		    { "The drive to you takes longer", "Your technician is running behind" } },
		{ "the job", 4800, true, true, true, { NULL, "The job before yours takes longer" } },
	};
	const struct tell time = { .call = -1, .technician = -1 };

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(k); i++) {
		struct state *s = fix_shop();
		json_t *told;
		size_t n = 0;

		fix_plan(s, -1800, "t1: c1 c2");
		if (k[i].comes)
			fix_must(s, 0, EV_SHIFT_STARTED, "{'technician':'t1','version':2,'at':@0,"
			    "'place':{'lat_udeg':41880000,'lon_udeg':-87630000}}");
		if (k[i].sets_out)
			fix_must(s, 0, EV_STOP_DEPARTED, "{'technician':'t1','call':'c1','version':2,"
			    "'at':@0,'arrival':@294,'end':@3894}");
		if (k[i].arrives)
			fix_must(s, 300, EV_STOP_ARRIVED, "{'technician':'t1','call':'c1','version':3,"
			    "'at':@300,'end':@3900}");
		told = told_at(s, &time, k[i].at_s);
		for (size_t c = 0; c < 2; c++) {
			if (k[i].words[c] == NULL)
				continue;
			if (strcmp(json_string_value(json_object_get(json_array_get(told, n), "reason")),
			        k[i].words[c]) != 0)
				fail_msg("%s: c%zu is told another reason", k[i].name, c + 1);
			n++;
		}
		assert_int_equal(json_array_size(told), n);
		json_decref(told);
		state_free(s);
	}
}

/* Nobody comes before an appointment begins, however uncertain the day. */
static void
test_spread_of_an_appointment(void **unused)
{
	struct state *s = fix_shop();
	struct eta_spread spread[2];
	const struct stop stop[2] = {
		{ .call = 0, .arrival = T0 + 1000, .end = T0 + 24700, .drive_s = 1000 },
		{ .call = 3, .arrival = T0 + 25300, .end = T0 + 28900, .drive_s = 600 }, /* c4, from 15:00 */
	};

	(void)unused;
	eta_spread(s, T0, 0, stop, 2, spread);
	assert_int_equal(spread[1].p10, T0 + 25200);
	assert_true(spread[1].p90 > stop[1].arrival + 3600);
	state_free(s);
}

/* 25 % of the duration and 15 % of the drive before it; waiting swallows lateness. */
static void
test_spread(void **unused)
{
	struct state *s = fix_shop();
	struct eta_spread spread[3];
	/* t1 is free now: 1,000 s of driving, an hour of work, 2,000 s of driving, then a wait. */
	const struct stop stop[3] = {
		{ .call = 0, .arrival = T0 + 1000, .end = T0 + 4600, .drive_s = 1000 },
		{ .call = 1, .arrival = T0 + 6600, .end = T0 + 10200, .drive_s = 2000 },
		{ .call = 2, .arrival = T0 + 20000, .end = T0 + 23600, .drive_s = 2000 },
	};

	(void)unused;
	eta_spread(s, T0, 0, stop, 3, spread);
	assert_int_equal(spread[0].p90 - stop[0].arrival, 192); /* 1.2816 * 150 */
	assert_int_equal(stop[0].arrival - spread[0].p10, 192);
	/* 1.2816 * sqrt(150^2 + 900^2 + 300^2) */
	assert_int_equal(spread[1].p90 - stop[1].arrival, 1231);
	assert_int_equal(stop[1].arrival - spread[1].p10, 1231);
	assert_int_equal(spread[2].p90, stop[2].arrival);
	assert_int_equal(spread[2].p10, stop[2].arrival);
	state_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_first_telling),
		cmocka_unit_test(test_promise_again),
		cmocka_unit_test(test_reassigned_and_withdrawn),
		cmocka_unit_test(test_absence_is_the_reason),
		cmocka_unit_test(test_under_way),
		cmocka_unit_test(test_slipped_in_words),
		cmocka_unit_test(test_spread),
		cmocka_unit_test(test_spread_of_an_appointment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
