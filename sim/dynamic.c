/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/dynamic.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/compromise.h"
#include "sim/live.h"
#include "sim/release.h"

/* Cents of the problems of the moment: far above any detour, what was accepted far above the rest. */
enum { OPEN_CENTS = 150000000, PLANNED_CENTS = 2000000000, TOLD_CENTS_MAX = 100000000 };
/* A request that no plan has found room for is tried so often, with more each time. */
enum { TRIES = 3, HARDER = 4 };

static const struct dynamic_set sets[] = {
	{ "trsp", "trsp", 10000, false, "trsp/static/%s.txt", "trsp/dynamic" },
	{ "dvrptw", "solomon", 10, true, "solomon/%s.100.txt", "dvrptw/release" },
};

/* A day being played. */
struct playing {
	const struct dynamic_set *set;
	const struct dynamic_options *o;
	struct live *v;
	struct live_tech *first; /* everybody's plan at the start */
	double told_times; /* the solver is told so many times the price of an edit */
	int32_t solves;
	double seconds;
	char *why;
	size_t why_size;
};

const struct dynamic_set *
dynamic_find(const char *name)
{
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		if (strcmp(sets[i].name, name) == 0)
			return &sets[i];
	return NULL;
}

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- the solver --- */

static int32_t
told_cents(const struct playing *g)
{
	/* Who goes to another vehicle leaves one route and enters another: two edits. */
	double cents = 2 * g->o->edit_price * g->set->ticks * g->told_times;

	return cents > TOLD_CENTS_MAX ? TOLD_CENTS_MAX : (int32_t)(cents + 0.5);
}

/* Solves the rest of the day. times: how much more than usual it may take. */
static int
ask(struct playing *g, int32_t times, uint64_t seed, struct plan **ret)
{
	struct live_prices prices = { OPEN_CENTS, PLANNED_CENTS, told_cents(g) };
	struct solve_limits lim = {
		.time_ms = g->o->time_ms * times,
		.work = g->o->work * times,
		.seed = seed,
		.search = true,
	};
	struct problem *p = NULL;
	double began_s = now_s();
	int rc = live_problem(g->v, &prices, &p);

	if (rc == 0)
		rc = solver_process_solve(g->o->solver, p, &lim, ret, g->why, g->why_size);
	live_problem_free(p);
	g->solves++;
	g->seconds += now_s() - began_s;
	return rc;
}

/* Solves, and follows the plan if it keeps what was accepted. */
static int
plan_anew(struct playing *g, int32_t times, uint64_t seed)
{
	struct plan *plan = NULL;
	int rc = ask(g, times, seed, &plan);

	if (rc == 0)
		rc = live_adopt(g->v, plan);
	plan_free(plan);
	return rc == -EINVAL || rc == -ETIME ? 0 : rc; /* the standing plan goes on */
}

/*
 * As often as something that has just become known might still find a place. What found none before
 * is in each of these problems, too, but hardly ever has a chance any more (live.h).
 */
static int
plan_rest(struct playing *g, int32_t times, int32_t open_before)
{
	int rc = 0;

	if (live_count(g->v, LIVE_OPEN) + live_count(g->v, LIVE_PLANNED) == 0)
		return 0;
	for (int32_t i = 0;
	     rc == 0 && i < TRIES && (i == 0 || live_count(g->v, LIVE_OPEN) > open_before); i++) {
		rc = plan_anew(g, times, g->o->seed + (uint64_t)i);
		times *= HARDER;
	}
	return rc;
}

/* The solver's plan, improved, if it is worth more than *best, which it then becomes. */
static int
plan_better(struct playing *g, struct compromise *c, int32_t open_before,
    struct live_saved **best, double *best_s)
{
	double worth_s;
	int rc = plan_rest(g, 1, open_before);

	compromise_improve(c);
	worth_s = compromise_worth(c, PLANNED_CENTS);
	if (rc == 0 && worth_s < *best_s) {
		struct live_saved *saved = live_save(g->v);

		if (saved == NULL)
			return -ENOMEM;
		live_saved_free(*best);
		*best = saved;
		*best_s = worth_s;
	}
	return rc;
}

/*
 * The new requests are put into the plan as it stands, which is edited least; then the solver looks
 * for something better. It counts who changes vehicles, but not who changes places on one, and it
 * minimises from release to release only: so it is asked at the price of an edit and at a higher
 * one, what it finds is improved by what it is really worth, and the best plan stays.
 */
static int
plan_with_edits(struct playing *g, int32_t open_before)
{
	static const double told_times[] = { 1, 3 };
	struct compromise c = { g->v, g->first, g->o->edit_price * g->set->ticks };
	struct live_saved *start, *best;
	double best_s;
	int rc = 0;

	live_insert(g->v);
	start = live_save(g->v);
	compromise_improve(&c);
	best = live_save(g->v);
	best_s = compromise_worth(&c, PLANNED_CENTS);
	if (start == NULL || best == NULL)
		rc = -ENOMEM;
	for (size_t i = 0; rc == 0 && i < sizeof(told_times) / sizeof(told_times[0]); i++) {
		live_restore(g->v, i == 0 ? best : start);
		g->told_times = told_times[i];
		rc = plan_better(g, &c, open_before, &best, &best_s);
	}
	if (rc == 0)
		live_restore(g->v, best);
	live_saved_free(start);
	live_saved_free(best);
	return rc;
}

