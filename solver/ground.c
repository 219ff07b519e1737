/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/ground.h"

#include <stdlib.h>
#include <string.h>

enum { TABLE_BYTES_MAX = 48 << 20 }; /* all leg tables together */

/* --- what trails must reckon with --- */

static bool
call_is_plain(const struct model *m, int32_t i)
{
	const struct call *c = &m->p->call[i];
	const struct model_call *mc = &m->call[i];

	return (c->due_s == PROBLEM_NEVER || c->late_cents_per_h == 0) &&
	    c->response_cents_per_h == 0 && !c->told.eta && !c->told.promise &&
	    !(mc->immovable && mc->stay_served) && c->with < 0 && c->after < 0 &&
	    (c->difficulty == 0 || m->p->weights.fair_cents == 0);
}

static bool
counts_time(const struct technician *t)
{
	return t->wait_cents_per_h > 0 || (t->overtime_cents_per_h > 0 && t->overtime_max_s > 0);
}

static enum ground_form
form_of(const struct model *m)
{
	const struct problem *p = m->p;
	enum ground_form form = GROUND_DRIVES;
	bool windows = false, told = false;

	if (p->traffic)
		return GROUND_FULL;
	for (int32_t i = 0; i < p->calls; i++) {
		if (!call_is_plain(m, i))
			return GROUND_FULL;
		windows = windows || p->call[i].windows > 1;
		told = told || p->call[i].told.technician >= 0;
	}
	for (int32_t k = 0; k < p->technicians; k++) {
		if (p->technician[k].dues > 0)
			return GROUND_FULL;
		if (counts_time(&p->technician[k]))
			form = GROUND_TIMES;
	}
	if ((told && m->counts) || (form == GROUND_TIMES && windows))
		return GROUND_FULL;
	return form;
}

static void
find_limits(struct ground *g)
{
	const struct problem *p = g->m->p;

	for (int32_t k = 0; k < p->technicians; k++)
		g->stints = g->stints || p->technician[k].drive_max_s != PROBLEM_NEVER;
	for (int32_t i = 0; i < p->calls; i++) {
		g->parts = g->parts || p->call[i].tools != 0;
		for (int32_t q = 0; q < p->parts; q++)
			g->parts = g->parts || p->call[i].part[q] > 0;
	}
}

/* --- who is like whom --- */

static bool
same_skills(const struct technician *a, const struct technician *b)
{
	if (a->skills != b->skills)
		return false;
	for (int32_t s = 0; s < a->skills; s++)
		if (a->skill[s].skill != b->skill[s].skill || a->skill[s].level != b->skill[s].level)
			return false;
	return true;
}

static bool
same_place(const struct problem *p, struct place a, int32_t a_location, struct place b,
    int32_t b_location)
{
	if (p->matrices > 0)
		return a_location == b_location;
	return a.lat_udeg == b.lat_udeg && a.lon_udeg == b.lon_udeg;
}

static bool
same_way(const struct technician *a, const struct technician *b)
{
	return a->matrix == b->matrix && a->speed_pct == b->speed_pct &&
	    a->drive_cents_per_h == b->drive_cents_per_h;
}

/* Whether it makes no difference which of the two drives a route. */
static bool
twins(const struct problem *p, const struct technician *a, const struct technician *b)
{
	return same_way(a, b) && a->open_start == b->open_start && a->open_end == b->open_end &&
	    same_place(p, a->start, a->start_location, b->start, b->start_location) &&
	    (a->open_end || same_place(p, a->end, a->end_location, b->end, b->end_location)) &&
	    a->ready_s == b->ready_s && a->shift_end_s == b->shift_end_s &&
	    a->overtime_max_s == b->overtime_max_s && a->dues == 0 && b->dues == 0 &&
	    a->wait_cents_per_h == b->wait_cents_per_h && a->kind == b->kind &&
	    a->overtime_cents_per_h == b->overtime_cents_per_h && a->day_cents == b->day_cents &&
	    a->leaves_late == b->leaves_late && a->stops_max == b->stops_max &&
	    a->drive_max_s == b->drive_max_s && a->tools == b->tools && a->fixed == 0 &&
	    b->fixed == 0 && memcmp(a->capacity, b->capacity, sizeof(a->capacity)) == 0 &&
	    memcmp(a->part, b->part, sizeof(a->part)) == 0 &&
	    a->hard_before == b->hard_before && same_skills(a, b);
}

