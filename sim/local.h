/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the policies in process share: they plan from the desk alone, re-time and push routes,
 * and tell people by the daemon's own rule (an hour ahead or when a technician sets out, again
 * when it moves by more than the tolerance or leaves the promised window).
 */
#ifndef EVENKEEL_SIM_LOCAL_H
#define EVENKEEL_SIM_LOCAL_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/policy.h"
#include "sim/retime.h"

enum { LOCAL_SWEEP_S = 60 }; /* routes are re-timed at least so often */

struct local {
	struct policy policy;
	struct fact cause; /* the last fact */
	int64_t since_us;  /* when it came, by the wall; 0 once its push is out */
	int64_t swept_s;   /* when all routes were last re-timed */
	int64_t version;
	struct retimed retimed;
};

/* Gives technician k this order of calls from now on: re-times, pushes, tells. What does not fit
 * goes back to nobody. */
void local_push(struct local *l, int32_t k, const int32_t *calls, int32_t n);

/*
 * The same for everybody as one plan: technician k gets the stops[k] calls from call[k * width] on.
 * Only routes that change are in it, and no plan is pushed if none does. call NULL: all routes as
 * they stand, each by itself. 0 or -ENOMEM.
 */
int local_push_plan(struct local *l, const int32_t *call, int32_t width, const int32_t *stops);

/* Re-times his route as it stands; pushes only what moved. */
void local_refresh(struct local *l, int32_t k);
/* The same for everybody, if it is time for it. */
void local_sweep(struct local *l);

/* Takes a fact down for the next push. */
void local_fact(struct local *l, const struct fact *f);

/*
 * Open calls on nobody's route, most urgent first; at most max of them. Returns how many.
 */
int32_t local_waiting(const struct desk *d, int32_t *calls, int32_t max);

struct policy *nearest_new(void);
struct policy *fixed_new(void);

#endif
