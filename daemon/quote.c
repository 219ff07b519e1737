/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/quote.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/build.h"
#include "daemon/object.h"
#include "daemon/quote_impl.h"
#include "proto/when.h"

const char *
quote_kind_name(enum quote_kind k)
{
	static const char *const name[QUOTE_KINDS] = {
		[QUOTE_LEAST] = "least_disturbance",
		[QUOTE_CHEAPEST] = "cheapest",
		[QUOTE_SOONEST] = "soonest",
		[QUOTE_PREFERRED] = "preferred",
		[QUOTE_ANOTHER_DAY] = "another_day",
	};

	return name[k];
}

/* --- forks that know the call --- */

bool
quote_may(const struct call_state *c)
{
	return c->closed == 0 && (c->status == CALL_UNASSIGNED || c->status == CALL_PLANNED);
}

/* What is agreed anew and what may come with it, of terms; NULL when out of memory. */
static json_t *
agreed_of(const json_t *terms)
{
	static const char *const names[] = { "due", "appointment", "agreed", "note", "reference",
		"contact" };
	json_t *some = json_object();

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		json_t *v = json_object_get(terms, names[i]);

		if (v != NULL)
			build_set(&some, names[i], json_incref(v));
	}
	return some;
}

struct event *
quote_event(const struct state *s, int64_t now, const char *id, const struct quote_of *of,
    const json_t *terms)
{
	int32_t call = of == NULL || of->call[0] == '\0' ? -1 : state_call_find(s, of->call);
	const struct call_state *c = call < 0 ? NULL : state_call(s, call);
	const char *by =
	    json_string_value(json_object_get(json_object_get(terms, "agreed"), "by"));
	json_t *body;

	if (c == NULL)
		return event_new(EV_CALL_BOOKED, now,
		    json_pack("{s:s, s:O}", "call", id, "terms", (json_t *)terms));
	body = json_pack("{s:s, s:I, s:b, s:s, s:s, s:o}", "call", c->id, "version",
	    (json_int_t)c->version + 1, "anew", 1, "by",
	    of->by_customer ? "customer" : by != NULL ? by : "daemon", "status",
	    call_status_name(CALL_UNASSIGNED), "terms", agreed_of(terms));
	if (c->tech >= 0)
		build_set(&body, "technician", json_string(state_tech(s, c->tech)->id));
	return event_new(EV_CALL_AMENDED, now, body);
}

json_t *
quote_wish(const struct call_state *c, int64_t due, struct span appointment)
{
	json_t *terms = json_object();

	if (terms == NULL || json_object_update(terms, c->terms) < 0) {
		json_decref(terms);
		return NULL;
	}
	json_object_del(terms, "agreed");
	json_object_del(terms, "due");
	json_object_del(terms, "appointment");
	if (due > 0)
		build_set(&terms, "due", json_integer(due));
	if (appointment.to > 0)
		build_set(&terms, "appointment",
		    json_pack("{s:I, s:I}", "from", (json_int_t)appointment.from, "to",
			(json_int_t)appointment.to));
	return terms;
}

int
quote_book(const struct state *s, int64_t now, const struct quote_of *of, const json_t *terms,
    struct state **ret, int32_t *ret_call)
{
	struct state *fork = state_fork(s);
	struct event *ev = NULL;
	char id[STATE_ID_SIZE];
	int rc = -ENOMEM;

	if (fork == NULL)
		return -ENOMEM;
	if (of != NULL && of->call[0] != '\0')
		snprintf(id, sizeof(id), "%s", of->call);
	else
		state_next_id(fork, "c", id);
	ev = quote_event(s, now, id, of, terms);
	if (ev != NULL) {
		ev->seq = state_seq(fork) + 1;
		rc = state_apply(fork, ev, NULL, 0);
	}
	event_free(ev);
	if (rc < 0) {
		state_free(fork);
		return rc;
	}
	*ret = fork;
	*ret_call = state_call_find(fork, id);
	return 0;
}
int
quote_fork(const struct state *s, int64_t now, const struct quote_need *need, bool wished,
    struct state **ret, int32_t *ret_call)
{
	json_t *terms = json_object();
	int rc = -ENOMEM;

	if (terms != NULL && json_object_update(terms, (json_t *)need->terms) == 0) {
		if (!wished) {
			json_object_del(terms, "due");
			json_object_del(terms, "appointment");
		}
		rc = quote_book(s, now, &need->of, terms, ret, ret_call);
	}
	json_decref(terms);
	return rc;
}

/* Whose route the call leaves, if it is on one. */
static void
field_left(const struct quote_ask *ask, struct field *fd)
{
	int32_t call = ask->need.of.call[0] == '\0'
	    ? -1
	    : state_call_find(ask->s, ask->need.of.call);

	fd->left = call < 0 ? -1 : state_call(ask->s, call)->tech;
	fd->leaves = fd->left >= 0;
}

