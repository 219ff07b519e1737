/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/window.h"

#include <math.h>

#include "daemon/normal.h"

/*
 * A sample says little of its last hundredth, and nothing of what no plan foresees, such as more
 * urgent calls than there are technicians. Beyond it a window doubles with each deviation what it has
 * from the middle to there, which is a quarter of an hour at least.
 */
#define EDGE 0.99
#define EDGE_SCORE 2.32634787
enum { BEYOND_MIN_S = 900 };

#define EXACTLY 1e-6 /* what is lost on the way there and back */

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

static int64_t
sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Seconds by which a window widens with the first deviation beyond the edge. */
static double
beyond_s(const struct risk_stop *r)
{
	int64_t s = risk_quantile(r, EDGE) - risk_quantile(r, 0.5);

	return s > BEYOND_MIN_S ? (double)s : BEYOND_MIN_S;
}

/* The start so many deviations from the middle. */
static int64_t
start_at(const struct risk_stop *r, double score)
{
	if (score <= EDGE_SCORE)
		return risk_quantile(r, normal_below(score));
	return risk_quantile(r, EDGE) + (int64_t)(beyond_s(r) * (exp2(score - EDGE_SCORE) - 1) + 1);
}

/* And back. */
static double
score_at(const struct risk_stop *r, int64_t t)
{
	int64_t edge = risk_quantile(r, EDGE);
	double share = risk_by(r, t);

	if (t > edge)
		return EDGE_SCORE + log2(1 + (double)(t - edge) / beyond_s(r));
	return share >= EDGE ? EDGE_SCORE : normal_at(share);
}

int32_t
window_pct(const struct state *s, const struct risk_stop *r, int64_t to)
{
	int32_t pct;

	if (to < r->start[0])
		return 0;
	pct = (int32_t)(100 * normal_below(score_at(r, to) - state_window_shift(s)) + EXACTLY);
	return pct > WINDOW_PCT_MAX ? WINDOW_PCT_MAX : pct;
}

void
window_for(const struct state *s, int64_t now, const struct risk_stop *r, int64_t arrival,
    int32_t pct, struct span *ret, int32_t *ret_pct)
{
	int64_t least_s = state_guidelines(s)->quote_window_min_s;
	int64_t from = mark_before(arrival);
	int64_t to = mark_after(start_at(r, normal_percentile(pct) + state_window_shift(s)));

	if (to < arrival)
		to = mark_after(arrival);
	/*
	 * A window that is too narrow begins earlier, if anybody could be there so early: were it to end
	 * later, it would hold more often than is asked for.
	 */
	if (from > to - least_s)
		from = later(mark_before(to - least_s), sooner(from, mark_before(r->start[0])));
	if (from < now)
		from = now;
	if (to < from + least_s)
		to = mark_after(from + least_s);
	if (to <= from)
		to = mark_after(from + 1);
	*ret = (struct span){ from, to };
	*ret_pct = window_pct(s, r, to);
}
