/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/webhook.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/build.h"
#include "daemon/guard.h"
#include "daemon/log.h"
#include "daemon/message.h"
#include "daemon/net.h"
#include "daemon/shop.h"
#include "daemon/webhook_sender.h"
#include "proto/sign.h"
#include "proto/when.h"

enum {
	UNDER_WAY_MAX = STORE_WEBHOOKS_MAX * WEBHOOK_AT_ONCE,
	LOOK_MAX_MS = 60000, /* a real clock may be set: it is looked at so often */
	AGAIN_MS = 1000,     /* after a result could not be written down */
	JITTER_PCT = 10,
};

/* Seconds from one try to the next: the first is at once, and after the last it is given up. */
static const int32_t gap_s[WEBHOOK_TRIES_MAX] = { 0, 5, 300, 1800, 7200, 18000, 36000, 50400, 72000,
	86400 };

/* A try that was begun, until what came of it is on disk. */
struct attempt {
	struct webhooks *hooks;
	int64_t job; /* 0: free */
	struct store_delivery delivery;
};

struct hook {
	struct store_webhook w;
	int64_t slow_until_s; /* nothing is sent to it before */
};

struct webhooks {
	struct shop *shop;
	struct sender *sender;
	struct guard guard;
	struct hook hook[STORE_WEBHOOKS_MAX];
	size_t hooks;
	struct attempt attempt[UNDER_WAY_MAX];
	int64_t last_job;
	struct net_timer *look;
	int64_t next_s;   /* when something is due, INT64_MAX nothing */
	bool sender_busy; /* it said that it is not there; it will say when it is */
};

static void look(void *arg);
static void on_answer(void *arg, int64_t job, int32_t status, int64_t retry_after_s,
    const char *error);
static void on_lost(void *arg);
static void on_sender(void *arg);

/* --- the table --- */

static size_t
place_of(const struct webhooks *w, const char *id)
{
	size_t i = 0;

	while (i < w->hooks && strcmp(w->hook[i].w.id, id) < 0)
		i++;
	return i;
}

static struct hook *
find(const struct webhooks *w, const char *id)
{
	size_t i = place_of(w, id);

	return i < w->hooks && strcmp(w->hook[i].w.id, id) == 0 ? (struct hook *)&w->hook[i] : NULL;
}

size_t
webhooks_count(const struct webhooks *w)
{
	return w->hooks;
}

const struct store_webhook *
webhooks_at(const struct webhooks *w, size_t i)
{
	assert(i < w->hooks);
	return &w->hook[i].w;
}

const struct store_webhook *
webhooks_find(const struct webhooks *w, const char *id)
{
	const struct hook *h = find(w, id);

	return h == NULL ? NULL : &h->w;
}

int
webhooks_put(struct webhooks *w, const struct store_webhook *hook)
{
	struct hook *h = find(w, hook->id);
	size_t at = place_of(w, hook->id);

	if (h == NULL && w->hooks == STORE_WEBHOOKS_MAX)
		return -ENOSPC;
	if (h == NULL) {
		h = &w->hook[at];
		memmove(h + 1, h, (w->hooks - at) * sizeof(*h));
		w->hooks++;
	}
	*h = (struct hook){ .w = *hook };
	webhooks_kick(w);
	return 0;
}

void
webhooks_remove(struct webhooks *w, const char *id)
{
	struct hook *h = find(w, id);

	if (h == NULL)
		return;
	memmove(h, h + 1, (size_t)(&w->hook[w->hooks] - h - 1) * sizeof(*h));
	w->hooks--;
}

static int
take_hook(void *arg, const struct store_webhook *hook)
{
	return webhooks_put(arg, hook);
}

int
webhooks_new(struct shop *shop, const char *sender_path, const char *inner, struct webhooks **ret)
{
	static const struct sender_calls calls = { on_answer, on_lost, on_sender };
	struct webhooks *w = calloc(1, sizeof(*w));
	char why[160];
	int rc = -ENOMEM;

	if (w == NULL)
		return -ENOMEM;
	w->shop = shop;
	w->next_s = INT64_MAX;
	w->look = net_timer_new(shop->net, look, w);
	w->sender = sender_new(shop->net, sender_path, inner, &calls, w);
	if (w->look != NULL && w->sender != NULL)
		rc = guard_read(&w->guard, inner, why, sizeof(why)); /* checked before */
	if (rc == 0)
		rc = store_webhooks(shop->store, take_hook, w);
	if (rc < 0) {
		webhooks_free(w);
		return rc;
	}
	*ret = w;
	return 0;
}

void
webhooks_free(struct webhooks *w)
{
	if (w == NULL)
		return;
	sender_free(w->sender);
	net_timer_free(w->look);
	sodium_memzero(w->hook, sizeof(w->hook));
	free(w);
}

