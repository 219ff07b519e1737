/* SPDX-License-Identifier: Apache-2.0 */
/* goodwill.*, message.written: what follows from other events, in the same commit. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/state_impl.h"

int
state_apply_goodwill(struct state *s, const struct event *ev, struct body *b)
{
	(void)s;
	return body_fail(b, -EPERM, "%s: not yet", event_name(ev->type));
}

/* --- reading --- */

int32_t
state_goodwills(const struct state *s)
{
	return s->goodwills;
}

const struct goodwill *
state_goodwill(const struct state *s, int32_t i)
{
	assert(i >= 0 && i < s->goodwills);
	return &s->goodwill[i]->g;
}

int32_t
state_goodwill_find(const struct state *s, const char *id)
{
	for (int32_t i = s->goodwills - 1; i >= 0; i--) {
		if (strcmp(s->goodwill[i]->g.id, id) == 0)
			return i;
	}
	return -1;
}

int64_t
state_goodwill_granted(const struct state *s, int64_t since)
{
	int64_t sum = 0;

	for (int32_t i = 0; i < s->goodwills; i++) {
		const struct goodwill *g = &s->goodwill[i]->g;

		if (g->status == GOODWILL_GRANTED && g->decided_at >= since)
			sum += g->cents;
	}
	return sum;
}
