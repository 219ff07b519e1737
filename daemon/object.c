/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/object.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/build.h"
#include "proto/when.h"

enum { SLIP_S = 60 /* less is not worth a word */ };

json_t *
object_when(const struct state *s, int64_t at)
{
	char text[WHEN_SIZE];

	if (when_format(at, state_zone(s), text) < 0 && when_format(at, "UTC", text) < 0)
		return json_string("1970-01-01T00:00:00+00:00");
	return json_string(text);
}

json_t *
object_window(const struct state *s, int64_t from, int64_t to)
{
	return json_pack("{s:o, s:o}", "from", object_when(s, from), "to", object_when(s, to));
}

static json_t *
place_of(struct place at)
{
	return json_pack("{s:f, s:f}", "lat", at.lat_udeg / 1e6, "lon", at.lon_udeg / 1e6);
}

static json_t *
skills(const struct skill *skill, int32_t n)
{
	json_t *list = json_array();

	for (int32_t i = 0; i < n; i++)
		build_add(&list, json_pack("{s:s, s:i}", "skill", skill[i].name, "level",
		    (int)skill[i].level));
	return list;
}

static json_t *
site(const struct call_state *c)
{
	json_t *j = place_of(c->site);
	json_t *address = json_object_get(c->terms, "address");

	if (address != NULL)
		build_set(&j, "address", json_incref(address));
	return j;
}

/* Members of terms that are shown as they came. */
static void
copy(json_t **to, const json_t *terms, const char *const *member)
{
	for (; *member != NULL; member++) {
		json_t *v = json_object_get(terms, *member);

		if (v != NULL)
			build_set(to, *member, json_incref(v));
	}
}

static json_t *
history_of(const struct state *s, int32_t call)
{
	json_t *list = json_array();
	const json_t *entry;
	size_t i;

	json_array_foreach(state_call_history(s, call), i, entry) {
		json_t *one = json_object();

		/* Not json_copy(): it would leave out what it has no memory for. */
		if (json_object_update(one, (json_t *)entry) < 0) {
			json_decref(one);
			one = NULL;
		}
		build_set(&one, "at",
		    object_when(s, json_integer_value(json_object_get(entry, "at"))));
		if (json_object_get(entry, "arrival") != NULL)
			build_set(&one, "arrival",
			    object_when(s, json_integer_value(json_object_get(entry, "arrival"))));
		build_add(&list, one);
	}
	return list;
}

static void
put_told(const struct state *s, const struct call_state *c, json_t **j)
{
	const struct told_state *t = &c->told;

	if (t->any)
		build_set(j, "eta", json_pack("{s:o, s:o, s:o, s:I}", "arrival",
		    object_when(s, t->arrival), "p10", object_when(s, t->p10), "p90",
		    object_when(s, t->p90), "version", (json_int_t)t->version));
	if (t->promise) {
		build_set(j, "promise", object_window(s, t->promise_from, t->promise_to));
		build_set(j, "first_promise", object_window(s, t->first_from, t->first_to));
	}
}

static void
put_wanted(const struct state *s, int32_t call, json_t **j)
{
	static const char *const shown[] = { "customer", "reference", "kind", "note", "preferred",
		"required", "forbidden", NULL };
	const struct call_state *c = state_call(s, call);
	struct work work;

	copy(j, c->terms, shown);
	build_set(j, "site", site(c));
	build_set(j, "needs", skills(c->need, c->needs));
	build_set(j, "severity", json_string(severity_name(c->severity)));
	build_set(j, "opened", object_when(s, c->opened));
	if (c->due > 0)
		build_set(j, "due", object_when(s, c->due));
	if (c->appointment)
		build_set(j, "appointment", object_window(s, c->appt_from, c->appt_to));
	state_work(s, c->tech, call, &work);
	build_set(j, "duration_s", json_integer(c->closed == 0 ? work.planned_s : c->duration_s));
	build_set(j, "difficulty", json_integer(c->difficulty));
}

/* Who asked for it, and what became of what was promised. */
static void
put_dealings(const struct state *s, const struct call_state *c, json_t **j)
{
	static const char *const shown[] = { "asker", "language", "contact", NULL };

	copy(j, c->terms, shown);
	build_set(j, "origin", json_string(c->inside ? "inside" : "outside"));
	build_set(j, "contract", json_string(contract_name(c->contract)));
	if (c->agreed_pct > 0)
		build_set(j, "confidence", json_real(c->agreed_pct / 100.0));
	if (c->told.promise && c->closed == 0)
		build_set(j, "risk", json_real(c->risk_pct / 100.0));
	build_set(j, "answer", json_string(answer_name(c->answer)));
	build_set(j, "declines", json_integer(c->declines));
	build_set(j, "carried_over", json_integer(c->carried));
	if (c->not_before > 0)
		build_set(j, "not_before", object_when(s, c->not_before));
	build_set(j, "repromised", json_integer(c->told.repromised));
}

