/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/fleet.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/draw.h"

enum {
	SKILLS_MAX = 64,      /* distinct skills of a day */
	NEIGHBOUR = 3,        /* the drive to a call is reckoned from its third nearest */
	LEAST_OF_A_SKILL = 3, /* technicians that each skill has, where there are so many */
	OTHER_SKILLS = 2,     /* skills of a technician beside his own trade */
	SPREAD_UDEG = 12000,  /* homes lie about a kilometre from a call's site */
	QUARTER_S = 900,
};

static const char *const names[] = {
	"Ada",
	"Ben",
	"Cleo",
	"Dan",
	"Eva",
	"Finn",
	"Gwen",
	"Hugo",
	"Iris",
	"Jon",
	"Kay",
	"Leo",
	"Mia",
	"Ned",
	"Olga",
	"Paul",
	"Quin",
	"Rosa",
	"Sam",
	"Tess",
	"Uma",
	"Vic",
	"Wes",
	"Xena",
	"Yuri",
	"Zoe",
};

/* The trades of a day: a skill, how much work it is, and its share of the technicians. */
struct trade {
	const char *name;
	int64_t work_s;
	int32_t techs;
};

static int
by_number(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

	return x < y ? -1 : x > y;
}

static int
by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

struct travel_model
fleet_travel(const struct sim_day *d)
{
	struct travel_model m = { .road_factor_pct = 130, .speed_m_per_h = 30000, .leg_s = 120 };
	int32_t *lat = calloc((size_t)d->calls, sizeof(*lat));
	int32_t *lon = calloc((size_t)d->calls, sizeof(*lon));
	int32_t low = d->calls / 20, high = d->calls - 1 - d->calls / 20, across_m = 0;

	if (lat != NULL && lon != NULL) {
		for (int32_t i = 0; i < d->calls; i++) {
			lat[i] = d->call[i].site.lat_udeg;
			lon[i] = d->call[i].site.lon_udeg;
		}
		qsort(lat, (size_t)d->calls, sizeof(*lat), by_number);
		qsort(lon, (size_t)d->calls, sizeof(*lon), by_number);
		across_m = travel_crow_m((struct place){ lat[low], lon[low] },
		    (struct place){ lat[high], lon[high] });
	}
	if (across_m > 60000)
		m.speed_m_per_h = 60000;
	else if (across_m > 30000)
		m.speed_m_per_h = 45000;
	free(lat);
	free(lon);
	return m;
}

/* Seconds from the third nearest call that needs the same skill. */
static int32_t
usual_drive_s(const struct sim_day *d, int32_t i, const struct travel_model *m)
{
	int32_t near_s[NEIGHBOUR];
	int32_t n = 0;

	for (int32_t j = 0; j < d->calls; j++) {
		int32_t s, at;

		if (j == i || strcmp(d->call[j].skill, d->call[i].skill) != 0)
			continue;
		s = travel_s(m, d->call[j].site, d->call[i].site, 100);
		if (n == NEIGHBOUR && s >= near_s[n - 1])
			continue;
		for (at = n < NEIGHBOUR ? n++ : n - 1; at > 0 && near_s[at - 1] > s; at--)
			near_s[at] = near_s[at - 1];
		near_s[at] = s;
	}
	return n > 0 ? near_s[n - 1] : 1800;
}

static int64_t
find_trades(const struct sim_day *d, const struct travel_model *m, struct trade *trade,
    int32_t *ret_trades)
{
	int32_t trades = 0;
	int64_t work_s = 0;

	for (int32_t i = 0; i < d->calls; i++) {
		int32_t s = d->call[i].duration_s + usual_drive_s(d, i, m);
		int32_t t = 0;

		while (t < trades && strcmp(trade[t].name, d->call[i].skill) != 0)
			t++;
		assert(t < SKILLS_MAX); /* rules.c has fewer */
		if (t == trades)
			trade[trades++] = (struct trade){ .name = d->call[i].skill };
		trade[t].work_s += s;
		work_s += s;
	}
	*ret_trades = trades;
	return work_s;
}

/* Gives each trade its share of the technicians by the largest averages (Webster), each at least
 * one if there are enough. */
static void
share_out(struct trade *trade, int32_t trades, int32_t techs)
{
	for (int32_t n = 0; n < techs; n++) {
		int32_t best = 0;

		for (int32_t t = 1; t < trades; t++)
			if ((double)trade[t].work_s / (2 * trade[t].techs + 1) >
			    (double)trade[best].work_s / (2 * trade[best].techs + 1))
				best = t;
		for (int32_t t = 0; t < trades && techs >= trades; t++)
			if (trade[t].techs == 0 && techs - n <= trades)
				best = t;
		trade[best].techs++;
	}
}

