/* SPDX-License-Identifier: Apache-2.0 */
/* The steps that the state_apply_*.c share: lists, routes, and what an event may claim. */
#include "daemon/state_impl.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Room for n in all. -ENOMEM. */
static int
ints_reserve(struct ints *l, int32_t n)
{
	int32_t cap = l->cap < 16 ? 16 : l->cap;
	int32_t *v;

	if (n <= l->cap)
		return 0;
	while (cap < n)
		cap *= 2;
	v = realloc(l->v, (size_t)cap * sizeof(*v));
	if (v == NULL)
		return -ENOMEM;
	l->v = v;
	l->cap = cap;
	return 0;
}

int
state_reserve_pointers(void *array_at, int32_t now, int32_t n, int32_t *cap)
{
	int32_t want = *cap < 16 ? 16 : *cap;
	void **array;
	void *grown;

	if (now + n <= *cap)
		return 0;
	while (want < now + n)
		want *= 2;
	memcpy(&array, array_at, sizeof(array));
	grown = realloc(array, (size_t)want * sizeof(void *));
	if (grown == NULL)
		return -ENOMEM;
	memcpy(array_at, &grown, sizeof(grown));
	*cap = want;
	return 0;
}

int32_t
state_read_tech(const struct state *s, struct body *b, const char *name)
{
	const char *id = body_str(b, name, STATE_ID_SIZE);
	int32_t i = body_failed(b) ? -1 : state_tech_find(s, id);

	if (i < 0)
		body_fail(b, -ENOENT, "%s%s: there is no technician %s", b->at, name, id);
	return i;
}

int32_t
state_read_call(const struct state *s, struct body *b, const char *name)
{
	const char *id = body_str(b, name, STATE_ID_SIZE);
	int32_t i = body_failed(b) ? -1 : state_call_find(s, id);

	if (i < 0)
		body_fail(b, -ENOENT, "%s%s: there is no call %s", b->at, name, id);
	return i;
}

void
state_read_version(struct body *b, int64_t was)
{
	int64_t version = body_int(b, "version", 1, INT64_MAX);

	if (!body_failed(b) && version != was + 1)
		body_fail(b, -EBADMSG, "version: expected %" PRId64 ", got %" PRId64, was + 1,
		    version);
}

int64_t
state_read_at(struct body *b, const struct event *ev, const struct tech *t)
{
	int64_t at = body_time(b, "at");

	if (body_failed(b))
		return 0;
	if (at > ev->at_s)
		body_fail(b, -EPERM, "at: %" PRId64 " s in the future", at - ev->at_s);
	else if (at < t->since)
		body_fail(b, -EPERM, "at: %" PRId64 " s before the last event of %s",
		    t->since - at, t->id);
	return at;
}

int
state_reserve_tech(struct state *s)
{
	int rc = state_reserve_pointers(&s->tech, s->techs, 1, &s->techs_cap);

	return rc < 0 ? rc : table_reserve(&s->tech_by_id);
}

int32_t
state_add_tech(struct state *s, struct tech *t)
{
	int32_t i = s->techs++;

	s->tech[i] = t;
	table_put(&s->tech_by_id, t->id, i);
	return i;
}

/* Room for a call, and for its end, so that closing it cannot fail. */
int
state_reserve_call(struct state *s)
{
	int rc = state_reserve_pointers(&s->call, s->calls, 1, &s->calls_cap);

	if (rc == 0)
		rc = table_reserve(&s->call_by_id);
	if (rc == 0)
		rc = ints_reserve(&s->open, s->open.n + 1);
	if (rc == 0)
		rc = ints_reserve(&s->closed, s->closed.n + s->open.n + 1);
	if (rc == 0)
		rc = ints_reserve(&s->unused, s->calls + 1);
	return rc;
}

