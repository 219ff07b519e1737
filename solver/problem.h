/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A planning problem: technicians, calls, what people were told, and the
 * guidelines that price it. The input of libsolver, as data.
 *
 * Times (_s) are seconds since the problem's origin and may be negative.
 * Costs are integer cents. Indices are positions in the arrays below; -1 is
 * "none". An arrival is the planned start of the work at the customer's:
 * a technician who would be early waits where he is and arrives on time.
 *
 * What is under way (en route, on site, in a break) is not in a problem: the
 * technician's ready time and place are after it.
 */
#ifndef EVENKEEL_SOLVER_PROBLEM_H
#define EVENKEEL_SOLVER_PROBLEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "solver/travel.h"

#define PROBLEM_NEVER INT32_MAX /* a time that does not come */

enum {
	PROBLEM_TECHNICIANS_MAX = 2000,
	PROBLEM_CALLS_MAX = 20000,
	PROBLEM_STOPS_MAX = 250,  /* stops of one route */
	PROBLEM_BREAKS_MAX = 4,   /* due breaks of one technician */
	PROBLEM_SKILLS_MAX = 256, /* distinct skills of a problem */
	PROBLEM_NEEDS_MAX = 8,    /* skills one call needs */
	PROBLEM_ID_MAX = 64,      /* bytes of an id, without the NUL */
	PROBLEM_WINDOWS_MAX = 8,  /* windows of one call or one break */
	PROBLEM_LOADS_MAX = 4,    /* dimensions of a load */
	PROBLEM_PARTS_MAX = 8,    /* kinds of spare parts */
	PROBLEM_TOOLS_MAX = 64,   /* kinds of tools */
	PROBLEM_KINDS_MAX = 64,   /* kinds of technician that work at different speeds */
	PROBLEM_LOCATIONS_MAX = 20000,
	PROBLEM_MATRICES_MAX = 64,
};

/* Starts are allowed from open_s to close_s, both inclusive. */
struct window {
	int32_t open_s, close_s;
};

/*
 * Travel times told, not computed: seconds from one location to another, row
 * by row, asymmetric if they are. Exactly one of the two arrays is there: the
 * narrow one where no leg takes over 65,535 s.
 */
struct travel_matrix {
	uint16_t *narrow_s; /* locations * locations */
	int32_t *wide_s;
};

struct skill_level {
	int16_t skill; /* 0 .. skills - 1 */
	int16_t level; /* 1 is the least */
};

/* A break that is still due. Breaks of a technician are in order of open_s. */
struct break_due {
	int32_t open_s;     /* earliest start */
	int32_t close_s;    /* latest start without the price break_late */
	int32_t duration_s; /* >= 0 */
	/*
	 * Hard windows of its start, ascending and apart; the first opens at open_s. None: it may
	 * start any time from open_s on, and close_s is only a price.
	 */
	struct window window[PROBLEM_WINDOWS_MAX];
	int32_t windows;
};

struct technician {
	char id[PROBLEM_ID_MAX + 1];
	struct place start;     /* where he is when ready */
	struct place end;       /* where the day ends; unused if open_end */
	bool open_start;        /* the day begins at the first stop: no way there */
	bool open_end;          /* the day ends at the last stop */
	int32_t start_location; /* row of the matrix, where the problem has matrices */
	int32_t end_location;
	int32_t matrix;         /* which one he drives by */
	int32_t ready_s;        /* free from then on */
	int32_t shift_end_s;    /* back at end by then without overtime */
	int32_t overtime_max_s; /* never later than shift_end_s + this by plan */
	int32_t speed_pct;      /* 100: the travel model's speed */
	int32_t drive_cents_per_h;
	int32_t wait_cents_per_h;
	int32_t overtime_cents_per_h;
	int32_t day_cents;      /* once, if he has any stop */
	/*
	 * He leaves for his first stop as late as that does not make him end later, nor changes
	 * what any start costs, and the time before is no waiting. (A start that is put off beyond
	 * what was told, only so that he can leave later still, is not thought of.) Otherwise
	 * his day counts from ready_s on. Not together with traffic, nor with breaks that part a drive or have
	 * more than one window.
	 */
	bool leaves_late;
	int32_t stops_max;      /* calls of a day, PROBLEM_STOPS_MAX at most */
	int32_t drive_max_s;    /* driving of a day, PROBLEM_NEVER if not limited */
	int32_t capacity[PROBLEM_LOADS_MAX]; /* of his van */
	int32_t part[PROBLEM_PARTS_MAX];     /* spare parts on the van, of each kind */
	uint64_t tools;         /* bit t: he has tool t with him */
	int32_t kind;           /* row of call.duration_by_kind */
	int32_t hard_before; /* difficulty points carried so far, for fairness */
	struct skill_level *skill;
	int32_t skills;
	struct break_due due[PROBLEM_BREAKS_MAX];
	int32_t dues;
	/*
	 * The route as it stands (what the last plan said), in order. The first
	 * `fixed` of it are inside the freeze horizon: every route of this
	 * technician begins with them, in this order.
	 */
	int32_t *current; /* call indices */
	int32_t currents;
	int32_t fixed;
};

