/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/build.h"
#include "daemon/morning.h"
#include "daemon/object.h"
#include "daemon/order_impl.h"
#include "daemon/ripple.h"
#include "proto/when.h"

enum {
	TEXT_SIZE = 1000,
	HOUR_S = 3600,
	NOON = 12,
	EVENING = 17,
	DATE_LEN = 10, /* of 2026-03-12T... */
};

/* --- in words --- */

/* "this morning", "tomorrow", "on 2026-03-14". */
static void
say_when(const struct state *s, int64_t now, int64_t at, char *ret, size_t size)
{
	int64_t today = morning_today(s, now), day = morning_today(s, at);
	int64_t hour = (at - day) / HOUR_S;
	char date[WHEN_SIZE] = "";

	when_format(at, state_zone(s), date);
	if (day == today)
		snprintf(ret, size, "%s",
		    hour < NOON          ? "this morning"
			: hour < EVENING ? "this afternoon"
					 : "this evening");
	else if (day == morning_after(s, today))
		snprintf(ret, size, "tomorrow");
	else
		snprintf(ret, size, "on %.*s", DATE_LEN, date);
}

static size_t
add(char *text, size_t len, const char *piece)
{
	int n = snprintf(text + len, TEXT_SIZE - len, "%s", piece);

	len += n > 0 ? (size_t)n : 0;
	return len < TEXT_SIZE ? len : TEXT_SIZE - 1;
}

/* One call of the sentence. */
static void
say_place(const struct order_start *st, const struct order_try *t, int32_t w, char *ret,
    size_t size)
{
	const struct order_place *p = &t->place[w];
	const struct order_wanted *wanted = &st->ask->wanted[w];
	char when[32];

	if (!p->placed) {
		snprintf(ret, size, "no place for %s", wanted->label);
		return;
	}
	say_when(st->s, st->ask->now, p->arrival, when, sizeof(when));
	snprintf(ret, size, "%s %s%s", wanted->label, when, p->meets ? "" : " (too late for it)");
}

/* "A this morning means B this afternoon and C tomorrow." */
static void
say(const struct order_start *st, const struct order_try *t, const struct ripple *rp, bool best,
    char text[TEXT_SIZE])
{
	int32_t n = st->ask->n;
	size_t len = 0;
	char piece[ORDER_LABEL_SIZE + 64];

	for (int32_t i = 0; i < n; i++) {
		say_place(st, t, t->order[i], piece, sizeof(piece));
		len = add(text, len,
		    i == 0           ? ""
			: i == 1     ? " means "
			: i == n - 1 ? " and "
				     : ", ");
		len = add(text, len, piece);
	}
	if (rp->delays > 0) {
		snprintf(piece, sizeof(piece), "; %d other call%s move%s", (int)rp->delays,
		    rp->delays > 1 ? "s" : "", rp->delays > 1 ? "" : "s");
		len = add(text, len, piece);
	}
	if (rp->brokens > 0) {
		snprintf(piece, sizeof(piece), "; %d promise%s break%s", (int)rp->brokens,
		    rp->brokens > 1 ? "s" : "", rp->brokens > 1 ? "" : "s");
		len = add(text, len, piece);
	}
	if (best)
		add(text, len, "; no other order is cheaper");
}

/* --- on the wire --- */

static json_t *
places(const struct order_start *st, const struct order_try *t)
{
	json_t *list = json_array();

	for (int32_t w = 0; w < st->ask->n; w++) {
		const struct order_place *p = &t->place[w];
		json_t *one = json_pack("{s:i, s:b}", "wanted", (int)w, "placed", (int)p->placed);

		if (p->placed) {
			build_set(&one, "window", object_window(st->s, p->from, p->to));
			build_set(&one, "confidence", json_real((double)p->pct / 100));
			build_set(&one, "technician", json_string(state_tech(st->s, p->tech)->id));
			build_set(&one, "arrival", object_when(st->s, p->arrival));
			build_set(&one, "meets", json_boolean(p->meets));
			build_set(&one, "day",
			    json_string(p->another_day ? "another_day" : "today"));
		}
		build_add(&list, one);
	}
	return list;
}

static json_t *
positions(const struct order_start *st, const struct order_try *t)
{
	json_t *list = json_array();

	for (int32_t i = 0; i < st->ask->n; i++)
		build_add(&list, json_integer(t->order[i]));
	return list;
}

