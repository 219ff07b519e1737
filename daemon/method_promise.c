/* SPDX-License-Identifier: Apache-2.0 */
/* Requests about promises and the answers to them. */
#include "daemon/method_help.h"

static void
unready(struct request *r)
{
	request_refuse(r, RPC_INTERNAL, NULL, "This method is not served yet");
}

const struct method methods_promise[] = {
	{ "promise.list", unready },
	{ "call.answer_eta", unready },
	{ NULL, NULL },
};
