/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/event.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[EV_TYPES] = {
	[EV_TERRITORY_OPENED] = "territory.opened",
	[EV_GUIDELINES_SET] = "guidelines.set",
	[EV_TECHNICIAN_ADDED] = "technician.added",
	[EV_TECHNICIAN_AMENDED] = "technician.amended",
	[EV_TECHNICIAN_ABSENT] = "technician.absent",
	[EV_SHIFT_STARTED] = "shift.started",
	[EV_SHIFT_ENDED] = "shift.ended",
	[EV_CALL_BOOKED] = "call.booked",
	[EV_CALL_AMENDED] = "call.amended",
	[EV_CALL_CANCELLED] = "call.cancelled",
	[EV_STOP_DEPARTED] = "stop.departed",
	[EV_STOP_ARRIVED] = "stop.arrived",
	[EV_STOP_FINISHED] = "stop.finished",
	[EV_STOP_NO_ACCESS] = "stop.no_access",
	[EV_STOP_LATE] = "stop.late",
	[EV_BREAK_STARTED] = "break.started",
	[EV_BREAK_ENDED] = "break.ended",
	[EV_BREAK_WAIVED] = "break.waived",
	[EV_CALL_PINNED] = "call.pinned",
	[EV_CALL_UNPINNED] = "call.unpinned",
	[EV_PLAN_REVISED] = "plan.revised",
	[EV_CALL_ANSWERED] = "call.answered",
	[EV_CALL_SILENT] = "call.silent",
	[EV_CALL_CARRIED_OVER] = "call.carried_over",
	[EV_STOP_KIND_CHANGED] = "stop.kind_changed",
	[EV_PROMISE_AT_RISK] = "promise.at_risk",
	[EV_GOODWILL_PROPOSED] = "goodwill.proposed",
	[EV_GOODWILL_DECIDED] = "goodwill.decided",
	[EV_MESSAGE_WRITTEN] = "message.written",
};

const char *
event_name(enum event_type t)
{
	return names[t];
}

int
event_from_name(const char *name, enum event_type *ret)
{
	for (int t = 0; t < EV_TYPES; t++) {
		if (strcmp(names[t], name) == 0) {
			*ret = (enum event_type)t;
			return 0;
		}
	}
	return -EINVAL;
}

struct event *
event_new(enum event_type t, int64_t at_s, json_t *body)
{
	struct event *ev = body == NULL ? NULL : malloc(sizeof(*ev));

	if (ev == NULL) {
		json_decref(body);
		return NULL;
	}
	*ev = (struct event){ .at_s = at_s, .type = t, .body = body };
	return ev;
}

void
event_free(struct event *ev)
{
	if (ev == NULL)
		return;
	json_decref(ev->body);
	free(ev);
}

json_t *
event_to_json(const struct event *ev)
{
	return json_pack("{s:I, s:I, s:s, s:O}", "seq", (json_int_t)ev->seq, "at",
	    (json_int_t)ev->at_s, "type", names[ev->type], "body", ev->body);
}

int
event_from_json(const json_t *j, struct event **ret)
{
	json_int_t seq, at;
	const char *name;
	json_t *body;
	enum event_type type;
	struct event *ev;

	if (json_unpack((json_t *)j, "{s:I, s:I, s:s, s:o!}", "seq", &seq, "at", &at, "type",
	        &name, "body", &body) < 0)
		return -EBADMSG;
	if (seq < 1 || !json_is_object(body) || event_from_name(name, &type) < 0)
		return -EBADMSG;
	ev = event_new(type, at, json_incref(body));
	if (ev == NULL)
		return -ENOMEM;
	ev->seq = seq;
	*ret = ev;
	return 0;
}
