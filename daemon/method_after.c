/* SPDX-License-Identifier: Apache-2.0 */
/* Requests about what is carried over. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/build.h"
#include "daemon/carry.h"
#include "daemon/method_help.h"
#include "daemon/morning.h"
#include "daemon/object.h"
#include "proto/when.h"

/* What was asked for, read and judged. */
struct wish {
	struct carried to;
	bool negotiate, placed; /* placed: the promise in `to` was given */
	int64_t from;           /* midnight of the first day to be tried */
	int32_t days;
};

/* Refuses a time at which nobody who may do the call works, and says when somebody does. */
static void
refuse_nobody(struct request *r, const struct found *f, const char *member, const char *when)
{
	int64_t next = morning_after(f->s, morning_today(f->s, f->now));
	const char *id = state_call(f->s, f->call)->id;
	char from[WHEN_SIZE], to[WHEN_SIZE];
	struct span sh;

	if (carry_next_shift(f->s, f->call, next, &sh) &&
	    when_format(sh.from, state_zone(f->s), from) == 0 &&
	    when_format(sh.to, state_zone(f->s), to) == 0)
		request_refuse(r, RPC_BAD_TIME, NULL, "%s: nobody who may do %s works %s; the next "
		    "shift is from %s to %s", member, id, when, from, to);
	else
		request_refuse(r, RPC_BAD_TIME, NULL, "%s: nobody who may do %s works %s, and no shift "
		    "is known; add one, or carry it over with \"negotiate\"", member, id, when);
}

/* The member "day": its local midnight in *ret. False after answering. */
static bool
read_day(struct request *r, const struct found *f, int64_t today, int64_t *ret)
{
	const char *day = params_str(request_params(r), "day", "");
	char noon[WHEN_SIZE];
	int64_t at;

	snprintf(noon, sizeof(noon), "%.10sT12:00:00Z", day);
	if (strlen(day) != 10 || when_parse(noon, &at) < 0) {
		params_refuse(request_params(r), "day", "a date like 2011-09-22", day);
		request_refuse_params(r);
		return false;
	}
	/* Noon of that date in UTC is in it or beside it anywhere: its own noon is in it. */
	if (when_format(at, state_zone(f->s), noon) == 0 && strncmp(noon, day, 10) != 0)
		at += strncmp(noon, day, 10) < 0 ? 43200 : -43200;
	*ret = morning_today(f->s, at);
	if (*ret > today)
		return true;
	request_refuse(r, RPC_BAD_TIME, NULL, "day: %s is not after today; to agree another time "
	    "today, change the appointment with call.amend", day);
	return false;
}

/* The member "window", given in w. False after answering. */
static bool
judge_window(struct request *r, const struct found *f, int64_t today, struct span w)
{
	char text[WHEN_SIZE] = "";

	when_format(f->now, state_zone(f->s), text);
	if (w.to <= f->now)
		request_refuse(r, RPC_BAD_TIME, NULL, "window: it is past, it is %s; agree a later one",
		    text);
	else if (w.from < morning_after(f->s, today))
		request_refuse(r, RPC_BAD_TIME, NULL, "window: it begins today; to agree another time "
		    "today, change the appointment with call.amend");
	else if (!carry_anybody(f->s, f->call, w))
		refuse_nobody(r, f, "window", "then");
	else
		return true;
	return false;
}

/* Reads window, day and negotiate. False after answering. */
static bool
read_wish(struct request *r, const struct found *f, struct wish *w)
{
	struct params *p = request_params(r);
	int64_t today = morning_today(f->s, f->now), next = morning_after(f->s, today);
	bool day = params_has(p, "day");
	struct span sh;

	*w = (struct wish){ .to = { .call = f->call }, .from = next, .days = CARRY_DAYS };
	w->negotiate = params_bool(p, "negotiate", false);
	w->placed = params_window(p, "window", &w->to.promise.from, &w->to.promise.to);
	if (w->placed && (day || w->negotiate))
		params_refuse(p, "window", "left out beside \"day\" and \"negotiate\"", "both");
	if (p->failed) {
		request_refuse_params(r);
		return false;
	}
	if (w->placed) {
		w->to.not_before = morning_today(f->s, w->to.promise.from);
		return judge_window(r, f, today, w->to.promise);
	}
	if (day) {
		if (!read_day(r, f, today, &w->from))
			return false;
		w->days = 1;
		if (!carry_anybody(f->s, f->call,
		        (struct span){ w->from, morning_after(f->s, w->from) })) {
			refuse_nobody(r, f, "day", "on that day");
			return false;
		}
	}
	w->to.not_before = w->from;
	if (carry_next_shift(f->s, f->call, w->from, &sh))
		w->to.not_before = morning_today(f->s, sh.from);
	return true;
}

/* Finds the window where none was given. False after answering. */
static bool
find_window(struct request *r, const struct found *f, struct wish *w)
{
	int rc;

	if (w->placed || w->negotiate)
		return true;
	rc = carry_place(f->s, f->now, w->from, w->days, &f->call, 1, &w->to);
	if (rc < 0) {
		request_refuse(r, RPC_INTERNAL, NULL, rc == -ENOMEM ? "Out of memory" :
		    "No other day could be looked for");
		return false;
	}
	if (w->to.promise.to > 0)
		return true;
	request_refuse(r, RPC_BAD_TIME, NULL, "%s: nobody who may do %s has room %s; give a window, "
	    "another day, or \"negotiate\" to agree a time later", w->days == 1 ? "day" : "call",
	    state_call(f->s, f->call)->id, w->days == 1 ? "on that day" : "in the next seven days");
	return false;
}

static json_t *
carried_result(const struct found *f, const struct carried *to, bool manager)
{
	const struct call_state *c = state_call(f->s, f->call);
	json_t *result = json_pack("{s:s, s:I, s:i, s:o, s:b}", "call", c->id, "version",
	    (json_int_t)c->version + 1, "carried_over", (int)c->carried + 1, "not_before",
	    object_when(f->s, to->not_before), "needs_manager", manager);

	if (to->promise.to > 0)
		build_set(&result, "promise", object_window(f->s, to->promise.from, to->promise.to));
	return result;
}

static void
call_carry_over(struct request *r)
{
	struct found f = { 0 };
	const struct call_state *c;
	struct wish w;
	char by[HELP_BY_SIZE], text[256];
	bool manager;

	if (!help_call(r, &f))
		return;
	c = state_call(f.s, f.call);
	if (!help_version(r, c->version, c->id))
		return;
	if (c->status != CALL_UNASSIGNED && c->status != CALL_PLANNED) {
		request_refuse(r, RPC_WRONG_STATE, NULL, "%s is %s: only what waits can be carried "
		    "over", c->id, call_status_name(c->status));
		return;
	}
	if (!read_wish(r, &f, &w) || !find_window(r, &f, &w))
		return;
	help_by(r, by);
	manager = carry_needs_manager(f.s, c->carried + 1);
	if (manager) {
		snprintf(text, sizeof(text), "A manager should look at %s: it was carried over %d "
		    "times", c->id, (int)c->carried + 1);
		help_notice(r, f.s, "warning", "carried_twice", text);
	}
	request_commit_one(r, f.t, carry_event(f.s, f.now, &w.to, by,
	    params_text(request_params(r), "reason", NULL)), carried_result(&f, &w.to, manager));
}

const struct method methods_after[] = {
	{ "call.carry_over", call_carry_over },
	{ NULL, NULL },
};
