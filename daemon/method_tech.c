/* SPDX-License-Identifier: Apache-2.0 */
/* Requests about technicians: who they are, their shifts, where they are, when they are away. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/build.h"
#include "daemon/feed.h"
#include "daemon/method_help.h"
#include "daemon/object.h"
#include "daemon/planner.h"
#include "daemon/positions.h"
#include "daemon/terms.h"
#include "proto/when.h"

enum {
	DAY_S = 86400,
	ABSENCE_LONGEST_S = 366 * DAY_S,
	POSITION_OLDEST_S = DAY_S, /* phones send what they queued; older is of no use */
	ABSENT_CALLS_MAX = 1000,
};

/* --- adding and amending --- */

static void
default_to(json_t **terms, const char *name, json_t *value)
{
	if (json_object_get(*terms, name) == NULL)
		build_set(terms, name, value);
	else
		json_decref(value);
}

static void
technician_add(struct request *r)
{
	struct params *p = request_params(r);
	struct territory *t = request_territory(r);
	char id[STATE_ID_SIZE];
	const char *wanted;
	json_t *terms;

	if (t == NULL)
		return;
	state_next_id(t->state, "t", id);
	wanted = params_str(p, "technician", id);
	terms = terms_of_tech(p);
	if (p->failed) {
		request_refuse_params(r);
	} else if (state_tech_find(t->state, wanted) >= 0) {
		request_refuse(r, RPC_EXISTS, NULL, "technician: there is a %s already; choose another id "
		    "or leave it out", wanted);
	} else if (state_techs(t->state) >= STATE_TECHNICIANS_MAX) {
		request_refuse(r, RPC_OVERLOADED, NULL, "The territory is full: it has %d technicians",
		    STATE_TECHNICIANS_MAX);
	} else {
		default_to(&terms, "skills", json_array());
		default_to(&terms, "shifts", json_array());
		default_to(&terms, "speed_pct", json_integer(100));
		request_commit_one(r, t, event_new(EV_TECHNICIAN_ADDED,
		    clock_now(&request_shop(r)->clock), json_pack("{s:s, s:O}", "technician", wanted,
		    "terms", terms)), json_pack("{s:s, s:i, s:s}", "technician", wanted, "version", 1,
		    "status", tech_status_name(TECH_OFF)));
	}
	json_decref(terms);
}

static void
technician_amend(struct request *r)
{
	struct found f = { 0 };
	struct params *p = request_params(r);
	const struct tech *t;
	const char *status;
	json_t *terms;

	if (!help_tech(r, &f))
		return;
	t = state_tech(f.s, f.tech);
	if (!help_version(r, t->version, t->id))
		return;
	terms = terms_of_tech(p);
	status = object_tech_status(t, f.now);
	if (p->failed) {
		request_refuse_params(r);
	} else if (terms == NULL) {
		request_refuse(r, RPC_INTERNAL, NULL, "Out of memory");
	} else if (json_object_size(terms) == 0) {
		params_refuse(p, "technician", "at least one member to change besides", "none");
		request_refuse_params(r);
	} else {
		request_commit_one(r, f.t, event_new(EV_TECHNICIAN_AMENDED, f.now,
		    json_pack("{s:s, s:I, s:O, s:s}", "technician", t->id, "version",
		    (json_int_t)t->version + 1, "terms", terms, "status", status)),
		    help_done_tech(t, status));
	}
	json_decref(terms);
}

struct named {
	const char *id;
	int32_t index;
};

static int
by_id(const void *a, const void *b)
{
	return strcmp(((const struct named *)a)->id, ((const struct named *)b)->id);
}

static void
technician_list(struct request *r)
{
	struct shop *shop = request_shop(r);
	int64_t now = clock_now(&shop->clock);
	struct territory *t = request_territory(r);
	struct named order[STATE_TECHNICIANS_MAX];
	int32_t n;
	json_t *list;

	if (t == NULL)
		return;
	n = state_techs(t->state);
	for (int32_t i = 0; i < n; i++)
		order[i] = (struct named){ state_tech(t->state, i)->id, i };
	qsort(order, (size_t)n, sizeof(order[0]), by_id);
	list = json_array();
	for (int32_t i = 0; i < n; i++) {
		const struct position *last = positions_get(shop->positions,
		    state_territory(t->state), order[i].id);
		struct place at = { 0 };

		if (last != NULL)
			at = (struct place){ last->lat_udeg, last->lon_udeg };
		build_add(&list,
		    object_tech(t->state, order[i].index, now, last != NULL ? &at : NULL));
	}
	request_reply(r, json_pack("{s:o}", "technicians", list));
}

