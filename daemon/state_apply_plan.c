/* SPDX-License-Identifier: Apache-2.0 */
/* plan.revised: new routes, what was told of them, and whom they disturbed. */
#include "daemon/state_impl.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/when.h"

enum { LIST_MAX = STATE_CALLS_OPEN_MAX };

static const char *const kinds[] = { "solve", "background", "retime", "tell", "override" };

struct route_new {
	int32_t tech;
	struct stop *stop;
	int32_t stops;
	struct planned_break taken[STATE_BREAKS_MAX];
	int32_t takens;
	int64_t end;
	int32_t overtime_s;
};

struct told_new {
	int32_t call;
	struct told_state told;
	json_t *history;
};

/* A revision as read and checked; nothing of it is in the state yet. */
struct revision {
	struct route_new *route;
	int32_t routes;
	struct told_new *told;
	int32_t tolds;
	int32_t *chosen;
	int32_t chosens;
	struct told_new *withdrawn;
	int32_t withdrawns;
	int32_t *route_of; /* by technician: his new route + 1, or 0 */
	int64_t midnight;
};

static void
revision_done(struct revision *r)
{
	for (int32_t i = 0; i < r->routes; i++)
		free(r->route[i].stop);
	for (int32_t i = 0; i < r->tolds; i++)
		json_decref(r->told[i].history);
	for (int32_t i = 0; i < r->withdrawns; i++)
		json_decref(r->withdrawn[i].history);
	free(r->route);
	free(r->told);
	free(r->chosen);
	free(r->withdrawn);
	free(r->route_of);
}

/* Zeroed memory for n items, never NULL for n = 0; refuses when out of memory. */
static void *
items_new(struct body *b, size_t n, size_t size)
{
	void *p = calloc(n + 1, size);

	if (p == NULL)
		body_fail(b, -ENOMEM, "Out of memory");
	return p;
}

/* --- reading: the figures --- */

static void
figures_read(struct body *b)
{
	struct body cause = body_sub(b, "cause"), scope = body_sub(b, "scope");

	body_name(b, "kind", kinds, sizeof(kinds) / sizeof(kinds[0]));
	body_str(&cause, "event", 64);
	body_int(&cause, "seq", 0, INT64_MAX);
	body_str_or(&cause, "text", 1024, "-");
	body_str_or(&cause, "call", STATE_ID_SIZE, "-");
	body_str_or(&cause, "technician", STATE_ID_SIZE, "-");
	body_int(&scope, "technicians", 0, STATE_TECHNICIANS_MAX);
	body_int(&scope, "calls", 0, STATE_CALLS_OPEN_MAX);
	body_int(b, "cost_before_cents", INT64_MIN, INT64_MAX);
	body_int(b, "cost_after_cents", INT64_MIN, INT64_MAX);
	body_int_or(b, "bound_cents", INT64_MIN, INT64_MAX, 0);
	body_number(b, "gap", 0);
	body_bool(b, "proven");
	body_int(b, "budget", -1, STATE_CALLS_OPEN_MAX);
	body_int(b, "solve_us", 0, INT64_MAX);
	body_int(b, "work", 0, INT64_MAX);
}

/* What the forced calls would have had with nothing changed. */
static void
stay_read(const struct state *s, struct body *b)
{
	const json_t *array;
	size_t n = body_array_or(b, "stay", LIST_MAX, &array);

	for (size_t i = 0; i < n && !body_failed(b); i++) {
		struct body item = body_item(b, "stay", array, i);

		state_read_call(s, &item, "call");
		body_int_or(&item, "arrival", 0, BODY_TIME_MAX, 0);
	}
}

/* --- reading: the routes --- */

