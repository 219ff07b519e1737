/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A state as canonical JSON: members sorted, no blanks. state_load.c reads it: the two change together.
 *
 * Written straight into a buffer, and what cannot change any more (terms, closed calls) only once:
 * a snapshot is made on the loop's thread, where no client should feel it.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/state_impl.h"

/* A growing text; after a lack of memory nothing more is added. */
struct text {
	char *s;
	size_t len, cap;
	bool failed;
};

static void
put_bytes(struct text *t, const char *bytes, size_t n)
{
	size_t cap = t->cap == 0 ? 4096 : t->cap;
	char *grown;

	while (cap < t->len + n + 1)
		cap *= 2;
	if (cap > t->cap && !t->failed) {
		grown = realloc(t->s, cap);
		t->failed = grown == NULL;
		if (grown != NULL) {
			t->s = grown;
			t->cap = cap;
		}
	}
	if (t->failed)
		return;
	memcpy(t->s + t->len, bytes, n);
	t->len += n;
	t->s[t->len] = '\0';
}

static void
put(struct text *t, const char *s)
{
	put_bytes(t, s, strlen(s));
}

static void
put_int(struct text *t, int64_t v)
{
	char digits[24];
	uint64_t left = v < 0 ? -(uint64_t)v : (uint64_t)v;
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + left % 10);
		left /= 10;
	} while (left > 0);
	if (v < 0)
		digits[--at] = '-';
	put_bytes(t, digits + at, sizeof(digits) - at);
}

/* As jansson writes it. */
static void
put_escaped(struct text *t, unsigned char c)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *at = strchr(from, c);
	char escaped[8] = { '\\', at == NULL ? 'u' : to[at - from] };

	if (at == NULL)
		snprintf(escaped, sizeof(escaped), "\\u%04X", c);
	put(t, escaped);
}

static void
put_string(struct text *t, const char *s)
{
	put_bytes(t, "\"", 1);
	for (;;) {
		size_t plain = 0;

		while ((unsigned char)s[plain] >= 0x20 && s[plain] != '"' && s[plain] != '\\')
			plain++;
		put_bytes(t, s, plain);
		s += plain;
		if (*s == '\0')
			break;
		put_escaped(t, (unsigned char)*s++);
	}
	put_bytes(t, "\"", 1);
}

/* name comes with its quotes, colon, and the comma or brace before it. */
static void
put_member(struct text *t, const char *name, int64_t v)
{
	put(t, name);
	put_int(t, v);
}

static void
put_word(struct text *t, const char *name, const char *s)
{
	put(t, name);
	put_string(t, s);
}

static void
put_flag(struct text *t, const char *name, bool v)
{
	put(t, name);
	put(t, v ? "true" : "false");
}

static char *
json_text(const json_t *j)
{
	return json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS);
}

static void
put_json(struct text *t, const json_t *j)
{
	char *s = json_text(j);

	if (s == NULL)
		t->failed = true;
	else
		put(t, s);
	free(s);
}

/* Numbers in brackets, as many as n says. */
static void
put_numbers(struct text *t, int n, ...)
{
	va_list ap;

	va_start(ap, n);
	for (int i = 0; i < n; i++)
		put_member(t, i == 0 ? "[" : ",", va_arg(ap, int64_t));
	va_end(ap);
	put(t, "]");
}

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
	put(t, ",\"shifts\":[");
	for (int32_t i = 0; i < tech->shifts; i++) {
		const struct shift *sh = &tech->shift[i];

		put(t, i == 0 ? "{\"breaks\":[" : ",{\"breaks\":[");
		for (int32_t d = 0; d < sh->dues; d++)
			put_member(t, d == 0 ? "" : ",", sh->due[d].status);
		put_flag(t, "],\"ended\":", sh->ended);
		put(t, "}");
	}
	put(t, "]");
}

static void
put_route(struct text *t, const struct state *s, const struct tech *tech)
{
	put(t, ",\"stops\":[");
	for (int32_t i = 0; i < tech->stops; i++) {
		const struct stop *stop = &tech->stop[i];

		put_word(t, i == 0 ? "[" : ",[", call_id(s, stop->call));
		put_member(t, ",", stop->arrival);
		put_member(t, ",", stop->end);
		put_member(t, ",", stop->drive_s);
		put(t, "]");
	}
	put(t, "],\"taken\":[");
	for (int32_t i = 0; i < tech->takens; i++) {
		const struct planned_break *pb = &tech->taken[i];

		put(t, i == 0 ? "" : ",");
		put_numbers(t, 4, (int64_t)pb->due, (int64_t)pb->after, pb->start,
		    (int64_t)pb->duration_s);
	}
	put(t, "]");
}

