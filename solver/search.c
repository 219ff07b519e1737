/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/search.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
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
	THREADS_MAX = 64,
};

/*
 * How much of the limits is used up when the routes met so far are put together anew, and
 * all threads go on from the best plan; the end.
 */
static const double leg_end[] = { 0.6, 0.9, 1 };
enum { LEGS = sizeof(leg_end) / sizeof(leg_end[0]) };
#define REGROUP_PART 0.06 /* of the time limit, at most, each time */

/* Temperatures, in what a call costs on average on the way. */
#define HOT 3.0
#define WARM 0.3
#define COLD 0.03

struct search {
	const struct model *m;
	const struct search_limits *lim;
	struct ground *ground;
	struct walker *walker; /* one per thread */
	int32_t walkers;
	int32_t *region;       /* technicians to regroup */
	int64_t work;          /* of regrouping */
	int64_t start_us;
};

/* A plan that is annealed by a thread of its own, with the routes it has met. */
struct walker {
	struct search *s;
	struct chain chain;
	struct pool pool;
	pthread_t thread;
	bool apart;   /* the thread runs */
	double hot;   /* the first temperature, 0 before the first leg; in 1/256 cents */
	double until; /* this much of the limits */
	int rc;
};

/*
 * How much of the limits is used up: 0 to 1 and over. Each thread has its share of the
 * work and looks at nothing else, so that what it does does not depend on the others' pace.
 */
