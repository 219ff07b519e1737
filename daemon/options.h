/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of evenkeeld, on top of its configuration. */
#ifndef EVENKEEL_DAEMON_OPTIONS_H
#define EVENKEEL_DAEMON_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/config.h"

enum options_do { DO_SERVE, DO_CHECK_CONFIG, DO_VERIFY, DO_DUMP_STATE, DO_HELP, DO_VERSION };

struct options {
	struct config config;
	enum options_do what;
	bool virtual_clock;
	int64_t clock_start_s; /* -1: not given */
	bool allow_clock_behind;
	char port_file[CONFIG_TEXT_SIZE]; /* "": none */
	char admin_token_file[CONFIG_TEXT_SIZE];
	/* with their defaults worked out: */
	char solver[CONFIG_TEXT_SIZE], webhook_sender[CONFIG_TEXT_SIZE], messages[CONFIG_TEXT_SIZE];
};

/* Reads command line and configuration. -EINVAL with a sentence in why. */
int options_read(struct options *o, int argc, char **argv, char *why, size_t why_size);
void options_help(void); /* to standard output */

#endif
