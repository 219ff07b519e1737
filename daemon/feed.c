/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/feed.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A notification as it is kept: its line, and whom it concerns. */
struct kept {
	struct feed_line line; /* merge and text are owned */
	char technician[STATE_ID_SIZE], former[STATE_ID_SIZE];
};

struct feed_subscriber {
	struct feed_subscriber *next, **link;
	struct principal who;
	uint64_t topics;                   /* bit of each notification's place in the document */
	char (*technician)[STATE_ID_SIZE]; /* sorted; NULL: all */
	size_t technicians;
	feed_send_fn *send;
	void *arg;
};

struct feed {
	const struct openrpc *openrpc;
	struct kept *ring[FEED_RING];
	size_t first, count;
	int64_t floor;  /* every notification after it is in the ring */
	int64_t newest; /* sequence published last */
	char territory[STATE_ID_SIZE];
	bool several; /* territories */
	struct feed_subscriber *subscribers;
};

static void
kept_free(struct kept *k)
{
	if (k == NULL)
		return;
	free((char *)k->line.merge);
	free((char *)k->line.text);
	free(k);
}

struct feed *
feed_new(const struct openrpc *o)
{
	struct feed *f = calloc(1, sizeof(*f));

	assert(openrpc_notifications(o) <= 64); /* bits of topics */
	if (f != NULL)
		f->openrpc = o;
	return f;
}

void
feed_free(struct feed *f)
{
	if (f == NULL)
		return;
	assert(f->subscribers == NULL);
	for (size_t i = 0; i < f->count; i++)
		kept_free(f->ring[(f->first + i) % FEED_RING]);
	free(f);
}

static const struct notification_spec *
find_spec(const struct feed *f, const char *name, size_t *ret_at)
{
	for (size_t i = 0; i < openrpc_notifications(f->openrpc); i++) {
		const struct notification_spec *spec = openrpc_notification_at(f->openrpc, i);

		if (strcmp(spec->name, name) == 0) {
			*ret_at = i;
			return spec;
		}
	}
	return NULL;
}

/* What a state notification is the latest of: its call, else its technician. */
static char *
merge_key(const struct notice *n)
{
	const char *object = json_string_value(json_object_get(n->params, "call"));
	size_t size;
	char *key;

	if (object == NULL)
		object = json_string_value(json_object_get(n->params, "technician"));
	if (object == NULL)
		object = "";
	size = strlen(n->method) + strlen(object) + 2;
	key = malloc(size);
	if (key != NULL) {
		stpcpy(stpcpy(stpcpy(key, n->method), " "), object);
		assert(strlen(key) == size - 1);
	}
	return key;
}

static struct kept *
kept_new(const struct feed *f, const struct notice *n)
{
	struct kept *k = calloc(1, sizeof(*k));
	json_t *message = NULL;
	size_t at;

	if (k == NULL)
		return NULL;
	k->line.seq = n->seq;
	k->line.spec = find_spec(f, n->method, &at);
	assert(k->line.spec != NULL); /* the deriving test holds the names to the document */
	memcpy(k->technician, n->technician, sizeof(k->technician));
	memcpy(k->former, n->former, sizeof(k->former));
	if (k->line.spec->state && (k->line.merge = merge_key(n)) == NULL)
		goto fail;
	message = rpc_notification(n->method, json_incref(n->params));
	if (message == NULL)
		goto fail;
	k->line.text = rpc_line(message, &k->line.len);
	json_decref(message);
	if (k->line.text == NULL)
		goto fail;
	return k;
fail:
	kept_free(k);
	return NULL;
}

/* --- who hears what --- */

static int
by_id(const void *a, const void *b)
{
	return strcmp(a, b);
}

static bool
listed(const struct feed_subscriber *s, const char *id)
{
	return id[0] != '\0' &&
	    bsearch(id, s->technician, s->technicians, STATE_ID_SIZE, by_id) != NULL;
}

static bool
hears(const struct feed *f, const struct feed_subscriber *s, const struct kept *k)
{
	const char *own = s->who.technician;
	size_t at;

	if (find_spec(f, k->line.spec->name, &at) == NULL || (s->topics >> at & 1) == 0)
		return false;
	if (s->who.role == ROLE_TECHNICIAN)
		return own[0] != '\0' &&
		    (strcmp(own, k->technician) == 0 || strcmp(own, k->former) == 0);
	if (s->technician == NULL || (k->technician[0] == '\0' && k->former[0] == '\0'))
		return true;
	return listed(s, k->technician) || listed(s, k->former);
}

static void
send_all(const struct feed *f, const struct kept *k)
{
	for (struct feed_subscriber *s = f->subscribers; s != NULL; s = s->next) {
		if (hears(f, s, k))
			s->send(s->arg, &k->line);
	}
}

