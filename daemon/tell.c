/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/tell.h"

#include <errno.h>
#include <string.h>

#include "daemon/eta.h"

/* Reasons, as codes and in the words a customer reads. */
enum reason {
	REASON_PLANNED,
	REASON_SLIPPED,
	REASON_SLIPPED_DRIVE,
	REASON_SLIPPED_BEHIND,
	REASON_EARLIER,
	REASON_REASSIGNED,
	REASON_MADE_ROOM,
	REASON_OVERRIDDEN,
	REASON_ABSENCE,
	REASON_REPLANNED,
	REASON_AMENDED,
};

static const struct {
	const char *code, *words;
} reasons[] = {
	[REASON_PLANNED] = { "planned", "Your visit is planned" },
	[REASON_SLIPPED] = { "slipped", "The job before yours takes longer" },
	[REASON_SLIPPED_DRIVE] = { "slipped", "The drive to you takes longer" },
	[REASON_SLIPPED_BEHIND] = { "slipped", "Your technician is running behind" },
	[REASON_EARLIER] = { "earlier", "The technician can come earlier" },
	[REASON_REASSIGNED] = { "reassigned", "Another technician comes to you" },
	[REASON_MADE_ROOM] = { "made_room", "A more urgent job had to be fitted in" },
	[REASON_OVERRIDDEN] = { "overridden", "The dispatcher changed the plan" },
	[REASON_ABSENCE] = { "absence", "Your technician is not available" },
	[REASON_REPLANNED] = { "replanned", "The day was planned anew" },
	[REASON_AMENDED] = { "amended", "Your booking was changed" },
};

/*
 * Whether the day may well end before the call is done, by its 90 % point. What would have to be
 * taken back one time in ten is not told before its technician sets out.
 */
static bool
may_be_lost(const struct state *s, int32_t tech, const struct stop *stop,
    const struct eta_spread *spread)
{
	const struct tech *t = state_tech(s, tech);
	int64_t most = t->overtime_max_s < 0 ? state_guidelines(s)->overtime_max_s : t->overtime_max_s;

	for (int32_t i = 0; i < t->shifts; i++) {
		const struct shift *sh = &t->shift[i];

		if (t->shift_now >= 0 ? i == t->shift_now : !sh->ended && sh->to > stop->arrival)
			return spread->p90 + (stop->end - stop->arrival) > sh->to + most;
	}
	return false;
}

/*
 * Whether the call's present place on a route must be told. Who was told before that the call
 * is on no route any more hears at once when it has a place again.
 */
static bool
must_tell(const struct state *s, int64_t now, int32_t tech, const struct stop *stop,
    const struct eta_spread *spread)
{
	const struct guidelines *g = state_guidelines(s);
	const struct call_state *c = state_call(s, stop->call);
	const struct told_state *told = &c->told;
	int64_t moved;

	if (c->status == CALL_ON_SITE)
		return false;
	if (!told->any)
		return c->status == CALL_EN_ROUTE || told->version > 0 ||
		    (stop->arrival <= now + g->tell_ahead_s && !may_be_lost(s, tech, stop, spread));
	moved = stop->arrival - told->arrival;
	return told->technician != tech || moved > g->eta_tolerance_s ||
	    -moved > g->eta_tolerance_s || stop->arrival < told->promise_from ||
	    stop->arrival > told->promise_to;
}

static bool
is_chosen(const struct tell *t, int32_t call)
{
	for (int32_t i = 0; i < t->chosens; i++) {
		if (t->chosen[i] == call)
			return true;
	}
	return false;
}

static enum reason
reason_chosen(const struct tell *t)
{
	switch (t->why) {
	case TELL_MADE_ROOM:
		return REASON_MADE_ROOM;
	case TELL_OVERRIDDEN:
		return REASON_OVERRIDDEN;
	default:
		return REASON_REPLANNED;
	}
}

/* Why it comes later although nobody decided so, as far as one can see. */
static enum reason
reason_slipped(const struct state *s, int32_t tech, const struct call_state *c)
{
	if (c->status == CALL_EN_ROUTE)
		return REASON_SLIPPED_DRIVE;
	return state_tech(s, tech)->status == TECH_ON_SITE ? REASON_SLIPPED : REASON_SLIPPED_BEHIND;
}

