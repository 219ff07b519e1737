/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of evenkeel-sim. */
#ifndef EVENKEEL_SIM_OPTIONS_H
#define EVENKEEL_SIM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { OPTIONS_POLICIES_MAX = 8, OPTIONS_GUIDELINES_MAX = 64, OPTIONS_FILES_MAX = 64 };

/* A guideline that is set before the day. */
struct options_guideline {
	char name[64];
	int32_t value;
};

enum command {
	COMMAND_RUN,
	COMMAND_COMPARE,
	COMMAND_DEMO,
	COMMAND_LOAD,
	COMMAND_DYNAMIC,
	COMMAND_RECEIVE,
	COMMAND_SEASON,
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
	struct options_guideline guideline[OPTIONS_GUIDELINES_MAX];
	int32_t guidelines;
	int32_t open, events;  /* load */
	int32_t exec_limit_s;  /* for one answer of an exec: policy */
	bool customers_answer; /* to a first ETA, the policy evenkeel hears it */
	bool quotes;           /* callers are quoted, and book an option */
	int32_t days, train;   /* season: days of the first file; the first so many are not scored */
	bool ways;             /* kinds of work, and technicians with them, have ways of their own */
	bool contracts;        /* customers have contracts, which decide goodwill */
	bool tomorrow;         /* technicians also work the same shift on the day after */
	bool exec_steps;       /* it is told the routes as they stand */
	/* receive */
	const char *secret;
	int32_t port, fail, count; /* fail: tries that fail first; count 0: no end */
	/* dynamic */
	const char *set, *data, *only, *routes, *edit_price;
	const char *file[OPTIONS_FILES_MAX]; /* an instance and its releases; more days */
	int32_t files;
	int32_t share;       /* percent of dynamic requests, 0 all */
	int32_t hold_pct;    /* live.h */
	int32_t start_times; /* the first plan has so many times the limits of the others */
	int64_t time_ms, work; /* of each solve, 0 none */
	bool quiet;
};

/* 0; -EINVAL: wrong usage, a sentence was written to err. */
int options_read(int argc, char **argv, struct options *ret, FILE *err);
void options_help(FILE *out);

/* Adds a guideline unless it was given. -EINVAL: no NAME=VALUE; -ENOSPC: there are too many. */
int options_guideline(struct options *o, const char *text);

#endif
