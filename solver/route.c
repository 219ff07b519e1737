/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/route.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "solver/leg.h"

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

/* Adds a label to those from `first` on, unless one of them covers it. */
static int
push_label(struct route_work *w, const struct model *m, int32_t k, int32_t first,
    const struct route_label *l)
{
	int32_t kept = first;

	for (int32_t j = first; j < w->labels; j++)
		if (route_covers(m, k, &w->label[j].state, &l->state))
			return 0;
	for (int32_t j = first; j < w->labels; j++)
		if (!route_covers(m, k, &l->state, &w->label[j].state))
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
	if (push_label(w, m, k, 0, &root) < 0)
		return -ENOMEM;
	for (int32_t r = 0; r < n; r++) {
		int32_t drive_s = model_drive_s(m, k, place, seq[r]);

		for (int32_t j = first; j < last; j++) {
			struct route_option option[ROUTE_OPTIONS_MAX];
			struct route_state from = w->label[j].state;
			int options = route_step(m, k, &from, place, drive_s, seq[r], option);

			for (int o = 0; o < options; o++) {
				struct route_label l = { option[o].state, option[o].start_s, j };

				if (l.state.chosen > chosen_max)
					continue;
				if (push_label(w, m, k, last, &l) < 0)
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

/* One leg of a traced route: to its stop, or, after the last, to the end of the day. */
struct traced {
	int32_t to;        /* call, or the end's place */
	int32_t breaks;    /* taken by the end of it */
	bool depot;        /* visited on it */
	int32_t least_s;   /* the call starts no sooner */
};

static int32_t
work_of(const struct model *m, int32_t k, int32_t place, const struct traced *g)
{
	return g->to < m->p->calls ? model_work_s(m, k, place, g->to) : 0;
}

/* Drives a leg again, and writes down when what happens on it; ends with l->s.t_s there. */
static void
trace_leg(const struct model *m, int32_t k, int32_t place, const struct traced *g, int32_t r,
    struct leg *l, struct plan_route *route)
{
	int32_t depot = model_depot_place(m);
	struct route_state now = l->s;

	leg_begin(m, &now, model_drive_s(m, k, place, g->depot ? depot : g->to), l);
	while (l->s.taken < g->breaks) {
		const struct break_due *b = &m->p->technician[k].due[l->s.taken];
		bool open = leg_break(m, k, l);

		assert(open);
		route->taken[route->takens++] = (struct plan_break){
			.due = l->s.taken - 1,
			.after = r,
			.start_s = l->s.t_s - b->duration_s,
		};
	}
	l->s.t_s = (int32_t)leg_end_s(m, l);
	if (!g->depot)
		return;
	route->depot_after = r;
	route->depot_s = l->s.t_s;
	l->s.t_s += m->p->depot_s;
	l->s.t_s = (int32_t)model_drive_end_s(m, l->s.t_s,
	    model_parts(m, model_drive_s(m, k, depot, g->to)));
}

/* How long he is driving, at work or in a break until the end of the last stop. */
static int64_t
busy_s(const struct model *m, int32_t k, const struct traced *leg, int32_t n)
{
	int32_t place = model_start_place(m, k), depot = model_depot_place(m);
	int64_t busy_s = 0;

	for (int32_t r = 0; r < n; r++) {
		if (leg[r].depot)
			busy_s += (int64_t)model_drive_s(m, k, place, depot) + m->p->depot_s +
			    model_drive_s(m, k, depot, leg[r].to);
		else
			busy_s += model_drive_s(m, k, place, leg[r].to);
		busy_s += work_of(m, k, place, &leg[r]);
		place = leg[r].to;
	}
	for (int32_t b = 0; b < leg[n - 1].breaks; b++)
		busy_s += m->p->technician[k].due[b].duration_s;
	return busy_s;
}

void
route_trace(const struct route_work *w, const struct model *m, int32_t k,
    const struct route_choice *choice, const int32_t *seq, int32_t n, struct plan_route *route)
{
	const struct technician *t = &m->p->technician[k];
	struct traced leg[PROBLEM_STOPS_MAX + 1];
	const struct route_state *last;
	struct leg l = { .s.t_s = t->ready_s };
	int32_t place = model_start_place(m, k);

	*route = (struct plan_route){
		.stop = route->stop,
		.stops = n,
		.depot_after = -1,
		.leave_s = t->ready_s,
		.end_s = choice->end_s,
		.cost_cents = choice->cents,
	};
	if (n == 0)
		return;
	last = &w->label[choice->label].state;
	leg[n] = (struct traced){ .to = model_end_place(m, k), .breaks = t->dues };
	for (int32_t r = n - 1, label = choice->label; r >= 0; r--) {
		const struct route_label *to = &w->label[label];

		assert(to->parent >= 0);
		leg[r] = (struct traced){
			.to = seq[r],
			.breaks = to->state.taken,
			.depot = to->state.depot && !w->label[to->parent].state.depot,
			.least_s = to->start_s,
		};
		label = to->parent;
	}
	if (t->leaves_late) {
		/* What was neither busy nor idle by the end of the last stop lies before the day. */
		route->leave_s = last->t_s - last->idle_s - (int32_t)busy_s(m, k, leg, n);
		l.s.t_s = route->leave_s;
	}
	for (int32_t r = 0; r < n; r++) {
		int32_t start_s;

		trace_leg(m, k, place, &leg[r], r, &l, route);
		start_s = l.s.t_s > leg[r].least_s ? l.s.t_s : leg[r].least_s;
		l.s.t_s = start_s + work_of(m, k, place, &leg[r]);
		route->stop[r] = (struct plan_stop){ seq[r], start_s, l.s.t_s };
		place = seq[r];
	}
	assert(l.s.t_s == last->t_s);
	trace_leg(m, k, place, &leg[n], n, &l, route);
	assert(l.s.t_s == route->end_s);
}
