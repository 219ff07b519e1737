/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The routes of a plan that a search changes all the time: what a call would cost at each
 * place of a route, and going back to how it was. Internal to libsolver.
 *
 * Two forms (ground.h says which one a problem needs). A plain trail knows at each gap
 * between two stops when one can leave the stop before and must reach the one behind, so
 * an insertion costs constant time (Vidal, Crainic, Gendreau, Prins, A hybrid
 * genetic algorithm with adaptive diversity management for a large class of vehicle
 * routing problems with time-windows, 2013). A full trail keeps Pareto sets of route
 * states, and drives the rest of the route again.
 */
#ifndef EVENKEEL_SOLVER_TRAIL_H
#define EVENKEEL_SOLVER_TRAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "solver/ground.h"
#include "solver/rng.h"
#include "solver/route.h"

#define TRAIL_NO_CENTS 1000000000000 /* of a route that cannot be driven */

/*
 * Between two stops, or before the first or behind the last. The day up to here, as a
 * function of when it begins: he can leave `from` at max(free_s, begin + span_s), if
 * begin <= begin_max_s. The day from here on, as a function of when he reaches `to`:
 * it ends at max(end_s, reached + rest_s), if reached <= late_s.
 */
struct reach {
	int32_t free_s;
	int32_t span_s, begin_max_s; /* only where time costs something */
};

struct gap {
	int64_t leg_cents;   /* of the leg from one to the other, by the depot if that is here */
	int32_t leg_s;       /* with the time at the depot */
	int32_t work_s;      /* at `to`, 0 at the end of the day */
	int32_t from, to;    /* places */
	struct reach reach;
	int32_t late_s;
	int32_t end_s, rest_s; /* only where time costs something */
};

/* The most there is on the van up to a gap, and from there on. */
struct gap_load {
	int32_t before, behind;
};

struct trail_states; /* trail_full.c */

struct trail {
	int32_t *seq;        /* calls, the fixed prefix first */
	int32_t n, n_max;
	int64_t cents;       /* of the route, TRAIL_NO_CENTS if it cannot be driven */
	struct gap *gap;     /* n + 1 */
	struct gap_load *load; /* (n + 1) * loads */
	int32_t drive_s;
	int64_t sum_cents;   /* all but waiting and overtime */
	int32_t depot;       /* the gap in which the depot is visited, -1 none */
	int32_t parts[PROBLEM_PARTS_MAX]; /* used up before that visit, or at all */
	struct trail_states *at;
	int64_t wait_cents;  /* inserting a call cannot save more than this */
	int32_t chosen_max;
};

/* A place for a call, and what the plan then costs more. */
struct slot {
	int64_t delta;
	int32_t k, pos;
};

struct trails {
	const struct ground *g; /* borrowed, like rng */
	struct rng *rng;
	struct trail *now;      /* by technician */
	struct trail *old;      /* of those touched: before the first change */
	int32_t *touched;
	int32_t touches;
	bool *is_touched;
	int32_t blink;          /* this many places are looked at before one is passed over */
	int64_t steps;          /* work done */
};

/* All empty. 0 or -ENOMEM; trails_done either way. */
int trails_init(struct trails *ts, const struct ground *g, struct rng *rng);
void trails_done(struct trails *ts);

/* Gives technician k a route; its cents tell whether it can be driven. -ENOMEM. */
int trail_set(struct trails *ts, int32_t k, const int32_t *seq, int32_t n);

/*
 * Looks for a place for call i on the route of technician k that costs less than *best,
 * which is then replaced. Now and then a place is passed over: blinks. He may do it.
 */
void trail_ask(struct trails *ts, int32_t k, int32_t i, struct slot *best);

/* Puts call i into a place that trail_ask found. -ENOMEM. */
int trail_put(struct trails *ts, int32_t k, int32_t pos, int32_t i);

/* Undoes all changes since the last trails_keep, or stands by them. */
void trails_back(struct trails *ts);
void trails_keep(struct trails *ts);

/* The forms' own parts, for trail.c alone. */
int trail_plain_room(struct trails *ts, struct trail *t, int32_t n);
void trail_plain_copy(const struct trails *ts, struct trail *to, const struct trail *from);
void trail_plain_drive(struct trails *ts, int32_t k);
void trail_plain_put(struct trails *ts, int32_t k, int32_t pos);
void trail_plain_ask(struct trails *ts, int32_t k, int32_t i, struct slot *best);
int trail_full_room(struct trails *ts, struct trail *t, int32_t n);
void trail_full_copy(const struct trails *ts, struct trail *to, const struct trail *from);
void trail_full_drive(struct trails *ts, int32_t k);
void trail_full_ask(struct trails *ts, int32_t k, int32_t i, struct slot *best);
void trail_full_free(struct trail *t);

/* Whether to pass over the place that is looked at now. */
static inline bool
trail_blinks(struct trails *ts)
{
	if (--ts->blink > 0)
		return false;
	/* One in a hundred, but evenly drawn distances are cheaper than one draw a place. */
	ts->blink = 1 + rng_below(ts->rng, 199);
	return true;
}

#endif
