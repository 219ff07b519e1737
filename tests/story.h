/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words to tell a day with: a real daemon in virtual time, a dispatcher's desk, a manager, and a
 * board that hears everything. What is told here is read from the wire only, as a stranger would
 * read it; what must hold on any day is checked when the story ends.
 */
#ifndef EVENKEEL_TESTS_STORY_H
#define EVENKEEL_TESTS_STORY_H

#include "tests/daemon_harness.h"

#define STORY_DAY "2011-09-21T"

struct story {
	struct harness h;
	struct client *desk, *manager, *board;
	json_t *heard; /* {"method","params"} of all that was pushed, oldest first */
	json_t *ids;   /* of calls, kept until the end */
};

/* --- beginning, time, end --- */

void story_open(struct story *s);
/* Checks story_calm(), and ends the daemon. */
void story_close(struct story *s);
/* To a time of the day ("09:30"), or of a later day ("+1 08:00"); all is decided and heard then. */
void story_at(struct story *s, const char *time);
void story_settle(struct story *s);
/* RFC 3339 of such a time; a new string. */
json_t *story_time(const char *time);
int64_t story_s(const json_t *time);

/* --- who works, who calls --- */

/* Works from 08:00 to 17:00 on so many days, the first on the day of the story. */
void story_technician(struct story *s, const char *id, double lat, double lon, int days);
void story_starts(struct story *s, const char *technician);
/* What a caller needs: parameters of call.quote or call.book; due "16:00", or NULL. */
json_t *story_need(const char *customer, double lat, double lon, const char *due, int minutes);
/* The same with an appointment. */
json_t *story_fixed(const char *customer, double lat, double lon, const char *from, const char *to,
    int minutes);
/* Books, by the desk; the id lives until the end. */
const char *story_booked(struct story *s, json_t *need);
const char *story_booked_as_quoted(struct story *s, struct client *who, const json_t *option);
/* Departs, arrives, finishes...: a stop.* method of a technician at a call. */
void story_stop(struct story *s, const char *what, const char *technician, const char *call);

/* --- what is known --- */

/* A member by its path, "promise.to" or "options.0.quote"; borrowed, NULL if it is not there. */
const json_t *story_member(const json_t *o, const char *path);
const char *story_text(const json_t *o, const char *path); /* "" if it is not there */
int64_t story_number(const json_t *o, const char *path);
json_t *story_call(struct story *s, const char *call); /* call.get, new */
json_t *story_plan(struct story *s);                   /* plan.get, new */
int64_t story_cost(struct story *s);                   /* its total, cents */

/* --- what was heard --- */

/* How many notifications of a method about a call (NULL: any), since number from of heard. */
size_t story_heard(const struct story *s, const char *method, const char *call, size_t from);
/* The newest of them, borrowed; NULL: none. */
const json_t *story_last(const struct story *s, const char *method, const char *call);
/* Messages of a kind to the customer of a call. */
size_t story_told(const struct story *s, const char *call, const char *kind);

/* --- what must hold --- */

/*
 * An option's numbers against the plan as it is: before, its cost, and the sum of its parts.
 * Takes no reference.
 */
void story_expect_before(struct story *s, const json_t *option);
/*
 * The same after it was booked: the plan's cost, the call's window, technician and arrival; each
 * other call whose arrival changed by a minute or more since the plan before is among the delays,
 * and no other.
 */
void story_expect_after(struct story *s, const json_t *option, const char *call,
    const json_t *plan_before);
/*
 * On any day: chosen disturbance within each plan's budget; a re-promise at most once a call and
 * hour, before the old window ends, to a window that holds the arrival; no message said twice.
 */
void story_calm(const struct story *s);

#endif
