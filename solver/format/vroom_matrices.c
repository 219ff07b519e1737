/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The matrices of VROOM's JSON: one of ours for each profile and speed factor that
 * some vehicle has, with its legs rounded to whole seconds.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "solver/format/vroom.h"

/* A vehicle's profile and how fast it drives; 1: as the matrix says. */
struct speed {
	int32_t profile;
	double factor;
};

/* The profiles in use by name, and what was made of them. */
struct profiles {
	struct json_reader *r;
	struct vroom *v;
	struct problem *p;
	json_t *index;
	struct speed made[PROBLEM_MATRICES_MAX]; /* of each matrix of the problem */
};

static const char *
profile_name(const json_t *vehicle)
{
	const json_t *j = json_object_get(vehicle, "profile");

	return j == NULL ? "car" : json_string_value(j);
}

/* The span of a profile's matrix of one sort, or NULL; "matrix" is the old one for cars. */
static const struct json_span *
find_span(const struct vroom *v, const char *profile, const char *sort)
{
	const json_t *matrices = json_object_get(v->doc, "matrices");
	const json_t *j = json_object_get(json_object_get(matrices, profile), sort);

	if (j == NULL && matrices == NULL && strcmp(profile, "car") == 0 &&
	    strcmp(sort, "durations") == 0)
		j = json_object_get(v->doc, "matrix");
	if (!json_is_integer(j) || json_integer_value(j) >= v->cut.spans)
		return NULL;
	return &v->cut.span[json_integer_value(j)];
}

/* The speed factor; without a matrix the travel model is driven at it. */
static int
read_speed(const struct json_reader *r, const json_t *vehicle, bool matrix, double *ret,
    int32_t *ret_speed_pct)
{
	const json_t *j = json_object_get(vehicle, "speed_factor");
	double f = j == NULL ? 1 : json_number_value(j);
	double least = matrix ? 0.01 : 0.1;

	if (j != NULL && !json_is_number(j))
		return json_refuse(r, "speed_factor: expected a number, got %s", json_kind(j));
	if (!(f >= least && f <= 5))
		return json_refuse(r, "speed_factor: expected %g to 5, got %g", least, f);
	*ret = f;
	*ret_speed_pct = matrix ? 100 : (int32_t)lround(100 * f);
	return 0;
}

/* Reads the durations of a profile, which become the next matrix of the problem. */
static int
read_durations(struct profiles *x, const char *name, int32_t profile)
{
	const struct json_span *s = find_span(x->v, name, "durations");
	char path[128];
	int32_t n = 0;
	int rc;

	snprintf(path, sizeof(path), "matrices.%.64s.durations", name);
	if (s == NULL)
		return json_refuse(x->r, "profile: expected one that has durations in matrices, "
		    "got %.64s", name);
	if (find_span(x->v, name, "costs") != NULL) {
		x->r->at[0] = '\0';
		return json_refuse(x->r, "matrices.%.64s.costs: expected nothing, got an array: "
		    "this is not supported", name);
	}
	rc = json_cut_matrix(&x->v->text, s, path, &x->p->matrix[x->p->matrices], &n, x->r->why,
	    x->r->why_size);
	if (rc < 0)
		return rc;
	x->made[x->p->matrices++] = (struct speed){ profile, 1 };
	x->r->at[0] = '\0';
	if (x->p->locations != 0 && n != x->p->locations)
		return json_refuse(x->r, "%s: expected %d rows like the other matrices, got %d",
		    path, x->p->locations, n);
	x->p->locations = n;
	return 0;
}

/* Distances stay where they are in the text, and are looked up when the plan is written. */
static int
find_distances(struct profiles *x, const char *name, int32_t profile)
{
	struct vroom_distances *d = &x->v->distances[profile];

	d->span = find_span(x->v, name, "distances");
	if (d->span == NULL) {
		x->v->tells_distances = false;
		return 0;
	}
	if (json_cut_rows(&x->v->text, d->span, x->p->locations, &d->row_at) == 0)
		return 0;
	x->r->at[0] = '\0';
	return json_refuse(x->r, "matrices.%.64s.distances: expected %d rows like the durations, "
	    "got another number", name, x->p->locations);
}

/*
 * Seconds of a leg at a speed. VROOM takes round(100 / f) hundredths of the matrix's time, which
 * is a little more or less than 1 / f of it: the shorter of the two, cut off to whole
 * seconds, so that a bound holds for both.
 */
static int32_t
leg_s(int64_t s, double factor)
{
	double exact = (double)s / factor;
	double hundredths = (double)(s * lround(100 / factor)) / 100;
	double shorter = floor((exact < hundredths ? exact : hundredths) + 1e-9);

	return shorter < TRAVEL_S_MAX ? (int32_t)shorter : TRAVEL_S_MAX;
}

static int32_t
plain_leg_s(const struct travel_matrix *m, size_t at)
{
	return m->narrow_s != NULL ? m->narrow_s[at] : m->wide_s[at];
}

