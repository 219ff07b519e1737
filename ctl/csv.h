/* SPDX-License-Identifier: Apache-2.0 */
/* A result's list as CSV (RFC 4180), for spreadsheets: values as on the wire, nothing rounded. */
#ifndef EVENKEEL_CTL_CSV_H
#define EVENKEEL_CTL_CSV_H

#include "ctl/ctl.h"

/* Whether a method's result has a list of objects. */
bool csv_fits(const struct ctl *ctl, const char *method);

/*
 * Writes a row for each object of the first such list, with a header; the columns are those of its
 * schema, in order: of an object inside, one for each member ("window.from").
 */
void csv_print(const struct ctl *ctl, const char *method, const json_t *result);

#endif
