/* SPDX-License-Identifier: Apache-2.0 */
/* Requests about the connection itself: login, feed, the document, the daemon's state and clock. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "daemon/advance.h"
#include "daemon/build.h"
#include "daemon/log.h"
#include "daemon/method.h"
#include "daemon/planner.h"
#include "daemon/request.h"
#include "daemon/session.h"
#include "proto/frame.h"
#include "daemon/webhook.h"
#include "proto/when.h"

enum { PROTOCOL = 1 /* the only version there is */ };

/* The time as text in the first territory's zone; UTC if its year cannot be written there. */
static json_t *
when_json(const struct shop *shop, int64_t s)
{
	const char *zone = shop->territories > 0 ? state_zone(shop->territory[0]->state) : "UTC";
	char text[WHEN_SIZE];

	if (when_format(s, zone, text) < 0 && when_format(s, "UTC", text) < 0)
		return NULL;
	return json_string(text);
}

/* Newest journal sequence: of the only territory, else of none that one number could name. */
static int64_t
newest_seq(const struct shop *shop)
{
	return shop->territories == 1 ? state_seq(shop->territory[0]->state) : 0;
}

static json_t *
now_reply(const struct shop *shop)
{
	return json_pack("{s:o, s:I}", "now", when_json(shop, shop->clock.now_s), "seq",
	    (json_int_t)newest_seq(shop));
}

/* --- session --- */

static json_t *
hello_reply(const struct session *s)
{
	int line = s->who.role == ROLE_INTEGRATION ? FRAME_LINE_INTEGRATION : FRAME_LINE;
	json_t *o = json_pack("{s:i, s:s, s:s, s:s, s:{s:i, s:i}, s:i, s:I, s:o}", "protocol",
	    PROTOCOL, "server", "evenkeeld " PACKAGE_VERSION, "boot", s->shop->boot, "role",
	    role_name(s->who.role), "limits", "line_bytes", line, "batch", (int)RPC_BATCH_MAX,
	    "heartbeat_s", (int)s->silence_s, "seq", (json_int_t)newest_seq(s->shop), "now",
	    when_json(s->shop, clock_now(&s->shop->clock)));

	if (o != NULL && s->shop->territories > 0)
		build_set(&o, "zone",
		    json_string(state_zone(s->shop->territory[0]->state)));
	if (o != NULL && s->who.technician[0] != '\0')
		build_set(&o, "technician", json_string(s->who.technician));
	return o;
}

static void
refuse_login(struct request *r, int rc, int64_t retry_ms)
{
	switch (rc) {
	case -EALREADY:
		request_refuse(r, RPC_INVALID_REQUEST, NULL,
		    "This session has said hello already: open "
		    "another connection for another token");
		break;
	case -EBUSY:
		request_refuse(r, RPC_RATE_LIMITED, json_pack("{s:i}", "retry_after_ms", 1000),
		    "This token "
		    "has as many sessions as it may: close one, or issue a token for each client");
		break;
	case -EAGAIN:
		request_refuse(r, RPC_RATE_LIMITED,
		    json_pack("{s:I}", "retry_after_ms", (json_int_t)retry_ms),
		    "Too many bad logins: try again after %" PRId64 " ms", retry_ms);
		break;
	default:
		request_refuse(r, RPC_UNAUTHORISED, NULL,
		    "The token is unknown, revoked or expired: ask an "
		    "administrator for a new one (token.issue)");
	}
}