/* A call may be on this technician's new route: open, not under way elsewhere, on no route that stands. */
static void
stop_check(struct state *s, const struct revision *r, struct body *b, struct route_new *route,
    int32_t at)
{
	struct stop *stop = &route->stop[at];
	struct call_slot *slot = s->call[stop->call];
	const struct call_state *c = &slot->c;
	const struct tech *t = s->tech[route->tech];

	if (slot->on_route == s->mark)
		body_fail(b, -EBADMSG, "%scall: %s is on two new routes, or twice on one", b->at,
		    c->id);
	if (t->call >= 0 && (at == 0) != (stop->call == t->call))
		body_fail(b, -EBADMSG, "%scall: %s comes first, it is under way", b->at,
		    s->call[t->call]->c.id);
	if (t->call != stop->call && c->status != CALL_UNASSIGNED && c->status != CALL_PLANNED)
		body_fail(b, -EBADMSG, "%scall: %s is %s", b->at, c->id,
		    call_status_name(c->status));
	if (c->tech >= 0 && r->route_of[c->tech] == 0)
		body_fail(b, -EBADMSG, "%scall: %s is on the route of %s, which stands", b->at,
		    c->id, s->tech[c->tech]->id);
	if (at > 0 && stop->arrival < stop[-1].end)
		body_fail(b, -EBADMSG, "%sarrival: before the end of the stop before it", b->at);
	slot->on_route = s->mark;
	slot->new_tech = route->tech;
	slot->new_arrival = c->status == CALL_ON_SITE ? c->arrival : stop->arrival;
}

static void
stops_read(struct state *s, const struct revision *r, struct body *b, struct route_new *route)
{
	const json_t *array;
	size_t n = body_array(b, "stops", STATE_STOPS_MAX, &array);

	route->stop = items_new(b, n, sizeof(*route->stop));
	for (size_t i = 0; i < n && !body_failed(b); i++) {
		struct body item = body_item(b, "stops", array, i);
		struct stop *stop = &route->stop[i];

		stop->call = state_read_call(s, &item, "call");
		stop->arrival = body_time(&item, "arrival");
		stop->end = body_int(&item, "end", stop->arrival, BODY_TIME_MAX);
		stop->drive_s = (int32_t)body_int(&item, "drive_s", 0, TRAVEL_S_MAX);
		if (!body_failed(b))
			stop_check(s, r, &item, route, (int32_t)i);
	}
	route->stops = (int32_t)n;
}

static void
breaks_read(struct body *b, struct route_new *route)
{
	const json_t *array;
	size_t n = body_array(b, "breaks", STATE_BREAKS_MAX, &array);

	for (size_t i = 0; i < n; i++) {
		struct body item = body_item(b, "breaks", array, i);
		struct planned_break *pb = &route->taken[i];

		pb->due = (int32_t)body_int(&item, "due", 0, STATE_BREAKS_MAX - 1);
		pb->after = (int32_t)body_int(&item, "after", 0, route->stops);
		pb->start = body_time(&item, "start");
		pb->duration_s = (int32_t)body_int(&item, "duration_s", 0, 86400);
	}
	route->takens = (int32_t)n;
}

/* Which technicians get a new route: known before the first stop is read. */
static void
technicians_read(const struct state *s, struct revision *r, struct body *b,
    const json_t *array)
{
	for (int32_t i = 0; i < r->routes && !body_failed(b); i++) {
		struct body item = body_item(b, "routes", array, (size_t)i);
		int32_t tech = state_read_tech(s, &item, "technician");

		if (body_failed(b))
			return;
		if (r->route_of[tech] != 0)
			body_fail(b, -EBADMSG, "%stechnician: %s has two routes", item.at,
			    s->tech[tech]->id);
		r->route_of[tech] = i + 1;
		r->route[i].tech = tech;
	}
}

static void
routes_read(struct state *s, struct revision *r, struct body *b)
{
	const json_t *array;
	size_t n = body_array(b, "routes", STATE_TECHNICIANS_MAX, &array);

	r->route = items_new(b, n, sizeof(*r->route));
	r->route_of = items_new(b, (size_t)s->techs, sizeof(*r->route_of));
	if (body_failed(b))
		return;
	r->routes = (int32_t)n;
	technicians_read(s, r, b, array);
	for (int32_t i = 0; i < r->routes && !body_failed(b); i++) {
		struct body item = body_item(b, "routes", array, (size_t)i);
		struct route_new *route = &r->route[i];

		stops_read(s, r, &item, route);
		breaks_read(&item, route);
		route->end = body_time(&item, "end");
		route->overtime_s = (int32_t)body_int(&item, "overtime_s", 0, TRAVEL_S_MAX);
		if (!body_failed(b) && route->stops == 0 && s->tech[route->tech]->call >= 0)
			body_fail(&item, -EBADMSG, "%sstops: %s has a call under way", item.at,
			    s->tech[route->tech]->id);
	}
}

