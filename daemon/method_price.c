/* SPDX-License-Identifier: Apache-2.0 */
/* Requests about the price of calm, and why people were moved. */
#include "daemon/method_help.h"

static void
unready(struct request *r)
{
	request_refuse(r, RPC_INTERNAL, NULL, "This method is not served yet");
}

const struct method methods_price[] = {
	{ "plan.price", unready },
	{ "history.list", unready },
	{ NULL, NULL },
};
