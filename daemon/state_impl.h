/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What only the files state*.c know: the insides of a state, and the steps they share.
 *
 * Each state_apply_*.c works in two halves: first everything is read, checked and
 * allocated, and any error leaves the state alone; then the state is changed, by steps that cannot
 * fail.
 */
#ifndef EVENKEEL_DAEMON_STATE_IMPL_H
#define EVENKEEL_DAEMON_STATE_IMPL_H

#include "daemon/body.h"
#include "daemon/state.h"
#include "daemon/table.h"

enum {
	STATE_SPENDS_MAX = 2 * 24 * 60 + 2, /* two days in minutes */
	STATE_SPEND_KEPT_S = 2 * 86400,
};

/* A growing list of indices. */
struct ints {
	int32_t *v;
	int32_t n, cap;
};

struct call_slot {
	struct call_state c;
	json_t *history; /* array, owned */
	/* Texts for the next dump, NULL until one was made: of the terms; of all of a closed call.
	 */
	char *terms_text, *closed_text;
	/*
	 * Marks of the revision being read, valid while equal to state.mark: on which new route the
	 * call is, whether it is listed as unassigned, whether it is told. No part of the state.
	 */
	uint64_t on_route, off_route, told;
	int32_t new_tech;
	int64_t new_arrival;
};

struct state {
	char territory[STATE_ID_SIZE];
	char zone[STATE_ID_SIZE];
	int64_t seq, plan_version, guidelines_version;
	int64_t counter; /* technicians and calls ever made: for state_next_id() */
	struct guidelines guidelines;

	struct tech **tech;
	int32_t techs, techs_cap;
	struct table tech_by_id;

	struct call_slot **call;
	int32_t calls, calls_cap;
	struct table call_by_id;
	struct ints unused;   /* slots of forgotten calls */
	struct ints open;     /* in order of booking */
	struct ints closed;   /* in order of closing; the first closed_from of it were forgotten */
	int32_t closed_from;

	struct spend spend[STATE_SPENDS_MAX]; /* oldest first, a minute each at least */
	int32_t spends;

	uint64_t mark; /* of the newest revision read, see struct call_slot */
};

extern const char *const state_call_statuses[CALL_STATUSES];
extern const char *const state_tech_statuses[TECH_STATUSES];

typedef int state_apply_fn(struct state *s, const struct event *ev, struct body *b);
state_apply_fn state_apply_technician; /* state_apply_tech.c: technician.* */
state_apply_fn state_apply_shift;      /* shift.*, break.* */
state_apply_fn state_apply_call;       /* state_apply_call.c: call.* */
state_apply_fn state_apply_stop;       /* state_apply_stop.c: stop.* */
state_apply_fn state_apply_plan;       /* state_apply_plan.c: plan.revised */

/* state_terms.c: what terms mean. They fill in the members that come from terms only. */
void terms_read_tech(struct body *terms, struct tech *ret);
void terms_read_call(struct body *terms, struct call_state *ret);
/* A copy of was with the members of change put over it; NULL when out of memory. */
json_t *terms_merge(const json_t *was, const json_t *change);
struct place terms_read_place(struct body *b, const char *name);

/* The technician or call that a member of the body names; -1 after refusing (-ENOENT). */
int32_t state_read_tech(const struct state *s, struct body *b, const char *name);
int32_t state_read_call(const struct state *s, struct body *b, const char *name);
/* Refuses a "version" that is not the one after was. */
void state_read_version(struct body *b, int64_t was);
/* Refuses an "at" after the event's own time, or before the technician's last event. */
int64_t state_read_at(struct body *b, const struct event *ev, const struct tech *t);

/* Adding. The room must be there; both return the index. tech and slot are taken over. */
int state_reserve_tech(struct state *s);
int32_t state_add_tech(struct state *s, struct tech *t);
int state_reserve_call(struct state *s);
int32_t state_add_call(struct state *s, struct call_slot *slot, bool open);
void call_slot_free(struct call_slot *slot); /* NULL is fine */

/* The technician leaves the call he drives to: planned again, he is free where he got to. */
void state_turn_back(struct state *s, struct tech *t, int64_t at);
/* A call has ended: off its route, off the open list. */
void state_close(struct state *s, int32_t call, enum call_status as, const char *outcome,
    int64_t at);

#endif
