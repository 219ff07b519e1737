/* SPDX-License-Identifier: Apache-2.0 */
/* Reading webhooks, deliveries and messages from the SQLite store, on the loop's thread. */
#include "daemon/store_message.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "daemon/store_sqlite.h"

#define DELIVERY "d.webhook, t.name, d.seq, d.status, d.tries, d.next, d.error"

static struct sqlite3_stmt *
prepare(struct store *st, const char *sql)
{
	struct sqlite3_stmt *q = NULL;

	return sqlite3_prepare_v2(st->reader, sql, -1, &q, NULL) == SQLITE_OK ? q : NULL;
}

static void
bind(struct sqlite3_stmt *q, int at, const char *text)
{
	if (q != NULL && text != NULL)
		sqlite3_bind_text(q, at, text, -1, SQLITE_STATIC);
}

static void
bind_int(struct sqlite3_stmt *q, int at, int64_t value)
{
	if (q != NULL)
		sqlite3_bind_int64(q, at, value);
}

static void
take_text(struct sqlite3_stmt *q, int column, char *ret, size_t size)
{
	const unsigned char *t = sqlite3_column_text(q, column);

	snprintf(ret, size, "%s", t == NULL ? "" : (const char *)t);
}

/* Gives each row to take(), which says whether to go on (0). */
typedef int row_fn(struct sqlite3_stmt *q, void *arg);

static int
each_row(struct sqlite3_stmt *q, row_fn *take, void *arg)
{
	int step = SQLITE_ERROR, rc = 0;

	if (q == NULL)
		return -EIO;
	while (rc == 0 && (step = sqlite3_step(q)) == SQLITE_ROW)
		rc = take(q, arg);
	sqlite3_finalize(q);
	if (rc != 0)
		return rc;
	return step == SQLITE_DONE ? 0 : -EIO;
}

/* The one number of a query. */
static int
take_number(struct sqlite3_stmt *q, void *arg)
{
	if (sqlite3_column_type(q, 0) != SQLITE_NULL)
		*(int64_t *)arg = sqlite3_column_int64(q, 0);
	return 0;
}

/* --- webhooks --- */

struct webhook_rows {
	store_webhook_fn *each;
	void *arg;
};

static void
take_secret(struct sqlite3_stmt *q, int column, unsigned char ret[STORE_SECRET_BYTES])
{
	if (sqlite3_column_bytes(q, column) == STORE_SECRET_BYTES)
		memcpy(ret, sqlite3_column_blob(q, column), STORE_SECRET_BYTES);
}

static int
take_webhook(struct sqlite3_stmt *q, void *arg)
{
	struct webhook_rows *r = arg;
	struct store_webhook w = { .old_until = sqlite3_column_int64(q, 5),
		.disabled = sqlite3_column_int(q, 6) != 0 };

	take_text(q, 0, w.id, sizeof(w.id));
	take_text(q, 1, w.url, sizeof(w.url));
	take_text(q, 2, w.kinds, sizeof(w.kinds));
	take_secret(q, 3, w.secret);
	take_secret(q, 4, w.old_secret);
	take_text(q, 7, w.why, sizeof(w.why));
	return r->each(r->arg, &w);
}

int
store_webhooks(struct store *st, store_webhook_fn *each, void *arg)
{
	struct webhook_rows r = { each, arg };

	return each_row(prepare(st,
			    "SELECT id, url, kinds, secret, old_secret, old_until, disabled,"
			    " why FROM webhook ORDER BY id"),
	    take_webhook, &r);
}

int
store_webhook_count(struct store *st, const char *webhook, enum store_delivery_status status,
    int64_t *ret)
{
	/* The status is in the text, so that the index for it is used. */
	static const char *const sql[] = {
		[DELIVERY_WAITING] = "SELECT count(*) FROM delivery WHERE status = 0"
				     " AND (?1 IS NULL OR webhook = ?1)",
		[DELIVERY_DELIVERED] = "SELECT count(*) FROM delivery WHERE status = 1"
				       " AND (?1 IS NULL OR webhook = ?1)",
		[DELIVERY_DEAD] = "SELECT count(*) FROM delivery WHERE status = 2"
				  " AND (?1 IS NULL OR webhook = ?1)",
	};
	struct sqlite3_stmt *q = prepare(st, sql[status]);
	int64_t n = 0;
	int rc;

	bind(q, 1, webhook);
	rc = each_row(q, take_number, &n);
	if (rc == 0)
		*ret = n;
	return rc;
}

/* --- deliveries --- */

static void
take_delivery(struct sqlite3_stmt *q, struct store_delivery *ret)
{
	*ret = (struct store_delivery){ .seq = sqlite3_column_int64(q, 2),
		.status = (enum store_delivery_status)sqlite3_column_int(q, 3),
		.tries = sqlite3_column_int(q, 4),
		.next_s = sqlite3_column_int64(q, 5) };
	take_text(q, 0, ret->webhook, sizeof(ret->webhook));
	take_text(q, 1, ret->territory, sizeof(ret->territory));
	take_text(q, 6, ret->error, sizeof(ret->error));
}

struct due_rows {
	store_due_fn *each;
	void *arg;
};

static int
take_due(struct sqlite3_stmt *q, void *arg)
{
	struct due_rows *r = arg;
	struct store_delivery d;
	struct event *ev;
	int rc = store_event_of_row(q, 7, &ev);

	if (rc < 0)
		return rc;
	take_delivery(q, &d);
	rc = r->each(r->arg, &d, ev);
	event_free(ev);
	return rc;
}

