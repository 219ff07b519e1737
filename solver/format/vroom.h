/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the reader and the writer of VROOM's JSON share. Internal to libsolver.
 *
 * Times in this header are seconds from the problem's origin, as in problem.h. Call i
 * is member i of "jobs", technician k member k of "vehicles".
 */
#ifndef EVENKEEL_SOLVER_FORMAT_VROOM_H
#define EVENKEEL_SOLVER_FORMAT_VROOM_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "solver/format.h"
#include "solver/format/json_cut.h"
#include "solver/json_read.h"

/* What people were told of a job by the plan before. */
struct vroom_told {
	bool told;
	int32_t technician; /* -1: a vehicle that is gone */
	int32_t arrival_s;  /* not the start: he may have to wait there */
	int32_t start_s;
	bool promised;
	int32_t promised_from_s, promised_to_s;
};

/* A matrix of distances that stays in the text. */
struct vroom_distances {
	const struct json_span *span; /* NULL: none */
	size_t *row_at;
};

struct vroom {
	struct text text; /* its bytes are borrowed */
	struct json_cut cut;
	json_t *doc;             /* the problem without its matrices */
	const json_t *jobs, *vehicles; /* of doc */
	json_t *ignored;         /* paths of members that nobody knows */
	int64_t origin_s;        /* what is second 0 of the problem, in the file's seconds */
	int32_t cents_per_unit;  /* of VROOM's cost */
	int64_t *per_hour, *fixed;  /* of each vehicle */
	struct vroom_distances *distances; /* of each profile */
	bool tells_distances;    /* they are given for all */
	int32_t (*break_at)[PROBLEM_BREAKS_MAX]; /* of each vehicle's dues: a member of "breaks" */
	int32_t profiles;
	int32_t *profile;        /* of each vehicle: an index of distances */
	struct vroom_told *told; /* of each job; NULL: there is no plan before */
};

/*
 * A problem whose document was made, not read, with one matrix for all: no plan from before.
 * Takes over the document and the matrix's array, sets *matrix to nothing. Fills c as
 * format.read does; vroom_write and vroom_done are its other two.
 */
int vroom_read_document(json_t *doc, struct travel_matrix *matrix, int32_t locations,
    struct format_case *c, char *why, size_t why_size);
void vroom_done(void *own);

/* Readers of one part each: 0, -EINVAL with its refusal, or -ENOMEM. */
int vroom_read_jobs(struct json_reader *r, struct vroom *v, struct problem *p, json_t *skills,
    json_t *types);
int vroom_read_vehicles(struct json_reader *r, struct vroom *v, struct problem *p,
    const json_t *skills, const json_t *types);

/* What several of them read. */
int vroom_whole(const struct json_reader *r, const json_t *j, const char *name, int64_t max,
    int64_t otherwise, int64_t *ret);
int vroom_id(const struct json_reader *r, const json_t *j, char *ret);
int vroom_windows(const struct json_reader *r, const struct vroom *v, const json_t *j,
    struct window *ret, int32_t *ret_n);
int vroom_place(const struct json_reader *r, const json_t *j, const char *name,
    const char *name_of_index, const struct problem *p, struct place *ret,
    int32_t *ret_location);
int vroom_known(const struct json_reader *r, struct vroom *v, const json_t *j,
    const char *const *known, const char *const *unsupported);

/* The matrices of the vehicles' profiles and speeds; sets technician.matrix and speed_pct. */
int vroom_read_matrices(struct json_reader *r, struct vroom *v, struct problem *p);

/*
 * The plan people were told: from `before`, or from the vehicles' steps. Fills told of the
 * calls, current of the technicians, v->told and *ret_forced.
 */
int vroom_read_told(struct json_reader *r, struct vroom *v, struct problem *p,
    const json_t *before, int32_t *ret_forced);

/* The answer, and how many jobs it disturbs: format.write, disturbed and hold. */
json_t *vroom_write(const struct format_case *c, const struct plan *plan);
int32_t vroom_disturbed(const struct format_case *c, const struct plan *plan);
int32_t vroom_hold(struct format_case *c, const struct plan *plan);

/* The member "disturbance" of the answer; NULL when out of memory. */
json_t *vroom_disturbance_to_json(const struct format_case *c, const struct plan *plan);

/* A stop or break as VROOM tells it. */
struct vroom_time {
	int32_t arrival_s;
	int32_t start_s; /* waits from the arrival till then */
};

struct vroom_times {
	int32_t leave_s;
	struct vroom_time *stop; /* of the route's stops */
	struct vroom_time taken[PROBLEM_BREAKS_MAX];
	int32_t after[PROBLEM_BREAKS_MAX]; /* each break is taken after so many stops */
	int32_t end_s;
};

/* Seconds of technician k between two rows of the matrix, or two places without one. */
struct vroom_spot {
	struct place place;
	int32_t location; /* -1: nowhere, no way there */
};
struct vroom_spot vroom_start_spot(const struct problem *p, int32_t k);
struct vroom_spot vroom_end_spot(const struct problem *p, int32_t k);
struct vroom_spot vroom_call_spot(const struct problem *p, int32_t i);
bool vroom_same_spot(const struct problem *p, struct vroom_spot a, struct vroom_spot b);
int32_t vroom_drive_s(const struct problem *p, int32_t k, struct vroom_spot from,
    struct vroom_spot to);

/* Seconds of setup and of work of call i by technician k, coming from somewhere. */
int32_t vroom_setup_s(const struct problem *p, int32_t k, int32_t i, struct vroom_spot from);
int32_t vroom_work_s(const struct problem *p, int32_t k, int32_t i);

/*
 * Times a route as it is driven: each thing as soon as it may be, breaks on the way, having
 * left as late as makes the day end no later. A stop that people were told of is
 * not reached before it was said, where waiting at the stops before, or a break before another
 * stop, can see to that. ret->stop holds the route's stops. -EINVAL if the route misses
 * a window.
 */
int vroom_time_route(const struct problem *p, const struct vroom_told *told, int32_t k,
    const struct plan_route *route, struct vroom_times *ret);

#endif
