/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The writer's thread: everything queued becomes one commit, then the loop is told.
 *
 * A failure is never tried again: after a failed fsync nobody knows what is on disk (Linux
 * forgets the dirty pages), so the process ends, and the next start reads what is really there.
 */
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/store_sqlite.h"

static const char *const sql_of[STATEMENTS] = {
	[S_BEGIN] = "BEGIN IMMEDIATE",
	[S_COMMIT] = "COMMIT",
	[S_TERRITORY_PUT] = "INSERT OR IGNORE INTO territory (name) VALUES (?1)",
	[S_TERRITORY_GET] = "SELECT id FROM territory WHERE name = ?1",
	[S_EVENT] =
	    "INSERT INTO event (territory, seq, at, type, body) VALUES (?1, ?2, ?3, ?4, ?5)",
	[S_KEEP] = "INSERT INTO kept (cmd_id, digest, at, reply) VALUES (?1, ?2, ?3, ?4)",
	[S_TOKEN] =
	    "INSERT OR REPLACE INTO token (id, role, technician, name, hash, issued, expires,"
	    " revoked) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[S_SNAPSHOT] = "INSERT OR REPLACE INTO snapshot (territory, seq, at, body)"
		       " VALUES (?1, ?2, ?3, ?4)",
	[S_SNAPSHOT_PURGE] = "DELETE FROM snapshot WHERE territory = ?1 AND seq NOT IN (SELECT seq"
			     " FROM snapshot WHERE territory = ?1 ORDER BY seq DESC LIMIT ?2)",
	[S_PURGE] = "DELETE FROM kept WHERE cmd_id IN"
		    " (SELECT cmd_id FROM kept WHERE at < ?1 ORDER BY at LIMIT ?2)",
};

/* Ends the process, through the daemon's own last words if it has any. */
static void
fail(struct store *st, const char *doing)
{
	store_fatal_fn *fatal;
	char why[512];

	snprintf(why, sizeof(why),
	    "the store failed (%s: %s); what was acknowledged is on disk, the "
	    "rest is not: look after the disk, then start again",
	    doing, sqlite3_errmsg(st->writer));
	pthread_mutex_lock(&st->lock);
	fatal = st->fatal;
	pthread_mutex_unlock(&st->lock);
	if (fatal != NULL)
		fatal(why);
	_exit(STORE_EXIT_FAILED);
}

void
store_bind(struct sqlite3_stmt *q, int at, const char *text)
{
	sqlite3_bind_text(q, at, text, -1, SQLITE_STATIC);
}

/* Runs a statement that gives no rows. A bind that failed leaves NULL, which the schema refuses. */
void
store_run(struct store *st, enum statement s)
{
	if (sqlite3_step(st->st[s]) != SQLITE_DONE)
		fail(st, sqlite3_sql(st->st[s]));
	sqlite3_reset(st->st[s]);
}

int64_t
store_territory_id(struct store *st, const char *name)
{
	struct sqlite3_stmt *q = st->st[S_TERRITORY_GET];
	int64_t id;

	for (size_t i = 0; i < st->territories; i++) {
		if (strcmp(st->territory[i], name) == 0)
			return st->territory_id[i];
	}
	store_bind(st->st[S_TERRITORY_PUT], 1, name);
	store_run(st, S_TERRITORY_PUT);
	store_bind(q, 1, name);
	if (sqlite3_step(q) != SQLITE_ROW)
		fail(st, sql_of[S_TERRITORY_GET]);
	id = sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	if (st->territories < STORE_TERRITORIES) {
		char *copy = strdup(name);

		if (copy != NULL) {
			st->territory[st->territories] = copy;
			st->territory_id[st->territories++] = id;
		}
	}
	return id;
}

