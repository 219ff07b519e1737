/* SPDX-License-Identifier: Apache-2.0 */
/* The steps about promises and terms that events share. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/state_impl.h"

void
terms_take_call(struct call_state *c, const struct call_state *from)
{
	c->severity = from->severity;
	c->site = from->site;
	memcpy(c->need, from->need, sizeof(c->need));
	c->needs = from->needs;
	c->opened = from->opened;
	c->due = from->due;
	c->appointment = from->appointment;
	c->appt_from = from->appt_from;
	c->appt_to = from->appt_to;
	if (c->duration_given || from->duration_given)
		c->duration_s = from->duration_s;
	c->duration_given = from->duration_given;
	memcpy(c->kind, from->kind, sizeof(c->kind));
	c->inside = from->inside;
	c->contract = from->contract;
	c->agreed_pct = from->agreed_pct;
	c->difficulty = from->difficulty;
	memcpy(c->preferred, from->preferred, sizeof(c->preferred));
	memcpy(c->required, from->required, sizeof(c->required));
	memcpy(c->forbidden, from->forbidden, sizeof(c->forbidden));
	c->forbiddens = from->forbiddens;
}

int
new_terms_read(const struct state *s, struct body *b, json_t *merged, struct new_terms *ret)
{
	struct body terms = { .obj = merged, .at = "terms.", .error = b->error };

	memset(ret, 0, sizeof(*ret));
	if (merged == NULL)
		return body_fail(b, -ENOMEM, "Out of memory");
	terms_read_call(&terms, &s->guidelines, &ret->scratch);
	if (body_failed(b)) {
		json_decref(merged);
		return b->error->rc;
	}
	ret->terms = merged;
	return 0;
}

void
new_terms_done(struct new_terms *n)
{
	json_decref(n->terms);
	n->terms = NULL;
}

void
new_terms_put(struct call_slot *slot, struct new_terms *n)
{
	terms_take_call(&slot->c, &n->scratch);
	json_decref(slot->c.terms);
	slot->c.terms = n->terms;
	n->terms = NULL;
	free(slot->terms_text);
	slot->terms_text = NULL;
}

void
state_void_promise(struct call_state *c)
{
	struct told_state *t = &c->told;

	t->any = t->promise = false;
	t->technician = -1;
	t->arrival = t->p10 = t->p90 = 0;
	t->promise_from = t->promise_to = 0;
	t->first_at = 0;
}

void
state_promise_window(struct call_state *c, int64_t from, int64_t to)
{
	c->told.promise = true;
	c->told.promise_from = c->told.first_from = from;
	c->told.promise_to = c->told.first_to = to;
}

void
state_day_agreed(struct call_state *c)
{
	int64_t agreed = c->appointment ? c->appt_from : c->due;

	if (agreed > 0 && agreed < c->not_before)
		c->not_before = 0;
}

json_t *
state_history_with(const struct call_slot *slot, json_t *entry)
{
	json_t *history = json_array();

	/* Not json_copy(): it would leave out what it has no memory for, and not say so. */
	if (json_array_extend(history, slot->history) < 0) {
		json_decref(entry);
		json_decref(history);
		return NULL;
	}
	if (json_array_append_new(history, entry) < 0) {
		json_decref(history);
		return NULL;
	}
	if (json_array_size(history) > STATE_HISTORY_MAX)
		json_array_remove(history, 1);
	return history;
}
