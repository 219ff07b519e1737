/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/price.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solver/clock.h"
#include "solver/graph.h"

/* Of the least reduced cost there may be, what a quick look wants at least. */
#define GOOD_PART 0.3

enum {
	WORDS = PRICE_CALLS_MAX / 64,
	QUEUES = 256,        /* labels wait here by time, to be extended in its order */
	NARROW_CALLS = 12,   /* of others', in a narrow run */
	CLOCK_EVERY = 256,   /* labels between looks at the clock */
	PEERS_BY_SET = 8192, /* lists that labels are spread over by their set of calls */
};

/* A partial route that ends with work at a node. */
struct label {
	struct route_state s;
	double reduced;        /* cost so far, less the prices of its calls; without waiting */
	int32_t queued;        /* next label of the same queue */
	uint64_t gone[WORDS];  /* visited, or too late for */
	uint64_t seen[WORDS];  /* nodes visited */
	uint64_t odd[PRICE_CUT_WORDS]; /* cuts of which one call was visited, or three */
	int32_t parent;        /* -1 - r: root r */
	int32_t node;
	bool dead;             /* dominated since */
};

/* Of a label, what most comparisons end with; lists of these lie close in memory. */
struct peer {
	double reduced;
	uint64_t gone;         /* the label's first word */
	int32_t t_s;
	int32_t label;
};

/* Labels that may dominate one another: of one node and as many breaks. */
struct peers {
	struct peer *peer;
	int32_t n, n_max;
};

struct found {
	double reduced;
	int64_t cents;
	int32_t label;
	int32_t chosen;
};

struct price {
	const struct model *m;
	struct graph *graph; /* one per technician */
	int32_t opens;
	struct label *label;
	int32_t labels, labels_max;
	struct peers *peers; /* node * (breaks + 1) + taken; for all routes, by set too */
	int32_t peers_max;
	int32_t queue[QUEUES];
	struct found *found;
	int32_t founds, founds_max;
	bool ok[PRICE_CALLS_MAX];
	uint64_t cuts_of[PRICE_CALLS_MAX][PRICE_CUT_WORDS]; /* per node: cuts with a price */
	/* The run under way. */
	const struct graph *g;
	const struct duals *duals;
	const struct price_limits *lim;
	int32_t words;
	int32_t queue_s;     /* width of a queue */
	int64_t wait_rate;   /* cents an hour */
	double worst;        /* of the best columns_max found; the limit for more */
	bool cuts;           /* some cut has a price */
	bool full;           /* a limit was met */
};

struct price *
price_new(const struct model *m, const int32_t *open, int32_t opens)
{
	struct price *pr = calloc(1, sizeof(*pr));

	if (pr == NULL || opens > PRICE_CALLS_MAX)
		goto fail;
	pr->m = m;
	pr->opens = opens;
	pr->graph = calloc((size_t)m->p->technicians + 1, sizeof(*pr->graph));
	pr->peers_max = (opens + 1) * (PROBLEM_BREAKS_MAX + 1);
	if (pr->peers_max < PEERS_BY_SET)
		pr->peers_max = PEERS_BY_SET;
	pr->peers = calloc((size_t)pr->peers_max, sizeof(*pr->peers));
	if (pr->graph == NULL || pr->peers == NULL)
		goto fail;
	for (int32_t k = 0; k < m->p->technicians; k++)
		if (graph_init(&pr->graph[k], m, k, open, opens) < 0)
			goto fail;
	return pr;
fail:
	price_free(pr);
	return NULL;
}

void
price_free(struct price *pr)
{
	if (pr == NULL)
		return;
	for (int32_t k = 0; pr->graph != NULL && k < pr->m->p->technicians; k++)
		graph_done(&pr->graph[k]);
	free(pr->graph);
	for (int32_t h = 0; pr->peers != NULL && h < pr->peers_max; h++)
		free(pr->peers[h].peer);
	free(pr->peers);
	free(pr->label);
	free(pr->found);
	free(pr);
}

/* Cents of waiting x seconds, rounded up: no rounding of a sum exceeds it. */
static double
wait_most(const struct price *pr, int64_t s)
{
	return (double)((pr->wait_rate * s + 3599) / 3600);
}

