/* SPDX-License-Identifier: Apache-2.0 */
/* Words to values. What cannot be read stays text, so that the check refuses it by name. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/args.h"
#include "ctl/text.h"
#include "proto/schema.h"
#include "proto/when.h"

enum { WORD_SIZE = 256, DAY_S = 86400 };

static bool
has_end(const char *name, const char *end)
{
	size_t len = strlen(name), n = strlen(end);

	return len >= n && strcmp(name + len - n, end) == 0;
}

/* "90", "45m", "1h30m" to seconds. */
static int
read_duration(const char *text, int64_t *ret_s)
{
	int64_t total = 0;

	if (*text == '\0')
		return -EINVAL;
	while (*text != '\0') {
		char *end;
		long long n = strtoll(text, &end, 10);
		int64_t unit = 1;

		if (end == text || n < 0 || n > 1000000000)
			return -EINVAL;
		if (*end != '\0') {
			unit = *end == 'd' ? DAY_S : *end == 'h' ? 3600 : *end == 'm' ? 60 :
			    *end == 's' ? 1 : 0;
			end++;
		}
		if (unit == 0)
			return -EINVAL;
		total += n * unit;
		text = end;
	}
	*ret_s = total;
	return 0;
}

/* A local time without offset ("2026-03-12T14:30:00") gets the offset of its own day. -EINVAL. */
static int
add_offset(const struct ctl *ctl, const char *local, char *ret, size_t size)
{
	int32_t offset_s = ctl->offset_s, then_s;
	char utc[WORD_SIZE];
	int64_t s;

	snprintf(utc, sizeof(utc), "%.200sZ", local);
	if (when_parse(utc, &s) < 0)
		return -EINVAL;
	/* The first round may ask on the wrong side of a change of the clocks. */
	for (int round = 0; round < 2 && ctl->zone[0] != '\0'; round++)
		if (when_offset(s - offset_s, ctl->zone, &then_s) == 0)
			offset_s = then_s;
	return text_rfc3339(s - offset_s, offset_s, ret, size);
}

/* "14:30", "9:05", "5pm", "noon" to "14:30"; -EINVAL if it is none. */
static int
read_clock(const char *text, char ret[6])
{
	char *end;
	long hour = strtol(text, &end, 10), minute = 0;

	if (strcmp(text, "noon") == 0 || strcmp(text, "midday") == 0) {
		snprintf(ret, 6, "12:00");
		return 0;
	}
	if (end == text || end - text > 2 || !isdigit((unsigned char)text[0]))
		return -EINVAL;
	if (*end == ':' && isdigit((unsigned char)end[1]) && isdigit((unsigned char)end[2])) {
		minute = strtol(end + 1, &end, 10);
	} else if (*end != 'a' && *end != 'p') {
		return -EINVAL;
	}
	if (strcmp(end, "am") == 0 || strcmp(end, "pm") == 0) {
		if (hour < 1 || hour > 12)
			return -EINVAL;
		hour = hour % 12 + (*end == 'p' ? 12 : 0);
		end += 2;
	}
	if (*end != '\0' || hour > 23 || minute > 59)
		return -EINVAL;
	snprintf(ret, 6, "%02u:%02u", (unsigned)hour % 24, (unsigned)minute % 60);
	return 0;
}

/* A time in one of the short forms to RFC 3339; anything else is copied as it is. */
static void
read_time(const struct ctl *ctl, const char *text, char *ret, size_t size)
{
	char today[WHEN_SIZE] = "", full[WORD_SIZE], short_clock[6];
	bool tomorrow = strncmp(text, "tomorrow ", 9) == 0;
	const char *clock = tomorrow ? text + 9 : text;
	int64_t s;

	text_rfc3339(ctl->now_s + (tomorrow ? DAY_S : 0), ctl->offset_s, today, sizeof(today));
	snprintf(ret, size, "%s", text);
	if (strcmp(text, "now") == 0) {
		snprintf(ret, size, "%s", today);
	} else if (text[0] == '+' && read_duration(text + 1, &s) == 0) {
		text_rfc3339(ctl->now_s + s, ctl->offset_s, ret, size);
	} else if (read_clock(clock, short_clock) == 0) {
		snprintf(full, sizeof(full), "%.10sT%s:00", today, short_clock);
		(void)add_offset(ctl, full, ret, size);
	} else if (strlen(text) == 16 || strlen(text) == 19) {
		snprintf(full, sizeof(full), "%s%s", text, strlen(text) == 16 ? ":00" : "");
		full[10] = 'T';
		(void)add_offset(ctl, full, ret, size);
	}
}

static json_t *
time_value(const struct ctl *ctl, const char *text)
{
	char full[WORD_SIZE];

	read_time(ctl, text, full, sizeof(full));
	return json_string(full);
}

/* The next part of *rest up to one of the separators, copied; false at the end. */
static bool
next_part(const char **rest, const char *separators, char ret[WORD_SIZE])
{
	size_t len;

	if (*rest == NULL)
		return false;
	len = strcspn(*rest, separators);
	snprintf(ret, WORD_SIZE, "%.*s", (int)(len < WORD_SIZE ? len : WORD_SIZE - 1), *rest);
	*rest = (*rest)[len] != '\0' ? *rest + len + 1 : NULL;
	return true;
}

static json_t *
number_value(const char *text)
{
	char *end;
	double v = strtod(text, &end);

	return end != text && *end == '\0' ? json_real(v) : json_string(text);
}

