/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kill -9 of the real daemon, fifty times, at random moments under pipelined commands.
 *
 * The test keeps its own log of what was acknowledged. After each restart every acknowledged call
 * is there exactly once, with the answer that was given; what was sent and not answered is there
 * once or not at all, and is done once when it is sent again. At the end the journal replays to the
 * same state as its snapshots.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/daemon_harness.h"

enum {
	KILLS = 50,
	COMMANDS_MAX = 12000, /* over all kills; fewer calls than the daemon remembers */
	WINDOW = 12,     /* commands under way */
	OPEN_CALLS = 10, /* older ones are cancelled, so that the day stays small */
	OUT_SIZE = 4000,
};

/* A command as the test knows it. */
struct sent {
	char cmd_id[CLIENT_CMD_ID_SIZE];
	int64_t id;    /* of the request, on the present connection */
	int cancels;   /* the booking it cancels, -1: it is a booking itself */
	char call[65]; /* "" until it was answered */
	int64_t seq;   /* of its answer, 0: not acknowledged */
	bool under_way;
};

static struct harness h;
static struct sent *sent;
static int count;     /* commands so far */
static int cancelled; /* bookings before it are cancelled, or about to be */
static uint64_t seed;

/* SplitMix64, so that a failure can be run again from its seed. */
static uint64_t
random_number(uint64_t below)
{
	uint64_t z = (seed += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31)) % below;
}

static int64_t
now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static json_t *
params_of(const struct sent *s)
{
	char reference[16];

	if (s->cancels >= 0)
		return json_pack("{s:s, s:s}", "cmd_id", s->cmd_id, "call", sent[s->cancels].call);
	snprintf(reference, sizeof(reference), "k%d", (int)(s - sent));
	return json_pack("{s:s, s:s, s:s, s:{s:f, s:f}, s:s}", "cmd_id", s->cmd_id, "customer",
	    "acme", "reference", reference, "site", "lat", 42.30 + (double)((s - sent) % 13) * 0.01,
	    "lon", -71.06, "due", "2011-09-21T15:00:00-04:00");
}

static void
send_one(struct sent *s)
{
	const char *method = s->cancels >= 0 ? "call.cancel" : "call.book";

	/* A connection that is gone already is what the test is about. */
	s->under_way = client_send(h.admin, method, params_of(s), &s->id) == 0;
}

/* The next command: a booking, or the end of the oldest one when many are open. */
static void
make_one(void)
{
	struct sent *s = &sent[count];
	int open = 0;

	assert_true(count < COMMANDS_MAX);
	*s = (struct sent){ .cancels = -1 };
	client_cmd_id(h.admin, s->cmd_id);
	while (cancelled < count && sent[cancelled].cancels >= 0)
		cancelled++;
	for (int i = cancelled; i < count; i++)
		open += sent[i].cancels < 0;
	if (open > OPEN_CALLS && sent[cancelled].seq > 0)
		s->cancels = cancelled++;
	count++;
	send_one(s);
}

static struct sent *
find_request(int64_t id)
{
	for (int i = count - 1; i >= 0; i--) {
		if (sent[i].under_way && sent[i].id == id)
			return &sent[i];
	}
	return NULL;
}

/* Enters an answer into the log; a repeated command must be answered as it was the first time. */
static void
take_reply(struct client_reply *reply)
{
	struct sent *s = find_request(reply->id);
	int64_t seq = json_integer_value(json_object_get(reply->result, "seq"));
	const char *call = json_string_value(json_object_get(reply->result, "call"));

	if (s == NULL || reply->result == NULL || call == NULL || seq <= 0)
		fail_msg("seed %llu: an answer to nothing, or a refusal: %d %s",
		    (unsigned long long)seed, reply->error.code, reply->error.message);
	if (s->seq > 0 && (s->seq != seq || strcmp(s->call, call) != 0))
		fail_msg("command %d was answered with %s at %d, and now with %s at %d",
		    (int)(s - sent), s->call, (int)s->seq, call, (int)seq);
	s->seq = seq;
	snprintf(s->call, sizeof(s->call), "%s", call);
	s->under_way = false;
	json_decref(reply->result);
	client_error_done(&reply->error);
}

static int
under_way(void)
{
	int n = 0;

	for (int i = count > 2 * WINDOW ? count - 2 * WINDOW : 0; i < count; i++)
		n += sent[i].under_way;
	return n;
}

/* Sends commands until the moment comes, or `most` were sent on a fast machine, then kills. */
static void
load_and_kill(int most)
{
	int last = count + most;
	int64_t end_us = now_us() + 5000 + (int64_t)random_number(120000);
	struct client_reply reply;

	while (now_us() < end_us && count < last) {
		while (under_way() < WINDOW && count < last)
			make_one();
		if (client_poll(h.admin, 1) < 0)
			break;
		while (client_next_reply(h.admin, &reply) == 1)
			take_reply(&reply);
	}
	kill(h.pid, SIGKILL);
	/* What was answered before it died counts, if it can still be read. */
	while (client_poll(h.admin, 100) > 0) {
		while (client_next_reply(h.admin, &reply) == 1)
			take_reply(&reply);
	}
	(void)harness_wait(&h);
}

