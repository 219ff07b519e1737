/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/leg.h"

void
leg_wait(struct route_state *s, int32_t wait_s)
{
	int32_t later_s = s->slack_s < wait_s ? s->slack_s : wait_s;

	s->slack_s -= later_s;
	s->idle_s += wait_s - later_s;
}

void
leg_cap_slack(struct route_state *s, int64_t most_s)
{
	if (s->slack_s > most_s)
		s->slack_s = most_s > 0 ? (int32_t)most_s : 0;
}

/* The first start at or after free_s, PROBLEM_NEVER if none of its windows is open any more. */
static int32_t
break_start_s(const struct break_due *b, int32_t free_s)
{
	if (b->windows == 0)
		return free_s > b->open_s ? free_s : b->open_s;
	for (int32_t w = 0; w < b->windows; w++)
		if (free_s <= b->window[w].close_s)
			return free_s > b->window[w].open_s ? free_s : b->window[w].open_s;
	return PROBLEM_NEVER;
}

/* Drives on until the break is due, or until he is there. */
static void
drive_on(const struct model *m, struct leg *l, int32_t due_s)
{
	int64_t end_s = leg_end_s(m, l);

	if (due_s >= end_s) {
		l->road_s += end_s - l->s.t_s;
		l->s.t_s = (int32_t)end_s;
		l->left = 0;
		return;
	}
	l->road_s += due_s - l->s.t_s;
	l->left -= model_traffic_parts(m, l->s.t_s, due_s);
	l->s.t_s = due_s;
}

/* With a later start of the day, a break gets later too: until that costs, or may not be. */
static void
cap_by_break(const struct model *m, const struct break_due *b, int32_t start_s,
    struct route_state *s)
{
	if (b->windows > 0)
		leg_cap_slack(s, (int64_t)b->window[b->windows - 1].close_s - start_s);
	if (m->p->weights.break_late_cents_per_h > 0)
		leg_cap_slack(s, (int64_t)b->close_s - start_s);
}

bool
leg_break(const struct model *m, int32_t k, struct leg *l)
{
	const struct break_due *b = &m->p->technician[k].due[l->s.taken];
	int32_t start_s = break_start_s(b, l->s.t_s);

	if (start_s == PROBLEM_NEVER)
		return false;
	if (start_s > b->close_s)
		l->s.cents += model_cents(m->p->weights.break_late_cents_per_h,
		    (int64_t)start_s - b->close_s);
	if (m->p->breaks_on_the_way && start_s > l->s.t_s)
		drive_on(m, l, start_s);
	if (l->s.slack_s == 0) {
		l->s.idle_s += start_s - l->s.t_s;
	} else {
		leg_wait(&l->s, start_s - l->s.t_s);
		cap_by_break(m, b, start_s, &l->s);
	}
	l->s.t_s = start_s + b->duration_s;
	l->s.taken++;
	return true;
}
