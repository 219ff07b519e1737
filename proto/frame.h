/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes to lines: one JSON object or batch a line, LF ends it, a CR before it
 * is tolerated. Knows no socket: bytes are pushed in, lines come out.
 */
#ifndef EVENKEEL_PROTO_FRAME_H
#define EVENKEEL_PROTO_FRAME_H

#include <stddef.h>

enum {
	FRAME_LINE_BEFORE_LOGIN = 4 * 1024,
	FRAME_LINE = 64 * 1024,
	FRAME_LINE_INTEGRATION = 1024 * 1024,
};

struct frame_reader; /* opaque */

/* line_max: longest line in bytes, without its end. NULL when out of memory. */
struct frame_reader *frame_reader_new(size_t line_max);
void frame_reader_free(struct frame_reader *r); /* NULL is fine */
void frame_reader_set_max(struct frame_reader *r, size_t line_max); /* after login */

/* Appends bytes. 0, -ENOMEM, or -EMSGSIZE: a line is too long and the reader is done for. */
int frame_reader_push(struct frame_reader *r, const void *bytes, size_t len);

/*
 * The next whole line, NUL-terminated, without its end; valid until the next call on
 * the reader. 1 and a line, 0 when more bytes are needed, -EMSGSIZE as above,
 * -EILSEQ for a line with a NUL byte or that is not UTF-8 (the line is passed over).
 * Empty lines are passed over silently.
 */
int frame_reader_next(struct frame_reader *r, const char **ret_line, size_t *ret_len);

#endif
