/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/problem_json_parts.h"

#include <errno.h>
#include <stdlib.h>

enum { HOURS = 24, NARROW_MAX_S = 65535 };

static const char *const traffic_others[] = { "day_second", "hour_pct", NULL };

int
parts_read_flag(const struct json_reader *r, const char *name, const json_t *j, bool *ret)
{
	if (j == NULL)
		return 0;
	if (!json_is_boolean(j))
		return json_refuse(r, "%s: expected true or false, got %s", name, json_kind(j));
	*ret = json_is_true(j);
	return 0;
}

int
parts_read_windows(const struct json_reader *r, const json_t *j, struct window *out,
    int32_t *ret_n)
{
	size_t n;
	int rc = json_read_array(r, "windows", j, PROBLEM_WINDOWS_MAX, &n);

	for (size_t w = 0; rc == 0 && w < n; w++) {
		const json_t *pair = json_array_get(j, w);
		int64_t from = 0, to = 0;

		if (!json_is_array(pair) || json_array_size(pair) != 2)
			return json_refuse(r, "windows[%zu]: expected two times, got %s", w,
			    json_kind(pair));
		rc = json_read_int(r, "windows", json_array_get(pair, 0), INT32_MIN, INT32_MAX,
		    &from);
		if (rc == 0)
			rc = json_read_int(r, "windows", json_array_get(pair, 1), INT32_MIN,
			    INT32_MAX, &to);
		out[w] = (struct window){ (int32_t)from, (int32_t)to };
	}
	if (rc == 0)
		*ret_n = (int32_t)n;
	return rc;
}

/* Whole numbers, max at most; those left out at the end stay as they are. */
static int
read_list(const struct json_reader *r, const char *name, const json_t *j, int32_t max, int32_t *out)
{
	size_t n;
	int rc = json_read_array(r, name, j, (size_t)max, &n);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		int64_t v = 0;

		rc = json_read_int(r, name, json_array_get(j, i), INT32_MIN, INT32_MAX, &v);
		out[i] = (int32_t)v;
	}
	return rc;
}

/* A duration for each kind of technician. */
static int
read_by_kind(const struct json_reader *r, const struct problem *p, const char *name,
    const json_t *j, int32_t **ret)
{
	if (j == NULL || json_is_null(j))
		return 0;
	if (!json_is_array(j) || json_array_size(j) != (size_t)p->kinds)
		return json_refuse(r, "%s: expected an array of %d (kinds), got %s of %zu", name,
		    p->kinds, json_kind(j), json_array_size(j));
	*ret = calloc((size_t)p->kinds + 1, sizeof(**ret));
	if (*ret == NULL)
		return -ENOMEM;
	return read_list(r, name, j, p->kinds, *ret);
}

/* Numbers of tools, as bits. */
static int
read_tools(const struct json_reader *r, const json_t *j, uint64_t *ret)
{
	size_t n;
	int rc = json_read_array(r, "tools", j, PROBLEM_TOOLS_MAX, &n);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		int64_t v = 0;

		rc = json_read_int(r, "tools", json_array_get(j, i), 0, PROBLEM_TOOLS_MAX - 1, &v);
		*ret |= (uint64_t)1 << v;
	}
	return rc;
}

int
parts_read_technician(const struct json_reader *r, const struct problem *p, const json_t *j,
    struct technician *t)
{
	int rc = parts_read_flag(r, "leaves_late", json_object_get(j, "leaves_late"),
	    &t->leaves_late);

	if (rc == 0)
		rc = read_list(r, "capacity", json_object_get(j, "capacity"), p->loads,
		    t->capacity);
	if (rc == 0)
		rc = read_list(r, "parts", json_object_get(j, "parts"), p->parts, t->part);
	if (rc == 0)
		rc = read_tools(r, json_object_get(j, "tools"), &t->tools);
	return rc;
}

int
parts_read_call(const struct json_reader *r, const struct problem *p, const json_t *j,
    struct call *c)
{
	int rc = parts_read_windows(r, json_object_get(j, "windows"), c->window, &c->windows);

	if (rc == 0)
		rc = read_by_kind(r, p, "duration_by_kind", json_object_get(j, "duration_by_kind"),
		    &c->duration_by_kind);
	if (rc == 0)
		rc = read_by_kind(r, p, "setup_by_kind", json_object_get(j, "setup_by_kind"),
		    &c->setup_by_kind);
	if (rc == 0)
		rc = read_list(r, "pickup", json_object_get(j, "pickup"), p->loads, c->pickup);
	if (rc == 0)
		rc = read_list(r, "delivery", json_object_get(j, "delivery"), p->loads,
		    c->delivery);
	if (rc == 0)
		rc = read_list(r, "parts", json_object_get(j, "parts"), p->parts, c->part);
	if (rc == 0)
		rc = read_tools(r, json_object_get(j, "tools"), &c->tools);
	if (rc == 0 && c->windows > 0 && json_object_get(j, "open_s") == NULL)
		c->open_s = c->window[0].open_s;
	if (rc == 0 && c->windows > 0 && json_object_get(j, "close_s") == NULL)
		c->close_s = c->window[c->windows - 1].close_s;
	return rc;
}

