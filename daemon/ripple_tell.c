/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/ripple_tell.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/build.h"
#include "daemon/follow.h"
#include "proto/when.h"

enum { TELLS_MAX = 200, CLOCK_AT = 11, CLOCK_LEN = 5 };

/* Hours and minutes by the territory's clock. */
static void
clock_text(const struct state *s, int64_t at, char ret[CLOCK_LEN + 1])
{
	char text[WHEN_SIZE] = "";

	if (when_format(at, state_zone(s), text) < 0 || strlen(text) < CLOCK_AT + CLOCK_LEN) {
		snprintf(ret, CLOCK_LEN + 1, "?");
		return;
	}
	memcpy(ret, text + CLOCK_AT, CLOCK_LEN);
	ret[CLOCK_LEN] = '\0';
}

static void
add_tell(json_t **tells, const char *call, const char *to, const char *kind, const char *text)
{
	if (json_array_size(*tells) < TELLS_MAX)
		build_add(tells,
		    json_pack("{s:s, s:s, s:s, s:s}", "call", call, "to", to, "kind", kind, "text",
			text));
}

/* --- customers --- */

int
ripple_messages(const struct state *then, const struct event *ev, const struct templates *templates,
    json_t **tells)
{
	struct follow_list list = { 0 };
	int rc = follow(then, ev, templates, &list);

	for (size_t i = 0; rc == 0 && i < list.events; i++) {
		const json_t *body = list.event[i]->body;

		if (list.event[i]->type == EV_MESSAGE_WRITTEN)
			add_tell(tells, json_string_value(json_object_get(body, "call")),
			    "customer", json_string_value(json_object_get(body, "kind")),
			    json_string_value(json_object_get(body, "text")));
	}
	follow_done(&list);
	return rc;
}

/* Without templates: the reason and the times alone. */
static void
tell_reasons(const struct state *s, const json_t *body, json_t **tells)
{
	const json_t *told;
	size_t i;

	json_array_foreach(json_object_get(body, "told"), i, told)
	{
		const json_t *promise = json_object_get(told, "promise");
		char at[CLOCK_LEN + 1], from[CLOCK_LEN + 1], to[CLOCK_LEN + 1], text[300];

		clock_text(s, json_integer_value(json_object_get(told, "arrival")), at);
		clock_text(s, json_integer_value(json_object_get(promise, "from")), from);
		clock_text(s, json_integer_value(json_object_get(promise, "to")), to);
		snprintf(text, sizeof(text), "%s: about %s, promised between %s and %s",
		    json_string_value(json_object_get(told, "reason")), at, from, to);
		add_tell(tells, json_string_value(json_object_get(told, "call")), "customer",
		    json_is_true(json_object_get(told, "first")) ? "planned" : "moved", text);
	}
	json_array_foreach(json_object_get(body, "withdrawn"), i, told)
	    add_tell(tells, json_string_value(json_object_get(told, "call")), "customer",
		"withdrawn", "The time you were told no longer holds; you will hear from us");
}

/* --- technicians --- */

static bool
is_on(const struct new_route *r, int32_t call)
{
	for (int32_t i = 0; i < r->timed.stops; i++)
		if (r->timed.stop[i].call == call)
			return true;
	return false;
}

/* What a technician whose route changes sees come and go. */
static void
tell_technician(const struct state *s, const struct new_route *r, json_t **tells)
{
	const struct tech *t = state_tech(s, r->tech);
	char at[CLOCK_LEN + 1], text[300];

	for (int32_t i = 0; i < t->stops; i++) {
		const struct call_state *c = state_call(s, t->stop[i].call);

		if (is_on(r, t->stop[i].call))
			continue;
		snprintf(text, sizeof(text), "%s: %s is off your route", t->id, c->id);
		add_tell(tells, c->id, "technician", "taken_off", text);
	}
	for (int32_t i = r->timed.under_way; i < r->timed.stops; i++) {
		const struct call_state *c = state_call(s, r->timed.stop[i].call);

		if (c->tech == r->tech && c->status == CALL_PLANNED)
			continue;
		clock_text(s, r->timed.stop[i].arrival, at);
		snprintf(text, sizeof(text), "%s: %s is new on your route, about %s", t->id, c->id,
		    at);
		add_tell(tells, c->id, "technician", "assigned", text);
	}
}

/* --- together --- */

static struct revision
revision_of(const struct ripple_ask *ask, const struct ripple *r)
{
	return (struct revision){
		.kind = ask->kind,
		.cause = ask->cause,
		.route = ask->route,
		.routes = ask->routes,
		.disturbed = &r->disturbed,
		.budget = ask->budget < 0 ? r->disturbed.chosens : ask->budget,
		.account = ACCOUNT_PERSON,
		.scope_techs = ask->routes,
		.scope_calls = 1,
	};
}

static int
make_tells(const struct ripple_ask *ask, const struct state *then, const struct event *ev,
    struct ripple *ret)
{
	int rc = 0;

	ret->tells = json_array();
	if (ask->templates != NULL)
		rc = ripple_messages(then, ev, ask->templates, &ret->tells);
	else
		tell_reasons(ask->s, ev->body, &ret->tells);
	for (int32_t r = 0; rc == 0 && r < ask->routes; r++)
		tell_technician(ask->s, &ask->route[r], &ret->tells);
	return rc == 0 && ret->tells == NULL ? -ENOMEM : rc;
}

int
ripple_tell(const struct ripple_ask *ask, struct ripple *ret, char *why, size_t why_size)
{
	struct revision v = revision_of(ask, ret);
	struct state *then = state_fork(ask->s);
	struct event *ev = NULL;
	int rc = then == NULL ? -ENOMEM : 0;

	if (rc == 0 && ask->routes > 0)
		rc = revision_event(ask->s, ask->now, &v, &ev);
	if (rc == 0 && ev != NULL) {
		ev->seq = state_seq(then) + 1;
		rc = state_apply(then, ev, why, why_size);
	}
	if (rc == 0) {
		ret->then = ripple_plan_cost(then, ask->now, NULL, 0);
		rc = ev != NULL ? make_tells(ask, then, ev, ret) : 0;
	}
	if (rc == 0 && ret->tells == NULL)
		ret->tells = json_array();
	event_free(ev);
	state_free(then);
	return rc;
}
