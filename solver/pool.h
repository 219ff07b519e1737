/* SPDX-License-Identifier: Apache-2.0 */
/* Columns: whole routes with their price, as many as there are. Internal to libsolver. */
#ifndef EVENKEEL_SOLVER_POOL_H
#define EVENKEEL_SOLVER_POOL_H

#include <stdbool.h>
#include <stdint.h>

struct column {
	int64_t cents;
	int32_t first;  /* of its calls in pool.call */
	int32_t n;      /* the whole route, the fixed prefix too */
	int32_t k;
	int32_t chosen;
};

struct pool {
	struct column *column;
	int32_t *call;
	int32_t *slot;  /* hash: column + 1, 0 free */
	int32_t columns, columns_max;
	int32_t calls, calls_max;
	int32_t slots;
};

void pool_done(struct pool *p);

/*
 * Adds a column unless the same sequence of the same technician is there with
 * the same disturbance for no more. Returns its index, new or old (then *ret_new is
 * false), or -ENOMEM.
 */
int32_t pool_add(struct pool *p, int32_t k, const int32_t *seq, int32_t n, int64_t cents,
    int32_t chosen, bool *ret_new);

/* Forgets all columns from index n on. */
void pool_cut(struct pool *p, int32_t n);

static inline const int32_t *
pool_seq(const struct pool *p, int32_t column)
{
	return p->call + p->column[column].first;
}

#endif
