/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages leave by webhooks, told as a shop's gateway sees it: the real daemon and its sender, and
 * a receiver on loopback. The clock is virtual, so that hours of retries pass in no time.
 */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/daemon_harness.h"
#include "tests/webhook_receiver.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

enum { KILLS = 10, WAIT_MS = 20000, LOOK_MS = 25 /* as often as a console may ask */ };

static struct harness h;
static struct receiver r;
static char secret[100];

static void
sleep_ms(long ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&ts, NULL);
}

static int
set_up(void **unused)
{
	(void)unused;
	if (sodium_init() < 0)
		return -1;
	memset(&r, 0, sizeof(r));
	h = (struct harness){ .args = { "--set", "webhook_inner=127.0.0.1" } };
	receiver_start(&r);
	harness_start(&h);
	return 0;
}

static int
tear_down(void **unused)
{
	(void)unused;
	harness_done(&h);
	receiver_stop(&r);
	return 0;
}

/* The gateway's webhook, at the receiver; its secret is kept in secret. */
static void
put_gateway(void)
{
	char url[64];
	json_t *result;

	snprintf(url, sizeof(url), "http://127.0.0.1:%u/in", r.port);
	result = harness_ok(h.admin, "webhook.put",
	    json_pack("{s:s, s:s}", "webhook", "gateway", "url", url));
	snprintf(secret, sizeof(secret), "%s",
	    json_string_value(json_object_get(result, "secret")));
	json_decref(result);
}

/* Books a visit with an appointment: the customer is told of it at once. Its id is malloc'd. */
static char *
book(const char *customer)
{
	json_t *result = harness_ok(h.admin, "call.book",
	    json_pack("{s:s, s:{s:f, s:f}, s:{s:s, s:s}}", "customer", customer, "site", "lat",
		42.36, "lon", -71.06, "appointment", "from", "2011-10-20T10:00:00-04:00", "to",
		"2011-10-20T12:00:00-04:00"));
	char *call = strdup(json_string_value(json_object_get(result, "call")));

	json_decref(result);
	return call;
}

static void
cancel(const char *call)
{
	harness_do(h.admin, "call.cancel", json_pack("{s:s}", "call", call));
}

/* Moves the daemon's clock. */
static void
wait_for(int64_t s)
{
	json_t *status = harness_ok(h.admin, "status.get", NULL);
	const char *now = json_string_value(json_object_get(status, "now"));
	struct tm tm = { 0 };
	char to[40];
	time_t t;

	assert_non_null(now);
	assert_non_null(strptime(now, "%Y-%m-%dT%H:%M:%S", &tm));
	t = timegm(&tm) + s;
	gmtime_r(&t, &tm);
	strftime(to, sizeof(to), "%Y-%m-%dT%H:%M:%S", &tm);
	strcat(to, now + 19); /* its offset; no change of it in these days */
	harness_do(h.admin, "clock.advance", json_pack("{s:s}", "to", to));
	json_decref(status);
}

/* Where delivery of the newest message to the gateway stands; the listing is the caller's. */
static json_t *
newest(const json_t **ret_delivery)
{
	json_t *list = harness_ok(h.admin, "message.list", json_pack("{s:i}", "limit", 1));
	json_t *entry = json_array_get(json_object_get(list, "messages"), 0);

	*ret_delivery = json_array_get(json_object_get(entry, "deliveries"), 0);
	return list;
}

/* Waits until it stands so after so many tries. */
static void
await_delivery(const char *status, int tries)
{
	const char *is = "";
	int n = -1;

	for (int waited_ms = 0; waited_ms < WAIT_MS; waited_ms += LOOK_MS) {
		const json_t *d;
		json_t *list = newest(&d);
		bool there;

		is = json_string_value(json_object_get(d, "status"));
		n = (int)json_integer_value(json_object_get(d, "tries"));
		there = is != NULL && strcmp(is, status) == 0 && n == tries;
		json_decref(list);
		if (there)
			return;
		sleep_ms(LOOK_MS);
	}
	fail_msg("expected the delivery %s after %d tries, and it has %d", status, tries, n);
}

