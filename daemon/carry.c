/* SPDX-License-Identifier: Apache-2.0 */
/* What is carried over, and when. carry_place.c: to where. */
#include "daemon/carry.h"

#include <stdlib.h>

#include "daemon/build.h"
#include "daemon/insertion.h"
#include "daemon/morning.h"
#include "daemon/tell.h"

/* --- the end of the day --- */

/* When a shift that may still be worked ends, with what an absence takes of it; 0: it is over. */
static int64_t
works_until(const struct tech *t, const struct shift *sh, int64_t now, bool running,
    int32_t overtime_s)
{
	int64_t from = now > sh->from ? now : sh->from, to = sh->to;

	if (sh->ended || (t->shift_now >= 0 && !running && sh->from <= now))
		return 0;
	if (to <= now)
		return running && now < to + overtime_s ? now : 0;
	if (t->absent_from <= from && from < t->absent_to)
		return t->absent_to < to ? to : 0;
	if (t->absent_from > from && t->absent_from < to)
		return t->absent_from;
	return to;
}

int64_t
carry_from(const struct state *s, int64_t now)
{
	int64_t midnight = morning_today(s, now), next = morning_after(s, midnight);
	int64_t before = state_guidelines(s)->carry_before_s, last = 0;
	bool any = false;

	for (int32_t k = 0; k < state_techs(s); k++) {
		const struct tech *t = state_tech(s, k);
		int32_t overtime_s = t->overtime_max_s < 0 ?
		    state_guidelines(s)->overtime_max_s : t->overtime_max_s;

		for (int32_t i = 0; i < t->shifts; i++) {
			int64_t until = 0;

			if (t->shift[i].from < next)
				until = works_until(t, &t->shift[i], now, i == t->shift_now,
				    overtime_s);
			any = any || (t->shift[i].from >= midnight && t->shift[i].from < next);
			last = until > last ? until : last;
		}
	}
	if (last == 0 && any)
		return 0;
	return (last == 0 || last > next ? next : last) - before;
}

/* --- which calls --- */

/* Whether a call is one of the day that ends at next. */
static bool
is_of_today(const struct call_state *c, int64_t now, int64_t next)
{
	if (state_start_at(c, now) >= next || (c->told.promise && c->told.promise_from >= next))
		return false;
	return c->told.promise || c->carried > 0 || c->due < next; /* due 0: no time at all */
}

/*
 * Whether a technician's stop at a time is on a shift that begins another day: what the night shift
 * does after midnight is still of today.
 */
static bool
is_next_shift(const struct tech *t, int64_t arrival, int64_t next)
{
	if (arrival < next || t->shift_now >= 0)
		return false;
	for (int32_t i = 0; i < t->shifts; i++)
		if (!t->shift[i].ended && t->shift[i].to > arrival)
			return t->shift[i].from >= next;
	return true;
}

/* On no route, or on one that only begins another day, or (gone) on that of somebody who has left. */
static bool
is_left(const struct state *s, const struct call_state *c, int64_t next, bool gone)
{
	return c->status == CALL_UNASSIGNED || (c->status == CALL_PLANNED &&
	    (gone || is_next_shift(state_tech(s, c->tech), c->arrival, next)));
}

/* Whether the customer must hear now: his window is about to end, or the plan gave it up. */
static bool
is_pressing(const struct call_state *c, int64_t now)
{
	return c->told.promise && (c->status == CALL_PLANNED ||
	    c->told.promise_to <= now + CARRY_WARN_S);
}

/*
 * Whether somebody could take a call on a shift of today for less than leaving it costs. until: the
 * shift lasts until then at least.
 */
static bool
has_taker(const struct cost_frame *f, int32_t call, const struct retimed *route, int64_t until)
{
	struct visit v = insertion_visit(f->s, call);
	struct insertion best;
	struct cost_prices p;

	cost_prices(f, call, &p);
	for (int32_t k = 0; k < state_techs(f->s); k++) {
		const struct retimed *r = &route[k];

		if (r->works && state_tech(f->s, k)->shift[r->shift].from < f->day_to &&
		    r->shift_end >= until && state_may(f->s, k, call) &&
		    insertion_best(f, k, r, &v, &best) && best.cents < p.unserved_cents)
			return true;
	}
	return false;
}

struct ranked {
	enum severity severity;
	int32_t carried, call;
	int64_t opened;
};

static int
urgent_first(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->severity != y->severity)
		return x->severity > y->severity ? -1 : 1;
	if (x->carried != y->carried)
		return x->carried > y->carried ? -1 : 1;
	if (x->opened != y->opened)
		return x->opened < y->opened ? -1 : 1;
	return x->call < y->call ? -1 : x->call > y->call;
}

