/* SPDX-License-Identifier: Apache-2.0 */
/* shift.* and break.*: a technician's day, as far as it is his own. */
#include "daemon/state_impl.h"

#include <errno.h>
#include <string.h>

enum { SHIFT_AHEAD_S = 86400 }; /* a shift may be started so long before its time */

/* The life of a technician. A pair not listed is 0: the event is refused. */
#define TO(status) ((status) + 1)
static const int next[TECH_STATUSES][EV_TYPES] = {
	[TECH_OFF][EV_SHIFT_STARTED] = TO(TECH_FREE),
	[TECH_FREE][EV_SHIFT_ENDED] = TO(TECH_OFF),
	[TECH_FREE][EV_BREAK_STARTED] = TO(TECH_ON_BREAK),
	[TECH_ON_BREAK][EV_BREAK_ENDED] = TO(TECH_FREE),
	[TECH_FREE][EV_BREAK_WAIVED] = TO(TECH_FREE),
	[TECH_DRIVING][EV_BREAK_WAIVED] = TO(TECH_DRIVING),
	[TECH_ON_SITE][EV_BREAK_WAIVED] = TO(TECH_ON_SITE),
	[TECH_ON_BREAK][EV_BREAK_WAIVED] = TO(TECH_ON_BREAK),
};

/* The first shift that has neither been worked nor passed, -1 none within a day. */
static int32_t
shift_to_start(const struct tech *t, int64_t at)
{
	for (int32_t i = 0; i < t->shifts; i++) {
		const struct shift *sh = &t->shift[i];

		if (!sh->ended && sh->to > at && sh->from - at <= SHIFT_AHEAD_S)
			return i;
	}
	return -1;
}

static int
shift_started(struct tech *t, struct body *b, int64_t at)
{
	struct place place = terms_read_place(b, "place");
	int32_t shift = shift_to_start(t, at);

	if (!body_failed(b) && shift < 0)
		body_fail(b, -EPERM, "%s has no shift now or within a day", t->id);
	if (body_failed(b))
		return b->error->rc;
	t->shift_now = shift;
	t->hard_points = 0;
	t->at = place;
	/* Who starts a shift is back. */
	if (t->absent_from <= at && at < t->absent_to)
		t->absent_from = t->absent_to = 0;
	return 0;
}

static int
shift_ended(struct tech *t)
{
	t->shift[t->shift_now].ended = true;
	t->shift_now = -1;
	t->takens = 0;
	return 0;
}

/* The due break that a body names, NULL after refusing. */
static struct break_due_at *
due_read(struct tech *t, struct body *b, int32_t *ret_i)
{
	struct shift *sh = &t->shift[t->shift_now];

	*ret_i = (int32_t)body_int(b, "due", 0, sh->dues - 1);
	if (body_failed(b))
		return NULL;
	if (sh->due[*ret_i].status != BREAK_DUE) {
		body_fail(b, -EPERM, "That break was started or waived before");
		return NULL;
	}
	return &sh->due[*ret_i];
}

static void
untake(struct tech *t, int32_t due)
{
	int32_t kept = 0;

	for (int32_t i = 0; i < t->takens; i++) {
		if (t->taken[i].due != due)
			t->taken[kept++] = t->taken[i];
	}
	t->takens = kept;
}

static int
break_started(struct tech *t, struct body *b, int64_t at)
{
	int64_t end = body_int(b, "end", at, BODY_TIME_MAX);
	int32_t i;
	struct break_due_at *due = due_read(t, b, &i);

	if (due == NULL)
		return b->error->rc;
	due->status = BREAK_RUNNING;
	t->break_now = i;
	t->until = end;
	untake(t, i);
	return 0;
}

static int
break_ended(struct tech *t)
{
	t->shift[t->shift_now].due[t->break_now].status = BREAK_TAKEN;
	t->break_now = -1;
	t->until = 0;
	return 0;
}

static int
break_waived(struct tech *t, struct body *b)
{
	int32_t i;
	struct break_due_at *due = due_read(t, b, &i);

	if (due == NULL)
		return b->error->rc;
	due->status = BREAK_WAIVED;
	untake(t, i);
	return 0;
}

static int
step(struct tech *t, const struct event *ev, struct body *b, int64_t at)
{
	switch (ev->type) {
	case EV_SHIFT_STARTED:
		return shift_started(t, b, at);
	case EV_SHIFT_ENDED:
		return shift_ended(t);
	case EV_BREAK_STARTED:
		return break_started(t, b, at);
	case EV_BREAK_ENDED:
		return break_ended(t);
	default:
		return break_waived(t, b);
	}
}

int
state_apply_shift(struct state *s, const struct event *ev, struct body *b)
{
	int32_t i = state_read_tech(s, b, "technician");
	struct tech *t;
	int64_t at = 0;
	int to;

	if (body_failed(b))
		return b->error->rc;
	t = s->tech[i];
	state_read_version(b, t->version);
	if (ev->type != EV_BREAK_WAIVED)
		at = state_read_at(b, ev, t);
	to = next[t->status][ev->type];
	if (!body_failed(b) && to == 0)
		body_fail(b, -EPERM, "%s is %s: no %s now", t->id, tech_status_name(t->status),
		    event_name(ev->type));
	if (body_failed(b) || step(t, ev, b, at) < 0)
		return b->error->rc;
	t->status = (enum tech_status)(to - 1);
	if (ev->type != EV_BREAK_WAIVED)
		t->since = at;
	t->version++;
	return 0;
}