/* --- signatures, by code that is not the daemon's --- */

/* HMAC-SHA256 from SHA-256 alone (RFC 2104), in base64 behind "v1,". */
static void
signature_of(const char *whsec, const struct received *p, char ret[64])
{
	unsigned char key[64] = { 0 }, pad[64], inner[32], mac[32];
	crypto_hash_sha256_state st;
	size_t len;

	assert_int_equal(strncmp(whsec, "whsec_", 6), 0);
	assert_int_equal(sodium_base642bin(key, sizeof(key), whsec + 6, strlen(whsec + 6), NULL,
			     &len, NULL, sodium_base64_VARIANT_ORIGINAL),
	    0);
	assert_int_equal(len, 32);
	for (size_t i = 0; i < 64; i++)
		pad[i] = key[i] ^ 0x36;
	crypto_hash_sha256_init(&st);
	crypto_hash_sha256_update(&st, pad, 64);
	crypto_hash_sha256_update(&st, (const unsigned char *)p->id, strlen(p->id));
	crypto_hash_sha256_update(&st, (const unsigned char *)".", 1);
	crypto_hash_sha256_update(&st, (const unsigned char *)p->stamp, strlen(p->stamp));
	crypto_hash_sha256_update(&st, (const unsigned char *)".", 1);
	crypto_hash_sha256_update(&st, (const unsigned char *)p->body, strlen(p->body));
	crypto_hash_sha256_final(&st, inner);
	for (size_t i = 0; i < 64; i++)
		pad[i] = key[i] ^ 0x5c;
	crypto_hash_sha256_init(&st);
	crypto_hash_sha256_update(&st, pad, 64);
	crypto_hash_sha256_update(&st, inner, 32);
	crypto_hash_sha256_final(&st, mac);
	strcpy(ret, "v1,");
	sodium_bin2base64(ret + 3, 61, mac, 32, sodium_base64_VARIANT_ORIGINAL);
}

static void
test_message_is_signed(void **unused)
{
	const struct received *p;
	char right[64], expected[80], *call;
	json_t *body, *data;

	(void)unused;
	put_gateway();
	call = book("Größe & Co");
	p = receiver_at(&r, 0);
	signature_of(secret, p, right);
	assert_string_equal(p->signature, right);
	assert_string_equal(p->content_type, "application/json");
	assert_in_range((uint64_t)strtoll(p->stamp, NULL, 10), (uint64_t)time(NULL) - 60,
	    (uint64_t)time(NULL) + 1);
	body = json_loads(p->body, 0, NULL);
	data = json_object_get(body, "data");
	assert_string_equal(json_string_value(json_object_get(body, "type")), "message.written");
	assert_string_equal(json_string_value(json_object_get(body, "timestamp")), HARNESS_START);
	assert_string_equal(json_string_value(json_object_get(data, "call")), call);
	assert_string_equal(json_string_value(json_object_get(data, "customer")), "Größe & Co");
	assert_string_equal(json_string_value(json_object_get(data, "kind")), "booked");
	assert_non_null(strstr(json_string_value(json_object_get(data, "text")), "Größe & Co"));
	snprintf(expected, sizeof(expected), "main.%s",
	    json_string_value(json_object_get(data, "message")));
	assert_string_equal(p->id, expected);
	await_delivery("delivered", 1);
	json_decref(body);
	free(call);
}

static void
test_two_signatures_while_a_secret_rotates(void **unused)
{
	char old[100], with_old[64], with_new[64], both[140];
	json_t *result;

	(void)unused;
	put_gateway();
	strcpy(old, secret);
	result = harness_ok(h.admin, "webhook.put",
	    json_pack("{s:s, s:b}", "webhook", "gateway", "rotate", 1));
	snprintf(secret, sizeof(secret), "%s",
	    json_string_value(json_object_get(result, "secret")));
	json_decref(result);
	assert_string_not_equal(old, secret);
	free(book("acme"));
	signature_of(old, receiver_at(&r, 0), with_old);
	signature_of(secret, receiver_at(&r, 0), with_new);
	snprintf(both, sizeof(both), "%s %s", with_new, with_old);
	assert_string_equal(receiver_at(&r, 0)->signature, both);
	wait_for(86401);
	free(book("acme"));
	signature_of(secret, receiver_at(&r, 1), with_new);
	assert_string_equal(receiver_at(&r, 1)->signature, with_new);
}