/* What these cuts cost together, >= 0. */
static double
cuts_cents(const struct price *pr, const uint64_t *cuts)
{
	double cents = 0;

	for (int w = 0; w < PRICE_CUT_WORDS; w++)
		for (uint64_t bits = cuts[w]; bits != 0; bits &= bits - 1)
			cents -= pr->duals->cuts.dual[w * 64 + __builtin_ctzll(bits)];
	return cents;
}

/* What a may have to pay for cuts that b has paid for, or has not begun. */
static double
cuts_more(const struct price *pr, const struct label *a, const struct label *b)
{
	uint64_t more[PRICE_CUT_WORDS];

	for (int w = 0; w < PRICE_CUT_WORDS; w++)
		more[w] = a->odd[w] & ~b->odd[w];
	return cuts_cents(pr, more);
}

/* Whether a's calls leave all the ways open that b's do. */
static bool
opens_as_much(const struct price *pr, const struct label *a, const struct label *b)
{
	if (pr->lim->effort == PRICE_ALL) {
		for (int32_t w = 0; w < pr->words; w++)
			if (a->seen[w] != b->seen[w])
				return false;
	} else if (pr->lim->effort == PRICE_EXACT) {
		for (int32_t w = 0; w < pr->words; w++)
			if ((a->gone[w] & ~b->gone[w]) != 0)
				return false;
	}
	return true;
}

/*
 * Whether whatever goes on from b goes on from a, for no more. a may have to
 * waste the time it is ahead; waiting is rounded once for the whole route, so
 * what it then costs more is rounded up here. When all routes are wanted, it is their own
 * cost that counts: by reduced cost, a calmer route could hide a cheaper one.
 */
static bool
dominates(const struct price *pr, const struct label *a, const struct label *b)
{
	double lead;
	int64_t more_s;

	if (a->s.chosen > b->s.chosen)
		return false;
	if (pr->lim->effort == PRICE_ALL && a->node != b->node)
		return false;
	if (pr->lim->effort == PRICE_QUICK)
		return a->reduced <= b->reduced;
	if (!route_reaches(pr->m, &a->s, &b->s))
		return false;
	lead = pr->lim->effort == PRICE_ALL ? (double)(b->s.cents - a->s.cents) : b->reduced - a->reduced;
	if (lead < -1e-9)
		return false;
	if (pr->cuts && pr->lim->effort == PRICE_EXACT) {
		lead -= cuts_more(pr, a, b);
		if (lead < -1e-9)
			return false;
	}
	if (pr->lim->chosen_min > 0 && a->s.chosen != b->s.chosen)
		return false;
	more_s = route_idle_more_s(&a->s, &b->s);
	if (more_s > 0 && wait_most(pr, more_s) > lead + 1e-9)
		return false;
	return opens_as_much(pr, a, b);
}

/* Whether a peer that could cover another at all might, by what is at hand. */
static bool
might(const struct price *pr, const struct peer *a, const struct peer *b)
{
	if (pr->lim->effort == PRICE_QUICK)
		return true;
	return a->t_s <= b->t_s &&
	    (pr->lim->effort != PRICE_EXACT || (a->gone & ~b->gone) == 0);
}

/*
 * Where in its list a label belongs, and out with those that it dominates; -1 if
 * one dominates it. Lists ascend by reduced cost, so that those before it are all
 * that can dominate it; when all routes are wanted they are short, and in no order.
 */
static int32_t
place_among_peers(struct price *pr, const struct label *l, struct peers *ps)
{
	struct peer mine = { l->reduced, l->gone[0], l->s.t_s, -1 };
	bool in_order = pr->lim->effort != PRICE_ALL;
	int32_t at = 0, kept;

	for (; at < ps->n; at++) {
		const struct peer *o = &ps->peer[at];

		if (in_order && o->reduced > l->reduced)
			break;
		if (might(pr, o, &mine) && dominates(pr, &pr->label[o->label], l))
			return -1;
	}
	kept = at = in_order ? at : 0;
	for (int32_t i = at; i < ps->n; i++) {
		struct label *o = &pr->label[ps->peer[i].label];

		if (might(pr, &mine, &ps->peer[i]) && dominates(pr, l, o))
			o->dead = true;
		else
			ps->peer[kept++] = ps->peer[i];
	}
	ps->n = kept;
	return at;
}