/* What the outside was told of a call. */
struct told {
	int32_t technician;   /* who was told to do it, -1 nobody */
	bool eta;             /* whether an ETA was told */
	int32_t eta_s;        /* the last ETA told */
	bool promise;         /* whether a window was promised */
	int32_t promise_from_s;
	int32_t promise_to_s; /* latest start that keeps the promise */
};

struct call {
	char id[PROBLEM_ID_MAX + 1];
	struct place site;
	int32_t location;       /* row of the matrix, where the problem has matrices */
	int32_t duration_s;     /* planned time on site, without setup_s */
	int32_t setup_s;        /* added unless the stop before, or the start, is at the same place */
	int32_t *duration_by_kind; /* kinds: instead of duration_s; NULL: the same for all */
	int32_t *setup_by_kind;    /* kinds, or NULL */
	int32_t open_s;         /* earliest start, hard */
	int32_t close_s;        /* latest start, hard; PROBLEM_NEVER if none */
	/*
	 * More than one appointment window: ascending and apart, the first opens at
	 * open_s, the last closes at close_s. None: just open_s to close_s.
	 */
	struct window window[PROBLEM_WINDOWS_MAX];
	int32_t windows;
	int32_t pickup[PROBLEM_LOADS_MAX];   /* loaded here, stays on the van till its end */
	int32_t delivery[PROBLEM_LOADS_MAX]; /* unloaded here, on the van from its start */
	int32_t part[PROBLEM_PARTS_MAX];     /* spare parts used up */
	uint64_t tools;         /* tools needed */
	int32_t with;           /* starts together with that call, by another technician; -1 none */
	int32_t after;          /* starts after the end of that call, whoever does it; -1 none */
	int32_t after_gap_s;    /* at least so long after it */
	int32_t due_s;          /* latest start without lateness, soft; PROBLEM_NEVER if none */
	int32_t opened_s;       /* when the customer asked (response time counts from here) */
	int32_t difficulty;     /* points, >= 0 */
	struct skill_level need[PROBLEM_NEEDS_MAX];
	int32_t needs;
	int32_t required;       /* the only technician who may do it, -1 any */
	int32_t preferred;      /* costs nothing extra; others cost prefer_cents; -1 none */
	int32_t *forbidden;     /* technicians who must not do it */
	int32_t forbiddens;
	struct told told;
	/*
	 * Where the stay plan (current routes re-timed as they stand) puts it;
	 * stay_served false if the stay plan cannot serve it although it is told.
	 * Calls on no current route: false.
	 */
	bool stay_served;
	int32_t stay_s;
	/* May not be disturbed by choice at all: pinned, or moved often enough today. */
	bool immovable;

	/* Prices, all in cents. */
	int32_t late_cents_per_h;      /* past due_s; doubled past weights.late_steep_s */
	int32_t response_cents_per_h;  /* start - opened_s */
	int32_t break_promise_cents;   /* once, when the start is after promise_to_s */
	int32_t prefer_cents;          /* once, when done by another than preferred */
	int32_t reassign_cents;        /* once, told.technician is someone else */
	int32_t repromise_cents;       /* once, the start leaves the promised window */
	int32_t eta_moved_cents;       /* once, the arrival is over the tolerance from told.eta_s */
	int32_t drop_cents;            /* once, told (technician, ETA or promise) and unserved */
	int32_t unserved_cents;        /* once, not served (the drop price comes on top) */
};

struct weights {
	int32_t eta_tolerance_s;          /* 600 */
	int32_t late_steep_s;             /* lateness beyond this costs double: convex */
	int32_t break_late_cents_per_h;   /* a break that starts after its close_s */
	int32_t fair_cents; /* per point squared: fair*((before+carried)^2-before^2) */
};

struct problem {
	int64_t origin;  /* Unix time of second 0; only passed through */
	int32_t budget;  /* K: distinct calls that may be disturbed by choice; -1 unbounded */
	struct travel_model travel;
	/* Where there are matrices, all legs come from them (at speed_pct), and no place is looked at. */
	struct travel_matrix *matrix;
	int32_t matrices, locations;
	/*
	 * Traffic: at hour h of the day a drive gets on at hour_pct[h] % (10 to 100) of the speed
	 * it has by the model or matrix; 100 everywhere if there is no traffic. day_second is the time of
	 * day at second 0.
	 */
	bool traffic;
	int16_t hour_pct[24];
	int32_t day_second;
	/*
	 * Where tools and spare parts are had: each technician may go there once, before the
	 * drive to a stop, and from then on has every tool and enough of every part. Who has
	 * all tools and parts that all calls need does not go there.
	 */
	bool has_depot;
	struct place depot;
	int32_t depot_location, depot_s; /* depot_s: time spent there */
	int32_t loads, parts, kinds;     /* how many of each are used */
	/*
	 * A break may part a drive: it starts as soon as it is due, wherever that is, and
	 * not only before the drive. Not in traffic, if it has more than one window.
	 */
	bool breaks_on_the_way;
	struct weights weights;
	char (*skill_name)[PROBLEM_ID_MAX + 1];
	int32_t skills;
	struct technician *technician;
	int32_t technicians;
	struct call *call;
	int32_t calls;
};

