/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/route.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

/* A state of a fixed sequence, and how it came about. */
struct route_label {
	struct route_state state;
	int32_t start_s;
	int32_t parent;
};

void
route_work_done(struct route_work *w)
{
	free(w->label);
	*w = (struct route_work){ 0 };
}

void
route_begin(const struct model *m, int32_t k, struct route_state *ret)
{
	*ret = (struct route_state){ .t_s = m->p->technician[k].ready_s };
}

static int64_t
limit_s(const struct technician *t)
{
	return (int64_t)t->shift_end_s + t->overtime_max_s;
}

int64_t
route_who_cents(const struct model *m, int32_t k, const struct model_call *c, int32_t hard)
{
	const struct technician *t = &m->p->technician[k];
	int64_t cents = 0;
	int64_t before = t->hard_before + hard;

	if (c->preferred >= 0 && c->preferred != k)
		cents += c->prefer_cents;
	if (c->told_technician >= 0 && c->told_technician != k)
		cents += c->reassign_cents;
	/* (before + d)^2 - before^2 adds up over the stops to the route's own. */
	cents += m->p->weights.fair_cents * c->difficulty * (2 * before + c->difficulty);
	return cents;
}

int64_t
route_when_cents(const struct model *m, const struct model_call *c, int32_t start_s)
{
	int64_t cents = 0;

	if (start_s > c->due_s) {
		int64_t late_s = (int64_t)start_s - c->due_s;
		int64_t steep_s = late_s - m->p->weights.late_steep_s;

		cents += model_cents(c->late_cents_per_h, late_s + (steep_s > 0 ? steep_s : 0));
	}
	if (start_s > c->opened_s)
		cents += model_cents(c->response_cents_per_h, (int64_t)start_s - c->opened_s);
	if (start_s < c->eta_lo_s || start_s > c->eta_hi_s)
		cents += c->eta_moved_cents;
	if (start_s < c->promise_lo_s || start_s > c->promise_hi_s)
		cents += c->repromise_cents;
	if (start_s > c->promise_hi_s)
		cents += c->break_promise_cents;
	return cents;
}

bool
route_is_chosen(const struct model_call *c, int32_t k, int32_t start_s)
{
	if (!c->stay_served)
		return false;
	if (c->told_technician >= 0 && c->told_technician != k && c->stay_technician != k)
		return true;
	return start_s < c->calm_lo_s || start_s > c->calm_hi_s;
}

/*
 * Adds the options of starting call i, once the technician could be there at
 * at_s: at once, and at each later floor that buys something.
 */
static int
add_starts(const struct model *m, int32_t k, const struct route_state *base, int64_t at_s,
    int32_t i, struct route_option *out)
{
	const struct model_call *c = &m->call[i];
	int64_t who = route_who_cents(m, k, c, base->hard);
	int64_t best_cents = INT64_MAX;
	int best_chosen = 2;
	int n = 0;
	int32_t start_s = at_s > c->open_s ? (int32_t)at_s : c->open_s;

	if (m->as_told && start_s < c->told_floor_s)
		start_s = c->told_floor_s < c->close_s ? c->told_floor_s : c->close_s;
	for (int32_t f = -1; f < c->floors; f++) {
		int64_t cents;
		int chosen;

		if (f >= 0) {
			if (m->as_told || c->floor_s[f] <= start_s)
				continue;
			start_s = c->floor_s[f];
		}
		cents = route_when_cents(m, c, start_s);
		chosen = route_is_chosen(c, k, start_s) && !m->as_told;
		if (chosen && c->immovable)
			continue;
		chosen = chosen && m->counts;
		if (cents >= best_cents && chosen >= best_chosen)
			continue;
		best_cents = cents < best_cents ? cents : best_cents;
		best_chosen = chosen < best_chosen ? chosen : best_chosen;
		out[n++] = (struct route_option){
			.state = {
				.cents = base->cents + who + cents,
				.t_s = start_s + c->duration_s,
				.idle_s = (int32_t)(base->idle_s + (start_s - at_s)),
				.hard = base->hard + c->difficulty,
				.chosen = (int16_t)(base->chosen + chosen),
				.taken = base->taken,
			},
			.start_s = start_s,
		};
	}
	return n;
}

