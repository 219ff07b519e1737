/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/tracking.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "daemon/shop.h"

enum { MAC_BYTES = 15, MAC_CHARS = 20 };

/* The MAC as text: 20 characters, since 15 bytes need no padding. */
static void
mac_of(const unsigned char key[TRACKING_KEY_SIZE], const char *territory, const char *call,
    char ret[MAC_CHARS + 1])
{
	static const char purpose[] = "evenkeel tracking";
	unsigned char mac[MAC_BYTES > crypto_generichash_BYTES_MIN ? MAC_BYTES
								   : crypto_generichash_BYTES_MIN];
	crypto_generichash_state st;

	crypto_generichash_init(&st, key, TRACKING_KEY_SIZE, sizeof(mac));
	crypto_generichash_update(&st, (const unsigned char *)purpose, sizeof(purpose));
	crypto_generichash_update(&st, (const unsigned char *)territory, strlen(territory) + 1);
	crypto_generichash_update(&st, (const unsigned char *)call, strlen(call) + 1);
	crypto_generichash_final(&st, mac, sizeof(mac));
	sodium_bin2base64(ret, MAC_CHARS + 1, mac, MAC_BYTES,
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void
tracking_make(const unsigned char key[TRACKING_KEY_SIZE], const char *territory, const char *call,
    char ret[TRACKING_SIZE])
{
	char mac[MAC_CHARS + 1];
	size_t len = strlen(call);

	ret[0] = '\0';
	if (len + 1 + MAC_CHARS >= TRACKING_SIZE)
		return;
	mac_of(key, territory, call, mac);
	snprintf(ret, TRACKING_SIZE, "%s-%s", call, mac);
}

/* Whether the token is that of this call. */
static bool
is_of(const unsigned char key[TRACKING_KEY_SIZE], const char *territory, const char *call,
    const char *mac)
{
	char right[MAC_CHARS + 1];

	mac_of(key, territory, call, right);
	return sodium_memcmp(right, mac, MAC_CHARS) == 0;
}

bool
tracking_find(struct shop *shop, const char *token, struct territory **ret_territory,
    int32_t *ret_call)
{
	unsigned char key[TRACKING_KEY_SIZE];
	char call[TRACKING_SIZE];
	size_t len = strlen(token);
	bool found = false;

	if (len <= MAC_CHARS + 1 || len >= TRACKING_SIZE || token[len - MAC_CHARS - 1] != '-')
		return false;
	snprintf(call, sizeof(call), "%.*s", (int)(len - MAC_CHARS - 1), token);
	store_key(shop->store, key);
	for (size_t i = 0; i < shop->territories && !found; i++) {
		struct territory *t = shop->territory[i];
		int32_t at = state_call_find(t->state, call);

		if (at < 0 || !is_of(key, state_territory(t->state), call, token + len - MAC_CHARS))
			continue;
		*ret_territory = t;
		*ret_call = at;
		found = true;
	}
	sodium_memzero(key, sizeof(key));
	return found;
}
