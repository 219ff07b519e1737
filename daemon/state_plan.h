/* SPDX-License-Identifier: Apache-2.0 */
/* A revision of the plan while it is applied: what state_apply_plan.c and its readers share. */
#ifndef EVENKEEL_DAEMON_STATE_PLAN_H
#define EVENKEEL_DAEMON_STATE_PLAN_H

#include "daemon/state_impl.h"

enum { PLAN_LIST_MAX = STATE_CALLS_OPEN_MAX };

struct route_new {
	int32_t tech;
	struct stop *stop;
	int32_t stops;
	struct planned_break taken[STATE_BREAKS_MAX];
	int32_t takens;
	int64_t end;
	int32_t overtime_s;
};

/* A call that is told something, or whose ETA is withdrawn. */
struct told_new {
	int32_t call;
	struct told_state told;
	json_t *history;
	struct move_held *move;
};

/* A revision as read and checked; nothing of it is in the state yet. */
struct revision {
	enum account account;
	struct route_new *route;
	int32_t routes;
	struct told_new *told;
	int32_t tolds;
	int32_t *chosen;
	int32_t chosens;
	struct told_new *withdrawn;
	int32_t withdrawns;
	struct told_new *untold; /* of chosen: only the move is used */
	int32_t untolds;
	int32_t *route_of; /* by technician: his new route + 1, or 0 */
	int64_t midnight;
};

/* Reads and checks a revision; state.mark is a new one then. The error, if any, is in the body. */
int plan_read(struct state *s, const struct event *ev, struct body *b, struct revision *r);
void plan_done(struct revision *r); /* frees what was not taken over */

/* state_plan_told.c: the lists "told" and "withdrawn", after the routes and the disturbance. */
void plan_told_read(struct state *s, struct revision *r, const struct event *ev, struct body *b);

/* Zeroed memory for n items, never NULL for n = 0; refuses when out of memory. */
void *plan_items_new(struct body *b, size_t n, size_t size);
/* On whose route a call is after the revision, -1 nobody's. */
int32_t plan_tech_after(const struct state *s, const struct revision *r, int32_t call);

#endif
