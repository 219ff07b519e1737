/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/leg.h"
#include "solver/route.h"

static int64_t
limit_s(const struct technician *t)
{
	return (int64_t)t->shift_end_s + t->overtime_max_s;
}

void
route_begin(const struct model *m, int32_t k, struct route_state *ret)
{
	const struct technician *t = &m->p->technician[k];
	int64_t day_s = limit_s(t) - t->ready_s;

	*ret = (struct route_state){
		.cents = t->day_cents,
		.t_s = t->ready_s,
		.slack_s = t->leaves_late && day_s > 0 ? (int32_t)day_s : 0,
	};
}

bool
route_covers(const struct model *m, int32_t k, const struct route_state *a,
    const struct route_state *b)
{
	int64_t lead = b->cents - a->cents;
	int64_t more_s;

	if (lead < 0 || !route_reaches(m, a, b))
		return false;
	more_s = route_idle_more_s(a, b);
	/* Waiting is rounded once for a whole route: up here, so that no rounding exceeds it. */
	return more_s <= 0 ||
	    (m->p->technician[k].wait_cents_per_h * more_s + 3599) / 3600 <= lead;
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
 * By how much a start may be put off within its window with nothing changed for the customer;
 * a price by the hour leaves nothing.
 */
static int32_t
spare_s(const struct model *m, int32_t k, const struct model_call *c, int32_t start_s)
{
	/* The last moments before something that was told is entered or left. */
	const int64_t edge[] = { (int64_t)c->eta_lo_s - 1, c->eta_hi_s,
		(int64_t)c->promise_lo_s - 1, c->promise_hi_s, (int64_t)c->calm_lo_s - 1,
		c->calm_hi_s };
	int64_t last_s = c->close_s;

	for (int32_t w = c->windows - 1; w >= 0; w--)
		if (start_s <= c->window[w].close_s)
			last_s = c->window[w].close_s;
	if (c->late_cents_per_h > 0 && c->due_s < last_s)
		last_s = c->due_s;
	if (c->response_cents_per_h > 0 && c->opened_s < last_s)
		last_s = c->opened_s;
	for (size_t e = 0; e < sizeof(edge) / sizeof(edge[0]); e++)
		if (edge[e] >= start_s && edge[e] < last_s &&
		    (route_when_cents(m, c, (int32_t)edge[e] + 1) !=
		    route_when_cents(m, c, start_s) ||
		    route_is_chosen(c, k, (int32_t)edge[e] + 1) !=
		    route_is_chosen(c, k, start_s)))
			last_s = edge[e];
	return last_s > start_s ? (int32_t)(last_s - start_s) : 0;
}

/* A technician who has come to a call: all that is the same whenever it starts. */
struct arrival {
	const struct model_call *c;
	struct route_state s; /* with the call's terms but those of its start; t_s is not used */
	int64_t at_s;
	int64_t limit_s;      /* the work ends by then */
	int32_t work_s;
	int32_t k;
};

static void
start_at(const struct model *m, const struct arrival *a, int32_t start_s, int64_t cents, int chosen,
    struct route_option *ret)
{
	struct route_state *s = &ret->state;

	*s = a->s;
	s->cents += cents;
	s->chosen = (int16_t)(s->chosen + chosen);
	s->t_s = start_s + a->work_s;
	if (s->slack_s == 0) {
		s->idle_s += (int32_t)(start_s - a->at_s);
	} else {
		leg_wait(s, (int32_t)(start_s - a->at_s));
		leg_cap_slack(s, spare_s(m, a->k, a->c, start_s));
	}
	ret->start_s = start_s;
}

/*
 * Adds the options of starting the call: at once, and at each later floor that buys something.
 * For who leaves late, any floor may: he need not wait for it at the customer's.
 */
static int
add_starts(const struct model *m, const struct arrival *a, struct route_option *out)
{
	const struct model_call *c = a->c;
	int64_t best_cents = INT64_MAX;
	int best_chosen = 2;
	int n = 0;
	int32_t start_s = a->at_s > c->open_s ? (int32_t)a->at_s : c->open_s;

	if (m->as_told && start_s < c->told_floor_s)
		start_s = c->told_floor_s < c->close_s ? c->told_floor_s : c->close_s;
	if (c->windows > 0)
		start_s = model_window_s(c, start_s);
	for (int32_t f = -1; f < c->floors; f++) {
		int64_t cents;
		int chosen;

		if (f >= 0) {
			if (m->as_told || c->floor_s[f] <= start_s)
				continue;
			start_s = c->floor_s[f];
		}
		if ((int64_t)start_s + a->work_s > a->limit_s)
			break;
		cents = route_when_cents(m, c, start_s);
		chosen = route_is_chosen(c, a->k, start_s) && !m->as_told;
		if (chosen && c->immovable)
			continue;
		chosen = chosen && m->counts;
		if (cents >= best_cents && chosen >= best_chosen && a->s.slack_s == 0)
			continue;
		best_cents = cents < best_cents ? cents : best_cents;
		best_chosen = chosen < best_chosen ? chosen : best_chosen;
		start_at(m, a, start_s, cents, chosen, &out[n++]);
	}
	return n;
}

/* The same, for who leaves late: each window not yet open. */
static int
add_windows(const struct model *m, const struct arrival *a, struct route_option *out)
{
	const struct model_call *c = a->c;
	int n = 0;

	for (int32_t w = 1; w < c->windows && !m->as_told; w++) {
		int32_t start_s = c->window[w].open_s;
		bool chosen = route_is_chosen(c, a->k, start_s);

		if (start_s <= a->at_s || (int64_t)start_s + a->work_s > a->limit_s ||
		    (chosen && c->immovable))
			continue;
		start_at(m, a, start_s, route_when_cents(m, c, start_s), chosen && m->counts,
		    &out[n++]);
	}
	return n;
}

/* What a stop at call i uses up; false if that is too much. */
static bool
use_up(const struct model *m, int32_t k, int32_t i, int32_t drive_s, struct route_state *s)
{
	const int32_t *max = m->use_max + (size_t)k * (size_t)m->used_n;
	const int32_t *of = m->use_of + (size_t)i * (size_t)m->used_n;

	for (int32_t u = 0; u < m->used_n; u++) {
		int64_t used = (int64_t)s->used[u] + of[u];

		if (m->use[u].kind == USE_DRIVE)
			used += drive_s;
		else if (m->use[u].kind == USE_PEAK && used < s->used[u - 1])
			used = s->used[u - 1]; /* all that was picked up is on the van now */
		else if (m->use[u].kind == USE_PART && s->depot)
			continue;
		if (used > max[u])
			return false;
		s->used[u] = (int32_t)used;
	}
	return true;
}

/* When he is there, by way of the depot if on_s >= 0; and what traffic added to the drive. */
static int64_t
there_s(const struct model *m, const struct leg *l, int32_t on_s, int32_t *ret_jam_s)
{
	int64_t at_s = leg_end_s(m, l);
	int64_t road_s = l->road_s + at_s - l->s.t_s - l->drive_s;

	if (on_s >= 0) {
		int64_t leave_s = at_s + m->p->depot_s;

		at_s = model_drive_end_s(m, leave_s, model_parts(m, on_s));
		road_s += at_s - leave_s - on_s;
	}
	*ret_jam_s = (int32_t)road_s;
	return at_s;
}

/* The options over one way: drive_s, and on_s from the depot on if on_s >= 0. */
static int
step_by(const struct model *m, int32_t k, const struct route_state *from, int32_t drive_s,
    int32_t on_s, int32_t work_s, int32_t i, struct route_option *out)
{
	const struct technician *t = &m->p->technician[k];
	const struct model_call *c = &m->call[i];
	struct arrival a = { .c = c, .limit_s = limit_s(t), .work_s = work_s, .k = k };
	struct leg l;
	int n = 0;

	leg_begin(m, from, drive_s, &l);
	l.s.cents += model_cents(t->drive_cents_per_h, drive_s) +
	    route_who_cents(m, k, c, from->hard);
	l.s.hard += c->difficulty;
	if (on_s >= 0) {
		l.s.cents += model_cents(t->drive_cents_per_h, on_s);
		l.s.depot = true;
	}
	if (m->used_n > 0 && !use_up(m, k, i, on_s > 0 ? drive_s + on_s : drive_s, &l.s))
		return 0;
	for (;;) {
		int32_t jam_s;

		a.at_s = there_s(m, &l, on_s, &jam_s);
		if (a.at_s > c->close_s || a.at_s + work_s > a.limit_s)
			return n;
		a.s = l.s;
		a.s.idle_s += jam_s;
		n += add_starts(m, &a, out + n);
		if (c->windows > 1 && a.s.slack_s > 0)
			n += add_windows(m, &a, out + n);
		if (l.s.taken == t->dues || !leg_break(m, k, &l) || l.s.t_s > a.limit_s)
			return n;
	}
}

int
route_step(const struct model *m, int32_t k, const struct route_state *from, int32_t place,
    int32_t drive_s, int32_t i, struct route_option *out)
{
	const struct technician *t = &m->p->technician[k];
	int32_t work_s = model_work_s(m, k, place, i);
	int32_t depot;
	int n = 0;

	if (m->depot_helps == NULL)
		return step_by(m, k, from, drive_s, -1, work_s, i, out);
	if (from->depot || (m->p->call[i].tools & ~t->tools) == 0)
		n = step_by(m, k, from, drive_s, -1, work_s, i, out);
	depot = model_depot_place(m);
	if (!from->depot && m->depot_helps[k])
		n += step_by(m, k, from, model_drive_s(m, k, place, depot),
		    model_drive_s(m, k, depot, i), work_s, i, out + n);
	return n;
}

bool
route_finish(const struct model *m, int32_t k, const struct route_state *from, int32_t drive_s,
    int64_t *ret_cents, int32_t *ret_end_s)
{
	const struct technician *t = &m->p->technician[k];
	int64_t waited_s = from->idle_s; /* after the last stop it costs nothing */
	int64_t end_s;
	struct leg l;

	for (int32_t u = 0; u < m->used_n; u++)
		if (m->use[u].kind == USE_DRIVE && (int64_t)from->used[u] + drive_s >
		    m->use_max[k * m->used_n + u])
			return false;
	leg_begin(m, from, drive_s, &l);
	while (l.s.taken < t->dues)
		if (!leg_break(m, k, &l) || l.s.t_s > limit_s(t))
			return false;
	end_s = leg_end_s(m, &l);
	if (end_s > limit_s(t))
		return false;
	l.s.cents += model_cents(t->drive_cents_per_h, drive_s);
	l.s.cents += model_cents(t->wait_cents_per_h, waited_s);
	if (end_s > t->shift_end_s)
		l.s.cents += model_cents(t->overtime_cents_per_h, end_s - t->shift_end_s);
	*ret_cents = l.s.cents;
	*ret_end_s = (int32_t)end_s;
	return true;
}
