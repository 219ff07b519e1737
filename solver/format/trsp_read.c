/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The technician routing and scheduling problem of Pillac, Gueret and Medaglia (2013): its static
 * instances, and the real days in the same format, whose travel times follow as a table.
 *
 * Node 0 is the depot, 1 to T are the technicians' homes, the others requests.
 * A tick is 1/10,000 of the file's unit, and travel is rounded up to whole ticks, so
 * that no plan breaks a window; the working time is computed without rounding.
 * Each tick of driving or waiting costs a cent: the least cost is the least
 * working time, since the work itself is the same whoever does it.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "solver/format/lines.h"
#include "solver/format/trsp.h"

enum {
	TIME_MAX = 300000000,   /* ticks */
	SERVICE_MAX = 10000000,
	NODES_MAX = 5000,
	CENTS_PER_H = 3600,     /* a cent a second: a tick is a second of ours */
	SHIFTS = 20,            /* a request is worth so many of the longest shifts */
	UNSERVED_MAX = 1000000000,
	TIME_MS = 5000,
};

static int
read_crew(struct lines *l, struct trsp *x)
{
	char *line = lines_next(l);

	if (line == NULL)
		return lines_refuse(l, "expected the number of technicians, got the end of the text");
	return lines_ticks(l, &line, "number of technicians", 1, PROBLEM_TECHNICIANS_MAX, &x->crew);
}

/* A list like [1,2,3] or []. */
static int
read_list(const struct lines *l, char **at, const char *what, int32_t max, int32_t *ret,
    int32_t *ret_n)
{
	char *c = *at + strspn(*at, " \t");
	int rc = 0;

	if (*c != '[')
		return lines_refuse(l, "%s: expected a list in brackets, got %.20s", what, c);
	c++;
	c += strspn(c, " \t");
	*ret_n = 0;
	while (rc == 0 && *c != ']') {
		if (*ret_n == TRSP_LIST_MAX)
			return lines_refuse(l, "%s: expected at most %d, got more", what, TRSP_LIST_MAX);
		rc = lines_ticks(l, &c, what, 1, max, &ret[*ret_n]);
		++*ret_n;
		c += strspn(c, " \t");
		if (rc == 0 && *c == ',')
			c++;
		else if (rc == 0 && *c != ']')
			rc = lines_refuse(l, "%s: expected a comma or a bracket, got %.20s", what, c);
	}
	*at = c + 1;
	return rc;
}

static int
read_place(const struct lines *l, char **at, struct trsp_node *n)
{
	if (!lines_number(at, &n->x) || !lines_number(at, &n->y) || !(fabs(n->x) <= 1000) ||
	    !(fabs(n->y) <= 1000))
		return lines_refuse(l, "X, Y: expected numbers up to 1000, got %.20s", *at);
	return 0;
}

static int
read_node(const struct lines *l, char *at, struct trsp *x)
{
	struct trsp_node *n;
	int32_t id = 0;
	int rc;

	if (x->nodes == x->room) {
		int32_t room = 2 * x->room + 64;
		struct trsp_node *grown = realloc(x->node, (size_t)room * sizeof(*grown));

		if (grown == NULL)
			return -ENOMEM;
		x->node = grown;
		x->room = room;
	}
	n = &x->node[x->nodes];
	rc = lines_ticks(l, &at, "ID", 1, NODES_MAX - 1, &id);
	if (rc == 0 && id != x->nodes)
		rc = lines_refuse(l, "ID: expected %d, got %d", x->nodes, id);
	if (rc == 0)
		rc = read_place(l, &at, n);
	if (rc == 0)
		rc = lines_ticks(l, &at, "TWS", TRSP_TICKS, TIME_MAX, &n->open_s);
	if (rc == 0)
		rc = lines_ticks(l, &at, "TWE", TRSP_TICKS, TIME_MAX, &n->close_s);
	if (rc == 0)
		rc = lines_ticks(l, &at, "Serv", TRSP_TICKS, SERVICE_MAX, &n->service_s);
	if (rc == 0 && n->close_s < n->open_s)
		rc = lines_refuse(l, "TWE: expected %g or later, got %g", n->open_s / TRSP_TICKS,
		    n->close_s / TRSP_TICKS);
	if (rc == 0)
		rc = read_list(l, &at, "SKILLS", PROBLEM_SKILLS_MAX - 1, n->skill, &n->skills);
	if (rc == 0)
		rc = read_list(l, &at, "TOOLS", PROBLEM_TOOLS_MAX - 1, n->tool, &n->tools);
	if (rc == 0)
		rc = read_list(l, &at, "SPARE PARTS", 1000000, n->part, &n->parts);
	if (rc == 0 && n->parts > PROBLEM_PARTS_MAX)
		rc = lines_refuse(l, "SPARE PARTS: expected at most %d kinds, got %d",
		    PROBLEM_PARTS_MAX, n->parts);
	if (rc == 0 && x->nodes > x->crew && n->skills > PROBLEM_NEEDS_MAX)
		rc = lines_refuse(l, "SKILLS: expected at most %d, got %d", PROBLEM_NEEDS_MAX,
		    n->skills);
	x->nodes++;
	return rc;
}

