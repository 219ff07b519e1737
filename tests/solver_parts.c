/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "tests/solver_random.h"

static bool
chance(struct rng *r, int percent)
{
	return rng_below(r, 100) < percent;
}

/* Up to four windows from open_s on; returns when the last closes. */
static int32_t
make_windows(struct rng *r, int32_t open_s, struct window *w, int32_t *ret_n)
{
	int32_t n = rng_range(r, 1, 4);

	for (int32_t i = 0; i < n; i++) {
		w[i].open_s = open_s;
		w[i].close_s = open_s + rng_range(r, 0, 4000);
		open_s = w[i].close_s + rng_range(r, 1, 4000);
	}
	*ret_n = n;
	return w[n - 1].close_s;
}

static void
add_windows(struct rng *r, struct call *c)
{
	if (chance(r, 50))
		return;
	c->open_s = rng_range(r, 0, 9000);
	c->close_s = make_windows(r, c->open_s, c->window, &c->windows);
}

static void
add_setup(struct rng *r, struct problem *p, struct call *c)
{
	if (chance(r, 70))
		c->setup_s = rng_range(r, 0, 1500);
	if (chance(r, 40)) {
		p->kinds = 2;
		c->duration_by_kind = calloc(2, sizeof(int32_t));
		c->duration_by_kind[0] = rng_range(r, 0, 3000);
		c->duration_by_kind[1] = rng_range(r, 0, 3000);
	}
	if (chance(r, 20)) {
		p->kinds = 2;
		c->setup_by_kind = calloc(2, sizeof(int32_t));
		c->setup_by_kind[0] = rng_range(r, 0, 900);
	}
}

static void
add_loads(struct rng *r, struct problem *p)
{
	p->loads = rng_range(r, 1, 2);
	for (int32_t d = 0; d < p->loads; d++) {
		bool up = chance(r, 60), down = chance(r, 60);

		for (int32_t k = 0; k < p->technicians; k++)
			p->technician[k].capacity[d] = rng_range(r, 2, 12);
		for (int32_t i = 0; i < p->calls; i++) {
			p->call[i].pickup[d] = up ? rng_range(r, 0, 5) : 0;
			p->call[i].delivery[d] = down ? rng_range(r, 0, 5) : 0;
		}
	}
}

static void
add_depot(struct rng *r, struct problem *p)
{
	p->has_depot = chance(r, 80);
	p->depot = (struct place){ 42300000 + rng_range(r, 0, 120000),
		-71100000 + rng_range(r, 0, 120000) };
	p->depot_s = rng_range(r, 0, 600);
	p->parts = rng_range(r, 0, 2);
	for (int32_t k = 0; k < p->technicians; k++) {
		p->technician[k].tools = (uint64_t)rng_below(r, 4);
		for (int32_t a = 0; a < p->parts; a++)
			p->technician[k].part[a] = rng_range(r, 0, 4);
	}
	for (int32_t i = 0; i < p->calls; i++) {
		p->call[i].tools = chance(r, 40) ? (uint64_t)rng_below(r, 4) : 0;
		for (int32_t a = 0; a < p->parts; a++)
			p->call[i].part[a] = rng_below(r, 3);
	}
}

static void
add_limits(struct rng *r, struct technician *t)
{
	if (chance(r, 50))
		t->stops_max = rng_range(r, 0, 4);
	if (chance(r, 50))
		t->drive_max_s = rng_range(r, 0, 6000);
	if (chance(r, 50))
		t->day_cents = rng_range(r, 0, 3000);
	t->open_start = chance(r, 25);
}

static void
add_break_windows(struct rng *r, struct technician *t)
{
	for (int32_t b = 0; b < t->dues; b++) {
		int32_t last_s;

		if (chance(r, 30))
			continue;
		last_s = make_windows(r, t->due[b].open_s, t->due[b].window, &t->due[b].windows);
		if (chance(r, 60))
			t->due[b].close_s = last_s;
	}
}

static void
add_traffic(struct rng *r, struct problem *p)
{
	p->traffic = true;
	p->day_second = rng_below(r, 86400);
	for (int h = 0; h < 24; h++)
		p->hour_pct[h] = (int16_t)rng_range(r, 10, 100);
}

static struct place
place_of(const struct problem *p, int32_t at)
{
	if (at < p->calls)
		return p->call[at].site;
	at -= p->calls;
	if (at < p->technicians)
		return p->technician[at].start;
	at -= p->technicians;
	return at < p->technicians ? p->technician[at].end : p->depot;
}

/* Legs of the travel model with noise: asymmetric, and some detours are shorter. */
static void
add_matrix(struct rng *r, struct problem *p)
{
	int32_t n = p->calls + 2 * p->technicians + 1;
	struct travel_matrix *x = calloc(2, sizeof(*x));

	p->locations = n;
	p->matrices = 2;
	p->matrix = x;
	x[0].narrow_s = calloc((size_t)n * (size_t)n, sizeof(*x[0].narrow_s));
	x[1].wide_s = calloc((size_t)n * (size_t)n, sizeof(*x[1].wide_s));
	for (int32_t a = 0; a < n; a++)
		for (int32_t b = 0; b < n; b++) {
			int32_t s = travel_s(&p->travel, place_of(p, a), place_of(p, b), 100);

			x[0].narrow_s[a * n + b] = (uint16_t)(s * rng_range(r, 5, 15) / 10);
			x[1].wide_s[a * n + b] = s * rng_range(r, 1, 20) / 10;
		}
	for (int32_t i = 0; i < p->calls; i++)
		p->call[i].location = i > 0 && chance(r, 15) ? i - 1 : i;
	for (int32_t k = 0; k < p->technicians; k++) {
		struct technician *t = &p->technician[k];

		t->start_location = chance(r, 10) ? 0 : p->calls + k;
		t->end_location = p->calls + p->technicians + k;
		t->matrix = rng_below(r, 2);
		t->speed_pct = chance(r, 50) ? 100 : t->speed_pct;
	}
	p->depot_location = n - 1;
}

void
solver_add_parts(struct rng *r, struct problem *p, unsigned parts)
{
	for (int32_t i = 0; i < p->calls; i++) {
		if (parts & PART_WINDOWS)
			add_windows(r, &p->call[i]);
		if (parts & PART_SETUP)
			add_setup(r, p, &p->call[i]);
	}
	if (parts & PART_LOADS)
		add_loads(r, p);
	if (parts & PART_DEPOT)
		add_depot(r, p);
	if (parts & PART_TRAFFIC)
		add_traffic(r, p);
	p->breaks_on_the_way = parts & PART_ON_THE_WAY;
	for (int32_t k = 0; k < p->technicians; k++) {
		struct technician *t = &p->technician[k];

		if (parts & PART_LIMITS)
			add_limits(r, t);
		t->kind = p->kinds > 0 ? rng_below(r, 2) : 0;
		t->leaves_late = parts & PART_LEAVES_LATE && chance(r, 80) && !p->traffic &&
		    (!p->breaks_on_the_way || t->dues == 0);
		if (parts & PART_BREAK_WINDOWS && !t->leaves_late &&
		    !(p->traffic && p->breaks_on_the_way))
			add_break_windows(r, t);
	}
	if (parts & PART_MATRIX)
		add_matrix(r, p);
}
