/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One buffer, three marks: start <= scanned <= end. Bytes before start were given
 * out, those before scanned hold no line end, those before end are not read yet.
 */
#include "proto/frame.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/utf8.h"

/* An idle reader keeps no buffer larger than this. */
#define IDLE_SIZE 1024

struct frame_reader {
	char *buf;
	size_t size;
	size_t start;
	size_t scanned;
	size_t end;
	size_t line_max;
	bool broken; /* a line was too long: what follows has no known beginning */
};

struct frame_reader *
frame_reader_new(size_t line_max)
{
	struct frame_reader *r = calloc(1, sizeof(*r));

	if (r != NULL)
		r->line_max = line_max;
	return r;
}

void
frame_reader_free(struct frame_reader *r)
{
	if (r == NULL)
		return;
	free(r->buf);
	free(r);
}

void
frame_reader_set_max(struct frame_reader *r, size_t line_max)
{
	r->line_max = line_max;
}

/* Makes room for len more bytes and one to spare, so that the last line can be ended. */
static int
frame_reserve(struct frame_reader *r, size_t len)
{
	size_t held = r->end - r->start;
	size_t need;
	size_t size = r->size > 0 ? r->size : IDLE_SIZE;
	char *buf;

	if (len > SIZE_MAX / 4 - held)
		return -ENOMEM;
	need = held + len + 1;
	if (r->start > 0) {
		memmove(r->buf, r->buf + r->start, held);
		r->scanned -= r->start;
		r->end = held;
		r->start = 0;
	}
	if (need <= r->size)
		return 0;
	while (size < need)
		size *= 2;
	buf = realloc(r->buf, size);
	if (buf == NULL)
		return -ENOMEM;
	r->buf = buf;
	r->size = size;
	return 0;
}

/* Whether the line that has only begun is already too long, give or take its CR. */
static bool
frame_overdue(const struct frame_reader *r)
{
	return r->scanned == r->end && r->end - r->start > r->line_max + 1;
}

/* Looks on for the end of the first line. */
static char *
frame_scan(struct frame_reader *r)
{
	char *lf = NULL;

	if (r->scanned < r->end)
		lf = memchr(r->buf + r->scanned, '\n', r->end - r->scanned);
	r->scanned = lf != NULL ? (size_t)(lf - r->buf) : r->end;
	return lf;
}

int
frame_reader_push(struct frame_reader *r, const void *bytes, size_t len)
{
	int rc;

	if (r->broken)
		return -EMSGSIZE;
	if (len == 0)
		return 0;
	rc = frame_reserve(r, len);
	if (rc < 0)
		return rc;
	memcpy(r->buf + r->end, bytes, len);
	r->end += len;
	frame_scan(r);
	if (frame_overdue(r)) {
		r->broken = true;
		return -EMSGSIZE;
	}
	return 0;
}

/* Nothing is held: an idle connection costs little. */
static void
frame_rest(struct frame_reader *r)
{
	if (r->start < r->end)
		return;
	r->start = r->scanned = r->end = 0;
	if (r->size > IDLE_SIZE) {
		free(r->buf);
		r->buf = NULL;
		r->size = 0;
	}
}

int
frame_reader_next(struct frame_reader *r, const char **ret_line, size_t *ret_len)
{
	char *lf;

	if (r->broken)
		return -EMSGSIZE;
	while ((lf = frame_scan(r)) != NULL) {
		char *line = r->buf + r->start;
		size_t len = (size_t)(lf - line);

		if (len > 0 && line[len - 1] == '\r')
			len--;
		if (len > r->line_max) {
			r->broken = true;
			return -EMSGSIZE;
		}
		r->start = r->scanned = (size_t)(lf + 1 - r->buf);
		if (len == 0)
			continue;
		line[len] = '\0';
		if (!utf8_valid(line, len))
			return -EILSEQ;
		*ret_line = line;
		*ret_len = len;
		return 1;
	}
	if (frame_overdue(r)) {
		r->broken = true;
		return -EMSGSIZE;
	}
	frame_rest(r);
	return 0;
}