/* Of today and left, as far as their time has come, the most urgent first. */
static int32_t
candidates(const struct state *s, int64_t now, int64_t from, struct ranked *list)
{
	int64_t next = morning_after(s, morning_today(s, now));
	int32_t open_n, n = 0;
	const int32_t *open = state_open(s, &open_n);

	for (int32_t i = 0; i < open_n; i++) {
		const struct call_state *c = state_call(s, open[i]);

		/* Who was promised another time just now hears of no third one yet. */
		if (is_left(s, c, next, from == 0) && is_of_today(c, now, next) &&
		    (now >= from || is_pressing(c, now)) &&
		    (now >= next - CARRY_LAST_S || !tell_waits(s, open[i], now)))
			list[n++] = (struct ranked){ c->severity, c->carried, open[i],
				c->opened };
	}
	qsort(list, (size_t)n, sizeof(*list), urgent_first);
	return n;
}

int32_t
carry_due(const struct state *s, int64_t now, int32_t ret[CARRY_MAX])
{
	struct cost_frame f = cost_frame(s, now);
	/* Just before midnight only a night shift is waited for. */
	int64_t until = now >= f.day_to - CARRY_LAST_S ? f.day_to + 1 : 0;
	struct retimed *route = NULL;
	struct ranked *list;
	int32_t open_n, n, due = 0;

	(void)state_open(s, &open_n);
	if (open_n == 0)
		return 0;
	list = malloc((size_t)open_n * sizeof(*list));
	if (list == NULL)
		return 0;
	n = candidates(s, now, carry_from(s, now), list);
	if (n > 0)
		route = malloc(((size_t)state_techs(s) + 1) * sizeof(*route));
	for (int32_t k = 0; route != NULL && k < state_techs(s); k++)
		retime(s, k, now, &route[k]);
	for (int32_t i = 0; route != NULL && i < n && due < CARRY_MAX; i++)
		if (!has_taker(&f, list[i].call, route, until))
			ret[due++] = list[i].call;
	free(route);
	free(list);
	return due;
}

int64_t
carry_next_at(const struct state *s, int64_t now)
{
	int64_t next = morning_after(s, morning_today(s, now)), from = INT64_MIN, when = INT64_MAX;
	int32_t open_n;
	const int32_t *open = state_open(s, &open_n);

	for (int32_t i = 0; i < open_n; i++) {
		const struct call_state *c = state_call(s, open[i]);
		int64_t one;

		if (!is_left(s, c, next, false) || !is_of_today(c, now, next))
			continue;
		if (from == INT64_MIN)
			from = carry_from(s, now);
		one = is_pressing(c, now) ? now : from;
		if (c->told.promise && c->told.promise_to - CARRY_WARN_S < one)
			one = c->told.promise_to - CARRY_WARN_S;
		/* Somebody could take it still: looked at again soon, at the latest at the end. */
		if (one <= now)
			one = now + CARRY_LAST_S;
		if (one > next - CARRY_LAST_S && now < next - CARRY_LAST_S)
			one = next - CARRY_LAST_S;
		when = one < when ? one : when;
	}
	return when;
}

bool
carry_waits(const struct state *s, int32_t tech, const struct call_state *c, int64_t now,
    int64_t arrival)
{
	int64_t next = morning_after(s, morning_today(s, now));

	return is_next_shift(state_tech(s, tech), arrival, next) && is_of_today(c, now, next);
}

/* --- the event --- */

static json_t *
span_json(struct span w)
{
	return json_pack("{s:I, s:I}", "from", (json_int_t)w.from, "to", (json_int_t)w.to);
}

struct event *
carry_event(const struct state *s, int64_t now, const struct carried *to, const char *by,
    const char *reason)
{
	const struct call_state *c = state_call(s, to->call);
	json_t *body = json_pack("{s:s, s:I, s:i, s:I, s:s, s:s}", "call", c->id, "version",
	    (json_int_t)c->version + 1, "count", (int)c->carried + 1, "not_before",
	    (json_int_t)to->not_before, "by", by, "status", call_status_name(CALL_UNASSIGNED));

	if (to->promise.to > 0)
		build_set(&body, "promise", span_json(to->promise));
	if (c->told.promise)
		build_set(&body, "previous_promise",
		    span_json((struct span){ c->told.promise_from, c->told.promise_to }));
	if (c->tech >= 0)
		build_set(&body, "technician", json_string(state_tech(s, c->tech)->id));
	if (reason != NULL)
		build_set(&body, "reason", json_string(reason));
	return event_new(EV_CALL_CARRIED_OVER, now, body);
}

bool
carry_needs_manager(const struct state *s, int32_t count)
{
	return count >= state_guidelines(s)->carry_manager;
}
