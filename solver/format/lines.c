/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/format/lines.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "solver/refuse.h"

int
lines_open(const struct text *t, char *why, size_t why_size, struct lines *ret)
{
	char *copy = malloc(t->size + 1);

	if (copy == NULL)
		return -ENOMEM;
	memcpy(copy, t->at, t->size);
	copy[t->size] = '\0';
	*ret = (struct lines){ .copy = copy, .next = copy, .end = copy + t->size, .why = why,
		.why_size = why_size };
	return 0;
}

void
lines_done(struct lines *l)
{
	free(l->copy);
	l->copy = NULL;
}

char *
lines_next(struct lines *l)
{
	while (l->next < l->end) {
		char *line = l->next;
		char *end = memchr(line, '\n', (size_t)(l->end - line));

		l->next = end == NULL ? l->end : end + 1;
		if (end != NULL)
			*end = '\0';
		l->line++;
		if (line[strspn(line, " \t\r")] != '\0')
			return line;
	}
	return NULL;
}

int
lines_refuse(const struct lines *l, const char *fmt, ...)
{
	va_list ap;
	char at[32];
	int rc;

	snprintf(at, sizeof(at), "line %zu: ", l->line);
	va_start(ap, fmt);
	rc = refuse_at(l->why, l->why_size, at, fmt, ap);
	va_end(ap);
	return rc;
}

bool
lines_number(char **at, double *ret)
{
	size_t blanks = strspn(*at, " \t\r");
	size_t digits = strspn(*at + blanks, "0123456789+-.eE");
	char *end;
	double v;

	/* strtod() would take names and hexadecimal digits as well. */
	if (digits == 0)
		return false;
	v = strtod(*at + blanks, &end);
	if (end != *at + blanks + digits || !isfinite(v))
		return false;
	*at = end;
	*ret = v;
	return true;
}

int
lines_ticks(const struct lines *l, char **at, const char *what, double scale, int32_t max,
    int32_t *ret)
{
	double v;

	if (!lines_number(at, &v))
		return lines_refuse(l, "%s: expected a number, got %.20s", what,
		    **at != '\0' ? *at : "the end of the line");
	if (!(v >= 0 && v * scale <= max))
		return lines_refuse(l, "%s: expected 0 to %g, got %g", what, max / scale, v);
	if (fabs(v * scale - nearbyint(v * scale)) > 1e-3)
		return lines_refuse(l, "%s: expected a multiple of %g, got %g", what, 1 / scale, v);
	*ret = (int32_t)nearbyint(v * scale);
	return 0;
}