static int
add_peer(struct peers *ps, int32_t at, const struct label *l, int32_t label)
{
	if (ps->n == ps->n_max) {
		int32_t more = ps->n_max ? 2 * ps->n_max : 16;
		struct peer *grown = realloc(ps->peer, (size_t)more * sizeof(*grown));

		if (grown == NULL)
			return -ENOMEM;
		ps->peer = grown;
		ps->n_max = more;
	}
	memmove(ps->peer + at + 1, ps->peer + at, (size_t)(ps->n - at) * sizeof(*ps->peer));
	ps->peer[at] = (struct peer){ l->reduced, l->gone[0], l->s.t_s, label };
	ps->n++;
	return 0;
}

/* Marks the nodes that nothing after this label reaches in time. */
static void
mark_gone(const struct price *pr, struct label *l)
{
	const struct graph *g = pr->g;
	const int32_t *drive_s = (g->reach_s != NULL ? g->reach_s : g->least_s) +
	    (size_t)l->node * (size_t)g->n;

	memcpy(l->gone, l->seen, sizeof(l->gone));
	if (pr->m->p->matrices > 0 && g->reach_s == NULL)
		return; /* a detour may be shorter, and reach it still */
	for (int32_t j = 0; j < g->n; j++)
		/* Two seconds allow for legs rounded up that make a detour seem shorter. */
		if (!pr->ok[j] || (int64_t)l->s.t_s + drive_s[j] - 2 > g->latest_s[j])
			l->gone[j / 64] |= (uint64_t)1 << (j % 64);
}

static int
by_reduced(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	if (x->reduced != y->reduced)
		return x->reduced < y->reduced ? -1 : 1;
	return x->label < y->label ? -1 : x->label > y->label;
}

/* Cuts what was found down to the best, and raises the bar to the last of them. */
static void
keep_best(struct price *pr)
{
	if (pr->founds == 0)
		return; /* there may be no array yet */
	qsort(pr->found, (size_t)pr->founds, sizeof(*pr->found), by_reduced);
	if (pr->founds > pr->lim->columns_max)
		pr->founds = pr->lim->columns_max;
	if (pr->founds == pr->lim->columns_max)
		pr->worst = pr->found[pr->founds - 1].reduced;
}

static int
note_found(struct price *pr, int32_t label, double reduced, int64_t cents, int32_t chosen)
{
	if (reduced >= pr->worst || chosen < pr->lim->chosen_min)
		return 0;
	if (pr->founds == pr->founds_max) {
		int32_t more = pr->founds_max ? 2 * pr->founds_max : 256;
		struct found *grown = realloc(pr->found, (size_t)more * sizeof(*grown));

		if (grown == NULL)
			return -ENOMEM;
		pr->found = grown;
		pr->founds_max = more;
	}
	pr->found[pr->founds++] = (struct found){ reduced, cents, label, chosen };
	if (pr->lim->effort != PRICE_ALL && pr->founds >= 4 * pr->lim->columns_max)
		keep_best(pr);
	if (pr->lim->effort == PRICE_ALL && pr->founds > pr->lim->columns_max)
		pr->full = true;
	return 0;
}

/* Ends the day after a label (or after the prefix alone), if that is any good. */
static int
finish(struct price *pr, int32_t label, const struct route_state *s, double reduced, int32_t node)
{
	int64_t cents;
	int32_t end_s;

	if (graph_closed(pr->g, node, -1) ||
	    !route_finish(pr->m, pr->g->k, s, pr->g->home_s[node], &cents, &end_s))
		return 0;
	return note_found(pr, label, reduced + (double)(cents - s->cents), cents, s->chosen);
}

/* The list of the labels that could dominate this one, and some others. */
static struct peers *
peers_of(struct price *pr, const struct label *l)
{
	int32_t at = l->node * (pr->g->taken_max + 1) + l->s.taken;
	uint64_t h = (uint64_t)at;

	if (pr->lim->effort != PRICE_ALL)
		return &pr->peers[at];
	for (int32_t w = 0; w < pr->words; w++)
		h = (h ^ l->seen[w]) * 0x9e3779b97f4a7c15u;
	return &pr->peers[h >> 32 & (PEERS_BY_SET - 1)];
}

