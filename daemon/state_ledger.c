/* SPDX-License-Identifier: Apache-2.0 */
/* The ledgers of a state, moves and goodwill, as parts of its canonical JSON, and back. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/state_impl.h"
#include "daemon/text.h"

/* What is true of a move, as bits. */
enum { FIRST = 1, REPROMISED = 2, CHOSEN = 4, INSIDE = 8, FLAGS = 16 };

static const char *const goodwill_statuses[] = {
	[GOODWILL_OPEN] = "open",
	[GOODWILL_GRANTED] = "granted",
	[GOODWILL_REFUSED] = "refused",
	[GOODWILL_LAPSED] = "lapsed",
};

static const char *
tech_id(const struct state *s, int32_t i)
{
	return i < 0 ? "" : s->tech[i]->id;
}

/* --- moves: each an array, written once --- */

static char *
move_text(const struct state *s, const struct move *m)
{
	struct text t = { 0 };
	int64_t flags = (m->first ? FIRST : 0) | (m->repromised ? REPROMISED : 0) |
	    (m->chosen ? CHOSEN : 0) | (m->cause_inside ? INSIDE : 0);

	text_word(&t, "[", m->call_id);
	text_word(&t, ",", tech_id(s, m->tech));
	text_word(&t, ",", tech_id(s, m->former));
	text_word(&t, ",", m->code);
	text_word(&t, ",", account_name(m->account));
	text_word(&t, ",", m->cause == EV_TYPES ? "" : event_name(m->cause));
	text_word(&t, ",", m->cause_call);
	text_word(&t, ",", m->cause_tech);
	text_put(&t, ",");
	text_numbers(&t, 11, m->at, m->seq, m->arrival, m->previous, m->promise.from,
	    m->promise.to, m->previous_promise.from, m->previous_promise.to, flags, m->cause_seq,
	    m->cents);
	text_put(&t, "]");
	if (!t.failed)
		return t.s;
	free(t.s);
	return NULL;
}

void
state_dump_moves(const struct state *s, struct text *t)
{
	text_put(t, ",\"moves\":[");
	for (int32_t i = 0; i < s->moves; i++) {
		struct move_held *held = s->move[i];

		text_put(t, i == 0 ? "" : ",");
		if (held->text == NULL)
			held->text = move_text(s, &held->m);
		if (held->text == NULL)
			t->failed = true;
		else
			text_put(t, held->text);
	}
	text_put(t, "]");
}

/* The text of item i, which may be "". */
static void
text_read(struct body *b, const json_t *item, size_t i, char *ret, size_t size)
{
	const json_t *j = body_failed(b) ? NULL : json_array_get(item, i);

	if (json_is_string(j) && json_string_length(j) == 0)
		ret[0] = '\0';
	else
		strcpy(ret, body_item_str(b, "moves", item, i, size));
}

static int32_t
tech_read(const struct state *s, struct body *b, const json_t *item, size_t i)
{
	char id[STATE_ID_SIZE];
	int32_t tech;

	text_read(b, item, i, id, sizeof(id));
	if (id[0] == '\0')
		return -1;
	tech = state_tech_find(s, id);
	if (tech < 0)
		body_fail(b, -EBADMSG, "moves: there is no technician %s", id);
	return tech;
}

static void
numbers_read(struct body *b, const json_t *n, struct move *m)
{
	int64_t flags;

	m->at = body_item_int(b, "moves", n, 0, 0, BODY_TIME_MAX);
	m->seq = body_item_int(b, "moves", n, 1, 1, INT64_MAX);
	m->arrival = body_item_int(b, "moves", n, 2, 0, BODY_TIME_MAX);
	m->previous = body_item_int(b, "moves", n, 3, 0, BODY_TIME_MAX);
	m->promise.from = body_item_int(b, "moves", n, 4, 0, BODY_TIME_MAX);
	m->promise.to = body_item_int(b, "moves", n, 5, 0, BODY_TIME_MAX);
	m->previous_promise.from = body_item_int(b, "moves", n, 6, 0, BODY_TIME_MAX);
	m->previous_promise.to = body_item_int(b, "moves", n, 7, 0, BODY_TIME_MAX);
	flags = body_item_int(b, "moves", n, 8, 0, FLAGS - 1);
	m->first = (flags & FIRST) != 0;
	m->repromised = (flags & REPROMISED) != 0;
	m->chosen = (flags & CHOSEN) != 0;
	m->cause_inside = (flags & INSIDE) != 0;
	m->cause_seq = body_item_int(b, "moves", n, 9, 0, INT64_MAX);
	m->cents = body_item_int(b, "moves", n, 10, 0, INT64_MAX);
}

