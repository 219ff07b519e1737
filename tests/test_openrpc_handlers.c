/* SPDX-License-Identifier: Apache-2.0 */
/* Every method of the OpenRPC document has a handler, and no other handler exists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/method.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static const struct method *const tables[] = { methods_session, methods_token, methods_shop,
	methods_call, methods_book, methods_tech, methods_stop, methods_plan, methods_quote,
	methods_price, methods_promise, methods_after, methods_goodwill, methods_learn,
	methods_message };

static struct openrpc *document;

static int
set_up(void **unused)
{
	(void)unused;
	document = openrpc_new();
	return document == NULL ? -1 : 0;
}

static int
tear_down(void **unused)
{
	(void)unused;
	openrpc_free(document);
	return 0;
}

static void
test_every_method_has_a_handler(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < openrpc_methods(document); i++) {
		const struct method_spec *spec = openrpc_method_at(document, i);
		const struct method *m = method_find(spec->name);

		if (m == NULL || m->run == NULL || strcmp(m->name, spec->name) != 0)
			fail_msg("%s is in the document and has no handler", spec->name);
	}
	assert_null(method_find("call.bok"));
	assert_null(method_find(""));
}

static void
test_every_handler_is_in_the_document(void **unused)
{
	size_t handlers = 0;

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
		for (const struct method *m = tables[i]; m->name != NULL; m++, handlers++) {
			if (openrpc_method(document, m->name) == NULL)
				fail_msg("%s has a handler and is not in the document", m->name);
			if (method_find(m->name) != m)
				fail_msg("%s has two handlers", m->name);
		}
	}
	assert_int_equal(handlers, openrpc_methods(document));
}

/* What the request's checks rely on. */
static void
test_document_says_what_is_relied_on(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < openrpc_methods(document); i++) {
		const struct method_spec *spec = openrpc_method_at(document, i);
		bool has_cmd_id = false, owns = spec->own == NULL;
		const json_t *param;
		size_t at;

		json_array_foreach((json_t *)spec->params, at, param)
		{
			const char *name = json_string_value(json_object_get(param, "name"));

			has_cmd_id = has_cmd_id || strcmp(name, "cmd_id") == 0;
			owns = owns || strcmp(name, spec->own) == 0;
		}
		if (has_cmd_id != spec->writes)
			fail_msg("%s: x-writes and cmd_id do not agree", spec->name);
		if (!owns)
			fail_msg("%s: x-own names no parameter", spec->name);
		if (spec->roles == 0)
			fail_msg("%s: no role may call it", spec->name);
		if (spec->notify && spec->writes)
			fail_msg("%s: what is stored must be answered", spec->name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_method_has_a_handler),
		cmocka_unit_test(test_every_handler_is_in_the_document),
		cmocka_unit_test(test_document_says_what_is_relied_on),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
