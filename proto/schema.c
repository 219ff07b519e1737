/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/schema.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/utf8.h"
#include "proto/when.h"

#define REF_PREFIX "#/components/schemas/"

enum { PATH_SIZE = sizeof(((struct refusal *)0)->member), REFS_MAX = 8 };

static const char *
schema_text(const json_t *schema, const char *key)
{
	const char *text = json_string_value(json_object_get(schema, key));

	return text != NULL ? text : "";
}

/* A keyword that is a whole number, or def. */
static size_t
schema_count(const json_t *schema, const char *key, size_t def)
{
	const json_t *v = json_object_get(schema, key);

	return json_is_integer(v) ? (size_t)json_integer_value(v) : def;
}

const json_t *
schema_resolve(const struct openrpc *o, const json_t *schema)
{
	for (int i = 0; i < REFS_MAX; i++) {
		const char *ref = json_string_value(json_object_get(schema, "$ref"));

		if (ref == NULL)
			return schema;
		if (strncmp(ref, REF_PREFIX, strlen(REF_PREFIX)) != 0)
			return NULL;
		schema = openrpc_schema(o, ref + strlen(REF_PREFIX));
	}
	return NULL; /* it runs in a circle */
}

/* --- words --- */

/* Appends to buf at *len, which stays below size; whole characters only. */
static void __attribute__((format(printf, 4, 5)))
words_add(char *buf, size_t size, size_t *len, const char *format, ...)
{
	char text[256];
	va_list args;
	size_t n;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	n = utf8_cut(text, strlen(text), size - 1 - *len);
	memcpy(buf + *len, text, n);
	*len += n;
	buf[*len] = '\0';
}

/* " from 1 to 9", " of at least 1", " of at most 9", or nothing. */
static void
words_range(const json_t *schema, char *buf, size_t size, size_t *len)
{
	const json_t *least = json_object_get(schema, "minimum");
	const json_t *most = json_object_get(schema, "maximum");

	if (least != NULL && most != NULL)
		words_add(buf, size, len, " from %.10g to %.10g", json_number_value(least),
		    json_number_value(most));
	else if (least != NULL)
		words_add(buf, size, len, " of at least %.10g", json_number_value(least));
	else if (most != NULL)
		words_add(buf, size, len, " of at most %.10g", json_number_value(most));
}

/* " of 1 to 8 items", " of at most 8 items". */
static void
words_size(const json_t *schema, const char *least_key, const char *most_key, const char *what,
    char *buf, size_t size, size_t *len)
{
	size_t least = schema_count(schema, least_key, 0);
	size_t most = schema_count(schema, most_key, SIZE_MAX);

	if (most == SIZE_MAX && least > 0)
		words_add(buf, size, len, " of at least %zu %ss", least, what);
	else if (most == SIZE_MAX)
		return;
	else if (least == most)
		words_add(buf, size, len, " of %zu %ss", most, what);
	else if (least > 0)
		words_add(buf, size, len, " of %zu to %zu %ss", least, most, what);
	else
		words_add(buf, size, len, " of at most %zu %ss", most, what);
}

static void
words_string(const json_t *schema, char *buf, size_t size, size_t *len)
{
	const json_t *values = json_object_get(schema, "enum");
	const char *format = schema_text(schema, "format");
	const json_t *value;
	size_t i;

	if (values != NULL) {
		json_array_foreach(values, i, value)
			words_add(buf, size, len, "%s%s", i == 0 ? "one of " : ", ",
			    json_string_value(value));
	} else if (strcmp(format, "id") == 0) {
		words_add(buf, size, len, "an id of 1 to 64 letters, digits and ._:-");
	} else if (strcmp(format, "uuid") == 0) {
		words_add(buf, size, len, "a UUID like 01920000-0000-7000-8000-000000000000");
	} else if (strcmp(format, "date-time") == 0) {
		words_add(buf, size, len, "a time like 2026-03-12T09:00:00+01:00");
	} else {
		words_add(buf, size, len, "text");
		words_size(schema, "minLength", "maxLength", "character", buf, size, len);
	}
}

static void
words_object(const json_t *schema, char *buf, size_t size, size_t *len)
{
	const char *before = " with ";
	const char *key;
	json_t *unused;

	words_add(buf, size, len, "an object");
	json_object_foreach(json_object_get(schema, "properties"), key, unused) {
		words_add(buf, size, len, "%s%s", before, key);
		before = ", ";
	}
}