/* A call that names technicians makes them different; all of them, to be plain. */
static bool
names_technicians(const struct problem *p)
{
	for (int32_t i = 0; i < p->calls; i++)
		if (p->call[i].required >= 0 || p->call[i].preferred >= 0 ||
		    p->call[i].forbiddens > 0 || p->call[i].told.technician >= 0)
			return true;
	return false;
}

static void
find_twins(struct ground *g)
{
	const struct problem *p = g->m->p;
	bool named = names_technicians(p);

	for (int32_t k = 0; k < p->technicians; k++) {
		g->twin_of[k] = k;
		for (int32_t j = 0; j < k && !named; j++)
			if (g->twin_of[j] == j && twins(p, &p->technician[j], &p->technician[k])) {
				g->twin_of[k] = j;
				break;
			}
	}
}

/* --- who may do what --- */

static bool
same_needs(const struct call *a, const struct call *b)
{
	return a->needs == b->needs && a->required == b->required && a->tools == b->tools &&
	    a->forbiddens == 0 &&
	    b->forbiddens == 0 && memcmp(a->need, b->need,
	    (size_t)a->needs * sizeof(*a->need)) == 0;
}

/* Calls that need the same are asked for once: most days have few kinds of calls. */
static int
find_may(struct ground *g)
{
	const struct problem *p = g->m->p;
	enum { KINDS = 32 };
	int32_t *kind_of = malloc(((size_t)p->calls + 1) * sizeof(*kind_of));
	int32_t kind[KINDS];
	bool may[KINDS];
	int kinds = 0;

	if (kind_of == NULL)
		return -1;
	for (int32_t i = 0; i < p->calls && kinds < KINDS; i++) {
		bool known = p->call[i].forbiddens > 0;

		for (int q = 0; q < kinds && !known; q++)
			known = same_needs(&p->call[kind[q]], &p->call[i]);
		if (!known)
			kind[kinds++] = i;
	}
	for (int32_t i = 0; i < p->calls; i++) {
		kind_of[i] = 0;
		while (kind_of[i] < kinds &&
		    !same_needs(&p->call[kind[kind_of[i]]], &p->call[i]))
			kind_of[i]++;
	}
	for (int32_t k = 0; k < p->technicians; k++) {
		uint8_t *bits = g->may + (size_t)k * (size_t)g->may_bytes;

		for (int q = 0; q < kinds; q++)
			may[q] = problem_may(p, k, kind[q]);
		for (int32_t i = 0; i < p->calls; i++)
			if (kind_of[i] < kinds ? may[kind_of[i]] : problem_may(p, k, i))
				bits[i / 8] |= (uint8_t)(1 << (i % 8));
	}
	free(kind_of);
	return 0;
}

static void
find_stops(struct ground *g)
{
	const struct problem *p = g->m->p;

	g->who = names_technicians(p);
	for (int32_t i = 0; i < p->calls; i++)
		g->stop[i] = (struct ground_stop){ p->call[i].open_s, p->call[i].close_s,
			p->call[i].windows };
	for (int32_t i = 0; i < p->calls; i++)
		for (int32_t l = 0; l < p->loads; l++) {
			g->load[i * p->loads + l] = (struct ground_load){
				p->call[i].pickup[l], p->call[i].delivery[l] };
			g->pickups = g->pickups || p->call[i].pickup[l] > 0;
		}
}

