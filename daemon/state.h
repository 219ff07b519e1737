/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of one territory: technicians, calls, the plan, and what people were told.
 *
 * Only state_apply() changes it, and state_apply() is pure: no clock, no I/O, no randomness. The
 * same events give the same state, byte for byte in state_dump(). Everybody else reads.
 *
 * Times are Unix seconds. Technicians and calls are known by index; an index
 * stays the same as long as the state lives in memory.
 *
 * The life of a call:
 *   unassigned <-> planned -> en_route -> on_site -> done
 *                              |            `-> no_access
 *                              `-> planned (set out for another call first)
 *   unassigned, planned -> cancelled (also en_route: the technician is told)
 * The life of a technician:
 *   off -> free <-> driving -> on_site -> free; free -> on_break -> free; free -> off
 *   absent: not planned from..to, whatever the status
 */
#ifndef EVENKEEL_DAEMON_STATE_H
#define EVENKEEL_DAEMON_STATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/event.h"
#include "daemon/guidelines.h"
#include "solver/travel.h"

enum {
	STATE_ID_SIZE = 65,
	STATE_TECHNICIANS_MAX = 2000,
	STATE_CALLS_OPEN_MAX = 20000,   /* more are refused at the door */
	STATE_CALLS_CLOSED_MAX = 10000, /* beyond it the oldest closed call is forgotten */
	STATE_SHIFTS_MAX = 31,
	STATE_BREAKS_MAX = 4,
	STATE_SKILLS_MAX = 32, /* of one technician */
	STATE_NEEDS_MAX = 8,
	STATE_STOPS_MAX = 200, /* of one route */
	STATE_FORBIDDEN_MAX = 8,
	STATE_HISTORY_MAX = 100, /* of one call; beyond it the second oldest goes */
	STATE_KIND_SIZE = 121,
	STATE_DECLINED_MAX = 4,    /* windows that a customer declined; beyond it the oldest goes */
	STATE_MOVES_MAX = 5000,    /* newest moves of what was told; the journal has the older */
	STATE_GOODWILL_MAX = 2000, /* newest offers; the oldest decided one is forgotten first */
};

/* What a customer has agreed with the shop. */
enum contract { CONTRACT_NONE, CONTRACT_TIME_AND_MATERIALS, CONTRACT_FULL_SERVICE, CONTRACTS };

/* What the customer said to the first ETA. */
enum answer {
	ANSWER_NONE,
	ANSWER_ACCEPTED,
	ANSWER_DECLINED,
	ANSWER_COUNTERED,
	ANSWER_SILENT,
	ANSWERS,
};

/* Which budget pays for what is disturbed by choice. */
enum account {
	ACCOUNT_EVENT,     /* allowance_hour and allowance_day */
	ACCOUNT_EMERGENCY, /* allowance_emergency, with absences */
	ACCOUNT_ABSENCE,
	ACCOUNT_INSIDE,    /* budget_inside, and hour and day */
	ACCOUNT_PERSON,    /* a person decided: a quote, an override; hour and day count it only */
	ACCOUNT_NONE,      /* nothing chosen */
	ACCOUNTS,
};

const char *contract_name(enum contract c);
const char *answer_name(enum answer a);
const char *account_name(enum account a);

/* Half-open. */
struct span {
	int64_t from, to;
};

enum call_status {
	CALL_UNASSIGNED,
	CALL_PLANNED,
	CALL_EN_ROUTE,
	CALL_ON_SITE,
	CALL_DONE,
	CALL_NO_ACCESS,
	CALL_CANCELLED,
	CALL_STATUSES,
};

enum tech_status { TECH_OFF, TECH_FREE, TECH_DRIVING, TECH_ON_SITE, TECH_ON_BREAK, TECH_STATUSES };

const char *call_status_name(enum call_status s);
const char *tech_status_name(enum tech_status s);

struct skill {
	char name[STATE_ID_SIZE];
	uint32_t hash; /* of the name, so that most comparisons end at once */
	int32_t level;
};

