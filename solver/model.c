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

int32_t
model_window_s(const struct model_call *c, int64_t s)
{
	if (s > c->close_s)
		return PROBLEM_NEVER;
	for (int32_t w = 0; w < c->windows; w++)
		if (s <= c->window[w].close_s)
			return s > c->window[w].open_s ? (int32_t)s : c->window[w].open_s;
	return s > c->open_s ? (int32_t)s : c->open_s;
}

/* The first start allowed at or after a time that was told, or may not be before. */
static void
add_floor(struct model_call *mc, int32_t at_s)
{
	int32_t f = mc->floors;

	if (at_s == INT32_MIN || at_s > mc->close_s)
		return;
	if (mc->windows > 0)
		at_s = model_window_s(mc, at_s);
	for (int32_t i = 0; i < mc->floors; i++)
		if (mc->floor_s[i] == at_s)
			return;
	for (; f > 0 && mc->floor_s[f - 1] > at_s; f--)
		mc->floor_s[f] = mc->floor_s[f - 1];
	mc->floor_s[f] = at_s;
	mc->floors++;
}

static int32_t
least_duration_s(const struct problem *p, const struct call *c)
{
	int32_t least_s = c->duration_s;

	if (c->duration_by_kind == NULL)
		return least_s;
	for (int32_t k = 0; k < p->kinds; k++)
		if (k == 0 || c->duration_by_kind[k] < least_s)
			least_s = c->duration_by_kind[k];
	return least_s;
}

