/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A day on the terminal: a line for each booking, re-solve, ETA and change of a
 * technician's status, and below them, on a terminal, a line that shows how far the day is.
 */
#ifndef EVENKEEL_SIM_SHOW_H
#define EVENKEEL_SIM_SHOW_H

#include <stdio.h>

#include "sim/table.h"
#include "sim/watch.h"

struct show {
	FILE *out;
	struct style style;
	bool moving; /* the last line is redrawn in place */
	bool line_drawn;
	int64_t from_s, to_s; /* of the day that is shown */
	int64_t line_s;       /* simulated time of the last progress line */
	int32_t width;        /* columns */
	int32_t messages, at_risk;
	int32_t booked, open, done, told, told_anew, resolves, chosen, out_there;
	int32_t most_told; /* how often, and the name of that call: its story is worth asking for */
	char story[80];
	int32_t *tellings; /* by call */
};

int show_init(struct show *s, FILE *out, const struct desk *d); /* -ENOMEM */
void show_done(struct show *s);

/* What to give the engine. arg is the show. */
struct watch show_watch(struct show *s);
/* Takes the progress line away, for something else to be printed. */
void show_clear(struct show *s);

/* A call's name at the daemon ("c17"), else its row in the day ("#17"). */
const char *show_call_name(const struct desk *d, int32_t call, char buf[80]);

/* Turns a style on for what is printed next, and off. */
enum ink {
	INK_PLAIN,
	INK_DIM,
	INK_BOLD,
	INK_RED,
	INK_GREEN,
	INK_YELLOW,
	INK_BLUE,
	INK_MAGENTA,
	INK_CYAN
};
const char *show_ink(const struct style *style, enum ink ink);

#endif
