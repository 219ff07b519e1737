/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures of webhooks as Standard Webhooks 1.0 has them (standardwebhooks.com): HMAC-SHA256 over
 * "ID.TIMESTAMP.BODY", in base64 behind "v1,"; a header may list several, with blanks between.
 * Secrets as text are "whsec_" and base64 of 24 to 64 bytes. libsodium must have been initialised.
 */
#ifndef EVENKEEL_PROTO_SIGN_H
#define EVENKEEL_PROTO_SIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SIGN_SECRET_MIN = 24, /* bytes */
	SIGN_SECRET_MAX = 64,
	SIGN_SECRET_TEXT_SIZE = 100,
	SIGN_SIZE = 48, /* one signature as text, with the NUL */
};

struct sign_secret {
	unsigned char bytes[SIGN_SECRET_MAX];
	size_t len;
};

/* -EINVAL: it is no secret. */
int sign_secret_read(const char *text, struct sign_secret *ret);
void sign_secret_write(const struct sign_secret *secret, char ret[SIGN_SECRET_TEXT_SIZE]);

/* Signs; timestamp_s is that of the try. */
void sign_message(const struct sign_secret *secret, const char *id, int64_t timestamp_s,
    const char *body, size_t len, char ret[SIGN_SIZE]);
/* Whether one signature of a header's list is right. */
bool sign_verify(const struct sign_secret *secret, const char *id, int64_t timestamp_s,
    const char *body, size_t len, const char *header);

#endif
