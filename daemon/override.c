/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/override.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/insertion.h"
#include "daemon/revision.h"

enum { DIGEST_BYTES = 16 };

/* His calls ahead in order, without the one that moves; their number. */
static int32_t
order_without(const struct retimed *r, int32_t call, int32_t ret[STATE_STOPS_MAX])
{
	int32_t n = 0;

	for (int32_t i = r->under_way; i < r->stops; i++)
		if (r->stop[i].call != call)
			ret[n++] = r->stop[i].call;
	for (int32_t i = 0; i < r->losts && n < STATE_STOPS_MAX; i++)
		if (r->lost[i] != call)
			ret[n++] = r->lost[i];
	return n;
}

static int64_t
cost_of(const struct state *s, int64_t now, int32_t tech, const struct retimed *r)
{
	struct cost_frame f = cost_frame(s, now);
	struct cost cost = { 0 };

	cost_route(&f, tech, r, &cost);
	for (int32_t i = 0; i < r->losts; i++)
		cost_unserved(&f, r->lost[i], &cost);
	return cost_total(&cost);
}

static bool
is_lost(const struct retimed *r, int32_t call)
{
	for (int32_t i = 0; i < r->losts; i++)
		if (r->lost[i] == call)
			return true;
	return false;
}

/* Times the order with the call at pos; false when the call itself does not fit. */
static bool
time_with(const struct state *s, int64_t now, const struct override_ask *ask,
    const int32_t *order, int32_t n, int32_t pos, struct retimed *ret)
{
	int32_t with[STATE_STOPS_MAX];

	if (n >= STATE_STOPS_MAX - 1)
		return false;
	memcpy(with, order, (size_t)pos * sizeof(*with));
	with[pos] = ask->call;
	memcpy(with + pos + 1, order + pos, (size_t)(n - pos) * sizeof(*with));
	retime_order(s, ask->tech, now, with, n + 1, ret);
	return !is_lost(ret, ask->call);
}

/* The range of positions that was asked for. */
static int
positions(const struct state *s, int64_t now, const struct override_ask *ask,
    const struct retimed *stay, const int32_t *order, int32_t n, int32_t *ret_from,
    int32_t *ret_to)
{
	int32_t frozen = insertion_frozen(s, now, stay) - stay->under_way, kept = 0;

	/* The frozen stops without the one that moves. */
	for (int32_t i = 0; i < frozen; i++)
		kept += stay->stop[stay->under_way + i].call != ask->call;
	*ret_from = kept;
	*ret_to = ask->first ? kept : n;
	if (ask->after < 0)
		return 0;
	if (stay->under_way > 0 && stay->stop[0].call == ask->after) {
		*ret_from = *ret_to = 0;
		return 0;
	}
	for (int32_t i = 0; i < n; i++) {
		if (order[i] == ask->after) {
			*ret_from = *ret_to = i + 1;
			return 0;
		}
	}
	return -ENOENT;
}

/* The technician's new route: the call at the cheapest of the positions. */
static int
take_up(const struct state *s, int64_t now, const struct override_ask *ask,
    const struct retimed *stay, struct new_route *ret)
{
	int32_t order[STATE_STOPS_MAX], n = order_without(stay, ask->call, order);
	int32_t from, to;
	int64_t best = INT64_MAX;
	struct retimed one;
	int rc = positions(s, now, ask, stay, order, n, &from, &to);

	if (rc < 0)
		return rc;
	ret->tech = ask->tech;
	for (int32_t pos = from; pos <= to; pos++) {
		int64_t cents;

		if (!time_with(s, now, ask, order, n, pos, &one))
			continue;
		cents = cost_of(s, now, ask->tech, &one);
		if (cents < best) {
			best = cents;
			ret->timed = one;
		}
	}
	return best == INT64_MAX ? -ENOSPC : 0;
}

/* The route of who loses the call. */
static void
give_up(const struct state *s, int64_t now, int32_t tech, int32_t call, struct new_route *ret)
{
	int32_t order[STATE_STOPS_MAX], n;
	struct retimed stay;

	retime(s, tech, now, &stay);
	n = order_without(&stay, call, order);
	ret->tech = tech;
	retime_order(s, tech, now, order, n, &ret->timed);
}

