/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a search looks up and never changes, shared by its threads: legs by table, who may
 * do what, who is near whom, and whether plain trails (trail.h) are exact. Internal to
 * libsolver; units and places as in model.h.
 */
#ifndef EVENKEEL_SOLVER_GROUND_H
#define EVENKEEL_SOLVER_GROUND_H

#include <stdbool.h>
#include <stdint.h>

#include "solver/model.h"

enum {
	GROUND_NEAR_MAX = 40, /* neighbours of a call */
	GROUND_HOMES = 10,    /* technicians near a call who may do it */
};

/* What trails must reckon with: nothing but drives; time too; everything. */
enum ground_form {
	GROUND_DRIVES, /* hard windows, and costs that are sums over legs and calls */
	GROUND_TIMES,  /* also waiting and overtime: one window a call */
	GROUND_FULL,   /* whatever route_step knows */
};

/*
 * Legs of the technicians who drive alike, places * places each, row by row. The
 * turned tables are the same by columns, so that both ways of one place lie together;
 * they are the same arrays if the legs are symmetric.
 */
struct leg_table {
	int32_t *s, *cents, *turned_s, *turned_cents;
};

/* What a plain trail asks of a call, close together. */
struct ground_stop {
	int32_t open_s, close_s;
	int32_t windows;    /* more than one: look at the call */
};

/* What a call puts on the van and takes off it, in one dimension. */
struct ground_load {
	int32_t pickup, delivery;
};

struct ground {
	const struct model *m; /* borrowed */
	struct ground_stop *stop; /* by call */
	struct ground_load *load; /* by call, all dimensions of one together */
	bool pickups;        /* whether there are any, and not just deliveries */
	bool who;            /* whether it costs something who does a call */
	enum ground_form form;
	bool parts, stints;  /* whether there are parts or tools; drive_max_s */
	struct leg_table *table;   /* by class; NULL: too many places, computed each time */
	int32_t classes;
	int32_t *class_of;   /* per technician */
	int32_t *twin_of;    /* per technician: the first one who is like him in everything */
	uint8_t *may;        /* bits, technician by technician */
	int32_t may_bytes;   /* of one technician */
	bool *movable;       /* per call */
	int32_t movables;
	int32_t *near;       /* per call: near_n calls, the nearest first */
	int32_t near_n;
	int32_t *home;       /* per call: GROUND_HOMES technicians, the nearest first, -1 none */
	int64_t *far;        /* per call: cents from the nearest technician who may do it */
};

/* Borrows m. NULL when out of memory. */
struct ground *ground_new(const struct model *m);
void ground_free(struct ground *g); /* NULL is fine */

static inline bool
ground_may(const struct ground *g, int32_t k, int32_t i)
{
	return g->may[(size_t)k * (size_t)g->may_bytes + (size_t)i / 8] >> (i % 8) & 1;
}

/* Seconds and cents of a leg. */
static inline int32_t
ground_leg_s(const struct ground *g, int32_t k, int32_t from, int32_t to)
{
	if (g->table == NULL)
		return model_drive_s(g->m, k, from, to);
	return g->table[g->class_of[k]].s[(size_t)from * (size_t)g->m->places + (size_t)to];
}

static inline int64_t
ground_leg_cents(const struct ground *g, int32_t k, int32_t from, int32_t to)
{
	if (g->table == NULL)
		return model_cents(g->m->p->technician[k].drive_cents_per_h,
		    model_drive_s(g->m, k, from, to));
	return g->table[g->class_of[k]].cents[(size_t)from * (size_t)g->m->places + (size_t)to];
}

#endif