/* --- over TCP instead --- */

/* Messages of a call that a client hears, resuming after a sequence. */
static int
heard(const char *token, int64_t after, const char *call)
{
	struct client *c = harness_client(&h, token);
	struct client_note note;
	int n = 0;

	harness_do(c, "feed.subscribe",
	    json_pack("{s:I, s:[s]}", "resume_from", (json_int_t)after, "topics",
		"message.written"));
	while (client_poll(c, 100) > 0 && client_next_note(c, &note) > 0) {
		const json_t *message = json_object_get(note.params, "message");

		n += strcmp(json_string_value(json_object_get(message, "call")), call) == 0;
		json_decref(note.params);
	}
	client_close(c);
	return n;
}

/* A gateway that resumes from a command's answer hears what followed from it, once; also after a
 * crash. */
static void
test_gateway_over_tcp(void **unused)
{
	char *gateway = harness_token(&h, "integration", NULL);
	char *viewer = harness_token(&h, "viewer", NULL);
	json_t *answer = harness_ok(h.admin, "call.book",
	    json_pack("{s:s, s:{s:f, s:f}, s:{s:s, s:s}}", "customer", "acme", "site", "lat", 42.36,
		"lon", -71.06, "appointment", "from", "2011-10-20T10:00:00-04:00", "to",
		"2011-10-20T12:00:00-04:00"));
	int64_t seq = json_integer_value(json_object_get(answer, "seq"));
	const char *call = json_string_value(json_object_get(answer, "call"));

	(void)unused;
	assert_int_equal(heard(gateway, seq, call), 1);
	harness_kill(&h);
	harness_again(&h);
	assert_int_equal(heard(gateway, seq, call), 1);
	assert_int_equal(heard(gateway, seq + 1, call), 0);
	assert_int_equal(heard(viewer, seq, call),
	    0); /* what customers read is not for everybody */
	json_decref(answer);
	free(gateway);
	free(viewer);
}

/* --- failures --- */

static const int gaps_s[] = { 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400 };

static void
test_ten_tries_then_by_hand(void **unused)
{
	const struct received *first;
	json_t *list, *result;
	const json_t *d;

	(void)unused;
	put_gateway();
	receiver_answer(&r, 500, 0);
	free(book("acme"));
	await_delivery("waiting", 1);
	for (size_t i = 0; i < ARRAY_LEN(gaps_s); i++) {
		wait_for(gaps_s[i] - 1);
		assert_int_equal(receiver_count(&r), (int)i + 1); /* not before its time */
		wait_for(1);
		await_delivery(i + 1 < ARRAY_LEN(gaps_s) ? "waiting" : "dead", (int)i + 2);
	}
	wait_for(86400);
	assert_int_equal(receiver_count(&r), 10);
	list = newest(&d);
	assert_string_equal(json_string_value(json_object_get(d, "error")), "HTTP status 500");
	json_decref(list);
	list = harness_ok(h.admin, "message.list", json_pack("{s:b}", "undelivered", 1));
	assert_int_equal(json_array_size(json_object_get(list, "messages")), 1);
	json_decref(list);

	receiver_answer(&r, 204, 0);
	result = harness_ok(h.admin, "message.replay", json_pack("{s:s}", "webhook", "gateway"));
	assert_int_equal(json_integer_value(json_object_get(result, "replayed")), 1);
	json_decref(result);
	await_delivery("delivered", 1);
	first = receiver_at(&r, 0);
	for (int i = 1; i < receiver_count(&r); i++) {
		assert_string_equal(receiver_at(&r, i)->id, first->id);
		assert_string_equal(receiver_at(&r, i)->body, first->body);
	}
	list = harness_ok(h.admin, "message.list", json_pack("{s:b}", "undelivered", 1));
	assert_int_equal(json_array_size(json_object_get(list, "messages")), 0);
	json_decref(list);
}

