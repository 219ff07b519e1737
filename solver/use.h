/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a route may use up, as numbers that never fall along it and have a maximum for
 * each technician: stops, driving, loads, spare parts. Internal to libsolver.
 *
 * A load that is only delivered, or only picked up, is one number: the sum. Where both
 * happen in a dimension there are two, as in the labels for simultaneous delivery and
 * pickup of Dell'Amico, Righini, Salani, A branch-and-price approach to the vehicle
 * routing problem with simultaneous distribution and collection, 2006: what was picked
 * up so far, and the most that was ever on the van, if the route ended here.
 */
#ifndef EVENKEEL_SOLVER_USE_H
#define EVENKEEL_SOLVER_USE_H

#include <stdint.h>

#include "solver/problem.h"

enum { USE_MAX = 8 }; /* numbers of one problem */

enum use_kind {
	USE_STOPS,
	USE_DRIVE,     /* seconds */
	USE_DELIVERED,
	USE_PICKED,    /* up, so far; if deliveries come too, USE_PEAK is the next number */
	USE_PEAK,      /* the most on the van */
	USE_PART,      /* before the depot is visited */
};

struct use {
	enum use_kind kind;
	int32_t of; /* dimension of the load, or kind of part */
};

/*
 * The numbers that could stop any route of this problem; the others are not kept.
 * Writes USE_MAX of them at most, and returns how many there are.
 */
int32_t use_list(const struct problem *p, struct use *out);

/* The most that technician k may use up. */
int32_t use_max(const struct problem *p, const struct use *u, int32_t k);

/* What all calls add up to, as use_of_call. */
int64_t use_of_calls(const struct problem *p, enum use_kind kind, int32_t of);

/* What call i adds to it; nothing for USE_DRIVE, and for USE_PEAK what is delivered. */
int32_t use_of_call(const struct problem *p, const struct use *u, int32_t i);

#endif