static void
session_hello(struct request *r)
{
	struct params *p = request_params(r);
	struct session *s = request_session(r);
	const json_t *protocol = params_get(p, "protocol");
	int64_t oldest = json_integer_value(json_array_get(protocol, 0));
	int64_t newest = json_integer_value(json_array_get(protocol, 1));
	int64_t resume = params_int(p, "resume_from", -1), retry_ms = 0;
	bool replayed;
	json_t *result;
	int rc;

	if (oldest > PROTOCOL || newest < PROTOCOL) {
		request_refuse(r, RPC_PROTOCOL,
		    json_pack("{s:[i,i]}", "protocol", PROTOCOL, PROTOCOL),
		    "No common protocol version: this daemon speaks %d", PROTOCOL);
		return;
	}
	rc = session_login(s, params_str(p, "token", ""), &retry_ms);
	if (rc < 0) {
		refuse_login(r, rc, retry_ms);
		return;
	}
	log_say(LEVEL_DEBUG, "login token=%s role=%s client=%s", s->who.token_id,
	    role_name(s->who.role), params_str(p, "client", ""));
	result = hello_reply(s);
	if (result != NULL && resume >= 0) {
		/* What was missed is sent first, then the answer: it says whether that was all. */
		rc = session_subscribe(s, NULL, NULL, resume, &replayed);
		build_set(&result, "resumed",
		    json_string(rc == 0 && replayed ? "replayed" : "snapshot_required"));
	}
	request_reply(r, result);
}

static void
session_ping(struct request *r)
{
	struct shop *shop = request_shop(r);

	clock_now(&shop->clock);
	request_reply(r, now_reply(shop));
}

/* A slip of the pen would be a feed that never says anything. False after answering. */
static bool
are_known(struct request *r, const json_t *technicians)
{
	const struct shop *shop = request_shop(r);
	const struct principal *who = request_principal(r);
	const json_t *one;
	size_t i;

	json_array_foreach(technicians, i, one) {
		const char *id = json_string_value(one);
		bool known = false;

		for (size_t t = 0; t < shop->territories && !known; t++)
			known = state_tech_find(shop->territory[t]->state, id) >= 0;
		if (known && (who->role != ROLE_TECHNICIAN || strcmp(who->technician, id) == 0))
			continue;
		request_refuse(r, RPC_NOT_FOUND, NULL,
		    "technicians[%zu]: there is no technician %s; "
		    "technician.list names those there are",
		    i, id);
		return false;
	}
	return true;
}

static void
feed_subscribe_(struct request *r)
{
	struct params *p = request_params(r);
	struct shop *shop = request_shop(r);
	int64_t resume = params_int(p, "resume_from", -1);
	bool replayed;
	json_t *result;
	int rc;

	if (!are_known(r, params_get(p, "technicians")))
		return;
	rc = session_subscribe(request_session(r), params_get(p, "topics"),
	    params_get(p, "technicians"), resume, &replayed);
	if (rc == -EINVAL) {
		params_refuse(p, "topics",
		    "names of notifications as in rpc.discover, x-notifications", "another name");
		request_refuse_params(r);
		return;
	}
	if (rc < 0) {
		request_refuse(r, RPC_INTERNAL, NULL, "Out of memory");
		return;
	}
	result = json_pack("{s:I}", "seq", (json_int_t)newest_seq(shop));
	if (result != NULL && resume >= 0)
		build_set(&result, "resumed",
		    json_string(replayed ? "replayed" : "snapshot_required"));
	request_reply(r, result);
}

static void
feed_unsubscribe_(struct request *r)
{
	session_unsubscribe(request_session(r));
	request_reply(r, json_pack("{s:I}", "seq", (json_int_t)newest_seq(request_shop(r))));
}

static void
rpc_discover(struct request *r)
{
	request_reply(r, json_incref((json_t *)openrpc_document(request_openrpc(r))));
}

/* --- status.get --- */

static json_t *
territory_status(const struct shop *shop, const struct state *s)
{
	int32_t open, unassigned = 0, on_shift = 0;
	const int32_t *call = state_open(s, &open);

	for (int32_t i = 0; i < open; i++)
		unassigned += state_call(s, call[i])->status == CALL_UNASSIGNED;
	for (int32_t i = 0; i < state_techs(s); i++)
		on_shift += state_tech(s, i)->status != TECH_OFF;
	return json_pack("{s:s, s:I, s:I, s:i, s:i, s:i, s:i, s:b}", "territory",
	    state_territory(s), "seq", (json_int_t)state_seq(s), "plan_version",
	    (json_int_t)state_plan_version(s), "technicians", (int)state_techs(s), "on_shift",
	    (int)on_shift, "open", (int)open, "unassigned", (int)unassigned, "settled",
	    (int)planner_settled(shop->planner));
}