static int32_t
skill_of(const struct fleet_tech *t, const char *name)
{
	for (int32_t i = 0; i < t->skills; i++)
		if (strcmp(t->skill[i].name, name) == 0)
			return i;
	return -1;
}

static void
learn(struct fleet_tech *t, const char *name, int16_t level)
{
	int32_t i = skill_of(t, name);

	if (i < 0 && t->skills < FLEET_SKILLS_MAX) {
		i = t->skills++;
		snprintf(t->skill[i].name, sizeof(t->skill[i].name), "%s", name);
		t->skill[i].level = 0;
	}
	if (i >= 0 && t->skill[i].level < level)
		t->skill[i].level = level;
}

/* Another trade by lot, weighted by its work. */
static const char *
draw_trade(const struct draw *dr, const char *id, int32_t nth, const struct trade *trade,
    int32_t trades)
{
	char what[32];
	double all = 0, u;

	snprintf(what, sizeof(what), "skill %d", (int)nth);
	for (int32_t t = 0; t < trades; t++)
		all += (double)trade[t].work_s;
	u = draw_uniform(dr, what, id) * all;
	for (int32_t t = 0; t < trades; t++)
		if ((u -= (double)trade[t].work_s) <= 0)
			return trade[t].name;
	return trade[trades - 1].name;
}

static void
make_skills(struct fleet *f, const struct draw *dr, struct trade *trade, int32_t trades)
{
	int32_t k = 0;

	share_out(trade, trades, f->techs);
	for (int32_t t = 0; t < trades; t++)
		for (int32_t n = 0; n < trade[t].techs; n++, k++) {
			/* The first two of a trade are masters of it. */
			learn(&f->tech[k], trade[t].name, n < 2 || n % 3 == 0 ? 3 : 2);
			for (int32_t o = 0; o < OTHER_SKILLS; o++)
				learn(&f->tech[k], draw_trade(dr, f->tech[k].id, o, trade, trades),
				    1);
		}
	/* Several can do each thing. */
	for (int32_t t = 0; t < trades; t++) {
		int32_t have = 0;

		for (k = 0; k < f->techs; k++)
			have += skill_of(&f->tech[k], trade[t].name) >= 0;
		for (int32_t n = 0; have < LEAST_OF_A_SKILL && n < f->techs; n++) {
			k = (t * 7 + n) % f->techs;
			if (skill_of(&f->tech[k], trade[t].name) < 0) {
				learn(&f->tech[k], trade[t].name, 2);
				have++;
			}
		}
	}
}

static void
make_breaks(struct fleet_tech *t)
{
	static const struct {
		int32_t from_s, to_s, duration_s;
	} plan[] = { { 5400, 10800, 900 }, { 12600, 18000, 1800 }, { 19800, 25200, 900 } };

	t->dues = 0;
	for (size_t i = 0; i < sizeof(plan) / sizeof(plan[0]); i++)
		t->due[t->dues++] = (struct fleet_break){
			.from_s = t->from_s + plan[i].from_s,
			.to_s = t->from_s + plan[i].to_s,
			.duration_s = plan[i].duration_s,
		};
}

/* Who comes when: a place in the day by lot, so that every trade is spread over it. */
static int32_t
turn_of(const struct fleet *f, const struct draw *dr, int32_t k)
{
	double mine = draw_uniform(dr, "turn", f->tech[k].id);
	int32_t before = 0;

	for (int32_t i = 0; i < f->techs; i++)
		before += draw_uniform(dr, "turn", f->tech[i].id) < mine;
	return before;
}

