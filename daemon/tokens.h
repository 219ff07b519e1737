/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bearer tokens: who a client is.
 *
 * A token's text is ek_ROLE_ID_SECRET_CRC: the id is 16 and the secret 64 hexadecimal digits from
 * the system's random bytes, the CRC-32 (IEEE 802.3) of all before it finds a slip of the hand
 * without a look-up. Kept is only BLAKE2b of the secret, keyed with the store's
 * own secret, and it is compared in constant time.
 */
#ifndef EVENKEEL_DAEMON_TOKENS_H
#define EVENKEEL_DAEMON_TOKENS_H

#include <stddef.h>
#include <stdint.h>

#include "daemon/store.h"
#include "proto/openrpc.h"

enum { TOKENS_MAX = 10000, TOKEN_TEXT_SIZE = 128 };

struct tokens; /* opaque */

/* Loads the tokens of a store, which must outlive it. -EIO, -ENOMEM. */
int tokens_new(struct store *st, struct tokens **ret);
void tokens_free(struct tokens *t); /* NULL is fine */

/* Makes a new token and its text; nothing is kept yet. technician "" unless the role is that. */
void tokens_make(const struct tokens *t, enum role role, const char *technician, const char *name,
    int64_t now_s, int64_t expires_s, struct store_token *ret, char ret_text[TOKEN_TEXT_SIZE]);
/* Keeps a token in memory: new, or in place of the one with its id. -ENOSPC: TOKENS_MAX; -ENOMEM.
 */
int tokens_put(struct tokens *t, const struct store_token *token);

/* The token that a text is, if it is known, whole, not revoked and not expired; else NULL. */
const struct store_token *tokens_check(const struct tokens *t, const char *text, int64_t now_s);

const struct store_token *tokens_find(const struct tokens *t, const char *id); /* NULL: none */
size_t tokens_count(const struct tokens *t);
const struct store_token *tokens_at(const struct tokens *t, size_t i); /* oldest first */

#endif
