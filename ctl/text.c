/* SPDX-License-Identifier: Apache-2.0 */
#define _XOPEN_SOURCE 700 /* wcwidth() */
#include "ctl/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "proto/utf8.h"
#include "proto/when.h"

enum { DAY_S = 86400, TIME_SIZE = 26 /* of an RFC 3339 time and its NUL */ };

void
text_safe(const char *text, char *ret, size_t size)
{
	size_t len = strlen(text), out = 0;

	for (size_t i = 0, n; i < len; i += n) {
		uint32_t code = 0;
		bool control;

		n = utf8_char(text + i, len - i, &code);
		control = n == 0 || code < 0x20 || (code >= 0x7f && code < 0xa0);
		if (n == 0)
			n = 1;
		if (out + (control ? 1 : n) >= size)
			break;
		if (control)
			ret[out++] = '?';
		else
			memcpy(ret + out, text + i, n), out += n;
	}
	ret[out] = '\0';
}

size_t
text_width(const char *text)
{
	size_t len = strlen(text), width = 0;

	for (size_t i = 0, n; i < len; i += n) {
		uint32_t code = 0;
		int w;

		n = utf8_char(text + i, len - i, &code);
		if (n == 0)
			return width + len - i;
		w = wcwidth((wchar_t)code);
		width += w >= 0 ? (size_t)w : 1;
	}
	return width;
}

void
text_wrapped(FILE *out, int indent, int width, const char *text)
{
	size_t at = 0, room = width > indent ? (size_t)(width - indent) : 0;

	while (*text != '\0') {
		size_t len = strcspn(text, " ");
		char word[TEXT_SIZE];

		snprintf(word, sizeof(word), "%.*s", (int)len, text);
		if (width > 0 && at > 0 && at + 1 + text_width(word) > room) {
			fprintf(out, "\n%*s", indent, "");
			at = 0;
		}
		fprintf(out, "%s%.*s", at > 0 ? " " : "", (int)len, text);
		at += (at > 0) + text_width(word);
		text += len + (text[len] == ' ');
	}
	fputc('\n', out);
}

int
text_rfc3339(int64_t s, int32_t offset_s, char *ret, size_t size)
{
	char utc[WHEN_SIZE];
	int32_t east_s = offset_s < 0 ? -offset_s : offset_s;
	int rc = when_format(s + offset_s, "UTC", utc);

	if (rc < 0)
		return rc;
	snprintf(ret, size, "%.19s%c%02d:%02d", utc, offset_s < 0 ? '-' : '+', east_s / 3600,
	    east_s / 60 % 60);
	return 0;
}

/* 0 is Sunday. */
static int
weekday(const char *rfc3339)
{
	char midnight[TIME_SIZE];
	int64_t s = 0;

	snprintf(midnight, sizeof(midnight), "%.10sT00:00:00Z", rfc3339);
	when_parse(midnight, &s);
	return (int)(((s / DAY_S + 4) % 7 + 7) % 7);
}

static bool
is_utc(const char *rfc3339)
{
	size_t len = strlen(rfc3339);

	return rfc3339[len - 1] == 'Z' || strcmp(rfc3339 + len - 6, "+00:00") == 0;
}

void
text_time(const struct ctl *ctl, const char *rfc3339, char *ret, size_t size)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char today[TIME_SIZE] = "";
	int64_t s;
	int month;

	if (when_parse(rfc3339, &s) < 0) {
		text_safe(rfc3339, ret, size);
		return;
	}
	text_rfc3339(ctl->now_s, ctl->offset_s, today, sizeof(today));
	month = atoi(rfc3339 + 5) - 1;
	if (strncmp(rfc3339, today, 10) == 0)
		snprintf(ret, size, "%.5s", rfc3339 + 11);
	else if (strncmp(rfc3339, today, 4) == 0)
		snprintf(ret, size, "%.3s %.2s %.3s %.5s", days + 3 * weekday(rfc3339), rfc3339 + 8,
		    months + 3 * month, rfc3339 + 11);
	else
		snprintf(ret, size, "%.2s %.3s %.4s %.5s", rfc3339 + 8, months + 3 * month, rfc3339,
		    rfc3339 + 11);
	/* Nothing of a territory is told in UTC unless its own clock says so: then say it. */
	if (ctl->offset_s != 0 && is_utc(rfc3339))
		snprintf(ret + strlen(ret), size - strlen(ret), " UTC");
}

void
text_duration(int64_t s, char *ret, size_t size)
{
	const char *minus = s < 0 ? "-" : "";
	int64_t abs_s = s < 0 ? -s : s;
	int64_t min = (abs_s + 30) / 60;

	if (abs_s < 60)
		snprintf(ret, size, "%s%d s", minus, (int)abs_s);
	else if (min < 60)
		snprintf(ret, size, "%s%d min", minus, (int)min);
	else if (min % 60 == 0)
		snprintf(ret, size, "%s%lld h", minus, (long long)min / 60);
	else
		snprintf(ret, size, "%s%lld h %d min", minus, (long long)min / 60, (int)(min % 60));
}