static void
write_events(struct store *st, const struct queued *q)
{
	struct sqlite3_stmt *put = st->st[S_EVENT];
	int64_t territory = q->events > 0 ? store_territory_id(st, q->territory) : 0;

	for (size_t i = 0; i < q->events; i++) {
		sqlite3_bind_int64(put, 1, territory);
		sqlite3_bind_int64(put, 2, q->event[i].seq);
		sqlite3_bind_int64(put, 3, q->event[i].at_s);
		store_bind(put, 4, event_name(q->event[i].type));
		store_bind(put, 5, q->event[i].body);
		store_run(st, S_EVENT);
		if (q->event[i].message != NULL)
			store_write_message(st, territory, &q->event[i]);
	}
}

static void
write_kept(struct store *st, const struct queued *q)
{
	struct sqlite3_stmt *put = st->st[S_KEEP];

	if (q->cmd_id == NULL)
		return;
	store_bind(put, 1, q->cmd_id);
	store_bind(put, 2, q->digest);
	sqlite3_bind_int64(put, 3, q->at_s);
	store_bind(put, 4, q->reply);
	store_run(st, S_KEEP);
}

static void
write_token(struct store *st, const struct queued *q)
{
	struct sqlite3_stmt *put = st->st[S_TOKEN];

	if (!q->has_token)
		return;
	store_bind(put, 1, q->token.id);
	store_bind(put, 2, q->token.role);
	store_bind(put, 3, q->token.technician);
	store_bind(put, 4, q->token.name);
	sqlite3_bind_blob(put, 5, q->token.hash, sizeof(q->token.hash), SQLITE_STATIC);
	sqlite3_bind_int64(put, 6, q->token.issued);
	sqlite3_bind_int64(put, 7, q->token.expires);
	sqlite3_bind_int64(put, 8, q->token.revoked);
	store_run(st, S_TOKEN);
}

static void
write_snapshot(struct store *st, const struct queued *q)
{
	struct sqlite3_stmt *put = st->st[S_SNAPSHOT], *purge = st->st[S_SNAPSHOT_PURGE];
	int64_t territory;

	if (q->snapshot == NULL)
		return;
	territory = store_territory_id(st, q->territory);
	sqlite3_bind_int64(put, 1, territory);
	sqlite3_bind_int64(put, 2, q->snapshot_seq);
	sqlite3_bind_int64(put, 3, q->at_s);
	store_bind(put, 4, q->snapshot);
	store_run(st, S_SNAPSHOT);
	sqlite3_bind_int64(purge, 1, territory);
	sqlite3_bind_int64(purge, 2, STORE_SNAPSHOTS_KEPT);
	store_run(st, S_SNAPSHOT_PURGE);
}

/* Replies are kept for a week of the daemon's time. */
static void
purge(struct store *st, int64_t now_s)
{
	if (now_s < st->purged_s + STORE_PURGE_EACH_S)
		return;
	sqlite3_bind_int64(st->st[S_PURGE], 1, now_s - STORE_KEEP_REPLIES_S);
	sqlite3_bind_int64(st->st[S_PURGE], 2, STORE_PURGE_ROWS);
	store_run(st, S_PURGE);
	if (sqlite3_changes(st->writer) < STORE_PURGE_ROWS) {
		st->purged_s = now_s;
		store_purge_deliveries(st, now_s);
	}
}

static bool
writes_nothing(const struct queued *q)
{
	return q->events == 0 && q->cmd_id == NULL && !q->has_token && q->snapshot == NULL &&
	    q->outward == NULL;
}

/* One transaction for the whole group; returns how long its commit took, -1 if there was none. */
static int64_t
write_group(struct store *st, const struct queued *group)
{
	int64_t start_us;
	bool any = false;

	for (const struct queued *q = group; q != NULL; q = q->next) {
		if (writes_nothing(q))
			continue;
		if (!any)
			store_run(st, S_BEGIN);
		any = true;
		write_events(st, q);
		write_kept(st, q);
		write_token(st, q);
		write_snapshot(st, q);
		store_write_outward(st, q);
		purge(st, q->at_s);
	}
	if (!any)
		return -1;
	start_us = store_mono_us();
	store_run(st, S_COMMIT);
	return store_mono_us() - start_us;
}

