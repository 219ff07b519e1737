/* SPDX-License-Identifier: Apache-2.0 */
/* What must always hold of a state; the numbers are those of doc/architecture.md. */
#include <errno.h>
#include <stdlib.h>

#include "daemon/state_impl.h"

static bool
under_way(enum call_status status)
{
	return status == CALL_EN_ROUTE || status == CALL_ON_SITE;
}

/* A technician's status, his call and his break belong together (A3). */
static void
tech_check(const struct state *s, const struct tech *t, struct body *b)
{
	bool busy = t->status == TECH_DRIVING || t->status == TECH_ON_SITE;
	enum call_status wanted = t->status == TECH_DRIVING ? CALL_EN_ROUTE : CALL_ON_SITE;

	if (busy != (t->call >= 0))
		body_fail(b, -EBADMSG, "%s is %s, which does not go with the call under way", t->id,
		    tech_status_name(t->status));
	else if (busy && (t->stops == 0 || t->stop[0].call != t->call))
		body_fail(b, -EBADMSG, "%s: what is under way is not first on the route", t->id);
	else if (busy && s->call[t->call]->c.status != wanted)
		body_fail(b, -EBADMSG, "%s is %s, but the call is %s", t->id,
		    tech_status_name(t->status),
		    call_status_name(s->call[t->call]->c.status));
	if ((t->status == TECH_OFF) != (t->shift_now < 0))
		body_fail(b, -EBADMSG, "%s: the status does not go with the shift", t->id);
	if ((t->status == TECH_ON_BREAK) != (t->break_now >= 0))
		body_fail(b, -EBADMSG, "%s: the status does not go with the break", t->id);
}

/* Each stop is an open call that says it is on this route; counted once. */
static void
route_check(const struct state *s, int32_t tech, int32_t *seen, struct body *b)
{
	const struct tech *t = s->tech[tech];

	for (int32_t i = 0; i < t->stops && !body_failed(b); i++) {
		const struct stop *stop = &t->stop[i];
		const struct call_state *c = &s->call[stop->call]->c;

		if (c->tech != tech || seen[stop->call]++ > 0)
			body_fail(b, -EBADMSG, "%s is on the route of %s and elsewhere", c->id, t->id);
		if (c->closed != 0 || c->status == CALL_UNASSIGNED)
			body_fail(b, -EBADMSG, "%s is on a route and %s", c->id,
			    call_status_name(c->status));
		if (under_way(c->status) && t->call != stop->call)
			body_fail(b, -EBADMSG, "%s has a second call under way: %s", t->id, c->id);
		if (stop->arrival != c->arrival || stop->end != c->end)
			body_fail(b, -EBADMSG, "%s: the call and its stop differ in time", c->id);
	}
	for (int32_t i = 0; i < t->takens; i++) {
		if (t->taken[i].after > t->stops)
			body_fail(b, -EBADMSG, "%s: a break after the end of the route", t->id);
	}
}

static void
call_check(const struct state *s, int32_t call, bool open, const int32_t *seen,
    struct body *b)
{
	const struct call_state *c = &s->call[call]->c;
	bool routed = open && c->status != CALL_UNASSIGNED;

	if (state_call_find(s, c->id) != call)
		body_fail(b, -EBADMSG, "%s is not found by its id", c->id);
	if (open != (c->closed == 0) || open != (c->status <= CALL_ON_SITE))
		body_fail(b, -EBADMSG, "%s is in the wrong list", c->id);
	if (routed != (seen[call] == 1) || (open && routed != (c->tech >= 0)))
		body_fail(b, -EBADMSG, "%s is %s, but on %d routes", c->id,
		    call_status_name(c->status), seen[call]);
	if (c->told.any &&
	    (c->told.technician < 0 || c->told.version < 1 || !c->told.promise ||
	        c->told.p10 > c->told.arrival || c->told.p90 < c->told.arrival))
		body_fail(b, -EBADMSG, "%s: what was told does not fit together", c->id);
	if (c->appointment && !c->told.promise)
		body_fail(b, -EBADMSG, "%s has an appointment and no promise", c->id);
}

int
state_sound(const struct state *s, char *why, size_t why_size)
{
	struct body_error error = { .why = why, .why_size = why_size };
	struct body b = { .error = &error };
	int32_t *seen = calloc((size_t)s->calls + 1, sizeof(*seen));

	if (seen == NULL)
		return body_fail(&b, -ENOMEM, "Out of memory");
	for (int32_t i = 0; i < s->techs && error.rc == 0; i++) {
		if (state_tech_find(s, s->tech[i]->id) != i)
			body_fail(&b, -EBADMSG, "%s is not found by his id", s->tech[i]->id);
		tech_check(s, s->tech[i], &b);
		route_check(s, i, seen, &b);
	}
	for (int32_t i = 0; i < s->open.n && error.rc == 0; i++)
		call_check(s, s->open.v[i], true, seen, &b);
	for (int32_t i = s->closed_from; i < s->closed.n && error.rc == 0; i++)
		call_check(s, s->closed.v[i], false, seen, &b);
	if (s->open.n + s->closed.n - s->closed_from + s->unused.n != s->calls)
		body_fail(&b, -EBADMSG, "A call is in no list, or in two");
	free(seen);
	return error.rc;
}
