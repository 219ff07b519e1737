/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A day of calls, read from a CSV. Times (_s) are Unix seconds.
 *
 * Columns are found by name: id, opened_at, lat, lon are needed; first_seen_at, closed_at,
 * category, descriptor, agency, due_at, closure_kind, customers_first, response_type and
 * municipality are used where they are. rules.h supplies the rest.
 */
#ifndef EVENKEEL_SIM_DAY_H
#define EVENKEEL_SIM_DAY_H

#include <stddef.h>
#include <stdint.h>

#include "sim/rules.h"
#include "solver/travel.h"

enum { DAY_CALLS_MAX = 5000, DAY_ID_SIZE = 64, DAY_OFFICE_LEAD_S = 900 };

struct sim_call {
	char id[DAY_ID_SIZE]; /* as in the file; goes out as the reference */
	char kind[121];
	char customer[121];
	char skill[32];
	int16_t level;
	enum severity severity;
	struct place site;
	int32_t duration_s; /* planned */
	int32_t difficulty;
	int64_t opened_s;
	int64_t known_s;                /* as the file has it; day_open_office() moves it */
	int64_t due_s;                  /* latest start; 0 with an appointment */
	int64_t within_s;               /* > 0: due_s counts from known_s, by rule */
	int64_t appt_from_s, appt_to_s; /* 0: none */
	int64_t withdrawn_s;            /* the customer takes it back then; 0 never */
};

struct sim_day {
	char name[64]; /* the file, without folders and ending, and the date if it holds several */
	char zone[64]; /* IANA */
	char date[11];
	int64_t midnight_s;    /* local, the day's start */
	struct sim_call *call; /* in order of known_s */
	int32_t calls;
	int32_t no_position, bad_rows, other_days; /* rows left out */
	int32_t days;                              /* days in the file */
	int32_t *used;                             /* calls by rule */
};

/*
 * Reads one day. date: YYYY-MM-DD, or NULL for the busiest day of the file; zone: IANA name,
 * or NULL for the one of the calls' agency (by their UTC offset if that is unknown). 0; -EINVAL
 * (not such a file), -ENOENT (no such day in it), ... with a sentence in why.
 */
int day_load(const char *path, const char *date, const char *zone, struct sim_day *ret, char *why,
    size_t why_size);
void day_done(struct sim_day *d);

/* Nothing is known before open_s (a time of the day): sets known_s, and the deadlines and
 * appointments that hang on it. first_shift_s: when work can start. */
void day_open_office(struct sim_day *d, int64_t open_s, int64_t first_shift_s);

#endif
