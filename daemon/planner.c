/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/planner.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/feed.h"
#include "daemon/log.h"
#include "daemon/planner_impl.h"
#include "daemon/positions.h"

enum {
	RETRY_MS = 50,      /* when the store's queue was full */
	PATIENCE_MS = 1500, /* a question waits so long for a worker to come up */
	TRIES_MAX = 2,      /* solves of one question before it is settled without */
	START_AHEAD_S = 3600,
};

int64_t
planner_now(struct planner *p)
{
	return clock_now(&p->shop->clock);
}

void
planner_arm(struct planner *p, int64_t ms)
{
	p->armed = true;
	net_timer_set(p->turn, ms);
}

void
planner_notice(struct desk *d, const char *level, const char *code, const char *text)
{
	const struct state *s = d->t->state;
	struct notice n = { .seq = state_seq(s), .method = "notice" };

	n.params = json_pack("{s:I, s:s, s:s, s:s, s:s}", "seq", (json_int_t)n.seq, "territory",
	    state_territory(s), "level", level, "code", code, "text", text);
	if (n.params == NULL)
		return; /* it is only a notice */
	feed_pass(d->p->shop->feed, &n);
	json_decref(n.params);
}

static struct desk *
desk_of(struct planner *p, struct territory *t)
{
	struct desk *d;

	for (size_t i = 0; i < p->desks; i++)
		if (p->desk[i]->t == t)
			return p->desk[i];
	assert(p->desks < SHOP_TERRITORIES_MAX);
	d = calloc(1, sizeof(*d));
	if (d == NULL)
		return NULL;
	d->p = p;
	d->t = t;
	p->desk[p->desks++] = d;
	return d;
}

/* --- the turn --- */

/* Technicians who work, from west to east, so that a chunk of them is a region. */
struct by_lon {
	int32_t lon, tech;
};

static int
compare_lon(const void *a, const void *b)
{
	const struct by_lon *x = a, *y = b;

	if (x->lon != y->lon)
		return x->lon < y->lon ? -1 : 1;
	return x->tech < y->tech ? -1 : x->tech > y->tech;
}

static int
start_begin(struct desk *d)
{
	const struct state *s = d->t->state;
	int64_t now = planner_now(d->p);
	struct by_lon *list = calloc((size_t)state_techs(s) + 1, sizeof(*list));
	struct retimed r;

	d->start = calloc((size_t)state_techs(s) + 1, sizeof(*d->start));
	d->starts = d->start_at = 0;
	if (list == NULL || d->start == NULL) {
		free(list);
		free(d->start);
		d->start = NULL;
		return -ENOMEM;
	}
	for (int32_t k = 0; k < state_techs(s); k++) {
		retime(s, k, now, &r);
		if (r.works)
			list[d->starts++] = (struct by_lon){ .lon = r.ready_place.lon_udeg,
				.tech = k };
	}
	qsort(list, (size_t)d->starts, sizeof(*list), compare_lon);
	for (int32_t i = 0; i < d->starts; i++)
		d->start[i] = list[i].tech;
	free(list);
	return 0;
}

static void
start_end(struct desk *d)
{
	free(d->start);
	d->start = NULL;
	d->left = look_unassigned(d->t->state);
	d->worth = true;
}

/* Goes on with a start. True while it is not over. */
static bool
start_step(struct desk *d)
{
	while (d->start != NULL) {
		int rc = -ENOENT;

		if (d->start_at < d->starts)
			rc = solve_chunk(d);
		else if (d->under_ways > 0)
			return true;
		if (rc >= 0)
			return true;
		if (rc == -ENOENT && d->start_at < d->starts)
			d->start_at += PLANNER_START_TECHS;
		else
			start_end(d);
	}
	return false;
}

static void
wait_for_worker(struct planner *p)
{
	if (p->waiting)
		return;
	p->waiting = true;
	net_timer_set(p->patience, PATIENCE_MS);
}

/* Settles a question without a solver. True when it is settled. */
static bool
settle_without(struct desk *d)
{
	int rc = fallback(d, &d->waiting);

	if (rc < 0) {
		planner_arm(d->p, RETRY_MS);
		return false;
	}
	question_clear(&d->waiting);
	d->worth = true;
	return true;
}

