/* SPDX-License-Identifier: Apache-2.0 */
/* Quotes: which options are offered, what they say, and that booking one does what it said. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/booking.h"
#include "daemon/order.h"
#include "daemon/quote.h"
#include "daemon/quotes.h"
#include "daemon/ripple.h"
#include "solver/rng.h"
#include "tests/state_fixture.h"

/* t1 has c1 and c3, t2 has c2; nobody was told of anything yet. */
static struct state *
shop(void)
{
	struct state *s = fix_shop();

	fix_plan(s, -3500, "t1: c1 c3; t2: c2");
	return s;
}

/* Terms of a call at a site so many hundredths of a degree north of home. */
static json_t *
terms(int north, const char *more)
{
	char text[600];

	snprintf(text, sizeof(text),
	    "{'customer':'new','site':{'lat_udeg':%d,'lon_udeg':-87630000},"
	    "'needs':[],'severity':'routine','opened':@-3400,'difficulty':0%s}",
	    41880000 + north * 10000, more);
	return fix_body(text);
}

static void
make(const struct state *s, int64_t now, json_t *t, int64_t due, struct quote_result *ret)
{
	struct quote_ask ask = { .s = s, .now = now, .need = { .terms = t, .due = due } };

	if (due > 0)
		json_object_set_new(t, "due", json_integer(due));
	assert_int_equal(quote_make(&ask, ret), 0);
}

static const json_t *
shown(const struct quote_result *q, int32_t i, const char *member)
{
	return json_object_get(q->option[i].shown, member);
}

static int64_t
cents(const struct quote_result *q, int32_t i, const char *member)
{
	return json_integer_value(shown(q, i, member));
}

/* The option that is best of a kind; -1 none. */
static int32_t
of_kind(const struct quote_result *q, enum quote_kind kind)
{
	const json_t *one;
	size_t k;

	for (int32_t i = 0; i < q->options; i++)
		json_array_foreach(shown(q, i, "kinds"), k,
		    one) if (strcmp(json_string_value(one), quote_kind_name(kind)) == 0) return i;
	return -1;
}

static bool
meets(const struct quote_result *q, int32_t i)
{
	return json_is_true(shown(q, i, "meets"));
}

static int64_t
total(const struct state *s, int64_t now)
{
	struct cost c = ripple_plan_cost(s, now, NULL, 0);

	return cost_total(&c);
}

/* Each kind is claimed once, the sums are right, and before is what plan.get says. */
static void
expect_whole(const struct state *s, int64_t now, const struct quote_result *q)
{
	bool claimed[QUOTE_KINDS] = { false };

	assert_in_range(q->options, 0, QUOTE_OPTIONS_MAX);
	for (int32_t i = 0; i < q->options; i++) {
		const json_t *cost = shown(q, i, "cost"), *part;
		const char *name;
		int64_t sum = 0;

		for (int k = 0; k < QUOTE_KINDS; k++) {
			if (of_kind(q, (enum quote_kind)k) != i)
				continue;
			assert_false(claimed[k]);
			claimed[k] = true;
		}
		assert_true(json_array_size(shown(q, i, "kinds")) > 0);
		assert_int_equal(cents(q, i, "cost_cents"),
		    cents(q, i, "cost_after_cents") - cents(q, i, "cost_before_cents") +
			cents(q, i, "paid_cents"));
		json_object_foreach((json_t *)cost, name,
		    part) if (strcmp(name, "total_cents") != 0) sum += json_integer_value(part);
		assert_int_equal(sum, cents(q, i, "cost_cents"));
		assert_true(q->option[i].from >= now);
		assert_true(q->option[i].to > q->option[i].from);
		if (!q->option[i].another_day)
			assert_int_equal(cents(q, i, "cost_before_cents"), total(s, now));
	}
}

/* --- booking --- */

static void
keep(struct quotes *quotes, const struct state *s, int64_t now, json_t *t, struct quote_result *q)
{
	assert_int_equal(quotes_keep(quotes, s, now, &(struct quote_need){ .terms = t }, q), 0);
}

