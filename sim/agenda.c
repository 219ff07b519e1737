/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/agenda.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

static bool
before(const struct due *a, const struct due *b)
{
	if (a->at_s != b->at_s)
		return a->at_s < b->at_s;
	if (a->kind != b->kind)
		return a->kind < b->kind;
	if (a->whom != b->whom)
		return a->whom < b->whom;
	return a->turn < b->turn;
}

void
agenda_done(struct agenda *a)
{
	free(a->due);
	*a = (struct agenda){ 0 };
}

int
agenda_add(struct agenda *a, struct due d)
{
	size_t i;

	if (a->n == a->max) {
		size_t max = a->max * 2 + 256;
		struct due *more = realloc(a->due, max * sizeof(*more));

		if (more == NULL)
			return -ENOMEM;
		a->due = more;
		a->max = max;
	}
	for (i = a->n++; i > 0 && before(&d, &a->due[(i - 1) / 2]); i = (i - 1) / 2)
		a->due[i] = a->due[(i - 1) / 2];
	a->due[i] = d;
	return 0;
}

const struct due *
agenda_next(const struct agenda *a)
{
	return a->n > 0 ? &a->due[0] : NULL;
}

struct due
agenda_take(struct agenda *a)
{
	struct due first, last;
	size_t i = 0;

	assert(a->n > 0);
	first = a->due[0];
	last = a->due[--a->n];
	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= a->n)
			break;
		if (child + 1 < a->n && before(&a->due[child + 1], &a->due[child]))
			child++;
		if (!before(&a->due[child], &last))
			break;
		a->due[i] = a->due[child];
		i = child;
	}
	if (a->n > 0)
		a->due[i] = last;
	return first;
}