/* Waits for work and takes up to a group of it. NULL: closing, and nothing is left. */
static struct queued *
take_group(struct store *st)
{
	struct queued *group, **end;

	pthread_mutex_lock(&st->lock);
	while (st->queue == NULL && !st->closing)
		pthread_cond_wait(&st->work, &st->lock);
	group = st->queue;
	end = &st->queue;
	for (size_t n = 0; n < STORE_GROUP_MAX && *end != NULL; n++)
		end = &(*end)->next;
	st->queue = *end;
	if (st->queue == NULL)
		st->queue_end = &st->queue;
	*end = NULL; /* when the queue was taken whole, end is &last->next, or &st->queue itself */
	if (group != NULL)
		st->busy_since_us = store_mono_us();
	pthread_mutex_unlock(&st->lock);
	return group;
}

static void
hand_back(struct store *st, struct queued *group, int64_t commit_us)
{
	uint64_t one = 1;
	struct queued **end = &group->next;

	pthread_mutex_lock(&st->lock);
	if (commit_us >= 0)
		st->commit_us[st->commits++ % STORE_TIMES] = commit_us > INT32_MAX
		    ? INT32_MAX
		    : (int32_t)commit_us;
	st->events += (int64_t)group->events;
	for (; *end != NULL; end = &(*end)->next)
		st->events += (int64_t)(*end)->events;
	*st->finished_end = group;
	st->finished_end = end;
	st->busy_since_us = 0;
	pthread_mutex_unlock(&st->lock);
	while (write(st->wake_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		continue;
}

/* Moves the write-ahead log into the database, after the acknowledgements went out. */
static void
checkpoint(struct store *st)
{
	int pages = 0, moved = 0, rc;

	if (st->wal_pages < STORE_WAL_PAGES)
		return;
	rc = sqlite3_wal_checkpoint_v2(st->writer, NULL, SQLITE_CHECKPOINT_PASSIVE, &pages, &moved);
	if (rc != SQLITE_OK && rc != SQLITE_BUSY && rc != SQLITE_LOCKED)
		fail(st, "checkpoint");
	st->wal_pages = 0;
}

static int
on_wal(void *arg, struct sqlite3 *db, const char *name, int pages)
{
	struct store *st = arg;

	(void)db;
	(void)name;
	st->wal_pages = pages;
	return SQLITE_OK;
}

static void *
writer(void *arg)
{
	struct store *st = arg;
	struct queued *group;

	while ((group = take_group(st)) != NULL) {
		hand_back(st, group, write_group(st, group));
		checkpoint(st);
	}
	return NULL;
}

int
store_writer_start(struct store *st, char *why, size_t why_size)
{
	for (int i = 0; i < STATEMENTS; i++) {
		const char *sql = sql_of[i] != NULL ? sql_of[i] : store_outward_sql[i];

		if (sqlite3_prepare_v3(st->writer, sql, -1, SQLITE_PREPARE_PERSISTENT, &st->st[i],
			NULL) != SQLITE_OK) {
			snprintf(why, why_size, "store: %s: %s", sql, sqlite3_errmsg(st->writer));
			return -EINVAL;
		}
	}
	sqlite3_wal_hook(st->writer, on_wal, st);
	if (pthread_create(&st->thread, NULL, writer, st) != 0) {
		snprintf(why, why_size, "store: cannot start its writer thread");
		return -EAGAIN;
	}
	st->has_thread = true;
	return 0;
}

void
store_writer_end(struct store *st)
{
	if (!st->has_thread)
		return;
	pthread_mutex_lock(&st->lock);
	st->closing = true;
	pthread_cond_signal(&st->work);
	pthread_mutex_unlock(&st->lock);
	pthread_join(st->thread, NULL);
	st->has_thread = false;
}
