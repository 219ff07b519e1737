/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of evenkeel-sim. */
#ifndef EVENKEEL_SIM_OPTIONS_H
#define EVENKEEL_SIM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { OPTIONS_POLICIES_MAX = 8 };

enum command {
	COMMAND_RUN,
	COMMAND_COMPARE,
	COMMAND_DEMO,
	COMMAND_LOAD,
	COMMAND_HELP,
	COMMAND_VERSION
};

struct options {
	enum command command;
	const char *day, *date, *zone, *fleet, *save_fleet, *json, *bindir, *state;
	const char *policy[OPTIONS_POLICIES_MAX];
	int32_t policies;
	int32_t technicians; /* 0: as many as fit */
	uint64_t seed;
	double speed; /* 0: max */
	bool speed_given;
	int32_t background_ms; /* -1: leave the guideline alone */
	int32_t open, events;  /* load */
	bool quiet;
};

/* 0; -EINVAL: wrong usage, a sentence was written to err. */
int options_read(int argc, char **argv, struct options *ret, FILE *err);
void options_help(FILE *out);

#endif