static int
make_room(struct price *pr)
{
	int32_t more = pr->labels_max ? 2 * pr->labels_max : 2048;
	struct label *grown;

	if (pr->labels < pr->labels_max)
		return 0;
	grown = realloc(pr->label, (size_t)more * sizeof(*grown));
	if (grown == NULL)
		return -ENOMEM;
	pr->label = grown;
	pr->labels_max = more;
	return 0;
}

static int
push(struct price *pr, const struct label *l)
{
	struct peers *ps = peers_of(pr, l);
	int32_t at, q;
	struct label *to;

	if (make_room(pr) < 0)
		return -ENOMEM;
	at = place_among_peers(pr, l, ps);
	if (at < 0)
		return 0;
	if (pr->labels >= pr->lim->labels_max) {
		pr->full = true;
		return 0;
	}
	if (add_peer(ps, at, l, pr->labels) < 0)
		return -ENOMEM;
	q = (l->s.t_s - pr->g->t0_s) / pr->queue_s;
	to = &pr->label[pr->labels];
	*to = *l;
	to->queued = pr->queue[q];
	pr->queue[q] = pr->labels++;
	return finish(pr, pr->labels - 1, &to->s, to->reduced, to->node);
}

/* Of each cut, the second call visited is charged. */
static void
visit_cuts(const struct price *pr, const struct label *from, struct label *l)
{
	const uint64_t *of = pr->cuts_of[l->node];
	uint64_t met[PRICE_CUT_WORDS];

	for (int w = 0; w < PRICE_CUT_WORDS; w++) {
		met[w] = from->odd[w] & of[w];
		l->odd[w] = from->odd[w] ^ of[w];
	}
	l->reduced += cuts_cents(pr, met);
}

/* All ways on from a state at a node (n: after the prefix). */
static int
extend(struct price *pr, int32_t from_label, const struct label *from)
{
	const struct graph *g = pr->g;
	int32_t i = from->node;
	double so_far = from->reduced + (double)model_cents(pr->wait_rate, from->s.idle_s);
	int32_t lane = graph_lane(g, pr->lim->chosen_max - from->s.chosen, from->seen);

	for (int32_t j = 0; j < g->n; j++) {
		struct route_option option[ROUTE_OPTIONS_MAX];
		int32_t at = i * g->n + j;
		int64_t arrive_s = (int64_t)from->s.t_s + g->least_s[at];
		int options;

		if (!pr->ok[j] || (from->seen[j / 64] >> (j % 64) & 1) != 0 ||
		    graph_closed(g, i, j))
			continue;
		if (arrive_s > g->latest_s[j])
			continue;
		if (so_far + g->drive_cents[at] +
		    graph_from(g, i, j, (int32_t)arrive_s, lane) >= pr->worst)
			continue;
		options = route_step(pr->m, g->k, &from->s, graph_place(g, i), g->drive_s[at],
		    g->call[j], option);
		for (int o = 0; o < options; o++) {
			struct label l = { .s = option[o].state, .parent = from_label, .node = j };
			int more = l.s.chosen - from->s.chosen;
			int rc;

			if (l.s.chosen > pr->lim->chosen_max)
				continue;
			l.reduced = from->reduced + (double)(l.s.cents - from->s.cents) -
			    pr->duals->call[g->open[j]] - pr->duals->chosen * more;
			if (pr->cuts)
				visit_cuts(pr, from, &l);
			memcpy(l.seen, from->seen, sizeof(l.seen));
			l.seen[j / 64] |= (uint64_t)1 << (j % 64);
			if (pr->lim->effort == PRICE_EXACT)
				mark_gone(pr, &l);
			rc = push(pr, &l);
			if (rc < 0)
				return rc;
		}
	}
	return 0;
}

