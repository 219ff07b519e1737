/* SPDX-License-Identifier: Apache-2.0 */
/* What the reader and the writer of the TRSP's text format share. Internal to libsolver. */
#ifndef EVENKEEL_SOLVER_FORMAT_TRSP_H
#define EVENKEEL_SOLVER_FORMAT_TRSP_H

#include <jansson.h>
#include <stdint.h>

#include "solver/format.h"

#define TRSP_TICKS 10000.0 /* of the file's unit, a tick is a second of the problem */

enum { TRSP_LIST_MAX = 64 }; /* members of a list of a row */

struct trsp_node {
	double x, y;
	int32_t open_s, close_s, service_s;
	int32_t skill[TRSP_LIST_MAX], tool[TRSP_LIST_MAX], part[TRSP_LIST_MAX];
	int32_t skills, tools, parts;
};

struct trsp {
	int32_t crew; /* technicians; 0: not read yet */
	struct trsp_node *node;
	int32_t nodes, room;
	double *travel; /* nodes * nodes, NULL: Euclidean */
};

/* Travel time between two nodes, in the file's unit. */
double trsp_travel(const struct trsp *x, int32_t a, int32_t b);

/* The answer: format.write. */
json_t *trsp_write(const struct format_case *c, const struct plan *plan);

#endif
