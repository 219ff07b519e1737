/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What calm costs, told as a day at the desk: a move is previewed, priced and made; emergencies
 * spend their own account; an allowance ends; and somebody asks why he was moved.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/rpc.h"
#include "tests/story.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

enum { VISITS = 6 };

static const char *const terms[] = { "drive_cents", "wait_cents", "overtime_cents", "late_cents",
	"response_cents", "promise_cents", "disturbance_cents", "fair_cents", "prefer_cents",
	"break_cents", "unserved_cents" };

/* Ann and Ben, three visits each that their customers know of, told an hour and more ahead. */
static void
open_a_day(struct story *s, const char *call[VISITS], json_t *guidelines)
{
	static const struct {
		const char *customer, *due;
		double lat, lon;
	} visit[VISITS] = {
		{ "Abel", "10:00", 42.36, -71.07 },
		{ "Bond", "12:00", 42.34, -71.05 },
		{ "Cole", "14:00", 42.37, -71.04 },
		{ "Dunn", "10:00", 42.41, -71.12 },
		{ "Ells", "12:00", 42.43, -71.14 },
		{ "Ford", "14:00", 42.40, -71.10 },
	};

	story_open(s);
	json_object_set_new(guidelines, "tell_ahead_s", json_integer(36000));
	json_object_set_new(guidelines, "background_ms", json_integer(0));
	harness_do(s->manager, "guidelines.set", json_pack("{s:o}", "guidelines", guidelines));
	story_technician(s, "ann", 42.35, -71.06, 1);
	story_technician(s, "ben", 42.42, -71.13, 1);
	for (int i = 0; i < VISITS; i++)
		call[i] = story_booked(s,
		    story_need(visit[i].customer, visit[i].lat, visit[i].lon, visit[i].due, 60));
	story_at(s, "08:00");
	story_starts(s, "ann");
	story_starts(s, "ben");
	story_at(s, "08:01");
}

static int64_t
cost_of(const json_t *cost, const char *term)
{
	return json_integer_value(json_object_get(cost, term));
}

static char *
technician_of(struct story *s, const char *call)
{
	json_t *j = story_call(s, call);
	char *tech = strdup(story_text(j, "technician"));

	json_decref(j);
	return tech;
}

/* --- a move, priced --- */

/*
 * A manager wants Cole to have the other technician. What the preview says is what then is: the
 * plan's cost before and after, each part of it, who is delayed; and what people paid with their
 * calm.
 */
