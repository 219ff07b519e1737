/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/window.h"

static int64_t
mark_before(int64_t t)
{
	return t - t % WINDOW_STEP_S;
}

static int64_t
mark_after(int64_t t)
{
	return mark_before(t + WINDOW_STEP_S - 1);
}

int32_t
window_pct(const struct state *s, const struct risk_stop *r, int64_t to)
{
	double by = risk_by(r, to);
	int32_t pct = by > 0 ? (int32_t)(100 * state_window_chance(s, by)) : 0;

	return pct < 0 ? 0 : pct > WINDOW_PCT_MAX ? WINDOW_PCT_MAX : pct;
}

void
window_for(const struct state *s, int64_t now, const struct risk_stop *r, int64_t arrival,
    int32_t pct, struct span *ret, int32_t *ret_pct)
{
	int64_t from = mark_before(arrival) > now ? mark_before(arrival) : now;
	int64_t to = mark_after(risk_quantile(r, state_window_level(s, pct)));

	if (to < from + state_guidelines(s)->quote_window_min_s)
		to = mark_after(from + state_guidelines(s)->quote_window_min_s);
	if (to <= from)
		to = from + WINDOW_STEP_S;
	*ret = (struct span){ from, to };
	*ret_pct = window_pct(s, r, to);
}
