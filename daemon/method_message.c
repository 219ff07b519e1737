/* SPDX-License-Identifier: Apache-2.0 */
/* Requests about messages to customers and webhooks. The secret of a webhook is said once. */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "daemon/build.h"
#include "daemon/message.h"
#include "daemon/method_help.h"
#include "daemon/request.h"
#include "daemon/webhook.h"
#include "proto/sign.h"
#include "proto/when.h"

/* --- messages --- */

/* message.list as its rows come. */
struct listing {
	struct request *r;
	const struct state *s;
	json_t *list;
	int64_t left, last; /* rows still wanted; sequence of the newest not listed yet */
};

/* Deliveries of one message. */
struct deliveries {
	const char *zone;
	json_t *list;
};

static int
add_delivery(void *arg, const struct store_delivery *d)
{
	static const char *const names[] = { [DELIVERY_WAITING] = "waiting",
		[DELIVERY_DELIVERED] = "delivered",
		[DELIVERY_DEAD] = "dead" };
	struct deliveries *all = arg;
	char next[WHEN_SIZE];
	json_t *o;

	o = json_pack("{s:s, s:s, s:i}", "webhook", d->webhook, "status", names[d->status], "tries",
	    (int)d->tries);
	if (d->status == DELIVERY_WAITING && d->next_s != STORE_HELD_BACK &&
	    when_format(d->next_s, all->zone, next) == 0)
		build_set(&o, "next", json_string(next));
	if (d->error[0] != '\0')
		build_set(&o, "error", json_string(d->error));
	build_add(&all->list, o);
	return 0;
}

static int
add_message(void *arg, const struct event *ev)
{
	struct listing *l = arg;
	const char *territory = state_territory(l->s);
	struct deliveries all = { .zone = state_zone(l->s) };
	int rc;

	if (l->left-- == 0)
		return 1;
	all.list = json_array();
	l->last = ev->seq;
	rc = store_deliveries(request_shop(l->r)->store, territory, ev->seq, add_delivery, &all);
	build_add(&l->list,
	    json_pack("{s:o, s:o}", "message", message_json(ev, territory, state_zone(l->s)),
		"deliveries", all.list));
	return rc;
}

static void
message_list(struct request *r)
{
	struct params *p = request_params(r);
	struct store_message_query q = { .call = params_str(p, "call", NULL),
		.before = params_int(p, "before", INT64_MAX),
		.undelivered = params_bool(p, "undelivered", false) };
	struct listing l = { .r = r, .left = params_int(p, "limit", 200) };
	struct territory *t = request_territory(r); /* NULL: answered, and r is gone */
	json_t *result;
	int rc;

	if (t == NULL)
		return;
	l.s = t->state;
	l.list = json_array();
	q.territory = state_territory(l.s);
	rc = store_messages(request_shop(r)->store, &q, add_message, &l);
	if (rc < 0) {
		json_decref(l.list);
		request_refuse(r, RPC_INTERNAL, NULL, "The store cannot be read");
		return;
	}
	result = json_pack("{s:o}", "messages", l.list);
	if (rc > 0) /* there are more */
		build_set(&result, "next", json_integer((json_int_t)l.last));
	request_reply(r, result);
}

/* What a replay is about, from its parameters. False after refusing. */
static bool
read_replay(struct request *r, struct territory *t, struct store_delivery *ret)
{
	struct params *p = request_params(r);
	struct shop *shop = request_shop(r);
	const char *message = params_str(p, "message", NULL), *hook = params_str(p, "webhook", "");
	const struct store_webhook *found = webhooks_find(shop->webhooks, hook);

	if (hook[0] != '\0' && found == NULL) {
		request_refuse(r, RPC_NOT_FOUND, NULL, "webhook %s: there is none (webhook.list)",
		    hook);
		return false;
	}
	if (found != NULL && found->disabled) {
		request_refuse(r, RPC_WRONG_STATE, NULL,
		    "webhook %s is disabled: switch it on first (webhook.put, disabled false)",
		    hook);
		return false;
	}
	snprintf(ret->webhook, sizeof(ret->webhook), "%s", hook);
	snprintf(ret->territory, sizeof(ret->territory), "%s", state_territory(t->state));
	ret->next_s = clock_now(&shop->clock);
	if (message == NULL)
		return true;
	if (store_message_seq(shop->store, ret->territory, message, &ret->seq) < 0) {
		request_refuse(r, RPC_INTERNAL, NULL, "The store cannot be read");
		return false;
	}
	if (ret->seq == 0)
		request_refuse(r, RPC_NOT_FOUND, NULL, "message %s: there is none (message.list)",
		    message);
	return ret->seq != 0;
}

