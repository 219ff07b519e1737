/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The token of a customer's tracking link: it names a call and proves that we gave it.
 *
 * CALL-MAC: the MAC is BLAKE2b over territory and call under a key that is the store's own, cut to
 * 120 bits, in base64url. Nothing is kept for it, and nobody can make one for another call.
 */
#ifndef EVENKEEL_DAEMON_TRACKING_H
#define EVENKEEL_DAEMON_TRACKING_H

#include <stdbool.h>
#include <stdint.h>

struct shop;
struct territory;

enum { TRACKING_SIZE = 65, TRACKING_KEY_SIZE = 32 };

/* "" for a call whose id is too long to be in one. */
void tracking_make(const unsigned char key[TRACKING_KEY_SIZE], const char *territory,
    const char *call, char ret[TRACKING_SIZE]);

/* The call of a token; false: it is none of ours, or the call is forgotten. */
bool tracking_find(struct shop *shop, const char *token, struct territory **ret_territory,
    int32_t *ret_call);

#endif
