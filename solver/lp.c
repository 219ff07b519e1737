/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/lp.h"

#include <assert.h>
#include <errno.h>
#include <glpk.h>
#include <math.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "solver/clock.h"

struct lp {
	glp_prob *prob;
	unsigned environment; /* the one that prob was made in */
	bool has_basis;
};

/* Where an error of GLPK jumps to. Set around every call that can fail. */
static _Thread_local jmp_buf on_error;
/* Counts the environments of this thread: after an error the next one begins. */
static _Thread_local unsigned environment;

/* GLPK failed since it was made, in this program or another: its environment is gone, prob too. */
static bool
is_dead(const struct lp *lp)
{
	return lp->environment != environment;
}

static void
glpk_failed(void *unused)
{
	(void)unused;
	longjmp(on_error, 1);
}

/*
 * Runs a call of GLPK; false if it failed. The environment must then go: it is
 * in no state to be used, and takes all its problems with it.
 */
#define GLPK_TRY(call) (setjmp(on_error) == 0 ? \
	(glp_error_hook(glpk_failed, NULL), (call), glp_error_hook(NULL, NULL), true) : \
	(glpk_gone(), false))

static void
glpk_gone(void)
{
	glp_error_hook(NULL, NULL);
	glp_free_env();
	environment++;
}

/* Even with its output off, GLPK tells of an error: a library does not print. */
static int
say_nothing(void *unused, const char *text)
{
	(void)unused;
	(void)text;
	return 1;
}

static void
create(struct lp *lp)
{
	glp_term_out(GLP_OFF);
	glp_term_hook(say_nothing, NULL);
	lp->environment = environment;
	lp->prob = glp_create_prob();
	glp_set_obj_dir(lp->prob, GLP_MIN);
}

static bool
try_create(struct lp *lp)
{
	return GLPK_TRY(create(lp));
}

struct lp *
lp_new(void)
{
	struct lp *lp = calloc(1, sizeof(*lp));

	if (lp != NULL && !try_create(lp)) {
		free(lp);
		lp = NULL;
	}
	return lp;
}

void
lp_free(struct lp *lp)
{
	if (lp == NULL)
		return;
	if (!is_dead(lp))
		glp_delete_prob(lp->prob);
	free(lp);
}

int
lp_add_row(struct lp *lp, enum lp_sense sense, double rhs)
{
	if (is_dead(lp) || !GLPK_TRY(glp_add_rows(lp->prob, 1)))
		return -EIO;
	glp_set_row_bnds(lp->prob, glp_get_num_rows(lp->prob),
	    sense == LP_EQUAL ? GLP_FX : GLP_UP, rhs, rhs);
	return glp_get_num_rows(lp->prob) - 1;
}

/* The last row, entry by entry: GLPK's arrays begin at 1. */
static void
set_row_of(glp_prob *prob, int n, int *index, double *entry)
{
	glp_set_mat_row(prob, glp_get_num_rows(prob), n, index, entry);
}

int
lp_add_row_of(struct lp *lp, enum lp_sense sense, double rhs, int n, const int *column,
    const double *value)
{
	int row = lp_add_row(lp, sense, rhs);
	int *index = malloc(((size_t)n + 1) * sizeof(*index));
	double *entry = malloc(((size_t)n + 1) * sizeof(*entry));

	if (index == NULL || entry == NULL) {
		row = -ENOMEM;
		goto out;
	}
	for (int c = 0; c < n; c++) {
		index[c + 1] = column[c] + 1;
		entry[c + 1] = value[c];
	}
	if (row >= 0 && !GLPK_TRY(set_row_of(lp->prob, n, index, entry)))
		row = -EIO;
out:
	free(index);
	free(entry);
	return row;
}

int
lp_columns(const struct lp *lp)
{
	return is_dead(lp) ? 0 : glp_get_num_cols(lp->prob);
}

static void
add_column(glp_prob *prob, double cost, int n, const int *row, const double *value)
{
	int index[512];
	double entry[512];
	int c = glp_add_cols(prob, 1);

	assert(n < 512);
	for (int r = 0; r < n; r++) {
		index[r + 1] = row[r] + 1;
		entry[r + 1] = value[r];
	}
	glp_set_mat_col(prob, c, n, index, entry);
	glp_set_obj_coef(prob, c, cost);
}

static void
set_upper(glp_prob *prob, int c, double upper)
{
	if (upper < 0)
		glp_set_col_bnds(prob, c, GLP_LO, 0, 0);
	else if (upper == 0)
		glp_set_col_bnds(prob, c, GLP_FX, 0, 0);
	else
		glp_set_col_bnds(prob, c, GLP_DB, 0, upper);
}

