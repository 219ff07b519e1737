/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening a store: is it free, whole, ours, of a schema we know, made for this clock?
 *
 * Each refusal says what to do. A store is changed only after every question was answered, and
 * each migration is one transaction, so a refused or interrupted start leaves it as it was.
 */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <unistd.h>

#include "daemon/store_sqlite.h"

enum { APPLICATION_ID = 0x45564b4c /* EVKL */, PATH_SIZE = 4096 };

/* Migration i makes schema i + 1 out of schema i. Never edit one that was released: add one. */
static const char *const migrations[] = {
	"CREATE TABLE meta (name TEXT PRIMARY KEY, value NOT NULL);"
	"CREATE TABLE territory (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
	"CREATE TABLE event (territory INTEGER NOT NULL REFERENCES territory (id),"
	" seq INTEGER NOT NULL, at INTEGER NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL,"
	" PRIMARY KEY (territory, seq));"
	"CREATE TABLE snapshot (territory INTEGER NOT NULL REFERENCES territory (id),"
	" seq INTEGER NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL,"
	" PRIMARY KEY (territory, seq));"
	"CREATE TABLE kept (cmd_id TEXT PRIMARY KEY, digest TEXT NOT NULL, at INTEGER NOT NULL,"
	" reply TEXT NOT NULL) WITHOUT ROWID;"
	"CREATE INDEX kept_at ON kept (at);"
	"CREATE TABLE token (id TEXT PRIMARY KEY, role TEXT NOT NULL, technician TEXT NOT NULL,"
	" name TEXT NOT NULL, hash BLOB NOT NULL, issued INTEGER NOT NULL,"
	" expires INTEGER NOT NULL, revoked INTEGER NOT NULL);",
	"CREATE TABLE message (territory INTEGER NOT NULL, seq INTEGER NOT NULL, id TEXT NOT NULL,"
	" call TEXT NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (territory, seq)) WITHOUT ROWID;"
	"CREATE INDEX message_of_call ON message (territory, call, seq);"
	"CREATE INDEX message_by_id ON message (territory, id);"
	"CREATE TABLE webhook (id TEXT PRIMARY KEY, url TEXT NOT NULL, kinds TEXT NOT NULL,"
	" secret BLOB NOT NULL, old_secret BLOB NOT NULL, old_until INTEGER NOT NULL,"
	" disabled INTEGER NOT NULL, why TEXT NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE delivery (webhook TEXT NOT NULL, territory INTEGER NOT NULL,"
	" seq INTEGER NOT NULL, call TEXT NOT NULL, status INTEGER NOT NULL,"
	" tries INTEGER NOT NULL, next INTEGER NOT NULL, error TEXT NOT NULL,"
	" PRIMARY KEY (webhook, territory, seq)) WITHOUT ROWID;"
	"CREATE INDEX delivery_due ON delivery (webhook, next) WHERE status = 0;"
	"CREATE INDEX delivery_of_call ON delivery (webhook, territory, call, seq) WHERE status = 0;"
	"CREATE INDEX delivery_of_message ON delivery (territory, seq);"
	"CREATE INDEX delivery_dead ON delivery (webhook) WHERE status = 2;"
	"CREATE INDEX delivery_ended ON delivery (next) WHERE status <> 0;",
};

enum { SCHEMA = sizeof(migrations) / sizeof(migrations[0]) };

/* What is known while a store is being opened. */
struct opening {
	struct store *st;
	char path[PATH_SIZE];
	bool virtual_clock;
	char *why;
	size_t why_size;
};

#define refuse(o, ...) (snprintf((o)->why, (o)->why_size, __VA_ARGS__), -EINVAL)

static int
take_path(struct opening *o, const char *url)
{
	const char *path = url + strlen("sqlite://");

	if (strncmp(url, "postgresql:", 11) == 0)
		return refuse(o,
		    "store %s: this version keeps its journal in SQLite only: give "
		    "sqlite:///PATH",
		    "postgresql:...");
	if (strncmp(url, "sqlite:///", 10) != 0)
		return refuse(o, "store %.200s: expected sqlite:///PATH with an absolute path",
		    url);
	if (strlen(path) > PATH_SIZE - 16)
		return refuse(o, "store: the path is too long");
	snprintf(o->path, sizeof(o->path), "%s", path);
	return 0;
}

