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

#include "tests/state_fixture.h"

#define CLOCK { .event = EV_TYPES, .call = -1, .technician = -1 }
#define STARTED 0, EV_SHIFT_STARTED, "{'technician':'t1','version':2,'at':@0," \
	"'place':{'lat_udeg':41880000,'lon_udeg':-87630000}}"
#define DEPARTED(at, end) at, EV_STOP_DEPARTED, "{'technician':'t1','call':'c1','version':2," \
	"'at':@" #at ",'arrival':@" #at ",'end':@" #end "}"

/* What tell_route() says of t1's route re-timed at a moment. */
static json_t *
told_at(const struct state *s, const struct tell *how, int64_t at_s)
{
	struct tell t = *how;
	struct retimed *r = calloc(1, sizeof(*r));
	json_t *told = json_array();

	t.s = s;
	t.now = T0 + at_s;
	retime(s, 0, t.now, r);
	assert_int_equal(tell_route(&t, 0, r, told), 0);
	if (t.why == TELL_TIME)
		assert_int_equal(tell_due(s, t.now, 0, r), json_array_size(told) > 0);
	free(r);
	return told;
}

/* "c1 v2 job_long, c2 v3 behind!": ! where a promised window is replaced. */
static const char *
told_text(const json_t *told, char *text, size_t size)
{
	const json_t *e;
	size_t i, n = 0;

	text[0] = '\0';
	json_array_foreach(told, i, e) {
		n += (size_t)snprintf(text + n, size - n, "%s%s v%lld %s%s", i > 0 ? ", " : "",
		    json_string_value(json_object_get(e, "call")),
		    (long long)json_integer_value(json_object_get(e, "version")),
		    json_string_value(json_object_get(e, "code")),
		    json_object_get(e, "previous_promise") == NULL ? "" : "!");
	}
	return text;
}

/* Something that happens; type EV_PLAN_REVISED: the route as it stands is re-timed and told. */
struct happening {
	int64_t at_s;
	enum event_type type;
	const char *body;
};

static void
happen(struct state *s, const struct happening *e)
{
	const struct fix_plan slip = { .kind = "retime", .why = TELL_TIME };

	if (e->type == EV_PLAN_REVISED)
		assert_int_equal(fix_apply_json(s, e->at_s, EV_PLAN_REVISED,
		    fix_plan_body(s, e->at_s, e->body, &slip)), 0);
	else
		fix_must(s, e->at_s, e->type, "%s", e->body);
}

/*
 * Told at 07:30: c1 (at 08:04:54) and c2 (at 09:09:48), promised 30 minutes before to 60 after. A
 * customer hears of a new window at most once an hour.
 */
