/* SPDX-License-Identifier: Apache-2.0 */
/* An evenkeeld of our own: on a fresh store, with a virtual clock, on a port of the kernel's
 * choice. */
#ifndef EVENKEEL_SIM_SPAWN_H
#define EVENKEEL_SIM_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { SPAWN_PATH_MAX = 4096 };

struct spawn_options {
	const char *bindir; /* where evenkeeld and evenkeel-solve are; NULL: beside this program */
	const char *state;  /* folder for the store, made if missing, kept; NULL: a temporary one */
	const char *zone;   /* of the territory */
	int64_t clock_start_s;
	bool real_clock; /* instead of a virtual one */
};

struct daemon {
	pid_t pid; /* 0: not running */
	char bindir[SPAWN_PATH_MAX];
	char state[SPAWN_PATH_MAX];
	bool temporary;
	uint16_t port;
	char *token; /* of the role admin; malloc'd */
};

/* Starts it and waits until it listens. A store that an earlier run left in the folder is taken
 * away. -errno with a sentence in why that holds the end of the daemon's log. */
int spawn_daemon(const struct spawn_options *o, struct daemon *ret, char *why, size_t why_size);

/* Ends it (SIGTERM, after 10 s SIGKILL), and removes a temporary folder. Returns its exit status,
 * -1 if it had to be killed or crashed. */
int spawn_stop(struct daemon *d);

/* The last line of its log, for saying why it ended. */
void spawn_last_words(const struct daemon *d, char *to, size_t size);

#endif
