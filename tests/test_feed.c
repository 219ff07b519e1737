/* SPDX-License-Identifier: Apache-2.0 */
/* The feed's ring and its subscribers: bounds, resuming, who hears whom. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/feed.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static struct openrpc *document;
static struct feed *feed;

/* What a subscriber got. */
struct ear {
	int lines;
	int64_t first, last;
	bool ordered;
	char merge[80]; /* of the last */
};

static void
hear(void *arg, const struct feed_line *l)
{
	struct ear *e = arg;

	if (e->lines++ == 0) {
		e->first = l->seq;
		e->ordered = true;
	} else if (l->seq < e->last) {
		e->ordered = false;
	}
	e->last = l->seq;
	assert_int_equal(l->text[l->len - 1], '\n');
	snprintf(e->merge, sizeof(e->merge), "%s", l->merge == NULL ? "" : l->merge);
}

static int
set_up(void **unused)
{
	(void)unused;
	document = openrpc_new();
	feed = feed_new(document);
	return feed == NULL ? -1 : 0;
}

static int
tear_down(void **unused)
{
	(void)unused;
	feed_free(feed);
	openrpc_free(document);
	return 0;
}

/* An event with exactly one notification: a technician's change. */
static void
publish(const char *territory, int64_t seq, const char *technician)
{
	struct event *ev = event_new(EV_SHIFT_ENDED, seq,
	    json_pack("{s:s, s:i, s:I}", "technician", technician, "version", 1, "at",
		(json_int_t)seq));

	ev->seq = seq;
	assert_int_equal(feed_publish(feed, territory, "UTC", ev), 0);
	event_free(ev);
}

static struct feed_subscriber *
subscribe(struct ear *e, enum role role, const char *own, json_t *technicians, int64_t from,
    bool *ret_replayed)
{
	struct principal who = { .role = role };
	struct feed_subscriber *s = NULL;

	*e = (struct ear){ 0 };
	snprintf(who.technician, sizeof(who.technician), "%s", own);
	assert_int_equal(feed_subscribe(feed, &who, NULL, technicians, from, hear, e, &s,
			     ret_replayed),
	    0);
	json_decref(technicians);
	return s;
}

static const struct who_case {
	const char *name;
	enum role role;
	const char *own;
	const char *only; /* one technician, or NULL */
	int lines;        /* of three: t1, t2, t1 */
} who_cases[] = {
	{ "a dispatcher hears all", ROLE_DISPATCHER, "", NULL, 3 },
	{ "a technician hears himself", ROLE_TECHNICIAN, "t1", NULL, 2 },
	{ "another hears himself", ROLE_TECHNICIAN, "t2", NULL, 1 },
	{ "a third hears nothing", ROLE_TECHNICIAN, "t3", NULL, 0 },
	{ "nobody's phone hears nothing", ROLE_TECHNICIAN, "", NULL, 0 },
	{ "a board of one technician", ROLE_VIEWER, "", "t2", 1 },
	{ "a technician does not widen it", ROLE_TECHNICIAN, "t2", "t1", 1 },
};

static void
test_who_hears(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(who_cases); i++) {
		const struct who_case *k = &who_cases[i];
		struct ear e;
		bool replayed;
		struct feed_subscriber *s = subscribe(&e, k->role, k->own,
		    k->only == NULL ? NULL : json_pack("[s, s]", "zz", k->only), -1, &replayed);

		publish("main", (int64_t)i * 3 + 1, "t1");
		publish("main", (int64_t)i * 3 + 2, "t2");
		publish("main", (int64_t)i * 3 + 3, "t1");
		if (e.lines != k->lines || (e.lines > 0 && !e.ordered))
			fail_msg("%s: %d lines", k->name, e.lines);
		feed_unsubscribe(feed, s);
	}
}

static const struct resume_case {
	const char *name;
	int64_t from;
	bool replayed;
	int lines;
} resume_cases[] = {
	{ "before all that is kept", 98, false, 0 },
	{ "just where it begins", 99, true, 51 },
	{ "in the middle", 120, true, 30 },
	{ "the newest", 150, true, 0 },
	{ "after the newest", 151, false, 0 },
};

static void
test_resume(void **unused)
{
	(void)unused;
	feed_starts_after(feed, 99);
	for (int64_t seq = 100; seq <= 150; seq++)
		publish("main", seq, "t1");
	for (size_t i = 0; i < ARRAY_LEN(resume_cases); i++) {
		const struct resume_case *k = &resume_cases[i];
		struct ear e;
		bool replayed;
		struct feed_subscriber *s = subscribe(&e, ROLE_VIEWER, "", NULL, k->from,
		    &replayed);

		if (replayed != k->replayed || e.lines != k->lines ||
		    (e.lines > 0 && (e.first != k->from + 1 || e.last != 150 || !e.ordered)))
			fail_msg("%s: replayed %d, %d lines", k->name, replayed, e.lines);
		feed_unsubscribe(feed, s);
	}
}

static void
test_ring_is_bounded(void **unused)
{
	struct feed_subscriber *s;
	struct ear e;
	bool replayed;

	(void)unused;
	for (int64_t seq = 1; seq <= FEED_RING + 10; seq++)
		publish("main", seq, "t1");
	s = subscribe(&e, ROLE_VIEWER, "", NULL, 9, &replayed);
	assert_false(replayed);
	feed_unsubscribe(feed, s);
	s = subscribe(&e, ROLE_VIEWER, "", NULL, 10, &replayed);
	assert_true(replayed);
	assert_int_equal(e.lines, FEED_RING);
	feed_unsubscribe(feed, s);
}

/* One number cannot say where in two journals a client was. */
static void
test_several_territories(void **unused)
{
	struct feed_subscriber *s;
	struct ear e;
	bool replayed;

	(void)unused;
	publish("north", 1, "t1");
	publish("south", 1, "t2");
	s = subscribe(&e, ROLE_VIEWER, "", NULL, 0, &replayed);
	assert_false(replayed);
	feed_unsubscribe(feed, s);
}

static void
test_state_merges_and_events_do_not(void **unused)
{
	struct notice n = { .seq = 5, .method = "technician.position", .technician = "t1" };
	struct feed_subscriber *s;
	struct ear e;
	bool replayed;

	(void)unused;
	s = subscribe(&e, ROLE_VIEWER, "", NULL, -1, &replayed);
	publish("main", 1, "t1");
	assert_string_equal(e.merge, "");
	n.params = json_pack("{s:i, s:s}", "seq", 5, "technician", "t1");
	assert_int_equal(feed_pass(feed, &n), 0);
	assert_string_equal(e.merge, "technician.position t1");
	assert_int_equal(e.lines, 2);
	json_decref(n.params);
	feed_unsubscribe(feed, s);
	s = subscribe(&e, ROLE_VIEWER, "", NULL, 0, &replayed);
	assert_int_equal(e.lines, 1); /* a position is not kept */
	feed_unsubscribe(feed, s);
}

static void
test_unknown_topic(void **unused)
{
	struct principal who = { .role = ROLE_VIEWER };
	json_t *topics = json_pack("[s, s]", "eta.revised", "weather");
	struct feed_subscriber *s = NULL;
	bool replayed;

	(void)unused;
	assert_int_equal(feed_subscribe(feed, &who, topics, NULL, -1, hear, NULL, &s, &replayed),
	    -EINVAL);
	assert_null(s);
	json_decref(topics);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(test_who_hears),
		CASE(test_resume),
		CASE(test_ring_is_bounded),
		CASE(test_several_territories),
		CASE(test_state_merges_and_events_do_not),
		CASE(test_unknown_topic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
