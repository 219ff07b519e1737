/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 3339 both ways, zones with their changes of clock, and the C library as a second opinion. */
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/when.h"
#include "proto/zone.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static const struct parse_case {
	const char *text;
	int rc;
	int64_t s;
} parse_cases[] = {
	{ "1970-01-01T00:00:00Z", 0, 0 },
	{ "2011-09-21T08:12:00-04:00", 0, 1316607120 },
	{ "2011-09-21T14:12:00+02:00", 0, 1316607120 },
	{ "2011-09-21t12:12:00z", 0, 1316607120 },
	{ "2011-09-21 12:12:00Z", 0, 1316607120 },
	{ "2011-09-21T12:12:00.999Z", 0, 1316607120 },
	{ "2012-02-29T00:00:00Z", 0, 1330473600 },
	{ "2016-12-31T23:59:60Z", 0, 1483228800 },
	{ "1900-01-01T00:00:00Z", 0, -2208988800 },
	{ "9999-12-31T23:59:59Z", 0, 253402300799 },
	{ "2011-02-29T00:00:00Z", -EINVAL, 0 },
	{ "1900-02-29T00:00:00Z", -EINVAL, 0 },
	{ "2011-04-31T00:00:00Z", -EINVAL, 0 },
	{ "2011-13-01T00:00:00Z", -EINVAL, 0 },
	{ "2011-00-01T00:00:00Z", -EINVAL, 0 },
	{ "2011-01-00T00:00:00Z", -EINVAL, 0 },
	{ "2011-01-01T24:00:00Z", -EINVAL, 0 },
	{ "2011-01-01T00:60:00Z", -EINVAL, 0 },
	{ "2011-01-01T00:00:61Z", -EINVAL, 0 },
	{ "2011-01-01T00:00:00", -EINVAL, 0 },
	{ "2011-01-01T00:00Z", -EINVAL, 0 },
	{ "2011-01-01", -EINVAL, 0 },
	{ "2011-01-01T00:00:00.Z", -EINVAL, 0 },
	{ "2011-01-01T00:00:00+24:00", -EINVAL, 0 },
	{ "2011-01-01T00:00:00+01:60", -EINVAL, 0 },
	{ "2011-01-01T00:00:00+0100", -EINVAL, 0 },
	{ "2011-01-01T00:00:00Z ", -EINVAL, 0 },
	{ " 2011-01-01T00:00:00Z", -EINVAL, 0 },
	{ "1899-12-31T00:00:00Z", -EINVAL, 0 },
	{ "asap", -EINVAL, 0 },
	{ "", -EINVAL, 0 },
};

static void
test_parse(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(parse_cases); i++) {
		const struct parse_case *c = &parse_cases[i];
		int64_t s = -1;
		int rc = when_parse(c->text, &s);

		if (rc != c->rc || s != (c->rc == 0 ? c->s : -1))
			fail_msg("\"%s\": rc %d, %lld", c->text, rc, (long long)s);
	}
}

static const struct format_case {
	const char *zone;
	int64_t s;
	const char *text; /* NULL: -EINVAL */
} format_cases[] = {
	{ "UTC", 0, "1970-01-01T00:00:00+00:00" },
	{ "America/New_York", 1316607120, "2011-09-21T08:12:00-04:00" },
	{ "Asia/Kathmandu", 1316607120, "2011-09-21T17:57:00+05:45" },
	/* the hour that is there twice */
	{ "Europe/Berlin", 1792889999, "2026-10-25T02:59:59+02:00" },
	{ "Europe/Berlin", 1792890000, "2026-10-25T02:00:00+01:00" },
	/* the hour that is not there */
	{ "America/New_York", 1772953199, "2026-03-08T01:59:59-05:00" },
	{ "America/New_York", 1772953200, "2026-03-08T03:00:00-04:00" },
	/* long after the last change in the file */
	{ "America/New_York", 4118040000, "2100-06-30T08:00:00-04:00" },
	{ "Australia/Sydney", 4102444800, "2100-01-01T11:00:00+11:00" },
	{ "UTC", 253402300799, "9999-12-31T23:59:59+00:00" },
	{ "UTC", 253402300800, NULL },
	{ "UTC", -2208988801, NULL },
	{ "UTC", INT64_MAX, NULL },
	{ "UTC", INT64_MIN, NULL },
	{ "Mars/Olympus", 0, NULL },
	{ "", 0, NULL },
	{ "../../../etc/passwd", 0, NULL },
	{ "Europe/../Europe/Berlin", 0, NULL },
	{ "/usr/share/zoneinfo/Europe/Berlin", 0, NULL },
	{ "Europe", 0, NULL },
	{ "tzdata.zi", 0, NULL },
};

