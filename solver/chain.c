/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/chain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "solver/clock.h"

enum {
	REMOVED_MEAN = 10,
	STRING_MAX = 10,
	SPLIT_PER_MILLE = 500,   /* strings that leave a few calls in the middle */
	LONGER_PER_MILLE = 10,   /* one more of these few */
	EVERYWHERE_MAX = 12,     /* technicians of a problem so small that all are asked */
	STEPS_PER_LOOK = 3000,   /* at the clock */
	WALK_CALLS = 1000,       /* with more calls, the next ruin is near the last as a rule */
	WALK_ROUNDS = 32,        /* rounds until it is anywhere, on average */
};

int
chain_init(struct chain *c, const struct ground *g, uint64_t seed)
{
	const struct problem *p = g->m->p;
	size_t technicians = (size_t)p->technicians + 1;
	size_t calls = (size_t)p->calls + 1;
	int rc;

	*c = (struct chain){ .g = g, .rng = { seed } };
	rc = trails_init(&c->trails, g, &c->rng);
	c->by = malloc(calls * sizeof(*c->by));
	c->absent = malloc(calls * sizeof(*c->absent));
	c->old_absent = malloc(calls * sizeof(*c->old_absent));
	c->key = malloc(calls * sizeof(*c->key));
	c->asked = calloc(technicians, sizeof(*c->asked));
	c->next_twin = malloc(technicians * sizeof(*c->next_twin));
	c->best = calloc(technicians, sizeof(*c->best));
	c->differing = malloc(technicians * sizeof(*c->differing));
	if (rc < 0 || c->by == NULL || c->absent == NULL || c->old_absent == NULL ||
	    c->key == NULL || c->asked == NULL || c->next_twin == NULL || c->best == NULL ||
	    c->differing == NULL)
		return -ENOMEM;
	for (int32_t k = p->technicians - 1; k >= 0; k--) {
		c->next_twin[k] = -1;
		for (int32_t j = k + 1; j < p->technicians && c->next_twin[k] < 0; j++)
			if (g->twin_of[j] == g->twin_of[k])
				c->next_twin[k] = j;
	}
	for (int32_t i = 1; i < p->calls; i++)
		c->priced = c->priced || g->m->call[i].skip_cents != g->m->call[0].skip_cents;
	return 0;
}

void
chain_done(struct chain *c)
{
	for (int32_t k = 0; c->best != NULL && k < c->g->m->p->technicians; k++)
		free(c->best[k].seq);
	trails_done(&c->trails);
	free(c->by);
	free(c->absent);
	free(c->old_absent);
	free(c->key);
	free(c->asked);
	free(c->next_twin);
	free(c->best);
	free(c->differing);
}

static void
set_differs(struct chain *c, int32_t k)
{
	if (!c->best[k].differs)
		c->differing[c->differings++] = k;
	c->best[k].differs = true;
}

int
chain_load(struct chain *c, const struct draft *d)
{
	const struct problem *p = c->g->m->p;

	c->cents = 0;
	c->absents = 0;
	for (int32_t i = 0; i < p->calls; i++) {
		c->by[i] = d->by[i];
		if (d->by[i] >= 0)
			continue;
		c->cents += c->g->m->call[i].skip_cents;
		if (c->g->movable[i])
			c->absent[c->absents++] = i;
	}
	for (int32_t k = 0; k < p->technicians; k++) {
		c->trails.now[k].chosen_max = d->route[k].chosen;
		if (trail_set(&c->trails, k, d->route[k].seq, d->route[k].n) < 0)
			return -ENOMEM;
		if (c->trails.now[k].cents >= TRAIL_NO_CENTS)
			return -ERANGE;
		c->cents += c->trails.now[k].cents;
		set_differs(c, k);
	}
	trails_keep(&c->trails);
	c->best_cents = INT64_MAX;
	return 0;
}

bool
chain_is_late(struct chain *c)
{
	if (c->late || c->deadline_us == 0 ||
	    c->trails.steps - c->looked_at < STEPS_PER_LOOK)
		return c->late;
	c->looked_at = c->trails.steps;
	c->late = clock_us() >= c->deadline_us;
	return c->late;
}