/* On whose route a call is after the revision, -1 nobody's. */
static int32_t
tech_after(const struct state *s, const struct revision *r, int32_t call)
{
	const struct call_slot *slot = s->call[call];

	if (slot->on_route == s->mark)
		return slot->new_tech;
	return slot->c.tech >= 0 && r->route_of[slot->c.tech] != 0 ? -1 : slot->c.tech;
}

static void
unassigned_read(struct state *s, const struct revision *r, struct body *b)
{
	const json_t *array;
	size_t n = body_array(b, "unassigned", LIST_MAX, &array);

	for (size_t i = 0; i < n && !body_failed(b); i++) {
		const char *id = body_item_str(b, "unassigned", array, i, STATE_ID_SIZE);
		int32_t call = state_call_find(s, id);

		if (call < 0 || s->call[call]->c.closed != 0 || tech_after(s, r, call) >= 0)
			body_fail(b, -EBADMSG, "unassigned: %s is closed or on a route", id);
		else
			s->call[call]->off_route = s->mark;
	}
}

/* No call may get lost: what is on an old route and on no new one must be listed. */
static void
losses_check(const struct state *s, const struct revision *r, struct body *b)
{
	for (int32_t i = 0; i < r->routes && !body_failed(b); i++) {
		const struct tech *t = s->tech[r->route[i].tech];

		for (int32_t j = 0; j < t->stops; j++) {
			const struct call_slot *slot = s->call[t->stop[j].call];

			if (slot->on_route != s->mark && slot->off_route != s->mark)
				body_fail(b, -EBADMSG,
				    "unassigned: %s is on no route any more and not listed",
				    slot->c.id);
		}
	}
}

/* --- reading: what is told --- */

/* The call's history with one entry (stolen) more; beyond its bound the second oldest goes. */
static json_t *
history_with(const struct call_slot *slot, json_t *entry)
{
	json_t *history = json_array();

	/* Not json_copy(): it would leave out what it has no memory for, and not say so. */
	if (json_array_extend(history, slot->history) < 0) {
		json_decref(entry);
		json_decref(history);
		return NULL;
	}
	if (json_array_append_new(history, entry) < 0) {
		json_decref(history);
		return NULL;
	}
	if (json_array_size(history) > STATE_HISTORY_MAX)
		json_array_remove(history, 1);
	return history;
}

static void
told_check(const struct state *s, const struct revision *r, struct body *b,
    const struct told_new *told)
{
	struct call_slot *slot = s->call[told->call];
	const struct call_state *c = &slot->c;
	int64_t arrival = slot->on_route == s->mark ? slot->new_arrival : c->arrival;

	if (slot->told == s->mark)
		body_fail(b, -EBADMSG, "%scall: %s is told twice", b->at, c->id);
	else if (c->closed != 0 || c->status == CALL_ON_SITE)
		body_fail(b, -EBADMSG, "%scall: %s is %s", b->at, c->id,
		    call_status_name(c->status));
	else if (tech_after(s, r, told->call) != told->told.technician)
		body_fail(b, -EBADMSG, "%stechnician: %s is not on that route", b->at, c->id);
	else if (told->told.version != c->told.version + 1)
		body_fail(b, -EBADMSG, "%sversion: ETA versions grow by one", b->at);
	else if (told->told.arrival != arrival)
		body_fail(b, -EBADMSG, "%sarrival: it is not the planned one", b->at);
	slot->told = s->mark;
}

static void
told_read_one(struct state *s, const struct revision *r, const struct event *ev,
    struct body *b, struct told_new *ret)
{
	struct told_state *told = &ret->told;
	struct body promise = body_sub(b, "promise");
	const struct told_state *was;
	const char *technician = body_str(b, "technician", STATE_ID_SIZE);
	const char *code = body_str(b, "code", 32);

