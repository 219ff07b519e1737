/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/quote_impl.h"

#include <stdlib.h>
#include <string.h>

enum { LOOK_MAX = 10 /* candidates looked at for each kind */ };

/* Below zero: x is better. */
typedef int better_fn(const struct candidate *x, const struct candidate *y);

static int
by_size(int64_t x, int64_t y)
{
	return x < y ? -1 : x > y;
}

static int
by_calm(const struct candidate *x, const struct candidate *y)
{
	int by = by_size(x->spot.broken, y->spot.broken);

	return by != 0 ? by : by_size(x->spot.disturbed, y->spot.disturbed);
}

/* The last word: so that the same question has the same answer. */
static int
by_place(const struct candidate *x, const struct candidate *y)
{
	int by = by_size(x->spot.cents, y->spot.cents);

	by = by != 0 ? by : by_size(x->spot.start, y->spot.start);
	by = by != 0 ? by : by_size(x->spot.tech, y->spot.tech);
	by = by != 0 ? by : by_size(x->spot.pos, y->spot.pos);
	return by != 0 ? by : (int)y->field->wished - (int)x->field->wished;
}

/* --- before the windows are known --- */

static int
likely_cheapest(const struct candidate *x, const struct candidate *y)
{
	return by_place(x, y);
}

static int
likely_calmest(const struct candidate *x, const struct candidate *y)
{
	int by = by_calm(x, y);

	return by != 0 ? by : by_place(x, y);
}

static int
likely_soonest(const struct candidate *x, const struct candidate *y)
{
	int by = by_size(x->spot.start, y->spot.start);

	return by != 0 ? by : by_place(x, y);
}

static int
likely_soonest_whole(const struct candidate *x, const struct candidate *y)
{
	int by = by_size(x->spot.broken > 0, y->spot.broken > 0);

	return by != 0 ? by : likely_soonest(x, y);
}

/* What may be the best of some kind is among the first of these orders. */
static better_fn *const likely[] = { likely_cheapest, likely_calmest, likely_soonest,
	likely_soonest_whole };

/* Looks at the best of those from `from` on, by one order. */
static void
look_best(const struct quote_need *need, struct pool *p, int32_t from, better_fn *better,
    bool in_time)
{
	int32_t best[LOOK_MAX], n = 0;

	for (int32_t i = from; i < p->n; i++) {
		const struct candidate *c = &p->list[i];
		int32_t at = n;

		if (in_time && need->due > 0 && c->spot.start > need->due)
			continue;
		while (at > 0 && better(c, &p->list[best[at - 1]]) < 0)
			at--;
		if (at == LOOK_MAX)
			continue;
		n += n < LOOK_MAX;
		memmove(best + at + 1, best + at, (size_t)(n - 1 - at) * sizeof(*best));
		best[at] = i;
	}
	for (int32_t i = 0; i < n; i++)
		if (!p->list[best[i]].looked)
			candidate_look(need, &p->list[best[i]]);
}

static bool
is_preferred(const struct candidate *c, const char *preferred)
{
	return strcmp(state_tech(c->field->s, c->spot.tech)->id, preferred) == 0;
}

void
quote_look(const struct quote_need *need, struct pool *p, int32_t from)
{
	for (size_t i = 0; i < sizeof(likely) / sizeof(likely[0]); i++) {
		look_best(need, p, from, likely[i], true);
		look_best(need, p, from, likely[i], false);
	}
	for (int32_t i = from; i < p->n; i++) {
		struct candidate *c = &p->list[i];
		const char *preferred = state_call(c->field->s, c->field->call)->preferred;

		if (!c->looked && (c->offer != NULL || is_preferred(c, preferred)))
			candidate_look(need, c);
	}
}

/* --- of those that are known --- */

static int
best_calm(const struct candidate *x, const struct candidate *y)
{
	int by = by_calm(x, y);

	by = by != 0 ? by : (int)y->meets - (int)x->meets;
	return by != 0 ? by : by_place(x, y);
}

static int
best_cheap(const struct candidate *x, const struct candidate *y)
{
	int by = (int)y->meets - (int)x->meets;

	by = by != 0 ? by : by_size(x->spot.cents, y->spot.cents);
	by = by != 0 ? by : by_calm(x, y);
	return by != 0 ? by : by_place(x, y);
}

static int
best_soon(const struct candidate *x, const struct candidate *y)
{
	int by = by_size(x->spot.broken > 0, y->spot.broken > 0);

	by = by != 0 ? by : by_size(x->to, y->to);
	by = by != 0 ? by : by_calm(x, y);
	return by != 0 ? by : by_place(x, y);
}

static int32_t
best_of(const struct pool *p, better_fn *better, const char *only)
{
	int32_t best = -1;

	for (int32_t i = 0; i < p->n; i++) {
		const struct candidate *c = &p->list[i];

		if (!c->looked || c->bad || (only != NULL && !is_preferred(c, only)))
			continue;
		if (best < 0 || better(c, &p->list[best]) < 0)
			best = i;
	}
	return best;
}

/* Whether y costs as little, disturbs as little, is as soon, and does as well by the need. */
static bool
is_no_better(const struct candidate *x, const struct candidate *y)
{
	return x->spot.cents >= y->spot.cents && x->to >= y->to &&
	    x->spot.broken >= y->spot.broken && x->spot.disturbed >= y->spot.disturbed &&
	    (int)x->meets <= (int)y->meets;
}

void
quote_choose(const struct pool *p, const char *preferred, int32_t ret[QUOTE_KINDS])
{
	ret[QUOTE_LEAST] = best_of(p, best_calm, NULL);
	ret[QUOTE_CHEAPEST] = best_of(p, best_cheap, NULL);
	ret[QUOTE_SOONEST] = best_of(p, best_soon, NULL);
	ret[QUOTE_PREFERRED] = preferred[0] != '\0' ? best_of(p, best_calm, preferred) : -1;
	ret[QUOTE_ANOTHER_DAY] = -1;
	/* What is no better in anything than another that is offered is that one. */
	for (int k = 0; k < QUOTE_PREFERRED; k++)
		for (int of = 0; of < QUOTE_PREFERRED; of++)
			if (ret[k] >= 0 && ret[of] >= 0 &&
			    is_no_better(&p->list[ret[k]], &p->list[ret[of]]))
				ret[k] = ret[of];
}
