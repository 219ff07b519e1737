/* SPDX-License-Identifier: Apache-2.0 */
/* Lines out of bytes, however the bytes were cut, and which texts are UTF-8. */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/frame.h"
#include "proto/utf8.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define BYTES(s) s, sizeof(s) - 1

enum { LINE_MAX = 8 };

/*
 * What comes out of the bytes, with a '|' after each line, a '!' for one that was passed
 * over, and a '#' where the reader gave up.
 */
static const struct frame_case {
	const char *name;
	const char *bytes;
	size_t len;
	const char *out;
} frame_cases[] = {
	{ "nothing", BYTES(""), "" },
	{ "one line", BYTES("abc\n"), "abc|" },
	{ "no end yet", BYTES("abc"), "" },
	{ "two lines", BYTES("abc\nde\n"), "abc|de|" },
	{ "a line and a beginning", BYTES("abc\nde"), "abc|" },
	{ "CR before LF goes", BYTES("abc\r\n"), "abc|" },
	{ "only one CR goes", BYTES("abc\r\r\n"), "abc\r|" },
	{ "CR inside stays", BYTES("a\rb\n"), "a\rb|" },
	{ "empty lines are passed over", BYTES("\n\r\n\na\n\n"), "a|" },
	{ "longest line", BYTES("12345678\n"), "12345678|" },
	{ "longest line with CR", BYTES("12345678\r\n"), "12345678|" },
	{ "one byte too long", BYTES("123456789\n"), "#" },
	{ "too long without an end", BYTES("1234567890"), "#" },
	{ "too long after a good one", BYTES("ab\n123456789\ncd\n"), "ab|#" },
	{ "too long without an end after a good one", BYTES("ab\n1234567890"), "ab|#" },
	{ "NUL", BYTES("a\0b\nc\n"), "!c|" },
	{ "not UTF-8", BYTES("\xff\nc\n"), "!c|" },
	{ "UTF-8 cut short by the end", BYTES("a\xc3\nc\n"), "!c|" },
	{ "UTF-8", BYTES("\xc3\xa9\xe2\x82\xac\n"), "\xc3\xa9\xe2\x82\xac|" },
};

/* Gives the reader chunk bytes at a time and notes what comes out. */
static void
run_frames(const struct frame_case *c, size_t chunk, char ret[64])
{
	struct frame_reader *r = frame_reader_new(LINE_MAX);
	const char *line;
	size_t len, out = 0;
	int rc = 0;

	assert_non_null(r);
	for (size_t at = 0; at < c->len && rc != -EMSGSIZE; at += chunk) {
		size_t n = c->len - at < chunk ? c->len - at : chunk;
		char *exact = malloc(n);

		assert_non_null(exact);
		memcpy(exact, c->bytes + at, n);
		rc = frame_reader_push(r, exact, n);
		free(exact);
		while (rc != -EMSGSIZE && (rc = frame_reader_next(r, &line, &len)) != 0) {
			if (rc == 1) {
				assert_int_equal(strlen(line), len);
				out += (size_t)snprintf(ret + out, 64 - out, "%s|", line);
			} else if (rc == -EILSEQ) {
				out += (size_t)snprintf(ret + out, 64 - out, "!");
			}
		}
	}
	if (rc == -EMSGSIZE) {
		out += (size_t)snprintf(ret + out, 64 - out, "#");
		assert_int_equal(frame_reader_push(r, "x", 1), -EMSGSIZE);
		assert_int_equal(frame_reader_next(r, &line, &len), -EMSGSIZE);
	}
	ret[out] = '\0';
	frame_reader_free(r);
}

static void
test_frames(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(frame_cases); i++) {
		for (size_t chunk = 1; chunk <= frame_cases[i].len + 1; chunk++) {
			char out[64] = "";

			run_frames(&frame_cases[i], chunk, out);
			if (strcmp(out, frame_cases[i].out) != 0)
				fail_msg("%s, %zu bytes at a time: \"%s\"", frame_cases[i].name, chunk,
				    out);
		}
	}
}

