/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the orders share; nobody else includes it. */
#ifndef EVENKEEL_DAEMON_ORDER_IMPL_H
#define EVENKEEL_DAEMON_ORDER_IMPL_H

#include "daemon/morning.h"
#include "daemon/order.h"
#include "daemon/quote_impl.h"

enum { ORDER_DAYS_MAX = 7 /* days ahead that are looked at */ };

/* Where one wanted call ends up. */
struct order_place {
	bool placed, another_day, meets;
	int32_t tech, pct;
	int64_t from, to, arrival;
};

/* The wanted calls on one fork, all known and none placed: what every order starts from. */
struct order_start {
	const struct order_ask *ask;
	struct state *s;
	int32_t call[ORDER_WANTED_MAX];
	struct cost_frame f;
	struct retimed *base; /* changed while an order is tried, and put back */
	int32_t *tech;        /* those worth a look for each call, ORDER_TECHS_MAX a call */
	int32_t techs[ORDER_WANTED_MAX];
	/* The next days, with what is promised there: opened when an order first asks for one. */
	struct morning later[ORDER_DAYS_MAX];
	int later_rc[ORDER_DAYS_MAX]; /* 0, -ENOENT: nobody works */
	int32_t laters;
};

enum { ORDER_TECHS_MAX = 8 };

/* One order, worked out. */
struct order_try {
	int32_t order[ORDER_WANTED_MAX];
	struct order_place place[ORDER_WANTED_MAX]; /* by position in wanted */
	struct new_route route[ORDER_WANTED_MAX];   /* routes of today that change */
	int32_t routes;
	int64_t cents;       /* what all of them add, for comparing */
	int64_t later_cents; /* of these, what those placed on another day add there */
};

/* -ENOMEM. */
int order_start(const struct order_ask *ask, struct order_start *ret);
void order_start_done(struct order_start *st);

/* Places the calls in the order that is given in ret->order. -ENOMEM. */
int order_try(struct order_start *st, struct order_try *ret);

/* --- order_show.c --- */

/*
 * An order on the wire; by: whose it is; best: none that was tried is cheaper. NULL: out of memory.
 */
json_t *order_show(const struct order_start *st, const struct order_try *t, const char *by,
    bool best);

#endif