int
chain_note(struct chain *c)
{
	for (int32_t d = 0; d < c->differings; d++) {
		const struct trail *t = &c->trails.now[c->differing[d]];
		struct chain_route *r = &c->best[c->differing[d]];

		if (t->n > r->n_max) {
			int32_t *grown = realloc(r->seq, (size_t)t->n_max * sizeof(*grown));

			if (grown == NULL)
				return -ENOMEM;
			r->seq = grown;
			r->n_max = t->n_max;
		}
		if (t->n > 0)
			memcpy(r->seq, t->seq, (size_t)t->n * sizeof(*r->seq));
		r->n = t->n;
		r->differs = false;
	}
	c->differings = 0;
	c->best_cents = c->cents;
	return 0;
}

/* --- rounds --- */

void
chain_begin(struct chain *c)
{
	memcpy(c->old_absent, c->absent, (size_t)c->absents * sizeof(*c->absent));
	c->old_absents = c->absents;
	c->old_cents = c->cents;
	c->trails.steps++; /* also a round that finds nothing to do, or it would never end */
	c->round++;
}

int
chain_adopt(struct chain *c, const struct chain_route *route)
{
	for (int32_t k = 0; k < c->g->m->p->technicians; k++)
		if (trail_set(&c->trails, k, route[k].seq, route[k].n) < 0)
			return -ENOMEM;
	chain_recount(c);
	chain_keep(c);
	return 0;
}

void
chain_recount(struct chain *c)
{
	const struct problem *p = c->g->m->p;

	for (int32_t i = 0; i < p->calls; i++)
		c->by[i] = -1;
	c->cents = 0;
	c->absents = 0;
	for (int32_t k = 0; k < p->technicians; k++) {
		const struct trail *t = &c->trails.now[k];

		c->cents += t->cents;
		for (int32_t r = 0; r < t->n; r++)
			c->by[t->seq[r]] = k;
	}
	for (int32_t i = 0; i < p->calls; i++) {
		if (c->by[i] >= 0)
			continue;
		c->cents += c->g->m->call[i].skip_cents;
		if (c->g->movable[i])
			c->absent[c->absents++] = i;
	}
}

void
chain_keep(struct chain *c)
{
	for (int32_t t = 0; t < c->trails.touches; t++)
		set_differs(c, c->trails.touched[t]);
	trails_keep(&c->trails);
}

void
chain_back(struct chain *c)
{
	struct trails *ts = &c->trails;

	for (int32_t t = 0; t < ts->touches; t++) {
		const struct trail *now = &ts->now[ts->touched[t]];

		for (int32_t r = 0; r < now->n; r++)
			c->by[now->seq[r]] = -1;
	}
	for (int32_t t = 0; t < ts->touches; t++) {
		const struct trail *old = &ts->old[ts->touched[t]];

		for (int32_t r = 0; r < old->n; r++)
			c->by[old->seq[r]] = ts->touched[t];
	}
	trails_back(ts);
	memcpy(c->absent, c->old_absent, (size_t)c->old_absents * sizeof(*c->absent));
	c->absents = c->old_absents;
	c->cents = c->old_cents;
}

/* --- ruin --- */

/* What of a route to take out: `length` calls from `first` on, but not those spared. */
struct string {
	int32_t first, length;
	int32_t spared, spareds; /* position and number */
};

/* A string of a route of n open stops that holds position `at`, both counted from `fixed`. */
static struct string
draw_string(struct chain *c, int32_t n, int32_t at, int32_t length_max)
{
	struct string s = { 0 };
	int32_t from, to;

	s.length = 1 + rng_below(&c->rng, n < length_max ? n : length_max);
	if (s.length > 1 && s.length < n && rng_below(&c->rng, 1000) < SPLIT_PER_MILLE) {
		s.spareds = 1;
		while (s.length + s.spareds < n &&
		    rng_below(&c->rng, 1000) < LONGER_PER_MILLE)
			s.spareds++;
		s.length += s.spareds;
	}
	from = at - s.length + 1 > 0 ? at - s.length + 1 : 0;
	to = at < n - s.length ? at : n - s.length;
	s.first = rng_range(&c->rng, from, to);
	if (s.spareds > 0)
		s.spared = s.first + rng_range(&c->rng, 1, s.length - s.spareds - 1);
	return s;
}

