/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/quote_impl.h"

#include <errno.h>
#include <stdlib.h>

#include "daemon/build.h"
#include "daemon/object.h"
#include "daemon/ripple_tell.h"

/* --- what is booked if it is agreed --- */

/* What is not met is not agreed: then the window takes the place of deadline and appointment. */
json_t *
quote_terms(const json_t *wanted, bool meets, const struct span *window, int32_t pct,
    const char *technician)
{
	json_t *terms = json_object();
	json_t *agreed = json_pack("{s:{s:I, s:I}, s:i, s:s, s:I, s:s}", "window", "from",
	    (json_int_t)window->from, "to", (json_int_t)window->to, "confidence_pct", (int)pct,
	    "technician", technician, "cost_cents", (json_int_t)0, "by", "quote");

	if (terms == NULL || json_object_update(terms, (json_t *)wanted) < 0) {
		json_decref(terms);
		terms = NULL;
	}
	if (terms != NULL && !meets) {
		json_object_del(terms, "due");
		json_object_del(terms, "appointment");
	}
	build_set(&terms, "agreed", agreed);
	return terms;
}

static json_t *
ids_of(const struct state *s, const struct stop *stop, int32_t stops, int32_t wanted)
{
	json_t *ids = json_array();

	for (int32_t i = 0; i < stops; i++)
		build_add(&ids,
		    json_string(stop[i].call == wanted ? "" : state_call(s, stop[i].call)->id));
	return ids;
}

/* The orders before and after: see quote.h. */
static json_t *
rests_of(const struct state *s, int32_t call, const struct new_route *route, int32_t n)
{
	json_t *rests = json_array();

	for (int32_t r = 0; r < n; r++) {
		const struct tech *t = state_tech(s, route[r].tech);

		build_add(&rests,
		    json_pack("{s:s, s:o, s:o}", "technician", t->id, "before",
			ids_of(s, t->stop, t->stops, -1), "after",
			ids_of(s, route[r].timed.stop, route[r].timed.stops, call)));
	}
	return rests;
}

/* --- what is shown --- */

static json_t *
kinds_of(unsigned kinds)
{
	json_t *list = json_array();

	for (int k = 0; k < QUOTE_KINDS; k++)
		if ((kinds >> k & 1) != 0)
			build_add(&list, json_string(quote_kind_name((enum quote_kind)k)));
	return list;
}

static json_t *
frame(const struct quote_ask *ask, const struct candidate *c, unsigned kinds, bool needs_manager)
{
	json_t *shown = json_pack("{s:o, s:o, s:f, s:s, s:o, s:b}", "kinds", kinds_of(kinds),
	    "window", object_window(ask->s, c->from, c->to), "confidence", (double)c->pct / 100,
	    "technician", state_tech(c->field->s, c->spot.tech)->id, "arrival",
	    object_when(ask->s, c->spot.start), "needs_manager", (int)needs_manager);

	if (ask->need.due > 0 || ask->need.appointment)
		build_set(&shown, "meets", json_boolean(c->meets));
	return shown;
}

/* What the customer hears when the option is booked: it comes before all that follows. */
static int
tell_booked(const struct quote_ask *ask, const struct state *s, int32_t call, const json_t *terms,
    json_t *shown)
{
	json_t *tells = json_array(), *rest = json_object_get(shown, "tells");
	struct event *ev;
	int rc = -ENOMEM;

	if (ask->templates == NULL || shown == NULL) {
		json_decref(tells);
		return 0;
	}
	ev = quote_event(s, ask->now, state_call(s, call)->id, &ask->need.of, terms);
	if (ev != NULL)
		rc = ripple_messages(s, ev, ask->templates, &tells);
	event_free(ev);
	if (rc == 0 && (tells == NULL || json_array_extend(tells, rest) < 0))
		rc = -ENOMEM;
	if (rc < 0) {
		json_decref(tells);
		return rc;
	}
	return json_object_set_new(shown, "tells", tells) < 0 ? -ENOMEM : 0;
}