/* A redirect is not followed: it is a failure like any other. */
static void
test_redirect_fails(void **unused)
{
	(void)unused;
	put_gateway();
	receiver_answer(&r, 302, 0);
	free(book("acme"));
	await_delivery("waiting", 1);
	sleep_ms(50);
	assert_int_equal(receiver_count(&r), 1);
}

/* Fails what is about the call in arg; lets others pass. */
static int
fail_call(void *arg, const struct received *p)
{
	return strcmp(p->call, arg) == 0 ? 500 : 204;
}

static void
judge_with(receiver_judge_fn *judge, void *arg)
{
	pthread_mutex_lock(&r.lock);
	r.judge = judge;
	r.arg = arg;
	pthread_mutex_unlock(&r.lock);
}

static int
posts_of(const char *call, const char *kind)
{
	int n = 0;

	for (int i = 0; i < receiver_count(&r); i++)
		n += strcmp(receiver_at(&r, i)->call, call) == 0 &&
		    strcmp(receiver_at(&r, i)->kind, kind) == 0;
	return n;
}

/* What a customer reads comes in order; one customer's trouble is not another's. */
static void
test_order_of_a_call(void **unused)
{
	char *late, *other;

	(void)unused;
	put_gateway();
	late = book("late");
	receiver_await(&r, 1);
	judge_with(fail_call, late);
	cancel(late);
	receiver_await(&r, 2);
	other = book("other");
	cancel(other);
	receiver_await(&r, 4);
	assert_int_equal(posts_of(other, "cancelled"), 1);

	free(late);
	judge_with(NULL, NULL);
	receiver_answer(&r, 500, 0);
	late = book("late again");
	receiver_await(&r, 5);
	cancel(late);
	await_delivery("waiting", 0); /* held back: its booking was not taken yet */
	assert_int_equal(posts_of(late, "cancelled"), 0);
	receiver_answer(&r, 204, 0);
	wait_for(5);
	receiver_await(&r, 8);
	assert_int_equal(posts_of(late, "booked"), 2);
	assert_int_equal(posts_of(late, "cancelled"), 1);
	assert_string_equal(receiver_at(&r, receiver_count(&r) - 1)->kind, "cancelled");
	free(late);
	free(other);
}

/* Fails messages of the kind in arg; lets others pass. */
static int
fail_kind(void *arg, const struct received *p)
{
	return strcmp(p->kind, arg) == 0 ? 500 : 204;
}

/* A message that was given up does not hold back those behind it. */
static void
test_dead_does_not_block(void **unused)
{
	char booked[] = "booked", *call;

	(void)unused;
	put_gateway();
	judge_with(fail_kind, booked);
	call = book("acme");
	await_delivery("waiting", 1);
	cancel(call);
	for (size_t i = 0; i < ARRAY_LEN(gaps_s); i++) {
		await_delivery("waiting", 0);
		wait_for(gaps_s[i]);
		receiver_await(&r, (int)i + 2);
		sleep_ms(20); /* until what came of it is on disk */
	}
	await_delivery("delivered", 1);
	assert_int_equal(receiver_count(&r), 11);
	assert_int_equal(posts_of(call, "booked"), 10);
	assert_string_equal(receiver_at(&r, 10)->kind, "cancelled");
	free(call);
}

static const char *
why_disabled(json_t **ret)
{
	*ret = harness_ok(h.admin, "webhook.list", NULL);
	return json_string_value(
	    json_object_get(json_array_get(json_object_get(*ret, "webhooks"), 0), "why"));
}

