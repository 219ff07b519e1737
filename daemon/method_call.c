/* SPDX-License-Identifier: Apache-2.0 */
/* Requests about calls: booking, amending, cancelling, looking. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/build.h"
#include "daemon/method_help.h"
#include "daemon/object.h"
#include "daemon/quote.h"
#include "daemon/terms.h"
#include "proto/when.h"

enum {
	AHEAD_S = 5 * 366 * 86400, /* nothing is booked farther ahead: a slip of the pen */
	LIST_MAX = 1000,
	LIST_DEFAULT = 200,
};

/* What a request wants of a call, read and not yet judged. */
struct wanted {
	json_t *terms; /* owned */
	int64_t due;   /* 0 none */
	bool appointment, asap;
	int64_t from, to;
};

/* "asap" is no time, whatever its letters' case. */
static bool
is_asap(const char *text)
{
	static const char word[] = "asap";
	size_t i = 0;

	while (word[i] != '\0' && (text[i] | 0x20) == word[i])
		i++;
	return word[i] == '\0' && text[i] == '\0';
}

/* False after answering. */
static bool
wanted_read(struct request *r, struct wanted *w)
{
	struct params *p = request_params(r);
	const char *due = params_str(p, "due", NULL);

	*w = (struct wanted){ .terms = terms_of_call(p) };
	w->asap = due != NULL && is_asap(due);
	if (due != NULL && !w->asap) {
		w->due = params_when(p, "due", 0);
		build_set(&w->terms, "due", json_integer(w->due));
	}
	w->appointment = params_window(p, "appointment", &w->from, &w->to);
	if (w->appointment)
		build_set(&w->terms, "appointment", json_pack("{s:I, s:I}", "from",
		    (json_int_t)w->from, "to", (json_int_t)w->to));
	if (!p->failed && w->terms != NULL)
		return true;
	json_decref(w->terms);
	if (p->failed)
		request_refuse_params(r);
	else
		request_refuse(r, RPC_INTERNAL, NULL, "Out of memory");
	return false;
}

/* Deadline and appointment against the clock. False after answering. */
static bool
times_check(struct request *r, const struct state *s, int64_t now, const struct wanted *w)
{
	char limit[WHEN_SIZE] = "";

	when_format(now, state_zone(s), limit);
	if (w->due != 0 && w->due <= now)
		request_refuse(r, RPC_BAD_TIME, NULL, "due: the deadline is past, it is %s; agree a later "
		    "one", limit);
	else if (w->appointment && w->to <= now)
		request_refuse(r, RPC_BAD_TIME, NULL, "appointment.to: the appointment is past, it is %s; "
		    "agree a later one", limit);
	else if (w->due > now + AHEAD_S || (w->appointment && w->to > now + AHEAD_S))
		request_refuse(r, RPC_BAD_TIME, NULL, "%s: more than five years ahead; book it nearer to its "
		    "time", w->due > now + AHEAD_S ? "due" : "appointment");
	else if (w->due != 0 && w->appointment && w->due < w->from)
		request_refuse(r, RPC_BAD_TIME, NULL, "due: the deadline is before the appointment; leave "
		    "one of them out");
	else
		return true;
	return false;
}

/* The site against where the technicians live. False after answering. */
static bool
area_check(struct request *r, const struct state *s, const json_t *terms)
{
	const json_t *site = json_object_get(terms, "site");
	int32_t nearest = INT32_MAX;
	struct place at;

	if (site == NULL || state_techs(s) == 0)
		return true;
	at.lat_udeg = (int32_t)json_integer_value(json_object_get(site, "lat_udeg"));
	at.lon_udeg = (int32_t)json_integer_value(json_object_get(site, "lon_udeg"));
	for (int32_t k = 0; k < state_techs(s); k++) {
		int32_t m = travel_crow_m(at, state_tech(s, k)->home);

		nearest = m < nearest ? m : nearest;
	}
	if (nearest <= HELP_AREA_M)
		return true;
	request_refuse(r, RPC_OUT_OF_AREA, NULL, "site: it is %d km from the nearest technician's home, "
	    "at most %d are served; check lat and lon", nearest / 1000, HELP_AREA_M / 1000);
	return false;
}