/* --- another day --- */

static int32_t
drive_of(const struct retimed *r)
{
	int32_t sum = 0;

	for (int32_t i = 0; i < r->stops; i++)
		sum += r->stop[i].drive_s;
	return sum;
}

/* The plan of that day, as far as it is known. */
static struct cost
day_cost(const struct field *fd)
{
	struct cost sum = { 0 };

	for (int32_t k = 0; k < state_techs(fd->s); k++)
		cost_route(&fd->f, k, &fd->base[k], &sum);
	return sum;
}

/* Nobody there was told anything yet, so there is nothing to be said but the costs. */
static int
show_day(const struct quote_ask *ask, const struct candidate *c, unsigned kinds,
    struct quote_option *ret)
{
	const struct field *fd = c->field;
	const struct retimed *was = &fd->base[c->spot.tech];
	struct cost total = day_cost(fd), before = { 0 }, after = { 0 }, added;
	struct disturbed nobody = { 0 };
	struct state *s = NULL;
	struct new_route route;
	int32_t call;
	int rc;

	candidate_routes(c, &route, 1);
	cost_route(&fd->f, c->spot.tech, was, &before);
	cost_route(&fd->f, c->spot.tech, &route.timed, &after);
	added = cost_less(&after, &before);
	ret->shown = frame(ask, c, kinds, false);
	build_set(&ret->shown, "cost_cents", json_integer(cost_total(&added)));
	build_set(&ret->shown, "cost", object_cost(&added));
	build_set(&ret->shown, "cost_before_cents", json_integer(cost_total(&total)));
	build_set(&ret->shown, "cost_after_cents",
	    json_integer(cost_total(&total) + cost_total(&added)));
	build_set(&ret->shown, "paid_cents", json_integer(0));
	build_set(&ret->shown, "overtime_s",
	    json_integer(route.timed.overtime_s - was->overtime_s));
	build_set(&ret->shown, "travel_s", json_integer(drive_of(&route.timed) - drive_of(was)));
	build_set(&ret->shown, "delays", json_array());
	build_set(&ret->shown, "breaks", json_array());
	build_set(&ret->shown, "goodwill_cents", json_integer(0));
	build_set(&ret->shown, "disturbance", object_disturbance(ask->s, &nobody));
	build_set(&ret->shown, "tells", json_array());
	ret->rests = json_array();
	ret->cost_cents = cost_total(&added);
	rc = quote_book(ask->s, ask->now, &ask->need.of, ret->terms, &s, &call);
	if (rc == 0)
		rc = tell_booked(ask, s, call, ret->terms, ret->shown);
	state_free(s);
	return rc;
}

/* --- this day --- */

/*
 * The candidate's routes on a fork that knows what would be agreed. False: one does not fit there.
 */
static bool
routes_on(const struct state *s, int64_t now, int32_t call, const struct candidate *c,
    struct new_route *route, int32_t n)
{
	for (int32_t r = 0; r < n; r++) {
		const struct retimed was = route[r].timed;
		int32_t order[STATE_STOPS_MAX], calls = 0;

		for (int32_t i = was.under_way; i < was.stops; i++)
			order[calls++] = was.stop[i].call == c->field->call ? call
									    : was.stop[i].call;
		for (int32_t i = 0; i < was.losts && calls < STATE_STOPS_MAX; i++)
			order[calls++] = was.lost[i];
		retime_order(s, route[r].tech, now, order, calls, &route[r].timed);
		if (route[r].timed.losts > was.losts)
			return false;
	}
	return true;
}

static void
put_ripple(const struct quote_ask *ask, const struct candidate *c, unsigned kinds,
    const struct ripple_ask *ra, const struct ripple *rp, struct quote_option *ret)
{
	bool inside = state_call(ra->s, ra->call)->inside;
	struct candidate seen = *c;

	ret->needs_manager = inside && rp->broken_outside > 0;
	ret->brokens = rp->brokens;
	seen.spot.start = rp->arrival;
	ret->shown = frame(ask, &seen, kinds, ret->needs_manager);
	ripple_put(ra, rp, &ret->shown);
	ret->cost_cents = json_integer_value(json_object_get(ret->shown, "cost_cents"));
	ret->after_cents = cost_total(&rp->after);
	ret->rests = rests_of(ra->s, ra->call, ra->route, ra->routes);
}

