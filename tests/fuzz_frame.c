/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes to lines: the same lines must come out whether the bytes are pushed at once
 * or in pieces. The first byte of the input sets the pieces' length, the second the
 * longest line.
 */
#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/frame.h"
#include "proto/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct tally {
	size_t lines, bytes, passed_over;
	uint64_t sum; /* of the lines, in order */
};

static void
count_line(struct tally *t, const char *line, size_t len, size_t line_max)
{
	assert(len > 0 && len <= line_max);
	assert(line[len] == '\0' && strlen(line) == len);
	assert(memchr(line, '\n', len) == NULL);
	assert(utf8_valid(line, len));
	t->lines++;
	t->bytes += len;
	for (size_t i = 0; i <= len; i++)
		t->sum = t->sum * 31 + (unsigned char)line[i];
}

static void
run(const uint8_t *data, size_t len, size_t piece, size_t line_max, struct tally *t)
{
	struct frame_reader *r = frame_reader_new(line_max);
	const char *line;
	size_t line_len;
	int rc = 0;

	if (r == NULL)
		return;
	for (size_t at = 0; at < len && rc != -EMSGSIZE; at += piece) {
		size_t n = len - at < piece ? len - at : piece;

		rc = frame_reader_push(r, data + at, n);
		while (rc != -EMSGSIZE && (rc = frame_reader_next(r, &line, &line_len)) != 0) {
			if (rc == 1)
				count_line(t, line, line_len, line_max);
			else if (rc == -EILSEQ)
				t->passed_over++;
		}
	}
	frame_reader_free(r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct tally whole = { 0 }, pieces = { 0 };
	size_t line_max;

	if (len < 3)
		return 0;
	line_max = (size_t)data[1] * 16 + 1;
	run(data + 2, len - 2, len, line_max, &whole);
	run(data + 2, len - 2, (size_t)data[0] + 1, line_max, &pieces);
	assert(memcmp(&whole, &pieces, sizeof(whole)) == 0);
	return 0;
}
