/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/utf8.h"

#include <string.h>

/* What a first byte announces: how many bytes, its own bits, and the least code they may make. */
static size_t
utf8_lead(unsigned char b, uint32_t *ret_bits, uint32_t *ret_least)
{
	if (b < 0x80) {
		*ret_bits = b;
		*ret_least = 0;
		return 1;
	}
	if (b >= 0xc2 && b <= 0xdf) {
		*ret_bits = b & 0x1fu;
		*ret_least = 0x80;
		return 2;
	}
	if (b >= 0xe0 && b <= 0xef) {
		*ret_bits = b & 0x0fu;
		*ret_least = 0x800;
		return 3;
	}
	if (b >= 0xf0 && b <= 0xf4) {
		*ret_bits = b & 0x07u;
		*ret_least = 0x10000;
		return 4;
	}
	return 0;
}

size_t
utf8_char(const char *text, size_t len, uint32_t *ret_code)
{
	uint32_t code, least;
	size_t n;

	if (len == 0)
		return 0;
	n = utf8_lead((unsigned char)text[0], &code, &least);
	if (n == 0 || n > len)
		return 0;
	for (size_t i = 1; i < n; i++) {
		unsigned char b = (unsigned char)text[i];

		if ((b & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (b & 0x3fu);
	}
	if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	*ret_code = code;
	return n;
}

bool
utf8_valid(const char *text, size_t len)
{
	uint32_t code;

	for (size_t i = 0, n; i < len; i += n) {
		n = utf8_char(text + i, len - i, &code);
		if (n == 0 || code == 0)
			return false;
	}
	return true;
}

size_t
utf8_count(const char *text, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

size_t
utf8_cut(const char *text, size_t len, size_t size)
{
	if (len <= size)
		return len;
	while (size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80)
		size--;
	return size;
}