static struct quoted *
kept(struct quotes *quotes, const struct quote_result *q, int32_t i)
{
	struct quoted *one = quotes_find(quotes, json_string_value(shown(q, i, "quote")));

	assert_non_null(one);
	return one;
}

static void
apply(struct state *s, struct booking *b)
{
	char why[256] = "";

	for (size_t i = 0; i < b->events; i++) {
		b->event[i]->seq = state_seq(s) + 1;
		if (state_apply(s, b->event[i], why, sizeof(why)) < 0)
			fail_msg("%s: %s", event_name(b->event[i]->type), why);
	}
}

/* Books an option on s: what was quoted is what happens. */
static void
expect_booked(struct state *s, int64_t now, struct quotes *quotes, const struct quote_result *q,
    int32_t i)
{
	const struct quote_option *o = &q->option[i];
	char why[200] = "";
	const struct call_state *c;
	struct booking b;

	if (booking_make(s, now, kept(quotes, q, i), NULL, "dispatcher:tk1", &b, why, sizeof(why)) <
	    0)
		fail_msg("option %d: %s", (int)i, why);
	apply(s, &b);
	c = fix_call(s, b.call);
	assert_true(c->told.promise);
	assert_int_equal(c->told.promise_from, o->from);
	assert_int_equal(c->told.promise_to, o->to);
	assert_int_equal(c->told.first_to, o->to);
	assert_int_equal(c->agreed_pct,
	    (int)(100 * json_number_value(shown(q, i, "confidence")) + 0.5));
	if (!o->another_day) {
		assert_int_equal(total(s, now), cents(q, i, "cost_after_cents"));
		assert_int_equal(c->status, CALL_PLANNED);
		assert_int_equal(c->tech, o->tech);
		assert_in_range(c->arrival, o->from, o->to);
	}
	fix_sound(s, "booked");
	booking_done(&b);
}

static void
expect_gone(const struct state *s, int64_t now, const struct quoted *q, const char *reason)
{
	char why[200] = "";
	struct booking b;

	assert_int_equal(booking_make(s, now, q, NULL, "dispatcher:tk1", &b, why, sizeof(why)),
	    -ESTALE);
	if (strstr(why, reason) == NULL)
		fail_msg("expected \"%s\", got \"%s\"", reason, why);
}

/* --- tests --- */

/*
 * A need with room: what meets it comes first and disturbs nobody; everything else differs from it.
 */
static void
test_with_room(void **unused)
{
	struct state *s = shop();
	json_t *t = terms(2, "");
	struct quote_result q;
	int32_t cheap, soon, day;

	(void)unused;
	make(s, T0 - 3400, t, T0 + 8 * 3600, &q);
	expect_whole(s, T0 - 3400, &q);
	assert_int_equal(of_kind(&q, QUOTE_LEAST), 0);
	assert_true(meets(&q, 0));
	assert_true(q.option[0].to <= T0 + 8 * 3600);
	cheap = of_kind(&q, QUOTE_CHEAPEST);
	soon = of_kind(&q, QUOTE_SOONEST);
	day = of_kind(&q, QUOTE_ANOTHER_DAY);
	assert_true(cheap >= 0 && soon >= 0 && day >= 0);
	for (int32_t i = 0; i < q.options; i++) {
		assert_true(i == day || q.option[cheap].cost_cents <= q.option[i].cost_cents);
		assert_true(q.option[soon].to <= q.option[i].to);
		assert_int_equal(json_array_size(shown(&q, i, "breaks")), 0);
	}
	assert_true(q.option[day].from > T0 + 86400 - 1800);
	assert_int_equal(of_kind(&q, QUOTE_PREFERRED), -1);
	assert_true(json_number_value(json_object_get(q.wish, "confidence")) >= 0.9);
	quote_done(&q);
	json_decref(t);
	state_free(s);
}