void
schema_words(const struct openrpc *o, const json_t *schema, char *buf, size_t size)
{
	const json_t *s = schema_resolve(o, schema);
	const char *type = schema_text(s, "type");
	size_t len = 0;

	buf[0] = '\0';
	if (strcmp(type, "string") == 0) {
		words_string(s, buf, size, &len);
	} else if (strcmp(type, "integer") == 0) {
		words_add(buf, size, &len, "a whole number");
		words_range(s, buf, size, &len);
	} else if (strcmp(type, "number") == 0) {
		words_add(buf, size, &len, "a number");
		words_range(s, buf, size, &len);
	} else if (strcmp(type, "boolean") == 0) {
		words_add(buf, size, &len, "true or false");
	} else if (strcmp(type, "array") == 0) {
		words_add(buf, size, &len, "a list");
		words_size(s, "minItems", "maxItems", "item", buf, size, &len);
	} else if (strcmp(type, "object") == 0) {
		words_object(s, buf, size, &len);
	} else {
		words_add(buf, size, &len, "any value");
	}
}

void
schema_got(const json_t *value, char *buf, size_t size)
{
	char *text;
	size_t len = 0;

	buf[0] = '\0';
	if (value == NULL) {
		words_add(buf, size, &len, "nothing");
	} else if (json_is_array(value)) {
		words_add(buf, size, &len, "a list of %zu items", json_array_size(value));
	} else if (json_is_object(value)) {
		words_add(buf, size, &len, "an object of %zu members", json_object_size(value));
	} else {
		text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));
		len = utf8_cut(text != NULL ? text : "", text != NULL ? strlen(text) : 0, size - 1);
		memcpy(buf, text != NULL ? text : "", len);
		buf[len] = '\0';
		if (text != NULL && strlen(text) > len && size > 8) {
			len = utf8_cut(buf, len, size - 4);
			memcpy(buf + len, "...", 4);
		}
		free(text);
	}
}

/* --- refusals --- */

/* "site" and "lat" to "site.lat"; a long path loses its end, an empty name is shown as one. */
static void
path_join(char ret[PATH_SIZE], const char *path, const char *name)
{
	size_t len = 0;

	ret[0] = '\0';
	words_add(ret, PATH_SIZE, &len, "%s%s%s", path, path[0] != '\0' ? "." : "",
	    name[0] != '\0' ? name : "\"\"");
}

static bool
path_is_secret(const char *path)
{
	const char *dot = strrchr(path, '.');

	return strcmp(dot != NULL ? dot + 1 : path, "token") == 0;
}

static int
refuse(const struct openrpc *o, const json_t *schema, const json_t *value, const char *path,
    struct refusal *ret)
{
	memset(ret, 0, sizeof(*ret));
	snprintf(ret->member, sizeof(ret->member), "%s", path[0] != '\0' ? path : "params");
	schema_words(o, schema, ret->expected, sizeof(ret->expected));
	if (value != NULL && path_is_secret(path))
		snprintf(ret->got, sizeof(ret->got), "something else, not shown");
	else
		schema_got(value, ret->got, sizeof(ret->got));
	return -EINVAL;
}

/* Letters to change, add or take away to make b of a, both short (Levenshtein's distance). */
static size_t
edits(const char *a, const char *b)
{
	enum { SHORT = 32 };
	size_t row[SHORT + 1];
	size_t la = strlen(a), lb = strlen(b);

	if (la > SHORT || lb > SHORT)
		return SHORT;
	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t best = corner + (a[i - 1] != b[j - 1]);

			if (best > row[j] + 1)
				best = row[j] + 1;
			if (best > row[j - 1] + 1)
				best = row[j - 1] + 1;
			corner = row[j];
			row[j] = best;
		}
	}
	return row[lb];
}

struct nearest {
	const char *name; /* what was written */
	const char *best;
	size_t best_edits;
	char list[160];
	size_t list_len;
};

static void
nearest_try(struct nearest *n, const char *candidate)
{
	size_t e = edits(n->name, candidate);

	if (e < n->best_edits) {
		n->best = candidate;
		n->best_edits = e;
	}
	words_add(n->list, sizeof(n->list), &n->list_len, "%s%s", n->list_len > 0 ? ", " : "",
	    candidate);
}

int
schema_refuse_unknown(const char *path, const char *name, const json_t *names,
    const json_t *value, struct refusal *ret)
{
	struct nearest n = { .name = name, .best_edits = strlen(name) / 3 + 2 };
	const char *key;
	json_t *one;
	size_t i;
	size_t len = 0;

	json_object_foreach((json_t *)names, key, one)
		nearest_try(&n, key);
	json_array_foreach(names, i, one)
		nearest_try(&n, schema_text(one, "name"));
	memset(ret, 0, sizeof(*ret));
	path_join(ret->member, path, name);
	if (n.best != NULL)
		words_add(ret->expected, sizeof(ret->expected), &len,
		    "no member of this name; did you mean %s?", n.best);
	else if (n.list_len == 0)
		words_add(ret->expected, sizeof(ret->expected), &len, "no members at all");
	else
		words_add(ret->expected, sizeof(ret->expected), &len,
		    "no member of this name, but %s", n.list);
	if (path_is_secret(ret->member))
		snprintf(ret->got, sizeof(ret->got), "something, not shown");
	else
		schema_got(value, ret->got, sizeof(ret->got));
	return -EINVAL;
}