/* A row of a table: index;value;value;... What is beyond the nodes are copies of them. */
static int
read_table_row(const struct lines *l, char *line, const struct trsp *x, int32_t row, double *ret)
{
	double v;

	if (!lines_number(&line, &v) || v != row || *line != ';')
		return lines_refuse(l, "expected row %d of the table, got %.20s", row, line);
	for (int32_t b = 0; b < x->nodes; b++) {
		if (*line == ';')
			line++;
		if (!lines_number(&line, &v))
			return lines_refuse(l, "expected %d numbers, got %d", x->nodes, b);
		if (!(v >= 0 && v * TRSP_TICKS <= TRAVEL_S_MAX))
			return lines_refuse(l, "expected 0 to %g, got %g", TRAVEL_S_MAX / TRSP_TICKS, v);
		ret[b] = v;
	}
	return 0;
}

static int
read_table(struct lines *l, struct trsp *x)
{
	size_t n = (size_t)x->nodes;
	int rc = 0;

	if (x->nodes == 0)
		return lines_refuse(l, "expected the nodes before a table, got none");
	if (x->travel == NULL)
		x->travel = malloc(n * n * sizeof(*x->travel));
	if (x->travel == NULL)
		return -ENOMEM;
	for (int32_t a = 0; rc == 0 && a < x->nodes; a++) {
		char *line = lines_next(l);

		rc = line == NULL ? lines_refuse(l, "expected row %d of the table, got the end of "
		    "the text", a) : read_table_row(l, line, x, a, x->travel + (size_t)a * n);
	}
	return rc;
}

/* The blank-free beginning of a line is this title. */
static bool
is_title(const char *line, const char *title)
{
	line += strspn(line, " \t");
	return strncmp(line, title, strlen(title)) == 0;
}

/* A row of the list of nodes begins with a number; a row of a table has semicolons. */
static bool
is_row(char *line)
{
	char *at = line;
	double v;

	return lines_number(&at, &v) && strchr(line, ';') == NULL;
}

static int
read_trsp_lines(struct lines *l, struct trsp *x)
{
	char *line;
	bool table = false;
	int rc = 0;

	lines_next(l); /* its name */
	while (rc == 0 && (line = lines_next(l)) != NULL) {
		if (is_title(line, "CREW COUNT"))
			rc = read_crew(l, x);
		else if (is_title(line, "DISTANCES") || is_title(line, "TRAVEL TIMES")) {
			table = true; /* the travel times come second, over the distances */
			rc = read_table(l, x);
		} else if (is_row(line) && !table)
			rc = read_node(l, line, x);
	}
	if (rc == 0 && x->crew == 0)
		rc = lines_refuse(l, "expected CREW COUNT and a number from 1, got the end of the "
		    "text");
	if (rc == 0 && x->nodes <= x->crew)
		rc = lines_refuse(l, "expected a depot and %d technicians, got %d rows", x->crew,
		    x->nodes);
	return rc;
}

static int
fill_matrix(const struct trsp *x, struct problem *p)
{
	size_t n = (size_t)x->nodes;

	p->matrix = calloc(1, sizeof(*p->matrix));
	if (p->matrix == NULL)
		return -ENOMEM;
	p->matrices = 1;
	p->locations = x->nodes;
	p->matrix[0].wide_s = malloc(n * n * sizeof(*p->matrix[0].wide_s));
	if (p->matrix[0].wide_s == NULL)
		return -ENOMEM;
	for (int32_t a = 0; a < x->nodes; a++)
		for (int32_t b = 0; b < x->nodes; b++)
			/* Four decimals are whole ticks: no hair of rounding makes them one more. */
			p->matrix[0].wide_s[(size_t)a * n + (size_t)b] =
			    (int32_t)ceil(trsp_travel(x, a, b) * TRSP_TICKS - 1e-6);
	return 0;
}

