/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/trail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { STATES = 6 }; /* kept per stop: breaks taken or not, waited or not */

/* The ways to be done with a stop, none better than another in all. */
struct trail_states {
	struct route_state s[STATES];
	int n;
	int32_t soon_s; /* the earliest of them */
	int32_t last_s; /* the next stop, or the end, must be reached by then, breaks or not */
};

int
trail_full_room(struct trails *ts, struct trail *t, int32_t n)
{
	struct trail_states *at = realloc(t->at, ((size_t)n + 1) * sizeof(*at));

	(void)ts;
	if (at == NULL)
		return -ENOMEM;
	t->at = at;
	return 0;
}

void
trail_full_free(struct trail *t)
{
	free(t->at);
}

void
trail_full_copy(const struct trails *ts, struct trail *to, const struct trail *from)
{
	(void)ts;
	memcpy(to->at, from->at, ((size_t)from->n + 1) * sizeof(*to->at));
	to->wait_cents = from->wait_cents;
}

static void
add_state(const struct model *m, int32_t k, struct trail_states *to, const struct route_state *s)
{
	int kept = 0, worst = 0;

	for (int i = 0; i < to->n; i++)
		if (route_covers(m, k, &to->s[i], s))
			return;
	for (int i = 0; i < to->n; i++)
		if (!route_covers(m, k, s, &to->s[i]))
			to->s[kept++] = to->s[i];
	to->n = kept;
	if (kept < STATES) {
		to->s[to->n++] = *s;
		return;
	}
	for (int i = 1; i < STATES; i++)
		if (to->s[i].cents > to->s[worst].cents)
			worst = i;
	if (s->cents < to->s[worst].cents)
		to->s[worst] = *s;
}

static void
step(struct trails *ts, int32_t k, const struct trail_states *from, int32_t place, int32_t call,
    struct trail_states *to)
{
	int32_t drive_s = ground_leg_s(ts->g, k, place, call);

	to->n = 0;
	for (int i = 0; i < from->n; i++) {
		struct route_option option[ROUTE_OPTIONS_MAX];
		int options = route_step(ts->g->m, k, &from->s[i], place, drive_s, call,
		    option);

		for (int o = 0; o < options; o++)
			if (option[o].state.chosen <= ts->now[k].chosen_max)
				add_state(ts->g->m, k, to, &option[o].state);
	}
	ts->steps += from->n;
}

/* The cheapest end of the day, TRAIL_NO_CENTS if there is none. */
static int64_t
end_cents(const struct trails *ts, int32_t k, const struct trail_states *from, int32_t place)
{
	int32_t drive_s = ground_leg_s(ts->g, k, place, model_end_place(ts->g->m, k));
	int64_t best = TRAIL_NO_CENTS;

	for (int i = 0; i < from->n; i++) {
		int64_t cents;
		int32_t end_s;

		if (route_finish(ts->g->m, k, &from->s[i], drive_s, &cents, &end_s) &&
		    cents < best)
			best = cents;
	}
	return best;
}

static int32_t
place_before(const struct trails *ts, int32_t k, int32_t pos)
{
	return pos == 0 ? model_start_place(ts->g->m, k) : ts->now[k].seq[pos - 1];
}

/* What no way to drive the route can do without: for trail_full_ask to look no further. */
static void
find_times(struct trails *ts, int32_t k, struct trail *t)
{
	const struct model *m = ts->g->m;
	const struct technician *tech = &m->p->technician[k];
	int64_t last_s = (int64_t)tech->shift_end_s + tech->overtime_max_s;
	int32_t place = model_end_place(m, k);

	for (int32_t r = t->n; r >= 0; r--) {
		struct trail_states *at = &t->at[r];

		at->last_s = last_s < INT32_MAX / 2 ? (int32_t)last_s : INT32_MAX / 2;
		at->soon_s = INT32_MAX / 2;
		for (int i = 0; i < at->n; i++)
			if (at->s[i].t_s < at->soon_s)
				at->soon_s = at->s[i].t_s;
		if (r == 0)
			break;
		last_s -= (int64_t)model_least_s(m, k, t->seq[r - 1], place) +
		    m->call[t->seq[r - 1]].duration_s;
		if (last_s > m->call[t->seq[r - 1]].close_s)
			last_s = m->call[t->seq[r - 1]].close_s;
		place = t->seq[r - 1];
	}
}

