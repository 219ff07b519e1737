/* SPDX-License-Identifier: Apache-2.0 */
/* The loop's side of the SQLite store: the queue into the writer's thread, and back. */
#include <errno.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "daemon/store_message.h"
#include "daemon/store_sqlite.h"

int64_t
store_mono_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void
queued_free(struct queued *q)
{
	for (size_t i = 0; i < q->events; i++) {
		free(q->event[i].body);
		free(q->event[i].message);
	}
	free(q->event);
	free(q->outward);
	free(q->territory);
	free(q->cmd_id);
	free(q->digest);
	free(q->reply);
	free(q->snapshot);
	free(q);
}

static void
free_all(struct queued *q)
{
	while (q != NULL) {
		struct queued *next = q->next;

		queued_free(q);
		q = next;
	}
}

void
store_close(struct store *st)
{
	if (st == NULL)
		return;
	store_writer_end(st);
	sqlite3_finalize(st->find_reply);
	sqlite3_close(st->reader);
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(st->st[i]);
	sqlite3_close(st->writer);
	free_all(st->queue);
	free_all(st->finished);
	for (size_t i = 0; i < st->territories; i++)
		free(st->territory[i]);
	pthread_mutex_destroy(&st->lock);
	pthread_cond_destroy(&st->work);
	if (st->lock_fd >= 0)
		close(st->lock_fd);
	if (st->wake_fd >= 0)
		close(st->wake_fd);
	sodium_memzero(st->key, sizeof(st->key));
	free(st);
}

void
store_on_failure(struct store *st, store_fatal_fn *fn)
{
	pthread_mutex_lock(&st->lock);
	st->fatal = fn;
	pthread_mutex_unlock(&st->lock);
}

void
store_key(const struct store *st, unsigned char ret[STORE_KEY_SIZE])
{
	memcpy(ret, st->key, STORE_KEY_SIZE);
}

/* --- queueing --- */

/* A copy of text, counted; NULL stays NULL. Sets *failed when out of memory. */
static char *
copy(struct queued *q, const char *text, bool *failed)
{
	char *to;

	if (text == NULL)
		return NULL;
	to = strdup(text);
	if (to == NULL)
		*failed = true;
	else
		q->bytes += strlen(text) + 1;
	return to;
}

/* What a message is found by: a copy of what its event says. */
static bool
copy_message(struct queued *q, const struct event *ev, struct queued_message **ret)
{
	static const char *const names[] = { "message", "call", "kind" };
	struct queued_message *m;
	const char *text[3];

	if (ev->type != EV_MESSAGE_WRITTEN)
		return true;
	m = calloc(1, sizeof(*m));
	if (m == NULL)
		return false;
	for (size_t i = 0; i < 3; i++) {
		text[i] = json_string_value(json_object_get(ev->body, names[i]));
		if (text[i] == NULL)
			text[i] = "";
	}
	snprintf(m->id, sizeof(m->id), "%s", text[0]);
	snprintf(m->call, sizeof(m->call), "%s", text[1]);
	snprintf(m->kind, sizeof(m->kind), "%s", text[2]);
	q->bytes += sizeof(*m);
	*ret = m;
	return true;
}

static bool
copy_events(struct queued *q, const struct store_write *w)
{
	if (w->events == 0)
		return true;
	q->event = calloc(w->events, sizeof(*q->event));
	if (q->event == NULL)
		return false;
	for (; q->events < w->events; q->events++) {
		const struct event *ev = w->event[q->events];
		struct queued_event *to = &q->event[q->events];

		*to = (struct queued_event){ ev->seq, ev->at_s, ev->type,
			json_dumps(ev->body, JSON_COMPACT), NULL };
		if (to->body == NULL || !copy_message(q, ev, &to->message)) {
			free(to->body);
			return false;
		}
		q->bytes += sizeof(*to) + strlen(to->body);
	}
	return true;
}

static struct queued *
queued_new(const struct store_write *w)
{
	struct queued *q = calloc(1, sizeof(*q));
	bool failed = false;

	if (q == NULL)
		return NULL;
	q->bytes = sizeof(*q);
	q->territory = copy(q, w->territory, &failed);
	q->cmd_id = copy(q, w->cmd_id, &failed);
	q->digest = copy(q, w->cmd_digest, &failed);
	q->reply = copy(q, w->reply, &failed);
	q->snapshot = copy(q, w->snapshot, &failed);
	q->at_s = w->at_s;
	q->snapshot_seq = w->snapshot_seq;
	if (w->token != NULL) {
		q->token = *w->token;
		q->has_token = true;
	}
	if (w->outward != NULL) {
		q->outward = malloc(sizeof(*q->outward));
		q->bytes += sizeof(*q->outward);
		if (q->outward == NULL)
			failed = true;
		else
			*q->outward = *w->outward;
	}
	if (failed || !copy_events(q, w)) {
		queued_free(q);
		return NULL;
	}
	return q;
}

