/* SPDX-License-Identifier: Apache-2.0 */
/* Ids of commands: UUIDs of version 7 (RFC 9562, 5.7), from the clock or from a seed. */
#ifndef EVENKEEL_CTL_CMD_ID_H
#define EVENKEEL_CTL_CMD_ID_H

#include <stdbool.h>
#include <stdint.h>

enum { CMD_ID_SIZE = 37 }; /* bytes as text, with the NUL */

struct cmd_ids {
	bool seeded;
	uint64_t seed;
	uint64_t count; /* ids made from the seed */
};

/* The next id: of now and the system's random bytes, or number count of the seed's row. */
void cmd_ids_next(struct cmd_ids *g, char ret[CMD_ID_SIZE]);

#endif