int
field_make(const struct quote_ask *ask, bool wished, struct field *ret)
{
	int rc;

	*ret = (struct field){ .now = ask->now, .wished = wished };
	rc = quote_fork(ask->s, ask->now, &ask->need, wished, &ret->s, &ret->call);
	if (rc < 0)
		return rc;
	field_left(ask, ret);
	ret->f = cost_frame(ret->s, ret->now);
	ret->base = spot_base(ret->s, ret->now);
	return ret->base == NULL ? -ENOMEM : 0;
}

void
field_done(struct field *fd)
{
	state_free(fd->s);
	free(fd->base);
	*fd = (struct field){ 0 };
}

/* --- candidates --- */

/* The route that the call leaves, as it goes on without it, unless it is among them. */
static int32_t
add_left(const struct field *fd, struct new_route *route, int32_t n, int32_t max)
{
	if (!fd->leaves || n == 0 || n == max || fd->base[fd->left].losts > 0)
		return n;
	for (int32_t r = 0; r < n; r++)
		if (route[r].tech == fd->left)
			return n;
	route[n].tech = fd->left;
	route[n].timed = fd->base[fd->left];
	return n + 1;
}

int32_t
candidate_routes(const struct candidate *c, struct new_route *ret, int32_t max)
{
	const struct field *fd = c->field;

	if (c->offer == NULL) {
		ret[0].tech = c->spot.tech;
		spot_route(&fd->f, fd->base, fd->call, &c->spot, &ret[0].timed);
		return add_left(fd, ret, 1, max);
	}
	if (c->offer->routes > max)
		return 0;
	memcpy(ret, c->offer->route, (size_t)c->offer->routes * sizeof(*ret));
	return add_left(fd, ret, c->offer->routes, max);
}
/* Makes room for so many more. */
static int
pool_grow(struct pool *p, int32_t more)
{
	struct candidate *list;

	if (p->n + more <= p->max)
		return 0;
	list = realloc(p->list, (size_t)(p->n + more) * sizeof(*list));
	if (list == NULL)
		return -ENOMEM;
	p->list = list;
	p->max = p->n + more;
	return 0;
}

/* Every place in every route of a field. */
static int
add_spots(struct pool *p, const struct field *fd)
{
	int32_t max = spot_max(fd->s, fd->base), n;
	struct spot *spot = calloc((size_t)max + 1, sizeof(*spot));
	int rc = spot == NULL ? -ENOMEM : pool_grow(p, max);

	if (rc == 0) {
		n = spot_all(&fd->f, fd->base, fd->call, -1, spot, max);
		for (int32_t i = 0; i < n; i++)
			p->list[p->n++] = (struct candidate){ .field = fd, .spot = spot[i] };
	}
	free(spot);
	return rc;
}

static int
add_offers(struct pool *p, const struct field *fd, const struct quote_ask *ask)
{
	int rc = pool_grow(p, ask->offers);

	for (int32_t i = 0; rc == 0 && i < ask->offers; i++) {
		struct candidate c = { .field = fd, .offer = &ask->offer[i] };

		if (c.offer->routes == 0 || !candidate_spot(fd, c.offer, &c.spot))
			continue;
		c.spot.broken = candidate_broken(fd, c.offer);
		p->list[p->n++] = c;
	}
	return rc;
}

/* --- the whole --- */

/* What is needed while a quote is worked out. */
struct making {
	const struct quote_ask *ask;
	struct field wished, free, day; /* as wished; without a wish; another day */
	struct candidate another;
	bool other_day; /* another was found */
	struct pool pool;
	int32_t chance_pct; /* the best that the wish has */
};

static void
making_done(struct making *w)
{
	field_done(&w->wished);
	field_done(&w->free);
	field_done(&w->day);
	free(w->pool.list);
}

static bool
has_wish(const struct quote_need *need)
{
	return need->due > 0 || need->appointment;
}

/* With the wish: what does not meet it is no candidate, but tells how likely the wish is. */
static int
look_wished(struct making *w)
{
	int rc = field_make(w->ask, true, &w->wished);

	if (rc == 0)
		rc = add_spots(&w->pool, &w->wished);
	if (rc == 0)
		rc = add_offers(&w->pool, &w->wished, w->ask);
	if (rc < 0)
		return rc;
	quote_look(&w->ask->need, &w->pool, 0);
	for (int32_t i = 0; i < w->pool.n; i++) {
		struct candidate *c = &w->pool.list[i];

		if (c->looked && c->chance_pct > w->chance_pct)
			w->chance_pct = c->chance_pct;
		c->bad = c->bad || !c->meets;
	}
	return 0;
}

