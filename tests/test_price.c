/* SPDX-License-Identifier: Apache-2.0 */
/* What disturbing costs, which account pays for it, and what new routes mean for everybody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/account.h"
#include "daemon/cost.h"
#include "daemon/history.h"
#include "daemon/override.h"
#include "daemon/price.h"
#include "daemon/ripple.h"
#include "tests/state_fixture.h"

/* A shop whose calls are promised and told: t1 does c1, c2 and c3, t2 nothing yet. */
static struct state *
told_shop(const char *guidelines)
{
	struct state *s = fix_shop();

	fix_must(s, -3600, EV_GUIDELINES_SET,
	    "{'version':2,'guidelines':{'tell_ahead_s':36000%s%s}}",
	    guidelines[0] != '\0' ? "," : "", guidelines);
	fix_plan(s, -3600, "t1: c1 c2 c3");
	return s;
}

/* --- the escalating price --- */

static const struct {
	const char *name;
	int32_t before_s; /* before the told arrival */
	int32_t pct;      /* of the guideline's price */
} nearness[] = {
	{ "far away it costs what it costs", 7200, 100 },
	{ "farther still", 9000, 100 },
	{ "an hour before, half of it on top", 3600, 150 },
	{ "at the told time, all of it", 0, 200 },
	{ "and later no more", -600, 200 },
};

static void
test_nearness(void **unused)
{
	struct state *s = told_shop("'move_near_s':7200,'move_near_pct':100");
	const struct guidelines *g = state_guidelines(s);
	int32_t c3 = state_call_find(s, "c3");
	int64_t told = state_call(s, c3)->told.arrival;

	(void)unused;
	assert_true(state_call(s, c3)->told.any);
	for (size_t i = 0; i < ARRAY_LEN(nearness); i++) {
		struct cost_frame f = cost_frame(s, told - nearness[i].before_s);
		struct cost_prices p;

		cost_prices(&f, c3, &p);
		if (p.reassign_cents != g->reassign_cents * nearness[i].pct / 100 ||
		    p.eta_moved_cents != g->eta_moved_cents * nearness[i].pct / 100 ||
		    p.repromise_cents != g->repromise_cents * nearness[i].pct / 100 ||
		    p.drop_cents != g->drop_cents * nearness[i].pct / 100 + p.break_promise_cents)
			fail_msg("%s: %d for %d", nearness[i].name, p.reassign_cents,
			    g->reassign_cents);
	}
	state_free(s);
}

/* Who was moved before is dearer to move: twice if move_again_pct is 100. */
static void
test_moved_again(void **unused)
{
	struct state *s = told_shop("'move_near_pct':0,'move_again_pct':100");
	const struct guidelines *g = state_guidelines(s);
	const struct fix_plan plan = { .kind = "solve", .why = TELL_MADE_ROOM, .chosen = { "c3" } };
	int32_t c3 = state_call_find(s, "c3");
	struct cost_frame f = cost_frame(s, T0 - 3000);
	struct cost_prices p;

	(void)unused;
	cost_prices(&f, c3, &p);
	assert_int_equal(p.reassign_cents, g->reassign_cents);
	assert_int_equal(fix_apply_json(s, -3000, EV_PLAN_REVISED,
			     fix_plan_body(s, -3000, "t1: c1 c2; t2: c3", &plan)),
	    0);
	assert_int_equal(cost_moves(&f, c3), 1);
	cost_prices(&f, c3, &p);
	assert_int_equal(p.reassign_cents, 2 * g->reassign_cents);
	f = cost_frame(s, T0 + 86400); /* a new day, a new count */
	cost_prices(&f, c3, &p);
	assert_int_equal(p.reassign_cents, g->reassign_cents);
	state_free(s);
}

