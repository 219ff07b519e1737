/* SPDX-License-Identifier: Apache-2.0 */
/* How states begin, are forked, and end. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/state_impl.h"

struct call_slot state_forgotten = { .refs = 1, .c = { .status = CALL_CANCELLED, .tech = -1 } };

struct state *
state_new(void)
{
	struct state *s = calloc(1, sizeof(*s));

	if (s == NULL || (s->learn = learn_new()) == NULL) {
		free(s);
		return NULL;
	}
	guidelines_default(&s->guidelines);
	return s;
}

void
call_slot_free(struct call_slot *slot)
{
	if (slot == NULL || slot == &state_forgotten || --slot->refs > 0)
		return;
	json_decref(slot->c.terms);
	json_decref(slot->history);
	free(slot->terms_text);
	free(slot->closed_text);
	free(slot);
}

void
move_free(struct move_held *held)
{
	if (held == NULL || --held->refs > 0)
		return;
	free(held->text);
	free(held);
}

void
goodwill_free(struct goodwill_held *held)
{
	if (held == NULL || --held->refs > 0)
		return;
	json_decref(held->g.words);
	free(held);
}

void
state_free(struct state *s)
{
	if (s == NULL)
		return;
	for (int32_t i = 0; i < s->techs; i++) {
		json_decref(s->tech[i]->terms);
		free(s->tech[i]);
	}
	for (int32_t i = 0; i < s->calls; i++)
		call_slot_free(s->call[i]);
	for (int32_t i = 0; i < s->moves; i++)
		move_free(s->move[i]);
	for (int32_t i = 0; i < s->goodwills; i++)
		goodwill_free(s->goodwill[i]);
	free(s->tech);
	free(s->call);
	free(s->move);
	free(s->goodwill);
	learn_free(s->learn);
	table_done(&s->tech_by_id);
	table_done(&s->call_by_id);
	free(s->unused.v);
	free(s->open.v);
	free(s->closed.v);
	free(s);
}

/* --- forking --- */

/* An array as long as its room, of which n bytes are in use. NULL when out of memory. */
static void *
array_copy(const void *from, int32_t n, int32_t cap, size_t size)
{
	void *to = malloc(((size_t)cap + 1) * size);

	if (to != NULL && n > 0)
		memcpy(to, from, (size_t)n * size);
	return to;
}

static int
ints_copy(const struct ints *from, struct ints *ret)
{
	int32_t *v = array_copy(from->v, from->n, from->cap, sizeof(*v));

	if (v == NULL)
		return -ENOMEM;
	*ret = (struct ints){ .v = v, .n = from->n, .cap = from->cap };
	return 0;
}

/* Of a technician only what is in use: most of his arrays is room. */
static struct tech *
tech_copy(const struct tech *from)
{
	struct tech *to = malloc(sizeof(*to));

	if (to == NULL)
		return NULL;
	memcpy(to, from, offsetof(struct tech, stop) + (size_t)from->stops * sizeof(to->stop[0]));
	memcpy((char *)to + offsetof(struct tech, stops),
	    (const char *)from + offsetof(struct tech, stops),
	    sizeof(*to) - offsetof(struct tech, stops));
	json_incref(to->terms);
	return to;
}

static int
techs_copy(const struct state *s, struct state *to)
{
	to->tech = malloc(((size_t)s->techs_cap + 1) * sizeof(struct tech *));
	if (to->tech == NULL)
		return -ENOMEM;
	to->techs_cap = s->techs_cap;
	for (int32_t i = 0; i < s->techs; i++) {
		to->tech[i] = tech_copy(s->tech[i]);
		if (to->tech[i] == NULL)
			return -ENOMEM;
		to->techs = i + 1;
	}
	return 0;
}

/* An open call; a closed one is shared. */
static struct call_slot *
call_copy(struct call_slot *from)
{
	struct call_slot *to;

	if (from == &state_forgotten)
		return from;
	if (from->c.closed != 0) {
		from->refs++;
		return from;
	}
	to = malloc(sizeof(*to));
	if (to == NULL)
		return NULL;
	*to = *from;
	to->refs = 1;
	to->terms_text = to->closed_text = NULL;
	json_incref(to->c.terms);
	json_incref(to->history);
	return to;
}

static int
calls_copy(const struct state *s, struct state *to)
{
	to->call = malloc(((size_t)s->calls_cap + 1) * sizeof(struct call_slot *));
	if (to->call == NULL)
		return -ENOMEM;
	to->calls_cap = s->calls_cap;
	for (int32_t i = 0; i < s->calls; i++) {
		to->call[i] = call_copy(s->call[i]);
		if (to->call[i] == NULL)
			return -ENOMEM;
		to->calls = i + 1;
	}
	return 0;
}

static int
ledgers_copy(const struct state *s, struct state *to)
{
	to->move = array_copy(s->move, s->moves, s->moves_cap, sizeof(struct move_held *));
	to->goodwill =
	    array_copy(s->goodwill, s->goodwills, s->goodwills_cap, sizeof(struct goodwill_held *));
	if (to->move == NULL || to->goodwill == NULL)
		return -ENOMEM;
	to->moves_cap = s->moves_cap;
	to->goodwills_cap = s->goodwills_cap;
	for (to->moves = 0; to->moves < s->moves; to->moves++)
		to->move[to->moves]->refs++;
	for (to->goodwills = 0; to->goodwills < s->goodwills; to->goodwills++)
		to->goodwill[to->goodwills]->refs++;
	memcpy(to->spend, s->spend, (size_t)s->spends * sizeof(s->spend[0]));
	to->spends = s->spends;
	return 0;
}

static const char *
tech_key(const void *s, int32_t i)
{
	return ((const struct state *)s)->tech[i]->id;
}

static const char *
call_key(const void *s, int32_t i)
{
	return ((const struct state *)s)->call[i]->c.id;
}

static int
lists_copy(const struct state *s, struct state *to)
{
	int rc = ints_copy(&s->unused, &to->unused);

	if (rc == 0)
		rc = ints_copy(&s->open, &to->open);
	if (rc == 0)
		rc = ints_copy(&s->closed, &to->closed);
	if (rc == 0)
		rc = table_copy(&s->tech_by_id, tech_key, to, &to->tech_by_id);
	if (rc == 0)
		rc = table_copy(&s->call_by_id, call_key, to, &to->call_by_id);
	to->closed_from = s->closed_from;
	return rc;
}

struct state *
state_fork(const struct state *s)
{
	struct state *to = calloc(1, sizeof(*to));

	if (to == NULL)
		return NULL;
	memcpy(to->territory, s->territory, sizeof(to->territory));
	memcpy(to->zone, s->zone, sizeof(to->zone));
	to->seq = s->seq;
	to->plan_version = s->plan_version;
	to->guidelines_version = s->guidelines_version;
	to->counter = s->counter;
	to->guidelines = s->guidelines;
	to->mark = s->mark;
	to->learn = learn_copy(s->learn);
	if (techs_copy(s, to) < 0 || calls_copy(s, to) < 0 || ledgers_copy(s, to) < 0 ||
	    lists_copy(s, to) < 0) {
		state_free(to);
		return NULL;
	}
	return to;
}
