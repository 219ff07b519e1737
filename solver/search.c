/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/search.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solver/chain.h"
#include "solver/clock.h"
#include "solver/regroup.h"

enum {
	EVERYWHERE_CALLS = 200, /* absent at the start that all technicians are asked for */
	EVERYWHERE_EVERY = 64,  /* rounds in which all are asked */
	ROUNDS_PER_LOOK = 16,   /* at the limits */
	POOL_ROUTES_MAX = 60000,
	POOL_WORSE = 33,        /* routes of plans up to 1/33 worse than the best are kept */
	REGROUP_CALLS = 200,    /* at once */
	REGROUP_NODES = 100,
	REGIONS_MAX = 10,       /* regrouped one after the other */
};

/* How much of the limits is used up when the routes met so far are put together anew. */
static const double regroup_at[] = { 0.6, 0.9 };
#define REGROUP_PART 0.06 /* of the time limit, at most, each time */

/* Temperatures, in what a call costs on average on the way. */
#define HOT 3.0
#define WARM 0.3
#define COLD 0.03

struct search {
	const struct model *m;
	const struct search_limits *lim;
	struct chain chain;
	struct pool pool;
	int32_t *region;  /* technicians to regroup */
	size_t regroups;  /* done so far */
	int64_t work;     /* of regrouping */
	int64_t start_us;
};

/* How much of the limits is used up: 0 to 1 and over. */
static double
progress(const struct search *s)
{
	double part = 0;

	if (s->lim->deadline_us != 0)
		part = (double)(clock_us() - s->start_us) /
		    (double)(s->lim->deadline_us - s->start_us + 1);
	if (s->lim->work != 0)
		part = fmax(part, (double)(s->chain.trails.steps + s->work) / (double)s->lim->work);
	if (s->lim->rounds != 0)
		part = fmax(part, (double)s->chain.round / (double)s->lim->rounds);
	return part;
}

/*
 * How much dearer than now a plan may be, at a heat in 1/256 cents: the heat times a
 * random number that is exponentially distributed, but for its mantissa's logarithm, which is
 * taken as straight. Whole numbers only, so that it is the same everywhere.
 */
static int64_t
tolerance_cents(struct rng *rng, int64_t heat)
{
	uint64_t r = rng_next(rng) | 1;
	int zeros = 0;
	int64_t x;

	while (!(r >> 63)) {
		r <<= 1;
		zeros++;
	}
	x = ((int64_t)(zeros + 1) << 16) - (int64_t)((r << 1) >> 48); /* -log2, in 1/65536 */
	x = x * 45426 >> 16; /* -ln */
	return heat * x >> 24;
}

/* What a call costs on the way, on average, in 1/256 cents. */
static double
heat_unit(const struct chain *c)
{
	int64_t cents = 0;
	int32_t served = 0;

	for (int32_t k = 0; k < c->g->m->p->technicians; k++) {
		cents += c->trails.now[k].cents;
		served += c->trails.now[k].n;
	}
	return 256.0 * (double)cents / (served + 1);
}