static void
test_a_move_is_priced(void **unused)
{
	struct story s;
	const char *call[VISITS];
	json_t *before, *after, *preview, *history, *move;
	const json_t *calm, *one;
	char *is;
	const char *to;
	int64_t disturbing, paid = 0, last = INT64_MAX;
	size_t i;

	(void)unused;
	open_a_day(&s, call, json_object());
	is = technician_of(&s, call[2]);
	to = strcmp(is, "ann") == 0 ? "ben" : "ann";
	before = story_plan(&s);
	preview = harness_ok(s.manager, "override.preview",
	    json_pack("{s:s, s:s}", "call", call[2], "technician", to));
	assert_int_equal(story_number(preview, "cost_before_cents"),
	    story_number(before, "cost.total_cents"));
	assert_int_equal(story_number(preview, "cost_cents"),
	    story_number(preview, "cost_after_cents") - story_number(preview, "cost_before_cents") +
		story_number(preview, "paid_cents"));
	assert_int_equal(story_number(preview, "cost_cents"),
	    story_number(preview, "cost.total_cents"));
	disturbing = story_number(preview, "cost.disturbance_cents") +
	    story_number(preview, "cost.promise_cents");
	assert_true(story_number(preview, "cost.disturbance_cents") > 0); /* Cole knew who comes */
	/* He, and whoever the plan of the day had put behind him: the solver works against the clock. */
	assert_in_range(json_array_size(story_member(preview, "disturbance.chosen")), 1, VISITS);
	assert_true(json_array_size(json_object_get(preview, "tells")) >= 3);

	/* Beside it what moving people could buy at all: no plan is dearer than the one before. */
	calm = json_object_get(preview, "calm");
	assert_in_range(json_array_size(calm), 1, 8);
	json_array_foreach(calm, i, one)
	{
		assert_true(story_number(one, "cost_cents") <= last);
		last = story_number(one, "cost_cents");
		assert_true(story_number(one, "budget") < 0 ||
		    story_number(one, "disturbed") <= story_number(one, "budget"));
	}
	assert_true(story_number(json_array_get(calm, 0), "cost_cents") <=
	    story_number(before, "cost.total_cents"));

	json_decref(harness_ok(s.manager, "override.force",
	    json_pack("{s:s, s:s, s:O, s:s}", "call", call[2], "technician", to, "token",
		json_object_get(preview, "token"), "reason", "Cole asked for him")));
	after = story_plan(&s);
	assert_int_equal(story_number(preview, "cost_after_cents"),
	    story_number(after, "cost.total_cents"));
	for (i = 0; i < ARRAY_LEN(terms); i++) {
		int64_t moved = cost_of(json_object_get(after, "cost"), terms[i]) -
		    cost_of(json_object_get(before, "cost"), terms[i]);

		/* These are paid once, with the telling; together they are paid_cents. */
		if (strcmp(terms[i], "disturbance_cents") == 0 ||
		    strcmp(terms[i], "promise_cents") == 0 || strcmp(terms[i], "late_cents") == 0)
			paid += cost_of(json_object_get(preview, "cost"), terms[i]) - moved;
		else if (moved != cost_of(json_object_get(preview, "cost"), terms[i]))
			fail_msg("%s: %lld came of %lld", terms[i], (long long)moved,
			    (long long)cost_of(json_object_get(preview, "cost"), terms[i]));
	}
	assert_int_equal(paid, story_number(preview, "paid_cents"));
	assert_int_equal(story_number(after, "spent_hour"),
	    json_array_size(story_member(preview, "disturbance.chosen")));

	/* Why? Because a person wanted it so; and this is what it took. */
	history = harness_ok(s.desk, "history.list",
	    json_pack("{s:s, s:b}", "call", call[2], "chosen", 1));
	assert_int_equal(json_array_size(json_object_get(history, "moves")), 1);
	move = json_array_get(json_object_get(history, "moves"), 0);
	assert_string_equal(story_text(move, "account"), "person");
	assert_string_equal(story_text(move, "former"), is);
	assert_string_equal(story_text(move, "technician"), to);
	if (json_array_size(story_member(preview, "disturbance.chosen")) == 1)
		assert_int_equal(story_number(move, "cents"), disturbing);
	assert_in_range(story_number(move, "cents"), 1, disturbing);
	json_decref(history);
	/* He was promised another time just now: the price of calm leaves him in peace, and is
	 * told. */
	harness_do(s.manager, "plan.unpin", json_pack("{s:s}", "call", call[2]));
	history = harness_ok(s.desk, "plan.price", NULL);
	assert_int_equal(json_array_size(json_object_get(history, "calm")), 6);
	json_decref(history);
	json_decref(before);
	json_decref(after);
	json_decref(preview);
	free(is);
	story_close(&s);
}

/* --- the price of calm --- */

