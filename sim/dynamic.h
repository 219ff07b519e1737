/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Published dynamic instances, played release by release with libsolver.
 *
 * trsp: technicians with skills, tools and parts (Pillac, Gueret, Medaglia, On the dynamic
 * technician routing and scheduling problem, 2012). A request may be turned away; few are to be,
 * and then little is to be worked. What was accepted is served.
 * dvrptw: vehicles from one depot (Solomon's instances with the releases of Lackner). All is to be
 * served; the price of an edit says what the distance saved must be worth to depart from the
 * plan of the start.
 */
#ifndef EVENKEEL_SIM_DYNAMIC_H
#define EVENKEEL_SIM_DYNAMIC_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/solver_process.h"
#include "solver/problem.h"

enum { DYNAMIC_PRICES_MAX = 16 };

/* What differs between the sets. */
struct dynamic_set {
	const char *name;
	const char *format; /* of its instances, for libsolver */
	int32_t ticks;      /* of the format in a unit of the instance */
	bool edits;         /* whether it counts them; else rejections */
	/* Where its files are below the folder of all sets: %s is the instance's name. */
	const char *instances, *releases;
};

/* One of the above by its name; NULL: no such. */
const struct dynamic_set *dynamic_find(const char *name);

struct dynamic_options {
	int64_t time_ms;   /* of each solve; 0: none */
	int64_t work;      /* work units of each solve; 0: none */
	uint64_t seed;
	int32_t hold_pct;  /* live.h */
	int32_t start;     /* the first plan has so many times that */
	double edit_price; /* distance, in the instance's units */
	struct solver_process *solver; /* borrowed */
};

struct dynamic_result {
	int32_t requests, dynamic; /* all, and those released during the day */
	int32_t rejected;
	double cost;     /* working time or distance, in the instance's units */
	int32_t used;    /* technicians or vehicles */
	int32_t edits;   /* from the plan of the start */
	double known;    /* the cost when all is known from the start; 0: not asked for */
	int32_t solves;
	double seconds;  /* of all solves */
	json_t *routes;  /* {"routes": [...], "unserved": [...]}; owned */
};

/*
 * Plays one instance. release_s as of release_read. stop may be NULL. 0; -ECANCELED; -ENOTSUP: the
 * instance has parts that are not played; -ENOMEM or what the solver says, a sentence in why.
 */
int dynamic_play(const struct dynamic_set *set, const struct problem *whole,
    const int32_t *release_s, const struct dynamic_options *o, volatile int *stop,
    struct dynamic_result *ret, char *why, size_t why_size);

/* The cost when all is known from the start, in the instance's units. */
int dynamic_known(const struct dynamic_set *set, const struct problem *whole,
    const struct dynamic_options *o, double *ret, char *why, size_t why_size);

#endif
