/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/dynamic_run.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/dynamic.h"
#include "sim/dynamic_table.h"
#include "sim/release.h"
#include "solver/format.h"

enum { PATH_SIZE = 4096 };

/* A run under way. */
struct running {
	const struct options *o;
	const struct dynamic_set *set;
	double price[DYNAMIC_PRICES_MAX];
	int32_t prices;
	struct dynamic_table table;
	json_t *results;
	struct solver_process *solver;
	volatile int *stop;
};

static int
fail(const char *path, const char *why, int rc)
{
	fprintf(stderr, "evenkeel-sim: %s: %s\n", path, why);
	return rc;
}

/* --- files --- */

/* NAME and P of a path .../NAME_rd_P.txt. */
static int
name_of(const char *path, struct dynamic_row *row)
{
	const char *slash = strrchr(path, '/'), *base = slash != NULL ? slash + 1 : path;
	const char *mark = strstr(base, "_rd_");
	char *end;
	long share;

	if (mark == NULL || mark == base || (size_t)(mark - base) >= sizeof(row->name))
		return -EINVAL;
	share = strtol(mark + 4, &end, 10);
	if (end == mark + 4 || strcmp(end, ".txt") != 0 || share < 0 || share > 100)
		return -EINVAL;
	snprintf(row->name, sizeof(row->name), "%.*s", (int)(mark - base), base);
	row->share = (int32_t)share;
	return 0;
}

/* A whole text, ended by a NUL; the caller's to free. */
static char *
text_whole(const struct text *t)
{
	char *copy = malloc(t->size + 1);

	if (copy != NULL) {
		memcpy(copy, t->at, t->size);
		copy[t->size] = '\0';
	}
	return copy;
}

static int
read_releases(const char *path, const struct problem *p, int32_t ticks, int32_t **ret)
{
	char why[512] = "out of memory", *whole;
	struct text t;
	int rc = text_open(path, &t);

	if (rc < 0)
		return fail(path, strerror(-rc), -EINVAL);
	whole = text_whole(&t);
	rc = whole != NULL ? release_read(whole, p, ticks, ret, why, sizeof(why)) : -ENOMEM;
	free(whole);
	text_done(&t);
	return rc < 0 ? fail(path, why, rc) : 0;
}

/* The text must outlive the case. */
static int
read_instance(const char *path, const struct dynamic_set *set, struct text *ret_text,
    struct format_case **ret)
{
	char why[512];
	int rc = text_open(path, ret_text);

	if (rc < 0)
		return fail(path, strerror(-rc), -EINVAL);
	rc = format_read(format_find(set->format), ret_text, NULL, ret, why, sizeof(why));
	if (rc == 0)
		return 0;
	text_done(ret_text);
	return fail(path, why, rc);
}

static int
write_routes(const struct running *g, const struct dynamic_row *row)
{
	char path[PATH_SIZE];
	int len = g->set->edits
	    ? snprintf(path, sizeof(path), "%s/%s_rd_%d_price_%g.json", g->o->routes, row->name,
		  (int)row->share, row->price)
	    : snprintf(path, sizeof(path), "%s/%s_rd_%d.json", g->o->routes, row->name,
		  (int)row->share);

	if (len < 0 || (size_t)len >= sizeof(path) ||
	    json_dump_file(row->result.routes, path, JSON_INDENT(1)) < 0)
		return fail(path, "cannot be written", -EIO);
	return 0;
}

/* --- playing --- */

static json_t *
row_to_json(const struct running *g, const struct dynamic_row *row)
{
	const struct dynamic_result *r = &row->result;
	json_t *o = json_pack("{s:s,s:s,s:i,s:i,s:i,s:i,s:i,s:i,s:f}", "set", g->set->name,
	    "instance", row->name, "share", (int)row->share, "requests", (int)r->requests,
	    "dynamic", (int)r->dynamic, "rejected", (int)r->rejected, "used", (int)r->used,
	    "solves", (int)r->solves, "seconds", r->seconds);

	json_object_set_new(o, g->set->edits ? "distance" : "working_time", json_real(r->cost));
	if (g->set->edits) {
		json_object_set_new(o, "edit_price", json_real(row->price));
		json_object_set_new(o, "edits", json_integer(r->edits));
		json_object_set_new(o, "distance_all_known", json_real(r->known));
	}
	return o;
}

static int
play(struct running *g, const struct problem *p, const int32_t *release_s,
    struct dynamic_row *row, double known)
{
	struct dynamic_options d = {
		.time_ms = g->o->time_ms,
		.work = g->o->work,
		.seed = g->o->seed,
		.hold_pct = g->o->hold_pct,
		.start = g->o->start_times,
		.edit_price = row->price,
		.solver = g->solver,
	};
	char why[512] = "";
	int rc = dynamic_play(g->set, p, release_s, &d, g->stop, &row->result, why, sizeof(why));

	if (rc == -ECANCELED)
		return rc;
	if (rc < 0)
		return fail(row->name, why, rc);
	row->result.known = known;
	json_array_append_new(g->results, row_to_json(g, row));
	if (g->o->routes != NULL)
		rc = write_routes(g, row);
	json_decref(row->result.routes);
	row->result.routes = NULL;
	if (rc == 0)
		rc = dynamic_table_add(&g->table, row);
	if (rc == 0 && !g->o->quiet)
		dynamic_table_row(stderr, g->set, row);
	return rc;
}

