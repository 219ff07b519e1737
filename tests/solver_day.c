/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/solver_day.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	SKILLS = 5,
	SHIFT_START = 8 * 3600,
	SHIFT_END = 17 * 3600,
	FREEZE = 1800,
};

static struct place
somewhere(struct rng *r)
{
	return (struct place){ 42200000 + rng_below(r, 360000), -71300000 + rng_below(r, 480000) };
}

/* The first skills are asked for most. */
static int16_t
some_skill(struct rng *r)
{
	static const int up_to[SKILLS] = { 35, 60, 80, 92, 100 };
	int x = rng_below(r, 100);
	int16_t s = 0;

	while (x >= up_to[s])
		s++;
	return s;
}

static void *
zeroed(size_t n, size_t size)
{
	void *v = calloc(n + 1, size);

	if (v == NULL)
		abort();
	return v;
}

static void
set_prices(struct call *c, bool urgent)
{
	c->late_cents_per_h = urgent ? 6000 : 2400;
	c->response_cents_per_h = urgent ? 3000 : 60;
	c->break_promise_cents = 1500;
	c->reassign_cents = 300;
	c->repromise_cents = 800;
	c->eta_moved_cents = 200;
	c->drop_cents = 4000;
	c->unserved_cents = urgent ? 40000 : 15000;
}

static void
make_call(struct rng *r, struct call *c, int32_t i)
{
	snprintf(c->id, sizeof(c->id), "c%d", i);
	c->site = somewhere(r);
	c->duration_s = 300 * rng_range(r, 6, 12);
	c->opened_s = SHIFT_START - rng_below(r, 7200);
	c->need[0] = (struct skill_level){ some_skill(r), 1 };
	c->needs = 1;
	set_prices(c, false);
	if (rng_below(r, 3) == 0) {
		c->open_s = SHIFT_START + 1800 * rng_below(r, 13);
		c->due_s = c->open_s + 7200;
	}
}

static void
make_technician(struct rng *r, struct technician *t, int32_t k)
{
	snprintf(t->id, sizeof(t->id), "t%d", k);
	t->start = t->end = somewhere(r);
	t->ready_s = SHIFT_START;
	t->shift_end_s = SHIFT_END;
	t->overtime_max_s = 7200;
	t->speed_pct = rng_range(r, 90, 110);
	t->drive_cents_per_h = 5500;
	t->wait_cents_per_h = 3500;
	t->overtime_cents_per_h = 5000;
	t->skill = zeroed(SKILLS, sizeof(*t->skill));
	for (int16_t s = 0; s < SKILLS; s++)
		if (rng_below(r, 100) < 50 || s == k % SKILLS)
			t->skill[t->skills++] = (struct skill_level){ s, 1 };
	t->due[0] = (struct break_due){ .open_s = 41400, .close_s = 48600,
		.duration_s = 1800 };
	t->dues = 1;
	t->current = zeroed(0, sizeof(*t->current));
}

struct problem *
day_morning(struct rng *r, int32_t technicians, int32_t calls)
{
	struct problem *p = problem_new(technicians, calls, SKILLS);

	if (p == NULL)
		abort();
	p->budget = -1;
	p->travel = (struct travel_model){ 130, 35000, 120 };
	p->weights = (struct weights){ 600, 3600, 2000, 0 };
	for (int s = 0; s < SKILLS; s++)
		snprintf(p->skill_name[s], sizeof(p->skill_name[s]), "s%d", s);
	for (int32_t k = 0; k < technicians; k++)
		make_technician(r, &p->technician[k], k);
	for (int32_t i = 0; i < calls; i++)
		make_call(r, &p->call[i], i);
	return p;
}

struct near {
	int32_t metres, k;
};

static int
by_metres(const void *a, const void *b)
{
	const struct near *x = a, *y = b;

	return x->metres != y->metres ? (x->metres < y->metres ? -1 : 1) : (x->k > y->k) - (x->k < y->k);
}

/* Where the day has got to at now_s. */
struct stand {
	struct place at;
	int32_t ready_s, next; /* the first stop that is still ahead */
	int32_t breaks;        /* had already */
};

static struct stand
stand_of(struct rng *r, const struct problem *m, const struct plan *plan, int32_t k,
    int32_t now_s)
{
	const struct plan_route *route = &plan->route[k];
	struct stand st = { m->technician[k].start, now_s, 0, 0 };

	for (; st.next < route->stops; st.next++) {
		const struct plan_stop *s = &route->stop[st.next];
		const struct call *c = &m->call[s->call];
		int32_t drive_s = travel_s(&m->travel, st.at, c->site, m->technician[k].speed_pct);

		if (s->start_s - drive_s > now_s)
			break;
		st.at = c->site;
		st.ready_s = s->end_s > now_s ? s->end_s : now_s;
		/* Of the visits under way, some run long. */
		if (s->end_s > now_s && rng_below(r, 3) == 0)
			st.ready_s += rng_below(r, 2400);
	}
	if (route->takens > 0 && route->taken[0].start_s <= now_s)
		st.breaks = 1;
	return st;
}

