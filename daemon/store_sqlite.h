/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of the SQLite store: what store_open.c, store_sqlite.c, store_writer.c and store_read.c
 * share. Two connections: the writer thread's own, and one for reading on the loop's thread. The
 * loop owns the table of queued commands; queue and finished list are under the lock.
 */
#ifndef EVENKEEL_DAEMON_STORE_SQLITE_H
#define EVENKEEL_DAEMON_STORE_SQLITE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/store.h"

struct sqlite3;
struct sqlite3_stmt;

enum {
	STORE_GROUP_MAX = 512,    /* writes of one commit */
	STORE_TERRITORIES = 64,   /* as many as a shop has */
	STORE_TIMES = 1024,       /* commits that the figures are taken from */
	STORE_COMMANDS = 4096,    /* chains of the table of queued commands, a power of two */
	STORE_WAL_PAGES = 1000,   /* beyond it the writer moves the log into the database */
	STORE_PURGE_EACH_S = 600, /* old replies go this often */
	STORE_PURGE_ROWS = 2000,  /* and so many at a time */
};

/*
 * Deliveries that wait or were given up, by the indexes that hold nothing else: what has ended well is
 * never looked through.
 */
#define STORE_UNTAKEN                                                                         \
	"(SELECT webhook, territory, seq FROM delivery INDEXED BY delivery_due"               \
	" WHERE status = 0 UNION ALL SELECT webhook, territory, seq"                          \
	" FROM delivery INDEXED BY delivery_dead WHERE status = 2)"

/* What a message is found by. */
struct queued_message {
	char id[65], call[65], kind[24];
};

/* A write in the queue, with all that it says copied. */
struct queued {
	struct queued *next;
	struct queued *same_hash; /* chain of the table of commands */
	struct queued_event {
		int64_t seq, at_s;
		enum event_type type;
		char *body; /* own block, as jansson made it */
		struct queued_message *message; /* of a message.written, else NULL */
	} *event;
	size_t events;
	char *territory, *cmd_id, *digest, *reply, *snapshot;
	int64_t at_s, snapshot_seq;
	struct store_token token;
	bool has_token;
	struct store_outward *outward;
	size_t bytes;
	store_done_fn *done;
	void *arg;
};

enum statement {
	S_BEGIN, S_COMMIT, S_TERRITORY_PUT, S_TERRITORY_GET, S_EVENT, S_KEEP, S_TOKEN, S_SNAPSHOT,
	S_SNAPSHOT_PURGE, S_PURGE, S_MESSAGE, S_DELIVER, S_WEBHOOK, S_WEBHOOK_REMOVE,
	S_DELIVERIES_REMOVE, S_RESULT, S_RELEASE, S_REPLAY_MESSAGE, S_REPLAY_ALL, S_RELEASE_ALL,
	S_DELIVERIES_PURGE,
	STATEMENTS,
};

struct store {
	/* fixed after store_open() */
	int lock_fd, wake_fd;
	int32_t schema;
	unsigned char key[STORE_KEY_SIZE];
	store_fatal_fn *fatal;
	pthread_t thread;
	bool has_thread;

	/* the loop's thread */
	struct sqlite3 *reader;
	struct sqlite3_stmt *find_reply;
	struct queued *command[STORE_COMMANDS];
	size_t undone, undone_bytes; /* queued, or finished and not dispatched */

	/* the writer's thread */
	struct sqlite3 *writer;
	struct sqlite3_stmt *st[STATEMENTS];
	char *territory[STORE_TERRITORIES];
	int64_t territory_id[STORE_TERRITORIES];
	size_t territories;
	int64_t purged_s;
	int wal_pages;

	/* under the lock */
	pthread_mutex_t lock;
	pthread_cond_t work;
	struct queued *queue, **queue_end;
	struct queued *finished, **finished_end;
	bool closing;
	int64_t busy_since_us;
	int64_t commits, events;
	int32_t commit_us[STORE_TIMES]; /* a ring */
};

/* store_writer.c: prepares and starts the thread. -errno with a sentence in why. */
int store_writer_start(struct store *st, char *why, size_t why_size);
/* Lets the thread finish the queue and end. */
void store_writer_end(struct store *st);

/* Of the writer's thread: a statement that gives no rows, and a text for one. */
void store_run(struct store *st, enum statement s);
void store_bind(struct sqlite3_stmt *q, int at, const char *text);
/* The number of a territory; made if it is new. */
int64_t store_territory_id(struct store *st, const char *name);

/* store_outward.c, on the writer's thread. */
extern const char *const store_outward_sql[STATEMENTS]; /* its share; the others are NULL */
void store_write_message(struct store *st, int64_t territory, const struct queued_event *ev);
void store_write_outward(struct store *st, const struct queued *q);
void store_purge_deliveries(struct store *st, int64_t now_s);

/* store_read.c: an event of columns seq, at, type, body from `column` on. -EIO, -ENOMEM. */
int store_event_of_row(struct sqlite3_stmt *q, int column, struct event **ret);

/* store_sqlite.c */
int64_t store_mono_us(void);

#endif