static double
progress(const struct walker *w)
{
	const struct search *s = w->s;
	double part = 0;

	if (s->lim->deadline_us != 0) {
		int64_t now_us = clock_us();

		/* The deadline may lie before the start already. */
		part = now_us >= s->lim->deadline_us ? 1 : (double)(now_us - s->start_us) /
		    (double)(s->lim->deadline_us - s->start_us + 1);
	}
	if (s->lim->work != 0)
		part = fmax(part, ((double)w->chain.trails.steps * s->walkers + (double)s->work) /
		    (double)s->lim->work);
	if (s->lim->rounds != 0)
		part = fmax(part, (double)w->chain.round / (double)s->lim->rounds);
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
collect(struct walker *w)
{
	struct chain *c = &w->chain;

	if (c->cents > c->best_cents + c->best_cents / POOL_WORSE)
		return 0;
	if (w->pool.columns > POOL_ROUTES_MAX / w->s->walkers)
		pool_cut(&w->pool, 0);
	for (int32_t t = 0; t < c->trails.touches; t++) {
		int32_t k = c->trails.touched[t];
		const struct trail *now = &c->trails.now[k];
		bool is_new;

		if (now->n > 0 && pool_add(&w->pool, c->g->twin_of[k], now->seq, now->n,
		    now->cents, now->chosen_max, &is_new) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* The first round puts in what is missing, and tells what is hot and what is cold. */
static int
begin(struct walker *w)
{
	struct chain *c = &w->chain;
	int rc;

	chain_begin(c);
	rc = chain_recreate(c, c->absents < EVERYWHERE_CALLS);
	chain_keep(c);
	w->hot = (w->s->lim->warm ? WARM : HOT) * heat_unit(c);
	return rc;
}

static int
one_round(struct walker *w, int64_t heat)
{
	struct chain *c = &w->chain;
	int rc;

	chain_begin(c);
	rc = chain_ruin(c);
	if (rc == 0)
		rc = chain_recreate(c, c->round % EVERYWHERE_EVERY == 0);
	if (rc == 0 && c->cents < c->old_cents + tolerance_cents(&c->rng, heat)) {
		rc = collect(w);
		chain_keep(c);
	} else {
		chain_back(c);
	}
	if (rc == 0 && c->cents < c->best_cents)
		rc = chain_note(c);
	return rc;
}

/* Anneals until so much of the limits is used up. */
static void *
walk(void *arg)
{
	struct walker *w = arg;
	struct chain *c = &w->chain;
	double cooling = COLD / (w->s->lim->warm ? WARM : HOT);
	int64_t heat = 0;

	if (w->hot == 0)
		w->rc = begin(w);
	if (w->rc == 0 && c->cents < c->best_cents)
		w->rc = chain_note(c);
	for (int32_t r = 0; w->rc == 0; r++) {
		if (r % ROUNDS_PER_LOOK == 0) {
			double part = progress(w);

			if (part >= w->until)
				break;
			heat = (int64_t)(w->hot * pow(cooling, part));
		}
		w->rc = one_round(w, heat);
	}
	return NULL;
}

/* All walkers, each in a thread; where none is to be had, one after the other. */
static int
walk_all(struct search *s, double until)
{
	int rc = 0;

	for (int32_t n = 0; n < s->walkers; n++) {
		struct walker *w = &s->walker[n];

		w->until = until;
		w->apart = n > 0 && pthread_create(&w->thread, NULL, walk, w) == 0;
	}
	for (int32_t n = 0; n < s->walkers; n++)
		if (!s->walker[n].apart)
			walk(&s->walker[n]);
	for (int32_t n = 0; n < s->walkers; n++) {
		if (s->walker[n].apart)
			pthread_join(s->walker[n].thread, NULL);
		if (rc == 0)
			rc = s->walker[n].rc;
	}
	return rc;
}

/* Technicians around a random call, with as many calls as are regrouped at once. */
static int32_t
draw_region(struct search *s)
{
	struct chain *c = &s->walker[0].chain;
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

/* Regroups the whole day, or some regions of a large one, in the first walker's plan. */
static int
regroup_regions(struct search *s)
{
	struct walker *w = &s->walker[0];
	struct regroup_limits lim = { .nodes = REGROUP_NODES };
	int32_t regions = 1 + s->m->p->calls / REGROUP_CALLS;
	int rc = 0;

	if (regions > REGIONS_MAX)
		regions = REGIONS_MAX;
	for (int32_t r = 0; rc == 0 && r < regions; r++) {
		int32_t n = draw_region(s);

		if (s->lim->deadline_us != 0) {
			lim.deadline_us = clock_us() + (int64_t)(REGROUP_PART / regions *
			    (double)(s->lim->deadline_us - s->start_us));
			if (lim.deadline_us > s->lim->deadline_us)
				break;
		}
		rc = regroup(&w->chain, &w->pool, s->region, n, &lim, &s->work);
	}
	return rc == -EIO ? 0 : rc;
}

/* Gives the first walker the routes that the others have met. */
static int
gather(struct search *s)
{
	struct pool *to = &s->walker[0].pool;

	for (int32_t n = 1; n < s->walkers; n++) {
		const struct pool *from = &s->walker[n].pool;

		for (int32_t c = 0; c < from->columns; c++) {
			const struct column *col = &from->column[c];
			bool is_new;

			if (pool_add(to, col->k, pool_seq(from, c), col->n, col->cents,
			    col->chosen, &is_new) < 0)
				return -ENOMEM;
		}
	}
	return 0;
}

static struct walker *
best_walker(struct search *s)
{
	struct walker *best = &s->walker[0];

	for (int32_t n = 1; n < s->walkers; n++)
		if (s->walker[n].chain.best_cents < best->chain.best_cents)
			best = &s->walker[n];
	return best;
}

/* Between two legs: all go on from the best plan that the routes of all of them make. */
static int
meet(struct search *s)
{
	struct walker *best = best_walker(s), *first = &s->walker[0];
	int rc = gather(s);

	if (rc == 0 && best != first)
		rc = chain_adopt(&first->chain, best->chain.best);
	if (rc == 0)
		rc = regroup_regions(s);
	if (rc == 0 && first->chain.cents < first->chain.best_cents)
		rc = chain_note(&first->chain);
	for (int32_t n = 1; rc == 0 && n < s->walkers; n++)
		rc = chain_adopt(&s->walker[n].chain, first->chain.best);
	return rc;
}

/*
 * The exact price of a route of the best plan; where it cannot be driven exactly as the
 * trails say, without its last stops.
 */
static int
unload_route(struct search *s, struct draft *d, struct route_work *work, int32_t k)
{
	const struct chain *c = &best_walker(s)->chain;
	const struct chain_route *r = &c->best[k];
	struct route_choice choice[ROUTE_CHOICES_MAX];
	int32_t n = r->n;
	int choices;

	for (;;) {
		choices = route_eval(work, s->m, k, r->seq, n, c->trails.now[k].chosen_max,
		    choice);
		if (choices != 0 || n <= s->m->p->technician[k].fixed)
			break;
		n--;
	}
	if (choices <= 0)
		return choices < 0 ? choices : -ERANGE;
	return draft_set(d, k, r->seq, n, choice[0].cents, choice[0].chosen);
}

/* Takes the best plan over into the draft, if it is better and keeps the rules. */
static int
unload(struct search *s, struct draft *d, struct route_work *work)
{
	struct draft *found = draft_new(s->m);
	int rc = found == NULL ? -ENOMEM : 0;

	for (int32_t k = 0; rc == 0 && k < s->m->p->technicians; k++)
		rc = unload_route(s, found, work, k);
	if (rc == 0 && found->cents < d->cents && draft_keeps(found))
		rc = draft_copy(d, found);
	draft_free(found);
	return rc;
}

static int
init(struct search *s, const struct draft *d, struct rng *rng)
{
	int32_t threads = s->lim->threads < 1 ? 1 : s->lim->threads;
	int rc = 0;

	s->walkers = threads < THREADS_MAX ? threads : THREADS_MAX;
	s->ground = ground_new(s->m);
	s->region = malloc((size_t)s->m->p->technicians * sizeof(*s->region));
	s->walker = calloc((size_t)s->walkers, sizeof(*s->walker));
	if (s->ground == NULL || s->region == NULL || s->walker == NULL)
		return -ENOMEM;
	for (int32_t n = 0; rc == 0 && n < s->walkers; n++) {
		struct walker *w = &s->walker[n];

		w->s = s;
		rc = chain_init(&w->chain, s->ground, rng_next(rng));
		if (rc == 0)
			rc = chain_load(&w->chain, d);
		w->chain.deadline_us = s->lim->deadline_us;
	}
	return rc;
}

static void
done(struct search *s)
{
	for (int32_t n = 0; s->walker != NULL && n < s->walkers; n++) {
		if (s->walker[n].s == NULL)
			continue;
		chain_done(&s->walker[n].chain);
		pool_done(&s->walker[n].pool);
	}
	free(s->walker);
	free(s->region);
	ground_free(s->ground);
}

static int64_t
work_of(const struct search *s)
{
	int64_t work = s->work;

	for (int32_t n = 0; s->walker != NULL && n < s->walkers; n++)
		work += s->walker[n].chain.trails.steps;
	return work;
}

int
search_improve(struct draft *d, struct route_work *work, struct rng *rng,
    const struct search_limits *lim, int64_t *ret_work)
{
	struct search s = { .m = d->m, .lim = lim, .start_us = clock_us() };
	int rc;

	if (d->m->p->calls == 0 || d->m->p->technicians == 0 || !draft_keeps(d))
		return 0;
	rc = init(&s, d, rng);
	if (rc == 0 && s.ground->movables > 0) {
		for (int leg = 0; rc == 0 && leg < LEGS; leg++) {
			rc = walk_all(&s, leg_end[leg]);
			if (rc == 0 && leg + 1 < LEGS)
				rc = meet(&s);
		}
		if (rc == 0)
			rc = unload(&s, d, work);
	}
	*ret_work += work_of(&s);
	done(&s);
	return rc == -ERANGE ? 0 : rc;
}
