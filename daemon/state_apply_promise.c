/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a promise: the customer's answer or silence, another day, a risk. */
#include <errno.h>

#include "daemon/state_impl.h"

int
state_apply_promise(struct state *s, const struct event *ev, struct body *b)
{
	(void)s;
	return body_fail(b, -EPERM, "%s: not yet", event_name(ev->type));
}