	ret->call = state_read_call(s, b, "call");
	told->any = true;
	told->technician = state_read_tech(s, b, "technician");
	told->version = body_int(b, "version", 1, INT64_MAX);
	told->arrival = body_time(b, "arrival");
	told->p10 = body_int(b, "p10", 0, told->arrival);
	told->p90 = body_int(b, "p90", told->arrival, BODY_TIME_MAX);
	told->promise = true;
	told->promise_from = body_time(&promise, "from");
	told->promise_to = body_int(&promise, "to", told->promise_from, BODY_TIME_MAX);
	body_bool(b, "first");
	body_int_or(b, "previous", 0, BODY_TIME_MAX, 0);
	if (body_has(b, "former"))
		state_read_tech(s, b, "former");
	body_str(b, "reason", 1024);
	if (body_failed(b))
		return;
	told_check(s, r, b, ret);
	was = &s->call[ret->call]->c.told;
	told->first_from = was->promise ? was->first_from : told->promise_from;
	told->first_to = was->promise ? was->first_to : told->promise_to;
	ret->history = history_with(s->call[ret->call],
	    json_pack("{s:I, s:I, s:s, s:I, s:s}", "at", (json_int_t)ev->at_s, "seq",
	        (json_int_t)ev->seq, "technician", technician, "arrival",
	        (json_int_t)told->arrival, "cause", code));
	if (ret->history == NULL)
		body_fail(b, -ENOMEM, "Out of memory");
}

static void
told_read(struct state *s, struct revision *r, const struct event *ev, struct body *b)
{
	const json_t *array;
	size_t n = body_array(b, "told", LIST_MAX, &array);

	r->told = items_new(b, n, sizeof(*r->told));
	for (size_t i = 0; i < n && !body_failed(b); i++) {
		struct body item = body_item(b, "told", array, i);

		told_read_one(s, r, ev, &item, &r->told[i]);
		r->tolds = (int32_t)i + 1;
	}
}

static void
withdrawn_read_one(struct state *s, const struct revision *r, const struct event *ev,
    struct body *b, struct told_new *ret)
{
	const char *technician = body_str(b, "technician", STATE_ID_SIZE);
	int32_t tech = state_read_tech(s, b, "technician");
	int64_t version = body_int(b, "version", 1, INT64_MAX);
	const struct call_state *c;

	ret->call = state_read_call(s, b, "call");
	if (body_failed(b))
		return;
	c = &s->call[ret->call]->c;
	if (!c->told.any || c->told.technician != tech || c->version != version ||
	    c->closed != 0 || tech_after(s, r, ret->call) >= 0) {
		body_fail(b, -EBADMSG, "%scall: of %s nothing can be withdrawn", b->at, c->id);
		return;
	}
	/* The promise stays, and the version that the next telling goes on from. */
	ret->told = c->told;
	ret->told.any = false;
	ret->told.technician = -1;
	ret->told.arrival = ret->told.p10 = ret->told.p90 = 0;
	ret->history = history_with(s->call[ret->call],
	    json_pack("{s:I, s:I, s:s, s:s}", "at", (json_int_t)ev->at_s, "seq",
	        (json_int_t)ev->seq, "technician", technician, "cause", "withdrawn"));
	if (ret->history == NULL)
		body_fail(b, -ENOMEM, "Out of memory");
}

static void
withdrawn_read(struct state *s, struct revision *r, const struct event *ev, struct body *b)
{
	const json_t *array;
	size_t n = body_array_or(b, "withdrawn", LIST_MAX, &array);

	r->withdrawn = items_new(b, n, sizeof(*r->withdrawn));
	for (size_t i = 0; i < n && !body_failed(b); i++) {
		struct body item = body_item(b, "withdrawn", array, i);

		withdrawn_read_one(s, r, ev, &item, &r->withdrawn[i]);
		r->withdrawns = (int32_t)i + 1;
	}
}

/* --- reading: the disturbance --- */

/* A list of open calls; into ret (room for all of it) unless that is NULL. */
static int32_t
list_read(const struct state *s, struct body *b, const char *name, int32_t *ret)
{
	const json_t *array;
	size_t n = body_array(b, name, LIST_MAX, &array);

	for (size_t i = 0; i < n && !body_failed(b); i++) {
		const char *id = body_item_str(b, name, array, i, STATE_ID_SIZE);
		int32_t call = state_call_find(s, id);

		if (call < 0 || s->call[call]->c.closed != 0)
			body_fail(b, -EBADMSG, "%s%s: there is no open call %s", b->at, name, id);
		else if (ret != NULL)
			ret[i] = call;
	}
	return (int32_t)n;
}