static json_t *
solver_status(const struct shop *shop)
{
	struct planner_figures f;

	planner_figures(shop->planner, &f);
	return json_pack("{s:s, s:i, s:I, s:I, s:I, s:I, s:I, s:I}", "state", f.state, "workers",
	    (int)f.workers, "restarts", (json_int_t)f.restarts, "solves", (json_int_t)f.solves,
	    "rejected", (json_int_t)f.rejected, "timeouts", (json_int_t)f.timeouts, "proven",
	    (json_int_t)f.proven, "events", (json_int_t)f.events);
}

static json_t *
store_status(const struct shop *shop)
{
	struct store_figures f;

	store_figures(shop->store, &f);
	return json_pack("{s:s, s:i, s:I, s:I, s:I, s:I}", "url", shop->store_url, "schema",
	    (int)f.schema, "commits", (json_int_t)f.commits, "events", (json_int_t)f.events,
	    "fsync_us_p50", (json_int_t)f.fsync_us_p50, "fsync_us_p99", (json_int_t)f.fsync_us_p99);
}

/* NULL: the store cannot be read, or out of memory. */
static json_t *
webhooks_status(const struct shop *shop)
{
	struct webhook_figures f;

	if (webhooks_figures(shop->webhooks, &f) < 0)
		return NULL;
	return json_pack("{s:I, s:I, s:I, s:I}", "webhooks",
	    (json_int_t)webhooks_count(shop->webhooks), "waiting", (json_int_t)f.waiting, "dead",
	    (json_int_t)f.dead, "restarts", (json_int_t)f.restarts);
}

static void
status_get(struct request *r)
{
	struct shop *shop = request_shop(r);
	int64_t up_s = (clock_mono_us() - shop->started_us) / 1000000;
	json_t *territories = json_array();

	for (size_t i = 0; i < shop->territories; i++)
		build_add(&territories,
		    territory_status(shop, shop->territory[i]->state));
	request_reply(r,
	    json_pack("{s:s, s:s, s:o, s:s, s:I, s:I, s:o, s:o, s:o, s:o*}", "version", PACKAGE_VERSION,
		"boot", shop->boot, "now", when_json(shop, clock_now(&shop->clock)), "clock",
		shop->clock.is_virtual ? "virtual" : "real", "uptime_s", (json_int_t)up_s,
		"sessions", (json_int_t)sessions_count(shop->sessions), "territories", territories,
		"solver", solver_status(shop), "store", store_status(shop), "webhooks",
		webhooks_status(shop)));
}

/* --- clock.advance --- */

static void
advanced(void *arg)
{
	struct request *r = arg;

	request_reply(r, now_reply(request_shop(r)));
}

static void
refuse_earlier(struct request *r)
{
	struct shop *shop = request_shop(r);
	json_t *now = when_json(shop, clock_now(&shop->clock));

	request_refuse(r, RPC_BAD_TIME, NULL,
	    "to: the clock never goes back; it is %s here, later than that",
	    now == NULL ? "" : json_string_value(now));
	json_decref(now);
}

static void
clock_advance(struct request *r)
{
	struct params *p = request_params(r);
	struct shop *shop = request_shop(r);
	int64_t to = params_when(p, "to", 0);

	if (p->failed) {
		request_refuse_params(r);
		return;
	}
	switch (advance_start(shop->advance, to, advanced, r)) {
	case 0:
		return;
	case -EPERM:
		request_refuse(r, RPC_WRONG_STATE, NULL,
		    "The clock is real: only a daemon started with "
		    "--clock virtual can be moved");
		return;
	case -EBUSY:
		request_refuse(r, RPC_WRONG_STATE, NULL,
		    "The clock is being moved already: wait for that "
		    "answer");
		return;
	default:
		refuse_earlier(r);
	}
}

const struct method methods_session[] = {
	{ "session.hello", session_hello },
	{ "session.ping", session_ping },
	{ "feed.subscribe", feed_subscribe_ },
	{ "feed.unsubscribe", feed_unsubscribe_ },
	{ "rpc.discover", rpc_discover },
	{ "status.get", status_get },
	{ "clock.advance", clock_advance },
	{ NULL, NULL },
};
