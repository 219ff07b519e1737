/* SPDX-License-Identifier: Apache-2.0 */
/* A day that has not come yet, as far as it can be seen from today. */
#include <errno.h>

#include "daemon/state_impl.h"
#include "proto/when.h"

/* When the first shift of the day begins; -ENOENT: nobody works. */
static int
first_shift(const struct state *s, int64_t midnight, int64_t next, int64_t *ret)
{
	int64_t first = INT64_MAX;

	for (int32_t i = 0; i < s->techs; i++) {
		const struct tech *t = s->tech[i];

		for (int32_t k = 0; k < t->shifts; k++) {
			int64_t from = t->shift[k].from;
			bool absent = t->absent_from <= from && t->shift[k].to <= t->absent_to;

			if (from >= midnight && from < next && !absent && from < first)
				first = from;
		}
	}
	if (first == INT64_MAX)
		return -ENOENT;
	*ret = first;
	return 0;
}

static void
tech_rest(struct tech *t, int64_t midnight, int64_t at)
{
	for (int32_t k = 0; k < t->shifts; k++) {
		if (t->shift[k].from < midnight)
			t->shift[k].ended = true;
	}
	t->status = TECH_OFF;
	t->shift_now = t->call = t->break_now = -1;
	t->since = t->since < at ? t->since : at;
	t->until = 0;
	t->at = t->home;
	t->hard_points = 0;
	t->stops = t->takens = 0;
	t->route_end = 0;
	t->overtime_s = 0;
}

/* Off its route; and closed, if it is for today. */
static void
call_rest(struct state *s, int32_t call, int64_t now, int64_t midnight)
{
	struct call_state *c = &s->call[call]->c;
	int64_t arrival = c->arrival;

	if (c->status == CALL_UNASSIGNED)
		return;
	if (arrival < midnight && state_start_at(c, now) < midnight) {
		state_close(s, call, CALL_DONE, "fixed", arrival > now ? arrival : now);
		return;
	}
	state_unroute(s, call);
}

int
state_morning(const struct state *s, int64_t now, int64_t midnight, struct state **ret,
    int64_t *ret_at)
{
	struct state *m;
	int64_t next, first;

	/* Noon of the day after, and back: days are 23 to 25 hours long. */
	if (when_midnight(midnight + 36 * 3600, s->zone, &next) < 0)
		return -ENOENT;
	if (first_shift(s, midnight, next, &first) < 0)
		return -ENOENT;
	m = state_fork(s);
	if (m == NULL)
		return -ENOMEM;
	for (int32_t i = m->open.n - 1; i >= 0; i--)
		call_rest(m, m->open.v[i], now, midnight);
	for (int32_t i = 0; i < m->techs; i++)
		tech_rest(m->tech[i], midnight, first - 1);
	*ret = m;
	*ret_at = first - 1;
	return 0;
}