/* One instance with one file of releases, at each price of an edit. */
static int
play_file(struct running *g, const char *instance, const char *releases)
{
	struct dynamic_row row = { 0 };
	struct format_case *c = NULL;
	struct text t;
	int32_t *release_s = NULL;
	double known = 0;
	char why[512] = "";
	struct dynamic_options d = {
		.time_ms = g->o->time_ms,
		.work = g->o->work,
		.seed = g->o->seed,
		.start = g->o->start_times,
		.solver = g->solver,
	};
	int rc;

	if (name_of(releases, &row) < 0)
		return fail(releases, "expected a file NAME_rd_P.txt", -EINVAL);
	rc = read_instance(instance, g->set, &t, &c);
	if (rc < 0)
		return rc;
	rc = read_releases(releases, c->problem, g->set->ticks, &release_s);
	if (rc == 0 && g->set->edits) {
		rc = dynamic_known(g->set, c->problem, &d, &known, why, sizeof(why));
		if (rc < 0)
			fail(instance, why, rc);
	}
	for (int32_t i = 0; rc == 0 && i < g->prices; i++) {
		row.price = g->price[i];
		rc = play(g, c->problem, release_s, &row, known);
	}
	free(release_s);
	format_case_free(c);
	text_done(&t);
	return rc;
}

static bool
is_wanted(const struct options *o, const struct dynamic_row *row)
{
	return (o->share == 0 || row->share == o->share) &&
	    (o->only == NULL || strcmp(o->only, row->name) == 0);
}

/* Every file of releases below the folder of all sets. */
static int
play_folder(struct running *g)
{
	char pattern[PATH_SIZE], instance[PATH_SIZE], below[PATH_SIZE];
	struct dynamic_row row;
	glob_t found;
	int rc = 0;

	snprintf(pattern, sizeof(pattern), "%s/%s/*_rd_*.txt", g->o->data, g->set->releases);
	if (glob(pattern, 0, NULL, &found) != 0)
		return fail(pattern, "no such files", -EINVAL);
	for (size_t i = 0; rc == 0 && i < found.gl_pathc; i++) {
		if (name_of(found.gl_pathv[i], &row) < 0 || !is_wanted(g->o, &row))
			continue;
		snprintf(below, sizeof(below), "%.*s%s%s",
		    (int)strcspn(g->set->instances, "%"), g->set->instances, row.name,
		    strchr(g->set->instances, '%') + 2);
		if (snprintf(instance, sizeof(instance), "%s/%s", g->o->data, below) >=
		    (int)sizeof(instance))
			rc = -ENAMETOOLONG;
		else
			rc = play_file(g, instance, found.gl_pathv[i]);
	}
	globfree(&found);
	return rc;
}

/* --- the command --- */

/* A list such as 0,0.5,4: what an edit is worth in distance. */
static int
read_prices(const char *text, struct running *g)
{
	char *end;

	do {
		double v = strtod(text, &end);

		if (end == text || !(v >= 0 && v <= 1e9) || g->prices == DYNAMIC_PRICES_MAX ||
		    (*end != '\0' && *end != ',')) {
			fprintf(stderr,
			    "evenkeel-sim: --edit-price: expected up to %d numbers from 0, such as"
			    " 0,1,5, got '%s'\n",
			    DYNAMIC_PRICES_MAX, text);
			return -EINVAL;
		}
		g->price[g->prices++] = v;
		text = end + 1;
	} while (*end == ',');
	return 0;
}

static int
write_results(const struct running *g)
{
	FILE *out = strcmp(g->o->json, "-") == 0 ? stdout : fopen(g->o->json, "w");
	int rc = 0;

	if (out == NULL || json_dumpf(g->results, out, JSON_INDENT(1)) < 0 ||
	    fputc('\n', out) == EOF)
		rc = -EIO;
	if (out != NULL && out != stdout && fclose(out) != 0)
		rc = -EIO;
	return rc < 0 ? fail(g->o->json, "cannot be written", rc) : 0;
}

int
dynamic_run(const struct options *o, volatile int *stop)
{
	struct running g = { .o = o,
		.set = dynamic_find(o->set),
		.results = json_array(),
		.stop = stop };
	int rc = read_prices(o->edit_price, &g);

	if (rc == 0 && g.set == NULL) {
		fprintf(stderr, "evenkeel-sim: --set: expected trsp or dvrptw, got '%s'\n", o->set);
		rc = -EINVAL;
	}
	if (rc == 0 && !g.set->edits)
		g.prices = 1;
	if (rc == 0 && (rc = solver_process_new(o->bindir, &g.solver)) < 0)
		fprintf(stderr, "evenkeel-sim: no evenkeel-solve: %s\n", strerror(-rc));
	if (rc == 0 && !o->quiet)
		dynamic_table_head(stderr, g.set);
	if (rc == 0)
		rc = o->data != NULL ? play_folder(&g) : play_file(&g, o->file[0], o->file[1]);
	if (rc == 0 && !o->quiet && (o->json == NULL || strcmp(o->json, "-") != 0))
		dynamic_table_means(stdout, g.set, &g.table);
	if (rc == 0 && o->json != NULL)
		rc = write_results(&g);
	json_decref(g.results);
	dynamic_table_done(&g.table);
	solver_process_free(g.solver);
	return rc;
}
