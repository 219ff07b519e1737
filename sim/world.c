/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/world.h"

#include <assert.h>
#include <stdio.h>

void
world_init(struct world *w, const struct sim_day *d, const struct fleet *f, uint64_t seed)
{
	w->day = d;
	w->fleet = f;
	w->ways = false;
	w->ways_seed = 0;
	draw_init(&w->draw, seed);
}

bool
world_no_access(const struct world *w, int32_t call)
{
	return draw_uniform(&w->draw, "no access", w->day->call[call].id) * 100 <
	    WORLD_NO_ACCESS_PCT;
}

/* What a kind of work takes more than is planned for it, and a technician with that kind. */
static double
way_of(const struct world *w, int32_t tech, const char *kind)
{
	char who[256];
	struct draw always;

	if (!w->ways)
		return 1;
	draw_init(&always, w->ways_seed);
	snprintf(who, sizeof(who), "%s %s", w->fleet->tech[tech].id, kind);
	return draw_lognormal(&always, "kind", kind, WORLD_KIND_SD_PCT / 100.0) *
	    draw_lognormal(&always, "hand", who, WORLD_HAND_SD_PCT / 100.0);
}

int32_t
world_work_s(const struct world *w, int32_t tech, int32_t call)
{
	const struct sim_call *c = &w->day->call[call];
	double s = c->duration_s * way_of(w, tech, c->kind) *
	    draw_lognormal(&w->draw, "work", c->id, WORLD_WORK_SD_PCT / 100.0);

	if (world_no_access(w, call))
		return WORLD_NO_ACCESS_S;
	return s < 60 ? 60 : s > 12 * 3600 ? 12 * 3600 : (int32_t)s;
}

int64_t
world_cancel_s(const struct world *w, int32_t call)
{
	const struct sim_call *c = &w->day->call[call];

	if (c->withdrawn_s != 0)
		return c->withdrawn_s;
	if (draw_uniform(&w->draw, "cancels", c->id) * 100 >= WORLD_CANCEL_PCT)
		return 0;
	return c->known_s + 60 + draw_below(&w->draw, "cancels when", c->id, WORLD_CANCEL_WITHIN_S);
}

int32_t
world_answer_s(const struct world *w, int32_t call, int32_t n, bool *ret_accepts)
{
	char who[128];
	double said;

	snprintf(who, sizeof(who), "%s %d", w->day->call[call].id, (int)n);
	said = draw_uniform(&w->draw, "answers", who) * 100;
	if (said < WORLD_SILENT_PCT)
		return 0;
	*ret_accepts = said >= WORLD_SILENT_PCT + WORLD_DECLINE_PCT;
	return 60 + draw_below(&w->draw, "answers when", who, WORLD_ANSWER_WITHIN_S);
}

const char *
world_contract(const struct world *w, int32_t call)
{
	static const char *const contracts[] = { "none", "time_and_materials", "full_service" };

	return contracts[draw_below(&w->draw, "contract", w->day->call[call].id, 3)];
}

int32_t
world_planned_drive_s(const struct world *w, int32_t tech, struct place from, struct place to)
{
	return travel_s(&w->fleet->travel, from, to, w->fleet->tech[tech].speed_pct);
}

int32_t
world_drive_s(const struct world *w, int32_t tech, struct place from, struct place to)
{
	int32_t planned_s = world_planned_drive_s(w, tech, from, to);
	char leg[128];
	double s;

	snprintf(leg, sizeof(leg), "%s %d %d %d %d", w->fleet->tech[tech].id, from.lat_udeg,
	    from.lon_udeg, to.lat_udeg, to.lon_udeg);
	s = planned_s * draw_lognormal(&w->draw, "drive", leg, WORLD_DRIVE_SD_PCT / 100.0);
	return (int32_t)(s + 0.5);
}

bool
world_absence(const struct world *w, int32_t *ret_tech, int64_t *ret_at_s)
{
	const struct fleet *f = w->fleet;
	int32_t k;

	if (f->techs < 2 || draw_uniform(&w->draw, "absence", "day") * 100 >= WORLD_ABSENCE_PCT)
		return false;
	k = draw_below(&w->draw, "absence", "who", f->techs);
	*ret_tech = k;
	/* Half of them call in before the shift. */
	if (draw_uniform(&w->draw, "absence", "before") < 0.5)
		*ret_at_s = f->tech[k].from_s - 600;
	else
		*ret_at_s = f->tech[k].from_s + 3600 +
		    draw_below(&w->draw, "absence", "when", 4 * 3600);
	return true;
}

int32_t
world_guess_s(int32_t left_s)
{
	int32_t s = (left_s + 299) / 300 * 300;

	return s < 300 ? 300 : s > 28800 ? 28800 : s;
}

struct place
world_between(struct place from, struct place to, int32_t driven_s, int32_t drive_s)
{
	double part = drive_s <= 0 || driven_s >= drive_s ? 1 : (double)driven_s / drive_s;

	assert(driven_s >= 0);
	return (struct place){
		.lat_udeg = from.lat_udeg + (int32_t)(part * (to.lat_udeg - from.lat_udeg)),
		.lon_udeg = from.lon_udeg + (int32_t)(part * (to.lon_udeg - from.lon_udeg)),
	};
}
