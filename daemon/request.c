/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/request.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/log.h"

enum { MESSAGE_SIZE = 400, DIGEST_BYTES = 32 };

struct request {
	struct shop *shop;
	struct session *session; /* NULL: the client went away */
	struct principal who;    /* outlives the session */
	const struct method_spec *spec;
	json_t *id, *params; /* own references */
	struct params reading;
	char digest[2 * DIGEST_BYTES + 1]; /* "" unless it has a cmd_id */
	bool in_handler;                   /* so an answer may rest on what is not on disk */
	json_t *reply;                     /* waits for the commit */
	request_answer_fn *answer;
	void *arg;
	struct request *next, **link; /* of its session */
};

/* --- answering --- */

static void
request_free(struct request *r)
{
	if (r->session != NULL) {
		*r->link = r->next;
		if (r->next != NULL)
			r->next->link = r->link;
	}
	json_decref(r->id);
	json_decref(r->params);
	json_decref(r->reply);
	free(r);
}

/* Hands the reply over and ends the request. */
static void
deliver(void *arg)
{
	struct request *r = arg;
	json_t *reply = r->reply;

	r->reply = NULL;
	if (r->session == NULL || r->id == NULL) {
		json_decref(reply);
		reply = NULL;
	}
	if (r->session != NULL)
		r->answer(r->arg, reply);
	request_free(r);
}

/* Answers now, or after what was decided before is on disk. */
static void
finish(struct request *r, json_t *reply)
{
	struct store_write nothing = { .at_s = 0 };

	r->reply = reply;
	if (r->in_handler && !store_idle(r->shop->store) &&
	    store_append(r->shop->store, &nothing, deliver, r) == 0)
		return;
	if (r->in_handler && !store_idle(r->shop->store)) {
		/* No room to wait in: say no rather than what may be undone. */
		json_decref(r->reply);
		r->reply = request_error(r->shop, r->id, RPC_OVERLOADED, NULL,
		    openrpc_error_message(r->shop->openrpc, RPC_OVERLOADED));
	}
	deliver(r);
}

/* A name for one answer, so that a client's complaint finds its line in the log. */
static void
trace_id(const struct shop *shop, char ret[64])
{
	static uint64_t count;

	snprintf(ret, 64, "%s-%" PRIu64, shop->boot, ++count);
}

json_t *
request_error(struct shop *shop, const json_t *id, enum rpc_error code, json_t *data,
    const char *message)
{
	char trace[64];

	trace_id(shop, trace);
	if (data == NULL)
		data = json_object();
	if (data != NULL)
		json_object_set_new(data, "trace", json_string(trace));
	log_say(code == RPC_INTERNAL ? LEVEL_ERROR : LEVEL_DEBUG, "refused code=%d trace=%s: %s",
	    (int)code, trace, message);
	return rpc_error_reply(id, (int)code, message, data);
}

void
request_reply(struct request *r, json_t *result)
{
	if (result == NULL)
		finish(r, request_error(r->shop, r->id, RPC_INTERNAL, NULL, "Out of memory"));
	else
		finish(r, rpc_reply(r->id, result));
}

