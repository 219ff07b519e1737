/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Webhooks and deliveries, written on the writer's thread.
 *
 * Of the deliveries of a call to a webhook that wait, one at most has a time at which it is due;
 * the others have next = STORE_HELD_BACK. Every statement below leaves it so: whatever ends a
 * delivery releases the oldest that waits behind it.
 */
#include <sqlite3.h>
#include <stdlib.h>

#include "daemon/store_message.h"
#include "daemon/store_sqlite.h"

#define HELD "9223372036854775807" /* STORE_HELD_BACK */
#define ON "SELECT id FROM webhook WHERE disabled = 0"

/* What waits of one call: found by its index, however many deliveries have ended. */
#define WAITING "delivery o INDEXED BY delivery_of_call"

/* Whether a delivery is the oldest of its call that waits, and no other of it is due. */
#define MAY_GO                                                                     \
	" status = 0 AND next = " HELD " AND NOT EXISTS (SELECT 1 FROM " WAITING   \
	" WHERE o.webhook = delivery.webhook AND o.territory = delivery.territory" \
	" AND o.call = delivery.call AND o.status = 0"                             \
	" AND (o.next < " HELD " OR o.seq < delivery.seq))"

const char *const store_outward_sql[STATEMENTS] = {
	[S_MESSAGE] = "INSERT INTO message (territory, seq, id, call, kind)"
		      " VALUES (?1, ?2, ?3, ?4, ?5)",
	[S_DELIVER] =
	    "INSERT INTO delivery (webhook, territory, seq, call, status, tries, next, error)"
	    " SELECT w.id, ?1, ?2, ?3, 0, 0, CASE WHEN EXISTS (SELECT 1 FROM " WAITING
	    " WHERE o.webhook = w.id AND o.territory = ?1 AND o.call = ?3 AND o.status = 0)"
	    " THEN " HELD " ELSE ?4 END, '' FROM webhook w"
	    " WHERE (w.disabled = 0 OR w.why <> '')"
	    " AND (w.kinds = '' OR instr(w.kinds, ' ' || ?5 || ' ') > 0)",
	[S_WEBHOOK] =
	    "INSERT OR REPLACE INTO webhook (id, url, kinds, secret, old_secret, old_until, disabled,"
	    " why) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[S_WEBHOOK_REMOVE] = "DELETE FROM webhook WHERE id = ?1",
	[S_DELIVERIES_REMOVE] = "DELETE FROM delivery WHERE webhook = ?1",
	[S_RESULT] = "UPDATE delivery SET status = ?4, tries = ?5, next = ?6, error = ?7"
		     " WHERE webhook = ?1 AND territory = ?2 AND seq = ?3",
	[S_RELEASE] =
	    "UPDATE delivery INDEXED BY delivery_of_call SET next = ?4 WHERE webhook = ?1 AND territory = ?2"
	    " AND call = (SELECT call FROM delivery WHERE webhook = ?1 AND territory = ?2"
	    " AND seq = ?3) AND" MAY_GO,
	[S_REPLAY_MESSAGE] =
	    "INSERT OR REPLACE INTO delivery (webhook, territory, seq, call, status, tries, next,"
	    " error) SELECT w.id, m.territory, m.seq, m.call, 0, 0, " HELD ", '' FROM webhook w,"
	    " message m WHERE m.territory = ?2 AND m.seq = ?3"
	    " AND (w.id = ?1 OR (?1 = '' AND w.disabled = 0))",
	[S_REPLAY_ALL] = "UPDATE delivery SET status = 0, tries = 0, next = " HELD ", error = ''"
			 " WHERE (webhook, territory, seq) IN " STORE_UNTAKEN " AND +territory = ?2"
			 " AND (webhook = ?1 OR (?1 = '' AND webhook IN (" ON ")))",
	[S_RELEASE_ALL] = "UPDATE delivery INDEXED BY delivery_due SET next = ?3"
			  " WHERE territory = ?2 AND (webhook = ?1 OR ?1 = '') AND" MAY_GO,
	[S_DELIVERIES_PURGE] =
	    "DELETE FROM delivery WHERE (webhook, territory, seq) IN (SELECT webhook, territory, seq"
	    " FROM delivery WHERE status <> 0 AND next < ?1 LIMIT ?2)",
};