/* What re-timing alone settles is settled; the rest waits. False: try again later. */
static bool
settle_retimed(struct desk *d)
{
	struct question *q = &d->waiting;

	if (publish_retimed(d, q) < 0) {
		planner_arm(d->p, RETRY_MS);
		return false;
	}
	if (!q->solve && q->dirties == 0)
		question_clear(q);
	return true;
}

/* Whether so many calls wait for a place, and could have one, that it is a start. */
static bool
is_start(struct desk *d)
{
	int32_t unassigned = look_unassigned(d->t->state);

	if (unassigned < d->left)
		d->left = unassigned;
	if (unassigned <= d->left + PLANNER_START_CALLS)
		return false;
	if (look_placeable(d, PLANNER_START_CALLS + 1) > PLANNER_START_CALLS)
		return true;
	d->left = unassigned; /* not asked again before there are many more */
	return false;
}

static void
ask_solver(struct desk *d)
{
	struct question *q = &d->waiting;
	int rc;

	if (q->tries == 0 && is_start(d) && start_begin(d) == 0) {
		/* The start finds its calls by itself; routes that hurt are asked about after it. */
		q->calls = 0;
		q->solve = q->focuses > 0;
		start_step(d);
		return;
	}
	do {
		rc = solve_event(d, q);
	} while (rc > 0 && q->solve);
	if (rc == 0 && d->under_ways == 0) {
		struct worker_figures w;

		worker_figures(d->p->pool, &w);
		/* Patience was lost before: it is said already, and nobody has come since. */
		if (d->p->degraded && w.alive == 0)
			settle_without(d);
		else
			wait_for_worker(d->p);
	}
	if (rc < 0 && rc != -ENOENT) {
		log_say(LEVEL_ERROR, "territory %s: a question could not be asked (%d)",
		    state_territory(d->t->state), rc);
		settle_without(d);
	} else if (rc == -ENOENT && q->solve) {
		planner_arm(d->p, 0);
	}
}

static void
turn_desk(struct desk *d)
{
	struct question *q = &d->waiting;
	int64_t now = planner_now(d->p);

	if (start_step(d))
		return;
	/* Before re-timing moves to another day's shift what is left of this one. */
	if (q->any && carry_gone(d))
		carry_turn(d);
	if (q->any) {
		d->carry = true;
		d->worth = d->worth || q->background;
		look_at(d, q);
		if (q->tries >= TRIES_MAX) {
			settle_without(d);
			return;
		}
		if (q->solve)
			ask_solver(d);
		if (d->start == NULL)
			settle_retimed(d);
		if (!q->any)
			planner_arm(d->p, 0); /* for what is below */
		return;
	}
	if (d->carry && d->under_ways == 0 && carry_turn(d))
		return;
	if (d->worth && d->under_ways == 0 && now - d->background_at >= PLANNER_BACKGROUND_S &&
	    state_guidelines(d->t->state)->background_ms > 0) {
		int rc = solve_background(d);

		if (rc != 0) {
			d->worth = false;
			d->background_at = now;
		}
	}
}

static void
turn(void *arg)
{
	struct planner *p = arg;

	p->armed = false;
	for (size_t i = 0; i < p->desks; i++) {
		turn_desk(p->desk[i]);
		watch_turn(p->desk[i]);
	}
	asks_turn(p);
}

static void
worker_came(void *arg)
{
	struct planner *p = arg;

	if (p->waiting) {
		p->waiting = false;
		net_timer_stop(p->patience);
	}
	planner_arm(p, 0);
}

/* No worker came up in time: questions are settled without. */
static void
lose_patience(void *arg)
{
	struct planner *p = arg;
	struct worker_figures w;

	p->waiting = false;
	worker_figures(p->pool, &w);
	if (w.alive > 0) { /* busy with others' questions: that ends by their deadlines */
		planner_arm(p, 0);
		return;
	}
	p->degraded = true;
	log_say(LEVEL_ERROR, "no solver worker is alive: the plan stands, new calls are placed "
	                     "where they cost least");
	for (size_t i = 0; i < p->desks; i++)
		if (p->desk[i]->waiting.any && p->desk[i]->under_ways == 0)
			settle_without(p->desk[i]);
}

