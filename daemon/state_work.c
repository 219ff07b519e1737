/* SPDX-License-Identifier: Apache-2.0 */
/* How long things are planned to take, and when they may start. */
#include <math.h>

#include "daemon/state_impl.h"

enum { WORK_SD_PCT = 25, DRIVE_SD_PCT = 15 };

int64_t
state_start_at(const struct call_state *c, int64_t t)
{
	if (c->appointment && t < c->appt_from)
		t = c->appt_from;
	if (t < c->not_before)
		t = c->not_before;
	/* Leaving one window may lead into another: as often as there are windows. */
	for (int32_t k = 0; k < c->declineds; k++) {
		for (int32_t i = 0; i < c->declineds; i++) {
			if (c->declined[i].from <= t && t < c->declined[i].to)
				t = c->declined[i].to;
		}
	}
	return t;
}

void
state_work_of(const struct state *s, int32_t tech, const char *kind, int32_t duration_s,
    struct work *ret)
{
	int32_t s_planned = duration_s > 0 ? duration_s : s->guidelines.duration_routine_s;

	(void)tech;
	(void)kind;
	*ret = (struct work){
		.planned_s = s_planned,
		.log_mean = log(s_planned),
		.log_sd = WORK_SD_PCT / 100.0,
	};
}

void
state_work(const struct state *s, int32_t tech, int32_t call, struct work *ret)
{
	const struct call_state *c = state_call(s, call);

	state_work_of(s, tech, c->kind, c->duration_s, ret);
}

int32_t
state_speed_pct(const struct state *s, int32_t tech)
{
	return state_tech(s, tech)->speed_pct;
}

double
state_drive_log_sd(const struct state *s, int32_t tech)
{
	(void)s;
	(void)tech;
	return DRIVE_SD_PCT / 100.0;
}

double
state_window_level(const struct state *s, int32_t pct)
{
	(void)s;
	return pct / 100.0;
}

const struct learn *
state_learned(const struct state *s)
{
	(void)s;
	return NULL;
}