/* Keeps the routes changed in this round for regrouping, if the plan is good. */
static int
collect(struct search *s)
{
	struct chain *c = &s->chain;

	if (c->cents > c->best_cents + c->best_cents / POOL_WORSE)
		return 0;
	if (s->pool.columns > POOL_ROUTES_MAX)
		pool_cut(&s->pool, 0);
	for (int32_t t = 0; t < c->trails.touches; t++) {
		int32_t k = c->trails.touched[t];
		const struct trail *now = &c->trails.now[k];
		bool is_new;

		if (now->n > 0 && pool_add(&s->pool, c->g->twin_of[k], now->seq, now->n,
		    now->cents, 0, &is_new) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* Technicians around a random call, with as many calls as are regrouped at once. */
static int32_t
draw_region(struct search *s)
{
	struct chain *c = &s->chain;
	const struct ground *g = c->g;
	int32_t n = 0, calls = 0;
	int32_t seed = rng_below(&c->rng, g->m->p->calls);

	if (g->m->p->calls <= REGROUP_CALLS) {
		while (n < g->m->p->technicians) {
			s->region[n] = n;
			n++;
		}
		return n;
	}
	c->asking++;
	for (int32_t near = -1; near < g->near_n && calls < REGROUP_CALLS; near++) {
		int32_t i = near < 0 ? seed
		    : g->near[(size_t)seed * (size_t)g->near_n + (size_t)near];
		int32_t k = c->by[i];

		if (k < 0 || c->asked[k] == c->asking)
			continue;
		c->asked[k] = c->asking;
		s->region[n++] = k;
		calls += c->trails.now[k].n;
	}
	return n;
}

/* Regroups the whole day, or some regions of a large one. */
static int
regroup_regions(struct search *s)
{
	struct regroup_limits lim = { .nodes = REGROUP_NODES };
	int32_t regions = 1 + s->m->p->calls / REGROUP_CALLS;
	int rc = 0;

	if (regions > REGIONS_MAX)
		regions = REGIONS_MAX;
	for (int32_t r = 0; rc == 0 && r < regions; r++) {
		int32_t n = draw_region(s);

		if (s->lim->deadline_us != 0)
			lim.deadline_us = clock_us() + (int64_t)(REGROUP_PART / regions *
			    (double)(s->lim->deadline_us - s->start_us));
		rc = regroup(&s->chain, &s->pool, s->region, n, &lim, &s->work);
	}
	return rc == -EIO ? 0 : rc;
}

static int
anneal(struct search *s)
{
	struct chain *c = &s->chain;
	int64_t heat;
	double hot;
	int rc;

	chain_begin(c);
	rc = chain_recreate(c, c->absents < EVERYWHERE_CALLS);
	chain_keep(c);
	hot = (s->lim->warm ? WARM : HOT) * heat_unit(c);
	heat = (int64_t)hot;
	while (rc == 0) {
		if (c->cents < c->best_cents)
			rc = chain_note(c);
		if (rc == 0 && c->round % ROUNDS_PER_LOOK == 0) {
			double part = progress(s);

			if (part >= 1)
				break;
			heat = (int64_t)(hot * pow(COLD / (s->lim->warm ? WARM : HOT), part));
			if (s->regroups < sizeof(regroup_at) / sizeof(*regroup_at) &&
			    part >= regroup_at[s->regroups]) {
				s->regroups++;
				rc = regroup_regions(s);
				continue;
			}
		}
		if (rc == 0) {
			chain_begin(c);
			rc = chain_ruin(c);
		}
		if (rc == 0)
			rc = chain_recreate(c, c->round % EVERYWHERE_EVERY == 0);
		if (rc == 0 && c->cents < c->old_cents + tolerance_cents(&c->rng, heat)) {
			rc = collect(s);
			chain_keep(c);
		} else {
			chain_back(c);
		}
	}
	return rc;
}

/* The exact price of a route; where it cannot be driven exactly so, without its last stops. */
static int
unload_route(struct search *s, struct draft *d, struct route_work *w, int32_t k)
{
	const struct chain_route *r = &s->chain.best[k];
	int32_t n = r->n;
	struct route_choice choice[ROUTE_CHOICES_MAX];
	int choices;

	for (;;) {
		choices = route_eval(w, s->m, k, r->seq, n, s->chain.trails.now[k].chosen_max,
		    choice);
		if (choices != 0 || n <= s->m->p->technician[k].fixed)
			break;
		n--;
	}
	if (choices <= 0)
		return choices < 0 ? choices : -ERANGE;
	return draft_set(d, k, r->seq, n, choice[0].cents, choice[0].chosen);
}

/* Writes the best plan's routes into the draft. */
static int
unload(struct search *s, struct draft *d, struct route_work *w)
{
	int rc = 0;

	for (int32_t k = 0; rc == 0 && k < s->m->p->technicians; k++)
		rc = unload_route(s, d, w, k);
	return rc;
}

int
search_improve(struct draft *d, struct route_work *w, struct rng *rng,
    const struct search_limits *lim, int64_t *work)
{
	struct search s = { .m = d->m, .lim = lim, .start_us = clock_us() };
	struct draft *kept = NULL;
	struct ground *g;
	int rc;

	if (d->m->p->calls == 0 || d->m->p->technicians == 0 || !draft_keeps(d))
		return 0;
	g = ground_new(d->m);
	kept = draft_new(d->m);
	s.region = malloc((size_t)d->m->p->technicians * sizeof(*s.region));
	if (g == NULL || kept == NULL || s.region == NULL) {
		rc = -ENOMEM;
		goto out;
	}
	rc = chain_init(&s.chain, g, rng_next(rng));
	if (rc == 0)
		rc = chain_load(&s.chain, d);
	s.chain.deadline_us = lim->deadline_us;
	if (rc == 0 && g->movables > 0) {
		rc = anneal(&s);
		if (rc == 0)
			rc = unload(&s, kept, w);
		if (rc == 0 && kept->cents < d->cents && draft_keeps(kept))
			rc = draft_copy(d, kept);
	}
	*work += s.chain.trails.steps + s.work;
	chain_done(&s.chain);
	pool_done(&s.pool);
out:
	free(s.region);
	draft_free(kept);
	ground_free(g);
	return rc == -ERANGE ? 0 : rc;
}