/* --- checks --- */

static bool
is_id(const char *text)
{
	for (; *text != '\0'; text++) {
		if (!isalnum((unsigned char)*text) && strchr("._:-", *text) == NULL)
			return false;
	}
	return true;
}

static bool
is_uuid(const char *text)
{
	for (int i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
			return false;
	}
	return text[36] == '\0';
}

static bool
format_fits(const char *format, const char *text)
{
	int64_t unused;

	if (strcmp(format, "id") == 0)
		return is_id(text);
	if (strcmp(format, "uuid") == 0)
		return is_uuid(text);
	if (strcmp(format, "date-time") == 0)
		return when_parse(text, &unused) == 0;
	return true;
}

static bool
string_fits(const json_t *schema, const json_t *value)
{
	const char *text = json_string_value(value);
	const json_t *values = json_object_get(schema, "enum");
	const json_t *one;
	size_t i, count;

	if (text == NULL)
		return false;
	count = utf8_count(text, json_string_length(value));
	if (count < schema_count(schema, "minLength", 0) ||
	    count > schema_count(schema, "maxLength", SIZE_MAX))
		return false;
	if (values == NULL)
		return format_fits(schema_text(schema, "format"), text);
	json_array_foreach(values, i, one) {
		if (json_equal(one, value))
			return true;
	}
	return false;
}

static bool
number_fits(const json_t *schema, const json_t *value)
{
	const json_t *least = json_object_get(schema, "minimum");
	const json_t *most = json_object_get(schema, "maximum");
	double v = json_number_value(value);

	return json_is_number(value) && (least == NULL || v >= json_number_value(least)) &&
	    (most == NULL || v <= json_number_value(most));
}

/* Whether the value itself is of the schema's type and range; its members are looked at later. */
static bool
value_fits(const json_t *schema, const char *type, const json_t *value)
{
	size_t n = json_array_size(value);

	switch (type[0]) {
	case 's':
		return string_fits(schema, value);
	case 'i':
		return json_is_integer(value) && number_fits(schema, value);
	case 'n':
		return number_fits(schema, value);
	case 'b':
		return json_is_boolean(value);
	case 'a':
		return json_is_array(value) && n >= schema_count(schema, "minItems", 0) &&
		    n <= schema_count(schema, "maxItems", SIZE_MAX);
	case 'o':
		return json_is_object(value);
	default: /* no type: anything goes */
		return true;
	}
}

static int
check_members(const struct openrpc *o, const json_t *schema, const json_t *value,
    const char *path, struct refusal *ret)
{
	const json_t *properties = json_object_get(schema, "properties");
	const json_t *required = json_object_get(schema, "required");
	bool closed = json_is_false(json_object_get(schema, "additionalProperties"));
	char member[PATH_SIZE];
	const char *key;
	json_t *v;
	size_t i;

	json_object_foreach((json_t *)value, key, v) {
		const json_t *s = json_object_get(properties, key);

		if (s == NULL && closed)
			return schema_refuse_unknown(path, key, properties, v, ret);
		if (s == NULL)
			continue;
		path_join(member, path, key);
		if (schema_check(o, s, v, member, ret) < 0)
			return -EINVAL;
	}
	json_array_foreach(required, i, v) {
		const char *name = json_string_value(v);

		if (json_object_get(value, name) != NULL)
			continue;
		path_join(member, path, name);
		return refuse(o, json_object_get(properties, name), NULL, member, ret);
	}
	return 0;
}

static int
check_items(const struct openrpc *o, const json_t *schema, const json_t *value,
    const char *path, struct refusal *ret)
{
	const json_t *items = json_object_get(schema, "items");
	char member[PATH_SIZE];
	const json_t *v;
	size_t i;

	if (items == NULL)
		return 0;
	json_array_foreach(value, i, v) {
		size_t len = 0;

		words_add(member, sizeof(member), &len, "%s[%zu]", path, i);
		if (schema_check(o, items, v, member, ret) < 0)
			return -EINVAL;
	}
	return 0;
}

int
schema_check(const struct openrpc *o, const json_t *schema, const json_t *value,
    const char *path, struct refusal *ret)
{
	const json_t *s = schema_resolve(o, schema);
	const char *type = schema_text(s, "type");

	if (s == NULL || !value_fits(s, type, value))
		return refuse(o, s, value, path, ret);
	if (strcmp(type, "object") == 0)
		return check_members(o, s, value, path, ret);
	if (strcmp(type, "array") == 0)
		return check_items(o, s, value, path, ret);
	return 0;
}