/* Late is whoever starts after the promised window, whatever the deadline was. */
static void
test_late_past_the_promise(void **unused)
{
	struct state *s = told_shop("");
	const struct guidelines *g = state_guidelines(s);
	int32_t t1 = state_tech_find(s, "t1"), c1 = state_call_find(s, "c1");
	const struct told_state *told = &state_call(s, c1)->told;
	struct cost_frame f = cost_frame(s, T0 - 3600);
	struct cost in_time = { 0 }, late = { 0 };
	struct retimed *r = malloc(sizeof(*r));

	(void)unused;
	assert_non_null(r);
	assert_true(told->promise);
	assert_true(told->promise_to < state_call(s, c1)->due);
	assert_int_equal(cost_due(state_call(s, c1)), told->promise_to);
	retime(s, t1, T0 - 3600, r);
	cost_route(&f, t1, r, &in_time);
	assert_int_equal(in_time.late, 0);
	assert_int_equal(in_time.promise, 0);
	for (int32_t i = 0; i < r->stops; i++)
		if (r->stop[i].call == c1)
			r->stop[i].arrival = told->promise_to + 1800;
	cost_route(&f, t1, r, &late);
	assert_int_equal(late.late, g->late_cents_per_h[SEV_ROUTINE] / 2);
	assert_int_equal(late.promise, g->break_promise_cents);
	free(r);
	state_free(s);
}

static const struct {
	const char *name, *contract;
	int32_t goodwill; /* expected, with the guidelines below */
} contracts[] = {
	{ "no contract, nothing", "none", 0 },
	{ "half of the free labour", "time_and_materials", 4000 },
	{ "half of the discount", "full_service", 3000 },
};

/* The plan is charged the goodwill that a broken promise is expected to cost. */
static void
test_goodwill_is_charged(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(contracts); i++) {
		struct state *s = fix_shop();
		const struct guidelines *g;
		struct cost_frame f;
		struct cost_prices p;

		fix_must(s, -3600, EV_GUIDELINES_SET,
		    "{'version':2,'guidelines':{"
		    "'goodwill_time_and_materials_cents':8000,'goodwill_full_service_cents':6000,"
		    "'goodwill_expected_pct':50}}");
		fix_must(s, -3600, EV_CALL_BOOKED,
		    "{'call':'c9','terms':{'customer':'u','site':{"
		    "'lat_udeg':41890000,'lon_udeg':-87630000},'needs':[],'severity':'routine',"
		    "'opened':@-3600,'appointment':{'from':@3600,'to':@7200},'duration_s':3600,"
		    "'difficulty':0,'contract':'%s'}}",
		    contracts[i].contract);
		g = state_guidelines(s);
		f = cost_frame(s, T0 - 3600);
		cost_prices(&f, state_call_find(s, "c9"), &p);
		if (p.break_promise_cents != g->break_promise_cents + contracts[i].goodwill)
			fail_msg("%s: %d", contracts[i].name, p.break_promise_cents);
		state_free(s);
	}
}

/* Each time that a call was put off to another day makes it dearer to leave out again. */
static void
test_carried_over(void **unused)
{
	struct state *s = fix_shop();
	int32_t c1, waits;
	struct cost_frame f;
	struct cost_prices p;

	(void)unused;
	fix_must(s, -3600, EV_GUIDELINES_SET, "{'version':2,'guidelines':{'carry_age_pct':50}}");
	c1 = state_call_find(s, "c1");
	waits = state_guidelines(s)->response_cents_per_h[SEV_ROUTINE];
	f = cost_frame(s, T0);
	cost_prices(&f, c1, &p);
	assert_int_equal(p.unserved_cents,
	    2 * state_guidelines(s)->unserved_cents[SEV_ROUTINE] + waits);
	for (int n = 1; n <= 2; n++) {
		fix_must(s, -3600, EV_CALL_CARRIED_OVER,
		    "{'call':'c1','version':%d,'count':%d,"
		    "'not_before':@0,'by':'daemon','status':'unassigned'}",
		    n + 1, n);
		cost_prices(&f, c1, &p);
		assert_int_equal(p.unserved_cents,
		    (2 + n) * state_guidelines(s)->unserved_cents[SEV_ROUTINE] + waits);
	}
	state_free(s);
}

/* Who waits for another day costs today's plan nothing. */
static void
test_another_day_costs_nothing(void **unused)
{
	struct state *s = fix_shop();
	struct cost before = ripple_plan_cost(s, T0, NULL, 0), after;

	(void)unused;
	for (int n = 0; n < 2; n++) {
		fix_must(s, 0, EV_CALL_BOOKED,
		    "{'call':'c%d','terms':{'customer':'u','site':{"
		    "'lat_udeg':41890000,'lon_udeg':-87630000},'needs':[],'severity':'routine',"
		    "'opened':@0,'appointment':{'from':@%d,'to':@%d},'duration_s':3600,"
		    "'difficulty':0}}",
		    8 + n, n == 0 ? 86400 : 7200, n == 0 ? 93600 : 10800);
		after = ripple_plan_cost(s, T0, NULL, 0);
		if (n == 0)
			assert_int_equal(cost_total(&after), cost_total(&before));
		else
			assert_true(cost_total(&after) > cost_total(&before));
	}
	state_free(s);
}