void
text_until(const struct ctl *ctl, const char *rfc3339, char *ret, size_t size)
{
	char length[64];
	int64_t s, left_s;

	ret[0] = '\0';
	if (when_parse(rfc3339, &s) < 0)
		return;
	left_s = s - ctl->now_s;
	if (left_s > DAY_S || left_s < -DAY_S)
		return;
	text_duration(left_s < 0 ? -left_s : left_s, length, sizeof(length));
	if (left_s > -30 && left_s < 30)
		snprintf(ret, size, "now");
	else if (left_s > 0)
		snprintf(ret, size, "in %s", length);
	else
		snprintf(ret, size, "%s ago", length);
}

void
text_money(const struct ctl *ctl, int64_t cents, char *ret, size_t size)
{
	uint64_t abs = cents < 0 ? 0 - (uint64_t)cents : (uint64_t)cents;

	snprintf(ret, size, "%s%llu.%02u%s%s", cents < 0 ? "-" : "",
	    (unsigned long long)(abs / 100), (unsigned)(abs % 100),
	    ctl->currency[0] != '\0' ? " " : "", ctl->currency);
}

/* --- values by the habits of their names --- */

static bool
ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), n = strlen(end);

	return len > n && strcmp(text + len - n, end) == 0;
}

/* Numbers from 0 to 1 that people know as per cent. */
static bool
is_share(const char *key)
{
	return strcmp(key, "confidence") == 0 || strcmp(key, "risk") == 0 ||
	    strcmp(key, "spread") == 0 || strcmp(key, "window_level") == 0 || ends_with(key, "_share");
}

static void
value_number(const struct ctl *ctl, const char *key, const json_t *value, char *ret, size_t size)
{
	double v = json_number_value(value);

	if (json_is_integer(value) && (ends_with(key, "_cents") || strcmp(key, "cents") == 0))
		text_money(ctl, json_integer_value(value), ret, size);
	else if (json_is_integer(value) && ends_with(key, "_s"))
		text_duration(json_integer_value(value), ret, size);
	else if (json_is_integer(value))
		snprintf(ret, size, "%lld", (long long)json_integer_value(value));
	else if (is_share(key))
		snprintf(ret, size, "%.0f %%", 100 * v);
	else if (strcmp(key, "ratio") == 0)
		snprintf(ret, size, "x %.2f", v);
	else
		snprintf(ret, size, "%.6g", v);
}

/* "09:12 (09:05 to 09:30)" for an ETA, "09:00 to 11:00", "42.36,-71.06 1 Main St", "lift 3". */
static void
value_object(const struct ctl *ctl, const json_t *o, char *ret, size_t size)
{
	const json_t *lat = json_object_get(o, "lat"), *lon = json_object_get(o, "lon");
	const char *skill = json_string_value(json_object_get(o, "skill"));
	const char *address = json_string_value(json_object_get(o, "address"));
	const char *from = json_string_value(json_object_get(o, "from"));
	const char *to = json_string_value(json_object_get(o, "to"));
	const char *arrival = json_string_value(json_object_get(o, "arrival"));
	const char *p10 = json_string_value(json_object_get(o, "p10"));
	const char *p90 = json_string_value(json_object_get(o, "p90"));
	char a[64], b[64], raw[TEXT_SIZE];
	char *json;

	if (arrival != NULL && p10 != NULL && p90 != NULL) {
		text_time(ctl, arrival, a, sizeof(a));
		text_time(ctl, p10, b, sizeof(b));
		text_time(ctl, p90, raw, sizeof(raw));
		snprintf(ret, size, "%s (%s to %.60s)", a, b, raw);
	} else if (json_is_number(lat) && json_is_number(lon)) {
		snprintf(raw, sizeof(raw), "%.5f,%.5f%s%s", json_number_value(lat),
		    json_number_value(lon), address != NULL ? " " : "",
		    address != NULL ? address : "");
		text_safe(raw, ret, size);
	} else if (from != NULL && to != NULL) {
		text_time(ctl, from, a, sizeof(a));
		text_time(ctl, to, b, sizeof(b));
		if (strlen(to) >= 20 && strncmp(from, to, 10) == 0)
			snprintf(b, sizeof(b), "%.5s", to + 11); /* the day is said already */
		snprintf(ret, size, "%s to %s", a, b);
	} else if (skill != NULL) {
		int level = (int)json_integer_value(json_object_get(o, "level"));

		text_safe(skill, ret, size);
		if (level > 1)
			snprintf(ret + strlen(ret), size - strlen(ret), " %d", level);
	} else {
		json = json_dumps(o, JSON_COMPACT);
		text_safe(json != NULL ? json : "", ret, size);
		free(json);
	}
}

