/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/tell.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/build.h"
#include "daemon/carry.h"
#include "daemon/risk.h"
#include "daemon/window.h"

enum {
	MINUTE_S = 60,
	QUIET_S = 600, /* a new window outlasts the time in which no other is told by so much */
};

/* Reasons, as codes and in words for consoles; message texts have their own, in every language. */
enum reason {
	REASON_PLANNED,
	REASON_JOB_LONG,
	REASON_DRIVE_LONG,
	REASON_LATE_START,
	REASON_BEHIND,
	REASON_EARLIER,
	REASON_REASSIGNED,
	REASON_URGENT_JOB,
	REASON_MADE_ROOM,
	REASON_OVERRIDDEN,
	REASON_ABSENCE,
	REASON_COLLEAGUE_ABSENT,
	REASON_CANCELLED,
	REASON_CHANGED,
	REASON_SHORTER_WAY,
	REASON_ASKED,
	REASON_PLACED_AGAIN,
	REASON_AMENDED,
	REASONS,
};

static const struct {
	const char *code, *words;
} reasons[REASONS] = {
	[REASON_PLANNED] = { "planned", "Your visit is planned" },
	[REASON_JOB_LONG] = { "job_long", "A job before yours takes longer" },
	[REASON_DRIVE_LONG] = { "drive_long", "The drive to you takes longer" },
	[REASON_LATE_START] = { "late_start", "Your technician started late" },
	[REASON_BEHIND] = { "running_behind", "Your technician is running behind" },
	[REASON_EARLIER] = { "earlier", "The technician can come earlier" },
	[REASON_REASSIGNED] = { "reassigned", "Another technician comes to you" },
	[REASON_URGENT_JOB] = { "urgent_job", "A more urgent job had to be fitted in" },
	[REASON_MADE_ROOM] = { "made_room", "Another job had to be fitted in" },
	[REASON_OVERRIDDEN] = { "overridden", "The dispatcher changed the plan" },
	[REASON_ABSENCE] = { "absence", "Your technician is not available" },
	[REASON_COLLEAGUE_ABSENT] = { "colleague_absent",
	    "A colleague is not available, and others take over" },
	[REASON_CANCELLED] = { "cancelled", "Another visit is no longer needed" },
	[REASON_CHANGED] = { "changed", "Another visit was changed" },
	[REASON_SHORTER_WAY] = { "shorter_way", "A shorter way was found" },
	[REASON_ASKED] = { "asked", "You asked for another time" },
	[REASON_PLACED_AGAIN] = { "placed_again", "A technician was found for you" },
	[REASON_AMENDED] = { "amended", "Your booking was changed" },
};

const char *
tell_code(size_t i)
{
	return i < REASONS ? reasons[i].code : NULL;
}

const char *
tell_words(const char *code)
{
	for (size_t i = 0; i < REASONS; i++)
		if (strcmp(reasons[i].code, code) == 0)
			return reasons[i].words;
	return NULL;
}

/* --- why --- */

static bool
is_chosen(const struct tell *t, int32_t call)
{
	for (int32_t i = 0; i < t->chosens; i++) {
		if (t->chosen[i] == call)
			return true;
	}
	return false;
}

/* Another call wanted room: how it compares with this one. */
static enum reason
reason_room(const struct tell *t, const struct call_state *c)
{
	if (t->call >= 0 && state_call(t->s, t->call)->severity > c->severity)
		return REASON_URGENT_JOB;
	return REASON_MADE_ROOM;
}

/*
 * It was moved by choice: what that made possible. stop: its new place, NULL none. Who waits longer
 * for it, or has no place any more, was not moved for a shorter way, but for somebody else.
 */
static enum reason
reason_chosen(const struct tell *t, const struct call_state *c, const struct stop *stop)
{
	int64_t told = c->told.any ? c->told.arrival : c->told.promise_to;
	bool waits = stop == NULL || stop->arrival > told + state_guidelines(t->s)->eta_tolerance_s;


	switch (t->why) {
	case TELL_MADE_ROOM:
		return reason_room(t, c);
	case TELL_OVERRIDDEN:
		return REASON_OVERRIDDEN;
	case TELL_ABSENCE:
		return REASON_COLLEAGUE_ABSENT;
	case TELL_AMENDED:
		return REASON_CHANGED;
	case TELL_TIME:
	case TELL_REPLANNED:
		break;
	}
	if (t->event == EV_CALL_CANCELLED)
		return REASON_CANCELLED;
	return waits ? REASON_MADE_ROOM : REASON_SHORTER_WAY;
}

/* Why it comes later although nobody decided so, as far as one can see. */
static enum reason
reason_slipped(const struct state *s, int32_t tech, const struct call_state *c)
{
	const struct tech *t = state_tech(s, tech);

	/* Who set out since it was last told did so late; after that it is the drive. */
	if (c->status == CALL_EN_ROUTE)
		return c->told.at < t->since ? REASON_BEHIND : REASON_DRIVE_LONG;
	if (t->status == TECH_OFF)
		return REASON_LATE_START;
	return t->status == TECH_ON_SITE ? REASON_JOB_LONG : REASON_BEHIND;
}

