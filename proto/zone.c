/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A zone file holds the moments at which the offset changed, and a rule in the
 * style of POSIX TZ for the years after the last of them.
 */
#include "proto/zone.h"

#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ZONE_DIR "/usr/share/zoneinfo/"

enum {
	FILE_MAX = 256 * 1024,
	NAME_MAX_LEN = 63,
	CACHE_ZONES = 64,
	HEADER_SIZE = 44,
	DAY_S = 86400,
	OFFSET_MAX_S = 26 * 3600,
};

/* The day of a change in a year, as TZ writes it. */
struct change {
	char form;            /* 'M': month, week, weekday; 'J': 1 to 365; 'N': 0 to 365 */
	int month, week, day; /* of 'M'; else day alone */
	int32_t time_s;       /* local time of day, may be negative or beyond a day */
};

struct zone {
	size_t count;
	int64_t *at_s;     /* when each stretch begins, rising */
	int32_t *offset_s; /* within it */
	int32_t first_s;   /* offset before the first */
	bool rule;         /* for times after the last: */
	bool summer;       /* the rule has summer time */
	int32_t std_s, dst_s;
	struct change to_dst, to_std;
};

/* --- the rule of the last line --- */

static bool
rule_take(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

/* A whole number, at most max; the text moves past it. */
static int
rule_number(const char **at, int max)
{
	int value = 0;

	if (!isdigit((unsigned char)**at))
		return -1;
	while (isdigit((unsigned char)**at) && value <= max)
		value = value * 10 + (*(*at)++ - '0');
	return value <= max ? value : -1;
}

/* "EST" or "<-03>". */
static int
rule_name(const char **at)
{
	const char *from = *at;

	if (rule_take(at, '<')) {
		while (**at != '\0' && **at != '>')
			(*at)++;
		return rule_take(at, '>') ? 0 : -EINVAL;
	}
	while (isalpha((unsigned char)**at))
		(*at)++;
	return *at - from >= 3 ? 0 : -EINVAL;
}

/* "5", "-9:30" or "2:00:00" to seconds. */
static int
rule_time(const char **at, int32_t *ret_s)
{
	int sign = **at == '-' ? -1 : 1;
	int32_t s;
	int part;

	if (**at == '-' || **at == '+')
		(*at)++;
	part = rule_number(at, 167);
	if (part < 0)
		return -EINVAL;
	s = part * 3600;
	for (int unit = 60; unit >= 1 && **at == ':'; unit /= 60) {
		(*at)++;
		part = rule_number(at, 59);
		if (part < 0)
			return -EINVAL;
		s += part * unit;
	}
	*ret_s = sign * s;
	return 0;
}

/* ",M3.2.0/2". */
static int
rule_change(const char **at, struct change *c)
{
	c->time_s = 2 * 3600;
	if (!rule_take(at, ','))
		return -EINVAL;
	c->form = 'N';
	if (**at == 'M' || **at == 'J')
		c->form = *(*at)++;
	if (c->form == 'M') {
		c->month = rule_number(at, 12);
		if (c->month < 1 || !rule_take(at, '.'))
			return -EINVAL;
		c->week = rule_number(at, 5);
		if (c->week < 1 || !rule_take(at, '.'))
			return -EINVAL;
	}
	c->day = rule_number(at, c->form == 'M' ? 6 : 365);
	if (c->day < 0 || (c->form == 'J' && c->day == 0))
		return -EINVAL;
	return rule_take(at, '/') ? rule_time(at, &c->time_s) : 0;
}

/* "EST5EDT,M3.2.0,M11.1.0". TZ counts offsets west of UTC. */
static int
rule_parse(struct zone *z, const char *text)
{
	const char *at = text;
	int32_t west_s;

	if (*at == '\0')
		return 0; /* no rule: the last offset stays */
	if (rule_name(&at) < 0 || rule_time(&at, &west_s) < 0)
		return -EINVAL;
	z->std_s = -west_s;
	z->dst_s = z->std_s + 3600;
	z->rule = true;
	if (*at == '\0')
		return 0;
	if (rule_name(&at) < 0)
		return -EINVAL;
	if (*at != ',') {
		if (rule_time(&at, &west_s) < 0)
			return -EINVAL;
		z->dst_s = -west_s;
	}
	if (rule_change(&at, &z->to_dst) < 0 || rule_change(&at, &z->to_std) < 0 || *at != '\0')
		return -EINVAL;
	z->summer = true;
	return 0;
}

/* Local seconds since 1970 of the change in a year, by the clock in force before it. */
static int64_t
change_at(const struct change *c, int year)
{
	int64_t first = days_from_civil(year, 1, 1);
	int64_t day;

	switch (c->form) {
	case 'J': /* the 29th of February is never counted */
		day = first + c->day - 1 + (c->day >= 60 && days_in_month(year, 2) == 29);
		break;
	case 'N':
		day = first + c->day;
		break;
	default: {
		int64_t month = days_from_civil(year, c->month, 1);
		int weekday = (int)(((month + 4) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */

		day = month + (c->day - weekday + 7) % 7 + (c->week - 1) * 7;
		while (day >= month + days_in_month(year, c->month))
			day -= 7; /* week 5 is the last one there is */
	}
	}
	return day * DAY_S + c->time_s;
}

static int32_t
rule_offset(const struct zone *z, int64_t s)
{
	int64_t to_dst, to_std;
	int64_t local = s + z->std_s;
	int y, m, d;
	bool dst;

	if (!z->summer)
		return z->std_s;
	civil_from_days(local / DAY_S - (local % DAY_S < 0), &y, &m, &d);
	to_dst = change_at(&z->to_dst, y) - z->std_s;
	to_std = change_at(&z->to_std, y) - z->dst_s;
	if (to_dst < to_std)
		dst = s >= to_dst && s < to_std;
	else /* south of the equator */
		dst = s >= to_dst || s < to_std;
	return dst ? z->dst_s : z->std_s;
}

/* --- the file --- */

/* A cursor whose first error sticks. */
struct cursor {
	const unsigned char *at;
	size_t left;
	bool failed;
};

static const unsigned char *
cursor_take(struct cursor *c, size_t n)
{
	const unsigned char *at = c->at;

	if (c->failed || n > c->left) {
		c->failed = true;
		return NULL;
	}
	c->at += n;
	c->left -= n;
	return at;
}

static uint64_t
big_endian(const unsigned char *b, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v = v << 8 | b[i];
	return v;
}

struct counts {
	char version;
	uint32_t isut, isstd, leap, time, type, chars;
};

static void
file_header(struct cursor *c, struct counts *ret)
{
	const unsigned char *h = cursor_take(c, HEADER_SIZE);
	uint32_t *const counts[6] = { &ret->isut, &ret->isstd, &ret->leap, &ret->time, &ret->type,
		&ret->chars };

	memset(ret, 0, sizeof(*ret));
	if (h == NULL || memcmp(h, "TZif", 4) != 0) {
		c->failed = true;
		return;
	}
	ret->version = (char)h[4];
	for (size_t i = 0; i < 6; i++) {
		*counts[i] = (uint32_t)big_endian(h + 20 + 4 * i, 4);
		if (*counts[i] > FILE_MAX)
			c->failed = true;
	}
}

/* Passes over a data block whose times have so many bytes. */
static void
file_skip(struct cursor *c, const struct counts *n, size_t time_size)
{
	cursor_take(c, n->time * (time_size + 1) + n->type * 6 + n->chars +
	    n->leap * (time_size + 4) + n->isstd + n->isut);
}

/* Offset of local time type i; 0 and a failed cursor if it makes no sense. */
static int32_t
file_offset(struct cursor *c, const unsigned char *types, uint32_t type_count, uint32_t i)
{
	int32_t s = 0;

	if (i < type_count)
		s = (int32_t)(uint32_t)big_endian(types + (size_t)i * 6, 4);
	if (i >= type_count || s < -OFFSET_MAX_S || s > OFFSET_MAX_S) {
		c->failed = true;
		return 0;
	}
	return s;
}

/* The block with 64-bit times. */
static int
file_block(struct cursor *c, const struct counts *n, struct zone *z)
{
	const unsigned char *times = cursor_take(c, (size_t)n->time * 8);
	const unsigned char *indices = cursor_take(c, n->time);
	const unsigned char *types = cursor_take(c, (size_t)n->type * 6);

	cursor_take(c, n->chars + (size_t)n->leap * 12 + n->isstd + n->isut);
	if (c->failed)
		return -EINVAL;
	z->at_s = calloc(n->time + 1, sizeof(*z->at_s));
	z->offset_s = calloc(n->time + 1, sizeof(*z->offset_s));
	if (z->at_s == NULL || z->offset_s == NULL)
		return -ENOMEM;
	z->count = n->time;
	z->first_s = file_offset(c, types, n->type, 0);
	for (uint32_t i = 0; i < n->time; i++) {
		z->at_s[i] = (int64_t)big_endian(times + (size_t)i * 8, 8);
		z->offset_s[i] = file_offset(c, types, n->type, indices[i]);
		if (i > 0 && z->at_s[i] <= z->at_s[i - 1])
			c->failed = true;
	}
	return c->failed ? -EINVAL : 0;
}

/* "\nRULE\n" at the end. */
static int
file_footer(struct cursor *c, struct zone *z)
{
	char text[128];
	const unsigned char *lf;
	size_t len;

	if (c->failed || c->left < 2 || c->at[0] != '\n')
		return -EINVAL;
	lf = memchr(c->at + 1, '\n', c->left - 1);
	if (lf == NULL)
		return -EINVAL;
	len = (size_t)(lf - c->at) - 1;
	if (len >= sizeof(text) || memchr(c->at + 1, '\0', len) != NULL)
		return -EINVAL;
	memcpy(text, c->at + 1, len);
	text[len] = '\0';
	return rule_parse(z, text);
}

int
zone_parse(const void *bytes, size_t len, struct zone **ret)
{
	struct cursor c = { bytes, len, false };
	struct counts n;
	struct zone *z = calloc(1, sizeof(*z));
	int rc = -EINVAL;

	if (z == NULL)
		return -ENOMEM;
	file_header(&c, &n);
	if (c.failed || n.version < '2') /* older files end in 2037 */
		goto out;
	file_skip(&c, &n, 4);
	file_header(&c, &n);
	if (c.failed)
		goto out;
	rc = file_block(&c, &n, z);
	if (rc == 0)
		rc = file_footer(&c, z);
	if (rc == 0) {
		*ret = z;
		z = NULL; /* handed over */
	}
out:
	zone_free(z);
	return rc;
}

void
zone_free(struct zone *z)
{
	if (z == NULL)
		return;
	free(z->at_s);
	free(z->offset_s);
	free(z);
}

int32_t
zone_offset_at(const struct zone *z, int64_t s)
{
	size_t low = 0, high = z->count;

	if (z->count == 0 || s < z->at_s[0])
		return z->count == 0 && z->rule ? rule_offset(z, s) : z->first_s;
	if (z->rule && s >= z->at_s[z->count - 1])
		return rule_offset(z, s);
	while (high - low > 1) { /* at_s[low] <= s < at_s[high] */
		size_t middle = low + (high - low) / 2;

		if (z->at_s[middle] <= s)
			low = middle;
		else
			high = middle;
	}
	return z->offset_s[low];
}

/* --- zones by name --- */

static struct {
	pthread_mutex_t lock;
	struct {
		char name[NAME_MAX_LEN + 1];
		struct zone *zone;
	} kept[CACHE_ZONES];
	size_t count;
	size_t next; /* the one to give up when all are taken */
} cache = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* A name as the tz database has them, and no way out of its folder. */
static bool
zone_name_valid(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > NAME_MAX_LEN || !isalpha((unsigned char)name[0]))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!isalnum((unsigned char)name[i]) && strchr("_-+/", name[i]) == NULL)
			return false;
	}
	return true;
}

