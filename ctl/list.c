/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/list.h"

#include <assert.h>
#include <string.h>

#include "ctl/text.h"

enum { KEY_SIZE = 64 };

/* Follows "a.b" up to the given end. */
static const json_t *
member_along(const json_t *o, const char *path, size_t len)
{
	while (len > 0 && o != NULL) {
		size_t n = strcspn(path, ".");
		char key[KEY_SIZE];

		if (n > len)
			n = len;
		snprintf(key, sizeof(key), "%.*s", (int)n, path);
		o = json_object_get(o, key);
		len -= n + (n < len);
		path += n + 1;
	}
	return o;
}

const json_t *
list_member(const json_t *o, const char *path)
{
	for (;;) {
		size_t len = strcspn(path, "|");
		const json_t *v = member_along(o, path, len);

		if (v != NULL || path[len] == '\0')
			return v;
		path += len + 1;
	}
}

long long
list_number(const json_t *o, const char *path)
{
	return (long long)json_integer_value(list_member(o, path));
}

/* The last name of a path, which says how its value is written. */
static const char *
path_key(const char *path)
{
	const char *dot = strrchr(path, '.');
	const char *bar = strrchr(path, '|');

	if (bar != NULL && (dot == NULL || bar > dot))
		return bar + 1;
	return dot != NULL ? dot + 1 : path;
}

const char *
list_text(const struct ctl *ctl, const json_t *o, const char *path, char buf[TEXT_SIZE])
{
	const json_t *v = list_member(o, path);

	buf[0] = '\0';
	if (v != NULL)
		text_value(ctl, path_key(path), v, buf, TEXT_SIZE);
	return buf;
}

static void
add_cell(const struct ctl *ctl, struct table *t, const struct field *f, const json_t *o)
{
	const json_t *v = list_member(o, f->path);
	char text[TEXT_SIZE] = "", until[64];

	if (v != NULL && !(json_is_integer(v) && json_integer_value(v) == 0 &&
	                     strcmp(f->path, "overtime_s") == 0)) /* none: nothing to read */
		text_value(ctl, path_key(f->path), v, text, sizeof(text));
	if (f->until && json_is_string(v)) {
		text_until(ctl, json_string_value(v), until, sizeof(until));
		if (until[0] != '\0')
			snprintf(text + strlen(text), sizeof(text) - strlen(text), " (%s)", until);
	}
	table_add(t, text_colour(path_key(f->path), v), text);
}

void
list_print(const struct ctl *ctl, const struct field *fields, size_t count,
    const json_t *objects, const char *if_empty)
{
	struct column columns[TABLE_COLUMNS_MAX];
	struct table *t;
	const json_t *o;
	size_t i;

	assert(count <= TABLE_COLUMNS_MAX);
	for (size_t c = 0; c < count; c++)
		columns[c] = fields[c].column;
	t = table_new(columns, count);
	json_array_foreach(objects, i, o) {
		for (size_t c = 0; c < count && t != NULL; c++)
			add_cell(ctl, t, &fields[c], o);
	}
	if (t == NULL || table_print(t, ctl, if_empty) < 0)
		fprintf(stderr, "evenkeelctl: out of memory\n");
	table_free(t);
}
