/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/eta.h"

#include <math.h>
#include <stdbool.h>

/* A technician's uncertainty at some point of his route. */
struct drift {
	double variance; /* s^2 */
	int64_t free;    /* planned end of what came before */
};

static double
square(double x)
{
	return x * x;
}

static int64_t
at_least(int64_t x, int64_t min)
{
	return x < min ? min : x;
}

/* Being late by less than the slack is not being late. */
static void
swallow(struct drift *d, int64_t slack_s)
{
	double left = ETA_QUANTILE * sqrt(d->variance) - (double)slack_s;

	d->variance = left > 0 ? square(left / ETA_QUANTILE) : 0;
}

static void
spread_one(struct drift *d, int64_t now, const struct stop *stop, bool under_way,
    struct eta_spread *ret)
{
	int64_t drive_s = stop->drive_s, slack_s, off_s;

	if (under_way)
		drive_s = at_least(stop->arrival - now, 0); /* what is left of it */
	slack_s = at_least(stop->arrival - d->free - drive_s, 0);
	d->variance += square(ETA_DRIVE_SD * (double)drive_s);
	if (slack_s > 0)
		swallow(d, slack_s);
	off_s = (int64_t)(ETA_QUANTILE * sqrt(d->variance) + 0.5);
	ret->p90 = stop->arrival + off_s;
	ret->p10 = slack_s > 0 ? stop->arrival : at_least(stop->arrival - off_s, now);
	if (ret->p10 > stop->arrival)
		ret->p10 = stop->arrival;
}

void
eta_spread(const struct state *s, int64_t now, int32_t tech, const struct stop *stop,
    int32_t stops, struct eta_spread *ret)
{
	const struct tech *t = state_tech(s, tech);
	struct drift d = { .free = now };

	for (int32_t i = 0; i < stops; i++) {
		const struct call_state *c = state_call(s, stop[i].call);
		bool under_way = stop[i].call == t->call;
		int64_t from = under_way ? at_least(stop[i].arrival, now) : stop[i].arrival;

		spread_one(&d, now, &stop[i], under_way, &ret[i]);
		/* Nobody starts before the appointment does. */
		if (c->appointment && c->appt_from <= stop[i].arrival)
			ret[i].p10 = at_least(ret[i].p10, c->appt_from);
		d.variance += square(ETA_DURATION_SD * (double)at_least(stop[i].end - from, 0));
		d.free = stop[i].end;
	}
}
