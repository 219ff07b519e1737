/* SPDX-License-Identifier: Apache-2.0 */
#include "solver/use.h"

int32_t
use_max(const struct problem *p, const struct use *u, int32_t k)
{
	const struct technician *t = &p->technician[k];

	switch (u->kind) {
	case USE_STOPS:
		return t->stops_max;
	case USE_DRIVE:
		return t->drive_max_s;
	case USE_PART:
		return t->part[u->of];
	default:
		return t->capacity[u->of];
	}
}

int32_t
use_of_call(const struct problem *p, const struct use *u, int32_t i)
{
	const struct call *c = &p->call[i];

	switch (u->kind) {
	case USE_STOPS:
		return 1;
	case USE_DRIVE:
		return 0;
	case USE_PICKED:
		return c->pickup[u->of];
	case USE_PART:
		return c->part[u->of];
	default:
		return c->delivery[u->of];
	}
}

int64_t
use_of_calls(const struct problem *p, enum use_kind kind, int32_t of)
{
	const struct use u = { kind, of };
	int64_t sum = 0;

	for (int32_t i = 0; i < p->calls; i++)
		sum += use_of_call(p, &u, i);
	return sum;
}

/* Whether any technician might not be let use up so much. */
static bool
could_stop(const struct problem *p, enum use_kind kind, int32_t of, int64_t most)
{
	const struct use u = { kind, of };

	for (int32_t k = 0; k < p->technicians; k++)
		if (use_max(p, &u, k) < most)
			return true;
	return false;
}

static void
add(struct use *out, int32_t *n, enum use_kind kind, int32_t of)
{
	if (*n < USE_MAX)
		out[*n] = (struct use){ kind, of };
	++*n;
}

int32_t
use_list(const struct problem *p, struct use *out)
{
	int32_t n = 0;

	if (could_stop(p, USE_STOPS, 0, p->calls < PROBLEM_STOPS_MAX ? p->calls
	    : PROBLEM_STOPS_MAX))
		add(out, &n, USE_STOPS, 0);
	if (could_stop(p, USE_DRIVE, 0, PROBLEM_NEVER))
		add(out, &n, USE_DRIVE, 0);
	for (int32_t d = 0; d < p->loads; d++) {
		int64_t delivered = use_of_calls(p, USE_DELIVERED, d);
		int64_t picked = use_of_calls(p, USE_PICKED, d);

		if (!could_stop(p, USE_PEAK, d, delivered + picked))
			continue;
		if (picked > 0)
			add(out, &n, USE_PICKED, d);
		if (delivered > 0)
			add(out, &n, picked > 0 ? USE_PEAK : USE_DELIVERED, d);
	}
	for (int32_t a = 0; a < p->parts; a++)
		if (could_stop(p, USE_PART, a, use_of_calls(p, USE_PART, a)))
			add(out, &n, USE_PART, a);
	return n;
}
