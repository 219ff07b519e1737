/* SPDX-License-Identifier: Apache-2.0 */
/* The store: what is called back is on disk, what it refuses it refuses by name and mend. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <setjmp.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/store_message.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static char dir[64], path[96], url[128];

static int
set_up(void **unused)
{
	(void)unused;
	snprintf(dir, sizeof(dir), "/tmp/evenkeel-store-XXXXXX");
	if (sodium_init() < 0 || mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/s.db", dir);
	snprintf(url, sizeof(url), "sqlite://%s", path);
	return 0;
}

static int
tear_down(void **unused)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-lock" };
	char name[128];

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		(void)unlink(name);
	}
	return rmdir(dir);
}

static struct store *
open_store(void)
{
	struct store *st = NULL;
	char why[600] = "";

	if (store_open(url, false, &st, why, sizeof(why)) < 0)
		fail_msg("store_open: %s", why);
	return st;
}

static void
refused(const char *the_url, bool virtual_clock, const char *expected)
{
	struct store *st = NULL;
	char why[600] = "";
	int rc = store_open(the_url, virtual_clock, &st, why, sizeof(why));

	if (rc >= 0 || strstr(why, expected) == NULL)
		fail_msg("expected \"%s\", got rc %d: %s", expected, rc, why);
}

static void
wait_idle(struct store *st)
{
	while (!store_idle(st)) {
		struct pollfd p = { .fd = store_fd(st), .events = POLLIN };

		if (poll(&p, 1, 10000) != 1)
			fail_msg("no callback in 10 s");
		store_dispatch(st);
	}
}

static struct event *
make_event(int64_t seq)
{
	struct event *ev = event_new(EV_CALL_PINNED, 1000 + seq,
	    json_pack("{s:I}", "n", (json_int_t)seq));

	ev->seq = seq;
	return ev;
}

static int order[64];
static int called;

static void
on_done(void *arg)
{
	order[called++] = (int)(intptr_t)arg;
}

static int
append(struct store *st, const char *territory, int64_t seq, const char *cmd_id, int number)
{
	struct event *ev = make_event(seq);
	struct store_write w = { .territory = territory,
		.event = &ev,
		.events = 1,
		.cmd_id = cmd_id,
		.cmd_digest = "d",
		.reply = "{\"n\":1}",
		.at_s = 1000 + seq };
	int rc = store_append(st, &w, on_done, (void *)(intptr_t)number);

	event_free(ev);
	return rc;
}

struct seen {
	int64_t first, last;
	int count;
};

static int
see(void *arg, const struct event *ev)
{
	struct seen *s = arg;

	if (s->count == 0)
		s->first = ev->seq;
	assert_true(s->count == 0 || ev->seq == s->last + 1);
	assert_int_equal(ev->at_s, 1000 + ev->seq);
	assert_int_equal(json_integer_value(json_object_get(ev->body, "n")), ev->seq);
	s->last = ev->seq;
	s->count++;
	return 0;
}

static void
test_order_and_reopening(void **unused)
{
	struct seen s = { 0 };
	struct store *st = open_store();
	struct store_figures f;
	int64_t newest = -1;

	(void)unused;
	called = 0;
	for (int i = 0; i < 50; i++)
		assert_int_equal(append(st, "main", i + 1, NULL, i), 0);
	wait_idle(st);
	assert_int_equal(called, 50);
	for (int i = 0; i < 50; i++)
		assert_int_equal(order[i], i);
	store_figures(st, &f);
	assert_int_equal(f.events, 50);
	assert_true(f.commits >= 1 && f.commits <= 50 && f.fsync_us_p99 >= f.fsync_us_p50);
	for (int i = 50; i < 60; i++)
		assert_int_equal(append(st, "main", i + 1, NULL, 0), 0);
	assert_int_equal(append(st, "north", 1, NULL, 0), 0);
	store_close(st); /* commits what is still queued */

	st = open_store();
	assert_int_equal(store_read(st, "main", 0, see, &s), 0);
	assert_true(s.first == 1 && s.last == 60 && s.count == 60);
	s = (struct seen){ 0 };
	assert_int_equal(store_read(st, "main", 57, see, &s), 0);
	assert_true(s.first == 58 && s.count == 3);
	s = (struct seen){ 0 };
	assert_int_equal(store_read(st, "north", 0, see, &s), 0);
	assert_int_equal(s.count, 1);
	assert_int_equal(store_read(st, "nowhere", 0, see, &s), 0);
	assert_int_equal(s.count, 1);
	assert_int_equal(store_newest(st, &newest), 0);
	assert_int_equal(newest, 1060);
	store_close(st);
}

