/* SPDX-License-Identifier: Apache-2.0 */
/* The document is sound, and its checks refuse by name with what was expected and what came. */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/openrpc.h"
#include "proto/schema.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define UUID "\"cmd_id\":\"01920000-0000-7000-8000-000000000001\""
#define SITE "\"site\":{\"lat\":42.36,\"lon\":-71.06}"

static struct openrpc *doc;

static int
set_up(void **unused)
{
	(void)unused;
	doc = openrpc_new();
	return doc != NULL ? 0 : -1;
}

static int
tear_down(void **unused)
{
	(void)unused;
	openrpc_free(doc);
	return 0;
}

static const struct check_case {
	const char *name;
	const char *method;
	const char *params; /* NULL: left out */
	const char *member; /* refused; NULL: accepted */
	const char *expected;
	const char *got;
} check_cases[] = {
	{ "no params where none are needed", "session.ping", NULL, NULL, NULL, NULL },
	{ "empty params", "session.ping", "{}", NULL, NULL, NULL },
	{ "a member where none is known", "session.ping", "{\"x\":1}", "x", "no members at all", "1" },
	{ "a member without a name", "session.ping", "{\"\":1}", "\"\"", "no members at all", "1" },
	{ "params by position", "session.ping", "[1,2]", "params", "an object of named parameters",
	    "a list of 2 items" },
	{ "a booking", "call.book",
	    "{" UUID ",\"customer\":\"acme\"," SITE ",\"due\":\"asap\",\"needs\":[{\"skill\":\"lift\","
	    "\"level\":3}]}", NULL, NULL, NULL },
	{ "missing with nothing", "call.book", NULL, "cmd_id",
	    "a UUID like 01920000-0000-7000-8000-000000000000", "nothing" },
	{ "missing text", "technician.add", "{" UUID "}", "name", "text of 1 to 120 characters",
	    "nothing" },
	{ "missing inside", "call.book", "{" UUID ",\"customer\":\"a\",\"site\":{\"lat\":1}}",
	    "site.lon", "a number from -180 to 180", "nothing" },
	{ "on the moon", "call.book", "{" UUID ",\"customer\":\"a\",\"site\":{\"lat\":912.5,\"lon\":0}}",
	    "site.lat", "a number from -90 to 90", "912.5" },
	{ "a number as text", "call.book",
	    "{" UUID ",\"customer\":\"a\",\"site\":{\"lat\":\"1\",\"lon\":0}}", "site.lat",
	    "a number from -90 to 90", "\"1\"" },
	{ "null", "call.book", "{" UUID ",\"customer\":null," SITE "}", "customer",
	    "text of 1 to 120 characters", "null" },
	{ "an unknown severity", "call.book",
	    "{" UUID ",\"customer\":\"a\"," SITE ",\"severity\":\"high\"}", "severity",
	    "one of routine, urgent, emergency, trapped", "\"high\"" },
	{ "a slip of the pen", "call.book", "{" UUID ",\"custmer\":\"a\"," SITE "}", "custmer",
	    "no member of this name; did you mean customer?", "\"a\"" },
	{ "a slip inside", "call.book", "{" UUID ",\"customer\":\"a\",\"site\":{\"lat\":1,\"long\":2}}",
	    "site.long", "no member of this name; did you mean lon?", "2" },
	{ "nothing near", "call.book",
	    "{" UUID ",\"customer\":\"a\",\"site\":{\"lat\":1,\"lon\":2,\"elevation\":3}}",
	    "site.elevation", "no member of this name, but lat, lon, address", "3" },
	{ "an id with a blank", "call.get", "{\"call\":\"c 1\"}", "call",
	    "an id of 1 to 64 letters, digits and ._:-", "\"c 1\"" },
	{ "an empty id", "call.get", "{\"call\":\"\"}", "call",
	    "an id of 1 to 64 letters, digits and ._:-", "\"\"" },
	{ "an id of every kind of letter", "call.get", "{\"call\":\"aZ09._:-\"}", NULL, NULL, NULL },
	{ "no UUID", "plan.pin", "{\"cmd_id\":\"01920000-0000-7000-8000-00000000000g\",\"call\":\"c\"}",
	    "cmd_id", "a UUID like 01920000-0000-7000-8000-000000000000",
	    "\"01920000-0000-7000-8000-00000000000g\"" },
	{ "a fraction of a second", "call.book",
	    "{" UUID ",\"customer\":\"a\"," SITE ",\"duration_s\":60.5}", "duration_s",
	    "a whole number from 60 to 86400", "60.5" },
	{ "whole, but written as a fraction", "call.book",
	    "{" UUID ",\"customer\":\"a\"," SITE ",\"duration_s\":60.0}", "duration_s",
	    "a whole number from 60 to 86400", "60.0" },
	{ "least", "call.book", "{" UUID ",\"customer\":\"a\"," SITE ",\"duration_s\":60}", NULL, NULL,
	    NULL },
	{ "below the least", "call.book", "{" UUID ",\"customer\":\"a\"," SITE ",\"duration_s\":59}",
	    "duration_s", "a whole number from 60 to 86400", "59" },
	{ "above the most", "call.book", "{" UUID ",\"customer\":\"a\"," SITE ",\"duration_s\":86401}",
	    "duration_s", "a whole number from 60 to 86400", "86401" },
	{ "no least below", "plan.pin", "{" UUID ",\"call\":\"c\",\"if_version\":0}", "if_version",
	    "a whole number of at least 1", "0" },
	{ "a list too long", "call.book", "{" UUID ",\"customer\":\"a\"," SITE
	    ",\"forbidden\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"]}", "forbidden",
	    "a list of at most 8 items", "a list of 9 items" },
	{ "an item", "call.book", "{" UUID ",\"customer\":\"a\"," SITE
	    ",\"needs\":[{\"skill\":\"lift\"},{\"skill\":\"gas\",\"level\":11}]}", "needs[1].level",
	    "a whole number from 1 to 10", "11" },
	{ "an object where a list belongs", "call.book", "{" UUID ",\"customer\":\"a\"," SITE
	    ",\"needs\":{}}", "needs", "a list of at most 8 items", "an object of 0 members" },
	{ "a list where an object belongs", "call.book", "{" UUID ",\"customer\":\"a\",\"site\":[1]}",
	    "site", "an object with lat, lon, address", "a list of 1 items" },
	{ "a day that is not", "call.book", "{" UUID ",\"customer\":\"a\"," SITE
	    ",\"appointment\":{\"from\":\"2026-02-29T09:00:00Z\",\"to\":\"2026-03-01T09:00:00Z\"}}",
	    "appointment.from", "a time like 2026-03-12T09:00:00+01:00", "\"2026-02-29T09:00:00Z\"" },
	{ "no boolean", "override.preview", "{\"call\":\"c\",\"technician\":\"t\",\"first\":1}",
	    "first", "true or false", "1" },
	{ "a secret is not shown", "session.hello",
	    "{\"protocol\":[1,1],\"client\":\"x\",\"token\":\"short\"}", "token",
	    "text of 8 to 200 characters", "something else, not shown" },
	{ "nor under a method that has none", "session.ping", "{\"token\":\"ek_secret\"}", "token",
	    "no members at all", "something, not shown" },
	{ "a list too short", "session.hello",
	    "{\"protocol\":[1],\"client\":\"x\",\"token\":\"12345678\"}", "protocol",
	    "a list of 2 items", "a list of 1 items" },
};