/* What cannot be met is said, and what is near is offered all the same. */
static void
test_wish_too_soon(void **unused)
{
	struct state *s = shop();
	json_t *t = terms(3, "");
	struct quote_result q;

	(void)unused;
	make(s, T0 - 3400, t, T0 + 60, &q);
	expect_whole(s, T0 - 3400, &q);
	assert_true(q.options > 0);
	for (int32_t i = 0; i < q.options; i++)
		assert_false(meets(&q, i));
	assert_true(json_number_value(json_object_get(q.wish, "confidence")) < 0.01);
	assert_non_null(strstr(json_string_value(json_object_get(q.wish, "text")), "Nobody"));
	assert_true(strlen(q.text) > 0);
	quote_done(&q);
	json_decref(t);
	state_free(s);
}

static void
test_preferred(void **unused)
{
	struct state *s = shop();
	json_t *t = terms(2, ",'preferred':'t1'");
	struct quote_result q;
	int32_t i;

	(void)unused;
	make(s, T0 - 3400, t, T0 + 8 * 3600, &q);
	expect_whole(s, T0 - 3400, &q);
	i = of_kind(&q, QUOTE_PREFERRED);
	assert_true(i >= 0);
	assert_string_equal(json_string_value(shown(&q, i, "technician")), "t1");
	quote_done(&q);
	json_decref(t);
	state_free(s);
}

static void
test_nobody(void **unused)
{
	struct state *s = shop();
	json_t *t = terms(2, ""), *needs = fix_body("[{'skill':'lifts','level':1}]");
	struct quote_result q;

	(void)unused;
	json_object_set_new(t, "needs", needs);
	make(s, T0 - 3400, t, T0 + 8 * 3600, &q);
	assert_int_equal(q.options, 0);
	assert_true(strlen(q.text) > 0);
	assert_true(json_number_value(json_object_get(q.wish, "confidence")) < 0.01);
	quote_done(&q);
	json_decref(t);
	state_free(s);
}

/* An appointment, today or on a later day: it is the window, if it can be. */
static void
test_appointment(void **unused)
{
	static const struct {
		const char *name;
		int64_t from_s, to_s;
		bool later;
	} wishes[] = {
		{ "this afternoon", 5 * 3600, 7 * 3600, false },
		{ "tomorrow", 86400 + 3600, 86400 + 3 * 3600, true },
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(wishes); i++) {
		struct state *s = shop();
		struct quotes *quotes = quotes_new("beef0123");
		int64_t from = T0 + wishes[i].from_s, to = T0 + wishes[i].to_s, now = T0 - 3400;
		json_t *t = terms(2, "");
		struct quote_ask ask = { .s = s,
			.now = now,
			.need = { .terms = t, .appointment = true, .from = from, .to = to } };
		struct quote_result q;

		json_object_set_new(t, "appointment",
		    json_pack("{s:I, s:I}", "from", (json_int_t)from, "to", (json_int_t)to));
		assert_int_equal(quote_make(&ask, &q), 0);
		expect_whole(s, now, &q);
		if (!meets(&q, 0) || q.option[0].from != from || q.option[0].to != to ||
		    q.option[0].another_day != wishes[i].later)
			fail_msg("%s: the first option is another", wishes[i].name);
		assert_int_equal(of_kind(&q, QUOTE_LEAST), 0);
		assert_true(json_number_value(json_object_get(q.wish, "confidence")) >= 0.9);
		keep(quotes, s, now, t, &q);
		expect_booked(s, now, quotes, &q, 0);
		quote_done(&q);
		quotes_free(quotes);
		json_decref(t);
		state_free(s);
	}
}

/* Nobody was asked for a time: options all the same, and the question. */
static void
test_without_wish(void **unused)
{
	struct state *s = shop();
	json_t *t = terms(2, "");
	struct quote_result q;

	(void)unused;
	make(s, T0 - 3400, t, 0, &q);
	expect_whole(s, T0 - 3400, &q);
	assert_true(q.options >= 2);
	assert_null(shown(&q, 0, "meets"));
	assert_non_null(strstr(json_string_value(json_object_get(q.wish, "text")), "by when"));
	quote_done(&q);
	json_decref(t);
	state_free(s);
}

