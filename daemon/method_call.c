/* SPDX-License-Identifier: Apache-2.0 */
/* Requests about calls: amending, cancelling, looking. Booking is in method_book.c. */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/build.h"
#include "daemon/method_help.h"
#include "daemon/object.h"
#include "daemon/tracking.h"
#include "daemon/wanted.h"

enum { LIST_DEFAULT = 200 };

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

/* What is changed must be something, and good. False after answering. */
static bool
amend_check(struct request *r, const struct found *f, const struct wanted *w)
{
	char why[200] = "";

	if (w->asap) {
		params_refuse(request_params(r), "due", "a time; \"asap\" is no deadline", "asap");
		request_refuse_params(r);
		return false;
	}
	if (json_object_size(w->terms) == 0) {
		params_refuse(request_params(r), "call", "at least one member to change besides", "none");
		request_refuse_params(r);
		return false;
	}
	if (!wanted_check(r, f->s, state_call(f->s, f->call)->terms, w))
		return false;
	if ((w->due == 0 && !w->appointment) ||
	    wanted_times(f->s, f->now, w, why, sizeof(why)) == WANTED_DATED)
		return true;
	request_refuse(r, RPC_BAD_TIME, NULL, "%s", why);
	return false;
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
	if (!help_version(r, c->version, c->id) || !is_plannable(r, c, false) || !wanted_of(r, &w))
		return;
	if (amend_check(r, &f, &w)) {
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
	const char *reason = params_text(request_params(r), "reason", NULL);
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
	unsigned char key[STORE_KEY_SIZE];
	char token[TRACKING_SIZE];
	json_t *call;

	if (!help_call(r, &f))
		return;
	call = object_call(f.s, f.call, true);
	if (request_principal(r)->role != ROLE_TECHNICIAN) {
		store_key(request_shop(r)->store, key);
		tracking_make(key, state_territory(f.s), state_call(f.s, f.call)->id, token);
		sodium_memzero(key, sizeof(key));
		build_set(&call, "tracking", json_string(token));
	}
	request_reply(r, call);
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
	{ "call.amend", call_amend },
	{ "call.cancel", call_cancel },
	{ "call.get", call_get },
	{ "call.list", call_list },
	{ NULL, NULL },
};