/* --- a try --- */

static struct attempt *
free_attempt(struct webhooks *w)
{
	for (size_t i = 0; i < UNDER_WAY_MAX; i++) {
		if (w->attempt[i].job == 0)
			return &w->attempt[i];
	}
	return NULL;
}

static size_t
under_way(const struct webhooks *w, const char *hook)
{
	size_t n = 0;

	for (size_t i = 0; i < UNDER_WAY_MAX; i++)
		n += w->attempt[i].job != 0 && strcmp(w->attempt[i].delivery.webhook, hook) == 0;
	return n;
}

static bool
is_under_way(const struct webhooks *w, const struct store_delivery *d)
{
	for (size_t i = 0; i < UNDER_WAY_MAX; i++) {
		const struct store_delivery *o = &w->attempt[i].delivery;

		if (w->attempt[i].job != 0 && o->seq == d->seq &&
		    strcmp(o->webhook, d->webhook) == 0 && strcmp(o->territory, d->territory) == 0)
			return true;
	}
	return false;
}

/* The body: the same text on each try. malloc'd, NULL when out of memory. */
static char *
body_of(const struct shop *shop, const struct store_delivery *d, const struct event *ev)
{
	const struct territory *t = shop_territory((struct shop *)shop, d->territory);
	const char *zone = t == NULL ? "UTC" : state_zone(t->state);
	json_t *data = message_json(ev, d->territory, zone), *body;
	char *text = NULL;

	body = json_pack("{s:s, s:O*, s:o}", "type", event_name(EV_MESSAGE_WRITTEN), "timestamp",
	    json_object_get(data, "at"), "data", data);
	if (body != NULL)
		text = json_dumps(body, JSON_COMPACT);
	if (text != NULL && strlen(text) >= WEBHOOK_BODY_MAX) {
		free(text);
		json_object_set_new(data, "text", json_string(""));
		text = json_dumps(body, JSON_COMPACT);
	}
	json_decref(body);
	return text;
}

/* The signature of the new secret, and of the old one as long as it signs too. */
static void
sign(const struct store_webhook *hook, const char *id, int64_t stamp_s, int64_t now_s,
    const char *body, char *ret, size_t size)
{
	struct sign_secret secret = { .len = STORE_SECRET_BYTES };
	char text[SIGN_SIZE];

	memcpy(secret.bytes, hook->secret, STORE_SECRET_BYTES);
	sign_message(&secret, id, stamp_s, body, strlen(body), text);
	snprintf(ret, size, "webhook-signature: %s", text);
	if (hook->old_until > now_s) {
		memcpy(secret.bytes, hook->old_secret, STORE_SECRET_BYTES);
		sign_message(&secret, id, stamp_s, body, strlen(body), text);
		snprintf(ret + strlen(ret), size - strlen(ret), " %s", text);
	}
	sodium_memzero(&secret, sizeof(secret));
}

/* The job for the sender; NULL when out of memory. */
static json_t *
job_of(const struct webhooks *w, const struct store_webhook *hook, int64_t number,
    const struct store_delivery *d, const struct event *ev)
{
	const char *message = json_string_value(json_object_get(ev->body, "message"));
	int64_t stamp_s = (int64_t)time(NULL), now_s = w->shop->clock.now_s;
	char id[160], id_header[200], stamp_header[64], signature[200];
	char *body = body_of(w->shop, d, ev);
	json_t *job;

	if (body == NULL)
		return NULL;
	snprintf(id, sizeof(id), "%s.%s", d->territory, message == NULL ? "" : message);
	snprintf(id_header, sizeof(id_header), "webhook-id: %s", id);
	snprintf(stamp_header, sizeof(stamp_header), "webhook-timestamp: %" PRId64, stamp_s);
	sign(hook, id, stamp_s, now_s, body, signature, sizeof(signature));
	job = json_pack("{s:I, s:s, s:[s, s, s, s, s], s:s}", "id", (json_int_t)number, "url",
	    hook->url, "headers", "content-type: application/json",
	    "user-agent: Evenkeel/" PACKAGE_VERSION, id_header, stamp_header, signature, "body",
	    body);
	free(body);
	return job;
}

/* --- what came of it --- */

/* Later by up to a tenth, so that what failed together is not tried together; a virtual clock's
 * runs must repeat. */
static int64_t
gap(const struct webhooks *w, int32_t tries)
{
	int64_t s = gap_s[tries];

	if (!w->shop->clock.is_virtual && s > 0)
		s += randombytes_uniform((uint32_t)(s * JITTER_PCT / 100 + 1));
	return s;
}

static void
slow_down(struct webhooks *w, const char *hook, int64_t until_s)
{
	struct hook *h = find(w, hook);

	if (h != NULL && until_s > h->slow_until_s)
		h->slow_until_s = until_s;
}

