/* SPDX-License-Identifier: Apache-2.0 */
/* goodwill.*, message.written: what follows from other events, in the same commit. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/message.h"
#include "daemon/state_impl.h"

static const char *const causes[] = { "promise_broken", "deadline_not_met", "carried_over" };
static const char *const forms[] = { "free_labour", "discount" };

/* A hold of its own on an offer; NULL when out of memory. words is stolen. */
static struct goodwill_held *
held_new(const struct goodwill *g, json_t *words)
{
	struct goodwill_held *held = words == NULL ? NULL : malloc(sizeof(*held));

	if (held == NULL) {
		json_decref(words);
		return NULL;
	}
	held->refs = 1;
	held->g = *g;
	held->g.words = words;
	return held;
}

/* The oldest that was decided is forgotten first. */
static void
forget(struct state *s)
{
	int32_t i = 0;

	while (i < s->goodwills && s->goodwill[i]->g.status == GOODWILL_OPEN)
		i++;
	i = i < s->goodwills ? i : 0;
	goodwill_free(s->goodwill[i]);
	s->goodwills--;
	memmove(s->goodwill + i, s->goodwill + i + 1,
	    (size_t)(s->goodwills - i) * sizeof(s->goodwill[0]));
}

/* The call's slot to be changed: a closed one may be shared with a fork. NULL: no memory. */
static struct call_slot *
slot_own(struct state *s, int32_t call)
{
	struct call_slot *was = s->call[call], *own;

	if (was->refs == 1)
		return was;
	own = malloc(sizeof(*own));
	if (own == NULL)
		return NULL;
	*own = *was;
	own->refs = 1;
	own->terms_text = own->closed_text = NULL;
	json_incref(own->c.terms);
	json_incref(own->history);
	table_move(&s->call_by_id, was->c.id, own->c.id);
	call_slot_free(was);
	s->call[call] = own;
	return own;
}

/* What both events say of the offer; the feed shows it. */
static void
offer_read(struct body *b, struct goodwill *g)
{
	body_copy(b, "goodwill", g->id, sizeof(g->id));
	body_copy(b, "call", g->call, sizeof(g->call));
	strcpy(g->form, forms[body_name(b, "form", forms, 2)]);
	strcpy(g->cause, causes[body_name(b, "cause", causes, 3)]);
	g->cents = body_int(b, "cents", 0, INT32_MAX);
	g->at = body_time(b, "at");
	body_str(b, "text", 1024);
	body_str(b, "customer", 1024);
	if (body_has(b, "contract"))
		body_name(b, "contract", state_contracts, CONTRACTS);
}

static int
proposed(struct state *s, const struct event *ev, struct body *b)
{
	struct goodwill g = { .status = GOODWILL_OPEN };
	int32_t call = state_read_call(s, b, "call");
	struct goodwill_held *held;
	struct call_slot *slot;

	offer_read(b, &g);
	if (g.at > ev->at_s)
		body_fail(b, -EPERM, "at: in the future");
	if (!body_failed(b) && state_goodwill_find(s, g.id) >= 0)
		body_fail(b, -EPERM, "There is a goodwill offer %s already", g.id);
	if (body_failed(b))
		return b->error->rc;
	held = held_new(&g,
	    json_pack("{s:O, s:s, s:O}", "customer",
	        json_object_get(s->call[call]->c.terms, "customer"), "contract",
	        contract_name(s->call[call]->c.contract), "text", json_object_get(b->obj, "text")));
	if (held == NULL ||
	    state_reserve_pointers(&s->goodwill, s->goodwills, 1, &s->goodwills_cap) < 0 ||
	    (slot = slot_own(s, call)) == NULL) {
		goodwill_free(held);
		return body_fail(b, -ENOMEM, "Out of memory");
	}
	if (s->goodwills == STATE_GOODWILL_MAX)
		forget(s);
	s->goodwill[s->goodwills++] = held;
	slot->c.goodwill = true;
	free(slot->closed_text);
	slot->closed_text = NULL;
	s->counter++;
	return 0;
}