enum break_status { BREAK_DUE, BREAK_RUNNING, BREAK_TAKEN, BREAK_WAIVED };

struct break_due_at {
	int64_t from, to; /* earliest and latest start */
	int32_t duration_s;
	enum break_status status;
};

struct shift {
	int64_t from, to;
	struct break_due_at due[STATE_BREAKS_MAX];
	int32_t dues;
	bool ended; /* worked and ended: no plan for it any more */
};

/* A stop as planned; the first of a route may be under way. */
struct stop {
	int32_t call;
	int64_t arrival, end;
	int32_t drive_s;
};

struct planned_break {
	int32_t due;   /* index in the shift's due[] */
	int32_t after; /* after so many stops of the route */
	int64_t start;
	int32_t duration_s;
};

struct tech {
	char id[STATE_ID_SIZE];
	int64_t version;
	json_t *terms; /* as added and amended; for showing */
	struct place home, end;
	bool own_end; /* end differs from home */
	struct skill skill[STATE_SKILLS_MAX];
	int32_t skills;
	int32_t speed_pct;
	int32_t overtime_max_s; /* -1: the guideline's */
	struct shift shift[STATE_SHIFTS_MAX];
	int32_t shifts;
	int64_t absent_from, absent_to; /* 0, 0: not */

	enum tech_status status;
	int32_t shift_now;  /* index of the shift being worked, -1 off */
	int32_t call;       /* under way (driving, on site), -1 none */
	int32_t break_now;  /* index in the shift's due[], -1 none */
	int64_t since;      /* when the status began */
	int64_t until;      /* planned end of what is under way; 0 when free or off */
	struct place at;    /* where he was when the status began (driving: where from) */
	int32_t hard_points; /* difficulty carried in this shift */

	struct stop stop[STATE_STOPS_MAX];
	int32_t stops;
	struct planned_break taken[STATE_BREAKS_MAX]; /* planned, not yet started */
	int32_t takens;
	int64_t route_end;
	int32_t overtime_s;
};

struct told_state {
	bool any;              /* an ETA and a technician were told */
	int32_t technician;    /* index, -1 */
	int64_t arrival, p10, p90;
	int64_t version;       /* 0: none told yet */
	bool promise;          /* a window was promised (an appointment is one from the start) */
	int64_t promise_from, promise_to, first_from, first_to;
	int64_t at;            /* when it was last told, 0 never */
	int64_t repromised_at; /* when a promised window was last replaced, 0 never */
	int32_t repromised;    /* how often */
	int64_t first_at;      /* when the first ETA was told, to be answered from then on; 0 never */
};

struct call_state {
	char id[STATE_ID_SIZE];
	int64_t version;
	json_t *terms;
	enum call_status status;
	enum severity severity;
	struct place site;
	struct skill need[STATE_NEEDS_MAX];
	int32_t needs;
	int64_t opened;
	int64_t due;       /* latest start, 0 none */
	bool appointment;
	int64_t appt_from, appt_to;
	int32_t duration_s; /* as given, else the guideline's: what learning takes as its measure */
	bool duration_given;
	char kind[STATE_KIND_SIZE]; /* "" none */
	bool inside;        /* wanted by somebody inside */
	enum contract contract;
	int32_t agreed_pct; /* booked by a quote with this confidence, 0 not */
	int64_t agreed_shift; /* learn_shift() when it was booked so */
	int32_t difficulty;
	char preferred[STATE_ID_SIZE], required[STATE_ID_SIZE]; /* "" none */
	char forbidden[STATE_FORBIDDEN_MAX][STATE_ID_SIZE];
	int32_t forbiddens;
	int32_t tech;      /* on whose route, or who did it, or had it when it was cancelled; -1 */
	int64_t arrival, end; /* planned, or actual once arrived and finished */
	struct told_state told;
	bool pinned;
	int32_t moves_today; /* times disturbed by choice on day moves_day */
	int64_t moves_day;   /* local midnight */
	enum answer answer;
	int32_t declines;
	struct span declined[STATE_DECLINED_MAX]; /* it does not start in these */
	int32_t declineds;
	int32_t carried;     /* times carried over */
	int64_t not_before;  /* carried over: not planned before, 0 */
	bool at_risk;        /* as last said by promise.at_risk */
	int32_t risk_pct;
	bool customer_fault; /* the customer declined, countered, amended: no goodwill for it */
	bool goodwill;       /* an offer was made for it */
	char outcome[24];    /* "", "fixed", "return_visit", "no_access", "cancelled" */
	int64_t closed;      /* when it ended, 0 open */
};