/* The receiver wants nothing any more: off, until somebody switches it on. */
static void
disable(struct webhooks *w, const char *id)
{
	struct hook *h = find(w, id);
	struct store_outward o = { .what = OUTWARD_PUT };
	struct store_write write = { .outward = &o, .at_s = clock_now(&w->shop->clock) };

	if (h == NULL || h->w.disabled)
		return;
	h->w.disabled = true;
	snprintf(h->w.why, sizeof(h->w.why), "it answered 410: it wants no more");
	log_say(LEVEL_WARNING, "webhook %s is disabled: %s", id, h->w.why);
	o.webhook = h->w;
	if (store_append(w->shop->store, &write, NULL, NULL) < 0)
		log_say(LEVEL_ERROR, "webhook %s: that it is disabled could not be written down",
		    id);
}

/* What the delivery is after this answer. */
static void
judge(struct webhooks *w, struct store_delivery *d, int32_t status, int64_t retry_after_s,
    const char *error)
{
	int64_t now_s = clock_now(&w->shop->clock), later_s = 0;

	d->tries++;
	d->next_s = now_s;
	snprintf(d->error, sizeof(d->error), "%s", error);
	if (status >= 200 && status <= 299) {
		d->status = DELIVERY_DELIVERED;
		d->error[0] = '\0';
		return;
	}
	if (status == 410) {
		disable(w, d->webhook);
		d->tries--; /* it waits until the webhook is switched on again */
		return;
	}
	if (retry_after_s > 0)
		later_s = retry_after_s < WEBHOOK_RETRY_AFTER_MAX_S ? retry_after_s
								    : WEBHOOK_RETRY_AFTER_MAX_S;
	else if (status == 429 || status == 502 || status == 504)
		later_s = WEBHOOK_SLOW_S;
	if (later_s > 0)
		slow_down(w, d->webhook, now_s + later_s);
	if (d->tries >= WEBHOOK_TRIES_MAX) {
		d->status = DELIVERY_DEAD;
		log_say(LEVEL_WARNING, "webhook %s: message %" PRId64 " of %s is given up: %s",
		    d->webhook, d->seq, d->territory, d->error);
		return;
	}
	d->next_s = now_s + gap(w, d->tries);
	if (d->next_s < now_s + later_s)
		d->next_s = now_s + later_s;
}

static void
on_written(void *arg)
{
	struct attempt *t = arg;

	t->job = 0;
	webhooks_kick(t->hooks);
}

/* Until the result is on disk, the try counts as under way. If it cannot be written, it is made
 * again. */
static void
settle(struct webhooks *w, struct attempt *t, int32_t status, int64_t retry_after_s,
    const char *error)
{
	struct store_outward o = { .what = OUTWARD_RESULT };
	struct store_write write = { .outward = &o, .at_s = clock_now(&w->shop->clock) };

	judge(w, &t->delivery, status, retry_after_s, error);
	o.delivery = t->delivery;
	if (store_append(w->shop->store, &write, on_written, t) < 0) {
		t->job = 0;
		net_timer_set(w->look, AGAIN_MS);
	}
}

static void
on_answer(void *arg, int64_t job, int32_t status, int64_t retry_after_s, const char *error)
{
	struct webhooks *w = arg;

	for (size_t i = 0; i < UNDER_WAY_MAX; i++) {
		if (job > 0 && w->attempt[i].job == job) {
			w->attempt[i].job = -1; /* answered: waits for its commit */
			settle(w, &w->attempt[i], status, retry_after_s, error);
			return;
		}
	}
}

/* Whether they arrived nobody knows: they count as tries that failed. */
static void
on_lost(void *arg)
{
	struct webhooks *w = arg;

	for (size_t i = 0; i < UNDER_WAY_MAX; i++) {
		if (w->attempt[i].job <= 0)
			continue;
		w->attempt[i].job = -1;
		settle(w, &w->attempt[i], 0, 0, "the sender ended while it was under way");
	}
	webhooks_kick(w);
}

static void
on_sender(void *arg)
{
	struct webhooks *w = arg;

	w->sender_busy = false;
	webhooks_kick(w);
}

/* --- what is due --- */

struct looking {
	struct webhooks *w;
	const struct hook *hook;
	size_t room; /* for tries of this webhook */
	bool failed;
};