int
lp_add_column(struct lp *lp, double cost, double upper, int n, const int *row,
    const double *value)
{
	int c;

	if (is_dead(lp) || !GLPK_TRY(add_column(lp->prob, cost, n, row, value)))
		return -EIO;
	c = glp_get_num_cols(lp->prob);
	set_upper(lp->prob, c, upper);
	return c - 1;
}

void
lp_set_upper(struct lp *lp, int column, double upper)
{
	if (!is_dead(lp))
		set_upper(lp->prob, column + 1, upper);
}

void
lp_set_sense(struct lp *lp, int row, enum lp_sense sense, double rhs)
{
	if (!is_dead(lp))
		glp_set_row_bnds(lp->prob, row + 1, sense == LP_EQUAL ? GLP_FX : GLP_UP, rhs, rhs);
}

static void
simplex(struct lp *lp, glp_smcp *parm, int *rc)
{
	/* The first basis is the slack one, or what GLPK makes of it cheaply. */
	if (!lp->has_basis)
		glp_adv_basis(lp->prob, 0);
	*rc = glp_simplex(lp->prob, parm);
	if (*rc == GLP_EBADB || *rc == GLP_ESING || *rc == GLP_ECOND) {
		glp_std_basis(lp->prob);
		*rc = glp_simplex(lp->prob, parm);
	}
}

int
lp_solve(struct lp *lp, int ms_max, int64_t *pivots)
{
	glp_smcp parm;
	int before, rc = 0;

	if (is_dead(lp))
		return -EIO;
	glp_init_smcp(&parm);
	parm.msg_lev = GLP_MSG_OFF;
	parm.meth = GLP_PRIMAL;
	parm.presolve = GLP_OFF;
	if (ms_max > 0)
		parm.tm_lim = ms_max;
	before = glp_get_it_cnt(lp->prob);
	if (!GLPK_TRY(simplex(lp, &parm, &rc)))
		return -EIO;
	*pivots += glp_get_it_cnt(lp->prob) - before + 1;
	if (rc == GLP_ETMLIM || rc == GLP_EITLIM)
		return -ETIME;
	if (rc != 0)
		return -EIO;
	lp->has_basis = true;
	return glp_get_status(lp->prob) == GLP_OPT ? 0 : -EDOM;
}

double
lp_value(const struct lp *lp)
{
	return is_dead(lp) ? 0 : glp_get_obj_val(lp->prob);
}

double
lp_dual(const struct lp *lp, int row)
{
	return is_dead(lp) ? 0 : glp_get_row_dual(lp->prob, row + 1);
}

double
lp_primal(const struct lp *lp, int column)
{
	return is_dead(lp) ? 0 : glp_get_col_prim(lp->prob, column + 1);
}

double
lp_reduced(const struct lp *lp, int column)
{
	return is_dead(lp) ? 0 : glp_get_col_dual(lp->prob, column + 1);
}

/* The integer program's own state, for GLPK's callback. */
struct mip {
	const struct lp_mip_limits *lim;
	int64_t nodes;
	bool stopped;
	int columns;
	double best;
	bool *take;  /* of the columns copied */
	bool found;
};

/* Keeps each better solution at once: at a limit GLPK may lose its own. */
static void
keep(struct mip *mip, glp_prob *prob)
{
	double value = glp_mip_obj_val(prob);

	if (mip->found && value >= mip->best - 0.5)
		return;
	mip->best = value;
	mip->found = true;
	for (int c = 0; c < mip->columns; c++)
		mip->take[c] = glp_mip_col_val(prob, c + 1) > 0.5;
}

static void
mip_step(glp_tree *tree, void *info)
{
	struct mip *mip = info;

	if (glp_ios_reason(tree) == GLP_IBINGO)
		keep(mip, glp_ios_get_prob(tree));
	if (glp_ios_reason(tree) == GLP_ISELECT)
		mip->nodes++;
	if ((mip->lim->deadline_us != 0 && clock_us() > mip->lim->deadline_us) ||
	    (mip->lim->nodes != 0 && mip->nodes > mip->lim->nodes)) {
		mip->stopped = true;
		glp_ios_terminate(tree);
	}
}

