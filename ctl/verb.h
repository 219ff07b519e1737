/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verbs of evenkeelctl: each a row that names a method of the OpenRPC document,
 * the parameters that stand without an option, and how the result is shown. All
 * other parameters are options, derived from the document.
 */
#ifndef EVENKEEL_CTL_VERB_H
#define EVENKEEL_CTL_VERB_H

#include "ctl/ctl.h"

typedef void show_fn(struct ctl *ctl, const json_t *result);
/* For what is more than one call: the words after the verb. */
typedef enum exit_code run_fn(struct ctl *ctl, int argc, char **argv);

struct verb {
	const char *words;  /* "call book" */
	const char *method; /* NULL if run does it all */
	/*
	 * Names of parameters, in order: "call technician?"; ? may be left out, the last
	 * one may end in * and takes all that is left. "lat,lon" is a place.
	 */
	const char *places;
	const char *renames; /* options that are called otherwise: "technician=to" */
	show_fn *show;
	run_fn *run;
	const char *usage; /* of run's own words, NULL: derived */
	const char *help;  /* a sentence; NULL: the method's summary */
};

size_t verb_count(void);
const struct verb *verb_at(size_t i);

/* The verb that argv begins with, the longest that fits, and how many words it took; or NULL. */
const struct verb *verb_find(int argc, char **argv, int *ret_words);

#endif