/* --- accounts --- */

static const struct {
	const char *account;
	int32_t calls, hour, day, emergency; /* spent, then counted */
} spends[] = {
	{ "event", 2, 2, 2, 0 },
	{ "inside", 1, 3, 3, 0 },
	{ "person", 1, 4, 4, 0 },
	{ "emergency", 2, 4, 4, 2 },
	{ "absence", 1, 4, 4, 3 },
};

/* Emergencies and absences spend their own account; a person's decision counts with the events'. */
static void
test_accounts(void **unused)
{
	static const char *const calls[] = { "c1", "c2" };
	struct state *s = told_shop("'moves_max':20");

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(spends); i++) {
		struct fix_plan plan = { .kind = "solve", .why = TELL_MADE_ROOM };
		json_t *body;

		for (int32_t n = 0; n < spends[i].calls; n++)
			plan.chosen[n] = calls[n];
		body = fix_plan_body(s, -3000,
		    i % 2 == 0 ? "t1: c3; t2: c1 c2" : "t1: c1 c2 c3; t2:", &plan);
		json_object_set_new(body, "account", json_string(spends[i].account));
		assert_int_equal(fix_apply_json(s, -3000, EV_PLAN_REVISED, body), 0);
		if (account_hour(s, T0 - 3000) != spends[i].hour ||
		    account_day(s, T0 - 3000) != spends[i].day ||
		    account_emergency(s, T0 - 3000) != spends[i].emergency)
			fail_msg("%s: %d %d %d", spends[i].account, account_hour(s, T0 - 3000),
			    account_day(s, T0 - 3000), account_emergency(s, T0 - 3000));
	}
	assert_int_equal(account_hour(s, T0 + 3600), 0); /* an hour later */
	assert_int_equal(account_day(s, T0 + 3600), 4);
	assert_int_equal(account_day(s, T0 + 86400), 0); /* the next day */
	fix_sound(s, "accounts");
	state_free(s);
}

static const struct {
	const char *name, *guidelines;
	enum account account;
	int32_t budget;
} budgets[] = {
	{ "an event's own", "'budget_event':2", ACCOUNT_EVENT, 2 },
	{ "the hour has less left", "'budget_event':5,'allowance_hour':3", ACCOUNT_EVENT, 1 },
	{ "the day has less left", "'budget_event':5,'allowance_day':3", ACCOUNT_EVENT, 1 },
	{ "the hour is used up", "'allowance_hour':2", ACCOUNT_EVENT, 0 },
	{ "it was cut since", "'allowance_hour':1", ACCOUNT_EVENT, 0 },
	{ "an emergency has its own", "'allowance_hour':2,'budget_emergency':5", ACCOUNT_EMERGENCY,
	    5 },
	{ "an absence, too", "'allowance_hour':2,'budget_absence':6", ACCOUNT_ABSENCE, 6 },
	{ "which ends as well", "'allowance_emergency':0", ACCOUNT_EMERGENCY, 0 },
	{ "from inside: nothing", "", ACCOUNT_INSIDE, 0 },
	{ "from inside: as allowed", "'budget_inside':1", ACCOUNT_INSIDE, 1 },
	{ "from inside: never beyond the hour", "'budget_inside':1,'allowance_hour':2",
	    ACCOUNT_INSIDE, 0 },
	{ "nothing bounds a person", "'allowance_hour':0", ACCOUNT_PERSON, INT32_MAX },
	{ "nobody pays", "", ACCOUNT_NONE, 0 },
};

/* What one solve may disturb when two calls were disturbed for events. */
static void
test_budgets(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(budgets); i++) {
		const struct fix_plan plan = { .kind = "solve",
			.why = TELL_MADE_ROOM,
			.chosen = { "c1", "c2" } };
		struct state *s = told_shop(budgets[i].guidelines);
		int32_t budget;

		assert_int_equal(fix_apply_json(s, -3000, EV_PLAN_REVISED,
				     fix_plan_body(s, -3000, "t1: c3; t2: c1 c2", &plan)),
		    0);
		budget = account_budget(s, T0 - 3000, budgets[i].account);
		if (budget != budgets[i].budget)
			fail_msg("%s: %d", budgets[i].name, budget);
		state_free(s);
	}
}