/* The technician that a member names, as changed or else as it was; NULL nobody. */
static const char *
named(const json_t *was, const json_t *terms, const char *member)
{
	const json_t *v = json_object_get(terms, member);

	return json_string_value(v != NULL ? v : json_object_get(was, member));
}

/* Nobody is wanted and forbidden at once, in a change neither. False after answering. */
static bool
wishes_check(struct request *r, const json_t *was, const json_t *terms)
{
	static const char *const member[] = { "required", "preferred" };
	const json_t *forbidden = json_object_get(terms, "forbidden"), *one;
	size_t i;

	if (forbidden == NULL)
		forbidden = json_object_get(was, "forbidden");
	for (int m = 0; m < 2; m++) {
		const char *id = named(was, terms, member[m]);

		json_array_foreach(forbidden, i, one) {
			if (id == NULL || strcmp(json_string_value(one), id) != 0)
				continue;
			params_refuse(request_params(r), "forbidden", m == 0 ?
			    "technicians other than the required one" :
			    "technicians other than the preferred one", id);
			request_refuse_params(r);
			return false;
		}
	}
	return true;
}

/* Technicians that the terms name; was: the terms that they change, or NULL. False after answering. */
static bool
names_check(struct request *r, const struct state *s, const json_t *was, const json_t *terms)
{
	static const char *const member[] = { "preferred", "required" };
	const json_t *forbidden = json_object_get(terms, "forbidden"), *one;
	bool any = forbidden != NULL;
	size_t i;

	for (i = 0; i < 2; i++) {
		const char *id = json_string_value(json_object_get(terms, member[i]));

		any = any || id != NULL;
		if (id == NULL || state_tech_find(s, id) >= 0)
			continue;
		request_refuse(r, RPC_NOT_FOUND, NULL, "%s: there is no technician %s", member[i], id);
		return false;
	}
	json_array_foreach(forbidden, i, one) {
		const char *id = json_string_value(one);

		if (state_tech_find(s, id) >= 0)
			continue;
		request_refuse(r, RPC_NOT_FOUND, NULL, "forbidden: there is no technician %s", id);
		return false;
	}
	return !any || wishes_check(r, was, terms);
}

/* --- booking --- */

/* The visit that terms describe, for asking where it would fit. */
static struct visit
visit_of(const json_t *terms, int64_t now)
{
	const json_t *site = json_object_get(terms, "site"), *need;
	struct visit v = { .opened = now, .due = INT64_MAX };
	size_t i;

	v.site.lat_udeg = (int32_t)json_integer_value(json_object_get(site, "lat_udeg"));
	v.site.lon_udeg = (int32_t)json_integer_value(json_object_get(site, "lon_udeg"));
	v.duration_s = (int32_t)json_integer_value(json_object_get(terms, "duration_s"));
	severity_from_name(json_string_value(json_object_get(terms, "severity")), &v.severity);
	json_array_foreach(json_object_get(terms, "needs"), i, need) {
		struct skill *to = &v.need[v.needs++];

		snprintf(to->name, sizeof(to->name), "%s",
		    json_string_value(json_object_get(need, "skill")));
		to->level = (int32_t)json_integer_value(json_object_get(need, "level"));
	}
	return v;
}

static void
refuse_undated(struct request *r, const struct state *s, int64_t now, const struct wanted *w)
{
	struct visit v = visit_of(w->terms, now);
	json_t *options = quote_options(s, now, &v,
	    json_string_value(json_object_get(w->terms, "required")),
	    json_object_get(w->terms, "forbidden"));
	bool any = json_array_size(options) > 0;

	request_refuse(r, RPC_NO_DEADLINE, json_pack("{s:o}", "options",
	    options != NULL ? options : json_array()), any ?
	    "due: %s; agree one of data.options with the customer, or another time, and book it as an "
	    "appointment" :
	    "due: %s; agree a time with the customer. Nobody who may do it has room within a day",
	    w->asap ? "\"asap\" is no deadline" : "A call needs a deadline or an appointment");
}

