/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/advance.h"

#include <errno.h>
#include <stdlib.h>

#include "daemon/planner.h"

struct advance {
	struct shop *shop;
	bool under_way;
	int64_t to_s;
	advance_done_fn *done;
	void *arg;
};

struct advance *
advance_new(struct shop *shop)
{
	struct advance *a = calloc(1, sizeof(*a));

	if (a != NULL)
		a->shop = shop;
	return a;
}

void
advance_free(struct advance *a)
{
	if (a != NULL && a->under_way)
		a->done(a->arg);
	free(a);
}

int
advance_start(struct advance *a, int64_t to_s, advance_done_fn *done, void *arg)
{
	if (!a->shop->clock.is_virtual)
		return -EPERM;
	if (a->under_way)
		return -EBUSY;
	if (to_s < clock_now(&a->shop->clock))
		return -EINVAL;
	*a = (struct advance){ a->shop, true, to_s, done, arg };
	advance_turn(a);
	return 0;
}

static bool
settled(const struct shop *shop)
{
	return planner_settled(shop->planner) && store_idle(shop->store);
}

void
advance_turn(struct advance *a)
{
	struct shop *shop = a->shop;

	while (a->under_way && settled(shop)) {
		int64_t now_s = clock_now(&shop->clock), next_s = planner_next(shop->planner);

		if (now_s == a->to_s) {
			a->under_way = false;
			a->done(a->arg);
			return;
		}
		if (next_s <= now_s) /* it was done at this moment already: never stand still */
			next_s = now_s + 1;
		if (next_s > a->to_s)
			next_s = a->to_s;
		(void)clock_set(&shop->clock, next_s); /* virtual, forwards: cannot fail */
		planner_tick(shop->planner);
	}
}