/* A choice that was made: for the allowances. */
struct spend {
	int64_t at;
	int32_t calls;
	enum account account;
};

/* Something people had been told that changed, or was told first. Indices: -1 nobody. */
struct move {
	int64_t at, seq;
	int32_t call, tech, former;
	char call_id[STATE_ID_SIZE]; /* the call may be forgotten: then call is -1 */
	int64_t arrival, previous;   /* told now and before, 0 none */
	struct span promise, previous_promise; /* 0, 0 none */
	bool first, repromised, chosen;
	char code[32];
	enum account account;
	enum event_type cause;       /* EV_TYPES: time passed */
	int64_t cause_seq;
	char cause_call[STATE_ID_SIZE], cause_tech[STATE_ID_SIZE]; /* "" none */
	bool cause_inside;
	int64_t cents;               /* the price of disturbing, as the revision said */
};

enum goodwill_status { GOODWILL_OPEN, GOODWILL_GRANTED, GOODWILL_REFUSED, GOODWILL_LAPSED };

struct goodwill {
	char id[STATE_ID_SIZE], call[STATE_ID_SIZE];
	char form[16], cause[24];
	int64_t at, decided_at;
	int64_t cents;
	enum goodwill_status status;
	json_t *words; /* {customer, contract, text, by?, reason?}; owned */
};

/* How long a call is planned to take, as learned (learn.h) or as given. */
struct work {
	int32_t planned_s;         /* the guideline's quantile of the learned distribution */
	double log_mean, log_sd;   /* of the time on site in seconds, as a lognormal */
	int32_t cases, kind_cases; /* of this technician and kind; of the kind */
};

struct state; /* opaque; its parts are read through the functions below */

/* An empty territory; its first event must be territory.opened. NULL when out of memory. */
struct state *state_new(void);
void state_free(struct state *s);

/*
 * Applies one event with seq == state_seq() + 1, or refuses it and changes nothing: -EBADMSG (a
 * body that is not as event.h says), -ENOENT (an unknown id), -EPERM (the state
 * does not allow it), -ENOMEM. why (may be NULL) gets a sentence.
 */
int state_apply(struct state *s, const struct event *ev, char *why, size_t why_size);

const char *state_territory(const struct state *s);
const char *state_zone(const struct state *s);
int64_t state_seq(const struct state *s);
int64_t state_plan_version(const struct state *s);
const struct guidelines *state_guidelines(const struct state *s);
int64_t state_guidelines_version(const struct state *s);

int32_t state_techs(const struct state *s); /* indices 0 .. n - 1 */
const struct tech *state_tech(const struct state *s, int32_t i);
int32_t state_tech_find(const struct state *s, const char *id); /* -1 none */

/*
 * Calls: indices 0 .. state_calls() - 1; a forgotten call's slot has id "".
 * state_open() lists the open ones (unassigned to on_site) in order of booking.
 */
int32_t state_calls(const struct state *s);
const struct call_state *state_call(const struct state *s, int32_t i);
int32_t state_call_find(const struct state *s, const char *id); /* -1 none */
const int32_t *state_open(const struct state *s, int32_t *ret_n);
/*
 * What people were told of a call, oldest first: array of {at, seq, technician, arrival, cause}.
 * Without an arrival and with the cause "withdrawn": what was told before no longer held, and
 * technician is who was to come. Borrowed.
 */