/*
 * Whether the solver's plan, laid out as it will be booked, does as it was chosen for: a break may
 * fall elsewhere then, and delay somebody.
 */
static bool
is_as_chosen(const struct candidate *c, const struct ripple *rp)
{
	int64_t cents = cost_total(&rp->after) - cost_total(&rp->before);
	int64_t slack = c->spot.cents > 0 ? c->spot.cents / 100 : 0;

	return rp->brokens <= c->spot.broken && rp->disturbed.chosens <= c->spot.disturbed &&
	    cents <= c->spot.cents + slack + 100;
}

static int
show_today(const struct quote_ask *ask, const struct candidate *c, unsigned kinds,
    struct new_route *route, struct quote_option *ret)
{
	int32_t n = candidate_routes(c, route, QUOTE_ROUTES_MAX);
	bool is_new = ask->need.of.call[0] == '\0';
	struct ripple_ask ra = { .before = ask->before != NULL ? ask->before : ask->s,
		.now = ask->now,
		.route = route,
		.routes = n,
		.budget = QUOTE_BUDGET,
		.kind = "booked",
		.templates = ask->templates,
		.cause = { .event = is_new ? EV_CALL_BOOKED : EV_CALL_AMENDED,
		    .tech = -1,
		    .why = TELL_MADE_ROOM } };
	struct state *s = NULL;
	struct ripple rp = { 0 };
	char why[256];
	int rc = quote_book(ask->s, ask->now, &ask->need.of, ret->terms, &s, &ra.call);

	if (rc < 0)
		return rc;
	ra.s = s;
	ra.cause.seq = state_seq(s);
	ra.cause.call = ra.call;
	rc = n > 0 && routes_on(s, ask->now, ra.call, c, route, n) ? 0 : -EPERM;
	if (rc == 0)
		rc = ripple_make(&ra, &rp, why, sizeof(why));
	if (rc == 0 && (rp.arrival < c->from || rp.arrival > c->to))
		rc = -EPERM;
	if (rc == 0 && c->offer != NULL && !is_as_chosen(c, &rp))
		rc = -EPERM;
	if (rc == 0) {
		put_ripple(ask, c, kinds, &ra, &rp, ret);
		rc = tell_booked(ask, s, ra.call, ret->terms, ret->shown);
	}
	ripple_done(&rp);
	state_free(s);
	return rc;
}

int
quote_show(const struct quote_ask *ask, const struct candidate *c, unsigned kinds,
    struct quote_option *ret)
{
	struct quote_option o = { .from = c->from,
		.to = c->to,
		.tech = c->spot.tech,
		.pct = c->pct,
		.another_day = c->field->another_day };
	struct new_route *route = calloc(QUOTE_ROUTES_MAX, sizeof(*route));
	struct span window = { c->from, c->to };
	json_t *agreed;
	int rc = -ENOMEM;

	o.terms = quote_terms(ask->need.terms, c->meets, &window, c->pct,
	    state_tech(c->field->s, c->spot.tech)->id);
	if (route != NULL && o.terms != NULL)
		rc = o.another_day ? show_day(ask, c, kinds, &o)
				   : show_today(ask, c, kinds, route, &o);
	free(route);
	agreed = json_object_get(o.terms, "agreed");
	if (rc == 0 &&
	    (o.shown == NULL || o.rests == NULL ||
		json_object_set_new(agreed, "cost_cents", json_integer(o.cost_cents)) < 0))
		rc = -ENOMEM;
	if (rc == 0) {
		*ret = o;
		return 0;
	}
	json_decref(o.shown);
	json_decref(o.terms);
	json_decref(o.rests);
	return rc;
}
