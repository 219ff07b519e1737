/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One plan that is ruined and recreated over and over: strings of nearby calls are taken
 * out and put back where they cost least, with blinks (Christiaens, Vanden Berghe,
 * Slack induction by string removals for vehicle routing problems, Transportation Science
 * 54(2), 2020). Internal to libsolver.
 *
 * A round is chain_begin, chain_ruin, chain_recreate, and then chain_keep or chain_back.
 */
#ifndef EVENKEEL_SOLVER_CHAIN_H
#define EVENKEEL_SOLVER_CHAIN_H

#include <stdint.h>

#include "solver/draft.h"
#include "solver/trail.h"

/* A route as it was when the plan was the best so far. */
struct chain_route {
	int32_t *seq;
	int32_t n, n_max;
	bool differs; /* from the route now */
};

struct chain {
	const struct ground *g; /* borrowed */
	struct rng rng;
	struct trails trails;
	int32_t *by;         /* whose route a call is on, -1 none */
	int32_t *absent;     /* movable calls on no route */
	int32_t absents;
	int32_t *old_absent; /* before this round */
	int32_t old_absents;
	int64_t cents, old_cents; /* of all routes and all calls left out */
	int64_t *key;        /* scratch: sort keys of calls */
	uint32_t *asked;     /* per technician: the call he was last asked for, by number */
	uint32_t asking;
	int32_t *next_twin;  /* per technician: the next one like him, -1 none */
	bool priced;         /* calls differ in what leaving them out costs */
	struct chain_route *best;
	int32_t *differing;  /* technicians whose route is not the best plan's */
	int32_t differings;
	int64_t best_cents;
	int32_t seed;        /* the call around which was ruined last */
	int64_t round;
	int64_t deadline_us; /* of CLOCK_MONOTONIC, 0 none */
	int64_t looked_at;   /* steps when the clock was last read */
	bool late;
};

/* 0 or -ENOMEM; chain_done either way. */
int chain_init(struct chain *c, const struct ground *g, uint64_t seed);
void chain_done(struct chain *c);

/* Takes over a plan. -ERANGE: its routes cannot be driven as trails know it; -ENOMEM. */
int chain_load(struct chain *c, const struct draft *d);

void chain_begin(struct chain *c);

/* Takes strings of calls out around a random one. -ENOMEM. */
int chain_ruin(struct chain *c);

/*
 * Puts absent calls back where they cost least, if that is less than leaving them out.
 * everywhere: every technician is asked. Stops at the deadline. -ENOMEM.
 */
int chain_recreate(struct chain *c, bool everywhere);

/* Makes a plan the chain's own, given by its routes: one per technician. -ENOMEM. */
int chain_adopt(struct chain *c, const struct chain_route *route);

/* Finds out anew which calls are absent, and the cost, after routes were set as a whole. */
void chain_recount(struct chain *c);

void chain_keep(struct chain *c);
void chain_back(struct chain *c);

/* Whether the deadline has passed; reads the clock now and then only. */
bool chain_is_late(struct chain *c);

/* Notes the plan as the best so far. -ENOMEM. */
int chain_note(struct chain *c);

#endif
