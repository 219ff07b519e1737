/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A journal, an event a line, or a snapshot: whatever is in it, the rules take it or refuse it,
 * the state stays sound, and its dump loads to the same dump.
 */
#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/feed.h"
#include "daemon/state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
check_dump(const struct state *s)
{
	struct state *loaded = NULL;
	char *text = state_dump(s), *again, why[256] = "";

	assert(text != NULL);
	assert(state_sound(s, why, sizeof(why)) == 0);
	assert(state_load(text, &loaded, why, sizeof(why)) == 0);
	again = state_dump(loaded);
	assert(strcmp(text, again) == 0);
	state_free(loaded);
	free(text);
	free(again);
}

static int
on_notice(void *arg, const struct notice *n)
{
	(void)arg;
	assert(json_is_object(n->params));
	return 0;
}

/* A line that is an event is the next one, whatever sequence it has. */
static void
take_line(struct state *s, const char *line, size_t len)
{
	json_t *j = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
	struct event *ev = NULL;
	char why[256] = "";

	if (j != NULL && event_from_json(j, &ev) == 0) {
		int rc;

		ev->seq = state_seq(s) + 1;
		rc = state_apply(s, ev, why, sizeof(why));
		assert((rc < 0) == (why[0] != '\0'));
		if (rc == 0)
			assert(feed_derive(ev, state_territory(s), state_zone(s), on_notice, NULL) == 0);
	}
	event_free(ev);
	json_decref(j);
}

static void
try_snapshot(const uint8_t *data, size_t len)
{
	char *text = calloc(1, len + 1), why[256] = "";
	struct state *s = NULL;
	int rc;

	assert(text != NULL);
	memcpy(text, data, len);
	rc = state_load(text, &s, why, sizeof(why));
	assert((rc < 0) == (s == NULL) && (rc < 0) == (why[0] != '\0'));
	if (s != NULL)
		check_dump(s);
	state_free(s);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct state *s = state_new();
	const char *at = (const char *)data, *end = at + len;

	assert(s != NULL);
	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));

		stop = stop == NULL ? end : stop;
		take_line(s, at, (size_t)(stop - at));
		at = stop + 1;
	}
	if (state_seq(s) > 0)
		check_dump(s);
	else
		try_snapshot(data, len);
	state_free(s);
	return 0;
}