static void
tell(struct call *c, const struct plan_stop *s, int32_t k)
{
	c->told = (struct told){
		.technician = k,
		.eta = true,
		.eta_s = s->start_s,
		.promise = true,
		.promise_from_s = s->start_s - 1800,
		.promise_to_s = s->start_s + 3600,
	};
}

/* Copies one technician with what is ahead of him; k becomes `to` in p. */
static void
copy_technician(struct problem *p, int32_t to, const struct problem *m, const struct plan *plan,
    int32_t k, const struct stand *st, int32_t now_s)
{
	const struct plan_route *route = &plan->route[k];
	struct technician *t = &p->technician[to];

	*t = m->technician[k];
	t->start = st->at;
	t->ready_s = st->ready_s;
	t->dues = 1 - st->breaks;
	t->skill = zeroed((size_t)t->skills, sizeof(*t->skill));
	memcpy(t->skill, m->technician[k].skill, (size_t)t->skills * sizeof(*t->skill));
	t->current = zeroed((size_t)route->stops, sizeof(*t->current));
	t->currents = t->fixed = 0;
	for (int32_t s = st->next; s < route->stops; s++) {
		struct call *c = &p->call[p->calls];

		*c = m->call[route->stop[s].call];
		tell(c, &route->stop[s], to);
		if (route->stop[s].start_s < now_s + FREEZE && t->fixed == t->currents)
			t->fixed++;
		t->current[t->currents++] = p->calls++;
	}
}

static struct problem *
scope_of(struct rng *r, const struct problem *m, const struct plan *plan, struct place at,
    int32_t scope, int32_t budget, int32_t now_s)
{
	struct near *near = zeroed((size_t)m->technicians, sizeof(*near));
	struct stand *stand = zeroed((size_t)m->technicians, sizeof(*stand));
	struct problem *p = problem_new(scope < m->technicians ? scope : m->technicians,
	    m->calls + 1, SKILLS);

	if (p == NULL)
		abort();
	for (int32_t k = 0; k < m->technicians; k++) {
		stand[k] = stand_of(r, m, plan, k, now_s);
		near[k] = (struct near){ travel_crow_m(stand[k].at, at), k };
	}
	qsort(near, (size_t)m->technicians, sizeof(*near), by_metres);
	p->calls = 0;
	p->budget = budget;
	p->travel = m->travel;
	p->weights = m->weights;
	memcpy(p->skill_name, m->skill_name, SKILLS * sizeof(*p->skill_name));
	for (int32_t n = 0; n < p->technicians; n++)
		copy_technician(p, n, m, plan, near[n].k, &stand[near[n].k], now_s);
	free(near);
	free(stand);
	return p;
}

struct problem *
day_urgent(struct rng *r, const struct problem *morning, const struct plan *plan, int32_t scope,
    int32_t budget)
{
	int32_t now_s = SHIFT_START + rng_below(r, 6 * 3600);
	struct call urgent = { .required = -1, .preferred = -1, .with = -1, .after = -1,
		.close_s = PROBLEM_NEVER };
	struct problem *p;

	make_call(r, &urgent, 0);
	snprintf(urgent.id, sizeof(urgent.id), "urgent");
	set_prices(&urgent, true);
	urgent.told.technician = -1;
	urgent.opened_s = urgent.open_s = now_s;
	urgent.due_s = now_s + 3600;
	p = scope_of(r, morning, plan, urgent.site, scope, budget, now_s);
	p->call[p->calls++] = urgent;
	if (problem_stay(p) < 0)
		abort();
	return p;
}

struct problem *
day_absence(struct rng *r, const struct problem *morning, const struct plan *plan, int32_t scope,
    int32_t budget)
{
	int32_t now_s = SHIFT_START + rng_below(r, 4 * 3600);
	int32_t gone = rng_below(r, morning->technicians);
	struct problem *p = scope_of(r, morning, plan, morning->technician[gone].start, scope,
	    budget, now_s);
	struct technician *t = &p->technician[0];

	/* The nearest one stands for him: he does nothing any more today. */
	t->currents = t->fixed = 0;
	t->shift_end_s = t->ready_s;
	t->overtime_max_s = 0;
	if (problem_stay(p) < 0)
		abort();
	return p;
}
