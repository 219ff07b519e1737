/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/season_score.h"

#include <math.h>

#define Z_95 1.959964

void
held_add(struct held *h, int32_t pct, bool held)
{
	pct = pct < 0 ? 0 : pct > SEASON_PCT_MAX ? SEASON_PCT_MAX : pct;
	h->made[pct]++;
	h->held[pct] += held;
}

void
held_join(struct held *h, const struct held *more)
{
	for (int32_t i = 0; i <= SEASON_PCT_MAX; i++) {
		h->made[i] += more->made[i];
		h->held[i] += more->held[i];
	}
}

/* Wilson, Probable inference, the law of succession, and statistical inference, 1927. */
static void
wilson(struct held_sum *s)
{
	double n = s->made, p = s->held / n, z2 = Z_95 * Z_95;
	double centre = (p + z2 / (2 * n)) / (1 + z2 / n);
	double half = Z_95 / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n));

	s->low_pct = 100 * (centre - half);
	s->high_pct = 100 * (centre + half);
}

struct held_sum
held_sum(const struct held *h, int32_t from_pct, int32_t to_pct)
{
	struct held_sum s = { 0 };

	for (int32_t i = from_pct; i <= to_pct; i++) {
		s.made += h->made[i];
		s.held += h->held[i];
		s.stated_pct += (double)i * h->made[i];
	}
	if (s.made == 0)
		return s;
	s.stated_pct /= s.made;
	s.held_pct = 100.0 * s.held / s.made;
	wilson(&s);
	return s;
}

json_t *
held_json(const struct held_sum *s)
{
	return json_pack("{s:i, s:i, s:f, s:f, s:f, s:f}", "made", (int)s->made, "held", (int)s->held,
	    "stated_pct", s->stated_pct, "held_pct", s->held_pct, "low_pct", s->low_pct, "high_pct",
	    s->high_pct);
}
