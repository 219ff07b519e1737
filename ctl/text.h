/* SPDX-License-Identifier: Apache-2.0 */
/* Values as people read them: times, durations, money, and text that is safe for a terminal. */
#ifndef EVENKEEL_CTL_TEXT_H
#define EVENKEEL_CTL_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "ctl/ctl.h"

enum { TEXT_SIZE = 512 };

enum colour { PLAIN, BOLD, DIM, RED, GREEN, YELLOW, BLUE };

/* Copies whole characters that fit; control characters become '?'. */
void text_safe(const char *text, char *ret, size_t size);

/* "08:12" on the day of the daemon's now, else "Wed 21 Sep 08:12", with the year if it is another.
 */
void text_time(const struct ctl *ctl, const char *rfc3339, char *ret, size_t size);
/* "in 12 min", "1 h 5 min ago", "now"; "" if it is no time or days away. */
void text_until(const struct ctl *ctl, const char *rfc3339, char *ret, size_t size);
void text_duration(int64_t s, char *ret, size_t size); /* "1 h 30 min" */
void text_money(const struct ctl *ctl, int64_t cents, char *ret, size_t size); /* "12.50 USD" */

/* Any member of a result, by the habits of names: _cents, _s, _m, times, windows, places, lists. */
void text_value(const struct ctl *ctl, const char *key, const json_t *value, char *ret,
    size_t size);
/* "duration_s" to "duration", '_' to ' '. */
void text_label(const char *key, char *ret, size_t size);

/* Where a value is worth a colour: statuses, levels, booleans. */
enum colour text_colour(const char *key, const json_t *value);
/* Escape sequences that begin and end a colour; "" when there is none. */
const char *colour_on(const struct ctl *ctl, enum colour c);
const char *colour_off(const struct ctl *ctl, enum colour c);

/*
 * The words of a text and a newline, in lines up to width columns; 0 for one line. The first begins
 * where the cursor is: at column indent, where the others are indented to.
 */
void text_wrapped(FILE *out, int indent, int width, const char *text);

/* Columns of a terminal that the text takes. */
size_t text_width(const char *text);

/* RFC 3339 with a fixed offset. -EINVAL outside 1900 to 9999. */
int text_rfc3339(int64_t s, int32_t offset_s, char *ret, size_t size);

#endif
