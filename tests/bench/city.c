/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/city.h"

#include <math.h>
#include <stdlib.h>

enum { SIDE_M = 40000, SPREAD_M = 2500 };

static const double seconds_per_m = 1.3 / 1000.0 / 35.0 * 3600.0;

static int32_t
some_skill(struct twister *t)
{
	static const double share[CITY_SKILLS] = { 0.35, 0.25, 0.20, 0.12, 0.08 };
	double x = twister_random(t);

	for (int32_t s = 0; s < CITY_SKILLS; s++) {
		x -= share[s];
		if (x < 0)
			return s + 1;
	}
	return 1;
}

static double
gauss(struct twister *t)
{
	double r = sqrt(-2 * log(1 - twister_random(t)));

	return r * cos(2 * M_PI * twister_random(t));
}

/* Near a centre, or (centre NULL) anywhere. */
static struct spot
some_spot(struct twister *t, const double (*centre)[2], bool clustered)
{
	double x, y;

	if (clustered && twister_random(t) < 0.75) {
		const double *at = centre[twister_below(t, CITY_CENTRES)];

		do {
			x = at[0] + SPREAD_M * gauss(t);
			y = at[1] + SPREAD_M * gauss(t);
		} while (x < 0 || x >= SIDE_M || y < 0 || y >= SIDE_M);
	} else {
		x = twister_random(t) * SIDE_M;
		y = twister_random(t) * SIDE_M;
	}
	return (struct spot){ (int32_t)x, (int32_t)y };
}

static int
count_bits(unsigned x)
{
	return x == 0 ? 0 : (int)(x & 1) + count_bits(x >> 1);
}

/* The first skill goes by turns, so that each is held by a fifth of them at least. */
static unsigned
some_skills(struct twister *t, int32_t tech)
{
	int want = 2 + (twister_random(t) < 0.5);
	unsigned skills = 1U << (tech % CITY_SKILLS + 1);

	while (count_bits(skills) < want)
		skills |= 1U << some_skill(t);
	return skills;
}

static void
draw_job(struct twister *t, struct job *j)
{
	j->service_s = 1800 + 300 * twister_below(t, 7);
	j->skill = some_skill(t);
	j->open_s = twister_random(t) < 1.0 / 3 ? 1800 * twister_below(t, 13) : -1;
}

void
city_init(struct city *c, int32_t techs, int32_t jobs, uint32_t seed, bool clustered)
{
	struct twister *t = &c->random;
	double centre[CITY_CENTRES][2];

	c->techs = techs;
	c->jobs = jobs;
	c->tech = calloc((size_t)techs + 1, sizeof(*c->tech));
	c->job = calloc((size_t)jobs + 1, sizeof(*c->job));
	if (c->tech == NULL || c->job == NULL)
		abort();
	twister_seed(t, seed);
	for (int i = 0; i < CITY_CENTRES; i++)
		for (int axis = 0; axis < 2; axis++)
			centre[i][axis] = 5000 + twister_random(t) * 30000;
	for (int32_t k = 0; k < techs; k++)
		c->tech[k].home = some_spot(t, centre, clustered);
	for (int32_t k = 0; k < techs; k++)
		c->tech[k].skills = some_skills(t, k);
	for (int32_t i = 0; i < jobs; i++)
		c->job[i].site = some_spot(t, centre, clustered);
	for (int32_t i = 0; i < jobs; i++)
		draw_job(t, &c->job[i]);
}

void
city_done(struct city *c)
{
	free(c->tech);
	free(c->job);
}

struct job
city_job(struct city *c)
{
	struct job j = { .site = some_spot(&c->random, NULL, false) };

	draw_job(&c->random, &j);
	return j;
}

struct spot
city_spot(const struct city *c, int32_t location)
{
	return location < c->techs ? c->tech[location].home : c->job[location - c->techs].site;
}

int32_t
city_travel_s(struct spot a, struct spot b)
{
	return (int32_t)(hypot(a.x_m - b.x_m, a.y_m - b.y_m) * seconds_per_m + 0.5);
}

void
city_print_matrix(const struct city *c, FILE *f)
{
	int32_t n = c->techs + c->jobs;

	fputs("\"matrices\":{\"car\":{\"durations\":[", f);
	for (int32_t a = 0; a < n; a++) {
		for (int32_t b = 0; b < n; b++)
			fprintf(f, "%c%d", b == 0 ? '[' : ',',
			    (int)city_travel_s(city_spot(c, a), city_spot(c, b)));
		fputs(a + 1 < n ? "]," : "]", f);
	}
	fputs("]}}", f);
}
