/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time zones from the system's tz database, and the calendar below them.
 *
 * Reads compiled zone files (TZif, RFC 8536) itself: tzset() keeps one zone for
 * the whole process and is slow to switch. Zones are kept once read; any thread
 * may ask. Internal to proto: others use proto/when.h.
 */
#ifndef EVENKEEL_PROTO_ZONE_H
#define EVENKEEL_PROTO_ZONE_H

#include <stddef.h>
#include <stdint.h>

/* Seconds east of UTC at a Unix time. -EINVAL: no such zone; -ENOMEM. */
int zone_offset(const char *zone, int64_t s, int32_t *ret_s);

struct zone; /* opaque: one parsed zone file */

/* A zone from the bytes of a TZif file, for tests and fuzzing. -EINVAL, -ENOMEM. */
int zone_parse(const void *bytes, size_t len, struct zone **ret);
void zone_free(struct zone *z); /* NULL is fine */
int32_t zone_offset_at(const struct zone *z, int64_t s);

/*
 * The Gregorian calendar, days counted from 1970-01-01: Howard Hinnant, "chrono-Compatible
 * Low-Level Date Algorithms" (2013).
 */
int64_t days_from_civil(int64_t y, int m, int d);
void civil_from_days(int64_t days, int *ret_y, int *ret_m, int *ret_d);
int days_in_month(int64_t y, int m);

#endif