void
request_refuse(struct request *r, enum rpc_error code, json_t *data, const char *fmt, ...)
{
	char message[MESSAGE_SIZE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	finish(r, request_error(r->shop, r->id, code, data, message));
}

static void
refuse_member(struct request *r, const struct refusal *ref)
{
	/* The text of a token is never echoed, not even a bad one. */
	const char *got = strcmp(ref->member, "token") == 0 ? "something else" : ref->got;

	request_refuse(r, RPC_INVALID_PARAMS,
	    json_pack("{s:s, s:s, s:s}", "member", ref->member, "expected", ref->expected, "got",
		got),
	    "%s: expected %s, got %s", ref->member, ref->expected, got);
}

void
request_refuse_params(struct request *r)
{
	refuse_member(r, &r->reading.refusal);
}

/* --- what handlers ask --- */

struct shop *
request_shop(const struct request *r)
{
	return r->shop;
}

const struct principal *
request_principal(const struct request *r)
{
	return &r->who;
}

struct session *
request_session(struct request *r)
{
	return r->session;
}

const struct openrpc *
request_openrpc(const struct request *r)
{
	return r->shop->openrpc;
}

struct params *
request_params(struct request *r)
{
	return &r->reading;
}

struct territory *
request_territory(struct request *r)
{
	const char *id = json_string_value(json_object_get(r->params, "territory"));
	struct territory *t = shop_territory(r->shop, id);

	if (t != NULL)
		return t;
	if (id != NULL)
		request_refuse(r, RPC_NOT_FOUND, NULL, "territory: there is none called %s", id);
	else
		request_refuse(r, RPC_INVALID_PARAMS, NULL,
		    "territory: there are several, name one");
	return NULL;
}

/* --- commands --- */

static void
refuse_append(struct request *r, int rc, const char *why)
{
	switch (rc) {
	case -EBUSY:
		request_refuse(r, RPC_OVERLOADED, json_pack("{s:i}", "retry_after_ms", 1000),
		    "%s: %s; "
		    "send it again with the same cmd_id",
		    openrpc_error_message(r->shop->openrpc, RPC_OVERLOADED), why);
		return;
	case -EPERM:
		request_refuse(r, RPC_WRONG_STATE, NULL, "%s", why);
		return;
	case -ENOENT:
		request_refuse(r, RPC_NOT_FOUND, NULL, "%s", why);
		return;
	default:
		request_refuse(r, RPC_INTERNAL, NULL, "Internal error: %s", why);
	}
}

void
request_commit(struct request *r, struct territory *t, struct event **event, size_t events,
    json_t *result)
{
	struct command cmd = { .digest = r->digest, .result = result };
	char why[MESSAGE_SIZE / 2];
	int rc;

	if (r->digest[0] != '\0')
		cmd.cmd_id = json_string_value(json_object_get(r->params, "cmd_id"));
	r->reply = result == NULL ? NULL : rpc_reply(r->id, json_incref(result));
	if (r->reply == NULL) {
		for (size_t i = 0; i < events; i++)
			event_free(event[i]);
		json_decref(result);
		request_refuse(r, RPC_INTERNAL, NULL, "Out of memory");
		return;
	}
	/* Answers through deliver() after the commit; the reply holds the result that gets its seq.
	 */
	rc = shop_append(r->shop, t, event, events, &cmd, deliver, r, why, sizeof(why));
	json_decref(result);
	if (rc < 0) {
		json_decref(r->reply);
		r->reply = NULL;
		refuse_append(r, rc, why);
	}
}

void
request_commit_one(struct request *r, struct territory *t, struct event *ev, json_t *result)
{
	if (ev != NULL) {
		request_commit(r, t, &ev, 1, result);
		return;
	}
	json_decref(result);
	request_refuse(r, RPC_INTERNAL, NULL, "Out of memory");
}

json_t *
request_secret_reply(const char *id)
{
	return json_pack("{s:s}", "secret_of", id);
}

void
request_commit_write(struct request *r, const struct store_write *what, json_t *result,
    json_t *kept)
{
	struct store_write w = *what;
	char *text = kept == NULL ? NULL : json_dumps(kept, JSON_COMPACT);
	int rc = -ENOMEM;

	json_decref(kept);
	w.cmd_digest = r->digest;
	w.cmd_id = json_string_value(json_object_get(r->params, "cmd_id"));
	w.at_s = clock_now(&r->shop->clock);
	w.reply = text;
	r->reply = result == NULL ? NULL : rpc_reply(r->id, result);
	if (r->reply != NULL && text != NULL)
		rc = store_append(r->shop->store, &w, deliver, r);
	free(text);
	if (rc < 0) {
		json_decref(r->reply);
		r->reply = NULL;
		refuse_append(r, rc,
		    rc == -EBUSY ? "too much waits to be stored" : "out of memory");
	}
}

void
request_commit_token(struct request *r, const struct store_token *token, json_t *result,
    json_t *kept)
{
	struct store_write w = { .token = token };

	request_commit_write(r, &w, result, kept);
}

/* --- the checks, in order; each answers and returns false when it refuses --- */

static bool
may_call(struct request *r)
{
	char roles[120] = "";
	size_t len = 0;

	if ((r->spec->roles >> r->who.role & 1) != 0)
		return true;
	for (int role = 0; role < ROLES; role++) {
		if ((r->spec->roles >> role & 1) != 0)
			len += (size_t)snprintf(roles + len, sizeof(roles) - len, "%s%s",
			    len > 0 ? ", " : "", role_name((enum role)role));
	}
	request_refuse(r, RPC_FORBIDDEN, NULL, "%s is for %s; this token's role is %s",
	    r->spec->name, roles, role_name(r->who.role));
	return false;
}

static bool
in_rate(struct request *r)
{
	bool position = strcmp(r->spec->name, "position.report") == 0;
	int64_t wait_ms = session_take(r->session, position);

	if (wait_ms == 0)
		return true;
	request_refuse(r, RPC_RATE_LIMITED,
	    json_pack("{s:I}", "retry_after_ms", (json_int_t)wait_ms),
	    "Too many calls: send it again after %" PRId64 " ms", wait_ms);
	return false;
}

/* Whether the call is on the technician's own route, or was his. */
static bool
owns_call(const struct request *r, const char *id)
{
	for (size_t i = 0; i < r->shop->territories; i++) {
		const struct state *s = r->shop->territory[i]->state;
		int32_t call = state_call_find(s, id);
		int32_t tech = call < 0 ? -1 : state_call(s, call)->tech;

		if (tech >= 0)
			return strcmp(state_tech(s, tech)->id, r->who.technician) == 0;
	}
	return false;
}

static bool
is_own(struct request *r)
{
	const char *id;

	if (r->who.role != ROLE_TECHNICIAN || r->spec->own == NULL)
		return true;
	id = json_string_value(json_object_get(r->params, r->spec->own));
	if (id == NULL)
		return true;
	if (strcmp(r->spec->own, "call") == 0 ? owns_call(r, id)
					      : strcmp(id, r->who.technician) == 0)
		return true;
	request_refuse(r, RPC_NOT_FOUND, NULL, "%s %s: there is none, or it is not yours",
	    r->spec->own, id);
	return false;
}

static bool
fits(struct request *r)
{
	struct refusal ref;

	if (openrpc_check(r->shop->openrpc, r->spec, r->params, &ref) == 0)
		return true;
	refuse_member(r, &ref);
	return false;
}

/* BLAKE2b of who, method and parameters without the cmd_id: the same command, or another. */
static bool
take_digest(struct request *r)
{
	json_t *rest = json_object();
	unsigned char hash[DIGEST_BYTES];
	crypto_generichash_state st;
	char *text = NULL;

	/* Not json_copy(): it would leave out what it has no memory for, and not say so. */
	if (json_object_update(rest, r->params) == 0) {
		json_object_del(rest, "cmd_id");
		text = json_dumps(rest, JSON_COMPACT | JSON_SORT_KEYS);
	}
	json_decref(rest);
	if (text == NULL) {
		request_refuse(r, RPC_INTERNAL, NULL, "Out of memory");
		return false;
	}
	crypto_generichash_init(&st, NULL, 0, sizeof(hash));
	for (int i = 0; i < 4; i++) {
		const char *part = i == 0 ? role_name(r->who.role)
		    : i == 1              ? r->who.technician
		    : i == 2              ? r->spec->name
					  : text;

		crypto_generichash_update(&st, (const unsigned char *)part, strlen(part) + 1);
	}
	crypto_generichash_final(&st, hash, sizeof(hash));
	sodium_bin2hex(r->digest, sizeof(r->digest), hash, sizeof(hash));
	free(text);
	return true;
}

static void
answer_again(struct request *r, const char *kept)
{
	json_t *result = json_loads(kept, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	const char *id = json_string_value(json_object_get(result, "secret_of"));

	if (id == NULL) {
		request_reply(r, result);
		return;
	}
	request_refuse(r, RPC_COMMAND_REUSED, json_pack("{s:s}", "id", id),
	    "This command was done, and "
	    "its answer held a secret that is not kept: revoke %s and issue another",
	    id);
	json_decref(result);
}

/* Answers a repeated command from the store. */
static bool
is_new(struct request *r)
{
	const char *cmd_id = json_string_value(json_object_get(r->params, "cmd_id"));
	char *kept;
	int rc;

	if (!r->spec->writes || cmd_id == NULL)
		return true;
	if (!take_digest(r))
		return false;
	r->in_handler = true;
	rc = store_reply(r->shop->store, cmd_id, r->digest, &kept);
	if (rc == 0)
		return true;
	if (rc > 0) {
		answer_again(r, kept);
		free(kept);
	} else if (rc == -EEXIST) {
		request_refuse(r, RPC_COMMAND_REUSED, NULL,
		    "cmd_id %s was used for another command: make "
		    "a new one for each command",
		    cmd_id);
	} else {
		request_refuse(r, RPC_INTERNAL, NULL, "The store cannot be read");
	}
	return false;
}

/* --- running --- */

static bool
is_known(struct request *r, const char *name)
{
	r->spec = openrpc_method(r->shop->openrpc, name);
	if (r->spec != NULL)
		return true;
	request_refuse(r, RPC_METHOD_NOT_FOUND, NULL,
	    "No such method: %.60s; rpc.discover lists them", name);
	return false;
}

static bool
is_logged_in(struct request *r)
{
	if (r->session->in || r->spec->before_login)
		return true;
	request_refuse(r, RPC_UNAUTHORISED, NULL, "%s: say session.hello with a valid token first",
	    r->spec->name);
	return false;
}

/* A request without an id that is not meant to be sent so is refused aloud: nobody would know. */
static bool
may_be_silent(struct request *r, bool silent)
{
	if (!silent || r->spec->notify)
		return true;
	r->id = json_null();
	request_refuse(r, RPC_INVALID_REQUEST, NULL, "%s needs an id, so that it can be answered",
	    r->spec->name);
	return false;
}

static struct request *
request_new(struct session *s, const struct rpc_request *rpc, request_answer_fn *answer, void *arg)
{
	struct request *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	*r = (struct request){ .shop = s->shop,
		.session = s,
		.who = s->who,
		.id = json_incref(rpc->id),
		.answer = answer,
		.arg = arg,
		.params = rpc->params != NULL ? json_incref(rpc->params) : json_object(),
		.next = s->requests,
		.link = &s->requests };
	params_init(&r->reading, r->params);
	if (r->next != NULL)
		r->next->link = &r->next;
	s->requests = r;
	return r;
}

void
request_run(struct session *s, const struct rpc_request *rpc, request_answer_fn *answer, void *arg)
{
	struct request *r = request_new(s, rpc, answer, arg);
	const struct method *m;

	if (r == NULL) {
		answer(arg, request_error(s->shop, rpc->id, RPC_INTERNAL, NULL, "Out of memory"));
		return;
	}
	if (!is_known(r, rpc->method) || !is_logged_in(r) || !may_be_silent(r, rpc->id == NULL) ||
	    !in_rate(r) || (s->in && !may_call(r)) || !fits(r) || !is_own(r) || !is_new(r))
		return;
	m = method_find(r->spec->name);
	if (m == NULL) {
		request_refuse(r, RPC_METHOD_NOT_FOUND, NULL, "%s is not built in", r->spec->name);
		return;
	}
	r->in_handler = !r->spec->before_login;
	m->run(r);
}

void
requests_abandon(struct session *s)
{
	while (s->requests != NULL) {
		struct request *r = s->requests;

		s->requests = r->next;
		if (r->next != NULL)
			r->next->link = &s->requests;
		r->session = NULL;
	}
}
