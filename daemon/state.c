/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/state.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/state_impl.h"
#include "proto/when.h"

static state_apply_fn apply_territory;
static state_apply_fn apply_guidelines;

static state_apply_fn *const apply[EV_TYPES] = {
	[EV_TERRITORY_OPENED] = apply_territory,
	[EV_GUIDELINES_SET] = apply_guidelines,
	[EV_TECHNICIAN_ADDED] = state_apply_technician,
	[EV_TECHNICIAN_AMENDED] = state_apply_technician,
	[EV_TECHNICIAN_ABSENT] = state_apply_technician,
	[EV_SHIFT_STARTED] = state_apply_shift,
	[EV_SHIFT_ENDED] = state_apply_shift,
	[EV_CALL_BOOKED] = state_apply_call,
	[EV_CALL_AMENDED] = state_apply_call,
	[EV_CALL_CANCELLED] = state_apply_call,
	[EV_STOP_DEPARTED] = state_apply_stop,
	[EV_STOP_ARRIVED] = state_apply_stop,
	[EV_STOP_FINISHED] = state_apply_stop,
	[EV_STOP_NO_ACCESS] = state_apply_stop,
	[EV_STOP_LATE] = state_apply_stop,
	[EV_BREAK_STARTED] = state_apply_shift,
	[EV_BREAK_ENDED] = state_apply_shift,
	[EV_BREAK_WAIVED] = state_apply_shift,
	[EV_CALL_PINNED] = state_apply_call,
	[EV_CALL_UNPINNED] = state_apply_call,
	[EV_PLAN_REVISED] = state_apply_plan,
	[EV_CALL_ANSWERED] = state_apply_promise,
	[EV_CALL_SILENT] = state_apply_promise,
	[EV_CALL_CARRIED_OVER] = state_apply_promise,
	[EV_STOP_KIND_CHANGED] = state_apply_stop,
	[EV_PROMISE_AT_RISK] = state_apply_promise,
	[EV_GOODWILL_PROPOSED] = state_apply_goodwill,
	[EV_GOODWILL_DECIDED] = state_apply_goodwill,
	[EV_MESSAGE_WRITTEN] = state_apply_goodwill,
};

const char *const state_call_statuses[CALL_STATUSES] = {
	[CALL_UNASSIGNED] = "unassigned",
	[CALL_PLANNED] = "planned",
	[CALL_EN_ROUTE] = "en_route",
	[CALL_ON_SITE] = "on_site",
	[CALL_DONE] = "done",
	[CALL_NO_ACCESS] = "no_access",
	[CALL_CANCELLED] = "cancelled",
};

const char *const state_tech_statuses[TECH_STATUSES] = {
	[TECH_OFF] = "off",
	[TECH_FREE] = "free",
	[TECH_DRIVING] = "driving",
	[TECH_ON_SITE] = "on_site",
	[TECH_ON_BREAK] = "on_break",
};

const char *const state_contracts[CONTRACTS] = {
	[CONTRACT_NONE] = "none",
	[CONTRACT_TIME_AND_MATERIALS] = "time_and_materials",
	[CONTRACT_FULL_SERVICE] = "full_service",
};

const char *const state_answers[ANSWERS] = {
	[ANSWER_NONE] = "none",
	[ANSWER_ACCEPTED] = "accepted",
	[ANSWER_DECLINED] = "declined",
	[ANSWER_COUNTERED] = "countered",
	[ANSWER_SILENT] = "silent",
};

const char *const state_accounts[ACCOUNTS] = {
	[ACCOUNT_EVENT] = "event",
	[ACCOUNT_EMERGENCY] = "emergency",
	[ACCOUNT_ABSENCE] = "absence",
	[ACCOUNT_INSIDE] = "inside",
	[ACCOUNT_PERSON] = "person",
	[ACCOUNT_NONE] = "none",
};

const char *
contract_name(enum contract c)
{
	return state_contracts[c];
}

const char *
answer_name(enum answer a)
{
	return state_answers[a];
}

const char *
account_name(enum account a)
{
	return state_accounts[a];
}

const char *
call_status_name(enum call_status s)
{
	return state_call_statuses[s];
}

const char *
tech_status_name(enum tech_status s)
{
	return state_tech_statuses[s];
}

/* --- applying --- */

static int
apply_territory(struct state *s, const struct event *ev, struct body *b)
{
	const char *territory = body_str(b, "territory", sizeof(s->territory));
	const char *zone = body_str(b, "zone", sizeof(s->zone));
	int64_t midnight;

	if (!body_failed(b) && s->seq != 0)
		body_fail(b, -EPERM, "The territory %s was opened before", s->territory);
	if (!body_failed(b) && when_midnight(ev->at_s, zone, &midnight) < 0)
		body_fail(b, -EBADMSG, "zone: there is no zone \"%s\"", zone);
	if (body_failed(b))
		return b->error->rc;
	strcpy(s->territory, territory);
	strcpy(s->zone, zone);
	return 0;
}

static int
apply_guidelines(struct state *s, const struct event *ev, struct body *b)
{
	struct body figures = body_sub(b, "guidelines");
	struct guidelines changed = s->guidelines;

	(void)ev;
	state_read_version(b, s->guidelines_version);
	if (!body_failed(b) && guidelines_set(&changed, figures.obj) < 0)
		body_fail(b, -EBADMSG, "guidelines: a name or a range is wrong");
	if (body_failed(b))
		return b->error->rc;
	s->guidelines = changed;
	s->guidelines_version++;
	return 0;
}

