/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "solver/members.h"
#include "solver/problem_json.h"

static int
put(json_t *j, const char *name, json_t *v)
{
	return json_object_set_new_nocheck(j, name, v);
}

static json_t *
place_to_json(const struct problem *p, struct place at, int32_t location)
{
	json_t *j = json_pack("{s:f,s:f}", "lat", at.lat_udeg / 1e6, "lon", at.lon_udeg / 1e6);

	if (p->matrices > 0)
		put(j, "location", json_integer(location));
	return j;
}

/* A list of numbers without the zeros at its end; nothing is put for nothing. */
static int
put_list(json_t *j, const char *name, const int32_t *v, int32_t n)
{
	json_t *list;
	int bad = 0;

	while (n > 0 && v[n - 1] == 0)
		n--;
	if (n == 0)
		return 0;
	list = json_array();
	for (int32_t i = 0; i < n; i++)
		bad |= json_array_append_new(list, json_integer(v[i]));
	return bad | put(j, name, list);
}

/* A duration for every kind, the zeros too. */
static int
put_by_kind(json_t *j, const char *name, const int32_t *v, int32_t n)
{
	json_t *list;
	int bad = 0;

	if (v == NULL)
		return 0;
	list = json_array();
	for (int32_t i = 0; i < n; i++)
		bad |= json_array_append_new(list, json_integer(v[i]));
	return bad | put(j, name, list);
}

static int
put_tools(json_t *j, uint64_t tools)
{
	json_t *list;
	int bad = 0;

	if (tools == 0)
		return 0;
	list = json_array();
	for (int t = 0; t < PROBLEM_TOOLS_MAX; t++)
		if (tools >> t & 1)
			bad |= json_array_append_new(list, json_integer(t));
	return bad | put(j, "tools", list);
}

static int
put_windows(json_t *j, const struct window *w, int32_t n)
{
	json_t *list;
	int bad = 0;

	if (n == 0)
		return 0;
	list = json_array();
	for (int32_t i = 0; i < n; i++)
		bad |= json_array_append_new(list, json_pack("[i,i]", (int)w[i].open_s,
		    (int)w[i].close_s));
	return bad | put(j, "windows", list);
}

static json_t *
skills_to_json(const struct problem *p, const struct skill_level *s, int32_t n)
{
	json_t *j = json_object();

	for (int32_t i = 0; i < n; i++)
		put(j, p->skill_name[s[i].skill], json_integer(s[i].level));
	return j;
}

static json_t *
technician_to_json(const struct problem *p, const struct technician *t)
{
	json_t *j = json_object();
	json_t *list;
	int bad = put(j, "id", json_string(t->id));

	bad |= put(j, "start", t->open_start ? json_null()
	    : place_to_json(p, t->start, t->start_location));
	if (!t->open_end)
		bad |= put(j, "end", place_to_json(p, t->end, t->end_location));
	bad |= members_write(j, &members_technician, t);
	if (t->leaves_late)
		bad |= put(j, "leaves_late", json_true());
	bad |= put_list(j, "capacity", t->capacity, p->loads);
	bad |= put_list(j, "parts", t->part, p->parts);
	bad |= put_tools(j, t->tools);
	if (t->skills > 0)
		bad |= put(j, "skills", skills_to_json(p, t->skill, t->skills));
	list = json_array();
	for (int32_t b = 0; b < t->dues; b++) {
		json_t *due = json_object();

		bad |= members_write(due, &members_break, &t->due[b]);
		bad |= put_windows(due, t->due[b].window, t->due[b].windows);
		bad |= json_array_append_new(list, due);
	}
	bad |= put(j, "breaks", list);
	list = json_array();
	for (int32_t r = 0; r < t->currents; r++)
		bad |= json_array_append_new(list, json_string(p->call[t->current[r]].id));
	bad |= put(j, "current", list);
	if (bad == 0)
		return j;
	json_decref(j);
	return NULL;
}

static json_t *
told_to_json(const struct problem *p, const struct told *told)
{
	json_t *j = json_object();
	int bad = 0;

	if (told->technician >= 0)
		bad |= put(j, "technician", json_string(p->technician[told->technician].id));
	if (told->eta)
		bad |= put(j, "eta_s", json_integer(told->eta_s));
	if (told->promise)
		bad |= put(j, "promise",
		    json_pack("[i,i]", told->promise_from_s, told->promise_to_s));
	if (bad == 0)
		return j;
	json_decref(j);
	return NULL;
}

/* What the work takes, and which calls it is tied to. */
static int
put_work(json_t *j, const struct problem *p, const struct call *c)
{
	int bad = put_windows(j, c->window, c->windows);

	bad |= put_by_kind(j, "duration_by_kind", c->duration_by_kind, p->kinds);
	bad |= put_by_kind(j, "setup_by_kind", c->setup_by_kind, p->kinds);
	bad |= put_list(j, "pickup", c->pickup, p->loads);
	bad |= put_list(j, "delivery", c->delivery, p->loads);
	bad |= put_list(j, "parts", c->part, p->parts);
	bad |= put_tools(j, c->tools);
	if (c->with >= 0)
		bad |= put(j, "with", json_string(p->call[c->with].id));
	if (c->after >= 0)
		bad |= put(j, "after", json_string(p->call[c->after].id));
	return bad;
}