/* Everybody was told: with none moved the plan stays what it is, and more moves never cost more. */
static void
test_the_price_of_calm(void **unused)
{
	struct story s;
	const char *call[VISITS];
	json_t *plan, *price, *again;
	const json_t *calm, *one;
	int64_t last;
	size_t i;

	(void)unused;
	open_a_day(&s, call, json_object());
	plan = story_plan(&s);
	price = harness_ok(s.desk, "plan.price", NULL);
	last = story_number(price, "cost_cents");
	assert_int_equal(last, story_number(plan, "cost.total_cents"));
	assert_int_equal(story_number(price, "scope.technicians"), 2);
	assert_int_equal(story_number(price, "scope.calls"), VISITS);
	calm = json_object_get(price, "calm");
	assert_int_equal(json_array_size(calm), 6);
	assert_int_equal(story_number(calm, "0.cost_cents"), last);
	assert_int_equal(story_number(calm, "0.disturbed"), 0);
	json_array_foreach(calm, i, one)
	{
		assert_int_equal(last - story_number(one, "cost_cents"),
		    story_number(one, "saves_cents"));
		last = story_number(one, "cost_cents");
		assert_true(json_is_true(json_object_get(one, "proven")));
		assert_int_equal(story_number(one, "bound_cents"), last);
	}
	assert_true(strlen(story_text(price, "text")) > 0);
	/* Budgets by name; nothing of all this changed anything. */
	again = harness_ok(s.desk, "plan.price",
	    json_pack("{s:s, s:[i, i]}", "technician", "ann", "budgets", 1, -1));
	assert_int_equal(json_array_size(json_object_get(again, "calm")), 2);
	assert_int_equal(story_number(again, "plan_version"), story_number(plan, "version"));
	json_decref(again);
	harness_refused(s.desk, "plan.price", json_pack("{s:[i, i]}", "budgets", 2, 1),
	    RPC_INVALID_PARAMS, NULL);
	json_decref(plan);
	json_decref(price);
	story_close(&s);
}

/*
 * A bad day: the desk gave visits to the wrong technician, in a shop where calm is cheap, and no
 * event may move anybody. What moving the next one would save is named, and by how many it is worth
 * it.
 */
static void
test_what_the_next_move_buys(void **unused)
{
	struct story s;
	const char *call[VISITS];
	json_t *price, *plan;
	const json_t *calm;
	char *is;

	(void)unused;
	open_a_day(&s, call,
	    json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "freeze_s", 0, "repromise_wait_s", 0,
		"budget_event", 0, "moves_max", 5, "reassign_cents", 20, "repromise_cents", 20,
		"eta_moved_cents", 20));
	for (int i = 0; i < 3; i++) {
		is = technician_of(&s, call[i]);
		harness_do(s.manager, "override.force",
		    json_pack("{s:s, s:s, s:s}", "call", call[i], "technician",
			strcmp(is, "ann") == 0 ? "ben" : "ann", "reason", "a mistake"));
		harness_do(s.manager, "plan.unpin", json_pack("{s:s}", "call", call[i]));
		story_settle(&s);
		free(is);
	}
	price = harness_ok(s.desk, "plan.price", NULL);
	calm = json_object_get(price, "calm");
	assert_int_equal(story_number(calm, "0.cost_cents"), story_number(price, "cost_cents"));
	assert_true(story_number(calm, "5.cost_cents") < story_number(calm, "0.cost_cents"));
	assert_true(strstr(story_text(price, "text"), "would save") != NULL);
	for (size_t i = 1; i < json_array_size(calm); i++) {
		const json_t *one = json_array_get(calm, i);

		assert_true(story_number(one, "disturbed") <= story_number(one, "budget") ||
		    story_number(one, "budget") < 0);
		assert_true(
		    story_number(one, "saves_cents") == 0 || story_number(one, "disturbed") > 0);
	}
	json_decref(price);
	plan = story_plan(&s);
	assert_int_equal(story_number(plan, "spent_hour"), 3); /* only what the desk did */
	json_decref(plan);
	story_close(&s);
}

/* --- accounts --- */

static int64_t
spent(struct story *s, const char *account)
{
	json_t *price = harness_ok(s->desk, "plan.price", json_pack("{s:[i]}", "budgets", 0)), *one;
	int64_t n = -1;
	size_t i;

	json_array_foreach(json_object_get(price, "accounts"), i,
	    one) if (strcmp(story_text(one, "account"), account) == 0)
	    n = story_number(one, "spent");
	json_decref(price);
	return n;
}

/* A call of this severity beside the first visits, wanted within minutes. */
static const char *
rush(struct story *s, const char *customer, const char *severity, const char *due,
    const char *inside)
{
	json_t *need = story_need(customer, 42.35, -71.06, due, 60);
	const char *call;

	json_object_set_new(need, "severity", json_string(severity));
	if (inside != NULL) {
		json_object_set_new(need, "origin", json_string("inside"));
		json_object_set_new(need, "asker", json_string(inside));
	}
	call = story_booked(s, need);
	story_settle(s);
	return call;
}

