/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/quote_impl.h"

#include <errno.h>
#include <stdlib.h>

#include "daemon/morning.h"
#include "daemon/window.h"

enum {
	DAYS_MAX = 7,
	LOOKS_MAX = 16, /* places whose chance is worked out */
};

static bool
is_better(const struct spot *x, const struct spot *y)
{
	if (x->broken != y->broken)
		return x->broken < y->broken;
	if (x->disturbed != y->disturbed)
		return x->disturbed < y->disturbed;
	return x->cents < y->cents;
}

/* The best place of the day that breaks nobody's promise. -ENOENT: none. */
static int
place_wanted(const struct field *fd, int64_t to, struct candidate *ret)
{
	int32_t max = spot_max(fd->s, fd->base), n, best = -1;
	struct spot *spot = calloc((size_t)max + 1, sizeof(*spot));

	if (spot == NULL)
		return -ENOMEM;
	n = spot_all(&fd->f, fd->base, fd->call, -1, spot, max);
	for (int32_t i = 0; i < n; i++)
		if (spot[i].start < to && spot[i].broken == 0 &&
		    (best < 0 || is_better(&spot[i], &spot[best])))
			best = i;
	if (best >= 0)
		*ret = (struct candidate){ .field = fd, .spot = spot[best] };
	free(spot);
	return best < 0 ? -ENOENT : 0;
}

/* The day that begins at midnight. -ENOENT: nobody works, or there is no room. */
static int
try_day(const struct quote_ask *ask, const struct state *with, int32_t call, int64_t midnight,
    struct field *ret, struct candidate *ret_best)
{
	struct morning m;
	int rc = morning_open(with, ask->now, midnight, &m);

	if (rc < 0)
		return rc;
	morning_kept(&m, -1);
	/* The field takes the fork and the routes over. */
	*ret = (struct field){ .s = m.fork,
		.now = m.f.now,
		.f = m.f,
		.base = m.route,
		.call = call,
		.another_day = true };
	rc = place_wanted(ret, m.to, ret_best);
	if (rc == 0)
		candidate_look(&ask->need, ret_best);
	if (rc == 0 && ret_best->bad)
		rc = -ENOENT;
	if (rc < 0)
		field_done(ret);
	return rc;
}

/* The day of an appointment that is wished for later than today, with it. -ENOENT. */
static int
wished_day(const struct quote_ask *ask, struct field *ret, struct candidate *ret_best)
{
	int64_t midnight = morning_today(ask->s, ask->need.from);
	struct state *with;
	int32_t call;
	int rc;

	if (!ask->need.appointment || midnight <= morning_today(ask->s, ask->now))
		return -ENOENT;
	rc = quote_fork(ask->s, ask->now, &ask->need, true, &with, &call);
	if (rc < 0)
		return rc;
	rc = try_day(ask, with, call, midnight, ret, ret_best);
	state_free(with);
	if (rc == 0 && !ret_best->meets) {
		field_done(ret);
		rc = -ENOENT;
	}
	return rc;
}

int
quote_another_day(const struct quote_ask *ask, int64_t after, struct field *ret,
    struct candidate *ret_best)
{
	int64_t midnight = morning_today(ask->s, after);
	struct state *with;
	int32_t call;
	int rc = wished_day(ask, ret, ret_best);

	if (rc != -ENOENT)
		return rc;
	*ret = (struct field){ 0 };
	rc = quote_fork(ask->s, ask->now, &ask->need, false, &with, &call);
	if (rc < 0)
		return rc;
	rc = -ENOENT;
	for (int day = 0; day < DAYS_MAX && rc == -ENOENT; day++) {
		midnight = morning_after(ask->s, midnight);
		rc = try_day(ask, with, call, midnight, ret, ret_best);
	}
	state_free(with);
	return rc;
}

/* --- whether it is still there --- */

/* Whether a place is within the window, and holds it with the chance that was stated. */
static bool
holds_at(const struct field *fd, const struct spot *spot, struct span window, int32_t pct)
{
	struct new_route route = { .tech = spot->tech };
	struct risk_stop *risk;
	bool holds = false;

	spot_route(&fd->f, fd->base, fd->call, spot, &route.timed);
	risk = calloc((size_t)route.timed.stops + 1, sizeof(*risk));
	if (risk == NULL)
		return false;
	risk_route(fd->s, fd->now, spot->tech, &route.timed, risk);
	for (int32_t i = route.timed.under_way; i < route.timed.stops; i++)
		holds = holds ||
		    (route.timed.stop[i].call == fd->call &&
			window_pct(fd->s, &risk[i], window.to) >= pct);
	free(risk);
	return holds;
}

/* Of the places that break nothing one that holds; the calmest and cheapest are looked at first. */
static int
find_place(const struct field *fd, struct span window, int32_t pct)
{
	int32_t max = spot_max(fd->s, fd->base), n;
	struct spot *spot = calloc((size_t)max + 1, sizeof(*spot));
	int rc = -ENOENT;

	if (spot == NULL)
		return -ENOMEM;
	n = spot_all(&fd->f, fd->base, fd->call, -1, spot, max);
	for (int look = 0; look < LOOKS_MAX && rc == -ENOENT; look++) {
		int32_t best = -1;

		for (int32_t i = 0; i < n; i++)
			if (spot[i].broken == 0 && spot[i].start >= window.from &&
			    spot[i].start <= window.to &&
			    (best < 0 || is_better(&spot[i], &spot[best])))
				best = i;
		if (best < 0)
			break;
		if (holds_at(fd, &spot[best], window, pct))
			rc = 0;
		spot[best].broken = 1; /* looked at */
	}
	free(spot);
	return rc;
}

int
quote_day_holds(const struct state *s, int64_t now, int32_t call, struct span window, int32_t pct)
{
	struct morning m;
	int rc = morning_open(s, now, morning_today(s, window.from), &m);
	struct field fd;

	if (rc < 0)
		return rc;
	morning_kept(&m, call);
	fd = (struct field){
		.s = m.fork,
		.now = m.f.now,
		.f = m.f,
		.base = m.route,
		.call = call,
		.another_day = true,
	};
	rc = find_place(&fd, window, pct);
	morning_done(&m);
	return rc;
}
