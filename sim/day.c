/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/day.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/when.h"
#include "sim/csv.h"

enum { DATES_MAX = 4000 };

struct columns {
	int id, opened, seen, closed, lat, lon, category, descriptor, agency, due, closure,
	    customers, response, municipality;
};

/* A local day of the file and how many rows it has. */
struct date {
	char text[11];
	int32_t rows;
};

struct dates {
	struct date *date;
	int32_t dates;
};

static const struct {
	const char *agency, *zone;
} zones[] = {
	{ "BC Hydro", "America/Vancouver" },
	{ "PG&E", "America/Los_Angeles" },
	{ "South Metro Fire", "America/Denver" },
	{ "Public Works Department", "America/New_York" },
	{ "Inspectional Services", "America/New_York" },
	{ "Transportation - Traffic Division", "America/New_York" },
	{ "Parks & Recreation Department", "America/New_York" },
};

static int
find_columns(const struct csv *c, struct columns *ret, char *why, size_t why_size)
{
	const struct {
		const char *name;
		int *column;
		bool needed;
	} wanted[] = {
		{ "id", &ret->id, true },
		{ "opened_at", &ret->opened, true },
		{ "lat", &ret->lat, true },
		{ "lon", &ret->lon, true },
		{ "first_seen_at", &ret->seen, false },
		{ "closed_at", &ret->closed, false },
		{ "category", &ret->category, false },
		{ "descriptor", &ret->descriptor, false },
		{ "agency", &ret->agency, false },
		{ "due_at", &ret->due, false },
		{ "closure_kind", &ret->closure, false },
		{ "customers_first", &ret->customers, false },
		{ "response_type", &ret->response, false },
		{ "municipality", &ret->municipality, false },
	};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		*wanted[i].column = csv_column(c, wanted[i].name);
		if (wanted[i].needed && *wanted[i].column < 0) {
			snprintf(why, why_size,
			    "there is no column %s: a day of calls has at least id, opened_at, lat, lon",
			    wanted[i].name);
			return -EINVAL;
		}
	}
	return 0;
}

/* The days of a file, each with its rows. The local date is the first ten characters of a time. */
static int
count_dates(struct csv *c, const struct columns *col, struct dates *ret)
{
	ret->date = calloc(DATES_MAX, sizeof(*ret->date));
	ret->dates = 0;
	if (ret->date == NULL)
		return -ENOMEM;
	while (csv_next(c) > 0) {
		const char *opened = csv_field(c, col->opened);
		int32_t i = ret->dates - 1;

		if (strlen(opened) < 10)
			continue;
		while (i >= 0 && strncmp(ret->date[i].text, opened, 10) != 0)
			i--;
		if (i < 0 && ret->dates == DATES_MAX)
			continue;
		if (i < 0) {
			i = ret->dates++;
			memcpy(ret->date[i].text, opened, 10);
		}
		ret->date[i].rows++;
	}
	return 0;
}

static int
choose_date(const struct dates *d, const char *date, char ret[11], char *why, size_t why_size)
{
	int32_t best = -1;

	for (int32_t i = 0; i < d->dates; i++) {
		if (date != NULL && strcmp(d->date[i].text, date) == 0)
			best = i;
		if (date == NULL && (best < 0 || d->date[i].rows > d->date[best].rows))
			best = i;
	}
	if (best < 0 && d->dates == 0)
		snprintf(why, why_size, "there are no calls in it");
	else if (best < 0)
		snprintf(why, why_size,
		    "there are no calls of %s in it: its first day is %s, its last %s", date,
		    d->date[0].text, d->date[d->dates - 1].text);
	if (best < 0)
		return -ENOENT;
	memcpy(ret, d->date[best].text, 11);
	return 0;
}

/* Degrees as text to microdegrees. */
static bool
read_udeg(const char *text, double limit, int32_t *ret)
{
	char *end;
	double deg = strtod(text, &end);

	if (end == text || *end != '\0' || !(deg >= -limit && deg <= limit))
		return false;
	*ret = (int32_t)(deg * 1e6 + (deg < 0 ? -0.5 : 0.5));
	return true;
}

/* Copies text, cut at a whole UTF-8 character. */
static void
copy_text(char *to, size_t size, const char *from)
{
	size_t len = strlen(from);

	if (len >= size) {
		len = size - 1;
		while (len > 0 && ((unsigned char)from[len] & 0xc0) == 0x80)
			len--;
	}
	memcpy(to, from, len);
	to[len] = '\0';
}

