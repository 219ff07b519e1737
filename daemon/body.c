/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/body.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What came, in a few words. */
static const char *
body_kind(const json_t *j)
{
	static const char *const kinds[] = {
		[JSON_OBJECT] = "an object",
		[JSON_ARRAY] = "an array",
		[JSON_STRING] = "a string",
		[JSON_INTEGER] = "an integer",
		[JSON_REAL] = "a real",
		[JSON_TRUE] = "true",
		[JSON_FALSE] = "false",
		[JSON_NULL] = "null",
	};

	return j == NULL ? "nothing" : kinds[json_typeof(j)];
}

int
body_fail(const struct body *b, int rc, const char *fmt, ...)
{
	va_list ap;

	if (b->error->rc != 0)
		return b->error->rc;
	b->error->rc = rc;
	if (b->error->why != NULL) {
		va_start(ap, fmt);
		vsnprintf(b->error->why, b->error->why_size, fmt, ap);
		va_end(ap);
	}
	return rc;
}

bool
body_failed(const struct body *b)
{
	return b->error->rc != 0;
}

void
body_init(struct body *b, const json_t *obj, struct body_error *error)
{
	*b = (struct body){ .obj = obj, .error = error };
	if (!json_is_object(obj)) {
		body_fail(b, -EBADMSG, "expected an object, got %s", body_kind(obj));
		b->obj = NULL;
	}
}

static const json_t *
body_get(const struct body *b, const char *name)
{
	return body_failed(b) ? NULL : json_object_get(b->obj, name);
}

bool
body_has(const struct body *b, const char *name)
{
	return body_get(b, name) != NULL;
}

static void
body_expected(const struct body *b, const char *name, const char *expected, const json_t *got)
{
	body_fail(b, -EBADMSG, "%s%s: expected %s, got %s", b->at, name, expected,
	    body_kind(got));
}

static int64_t
body_int_of(struct body *b, const char *name, const json_t *j, int64_t min, int64_t max)
{
	int64_t v = json_integer_value(j);

	if (json_is_integer(j) && v >= min && v <= max)
		return v;
	if (json_is_integer(j))
		body_fail(b, -EBADMSG,
		    "%s%s: expected %" PRId64 " to %" PRId64 ", got %" PRId64, b->at, name, min,
		    max, v);
	else
		body_expected(b, name, "an integer", j);
	return 0;
}

int64_t
body_int(struct body *b, const char *name, int64_t min, int64_t max)
{
	return body_int_of(b, name, body_get(b, name), min, max);
}

int64_t
body_int_or(struct body *b, const char *name, int64_t min, int64_t max, int64_t def)
{
	return body_has(b, name) ? body_int(b, name, min, max) : def;
}

int64_t
body_time(struct body *b, const char *name)
{
	return body_int(b, name, 0, BODY_TIME_MAX);
}

bool
body_bool(struct body *b, const char *name)
{
	const json_t *j = body_get(b, name);

	if (!json_is_boolean(j))
		body_expected(b, name, "true or false", j);
	return json_is_true(j);
}

double
body_number(struct body *b, const char *name, double min)
{
	const json_t *j = body_get(b, name);
	double v = json_number_value(j);

	if (json_is_number(j) && v >= min)
		return v;
	body_expected(b, name, "a number that is not too small", j);
	return 0;
}

static const char *
body_str_of(struct body *b, const char *name, const json_t *j, size_t size)
{
	size_t len = json_string_length(j);

	if (json_is_string(j) && len > 0 && len < size && strlen(json_string_value(j)) == len)
		return json_string_value(j);
	if (json_is_string(j))
		body_fail(b, -EBADMSG, "%s%s: expected 1 to %zu bytes, got %zu", b->at, name,
		    size - 1, len);
	else
		body_expected(b, name, "a string", j);
	return "";
}

const char *
body_str(struct body *b, const char *name, size_t size)
{
	return body_str_of(b, name, body_get(b, name), size);
}

const char *
body_str_or(struct body *b, const char *name, size_t size, const char *def)
{
	return body_has(b, name) ? body_str(b, name, size) : def;
}

void
body_copy(struct body *b, const char *name, char *ret, size_t size)
{
	const char *s = body_str(b, name, size);

	memcpy(ret, s, strlen(s) + 1);
}

int
body_name(struct body *b, const char *name, const char *const *names, int n)
{
	const char *s = body_str(b, name, 64);

	for (int i = 0; i < n; i++) {
		if (strcmp(names[i], s) == 0)
			return i;
	}
	body_fail(b, -EBADMSG, "%s%s: there is no \"%s\"", b->at, name, s);
	return 0;
}

struct body
body_sub(struct body *b, const char *name)
{
	struct body sub = { .obj = body_get(b, name), .error = b->error };

	if (!json_is_object(sub.obj)) {
		body_expected(b, name, "an object", sub.obj);
		sub.obj = NULL;
	}
	snprintf(sub.at, sizeof(sub.at), "%.50s%.24s.", b->at, name);
	return sub;
}

size_t
body_array(struct body *b, const char *name, size_t max, const json_t **ret)
{
	const json_t *j = body_get(b, name);

	*ret = j;
	if (!json_is_array(j)) {
		body_expected(b, name, "an array", j);
		return 0;
	}
	if (json_array_size(j) > max) {
		body_fail(b, -EBADMSG, "%s%s: expected at most %zu items, got %zu", b->at, name,
		    max, json_array_size(j));
		return 0;
	}
	return json_array_size(j);
}

size_t
body_array_or(struct body *b, const char *name, size_t max, const json_t **ret)
{
	*ret = NULL;
	return body_has(b, name) ? body_array(b, name, max, ret) : 0;
}

struct body
body_item(struct body *b, const char *name, const json_t *array, size_t i)
{
	struct body sub = { .error = b->error };

	snprintf(sub.at, sizeof(sub.at), "%.32s%.24s[%zu].", b->at, name, i);
	sub.obj = body_failed(b) ? NULL : json_array_get(array, i);
	if (!json_is_object(sub.obj)) {
		body_expected(&sub, "", "an object", sub.obj);
		sub.obj = NULL;
	}
	return sub;
}

const char *
body_item_str(struct body *b, const char *name, const json_t *array, size_t i, size_t size)
{
	return body_str_of(b, name, body_failed(b) ? NULL : json_array_get(array, i), size);
}

int64_t
body_item_int(struct body *b, const char *name, const json_t *array, size_t i, int64_t min,
    int64_t max)
{
	return body_int_of(b, name, body_failed(b) ? NULL : json_array_get(array, i), min, max);
}
