/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A state as canonical JSON: members sorted, no blanks. state_load.c reads it: the two change together.
 *
 * Written straight into a buffer, and what cannot change any more (terms, closed calls) only once:
 * a snapshot is made on the loop's thread, where no client should feel it.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/state_impl.h"
#include "daemon/text.h"

static const char *
tech_id(const struct state *s, int32_t i)
{
	return i < 0 ? "" : s->tech[i]->id;
}

static const char *
call_id(const struct state *s, int32_t i)
{
	return i < 0 ? "" : s->call[i]->c.id;
}

/* --- technicians --- */

static void
put_shifts(struct text *t, const struct tech *tech)
{
	text_put(t, ",\"shifts\":[");
	for (int32_t i = 0; i < tech->shifts; i++) {
		const struct shift *sh = &tech->shift[i];

		text_put(t, i == 0 ? "{\"breaks\":[" : ",{\"breaks\":[");
		for (int32_t d = 0; d < sh->dues; d++)
			text_member(t, d == 0 ? "" : ",", sh->due[d].status);
		text_flag(t, "],\"ended\":", sh->ended);
		text_put(t, "}");
	}
	text_put(t, "]");
}

static void
put_route(struct text *t, const struct state *s, const struct tech *tech)
{
	text_put(t, ",\"stops\":[");
	for (int32_t i = 0; i < tech->stops; i++) {
		const struct stop *stop = &tech->stop[i];

		text_word(t, i == 0 ? "[" : ",[", call_id(s, stop->call));
		text_member(t, ",", stop->arrival);
		text_member(t, ",", stop->end);
		text_member(t, ",", stop->drive_s);
		text_put(t, "]");
	}
	text_put(t, "],\"taken\":[");
	for (int32_t i = 0; i < tech->takens; i++) {
		const struct planned_break *pb = &tech->taken[i];

		text_put(t, i == 0 ? "" : ",");
		text_numbers(t, 4, (int64_t)pb->due, (int64_t)pb->after, pb->start,
		    (int64_t)pb->duration_s);
	}
	text_put(t, "]");
}

static void
put_tech(struct text *t, const struct state *s, const struct tech *tech)
{
	text_member(t, "{\"absent_from\":", tech->absent_from);
	text_member(t, ",\"absent_to\":", tech->absent_to);
	text_member(t, ",\"at\":{\"lat_udeg\":", tech->at.lat_udeg);
	text_member(t, ",\"lon_udeg\":", tech->at.lon_udeg);
	text_member(t, "},\"break_now\":", tech->break_now);
	text_word(t, ",\"call\":", call_id(s, tech->call));
	text_member(t, ",\"hard_points\":", tech->hard_points);
	text_word(t, ",\"id\":", tech->id);
	text_member(t, ",\"overtime_s\":", tech->overtime_s);
	text_member(t, ",\"route_end\":", tech->route_end);
	text_member(t, ",\"shift_now\":", tech->shift_now);
	put_shifts(t, tech);
	text_member(t, ",\"since\":", tech->since);
	text_word(t, ",\"status\":", tech_status_name(tech->status));
	put_route(t, s, tech);
	text_put(t, ",\"terms\":");
	text_json(t, tech->terms);
	text_member(t, ",\"until\":", tech->until);
	text_member(t, ",\"version\":", tech->version);
	text_put(t, "}");
}

/* --- calls --- */

static void
put_told(struct text *t, const struct state *s, const struct told_state *told)
{
	text_flag(t, ",\"told\":{\"any\":", told->any);
	text_member(t, ",\"arrival\":", told->arrival);
	text_member(t, ",\"at\":", told->at);
	text_member(t, ",\"first_at\":", told->first_at);
	text_member(t, ",\"first_from\":", told->first_from);
	text_member(t, ",\"first_to\":", told->first_to);
	text_member(t, ",\"from\":", told->promise_from);
	text_member(t, ",\"p10\":", told->p10);
	text_member(t, ",\"p90\":", told->p90);
	text_flag(t, ",\"promise\":", told->promise);
	text_member(t, ",\"repromised\":", told->repromised);
	text_member(t, ",\"repromised_at\":", told->repromised_at);
	text_word(t, ",\"technician\":", tech_id(s, told->technician));
	text_member(t, ",\"to\":", told->promise_to);
	text_member(t, ",\"version\":", told->version);
	text_put(t, "}");
}

static void
put_terms(struct text *t, struct call_slot *slot)
{
	if (slot->terms_text == NULL)
		slot->terms_text = text_of_json(slot->c.terms);
	if (slot->terms_text == NULL)
		t->failed = true;
	else
		text_put(t, slot->terms_text);
}