/* How many calls the plans that a call led to disturbed by choice; *ret_budget: of the last of
 * them. */
static int64_t
disturbed_for(const struct story *s, const char *call, const char *account, int64_t *ret_budget)
{
	const json_t *note;
	int64_t chosen = 0;
	size_t i;

	json_array_foreach(s->heard, i, note)
	{
		const json_t *p = json_object_get(note, "params");
		int64_t n = (int64_t)json_array_size(story_member(p, "disturbance.chosen"));

		if (strcmp(story_text(note, "method"), "plan.revised") != 0 ||
		    strcmp(story_text(p, "cause.call"), call) != 0)
			continue;
		chosen += n;
		*ret_budget = story_number(p, "budget");
		assert_string_equal(story_text(p, "account"), n > 0 ? account : "none");
	}
	return chosen;
}

/* Three lifts with people in them in one morning: they pay from their own account. */
static void
test_emergencies_spend_their_own(void **unused)
{
	struct story s;
	const char *call[VISITS], *one;
	int64_t chosen = 0, budget = -1;

	(void)unused;
	open_a_day(&s, call, json_pack("{s:i, s:i}", "freeze_s", 0, "moves_max", 10));
	for (int i = 0; i < 3; i++) {
		one = rush(&s, "Lift", "trapped",
		    i == 0       ? "08:30"
			: i == 1 ? "08:40"
				 : "08:50",
		    NULL);
		chosen += disturbed_for(&s, one, "emergency", &budget);
	}
	assert_true(chosen > 0);
	assert_int_equal(spent(&s, "emergency"), chosen);
	assert_int_equal(spent(&s, "hour"), 0);
	assert_int_equal(spent(&s, "day"), 0);
	story_close(&s);
}

/* The hour allows one call; the first rush takes it, the second may move nobody, and says so. */
static void
test_the_hour_is_used_up(void **unused)
{
	struct story s;
	const char *call[VISITS], *first, *second;
	int64_t budget = -1;

	(void)unused;
	open_a_day(&s, call,
	    json_pack("{s:i, s:i, s:i}", "freeze_s", 0, "allowance_hour", 1, "budget_event", 3));
	first = rush(&s, "Rush", "urgent", "08:40", NULL);
	assert_int_equal(disturbed_for(&s, first, "event", &budget), 1);
	assert_int_equal(budget, 1);
	assert_int_equal(spent(&s, "hour"), 1);
	second = rush(&s, "Rash", "urgent", "08:45", NULL);
	assert_int_equal(disturbed_for(&s, second, "event", &budget), 0);
	assert_int_equal(budget, 0);
	assert_int_equal(spent(&s, "hour"), 1);
	assert_int_equal(spent(&s, "day"), 1);
	story_close(&s);
}

/* --- inside --- */

static const struct {
	const char *name;
	int budget_inside;
} insides[] = { { "nothing allowed", 0 }, { "some allowed", 3 } };

/* However urgent it is inside, no promise to somebody outside is broken for it. */
static void
test_inside_breaks_no_promise(void **unused)
{
	(void)unused;
	for (size_t n = 0; n < ARRAY_LEN(insides); n++) {
		struct story s;
		const char *call[VISITS], *inside;
		int64_t budget = -1, from[VISITS];
		json_t *j;

		open_a_day(&s, call,
		    json_pack("{s:i, s:i}", "freeze_s", 0, "budget_inside",
			insides[n].budget_inside));
		for (int i = 0; i < VISITS; i++) {
			j = story_call(&s, call[i]);
			from[i] = story_s(story_member(j, "promise.from"));
			json_decref(j);
		}
		inside = rush(&s, "Own lift", "urgent", "08:40", "Mr Weber");
		if (disturbed_for(&s, inside, "inside", &budget) > insides[n].budget_inside)
			fail_msg("%s: over its budget", insides[n].name);
		for (int i = 0; i < VISITS; i++) {
			j = story_call(&s, call[i]);
			if (story_s(story_member(j, "promise.from")) != from[i])
				fail_msg("%s: %s has another promise", insides[n].name, call[i]);
			json_decref(j);
		}
		story_close(&s);
	}
}