void
store_write_message(struct store *st, int64_t territory, const struct queued_event *ev)
{
	struct sqlite3_stmt *put = st->st[S_MESSAGE], *deliver = st->st[S_DELIVER];
	const struct queued_message *m = ev->message;

	sqlite3_bind_int64(put, 1, territory);
	sqlite3_bind_int64(put, 2, ev->seq);
	store_bind(put, 3, m->id);
	store_bind(put, 4, m->call);
	store_bind(put, 5, m->kind);
	store_run(st, S_MESSAGE);
	sqlite3_bind_int64(deliver, 1, territory);
	sqlite3_bind_int64(deliver, 2, ev->seq);
	store_bind(deliver, 3, m->call);
	sqlite3_bind_int64(deliver, 4, ev->at_s);
	store_bind(deliver, 5, m->kind);
	store_run(st, S_DELIVER);
}

static void
put_webhook(struct store *st, const struct store_webhook *w)
{
	struct sqlite3_stmt *q = st->st[S_WEBHOOK];

	store_bind(q, 1, w->id);
	store_bind(q, 2, w->url);
	store_bind(q, 3, w->kinds);
	sqlite3_bind_blob(q, 4, w->secret, sizeof(w->secret), SQLITE_STATIC);
	sqlite3_bind_blob(q, 5, w->old_secret, sizeof(w->old_secret), SQLITE_STATIC);
	sqlite3_bind_int64(q, 6, w->old_until);
	sqlite3_bind_int(q, 7, w->disabled);
	store_bind(q, 8, w->why);
	store_run(st, S_WEBHOOK);
}

static void
remove_webhook(struct store *st, const char *id)
{
	store_bind(st->st[S_DELIVERIES_REMOVE], 1, id);
	store_run(st, S_DELIVERIES_REMOVE);
	store_bind(st->st[S_WEBHOOK_REMOVE], 1, id);
	store_run(st, S_WEBHOOK_REMOVE);
}

static void
put_result(struct store *st, const struct store_delivery *d, int64_t at_s)
{
	struct sqlite3_stmt *put = st->st[S_RESULT], *release = st->st[S_RELEASE];
	int64_t territory = store_territory_id(st, d->territory);

	store_bind(put, 1, d->webhook);
	sqlite3_bind_int64(put, 2, territory);
	sqlite3_bind_int64(put, 3, d->seq);
	sqlite3_bind_int(put, 4, (int)d->status);
	sqlite3_bind_int(put, 5, d->tries);
	sqlite3_bind_int64(put, 6, d->next_s);
	store_bind(put, 7, d->error);
	store_run(st, S_RESULT);
	if (d->status == DELIVERY_WAITING)
		return;
	store_bind(release, 1, d->webhook);
	sqlite3_bind_int64(release, 2, territory);
	sqlite3_bind_int64(release, 3, d->seq);
	sqlite3_bind_int64(release, 4, at_s);
	store_run(st, S_RELEASE);
}

static void
replay(struct store *st, const struct store_delivery *d)
{
	enum statement which = d->seq > 0 ? S_REPLAY_MESSAGE : S_REPLAY_ALL;
	struct sqlite3_stmt *begin = st->st[which], *release = st->st[S_RELEASE_ALL];
	int64_t territory = store_territory_id(st, d->territory);

	store_bind(begin, 1, d->webhook);
	sqlite3_bind_int64(begin, 2, territory);
	if (d->seq > 0)
		sqlite3_bind_int64(begin, 3, d->seq);
	store_run(st, which);
	store_bind(release, 1, d->webhook);
	sqlite3_bind_int64(release, 2, territory);
	sqlite3_bind_int64(release, 3, d->next_s);
	store_run(st, S_RELEASE_ALL);
}

void
store_write_outward(struct store *st, const struct queued *q)
{
	const struct store_outward *o = q->outward;

	if (o == NULL)
		return;
	switch (o->what) {
	case OUTWARD_PUT:
		put_webhook(st, &o->webhook);
		break;
	case OUTWARD_REMOVE:
		remove_webhook(st, o->webhook.id);
		break;
	case OUTWARD_RESULT:
		put_result(st, &o->delivery, q->at_s);
		break;
	case OUTWARD_REPLAY:
		replay(st, &o->delivery);
		break;
	}
}

void
store_purge_deliveries(struct store *st, int64_t now_s)
{
	sqlite3_bind_int64(st->st[S_DELIVERIES_PURGE], 1, now_s - STORE_KEEP_DELIVERIES_S);
	sqlite3_bind_int64(st->st[S_DELIVERIES_PURGE], 2, STORE_PURGE_ROWS);
	store_run(st, S_DELIVERIES_PURGE);
}
