/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the quotes share; nobody else includes it. */
#ifndef EVENKEEL_DAEMON_QUOTE_IMPL_H
#define EVENKEEL_DAEMON_QUOTE_IMPL_H

#include "daemon/proposal.h"
#include "daemon/quote.h"
#include "daemon/risk.h"
#include "daemon/spot.h"

enum {
	QUOTE_ROUTES_MAX = 40, /* routes that one option changes */
	/* Frozen, pinned and often moved calls stay where they are; a person may disturb all
	   others. */
	QUOTE_BUDGET = STATE_CALLS_OPEN_MAX,
};

/* Where candidates are looked for: a fork that knows the call, and its routes. */
struct field {
	struct state *s;
	int64_t now;
	struct cost_frame f;
	struct retimed *base;
	int32_t call;
	bool wished; /* the call has the deadline or appointment that was wished */
	bool another_day;
	bool leaves; /* the call was on the route of this technician */
	int32_t left;
};

/* A way to do the call. */
struct candidate {
	const struct field *field;
	const struct planner_offer *offer; /* the solver's, or NULL: the spot */
	struct spot spot;                  /* tech, start, end, cents, disturbed, broken: of both */
	int64_t from, to;                  /* the window it could be promised */
	int32_t pct;
	int32_t chance_pct; /* that it meets the wish */
	bool looked;        /* the window is worked out */
	bool meets, bad;
};

struct pool {
	struct candidate *list;
	int32_t n, max;
};

/* A new field; field_done() ends it, also when it is zeroed. */
int field_make(const struct quote_ask *ask, bool wished, struct field *ret);
void field_done(struct field *fd);

/* The routes of a candidate, as its field has them; their number, 0 none that fits. */
int32_t candidate_routes(const struct candidate *c, struct new_route *ret, int32_t max);

/* --- quote_window.c --- */

/* Works out what the candidate could promise, and how likely it meets the wish. */
void candidate_look(const struct quote_need *need, struct candidate *c);

/* Where the solver's plan has the call, and what it costs and disturbs; false: nowhere. */
bool candidate_spot(const struct field *fd, const struct planner_offer *offer, struct spot *ret);
/*
 * Promises that hold as the field's routes stand and would not by the solver's plan, those of calls
 * that it leaves out among them.
 */
int32_t candidate_broken(const struct field *fd, const struct planner_offer *offer);

/* --- quote_choose.c --- */

/* Of the candidates looked at the best of each kind; index per kind, -1 none. */
void quote_choose(const struct pool *p, const char *preferred, int32_t ret[QUOTE_KINDS]);
/* Marks those of a pool that may be the best of some kind, and looks at them. */
void quote_look(const struct quote_need *need, struct pool *p, int32_t from);

/* --- quote_day.c --- */

/*
 * The day of the appointment that is wished, if it can be met there; else the first day after that
 * of `after` on which somebody has room: as a field, and the best place on it. -ENOENT: none within
 * a week.
 */
int quote_another_day(const struct quote_ask *ask, int64_t after, struct field *ret,
    struct candidate *ret_best);

/*
 * Whether a call that is booked (on s) as it was quoted for another day still finds a place there,
 * beside all that is promised for that day: within its window, with the chance that was stated, and
 * breaking nothing. -ENOENT: it does not; -ENOMEM.
 */
int quote_day_holds(const struct state *s, int64_t now, int32_t call, struct span window,
    int32_t pct);

/* --- quote_show.c --- */

/* Terms of call.booked as they would be agreed; cost and who agreed are to be filled in. */
json_t *quote_terms(const json_t *wanted, bool meets, const struct span *window, int32_t pct,
    const char *technician);

/* Makes an option of a candidate, priced. -EPERM: it does not stand the check. */
int quote_show(const struct quote_ask *ask, const struct candidate *c, unsigned kinds,
    struct quote_option *ret);

#endif
