/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/history.h"

#include <stdio.h>
#include <string.h>

#include "daemon/build.h"
#include "daemon/object.h"
#include "daemon/tell.h"

enum { TEXT_SIZE = 201 };

/* What led to it, in words; %s is the call, or else the technician, of the cause. */
static const char *const words[EV_TYPES] = {
	[EV_GUIDELINES_SET] = "the guidelines were changed",
	[EV_TECHNICIAN_ADDED] = "%s began to work here",
	[EV_TECHNICIAN_AMENDED] = "the terms of %s were changed",
	[EV_TECHNICIAN_ABSENT] = "%s is absent",
	[EV_SHIFT_STARTED] = "%s began the shift",
	[EV_SHIFT_ENDED] = "%s ended the shift",
	[EV_CALL_BOOKED] = "room was made for %s",
	[EV_CALL_AMENDED] = "%s was amended",
	[EV_CALL_CANCELLED] = "%s was cancelled",
	[EV_STOP_DEPARTED] = "the technician set out for %s",
	[EV_STOP_ARRIVED] = "the technician arrived at %s",
	[EV_STOP_FINISHED] = "%s was finished",
	[EV_STOP_NO_ACCESS] = "there was no access at %s",
	[EV_STOP_LATE] = "%s takes longer",
	[EV_BREAK_STARTED] = "%s takes a break",
	[EV_BREAK_ENDED] = "the break of %s ended",
	[EV_BREAK_WAIVED] = "%s gave up a break",
	[EV_CALL_PINNED] = "%s was pinned",
	[EV_CALL_UNPINNED] = "%s was unpinned",
	[EV_PLAN_REVISED] = "a person moved %s",
	[EV_CALL_ANSWERED] = "the customer of %s answered",
	[EV_CALL_SILENT] = "the customer of %s gave no answer",
	[EV_CALL_CARRIED_OVER] = "%s was carried over",
	[EV_STOP_KIND_CHANGED] = "the work at %s turned out to be of another kind",
};

/* Known by the call while it is known. */
static const char *
term(const struct state *s, const char *call, const char *name)
{
	int32_t i = state_call_find(s, call);

	return i < 0 ? NULL : json_string_value(json_object_get(state_call(s, i)->terms, name));
}

static void
cause_text(const struct state *s, const struct move *m, const char *asker, char ret[TEXT_SIZE])
{
	const char *what = m->cause_call[0] != '\0' ? m->cause_call : m->cause_tech;
	const char *text = m->cause < EV_TYPES ? words[m->cause] : "time passed";
	const char *at, *customer = term(s, m->cause_call, "customer");
	int n;

	/* Events about a technician name him, whatever call he was at. */
	if ((m->cause == EV_TECHNICIAN_ABSENT || m->cause == EV_SHIFT_ENDED ||
		m->cause == EV_SHIFT_STARTED) &&
	    m->cause_tech[0] != '\0')
		what = m->cause_tech;
	if (text == NULL)
		text = "the plan was revised";
	at = what[0] == '\0' ? NULL : strstr(text, "%s");
	n = at == NULL ? snprintf(ret, TEXT_SIZE, "%s",
			     strstr(text, "%s") == NULL ? text : "the plan was revised")
		       : snprintf(ret, TEXT_SIZE, "%.*s%s%s", (int)(at - text), text, what, at + 2);
	if (m->cause != EV_CALL_BOOKED || n < 0 || n >= TEXT_SIZE)
		return;
	if (m->cause_inside)
		snprintf(ret + n, (size_t)(TEXT_SIZE - n), ", an inside request%s%s",
		    asker != NULL ? " of " : "", asker != NULL ? asker : "");
	else if (customer != NULL)
		snprintf(ret + n, (size_t)(TEXT_SIZE - n), ", for %s", customer);
}

static json_t *
cause_json(const struct state *s, const struct move *m)
{
	const char *asker = term(s, m->cause_call, "asker");
	char text[TEXT_SIZE];
	json_t *j;

	cause_text(s, m, asker, text);
	j = json_pack("{s:s, s:I, s:s}", "event",
	    m->cause < EV_TYPES ? event_name(m->cause) : "tick", "seq", (json_int_t)m->cause_seq,
	    "text", text);
	if (m->cause_call[0] != '\0') {
		build_set(&j, "call", json_string(m->cause_call));
		build_set(&j, "origin", json_string(m->cause_inside ? "inside" : "outside"));
	}
	if (m->cause_tech[0] != '\0')
		build_set(&j, "technician", json_string(m->cause_tech));
	if (asker != NULL)
		build_set(&j, "asker", json_string(asker));
	return j;
}

static void
put_told(const struct state *s, const struct move *m, json_t **j)
{
	if (m->tech >= 0)
		build_set(j, "technician", json_string(state_tech(s, m->tech)->id));
	if (m->former >= 0)
		build_set(j, "former", json_string(state_tech(s, m->former)->id));
	if (m->arrival > 0)
		build_set(j, "arrival", object_when(s, m->arrival));
	if (m->previous > 0)
		build_set(j, "previous", object_when(s, m->previous));
	if (m->promise.to > 0)
		build_set(j, "promise", object_window(s, m->promise.from, m->promise.to));
	if (m->previous_promise.to > 0)
		build_set(j, "previous_promise",
		    object_window(s, m->previous_promise.from, m->previous_promise.to));
}

static json_t *
move_json(const struct state *s, const struct move *m)
{
	const char *customer = term(s, m->call_id, "customer");
	const char *reason = tell_words(m->code);
	json_t *j = json_pack("{s:o, s:I, s:s, s:b, s:b, s:b, s:o, s:s, s:I}", "at",
	    object_when(s, m->at), "seq", (json_int_t)m->seq, "call", m->call_id, "first", m->first,
	    "repromised", m->repromised, "chosen", m->chosen, "cause", cause_json(s, m), "account",
	    account_name(m->chosen ? m->account : ACCOUNT_NONE), "cents", (json_int_t)m->cents);

	put_told(s, m, &j);
	if (customer != NULL)
		build_set(&j, "customer", json_string(customer));
	if (m->code[0] != '\0')
		build_set(&j, "code", json_string(m->code));
	if (reason != NULL)
		build_set(&j, "reason", json_string(reason));
	return j;
}

static bool
is_tech(const struct state *s, int32_t tech, const char *id)
{
	return tech >= 0 && strcmp(state_tech(s, tech)->id, id) == 0;
}

static bool
is_asked(const struct state *s, const struct move *m, const struct history_ask *ask)
{
	if (ask->call != NULL && strcmp(ask->call, m->call_id) != 0)
		return false;
	if (ask->technician != NULL && !is_tech(s, m->tech, ask->technician) &&
	    !is_tech(s, m->former, ask->technician))
		return false;
	return m->seq < ask->before && m->at >= ask->from && m->at < ask->to &&
	    (m->chosen || !ask->chosen);
}

json_t *
history_list(const struct state *s, const struct history_ask *ask, int64_t *ret_next)
{
	json_t *moves = json_array();
	int64_t seq = 0;
	int32_t n = 0;

	*ret_next = 0;
	for (int32_t i = state_moves(s) - 1; i >= 0; i--) {
		const struct move *m = state_move(s, i);

		if (!is_asked(s, m, ask))
			continue;
		if (n >= HISTORY_MAX || (n >= ask->limit && m->seq != seq)) {
			*ret_next = seq;
			break;
		}
		seq = m->seq;
		build_add(&moves, move_json(s, m));
		n++;
	}
	return moves;
}