static void
put_tech(struct text *t, const struct state *s, const struct tech *tech)
{
	put_member(t, "{\"absent_from\":", tech->absent_from);
	put_member(t, ",\"absent_to\":", tech->absent_to);
	put_member(t, ",\"at\":{\"lat_udeg\":", tech->at.lat_udeg);
	put_member(t, ",\"lon_udeg\":", tech->at.lon_udeg);
	put_member(t, "},\"break_now\":", tech->break_now);
	put_word(t, ",\"call\":", call_id(s, tech->call));
	put_member(t, ",\"hard_points\":", tech->hard_points);
	put_word(t, ",\"id\":", tech->id);
	put_member(t, ",\"overtime_s\":", tech->overtime_s);
	put_member(t, ",\"route_end\":", tech->route_end);
	put_member(t, ",\"shift_now\":", tech->shift_now);
	put_shifts(t, tech);
	put_member(t, ",\"since\":", tech->since);
	put_word(t, ",\"status\":", tech_status_name(tech->status));
	put_route(t, s, tech);
	put(t, ",\"terms\":");
	put_json(t, tech->terms);
	put_member(t, ",\"until\":", tech->until);
	put_member(t, ",\"version\":", tech->version);
	put(t, "}");
}

/* --- calls --- */

static void
put_told(struct text *t, const struct state *s, const struct told_state *told)
{
	put_flag(t, ",\"told\":{\"any\":", told->any);
	put_member(t, ",\"arrival\":", told->arrival);
	put_member(t, ",\"first_from\":", told->first_from);
	put_member(t, ",\"first_to\":", told->first_to);
	put_member(t, ",\"from\":", told->promise_from);
	put_member(t, ",\"p10\":", told->p10);
	put_member(t, ",\"p90\":", told->p90);
	put_flag(t, ",\"promise\":", told->promise);
	put_word(t, ",\"technician\":", tech_id(s, told->technician));
	put_member(t, ",\"to\":", told->promise_to);
	put_member(t, ",\"version\":", told->version);
	put(t, "}");
}

static void
put_terms(struct text *t, struct call_slot *slot)
{
	if (slot->terms_text == NULL)
		slot->terms_text = json_text(slot->c.terms);
	if (slot->terms_text == NULL)
		t->failed = true;
	else
		put(t, slot->terms_text);
}

static void
put_call(struct text *t, const struct state *s, struct call_slot *slot)
{
	const struct call_state *c = &slot->c;

	put_member(t, "{\"arrival\":", c->arrival);
	put_member(t, ",\"closed\":", c->closed);
	put_member(t, ",\"end\":", c->end);
	put(t, ",\"history\":");
	if (json_array_size(slot->history) == 0)
		put(t, "[]");
	else
		put_json(t, slot->history);
	put_word(t, ",\"id\":", c->id);
	put_member(t, ",\"moves_day\":", c->moves_day);
	put_member(t, ",\"moves_today\":", c->moves_today);
	put_word(t, ",\"outcome\":", c->outcome);
	put_flag(t, ",\"pinned\":", c->pinned);
	put_word(t, ",\"status\":", call_status_name(c->status));
	put_word(t, ",\"technician\":", tech_id(s, c->tech));
	put(t, ",\"terms\":");
	put_terms(t, slot);
	put_told(t, s, &c->told);
	put_member(t, ",\"version\":", c->version);
	put(t, "}");
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
	put(t, slot->closed_text);
}

/* --- the whole --- */

static void
put_closed_calls(struct text *t, const struct state *s)
{
	put(t, "{\"closed\":[");
	for (int32_t i = s->closed_from; i < s->closed.n; i++) {
		put(t, i == s->closed_from ? "" : ",");
		put_closed(t, s, s->call[s->closed.v[i]]);
	}
	put(t, "]");
}

static void
put_guidelines(struct text *t, const struct state *s)
{
	json_t *figures = guidelines_to_json(&s->guidelines);

	put(t, ",\"guidelines\":");
	if (figures == NULL)
		t->failed = true;
	else
		put_json(t, figures);
	json_decref(figures);
	put_member(t, ",\"guidelines_version\":", s->guidelines_version);
}

char *
state_dump(const struct state *s)
{
	struct text t = { 0 };

	put_closed_calls(&t, s);
	put_member(&t, ",\"counter\":", s->counter);
	put_guidelines(&t, s);
	put(&t, ",\"open\":[");
	for (int32_t i = 0; i < s->open.n; i++) {
		put(&t, i == 0 ? "" : ",");
		put_call(&t, s, s->call[s->open.v[i]]);
	}
	put_member(&t, "],\"plan_version\":", s->plan_version);
	put_member(&t, ",\"seq\":", s->seq);
	put(&t, ",\"spent\":[");
	for (int32_t i = 0; i < s->spends; i++) {
		put(&t, i == 0 ? "" : ",");
		put_numbers(&t, 2, s->spend[i].at, (int64_t)s->spend[i].calls);
	}
	put(&t, "],\"technicians\":[");
	for (int32_t i = 0; i < s->techs; i++) {
		put(&t, i == 0 ? "" : ",");
		put_tech(&t, s, s->tech[i]);
	}
	put_word(&t, "],\"territory\":", s->territory);
	put_word(&t, ",\"zone\":", s->zone);
	put(&t, "}");
	if (!t.failed)
		return t.s;
	free(t.s);
	return NULL;
}