void
trail_full_drive(struct trails *ts, int32_t k)
{
	struct trail *t = &ts->now[k];
	int32_t idle_s = 0;

	route_begin(ts->g->m, k, &t->at[0].s[0]);
	t->at[0].n = 1;
	for (int32_t r = 0; r < t->n; r++)
		step(ts, k, &t->at[r], place_before(ts, k, r), t->seq[r], &t->at[r + 1]);
	t->cents = t->n == 0 ? 0 : end_cents(ts, k, &t->at[t->n], t->seq[t->n - 1]);
	for (int i = 0; i < t->at[t->n].n; i++)
		if (t->at[t->n].s[i].idle_s > idle_s)
			idle_s = t->at[t->n].s[i].idle_s;
	find_times(ts, k, t);
	t->wait_cents = model_cents(ts->g->m->p->technician[k].wait_cents_per_h, idle_s);
}

/* At least what the call costs itself at that place: INT64_MAX if it is too late for it. */
static int64_t
own_cents(const struct trails *ts, int32_t k, int32_t pos, int32_t i)
{
	const struct model *m = ts->g->m;
	const struct model_call *c = &m->call[i];
	const struct trail *t = &ts->now[k];
	int32_t to = pos < t->n ? t->seq[pos] : model_end_place(m, k);
	int64_t start_s = (int64_t)t->at[pos].soon_s +
	    model_least_s(m, k, place_before(ts, k, pos), i);
	int64_t cents = 0;

	if (start_s < c->open_s)
		start_s = c->open_s;
	if (start_s > c->close_s || start_s + c->duration_s + model_least_s(m, k, i, to) >
	    t->at[pos].last_s)
		return INT64_MAX;
	if (start_s > c->due_s)
		cents += model_cents(c->late_cents_per_h, start_s - c->due_s);
	if (start_s > c->opened_s)
		cents += model_cents(c->response_cents_per_h, start_s - c->opened_s);
	return cents;
}

/* Cost of the route with call i put in at pos, TRAIL_NO_CENTS if it cannot be. */
static int64_t
cents_with(struct trails *ts, int32_t k, int32_t pos, int32_t i)
{
	const struct trail *t = &ts->now[k];
	struct trail_states a, b;
	struct trail_states *now = &a, *next = &b;
	int32_t place = i;

	step(ts, k, &t->at[pos], place_before(ts, k, pos), i, now);
	for (int32_t r = pos; r < t->n && now->n > 0; r++) {
		struct trail_states *swap = now;

		step(ts, k, now, place, t->seq[r], next);
		place = t->seq[r];
		now = next;
		next = swap;
	}
	return now->n == 0 ? TRAIL_NO_CENTS : end_cents(ts, k, now, place);
}

/* What the detour alone costs, in driving. */
static int64_t
detour_cents(const struct trails *ts, int32_t k, int32_t pos, int32_t i)
{
	const struct trail *t = &ts->now[k];
	int32_t from = place_before(ts, k, pos);
	int32_t to = pos < t->n ? t->seq[pos] : model_end_place(ts->g->m, k);
	int64_t cents = ground_leg_cents(ts->g, k, from, i) + ground_leg_cents(ts->g, k, i, to);

	if (t->n > 0)
		cents -= ground_leg_cents(ts->g, k, from, to);
	return cents;
}

void
trail_full_ask(struct trails *ts, int32_t k, int32_t i, struct slot *best)
{
	const struct trail *t = &ts->now[k];

	for (int32_t pos = ts->g->m->p->technician[k].fixed; pos <= t->n; pos++) {
		int64_t cents;

		if (t->at[pos].soon_s > ts->g->m->call[i].close_s)
			break;
		if (trail_blinks(ts))
			continue;
		cents = own_cents(ts, k, pos, i);
		if (cents == INT64_MAX ||
		    detour_cents(ts, k, pos, i) - t->wait_cents + cents >= best->delta)
			continue;
		cents = cents_with(ts, k, pos, i);
		if (cents < TRAIL_NO_CENTS && cents - t->cents < best->delta)
			*best = (struct slot){ cents - t->cents, k, pos };
	}
}
