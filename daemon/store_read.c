/* SPDX-License-Identifier: Apache-2.0 */
/* What a start reads from the SQLite store: territories, snapshots, journal, tokens. */
#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/store_sqlite.h"

static int
prepare(struct store *st, const char *sql, const char *territory, int64_t number,
    struct sqlite3_stmt **ret)
{
	struct sqlite3_stmt *q = NULL;

	if (sqlite3_prepare_v2(st->reader, sql, -1, &q, NULL) != SQLITE_OK)
		return -EIO;
	if (territory != NULL) {
		sqlite3_bind_text(q, 1, territory, -1, SQLITE_STATIC);
		sqlite3_bind_int64(q, 2, number);
	}
	*ret = q;
	return 0;
}

static const char *
text(struct sqlite3_stmt *q, int column)
{
	const unsigned char *t = sqlite3_column_text(q, column);

	return t == NULL ? "" : (const char *)t;
}

/* What a loop over rows ends with: the callback's word, or that of the last step. */
static int
finish(struct sqlite3_stmt *q, int step, int rc)
{
	sqlite3_finalize(q);
	if (rc != 0)
		return rc;
	return step == SQLITE_DONE || step == SQLITE_ROW ? 0 : -EIO;
}

int
store_territories(struct store *st, store_territory_fn *each, void *arg)
{
	struct sqlite3_stmt *q;
	int step = SQLITE_DONE;
	int rc = prepare(st, "SELECT name FROM territory ORDER BY id", NULL, 0, &q);

	if (rc < 0)
		return rc;
	while (rc == 0 && (step = sqlite3_step(q)) == SQLITE_ROW)
		rc = each(arg, text(q, 0));
	return finish(q, step, rc);
}

int
store_snapshot(struct store *st, const char *territory, int64_t below, char **ret_text,
    int64_t *ret_seq)
{
	struct sqlite3_stmt *q;
	char *found = NULL;
	int64_t seq = 0;
	int step,
	    rc = prepare(st,
		"SELECT s.body, s.seq FROM snapshot s JOIN territory t"
		" ON t.id = s.territory WHERE t.name = ?1 AND s.seq < ?2 ORDER BY s.seq DESC LIMIT 1",
		territory, below, &q);

	if (rc < 0)
		return rc;
	step = sqlite3_step(q);
	if (step == SQLITE_ROW) {
		found = strdup(text(q, 0));
		seq = sqlite3_column_int64(q, 1);
		rc = found == NULL ? -ENOMEM : 0;
	}
	rc = finish(q, step, rc);
	if (rc == 0) {
		*ret_text = found;
		*ret_seq = seq;
	} else {
		free(found);
	}
	return rc;
}

int
store_event_of_row(struct sqlite3_stmt *q, int column, struct event **ret)
{
	enum event_type type;
	struct event *ev;
	json_t *body;

	if (event_from_name(text(q, column + 2), &type) < 0)
		return -EIO;
	body = json_loads(text(q, column + 3), JSON_ALLOW_NUL, NULL);
	if (body == NULL)
		return -EIO;
	ev = event_new(type, sqlite3_column_int64(q, column + 1), body);
	if (ev == NULL)
		return -ENOMEM;
	ev->seq = sqlite3_column_int64(q, column);
	*ret = ev;
	return 0;
}

int
store_read(struct store *st, const char *territory, int64_t after, store_event_fn *each, void *arg)
{
	struct sqlite3_stmt *q;
	struct event *ev;
	int step = SQLITE_DONE;
	int rc = prepare(st,
	    "SELECT e.seq, e.at, e.type, e.body FROM event e JOIN territory t"
	    " ON t.id = e.territory WHERE t.name = ?1 AND e.seq > ?2 ORDER BY e.seq",
	    territory, after, &q);

	if (rc < 0)
		return rc;
	while (rc == 0 && (step = sqlite3_step(q)) == SQLITE_ROW) {
		rc = store_event_of_row(q, 0, &ev);
		if (rc < 0)
			break;
		rc = each(arg, ev);
		event_free(ev);
	}
	return finish(q, step, rc);
}

static void
token_of_row(struct sqlite3_stmt *q, struct store_token *t)
{
	*t = (struct store_token){ .issued = sqlite3_column_int64(q, 5),
		.expires = sqlite3_column_int64(q, 6),
		.revoked = sqlite3_column_int64(q, 7) };
	strncpy(t->id, text(q, 0), sizeof(t->id) - 1);
	strncpy(t->role, text(q, 1), sizeof(t->role) - 1);
	strncpy(t->technician, text(q, 2), sizeof(t->technician) - 1);
	strncpy(t->name, text(q, 3), sizeof(t->name) - 1);
	if (sqlite3_column_bytes(q, 4) == sizeof(t->hash))
		memcpy(t->hash, sqlite3_column_blob(q, 4), sizeof(t->hash));
	else
		t->revoked = 1; /* no secret can match it */
}

int
store_tokens(struct store *st, store_token_fn *each, void *arg)
{
	struct sqlite3_stmt *q;
	struct store_token t;
	int step = SQLITE_DONE;
	int rc = prepare(st,
	    "SELECT id, role, technician, name, hash, issued, expires, revoked"
	    " FROM token ORDER BY issued, id",
	    NULL, 0, &q);

	if (rc < 0)
		return rc;
	while (rc == 0 && (step = sqlite3_step(q)) == SQLITE_ROW) {
		token_of_row(q, &t);
		rc = each(arg, &t);
	}
	return finish(q, step, rc);
}

int
store_newest(struct store *st, int64_t *ret_at_s)
{
	struct sqlite3_stmt *q;
	int64_t at = 0;
	int step,
	    rc = prepare(st,
		"SELECT max(e.at) FROM territory t JOIN event e ON e.territory = t.id"
		" AND e.seq = (SELECT max(seq) FROM event WHERE territory = t.id)",
		NULL, 0, &q);

	if (rc < 0)
		return rc;
	step = sqlite3_step(q);
	if (step == SQLITE_ROW)
		at = sqlite3_column_int64(q, 0);
	rc = finish(q, step, 0);
	if (rc == 0)
		*ret_at_s = at;
	return rc;
}
