/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/dynamic_table.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

/* Sums of the rows of one share and price. */
struct sums {
	size_t rows;
	double rejected, cost, edits, over_pct, solve_s;
};

int
dynamic_table_add(struct dynamic_table *t, const struct dynamic_row *row)
{
	if (t->rows == t->rows_max) {
		size_t max = 2 * t->rows_max + 64;
		struct dynamic_row *more = realloc(t->row, max * sizeof(*more));

		if (more == NULL)
			return -ENOMEM;
		t->row = more;
		t->rows_max = max;
	}
	t->row[t->rows++] = *row;
	return 0;
}

void
dynamic_table_done(struct dynamic_table *t)
{
	free(t->row);
	t->row = NULL;
	t->rows = t->rows_max = 0;
}

/* How much more it cost than what could be done had all been known, in percent. */
static double
over_pct(const struct dynamic_result *r)
{
	return r->known > 0 ? 100 * (r->cost / r->known - 1) : 0;
}

void
dynamic_table_head(FILE *out, const struct dynamic_set *set)
{
	if (set->edits)
		fprintf(out, "%-10s %7s %8s %10s %9s %6s %9s %7s %8s\n", "instance", "dynamic",
		    "price", "distance", "over", "edits", "unserved", "solves", "seconds");
	else
		fprintf(out, "%-10s %7s %9s %13s %12s %7s %8s\n", "instance", "dynamic",
		    "rejected", "working time", "technicians", "solves", "seconds");
}

void
dynamic_table_row(FILE *out, const struct dynamic_set *set, const struct dynamic_row *row)
{
	const struct dynamic_result *r = &row->result;

	if (set->edits)
		fprintf(out, "%-10s %5d %% %8g %10.1f %+7.2f %% %6d %9d %7d %8.1f\n", row->name,
		    (int)row->share, row->price, r->cost, over_pct(r), (int)r->edits,
		    (int)r->rejected, (int)r->solves, r->seconds);
	else
		fprintf(out, "%-10s %5d %% %9d %13.2f %12d %7d %8.1f\n", row->name,
		    (int)row->share, (int)r->rejected, r->cost, (int)r->used, (int)r->solves,
		    r->seconds);
	fflush(out);
}

static struct sums
sum_of(const struct dynamic_table *t, int32_t share, double price)
{
	struct sums s = { 0 };

	for (size_t i = 0; i < t->rows; i++) {
		const struct dynamic_result *r = &t->row[i].result;

		if (t->row[i].share != share || t->row[i].price != price)
			continue;
		s.rows++;
		s.rejected += r->rejected;
		s.cost += r->cost;
		s.edits += r->edits;
		s.over_pct += over_pct(r);
		s.solve_s += r->solves > 0 ? r->seconds / r->solves : 0;
	}
	return s;
}

static void
print_means(FILE *out, const struct dynamic_set *set, const struct dynamic_table *t,
    int32_t share, double price)
{
	struct sums s = sum_of(t, share, price);
	double n = (double)s.rows;

	if (s.rows > 0 && set->edits)
		fprintf(out, "%5d %% %9zu %8g %12.1f %+9.2f %% %8.1f %9.2f %11.3f\n", (int)share,
		    s.rows, price, s.cost / n, s.over_pct / n, s.edits / n, s.rejected / n,
		    s.solve_s / n);
	else if (s.rows > 0)
		fprintf(out, "%5d %% %9zu %9.2f %13.2f %11.3f\n", (int)share, s.rows,
		    s.rejected / n, s.cost / n, s.solve_s / n);
}

/* Whether an earlier row has the same share and price. */
static bool
had_before(const struct dynamic_table *t, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (t->row[j].share == t->row[i].share && t->row[j].price == t->row[i].price)
			return true;
	return false;
}

void
dynamic_table_means(FILE *out, const struct dynamic_set *set, const struct dynamic_table *t)
{
	if (set->edits)
		fprintf(out, "%7s %9s %8s %12s %11s %8s %9s %11s\n", "dynamic", "instances",
		    "price", "distance", "over", "edits", "unserved", "s a solve");
	else
		fprintf(out, "%7s %9s %9s %13s %11s\n", "dynamic", "instances", "rejected",
		    "working time", "s a solve");
	for (int32_t share = 0; share <= 100; share++)
		for (size_t i = 0; i < t->rows; i++)
			if (t->row[i].share == share && !had_before(t, i))
				print_means(out, set, t, share, t->row[i].price);
}