/* --- the ripple --- */

/*
 * A person moves c3 to t2: what is foretold is what then is, term by term; what people paid with
 * their calm is named apart.
 */
static void
test_ripple_comes_true(void **unused)
{
	struct state *s = told_shop("");
	struct override_ask move = { .call = state_call_find(s, "c3"),
		.tech = state_tech_find(s, "t2"),
		.after = -1 };
	struct override_move m;
	struct ripple_ask ask = { .s = s,
		.now = T0 - 3000,
		.call = move.call,
		.budget = -1,
		.kind = "override",
		.cause = { .event = EV_PLAN_REVISED,
		    .call = move.call,
		    .tech = move.tech,
		    .why = TELL_OVERRIDDEN } };
	struct ripple r;
	struct cost split, now;
	struct event *ev;
	char why[256] = "";

	(void)unused;
	assert_int_equal(override_make(s, ask.now, &move, &m, why, sizeof(why)), 0);
	ask.route = m.route;
	ask.routes = m.routes;
	assert_int_equal(ripple_make(&ask, &r, why, sizeof(why)), 0);
	now = ripple_plan_cost(s, ask.now, NULL, 0);
	assert_int_equal(cost_total(&r.before), cost_total(&now));
	split = cost_less(&r.after, &r.before);
	assert_int_equal(cost_total(&split), m.after - m.before);
	assert_true(split.disturbance >= state_guidelines(s)->reassign_cents);
	assert_int_equal(r.disturbed.chosens, 1);
	assert_int_equal(r.tech, move.tech);
	assert_int_equal(r.arrival, m.arrival);
	assert_true(json_array_size(r.tells) >= 3); /* the customer, and both technicians */

	/* The deed. */
	struct revision v = { .kind = "override",
		.cause = ask.cause,
		.route = m.route,
		.routes = m.routes,
		.disturbed = &m.disturbed,
		.budget = 1,
		.account = ACCOUNT_PERSON };
	assert_int_equal(revision_event(s, ask.now, &v, &ev), 0);
	ev->seq = state_seq(s) + 1;
	assert_int_equal(state_apply(s, ev, why, sizeof(why)), 0);
	now = ripple_plan_cost(s, ask.now, NULL, 0);
	assert_int_equal(cost_total(&r.then), cost_total(&now));
	/* Gone is what was paid; and who was told a new time need not wait for the old one. */
	split = cost_less(&r.after, &r.then);
	assert_true(split.disturbance >= state_guidelines(s)->reassign_cents);
	assert_true(split.wait >= 0);
	assert_int_equal(split.drive, 0);
	assert_int_equal(split.overtime, 0);
	event_free(ev);
	ripple_done(&r);
	override_done(&m);
	state_free(s);
}

/* Who comes after a stop that is put first is delayed, and whose promise breaks is named. */
static void
test_ripple_breaks(void **unused)
{
	struct state *s = told_shop("'promise_after_s':1800");
	int32_t c1 = state_call_find(s, "c1"), c3 = state_call_find(s, "c3");
	struct override_ask move = { .call = c3,
		.tech = state_tech_find(s, "t1"),
		.after = -1,
		.first = true };
	struct override_move m;
	struct ripple_ask ask = { .s = s,
		.now = T0 - 3000,
		.call = c3,
		.budget = -1,
		.kind = "override",
		.cause = { .event = EV_PLAN_REVISED,
		    .call = c3,
		    .tech = move.tech,
		    .why = TELL_OVERRIDDEN } };
	struct ripple r;
	char why[256] = "";

	(void)unused;
	assert_int_equal(override_make(s, ask.now, &move, &m, why, sizeof(why)), 0);
	ask.route = m.route;
	ask.routes = m.routes;
	assert_int_equal(ripple_make(&ask, &r, why, sizeof(why)), 0);
	assert_int_equal(r.delays, 2); /* c1 and c2, by an hour and the way; not c3 itself */
	assert_true(r.delay[0].by >= r.delay[1].by);
	assert_true(r.delay[1].by >= 3600);
	assert_int_equal(r.brokens, 2);
	assert_int_equal(r.broken_outside, 2);
	assert_true(r.broken[0].call == c1 || r.broken[1].call == c1);
	assert_int_equal(r.goodwill_cents, 0); /* nobody has a contract */
	assert_true(
	    r.after.promise - r.before.promise >= 2 * state_guidelines(s)->break_promise_cents);
	ripple_done(&r);
	override_done(&m);
	state_free(s);
}

