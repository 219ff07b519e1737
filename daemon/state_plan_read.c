/* SPDX-License-Identifier: Apache-2.0 */
/* plan.revised, as read: its figures, its routes, whom it disturbs. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/state_plan.h"
#include "proto/when.h"

static const char *const kinds[] = { "solve", "background", "retime", "tell", "override",
	"booked" };

static void
told_done(struct told_new *told)
{
	json_decref(told->history);
	move_free(told->move);
}

void
plan_done(struct revision *r)
{
	for (int32_t i = 0; i < r->routes; i++)
		free(r->route[i].stop);
	for (int32_t i = 0; i < r->tolds; i++)
		told_done(&r->told[i]);
	for (int32_t i = 0; i < r->withdrawns; i++)
		told_done(&r->withdrawn[i]);
	for (int32_t i = 0; i < r->untolds; i++)
		told_done(&r->untold[i]);
	free(r->route);
	free(r->told);
	free(r->chosen);
	free(r->withdrawn);
	free(r->untold);
	free(r->route_of);
}

void *
plan_items_new(struct body *b, size_t n, size_t size)
{
	void *p = calloc(n + 1, size);

	if (p == NULL)
		body_fail(b, -ENOMEM, "Out of memory");
	return p;
}

/* --- reading: the figures --- */

static void
figures_read(struct revision *r, struct body *b)
{
	struct body cause = body_sub(b, "cause"), scope = body_sub(b, "scope");

	body_name(b, "kind", kinds, sizeof(kinds) / sizeof(kinds[0]));
	r->account = body_has(b, "account") ?
	    (enum account)body_name(b, "account", state_accounts, ACCOUNTS) :
	    ACCOUNT_EVENT;
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
	size_t n = body_array_or(b, "stay", PLAN_LIST_MAX, &array);

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

	route->stop = plan_items_new(b, n, sizeof(*route->stop));
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

	r->route = plan_items_new(b, n, sizeof(*r->route));
	r->route_of = plan_items_new(b, (size_t)s->techs, sizeof(*r->route_of));
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

int32_t
plan_tech_after(const struct state *s, const struct revision *r, int32_t call)
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
	size_t n = body_array(b, "unassigned", PLAN_LIST_MAX, &array);

	for (size_t i = 0; i < n && !body_failed(b); i++) {
		const char *id = body_item_str(b, "unassigned", array, i, STATE_ID_SIZE);
		int32_t call = state_call_find(s, id);

		if (call < 0 || s->call[call]->c.closed != 0 || plan_tech_after(s, r, call) >= 0)
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

/* --- reading: the disturbance --- */

/* A list of open calls; into ret (room for all of it) unless that is NULL. */
static int32_t
list_read(const struct state *s, struct body *b, const char *name, int32_t *ret)
{
	const json_t *array;
	size_t n = body_array(b, name, PLAN_LIST_MAX, &array);

	for (size_t i = 0; i < n && !body_failed(b); i++) {
		const char *id = body_item_str(b, name, array, i, STATE_ID_SIZE);
		int32_t call = state_call_find(s, id);

		if (call < 0 || s->call[call]->c.closed != 0)
			body_fail(b, -EBADMSG, "%s%s: there is no open call %s", b->at, name, id);
		else if (ret != NULL) {
			ret[i] = call;
			s->call[call]->chosen = s->mark;
		}
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
	size_t n = body_array(&d, "chosen", PLAN_LIST_MAX, &array);

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		list_read(s, &d, lists[i], NULL);
	r->chosen = plan_items_new(b, n, sizeof(*r->chosen));
	if (r->chosen != NULL)
		r->chosens = list_read(s, &d, "chosen", r->chosen);
	if (r->chosens > 0 && when_midnight(ev->at_s, s->zone, &r->midnight) < 0)
		body_fail(b, -EBADMSG, "at: it is on no day of the zone");
}

int
plan_read(struct state *s, const struct event *ev, struct body *b, struct revision *r)
{
	int64_t version = body_int(b, "plan_version", 1, INT64_MAX);

	if (!body_failed(b) && version != s->plan_version + 1)
		body_fail(b, -EBADMSG, "plan_version: it grows by one");
	s->mark++;
	figures_read(r, b);
	stay_read(s, b);
	routes_read(s, r, b);
	if (body_failed(b))
		return b->error->rc;
	unassigned_read(s, r, b);
	losses_check(s, r, b);
	disturbance_read(s, r, ev, b);
	plan_told_read(s, r, ev, b);
	return b->error->rc;
}

