/* SPDX-License-Identifier: Apache-2.0 */
/* How far a route is from the one that was planned first. */
#ifndef EVENKEEL_SIM_EDITS_H
#define EVENKEEL_SIM_EDITS_H

#include <stdint.h>

enum { EDITS_STOPS_MAX = 256 };

/*
 * The fewest insertions, deletions and replacements, each counting 1, that make the sequence b out
 * of a (Levenshtein, Binary codes capable of correcting deletions, insertions, and reversals,
 * 1966; the table row by row: Wagner and Fischer, The string-to-string correction problem, 1974).
 * Each holds EDITS_STOPS_MAX - 1 at most.
 */
int32_t edits_between(const int32_t *a, int32_t a_n, const int32_t *b, int32_t b_n);

#endif
