/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A part of a problem solved by itself: some technicians with all calls that are on their routes,
 * and the calls that nobody has; all else stands still. Internal to libsolver.
 */
#ifndef EVENKEEL_SOLVER_PART_H
#define EVENKEEL_SOLVER_PART_H

#include "solver/draft.h"

struct part {
	const struct problem *p;
	const int32_t *tech; /* distinct; their routes are their current ones, but for calls left out */
	int32_t techs;
};

/* What the solves of parts took, added up. */
struct part_totals {
	int64_t work, labels, columns, pivots, nodes;
};

/*
 * Solves a part for `budget` disturbed calls and puts its routes into the draft, if that is cheaper
 * then and keeps the rules. Errors as solve; the draft is as it was then.
 */
int part_solve(const struct part *part, struct draft *d, int32_t budget,
    const struct solve_limits *lim, struct route_work *w, struct part_totals *totals);

#endif