static void
test_gone_disables(void **unused)
{
	json_t *list = NULL;
	const char *why = NULL;

	(void)unused;
	put_gateway();
	receiver_answer(&r, 410, 0);
	free(book("acme"));
	receiver_await(&r, 1);
	for (int waited_ms = 0; why == NULL && waited_ms < WAIT_MS; waited_ms += LOOK_MS) {
		json_decref(list);
		why = why_disabled(&list);
		sleep_ms(LOOK_MS);
	}
	assert_non_null(why);
	assert_non_null(strstr(why, "410"));
	json_decref(list);
	receiver_answer(&r, 204, 0);
	free(book("while it is off")); /* its message waits with the other */
	await_delivery("waiting", 0);
	wait_for(86400);
	assert_int_equal(receiver_count(&r), 1);
	harness_do(h.admin, "webhook.put",
	    json_pack("{s:s, s:b}", "webhook", "gateway", "disabled", 0));
	receiver_await(&r, 3);
	assert_true(strcmp(receiver_at(&r, 0)->id, receiver_at(&r, 1)->id) == 0 ||
	    strcmp(receiver_at(&r, 0)->id, receiver_at(&r, 2)->id) == 0);
	await_delivery("delivered", 1);
}

/* A gateway that is asked too much says when to come back; other messages wait as well. */
static void
test_retry_after(void **unused)
{
	(void)unused;
	put_gateway();
	receiver_answer(&r, 429, 120);
	free(book("first"));
	await_delivery("waiting", 1);
	receiver_answer(&r, 204, 0);
	free(book("second"));
	wait_for(119);
	assert_int_equal(receiver_count(&r), 1);
	wait_for(1);
	receiver_await(&r, 3);
	await_delivery("delivered", 1);
}

/* The same by the machine's own clock: nothing but time makes the second try. */
static void
test_real_clock(void **unused)
{
	time_t from = time(NULL) + 30 * 86400, to = from + 7200;
	char from_text[40], to_text[40];

	(void)unused;
	strftime(from_text, sizeof(from_text), "%Y-%m-%dT%H:%M:%SZ", gmtime(&from));
	strftime(to_text, sizeof(to_text), "%Y-%m-%dT%H:%M:%SZ", gmtime(&to));
	harness_done(&h);
	h = (struct harness){ .real_clock = true,
		.args = { "--set", "webhook_inner=127.0.0.1 10.0.0.0/8" } };
	harness_start(&h);
	put_gateway();
	receiver_answer(&r, 503, 0);
	json_decref(harness_ok(h.admin, "call.book",
	    json_pack("{s:s, s:{s:f, s:f}, s:{s:s, s:s}}", "customer", "acme", "site", "lat", 42.36,
		"lon", -71.06, "appointment", "from", from_text, "to", to_text)));
	await_delivery("waiting", 1);
	receiver_answer(&r, 204, 0);
	await_delivery("delivered", 2);
	assert_int_equal(receiver_count(&r), 2);
	assert_in_range(strtoll(receiver_at(&r, 1)->stamp, NULL, 10) -
		strtoll(receiver_at(&r, 0)->stamp, NULL, 10),
	    4, 8);
}

/* --- where nothing may be posted to --- */

static void
test_inner_urls_are_refused(void **unused)
{
	static const char *const bad[] = { "https://10.1.2.3/", "https://[::1]/",
		"https://[::ffff:127.0.0.2]/", "https://192.168.1.1:8443/x",
		"https://169.254.169.254/", "https://[fd00::1]/", "http://example.org/%zz\x01",
		"ftp://example.org/", "https://me:secret@example.org/", "https:///x",
		"http://1.1.1.1/" };

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		harness_refused(h.admin, "webhook.put",
		    json_pack("{s:s, s:s}", "webhook", "bad", "url", bad[i]), -32602, NULL);
	harness_do(h.admin, "webhook.put",
	    json_pack("{s:s, s:s}", "webhook", "good", "url", "https://hooks.example.org/in?x=1"));
}

/* A name that leads inside is found out when it is connected to, and nothing is connected to. */
static void
test_name_that_leads_inside(void **unused)
{
	json_t *list;
	const json_t *d;
	char url[64];

	(void)unused;
	harness_stop(&h);
	h.args[1] = "webhook_inner=10.9.9.9";
	harness_again(&h);
	snprintf(url, sizeof(url), "https://localhost:%u/", r.port);
	harness_do(h.admin, "webhook.put", json_pack("{s:s, s:s}", "webhook", "sly", "url", url));
	free(book("acme"));
	await_delivery("waiting", 1);
	list = newest(&d);
	assert_non_null(
	    strstr(json_string_value(json_object_get(d, "error")), "is an inner address"));
	json_decref(list);
	assert_int_equal(receiver_count(&r), 0);
}

