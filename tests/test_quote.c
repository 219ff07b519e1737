/* SPDX-License-Identifier: Apache-2.0 */
/* Quotes: which options are offered, what they say, and that booking one does what it said. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/booking.h"
#include "daemon/quote.h"
#include "daemon/quotes.h"
#include "daemon/ripple.h"
#include "tests/state_fixture.h"

/* t1 has c1 and c3, t2 has c2; nobody was told of anything yet. */
static struct state *
shop(void)
{
	struct state *s = fix_shop();

	fix_plan(s, -3500, "t1: c1 c3; t2: c2");
	return s;
}

/* Terms of a call at a site so many hundredths of a degree north of home. */
static json_t *
terms(int north, const char *more)
{
	char text[600];

	snprintf(text, sizeof(text), "{'customer':'new','site':{'lat_udeg':%d,'lon_udeg':-87630000},"
	    "'needs':[],'severity':'routine','opened':@-3400,'difficulty':0%s}",
	    41880000 + north * 10000, more);
	return fix_body(text);
}

static void
make(const struct state *s, int64_t now, json_t *t, int64_t due, struct quote_result *ret)
{
	struct quote_ask ask = { .s = s, .now = now, .need = { .terms = t, .due = due } };

	if (due > 0)
		json_object_set_new(t, "due", json_integer(due));
	assert_int_equal(quote_make(&ask, ret), 0);
}

static void
test_smoke(void **unused)
{
	struct state *s = shop();
	struct quote_result q;
	json_t *t = terms(2, "");

	(void)unused;
	make(s, T0 - 3400, t, T0 + 8 * 3600, &q);
	for (int i = 0; i < q.options; i++) {
		char *text = json_dumps(q.option[i].shown, JSON_INDENT(1));
		printf("%s\n", text);
		free(text);
		text = json_dumps(q.option[i].rests, JSON_INDENT(1));
		printf("%s\n", text);
		free(text);
	}
	char *w = json_dumps(q.wish, 0);
	printf("%s %s\n", w, q.text);
	free(w);
	quote_done(&q);
	json_decref(t);
	state_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_smoke),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
