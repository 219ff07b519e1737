/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The technicians of a simulated day: made from a seed to fit the calls, or read from a file of
 * JSON lines, each the parameters of technician.add. Times (_s) are Unix seconds.
 */
#ifndef EVENKEEL_SIM_FLEET_H
#define EVENKEEL_SIM_FLEET_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/day.h"
#include "solver/travel.h"

enum {
	FLEET_MAX = 1000,
	FLEET_BREAKS_MAX = 4,
	FLEET_SKILLS_MAX = 32,
	FLEET_ID_SIZE = 65,
	FLEET_SHIFT_S = 8 * 3600,
};

struct fleet_break {
	int64_t from_s, to_s; /* earliest and latest start */
	int32_t duration_s;
};

struct fleet_skill {
	char name[FLEET_ID_SIZE];
	int16_t level;
};

struct fleet_tech {
	char id[FLEET_ID_SIZE];
	char name[121];
	struct place home; /* the day starts and ends here */
	struct fleet_skill skill[FLEET_SKILLS_MAX];
	int32_t skills;
	int64_t from_s, to_s;
	struct fleet_break due[FLEET_BREAKS_MAX];
	int32_t dues;
	int32_t speed_pct;
	int32_t overtime_max_s; /* -1: the guideline's */
};

struct fleet {
	struct fleet_tech *tech;
	int32_t techs;
	struct travel_model travel; /* what a plan reckons with; fits the area */
	int64_t first_s, last_s;    /* first shift's start, last shift's end */
	/* How well it fits: work content (durations, and for each call the drive from the third
	 * nearest call of its skill) as a share of the shifts less their breaks. */
	double load;
	bool fitted; /* the number was chosen to fit */
};

/* Road factor and speed by the extent of the day's calls. */
struct travel_model fleet_travel(const struct sim_day *d);

/*
 * Makes a fleet from a seed. techs 0: as many as bring the load nearest to 95 %. 0, -ENOMEM,
 * -ERANGE (over FLEET_MAX).
 */
int fleet_make(const struct sim_day *d, int32_t techs, uint64_t seed, struct fleet *ret);

/* Reads JSON lines. -EINVAL with a sentence in why that names line and member. */
int fleet_read(const char *path, const struct sim_day *d, struct fleet *ret, char *why,
    size_t why_size);
void fleet_done(struct fleet *f);

/* Sets load, first_s and last_s from the technicians and the calls. */
void fleet_measure(struct fleet *f, const struct sim_day *d);

/* Parameters of technician.add (no cmd_id), times in the zone; new reference. */
json_t *fleet_tech_to_json(const struct fleet_tech *t, const char *zone);
/* All of them as JSON lines. 0 or -EIO. */
int fleet_write(const struct fleet *f, const char *zone, FILE *out);

/* Whether somebody has the skill a call needs. */
bool fleet_may(const struct fleet_tech *t, const struct sim_call *call);

#endif