static void
test_only_wanted_kinds(void **unused)
{
	json_t *result;
	char *call, url[64];

	(void)unused;
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/", r.port);
	harness_refused(h.admin, "webhook.put",
	    json_pack("{s:s, s:s, s:[s]}", "webhook", "some", "url", url, "kinds", "letters"),
	    -32602, NULL);
	harness_do(h.admin, "webhook.put",
	    json_pack("{s:s, s:s, s:[s]}", "webhook", "some", "url", url, "kinds", "cancelled"));
	call = book("acme");
	cancel(call);
	receiver_await(&r, 1);
	await_delivery("delivered", 1);
	assert_int_equal(receiver_count(&r), 1);
	assert_string_equal(receiver_at(&r, 0)->kind, "cancelled");
	result = harness_ok(h.admin, "webhook.remove", json_pack("{s:s}", "webhook", "some"));
	assert_int_equal(json_integer_value(json_object_get(result, "dropped")), 0);
	json_decref(result);
	free(book("acme"));
	sleep_ms(50);
	assert_int_equal(receiver_count(&r), 1);
	free(call);
}

/* --- configuration --- */

/* A text that would go out wrong is found before the daemon starts, by file and line. */
static void
test_wrong_texts_are_refused(void **unused)
{
	char folder[] = "/tmp/evenkeel-texts-XXXXXX", file[64], set[80], out[2000];
	const char *const args[] = { "evenkeeld", "--check-config", "--set", set, NULL };
	const char *const inner[] = { "evenkeeld", "--check-config", "--set",
		"webhook_inner=10.0/8", NULL };
	FILE *f;

	(void)unused;
	assert_non_null(mkdtemp(folder));
	snprintf(file, sizeof(file), "%s/en.ini", folder);
	snprintf(set, sizeof(set), "messages=%s", folder);
	assert_int_equal(harness_run(&h, args, out, sizeof(out)), 2);
	assert_non_null(strstr(out, "there is no en.ini: add it"));
	f = fopen(file, "we");
	assert_non_null(f);
	fputs("[texts]\n\nbookd = Hello\n", f);
	fclose(f);
	assert_int_equal(harness_run(&h, args, out, sizeof(out)), 2);
	assert_non_null(strstr(out, "en.ini, line 3: bookd: there is no such text"));
	unlink(file);
	rmdir(folder);
	assert_int_equal(harness_run(&h, inner, out, sizeof(out)), 2);
	assert_non_null(strstr(out, "webhook_inner: expected networks like 10.1.0.0/16"));
}

/* --- crashes --- */

/* The daemon's child of that name, 0: none. */
static pid_t
find_child(const char *name)
{
	DIR *proc = opendir("/proc");
	struct dirent *e;
	pid_t found = 0;

	while (proc != NULL && found == 0 && (e = readdir(proc)) != NULL) {
		char path[300], comm[32] = "", state;
		int pid, parent = 0;
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%s/stat", e->d_name);
		f = e->d_name[0] >= '0' && e->d_name[0] <= '9' ? fopen(path, "re") : NULL;
		if (f == NULL)
			continue;
		if (fscanf(f, "%d (%31[^)]) %c %d", &pid, comm, &state, &parent) == 4 &&
		    parent == h.pid && strncmp(comm, name, 15) == 0)
			found = (pid_t)pid;
		fclose(f);
	}
	if (proc != NULL)
		closedir(proc);
	return found;
}

static bool
was_taken(const char *call)
{
	for (int i = 0; i < receiver_count(&r); i++) {
		const struct received *p = receiver_at(&r, i);

		if (strcmp(p->call, call) == 0 && p->status == 204)
			return true;
	}
	return false;
}

/* The clock goes on by a second now and then, so that what was held up is tried again. */
static void
await_taken(char *const call[], int calls)
{
	for (int waited_ms = 0; waited_ms < WAIT_MS; waited_ms += 50) {
		int left = 0;

		for (int i = 0; i < calls; i++)
			left += !was_taken(call[i]);
		if (left == 0)
			return;
		wait_for(5);
		sleep_ms(20);
	}
	fail_msg("acknowledged messages are lost");
}