static void
test_check(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(check_cases); i++) {
		const struct check_case *c = &check_cases[i];
		const struct method_spec *m = openrpc_method(doc, c->method);
		json_t *params = c->params != NULL ? json_loads(c->params, 0, NULL) : NULL;
		struct refusal r = { "", "", "" };
		int rc;

		if (m == NULL || (c->params != NULL && params == NULL))
			fail_msg("%s: the case itself is wrong", c->name);
		rc = openrpc_check(doc, m, params, &r);
		if (rc != (c->member != NULL ? -EINVAL : 0))
			fail_msg("%s: rc %d, %s: %s, not %s", c->name, rc, r.member, r.expected, r.got);
		if (c->member != NULL &&
		    (strcmp(r.member, c->member) != 0 || strcmp(r.expected, c->expected) != 0 ||
		        strcmp(r.got, c->got) != 0))
			fail_msg("%s: %s: %s, not %s", c->name, r.member, r.expected, r.got);
		json_decref(params);
	}
}

/* Lengths count characters; what came is cut between two of them. */
static void
test_long_text(void **unused)
{
	const json_t *schema = json_object_get(openrpc_schema(doc, "CallObject"), "properties");
	char text[121 * 2 + 1] = "";
	struct refusal r;
	json_t *value;

	(void)unused;
	schema = json_object_get(schema, "customer");
	for (int i = 0; i < 120; i++)
		strcat(text, "\xc3\xa9");
	value = json_string(text);
	assert_int_equal(openrpc_check_value(doc, schema, value, &r), 0);
	json_decref(value);
	strcat(text, "\xc3\xa9");
	value = json_string(text);
	assert_int_equal(openrpc_check_value(doc, schema, value, &r), -EINVAL);
	json_decref(value);
	assert_string_equal(r.member, "params");
	value = json_string(r.got);
	assert_non_null(value); /* it is UTF-8 */
	json_decref(value);
	assert_string_equal(r.got + strlen(r.got) - 3, "...");
}

