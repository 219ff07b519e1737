/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
text_bytes(struct text *t, const char *bytes, size_t n)
{
	size_t cap = t->cap == 0 ? 4096 : t->cap;
	char *grown;

	while (cap < t->len + n + 1)
		cap *= 2;
	if (cap > t->cap && !t->failed) {
		grown = realloc(t->s, cap);
		t->failed = grown == NULL;
		if (grown != NULL) {
			t->s = grown;
			t->cap = cap;
		}
	}
	if (t->failed)
		return;
	memcpy(t->s + t->len, bytes, n);
	t->len += n;
	t->s[t->len] = '\0';
}

void
text_put(struct text *t, const char *s)
{
	text_bytes(t, s, strlen(s));
}

void
text_int(struct text *t, int64_t v)
{
	char digits[24];
	uint64_t left = v < 0 ? -(uint64_t)v : (uint64_t)v;
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + left % 10);
		left /= 10;
	} while (left > 0);
	if (v < 0)
		digits[--at] = '-';
	text_bytes(t, digits + at, sizeof(digits) - at);
}

/* As jansson writes it. */
static void
escaped(struct text *t, unsigned char c)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *at = strchr(from, c);
	char pair[8] = { '\\', at == NULL ? 'u' : to[at - from] };

	if (at == NULL)
		snprintf(pair, sizeof(pair), "\\u%04X", c);
	text_put(t, pair);
}

void
text_string(struct text *t, const char *s)
{
	text_bytes(t, "\"", 1);
	for (;;) {
		size_t plain = 0;

		while ((unsigned char)s[plain] >= 0x20 && s[plain] != '"' && s[plain] != '\\')
			plain++;
		text_bytes(t, s, plain);
		s += plain;
		if (*s == '\0')
			break;
		escaped(t, (unsigned char)*s++);
	}
	text_bytes(t, "\"", 1);
}

void
text_member(struct text *t, const char *name, int64_t v)
{
	text_put(t, name);
	text_int(t, v);
}

void
text_word(struct text *t, const char *name, const char *s)
{
	text_put(t, name);
	text_string(t, s);
}

void
text_flag(struct text *t, const char *name, bool v)
{
	text_put(t, name);
	text_put(t, v ? "true" : "false");
}

char *
text_of_json(const json_t *j)
{
	return json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS);
}

void
text_json(struct text *t, const json_t *j)
{
	char *s = text_of_json(j);

	if (s == NULL)
		t->failed = true;
	else
		text_put(t, s);
	free(s);
}

void
text_numbers(struct text *t, int n, ...)
{
	va_list ap;

	va_start(ap, n);
	for (int i = 0; i < n; i++)
		text_member(t, i == 0 ? "[" : ",", va_arg(ap, int64_t));
	va_end(ap);
	text_put(t, "]");
}