#define CMD "01920000-0000-7000-8000-000000000001"

static void
check_reply(struct store *st, const char *cmd_id, const char *digest, int expected)
{
	char *reply = NULL;
	int rc = store_reply(st, cmd_id, digest, &reply);

	assert_int_equal(rc, expected);
	if (rc == 1)
		assert_string_equal(reply, "{\"n\":1}");
	free(reply);
}

static void
test_kept_replies(void **unused)
{
	struct store *st = open_store();

	(void)unused;
	check_reply(st, CMD, "d", 0);
	assert_int_equal(append(st, "main", 1, CMD, 0), 0);
	check_reply(st, CMD, "d", 1); /* known while it is still in the queue */
	check_reply(st, CMD, "other", -EEXIST);
	wait_idle(st);
	check_reply(st, CMD, "d", 1);
	check_reply(st, CMD, "other", -EEXIST);
	store_close(st);
	st = open_store();
	check_reply(st, CMD, "d", 1);
	store_close(st);
}

static void
test_replies_are_kept_a_week(void **unused)
{
	struct store *st = open_store();
	struct store_write w = { .cmd_id = CMD,
		.cmd_digest = "d",
		.reply = "{\"n\":1}",
		.at_s = 1000000 };

	(void)unused;
	assert_int_equal(store_append(st, &w, NULL, NULL), 0);
	w.cmd_id = "01920000-0000-7000-8000-000000000002";
	w.at_s += STORE_KEEP_REPLIES_S;
	assert_int_equal(store_append(st, &w, NULL, NULL), 0);
	wait_idle(st);
	check_reply(st, CMD, "d", 1); /* exactly a week old */
	w.cmd_id = "01920000-0000-7000-8000-000000000003";
	w.at_s += 3600;
	assert_int_equal(store_append(st, &w, NULL, NULL), 0);
	wait_idle(st);
	check_reply(st, CMD, "d", 0);
	check_reply(st, "01920000-0000-7000-8000-000000000002", "d", 1);
	store_close(st);
}

static int
count_token(void *arg, const struct store_token *t)
{
	int *n = arg;

	if (strcmp(t->id, "a") == 0)
		assert_int_equal(t->revoked, 5);
	(*n)++;
	return 0;
}

static void
test_tokens_and_snapshots(void **unused)
{
	struct store_token token = { .id = "a", .role = "admin", .name = "x", .issued = 1 };
	struct store_write put_token = { .token = &token };
	struct store *st = open_store();
	char *text = NULL;
	int64_t seq = 0;
	int tokens = 0;

	(void)unused;
	assert_int_equal(store_append(st, &put_token, NULL, NULL), 0);
	token.revoked = 5;
	assert_int_equal(store_append(st, &put_token, NULL, NULL), 0);
	strcpy(token.id, "b");
	assert_int_equal(store_append(st, &put_token, NULL, NULL), 0);
	for (int i = 1; i <= 4; i++) {
		char body[16];
		struct store_write w = { .territory = "main",
			.snapshot = body,
			.snapshot_seq = i * 10 };

		snprintf(body, sizeof(body), "s%d", i);
		assert_int_equal(store_append(st, &w, NULL, NULL), 0);
	}
	wait_idle(st);
	assert_int_equal(store_tokens(st, count_token, &tokens), 0);
	assert_int_equal(tokens, 2);
	assert_int_equal(store_snapshot(st, "main", INT64_MAX, &text, &seq), 0);
	assert_string_equal(text, "s4");
	assert_int_equal(seq, 40);
	free(text);
	assert_int_equal(store_snapshot(st, "main", 40, &text, &seq), 0);
	assert_string_equal(text, "s3");
	free(text);
	assert_int_equal(store_snapshot(st, "main", 30, &text, &seq), 0); /* only two are kept */
	assert_null(text);
	store_close(st);
}

/* --- the bound of the queue --- */

static void
test_full_queue_says_busy(void **unused)
{
	struct store *st = open_store();
	struct store_write nothing = { .at_s = 0 };
	int rc = 0, accepted = 0;

	(void)unused;
	/* Nothing is dispatched meanwhile, so that the bound must be met. */
	while (rc == 0 && accepted <= STORE_QUEUE_MAX) {
		rc = store_append(st, &nothing, NULL, NULL);
		accepted += rc == 0;
	}
	assert_int_equal(rc, -EBUSY);
	assert_int_equal(accepted, STORE_QUEUE_MAX);
	assert_false(store_has_room(st));
	wait_idle(st);
	assert_int_equal(store_append(st, &nothing, NULL, NULL), 0);
	store_close(st);
}