static void
move_read(const struct state *s, struct body *b, const json_t *item, struct move *m)
{
	char account[16], cause[40];

	text_read(b, item, 0, m->call_id, sizeof(m->call_id));
	m->call = state_call_find(s, m->call_id);
	m->tech = tech_read(s, b, item, 1);
	m->former = tech_read(s, b, item, 2);
	text_read(b, item, 3, m->code, sizeof(m->code));
	text_read(b, item, 4, account, sizeof(account));
	text_read(b, item, 5, cause, sizeof(cause));
	text_read(b, item, 6, m->cause_call, sizeof(m->cause_call));
	text_read(b, item, 7, m->cause_tech, sizeof(m->cause_tech));
	numbers_read(b, json_array_get(item, 8), m);
	m->account = ACCOUNT_EVENT;
	while (m->account < ACCOUNTS && strcmp(account_name(m->account), account) != 0)
		m->account++;
	m->cause = EV_TYPES;
	if (!body_failed(b) && (m->account == ACCOUNTS ||
	                           (cause[0] != '\0' && event_from_name(cause, &m->cause) < 0)))
		body_fail(b, -EBADMSG, "moves: an account or an event that there is not");
}

void
state_load_moves(struct state *s, struct body *b)
{
	const json_t *array;
	size_t n = body_array_or(b, "moves", STATE_MOVES_MAX, &array);

	if (state_reserve_moves(s, (int32_t)n) < 0)
		body_fail(b, -ENOMEM, "Out of memory");
	for (size_t i = 0; i < n && !body_failed(b); i++) {
		struct move_held *held = calloc(1, sizeof(*held));

		if (held == NULL) {
			body_fail(b, -ENOMEM, "Out of memory");
			return;
		}
		held->refs = 1;
		move_read(s, b, json_array_get(array, i), &held->m);
		state_add_move(s, held);
	}
}

/* --- goodwill --- */

void
state_dump_goodwill(const struct state *s, struct text *t)
{
	text_put(t, ",\"goodwill\":[");
	for (int32_t i = 0; i < s->goodwills; i++) {
		const struct goodwill *g = &s->goodwill[i]->g;

		text_member(t, i == 0 ? "{\"at\":" : ",{\"at\":", g->at);
		text_word(t, ",\"call\":", g->call);
		text_word(t, ",\"cause\":", g->cause);
		text_member(t, ",\"cents\":", g->cents);
		text_member(t, ",\"decided_at\":", g->decided_at);
		text_word(t, ",\"form\":", g->form);
		text_word(t, ",\"id\":", g->id);
		text_word(t, ",\"status\":", goodwill_statuses[g->status]);
		text_put(t, ",\"words\":");
		text_json(t, g->words);
		text_put(t, "}");
	}
	text_put(t, "]");
}

static void
goodwill_read(struct body *b, struct goodwill *g)
{
	struct body words = body_sub(b, "words");

	body_copy(b, "id", g->id, sizeof(g->id));
	body_copy(b, "call", g->call, sizeof(g->call));
	body_copy(b, "form", g->form, sizeof(g->form));
	body_copy(b, "cause", g->cause, sizeof(g->cause));
	g->at = body_time(b, "at");
	g->decided_at = body_time(b, "decided_at");
	g->cents = body_int(b, "cents", 0, INT32_MAX);
	g->status = (enum goodwill_status)body_name(b, "status", goodwill_statuses,
	    GOODWILL_LAPSED + 1);
	if (!body_failed(b))
		g->words = json_incref((json_t *)words.obj);
}

void
state_load_goodwill(struct state *s, struct body *b)
{
	const json_t *array;
	size_t n = body_array_or(b, "goodwill", STATE_GOODWILL_MAX, &array);

	if (state_reserve_pointers(&s->goodwill, 0, (int32_t)n, &s->goodwills_cap) < 0)
		body_fail(b, -ENOMEM, "Out of memory");
	for (size_t i = 0; i < n && !body_failed(b); i++) {
		struct goodwill_held *held = calloc(1, sizeof(*held));
		struct body item = body_item(b, "goodwill", array, i);

		if (held == NULL) {
			body_fail(b, -ENOMEM, "Out of memory");
			return;
		}
		held->refs = 1;
		goodwill_read(&item, &held->g);
		s->goodwill[s->goodwills++] = held;
	}
}