/* "c17 09:12 to 09:30 (holds)": a delay that a change brings. */
static void
value_delay(const struct ctl *ctl, const json_t *o, char *ret, size_t size)
{
	static const char *const keys[] = { "call", "from", "to", "promise" };
	char part[4][64];

	for (int i = 0; i < 4; i++)
		text_value(ctl, keys[i], json_object_get(o, keys[i]), part[i], sizeof(part[i]));
	snprintf(ret, size, "%s %s to %s (%s)", part[0], part[1],
	    part[2][0] != '\0' ? part[2] : "another day", part[3]);
}

static void
value_array(const struct ctl *ctl, const char *key, const json_t *array, char *ret, size_t size)
{
	const json_t *one;
	size_t i, len = 0;

	ret[0] = '\0';
	json_array_foreach(array, i, one) {
		char text[TEXT_SIZE];

		text_value(ctl, key, one, text, sizeof(text));
		if (len + strlen(text) + 8 > size) {
			snprintf(ret + len, size - len, ", ...");
			return;
		}
		len += (size_t)snprintf(ret + len, size - len, "%s%s", i > 0 ? ", " : "", text);
	}
	if (i == 0)
		snprintf(ret, size, "none");
}

/* Where a code of the wire is meant to be read as words. */
static bool
is_words(const char *key)
{
	return strcmp(key, "kinds") == 0 || strcmp(key, "form") == 0 || strcmp(key, "cause") == 0 ||
	    strcmp(key, "day") == 0;
}

void
text_value(const struct ctl *ctl, const char *key, const json_t *value, char *ret, size_t size)
{
	const char *text = json_string_value(value);

	if (text != NULL && strlen(text) >= 20 && text[4] == '-')
		text_time(ctl, text, ret, size);
	else if (text != NULL && is_words(key))
		text_label(text, ret, size);
	else if (text != NULL)
		text_safe(text, ret, size);
	else if (json_is_number(value))
		value_number(ctl, key, value, ret, size);
	else if (json_is_boolean(value))
		snprintf(ret, size, "%s", json_is_true(value) ? "yes" : "no");
	else if (json_is_array(value))
		value_array(ctl, key, value, ret, size);
	else if (json_is_object(value) && json_object_get(value, "promise") != NULL &&
	    json_object_get(value, "call") != NULL && json_object_get(value, "from") != NULL)
		value_delay(ctl, value, ret, size);
	else if (json_is_object(value))
		value_object(ctl, value, ret, size);
	else
		snprintf(ret, size, "%s", "");
}

void
text_label(const char *key, char *ret, size_t size)
{
	size_t len;

	text_safe(key, ret, size);
	len = strlen(ret);
	if (ends_with(ret, "_cents"))
		len -= strlen("_cents");
	else if (ends_with(ret, "_s"))
		len -= strlen("_s");
	ret[len] = '\0';
	for (size_t i = 0; i < len; i++) {
		if (ret[i] == '_')
			ret[i] = ' ';
	}
}

/* --- colours --- */

enum colour
text_colour(const char *key, const json_t *value)
{
	static const struct {
		const char *key, *value;
		enum colour colour;
	} worth[] = {
		{ "status", "unassigned", RED },
		{ "status", "no_access", RED },
		{ "status", "absent", RED },
		{ "status", "en_route", BLUE },
		{ "status", "driving", BLUE },
		{ "status", "on_site", GREEN },
		{ "status", "on_break", YELLOW },
		{ "status", "done", DIM },
		{ "status", "cancelled", DIM },
		{ "status", "off", DIM },
		{ "severity", "trapped", RED },
		{ "severity", "emergency", RED },
		{ "severity", "urgent", YELLOW },
		{ "promise", "breaks", RED },
		{ "promise", "missed", YELLOW },
		{ "answer", "declined", RED },
		{ "answer", "silent", YELLOW },
		{ "status", "open", YELLOW },
		{ "status", "granted", GREEN },
		{ "status", "dead", RED },
		{ "level", "error", RED },
		{ "level", "warning", YELLOW },
		{ "state", "ok", GREEN },
		{ "state", "degraded", YELLOW },
		{ "state", "stopped", RED },
	};
	const char *text = json_string_value(value);

	if (strcmp(key, "late") == 0 && json_is_true(value))
		return RED;
	for (size_t i = 0; text != NULL && i < sizeof(worth) / sizeof(worth[0]); i++) {
		if (strcmp(worth[i].key, key) == 0 && strcmp(worth[i].value, text) == 0)
			return worth[i].colour;
	}
	return PLAIN;
}

const char *
colour_on(const struct ctl *ctl, enum colour c)
{
	static const char *const codes[] = { [PLAIN] = "", [BOLD] = "\033[1m", [DIM] = "\033[2m",
		[RED] = "\033[31m", [GREEN] = "\033[32m", [YELLOW] = "\033[33m", [BLUE] = "\033[34m" };

	return ctl->colour ? codes[c] : "";
}

const char *
colour_off(const struct ctl *ctl, enum colour c)
{
	return ctl->colour && c != PLAIN ? "\033[0m" : "";
}
