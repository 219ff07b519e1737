/* SPDX-License-Identifier: Apache-2.0 */
/* Requests about quotes and orders. */
#include "daemon/method_help.h"

static void
unready(struct request *r)
{
	request_refuse(r, RPC_INTERNAL, NULL, "This method is not served yet");
}

const struct method methods_quote[] = {
	{ "call.quote", unready },
	{ "order.preview", unready },
	{ NULL, NULL },
};
