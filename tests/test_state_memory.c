/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every allocation of the rules failed in turn: each says so, and nothing has changed; what is
 * shown of the state is whole or not there. The linker
 * puts our malloc(), calloc() and realloc() before the real ones; jansson is told to use them.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/check.h"
#include "daemon/feed.h"
#include "daemon/object.h"
#include "daemon/revision.h"
#include "tests/state_fixture.h"

enum { ALLOCATIONS_MAX = 5000 };

static long left = -1; /* allocations that still succeed; -1: all do */

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);

static bool
fails(void)
{
	if (left < 0)
		return false;
	if (left == 0)
		return true;
	left--;
	return false;
}

void *
__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *
__wrap_realloc(void *p, size_t size)
{
	return fails() ? NULL : __real_realloc(p, size);
}

static void *
json_malloc(size_t size)
{
	return __wrap_malloc(size);
}

/* A shop in which t1 drives to c1 and c2 was told, too. */
static struct state *
shop_new(void)
{
	struct state *s = fix_shop();

	fix_plan(s, -1800, "t1: c1 c2; t2: c3");
	fix_must(s, 0, EV_SHIFT_STARTED,
	    "{'technician':'t1','version':2,'at':@0,'place':{'lat_udeg':41880000,'lon_udeg':-87630000}}");
	fix_must(s, 300, EV_STOP_DEPARTED,
	    "{'technician':'t1','call':'c1','version':2,'at':@300,'arrival':@600,'end':@4200}");
	return s;
}

static const struct memory_case {
	const char *name;
	enum event_type type;
	const char *body; /* NULL: a revision that changes all */
} cases[] = {
	{ "a technician", EV_TECHNICIAN_ADDED,
	    "{'technician':'t9','terms':{'name':'T','home':{'lat_udeg':1,'lon_udeg':2},'skills':[],"
	    "'shifts':[],'speed_pct':100}}" },
	{ "a technician amended", EV_TECHNICIAN_AMENDED,
	    "{'technician':'t1','version':3,'terms':{'speed_pct':90}}" },
	{ "a call", EV_CALL_BOOKED,
	    "{'call':'c9','terms':{'customer':'u','site':{'lat_udeg':1,'lon_udeg':2},'needs':[],"
	    "'severity':'urgent','opened':@0,'duration_s':60,'difficulty':0}}" },
	{ "a call amended", EV_CALL_AMENDED, "{'call':'c2','version':2,'terms':{'duration_s':60}}" },
	{ "a call cancelled", EV_CALL_CANCELLED, "{'call':'c1','version':3}" },
	{ "an arrival", EV_STOP_ARRIVED,
	    "{'technician':'t1','call':'c1','version':3,'at':@500,'end':@4100}" },
	{ "an answer", EV_CALL_ANSWERED,
	    "{'call':'c2','version':2,'answer':'counter','by':'customer',"
	    "'window':{'from':@90000,'to':@93600}}" },
	{ "another day", EV_CALL_CARRIED_OVER,
	    "{'call':'c4','version':2,'count':1,'not_before':@86400,'by':'daemon',"
	    "'promise':{'from':@86400,'to':@90000}}" },
	{ "goodwill", EV_GOODWILL_PROPOSED,
	    "{'goodwill':'g1','call':'c2','customer':'u2','form':'discount','cents':1,"
	    "'cause':'promise_broken','at':@0,'text':'T'}" },
	{ "a revision", EV_PLAN_REVISED, NULL },
};

static json_t *
body_of(const struct state *s, const struct memory_case *c)
{
	static const struct fix_plan plan = { .kind = "solve",
		.why = TELL_MADE_ROOM,
		.chosen = { "c2" } };

	return c->body != NULL ? fix_body(c->body) : fix_plan_body(s, 600, "t1:; t2: c3 c4", &plan);
}

/* Tries the event with n allocations; true when that was enough. */
static bool
try_event(const struct memory_case *c, long n)
{
	struct state *s = shop_new();
	struct event *ev = event_new(c->type, T0 + 600, body_of(s, c));
	char *before = state_dump(s), *after, why[256] = "";
	int rc;

	ev->seq = state_seq(s) + 1;
	left = n;
	rc = state_apply(s, ev, why, sizeof(why));
	left = -1;
	after = state_dump(s);
	if (rc != 0 && (rc != -ENOMEM || strcmp(before, after) != 0))
		fail_msg("%s with %ld allocations: rc %d \"%s\", the state %s", c->name, n, rc, why,
		    strcmp(before, after) == 0 ? "stayed" : "changed");
	fix_sound(s, c->name);
	event_free(ev);
	free(before);
	free(after);
	state_free(s);
	return rc == 0;
}

static void
test_apply(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		long n = 0;

		while (!try_event(&cases[i], n))
			assert_true(++n < ALLOCATIONS_MAX);
	}
}

static void
test_fork(void **unused)
{
	struct state *s = shop_new(), *fork = NULL;
	char *text = state_dump(s), *again;

	(void)unused;
	for (long n = 0; fork == NULL; n++) {
		assert_true(n < ALLOCATIONS_MAX);
		left = n;
		fork = state_fork(s);
		left = -1;
	}
	again = state_dump(fork);
	assert_string_equal(text, again);
	state_free(fork);
	free(again);
	again = state_dump(s);
	assert_string_equal(text, again);
	state_free(s);
	free(text);
	free(again);
}

