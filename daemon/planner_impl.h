/* SPDX-License-Identifier: Apache-2.0 */
/* What the planner's files share; nobody else includes it. */
#ifndef EVENKEEL_DAEMON_PLANNER_IMPL_H
#define EVENKEEL_DAEMON_PLANNER_IMPL_H

#include "daemon/planner.h"
#include "daemon/question.h"
#include "daemon/revision.h"
#include "daemon/scope.h"
#include "daemon/worker.h"
#include "solver/problem.h"

enum {
	PLANNER_TICK_MS = 15000,
	PLANNER_SLIP_S = 60,        /* a route is published again when a stop moves by as much */
	PLANNER_TICK_SLIP_S = 300,  /* the same when only time passed */
	PLANNER_START_CALLS = 12,   /* more unassigned calls than this are a start, not an event */
	PLANNER_START_TECHS = 40,
	PLANNER_BACKGROUND_S = 300, /* at least between two background solves of a territory */
};

enum solve_kind { SOLVE_EVENT, SOLVE_START, SOLVE_BACKGROUND };

/* One territory's planning. */
struct desk {
	struct planner *p;
	struct territory *t;
	struct question waiting;
	struct solve *under_way[WORKERS_MAX];
	int32_t under_ways;
	/* A start is solved chunk by chunk: technicians in order, so many at a time. */
	int32_t *start; /* NULL: none */
	int32_t starts, start_at;
	int64_t start_day;  /* local midnight of the last day that was started */
	int32_t left;       /* unassigned calls that the last start could not place */
	int32_t cursor;     /* where the next background scope begins */
	bool worth;         /* something changed since the last background solve */
	int64_t background_at;
	bool carry;         /* a tick came: what the day leaves is to be looked at */
	/* Promises are watched: planner_promise.c. */
	bool watch[STATE_TECHNICIANS_MAX]; /* whose route may run otherwise since it was looked at */
	int32_t watches;
	bool watch_left;    /* calls on no route, too */
	int64_t watched_at; /* when all were last to be looked at */
	int64_t *said_at;   /* by call: when its risk was last said to have changed, 0 never */
	int32_t said_room;
};

/* A problem at a worker. */
struct solve {
	struct desk *desk;
	enum solve_kind kind;
	struct question q;
	struct scope scope;
	struct problem *problem;
	int32_t budget;
	enum account account; /* that it is taken from */
};

struct planner {
	struct shop *shop;
	struct planner_config cfg;
	struct worker_pool *pool;
	struct net_timer *turn, *tick, *patience;
	bool armed;   /* a turn will come */
	bool waiting; /* for a worker: patience runs */
	bool degraded;
	struct desk *desk[SHOP_TERRITORIES_MAX];
	size_t desks;
	struct asks *asks; /* questions of people; NULL: none so far */
	struct planner_figures figures;
};

void planner_arm(struct planner *p, int64_t ms); /* a turn after ms */
int64_t planner_now(struct planner *p);
/* A notice to whom it may concern at the consoles. level: "info", "warning", "error". */
void planner_notice(struct desk *d, const char *level, const char *code, const char *text);

/* --- planner_publish.c: routes become plan.revised events --- */

/* What is published with new routes beside what follows from them. */
struct publish {
	const char *kind;
	const struct cause *cause;
	int32_t budget;
	enum account account; /* that pays for what is chosen */
	bool priced; /* the figures below come from a solve; else the routes are priced */
	int64_t before, after, bound;
	bool proven;
	int32_t scope_techs, scope_calls;
	int64_t solve_us, work;
};

/*
 * Checks the new routes against the state of now and publishes them. -EPERM with a sentence: the
 * check refused them; -EBUSY, -ENOMEM: not now.
 */
int publish_routes(struct desk *d, const struct publish *pub, const struct new_route *route,
    int32_t n, char *why, size_t why_size);

/* Re-times who is dirty in q and in no solve under way, publishes what differs, and wipes
 * their mark. -EBUSY, -ENOMEM: not now; the marks stay. */
int publish_retimed(struct desk *d, struct question *q);

/* Decides an event of the planner's own (body is stolen). As shop_append(), and logs a failure. */
int planner_decide(struct desk *d, enum event_type type, json_t *body);

/* --- planner_look.c: whether a question needs the solver --- */

/* Looks at the re-timed routes of who is dirty: what hurts becomes part of the question. */
void look_at(struct desk *d, struct question *q);
int32_t look_unassigned(const struct state *s);
/* Of the unassigned calls, those that somebody could take for less than leaving them costs; at most
 * max. */
int32_t look_placeable(const struct desk *d, int32_t max);
/* Marks in q what the passing of time has put in doubt. */
void look_at_time(struct desk *d, struct question *q);
/* The next moment at which time alone puts something in doubt; INT64_MAX none. */
int64_t look_next(const struct desk *d, int64_t now);

/* --- planner_solve.c: problems to the workers --- */

/* Starts a solve for q (cleared as far as it is under way) if it can be now: 1 started, 0 must
 * wait, or -ENOENT: there is nothing to solve; other errors: could not. */
int solve_event(struct desk *d, struct question *q);
int solve_chunk(struct desk *d);      /* the next of a start; as above */
int solve_background(struct desk *d); /* as above */
bool solve_concerns(const struct desk *d, int32_t tech); /* in a solve under way */
void solve_free(struct solve *solve);

/* --- planner_carry.c: what the day leaves is carried over --- */

void carry_tick(struct desk *d); /* marks the desk: the turn that finds it idle looks */
bool carry_gone(const struct desk *d); /* nobody works any more today */
/* Carries over what is due. True if it did something, or must be asked again. */
bool carry_turn(struct desk *d);
int64_t carry_next(const struct desk *d, int64_t now); /* INT64_MAX none */

/* --- planner_shift.c: shifts that nobody ended --- */

void shift_tick(struct desk *d);
int64_t shift_next(const struct desk *d, int64_t now); /* INT64_MAX none */

/* --- planner_take.c: plans back --- */

/* A worker_done_fn: arg is the solve, which ends with it. */
bool take_answer(void *arg, enum worker_end end, const json_t *answer, const char *why, char *bad,
    size_t bad_size);

/* --- planner_fallback.c: when no solver answers --- */

/* Places the calls of q by cheapest insertion and re-times the rest. As publish_retimed(). */
int fallback(struct desk *d, struct question *q);

/* --- planner_promise.c: promises are watched, answers awaited --- */

void watch_tech(struct desk *d, int32_t tech); /* his route may run otherwise now; -1 is fine */
void watch_all(struct desk *d);
void watch_event(struct desk *d, const struct event *ev); /* already applied */
/* Looks at some of them once nothing is under way, and asks for another turn while there are more. */
void watch_turn(struct desk *d);
/* Time has passed: whose answer is awaited in vain, and whose risk time alone may have changed. */
void watch_tick(struct desk *d);
/* The next moment at which watch_tick() would do something; INT64_MAX none. */
int64_t watch_next(const struct desk *d, int64_t now);
void watch_done(struct desk *d);

/* --- planner_ask.c: questions of people --- */

void asks_turn(struct planner *p); /* starts what can be, after the desks had their turn */
void asks_free(struct planner *p); /* answers what is left, when the workers are gone */

#endif
