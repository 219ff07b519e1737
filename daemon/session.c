/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/log.h"
#include "daemon/request.h"
#include "daemon/tokens.h"

enum {
	BAD_PEERS = 64, /* addresses whose bad logins are remembered */
	BAD_LOGINS_PER_MINUTE = 10,
};

struct sessions {
	const struct config *cfg;
	struct session *first;
	size_t count;
	struct bad_peer {
		char peer[64];
		int64_t since_us;
		int count;
	} bad[BAD_PEERS];
	size_t next_bad;
};

struct sessions *
sessions_new(const struct config *cfg)
{
	struct sessions *s = calloc(1, sizeof(*s));

	if (s != NULL)
		s->cfg = cfg;
	return s;
}

void
sessions_free(struct sessions *s)
{
	free(s);
}

size_t
sessions_count(const struct sessions *s)
{
	return s->count;
}

void
sessions_cut(struct sessions *s, const char *token_id, const char *why)
{
	for (struct session *at = s->first, *next; at != NULL; at = next) {
		next = at->next;
		if (strcmp(at->who.token_id, token_id) == 0)
			at->calls->cut(at->arg, RPC_UNAUTHORISED, why);
	}
}

void
session_init(struct session *s, struct shop *shop, const char *peer,
    const struct session_calls *calls, void *arg)
{
	memset(s, 0, sizeof(*s));
	s->shop = shop;
	s->calls = calls;
	s->arg = arg;
	snprintf(s->peer, sizeof(s->peer), "%s", peer);
}

void
session_done(struct session *s)
{
	session_unsubscribe(s);
	requests_abandon(s);
	if (!s->in)
		return;
	*s->link = s->next;
	if (s->next != NULL)
		s->next->link = s->link;
	s->shop->sessions->count--;
	s->in = false;
}

static const struct config_class *
class_of(const struct config *cfg, enum role role)
{
	if (role == ROLE_TECHNICIAN)
		return &cfg->phone;
	return role == ROLE_INTEGRATION ? &cfg->integration : &cfg->console;
}

static int64_t
sessions_of(const struct sessions *all, const char *token_id)
{
	int64_t n = 0;

	for (const struct session *s = all->first; s != NULL; s = s->next)
		n += strcmp(s->who.token_id, token_id) == 0;
	return n;
}

/* Counts a bad login; milliseconds until the address may try again, 0 at once. */
static int64_t
count_bad(struct sessions *all, const char *peer)
{
	int64_t now_us = clock_mono_us(), minute_us = 60000000;
	struct bad_peer *b = NULL;

	for (size_t i = 0; i < BAD_PEERS; i++) {
		if (all->bad[i].count > 0 && strcmp(all->bad[i].peer, peer) == 0)
			b = &all->bad[i];
	}
	if (b == NULL) {
		b = &all->bad[all->next_bad++ % BAD_PEERS];
		memset(b, 0, sizeof(*b));
		snprintf(b->peer, sizeof(b->peer), "%s", peer);
		b->since_us = now_us;
	}
	if (now_us - b->since_us >= minute_us) {
		b->since_us = now_us;
		b->count = 0;
	}
	if (++b->count == BAD_LOGINS_PER_MINUTE + 1)
		log_say(LEVEL_WARNING, "many bad logins peer=%s", peer);
	return b->count <= BAD_LOGINS_PER_MINUTE ? 0
						 : (b->since_us + minute_us - now_us) / 1000 + 1;
}

static void
enter(struct session *s, const struct store_token *token, enum role role)
{
	struct sessions *all = s->shop->sessions;
	int64_t now_us = clock_mono_us();
	/* A virtual clock runs as fast as it can, so rates of real time mean nothing to it. */
	bool bounded = !s->shop->clock.is_virtual;

	s->class = class_of(all->cfg, role);
	s->silence_s = all->cfg->silence_s;
	bucket_init(&s->calls_left, bounded ? s->class->rate : 0, s->class->burst, now_us);
	bucket_init(&s->positions_left, bounded ? all->cfg->position_rate : 0,
	    all->cfg->position_burst, now_us);
	s->who.role = role;
	memcpy(s->who.technician, token->technician, sizeof(s->who.technician));
	memcpy(s->who.token_id, token->id, sizeof(s->who.token_id));
	s->next = all->first;
	s->link = &all->first;
	if (s->next != NULL)
		s->next->link = &s->next;
	all->first = s;
	all->count++;
	s->in = true;
}

int
session_login(struct session *s, const char *text, int64_t *ret_retry_ms)
{
	struct sessions *all = s->shop->sessions;
	const struct store_token *token;
	enum role role;
	int64_t wait_ms;

	if (s->in)
		return -EALREADY;
	token = tokens_check(s->shop->tokens, text, clock_now(&s->shop->clock));
	if (token == NULL || role_from_name(token->role, &role) < 0) {
		wait_ms = count_bad(all, s->peer);
		if (wait_ms == 0)
			return -EACCES;
		*ret_retry_ms = wait_ms;
		return -EAGAIN;
	}
	if (sessions_of(all, token->id) >= class_of(all->cfg, role)->sessions)
		return -EBUSY;
	enter(s, token, role);
	s->calls->logged_in(s->arg);
	return 0;
}

int64_t
session_take(struct session *s, bool position)
{
	bool own = position && s->who.role == ROLE_TECHNICIAN;

	if (!s->in)
		return 0; /* the carrier counts the few lines before login */
	return bucket_take(own ? &s->positions_left : &s->calls_left, clock_mono_us());
}

int
session_subscribe(struct session *s, const json_t *topics, const json_t *technicians,
    int64_t resume_from, bool *ret_replayed)
{
	struct feed_subscriber *fresh;
	int rc = feed_subscribe(s->shop->feed, &s->who, topics, technicians, resume_from,
	    s->calls->notify, s->arg, &fresh, ret_replayed);

	if (rc < 0)
		return rc;
	session_unsubscribe(s);
	s->subscription = fresh;
	return 0;
}

void
session_unsubscribe(struct session *s)
{
	feed_unsubscribe(s->shop->feed, s->subscription);
	s->subscription = NULL;
}