/* --- what came of it --- */

static void
add_costs(const struct playing *g, struct dynamic_result *r)
{
	struct compromise edits = { g->v, g->first, 0 };
	double ticks = 0;

	for (int32_t k = 0; k < g->v->whole->technicians; k++) {
		struct live_cost c = live_cost(g->v, k);

		ticks += (double)(g->set->edits ? c.drive_s : c.work_s);
		r->used += g->v->tech[k].dones > 0;
		if (g->first != NULL)
			r->edits += compromise_edits(&edits, k);
	}
	r->cost = ticks / g->set->ticks;
}

static json_t *
stop_to_json(const struct playing *g, const struct live_stop *s)
{
	const char *id = s->call == LIVE_DEPOT ? "0" : g->v->whole->call[s->call].id;

	return json_pack("{s:I,s:f}", "id", (json_int_t)strtoll(id, NULL, 10), "depart_before",
	    (double)s->leave_s / g->set->ticks);
}

static json_t *
routes_to_json(const struct playing *g)
{
	json_t *routes = json_array(), *unserved = json_array();

	for (int32_t k = 0; k < g->v->whole->technicians; k++) {
		const struct live_tech *t = &g->v->tech[k];
		json_t *stops = json_array();

		for (int32_t i = 0; i < t->dones; i++)
			json_array_append_new(stops, stop_to_json(g, &t->done[i]));
		if (t->dones > 0)
			json_array_append_new(routes,
			    json_pack("{s:I,s:O}", "technician",
				(json_int_t)strtoll(g->v->whole->technician[k].id, NULL, 10),
				"stops", stops));
		json_decref(stops);
	}
	for (int32_t i = 0; i < g->v->whole->calls; i++)
		if (g->v->phase[i] == LIVE_OPEN)
			json_array_append_new(unserved,
			    json_integer(strtoll(g->v->whole->call[i].id, NULL, 10)));
	return json_pack("{s:o,s:o}", "routes", routes, "unserved", unserved);
}

static void
conclude(const struct playing *g, struct dynamic_result *ret)
{
	struct dynamic_result r = { .requests = g->v->whole->calls };

	for (int32_t i = 0; i < r.requests; i++)
		r.dynamic += g->v->release_s[i] != RELEASE_AT_START;
	r.rejected = live_count(g->v, LIVE_OPEN);
	r.solves = g->solves;
	r.seconds = g->seconds;
	add_costs(g, &r);
	r.routes = routes_to_json(g);
	*ret = r;
}

/* --- the day --- */

/* The plan of the start is what later plans are compared with. */
static int
remember_start(struct playing *g)
{
	size_t techs = (size_t)g->v->whole->technicians;

	g->first = calloc(techs + 1, sizeof(*g->first));
	if (g->first == NULL)
		return -ENOMEM;
	memcpy(g->first, g->v->tech, techs * sizeof(*g->first));
	for (int32_t k = 0; k < g->v->whole->technicians; k++)
		for (int32_t n = 0; n < g->first[k].plans; n++)
			g->v->told[g->first[k].plan[n]] = k;
	return 0;
}

int
dynamic_play(const struct dynamic_set *set, const struct problem *whole,
    const int32_t *release_s, const struct dynamic_options *o, volatile int *stop,
    struct dynamic_result *ret, char *why, size_t why_size)
{
	struct playing g = {
		.set = set,
		.o = o,
		.told_times = 1,
		.why = why,
		.why_size = why_size,
	};
	int32_t next_s, open;
	int rc = live_new(whole, release_s, o->hold_pct, &g.v);

	snprintf(why, why_size, "%s",
	    rc == -ENOTSUP ? "the instance has parts that are not played" : "out of memory");
	if (rc == 0)
		rc = plan_rest(&g, o->start, 0);
	if (rc == 0 && set->edits)
		rc = remember_start(&g);
	while (rc == 0 && (next_s = live_next_s(g.v)) != PROBLEM_NEVER) {
		if (stop != NULL && *stop) {
			rc = -ECANCELED;
			break;
		}
		open = live_count(g.v, LIVE_OPEN);
		live_go_on(g.v, next_s);
		rc = set->edits ? plan_with_edits(&g, open) : plan_rest(&g, 1, open);
	}
	if (rc == 0) {
		live_go_on(g.v, PROBLEM_NEVER);
		conclude(&g, ret);
	}
	live_free(g.v);
	free(g.first);
	return rc;
}

int
dynamic_known(const struct dynamic_set *set, const struct problem *whole,
    const struct dynamic_options *o, double *ret, char *why, size_t why_size)
{
	int32_t *release_s = malloc(((size_t)whole->calls + 1) * sizeof(*release_s));
	struct dynamic_result r;
	int rc = -ENOMEM;

	for (int32_t i = 0; release_s != NULL && i < whole->calls; i++)
		release_s[i] = RELEASE_AT_START;
	if (release_s != NULL)
		rc = dynamic_play(set, whole, release_s, o, NULL, &r, why, why_size);
	if (rc == 0) {
		*ret = r.cost;
		json_decref(r.routes);
	}
	free(release_s);
	return rc;
}
