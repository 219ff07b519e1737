/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/method.h"

#include <string.h>

static const struct method *const tables[] = { methods_session, methods_token, methods_shop,
	methods_call, methods_book, methods_tech, methods_stop, methods_plan, methods_quote,
	methods_price, methods_promise, methods_after, methods_goodwill, methods_learn, methods_message };

const struct method *
method_find(const char *name)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		for (const struct method *m = tables[i]; m->name != NULL; m++) {
			if (strcmp(m->name, name) == 0)
				return m;
		}
	}
	return NULL;
}
