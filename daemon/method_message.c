/* SPDX-License-Identifier: Apache-2.0 */
/* Requests about messages to customers and webhooks. */
#include "daemon/method_help.h"

static void
unready(struct request *r)
{
	request_refuse(r, RPC_INTERNAL, NULL, "This method is not served yet");
}

const struct method methods_message[] = {
	{ "message.list", unready },
	{ "message.replay", unready },
	{ "webhook.put", unready },
	{ "webhook.list", unready },
	{ "webhook.remove", unready },
	{ NULL, NULL },
};