static int
may_move(const struct state *s, const struct override_ask *ask, char *why, size_t why_size)
{
	const struct call_state *c = state_call(s, ask->call);
	const char *tech = state_tech(s, ask->tech)->id;

	if (c->status != CALL_UNASSIGNED && c->status != CALL_PLANNED) {
		snprintf(why, why_size, "%s is %s: only a call that is not under way can be moved", c->id,
		    call_status_name(c->status));
		return -EBUSY;
	}
	if (!state_may(s, ask->tech, ask->call)) {
		snprintf(why, why_size, "%s may not do %s: a skill is missing, he is forbidden, or another is "
		    "required", tech, c->id);
		return -EPERM;
	}
	return 0;
}

int
override_make(const struct state *s, int64_t now, const struct override_ask *ask,
    struct override_move *ret, char *why, size_t why_size)
{
	const struct call_state *c = state_call(s, ask->call);
	const char *tech = state_tech(s, ask->tech)->id;
	struct proposed_route view[2];
	struct retimed stay;
	int rc = may_move(s, ask, why, why_size);

	if (rc < 0)
		return rc;
	memset(ret, 0, sizeof(*ret));
	retime(s, ask->tech, now, &stay);
	rc = stay.works ? take_up(s, now, ask, &stay, &ret->route[0]) : -ENOSPC;
	if (rc == -ENOENT)
		snprintf(why, why_size, "after: %s is no stop of %s that another can follow",
		    state_call(s, ask->after)->id, tech);
	if (rc == -ENOSPC)
		snprintf(why, why_size, "%s does not fit the shift of %s any more", c->id, tech);
	if (rc < 0)
		return rc;
	ret->routes = 1;
	if (c->tech >= 0 && c->tech != ask->tech)
		give_up(s, now, c->tech, ask->call, &ret->route[ret->routes++]);
	for (int32_t r = 0; r < ret->routes; r++)
		view[r] = proposal_view(&ret->route[r]);
	for (int32_t i = 0; i < ret->route[0].timed.stops; i++)
		if (ret->route[0].timed.stop[i].call == ask->call)
			ret->arrival = ret->route[0].timed.stop[i].arrival;
	revision_price(s, now, ret->route, ret->routes, &ret->before, &ret->after);
	rc = check_plan(s, now, view, ret->routes, -1, &ret->disturbed, why, why_size);
	return rc == -EPERM ? -ENOSPC : rc;
}

void
override_done(struct override_move *m)
{
	disturbed_done(&m->disturbed);
}

/* --- tokens --- */

static void
put_text(crypto_generichash_state *h, const char *text)
{
	crypto_generichash_update(h, (const unsigned char *)text, strlen(text) + 1);
}

/* The orders before and after: what the preview showed rests on nothing else that people decide. */
static void
digest(const struct state *s, const struct override_move *m, const char *key, int64_t expires,
    unsigned char ret[DIGEST_BYTES])
{
	crypto_generichash_state h;
	char text[32];

	crypto_generichash_init(&h, NULL, 0, DIGEST_BYTES);
	put_text(&h, key);
	snprintf(text, sizeof(text), "%" PRId64, expires);
	put_text(&h, text);
	put_text(&h, state_territory(s));
	for (int32_t r = 0; r < m->routes; r++) {
		const struct tech *t = state_tech(s, m->route[r].tech);

		put_text(&h, t->id);
		for (int32_t i = 0; i < t->stops; i++)
			put_text(&h, state_call(s, t->stop[i].call)->id);
		put_text(&h, "");
		for (int32_t i = 0; i < m->route[r].timed.stops; i++)
			put_text(&h, state_call(s, m->route[r].timed.stop[i].call)->id);
		put_text(&h, "");
	}
	crypto_generichash_final(&h, ret, DIGEST_BYTES);
}

void
override_token(const struct state *s, const struct override_move *m, const char *key,
    int64_t expires, char ret[OVERRIDE_TOKEN_SIZE])
{
	unsigned char bytes[DIGEST_BYTES];
	char hex[2 * DIGEST_BYTES + 1];

	digest(s, m, key, expires, bytes);
	sodium_bin2hex(hex, sizeof(hex), bytes, sizeof(bytes));
	snprintf(ret, OVERRIDE_TOKEN_SIZE, "%" PRIx64 ".%s", (uint64_t)expires, hex);
}

int
override_token_check(const struct state *s, const struct override_move *m, const char *key,
    const char *token, int64_t now)
{
	char want[OVERRIDE_TOKEN_SIZE];
	char *end;
	unsigned long long expires = strtoull(token, &end, 16);

	if (*end != '.' || expires > INT64_MAX)
		return -ESTALE;
	override_token(s, m, key, (int64_t)expires, want);
	if (strlen(token) != strlen(want) || sodium_memcmp(token, want, strlen(want)) != 0)
		return -ESTALE;
	return (int64_t)expires < now ? -ETIME : 0;
}
