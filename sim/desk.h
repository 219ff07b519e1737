/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known at the desk: everything that was reported, planned and told, and nothing
 * of what is still to happen. The policies in process plan from it; the judge measures pushed
 * plans by it.
 */
#ifndef EVENKEEL_SIM_DESK_H
#define EVENKEEL_SIM_DESK_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/day.h"
#include "sim/fleet.h"
#include "sim/push.h"

/* The guidelines that the simulator has to know; defaults are the daemon's. */
struct habits {
	int32_t budget_event, budget_emergency, budget_absence;
	int32_t eta_tolerance_s, tell_ahead_s, promise_before_s, promise_after_s, overtime_max_s;
};

struct desk;

/* Sets the habit of that guideline's name; others are nothing to the desk. */
void desk_habit(struct desk *d, const char *name, int32_t value);

enum tech_phase { TECH_OFF, TECH_FREE, TECH_DRIVING, TECH_ON_SITE, TECH_ON_BREAK, TECH_GONE };

struct desk_tech {
	enum tech_phase phase;
	bool absent;
	int32_t call;      /* under way, -1 none */
	int64_t arrival_s; /* planned, of the drive he is on */
	int64_t until_s;   /* planned end of what is under way */
	struct place at;   /* where he is, or will be after what is under way */
	int32_t breaks;    /* of his breaks, so many are over or running */
	/* The route as last pushed, without what is under way or over. */
	struct push_stop stop[PUSH_STOPS_MAX];
	int32_t stops;
	struct push_break due[FLEET_BREAKS_MAX]; /* planned, in order */
	int32_t dues;
};

enum call_phase {
	CALL_UNKNOWN,
	CALL_OPEN,
	CALL_EN_ROUTE,
	CALL_ON_SITE,
	CALL_DONE,
	CALL_NO_ACCESS,
	CALL_CANCELLED,
};

struct desk_call {
	enum call_phase phase;
	int32_t tech;      /* on whose route it is, or who has it under way; -1 nobody */
	int32_t told_tech; /* who was told to come, -1 nobody was told anything */
	int64_t eta_s;     /* as last told */
	bool promise;      /* a window was promised; an appointment from the booking on */
	int64_t promise_from_s, promise_to_s;
};

struct desk {
	const struct sim_day *day;
	const struct fleet *fleet;
	struct habits habits;
	int64_t now_s;
	struct desk_tech *tech;
	struct desk_call *call;
	char (
	    *call_name)[FLEET_ID_SIZE]; /* as the policy names them, borrowed; NULL: it does not */
};

/* Borrows day and fleet. -ENOMEM. */
int desk_init(struct desk *d, const struct sim_day *day, const struct fleet *fleet);
void desk_done(struct desk *d);

void desk_fact(struct desk *d, const struct fact *f);
void desk_revision(struct desk *d, const struct revision *r);
void desk_telling(struct desk *d, const struct telling *t);

enum { DESK_OVERDUE_S = 300 }; /* what should be over by now may be said to last so much longer */

/* What a call costs by how urgent it is: the daemon's default prices. */
struct prices {
	int32_t late_cents_per_h, response_cents_per_h, unserved_cents;
};
const struct prices *desk_prices(enum severity s);

enum {
	PRICE_DRIVE_PER_H = 3600,
	PRICE_WAIT_PER_H = 600,
	PRICE_OVERTIME_PER_H = 6000,
	PRICE_BREAK_LATE_PER_H = 20000,
	PRICE_BROKEN_PROMISE = 6000,
	PRICE_REASSIGNED = 400,
	PRICE_REPROMISED = 1500,
	PRICE_ETA_MOVED = 300,
	PRICE_DROPPED = 6000,
	LATE_STEEP_S = 1800, /* lateness beyond it costs double */
};

/* cents an hour over seconds, rounded half up. */
int64_t price_s(int64_t cents_per_h, int64_t s);
/* Lateness of a start by a price an hour. */
int64_t price_late(int64_t cents_per_h, int64_t late_s);

#endif