/* The plan's cost with them: all terms, those of another day on its own plan. */
static json_t *
put_costs(const struct order_try *t, const struct ripple *rp, json_t *one)
{
	int64_t before = cost_total(&rp->before);

	build_set(&one, "cost_cents",
	    json_integer(cost_total(&rp->after) - before + t->later_cents));
	build_set(&one, "cost_before_cents", json_integer(before));
	build_set(&one, "cost_after_cents", json_integer(cost_total(&rp->then)));
	build_set(&one, "goodwill_cents", json_integer(rp->goodwill_cents));
	return one;
}

/* A fork with one more call, as it would be agreed. */
static int
fork_one(const struct order_start *st, const struct order_try *t, int32_t w, const struct state *s,
    struct state **ret, int32_t *ret_call)
{
	const struct order_place *p = &t->place[w];
	struct span window = { p->from, p->to };
	json_t *terms = quote_terms(st->ask->wanted[w].need.terms, p->meets, &window, p->pct,
	    state_tech(st->s, p->tech)->id);
	int rc = terms == NULL ? -ENOMEM : quote_book(s, st->ask->now, NULL, terms, ret, ret_call);

	json_decref(terms);
	return rc;
}

/* One with those that are placed today: what waits for another day is no part of today's plan. */
static int
fork_today(const struct order_start *st, const struct order_try *t, struct state **ret,
    int32_t call[ORDER_WANTED_MAX])
{
	struct state *s = NULL;
	int rc = 0;

	for (int32_t w = 0; rc == 0 && w < st->ask->n; w++) {
		struct state *next;

		if (!t->place[w].placed || t->place[w].another_day)
			continue;
		rc = fork_one(st, t, w, s == NULL ? st->ask->s : s, &next, &call[w]);
		if (rc < 0)
			break;
		state_free(s);
		s = next;
	}
	if (rc == 0 && s == NULL)
		s = state_fork(st->ask->s);
	if (rc < 0 || s == NULL) {
		state_free(s);
		return rc < 0 ? rc : -ENOMEM;
	}
	*ret = s;
	return 0;
}

/* The try's routes in the terms of that fork. */
static void
routes_on(const struct order_start *st, const struct order_try *t, const struct state *s,
    const int32_t call[ORDER_WANTED_MAX], struct new_route *ret)
{
	for (int32_t r = 0; r < t->routes; r++) {
		const struct retimed *was = &t->route[r].timed;
		int32_t order[STATE_STOPS_MAX], n = 0;

		for (int32_t i = was->under_way; i < was->stops; i++) {
			int32_t one = was->stop[i].call;

			for (int32_t w = 0; w < st->ask->n; w++)
				if (st->call[w] == was->stop[i].call)
					one = call[w];
			order[n++] = one;
		}
		for (int32_t i = 0; i < was->losts && n < STATE_STOPS_MAX; i++)
			order[n++] = was->lost[i];
		ret[r].tech = t->route[r].tech;
		retime_order(s, ret[r].tech, st->ask->now, order, n, &ret[r].timed);
	}
}

json_t *
order_show(const struct order_start *st, const struct order_try *t, const char *by, bool best)
{
	struct new_route *route = calloc(ORDER_WANTED_MAX, sizeof(*route));
	int32_t call[ORDER_WANTED_MAX] = { 0 };
	struct ripple_ask ra = {
		.before = st->ask->s,
		.now = st->ask->now,
		.route = route,
		.routes = t->routes,
		.call = -1,
		.budget = QUOTE_BUDGET,
		.kind = "booked",
		.cause = { .event = EV_CALL_BOOKED, .call = -1, .tech = -1, .why = TELL_MADE_ROOM }
	};
	struct ripple rp = { 0 };
	struct state *s = NULL;
	char text[TEXT_SIZE] = "", why[200];
	json_t *one = NULL;

	if (route != NULL && fork_today(st, t, &s, call) == 0) {
		routes_on(st, t, s, call, route);
		ra.s = s;
		if (ripple_make(&ra, &rp, why, sizeof(why)) == 0) {
			say(st, t, &rp, best, text);
			one = json_pack("{s:o, s:s, s:o, s:o, s:o, s:s}", "order", positions(st, t),
			    "by", by, "options", places(st, t), "delays", ripple_delays(s, &rp),
			    "breaks", ripple_breaks(s, &rp), "text", text);
			one = put_costs(t, &rp, one);
		}
	}
	ripple_done(&rp);
	state_free(s);
	free(route);
	return one;
}
