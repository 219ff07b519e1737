/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/json_read.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "solver/refuse.h"

int
json_refuse(const struct json_reader *r, const char *fmt, ...)
{
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = refuse_at(r->why, r->why_size, r->at, fmt, ap);
	va_end(ap);
	return rc;
}

const char *
json_kind(const json_t *j)
{
	static const char *const kind[] = {
		[JSON_OBJECT] = "an object",
		[JSON_ARRAY] = "an array",
		[JSON_STRING] = "a string",
		[JSON_INTEGER] = "a whole number",
		[JSON_REAL] = "a fraction",
		[JSON_TRUE] = "true",
		[JSON_FALSE] = "false",
		[JSON_NULL] = "null",
	};

	return j == NULL ? "nothing" : kind[json_typeof(j)];
}

static bool
is_known(const char *name, const struct json_int *ints, size_t n, const char *const *others)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(name, ints[i].name) == 0)
			return true;
	for (; *others != NULL; others++)
		if (strcmp(name, *others) == 0)
			return true;
	return false;
}

int
json_known(const struct json_reader *r, const json_t *j, const struct json_int *ints, size_t n,
    const char *const *others)
{
	const char *name;
	json_t *v;

	if (!json_is_object(j))
		return json_refuse(r, "expected an object, got %s", json_kind(j));
	json_object_foreach((json_t *)j, name, v)
		if (!is_known(name, ints, n, others))
			return json_refuse(r, "%.64s: expected a known member, got this one; "
			    "take it out or mend its spelling", name);
	return 0;
}

int
json_read_int(const struct json_reader *r, const char *name, const json_t *j, int64_t min,
    int64_t max, int64_t *ret)
{
	json_int_t v;

	if (!json_is_integer(j))
		return json_refuse(r, "%s: expected a whole number, got %s", name, json_kind(j));
	v = json_integer_value(j);
	if (v < min || v > max)
		return json_refuse(r, "%s: expected %lld to %lld, got %lld", name, (long long)min,
		    (long long)max, (long long)v);
	*ret = v;
	return 0;
}

int
json_read_ints(const struct json_reader *r, const json_t *j, const struct json_int *ints,
    size_t n, void *thing)
{
	for (size_t i = 0; i < n; i++) {
		const json_t *member = json_object_get(j, ints[i].name);
		int64_t v = ints[i].otherwise;
		int32_t v32;
		int rc;

		if (member == NULL && ints[i].must)
			return json_refuse(r, "%s: expected a whole number, got nothing",
			    ints[i].name);
		if (member != NULL && !(json_is_null(member) && !ints[i].must)) {
			rc = json_read_int(r, ints[i].name, member, INT32_MIN, INT32_MAX, &v);
			if (rc < 0)
				return rc;
		}
		v32 = (int32_t)v;
		memcpy((char *)thing + ints[i].offset, &v32, sizeof(v32));
	}
	return 0;
}

int
json_write_ints(json_t *j, const struct json_int *ints, size_t n, const void *thing)
{
	for (size_t i = 0; i < n; i++) {
		int32_t v;

		memcpy(&v, (const char *)thing + ints[i].offset, sizeof(v));
		if (v == ints[i].otherwise && !ints[i].must)
			continue;
		if (json_object_set_new_nocheck(j, ints[i].name, json_integer(v)) < 0)
			return -ENOMEM;
	}
	return 0;
}

int
json_read_array(const struct json_reader *r, const char *name, const json_t *j, size_t max,
    size_t *ret_n)
{
	if (j == NULL || json_is_null(j)) {
		*ret_n = 0;
		return 0;
	}
	if (!json_is_array(j))
		return json_refuse(r, "%s: expected an array, got %s", name, json_kind(j));
	if (json_array_size(j) > max)
		return json_refuse(r, "%s: expected at most %zu members, got %zu", name, max,
		    json_array_size(j));
	*ret_n = json_array_size(j);
	return 0;
}