/* Told before, or promised and planned afresh: why it is told now. */
static enum reason
reason_again(const struct tell *t, int32_t tech, const struct stop *stop)
{
	const struct call_state *c = state_call(t->s, stop->call);
	bool other = c->told.any && c->told.technician != tech;

	if (t->why == TELL_AMENDED && stop->call == t->call)
		return REASON_AMENDED;
	if (t->why == TELL_OVERRIDDEN && stop->call == t->call)
		return REASON_OVERRIDDEN;
	if (t->why == TELL_ABSENCE && other && c->told.technician == t->technician)
		return REASON_ABSENCE;
	if (is_chosen(t, stop->call))
		return reason_chosen(t);
	if (other)
		return REASON_REASSIGNED;
	if (!c->told.any)
		return REASON_REPLANNED;
	if (stop->arrival < c->told.arrival)
		return REASON_EARLIER;
	return reason_slipped(t->s, tech, c);
}

/* The window promised from now on: the one before, unless the arrival leaves it. */
static void
promise_for(const struct tell *t, const struct stop *stop, int64_t *ret_from, int64_t *ret_to)
{
	const struct guidelines *g = state_guidelines(t->s);
	const struct told_state *told = &state_call(t->s, stop->call)->told;
	int64_t soonest = stop->arrival < t->now ? stop->arrival : t->now;

	if (told->promise && stop->arrival >= told->promise_from &&
	    stop->arrival <= told->promise_to) {
		*ret_from = told->promise_from;
		*ret_to = told->promise_to;
		return;
	}
	/* Nothing is promised for a time that is past. */
	*ret_from = stop->arrival - g->promise_before_s;
	if (*ret_from < soonest)
		*ret_from = soonest;
	*ret_to = stop->arrival + g->promise_after_s;
}

/* Members that only an ETA told again has. */
static int
entry_again(const struct tell *t, int32_t tech, const struct told_state *told, json_t *entry)
{
	const char *former = told->technician < 0 ? NULL : state_tech(t->s, told->technician)->id;

	if (!told->any)
		return 0;
	if (json_object_set_new(entry, "previous", json_integer(told->arrival)) < 0)
		return -ENOMEM;
	if (former == NULL || told->technician == tech)
		return 0;
	return json_object_set_new(entry, "former", json_string(former)) < 0 ? -ENOMEM : 0;
}

static int
tell_stop(const struct tell *t, int32_t tech, const struct stop *stop,
    const struct eta_spread *spread, json_t *told)
{
	const struct call_state *c = state_call(t->s, stop->call);
	bool first = c->told.version == 0;
	enum reason why = first ? REASON_PLANNED : reason_again(t, tech, stop);
	int64_t from, to;
	json_t *entry;

	promise_for(t, stop, &from, &to);
	entry = json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:{s:I, s:I}, s:b, s:s, s:s}", "call",
	    c->id, "technician", state_tech(t->s, tech)->id, "version",
	    (json_int_t)c->told.version + 1, "arrival", (json_int_t)stop->arrival, "p10",
	    (json_int_t)spread->p10, "p90", (json_int_t)spread->p90, "promise", "from",
	    (json_int_t)from, "to", (json_int_t)to, "first", first, "code", reasons[why].code,
	    "reason", reasons[why].words);
	if (entry == NULL)
		return -ENOMEM;
	if (entry_again(t, tech, &c->told, entry) < 0) {
		json_decref(entry);
		return -ENOMEM;
	}
	return json_array_append_new(told, entry) < 0 ? -ENOMEM : 0;
}

int
tell_route(const struct tell *t, int32_t tech, const struct stop *stop, int32_t stops,
    json_t *told)
{
	struct eta_spread spread[STATE_STOPS_MAX];

	if (stops > STATE_STOPS_MAX)
		return -EINVAL;
	eta_spread(t->s, t->now, tech, stop, stops, spread);
	for (int32_t i = 0; i < stops; i++) {
		if (must_tell(t->s, t->now, tech, &stop[i], &spread[i]) &&
		    tell_stop(t, tech, &stop[i], &spread[i], told) < 0)
			return -ENOMEM;
	}
	return 0;
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

bool
tell_due(const struct state *s, int64_t now, int32_t tech, const struct stop *stop,
    int32_t stops)
{
	struct eta_spread spread[STATE_STOPS_MAX];

	if (stops > STATE_STOPS_MAX)
		return false;
	eta_spread(s, now, tech, stop, stops, spread);
	for (int32_t i = 0; i < stops; i++) {
		if (must_tell(s, now, tech, &stop[i], &spread[i]))
			return true;
	}
	return false;
}

int64_t
tell_next(const struct state *s, int64_t now, int32_t tech)
{
	const struct tech *t = state_tech(s, tech);
	int64_t next = INT64_MAX;

	for (int32_t i = 0; i < t->stops; i++) {
		const struct call_state *c = state_call(s, t->stop[i].call);
		int64_t due = t->stop[i].arrival - state_guidelines(s)->tell_ahead_s;

		if (c->status != CALL_ON_SITE && !c->told.any && due > now && due < next)
			next = due;
	}
	return next;
}
