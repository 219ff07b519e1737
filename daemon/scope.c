/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/scope.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/insertion.h"

/* Who could help, or which call matters, by price (or metres); ties go to the smaller index. */
struct ranked {
	int64_t cents;
	int32_t index;
};

/* Ways to help with a call: each has its list of technicians. */
enum help {
	HELP_TAKE,  /* there is room on his route: by what it costs */
	HELP_SWAP,  /* he has the skills but no room, and would have to give something away: by the detour */
	HELP_NEAR,  /* he could take what another gives away for it: by how near he comes */
	HELPS,
};

struct maker {
	const struct cost_frame *f;
	const struct scope_ask *ask;
	struct retimed *route; /* of every technician asked for so far, by index */
	bool *timed;
	bool *in;              /* technicians in the scope */
	int32_t techs;         /* how many */
	struct ranked *rank[HELPS];
	int32_t ranked[HELPS];
};

static int
by_cents(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->cents != y->cents)
		return x->cents < y->cents ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

static int
by_index(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

	return x < y ? -1 : x > y;
}

static int32_t
find(const int32_t *list, int32_t n, int32_t want)
{
	const int32_t *at = n == 0 ? NULL : bsearch(&want, list, (size_t)n, sizeof(*list), by_index);

	return at == NULL ? -1 : (int32_t)(at - list);
}

int32_t
scope_tech(const struct scope *sc, int32_t tech)
{
	return find(sc->tech, sc->techs, tech);
}

int32_t
scope_call(const struct scope *sc, int32_t call)
{
	return find(sc->call, sc->calls, call);
}

static const struct retimed *
route_of(struct maker *m, int32_t tech)
{
	if (!m->timed[tech]) {
		retime(m->f->s, tech, m->f->now, &m->route[tech]);
		m->timed[tech] = true;
	}
	return &m->route[tech];
}

static void
add_tech(struct maker *m, int32_t tech)
{
	if (m->in[tech] || !route_of(m, tech)->works)
		return;
	m->in[tech] = true;
	m->techs++;
}

static void
rank_one(struct maker *m, enum help help, int32_t tech, int64_t cents)
{
	m->rank[help][m->ranked[help]++] = (struct ranked){ .cents = cents, .index = tech };
}

/* The least detour in metres over a place, were there time, and how near the route comes to it. */
static void
measure_way(const struct state *s, const struct retimed *r, struct place at, int32_t *ret_detour_m,
    int32_t *ret_near_m)
{
	struct place from = r->ready_place;

	*ret_detour_m = *ret_near_m = INT32_MAX;
	for (int32_t i = r->under_way; i <= r->stops; i++) {
		int32_t out_m = travel_crow_m(from, at), detour_m = out_m;

		if (i < r->stops) {
			struct place to = state_call(s, r->stop[i].call)->site;

			detour_m += travel_crow_m(at, to) - travel_crow_m(from, to);
			from = to;
		}
		*ret_detour_m = detour_m < *ret_detour_m ? detour_m : *ret_detour_m;
		*ret_near_m = out_m < *ret_near_m ? out_m : *ret_near_m;
	}
}

static void
sort_ranks(struct maker *m)
{
	for (int h = 0; h < HELPS; h++)
		qsort(m->rank[h], (size_t)m->ranked[h], sizeof(*m->rank[h]), by_cents);
}

/* Ranks everybody outside the scope by how he could help with a call. */
static void
rank_helpers(struct maker *m, int32_t call)
{
	const struct state *s = m->f->s;
	struct visit v = insertion_visit(s, call);

	memset(m->ranked, 0, sizeof(m->ranked));
	for (int32_t k = 0; k < state_techs(s); k++) {
		const struct retimed *r = m->in[k] ? NULL : route_of(m, k);
		int32_t detour_m, near_m;
		struct insertion best;

		if (r == NULL || !r->works)
			continue;
		measure_way(s, r, state_call(s, call)->site, &detour_m, &near_m);
		rank_one(m, HELP_NEAR, k, near_m);
		if (!state_may(s, k, call))
			continue;
		if (insertion_best(m->f, k, r, &v, &best))
			rank_one(m, HELP_TAKE, k, best.cents);
		else
			rank_one(m, HELP_SWAP, k, detour_m);
	}
	sort_ranks(m);
}

