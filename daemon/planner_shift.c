/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shifts that nobody ended. A technician who forgot to say that he goes home would have no next day:
 * the shift being worked is the one that is planned for. So an hour after the latest end of his
 * day, or when his next shift begins, the daemon ends it for who is free, and says so at the consoles.
 */
#include <stdio.h>

#include "daemon/planner_impl.h"

enum { FORGOTTEN_S = 3600 };

/* When a shift counts as forgotten; INT64_MAX: not by the passing of time. */
static int64_t
forgotten_at(const struct state *s, const struct tech *t)
{
	int64_t most = t->overtime_max_s < 0 ? state_guidelines(s)->overtime_max_s :
	    t->overtime_max_s;
	const struct shift *sh;
	int64_t at;

	if (t->shift_now < 0 || t->status != TECH_FREE)
		return INT64_MAX;
	sh = &t->shift[t->shift_now];
	at = sh->to + most + FORGOTTEN_S;
	if (t->shift_now + 1 < t->shifts && t->shift[t->shift_now + 1].from < at)
		at = t->shift[t->shift_now + 1].from;
	return at;
}

static int
clock_off(struct desk *d, const struct tech *t)
{
	char text[160];
	int rc;

	snprintf(text, sizeof(text), "%s did not end the shift: it is ended now, so that the next day "
	    "can be planned", t->id);
	rc = planner_decide(d, EV_SHIFT_ENDED, json_pack("{s:s, s:I, s:I}", "technician", t->id,
	    "version", (json_int_t)t->version + 1, "at", (json_int_t)planner_now(d->p)));
	if (rc == 0)
		planner_notice(d, "warning", "shift_ended", text);
	return rc;
}

void
shift_tick(struct desk *d)
{
	const struct state *s = d->t->state;
	int64_t now = planner_now(d->p);
	int rc = 0;

	for (int32_t k = 0; k < state_techs(s) && rc == 0; k++)
		if (forgotten_at(s, state_tech(s, k)) <= now)
			rc = clock_off(d, state_tech(s, k));
}

int64_t
shift_next(const struct desk *d, int64_t now)
{
	const struct state *s = d->t->state;
	int64_t next = INT64_MAX;

	for (int32_t k = 0; k < state_techs(s); k++) {
		int64_t at = forgotten_at(s, state_tech(s, k));

		if (at > now && at < next)
			next = at;
	}
	return next;
}
