/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/risk.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "daemon/normal.h"
#include "daemon/risk_scores.h"

enum {
	HALF = RISK_SAMPLES / 2,
	SAID_S = 60,         /* an end farther from the plan's own is what the technician said */
	AWAY_S = 1000000000, /* no day is longer */
};

#define SD_MIN 1e-4
#define TAIL_MIN 1e-12 /* anything beyond is as good as this */

/* So many days played along a route at once. Times are seconds from now. */
struct play {
	const struct state *s;
	const struct tech *t;
	const struct shift *shift; /* NULL none */
	int64_t now;
	uint64_t chance;
	int32_t free[RISK_SAMPLES];
	double drive[RISK_SAMPLES]; /* factors of a drive, in order */
	double work[RISK_SAMPLES];  /* of work with this deviation, in order */
	double work_sd;
};

/* --- draws --- */

/* The middle of stratum i on the scale of the normal distribution. */
static double
score(int i)
{
	return i >= HALF ? risk_scores[i - HALF] : -risk_scores[HALF - 1 - i];
}

static void
factors(double sd, double ret[RISK_SAMPLES])
{
	for (int i = 0; i < HALF; i++) {
		ret[HALF + i] = exp(sd * risk_scores[i]);
		ret[HALF - 1 - i] = 1 / ret[HALF + i];
	}
}

/* Which day draws from which stratum: a permutation for each thing that is drawn. */
static void
shuffle(struct play *p, uint8_t ret[RISK_SAMPLES])
{
	uint64_t x = p->chance;

	for (int i = 0; i < RISK_SAMPLES; i++) {
		int j;

		/* A congruential generator modulo 2^64 (Knuth): its high half is good enough to deal cards. */
		x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		j = (int)(((x >> 32) * (uint64_t)(i + 1)) >> 32);
		ret[i] = ret[j];
		ret[j] = (uint8_t)i;
	}
	p->chance = x;
}

/* Where all but `tail` of the normal distribution lies below: between two strata, or beyond them. */
static double
above(double tail)
{
	double at = (1 - tail) * RISK_SAMPLES - 0.5;
	int i = (int)at;

	if (at < 0 || i >= RISK_SAMPLES - 1)
		return -normal_at(tail > TAIL_MIN ? tail : TAIL_MIN);
	return score(i) + (at - i) * (score(i + 1) - score(i));
}

/*
 * What is left of something lognormal that has lasted for elapsed_s, by strata of those that last
 * longer.
 */
static void
left(double log_mean, double sd, double elapsed_s, int32_t ret[RISK_SAMPLES])
{
	double lasts = elapsed_s < 1 ? 1 : normal_below((log_mean - log(elapsed_s)) / sd);

	for (int i = 0; i < RISK_SAMPLES; i++) {
		double tail = lasts * (1 - (i + 0.5) / RISK_SAMPLES);
		double left_s = exp(log_mean + sd * above(tail)) - elapsed_s;

		ret[i] = left_s > 1 ? left_s < AWAY_S ? (int32_t)left_s : AWAY_S : 1;
	}
}

/* --- the rules of a start --- */

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Puts each start off to when it may be. */
static void
hold_back(const struct play *p, const struct call_state *c, int32_t start[RISK_SAMPLES])
{
	int64_t from = retime_start(p->s, c, 0);

	for (int i = 0; i < RISK_SAMPLES; i++) {
		int64_t at = later(p->now + start[i], from);

		if (c->declineds > 0)
			at = state_start_at(c, at);
		start[i] = (int32_t)(at - p->now);
	}
}

/* --- one stop --- */

/* By digits of eight bits: the starts of a stop are within hours of each other. */
static void
sorted(const int32_t start[RISK_SAMPLES], int64_t now, int64_t ret[RISK_SAMPLES])
{
	int32_t a[RISK_SAMPLES], b[RISK_SAMPLES], *from = a, *to = b, *swap, least = start[0];
	uint32_t most = 0;

	for (int i = 1; i < RISK_SAMPLES; i++)
		least = start[i] < least ? start[i] : least;
	for (int i = 0; i < RISK_SAMPLES; i++) {
		a[i] = start[i] - least;
		most |= (uint32_t)a[i];
	}
	for (int shift = 0; shift < 32 && most >> shift != 0; shift += 8) {
		uint16_t at[257] = { 0 };

		for (int i = 0; i < RISK_SAMPLES; i++)
			at[((from[i] >> shift) & 255) + 1]++;
		for (int i = 1; i < 256; i++)
			at[i] = (uint16_t)(at[i] + at[i - 1]);
		for (int i = 0; i < RISK_SAMPLES; i++)
			to[at[(from[i] >> shift) & 255]++] = from[i];
		swap = from;
		from = to;
		to = swap;
	}
	for (int i = 0; i < RISK_SAMPLES; i++)
		ret[i] = now + least + from[i];
}

static void
note(const struct play *p, const struct stop *stop, const int32_t start[RISK_SAMPLES],
    struct risk_stop *ret)
{
	sorted(start, p->now, ret->start);
	ret->p10 = risk_quantile(ret, 0.1);
	ret->p90 = risk_quantile(ret, 0.9);
	if (ret->p10 > stop->arrival)
		ret->p10 = stop->arrival;
	if (ret->p90 < stop->arrival)
		ret->p90 = stop->arrival;
}

static void
do_work(struct play *p, int32_t tech, int32_t call, const int32_t start[RISK_SAMPLES])
{
	struct work work;
	uint8_t deal[RISK_SAMPLES];
	double typical_s;

	state_work(p->s, tech, call, &work);
	if (work.log_sd != p->work_sd) {
		factors(work.log_sd, p->work);
		p->work_sd = work.log_sd;
	}
	typical_s = exp(work.log_mean);
	shuffle(p, deal);
	for (int i = 0; i < RISK_SAMPLES; i++)
		p->free[i] = start[i] + (int32_t)(typical_s * p->work[deal[i]] + 0.5);
}