/* What an emergency may move is not moved for who is inside, though he has waited too long already.
 */
static void
test_nobody_is_moved_along(void **unused)
{
	struct story s;
	const char *call[VISITS], *inside;
	int64_t before, after;
	json_t *j;

	(void)unused;
	open_a_day(&s, call, json_pack("{s:i}", "freeze_s", 0));
	inside = rush(&s, "Own lift", "urgent", "08:40", "Mr Weber");
	j = story_call(&s, inside);
	before = story_s(json_object_get(j, "arrival"));
	json_decref(j);
	rush(&s, "Lift", "trapped", "08:30", NULL);
	j = story_call(&s, inside);
	after = story_s(json_object_get(j, "arrival"));
	json_decref(j);
	assert_true(after >= before);
	story_close(&s);
}

/* --- why was I moved? --- */

static void
test_why_was_i_moved(void **unused)
{
	struct story s;
	const char *call[VISITS], *urgent;
	char *token;
	json_t *all, *one;
	const json_t *move;
	struct client *ann;
	size_t i, moved = 0;

	(void)unused;
	open_a_day(&s, call, json_pack("{s:i}", "freeze_s", 0));
	urgent = rush(&s, "Rush", "urgent", "08:40", NULL);
	all = harness_ok(s.desk, "history.list", json_pack("{s:b}", "chosen", 1));
	json_array_foreach(json_object_get(all, "moves"), i, move)
	{
		char text[80];

		snprintf(text, sizeof(text), "room was made for %s, for Rush", urgent);
		assert_string_equal(story_text(move, "cause.event"), "call.booked");
		assert_string_equal(story_text(move, "cause.call"), urgent);
		assert_string_equal(story_text(move, "cause.text"), text);
		assert_string_equal(story_text(move, "cause.origin"), "outside");
		assert_string_equal(story_text(move, "account"), "event");
		assert_true(strlen(story_text(move, "code")) > 0);
		assert_true(strlen(story_text(move, "reason")) > 0);
		assert_true(story_number(move, "cents") > 0);
		moved++;
	}
	assert_true(moved > 0);
	json_decref(all);
	/* Who was never moved has nothing to hear but the first ETA; who is no call is not known.
	 */
	one = harness_ok(s.desk, "history.list",
	    json_pack("{s:s, s:b}", "call", urgent, "chosen", 1));
	assert_int_equal(json_array_size(json_object_get(one, "moves")), 0);
	json_decref(one);
	harness_refused(s.desk, "history.list", json_pack("{s:s}", "call", "c999"), RPC_NOT_FOUND,
	    NULL);
	/* A technician hears of his own calls only. */
	token = harness_token(&s.h, "technician", "ann");
	ann = harness_client(&s.h, token);
	one = harness_ok(ann, "history.list", NULL);
	json_array_foreach(json_object_get(one, "moves"), i, move)
	    assert_true(strcmp(story_text(move, "technician"), "ann") == 0 ||
		strcmp(story_text(move, "former"), "ann") == 0);
	json_decref(one);
	harness_refused(ann, "history.list", json_pack("{s:s}", "technician", "ben"), RPC_NOT_FOUND,
	    NULL);
	client_close(ann);
	free(token);
	story_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_move_is_priced),
		cmocka_unit_test(test_the_price_of_calm),
		cmocka_unit_test(test_what_the_next_move_buys),
		cmocka_unit_test(test_emergencies_spend_their_own),
		cmocka_unit_test(test_the_hour_is_used_up),
		cmocka_unit_test(test_inside_breaks_no_promise),
		cmocka_unit_test(test_nobody_is_moved_along),
		cmocka_unit_test(test_why_was_i_moved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