static void
find_movable(struct ground *g)
{
	const struct model *m = g->m;

	for (int32_t i = 0; i < m->p->calls; i++) {
		const struct told *told = &m->p->call[i].told;

		g->movable[i] = m->call[i].fixed_on < 0 && !m->call[i].immovable &&
		    (!m->counts || !(told->technician >= 0 || told->eta || told->promise));
		g->movables += g->movable[i];
	}
}

/* --- legs --- */

static int32_t
find_classes(struct ground *g)
{
	const struct problem *p = g->m->p;

	for (int32_t k = 0; k < p->technicians; k++) {
		int32_t j = 0;

		while (j < k && !same_way(&p->technician[j], &p->technician[k]))
			j++;
		g->class_of[k] = j < k ? g->class_of[j] : g->classes++;
	}
	return g->classes;
}

/* Legs to the depot and from it, for technician k and his calls. */
static void
fill_depot(const struct model *m, int32_t k, int32_t *s)
{
	size_t places = (size_t)m->places, depot = (size_t)model_depot_place(m);
	int32_t start = model_start_place(m, k), end = model_end_place(m, k);

	for (int32_t a = 0; a < m->p->calls; a++) {
		s[depot * places + (size_t)a] = model_drive_s(m, k, (int32_t)depot, a);
		s[(size_t)a * places + depot] = model_drive_s(m, k, a, (int32_t)depot);
	}
	s[(size_t)start * places + depot] = model_drive_s(m, k, start, (int32_t)depot);
	s[depot * places + (size_t)end] = model_drive_s(m, k, (int32_t)depot, end);
}

/* Legs of places that only another technician has are never asked for: they stay 0. */
static void
fill_table(const struct ground *g, int32_t class, struct leg_table *t)
{
	const struct model *m = g->m;
	const struct problem *p = m->p;
	size_t places = (size_t)m->places;
	int32_t first = 0;

	while (g->class_of[first] != class)
		first++;
	for (int32_t a = 0; a < p->calls; a++)
		for (int32_t b = 0; b < p->calls; b++)
			t->s[(size_t)a * places + (size_t)b] = model_drive_s(m, first, a, b);
	for (int32_t k = 0; k < p->technicians; k++) {
		int32_t start = model_start_place(m, k), end = model_end_place(m, k);

		if (g->class_of[k] != class)
			continue;
		for (int32_t a = 0; a < p->calls; a++) {
			t->s[(size_t)start * places + (size_t)a] = model_drive_s(m, k, start, a);
			t->s[(size_t)a * places + (size_t)start] = model_drive_s(m, k, a, start);
			t->s[(size_t)end * places + (size_t)a] = model_drive_s(m, k, end, a);
			t->s[(size_t)a * places + (size_t)end] = model_drive_s(m, k, a, end);
		}
		if (p->has_depot)
			fill_depot(m, k, t->s);
	}
}

static int
turn_table(const struct ground *g, int32_t class, struct leg_table *t)
{
	size_t n = (size_t)g->m->places, cells = n * n;
	bool symmetric = true;
	int64_t rate = 0;

	for (int32_t k = 0; k < g->m->p->technicians; k++)
		if (g->class_of[k] == class)
			rate = g->m->p->technician[k].drive_cents_per_h;
	for (size_t a = 0; a < n && symmetric; a++)
		for (size_t b = 0; b < a && symmetric; b++)
			symmetric = t->s[a * n + b] == t->s[b * n + a];
	t->cents = t->turned_s = t->s;
	if (rate != 3600)
		t->cents = malloc((cells + 1) * sizeof(*t->cents));
	if (!symmetric)
		t->turned_s = malloc((cells + 1) * sizeof(*t->turned_s));
	if (t->cents == NULL || t->turned_s == NULL)
		return -1;
	if (rate != 3600)
		for (size_t at = 0; at < cells; at++)
			t->cents[at] = (int32_t)model_cents(rate, t->s[at]);
	t->turned_cents = t->cents;
	if (symmetric)
		return 0;
	for (size_t a = 0; a < n; a++)
		for (size_t b = 0; b < n; b++)
			t->turned_s[b * n + a] = t->s[a * n + b];
	t->turned_cents = t->turned_s;
	if (rate == 3600)
		return 0;
	t->turned_cents = malloc((cells + 1) * sizeof(*t->turned_cents));
	if (t->turned_cents == NULL)
		return -1;
	for (size_t a = 0; a < n; a++)
		for (size_t b = 0; b < n; b++)
			t->turned_cents[b * n + a] = t->cents[a * n + b];
	return 0;
}