static void
test_sender_is_killed(void **unused)
{
	char *call[20];
	int n = 0;

	(void)unused;
	put_gateway();
	for (int round = 0; round < 4; round++) {
		pid_t sender;

		for (int i = 0; i < 5; i++)
			call[n++] = book("acme");
		receiver_await(&r, 1);
		sender = find_child("evenkeel-webhook");
		if (sender != 0)
			kill(sender, SIGKILL);
	}
	assert_int_not_equal(receiver_count(&r), 0);
	await_taken(call, n);
	for (int i = 0; i < n; i++)
		free(call[i]);
}

static void
on_alarm(int signo)
{
	(void)signo;
	kill(h.pid, SIGKILL);
}

/* Books until the daemon is killed; what was acknowledged goes into call. */
static int
book_until_killed(char **call, int room)
{
	int n = 0;

	for (;;) {
		char id[CLIENT_CMD_ID_SIZE];
		json_t *result = NULL;
		int rc;

		client_cmd_id(h.admin, id);
		rc = client_call(h.admin, "call.book",
		    json_pack("{s:s, s:s, s:{s:f, s:f}, s:{s:s, s:s}}", "cmd_id", id, "customer",
			"acme", "site", "lat", 42.36, "lon", -71.06, "appointment", "from",
			"2011-10-20T10:00:00-04:00", "to", "2011-10-20T12:00:00-04:00"),
		    WAIT_MS, &result, NULL);
		if (rc == -ECONNRESET)
			return n;
		if (rc == 0 && n < room)
			call[n++] = strdup(json_string_value(json_object_get(result, "call")));
		json_decref(result);
	}
}

/* Ten times at a random moment under load: nothing acknowledged is lost, an id is one message. */
static void
test_daemon_is_killed(void **unused)
{
	static char *call[20000];
	uint32_t seed = (uint32_t)time(NULL);
	int n = 0;

	(void)unused;
	print_message("seed %u\n", seed);
	srand(seed);
	put_gateway();
	signal(SIGALRM, on_alarm);
	for (int i = 0; i < KILLS; i++) {
		struct itimerval soon = { .it_value.tv_usec = 50000 + rand() % 200000 };

		setitimer(ITIMER_REAL, &soon, NULL);
		n += book_until_killed(call + n, (int)ARRAY_LEN(call) - n);
		(void)harness_wait(&h);
		harness_again(&h);
	}
	assert_true(n > 0);
	await_taken(call, n);
	for (int i = 0; i < receiver_count(&r); i++) {
		for (int k = 0; k < i; k++) {
			if (strcmp(receiver_at(&r, i)->id, receiver_at(&r, k)->id) == 0)
				assert_string_equal(receiver_at(&r, i)->body,
				    receiver_at(&r, k)->body);
			else
				assert_string_not_equal(receiver_at(&r, i)->call,
				    receiver_at(&r, k)->call);
		}
	}
	print_message("%d acknowledged, %d posts\n", n, receiver_count(&r));
	for (int i = 0; i < n; i++)
		free(call[i]);
}

#define HOOK_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HOOK_TEST(test_message_is_signed),
		HOOK_TEST(test_two_signatures_while_a_secret_rotates),
		HOOK_TEST(test_gateway_over_tcp),
		HOOK_TEST(test_ten_tries_then_by_hand),
		HOOK_TEST(test_redirect_fails),
		HOOK_TEST(test_order_of_a_call),
		HOOK_TEST(test_dead_does_not_block),
		HOOK_TEST(test_gone_disables),
		HOOK_TEST(test_retry_after),
		HOOK_TEST(test_real_clock),
		HOOK_TEST(test_inner_urls_are_refused),
		HOOK_TEST(test_name_that_leads_inside),
		HOOK_TEST(test_only_wanted_kinds),
		HOOK_TEST(test_wrong_texts_are_refused),
		HOOK_TEST(test_sender_is_killed),
		HOOK_TEST(test_daemon_is_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