/* Number of command of each call in the daemon's list, by its reference. */
static void
read_calls(int *times, char (*call)[65], char (*status)[16])
{
	char after[65] = "";
	bool more = true;

	while (more) {
		json_t *params = json_pack("{s:i}", "limit", 1000), *list, *c;
		const char *next;
		size_t i;

		if (after[0] != '\0')
			json_object_set_new(params, "after", json_string(after));
		list = harness_ok(h.admin, "call.list", params);
		json_array_foreach(json_object_get(list, "calls"), i, c)
		{
			const char *reference = json_string_value(json_object_get(c, "reference"));
			int n = atoi(reference + 1);

			assert_true(n >= 0 && n < count);
			times[n]++;
			snprintf(call[n], 65, "%s", json_string_value(json_object_get(c, "call")));
			snprintf(status[n], 16, "%s",
			    json_string_value(json_object_get(c, "status")));
		}
		next = json_string_value(json_object_get(list, "next"));
		more = next != NULL;
		snprintf(after, sizeof(after), "%s", more ? next : "");
		json_decref(list);
	}
}

static bool
is_cancelled(int booking)
{
	for (int i = booking + 1; i < count; i++) {
		if (sent[i].cancels == booking)
			return sent[i].seq > 0;
	}
	return false;
}

static void
check_all(int kill_number)
{
	int *times = calloc((size_t)count, sizeof(*times));
	char(*call)[65] = calloc((size_t)count, sizeof(*call));
	char(*status)[16] = calloc((size_t)count, sizeof(*status));

	read_calls(times, call, status);
	for (int i = 0; i < count; i++) {
		const struct sent *s = &sent[i];
		bool acknowledged = s->seq > 0;

		if (s->cancels >= 0)
			continue;
		if (times[i] > 1 || (acknowledged && times[i] == 0))
			fail_msg("kill %d: booking %d (%sacknowledged) is there %d times",
			    kill_number, i, acknowledged ? "" : "not ", times[i]);
		if (acknowledged && strcmp(s->call, call[i]) != 0)
			fail_msg("kill %d: booking %d was %s and is %s", kill_number, i, s->call,
			    call[i]);
		if (is_cancelled(i) && strcmp(status[i], "cancelled") != 0)
			fail_msg("kill %d: booking %d was cancelled and is %s", kill_number, i,
			    status[i]);
	}
	free(times);
	free(call);
	free(status);
}

/* Sends what was not answered once more, and some of what was. */
static void
repeat(void)
{
	struct client_reply reply;

	for (int i = 0; i < count; i++) {
		bool again = sent[i].seq == 0 || (count - i < 200 && random_number(10) == 0);

		sent[i].under_way = false;
		if (again)
			send_one(&sent[i]);
	}
	while (client_under_way(h.admin) > 0) {
		if (client_poll(h.admin, HARNESS_WAIT_MS) <= 0)
			fail_msg("repeated commands are not answered: %s", client_why(h.admin));
		while (client_next_reply(h.admin, &reply) == 1)
			take_reply(&reply);
	}
	for (int i = 0; i < count; i++)
		assert_true(sent[i].seq > 0);
}

static void
test_kills(void **unused)
{
	static const char *const technicians[] = { "t1", "t2", "t3", "t4" };
	char *out = malloc(OUT_SIZE), url[HARNESS_PATH_SIZE + 32];
	const char *verify[] = { "evenkeeld", "--verify", "--clock", "virtual", "--store", url,
		NULL };
	const char *env = getenv("EVENKEEL_KILLS");
	int kills = env == NULL ? KILLS : atoi(env);

	(void)unused;
	seed = (uint64_t)time(NULL);
	env = getenv("EVENKEEL_SEED");
	if (env != NULL)
		seed = strtoull(env, NULL, 10);
	print_message("seed %llu\n", (unsigned long long)seed);
	sent = calloc(COMMANDS_MAX, sizeof(*sent));
	h = (struct harness){ .args = { "--set", "snapshot_events=500", NULL } };
	harness_start(&h);
	for (int i = 0; i < 4; i++)
		harness_technician(&h, technicians[i], 42.30 + 0.04 * i, -71.06);
	for (int i = 0; i < kills; i++) {
		load_and_kill(COMMANDS_MAX / kills);
		harness_again(&h);
		check_all(i);
		repeat();
	}
	check_all(kills);
	harness_kill(&h);
	snprintf(url, sizeof(url), "sqlite://%s/evenkeel.db", h.dir);
	if (harness_run(&h, verify, out, OUT_SIZE) != 0)
		fail_msg("%s", out);
	print_message("%d kills, %d commands: %s", kills, count, out);
	harness_again(&h);
	harness_done(&h);
	free(sent);
	free(out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kills),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
