/* SPDX-License-Identifier: Apache-2.0 */
/* Promises are watched: which will perhaps be missed, and which customer never answered. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/build.h"
#include "daemon/log.h"
#include "daemon/planner_impl.h"
#include "daemon/promises.h"
#include "daemon/risk.h"

enum {
	WATCH_TECHS = 8, /* routes looked at in one turn of the loop: some 100 us each */
	WATCH_EVERY_S = 300, /* every route is looked at so often: time alone changes what may be */
	WATCH_AHEAD_S = 14400, /* as long as a promise ends within that */
	FLAP_S = 300, /* a risk is not said to have changed again sooner, unless the call is late */
	LIKELY_PCT = 50, /* a risk that grew to this is said again */
	RETRY_MS = 50,
};

/* What is known of one promise at a moment. */
struct outlook {
	int32_t call, risk_pct;
	bool late;            /* the plan itself misses it */
	int64_t arrival, p90; /* 0: on no route */
};

void
watch_tech(struct desk *d, int32_t tech)
{
	if (tech < 0 || d->watch[tech])
		return;
	d->watch[tech] = true;
	d->watches++;
}

void
watch_all(struct desk *d)
{
	for (int32_t k = 0; k < state_techs(d->t->state); k++)
		watch_tech(d, k);
	d->watch_left = true;
	d->watched_at = planner_now(d->p);
}

/* Adds whoever is named in an object. */
static void
watch_named(struct desk *d, const json_t *obj)
{
	const struct state *s = d->t->state;
	const char *tech = json_string_value(json_object_get(obj, "technician"));
	const char *call = json_string_value(json_object_get(obj, "call"));
	int32_t i = call == NULL ? -1 : state_call_find(s, call);

	if (tech != NULL)
		watch_tech(d, state_tech_find(s, tech));
	if (i >= 0)
		watch_tech(d, state_call(s, i)->tech);
}

void
watch_event(struct desk *d, const struct event *ev)
{
	const json_t *route;
	size_t i;

	if (ev->type == EV_PROMISE_AT_RISK)
		return;
	if (ev->type == EV_GUIDELINES_SET)
		watch_all(d);
	watch_named(d, ev->body);
	json_array_foreach(json_object_get(ev->body, "routes"), i, route)
		watch_named(d, route);
	d->watch_left = d->watch_left ||
	    json_array_size(json_object_get(ev->body, "unassigned")) > 0;
}

/* --- risks --- */

/* When the risk of a call was last said to have changed; NULL: no memory to know it. */
static int64_t *
said_at(struct desk *d, int32_t call)
{
	if (call >= d->said_room) {
		int32_t room = state_calls(d->t->state) + 64;
		int64_t *grown = realloc(d->said_at, (size_t)room * sizeof(*grown));

		if (grown == NULL)
			return NULL;
		memset(grown + d->said_room, 0, (size_t)(room - d->said_room) * sizeof(*grown));
		d->said_at = grown;
		d->said_room = room;
	}
	return &d->said_at[call];
}

static bool
is_news(const struct guidelines *g, const struct call_state *c, const struct outlook *o)
{
	if (promises_at_risk(g, c, o->risk_pct, o->late) != c->at_risk)
		return true;
	return c->at_risk && o->risk_pct >= LIKELY_PCT && c->risk_pct < LIKELY_PCT;
}

static json_t *
risk_body(const struct state *s, const struct outlook *o)
{
	const struct call_state *c = state_call(s, o->call);
	bool at_risk = promises_at_risk(state_guidelines(s), c, o->risk_pct, o->late);
	json_t *body = json_pack("{s:s, s:i, s:b, s:{s:I, s:I}}", "call", c->id, "risk_pct",
	    (int)o->risk_pct, "at_risk", (int)at_risk, "promise", "from",
	    (json_int_t)c->told.promise_from, "to", (json_int_t)c->told.promise_to);

	if (c->tech >= 0)
		build_set(&body, "technician", json_string(state_tech(s, c->tech)->id));
	if (o->arrival > 0) {
		build_set(&body, "arrival", json_integer(o->arrival));
		build_set(&body, "p90", json_integer(o->p90));
	}
	return body;
}