/* Ranks those outside the scope by how near their routes come to a place. */
static void
rank_neighbours(struct maker *m, struct place at)
{
	const struct state *s = m->f->s;

	memset(m->ranked, 0, sizeof(m->ranked));
	for (int32_t k = 0; k < state_techs(s); k++) {
		const struct retimed *r = m->in[k] ? NULL : route_of(m, k);
		int32_t detour_m, near_m;

		if (r == NULL || !r->works)
			continue;
		measure_way(s, r, at, &detour_m, &near_m);
		rank_one(m, HELP_NEAR, k, near_m);
	}
	sort_ranks(m);
}

/* Adds the best of each list by turns, until the scope holds so many technicians. */
static void
add_ranked(struct maker *m, int32_t until)
{
	int32_t at[HELPS] = { 0 };
	bool more = true;

	while (more && m->techs < until) {
		more = false;
		for (int h = 0; h < HELPS && m->techs < until; h++) {
			int32_t before = m->techs;

			while (at[h] < m->ranked[h] && m->techs == before)
				add_tech(m, m->rank[h][at[h]++].index);
			more |= m->techs > before;
		}
	}
}

/*
 * Fills the scope: first with an equal share of the best helpers of each call in question,
 * then with the neighbours of those whom the question concerns.
 */
static void
add_helpers(struct maker *m)
{
	const struct scope_ask *ask = m->ask;
	int32_t calls = ask->calls < SCOPE_RANKED_MAX ? ask->calls : SCOPE_RANKED_MAX;

	for (int32_t c = 0; c < calls; c++) {
		int32_t room = ask->techs_max - m->techs;
		int32_t share = (room + calls - c - 1) / (calls - c);

		if (room <= 0)
			break;
		rank_helpers(m, ask->call[c]);
		add_ranked(m, m->techs + share);
	}
	for (int32_t t = 0; t < ask->techs && m->techs < ask->techs_max; t++) {
		int32_t room = ask->techs_max - m->techs;
		int32_t share = (room + ask->techs - t - 1) / (ask->techs - t);
		const struct retimed *r = route_of(m, ask->tech[t]);

		if (!r->works)
			continue;
		rank_neighbours(m, r->ready_place);
		add_ranked(m, m->techs + share);
	}
}

/* Whether somebody in the scope could do an unassigned call before his day ends. */
static bool
anybody(const struct maker *m, const struct scope *sc, int32_t call)
{
	int64_t from = state_start_at(state_call(m->f->s, call), 0);

	for (int32_t i = 0; i < sc->techs; i++) {
		int64_t end = insertion_latest_end(m->f->s, sc->tech[i], &sc->route[i]);
		struct work work;

		state_work(m->f->s, sc->tech[i], call, &work);
		if ((from == 0 || from + work.planned_s < end) &&
		    state_may(m->f->s, sc->tech[i], call))
			return true;
	}
	return false;
}

/* How much a call presses: what leaving it out costs, less the way to it. Small comes first. */
static int64_t
pressing(const struct maker *m, const struct scope *sc, int32_t call)
{
	const struct call_state *c = state_call(m->f->s, call);
	struct cost_prices p;
	int32_t near = INT32_MAX, one;

	cost_prices(m->f, call, &p);
	for (int32_t i = 0; i < sc->techs; i++) {
		one = travel_crow_m(sc->route[i].ready_place, c->site);
		near = one < near ? one : near;
	}
	return near / 10 - p.unserved_cents;
}

/* The unassigned calls of the scope: those asked for, then the most pressing. */
static int
add_unassigned(struct maker *m, struct scope *sc)
{
	const struct state *s = m->f->s;
	int32_t open_n, n = 0, max = m->ask->unassigned_max;
	const int32_t *open = state_open(s, &open_n);
	struct ranked *rank = calloc((size_t)open_n + 1, sizeof(*rank));

	if (rank == NULL)
		return -ENOMEM;
	for (int32_t i = 0; i < open_n; i++) {
		int64_t cents = INT64_MIN;
		bool asked = false;

		if (state_call(s, open[i])->status != CALL_UNASSIGNED || !anybody(m, sc, open[i]))
			continue;
		for (int32_t a = 0; a < m->ask->calls && !asked; a++)
			asked = m->ask->call[a] == open[i];
		if (!asked && m->ask->outside_only && state_call(s, open[i])->inside)
			continue;
		if (!asked)
			cents = pressing(m, sc, open[i]);
		rank[n++] = (struct ranked){ .cents = cents, .index = open[i] };
	}
	qsort(rank, (size_t)n, sizeof(*rank), by_cents);
	sc->more = n > max;
	for (int32_t i = 0; i < n && i < max; i++)
		sc->call[sc->calls++] = rank[i].index;
	free(rank);
	return 0;
}