static void
test_format(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(format_cases); i++) {
		const struct format_case *c = &format_cases[i];
		char text[WHEN_SIZE] = "untouched";
		int rc = when_format(c->s, c->zone, text);

		if (rc != (c->text != NULL ? 0 : -EINVAL) ||
		    strcmp(text, c->text != NULL ? c->text : "untouched") != 0)
			fail_msg("%s, %lld: rc %d, %s", c->zone, (long long)c->s, rc, text);
	}
}

static const struct midnight_case {
	const char *name;
	const char *zone;
	const char *at;
	const char *midnight;
} midnight_cases[] = {
	{ "plain", "America/New_York", "2011-09-21T08:12:00-04:00", "2011-09-21T00:00:00-04:00" },
	{ "at midnight itself", "UTC", "2011-09-21T00:00:00Z", "2011-09-21T00:00:00+00:00" },
	{ "a second before", "UTC", "2011-09-20T23:59:59Z", "2011-09-20T00:00:00+00:00" },
	{ "spring forward at two", "America/New_York", "2026-03-08T12:00:00-04:00",
	    "2026-03-08T00:00:00-05:00" },
	{ "fall back at two", "America/New_York", "2026-11-01T12:00:00-05:00",
	    "2026-11-01T00:00:00-04:00" },
	{ "a day without midnight", "America/Santiago", "2024-09-08T12:00:00-03:00",
	    "2024-09-08T01:00:00-03:00" },
	{ "a day with two midnights", "America/Havana", "2026-11-01T12:00:00-05:00",
	    "2026-11-01T00:00:00-04:00" },
	{ "a day that was skipped, the day after", "Pacific/Apia", "2011-12-31T05:00:00+14:00",
	    "2011-12-31T00:00:00+14:00" },
};

static void
test_midnight(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(midnight_cases); i++) {
		const struct midnight_case *c = &midnight_cases[i];
		char text[WHEN_SIZE] = "";
		int64_t s, midnight = 0;
		int rc;

		assert_int_equal(when_parse(c->at, &s), 0);
		rc = when_midnight(s, c->zone, &midnight);
		if (rc == 0)
			rc = when_format(midnight, c->zone, text);
		if (rc != 0 || strcmp(text, c->midnight) != 0)
			fail_msg("%s: rc %d, %s", c->name, rc, text);
	}
	assert_int_equal(when_midnight(0, "Mars/Olympus", &(int64_t){ 0 }), -EINVAL);
}

/* Offsets of the C library, for zones of every kind of rule, over two centuries. */
static void
test_against_libc(void **unused)
{
	static const char *const zones[] = { "America/New_York", "Europe/Berlin", "Europe/Dublin",
		"Australia/Sydney", "America/Santiago", "Asia/Tehran", "Africa/Casablanca",
		"Asia/Jerusalem", "Pacific/Apia", "Asia/Kathmandu", "America/Sao_Paulo",
		"Europe/London", "America/Havana", "Asia/Tokyo", "America/Nuuk", "Etc/GMT+5" };
	const int64_t from = -2208988800, to = 4102444800, step = 5 * 86400 + 6007;

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(zones); i++) {
		char path[64];

		snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", zones[i]);
		if (access(path, R_OK) < 0)
			fail_msg("%s: install the package tzdata", path);
		setenv("TZ", zones[i], 1);
		tzset();
		for (int64_t s = from; s < to; s += step) {
			time_t t = (time_t)s;
			struct tm tm;
			int32_t offset_s = 0;

			localtime_r(&t, &tm);
			if (when_offset(s, zones[i], &offset_s) < 0 || offset_s != tm.tm_gmtoff)
				fail_msg("%s at %lld: %d, the C library says %ld", zones[i], (long long)s,
				    offset_s, tm.tm_gmtoff);
		}
	}
}

