/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Re-timing: where the routes as they stand lead, seen from a moment. The stay plan.
 *
 * Same order, same technicians; each stop starts when the technician can be there,
 * but not before the call may start (state_start_at()); a told stop is not
 * started earlier than its ETA less the tolerance, a promised one not before
 * its window opens. A break stays in the gap where the plan has it, as long as it starts within its
 * window there (or was planned late); else it is taken at the last gap between stops that
 * still starts it within its window, else at the first gap after it; where both would be bad, where
 * waiting for the window costs no more time than being late. After the last stop the breaks
 * still due are taken before the way home.
 * Work takes as long as state_work() says, drives as state_speed_pct() does.
 * What is under way ends at its planned end, or, when that has passed, 5 minutes after now; work of a
 * kind that is known, when half of those that lasted so long have ended.
 */
#ifndef EVENKEEL_DAEMON_RETIME_H
#define EVENKEEL_DAEMON_RETIME_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/state.h"

/* A technician's route re-timed. Sizes as in struct tech. */
struct retimed {
	bool works;           /* he has a shift now or ahead and is not absent through it */
	int64_t ready;        /* free for the next stop, after what is under way */
	struct place ready_place;
	int32_t under_way;    /* 1 if stop[0] is under way, else 0 */
	int32_t shift;        /* index of the shift planned for, -1 */
	int64_t shift_end;    /* its end, or where an absence cuts it off; without overtime */
	int32_t overtime_max_s; /* back at the end place by shift_end and so much more, 0 before an
				   absence */
	struct stop stop[STATE_STOPS_MAX];
	int32_t stops;        /* those that fit */
	int32_t lost[STATE_STOPS_MAX]; /* calls that do not fit before the latest end any more */
	int32_t losts;
	struct planned_break taken[STATE_BREAKS_MAX];
	int32_t takens;
	int64_t end;
	int32_t overtime_s;
};

/*
 * Re-times a technician as of now. Pure. Planned for is the shift being worked; else the next that
 * begins within a day, up to 30 minutes after its start, if nobody said that it started. An absence
 * ends the day where it begins, or, begun already, puts off what is next to its end.
 */
void retime(const struct state *s, int32_t tech, int64_t now, struct retimed *ret);

/*
 * The start of a call whose technician can be there at t: when it may start, and not before what was
 * promised and, but for the tolerance, told.
 */
int64_t retime_start(const struct state *s, const struct call_state *c, int64_t t);

/*
 * The same for any order of calls instead of the technician's own stops ahead (what is under way
 * stays first): for previews, and as a fallback when no solver answers.
 */
void retime_order(const struct state *s, int32_t tech, int64_t now, const int32_t *calls,
    int32_t n, struct retimed *ret);

#endif
