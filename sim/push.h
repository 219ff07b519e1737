/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes between the world and a policy: facts one way, plans and ETAs the other.
 *
 * Calls and technicians are indices of the day and the fleet; -1 is nobody. Times
 * (_s) are Unix seconds.
 */
#ifndef EVENKEEL_SIM_PUSH_H
#define EVENKEEL_SIM_PUSH_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/fleet.h"
#include "solver/travel.h"

enum { PUSH_STOPS_MAX = 200, PUSH_TEXT_MAX = 200 };

enum fact_type {
	FACT_BOOKED,
	FACT_CANCELLED,
	FACT_SHIFT_STARTED,
	FACT_SHIFT_ENDED,
	FACT_ABSENT, /* from now until until_s */
	FACT_DEPARTED,
	FACT_ARRIVED, /* the work begins */
	FACT_FINISHED,
	FACT_NO_ACCESS,
	FACT_LATE, /* late_s more than the planned end */
	FACT_BREAK_STARTED,
	FACT_BREAK_ENDED,
	FACT_POSITION,
	FACT_ANSWERED, /* the customer says whether an ETA suits */
	FACT_TYPES,
};

/* Something that happened and was reported. */
struct fact {
	enum fact_type type;
	int64_t at_s;
	int32_t tech, call;
	int64_t until_s;
	int32_t late_s;
	bool accepts; /* answered */
	int32_t
	    drive_s; /* arrived, cancelled on the way, shift ended: driven since the last fact */
	struct place place; /* shift started, position, cancelled on the way */
};

struct push_stop {
	int32_t call;
	int64_t arrival_s, end_s;
};

struct push_break {
	int64_t start_s;
	int32_t duration_s;
};

/* A technician's whole route; what is under way may be first in it. */
struct push_route {
	int32_t tech;
	struct push_stop *stop;
	int32_t stops;
	struct push_break due[FLEET_BREAKS_MAX];
	int32_t dues;
	int64_t end_s; /* back home; 0 not said */
};

struct push_stay {
	int32_t call;
	int64_t arrival_s; /* 0: the standing plan could not serve it */
};

/* A new plan. Arrays are owned by whoever pushes it, and valid during the push only. */
struct revision {
	int64_t at_s, seq, version;
	char cause[48];
	int64_t cause_seq;
	int32_t cause_call, cause_tech;
	struct push_route *route;
	int32_t routes;
	const int32_t *unassigned;
	int32_t unassigneds;
	/* What the policy says of itself; budget -1: it has none. */
	int32_t budget;
	const int32_t *chosen, *forced;
	int32_t chosens, forceds;
	const struct push_stay *stay;
	int32_t stays;
	bool solved, proven;
	double solve_ms, gap;
	int64_t cost_before_cents, cost_after_cents;
	int32_t scope_techs, scope_calls;
};

/* Somebody is told a time. */
struct telling {
	int64_t at_s, seq, cause_seq;
	int32_t call, tech;
	int64_t arrival_s, promise_from_s, promise_to_s;
	char reason[PUSH_TEXT_MAX];
};

enum saying_kind {
	SAID_MESSAGE, /* to the customer; what: its kind */
	SAID_AT_RISK,
	SAID_SAFE,     /* at risk no longer */
	SAID_MOVED,    /* a promised window was replaced */
	SAID_GOODWILL, /* what: where the offer stands */
	SAID_CARRIED,  /* the call is carried over to another day */
};

/* What a policy says of promises beside its plans. */
struct saying {
	enum saying_kind kind;
	int64_t at_s, seq;
	int32_t call;
	double risk;
	int64_t cents;
	char what[24], text[PUSH_TEXT_MAX];
};

#endif