static uint64_t
tools_of(const struct trsp_node *n)
{
	uint64_t tools = 0;

	for (int32_t t = 0; t < n->tools; t++)
		tools |= UINT64_C(1) << n->tool[t];
	return tools;
}

static int
fill_technician(const struct trsp *x, int32_t k, struct technician *t)
{
	const struct trsp_node *n = &x->node[k + 1];

	snprintf(t->id, sizeof(t->id), "%d", k + 1);
	t->start_location = t->end_location = k + 1;
	t->ready_s = n->open_s;
	t->shift_end_s = n->close_s;
	t->speed_pct = 100;
	t->drive_cents_per_h = t->wait_cents_per_h = CENTS_PER_H;
	t->leaves_late = true;
	t->tools = tools_of(n);
	memcpy(t->part, n->part, (size_t)n->parts * sizeof(*t->part));
	t->skill = calloc((size_t)n->skills + 1, sizeof(*t->skill));
	if (t->skill == NULL)
		return -ENOMEM;
	for (int32_t s = 0; s < n->skills; s++)
		t->skill[t->skills++] = (struct skill_level){ (int16_t)n->skill[s], 1 };
	return 0;
}

static void
fill_call(const struct trsp *x, int32_t i, int32_t unserved_cents, struct call *c)
{
	int32_t at = x->crew + 1 + i;
	const struct trsp_node *n = &x->node[at];

	snprintf(c->id, sizeof(c->id), "%d", at);
	c->location = at;
	c->duration_s = n->service_s;
	c->open_s = n->open_s;
	c->close_s = n->close_s;
	c->tools = tools_of(n);
	memcpy(c->part, n->part, (size_t)n->parts * sizeof(*c->part));
	for (int32_t s = 0; s < n->skills; s++)
		c->need[c->needs++] = (struct skill_level){ (int16_t)n->skill[s], 1 };
	c->unserved_cents = unserved_cents;
}

static int
fill_problem(const struct trsp *x, struct problem *p)
{
	int64_t longest_s = 1;
	int32_t unserved_cents;
	int rc = fill_matrix(x, p);

	p->budget = -1;
	p->travel = (struct travel_model){ .road_factor_pct = 100, .speed_m_per_h = 40000 };
	for (int32_t s = 0; s < p->skills; s++)
		snprintf(p->skill_name[s], sizeof(p->skill_name[s]), "%d", s);
	for (int32_t k = 0; rc == 0 && k < p->technicians; k++) {
		int64_t shift_s = x->node[k + 1].close_s - x->node[k + 1].open_s;

		longest_s = shift_s > longest_s ? shift_s : longest_s;
		rc = fill_technician(x, k, &p->technician[k]);
	}
	unserved_cents = (int32_t)(SHIFTS * longest_s < UNSERVED_MAX ? SHIFTS * longest_s
	    : UNSERVED_MAX);
	for (int32_t i = 0; i < p->calls; i++) {
		fill_call(x, i, unserved_cents, &p->call[i]);
		p->has_depot |= p->call[i].tools != 0 || x->node[x->crew + 1 + i].parts > 0;
		if (x->node[x->crew + 1 + i].parts > p->parts)
			p->parts = x->node[x->crew + 1 + i].parts;
	}
	return rc;
}

static int
read_trsp(const struct text *t, const struct text *before, struct format_case *c, char *why,
    size_t why_size)
{
	struct trsp *x = calloc(1, sizeof(*x));
	struct lines l;
	int rc;

	if (x == NULL)
		return -ENOMEM;
	c->own = x;
	if (before != NULL) {
		snprintf(why, why_size, "expected no plan from before: this format knows none");
		return -EINVAL;
	}
	rc = lines_open(t, why, why_size, &l);
	if (rc < 0)
		return rc;
	rc = read_trsp_lines(&l, x);
	lines_done(&l);
	if (rc < 0)
		return rc;
	c->problem = problem_new(x->crew, x->nodes - x->crew - 1, PROBLEM_SKILLS_MAX);
	if (c->problem == NULL)
		return -ENOMEM;
	rc = fill_problem(x, c->problem);
	return rc == 0 ? problem_check(c->problem, why, why_size) : rc;
}

static void
done_trsp(void *own)
{
	struct trsp *x = own;

	if (x == NULL)
		return;
	free(x->node);
	free(x->travel);
	free(x);
}

const struct format format_trsp = {
	.name = "trsp",
	.search = true,
	.time_ms = TIME_MS,
	.read = read_trsp,
	.write = trsp_write,
	.done = done_trsp,
};
