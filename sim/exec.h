/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policy "exec:COMMAND": any solver that reads VROOM's JSON on standard input and writes its
 * JSON to standard output, asked anew for the whole rest of the day at each event: what a
 * shop can do today.
 *
 * Asked at: a booking, a cancellation, nobody at home, work that takes longer, somebody absent or
 * gone; and when a stop is done, if a call waits on nobody's route. Between events routes are
 * re-timed, like those of the other policies. If there is no answer that can be used, the last
 * plan stands, and the result says so.
 */
#ifndef EVENKEEL_SIM_EXEC_H
#define EVENKEEL_SIM_EXEC_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/policy.h"

#define EXEC_PREFIX "exec:"

enum { EXEC_NAME_MAX = 13 }; /* bytes of a short name */

struct exec_options {
	const char *command; /* borrowed */
	int32_t limit_s;     /* for one answer */
	bool steps;          /* tell the routes as they stand, too */
};

/* name: as it was asked for; borrowed. NULL when out of memory. */
struct policy *exec_new(const char *name, const struct exec_options *o);

/* What stands above a column of a table: the prefix and the name of the program. */
void exec_short_name(const char *policy, char to[EXEC_NAME_MAX + 1]);

#endif
