/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/ask.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/retime.h"

enum {
	SKILLS_MAX = 256,
	LEVELS = 10,            /* skill s at level l is VROOM's skill s * LEVELS + l */
	PROFILES_MAX = 64,
	SPEED_PCT_MAX = 1000,
	FAR_S = 30 * 86400,     /* later than any time of a problem */
};

/* A problem being written. */
struct writing {
	const struct desk *d;
	FILE *out;
	const char *skill[SKILLS_MAX];
	int32_t skills;
	struct travel_point *point; /* all places: calls, where technicians are, their homes */
	int32_t places;
	int32_t *job;               /* open calls */
	int32_t jobs;
	int32_t *vehicle;           /* technicians who can still do something */
	int32_t vehicles;
	int64_t *ready_s;           /* of them */
	bool profile[SPEED_PCT_MAX / ASK_SPEED_STEP_PCT + 1];
};

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int32_t
profile_pct(const struct fleet_tech *t)
{
	int32_t pct = (t->speed_pct + ASK_SPEED_STEP_PCT / 2) / ASK_SPEED_STEP_PCT *
	    ASK_SPEED_STEP_PCT;

	return pct < ASK_SPEED_STEP_PCT ? ASK_SPEED_STEP_PCT
	    : pct > SPEED_PCT_MAX         ? SPEED_PCT_MAX
					  : pct;
}

/* The latest that he may be home by plan. */
static int64_t
latest_s(const struct desk *d, int32_t k)
{
	return d->fleet->tech[k].to_s + retime_overtime_max_s(d, k);
}

/* --- what is in it --- */

static int32_t
skill_of(struct writing *w, const char *name)
{
	int32_t i = 0;

	while (i < w->skills && strcmp(w->skill[i], name) != 0)
		i++;
	if (i == w->skills && w->skills < SKILLS_MAX)
		w->skill[w->skills++] = name;
	return i;
}

static int
gather(struct writing *w)
{
	const struct desk *d = w->d;
	struct retimed *r = malloc(sizeof(*r));
	size_t techs = (size_t)d->fleet->techs, calls = (size_t)d->day->calls;

	w->job = calloc(calls + 1, sizeof(*w->job));
	w->vehicle = calloc(techs, sizeof(*w->vehicle));
	w->ready_s = calloc(techs, sizeof(*w->ready_s));
	w->point = calloc(calls + 2 * techs, sizeof(*w->point));
	if (r == NULL || w->job == NULL || w->vehicle == NULL || w->ready_s == NULL ||
	    w->point == NULL) {
		free(r);
		return -ENOMEM;
	}
	for (int32_t i = 0; i < d->day->calls; i++)
		if (d->call[i].phase == CALL_OPEN) {
			w->point[w->places++] = travel_point(d->day->call[i].site);
			w->job[w->jobs++] = i;
		}
	for (int32_t k = 0; k < d->fleet->techs; k++) {
		if (d->tech[k].phase == TECH_GONE || d->tech[k].absent)
			continue;
		retime_order(d, k, NULL, 0, 0, r);
		if (r->ready_s >= latest_s(d, k))
			continue;
		w->ready_s[w->vehicles] = r->ready_s;
		w->vehicle[w->vehicles++] = k;
		w->profile[profile_pct(&d->fleet->tech[k]) / ASK_SPEED_STEP_PCT] = true;
	}
	for (int32_t v = 0; v < w->vehicles; v++)
		w->point[w->places++] = travel_point(d->tech[w->vehicle[v]].at);
	for (int32_t v = 0; v < w->vehicles; v++)
		w->point[w->places++] = travel_point(d->fleet->tech[w->vehicle[v]].home);
	free(r);
	return 0;
}

