/* SPDX-License-Identifier: Apache-2.0 */
/* What jobs, vehicles and steps of VROOM's JSON have in common. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "solver/format/vroom.h"

enum {
	HORIZON_S = 300000000, /* what comes later never comes */
};

int
vroom_whole(const struct json_reader *r, const json_t *j, const char *name, int64_t max,
    int64_t otherwise, int64_t *ret)
{
	const json_t *member = json_object_get(j, name);

	if (member == NULL) {
		*ret = otherwise;
		return 0;
	}
	return json_read_int(r, name, member, 0, max, ret);
}

int
vroom_id(const struct json_reader *r, const json_t *j, char *ret)
{
	int64_t id = 0;
	int rc = json_read_int(r, "id", json_object_get(j, "id"), 0, INT64_MAX, &id);

	if (rc == 0)
		snprintf(ret, PROBLEM_ID_MAX + 1, "%lld", (long long)id);
	return rc;
}

static int
order_windows(const void *a, const void *b)
{
	const struct window *x = a, *y = b;

	if (x->open_s != y->open_s)
		return x->open_s < y->open_s ? -1 : 1;
	return (x->close_s > y->close_s) - (x->close_s < y->close_s);
}

/* One [start, end] in the file's seconds as a window in the problem's. */
static int
read_window(const struct json_reader *r, const struct vroom *v, const char *name,
    const json_t *j, struct window *ret)
{
	int64_t s[2];

	if (!json_is_array(j) || json_array_size(j) != 2)
		return json_refuse(r, "%s: expected [start, end], got %s", name, json_kind(j));
	for (size_t i = 0; i < 2; i++) {
		int rc = json_read_int(r, name, json_array_get(j, i), 0, INT64_MAX / 2, &s[i]);

		if (rc < 0)
			return rc;
	}
	if (s[1] < s[0])
		return json_refuse(r, "%s: expected an end at %lld or later, got %lld", name,
		    (long long)s[0], (long long)s[1]);
	if (s[0] - v->origin_s > HORIZON_S)
		return json_refuse(r, "%s: expected times within nine years of each other, got "
		    "%lld after %lld", name, (long long)s[0], (long long)v->origin_s);
	for (size_t i = 0; i < 2; i++) {
		s[i] -= v->origin_s;
		s[i] = s[i] < 0 ? 0 : s[i] > HORIZON_S ? HORIZON_S : s[i];
	}
	*ret = (struct window){ (int32_t)s[0], (int32_t)s[1] };
	return 0;
}

int
vroom_windows(const struct json_reader *r, const struct vroom *v, const json_t *j,
    struct window *ret, int32_t *ret_n)
{
	size_t n;
	int32_t apart = 0;
	char name[40];
	int rc = json_read_array(r, "time_windows", j, PROBLEM_WINDOWS_MAX, &n);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "time_windows[%zu]", i);
		rc = read_window(r, v, name, json_array_get(j, i), &ret[i]);
		if (rc < 0)
			return rc;
	}
	if (n > 0)
		qsort(ret, n, sizeof(*ret), order_windows);
	for (size_t i = 0; i < n; i++) {
		if (apart > 0 && ret[i].open_s <= ret[apart - 1].close_s) {
			if (ret[i].close_s > ret[apart - 1].close_s)
				ret[apart - 1].close_s = ret[i].close_s;
			continue;
		}
		ret[apart++] = ret[i];
	}
	*ret_n = apart;
	return 0;
}

static int
read_coordinates(const struct json_reader *r, const json_t *j, const char *name,
    struct place *ret)
{
	const json_t *lon = json_array_get(j, 0), *lat = json_array_get(j, 1);
	double x = json_number_value(lon), y = json_number_value(lat);

	if (!json_is_array(j) || !json_is_number(lon) || !json_is_number(lat))
		return json_refuse(r, "%s: expected [longitude, latitude], got %s", name,
		    json_kind(j));
	if (!(fabs(x) <= 180) || !(fabs(y) <= 90))
		return json_refuse(r, "%s: expected a longitude up to 180 and a latitude up to 90 "
		    "degrees, got [%g, %g]", name, x, y);
	*ret = (struct place){ .lat_udeg = (int32_t)lround(y * 1e6),
		.lon_udeg = (int32_t)lround(x * 1e6) };
	return 0;
}

int
vroom_place(const struct json_reader *r, const json_t *j, const char *name,
    const char *name_of_index, const struct problem *p, struct place *ret, int32_t *ret_location)
{
	const json_t *at = json_object_get(j, name);
	int64_t location = 0;
	int rc = 0;

	if (at != NULL || p->matrices == 0)
		rc = read_coordinates(r, at, name, ret);
	if (rc == 0 && p->matrices > 0)
		rc = json_read_int(r, name_of_index, json_object_get(j, name_of_index), 0,
		    p->locations - 1, &location);
	if (rc == 0)
		*ret_location = (int32_t)location;
	return rc;
}

static bool
is_one_of(const char *name, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

/* What is worth no more than its default may stand there. */
static bool
is_nothing(const json_t *j)
{
	return json_is_null(j) || (json_is_integer(j) && json_integer_value(j) == 0) ||
	    (json_is_array(j) && json_array_size(j) == 0);
}

/* Notes a member that nobody knows, without the indices in its path. */
static int
note_ignored(const struct json_reader *r, struct vroom *v, const char *name)
{
	char path[192];
	size_t n = 0;
	bool in = false;

	for (const char *c = r->at; *c != '\0' && n < 100; c++) {
		if (*c == ']')
			in = false;
		if (!in)
			path[n++] = *c;
		if (*c == '[')
			in = true;
	}
	snprintf(path + n, sizeof(path) - n, "%.64s", name);
	for (size_t i = 0; i < json_array_size(v->ignored); i++)
		if (strcmp(json_string_value(json_array_get(v->ignored, i)), path) == 0)
			return 0;
	if (json_array_size(v->ignored) >= 50)
		return 0;
	return json_array_append_new(v->ignored, json_string(path)) < 0 ? -ENOMEM : 0;
}

int
vroom_known(const struct json_reader *r, struct vroom *v, const json_t *j,
    const char *const *known, const char *const *unsupported)
{
	const char *name;
	json_t *member;

	if (!json_is_object(j))
		return json_refuse(r, "expected an object, got %s", json_kind(j));
	json_object_foreach((json_t *)j, name, member) {
		if (is_one_of(name, known))
			continue;
		if (is_one_of(name, unsupported)) {
			if (is_nothing(member))
				continue;
			return json_refuse(r, "%s: expected nothing, got %s: this is not supported",
			    name, json_kind(member));
		}
		if (note_ignored(r, v, name) < 0)
			return -ENOMEM;
	}
	return 0;
}
