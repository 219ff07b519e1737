/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/scope.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/insertion.h"

/* Who could help, or which call matters, by price; ties go to the smaller index. */
struct ranked {
	int64_t cents;
	int32_t index;
};

struct maker {
	const struct cost_frame *f;
	const struct scope_ask *ask;
	struct retimed *route; /* of every technician asked for so far, by index */
	bool *timed;
	bool *in;              /* technicians in the scope */
	int32_t techs;         /* how many */
	struct ranked *rank;
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

/* Ranks everybody outside the scope by what the call would cost with him. */
static int32_t
rank_helpers(struct maker *m, int32_t call)
{
	const struct state *s = m->f->s;
	struct visit v = insertion_visit(s, call);
	int32_t n = 0;

	for (int32_t k = 0; k < state_techs(s); k++) {
		struct insertion best;

		if (m->in[k] || !state_may(s, k, call) || !route_of(m, k)->works ||
		    !insertion_best(m->f, k, &m->route[k], &v, &best))
			continue;
		m->rank[n++] = (struct ranked){ .cents = best.cents, .index = k };
	}
	qsort(m->rank, (size_t)n, sizeof(*m->rank), by_cents);
	return n;
}

/* Ranks those outside the scope by how near their routes come to a place. */
static int32_t
rank_neighbours(struct maker *m, struct place at)
{
	const struct state *s = m->f->s;
	int32_t n = 0;

	for (int32_t k = 0; k < state_techs(s); k++) {
		const struct retimed *r;
		int32_t near, one;

		if (m->in[k])
			continue;
		r = route_of(m, k);
		if (!r->works)
			continue;
		near = travel_crow_m(at, r->ready_place);
		for (int32_t i = r->under_way; i < r->stops; i++) {
			one = travel_crow_m(at, state_call(s, r->stop[i].call)->site);
			near = one < near ? one : near;
		}
		m->rank[n++] = (struct ranked){ .cents = near, .index = k };
	}
	qsort(m->rank, (size_t)n, sizeof(*m->rank), by_cents);
	return n;
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
		int32_t share = (room + calls - c - 1) / (calls - c), n;

		if (room <= 0)
			break;
		n = rank_helpers(m, ask->call[c]);
		for (int32_t i = 0; i < n && i < share; i++)
			add_tech(m, m->rank[i].index);
	}
	for (int32_t t = 0; t < ask->techs && m->techs < ask->techs_max; t++) {
		int32_t room = ask->techs_max - m->techs, n;
		int32_t share = (room + ask->techs - t - 1) / (ask->techs - t);
		const struct retimed *r = route_of(m, ask->tech[t]);

		if (!r->works)
			continue;
		n = rank_neighbours(m, r->ready_place);
		for (int32_t i = 0; i < n && i < share; i++)
			add_tech(m, m->rank[i].index);
	}
}

/* Whether somebody in the scope could do an unassigned call before his day ends. */
static bool
anybody(const struct maker *m, const struct scope *sc, int32_t call)
{
	const struct call_state *c = state_call(m->f->s, call);

	for (int32_t i = 0; i < sc->techs; i++) {
		int64_t end = insertion_latest_end(m->f->s, sc->tech[i], &sc->route[i]);

		if ((!c->appointment || c->appt_from + c->duration_s < end) &&
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
	m.rank = calloc(n, sizeof(*m.rank));
	if (m.route == NULL || m.timed == NULL || m.in == NULL || m.rank == NULL)
		goto out;
	for (int32_t t = 0; t < ask->techs; t++)
		add_tech(&m, ask->tech[t]);
	add_helpers(&m);
	rc = collect(&m, ret);
out:
	free(m.route);
	free(m.timed);
	free(m.in);
	free(m.rank);
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
