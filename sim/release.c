/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/release.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TIME_MAX = 1000000000 };

static const char *
next_line(const char *line)
{
	line += strcspn(line, "\n");
	return *line == '\n' ? line + 1 : line;
}

/* Index of the call with that number; -1 none. */
static int32_t
call_of(const struct problem *p, long id)
{
	char name[32];

	snprintf(name, sizeof(name), "%ld", id);
	for (int32_t i = 0; i < p->calls; i++)
		if (strcmp(p->call[i].id, name) == 0)
			return i;
	return -1;
}

/* Whether it is the head of the table. */
static bool
is_head(const char *line)
{
	size_t len = strcspn(line, "\n");
	const char *rd = strstr(line, "RD");

	return strncmp(line, "ID", 2) == 0 && rd != NULL && (size_t)(rd - line) < len;
}

static int
read_row(const char *line, const struct problem *p, int32_t ticks, int32_t *release_s)
{
	char *end, *last;
	long id = strtol(line, &end, 10);
	double at = strtod(end, &last);
	int32_t call = call_of(p, id);

	if (end == line || last == end || last[strspn(last, " \t\r")] != '\n' ||
	    !(at >= -1 && at * ticks <= TIME_MAX) || call < 0)
		return -EINVAL;
	release_s[call] = at < 0 ? RELEASE_AT_START : (int32_t)ceil(at * ticks);
	return 0;
}

int
release_read(const char *text, const struct problem *p, int32_t ticks, int32_t **ret, char *why,
    size_t why_size)
{
	int32_t *release_s = malloc(((size_t)p->calls + 1) * sizeof(*release_s));
	bool table = false;
	size_t n = 1;

	snprintf(why, why_size, "out of memory");
	if (release_s == NULL)
		return -ENOMEM;
	for (int32_t i = 0; i < p->calls; i++)
		release_s[i] = RELEASE_AT_START;
	for (const char *line = text; *line != '\0'; line = next_line(line), n++) {
		bool blank = line[strspn(line, " \t\r")] == '\n';

		if (!table) {
			table = is_head(line);
		} else if (!blank && read_row(line, p, ticks, release_s) < 0) {
			snprintf(why, why_size,
			    "line %zu: expected a request's number and when it is known (-1: from the"
			    " start), got '%.*s'",
			    n, (int)strcspn(line, "\r\n"), line);
			free(release_s);
			return -EINVAL;
		}
	}
	if (!table) {
		snprintf(why, why_size, "expected a line 'ID RD' and a table of requests after it");
		free(release_s);
		return -EINVAL;
	}
	*ret = release_s;
	return 0;
}
