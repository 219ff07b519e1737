/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of messages: what is put into them, and what is refused with its line and the mend. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/template.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static const unsigned char key[TEMPLATE_KEY_SIZE];

/* A file that is right, but for the booked text, the cancelled text and what comes behind. */
static char *
file_of(const char *booked, const char *behind)
{
	static char text[16000];

	snprintf(text, sizeof(text),
	    "[texts]\n"
	    "booked = %s\n"
	    "planned = p {arrival}\n"
	    "planned_agreed = p\n"
	    "proposed = p\n"
	    "moved = p {reason}\n"
	    "moved_sorry = p {old_from} {old_to}\n"
	    "returned = p\n"
	    "on_the_way = p\n"
	    "withdrawn = p\n"
	    "carried_over = p\n"
	    "carried_over_open = p\n"
	    "cancelled = p\n"
	    "done = p\n"
	    "done_return = p\n"
	    "no_access = p\n"
	    "goodwill_free_labour = p {amount}\n"
	    "goodwill_discount = p\n"
	    "unanswered = p\n"
	    "[reasons]\n"
	    "earlier = sooner\n"
	    "other = things\n"
	    "%s",
	    booked, behind);
	return text;
}

static void
test_what_is_put_in(void **unused)
{
	static const struct {
		const char *name, *booked, *expected;
	} cases[] = {
		{ "nothing", "Hello.", "Hello." },
		{ "a value", "Hello {customer}!", "Hello Ann!" },
		{ "twice, and side by side", "{customer}{customer}{from}-{to}", "AnnAnn8-9" },
		{ "a longer text goes on", "Hello\n  {customer},\n  good\tbye",
		    "Hello Ann, good\tbye" },
		{ "a value with braces is no name", "{reference}", "{customer}" },
		{ "letters of all kinds", "Größe {customer} ¿qué?", "Größe Ann ¿qué?" },
	};
	const char *const value[SLOTS] = { [SLOT_CUSTOMER] = "Ann",
		[SLOT_FROM] = "8",
		[SLOT_TO] = "9",
		[SLOT_REFERENCE] = "{customer}" };
	char got[TEMPLATE_FILLED_SIZE], why[400];

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct templates *t = templates_new("en", "", key);
		char *text = file_of(cases[i].booked, "");

		if (templates_add(t, "en", "en.ini", text, strlen(text), why, sizeof(why)) < 0)
			fail_msg("%s: %s", cases[i].name, why);
		templates_fill(t, "en", TEXT_BOOKED, value, got);
		if (strcmp(got, cases[i].expected) != 0)
			fail_msg("%s: expected %s, got %s", cases[i].name, cases[i].expected, got);
		templates_free(t);
	}
}

static void
test_what_is_refused(void **unused)
{
	static const struct {
		const char *name, *booked, *behind, *why;
	} cases[] = {
		{ "an unknown name", "Hi {custmer}", "",
		    "x.ini, line 22: booked: {custmer} is not known here; there are {customer} {reference} "
		    "{link} {from} {to}" },
		{ "a value that is not there yet", "{technician}", "",
		    "{technician} is not known here" },
		{ "a link without a url", "{link}", "", "{link} needs tracking_url" },
		{ "a brace left open", "Hi {customer", "", "{customer is not known here" },
		{ "a brace too many", "Hi customer}", "", "} without a {" },
		{ "no text", "", "", "booked is missing in [texts]" },
		{ "an unknown text", "x", "[texts]\nbokked = x\n",
		    "line 24: bokked: there is no such text" },
		{ "given twice", "x", "[texts]\nbooked = y\n", "booked: it is there twice" },
		{ "an unknown section", "x", "[words]\nbooked = y\n",
		    "the sections are [texts] and [reasons]" },
		{ "a code that is none", "x", "[reasons]\nNo Way = y\n", "expected a reason code" },
		{ "a line without a meaning", "x", "nonsense\n", "line 23: expected [texts]" },
		{ "not UTF-8", "x", "earl\xffy = y\n", "line 23: this is not UTF-8" },
		{ "a NUL is cut short by the reader", "x\xc0\x80", "",
		    "line 2: this is not UTF-8" },
	};
	char why[400];

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct templates *t = templates_new("en", "", key);
		char *text = file_of(cases[i].booked, cases[i].behind);
		int rc = templates_add(t, "en", "x.ini", text, strlen(text), why, sizeof(why));

		if (rc != -EINVAL || strstr(why, cases[i].why) == NULL)
			fail_msg("%s: expected \"%s\", got %d: %s", cases[i].name, cases[i].why, rc,
			    why);
		templates_free(t);
	}
}

static void
test_empty_file(void **unused)
{
	struct templates *t = templates_new("en", "", key);
	char why[400];

	(void)unused;
	assert_int_equal(templates_add(t, "en", "x.ini", "", 0, why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "x.ini, line 1: booked is missing in [texts]: add it");
	templates_free(t);
}

static void
test_bounds(void **unused)
{
	struct templates *t = templates_new("en", "", key);
	char line[400], why[400], got[TEMPLATE_FILLED_SIZE], *text;
	const char *value[SLOTS] = { 0 };
	static char name[3001];

	(void)unused;
	memset(line, 'x', 220);
	line[220] = '\0';
	text = file_of(line, "");
	assert_int_equal(templates_add(t, "en", "x", text, strlen(text), why, sizeof(why)),
	    -EINVAL);
	assert_non_null(
	    strstr(why, "line 2: the line is over 198 bytes: go on in a line that begins"));
	text = file_of("x", "earlier2 =\n");
	assert_int_equal(templates_add(t, "en", "x", text, strlen(text), why, sizeof(why)), 0);

	/* A value may be long: the text is cut between two characters. */
	for (size_t i = 0; i < 3000; i += 2)
		memcpy(name + i, "\xc3\xa9", 2);
	value[SLOT_CUSTOMER] = name;
	text = file_of("{customer}", "");
	assert_int_equal(templates_add(t, "de", "x", text, strlen(text), why, sizeof(why)), 0);
	templates_fill(t, "de", TEXT_BOOKED, value, got);
	assert_int_equal(strlen(got), 2000);
	assert_int_equal((unsigned char)got[1999], 0xa9);
	templates_free(t);
}

static void
test_languages(void **unused)
{
	struct templates *t = templates_new("de", "", key);
	static const char *const names[] = { "de", "en", "en-GB" };
	static const struct {
		const char *wanted, *got;
	} cases[] = { { "en", "en" }, { "EN", "en" }, { "en-GB", "en-GB" }, { "en-US", "en" },
		{ "de_AT", "de" }, { "fr", "de" }, { NULL, "de" } };
	char why[400], *text = file_of("x", "");

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		assert_int_equal(templates_add(t, names[i], "x", text, strlen(text), why,
				     sizeof(why)),
		    0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(templates_language(t, cases[i].wanted), cases[i].got);
	assert_string_equal(templates_reason(t, "en", "earlier"), "sooner");
	assert_string_equal(templates_reason(t, "en", "comet"), "things");
	assert_int_equal(templates_add(t, "../x", "x", text, strlen(text), why, sizeof(why)),
	    -EINVAL);
	templates_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_put_in),
		cmocka_unit_test(test_what_is_refused),
		cmocka_unit_test(test_empty_file),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_languages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
