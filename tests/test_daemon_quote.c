/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quotes over the wire: what an asker is offered, in which order, and what becomes of a quote while
 * the day goes on. Every number is held against plan.get before and after.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/rpc.h"
#include "tests/story.h"

static json_t *
labelled(json_t *need, const char *label)
{
	json_object_set_new(need, "label", json_string(label));
	return need;
}

/* One technician with a full morning; three things are wanted, all of them soon. */
static void
test_a_this_morning_means_b_this_afternoon(void **unused)
{
	struct story s;
	json_t *preview, *wanted = json_array();

	(void)unused;
	story_open(&s);
	story_technician(&s, "ann", 42.35, -71.06, 2);
	story_booked(&s, story_need("Baker", 42.36, -71.07, "11:00", 60));
	story_at(&s, "08:00");
	story_starts(&s, "ann");
	json_array_append_new(wanted, labelled(story_need("Evans", 42.355, -71.065, "12:00", 180), "the lift"));
	json_array_append_new(wanted, labelled(story_need("Evans", 42.355, -71.065, "11:30", 120), "the door"));
	json_array_append_new(wanted, labelled(story_need("Evans", 42.355, -71.065, "16:00", 240), "the pump"));
	preview = harness_ok(s.desk, "order.preview", json_pack("{s:o}", "wanted", wanted));
	char *t = json_dumps(preview, JSON_INDENT(1));
	printf("%s\n", t);
	free(t);
	json_decref(preview);
	story_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_this_morning_means_b_this_afternoon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