/* A path of any length, and keys of any kind, come back as text that fits. */
static void
test_hostile_keys(void **unused)
{
	const struct method_spec *m = openrpc_method(doc, "call.book");
	char key[400] = "";
	struct refusal r;
	json_t *params;

	(void)unused;
	for (int i = 0; i < 130; i++)
		strcat(key, "\xe2\x82\xac");
	params = json_pack("{s:{s:i}, s:i}", "site", key, 1, key, 1);
	assert_non_null(params);
	assert_int_equal(openrpc_check(doc, m, params, &r), -EINVAL);
	json_decref(params);
	assert_true(strlen(r.member) < sizeof(r.member));
	params = json_string(r.member);
	assert_non_null(params);
	json_decref(params);
}

/* Schemas of every shape, in words, with a value that fits and one that does not. */
static const struct words_case {
	const char *schema, *words, *fits, *fails;
} words_cases[] = {
	{ "{}", "any value", "[1,null]", NULL },
	{ "{\"type\":\"integer\"}", "a whole number", "-5", "5.5" },
	{ "{\"type\":\"number\",\"maximum\":9}", "a number of at most 9", "9", "9.5" },
	{ "{\"type\":\"number\",\"minimum\":-1}", "a number of at least -1", "-1", "-2" },
	{ "{\"type\":\"string\"}", "text", "\"\"", "null" },
	{ "{\"type\":\"string\",\"minLength\":2}", "text of at least 2 characters", "\"ab\"", "\"a\"" },
	{ "{\"type\":\"string\",\"minLength\":2,\"maxLength\":2}", "text of 2 characters", "\"ab\"",
	    "\"abc\"" },
	{ "{\"type\":\"string\",\"enum\":[\"a\",\"b\"]}", "one of a, b", "\"b\"", "\"c\"" },
	{ "{\"type\":\"array\"}", "a list", "[]", "{}" },
	{ "{\"type\":\"array\",\"minItems\":1}", "a list of at least 1 items", "[0]", "[]" },
	{ "{\"type\":\"object\"}", "an object", "{\"x\":1}", "[]" },
	{ "{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"boolean\"}}}", "an object with x",
	    "{\"x\":false,\"y\":1}", "{\"x\":0}" },
	{ "{\"$ref\":\"#/components/schemas/Position\"}", "an object with lat, lon",
	    "{\"lat\":1,\"lon\":2}", "{\"lat\":1}" },
	{ "{\"$ref\":\"#/components/schemas/Nobody\"}", "any value", NULL, "1" },
	{ "{\"$ref\":\"elsewhere\"}", "any value", NULL, "1" },
};

static void
check_against(const struct words_case *c, const json_t *schema, const char *text, int expected)
{
	json_t *value = text != NULL ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
	struct refusal r;

	if (text != NULL && openrpc_check_value(doc, schema, value, &r) != expected)
		fail_msg("%s: %s", c->schema, text);
	json_decref(value);
}

static void
test_words(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(words_cases); i++) {
		const struct words_case *c = &words_cases[i];
		json_t *schema = json_loads(c->schema, 0, NULL);
		char words[200];

		schema_words(doc, schema, words, sizeof(words));
		if (strcmp(words, c->words) != 0)
			fail_msg("%s: %s", c->schema, words);
		check_against(c, schema, c->fits, 0);
		check_against(c, schema, c->fails, -EINVAL);
		json_decref(schema);
	}
}

static const char *const keywords[] = { "type", "enum", "minimum", "maximum", "minLength",
	"maxLength", "minItems", "maxItems", "items", "properties", "required",
	"additionalProperties", "default", "description", "format", "$ref", "x-unit" };

static bool
is_one_of(const char *word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(word, list[i]) == 0)
			return true;
	}
	return false;
}