static const struct tell_case {
	const char *name;
	struct happening happens[3];
	int64_t at_s;
	struct tell how;
	const char *told;
} cases[] = {
	{ "nothing new", { { 0 } }, -1700, CLOCK, "" },
	{ "within the tolerance", { { 0 } }, 600, CLOCK, "" },
	{ "he does not come: no news within the hour", { { 0 } }, 1200, CLOCK, "" },
	{ "he does not come: an hour after the last", { { 0 } }, 1800, CLOCK,
	    "c1 v2 late_start, c2 v2 late_start" },
	{ "he does not set out: no news within the hour", { { STARTED } }, 1799, CLOCK, "" },
	{ "he does not set out: an hour after the last", { { STARTED } }, 1800, CLOCK,
	    "c1 v2 running_behind, c2 v2 running_behind" },
	{ "he does not set out: told, and silent again",
	    { { STARTED }, { 1800, EV_PLAN_REVISED, "t1: c1 c2" } }, 3500, CLOCK, "" },
	{ "he sets out late", { { STARTED }, { DEPARTED(1000, 4600) } }, 1000, CLOCK,
	    "c1 v2 running_behind, c2 v2 running_behind" },
	{ "told on his way, and late again within a quarter",
	    { { STARTED }, { DEPARTED(1000, 4600) }, { 1000, EV_PLAN_REVISED, "t1: c2" } }, 1800, CLOCK, "" },
	{ "told on his way, and late again after a quarter",
	    { { STARTED }, { DEPARTED(1000, 4600) }, { 1000, EV_PLAN_REVISED, "t1: c2" } }, 1901, CLOCK,
	    "c1 v3 drive_long, c2 v3 running_behind" },
	{ "earlier", { { -1700, EV_CALL_AMENDED,
	    "{'call':'c1','version':2,'terms':{'duration_s':2999}}" } }, -1600, CLOCK,
	    "" }, /* held back to the ETA less the tolerance */
	{ "the call that was amended", { { -1700, EV_CALL_AMENDED,
	    "{'call':'c1','version':2,'terms':{'appointment':{'from':@3600,'to':@7200}}}" } }, -1600,
	    { .why = TELL_AMENDED, .event = EV_CALL_AMENDED, .call = 0, .technician = -1 },
	    "c1 v2 amended" },
	{ "moved by choice for another", { { STARTED } }, 601,
	    { .why = TELL_MADE_ROOM, .event = EV_CALL_BOOKED, .call = 2, .technician = -1,
	        .chosen = (int32_t[]){ 1 }, .chosens = 1 }, "c2 v2 made_room" },
	{ "moved by choice for a more urgent one",
	    { { 0, EV_CALL_AMENDED, "{'call':'c3','version':2,'terms':{'severity':'urgent'}}" } }, 601,
	    { .why = TELL_MADE_ROOM, .event = EV_CALL_BOOKED, .call = 2, .technician = -1,
	        .chosen = (int32_t[]){ 1 }, .chosens = 1 }, "c2 v2 urgent_job" },
	{ "moved by choice, a colleague is ill", { { 0 } }, 601,
	    { .why = TELL_ABSENCE, .event = EV_TECHNICIAN_ABSENT, .call = -1, .technician = 1,
	        .chosen = (int32_t[]){ 1 }, .chosens = 1 }, "c2 v2 colleague_absent" },
	{ "moved by choice, another visit was cancelled", { { 0 } }, 601,
	    { .why = TELL_REPLANNED, .event = EV_CALL_CANCELLED, .call = 2, .technician = -1,
	        .chosen = (int32_t[]){ 1 }, .chosens = 1 }, "c2 v2 cancelled" },
	{ "moved by choice for a better plan, and waits longer", { { 0 } }, 601,
	    { .why = TELL_REPLANNED, .event = EV_TYPES, .call = -1, .technician = -1,
	        .chosen = (int32_t[]){ 0 }, .chosens = 1 }, "c1 v2 made_room" },
	{ "moved by a dispatcher", { { 0 } }, 601,
	    { .why = TELL_OVERRIDDEN, .event = EV_PLAN_REVISED, .call = 1, .technician = 0 },
	    "c2 v2 overridden" },
	{ "the job before takes long, within its promise",
	    { { STARTED }, { DEPARTED(0, 3600) },
	        { 300, EV_STOP_ARRIVED, "{'technician':'t1','call':'c1','version':3,'at':@300,"
	                                "'end':@5000}" } }, 400, CLOCK, "c2 v2 job_long" },
	{ "the job before takes so long that the promise is missed",
	    { { STARTED }, { DEPARTED(0, 3600) },
	        { 300, EV_STOP_ARRIVED, "{'technician':'t1','call':'c1','version':3,'at':@300,"
	                                "'end':@9000}" } }, 700, CLOCK, "c2 v2 job_long!" },
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
		for (size_t k = 0; k < ARRAY_LEN(c->happens) && c->happens[k].body != NULL; k++)
			happen(s, &c->happens[k]);
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
	/* 30 minutes before to 60 after, on whole minutes. */
	assert_int_equal(c1->promise_from, T0 - 1560);
	assert_int_equal(c1->promise_to, T0 + 3900);
	assert_int_equal(c1->first_from, c1->promise_from);
	assert_int_equal(c1->at, T0 - 3600);
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

/* c1 of an hour becomes one of five: c2, promised until 10:09:48, cannot be reached in time. */
#define LONG_JOB -1000, EV_CALL_AMENDED, "{'call':'c1','version':2,'terms':{'duration_s':18000}}"

/*
 * The plan misses a window far ahead: it may still mend it. When the window's end comes near it is
 * replaced, once; the new one holds the arrival, is no narrower than the hour in which no other may
 * follow, and what was promised first is kept.
 */
static void
test_promise_replaced(void **unused)
{
	struct state *s = fix_shop();
	const struct told_state *c2 = &fix_call(s, "c2")->told;
	const struct tell time = CLOCK;
	int64_t from, to, anyway;
	json_t *told, *e;
	char text[256];

	(void)unused;
	fix_plan(s, -1800, "t1: c1 c2");
	from = c2->promise_from;
	to = c2->promise_to;
	happen(s, &(struct happening){ LONG_JOB });
	fix_must(s, -1000, EV_GUIDELINES_SET, "{'version':2,'guidelines':{'tell_ahead_s':3600}}");
	told = told_at(s, &time, 0);
	assert_string_equal(told_text(told, text, sizeof(text)), "");
	json_decref(told);
	happen(s, &(struct happening){ STARTED });
	happen(s, &(struct happening){ 10, EV_PLAN_REVISED, "t1: c1 c2" });
	assert_int_equal(c2->version, 1);
	assert_int_equal(tell_from(s, NULL, 0, &fix_tech(s, "t1")->stop[1], &anyway), to - 3600);
	assert_int_equal(tell_next(s, to - 3700, 0), to - 3600);

	told = told_at(s, &time, to - T0 - 3600);
	e = json_array_get(told, 1);
	assert_string_equal(json_string_value(json_object_get(e, "call")), "c2");
	e = json_object_get(e, "previous_promise");
	assert_int_equal(json_integer_value(json_object_get(e, "from")), from);
	assert_int_equal(json_integer_value(json_object_get(e, "to")), to);
	json_decref(told);
	happen(s, &(struct happening){ to - T0 - 3600, EV_PLAN_REVISED, "t1: c1 c2" });
	assert_int_equal(c2->version, 2);
	assert_int_equal(c2->repromised, 1);
	assert_int_equal(c2->repromised_at, to - 3600);
	assert_true(c2->promise_from <= c2->arrival && c2->arrival <= c2->promise_to);
	assert_true(c2->promise_to >= to); /* an hour from now */
	assert_true(c2->p90 <= c2->promise_to);
	assert_int_equal(c2->first_from, from);
	assert_int_equal(c2->first_to, to);
	state_free(s);
}

/* Within the hour nothing is told that leaves the new window; after it, one more. */
static void
test_one_promise_an_hour(void **unused)
{
	struct state *s = fix_shop();
	const struct told_state *c2 = &fix_call(s, "c2")->told;
	const struct tell time = CLOCK;
	const struct tell chosen = { .why = TELL_REPLANNED, .event = EV_TYPES, .call = -1,
		.technician = -1, .chosen = (int32_t[]){ 1 }, .chosens = 1 };
	int64_t at;
	json_t *told;
	char text[256];

	(void)unused;
	fix_plan(s, -1800, "t1: c1 c2");
	fix_must(s, -1000, EV_CALL_AMENDED, "{'call':'c1','version':2,'terms':{'duration_s':12000}}");
	happen(s, &(struct happening){ STARTED });
	happen(s, &(struct happening){ 600, EV_PLAN_REVISED, "t1: c1 c2" });
	at = c2->repromised_at - T0;
	assert_int_equal(at, 600); /* its end came within two hours */
	assert_true(tell_waits(s, 1, T0 + 600));
	fix_must(s, 605, EV_CALL_AMENDED, "{'call':'c1','version':3,'terms':{'duration_s':24000}}");
	told = told_at(s, &time, 1000);
	assert_string_equal(told_text(told, text, sizeof(text)), "");
	json_decref(told);
	told = told_at(s, &chosen, 1000); /* not by choice either */
	assert_string_equal(told_text(told, text, sizeof(text)), "");
	json_decref(told);
	happen(s, &(struct happening){ 610, EV_PLAN_REVISED, "t1: c1 c2" });
	assert_int_equal(c2->version, 2);
	assert_int_equal(tell_next(s, T0 + 1000, 0), T0 + 1800); /* c1, an hour after its ETA */
	/* The hour would be over before, but its end is not yet near. */
	assert_int_equal(tell_next(s, T0 + 1900, 0), c2->promise_to - 7200);
	fix_must(s, 1000, EV_CALL_AMENDED, "{'call':'c1','version':4,'terms':{'duration_s':13000}}");
	happen(s, &(struct happening){ 1800, EV_PLAN_REVISED, "t1: c1 c2" });
	assert_int_equal(c2->version, 2);
	assert_false(tell_waits(s, 1, T0 + 600 + 3600));
	state_free(s);
}

/* A window promised at the booking is missed before its customer was ever told an ETA. */
static void
test_promised_only(void **unused)
{
	struct state *s = fix_shop();
	const struct told_state *c4 = &fix_call(s, "c4")->told; /* 15:00 to 16:00 */
	const struct tell time = CLOCK;
	json_t *told, *e;
	size_t n;

	(void)unused;
	fix_plan(s, -1800, "t1: c1 c4");
	assert_false(c4->any);
	assert_true(c4->promise);
	happen(s, &(struct happening){ STARTED });
	fix_must(s, 0, EV_STOP_DEPARTED,
	    "{'technician':'t1','call':'c1','version':2,'at':@0,'arrival':@300,'end':@28700}");
	fix_must(s, 300, EV_STOP_ARRIVED,
	    "{'technician':'t1','call':'c1','version':3,'at':@300,'end':@28700}");
	told = told_at(s, &time, 28800 - 7200 - 1);
	assert_int_equal(json_array_size(told), 0);
	json_decref(told);
	/* By its 90 % point the day may well end first: then only shortly before the window does. */
	told = told_at(s, &time, 28800 - 900);
	n = json_array_size(told);
	assert_int_equal(n, 1);
	e = json_array_get(told, 0);
	assert_true(json_is_true(json_object_get(e, "first")));
	assert_non_null(json_object_get(e, "previous_promise"));
	assert_string_equal(json_string_value(json_object_get(e, "code")), "job_long");
	json_decref(told);
	state_free(s);
}

/* After a decline it is told anew, not in the window declined; after too many nothing by itself. */
static void
test_declined(void **unused)
{
	struct state *s = fix_shop();
	const struct call_state *c1 = fix_call(s, "c1");
	const struct tell time = { .why = TELL_AMENDED, .event = EV_CALL_ANSWERED, .call = 0,
		.technician = -1 };
	int64_t to;
	json_t *told;

	(void)unused;
	fix_plan(s, -1800, "t1: c1 c2");
	to = c1->told.promise_to;
	fix_must(s, -1700, EV_CALL_ANSWERED, "{'call':'c1','version':2,'answer':'decline',"
	    "'by':'customer','technician':'t1','status':'unassigned'}");
	fix_plan(s, -1600, "t1: c2 c1");
	assert_true(c1->told.any);
	assert_true(c1->told.arrival >= to);
	assert_true(c1->told.promise_from >= to);
	assert_int_equal(c1->told.repromised, 0);
	fix_must(s, -1500, EV_CALL_ANSWERED, "{'call':'c1','version':3,'answer':'decline',"
	    "'by':'customer','technician':'t1','status':'unassigned'}");
	assert_true(tell_left_out(s, 0));
	fix_plan(s, -1400, "t1: c2 c1");
	assert_false(c1->told.any);
	assert_int_equal(c1->told.version, 2);
	/* A counter agrees a window: it is told again. */
	fix_must(s, -1300, EV_CALL_ANSWERED, "{'call':'c1','version':4,'answer':'counter',"
	    "'window':{'from':@14000,'to':@20000},'by':'customer','technician':'t1',"
	    "'status':'unassigned'}");
	assert_false(tell_left_out(s, 0));
	fix_plan(s, -1200, "t1: c2 c1");
	assert_true(c1->told.any);
	assert_int_equal(c1->told.promise_from, T0 + 14000);
	told = told_at(s, &time, -1200);
	assert_int_equal(json_array_size(told), 0);
	json_decref(told);
	state_free(s);
}

static void
test_codes(void **unused)
{
	size_t n = 0;

	(void)unused;
	while (tell_code(n) != NULL) {
		assert_non_null(tell_words(tell_code(n)));
		n++;
	}
	assert_int_equal(n, 18);
	assert_null(tell_words("no_such_code"));
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
	assert_int_equal(tell_route(&t, 1, r, told), 0);
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
	const struct tell time = CLOCK;
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

/* One on the way whose drive is overdue: what he may still keep is not broken by a message. */
static void
test_overdue_on_the_way(void **unused)
{
	struct state *s = fix_shop();
	const struct told_state *c1 = &fix_call(s, "c1")->told;
	const struct tell time = CLOCK;
	int64_t to;
	json_t *told;
	char text[256];

	(void)unused;
	fix_plan(s, -1800, "t1: c1 c2");
	happen(s, &(struct happening){ STARTED });
	happen(s, &(struct happening){ DEPARTED(1000, 4600) });
	happen(s, &(struct happening){ 1000, EV_PLAN_REVISED, "t1: c2" });
	assert_int_equal(c1->version, 2);
	to = c1->promise_to;
	happen(s, &(struct happening){ to - T0 - 200, EV_PLAN_REVISED, "t1: c2" });
	assert_true(fix_tech(s, "t1")->stop[0].arrival > to);
	assert_int_equal(c1->repromised, 0);
	assert_int_equal(tell_next(s, to - 200, 0), to - 60);
	told = told_at(s, &time, to - T0 - 61);
	assert_string_equal(told_text(told, text, sizeof(text)), "");
	json_decref(told);
	told = told_at(s, &time, to - T0 - 60);
	assert_memory_equal(told_text(told, text, sizeof(text)), "c1 v", 4);
	assert_non_null(strchr(text, '!'));
	json_decref(told);
	state_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_first_telling),
		cmocka_unit_test(test_promise_replaced),
		cmocka_unit_test(test_one_promise_an_hour),
		cmocka_unit_test(test_promised_only),
		cmocka_unit_test(test_declined),
		cmocka_unit_test(test_reassigned_and_withdrawn),
		cmocka_unit_test(test_absence_is_the_reason),
		cmocka_unit_test(test_under_way),
		cmocka_unit_test(test_overdue_on_the_way),
		cmocka_unit_test(test_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