/*
 * t1 alone has the skill, and his morning is promised: whoever wants it breaks a promise, or waits.
 */
static void
test_rush(void **unused)
{
	struct state *s = fix_shop();
	struct quote_result q;
	json_t *t = terms(1, ",'required':'t1','duration_s':3600");
	int32_t least, cheap;

	(void)unused;
	for (int i = 0; i < 3; i++)
		fix_must(s, -3500, EV_CALL_BOOKED,
		    "{'call':'p%d','terms':{'customer':'u','site':{"
		    "'lat_udeg':41890000,'lon_udeg':-87630000},'needs':[],'severity':'routine',"
		    "'opened':@-3500,'appointment':{'from':@%d,'to':@%d},'duration_s':3600,"
		    "'difficulty':0,'contract':'full_service'}}",
		    i, i * 4000, i * 4000 + 1800);
	fix_plan(s, -3450, "t1: p0 p1 p2");
	make(s, T0 - 3400, t, T0 + 2 * 3600, &q);
	expect_whole(s, T0 - 3400, &q);
	least = of_kind(&q, QUOTE_LEAST);
	cheap = of_kind(&q, QUOTE_CHEAPEST);
	assert_int_equal(least, 0);
	assert_false(meets(&q, least));
	assert_int_equal(json_array_size(shown(&q, least, "breaks")), 0);
	assert_true(meets(&q, cheap));
	assert_true(json_array_size(shown(&q, cheap, "breaks")) > 0);
	assert_true(cents(&q, cheap, "goodwill_cents") > 0);
	assert_true(cents(&q, cheap, "paid_cents") > 0);
	assert_true(q.option[cheap].cost_cents > q.option[least].cost_cents);
	assert_non_null(strstr(q.text, "disturbing"));
	quote_done(&q);
	json_decref(t);
	state_free(s);
}

/* What the solver's plan looked like counts for nothing: laid out for booking it breaks promises. */
static void
test_a_plan_too_good(void **unused)
{
	struct state *s = fix_shop(), *fork;
	int64_t now = T0 - 3400, due = T0 + 2 * 3600;
	json_t *t = terms(1, ",'required':'t1','duration_s':3600");
	struct quote_ask ask = { .s = s, .now = now, .need = { .terms = t, .due = due } };
	struct new_route route = { .tech = 0 };
	struct planner_offer offer = { .route = &route, .routes = 1 };
	int32_t order[4];
	struct quote_result q;

	(void)unused;
	for (int i = 0; i < 3; i++)
		fix_must(s, -3500, EV_CALL_BOOKED,
		    "{'call':'p%d','terms':{'customer':'u','site':{"
		    "'lat_udeg':41890000,'lon_udeg':-87630000},'needs':[],'severity':'routine',"
		    "'opened':@-3500,'appointment':{'from':@%d,'to':@%d},'duration_s':3600,"
		    "'difficulty':0,'contract':'full_service'}}",
		    i, i * 4000, i * 4000 + 1800);
	fix_plan(s, -3450, "t1: p0 p1 p2");
	json_object_set_new(t, "due", json_integer(due));
	assert_int_equal(quote_fork(s, now, &ask.need, true, &fork, &order[0]), 0);
	for (int i = 0; i < 3; i++)
		order[i + 1] = fix_tech(s, "t1")->stop[i].call;
	route.tech = state_tech_find(s, "t1");
	retime_order(fork, route.tech, now, order, 4, &route.timed);
	assert_int_equal(route.timed.stops, 4);
	for (int i = 1; i < 4; i++)
		route.timed.stop[i].arrival = fix_tech(s, "t1")->stop[i - 1].arrival;
	ask.offer = &offer;
	ask.offers = 1;
	assert_int_equal(quote_make(&ask, &q), 0);
	expect_whole(s, now, &q);
	assert_int_equal(of_kind(&q, QUOTE_LEAST), 0);
	assert_int_equal(json_array_size(shown(&q, 0, "breaks")), 0);
	assert_false(meets(&q, 0));
	quote_done(&q);
	json_decref(t);
	state_free(fork);
	state_free(s);
}

