/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef EVENKEEL_PROTO_UTF8_H
#define EVENKEEL_PROTO_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the character that starts at text, 1 to 4, or 0 if there is no valid one. A NUL is one.
 */
size_t utf8_char(const char *text, size_t len, uint32_t *ret_code);

/* Whether all of text is UTF-8 without a NUL. */
bool utf8_valid(const char *text, size_t len);

/* Characters in a valid text. */
size_t utf8_count(const char *text, size_t len);

/* The most bytes of a valid text, up to size, that cut no character in two. */
size_t utf8_cut(const char *text, size_t len, size_t size);

#endif