/* A matrix like another one at another speed. */
static int
scale(const struct travel_matrix *from, size_t n, double factor, struct travel_matrix *ret)
{
	int32_t *wide = NULL;
	uint16_t *narrow = NULL;
	int32_t longest_s = 0;

	for (size_t i = 0; i < n; i++)
		if (plain_leg_s(from, i) > longest_s)
			longest_s = plain_leg_s(from, i);
	if (leg_s(longest_s, factor) <= UINT16_MAX)
		narrow = malloc(n * sizeof(*narrow));
	else
		wide = malloc(n * sizeof(*wide));
	if (narrow == NULL && wide == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		int32_t s = leg_s(plain_leg_s(from, i), factor);

		if (narrow != NULL)
			narrow[i] = (uint16_t)s;
		else
			wide[i] = s;
	}
	*ret = (struct travel_matrix){ .narrow_s = narrow, .wide_s = wide };
	return 0;
}

static int
find_made(const struct profiles *x, int32_t profile, double factor)
{
	for (int32_t m = 0; m < x->p->matrices; m++)
		if (x->made[m].profile == profile && x->made[m].factor == factor)
			return m;
	return -1;
}

/* The index of a profile, which is read at its first mention. */
static int
profile_of(struct profiles *x, const char *name, int32_t *ret)
{
	const json_t *at = json_object_get(x->index, name);
	int32_t next = x->v->profiles;
	int rc;

	if (at != NULL) {
		*ret = (int32_t)json_integer_value(at);
		return 0;
	}
	if (x->p->matrices == PROBLEM_MATRICES_MAX)
		return json_refuse(x->r, "profile: expected at most %d profiles and speeds, got "
		    "more", PROBLEM_MATRICES_MAX);
	rc = read_durations(x, name, next);
	if (rc == 0)
		rc = find_distances(x, name, next);
	if (rc == 0 && json_object_set_new(x->index, name, json_integer(next)) < 0)
		rc = -ENOMEM;
	if (rc < 0)
		return rc;
	x->v->profiles++;
	*ret = next;
	return 0;
}

static int
read_vehicle(struct profiles *x, const json_t *vehicle, int32_t k)
{
	struct technician *t = &x->p->technician[k];
	const char *name = profile_name(vehicle);
	double factor = 1;
	int32_t plain;
	int rc = read_speed(x->r, vehicle, true, &factor, &t->speed_pct);

	if (rc < 0)
		return rc;
	if (name == NULL)
		return json_refuse(x->r, "profile: expected a string, got %s",
		    json_kind(json_object_get(vehicle, "profile")));
	rc = profile_of(x, name, &x->v->profile[k]);
	if (rc < 0)
		return rc;
	t->matrix = find_made(x, x->v->profile[k], factor);
	if (t->matrix >= 0)
		return 0;
	if (x->p->matrices == PROBLEM_MATRICES_MAX)
		return json_refuse(x->r, "speed_factor: expected at most %d profiles and speeds, "
		    "got more", PROBLEM_MATRICES_MAX);
	plain = find_made(x, x->v->profile[k], 1);
	t->matrix = x->p->matrices;
	rc = scale(&x->p->matrix[plain], (size_t)x->p->locations * (size_t)x->p->locations,
	    factor, &x->p->matrix[t->matrix]);
	if (rc == 0)
		x->made[x->p->matrices++] = (struct speed){ x->v->profile[k], factor };
	return rc;
}

static int
read_speeds_only(struct json_reader *r, const struct vroom *v, struct problem *p)
{
	int rc = 0;

	for (int32_t k = 0; rc == 0 && k < p->technicians; k++) {
		double factor;

		snprintf(r->at, sizeof(r->at), "vehicles[%d].", k);
		rc = read_speed(r, json_array_get(v->vehicles, (size_t)k), false, &factor,
		    &p->technician[k].speed_pct);
	}
	r->at[0] = '\0';
	return rc;
}

int
vroom_read_matrices(struct json_reader *r, struct vroom *v, struct problem *p)
{
	struct profiles x = { .r = r, .v = v, .p = p, .index = json_object() };
	int rc = 0;

	if (json_object_get(v->doc, "matrices") == NULL &&
	    json_object_get(v->doc, "matrix") == NULL) {
		json_decref(x.index);
		return read_speeds_only(r, v, p);
	}
	p->matrix = calloc(PROBLEM_MATRICES_MAX, sizeof(*p->matrix));
	v->distances = calloc(PROBLEM_MATRICES_MAX, sizeof(*v->distances));
	if (p->matrix == NULL || v->distances == NULL || x.index == NULL)
		rc = -ENOMEM;
	v->tells_distances = true;
	for (int32_t k = 0; rc == 0 && k < p->technicians; k++) {
		snprintf(r->at, sizeof(r->at), "vehicles[%d].", k);
		rc = read_vehicle(&x, json_array_get(v->vehicles, (size_t)k), k);
	}
	r->at[0] = '\0';
	v->tells_distances &= v->profiles > 0;
	json_decref(x.index);
	return rc;
}