static int
take_out(struct chain *c, int32_t k, const struct string *s)
{
	struct trail *t = &c->trails.now[k];
	int32_t fixed = c->g->m->p->technician[k].fixed;
	int32_t left[PROBLEM_STOPS_MAX];
	int32_t n = 0;

	for (int32_t r = 0; r < t->n; r++) {
		int32_t i = t->seq[r], at = r - fixed;
		bool spared = at >= s->spared && at < s->spared + s->spareds;

		if (at >= s->first && at < s->first + s->length && !spared && c->g->movable[i]) {
			c->by[i] = -1;
			c->absent[c->absents++] = i;
			c->cents += c->g->m->call[i].skip_cents;
		} else {
			left[n++] = i;
		}
	}
	c->cents -= t->cents;
	if (trail_set(&c->trails, k, left, n) < 0)
		return -ENOMEM;
	c->cents += t->cents;
	return 0;
}

static int32_t
position(const struct trail *t, int32_t i)
{
	int32_t at = 0;

	while (t->seq[at] != i)
		at++;
	return at;
}

/*
 * The call around which to ruin. In a large day it wanders: the legs and routes
 * around are at hand then, which is worth more than looking everywhere evenly.
 */
static int32_t
draw_seed(struct chain *c)
{
	const struct ground *g = c->g;

	if (g->m->p->calls > WALK_CALLS && rng_below(&c->rng, WALK_ROUNDS) > 0)
		c->seed = g->near[(size_t)c->seed * (size_t)g->near_n +
		    (size_t)rng_below(&c->rng, g->near_n)];
	else
		c->seed = rng_below(&c->rng, g->m->p->calls);
	return c->seed;
}

int
chain_ruin(struct chain *c)
{
	const struct ground *g = c->g;
	int32_t seed = draw_seed(c);
	int32_t length_max = STRING_MAX;
	int32_t strings = 0;

	c->asking++;
	for (int32_t n = -1; n < g->near_n; n++) {
		int32_t i = n < 0 ? seed : g->near[(size_t)seed * (size_t)g->near_n + (size_t)n];
		int32_t k = c->by[i];
		struct string s;
		int32_t open, at;

		if (k < 0 || c->asked[k] == c->asking || !g->movable[i])
			continue;
		open = c->trails.now[k].n - g->m->p->technician[k].fixed;
		at = position(&c->trails.now[k], i) - g->m->p->technician[k].fixed;
		if (at < 0)
			continue;
		if (strings == 0) {
			/* The length of the first route stands for that of all. */
			length_max = open < STRING_MAX ? open : STRING_MAX;
			strings = (1000 + rng_below(&c->rng,
			    4000 * REMOVED_MEAN / (1 + length_max) - 1000)) / 1000;
		}
		c->asked[k] = c->asking;
		s = draw_string(c, open, at, length_max);
		if (take_out(c, k, &s) < 0)
			return -ENOMEM;
		if (--strings == 0)
			break;
	}
	return 0;
}

/* --- recreate --- */

enum order {
	ORDER_RANDOM, ORDER_LOAD, ORDER_FAR, ORDER_CLOSE, ORDER_NARROW, ORDER_FIRST, ORDER_LAST,
	ORDER_PRICE, ORDERS
};

static const int32_t order_weight[ORDERS] = {
	[ORDER_RANDOM] = 4, [ORDER_LOAD] = 4, [ORDER_FAR] = 2, [ORDER_CLOSE] = 1,
	[ORDER_NARROW] = 2, [ORDER_FIRST] = 2, [ORDER_LAST] = 2, [ORDER_PRICE] = 8,
};

static enum order
draw_order(struct chain *c)
{
	int32_t sum = 0, at;

	for (int o = 0; o < ORDERS - !c->priced; o++)
		sum += order_weight[o];
	at = rng_below(&c->rng, sum);
	for (int o = 0;; o++) {
		at -= order_weight[o];
		if (at < 0)
			return (enum order)o;
	}
}

static int64_t
load_of(const struct problem *p, int32_t i)
{
	int64_t sum = 0;

	for (int32_t l = 0; l < p->loads; l++)
		sum += (int64_t)p->call[i].pickup[l] + p->call[i].delivery[l];
	return p->loads > 0 ? sum : p->call[i].duration_s;
}

