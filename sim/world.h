/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What really happens: how long work and drives take, who is not at home, who cancels, who falls
 * ill. All of it is fixed by the seed before anybody plans, and revealed only when it happens.
 */
#ifndef EVENKEEL_SIM_WORLD_H
#define EVENKEEL_SIM_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/day.h"
#include "sim/draw.h"
#include "sim/fleet.h"

enum {
	WORLD_WORK_SD_PCT = 35,  /* spread of true durations around the planned */
	WORLD_DRIVE_SD_PCT = 12, /* and of true drives around the model's */
	WORLD_KIND_SD_PCT = 30, /* of a kind's own factor, and a technician's with it: world.ways */
	WORLD_HAND_SD_PCT = 15,
	WORLD_NO_ACCESS_PCT = 3,
	WORLD_CANCEL_PCT = 2,
	WORLD_ABSENCE_PCT = 50,           /* chance that somebody is absent on this day */
	WORLD_NO_ACCESS_S = 600,          /* how long a technician waits at a closed door */
	WORLD_CANCEL_WITHIN_S = 8 * 3600, /* a customer who cancels does so within this */
	WORLD_DECLINE_PCT = 8, /* of customers who are told a time: it does not suit */
	WORLD_SILENT_PCT = 20, /* and: says nothing */
	WORLD_ANSWER_WITHIN_S = 2400,
	WORLD_LATE_S = 600, /* a technician reports work that takes this much longer */
};

struct world {
	const struct sim_day *day;
	const struct fleet *fleet;
	struct draw draw;
	/*
	 * Kinds of work take longer or shorter than planned, and technicians have ways of their own with
	 * each: the same every day.
	 */
	bool ways;
	uint64_t ways_seed;
};

void world_init(struct world *w, const struct sim_day *d, const struct fleet *f, uint64_t seed);

/* True time on site; WORLD_NO_ACCESS_S if nobody opens. */
int32_t world_work_s(const struct world *w, int32_t tech, int32_t call);
bool world_no_access(const struct world *w, int32_t call);
/* When the customer takes the call back, unless it is under way by then; 0 never. */
int64_t world_cancel_s(const struct world *w, int32_t call);
/* What the customer says to the n-th time he is told first, and when: seconds later; 0: nothing. */
int32_t world_answer_s(const struct world *w, int32_t call, int32_t n, bool *ret_accepts);
/* What the customer has agreed with the shop: a contract as the protocol names them. */
const char *world_contract(const struct world *w, int32_t call);
/* True and planned seconds of a drive by a technician. */
int32_t world_drive_s(const struct world *w, int32_t tech, struct place from, struct place to);
int32_t world_planned_drive_s(const struct world *w, int32_t tech, struct place from,
    struct place to);
/*
 * Who is absent from when to the end of his shift; false: nobody today. A technician who is at work
 * then leaves when the stop he is on is done.
 */
bool world_absence(const struct world *w, int32_t *ret_tech, int64_t *ret_at_s);
/* How much longer a technician says that his work will take, when `left_s` are really left: to five
 * minutes, rounded up. */
int32_t world_guess_s(int32_t left_s);

/* Where somebody is who has driven `driven_s` of `drive_s` seconds. */
struct place world_between(struct place from, struct place to, int32_t driven_s, int32_t drive_s);

#endif