/*
 * Rules a plan must keep, and how it is counted (model.md, "Disturbance"):
 *
 * - A call is served once at most, by a technician who has every needed skill at
 *   its level, is `required` if there is one, and is not forbidden.
 * - The start is in one of the call's windows; the next start is at or after the end
 *   plus the travel plus the breaks taken in between. Breaks are taken in order,
 *   before the drive to the next stop (or to the end), or on it where
 *   breaks_on_the_way, each started at or after its open_s and in one of its
 *   windows if it has any; all due breaks are taken if the technician has any
 *   stop; a technician with no stop costs nothing.
 * - The day ends at or before shift_end_s + overtime_max_s.
 * - The work takes duration_s, and setup_s more unless the stop before, or the start if
 *   there is none, is at the same place.
 * - A route has stops_max stops at most and drives drive_max_s at most.
 * - In each dimension, what is on the van never exceeds its capacity: all deliveries
 *   of the route from its start until they are unloaded, pickups from theirs on.
 * - A call's tools are the technician's, or the depot was visited before it; the
 *   parts of the calls before the visit (all, if there is none) add up to
 *   what is on the van at most. The visit is one leg's detour: to the depot,
 *   depot_s there, on to the stop; breaks of that leg come before it.
 * - `with`: both are served or neither, they start at the same second, and different
 *   technicians do them. `after`: it is served only if that other call is, and starts
 *   after_gap_s after its end or later.
 * - In traffic a drive of s seconds that begins at t ends when the hours' speeds have
 *   added up to s, rounded up to a whole second.
 *
 * Kinds of disturbance of a served call, against what was told:
 *   reassigned  told.technician >= 0 and another serves it
 *   repromised  told.promise and the start is outside [from, to]
 *   eta_moved   told.eta and |start - eta_s| > eta_tolerance_s
 *   dropped     anything told, and unserved
 * What the stay plan disturbs is forced. A call is disturbed by choice, and
 * counts once against the budget, if
 *   - stay_served, and it is dropped, or reassigned to a technician other than
 *     the one on whose current route it is; or
 *   - stay_served, told.eta, and its start lies outside
 *     [min(eta_s - tol, stay_s), max(eta_s, stay_s) + tol]; or
 *   - stay_served, told.promise, and its start lies outside
 *     [min(promise_from_s, stay_s), max(promise_to_s, stay_s)].
 * A told call that the stay plan cannot serve is forced whatever becomes of it,
 * and so is one that was never told. An immovable call may not be disturbed by
 * choice at all.
 *
 * Cost = over technicians with stops: day_cents, driving, waiting (idle seconds
 * between ready, or leaving where he leaves late, and the last stop's end that are neither
 * driving, work nor break), overtime, late breaks, fairness; over served calls: lateness (convex), response,
 * broken promise, preference, disturbance prices of its kinds; over
 * unserved calls: unserved_cents, and drop_cents if anything was told.
 * What traffic adds to a drive is waiting, and the drive is priced without it. The visit to the
 * depot is work; the ways there are driving.
 * Per-hour prices are rounded to nearest, half up: (cents * seconds + 1800) / 3600,
 * once per leg for driving, per stop for lateness and response, per break for a
 * late break, and once per route for its waiting (all of it added up) and its
 * overtime. Response seconds are max(0, start - opened_s). Lateness l costs
 * late_cents_per_h * (l + max(0, l - late_steep_s)).
 */

/*
 * Allocates the arrays, all zero but: required, preferred and told.technician
 * are -1 (with and after too), close_s, due_s and drive_max_s PROBLEM_NEVER, stops_max
 * PROBLEM_STOPS_MAX, hour_pct 100. NULL when out of memory.
 */
struct problem *problem_new(int32_t technicians, int32_t calls, int32_t skills);
void problem_free(struct problem *p); /* NULL is fine; frees every array it points to (malloc'd) */

/*
 * Checks every index, order and range. 0, or -EINVAL with a sentence that names
 * the member (as a JSON path), what was expected and what came, in why.
 */
int problem_check(const struct problem *p, char *why, size_t why_size);

/*
 * Re-times the current routes as they stand and writes stay_served and stay_s of
 * every call: each stop at once, though never before its told ETA less the
 * tolerance nor before its promised window; breaks where they cost least. A call
 * with which the route can no longer end in time, or that would start after its
 * close_s, is left out of it. The problem must pass problem_check. -ENOMEM.
 */
int problem_stay(struct problem *p);

/* Whether technician k may do call i at all: skills, required, forbidden. */
bool problem_may(const struct problem *p, int32_t technician, int32_t call);

#endif
