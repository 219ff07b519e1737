/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/search.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solver/chain.h"
#include "solver/clock.h"

enum {
	EVERYWHERE_CALLS = 200, /* absent at the start that all technicians are asked for */
	EVERYWHERE_EVERY = 64,  /* rounds in which all are asked */
	ROUNDS_PER_LOOK = 16,   /* at the limits */
};

/* Temperatures, in what a call costs on average on the way. */
#define HOT 1.0
#define COLD 0.01

struct search {
	const struct model *m;
	const struct search_limits *lim;
	struct chain chain;
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
		part = fmax(part, (double)s->chain.trails.steps / (double)s->lim->work);
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
	hot = HOT * heat_unit(c);
	heat = (int64_t)hot;
	while (rc == 0) {
		if (c->cents < c->best_cents)
			rc = chain_note(c);
		if (rc == 0 && c->round % ROUNDS_PER_LOOK == 0) {
			double part = progress(s);

			if (part >= 1)
				break;
			heat = (int64_t)(hot * pow(COLD / HOT, part));
		}
		if (rc == 0) {
			chain_begin(c);
			rc = chain_ruin(c);
		}
		if (rc == 0)
			rc = chain_recreate(c, c->round % EVERYWHERE_EVERY == 0);
		if (rc == 0 && c->cents < c->old_cents + tolerance_cents(&c->rng, heat))
			chain_keep(c);
		else
			chain_back(c);
	}
	return rc;
}

/* Writes the best plan's routes into the draft, each at its exact price. */
static int
unload(struct search *s, struct draft *d, struct route_work *w)
{
	int rc = 0;

	for (int32_t k = 0; rc == 0 && k < s->m->p->technicians; k++) {
		const struct chain_route *r = &s->chain.best[k];
		struct route_choice choice[ROUTE_CHOICES_MAX];
		int choices = route_eval(w, s->m, k, r->seq, r->n, s->chain.trails.now[k].chosen_max,
		    choice);

		if (choices <= 0)
			return choices < 0 ? choices : -ERANGE;
		rc = draft_set(d, k, r->seq, r->n, choice[0].cents, choice[0].chosen);
	}
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
	if (g == NULL || kept == NULL) {
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
	*work += s.chain.trails.steps;
	chain_done(&s.chain);
out:
	draft_free(kept);
	ground_free(g);
	return rc == -ERANGE ? 0 : rc;
}
