/* SPDX-License-Identifier: Apache-2.0 */
/* Requests about what was learned. */
#include "daemon/method_help.h"

static void
unready(struct request *r)
{
	request_refuse(r, RPC_INTERNAL, NULL, "This method is not served yet");
}

const struct method methods_learn[] = {
	{ "learned.list", unready },
	{ "stop.change_kind", unready },
	{ NULL, NULL },
};
