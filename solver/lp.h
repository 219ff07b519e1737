/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linear and small integer programs, by GLPK: the only door to it. Minimises;
 * every variable is >= 0. Internal to libsolver.
 *
 * GLPK aborts on its own errors; here these come back as -EIO, after which every
 * program of the thread is dead, answers -EIO and may only be freed. A program stays
 * with the thread that made it.
 */
#ifndef EVENKEEL_SOLVER_LP_H
#define EVENKEEL_SOLVER_LP_H

#include <stdbool.h>
#include <stdint.h>

struct lp;

enum lp_sense {
	LP_EQUAL,
	LP_AT_MOST,
};

struct lp *lp_new(void); /* NULL when out of memory */
void lp_free(struct lp *lp); /* NULL is fine */

/* All return the new index, from 0, or -ENOMEM or -EIO. upper < 0: no bound. */
int lp_add_row(struct lp *lp, enum lp_sense sense, double rhs);
int lp_add_row_of(struct lp *lp, enum lp_sense sense, double rhs, int n, const int *column,
    const double *value);
int lp_add_column(struct lp *lp, double cost, double upper, int n, const int *row,
    const double *value);

int lp_columns(const struct lp *lp);

/* 0 closes the column, < 0 opens it. */
void lp_set_upper(struct lp *lp, int column, double upper);
void lp_set_sense(struct lp *lp, int row, enum lp_sense sense, double rhs);

/*
 * Solves from the last basis by primal simplex. 0; -EDOM: no solution; -ETIME:
 * the milliseconds (0: none) were used up; -EIO. Adds the pivots to *pivots.
 */
int lp_solve(struct lp *lp, int ms_max, int64_t *pivots);
double lp_value(const struct lp *lp);
double lp_dual(const struct lp *lp, int row);
double lp_primal(const struct lp *lp, int column);
double lp_reduced(const struct lp *lp, int column);

struct lp_mip_limits {
	int64_t deadline_us; /* of CLOCK_MONOTONIC, 0 none */
	int64_t nodes;       /* 0 none */
	double below;        /* only solutions cheaper than this count */
	bool cliques;        /* clique cuts: good up to a thousand columns or so */
};

/*
 * Best 0/1 solution over the columns with use[c] set, the rest closed. Integer
 * costs are assumed. 0: take[] holds the optimum; -EDOM: none below the limit,
 * which is proven; -ETIME: not proven, *ret_found tells whether take[] holds
 * something; -ENOMEM, -EIO.
 */
int lp_mip(const struct lp *lp, const struct lp_mip_limits *lim, const bool *use, bool *take,
    bool *ret_found, int64_t *nodes);

#endif
