/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text format of Solomon's instances (1987), and of Gehring and Homberger's (1999): vehicles
 * that are all alike, and customers with a demand and one window each. It is
 * read as the same problem in VROOM's JSON, and answered in it.
 *
 * All times and costs are tenths: what the file has times ten, and of each distance
 * the first decimal, the others cut off (the convention of the 12th DIMACS challenge).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "solver/format/lines.h"
#include "solver/format/vroom.h"

enum {
	TENTHS = 10,
	TIME_MAX = 100000000,   /* tenths */
	PLACE_MAX = 5000000,    /* coordinates */
	CUSTOMERS_MAX = 5000,
	TIME_MS = 5000,
};

struct customer {
	int32_t x, y, demand, open, close, service; /* times in tenths */
};

struct instance {
	int32_t vehicles, capacity; /* 0: not read yet */
	struct customer *customer;  /* 0 is the depot */
	int32_t customers, room;
};

static bool
is_title(const char *line)
{
	char *at = (char *)line;
	double v;

	return !lines_number(&at, &v);
}

static int
line_ends(const struct lines *l, const char *at)
{
	at += strspn(at, " \t\r");
	return *at == '\0' ? 0 : lines_refuse(l, "expected the end of the line, got %.20s", at);
}

static int
read_fleet(const struct lines *l, char *at, struct instance *x)
{
	int rc = lines_ticks(l, &at, "number of vehicles", 1, PROBLEM_TECHNICIANS_MAX,
	    &x->vehicles);

	if (rc == 0)
		rc = lines_ticks(l, &at, "capacity", 1, 1000000000, &x->capacity);
	if (rc == 0 && x->vehicles == 0)
		rc = lines_refuse(l, "number of vehicles: expected 1 at least, got 0");
	return rc == 0 ? line_ends(l, at) : rc;
}

static int
read_customer(const struct lines *l, char *at, struct instance *x)
{
	struct customer *c;
	int32_t number;
	int rc;

	if (x->customers == x->room) {
		int32_t room = 2 * x->room + 64;
		struct customer *grown = realloc(x->customer, (size_t)room * sizeof(*grown));

		if (grown == NULL)
			return -ENOMEM;
		x->customer = grown;
		x->room = room;
	}
	c = &x->customer[x->customers];
	rc = lines_ticks(l, &at, "customer number", 1, CUSTOMERS_MAX, &number);
	if (rc == 0 && number != x->customers)
		rc = lines_refuse(l, "customer number: expected %d, got %d", x->customers, number);
	if (rc == 0)
		rc = lines_ticks(l, &at, "x", 1, PLACE_MAX, &c->x);
	if (rc == 0)
		rc = lines_ticks(l, &at, "y", 1, PLACE_MAX, &c->y);
	if (rc == 0)
		rc = lines_ticks(l, &at, "demand", 1, 1000000000, &c->demand);
	if (rc == 0)
		rc = lines_ticks(l, &at, "ready time", TENTHS, TIME_MAX, &c->open);
	if (rc == 0)
		rc = lines_ticks(l, &at, "due date", TENTHS, TIME_MAX, &c->close);
	if (rc == 0)
		rc = lines_ticks(l, &at, "service time", TENTHS, 10000000, &c->service);
	if (rc == 0 && c->close < c->open)
		rc = lines_refuse(l, "due date: expected %d or later, got %d", c->open / TENTHS,
		    c->close / TENTHS);
	x->customers++;
	return rc == 0 ? line_ends(l, at) : rc;
}

static int
read_instance(struct lines *l, struct instance *x)
{
	char *line;
	int rc = 0;

	lines_next(l); /* its name */
	while (rc == 0 && (line = lines_next(l)) != NULL) {
		if (is_title(line) && x->customers == 0)
			continue; /* VEHICLE, CUSTOMER and the names of columns */
		rc = x->vehicles == 0 ? read_fleet(l, line, x) : read_customer(l, line, x);
	}
	if (rc == 0 && x->vehicles == 0)
		rc = lines_refuse(l, "expected the number of vehicles and their capacity, got the "
		    "end of the text");
	if (rc == 0 && x->customers == 0)
		rc = lines_refuse(l, "expected customers from number 0, the depot, got the end of "
		    "the text");
	return rc;
}

/* The whole part of a square root. */
static int64_t
whole_root(int64_t v)
{
	int64_t low = 0, high = 3037000499;

	while (low < high) {
		int64_t middle = (low + high + 1) / 2;

		if (middle * middle <= v)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

static int
measure(const struct instance *x, struct travel_matrix *ret)
{
	size_t n = (size_t)x->customers;

	ret->wide_s = malloc(n * n * sizeof(*ret->wide_s));
	if (ret->wide_s == NULL)
		return -ENOMEM;
	for (size_t a = 0; a < n; a++)
		for (size_t b = 0; b < n; b++) {
			int64_t dx = x->customer[a].x - x->customer[b].x;
			int64_t dy = x->customer[a].y - x->customer[b].y;

			ret->wide_s[a * n + b] = (int32_t)whole_root(TENTHS * TENTHS *
			    (dx * dx + dy * dy));
		}
	return 0;
}

static json_t *
make_document(const struct instance *x)
{
	json_t *doc = json_object(), *jobs = json_array(), *vehicles = json_array();
	const struct customer *depot = &x->customer[0];
	int32_t used = x->vehicles < x->customers ? x->vehicles : x->customers;
	int bad = 0;

	for (int32_t k = 0; k < used; k++)
		bad |= json_array_append_new(vehicles, json_pack("{s:i,s:i,s:i,s:[i],s:[i,i]}",
		    "id", k + 1, "start_index", 0, "end_index", 0, "capacity", x->capacity,
		    "time_window", depot->open, depot->close));
	for (int32_t i = 1; i < x->customers; i++) {
		const struct customer *c = &x->customer[i];

		bad |= json_array_append_new(jobs, json_pack(
		    "{s:i,s:i,s:[i],s:i,s:[[i,i]]}", "id", i, "location_index", i, "delivery",
		    c->demand, "service", c->service, "time_windows", c->open, c->close));
	}
	bad |= format_put(doc, "jobs", jobs);
	bad |= format_put(doc, "vehicles", vehicles);
	if (bad == 0)
		return doc;
	json_decref(doc);
	return NULL;
}

static int
read_solomon(const struct text *t, const struct text *before, struct format_case *c, char *why,
    size_t why_size)
{
	struct instance x = { 0 };
	struct travel_matrix matrix = { 0 };
	struct lines l;
	json_t *doc = NULL;
	int rc;

	if (before != NULL) {
		snprintf(why, why_size, "expected no plan from before: this format knows none");
		return -EINVAL;
	}
	rc = lines_open(t, why, why_size, &l);
	if (rc < 0)
		return rc;
	rc = read_instance(&l, &x);
	if (rc == 0)
		rc = measure(&x, &matrix);
	if (rc == 0) {
		doc = make_document(&x);
		rc = doc == NULL ? -ENOMEM
		    : vroom_read_document(doc, &matrix, x.customers, c, why, why_size);
	}
	free(matrix.wide_s);
	free(x.customer);
	lines_done(&l);
	return rc;
}

const struct format format_solomon = {
	.name = "solomon",
	.search = true,
	.time_ms = TIME_MS,
	.read = read_solomon,
	.write = vroom_write,
	.done = vroom_done,
};
