/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a route costs, in integer cents: the terms of solver/problem.h for routes of the state.
 *
 * Used to price what is asked about (a preview, the plan's parts) without asking the
 * solver. Pure. What is under way is past deciding and costs nothing here. The new cost
 * term of tomorrow goes into struct cost, cost_route() or cost_unserved(), and snapshot.c.
 */
#ifndef EVENKEEL_DAEMON_COST_H
#define EVENKEEL_DAEMON_COST_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/retime.h"
#include "daemon/state.h"

/* From where prices are seen. */
struct cost_frame {
	const struct state *s;
	int64_t now;
	int64_t day_from, day_to; /* the local day of now, half-open */
};

/* The prices of one call; members as in struct call of solver/problem.h. */
struct cost_prices {
	int32_t late_cents_per_h, response_cents_per_h;
	int32_t break_promise_cents, prefer_cents;
	int32_t reassign_cents, repromise_cents, eta_moved_cents, drop_cents;
	int32_t unserved_cents;
};

/* A cost in its parts, cents. */
struct cost {
	int64_t drive, wait, overtime, late, response, promise, disturbance, fair, prefer;
	int64_t breaks, unserved;
};

struct cost_frame cost_frame(const struct state *s, int64_t now);

/*
 * Prices from the guidelines by severity. Disturbance prices rise with each earlier move of the
 * day and, within move_near_s of what was told, with nearness; breaking a promise costs the
 * goodwill it is expected to cost as well, and to leave a call out breaks its promise, if it has
 * one. The price of leaving a call out is doubled when it is due today, grows by a quarter with
 * each day that it has waited, up to four times, and by carry_age_pct with each time that it was
 * carried over; what the wait has cost by now is on top of it: lateness that is past is no reason
 * to leave a call out, so nobody waits for ever.
 */
void cost_prices(const struct cost_frame *f, int32_t call, struct cost_prices *ret);

/* How often a call was disturbed by choice on the day of the frame. */
int32_t cost_moves(const struct cost_frame *f, int32_t call);

/*
 * The latest start without lateness: deadline, end of the appointment, or end of the promised
 * window, whichever comes first; INT64_MAX none.
 */
int64_t cost_due(const struct call_state *c);

/* Adds the cost of a technician's route as timed. */
void cost_route(const struct cost_frame *f, int32_t tech, const struct retimed *r,
    struct cost *add);
/* Adds the cost of an open call on no route. */
void cost_unserved(const struct cost_frame *f, int32_t call, struct cost *add);

/*
 * What it costs to tell people of a call anew because it starts then, done by him; tech -1: by
 * nobody. Part of cost_route() and cost_unserved(): paid once, when it is told.
 */
int64_t cost_disturbing(const struct cost_frame *f, int32_t call, int32_t tech, int64_t start);

/*
 * Whether an unassigned call cannot start before the horizon, the end of what is planned for now,
 * nor today: it waits for another day, and costs the present plan nothing.
 */
bool cost_waits(const struct cost_frame *f, int32_t call, int64_t horizon);

int64_t cost_total(const struct cost *c);
struct cost cost_less(const struct cost *a, const struct cost *b); /* a - b, term by term */

/* cents_per_h for a time, rounded half up as solver/problem.h says. */
int64_t cost_hourly(int64_t cents_per_h, int64_t seconds);

#endif