json_t *
object_call(const struct state *s, int32_t call, bool history)
{
	const struct call_state *c = state_call(s, call);
	json_t *j = json_pack("{s:s, s:I, s:s, s:s}", "call", c->id, "version",
	    (json_int_t)c->version, "territory", state_territory(s), "status",
	    call_status_name(c->status));

	put_wanted(s, call, &j);
	if (c->tech >= 0)
		build_set(&j, "technician", json_string(state_tech(s, c->tech)->id));
	if (c->status != CALL_UNASSIGNED && c->arrival > 0)
		build_set(&j, "arrival", object_when(s, c->arrival));
	if (c->status != CALL_UNASSIGNED && c->end > 0)
		build_set(&j, "end", object_when(s, c->end));
	put_told(s, c, &j);
	put_dealings(s, c, &j);
	build_set(&j, "pinned", json_boolean(c->pinned));
	build_set(&j, "moves_today", json_integer(c->moves_today));
	if (c->outcome[0] != '\0')
		build_set(&j, "outcome", json_string(c->outcome));
	if (history)
		build_set(&j, "history", history_of(s, call));
	return j;
}

json_t *
object_shift(const struct state *s, const struct shift *shift)
{
	json_t *breaks = json_array();

	for (int32_t i = 0; i < shift->dues; i++)
		build_add(&breaks, json_pack("{s:o, s:o, s:i}", "from",
		    object_when(s, shift->due[i].from), "to", object_when(s, shift->due[i].to),
		    "duration_s", (int)shift->due[i].duration_s));
	return json_pack("{s:o, s:o, s:o}", "from", object_when(s, shift->from), "to",
	    object_when(s, shift->to), "breaks", breaks);
}

const char *
object_tech_status(const struct tech *t, int64_t now)
{
	if (t->absent_from <= now && now < t->absent_to)
		return "absent";
	return tech_status_name(t->status);
}

json_t *
object_tech(const struct state *s, int32_t tech, int64_t now, const struct place *position)
{
	const struct tech *t = state_tech(s, tech);
	json_t *shifts = json_array();
	json_t *j = json_pack("{s:s, s:I, s:s, s:O, s:o, s:o, s:i, s:s, s:i}", "technician", t->id,
	    "version", (json_int_t)t->version, "territory", state_territory(s), "name",
	    json_object_get(t->terms, "name"), "home", place_of(t->home), "skills",
	    skills(t->skill, t->skills), "speed_pct", (int)t->speed_pct, "status",
	    object_tech_status(t, now), "hard_points", (int)t->hard_points);

	for (int32_t i = 0; i < t->shifts; i++)
		build_add(&shifts, object_shift(s, &t->shift[i]));
	build_set(&j, "shifts", shifts);
	if (t->own_end)
		build_set(&j, "end", place_of(t->end));
	if (t->overtime_max_s >= 0)
		build_set(&j, "overtime_max_s", json_integer(t->overtime_max_s));
	if (t->call >= 0)
		build_set(&j, "call", json_string(state_call(s, t->call)->id));
	if (t->until > 0)
		build_set(&j, "until", object_when(s, t->until));
	if (t->absent_to > now)
		build_set(&j, "absent", object_window(s, t->absent_from, t->absent_to));
	if (position != NULL)
		build_set(&j, "position", place_of(*position));
	return j;
}

static void
put_call(const struct state *s, const struct call_state *c, json_t **j)
{
	static const char *const shown[] = { "customer", "kind", NULL };

	copy(j, c->terms, shown);
	build_set(j, "site", site(c));
	build_set(j, "told", json_boolean(c->told.any));
	build_set(j, "pinned", json_boolean(c->pinned));
	if (c->told.promise)
		build_set(j, "promise",
		    object_window(s, c->told.promise_from, c->told.promise_to));
}

json_t *
object_stop(const struct state *s, const struct stop *stop)
{
	const struct call_state *c = state_call(s, stop->call);
	json_t *j = json_pack("{s:s, s:o, s:o, s:s, s:i}", "call", c->id, "arrival",
	    object_when(s, stop->arrival), "end", object_when(s, stop->end), "status",
	    call_status_name(c->status), "drive_s", (int)stop->drive_s);

	put_call(s, c, &j);
	return j;
}