/* The calendar is its own inverse, over every day of 8,000 years. */
static void
test_calendar(void **unused)
{
	int64_t days = days_from_civil(1, 1, 1);
	int y, m, d;

	(void)unused;
	assert_int_equal(days_from_civil(1970, 1, 1), 0);
	assert_int_equal(days_from_civil(2000, 3, 1), 11017);
	for (; days < days_from_civil(8001, 1, 1); days++) {
		civil_from_days(days, &y, &m, &d);
		if (days_from_civil(y, m, d) != days || d < 1 || d > days_in_month(y, m))
			fail_msg("day %lld is %d-%d-%d", (long long)days, y, m, d);
	}
}

/* A zone file with no changes in it, only one type of offset 0 and a rule. */
static int
zone_of_rule(const char *rule, struct zone **ret)
{
	/* the counts of a header: isut, isstd, leap, time, type, chars */
	static const unsigned char header[44] = { 'T', 'Z', 'i', 'f', '2', [39] = 1, [43] = 1 };
	static const unsigned char type[7] = { 0 };
	unsigned char file[300];
	size_t len = 0;

	for (int block = 0; block < 2; block++) { /* 32 and 64 bits: without times they are alike */
		memcpy(file + len, header, sizeof(header));
		memcpy(file + len + sizeof(header), type, sizeof(type));
		len += sizeof(header) + sizeof(type);
	}
	len += (size_t)sprintf((char *)file + len, "\n%s\n", rule);
	return zone_parse(file, len, ret);
}

static const struct rule_case {
	const char *rule;
	int rc;
	const char *at; /* UTC */
	int32_t offset_s;
} rule_cases[] = {
	{ "", 0, "2030-07-01T00:00:00Z", 0 },
	{ "CET-1", 0, "2030-07-01T00:00:00Z", 3600 },
	{ "<-0330>3:30", 0, "2030-07-01T00:00:00Z", -12600 },
	{ "AAA+1:02:03", 0, "2030-07-01T00:00:00Z", -3723 },
	{ "EST5EDT,M3.2.0,M11.1.0", 0, "2030-03-10T06:59:59Z", -18000 },
	{ "EST5EDT,M3.2.0,M11.1.0", 0, "2030-03-10T07:00:00Z", -14400 },
	{ "EST5EDT,M3.2.0,M11.1.0", 0, "2030-11-03T06:00:00Z", -18000 },
	{ "CET-1CEST,M3.5.0,M10.5.0/3", 0, "2030-03-31T01:00:00Z", 7200 },
	{ "AAA0BBB-2,M1.1.1,M12.5.5", 0, "2030-07-01T00:00:00Z", 7200 },
	{ "AAA0BBB,J59/0,J60/0", 0, "2032-02-28T12:00:00Z", 3600 },
	{ "AAA0BBB,J59/0,J60/0", 0, "2032-02-29T12:00:00Z", 3600 }, /* J60 is always the 1st of March */
	{ "AAA0BBB,J59/0,J60/0", 0, "2032-03-01T12:00:00Z", 0 },
	{ "AAA0BBB,58/0,59/0", 0, "2032-02-28T12:00:00Z", 3600 },
	{ "AAA0BBB,58/0,59/0", 0, "2032-02-29T12:00:00Z", 0 }, /* 59 is the 29th of February */
	{ "AEST-10AEDT,M10.1.0,M4.1.0/3", 0, "2030-01-01T00:00:00Z", 39600 },
	{ "AEST-10AEDT,M10.1.0,M4.1.0/3", 0, "2030-07-01T00:00:00Z", 36000 },
	{ "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 0, "2030-07-01T00:00:00Z", -3600 },
	{ "AB5", -EINVAL, NULL, 0 },
	{ "<ABC5", -EINVAL, NULL, 0 },
	{ "EST", -EINVAL, NULL, 0 },
	{ "EST5:", -EINVAL, NULL, 0 },
	{ "EST5:60", -EINVAL, NULL, 0 },
	{ "EST999", -EINVAL, NULL, 0 },
	{ "EST5ED", -EINVAL, NULL, 0 },
	{ "EST5EDT", -EINVAL, NULL, 0 },
	{ "EST5EDTx", -EINVAL, NULL, 0 },
	{ "EST5EDT,M3.2.0", -EINVAL, NULL, 0 },
	{ "EST5EDT,M3.2.0,M11.1.0x", -EINVAL, NULL, 0 },
	{ "EST5EDT,M0.2.0,M11.1.0", -EINVAL, NULL, 0 },
	{ "EST5EDT,M13.2.0,M11.1.0", -EINVAL, NULL, 0 },
	{ "EST5EDT,M3.6.0,M11.1.0", -EINVAL, NULL, 0 },
	{ "EST5EDT,M3.2.7,M11.1.0", -EINVAL, NULL, 0 },
	{ "EST5EDT,M3.2,M11.1.0", -EINVAL, NULL, 0 },
	{ "EST5EDT,J0,J300", -EINVAL, NULL, 0 },
	{ "EST5EDT,J1/x,J300", -EINVAL, NULL, 0 },
	{ "EST5EDT,M3.2.0/,M11.1.0", -EINVAL, NULL, 0 },
};

static void
test_rules(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(rule_cases); i++) {
		const struct rule_case *c = &rule_cases[i];
		struct zone *z = NULL;
		int rc = zone_of_rule(c->rule, &z);
		int64_t s = 0;

		if (rc != c->rc)
			fail_msg("\"%s\": rc %d", c->rule, rc);
		if (rc < 0)
			continue;
		assert_int_equal(when_parse(c->at, &s), 0);
		if (zone_offset_at(z, s) != c->offset_s)
			fail_msg("\"%s\" at %s: %d", c->rule, c->at, zone_offset_at(z, s));
		zone_free(z);
	}
}

