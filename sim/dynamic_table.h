/* SPDX-License-Identifier: Apache-2.0 */
/* What the dynamic instances came to, row by row and as means by the share of dynamic requests. */
#ifndef EVENKEEL_SIM_DYNAMIC_TABLE_H
#define EVENKEEL_SIM_DYNAMIC_TABLE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/dynamic.h"

struct dynamic_row {
	char name[64];
	int32_t share; /* percent of dynamic requests, as the file's name says */
	double price;  /* of an edit */
	struct dynamic_result result;
};

struct dynamic_table {
	struct dynamic_row *row;
	size_t rows, rows_max;
};

int dynamic_table_add(struct dynamic_table *t, const struct dynamic_row *row); /* -ENOMEM */
void dynamic_table_done(struct dynamic_table *t);

void dynamic_table_head(FILE *out, const struct dynamic_set *set);
void dynamic_table_row(FILE *out, const struct dynamic_set *set, const struct dynamic_row *row);
/* One line for each share and price. */
void dynamic_table_means(FILE *out, const struct dynamic_set *set, const struct dynamic_table *t);

#endif
