/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration: evenkeel.conf, KEY = VALUE lines, and the same keys from the command line.
 *
 * Every key stands once, in the table of config.c, with its type, range, default and help; what
 * prints, checks and documents the keys reads that table. An unknown key is refused.
 */
#ifndef EVENKEEL_DAEMON_CONFIG_H
#define EVENKEEL_DAEMON_CONFIG_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { CONFIG_TEXT_SIZE = 256, CONFIG_WHY_SIZE = 512 };

/* Limits of a class of clients; reliability.md says why. */
struct config_class {
	int64_t rate, burst;  /* calls a second, and at once; rate 0: no limit */
	int64_t out_kib;      /* output queued for one client before it is cut; half of it: merge */
	int64_t sessions;     /* of one token at a time */
};

struct config {
	char store[CONFIG_TEXT_SIZE];
	char territory[CONFIG_TEXT_SIZE], zone[CONFIG_TEXT_SIZE];
	char listen_host[CONFIG_TEXT_SIZE];
	int64_t listen_port;
	char admin_token_file[CONFIG_TEXT_SIZE]; /* "": admin.token beside the store */
	char solver[CONFIG_TEXT_SIZE];           /* "": evenkeel-solve beside the daemon */
	int64_t workers, work_limit, seed;
	char messages[CONFIG_TEXT_SIZE];         /* "": found by the program's place */
	char language[CONFIG_TEXT_SIZE], tracking_url[CONFIG_TEXT_SIZE];
	char webhook_sender[CONFIG_TEXT_SIZE];   /* "": evenkeel-webhook beside the daemon */
	char webhook_inner[CONFIG_TEXT_SIZE];
	char log_level[CONFIG_TEXT_SIZE], log_format[CONFIG_TEXT_SIZE];
	int64_t snapshot_events;
	int64_t connections_max, hello_s, silence_s;
	struct config_class phone, console, integration;
	int64_t position_rate, position_burst;
};

void config_default(struct config *c);
/* One key. -EINVAL with a sentence that names key, what was expected, what came, and the mend. */
int config_set(struct config *c, const char *key, const char *value, char *why, size_t why_size);
/* A whole file; why begins with file and line. -EINVAL, or -errno if it cannot be read. */
int config_read(struct config *c, const char *path, char *why, size_t why_size);
/* Every key with its value, commented with its help: a valid configuration file. */
void config_print(const struct config *c, FILE *to);

/* For the documents' tests: name and help of key i, NULL after the last. */
const char *config_key(size_t i, const char **ret_help);

#endif