static int
begin(void *arg, const struct store_delivery *d, const struct event *ev)
{
	struct looking *l = arg;
	struct webhooks *w = l->w;
	struct attempt *t = free_attempt(w);
	json_t *job;
	int rc;

	if (is_under_way(w, d))
		return 0;
	if (l->room == 0 || t == NULL)
		return 1;
	job = job_of(w, &l->hook->w, w->last_job + 1, d, ev);
	rc = job == NULL ? -ENOMEM : sender_post(w->sender, job);
	if (rc == -EBUSY)
		w->sender_busy = true;
	if (rc < 0) {
		l->failed = rc != -EBUSY;
		return 1;
	}
	*t = (struct attempt){ w, ++w->last_job, *d };
	l->room--;
	return 0;
}

/* Begins what is due at one webhook; when it must be looked at again, as far as is known now. */
static int64_t
look_at(struct webhooks *w, const struct hook *h, int64_t now_s)
{
	struct looking l = { .w = w, .hook = h };
	int64_t next_s = INT64_MAX;
	size_t busy = under_way(w, h->w.id);

	if (h->w.disabled || w->sender_busy)
		return INT64_MAX;
	if (h->slow_until_s > now_s)
		return h->slow_until_s;
	l.room = busy < WEBHOOK_AT_ONCE ? WEBHOOK_AT_ONCE - busy : 0;
	if (l.room > 0 && (store_due(w->shop->store, h->w.id, now_s, begin, &l) < 0 || l.failed))
		return now_s + 1;
	/* What has no room yet is looked at again when a result is on disk. */
	if (store_next_due(w->shop->store, h->w.id, now_s, &next_s) < 0)
		return now_s + 1;
	return next_s;
}

static void
look(void *arg)
{
	struct webhooks *w = arg;
	int64_t now_s = clock_now(&w->shop->clock), ms;

	w->next_s = INT64_MAX;
	for (size_t i = 0; i < w->hooks; i++) {
		int64_t next_s = look_at(w, &w->hook[i], now_s);

		if (next_s < w->next_s)
			w->next_s = next_s;
	}
	if (w->next_s == INT64_MAX || w->shop->clock.is_virtual)
		return;
	ms = (w->next_s - now_s) * 1000;
	net_timer_set(w->look, ms > LOOK_MAX_MS ? LOOK_MAX_MS : ms < 1 ? 1 : ms);
}

void
webhooks_kick(struct webhooks *w)
{
	net_timer_set(w->look, 0);
}

static void
on_queue_written(void *arg)
{
	webhooks_kick(arg);
}

void
webhooks_kick_later(struct webhooks *w)
{
	struct store_write nothing = { .at_s = 0 };

	if (store_append(w->shop->store, &nothing, on_queue_written, w) < 0)
		net_timer_set(w->look, AGAIN_MS);
}

void
webhooks_turn(struct webhooks *w)
{
	if (w->shop->clock.is_virtual && w->next_s <= clock_now(&w->shop->clock))
		webhooks_kick(w);
}

/* --- urls, figures --- */

int
webhooks_check_url(const struct webhooks *w, const char *url, char *why, size_t why_size)
{
	bool plain = strncmp(url, "http://", 7) == 0;
	const char *host = url + (plain ? 7 : 8);
	size_t len;
	char name[GUARD_TEXT_SIZE];
	enum guard_verdict verdict;

	snprintf(why, why_size,
	    "https://HOST/PATH, in plain ASCII and without a name and password");
	if (!plain && strncmp(url, "https://", 8) != 0)
		return -EINVAL;
	for (const char *at = url; *at != '\0'; at++) {
		if (*at <= ' ' || *at > '~')
			return -EINVAL;
	}
	if (host[0] == '[') {
		host++;
		len = strcspn(host, "]");
	} else {
		len = strcspn(host, ":/?#");
	}
	if (len == 0 || memchr(host, '@', strcspn(host, "/?#")) != NULL ||
	    strchr(host, '#') != NULL)
		return -EINVAL;
	snprintf(why, why_size,
	    "https: http goes only to inner addresses that webhook_inner lists, "
	    "and it lists none");
	if (plain && w->guard.nets == 0)
		return -EINVAL;
	if (len >= sizeof(name))
		return 0; /* longer than any address: a name */
	snprintf(name, sizeof(name), "%.*s", (int)len, host);
	snprintf(why, why_size, "an address out in the open, or one that webhook_inner lists");
	if (guard_look_text(&w->guard, name, &verdict) &&
	    (verdict == GUARD_INNER || (plain && verdict != GUARD_LISTED)))
		return -EINVAL;
	return 0;
}

int
webhooks_figures(const struct webhooks *w, struct webhook_figures *ret)
{
	struct webhook_figures f = { .restarts = sender_restarts(w->sender) };

	if (store_webhook_count(w->shop->store, NULL, DELIVERY_WAITING, &f.waiting) < 0 ||
	    store_webhook_count(w->shop->store, NULL, DELIVERY_DEAD, &f.dead) < 0)
		return -EIO;
	*ret = f;
	return 0;
}
