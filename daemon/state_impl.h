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
#include "daemon/learn.h"
#include "daemon/state.h"
#include "daemon/table.h"

enum {
	STATE_SPENDS_MAX = 3 * 2 * 24 * 60, /* two days in minutes, of some accounts each */
	STATE_SPEND_KEPT_S = 2 * 86400,
};

/* A growing list of indices. */
struct ints {
	int32_t *v;
	int32_t n, cap;
};

/*
 * What a state and its forks share is counted in refs; who is not the only one to hold it leaves it
 * as it is and puts a copy in its own place. A fork lives on the thread of its original.
 */
struct call_slot {
	int32_t refs; /* above 1: closed, so that it does not change any more */
	struct call_state c;
	json_t *history; /* array, owned */
	/* Texts for the next dump, NULL until one was made: of the terms; of all of a closed call.
	 */
	char *terms_text, *closed_text;
	/*
	 * Marks of the revision being read, valid while equal to state.mark: on which new route the
	 * call is, whether it is listed as unassigned, told, chosen. No part of the state.
	 */
	uint64_t on_route, off_route, told, chosen;
	int32_t new_tech;
	int64_t new_arrival;
};

struct move_held {
	int32_t refs;
	char *text; /* for the next dump, NULL until one was made */
	struct move m;
};

struct goodwill_held {
	int32_t refs;
	struct goodwill g;
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

	struct learn *learn;

	struct move_held **move; /* oldest first */
	int32_t moves, moves_cap;
	struct goodwill_held **goodwill; /* oldest first */
	int32_t goodwills, goodwills_cap;

	struct spend spend[STATE_SPENDS_MAX]; /* oldest first, one a minute and account */
	int32_t spends;

	uint64_t mark; /* of the newest revision read, see struct call_slot */
};

extern const char *const state_call_statuses[CALL_STATUSES];
extern const char *const state_tech_statuses[TECH_STATUSES];
extern const char *const state_contracts[CONTRACTS];
extern const char *const state_answers[ANSWERS];
extern const char *const state_accounts[ACCOUNTS];

/* In the place of a call that was forgotten. */
extern struct call_slot state_forgotten;

typedef int state_apply_fn(struct state *s, const struct event *ev, struct body *b);
state_apply_fn state_apply_technician; /* state_apply_tech.c: technician.* */
state_apply_fn state_apply_shift;      /* shift.*, break.* */
state_apply_fn state_apply_call;       /* state_apply_call.c: call.* */
state_apply_fn state_apply_stop;       /* state_apply_stop.c: stop.* */
state_apply_fn state_apply_plan;       /* state_apply_plan.c: plan.revised */
state_apply_fn state_apply_promise;    /* state_apply_promise.c: answers, other days, risks */
state_apply_fn state_apply_goodwill;   /* state_apply_goodwill.c: goodwill.*, message.written */

/* state_terms.c: what terms mean. They fill in the members that come from terms only. */
void terms_read_tech(struct body *terms, struct tech *ret);
void terms_read_call(struct body *terms, const struct guidelines *g, struct call_state *ret);
/* The window that was agreed, 0 and 0 none, and with which confidence. */
void terms_read_agreed(struct body *terms, struct span *ret_window, int32_t *ret_pct);
/* A copy of was with the members of change (NULL: none) put over it; NULL when out of memory. */
json_t *terms_merge(const json_t *was, const json_t *change);
/* A copy of was without some members (a list that ends with NULL); NULL when out of memory. */
json_t *terms_without(const json_t *was, const char *const *members);
/* Takes what comes from terms; a measure that was only taken from the guidelines stays. */
void terms_take_call(struct call_state *c, const struct call_state *from);
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
void call_slot_free(struct call_slot *slot); /* one hold less; NULL is fine */
/* Room for n more pointers in an array of now pointers at array_at. -ENOMEM. */
int state_reserve_pointers(void *array_at, int32_t now, int32_t n, int32_t *cap);

/* state_moves.c. The room must be there; held is taken over. */
int state_reserve_moves(struct state *s, int32_t n);
/* One about a call, with the event as its cause; NULL when out of memory. */
struct move_held *state_move_new(const struct state *s, const struct event *ev, int32_t call,
    const char *code);
void state_add_move(struct state *s, struct move_held *held);
void move_free(struct move_held *held); /* one hold less; NULL is fine */
/* Notes what was chosen, minute by minute, and forgets what is older than two days. */
void state_spend(struct state *s, int64_t at, enum account account, int32_t calls);

/*
 * Terms of a call that change with an event: read into scratch, then put in place by steps that
 * cannot fail. merged is stolen, NULL: out of memory, refused here.
 */
struct new_terms {
	json_t *terms;
	struct call_state scratch;
};
int new_terms_read(const struct state *s, struct body *b, json_t *merged, struct new_terms *ret);
void new_terms_done(struct new_terms *n); /* those that were not put in place; zeroed is fine */
void new_terms_put(struct call_slot *slot, struct new_terms *n);

/* What was told and promised is void; versions and what was promised first go on. */
void state_void_promise(struct call_state *c);
/* A window that is promised anew, as first told, too. */
void state_promise_window(struct call_state *c, int64_t from, int64_t to);
/* An earlier time than the day it was carried over to may have been agreed: that day then goes. */
void state_day_agreed(struct call_state *c);

/* state_ledger.c: parts of the canonical JSON. */
struct text;
void state_dump_moves(const struct state *s, struct text *t);
void state_load_moves(struct state *s, struct body *b);
void state_dump_goodwill(const struct state *s, struct text *t);
void state_load_goodwill(struct state *s, struct body *b);

void goodwill_free(struct goodwill_held *held); /* one hold less; NULL is fine */

/* The call's history with one entry (stolen) more; beyond its bound the second oldest goes. NULL
 * when out of memory. */
json_t *state_history_with(const struct call_slot *slot, json_t *entry);

/* Takes a call off its technician's route, if it is on one: it is unassigned then. */
void state_unroute(struct state *s, int32_t call);
/* The technician leaves the call he drives to: planned again, he is free where he got to. */
void state_turn_back(struct state *s, struct tech *t, int64_t at);
/*
 * Whether a window that begins after the end of the first one was told: the first was missed then,
 * and counted so, whatever comes.
 */
bool state_is_settled(const struct told_state *t);
/*
 * What was promised to a call by a quote was missed: no visit, or another window was told; once, and
 * only if it was not the customer's doing. learn_reserve() comes before.
 */
void state_learn_missed(struct state *s, const struct call_state *c);
/* A call has ended: off its route, off the open list. */
void state_close(struct state *s, int32_t call, enum call_status as, const char *outcome,
    int64_t at);

#endif
