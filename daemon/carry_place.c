/* SPDX-License-Identifier: Apache-2.0 */
/* Where what is carried over goes: the next day with room, and a window there that holds. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/carry.h"
#include "daemon/morning.h"
#include "daemon/risk.h"
#include "daemon/window.h"

enum {
	DAY_S = 86400,
};

/* A shift as an absence leaves it: from == to, nothing of it. */
static struct span
shift_left(const struct tech *t, const struct shift *sh)
{
	struct span left = { sh->from, sh->to };

	if (t->absent_from <= left.from && left.from < t->absent_to)
		left.from = t->absent_to < left.to ? t->absent_to : left.to;
	if (sh->ended)
		left.from = left.to;
	return left;
}

bool
carry_anybody(const struct state *s, int32_t call, struct span when)
{
	for (int32_t k = 0; k < state_techs(s); k++) {
		const struct tech *t = state_tech(s, k);

		if (!state_may(s, k, call))
			continue;
		for (int32_t i = 0; i < t->shifts; i++) {
			struct span sh = shift_left(t, &t->shift[i]);

			if (sh.from < sh.to && sh.from < when.to && sh.to > when.from)
				return true;
		}
	}
	return false;
}

bool
carry_next_shift(const struct state *s, int32_t call, int64_t from, struct span *ret)
{
	struct span best = { INT64_MAX, INT64_MAX };

	for (int32_t k = 0; k < state_techs(s); k++) {
		const struct tech *t = state_tech(s, k);

		if (!state_may(s, k, call))
			continue;
		for (int32_t i = 0; i < t->shifts; i++) {
			struct span sh = shift_left(t, &t->shift[i]);

			if (sh.from < sh.to && sh.from >= from && sh.from < best.from)
				best = sh;
		}
	}
	if (best.from == INT64_MAX)
		return false;
	*ret = best;
	return true;
}

static bool
has_skilled(const struct state *s, int32_t call)
{
	for (int32_t k = 0; k < state_techs(s); k++)
		if (state_may(s, k, call))
			return true;
	return false;
}

/* A state in which the calls have left their routes and their promises. */
static int
let_go(const struct state *s, int64_t now, const struct carried *c, int32_t n, struct state **ret)
{
	struct state *fork = state_fork(s);
	int rc = fork == NULL ? -ENOMEM : 0;

	for (int32_t i = 0; i < n && rc == 0; i++) {
		struct event *ev = carry_event(fork, now, &c[i], "daemon", NULL);

		if (ev == NULL) {
			rc = -ENOMEM;
			break;
		}
		ev->seq = state_seq(fork) + 1;
		rc = state_apply(fork, ev, NULL, 0);
		event_free(ev);
	}
	if (rc == 0)
		*ret = fork;
	else
		state_free(fork);
	return rc;
}

/* A window at a technician's stop: not before his shift begins. */
static struct span
window_at(const struct morning *m, int32_t tech, const struct risk_stop *risk, int64_t arrival)
{
	int64_t begins = state_tech(m->fork, tech)->shift[m->route[tech].shift].from;
	struct span w;
	int32_t pct;

	window_for(m->fork, m->f.now, risk, arrival,
	    state_guidelines(m->fork)->quote_confidence_pct, &w, &pct);
	if (w.from < begins)
		w = (struct span){ begins, w.to + begins - w.from };
	return w;
}

/* The windows of the calls of ret that are on one route. */
static int
windows_on(const struct morning *m, int32_t tech, struct carried *ret, int32_t n)
{
	const struct retimed *r = &m->route[tech];
	struct risk_stop *risk;

	if (r->stops == 0)
		return 0;
	risk = malloc((size_t)r->stops * sizeof(*risk));
	if (risk == NULL)
		return -ENOMEM;
	risk_route(m->fork, m->f.now, tech, r, risk);
	for (int32_t i = 0; i < r->stops; i++) {
		for (int32_t j = 0; j < n; j++) {
			if (ret[j].call != r->stop[i].call)
				continue;
			ret[j].promise = window_at(m, tech, &risk[i], r->stop[i].arrival);
			ret[j].not_before = m->from;
		}
	}
	free(risk);
	return 0;
}

/* Places on one day what has no place yet. */
static int
try_day(struct morning *m, struct carried *ret, int32_t n)
{
	struct span day = { m->from, m->to };
	int rc = 0;

	morning_kept(m, -1);
	for (int32_t i = 0; i < n; i++)
		if (ret[i].promise.to == 0 && carry_anybody(m->fork, ret[i].call, day))
			morning_place(m, ret[i].call);
	for (int32_t k = 0; rc == 0 && k < state_techs(m->fork); k++)
		rc = windows_on(m, k, ret, n);
	return rc;
}

static bool
all_placed(const struct carried *c, int32_t n)
{
	for (int32_t i = 0; i < n; i++)
		if (c[i].promise.to == 0 && !c[i].nobody)
			return false;
	return true;
}

/* Whoever finds no place may come back on the first day that has a shift for him. */
static void
without_place(const struct state *s, int64_t from, int32_t days, struct carried *c)
{
	struct span sh;

	c->not_before = from;
	if (carry_next_shift(s, c->call, from, &sh) && sh.from < from + (int64_t)days * DAY_S)
		c->not_before = morning_today(s, sh.from);
}

int
carry_place(const struct state *s, int64_t now, int64_t from, int32_t days, const int32_t *call,
    int32_t n, struct carried *ret)
{
	struct state *free_of = NULL;
	int64_t day = from;
	int rc;

	for (int32_t i = 0; i < n; i++) {
		ret[i] = (struct carried){ .call = call[i], .nobody = !has_skilled(s, call[i]) };
		without_place(s, from, days, &ret[i]);
	}
	rc = let_go(s, now, ret, n, &free_of);
	for (int32_t d = 0; d < days && rc == 0 && !all_placed(ret, n); d++) {
		struct morning m;

		rc = morning_open(free_of, now, day, &m);
		if (rc == 0) {
			rc = try_day(&m, ret, n);
			morning_done(&m);
		}
		rc = rc == -ENOENT ? 0 : rc; /* nobody works that day */
		day = morning_after(s, day);
	}
	state_free(free_of);
	return rc;
}