int32_t
state_add_call(struct state *s, struct call_slot *slot, bool open)
{
	struct ints *list = open ? &s->open : &s->closed;
	int32_t i;

	i = s->unused.n > 0 ? s->unused.v[--s->unused.n] : s->calls++;
	s->call[i] = slot;
	table_put(&s->call_by_id, slot->c.id, i);
	list->v[list->n++] = i;
	return i;
}

/* --- routes --- */

static int32_t
route_position(const struct tech *t, int32_t call)
{
	int32_t i = 0;

	while (i < t->stops && t->stop[i].call != call)
		i++;
	assert(i < t->stops); /* A3: who says he is on a route is on it */
	return i;
}

void
state_unroute(struct state *s, int32_t call)
{
	struct call_state *c = &s->call[call]->c;
	struct tech *t;
	int32_t at;

	if (c->tech < 0)
		return;
	t = s->tech[c->tech];
	at = route_position(t, call);
	memmove(&t->stop[at], &t->stop[at + 1],
	    (size_t)(t->stops - at - 1) * sizeof(t->stop[0]));
	t->stops--;
	for (int32_t i = 0; i < t->takens; i++) {
		if (t->taken[i].after > at)
			t->taken[i].after--;
	}
	c->status = CALL_UNASSIGNED;
	c->tech = -1;
	c->arrival = 0;
	c->end = 0;
}

static int32_t
share(int64_t from, int64_t to, int64_t part, int64_t whole)
{
	return (int32_t)(from + (to - from) * part / whole);
}

/* Where a driving technician is at a moment, by the planned times. */
static struct place
way_point(const struct state *s, const struct tech *t, int64_t at)
{
	const struct call_state *c = &s->call[t->call]->c;
	int64_t whole = c->arrival - t->since, part = at - t->since;

	if (part >= whole)
		return c->site;
	return (struct place){
		.lat_udeg = share(t->at.lat_udeg, c->site.lat_udeg, part, whole),
		.lon_udeg = share(t->at.lon_udeg, c->site.lon_udeg, part, whole),
	};
}

void
state_turn_back(struct state *s, struct tech *t, int64_t at)
{
	struct call_state *c = &s->call[t->call]->c;

	assert(t->status == TECH_DRIVING);
	t->at = way_point(s, t, at);
	t->status = TECH_FREE;
	t->since = at;
	t->until = 0;
	t->call = -1;
	c->status = CALL_PLANNED;
}

/* Forgets the oldest closed call, and now and then closes the gap it left in the list. */
static void
state_forget(struct state *s)
{
	int32_t i = s->closed.v[s->closed_from++];

	table_remove(&s->call_by_id, s->call[i]->c.id);
	call_slot_free(s->call[i]);
	s->call[i] = &state_forgotten;
	s->unused.v[s->unused.n++] = i;
	if (s->closed_from * 2 < s->closed.n)
		return;
	s->closed.n -= s->closed_from;
	memmove(s->closed.v, s->closed.v + s->closed_from,
	    (size_t)s->closed.n * sizeof(s->closed.v[0]));
	s->closed_from = 0;
}

void
state_close(struct state *s, int32_t call, enum call_status as, const char *outcome,
    int64_t at)
{
	struct call_state *c = &s->call[call]->c;
	int32_t tech = c->tech, i = 0;
	int64_t arrival = c->arrival;

	state_unroute(s, call);
	c->tech = tech; /* who did it, or had it */
	if (as != CALL_CANCELLED) {
		c->arrival = arrival;
		c->end = at;
	}
	c->status = as;
	c->closed = at;
	strcpy(c->outcome, outcome);
	while (s->open.v[i] != call)
		i++;
	memmove(&s->open.v[i], &s->open.v[i + 1],
	    (size_t)(s->open.n - i - 1) * sizeof(s->open.v[0]));
	s->open.n--;
	s->closed.v[s->closed.n++] = call;
	if (s->closed.n - s->closed_from > STATE_CALLS_CLOSED_MAX)
		state_forget(s);
}