/* The local midnight that an event is the first after; -1: it is not. */
static int64_t
new_day(const struct state *s, const struct event *ev)
{
	int64_t since = learn_since(s->learn), midnight;

	/* No day is shorter than 23 hours: most events need not ask for the zone. */
	if (s->seq == 0 || (since > 0 && ev->at_s < since + 23 * 3600) ||
	    when_midnight(ev->at_s, s->zone, &midnight) < 0 || midnight <= since)
		return -1;
	return midnight;
}

int
state_apply(struct state *s, const struct event *ev, char *why, size_t why_size)
{
	struct body_error error = { .why = why, .why_size = why_size };
	struct body body;
	int64_t midnight;
	int rc;

	assert(ev->type < EV_TYPES);
	body_init(&body, ev->body, &error);
	if (ev->seq != s->seq + 1)
		return body_fail(&body, -EBADMSG, "seq: expected %" PRId64 ", got %" PRId64,
		    s->seq + 1, ev->seq);
	if (ev->at_s < 0 || ev->at_s > BODY_TIME_MAX)
		return body_fail(&body, -EBADMSG, "at: out of range");
	if (s->seq == 0 && ev->type != EV_TERRITORY_OPENED)
		return body_fail(&body, -EPERM, "The first event opens the territory");
	if (body_failed(&body))
		return error.rc;
	midnight = new_day(s, ev);
	if (midnight >= 0 && learn_reserve(&s->learn, "", "") < 0)
		return body_fail(&body, -ENOMEM, "Out of memory");
	rc = apply[ev->type](s, ev, &body);
	if (rc < 0)
		return rc;
	s->seq = ev->seq;
	if (midnight >= 0)
		learn_day(s->learn, midnight);
	return 0;
}

/* --- reading --- */

const char *
state_territory(const struct state *s)
{
	return s->territory;
}

const char *
state_zone(const struct state *s)
{
	return s->zone;
}

int64_t
state_seq(const struct state *s)
{
	return s->seq;
}

int64_t
state_plan_version(const struct state *s)
{
	return s->plan_version;
}

const struct guidelines *
state_guidelines(const struct state *s)
{
	return &s->guidelines;
}

int64_t
state_guidelines_version(const struct state *s)
{
	return s->guidelines_version;
}

int32_t
state_techs(const struct state *s)
{
	return s->techs;
}

const struct tech *
state_tech(const struct state *s, int32_t i)
{
	assert(i >= 0 && i < s->techs);
	return s->tech[i];
}

int32_t
state_tech_find(const struct state *s, const char *id)
{
	return table_find(&s->tech_by_id, id);
}

int32_t
state_calls(const struct state *s)
{
	return s->calls;
}

const struct call_state *
state_call(const struct state *s, int32_t i)
{
	assert(i >= 0 && i < s->calls);
	return &s->call[i]->c;
}

int32_t
state_call_find(const struct state *s, const char *id)
{
	return table_find(&s->call_by_id, id);
}

const int32_t *
state_open(const struct state *s, int32_t *ret_n)
{
	*ret_n = s->open.n;
	return s->open.v;
}

const json_t *
state_call_history(const struct state *s, int32_t i)
{
	assert(i >= 0 && i < s->calls);
	return s->call[i]->history;
}

void
state_next_id(const struct state *s, const char *prefix, char ret[STATE_ID_SIZE])
{
	int64_t n = s->counter;

	do {
		n++;
		snprintf(ret, STATE_ID_SIZE, "%.40s%" PRId64, prefix, n);
	} while (state_tech_find(s, ret) >= 0 || state_call_find(s, ret) >= 0);
}

int32_t
state_moves_today(const struct state *s, int32_t call, int64_t now)
{
	const struct call_state *c = state_call(s, call);
	int64_t midnight;

	if (c->moves_today == 0 || when_midnight(now, s->zone, &midnight) < 0)
		return 0;
	return c->moves_day == midnight ? c->moves_today : 0;
}

static bool
tech_has(const struct tech *t, const struct skill *need)
{
	for (int32_t i = 0; i < t->skills; i++) {
		const struct skill *have = &t->skill[i];

		if (have->hash == need->hash && strcmp(have->name, need->name) == 0)
			return have->level >= need->level;
	}
	return false;
}

bool
state_may(const struct state *s, int32_t tech, int32_t call)
{
	const struct tech *t = state_tech(s, tech);
	const struct call_state *c = state_call(s, call);

	if (c->required[0] != '\0' && strcmp(c->required, t->id) != 0)
		return false;
	for (int32_t i = 0; i < c->forbiddens; i++) {
		if (strcmp(c->forbidden[i], t->id) == 0)
			return false;
	}
	for (int32_t i = 0; i < c->needs; i++) {
		if (!tech_has(t, &c->need[i]))
			return false;
	}
	return true;
}

struct travel_model
state_travel(const struct state *s)
{
	return (struct travel_model){
		.road_factor_pct = s->guidelines.road_factor_pct,
		.speed_m_per_h = s->guidelines.speed_m_per_h,
		.leg_s = s->guidelines.leg_s,
	};
}