/* What became of the promise between the customer and us. */
static void
put_dealings(struct text *t, const struct call_state *c)
{
	text_member(t, ",\"promise\":{\"agreed_shift\":", c->agreed_shift);
	text_word(t, ",\"answer\":", answer_name(c->answer));
	text_flag(t, ",\"at_risk\":", c->at_risk);
	text_member(t, ",\"carried\":", c->carried);
	text_flag(t, ",\"customer_fault\":", c->customer_fault);
	text_put(t, ",\"declined\":[");
	for (int32_t i = 0; i < c->declineds; i++) {
		text_put(t, i == 0 ? "" : ",");
		text_numbers(t, 2, c->declined[i].from, c->declined[i].to);
	}
	text_member(t, "],\"declines\":", c->declines);
	text_flag(t, ",\"goodwill\":", c->goodwill);
	text_member(t, ",\"not_before\":", c->not_before);
	text_member(t, ",\"risk_pct\":", c->risk_pct);
	text_put(t, "}");
}

static void
put_call(struct text *t, const struct state *s, struct call_slot *slot)
{
	const struct call_state *c = &slot->c;

	text_member(t, "{\"arrival\":", c->arrival);
	text_member(t, ",\"closed\":", c->closed);
	text_member(t, ",\"end\":", c->end);
	text_put(t, ",\"history\":");
	if (json_array_size(slot->history) == 0)
		text_put(t, "[]");
	else
		text_json(t, slot->history);
	text_word(t, ",\"id\":", c->id);
	if (!c->duration_given)
		text_member(t, ",\"measure_s\":", c->duration_s);
	text_member(t, ",\"moves_day\":", c->moves_day);
	text_member(t, ",\"moves_today\":", c->moves_today);
	text_word(t, ",\"outcome\":", c->outcome);
	text_flag(t, ",\"pinned\":", c->pinned);
	put_dealings(t, c);
	text_word(t, ",\"status\":", call_status_name(c->status));
	text_word(t, ",\"technician\":", tech_id(s, c->tech));
	text_put(t, ",\"terms\":");
	put_terms(t, slot);
	put_told(t, s, &c->told);
	text_member(t, ",\"version\":", c->version);
	text_put(t, "}");
}

/* A closed call is written once and for all. */
static void
put_closed(struct text *t, const struct state *s, struct call_slot *slot)
{
	struct text own = { 0 };

	if (slot->closed_text == NULL) {
		put_call(&own, s, slot);
		if (own.failed) {
			free(own.s);
			t->failed = true;
			return;
		}
		slot->closed_text = own.s;
		free(slot->terms_text); /* it is in there */
		slot->terms_text = NULL;
	}
	text_put(t, slot->closed_text);
}

/* --- the whole --- */

static void
put_closed_calls(struct text *t, const struct state *s)
{
	text_put(t, "{\"closed\":[");
	for (int32_t i = s->closed_from; i < s->closed.n; i++) {
		text_put(t, i == s->closed_from ? "" : ",");
		put_closed(t, s, s->call[s->closed.v[i]]);
	}
	text_put(t, "]");
}

static void
put_guidelines(struct text *t, const struct state *s)
{
	json_t *figures = guidelines_to_json(&s->guidelines);

	text_put(t, ",\"guidelines\":");
	if (figures == NULL)
		t->failed = true;
	else
		text_json(t, figures);
	json_decref(figures);
	text_member(t, ",\"guidelines_version\":", s->guidelines_version);
}

static void
put_learned(struct text *t, const struct state *s)
{
	json_t *learned = learn_to_json(s->learn);

	text_put(t, ",\"learned\":");
	text_json(t, learned);
	json_decref(learned);
}

char *
state_dump(const struct state *s)
{
	struct text t = { 0 };

	put_closed_calls(&t, s);
	text_member(&t, ",\"counter\":", s->counter);
	state_dump_goodwill(s, &t);
	put_guidelines(&t, s);
	put_learned(&t, s);
	state_dump_moves(s, &t);
	text_put(&t, ",\"open\":[");
	for (int32_t i = 0; i < s->open.n; i++) {
		text_put(&t, i == 0 ? "" : ",");
		put_call(&t, s, s->call[s->open.v[i]]);
	}
	text_member(&t, "],\"plan_version\":", s->plan_version);
	text_member(&t, ",\"seq\":", s->seq);
	text_put(&t, ",\"spent\":[");
	for (int32_t i = 0; i < s->spends; i++) {
		text_put(&t, i == 0 ? "" : ",");
		text_numbers(&t, 3, s->spend[i].at, (int64_t)s->spend[i].calls,
		    (int64_t)s->spend[i].account);
	}
	text_put(&t, "],\"technicians\":[");
	for (int32_t i = 0; i < s->techs; i++) {
		text_put(&t, i == 0 ? "" : ",");
		put_tech(&t, s, s->tech[i]);
	}
	text_word(&t, "],\"territory\":", s->territory);
	text_word(&t, ",\"zone\":", s->zone);
	text_put(&t, "}");
	if (!t.failed)
		return t.s;
	free(t.s);
	return NULL;
}
