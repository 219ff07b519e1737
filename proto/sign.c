/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/sign.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define SECRET_PREFIX "whsec_"
#define VERSION_PREFIX "v1,"

int
sign_secret_read(const char *text, struct sign_secret *ret)
{
	struct sign_secret s = { .len = 0 };
	const char *end = NULL;
	size_t prefix = strlen(SECRET_PREFIX);

	if (strncmp(text, SECRET_PREFIX, prefix) != 0 ||
	    sodium_base642bin(s.bytes, sizeof(s.bytes), text + prefix, strlen(text + prefix), NULL,
		&s.len, &end, sodium_base64_VARIANT_ORIGINAL) != 0 ||
	    *end != '\0' || s.len < SIGN_SECRET_MIN)
		return -EINVAL;
	*ret = s;
	return 0;
}

void
sign_secret_write(const struct sign_secret *secret, char ret[SIGN_SECRET_TEXT_SIZE])
{
	size_t prefix = strlen(SECRET_PREFIX);

	memcpy(ret, SECRET_PREFIX, prefix);
	sodium_bin2base64(ret + prefix, SIGN_SECRET_TEXT_SIZE - prefix, secret->bytes, secret->len,
	    sodium_base64_VARIANT_ORIGINAL);
}

void
sign_message(const struct sign_secret *secret, const char *id, int64_t timestamp_s,
    const char *body, size_t len, char ret[SIGN_SIZE])
{
	unsigned char mac[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state st;
	size_t prefix = strlen(VERSION_PREFIX);
	char stamp[32];

	snprintf(stamp, sizeof(stamp), ".%" PRId64 ".", timestamp_s);
	crypto_auth_hmacsha256_init(&st, secret->bytes, secret->len);
	crypto_auth_hmacsha256_update(&st, (const unsigned char *)id, strlen(id));
	crypto_auth_hmacsha256_update(&st, (const unsigned char *)stamp, strlen(stamp));
	crypto_auth_hmacsha256_update(&st, (const unsigned char *)body, len);
	crypto_auth_hmacsha256_final(&st, mac);
	memcpy(ret, VERSION_PREFIX, prefix);
	sodium_bin2base64(ret + prefix, SIGN_SIZE - prefix, mac, sizeof(mac),
	    sodium_base64_VARIANT_ORIGINAL);
}

bool
sign_verify(const struct sign_secret *secret, const char *id, int64_t timestamp_s, const char *body,
    size_t len, const char *header)
{
	char right[SIGN_SIZE];

	sign_message(secret, id, timestamp_s, body, len, right);
	for (header += strspn(header, " "); *header != '\0'; header += strspn(header, " ")) {
		size_t word = strcspn(header, " ");

		if (word == strlen(right) && sodium_memcmp(header, right, word) == 0)
			return true;
		header += word;
	}
	return false;
}
