/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Putting JSON together, with a failure that sticks: an object or list that cannot have all of what
 * was put into it becomes NULL, and stays so. Who builds puts in line after line, and looks once at
 * the end; nothing goes out, or into the journal, with a member silently missing.
 */
#ifndef EVENKEEL_DAEMON_BUILD_H
#define EVENKEEL_DAEMON_BUILD_H

#include <jansson.h>

/* Both steal value; NULL stands for one that there was no memory for. *obj, *list may be NULL. */
void build_set(json_t **obj, const char *name, json_t *value);
void build_add(json_t **list, json_t *value);

#endif