/* Random needs, one after the other: every option, booked, gives the plan and the cost it said. */
static void
test_what_is_quoted_happens(void **unused)
{
	struct state *s = shop();
	struct quotes *quotes = quotes_new("beef0123");
	struct rng r = { 4 };
	int booked = 0;

	(void)unused;
	for (int n = 0; n < 24; n++) {
		int64_t now = T0 - 3400 + 60 * n;
		char more[200];
		struct quote_result q;
		json_t *t;

		snprintf(more, sizeof(more), ",'duration_s':%d%s%s", 600 + rng_below(&r, 5400),
		    rng_below(&r, 3) == 0 ? ",'preferred':'t2'" : "",
		    rng_below(&r, 4) == 0 ? ",'origin':'inside'" : "");
		t = terms(rng_below(&r, 30) - 15, more);
		make(s, now, t, T0 + rng_below(&r, 9 * 3600), &q);
		expect_whole(s, now, &q);
		keep(quotes, s, now, t, &q);
		for (int32_t i = 0; i < q.options; i++) {
			struct state *fork = state_fork(s);

			expect_booked(fork, now, quotes, &q, i);
			state_free(fork);
			booked++;
		}
		if (q.options > 0)
			expect_booked(s, now, quotes, &q, rng_below(&r, q.options));
		quote_done(&q);
		json_decref(t);
	}
	assert_true(booked > 40);
	quotes_free(quotes);
	state_free(s);
}

/* While the asker thinks, the day goes on. */
static void
test_does_not_hold(void **unused)
{
	struct state *s = shop();
	struct quotes *quotes = quotes_new("beef0123");
	json_t *t = terms(2, ",'duration_s':3600"), *again = terms(2, ",'duration_s':3600");
	int64_t now = T0 - 3400;
	struct quote_result q, other;
	struct quoted *first;

	(void)unused;
	make(s, now, t, T0 + 2 * 3600, &q);
	keep(quotes, s, now, t, &q);
	first = kept(quotes, &q, 0);
	expect_gone(s, now + 301, first, "expired");

	/* Another takes a place on the same route: it must still fit, or be asked for again. */
	make(s, now, again, T0 + 2 * 3600, &other);
	keep(quotes, s, now, again, &other);
	expect_booked(s, now, quotes, &other, 0);
	expect_gone(s, now, first, "route of");
	fix_must(s, -3390, EV_GUIDELINES_SET, "{'version':%d,'guidelines':{'drive_cents_per_h':1}}",
	    (int)state_guidelines_version(s) + 1);
	expect_gone(s, now + 20, kept(quotes, &q, q.options - 1), "guidelines");
	snprintf(first->call, sizeof(first->call), "c77");
	expect_gone(s, now + 20, first, "as c77");
	quote_done(&q);
	quote_done(&other);
	json_decref(t);
	json_decref(again);
	quotes_free(quotes);
	state_free(s);
}