static void
disturbance_read(const struct state *s, struct revision *r, const struct event *ev,
    struct body *b)
{
	static const char *const lists[] = { "reassigned", "repromised", "eta_moved", "dropped",
		"forced" };
	struct body d = body_sub(b, "disturbance");
	const json_t *array;
	size_t n = body_array(&d, "chosen", LIST_MAX, &array);

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		list_read(s, &d, lists[i], NULL);
	r->chosen = items_new(b, n, sizeof(*r->chosen));
	if (r->chosen != NULL)
		r->chosens = list_read(s, &d, "chosen", r->chosen);
	if (r->chosens > 0 && when_midnight(ev->at_s, s->zone, &r->midnight) < 0)
		body_fail(b, -EBADMSG, "at: it is on no day of the zone");
}

static int
revision_read(struct state *s, const struct event *ev, struct body *b, struct revision *r)
{
	int64_t version = body_int(b, "plan_version", 1, INT64_MAX);

	if (!body_failed(b) && version != s->plan_version + 1)
		body_fail(b, -EBADMSG, "plan_version: it grows by one");
	s->mark++;
	figures_read(b);
	stay_read(s, b);
	routes_read(s, r, b);
	if (body_failed(b))
		return b->error->rc;
	unassigned_read(s, r, b);
	losses_check(s, r, b);
	told_read(s, r, ev, b);
	withdrawn_read(s, r, ev, b);
	disturbance_read(s, r, ev, b);
	return b->error->rc;
}

/* --- applying --- */

static void
take_off(struct state *s, const struct tech *t)
{
	for (int32_t i = 0; i < t->stops; i++) {
		struct call_state *c = &s->call[t->stop[i].call]->c;

		if (t->stop[i].call == t->call)
			continue;
		c->status = CALL_UNASSIGNED;
		c->tech = -1;
		c->arrival = c->end = 0;
	}
}

static void
put_on(struct state *s, const struct route_new *route)
{
	struct tech *t = s->tech[route->tech];

	memcpy(t->stop, route->stop, (size_t)route->stops * sizeof(t->stop[0]));
	memcpy(t->taken, route->taken, sizeof(t->taken));
	t->stops = route->stops;
	t->takens = route->takens;
	t->route_end = route->end;
	t->overtime_s = route->overtime_s;
	for (int32_t i = 0; i < t->stops; i++) {
		struct stop *stop = &t->stop[i];
		struct call_state *c = &s->call[stop->call]->c;

		if (c->status == CALL_ON_SITE)
			stop->arrival = c->arrival; /* it is known */
		else if (c->status == CALL_UNASSIGNED)
			c->status = CALL_PLANNED;
		c->tech = route->tech;
		c->arrival = stop->arrival;
		c->end = stop->end;
		if (stop->call == t->call)
			t->until = stop->end;
	}
}

static void
disturb(struct state *s, const struct revision *r, int32_t call)
{
	struct call_state *c = &s->call[call]->c;

	if (c->moves_day != r->midnight)
		c->moves_today = 0;
	c->moves_day = r->midnight;
	c->moves_today++;
}

static void
tell(struct state *s, struct told_new *told)
{
	struct call_slot *slot = s->call[told->call];
	json_t *was = slot->history;

	slot->c.told = told->told;
	slot->history = told->history;
	told->history = was; /* freed with the revision */
}

int
state_apply_plan(struct state *s, const struct event *ev, struct body *b)
{
	struct revision r = { 0 };

	if (revision_read(s, ev, b, &r) < 0)
		goto out;
	for (int32_t i = 0; i < r.routes; i++)
		take_off(s, s->tech[r.route[i].tech]);
	for (int32_t i = 0; i < r.routes; i++)
		put_on(s, &r.route[i]);
	for (int32_t i = 0; i < r.tolds; i++)
		tell(s, &r.told[i]);
	for (int32_t i = 0; i < r.withdrawns; i++)
		tell(s, &r.withdrawn[i]);
	for (int32_t i = 0; i < r.chosens; i++)
		disturb(s, &r, r.chosen[i]);
	state_spend(s, ev->at_s, ACCOUNT_EVENT, r.chosens);
	s->plan_version++;
out:
	revision_done(&r);
	return b->error->rc;
}