/* The earliest that anybody who may do it can be there. */
static int64_t
reach_s(const struct writing *w, int32_t call)
{
	const struct desk *d = w->d;
	int64_t best_s = INT64_MAX;

	for (int32_t v = 0; v < w->vehicles; v++) {
		int32_t k = w->vehicle[v];
		int64_t s;

		if (!fleet_may(&d->fleet->tech[k], &d->day->call[call]))
			continue;
		s = w->ready_s[v] +
		    travel_s(&d->fleet->travel, d->tech[k].at, d->day->call[call].site,
			d->fleet->tech[k].speed_pct);
		best_s = s < best_s ? s : best_s;
	}
	return best_s;
}

/* --- its members --- */

static void
write_window(const struct writing *w, int64_t from_s, int64_t to_s)
{
	int64_t base_s = w->d->day->midnight_s;

	from_s = later(from_s, base_s);
	fprintf(w->out, "[[%" PRId64 ",%" PRId64 "]]", from_s - base_s,
	    later(to_s, from_s) - base_s);
}

static void
write_job(struct writing *w, int32_t n)
{
	/* Out of 100, the sum of which VROOM serves first; trapped people before all else. */
	static const int32_t priority[SEVERITIES] = { 10, 40, 80, 100 };
	int32_t i = w->job[n];
	const struct sim_call *c = &w->d->day->call[i];
	const struct desk_call *known = &w->d->call[i];
	int64_t from_s = w->d->day->midnight_s, to_s = c->due_s, base_s = from_s;

	if (known->promise) { /* an appointment is one, too */
		from_s = known->promise_from_s;
		to_s = known->promise_to_s;
	}
	if (to_s < reach_s(w, i) || to_s > base_s + FAR_S)
		to_s = base_s + FAR_S;
	fprintf(w->out,
	    "%s{\"id\":%d,\"location_index\":%d,\"service\":%d,\"skills\":[%d],\"priority\":%d,"
	    "\"time_windows\":",
	    n > 0 ? ",\n" : "", (int)i + 1, (int)n, (int)c->duration_s,
	    (int)(skill_of(w, c->skill) * LEVELS + c->level), (int)priority[c->severity]);
	write_window(w, from_s, to_s);
	fputs("}", w->out);
}

static void
write_skills(struct writing *w, const struct fleet_tech *t)
{
	const char *comma = "";

	fputs("\"skills\":[", w->out);
	for (int32_t s = 0; s < t->skills; s++)
		for (int32_t level = 1; level <= t->skill[s].level && level < LEVELS; level++) {
			fprintf(w->out, "%s%d", comma,
			    (int)(skill_of(w, t->skill[s].name) * LEVELS + level));
			comma = ",";
		}
	fputs("]", w->out);
}

/* Breaks that he can still take within his day, each after the one before. */
static void
write_breaks(struct writing *w, int32_t k, int64_t ready_s)
{
	const struct fleet_tech *t = &w->d->fleet->tech[k];
	const char *comma = "";
	int64_t t_s = ready_s;

	fputs("\"breaks\":[", w->out);
	for (int32_t b = w->d->tech[k].breaks; b < t->dues; b++) {
		int64_t from_s = later(t->due[b].from_s, t_s);

		t_s = from_s + t->due[b].duration_s;
		if (t_s > latest_s(w->d, k))
			break;
		fprintf(w->out, "%s{\"id\":%d,\"service\":%d,\"time_windows\":", comma, (int)b + 1,
		    (int)t->due[b].duration_s);
		write_window(w, from_s, t->due[b].to_s);
		fputs("}", w->out);
		comma = ",";
	}
	fputs("]", w->out);
}

