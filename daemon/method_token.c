/* SPDX-License-Identifier: Apache-2.0 */
/* Requests about tokens. The text of a token is said once, and never kept. */
#include <sodium.h>
#include <string.h>

#include "daemon/build.h"
#include "daemon/method.h"
#include "daemon/request.h"
#include "daemon/session.h"
#include "daemon/tokens.h"
#include "proto/when.h"

static bool
has_technician(const struct shop *shop, const char *id)
{
	for (size_t i = 0; i < shop->territories; i++) {
		if (state_tech_find(shop->territory[i]->state, id) >= 0)
			return true;
	}
	return false;
}

/* Whether what is asked for makes sense together; refuses what does not. */
static bool
may_issue(struct request *r, enum role role, const char *technician, int64_t expires)
{
	struct params *p = request_params(r);
	struct shop *shop = request_shop(r);

	if (role == ROLE_TECHNICIAN && technician[0] == '\0')
		params_refuse(p, "technician", "the technician whose token it is", "nothing");
	if (role != ROLE_TECHNICIAN && technician[0] != '\0')
		params_refuse(p, "technician", "nothing, unless role is technician", technician);
	if (p->failed) {
		request_refuse_params(r);
		return false;
	}
	if (technician[0] != '\0' && !has_technician(shop, technician)) {
		request_refuse(r, RPC_NOT_FOUND, NULL,
		    "technician %s: there is none; add him first "
		    "(technician.add)",
		    technician);
		return false;
	}
	if (expires != 0 && expires <= clock_now(&shop->clock)) {
		request_refuse(r, RPC_BAD_TIME, NULL,
		    "expires: the time is past; give a later one");
		return false;
	}
	return true;
}

static void
token_issue(struct request *r)
{
	struct params *p = request_params(r);
	struct shop *shop = request_shop(r);
	const char *technician = params_str(p, "technician", ""), *name = params_str(p, "name", "");
	int64_t expires = params_when(p, "expires", 0);
	enum role role = ROLE_VIEWER;
	struct store_token token;
	char text[TOKEN_TEXT_SIZE];

	(void)role_from_name(params_str(p, "role", ""), &role); /* the schema knows the roles */
	if (!may_issue(r, role, technician, expires))
		return;
	tokens_make(shop->tokens, role, technician, name, clock_now(&shop->clock), expires, &token,
	    text);
	if (tokens_put(shop->tokens, &token) < 0) {
		request_refuse(r, RPC_OVERLOADED, NULL, "There are %d tokens, and no more may be",
		    TOKENS_MAX);
		return;
	}
	request_commit_token(r, &token, json_pack("{s:s, s:s}", "id", token.id, "token", text),
	    request_secret_reply(token.id));
	sodium_memzero(text, sizeof(text));
}

static void
token_revoke(struct request *r)
{
	struct shop *shop = request_shop(r);
	const char *id = params_str(request_params(r), "id", "");
	const struct store_token *found = tokens_find(shop->tokens, id);
	struct store_token token;

	if (found == NULL) {
		request_refuse(r, RPC_NOT_FOUND, NULL, "id %s: there is no such token (token.list)",
		    id);
		return;
	}
	token = *found;
	if (token.revoked == 0)
		token.revoked = clock_now(&shop->clock);
	(void)tokens_put(shop->tokens, &token); /* takes the place of itself: needs no room */
	request_commit_token(r, &token, json_pack("{s:s}", "id", token.id),
	    json_pack("{s:s}", "id", token.id));
	sessions_cut(shop->sessions, token.id, "The token was revoked");
}

static json_t *
token_json(const struct store_token *t)
{
	char issued[WHEN_SIZE], expires[WHEN_SIZE];
	json_t *o = json_pack("{s:s, s:s, s:s, s:b}", "id", t->id, "role", t->role, "name", t->name,
	    "revoked", t->revoked != 0);

	if (o == NULL)
		return NULL;
	if (t->technician[0] != '\0')
		build_set(&o, "technician", json_string(t->technician));
	if (when_format(t->issued, "UTC", issued) == 0)
		build_set(&o, "issued", json_string(issued));
	if (t->expires != 0 && when_format(t->expires, "UTC", expires) == 0)
		build_set(&o, "expires", json_string(expires));
	return o;
}

static void
token_list(struct request *r)
{
	const struct tokens *t = request_shop(r)->tokens;
	json_t *list = json_array();

	for (size_t i = 0; i < tokens_count(t); i++)
		build_add(&list, token_json(tokens_at(t, i)));
	request_reply(r, json_pack("{s:o}", "tokens", list));
}

const struct method methods_token[] = {
	{ "token.issue", token_issue },
	{ "token.revoke", token_revoke },
	{ "token.list", token_list },
	{ NULL, NULL },
};