static json_t *
call_to_json(const struct problem *p, const struct call *c, bool on_route)
{
	json_t *j = json_object();
	int bad = put(j, "id", json_string(c->id));

	bad |= put(j, "site", place_to_json(p, c->site, c->location));
	bad |= members_write(j, &members_call, c);
	bad |= put_work(j, p, c);
	if (c->needs > 0)
		bad |= put(j, "needs", skills_to_json(p, c->need, c->needs));
	if (c->required >= 0)
		bad |= put(j, "required", json_string(p->technician[c->required].id));
	if (c->preferred >= 0)
		bad |= put(j, "preferred", json_string(p->technician[c->preferred].id));
	if (c->forbiddens > 0) {
		json_t *list = json_array();

		for (int32_t f = 0; f < c->forbiddens; f++)
			if (c->forbidden[f] >= 0)
				bad |= json_array_append_new(list,
				    json_string(p->technician[c->forbidden[f]].id));
		bad |= put(j, "forbidden", list);
	}
	if (c->told.technician >= 0 || c->told.eta || c->told.promise)
		bad |= put(j, "told", told_to_json(p, &c->told));
	if (c->stay_served)
		bad |= put(j, "stay", json_integer(c->stay_s));
	else if (on_route)
		bad |= put(j, "stay", json_null());
	if (c->immovable)
		bad |= put(j, "immovable", json_true());
	if (bad == 0)
		return j;
	json_decref(j);
	return NULL;
}

static int
put_lists(json_t *j, const struct problem *p, bool *on_route)
{
	json_t *technicians = json_array();
	json_t *calls = json_array();
	int bad = 0;

	for (int32_t k = 0; k < p->technicians; k++) {
		bad |= json_array_append_new(technicians,
		    technician_to_json(p, &p->technician[k]));
		for (int32_t r = 0; r < p->technician[k].currents; r++)
			on_route[p->technician[k].current[r]] = true;
	}
	for (int32_t i = 0; i < p->calls; i++)
		bad |= json_array_append_new(calls, call_to_json(p, &p->call[i], on_route[i]));
	bad |= put(j, "technicians", technicians);
	bad |= put(j, "calls", calls);
	return bad;
}

static json_t *
matrix_to_json(const struct travel_matrix *x, int32_t n)
{
	json_t *rows = json_array();
	int bad = 0;

	for (int32_t a = 0; a < n; a++) {
		json_t *row = json_array();

		for (int32_t b = 0; b < n; b++)
			bad |= json_array_append_new(row, json_integer(x->narrow_s != NULL
			    ? x->narrow_s[a * n + b] : x->wide_s[a * n + b]));
		bad |= json_array_append_new(rows, row);
	}
	if (bad == 0)
		return rows;
	json_decref(rows);
	return NULL;
}

static int
put_roads(json_t *j, const struct problem *p)
{
	json_t *list = json_array();
	int bad = 0;

	for (int32_t x = 0; x < p->matrices; x++)
		bad |= json_array_append_new(list, matrix_to_json(&p->matrix[x], p->locations));
	if (p->matrices > 0)
		bad |= put(j, "matrices", json_incref(list));
	json_decref(list);
	if (p->traffic) {
		json_t *hours = json_array();

		for (int h = 0; h < 24; h++)
			bad |= json_array_append_new(hours, json_integer(p->hour_pct[h]));
		bad |= put(j, "traffic", json_pack("{s:o,s:i}", "hour_pct", hours, "day_second",
		    (int)p->day_second));
	}
	if (p->has_depot) {
		json_t *depot = place_to_json(p, p->depot, p->depot_location);

		bad |= members_write(depot, &members_depot, p);
		bad |= put(j, "depot", depot);
	}
	if (p->breaks_on_the_way)
		bad |= put(j, "breaks_on_the_way", json_true());
	return bad;
}

json_t *
problem_to_json(const struct problem *p)
{
	bool *on_route = calloc((size_t)p->calls + 1, sizeof(*on_route));
	json_t *j = json_object();
	json_t *travel = json_object();
	json_t *weights = json_object();
	int bad = on_route == NULL;

	bad |= members_write(travel, &members_travel, &p->travel);
	bad |= members_write(weights, &members_weight, &p->weights);
	bad |= put(j, "travel", travel);
	bad |= put(j, "weights", weights);
	bad |= put(j, "origin", json_integer(p->origin));
	bad |= members_write(j, &members_problem, p);
	bad |= put_roads(j, p);
	if (bad == 0)
		bad = put_lists(j, p, on_route);
	free(on_route);
	if (bad == 0)
		return j;
	json_decref(j);
	return NULL;
}