/* One daemon a store: a lock on a file beside it, which goes when its process goes. */
static int
take_lock(struct opening *o)
{
	char path[PATH_SIZE + 8];

	snprintf(path, sizeof(path), "%s-lock", o->path);
	o->st->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (o->st->lock_fd < 0)
		return refuse(o,
		    "store %s: %s: make its directory, and let the daemon's user write "
		    "there",
		    o->path, strerror(errno));
	if (flock(o->st->lock_fd, LOCK_EX | LOCK_NB) < 0)
		return refuse(o,
		    "store %s is in use by another evenkeeld: stop that, or give this one "
		    "another store",
		    o->path);
	return 0;
}

static int
damaged(struct opening *o, const char *what)
{
	return refuse(o,
	    "store %s is damaged (%.200s): move it away with its -wal file and put back "
	    "a backup, or save what can be read with: sqlite3 FILE .recover",
	    o->path, what);
}

static int
sql_error(struct opening *o, struct sqlite3 *db, const char *doing)
{
	int code = sqlite3_errcode(db);

	if (code == SQLITE_NOTADB)
		return refuse(o,
		    "store %s is not an Evenkeel store (not a database): move the file "
		    "away, or give another path",
		    o->path);
	if (code == SQLITE_CORRUPT)
		return damaged(o, sqlite3_errmsg(db));
	return refuse(o, "store %s: %s: %.200s", o->path, doing, sqlite3_errmsg(db));
}

/* The one value of a query: as a number, and, if text is not NULL, as text. */
static int
ask(struct sqlite3 *db, const char *sql, int64_t *ret, char *text, size_t text_size)
{
	struct sqlite3_stmt *q = NULL;
	int rc = -EIO;

	if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK &&
	    sqlite3_step(q) == SQLITE_ROW) {
		const unsigned char *value = sqlite3_column_text(q, 0);

		if (text != NULL)
			snprintf(text, text_size, "%s", value == NULL ? "" : (const char *)value);
		*ret = sqlite3_column_int64(q, 0);
		rc = 0;
	}
	if (sqlite3_finalize(q) != SQLITE_OK)
		rc = -EIO;
	return rc;
}

static int
connect_to(struct opening *o, int flags, struct sqlite3 **ret)
{
	int on;

	if (sqlite3_open_v2(o->path, ret, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		return sql_error(o, *ret, "cannot open");
	sqlite3_extended_result_codes(*ret, 0);
	sqlite3_busy_timeout(*ret, 5000); /* an operator's sqlite3 shell may hold it for a moment */
	if (sqlite3_db_config(*ret, SQLITE_DBCONFIG_DEFENSIVE, 1, &on) != SQLITE_OK ||
	    sqlite3_db_config(*ret, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, &on) != SQLITE_OK)
		return sql_error(o, *ret, "cannot set it up");
	return 0;
}

/* Whole? Ours? Of which schema? Nothing is changed yet. */
static int
examine(struct opening *o, struct sqlite3 *db, int64_t *ret_schema)
{
	int64_t tables, app, n;
	char text[240];

	if (ask(db, "SELECT count(*) FROM sqlite_schema", &tables, NULL, 0) < 0 ||
	    ask(db, "PRAGMA application_id", &app, NULL, 0) < 0 ||
	    ask(db, "PRAGMA user_version", ret_schema, NULL, 0) < 0)
		return sql_error(o, db, "cannot read it");
	if (tables > 0 && app != APPLICATION_ID)
		return refuse(o,
		    "store %s is not an Evenkeel store: it is another program's database; "
		    "give another path",
		    o->path);
	if (*ret_schema > SCHEMA)
		return refuse(o,
		    "store %s has schema %d, this evenkeeld knows up to %d: install the "
		    "newer version that wrote it, or put back a backup from before",
		    o->path, (int)*ret_schema, SCHEMA);
	if (ask(db, "PRAGMA quick_check(1)", &n, text, sizeof(text)) < 0)
		return sql_error(o, db, "cannot check it");
	return strcmp(text, "ok") == 0 ? 0 : damaged(o, text);
}

static int
check_clock(struct opening *o, struct sqlite3 *db)
{
	char clock[16];
	int64_t n;

	if (ask(db, "SELECT value FROM meta WHERE name = 'clock'", &n, clock, sizeof(clock)) < 0)
		return damaged(o, "no clock in meta");
	if (strcmp(clock, "virtual") == 0 && !o->virtual_clock)
		return refuse(o,
		    "store %s was made for a virtual clock: start with --clock virtual, or "
		    "give another store",
		    o->path);
	if (strcmp(clock, "real") == 0 && o->virtual_clock)
		return refuse(o,
		    "store %s was made for the real clock, and --clock virtual would falsify "
		    "it: give a scratch store",
		    o->path);
	return 0;
}

static int
first_facts(struct opening *o, struct sqlite3 *db)
{
	const char *sql = "INSERT INTO meta (name, value) VALUES ('clock', ?1), ('key', ?2)";
	struct sqlite3_stmt *q = NULL;
	unsigned char key[STORE_KEY_SIZE];
	int rc = 0;

	randombytes_buf(key, sizeof(key));
	if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) != SQLITE_OK ||
	    sqlite3_bind_text(q, 1, o->virtual_clock ? "virtual" : "real", -1, SQLITE_STATIC) !=
		SQLITE_OK ||
	    sqlite3_bind_blob(q, 2, key, sizeof(key), SQLITE_STATIC) != SQLITE_OK ||
	    sqlite3_step(q) != SQLITE_DONE)
		rc = sql_error(o, db, "cannot write to it");
	sqlite3_finalize(q);
	sodium_memzero(key, sizeof(key));
	return rc;
}

