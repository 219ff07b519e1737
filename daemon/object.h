/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects of the state as the OpenRPC document shows them: places in degrees, times in RFC 3339
 * in the territory's zone. Each gives a new reference; NULL when out of memory.
 */
#ifndef EVENKEEL_DAEMON_OBJECT_H
#define EVENKEEL_DAEMON_OBJECT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "daemon/cost.h"
#include "daemon/check.h"
#include "daemon/retime.h"
#include "daemon/state.h"

json_t *object_when(const struct state *s, int64_t at);
json_t *object_window(const struct state *s, int64_t from, int64_t to);

/* The schemas of the same names; history: with what people were told. */
json_t *object_call(const struct state *s, int32_t call, bool history);
/* position: the last known one, NULL none. */
json_t *object_tech(const struct state *s, int32_t tech, int64_t now, const struct place *position);
json_t *object_shift(const struct state *s, const struct shift *shift);
json_t *object_stop(const struct state *s, const struct stop *stop);
json_t *object_done_stop(const struct state *s, int32_t call); /* one that ended */
/* Taken and running ones, then those planned in the route as object_seen() gives it. */
json_t *object_breaks(const struct state *s, int32_t tech, const struct retimed *seen);
json_t *object_route(const struct state *s, int32_t tech, int64_t now);
json_t *object_cost(const struct cost *c);
json_t *object_disturbance(const struct state *s, const struct disturbed *d);

/*
 * A technician's route as it is shown at now: as it goes on from now, by the times that costs and
 * quotes are of; or as published, where that differs by less than a minute. What no longer fits at all is
 * shown as published until a revision says what becomes of it.
 */
void object_seen(const struct state *s, int32_t tech, int64_t now, struct retimed *ret);

/* The technician's status on the wire: absent hides what he was doing. */
const char *object_tech_status(const struct tech *t, int64_t now);

#endif