static int32_t
planned_calls(const struct retimed *r, int32_t *call)
{
	int32_t n = 0;

	for (int32_t i = r->under_way; i < r->stops; i++)
		call[n++] = r->stop[i].call;
	for (int32_t i = 0; i < r->losts; i++)
		call[n++] = r->lost[i];
	return n;
}

static int
collect(struct maker *m, struct scope *sc)
{
	const struct state *s = m->f->s;
	size_t calls_max = (size_t)m->ask->unassigned_max + 1;
	size_t n = (size_t)m->techs + 1;
	int rc;

	for (int32_t k = 0; k < state_techs(s); k++)
		if (m->in[k])
			calls_max += (size_t)(m->route[k].stops + m->route[k].losts);
	for (int32_t t = 0; t < m->ask->techs; t++)
		calls_max += (size_t)route_of(m, m->ask->tech[t])->losts;
	sc->tech = calloc(n, sizeof(*sc->tech));
	sc->route = calloc(n, sizeof(*sc->route));
	sc->frozen = calloc(n, sizeof(*sc->frozen));
	sc->call = calloc(calls_max, sizeof(*sc->call));
	if (sc->tech == NULL || sc->route == NULL || sc->frozen == NULL || sc->call == NULL)
		return -ENOMEM;
	for (int32_t k = 0; k < state_techs(s); k++) {
		if (!m->in[k])
			continue;
		sc->tech[sc->techs] = k;
		sc->route[sc->techs] = m->route[k];
		sc->frozen[sc->techs] = insertion_frozen(s, m->f->now, &m->route[k]);
		sc->calls += planned_calls(&m->route[k], sc->call + sc->calls);
		sc->techs++;
	}
	/* Calls of those who do not work any more are looked after by the others. */
	for (int32_t t = 0; t < m->ask->techs; t++) {
		const struct retimed *r = route_of(m, m->ask->tech[t]);

		if (!r->works)
			sc->calls += planned_calls(r, sc->call + sc->calls);
	}
	rc = add_unassigned(m, sc);
	qsort(sc->call, (size_t)sc->calls, sizeof(*sc->call), by_index);
	return rc;
}

int
scope_make(const struct cost_frame *f, const struct scope_ask *ask, struct scope *ret)
{
	size_t n = (size_t)state_techs(f->s) + 1;
	struct maker m = { .f = f, .ask = ask };
	int rc = -ENOMEM;

	*ret = (struct scope){ .now = f->now };
	m.route = malloc(n * sizeof(*m.route)); /* filled when asked for */
	m.timed = calloc(n, sizeof(*m.timed));
	m.in = calloc(n, sizeof(*m.in));
	for (int h = 0; h < HELPS; h++)
		m.rank[h] = calloc(n, sizeof(*m.rank[h]));
	if (m.route == NULL || m.timed == NULL || m.in == NULL || m.rank[HELP_TAKE] == NULL ||
	    m.rank[HELP_SWAP] == NULL || m.rank[HELP_NEAR] == NULL)
		goto out;
	for (int32_t t = 0; t < ask->techs; t++)
		add_tech(&m, ask->tech[t]);
	add_helpers(&m);
	rc = collect(&m, ret);
out:
	free(m.route);
	free(m.timed);
	free(m.in);
	for (int h = 0; h < HELPS; h++)
		free(m.rank[h]);
	return rc;
}

void
scope_done(struct scope *sc)
{
	free(sc->tech);
	free(sc->call);
	free(sc->route);
	free(sc->frozen);
	*sc = (struct scope){ 0 };
}