/* No table if they would be too big: then legs are computed each time. */
static int
make_tables(struct ground *g)
{
	size_t cells = (size_t)g->m->places * (size_t)g->m->places;
	int32_t classes = find_classes(g);

	for (int32_t k = 0; k < g->m->p->technicians; k++)
		if (g->m->p->technician[k].drive_cents_per_h > 70000)
			return 0; /* the longest leg would not fit into 32 bits */
	if (cells * sizeof(*g->table->s) * (size_t)classes > TABLE_BYTES_MAX)
		return 0;
	g->table = calloc((size_t)classes + 1, sizeof(*g->table));
	if (g->table == NULL)
		return -1;
	for (int32_t c = 0; c < classes; c++) {
		struct leg_table *t = &g->table[c];

		t->s = calloc(cells + 1, sizeof(*t->s));
		if (t->s == NULL)
			return -1;
		fill_table(g, c, t);
		if (turn_table(g, c, t) < 0)
			return -1;
	}
	return 0;
}

/* --- who is near whom --- */

/* The nearest so far, in order. */
struct nearest {
	int64_t way[GROUND_NEAR_MAX];
	int32_t index[GROUND_NEAR_MAX];
	int32_t n, max;
};

static inline void
add_near(struct nearest *near, int64_t way, int32_t index)
{
	int32_t at;

	if (near->n == near->max && (near->max == 0 || way >= near->way[near->n - 1]))
		return;
	if (near->n < near->max)
		near->n++;
	for (at = near->n - 1; at > 0 && near->way[at - 1] > way; at--) {
		near->way[at] = near->way[at - 1];
		near->index[at] = near->index[at - 1];
	}
	near->way[at] = way;
	near->index[at] = index;
}

/*
 * How far calls are from one of them, in no particular unit: seconds of the first
 * technician's legs or matrix, or squared chords, which order places as their distances do.
 */
struct ways {
	const struct ground *g;
	const int32_t *wide_s;    /* a row of seconds, by call or by location */
	const uint16_t *narrow_s;
	int32_t i;
};

static struct ways
ways_from(const struct ground *g, int32_t i)
{
	const struct problem *p = g->m->p;
	struct ways w = { .g = g, .i = i };

	if (g->table != NULL) {
		w.wide_s = g->table[g->class_of[0]].s + (size_t)i * (size_t)g->m->places;
	} else if (p->matrices > 0) {
		const struct travel_matrix *matrix = &p->matrix[p->technician[0].matrix];
		size_t row = (size_t)p->call[i].location * (size_t)p->locations;

		if (matrix->narrow_s != NULL)
			w.narrow_s = matrix->narrow_s + row;
		else
			w.wide_s = matrix->wide_s + row;
	}
	return w;
}

static int64_t
chord(const struct travel_point *a, const struct travel_point *b)
{
	double x = a->x - b->x, y = a->y - b->y, z = a->z - b->z;

	return (int64_t)((x * x + y * y + z * z) * 0x1p60);
}

static inline int64_t
way_to(const struct ways *w, int32_t j)
{
	if (w->g->table != NULL)
		return w->wide_s[j];
	if (w->narrow_s != NULL)
		return w->narrow_s[w->g->m->p->call[j].location];
	if (w->wide_s != NULL)
		return w->wide_s[w->g->m->p->call[j].location];
	return chord(&w->g->m->point[w->i], &w->g->m->point[j]);
}