/* It was told before, but that does not hold any more: why there is something to tell again. */
static enum reason
reason_anew(const struct call_state *c)
{
	if (c->carried > 0 && c->not_before > c->told.at)
		return REASON_PLANNED;
	if (c->answer == ANSWER_DECLINED || c->answer == ANSWER_COUNTERED)
		return REASON_ASKED;
	return REASON_PLACED_AGAIN;
}

/* Told before, or promised and planned otherwise: why it is told now. */
static enum reason
reason_again(const struct tell *t, int32_t tech, const struct stop *stop)
{
	const struct call_state *c = state_call(t->s, stop->call);
	bool other = c->told.any && c->told.technician != tech;

	if ((t->event == EV_CALL_ANSWERED ||
		(t->event == EV_CALL_AMENDED && t->why == TELL_MADE_ROOM)) &&
	    stop->call == t->call)
		return REASON_ASKED;
	if (t->why == TELL_AMENDED && stop->call == t->call)
		return REASON_AMENDED;
	if (t->why == TELL_OVERRIDDEN && stop->call == t->call)
		return REASON_OVERRIDDEN;
	if (t->why == TELL_ABSENCE && other && c->told.technician == t->technician)
		return REASON_ABSENCE;
	if (is_chosen(t, stop->call))
		return reason_chosen(t, c, stop);
	if (other)
		return REASON_REASSIGNED;
	if (!c->told.any && c->told.version > 0)
		return reason_anew(c);
	if (c->told.any && stop->arrival < c->told.arrival)
		return REASON_EARLIER;
	return reason_slipped(t->s, tech, c);
}

static enum reason
reason_of(const struct tell *t, int32_t tech, const struct stop *stop)
{
	const struct call_state *c = state_call(t->s, stop->call);

	/* What was promised at the booking and is missed before it was told has its reason, too. */
	if (c->told.version == 0 && !tell_misses(c, stop->arrival))
		return REASON_PLANNED;
	return reason_again(t, tech, stop);
}

/* --- what --- */

static int64_t
sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Told windows begin and end on whole minutes, as people are told them. */
static struct span
on_minutes(struct span w)
{
	int64_t over = w.to % MINUTE_S;

	w.from -= w.from % MINUTE_S;
	w.to += over == 0 ? 0 : MINUTE_S - over;
	return w;
}

/* The window of who was promised none: around the arrival, not past, nor where he said no. */
static struct span
promise_first(const struct tell *t, const struct stop *stop)
{
	const struct guidelines *g = state_guidelines(t->s);
	const struct call_state *c = state_call(t->s, stop->call);
	struct span w = { later(stop->arrival - g->promise_before_s, sooner(stop->arrival, t->now)),
		stop->arrival + g->promise_after_s };

	for (int32_t i = 0; i < c->declineds; i++) {
		if (c->declined[i].to <= stop->arrival)
			w.from = later(w.from, c->declined[i].to);
		else if (c->declined[i].from > stop->arrival)
			w.to = sooner(w.to, c->declined[i].from);
	}
	return on_minutes(w);
}

/* The window that replaces one: wide enough to hold, and open while no other can be told. */
static struct span
promise_again(const struct tell *t, const struct stop *stop, const struct risk_stop *risk)
{
	const struct guidelines *g = state_guidelines(t->s);
	/* Were it to slip again, there is time to say so before it ends. */
	int64_t quiet = QUIET_S +
	    sooner(t->now + g->repromise_wait_s, stop->arrival + g->promise_after_s);
	int32_t pct;
	struct span w;

	window_for(t->s, t->now, risk, stop->arrival, g->quote_confidence_pct, &w, &pct);
	return on_minutes((struct span){ sooner(w.from, stop->arrival),
	    later(later(w.to, quiet), stop->arrival) });
}

/* The window promised from now on: the one before, unless the arrival leaves it. */
static struct span
promise_of(const struct tell *t, const struct stop *stop, const struct risk_stop *risk)
{
	const struct call_state *c = state_call(t->s, stop->call);

	if (!c->told.promise)
		return promise_first(t, stop);
	if (tell_misses(c, stop->arrival))
		return promise_again(t, stop, risk);
	return (struct span){ c->told.promise_from, c->told.promise_to };
}

static json_t *
span_out(int64_t from, int64_t to)
{
	return json_pack("{s:I, s:I}", "from", (json_int_t)from, "to", (json_int_t)to);
}

/* Members that only something told again has. */
static void
put_again(const struct tell *t, int32_t tech, const struct stop *stop, json_t **entry)
{
	const struct call_state *c = state_call(t->s, stop->call);
	const struct told_state *told = &c->told;

	if (tell_misses(c, stop->arrival))
		build_set(entry, "previous_promise",
		    span_out(told->promise_from, told->promise_to));
	if (!told->any)
		return;
	build_set(entry, "previous", json_integer(told->arrival));
	if (told->technician != tech)
		build_set(entry, "former", json_string(state_tech(t->s, told->technician)->id));
}

