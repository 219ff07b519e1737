/* SPDX-License-Identifier: Apache-2.0 */
/* A file of texts: whatever is in it, it is refused with a sentence, or every text of it can be
 * filled. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "daemon/template.h"
#include "proto/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const unsigned char key[TEMPLATE_KEY_SIZE];
	struct templates *t = templates_new("en", "https://example.org/", key);
	char why[400] = "", text[TEMPLATE_FILLED_SIZE];
	const char *value[SLOTS];

	assert(t != NULL);
	for (size_t i = 0; i < SLOTS; i++)
		value[i] = "\xc3\xa9 value";
	if (templates_add(t, "en", "en.ini", (const char *)data, len, why, sizeof(why)) < 0) {
		assert(why[0] != '\0');
	} else {
		for (int i = 0; i < TEXTS; i++) {
			templates_fill(t, "en", (enum text)i, value, text);
			assert(utf8_valid(text, strlen(text)));
		}
		assert(templates_reason(t, "en", "other")[0] != '\0');
	}
	templates_free(t);
	return 0;
}
