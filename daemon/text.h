/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text written straight into a growing buffer, without a tree of values in between. */
#ifndef EVENKEEL_DAEMON_TEXT_H
#define EVENKEEL_DAEMON_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed to begin with; after a lack of memory nothing more is added. */
struct text {
	char *s; /* the owner's to free */
	size_t len, cap;
	bool failed;
};

void text_bytes(struct text *t, const char *bytes, size_t n);
void text_put(struct text *t, const char *s);
void text_int(struct text *t, int64_t v);
void text_string(struct text *t, const char *s); /* quoted and escaped as jansson does it */
void text_json(struct text *t, const json_t *j); /* compact, members sorted; NULL: failed */

/* name comes with its quotes, colon, and the comma or brace before it. */
void text_member(struct text *t, const char *name, int64_t v);
void text_word(struct text *t, const char *name, const char *s);
void text_flag(struct text *t, const char *name, bool v);

/* Numbers (int64_t) in brackets, as many as n says. */
void text_numbers(struct text *t, int n, ...);

/* What text_json() adds; malloc'd, NULL when out of memory. */
char *text_of_json(const json_t *j);

#endif