static void
test_dump_and_load(void **unused)
{
	struct state *s = shop_new(), *loaded = NULL;
	char *text = state_dump(s), *again = NULL, why[256];
	int rc = -1;

	(void)unused;
	for (long n = 0; again == NULL; n++) {
		assert_true(n < ALLOCATIONS_MAX);
		left = n;
		again = state_dump(s);
		left = -1;
	}
	assert_string_equal(text, again);
	for (long n = 0; rc < 0; n++) {
		assert_true(n < ALLOCATIONS_MAX);
		left = n;
		rc = state_load(text, &loaded, why, sizeof(why));
		left = -1;
		/* jansson cannot tell a lack of memory from text that is no JSON. */
		assert_true(rc == 0 || rc == -ENOMEM || rc == -EBADMSG);
		assert_true((rc == 0) == (loaded != NULL));
	}
	free(again);
	again = state_dump(loaded);
	assert_string_equal(text, again);
	state_free(loaded);
	state_free(s);
	free(text);
	free(again);
}

static int
count_notice(void *arg, const struct notice *n)
{
	(void)n;
	++*(int *)arg;
	return 0;
}

static void
test_derive(void **unused)
{
	struct state *s = shop_new();
	struct event *ev =
	    event_new(EV_PLAN_REVISED, T0, body_of(s, &cases[ARRAY_LEN(cases) - 1]));
	int rc = -1, notices = 0, all = 0;

	(void)unused;
	assert_int_equal(feed_derive(ev, "main", "America/Chicago", count_notice, &all), 0);
	for (long n = 0; rc < 0; n++) {
		assert_true(n < ALLOCATIONS_MAX);
		notices = 0;
		left = n;
		rc = feed_derive(ev, "main", "America/Chicago", count_notice, &notices);
		left = -1;
		assert_true(rc == 0 || rc == -ENOMEM);
	}
	assert_int_equal(notices, all);
	assert_true(all >= 3);
	event_free(ev);
	state_free(s);
}

static void
test_check(void **unused)
{
	struct state *s = shop_new();
	struct retimed *r = calloc(1, sizeof(*r));
	struct proposed_route route = { .tech = 1 };
	struct disturbed d = { 0 };
	char why[256];
	int rc = -1;

	(void)unused;
	retime(s, 1, T0 + 600, r);
	route.stop = r->stop;
	route.stops = r->stops;
	route.end = r->end;
	memcpy(route.taken, r->taken, sizeof(route.taken));
	route.takens = r->takens;
	for (long n = 0; rc < 0; n++) {
		assert_true(n < ALLOCATIONS_MAX);
		left = n;
		rc = check_plan(s, T0 + 600, &route, 1, 0, &d, why, sizeof(why));
		left = -1;
		assert_true(rc == 0 || rc == -ENOMEM);
		assert_true(rc == 0 || d.chosen == NULL);
	}
	disturbed_done(&d);
	free(r);
	state_free(s);
}

/* What is shown of the shop. */
static json_t *
call_shown(const struct state *s)
{
	return object_call(s, 0, true);
}

static json_t *
tech_shown(const struct state *s)
{
	struct place at = { 41880000, -87630000 };

	return object_tech(s, 0, T0 + 600, &at);
}

static json_t *
route_shown(const struct state *s)
{
	return object_route(s, 0, T0 + 600);
}

/* A revision in which t1 keeps nothing but what is under way: c2, which was told, is withdrawn. */
static json_t *
revision_shown(const struct state *s)
{
	static struct new_route route; /* too large for the stack of a test under ASan */
	struct disturbed none = { 0 };
	struct revision v = { .kind = "solve",
		.cause = { .event = EV_CALL_BOOKED, .call = 1, .tech = 0, .text = "why" },
		.route = &route, .routes = 1, .disturbed = &none, .bounded = true };
	struct event *ev = NULL;
	json_t *body;

	retime_order(s, 0, T0 + 600, NULL, 0, &route.timed);
	if (revision_event(s, T0 + 600, &v, &ev) < 0)
		return NULL;
	body = json_incref(ev->body);
	event_free(ev);
	return body;
}

static const struct shown_case {
	const char *name;
	json_t *(*make)(const struct state *s);
} shown[] = {
	{ "a call", call_shown },
	{ "a technician", tech_shown },
	{ "a route", route_shown },
	{ "a revision", revision_shown },
};

static void
test_shown_whole(void **unused)
{
	struct state *s = shop_new();

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(shown); i++) {
		json_t *whole = shown[i].make(s), *got = NULL;

		assert_non_null(whole);
		for (long n = 0; got == NULL; n++) {
			assert_true(n < ALLOCATIONS_MAX);
			left = n;
			got = shown[i].make(s);
			left = -1;
			if (got != NULL && !json_equal(got, whole))
				fail_msg("%s with %ld allocations lacks something", shown[i].name, n);
		}
		json_decref(got);
		json_decref(whole);
	}
	state_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_apply),
		cmocka_unit_test(test_fork),
		cmocka_unit_test(test_dump_and_load),
		cmocka_unit_test(test_derive),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_shown_whole),
	};

	json_set_alloc_funcs(json_malloc, free);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