/* "42.36,-71.06" */
static json_t *
place_value(const char *text)
{
	const char *rest = text;
	char lat[WORD_SIZE], lon[WORD_SIZE];

	if (!next_part(&rest, ",", lat) || !next_part(&rest, ",", lon) || rest != NULL)
		return json_string(text);
	return json_pack("{s:o, s:o}", "lat", number_value(lat), "lon", number_value(lon));
}

/* "09:00/11:00" */
static json_t *
window_value(const struct ctl *ctl, const char *text)
{
	const char *rest = text;
	char from[WORD_SIZE], to[WORD_SIZE];

	if (!next_part(&rest, "/", from) || !next_part(&rest, "/", to) || rest != NULL)
		return json_string(text);
	return json_pack("{s:o, s:o}", "from", time_value(ctl, from), "to", time_value(ctl, to));
}

/* "12:00/13:00/30m": a window in which a break of that length starts. */
static json_t *
break_value(const struct ctl *ctl, const char *text)
{
	const char *rest = text;
	char from[WORD_SIZE], to[WORD_SIZE], length[WORD_SIZE];
	int64_t s;

	if (!next_part(&rest, "/", from) || !next_part(&rest, "/", to) ||
	    !next_part(&rest, "/", length) || read_duration(length, &s) < 0)
		return json_string(text);
	return json_pack("{s:o, s:o, s:I}", "from", time_value(ctl, from), "to",
	    time_value(ctl, to), "duration_s", (json_int_t)s);
}

/* "lift:3" */
static json_t *
skill_value(const char *text)
{
	const char *rest = text;
	char name[WORD_SIZE], level[WORD_SIZE], *end;
	json_t *skill;

	next_part(&rest, ":", name);
	skill = json_pack("{s:s}", "skill", name);
	if (rest != NULL) {
		long n = (next_part(&rest, "", level), strtol(level, &end, 10));

		json_object_set_new(skill, "level", end != level && *end == '\0' ?
		    json_integer(n) : json_string(level));
	}
	return skill;
}

/* Each part between commas, by the schema of the items. */
static json_t *
list_value(const struct ctl *ctl, const json_t *schema, const char *name, const char *text)
{
	const json_t *items = json_object_get(schema, "items");
	const char *rest = text[0] != '\0' ? text : NULL;
	json_t *list = json_array();
	char part[WORD_SIZE];

	while (next_part(&rest, ",", part))
		json_array_append_new(list, args_value(ctl, items, name, part));
	return list;
}

static json_t *
integer_value(const char *name, const char *text)
{
	char *end;
	int64_t s;
	long long n;

	if (has_end(name, "_s") && read_duration(text, &s) == 0)
		return json_integer(s);
	errno = 0;
	n = strtoll(text, &end, 10);
	return end != text && *end == '\0' && errno == 0 ? json_integer(n) : json_string(text);
}

static json_t *
object_value(const struct ctl *ctl, const json_t *schema, const char *text)
{
	const json_t *properties = json_object_get(schema, "properties");

	if (json_object_get(properties, "lat") != NULL)
		return place_value(text);
	if (json_object_get(properties, "skill") != NULL)
		return skill_value(text);
	if (json_object_get(properties, "duration_s") != NULL)
		return break_value(ctl, text);
	if (json_object_get(properties, "from") != NULL)
		return window_value(ctl, text);
	return json_string(text);
}

/* "today", "tomorrow" as a date; anything else is copied as it is. */
static json_t *
day_value(const struct ctl *ctl, const char *text)
{
	char day[WHEN_SIZE];
	bool tomorrow = strcmp(text, "tomorrow") == 0;

	if ((!tomorrow && strcmp(text, "today") != 0) ||
	    text_rfc3339(ctl->now_s + (tomorrow ? DAY_S : 0), ctl->offset_s, day, sizeof(day)) < 0)
		return json_string(text);
	day[10] = '\0';
	return json_string(day);
}

json_t *
args_value(const struct ctl *ctl, const json_t *schema, const char *name, const char *text)
{
	const json_t *s = schema_resolve(ctl->doc, schema);
	const char *type = json_string_value(json_object_get(s, "type"));
	const char *format = json_string_value(json_object_get(s, "format"));
	json_t *v;

	if (type == NULL)
		return json_string(text);
	if (strcmp(type, "integer") == 0)
		v = integer_value(name, text);
	else if (strcmp(type, "number") == 0)
		v = number_value(text);
	else if (strcmp(type, "boolean") == 0)
		v = strcmp(text, "true") == 0 || strcmp(text, "false") == 0 ?
		    json_boolean(text[0] == 't') : json_string(text);
	else if (strcmp(type, "array") == 0 && strcmp(name, "wanted") == 0)
		v = args_wanted(ctl, json_object_get(s, "items"), text);
	else if (strcmp(type, "array") == 0)
		v = list_value(ctl, s, name, text);
	else if (strcmp(type, "object") == 0)
		v = object_value(ctl, s, text);
	else if ((format != NULL && strcmp(format, "date-time") == 0) || strcmp(name, "due") == 0)
		v = time_value(ctl, text);
	else if (strcmp(name, "day") == 0)
		v = day_value(ctl, text);
	else
		v = json_string(text);
	return v != NULL ? v : json_null(); /* bytes that are not UTF-8: the check refuses null */
}