static int
migrate(struct opening *o, struct sqlite3 *db, int64_t from)
{
	char sql[128];

	for (int64_t i = from; i < SCHEMA; i++) {
		snprintf(sql, sizeof(sql), "PRAGMA application_id = %d; PRAGMA user_version = %d",
		    APPLICATION_ID, (int)i + 1);
		if (sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK ||
		    sqlite3_exec(db, migrations[i], NULL, NULL, NULL) != SQLITE_OK ||
		    sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
			return sql_error(o, db, "cannot bring its schema up to date");
		if (i == 0 && first_facts(o, db) < 0)
			return -EINVAL;
		if (sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
			return sql_error(o, db, "cannot bring its schema up to date");
	}
	return 0;
}

static int
read_key(struct opening *o, struct sqlite3 *db)
{
	struct sqlite3_stmt *q = NULL;
	int rc = 0;

	if (sqlite3_prepare_v2(db, "SELECT value FROM meta WHERE name = 'key'", -1, &q, NULL) !=
		SQLITE_OK ||
	    sqlite3_step(q) != SQLITE_ROW || sqlite3_column_bytes(q, 0) != STORE_KEY_SIZE)
		rc = damaged(o, "no key in meta");
	else
		memcpy(o->st->key, sqlite3_column_blob(q, 0), STORE_KEY_SIZE);
	sqlite3_finalize(q);
	return rc;
}

/* Each commit on disk before it is acknowledged; the writer itself moves the log (see its loop). */
static int
make_durable(struct opening *o, struct sqlite3 *db)
{
	char mode[16];
	int64_t n;

	if (ask(db, "PRAGMA journal_mode = WAL", &n, mode, sizeof(mode)) < 0 ||
	    sqlite3_exec(db,
		"PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
		"PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 67108864",
		NULL, NULL, NULL) != SQLITE_OK)
		return sql_error(o, db, "cannot set it up");
	if (strcmp(mode, "wal") != 0)
		return refuse(o,
		    "store %s: its file system does not support SQLite's write-ahead log: "
		    "give a path on a local disk",
		    o->path);
	return 0;
}

static int
open_all(struct opening *o, const char *url)
{
	struct store *st = o->st;
	int64_t schema = 0;
	int rc = take_path(o, url);

	if (rc == 0)
		rc = take_lock(o);
	if (rc == 0)
		rc = connect_to(o, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &st->writer);
	if (rc == 0)
		rc = examine(o, st->writer, &schema);
	if (rc == 0 && schema > 0)
		rc = check_clock(o, st->writer);
	if (rc == 0)
		rc = make_durable(o, st->writer);
	if (rc == 0)
		rc = migrate(o, st->writer, schema);
	if (rc == 0)
		rc = read_key(o, st->writer);
	if (rc == 0)
		rc = connect_to(o, SQLITE_OPEN_READONLY, &st->reader);
	if (rc == 0)
		rc = store_writer_start(st, o->why, o->why_size);
	st->schema = SCHEMA;
	return rc;
}

int
store_open(const char *url, bool virtual_clock, struct store **ret, char *why, size_t why_size)
{
	struct opening o = { .virtual_clock = virtual_clock, .why = why, .why_size = why_size };
	int rc;

	o.st = calloc(1, sizeof(*o.st));
	if (o.st == NULL) {
		snprintf(why, why_size, "out of memory");
		return -ENOMEM;
	}
	o.st->lock_fd = -1;
	o.st->queue_end = &o.st->queue;
	o.st->finished_end = &o.st->finished;
	pthread_mutex_init(&o.st->lock, NULL);
	pthread_cond_init(&o.st->work, NULL);
	o.st->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	rc = o.st->wake_fd < 0 ? refuse(&o, "out of file descriptors") : open_all(&o, url);
	if (rc < 0) {
		store_close(o.st);
		return rc;
	}
	*ret = o.st;
	return 0;
}