/* --- absence --- */

/* When an absence ends if nobody says: with the shift it falls into, else after a day. */
static int64_t
absence_end(const struct tech *t, int64_t from)
{
	for (int32_t i = 0; i < t->shifts; i++)
		if (t->shift[i].to > from && t->shift[i].from < from + DAY_S)
			return t->shift[i].to;
	return from + DAY_S;
}

static bool
absence_read(struct request *r, const struct found *f, int64_t *ret_from, int64_t *ret_to)
{
	struct params *p = request_params(r);
	int64_t from = params_when(p, "from", f->now);
	int64_t to = params_when(p, "to", absence_end(state_tech(f->s, f->tech), from));

	if (!p->failed && (to <= from || to - from > ABSENCE_LONGEST_S))
		params_refuse(p, "to", "a time after from, at most 366 days later",
		    params_str(p, "to", "nothing"));
	if (p->failed) {
		request_refuse_params(r);
		return false;
	}
	if (to <= f->now || from < f->now - DAY_S) {
		request_refuse(r, RPC_BAD_TIME, NULL, "An absence is told before it is over, and no later "
		    "than a day after it began: it ends %lld s %s now", llabs(to - f->now),
		    to > f->now ? "after" : "before");
		return false;
	}
	*ret_from = from;
	*ret_to = to;
	return true;
}

/* Calls that he was to do within the absence: they are planned anew. */
static json_t *
absence_calls(const struct state *s, const struct tech *t, int64_t from, int64_t to)
{
	json_t *list = json_array();

	for (int32_t i = 0; i < t->stops && i < ABSENT_CALLS_MAX; i++) {
		const struct call_state *c = state_call(s, t->stop[i].call);

		if (c->status != CALL_ON_SITE && t->stop[i].end > from && t->stop[i].arrival < to)
			build_add(&list, json_string(c->id));
	}
	return list;
}

static void
technician_absent(struct request *r)
{
	struct found f = { 0 };
	const struct tech *t;
	const char *reason = params_text(request_params(r), "reason", NULL);
	int64_t from, to;
	json_t *body;
	bool is_now;

	if (!help_tech(r, &f) || !absence_read(r, &f, &from, &to))
		return;
	t = state_tech(f.s, f.tech);
	is_now = from <= f.now && f.now < to;
	body = json_pack("{s:s, s:I, s:I, s:I, s:s}", "technician", t->id, "version",
	    (json_int_t)t->version + 1, "from", (json_int_t)from, "to", (json_int_t)to, "status",
	    is_now ? "absent" : tech_status_name(t->status));
	if (reason != NULL)
		build_set(&body, "reason", json_string(reason));
	if (is_now && t->status == TECH_DRIVING) {
		build_set(&body, "call", json_string(state_call(f.s, t->call)->id));
		build_set(&body, "call_version",
		    json_integer(state_call(f.s, t->call)->version));
	}
	request_commit_one(r, f.t, event_new(EV_TECHNICIAN_ABSENT, f.now, body),
	    json_pack("{s:s, s:I, s:o}", "technician", t->id, "version", (json_int_t)t->version + 1,
	    "calls", absence_calls(f.s, t, from, to)));
}

/* --- shifts --- */

static json_t *
place_body(struct place at)
{
	return json_pack("{s:i, s:i}", "lat_udeg", (int)at.lat_udeg, "lon_udeg", (int)at.lon_udeg);
}

/* Where a shift starts: the member "position", else at home. */
static struct place
place_read(struct params *p, struct place home)
{
	const json_t *obj = params_get(p, "position");
	struct params sub;

	if (obj == NULL)
		return home;
	params_init(&sub, obj);
	return (struct place){ .lat_udeg = params_udeg(&sub, "lat", 0),
		.lon_udeg = params_udeg(&sub, "lon", 0) };
}

static bool
has_shift(const struct tech *t, int64_t at)
{
	for (int32_t i = 0; i < t->shifts; i++)
		if (!t->shift[i].ended && t->shift[i].to > at && t->shift[i].from - at <= DAY_S)
			return true;
	return false;
}