/* A copy with only the columns in use, all binary; map[] holds where they come from. */
static glp_prob *
copy_used(glp_prob *from, const bool *use, int *map, int *index, double *value)
{
	glp_prob *prob = glp_create_prob();
	int rows = glp_get_num_rows(from);
	int n = 0;

	glp_set_obj_dir(prob, GLP_MIN);
	glp_add_rows(prob, rows + 1);
	for (int r = 1; r <= rows; r++)
		glp_set_row_bnds(prob, r, glp_get_row_type(from, r), glp_get_row_lb(from, r),
		    glp_get_row_ub(from, r));
	glp_set_row_bnds(prob, rows + 1, GLP_FR, 0, 0);
	for (int c = 1; c <= glp_get_num_cols(from); c++) {
		int entries;

		if (!use[c - 1] || glp_get_col_type(from, c) == GLP_FX)
			continue;
		map[n++] = c - 1;
		glp_add_cols(prob, 1);
		entries = glp_get_mat_col(from, c, index, value);
		/* The extra row is the cost: it keeps out what is no better than known. */
		index[entries + 1] = rows + 1;
		value[entries + 1] = glp_get_obj_coef(from, c);
		glp_set_mat_col(prob, n, value[entries + 1] != 0 ? entries + 1 : entries, index,
		    value);
		glp_set_obj_coef(prob, n, glp_get_obj_coef(from, c));
		glp_set_col_kind(prob, n, GLP_BV);
	}
	return prob;
}

static void
run_mip(glp_prob *from, struct mip *mip, const bool *use, int *map, int *index, double *value,
    glp_prob **made, int *rc)
{
	glp_smcp simplex_parm;
	glp_iocp parm;
	glp_prob *prob = *made = copy_used(from, use, map, index, value);
	int rows = glp_get_num_rows(prob);

	mip->columns = glp_get_num_cols(prob);
	if (isfinite(mip->lim->below))
		glp_set_row_bnds(prob, rows, GLP_UP, 0, mip->lim->below - 0.5);
	glp_init_smcp(&simplex_parm);
	simplex_parm.msg_lev = GLP_MSG_OFF;
	simplex_parm.meth = GLP_DUALP;
	if (mip->lim->deadline_us != 0) {
		int64_t left_us = mip->lim->deadline_us - clock_us();

		simplex_parm.tm_lim = left_us > 1000 ? (int)(left_us / 1000) : 1;
	}
	glp_adv_basis(prob, 0);
	*rc = glp_simplex(prob, &simplex_parm);
	if (*rc != 0 || glp_get_status(prob) != GLP_OPT)
		return;
	glp_init_iocp(&parm);
	parm.msg_lev = GLP_MSG_OFF;
	parm.br_tech = GLP_BR_DTH;
	parm.bt_tech = GLP_BT_BLB;
	parm.clq_cuts = mip->lim->cliques ? GLP_ON : GLP_OFF;
	parm.cb_func = mip_step;
	parm.cb_info = mip;
	*rc = glp_intopt(prob, &parm);
	if (*rc == 0 && glp_mip_status(prob) == GLP_OPT)
		keep(mip, prob);
}

int
lp_mip(const struct lp *lp, const struct lp_mip_limits *lim, const bool *use, bool *take,
    bool *ret_found, int64_t *nodes)
{
	struct mip mip = { .lim = lim };
	glp_prob *made = NULL;
	size_t columns, rows;
	int *map = NULL, *index = NULL;
	double *value = NULL;
	int failed = 0, rc = -ENOMEM;

	if (is_dead(lp))
		return -EIO;
	columns = (size_t)glp_get_num_cols(lp->prob);
	rows = (size_t)glp_get_num_rows(lp->prob);
	map = malloc((columns + 1) * sizeof(*map));
	index = malloc((rows + 3) * sizeof(*index));
	value = malloc((rows + 3) * sizeof(*value));
	mip.take = calloc(columns + 1, sizeof(*mip.take));
	*ret_found = false;
	if (map == NULL || index == NULL || value == NULL || mip.take == NULL)
		goto out;
	if (!GLPK_TRY(run_mip(lp->prob, &mip, use, map, index, value, &made, &failed))) {
		rc = -EIO;
		goto out;
	}
	memset(take, 0, columns * sizeof(*take));
	for (int c = 0; mip.found && c < mip.columns; c++)
		take[map[c]] = mip.take[c];
	*ret_found = mip.found;
	*nodes += mip.nodes;
	if (mip.stopped || failed != 0)
		rc = -ETIME;
	else
		rc = mip.found ? 0 : -EDOM;
	glp_delete_prob(made);
out:
	free(map);
	free(index);
	free(value);
	free(mip.take);
	return rc;
}