/* --- outside --- */

void
planner_event(struct planner *p, struct territory *t, const struct event *ev)
{
	struct desk *d = desk_of(p, t);

	if (d == NULL)
		return;
	watch_event(d, ev);
	planner_arm(p, 0);
	if (ev->type == EV_PLAN_REVISED)
		return;
	question_event(&d->waiting, t->state, ev);
	if (d->waiting.any && d->waiting.asked_us == 0)
		d->waiting.asked_us = clock_mono_us();
	if (ev->type == EV_TECHNICIAN_ADDED || ev->type == EV_GUIDELINES_SET)
		d->left = 0; /* what could not be placed before may be now */
}

void
planner_position(struct planner *p, struct territory *t, int32_t tech)
{
	const struct state *s = t->state;
	const struct tech *driver = state_tech(s, tech);
	const struct guidelines *g = state_guidelines(s);
	struct travel_model travel = state_travel(s);
	const struct call_state *c;
	const struct position *last;
	struct event *ev;
	char why[256] = "";
	int64_t arrival;

	last = positions_get(p->shop->positions, state_territory(s), driver->id);
	if (driver->status != TECH_DRIVING || last == NULL || last->at_s < driver->since)
		return;
	c = state_call(s, driver->call);
	arrival = last->at_s + travel_s(&travel,
	    (struct place){ .lat_udeg = last->lat_udeg, .lon_udeg = last->lon_udeg }, c->site,
	    state_speed_pct(s, tech));
	if (arrival - c->arrival <= g->eta_tolerance_s)
		return;
	ev = event_new(EV_STOP_LATE, planner_now(p), json_pack("{s:s, s:s, s:I, s:s, s:I}",
	    "technician", driver->id, "call", c->id, "version", (json_int_t)c->version + 1,
	    "status", "en_route", "end", (json_int_t)(arrival + c->end - c->arrival)));
	if (ev == NULL ||
	    shop_append(p->shop, t, &ev, 1, NULL, NULL, NULL, why, sizeof(why)) < 0)
		log_say(LEVEL_WARNING, "%s is late for %s, which could not be noted: %s",
		    driver->id, c->id, ev == NULL ? "out of memory" : why);
}

/* Whatever is on no route is asked about, the newest first. */
static void
ask_unassigned(struct desk *d)
{
	const struct state *s = d->t->state;
	int32_t open_n;
	const int32_t *open = state_open(s, &open_n);

	for (int32_t i = open_n - 1; i >= 0; i--) {
		if (state_call(s, open[i])->status != CALL_UNASSIGNED)
			continue;
		if (!d->waiting.any)
			d->waiting.cause = (struct cause){ .tick = true, .seq = state_seq(s),
				.call = -1, .tech = -1, .why = TELL_REPLANNED };
		question_call(&d->waiting, open[i]);
		d->waiting.solve = true;
	}
}

void
planner_unassigned(struct planner *p, struct territory *t)
{
	struct desk *d = desk_of(p, t);

	if (d != NULL)
		ask_unassigned(d);
	planner_arm(p, 0);
}

/* The first shift of a day is near: the day is planned as a whole. */
static void
look_at_day(struct desk *d)
{
	const struct state *s = d->t->state;
	int64_t now = planner_now(d->p);
	struct cost_frame f = cost_frame(s, now);

	if (d->start_day == f.day_from)
		return;
	for (int32_t k = 0; k < state_techs(s); k++) {
		const struct tech *t = state_tech(s, k);

		for (int32_t i = 0; i < t->shifts; i++) {
			if (t->shift[i].ended || t->shift[i].from > now + START_AHEAD_S ||
			    t->shift[i].from < f.day_from || t->shift[i].to <= now)
				continue;
			d->start_day = f.day_from;
			d->left = 0;
			if (look_unassigned(s) > PLANNER_START_CALLS) {
				question_focus(&d->waiting, k);
				d->waiting.solve = true;
			} else {
				ask_unassigned(d);
			}
			return;
		}
	}
}