/* FNV-1a: the chain of a command in the table. */
static struct queued **
chain_of(struct store *st, const char *cmd_id)
{
	uint32_t h = 2166136261u;

	for (; *cmd_id != '\0'; cmd_id++)
		h = (h ^ (unsigned char)*cmd_id) * 16777619u;
	return &st->command[h & (STORE_COMMANDS - 1)];
}

bool
store_has_room(const struct store *st)
{
	return st->undone < STORE_QUEUE_MAX && st->undone_bytes < STORE_QUEUE_BYTES_MAX;
}

int
store_append(struct store *st, const struct store_write *w, store_done_fn *done, void *arg)
{
	struct queued *q, **chain;

	if (!store_has_room(st))
		return -EBUSY;
	q = queued_new(w);
	if (q == NULL)
		return -ENOMEM;
	q->done = done;
	q->arg = arg;
	if (q->cmd_id != NULL) {
		chain = chain_of(st, q->cmd_id);
		q->same_hash = *chain;
		*chain = q;
	}
	st->undone++;
	st->undone_bytes += q->bytes;
	pthread_mutex_lock(&st->lock);
	*st->queue_end = q;
	st->queue_end = &q->next;
	pthread_cond_signal(&st->work);
	pthread_mutex_unlock(&st->lock);
	return 0;
}

/* --- back on the loop --- */

int
store_fd(const struct store *st)
{
	return st->wake_fd;
}

static void
forget_command(struct store *st, struct queued *q)
{
	struct queued **at = chain_of(st, q->cmd_id);

	while (*at != q)
		at = &(*at)->same_hash;
	*at = q->same_hash;
}

void
store_dispatch(struct store *st)
{
	struct queued *q;
	uint64_t count;

	if (read(st->wake_fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		return;
	pthread_mutex_lock(&st->lock);
	q = st->finished;
	st->finished = NULL;
	st->finished_end = &st->finished;
	pthread_mutex_unlock(&st->lock);
	while (q != NULL) {
		struct queued *next = q->next;

		if (q->cmd_id != NULL)
			forget_command(st, q);
		st->undone--;
		st->undone_bytes -= q->bytes;
		if (q->done != NULL)
			q->done(q->arg);
		queued_free(q);
		q = next;
	}
}

bool
store_idle(const struct store *st)
{
	return st->undone == 0;
}

int64_t
store_busy_us(struct store *st)
{
	int64_t since;

	pthread_mutex_lock(&st->lock);
	since = st->busy_since_us;
	pthread_mutex_unlock(&st->lock);
	return since == 0 ? 0 : store_mono_us() - since;
}

/* --- kept replies --- */

static int
find_kept(struct store *st, const char *cmd_id, const char *digest, char **ret_reply)
{
	struct sqlite3_stmt *q;
	int rc;

	if (st->find_reply == NULL &&
	    sqlite3_prepare_v3(st->reader, "SELECT digest, reply FROM kept WHERE cmd_id = ?1", -1,
		SQLITE_PREPARE_PERSISTENT, &st->find_reply, NULL) != SQLITE_OK)
		return -EIO;
	q = st->find_reply;
	sqlite3_bind_text(q, 1, cmd_id, -1, SQLITE_STATIC);
	rc = sqlite3_step(q);
	if (rc == SQLITE_DONE) {
		rc = 0;
	} else if (rc != SQLITE_ROW) {
		rc = -EIO;
	} else if (strcmp((const char *)sqlite3_column_text(q, 0), digest) != 0) {
		rc = -EEXIST;
	} else {
		*ret_reply = strdup((const char *)sqlite3_column_text(q, 1));
		rc = *ret_reply == NULL ? -ENOMEM : 1;
	}
	sqlite3_reset(q);
	return rc;
}

int
store_reply(struct store *st, const char *cmd_id, const char *cmd_digest, char **ret_reply)
{
	for (struct queued *q = *chain_of(st, cmd_id); q != NULL; q = q->same_hash) {
		if (strcmp(q->cmd_id, cmd_id) != 0)
			continue;
		if (strcmp(q->digest, cmd_digest) != 0)
			return -EEXIST;
		*ret_reply = strdup(q->reply);
		return *ret_reply == NULL ? -ENOMEM : 1;
	}
	return find_kept(st, cmd_id, cmd_digest, ret_reply);
}

/* --- figures --- */

static int
by_size(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

	return (x > y) - (x < y);
}

void
store_figures(struct store *st, struct store_figures *ret)
{
	int32_t us[STORE_TIMES];
	size_t n;

	pthread_mutex_lock(&st->lock);
	*ret = (struct store_figures){ .schema = st->schema,
		.commits = st->commits,
		.events = st->events };
	memcpy(us, st->commit_us, sizeof(us));
	pthread_mutex_unlock(&st->lock);
	n = ret->commits < STORE_TIMES ? (size_t)ret->commits : STORE_TIMES;
	if (n == 0)
		return;
	qsort(us, n, sizeof(us[0]), by_size);
	ret->fsync_us_p50 = us[n / 2];
	ret->fsync_us_p99 = us[n * 99 / 100];
}
