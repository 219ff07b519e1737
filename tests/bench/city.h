/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A generated technician day: a city of 40 x 40 km, shifts of 8 h from second 0, technicians who
 * start and end at home with two or three of five skills, jobs of 30 to 60 minutes that need one
 * skill, a third of them with a window of 2 h for their start.
 *
 * Travel seconds are 1.3 times the distance as the crow flies at 35 km/h, rounded. The same seed
 * makes the same day everywhere.
 */
#ifndef EVENKEEL_TESTS_BENCH_CITY_H
#define EVENKEEL_TESTS_BENCH_CITY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "tests/bench/twister.h"

enum { CITY_SHIFT_S = 28800, CITY_SKILLS = 5, CITY_CENTRES = 8 };

struct spot {
	int32_t x_m, y_m;
};

struct city_tech {
	struct spot home;
	unsigned skills; /* bit s: holds skill s, 1 .. CITY_SKILLS */
};

struct job {
	struct spot site;
	int32_t service_s, skill;
	int32_t open_s; /* of the window; -1 none */
};

struct city {
	struct twister random;
	struct city_tech *tech; /* id = index + 1, location = index */
	int32_t techs;
	struct job *job;         /* id = index + 1, location = techs + index; room for one more */
	int32_t jobs;
};

enum { CITY_WINDOW_S = 7200 };

/* Aborts when out of memory. clustered: three quarters of all places lie around 8 centres. */
void city_init(struct city *c, int32_t techs, int32_t jobs, uint32_t seed, bool clustered);
void city_done(struct city *c);

/* Another job, at a place anywhere; it is not among job[] yet. */
struct job city_job(struct city *c);

/* Where a location is: the technicians' homes, then the jobs' sites. */
struct spot city_spot(const struct city *c, int32_t location);
int32_t city_travel_s(struct spot a, struct spot b);

/* The member "matrices" of a VROOM problem over all homes and sites. */
void city_print_matrix(const struct city *c, FILE *f);

#endif