/* What sort of work it is, as far as the office knew when the call came. */
static void
classify(const struct csv *c, const struct columns *col, struct sim_call *call, int32_t *used)
{
	const char *category = csv_field(c, col->category);
	const char *kind = col->seen >= 0 || *csv_field(c, col->descriptor) == '\0'
	    ? category
	    : csv_field(c, col->descriptor);
	char text[512];
	int32_t found;
	const struct rule *r;

	snprintf(text, sizeof(text), "%s / %s", category, kind);
	found = rule_find(csv_field(c, col->agency), text);
	r = rule_at(found);
	used[found]++;
	copy_text(call->kind, sizeof(call->kind), *kind != '\0' ? kind : "call");
	copy_text(call->skill, sizeof(call->skill), r->skill);
	call->level = r->level;
	call->severity = r->severity;
	call->duration_s = r->minutes * 60;
	call->difficulty = r->difficulty;
	call->within_s = r->within_min * 60;
	if (r->appointment) {
		call->appt_from_s = call->opened_s;
		call->appt_to_s = call->opened_s + RULE_APPOINTMENT_S;
		call->within_s = 0;
	} else if (atol(csv_field(c, col->customers)) >= RULE_OUTAGE_CUSTOMERS) {
		call->severity = SEV_EMERGENCY;
		call->within_s = RULE_OUTAGE_WITHIN_S;
	} else if (strcmp(csv_field(c, col->response), "Emergent") == 0) {
		call->severity = SEV_EMERGENCY;
		call->within_s = RULE_EMERGENT_WITHIN_S;
	}
}

static int
read_row(const struct csv *c, const struct columns *col, struct sim_day *d)
{
	struct sim_call *call = &d->call[d->calls];
	const char *place = csv_field(c, col->municipality);
	int64_t closed;

	memset(call, 0, sizeof(*call));
	if (*csv_field(c, col->lat) == '\0' || *csv_field(c, col->lon) == '\0') {
		d->no_position++;
		return 0;
	}
	if (when_parse(csv_field(c, col->opened), &call->opened_s) < 0 ||
	    *csv_field(c, col->id) == '\0' ||
	    !read_udeg(csv_field(c, col->lat), 90, &call->site.lat_udeg) ||
	    !read_udeg(csv_field(c, col->lon), 180, &call->site.lon_udeg)) {
		d->bad_rows++;
		return 0;
	}
	copy_text(call->id, sizeof(call->id), csv_field(c, col->id));
	if (when_parse(csv_field(c, col->seen), &call->known_s) < 0 ||
	    call->known_s < call->opened_s)
		call->known_s = call->opened_s;
	classify(c, col, call, d->used);
	if (when_parse(csv_field(c, col->due), &call->due_s) == 0)
		call->within_s = 0;
	if (call->appt_from_s != 0)
		call->due_s = 0;
	if (strcmp(csv_field(c, col->closure), "Duplicate") == 0 &&
	    when_parse(csv_field(c, col->closed), &closed) == 0 && closed < d->midnight_s + 86400 &&
	    closed > call->known_s)
		call->withdrawn_s = closed;
	copy_text(call->customer, sizeof(call->customer),
	    *place != '\0'                           ? place
		: *csv_field(c, col->agency) != '\0' ? csv_field(c, col->agency)
						     : "caller");
	d->calls++;
	return 0;
}

/* The zone of the first agency we know; else a fixed offset, which POSIX names the other way round.
 */
static void
choose_zone(const char *agency, const char *opened, char ret[64])
{
	int64_t utc_s, local_s;
	char text[40];
	long hours = 0;

	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++)
		if (strstr(agency, zones[i].agency) != NULL) {
			snprintf(ret, 64, "%s", zones[i].zone);
			return;
		}
	if (strlen(opened) >= 19) {
		snprintf(text, sizeof(text), "%.19sZ", opened);
		if (when_parse(opened, &utc_s) == 0 && when_parse(text, &local_s) == 0)
			hours = (long)((local_s - utc_s) / 3600);
	}
	if (hours == 0)
		snprintf(ret, 64, "UTC");
	else
		snprintf(ret, 64, "Etc/GMT%+ld", -hours);
}

static int
by_known(const void *a, const void *b)
{
	const struct sim_call *x = a, *y = b;

	if (x->known_s != y->known_s)
		return x->known_s < y->known_s ? -1 : 1;
	return strcmp(x->id, y->id);
}

