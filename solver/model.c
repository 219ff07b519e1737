/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/model.h"

#include <stdlib.h>

enum { MATRIX_PLACES_MAX = 3000 }; /* 36 MB; more places are computed as needed */

static int32_t
min_s(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

static int32_t
max_s(int32_t a, int32_t b)
{
	return a > b ? a : b;
}

static void
set_told_windows(struct model_call *mc, const struct call *c, int32_t tolerance_s)
{
	mc->eta_lo_s = mc->promise_lo_s = mc->calm_lo_s = INT32_MIN;
	mc->eta_hi_s = mc->promise_hi_s = mc->calm_hi_s = INT32_MAX;
	if (c->told.eta) {
		mc->eta_lo_s = c->told.eta_s - tolerance_s;
		mc->eta_hi_s = c->told.eta_s + tolerance_s;
	}
	if (c->told.promise) {
		mc->promise_lo_s = c->told.promise_from_s;
		mc->promise_hi_s = c->told.promise_to_s;
	}
	mc->told_floor_s = max_s(mc->eta_lo_s, mc->promise_lo_s);
	if (!c->stay_served)
		return;
	if (c->told.eta) {
		mc->calm_lo_s = min_s(mc->eta_lo_s, c->stay_s);
		mc->calm_hi_s = max_s(c->told.eta_s, c->stay_s) + tolerance_s;
	}
	if (c->told.promise) {
		mc->calm_lo_s = max_s(mc->calm_lo_s, min_s(mc->promise_lo_s, c->stay_s));
		mc->calm_hi_s = min_s(mc->calm_hi_s, max_s(mc->promise_hi_s, c->stay_s));
	}
}

static void
add_floor(struct model_call *mc, int32_t at_s)
{
	int32_t f = mc->floors;

	if (at_s == INT32_MIN || at_s > mc->close_s)
		return;
	for (int32_t i = 0; i < mc->floors; i++)
		if (mc->floor_s[i] == at_s)
			return;
	for (; f > 0 && mc->floor_s[f - 1] > at_s; f--)
		mc->floor_s[f] = mc->floor_s[f - 1];
	mc->floor_s[f] = at_s;
	mc->floors++;
}

static void
set_call(struct model_call *mc, const struct call *c, int32_t tolerance_s)
{
	bool told = c->told.technician >= 0 || c->told.eta || c->told.promise;

	*mc = (struct model_call){
		.duration_s = c->duration_s,
		.open_s = c->open_s,
		.close_s = c->close_s,
		.due_s = c->due_s,
		.opened_s = c->opened_s,
		.late_cents_per_h = c->late_cents_per_h,
		.response_cents_per_h = c->response_cents_per_h,
		.eta_moved_cents = c->eta_moved_cents,
		.repromise_cents = c->repromise_cents,
		.break_promise_cents = c->break_promise_cents,
		.difficulty = c->difficulty,
		.told_technician = c->told.technician,
		.stay_technician = -1,
		.preferred = c->preferred,
		.prefer_cents = c->prefer_cents,
		.reassign_cents = c->reassign_cents,
		.fixed_on = -1,
		.skip_cents = (int64_t)c->unserved_cents + (told ? c->drop_cents : 0),
		.skip_chosen = told && c->stay_served,
		.stay_served = c->stay_served,
		.immovable = c->immovable,
	};
	set_told_windows(mc, c, tolerance_s);
	add_floor(mc, mc->eta_lo_s);
	add_floor(mc, mc->promise_lo_s);
	add_floor(mc, mc->calm_lo_s);
}

static int
set_roads(struct model *m)
{
	size_t n = (size_t)m->places;

	m->point = malloc((n + 1) * sizeof(*m->point));
	if (m->point == NULL)
		return -1;
	for (size_t a = 0; a < n; a++)
		m->point[a] = travel_point(m->place[a]);
	if (n > MATRIX_PLACES_MAX)
		return 0;
	m->road_m = malloc((n * n + 1) * sizeof(*m->road_m));
	if (m->road_m == NULL)
		return -1;
	for (size_t a = 0; a < n; a++) {
		m->road_m[a * n + a] = 0;
		for (size_t b = 0; b < a; b++) {
			int32_t crow_m = travel_point_m(&m->point[a], &m->point[b]);

			m->road_m[a * n + b] = m->road_m[b * n + a] =
			    travel_crow_road_m(&m->p->travel, crow_m);
		}
	}
	return 0;
}

struct model *
model_new(const struct problem *p)
{
	struct model *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->p = p;
	m->counts = p->budget >= 0;
	m->places = p->calls + 2 * p->technicians;
	m->call = malloc(((size_t)p->calls + 1) * sizeof(*m->call));
	m->place = malloc(((size_t)m->places + 1) * sizeof(*m->place));
	if (m->call == NULL || m->place == NULL)
		goto fail;
	for (int32_t i = 0; i < p->calls; i++) {
		set_call(&m->call[i], &p->call[i], p->weights.eta_tolerance_s);
		m->place[i] = p->call[i].site;
	}
	for (int32_t k = 0; k < p->technicians; k++) {
		const struct technician *t = &p->technician[k];

		m->place[model_start_place(m, k)] = t->start;
		m->place[model_end_place(m, k)] = t->open_end ? t->start : t->end;
		for (int32_t r = 0; r < t->currents; r++) {
			m->call[t->current[r]].stay_technician = k;
			if (r < t->fixed)
				m->call[t->current[r]].fixed_on = k;
		}
	}
	if (set_roads(m) < 0)
		goto fail;
	return m;
fail:
	model_free(m);
	return NULL;
}

void
model_free(struct model *m)
{
	if (m == NULL)
		return;
	free(m->call);
	free(m->place);
	free(m->point);
	free(m->road_m);
	free(m);
}

int32_t
model_drive_s(const struct model *m, int32_t k, int32_t from, int32_t to)
{
	const struct technician *t = &m->p->technician[k];
	int32_t road_m;

	if (m->place[from].lat_udeg == m->place[to].lat_udeg &&
	    m->place[from].lon_udeg == m->place[to].lon_udeg)
		return 0;
	if (t->open_end && to == model_end_place(m, k))
		return 0;
	if (m->road_m != NULL)
		road_m = m->road_m[(size_t)from * (size_t)m->places + (size_t)to];
	else
		road_m = travel_crow_road_m(&m->p->travel,
		    travel_point_m(&m->point[from], &m->point[to]));
	return travel_road_s(&m->p->travel, road_m, t->speed_pct);
}
