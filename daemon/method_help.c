/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/method_help.h"

#include <inttypes.h>
#include <stdio.h>

#include "daemon/feed.h"
#include "proto/when.h"
#include "solver/travel.h"

static int32_t
find_in(struct shop *shop, const char *id, int32_t (*find)(const struct state *, const char *),
    struct territory **ret)
{
	for (size_t i = 0; i < shop->territories; i++) {
		int32_t at = find(shop->territory[i]->state, id);

		if (at >= 0) {
			*ret = shop->territory[i];
			return at;
		}
	}
	return -1;
}

static void
found_in(struct request *r, struct territory *t, struct found *ret)
{
	ret->t = t;
	ret->s = t->state;
	ret->now = clock_now(&request_shop(r)->clock);
}

bool
help_call(struct request *r, struct found *ret)
{
	const char *id = params_str(request_params(r), "call", "");
	struct territory *t = NULL;
	int32_t call = find_in(request_shop(r), id, state_call_find, &t);

	if (call < 0) {
		request_refuse(r, RPC_NOT_FOUND, NULL, "call: there is no call %s, or it is not yours; "
		    "call.list names those there are", id);
		return false;
	}
	*ret = (struct found){ .call = call, .tech = -1 };
	found_in(r, t, ret);
	return true;
}

bool
help_tech(struct request *r, struct found *ret)
{
	const char *id = params_str(request_params(r), "technician", "");
	struct territory *t = ret->t;
	int32_t tech = t != NULL ? state_tech_find(t->state, id) :
	    find_in(request_shop(r), id, state_tech_find, &t);

	if (tech < 0) {
		request_refuse(r, RPC_NOT_FOUND, NULL, "technician: there is no technician %s; "
		    "technician.list names those there are", id);
		return false;
	}
	if (ret->t == NULL)
		ret->call = -1;
	ret->tech = tech;
	found_in(r, t, ret);
	return true;
}

bool
help_stop(struct request *r, struct found *f)
{
	const struct call_state *c;
	const struct tech *t;

	if (!help_call(r, f) || !help_tech(r, f))
		return false;
	c = state_call(f->s, f->call);
	t = state_tech(f->s, f->tech);
	if (c->tech == f->tech && c->closed == 0)
		return true;
	if (c->closed > 0)
		request_refuse(r, RPC_WRONG_STATE, NULL, "call: %s ended already, it is %s", c->id,
		    call_status_name(c->status));
	else if (request_principal(r)->role == ROLE_TECHNICIAN)
		request_refuse(r, RPC_NOT_FOUND, NULL, "call: %s is not on your route; day.get shows what "
		    "is", c->id);
	else
		request_refuse(r, RPC_WRONG_STATE, NULL, "call: %s is %s%s%s, not %s's; move it with "
		    "override.force first", c->id, call_status_name(c->status),
		    c->tech >= 0 ? " for " : "",
		    c->tech >= 0 ? state_tech(f->s, c->tech)->id : "", t->id);
	return false;
}

bool
help_at_work(struct request *r, const struct found *f)
{
	const struct tech *t = state_tech(f->s, f->tech);

	if (t->status == TECH_ON_SITE && t->call == f->call)
		return true;
	request_refuse(r, RPC_WRONG_STATE, NULL, "%s is not at work at %s (it is %s); stop.arrive comes "
	    "first", t->id, state_call(f->s, f->call)->id,
	    call_status_name(state_call(f->s, f->call)->status));
	return false;
}

bool
help_version(struct request *r, int64_t current, const char *what)
{
	int64_t wanted = params_int(request_params(r), "if_version", current);

	if (wanted == current)
		return true;
	request_refuse(r, RPC_CONFLICT, json_pack("{s:I}", "current", (json_int_t)current),
	    "if_version: %s has version %" PRId64 " now; look at it again and repeat with that",
	    what, current);
	return false;
}

static void
when_text(const struct state *s, int64_t at, char ret[WHEN_SIZE])
{
	if (when_format(at, state_zone(s), ret) < 0)
		ret[0] = '\0';
}

bool
help_at(struct request *r, const struct found *f, int64_t *ret)
{
	struct params *p = request_params(r);
	const struct tech *t = state_tech(f->s, f->tech);
	int64_t at = params_when(p, "at", f->now > t->since ? f->now : t->since);
	char said[WHEN_SIZE], limit[WHEN_SIZE];

	if (p->failed) {
		request_refuse_params(r);
		return false;
	}
	when_text(f->s, at, said);
	if (at > f->now) {
		when_text(f->s, f->now, limit);
		request_refuse(r, RPC_BAD_TIME, NULL, "at: %s is in the future, it is %s here; set the "
		    "clock right or leave it out", said, limit);
	} else if (at < t->since) {
		when_text(f->s, t->since, limit);
		request_refuse(r, RPC_BAD_TIME, NULL, "at: %s is before the last event of %s, at %s; "
		    "report what happened in order", said, t->id, limit);
	} else if (at < f->now - HELP_PAST_S) {
		when_text(f->s, f->now - HELP_PAST_S, limit);
		request_refuse(r, RPC_BAD_TIME, NULL, "at: %s is more than %d minutes ago; the earliest "
		    "taken is %s", said, HELP_PAST_S / 60, limit);
	} else {
		*ret = at;
		return true;
	}
	return false;
}

bool
help_near(struct request *r, const char *member, struct place at, struct place home)
{
	int32_t m = travel_crow_m(at, home);

	if (m <= HELP_AREA_M)
		return true;
	request_refuse(r, RPC_OUT_OF_AREA, NULL, "%s: it is %d km from the technician's home, at most %d "
	    "are taken; check lat and lon", member, m / 1000, HELP_AREA_M / 1000);
	return false;
}

json_t *
help_done_call(const struct call_state *c, enum call_status status)
{
	return json_pack("{s:s, s:I, s:s}", "call", c->id, "version", (json_int_t)c->version + 1,
	    "status", call_status_name(status));
}

json_t *
help_done_tech(const struct tech *t, const char *status)
{
	return json_pack("{s:s, s:I, s:s}", "technician", t->id, "version",
	    (json_int_t)t->version + 1, "status", status);
}

void
help_by(const struct request *r, char ret[HELP_BY_SIZE])
{
	const struct principal *who = request_principal(r);

	snprintf(ret, HELP_BY_SIZE, "%s:%s", role_name(who->role), who->token_id);
}

void
help_notice(struct request *r, const struct state *s, const char *level, const char *code,
    const char *text)
{
	struct notice n = { .seq = state_seq(s), .method = "notice" };

	n.params = json_pack("{s:I, s:s, s:s, s:s, s:s}", "seq", (json_int_t)n.seq, "territory",
	    state_territory(s), "level", level, "code", code, "text", text);
	if (n.params == NULL)
		return; /* it is only a notice */
	feed_pass(request_shop(r)->feed, &n);
	json_decref(n.params);
}