int
store_due(struct store *st, const char *webhook, int64_t now_s, store_due_fn *each, void *arg)
{
	struct due_rows r = { each, arg };
	struct sqlite3_stmt *q = prepare(st,
	    "SELECT " DELIVERY ", e.seq, e.at, e.type, e.body"
	    " FROM delivery d CROSS JOIN territory t ON t.id = d.territory"
	    " CROSS JOIN event e ON e.territory = d.territory AND e.seq = d.seq"
	    " WHERE d.status = 0 AND d.webhook = ?1 AND d.next <= ?2 ORDER BY d.next");

	bind(q, 1, webhook);
	bind_int(q, 2, now_s);
	return each_row(q, take_due, &r);
}

int
store_next_due(struct store *st, const char *webhook, int64_t after_s, int64_t *ret_s)
{
	struct sqlite3_stmt *q = prepare(st,
	    "SELECT min(next) FROM delivery WHERE status = 0 AND webhook = ?1 AND next > ?2");
	int64_t next_s = INT64_MAX;
	int rc;

	bind(q, 1, webhook);
	bind_int(q, 2, after_s);
	rc = each_row(q, take_number, &next_s);
	if (rc == 0)
		*ret_s = next_s;
	return rc;
}

struct delivery_rows {
	store_delivery_fn *each;
	void *arg;
};

static int
take_one_delivery(struct sqlite3_stmt *q, void *arg)
{
	struct delivery_rows *r = arg;
	struct store_delivery d;

	take_delivery(q, &d);
	return r->each(r->arg, &d);
}

int
store_deliveries(struct store *st, const char *territory, int64_t seq, store_delivery_fn *each,
    void *arg)
{
	struct delivery_rows r = { each, arg };
	struct sqlite3_stmt *q = prepare(st,
	    "SELECT " DELIVERY " FROM delivery d"
	    " JOIN territory t ON t.id = d.territory WHERE t.name = ?1 AND d.seq = ?2"
	    " ORDER BY d.webhook");

	bind(q, 1, territory);
	bind_int(q, 2, seq);
	return each_row(q, take_one_delivery, &r);
}

/* --- messages --- */

struct message_rows {
	store_event_fn *each;
	void *arg;
};

static int
take_message(struct sqlite3_stmt *q, void *arg)
{
	struct message_rows *r = arg;
	struct event *ev;
	int rc = store_event_of_row(q, 0, &ev);

	if (rc < 0)
		return rc;
	rc = r->each(r->arg, ev);
	event_free(ev);
	return rc;
}

#define MESSAGES                                                             \
	"SELECT e.seq, e.at, e.type, e.body FROM territory t"                \
	" CROSS JOIN message m ON m.territory = t.id"                        \
	" CROSS JOIN event e ON e.territory = m.territory AND e.seq = m.seq" \
	" WHERE t.name = ?1 AND m.seq < ?2"
#define UNDELIVERED                                                                     \
	"SELECT e.seq, e.at, e.type, e.body FROM territory t"                           \
	" CROSS JOIN (SELECT DISTINCT territory, seq FROM " STORE_UNTAKEN ") u"         \
	" ON u.territory = t.id CROSS JOIN message m ON m.territory = t.id"             \
	" AND m.seq = u.seq CROSS JOIN event e ON e.territory = t.id AND e.seq = m.seq" \
	" WHERE t.name = ?1 AND m.seq < ?2"
#define OF_CALL " AND m.call = ?3"
#define NEWEST " ORDER BY m.seq DESC"

int
store_messages(struct store *st, const struct store_message_query *query, store_event_fn *each,
    void *arg)
{
	static const char *const sql[2][2] = {
		{ MESSAGES NEWEST, UNDELIVERED NEWEST },
		{ MESSAGES OF_CALL NEWEST, UNDELIVERED OF_CALL NEWEST },
	};
	struct message_rows r = { each, arg };
	struct sqlite3_stmt *q = prepare(st, sql[query->call != NULL][query->undelivered]);

	bind(q, 1, query->territory);
	bind_int(q, 2, query->before);
	if (query->call != NULL)
		bind(q, 3, query->call);
	return each_row(q, take_message, &r);
}

int
store_message_seq(struct store *st, const char *territory, const char *id, int64_t *ret_seq)
{
	struct sqlite3_stmt *q = prepare(st,
	    "SELECT m.seq FROM territory t"
	    " JOIN message m ON m.territory = t.id WHERE t.name = ?1 AND m.id = ?2");
	int64_t seq = 0;
	int rc;

	bind(q, 1, territory);
	bind(q, 2, id);
	rc = each_row(q, take_number, &seq);
	if (rc == 0)
		*ret_seq = seq;
	return rc;
}

/* The same rows that the replay will change. */
int
store_replay_count(struct store *st, const struct store_delivery *what, int64_t *ret)
{
	struct sqlite3_stmt *q = prepare(st,
	    what->seq > 0
		? "SELECT count(*) FROM webhook w, message m JOIN territory t ON t.id = m.territory"
		  " WHERE t.name = ?2 AND m.seq = ?3 AND (w.id = ?1 OR (?1 = '' AND w.disabled = 0))"
		: "SELECT count(*) FROM " STORE_UNTAKEN " d CROSS JOIN territory t"
		  " ON t.id = d.territory WHERE t.name = ?2 AND (d.webhook = ?1 OR (?1 = '' AND"
		  " d.webhook IN (SELECT id FROM webhook WHERE disabled = 0)))");
	int64_t n = 0;
	int rc;

	bind(q, 1, what->webhook);
	bind(q, 2, what->territory);
	if (what->seq > 0)
		bind_int(q, 3, what->seq);
	rc = each_row(q, take_number, &n);
	if (rc == 0)
		*ret = n;
	return rc;
}