int
planner_decide(struct desk *d, enum event_type type, json_t *body)
{
	struct event *ev = event_new(type, planner_now(d->p), body);
	char why[256] = "out of memory";
	int rc = -ENOMEM;

	if (ev != NULL)
		rc = shop_append(d->p->shop, d->t, &ev, 1, NULL, NULL, NULL, why, sizeof(why));
	if (rc < 0)
		log_say(LEVEL_WARNING, "territory %s: a %s was not appended (%d): %s",
		    state_territory(d->t->state), event_name(type), rc, why);
	return rc;
}

static int
say_risk(struct desk *d, const struct outlook *o)
{
	const struct state *s = d->t->state;
	const struct call_state *c = state_call(s, o->call);
	int64_t now = planner_now(d->p), *said;
	int rc;

	if (!is_news(state_guidelines(s), c, o))
		return 0;
	said = said_at(d, o->call);
	if (said != NULL && *said > 0 && now - *said < FLAP_S && !(o->late && !c->at_risk))
		return 0;
	rc = planner_decide(d, EV_PROMISE_AT_RISK, risk_body(s, o));
	if (rc == 0 && said != NULL)
		*said = now;
	return rc;
}

/* Whether a promise of the call can still be kept or missed. */
static bool
is_watched(const struct call_state *c)
{
	return c->told.promise && (c->status == CALL_PLANNED || c->status == CALL_EN_ROUTE);
}

static bool
has_watched(const struct state *s, int32_t tech)
{
	const struct tech *t = state_tech(s, tech);

	for (int32_t i = 0; i < t->stops; i++)
		if (is_watched(state_call(s, t->stop[i].call)))
			return true;
	return false;
}

static int
look_at_risks(struct desk *d, int32_t tech)
{
	const struct state *s = d->t->state;
	int64_t now = planner_now(d->p);
	struct risk_stop *risk;
	struct retimed r;
	int rc = 0;

	if (!has_watched(s, tech))
		return 0;
	retime(s, tech, now, &r);
	risk = malloc(((size_t)r.stops + 1) * sizeof(*risk));
	if (risk == NULL)
		return -ENOMEM;
	risk_route(s, now, tech, &r, risk);
	for (int32_t i = 0; rc == 0 && i < r.stops; i++) {
		const struct call_state *c = state_call(s, r.stop[i].call);
		struct outlook o = { .call = r.stop[i].call,
			.arrival = r.stop[i].arrival,
			.p90 = risk[i].p90 };

		if (!is_watched(c))
			continue;
		o.risk_pct = risk_missed_pct(&risk[i], c);
		o.late = o.arrival > c->told.promise_to;
		rc = say_risk(d, &o);
	}
	free(risk);
	return rc;
}

/*
 * Who was told that nobody comes for now, or whose window ends soon while nobody is planned for
 * him, counts as lost until somebody is.
 */
static int
look_at_left(struct desk *d)
{
	const struct state *s = d->t->state;
	int64_t now = planner_now(d->p);
	int32_t open_n;
	const int32_t *open = state_open(s, &open_n);
	int rc = 0;

	for (int32_t i = 0; rc == 0 && i < open_n; i++) {
		const struct call_state *c = state_call(s, open[i]);
		struct outlook o = { .call = open[i], .risk_pct = 100, .late = true };

		if (c->status == CALL_UNASSIGNED && c->told.promise && c->not_before <= now &&
		    c->told.promise_to - now <= state_guidelines(s)->tell_ahead_s)
			rc = say_risk(d, &o);
	}
	return rc;
}