/* Behind the job under way there is always a place, and nothing changed: it holds as quoted. */
static void
test_behind_the_job_under_way(void **unused)
{
	struct state *s = fix_shop();
	struct quotes *quotes = quotes_new("beef0123");
	json_t *t = terms(2, ",'required':'t1','duration_s':3600");
	struct quote_result q;
	struct quoted *first;
	char why[200] = "";
	struct booking b;
	int next = 0;

	(void)unused;
	fix_plan(s, -1800, "t1: c1 c3; t2: c2");
	fix_must(s, 0, EV_SHIFT_STARTED,
	    "{'technician':'t1','version':2,'at':@0,'place':{'lat_udeg':41880000,'lon_udeg':"
	    "-87630000}}");
	fix_must(s, 300, EV_STOP_DEPARTED,
	    "{'technician':'t1','call':'c1','version':2,'at':@300,'arrival':@600,'end':@4200}");
	fix_must(s, 600, EV_STOP_ARRIVED,
	    "{'technician':'t1','call':'c1','version':3,'at':@600,'end':@4200}");
	make(s, T0 + 660, t, T0 + 7200, &q);
	keep(quotes, s, T0 + 660, t, &q);
	for (int32_t i = 0; i < q.options; i++) {
		first = kept(quotes, &q, i);
		if (first->another_day)
			continue;
		next += json_string_length(json_array_get(
			    json_object_get(json_array_get(first->rests, 0), "after"), 1)) == 0;
		/* No other place is looked for. */
		first->technician[0] = '\0';
		if (booking_make(s, T0 + 660, first, NULL, "x", &b, why, sizeof(why)) < 0)
			fail_msg("option %d: %s", (int)i, why);
		assert_in_range(b.arrival, first->from, first->to);
		booking_done(&b);
	}
	assert_int_equal(next, 1);
	quote_done(&q);
	json_decref(t);
	quotes_free(quotes);
	state_free(s);
}

/* The option for another day, -1 none. */
static int32_t
for_another_day(const struct quote_result *q)
{
	for (int32_t i = 0; i < q->options; i++)
		if (q->option[i].another_day)
			return i;
	return -1;
}

/* Four quotes of one half hour of tomorrow: the first that is booked has it. */
static void
test_another_day_fills(void **unused)
{
	struct state *s = shop();
	struct quotes *quotes = quotes_new("beef0123");
	json_t *t = terms(2, ",'required':'t3','duration_s':14400");
	int64_t now = T0 - 3400;
	struct quote_result q[4];

	(void)unused;
	for (int i = 0; i < 4; i++) {
		make(s, now, t, 0, &q[i]);
		keep(quotes, s, now, t, &q[i]);
		assert_int_not_equal(for_another_day(&q[i]), -1);
		assert_int_equal(q[i].option[for_another_day(&q[i])].from,
		    q[0].option[for_another_day(&q[0])].from);
	}
	expect_booked(s, now, quotes, &q[0], for_another_day(&q[0]));
	for (int i = 1; i < 4; i++)
		expect_gone(s, now, kept(quotes, &q[i], for_another_day(&q[i])), "filled");
	for (int i = 0; i < 4; i++)
		quote_done(&q[i]);
	json_decref(t);
	quotes_free(quotes);
	state_free(s);
}

/* Booked one after the other, tomorrow takes what three technicians can do there, and no more. */
static void
test_a_full_day_is_full(void **unused)
{
	enum { CALLS = 130, WORK_S = 3 * (10 * 3600), EACH_S = 900 };
	struct state *s = shop();
	struct quotes *quotes = quotes_new("beef0123");
	int64_t now = T0 - 3400, tomorrow = T0 + 86400;
	int64_t there = 0;

	(void)unused;
	for (int n = 0; n < CALLS; n++) {
		json_t *t = terms(n % 7, ",'duration_s':900");
		struct quote_result q;
		int32_t i;

		make(s, now, t, 0, &q);
		keep(quotes, s, now, t, &q);
		i = for_another_day(&q);
		if (i >= 0) {
			there += q.option[i].from < tomorrow + 43200;
			expect_booked(s, now, quotes, &q, i);
		}
		quote_done(&q);
		json_decref(t);
	}
	assert_in_range(there, 81, WORK_S / EACH_S);
	quotes_free(quotes);
	state_free(s);
}