/* --- publishing --- */

static void
keep(struct feed *f, struct kept *k)
{
	if (f->count == FEED_RING) {
		struct kept *oldest = f->ring[f->first];

		/* Others of the same sequence may still be there, but no longer all. */
		f->floor = oldest->line.seq;
		kept_free(oldest);
		f->first = (f->first + 1) % FEED_RING;
		f->count--;
	}
	f->ring[(f->first + f->count++) % FEED_RING] = k;
}

static int
on_notice(void *arg, const struct notice *n)
{
	struct feed *f = arg;
	struct kept *k = kept_new(f, n);

	if (k == NULL)
		return -ENOMEM;
	keep(f, k);
	send_all(f, k);
	return 0;
}

int
feed_publish(struct feed *f, const char *territory, const char *zone, const struct event *ev)
{
	int rc;

	if (f->territory[0] == '\0')
		strncpy(f->territory, territory, sizeof(f->territory) - 1);
	else if (strcmp(f->territory, territory) != 0)
		f->several = true;
	rc = feed_derive(ev, territory, zone, on_notice, f);
	if (rc < 0)
		f->floor = ev->seq;
	f->newest = ev->seq;
	return rc;
}

int
feed_pass(struct feed *f, const struct notice *n)
{
	struct kept *k = kept_new(f, n);

	if (k == NULL)
		return -ENOMEM;
	send_all(f, k);
	kept_free(k);
	return 0;
}

void
feed_starts_after(struct feed *f, int64_t seq)
{
	f->floor = seq;
	f->newest = seq;
}

/* --- subscribing --- */

static int
set_topics(const struct feed *f, struct feed_subscriber *s, const json_t *topics)
{
	const json_t *topic;
	size_t at, i;

	for (at = 0; topics == NULL && at < openrpc_notifications(f->openrpc); at++)
		s->topics |= UINT64_C(1) << at;
	json_array_foreach((json_t *)topics, i, topic)
	{
		if (find_spec(f, json_string_value(topic), &at) == NULL)
			return -EINVAL;
		s->topics |= UINT64_C(1) << at;
	}
	for (at = 0; at < openrpc_notifications(f->openrpc); at++) {
		if ((openrpc_notification_at(f->openrpc, at)->roles >> s->who.role & 1) == 0)
			s->topics &= ~(UINT64_C(1) << at);
	}
	return 0;
}

static int
set_technicians(struct feed_subscriber *s, const json_t *technicians)
{
	const json_t *id;
	size_t i;

	if (technicians == NULL)
		return 0;
	s->technicians = json_array_size(technicians);
	s->technician = calloc(s->technicians + 1, STATE_ID_SIZE);
	if (s->technician == NULL)
		return -ENOMEM;
	json_array_foreach((json_t *)technicians, i, id)
	    strncpy(s->technician[i], json_string_value(id), STATE_ID_SIZE - 1);
	qsort(s->technician, s->technicians, STATE_ID_SIZE, by_id);
	return 0;
}

static void
subscriber_free(struct feed_subscriber *s)
{
	free(s->technician);
	free(s);
}

static bool
replay(const struct feed *f, struct feed_subscriber *s, int64_t from)
{
	if (f->several || from < f->floor || from > f->newest)
		return false;
	for (size_t i = 0; i < f->count; i++) {
		const struct kept *k = f->ring[(f->first + i) % FEED_RING];

		if (k->line.seq > from && hears(f, s, k))
			s->send(s->arg, &k->line);
	}
	return true;
}

int
feed_subscribe(struct feed *f, const struct principal *who, const json_t *topics,
    const json_t *technicians, int64_t resume_from, feed_send_fn *send, void *arg,
    struct feed_subscriber **ret, bool *ret_replayed)
{
	struct feed_subscriber *s = calloc(1, sizeof(*s));
	int rc;

	if (s == NULL)
		return -ENOMEM;
	s->who = *who;
	s->send = send;
	s->arg = arg;
	rc = set_topics(f, s, topics);
	if (rc == 0)
		rc = set_technicians(s, technicians);
	if (rc < 0) {
		subscriber_free(s);
		return rc;
	}
	*ret_replayed = resume_from >= 0 && replay(f, s, resume_from);
	s->next = f->subscribers;
	s->link = &f->subscribers;
	if (s->next != NULL)
		s->next->link = &s->next;
	f->subscribers = s;
	*ret = s;
	return 0;
}

void
feed_unsubscribe(struct feed *f, struct feed_subscriber *s)
{
	(void)f;
	if (s == NULL)
		return;
	*s->link = s->next;
	if (s->next != NULL)
		s->next->link = s->link;
	subscriber_free(s);
}