/* Whether an answer is under way that may change the routes. */
static bool
is_busy(const struct desk *d)
{
	if (d->waiting.any || d->start != NULL)
		return true;
	for (int32_t i = 0; i < d->under_ways; i++)
		if (d->under_way[i]->kind != SOLVE_BACKGROUND)
			return true;
	return false;
}

void
watch_turn(struct desk *d)
{
	int32_t looked = 0, techs = state_techs(d->t->state);
	int rc = 0;

	if ((d->watches == 0 && !d->watch_left) || is_busy(d))
		return;
	for (int32_t k = 0; rc == 0 && k < techs && looked < WATCH_TECHS; k++) {
		if (!d->watch[k])
			continue;
		rc = look_at_risks(d, k);
		d->watch[k] = rc < 0;
		d->watches -= rc == 0;
		looked++;
	}
	if (rc == 0 && d->watch_left) {
		rc = look_at_left(d);
		d->watch_left = rc < 0;
	}
	if (rc < 0 || d->watches > 0)
		planner_arm(d->p, rc < 0 ? RETRY_MS : 0);
}

/* --- answers --- */

/*
 * When a customer was silent for too long; INT64_MAX: no answer is awaited. Who agreed to a window
 * when he booked is not asked whether it suits him.
 */
static int64_t
silent_at(const struct guidelines *g, const struct call_state *c)
{
	if (g->answer_s == 0 || c->answer != ANSWER_NONE || c->status != CALL_PLANNED ||
	    !c->told.any || c->told.first_at == 0 || c->appointment || c->agreed_pct > 0)
		return INT64_MAX;
	return c->told.first_at + g->answer_s;
}

static int
fall_silent(struct desk *d, int32_t call)
{
	const struct state *s = d->t->state;
	const struct call_state *c = state_call(s, call);
	bool released = state_guidelines(s)->silence_releases != 0;
	char text[240];
	int rc = planner_decide(d, EV_CALL_SILENT,
	    json_pack("{s:s, s:I, s:b, s:s, s:s}", "call", c->id, "version",
		(json_int_t)c->version + 1, "released", (int)released, "technician",
		state_tech(s, c->tech)->id, "status",
		call_status_name(released ? CALL_UNASSIGNED : CALL_PLANNED)));

	if (rc < 0)
		return rc;
	snprintf(text, sizeof(text), "%s: no answer to the first ETA in %d minutes; %s", c->id,
	    state_guidelines(s)->answer_s / 60,
	    released ? "its promise is released: agree a time on the phone"
		     : "its promise stands unanswered: phone the customer");
	planner_notice(d, "warning", "call_silent", text);
	return 0;
}

void
watch_tick(struct desk *d)
{
	const struct state *s = d->t->state;
	const struct guidelines *g = state_guidelines(s);
	int64_t now = planner_now(d->p);
	int32_t open_n;
	const int32_t *open = state_open(s, &open_n);
	int rc = 0;

	/* A release closes nobody: the list stays as it is. */
	for (int32_t i = 0; rc == 0 && i < open_n; i++)
		if (silent_at(g, state_call(s, open[i])) <= now)
			rc = fall_silent(d, open[i]);
	if (now - d->watched_at >= WATCH_EVERY_S)
		watch_all(d);
}

int64_t
watch_next(const struct desk *d, int64_t now)
{
	const struct state *s = d->t->state;
	const struct guidelines *g = state_guidelines(s);
	int64_t next = INT64_MAX, look = d->watched_at + WATCH_EVERY_S;
	int32_t open_n;
	const int32_t *open = state_open(s, &open_n);

	for (int32_t i = 0; i < open_n; i++) {
		const struct call_state *c = state_call(s, open[i]);
		int64_t silent = silent_at(g, c);

		if (silent > now && silent < next)
			next = silent;
		if (is_watched(c) && c->told.promise_to - now <= WATCH_AHEAD_S && look > now &&
		    look < next)
			next = look;
	}
	return next;
}

void
watch_done(struct desk *d)
{
	free(d->said_at);
}