/* Of more than the table holds the oldest go; ids of another run mean nothing. */
static void
test_table(void **unused)
{
	struct state *s = shop();
	struct quotes *quotes = quotes_new("beef0123"), *later = quotes_new("cafe0123");
	json_t *t = terms(2, "");
	struct quote_result q;
	char first[QUOTES_ID_SIZE];

	(void)unused;
	make(s, T0 - 3400, t, T0 + 8 * 3600, &q);
	keep(quotes, s, T0 - 3400, t, &q);
	snprintf(first, sizeof(first), "%s", json_string_value(shown(&q, 0, "quote")));
	assert_non_null(quotes_find(quotes, first));
	assert_null(quotes_find(later, first));
	assert_null(quotes_find(quotes, "q"));
	for (int i = 0; i < QUOTES_MAX / q.options; i++)
		keep(quotes, s, T0 - 3400, t, &q);
	assert_null(quotes_find(quotes, first));
	assert_non_null(quotes_find(quotes, json_string_value(shown(&q, 0, "quote"))));
	quotes_free(quotes);
	quotes_free(later);
	quote_done(&q);
	json_decref(t);
	state_free(s);
}

/* --- orders --- */

static void
test_orders(void **unused)
{
	static const int64_t due_s[] = { 8 * 3600, 2 * 3600, 4 * 3600 };
	struct state *s = shop();
	struct order_ask ask = { .s = s, .now = T0 - 3400, .n = 3 };
	json_t *orders, *one, *other, *by;
	json_t *t[3];
	size_t i, k;

	(void)unused;
	for (int w = 0; w < 3; w++) {
		t[w] = terms(w, ",'required':'t3','duration_s':7200");
		json_object_set_new(t[w], "due", json_integer(T0 + due_s[w]));
		ask.wanted[w].need = (struct quote_need){ .terms = t[w], .due = T0 + due_s[w] };
		snprintf(ask.wanted[w].label, sizeof(ask.wanted[w].label), "job %c", 'A' + w);
	}
	orders = order_make(&ask);
	assert_int_equal(json_array_size(orders), 3);
	json_array_foreach(orders, i, one) {
		by = json_object_get(one, "by");
		assert_string_equal(json_string_value(by),
		    i == 0       ? "asker"
			: i == 1 ? "deadline"
				 : "cheapest");
		json_array_foreach(orders, k, other) assert_true(k == i ||
		    !json_equal(json_object_get(one, "order"), json_object_get(other, "order")));
		assert_int_equal(json_integer_value(json_object_get(one, "cost_before_cents")),
		    total(s, T0 - 3400));
		assert_non_null(strstr(json_string_value(json_object_get(one, "text")), "job A"));
	}
	one = json_object_get(json_array_get(orders, 1), "order");
	assert_int_equal(json_integer_value(json_array_get(one, 0)), 1);
	assert_int_equal(json_integer_value(json_array_get(one, 1)), 2);
	assert_int_equal(json_integer_value(json_array_get(one, 2)), 0);
	/* By deadline all three are met; in the asker's order A comes first, and B is too late. */
	one = json_object_get(json_array_get(orders, 1), "options");
	json_array_foreach(one, i, other)
	    assert_true(json_is_true(json_object_get(other, "meets")));
	one = json_object_get(json_array_get(orders, 0), "options");
	assert_true(json_is_true(json_object_get(json_array_get(one, 0), "meets")));
	assert_false(json_is_true(json_object_get(json_array_get(one, 1), "meets")));
	json_decref(orders);
	for (int w = 0; w < 3; w++)
		json_decref(t[w]);
	state_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_with_room),
		cmocka_unit_test(test_wish_too_soon),
		cmocka_unit_test(test_preferred),
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_appointment),
		cmocka_unit_test(test_without_wish),
		cmocka_unit_test(test_rush),
		cmocka_unit_test(test_a_plan_too_good),
		cmocka_unit_test(test_what_is_quoted_happens),
		cmocka_unit_test(test_does_not_hold),
		cmocka_unit_test(test_behind_the_job_under_way),
		cmocka_unit_test(test_another_day_fills),
		cmocka_unit_test(test_a_full_day_is_full),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_orders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
