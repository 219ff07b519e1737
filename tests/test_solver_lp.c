/* SPDX-License-Identifier: Apache-2.0 */
/* The door to GLPK: an error inside it, which would end the process, comes back as -EIO. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <errno.h>

#include "solver/lp.h"

enum { FAILURES = 100, NO_SUCH_ROW = 7 };

/* min x, x >= 2 and x <= 3. */
static double
solve_small(void)
{
	struct lp *lp = lp_new();
	const int rows[] = { 0, 1 };
	const double one[] = { 1, 1 };
	int64_t pivots = 0;
	double value;

	assert_non_null(lp);
	assert_int_equal(lp_add_row(lp, LP_EQUAL, 2), 0);
	assert_int_equal(lp_add_row(lp, LP_AT_MOST, 3), 1);
	assert_int_equal(lp_add_column(lp, 1, -1, 2, rows, one), 0);
	assert_int_equal(lp_solve(lp, 0, &pivots), 0);
	value = lp_value(lp);
	lp_free(lp);
	return value;
}

/* GLPK aborts on a column with a row that is not there. */
static void
break_it(struct lp *lp)
{
	const int row[] = { NO_SUCH_ROW };
	const double one[] = { 1 };
	int64_t pivots = 0;

	assert_int_equal(lp_add_column(lp, 1, -1, 1, row, one), -EIO);
	/* From then on it is dead, and says so. */
	assert_int_equal(lp_add_row(lp, LP_EQUAL, 1), -EIO);
	assert_int_equal(lp_solve(lp, 0, &pivots), -EIO);
}

static void
test_errors(void **unused)
{
	(void)unused;
	for (int i = 0; i < FAILURES; i++) {
		struct lp *lp = lp_new();

		assert_non_null(lp);
		assert_int_equal(lp_add_row(lp, LP_EQUAL, 1), 0);
		break_it(lp);
		lp_free(lp);
		assert_true(solve_small() > 1.99 && solve_small() < 2.01);
	}
}

/* An error takes the environment of GLPK with it, and so every other program of the thread. */
static void
test_others_die_with_it(void **unused)
{
	struct lp *broken = lp_new(), *other = lp_new();
	int64_t pivots = 0;

	(void)unused;
	assert_non_null(broken);
	assert_non_null(other);
	assert_int_equal(lp_add_row(other, LP_EQUAL, 1), 0);
	break_it(broken);
	assert_int_equal(lp_solve(other, 0, &pivots), -EIO);
	assert_int_equal(lp_add_row(other, LP_EQUAL, 1), -EIO);
	lp_free(other);
	lp_free(broken);
	assert_true(solve_small() > 1.99);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_others_die_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
