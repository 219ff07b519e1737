/* SPDX-License-Identifier: Apache-2.0 */
/* Not today: what the day leaves is carried over, when nothing else is in question. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/carry.h"
#include "daemon/log.h"
#include "daemon/morning.h"
#include "daemon/planner_impl.h"
#include "proto/when.h"

enum { RETRY_MS = 50, NOTICE_SIZE = 400 };

/* --- what the consoles hear --- */

static void
say_to(const struct state *s, const struct carried *c, char *ret, size_t size)
{
	char from[WHEN_SIZE], to[WHEN_SIZE];
	const char *id = state_call(s, c->call)->id;

	if (c->promise.to == 0 || when_format(c->promise.from, state_zone(s), from) < 0 ||
	    when_format(c->promise.to, state_zone(s), to) < 0)
		snprintf(ret, size, "%s: agree a time", id);
	else
		snprintf(ret, size, "%s: %.10s %.5s to %.5s", id, from, from + 11, to + 11);
}

static void
say_all(struct desk *d, const struct carried *c, int32_t n)
{
	char text[NOTICE_SIZE];
	size_t at = (size_t)snprintf(text, sizeof(text), "%d call%s could not be served today and "
	    "%s carried over", (int)n, n == 1 ? "" : "s", n == 1 ? "was" : "were");

	for (int32_t i = 0; i < n; i++) {
		char one[STATE_ID_SIZE + 64];

		say_to(d->t->state, &c[i], one, sizeof(one));
		if (at + strlen(one) + 8 > sizeof(text)) {
			snprintf(text + at, sizeof(text) - at, "; ...");
			break;
		}
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s", i == 0 ? " (" : "; ",
		    one);
	}
	if (at + 1 < sizeof(text))
		snprintf(text + at, sizeof(text) - at, ")");
	planner_notice(d, "info", "carried_over", text);
}

static void
say_manager(struct desk *d, const struct carried *c)
{
	const struct state *s = d->t->state;
	const struct call_state *call = state_call(s, c->call);
	const char *customer = json_string_value(json_object_get(call->terms, "customer"));
	char text[NOTICE_SIZE];

	if (c->nobody) {
		snprintf(text, sizeof(text), "Nobody may do %s of %.120s: agree with the customer "
		    "what becomes of it", call->id, customer);
		planner_notice(d, "warning", "nobody_qualified", text);
	}
	if (!carry_needs_manager(s, call->carried))
		return;
	snprintf(text, sizeof(text), "A manager should look at %s of %.120s: it was carried over %d "
	    "times", call->id, customer, (int)call->carried);
	planner_notice(d, "warning", "carried_twice", text);
}

/* --- carrying over --- */

static int
append(struct desk *d, int64_t now, const struct carried *c, int32_t n)
{
	const struct state *s = d->t->state;
	struct event *ev[CARRY_MAX];
	char why[256] = "out of memory";
	bool whole = true;
	int rc = -ENOMEM;

	for (int32_t i = 0; i < n; i++) {
		ev[i] = carry_event(s, now, &c[i], "daemon", NULL);
		whole = whole && ev[i] != NULL;
	}
	if (whole) {
		rc = shop_append(d->p->shop, d->t, ev, (size_t)n, NULL, NULL, NULL, why,
		    sizeof(why));
	} else {
		for (int32_t i = 0; i < n; i++)
			event_free(ev[i]);
	}
	if (rc < 0)
		log_say(LEVEL_WARNING, "territory %s: %d calls were not carried over yet: %s",
		    state_territory(s), (int)n, why);
	return rc;
}

void
carry_tick(struct desk *d)
{
	d->carry = true;
}

bool
carry_gone(const struct desk *d)
{
	return carry_from(d->t->state, planner_now(d->p)) == 0;
}

bool
carry_turn(struct desk *d)
{
	const struct state *s = d->t->state;
	int64_t now = planner_now(d->p);
	int32_t call[CARRY_MAX], n;
	struct carried to[CARRY_MAX];
	int rc;

	d->carry = false;
	n = carry_due(s, now, call);
	if (n == 0)
		return false;
	rc = carry_place(s, now, morning_after(s, morning_today(s, now)), CARRY_DAYS, call, n, to);
	if (rc == 0)
		rc = append(d, now, to, n);
	if (rc < 0) { /* else: at the next tick */
		d->carry = rc == -EBUSY;
		planner_arm(d->p, RETRY_MS);
		return true;
	}
	say_all(d, to, n);
	for (int32_t i = 0; i < n; i++)
		say_manager(d, &to[i]);
	d->carry = n == CARRY_MAX; /* more may be left */
	planner_arm(d->p, 0);
	return true;
}

int64_t
carry_next(const struct desk *d, int64_t now)
{
	return carry_next_at(d->t->state, now);
}
