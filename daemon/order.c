/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/order.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/build.h"
#include "daemon/order_impl.h"

enum { TRIES_MAX = 14 /* orders worked out: all of three calls, and some of more */ };

/* The orders that were tried. */
struct tries {
	struct order_start start;
	struct order_try list[TRIES_MAX];
	int32_t n;
};

static bool
is_same(const struct tries *ts, const int32_t *x, const int32_t *y)
{
	return memcmp(x, y, (size_t)ts->start.ask->n * sizeof(*x)) == 0;
}

/* Tries an order unless it was tried already, or enough were. Its number, -1 none. */
static int32_t
try_order(struct tries *ts, const int32_t *order)
{
	struct order_try *t = &ts->list[ts->n];

	for (int32_t i = 0; i < ts->n; i++)
		if (is_same(ts, ts->list[i].order, order))
			return i;
	if (ts->n == TRIES_MAX)
		return -1;
	*t = (struct order_try){ .cents = 0 };
	memcpy(t->order, order, (size_t)ts->start.ask->n * sizeof(*order));
	return order_try(&ts->start, t) < 0 ? -1 : ts->n++;
}

static int64_t
wanted_by(const struct order_wanted *w)
{
	return w->need.appointment ? w->need.to : w->need.due;
}

/* By deadline; the asker's order where two are the same. */
static void
by_deadline(const struct order_ask *ask, int32_t *order)
{
	for (int32_t i = 0; i < ask->n; i++) {
		int32_t at = i;

		for (;
		     at > 0 && wanted_by(&ask->wanted[i]) < wanted_by(&ask->wanted[order[at - 1]]);
		     at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
}

static int32_t
cheapest(const struct tries *ts, const bool *shown)
{
	int32_t best = -1;

	for (int32_t i = 0; i < ts->n; i++)
		if (!(shown != NULL && shown[i]) &&
		    (best < 0 || ts->list[i].cents < ts->list[best].cents))
			best = i;
	return best;
}

/* Swaps pairs of the cheapest order found, as long as there are tries left. */
static void
improve(struct tries *ts)
{
	int32_t n = ts->start.ask->n, from = -1;

	while (from != cheapest(ts, NULL)) {
		from = cheapest(ts, NULL);
		for (int32_t a = 0; a < n; a++)
			for (int32_t b = a + 1; b < n; b++) {
				int32_t order[ORDER_WANTED_MAX];

				memcpy(order, ts->list[from].order, sizeof(order));
				order[a] = ts->list[from].order[b];
				order[b] = ts->list[from].order[a];
				try_order(ts, order);
			}
	}
}

static json_t *
show(const struct tries *ts, int32_t deadline)
{
	bool shown[TRIES_MAX] = { false };
	int64_t least = ts->list[cheapest(ts, NULL)].cents;
	json_t *list = json_array();

	build_add(&list, order_show(&ts->start, &ts->list[0], "asker", ts->list[0].cents == least));
	shown[0] = true;
	if (deadline > 0) {
		build_add(&list,
		    order_show(&ts->start, &ts->list[deadline], "deadline",
			ts->list[deadline].cents == least));
		shown[deadline] = true;
	}
	for (int32_t i = deadline > 0 ? 2 : 1; i < ORDER_SHOWN_MAX; i++) {
		int32_t best = cheapest(ts, shown);

		if (best < 0)
			break;
		build_add(&list,
		    order_show(&ts->start, &ts->list[best], "cheapest",
			ts->list[best].cents == least));
		shown[best] = true;
	}
	return list;
}

json_t *
order_make(const struct order_ask *ask)
{
	struct tries *ts = calloc(1, sizeof(*ts));
	int32_t order[ORDER_WANTED_MAX] = { 0 }, deadline;
	json_t *list = NULL;

	if (ts == NULL || order_start(ask, &ts->start) < 0) {
		free(ts);
		return NULL;
	}
	for (int32_t i = 0; i < ask->n; i++)
		order[i] = i;
	if (try_order(ts, order) == 0) {
		by_deadline(ask, order);
		deadline = try_order(ts, order);
		improve(ts);
		list = show(ts, deadline);
	}
	order_start_done(&ts->start);
	free(ts);
	return list;
}