static int
extend_roots(struct price *pr)
{
	const struct graph *g = pr->g;

	for (int32_t r = 0; r < g->roots; r++) {
		struct label root = { .s = g->root[r], .parent = -1 - r, .node = g->n };
		int rc = 0;

		if (root.s.chosen > pr->lim->chosen_max)
			continue;
		root.reduced = (double)root.s.cents - pr->duals->technician[g->k] -
		    pr->duals->chosen * root.s.chosen;
		if (g->prefixes > 0)
			rc = finish(pr, -1 - r, &root.s, root.reduced, g->n);
		if (rc == 0)
			rc = extend(pr, -1 - r, &root);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int
extend_labels(struct price *pr)
{
	int32_t done = 0;

	for (int q = 0; q < QUEUES; q++) {
		while (pr->queue[q] >= 0) {
			int32_t at = pr->queue[q];
			struct label l = pr->label[at];
			int rc;

			pr->queue[q] = l.queued;
			if (l.dead)
				continue;
			if (pr->full)
				return 0;
			if (++done % CLOCK_EVERY == 0 && pr->lim->deadline_us != 0 &&
			    clock_us() > pr->lim->deadline_us) {
				pr->full = true;
				return 0;
			}
			rc = extend(pr, at, &l);
			if (rc < 0)
				return rc;
		}
	}
	return 0;
}

/* The whole sequence of what was found, the prefix first. Returns its length. */
static int32_t
sequence(const struct price *pr, const struct found *f, int32_t *seq)
{
	const struct graph *g = pr->g;
	int32_t n = g->prefixes;
	int32_t at;

	for (at = f->label; at >= 0; at = pr->label[at].parent)
		n++;
	if (n > PROBLEM_STOPS_MAX)
		return -1;
	at = f->label;
	for (int32_t r = n - 1; r >= g->prefixes; r--, at = pr->label[at].parent)
		seq[r] = g->call[pr->label[at].node];
	for (int32_t r = 0; r < g->prefixes; r++)
		seq[r] = g->prefix[r];
	return n;
}

static int
add_columns(struct price *pr, struct pool *pool, int32_t *ret_added)
{
	*ret_added = 0;
	for (int32_t f = 0; f < pr->founds; f++) {
		int32_t seq[PROBLEM_STOPS_MAX];
		int32_t n = sequence(pr, &pr->found[f], seq);
		bool is_new;

		if (n < 0)
			continue;
		if (pool_add(pool, pr->g->k, seq, n, pr->found[f].cents, pr->found[f].chosen,
		    &is_new) < 0)
			return -ENOMEM;
		*ret_added += is_new;
	}
	return 0;
}

/* Which cuts the nodes are in, of those with a price. */
static void
set_cuts(struct price *pr)
{
	const struct price_cuts *cuts = &pr->duals->cuts;
	uint64_t priced[PRICE_CUT_WORDS] = { 0 };

	pr->cuts = false;
	for (int32_t c = 0; c < cuts->n; c++)
		if (cuts->dual[c] < -1e-9) {
			priced[c / 64] |= (uint64_t)1 << (c % 64);
			pr->cuts = true;
		}
	for (int32_t j = 0; pr->cuts && j < pr->g->n; j++)
		for (int w = 0; w < PRICE_CUT_WORDS; w++)
			pr->cuts_of[j][w] = cuts->of[pr->g->open[j]][w] & priced[w];
}

struct score {
	double cents;
	int32_t node;
};

static int
by_score(const void *a, const void *b)
{
	const struct score *x = a, *y = b;

	if (x->cents != y->cents)
		return x->cents > y->cents ? -1 : 1;
	return x->node < y->node ? -1 : x->node > y->node;
}

/*
 * Leaves, besides the technician's own calls, only those that pay best: by their price less
 * what serving them costs and the drive to them from one of his own or from where he is.
 */
static void
narrow(struct price *pr)
{
	const struct graph *g = pr->g;
	struct score score[PRICE_CALLS_MAX];
	bool own[PRICE_CALLS_MAX];
	int32_t n = 0;

	for (int32_t j = 0; j < g->n; j++)
		own[j] = pr->lim->by[g->call[j]] == g->k;
	for (int32_t j = 0; j < g->n; j++) {
		double drive = g->drive_cents[g->n * g->n + j];

		if (own[j] || !pr->ok[j])
			continue;
		for (int32_t i = 0; i < g->n; i++)
			if (own[i] && g->drive_cents[i * g->n + j] < drive)
				drive = g->drive_cents[i * g->n + j];
		score[n++] = (struct score){ pr->duals->call[g->open[j]] - g->least_cents[j] - drive,
			j };
	}
	qsort(score, (size_t)n, sizeof(*score), by_score);
	for (int32_t s = NARROW_CALLS; s < n; s++)
		pr->ok[score[s].node] = false;
}

static void
begin(struct price *pr, int32_t k, const struct duals *duals, const struct price_limits *lim)
{
	const struct technician *t = &pr->m->p->technician[k];
	struct graph *g = &pr->graph[k];
	int64_t span_s = (int64_t)t->shift_end_s + t->overtime_max_s - t->ready_s;

	pr->g = g;
	pr->duals = duals;
	pr->lim = lim;
	pr->words = (g->n + 63) / 64;
	pr->queue_s = (int32_t)(span_s > 0 ? span_s / QUEUES + 1 : 1);
	pr->wait_rate = t->wait_cents_per_h;
	pr->worst = lim->below;
	pr->full = false;
	pr->labels = pr->founds = 0;
	for (int32_t j = 0; j < g->n; j++)
		pr->ok[j] = lim->banned == NULL ||
		    lim->banned[(size_t)k * (size_t)pr->opens + (size_t)g->open[j]] == 0;
	if (lim->narrow)
		narrow(pr);
	set_cuts(pr);
	g->arcs = lim->arcs;
	for (int32_t h = 0; h < pr->peers_max; h++)
		pr->peers[h].n = 0;
	for (int q = 0; q < QUEUES; q++)
		pr->queue[q] = -1;
	/* A harder look at the same prices starts from the same bounds. */
	if (g->bound_of != 2 * duals->version + lim->narrow) {
		graph_bound(g, duals, pr->ok, lim->chosen_max);
		g->bound_of = 2 * duals->version + lim->narrow;
	}
}

/* No route of the technician has less reduced cost than this, by the backward pass. */
static double
root_bound(const struct price *pr)
{
	const struct graph *g = pr->g;
	const uint64_t none[WORDS] = { 0 };
	double least = INFINITY;

	for (int32_t r = 0; r < g->roots; r++) {
		double base = (double)g->root[r].cents - pr->duals->technician[g->k] -
		    pr->duals->chosen * g->root[r].chosen;
		int32_t lane;

		if (g->root[r].chosen > pr->lim->chosen_max)
			continue;
		if (g->prefixes > 0 && base < least && !graph_closed(g, g->n, -1))
			least = base;
		lane = graph_lane(g, pr->lim->chosen_max - g->root[r].chosen, none);
		for (int32_t j = 0; j < g->n; j++) {
			int32_t at = g->n * g->n + j;
			int64_t arrive_s = (int64_t)g->root[r].t_s + g->least_s[at];
			double v;

			if (arrive_s > g->latest_s[j] || graph_closed(g, g->n, j))
				continue;
			v = base + g->drive_cents[at] +
			    graph_from(g, g->n, j, (int32_t)arrive_s, lane);
			least = v < least ? v : least;
		}
	}
	return least;
}

double
price_least(struct price *pr, int32_t k, const struct duals *duals, const struct price_limits *lim)
{
	begin(pr, k, duals, lim);
	return root_bound(pr);
}

int
price_run(struct price *pr, int32_t k, const struct duals *duals, const struct price_limits *lim,
    struct pool *pool, struct price_result *ret)
{
	int32_t added;
	int rc;

	begin(pr, k, duals, lim);
	*ret = (struct price_result){ .least = INFINITY, .bound = root_bound(pr) };
	if (ret->bound >= lim->below) {
		ret->complete = !lim->narrow;
		if (lim->narrow)
			ret->bound = -INFINITY;
		return 0;
	}
	/* A quick look is for the good ones only; what it misses is found by the next. */
	if (lim->effort == PRICE_QUICK && ret->bound * GOOD_PART < pr->worst)
		pr->worst = ret->bound * GOOD_PART;
	rc = extend_roots(pr);
	if (rc == 0)
		rc = extend_labels(pr);
	if (rc == 0 && lim->effort != PRICE_ALL)
		keep_best(pr);
	if (rc == 0 && !(lim->effort == PRICE_ALL && pr->full)) {
		rc = add_columns(pr, pool, &added);
		ret->columns = added;
	}
	for (int32_t f = 0; f < pr->founds; f++)
		if (pr->found[f].reduced < ret->least)
			ret->least = pr->found[f].reduced;
	ret->complete = (lim->effort >= PRICE_EXACT) && !pr->full;
	if (ret->complete)
		ret->bound = ret->least < lim->below ? ret->least : lim->below;
	if (lim->narrow)
		ret->bound = -INFINITY;
	ret->labels = pr->labels;
	return rc;
}