/* A zone file cut anywhere is refused, and nothing is read past its end. */
static void
test_cut_zone_file(void **unused)
{
	static unsigned char bytes[8192];
	FILE *in = fopen("/usr/share/zoneinfo/America/New_York", "rb");
	struct zone *z = NULL;
	size_t len;

	(void)unused;
	assert_non_null(in);
	len = fread(bytes, 1, sizeof(bytes), in);
	fclose(in);
	for (size_t cut = 0; cut < len; cut++) {
		unsigned char *exact = malloc(cut > 0 ? cut : 1);

		memcpy(exact, bytes, cut);
		if (zone_parse(exact, cut, &z) != -EINVAL)
			fail_msg("%zu of %zu bytes were taken", cut, len);
		free(exact);
	}
	assert_int_equal(zone_parse(bytes, len, &z), 0);
	assert_int_equal(zone_offset_at(z, 1316607120), -4 * 3600);
	zone_free(z);
}

/* More zones than are kept, twice over: each is still right. */
static void
test_many_zones(void **unused)
{
	const time_t t = 1316607120;
	struct dirent *e;
	int zones = 0;

	(void)unused;
	for (int round = 0; round < 2; round++) {
		DIR *dir = opendir("/usr/share/zoneinfo/America");

		assert_non_null(dir);
		while ((e = readdir(dir)) != NULL) {
			char zone[300];
			struct tm tm;
			int32_t offset_s;

			snprintf(zone, sizeof(zone), "America/%s", e->d_name);
			if (when_offset(t, zone, &offset_s) < 0)
				continue; /* a folder */
			zones++;
			setenv("TZ", zone, 1);
			tzset();
			localtime_r(&t, &tm);
			if (offset_s != tm.tm_gmtoff)
				fail_msg("%s: %d", zone, offset_s);
		}
		closedir(dir);
	}
	assert_true(zones > 2 * 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_midnight),
		cmocka_unit_test(test_against_libc),
		cmocka_unit_test(test_calendar),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_cut_zone_file),
		cmocka_unit_test(test_many_zones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
