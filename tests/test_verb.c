/* SPDX-License-Identifier: Apache-2.0 */
/* The table of verbs against the OpenRPC document: each method has a verb, each verb is whole. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/args.h"
#include "ctl/verb.h"

static struct ctl ctl;

static int
set_up(void **unused)
{
	(void)unused;
	ctl.doc = openrpc_new();
	return ctl.doc != NULL ? 0 : -1;
}

static int
tear_down(void **unused)
{
	(void)unused;
	openrpc_free(ctl.doc);
	return 0;
}

/* What the client and watch do by themselves. */
static bool
needs_no_verb(const char *method)
{
	return strcmp(method, "session.hello") == 0 || strcmp(method, "feed.subscribe") == 0 ||
	    strcmp(method, "feed.unsubscribe") == 0;
}

static void
test_each_method_has_a_verb(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < openrpc_methods(ctl.doc); i++) {
		const char *method = openrpc_method_at(ctl.doc, i)->name;
		bool found = needs_no_verb(method);

		for (size_t k = 0; k < verb_count() && !found; k++)
			found = verb_at(k)->method != NULL && strcmp(verb_at(k)->method, method) == 0;
		if (!found)
			fail_msg("%s has no verb: add a row to ctl/verb.c", method);
	}
}

/* The places of a verb are parameters of its method. */
static void
check_places(const struct verb *v, const struct method_spec *m)
{
	const char *at = v->places != NULL ? v->places : "";
	size_t places = 0, found = 0, i;
	const json_t *p;

	for (; *at != '\0'; places++)
		at += strcspn(at, " ") + (at[strcspn(at, " ")] == ' ');
	json_array_foreach(m->params, i, p)
		found += args_place_of(v, json_string_value(json_object_get(p, "name"))) >= 0;
	if (v->places != NULL && strstr(v->places, "lat,lon") != NULL)
		found--; /* one place for two parameters */
	if (found != places)
		fail_msg("%s: %zu of %zu places are parameters of %s", v->words, found, places, m->name);
}

/* Options have names of their own, and words that say what is expected. */
static void
check_options(const struct verb *v)
{
	struct args_option a, b;

	for (size_t i = 0; args_option_at(&ctl, v, i, &a); i++) {
		if (strncmp(a.name, "--", 2) != 0 || a.name[2] == '\0' || a.description[0] == '\0' ||
		    a.words[0] == '\0')
			fail_msg("%s: %s is not explained", v->words, a.name);
		for (size_t k = 0; k < i; k++) {
			args_option_at(&ctl, v, k, &b);
			if (strcmp(a.name, b.name) == 0)
				fail_msg("%s: two options are called %s", v->words, a.name);
		}
	}
}

static void
test_each_verb_is_whole(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < verb_count(); i++) {
		const struct verb *v = verb_at(i);
		const struct method_spec *m;

		if (v->method == NULL) {
			if (v->run == NULL || v->help == NULL || v->usage == NULL)
				fail_msg("%s: run, help and usage belong together", v->words);
			continue;
		}
		m = openrpc_method(ctl.doc, v->method);
		if (m == NULL)
			fail_msg("%s: there is no method %s", v->words, v->method);
		if (v->show == NULL)
			fail_msg("%s: nothing shows its result", v->words);
		check_places(v, m);
		check_options(v);
	}
}

static void
test_find(void **unused)
{
	char guidelines[] = "guidelines", set[] = "set", pair[] = "x=1", call[] = "call";
	char day[] = "day", t1[] = "t1";
	char *longest[] = { guidelines, set, pair };
	char *half[] = { call };
	char *more[] = { day, t1, set };
	int words = 0;

	(void)unused;
	assert_string_equal(verb_find(3, longest, &words)->words, "guidelines set");
	assert_int_equal(words, 2);
	assert_string_equal(verb_find(1, longest, &words)->words, "guidelines");
	assert_null(verb_find(1, half, &words));
	assert_null(verb_find(0, half, &words));
	assert_string_equal(verb_find(3, more, &words)->words, "day");
	assert_int_equal(words, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_method_has_a_verb),
		cmocka_unit_test(test_each_verb_is_whole),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
