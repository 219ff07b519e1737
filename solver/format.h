/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The formats that evenkeel-solve reads problems and writes plans in: its own, that of
 * VROOM's JSON API, and two of published benchmarks.
 *
 *	format		a second is		a cent is
 *	evenkeel	a second		a cent
 *	vroom		a second		a cost unit of VROOM's, or a hundredth of it
 *	solomon		a tenth of a unit	a tenth of a unit
 *	trsp		1/10,000 of a unit	1/10,000 of a unit
 *
 * Sources: VROOM's docs/API.md; Solomon, Algorithms for the vehicle routing and scheduling
 * problems with time window constraints, 1987, with the distances of the 12th DIMACS
 * challenge, 2021; Pillac, Gueret, Medaglia, A parallel matheuristic for the technician
 * routing and scheduling problem, 2013.
 */
#ifndef EVENKEEL_SOLVER_FORMAT_H
#define EVENKEEL_SOLVER_FORMAT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "solver/problem.h"
#include "solver/solve.h"
#include "solver/format/text.h"

/* A problem that was read, with what its format needs to write the answer. */
struct format_case {
	const struct format *format;
	struct problem *problem; /* passes problem_check; owned */
	/*
	 * Calls that the format's own count of disturbance cannot avoid: they use up the budget
	 * before the problem's does, which bounds only what is disturbed by choice.
	 */
	int32_t forced;
	uint64_t seed; /* of the solve, for the answer */
	void *own; /* the format's */
};

struct format {
	const char *name;
	bool search;     /* a problem from scratch: searched unless told otherwise */
	int64_t time_ms; /* its limit if none is given, 0 none */
	/*
	 * Fills c->problem, c->forced and c->own; those it has filled are freed by the caller
	 * even if it fails. `before` may be NULL: a plan that people were told, in this format.
	 * The bytes of the text must outlive the case. -EINVAL with a sentence in why that names the
	 * member or the line, what was expected and what came; -ENOMEM.
	 */
	int (*read)(const struct text *t, const struct text *before, struct format_case *c,
	    char *why, size_t why_size);
	/* The answer, a new reference; NULL when out of memory. */
	json_t *(*write)(const struct format_case *c, const struct plan *plan);
	/* Calls disturbed as this format counts them, forced or chosen; NULL: plan.disturbance. */
	int32_t (*disturbed)(const struct format_case *c, const struct plan *plan);
	/*
	 * Freezes the routes, by technician.fixed, up to calls that this plan disturbs and the
	 * problem does not know of; all told calls if there is no plan. How many routes.
	 * NULL where disturbed is.
	 */
	int32_t (*hold)(struct format_case *c, const struct plan *plan);
	void (*done)(void *own); /* NULL: nothing to free */
};

extern const struct format format_evenkeel, format_vroom, format_solomon, format_trsp;

/* One of the above by its name, or NULL. */
const struct format *format_find(const char *name);

/* Reads and checks a problem. Errors as of read above; the caller owns *ret. */
int format_read(const struct format *f, const struct text *t, const struct text *before,
    struct format_case **ret, char *why, size_t why_size);
void format_case_free(struct format_case *c); /* NULL is fine */

/* Bounds what a plan may disturb, as this format counts it; -1 not at all. */
void format_set_budget(struct format_case *c, int32_t budget);

/*
 * Solves within that budget. Where the format counts a disturbance that the problem
 * does not know, and so counts too many, the calls in question are held or the budget is
 * lowered, and the problem solved again. Errors as solve.
 */
int format_solve(struct format_case *c, const struct solve_limits *lim, int32_t budget,
    struct plan **ret);

/* The best plan for each of several budgets, as solve_calm; the caller frees each. */
int format_calm(struct format_case *c, const struct solve_limits *lim, const int32_t *budget,
    int32_t budgets, struct plan **ret_plan);

json_t *format_write(const struct format_case *c, const struct plan *plan);

/*
 * The member "evenkeel" of an answer: cost, bound, gap, whether proven, work and seed, in units
 * of `per_unit` cents. What unserved calls are priced at is left out of cost and bound,
 * so that they compare with any other plan that leaves out as much.
 */
json_t *format_claims(const struct format_case *c, const struct plan *plan, int64_t cost,
    int64_t per_unit);

/* Puts a new reference into an object; -1 when out of memory, also if v is NULL. */
int format_put(json_t *j, const char *name, json_t *v);

#endif