static void
message_replay(struct request *r)
{
	struct shop *shop = request_shop(r);
	struct territory *t = request_territory(r);
	struct store_outward o = { .what = OUTWARD_REPLAY };
	struct store_write w = { .outward = &o };
	int64_t replayed;
	json_t *result;

	if (t == NULL || !read_replay(r, t, &o.delivery))
		return;
	if (store_replay_count(shop->store, &o.delivery, &replayed) < 0) {
		request_refuse(r, RPC_INTERNAL, NULL, "The store cannot be read");
		return;
	}
	result = json_pack("{s:I}", "replayed", (json_int_t)replayed);
	request_commit_write(r, &w, result, json_incref(result));
	webhooks_kick_later(shop->webhooks);
}

/* --- webhooks --- */

static bool
is_kind(const char *name)
{
	for (size_t i = 0; message_kind(i) != NULL; i++) {
		if (strcmp(message_kind(i), name) == 0)
			return true;
	}
	return false;
}

/* Kinds as the store has them: each with a blank around it. */
static void
read_kinds(struct params *p, struct store_webhook *ret)
{
	const json_t *kinds = params_get(p, "kinds"), *kind;
	size_t i, len = 1;

	if (kinds == NULL)
		return;
	strcpy(ret->kinds, " ");
	json_array_foreach(kinds, i, kind)
	{
		const char *name = json_string_value(kind);

		if (name == NULL || !is_kind(name)) {
			params_refuse(p, "kinds", "kinds of message, as booked, planned, moved",
			    name);
			return;
		}
		if (len + strlen(name) + 2 > sizeof(ret->kinds)) {
			params_refuse(p, "kinds", "each kind once", "more");
			return;
		}
		len += (size_t)snprintf(ret->kinds + len, sizeof(ret->kinds) - len, "%s ", name);
	}
}

static void
read_url(struct request *r, struct store_webhook *ret)
{
	struct params *p = request_params(r);
	const char *url = params_str(p, "url", NULL);
	char why[160];

	if (url == NULL && ret->url[0] == '\0')
		params_refuse(p, "url", "where to send messages: the webhook is new", "nothing");
	if (url == NULL)
		return;
	if (webhooks_check_url(request_shop(r)->webhooks, url, why, sizeof(why)) < 0)
		params_refuse(p, "url", why, url);
	else
		snprintf(ret->url, sizeof(ret->url), "%s", url);
}

/* A new secret; one that was there before goes on signing for a day. */
static void
make_secret(struct store_webhook *w, bool is_new, int64_t now_s)
{
	if (!is_new) {
		memcpy(w->old_secret, w->secret, sizeof(w->old_secret));
		w->old_until = now_s + WEBHOOK_ROTATE_S;
	}
	randombytes_buf(w->secret, sizeof(w->secret));
}

static json_t *
put_result(const struct store_webhook *w, bool with_secret)
{
	struct sign_secret secret = { .len = sizeof(w->secret) };
	char text[SIGN_SECRET_TEXT_SIZE];
	json_t *o = json_pack("{s:s, s:s, s:b}", "webhook", w->id, "url", w->url, "disabled",
	    w->disabled);

	if (!with_secret)
		return o;
	memcpy(secret.bytes, w->secret, sizeof(w->secret));
	sign_secret_write(&secret, text);
	build_set(&o, "secret", json_string(text));
	sodium_memzero(&secret, sizeof(secret));
	sodium_memzero(text, sizeof(text));
	return o;
}

/* Whether a change can be written down, before it is made; if not, that is the answer. */
static bool
has_room(struct request *r)
{
	if (store_has_room(request_shop(r)->store))
		return true;
	request_refuse(r, RPC_OVERLOADED, json_pack("{s:i}", "retry_after_ms", 1000),
	    "%s: too much waits to be stored; send it again with the same cmd_id",
	    openrpc_error_message(request_shop(r)->openrpc, RPC_OVERLOADED));
	return false;
}

