/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/tokens.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ID_BYTES = 8,
	SECRET_BYTES = 32,
	ID_CHARS = 2 * ID_BYTES,
	SECRET_CHARS = 2 * SECRET_BYTES,
	CRC_CHARS = 8,
};

struct tokens {
	struct store_token *token;
	size_t count, room;
	unsigned char key[STORE_KEY_SIZE];
};

static int
add(void *arg, const struct store_token *token)
{
	return tokens_put(arg, token);
}

int
tokens_new(struct store *st, struct tokens **ret)
{
	struct tokens *t = calloc(1, sizeof(*t));
	int rc;

	if (t == NULL)
		return -ENOMEM;
	store_key(st, t->key);
	rc = store_tokens(st, add, t);
	if (rc < 0) {
		tokens_free(t);
		return rc;
	}
	*ret = t;
	return 0;
}

void
tokens_free(struct tokens *t)
{
	if (t == NULL)
		return;
	sodium_memzero(t->key, sizeof(t->key));
	free(t->token);
	free(t);
}

/* CRC-32 of IEEE 802.3, bit by bit: a hundred bytes a login. */
static uint32_t
crc32_of(const char *text, size_t len)
{
	uint32_t crc = 0xffffffffu;

	for (size_t i = 0; i < len; i++) {
		crc ^= (unsigned char)text[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ ((crc & 1u) != 0 ? 0xedb88320u : 0u);
	}
	return ~crc;
}

static void
hash_secret(const struct tokens *t, const char *secret, unsigned char ret[32])
{
	crypto_generichash(ret, 32, (const unsigned char *)secret, SECRET_CHARS, t->key,
	    sizeof(t->key));
}

static void
random_hex(char *to, size_t bytes)
{
	unsigned char raw[SECRET_BYTES];

	randombytes_buf(raw, bytes);
	sodium_bin2hex(to, 2 * bytes + 1, raw, bytes);
	sodium_memzero(raw, sizeof(raw));
}

void
tokens_make(const struct tokens *t, enum role role, const char *technician, const char *name,
    int64_t now_s, int64_t expires_s, struct store_token *ret, char ret_text[TOKEN_TEXT_SIZE])
{
	char secret[SECRET_CHARS + 1];
	size_t len;

	*ret = (struct store_token){ .issued = now_s, .expires = expires_s };
	random_hex(ret->id, ID_BYTES);
	random_hex(secret, SECRET_BYTES);
	snprintf(ret->role, sizeof(ret->role), "%s", role_name(role));
	snprintf(ret->technician, sizeof(ret->technician), "%s", technician);
	snprintf(ret->name, sizeof(ret->name), "%s", name);
	hash_secret(t, secret, ret->hash);
	snprintf(ret_text, TOKEN_TEXT_SIZE, "ek_%s_%s_%s_", ret->role, ret->id, secret);
	len = strlen(ret_text);
	snprintf(ret_text + len, TOKEN_TEXT_SIZE - len, "%08x", crc32_of(ret_text, len));
	sodium_memzero(secret, sizeof(secret));
}

static struct store_token *
find(const struct tokens *t, const char *id, size_t len)
{
	for (size_t i = 0; i < t->count; i++) {
		if (strncmp(t->token[i].id, id, len) == 0 && t->token[i].id[len] == '\0')
			return &t->token[i];
	}
	return NULL;
}

int
tokens_put(struct tokens *t, const struct store_token *token)
{
	struct store_token *at = find(t, token->id, strlen(token->id));

	if (at != NULL) {
		*at = *token;
		return 0;
	}
	if (t->count == TOKENS_MAX)
		return -ENOSPC;
	if (t->count == t->room) {
		size_t room = t->room == 0 ? 16 : t->room * 2;
		struct store_token *grown = realloc(t->token, room * sizeof(*grown));

		if (grown == NULL)
			return -ENOMEM;
		t->token = grown;
		t->room = room;
	}
	t->token[t->count++] = *token;
	return 0;
}

/* The parts of a text, if it has the shape of a token and its sum is right. */
static int
take_apart(const char *text, const char **ret_role, size_t *ret_role_len, const char **ret_id,
    const char **ret_secret)
{
	const char *role = text + 3, *id, *secret, *crc;
	char sum[CRC_CHARS + 1];
	size_t role_len, len = strlen(text);

	if (strncmp(text, "ek_", 3) != 0)
		return -EINVAL;
	role_len = strcspn(role, "_");
	if (len != 3 + role_len + 1 + ID_CHARS + 1 + SECRET_CHARS + 1 + CRC_CHARS)
		return -EINVAL;
	id = role + role_len + 1;
	secret = id + ID_CHARS + 1;
	crc = secret + SECRET_CHARS + 1;
	snprintf(sum, sizeof(sum), "%08x", crc32_of(text, (size_t)(crc - text)));
	if (id[ID_CHARS] != '_' || secret[SECRET_CHARS] != '_' || strcmp(sum, crc) != 0)
		return -EINVAL;
	*ret_role = role;
	*ret_role_len = role_len;
	*ret_id = id;
	*ret_secret = secret;
	return 0;
}

const struct store_token *
tokens_check(const struct tokens *t, const char *text, int64_t now_s)
{
	const struct store_token *found;
	const char *role, *id, *secret;
	unsigned char hash[32];
	size_t role_len;

	if (take_apart(text, &role, &role_len, &id, &secret) < 0)
		return NULL;
	found = find(t, id, ID_CHARS);
	if (found == NULL || found->revoked != 0)
		return NULL;
	if (found->expires != 0 && found->expires <= now_s)
		return NULL;
	if (strlen(found->role) != role_len || strncmp(found->role, role, role_len) != 0)
		return NULL;
	hash_secret(t, secret, hash);
	return sodium_memcmp(hash, found->hash, sizeof(hash)) == 0 ? found : NULL;
}

const struct store_token *
tokens_find(const struct tokens *t, const char *id)
{
	return find(t, id, strlen(id));
}

size_t
tokens_count(const struct tokens *t)
{
	return t->count;
}

const struct store_token *
tokens_at(const struct tokens *t, size_t i)
{
	return &t->token[i];
}