/* --- the price in words --- */

static const struct {
	const char *name;
	int64_t stay;
	struct planner_offer offer[4];
	int32_t offers;
	const char *text;
} words[] = {
	{ "nothing to gain", 1000,
	    { { .budget = 0, .cost_cents = 1000 }, { .budget = 1, .cost_cents = 1000 } }, 2,
	    "Nothing is to be gained by moving anybody" },
	{ "one pays", 10000,
	    { { .budget = 0, .cost_cents = 10000 },
		{ .budget = 1, .cost_cents = 5490, .disturbed = 1 },
		{ .budget = -1, .cost_cents = 5490, .disturbed = 1 } },
	    3, "The next call moved would save 45.10 USD; after 1 nothing more is to be gained" },
	{ "one, then three", 10000,
	    { { .budget = 0, .cost_cents = 10000 },
		{ .budget = 1, .cost_cents = 9999, .disturbed = 1 },
		{ .budget = 3, .cost_cents = 8000, .disturbed = 3 } },
	    3, "The next call moved would save 0.01 USD; after 3 nothing more is to be gained" },
	{ "two at once", 10000,
	    { { .budget = 0, .cost_cents = 10000 }, { .budget = 1, .cost_cents = 10000 },
		{ .budget = 2, .cost_cents = 9000, .disturbed = 2 } },
	    3,
	    "The next 2 calls moved would save 10.00 USD together; after 2 nothing more is to be gained" },
	{ "for nothing", 10000,
	    { { .budget = 0, .cost_cents = 9000 }, { .budget = 1, .cost_cents = 9000 } }, 2,
	    "10.00 USD would be saved without disturbing anybody; moving people would gain nothing more" },
};

static void
test_words(void **unused)
{
	struct state *s = fix_shop();

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		struct planner_offer offer[4];
		struct planner_answer a = { .fork = s, .offer = offer, .offers = words[i].offers };
		char text[PRICE_TEXT_SIZE];

		memcpy(offer, words[i].offer, sizeof(offer));
		for (int32_t b = 0; b < a.offers; b++)
			offer[b].stay_cents = words[i].stay;
		price_text(&a, text);
		if (strcmp(text, words[i].text) != 0)
			fail_msg("%s: %s", words[i].name, text);
	}
	state_free(s);
}

/* --- why was I moved? --- */

/*
 * Two are moved by choice, and one of them hears nothing of it yet: both are in the history with the
 * account that paid, so that its lines add up to what was spent. An old journal's event, which does
 * not list the second, gives the line as well, without a price.
 */
static void
test_history_of_the_untold(void **unused)
{
	for (int old = 0; old < 2; old++) {
		struct state *s = told_shop("");
		struct override_ask move = { .call = state_call_find(s, "c3"),
			.tech = state_tech_find(s, "t2"),
			.after = -1 };
		struct history_ask ask = { .to = INT64_MAX, .before = INT64_MAX, .limit = 200,
			.chosen = true };
		int32_t chosen[] = { state_call_find(s, "c1"), move.call };
		struct disturbed d = { .chosen = chosen, .chosens = 2 };
		struct override_move m;
		struct event *ev;
		json_t *moves, *one;
		char why[256] = "";
		int64_t next;

		(void)unused;
		assert_int_equal(override_make(s, T0 - 3000, &move, &m, why, sizeof(why)), 0);
		struct revision v = { .kind = "override",
			.cause = { .event = EV_CALL_BOOKED, .call = move.call, .tech = -1,
			    .why = TELL_MADE_ROOM },
			.route = m.route,
			.routes = m.routes,
			.disturbed = &d,
			.budget = 2,
			.account = ACCOUNT_EVENT };
		assert_int_equal(revision_event(s, T0 - 3000, &v, &ev), 0);
		assert_int_equal(json_array_size(json_object_get(ev->body, "untold")), 1);
		if (old)
			json_object_del(ev->body, "untold");
		ev->seq = state_seq(s) + 1;
		if (state_apply(s, ev, why, sizeof(why)) < 0)
			fail_msg("%s", why);
		fix_sound(s, "after it");
		moves = history_list(s, &ask, &next);
		assert_int_equal(json_array_size(moves), state_spent_by(s, ACCOUNT_EVENT, 0));
		assert_int_equal(json_array_size(moves), 2);
		one = json_array_get(moves, 0); /* newest first, and the told ones before */
		assert_string_equal(json_string_value(json_object_get(one, "call")), "c1");
		assert_string_equal(json_string_value(json_object_get(one, "account")), "event");
		assert_false(json_is_true(json_object_get(one, "first")));
		assert_true(old == (json_object_get(one, "code") == NULL));
		assert_non_null(json_object_get(one, "arrival"));
		assert_non_null(json_object_get(one, "previous"));
		json_decref(moves);
		event_free(ev);
		override_done(&m);
		state_free(s);
	}
}

