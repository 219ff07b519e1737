/* SPDX-License-Identifier: Apache-2.0 */
/* Times on the wire: RFC 3339 with offset, and the seconds and microseconds inside. */
#ifndef EVENKEEL_PROTO_WHEN_H
#define EVENKEEL_PROTO_WHEN_H

#include <stddef.h>
#include <stdint.h>

enum { WHEN_SIZE = 32 }; /* bytes for a time as text, with the NUL */

/* Unix seconds of a time like 2011-09-21T08:12:00-04:00 (fractions are cut). -EINVAL. */
int when_parse(const char *text, int64_t *ret_s);

/*
 * Writes a time with the zone's offset at that moment, e.g.
 * 2011-09-21T08:12:00-04:00. zone is an IANA name ("UTC" always works).
 * -EINVAL: no such zone, or a year outside 1900 to 9999.
 */
int when_format(int64_t s, const char *zone, char ret[WHEN_SIZE]);

/* Offset of the zone at that moment, seconds east of UTC. -EINVAL: no such zone. */
int when_offset(int64_t s, const char *zone, int32_t *ret_s);
/* Unix time of the local midnight that starts the local day of s. -EINVAL as above. */
int when_midnight(int64_t s, const char *zone, int64_t *ret_s);

#endif
