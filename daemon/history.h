/* SPDX-License-Identifier: Apache-2.0 */
/* What people had been told that changed, for showing: who was moved, when, why, by whose choice.
 * Pure. */
#ifndef EVENKEEL_DAEMON_HISTORY_H
#define EVENKEEL_DAEMON_HISTORY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "daemon/state.h"

struct history_ask {
	const char *call, *technician; /* NULL: of all */
	int64_t from, to;              /* half-open; 0, INT64_MAX: of all times */
	int64_t before;                /* only what came before this sequence */
	bool chosen;                   /* only what was chosen */
	int32_t limit;
};

enum { HISTORY_MAX = 1000 };

/*
 * Moves, newest first, schema Move; those of one revision are never parted, so there may be more
 * than asked for. *ret_next: to ask for what came before, 0 when that was all. New reference; NULL
 * when out of memory.
 */
json_t *history_list(const struct state *s, const struct history_ask *ask, int64_t *ret_next);

#endif
