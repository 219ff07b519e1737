/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/csv.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct csv {
	char *text; /* the file, cut into fields as it is read */
	char *at;   /* where the next record starts */
	char *end;
	char *column[CSV_COLUMNS_MAX];
	int columns;
	char *field[CSV_COLUMNS_MAX];
	int fields;
};

static int
read_file(const char *path, char **ret, size_t *ret_len, char *why, size_t why_size)
{
	FILE *f = fopen(path, "rb");
	char *text = NULL;
	size_t len = 0, room = 0;
	int rc = -ENOMEM;

	if (f == NULL) {
		rc = -errno;
		snprintf(why, why_size, "%s cannot be opened: %s", path, strerror(errno));
		return rc;
	}
	for (;;) {
		if (room - len < 65536) {
			char *more = realloc(text, (room += room / 2 + 262144) + 1);

			if (more == NULL)
				goto out;
			text = more;
		}
		size_t got = fread(text + len, 1, room - len, f);

		if (got == 0)
			break;
		len += got;
		if (len > CSV_FILE_MAX) {
			rc = -EFBIG;
			snprintf(why, why_size, "%s is larger than %d MB", path,
			    CSV_FILE_MAX >> 20);
			goto out;
		}
	}
	if (ferror(f)) {
		rc = -EIO;
		snprintf(why, why_size, "%s cannot be read", path);
		goto out;
	}
	text[len] = '\0';
	*ret = text;
	*ret_len = len;
	text = NULL;
	rc = 0;
out:
	if (rc == -ENOMEM)
		snprintf(why, why_size, "out of memory");
	free(text);
	fclose(f);
	return rc;
}

/* One field from c->at, unquoted in place. Sets *ret_last at the end of a record. */
static char *
take_field(struct csv *c, bool *ret_last)
{
	char *start = c->at, *in = c->at, *out;
	bool quoted = in < c->end && *in == '"';

	if (quoted)
		start = ++in;
	for (out = start; in < c->end; in++) {
		if (quoted && *in == '"') {
			if (in + 1 < c->end && in[1] == '"')
				in++; /* a doubled quote is one */
			else {
				quoted = false;
				continue;
			}
		} else if (!quoted && (*in == ',' || *in == '\n')) {
			break;
		}
		*out++ = *in;
	}
	*ret_last = in >= c->end || *in == '\n';
	if (*ret_last && out > start && out[-1] == '\r')
		out--;
	c->at = in < c->end ? in + 1 : c->end;
	*out = '\0';
	return start;
}

int
csv_next(struct csv *c)
{
	bool last = false;

	do {
		if (c->at >= c->end)
			return 0;
		for (c->fields = 0, last = false; !last;) {
			char *field = take_field(c, &last);

			if (c->fields < CSV_COLUMNS_MAX)
				c->field[c->fields++] = field;
		}
	} while (c->fields == 1 && c->field[0][0] == '\0');
	return 1;
}

static int
check_text(const struct csv *c, const char *path, char *why, size_t why_size)
{
	size_t len = (size_t)(c->end - c->text);
	size_t quotes = 0;

	if (len >= 2 && (unsigned char)c->text[0] == 0x1f && (unsigned char)c->text[1] == 0x8b) {
		snprintf(why, why_size, "%s is compressed: unpack it with gunzip first", path);
		return -EINVAL;
	}
	if (memchr(c->text, '\0', len) != NULL) {
		snprintf(why, why_size, "%s is not a text file", path);
		return -EINVAL;
	}
	for (const char *p = c->text; p < c->end; p++)
		quotes += *p == '"';
	if (quotes % 2 != 0) {
		snprintf(why, why_size, "%s has a quote that is not closed", path);
		return -EINVAL;
	}
	return 0;
}

int
csv_open(const char *path, struct csv **ret, char *why, size_t why_size)
{
	struct csv *c = calloc(1, sizeof(*c));
	size_t len = 0;
	int rc;

	if (c == NULL) {
		snprintf(why, why_size, "out of memory");
		return -ENOMEM;
	}
	rc = read_file(path, &c->text, &len, why, why_size);
	if (rc < 0)
		goto fail;
	c->at = c->text;
	c->end = c->text + len;
	rc = check_text(c, path, why, why_size);
	if (rc < 0)
		goto fail;
	if (len >= 3 && memcmp(c->text, "\xef\xbb\xbf", 3) == 0)
		c->at += 3; /* a byte-order mark is not part of the first name */
	if (csv_next(c) == 0) {
		snprintf(why, why_size, "%s is empty: expected a line of column names", path);
		rc = -EINVAL;
		goto fail;
	}
	memcpy(c->column, c->field, sizeof(c->column));
	c->columns = c->fields;
	c->fields = 0;
	*ret = c;
	return 0;
fail:
	csv_close(c);
	return rc;
}

void
csv_close(struct csv *c)
{
	if (c == NULL)
		return;
	free(c->text);
	free(c);
}

int
csv_column(const struct csv *c, const char *name)
{
	for (int i = 0; i < c->columns; i++)
		if (strcmp(c->column[i], name) == 0)
			return i;
	return -1;
}

const char *
csv_field(const struct csv *c, int column)
{
	return column >= 0 && column < c->fields ? c->field[column] : "";
}
