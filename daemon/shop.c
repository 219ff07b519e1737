/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/shop.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/feed.h"
#include "daemon/follow.h"
#include "daemon/log.h"
#include "daemon/planner.h"
#include "daemon/quotes.h"
#include "daemon/recover.h"
#include "daemon/webhook.h"

enum { FEED_EVENTS = 3000 /* of the journal, that fill the feed's ring at a start */ };

/* Decided events on their way to the disk. */
struct pending {
	struct shop *shop;
	struct territory *territory;
	struct event **event; /* owned */
	size_t events, room;
	shop_done_fn *done;
	void *arg;
};

void
shop_init(struct shop *shop)
{
	unsigned char boot[8];

	memset(shop, 0, sizeof(*shop));
	randombytes_buf(boot, sizeof(boot));
	sodium_bin2hex(shop->boot, sizeof(shop->boot), boot, sizeof(boot));
	shop->started_us = clock_mono_us();
}

void
shop_done(struct shop *shop)
{
	for (size_t i = 0; i < shop->territories; i++) {
		state_free(shop->territory[i]->state);
		free(shop->territory[i]);
	}
	shop->territories = 0;
	quotes_free(shop->quotes);
	shop->quotes = NULL;
}

struct territory *
shop_territory(struct shop *shop, const char *id)
{
	if (id == NULL)
		return shop->territories == 1 ? shop->territory[0] : NULL;
	for (size_t i = 0; i < shop->territories; i++) {
		if (strcmp(state_territory(shop->territory[i]->state), id) == 0)
			return shop->territory[i];
	}
	return NULL;
}

/* --- appending --- */

static void
events_free(struct event **event, size_t events)
{
	for (size_t i = 0; i < events; i++)
		event_free(event[i]);
}

static void
pending_free(struct pending *p)
{
	events_free(p->event, p->events);
	free(p->event);
	free(p);
}

static struct pending *
pending_new(struct shop *shop, struct territory *t, size_t events, shop_done_fn *done, void *arg)
{
	struct pending *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	*p = (struct pending){ .shop = shop, .territory = t, .done = done, .arg = arg };
	p->room = events + 8;
	p->event = calloc(p->room, sizeof(*p->event));
	if (p->event == NULL) {
		free(p);
		return NULL;
	}
	return p;
}

static bool
pending_add(struct pending *p, struct event *ev)
{
	if (p->events == p->room) {
		struct event **grown = reallocarray(p->event, 2 * p->room, sizeof(*grown));

		if (grown == NULL)
			return false;
		p->event = grown;
		p->room *= 2;
	}
	p->event[p->events++] = ev;
	return true;
}

/*
 * The state is ahead of the journal and cannot be turned back: end here. Nothing of it was
 * acknowledged, and the next start goes on from the journal.
 */
static void
give_up(const char *what, const char *why)
{
	log_say(LEVEL_ERROR, "%s: %s; ending, start again", what, why);
	abort();
}

/* The caller hears first: it knows its call's id when the notification of it comes. */
static void
on_commit(void *arg)
{
	struct pending *p = arg;
	const struct state *s = p->territory->state;

	if (p->done != NULL)
		p->done(p->arg);
	for (size_t i = 0; i < p->events; i++) {
		if (p->event[i]->type == EV_MESSAGE_WRITTEN && p->shop->webhooks != NULL)
			webhooks_kick(p->shop->webhooks);
		if (feed_publish(p->shop->feed, state_territory(s), state_zone(s), p->event[i]) < 0)
			log_say(LEVEL_ERROR, "no memory for the notifications of event %" PRId64,
			    p->event[i]->seq);
	}
	pending_free(p);
}

static void
queue(struct shop *shop, struct territory *t, struct pending *p, const struct command *cmd)
{
	struct store_write w = { .territory = state_territory(t->state),
		.event = p->event,
		.events = p->events,
		.at_s = clock_now(&shop->clock) };
	char *reply = NULL;

	if (cmd != NULL && cmd->cmd_id != NULL) {
		reply = json_dumps(cmd->result, JSON_COMPACT);
		if (reply == NULL)
			give_up("a reply cannot be kept", "out of memory");
		w.cmd_id = cmd->cmd_id;
		w.cmd_digest = cmd->digest;
		w.reply = reply;
	}
	if (store_append(shop->store, &w, on_commit, p) < 0)
		give_up("events cannot be queued", "out of memory");
	free(reply);
}

/* Gives the events their sequence and applies them. */
static int
apply(struct territory *t, struct event **event, size_t events, char *why, size_t why_size)
{
	for (size_t i = 0; i < events; i++) {
		int rc;

		event[i]->seq = state_seq(t->state) + 1;
		rc = state_apply(t->state, event[i], why, why_size);
		if (rc < 0 && i == 0)
			return rc;
		if (rc < 0)
			give_up("only a part of a decision can be applied", why);
	}
	return 0;
}

/*
 * Applies what follows from one event, and puts it behind. What the state refuses is left out: the
 * event that it would have followed stands all the same.
 */
static void
append_following(struct pending *p, struct follow_list *list)
{
	struct state *s = p->territory->state;
	char why[256] = "";

	for (size_t i = 0; i < list->events; i++) {
		struct event *ev = list->event[i];

		list->event[i] = NULL;
		ev->seq = state_seq(s) + 1;
		if (state_apply(s, ev, why, sizeof(why)) < 0) {
			log_say(LEVEL_ERROR, "%s cannot follow event %" PRId64 ": %s",
			    event_name(ev->type), ev->seq - 1, why);
			event_free(ev);
		} else if (!pending_add(p, ev)) {
			give_up("what follows from an event cannot be kept", "out of memory");
		}
	}
}