static void
write_vehicle(struct writing *w, int32_t v, bool steps)
{
	int32_t k = w->vehicle[v];
	const struct desk_tech *now = &w->d->tech[k];
	const struct fleet_tech *t = &w->d->fleet->tech[k];
	int64_t base_s = w->d->day->midnight_s;

	fprintf(w->out,
	    "%s{\"id\":%d,\"profile\":\"at%d\",\"start_index\":%d,\"end_index\":%d,"
	    "\"time_window\":[%" PRId64 ",%" PRId64 "],",
	    v > 0 ? ",\n" : "", (int)k + 1, (int)profile_pct(t), (int)(w->jobs + v),
	    (int)(w->jobs + w->vehicles + v), later(w->ready_s[v] - base_s, 0),
	    latest_s(w->d, k) - base_s);
	write_skills(w, t);
	fputs(",", w->out);
	write_breaks(w, k, w->ready_s[v]);
	if (steps && now->stops > 0) {
		fputs(",\"steps\":[", w->out);
		for (int32_t n = 0; n < now->stops; n++)
			fprintf(w->out, "%s{\"type\":\"job\",\"id\":%d}", n > 0 ? "," : "",
			    (int)now->stop[n].call + 1);
		fputs("]", w->out);
	}
	fputs("}", w->out);
}

/* Roads are the same for all; how long they take is a matrix for each speed. */
static void
write_matrix(const struct writing *w, const int32_t *road_m, int32_t pct)
{
	const struct travel_model *m = &w->d->fleet->travel;

	fprintf(w->out, "\"at%d\":{\"durations\":[", (int)pct);
	for (int32_t i = 0; i < w->places; i++) {
		for (int32_t j = 0; j < w->places; j++) {
			int32_t road = road_m[(size_t)i * (size_t)w->places + (size_t)j];

			fprintf(w->out, "%s%d", j == 0 ? i > 0 ? ",\n[" : "[" : ",",
			    road < 0 ? 0 : (int)travel_road_s(m, road, pct));
		}
		fputs("]", w->out);
	}
	fputs("]}", w->out);
}

static int
write_matrices(struct writing *w)
{
	size_t places = (size_t)w->places;
	int32_t *road_m = malloc((places * places + 1) * sizeof(*road_m));
	const char *comma = "";

	if (road_m == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < places; i++)
		for (size_t j = 0; j < places; j++) {
			int32_t crow_m = travel_point_m(&w->point[i], &w->point[j]);

			road_m[i * places + j] =
			    crow_m == 0 ? -1 : travel_crow_road_m(&w->d->fleet->travel, crow_m);
		}
	for (int32_t p = 0; p <= SPEED_PCT_MAX / ASK_SPEED_STEP_PCT; p++)
		if (w->profile[p]) {
			fputs(comma, w->out);
			write_matrix(w, road_m, p * ASK_SPEED_STEP_PCT);
			comma = ",\n";
		}
	free(road_m);
	return 0;
}

static int
write_all(struct writing *w, bool steps)
{
	int rc;

	fputs("{\"vehicles\":[\n", w->out);
	for (int32_t v = 0; v < w->vehicles; v++)
		write_vehicle(w, v, steps);
	fputs("],\n\"jobs\":[\n", w->out);
	for (int32_t n = 0; n < w->jobs; n++)
		write_job(w, n);
	fputs("],\n\"matrices\":{\n", w->out);
	rc = write_matrices(w);
	fputs("}}\n", w->out);
	return rc;
}

int
ask_write(const struct desk *d, bool steps, char **ret, size_t *ret_size, int32_t *ret_jobs)
{
	struct writing w = { .d = d };
	char *text = NULL;
	size_t size = 0;
	int rc = -ENOMEM;

	w.out = open_memstream(&text, &size);
	if (w.out != NULL)
		rc = gather(&w);
	if (rc == 0)
		rc = write_all(&w, steps);
	if (w.out != NULL && fclose(w.out) != 0 && rc == 0)
		rc = -ENOMEM;
	if (rc == 0) {
		*ret = text;
		*ret_size = size;
		*ret_jobs = w.jobs;
		text = NULL; /* handed over */
	}
	free(text);
	free(w.job);
	free(w.vehicle);
	free(w.ready_s);
	free(w.point);
	return rc;
}
