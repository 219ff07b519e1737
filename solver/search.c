/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/search.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "solver/clock.h"

enum {
	STATES = 6,        /* kept per stop: breaks taken or not, waited or not */
	NEAR_MAX = 60,     /* neighbours of a call */
	HOMES = 10,        /* technicians near a call who may do it */
	EVERYWHERE_MAX = 12, /* technicians of a problem so small that all are asked */
	EVERYWHERE_CALLS = 200, /* absent at the start that all technicians are asked for */
	EVERYWHERE_EVERY = 64,  /* rounds in which all are asked */
	REMOVED_MEAN = 10,
	STRING_MAX = 10,
	BLINK_PER_MILLE = 10,
	CLOCK_EVERY = 8,
	COOLING = 200,     /* from the first temperature to the last */
};

/* The ways to be done with a stop, none better than another in all. */
struct states {
	struct route_state s[STATES];
	int n;
};

/* A route with the states after each of its stops: at[r] is before stop r. */
struct trail {
	int32_t seq[PROBLEM_STOPS_MAX];
	struct states *at;
	int32_t n, at_max;
	int32_t chosen_max;
	int64_t cents;
	int64_t wait_cents; /* inserting a call cannot save more than this */
	int32_t best[PROBLEM_STOPS_MAX]; /* the sequence of the best plan so far */
	int32_t best_n;
	bool differs;       /* from the best plan's */
};

/* An old route, to go back to. */
struct saved {
	int32_t k, n;
	int64_t cents;
	int32_t seq[PROBLEM_STOPS_MAX];
};

struct search {
	const struct model *m;
	struct rng *rng;
	const struct search_limits *lim;
	struct trail *trail;
	int32_t *by;         /* whose route a call is on, -1 none */
	bool *movable;
	int32_t movables;
	int32_t *near;       /* per call: near_n calls, the nearest first */
	int32_t near_n;
	int32_t *home;       /* per call: HOMES technicians, -1 none */
	int32_t *absent;     /* calls on no route */
	int32_t absents;
	int32_t *key;        /* scratch: sort keys of calls */
	uint32_t *asked;     /* per technician: the insertion it was last asked in */
	uint32_t asking;
	struct saved *saved;
	int32_t saveds;
	bool *is_saved;
	int32_t *old_absent;
	int32_t old_absents;
	int64_t cents;
	int64_t steps, start_us;
	int64_t round;
};

static bool
state_covers(const struct route_state *a, const struct route_state *b)
{
	return a->taken == b->taken && a->t_s <= b->t_s && a->cents <= b->cents &&
	    a->chosen <= b->chosen && a->idle_s <= b->idle_s + (b->t_s - a->t_s);
}