/* Shifts start an hour before the share of calls that they are there for. */
static int
make_shifts(struct fleet *f, const struct sim_day *d, const struct draw *dr)
{
	int64_t *known = calloc((size_t)d->calls, sizeof(*known));
	int32_t at_night = 0;
	int64_t earliest, latest;

	if (known == NULL)
		return -ENOMEM;
	for (int32_t i = 0; i < d->calls; i++) {
		known[i] = d->call[i].known_s;
		at_night += known[i] < d->midnight_s + 6 * 3600;
	}
	qsort(known, (size_t)d->calls, sizeof(*known), by_time);
	/* A shop whose calls come at night as well works around the clock. */
	earliest = d->midnight_s + (at_night * 12 > d->calls ? 0 : 6 * 3600);
	latest = d->midnight_s + (at_night * 12 > d->calls ? 16 : 15) * 3600;
	for (int32_t k = 0; k < f->techs; k++) {
		int32_t turn = turn_of(f, dr, k);
		int64_t from = known[((int64_t)turn * 2 + 1) * d->calls / (2 * f->techs)] - 3600;

		from = from < earliest ? earliest : from > latest ? latest : from;
		f->tech[k].from_s = d->midnight_s + (from - d->midnight_s) / QUARTER_S * QUARTER_S;
		f->tech[k].to_s = f->tech[k].from_s + FLEET_SHIFT_S;
		make_breaks(&f->tech[k]);
	}
	free(known);
	return 0;
}

static void
make_person(struct fleet_tech *t, int32_t k, const struct sim_day *d, const struct draw *dr)
{
	int32_t at, shift;

	snprintf(t->id, sizeof(t->id), "t%02d", (int)k + 1);
	shift = (int32_t)(sizeof(names) / sizeof(names[0]));
	if (k < shift)
		snprintf(t->name, sizeof(t->name), "%s", names[k]);
	else
		snprintf(t->name, sizeof(t->name), "%s %d", names[k % shift], (int)(k / shift) + 1);
	at = draw_below(dr, "home", t->id, d->calls);
	t->home = d->call[at].site;
	t->home.lat_udeg += (int32_t)(SPREAD_UDEG * draw_normal(dr, "home lat", t->id));
	t->home.lon_udeg += (int32_t)(SPREAD_UDEG * draw_normal(dr, "home lon", t->id));
	t->speed_pct = 90 + draw_below(dr, "speed", t->id, 21);
	t->overtime_max_s = -1;
}

/* Seconds of shifts that are not breaks. */
static int64_t
capacity_s(const struct fleet *f)
{
	int64_t s = 0;

	for (int32_t k = 0; k < f->techs; k++) {
		s += f->tech[k].to_s - f->tech[k].from_s;
		for (int32_t i = 0; i < f->tech[k].dues; i++)
			s -= f->tech[k].due[i].duration_s;
	}
	return s;
}

void
fleet_measure(struct fleet *f, const struct sim_day *d)
{
	struct trade trade[SKILLS_MAX];
	int32_t trades;
	int64_t work_s = find_trades(d, &f->travel, trade, &trades);

	f->load = capacity_s(f) > 0 ? (double)work_s / (double)capacity_s(f) : 0;
	f->first_s = INT64_MAX;
	f->last_s = INT64_MIN;
	for (int32_t k = 0; k < f->techs; k++) {
		if (f->tech[k].from_s < f->first_s)
			f->first_s = f->tech[k].from_s;
		if (f->tech[k].to_s > f->last_s)
			f->last_s = f->tech[k].to_s;
	}
}

int
fleet_make(const struct sim_day *d, int32_t techs, uint64_t seed, struct fleet *ret)
{
	struct fleet f = { .travel = fleet_travel(d), .fitted = techs == 0 };
	struct trade trade[SKILLS_MAX];
	int32_t trades = 0;
	struct draw dr;
	int64_t work_s = find_trades(d, &f.travel, trade, &trades);
	int rc;

	draw_init(&dr, seed ^ 0x666c656574); /* not the world's row of numbers */
	if (techs == 0)
		techs = (int32_t)lround((double)work_s / 0.95 / (FLEET_SHIFT_S - 3600));
	if (techs < 1)
		techs = 1;
	if (techs > FLEET_MAX)
		return -ERANGE;
	f.tech = calloc((size_t)techs, sizeof(*f.tech));
	if (f.tech == NULL)
		return -ENOMEM;
	f.techs = techs;
	for (int32_t k = 0; k < techs; k++)
		make_person(&f.tech[k], k, d, &dr);
	make_skills(&f, &dr, trade, trades);
	rc = make_shifts(&f, d, &dr);
	if (rc < 0) {
		fleet_done(&f);
		return rc;
	}
	fleet_measure(&f, d);
	*ret = f;
	return 0;
}

void
fleet_done(struct fleet *f)
{
	free(f->tech);
	memset(f, 0, sizeof(*f));
}

bool
fleet_may(const struct fleet_tech *t, const struct sim_call *call)
{
	int32_t i = skill_of(t, call->skill);

	return i >= 0 && t->skill[i].level >= call->level;
}