/* --- refusals --- */

static void
test_refused_urls(void **unused)
{
	(void)unused;
	refused("postgresql://db/x", false, "SQLite only");
	refused("sqlite://relative", false, "expected sqlite:///PATH");
	refused("/tmp/x", false, "expected sqlite:///PATH");
	refused("sqlite:///nonexistent/dir/s.db", false, "make its directory");
}

static void
test_one_daemon_a_store(void **unused)
{
	struct store *st = open_store();

	(void)unused;
	refused(url, false, "in use by another evenkeeld");
	store_close(st);
	store_close(open_store());
}

static void
test_clocks_are_not_mixed(void **unused)
{
	struct store *st = NULL;
	char why[600];

	(void)unused;
	store_close(open_store());
	refused(url, true, "was made for the real clock");
	tear_down(NULL);
	set_up(NULL);
	assert_int_equal(store_open(url, true, &st, why, sizeof(why)), 0);
	store_close(st);
	refused(url, false, "start with --clock virtual");
}

/* Runs SQL on the closed store, as a stranger would. */
static void
meddle(const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* Writes bytes into the file. */
static void
scribble(off_t at, size_t len)
{
	char bytes[4096];
	int fd = open(path, O_WRONLY);

	memset(bytes, 0x5a, sizeof(bytes));
	assert_true(fd >= 0 && len <= sizeof(bytes));
	assert_int_equal(pwrite(fd, bytes, len, at), len);
	close(fd);
}

static void
test_newer_schema(void **unused)
{
	(void)unused;
	store_close(open_store());
	meddle("PRAGMA user_version = 99");
	refused(url, false,
	    "has schema 99, this evenkeeld knows up to 2: install the newer version");
	meddle("PRAGMA user_version = 2"); /* and nothing was changed by the refusal */
	store_close(open_store());
}

/* --- messages and what becomes of them --- */

static void
put_hook(struct store *st, const char *id, const char *kinds)
{
	struct store_outward o = { .what = OUTWARD_PUT };
	struct store_write w = { .outward = &o, .at_s = 1000 };

	snprintf(o.webhook.id, sizeof(o.webhook.id), "%s", id);
	snprintf(o.webhook.url, sizeof(o.webhook.url), "https://example.org/");
	snprintf(o.webhook.kinds, sizeof(o.webhook.kinds), "%s", kinds);
	assert_int_equal(store_append(st, &w, NULL, NULL), 0);
	wait_idle(st);
}

/* Messages of a call, of kind moved, at second 1000 plus their sequence. */
static void
write_messages(struct store *st, int64_t seq, const char *call, int n)
{
	for (int i = 0; i < n; i++) {
		char id[16];
		struct event *ev;
		struct store_write w = { .territory = "main", .events = 1, .at_s = 1000 };

		snprintf(id, sizeof(id), "m%d", (int)seq + i);
		ev = event_new(EV_MESSAGE_WRITTEN, 1000 + seq + i,
		    json_pack("{s:s, s:s, s:s}", "message", id, "call", call, "kind", "moved"));
		ev->seq = seq + i;
		w.event = &ev;
		assert_int_equal(store_append(st, &w, NULL, NULL), 0);
		event_free(ev);
	}
	wait_idle(st);
}

static void
result(struct store *st, const char *hook, int64_t seq, enum store_delivery_status status,
    int64_t next_s)
{
	struct store_outward o = { .what = OUTWARD_RESULT };
	struct store_write w = { .outward = &o, .at_s = 2000 };

	snprintf(o.delivery.webhook, sizeof(o.delivery.webhook), "%s", hook);
	snprintf(o.delivery.territory, sizeof(o.delivery.territory), "main");
	o.delivery.seq = seq;
	o.delivery.status = status;
	o.delivery.tries = 1;
	o.delivery.next_s = next_s;
	assert_int_equal(store_append(st, &w, NULL, NULL), 0);
	wait_idle(st);
}

static int
list_due(void *arg, const struct store_delivery *d, const struct event *ev)
{
	char *text = arg;

	assert_int_equal(ev->seq, d->seq);
	sprintf(text + strlen(text), "%d ", (int)d->seq);
	return 0;
}

static void
expect_due(struct store *st, const char *hook, int64_t now_s, const char *expected)
{
	char text[400] = "";

	assert_int_equal(store_due(st, hook, now_s, list_due, text), 0);
	assert_string_equal(text, expected);
}

/* A store of the first version is brought up to date, with what is in it. */
static void
test_older_schema(void **unused)
{
	struct store *st = open_store();
	int64_t at_s = 0;

	(void)unused;
	assert_int_equal(append(st, "main", 1, NULL, 0), 0);
	wait_idle(st);
	store_close(st);
	meddle("DROP TABLE message; DROP TABLE webhook; DROP TABLE delivery; PRAGMA user_version = 1");
	st = open_store();
	assert_int_equal(store_newest(st, &at_s), 0);
	assert_int_equal(at_s, 1001);
	put_hook(st, "a", "");
	write_messages(st, 2, "c1", 1);
	store_close(st);
}

/* Of a call only the oldest that waits is due; taken, given up or replayed, the order holds. */
static void
test_deliveries_in_order(void **unused)
{
	struct store *st = open_store();
	struct store_outward o = { .what = OUTWARD_REPLAY };
	struct store_write w = { .outward = &o, .at_s = 4000 };
	int64_t n = -1;

	(void)unused;
	put_hook(st, "a", "");
	put_hook(st, "b", " booked ");
	write_messages(st, 1, "c1", 3);
	write_messages(st, 4, "c2", 1);
	expect_due(st, "a", 1000, "");
	expect_due(st, "a", 2000, "1 4 ");
	expect_due(st, "b", 2000, ""); /* wants other kinds */
	result(st, "a", 1, DELIVERY_WAITING, 2500);
	expect_due(st, "a", 2000, "4 ");
	assert_int_equal(store_next_due(st, "a", 2000, &n), 0);
	assert_int_equal(n, 2500);
	result(st, "a", 1, DELIVERY_DEAD, 2500);
	expect_due(st, "a", 2000, "4 2 ");
	result(st, "a", 2, DELIVERY_DELIVERED, 2600);
	expect_due(st, "a", 2000, "4 3 ");

	/* What was given up comes again behind what is due of its call. */
	snprintf(o.delivery.webhook, sizeof(o.delivery.webhook), "a");
	snprintf(o.delivery.territory, sizeof(o.delivery.territory), "main");
	o.delivery.next_s = 3000;
	assert_int_equal(store_replay_count(st, &o.delivery, &n), 0);
	assert_int_equal(n, 3);
	assert_int_equal(store_append(st, &w, NULL, NULL), 0);
	wait_idle(st);
	expect_due(st, "a", 2999, "");
	expect_due(st, "a", 3000, "1 4 ");
	result(st, "a", 1, DELIVERY_DELIVERED, 3000);
	expect_due(st, "a", 3000, "3 4 ");
	store_close(st);
}

static void
test_foreign_database(void **unused)
{
	(void)unused;
	meddle("CREATE TABLE recipes (name TEXT)");
	refused(url, false, "another program's database");
}

static void
test_not_a_database(void **unused)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	(void)unused;
	assert_int_equal(write(fd,
			     "this is a letter to my aunt, and a rather long one at that;"
			     " so it is not a database, whatever its name may say of it.\n",
			     117),
	    117);
	close(fd);
	refused(url, false, "not a database");
}

