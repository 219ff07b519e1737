/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Somebody who knows only what was pushed, and keeps count: versions grow by one, nobody is moved
 * beyond the budget or unnamed, and what was told stands in the plan. What is wrong fails the test.
 */
#ifndef EVENKEEL_TESTS_LISTENER_H
#define EVENKEEL_TESTS_LISTENER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum { LISTENER_CALLS_MAX = 16, LISTENER_ID_SIZE = 65 };

/* What was told of one call. */
struct heard {
	char call[LISTENER_ID_SIZE], technician[LISTENER_ID_SIZE];
	int64_t arrival, promise_to;
	int64_t version; /* 0: nothing yet */
	bool stands;     /* not withdrawn, ended or amended since */
};

struct listener {
	struct heard heard[LISTENER_CALLS_MAX];
	int heards;
	int64_t plan_version;
	int64_t heard_until; /* the clock when what was pushed was read last */
};

/* Parameters of plan.revised, eta.revised, call.changed. */
void listener_plan(struct listener *l, const json_t *params);
void listener_eta(struct listener *l, const json_t *params);
void listener_call(struct listener *l, const json_t *params);
/* The result of plan.get, after all that was pushed until then. */
void listener_compare(struct listener *l, const json_t *plan);

/* A text member, "" if it is not there. */
const char *listener_text(const json_t *j, const char *member);

#endif
