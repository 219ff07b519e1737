// SPDX-License-Identifier: Apache-2.0
/* A state as canonical JSON. state_load.c reads it: the two change together. */
#include <stdlib.h>

#include "daemon/state_impl.h"

static json_t *
integer(int64_t v)
{
	return json_integer((json_int_t)v);
}

static const char *
tech_id(const struct state *s, int32_t i)
{
	return i < 0 ? "" : s->tech[i]->id;
}

static const char *
call_id(const struct state *s, int32_t i)
{
	return i < 0 ? "" : s->call[i]->c.id;
}

/* Appends a new reference; frees the array and gives NULL when either is missing. */
static json_t *
append(json_t *array, json_t *item)
{
	if (json_array_append_new(array, item) < 0) {
		json_decref(array);
		return NULL;
	}
	return array;
}

static json_t *
shifts_dump(const struct tech *t)
{
	json_t *shifts = json_array();

	for (int32_t i = 0; i < t->shifts && shifts != NULL; i++) {
		json_t *breaks = json_array();

		for (int32_t d = 0; d < t->shift[i].dues && breaks != NULL; d++)
			breaks = append(breaks, integer(t->shift[i].due[d].status));
		shifts = append(shifts,
		    json_pack("{s:b, s:o}", "ended", t->shift[i].ended, "breaks", breaks));
	}
	return shifts;
}

static json_t *
stops_dump(const struct state *s, const struct tech *t)
{
	json_t *stops = json_array();

	for (int32_t i = 0; i < t->stops && stops != NULL; i++) {
		const struct stop *stop = &t->stop[i];

		stops = append(stops,
		    json_pack("[s, I, I, I]", call_id(s, stop->call), (json_int_t)stop->arrival,
		        (json_int_t)stop->end, (json_int_t)stop->drive_s));
	}
	return stops;
}

static json_t *
takens_dump(const struct tech *t)
{
	json_t *takens = json_array();

	for (int32_t i = 0; i < t->takens && takens != NULL; i++) {
		const struct planned_break *pb = &t->taken[i];

		takens = append(takens,
		    json_pack("[I, I, I, I]", (json_int_t)pb->due, (json_int_t)pb->after,
		        (json_int_t)pb->start, (json_int_t)pb->duration_s));
	}
	return takens;
}

static json_t *
tech_dump(const struct state *s, const struct tech *t)
{
	return json_pack("{s:s, s:I, s:O, s:s, s:I, s:s, s:I, s:I, s:I, s:{s:I, s:I}, s:I, s:I, s:I,"
	                 " s:I, s:I, s:o, s:o, s:o}",
	    "id", t->id, "version", (json_int_t)t->version, "terms", t->terms, "status",
	    tech_status_name(t->status), "shift_now", (json_int_t)t->shift_now, "call",
	    call_id(s, t->call), "break_now", (json_int_t)t->break_now, "since",
	    (json_int_t)t->since, "until", (json_int_t)t->until, "at", "lat_udeg",
	    (json_int_t)t->at.lat_udeg, "lon_udeg", (json_int_t)t->at.lon_udeg, "hard_points",
	    (json_int_t)t->hard_points, "absent_from", (json_int_t)t->absent_from, "absent_to",
	    (json_int_t)t->absent_to, "route_end", (json_int_t)t->route_end, "overtime_s",
	    (json_int_t)t->overtime_s, "shifts", shifts_dump(t), "stops", stops_dump(s, t),
	    "taken", takens_dump(t));
}

static json_t *
told_dump(const struct state *s, const struct told_state *told)
{
	return json_pack("{s:b, s:s, s:I, s:I, s:I, s:I, s:b, s:I, s:I, s:I, s:I}", "any", told->any,
	    "technician", tech_id(s, told->technician), "arrival", (json_int_t)told->arrival,
	    "p10", (json_int_t)told->p10, "p90", (json_int_t)told->p90, "version",
	    (json_int_t)told->version, "promise", told->promise, "from",
	    (json_int_t)told->promise_from, "to", (json_int_t)told->promise_to, "first_from",
	    (json_int_t)told->first_from, "first_to", (json_int_t)told->first_to);
}

static json_t *
call_dump(const struct state *s, const struct call_slot *slot)
{
	const struct call_state *c = &slot->c;

	return json_pack("{s:s, s:I, s:O, s:s, s:s, s:I, s:I, s:o, s:b, s:I, s:I, s:s, s:I, s:O}",
	    "id", c->id, "version", (json_int_t)c->version, "terms", c->terms, "status",
	    call_status_name(c->status), "technician", tech_id(s, c->tech), "arrival",
	    (json_int_t)c->arrival, "end", (json_int_t)c->end, "told", told_dump(s, &c->told),
	    "pinned", c->pinned, "moves_today", (json_int_t)c->moves_today, "moves_day",
	    (json_int_t)c->moves_day, "outcome", c->outcome, "closed", (json_int_t)c->closed,
	    "history", slot->history);
}

static json_t *
techs_dump(const struct state *s)
{
	json_t *techs = json_array();

	for (int32_t i = 0; i < s->techs && techs != NULL; i++)
		techs = append(techs, tech_dump(s, s->tech[i]));
	return techs;
}

static json_t *
calls_dump(const struct state *s, const struct ints *list, int32_t from)
{
	json_t *calls = json_array();

	for (int32_t i = from; i < list->n && calls != NULL; i++)
		calls = append(calls, call_dump(s, s->call[list->v[i]]));
	return calls;
}

static json_t *
spends_dump(const struct state *s)
{
	json_t *spends = json_array();

	for (int32_t i = 0; i < s->spends && spends != NULL; i++)
		spends = append(spends,
		    json_pack("[I, I]", (json_int_t)s->spend[i].at, (json_int_t)s->spend[i].calls));
	return spends;
}

char *
state_dump(const struct state *s)
{
	json_t *j = json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "territory",
	    s->territory, "zone", s->zone, "seq", (json_int_t)s->seq, "plan_version",
	    (json_int_t)s->plan_version, "guidelines_version", (json_int_t)s->guidelines_version,
	    "counter", (json_int_t)s->counter, "guidelines", guidelines_to_json(&s->guidelines),
	    "technicians", techs_dump(s), "open", calls_dump(s, &s->open, 0), "closed",
	    calls_dump(s, &s->closed, s->closed_from), "spent", spends_dump(s));
	char *text = j == NULL ? NULL : json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS);

	json_decref(j);
	return text;
}