static void
shift_start(struct request *r)
{
	struct found f = { 0 };
	const struct tech *t;
	struct place from;
	int64_t at;

	if (!help_tech(r, &f) || !help_at(r, &f, &at))
		return;
	t = state_tech(f.s, f.tech);
	from = place_read(request_params(r), t->home);
	if (!help_near(r, "position", from, t->home))
		return;
	if (t->status != TECH_OFF) {
		request_refuse(r, RPC_WRONG_STATE, NULL, "%s is on shift already (%s)", t->id,
		    tech_status_name(t->status));
		return;
	}
	if (!has_shift(t, at)) {
		request_refuse(r, RPC_WRONG_STATE, NULL, "%s has no shift now or within a day; give him one "
		    "with technician.amend", t->id);
		return;
	}
	request_commit_one(r, f.t, event_new(EV_SHIFT_STARTED, f.now,
	    json_pack("{s:s, s:I, s:I, s:o}", "technician", t->id, "version",
	    (json_int_t)t->version + 1, "at", (json_int_t)at, "place",
	    place_body(from))),
	    help_done_tech(t, tech_status_name(TECH_FREE)));
}

static void
shift_end(struct request *r)
{
	struct found f = { 0 };
	const struct tech *t;
	int64_t at;

	if (!help_tech(r, &f) || !help_at(r, &f, &at))
		return;
	t = state_tech(f.s, f.tech);
	if (t->status == TECH_OFF) {
		request_refuse(r, RPC_WRONG_STATE, NULL, "%s is off already", t->id);
		return;
	}
	if (t->status != TECH_FREE) {
		request_refuse(r, RPC_WRONG_STATE, NULL, "%s is %s%s%s; end that first", t->id,
		    tech_status_name(t->status), t->call >= 0 ? ", call " : "",
		    t->call >= 0 ? state_call(f.s, t->call)->id : "");
		return;
	}
	request_commit_one(r, f.t, event_new(EV_SHIFT_ENDED, f.now, json_pack("{s:s, s:I, s:I}",
	    "technician", t->id, "version", (json_int_t)t->version + 1, "at", (json_int_t)at)),
	    help_done_tech(t, tech_status_name(TECH_OFF)));
}

/* --- positions --- */

static void
tell_position(struct request *r, const struct found *f, const struct position *pos)
{
	struct notice n = { .seq = state_seq(f->s), .method = "technician.position" };
	const struct tech *t = state_tech(f->s, f->tech);

	memcpy(n.technician, t->id, sizeof(n.technician));
	n.params = json_pack("{s:I, s:s, s:s, s:f, s:f, s:o}", "seq", (json_int_t)n.seq, "territory",
	    state_territory(f->s), "technician", t->id, "lat", pos->lat_udeg / 1e6, "lon",
	    pos->lon_udeg / 1e6, "at", object_when(f->s, pos->at_s));
	if (n.params == NULL)
		return; /* the next one will say more */
	feed_pass(request_shop(r)->feed, &n);
	json_decref(n.params);
}

static void
position_report(struct request *r)
{
	struct found f = { 0 };
	struct params *p = request_params(r);
	struct position pos;
	int rc;

	if (!help_tech(r, &f))
		return;
	pos = (struct position){
		.lat_udeg = params_udeg(p, "lat", 0),
		.lon_udeg = params_udeg(p, "lon", 0),
		.at_s = params_when(p, "at", f.now),
		.accuracy_m = (int32_t)params_int(p, "accuracy_m", -1),
	};
	if (p->failed) {
		request_refuse_params(r);
		return;
	}
	if (!help_near(r, "lat, lon", (struct place){ pos.lat_udeg, pos.lon_udeg },
	        state_tech(f.s, f.tech)->home))
		return;
	if (pos.at_s > f.now || pos.at_s < f.now - POSITION_OLDEST_S) {
		request_refuse(r, RPC_BAD_TIME, NULL, "at: the position is %lld s %s; only those of "
		    "the last day are taken, and none of the future", llabs(pos.at_s - f.now),
		    pos.at_s > f.now ? "in the future" : "old");
		return;
	}
	rc = positions_put(request_shop(r)->positions, state_territory(f.s),
	    state_tech(f.s, f.tech)->id, &pos);
	if (rc < 0) {
		request_refuse(r, rc == -ENOSPC ? RPC_OVERLOADED : RPC_INTERNAL, NULL,
		    rc == -ENOSPC ? "Too many technicians report positions" : "Out of memory");
		return;
	}
	if (rc > 0) {
		tell_position(r, &f, &pos);
		planner_position(request_shop(r)->planner, f.t, f.tech);
	}
	request_reply(r, json_pack("{s:o}", "now", object_when(f.s, f.now)));
}

const struct method methods_tech[] = {
	{ "technician.add", technician_add },
	{ "technician.amend", technician_amend },
	{ "technician.list", technician_list },
	{ "technician.absent", technician_absent },
	{ "shift.start", shift_start },
	{ "shift.end", shift_end },
	{ "position.report", position_report },
	{ NULL, NULL },
};