/* The words of an offer with those of its decision; NULL when out of memory. */
static json_t *
words_with(const struct goodwill *g, const struct body *b)
{
	json_t *words = terms_merge(g->words, NULL);
	json_t *by = json_object_get(b->obj, "by"), *reason = json_object_get(b->obj, "reason");

	if (words == NULL)
		return NULL;
	if (json_object_set(words, "by", by) < 0 ||
	    (reason != NULL && json_object_set(words, "reason", reason) < 0)) {
		json_decref(words);
		return NULL;
	}
	return words;
}

static int
decided(struct state *s, const struct event *ev, struct body *b)
{
	static const char *const decisions[] = { "grant", "refuse", "lapse" };
	static const enum goodwill_status means[] = { GOODWILL_GRANTED, GOODWILL_REFUSED,
		GOODWILL_LAPSED };
	enum goodwill_status to = means[body_name(b, "decision", decisions, 3)];
	struct goodwill_held *held;
	struct goodwill g, said = { 0 };
	int32_t i;

	offer_read(b, &said);
	i = body_failed(b) ? -1 : state_goodwill_find(s, said.id);
	body_str(b, "by", 1024);
	body_str_or(b, "reason", 1024, "-");
	if (i < 0)
		body_fail(b, -ENOENT, "goodwill: there is no offer %s", said.id);
	else if (s->goodwill[i]->g.status != GOODWILL_OPEN)
		body_fail(b, -EPERM, "The offer %s was decided before", said.id);
	if (body_failed(b))
		return b->error->rc;
	g = s->goodwill[i]->g;
	g.status = to;
	g.decided_at = ev->at_s;
	g.cents = to == GOODWILL_GRANTED ? said.cents : g.cents;
	held = held_new(&g, words_with(&g, b));
	if (held == NULL)
		return body_fail(b, -ENOMEM, "Out of memory");
	goodwill_free(s->goodwill[i]);
	s->goodwill[i] = held;
	return 0;
}

static void
window_check(struct body *b, const char *name)
{
	struct body w;

	if (!body_has(b, name))
		return;
	w = body_sub(b, name);
	body_time(&w, "from");
	body_time(&w, "to");
}

/* A message is no part of the state: only that it is about a call that is known. */
static int
written(struct state *s, struct body *b)
{
	static const char *const words[] = { "contact", "reference", "code", "reason", "technician",
		"tracking" };
	const char *kind = body_str(b, "kind", 64);
	size_t i = 0;

	while (message_kind(i) != NULL && strcmp(message_kind(i), kind) != 0)
		i++;
	if (!body_failed(b) && message_kind(i) == NULL)
		body_fail(b, -EBADMSG, "kind: there is no \"%s\"", kind);
	state_read_call(s, b, "call");
	body_str(b, "message", STATE_ID_SIZE);
	body_str(b, "language", 64);
	body_str(b, "customer", 1024);
	body_str(b, "text", 16384);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		body_str_or(b, words[i], 4096, "-");
	body_int_or(b, "arrival", 0, BODY_TIME_MAX, 0);
	window_check(b, "window");
	window_check(b, "previous");
	if (!body_failed(b))
		s->counter++;
	return b->error->rc;
}

int
state_apply_goodwill(struct state *s, const struct event *ev, struct body *b)
{
	switch (ev->type) {
	case EV_GOODWILL_PROPOSED:
		return proposed(s, ev, b);
	case EV_GOODWILL_DECIDED:
		return decided(s, ev, b);
	default:
		return written(s, b);
	}
}

/* --- reading --- */

int32_t
state_goodwills(const struct state *s)
{
	return s->goodwills;
}

const struct goodwill *
state_goodwill(const struct state *s, int32_t i)
{
	assert(i >= 0 && i < s->goodwills);
	return &s->goodwill[i]->g;
}

int32_t
state_goodwill_find(const struct state *s, const char *id)
{
	for (int32_t i = s->goodwills - 1; i >= 0; i--) {
		if (strcmp(s->goodwill[i]->g.id, id) == 0)
			return i;
	}
	return -1;
}

int64_t
state_goodwill_granted(const struct state *s, int64_t since)
{
	int64_t sum = 0;

	for (int32_t i = 0; i < s->goodwills; i++) {
		const struct goodwill *g = &s->goodwill[i]->g;

		if (g->status == GOODWILL_GRANTED && g->decided_at >= since)
			sum += g->cents;
	}
	return sum;
}