/* A long line may already wait behind the one that lifts the limit. */
static void
test_max_lifted_by_login(void **unused)
{
	static const char bytes[] = "hello\n1234567890123456\n";
	struct frame_reader *r = frame_reader_new(LINE_MAX);
	const char *line;
	size_t len;

	(void)unused;
	assert_int_equal(frame_reader_push(r, bytes, sizeof(bytes) - 1), 0);
	assert_int_equal(frame_reader_next(r, &line, &len), 1);
	assert_string_equal(line, "hello");
	frame_reader_set_max(r, 16);
	assert_int_equal(frame_reader_next(r, &line, &len), 1);
	assert_int_equal(len, 16);
	assert_int_equal(frame_reader_next(r, &line, &len), 0);
	frame_reader_free(r);
}

/* Largest lines, one byte at a time: each byte is looked at once, so it is quick. */
static void
test_slow_sender(void **unused)
{
	struct frame_reader *r = frame_reader_new(FRAME_LINE_INTEGRATION);
	const char *line;
	size_t len;

	(void)unused;
	for (size_t i = 0; i < FRAME_LINE_INTEGRATION; i++) {
		assert_int_equal(frame_reader_push(r, "x", 1), 0);
		assert_int_equal(frame_reader_next(r, &line, &len), 0);
	}
	assert_int_equal(frame_reader_push(r, "\n", 1), 0);
	assert_int_equal(frame_reader_next(r, &line, &len), 1);
	assert_int_equal(len, FRAME_LINE_INTEGRATION);
	frame_reader_free(r);
}

static const struct utf8_case {
	const char *name;
	const char *bytes;
	size_t len;
	bool valid;
	size_t count;
} utf8_cases[] = {
	{ "empty", BYTES(""), true, 0 },
	{ "ASCII", BYTES("abc"), true, 3 },
	{ "NUL", BYTES("a\0"), false, 0 },
	{ "least of two bytes", BYTES("\xc2\x80"), true, 1 },
	{ "overlong of two", BYTES("\xc1\xbf"), false, 0 },
	{ "overlong NUL", BYTES("\xc0\x80"), false, 0 },
	{ "least of three", BYTES("\xe0\xa0\x80"), true, 1 },
	{ "overlong of three", BYTES("\xe0\x9f\xbf"), false, 0 },
	{ "last before the surrogates", BYTES("\xed\x9f\xbf"), true, 1 },
	{ "surrogate", BYTES("\xed\xa0\x80"), false, 0 },
	{ "last surrogate", BYTES("\xed\xbf\xbf"), false, 0 },
	{ "first after them", BYTES("\xee\x80\x80"), true, 1 },
	{ "least of four", BYTES("\xf0\x90\x80\x80"), true, 1 },
	{ "overlong of four", BYTES("\xf0\x8f\xbf\xbf"), false, 0 },
	{ "U+10FFFF", BYTES("\xf4\x8f\xbf\xbf"), true, 1 },
	{ "above it", BYTES("\xf4\x90\x80\x80"), false, 0 },
	{ "five bytes", BYTES("\xf8\x88\x80\x80\x80"), false, 0 },
	{ "a follower alone", BYTES("a\x80"), false, 0 },
	{ "cut short", BYTES("\xe2\x82"), false, 0 },
	{ "a lead where a follower belongs", BYTES("\xe2\x82\xe2"), false, 0 },
};

static void
test_utf8(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(utf8_cases); i++) {
		const struct utf8_case *c = &utf8_cases[i];

		if (utf8_valid(c->bytes, c->len) != c->valid)
			fail_msg("%s: expected %s", c->name, c->valid ? "valid" : "invalid");
		if (c->valid && utf8_count(c->bytes, c->len) != c->count)
			fail_msg("%s: %zu characters", c->name, utf8_count(c->bytes, c->len));
	}
}

static void
test_utf8_cut(void **unused)
{
	static const char text[] = "a\xc3\xa9\xe2\x82\xac";
	static const size_t kept[] = { 0, 1, 1, 3, 3, 3, 6, 6 };

	(void)unused;
	for (size_t size = 0; size < ARRAY_LEN(kept); size++)
		assert_int_equal(utf8_cut(text, sizeof(text) - 1, size), kept[size]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_max_lifted_by_login),
		cmocka_unit_test(test_slow_sender),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_utf8_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