/* Takes the next break as early as it may be. */
static void
take_break(const struct model *m, int32_t k, struct route_state *s)
{
	const struct break_due *b = &m->p->technician[k].due[s->taken];
	int32_t start_s = s->t_s > b->open_s ? s->t_s : b->open_s;

	s->idle_s += start_s - s->t_s;
	if (start_s > b->close_s)
		s->cents += model_cents(m->p->weights.break_late_cents_per_h,
		    (int64_t)start_s - b->close_s);
	s->t_s = start_s + b->duration_s;
	s->taken++;
}

int
route_step(const struct model *m, int32_t k, const struct route_state *from, int32_t drive_s,
    int32_t i, struct route_option *out)
{
	const struct technician *t = &m->p->technician[k];
	const struct model_call *c = &m->call[i];
	int64_t limit = limit_s(t);
	struct route_state base = *from;
	int n = 0;

	base.cents += model_cents(t->drive_cents_per_h, drive_s);
	for (;;) {
		int64_t at_s = (int64_t)base.t_s + drive_s;

		if (at_s > c->close_s || at_s + c->duration_s > limit)
			return n;
		n += add_starts(m, k, &base, at_s, i, out + n);
		while (n > 0 && out[n - 1].state.t_s > limit)
			n--;
		if (base.taken == t->dues)
			return n;
		take_break(m, k, &base);
		if (base.t_s > limit)
			return n;
	}
}

bool
route_finish(const struct model *m, int32_t k, const struct route_state *from, int32_t drive_s,
    int64_t *ret_cents, int32_t *ret_end_s)
{
	const struct technician *t = &m->p->technician[k];
	struct route_state s = *from;
	int64_t waited_s = s.idle_s; /* after the last stop it costs nothing */
	int64_t end_s;

	while (s.taken < t->dues) {
		take_break(m, k, &s);
		if (s.t_s > limit_s(t))
			return false;
	}
	end_s = (int64_t)s.t_s + drive_s;
	if (end_s > limit_s(t))
		return false;
	s.cents += model_cents(t->drive_cents_per_h, drive_s);
	s.cents += model_cents(t->wait_cents_per_h, waited_s);
	if (end_s > t->shift_end_s)
		s.cents += model_cents(t->overtime_cents_per_h, end_s - t->shift_end_s);
	*ret_cents = s.cents;
	*ret_end_s = (int32_t)end_s;
	return true;
}

/* Same sequence, same breaks: then less time waited is time left. */
static bool
covers(const struct route_state *a, const struct route_state *b)
{
	return a->taken == b->taken && a->t_s <= b->t_s && a->cents <= b->cents &&
	    a->chosen <= b->chosen;
}

static int
push_label(struct route_work *w, int32_t first, const struct route_label *l)
{
	int32_t kept = first;

	for (int32_t j = first; j < w->labels; j++)
		if (covers(&w->label[j].state, &l->state))
			return 0;
	for (int32_t j = first; j < w->labels; j++)
		if (!covers(&l->state, &w->label[j].state))
			w->label[kept++] = w->label[j];
	w->labels = kept;
	if (w->labels == w->labels_max) {
		int32_t more = w->labels_max ? 2 * w->labels_max : 256;
		struct route_label *grown = realloc(w->label, (size_t)more * sizeof(*grown));

		if (grown == NULL)
			return -ENOMEM;
		w->label = grown;
		w->labels_max = more;
	}
	w->label[w->labels++] = *l;
	return 0;
}

/*
 * Keeps the choices Pareto-best: cents ascending, chosen descending. With more
 * than fit, one in the middle is given up.
 */