/* Asks of each event, those that followed too, what follows from it. */
static void
follow_all(struct pending *p)
{
	const struct state *s = p->territory->state;

	for (size_t i = 0; i < p->events; i++) {
		struct follow_list list = { 0 };

		if (follow(s, p->event[i], p->shop->templates, &list) < 0)
			give_up("what follows from an event cannot be made", "out of memory");
		append_following(p, &list);
		follow_done(&list);
	}
}

/* The planner hears of what may put the plan in question. */
static void
kick_planner(struct pending *p)
{
	for (size_t i = 0; i < p->events && p->shop->planner != NULL; i++) {
		if (p->event[i]->type != EV_MESSAGE_WRITTEN)
			planner_event(p->shop->planner, p->territory, p->event[i]);
	}
}

int
shop_append(struct shop *shop, struct territory *t, struct event **event, size_t events,
    const struct command *cmd, shop_done_fn *done, void *arg, char *why, size_t why_size)
{
	struct pending *p = NULL;
	int rc = -EBUSY;

	snprintf(why, why_size, "too much waits to be stored");
	if (store_has_room(shop->store)) {
		snprintf(why, why_size, "out of memory");
		p = pending_new(shop, t, events, done, arg);
		rc = p == NULL ? -ENOMEM : apply(t, event, events, why, why_size);
	}
	if (rc < 0) {
		events_free(event, events);
		if (p != NULL)
			pending_free(p);
		return rc;
	}
	memcpy(p->event, event, events * sizeof(*event));
	p->events = events;
	if (cmd != NULL && cmd->result != NULL && events > 0 &&
	    json_object_set_new(cmd->result, "seq", json_integer(state_seq(t->state))) < 0)
		give_up("a reply cannot be made", "out of memory");
	follow_all(p);
	queue(shop, t, p, cmd);
	/* p stays whole: commits are called back from the loop, not from here. */
	kick_planner(p);
	return 0;
}

/* --- snapshots --- */

void
shop_snapshot(struct shop *shop, int64_t events)
{
	for (size_t i = 0; i < shop->territories; i++) {
		struct territory *t = shop->territory[i];
		struct store_write w = { .territory = state_territory(t->state),
			.at_s = clock_now(&shop->clock),
			.snapshot_seq = state_seq(t->state) };
		char *text;

		if (state_seq(t->state) - t->snapshot_seq < events)
			continue;
		text = state_dump(t->state);
		w.snapshot = text;
		if (text == NULL || store_append(shop->store, &w, NULL, NULL) < 0)
			log_say(LEVEL_WARNING, "no snapshot of territory %s now: no room or memory",
			    state_territory(t->state));
		else
			t->snapshot_seq = w.snapshot_seq;
		free(text);
	}
}

/* --- starting --- */

struct recovery {
	struct shop *shop;
	char *why;
	size_t why_size;
};

static struct territory *
add_territory(struct shop *shop, struct state *s, int64_t snapshot_seq)
{
	struct territory *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	*t = (struct territory){ .shop = shop, .state = s, .snapshot_seq = snapshot_seq };
	shop->territory[shop->territories++] = t;
	return t;
}

static int
publish_old(void *arg, const struct event *ev)
{
	struct territory *t = arg;

	return feed_publish(t->shop->feed, state_territory(t->state), state_zone(t->state), ev);
}

static int
fill_feed(struct shop *shop, struct territory *t)
{
	int64_t after = state_seq(t->state) - FEED_EVENTS;

	if (shop->feed == NULL)
		return 0;
	if (after < 0)
		after = 0;
	feed_starts_after(shop->feed, after);
	return store_read(shop->store, state_territory(t->state), after, publish_old, t);
}

static int
load_one(void *arg, const char *id)
{
	struct recovery *r = arg;
	struct territory *t;
	struct state *s;
	int64_t snapshot_seq;
	int rc;

	if (r->shop->territories == SHOP_TERRITORIES_MAX) {
		snprintf(r->why, r->why_size, "the store has more than %d territories",
		    SHOP_TERRITORIES_MAX);
		return -ENOSPC;
	}
	rc = recover_state(r->shop->store, id, false, &s, &snapshot_seq, r->why, r->why_size);
	if (rc < 0)
		return rc;
	t = add_territory(r->shop, s, snapshot_seq);
	if (t == NULL) {
		state_free(s);
		return -ENOMEM;
	}
	log_say(LEVEL_INFO, "territory loaded territory=%s seq=%" PRId64 " snapshot=%" PRId64, id,
	    state_seq(s), snapshot_seq);
	return fill_feed(r->shop, t);
}

/* The first territory of a new store. */
static int
open_first(struct shop *shop, const char *id, const char *zone, char *why, size_t why_size)
{
	json_t *body = json_pack("{s:s, s:s}", "territory", id, "zone", zone);
	struct event *ev = event_new(EV_TERRITORY_OPENED, clock_now(&shop->clock), body);
	struct state *s = state_new();
	struct territory *t = s == NULL ? NULL : add_territory(shop, s, 0);

	if (ev == NULL || t == NULL) {
		event_free(ev);
		if (t == NULL)
			state_free(s);
		snprintf(why, why_size, "out of memory");
		return -ENOMEM;
	}
	return shop_append(shop, t, &ev, 1, NULL, NULL, NULL, why, why_size);
}

int
shop_recover(struct shop *shop, const char *territory, const char *zone, char *why, size_t why_size)
{
	struct recovery r = { shop, why, why_size };
	int rc;

	snprintf(why, why_size, "the store cannot be read");
	rc = store_territories(shop->store, load_one, &r);
	if (rc == 0 && shop->territories == 0)
		rc = open_first(shop, territory, zone, why, why_size);
	return rc;
}
