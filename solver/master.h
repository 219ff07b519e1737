/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The set-partitioning master over a pool of columns (model.md, "The integer
 * program"): each open call is on one column or left out, each technician drives one
 * column at most (one exactly, if part of his route is fixed), the budget
 * bounds what is disturbed by choice. Internal to libsolver.
 */
#ifndef EVENKEEL_SOLVER_MASTER_H
#define EVENKEEL_SOLVER_MASTER_H

#include "solver/draft.h"
#include "solver/lp.h"
#include "solver/pool.h"
#include "solver/price.h"

/*
 * What branching has closed. Arcs are from one open call to the next on a route; row and
 * column `opens` stand for before the first and after the last.
 */
struct branches {
	uint8_t *banned;     /* technicians * opens: call not for this technician */
	uint8_t *must;       /* opens: may not be left out */
	int32_t *chosen_max; /* technicians */
	int32_t *chosen_min;
	uint8_t *arc;        /* (opens + 1)^2 */
	int32_t arcs;        /* closed at all */
};

/* A subset-row cut (price.h): of these three calls, in this row of the program. */
struct cut {
	int32_t open[3];
	int row;
};

struct master {
	const struct model *m; /* borrowed */
	/*
	 * Technicians who are alike in everything count as one, with several routes: count[k]
	 * of them for the first, 0 for the others; mate[k] is the next of them, or -1.
	 */
	int32_t *count, *mate;
	int32_t *first;        /* of the technicians alike, by any of them */
	int32_t *open;         /* calls that are on no fixed prefix */
	int32_t *open_of;      /* per call, -1 */
	int32_t opens;
	struct pool pool;
	struct lp *lp;
	int *column;           /* of each pool column in the program */
	int32_t columns;       /* pool columns entered so far */
	int32_t columns_max;
	int *skip;             /* column that leaves an open call out, -1 none */
	struct cut cut[PRICE_CUTS_MAX];
	int spare, spares;     /* artificial columns: first and how many */
	struct duals duals;
	struct branches branch;
	int64_t pivots;
	bool eased;            /* technicians may drive a little more than one route */
};

/*
 * 0 or -ENOMEM, -EIO; master_done either way. Spare columns, which keep the
 * program solvable while routes are missing, cost spare_cents: to be sound it must be
 * above what any plan of interest costs.
 */
int master_init(struct master *ms, const struct model *m, double spare_cents);
void master_done(struct master *ms);

/* Puts the draft's routes into the pool. 0 or -ENOMEM. */
int master_seed(struct master *ms, const struct draft *d);

/* Enters the pool's new columns into the program, as branching allows. 0, -ENOMEM, -EIO. */
int master_enter(struct master *ms);

/* Opens and closes all columns as the branches say. */
void master_apply(struct master *ms);

/*
 * Eased, each technician may drive a hundredth more than one route. That drives the
 * prices of technicians towards 0, and with them those of the calls down to
 * what they must be. Rows are as the branches say afterwards.
 */
void master_ease(struct master *ms, bool eased);

/*
 * What the prices are worth in the program that is not eased: its value, unless it is
 * eased; with what pricing finds at the least, a bound of it either way.
 */
double master_value(const struct master *ms);

/* Solves the program; duals are set. 0, -ETIME, -EIO, -EDOM. */
int master_solve(struct master *ms, int64_t deadline_us);

/* Whether some spare column is still used: the program has no solution of its own. */
bool master_short(const struct master *ms);

/* Makes a draft of the columns with take set (by column of the program). -ENOMEM. */
int master_draft(const struct master *ms, const bool *take, struct draft *d);

/* Writes take[] if the solution is integral; false if it is not. */
bool master_integral(const struct master *ms, bool *take);

/* Adds a cut over three open calls: room is the caller's to check. 0, -ENOMEM, -EIO. */
int master_cut(struct master *ms, const int32_t open[3]);

/* Number of columns of the program. */
static inline int
master_size(const struct master *ms)
{
	return lp_columns(ms->lp);
}

#endif
