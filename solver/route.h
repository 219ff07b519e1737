/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The schedule and the exact cost of a route, by extending a state stop by stop.
 * The same step prices a fixed sequence (route_eval) and grows a new one
 * (price.h). Internal to libsolver; units as in problem.h.
 *
 * A start is worth delaying only to one of the call's floors (model.h), and a
 * break is taken as early as its place in the sequence allows: all other terms
 * stay or grow with time. So each step has few options, and a Pareto set of
 * states over (time, cost, chosen) is exact.
 */
#ifndef EVENKEEL_SOLVER_ROUTE_H
#define EVENKEEL_SOLVER_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "solver/model.h"
#include "solver/solve.h"

enum {
	ROUTE_OPTIONS_MAX = (PROBLEM_BREAKS_MAX + 1) * (MODEL_FLOORS_MAX + 1),
	ROUTE_USED_MAX = 8, /* what a route may use up: loads, parts before the depot, driving */
	ROUTE_CHOICES_MAX = 8, /* ways to pay for a sequence, by its disturbance */
};

/* A technician who has just ended a stop, or who is ready at his start. */
struct route_state {
	int64_t cents;    /* all terms so far but waiting */
	int32_t t_s;
	int32_t idle_s;   /* waited so far */
	int32_t hard;     /* difficulty carried on this route */
	int16_t chosen;   /* calls disturbed by choice; 0 if the budget is unbounded */
	int16_t taken;    /* breaks taken */
	int16_t stops;
	bool depot;       /* visited */
	int32_t slack_s;  /* the day could have begun so much later with the same t_s; leaves_late only */
	/*
	 * Used up, by the model's number for it: never falls along a route, and has a
	 * maximum per technician. Only the first model.used_n count.
	 */
	int32_t used[ROUTE_USED_MAX];
};

/*
 * Whether whatever can follow b can follow a and costs no more from there, if it holds the
 * same calls or some fewer of them. Waiting counts as route.c says.
 */
bool route_covers(const struct model *m, const struct route_state *a, const struct route_state *b);

struct route_option {
	struct route_state state; /* after the stop */
	int32_t start_s;
};

/* One way to drive a sequence: less cost for more disturbance. */
struct route_choice {
	int64_t cents;
	int32_t chosen;
	int32_t end_s;
	int32_t label; /* for route_trace */
};

struct route_label;
struct route_work {
	struct route_label *label;
	int32_t labels, labels_max;
	int64_t steps; /* work done so far */
};

void route_work_done(struct route_work *w);

void route_begin(const struct model *m, int32_t k, struct route_state *ret);

/*
 * The terms of serving call i by what they depend on: who does it, with the
 * difficulty he carries on this route already; and when it starts.
 */
int64_t route_who_cents(const struct model *m, int32_t k, const struct model_call *c,
    int32_t hard);
int64_t route_when_cents(const struct model *m, const struct model_call *c, int32_t start_s);
bool route_is_chosen(const struct model_call *c, int32_t k, int32_t start_s);

/*
 * The ways to go on from a state to call i over a leg of drive_s. Returns their
 * number, 0 if the call cannot be started in time or may not be disturbed so.
 * out holds ROUTE_OPTIONS_MAX.
 */
int route_step(const struct model *m, int32_t k, const struct route_state *from, int32_t drive_s,
    int32_t i, struct route_option *out);

/*
 * Ends the day from a state that has a stop: breaks still due, the way to the
 * end place, overtime, waiting. false: it would be too late.
 */
bool route_finish(const struct model *m, int32_t k, const struct route_state *from,
    int32_t drive_s, int64_t *ret_cents, int32_t *ret_end_s);

/*
 * All Pareto-best ways to drive the sequence (with its fixed prefix) by fewer
 * chosen disturbances, at most chosen_max: the cheapest first. Returns how many
 * (at most ROUTE_CHOICES_MAX), 0 if there is none, -ENOMEM. The empty sequence
 * costs nothing.
 */
int route_eval(struct route_work *w, const struct model *m, int32_t k, const int32_t *seq,
    int32_t n, int32_t chosen_max, struct route_choice *out);

/*
 * Writes a choice of the last route_eval, for the same technician and sequence:
 * route->stop must hold n stops.
 */
void route_trace(const struct route_work *w, const struct model *m, int32_t k,
    const struct route_choice *choice, const int32_t *seq, int32_t n, struct plan_route *route);

#endif