static int
read_traffic(const struct json_reader *r, struct problem *p, const json_t *j)
{
	int32_t pct[HOURS];
	int64_t second = 0;
	int rc;

	if (j == NULL || json_is_null(j))
		return 0;
	p->traffic = true;
	rc = json_known(r, j, NULL, 0, traffic_others);
	if (rc == 0 && json_array_size(json_object_get(j, "hour_pct")) != HOURS)
		rc = json_refuse(r, "traffic.hour_pct: expected an array of %d, got %s of %zu", HOURS,
		    json_kind(json_object_get(j, "hour_pct")),
		    json_array_size(json_object_get(j, "hour_pct")));
	if (rc == 0)
		rc = read_list(r, "traffic.hour_pct", json_object_get(j, "hour_pct"), HOURS, pct);
	for (int h = 0; rc == 0 && h < HOURS; h++)
		p->hour_pct[h] = (int16_t)(pct[h] < 0 ? 0 : pct[h] > 9999 ? 9999 : pct[h]);
	if (rc == 0 && json_object_get(j, "day_second") != NULL)
		rc = json_read_int(r, "traffic.day_second", json_object_get(j, "day_second"), 0,
		    86399, &second);
	p->day_second = (int32_t)second;
	return rc;
}

/* The rows of one matrix; narrow where all its numbers are. */
static int
read_rows(const struct json_reader *r, const json_t *j, int32_t n, struct travel_matrix *ret)
{
	size_t size = (size_t)n * (size_t)n;
	bool narrow = true;

	ret->wide_s = malloc((size + 1) * sizeof(*ret->wide_s));
	if (ret->wide_s == NULL)
		return -ENOMEM;
	for (int32_t a = 0; a < n; a++) {
		const json_t *row = json_array_get(j, (size_t)a);

		if (!json_is_array(row) || json_array_size(row) != (size_t)n)
			return json_refuse(r, "[%d]: expected a row of %d, got %s of %zu", a, n,
			    json_kind(row), json_array_size(row));
		for (int32_t b = 0; b < n; b++) {
			int64_t s = 0;
			int rc = json_read_int(r, "a leg", json_array_get(row, (size_t)b), 0,
			    TRAVEL_S_MAX, &s);

			if (rc < 0)
				return rc;
			ret->wide_s[a * n + b] = (int32_t)s;
			narrow = narrow && s <= NARROW_MAX_S;
		}
	}
	if (!narrow)
		return 0;
	ret->narrow_s = malloc((size + 1) * sizeof(*ret->narrow_s));
	if (ret->narrow_s == NULL)
		return -ENOMEM;
	for (size_t at = 0; at < size; at++)
		ret->narrow_s[at] = (uint16_t)ret->wide_s[at];
	free(ret->wide_s);
	ret->wide_s = NULL;
	return 0;
}

static int
read_matrices(struct json_reader r, struct problem *p, const json_t *j)
{
	size_t n;
	int rc = json_read_array(&r, "matrices", j, PROBLEM_MATRICES_MAX, &n);

	if (rc < 0 || n == 0)
		return rc;
	if (json_array_size(json_array_get(j, 0)) < 1 ||
	    json_array_size(json_array_get(j, 0)) > PROBLEM_LOCATIONS_MAX)
		return json_refuse(&r, "matrices[0]: expected 1 to %d rows, got %zu",
		    PROBLEM_LOCATIONS_MAX, json_array_size(json_array_get(j, 0)));
	p->locations = (int32_t)json_array_size(json_array_get(j, 0));
	p->matrix = calloc(n, sizeof(*p->matrix));
	if (p->matrix == NULL)
		return -ENOMEM;
	p->matrices = (int32_t)n;
	for (size_t x = 0; rc == 0 && x < n; x++) {
		const json_t *rows = json_array_get(j, x);

		if (json_array_size(rows) != (size_t)p->locations)
			return json_refuse(&r, "matrices[%zu]: expected %d rows, got %zu", x,
			    p->locations, json_array_size(rows));
		snprintf(r.at, sizeof(r.at), "matrices[%zu]", x);
		rc = read_rows(&r, rows, p->locations, &p->matrix[x]);
		r.at[0] = '\0';
	}
	return rc;
}

int
parts_read_roads(const struct json_reader *r, struct problem *p, const json_t *j)
{
	int rc = parts_read_flag(r, "breaks_on_the_way", json_object_get(j, "breaks_on_the_way"),
	    &p->breaks_on_the_way);

	if (rc == 0)
		rc = read_traffic(r, p, json_object_get(j, "traffic"));
	if (rc == 0)
		rc = read_matrices(*r, p, json_object_get(j, "matrices"));
	return rc;
}