static void
fill_in(json_t **terms, const struct guidelines *g, int64_t now)
{
	if (json_object_get(*terms, "needs") == NULL)
		build_set(terms, "needs", json_array());
	if (json_object_get(*terms, "severity") == NULL)
		build_set(terms, "severity", json_string(severity_name(SEV_ROUTINE)));
	if (json_object_get(*terms, "duration_s") == NULL)
		build_set(terms, "duration_s", json_integer(g->duration_routine_s));
	if (json_object_get(*terms, "difficulty") == NULL)
		build_set(terms, "difficulty", json_integer(0));
	build_set(terms, "opened", json_integer(now));
}

/* A call that nobody can do is taken all the same: the shop may hire. But it is said. */
static void
say_if_nobody(struct request *r, const struct state *s, const json_t *terms, const char *id)
{
	struct visit v = visit_of(terms, 0);
	char text[200];

	for (int32_t k = 0; k < state_techs(s); k++)
		if (insertion_skilled(state_tech(s, k), &v))
			return;
	snprintf(text, sizeof(text), "Nobody here has the skills that call %s needs: it stays unassigned "
	    "until somebody has", id);
	help_notice(r, s, "warning", "nobody_qualified", text);
}

static void
call_book(struct request *r)
{
	int64_t now = clock_now(&request_shop(r)->clock);
	struct territory *t = request_territory(r); /* NULL: answered, and r is gone */
	const struct state *s;
	struct wanted w;
	char id[STATE_ID_SIZE];
	int32_t open_n;

	if (t == NULL || !wanted_read(r, &w))
		return;
	s = t->state;
	fill_in(&w.terms, state_guidelines(s), now);
	state_open(s, &open_n);
	if (w.terms == NULL) {
		request_refuse(r, RPC_INTERNAL, NULL, "Out of memory");
	} else if (!area_check(r, s, w.terms) || !names_check(r, s, NULL, w.terms)) {
		/* answered */
	} else if (w.asap || (w.due == 0 && !w.appointment)) {
		refuse_undated(r, s, now, &w);
	} else if (!times_check(r, s, now, &w)) {
		/* answered */
	} else if (open_n >= STATE_CALLS_OPEN_MAX) {
		request_refuse(r, RPC_OVERLOADED, NULL, "The territory is full: it has %d open calls; finish "
		    "or cancel some", STATE_CALLS_OPEN_MAX);
	} else {
		state_next_id(s, "c", id);
		say_if_nobody(r, s, w.terms, id);
		request_commit_one(r, t, event_new(EV_CALL_BOOKED, now, json_pack("{s:s, s:O}", "call",
		    id, "terms", w.terms)), json_pack("{s:s, s:i, s:s}", "call", id, "version", 1,
		    "status", call_status_name(CALL_UNASSIGNED)));
	}
	json_decref(w.terms);
}

/* --- changing --- */

/* Whether the call is still to be planned; answers if not. */
static bool
is_plannable(struct request *r, const struct call_state *c, bool en_route_too)
{
	if (c->status == CALL_UNASSIGNED || c->status == CALL_PLANNED ||
	    (en_route_too && c->status == CALL_EN_ROUTE))
		return true;
	request_refuse(r, RPC_WRONG_STATE, NULL, "%s is %s: it can no longer be %s", c->id,
	    call_status_name(c->status), en_route_too ? "cancelled" : "changed");
	return false;
}

/* The body of an event about a call that may be on a route. */
static json_t *
call_body(const struct found *f)
{
	const struct call_state *c = state_call(f->s, f->call);
	json_t *body = json_pack("{s:s, s:I}", "call", c->id, "version", (json_int_t)c->version + 1);

	if (c->tech >= 0)
		build_set(&body, "technician", json_string(state_tech(f->s, c->tech)->id));
	return body;
}

static void
call_amend(struct request *r)
{
	struct found f = { 0 };
	const struct call_state *c;
	struct wanted w;
	json_t *body;

	if (!help_call(r, &f))
		return;
	c = state_call(f.s, f.call);
	if (!help_version(r, c->version, c->id) || !is_plannable(r, c, false) || !wanted_read(r, &w))
		return;
	if (w.asap) {
		params_refuse(request_params(r), "due", "a time; \"asap\" is no deadline", "asap");
		request_refuse_params(r);
	} else if (json_object_size(w.terms) == 0) {
		params_refuse(request_params(r), "call", "at least one member to change besides", "none");
		request_refuse_params(r);
	} else if (area_check(r, f.s, w.terms) && names_check(r, f.s, c->terms, w.terms) &&
	    times_check(r, f.s, f.now, &w)) {
		body = call_body(&f);
		build_set(&body, "terms", json_incref(w.terms));
		build_set(&body, "status", json_string(call_status_name(c->status)));
		request_commit_one(r, f.t, event_new(EV_CALL_AMENDED, f.now, body),
		    help_done_call(c, c->status));
	}
	json_decref(w.terms);
}