static int
look_free(struct making *w)
{
	int32_t from = w->pool.n;
	int rc = field_make(w->ask, false, &w->free);

	if (rc == 0)
		rc = add_spots(&w->pool, &w->free);
	if (rc == 0 && !has_wish(&w->ask->need))
		rc = add_offers(&w->pool, &w->free, w->ask);
	if (rc == 0)
		quote_look(&w->ask->need, &w->pool, from);
	return rc;
}

/* Whether what meets the need leaves something to be wished: then the rest is looked at, too. */
static bool
is_wanting(const struct making *w, const char *preferred)
{
	int32_t best[QUOTE_KINDS];
	const struct candidate *least;

	quote_choose(&w->pool, preferred, best);
	if (best[QUOTE_LEAST] < 0 || (preferred[0] != '\0' && best[QUOTE_PREFERRED] < 0))
		return true;
	least = &w->pool.list[best[QUOTE_LEAST]];
	return least->spot.broken > 0 || least->spot.disturbed > 0;
}

static const char *
preferred_of(const struct quote_need *need)
{
	const char *id = json_string_value(json_object_get(need->terms, "preferred"));

	return id != NULL ? id : "";
}

/* One more option. -EPERM: it does not stand the check. */
static int
show_one(const struct making *w, const struct candidate *c, unsigned kinds,
    struct quote_result *ret)
{
	int rc = quote_show(w->ask, c, kinds, &ret->option[ret->options]);

	ret->options += rc == 0;
	return rc;
}

/* The kinds of which a candidate is the best; 0 if it was shown with an earlier one. */
static unsigned
kinds_of(const int32_t best[QUOTE_KINDS], int k)
{
	unsigned kinds = 0;

	for (int of = 0; of < QUOTE_ANOTHER_DAY; of++) {
		if (best[of] != best[k])
			continue;
		if (of < k)
			return 0;
		kinds |= 1U << of;
	}
	return kinds;
}

/*
 * Puts a candidate out, and with it what the solver found again for other budgets; what is left may
 * be wanting now. -EPERM; -ENOMEM.
 */
static int
put_out(struct making *w, struct candidate *c)
{
	struct pool *p = &w->pool;

	for (int32_t i = 0; c->offer != NULL && i < p->n; i++) {
		struct candidate *o = &p->list[i];

		if (o->offer != NULL && o->spot.tech == c->spot.tech &&
		    o->spot.start == c->spot.start && o->spot.cents == c->spot.cents)
			o->bad = true;
	}
	c->bad = true;
	if (w->free.s == NULL && is_wanting(w, preferred_of(&w->ask->need)) && look_free(w) < 0)
		return -ENOMEM;
	return -EPERM;
}

/* Shows the best of each kind but those not wanted. -EPERM: one does not stand the check, and is
 * out. */
static int
show_each(struct making *w, unsigned not, struct quote_result *ret)
{
	int32_t best[QUOTE_KINDS];
	int rc = 0;

	quote_choose(&w->pool, preferred_of(&w->ask->need), best);
	for (int k = 0; k < QUOTE_ANOTHER_DAY; k++)
		if ((not >> k & 1) != 0)
			best[k] = -1;
	for (int k = 0; rc == 0 && k < QUOTE_ANOTHER_DAY; k++) {
		unsigned kinds = best[k] < 0 ? 0 : kinds_of(best, k);

		if (kinds == 0)
			continue;
		rc = show_one(w, &w->pool.list[best[k]], kinds, ret);
		if (rc == -EPERM)
			rc = put_out(w, &w->pool.list[best[k]]);
	}
	return rc;
}

/* The day after the last that is looked at until now, or the one that was wished. */
static int
find_another_day(struct making *w)
{
	int64_t after = w->ask->now;
	int rc;

	for (int32_t i = 0; i < w->pool.n; i++) {
		const struct candidate *c = &w->pool.list[i];

		if (c->looked && !c->bad && c->spot.start > after)
			after = c->spot.start;
	}
	rc = quote_another_day(w->ask, after, &w->day, &w->another);
	w->other_day = rc == 0;
	if (w->other_day && w->another.chance_pct > w->chance_pct)
		w->chance_pct = w->another.chance_pct;
	return rc == -ENOENT ? 0 : rc;
}

static bool
any_meets(const struct making *w)
{
	for (int32_t i = 0; i < w->pool.n; i++)
		if (w->pool.list[i].looked && !w->pool.list[i].bad && w->pool.list[i].meets)
			return true;
	return false;
}

