/* SPDX-License-Identifier: Apache-2.0 */
/*
 * States for tests: events written as short text, plans made by re-timing.
 *
 * In a body ' stands for ", and @n for the time T0 + n seconds. T0 is
 * 2011-09-21 08:00 in Chicago, the zone of the territory; its shifts start then.
 */
#ifndef EVENKEEL_TESTS_STATE_FIXTURE_H
#define EVENKEEL_TESTS_STATE_FIXTURE_H

#include <jansson.h>
#include <stdint.h>

#include "daemon/event.h"
#include "daemon/retime.h"
#include "daemon/state.h"
#include "daemon/tell.h"

#define T0 INT64_C(1316610000)
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* A body from text; fails the test if it is not JSON. */
json_t *fix_body(const char *text);

/* Applies an event at T0 + at_s. Gives what state_apply() gave, with its sentence in fix_why. */
int fix_apply(struct state *s, int64_t at_s, enum event_type type, const char *body);
int fix_apply_json(struct state *s, int64_t at_s, enum event_type type, json_t *body); /* stolen */
extern char fix_why[256];

/* The same, and fails the test if it is refused. fmt is printf's. */
void fix_must(struct state *s, int64_t at_s, enum event_type type, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* A territory that was opened. */
struct state *fix_open(void);

/*
 * A small shop, at 07:00 (T0 - 3600): technicians t1 and t2 (skill hvac, level 2), t3 (none), home
 * at 41.88 -87.63, shifts 08:00 to 17:00 today and tomorrow, a break of 1,800 s between 12:00 and
 * 13:00. Calls c1 to c4 (an hour each, c4 with an appointment 15:00 to 16:00), all unassigned; c2
 * needs hvac. Sites are 0.01 degrees of latitude apart: some two minutes' drive and the leg's two.
 */
struct state *fix_shop(void);

/* A revision made of whole routes in a given order, re-timed; what is under way stays first. */
struct fix_plan {
	const char *kind;
	enum tell_why why;
	const char *chosen[8]; /* disturbed by choice, NULL ends */
};
/* order: "t1: c1 c2; t2: c3". The body that a planner would publish, told entries and all. */
json_t *fix_plan_body(const struct state *s, int64_t at_s, const char *order,
    const struct fix_plan *plan);
/* Makes it of re-timed routes. */
json_t *fix_routes_body(const struct state *s, int64_t at_s, const int32_t *tech,
    const struct retimed *route, int32_t n, const struct fix_plan *plan);
/* Applies it; fails the test if it is refused. */
void fix_plan(struct state *s, int64_t at_s, const char *order);

/* By id; fail the test if there is none. */
const struct call_state *fix_call(const struct state *s, const char *id);
const struct tech *fix_tech(const struct state *s, const char *id);

/* Fails the test unless the state is sound and its dump loads to the same dump. */
void fix_sound(const struct state *s, const char *where);

#endif