static int
zone_load(const char *name, struct zone **ret)
{
	char path[sizeof(ZONE_DIR) + NAME_MAX_LEN];
	unsigned char *bytes = NULL;
	FILE *in;
	size_t len;
	int rc = -EINVAL;

	snprintf(path, sizeof(path), "%s%s", ZONE_DIR, name);
	in = fopen(path, "rbe");
	if (in == NULL)
		return errno == ENOMEM ? -ENOMEM : -EINVAL;
	bytes = malloc(FILE_MAX);
	if (bytes == NULL) {
		rc = -ENOMEM;
		goto out;
	}
	len = fread(bytes, 1, FILE_MAX, in);
	if (!ferror(in))
		rc = zone_parse(bytes, len, ret);
out:
	free(bytes);
	fclose(in);
	return rc;
}

/* The zone, read if need be. Under the lock. */
static int
zone_find(const char *name, const struct zone **ret)
{
	struct zone *z;
	size_t slot;
	int rc;

	for (size_t i = 0; i < cache.count; i++) {
		if (strcmp(cache.kept[i].name, name) == 0) {
			*ret = cache.kept[i].zone;
			return 0;
		}
	}
	rc = zone_load(name, &z);
	if (rc < 0)
		return rc;
	slot = cache.count < CACHE_ZONES ? cache.count++ : cache.next++ % CACHE_ZONES;
	zone_free(cache.kept[slot].zone);
	cache.kept[slot].zone = z;
	snprintf(cache.kept[slot].name, sizeof(cache.kept[slot].name), "%s", name);
	*ret = z;
	return 0;
}

int
zone_offset(const char *zone, int64_t s, int32_t *ret_s)
{
	const struct zone *z;
	int rc;

	if (strcmp(zone, "UTC") == 0) {
		*ret_s = 0;
		return 0;
	}
	if (!zone_name_valid(zone))
		return -EINVAL;
	pthread_mutex_lock(&cache.lock);
	rc = zone_find(zone, &z);
	if (rc == 0)
		*ret_s = zone_offset_at(z, s);
	pthread_mutex_unlock(&cache.lock);
	return rc;
}
