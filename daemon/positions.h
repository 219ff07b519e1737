/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Last known positions of technicians, in memory only: a start forgets them.
 *
 * Phones send what they queued, oldest first, after a gap: an older fix never moves the last
 * position back. Places are microdegrees (_udeg), times Unix seconds.
 */
#ifndef EVENKEEL_DAEMON_POSITIONS_H
#define EVENKEEL_DAEMON_POSITIONS_H

#include <stdint.h>

enum { POSITIONS_MAX = 20000 };

struct position {
	int32_t lat_udeg, lon_udeg;
	int64_t at_s;
	int32_t accuracy_m; /* -1: not known */
};

struct positions; /* opaque */

struct positions *positions_new(void);     /* NULL when out of memory */
void positions_free(struct positions *p);  /* NULL is fine */

/*
 * Keeps a position. 1: it is the newest of this technician; 0: one as new or newer is known,
 * nothing changed. -ENOSPC: POSITIONS_MAX technicians are known; -ENOMEM.
 */
int positions_put(struct positions *p, const char *territory, const char *technician,
    const struct position *pos);
/* The last known one, borrowed until the next put; NULL: none. */
const struct position *positions_get(const struct positions *p, const char *territory,
    const char *technician);

#endif