static int
push_choice(struct route_choice *out, int n, struct route_choice c)
{
	int kept = 0;
	int at;

	for (int j = 0; j < n; j++)
		if (out[j].cents <= c.cents && out[j].chosen <= c.chosen)
			return n;
	for (int j = 0; j < n; j++)
		if (out[j].cents < c.cents || out[j].chosen < c.chosen)
			out[kept++] = out[j];
	if (kept == ROUTE_CHOICES_MAX) {
		kept--;
		for (int j = ROUTE_CHOICES_MAX / 2; j < kept; j++)
			out[j] = out[j + 1];
	}
	for (at = kept; at > 0 && out[at - 1].cents > c.cents; at--)
		out[at] = out[at - 1];
	out[at] = c;
	return kept + 1;
}

int
route_eval(struct route_work *w, const struct model *m, int32_t k, const int32_t *seq, int32_t n,
    int32_t chosen_max, struct route_choice *out)
{
	struct route_label root = { .parent = -1 };
	int32_t first = 0, last = 1;
	int32_t place = model_start_place(m, k);
	int choices = 0;

	if (n == 0) {
		out[0] = (struct route_choice){ .end_s = m->p->technician[k].ready_s };
		return 1;
	}
	w->labels = 0;
	route_begin(m, k, &root.state);
	if (push_label(w, 0, &root) < 0)
		return -ENOMEM;
	for (int32_t r = 0; r < n; r++) {
		int32_t drive_s = model_drive_s(m, k, place, seq[r]);

		for (int32_t j = first; j < last; j++) {
			struct route_option option[ROUTE_OPTIONS_MAX];
			struct route_state from = w->label[j].state;
			int options = route_step(m, k, &from, drive_s, seq[r], option);

			for (int o = 0; o < options; o++) {
				struct route_label l = { option[o].state, option[o].start_s, j };

				if (l.state.chosen > chosen_max)
					continue;
				if (push_label(w, last, &l) < 0)
					return -ENOMEM;
			}
			w->steps++;
		}
		place = seq[r];
		first = last;
		last = w->labels;
		if (first == last)
			return 0;
	}
	for (int32_t j = first; j < last; j++) {
		struct route_choice c = { .chosen = w->label[j].state.chosen, .label = j };

		if (route_finish(m, k, &w->label[j].state,
		    model_drive_s(m, k, place, model_end_place(m, k)), &c.cents, &c.end_s))
			choices = push_choice(out, choices, c);
	}
	return choices;
}

/* When each break of a traced route starts: as early as its place allows. */
static void
trace_breaks(const struct technician *t, const int32_t *after, struct plan_route *route)
{
	for (int b = 0; b < t->dues; b++) {
		int32_t free_s = t->ready_s;

		if (b > 0 && after[b - 1] == after[b])
			free_s = route->taken[b - 1].start_s + t->due[b - 1].duration_s;
		else if (after[b] > 0)
			free_s = route->stop[after[b] - 1].end_s;
		route->taken[b] = (struct plan_break){
			.due = b,
			.after = after[b],
			.start_s = free_s > t->due[b].open_s ? free_s : t->due[b].open_s,
		};
	}
	route->takens = t->dues;
}

void
route_trace(const struct route_work *w, const struct model *m, int32_t k,
    const struct route_choice *choice, const int32_t *seq, int32_t n, struct plan_route *route)
{
	const struct technician *t = &m->p->technician[k];
	int32_t after[PROBLEM_BREAKS_MAX] = { 0 }; /* stops before each break */
	int32_t label = choice->label;

	route->stops = n;
	route->takens = 0;
	route->end_s = choice->end_s;
	route->cost_cents = choice->cents;
	if (n == 0)
		return;
	for (int b = w->label[label].state.taken; b < t->dues; b++)
		after[b] = n;
	for (int32_t r = n - 1; r >= 0; r--) {
		const struct route_label *l = &w->label[label];

		assert(l->parent >= 0);
		route->stop[r] = (struct plan_stop){
			.call = seq[r],
			.start_s = l->start_s,
			.end_s = l->state.t_s,
		};
		for (int b = w->label[l->parent].state.taken; b < l->state.taken; b++)
			after[b] = r;
		label = l->parent;
	}
	trace_breaks(t, after, route);
}