/* A schema uses only what the checker knows, so that nothing it says goes unchecked. */
static void
check_schema(const char *where, const json_t *schema)
{
	static const char *const types[] = { "string", "integer", "number", "boolean", "array",
		"object" };
	static const char *const formats[] = { "id", "uuid", "date-time" };
	const char *type = json_string_value(json_object_get(schema, "type"));
	const char *format = json_string_value(json_object_get(schema, "format"));
	const json_t *name;
	const char *key;
	json_t *v;
	size_t i;

	if (!json_is_object(schema))
		fail_msg("%s: no schema", where);
	if (schema_resolve(doc, schema) == NULL)
		fail_msg("%s: its $ref points nowhere", where);
	json_object_foreach((json_t *)schema, key, v) {
		if (!is_one_of(key, keywords, ARRAY_LEN(keywords)))
			fail_msg("%s: the checker does not know %s", where, key);
	}
	if (type != NULL && !is_one_of(type, types, ARRAY_LEN(types)))
		fail_msg("%s: the checker does not know type %s", where, type);
	if (format != NULL && !is_one_of(format, formats, ARRAY_LEN(formats)))
		fail_msg("%s: the checker does not know format %s", where, format);
	json_object_foreach(json_object_get(schema, "properties"), key, v)
		check_schema(key, v);
	json_array_foreach(json_object_get(schema, "required"), i, name) {
		if (json_object_get(json_object_get(schema, "properties"),
		        json_string_value(name)) == NULL)
			fail_msg("%s: requires %s, which it has not", where, json_string_value(name));
	}
	if (json_object_get(schema, "items") != NULL)
		check_schema(where, json_object_get(schema, "items"));
}

static void
test_method_specs(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < openrpc_methods(doc); i++) {
		const struct method_spec *m = openrpc_method_at(doc, i);
		bool cmd_id = false;
		const json_t *p;
		size_t k;

		assert_ptr_equal(openrpc_method(doc, m->name), m);
		if (m->summary[0] == '\0' || m->roles == 0 || m->result == NULL)
			fail_msg("%s: a summary, a role or the result is missing", m->name);
		if (m->own != NULL && strcmp(m->own, "technician") != 0 && strcmp(m->own, "call") != 0)
			fail_msg("%s: x-own is %s", m->name, m->own);
		json_array_foreach(m->params, k, p) {
			check_schema(m->name, json_object_get(p, "schema"));
			if (strcmp(json_string_value(json_object_get(p, "name")), "cmd_id") == 0)
				cmd_id = json_is_true(json_object_get(p, "required"));
		}
		if (cmd_id != m->writes)
			fail_msg("%s: x-writes and cmd_id do not agree", m->name);
		check_schema(m->name, m->result);
	}
	assert_null(openrpc_method(doc, "call.bok"));
	assert_null(openrpc_method(doc, ""));
	assert_null(openrpc_method_at(doc, openrpc_methods(doc)));
}

static void
test_notification_specs(void **unused)
{
	int states = 0;

	(void)unused;
	for (size_t i = 0; i < openrpc_notifications(doc); i++) {
		const struct notification_spec *n = openrpc_notification_at(doc, i);

		check_schema(n->name, n->params);
		if (n->summary[0] == '\0' || n->roles == 0)
			fail_msg("%s: a summary or a role is missing", n->name);
		states += n->state;
	}
	assert_int_equal(states, 2); /* ETAs and positions: the latest wins */
}

static void
test_schemas(void **unused)
{
	const json_t *components = json_object_get(openrpc_document(doc), "components");
	const char *key;
	json_t *s;

	(void)unused;
	json_object_foreach(json_object_get(components, "schemas"), key, s) {
		check_schema(key, s);
		assert_ptr_equal(openrpc_schema(doc, key), s);
	}
	assert_null(openrpc_schema(doc, "Nobody"));
}

static void
test_roles(void **unused)
{
	const struct method_spec *m = openrpc_method(doc, "break.waive");
	enum role r = ROLE_ADMIN;

	(void)unused;
	assert_int_equal(m->roles, 1u << ROLE_TECHNICIAN); /* nobody else may give up a break */
	assert_true(m->writes);
	assert_string_equal(m->own, "technician");
	assert_true(openrpc_method(doc, "position.report")->notify);
	assert_true(openrpc_method(doc, "session.hello")->before_login);
	for (int i = 0; i < ROLES; i++) {
		assert_int_equal(role_from_name(role_name((enum role)i), &r), 0);
		assert_int_equal(r, i);
	}
	assert_int_equal(role_from_name("root", &r), -EINVAL);
	assert_int_equal(role_from_name("", &r), -EINVAL);
}

/* The defaults of the guidelines obey the guidelines' own schema. */
static void
test_defaults(void **unused)
{
	const char *key;
	struct refusal r;
	json_t *s;

	(void)unused;
	json_object_foreach(json_object_get(openrpc_schema(doc, "Guidelines"), "properties"), key, s) {
		if (openrpc_check_value(doc, s, json_object_get(s, "default"), &r) < 0)
			fail_msg("%s: default %s, expected %s", key, r.got, r.expected);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_long_text),
		cmocka_unit_test(test_hostile_keys),
		cmocka_unit_test(test_method_specs),
		cmocka_unit_test(test_notification_specs),
		cmocka_unit_test(test_schemas),
		cmocka_unit_test(test_roles),
		cmocka_unit_test(test_defaults),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
