/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The local administrator's token: a file of mode 0600 beside the store, so that whoever owns the
 * store can log in, and nobody else.
 */
#ifndef EVENKEEL_DAEMON_ADMIN_TOKEN_H
#define EVENKEEL_DAEMON_ADMIN_TOKEN_H

#include <stddef.h>

#include "daemon/shop.h"

/*
 * Makes sure that the file holds a token of role admin that this store knows. If it is missing or
 * holds another, a new token is made, and the former local ones are revoked. -errno with a
 * sentence.
 */
int admin_token_ensure(struct shop *shop, const char *path, char *why, size_t why_size);

#endif