static void
call_cancel(struct request *r)
{
	struct found f = { 0 };
	const char *reason = params_str(request_params(r), "reason", NULL);
	const struct call_state *c;
	json_t *body;

	if (!help_call(r, &f))
		return;
	c = state_call(f.s, f.call);
	if (!help_version(r, c->version, c->id) || !is_plannable(r, c, true))
		return;
	body = call_body(&f);
	build_set(&body, "status", json_string(call_status_name(CALL_CANCELLED)));
	if (reason != NULL)
		build_set(&body, "reason", json_string(reason));
	request_commit_one(r, f.t, event_new(EV_CALL_CANCELLED, f.now, body),
	    help_done_call(c, CALL_CANCELLED));
}

/* --- looking --- */

static void
call_get(struct request *r)
{
	struct found f = { 0 };

	if (help_call(r, &f))
		request_reply(r, object_call(f.s, f.call, true));
}

/* Which calls are listed. */
struct filter {
	bool status[CALL_STATUSES];
	int32_t tech; /* -1 any */
	const char *after;
};

static bool
filter_read(struct request *r, const struct state *s, struct filter *ret)
{
	struct params *p = request_params(r);
	const json_t *status = params_get(p, "status"), *one;
	const char *tech = params_str(p, "technician", NULL);
	size_t i;

	*ret = (struct filter){ .tech = -1, .after = params_str(p, "after", "") };
	for (int n = 0; n < CALL_STATUSES; n++) {
		ret->status[n] = status == NULL;
		json_array_foreach(status, i, one)
			if (strcmp(json_string_value(one), call_status_name((enum call_status)n)) == 0)
				ret->status[n] = true;
	}
	if (tech == NULL)
		return true;
	ret->tech = state_tech_find(s, tech);
	if (ret->tech < 0)
		request_refuse(r, RPC_NOT_FOUND, NULL, "technician: there is no technician %s", tech);
	return ret->tech >= 0;
}

struct listed {
	const char *id;
	int32_t call;
};

static int
by_id(const void *a, const void *b)
{
	return strcmp(((const struct listed *)a)->id, ((const struct listed *)b)->id);
}

static size_t
collect(const struct state *s, const struct filter *filter, struct listed *list)
{
	size_t n = 0;

	for (int32_t i = 0; i < state_calls(s); i++) {
		const struct call_state *c = state_call(s, i);

		if (c->id[0] == '\0' || !filter->status[c->status] ||
		    (filter->tech >= 0 && c->tech != filter->tech) ||
		    strcmp(c->id, filter->after) <= 0)
			continue;
		list[n++] = (struct listed){ c->id, i };
	}
	qsort(list, n, sizeof(*list), by_id);
	return n;
}

static void
call_list(struct request *r)
{
	struct territory *t = request_territory(r);
	size_t limit, n;
	struct filter filter;
	struct listed *list;
	json_t *calls, *result;

	if (t == NULL || !filter_read(r, t->state, &filter))
		return;
	limit = (size_t)params_int(request_params(r), "limit", LIST_DEFAULT);
	list = calloc((size_t)state_calls(t->state) + 1, sizeof(*list));
	if (list == NULL) {
		request_refuse(r, RPC_INTERNAL, NULL, "Out of memory");
		return;
	}
	n = collect(t->state, &filter, list);
	calls = json_array();
	for (size_t i = 0; i < n && i < limit; i++)
		build_add(&calls, object_call(t->state, list[i].call, false));
	result = json_pack("{s:o}", "calls", calls);
	if (n > limit)
		build_set(&result, "next", json_string(list[limit - 1].id));
	free(list);
	request_reply(r, result);
}

const struct method methods_call[] = {
	{ "call.book", call_book },
	{ "call.amend", call_amend },
	{ "call.cancel", call_cancel },
	{ "call.get", call_get },
	{ "call.list", call_list },
	{ NULL, NULL },
};