const json_t *state_call_history(const struct state *s, int32_t i);
/* A new id that no call or technician has: prefix and a number, by a counter in the state. */
void state_next_id(const struct state *s, const char *prefix, char ret[STATE_ID_SIZE]);

/* How often a call was disturbed by choice on the local day of now. */
int32_t state_moves_today(const struct state *s, int32_t call, int64_t now);
/* Calls disturbed by choice since a moment. */
int32_t state_spent(const struct state *s, int64_t since);

/* The same of one account. */
int32_t state_spent_by(const struct state *s, enum account a, int64_t since);

/* Moves, oldest first: 0 .. state_moves() - 1. */
int32_t state_moves(const struct state *s);
const struct move *state_move(const struct state *s, int32_t i);

/* The goodwill ledger, oldest first. */
int32_t state_goodwills(const struct state *s);
const struct goodwill *state_goodwill(const struct state *s, int32_t i);
int32_t state_goodwill_find(const struct state *s, const char *id); /* -1 none */
int64_t state_goodwill_granted(const struct state *s, int64_t since); /* cents */

/*
 * When a call may start, seen from its terms and its customer's answers: the earliest moment at or
 * after t that is not before its appointment, the window agreed by a quote, or the day it was carried
 * over to, nor in a window that was declined. Any other promise is not looked at.
 */
int64_t state_start_at(const struct call_state *c, int64_t t);

/* Time on site of a call for a technician, -1: for anybody. Learned figures change overnight only. */
void state_work(const struct state *s, int32_t tech, int32_t call, struct work *ret);
/* The same for a call that is only asked about. duration_s 0: not given. */
void state_work_of(const struct state *s, int32_t tech, const char *kind, int32_t duration_s,
    struct work *ret);
/*
 * How much longer work takes that has lasted for elapsed_s: of those that last beyond it, the share
 * that is planned with has ended then. At least a minute.
 */
int32_t state_work_left(const struct state *s, const struct work *w, int64_t elapsed_s);
/* The speed of a technician's drives, percent of the travel model's: as said and learned. */
int32_t state_speed_pct(const struct state *s, int32_t tech);
/* Standard deviation of the logarithm of a drive's time. */
double state_drive_log_sd(const struct state *s, int32_t tech);
/*
 * The level at which a window is drawn so that it holds with pct percent: pct itself until promises
 * that were quoted have shown how well such windows hold (learn.h). 0 .. 1.
 */
double state_window_level(const struct state *s, int32_t pct);
/* The same as a shift on the scale of the normal distribution, which goes beyond any sample. */
double state_window_shift(const struct state *s);
/* What was learned, for showing (learned.list): see learn.h. */
struct learn;
const struct learn *state_learned(const struct state *s);

/*
 * A copy to try things on: state_apply() on it changes nothing of s. Same indices. The caller's, to
 * free. NULL when out of memory.
 */
struct state *state_fork(const struct state *s);
/*
 * A fork as it will be on the morning of a local day after today: shifts before it are over, nobody
 * has a route, calls planned or under way today are done unless they may not start before that day, and
 * what is left is unassigned. *ret_at: a moment just before the day's first shift begins. -ENOENT:
 * nobody works that day; -ENOMEM.
 */
int state_morning(const struct state *s, int64_t now, int64_t midnight, struct state **ret,
    int64_t *ret_at);

/* Whether a technician has the skills a call needs and is not forbidden. */
bool state_may(const struct state *s, int32_t tech, int32_t call);
/* The travel model of the guidelines. */
struct travel_model state_travel(const struct state *s);

/* Canonical JSON text (sorted members); malloc'd. Equal texts, equal states. */
char *state_dump(const struct state *s);
int state_load(const char *text, struct state **ret, char *why,
    size_t why_size); /* -EBADMSG, -ENOMEM */

/*
 * Whether the rules that always hold do so: each open call on one route or unassigned, nobody with
 * two calls under way, what is under way first, every index and list in step. -EBADMSG with a
 * sentence: a bug. For tests, and for who verifies a store; state_load() calls it.
 */
int state_sound(const struct state *s, char *why, size_t why_size);

#endif
