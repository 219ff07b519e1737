/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/account.h"

#include "daemon/cost.h"

enum { HOUR_S = 3600 };

/* Of all but emergencies and absences. */
static int32_t
ordinary(const struct state *s, int64_t since)
{
	return state_spent_by(s, ACCOUNT_EVENT, since) + state_spent_by(s, ACCOUNT_INSIDE, since) +
	    state_spent_by(s, ACCOUNT_PERSON, since);
}

int32_t
account_hour(const struct state *s, int64_t now)
{
	return ordinary(s, now - HOUR_S);
}

int32_t
account_day(const struct state *s, int64_t now)
{
	return ordinary(s, cost_frame(s, now).day_from);
}

int32_t
account_emergency(const struct state *s, int64_t now)
{
	int64_t since = cost_frame(s, now).day_from;

	return state_spent_by(s, ACCOUNT_EMERGENCY, since) +
	    state_spent_by(s, ACCOUNT_ABSENCE, since);
}

static int32_t
least(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

int32_t
account_budget(const struct state *s, int64_t now, enum account a)
{
	const struct guidelines *g = state_guidelines(s);
	int32_t left;

	if (a == ACCOUNT_EMERGENCY || a == ACCOUNT_ABSENCE) {
		left = g->allowance_emergency - account_emergency(s, now);
		left = least(left, a == ACCOUNT_ABSENCE ? g->budget_absence : g->budget_emergency);
	} else if (a == ACCOUNT_EVENT || a == ACCOUNT_INSIDE) {
		left = least(g->allowance_hour - account_hour(s, now),
		    g->allowance_day - account_day(s, now));
		left = least(left, a == ACCOUNT_INSIDE ? g->budget_inside : g->budget_event);
	} else {
		left = a == ACCOUNT_PERSON ? INT32_MAX : 0;
	}
	return left > 0 ? left : 0;
}
