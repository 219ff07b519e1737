/* SPDX-License-Identifier: Apache-2.0 */
/* Requests about what is carried over, and goodwill. */
#include "daemon/method_help.h"

static void
unready(struct request *r)
{
	request_refuse(r, RPC_INTERNAL, NULL, "This method is not served yet");
}

const struct method methods_after[] = {
	{ "call.carry_over", unready },
	{ "goodwill.list", unready },
	{ "goodwill.decide", unready },
	{ NULL, NULL },
};
