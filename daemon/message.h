/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages to customers: which event gives which, and in what words.
 *
 * message_follow() (follow.h) writes them as message.written events; here is how such an event is
 * shown: in notifications, in message.list, and as the data of a webhook.
 */
#ifndef EVENKEEL_DAEMON_MESSAGE_H
#define EVENKEEL_DAEMON_MESSAGE_H

#include <jansson.h>

#include "daemon/event.h"

enum { MESSAGE_ID_SIZE = 65, MESSAGE_KIND_SIZE = 24 };

/* Kinds of message, NULL after the last. */
const char *message_kind(size_t i);

/* The schema Message of a message.written event; new reference, NULL when out of memory. */
json_t *message_json(const struct event *ev, const char *territory, const char *zone);

#endif