static void
set_call(const struct problem *p, struct model_call *mc, const struct call *c)
{
	bool told = c->told.technician >= 0 || c->told.eta || c->told.promise;

	*mc = (struct model_call){
		.duration_s = least_duration_s(p, c),
		.open_s = c->open_s,
		.close_s = c->close_s,
		.window = c->window,
		.windows = c->windows,
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
	set_told_windows(mc, c, p->weights.eta_tolerance_s);
	add_floor(mc, mc->eta_lo_s);
	add_floor(mc, mc->promise_lo_s);
	add_floor(mc, mc->calm_lo_s);
}

/* What drivers at speed_pct need from each place to each, if the metres are known. */
static void
set_seconds(struct model *m, int32_t speed_pct)
{
	size_t n = (size_t)m->places;

	for (size_t a = 0; a < n; a++)
		for (size_t b = 0; b < n; b++)
			if (m->place[a].lat_udeg == m->place[b].lat_udeg &&
			    m->place[a].lon_udeg == m->place[b].lon_udeg)
				m->leg_s[a * n + b] = 0;
			else
				m->leg_s[a * n + b] = travel_road_s(&m->p->travel,
				    m->leg_s[a * n + b], speed_pct);
	for (int32_t k = 0; k < m->p->technicians; k++) {
		size_t start = (size_t)model_start_place(m, k), end = (size_t)model_end_place(m, k);

		for (size_t a = 0; a < n; a++) {
			if (m->p->technician[k].open_start)
				m->leg_s[start * n + a] = 0;
			if (m->p->technician[k].open_end)
				m->leg_s[a * n + end] = 0;
		}
	}
}

static bool
one_speed(const struct problem *p)
{
	for (int32_t k = 1; k < p->technicians; k++)
		if (p->technician[k].speed_pct != p->technician[0].speed_pct)
			return false;
	return p->technicians > 0;
}

static int
set_roads(struct model *m)
{
	size_t n = (size_t)m->places;
	int32_t *road_m;

	m->point = malloc((n + 1) * sizeof(*m->point));
	if (m->point == NULL)
		return -1;
	for (size_t a = 0; a < n; a++)
		m->point[a] = travel_point(m->place[a]);
	if (n > MATRIX_PLACES_MAX || m->p->matrices > 0)
		return 0;
	road_m = malloc((n * n + 1) * sizeof(*road_m));
	if (road_m == NULL)
		return -1;
	for (size_t a = 0; a < n; a++) {
		road_m[a * n + a] = 0;
		for (size_t b = 0; b < a; b++) {
			int32_t crow_m = travel_point_m(&m->point[a], &m->point[b]);

			road_m[a * n + b] = road_m[b * n + a] =
			    travel_crow_road_m(&m->p->travel, crow_m);
		}
	}
	if (one_speed(m->p)) {
		m->leg_s = road_m;
		set_seconds(m, m->p->technician[0].speed_pct);
	} else {
		m->road_m = road_m;
	}
	return 0;
}

static int
set_rows(struct model *m)
{
	const struct problem *p = m->p;

	if (p->matrices == 0)
		return 0;
	m->row = malloc(((size_t)m->places + 1) * sizeof(*m->row));
	if (m->row == NULL)
		return -1;
	for (int32_t i = 0; i < p->calls; i++)
		m->row[i] = p->call[i].location;
	for (int32_t k = 0; k < p->technicians; k++) {
		const struct technician *t = &p->technician[k];

		m->row[model_start_place(m, k)] = t->open_start ? -1 : t->start_location;
		m->row[model_end_place(m, k)] = t->open_end ? -1 : t->end_location;
	}
	if (p->has_depot)
		m->row[model_depot_place(m)] = p->depot_location;
	return 0;
}

static int
set_uses(struct model *m)
{
	const struct problem *p = m->p;
	size_t n;

	m->used_n = use_list(p, m->use);
	n = (size_t)m->used_n;
	if (n == 0)
		return 0;
	m->use_max = malloc(((size_t)p->technicians * n + 1) * sizeof(*m->use_max));
	m->use_of = malloc(((size_t)p->calls * n + 1) * sizeof(*m->use_of));
	if (m->use_max == NULL || m->use_of == NULL)
		return -1;
	for (size_t u = 0; u < n; u++) {
		for (int32_t k = 0; k < p->technicians; k++)
			m->use_max[(size_t)k * n + u] = use_max(p, &m->use[u], k);
		for (int32_t i = 0; i < p->calls; i++)
			m->use_of[(size_t)i * n + u] = use_of_call(p, &m->use[u], i);
	}
	return 0;
}

/* Who lacks a tool or a part for anything at all. */
static int
set_depot_helps(struct model *m)
{
	const struct problem *p = m->p;
	uint64_t tools = 0;

	if (!p->has_depot)
		return 0;
	m->depot_helps = calloc((size_t)p->technicians + 1, sizeof(*m->depot_helps));
	if (m->depot_helps == NULL)
		return -1;
	for (int32_t i = 0; i < p->calls; i++)
		tools |= p->call[i].tools;
	for (int32_t k = 0; k < p->technicians; k++) {
		m->depot_helps[k] = (tools & ~p->technician[k].tools) != 0;
		for (int32_t a = 0; a < p->parts; a++)
			m->depot_helps[k] |= use_of_calls(p, USE_PART, a) >
			    p->technician[k].part[a];
	}
	return 0;
}

static void
set_calls(struct model *m)
{
	const struct problem *p = m->p;

	for (int32_t i = 0; i < p->calls; i++) {
		const struct call *c = &p->call[i];

		set_call(p, &m->call[i], c);
		m->place[i] = c->site;
		m->varied |= c->duration_by_kind != NULL || c->setup_by_kind != NULL ||
		    c->setup_s != 0;
	}
}

static void
set_technicians(struct model *m)
{
	const struct problem *p = m->p;

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
	if (p->has_depot)
		m->place[model_depot_place(m)] = p->depot;
}

struct model *
model_new(const struct problem *p)
{
	struct model *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->p = p;
	m->counts = p->budget >= 0;
	m->fair = p->weights.fair_cents > 0;
	m->places = p->calls + 2 * p->technicians + (p->has_depot ? 1 : 0);
	m->call = malloc(((size_t)p->calls + 1) * sizeof(*m->call));
	m->place = malloc(((size_t)m->places + 1) * sizeof(*m->place));
	if (m->call == NULL || m->place == NULL)
		goto fail;
	set_calls(m);
	set_technicians(m);
	if (set_roads(m) < 0 || set_rows(m) < 0 || set_uses(m) < 0 || set_depot_helps(m) < 0)
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
	free(m->leg_s);
	free(m->row);
	free(m->road_m);
	free(m->use_max);
	free(m->use_of);
	free(m->depot_helps);
	free(m);
}

static bool
same_place(const struct model *m, int32_t a, int32_t b)
{
	if (m->row != NULL)
		return m->row[a] == m->row[b];
	return m->place[a].lat_udeg == m->place[b].lat_udeg &&
	    m->place[a].lon_udeg == m->place[b].lon_udeg;
}

static int32_t
matrix_s(const struct model *m, const struct technician *t, int32_t from, int32_t to)
{
	const struct travel_matrix *x = &m->p->matrix[t->matrix];
	size_t at;
	int64_t s;

	if (m->row[from] < 0 || m->row[to] < 0)
		return 0;
	at = (size_t)m->row[from] * (size_t)m->p->locations + (size_t)m->row[to];
	s = x->narrow_s != NULL ? x->narrow_s[at] : x->wide_s[at];
	if (t->speed_pct != 100)
		s = (s * 100 + t->speed_pct - 1) / t->speed_pct;
	return s < TRAVEL_S_MAX ? (int32_t)s : TRAVEL_S_MAX;
}

int32_t
model_leg_s(const struct model *m, int32_t k, int32_t from, int32_t to)
{
	const struct technician *t = &m->p->technician[k];
	int32_t road_m;

	if (m->row != NULL)
		return matrix_s(m, t, from, to);
	if (same_place(m, from, to) || (t->open_end && to == model_end_place(m, k)) ||
	    (t->open_start && from == model_start_place(m, k)))
		return 0;
	if (m->road_m != NULL)
		road_m = m->road_m[(size_t)from * (size_t)m->places + (size_t)to];
	else
		road_m = travel_crow_road_m(&m->p->travel,
		    travel_point_m(&m->point[from], &m->point[to]));
	return travel_road_s(&m->p->travel, road_m, t->speed_pct);
}

int32_t
model_least_s(const struct model *m, int32_t k, int32_t from, int32_t to)
{
	int32_t direct_s = model_drive_s(m, k, from, to);
	int32_t depot = model_depot_place(m);
	int64_t via_s;

	if (m->depot_helps == NULL || !m->depot_helps[k])
		return direct_s;
	via_s = (int64_t)model_drive_s(m, k, from, depot) + m->p->depot_s +
	    model_drive_s(m, k, depot, to);
	return via_s < direct_s ? (int32_t)via_s : direct_s;
}

int32_t
model_varied_work_s(const struct model *m, int32_t k, int32_t place, int32_t i)
{
	const struct technician *t = &m->p->technician[k];
	const struct call *c = &m->p->call[i];
	int32_t work_s = c->duration_by_kind ? c->duration_by_kind[t->kind] : c->duration_s;
	int32_t setup_s = c->setup_by_kind ? c->setup_by_kind[t->kind] : c->setup_s;
	bool begins = t->open_start && place == model_start_place(m, k);

	return !begins && same_place(m, place, i) ? work_s : work_s + setup_s;
}

enum { HOUR_S = 3600, DAY_HOURS = 24 };

/* The hour of the day at t_s, and the seconds left of it. */
static int
hour_at(const struct model *m, int64_t t_s, int64_t *ret_left_s)
{
	int64_t day_s = (t_s + m->p->day_second) % (DAY_HOURS * HOUR_S);

	if (day_s < 0)
		day_s += DAY_HOURS * HOUR_S;
	*ret_left_s = HOUR_S - day_s % HOUR_S;
	return (int)(day_s / HOUR_S);
}

int64_t
model_traffic_end_s(const struct model *m, int64_t t_s, int64_t parts)
{
	int64_t day_parts = 0;

	for (int h = 0; h < DAY_HOURS; h++)
		day_parts += (int64_t)m->p->hour_pct[h] * HOUR_S;
	/* Whole days go in one step. */
	t_s += parts / day_parts * DAY_HOURS * HOUR_S;
	parts %= day_parts;
	for (;;) {
		int64_t left_s;
		int64_t pct = m->p->hour_pct[hour_at(m, t_s, &left_s)];

		if (pct * left_s >= parts)
			return t_s + (parts + pct - 1) / pct;
		parts -= pct * left_s;
		t_s += left_s;
	}
}

int64_t
model_traffic_parts(const struct model *m, int64_t from_s, int64_t to_s)
{
	int64_t parts = 0;

	if (!m->p->traffic)
		return to_s - from_s;
	while (from_s < to_s) {
		int64_t left_s;
		int64_t pct = m->p->hour_pct[hour_at(m, from_s, &left_s)];

		if (left_s > to_s - from_s)
			left_s = to_s - from_s;
		parts += pct * left_s;
		from_s += left_s;
	}
	return parts;
}
