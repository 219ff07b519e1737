/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The schedule and the exact cost of a route, by extending a state stop by stop.
 * The same step prices a fixed sequence (route_eval) and grows a new one
 * (price.h). Internal to libsolver; units as in problem.h.
 *
 * A start is worth delaying only to one of the call's floors (model.h), and a
 * break is taken as early as its place in the sequence allows: all other terms
 * stay or grow with time. So each step has few options, and a Pareto set of
 * states over (time, cost, chosen) is exact. Who leaves late may also begin a call in a
 * later one of its windows, and so wait less elsewhere.
 *
 * Leaving late: a day is driven from ready_s on, and slack_s says by how much it could
 * begin later with nothing getting later than it is now, and no start so late that it
 * costs more. A wait takes from the slack before it costs anything (the forward time
 * slack of Savelsbergh, The vehicle routing problem with time windows: minimizing
 * route duration, 1992).
 */
#ifndef EVENKEEL_SOLVER_ROUTE_H
#define EVENKEEL_SOLVER_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "solver/model.h"
#include "solver/solve.h"

enum {
	/* Breaks first; then at once, at a floor or in a later window; by way of the depot or not. */
	ROUTE_OPTIONS_MAX = (PROBLEM_BREAKS_MAX + 1) *
	    (MODEL_FLOORS_MAX + PROBLEM_WINDOWS_MAX) * 2,
	ROUTE_USED_MAX = USE_MAX,
	ROUTE_CHOICES_MAX = 8, /* ways to pay for a sequence, by its disturbance */
};

/* A technician who has just ended a stop, or who is ready at his start. */
struct route_state {
	int64_t cents;    /* all terms so far but waiting, and day_cents */
	int32_t t_s;
	int32_t idle_s;   /* waited so far */
	int32_t hard;     /* difficulty carried on this route */
	int16_t chosen;   /* calls disturbed by choice; 0 if the budget is unbounded */
	int16_t taken;    /* breaks taken */
	bool depot;       /* visited */
	int32_t slack_s;  /* the day could have begun so much later; leaves_late only */
	/*
	 * Used up, by the model's number for it: never falls along a route, and has a
	 * maximum per technician. Only the first model.used_n count.
	 */
	int32_t used[ROUTE_USED_MAX];
};

/*
 * Dominance, in three parts, of two states of one technician at one place. Calls that
 * were served are not looked at: those of a must be among those of b.
 *
 * route_reaches: whether all that can follow b can follow a, not a second later and with no
 * more disturbed by choice.
 * route_idle_more_s: if so, how many seconds more than b's a's route may have to wait in
 * the end; not above 0 if it need not.
 * route_covers: whether a's route then costs no more than b's, however they go on. A search
 * that compares something else than cents (reduced cost) calls the parts.
 */
static inline bool
route_reaches(const struct model *m, const struct route_state *a, const struct route_state *b)
{
	if (a->t_s > b->t_s || a->taken != b->taken || a->chosen > b->chosen ||
	    a->depot != b->depot || (m->fair && a->hard > b->hard))
		return false;
	for (int32_t u = 0; u < m->used_n; u++)
		if (a->used[u] > b->used[u])
			return false;
	return true;
}

static inline int64_t
route_idle_more_s(const struct route_state *a, const struct route_state *b)
{
	int64_t lead_s = (int64_t)b->t_s - a->t_s; /* to be idled away at worst */
	int64_t slack_s = (int64_t)a->slack_s - lead_s;
	int64_t more_s = (int64_t)a->idle_s + lead_s - b->idle_s;

	if ((a->slack_s | b->slack_s) == 0)
		return more_s;
	if (slack_s > 0)
		more_s -= lead_s;
	else
		more_s -= a->slack_s;
	slack_s = slack_s > 0 ? slack_s : 0;
	return b->slack_s > slack_s ? more_s + b->slack_s - slack_s : more_s;
}

bool route_covers(const struct model *m, int32_t k, const struct route_state *a,
    const struct route_state *b);

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
 * The ways to go on from a state at a place (model.h) to call i over a leg of drive_s.
 * Returns their number, 0 if the call cannot be started in time, may not be
 * disturbed so, or needs what is used up. out holds ROUTE_OPTIONS_MAX. state.depot
 * of an option tells a visit on the way.
 */
int route_step(const struct model *m, int32_t k, const struct route_state *from, int32_t place,
    int32_t drive_s, int32_t i, struct route_option *out);

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
