/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quotes: what a yes would mean, for a call that is wanted. Pure: nothing is changed or held.
 *
 * A call that is booked already is asked about as if it were on no route and nothing had been promised
 * of it; what it costs is the difference to the plan in which it has the place it has now.
 *
 * Everything is worked out on forks of the state, by the functions that plan.get, the planner and
 * the validator use: so what is quoted is what happens when it is booked. Looked at are every place
 * in every route (spot.h), the solver's plans if there are any (planner_ask()), and another day, on
 * a fork of its morning. Of these at most QUOTE_OPTIONS_MAX that differ are offered, each the best
 * of a kind:
 *   least disturbance  the fewest broken promises, then calls disturbed by choice; then what meets
 *                      the need, then the cheapest. It comes first.
 *   cheapest           of those that meet the need, if any does
 *   soonest            the earliest end of a window that breaks no promise
 *   preferred          the technician who was asked for
 *   another day        the first day after these on which somebody who may do it has room
 * A window (window.h) meets the need when it ends by the deadline, or is the appointment wanted,
 * with the guideline's confidence. Where meeting the need disturbs somebody, what disturbs less is
 * looked for without it; so a rush sees what it costs to wait.
 */
#ifndef EVENKEEL_DAEMON_QUOTE_H
#define EVENKEEL_DAEMON_QUOTE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/planner.h"
#include "daemon/state.h"

enum { QUOTE_OPTIONS_MAX = 5, QUOTE_TEXT_SIZE = 300 };

enum quote_kind {
	QUOTE_LEAST,
	QUOTE_CHEAPEST,
	QUOTE_SOONEST,
	QUOTE_PREFERRED,
	QUOTE_ANOTHER_DAY,
	QUOTE_KINDS,
};

const char *quote_kind_name(enum quote_kind k);

/* A call that is booked already, for which another time is wanted; "" it is a new call. */
struct quote_of {
	char call[STATE_ID_SIZE];
	bool by_customer; /* who wants it: then nothing is owed for it */
};

/* What is wanted. */
struct quote_need {
	struct quote_of of;
	const json_t *terms; /* as call.booked has them, with the deadline or appointment wished */
	int64_t due;         /* by then, 0 none */
	bool appointment;
	int64_t from, to; /* of the appointment */
};

struct templates;

struct quote_ask {
	const struct state *s;
	const struct state *before; /* whose plan costs are those before; NULL: s */
	int64_t now;
	struct quote_need need;
	/* On a fork of the same state made by quote_fork(), as wished if there is a wish; or NULL */
	const struct planner_offer *offer;
	int32_t offers;
	const struct templates *templates; /* words for customers, may be NULL */
};

struct quote_option {
	json_t *shown; /* schema Option without "quote"; owned */
	json_t *terms; /* of call.booked, agreed included but for who agreed; owned */
	json_t *rests; /* the orders it rests on, see below; owned */
	int64_t from, to, cost_cents;
	int64_t after_cents; /* cost of the plan with it, all prices paid */
	int32_t tech, pct; /* pct: the chance that is stated of the window */
	int32_t brokens;
	bool needs_manager, another_day;
};

struct quote_result {
	struct quote_option option[QUOTE_OPTIONS_MAX];
	int32_t options;
	json_t *wish;               /* schema of call.quote's member; owned */
	char text[QUOTE_TEXT_SIZE]; /* "" nothing to add */
};

/*
 * A fork that knows the wanted call, as wished or, with wished false, without deadline and
 * appointment. -ENOMEM, -EBADMSG.
 */
int quote_fork(const struct state *s, int64_t now, const struct quote_need *need, bool wished,
    struct state **ret, int32_t *ret_call);
/* The same with any terms; of: NULL for a new call. */
int quote_book(const struct state *s, int64_t now, const struct quote_of *of, const json_t *terms,
    struct state **ret, int32_t *ret_call);
/*
 * What books it: call.booked, or the call.amended that agrees it anew; id: the call's, new or not.
 * NULL when out of memory.
 */
struct event *quote_event(const struct state *s, int64_t now, const char *id,
    const struct quote_of *of, const json_t *terms);
/* Whether another time can be agreed for a call: it is open, and nobody is on the way. */
bool quote_may(const struct call_state *c);
/* The terms of a booked call with another wish (0: none); new, NULL when out of memory. */
json_t *quote_wish(const struct call_state *c, int64_t due, struct span appointment);

/* Works the options out; the caller ends it with quote_done(), also after a failure. -ENOMEM. */
int quote_make(const struct quote_ask *ask, struct quote_result *ret);
void quote_done(struct quote_result *r);

/*
 * The orders: array of {technician, before [ids], after [ids]}, of all his stops, what is under way
 * first; "" in after is the call to be booked. Empty for another day.
 */

#endif