/* All of them: another day comes last, unless it alone is what was wished. */
static int
show_all(struct making *w, struct quote_result *ret)
{
	bool first = w->other_day && w->another.meets && !any_meets(w);
	unsigned kinds = 1U << QUOTE_LEAST | 1U << QUOTE_ANOTHER_DAY;
	int rc;

	do {
		quote_done(ret);
		rc = first ? show_one(w, &w->another, kinds, ret) : 0;
		if (rc == -EPERM)
			return rc;
		if (rc == 0)
			rc = show_each(w, first ? kinds : 0, ret);
	} while (rc == -EPERM);
	if (rc == 0 && w->other_day && !first)
		rc = show_one(w, &w->another, 1U << QUOTE_ANOTHER_DAY, ret);
	return rc == -EPERM ? 0 : rc;
}

static void
put_text(const struct making *w, struct quote_result *ret)
{
	const struct quote_option *first = &ret->option[0];
	bool today = ret->options > 0 && !first->another_day, meets = false;

	for (int32_t i = 0; i < ret->options; i++)
		meets = meets || json_is_true(json_object_get(ret->option[i].shown, "meets"));
	if (ret->options == 0)
		snprintf(ret->text, sizeof(ret->text),
		    "Nobody who may do it has room within a week");
	else if (!today && !meets)
		snprintf(ret->text, sizeof(ret->text),
		    "Nobody who may do it has room today: the first place is another day");
	else if (has_wish(&w->ask->need) && !meets)
		snprintf(ret->text, sizeof(ret->text),
		    "What was asked for cannot be promised with %d %%: "
		    "these are the nearest",
		    state_guidelines(w->ask->s)->quote_confidence_pct);
	else if (has_wish(&w->ask->need) && !json_is_true(json_object_get(first->shown, "meets")))
		snprintf(ret->text, sizeof(ret->text),
		    "What was asked for can be had by disturbing others: "
		    "the first option is what disturbs least");
}

enum { CLOCK_AT = 11, CLOCK_LEN = 5, BY_SIZE = 20 }; /* in 2026-03-12T09:00:00+01:00 */

/* "16:00", or "2026-03-14 16:00" on another day than now. */
static void
say_by(const struct state *s, int64_t now, int64_t at, char ret[BY_SIZE])
{
	char today[WHEN_SIZE] = "", then[WHEN_SIZE] = "";

	when_format(now, state_zone(s), today);
	when_format(at, state_zone(s), then);
	if (strncmp(today, then, CLOCK_AT) == 0)
		snprintf(ret, BY_SIZE, "%.*s", CLOCK_LEN, then + CLOCK_AT);
	else
		snprintf(ret, BY_SIZE, "%.*s %.*s", CLOCK_AT - 1, then, CLOCK_LEN, then + CLOCK_AT);
}

static int
put_wish(const struct making *w, struct quote_result *ret)
{
	const struct quote_need *need = &w->ask->need;
	char text[160], by[BY_SIZE] = "";

	if (has_wish(need))
		say_by(w->ask->s, w->ask->now, need->appointment ? need->to : need->due, by);
	if (!has_wish(need))
		snprintf(text, sizeof(text), "No time was asked for: by when is it needed?");
	else if (w->chance_pct < 1)
		snprintf(text, sizeof(text), "Nobody can be there by %s", by);
	else
		snprintf(text, sizeof(text), "A start by %s holds in %d of 100 cases", by,
		    (int)w->chance_pct);
	ret->wish = json_pack("{s:f, s:s}", "confidence", (double)w->chance_pct / 100, "text",
	    text);
	if (need->appointment)
		build_set(&ret->wish, "window", object_window(w->ask->s, need->from, need->to));
	else if (need->due > 0)
		build_set(&ret->wish, "due", object_when(w->ask->s, need->due));
	return ret->wish == NULL ? -ENOMEM : 0;
}

int
quote_make(const struct quote_ask *ask, struct quote_result *ret)
{
	struct making w = { .ask = ask };
	int rc = 0;

	*ret = (struct quote_result){ 0 };
	if (has_wish(&ask->need))
		rc = look_wished(&w);
	if (rc == 0 && (!has_wish(&ask->need) || is_wanting(&w, preferred_of(&ask->need))))
		rc = look_free(&w);
	if (rc == 0)
		rc = find_another_day(&w);
	if (rc == 0)
		rc = show_all(&w, ret);
	if (rc == 0)
		rc = put_wish(&w, ret);
	if (rc == 0)
		put_text(&w, ret);
	making_done(&w);
	return rc;
}

void
quote_done(struct quote_result *r)
{
	for (int32_t i = 0; i < r->options; i++) {
		json_decref(r->option[i].shown);
		json_decref(r->option[i].terms);
		json_decref(r->option[i].rests);
	}
	json_decref(r->wish);
	*r = (struct quote_result){ 0 };
}
