/* SPDX-License-Identifier: Apache-2.0 */
/* What every part of evenkeelctl shares: where to print, for whom, and the daemon. */
#ifndef EVENKEEL_CTL_CTL_H
#define EVENKEEL_CTL_CTL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "ctl/client.h"
#include "proto/openrpc.h"

enum exit_code { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2, EXIT_UNREACHABLE = 3 };

struct ctl {
	FILE *out;
	bool json;   /* for programs: the result as it came */
	bool csv;    /* for spreadsheets: the list in the result, a row for each */
	bool colour;
	int width;   /* columns of the terminal; 0: no limit */
	struct openrpc *doc;
	struct client_options where;
	struct client *client; /* NULL until connected */
	int64_t now_s;         /* the daemon's clock as it last said, Unix seconds */
	int32_t offset_s;      /* and its offset from UTC */
	char zone[64];         /* in which times are meant; "": the daemon did not say */
	char currency[8];      /* of the guidelines; "" until asked for */
};

/*
 * Connects, if that is still to do, and reads the daemon's clock. Says on stderr
 * what went wrong. An exit code.
 */
enum exit_code ctl_connect(struct ctl *ctl);

/* Calls a method; params are stolen. On failure says so on stderr. An exit code. */
enum exit_code ctl_call(struct ctl *ctl, const char *method, json_t *params, json_t **ret_result);

/* The same without a word, NULL when it failed. The caller owns the result. */
json_t *ctl_ask(struct ctl *ctl, const char *method, json_t *params);

/* Says what was refused, with all that the daemon's data names. */
void ctl_say_error(struct ctl *ctl, const char *method, const struct client_error *e);

#endif
