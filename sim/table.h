/* SPDX-License-Identifier: Apache-2.0 */
/* The figures of a day as a table for people, policies side by side. */
#ifndef EVENKEEL_SIM_TABLE_H
#define EVENKEEL_SIM_TABLE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/score.h"

/* How a terminal shows things. */
struct style {
	bool colour;
	bool utf8;
};

/* What the stream can show: colour on a terminal unless NO_COLOR is set, symbols in a UTF-8 locale.
 */
struct style style_of(FILE *out);

/* One column a policy; with several the best of each row is marked. */
void table_print(FILE *out, const struct style *style, const char *const *policy,
    const struct figures *figures, int32_t n);

#endif
