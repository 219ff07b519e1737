/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/follow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int
follow_add(struct follow_list *list, struct event *ev)
{
	if (ev == NULL)
		return -ENOMEM;
	if (list->events == list->room) {
		size_t room = list->room == 0 ? 8 : 2 * list->room;
		struct event **grown = reallocarray(list->event, room, sizeof(*grown));

		if (grown == NULL) {
			event_free(ev);
			return -ENOMEM;
		}
		list->event = grown;
		list->room = room;
	}
	list->event[list->events++] = ev;
	return 0;
}

void
follow_done(struct follow_list *list)
{
	for (size_t i = 0; i < list->events; i++)
		event_free(list->event[i]);
	free(list->event);
	memset(list, 0, sizeof(*list));
}

int
follow(const struct state *s, const struct event *ev, const struct templates *templates,
    struct follow_list *ret)
{
	int rc = goodwill_follow(s, ev, ret);

	if (rc == 0 && templates != NULL)
		rc = message_follow(s, ev, templates, ret);
	return rc;
}
