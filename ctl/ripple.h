/* SPDX-License-Identifier: Apache-2.0 */
/* What a change means for others, as quotes and previews have it: shown alike everywhere. */
#ifndef EVENKEEL_CTL_RIPPLE_H
#define EVENKEEL_CTL_RIPPLE_H

#include "ctl/ctl.h"

/* "drive 40.00, late 44.00": the parts of a cost that are not nothing. */
void ripple_cost(const struct ctl *ctl, const json_t *cost);

/* Who is delayed, whose promise breaks, who is told what: a line each, indented. */
void ripple_lines(const struct ctl *ctl, const json_t *o);

/* The promises that a change would break, a line each. */
void ripple_breaks(const struct ctl *ctl, const json_t *breaks);

/* The price of calm, a row for each budget, or one line if none buys anything; else nothing. */
void ripple_calm(const struct ctl *ctl, const json_t *calm);

/* Options to choose from, a row each and what each means below, and how to book one. */
void ripple_options(const struct ctl *ctl, const json_t *options);

#endif