static void
test_damaged(void **unused)
{
	struct store *st = open_store();

	(void)unused;
	for (int i = 0; i < 2000; i++)
		assert_int_equal(append(st, "main", i + 1, NULL, 0) == 0 && (called = 0) == 0, 1);
	store_close(st);
	scribble(4096 * 6 + 8, 2000);
	refused(url, false, "is damaged");
	refused(url, false, "put back a backup");
}

/* --- a failing disk --- */

static void
last_words(const char *why)
{
	_exit(strstr(why, "what was acknowledged is on disk") != NULL ? STORE_EXIT_FAILED : 1);
}

/* A second event of the same sequence cannot be written: like any failed commit, it ends it all. */
static void
test_failed_commit_ends_the_process(void **unused)
{
	int status = 0;
	pid_t pid;

	(void)unused;
	pid = fork();
	if (pid == 0) {
		struct store *st = open_store();

		store_on_failure(st, last_words);
		append(st, "main", 1, NULL, 0);
		append(st, "main", 1, NULL, 0);
		pause();
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), STORE_EXIT_FAILED);
	store_close(open_store()); /* and the next start works */
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(test_order_and_reopening),
		CASE(test_kept_replies),
		CASE(test_replies_are_kept_a_week),
		CASE(test_tokens_and_snapshots),
		CASE(test_full_queue_says_busy),
		CASE(test_refused_urls),
		CASE(test_one_daemon_a_store),
		CASE(test_clocks_are_not_mixed),
		CASE(test_newer_schema),
		CASE(test_older_schema),
		CASE(test_deliveries_in_order),
		CASE(test_foreign_database),
		CASE(test_not_a_database),
		CASE(test_damaged),
		CASE(test_failed_commit_ends_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
