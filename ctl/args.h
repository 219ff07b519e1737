/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words of the command line to parameters of a method, by the method's schema.
 *
 * Times may be written as RFC 3339, "14:30" (today), "tomorrow 09:00", "2026-03-12 09:00",
 * "now" or "+45m"; all but the first in the daemon's own clock and offset. Durations are
 * seconds or "45m", "1h30m". Places are LAT,LON; windows and shifts FROM/TO; skills
 * NAME or NAME:LEVEL, with commas between; wanted calls CUSTOMER;LAT,LON;TIME.
 */
#ifndef EVENKEEL_CTL_ARGS_H
#define EVENKEEL_CTL_ARGS_H

#include "ctl/ctl.h"
#include "ctl/verb.h"

enum { ARGS_OPTION_SIZE = 64 };

/*
 * Reads and checks the words after a verb. 0 and the parameters (owned by the caller,
 * without cmd_id unless it was given); -EINVAL and a sentence in why.
 */
int args_read(const struct ctl *ctl, const struct verb *v, int argc, char **argv,
    json_t **ret_params, char *why, size_t why_size);

/* What an option looks like. */
struct args_option {
	char name[ARGS_OPTION_SIZE]; /* "--duration" */
	const char *value;           /* "TIME", "LAT,LON"; "" if it takes none */
	char words[256];             /* what is expected */
	const char *description;     /* of the document */
	const json_t *values;        /* of an enumeration, or NULL */
	bool required;
};

/* Options of a verb, one call for each i from 0: true, or false when there is no more. */
bool args_option_at(const struct ctl *ctl, const struct verb *v, size_t i,
    struct args_option *ret);

/* The same for what stands without an option; the name is that of the parameter. */
bool args_place_at(const struct ctl *ctl, const struct verb *v, size_t i,
    struct args_option *ret);

/* Whether a parameter stands without an option; its place, or -1. */
int args_place_of(const struct verb *v, const char *param);

/*
 * Wanted calls, a list: one as "CUSTOMER;LAT,LON;TIME" and "NAME=VALUE" after more semicolons, or
 * those of a file of JSON lines, "@FILE".
 */
json_t *args_wanted(const struct ctl *ctl, const json_t *schema, const char *text);

/* One value by its schema, a new reference: what does not fit is left as text, for the check. */
json_t *args_value(const struct ctl *ctl, const json_t *schema, const char *name,
    const char *text);

#endif