json_t *
object_done_stop(const struct state *s, int32_t call)
{
	const struct call_state *c = state_call(s, call);
	json_t *j = json_pack("{s:s, s:o, s:o, s:s}", "call", c->id, "arrival",
	    object_when(s, c->arrival), "end", object_when(s, c->closed), "status",
	    call_status_name(c->status));

	put_call(s, c, &j);
	return j;
}

static json_t *
one_break(const struct state *s, int64_t start, int32_t duration_s, const char *status)
{
	return json_pack("{s:o, s:i, s:s}", "start", object_when(s, start), "duration_s",
	    (int)duration_s, "status", status);
}

json_t *
object_breaks(const struct state *s, int32_t tech, const struct retimed *seen)
{
	static const char *const name[] = { "due", "running", "taken", "waived" };
	const struct tech *t = state_tech(s, tech);
	const struct shift *shift = t->shift_now >= 0 ? &t->shift[t->shift_now] : NULL;
	json_t *list = json_array();

	for (int32_t i = 0; shift != NULL && i < shift->dues; i++) {
		const struct break_due_at *due = &shift->due[i];

		if (due->status != BREAK_DUE)
			build_add(&list, one_break(s,
			    due->status == BREAK_RUNNING ? t->since : due->from, due->duration_s,
			    name[due->status]));
	}
	for (int32_t i = 0; i < seen->takens; i++)
		build_add(&list,
		    one_break(s, seen->taken[i].start, seen->taken[i].duration_s, "due"));
	return list;
}

/* Whether the route goes on otherwise than it was published, by a minute or more somewhere. */
static bool
has_slipped(const struct tech *t, const struct retimed *r)
{
	for (int32_t i = 0; i < t->stops; i++) {
		if (llabs(r->stop[i].arrival - t->stop[i].arrival) >= SLIP_S ||
		    llabs(r->stop[i].end - t->stop[i].end) >= SLIP_S)
			return true;
	}
	return false;
}

void
object_seen(const struct state *s, int32_t tech, int64_t now, struct retimed *ret)
{
	const struct tech *t = state_tech(s, tech);

	retime(s, tech, now, ret);
	if (ret->losts == 0 && has_slipped(t, ret))
		return;
	memcpy(ret->stop, t->stop, (size_t)t->stops * sizeof(t->stop[0]));
	memcpy(ret->taken, t->taken, sizeof(t->taken));
	ret->stops = t->stops;
	ret->takens = t->takens;
	ret->end = t->route_end;
	ret->overtime_s = t->overtime_s;
}

json_t *
object_route(const struct state *s, int32_t tech, int64_t now)
{
	json_t *stops = json_array();
	struct retimed seen;
	int64_t drive_s = 0;

	object_seen(s, tech, now, &seen);
	for (int32_t i = 0; i < seen.stops; i++) {
		build_add(&stops, object_stop(s, &seen.stop[i]));
		drive_s += seen.stop[i].drive_s;
	}
	return json_pack("{s:s, s:o, s:o, s:o, s:i, s:I}", "technician", state_tech(s, tech)->id,
	    "stops", stops, "breaks", object_breaks(s, tech, &seen), "end",
	    object_when(s, seen.end), "overtime_s", (int)seen.overtime_s, "drive_s",
	    (json_int_t)drive_s);
}

json_t *
object_cost(const struct cost *c)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
	    "total_cents", (json_int_t)cost_total(c), "drive_cents", (json_int_t)c->drive,
	    "wait_cents", (json_int_t)c->wait, "overtime_cents", (json_int_t)c->overtime,
	    "late_cents", (json_int_t)c->late, "response_cents", (json_int_t)c->response,
	    "promise_cents", (json_int_t)c->promise, "disturbance_cents",
	    (json_int_t)c->disturbance, "fair_cents", (json_int_t)c->fair, "prefer_cents",
	    (json_int_t)c->prefer, "break_cents", (json_int_t)c->breaks, "unserved_cents",
	    (json_int_t)c->unserved);
}

static json_t *
ids(const struct state *s, const int32_t *call, int32_t n)
{
	json_t *list = json_array();

	for (int32_t i = 0; i < n; i++)
		build_add(&list, json_string(state_call(s, call[i])->id));
	return list;
}

json_t *
object_disturbance(const struct state *s, const struct disturbed *d)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}",
	    "reassigned", ids(s, d->reassigned, d->reassigneds),
	    "repromised", ids(s, d->repromised, d->repromiseds),
	    "eta_moved", ids(s, d->eta_moved, d->eta_moveds),
	    "dropped", ids(s, d->dropped, d->droppeds),
	    "chosen", ids(s, d->chosen, d->chosens),
	    "forced", ids(s, d->forced, d->forceds));
}
