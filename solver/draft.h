/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan in the making: a sequence of calls per technician, with what each
 * costs. Internal to libsolver.
 */
#ifndef EVENKEEL_SOLVER_DRAFT_H
#define EVENKEEL_SOLVER_DRAFT_H

#include <stdbool.h>
#include <stdint.h>

#include "solver/route.h"

struct draft_route {
	int32_t *seq; /* the whole route, the fixed prefix too */
	int32_t n, n_max;
	int64_t cents;
	int32_t chosen;
};

struct draft {
	const struct model *m; /* borrowed */
	struct draft_route *route; /* one per technician */
	int32_t *by;    /* who serves each call, -1 nobody */
	int64_t cents;  /* of all routes and all calls left out */
	int32_t chosen; /* disturbed by choice, on routes and left out */
	int32_t broken; /* immovable calls left out although the stay plan has them */
};

/* Nobody does anything. NULL when out of memory. */
struct draft *draft_new(const struct model *m);
void draft_free(struct draft *d); /* NULL is fine */

/* Gives technician k a new route, priced by the caller. -ENOMEM. */
int draft_set(struct draft *d, int32_t k, const int32_t *seq, int32_t n, int64_t cents,
    int32_t chosen);
int draft_copy(struct draft *to, const struct draft *from);

/* Whether it keeps the budget, what is immovable and every fixed prefix. */
bool draft_keeps(const struct draft *d);

/*
 * The stay plan: current routes without the calls it cannot serve. -ENOMEM. A
 * route whose fixed calls cannot be driven loses them, and draft_keeps tells.
 */
int draft_stay(struct draft *d, struct route_work *w);

/*
 * Puts calls that are left out where they cost least, the dearest first, as
 * long as that pays and the budget lasts. -ENOMEM.
 */
int draft_insert(struct draft *d, struct route_work *w);

/*
 * Takes calls out one by one and puts each back where it costs least, over and
 * over while that pays, the budget lasts, and the deadline (of CLOCK_MONOTONIC, 0
 * none) has not come. -ENOMEM.
 */
int draft_relocate(struct draft *d, struct route_work *w, int64_t deadline_us);

/*
 * Gives each call that no route had or has yet the place of another call, which is put
 * back where it costs least, if that pays and the budget lasts; until the deadline
 * as above. -ENOMEM.
 */
int draft_eject(struct draft *d, struct route_work *w, int64_t deadline_us);

/* The plan with its times; cost and disturbance as plan_check counts them. -ENOMEM. */
int draft_plan(const struct draft *d, struct route_work *w, struct plan **ret);

#endif