/* The less, the sooner it is put back. */
static int64_t
order_key(struct chain *c, enum order o, int32_t i)
{
	const struct model_call *mc = &c->g->m->call[i];
	int64_t last_s = mc->due_s < mc->close_s ? mc->due_s : mc->close_s;

	switch (o) {
	case ORDER_LOAD:
		return -load_of(c->g->m->p, i);
	case ORDER_FAR:
		return -c->g->far[i];
	case ORDER_CLOSE:
		return c->g->far[i];
	case ORDER_NARROW:
		return last_s - mc->open_s;
	case ORDER_FIRST:
		return mc->open_s;
	case ORDER_LAST:
		return last_s;
	case ORDER_PRICE:
		return -mc->skip_cents;
	default:
		return (int64_t)(rng_next(&c->rng) >> 1);
	}
}

/* By key, and by index where it is the same, so that it is the same everywhere. */
static bool
sooner(const struct chain *c, int32_t a, int32_t b)
{
	return c->key[a] != c->key[b] ? c->key[a] < c->key[b] : a < b;
}

/* Shell's sort: few calls are absent as a rule, and all of them at the start. */
static void
order_absent(struct chain *c)
{
	enum order o = draw_order(c);
	int32_t step = 1;

	for (int32_t a = 0; a < c->absents; a++)
		c->key[c->absent[a]] = order_key(c, o, c->absent[a]);
	while (step < c->absents / 9)
		step = 3 * step + 1;
	for (; step > 0; step /= 3)
		for (int32_t a = step; a < c->absents; a++) {
			int32_t i = c->absent[a];
			int32_t b = a;

			for (; b >= step && sooner(c, i, c->absent[b - step]); b -= step)
				c->absent[b] = c->absent[b - step];
			c->absent[b] = i;
		}
}

static inline void
ask(struct chain *c, int32_t k, int32_t i, struct slot *best)
{
	if (c->asked[k] == c->asking)
		return;
	c->asked[k] = c->asking;
	if (ground_may(c->g, k, i))
		trail_ask(&c->trails, k, i, best);
}

/* Of technicians who are all alike, only one who has nothing to do needs to be asked. */
static void
ask_home(struct chain *c, int32_t k, int32_t i, struct slot *best)
{
	if (c->next_twin[k] < 0) {
		ask(c, k, i, best);
		return;
	}
	while (k >= 0 && c->trails.now[k].n > 0)
		k = c->next_twin[k];
	if (k >= 0)
		ask(c, k, i, best);
}

static int
insert(struct chain *c, int32_t i, bool everywhere, bool *ret_done)
{
	const struct ground *g = c->g;
	const int32_t *near = g->near + (size_t)i * (size_t)g->near_n;
	const int32_t *home = g->home + (size_t)i * GROUND_HOMES;
	struct slot best = { g->m->call[i].skip_cents, -1, 0 };
	int32_t technicians = g->m->p->technicians;

	*ret_done = false;
	if (g->m->call[i].skip_chosen)
		best.delta += 1000000000; /* it had a place, and must find one again */
	c->asking++;
	for (int32_t n = 0; n < g->near_n; n++)
		if (c->by[near[n]] >= 0)
			ask(c, c->by[near[n]], i, &best);
	for (int32_t h = 0; h < GROUND_HOMES && home[h] >= 0; h++)
		ask_home(c, home[h], i, &best);
	for (int32_t k = 0; k < technicians && (everywhere || technicians <= EVERYWHERE_MAX); k++)
		ask(c, k, i, &best);
	if (best.k < 0)
		return 0;
	c->cents -= c->trails.now[best.k].cents + g->m->call[i].skip_cents;
	if (trail_put(&c->trails, best.k, best.pos, i) < 0)
		return -ENOMEM;
	c->by[i] = best.k;
	c->cents += c->trails.now[best.k].cents;
	*ret_done = true;
	return 0;
}

int
chain_recreate(struct chain *c, bool everywhere)
{
	int32_t kept = 0;

	order_absent(c);
	for (int32_t a = 0; a < c->absents; a++) {
		bool inserted = false;

		if (!chain_is_late(c) && insert(c, c->absent[a], everywhere, &inserted) < 0)
			return -ENOMEM;
		if (!inserted)
			c->absent[kept++] = c->absent[a];
	}
	c->absents = kept;
	return 0;
}
