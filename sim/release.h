/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When the requests of a published instance become known: a table of their numbers and times
 * after a line that begins with ID and names RD, as the files NAME_rd_P.txt have it.
 */
#ifndef EVENKEEL_SIM_RELEASE_H
#define EVENKEEL_SIM_RELEASE_H

#include <stddef.h>
#include <stdint.h>

#include "solver/problem.h"

#define RELEASE_AT_START INT32_MIN /* known before the day begins */

/*
 * Reads the release of each call of p, found by its id, which is the request's number. Times in
 * the file are in the instance's units, of `ticks` seconds of p each; fractions are rounded up.
 * A call that the table does not name is known from the start. 0 with one time for each call in
 * *ret (the caller's to free); -EINVAL with a sentence in why that names the line; -ENOMEM.
 */
int release_read(const char *text, const struct problem *p, int32_t ticks, int32_t **ret,
    char *why, size_t why_size);

#endif