static void
test_history(void **unused)
{
	struct state *s = told_shop("");
	const struct fix_plan plan = { .kind = "solve", .why = TELL_MADE_ROOM, .chosen = { "c3" } };
	struct history_ask ask = { .to = INT64_MAX, .before = INT64_MAX, .limit = 200 };
	json_t *body = fix_plan_body(s, -3000, "t1: c1 c2; t2: c3", &plan), *moves, *one;
	int64_t next;

	(void)unused;
	json_object_set_new(body, "cause",
	    json_pack("{s:s, s:i, s:s}", "event", "call.booked", "seq", 9, "call", "c4"));
	json_object_set_new(body, "account", json_string("event"));
	json_object_set_new(json_array_get(json_object_get(body, "told"), 0), "cents",
	    json_integer(1234));
	assert_int_equal(fix_apply_json(s, -3000, EV_PLAN_REVISED, body), 0);
	ask.call = "c3";
	moves = history_list(s, &ask, &next);
	assert_int_equal(json_array_size(moves), 2); /* first told, then moved */
	assert_int_equal(next, 0);
	one = json_array_get(moves, 0);
	assert_true(json_is_true(json_object_get(one, "chosen")));
	assert_string_equal(json_string_value(json_object_get(one, "technician")), "t2");
	assert_string_equal(json_string_value(json_object_get(one, "former")), "t1");
	assert_string_equal(json_string_value(json_object_get(one, "account")), "event");
	assert_string_equal(json_string_value(json_object_get(one, "customer")), "u3");
	assert_int_equal(json_integer_value(json_object_get(one, "cents")), 1234);
	assert_string_equal(json_string_value(
				json_object_get(json_object_get(one, "cause"), "text")),
	    "room was made for c4, for u4");
	assert_true(json_is_true(json_object_get(json_array_get(moves, 1), "first")));
	json_decref(moves);

	ask = (struct history_ask){ .to = INT64_MAX, .before = INT64_MAX, .limit = 1 };
	moves = history_list(s, &ask, &next); /* a page: the newest revision, whole */
	assert_int_equal(json_array_size(moves), 1);
	assert_int_equal(next, state_seq(s));
	json_decref(moves);
	ask.before = next;
	moves = history_list(s, &ask, &next);
	assert_int_equal(json_array_size(moves), 3);
	assert_int_equal(next, 0);
	json_decref(moves);
	ask =
	    (struct history_ask){ .to = INT64_MAX, .before = INT64_MAX, .limit = 9, .call = "c4" };
	moves = history_list(s, &ask, &next);
	assert_int_equal(json_array_size(moves), 0); /* never moved */
	json_decref(moves);
	ask = (struct history_ask){ .to = INT64_MAX,
		.before = INT64_MAX,
		.limit = 9,
		.technician = "t2" };
	moves = history_list(s, &ask, &next);
	assert_int_equal(json_array_size(moves), 1);
	json_decref(moves);
	state_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nearness),
		cmocka_unit_test(test_moved_again),
		cmocka_unit_test(test_late_past_the_promise),
		cmocka_unit_test(test_goodwill_is_charged),
		cmocka_unit_test(test_carried_over),
		cmocka_unit_test(test_another_day_costs_nothing),
		cmocka_unit_test(test_accounts),
		cmocka_unit_test(test_budgets),
		cmocka_unit_test(test_ripple_comes_true),
		cmocka_unit_test(test_ripple_breaks),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_history),
		cmocka_unit_test(test_history_of_the_untold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