void
planner_tick(struct planner *p)
{
	for (size_t i = 0; i < p->desks; i++) {
		look_at_time(p->desk[i], &p->desk[i]->waiting);
		look_at_day(p->desk[i]);
		watch_tick(p->desk[i]);
		shift_tick(p->desk[i]);
		carry_tick(p->desk[i]);
	}
	planner_arm(p, 0);
}

static void
tick(void *arg)
{
	struct planner *p = arg;

	planner_tick(p);
	net_timer_set(p->tick, PLANNER_TICK_MS);
}

int64_t
planner_next(const struct planner *p)
{
	int64_t next = INT64_MAX, now = p->shop->clock.now_s;

	for (size_t i = 0; i < p->desks; i++) {
		int64_t one = look_next(p->desk[i], now), two = watch_next(p->desk[i], now);

		one = two < one ? two : one;
		two = carry_next(p->desk[i], now);
		one = two < one ? two : one;
		two = shift_next(p->desk[i], now);
		one = two < one ? two : one;
		next = one < next ? one : next;
	}
	return next;
}

bool
planner_settled(const struct planner *p)
{
	if (p->armed)
		return false;
	for (size_t i = 0; i < p->desks; i++) {
		const struct desk *d = p->desk[i];

		if (d->waiting.any || d->under_ways > 0 || d->start != NULL)
			return false;
	}
	return true;
}

void
planner_figures(const struct planner *p, struct planner_figures *ret)
{
	struct worker_figures w;

	worker_figures(p->pool, &w);
	*ret = p->figures;
	ret->workers = w.alive;
	ret->restarts = w.restarts;
	ret->state = w.alive == 0 ? "stopped" : p->degraded ? "degraded" : "ok";
}

int
planner_new(struct shop *shop, const struct planner_config *cfg, struct planner **ret,
    char *why, size_t why_size)
{
	struct planner *p = calloc(1, sizeof(*p));
	int rc = -ENOMEM;

	if (p == NULL)
		goto fail;
	p->shop = shop;
	p->cfg = *cfg;
	p->turn = net_timer_new(shop->net, turn, p);
	p->tick = net_timer_new(shop->net, tick, p);
	p->patience = net_timer_new(shop->net, lose_patience, p);
	if (p->turn == NULL || p->tick == NULL || p->patience == NULL)
		goto fail;
	rc = worker_pool_new(shop->net, cfg->solver_path, cfg->workers < 2 ? 2 : cfg->workers,
	    worker_came, p, &p->pool, why, why_size);
	if (rc < 0)
		goto out;
	/* What stood when the daemon stopped is looked at whole. */
	for (size_t i = 0; i < shop->territories; i++) {
		struct desk *d = desk_of(p, shop->territory[i]);

		if (d == NULL) {
			rc = -ENOMEM;
			goto fail;
		}
		for (int32_t k = 0; k < state_techs(d->t->state); k++)
			question_dirty(&d->waiting, k);
		watch_all(d);
		d->waiting.cause = (struct cause){ .tick = true,
			.seq = state_seq(d->t->state), .call = -1, .tech = -1 };
	}
	planner_arm(p, 0);
	if (!shop->clock.is_virtual)
		net_timer_set(p->tick, PLANNER_TICK_MS);
	*ret = p;
	return 0;
fail:
	snprintf(why, why_size, "Out of memory");
out:
	planner_free(p);
	return rc;
}

void
planner_free(struct planner *p)
{
	if (p == NULL)
		return;
	worker_pool_free(p->pool);
	asks_free(p);
	net_timer_free(p->turn);
	net_timer_free(p->tick);
	net_timer_free(p->patience);
	for (size_t i = 0; i < p->desks; i++) {
		struct desk *d = p->desk[i];

		for (int32_t j = 0; j < d->under_ways; j++)
			solve_free(d->under_way[j]);
		watch_done(d);
		free(d->start);
		free(d);
	}
	free(p);
}