static int
tell_stop(const struct tell *t, int32_t tech, const struct stop *stop, const struct risk_stop *risk,
    json_t *told)
{
	const struct call_state *c = state_call(t->s, stop->call);
	enum reason why = reason_of(t, tech, stop);
	struct span promise = promise_of(t, stop, risk);
	json_t *entry = json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:o, s:b, s:s, s:s}", "call",
	    c->id, "technician", state_tech(t->s, tech)->id, "version",
	    (json_int_t)c->told.version + 1, "arrival", (json_int_t)stop->arrival, "p10",
	    (json_int_t)risk->p10, "p90", (json_int_t)risk->p90, "promise",
	    span_out(promise.from, promise.to), "first", c->told.version == 0, "code",
	    reasons[why].code, "reason", reasons[why].words);

	put_again(t, tech, stop, &entry);
	return json_array_append_new(told, entry) < 0 ? -ENOMEM : 0;
}

/* --- a route --- */

/* Stops of a route that have to be told; risk (NULL: none is near) is worked out when it is needed.
 */
struct telling {
	const struct tell *t;
	int32_t tech;
	const struct retimed *route;
	struct risk_stop *risk;
};

static int
need_risk(struct telling *l)
{
	if (l->risk != NULL)
		return 0;
	l->risk = malloc(((size_t)l->route->stops + 1) * sizeof(*l->risk));
	if (l->risk == NULL)
		return -ENOMEM;
	risk_route(l->t->s, l->t->now, l->tech, l->route, l->risk);
	return 0;
}

/* 1: stop i has to be told; 0 not; -ENOMEM. */
static int
must_tell(struct telling *l, int32_t i)
{
	const struct stop *stop = &l->route->stop[i];
	int64_t anyway, from = tell_from(l->t->s, l->t, l->tech, stop, &anyway);

	if (from > l->t->now)
		return 0;
	/* To another day it is carried over on purpose, and not as an ETA that moved. */
	if (carry_waits(l->t->s, l->tech, state_call(l->t->s, stop->call), l->t->now,
		stop->arrival))
		return 0;
	if (need_risk(l) < 0)
		return -ENOMEM;
	return anyway <= l->t->now || !tell_may_be_lost(l->t->s, l->tech, stop, l->risk[i].p90);
}

int
tell_route(const struct tell *t, int32_t tech, const struct retimed *r, json_t *told)
{
	struct telling l = { .t = t, .tech = tech, .route = r };
	int rc = 0;

	for (int32_t i = 0; rc >= 0 && i < r->stops; i++) {
		rc = must_tell(&l, i);
		if (rc > 0)
			rc = tell_stop(t, tech, &r->stop[i], &l.risk[i], told);
	}
	free(l.risk);
	return rc < 0 ? rc : 0;
}

/* Whether something of the stops is due, as far as the clock alone tells. */
static bool
is_near(const struct state *s, int64_t now, int32_t tech, const struct stop *stop, int32_t stops)
{
	int64_t anyway;

	for (int32_t i = 0; i < stops; i++)
		if (tell_from(s, NULL, tech, &stop[i], &anyway) <= now)
			return true;
	return false;
}

bool
tell_due(const struct state *s, int64_t now, int32_t tech, const struct retimed *r)
{
	const struct tell t = { .s = s,
		.now = now,
		.event = EV_TYPES,
		.call = -1,
		.technician = -1 };
	const struct stop *stop = r != NULL ? r->stop : state_tech(s, tech)->stop;
	struct telling l = { .t = &t, .tech = tech, .route = r };
	struct retimed *standing = NULL;
	int rc = 0;

	if (!is_near(s, now, tech, stop, r != NULL ? r->stops : state_tech(s, tech)->stops))
		return false;
	if (r == NULL) {
		standing = malloc(sizeof(*standing));
		if (standing == NULL)
			return false; /* asked again at the next tick */
		risk_standing(s, now, tech, standing);
		l.route = standing;
	}
	for (int32_t i = 0; rc == 0 && i < l.route->stops; i++)
		rc = must_tell(&l, i);
	free(l.risk);
	free(standing);
	return rc > 0;
}

int
tell_withdraw(const struct tell *t, int32_t call, json_t *withdrawn)
{
	const struct call_state *c = state_call(t->s, call);

	if (!c->told.any)
		return 0;
	return json_array_append_new(withdrawn,
		   json_pack("{s:s, s:s, s:I}", "call", c->id, "technician",
		       state_tech(t->s, c->told.technician)->id, "version",
		       (json_int_t)c->version)) < 0
	    ? -ENOMEM
	    : 0;
}

int
tell_untold(const struct tell *t, int32_t call, int32_t tech, const struct stop *stop,
    json_t *untold)
{
	const struct call_state *c = state_call(t->s, call);
	json_t *one = json_pack("{s:s, s:s}", "call", c->id, "code",
	    reasons[reason_chosen(t, c, stop)].code);

	if (stop != NULL) {
		build_set(&one, "technician", json_string(state_tech(t->s, tech)->id));
		build_set(&one, "arrival", json_integer(stop->arrival));
	}
	return one == NULL || json_array_append_new(untold, one) < 0 ? -ENOMEM : 0;
}