static void
add_state(struct states *to, const struct route_state *s)
{
	int kept = 0, worst = 0;

	for (int i = 0; i < to->n; i++)
		if (state_covers(&to->s[i], s))
			return;
	for (int i = 0; i < to->n; i++)
		if (!state_covers(s, &to->s[i]))
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
step(struct search *s, int32_t k, const struct states *from, int32_t place, int32_t call,
    struct states *to)
{
	int32_t drive_s = model_drive_s(s->m, k, place, call);

	to->n = 0;
	for (int i = 0; i < from->n; i++) {
		struct route_option option[ROUTE_OPTIONS_MAX];
		int options = route_step(s->m, k, &from->s[i], drive_s, call, option);

		for (int o = 0; o < options; o++)
			if (option[o].state.chosen <= s->trail[k].chosen_max)
				add_state(to, &option[o].state);
	}
	s->steps += from->n;
}

/* The cheapest end of the day, INT64_MAX if there is none. */
static int64_t
end_cents(const struct search *s, int32_t k, const struct states *from, int32_t place)
{
	int32_t drive_s = model_drive_s(s->m, k, place, model_end_place(s->m, k));
	int64_t best = INT64_MAX;

	for (int i = 0; i < from->n; i++) {
		int64_t cents;
		int32_t end_s;

		if (route_finish(s->m, k, &from->s[i], drive_s, &cents, &end_s) && cents < best)
			best = cents;
	}
	return best;
}

static int32_t
place_before(const struct search *s, int32_t k, int32_t pos)
{
	return pos == 0 ? model_start_place(s->m, k) : s->trail[k].seq[pos - 1];
}

/* Recomputes a trail; false if the route cannot be driven. -ENOMEM via *rc. */
static bool
retrace(struct search *s, int32_t k, int *rc)
{
	struct trail *t = &s->trail[k];
	int32_t idle_s = 0;

	if (t->n + 1 > t->at_max) {
		struct states *grown = realloc(t->at, (size_t)(t->n + 9) * sizeof(*grown));

		if (grown == NULL) {
			*rc = -ENOMEM;
			return false;
		}
		t->at = grown;
		t->at_max = t->n + 9;
	}
	route_begin(s->m, k, &t->at[0].s[0]);
	t->at[0].n = 1;
	for (int32_t r = 0; r < t->n; r++)
		step(s, k, &t->at[r], place_before(s, k, r), t->seq[r], &t->at[r + 1]);
	t->cents = t->n == 0 ? 0 : end_cents(s, k, &t->at[t->n], t->seq[t->n - 1]);
	for (int i = 0; i < t->at[t->n].n; i++)
		if (t->at[t->n].s[i].idle_s > idle_s)
			idle_s = t->at[t->n].s[i].idle_s;
	t->wait_cents = model_cents(s->m->p->technician[k].wait_cents_per_h, idle_s);
	return t->cents != INT64_MAX;
}

/* Cost of the route with call i put in at pos, INT64_MAX if it cannot be. */
static int64_t
cents_with(struct search *s, int32_t k, int32_t pos, int32_t i)
{
	const struct trail *t = &s->trail[k];
	struct states a, b;
	struct states *now = &a, *next = &b;
	int32_t place = i;

	step(s, k, &t->at[pos], place_before(s, k, pos), i, now);
	for (int32_t r = pos; r < t->n && now->n > 0; r++) {
		struct states *swap = now;

		step(s, k, now, place, t->seq[r], next);
		place = t->seq[r];
		now = next;
		next = swap;
	}
	return now->n == 0 ? INT64_MAX : end_cents(s, k, now, place);
}

/* What the detour alone costs, in driving. */
static int64_t
detour_cents(const struct search *s, int32_t k, int32_t pos, int32_t i)
{
	const struct trail *t = &s->trail[k];
	int64_t rate = s->m->p->technician[k].drive_cents_per_h;
	int32_t from = place_before(s, k, pos);
	int32_t to = pos < t->n ? t->seq[pos] : model_end_place(s->m, k);
	int64_t cents = model_cents(rate, model_drive_s(s->m, k, from, i)) +
	    model_cents(rate, model_drive_s(s->m, k, i, to));

	if (t->n > 0)
		cents -= model_cents(rate, model_drive_s(s->m, k, from, to));
	return cents;
}

struct slot {
	int64_t delta;
	int32_t k, pos;
};

static void
ask(struct search *s, int32_t k, int32_t i, struct slot *best)
{
	const struct trail *t = &s->trail[k];

	if (s->asked[k] == s->asking)
		return;
	s->asked[k] = s->asking;
	if (t->n >= PROBLEM_STOPS_MAX || !problem_may(s->m->p, k, i))
		return;
	for (int32_t pos = s->m->p->technician[k].fixed; pos <= t->n; pos++) {
		int64_t cents;

		if (rng_below(s->rng, 1000) < BLINK_PER_MILLE)
			continue;
		if (detour_cents(s, k, pos, i) - t->wait_cents >= best->delta)
			continue;
		cents = cents_with(s, k, pos, i);
		if (cents != INT64_MAX && cents - t->cents < best->delta)
			*best = (struct slot){ cents - t->cents, k, pos };
	}
}

/* Remembers a route as it was before this round. */
static void
save(struct search *s, int32_t k)
{
	struct saved *v;

	if (s->is_saved[k])
		return;
	s->is_saved[k] = true;
	v = &s->saved[s->saveds++];
	v->k = k;
	v->n = s->trail[k].n;
	v->cents = s->trail[k].cents;
	memcpy(v->seq, s->trail[k].seq, (size_t)v->n * sizeof(*v->seq));
}

static void
put_in(struct search *s, const struct slot *at, int32_t i, int *rc)
{
	struct trail *t = &s->trail[at->k];

	save(s, at->k);
	memmove(t->seq + at->pos + 1, t->seq + at->pos,
	    (size_t)(t->n - at->pos) * sizeof(*t->seq));
	t->seq[at->pos] = i;
	t->n++;
	s->by[i] = at->k;
	s->cents -= t->cents + s->m->call[i].skip_cents;
	retrace(s, at->k, rc);
	s->cents += t->cents;
}

/* Puts a call where it costs least, if that is less than leaving it out. */
static bool
insert(struct search *s, int32_t i, bool everywhere, int *rc)
{
	struct slot best = { s->m->call[i].skip_cents, -1, 0 };
	int32_t technicians = s->m->p->technicians;

	if (s->m->call[i].skip_chosen)
		best.delta += 1000000000; /* it had a place, and must find one again */
	s->asking++;
	for (int32_t n = 0; n < s->near_n; n++)
		if (s->by[s->near[(size_t)i * (size_t)s->near_n + (size_t)n]] >= 0)
			ask(s, s->by[s->near[(size_t)i * (size_t)s->near_n + (size_t)n]], i, &best);
	/* Idle technicians have no calls to be neighbours of. */
	for (int32_t h = 0; h < HOMES; h++)
		if (s->home[(size_t)i * HOMES + (size_t)h] >= 0)
			ask(s, s->home[(size_t)i * HOMES + (size_t)h], i, &best);
	for (int32_t k = 0; k < technicians && (everywhere || technicians <= EVERYWHERE_MAX); k++)
		ask(s, k, i, &best);
	if (best.k < 0)
		return false;
	put_in(s, &best, i, rc);
	return true;
}

/* Takes `count` calls out of a route from position `first` on. */
static void
take_out(struct search *s, int32_t k, int32_t first, int32_t count, int *rc)
{
	struct trail *t = &s->trail[k];
	int32_t kept = first;

	save(s, k);
	for (int32_t r = first; r < t->n; r++) {
		int32_t i = t->seq[r];

		if (r < first + count && s->movable[i]) {
			s->by[i] = -1;
			s->absent[s->absents++] = i;
			s->cents += s->m->call[i].skip_cents;
		} else {
			t->seq[kept++] = i;
		}
	}
	t->n = kept;
	s->cents -= t->cents;
	retrace(s, k, rc);
	s->cents += t->cents == INT64_MAX ? 1000000000000 : t->cents;
}

/* Strings from routes around a random call, as long as slack is wanted. */
static void
ruin(struct search *s, int *rc)
{
	const struct problem *p = s->m->p;
	int32_t seed = rng_below(s->rng, p->calls);
	int32_t strings = 1 + rng_below(s->rng, 2 * REMOVED_MEAN / 5);

	s->asking++;
	for (int32_t n = -1; n < s->near_n && strings > 0; n++) {
		int32_t i = n < 0 ? seed : s->near[(size_t)seed * (size_t)s->near_n + (size_t)n];
		int32_t k = s->by[i];
		int32_t at = 0, length, first, fixed;

		if (k < 0 || s->asked[k] == s->asking || !s->movable[i])
			continue;
		s->asked[k] = s->asking;
		strings--;
		fixed = p->technician[k].fixed;
		while (s->trail[k].seq[at] != i)
			at++;
		if (at < fixed)
			continue;
		length = s->trail[k].n - fixed < STRING_MAX ? s->trail[k].n - fixed : STRING_MAX;
		length = 1 + rng_below(s->rng, length);
		first = at - rng_below(s->rng, length);
		if (first < fixed)
			first = fixed;
		if (first + length > s->trail[k].n)
			first = s->trail[k].n - length;
		take_out(s, k, first < fixed ? fixed : first, length, rc);
		if (*rc < 0)
			return;
	}
}

/* Orders the absent calls by one of several ideas of what is hard to place. */
static void
order_absent(struct search *s)
{
	int how = rng_below(s->rng, 11);

	for (int32_t a = 0; a < s->absents; a++) {
		const struct model_call *c = &s->m->call[s->absent[a]];
		int32_t i = s->absent[a];

		if (how < 4)
			s->key[i] = (int32_t)(rng_next(s->rng) >> 33);
		else if (how < 8)
			s->key[i] = c->skip_cents < INT32_MAX ? (int32_t)-c->skip_cents : INT32_MIN;
		else if (how < 10)
			s->key[i] = c->due_s < c->close_s ? c->due_s : c->close_s;
		else
			s->key[i] = -c->duration_s;
	}
	/* Few are absent: insertion sort, and the same on every machine. */
	for (int32_t a = 1; a < s->absents; a++) {
		int32_t i = s->absent[a];
		int32_t b = a;

		for (; b > 0 && s->key[s->absent[b - 1]] > s->key[i]; b--)
			s->absent[b] = s->absent[b - 1];
		s->absent[b] = i;
	}
}

static void
recreate(struct search *s, bool everywhere, int *rc)
{
	int32_t kept = 0;
	bool late = false;

	order_absent(s);
	for (int32_t a = 0; a < s->absents; a++) {
		/* A first plan of thousands of calls must not outlast the limit. */
		if (a % 64 == 63 && s->lim->deadline_us != 0 &&
		    clock_us() > s->lim->deadline_us)
			late = true;
		if (*rc < 0 || late || !insert(s, s->absent[a], everywhere, rc))
			s->absent[kept++] = s->absent[a];
	}
	s->absents = kept;
}

static void
begin_round(struct search *s)
{
	for (int32_t v = 0; v < s->saveds; v++) {
		s->is_saved[s->saved[v].k] = false;
		s->trail[s->saved[v].k].differs = true;
	}
	s->saveds = 0;
	memcpy(s->old_absent, s->absent, (size_t)s->absents * sizeof(*s->absent));
	s->old_absents = s->absents;
}

static void
go_back(struct search *s, int *rc)
{
	for (int32_t v = 0; v < s->saveds; v++)
		for (int32_t r = 0; r < s->trail[s->saved[v].k].n; r++)
			s->by[s->trail[s->saved[v].k].seq[r]] = -1;
	for (int32_t v = 0; v < s->saveds; v++) {
		struct saved *old = &s->saved[v];
		struct trail *t = &s->trail[old->k];

		t->n = old->n;
		memcpy(t->seq, old->seq, (size_t)old->n * sizeof(*old->seq));
		for (int32_t r = 0; r < t->n; r++)
			s->by[t->seq[r]] = old->k;
		retrace(s, old->k, rc);
	}
	memcpy(s->absent, s->old_absent, (size_t)s->old_absents * sizeof(*s->absent));
	s->absents = s->old_absents;
}

/* The nearest so far, in order. */
struct nearest {
	double square[NEAR_MAX];
	int32_t index[NEAR_MAX];
	int32_t n, max;
};

static void
add_near(struct nearest *near, double square, int32_t index)
{
	int32_t at;

	if (near->n == near->max && (near->max == 0 || square >= near->square[near->n - 1]))
		return;
	if (near->n < near->max)
		near->n++;
	for (at = near->n - 1; at > 0 && near->square[at - 1] > square; at--) {
		near->square[at] = near->square[at - 1];
		near->index[at] = near->index[at - 1];
	}
	near->square[at] = square;
	near->index[at] = index;
}

/* Squares of chords order places as their distances do, without the arc sine. */
static double
square(const struct travel_point *a, const struct travel_point *b)
{
	double x = a->x - b->x, y = a->y - b->y, z = a->z - b->z;

	return x * x + y * y + z * z;
}

/* The nearest calls of each call, and the nearest technicians who may do it. */
static void
find_near(struct search *s)
{
	const struct travel_point *point = s->m->point;

	for (int32_t i = 0; i < s->m->p->calls; i++) {
		struct nearest calls = { .max = s->near_n };
		struct nearest homes = { .max = HOMES };
		int32_t *home = s->home + (size_t)i * HOMES;

		for (int32_t j = 0; j < s->m->p->calls; j++)
			if (j != i)
				add_near(&calls, square(&point[i], &point[j]), j);
		for (int32_t k = 0; k < s->m->p->technicians; k++)
			if (problem_may(s->m->p, k, i))
				add_near(&homes, square(&point[i],
				    &point[model_start_place(s->m, k)]), k);
		memcpy(s->near + (size_t)i * (size_t)s->near_n, calls.index,
		    (size_t)calls.n * sizeof(*s->near));
		for (int32_t h = 0; h < HOMES; h++)
			home[h] = h < homes.n ? homes.index[h] : -1;
	}
}

static int
alloc(struct search *s)
{
	size_t technicians = (size_t)s->m->p->technicians + 1;
	size_t calls = (size_t)s->m->p->calls + 1;

	s->near_n = s->m->p->calls - 1 < NEAR_MAX ? s->m->p->calls - 1 : NEAR_MAX;
	s->trail = calloc(technicians, sizeof(*s->trail));
	s->by = malloc(calls * sizeof(*s->by));
	s->movable = calloc(calls, sizeof(*s->movable));
	s->near = malloc(calls * ((size_t)s->near_n + 1) * sizeof(*s->near));
	s->home = malloc(calls * HOMES * sizeof(*s->home));
	s->absent = malloc(calls * sizeof(*s->absent));
	s->old_absent = malloc(calls * sizeof(*s->old_absent));
	s->key = malloc(calls * sizeof(*s->key));
	s->asked = calloc(technicians, sizeof(*s->asked));
	s->saved = malloc(technicians * sizeof(*s->saved));
	s->is_saved = calloc(technicians, sizeof(*s->is_saved));
	if (s->trail == NULL || s->by == NULL || s->movable == NULL || s->near == NULL ||
	    s->absent == NULL || s->old_absent == NULL || s->key == NULL || s->asked == NULL ||
	    s->saved == NULL || s->is_saved == NULL)
		return -ENOMEM;
	find_near(s);
	return 0;
}

static void
done(struct search *s)
{
	for (int32_t k = 0; s->trail != NULL && k < s->m->p->technicians; k++)
		free(s->trail[k].at);
	free(s->trail);
	free(s->by);
	free(s->movable);
	free(s->near);
	free(s->home);
	free(s->absent);
	free(s->old_absent);
	free(s->key);
	free(s->asked);
	free(s->saved);
	free(s->is_saved);
}

static int
load(struct search *s, const struct draft *d)
{
	const struct problem *p = s->m->p;
	int rc = 0;

	for (int32_t i = 0; i < p->calls; i++) {
		const struct model_call *c = &s->m->call[i];
		const struct told *told = &p->call[i].told;

		s->by[i] = d->by[i];
		s->movable[i] = c->fixed_on < 0 && !c->immovable &&
		    (!s->m->counts || !(told->technician >= 0 || told->eta || told->promise));
		s->movables += s->movable[i];
		if (d->by[i] < 0) {
			s->cents += c->skip_cents;
			if (s->movable[i])
				s->absent[s->absents++] = i;
		}
	}
	for (int32_t k = 0; rc == 0 && k < p->technicians; k++) {
		struct trail *t = &s->trail[k];

		t->n = d->route[k].n;
		t->differs = true;
		t->chosen_max = d->route[k].chosen;
		if (t->n > 0)
			memcpy(t->seq, d->route[k].seq, (size_t)t->n * sizeof(*t->seq));
		if (!retrace(s, k, &rc) && rc == 0)
			return -ERANGE; /* the few states kept do not hold this route */
		s->cents += t->cents;
	}
	return rc;
}

static void
keep_best(struct search *s)
{
	for (int32_t v = 0; v < s->saveds; v++)
		s->trail[s->saved[v].k].differs = true;
	for (int32_t k = 0; k < s->m->p->technicians; k++) {
		struct trail *t = &s->trail[k];

		if (!t->differs)
			continue;
		t->best_n = t->n;
		memcpy(t->best, t->seq, (size_t)t->n * sizeof(*t->seq));
		t->differs = false;
	}
}

/* Writes the best plan's routes into the draft, each at its exact price. */
static int
unload(struct search *s, struct draft *d, struct route_work *w)
{
	int rc = 0;

	for (int32_t k = 0; rc == 0 && k < s->m->p->technicians; k++) {
		struct trail *t = &s->trail[k];
		struct route_choice choice[ROUTE_CHOICES_MAX];
		int choices = route_eval(w, s->m, k, t->best, t->best_n, t->chosen_max, choice);

		if (choices <= 0)
			return choices < 0 ? choices : -ERANGE;
		rc = draft_set(d, k, t->best, t->best_n, choice[0].cents, choice[0].chosen);
	}
	return rc;
}

/* How much of the limits is used up: 0 to 1 and over. */
static double
progress(const struct search *s)
{
	double done_part = 0;

	if (s->lim->deadline_us != 0)
		done_part = (double)(clock_us() - s->start_us) /
		    (double)(s->lim->deadline_us - s->start_us + 1);
	if (s->lim->work != 0)
		done_part = fmax(done_part, (double)s->steps / (double)s->lim->work);
	if (s->lim->rounds != 0)
		done_part = fmax(done_part, (double)s->round / (double)s->lim->rounds);
	return done_part;
}

static int
anneal(struct search *s, struct draft *d, struct route_work *w)
{
	double hot, heat;
	int64_t best = INT64_MAX;
	struct draft *kept = draft_new(s->m);
	int rc = kept == NULL ? -ENOMEM : 0;

	begin_round(s);
	if (rc == 0)
		recreate(s, s->absents < EVERYWHERE_CALLS, &rc);
	hot = heat = 0.1 * (double)s->cents / (s->m->p->calls + 1);
	for (s->round = 0; rc == 0; s->round++) {
		int64_t before = s->cents;

		if (s->cents < best) {
			best = s->cents;
			keep_best(s);
		}
		if (s->round % CLOCK_EVERY == 0) {
			double part = progress(s);

			if (part >= 1)
				break;
			heat = hot * pow(COOLING, -part);
		}
		begin_round(s);
		s->steps++; /* also a round that finds nothing to do, or it would never end */
		ruin(s, &rc);
		if (rc == 0)
			recreate(s, s->round % EVERYWHERE_EVERY == 0, &rc);
		if (rc == 0 && (double)s->cents >= (double)before -
		    heat * log(1 - rng_unit(s->rng) + 1e-300)) {
			go_back(s, &rc);
			s->cents = before;
		}
	}
	if (rc == 0)
		rc = unload(s, kept, w);
	if (rc == 0 && kept->cents < d->cents && draft_keeps(kept))
		rc = draft_copy(d, kept);
	draft_free(kept);
	return rc;
}

int
search_improve(struct draft *d, struct route_work *w, struct rng *rng,
    const struct search_limits *lim, int64_t *work)
{
	struct search s = { .m = d->m, .rng = rng, .lim = lim, .start_us = clock_us() };
	int rc;

	if (d->m->p->calls == 0 || d->m->p->technicians == 0 || !draft_keeps(d))
		return 0;
	rc = alloc(&s);
	if (rc == 0)
		rc = load(&s, d);
	if (rc == 0 && s.movables > 0)
		rc = anneal(&s, d, w);
	*work += s.steps;
	done(&s);
	return rc == -ERANGE ? 0 : rc;
}
