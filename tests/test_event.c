/* SPDX-License-Identifier: Apache-2.0 */
/* Events as journal lines, the table of ids, and the guidelines against the OpenRPC document. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/event.h"
#include "daemon/guidelines.h"
#include "daemon/table.h"
#include "proto/openrpc.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static void
test_names(void **unused)
{
	enum event_type t;

	(void)unused;
	for (int i = 0; i < EV_TYPES; i++) {
		assert_int_equal(event_from_name(event_name((enum event_type)i), &t), 0);
		assert_int_equal(t, i);
	}
	t = EV_CALL_BOOKED;
	assert_int_equal(event_from_name("call.lost", &t), -EINVAL);
	assert_int_equal(t, EV_CALL_BOOKED);
}

static const struct line_case {
	const char *name, *line;
	int rc;
} lines[] = {
	{ "a line", "{\"seq\":3,\"at\":5,\"type\":\"call.booked\",\"body\":{\"call\":\"c1\"}}", 0 },
	{ "no sequence", "{\"at\":5,\"type\":\"call.booked\",\"body\":{}}", -EBADMSG },
	{ "sequence 0", "{\"seq\":0,\"at\":5,\"type\":\"call.booked\",\"body\":{}}", -EBADMSG },
	{ "a type of no name", "{\"seq\":3,\"at\":5,\"type\":\"call.lost\",\"body\":{}}", -EBADMSG },
	{ "a body that is a list", "{\"seq\":3,\"at\":5,\"type\":\"call.booked\",\"body\":[]}",
	    -EBADMSG },
	{ "a member more", "{\"seq\":3,\"at\":5,\"type\":\"call.booked\",\"body\":{},\"x\":1}", -EBADMSG },
	{ "no object", "[1]", -EBADMSG },
};

static void
test_lines(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		json_t *j = json_loads(lines[i].line, 0, NULL), *again;
		struct event *ev = NULL;
		int rc = event_from_json(j, &ev);

		if (rc != lines[i].rc || (rc == 0) != (ev != NULL))
			fail_msg("%s: rc %d", lines[i].name, rc);
		if (ev != NULL) {
			again = event_to_json(ev);
			assert_true(json_equal(j, again));
			json_decref(again);
		}
		event_free(ev);
		json_decref(j);
	}
}

/* The table holds what a plain list holds, through many puts and removals. */
static void
test_table(void **unused)
{
	enum { KEYS = 500, STEPS = 20000 };
	static char key[KEYS][16];
	bool in[KEYS] = { false };
	struct table t = { 0 };
	uint32_t random = 1;

	(void)unused;
	for (int i = 0; i < KEYS; i++)
		snprintf(key[i], sizeof(key[i]), "k%d", i);
	assert_int_equal(table_find(&t, "k1"), -1);
	for (int n = 0; n < STEPS; n++) {
		int i;

		random = random * 1664525u + 1013904223u; /* Numerical Recipes */
		i = (int)((random >> 8) % KEYS);
		assert_int_equal(table_find(&t, key[i]), in[i] ? i : -1);
		if (in[i]) {
			table_remove(&t, key[i]);
		} else {
			assert_int_equal(table_reserve(&t), 0);
			table_put(&t, key[i], i);
		}
		in[i] = !in[i];
	}
	for (int i = 0; i < KEYS; i++)
		assert_int_equal(table_find(&t, key[i]), in[i] ? i : -1);
	table_done(&t);
}

/* Sets one guideline to a value; gives what guidelines_set() gave. */
static int
set_one(struct guidelines *g, const char *name, json_t *value)
{
	json_t *obj = json_object();
	int rc;

	json_object_set_new(obj, name, value);
	rc = guidelines_set(g, obj);
	json_decref(obj);
	return rc;
}

static void
range_check(const char *name, const json_t *schema)
{
	struct guidelines g;
	json_int_t min = json_integer_value(json_object_get(schema, "minimum"));
	json_int_t max = json_integer_value(json_object_get(schema, "maximum"));

	guidelines_default(&g);
	if (set_one(&g, name, json_integer(min)) != 0 || set_one(&g, name, json_integer(max)) != 0)
		fail_msg("%s: an end of its range is refused", name);
	if (set_one(&g, name, json_integer(min - 1)) == 0 ||
	    set_one(&g, name, json_integer(max + 1)) == 0)
		fail_msg("%s: more than its range is taken", name);
}

/* Every guideline of the document is in the table with its default and range, and no other is. */
static void
test_guidelines_document(void **unused)
{
	struct openrpc *o = openrpc_new();
	json_t *schemas =
	    json_object_get(openrpc_schema(o, "Guidelines"), "properties"), *schema, *ours;
	struct guidelines g;
	const char *name;

	(void)unused;
	guidelines_default(&g);
	ours = guidelines_to_json(&g);
	assert_int_equal(json_object_size(ours), json_object_size(schemas));
	json_object_foreach(schemas, name, schema) {
		if (!json_equal(json_object_get(ours, name), json_object_get(schema, "default")))
			fail_msg("%s: another default", name);
		if (strcmp(name, "currency") != 0)
			range_check(name, schema);
	}
	json_decref(ours);
	openrpc_free(o);
}

static void
test_guidelines_all_or_nothing(void **unused)
{
	struct guidelines g, was;
	json_t *obj = json_pack("{s:i, s:i}", "freeze_s", 60, "solve_ms", 1);

	(void)unused;
	guidelines_default(&g);
	was = g;
	assert_int_equal(guidelines_set(&g, obj), -EINVAL);
	assert_memory_equal(&g, &was, sizeof(g));
	assert_int_equal(set_one(&g, "currency", json_string("EUR")), 0);
	assert_string_equal(g.currency, "EUR");
	assert_int_equal(set_one(&g, "currency", json_string("EURO")), -EINVAL);
	assert_int_equal(set_one(&g, "currency", json_integer(1)), -EINVAL);
	assert_int_equal(set_one(&g, "haste", json_integer(1)), -EINVAL);
	assert_int_equal(set_one(&g, "late_cents_per_h_trapped", json_integer(7)), 0);
	assert_int_equal(g.late_cents_per_h[SEV_TRAPPED], 7);
	json_decref(obj);
}

static void
test_severities(void **unused)
{
	enum severity sev = SEV_ROUTINE;

	(void)unused;
	for (int i = 0; i < SEVERITIES; i++) {
		assert_int_equal(severity_from_name(severity_name((enum severity)i), &sev), 0);
		assert_int_equal(sev, i);
	}
	assert_int_equal(severity_from_name("calm", &sev), -EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_guidelines_document),
		cmocka_unit_test(test_guidelines_all_or_nothing),
		cmocka_unit_test(test_severities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