static int
read_rows(struct csv *c, const struct columns *col, struct sim_day *d, const char *zone, char *why,
    size_t why_size)
{
	int rc = 0;

	while (rc == 0 && csv_next(c) > 0) {
		const char *opened = csv_field(c, col->opened);

		if (strncmp(opened, d->date, 10) != 0) {
			d->other_days++;
			continue;
		}
		if (d->calls == DAY_CALLS_MAX) {
			snprintf(why, why_size, "%s has more than %d calls", d->date,
			    DAY_CALLS_MAX);
			return -EFBIG;
		}
		if (d->zone[0] == '\0') {
			int64_t opened_s;

			if (zone != NULL)
				copy_text(d->zone, sizeof(d->zone), zone);
			else
				choose_zone(csv_field(c, col->agency), opened, d->zone);
			if (when_parse(opened, &opened_s) == 0 &&
			    when_midnight(opened_s, d->zone, &d->midnight_s) < 0) {
				snprintf(why, why_size, "%s is no time zone of this machine",
				    d->zone);
				return -EINVAL;
			}
		}
		rc = read_row(c, col, d);
	}
	if (rc == 0 && d->calls == 0) {
		snprintf(why, why_size,
		    "%s has no call with a position and a time (%d without a position, %d that"
		    " could not be read): lat and lon are degrees, opened_at is like"
		    " 2026-03-12T09:00:00+01:00",
		    d->date, (int)d->no_position, (int)d->bad_rows);
		return -ENOENT;
	}
	return rc;
}

static void
name_day(struct sim_day *d, const char *path)
{
	const char *base = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
	size_t len = strlen(base);

	if (len > 4 && strcmp(base + len - 4, ".csv") == 0)
		len -= 4;
	if (len > 48)
		len = 48;
	if (d->days > 1)
		snprintf(d->name, sizeof(d->name), "%.*s/%s", (int)len, base, d->date);
	else
		snprintf(d->name, sizeof(d->name), "%.*s", (int)len, base);
}

int
day_load(const char *path, const char *date, const char *zone, struct sim_day *ret, char *why,
    size_t why_size)
{
	struct sim_day d = { 0 };
	struct dates dates = { 0 };
	struct columns col;
	struct csv *c = NULL;
	char said[256];
	int rc = csv_open(path, &c, why, why_size);

	if (rc < 0)
		return rc;
	said[0] = '\0';
	rc = find_columns(c, &col, said, sizeof(said));
	if (rc == 0)
		rc = count_dates(c, &col, &dates);
	if (rc == 0)
		rc = choose_date(&dates, date, d.date, said, sizeof(said));
	d.days = dates.dates;
	csv_close(c);
	c = NULL;
	if (rc < 0)
		goto out;
	rc = csv_open(path, &c, said, sizeof(said)); /* fields are cut in place: read it again */
	if (rc < 0)
		goto out;
	d.call = calloc(DAY_CALLS_MAX, sizeof(*d.call));
	d.used = calloc((size_t)rule_count(), sizeof(*d.used));
	rc = -ENOMEM;
	if (d.call == NULL || d.used == NULL)
		goto out;
	rc = read_rows(c, &col, &d, zone, said, sizeof(said));
	if (rc < 0)
		goto out;
	qsort(d.call, (size_t)d.calls, sizeof(*d.call), by_known);
	name_day(&d, path);
	*ret = d;
	memset(&d, 0, sizeof(d));
out:
	if (rc < 0)
		snprintf(why, why_size, "%s: %s", path, rc == -ENOMEM ? "out of memory" : said);
	free(dates.date);
	csv_close(c);
	day_done(&d);
	return rc;
}

void
day_done(struct sim_day *d)
{
	free(d->call);
	free(d->used);
	memset(d, 0, sizeof(*d));
}

void
day_open_office(struct sim_day *d, int64_t open_s, int64_t first_shift_s)
{
	for (int32_t i = 0; i < d->calls; i++) {
		struct sim_call *call = &d->call[i];

		if (call->known_s < open_s || call->appt_from_s != 0)
			call->known_s = open_s;
		if (call->appt_from_s != 0 && call->appt_from_s < first_shift_s + 900) {
			call->appt_from_s = first_shift_s + 900;
			call->appt_to_s = call->appt_from_s + RULE_APPOINTMENT_S;
		}
		if (call->appt_from_s == 0 && call->within_s > 0)
			call->due_s = call->known_s + call->within_s;
		if (call->appt_from_s == 0 && call->due_s < call->known_s + RULE_DEADLINE_LEAST_S)
			call->due_s = call->known_s + RULE_DEADLINE_LEAST_S;
		if (call->due_s > call->known_s + RULE_DEADLINE_MOST_S)
			call->due_s = call->known_s + RULE_DEADLINE_MOST_S;
		if (call->withdrawn_s != 0 && call->withdrawn_s <= call->known_s)
			call->withdrawn_s = call->known_s + 60;
	}
	qsort(d->call, (size_t)d->calls, sizeof(*d->call), by_known);
}