/* The way home rather than from there: it lies in the same row. */
static inline int64_t
way_home(const struct ways *w, int32_t k)
{
	int32_t start = model_start_place(w->g->m, k);
	int32_t location = w->g->m->p->technician[k].start_location;

	if (w->g->table != NULL)
		return ground_leg_s(w->g, k, start, w->i);
	if (w->narrow_s != NULL)
		return w->narrow_s[location];
	if (w->wide_s != NULL)
		return w->wide_s[location];
	return chord(&w->g->m->point[w->i], &w->g->m->point[start]);
}

static void
find_near(struct ground *g)
{
	const struct problem *p = g->m->p;

	for (int32_t i = 0; i < p->calls; i++) {
		struct nearest calls = { .max = g->near_n };
		struct nearest homes = { .max = GROUND_HOMES };
		int32_t *home = g->home + (size_t)i * GROUND_HOMES;
		struct ways ways = ways_from(g, i);

		for (int32_t j = 0; j < p->calls; j++)
			if (j != i)
				add_near(&calls, way_to(&ways, j), j);
		for (int32_t k = 0; k < p->technicians; k++)
			if (ground_may(g, k, i) && g->twin_of[k] == k)
				add_near(&homes, way_home(&ways, k), k);
		memcpy(g->near + (size_t)i * (size_t)g->near_n, calls.index,
		    (size_t)calls.n * sizeof(*g->near));
		for (int32_t h = 0; h < GROUND_HOMES; h++)
			home[h] = h < homes.n ? homes.index[h] : -1;
		g->far[i] = homes.n > 0 ? ground_leg_cents(g, homes.index[0],
		    model_start_place(g->m, homes.index[0]), i) : 0;
	}
}

struct ground *
ground_new(const struct model *m)
{
	struct ground *g = calloc(1, sizeof(*g));
	size_t technicians = (size_t)m->p->technicians + 1;
	size_t calls = (size_t)m->p->calls + 1;

	if (g == NULL)
		return NULL;
	g->m = m;
	g->form = form_of(m);
	find_limits(g);
	g->may_bytes = m->p->calls / 8 + 1;
	g->near_n = m->p->calls - 1 < GROUND_NEAR_MAX ? m->p->calls - 1 : GROUND_NEAR_MAX;
	g->stop = malloc(calls * sizeof(*g->stop));
	g->load = malloc((calls * (size_t)m->p->loads + 1) * sizeof(*g->load));
	g->class_of = malloc(technicians * sizeof(*g->class_of));
	g->twin_of = malloc(technicians * sizeof(*g->twin_of));
	g->may = calloc(technicians, (size_t)g->may_bytes);
	g->movable = calloc(calls, sizeof(*g->movable));
	g->near = malloc(calls * ((size_t)g->near_n + 1) * sizeof(*g->near));
	g->home = malloc(calls * GROUND_HOMES * sizeof(*g->home));
	g->far = malloc(calls * sizeof(*g->far));
	if (g->stop == NULL || g->load == NULL || g->class_of == NULL || g->twin_of == NULL ||
	    g->may == NULL || g->movable == NULL || g->near == NULL || g->home == NULL ||
	    g->far == NULL || make_tables(g) < 0) {
		ground_free(g);
		return NULL;
	}
	if (find_may(g) < 0) {
		ground_free(g);
		return NULL;
	}
	find_stops(g);
	find_twins(g);
	find_movable(g);
	find_near(g);
	return g;
}

void
ground_free(struct ground *g)
{
	if (g == NULL)
		return;
	for (int32_t c = 0; g->table != NULL && c < g->classes; c++) {
		struct leg_table *t = &g->table[c];

		if (t->turned_cents != t->cents && t->turned_cents != t->turned_s)
			free(t->turned_cents);
		if (t->turned_s != t->s)
			free(t->turned_s);
		if (t->cents != t->s)
			free(t->cents);
		free(t->s);
	}
	free(g->table);
	free(g->stop);
	free(g->load);
	free(g->class_of);
	free(g->twin_of);
	free(g->may);
	free(g->movable);
	free(g->near);
	free(g->home);
	free(g->far);
	free(g);
}
