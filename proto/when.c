/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/when.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "proto/zone.h"

enum { DAY_S = 86400, YEAR_MIN = 1900, YEAR_MAX = 9999 };

#define SPAN_S ((int64_t)1 << 40) /* well past the years above, well within the arithmetic */

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Exactly n digits at *at, which moves past them; -1 if they are not there. */
static int
take_digits(const char **at, int n)
{
	int value = 0;

	for (int i = 0; i < n; i++, (*at)++) {
		if (!isdigit((unsigned char)**at))
			return -1;
		value = value * 10 + (**at - '0');
	}
	return value;
}

static bool
take(const char **at, const char *any)
{
	if (**at == '\0' || strchr(any, **at) == NULL)
		return false;
	(*at)++;
	return true;
}

/* "Z" or "+hh:mm" to the end of the text. */
static int
take_offset(const char **at, int32_t *ret_s)
{
	bool west = **at == '-';
	int h, m;

	if (take(at, "Zz")) {
		*ret_s = 0;
		return **at == '\0' ? 0 : -EINVAL;
	}
	if (!take(at, "+-"))
		return -EINVAL;
	h = take_digits(at, 2);
	if (h < 0 || !take(at, ":"))
		return -EINVAL;
	m = take_digits(at, 2);
	if (m < 0 || h > 23 || m > 59 || **at != '\0')
		return -EINVAL;
	*ret_s = (h * 3600 + m * 60) * (west ? -1 : 1);
	return 0;
}

/* "2011-09-21" to days since 1970-01-01. */
static int
take_date(const char **at, int64_t *ret_days)
{
	int y, m, d;

	y = take_digits(at, 4);
	if (y < YEAR_MIN || !take(at, "-"))
		return -EINVAL;
	m = take_digits(at, 2);
	if (m < 1 || m > 12 || !take(at, "-"))
		return -EINVAL;
	d = take_digits(at, 2);
	if (d < 1 || d > days_in_month(y, m))
		return -EINVAL;
	*ret_days = days_from_civil(y, m, d);
	return 0;
}

int
when_parse(const char *text, int64_t *ret_s)
{
	const char *at = text;
	int64_t days;
	int32_t offset_s;
	int h, m, s;

	if (take_date(&at, &days) < 0 || !take(&at, "Tt "))
		return -EINVAL;
	h = take_digits(&at, 2);
	if (h < 0 || h > 23 || !take(&at, ":"))
		return -EINVAL;
	m = take_digits(&at, 2);
	if (m < 0 || m > 59 || !take(&at, ":"))
		return -EINVAL;
	s = take_digits(&at, 2);
	if (s < 0 || s > 60) /* 60: a leap second, which Unix time counts with the next one */
		return -EINVAL;
	if (take(&at, ".")) {
		if (!isdigit((unsigned char)*at))
			return -EINVAL;
		while (isdigit((unsigned char)*at))
			at++;
	}
	if (take_offset(&at, &offset_s) < 0)
		return -EINVAL;
	*ret_s = days * DAY_S + h * 3600 + m * 60 + s - offset_s;
	return 0;
}

int
when_offset(int64_t s, const char *zone, int32_t *ret_s)
{
	return zone_offset(zone, s, ret_s);
}

int
when_format(int64_t s, const char *zone, char ret[WHEN_SIZE])
{
	int32_t offset_s, of_day_s;
	int64_t local, days;
	int y, m, d;
	int rc;

	if (s < -SPAN_S || s > SPAN_S)
		return -EINVAL;
	rc = zone_offset(zone, s, &offset_s);
	if (rc < 0)
		return rc;
	offset_s -= offset_s % 60; /* old local mean times have seconds, RFC 3339 has not */
	local = s + offset_s;
	days = floor_div(local, DAY_S);
	civil_from_days(days, &y, &m, &d);
	if (y < YEAR_MIN || y > YEAR_MAX)
		return -EINVAL;
	of_day_s = (int32_t)(local - days * DAY_S);
	snprintf(ret, WHEN_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u%c%02u:%02u", (unsigned)y % 10000,
	    (unsigned)m % 100, (unsigned)d % 100, (unsigned)of_day_s / 3600 % 100,
	    (unsigned)of_day_s / 60 % 60, (unsigned)of_day_s % 60, offset_s < 0 ? '-' : '+',
	    (unsigned)(offset_s < 0 ? -offset_s : offset_s) / 3600 % 100,
	    (unsigned)(offset_s < 0 ? -offset_s : offset_s) / 60 % 60);
	return 0;
}

static int
local_day(int64_t s, const char *zone, int64_t *ret_day)
{
	int32_t offset_s;
	int rc = zone_offset(zone, s, &offset_s);

	if (rc == 0)
		*ret_day = floor_div(s + offset_s, DAY_S);
	return rc;
}

/*
 * The usual answer is one subtraction away. Where the clock changes at midnight, the
 * day starts at the first moment that bears its date: found by halving.
 */
int
when_midnight(int64_t s, const char *zone, int64_t *ret_s)
{
	int64_t day, at, before, at_day = 0, before_day = 0;
	int32_t offset_s;
	int rc = s < -SPAN_S || s > SPAN_S ? -EINVAL : zone_offset(zone, s, &offset_s);

	if (rc < 0)
		return rc;
	day = floor_div(s + offset_s, DAY_S);
	at = day * DAY_S - offset_s;
	if (local_day(at, zone, &at_day) < 0 || local_day(at - 1, zone, &before_day) < 0)
		return -EINVAL;
	if (at_day != day || before_day == day) {
		before = day * DAY_S - offset_s - DAY_S; /* surely the day before */
		at = s;
		while (at - before > 1) {
			int64_t middle = before + (at - before) / 2;

			if (local_day(middle, zone, &at_day) < 0)
				return -EINVAL;
			if (at_day < day)
				before = middle;
			else
				at = middle;
		}
	}
	*ret_s = at;
	return 0;
}
