/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policy "nearest": whenever a technician is free, the most urgent waiting call goes to the
 * nearest free technician who can do it and would be home in time: routine work within the shift,
 * urgent work with overtime. Nobody has more than one stop ahead. A break that has become due is
 * taken first.
 */
#include <stdlib.h>

#include "sim/local.h"

enum { LOOK_AT_MAX = 2000 };

static bool
break_is_due(const struct desk *d, int32_t k)
{
	const struct desk_tech *t = &d->tech[k];

	return t->breaks < d->fleet->tech[k].dues &&
	    d->fleet->tech[k].due[t->breaks].from_s <= d->now_s;
}

static bool
is_free(const struct desk *d, int32_t k)
{
	return d->tech[k].phase == TECH_FREE && !d->tech[k].absent && d->tech[k].stops == 0 &&
	    !break_is_due(d, k);
}

/* An appointment is nobody's errand until somebody would have to set out for it. */
static bool
is_time(const struct desk *d, int32_t call, int32_t drive_s)
{
	return d->day->call[call].appt_from_s <= d->now_s + drive_s;
}

static bool
home_in_time(const struct desk *d, int32_t k, int32_t call, int32_t drive_s)
{
	const struct fleet_tech *t = &d->fleet->tech[k];
	const struct sim_call *c = &d->day->call[call];
	int64_t start_s = d->now_s + drive_s, limit_s = t->to_s;

	if (start_s < c->appt_from_s)
		start_s = c->appt_from_s;
	if (c->severity != SEV_ROUTINE)
		limit_s += retime_overtime_max_s(d, k);
	return start_s + c->duration_s +
	    travel_s(&d->fleet->travel, c->site, t->home, t->speed_pct) <=
	    limit_s;
}

static int32_t
nearest(const struct desk *d, int32_t call, const int32_t *free_tech, int32_t n)
{
	int32_t best = -1, best_s = INT32_MAX;

	for (int32_t i = 0; i < n; i++) {
		int32_t k = free_tech[i], s;

		if (!fleet_may(&d->fleet->tech[k], &d->day->call[call]))
			continue;
		s = travel_s(&d->fleet->travel, d->tech[k].at, d->day->call[call].site,
		    d->fleet->tech[k].speed_pct);
		if (s < best_s && is_time(d, call, s) && home_in_time(d, k, call, s)) {
			best = i;
			best_s = s;
		}
	}
	return best;
}

static void
dispatch(struct local *l)
{
	const struct desk *d = l->policy.desk;
	int32_t free_tech[FLEET_MAX], n = 0;
	static int32_t waiting[LOOK_AT_MAX];
	int32_t calls;

	for (int32_t k = 0; k < d->fleet->techs; k++)
		if (is_free(d, k))
			free_tech[n++] = k;
	if (n == 0)
		return;
	calls = local_waiting(d, waiting, LOOK_AT_MAX);
	for (int32_t i = 0; i < calls && n > 0; i++) {
		int32_t who = nearest(d, waiting[i], free_tech, n);

		if (who < 0)
			continue;
		local_push(l, free_tech[who], &waiting[i], 1);
		free_tech[who] = free_tech[--n];
	}
}

static int
nearest_settle(struct policy *p)
{
	struct local *l = (struct local *)p;

	dispatch(l);
	return 0;
}

static int
nearest_advance(struct policy *p, int64_t to_s)
{
	struct local *l = (struct local *)p;

	(void)to_s; /* the desk has it */
	if (l->policy.desk->now_s < l->swept_s + LOCAL_SWEEP_S)
		return 0;
	local_sweep(l);
	dispatch(l);
	return 0;
}

static int
nearest_fact(struct policy *p, const struct fact *f)
{
	local_fact((struct local *)p, f);
	return 0;
}

static void
nearest_close(struct policy *p)
{
	free(p);
}

struct policy *
nearest_new(void)
{
	static const struct policy_ops ops = {
		.name = "nearest",
		.advance = nearest_advance,
		.fact = nearest_fact,
		.settle = nearest_settle,
		.close = nearest_close,
	};
	struct local *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->policy.ops = &ops;
	return &l->policy;
}
