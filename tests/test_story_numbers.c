/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A morning at the telephone: caller after caller is quoted, and each option's numbers are held
 * against the plan before and after, whatever the caller picks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/rpc.h"
#include "tests/story.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

enum { CALLERS = 24, EACH_MIN = 5 };

static const char *const technicians[] = { "ann", "ben", "cem", "dee" };
static const char *const severities[] = { "routine", "routine", "urgent", "emergency" };
static const char *const dues[] = { "16:00", "12:00", "10:30", "14:00", "11:00" };

/* What caller k wants: scattered, by k alone. */
static json_t *
wants(int k)
{
	double lat = 42.30 + 0.013 * (double)(k * 7 % 11), lon = -71.14 + 0.017 * (double)(k * 5 % 13);
	json_t *need = story_need("Caller", lat, lon, dues[(size_t)k % ARRAY_LEN(dues)],
	    30 + 15 * (k % 3));

	json_object_set_new(need, "severity",
	    json_string(severities[(size_t)k % ARRAY_LEN(severities)]));
	if (k % 5 == 0)
		json_object_set_new(need, "preferred", json_string("dee"));
	return need;
}

/* He sets out, begins or ends, whatever comes next for him. */
static void
goes_on(struct story *s, const char *technician, int k)
{
	static const char *const steps[] = { "stop.depart", "stop.arrive", "stop.finish" };
	json_t *day = harness_ok(s->desk, "day.get", json_pack("{s:s}", "technician", technician));
	const char *status = story_text(day, "stops.0.status");
	char call[80];

	snprintf(call, sizeof(call), "%s", story_text(day, "stops.0.call"));
	if (call[0] != '\0' && k % 3 == 0) {
		size_t step = strcmp(status, "on_site") == 0 ? 2 : strcmp(status, "en_route") == 0;

		story_stop(s, steps[step], technician, call);
	}
	json_decref(day);
}

/* The k-th option, if it may be had today without a manager; else the first that may. */
static const json_t *
picks(const json_t *options, int k)
{
	size_t n = json_array_size(options);

	for (size_t i = 0; i < n; i++) {
		const json_t *o = json_array_get(options, ((size_t)k + i) % n);

		if (!json_is_true(json_object_get(o, "needs_manager")) &&
		    strcmp(story_text(o, "kinds.0"), "another_day") != 0)
			return o;
	}
	return NULL;
}

/*
 * Books what a caller picks of the options (stolen); if the plan was improved meanwhile, of the fresh
 * ones that the refusal carries. Whether there was anything for him.
 */
static bool
books(struct story *s, json_t *options, int k)
{
	const json_t *option;

	while ((option = picks(options, k)) != NULL) {
		json_t *before = story_plan(s), *done = NULL;
		struct client_error gone = { 0 };
		char id[CLIENT_CMD_ID_SIZE];
		int rc;

		story_expect_before(s, option);
		client_cmd_id(s->desk, id);
		rc = client_call(s->desk, "call.book", json_pack("{s:s, s:s}", "quote",
		    story_text(option, "quote"), "cmd_id", id), HARNESS_WAIT_MS, &done, &gone);
		if (rc == 0)
			story_expect_after(s, option, story_text(done, "call"), before);
		else if (gone.code != RPC_QUOTE_GONE)
			fail_msg("call.book was refused: %d %s", gone.code, gone.message);
		json_decref(options);
		options = rc == 0 ? NULL : json_incref(json_object_get(gone.data, "options"));
		json_decref(before);
		json_decref(done);
		client_error_done(&gone);
		if (rc == 0)
			return true;
	}
	json_decref(options);
	return false;
}

static void
test_callers_in_a_row(void **unused)
{
	struct story s;
	size_t booked = 0;

	(void)unused;
	story_open(&s);
	for (size_t i = 0; i < ARRAY_LEN(technicians); i++)
		story_technician(&s, technicians[i], 42.34 + 0.01 * (double)i, -71.06, 2);
	story_at(&s, "08:00");
	for (size_t i = 0; i < ARRAY_LEN(technicians); i++)
		story_starts(&s, technicians[i]);
	for (int k = 0; k < CALLERS; k++) {
		json_t *quote;
		char at[16];

		snprintf(at, sizeof(at), "%02d:%02d", 8 + (1 + EACH_MIN * k) / 60, (1 + EACH_MIN * k) % 60);
		story_at(&s, at);
		goes_on(&s, technicians[k % 4], k);
		story_settle(&s);
		quote = harness_ok(s.desk, "call.quote", wants(k));
		booked += books(&s, json_incref(json_object_get(quote, "options")), k);
		json_decref(quote);
	}
	assert_true(booked > CALLERS / 2);
	story_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_callers_in_a_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
