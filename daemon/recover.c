/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/recover.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AND_NOW "put back a backup, or install the version that wrote it"

struct replay {
	struct state *state;
	const char *territory;
	char *why;
	size_t why_size;
};

static int
on_event(void *arg, const struct event *ev)
{
	struct replay *r = arg;
	char because[200] = "";
	int rc;

	if (ev->seq != state_seq(r->state) + 1) {
		snprintf(r->why, r->why_size,
		    "territory %s: event %" PRId64 " is missing from the "
		    "journal: " AND_NOW,
		    r->territory, state_seq(r->state) + 1);
		return -EIO;
	}
	rc = state_apply(r->state, ev, because, sizeof(because));
	if (rc < 0)
		snprintf(r->why, r->why_size,
		    "territory %s: event %" PRId64 " (%s) does not follow "
		    "from the journal before it (%s): " AND_NOW,
		    r->territory, ev->seq, event_name(ev->type), because);
	return rc;
}

/* The newest snapshot that reads; an unreadable one costs time, not data. NULL: none. */
static int
from_snapshot(struct store *st, const char *territory, struct state **ret, int64_t *ret_seq)
{
	int64_t below = INT64_MAX, seq;
	char *text, why[200];
	int rc;

	for (;;) {
		rc = store_snapshot(st, territory, below, &text, &seq);
		if (rc < 0)
			return rc;
		if (text == NULL)
			return 0;
		rc = state_load(text, ret, why, sizeof(why));
		free(text);
		if (rc == 0)
			*ret_seq = seq;
		if (rc != -EBADMSG)
			return rc;
		below = seq;
	}
}

int
recover_state(struct store *st, const char *territory, bool from_zero, struct state **ret,
    int64_t *ret_snapshot_seq, char *why, size_t why_size)
{
	struct state *s = NULL;
	struct replay r = { .territory = territory, .why = why, .why_size = why_size };
	int64_t seq = 0;
	int rc = 0;

	snprintf(why, why_size, "territory %s: the store cannot be read: " AND_NOW, territory);
	if (!from_zero)
		rc = from_snapshot(st, territory, &s, &seq);
	if (rc < 0)
		return rc;
	if (s == NULL)
		s = state_new();
	if (s == NULL)
		return -ENOMEM;
	r.state = s;
	rc = store_read(st, territory, seq, on_event, &r);
	if (rc < 0) {
		state_free(s);
		return rc;
	}
	*ret = s;
	*ret_snapshot_seq = seq;
	return 0;
}

/* --- comparing --- */

struct verify {
	struct store *st;
	recover_say_fn *say;
	char *why;
	size_t why_size;
};

static int
same(const struct state *a, const struct state *b)
{
	char *x = state_dump(a), *y = state_dump(b);
	int rc = -ENOMEM;

	if (x != NULL && y != NULL)
		rc = strcmp(x, y) == 0 ? 0 : -EBADMSG;
	free(x);
	free(y);
	return rc;
}

static int
verify_one(void *arg, const char *territory)
{
	struct verify *v = arg;
	struct state *quick = NULL, *slow = NULL;
	int64_t snapshot, none;
	int rc = recover_state(v->st, territory, false, &quick, &snapshot, v->why, v->why_size);

	if (rc == 0)
		rc = recover_state(v->st, territory, true, &slow, &none, v->why, v->why_size);
	if (rc == 0) {
		rc = same(quick, slow);
		snprintf(v->why, v->why_size,
		    "territory %s: its snapshot at %" PRId64 " differs from "
		    "what the journal says: " AND_NOW,
		    territory, snapshot);
	}
	if (rc == 0 && v->say != NULL)
		v->say(territory, state_seq(slow), snapshot);
	state_free(quick);
	state_free(slow);
	return rc;
}

int
recover_verify(struct store *st, recover_say_fn *say, char *why, size_t why_size)
{
	struct verify v = { st, say, why, why_size };

	return store_territories(st, verify_one, &v);
}