static void
webhook_put(struct request *r)
{
	struct params *p = request_params(r);
	struct shop *shop = request_shop(r);
	const char *id = params_str(p, "webhook", "");
	const struct store_webhook *was = webhooks_find(shop->webhooks, id);
	struct store_outward o = { .what = OUTWARD_PUT };
	struct store_write w = { .outward = &o };
	bool rotate = params_bool(p, "rotate", false) || was == NULL;

	if (was != NULL)
		o.webhook = *was;
	snprintf(o.webhook.id, sizeof(o.webhook.id), "%s", id);
	read_url(r, &o.webhook);
	read_kinds(p, &o.webhook);
	o.webhook.disabled = params_bool(p, "disabled", o.webhook.disabled);
	if (params_has(p, "disabled")) /* a person decides: nothing is kept for one that is off */
		o.webhook.why[0] = '\0';
	if (p->failed) {
		request_refuse_params(r);
		return;
	}
	if (rotate)
		make_secret(&o.webhook, was == NULL, clock_now(&shop->clock));
	if (!has_room(r))
		; /* answered, and nothing is changed */
	else if (webhooks_put(shop->webhooks, &o.webhook) < 0)
		request_refuse(r, RPC_OVERLOADED, NULL, "There are %d webhooks, and no more may be",
		    STORE_WEBHOOKS_MAX);
	else
		request_commit_write(r, &w, put_result(&o.webhook, rotate),
		    put_result(&o.webhook, false));
	webhooks_kick_later(shop->webhooks);
	sodium_memzero(&o, sizeof(o));
}

/* A copy of kinds as the store has them, as a list. */
static json_t *
kinds_json(const char *kinds)
{
	json_t *list = json_array();

	for (kinds += strspn(kinds, " "); *kinds != '\0'; kinds += strspn(kinds, " ")) {
		size_t len = strcspn(kinds, " ");

		build_add(&list, json_stringn(kinds, len));
		kinds += len;
	}
	return list;
}

static json_t *
webhook_json(struct shop *shop, const struct store_webhook *w)
{
	int64_t waiting = 0, dead = 0;
	json_t *o;

	if (store_webhook_count(shop->store, w->id, DELIVERY_WAITING, &waiting) < 0 ||
	    store_webhook_count(shop->store, w->id, DELIVERY_DEAD, &dead) < 0)
		return NULL;
	o = json_pack("{s:s, s:s, s:b, s:I, s:I}", "webhook", w->id, "url", w->url, "disabled",
	    w->disabled, "waiting", (json_int_t)waiting, "dead", (json_int_t)dead);
	if (w->kinds[0] != '\0')
		build_set(&o, "kinds", kinds_json(w->kinds));
	if (w->why[0] != '\0')
		build_set(&o, "why", json_string(w->why));
	return o;
}

static void
webhook_list(struct request *r)
{
	struct shop *shop = request_shop(r);
	json_t *list = json_array();

	for (size_t i = 0; i < webhooks_count(shop->webhooks); i++)
		build_add(&list, webhook_json(shop, webhooks_at(shop->webhooks, i)));
	request_reply(r, json_pack("{s:o}", "webhooks", list));
}

static void
webhook_remove(struct request *r)
{
	struct shop *shop = request_shop(r);
	const struct store_webhook *found = webhooks_find(shop->webhooks,
	    params_str(request_params(r), "webhook", ""));
	struct store_outward o = { .what = OUTWARD_REMOVE };
	struct store_write w = { .outward = &o };
	int64_t dropped = 0;
	json_t *result;

	if (found == NULL) {
		request_refuse(r, RPC_NOT_FOUND, NULL,
		    "webhook: there is none of this id (webhook.list)");
		return;
	}
	o.webhook = *found;
	if (!has_room(r))
		return;
	if (store_webhook_count(shop->store, found->id, DELIVERY_WAITING, &dropped) < 0) {
		request_refuse(r, RPC_INTERNAL, NULL, "The store cannot be read");
		return;
	}
	webhooks_remove(shop->webhooks, o.webhook.id);
	result = json_pack("{s:s, s:I}", "webhook", o.webhook.id, "dropped", (json_int_t)dropped);
	request_commit_write(r, &w, result, json_incref(result));
	sodium_memzero(&o, sizeof(o));
}

const struct method methods_message[] = {
	{ "message.list", message_list },
	{ "message.replay", message_replay },
	{ "webhook.put", webhook_put },
	{ "webhook.list", webhook_list },
	{ "webhook.remove", webhook_remove },
	{ NULL, NULL },
};