static void
take_breaks(struct play *p, const struct retimed *r, int32_t after)
{
	for (int32_t b = 0; b < r->takens; b++) {
		const struct planned_break *pb = &r->taken[b];
		int64_t from;

		if (pb->after != after || p->shift == NULL || pb->due >= p->shift->dues)
			continue;
		from = p->shift->due[pb->due].from - p->now;
		for (int i = 0; i < RISK_SAMPLES; i++)
			p->free[i] = (int32_t)later(p->free[i], from) + pb->duration_s;
	}
}

static void
play_stop(struct play *p, int32_t tech, const struct stop *stop, struct risk_stop *ret)
{
	uint8_t deal[RISK_SAMPLES];
	int32_t start[RISK_SAMPLES];

	shuffle(p, deal);
	for (int i = 0; i < RISK_SAMPLES; i++)
		start[i] = p->free[i] + (int32_t)(stop->drive_s * p->drive[deal[i]] + 0.5);
	hold_back(p, state_call(p->s, stop->call), start);
	note(p, stop, start, ret);
	do_work(p, tech, stop->call, start);
}

/* --- what is under way --- */

/* How long the drive was planned to take, without waiting at the door for the promised window. */
static double
drive_planned_s(const struct play *p, int32_t tech, const struct call_state *c)
{
	struct travel_model travel = state_travel(p->s);
	int64_t s = c->arrival - p->t->since;

	if (c->told.promise && c->arrival <= c->told.promise_from)
		s = travel_s(&travel, p->t->at, c->site, state_speed_pct(p->s, tech));
	return s > 1 ? (double)s : 1;
}

static void
on_the_way(struct play *p, int32_t tech, const struct stop *stop, struct risk_stop *ret)
{
	const struct call_state *c = state_call(p->s, stop->call);
	double sd = state_drive_log_sd(p->s, tech);
	int32_t start[RISK_SAMPLES];

	left(log(drive_planned_s(p, tech, c)), sd > SD_MIN ? sd : SD_MIN,
	    (double)(p->now - p->t->since), start);
	hold_back(p, c, start);
	note(p, stop, start, ret);
	do_work(p, tech, stop->call, start);
}

static void
at_work(struct play *p, int32_t tech, const struct stop *stop, struct risk_stop *ret)
{
	const struct call_state *c = state_call(p->s, stop->call);
	double sd, elapsed_s = (double)(p->now - c->arrival);
	int64_t off;
	struct work work;

	for (int i = 0; i < RISK_SAMPLES; i++)
		ret->start[i] = stop->arrival;
	ret->p10 = ret->p90 = stop->arrival;
	state_work(p->s, tech, stop->call, &work);
	sd = work.log_sd > SD_MIN ? work.log_sd : SD_MIN;
	off = p->t->until - (c->arrival + work.planned_s);
	if (p->t->until > p->now && (off > SAID_S || off < -SAID_S))
		left(log((double)(p->t->until - p->now)), sd, 0, p->free);
	else
		left(work.log_mean, sd, elapsed_s, p->free);
}

/* --- the route --- */

void
risk_route(const struct state *s, int64_t now, int32_t tech, const struct retimed *r,
    struct risk_stop *ret)
{
	struct play p = { .s = s, .t = state_tech(s, tech), .now = now, .work_sd = -1 };

	if (r->stops == 0)
		return;
	if (r->shift >= 0)
		p.shift = &p.t->shift[r->shift];
	factors(state_drive_log_sd(s, tech), p.drive);
	for (int i = 0; i < RISK_SAMPLES; i++)
		p.free[i] = (int32_t)later(r->ready - now, 0);
	for (int32_t i = 0; i < r->stops; i++) {
		take_breaks(&p, r, i);
		if (i >= r->under_way)
			play_stop(&p, tech, &r->stop[i], &ret[i]);
		else if (p.t->status == TECH_DRIVING)
			on_the_way(&p, tech, &r->stop[i], &ret[i]);
		else
			at_work(&p, tech, &r->stop[i], &ret[i]);
	}
}

void
risk_standing(const struct state *s, int64_t now, int32_t tech, struct retimed *ret)
{
	const struct tech *t = state_tech(s, tech);

	retime(s, tech, now, ret);
	if (t->stops == 0)
		return;
	memcpy(ret->stop, t->stop, (size_t)t->stops * sizeof(t->stop[0]));
	ret->stops = t->stops;
	memcpy(ret->taken, t->taken, sizeof(t->taken));
	ret->takens = t->takens;
	ret->losts = 0;
}

double
risk_by(const struct risk_stop *r, int64_t t)
{
	int32_t from = 0, to = RISK_SAMPLES;

	while (from < to) {
		int32_t mid = (from + to) / 2;

		if (r->start[mid] <= t)
			from = mid + 1;
		else
			to = mid;
	}
	return (double)from / RISK_SAMPLES;
}

int64_t
risk_quantile(const struct risk_stop *r, double level)
{
	int32_t i = (int32_t)ceil(level * RISK_SAMPLES) - 1;

	return r->start[i < 0 ? 0 : i < RISK_SAMPLES ? i : RISK_SAMPLES - 1];
}

int32_t
risk_missed_pct(const struct risk_stop *r, const struct call_state *c)
{
	if (!c->told.promise)
		return 0;
	return (int32_t)((1 - risk_by(r, c->told.promise_to)) * 100 + 0.5);
}
